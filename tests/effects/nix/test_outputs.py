"""A source is unpacked as fetchzip does it, and can be removed again."""

from __future__ import annotations

import io
import os
import tarfile
from typing import TYPE_CHECKING

import pytest

from tests.hashing.trees import gzipped, make_zip
from updater.effects.nix.outputs import unpacked
from updater.errors import BuildError

if TYPE_CHECKING:
    from pathlib import Path

MODES = {"top": 0o555, "top/in": 0o000, "top/in/run": 0o555, "top/in/text": 0o400, "top/hid": 0}
"""Folders and files of a tar."""

FILES = {"in/run": True, "in/text": False, "hid": False}
"""The files, and whether their owner may execute them."""


def archive(folder: Path, *tops: str) -> Path:
    """Write a tar whose members may not be written, with copies of its only folder."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for top in tops:
            for name, mode in MODES.items():
                member = tarfile.TarInfo(name.replace("top", top))
                member.mode = mode
                member.type = tarfile.DIRTYPE if name in ("top", "top/in") else tarfile.REGTYPE
                tar.addfile(member)
    path = folder / "own" / "archive"
    path.parent.mkdir()
    path.write_bytes(gzipped(made.getvalue()))
    return path


@pytest.mark.parametrize("strip_root", [True, False])
def test_a_tree_keeps_what_a_nar_holds_and_may_be_removed(
    tmp_path: Path, *, strip_root: bool
) -> None:
    path = archive(tmp_path, "top")
    tree = path.with_name("source")
    assert unpacked(path, tree, strip_root)
    top = tree if strip_root else tree / "top"
    executable = {name: bool((top / name).stat().st_mode & 0o100) for name in FILES}
    assert executable == FILES
    for inside, folders, names in os.walk(tree):
        modes = [(tree / inside / name).stat().st_mode for name in (*folders, *names)]
        assert all(mode & 0o600 == 0o600 for mode in modes)


def test_several_folders_are_no_root(tmp_path: Path) -> None:
    path = archive(tmp_path, "top", "other")
    with pytest.raises(BuildError, match="the source cannot be unpacked"):
        unpacked(path, path.with_name("source"), True)  # noqa: FBT003 - as a thread calls it


def test_what_is_no_tar_is_left_to_nix(tmp_path: Path) -> None:
    path = tmp_path / "archive"
    path.write_bytes(make_zip([(b"top", {})]))
    assert not unpacked(path, tmp_path / "source", True)  # noqa: FBT003 - as above
