"""What a reviewer reads first of an update: whether it holds, what to decide, what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.model import PinWarning
from updater.text import code, inline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.model import Build, Check, CheckName
    from updater.model.proposal import Update

_CHECKS: dict[CheckName, str] = {
    "evaluation": "evaluation",
    "build": "build",
    "imports": "imports",
    "version": "version of what was built",
}
# What is told only where a build says something of it.
_FURTHER_CHECKS: dict[CheckName, str] = {
    "dependents": "packages that use it",
    "modules": "modules of the held pin",
    "requirements": "requirements in the built metadata",
    "pythonImportsCheck": "imports that the overlay lists",
    "conflicts": "two packages of one project",
    "metadata": "name and version in the built metadata",
}
# What decides a merge stands before what its title tells anyway.
_GRAVEST = ("missing-requirement", "vulnerable", "licence-changed")
_MILDEST = {"major-version": 1}

_WORDS = frozenset({"a", "an", "another", "it", "its", "no", "the", "this", "upstream"})
_IN_SHORT: tuple[CheckName, ...] = ("build", "imports", "version")


def verdict(update: Update) -> str:
    """Return the one line that says whether an update holds, as Markdown."""
    build, decisions = update.build, to_decide(update)
    if build is not None and build.status == "failed":
        why = f": {build.diagnosis.message}" if build.diagnosis is not None else ""
        return f"❌ **{inline(f'It {_failure(build)}{why}')}.** {_checked(update)}"
    if decisions:
        return f"⚠️ **{decisions[0]}.** {_checked(update)}"
    return _checked(update)


def _failure(build: Build) -> str:
    """Return what failed, with the package that an update breaks."""
    broken = [
        check.detail
        for check in build.checks
        if (check.name, check.status) == ("dependents", "failed") and check.detail
    ]
    return f"breaks {broken[0]}, which uses it" if broken else build.failure


def _sentence(text: str) -> str:
    """Return a message as a sentence, whose first word may be a package's name."""
    first = text.partition(" ")[0]
    return (text[:1].upper() + text[1:] if first in _WORDS else text).rstrip(".")


def to_decide(update: Update) -> list[str]:
    """Return what a person has to judge, the gravest first, as Markdown without a full stop."""
    warnings = [warning for warning in update.warnings if not warning.configured]
    codes = {warning.code for warning in update.warnings}
    if update.kind == "major" and not codes & {"major-version", "downgrade"}:
        message = f"{update.old} -> {update.new} is a major version"
        warnings.append(PinWarning("major-version", message))
    ranks = {name: rank for rank, name in enumerate(_GRAVEST, -len(_GRAVEST))} | _MILDEST
    warnings.sort(key=lambda warning: ranks.get(warning.code, 0))
    return [_sentence(inline(warning.message)) for warning in warnings]


def evidence(update: Update) -> list[tuple[str, str]]:
    """Return what was checked and how each check ended, as Markdown; without what nobody asked."""
    rows = [("hash", f"pass: {code(update.hash)} ({inline(update.method)})")]
    if _names_commit(update):
        rows.append(("commit of the source", f"pass: {code(update.commit)}"))
    build = update.build
    if build is not None and build.status != "skipped":
        rows += _built(build, reported=update.reported)
    return [*rows, *_reported(update)]


def _built(build: Build, *, reported: bool) -> Iterator[tuple[str, str]]:
    says = ", reported by the build job" if reported else ""
    checks = {check.name: check for check in build.checks}
    for name, what in (_CHECKS | _FURTHER_CHECKS).items():
        if name in checks or name in _CHECKS:
            yield what, _result(build, checks.get(name)) + says


def _reported(update: Update) -> Iterator[tuple[str, str]]:
    """Yield what others were asked of, where they have nothing to tell or cannot be had."""
    difference, notes = update.research.difference, update.research.notes
    if difference.requirements is None:
        yield "requirement changes", "not known"
    elif not difference.requirements:
        yield "requirement changes", f"none (from {inline(difference.origin)})"
    if not notes:
        yield "release notes", "not known" if notes is None else "none"
    vulnerabilities = update.research.vulnerabilities
    if vulnerabilities is not None and vulnerabilities.problem:
        yield "known vulnerabilities", f"not known: {inline(vulnerabilities.problem)}"
    elif vulnerabilities is not None and not (vulnerabilities.fixed or vulnerabilities.present):
        of = f"of {code(vulnerabilities.name)} on the package index"
        yield "known vulnerabilities", f"none, before and after ({of})"


def _checked(update: Update) -> str:
    """Return what agrees, what was left out by choice, and whose word is taken."""
    build = update.build
    checks = build.checks if build is not None else ()
    passed = {check.name for check in checks if check.status == "passed"}
    here = ["hash", *(["commit"] if _names_commit(update) else [])]
    built = [name for name in _IN_SHORT if name in passed]
    if update.reported and built:
        agreed = f"✅ {', '.join(here)}; {', '.join(built)} (reported by the build job)"
    else:
        agreed = f"✅ {', '.join([*here, *built])}"
    if build is None:
        return f"{agreed}; not built"
    if build.status == "skipped":
        return f"{agreed}; not built: {inline(build.phase)}"
    off = ", ".join(check.name for check in checks if check.status == "skipped")
    return f"{agreed}; not checked: {inline(off)}" if off else agreed


def _names_commit(update: Update) -> bool:
    """Whether the archive that was hashed here names its commit; another program's names none."""
    return bool(update.commit) and update.method == "embedded"


def _result(build: Build, check: Check | None) -> str:
    """Return what a build says of a check; None for one to which it did not come."""
    if check is None:
        return "not run"
    detail = f" ({code(check.detail)})" if check.detail else ""
    match check.status:
        case "passed":
            return f"pass{detail}"
        case "skipped":
            return f"not run: {inline(check.detail)}"
        case "failed":
            diagnosis = build.diagnosis
            return f"**fail**{detail}" + (f": {inline(diagnosis.message)}" if diagnosis else "")
