"""What the package set has for the inputs of packages, for an audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.adapt.attributes import TORCH
from updater.building.package_sets import NotBuilt
from updater.model import Failed
from updater.model.outcomes import PackageOutcome
from updater.overlay.reading.declarations import declarations
from updater.overlay.reading.inputs import RUNTIME
from updater.overlay.reading.syntax import parse
from updater.pipeline.stage import Stage
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.building.offers import SetAnswer
    from updater.building.package_sets import PackageSets
    from updater.choose.run import Run
    from updater.model import Package


class SetReading(Struct, frozen=True):
    """What the package set answered about one package.

    Attributes:
        answer: None where it was not asked, or could not answer.
        reason: why not; empty where there is nothing to ask.
    """

    package: Package
    answer: SetAnswer | None = None
    reason: str = ""


class SetReader(Struct, frozen=True):
    """Asks the package set about each package's inputs; nothing is built.

    Attributes:
        texts: the files of all packages.
    """

    run: Run
    sets: PackageSets
    texts: Mapping[str, bytes]

    async def read(self, packages: Sequence[Package]) -> list[SetReading]:
        """Ask about some packages."""
        self.sets.expect(packages)
        read = await Stage("evaluate", self.run.progress).each(packages, self._answer)
        return [
            SetReading(each.package, None, printable(_reason(each)))
            if isinstance(each, PackageOutcome)
            else each
            for each in read
        ]

    async def _answer(self, package: Package) -> SetReading:
        declared = declarations(parse(self.texts.get(package.file, b"")), package)
        lists = declared.lists if declared is not None else {}
        names = [
            element.attribute
            for field in RUNTIME
            for element in (lists[field].inputs if field in lists else ())
            if element.name
        ]
        if not names or not package.is_python:
            return SetReading(package)
        target = await self.sets.target(package, self.run.config.policy(package).build)
        if isinstance(target, NotBuilt):
            return SetReading(package, None, str(target.reason))
        wheels = [f"{name}-bin" for name in sorted(TORCH)]
        answer = await self.run.builder().offers(target, [*names, *wheels])
        return SetReading(package, answer)


def _reason(outcome: PackageOutcome) -> str:
    if isinstance(outcome, Failed):
        return outcome.message.partition("\n")[0]
    return "the package set was not asked"
