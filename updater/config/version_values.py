"""Which versions config.yaml lets in and leaves out; what can match none is a mistake."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Self

from updater.config.base import ConfigValue
from updater.config.values import Texts, listed
from updater.model.ignored import fits_none, opposite, starred
from updater.model.labels import parse_version
from updater.model.versions import read_specifier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.specifiers import SpecifierSet

    from updater.config.base import Schema

_LAST_NUMBER = re.compile(r"[0-9]+(?=[^0-9]*\Z)")


class Specifier(str, ConfigValue):
    """A PEP 440 version specifier that some version satisfies."""

    schema: ClassVar[Schema] = {"type": "string"}

    def __new__(cls, value: object) -> Self:
        specifier = read_specifier(str(value))
        if specifier is None:
            raise ValueError('expected a PEP 440 specifier, such as ">=0,<2"')
        if not any(specifier.contains(version, prereleases=True) for version in _near(specifier)):
            raise ValueError(
                "expected a specifier that some version satisfies; to take none, write `hold:` "
                "with the reason"
            )
        return super().__new__(cls, specifier)


class IgnoredVersions(Texts):
    """Versions, as they are or with ``.*`` for the rest; one may stand by itself."""

    item = ""

    def __new__(cls, value: object) -> Self:
        if isinstance(value, list) and listed(value) is None:
            raise ValueError(Texts.item)
        items = super().__new__(cls, value)
        for item in items:
            if fits_none(item):
                raise ValueError(f"expected versions, such as 1.2.3 or 1.2.*; {_instead(item)}")
        return items


def _instead(item: str) -> str:
    if opposite(item):
        return f'instead of {item!r} write `allow: "{opposite(item)}"`'
    if starred(item):
        return f"instead of {item!r} write {starred(item)!r}"
    return f"{item!r} fits none; a range of versions goes into `allow`, as what may be taken"


def _near(specifier: SpecifierSet) -> Iterator[str]:
    """Yield versions of which a specifier has one if it has any: those at and beside its own."""
    yield "0"
    for part in specifier:
        text = part.version.removesuffix(".*")
        yield text
        beside = _LAST_NUMBER.sub(lambda number: str(int(number[0]) + 1), text)
        for version in (beside, f"{beside}.0.1", f"{text}.0.1", f"{text}.1", f"{text}.dev0"):
            if parse_version(version) is not None:
                yield version
