"""Checks of nixpkgs that an overlay switches off without saying why.

Source: Nixpkgs manual, "Python", Hooks.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from updater.audit.overlay.base import TextRule
from updater.audit.overlay.project import is_patch
from updater.model import Span
from updater.overlay.reading import syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.audit.overlay.overlay_text import OverlayText
    from updater.model import Package
    from updater.model.finding import Finding
    from updater.overlay.reading.scope import Statement

_OFF = re.compile(r"doCheck|doInstallCheck|doDist")
_SWITCH = re.compile(
    r"dontCheckRuntimeDeps|dontCheckPythonMetadata|dontUsePython(?:ImportsCheck|CatchConflicts)"
    r"|dontUse(?:Pytest|Unittest|Setuptools)Check|dontUsePytestXdist"
)
_CONFLICTS = re.compile("catchConflicts")
_IMPORTS = re.compile("pythonImportsCheck")
_PHASE = re.compile(r"(?:install)?[cC]heckPhase")
_IDLE = r"(?:\"|'')(?:\s|;|&&|:|\btrue\b|runHook \w+)*(?:\"|'')"


class ChecksOff(TextRule):
    """A check that is switched off without a comment."""

    name: ClassVar[str] = "checks-off"
    title: ClassVar[str] = "A check is switched off only with a comment that says why."
    why: ClassVar[str] = (
        "Tests, the check of imports and the check of requirements are what tells a package that "
        "builds from one that works. There are good reasons to switch one off: it needs a GPU, the "
        "network, or a framework that nobody has. Without the reason nobody can tell when it is "
        "gone, and the next author copies the line."
    )
    bad: ClassVar[str] = """\
doCheck = false;
"""
    good: ClassVar[str] = """\
doCheck = false; # its kernels need a GPU
"""
    exceptions: ClassVar[str] = (
        "A comment counts that stands behind the line, or right above it; one reason is enough for "
        "switches on lines that follow each other, and for an override that does nothing else it "
        "may stand above the override. A condition such as "
        "`doCheck = !stdenv.isDarwin` says why by itself."
    )
    guide: ClassVar[str] = (
        "The guide writes `doCheck = false;` in most of its examples, with a reason in one and "
        "without in the others, and it names tests that need a GPU as what to skip. Switching "
        "tests off is fine by this rule; doing it without a word is not."
    )

    def findings(self, overlay: OverlayText) -> Iterator[Finding]:
        """Yield each switch without a comment."""
        for package in overlay.packages:
            statements = overlay.statements(package)
            switches = [
                (syntax.span(statement.node), what)
                for statement in statements
                if (what := _switched_off(statement, overlay.data))
            ]
            if (
                is_patch(package)
                and len(switches) == len(statements)
                and _is_told(overlay, package)
            ):
                continue
            above = -1  # the end of the line before, where that is a switch with its reason
            for where, what in switches:
                line = overlay.data.rfind(b"\n", 0, where.start)
                if overlay.has_comment(where) or line == above:
                    above = overlay.data.find(b"\n", where.end)
                    continue
                message = f"{what} without a comment that says why"
                advice = "write the reason behind the line: `# needs a GPU`"
                yield self.finding(overlay.file, where, message, package, advice=advice)


def _is_told(overlay: OverlayText, package: Package) -> bool:
    """Tell whether a comment stands beside the binding of a package."""
    binding = overlay.binding_around(package.span.start)
    return binding is not None and overlay.has_comment(
        Span(binding.start_byte, binding.start_byte + 1)
    )


def _switched_off(statement: Statement, data: bytes) -> str:
    """Return what a binding switches off, or an empty string."""
    if len(statement.names) != 1:
        return ""
    name, value = statement.names[0], syntax.text(statement.value, data)
    told = (
        (_OFF, "false", f"`{name} = false` switches the tests off"),
        (_SWITCH, 'true|1|"1"', f"`{name}` switches a check off"),
        (_CONFLICTS, "false", f"`{name} = false` switches the check for conflicts off"),
        (_PHASE, _IDLE, f"`{name}` does nothing, which switches the tests off"),
        (_IMPORTS, r"\[\s*\]", f"an empty `{name}` switches the check of imports off"),
    )
    return next(
        (what for names, off, what in told if names.fullmatch(name) and re.fullmatch(off, value)),
        "",
    )


KIND = ChecksOff()
