"""What the extras of a project require."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater.errors import NotFound
from updater.metadata import requirements
from updater.model import normalized_name
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.compose.references import NamedProject
    from updater.metadata.requirements import Requirements

_EXTRA = re.compile(r"""extra == ["']([^"']*)["']""")


def needs_of_extras(named: NamedProject, read: Requirements | None) -> tuple[tuple[str, str], ...]:
    """Return what the extras that were asked for require, without what names an extra.

    Args:
        named: the argument.
        read: what the project requires; None where it leaves that to its build.

    Returns:
        Names and requirements.

    Raises:
        NotFound: the project has no such extra, or does not say as text what that one requires.
    """
    needed = read.needed if read is not None else ()
    offered = {extra for _, text in needed for extra in _EXTRA.findall(text)}
    required: list[tuple[str, str]] = []
    for extra in named.extras:
        texts = [without for _, text in needed if (without := _without_extra(text, extra))]
        own = requirements.parsed(texts)
        # Without its extra, a marker such as `extra == "a" or os_name == "nt"` cannot be parsed.
        if not own or len(own) < len(texts) or any("extra ==" in text for _, text in own):
            raise _unknown(named, extra, sorted(offered))
        required += own
    return tuple(required)


def _without_extra(text: str, extra: str) -> str:
    """Return a requirement without its extra; empty where that is another one, or none."""
    if normalized_name(extra) not in map(normalized_name, _EXTRA.findall(text)):
        return ""
    before, _, marker = text.partition(";")
    rest = re.sub(rf"(?: and )?{_EXTRA.pattern}", "", marker).strip().removeprefix("and ")
    return f"{before.strip()}; {rest}" if rest else before.strip()


def _unknown(named: NamedProject, extra: str, offered: Sequence[str]) -> NotFound:
    has = f"it has {printable(', '.join(offered))}" if offered else "it names none"
    return NotFound(
        f"{named.text}: what the extra {printable(extra)} requires cannot be read",
        hint=f"check the extra's name ({has}), or add the package without it",
    )
