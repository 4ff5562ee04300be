"""The fetcher calls of a file: those that a package's source leads to, and those at its pin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.overlay.reading.pins import PinPlaces, is_at, moves_with
from updater.overlay.reading.reach import SourceReach
from updater.overlay.reading.references import is_made_from, reached_calls

if TYPE_CHECKING:
    from updater.model import Field
    from updater.overlay.reading.drafts import Call, Draft, Outline
    from updater.overlay.reading.fields import Fields


class FileCalls:
    """The fetcher calls of one file, as its packages have them.

    Args:
        outline: what the walk found in it.
        fields: reads their arguments.
    """

    def __init__(self, outline: Outline, fields: Fields) -> None:
        self._outline = outline
        self._fields = fields
        calls = [call for draft in outline.drafts for call in draft.calls] + outline.loose
        calls += outline.pinned
        self._calls: dict[int | None, dict[int, Call]] = {}
        for call in calls:
            self._calls.setdefault(call.caller, {})[call.node.start_byte] = call

    def reach(self, draft: Draft) -> SourceReach:
        """Return what the source of a package leads to."""
        calls = self._calls.get(None, {})
        if draft.caller is not None:
            calls = {**calls, **self._calls.get(draft.caller, {})}
        reach = SourceReach(self._fields.data, calls)
        binding = draft.get("src", "srcs")
        if binding is not None:
            reach.follow(binding)
        return reach

    def loose_others(self, draft: Draft) -> list[Call]:
        """Return the calls of unknown fetchers that are in no package, as a package has them."""
        return _read_for(draft, self._outline.loose_others)

    def implied_version(self, draft: Draft, call: Call) -> Field | None:
        """Return the version of a package that has none: its fetcher call's, or a bound name's.

        None where a name such as ``"foo-1.0"`` would go on telling the old version.
        """
        source = self._fields.source(call, "src", None)
        version = source.get("version") or self._fields.field(call.scope.find("version"))
        if version is None or version.literal is None or not version.value:
            return None
        used = version in source.fields or any(
            field.refers_to(version.literal) for field in source.fields
        )
        name = self._fields.field(draft.get("name"))
        if name is not None and version.value in (name.value or ""):
            used = used and name.refers_to(version.literal)
        return version if used else None

    def further(self, draft: Draft, reached: list[Call], version: Field) -> list[Call]:
        """Return the other calls that move with the version.

        They stand in the package, or its attributes lead to them; nobody else's call is its source.
        """
        if version.literal is None:
            return []
        own = self._fields.source(reached[0], "", None) if reached else None
        pin = PinPlaces(version, own, frozenset(call.span for call in reached))
        loose = _read_for(draft, self._outline.loose)
        others = [call for call in draft.calls + loose if call.span not in pin.spans]
        # no other package has what stands around this one
        is_alone = len(self._outline.drafts) == 1
        by_text = others if is_alone else draft.calls
        made = [
            call
            for call in others
            if is_made_from(call, pin.spans, draft, self._fields.data)
            or (call in by_text and pin.is_named_by(self._fields.source(call, "", None)))
        ]
        inside = {call.span for call in draft.calls}
        if all(call.span in inside for call in made):
            return made
        return reached_calls(draft, made, self._fields.data)

    def at_one_pin(self, reach: SourceReach, version: Field | None) -> list[Call]:
        """Return the elements of ``srcs`` at the package's version, the first of them in front.

        Others are at a pin of their own.
        """
        if version is None or not reach.lists_several or not reach.targets:
            return reach.targets
        sources = [self._fields.source(call, "", None) for call in reach.targets]
        first = next((at for at, source in enumerate(sources) if is_at(source, version)), 0)
        moving = [
            call
            for call, source in zip(reach.targets, sources, strict=True)
            if call is not reach.targets[first] and moves_with(source, sources[first], version)
        ]
        return [reach.targets[first], *moving]


def _read_for(draft: Draft, calls: list[Call]) -> list[Call]:
    """Return calls as a package sees them: of a function's body, as its own caller has it."""
    own = {call.node.start_byte for call in calls if call.caller == draft.caller is not None}
    return [
        call
        for call in calls
        if call.caller == draft.caller or (call.caller is None and call.node.start_byte not in own)
    ]
