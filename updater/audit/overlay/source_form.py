"""How a source is pinned: a rev that stays, a hash in SRI form, a tag as ``tag``.

Source: Nixpkgs manual, "Fetchers"; Nix manual, "nix hash convert".
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace

from updater.audit.overlay.base import TextRule
from updater.choose.tracking import expected_tracking
from updater.choose.versions import is_commit, is_shortened
from updater.errors import HashError, StageError
from updater.fetchers import address
from updater.fetchers.forge import Forge
from updater.kinds import FETCHERS
from updater.model import HASH_FIELDS, Edit, Policy, Span
from updater.model.finding import FileEdit, Fix
from updater.model.sri import is_placeholder, parse_hash
from updater.overlay.reading import syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.audit.overlay.overlay_text import OverlayText
    from updater.audit.overlay.project import AuditedProject
    from updater.model import Algorithm, Field, Package, Source
    from updater.model.finding import Finding, FixSafety

# Those that take `hash`; a builtin of Nix does not.
_TAKE_HASH = frozenset({"fetchPypi", "fetchgit", "fetchurl", "fetchzip"})
_TAKE_TAG = frozenset(
    {
        *("fetchFromCodeberg", "fetchFromForgejo", "fetchFromGitHub", "fetchFromGitLab"),
        "fetchFromGitea",
    }
)
_ALGORITHMS: dict[str, Algorithm] = {
    "sha256": "sha256",
    "sha512": "sha512",
    "sha1": "sha1",
    "md5": "md5",
}
_TAGS = "refs/tags/"
# `src.rev` is another text once the rev is a tag.
_READ_REV = re.compile(rb"\.\s*rev\b")
# A tag of some form, or a branch that is named after a release: the text does not tell.
_HAS_VERSION = re.compile(r"\d+(?:[._-]\d+)+")
_WORD = re.compile(r"[A-Za-z_][\w.']*")


class SourceForm(TextRule):
    """A pin that moves, or that is written in a form of the past."""

    name: ClassVar[str] = "source-form"
    title: ClassVar[str] = "A source is pinned by a tag or commit, and by an SRI hash."
    why: ClassVar[str] = (
        "A branch as `rev`, or in the address of an archive, names another commit each day: the "
        "pin breaks as soon as the source leaves every cache, and the label says nothing. `hash` "
        "takes an SRI hash, which names its algorithm; `sha256` in base32 is what nixpkgs has left "
        "behind. `tag` says that it is one, so that a branch of the same name cannot stand in for "
        "it."
    )
    bad: ClassVar[str] = """\
src = super.fetchFromGitHub {
  owner = "owner";
  repo = "tool";
  rev = "v${version}";
  sha256 = "1xl38c5spv798xydljahq8fw9nglwcw95s95zpn11cm9ra4rg4ib";
};
"""
    good: ClassVar[str] = """\
src = super.fetchFromGitHub {
  owner = "owner";
  repo = "tool";
  tag = "v${version}";
  hash = "sha256-hL1Pmx9MVuomGXqXxUa85bZDErbMqDgaN+u5KtWLWVk=";
};
"""
    fix: ClassVar[FixSafety | None] = "safe"
    compares: ClassVar[bool] = True
    exceptions: ClassVar[str] = (
        "A commit stays `rev`, also a shortened one. A name with a version in it that no tag is "
        "known to have, such as `curl-8_4_0`, may be a branch or a tag, and is not told. nixpkgs "
        "knows `tag` since December 2024: with an older one, ignore "
        "the rule. `sha256` stays where a function takes nothing else, such as "
        "`builtins.fetchTarball`. A rev that moves has no fix here: run `updater pin`, which finds "
        "the commit that the hash belongs to. With `--upstream` a tag is noted whose release the "
        "package index has as a source distribution, too, if its metadata names the repository. "
        "That is only advice: a source distribution may lack files, such as tests."
    )
    guide: ClassVar[str] = (
        "The guide prefers `tag` and `hash` in one place, and writes `rev` and `sha256` in its "
        'patterns and examples, `rev = "main"` among them. The preference holds.'
    )

    def findings(self, overlay: OverlayText) -> Iterator[Finding]:
        """Yield what each source of a file should say otherwise."""
        places: set[Span] = set()
        for package in overlay.packages:
            if package.problem or package.generator:
                continue
            for source in package.sources:
                # What a function in another file makes is judged there.
                if source.span not in places and source.span.end <= len(overlay.data):
                    places.add(source.span)
                    yield from self._source(overlay, package, source)

    def compared(self, project: AuditedProject) -> Iterator[Finding]:
        """Yield the sources that the package index has, too."""
        for source in project.compared:
            if source.source.indexed:
                noted = self.finding(
                    source.package.file,
                    source.statement("src"),
                    f"the package index has this release, too: {source.source.indexed}",
                    source.package,
                    advice="the guide prefers fetchPypi, if the file has all that is built",
                )
                yield replace(noted, severity="note")

    def _source(self, overlay: OverlayText, package: Package, source: Source) -> Iterator[Finding]:
        yield from self._rev(overlay, package, source)
        field = source.get(*HASH_FIELDS)
        if field is None or field.value is None or field.span not in source.span:
            return
        is_empty = not field.value or is_placeholder(field.value)
        message = _hash_message(field, is_empty=is_empty)
        takes = isinstance(FETCHERS[source.fetcher], Forge) or source.fetcher in _TAKE_HASH
        if message and takes and not _is_builtin(overlay, source):
            where = _whole(overlay, field)
            fix = _as_sri(overlay, field) if not is_empty else None
            advice = "" if fix is not None else "write it as `hash` by hand"
            yield self.finding(overlay.file, where, message, package, advice=advice, fix=fix)

    def _rev(self, overlay: OverlayText, package: Package, source: Source) -> Iterator[Finding]:
        field = source.get("rev", "url", "urls[0]")
        if field is None or source.get("tag") is not None or not field.value:
            return
        if field.span not in source.span:
            return
        try:
            fetcher = FETCHERS[source.fetcher]
            if field.name != "rev" and not _is_followed_archive(package, source, field.value):
                return
            pin, project = fetcher.pin(package, source), fetcher.project(package, source)
        except StageError:
            return
        where = _whole(overlay, field)
        if not pin.rev or is_commit(pin.rev) or is_shortened(pin.rev):
            return
        is_tag = field.value.startswith(_TAGS)
        if not is_tag and expected_tracking(pin, Policy(), project).moving:
            if _HAS_VERSION.search(pin.rev):
                return
            what = f"`rev = {field.text}`" if field.name == "rev" else f"`{pin.rev}` in its address"
            message = f"{what} moves: it names another commit when upstream pushes"
            advice = f"run `updater pin {package.name}`"
            yield self.finding(overlay.file, where, message, package, advice=advice)
        elif source.fetcher in _TAKE_TAG and field.name == "rev":
            read_elsewhere = _READ_REV.search(overlay.data, package.span.start, package.span.end)
            fix = _as_tag(overlay, field) if read_elsewhere is None else None
            also = ", and `src.tag` where `src.rev` is read" if read_elsewhere is not None else ""
            advice = "" if fix is not None else f"write it as `tag` by hand{also}"
            message = "`rev` holds a tag; `tag` says so, and cannot be a branch"
            yield self.finding(overlay.file, where, message, package, advice=advice, fix=fix)


def _is_followed_archive(package: Package, source: Source, url: str) -> bool:
    """Tell whether an address is that of a commit's archive, so that `pin` may find the commit."""
    return address.parse(url).is_archive and not FETCHERS[source.fetcher].skip(package, source)


def _hash_message(field: Field, *, is_empty: bool) -> str:
    """Say what is wrong with a hash; of an empty one, what is as wrong once it is filled in."""
    is_sri = is_empty or (field.value or "").startswith(tuple(f"{name}-" for name in _ALGORITHMS))
    if field.name == "hash":
        return "" if is_sri else "`hash` is not in SRI form"
    if field.name not in _ALGORITHMS:
        return ""
    return f"`{field.name}` instead of `hash`" + ("" if is_sri else ", and not in SRI form")


def _is_builtin(overlay: OverlayText, source: Source) -> bool:
    head = overlay.data[source.span.start : source.span.end].partition(source.fetcher.encode())[0]
    return b"builtins" in head


def _whole(overlay: OverlayText, field: Field) -> Span:
    """Return the binding of a field, or the field alone where it is inherited."""
    node = overlay.binding_around(field.span.start)
    if node is None or field.inherited or field.span not in syntax.span(node):
        return field.span
    return syntax.span(node)


def _renamed(overlay: OverlayText, field: Field, name: bytes) -> FileEdit | None:
    """Return the edit that gives a field another name; None where it is not a plain binding."""
    node = overlay.binding_around(field.span.start)
    path = node.child_by_field_name("attrpath") if node is not None else None
    if field.inherited or path is None or syntax.text(path, overlay.data) != field.name:
        return None
    return FileEdit(overlay.file, Edit(syntax.span(path), name))


def _as_sri(overlay: OverlayText, field: Field) -> Fix | None:
    """Return the fix that writes a hash as ``hash`` in SRI form, where it is a literal."""
    if field.literal is None or field.inherited or not field.value:
        return None
    written = overlay.data[field.literal.start : field.literal.end]
    if not written.startswith(b'"') and written != field.value.encode():  # a URI
        return None
    is_own = field.literal in field.span
    value = ""
    with suppress(HashError):
        value = str(parse_hash(field.value, _ALGORITHMS.get(field.name)))
    if not value or (not is_own and value != field.value):
        return None
    edits = []
    if field.name != "hash":
        renamed = _renamed(overlay, field, b"hash")
        if renamed is None:
            return None
        edits.append(renamed)
    if value != field.value:
        edits.append(FileEdit(overlay.file, Edit(field.literal, f'"{value}"'.encode("ascii"))))
    return Fix("safe", "write an SRI hash", tuple(edits), "source")


def _as_tag(overlay: OverlayText, field: Field) -> Fix | None:
    """Return the fix that writes a tag as ``tag``."""
    renamed = _renamed(overlay, field, b"tag")
    if renamed is None:
        return None
    edits = [renamed]
    if (field.value or "").startswith(_TAGS):
        written = f'"{_TAGS}'
        if not field.text.startswith(written):
            return None
        start = field.span.start + 1
        edits.append(FileEdit(overlay.file, Edit(Span(start, start + len(_TAGS)), b"")))
    elif (field.value or "").startswith("refs/") or _is_shared(field):
        return None
    return Fix("safe", "write tag", tuple(edits), "source")


def _is_shared(field: Field) -> bool:
    """Tell whether a rev is a name that may be read elsewhere under the name ``rev``."""
    return bool(_WORD.fullmatch(field.text)) and field.text == "rev"


KIND = SourceForm()
