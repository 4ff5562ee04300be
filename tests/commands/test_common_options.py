"""Options that every command has, before it and behind it; and small commands beside the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, pypi_overlay
from updater import __version__
from updater.__main__ import main

if TYPE_CHECKING:
    from tests.project import Project


def run(captured: pytest.CaptureFixture[bytes], *arguments: str) -> tuple[int, str, str]:
    captured.readouterr()
    code = main([*arguments])
    out, err = captured.readouterr()
    return code, out.decode(), err.decode()


@pytest.fixture(autouse=True)
def _package(project: Project) -> None:
    project.overlay("apple.nix", pypi_overlay("apple", "1.0", sri=FAKE))
    (project.root / "other.yaml").write_text("overlays: [overlays/none.nix]\n")
    (project.root / "sub").mkdir()


ORDERS = {
    "behind": ["list", "--json", "-q"],
    "before": ["--json", "-q", "list"],
    "on both sides": ["-q", "list", "--json"],
    "before, with a value": ["--config", "config.yaml", "--json", "list"],
    "with the value in one word": ["--config=config.yaml", "list", "--json"],
    "what is behind counts": [
        "--config",
        "other.yaml",
        "list",
        "--json",
        "--config",
        "config.yaml",
    ],
    "all of them": ["--no-cache", "--offline", "-v", "--json", "list"],
}


@pytest.mark.parametrize("arguments", ORDERS.values(), ids=ORDERS)
def test_common_options_stand_before_or_behind(
    project: Project, capfdbinary: pytest.CaptureFixture[bytes], arguments: list[str]
) -> None:
    code, out, err = run(capfdbinary, "-C", str(project.root), *arguments)
    expected = run(capfdbinary, "list", "-C", str(project.root), "--json")
    assert (code, out, err) == expected
    assert '"name": "apple"' in out


def test_one_that_stands_before_is_heeded(
    project: Project, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    found = run(capfdbinary, "-C", str(project.root), "--config", "other.yaml", "list")
    assert found[0] == 2
    assert "overlays/none.nix" in found[2]


ERRORS = {
    "the command's options": (
        ["-C", "DIR", "list", "--no-such"],
        "list",
        "run `updater list --help`",
    ),
    "its configuration": (["-C", "nowhere", "list"], "list", "check -C"),
    "no command": (["-C", "DIR"], "", "run `updater --help`"),
    "an unknown command": (["-C", "DIR", "lits"], "lits", "run `updater --help`"),
}


@pytest.mark.parametrize(("arguments", "command", "hint"), ERRORS.values(), ids=ERRORS)
def test_an_error_names_the_command_and_not_an_options_value(
    project: Project,
    capfdbinary: pytest.CaptureFixture[bytes],
    arguments: list[str],
    command: str,
    hint: str,
) -> None:
    given = [str(project.root) if one == "DIR" else one for one in arguments]
    code, out, err = run(capfdbinary, "--json", *given)
    assert code == 2
    assert f'"command": "{command}"' in out
    assert err.endswith(f"hint: {hint}\n")


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_both_options_print_the_version(
    capfdbinary: pytest.CaptureFixture[bytes], option: str
) -> None:
    assert run(capfdbinary, option) == (0, f"updater {__version__}\n", "")
    assert run(capfdbinary, "-q", option) == (0, f"updater {__version__}\n", "")


@pytest.mark.parametrize("command", [[], ["list"], ["bump"], ["help"]], ids=" ".join)
def test_help_says_what_the_option_says(
    capfdbinary: pytest.CaptureFixture[bytes], command: list[str]
) -> None:
    said = run(capfdbinary, "help", *command)
    assert said == run(capfdbinary, *command, "--help")
    assert said[1].startswith(f"Usage: {' '.join(['updater', *command])} [OPTIONS]")


def test_help_of_what_is_no_command_suggests_one(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    code, out, err = run(capfdbinary, "help", "bmp")
    assert (code, out) == (2, "")
    assert err.startswith("updater: No such command 'bmp'. Did you mean 'bump'?\n")
