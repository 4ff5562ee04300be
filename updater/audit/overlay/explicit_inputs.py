"""What a source requires, or imports as soon as it is imported, and no input brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.audit.overlay.input_rule import TORCH_INPUTS, InputRule
from updater.model.adaptation import InputAddition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.audit.overlay.sources import AuditedSource
    from updater.model.finding import Finding


class ExplicitInputs(InputRule):
    """A requirement or an import of the source that the package's own inputs do not name."""

    name: ClassVar[str] = "explicit-inputs"
    title: ClassVar[str] = "What a source requires or imports is among the inputs of its package."
    why: ClassVar[str] = (
        "A module that only comes along with another input is gone as soon as that one drops it. "
        "A module that nothing brings fails when the package is imported, or later."
    )
    bad: ClassVar[str] = """\
# pyproject.toml: dependencies = ["numpy", "tqdm"]
propagatedBuildInputs = with super.python3Packages; [ numpy ];
"""
    good: ClassVar[str] = """\
propagatedBuildInputs = with super.python3Packages; [ numpy tqdm ];
"""
    exceptions: ClassVar[str] = (
        "What only an extra, another system or another Python needs is passed over, and so is what "
        "`pythonRemoveDeps` removes. An import counts that runs when the package is imported: none "
        "in a function, under a condition, in a `try` that catches its failure, or in a test. "
        "Where an input may bring a module under another name, the module is not told. Where a "
        "list of inputs is computed, or the source compiles the module itself, nothing is told. "
        "`torch-missing` tells torch."
    )

    def of_source(self, source: AuditedSource) -> Iterator[Finding]:
        """Yield each requirement that no input is, and then each import."""
        if not source.has_whole_lists:
            return
        for adaptation in source.plan.adaptations:
            edit = adaptation.edit
            is_own = isinstance(edit, InputAddition) and adaptation.kind == "requirements"
            is_there = source.brings(adaptation.input)  # under another name
            if is_own and not is_there and adaptation.input not in TORCH_INPUTS:
                why = f"requires {adaptation.input}, and no input is that"
                yield self.lacking(source, adaptation, why)
        yield from self.of_imports(source, torch=False)


KIND = ExplicitInputs()
