"""What a person sees of each command, at 80 and 120 columns, colours and all.

The golden files are made by running these tests with ``GOLDEN=write`` in the environment; read the
difference before you keep it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.loopback.faults import Drop
from tests.project import FAKE, flat_hash, github_overlay, pypi_overlay, unpacked_hash
from tests.terminal import Screen, run_at_terminal

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.project import Project

GOLDEN = Path(__file__).parent / "screens"
ROOT = Path(__file__).parents[2]

EINOPS = """\
self: super: {
  python3Packages = super.python3Packages // {
    einops = super.python3Packages.einops.overridePythonAttrs (old: { doCheck = false; });
  };
}
"""

VERSIONS = {
    "accelerated-scan": ("0.3.1",),
    "ema-pytorch": ("0.7.7", "0.8.3"),
    "torch": ("2.3.0", "2.9.1"),
    "x-transformers": ("2.4.1", "2.31.10"),
}

CONFIGURATION = """\
packages:
  accelerated-scan: {hold: waits for CUDA 13}
  torch: {allow: '<2.4'}
"""

COMMANDS = {
    "list": "list",
    "list-verbose": "list -v",
    "check": "check",
    "check-verbose": "check -v",
    "check-one": "check ema-pytorch",
    "check-uncoloured": "check ema-pytorch --color never",
    "check-quiet": "check -q",
    "check-unknown": "check ema-torch",
    "bump": "bump",
    "bump-dry-run": "bump --dry-run ema-pytorch vocos",
    "bump-commit": "bump --commit ema-pytorch",
    "bump-output": "bump --output results ema-pytorch",
    "pin": "pin",
    "pin-dry-run": "pin --dry-run vocos",
    "verify": "verify",
    "identify": "identify",
    "test": "test",
    "review": "review start",
    "plan": "plan",
    "prefetch": "prefetch pypi:ema-pytorch@0.8.3",
}


@pytest.fixture
def overlays(
    project: Project,
    index: Index,
    github: GitHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Project:
    """A repository with packages of the guide's shape: one for each thing that becomes of one."""
    for name, (old, *newer) in VERSIONS.items():
        (released,) = index.release(name, old)
        for version in newer:
            index.release(name, version)
        project.overlay(f"{name}.nix", pypi_overlay(name, old, sri=flat_hash(released.content)))
    vocos = github.repository("o", "vocos")
    vocos.tag("v0.1.0", vocos.commit({"setup.py": "setup(version='0.1.0')\n"}))
    held = vocos.commit({"setup.py": "setup(version='0.2.0')\n"})
    vocos.tag("v0.2.0", held)
    vocos.tag("v0.3.1", vocos.commit({"setup.py": "setup(version='0.3.1')\n"}))
    vocos.commit({"later": "the branch moves on"})
    sri = unpacked_hash(vocos, held, tmp_path)
    project.overlay("vocos.nix", github_overlay("vocos", "0.1.2", rev="main", sri=sri))
    project.overlay("einops.nix", EINOPS)
    for name in ("bark", "encodec"):
        project.overlay(f"{name}.nix", github_overlay(name, "1.0", owner="away", sri=FAKE))
    github.server.fail("/away/", Drop())
    project.add_configuration(CONFIGURATION)
    project.git("init", "--quiet", "--initial-branch=main")
    project.git("config", "user.name", "T")
    project.git("config", "user.email", "t@example.org")
    project.git("add", ".")
    project.git("commit", "--quiet", "-m", "start")
    project.git("branch", "start")
    monkeypatch.chdir(project.root)
    return project


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_shows_what_its_golden_file_has(
    overlays: Project, index: Index, monkeypatch: pytest.MonkeyPatch, name: str, columns: int
) -> None:
    if name == "review":
        (released,) = index.release("accelerated-scan", "0.3.2")
        sri = flat_hash(released.content)
        overlays.overlay("accelerated-scan.nix", pypi_overlay("accelerated-scan", "0.3.2", sri=sri))
    _, output = run_at_terminal(monkeypatch, columns, *COMMANDS[name].split())
    screen = Screen()
    screen.feed(output)
    shown = anonymous(str(screen))
    golden = GOLDEN / f"{name}-{columns}.screen"
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.mkdir(exist_ok=True)
        golden.write_text(shown)
    assert shown == golden.read_text()


def anonymous(shown: str) -> str:
    """Return a screen without what differs from run to run, in as many characters."""
    shown = re.sub(r"127\.0\.0\.1:[0-9]{5}", "127.0.0.1:00000", shown)
    return re.sub(r"\b[0-9a-f]{12}(?:[0-9a-f]{28})?\b", lambda found: "0" * len(found[0]), shown)


def shown_at(patch: pytest.MonkeyPatch, *arguments: str) -> str:
    """Return the screen of a command at 80 columns, without colours."""
    screen = Screen()
    screen.feed(run_at_terminal(patch, 80, *arguments, "--color", "never")[1])
    return f"{screen}"


def test_the_guide_shows_a_real_report(overlays: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("bark", "encodec"):
        (overlays.root / "overlays" / f"{name}.nix").unlink()
    guide = (ROOT / "docs" / "terminal.md").read_text()
    assert f"```\n{shown_at(monkeypatch, 'check')}```\n" in guide


def test_the_readme_shows_real_reports(
    project: Project, index: Index, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Of this project's own overlay, on a machine without Nix."""
    for version in ("0.7.7", "0.8.3"):
        index.release("ema-pytorch", version, files=[f"ema_pytorch-{version}.tar.gz"])
    text = (ROOT / "overlays" / "ema-pytorch.nix").read_text()
    project.overlay("ema-pytorch.nix", re.sub('version = "[^"]+"', 'version = "0.7.7"', text))
    project.add_configuration("defaults: {build: {enabled: auto}}\n")
    project.git("init", "--quiet")
    monkeypatch.chdir(project.root)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "git").symlink_to(shutil.which("git") or "")
    monkeypatch.setenv("PATH", str(tools))
    readme = (ROOT / "README.md").read_text()
    for command in ("list", "check", "bump"):
        shown = shown_at(monkeypatch, command, "ema-pytorch")
        assert f"\n$ updater {command} ema-pytorch\n{shown.rstrip()}\n" in readme


@pytest.mark.parametrize("command", ["check", "verify", "identify", "list"])
def test_json_has_what_a_terminal_shows(overlays: Project, command: str) -> None:
    """Each name, version and sentence of the one is in the other."""
    shown = overlays.run(command, "-v").out
    for package in overlays.run(command, "--json").json["packages"]:
        row = next(line for line in shown.splitlines() if package["name"] in line.split())
        for key in ("name", "version", "latest") if package["status"] == "outdated" else ("name",):
            assert package[key] in row.split(), (key, row)
        for text in [package["reason"], *(one["message"] for one in package["warnings"])]:
            assert (text or "").removesuffix(": 0.7.7 -> 0.8.3")[:40] in shown, text


def test_the_diff_at_a_terminal_is_coloured_and_in_a_pipe_never(
    overlays: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is forced: `git apply` takes what comes through a pipe."""
    _, terminal = run_at_terminal(monkeypatch, 80, "bump", "--dry-run", "ema-pytorch")
    monkeypatch.setenv("FORCE_COLOR", "1")
    piped = overlays.run("bump", "--dry-run", "ema-pytorch", "--color", "always")
    assert '\x1b[32m+      version = "0.8.3";\x1b[0m\r\n' in terminal
    assert ("\x1b" in piped.out, "\x1b[36m" in piped.err) == (False, True)
    (overlays.root / "change.diff").write_text(piped.out)
    overlays.git("apply", "--check", "change.diff")


def test_what_is_said_on_stderr_breaks_between_words(
    overlays: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a terminal; elsewhere a message is one line."""
    name = "a-package-with-a-name-that-is-not-short"
    _, output = run_at_terminal(monkeypatch, 30, "check", name, "--color", "never")
    screen = Screen()
    screen.feed(output)
    assert str(screen).splitlines() == [
        "updater: no package matches",
        f"  '{name}'",
        "hint: `updater list` shows",
        "  every package that was found",
    ]
    assert overlays.run("check", name).err.splitlines()[0] == (
        f"updater: no package matches '{name}'"
    )


def test_where_the_encoding_has_no_arrows_they_are_ascii(
    overlays: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    del overlays
    for encoding, arrow in (("ascii", "->"), ("latin-1", "->"), ("utf-8", "\u2192")):
        _, output = run_at_terminal(monkeypatch, 80, "check", "ema-pytorch", encoding=encoding)
        assert f"{arrow} 0.8.3" in output, encoding


def test_nothing_of_a_terminal_is_loaded_where_there_is_none(overlays: Project) -> None:
    """Also where the words are forced to have colours."""
    before = {name for name in sys.modules if name.startswith("rich")}
    assert "\x1b[" in overlays.run("check", "--color", "always").out
    assert {name for name in sys.modules if name.startswith("rich")} == before
    assert json.loads(overlays.run("check", "--json", "--color", "always").out)["schema"] == 1


@pytest.mark.parametrize("columns", [80, 120])
def test_a_thousand_packages_fit_a_terminal(
    project: Project, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    packages = (
        f"    package-{number} = super.python3Packages.buildPythonPackage {{\n"
        f'      pname = "package-{number}";\n      version = "1.{number}";\n'
        f'      src = super.fetchPypi {{ pname = "package-{number}"; version = "1.{number}"; '
        f'hash = "{FAKE}"; }};\n    }};\n'
        for number in range(1000)
    )
    for place in ("a", "a-folder/below-a-folder/of-a-long-name"):
        project.overlay(
            f"{place}/packages.nix",
            "self: super: {\n  python3Packages = super.python3Packages // {\n"
            + "".join(next(packages) for _ in range(500))
            + "  };\n}\n",
        )
    monkeypatch.chdir(project.root)
    code, output = run_at_terminal(monkeypatch, columns, "list", "--color", "never")
    screen = Screen()
    screen.feed(output)
    lines = str(screen).splitlines()
    assert (code, max(map(len, lines)) <= columns) == (0, True)
    assert [line.split()[0] for line in lines[1:1001]] == [f"package-{n}" for n in range(1000)]
