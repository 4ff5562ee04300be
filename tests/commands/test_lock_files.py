"""Lock files beside a package: taken from the new source together with the pin, or held."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.commands.repository import Home
from tests.killed import Killed
from tests.project import FAKE, Project, unpacked_hash

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.loopback.index import Index


def cargo_lock(version: str) -> str:
    """Return the Cargo.lock of a project of some version."""
    return f'version = 3\n\n[[package]]\nname = "tool"\nversion = "{version}"\n'


def package_lock(version: str) -> str:
    """Return a package-lock.json of a project of some version."""
    return json.dumps({"name": "tool", "version": version, "lockfileVersion": 3}) + "\n"


def manifest(version: str) -> str:
    """Return a package.json of a project of some version."""
    return json.dumps({"name": "tool", "version": version}) + "\n"


def overlay(beside: str, name: str = "tool") -> str:
    """Return an overlay of tool 1.0.0 with attributes beside its source."""
    builder = "rustPlatform.buildRustPackage" if "cargo" in beside else "stdenv.mkDerivation"
    return f"""\
final: prev:
let
  lock = ./locks/tool.lock;
in
{{
  {name} = prev.{builder} (finalAttrs: {{
    pname = "{name}";
    version = "1.0.0";
    src = prev.fetchFromGitHub {{
      owner = "o";
      repo = "tool";
      tag = "v${{finalAttrs.version}}";
      hash = "{FAKE}";
    }};
    {beside}
  }});
}}
"""


@pytest.fixture
def upstream(github: GitHub) -> Hosted:
    """A repository whose lock files change with its version."""
    repository = github.repository("o", "tool")
    for version in ("1.0.0", "2.0.0"):
        files = {
            "Cargo.lock": cargo_lock(version),
            "rs/Cargo.lock": cargo_lock(f"{version}-rs"),
            "package-lock.json": package_lock(version),
            "package.json": manifest(version),
            "web/package-lock.json": package_lock(f"{version}-web"),
            "broken/Cargo.lock": "<<<<<<< HEAD\n",
        }
        repository.tag(f"v{version}", repository.commit(files))
    return repository


def updated(text: str, upstream: Hosted, folder: Path) -> str:
    """Return an overlay of version 2.0.0, with the hash that Nix gives."""
    sri = unpacked_hash(upstream, upstream.git("rev-parse", "v2.0.0").strip(), folder)
    return text.replace("1.0.0", "2.0.0").replace(FAKE, sri)


TAKEN: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "cargoLock.lockFile": (
        "cargoLock.lockFile = ./Cargo.lock;",
        {"Cargo.lock": (cargo_lock("1.0.0"), cargo_lock("2.0.0"))},
    ),
    "a set, by a name": (
        "cargoLock = { lockFile = lock; };",
        {"locks/tool.lock": (cargo_lock("1.0.0"), cargo_lock("2.0.0"))},
    ),
    "its contents, of a folder of the source": (
        'cargoRoot = "rs"; cargoLock.lockFileContents = builtins.readFile ./Cargo.lock;',
        {"Cargo.lock": (cargo_lock("1.0.0-rs"), cargo_lock("2.0.0-rs"))},
    ),
    "importCargoLock": (
        (
            'sourceRoot = "${finalAttrs.src.name}/rs";\n'
            'cargoDeps = prev.rustPlatform.importCargoLock { lockFile = ./. + "/rs.lock"; };'
        ),
        {"rs.lock": (cargo_lock("1.0.0-rs"), cargo_lock("2.0.0-rs"))},
    ),
    "importNpmLock of a folder": (
        "npmDeps = prev.importNpmLock { npmRoot = ./.; };",
        {
            "package-lock.json": (package_lock("1.0.0"), package_lock("2.0.0")),
            "package.json": (manifest("1.0.0"), manifest("2.0.0")),
        },
    ),
    "importNpmLock of two files": (
        (
            "npmDeps = prev.importNpmLock { package = prev.lib.importJSON ./npm/package.json;\n"
            "packageLock = prev.lib.importJSON ./npm/lock.json; };"
        ),
        {
            "npm/lock.json": (package_lock("1.0.0"), package_lock("2.0.0")),
            "npm/package.json": (manifest("1.0.0"), manifest("2.0.0")),
        },
    ),
    "put there by a script": (
        'postPatch = "cp ${./web.lock.json} web/package-lock.json";',
        {"web.lock.json": (package_lock("1.0.0-web"), package_lock("2.0.0-web"))},
    ),
}


@pytest.mark.parametrize(("beside", "files"), TAKEN.values(), ids=TAKEN)
def test_a_lock_file_is_taken_from_the_new_source(
    project: Project,
    upstream: Hosted,
    tmp_path: Path,
    beside: str,
    files: dict[str, tuple[str, str]],
) -> None:
    """A dry run shows it and writes nothing; then its files and the overlay change, no others."""
    text = overlay(beside)
    path = project.overlay("tool.nix", text)
    for name, (before, _) in files.items():
        project.overlay(name, before)
    old = project.snapshot()
    shown = project.run("bump", "--dry-run")
    assert (shown.code, project.snapshot()) == (0, old)
    result = project.run("bump", "--json")
    (package,) = result.json["packages"]
    assert (result.code, package["status"]) == (0, "updated"), result.out
    new = {
        **old,
        "overlays/tool.nix": updated(text, upstream, tmp_path).encode(),
        **{f"overlays/{name}": after.encode() for name, (_, after) in files.items()},
    }
    assert project.snapshot() == new
    for name, data in old.items():
        (project.root / name).write_bytes(data)
    subprocess.run(["git", "apply"], input=shown.out, text=True, check=True, cwd=project.root)
    assert project.snapshot() == new
    assert project.run("bump").out == "current  tool  2.0.0\n"
    assert path.exists()


CARGO = "copy the new source's Cargo.lock, or run `cargo generate-lockfile` in it"
ALONE = "or set `src_only: true` to move the source alone"
HELD: dict[str, tuple[str, str]] = {
    "no such file upstream": (
        'sourceRoot = "source/none"; cargoLock.lockFile = ./Cargo.lock;',
        (
            "cargoLock.lockFile (line 15) must change with the source, and the new source has no "
            f"none/Cargo.lock: {CARGO}, {ALONE}"
        ),
    ),
    "not one": (
        'cargoRoot = "broken"; cargoLock.lockFile = ./Cargo.lock;',
        (
            "cargoLock.lockFile (line 15) must change with the source, and the new source's "
            f"broken/Cargo.lock is not one: {CARGO}, {ALONE}"
        ),
    ),
    "no such file here": (
        "cargoLock.lockFile = ./none.lock;",
        (
            "cargoLock.lockFile (line 15) must change with the source, and this project has no "
            f"file overlays/none.lock: {CARGO}, {ALONE}"
        ),
    ),
    "patched": (
        "cargoLock.lockFile = ./Cargo.lock; cargoPatches = [ ./own.patch ];",
        f"cargoLock.lockFile (line 15) must change with the source: {CARGO}, {ALONE}",
    ),
    "nuget": (
        "nugetDeps = ./deps.json;",
        (
            "nugetDeps (line 15) must change with the source: run the package's `fetch-deps` "
            f"script, {ALONE}"
        ),
    ),
    "from elsewhere": (
        "inherit (prev.locks) cargoLock;",
        f"cargoLock (line 15) must change with the source: {CARGO}, {ALONE}",
    ),
}


@pytest.mark.parametrize(("beside", "reason"), HELD.values(), ids=HELD)
def test_what_the_source_lacks_holds_the_package_with_what_makes_it(
    project: Project, upstream: Hosted, tmp_path: Path, beside: str, reason: str
) -> None:
    """Moved alone where that is asked."""
    text = overlay(beside)
    path = project.overlay("tool.nix", text)
    project.overlay("Cargo.lock", "mine\n")
    before = project.snapshot()
    result = project.run("bump", "--json")
    (package,) = result.json["packages"]
    assert (result.code, package["status"], package["reason"]) == (0, "held", reason)
    assert project.snapshot() == before
    project.add_configuration("packages: {tool: {src_only: true}}\n")
    assert project.run("bump").code == 0
    assert path.read_text() == updated(text, upstream, tmp_path)
    assert (path.parent / "Cargo.lock").read_text() == "mine\n"


def test_a_lock_file_of_two_packages_holds_both(project: Project, upstream: Hosted) -> None:
    assert upstream.path.exists()
    project.overlay("a.nix", overlay("cargoLock.lockFile = ./Cargo.lock;", "a"))
    project.overlay("b.nix", overlay("cargoLock.lockFile = ./Cargo.lock;", "b"))
    project.overlay("Cargo.lock", cargo_lock("1.0.0"))
    before = project.snapshot()
    packages = project.run("bump", "--json").json["packages"]
    assert [(one["status"], one["reason"].partition(":")[0]) for one in packages] == [
        ("held", "overlays/Cargo.lock must change with the source, and b has it, too"),
        ("held", "overlays/Cargo.lock must change with the source, and a has it, too"),
    ]
    assert project.snapshot() == before


@pytest.fixture
def locked(project: Project, upstream: Hosted) -> Project:
    """A repository with a package and its lock file."""
    assert upstream.path.exists()
    project.overlay("tool.nix", overlay("cargoLock.lockFile = ./Cargo.lock;"))
    project.overlay("Cargo.lock", cargo_lock("1.0.0"))
    project.git("init", "--quiet")
    project.git("config", "user.name", "T")
    project.git("config", "user.email", "t@example.org")
    project.git("add", ".")
    project.git("commit", "--quiet", "-m", "start")
    return project


def test_a_commit_has_both_files(locked: Project) -> None:
    assert locked.run("bump", "--commit").code == 0
    listed = locked.git("log", "-1", "--format=%s", "--name-only").split("\n")
    assert listed == ["tool: 1.0.0 -> 2.0.0", "", "overlays/Cargo.lock", "overlays/tool.nix", ""]
    assert locked.git("status", "--porcelain") == ""


@pytest.mark.parametrize("file", ["tool.nix", "Cargo.lock"])
def test_where_one_file_cannot_be_written_neither_is(locked: Project, file: str) -> None:
    before = locked.snapshot()
    path = locked.root / "overlays" / file
    path.chmod(0o444)
    result = locked.run("bump")
    assert (result.code, locked.snapshot()) == (1, before)
    assert f"overlays/{file} is read-only; nothing was written" in result.out


@pytest.fixture
def killed(locked: Project, tmp_path: Path) -> Iterator[Killed]:
    """A command that ends when it is about to change a file."""
    made = Killed(locked.root, tmp_path / "said")
    yield made
    made.close()


@pytest.mark.thorough
@pytest.mark.parametrize("options", [(), ("--commit",)])
def test_killed_at_any_moment_the_next_run_has_both_files(
    locked: Project, killed: Killed, options: tuple[str, ...]
) -> None:
    """Each of them is old or new, and a commit has both."""
    start = locked.git("rev-parse", "HEAD").strip()
    old = locked.snapshot()
    assert locked.run("bump", *options).code == 0
    new = locked.snapshot()
    halves = 0
    for moment in range(1, 1000):
        locked.git("reset", "--quiet", "--hard", start)
        sent = killed.kill(moment, "bump", *options, everything=False)
        left = locked.snapshot()
        assert all(left[name] in (old[name], new[name]) for name in new), moment
        halves += left not in (old, new)
        (locked.root / ".git" / "index.lock").unlink(missing_ok=True)
        assert locked.run("bump", *options).code == 0, moment
        assert locked.snapshot() == new
        if options:
            assert locked.git("status", "--porcelain") == ""
            assert locked.git("log", "-1", "--format=%s") == "tool: 1.0.0 -> 2.0.0\n"
        if not sent:
            break
    assert halves > 0


def test_a_pull_request_has_both_files_and_its_base_decides_what_was_there(
    locked: Project,
    github: GitHub,
    index: Index,
    upstream: Hosted,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What lies on the disk is not asked, and a second run changes nothing."""
    assert upstream.path.exists()
    home = Home.made(locked, github, index, monkeypatch)
    files = {f"overlays/{path.name}": path.read_text() for path in locked.root.glob("overlays/*")}
    home.hosted.commit({"README": "ours\n", **files})
    home.hosted.settle()
    (locked.root / "overlays" / "Cargo.lock").unlink()
    assert home.bump().code == 0
    head = home.branch("updater/tool") or ""
    assert home.changed(head) == ["overlays/Cargo.lock", "overlays/tool.nix"]
    assert home.show(head, "overlays/Cargo.lock") == cargo_lock("2.0.0").rstrip("\n")
    body = home.pull(1).body
    assert "`overlays/Cargo.lock of the new source (5 lines)`" in body
    state, written = home.state(), home.writes()
    assert home.bump().code == 0
    assert (home.state(), home.writes()) == (state, written)
