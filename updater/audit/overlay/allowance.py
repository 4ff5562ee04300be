"""Allowances that allow nothing, and those that nobody can understand."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.audit.overlay.base import OverlayRule
from updater.text import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from updater.audit.overlay.allowances import Allowance
    from updater.model.finding import Finding


class AllowanceRule(OverlayRule):
    """A comment that allows a rule which is not broken there."""

    name: ClassVar[str] = "allowance"
    title: ClassVar[str] = "An allowance names a rule, gives its reason, and is needed."
    why: ClassVar[str] = (
        "`# updater: allow RULE REASON` hides what a rule would tell at that place. Once the cause "
        "is gone, the comment would hide the next mistake."
    )
    bad: ClassVar[str] = """\
doCheck = false; # updater: allow check-off
"""
    good: ClassVar[str] = """\
# updater: allow deprecated-replace the bound comes and goes between upstream's releases
postPatch = ''
  substituteInPlace pyproject.toml --replace "numpy<=1.26.4" "numpy"
'';
"""
    exceptions: ClassVar[str] = (
        "An allowance of a rule that did not run, such as one that needs `--upstream`, is not told."
    )

    def judge_allowances(
        self,
        allowances: Iterable[Allowance],
        used: Collection[Allowance],
        is_judged: Callable[[Allowance], bool],
        names: Collection[str],
    ) -> Iterator[Finding]:
        """Yield each allowance that does not do what it should.

        Args:
            allowances: all of them.
            used: those that allowed something.
            is_judged: tells whether the rule of one has judged all that the comment may be about.
            names: of all rules.
        """
        for allowance in allowances:
            file, span, rule = allowance.file, allowance.span, allowance.rule
            if rule not in names:
                near = nearest(rule, names) if rule else ""
                what = f"there is no rule {rule!r}" if rule else "this allowance names no rule"
                advice = f"write {near}" if near else "write `# updater: allow RULE REASON`"
                yield self.finding(file, span, what, advice=advice)
            elif not allowance.reason:
                message = f"{rule} is allowed here without a reason"
                advice = f"write the reason behind it: `# updater: allow {rule} REASON`"
                yield self.finding(file, span, message, advice=advice)
            elif allowance not in used and is_judged(allowance):
                message = f"{rule} is allowed here, and is not broken"
                yield self.finding(file, span, message, advice="take the comment out")


KIND = AllowanceRule()
