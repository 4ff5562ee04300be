"""A project's overlays, looked at for an audit: as they are, and as they were in a commit."""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.audit.overlay.imports import led_to
from updater.audit.overlay.judging import Audited, judge, judged_rules
from updater.audit.overlay.looking import look_at_all, looks_of, text_rules
from updater.audit.overlay.looks import Unjudged
from updater.audit.overlay.project import AuditedProject, audited_entry
from updater.audit.overlay.shelf import overlay_rules
from updater.audit.overlay.sources import PinnedSource
from updater.config.place import ENTRIES
from updater.effects import files
from updater.effects.git import own as git
from updater.errors import ConfigError, UsageError
from updater.find.packages import found_in
from updater.overlay.editing.list_places import EntryText
from updater.text import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from updater.audit.overlay.base import Need, OverlayRule
    from updater.audit.overlay.homepages import HomepageReading
    from updater.audit.overlay.kept_looks import KeptLooks
    from updater.audit.overlay.looks import Looks
    from updater.audit.overlay.project import AuditedEntry
    from updater.building.offers import SetAnswer
    from updater.config.load import Config
    from updater.pipeline.homepage_readings import PageReading
    from updater.pipeline.set_readings import SetReading
    from updater.pipeline.source_readings import SourceReading


class AuditScope(Struct, frozen=True):
    """What is audited, and by which rules.

    Attributes:
        named: the overlay files.
        rules: those that can judge with what is there.
        unable: the selected rules that would need more.
        sources: what pinned sources say, by the identity of their packages.
        answers: what the package set has for a package's inputs, by the package's identity.
        pages: what became of the homepages, by the identity of their packages.
        unread: the packages of which something could not be found out, and why.
    """

    root: Path
    named: tuple[str, ...]
    rules: tuple[OverlayRule, ...]
    unable: tuple[OverlayRule, ...]
    sources: Mapping[str, PinnedSource] = {}
    answers: Mapping[str, SetAnswer] = {}
    pages: Mapping[str, HomepageReading] = {}
    unread: tuple[Unjudged, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the rules that judge."""
        return tuple(rule.name for rule in self.rules)


def rule_names(config: Config, selected: Sequence[str], ignored: Sequence[str]) -> frozenset[str]:
    """Return the names of the rules to judge by: of the options, else of the configuration.

    Raises:
        UsageError: an option names no rule.
        ConfigError: the configuration does.
    """
    every = [rule.name for rule in overlay_rules()]
    options = config.document.audit
    for option, names in (("--select", selected), ("--ignore", ignored)):
        for name in names:
            if name not in every:
                raise UsageError(
                    f"{option}: there is no rule {name!r}", hint=_suggestion(name, every)
                )
    for key, own in (("select", options.select or ()), ("ignore", options.ignore)):
        for name in own:
            if name not in every:
                raise ConfigError(
                    f"there is no rule {name!r}",
                    file=config.file,
                    line=config.line("audit", key),
                    key=f"audit.{key}",
                    hint=_suggestion(name, every),
                )
    chosen = set(selected or options.select or every)
    without = set(ignored) | (set() if selected else set(options.ignore))
    return frozenset(chosen - without)


def _suggestion(name: str, every: Sequence[str]) -> str:
    near = nearest(name, every)
    return f"{f'did you mean {near}? ' if near else ''}the rules: {', '.join(every)}"


def scope_of(
    config: Config, named: Sequence[str], names: Collection[str], needs: Collection[Need]
) -> AuditScope:
    """Return what is audited: overlay files by rules of some names, with what they may ask."""
    rules = judged_rules(names, needs)
    unable = tuple(rule for rule in overlay_rules() if rule.name in names and rule not in rules)
    return AuditScope(config.root, tuple(named), rules, unable)


def audited(scope: AuditScope, earlier: KeptLooks | None = None) -> Audited:
    """Judge the project as it is.

    Args:
        scope: what is judged.
        earlier: what earlier runs found; None where nothing is kept.
    """
    looked = look_at_all(scope.root, scope.named, scope.names, earlier)
    texts = _entries(scope.root)
    entries = _audited_entries(scope, texts, looked, lambda file: _exists(scope.root, file))
    return _judged(scope, AuditedProject(looked, entries))


def audited_texts(
    scope: AuditScope,
    texts: Mapping[str, bytes],
    named: Sequence[str],
    is_file: Callable[[str], bool],
) -> Audited:
    """Judge some texts in the place of the project's files.

    Args:
        scope: the rules.
        texts: overlay files, flake.nix and default.nix, by name.
        named: which of them are overlay files.
        is_file: tells of any file whether it is there.
    """
    overlays = found_in(lambda batch: {f: texts[f] for f in batch if f in texts}, list(named))
    looked = looks_of(overlays, text_rules(scope.names))
    entries = _audited_entries(scope, texts, looked, is_file)
    return _judged(
        scope, AuditedProject(looked, entries, scope.sources, scope.answers, scope.pages)
    )


def with_sources(
    scope: AuditScope, now: Audited, read: Sequence[SourceReading]
) -> tuple[AuditScope, Audited]:
    """Return an audit that compares packages with their pinned sources, and what it says.

    Args:
        scope: the audit.
        now: the project.
        read: what was read of the sources.
    """
    sources = {
        each.package.identity: PinnedSource(
            each.files,
            each.untrue,
            each.has_code,
            each.indexed,
            each.package.label,
            each.pin,
            each.uncorrected,
        )
        for each in read
    }
    return _rejudged(replace(scope, sources=sources), now, read)


def with_answers(
    scope: AuditScope, now: Audited, read: Sequence[SetReading]
) -> tuple[AuditScope, Audited]:
    """Return an audit that knows the package set, and what it says.

    Args:
        scope: the audit.
        now: the project.
        read: what the package set was asked.
    """
    answers = {each.package.identity: each.answer for each in read if each.answer is not None}
    return _rejudged(replace(scope, answers=answers), now, read)


def with_pages(
    scope: AuditScope, now: Audited, read: Sequence[PageReading]
) -> tuple[AuditScope, Audited]:
    """Return an audit that knows which homepages are there, and what it says.

    Args:
        scope: the audit.
        now: the project.
        read: what became of the homepages.
    """
    pages = {each.package.identity: each.answer for each in read if each.answer is not None}
    return _rejudged(replace(scope, pages=pages), now, read)


def _rejudged(
    scope: AuditScope,
    now: Audited,
    read: Iterable[SourceReading | SetReading | PageReading],
) -> tuple[AuditScope, Audited]:
    unread = (
        Unjudged("", each.package.file, each.reason, each.package.identity)
        for each in read
        if each.reason
    )
    scope = replace(scope, unread=(*scope.unread, *unread))
    looked, entries = now.project.looked, now.project.entries
    return scope, _judged(
        scope, AuditedProject(looked, entries, scope.sources, scope.answers, scope.pages)
    )


def _judged(scope: AuditScope, project: AuditedProject) -> Audited:
    judgement = judge(project, scope.rules)
    return Audited(project, replace(judgement, unjudged=(*judgement.unjudged, *scope.unread)))


async def audited_at(scope: AuditScope, now: Audited, revision: str) -> Audited:
    """Judge the project as it was in a commit of the user's repository.

    Raises:
        UsageError: there is no such commit.
    """
    root = scope.root
    changed = await git.changed_files(root, revision)
    texts = {file: data for file, data in now.texts.items() if file not in changed}
    gone = set[str]()
    for file in sorted(changed):
        if not (file.endswith(".nix") and (file in now.texts or _is_beside(file, now))):
            continue
        data = await git.file_at(root, revision, file)
        if data is None:
            gone.add(file)
        else:
            texts[file] = data
    named = [file for file in texts if file not in ENTRIES or file in scope.named]
    return audited_texts(
        scope,
        texts,
        named,
        lambda file: file not in gone and (file in texts or _exists(root, file)),
    )


def _is_beside(file: str, now: Audited) -> bool:
    """Tell whether a file that is gone stood among the overlays."""
    folders = {os.path.dirname(own) for own in now.project.looked.overlays.texts}  # noqa: PTH120 - as text
    return file in ENTRIES or os.path.dirname(file) in folders  # noqa: PTH120 - as text


def _entry(name: str, data: bytes) -> EntryText:
    return EntryText(name, "flake" if name == "flake.nix" else "file", data)


def _entries(root: Path) -> dict[str, bytes]:
    return {
        name: files.read_plain(root / name, name) for name in ENTRIES if files.is_inside(root, name)
    }


def _audited_entries(
    scope: AuditScope,
    texts: Mapping[str, bytes],
    looked: Looks,
    is_file: Callable[[str], bool],
) -> tuple[AuditedEntry, ...]:
    """Read flake.nix and default.nix; where they leave an overlay out, also what they lead to."""
    entries = tuple(
        audited_entry(_entry(name, texts[name]), is_file) for name in ENTRIES if name in texts
    )
    named = {file for entry in entries for file in entry.register.named}
    overlays = (file for file, look in looked.looks.items() if look.facts.is_overlay)
    if not entries or named.issuperset(overlays):
        return entries

    def read(file: str) -> bytes | None:
        if file in looked.looks:  # what it names was looked at
            return None
        if file in texts or not files.is_inside(scope.root, file):
            return texts.get(file)
        return files.read_plain(scope.root / file, file)

    return tuple(replace(entry, led_to=led_to(entry.register.named, read)) for entry in entries)


def _exists(root: Path, file: str) -> bool:
    return files.exists(root / file)
