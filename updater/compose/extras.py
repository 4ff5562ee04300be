"""What the extras of a project require."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from updater.adapt.markers import EXTRA, without_extra
from updater.errors import NotFound
from updater.metadata import requirements
from updater.model import normalized_name
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.compose.references import NamedProject
    from updater.metadata.requirements import Requirements


def needs_of_extras(
    named: NamedProject, project: str, read: Requirements | None
) -> tuple[tuple[str, str], ...]:
    """Return what the extras that were asked for require, without what names an extra.

    An extra that is made of others of its project (``all = ["x[fast]"]``) requires what they do.

    Args:
        named: the argument.
        project: its normalized name.
        read: what the project requires; None where it leaves that to its build.

    Returns:
        Names and requirements.

    Raises:
        NotFound: the project has no such extra, or does not say as text what that one requires.
    """
    needed = read.needed if read is not None else ()
    offered = {extra for _, text in needed for extra in EXTRA.findall(text)}
    required: list[tuple[str, str]] = []
    extras = list(named.extras)
    for extra in extras:  # which grows
        texts = [without for _, text in needed if (without := without_extra(text, extra))]
        own = requirements.parsed(texts)
        # Without its extra, a marker such as `extra == "a" or os_name == "nt"` cannot be parsed.
        if not own or len(own) < len(texts) or any("extra ==" in text for _, text in own):
            raise _unknown(named, extra, sorted(offered))
        for name, text in own:
            if name != project:
                required.append((name, text))
                continue
            itself = Requirement(text)
            if itself.marker is not None:  # which would be that of each that it stands for
                raise _unknown(named, extra, sorted(offered))
            seen = set(map(normalized_name, extras))
            extras += [each for each in sorted(itself.extras) if normalized_name(each) not in seen]
    return tuple(required)


def _unknown(named: NamedProject, extra: str, offered: Sequence[str]) -> NotFound:
    has = f"it has {printable(', '.join(offered))}" if offered else "it names none"
    return NotFound(
        f"{named.text}: what the extra {printable(extra)} requires cannot be read",
        hint=f"check the extra's name ({has}), or add the package without it",
    )
