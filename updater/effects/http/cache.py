"""Answers of earlier runs, one file each: asked about again every time, sent again when changed.

An answer is used only after its host has said 304, so that a release that is a minute old is seen
whatever freshness the host promised. No token is stored: a file's name is a digest of address,
media type and credential, so that what one token was shown is never shown for another.
Source: RFC 9110, section 13 (conditional requests). Why no library does this: docs/http-cache.md.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.model import HttpResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_VERSION = "1"
_UNUSED_SECONDS = 90 * 24 * 3600.0
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
    """

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self._folder = folder / f"answers-{_VERSION}"
        self._say = say
        self._broken = False
        self._written = 0

    @staticmethod
    def key(url: str, headers: Mapping[str, str]) -> str:
        """Return the name of an answer: what it depends on, as a digest."""
        parts = (url, headers.get("Accept", ""), headers.get("Authorization", ""))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def find(self, key: str) -> CachedResponse | None:
        """Return what was kept under a key, None where nothing was or it is damaged."""
        path = self._path(key)
        try:
            data = path.read_bytes()
            os.utime(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._give_up(error)
            return None
        try:
            return CachedResponse(_unpacked(data))
        except (ValueError, TypeError, KeyError, zlib.error):
            self._say(f"{path} is damaged and was left out; it will be replaced")
            return None

    def keep(self, key: str, answer: HttpResponse) -> None:
        """Keep an answer that its host can be asked about again."""
        headers = answer.headers
        if "no-store" in headers.get("cache-control", "") or not CachedResponse(answer).conditions:
            return
        if self._broken:
            return
        path = self._path(key)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # mkstemp makes a file that only its owner may read: mode 0600.
            handle, name = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(_packed(answer))
            Path(name).replace(path)
            self._written += 1
        except OSError as error:
            self._give_up(error)

    def close(self) -> None:
        """Delete what nobody has asked for in a long time, and the oldest of too much."""
        if not self._written:
            return
        with suppress(OSError):
            room = _LARGEST
            for used, size, path in sorted(self._files(), reverse=True):
                room -= size
                if room < 0 or used < time.time() - _UNUSED_SECONDS:
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
            self._say(f"answers are not kept between runs: {self._folder}: {error.strerror}")


def _packed(answer: HttpResponse) -> bytes:
    headers = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
    body = zlib.compress(answer.body, 1)
    about = {"url": answer.url, "headers": headers, "sha256": hashlib.sha256(body).hexdigest()}
    return json.dumps(about).encode() + b"\n" + body


def _unpacked(data: bytes) -> HttpResponse:
    """Return a kept answer.

    Raises:
        ValueError, TypeError, KeyError, zlib.error: it is not as it was written.
    """
    head, _, body = data.partition(b"\n")
    about = json.loads(head)
    if hashlib.sha256(body).hexdigest() != about["sha256"]:
        raise ValueError("the body is not the one that was kept")
    return HttpResponse(200, about["url"], about["headers"], zlib.decompress(body))
