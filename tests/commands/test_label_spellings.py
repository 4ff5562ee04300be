"""Labels of many spellings: what tags say, dates, what sources declare, and what builds read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from tests.commands.situations import WAYS, Situations, nar_hash, situations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.loopback.hosting import Hosted

# The rooms' own tests show most of it without a repository; this takes a minute of commands.
pytestmark = pytest.mark.thorough

BUMP = "bump --no-build"
HUB = "https://github.com/o"

# --- a commit that a tag of a foreign name names: label, tags in turn, what is taken ---
FOREIGN = {
    "dashes": ("8.6.14", ("core-8-6-14", "core-8-6-15", "core-9-0-b1"), "8.6.15"),
    "underscores": ("2.6.7", ("LDAP_REL_ENG_2_6_7", "LDAP_REL_ENG_2_6_10"), "2.6.10"),
    "mixed": ("2.17.1", ("jackson-2_17.1", "jackson-2_18.0"), "2.18.0"),
    "branch": ("5.1", ("branch-5-1-stable", "branch-5-2-stable"), "5.2"),
    "letter": ("4.32.1", ("R4_32_1", "R4_33"), "4.33"),
    "capitals": ("9.8p1", ("openssh_9_8_P1", "openssh_9_9_P2"), "9.9p2"),
    "next": ("1.0.2-next.3", ("TLS_1_0_2-next.3", "TLS_1_0_2-next.5"), "1.0.2-next.5"),
    "early": ("1.0.2-beta3", ("TLS_1_0_2-beta3", "TLS_1_0_2-beta5"), None),
    "zones": ("2024a", ("tzdata-2024a", "tzdata-2024b", "tzcode-2024c"), "2024b"),
    "moments": ("2024-03-07T00-43-48Z", ("REL.2024-03-07T00-43-48Z",), None),
}

# --- a label that is the whole tag: tags in turn, what is taken ---
WHOLE = {
    "moment": (
        ("REL.2024-03-07T00-43-48Z", "REL.2024-05-01T01-11-10Z"),
        "REL.2024-05-01T01-11-10Z",
    ),
    "week": (("snapshot-2024w07", "snapshot-2024w11", "snapshot-2023w50"), "snapshot-2024w11"),
    "nightly": (("nightly-2025-01-01", "nightly-2025-02-01", "v0.3"), "nightly-2025-02-01"),
    "scoped": (("@s/t@1.0.0-next.2", "@s/t@1.0.0-next.12", "@s/u@3.0"), "@s/t@1.0.0-next.12"),
    "quarter": (("2024-Q3", "2024-Q4"), "2024-Q4"),
    "commit-like": (("abc1234", "abc9999"), None),
}

# --- a false label: it, the tag that is pinned, what is right ---
FALSE = {
    "letters": ("1.1.1h", "TLS_1_1_1i", "1.1.1i"),
    "plain-letters": ("1.1.1k", "1.1.1i", "1.1.1i"),
    "insider": ("1.91.0-insider", "v1.90.0-insider", "1.90.0-insider"),
    "canary": ("14.0.0-canary.6", "v14.0.0-canary.7", "14.0.0-canary.7"),
    "moment": ("2024-02-07T00-00-00Z", "REL.2024-03-07T00-43-48Z", "2024-03-07T00-43-48Z"),
    "dashes": ("8.6.13", "core-8-6-14", "8.6.14"),
}

# --- a commit that no tag names: its label, a tag before it, what a build reads, the next label ---
READ = "env.SETUPTOOLS_SCM_PRETEND_VERSION = version;\n"
DATES = {
    "short": ("2021.4.13", "", "", "2025.1.4"),
    "short-dashes": ("2021-4-13", "", "", "2025-1-4"),
    "read": ("2021-04-13", "", READ, "2025.1.4"),
    "read-underscores": ("2021_04_13", "", READ, "2025.1.4"),
    "read-dots": ("2021.04.13", "", READ, "2025.01.04"),
    "lettered": ("1.1.1i-unstable-2025-01-02", "1.1.1i", "", "1.1.1i-unstable-2025-01-04"),
    "zeros": ("0.0.0", "", "", "0.0.0-unstable-2025-01-04"),
    "more-zeros": ("1.0.0-unstable-2025-01-02", "1.0", "", "1.0.0-unstable-2025-01-04"),
    "lettered-read": ("1.1.1i-unstable-2025-01-02", "1.1.1i", READ, "0+unstable.2025.1.4"),
}

# --- days of tags: label, tags, the next label ---
DAYS = {
    "dots": ("2024.05.01", ("2024-05-01", "2024-11-02"), "2024.11.02"),
    "underscores": ("2024.05.01", ("2024_05_01", "2024_11_02"), "2024.11.02"),
    "without-zeros": ("2024.5.1", ("2024-5-1", "2024-11-2"), "2024.11.2"),
    "led": ("2025.1.1", ("nightly-2025-01-01", "nightly-2025-02-01"), "2025.02.01"),
    "as-written": ("2024-05-01", ("2024-05-01", "2024-11-02"), "2024-11-02"),
}

# --- where a source declares its version ---
DYNAMIC = '[project]\nname = "t"\ndynamic = ["version"]\n'
MATURIN = '[build-system]\nbuild-backend = "maturin"\nrequires = []\n'
SOURCES = {
    "maturin": {
        "pyproject.toml": MATURIN + DYNAMIC,
        "Cargo.toml": '[package]\nname = "t"\nversion = "VERSION"\n',
    },
    "crate": {
        "pyproject.toml": f'{MATURIN}{DYNAMIC}[tool.maturin]\nmanifest-path = "rust/Cargo.toml"\n',
        "rust/Cargo.toml": '[package]\nname = "t"\nversion = "VERSION"\n',
    },
    "hatch": {
        "pyproject.toml": f'{DYNAMIC}[tool.hatch.version]\npath = "src/t/core.py"\n',
        "src/t/core.py": '__version__ = "VERSION"\n',
    },
    "setuptools": {
        "pyproject.toml": f'{DYNAMIC}[tool.setuptools.dynamic]\nversion = {{attr = "o.main.V"}}\n',
        "o/main.py": 'V = "VERSION"\n',
    },
    "file": {
        "setup.cfg": "[metadata]\nversion = file: data/RELEASE\n",
        "data/RELEASE": "VERSION\n",
    },
}

# --- calls without a hash: the function, what stands beside rev, what that becomes ---
CHECKOUTS = {
    "git": ("Git", 'ref = "refs/tags/v${version}";', 'ref = "refs/tags/v1.2";'),
    "git-literal": ("Git", 'ref = "refs/tags/v1.0";', 'ref = "refs/tags/v1.2";'),
    "git-branch": ("Git", 'ref = "main";', 'ref = "refs/tags/v1.2";'),
    "git-without": ("Git", "", "fetchGit"),
    "tree": ("Tree", 'ref = "refs/tags/v1.0";', 'ref = "refs/tags/v1.2";'),
}

# --- what puts the version into a file that is no package: the attributes ---
SUBSTITUTED = {
    "all": "patches = [ (substituteAll { src = ./a.patch; inherit version; }) ];\n",
    "of-nixpkgs": "patches = [ (super.substituteAll { src = ./a.patch; inherit version; }) ];\n",
    "vars": "data = super.replaceVarsWith { src = ./a; replacements = { inherit version; }; };\n",
    "subst-var": 'postPatch = "substituteInPlace a --subst-var version";\n',
    "own-name": 'makeFlags = [ "V=${self.put-own-name.version}" ];\n',
    "final-name": "env.V = self.pkgs.put-final-name.version;\n",
}


def tagged(world: Situations, name: str, tags: tuple[str, ...]) -> Hosted:
    repository = world.repository(name)
    for tag in tags:
        repository.tag(tag, repository.commit({"a": tag}))
    return repository


def of_tags(world: Situations) -> None:
    """Pin the first of some tags, or its commit."""
    for name, (label, tags, _) in FOREIGN.items():
        repository = tagged(world, f"foreign-{name}", tags)
        commit, sri = repository.git("rev-parse", tags[0]), f'"{nar_hash(repository, tags[0])}"'
        world.pin(f"foreign-{name}", label, rev=f'"{commit}"', sri=sri)
    for name, (tags, _) in WHOLE.items():
        repository = tagged(world, f"whole-{name}", tags)
        sri = f'"{nar_hash(repository, tags[0])}"'
        world.pin(f"whole-{name}", tags[0], rev="version", sri=sri, field="tag")
    for name, (label, tag, _) in FALSE.items():
        repository = tagged(world, f"false-{name}", (tag,))
        sri = f'"{nar_hash(repository, tag)}"'
        world.pin(f"false-{name}", label, rev=f'"{tag}"', sri=sri)
    for name, (label, tags, _) in DAYS.items():
        repository = tagged(world, f"day-{name}", tags)
        sri = f'"{nar_hash(repository, tags[0])}"'
        world.pin(f"day-{name}", label, rev=f'"{tags[0]}"', sri=sri)


def of_commits(world: Situations) -> None:
    for name, (label, tag, more, _) in DATES.items():
        repository = world.repository(f"date-{name}")
        first = repository.commit({"a": "1"})
        if tag:
            repository.tag(tag, first)
        pinned = repository.commit({"a": "2"}, date="2025-01-02T00:00:00Z")
        repository.commit({"a": "3"}, date="2025-01-04T00:00:00Z")
        settings = "track: commit, commit_interval: 0d"
        sri = f'"{nar_hash(repository, pinned)}"'
        world.pin(f"date-{name}", label, rev=f'"{pinned}"', sri=sri, more=more, settings=settings)


def of_sources(world: Situations) -> None:
    """Pin the older of two tags; what is newer declares 1.1, and its tag is 1.2."""
    for name, files in SOURCES.items():
        repository = declaring(world, f"in-{name}", files)
        sri = f'"{nar_hash(repository, "v1.0")}"'
        world.pin(f"in-{name}", "1.0", rev='"v${version}"', sri=sri)
    setup = {"setup.py": "setup(version='VERSION')\n"}
    repository = declaring(world, "checkout", setup)
    commit = repository.git("rev-parse", "v1.0")
    for name, (function, ref, _) in CHECKOUTS.items():
        kind = 'type = "git"; ' if function == "Tree" else ""
        place = f'{kind}url = "{HUB}/checkout.git"; {ref} rev = "{commit}";'
        call = f"builtins.fetch{function} {{ {place} }}"
        world.overlay(f"by-{name}", f'  pname = "checkout"; version = "1.0";\n  src = {call};\n')
    repository = declaring(world, "headed", setup)
    sri = f'"{nar_hash(repository, "v1.0")}"'
    settings = "track: commit, commit_interval: 0d"
    world.pin("headed", "1.0", rev='"v${version}"', sri=sri, settings=settings)
    repository = world.repository("behind")
    for tag, own in (("v1.10", "1.10"), ("v2.0", "1.9")):
        repository.tag(tag, repository.commit({"setup.py": f"setup(version='{own}')\n"}))
    world.pin("behind", "1.9", rev='"v2.0"', sri=f'"{nar_hash(repository, "v2.0")}"')


def declaring(world: Situations, name: str, files: dict[str, str]) -> Hosted:
    repository = world.repository(name)
    for tag, own in (("v1.0", "1.0"), ("v1.2", "1.1")):
        made = {path: text.replace("VERSION", own) for path, text in files.items()}
        repository.tag(tag, repository.commit({**made, "a": tag}))
    return repository


def of_builds(world: Situations) -> None:
    repository = world.repository("read")
    commits = [
        repository.commit({"setup.py": f"setup(version='{own}')\n"}) for own in ("1.0", "1.1")
    ]
    sri = f'"{nar_hash(repository, commits[0])}"'
    for name, more in SUBSTITUTED.items():
        pin = {"repo": "read", "more": more, "settings": "commit_interval: 0d"}
        world.pin(f"put-{name}", "0.9", rev='"main"', sri=sri, **pin)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situations]:
    """All of them in one project."""
    with situations(tmp_path_factory.mktemp("spellings")) as made:
        for make in (of_tags, of_commits, of_sources, of_builds):
            make(made)
        yield made


def latest(world: Situations, token: str) -> dict[str, str | None]:
    """Return what each package becomes, None where it stays."""
    return {
        name: package["latest"] if package["status"] == "outdated" else None
        for name, package in world.results("check", token=token).items()
    }


@pytest.mark.parametrize("token", WAYS.values(), ids=WAYS)
def test_each_label_goes_to_one_of_its_own_spelling(world: Situations, token: str) -> None:
    """Of tags, days and commits: no newer tag is passed by, and each label keeps its form."""
    found = latest(world, token)
    expected: dict[str, str | None] = {f"foreign-{name}": row[-1] for name, row in FOREIGN.items()}
    expected |= {f"whole-{name}": row[-1] for name, row in WHOLE.items()}
    expected |= {f"date-{name}": row[-1] for name, row in DATES.items()}
    expected |= {f"day-{name}": row[-1] for name, row in DAYS.items()}
    assert {name: found[name] for name in expected} == expected


def test_a_true_label_is_called_true_and_stays(world: Situations) -> None:
    verified, pinned = world.results("verify"), world.results("pin")
    true = [f"foreign-{name}" for name in FOREIGN] + [f"whole-{name}" for name in WHOLE]
    true += [f"day-{name}" for name in DAYS] + [f"date-{name}" for name in DATES]
    true.remove(
        "date-lettered-read"
    )  # a build would see another label, so that only bump writes it
    assert {name: verified[name]["state"] for name in true} == dict.fromkeys(true, "true")
    assert [name for name in true if world.text(name, "", "pin") != world.text(name, "")] == []
    assert pinned["date-lettered-read"]["status"] == "held"


@pytest.mark.parametrize("command", ["pin", BUMP])
def test_a_false_label_becomes_what_its_tag_says(world: Situations, command: str) -> None:
    world.results(*command.split())
    written = {name: label_in(world.text(f"false-{name}", "", command)) for name in FALSE}
    assert written == {name: row[-1] for name, row in FALSE.items()}


def test_a_label_that_a_build_reads_waits_for_bump(world: Situations) -> None:
    """What is put into a file makes no package of its own, and stands in no update's way."""
    pinned = world.results("pin")
    assert set(pinned) == set(latest(world, ""))
    for name in SUBSTITUTED:
        package = pinned[f"put-{name}"]
        assert (package["status"], "takes the version into the build" in package["reason"]) == (
            "held",
            True,
        )


def label_in(text: str) -> str:
    return text.split('version = "')[1].partition('"')[0]


class TestAfterBump:
    """What is written is true, and the last word."""

    def test_it_is_true_and_current(self, world: Situations) -> None:
        checked, verified = (world.results(one, after=(BUMP,)) for one in ("check", "verify"))
        held = {"whole-commit-like", "foreign-early"}
        assert {name: own["status"] for name, own in checked.items()} == {
            name: "held" if name in held else "current" for name in checked
        }
        assert {package["state"] for package in verified.values()} == {"true"}

    def test_a_second_run_changes_nothing(self, world: Situations) -> None:
        names = latest(world, "")
        again = {name: world.text(name, "", BUMP, BUMP) for name in names}
        assert again == {name: world.text(name, "", BUMP) for name in names}

    @pytest.mark.parametrize("name", SOURCES)
    def test_a_source_says_its_version_wherever_it_does(self, world: Situations, name: str) -> None:
        text = world.text(f"in-{name}", "", BUMP)
        assert label_in(text) == "1.1"
        assert 'rev = "v1.2";' in text

    @pytest.mark.parametrize("name", CHECKOUTS)
    def test_a_call_without_a_hash_is_labelled_by_its_source(
        self, world: Situations, name: str
    ) -> None:
        package = world.results("check")[f"by-{name}"]
        assert (package["latest"], package["newest"]["version"]) == ("1.1", "1.2")
        text = world.text(f"by-{name}", "", BUMP)
        assert label_in(text) == "1.1"
        assert CHECKOUTS[name][2] in text

    def test_a_head_that_a_tag_names_is_labelled_by_its_source(self, world: Situations) -> None:
        assert label_in(world.text("headed", "", BUMP)) == "1.1"
        package = world.results("check", after=(BUMP,))["headed"]
        assert (package["status"], package["latest"]) == ("current", "1.1")

    def test_an_older_tag_is_no_news_however_low_the_source_counts(self, world: Situations) -> None:
        package = world.results("check")["behind"]
        assert (package["status"], package["warnings"]) == ("current", [])

    @pytest.mark.parametrize("name", SUBSTITUTED)
    def test_what_a_build_reads_gets_a_pep_440_version(self, world: Situations, name: str) -> None:
        label = label_in(world.text(f"put-{name}", "", BUMP))
        assert Version(label) > Version("1.1")

    @pytest.mark.parametrize("command", ["check", BUMP, "pin", "verify"])
    def test_a_token_changes_nothing(self, world: Situations, command: str) -> None:
        assert world.differences(command) == []
