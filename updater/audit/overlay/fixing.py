"""Fixes, made one round after the other until none is left that may be made.

Every fix is proven as an edit of a bump is: outside its places each token stays, every other
package of the file says what it said, and the package itself what the fix may change. A fix that
brings a finding which was not there before is not made, and one that is safe only after a build is
made where its package builds with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.audit.overlay.mended import MadeFix, Mended, RefusalKey, RefusedFix, fix_key
from updater.audit.overlay.ratchet import new_findings
from updater.errors import PatchError
from updater.kinds import FETCH_FUNCTIONS
from updater.overlay.editing.fixes import fixed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence

    from updater.audit.overlay.judging import Audited
    from updater.model.finding import Finding, Fix, FixSafety

_MOST_ROUNDS = 200


class FixTrial(Struct, frozen=True):
    """What must build before some fixes may be made.

    Attributes:
        package: the identity of the package that they are about; empty for an environment.
        environment: what they change of flake.nix or default.nix, as `Fix.environment` has it.
        entry: the file of the environment.
        changes: file -> bytes, over the user's tree: these fixes, and those that were made before.
    """

    package: str
    environment: str
    entry: str
    changes: Mapping[str, bytes]


class _Planned(Struct, frozen=True):
    """What some fixes lead to: all texts, and what the rules say of them."""

    texts: dict[str, bytes]
    after: Audited


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
        """Make all fixes that may be made without a build."""
        return self._mended(self._settled(self._now))

    async def run_built(self, trial: Callable[[FixTrial], Awaitable[str]]) -> Mended:
        """Make all fixes that may be made, and those that are safe after a build where it passes.

        The fixes of one package are tried together, since one may need another; where that does
        not build, with one of them left out, and then each alone.

        Args:
            trial: builds what some fixes are about, and returns why they may not be made, or an
                empty string.
        """
        state = self._settled(self._now)
        for _ in range(_MOST_ROUNDS):
            group = self._group(self._choose(state))
            if not group:
                break
            after = await self._built(group, state, trial)
            if after is not None:
                for finding in group:  # what did not build alone may build by now
                    self._refused.pop(fix_key(finding, self._texts), None)
                state = self._settled(after)
        return self._mended(state)

    def _settled(self, state: Audited) -> Audited:
        """Make the fixes that need no build, and return the project after them."""
        for _ in range(_MOST_ROUNDS):
            batch = self._batch(self._choose(state))
            if not batch:
                break
            after = self._tried(batch, state)
            if after is None and len(batch) > 1:
                batch = [finding for finding in batch if self._is_writable(finding)]
                after = self._tried(batch, state) if batch else None
            while after is None and len(batch) > 1:  # the rest is met again in the next round
                batch = batch[: len(batch) // 2]
                after = self._tried(batch, state)
            state = after if after is not None else state
        return state

    def _mended(self, state: Audited) -> Mended:
        changed, refused = self._changed(self._texts), tuple(self._refused.values())
        return Mended(changed, tuple(self._made), refused, state)

    def _changed(self, texts: Mapping[str, bytes]) -> dict[str, bytes]:
        before = self._now.texts
        return {file: data for file, data in texts.items() if data != before.get(file)}

    async def _built(
        self,
        group: list[Finding],
        before: Audited,
        trial: Callable[[FixTrial], Awaitable[str]],
    ) -> Audited | None:
        """Make those of a group's fixes with which it builds; None where there are none."""
        for batch in _parts(group):
            planned = self._planned(batch, before)
            if planned is None:
                continue
            first, changes = batch[0], self._changed(planned.texts)
            wanted = FixTrial(first.package, _fix(first).environment, first.file, changes)
            reason = await trial(wanted)
            if not reason:
                return self._take(batch, planned)
            self._refuse(batch, reason)
        return None

    def _group(self, findings: Sequence[Finding]) -> list[Finding]:
        """Return the fixes to build next: all of the first package, or environment, that has one.

        An edit of one place may be the fix of several findings; the others are mended with it.
        """
        group: list[Finding] = []
        for finding in findings:
            if finding.fix is None or finding.fix.safety != "built":
                continue
            if fix_key(finding, self._texts) in self._refused:
                continue
            if not group or _place(finding) == _place(group[0]):
                group.append(finding)
        return group

    def _batch(self, findings: Sequence[Finding]) -> list[Finding]:
        """Return the findings to mend next: one of an entry file, else all that lie apart."""
        possible = [
            finding
            for finding in findings
            if finding.fix is not None
            and finding.fix.safety in self._safeties
            and fix_key(finding, self._texts) not in self._refused
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
        planned = self._planned(batch, before)
        return self._take(batch, planned) if planned is not None else None

    def _is_writable(self, finding: Finding) -> bool:
        """Tell whether a fix can be written, before anything is judged; refuse it where not."""
        return self._written([finding]) is not None

    def _written(self, batch: Sequence[Finding]) -> dict[str, bytes] | None:
        """Return the files with some fixes; None where one cannot be written."""
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
        return texts

    def _planned(self, batch: Sequence[Finding], before: Audited) -> _Planned | None:
        """Return what some fixes lead to; None where one may not be made."""
        texts = self._written(batch)
        if texts is None:
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
        return _Planned(texts, after)

    def _take(self, batch: Sequence[Finding], planned: _Planned) -> Audited:
        """Make what was planned, and return the project after it."""
        self._made += [
            MadeFix(
                one,
                _fix(one),
                self._texts[one.file].count(b"\n", 0, one.span.start) + 1,
            )
            for one in batch
        ]
        self._texts = planned.texts
        return planned.after

    def _refuse(self, batch: Sequence[Finding], reason: str) -> None:
        if len(batch) == 1:
            key = fix_key(batch[0], self._texts)
            self._refused[key] = RefusedFix(key, batch[0], reason)


def _fix(finding: Finding) -> Fix:
    if finding.fix is None:
        raise PatchError(f"{finding.file}: {finding.rule} has no fix here")
    return finding.fix


def _place(finding: Finding) -> tuple[str, str]:
    """Return what a fix's build is about: a package, or an environment of an entry file."""
    return finding.package, "" if finding.package else f"{finding.file}#{_fix(finding).environment}"


def _parts(group: list[Finding]) -> Iterator[list[Finding]]:
    """Yield a group, then it without each of its members, then each member alone."""
    yield group
    if len(group) > 2:  # noqa: PLR2004 - else what is left of it is one alone
        yield from (group[:left_out] + group[left_out + 1 :] for left_out in range(len(group)))
    if len(group) > 1:
        yield from ([finding] for finding in group)
