"""What became of a package, as its outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from updater.effects.runner import log_place
from updater.model import Current, Failed, Held, Outdated, Stay, Take, Wait

if TYPE_CHECKING:
    from updater.choose.subjects import Decision
    from updater.model import Build, Outcome, Package


def checked(decision: Decision) -> Outcome:
    """Return what ``check`` says of a decision."""
    common_fields = decision.common_fields
    match decision.choice:
        case Take():
            awaits = decision.awaits_source
            return Outdated(reason=decision.reason, awaits_source=awaits, **common_fields)
        case Stay():
            return Current(**common_fields)
        case Wait(reason, until):
            return Held(reason=reason, until=until, **common_fields)


def unreadable(package: Package) -> Failed:
    """Return the outcome of a package whose text cannot be understood."""
    return Failed(
        package=package,
        stage="find",
        message=f"{package.file}: {package.problem}",
        hint=package.hint,
    )


def unbuilt(build: Build, **common_fields: Any) -> Failed:  # noqa: ANN401 - fields
    """Return the outcome of a build that failed."""
    diagnosis = build.diagnosis
    message = diagnosis.message if diagnosis is not None else f"{build.attribute} does not build"
    ending = f"\n{build.tail}" if build.tail else ""
    return Failed(
        stage="build",
        message=f"{build.phase} of {build.attribute}: {message}{ending}",
        hint=f"{diagnosis.hint}; the whole log: {log_place(build.log)}"
        if diagnosis
        else f"the log: {log_place(build.log)}",
        build=build,
        **common_fields,
    )
