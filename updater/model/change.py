"""A package's edits with before and after, and what became of building them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from updater.model.fields import Span  # noqa: TC001 - msgspec reads it

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.model.overlay import Package


class PinValues(Struct, frozen=True):
    """What the fields of a new pin shall read.

    Attributes:
        own: field -> value. ``version`` is the package's, so is the name of a hash beside the
            source; every other name is an argument of the source's call. ``hash`` stands for
            whichever of HASH_FIELDS the call has.
        companions: the same for the calls of `Package.companions`, in their order.
        as_text: what names the tag is written as text, since the version is not the tag's.
    """

    own: Mapping[str, str]
    companions: tuple[Mapping[str, str], ...] = ()
    as_text: bool = False


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


class FileChange(Struct, frozen=True):
    """A file that is replaced as a whole, such as a lock file beside a package, or that is new.

    Attributes:
        file: relative to the project's root.
        before, after: its bytes; None before where there is no such file.
    """

    file: str
    before: bytes | None
    after: bytes


class Change(Struct, frozen=True):
    """A package's edits with before and after.

    Attributes:
        before, after: the whole file's bytes.
        beside: the files that change with the package's own.
    """

    package: Package
    edits: tuple[Edit, ...]
    fields: tuple[FieldChange, ...]
    before: bytes
    after: bytes
    beside: tuple[FileChange, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether everything reads its new value already."""
        return not self.edits and not self.beside

    @property
    def adds_files(self) -> bool:
        """Whether there are files among these that were not there."""
        return any(own.before is None for own in self.beside)

    @property
    def files(self) -> tuple[FileChange, ...]:
        """All files that change, the package's own last: it names what is in the others.

        That one stays where its pin stands in data beside it.
        """
        own = FileChange(self.package.file, self.before, self.after)
        return (*self.beside, own) if self.before != self.after else self.beside

    @property
    def texts(self) -> dict[str, bytes]:
        """The new bytes of all files."""
        return {changed.file: changed.after for changed in self.files}


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


CheckName = Literal[
    "evaluation",
    "build",
    "imports",
    "version",
    "dependents",
    "modules",
    "requirements",
    "pythonImportsCheck",
    "conflicts",
    "metadata",
]
"""What a build checks: ``version`` is that of the built metadata, ``dependents`` are packages that
use the package, ``modules`` are those that the held pin had. The last four are named only where the
overlay switches them off. Those that one attempt makes come first, in their order."""

CheckStatus = Literal["passed", "failed", "skipped"]

NO_IMPORTS = "config.yaml says that no module is imported"
"""Why no module is imported where the user wants it so."""

_SWITCHED = ("requirements", "pythonImportsCheck", "conflicts", "metadata")
_FAILURES: Mapping[CheckName, str] = {
    "imports": "cannot be imported",
    "version": "is built as another version",
    "dependents": "breaks a package that uses it",
    "modules": "loses a module",
}


class Check(Struct, frozen=True):
    """One thing that a build checked of a package.

    Attributes:
        detail: what it was checked with: the attribute, the modules, the version; why it was
            skipped; an empty string where there is nothing to say.
    """

    name: CheckName
    status: CheckStatus
    detail: str = ""


class Build(Struct, frozen=True):
    """What became of building a package.

    Attributes:
        status: passed, failed or skipped.
        attribute: what was built, as Nix names it.
        phase: where it failed: ``fetch`` or the name of a check; why it was skipped.
        log: the whole log's path; an empty string where there is none.
        tail: the log's last lines.
        sandboxed: whether builds were sandboxed; None where nothing was built.
        beside: the identities of the packages whose changes were in the same copy.
        checks: what was checked, as far as it came.
        modules: the top-level modules of what was built.
        requires: what its metadata requires.
        imported: the modules that were imported.
    """

    status: CheckStatus
    attribute: str
    seconds: float = 0.0
    phase: str = ""
    log: str = ""
    tail: str = ""
    diagnosis: Diagnosis | None = None
    sandboxed: bool | None = None
    beside: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    modules: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    imported: tuple[str, ...] = ()

    @property
    def switched_off(self) -> tuple[CheckName, ...]:
        """The checks that the overlay or config.yaml leaves out."""
        skipped = (check for check in self.checks if check.status == "skipped")
        return tuple(
            check.name for check in skipped if check.name in _SWITCHED or check.detail == NO_IMPORTS
        )

    @property
    def failure(self) -> str:
        """What failed, as a sentence about the package that lacks its subject."""
        failed = (check.name for check in self.checks if check.status == "failed")
        return next(map(_FAILURES.get, failed), None) or "does not build"
