"""A tree on disk has the hash that Nix gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from tests.hashing.on_disk import hash_path, serialised
from tests.hashing.oracles import nix_hash_path
from tests.hashing.trees import File, Link, Tree, examples, fresh, trees, write_tree

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
    written = serialised(write_tree(tree, tmp_path / "top"))
    words = (
        "nix-archive-1 ( type directory entry ( name a node ( type regular executable _ contents "
        "abc ) ) entry ( name b node ( type symlink target a ) ) )"
    )
    expected = b"".join(
        len(word).to_bytes(8, "little") + word + bytes(-len(word) % 8)
        for word in (b"" if text == "_" else text.encode() for text in words.split())
    )
    assert written == expected
