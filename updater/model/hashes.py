"""Hashes as Subresource Integrity writes them, and how one was found."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

Algorithm = Literal["md5", "sha1", "sha256", "sha512"]


DIGEST_BYTES: Final[Mapping[Algorithm, int]] = {"md5": 16, "sha1": 20, "sha256": 32, "sha512": 64}


class Sri(Struct, frozen=True):
    """A hash as Subresource Integrity writes it: ``sha256-<base64>``.

    Only a digest of the right length makes one, so a wrong one cannot be written into an overlay.
    Source of the format: W3C Subresource Integrity, section 3.1; Nix manual, "nix hash".

    Raises:
        ValueError: the digest's length is not the algorithm's.
    """

    algorithm: Algorithm
    digest: bytes

    def __post_init__(self) -> None:
        size = DIGEST_BYTES[self.algorithm]
        if len(self.digest) != size:
            raise ValueError(
                f"a {self.algorithm} digest has {size} bytes, this one {len(self.digest)}"
            )

    def __str__(self) -> str:
        return f"{self.algorithm}-{base64.b64encode(self.digest).decode('ascii')}"


GitOption = Literal["fetch-submodules", "fetch-lfs", "leave-dotGit", "deepClone"]
"""A flag of nix-prefetch-git: what a call of fetchgit asks for beyond the commit's own files."""

HashMethod = Literal["index", "embedded", "nix", "build"]


@dataclass(frozen=True, slots=True)
class Hashed:
    """A hash, how it was found, and what that cost.

    ``index``: published by the package index. ``embedded``: computed here from the download.
    ``nix``: by a Nix prefetcher. ``build``: by a fixed-output build with a fake hash.

    Attributes:
        files: path below the root -> contents of the small files that say what a project requires,
            where an archive was read.
        collisions: paths of the archive that differ only in case, so that a Mac gets another tree.
        pointers: paths of the archive that stand for files in Git LFS.
    """

    sri: Sri
    method: HashMethod
    downloaded_bytes: int
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)
    collisions: tuple[tuple[str, str], ...] = ()
    pointers: tuple[str, ...] = ()
