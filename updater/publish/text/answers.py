"""Answers to commands in comments, and what is said elsewhere of orders. Pure."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.text import code, inline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from updater.model.orders import Order
    from updater.model.pulls import PullComment
    from updater.publish.text.commands import Command

_ANSWERED = re.compile(r"^<!-- updater:answered (\d{1,20}) -->$", re.MULTILINE)
_OWN = "<!-- updater:"


class Answered(Struct, frozen=True):
    """A command and what was done.

    Attributes:
        orders: what holds from now on.
        rebuilds: the base branch on which the branch is made again; else empty.
    """

    command: Command
    orders: tuple[Order, ...] = ()
    rebuilds: str = ""


def answered_comments(own: Iterable[str]) -> frozenset[int]:
    """Return the keys of comments that the updater's own ones answer."""
    return frozenset(int(key) for text in own for key in _ANSWERED.findall(text))


def is_answer(text: str) -> bool:
    """Tell whether the updater wrote a comment itself, and not the person whose token it has."""
    return _OWN in text


def answer(comment: PullComment, done: Sequence[Answered]) -> str:
    """Return the one answer to a comment: what was done, how to keep it, how to lift it."""
    lines = [f"- {code(each.command.line)}: {_done(each)}" for each in done]
    orders = [order for each in done for order in each.orders]
    ending = ""
    if orders:
        written = "\n".join(f"- {code(line)}" for line in dict.fromkeys(map(in_config, orders)))
        ending = (
            "The dashboard shows this until `config.yaml` says it:\n\n"
            f"{written}\n\n"
            "To lift it, tick the package's box on the dashboard, or run `updater bump PKG --to "
            "VERSION --pr`.\n\n"
        )
    said = "\n".join(lines)
    return f"To @{comment.author}:\n\n{said}\n\n{ending}<!-- updater:answered {comment.key} -->\n"


def in_config(order: Order) -> str:
    """Return what to write into config.yaml, on one line."""
    name = order.identity.rpartition(".")[2].rpartition("#")[2]
    key = name if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name) else json.dumps(order.identity)
    value = json.dumps(order.detail or True, ensure_ascii=False)
    said = f"hold: {value}" if order.kind == "hold" else f"ignore: [{value}]"
    return f"packages: {{{key}: {{{said}}}}}"


def reason_of(order: Order) -> str:
    """Return why a version is not proposed, as plain text."""
    return f"{order.author} wrote `{order.command}` on pull request {order.pull}"


def _done(answered: Answered) -> str:
    command = answered.command
    if command.problem:
        return command.problem
    if answered.rebuilds:
        return (
            f"the branch is made again on {code(answered.rebuilds)}; commits of others on it are "
            "dropped"
        )
    names = ", ".join(dict.fromkeys(code(order.identity) for order in answered.orders))
    if command.verb == "hold":
        return f"done. No version of {names} is proposed any more."
    if not answered.orders:
        return f"{', '.join(map(code, command.details))} fits none of the versions proposed here."
    fitting = " or ".join(code(pattern) for pattern in command.details)
    return f"done. No version of {names} that fits {fitting} is proposed any more."


def order_line(order: Order, page: str) -> str:
    """Return what the dashboard says of an order, as Markdown.

    Args:
        order: what somebody said.
        page: the repository's.
    """
    link = f"[pull request {order.pull}]({page}/pull/{order.pull})"
    name = code(order.identity.rpartition(".")[2])
    return (
        f"{name}: {inline(order.author)} wrote {code(order.command)} on {link}. To keep it, write "
        f"{code(in_config(order))} into config.yaml."
    )
