"""What ``git archive`` does to a file's content: line ends, ``$Id$``, encodings.

As git does it on Linux without any configuration. Source: gitattributes(5), "text", "eol", "ident"
and "working-tree-encoding"; ``convert_attrs``, ``will_convert_lf_to_crlf``, ``ident_to_worktree``
and ``reencode_string_len`` in git's ``convert.c`` and ``utf8.c``.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final, Literal

from msgspec import Struct

from updater.identify.exact import Inexact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.identify.attributes import AttributeValue

_ENCODINGS: Final = {
    b"UTF-16LE": ("utf-16-le", b""),
    b"UTF-16BE": ("utf-16-be", b""),
    b"UTF-16LE-BOM": ("utf-16-le", b"\xff\xfe"),
    b"UTF-16BE-BOM": ("utf-16-be", b"\xfe\xff"),
    b"UTF-32LE": ("utf-32-le", b""),
    b"UTF-32BE": ("utf-32-be", b""),
    b"ISO-8859-1": ("latin-1", b""),
}
_UTF_8: Final = frozenset({b"UTF-8", b"UTF8"})
_LONE_LF: Final = re.compile(rb"(?<!\r)\n")
_LONE_CR: Final = re.compile(rb"\r(?!\n)")
_UNPRINTABLE: Final = bytes([*range(8), *range(0x0E, 0x1B), *range(0x1C, 0x20), 0x0B, 0x7F])
_LINE_ENDS: Final = b"\r\n"


class Conversion(Struct, frozen=True):
    """What becomes of one file's content, in git's order: ident, line ends, encoding, Format.

    Attributes:
        crlf: whether line feeds get a carriage return: ``always``, ``auto`` (text only) or never.
        encoding: the encoding's name, or an empty string.
        substituted: ``$Format:...$`` is replaced, which depends on the commit.
    """

    crlf: Literal["", "always", "auto"] = ""
    ident: bool = False
    encoding: bytes = b""
    substituted: bool = False

    def __bool__(self) -> bool:
        return bool(self.crlf or self.ident or self.encoding or self.substituted)

    def applied(self, content: bytes) -> bytes:
        """Return a file's content as it leaves git; ``$Format:...$`` is left as it is.

        Raises:
            Inexact: an encoding that is left to git.
        """
        if self.ident:
            content = _identified(content)
        if self.crlf and _wants_crlf(content, self.crlf):
            content = _LONE_LF.sub(b"\r\n", content)
        return _encoded(content, self.encoding) if self.encoding and content else content


def conversion(attributes: Mapping[bytes, AttributeValue]) -> Conversion:
    """Return what a file's attributes ask for.

    Raises:
        Inexact: a value that git refuses.
    """
    encoding = attributes.get(b"working-tree-encoding")
    if isinstance(encoding, bool):
        raise Inexact("working-tree-encoding has no value")
    named = (encoding or b"").upper()
    return Conversion(
        crlf=_crlf(attributes),
        ident=attributes.get(b"ident") is True,
        encoding=b"" if named in _UTF_8 else named,
        substituted=attributes.get(b"export-subst") is True,
    )


def _crlf(attributes: Mapping[bytes, AttributeValue]) -> Literal["", "always", "auto"]:
    kinds: dict[AttributeValue, str] = {
        True: "text",
        False: "binary",
        b"input": "text",
        b"auto": "auto",
    }
    kind = kinds.get(attributes.get(b"text")) or kinds.get(attributes.get(b"crlf")) or ""
    if kind == "binary" or attributes.get(b"eol") != b"crlf":
        return ""
    return "auto" if kind == "auto" else "always"


def _wants_crlf(content: bytes, crlf: str) -> bool:
    if crlf == "always":
        return True
    if b"\r" in content or b"\0" in content:
        return False
    unprintable = len(content) - len(content.translate(None, _UNPRINTABLE))
    printable = len(content) - unprintable - content.count(b"\n")
    if content.endswith(b"\x1a"):  # the end of a DOS file does not count
        unprintable -= 1
    return printable >> 7 >= unprintable


def _identified(content: bytes) -> bytes:
    """Return the content with its blob id in each ``$Id$`` or ``$Id: ... $`` of git's making."""
    if b"$Id" not in content:
        return content
    header = b"blob %d\0" % len(content)
    blob = hashlib.sha1(header + content, usedforsecurity=False).hexdigest().encode()
    made, at = [], 0
    while (dollar := content.find(b"$", at)) >= 0:
        made.append(content[at : dollar + 1])
        at = dollar + 1
        if content[at : at + 3] == b"Id$":
            at += 3
        elif content[at : at + 3] == b"Id:":
            end = content.find(b"$", at + 3)
            if end < 0:
                break
            text = content[at + 3 : end]
            if b"\n" in text or 0 <= text.find(b" ", 1) < len(text) - 1:
                continue
            at = end + 1
        else:
            continue
        made.append(b"Id: %b $" % blob)
    made.append(content[at:])
    return b"".join(made)


def _encoded(content: bytes, encoding: bytes) -> bytes:
    if encoding not in _ENCODINGS:
        raise Inexact(f"the encoding {encoding.decode('ascii', 'replace')} is left to git")
    name, mark = _ENCODINGS[encoding]
    try:
        return mark + content.decode("utf-8").encode(name)
    except UnicodeError as error:
        raise Inexact("a file cannot be encoded") from error
