"""One file's bytes -> the packages in it, with their sources.

Nothing that is returned holds a syntax node, and nothing here reads a file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from updater.overlay import steering, syntax
from updater.overlay.assemble import Assembler
from updater.overlay.walk import PackageFile, Walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model import Package, Span
    from updater.overlay.assemble import Found


_PLACE = "put it inside the package, or directly above it, without an empty line between"


@dataclass(frozen=True, slots=True)
class FileContent:
    """What one file holds.

    Attributes:
        packages: in the order of the file.
        problems: parse problems and comments that belong to none of the packages.
        files: package files that it calls (``callPackage ./package.nix { }``).
    """

    packages: tuple[Package, ...]
    problems: tuple[syntax.Problem, ...]
    files: tuple[PackageFile, ...] = ()


def read_packages(data: bytes, file: str, fetchers: frozenset[str]) -> FileContent:
    """Return the packages of one file in the order of their lines.

    Args:
        data: the file's bytes.
        file: the name that packages carry.
        fetchers: the Nix functions that count as fetchers.
    """
    source = syntax.parse(data)
    walk = Walk(source, fetchers)
    found = sorted(Assembler(data, file, walk).found(), key=lambda one: one.package.span)
    unread: list[syntax.Problem] = []
    problems = syntax.problems(source)
    if problems:
        found, unread = _with_problems(found, problems)
    comments = steering.comments(source)
    if comments:
        found, unheeded = _steered(found, comments, data)
        unread += unheeded
    return FileContent(_numbered(found), tuple(unread), tuple(walk.files))


def _with_problems(
    found: Sequence[Found], problems: Sequence[syntax.Problem]
) -> tuple[list[Found], list[syntax.Problem]]:
    """Give each package the first problem that touches it; return the problems that touch none."""
    claimed: set[syntax.Problem] = set()
    checked = []
    for one in found:
        mine = [p for p in problems if any(_overlap(p.span, place) for place in one.places)]
        claimed.update(mine)
        checked.append(one.broken(str(mine[0]), mine[0].hint) if mine else one)
    return checked, [one for one in problems if one not in claimed]


def _steered(
    found: Sequence[Found], comments: Sequence[steering.Comment], data: bytes
) -> tuple[list[Found], list[syntax.Problem]]:
    """Give each package what its comments say; return the comments that belong to none."""
    heard: dict[int, list[steering.Comment]] = {}
    unheeded = []
    for comment in comments:
        owners = steering.owners(comment, data, [one.places for one in found])
        if not owners:
            unheeded.append(_unheeded(comment, data))
        for index in owners:
            heard.setdefault(index, []).append(comment)
    steered = list(found)
    for index, mine in heard.items():
        said = tuple(directive for comment in mine for directive in comment.directives)
        steered[index] = steered[index].told(said)
        wrong = next((comment.problem for comment in mine if comment.problem), "")
        if wrong:
            steered[index] = steered[index].refused(wrong, steering.HINT)
    return steered, unheeded


def _unheeded(comment: steering.Comment, data: bytes) -> syntax.Problem:
    what = "a steering comment belongs to no package:"
    return replace(syntax.problem_at(data, comment.span), what=what, hint=_PLACE)


def _numbered(found: Sequence[Found]) -> tuple[Package, ...]:
    """Tell packages of one attribute path apart, such as those in two branches of an ``if``."""
    seen: dict[tuple[str, ...], int] = {}
    packages = []
    for one in found:
        package = one.package
        number = seen[package.attribute] = seen.get(package.attribute, 0) + 1
        packages.append(replace(package, ordinal=number) if number > 1 else package)
    return tuple(packages)


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
