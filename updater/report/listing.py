"""What ``list`` says of a package without asking anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.report.layout import GAP, Piece, PrintedLine, Row, cells, table, wrapped
from updater.report.next_step import next_step
from updater.report.rows import STYLES, with_short_commits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from updater.model import Package, Pin, Tracking
    from updater.report.screen import Screen

_HEADER = Row(tuple(map(Piece, ("PACKAGE", "VERSION", "FOLLOWS", "FETCHER", "FILE"))))


class ListedPackage(Struct, frozen=True):
    """One row: ``status`` is found, held, skipped or failed; ``pin`` the version and rev."""

    package: Package
    status: str
    pin: str = ""
    track: str = ""
    reason: str = ""


def describe(  # noqa: PLR0913 - all but the package may be missing
    package: Package,
    pin: Pin | None,
    tracking: Tracking | None,
    *,
    hold: str = "",
    problem: str = "",
    skip: str = "",
) -> ListedPackage:
    """Say how a package will be tracked, as far as its text tells.

    Args:
        package: the package.
        pin: its pin, None where it has none or it cannot be read.
        tracking: what its text and configuration say it follows; None where it has no pin.
        hold: why it must not be touched, or an empty string.
        problem: why it cannot be read, or an empty string.
        skip: why it cannot be followed although it is understood, or an empty string.
    """
    shown = _shown(pin) if pin is not None else ""
    if hold:
        return ListedPackage(package, "held", shown, reason=hold)
    if problem:
        return ListedPackage(package, "failed", shown, reason=problem)
    if skip or tracking is None:
        return ListedPackage(package, "skipped", shown, reason=skip)
    return ListedPackage(package, "found", shown, str(tracking), tracking.reason)


def _shown(pin: Pin) -> str:
    version = with_short_commits(pin.version or "no version")
    rev = with_short_commits(pin.rev)
    return f"{version} ({rev})" if rev not in ("", version) and not pin.through_version else version


def listing_lines(listed: Sequence[ListedPackage], screen: Screen) -> Iterator[PrintedLine]:
    """Yield a header, a row for each package, and on a terminal what to do next."""
    if not listed:
        yield (Piece("no packages"),)
        return
    rows = [_HEADER, *(_row(entry, screen) for entry in listed)]
    if screen.width is not None and not screen.verbose:
        rows = _fitted(rows, screen.width, screen.ellipsis)
    yield from table(rows, screen.width)
    if screen.width is not None:  # what reads lines reads packages
        yield ()
        yield from ((Piece(line),) for line in wrapped(next_step((), screen), screen.width))


def _fitted(rows: Sequence[Row], width: int, ellipsis: str) -> list[Row]:
    """Return rows without what a terminal has no room for.

    Fetchers are left out first, then folders of files, then the files.
    """
    columns = zip(*(row.cells for row in rows), strict=True)
    *others, fetcher, _ = (
        max(cells(cell.text) for cell in column) + len(GAP) for column in columns
    )
    room = width - sum(others)
    if max(cells(row.cells[-1].text) for row in rows) <= room - fetcher:
        return list(rows)
    files = [_file_within(row.cells[-1].text, room, ellipsis) for row in rows]
    if not all(files):
        return [Row(row.cells[:3], row.notes) for row in rows]
    return [
        Row((*row.cells[:3], Piece(file)), row.notes) for row, file in zip(rows, files, strict=True)
    ]


def _file_within(file: str, width: int, ellipsis: str) -> str:
    """Return a file without as many of its first folders as it must, or nothing."""
    shown, rest = file, file
    while cells(shown) > width:
        _, slash, rest = rest.partition("/")
        if not slash:
            return ""
        shown = f"{ellipsis}/{rest}"
    return shown


def _row(listed: ListedPackage, screen: Screen) -> Row:
    """Return a row; why a package is followed so is told in detail, why it is not, always."""
    package = listed.package
    source = package.source
    row = (
        Piece(package.name),
        Piece(listed.pin or "-"),
        Piece(listed.track or listed.status, STYLES[listed.status]),
        Piece(source.fetcher if source is not None else "-"),
        Piece(f"{package.file}:{package.line}"),
    )
    is_shown = listed.reason and (listed.status != "found" or screen.verbose)
    return Row(row, (listed.reason,) if is_shown else ())
