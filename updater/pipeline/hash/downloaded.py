"""What a downloaded source tells besides its hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater import choose
from updater.audit.change.base import Step
from updater.hashing.pointers import advice
from updater.metadata.folders import files_in, other_project, version_in
from updater.metadata.python import declared_python
from updater.model import PinWarning
from updater.model.labels import parse_version, same_version
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from updater.choose.subjects import Decision, Subject
    from updater.model import Candidate, Hashed, Package


def step_to(
    decision: Decision,
    candidate: Candidate,
    hashed: Hashed | None,
    now: datetime,
) -> Step:
    """Return the step with what only the source tells of it."""
    subject = decision.subject
    policy, package = subject.policy, subject.package
    files = files_in(package.folder, hashed.files) if hashed is not None else {}
    needed = declared_python(files) if files else None
    return Step(
        decision.pinned.version or subject.pin.version,
        candidate,
        now,
        pythons=(needed, str(policy.python))
        if needed is not None and not choose.runs_on(policy.python, needed)
        else None,
    )


async def declared_label(subject: Subject, hashed: Hashed | None, candidate: Candidate) -> str:
    """Return the version that a source says it is, where its tag says another; else nothing.

    Raises:
        HostileFile: a file that counts breaks a bound.
    """
    if hashed is None or not hashed.files:
        return ""
    own = await version_in(subject.place, _reader(hashed))
    if own is None or parse_version(own) is None or same_version(own, candidate.version):
        return ""
    return own


async def others(subject: Subject, hashed: Hashed | None) -> tuple[PinWarning, ...]:
    """Tell that what is at the top of a source has another name than the package.

    Raises:
        HostileFile: a file that counts breaks a bound.
    """
    name = await other_project(subject.place, _reader(hashed)) if hashed is not None else ""
    if not name:
        return ()
    own = subject.package.name
    message = (
        f"the source is the project {printable(name)} by its own files: they do not tell the "
        f"version of {own}, and what they require is {printable(name)}'s; if {own} is in a folder "
        "of it, write that as `sourceRoot`"
    )
    return (PinWarning("other-project", message, configured=True),)


def _reader(hashed: Hashed) -> Callable[[str], Awaitable[bytes | None]]:
    async def read(path: str) -> bytes | None:
        return hashed.files.get(path)

    return read


def declared_otherwise(own: str, candidate: Candidate) -> PinWarning:
    """Tell that a source says of itself that it is another version than its tag does."""
    message = f"the source declares the version {own}, not {candidate.version}"
    return PinWarning("declared-version", message)


def stale_copies(subject: Subject, candidate: Candidate) -> tuple[PinWarning, ...]:
    """Name the copies of the version that go on saying the old one."""
    label, package = subject.pin.version, subject.package
    if candidate.version == label:
        return ()
    warnings = [_own_label(member, package) for member in package.members]
    copies = package.version_copies
    if copies:
        message = f"{' and '.join(copies)} still says {label}: write `version` there"
        warnings.append(PinWarning("stale-copy", message))
    return tuple(filter(None, warnings))


def _own_label(member: Package, package: Package) -> PinWarning | None:
    """Tell that what moves with a package keeps a version of its own, which only people can set."""
    version = member.version
    if version is None or version.literal in package.version_literals or not version.value:
        return None
    return PinWarning(
        "member-label",
        f"{member.name} moves with it, and goes on calling itself {version.value} "
        f"(line {version.line}): if that is not a number of its own, let both share one `version`",
    )


def pointers(hashed: Hashed | None) -> tuple[PinWarning, ...]:
    """Tell which files stand in Git LFS, so that the source has only pointers to them.

    That is information: it may be so since ever, and what is built need not look at them.
    """
    message = advice(hashed.pointers if hashed is not None else ())
    return (PinWarning("lfs-pointers", message, configured=True),) if message else ()


def collisions(hashed: Hashed | None) -> tuple[PinWarning, ...]:
    """Tell which paths a Mac would confuse, so that it gets another tree and another hash."""
    pairs = hashed.collisions if hashed is not None else ()
    return tuple(
        PinWarning(
            "case-collision", f"{path} and {twin} differ only in case: a Mac keeps only one of them"
        )
        for path, twin in pairs
    )
