"""A package's edits with before and after, and what became of building them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.model.overlay import Package, Span


class PinValues(Struct, frozen=True):
    """What the fields of a new pin shall read.

    Attributes:
        own: field -> value. ``version`` is the package's, so is the name of a hash beside the
            source; every other name is an argument of the source's call. ``hash`` stands for
            whichever of HASH_FIELDS the call has.
        companions: the same for the calls of `Package.companions`, in their order.
    """

    own: Mapping[str, str]
    companions: tuple[Mapping[str, str], ...] = ()


class Edit(Struct, frozen=True):
    """A byte span and its new text."""

    span: Span
    new: bytes


class FieldChange(Struct, frozen=True):
    """One field before and after, as values."""

    field: str
    line: int
    old: str
    new: str


class Change(Struct, frozen=True):
    """A package's edits with before and after.

    Attributes:
        before, after: the whole file's bytes.
    """

    package: Package
    edits: tuple[Edit, ...]
    fields: tuple[FieldChange, ...]
    before: bytes
    after: bytes


class Diagnosis(Struct, frozen=True):
    """What a failed build's log says is wrong.

    Attributes:
        code: a stable word, such as ``missing-dependency``.
        message: what was found.
        hint: what to do, in the packaging guide's terms.
    """

    code: str
    message: str
    hint: str


class Build(Struct, frozen=True):
    """What became of building a package.

    Attributes:
        status: passed, failed or skipped.
        attribute: what was built, as Nix names it.
        phase: where it failed: evaluation, fetch, build, imports or version; why it was skipped.
        log: the whole log's path; an empty string where there is none.
        tail: the log's last lines.
        sandboxed: whether builds were sandboxed; None where nothing was built.
        beside: the identities of the packages whose changes were in the same copy.
    """

    status: Literal["passed", "failed", "skipped"]
    attribute: str
    seconds: float = 0.0
    phase: str = ""
    log: str = ""
    tail: str = ""
    diagnosis: Diagnosis | None = None
    sandboxed: bool | None = None
    beside: tuple[str, ...] = ()
