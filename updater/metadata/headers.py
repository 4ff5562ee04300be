"""The headers of METADATA and PKG-INFO: the one place where they are read.

Source: PyPA specification "Core metadata"; RFC 5322, section 2.2, for the form.
"""

from __future__ import annotations

import re

from msgspec import Struct

from updater.errors import HostileFile

LARGEST = 1 << 20
"""The bytes that all headers together may have; a description may follow them."""

_LINE_END = re.compile(rb"\r\n|\r|\n")
_EMPTY_LINE = re.compile(rb"(?>\r\n|\r|\n){2}")
_HEADER = re.compile(r"([!-9;-~]*):[ \t]*(.*)", re.DOTALL)


class Headers(Struct, frozen=True):
    """Headers in their order; their names are in lower case."""

    listed: tuple[tuple[str, str], ...]

    def every(self, name: str) -> list[str]:
        """Return the values of all headers of a name."""
        return [value for key, value in self.listed if key == name]

    def first(self, name: str) -> str:
        """Return the first value of a header, an empty string where there is none."""
        return next((value for key, value in self.listed if key == name), "")


def parsed(data: bytes) -> Headers:
    """Return the headers of a file, up to the first line that is none.

    A value that goes on over several lines has a line feed at the end of each.

    Raises:
        HostileFile: they are too large.
    """
    end = _EMPTY_LINE.search(data[: LARGEST + 1])
    if end is None and len(data) > LARGEST:
        raise HostileFile(f"its metadata has more than {LARGEST} bytes of headers")
    head = data[: end.start()] if end is not None else data
    listed: list[tuple[str, list[str]]] = []
    for line in _LINE_END.split(head):
        text = line.decode("utf-8", "replace")
        if text.startswith((" ", "\t")):
            if listed:
                listed[-1][1].append(text)
            continue
        header = _HEADER.fullmatch(text)
        if header is None:
            break
        listed.append((header[1].lower(), [header[2]]))
    return Headers(tuple((name, "\n".join(lines)) for name, lines in listed if name))
