"""A package's new values, and the changes that they make of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from updater.errors import bugs_at
from updater.kinds import WRITABLE
from updater.overlay.editing.patch import plan_change

if TYPE_CHECKING:
    from updater.model import Change, Package, PinValues


class PlannedChange(Struct, frozen=True):
    """What a package shall read; its change is planned once for each text.

    Building, writing and proposing need the change of a text in turn, and a plan is not cheap: the
    file is parsed before and after it.

    Attributes:
        changes: text -> its change, as far as they are planned.
    """

    package: Package
    values: PinValues
    changes: dict[bytes, Change] = field(default_factory=dict)

    def of(self, text: bytes) -> Change:
        """Return the change of a text: the package's file as it is by now.

        Raises:
            PatchError: as `plan_change`.
        """
        if text not in self.changes:
            with bugs_at("patch"):
                self.changes[text] = plan_change(self.package, self.values, text, WRITABLE)
        return self.changes[text]
