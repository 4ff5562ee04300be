"""``$Format:...$`` in files that are marked ``export-subst``.

Only what the commit itself says is replaced here. Names of refs, descriptions and abbreviated ids
depend on the rest of the repository, and on the day: an archive with one has no one hash.
Source: gitattributes(5), "export-subst"; git-log(1), "PRETTY FORMATS".
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Final

from msgspec import Struct

from updater.identify.exact import Inexact, Unreproducible

FORMAT: Final = re.compile(rb"\$Format:([^$]*)\$")
_PLACEHOLDER: Final = re.compile(rb"%([ac][neitIs]|[HTPn%]|\([a-z]+|.|$)", re.DOTALL)
_PERSON: Final = re.compile(rb"([^<>\n]*?) ?<([^<>\n]*)> (\d{1,10}) ([+-])(\d\d)([0-5]\d)")
_ON_REFS: Final = (b"d", b"D", b"S", b"N", b"G", b"g", b"h", b"t", b"p", b"(describe", b"(decorate")


class CommitObject(Struct, frozen=True):
    """A commit's id and its object's bytes."""

    identity: str
    data: bytes

    def formatted(self, text: bytes) -> bytes:
        """Return a file's content with every ``$Format:...$`` replaced.

        Raises:
            Unreproducible: a placeholder depends on refs or other objects.
            Inexact: a placeholder that is left to git.
        """
        return FORMAT.sub(lambda match: self._format(match[1]), text)

    def _format(self, text: bytes) -> bytes:
        return _PLACEHOLDER.sub(lambda match: self._value(match[1]), text)

    def _value(self, placeholder: bytes) -> bytes:
        match placeholder:
            case b"%":
                return b"%"
            case b"n":
                return b"\n"
            case b"H":
                return self.identity.encode()
            case b"T":
                return b" ".join(self._headers(b"tree"))
            case b"P":
                return b" ".join(self._headers(b"parent"))
        if placeholder in _ON_REFS:
            shown = placeholder.decode()
            raise Unreproducible(f"$Format:%{shown}$ depends on the rest of the repository")
        if len(placeholder) == 2 and placeholder[:1] in b"ac":  # noqa: PLR2004 - two letters
            return self._person(placeholder[:1], placeholder[1:])
        raise Inexact(f"%{placeholder.decode('ascii', 'replace')} is left to git")

    def _headers(self, name: bytes) -> list[bytes]:
        head = self.data.partition(b"\n\n")[0]
        return [line[len(name) + 1 :] for line in head.split(b"\n") if line.startswith(name + b" ")]

    def _person(self, who: bytes, what: bytes) -> bytes:
        line = self._headers(b"author" if who == b"a" else b"committer")
        match = _PERSON.fullmatch(line[0]) if line else None
        if match is None or self._headers(b"encoding"):
            raise Inexact("the commit's author or committer has an unusual form")
        name, email, seconds, sign, hours, minutes = match.groups()
        if what in b"ne":
            return name if what == b"n" else email
        if what == b"t":
            return seconds
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        if offset >= timedelta(days=1):
            raise Inexact("the commit's time zone is not valid")
        zone = timezone(-offset if sign == b"-" else offset)
        when = datetime.fromtimestamp(int(seconds), zone)
        if what == b"s":
            return when.strftime("%Y-%m-%d").encode()
        if what == b"i":
            return when.strftime("%Y-%m-%d %H:%M:%S ").encode() + sign + hours + minutes
        if not offset:
            raise Unreproducible("git before and after 2.45 write %I of UTC differently")
        return when.strftime("%Y-%m-%dT%H:%M:%S").encode() + sign + hours + b":" + minutes
