"""A source that requires or imports torch, in a package that does not bring it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.audit.overlay.input_rule import TORCH_INPUTS, InputRule
from updater.model.adaptation import InputAddition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.audit.overlay.sources import AuditedSource
    from updater.model.finding import Finding, Severity


class TorchMissing(InputRule):
    """A source that requires or imports torch, in a package without torch."""

    name: ClassVar[str] = "torch-missing"
    title: ClassVar[str] = "What requires or imports torch has it among its inputs."
    why: ClassVar[str] = (
        "A package that imports torch and does not bring it works only beside another that does, "
        "and then with whatever torch that one has."
    )
    bad: ClassVar[str] = """\
# pyproject.toml: dependencies = ["torch"]
propagatedBuildInputs = with super.python3Packages; [ numpy ];
"""
    good: ClassVar[str] = """\
propagatedBuildInputs = with super.python3Packages; [ torch-bin numpy ];
"""
    severity: ClassVar[Severity] = "error"
    exceptions: ClassVar[str] = (
        "What only an extra needs is passed over. So is an import in a function, under a "
        "condition, in a `try` that catches its failure, or in a test."
    )

    def of_source(self, source: AuditedSource) -> Iterator[Finding]:
        """Yield torch and what belongs to it, where it is needed and no input is that."""
        if not source.has_whole_lists:
            return
        for adaptation in source.plan.adaptations:
            # What only the build needs is told by `build-system`.
            is_addition = (
                isinstance(adaptation.edit, InputAddition) and adaptation.kind == "requirements"
            )
            if is_addition and adaptation.input in TORCH_INPUTS:
                name = adaptation.input.removesuffix("-bin")
                why = f"requires {name}, and no input brings it"
                yield self.lacking(source, adaptation, why)
        yield from self.of_imports(source, torch=True)


KIND = TorchMissing()
