"""What a loopback server can do instead of answering as it should.

Any ``Response`` is a fault too: it is sent instead of the true answer.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import re

    from tests.loopback.messages import Request, Response


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection is closed before a byte of the answer."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The work is done, and the connection is closed before a byte of the answer."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The true answer ends after this many bytes of its body, although its head promised more."""

    after: int


@dataclass(frozen=True, slots=True)
class Garbage:
    """The true answer's head, around a body that makes no sense."""

    body: bytes = bytes(range(256))


@dataclass(frozen=True, slots=True)
class Mislabel:
    """The true answer under another Content-Type."""

    content_type: str = "text/html"


@dataclass(frozen=True, slots=True)
class Flood:
    """The true answer's head without a length, and a body of this many zero bytes."""

    size: int


@dataclass(frozen=True, slots=True, eq=False)
class Hang:
    """Nothing happens until ``release`` is called or the server closes; then the true answer.

    Attributes:
        reached: set as soon as a request hangs.
    """

    reached: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def release(self) -> None:
        """Let every request go on that hangs here, or will."""
        self.released.set()


@dataclass(frozen=True, slots=True)
class Drip:
    """The true answer, head and body: so many bytes at once, then byte by byte.

    Attributes:
        after: how many come at once.
        pause: seconds before each further byte.
    """

    after: int
    pause: float


Fault: TypeAlias = "Response | Drop | Lost | Cut | Garbage | Mislabel | Flood | Hang | Drip"


@dataclass(slots=True)
class Injection:
    """A fault and the requests that meet it.

    Attributes:
        match: searched for in ``METHOD target``, such as ``GET /simple/einx/``.
        body: searched for in the request's body; empty fits any.
        times: how many requests meet the fault, None for all.
        skip: how many matching requests go well before.
        hits: how many requests met it, so that a test can see that its fault took place.
    """

    match: re.Pattern[str]
    fault: Fault
    body: re.Pattern[bytes]
    times: int | None
    skip: int
    hits: int = 0
    _seen: int = 0

    def takes(self, request: Request) -> bool:
        """Count the request if it matches, and say whether it meets the fault."""
        if not self.match.search(f"{request.method} {request.target}"):
            return False
        if not self.body.search(request.body):
            return False
        self._seen += 1
        if self._seen <= self.skip or (self.times is not None and self.hits >= self.times):
            return False
        self.hits += 1
        return True
