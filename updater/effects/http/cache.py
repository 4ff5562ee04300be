"""Answers of earlier runs, one file each: asked about again every time, sent again when changed.

An answer is used only after its host has said 304, so that a release that is a minute old is seen
whatever freshness the host promised; or where nobody may be asked (``--offline``), for which also
answers are kept that no host can be asked about again. No token is stored: a file's name is a
digest of address, media type, credential and what was sent, so that what one token was shown is
never shown for another.
Source: RFC 9110, section 13 (conditional requests). Why no library does this: docs/http-cache.md.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.effects import kept
from updater.model import HttpResponse
from updater.text import without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_FORM = "updater-response-5"
_LARGEST = 512 * 1024 * 1024
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
    """A folder of answers, for this user's eyes only; where it fails, it says so once.

    Args:
        folder: made where it is missing, below the user's cache folder.
        say: is told why answers are not kept.
        detail: is told which answer was dropped.
    """

    def __init__(
        self,
        folder: Path,
        say: Callable[[str], None],
        detail: Callable[[str], None] = kept.untold,
    ) -> None:
        self._folder = folder / "answers-1"
        self._say = say
        self._detail = detail
        self._broken = False
        self._written = 0

    @staticmethod
    def key(url: str, headers: Mapping[str, str], content: bytes = b"") -> str:
        """Return the name of an answer: what it depends on, as a digest."""
        parts = (url, headers.get("Accept", ""), headers.get("Authorization", ""))
        return hashlib.sha256("\n".join(parts).encode() + b"\n" + content).hexdigest()

    def find(self, key: str) -> CachedResponse | None:
        """Return what was kept under a key, None where nothing was or it is damaged."""
        path = self._path(key)
        try:
            data = kept.read(path, _FORM)
            if data is None:
                return None
            os.utime(path)
        except OSError as error:
            self._give_up(error)
            return None
        except kept.DamagedFile:
            self._detail(f"{path} is damaged and was dropped; its host is asked again")
            return None
        return CachedResponse(_unpacked(data))

    def keep(self, key: str, answer: HttpResponse, sent: bytes = b"") -> None:
        """Keep an answer, and what was sent for it, unless its host forbids that."""
        if self._broken or "no-store" in answer.headers.get("cache-control", ""):
            return
        path, head = self._path(key), _head(answer, sent)
        try:
            with suppress(kept.DamagedFile):
                earlier = kept.read(path, _FORM)
                if earlier is not None and earlier.startswith(head):
                    os.utime(path)
                    return
            body = answer.body if answer.condensed else zlib.compress(answer.body, 1)
            kept.write(path, _FORM, head + body)
            self._written += 1
        except OSError as error:
            self._give_up(error)

    def sent_to(self, url: str, headers: Mapping[str, str]) -> Iterator[tuple[bytes, HttpResponse]]:
        """Yield what was sent to an address with such headers, and the answer, the newest first."""
        with suppress(OSError):
            for _, _, path in sorted(self._files(), reverse=True):
                with suppress(kept.DamagedFile):
                    data = kept.read(path, _FORM) or b"{}"
                    about = json.loads(data.partition(b"\n")[0])
                    sent = about.get("sent", "").encode()
                    if sent and self.key(url, headers, sent) == path.name:
                        yield sent, _unpacked(data)

    def close(self) -> None:
        """Delete what nobody has asked for in a long time, and the oldest of too much."""
        if not self._written:
            return
        with suppress(OSError):
            room = _LARGEST
            for used, size, path in sorted(self._files(), reverse=True):
                room -= size
                if room < 0 or used < time.time() - kept.UNUSED_SECONDS:
                    path.unlink(missing_ok=True)

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        for path in self._folder.glob("*/*"):
            about = path.stat()
            yield about.st_mtime, about.st_size, path

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key

    def _give_up(self, error: OSError) -> None:
        if not self._broken:
            self._broken = True
            self._say(f"answers cannot be kept between runs: {self._folder}: {error.strerror}")


def _head(answer: HttpResponse, sent: bytes) -> bytes:
    """Return what stands before a compressed body; equal heads are of equal answers."""
    about = {
        "status": answer.status,
        "url": without_secrets(answer.url),  # a redirect may have led to one that is signed
        "headers": {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers},
        "sent": sent.decode(errors="replace"),
        "sha256": hashlib.sha256(answer.body).hexdigest(),
        "condensed": answer.condensed,
    }
    return json.dumps(about).encode() + b"\n"


def _unpacked(data: bytes) -> HttpResponse:
    head, _, body = data.partition(b"\n")
    about = json.loads(head)
    condensed = about["condensed"]
    body = body if condensed else zlib.decompress(body)
    return HttpResponse(about["status"], about["url"], about["headers"], body, condensed=condensed)
