"""Which overlay files there are: plain ones alone, so that no pipe is waited for."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, pypi_overlay
from updater.effects.files import read_plain
from updater.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.project import Project


def bound(path: Path) -> None:
    """Make a socket; its path may be longer than its own kind of address is."""
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(before)


OTHERS: dict[str, Callable[[Path], None]] = {
    "a pipe": os.mkfifo,
    "a socket": bound,
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("make", OTHERS.values(), ids=OTHERS)
def test_what_is_no_plain_file_is_no_overlay(
    project: Project, make: Callable[[Path], None]
) -> None:
    project.overlay("a.nix", pypi_overlay("a", "1.0", sri=FAKE))
    make(project.root / "overlays" / "b.nix")
    result = project.run("list", "--json")
    assert (result.code, [one["name"] for one in result.json["packages"]]) == (0, ["a"])


@pytest.mark.parametrize("make", OTHERS.values(), ids=OTHERS)
def test_what_is_no_plain_file_by_now_is_not_read(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    path = tmp_path / "a.nix"
    make(path)
    with pytest.raises(ReadError, match=r"^a\.nix: (is not a plain file|cannot be read: )"):
        read_plain(path, "a.nix")
