"""What a downloaded source tells besides its hash."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from updater.audit.change.base import Step
from updater.choose.git_host import GitHost
from updater.choose.interpreters import runs_on
from updater.errors import UpstreamError
from updater.hashing.pointers import advice
from updater.metadata.folders import files_in, other_project, paths_read, version_in
from updater.metadata.locks import LARGEST
from updater.metadata.python import declared_python
from updater.model import PinWarning
from updater.model.labels import parse_version, same_version
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from updater.choose.run import Run
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
        if needed is not None and not runs_on(policy.python, needed)
        else None,
    )


async def declared_label(
    subject: Subject, hashed: Hashed | None, candidate: Candidate, run: Run
) -> str:
    """Return the version that a source says it is, where its tag says another; else nothing.

    A file of any name that pyproject.toml or setup.cfg points to is asked for, if it was not kept.

    Raises:
        HostileFile: a file that counts breaks a bound.
    """
    if hashed is None or not hashed.files:
        return ""
    missed: set[str] = set()
    own = await version_in(subject.place, _reader(hashed.files, missed))
    pointed = missed.difference(paths_read(subject.place))
    if own is None and pointed and subject.has_history and candidate.commit:
        host = subject.project.on(run.config.hosts)
        url = subject.project.page(host.web if host is not None else "")
        with suppress(UpstreamError):  # then `verify` tells it, as it reads the commit
            more = await GitHost(url, run.http, run.mirrors).files(
                candidate.commit, pointed, LARGEST
            )
            own = await version_in(subject.place, _reader({**hashed.files, **more}))
    return other_version(own, candidate)


def other_version(own: str | None, candidate: Candidate) -> str:
    """Return the version that a source declares, an empty string where its tag says the same."""
    if own is None or parse_version(own) is None or same_version(own, candidate.version):
        return ""
    return own


async def others(subject: Subject, hashed: Hashed | None) -> tuple[PinWarning, ...]:
    """Tell that what is at the top of a source has another name than the package.

    Raises:
        HostileFile: a file that counts breaks a bound.
    """
    name = await other_project(subject.place, _reader(hashed.files)) if hashed is not None else ""
    if not name:
        return ()
    own = subject.package.name
    message = (
        f"the source is the project {printable(name)} by its own files: they do not tell the "
        f"version of {own}, and what they require is {printable(name)}'s; if {own} is in a folder "
        "of it, write that as `sourceRoot`"
    )
    return (PinWarning("other-project", message, configured=True),)


def _reader(
    files: Mapping[str, bytes], missed: set[str] | None = None
) -> Callable[[str], Awaitable[bytes | None]]:
    """Return what reads some files; what is not among them is noted in ``missed``."""

    async def read(path: str) -> bytes | None:
        if missed is not None and path not in files:
            missed.add(path)
        return files.get(path)

    return read


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
    revs = {field.literal for source in package.sources for field in source.fields}
    if version is None or not version.value or version.literal in package.version_literals | revs:
        return None
    return PinWarning(
        "member-label",
        f"{member.name} moves with it, and goes on calling itself {version.value} "
        f"(line {version.line}): if that is not a number of its own, let both share one `version`",
    )


def pointers(hashed: Hashed | None, fetcher: str) -> tuple[PinWarning, ...]:
    """Tell which files stand in Git LFS, so that the source has only pointers to them.

    That is information: it may be so since ever, and what is built need not look at them.
    """
    message = advice(hashed.pointers if hashed is not None else (), fetcher)
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
