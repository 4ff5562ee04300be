"""Which tokens a process and its ancestors were started with, in a folder made like /proc."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from updater.effects.processes import ancestors

if TYPE_CHECKING:
    from pathlib import Path

NAMES = frozenset({"GITHUB_TOKEN", "GH_TOKEN"})


@pytest.fixture
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This process, its parent 20 and that one's parent 10, without any variables."""
    folder = tmp_path / "proc"
    monkeypatch.setattr(ancestors, "PROC", folder)
    add(folder, os.getpid(), 20, "updater")
    add(folder, 20, 10, "bash")
    add(folder, 10, 0, "login")
    return folder


def add(folder: Path, process: int, parent: int, name: str, environ: bytes = b"") -> None:
    """Write what /proc shows of a process."""
    own = folder / str(process)
    own.mkdir(parents=True, exist_ok=True)
    (own / "comm").write_text(f"{name}\n")
    (own / "status").write_text(f"Name:\t{name}\nPPid:\t{parent}\n")
    (own / "environ").write_bytes(environ)


def test_nobody_holds_one(proc: Path) -> None:
    add(proc, 20, 10, "bash", b"HOME=/root\0GITHUB_TOKEN=\0OTHER_GITHUB_TOKEN=x\0")
    assert ancestors.in_reach(NAMES) == ()


def test_each_is_told_once_by_the_nearest(proc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_TOKEN", "secret")
    add(proc, os.getpid(), 20, "updater", b"GH_TOKEN=secret\0")
    add(proc, 20, 10, "bash", b"GITHUB_TOKEN=secret\0GH_TOKEN=secret")
    add(proc, 10, 0, "login", b"GITHUB_TOKEN=secret\0")
    assert ancestors.in_reach(NAMES) == (
        "GH_TOKEN is set",
        "GITHUB_TOKEN was set when bash (process 20) was started",
    )


def test_a_program_cannot_write_commands_into_the_message(proc: Path) -> None:
    add(proc, 20, 10, "\x1b[31mbash", b"GH_TOKEN=secret\0")
    assert ancestors.in_reach(NAMES) == ("GH_TOKEN was set when bash (process 20) was started",)


def test_what_was_unset_since_counts(proc: Path) -> None:
    add(proc, os.getpid(), 20, "updater", b"GITHUB_TOKEN=secret\0")
    assert ancestors.in_reach(NAMES) == ("GITHUB_TOKEN was set when the updater was started",)


def test_what_may_not_be_read_is_passed_over(proc: Path) -> None:
    """A build of the same user cannot read it either; those above it are looked at still."""
    (proc / "20" / "environ").unlink()
    (proc / "10" / "comm").unlink()
    (proc / "10" / "environ").write_bytes(b"GH_TOKEN=secret\0")
    assert ancestors.in_reach(NAMES) == (
        "GH_TOKEN was set when an ancestor (process 10) was started",
    )


def test_without_proc_only_what_is_set_now_is_known(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ancestors, "PROC", tmp_path / "none")
    assert ancestors.in_reach(NAMES) == ()
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    assert ancestors.in_reach(NAMES) == ("GITHUB_TOKEN is set",)


USED = {
    "a proxy's password": ("https_proxy", "http://u:hush@proxy.example:3128"),
    "an index's password": ("PIP_INDEX_URL", "https://u:hush@index.example/simple"),
    "Nix's tokens": ("NIX_CONFIG", "cores = 1\naccess-tokens = github.com=hush"),
}


@pytest.mark.usefixtures("proc")
@pytest.mark.parametrize(("name", "value"), USED.values(), ids=USED)
def test_whatever_secret_is_used_counts(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert ancestors.in_reach(NAMES) == (f"{name} is set",)


@pytest.mark.usefixtures("proc")
def test_what_holds_no_secret_counts_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example/simple")
    monkeypatch.setenv("NIX_CONFIG", "cores = 1 # access-tokens = x")
    monkeypatch.setenv("SOMEBODY_ELSES", "https://u:p@h")
    assert ancestors.in_reach(NAMES) == ()
