"""What people say of a package in comments on its pull request."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

OrderKind = Literal["hold", "ignore"]


class Order(Struct, frozen=True):
    """What somebody who may write wants of a package from now on.

    Attributes:
        identity: the package's.
        kind: ``hold`` takes no version, ``ignore`` none that fits ``detail``.
        detail: the reason to hold, which may be empty; or the versions, as ``ignore:`` has them.
        author: who said so.
        pull: the number of the pull request.
    """

    identity: str
    kind: OrderKind
    detail: str
    author: str
    pull: int

    @property
    def command(self) -> str:
        """What was written."""
        return f"/updater {self.kind} {self.detail}".rstrip()
