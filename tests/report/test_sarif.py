"""A log for code scanning, of a project in which every rule is broken."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]  # it has no stubs of its own

from tests.audit.overlay.golden import EVERY_RULE, case, judged, scope_of
from updater.audit.overlay.shelf import overlay_rules
from updater.report.sarif import sarif_log

SCHEMA = json.loads((Path(__file__).parent.parent / "commands" / "sarif.json").read_text())


def test_a_log_with_a_result_of_every_rule_is_what_the_standard_asks_for() -> None:
    """Each result names its rule, with a region of the file, and fixes that lie inside it."""
    example = case(f"{EVERY_RULE}/twenty-overlays")
    state = judged(example.files, scope := scope_of(EVERY_RULE, example.sources))
    text = sarif_log(
        state.judgement.findings,
        state.judgement.allowed,
        scope.rules,
        state.project.text,
        "nix/",
        is_readable=True,
    )
    log = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMA).validate(log)
    (run,) = log["runs"]
    names = [rule.name for rule in overlay_rules()]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == names
    assert {result["ruleId"] for result in run["results"]} == set(names)
    for result in run["results"]:
        assert names[result["ruleIndex"]] == result["ruleId"]
        (location,) = (own["physicalLocation"] for own in result["locations"])
        lines = example.files[location["artifactLocation"]["uri"].removeprefix("nix/")].split("\n")
        assert lines[location["region"]["startLine"] - 1] == location["region"]["snippet"]["text"]
        for change in (own for fix in result.get("fixes", ()) for own in fix["artifactChanges"]):
            ends = [own["deletedRegion"]["endLine"] for own in change["replacements"]]
            file = change["artifactLocation"]["uri"].removeprefix("nix/")
            assert max(ends) <= example.files[file].count("\n") + 1
