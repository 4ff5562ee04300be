"""A pull request's body and the updater's comments: pure functions of the change.

Nothing in it depends on the clock or on how long a build took, so that the same change makes the
same body and a second run edits nothing. A release's age is that on the day on which it was first
proposed, which the marker keeps for the next run.
"""

from __future__ import annotations

import json
import shlex
from datetime import UTC
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import jinja2

from updater.publish.text.marker import Marker, rebuild_box
from updater.text import address, code, fenced, inline, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.model import Build, Check, CheckName
    from updater.model.proposal import Update
    from updater.model.research import Vulnerability

# For one release's notes, and how many releases': what is cut is behind its link.
_ROOMS = ((10_000, 100), (1_000, 100), (100, 100), (0, 100), (0, 0))

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
_ALIASES = 5
_SUMMARY = 300

LONGEST = 65_536
"""How many characters GitHub takes. Source: its answer to more, "body is too long"."""


def render(updates: Sequence[Update], *, ready: bool = True) -> str:
    """Return the body of a pull request.

    Args:
        updates: in the order of the commit.
        ready: as `Marker` has it.
    """
    warnings = [
        f"{code(update.name)}: {inline(text)}" for update in updates for text in _warnings(update)
    ]
    only_pins = all(update.command != "bump" for update in updates)
    days = {update.key: update.proposed for update in updates if update.proposed is not None}
    marker = Marker(tuple(update.key for update in updates), ready, only_pins, days)
    for room, most in _ROOMS:
        body = _template().render(
            updates=updates,
            warnings=warnings,
            box=rebuild_box(),
            marker=str(marker),
            room=room,
            most=most,
        )
        if len(body) <= LONGEST:
            return body
    short = "\n".join(f"- {code(update.identity)}: {code(update.new)}" for update in updates)
    tail = f"\n\n{rebuild_box()}\n\n{marker}\n"
    beginning = "Too many packages to describe here:\n\n"
    return beginning + short[: LONGEST - len(beginning) - len(tail)] + tail


def stopped_comment(sha: str) -> str:
    """Return what is said once when a branch has a person's commit."""
    return (
        f"This branch has commits that the updater did not make ({sha[:12]}), so it does not touch "
        "the branch any more.\n\n"
        "To hand it back, tick the box in the description, or push the updater's own commit to the "
        f"branch again; to keep it, do nothing.\n\n{stopped_marker(sha)}\n"
    )


def stopped_marker(sha: str) -> str:
    """Return what a comment has in it by which it is found again."""
    return f"<!-- updater:stopped {sha} -->"


def retired_comment(reasons: Mapping[str, str], sha: str) -> str:
    """Return what is said once where nothing is left to propose.

    Args:
        reasons: identity -> why, for each package of the pull request.
        sha: a person's commit on the branch, for which it stays open; empty where there is none.
    """
    listed = "\n".join(f"- {code(identity)}: {inline(why)}" for identity, why in reasons.items())
    ending = (
        f"The branch has commits that the updater did not make ({sha[:12]}), so it leaves "
        "both as they are: close this pull request, or keep it."
        if sha
        else "The updater therefore closes it. This does not decline any version."
    )
    return (
        "Nothing is left for this pull request to propose:\n\n"
        f"{listed}\n\n{ending}\n\n{retired_marker(sha)}\n"
    )


def retired_marker(sha: str) -> str:
    """Return what `retired_comment` is found again by: one that leaves it open is not the last."""
    return f"<!-- updater:retired {sha} -->" if sha else "<!-- updater:retired -->"


def superseded_body() -> str:
    """Return the body of a pull request that another one replaces; it declines no version."""
    return f"Its packages are now proposed together with others.\n\n{Marker((), ready=True)}\n"


def _warnings(update: Update) -> list[str]:
    messages = [warning.message for warning in update.warnings if not warning.configured]
    is_listed = any(warning.code in ("major-version", "downgrade") for warning in update.warnings)
    if update.kind == "major" and not is_listed:
        messages.insert(0, f"{update.old} -> {update.new} is a major version")
    if update.build is not None and update.build.status == "failed":
        messages.append(f"it {update.build.failure}")
    return messages


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=False,  # noqa: S701 - Markdown, not HTML: every value goes through a filter
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "address": address,
        "code": code,
        "fenced": fenced,
        "inline": inline,
        "link": _link,
        "tojson": json.dumps,
        "quoted": quoted,
        "released": _released,
        "reproduce": _reproduce,
        "source": _source,
        "verified": _verified,
        "vulnerabilities": _vulnerabilities,
    }
    text = resources.files("updater.publish.text").joinpath("body.md.j2").read_text("utf-8")
    return environment.from_string(text)


def _reproduce(update: Update) -> str:
    """Return a command that people copy: what upstream named stays one word of it."""
    words = ["updater", *update.command.split(), update.identity]
    if update.command == "bump":
        words += ["--to", update.ref or update.commit or update.new]
    return shlex.join([*words, "--dry-run"])


def _released(update: Update) -> str:
    if update.published is None:
        return "not known"
    day = update.published.astimezone(UTC).date()
    if update.proposed is None or update.proposed < day:
        return f"{day}"
    age = (update.proposed - day).days
    return f"{day} ({age} day{'s' if age != 1 else ''} old)"


def _link(name: str, url: str) -> str:
    return f"[{inline(name)}]({address(url)})" if address(url) else inline(name)


def _source(update: Update) -> str:
    named = [code(update.ref)] if update.ref else []
    named += [code(update.commit[:12])] if update.commit else []
    return " at ".join(named) or "the package index"


def _verified(update: Update) -> list[tuple[str, str]]:
    build = update.build
    says = ", reported by the build job" if update.reported else ""
    # The archive that was hashed here names its commit; another program's answer names none.
    named = update.commit and update.method == "embedded"
    rows = [
        ("hash", f"pass: {code(update.hash)} ({inline(update.method)})"),
        ("commit of the source", f"pass: {code(update.commit)}" if named else "not run"),
    ]
    checks = {check.name: check for check in build.checks} if build is not None else {}
    for name, what in (_CHECKS | _FURTHER_CHECKS).items():
        if name in checks or name in _CHECKS:
            result = _result(build, checks.get(name))
            rows.append((what, result + (says if _ran(build) else "")))
    return rows


def _vulnerabilities(update: Update) -> str:
    vulnerabilities = update.research.vulnerabilities
    if vulnerabilities is None:
        return "Known vulnerabilities: not asked for."
    if vulnerabilities.problem:
        return f"Known vulnerabilities: not known: {inline(vulnerabilities.problem)}."
    of = f"of {code(vulnerabilities.name)} on the package index"
    lines = []
    for what, listed in (
        (f"Vulnerabilities that {code(update.new)} fixes", vulnerabilities.fixed),
        (f"Known vulnerabilities of {code(update.new)}", vulnerabilities.present),
    ):
        if listed:
            lines += [f"{what} ({of}):", "", *map(_vulnerability, listed), ""]
    return "\n".join(lines).strip() or f"Known vulnerabilities: none, before and after ({of})."


def _vulnerability(vulnerability: Vulnerability) -> str:
    aliases = (
        f" ({', '.join(map(code, vulnerability.aliases[:_ALIASES]))})"
        if vulnerability.aliases
        else ""
    )
    summary = f": {inline(vulnerability.summary[:_SUMMARY])}" if vulnerability.summary else ""
    return f"- {_link(vulnerability.key, vulnerability.url)}{aliases}{summary}"


def _ran(build: Build | None) -> bool:
    return build is not None and build.status != "skipped"


def _result(build: Build | None, check: Check | None) -> str:
    """Return what a build says of a check; None for one to which it did not come."""
    if build is None or check is None:
        reason = build.phase if build is not None and build.status == "skipped" else ""
        return f"not run: {inline(reason)}" if reason else "not run"
    detail = f" ({code(check.detail)})" if check.detail else ""
    match check.status:
        case "passed":
            return f"pass{detail}"
        case "skipped":
            return f"not run: {inline(check.detail)}"
        case "failed":
            diagnosis = build.diagnosis
            return f"**fail**{detail}" + (f": {inline(diagnosis.message)}" if diagnosis else "")
