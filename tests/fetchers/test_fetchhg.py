"""fetchhg: a tag of the pinned tag's form, or the changeset of one."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.fetchers.calls import COMMIT, OTHER_COMMIT, TAGGED, call
from updater.errors import ReadError
from updater.fetchers.fetchhg import KIND
from updater.model import Fetch, NoFile, Pin

URL = 'url = "https://hg.example/a/tool/";'
BLOCKED = "fetchhg hashes a checkout that Mercurial makes"


def test_project_and_pin_are_address_rev_and_hash() -> None:
    one = call(KIND, f'{URL} rev = "v${{version}}"; hash = "h";')
    assert str(one.project) == "hg:https://hg.example/a/tool"
    assert one.project.name == "tool"
    assert one.pin == Pin("1.2.0", "v1.2.0", through_version=True, hash="h")


@pytest.mark.parametrize(
    ("rev", "new"),
    [('"v${version}"', "v2.0.0"), ('"v1.2.0"', "v2.0.0"), (f'"{OTHER_COMMIT}"', COMMIT)],
)
def test_a_candidate_is_named_as_the_pin_is(rev: str, new: str) -> None:
    assert call(KIND, f"{URL} rev = {rev};").fetch() == Fetch(
        values={"version": "2.0.0", "rev": new},
        url="https://hg.example/a/tool",
        unpack=True,
        blocked=BLOCKED,
    )


def test_a_tag_of_another_form_is_not_taken() -> None:
    other = replace(TAGGED, ref="release-2.0.0")
    assert call(KIND, f'{URL} rev = "v${{version}}";').fetch(other) == NoFile(
        "its tag release-2.0.0 has another form than v1.2.0, which would become v2.0.0"
    )


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (f'{URL} rev = "v1.2.0";', ""),
        (f'{URL} rev = "{COMMIT}";', ""),
        (
            f'{URL} rev = "default";',
            "its rev 'default' is neither a tag of its version nor a whole changeset",
        ),
        (
            f'{URL} rev = "{COMMIT[:12]}";',
            f"its rev '{COMMIT[:12]}' is neither a tag of its version nor a whole changeset",
        ),
        (URL, "it has no rev, so it pins nothing"),
        (
            'url = "ssh://hg.example/tool"; rev = "v1.2.0";',
            "Mercurial's ssh: is not asked for tags, only http is",
        ),
    ],
)
def test_only_tags_of_what_http_serves_are_followed(arguments: str, reason: str) -> None:
    assert call(KIND, arguments).skip == reason


def test_a_call_without_address_is_refused() -> None:
    with pytest.raises(ReadError, match="fetchhg of tool has no url"):
        str(call(KIND, 'rev = "v1.2.0";').project)
