"""JSON as upstreams answer with it: decoded into shapes, strictly, and within bounds.

A shape says what is needed of an answer, and of what type; everything else in it is skipped. What
does not fit is no answer, and its project's failure.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, TypeVar

import msgspec

from updater.effects.processes.apart import apart
from updater.errors import BadAnswer
from updater.model.decoding import UNREADABLE

if TYPE_CHECKING:
    from updater.model import HttpResponse

T = TypeVar("T")

Size = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""A file's bytes. JSON has numbers of any length; what is kept for later runs has not."""

_MOST_PARTS = 2_000_000  # values of an answer: each takes a hundred bytes, or more
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


async def read_answer(answer: HttpResponse, shape: type[T]) -> T:
    """Return an answer's body in a shape; a long one is read in a thread.

    Raises:
        BadAnswer: it has another shape, or breaks a bound.
    """
    late = partial(_unlike, answer)
    return await apart(partial(decoded, answer, shape), len(answer.body), late)


def decoded(answer: HttpResponse, shape: type[T]) -> T:
    """Return an answer's body in a shape.

    Raises:
        BadAnswer: it has another shape, or breaks a bound.
    """
    body = answer.body.removeprefix(_BYTE_ORDER_MARK)
    if sum(map(body.count, (b",", b"[", b"{"))) > _MOST_PARTS:
        raise _unlike(answer, f"has more than {_MOST_PARTS} parts")
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise _unlike(answer, "is not what was asked for") from error
    except UNREADABLE as error:
        raise _unlike(answer, "is not JSON") from error


def _unlike(answer: HttpResponse, why: str) -> BadAnswer:
    from updater.effects.http.addresses import shown  # noqa: PLC0415 - `list` asks nobody

    url = shown(answer.url)
    return BadAnswer(f"the answer of {url} {why}", url=url)
