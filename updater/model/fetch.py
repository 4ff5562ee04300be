"""How a candidate is fetched through a call, and how it is written there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.model.hashes import GitOption, Sri


Unpacking = Literal["fetchzip", "flat", "fetchTarball"]
"""By whose rule an archive becomes a tree.

``fetchzip`` takes what is inside the single top folder, and puts a single top file into a folder;
``flat`` is fetchzip with ``stripRoot = false``, which takes all as it is; ``fetchTarball`` is the
builtin, for which Nix itself unpacks.
"""


class Checkout(Struct, frozen=True):
    """A checkout with git that gives the tree which a call hashes.

    Attributes:
        url: of the repository.
        commit: what is checked out.
        options: what nix-prefetch-git is told besides.
    """

    url: str
    commit: str
    options: tuple[GitOption, ...] = ()


class Fetch(Struct, frozen=True):
    """How a candidate is written and where its source comes from.

    Attributes:
        values: field name -> new value, without the hash; ``version`` is the package's.
        url: what Nix would download.
        unpack: the hash is the NAR hash of the unpacked archive, else of the file.
        unpacking: by whose rule the archive becomes a tree.
        sri: the file's own hash, where upstream publishes it.
        size: the file's length in bytes, where upstream publishes it.
        commit: the commit id that the archive must carry, or an empty string.
        guarded: where the host's API gives the same archive to who has the host's token, or an
            empty string.
        blocked: why the hash cannot be computed from the archive alone, or an empty string.
        checkout: what gives it all the same, where that is no more than a commit's files.
        hashless: the call has no hash: its rev alone says what is fetched.
        clone: what Nix checks out, where it downloads no archive; None elsewhere.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    unpack: bool = False
    unpacking: Unpacking = "fetchzip"
    sri: Sri | None = None
    size: int | None = None
    commit: str = ""
    guarded: str = ""
    blocked: str = ""
    checkout: Checkout | None = None
    hashless: bool = False
    clone: Checkout | None = None


class NoFile(Struct, frozen=True):
    """The candidate cannot be fetched through this call as it is written, and why."""

    reason: str


Fetched: TypeAlias = "Fetch | NoFile"
