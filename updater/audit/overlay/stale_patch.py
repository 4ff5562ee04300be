"""Substitutions whose pattern the pinned source does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.audit.overlay.base import SourceRule
from updater.model.adaptation import Adaptation, PatternRemoval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.audit.overlay.base import Need
    from updater.audit.overlay.sources import AuditedSource
    from updater.model.finding import Finding, FixSafety


class StalePatch(SourceRule):
    """A pattern of ``substituteInPlace`` that matches nothing."""

    name: ClassVar[str] = "stale-patch"
    title: ClassVar[str] = "What postPatch replaces is in the pinned source."
    why: ClassVar[str] = (
        "A pattern that matches nothing does nothing: the bound that it relaxed is another one, "
        "or gone. With `--replace-fail` the build stops at it."
    )
    bad: ClassVar[str] = """\
# pyproject.toml: dependencies = ["numpy"]
postPatch = ''
  substituteInPlace pyproject.toml --replace "numpy<=1.26.4" "numpy"
'';
"""
    good: ClassVar[str] = """\
# no postPatch
"""
    fix: ClassVar[FixSafety | None] = "safe"
    needs: ClassVar[Need] = "upstream"
    exceptions: ClassVar[str] = (
        "A pattern with an interpolation or a variable is not judged, nor one in a file that is "
        "not kept of a source, or that earlier commands or patches may change."
    )

    def of_source(self, source: AuditedSource) -> Iterator[Finding]:
        """Yield each pattern that its file does not have."""
        stale = source.stale
        for substitution in source.task.declared.substitutions:
            (file, *others), pattern = substitution.files or ("",), substitution.pattern
            if others or file is None or pattern is None or (file, pattern) not in stale:
                continue
            edit = Adaptation("patches", PatternRemoval(file, pattern), "it matches nothing")
            yield self.finding(
                source.package.file,
                substitution.pattern_span,
                f"{file} of the pinned source does not have this text",
                source.package,
                advice="take it out, or replace what is there now",
                fix=source.fix(edit, "safe", "text"),
            )


KIND = StalePatch()
