"""Golden cases of the rules: a small project in one text file, and what its audit says.

Each case is a file of sections, ``-- NAME --``: first the project's files, and beside them

- ``source NAME FILE``: those of the source of overlays/NAME.nix;
- ``untrue NAME``: why its label is not true;
- ``pin NAME``: what its pin must say, a field a line; or ``because ...``, why that is not known;
- ``homepage NAME``: its homepage, ``gone`` or ``moved``, and where it is instead;
- ``index NAME``: the file of the index that has the same release;
- ``closure NAME INPUT``: what one of its inputs needs, the first of it directly;

then ``findings``, what `updater audit` prints, and where the rule has a fix there ``fixed FILE``,
the files after it, and ``left``, what is printed then. ``python -m tests.audit.overlay.golden``
writes the second part anew; what it wrote is to be read before it is committed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.adapt.attributes import TORCH
from updater.audit.overlay.fixing import FixRun
from updater.audit.overlay.homepages import HomepageReading
from updater.audit.overlay.shelf import overlay_rules
from updater.audit.overlay.sources import PinnedSource
from updater.building.offers import SetAnswer, SetOffer, SetPackage
from updater.cli.audited import AuditScope, audited_texts
from updater.cli.colors import painted
from updater.config.place import ENTRIES
from updater.model import PinValues
from updater.report.findings import AuditView, UnjudgedPart, finding_lines
from updater.report.located import located

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.audit.overlay.judging import Audited
    from updater.audit.overlay.mended import Mended
    from updater.model.finding import FixSafety

FOLDER = Path(__file__).parent / "golden"
CASES = sorted(f"{path.parent.name}/{path.stem}" for path in FOLDER.glob("*/*.case"))
_SECTION = re.compile(r"^-- (.+) --\n", re.MULTILINE)
_ASIDE = ("source ", "untrue ", "pin ", "closure ", "homepage ", "index ")
_BESIDE = {"allowance": ("checks-off", "deprecated-replace", "source-form")}
EVERY_RULE = "every"
"""The folder of cases that all rules judge."""

EVERY: tuple[FixSafety, ...] = ("safe", "built", "unsafe")


@dataclass(frozen=True, slots=True)
class Case:
    """One case.

    Attributes:
        files: the project's.
        findings: what is printed of it.
        fixed: the files that all fixes change, as they are then.
        left: what is printed of what is left; empty where nothing was fixed.
    """

    rule: str
    files: Mapping[str, str]
    sources: Mapping[str, str]
    findings: str = ""
    fixed: Mapping[str, str] | None = None
    left: str = ""

    @property
    def after(self) -> dict[str, str]:
        """All files after the fixes."""
        return {**self.files, **(self.fixed or {})}

    def text(self) -> str:
        """The case as its file has it."""
        sections = {**self.files, **self.sources, "findings": self.findings}
        sections |= {f"fixed {name}": text for name, text in (self.fixed or {}).items()}
        if self.fixed:
            sections["left"] = self.left
        return "".join(f"-- {name} --\n{text}" for name, text in sections.items())


def case(name: str) -> Case:
    """Read a case."""
    parts = _SECTION.split((FOLDER / f"{name}.case").read_text())
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    findings, left = sections.pop("findings", ""), sections.pop("left", "")
    fixed = {
        key.removeprefix("fixed "): sections.pop(key)
        for key in list(sections)
        if key.startswith("fixed ")
    }
    sources = {key: sections.pop(key) for key in list(sections) if key.startswith(_ASIDE)}
    return Case(name.partition("/")[0], sections, sources, findings, fixed or None, left)


def scope(*names: str) -> AuditScope:
    """Return an audit by some rules."""
    rules = tuple(rule for rule in overlay_rules() if rule.name in names)
    return AuditScope(Path(), (), rules, ())


def scope_of(folder: str, texts: Mapping[str, str]) -> AuditScope:
    """Return the audit that the cases of a folder are for, with the sources that a case has."""
    names = (rule.name for rule in overlay_rules()) if folder == EVERY_RULE else ()
    own = scope(folder, "allowance", *_BESIDE.get(folder, ()), *names)
    sources: dict[str, PinnedSource] = {}
    pages: dict[str, HomepageReading] = {}
    for key, text in texts.items():
        kind, name, *file = key.split(" ")
        identity = f"overlays/{name}.nix#python3Packages.{name}"
        if kind == "homepage":
            url, state, *to = text.split()
            pages[identity] = HomepageReading(url, state == "gone", "".join(to))
        if kind in ("closure", "homepage"):
            continue
        old = sources.get(identity, PinnedSource({}))
        files = {**old.files, file[0]: text.encode()} if kind == "source" else old.files
        untrue = text.strip() if kind == "untrue" else old.untrue
        has_code = any(path.endswith(".py") for path in files)
        indexed = text.strip() if kind == "index" else old.indexed
        made = replace(old, files=files, untrue=untrue, has_code=has_code, indexed=indexed)
        if kind == "pin":
            made = _with_pin(made, text)
        sources[identity] = made
    return replace(own, sources=sources, answers=_answers(texts), pages=pages)


def _with_pin(source: PinnedSource, text: str) -> PinnedSource:
    """Return a source with what its pin must say, as long as its label is the one at hand."""
    if text.startswith("because "):
        return replace(source, uncorrected=text.removeprefix("because ").strip())
    values = dict(line.split(" ", 1) for line in text.splitlines())
    return replace(source, label=values.pop("label"), pin=PinValues(values))


def _answers(texts: Mapping[str, str]) -> dict[str, SetAnswer]:
    """Return what the package set would say of the inputs of a case."""
    answers: dict[str, SetAnswer] = {}
    for key, text in texts.items():
        kind, name, *attribute = key.split(" ")
        if kind != "closure":
            continue
        identity = f"overlays/{name}.nix#python3Packages.{name}"
        needed = [SetPackage(own.strip(), "1", f"/source/{own.strip()}") for own in text.split()]
        first = tuple(needed[:1])
        offer = SetOffer(attribute[0], "1", f"/{attribute[0]}", first, tuple(needed))
        wheels = {f"{own}-bin": SetOffer(own, "1", f"/wheel/{own}") for own in sorted(TORCH)}
        old = answers.get(identity, SetAnswer("3.13", (), wheels))
        answers[identity] = old.and_also(SetAnswer("3.13", (), {attribute[0]: offer}))
    return answers


def judged(files: Mapping[str, str | bytes], own: AuditScope) -> Audited:
    """Audit a project of texts."""
    texts = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    named = [name for name in texts if name not in ENTRIES]
    return audited_texts(own, texts, named, texts.__contains__)


def mended(state: Audited, own: AuditScope, *safeties: FixSafety) -> Mended:
    """Make the fixes of a project of texts."""
    return FixRun(
        state,
        lambda texts: judged(texts, own),
        safeties or EVERY,
        lambda current: current.judgement.findings,
    ).run()


def shown(state: Audited, after: Mended | None = None) -> str:
    """Return what is printed of an audit."""
    findings = state.judgement.findings
    view = AuditView(
        [located(finding, state.project.text(finding.file)) for finding in findings],
        [UnjudgedPart(each.file or each.rule, each.reason) for each in state.judgement.unjudged],
        refused={
            finding: reason
            for finding in findings
            if after is not None and (reason := after.refused(finding))
        },
        mends=after is not None,
    )
    lines = finding_lines(view, quiet=False)
    return "".join(f"{painted(line, color=False)}\n" for line in lines)


def made(one: Case) -> Case:
    """Return a case with what the audit says now."""
    own = scope_of(one.rule, one.sources)
    state = judged(one.files, own)
    after = mended(state, own)
    fixed = {name: data.decode() for name, data in after.texts.items()}
    left = shown(after.left, after) if fixed else ""
    return Case(one.rule, one.files, one.sources, shown(state), fixed or None, left)


if __name__ == "__main__":
    for name in CASES:
        (FOLDER / f"{name}.case").write_text(made(case(name)).text())
