"""No line that the updater prints is a command to GitHub Actions.

Source: GitHub docs, "Workflow commands"; the runner trims a line before it looks for ``::``.
"""

from __future__ import annotations

from tests.report.outcomes import package
from tests.report.screens import lines_of
from updater.model import Failed, PinWarning, Skipped
from updater.report.screen import Screen
from updater.text import harmless

EVIL = "::set-output name=x::y ##[add-matcher]m"


def test_a_line_of_a_builds_log_is_no_workflow_command() -> None:
    log = "build of a:\n::set-output name=x::y\n  ::add-mask::z\n##[add-matcher]m"
    failed = Failed(package=package("a"), stage="build", message=log)
    assert lines_of([failed], Screen("bump")) == [
        "failed  a  1.0  build: build of a:",
        "        | ::set-output name=x::y",
        "        |   ::add-mask::z",
        "        | ## [add-matcher]m",
    ]


def test_no_wrapped_line_and_no_name_is_a_command() -> None:
    """However narrow the terminal is, and whatever an attribute is called."""
    outcome = Skipped(
        package=package(f"a\n{EVIL}"),
        reason=f"reason {EVIL}",
        warnings=(PinWarning("code", EVIL),),
    )
    for width in (None, *range(20, 130)):
        for line in lines_of([outcome], Screen("check", width=width)):
            assert not line.lstrip().startswith("::"), width
            assert "##[" not in line, width


def test_no_line_of_a_message_is_a_command() -> None:
    assert harmless("updater: a\n  ::error::b ##[c]\nd") == "updater: a\n|   ::error::b ## [c]\nd"
