"""A pull request's body: a pure function of the change.

The first screen says what, whether it holds, and what to decide; all else is folded. Nothing in it
depends on the clock or on how long a build took, so that the same change makes the same body and a
second run edits nothing. A release's age is that on the day on which it was first proposed, which
the marker keeps for the next run; of the run that it links to, `is_same` takes no notice.
"""

from __future__ import annotations

import json
import re
import shlex
from datetime import UTC
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import jinja2

from updater import __version__
from updater.publish.text.marker import Marker, rebuild_box
from updater.publish.text.names import PREFIX
from updater.publish.text.requirement_tables import counted, requirements
from updater.publish.text.verdict import evidence, to_decide, verdict
from updater.text import address, code, fenced, inline, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from updater.model.proposal import RepositoryLinks, Update
    from updater.model.research import Vulnerability

# For one release's notes, and how many releases': what is cut is behind its link. Then, of packages
# that need no decision only the hash is evidence; then each is one line.
_ROOMS = (
    *((10_000, 100, ""), (4_000, 60, ""), (1_000, 60, ""), (200, 60, ""), (0, 60, ""), (0, 0, "")),
    *((0, 0, "hashes"), (0, 0, "lines")),
)
_TALLEST = 24_000
"""How many characters are about ten screens, with everything unfolded."""

_ALIASES = 5
_WATCHED = 10
_SUMMARY = 300
_PASSING = re.compile(r"\[this run\]\([^)]*\)| · \[dashboard\]\([^)]*\)")

LONGEST = 65_536
"""How many characters GitHub takes. Source: its answer to more, "body is too long"."""


def render(updates: Sequence[Update], links: RepositoryLinks, *, ready: bool = True) -> str:
    """Return the body of a pull request.

    Args:
        updates: in the order of the commit.
        links: of its repository.
        ready: as `Marker` has it.
    """
    only_pins = all(update.command != "bump" for update in updates)
    days = {update.key: update.proposed for update in updates if update.proposed is not None}
    named = "" if links.branch.startswith(PREFIX) else links.branch
    orders = tuple(order for update in updates for order in update.orders)
    marker = Marker(tuple(update.key for update in updates), ready, only_pins, days, named, orders)
    hidden = str(marker)
    for room, most, short in _ROOMS:
        body = _template().render(
            updates=updates,
            links=links,
            box=rebuild_box(),
            marker=hidden,
            room=room,
            most=most,
            short=short,
            calm=[update for update in updates if short and _is_calm(update)],
        )
        if len(body) <= min(_TALLEST + len(hidden), LONGEST):
            return body
    return _listed(updates, f"\n\n{rebuild_box()}\n\n{origin(links)}\n\n{hidden}\n", len(hidden))


def _listed(updates: Sequence[Update], tail: str, hidden: int) -> str:
    """Return a body of as many lines as there is room for, those that need a decision first.

    Args:
        updates: in the order of the commit.
        tail: what stands below the lines.
        hidden: how much of that nobody sees.
    """
    room = min(_TALLEST + hidden, LONGEST) - len(tail)
    lines = [f"{len(updates)} packages, too many to describe each:", ""]
    for update in sorted(updates, key=_is_calm):
        mark = verdict(update).partition(" ")[0]
        lines.append(f"- {mark} {code(update.identity)}: {code(update.old)} → {code(update.new)}")
    text = "\n".join(lines)
    if len(text) <= room:
        return text + tail
    more = "\n- the other packages are only in the files that change"
    shown = text[: max(room - len(more), 0)].rpartition("\n")[0]
    return shown + more + tail


def is_same(body: str, shown: str) -> bool:
    """Tell whether a body says what the one that is shown says, whichever runs made them.

    The first run opens the dashboard last, so that only later ones can link to it.
    """
    return _PASSING.sub("", body).strip() == _PASSING.sub("", shown).strip()


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
        "begun": _begun,
        "code": code,
        "counted": counted,
        "day": _day,
        "evidence": evidence,
        "fenced": fenced,
        "headline": _headline,
        "identified": _identified,
        "inline": inline,
        "link": _link,
        "origin": origin,
        "quoted": quoted,
        "reproduce": _reproduce,
        "requirements": requirements,
        "shown": _shown,
        "to_decide": to_decide,
        "tojson": json.dumps,
        "trial": _trial,
        "verdict": verdict,
        "vulnerabilities": _vulnerabilities,
    }
    text = resources.files("updater.publish.text").joinpath("body.md.j2").read_text("utf-8")
    return environment.from_string(text)


def _headline(update: Update) -> str:
    """Return what is updated from what to what, of which kind, how old, in one line."""
    compare = address(update.research.compare)
    arrow = f"[→]({compare})" if compare else "→"
    labelled = f" (labelled {code(update.label)})" if update.label not in ("", update.old) else ""
    parts = [f"{code(update.old) or '-'}{labelled} {arrow} {code(update.new)}", update.kind]
    parts += [_released(update)] if update.published is not None else []
    parts += [f"[release]({address(update.url)})"] if address(update.url) else []
    parts.append(_source(update))
    return f"**{_link(update.name, update.upstream)}** {' · '.join(parts)}"


def _is_calm(update: Update) -> bool:
    """Whether nobody has to look at more of an update than its first screen."""
    is_failed = update.build is not None and update.build.status == "failed"
    return not (is_failed or to_decide(update) or update.adaptations)


def _shown(update: Update) -> int:
    """Return how many decisions the verdict shows already."""
    return int(update.build is None or update.build.status != "failed")


def _identified(update: Update) -> str:
    found = update.evidence
    if found is None:
        return ""
    tag = f", tag {code(found.ref)}" if found.ref else ""
    return (
        f"The pinned hash {code(found.hash)} is that of the tree of commit {code(found.commit)}"
        f"{tag}, as `git archive` gives it: it was found by hashing trees of upstream's history."
    )


def _reproduce(update: Update) -> str:
    """Return a command that people copy: what upstream named stays one word of it."""
    words = ["updater", *update.command.split(), update.identity]
    if update.command == "bump":
        words += ["--to", update.ref or update.commit or update.new]
    return shlex.join([*words, "--dry-run"])


def _begun(links: RepositoryLinks) -> str:
    """Return where the branch begins, and why it would be made again, as Markdown."""
    beginning = links.beginning
    if beginning is None:
        return ""
    commit = _link_code(beginning.commit[:12], f"{links.repository}/commit/{beginning.commit}")
    shown = [code(file) for file in beginning.files[:_WATCHED]]
    more = len(beginning.files) - len(shown)
    shown += [f"{more} more"] if more else []
    return (
        f"The branch begins at {commit} of {code(beginning.base)}. It is left as it is until one "
        f"of these files changes there: {', '.join(shown)}."
    )


def _link_code(text: str, url: str) -> str:
    return f"[{code(text)}]({address(url)})" if address(url) else code(text)


def _trial(updates: Sequence[Update], links: RepositoryLinks) -> list[str]:
    """Return the commands that build the branch, as Markdown."""
    where = urlsplit(links.repository)
    lines = []
    for update in updates:
        attribute = update.build.attribute if update.build is not None else ""
        if where.netloc == "github.com" and attribute.startswith(("packages.", "legacyPackages.")):
            flake = f"github:{where.path[1:]}/{quote(links.branch, safe='')}#{attribute}"
            lines.append(f"Try it: {code(shlex.join(['nix', 'build', flake]))}")
    if not lines and links.branch:
        fetch = shlex.join(["git", "fetch", "origin", links.branch])
        names = shlex.join(["updater", "test", *(update.identity for update in updates)])
        lines.append(f"Try it: {code(f'{fetch} && git switch --detach FETCH_HEAD && {names}')}")
    return lines


def origin(links: RepositoryLinks) -> str:
    """Return the last line of a body or of the dashboard: who made it, and where to turn to."""
    run = f" in [this run]({address(links.run)})" if address(links.run) else ""
    parts = [f"Made by updater {__version__}{run}"]
    for name, url in (("configuration", links.configuration), ("dashboard", links.dashboard)):
        parts += [f"[{name}]({address(url)})"] if address(url) else []
    parts += [f"[docs]({address(_docs())})"] if address(_docs()) else []
    return " · ".join(parts)


@cache
def _docs() -> str:
    """Return the address of the updater's own documentation, as its distribution tells it."""
    from importlib.metadata import PackageNotFoundError, metadata  # noqa: PLC0415 - rarely needed

    try:
        urls = metadata("nix-overlay-updater").get_all("Project-URL") or []
    except PackageNotFoundError:
        return ""
    addresses = dict(url.split(", ", 1) for url in urls)
    repository = addresses.get("Repository", "")
    return f"{repository}/blob/main/docs/pull-requests.md" if repository else ""


def _released(update: Update) -> str:
    if update.published is None:
        return "not known"
    day = update.published.astimezone(UTC).date()
    if update.proposed is None or update.proposed < day:
        return f"released {day}"
    age = (update.proposed - day).days
    return f"released {day} ({age} day{'s' if age != 1 else ''} old when proposed)"


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC).date()}"


def _link(name: str, url: str) -> str:
    return f"[{inline(name)}]({address(url)})" if address(url) else inline(name)


def _source(update: Update) -> str:
    named = [code(update.ref)] if update.ref else []
    named += [code(update.commit[:12])] if update.commit else []
    listed = code(update.upstream) if update.upstream else "the package index"
    return " at ".join(named) or listed


def _vulnerabilities(update: Update) -> str:
    vulnerabilities = update.research.vulnerabilities
    if vulnerabilities is None:
        return ""
    of = f"of {code(vulnerabilities.name)} on the package index"
    lines = []
    for what, listed in (
        (f"Vulnerabilities that {code(update.new)} fixes", vulnerabilities.fixed),
        (f"Known vulnerabilities of {code(update.new)}", vulnerabilities.present),
    ):
        if listed:
            lines += [f"{what} ({of}):", "", *map(_vulnerability, listed), ""]
    return "\n".join(lines).strip()


def _vulnerability(vulnerability: Vulnerability) -> str:
    aliases = (
        f" ({', '.join(map(code, vulnerability.aliases[:_ALIASES]))})"
        if vulnerability.aliases
        else ""
    )
    summary = f": {inline(vulnerability.summary[:_SUMMARY])}" if vulnerability.summary else ""
    return f"- {_link(vulnerability.key, vulnerability.url)}{aliases}{summary}"
