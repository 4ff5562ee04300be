"""The evaluator knows what the workflows use, as GitHub evaluates it, and refuses the rest."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workflows.expressions import Expressions, UnknownExpression

CONTEXTS: dict[str, Any] = {
    "inputs": {"dry-run": None, "packages": "a b"},
    "needs": {"plan": {"result": "success", "outputs": {"matrix": '[{"id": "x"}]'}}},
    "vars": {},
    "steps": {"app": {"outputs": {}}},
    "github": {"token": "t"},
}

KNOWN = {
    "!cancelled() && needs.plan.outputs.matrix != '' && needs.plan.outputs.matrix != '[]'": True,
    "needs.plan.result != 'SKIPPED' && !inputs.dry-run": True,
    "vars.UPDATER_CLIENT_ID != ''": False,
    "steps.app.outputs.token || github.token": "t",
    "fromJSON(needs.plan.outputs.matrix)": [{"id": "x"}],
    "inputs.packages == 'A B'": True,
    "(true || false) && 'it''s'": "it's",
    "needs.plan.outputs.nothing == null": True,
}


@pytest.mark.parametrize(("expression", "value"), KNOWN.items())
def test_what_is_used_has_githubs_value(expression: str, value: object) -> None:
    assert Expressions(CONTEXTS).evaluate(expression) == value


@pytest.mark.parametrize(
    "expression",
    ["job.status", "format('{0}', 'x')", "github.actor", "steps.pln.outputs.x", "1 + 1", "(true"],
)
def test_what_is_not_known_is_an_error(expression: str) -> None:
    with pytest.raises(UnknownExpression):
        Expressions(CONTEXTS).evaluate(expression)


def test_a_text_holds_values_and_no_data() -> None:
    known = Expressions(CONTEXTS)
    assert known.text("${{ inputs.packages }}-${{ inputs.dry-run }}") == "a b-"
    with pytest.raises(UnknownExpression):
        known.text("x ${{ needs.plan }}")
