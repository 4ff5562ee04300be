"""What is newer and not taken is named: other schemes, mistakes, pre-releases, passed-over ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.situations import WAYS, Situations, nar_hash, situations
from tests.project import FAKE, flat_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

BUMP = "bump --no-build"

# name -> label, rev, tags of one commit after the other; the label's own tag is pinned
NAMED = {
    "variant": ("2.4.0+cu121", '"v${version}"', ("v2.4.0+cu121", "v2.5.0+cu124"), "v2.5.0+cu124"),
    "cpu": ("1.13.1+cpu", "version", ("1.13.1+cpu", "2.0.0+cpu.cxx11"), "2.0.0+cpu.cxx11"),
    "canary": ("1.0.0-canary.5", '"v${version}"', ("v1.0.0-canary.5", "v1.1.0"), "v1.1.0"),
    "next": ("5.0.0-next.2", "version", ("5.0.0-next.2", "5.0.0"), "5.0.0"),
    "stamp": ("20240115", "version", ("20240115", "1.1.0"), "1.1.0"),
    "day": ("2024-01-15", "version", ("2024-01-15", "1.2"), "1.2"),
    "to-stamps": ("1.1.0", "version", ("1.1.0", "20240220"), "20240220"),
    "to-letters": ("1.1.1", "version", ("1.1.1", "1.1.1w"), "1.1.1w"),
    "a-letter": ("3.4", "version", ("3.4", "3.5a"), "3.5a"),
    "a-letter-of-it": ("3.5", '"v${version}"', ("v3.5", "v3.5a"), "v3.5a"),
    "years": ("2023.11.2", '"v${version}"', ("v2023.11.2", "v2.0.1"), "v2.0.1"),
    "years-down": ("2019.1", "version", ("2018.9", "2019.1", "1.0", "1.1"), "1.1"),
    "years-to-v": ("2023.5", "version", ("2023.1", "2023.5", "v0.1", "v0.2"), "v0.2"),
    "patches": ("9.0", '"V_9_0_P1"', ("V_9_0_P1", "V_9_1_P2"), "V_9_1_P2"),
    "to-days": ("1.0", '"v${version}"', ("2023-05-05", "v1.0", "2024-05-05"), "2024-05-05"),
    "a-build": (
        "23",
        '"jdk-${version}+1"',
        ("jdk-22+36", "jdk-23+1", "jdk-23.0.1+11"),
        "jdk-23.0.1+11",
    ),
    "same-version": ("0.2+cu118", '"v${version}"', ("v0.2+cu118", "v0.2+cu121"), "v0.2+cu121"),
    "short-years": ("20.12.1", '"v${version}"', ("v20.12.1", "v1.0.0", "v1.1.0"), "v1.1.0"),
    "years-from-v": ("2022.10", '"v${version}"', ("v2022.10", "1.0", "1.4"), "1.4"),
    "a-gap": ("3.0", "version", ("2.0", "3.0", "0.9"), "0.9"),
    "quarters": ("24Q1", '"r24Q1"', ("r24Q1", "v1.0.0"), "v1.0.0"),
    "systems": ("3", '"jammy-${version}"', ("jammy-1", "jammy-3", "noble-1", "noble-2"), "noble-2"),
    "toys": (
        "12",
        '"debian/bookworm-12"',
        ("debian/bookworm-12", "debian/trixie-1"),
        "debian/trixie-1",
    ),
    "promises": ("1.0", '"stable-${version}"', ("stable-1.0", "lts-1.2"), "lts-1.2"),
    "stores": ("1234", '"svn1234"', ("svn1234", "git5678"), "git5678"),
    "castles": ("1.2", '"kirkstone/v1.2"', ("kirkstone/v1.2", "scarthgap/v1.0"), "scarthgap/v1.0"),
    "seas": ("1.2", '"zeus_1_2"', ("zeus_1_2", "dunfell_1_0"), "dunfell_1_0"),
    "decimals": ("5.036001", '"v${version}"', ("v5.034", "v5.036001", "v5.038"), "v5.038"),
    "zones-of-code": ("2024a", '"tzdata${version}"', ("tzdata2024a", "tzcode2024b"), "tzcode2024b"),
}

# What is no news: other packages' tags, early ones, and what went on beside the pinned one.
# name -> label, rev, tags
QUIET = {
    "beside": ("1.0", '"py-${version}"', ("rs-0.9", "py-0.9", "rs-1.0", "py-1.0", "rs-1.1")),
    "same": ("1", '"quiet-same-${version}"', ("quiet-same-1", "other-2")),
    "early": ("3", '"jammy-3"', ("jammy-3", "noble-1rc1", "nightly-4", "noble-beta-2")),
    "older": ("3", '"jammy-3"', ("focal-1", "focal-7", "jammy-3")),
    "parts": ("1.0", '"v${version}"', ("v1.0", "chart-2.0", "docs-2024")),
    "folders": (
        "1.0",
        '"client/v${version}"',
        ("v0.9", "client/v1.0", "v2.0", "server/v1.0", "server/v1.1"),
    ),
    "pythons": ("1.0", '"v${version}"', ("v1.0", "python-3.12", "py3.13-1", "py-v1.0")),
    "ancestor": ("1.0", '"v${version}"', ("release-3.0", "v1.0")),
    "starts": ("17.0.6", '"tower-${version}"', ("tower-17.0.6", "tower-18-init")),
    "branch-points": ("2.41", '"v2_41"', ("v2_41", "v2_42-branchpoint", "basepoints/v3")),
    "fewer-decimals": ("5.036001", "version", ("5.034001", "5.036", "5.036001")),
}

# What counts lower than what is taken is no news, whatever its words.
# name -> label, rev, tags, the version that is taken
PASSED = {
    "signed": ("1.6.40", '"v${version}"', ("v1.6.40", "v1.6.41-signed", "v1.6.43"), "1.6.43"),
    "forked": ("1.3", '"v${version}"', ("v1.3", "v1.3.0.1-motley", "v1.3.1"), "1.3.1"),
    "variants": ("1.28+k3", '"v${version}"', ("v1.28+k3", "v1.28+k4", "v1.29+k3"), "1.29+k3"),
    "adopted": ("17.0.9+9", '"j-17.0.9+9"', ("j-17.0.9+9", "j-17.0.9+9_ad", "j-18+7"), "18+7"),
    "decimals-on": ("1.099", "version", ("1.0985", "1.099", "1.09901"), "1.09901"),
    "slips": ("1.9.0", '"v${version}"', ("v1.9.0", "v1.1O.0", "v1.11.0"), "1.11.0"),
}

# A number in the name of the repository is no part of a version. Tags of one commit after the other
NUMBERED = {
    "form5": ("form5-1_14_3", "form5_1.14.4", "form5_1.14.4.3"),
    "text2": ("text2-1_14_3", "TEXT2.1.15"),
    "log4": ("log4-1_14_3", "log4_1.14.4", "log4/v1.14.5"),
}

# The Python part of a repository that tags it by itself. Tags of one commit after the other
OF_PYTHON = {
    "py": ("v1.0", "py-v1.1"),
    "python": ("v1.0", "python-v1.1"),
    "folder": ("v1.0", "python/v1.2"),
    "no-v": ("v1.0", "py-0.9", "py-1.1"),
    "underscore": ("v1.0", "py_v1.1", "rs-v1.3"),
}

# name -> label, rev, tags, the version that is taken
SERIES = {
    "openssl": ("1.1.1b", '"OpenSSL_1_1_1b"', ("OpenSSL_1_1_1b", "OpenSSL_1_1_1w"), "1.1.1w"),
    "letters": ("1.1.1b", "version", ("1.1.1", "1.1.1b", "1.1.1w", "1.1.1g"), "1.1.1w"),
    "zones": ("2023c", "version", ("2023c", "2024a", "2024b", "2023d"), "2024b"),
    "days": ("2024-01-15", "version", ("2024-01-15", "2024-11-02", "2024-02-20"), "2024-11-02"),
    "stamps": ("20240115", '"r${version}"', ("r20240115", "r20240220"), "20240220"),
    "builds": ("b4567", "version", ("b4567", "b4600", "b999"), "b4600"),
    "java": ("17.0.1+12", '"jdk-${version}"', ("jdk-17.0.1+12", "jdk-17.0.2+8"), "17.0.2+8"),
    "local-builds": (
        "1.0+build.5",
        '"v${version}"',
        ("v1.0+build.5", "v1.0+build.12", "v1.0+build.7"),
        "1.0+build.12",
    ),
    "builds-of-a-version": (
        "1.0+1",
        '"v${version}"',
        ("v1.0", "v1.0+1", "v1.0+10", "v1.0+9"),
        "1.0+10",
    ),
    "two-letters": (
        "0.9.8za",
        '"SSL_0_9_8za"',
        ("SSL_0_9_8z", "SSL_0_9_8za", "SSL_0_9_8zh"),
        "0.9.8zh",
    ),
    "depths": ("1.1.1b", "version", ("1.1d", "1.1.1b", "1.1.1d"), "1.1.1d"),
    "canaries": (
        "1.0.0-canary.5",
        "version",
        ("1.0.0-canary.5", "1.0.0-canary.12"),
        "1.0.0-canary.12",
    ),
    "betas": ("1.0b1", "version", ("1.0b1", "1.0"), "1.0"),
    "dashes": ("1.2.3", '"release-1-2-3"', ("release-1-2-3", "release-1-10-0"), "1.10.0"),
    "two-dashes": ("1.2", '"v1-2"', ("v1-2", "v1-3"), "1.3"),
    "underscores": ("17.0", '"REL_17_0"', ("REL_17_0", "REL_17_1", "REL_17_BETA1"), "17.1"),
    "v-underscores": ("1.2", '"v1_2"', ("v1_2", "v1_3"), "1.3"),
    "capitals": ("9.8p1", '"V_9_8_P1"', ("V_9_8_P1", "V_9_9_P2"), "9.9p2"),
    "boost-like": ("1.83.0", '"boost-1_83_0"', ("boost-1_83_0", "boost-1_84_0"), "1.84.0"),
}

# name -> label, rev, tags, settings, the version that is taken, the tag that is written
WRITTEN = {
    "wal": (
        "3.45.0",
        '"main"',
        ("wal-3-45-0", "wal-3-46-0"),
        "wal-{dashed}",
        "3.46.0",
        "wal-3-46-0",
    ),
    "R": ("2.5.0", '"main"', ("R_2_5_0", "R_2_6_0"), "R_{underscored}", "2.6.0", "R_2_6_0"),
    "jdk": ("8.2", '"main"', ("jdk8u2", "jdk8u12"), "jdk{major}u{minor}", "8.12", "jdk8u12"),
    "tag": ("1.0", '"v1.0"', ("v1.0", "gold-1-1", "v1.2"), "gold-{dashed}", "1.1", "gold-1-1"),
    "suffix": ("1.2", '"v1_2-r1"', ("v1_2-r1", "v1_3-r1"), "v{underscored}-r1", "1.3", "v1_3-r1"),
}

# `track: branch:NAME` of tag pins. name -> label, field, rev, branch, status, what is said
FOLLOWED = {
    "forward": (
        "1.0",
        "rev",
        '"v${version}"',
        "main",
        "outdated",
        "replaces the tag `v1.0` by the",
    ),
    "other": ("1.0", "rev", '"v1.0"', "dev", "outdated", "the newest commit of the branch `dev`"),
    "at-head": ("1.1", "rev", '"v1.1"', "next", "current", ""),
    "beyond": ("1.1", "rev", '"v1.1"', "old", "current", ""),
    "beside": (
        "1.1",
        "rev",
        '"v1.1"',
        "dev",
        "held",
        "the branch dev does not hold what is pinned",
    ),
    "argument": ("1.0", "tag", '"v${version}"', "main", "held", "`tag` cannot hold a commit"),
    "argument-to-a-tag": ("1.0", "tag", '"v1.0"', "next", "outdated", "of the branch `next`"),
    "whole-to-a-tag": (
        "1.0",
        "rev",
        '"refs/tags/v${version}"',
        "next",
        "outdated",
        "replaces the tag `v1.0` by the newest commit of the branch `next`",
    ),
    "argument-beside": ("1.1", "tag", '"v1.1"', "dev", "held", "the branch dev does not hold"),
    "nowhere": ("1.0", "tag", '"v1.0"', "gone", "failed", "has no branch 'gone'"),
}

# name -> label, (tag, what its source declares), the version that is taken or None, what is said
MISTAKES = {
    "gap": ("1.29.0", (("1.29.0", "1.29.0"), ("8.130", "1.30.0"), ("1.30.1", "1.30.1")), "1.30.1"),
    "alone": ("1.29.0", (("1.29.0", "1.29.0"), ("8.130", "1.30.0")), "1.30.0"),
    "zero": ("1.0.1", (("1.0.1", "1.0.1"), ("1.02", "1.0.2"), ("1.0.3", "1.0.3")), "1.0.3"),
    "at-the-slip": (
        "8.130",
        (("1.29.0", "1.29.0"), ("8.130", "1.30.0"), ("1.31.0", "1.31.0")),
        "1.31.0",
    ),
    "at-the-zero": ("1.02", (("1.0.1", "1.0.1"), ("1.02", "1.0.2"), ("1.0.3", "1.0.3")), "1.0.3"),
    "no-dot": ("3.4.5", (("3.4.5", "3.4.5"), ("3.46", "3.4.6"), ("3.4.7", "3.4.7")), "3.4.7"),
    "no-dot-alone": ("0.2.8", (("0.2.8", "0.2.8"), ("0.29", "0.2.9")), "0.2.9"),
    "a-year": (
        "2023.1",
        (("2023.1", "2023.1"), ("20233.2", "2023.2"), ("2023.3", "2023.3")),
        "2023.3",
    ),
    "a-year-alone": ("2023.4", (("2023.4", "2023.4"), ("2203.5", "2023.5")), "2023.5"),
    "truly-minor": ("0.1.1", (("0.1.1", "0.1.1"), ("0.11", "0.11")), "0.11"),
    "truly-major": ("1.0", (("1.0", "1.0"), ("4.0", "4.0")), "4.0"),
}

# name -> what is pinned, what the index has, status
EARLY = {
    "beta": ("0.41b0", ("0.40b0", "0.41b0", "0.66b2"), "held"),
    "rc": ("1.0rc1", ("1.0rc1", "1.0rc2"), "held"),
    "dev": ("0.1.dev3", ("0.1.dev3", "0.1.dev9"), "held"),
    "final-came": ("0.41b0", ("0.41b0", "0.66b2", "0.65"), "outdated"),
    "after-a-final": ("2.0a1", ("1.0", "2.0a1", "2.1a1"), "held"),
    "newest-beta": ("0.66b2", ("0.41b0", "0.66b2"), "current"),
}


def written(world: Situations) -> None:
    """Pin the older of two tags; where the rev is a branch, no tag shows the form."""
    for name, (label, rev, tags, form, *_) in WRITTEN.items():
        repository = world.repository(f"written-{name}")
        for tag in tags:
            repository.tag(tag, repository.commit({"a": tag}))
        sri = f'"{nar_hash(repository, tags[0])}"'
        settings = f'tag_format: "{form}"'
        world.pin(f"written-{name}", label, rev=rev, sri=sri, settings=settings)


def followed(world: Situations) -> None:
    """Pin tags of one repository, and follow its branches."""
    repository = world.repository("followed")
    for version in ("1.0", "1.1", "1.2"):
        commit = repository.commit({"setup.py": f"setup(version='{version}')\n"})
        if version != "1.2":
            repository.tag(f"v{version}", commit)
            repository.branch("old" if version == "1.0" else "next", commit)
    first = repository.git("rev-parse", "v1.0")
    repository.commit({"setup.py": "setup(version='2.0')\n"}, branch="dev", parents=[first])
    for name, (label, field, rev, branch, *_) in FOLLOWED.items():
        settings = f"track: 'branch:{branch}', commit_interval: 0d"
        sri = f'"{nar_hash(repository, f"v{label}")}"'
        pin = {"rev": rev, "sri": sri, "repo": "followed", "field": field, "settings": settings}
        world.pin(f"followed-{name}", label, **pin)


def of_older_lines(made: Situations) -> None:
    """Pin a version beside which an older one is corrected, on a branch of its own."""
    repository = made.repository("line")
    first = repository.commit({"a": "115"})
    repository.tag("v121.0", repository.commit({"a": "121"}))
    fix = repository.commit({"a": "fix"}, branch="esr115", parents=[first])
    repository.tag("v115.7.0esr", fix)
    made.pin("line", "121.0", rev='"v${version}"', sri=f'"{FAKE}"')
    for name, tags in NUMBERED.items():
        repository = made.repository(name)
        for tag in tags:
            repository.tag(tag, repository.commit({"a": tag}))
        made.pin(name, "1.14.3", rev=f'"{tags[0]}"', sri=f'"{FAKE}"')


def of_python(made: Situations) -> None:
    for name, tags in OF_PYTHON.items():
        repository = made.repository(f"of-{name}")
        for tag in tags:
            repository.tag(tag, repository.commit({"a": tag}))
        made.pin(f"of-{name}", "1.0", rev='"v${version}"', sri=f'"{FAKE}"')


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situations]:
    """All of them in one project."""
    with situations(tmp_path_factory.mktemp("versions")) as made:
        for name, (label, rev, tags, *_) in (NAMED | SERIES | QUIET | PASSED).items():
            tables = {
                "named": {*NAMED},
                "series": {*SERIES},
                "quiet": {*QUIET},
                "passed": {*PASSED},
            }
            kind = next(kind for kind, names in tables.items() if name in names)
            repository = made.repository(f"{kind}-{name}")
            for tag in tags:
                repository.tag(tag, repository.commit({"a": tag}))
            made.pin(f"{kind}-{name}", label, rev=rev, sri=f'"{FAKE}"')
        of_python(made)
        of_older_lines(made)
        written(made)
        followed(made)
        for name, (label, sources, _) in MISTAKES.items():
            repository = made.repository(f"slip-{name}")
            for tag, version in sources:
                text = f"setup(name='slip', version='{version}')\n"
                repository.tag(tag, repository.commit({"setup.py": text}))
            made.pin(f"slip-{name}", label, rev="version", sri=f'"{FAKE}"')
        for name, (label, versions, _) in EARLY.items():
            files = {one: made.index.release(f"early-{name}", one) for one in versions}
            hashed = flat_hash(files[label][0].content)
            made.overlay(
                f"early-{name}",
                f'  pname = "early-{name}"; version = "{label}";\n  src = fetchPypi {{\n'
                f'    pname = "early_{name.replace("-", "_")}"; inherit version;\n'
                f'    hash = "{hashed}";\n  }};\n',
            )
        many = [f"1.{minor}" for minor in range(60)]
        made.index.release("zips", "1.0")
        for version in many[1:]:
            made.index.release("zips", version, files=[f"zips-{version}.zip"])
        made.index.release("zips", "1.0.1")
        for name, settings in (
            ("zips", ""),
            ("allowed", "allow: '<1.5'"),
            ("ignored", "ignore: ['1.*']"),
        ):
            if name != "zips":
                for version in (*many, "0.9", "0.9.1"):
                    made.index.release(name, version)
            label = "1.0" if name == "zips" else "0.9"
            made.overlay(
                name,
                f'  pname = "{name}"; version = "{label}";\n'
                f'  src = fetchPypi {{ inherit pname version; hash = "{FAKE}"; }};\n',
                settings,
            )
        yield made


def messages(package: dict[str, Any], code: str) -> list[str]:
    return [one["message"] for one in package["warnings"] if one["code"] == code]


@pytest.mark.parametrize("token", WAYS.values(), ids=WAYS)
class TestBothWays:
    """GraphQL and git lead to the same."""

    @pytest.mark.parametrize("name", NAMED)
    def test_what_cannot_be_compared_is_named(
        self, world: Situations, token: str, name: str
    ) -> None:
        package = world.results("check", token=token)[f"named-{name}"]
        said = [*messages(package, "not-comparable"), *messages(package, "scheme-changed")]
        assert package["status"] == "current"
        assert len(said) == 1, package
        assert f"`--to {NAMED[name][3]}` takes it" in said[0]

    @pytest.mark.parametrize("name", QUIET)
    def test_what_other_tags_are_no_news(self, world: Situations, token: str, name: str) -> None:
        package = world.results("check", token=token)[f"quiet-{name}"]
        assert (package["status"], package["warnings"]) == ("current", [])

    @pytest.mark.parametrize("name", PASSED)
    def test_what_counts_lower_than_what_is_taken_is_no_news(
        self, world: Situations, token: str, name: str
    ) -> None:
        package = world.results("check", token=token)[f"passed-{name}"]
        assert (package["status"], package["latest"]) == ("outdated", PASSED[name][3])
        assert messages(package, "not-comparable") == []

    def test_a_correction_of_an_older_line_is_no_news(self, world: Situations, token: str) -> None:
        package = world.results("check", token=token)["line"]
        assert (package["status"], package["warnings"]) == ("current", [])

    @pytest.mark.parametrize("name", NUMBERED)
    def test_a_newer_form_is_named_once_also_where_the_name_has_a_number(
        self, world: Situations, token: str, name: str
    ) -> None:
        package = world.results("check", token=token)[name]
        (warning,) = package["warnings"]
        assert f"a newer tag, {NUMBERED[name][-1]}," in warning["message"]

    @pytest.mark.parametrize("name", OF_PYTHON)
    def test_tags_of_the_python_part_are_named(
        self, world: Situations, token: str, name: str
    ) -> None:
        package = world.results("check", token=token)[f"of-{name}"]
        newest = next(tag for tag in reversed(OF_PYTHON[name]) if tag.startswith("py"))
        (message,) = messages(package, "other-form")
        assert package["status"] == "current"
        assert f"a newer tag, {newest}," in message

    @pytest.mark.parametrize("name", SERIES)
    def test_a_series_is_ordered_within_itself(
        self, world: Situations, token: str, name: str
    ) -> None:
        package = world.results("check", token=token)[f"series-{name}"]
        assert (package["status"], package["latest"]) == ("outdated", SERIES[name][3])

    @pytest.mark.parametrize("name", ["java", "local-builds", "builds-of-a-version"])
    def test_the_newest_build_is_the_newest_version(
        self, world: Situations, token: str, name: str
    ) -> None:
        package = world.results("check", token=token)[f"series-{name}"]
        assert package["newest"]["version"] == SERIES[name][3]

    @pytest.mark.parametrize("name", WRITTEN)
    def test_a_format_says_how_tags_are_written(
        self, world: Situations, token: str, name: str
    ) -> None:
        package = world.results("check", token=token)[f"written-{name}"]
        assert (package["status"], package["latest"]) == ("outdated", WRITTEN[name][4])

    @pytest.mark.parametrize("name", FOLLOWED)
    def test_a_branch_is_followed_from_a_tag(
        self, world: Situations, token: str, name: str
    ) -> None:
        *_, status, said = FOLLOWED[name]
        package = world.results("check", token=token)[f"followed-{name}"]
        assert (package["status"], said in (package["reason"] or "")) == (status, True)

    @pytest.mark.parametrize("name", MISTAKES)
    def test_a_tag_that_is_a_slip_is_judged_by_its_source(
        self, world: Situations, token: str, name: str
    ) -> None:
        package = world.results("check", token=token)[f"slip-{name}"]
        assert (package["status"], package["latest"]) == ("outdated", MISTAKES[name][2])


@pytest.mark.parametrize("name", MISTAKES)
def test_a_slip_does_not_stay(world: Situations, name: str) -> None:
    """What is written is what `check` said, is true, and the last word."""
    text = world.text(f"slip-{name}", "", BUMP)
    assert f'version = "{MISTAKES[name][2]}";' in text
    assert world.results("verify", after=(BUMP,))[f"slip-{name}"]["state"] == "true"
    again = world.results("check", after=(BUMP,))[f"slip-{name}"]
    assert again["status"] in ("current", "held")


OF_HASHES = [pytest.param(command, marks=pytest.mark.thorough) for command in ("pin", "verify")]


@pytest.mark.parametrize("command", [BUMP, *OF_HASHES])
def test_a_token_changes_nothing(world: Situations, command: str) -> None:
    assert world.differences(command) == []


@pytest.mark.parametrize("name", EARLY)
def test_a_newer_pre_release_is_not_passed_by_in_silence(world: Situations, name: str) -> None:
    package = world.results("check")[f"early-{name}"]
    assert package["status"] == EARLY[name][2]
    if package["status"] == "held":
        assert "`prereleases: true` allows it" in package["reason"]
        assert package["newest"]["version"] == EARLY[name][1][-1]


@pytest.mark.parametrize(
    ("name", "taken", "newest"),
    [("zips", "1.0.1", "1.59"), ("allowed", "1.4", "1.59"), ("ignored", "0.9.1", "1.59")],
)
def test_many_that_are_passed_over_are_one_sentence(
    world: Situations, name: str, taken: str, newest: str
) -> None:
    """With the newest, and how many."""
    package = world.results("check")[name]
    assert (package["status"], package["latest"]) == ("outdated", taken)
    (said,) = messages(package, "newer-held")
    assert newest in said
    assert "older ones are passed over like it" in said


def test_what_is_passed_over_as_configured_is_no_warning(world: Situations) -> None:
    out = world.printed("check", "allowed", "zips")
    assert "note: " in out.split("zips")[0]
    assert "warning: " in out.split("zips")[1]


@pytest.mark.parametrize("name", SERIES)
def test_a_tag_is_written_in_its_own_form(world: Situations, name: str) -> None:
    """The label is the version, and the rev the tag that upstream has; then all is well."""
    tags, new = SERIES[name][2:]
    text = world.text(f"series-{name}", "", BUMP)
    checked = world.results("check", after=(BUMP,))[f"series-{name}"]
    assert (checked["status"], messages(checked, "false-label")) == ("current", [])
    assert world.results("verify", after=(BUMP,))[f"series-{name}"]["state"] == "true"
    assert f'version = "{new}";' in text
    written = text.split("rev = ")[1].split(";")[0].strip('"')
    shown = new if written == "version" else written.replace("${version}", new)
    assert shown in tags


@pytest.mark.parametrize("name", WRITTEN)
def test_a_tag_is_written_as_its_format_says(world: Situations, name: str) -> None:
    """By `pin` that of the hash, by `bump` the newest; both are true then."""
    label, _, tags, _, new, tag = WRITTEN[name]
    for command, version, written in (("pin", label, tags[0]), (BUMP, new, tag)):
        text = world.text(f"written-{name}", "", command)
        assert f'version = "{version}";' in text
        assert f'rev = "{written}";' in text
        verified = world.results("verify", after=(command,))[f"written-{name}"]
        assert verified["state"] == "true", verified
    checked = world.results("check", after=(BUMP,))[f"written-{name}"]
    assert checked["status"] == "current"


@pytest.mark.parametrize("name", FOLLOWED)
def test_what_follows_a_branch_moves_once(world: Situations, name: str) -> None:
    bumped = world.results(*BUMP.split())[f"followed-{name}"]
    status = FOLLOWED[name][4]
    assert bumped["status"] == ("updated" if status == "outdated" else status)
    checked = world.results("check", after=(BUMP,))[f"followed-{name}"]
    assert checked["status"] == ("current" if status == "outdated" else status)
