"""The loopback GitHub keeps to GitHub's published descriptions."""

from __future__ import annotations

import shutil

import pytest
from graphql import GraphQLObjectType

from tests.loopback import cut_schema
from tests.loopback.contract import BrokenContract, check
from tests.loopback.graphql_api import schema
from tests.loopback.graphql_resolvers import RESOLVERS
from tests.loopback.messages import json_answer, text

TAGS = "/repos/{owner}/{repo}/tags"


def test_an_answer_that_lacks_a_field_is_noticed() -> None:
    with pytest.raises(BrokenContract, match=r"^200 for .*/repos/a/b/tags: .*required property"):
        check(TAGS, json_answer([{"name": "v1"}]), owner="a", repo="b")


def test_an_answer_of_another_type_is_noticed() -> None:
    with pytest.raises(BrokenContract, match=r"^200 for .*/repos/a/b/tags: "):
        check(TAGS, text("[]"), owner="a", repo="b")


def test_only_refusals_may_be_undescribed() -> None:
    check(TAGS, json_answer({"message": "Not Found"}, 404), owner="a", repo="b")
    with pytest.raises(BrokenContract, match=r"^204 for .*/repos/a/b/tags: "):
        check(TAGS, json_answer({}, 204), owner="a", repo="b")


def test_every_resolver_answers_a_published_field() -> None:
    published = {
        (name, field)
        for name, kind in schema().type_map.items()
        if isinstance(kind, GraphQLObjectType)
        for field in kind.fields
    }
    answered = {(name, field) for name, fields in RESOLVERS.items() for field in fields}
    assert answered - published == set()


@pytest.mark.live
@pytest.mark.skipif(shutil.which("npm") is None, reason="npm fetches the published schema")
def test_the_schema_is_cut_from_the_published_one() -> None:
    published = cut_schema.fetch(cut_schema.GRAPHQL)
    assert cut_schema.GRAPHQL_FILE.read_text() == cut_schema.cut_graphql(published)
