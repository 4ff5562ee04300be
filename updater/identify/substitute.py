"""``$Format:...$`` in files that are marked ``export-subst``.

Only what the commit itself says is replaced here. Names of refs, descriptions and abbreviated ids
depend on the rest of the repository, and on the day: an archive with one has no one hash, but one
for each `RefText` that it may have had.
Source: gitattributes(5), "export-subst"; git-log(1), "PRETTY FORMATS".
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from updater.identify.exact import Inexact, Passing, Unreproducible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from updater.identify.names import RefNames

COUNTS_TIME: Final = "counts the time since the commit"
FORMAT: Final = re.compile(rb"\$Format:([^$]*)\$")
_PLACEHOLDER: Final = re.compile(
    rb"%([ac][neitIsrh]|[HTPn%]|\(describe(?::[!-'*-~]*)?\)|\([a-z]+|.|$)", re.DOTALL
)
_PERSON: Final = re.compile(rb"([^<>\n]*?) ?<([^<>\n]*)> (\d{1,10}) ([+-])(\d\d)([0-5]\d)")
_NAMES: Final = (b"d", b"D")
_ABBREVIATED: Final = (b"h", b"t", b"p")
_DESCRIBED: Final = b"(describe"
_TIMES: Final = (b"aI", b"cI")
_AGES: Final = (b"ar", b"ah", b"cr", b"ch")
_ON_REFS: Final = (*_NAMES, *_ABBREVIATED, b"S", b"N", b"G", b"g", b"(decorate")


class RefText(Struct, frozen=True):
    """What an archive's text may take from the rest of its repository.

    Attributes:
        names: the refs that lead to the commit.
        described: placeholder -> what git writes for it today.
    """

    names: RefNames
    described: Mapping[bytes, bytes]


class CommitObject(Struct, frozen=True):
    """A commit's id and its object's bytes.

    Attributes:
        ref_text: those that its archive is taken to have; None where nobody knows.
    """

    identity: str
    data: bytes
    ref_text: RefText | None = None

    def formatted(self, text: bytes) -> bytes:
        """Return a file's content with every ``$Format:...$`` replaced.

        Raises:
            Unreproducible: a placeholder depends on refs, other objects or the present day.
            Inexact: a placeholder that is left to git.
        """
        return FORMAT.sub(lambda match: self._format(match[1]), text)

    def _format(self, text: bytes) -> bytes:
        return _PLACEHOLDER.sub(lambda match: self._value(match[1]), text)

    def _value(self, placeholder: bytes) -> bytes:
        match placeholder:
            case b"%" | b"n":
                return b"%" if placeholder == b"%" else b"\n"
            case b"H":
                return self.identity.encode()
            case b"T" | b"P":
                return b" ".join(self._headers(b"tree" if placeholder == b"T" else b"parent"))
        if placeholder in _AGES:
            shown = placeholder.decode()
            raise Passing(f"$Format:%{shown}$ {COUNTS_TIME}")
        if placeholder in _ON_REFS or placeholder.startswith(_DESCRIBED):
            return self._surrounding(placeholder)
        if len(placeholder) == 2 and placeholder[:1] in b"ac":  # noqa: PLR2004 - two letters
            return self._person(placeholder[:1], placeholder[1:])
        raise Inexact(f"%{placeholder.decode('ascii', 'replace')} is left to git")

    def _surrounding(self, placeholder: bytes) -> bytes:
        around = self.ref_text
        if around is not None and placeholder in _NAMES:
            names = around.names
            return (names.listed if placeholder == b"D" else names.decoration).encode()
        if around is not None and placeholder in around.described:
            return around.described[placeholder]
        shown = placeholder.decode("ascii", "replace")
        raise Unreproducible(f"$Format:%{shown}$ depends on the rest of the repository")

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
        if not offset and self.ref_text is None:
            raise Unreproducible("git before and after 2.45 write %I of UTC differently")
        zulu = not offset and self.ref_text is not None and self.ref_text.names.new_times
        written = b"Z" if zulu else sign + hours + b":" + minutes
        return when.strftime("%Y-%m-%dT%H:%M:%S").encode() + written


class Placeholders(Struct, frozen=True):
    """What a tree's files take from the rest of its repository.

    Attributes:
        names: some file has the names of refs.
        times: some file has a time in a form that versions of git write differently.
        by_git: the others that git itself answers.
    """

    names: bool
    times: bool
    by_git: tuple[bytes, ...]

    @classmethod
    def of(cls, contents: Iterable[bytes]) -> Placeholders:
        """Return those of files that are marked ``export-subst``."""
        used = {
            placeholder
            for content in contents
            for text in FORMAT.findall(content)
            for placeholder in _PLACEHOLDER.findall(text)
        }
        by_git = (name for name in used if name in _ABBREVIATED or name.startswith(_DESCRIBED))
        names, times = not used.isdisjoint(_NAMES), not used.isdisjoint(_TIMES)
        return cls(names, times, tuple(sorted(by_git)))
