"""What a run leaves for the next: a hidden marker in the body, a trailer on the commit."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct, ValidationError, convert, field, structs

from updater.model.orders import Order
from updater.text import spelled_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MARKER = re.compile(r"<!-- updater: (\{.*\}) -->")
_TRAILER = "Updater-Fingerprint"
_FINGERPRINT = re.compile(rf"^{_TRAILER}: ([0-9a-f]{{64}})$", re.MULTILINE)
_REBUILD = "<!-- updater:rebuild -->"
_TICKED = re.compile(rf"^[-*] \[[xX]\] {re.escape(_REBUILD)}", re.MULTILINE)


class Marker(Struct, frozen=True):
    """What a body says to the next run.

    Attributes:
        keys: the updates that the pull request proposes, as `Update.key` has them.
        ready: labels, reviewers and the like were set, so that they are the people's by now.
        only_pins: as `Proposal` has it.
        proposed: key -> the day on which the pull request first had that update.
        branch: the pull request's, where its name alone does not tell whose it is; else empty.
        orders: what people said of its packages in comments, and what holds yet.
        done: the updates that it proposed until it was closed since nothing was left of them.
    """

    keys: tuple[str, ...]
    ready: bool
    only_pins: bool = False
    proposed: Mapping[str, date] = field(default_factory=dict)
    branch: str = ""
    orders: tuple[Order, ...] = ()
    done: tuple[str, ...] = ()

    def __str__(self) -> str:
        content: dict[str, object] = {"updates": self.keys, "ready": self.ready}
        if self.only_pins:
            content["only_pins"] = True
        if self.proposed:
            days = (self.proposed.get(key) for key in self.keys)
            content["proposed"] = [day.isoformat() if day is not None else None for day in days]
        if self.branch:
            content["branch"] = self.branch
        if self.orders:
            content["orders"] = [structs.asdict(order) for order in self.orders]
        if self.done:
            content["done"] = self.done
        written = json.dumps(content)
        # Neither can end the comment that hides it.
        written = written.replace("--", "-\\u002d").replace(">", "\\u003e")
        return f"<!-- updater: {written} -->"


def read_marker(body: str) -> Marker | None:
    """Return a body's marker, None where it has none that can be read."""
    markers = _MARKER.findall(body)
    if not markers:
        return None
    try:
        content = json.loads(markers[-1])
        keys, ready, only_pins = content["updates"], content["ready"], content.get("only_pins")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        return None
    keys = [spelled_out(key) for key in keys]
    done = content.get("done")
    return Marker(
        tuple(keys),
        ready is True,
        only_pins is True,
        _days(keys, content.get("proposed")),
        str(content.get("branch", "")),
        _orders(content.get("orders")),
        tuple(spelled_out(str(key)) for key in done) if isinstance(done, list) else (),
    )


def _orders(listed: object) -> tuple[Order, ...]:
    """Return the orders of a marker's list; none where one of them cannot be read."""
    try:
        return convert(listed or (), tuple[Order, ...])
    except ValidationError:
        return ()


def _days(keys: Sequence[str], listed_days: object) -> dict[str, date]:
    """Return key -> day of a marker's list, which an older marker does not have."""
    days = listed_days if isinstance(listed_days, list) and len(listed_days) == len(keys) else []
    try:
        return {key: date.fromisoformat(day) for key, day in zip(keys, days, strict=False) if day}
    except (ValueError, TypeError):
        return {}


def emptied(body: str) -> str:
    """Return a body whose marker names no update, so that closing it declines none."""
    nothing = str(nothing_of(body))
    return _MARKER.sub(lambda _: nothing, body)


def nothing_of(body: str) -> Marker:
    """Return a body's marker with all updates done: whose it is, and what people said, stay."""
    marker = read_marker(body)
    if marker is None:
        return Marker((), ready=True)
    done = marker.keys or marker.done
    return Marker((), ready=True, branch=marker.branch, orders=marker.orders, done=done)


def with_orders(body: str, orders: Sequence[Order]) -> str:
    """Return a body whose marker has these orders, too."""
    marker = read_marker(body)
    if marker is None:
        return body
    new = str(structs.replace(marker, orders=tuple(dict.fromkeys((*marker.orders, *orders)))))
    return _MARKER.sub(lambda _: new, body)


def rebuild_box() -> str:
    """Return the checkbox that hands a branch back to the updater."""
    return (
        f"- [ ] {_REBUILD} Tick this to let the updater rebuild the branch; "
        "commits of others on it are dropped"
    )


def ticked(body: str) -> str:
    """Return a body whose box that hands the branch back is ticked."""
    return body.replace(f"- [ ] {_REBUILD}", f"- [x] {_REBUILD}")


def wants_rebuild(body: str) -> bool:
    """Tell whether somebody ticked the checkbox."""
    return _TICKED.search(body.replace("\r\n", "\n")) is not None


def fingerprint(blobs: Mapping[str, str]) -> str:
    """Return a digest of what a commit writes: path -> blob id."""
    listed = "".join(f"{path}\0{blob}\n" for path, blob in sorted(blobs.items()))
    return hashlib.sha256(listed.encode()).hexdigest()


def signed(message: str, blobs: Mapping[str, str]) -> str:
    """Return a commit message with the trailer that says whose commit it is."""
    return f"{message}\n\n{_TRAILER}: {fingerprint(blobs)}\n"


def has_trailer(message: str) -> bool:
    """Tell whether a commit message says of itself that the updater made the commit."""
    return _FINGERPRINT.search(message.replace("\r\n", "\n")) is not None


def is_signed(message: str, blobs: Mapping[str, str]) -> bool:
    """Tell whether a commit's trailer fits what it writes: nobody changed it since."""
    fingerprints = _FINGERPRINT.findall(message.replace("\r\n", "\n"))
    return bool(fingerprints) and fingerprints[-1] == fingerprint(blobs)
