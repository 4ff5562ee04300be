"""Which overlay files there are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.config.place import ENTRIES, FOLDERS, OVERLAYS
from updater.effects import files
from updater.errors import ConfigError, ReadError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from updater.config.load import Config

_MOST_NAMED = 3
# How a path begins in a file at the root, with its first component.
_PATH = re.compile(rb"(?<![\w./+-])\./([\w.+-]++)")
_HINT = "name the files or folders in config.yaml, `overlays: [FOLDER]`, or use -C"


class NamedFiles(Struct, frozen=True):
    """The overlay files to read.

    Attributes:
        files: relative to the root, each once: of a link and its target, the target.
        note: how they were chosen, where the user named none.
    """

    files: tuple[str, ...]
    note: str = ""


def overlay_files(config: Config, likely: NamedFiles | None = None) -> NamedFiles:
    """Return the overlay files that the configuration names, else those that the project has.

    Args:
        config: names them.
        likely: what `likely_files` returned, so that they are not listed again.

    Raises:
        UsageError: an entry of ``overlays:`` names nothing, or there are none.
    """
    try:
        entries = config.document.overlays
        if entries is not None:
            return NamedFiles(_distinct(config.root, _named(config, entries)))
        return _unconfigured(config, likely)
    except ReadError as error:
        raise UsageError(f"the overlays cannot be found: {error}", hint=_HINT) from error


def likely_files(config: Config) -> NamedFiles:
    """Return the files that `overlay_files` names if they hold packages; none where it is settled.

    Whether they do, and whether something beside them does, takes a parser to tell.
    """
    if config.document.overlays is not None:
        return NamedFiles(())
    try:
        return NamedFiles(()) if _may_have_more(config.root) else _of_folder(config)
    except ReadError:  # it is said where it matters
        return NamedFiles(())


def _named(config: Config, entries: Sequence[str]) -> list[str]:
    named: list[str] = []
    for number, entry in enumerate(entries):
        matches = files.listed(config.root, entry, ".nix")
        if not matches:
            path = ("overlays", number)
            line = config.line(*path) or config.line("overlays")
            problem = _problem(config.root, entry)
            raise ConfigError(problem, file=config.file, line=line, key="overlays", hint=_HINT)
        named += matches
    return named


def _problem(root: Path, entry: str) -> str:
    if files.is_folder(root / entry):
        return f"the folder {entry!r} has no .nix file"
    where = files.absolute(root)
    if set("*?[") & set(entry):
        return f"no file matches {entry!r} in {where}"
    return f"there is no {entry!r} in {where}"


def _unconfigured(config: Config, likely: NamedFiles | None) -> NamedFiles:
    """Return the files of `overlays`, and those that the project's entry file leads to.

    Where neither has a package, as where an overlay only imports what is elsewhere, those of a
    folder that tools read as a whole.
    """
    from updater.find.unconfigured import entry_files, folder_files, holds  # noqa: PLC0415 - parser

    below = likely if likely is not None and likely.files else _of_folder(config)
    holding = any(holds(config.root, file) for file in below.files)
    if holding and not _may_have_more(config.root):
        return below
    origin, named = entry_files(config.root, frozenset(below.files if holding else ()))
    if not named and not holding:
        origin, named = folder_files(config.root)
    if not named and not below.files:
        where = files.absolute(config.root)
        raise UsageError(
            f"no package was found in {where}: it has no configuration, no folder {OVERLAYS}/, "
            f"and no flake.nix or default.nix that leads to a package",
            hint=_HINT,
        )
    if not named:
        return below
    why = f"{config.file} does not name `overlays`" if config.file else "no configuration"
    first, folder = (below.files, f"{OVERLAYS}/ and ") if holding else ((), "")
    read = _distinct(config.root, (*first, *named))
    return NamedFiles(read, f"{why}: reading {folder}{_description(origin, named)}")


def _description(origin: str, named: Sequence[str]) -> str:
    """Return in words which files something leads to."""
    if origin in FOLDERS:
        return f"{origin}/"
    if named == (origin,):
        return origin
    shown = ", ".join(named[:_MOST_NAMED])
    rest = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    count = f"{len(named)} files" if len(named) > 1 else "the file"
    return f"{count} that {origin} imports or calls: {shown}{rest}"


def _may_have_more(root: Path) -> bool:
    """Tell whether an entry file may have packages itself, or lead to some outside of `overlays`.

    By its text alone: most lead nowhere else, and then no parser is needed.
    """
    return any(_leads_outside(root, entry) for entry in ENTRIES if files.is_inside(root, entry))


def _leads_outside(root: Path, entry: str) -> bool:
    data = files.read_plain(root / entry, entry)
    components = {match[1].decode() for match in _PATH.finditer(data)} - {OVERLAYS}
    return b"fetch" in data or any(
        name.endswith(".nix") or files.is_folder(root / name) for name in components
    )


def _of_folder(config: Config) -> NamedFiles:
    named = _distinct(config.root, files.listed(config.root, OVERLAYS, ".nix"))
    return NamedFiles(named, "" if config.file else f"no configuration: reading {OVERLAYS}/")


def _distinct(root: Path, named: Sequence[str]) -> tuple[str, ...]:
    return tuple(files.distinct(root, named))
