"""A package's new values, and the changes that they make of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from updater.errors import StageError, bugs_at
from updater.kinds import WRITABLE
from updater.model import FieldChange
from updater.model.adaptation import InputRemoval, SiblingUpdate
from updater.overlay.editing.adapting import adapted
from updater.overlay.editing.patch import plan_change, plan_changes
from updater.overlay.editing.pin_files import with_changes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.model import Change, FileChange, FunctionFile, Package, PinValues
    from updater.model.adaptation import Adaptation


class PlannedChange(Struct, frozen=True):
    """What a package shall read; its change is planned once for each text.

    Building, writing and proposing need the change of a text in turn, and a plan is not cheap: the
    file is parsed before and after it.

    Attributes:
        beside: the files that change with the package's own.
        adaptations: what is edited beside the pin.
        changes: texts -> their change, as far as they are planned.
    """

    package: Package
    values: PinValues
    beside: tuple[FileChange, ...] = ()
    adaptations: tuple[Adaptation, ...] = ()
    changes: dict[bytes, Change] = field(default_factory=dict)

    def of(self, texts: Mapping[str, bytes]) -> Change:
        """Return the change of the package's file, and of pins that it reads, as they are by now.

        Args:
            texts: the files by their names; a file of pins that is none of them is as it was read.

        Raises:
            PatchError: as `plan_change`.
        """
        text, functions = texts[self.package.file], with_changes(self.package.functions, texts)
        pins = (function.data for function in functions if function.has_pins)
        key = b"\0".join((text, *pins))
        if key not in self.changes:
            with bugs_at("patch"):
                self.changes[key] = self._plan(text, functions)
        return self.changes[key]

    def _plan(self, text: bytes, functions: tuple[FunctionFile, ...]) -> Change:
        package = self.package
        if functions != package.functions:
            package = replace(package, functions=functions)
        change = plan_change(package, self.values, text, WRITABLE)
        moves = not change.is_empty
        if self.beside:
            locks = {own.path for own in self.package.locks}
            changed = (self._summary(own) for own in self.beside if own.file in locks)
            fields = (*change.fields, *changed)
            change = replace(change, beside=(*change.beside, *self.beside), fields=fields)
        if not self.adaptations or not moves:
            return change
        after = adapted(self.package, self.adaptations, change.after, frozenset(WRITABLE))
        return replace(change, after=after)

    def _summary(self, lock: FileChange) -> FieldChange:
        """Return what becomes of a lock file, in short."""
        name = next(own.field for own in self.package.locks if own.path == lock.file)
        line = next(own.line for own in self.package.side_hashes if own.name == name)
        before, after = ((text or b"").count(b"\n") for text in (lock.before, lock.after))
        return FieldChange(
            name,
            line,
            f"{lock.file} ({before} lines)",
            f"{lock.file} of the new source ({after} lines)",
        )

    @property
    def without_removals(self) -> tuple[Adaptation, ...]:
        """The adaptations but for those that take an input out."""
        return tuple(own for own in self.adaptations if not isinstance(own.edit, InputRemoval))

    @property
    def removes(self) -> bool:
        """Whether an input is taken out, which packages that use this one may live on."""
        return self.without_removals != self.adaptations

    @property
    def siblings(self) -> tuple[Adaptation, ...]:
        """The adaptations that only say with which other change this one goes."""
        return tuple(own for own in self.adaptations if isinstance(own.edit, SiblingUpdate))

    def with_adaptations(self, adaptations: Sequence[Adaptation]) -> PlannedChange:
        """Return the same pin with other edits beside it."""
        return PlannedChange(self.package, self.values, self.beside, tuple(adaptations))

    def with_additions(
        self, additions: Sequence[Adaptation], files: Sequence[FileChange]
    ) -> PlannedChange:
        """Return the change with new overlays in it.

        Args:
            additions: the overlays.
            files: theirs, and the one that lists them.
        """
        adaptations = tuple(own for own in self.adaptations if own not in additions)
        return PlannedChange(
            self.package, self.values, (*files, *self.beside), (*additions, *adaptations)
        )


def plan_together(planned: Sequence[PlannedChange], text: bytes) -> tuple[Change, ...]:
    """Plan the changes of one file, one over the other, at the cost of one.

    Args:
        planned: the changes, in the order in which they are made.
        text: the file as it is.

    Returns:
        Those that can be made; none where each must be planned by itself.
    """
    if len(planned) < 2 or any(change.adaptations or change.beside for change in planned):  # noqa: PLR2004 - one alone
        return ()
    try:
        with bugs_at("patch"):
            return plan_changes(
                [(change.package, change.values) for change in planned], text, WRITABLE
            )
    except StageError:
        return ()
