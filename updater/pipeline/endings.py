"""What became of a package, as its outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from updater.model import Current, Failed, Held, Outdated, Stay, Take, Wait

if TYPE_CHECKING:
    from updater.choose.subjects import Decision
    from updater.model import Build, Outcome, Package


def checked(decision: Decision) -> Outcome:
    """Return what ``check`` says of a decision."""
    known = decision.common_fields
    match decision.choice:
        case Take():
            return Outdated(reason=decision.reason, **known)
        case Stay():
            return Current(**known)
        case Wait(reason, until):
            return Held(reason=reason, until=until, **known)


def unreadable(package: Package) -> Failed:
    """Return the outcome of a package whose text cannot be understood."""
    return Failed(
        package=package,
        stage="find",
        message=f"{package.file}: {package.problem}",
        hint=package.hint,
    )


def unbuilt(build: Build, **known: Any) -> Failed:  # noqa: ANN401 - fields
    """Return the outcome of a build that failed."""
    found = build.diagnosis
    message = found.message if found is not None else f"{build.attribute} does not build"
    said = f"\n{build.tail}" if build.tail else ""
    return Failed(
        stage="build",
        message=f"{build.phase} of {build.attribute}: {message}{said}",
        hint=f"{found.hint}; the whole log: {build.log}" if found else f"the log: {build.log}",
        build=build,
        **known,
    )
