"""What a branch changed of a pin, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.model import FieldChange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.model import Field, Package, Reviewed


def differences(outcome: Reviewed) -> tuple[FieldChange, ...]:
    """Return the fields of the pin that are not the base's; all of them where it has none."""
    old = dict(_fields(outcome.before)) if outcome.before is not None else {}
    new = dict(_fields(outcome.package))
    return tuple(
        FieldChange(name, new[name].line if name in new else outcome.package.line, was, now)
        for name in dict.fromkeys((*new, *old))
        if (was := _value(old.get(name))) != (now := _value(new.get(name)))
    )


def _fields(package: Package) -> Iterator[tuple[str, Field]]:
    if package.version is not None:
        yield "version", package.version
    if package.source is not None:
        yield from ((one.name, one) for one in package.source.fields if one.name != "version")


def _value(field: Field | None) -> str:
    if field is None:
        return ""
    return field.value if field.value is not None else field.text
