"""What single files say, looked at: findings of text rules, and facts for the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.audit.overlay.allowances import Allowance  # noqa: TC001 - msgspec reads it
from updater.audit.overlay.mentions import FileMentions  # noqa: TC001 - msgspec reads it
from updater.model.finding import Finding  # noqa: TC001 - msgspec reads it

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from updater.find.overlay_files import OverlayFiles


class Unjudged(Struct, frozen=True):
    """What a rule could not judge, and why.

    Attributes:
        rule: its name; empty where the file as a whole cannot be read.
        failed: something is wrong, so that the run does not pass.
    """

    rule: str
    file: str
    reason: str
    package: str = ""
    failed: bool = False


class FileFacts(Struct, frozen=True, array_like=True):
    """What rules on the whole project need to know of one file.

    Attributes:
        is_overlay: it is ``final: prev: ...``.
        sets: as `OverlayText.whole_sets`.
        paths: the files that it names, relative to its own folder.
        is_circular: as `OverlayText.is_circular`.
    """

    is_overlay: bool
    sets: dict[str, str]
    mentions: FileMentions
    paths: tuple[str, ...]
    is_circular: bool


class Look(Struct, frozen=True, array_like=True):
    """One file, looked at."""

    file: str
    facts: FileFacts
    findings: tuple[Finding, ...]
    allowances: tuple[Allowance, ...]
    unjudged: tuple[Unjudged, ...] = ()

    def of(self, names: AbstractSet[str]) -> Look:
        """Return what rules of some names find."""
        findings = tuple(each for each in self.findings if each.rule in names)
        unjudged = tuple(each for each in self.unjudged if not each.rule or each.rule in names)
        if len(findings) == len(self.findings) and len(unjudged) == len(self.unjudged):
            return self
        return replace(self, findings=findings, unjudged=unjudged)


class Looks(Struct, frozen=True):
    """All files, looked at."""

    overlays: OverlayFiles
    looks: dict[str, Look]
