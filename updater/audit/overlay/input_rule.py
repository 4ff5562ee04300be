"""What the rules share that tell the inputs that a package lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.adapt.attributes import TORCH
from updater.audit.overlay.base import SourceRule
from updater.overlay.reading.inputs import RUNTIME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.audit.overlay.sources import AuditedSource
    from updater.model.adaptation import Adaptation
    from updater.model.finding import Finding, FixSafety

TORCH_INPUTS = frozenset({*TORCH, *(f"{name}-bin" for name in TORCH)})


class InputRule(SourceRule):
    """A rule on inputs that a package lacks: one is for torch, the other for all else."""

    fix: ClassVar[FixSafety | None] = "built"

    def lacking(self, source: AuditedSource, addition: Adaptation, why: str) -> Finding:
        """Return the finding of one input, with its addition as the fix.

        Args:
            source: the package beside its source.
            addition: the edit that adds the input.
            why: what the source does with it, as a clause.
        """
        return self.finding(
            source.package.file,
            source.statement(*RUNTIME),
            f"the source {why}",
            source.package,
            advice=f"add {addition.input}",
            fix=source.fix(addition, "built", "inputs"),
        )

    def of_imports(self, source: AuditedSource, *, torch: bool) -> Iterator[Finding]:
        """Yield each module that is imported and that no input brings, torch's or all others."""
        for module in source.missing_imports:
            addition = source.import_addition(module)
            if addition is not None and (addition.input in TORCH_INPUTS) == torch:
                why = f"imports {module}, and no input brings it"
                yield self.lacking(source, addition, why)
