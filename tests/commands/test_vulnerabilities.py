"""What a configured source knows of both releases stands in the body; it decides nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.test_publish import PASSED
from tests.loopback.faults import Drop
from tests.loopback.github import TOKEN
from tests.loopback.messages import Response, json_answer, text
from tests.loopback.osv import Osv
from updater.publish.research import vulnerabilities

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.commands.repository import Home
    from tests.loopback.faults import Fault


@pytest.fixture
def osv() -> Iterator[Osv]:
    """A source without records."""
    with Osv() as running:
        yield running
    assert running.server.errors == []


@pytest.fixture
def home(home: Home, osv: Osv) -> Home:
    """Two packages that are behind, and a source that is asked."""
    home.configure(f"vulnerabilities: {osv.server.url}\n")
    return home


def record(key: str, **more: Any) -> dict[str, Any]:
    return {"id": key, "modified": "2026-01-01T00:00:00Z", "summary": f"about {key}", **more}


FIXED = record("GHSA-fixed", aliases=["CVE-2026-1"])
KNOWN = record("GHSA-known")


def test_what_is_fixed_and_what_is_known_is_told(home: Home, osv: Osv) -> None:
    """One batch for all; only what has any is asked for in full."""
    osv.records = {("apple", "1.0"): [FIXED, KNOWN], ("apple", "2.0"): [KNOWN]}

    result = home.bump()

    assert result.code == 0, result.out
    assert (
        "Vulnerabilities that `2.0` fixes (of `apple` on the package index):\n\n"
        "- GHSA-fixed (`CVE-2026-1`): about GHSA-fixed\n\n"
        "Known vulnerabilities of `2.0` (of `apple` on the package index):\n\n"
        "- GHSA-known: about GHSA-known\n"
    ) in home.pull(1).body
    verdict = home.pull(1).body.splitlines()[2]
    assert verdict.startswith("⚠️ **2.0 has known vulnerabilities: GHSA-known.** ✅ hash")
    assert (
        "| known vulnerabilities | none, before and after (of `pear` on the package index) |"
        in home.pull(2).body
    )
    asked = [one.path for one in osv.server.requests()]
    assert asked == ["/v1/querybatch", "/v1/query", "/v1/query"]
    codes = [one["code"] for one in home.packages(result)["apple"]["warnings"]]
    assert codes == ["major-version", "vulnerable"]


def test_a_known_vulnerability_stops_auto_merge(home: Home, osv: Osv, tmp_path: Path) -> None:
    """Without it, the same update is merged by GitHub."""
    home.configure("packages: {'*': {pull_request: {automerge: [major]}}}\n")
    home.hosted.required_checks = ("test",)
    osv.records = {("apple", "2.0"): [KNOWN]}
    folder = tmp_path / "results"
    assert home.project.run("bump", "--dry-run", "--output", str(folder)).code == 0
    for file in folder.iterdir():
        file.write_text(json.dumps(json.loads(file.read_text()) | {"build": PASSED}))

    assert home.project.run("publish", str(folder)).code == 0

    assert {one.title: one.automerge for one in home.hosted.pulls.values()} == {
        "apple: 1.0 -> 2.0": False,
        "pear: 1.0 -> 2.0": True,
    }


def test_all_pages_are_read(home: Home, osv: Osv) -> None:
    osv.page = 2
    osv.records = {("apple", "1.0"): [record(f"GHSA-{number}") for number in range(5)]}
    home.bump("apple")
    assert [f"- GHSA-{number}: " in home.pull(1).body for number in range(6)] == [True] * 5 + [
        False
    ]


def test_no_token_goes_there(home: Home, osv: Osv) -> None:
    osv.records = {("apple", "1.0"): [FIXED]}
    home.bump()
    assert {one.authorization for one in osv.server.requests()} == {None}
    assert TOKEN not in "".join(str(one) for one in osv.server.requests())


FAULTS: dict[str, Fault] = {
    "refused": text("no", 403),
    "broken": text("broken", 500),
    "lost": Drop(),
    "no JSON": Response(200, b"<html>"),
    "another form": json_answer({"results": {"apple": 1}}),
    "too few answers": json_answer({"results": [{}]}),
    "another shape": json_answer([]),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_source_that_cannot_be_asked_is_told_of_and_stops_nothing(
    home: Home, osv: Osv, fault: Fault
) -> None:
    osv.server.fail("POST", fault)

    result = home.project.run("bump", "--pr", "-v")

    assert result.code == 0
    assert "vulnerabilities are not known: " in result.err
    assert "a bug in the updater" not in result.err
    for number in (1, 2):
        assert (
            "| known vulnerabilities | not known: the source could not be asked |"
            in home.pull(number).body
        )


def test_a_bug_in_asking_stops_nothing_and_is_told_without_its_text(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise IndexError("secret")

    monkeypatch.setattr(vulnerabilities, "_query", broken)
    result = home.project.run("bump", "--pr")
    assert result.code == 0
    assert "vulnerabilities are not known: this is a bug in the updater: IndexError" in result.err
    assert "secret" not in result.err


def test_text_of_the_source_cannot_act(home: Home, osv: Osv) -> None:
    osv.records = {
        ("apple", "1.0"): [
            record(
                "GHSA-x](http://evil)",
                aliases=["`|"],
                references=[{"type": "ADVISORY", "url": "javascript:x"}],
            )
            | {"summary": "@everyone closes #1 <img> ::error::x\n# big"}
        ]
    }
    home.bump("apple")
    (line,) = [one for one in home.pull(1).body.splitlines() if "GHSA" in one]
    assert line == (
        "- GHSA-x\\](http://evil) (`` `\u2758 ``): @\u200beveryone closes #\u200b1 &lt;img&gt; "
        ":\u200b:error:\u200b:x # big"
    )


def test_nobody_is_asked_unless_configured(home: Home, osv: Osv) -> None:
    config = home.project.root / "config.yaml"
    config.write_text(config.read_text().replace(f"vulnerabilities: {osv.server.url}\n", ""))
    home.bump("apple")
    assert osv.server.requests() == []
    assert "vulnerabilities" not in home.pull(1).body
