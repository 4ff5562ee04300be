"""Where the configuration is: upwards from where a command starts, to the repository's root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.config.file import ConfigText, parse
from updater.effects import files
from updater.errors import ConfigError, ReadError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from updater.config.kept_yaml import KeptYaml

NAME, OTHER_NAME = "config.yaml", "updater.yaml"
"""What the file is called; the second where the first is another program's, or as one likes."""

OVERLAYS = "overlays"
"""The folder whose files are overlays where the configuration names none."""

ENTRIES = ("flake.nix", "default.nix")
"""Without that folder, what leads to the overlays; the first that leads to a package counts."""

FOLDERS = ("pkgs", "packages")
"""Where tools that read whole folders have packages, so that no file names them."""


class ProjectPlace(Struct, frozen=True):
    """The project that a command is about, and its configuration.

    Attributes:
        root: the folder that paths in the configuration, and files in messages, are relative to.
        text: None where there is no configuration.
        notes: what the user should know of files that were passed over.
    """

    root: Path
    text: ConfigText | None
    notes: tuple[str, ...] = ()


def find_place(start: Path, named: str | None, earlier: KeptYaml | None = None) -> ProjectPlace:
    """Find the configuration.

    Args:
        start: the folder that ``-C`` names.
        named: what ``--config`` names, relative to it: a file, whose paths are then relative to
            ``start``; or a folder, whose configuration counts as if it lay in ``start``.
        earlier: what earlier runs read of such files; None where nothing is kept.

    Raises:
        UsageError: there is no such file, it cannot be read, or there are two.
    """
    if not files.is_folder(start):
        raise ConfigError("is not a folder", file=str(start), hint="check -C")
    if named is not None and not files.is_folder(start / named):
        return ProjectPlace(start, _read(start / named, named, earlier))
    nearest = start if named is None else start / named
    notes: list[str] = []
    for height, folder in enumerate(files.up_to_repository(nearest)):
        text = _text_in(folder, start, notes, earlier)
        if text is not None:
            return ProjectPlace(_above(start, height), text, tuple(notes))
    return ProjectPlace(_root_without(start), None, tuple(notes))


def names_above(start: Path) -> list[tuple[str, str]]:
    """Return the two names of the configuration in a folder and those above it, relative to it."""
    above = ["../" * height for height in range(len(files.up_to_repository(start)))]
    return [(f"{folder}{NAME}", f"{folder}{OTHER_NAME}") for folder in above]


def committed_place(start: Path, contents: Mapping[str, bytes]) -> ProjectPlace:
    """Find the configuration among files of a commit.

    Args:
        start: the folder that ``-C`` names.
        contents: the files of the commit that `names_above` names, as far as it has them.

    Raises:
        UsageError: it cannot be read, or there are two.
    """
    for height, (first, second) in enumerate(names_above(start)):
        texts = [parse(contents[name], name) for name in (first, second) if name in contents]
        own = [text for text in texts if text.shown == second or not text.is_foreign]
        if len(own) > 1:
            raise _ambiguous(first, second)
        if own:
            return ProjectPlace(_above(start, height), own[0])
    return ProjectPlace(_root_without(start), None)


def _ambiguous(first: str, second: str) -> UsageError:
    return UsageError(
        f"both {first} and {second} configure the updater",
        hint=f"keep one of them, or name one with --config; {NAME} is ignored if it has none "
        f"of the updater's keys",
    )


def _above(start: Path, height: int) -> Path:
    """Return a folder, or one above it: as it is written, whatever links a branch may hold."""
    return [start, *files.absolute(start).parents][height]


def _read(path: Path, shown: str, earlier: KeptYaml | None) -> ConfigText:
    try:
        content = files.read(path, shown)
    except ReadError as error:
        raise UsageError(error.message, hint="check --config") from error
    return parse(content, shown, earlier)


def _read_own(folder: Path, name: str, shown: str, earlier: KeptYaml | None) -> ConfigText:
    """Read a file that was looked for, and not named: it may be a stranger's link to anything."""
    try:
        files.refuse_outside(folder, name)
    except ReadError as error:
        raise UsageError(
            error.message, hint="put the file itself there, or name it with --config"
        ) from error
    return _read(folder / name, shown, earlier)


def _text_in(
    folder: Path, start: Path, notes: list[str], earlier: KeptYaml | None
) -> ConfigText | None:
    """Return the configuration that lies in a folder, and note another program's file."""
    first, second = folder / NAME, folder / OTHER_NAME
    shown, shown_second = files.relative(first, start), files.relative(second, start)
    if files.is_folder(first):
        notes.append(f"{shown} is not read: it is a folder")
    if not files.is_named_file(second):
        is_there = files.is_named_file(first)
        text = _read_own(folder, NAME, shown, earlier) if is_there else None
        if text is None or not text.is_foreign:
            return text
        notes.append(
            f"{shown} is not read: it has none of the updater's keys, so it seems to belong to "
            f"another program. The updater's own file may also be called {OTHER_NAME}"
        )
        return None
    if files.is_named_file(first) and not _is_foreign(folder, shown, notes):
        raise _ambiguous(shown, shown_second)
    return _read_own(folder, OTHER_NAME, shown_second, earlier)


def _is_foreign(folder: Path, shown: str, notes: list[str]) -> bool:
    try:
        return _read_own(folder, NAME, shown, None).is_foreign
    except ConfigError as error:
        notes.append(f"{error}; it is ignored, since {OTHER_NAME} is in the same folder")
        return True


def _root_without(start: Path) -> Path:
    """Return the folder that is the project's root where nothing configures the updater."""
    if files.is_any_below(start / OVERLAYS, ".nix"):
        return start
    flake, default = ENTRIES
    above = files.up_to_repository(start)
    for folder in above:
        if files.is_named_file(folder / flake):
            return folder
    for folder in above[1:]:
        if files.is_any_below(folder / OVERLAYS, ".nix"):
            return folder
    for folder in reversed(above):  # each package may be a folder with a default.nix
        if files.is_named_file(folder / default) or any(
            files.is_folder(folder / name) for name in FOLDERS
        ):
            return folder
    return start
