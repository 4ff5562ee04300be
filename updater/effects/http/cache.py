"""Answers of earlier runs, in one database: asked about again every time, sent again when changed.

An answer is used only after its host has said 304, so that a release that is a minute old is seen
whatever freshness the host promised; or where nobody may be asked (``--offline``), for which also
answers are kept that no host can be asked about again. No token is stored: an answer's key is a
digest of address, media type, credential and what was sent, so that what one token was shown is
never shown for another.
Source: RFC 9110, section 13 (conditional requests). Why no library does this: docs/http-cache.md.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.effects import kept
from updater.model import HttpResponse
from updater.text import without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from updater.effects.database import KeptDatabase

_NAME = "answers-2.sqlite3"
# What a caller may want to read again; everything else was about the exchange.
_KEPT_HEADERS = ("content-type", "link", "etag", "last-modified")


class CachedResponse(Struct, frozen=True):
    """An answer of an earlier run.

    Attributes:
        conditions: the headers that ask whether it has changed.
    """

    answer: HttpResponse

    @property
    def conditions(self) -> dict[str, str]:
        """Return If-None-Match, If-Modified-Since, or both."""
        headers = self.answer.headers
        conditions = {
            "If-None-Match": headers.get("etag", ""),
            "If-Modified-Since": headers.get("last-modified", ""),
        }
        return {name: value for name, value in conditions.items() if value}


class Cache:
    """The answers in a folder, for this user's eyes only; where they cannot be kept, it says so.

    Args:
        folder: made where it is missing, below the user's cache folder.
        say: is told why answers are not kept.
        detail: is told that they were damaged.
    """

    def __init__(
        self,
        folder: Path,
        say: Callable[[str], None],
        detail: Callable[[str], None] = kept.untold,
    ) -> None:
        self._opening = folder / _NAME, say, detail

    @cached_property
    def _database(self) -> KeptDatabase:
        from updater.effects.database import KeptDatabase  # noqa: PLC0415 - SQLite: 4 ms

        return KeptDatabase(*self._opening)

    @staticmethod
    def key(url: str, headers: Mapping[str, str], content: bytes = b"") -> bytes:
        """Return the key of an answer: what it depends on, as a digest."""
        parts = (url, headers.get("Accept", ""), headers.get("Authorization", ""))
        return hashlib.sha256("\n".join(parts).encode() + b"\n" + content).digest()

    def find(self, key: bytes) -> CachedResponse | None:
        """Return what was kept under a key, None where nothing was or it is damaged."""
        row = self._database.find(key)
        return CachedResponse(_unpacked(*row)) if row is not None else None

    def keep(self, key: bytes, answer: HttpResponse, sent: bytes = b"") -> None:
        """Keep an answer, and what was sent for it, unless its host forbids that."""
        if "no-store" in answer.headers.get("cache-control", ""):
            return
        head = _head(answer)
        if not self._database.has(key, head):
            body = answer.body if answer.condensed else zlib.compress(answer.body, 1)
            self._database.keep(key, head, body, sent)

    def sent_to(self, url: str, headers: Mapping[str, str]) -> Iterator[tuple[bytes, HttpResponse]]:
        """Yield what was sent to an address with such headers, and the answer, the newest first."""
        for key, sent in self._database.sent():
            found = self.find(key) if self.key(url, headers, sent) == key else None
            if found is not None:
                yield sent, found.answer

    def close(self) -> None:
        """Write what is still to be written."""
        self._database.close()


def _head(answer: HttpResponse) -> bytes:
    """Return what an answer is beside its body; equal heads are of equal answers."""
    about = {
        "status": answer.status,
        "url": without_secrets(answer.url),  # a redirect may have led to one that is signed
        "headers": {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers},
        "sha256": hashlib.sha256(answer.body).hexdigest(),
        "condensed": answer.condensed,
    }
    return json.dumps(about).encode()


def _unpacked(head: bytes, body: bytes) -> HttpResponse:
    about = json.loads(head)
    condensed = about["condensed"]
    body = body if condensed else zlib.decompress(body)
    return HttpResponse(about["status"], about["url"], about["headers"], body, condensed=condensed)
