"""GitHub tells the files of several commits in one request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loopback.github import TOKEN
from tests.loopback.messages import json_answer, text
from updater.errors import BadAnswer, Refused
from updater.kinds import HOST_KINDS
from updater.model import Project
from updater.upstreams.base import TreeQuestion
from updater.upstreams.github import KIND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.loopback.messages import Response
    from tests.upstreams.asking import Asking

PROJECT = Project.parse("https://github.com/o/fig")
LARGE = "x" * 512_001


@pytest.fixture
def fig(github: GitHub) -> Hosted:
    """Two versions, of which the second has more files."""
    repository = github.repository("o", "fig")
    repository.tag("v1", repository.commit({"a": "old", "b": "same\n"}))
    repository.commit({"a": "new", "c/d": "more", "large": LARGE, "binary": b"\0"})
    return repository


def files(asking: Asking, *revisions: str) -> Mapping[str, Mapping[str, bytes | None]]:
    """Ask for the files of two versions."""
    paths = ("a", "b", "c/d", "c", "large", "binary", "none")
    question = TreeQuestion(PROJECT, revisions, paths)
    return asking.run(lambda around: KIND.trees_at([question], around)).get(question, {})


def test_each_revision_has_its_own(asking: Asking, github: GitHub, fig: Hosted) -> None:
    """What is not there is told so; neither a folder nor what GitHub cuts short is told."""
    asking.tokens[github.url] = TOKEN
    head, nothing = fig.head(), dict.fromkeys(("c/d", "c", "large", "binary", "none"))
    assert files(asking, "v1", head, "v0") == {
        "v1": {"a": b"old", "b": b"same\n", **nothing},
        head: {"a": b"new", "b": b"same\n", "c/d": b"more", "none": None},
        "v0": {"a": None, "b": None, **nothing},
    }
    assert len(github.server.requests()) == 1


def test_without_a_token_nobody_is_asked(asking: Asking, github: GitHub, fig: Hosted) -> None:
    assert files(asking, fig.head()) == {}
    assert github.server.requests() == []


NOTHING = {"r0": {f"f{n}": None for n in range(7)}}
ANSWERS = {
    "no JSON": text("{"),
    "no repository": json_answer({"data": {"r0": None}}),
    "no files": json_answer({"data": {"r0": {}}}),
    "a time-out": json_answer({"data": NOTHING, "errors": [{"path": ["r0", "f3", "text"]}]}),
    "an error of all": json_answer({"data": NOTHING, "errors": [{"message": "too much"}]}),
    "no text": json_answer({"data": {"r0": {f"f{n}": {"text": 1} for n in range(7)}}}),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_another_answer_is_an_error(asking: Asking, github: GitHub, answer: Response) -> None:
    asking.tokens[github.url] = TOKEN
    github.server.fail("POST .*/graphql", answer)
    with pytest.raises(BadAnswer) as caught:
        files(asking, "v1")
    assert str(caught.value) == (
        f"{github.graphql_url} does not answer for the files of https://github.com/o/fig"
    )


def test_a_refused_token_is_said(asking: Asking, github: GitHub, fig: Hosted) -> None:
    asking.tokens[github.url] = "wrong"
    with pytest.raises(Refused):
        files(asking, fig.head())


@pytest.mark.parametrize("kind", sorted(HOST_KINDS.keys() - {"github"}))
def test_no_other_kind_tells_them_so(asking: Asking, github: GitHub, kind: str) -> None:
    host = HOST_KINDS[kind].host("h.example", github.url)
    project = Project.parse("https://h.example/o/fig")
    asking.hosts["h.example"] = host
    question = TreeQuestion(project, ("v1",), ("a",))
    found = asking.run(lambda around: HOST_KINDS[kind].trees_at([question], around))
    assert found == {}
    assert github.server.requests() == []
