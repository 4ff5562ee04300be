"""Annotations are one line each, whatever they say, and stand where the blame is."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from updater.model import Failed, Field, Package, Source, Span, Verdict
from updater.report.annotations import Annotation, marks

NOWHERE = Span(0, 1)
_UNESCAPED = {"%25": "%", "%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}


def unescaped(text: str) -> str:
    """What the runner makes of an escaped text. Source: actions/runner, `ActionCommand`."""
    return re.sub("%25|%0D|%0A|%3A|%2C", lambda found: _UNESCAPED[found[0]], text)


def field(name: str, line: int) -> Field:
    return Field(name, line, NOWHERE, "", "x", (), None)


def package(*fields: Field) -> Package:
    source = Source("fetchFromGitHub", "src", 4, NOWHERE, fields)
    return Package("o/a.nix", ("a",), 2, NOWHERE, "a", field("version", 3), source)


@given(st.text(min_size=1), st.text(), st.text())
def test_a_command_is_one_line_and_reads_back_as_it_was(file: str, title: str, said: str) -> None:
    command = Annotation("error", file, 3, title, said).command()
    assert "\n" not in command
    assert "\r" not in command
    head, _, message = command.removeprefix("::error ").partition("::")
    properties = dict(one.split("=", 1) for one in head.split(","))
    assert {name: unescaped(text) for name, text in properties.items()} == {
        "file": file,
        "line": "3",
        "title": title,
    }
    assert unescaped(message) == said


def test_the_line_is_that_of_the_field_that_lies() -> None:
    lines = {"rev": 6, "hash": 7}
    one = package(*(field(name, line) for name, line in lines.items()))
    found = {
        state: next(marks([Verdict(package=one, state=state, message="m")])).line
        for state in ("wrong hash", "false version", "drifted", "tag moved", "gone", "yanked")
    }
    assert found == {
        "wrong hash": 7,
        "false version": 3,
        "drifted": 6,
        "tag moved": 6,
        "gone": 6,
        "yanked": 3,
    }
    assert list(marks([Verdict(package=one, state="true")])) == []


def test_a_branch_or_tag_in_an_address_is_to_blame_there() -> None:
    for name in ("url", "urls[0]"):
        one = package(field("hash", 7), field(name, 6))
        lines = {
            state: next(marks([Verdict(package=one, state=state, message="m")])).line
            for state in ("drifted", "tag moved", "gone")
        }
        assert lines == {"drifted": 6, "tag moved": 6, "gone": 3}
        unlabelled = Package("o/a.nix", ("a",), 2, NOWHERE, "a", None, one.source)
        verdict = Verdict(package=unlabelled, state="gone", message="m")
        assert next(marks([verdict])).line == 6


def test_a_failure_that_names_a_line_of_the_file_stands_there() -> None:
    one = package()
    told = Failed(package=one, stage="build", message="undefined at o/a.nix:9:19\nlog", hint="do")
    other = Failed(package=one, stage="build", message="undefined at no/a.nix:9:19")
    read = Failed(package=one, stage="find", message="o/a.nix: cannot parse line 7, column 30")
    assert [(mark.line, mark.message) for mark in marks([told, other, read])] == [
        (9, "undefined at o/a.nix:9:19\ndo"),
        (2, "undefined at no/a.nix:9:19"),
        (7, "o/a.nix: cannot parse line 7, column 30"),
    ]


def test_the_folder_of_the_project_in_its_repository_is_put_before_the_file() -> None:
    made = Annotation("warning", "a.nix", 1, "t", "m")
    assert made.command("nix/") == "::warning file=nix/a.nix,line=1,title=t::m"


def test_what_is_about_no_line_has_a_title_alone() -> None:
    assert Annotation("error", "", 0, "updater publish", "a\nb").command("nix/") == (
        "::error title=updater publish::a%0Ab"
    )
