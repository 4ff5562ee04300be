"""Which changes go together: those of a group of config.yaml, and those that need each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.model.adaptation import SiblingUpdate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from updater.model import Package
    from updater.model.adaptation import Adaptation


class GroupedChange(Struct, frozen=True):
    """A change, as far as its group depends on it.

    Attributes:
        group: that config.yaml puts it into; empty for none.
        adaptations: its edits beside the pin.
    """

    package: Package
    group: str
    adaptations: tuple[Adaptation, ...]

    @property
    def siblings(self) -> frozenset[str]:
        """The names of the packages without whose updates it does not hold."""
        edits = (adaptation.edit for adaptation in self.adaptations)
        return frozenset(edit.input for edit in edits if isinstance(edit, SiblingUpdate))


def group_names(changes: Sequence[GroupedChange]) -> Mapping[str, str]:
    """Return identity -> the name of its group, for each change that has one.

    Groups whose changes need each other are one, under the first of their names.
    """
    names = {change.package.identity: change.package.name for change in changes}
    clusters: list[set[str]] = []
    for together in _links(changes):
        touching = [cluster for cluster in clusters if cluster & together]
        clusters = [cluster for cluster in clusters if not cluster & together]
        clusters.append(together.union(*touching))
    groups: dict[str, str] = {}
    for cluster in clusters:
        given = [change.group for change in changes if change.package.identity in cluster]
        own = [names[identity] for identity in names if identity in cluster]
        name = next(filter(None, given), "") or "-with-".join(sorted(own))
        groups |= dict.fromkeys(cluster, name)
    return groups


def _links(changes: Sequence[GroupedChange]) -> Iterable[set[str]]:
    by_group: dict[str, set[str]] = {}
    for change in changes:
        identity = change.package.identity
        if change.group:
            by_group.setdefault(change.group, set()).add(identity)
        siblings = {
            other.package.identity for other in changes if other.package.name in change.siblings
        }
        if siblings:
            yield {identity, *siblings}
    yield from by_group.values()
