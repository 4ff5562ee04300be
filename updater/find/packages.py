"""Reading files: which packages they hold, and which further files they call."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.effects import files
from updater.effects.own_files import OwnFiles
from updater.errors import Bug, ReadError, bugs_at
from updater.find.assembling import OverlayFile, PackageCall, assembled
from updater.kinds import FETCH_FUNCTIONS
from updater.model import FunctionFile, Package, Span
from updater.overlay.reading.file import FileContent, read_packages
from updater.overlay.reading.generated import program_of
from updater.text import is_printable, spelled_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import TypeAlias

    from updater.find.overlay_files import OverlayFiles

    Parse: TypeAlias = Callable[[bytes, str, frozenset[str], Sequence[FunctionFile]], FileContent]


_NOTHING = Span(0, 0)
_IMPORT = re.compile(rb"\bimport\s+(\.{1,2}/[\w./+-]+)", re.ASCII)
_READERS = (b"importJSON", b"importTOML", b"readFile")  # hardly a file has one
_READ = re.compile(
    rb"\b(?:" + b"|".join(_READERS) + rb")\s+(\.{1,2}/[\w./+-]+\.(?:json|toml))\b", re.ASCII
)
_COMPUTED = "${"
# Where the pins are that a program's own Nix file gives.
_BESIDE = {"npins": "sources.json", "niv": "sources.json"}


def read_file(
    data: bytes, file: str, functions: Sequence[FunctionFile] = ()
) -> tuple[Package, ...]:
    """Return the packages of one file; a place that cannot be parsed counts as one with a problem.

    A parse problem inside a package is that package's own.

    Args:
        data: the file.
        file: its name.
        functions: other files, which make packages of what it gives them.
    """
    return _packages(_content(file, data, functions), file, data)


def functions_of(packages: Iterable[Package], file: str) -> tuple[FunctionFile, ...]:
    """Return the files of functions that packages of a file are made by."""
    functions = {
        function.path: function
        for package in packages
        if package.file == file
        for function in package.functions
    }
    return tuple(functions.values())


def _packages(content: FileContent, file: str, data: bytes) -> tuple[Package, ...]:
    first = next(iter(content.problems), None)
    if first is not None and not content.packages and not _may_fetch(data):
        why = f"cannot parse line {first.line}, and the file fetches nothing"
        broken = Package(file, (), first.line, first.span, None, None, None, problem=str(first))
        return (replace(broken, hint=first.hint, skip=why),)
    return content.packages + tuple(
        Package(
            file,
            (),
            problem.line,
            problem.span,
            None,
            None,
            None,
            problem=str(problem),
            hint=problem.hint,
        )
        for problem in content.problems
    )


def _may_fetch(data: bytes) -> bool:
    """Tell whether a file that cannot be parsed may name a fetcher."""
    return b"fetch" in data or any(name.encode() in data for name in FETCH_FUNCTIONS)


def find_packages(root: Path, named: Iterable[str]) -> OverlayFiles:
    """Read overlay files, by their paths below the root, and the package files they call."""
    return assembled(read_all(root, named))


def read_all(root: Path, named: Iterable[str], parse: Parse = read_packages) -> list[OverlayFile]:
    """Read files, by their paths below the root, each followed by the files that it calls.

    Args:
        root: the project's folder.
        named: the files.
        parse: tells what a file holds: `read_packages`, or what knows that from before. It is not
            asked about a file to which a link leads: that may be another's.
    """
    return reader(root, parse)(named)


def reader(root: Path, parse: Parse) -> Callable[[Iterable[str]], list[OverlayFile]]:
    """Return what reads files as `read_all` does, some at a time."""
    own = OwnFiles(root)
    read, read_pins = partial(_read, own, parse), partial(_read_pins, own)
    return lambda named: _followed(named, read, read_pins, parse)


def _followed(
    named: Iterable[str],
    read: Callable[[str], OverlayFile],
    read_pins: Callable[[str], bytes | None],
    parse: Parse = read_packages,
) -> list[OverlayFile]:
    reads: dict[str, OverlayFile] = {}
    for file in named:
        waiting = [file]
        while waiting:
            current = waiting.pop()
            if current not in reads:
                reads[current] = read(current) if is_printable(current) else _unnameable(current)
                waiting.extend(call.file for call in reads[current].calls)
    reads = {file: _with_pins(overlay, read_pins, parse) for file, overlay in reads.items()}
    imported: dict[str, OverlayFile] = dict(reads)
    for overlay in reads.values():
        for file in overlay.paths.values():
            if file not in imported:
                imported[file] = _with_pins(read(file), read_pins, parse)
    through = [_through(overlay, imported, parse) for overlay in reads.values()]
    # of what is only imported nothing counts but what it puts in a fetcher's place
    beside = [own for file, own in imported.items() if file not in reads and own.replaced]
    return [*through, *(replace(own, packages=(), calls=()) for own in beside)]


def _read_pins(own: OwnFiles, file: str) -> bytes | None:
    """Return a file of pins; None where it is not there, or a link leads there."""
    if not files.is_inside(own.root, file):
        return None
    with suppress(ReadError):
        data, linked = own.read(file)
        return None if linked else data
    return None


def _with_pins(
    overlay: OverlayFile, read_pins: Callable[[str], bytes | None], parse: Parse
) -> OverlayFile:
    """Return a file as it reads together with the files of pins that it names."""
    pins = tuple(
        FunctionFile(path, file, data, has_pins=True)
        for path, file in overlay.pins.items()
        if (data := read_pins(file)) is not None
    )
    parse = read_packages if overlay.is_linked else parse
    return _together(overlay, pins, parse) if pins else overlay


def _through(overlay: OverlayFile, reads: Mapping[str, OverlayFile], parse: Parse) -> OverlayFile:
    """Return a file with the packages that other files make of what it gives them."""
    functions = tuple(
        FunctionFile(path, file, beside.data, has_pins=not beside.is_function)
        for path, file in overlay.paths.items()
        if file != overlay.file
        and (beside := reads[file]).data is not None
        and (beside.is_function or beside.is_values)
    )
    if not functions:
        return overlay
    pins = (own for own in functions_of(overlay.packages, overlay.file) if own.has_pins)
    through_links = overlay.is_linked or any(reads[call.file].is_linked for call in functions)
    parse = read_packages if through_links else parse
    return _together(overlay, (*functions, *pins), parse)


def _together(
    overlay: OverlayFile, functions: tuple[FunctionFile, ...], parse: Parse
) -> OverlayFile:
    """Return a file as it reads together with other files; alone where it needs none of them."""
    if overlay.data is None:
        return overlay
    content = _content(overlay.file, overlay.data, functions, parse)
    used = functions_of(content.packages, overlay.file)
    if not used:
        return overlay
    packages = tuple(replace(package, functions=used) for package in content.packages)
    content = replace(content, packages=packages)
    content = _unquoted(content) if overlay.is_linked else content
    understood = _understood(
        overlay.file, overlay.data, content, lambda _file, path: overlay.paths.get(path)
    )
    return replace(understood, pins=overlay.pins, is_linked=overlay.is_linked)


def _unnameable(file: str) -> OverlayFile:
    """Return a file that is not read: no message could name it."""
    problem = "the file's name has a control character"
    shown = " ".join(spelled_out(file).split())
    broken = Package(
        shown, (), 1, _NOTHING, None, None, None, problem=problem, hint="rename the file"
    )
    return OverlayFile(file, None, (broken,))


def _read(own: OwnFiles, parse: Parse, file: str) -> OverlayFile:
    try:
        data, linked = own.read(file)
    except ReadError as error:
        broken = Package(
            file, (), 1, _NOTHING, None, None, None, problem=str(error), hint=error.hint
        )
        return OverlayFile(file, None, (broken,))
    content = _content(file, data, (), read_packages if linked else parse)
    if linked:
        content = _unquoted(content)
    overlay = _understood(file, data, content, partial(_target, own.root))
    return replace(overlay, is_linked=True) if linked else overlay


def _unquoted(content: FileContent) -> FileContent:
    """Return what a file holds without the lines that cannot be parsed: who knows whose they are.

    Where a link leads, there may be a file that git ignores, with secrets in it.
    """
    packages = (replace(one, problem=one.problem.partition("\n")[0]) for one in content.packages)
    problems = (replace(one, excerpt="") for one in content.problems)
    return replace(content, packages=tuple(packages), problems=tuple(problems))


def _understood(
    file: str, data: bytes, content: FileContent, target: Callable[[str, str], str | None]
) -> OverlayFile:
    """Return what a file holds and calls; ``target`` finds the file that a path in it means."""
    packages = list(_packages(content, file, data))
    named = {path: target(file, path) for path in dict.fromkeys(_named(data, content))}
    calls = []
    for called in content.files:
        meant = named[called.path]
        if meant is not None:
            calls.append(
                PackageCall(
                    meant, called.attribute, called.directives, called.functions, called.arguments
                )
            )
        else:
            problem = (
                "a path that is computed"
                if _COMPUTED in called.path
                else "but this project has no such file"
            )
            why = f"it calls {called.path}, {problem}"
            packages.append(
                Package(
                    file, called.attribute, called.line, called.span, None, None, None, skip=why
                )
            )
    paths = {path: meant for path, meant in named.items() if meant is not None}
    pins = dict(_pins(file, data, [*named]))
    # what a program writes to read its own pins by is for nobody else
    replaced = () if program_of(file) else content.replaced
    is_alone = not named and not pins
    return OverlayFile(
        file,
        data,
        tuple(packages),
        tuple(calls),
        paths,
        pins,
        replaced=replaced,
        is_alone=is_alone,
    )


def _pins(file: str, data: bytes, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the files of pins that a file reads, each with its path as it is written there.

    Args:
        file: the file.
        data: its text.
        paths: of what it calls and imports.
    """
    reads = _READ.finditer(data) if any(reader in data for reader in _READERS) else ()
    for match in reads:
        written = match[1].decode()
        yield written, next(iter(_places(file, written)), "")
    for path in paths:
        meant = _places(file, path)
        program = program_of(path) if meant else ""
        if program in _BESIDE:
            folder = meant[0].rpartition("/")[0] if path.endswith(".nix") else meant[0]
            yield path, f"{folder}/{_BESIDE[program]}".removeprefix("/")
        elif program:
            yield path, meant[0]


def _named(data: bytes, content: FileContent) -> list[str]:
    """Return the paths of the files that a file calls and, beside it or below, imports."""
    imports = _IMPORT.finditer(data) if b"import" in data else ()
    return [*(called.path for called in content.files), *(match[1].decode() for match in imports)]


def _target(root: Path, file: str, path: str) -> str | None:
    """Return the file that a path in another one means, None where it lies outside the root."""
    return next((place for place in _places(file, path) if files.is_inside(root, place)), None)


def _places(file: str, path: str) -> tuple[str, ...]:
    """Return the files that a path in another one may mean: itself, or a folder's default.nix."""
    target = os.path.normpath(os.path.join(os.path.dirname(file), path))  # noqa: PTH118, PTH120 - as text
    if target.startswith(("..", "/")) or not is_printable(target):
        return ()
    return target, f"{target}/default.nix"


def found_in(
    read: Callable[[Sequence[str]], Mapping[str, bytes]], named: Sequence[str]
) -> OverlayFiles:
    """Return the packages of files that are read elsewhere, and of the files that they call.

    Args:
        read: returns the bytes of some files, and leaves out those that there are not.
        named: the files to begin with.
    """
    there: dict[str, tuple[bytes, FileContent]] = {}
    requested: set[str] = set()
    waiting = tuple(filter(is_printable, named))
    while waiting:
        requested.update(waiting)
        batch = {file: (data, _content(file, data)) for file, data in read(waiting).items()}
        there |= batch
        places = (
            place
            for file, (data, content) in batch.items()
            for path in _named(data, content)
            for place in _places(file, path)
        )
        waiting = tuple(dict.fromkeys(place for place in places if place not in requested))

    def target(file: str, path: str) -> str | None:
        return next((place for place in _places(file, path) if place in there), None)

    def overlay_file(file: str) -> OverlayFile:
        return _understood(file, *there[file], target)

    begun = [file for file in named if file in there or not is_printable(file)]
    pins = {
        pin
        for file, (data, content) in there.items()
        for _, pin in _pins(file, data, _named(data, content))
        if pin
    }
    texts = read(sorted(pins)) if pins else {}
    found = assembled(_followed(begun, overlay_file, texts.get))
    locks = [lock for package in found.packages for lock in package.locks]
    paths = {lock.path for lock in locks if lock.path and lock.origin}
    return replace(found, beside=read(sorted(paths)) if paths else {})


def _content(
    file: str,
    data: bytes,
    functions: Sequence[FunctionFile] = (),
    parse: Parse = read_packages,
) -> FileContent:
    try:
        with bugs_at(ReadError.stage):
            return parse(data, file, FETCH_FUNCTIONS, functions)
    except Bug as bug:
        broken = Package(file, (), 1, _NOTHING, None, None, None, problem=str(bug), hint=bug.report)
        return FileContent((broken,), ())
