"""Fixes, made one round after the other until none is left that may be made.

Every fix is proven as an edit of a bump is: outside its places each token stays, every other
package of the file says what it said, and the package itself what the fix may change. A fix that
brings a finding which was not there before is not made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from updater.audit.overlay.ratchet import new_findings
from updater.errors import PatchError
from updater.kinds import FETCH_FUNCTIONS
from updater.overlay.editing.fixes import fixed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from updater.audit.overlay.judging import Audited
    from updater.model.finding import Finding, Fix, FixSafety

_MOST_ROUNDS = 200


class MadeFix(Struct, frozen=True):
    """A fix that was made, with the finding that it mends as it was told.

    Attributes:
        line: where that was, in the text as it was then.
    """

    finding: Finding
    fix: Fix
    line: int


RefusalKey: TypeAlias = tuple[str, str, bytes]


class RefusedFix(Struct, frozen=True):
    """A fix that was not made, and why."""

    key: RefusalKey
    finding: Finding
    reason: str


class Mended(Struct, frozen=True):
    """What fixing made of a project.

    Attributes:
        texts: the files that are changed, by name.
        left: the project after it, with what the rules say of the result.
    """

    texts: Mapping[str, bytes]
    made: tuple[MadeFix, ...]
    refusals: tuple[RefusedFix, ...]
    left: Audited

    def refused(self, finding: Finding) -> str:
        """Return why the fix of a finding that is left was not made, or an empty string."""
        key = FixRun.key(finding, self.left.texts)
        return next((each.reason for each in self.refusals if each.key == key), "")


class FixRun:
    """Makes fixes on texts; nothing is written.

    Args:
        now: the project as it is.
        judge: returns what the rules say of some texts in its place.
        safeties: how safe a fix must be to be made.
        choose: returns those of a state's findings that are to be mended.
    """

    def __init__(
        self,
        now: Audited,
        judge: Callable[[Mapping[str, bytes]], Audited],
        safeties: Collection[FixSafety],
        choose: Callable[[Audited], Sequence[Finding]],
    ) -> None:
        self._now = now
        self._texts = now.texts
        self._entries = frozenset(entry.file for entry in now.project.entries)
        self._judge = judge
        self._safeties = frozenset(safeties)
        self._choose = choose
        self._made: list[MadeFix] = []
        self._refused: dict[RefusalKey, RefusedFix] = {}

    def run(self) -> Mended:
        """Make all fixes that may be made."""
        state, before = self._now, self._now.texts
        for _ in range(_MOST_ROUNDS):
            batch = self._batch(self._choose(state))
            if not batch:
                break
            after = self._tried(batch, state)
            if after is None and len(batch) > 1:
                tries = (self._tried([finding], state) for finding in batch)
                after = next((tried for tried in tries if tried is not None), None)
            state = after if after is not None else state
        changed = {file: data for file, data in self._texts.items() if data != before.get(file)}
        return Mended(changed, tuple(self._made), tuple(self._refused.values()), state)

    def _batch(self, findings: Sequence[Finding]) -> list[Finding]:
        """Return the findings to mend next: one of an entry file, else all that lie apart."""
        possible = [
            finding
            for finding in findings
            if finding.fix is not None
            and finding.fix.safety in self._safeties
            and self.key(finding, self._texts) not in self._refused
        ]
        in_entries = [
            finding
            for finding in possible
            if finding.fix and any(own.file in self._entries for own in finding.fix.edits)
        ]
        if in_entries:
            return in_entries[:1]
        batch: list[Finding] = []
        ends: dict[str, int] = {}
        for finding in possible:
            edits = finding.fix.edits if finding.fix is not None else ()
            first = min(own.edit.span.start for own in edits)
            file = edits[0].file
            if first > ends.get(file, -1):
                batch.append(finding)
                ends[file] = max(own.edit.span.end for own in edits)
        return batch

    def _tried(self, batch: Sequence[Finding], before: Audited) -> Audited | None:
        """Make some fixes; None where one may not be made, which a single one will not be again."""
        texts = dict(self._texts)
        try:
            for file in dict.fromkeys(own.file for one in batch for own in _fix(one).edits):
                mine = [one for one in batch if any(own.file == file for own in _fix(one).edits)]
                edits = [own.edit for one in mine for own in _fix(one).edits if own.file == file]
                touched = {one.package: _fix(one).touches for one in mine if one.package}
                texts[file] = fixed(
                    file, texts[file], edits, touched, FETCH_FUNCTIONS, entry=file in self._entries
                )
        except PatchError as error:
            self._refuse(batch, str(error))
            return None
        after = self._judge(texts)
        added = new_findings(
            after.judgement.findings,
            before.judgement.findings,
            after.project.text,
            before.project.text,
        )
        if added:
            self._refuse(batch, f"it would break {added[0].rule}: {added[0].message}")
            return None
        self._made += [
            MadeFix(
                one,
                _fix(one),
                self._texts[one.file].count(b"\n", 0, one.span.start) + 1,
            )
            for one in batch
        ]
        self._texts = texts
        return after

    def _refuse(self, batch: Sequence[Finding], reason: str) -> None:
        if len(batch) == 1:
            key = self.key(batch[0], self._texts)
            self._refused[key] = RefusedFix(key, batch[0], reason)

    @staticmethod
    def key(finding: Finding, texts: Mapping[str, bytes]) -> RefusalKey:
        """Return what makes a finding the same one after other fixes."""
        data = texts.get(finding.file, b"")
        place = data[: finding.span.start].rpartition(b"\n")[2]
        written = data[finding.span.start : finding.span.end]
        return finding.rule, f"{finding.file}#{finding.package}", place + written


def _fix(finding: Finding) -> Fix:
    if finding.fix is None:
        raise PatchError(f"{finding.file}: {finding.rule} has no fix here")
    return finding.fix
