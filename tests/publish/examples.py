"""Updates for the tests of bodies and rules."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from updater.model import Build, Check, FieldChange, PinWarning
from updater.model.proposal import Update

DAY = date(2026, 3, 7)
CHECKS = (
    Check("evaluation", "passed"),
    Check("build", "passed", "python3Packages.ema-pytorch"),
    Check("imports", "passed", "ema_pytorch"),
    Check("version", "passed", "0.8.3"),
)
BUILT = Build("passed", "python3Packages.ema-pytorch", seconds=12.3, sandboxed=True, checks=CHECKS)


def example(**changes: Any) -> Update:
    """Return an update; ``changes`` replace its fields."""
    name = changes.get("name", "ema-pytorch")
    fields: dict[str, Any] = {
        "identity": f"overlays/{name}.nix#python3Packages.{name}",
        "name": name,
        "file": f"overlays/{name}.nix",
        "line": 3,
        "old": "0.7.7",
        "new": "0.8.3",
        "ref": "v0.8.3",
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "hash": "sha256-AAAA",
        "method": "embedded",
        "published": datetime(2026, 3, 1, 12, tzinfo=UTC),
        "upstream": "https://github.com/lucidrains/ema-pytorch",
        "url": "https://github.com/lucidrains/ema-pytorch/releases/tag/v0.8.3",
        "reason": "",
        "warnings": (),
        "fields": (FieldChange("version", 4, "0.7.7", "0.8.3"),),
        "build": BUILT,
        "reported": False,
        "proposed": DAY,
    }
    return Update(**(fields | changes))


WARNED = PinWarning("tag-moved", "the tag v0.8.3 moved: <b>@anna</b> closes #1")
