"""A tree that somebody else may have changed: what of it is evaluated, and what that may read.

Evaluation is a program: outside of a flake it reads any file, and a flake's inputs may be folders
of this machine. What was read can be sent away by a source that is fetched, sandboxed or not.
Source: Nix manual, "restrict-eval", "pure-eval", "allowed-uris"; nix flake(1), "Flake references"
and "Lock files".
"""

from __future__ import annotations

import os.path
import re
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from updater.effects import files
from updater.effects.nix.options import for_locking
from updater.errors import BuildError, ReadError
from updater.model.decoding import UNREADABLE
from updater.overlay.reading.shape import absolute_paths_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from updater.model import BuildPolicy

_TRUST = (
    "look at what is new there; then add --trust, which evaluates the branch as if it were yours"
)
_FLAKE = ("flake.nix", "flake.lock")
_FORGES = frozenset({"github", "gitlab", "sourcehut"})
_ADDRESSED = frozenset({"file", "git", "mercurial", "tarball"})
# What tells one source from another; all else is its state.
_PLACE = ("type", "url", "path", "owner", "repo", "host", "id")
_NAME = re.compile("[A-Za-z][A-Za-z0-9_-]*")  # of an entry of a flake registry
_HOST = re.compile("[A-Za-z0-9.-]+(:[0-9]+)?")
_LARGEST_LOCK = 1 << 22


class ForeignTree(Struct, frozen=True):
    """A branch that is reviewed.

    Attributes:
        root: its folder.
        commit: the base, of the same repository.
        base: the files of the base that say what is evaluated, by their paths; None where it has
            no such file.
        disposable: this machine is a job's, and nothing on it is worth stealing.
    """

    root: Path
    commit: str
    base: Mapping[str, bytes | None]
    disposable: bool

    def refuse(self, policy: BuildPolicy, secrets: tuple[str, ...], *, sandboxed: bool) -> None:
        """Make sure that a package set may be evaluated, and built.

        Args:
            policy: how Nix is called.
            secrets: who holds which, as a part of a sentence.
            sandboxed: builds see nothing of this machine but the store.

        Raises:
            BuildError: it could read what is not its own.
        """
        impure = bool(policy.file) or "--impure" in policy.options
        changed = [file for file in steering(policy) if self._differs(file)]
        if secrets and (impure or changed):
            raise BuildError(
                f"{'; '.join(secrets)}, and evaluating this branch could read it: only a "
                "flake is evaluated without access to other files",
                hint="unset it: a review needs no token",
            )
        if not policy.file:
            self._refuse_flake(policy, changed)
        if not (sandboxed or self.disposable):
            raise BuildError(
                "builds are not sandboxed, and those of this branch could read files of this "
                "machine",
                hint="turn on Nix's sandbox; or look at what is new, and then add --trust, which "
                "builds the branch as if it were yours",
            )

    def _refuse_flake(self, policy: BuildPolicy, changed: Sequence[str]) -> None:
        if not self.disposable and (changed or "--impure" in policy.options):
            names = " and ".join(changed)
            what = f"the base has another {names}" if changed else "it is impure"
            raise BuildError(
                f"the flake is not evaluated: {what}, and it could read files of this machine",
                hint=_TRUST,
            )
        if changed:
            self._refuse_inputs(policy)

    def restrictions(self, scratch: Path) -> tuple[str, ...]:
        """Return the options with which Nix evaluates a file that is no flake.

        It reads its tree, NIX_PATH, what it fetches, and what the base's own file names by an
        absolute path.

        Args:
            scratch: where the copies of the tree are.
        """
        texts = (
            text
            for file, text in self.base.items()
            if text is not None and os.path.basename(file) not in _FLAKE  # noqa: PTH119 - as text
        )
        named = (path for text in texts for path in absolute_paths_in(text))
        readable = dict.fromkeys((str(scratch), *named))
        options = ("restrict-eval", "true"), ("allowed-uris", "https:// http://")
        return (
            *(part for option in options for part in ("--option", *option)),
            *(part for path in readable for part in ("-I", path)),
        )

    def _differs(self, file: str) -> bool:
        path = self.root / file
        try:
            files.refuse_outside(self.root, file)
            present = files.find(path, file)
        except ReadError as error:
            raise BuildError(error.message, hint=error.hint) from error
        return present != self.base.get(file)

    def _refuse_inputs(self, policy: BuildPolicy) -> None:
        """Make sure that a flake names no input that is a place of this machine.

        Raises:
            BuildError: it does, or has no flake.lock that tells.
        """
        _, lock = steering(policy)
        if for_locking(policy.options)[0]:
            raise BuildError(
                "the flake differs from the base's, and `options:` give it other inputs",
                hint=_TRUST,
            )
        present = files.find(self.root / lock, lock)
        if present is None:
            raise BuildError(f"{lock} is missing, and the flake differs from the base's")
        trusted = {_place(source) for _, source in _sources(self.base.get(lock) or b"", lock)}
        for name, source in _sources(present, lock):
            if _place(source) not in trusted and not _is_elsewhere(source):
                raise BuildError(
                    f"the input {name!r} of {lock} is a place of this machine, or is fetched "
                    "with your keys, and the base has no such input",
                    hint="use an input of https:// or of a code host",
                )


def steering(policy: BuildPolicy) -> tuple[str, ...]:
    """Return the files that say what is evaluated: the file, or the flake and its lock."""
    if policy.file:
        return (os.path.normpath(policy.file),)
    return tuple(os.path.normpath(f"{policy.flake}/{name}") for name in _FLAKE)


class _Node(Struct, frozen=True):
    locked: dict[str, Any] | None = None
    original: dict[str, Any] | None = None


class _Lock(Struct, frozen=True):
    nodes: dict[str, _Node]


def locked_inputs(lock: bytes, shown: str) -> Iterator[dict[str, Any]]:
    """Yield what a flake.lock says of each input that is no folder.

    Raises:
        BuildError: it cannot be read.
    """
    for node in _nodes(lock, shown).values():
        if node.locked is not None and node.locked.get("type") != "path":
            yield node.locked


def _sources(lock: bytes, shown: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each input of a flake.lock: its name, and what is locked."""
    for name, node in _nodes(lock, shown).items():
        for source in (node.locked, node.original):
            if source is not None:
                yield name, source


def _nodes(lock: bytes, shown: str) -> dict[str, _Node]:
    if not lock:
        return {}
    try:
        return msgspec.json.decode(lock[:_LARGEST_LOCK], type=_Lock).nodes
    except UNREADABLE as error:
        raise BuildError(f"{shown} cannot be read") from error


def _place(source: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(source.get(name, "")) for name in _PLACE)


def _is_elsewhere(source: Mapping[str, Any]) -> bool:
    """Tell whether an input is no place of this machine, and needs nobody's keys."""
    kind, url = str(source.get("type", "")), str(source.get("url", ""))
    if kind == "path":
        path = os.path.normpath(str(source.get("path", "/")))
        return not path.startswith(("/", ".."))
    if kind in _ADDRESSED:
        return url.startswith(("https://", "http://"))
    if kind == "indirect":
        return _NAME.fullmatch(str(source.get("id", ""))) is not None
    return kind in _FORGES and _HOST.fullmatch(str(source.get("host", "h"))) is not None
