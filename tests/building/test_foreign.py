"""A branch of somebody else: which flake of it is evaluated, and what a file of it may read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from updater.building.foreign import ForeignTree, locked_inputs, steering
from updater.errors import BuildError
from updater.model import BuildPolicy

if TYPE_CHECKING:
    from pathlib import Path

FLAKE = BuildPolicy()
FILE = BuildPolicy(file="default.nix")
FORGE = {"type": "github", "owner": "o", "repo": "r", "rev": "1", "narHash": "sha256-x"}
OWN = {"type": "path", "path": "/mine", "narHash": "sha256-x"}


def lock(**inputs: dict[str, Any]) -> bytes:
    """A flake.lock."""
    nodes = {name: {"locked": locked, "original": locked} for name, locked in inputs.items()}
    return json.dumps({"nodes": {**nodes, "root": {"inputs": {}}}, "version": 7}).encode()


def tree(root: Path, *, base: bytes | None, now: bytes | None, job: bool) -> ForeignTree:
    """A flake with a lock at the base and now."""
    (root / "flake.nix").write_text("{ }")
    if now is not None:
        (root / "flake.lock").write_bytes(now)
    return ForeignTree(root, "base", {"flake.nix": b"{ }", "flake.lock": base}, job)


HERE = {
    "a folder": {"type": "path", "path": "/home/me"},
    "a folder above": {"type": "path", "path": "../.."},
    "a folder above, hidden": {"type": "path", "path": "./a/../../b"},
    "a path that is not told": {"type": "path"},
    "a repository": {"type": "git", "url": "file:///home/me/repository"},
    "an archive": {"type": "tarball", "url": "file:///home/me/archive.tar.gz"},
    "a file": {"type": "file", "url": "file:///home/me/.netrc"},
    "with keys": {"type": "git", "url": "ssh://git@code.example/o/r"},
    "mercurial": {"type": "mercurial", "url": "/home/me/repository"},
    "a kind that nobody knows": {"type": "newest", "url": "https://code.example"},
    "several kinds": {"type": ["path"], "path": "/home/me"},
    "a folder for a name": {"type": "indirect", "id": "/home/me"},
    "an address for a host": {**FORGE, "host": "file:///home/me"},
    "no kind": {"url": "https://code.example"},
}
ELSEWHERE = {
    "a forge": FORGE,
    "a forge of one's own": {**FORGE, "type": "gitlab", "host": "code.example"},
    "git": {"type": "git", "url": "https://code.example/o/r"},
    "an archive": {"type": "tarball", "url": "https://code.example/a.tar.gz"},
    "a folder of the tree": {"type": "path", "path": "./sub"},
    "what the base has, at another state": {**OWN, "narHash": "sha256-y"},
}


@pytest.mark.parametrize("source", HERE.values(), ids=HERE)
@pytest.mark.parametrize("part", ["locked", "original"])
def test_an_input_that_is_a_place_of_this_machine_is_refused(
    tmp_path: Path, source: dict[str, Any], part: str
) -> None:
    nodes = {"x": {"locked": FORGE, "original": FORGE, part: source}}
    now = json.dumps({"nodes": nodes}).encode()
    foreign = tree(tmp_path, base=lock(nixpkgs=OWN), now=now, job=True)
    with pytest.raises(
        BuildError, match=r"^the input 'x' of flake\.lock is a place of this machine"
    ):
        foreign.refuse(FLAKE, (), sandboxed=True)


@pytest.mark.parametrize("source", ELSEWHERE.values(), ids=ELSEWHERE)
def test_an_input_from_elsewhere_is_evaluated_in_a_job(
    tmp_path: Path, source: dict[str, Any]
) -> None:
    foreign = tree(tmp_path, base=lock(nixpkgs=OWN), now=lock(x=source), job=True)
    foreign.refuse(FLAKE, (), sandboxed=True)


def test_what_is_not_sandboxed_is_built_in_a_job_alone(tmp_path: Path) -> None:
    """Whatever of the branch is the base's: what is built is what upstream has there now."""
    machine, job = (
        tree(tmp_path, base=lock(x=FORGE), now=lock(x=FORGE), job=job) for job in (False, True)
    )
    for policy in (FLAKE, FILE):
        job.refuse(policy, (), sandboxed=False)
        machine.refuse(policy, (), sandboxed=True)
        with pytest.raises(BuildError, match=r"^builds are not sandboxed, and those of") as e:
            machine.refuse(policy, (), sandboxed=False)
        assert "--trust" in e.value.hint


def test_what_is_fetched_ahead_is_all_that_a_lock_has_but_folders() -> None:
    named = lock(a=FORGE, b=OWN, c={"type": "tarball", "url": "https://code.example/a.tar.gz"})
    assert [source["type"] for source in locked_inputs(named, "flake.lock")] == [
        "github",
        "tarball",
    ]
    assert [*locked_inputs(b"", "flake.lock")] == []


def test_a_job_with_a_secret_evaluates_no_other_flake(tmp_path: Path) -> None:
    foreign = tree(tmp_path, base=lock(a=FORGE), now=lock(b=FORGE), job=True)
    with pytest.raises(
        BuildError, match=r"^GH_PAT is set, and evaluating this branch could read it"
    ):
        foreign.refuse(FLAKE, ("GH_PAT is set",), sandboxed=True)


@pytest.mark.parametrize("job", [True, False])
def test_the_bases_own_flake_is_evaluated_everywhere(tmp_path: Path, *, job: bool) -> None:
    """Whatever inputs it has, and beside secrets: evaluation is pure."""
    foreign = tree(tmp_path, base=lock(x=OWN), now=lock(x=OWN), job=job)
    foreign.refuse(FLAKE, ("GH_PAT is set",), sandboxed=True)


CHANGED = {
    "the flake": ("flake.nix", b"{ inputs = { }; }", "flake.nix"),
    "the lock": ("flake.lock", lock(y=FORGE), "flake.lock"),
}


@pytest.mark.parametrize(("file", "text", "why"), CHANGED.values(), ids=CHANGED)
def test_another_flake_is_not_evaluated_on_somebodys_own_machine(
    tmp_path: Path, file: str, text: bytes, why: str
) -> None:
    foreign = tree(tmp_path, base=lock(x=FORGE), now=lock(x=FORGE), job=False)
    (tmp_path / file).write_bytes(text)
    with pytest.raises(
        BuildError, match=f"^the flake is not evaluated: the base has another {why}, "
    ) as e:
        foreign.refuse(FLAKE, (), sandboxed=True)
    assert "--trust" in e.value.hint


def test_an_impure_flake_is_not_evaluated_there_either(tmp_path: Path) -> None:
    foreign = tree(tmp_path, base=lock(x=FORGE), now=lock(x=FORGE), job=False)
    with pytest.raises(BuildError, match="it is impure"):
        foreign.refuse(BuildPolicy(options=("--impure",)), (), sandboxed=True)


UNTOLD = {
    "no lock": (None, (), "flake.lock is missing, and the flake differs"),
    "no JSON": (b"{", (), "flake.lock cannot be read"),
    "brackets without end": (b"[" * 100_000, (), "flake.lock cannot be read"),
    "another form": (b'{"nodes": []}', (), "flake.lock cannot be read"),
    "other inputs by options": (
        lock(y=FORGE),
        ("--override-input", "x", "path:/mine"),
        "`options:` give it other inputs",
    ),
}


@pytest.mark.parametrize(("now", "options", "why"), UNTOLD.values(), ids=UNTOLD)
def test_a_flake_whose_inputs_nobody_can_tell_is_refused(
    tmp_path: Path, now: bytes | None, options: tuple[str, ...], why: str
) -> None:
    foreign = tree(tmp_path, base=lock(x=FORGE), now=now, job=True)
    with pytest.raises(BuildError, match=why):
        foreign.refuse(BuildPolicy(options=options), (), sandboxed=True)


def test_a_link_in_the_flakes_place_is_refused(tmp_path: Path) -> None:
    foreign = tree(tmp_path, base=lock(x=FORGE), now=None, job=True)
    (tmp_path / "flake.lock").symlink_to("/proc/self/environ")
    with pytest.raises(BuildError, match=r"flake\.lock: is a link that leads out of the project"):
        foreign.refuse(FLAKE, (), sandboxed=True)


def test_a_file_reads_what_the_bases_file_names_and_no_more(tmp_path: Path) -> None:
    text = (
        b'{ }: import /srv/nixpkgs { x = ./y; url = "https://a.example/b"; z = /srv/a/b.nix; '
        b"w = /. + x; v = /srv/../etc; } # /etc"
    )
    base = {"default.nix": text, "flake.nix": b"/mine"}
    foreign = ForeignTree(tmp_path, "base", base, disposable=False)
    foreign.refuse(FILE, (), sandboxed=True)
    options = foreign.restrictions(tmp_path / "copies")
    assert options == (
        *("--option", "restrict-eval", "true"),
        *("--option", "allowed-uris", "https:// http://"),
        *("-I", str(tmp_path / "copies"), "-I", "/srv/nixpkgs", "-I", "/srv/a/b.nix"),
    )
    with pytest.raises(BuildError, match="GH_PAT is set"):
        foreign.refuse(FILE, ("GH_PAT is set",), sandboxed=True)


def test_what_is_evaluated_is_named_by_the_policy() -> None:
    assert steering(FILE) == ("default.nix",)
    assert steering(BuildPolicy(flake="./nix")) == ("nix/flake.nix", "nix/flake.lock")
