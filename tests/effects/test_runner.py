"""What names a log leads to where it can be read."""

from __future__ import annotations

import pytest

from updater.effects.runner import log_place

RUN = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "o/r",
    "GITHUB_RUN_ID": "17",
}
PAGE = "https://github.com/o/r/actions/runs/17"
PATH = "/home/runner/.local/state/updater/log/apple-0a1b.log"
PLACES = {
    "at home": ({}, PATH),
    "on a runner": (RUN, PAGE),
    "with an artifact": (
        RUN | {"UPDATER_LOGS": "logs-3"},
        f"{PAGE}#artifacts (logs-3: apple-0a1b.log)",
    ),
    "elsewhere": (RUN | {"GITHUB_ACTIONS": "", "UPDATER_LOGS": "logs-3"}, PATH),
}


@pytest.mark.parametrize(("variables", "place"), PLACES.values(), ids=PLACES)
def test_a_log_is_named_by_its_path_only_where_that_stays(
    variables: dict[str, str], place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (*RUN, "UPDATER_LOGS"):
        monkeypatch.setenv(name, variables.get(name, ""))
    assert (log_place(PATH), log_place("")) == (place, "")
