"""A tree on disk has the hash that Nix gives it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from tests.hashing.oracles import nix_hash_path
from tests.hashing.trees import File, Link, Tree, examples, fresh, trees, write_tree
from updater.errors import HashError
from updater.hashing.nar import hash_path, write_path

if TYPE_CHECKING:
    from pathlib import Path

    from tests.real_nix import Nix


@pytest.mark.nix
@settings(examples, max_examples=25)
@given(tree=trees)
def test_nix_hashes_generated_trees_alike(tmp_path: Path, nix: Nix, tree: Tree) -> None:
    on_disk = write_tree(tree, fresh(tmp_path))
    assert hash_path(on_disk) == nix_hash_path(nix, on_disk)


@pytest.mark.nix
def test_a_file_and_a_link_can_be_the_root(tmp_path: Path, nix: Nix) -> None:
    script = tmp_path / "script"
    script.write_bytes(b"#!/bin/sh\n" * 100_000)
    script.chmod(0o744)
    link = tmp_path / "link"
    link.symlink_to("nowhere//at/./all")
    assert hash_path(script) == nix_hash_path(nix, script)
    assert hash_path(link) == nix_hash_path(nix, link)


def test_the_serialisation_is_that_of_the_manual(tmp_path: Path) -> None:
    """Byte for byte: a folder with an executable file of three bytes and a link to it."""
    tree: Tree = {b"a": File(b"abc", executable=True), b"b": Link(b"a")}
    written: list[bytes] = []
    write_path(write_tree(tree, tmp_path / "top"), written.append)
    words = (
        "nix-archive-1 ( type directory entry ( name a node ( type regular executable _ contents "
        "abc ) ) entry ( name b node ( type symlink target a ) ) )"
    )
    expected = b"".join(
        len(word).to_bytes(8, "little") + word + bytes(-len(word) % 8)
        for word in (b"" if text == "_" else text.encode() for text in words.split())
    )
    assert b"".join(written) == expected


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(HashError) as caught:
        hash_path(tmp_path)
    assert str(caught.value) == (
        f"'{tmp_path}/pipe' is neither a file, a folder nor a symbolic link"
    )


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(HashError) as caught:
        hash_path(tmp_path / "none")
    assert str(caught.value) == f"cannot read b'{tmp_path}/none': No such file or directory"
