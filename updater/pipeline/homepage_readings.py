"""Homepages are asked for: whether they are there, and where they have moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.audit.overlay.homepages import HomepageReading
from updater.errors import NotFound
from updater.model import Failed, Package, PackageOutcome
from updater.pipeline.stage import Stage
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.audit.overlay.homepages import HomepageQuestion
    from updater.choose.run import Run

_AT_ONCE = 8


class PageReading(Struct, frozen=True):
    """What became of one package's homepage.

    Attributes:
        answer: None where that could not be found out.
        reason: why not.
    """

    package: Package
    answer: HomepageReading | None = None
    reason: str = ""


class HomepageReader(Struct, frozen=True):
    """Asks for homepages; nothing of what they say is read."""

    run: Run

    async def read(
        self, packages: Sequence[Package], questions: Mapping[str, HomepageQuestion]
    ) -> list[PageReading]:
        """Ask for the homepages of packages.

        Args:
            packages: whose homepages.
            questions: these, by the packages' identities.
        """

        async def ask(package: Package) -> PageReading:
            return PageReading(package, await self._answer(questions[package.identity]))

        packages = [package for package in packages if package.identity in questions]
        read = await Stage("homepage", self.run.progress, _AT_ONCE).each(packages, ask)
        return [_reading(each) if isinstance(each, PackageOutcome) else each for each in read]

    async def _answer(self, question: HomepageQuestion) -> HomepageReading:
        url = question.url
        try:
            return HomepageReading(url, gone=False, to=(await self.run.http.get(url)).moved)
        except NotFound:
            pass
        try:
            is_there = bool(question.own and await self.run.http.get(question.own))
        except NotFound:
            is_there = False
        return HomepageReading(url, gone=True, to=question.own if is_there else "")


def _reading(outcome: PackageOutcome) -> PageReading:
    message = outcome.message if isinstance(outcome, Failed) else ""
    reason = f"its homepage did not answer: {message.partition(chr(10))[0]}"
    return PageReading(outcome.package, reason=printable(reason))
