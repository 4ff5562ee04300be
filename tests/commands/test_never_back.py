"""A pin never goes back, and never to another package's version: ancestry and names decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.situations import WAYS, Situations, nar_hash, situations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.loopback.hosting import Hosted

    Make = Callable[[Hosted], None]

TAGGED = '"v${version}"'


def line(repository: Hosted, *versions: str, prefix: str = "v") -> dict[str, str]:
    """Commit and tag one version after the other; a version in brackets gets no tag."""
    made = {}
    for version in versions:
        name = version.strip("()")
        made[name] = repository.commit({"setup.py": f"setup(version='{name}')\n"})
        if name == version:
            repository.tag(f"{prefix}{name}", made[name])
    return made


# name -> label, rev, what is held, and what is said: status, latest
BACK = {
    "typo": ("0.2.28", TAGGED, "held", "0.2.29"),
    "typo-and-newer": ("0.2.28", TAGGED, "outdated", "0.2.30"),
    "year": ("1.4", TAGGED, "held", "14.0"),
    "late-tag": ("2.0", TAGGED, "held", "2.1"),
    "annotated": ("1.1", TAGGED, "held", "1.2"),
    "clock": ("1.0", TAGGED, "held", "1.1"),
    "side-branch": ("1.0.1", TAGGED, "outdated", "1.1"),
    "same-commit": ("1.0", TAGGED, "current", "1.0"),
    "by-commit": ("0.2.28", "COMMIT", "held", "0.2.29"),
}


def histories(world: Situations) -> None:
    """Make the repositories of these."""
    for name, (version, rev, *_) in BACK.items():
        repository = world.repository(name)
        match name:
            case "typo" | "by-commit":
                made = line(repository, "0.2.26", "0.2.27", "0.2.28")
                repository.tag("v0.2.29", made["0.2.26"])
            case "typo-and-newer":
                made = line(repository, "0.2.27", "0.2.28", "0.2.30")
                repository.tag("v0.3.1", made["0.2.27"])
            case "year":
                made = line(repository, "1.3", "1.4")
                repository.tag("v14.0", made["1.3"])
            case "late-tag":
                made = line(repository, "1.0", "(1.1)", "2.0")
                repository.tag("v2.1", made["1.1"])
            case "annotated":
                made = line(repository, "1.0", "1.1")
                repository.tag("v1.2", made["1.0"], annotated=True)
            case "clock":
                old = repository.commit({"a": "1"}, date="2025-03-01T00:00:00Z")
                new = repository.commit({"a": "2"}, date="2025-01-01T00:00:00Z")
                repository.tag("v1.1", old)
                repository.tag("v1.0", new)
            case "side-branch":
                made = line(repository, "1.0", "1.1")
                fix = repository.commit({"a": "fix"}, branch="1.0.x", parents=[made["1.0"]])
                repository.tag("v1.0.1", fix)
            case "same-commit":
                repository.tag("v1.0.1", line(repository, "1.0")["1.0"])
        commit = repository.git("rev-parse", f"v{version}^{{commit}}")
        sri = f'"{nar_hash(repository, commit)}"'
        world.pin(name, version, rev=rev.replace("COMMIT", f'"{commit}"'), sri=sri)


# A tag that its upstream moves: the pin holds a commit that is newer than the newest release.
MOVING = ("nightly", "latest", "tip", "edge-build", "continuous", "dev")


def moving(world: Situations) -> None:
    """Make a repository for each, whose moving tag is at its newest commit."""
    for name in MOVING:
        repository = world.repository(f"of-{name}")
        made = line(repository, "1.0", "1.1", "(1.2)", "(1.3)")
        repository.tag(name, made["1.3"])
        sri = f'"{nar_hash(repository, made["1.2"])}"'
        world.pin(f"of-{name}", "1.1", rev=f'"{name}"', sri=sri)


def at_heads(world: Situations) -> None:
    """Pin a branch by its whole name, as git writes it; a tag has the name of one of them."""
    repository = world.repository("heads")
    made = line(repository, "1.0", "(1.1)", "(1.2)")
    repository.branch("2.x", made["1.2"])
    repository.tag("2.x", made["1.0"])
    for name, branch in (("main", "main"), ("tag", "2.x")):
        sri = f'"{nar_hash(repository, made["1.1"])}"'
        world.pin(f"head-{name}", "1.0", rev=f'"refs/heads/{branch}"', sri=sri, repo="heads")


# One commit with several tags: the package's name, its label, its tags, and the newest of its own.
SHARED = {
    "zeta": ("3.0.0", ("v1.2.0", "zeta-v3.0.0"), ("v1.3.0", "zeta-v3.1.0"), "3.1.0"),
    "alpha": ("0.4.0", ("alpha/v0.4.0", "v9.0.0"), ("v9.1.0", "alpha/v0.5.0"), "0.5.0"),
    "beta": ("1.0", ("1.0", "v5.0"), ("1.1", "v5.1"), "1.1"),
    "gamma-ray": ("2.0", ("gamma_ray@2.0", "core@5.0"), ("core@5.1", "gamma_ray@2.1"), "2.1"),
    "delta": ("0.9", ("a-5.0", "delta==0.9", "v5.0"), ("a-6.0", "delta==1.0", "v6.0"), "1.0"),
    "eta": ("3.0", ("v1.0", "3.0-eta"), ("v1.1", "3.1-eta"), "3.1"),
    "theta": ("2.0", ("v1.0", "v2.0/theta"), ("v2.1/theta", "v1.1"), "2.1"),
    "epsilon": ("v2", ("v1.5.0", "epsilon-2"), ("v1.6.0", "epsilon-3"), "v3"),
}


def shared(world: Situations) -> None:
    """Make a repository for each, and pin its first commit."""
    for name, (label, before, after, _) in SHARED.items():
        repository = world.repository(f"many-{name}")
        commit = repository.commit({f"{name}.txt": label})
        for tag in before:
            repository.tag(tag, commit)
        newer = repository.commit({f"{name}.txt": "newer"})
        for tag in after:
            repository.tag(tag, newer)
        sri = f'"{nar_hash(repository, commit)}"'
        world.pin(name, label, rev=f'"{commit}"', sri=sri, repo=f"many-{name}")


# A commit stands beside its tag, which upstream has moved to an older one since.
BESIDE = {
    "git-tag": 'builtins.fetchGit { url = "URL"; ref = "refs/tags/v1.2"; rev = "REV"; }',
    "git-version": 'builtins.fetchGit { url = "URL"; ref = "refs/tags/v${version}"; rev = "REV"; }',
    "bare-git": 'fetchGit { url = "URL"; rev = "REV"; ref = "refs/tags/v1.2"; shallow = true; }',
    "tree": 'fetchTree { type = "git"; url = "URL"; ref = "refs/tags/v1.2"; rev = "REV"; }',
    "tree-of-hub": (
        'builtins.fetchTree { type = "github"; owner = "o"; repo = "beside"; rev = "REV"; '
        'ref = "refs/tags/v1.2"; narHash = "SRI"; }'
    ),
}


def beside(world: Situations) -> None:
    """Pin the commit that a tag named; the tag, and a newer one, are at commits before it."""
    repository = world.repository("beside")
    made = line(repository, "1.0", "1.1", "(1.2)")
    repository.tag("v1.2", made["1.0"])
    repository.tag("v1.3", made["1.1"])
    sri = nar_hash(repository, made["1.2"])
    for name, call in BESIDE.items():
        source = call.replace("URL", "https://github.com/o/beside.git").replace("SRI", sri)
        source = source.replace("REV", made["1.2"])
        world.overlay(name, f'  pname = "beside"; version = "1.2";\n  src = {source};\n')


def bounced(world: Situations) -> None:
    """Pin a tag on one branch, whose older commit has a higher tag than what another one has."""
    for name, is_ahead in (("bounced", False), ("onward", True)):
        repository = world.repository(name)
        made = line(repository, "0.9", "1.0", "0.1")
        start = made["1.0" if is_ahead else "0.9"]
        repository.tag("v0.3", repository.commit({"a": name}, branch="side", parents=[start]))
        sri = f'"{nar_hash(repository, made["0.1"])}"'
        world.pin(name, "0.1", rev=TAGGED, sri=sri)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situations]:
    """All of them in one project."""
    with situations(tmp_path_factory.mktemp("histories")) as made:
        histories(made)
        moving(made)
        at_heads(made)
        shared(made)
        beside(made)
        bounced(made)
        yield made


def warned(package: dict[str, Any]) -> str:
    return " ".join(warning["message"] for warning in package["warnings"])


@pytest.mark.parametrize("token", WAYS.values(), ids=WAYS)
class TestBothWays:
    """GraphQL and git lead to the same."""

    @pytest.mark.parametrize("name", BACK)
    def test_a_tag_on_an_ancestor_is_older(self, world: Situations, token: str, name: str) -> None:
        *_, status, latest = BACK[name]
        package = world.results("check", token=token)[name]
        assert (package["status"], package["latest"]) == (status, latest), package
        if status == "held":
            assert "is older than what is pinned, whatever its name says" in package["reason"]

    @pytest.mark.parametrize("name", MOVING)
    def test_a_moving_tag_does_not_go_back(self, world: Situations, token: str, name: str) -> None:
        """The commit that the hash holds is newer than the newest release: its branch goes on."""
        package = world.results("check", token=token)[f"of-{name}"]
        assert package["status"] == "outdated"
        assert package["latest"].startswith("1.3-unstable-")
        assert package["reason"] == (
            f"replaces the moving tag `{name}` by the newest commit of the branch `main`"
        )

    @pytest.mark.parametrize("name", BESIDE)
    def test_the_commit_beside_a_tag_is_what_is_held(
        self, world: Situations, token: str, name: str
    ) -> None:
        package = world.results("check", token=token)[name]
        assert (package["status"], package["latest"]) == ("held", "1.3"), package
        assert "v1.3 is older than what is pinned" in package["reason"]
        assert "tag v1.2 is" in warned(package)

    def test_no_update_leads_to_where_an_older_tag_is_next(
        self, world: Situations, token: str
    ) -> None:
        """From a branch that does not hold it, v1.0 would be newer, and older than what it was."""
        checked = world.results("check", token=token)
        assert (checked["bounced"]["status"], checked["bounced"]["latest"]) == ("held", "1.0")
        assert (checked["onward"]["status"], checked["onward"]["latest"]) == ("outdated", "0.3")

    @pytest.mark.parametrize("name", SHARED)
    def test_the_package_s_own_tag_decides(self, world: Situations, token: str, name: str) -> None:
        package = world.results("check", token=token)[name]
        assert (package["status"], package["latest"]) == ("outdated", SHARED[name][3])


def test_what_is_written_is_true_and_the_last_word(world: Situations) -> None:
    """After a bump every pin is true, and a second bump changes nothing.

    But of those that are now at a commit, and follow their branch from there; and a tag that was
    moved away from what is held stays moved.
    """
    bump = "bump --no-build"
    verdicts = world.results("verify", after=(bump,))
    untrue = {name: one["state"] for name, one in verdicts.items() if one["state"] != "true"}
    assert untrue == dict.fromkeys(BESIDE, "tag moved")
    again = world.results("bump", "--no-build", after=(bump,))
    assert {one["status"] for one in again.values()} <= {"current", "held"}


def test_what_is_passed_over_is_said(world: Situations) -> None:
    package = world.results("check")["typo-and-newer"]
    assert "v0.3.1 is older than what is pinned" in warned(package)


@pytest.mark.parametrize(("name", "branch"), [("head-main", "main"), ("head-tag", "2.x")])
def test_a_branch_by_its_whole_name_is_that_branch(
    world: Situations, name: str, branch: str
) -> None:
    """And never the tag of the same name; what its hash belongs to is newer than v1.0."""
    verified = world.results("verify")[name]
    assert verified["state"] == "drifted"
    assert f"`{branch}` is commit " in verified["reason"]
    package = world.results("check")[name]
    assert (package["status"], package["latest"][:12]) == ("outdated", "1.2-unstable")
    newest = "the newest commit of the branch `main`"
    assert package["reason"] == f"replaces the branch `{branch}` by {newest}"


OF_HASHES = [pytest.param(command, marks=pytest.mark.thorough) for command in ("pin", "verify")]


@pytest.mark.parametrize("command", ["bump --no-build", *OF_HASHES])
def test_a_token_changes_nothing(world: Situations, command: str) -> None:
    assert world.differences(command) == []
