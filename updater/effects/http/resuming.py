"""A download that goes on where it broke off, if the server can show that it is still the same.

What was yielded is hashed already and cannot be taken back: so a body is continued only behind a
strong validator (``If-Range``), and only if it repeats the end of what is known. In every other
case it is begun anew. Nothing is kept for another run.

Source: RFC 9110, sections 8.8, 13.1.5 and 14.
"""

from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from updater.effects.http.addresses import shown
from updater.errors import BrokenOff, Unreachable
from updater.model import moments

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

_OVERLAP = 4096
_LENGTH = re.compile(r"[0-9]{1,18}")
_RANGE = re.compile(rf"bytes ({_LENGTH.pattern})-({_LENGTH.pattern})/({_LENGTH.pattern}|\*)")
# A resource may change twice in a second; a minute is what older servers' clocks need.
_SETTLED = timedelta(minutes=1)


class ResumableBody:
    """The body of one address, over as many connections as it takes.

    Attributes:
        size: how many bytes have been yielded.
    """

    def __init__(self, url: str) -> None:
        self._where = shown(url)
        self.size = 0
        self._end = b""
        self._validator = ""
        self._total: int | None = None

    @property
    def goes_on(self) -> bool:
        """Whether it has begun, and the server named what it would be told from another by."""
        return bool(self.size and self._validator)

    @property
    def headers(self) -> dict[str, str]:
        """What asks for the rest; nothing where there is nothing to go on from."""
        if not self.goes_on:
            return {}
        start = self.size - len(self._end)
        return {"Range": f"bytes={start}-", "If-Range": self._validator}

    def pieces(self, response: httpx.Response) -> Iterator[bytes]:
        """Yield the bytes of an answer that have not been yielded yet.

        Args:
            response: 200, or 206 where the rest was asked for; its body has not been read.

        Raises:
            Unreachable: the body is another one by now, or cut short.
        """
        place = self._continued(response) if self.size else self._begun(response)
        for piece in response.iter_raw():
            overlap = max(0, min(self.size - place, len(piece)))
            if overlap:
                self._compare(place, piece[:overlap])
            place += len(piece)
            new = piece[overlap:]
            if new:
                self.size += len(new)
                self._end = (self._end + new)[-_OVERLAP:]
                yield new
        if self._total is not None and self.size > self._total:
            raise self.changed()
        if self._total not in (None, self.size):
            raise self._failed(f"ends after {self.size} of {self._total} bytes")

    def changed(self) -> Unreachable:
        """Return the error of a body that cannot be continued: from now on it does not."""
        self._validator = ""
        return self._failed("changed during the download")

    def broken_off(self, error: BaseException, times: int) -> BrokenOff:
        """Return the error of a body that went on so many times, and broke off once more."""
        return BrokenOff(
            f"{error}; it broke after {self.size} bytes and was resumed {times} times",
            url=self._where,
            hint="check the network, and try again later",
        )

    def _failed(self, what: str) -> Unreachable:
        return Unreachable(f"{self._where} {what}", url=self._where, hint="run it again")

    def _begun(self, response: httpx.Response) -> int:
        self._validator = _validator(response)
        length = response.headers.get("content-length", "")
        self._total = int(length) if _LENGTH.fullmatch(length) else None
        return 0

    def _continued(self, response: httpx.Response) -> int:
        """Return the place of the body's first byte."""
        if response.status_code == HTTPStatus.OK:
            if _validator(response) != self._validator:
                raise self.changed()
            return 0
        match = _RANGE.fullmatch(response.headers.get("content-range", ""))
        start = self.size - len(self._end)
        total = match[3] if match is not None else ""
        if match is None or int(match[1]) != start or total not in ("*", str(self._total)):
            raise self.changed()
        return start

    def _compare(self, place: int, piece: bytes) -> None:
        """Compare a piece that is known with what is left of it.

        Raises:
            Unreachable: they differ.
        """
        first = self.size - len(self._end)
        skipped = max(0, first - place)
        at = max(0, place - first)
        if self._end[at : at + len(piece) - skipped] != piece[skipped:]:
            raise self.changed()


def _validator(response: httpx.Response) -> str:
    """Return what tells this very sequence of bytes from any other, or an empty string."""
    headers = response.headers
    etag: str = headers.get("etag", "")
    if headers.get("accept-ranges", "").lower() == "none" or headers.get("content-encoding"):
        return ""
    if etag:
        return "" if etag.startswith("W/") else etag
    modified: str = headers.get("last-modified", "")
    date, changed = (moments.from_header(text) for text in (headers.get("date", ""), modified))
    settled = date is not None and changed is not None and date - changed >= _SETTLED
    return modified if settled else ""
