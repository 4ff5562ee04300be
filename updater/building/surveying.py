"""Looks for packages in a package set, in a copy of the tree as it is."""

from __future__ import annotations

import secrets
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread
from msgspec import Struct
from msgspec.structs import replace

from updater.building import survey
from updater.building.evaluating import as_named, evaluated, located
from updater.building.expressions import applied
from updater.building.locking import locked, words
from updater.building.package_set import shown
from updater.building.survey import Facts, Question, is_same
from updater.errors import NotEvaluated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from updater.building.package_set import Installable, PackageSet
    from updater.building.survey import Answer, PathNumber
    from updater.effects.nix.build import NixBuild
    from updater.effects.nix.command import NixResult
    from updater.effects.scratch import Scratch
    from updater.model import Package

# All questions are one argument of a command, which Linux limits to 128 KiB.
_PACKAGES = 100
# How often one part of the set may end an evaluation, with no package in it, until it is left out.
_VAIN = 2
# How often evaluations may end before the rest is not asked for.
_MOST_ENDS = 20

_MEND = "fix it, or switch builds off in config.yaml: `defaults: {build: {enabled: false}}`"
_NAME = "name their attribute in config.yaml: `defaults: {build: {attribute: ...}}`"


class NotInSet(Struct, frozen=True):
    """A package that a set has not.

    Attributes:
        reason: in short.
        detail: with what was tried, and what Nix said.
    """

    reason: str
    detail: str


class SetSurvey:
    """What is known of one package set.

    Attributes:
        results: what was found, by the packages' identities.
        problem: why the set has none of the packages, and what to do; an empty string where it has
            one.
    """

    def __init__(
        self, nix: NixBuild, scratch: Scratch, package_set: PackageSet, entry: str
    ) -> None:
        self._nix = nix
        self._scratch = scratch
        self._set = package_set
        self._entry = entry
        self._has_some = False
        self._error = ""
        self.results: dict[str, Installable | NotInSet] = {}
        self.problem = ""

    async def look_for(self, packages: Sequence[Package], seconds: float) -> None:
        """Find out where packages are, in one evaluation unless something in it fails.

        Raises:
            BuildError: Nix cannot be asked.
        """
        questions = {
            at: Question(package, dict(enumerate(self._set.paths(package))))
            for at, package in enumerate(packages)
            if package.identity not in self.results
        }
        answers: dict[PathNumber, Answer] = {}
        try:
            with anyio.fail_after(seconds):
                await self._ask(questions, answers)
        except TimeoutError:
            self._error = f"the evaluation took longer than {int(seconds)} s"
        self._settle(questions, answers)

    def _settle(
        self, questions: Mapping[int, Question], answers: Mapping[PathNumber, Answer]
    ) -> None:
        """Say of each package where it is; one that only fails is built where it does.

        So the build says what is wrong with it, unless all of the set fails.
        """
        same: dict[int, tuple[str, ...]] = {}
        failing: dict[int, tuple[str, ...]] = {}
        for at, question in questions.items():
            for number, path in question.paths.items():
                answer = answers.get((at, number), "absent")
                if answer == "failed":
                    failing[at] = path
                elif answer != "absent" and is_same(question.package, path, answer):
                    same.setdefault(at, path)
        self._has_some |= bool(same)
        for at, question in questions.items():
            place = same.get(at) or (failing.get(at) if self._has_some else None)
            self.results[question.package.identity] = (
                self._set.installable(place) if place else self._not_found(question)
            )
        first = next(iter(questions.values()), None)
        self.problem = ""
        if first is not None and not self._has_some:
            absent = self._not_found(first)
            if self._error:
                self.problem = f"{absent.reason}: {self._error}; {_MEND}"
            else:
                self.problem = f"{absent.detail}; {_NAME}"

    def _not_found(self, question: Question) -> NotInSet:
        tried = f"(tried: {', '.join(dict.fromkeys(map(shown, question.paths.values())))})"
        if self._has_some:
            reason = f"{self._entry} does not have this package"
        elif self._error:
            reason = f"the package set of {self._entry} does not evaluate"
            return NotInSet(reason, f"{reason}: {self._error} {tried}")
        else:
            reason = f"{self._entry} has none of the packages"
        return NotInSet(reason, f"{reason} {tried}")

    # --- asking Nix ---

    async def _ask(
        self, questions: Mapping[int, Question], answers: dict[PathNumber, Answer]
    ) -> None:
        async with self._scratch.folder() as folder:
            log = folder / "evaluation.log"
            copy = await to_thread.run_sync(self._scratch.copy, self._set.changed({}))
            try:
                self._set = await locked(self._nix, self._set, copy, log)
                for chunk in _chunks(questions):
                    await self._ask_chunk(chunk, answers, copy, log)
            except NotEvaluated as error:
                self._error = error.message
            finally:
                self._scratch.drop(copy)

    async def _ask_chunk(
        self,
        questions: Mapping[int, Question],
        answers: dict[PathNumber, Answer],
        copy: Path,
        log: Path,
    ) -> None:
        """Collect answers; what ends an evaluation has failed, and the rest is asked again."""
        place = await located(self._nix, self._set, copy)
        left, ends, has_packages = dict(questions), Counter[str](), set[str]()
        while left and ends.total() < _MOST_ENDS:
            mark = secrets.token_hex(8)  # so that no overlay's own trace is taken for it
            text = survey.expression(self._set.load, place, mark, left)
            ended = await evaluated(self._nix, self._set, text, copy, log)
            new, last = survey.read_answers(ended.log, mark)
            answers |= new
            has_packages |= {
                questions[at].paths[number][0]
                for (at, number), answer in new.items()
                if isinstance(answer, Facts)
            }
            if not ended.exit_code:
                break
            error = await self._words(ended, place, copy)
            self._error = self._error or error
            if last is None:
                break
            answers[last] = "failed"
            part = questions[last[0]].paths[last[1]][0]
            ends[part] += 1
            left = _after(left, last)
            if ends[part] >= _VAIN and part not in has_packages:
                left = _without(left, part)
        if not self._error and not has_packages:
            self._error = await self._reason(questions, answers, place, copy, log)

    async def _reason(
        self,
        questions: Mapping[int, Question],
        answers: Mapping[PathNumber, Answer],
        place: str,
        copy: Path,
        log: Path,
    ) -> str:
        """Return what Nix says of the first attribute whose error was caught, if one was."""
        failed = [at for at, answer in answers.items() if answer == "failed"]
        if not failed:
            return ""
        at, number = failed[0]
        select = self._set.installable(questions[at].paths[number]).select
        facts = "package: [ (package.src.outputHash or null) (package.version or null) ]"
        expression = applied(self._set.load, place, select, facts)
        ended = await evaluated(self._nix, self._set, expression, copy, log)
        return await self._words(ended, place, copy)

    async def _words(self, ended: NixResult, place: str, copy: Path) -> str:
        log = await as_named(self._nix, self._set, ended.log, place, copy)
        return words(log, confined=self._nix.confined)


def _chunks(questions: Mapping[int, Question]) -> Iterator[dict[int, Question]]:
    rest = iter(questions.items())
    while chunk := dict(islice(rest, _PACKAGES)):
        yield chunk


def _after(left: Mapping[int, Question], last: PathNumber) -> dict[int, Question]:
    """Return what is still to be asked when an evaluation ended at an attribute."""
    ended_at, ended = last
    rest = {at: question for at, question in left.items() if at > ended_at}
    paths = {number: path for number, path in left[ended_at].paths.items() if number > ended}
    return {ended_at: replace(left[ended_at], paths=paths), **rest} if paths else rest


def _without(left: Mapping[int, Question], part: str) -> dict[int, Question]:
    """Return what is still to be asked outside a part of the set."""
    outside = {
        at: {number: path for number, path in question.paths.items() if path[0] != part}
        for at, question in left.items()
    }
    return {at: replace(left[at], paths=paths) for at, paths in outside.items() if paths}
