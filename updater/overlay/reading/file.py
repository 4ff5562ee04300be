"""One file's bytes -> the packages in it, with their sources.

Nothing here reads a file, and no package holds a syntax node.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.model import Package
from updater.overlay.reading import steering, syntax
from updater.overlay.reading.assemble import Assembler
from updater.overlay.reading.drafts import (  # noqa: TC001 - msgspec reads them
    PackageFile,
    ReplacedFetcher,
)
from updater.overlay.reading.generated import generated_by
from updater.overlay.reading.problems import Problem, problem_at, unparsed
from updater.overlay.reading.units import united
from updater.overlay.reading.unprintable import as_shown, has_controls
from updater.overlay.reading.walk import Walk
from updater.text import is_printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from updater.model import FunctionFile, Span
    from updater.overlay.reading.placed import PlacedPackage

_PLACE = "put it inside the package, or directly above it, without an empty line between"
_HIDDEN = "a control character is in the name of the package at"
# Of a file that is no Nix at all, the first few say enough.
_MOST_PROBLEMS = 10
# What a program wrote is told source by source up to that many.
_MOST_SOURCES = 5


class FileContent(Struct, frozen=True):
    """What one file holds.

    Attributes:
        packages: in the order of the file.
        problems: parse problems and comments that belong to none of the packages.
        files: package files that it calls (``callPackage ./package.nix { }``).
        replaced: fetchers' names that it has for something else.
    """

    packages: tuple[Package, ...]
    problems: tuple[Problem, ...]
    files: tuple[PackageFile, ...] = ()
    replaced: tuple[ReplacedFetcher, ...] = ()


class ParsedFile(Struct, frozen=True):
    """One file's syntax, and what it holds."""

    text: syntax.NixText
    content: FileContent


def read_packages(
    data: bytes, file: str, fetchers: frozenset[str], functions: Sequence[FunctionFile] = ()
) -> FileContent:
    """Return what one file holds; the arguments are those of `parse_file`.

    The last few are kept: where nothing is configured, a file is read to see whether it has any.
    """
    return _packages(data, file, fetchers, tuple(functions))


@lru_cache(maxsize=8)
def _packages(
    data: bytes, file: str, fetchers: frozenset[str], functions: tuple[FunctionFile, ...]
) -> FileContent:
    return _content(syntax.parse(data, functions), file, fetchers)


@lru_cache(maxsize=4)
def parse_file(
    data: bytes, file: str, fetchers: frozenset[str], functions: tuple[FunctionFile, ...]
) -> ParsedFile:
    """Return one file's syntax and its packages, in the order of their lines.

    The last few are kept: a plan, the audit of what it changes and the next plan share texts.

    Args:
        data: the file's bytes.
        file: the name that packages carry.
        fetchers: the Nix functions that count as fetchers.
        functions: other files, which it calls with the arguments that a package is made of.
    """
    source = syntax.parse(data, functions)
    return ParsedFile(source, _content(source, file, fetchers))


def _content(source: syntax.NixText, file: str, fetchers: frozenset[str]) -> FileContent:
    data = source.data
    outline = Walk(source, fetchers).outline
    generator = generated_by(data, file)
    assembler = Assembler(source, file, outline, generator)
    placed = sorted(assembler.packages(), key=lambda item: item.package.span)
    problems: list[Problem] = []
    places = unparsed(source)
    if places:
        placed, problems = _with_problems(placed, places, data)
    files = sorted(outline.files, key=lambda called: called.span)  # the first call names its file
    comments = steering.comments(source)
    if comments:
        placed, files, unheeded = _steered(placed, files, comments, data)
        problems += unheeded
    packages = [item.package for item in placed]
    if has_controls(data):
        packages = [as_shown(package) for package in packages]
        hidden = [called for called in files if not all(map(is_printable, called.attribute))]
        files = [called for called in files if called not in hidden]
        problems += [replace(problem_at(data, called.span), what=_HIDDEN) for called in hidden]
    if generator:
        packages = [
            replace(package, generator=generator) for package in _told_at_once(packages, generator)
        ]
    return FileContent(
        united(numbered(packages)), tuple(problems), tuple(files), tuple(outline.replaced)
    )


def _told_at_once(packages: Sequence[Package], generator: str) -> list[Package]:
    """Return what a program wrote, with all of its sources that are no package as one.

    A file that locks what a package depends on has thousands.
    """
    sources = [
        package
        for package in packages
        if package.source is not None and package.version is None and package.pname is None
    ]
    first = next(iter(sources), None)
    if first is None or len(sources) < _MOST_SOURCES:
        return [*packages]
    why = f"{generator} wrote it: {len(sources)} sources without a version"
    whole = Package(first.file, (), first.line, first.span, None, None, None, skip=why)
    return [whole, *(package for package in packages if package not in sources)]


def numbered(packages: Iterable[Package]) -> tuple[Package, ...]:
    """Tell packages of one attribute path apart, such as those in two branches of an ``if``."""
    counts: dict[tuple[str, ...], int] = {}
    numbered_packages = []
    for package in packages:
        number = counts[package.attribute] = counts.get(package.attribute, 0) + 1
        numbered_packages.append(replace(package, ordinal=number) if number > 1 else package)
    return tuple(numbered_packages)


def _with_problems(
    placed: Sequence[PlacedPackage], unread: Sequence[Span], data: bytes
) -> tuple[list[PlacedPackage], list[Problem]]:
    """Give each package the first problem that touches it; return those that touch none.

    Args:
        placed: the packages.
        unread: what cannot be parsed, in order, none inside another.
        data: the file.
    """
    ends = [place.end for place in unread]
    claimed: set[int] = set()
    checked = []
    for package in placed:
        inside: list[int] = []
        for place in package.places:
            first = bisect_left(ends, place.start + 1)
            while first < len(unread) and unread[first].start < place.end:
                inside.append(first)
                first += 1
        claimed.update(inside)
        if inside:
            problem = problem_at(data, unread[min(inside)])
            package = package.broken(str(problem), problem.hint)  # noqa: PLW2901 - the same, checked
        checked.append(package)
    rest = [place for index, place in enumerate(unread) if index not in claimed]
    return checked, [problem_at(data, place) for place in rest[:_MOST_PROBLEMS]]


def _steered(
    placed: Sequence[PlacedPackage],
    files: Sequence[PackageFile],
    comments: Sequence[steering.Comment],
    data: bytes,
) -> tuple[list[PlacedPackage], list[PackageFile], list[Problem]]:
    """Give packages and called files what their comments say; return the comments of none."""
    places = [*(item.places for item in placed), *((item.statement,) for item in files)]
    paths = {item.package.attribute for item in placed} | {item.attribute for item in files}
    heard: dict[int, list[steering.Comment]] = {}
    unheeded = []
    for comment in comments:
        owners = steering.owners(comment, data, places)
        if not owners and len(paths) == 1 and steering.is_at_top(comment, data):
            owners = frozenset(range(len(places)))
        if not owners:
            unheeded.append(
                _unheeded(comment, data, "a steering comment is not attached to a package:")
            )
        for index in owners:
            heard.setdefault(index, []).append(comment)
    packages, called = list(placed), list(files)
    for index, own_comments in heard.items():
        directives = tuple(
            directive for comment in own_comments for directive in comment.directives
        )
        wrong = [comment for comment in own_comments if comment.problem]
        if index >= len(placed):
            number = index - len(placed)
            called[number] = replace(called[number], directives=directives)
            unheeded += [
                _unheeded(comment, data, "cannot understand the comment:") for comment in wrong
            ]
            continue
        packages[index] = packages[index].with_directives(directives)
        if wrong:
            packages[index] = packages[index].refused(wrong[0].problem, wrong[0].hint)
    return packages, called, unheeded


def _unheeded(comment: steering.Comment, data: bytes, what: str) -> Problem:
    hint = comment.hint or _PLACE
    return replace(problem_at(data, comment.span), what=what, hint=hint)
