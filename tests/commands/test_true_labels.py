"""A label is true, stays what it is, or goes to what the source that is built declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.situations import WAYS, Situations, nar_hash, situations
from tests.project import FAKE

if TYPE_CHECKING:
    from collections.abc import Iterator

BUMP = "bump --no-build"
SUITE = '[project]\nname = "suite"\nversion = "9.0"\nrequires-python = ">=3.99"\n'


def project_file(name: str, version: str) -> str:
    return f'[project]\nname = "{name}"\nversion = "{version}"\n'


# --- a package in a folder of its source: what the overlay says, and the folder ---
FOLDERS = {
    "source-root": ('sourceRoot = "${src.name}/libs/tool";\n', "libs/tool"),
    "set-source-root": ('setSourceRoot = "sourceRoot=$(echo */python)";\n', "python"),
    "cd": ('preBuild = "cd bindings/py";\n', "bindings/py"),
    "here": ('sourceRoot = "./source/py";\n', "py"),
    "after-unpacking": ('postUnpack = "sourceRoot=$sourceRoot/py";\n', "py"),
    "crate": ('buildAndTestSubdir = "crates/py";\n', "crates/py"),
}


def in_folders(world: Situations) -> None:
    """Make a repository for each: a suite at the top, the package below."""
    for name, (more, folder) in FOLDERS.items():
        repository = world.repository(name)
        commits = [
            repository.commit(
                {
                    "pyproject.toml": SUITE,
                    f"{folder}/pyproject.toml": project_file(name, version),
                    "VERSION": "9.0\n",
                }
            )
            for version in ("1.0", "1.1", "1.2")
        ]
        repository.tag("v1.0", commits[0])
        sri = f'"{nar_hash(repository, "v1.0")}"'
        world.pin(name, "1.0", rev='"v${version}"', sri=sri, more=more)
        sri = f'"{nar_hash(repository, commits[1])}"'
        label = "1.1-unstable-2025-01-02"
        world.pin(f"{name}-at", label, rev=f'"{commits[1]}"', sri=sri, repo=name, more=more)


# --- a tag that is the label: PEP 440 or not ---
LABELS = {
    "day": ("2025-04-01", "version", "2025-04-01"),
    "letter": ("1.1.1i", "version", "1.1.1i"),
    "next": ("1.0.0-next.1", '"v${version}"', "v1.0.0-next.1"),
    "year-letter": ("2024b", "version", "2024b"),
    "java": ("17.0.1+12", '"jdk-${version}"', "jdk-17.0.1+12"),
    "build": ("b4567", "version", "b4567"),
    "release-day": ("2022.07.15-1", '"release-${version}"', "release-2022.07.15-1"),
    "canary": ("14.0.0-canary.7", '"v${version}"', "v14.0.0-canary.7"),
    "letter-v": ("v1.1.1i", "version", "v1.1.1i"),
    "short-letter": ("1.1i", '"openssl-${version}"', "openssl-1.1i"),
    "dotted-day": ("2025.4.1", '"2025-04-01"', "2025-04-01"),
    "word": ("Jammy", "version", "Jammy"),
    "whole-tag": ("r2024a-2", "version", "r2024a-2"),
    "numeral": ("II", '"release-${version}"', "release-II"),
}


def of_tags(world: Situations) -> None:
    """Pin the tag of each, and the commit that it names."""
    for name, (label, rev, tag) in LABELS.items():
        repository = world.repository(name)
        repository.tag(tag, repository.commit({"a": name}))
        sri = f'"{nar_hash(repository, tag)}"'
        world.pin(name, label, rev=rev, sri=sri)
        commit = repository.git("rev-parse", tag)
        world.pin(f"{name}-at", label, rev=f'"{commit}"', sri=sri, repo=name)


# --- a tag whose source says otherwise: label, tag, what the source declares ---
OTHERWISE = {
    "patch": ("0.1.20", "0.1.21", "0.1.22", "0.1.21"),
    "stuck": ("1.0", "1.0", "1.1", "1.0"),
    "ahead": ("2.0", "2.0", "2.1", "2.1.1"),
    "minor": ("0.9", "0.9", "1.0", "0.9.9"),
    "post": ("3.0", "3.0", "3.1", "3.0.post1"),
    "plain": ("4.0", "4.0", "4.1", "4.1.dev0"),
}


def otherwise(world: Situations) -> None:
    """Pin the older of two tags; the source of the newer declares another version."""
    for name, (label, declared, newer, own) in OTHERWISE.items():
        repository = world.repository(name)
        for tag, version, text in ((label, declared, "old"), (newer, own, "new")):
            files = {"setup.py": f"setup(version='{version}')\n", "a": text}
            repository.tag(otherwise_tag(name, tag), repository.commit(files))
        sri = f'"{nar_hash(repository, otherwise_tag(name, label))}"'
        rev = "version" if name == "plain" else '"v${version}"'
        world.pin(name, label, rev=rev, sri=sri)


# --- the same where the tag stands in an address: the call, and what its address becomes ---
ARCHIVE = "https://github.com/o/NAME/archive"
ADDRESSES = {
    "zip": (
        f'fetchzip {{ url = "{ARCHIVE}/v${{version}}.tar.gz"; hash = "SRI"; }}',
        "/archive/v1.2.tar.gz",
    ),
    "zip-of-ref": (
        f'fetchzip {{ url = "{ARCHIVE}/refs/tags/v${{version}}.tar.gz"; hash = "SRI"; }}',
        "/archive/refs/tags/v1.2.tar.gz",
    ),
    "tarball": (
        f'builtins.fetchTarball {{ url = "{ARCHIVE}/v1.0.tar.gz"; sha256 = "SRI"; }}',
        "/archive/v1.2.tar.gz",
    ),
    "file": (
        f'fetchurl {{ url = "{ARCHIVE}/v${{version}}.tar.gz"; hash = "{FAKE}"; }}',
        "/archive/v1.2.tar.gz",
    ),
    "whole-ref": (
        f'fetchurl {{ url = "{ARCHIVE}/refs/tags/v${{version}}.tar.gz"; hash = "{FAKE}"; }}',
        "/archive/refs/tags/v1.2.tar.gz",
    ),
    "zipped": (
        f'fetchzip {{ url = "{ARCHIVE}/v${{version}}.zip"; hash = "SRI"; }}',
        "/archive/v1.2.zip",
    ),
    "named": (
        f'fetchzip {{ url = "{ARCHIVE}/v${{version}}/a-v${{version}}.tar.gz"; hash = "SRI"; }}',
        "/archive/v1.2/a-v1.2.tar.gz",
    ),
    "numbered": (
        f'fetchzip {{ url = "{ARCHIVE}/v${{version}}/a-${{version}}.tar.gz"; hash = "SRI"; }}',
        "/archive/v1.2/a-1.2.tar.gz",
    ),
    "checkout": (
        (
            'builtins.fetchGit { url = "https://github.com/o/NAME.git"; rev = "COMMIT"; '
            'ref = "refs/tags/v${version}"; }'
        ),
        'ref = "refs/tags/v1.2"',
    ),
}

# --- the same where a function makes the tag: argument, its expression, tags, what it becomes ---
TAGS = ("v1_0", "v1_2")
COMPUTED = {
    "rev": ("rev", '"v${lib.replaceStrings ["."] ["_"] version}"', TAGS, 'rev = "v1_2";'),
    "tag": ("tag", '"v${builtins.replaceStrings ["."] ["_"] version}"', TAGS, 'tag = "v1_2";'),
    "underscores": (
        "rev",
        '"REL_${lib.replaceStrings ["."] ["_"] version}"',
        ("REL_1_0", "REL_1_2"),
        'rev = "REL_1_2";',
    ),
    "whole": (
        "rev",
        '"refs/tags/v${lib.replaceStrings ["."] ["_"] version}"',
        TAGS,
        'rev = "refs/tags/v1_2";',
    ),
    "zip": ("url", '"URL/v${lib.replaceStrings ["."] ["_"] version}.tar.gz"', TAGS, "/v1_2.tar.gz"),
    "zip-of-ref": (
        "url",
        '"URL/refs/tags/v${lib.replaceStrings ["."] ["_"] version}.zip"',
        TAGS,
        "/archive/refs/tags/v1_2.zip",
    ),
}
# --- what else is made from the version, so that no label is true: a second source ---
FROM_HUB = 'fetchFromGitHub { owner = "o"; hash = "HASH"; '
SHARED = {
    "same": FROM_HUB + 'repo = "NAME"; rev = "v${version}"; }',
    "own-tags": FROM_HUB + 'repo = "data"; rev = "d-${version}"; }',
    "index": 'fetchPypi { pname = "shared-data"; inherit version; hash = "HASH"; }',
    "git": 'fetchgit { url = "URL.git"; rev = "v${version}"; hash = "HASH"; }',
    "asset": 'fetchurl { url = "URL/archive/refs/tags/v${version}.tar.gz"; hash = "HASH"; }',
}

# --- two numbers with a dash, which nothing tells from PEP 440's 1.post2 beside another label ---
DASHED = {"bare": "", "release": "release-", "v": "v"}

# --- labels that go down: tags, what the source declares, label, what it becomes ---
LOWER = {
    "day-to-tag": (("v0.2",), "", "2024-01-01", "0.2-unstable-2025-01-04"),
    "day-to-declared": ((), "1.0", "2024-01-01", "1.0-unstable-2025-01-04"),
    "no-base": ((), "", "5.0", "0-unstable-2025-01-04"),
    "moment": ((), "", "2024-01-01-1200", "0-unstable-2025-01-04"),
    "year": ((), "", "2021", "0-unstable-2025-01-04"),
    "of-git": ((), "", "1.0-git", "0-unstable-2025-01-04"),
    "tag-that-lies": (("v1.0", "v1.2"), "0.9", "1.0", "0.9"),
}


def otherwise_at_addresses(world: Situations) -> None:
    for name, (call, _) in ADDRESSES.items():
        repository = world.repository(f"at-{name}")
        for tag, declared in (("v1.0", "1.0"), ("v1.2", "1.1")):
            files = {"setup.py": f"setup(version='{declared}')\n", "a": tag}
            repository.tag(tag, repository.commit(files))
        source = call.replace("NAME", f"at-{name}").replace("SRI", nar_hash(repository, "v1.0"))
        source = source.replace("COMMIT", repository.git("rev-parse", "v1.0"))
        world.overlay(f"at-{name}", f'  pname = "a"; version = "1.0";\n  src = {source};\n')


def computed(world: Situations) -> None:
    """Pin the older of two tags, of which a function of the version makes the name."""
    for name, (field, expression, tags, _) in COMPUTED.items():
        repository = world.repository(f"by-{name}")
        for tag, declared in zip(tags, ("1.0", "1.1"), strict=True):
            files = {"setup.py": f"setup(version='{declared}')\n", "a": tag}
            repository.tag(tag, repository.commit(files))
        sri = nar_hash(repository, tags[0])
        written = expression.replace("URL", ARCHIVE.replace("NAME", f"by-{name}"))
        if field == "url":
            call = f'fetchzip {{ url = {written}; hash = "{sri}"; }}'
            world.overlay(f"by-{name}", f'  pname = "a"; version = "1.0";\n  src = {call};\n')
        else:
            world.pin(f"by-{name}", "1.0", rev=written, sri=f'"{sri}"', field=field)


def shared(world: Situations) -> None:
    """Pin the older of two tags, and make a second source of its version."""
    data = world.repository("data")
    for version in ("1.0", "1.2"):
        data.tag(f"d-{version}", data.commit({"a": version}))
        world.index.release("shared-data", version)
    for name, call in SHARED.items():
        repository = world.repository(f"shared-{name}")
        for version, declared in (("1.0", "1.0"), ("1.2", "1.1")):
            files = {"setup.py": f"setup(version='{declared}')\n", "a": version}
            repository.tag(f"v{version}", repository.commit(files))
        url = f"https://github.com/o/shared-{name}"
        second = call.replace("NAME", f"shared-{name}").replace("HASH", FAKE).replace("URL", url)
        sri = f'"{nar_hash(repository, "v1.0")}"'
        more = f"data = {second};\n"
        world.pin(f"shared-{name}", "1.0", rev='"v${version}"', sri=sri, more=more)


def dashed(world: Situations) -> None:
    """Pin the older of two tags; where a format is configured, the tag tells its version."""
    for name, prefix in DASHED.items():
        repository = world.repository(f"dashed-{name}")
        for tag, declared in ((f"{prefix}1-0", "1.0"), (f"{prefix}1-2", "1.1")):
            files = {"setup.py": f"setup(version='{declared}')\n", "a": tag}
            repository.tag(tag, repository.commit(files))
        sri = f'"{nar_hash(repository, f"{prefix}1-0")}"'
        pin = {"rev": f'"{prefix}1-0"', "sri": sri, "repo": f"dashed-{name}"}
        world.pin(f"dashed-{name}", "1.0", **pin)
        settings = f'tag_format: "{prefix}{{dashed}}"'
        world.pin(f"format-{name}", "1.0", settings=settings, **pin)


def lower(world: Situations) -> None:
    for name, (tags, declared, label, _) in LOWER.items():
        repository = world.repository(f"lower-{name}")
        files = {"setup.py": f"setup(version='{declared}')\n"} if declared else {"a": "1"}
        first = repository.commit(files if name != "tag-that-lies" else {"a": "1"})
        if tags:
            repository.tag(tags[0], first)
        pinned = repository.commit({"a": "2"}, date="2025-01-02T00:00:00Z")
        newest = repository.commit(files, date="2025-01-04T00:00:00Z")
        if tags[1:]:
            repository.tag(tags[1], newest)
        settings = "track: commit, commit_interval: 0d"
        rev, sri = f'"{pinned}"', f'"{nar_hash(repository, pinned)}"'
        if name == "tag-that-lies":
            rev, sri, settings = '"v${version}"', f'"{nar_hash(repository, first)}"', ""
        world.pin(f"lower-{name}", label, rev=rev, sri=sri, settings=settings)


def otherwise_tag(name: str, version: str) -> str:
    """Return a tag, which is the version itself for one of them."""
    return version if name == "plain" else f"v{version}"


# --- the base of a commit's label: tags before the commit, the label before, the new one ---
BASES = {
    "day-tag": (("v0.2", "20250620"), "0.2-unstable-2024-01-01", "0.2-unstable-2025-01-04"),
    "short-day": (("v0.2", "25.06.20"), "0.2-unstable-2024-01-01", "0.2-unstable-2025-01-04"),
    "dotted": (("v0.2", "v2025.06.20"), "0.2-unstable-2024-01-01", "0.2-unstable-2025-01-04"),
    "of-years": (("v2024.1", "v2025.1"), "2024.1-unstable-2024-01-01", None),
    "day-label": ((), "2021-04-13", "2025-01-04"),
    "day-with-dots": ((), "2021.04.13", "2025.01.04"),
    "no-base": ((), "0-unstable-2021-04-13", "0-unstable-2025-01-04"),
}


def bases(world: Situations) -> None:
    """Pin a commit between the tags and the head; no source declares anything."""
    for name, (tags, label, _) in BASES.items():
        repository = world.repository(name)
        first = repository.commit({"a": "1"})
        for tag in tags:
            repository.tag(tag, first)
        pinned = repository.commit({"a": "2"}, date="2025-01-02T00:00:00Z")
        repository.commit({"a": "3"}, date="2025-01-04T00:00:00Z")
        sri = f'"{nar_hash(repository, pinned)}"'
        settings = "track: commit, commit_interval: 0d"
        world.pin(name, label, rev=f'"{pinned}"', sri=sri, settings=settings)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situations]:
    """All of them in one project."""
    with situations(tmp_path_factory.mktemp("labels")) as made:
        for make in (in_folders, of_tags, otherwise, otherwise_at_addresses, bases, lower):
            make(made)
        for make in (computed, shared, dashed):
            make(made)
        yield made


TRUE = [*FOLDERS, *(f"{name}-at" for name in FOLDERS)]
TRUE += [*LABELS, *(f"{name}-at" for name in LABELS), "day-label", "no-base"]


def reason(package: dict[str, Any]) -> str:
    return f"{package['state']}: {package['reason']}"


@pytest.mark.parametrize("token", WAYS.values(), ids=WAYS)
class TestBothWays:
    """GraphQL and git lead to the same."""

    @pytest.mark.parametrize("name", BASES)
    def test_a_commit_s_label_keeps_its_kind(
        self, world: Situations, token: str, name: str
    ) -> None:
        _, label, new = BASES[name]
        package = world.results("check", token=token)[name]
        assert package["status"] == "outdated"
        assert package["latest"] == (new or "2025.1-unstable-2025-01-04"), label

    def test_the_folder_s_version_follows_a_branch(self, world: Situations, token: str) -> None:
        settings = world.results("check", token=token)
        for name in FOLDERS:
            assert "9.0" not in str(settings[f"{name}-at"]["latest"])
            assert "3.99" not in str(settings[f"{name}-at"])


@pytest.mark.parametrize("name", TRUE)
def test_a_true_label_is_called_true(world: Situations, name: str) -> None:
    """And `pin` leaves it as it is."""
    assert reason(world.results("verify")[name]) == "true: None"
    assert world.text(name, "", "pin") == world.text(name, "")


@pytest.mark.parametrize("name", OTHERWISE)
def test_bump_writes_what_the_source_declares(world: Situations, name: str) -> None:
    """The tag stays as text, so that the label is what a build's metadata says."""
    _, _, newer, own = OTHERWISE[name]
    text = world.text(name, "", BUMP)
    assert f'version = "{own}"' in text
    assert f'rev = "{otherwise_tag(name, newer)}"' in text
    verified = world.results("verify", after=(BUMP,))[name]
    assert reason(verified) == "true: None"
    assert world.results("check", after=(BUMP,))[name]["status"] == "current"
    assert world.text(name, "", BUMP, BUMP) == text


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_tag_stays_in_an_address_as_text(world: Situations, name: str) -> None:
    """The label is what the source declares there, too, and the next tag is followed from it."""
    text = world.text(f"at-{name}", "", BUMP)
    assert 'version = "1.1";' in text
    assert ADDRESSES[name][1] in text
    assert world.results("verify", after=(BUMP,))[f"at-{name}"]["state"] == "true"
    assert world.results("check", after=(BUMP,))[f"at-{name}"]["status"] == "current"


@pytest.mark.parametrize("name", COMPUTED)
def test_a_tag_that_a_function_made_is_written_as_text(world: Situations, name: str) -> None:
    """Where the label is not the tag's; nothing else changes, and all is well then."""
    text = world.text(f"by-{name}", "", BUMP)
    assert 'version = "1.1";' in text
    assert COMPUTED[name][3] in text
    assert world.results("verify", after=(BUMP,))[f"by-{name}"]["state"] == "true"
    assert world.results("check", after=(BUMP,))[f"by-{name}"]["status"] == "current"
    assert world.text(f"by-{name}", "", BUMP, BUMP) == text


@pytest.mark.parametrize("name", SHARED)
def test_a_label_that_a_second_source_needs_is_not_made_false(world: Situations, name: str) -> None:
    """Both `check` and `bump` say so, and what would do."""
    for command in ("check", BUMP):
        package = world.results(*command.split())[f"shared-{name}"]
        assert (package["status"], package["newest"]["version"]) == ("held", "1.2")
        assert package["reason"] == (
            "the source of v1.2 declares 1.1, and data (line 10) is made from the version 1.2: "
            "write its tag there as text, or take it with `--to v1.2`"
        )
    assert world.text(f"shared-{name}", "", BUMP) == world.text(f"shared-{name}", "")
    taken = world.results("bump", "--no-build", "--to", "v1.2", f"shared-{name}")
    (package,) = taken.values()
    # What fetchgit checks out is hashed by Nix, which is not asked here.
    assert package["status"] == ("held" if name == "git" else "updated")
    assert package["latest"] == "1.2"


@pytest.mark.parametrize("name", DASHED)
def test_a_tag_still_tells_its_version(world: Situations, name: str) -> None:
    """Where another label would make it mean another one, a format is asked for."""
    prefix = DASHED[name]
    for command in ("check", BUMP):
        package = world.results(*command.split())[f"dashed-{name}"]
        assert package["status"] == "held"
        assert f'set `tag_format: "{prefix}{{dashed}}"` for the package' in package["reason"]
    text = world.text(f"format-{name}", "", BUMP)
    assert 'version = "1.1";' in text
    assert f'rev = "{prefix}1-2";' in text
    checked = world.results("check", after=(BUMP,))[f"format-{name}"]
    assert (checked["status"], checked["newest"]["version"]) == ("current", "1.2")


@pytest.mark.parametrize("name", LOWER)
def test_a_label_that_nix_takes_for_older_is_told(world: Situations, name: str) -> None:
    *_, label, new = LOWER[name]
    package = world.results(*BUMP.split())[f"lower-{name}"]
    assert package["latest"] == new
    assert [one["message"] for one in package["warnings"] if one["code"] == "downgrade"] == [
        f"Nix takes {new} to be older than {label}, so nobody would be upgraded to it"
    ]


@pytest.mark.parametrize("name", BASES)
def test_a_label_that_does_not_go_down_is_not_called_so(world: Situations, name: str) -> None:
    warnings = world.results("check")[name]["warnings"]
    assert [one["code"] for one in warnings if one["code"] == "downgrade"] == []


@pytest.mark.parametrize("command", [BUMP, "pin", "verify"])
def test_a_token_changes_nothing(world: Situations, command: str) -> None:
    assert world.differences(command) == []
