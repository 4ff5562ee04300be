"""The label of a source that declares another version than its tag: what it declares is true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.audit.change.base import Step, examine
from updater.audit.change.downgrade import KIND as DOWNGRADE
from updater.audit.change.major_version import KIND as MAJOR_VERSION
from updater.choose.git_host import GitHost
from updater.choose.history import Commits
from updater.choose.sources import bound_to_another, bound_to_tag, declared_otherwise
from updater.errors import PatchError
from updater.model import CommitFacts, Take
from updater.pipeline.hash.downloaded import declared_label, other_version
from updater.pipeline.hash.planned import PlannedChange

if TYPE_CHECKING:
    from datetime import datetime

    from updater.choose.run import Run
    from updater.choose.subjects import Decision
    from updater.model import Candidate, Hashed, PinValues
    from updater.pipeline.hash.sources import SourceHashes


async def declared(
    search: SourceHashes, hashed: Hashed | None, candidate: Candidate, run: Run
) -> str:
    """Return what a source declares where its tag says another version; else nothing.

    Of what Nix checks out with git nothing was downloaded here: its commit is asked.

    Raises:
        HostileFile: a file that counts breaks a bound.
        UpstreamError: what is checked out cannot be fetched.
    """
    subject, clone = search.subject, search.fetches[0].clone
    if clone is None or (hashed is not None and hashed.files) or subject.source.get("rootDir"):
        return await declared_label(subject, hashed, candidate, run)
    host, records = GitHost(clone.url, run.http, run.mirrors), run.records.commits(subject.project)
    async with Commits.opened(host, CommitFacts(), records) as commits:
        own = await commits.declared(clone.commit, subject.place)
    return other_version(own, candidate)


def truly_labelled(
    decision: Decision, values: PinValues, own: str, text: bytes, now: datetime
) -> tuple[Decision, PinValues, str]:
    """Label a source as it labels itself, so that a build of it agrees; its tag becomes a text.

    Args:
        decision: what led to it.
        values: what the change writes, under the version of the tag.
        own: the version that the source declares, as `declared` has it.
        text: the package's file.
        now: the present time.

    Returns:
        The decision and the values under that label, or as they were with the reason why they
        cannot have it. A package without a version of its own stays as it is.
    """
    subject, candidate = decision.subject, decision.choice.candidate
    if not own or candidate is None:
        return decision, values, ""
    labelled, values, problem = _labelled(decision, values, own, text)
    written, label = labelled.choice.candidate or candidate, subject.pin.version
    step = Step(None, written, now, label=label)
    warnings = (declared_otherwise(own, candidate), *examine(step, (DOWNGRADE,)))
    if written.version != candidate.version:  # how far it goes was told of the tag's version
        step = Step(decision.pinned.version or label, written, now, label=label)
        warnings = (*examine(step, (MAJOR_VERSION,)), *warnings)
        others = (told for told in labelled.warnings if told.code != MAJOR_VERSION.code)
        labelled = replace(labelled, warnings=tuple(others))
    return replace(labelled, warnings=labelled.warnings + warnings), values, problem


def _labelled(
    decision: Decision, values: PinValues, own: str, text: bytes
) -> tuple[Decision, PinValues, str]:
    choice, package = decision.choice, decision.package
    if not isinstance(choice, Take) or package.version is None:
        return decision, values, ""
    candidate = choice.candidate
    bound = bound_to_tag(decision.subject, candidate)
    if bound:
        return decision, values, bound_to_another(candidate, own, bound)
    new = replace(values, own={**values.own, "version": own}, as_text=bool(candidate.ref))
    try:
        PlannedChange(package, new).of({package.file: text})
    except PatchError as error:
        reason = f"the source of {candidate.ref or candidate.commit} declares {own}, and {error}"
        return decision, values, reason
    decision = replace(decision, choice=replace(choice, candidate=replace(candidate, version=own)))
    return decision, new, ""
