"""Archives of a branch by their address: they are pins whose rev moves, as any other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.situations import Situations, nar_hash, situations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.loopback.hosting import Hosted

BUMP = "bump --no-build"
HOME = "https://github.com/o"

# --- of a repository with a newer tag: how the address is written, with a tag, with a commit ---
FORMS = {
    "branch": ("archive/main.tar.gz", "archive/v1.1.tar.gz", "archive/COMMIT.tar.gz"),
    "whole-ref": (
        "archive/refs/heads/main.tar.gz",
        "archive/refs/tags/v1.1.tar.gz",
        "archive/COMMIT.tar.gz",
    ),
    "as-zip": ("archive/main.zip", "archive/v1.1.zip", "archive/COMMIT.zip"),
    "head": ("archive/HEAD.tar.gz", "archive/v1.1.tar.gz", "archive/COMMIT.tar.gz"),
    "ball": ("tarball/main", "tarball/v1.1", "tarball/COMMIT"),
    "named": (
        "archive/main/named-main.tar.gz",
        "archive/v1.1/named-v1.1.tar.gz",
        "archive/COMMIT/named-COMMIT.tar.gz",
    ),
    # `refs/heads/dev` is the branch, and not the tag of that name
    "twin": (
        "archive/refs/heads/dev.tar.gz",
        "archive/refs/tags/v1.1.tar.gz",
        "archive/COMMIT.tar.gz",
    ),
    "gone": ("archive/master.tar.gz", "archive/v1.1.tar.gz", "archive/COMMIT.tar.gz"),
    "moving-tag": ("archive/nightly.tar.gz", "archive/v1.1.tar.gz", "archive/COMMIT.tar.gz"),
}
CALLS = {
    "zip": 'fetchzip {{ url = "{url}"; hash = "{sri}"; }}',
    "tarball": 'builtins.fetchTarball {{ url = "{url}"; sha256 = "{sri}"; }}',
}
# --- of one where nothing but commits comes after: has it a tag, and what its label is ---
BEHIND = {
    "untagged": (False, "unstable-2025-01-01"),
    "tagged": (True, "1.0"),
    "unlabelled": (False, ""),
}


def history(world: Situations, name: str, *tags: str) -> tuple[Hosted, str]:
    """Make four commits, of which the first and third have the tags; return the second, too."""
    repository = world.repository(name)
    first = repository.commit({"a": name})
    pinned = repository.commit({"b": "2"})
    third = repository.commit({"b": "3"})
    repository.commit({"b": "4"})
    for tag, commit in zip(tags, (first, third), strict=False):
        repository.tag(tag, commit)
    return repository, pinned


def overlay(world: Situations, name: str, source: str, version: str = "1.0") -> None:
    label = f'  version = "{version}";\n' if version else ""
    world.overlay(name, f'  pname = "{name}";\n{label}  src = {source};\n')


def branches(world: Situations) -> None:
    for kind, call in CALLS.items():
        for form, (address, *_) in FORMS.items():
            name = f"{kind}-{form}"
            repository, pinned = history(world, name, "v1.0", "v1.1")
            if form == "twin":
                repository.branch("dev")
                repository.tag("dev", repository.git("rev-parse", "v1.0"))
            if form == "moving-tag":
                repository.tag("nightly", repository.git("rev-parse", "main"))
            url, sri = f"{HOME}/{name}/{address}", nar_hash(repository, pinned)
            overlay(world, name, call.format(url=url, sri=sri))


def behind(world: Situations) -> None:
    for name, (is_tagged, label) in BEHIND.items():
        repository, pinned = history(world, name, *(("v1.0",) if is_tagged else ()))
        url, sri = f"{HOME}/{name}/archive/main.tar.gz", nar_hash(repository, pinned)
        overlay(world, name, CALLS["zip"].format(url=url, sri=sri), label)


def others(world: Situations) -> None:
    """Pin what no tree has, a file as it is, and what has no hash."""
    for name in (
        "edited",
        "file",
        "gone-file",
        "empty",
        "alone",
        "in-a-set",
        "mirrored",
        "slashed",
    ):
        history(world, name, "v1.0", "v1.1")
    sri = "sha256-hL1Pmx9MVuomGXqXxUa85bZDErbMqDgaN+u5KtWLWVk="
    at = {name: f"{HOME}/{name}/archive/main.tar.gz" for name in ("edited", "file", "empty")}
    overlay(world, "edited", CALLS["zip"].format(url=at["edited"], sri=sri))
    overlay(world, "file", f'fetchurl {{ url = "{at["file"]}"; hash = "{sri}"; }}')
    gone = f"{HOME}/gone-file/archive/refs/heads/gone.tar.gz"
    overlay(world, "gone-file", f'fetchurl {{ url = "{gone}"; hash = "{sri}"; }}')
    overlay(world, "empty", CALLS["tarball"].format(url=at["empty"], sri=""))
    overlay(world, "alone", f'builtins.fetchTarball "{HOME}/alone/archive/main.tar.gz"')
    url = f"{HOME}/in-a-set/archive/main.tar.gz"
    overlay(world, "in-a-set", f'builtins.fetchTarball {{ url = "{url}"; }}')
    url = f"{HOME}/slashed/archive/feature/x.tar.gz"
    overlay(world, "slashed", CALLS["zip"].format(url=url, sri=sri))
    urls = f'"{HOME}/mirrored/archive/main.tar.gz" "https://mirror.example/main.tar.gz"'
    overlay(world, "mirrored", f'fetchzip {{ urls = [ {urls} ]; hash = ""; }}')


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situations]:
    """All of them in one project."""
    with situations(tmp_path_factory.mktemp("branch-archives")) as made:
        branches(made)
        behind(made)
        others(made)
        yield made


def pinned_commit(package: dict[str, Any]) -> str:
    return str(package["pinned"]["commit"])


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize("form", FORMS)
def test_the_newest_tag_takes_the_place_of_a_branch(
    world: Situations, kind: str, form: str
) -> None:
    name, (_, tagged, _) = f"{kind}-{form}", FORMS[form]
    checked = world.results("check")[name]
    assert (checked["status"], checked["latest"]) == ("outdated", "1.1")
    text = world.text(name, "", BUMP)
    assert (f'url = "{HOME}/{name}/{tagged}"' in text, 'version = "1.1";' in text) == (True, True)
    assert world.results("verify", after=(BUMP,))[name]["state"] == "true"
    assert world.results("check", after=(BUMP,))[name]["status"] == "current"


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize("form", FORMS)
def test_the_commit_of_the_hash_takes_the_place_of_a_branch(
    world: Situations, kind: str, form: str
) -> None:
    """By `pin`, which leaves the hash; `verify` says before that the pin is not what it says."""
    name, (_, _, of_commit) = f"{kind}-{form}", FORMS[form]
    state = world.results("verify")[name]["state"]
    assert state == ("gone" if form == "gone" else "drifted")
    commit = pinned_commit(world.results("identify")[name])
    before, text = world.text(name, ""), world.text(name, "", "pin")
    assert f'url = "{HOME}/{name}/{of_commit.replace("COMMIT", commit)}"' in text
    assert [line for line in text.split(";") if "sha256-" in line] == [
        line for line in before.split(";") if "sha256-" in line
    ]
    assert world.results("verify", after=("pin",))[name]["state"] == "true"


@pytest.mark.parametrize("name", BEHIND)
def test_the_newest_commit_takes_the_place_of_a_branch(world: Situations, name: str) -> None:
    """Where upstream has no tag after what is pinned; the label says the commit's day then."""
    repository = world.github.named(f"o/{name}")
    assert repository is not None
    head = repository.git("rev-parse", "main")
    checked = world.results("check")[name]
    assert (checked["status"], checked["commit"]) == ("outdated", head)
    text = world.text(name, "", BUMP)
    assert f'url = "{HOME}/{name}/archive/{head}.tar.gz"' in text
    assert ("-unstable-2025-01-0" in text) is bool(BEHIND[name][1])
    assert world.results("verify", after=(BUMP,))[name]["state"] == "true"
    assert world.results("check", after=(BUMP,))[name]["status"] == "current"


def test_an_empty_hash_is_filled_in_beside_the_newest_tag(world: Situations) -> None:
    text = world.text("empty", "", BUMP)
    assert (f"{HOME}/empty/archive/v1.1.tar.gz" in text, 'sha256 = "sha256-' in text) == (
        True,
        True,
    )
    assert world.results("verify", after=(BUMP,))["empty"]["state"] == "true"


OF_BYTES = (
    "its hash does not tell its commit: fetchurl hashes the archive as it is, not the tree in it"
)
SAID = {
    "edited": ("held", "none of 4 commits matches the pinned hash"),
    "file": (
        "held",
        (f"{OF_BYTES}. Choose one with `--to VERSION`, or the newest commit with `--to main`."),
    ),
    "gone-file": ("held", f"{OF_BYTES}. Choose one with `--to VERSION`."),
    "mirrored": ("held", "overlays/mirrored.nix:4: urls[1] would go on naming the old file"),
    "alone": ("skipped", 'to follow it, write `{ url = ...; sha256 = ""; }` for the address'),
    "in-a-set": ("skipped", 'to follow it, write `sha256 = "";` beside the address'),
    "slashed": (
        "skipped",
        (
            "overlays/slashed.nix:4: the address does not tell whether its branch is feature or "
            "feature/x: write a tag or a commit there"
        ),
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_what_is_not_followed_says_what_to_write_and_stays(world: Situations, name: str) -> None:
    """In the same words before and after anything is downloaded."""
    status, reason = SAID[name]
    for command in ("check", BUMP):
        package = world.results(*command.split())[name]
        assert package["status"] == status
        assert reason in package["reason"]
    assert world.text(name, "", BUMP) == world.text(name, "")


VERSION = "choose a version with `updater bump --to VERSION`"
JUDGED = {
    "file": ("drifted", f"{VERSION}, or the newest commit with `--to main`"),
    "gone-file": ("gone", VERSION),
}


@pytest.mark.parametrize("name", JUDGED)
def test_the_archive_of_a_branch_as_a_file_has_a_way_out(world: Situations, name: str) -> None:
    """What `verify` and `pin` say to write can be written: nobody finds a commit of the bytes."""
    verified = world.results("verify")[name]
    assert (verified["state"], verified["hint"]) == JUDGED[name]
    assert world.results("identify")[name]["reason"] == OF_BYTES
    pinned = world.results("pin")[name]
    assert (pinned["status"], pinned["reason"].startswith(f"{OF_BYTES}. Choose one with")) == (
        "held",
        True,
    )


@pytest.mark.parametrize(("name", "to"), [("file", "main"), ("file", "1.1"), ("gone-file", "1.1")])
def test_what_is_chosen_takes_the_place_of_the_branch(
    world: Situations, name: str, to: str
) -> None:
    command = f"bump {name} --no-build --to {to}"
    repository = world.github.named(f"o/{name}")
    assert repository is not None
    chosen = repository.git("rev-parse", "main") if to == "main" else "v1.1"
    assert f"{chosen}.tar.gz" in world.text(name, "", command)
    assert world.results("verify", after=(command,))[name]["state"] == "true"


@pytest.mark.parametrize("command", ["check", "verify", "pin", BUMP])
def test_a_token_changes_nothing(world: Situations, command: str) -> None:
    assert world.differences(command) == []
