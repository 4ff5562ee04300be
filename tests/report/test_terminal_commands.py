"""No line that the updater prints is a command to GitHub Actions.

Source: GitHub docs, "Workflow commands"; the runner trims a line before it looks for ``::``.
"""

from __future__ import annotations

from updater.model import Failed, Package, Span
from updater.report.terminal import outcome_lines
from updater.text import harmless


def test_a_line_of_a_builds_log_is_no_workflow_command() -> None:
    package = Package("a.nix", ("a",), 1, Span(0, 0), "a", None, None)
    log = "build of a:\n::set-output name=x::y\n  ::add-mask::z\n##[add-matcher]m"
    failed = Failed(package=package, stage="build", message=log)
    ((line, _),) = outcome_lines([failed], verbose=False)
    assert line == (
        "! a  failed at build: build of a:\n"
        "    | ::set-output name=x::y\n"
        "    |   ::add-mask::z\n"
        "    | ## [add-matcher]m"
    )


def test_no_line_of_a_message_is_a_command() -> None:
    assert harmless("updater: a\n  ::error::b ##[c]\nd") == "updater: a\n|   ::error::b ## [c]\nd"
