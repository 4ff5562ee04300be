"""One process of a long search: hashes the trees of the commits that each line names."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from updater.effects.git.mirror import Mirror
from updater.identify.exact import Inexact, Unreproducible
from updater.identify.trees import TreeHasher


def main(folder: str, kept_bytes: str) -> None:
    """Answer each line on stdin, pairs of commit and tree, with one on stdout, a hash for each.

    Args:
        folder: the mirror's.
        kept_bytes: how much of serialised folders may be kept.
    """
    with Mirror(Path(folder), folder).objects() as objects:
        hasher = TreeHasher(objects, kept_bytes=int(kept_bytes))
        for line in sys.stdin:
            hashes = [_hash(hasher, commit, tree) for commit, tree in json.loads(line)]
            sys.stdout.write(f"{json.dumps(hashes)}\n")
            sys.stdout.flush()


def _hash(hasher: TreeHasher, commit: str, tree: str) -> list[str | bool]:
    try:
        hashed = hasher.hash(commit, tree)
    except Inexact:
        return ["inexact"]
    except Unreproducible as error:
        return ["unreproducible", str(error)]
    return [hashed.sri.digest.hex(), hashed.depends_on_commit]
