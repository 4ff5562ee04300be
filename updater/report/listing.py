"""What ``list`` says of a package without asking anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from updater.model import Package, Pin, Tracking


class Listed(Struct, frozen=True):
    """One row: ``status`` is found, held, skipped or failed; ``pin`` the version and rev."""

    package: Package
    status: str
    pin: str = ""
    track: str = ""
    reason: str = ""


def describe(  # noqa: PLR0913 - all but the package may be missing
    package: Package,
    pin: Pin | None,
    tracking: Tracking | None,
    *,
    hold: str = "",
    problem: str = "",
    skip: str = "",
) -> Listed:
    """Say how a package will be tracked, as far as its text tells.

    Args:
        package: the package.
        pin: its pin, None where it has none or it cannot be read.
        tracking: what its text and configuration say it follows; None where it has no pin.
        hold: why it must not be touched, or an empty string.
        problem: why it cannot be read, or an empty string.
        skip: why it cannot be followed although it is understood, or an empty string.
    """
    shown = _shown(pin) if pin is not None else ""
    if hold:
        return Listed(package, "held", shown, reason=hold)
    if problem:
        return Listed(package, "failed", shown, reason=problem)
    if skip or tracking is None:
        return Listed(package, "skipped", shown, reason=skip)
    return Listed(package, "found", shown, str(tracking), tracking.reason)


def _shown(pin: Pin) -> str:
    version = pin.version or "no version"
    return f"{version} ({pin.rev[:12]})" if pin.rev and not pin.through_version else version
