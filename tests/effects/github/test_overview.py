"""What one query tells of a repository: branches, pull requests, comments and issues."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loopback.hosting import IssueRecord, PullRecord
from tests.loopback.messages import json_answer
from tests.loopback.repositories import FIRST_DATE
from tests.loopback.rest import problem
from updater.effects.github.repository import GitHubRepository
from updater.effects.github.requests import Access
from updater.errors import PublishError
from updater.model import Issue, Pull
from updater.model.pulls import PullComment, PullCommit, PullRequestContent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.loopback.messages import Response

PREFIX = "updater/"


@pytest.fixture
def hosted(github: GitHub) -> Hosted:
    """A repository with one commit."""
    made = github.repository("me", "overlays")
    made.commit({"README": "ours\n"})
    made.settle()
    return made


@pytest.fixture
def repository(github: GitHub, hosted: Hosted) -> Iterator[GitHubRepository]:
    """The way to it."""
    (token,) = github.tokens
    access = Access(github.api_url, hosted.full_name, "GITHUB_TOKEN", token, pause=0, retries=0)
    with GitHubRepository.opened(access) as opened:
        yield opened


def open_pull(hosted: Hosted, name: str, author: str = "loopback") -> PullRecord:
    """Make a branch with one commit over the base, and its pull request."""
    base = hosted.git("rev-parse", "main")
    head = hosted.commit({f"{name}.nix": "new\n"}, parents=[base], branch=f"{PREFIX}{name}")
    number = hosted.next_number
    pull = PullRecord(number, author, name, "body\n", "main", f"{PREFIX}{name}", head, hosted)
    hosted.pulls[number] = pull
    hosted.settle()
    return pull


def test_one_query_tells_all(github: GitHub, hosted: Hosted, repository: GitHubRepository) -> None:
    """Of an App's login GraphQL leaves out what REST has at its end."""
    pull = open_pull(hosted, "apple", "updater[bot]")
    hosted.collaborators["anna"] = "write"
    pull.comments += [("anna", "/updater hold\r\nplease"), ("", "gone")]
    pull.automerge = True
    hosted.issues[7] = IssueRecord(7, "updater[bot]", "board", "text\n")
    base = hosted.git("rev-parse", "main")

    shown = repository.overview("main", [PREFIX], issues=True)

    assert (shown.login, shown.heads) == ("loopback", {"updater/apple": pull.head})
    assert (shown.is_strict, shown.issues) == (False, (Issue(7, "text\n", author="updater[bot]"),))
    message = hosted.git("show", "-s", "--format=%B", pull.head)
    assert shown.pulls == (
        Pull(
            number=1,
            node="PR_1_1",
            url=f"{github.url}/me/overlays/pull/1",
            state="open",
            title="apple",
            body="body\n",
            branch="updater/apple",
            head=pull.head,
            own=True,
            author="updater[bot]",
            automerge=True,
            created=FIRST_DATE,
            comments=(
                PullComment(1, "anna", "/updater hold\nplease", "COLLABORATOR"),
                PullComment(2, "", "gone", "NONE"),
            ),
            content=PullRequestContent((PullCommit(pull.head, (base,), message),), ("apple.nix",)),
        ),
    )
    assert len(github.server.requests("/api/")) == 1


@pytest.mark.parametrize(
    ("prefixes", "names"),
    [
        (["updater/"], ["updater/apple"]),
        (["bot-", "updater/"], ["bot-pear", "updater/apple"]),
        (["deps/bot-"], ["deps/bot-fig"]),
    ],
)
def test_branches_are_told_by_what_they_begin_with(
    hosted: Hosted, repository: GitHubRepository, prefixes: list[str], names: list[str]
) -> None:
    head = hosted.git("rev-parse", "main")
    for name in ("updater/apple", "bot-pear", "deps/bot-fig", "deps/other", "a-bot-"):
        hosted.commit({"a": name}, parents=[head], branch=name)
    hosted.settle()
    assert sorted(repository.overview("main", prefixes, issues=False).heads) == names


@pytest.mark.parametrize("count", [50, 51])
def test_fifty_pull_requests_take_one_query(
    github: GitHub, hosted: Hosted, repository: GitHubRepository, count: int
) -> None:
    first = open_pull(hosted, "apple")
    for number in range(2, count + 1):
        hosted.pulls[number] = PullRecord(
            number, "loopback", "again", "", "main", first.branch, first.head, hosted
        )
    shown = repository.overview("main", [PREFIX], issues=False)
    assert [pull.number for pull in shown.pulls] == list(range(1, count + 1))
    assert len(github.server.requests("/api/")) == -(-count // 50)


def test_long_conversations_are_read_where_they_are_needed(
    hosted: Hosted, repository: GitHubRepository
) -> None:
    """What a part of them lacks could be what was asked for."""
    pull = open_pull(hosted, "apple")
    pull.comments += [("anna", str(number)) for number in range(31)]
    (shown,) = repository.overview("main", [PREFIX], issues=False).pulls
    assert shown.comments is None
    assert [one.text for one in repository.comments(1)] == [str(number) for number in range(31)]


@pytest.mark.parametrize(
    ("attribute", "value", "standing"),
    [("conflicts", True, "conflicts"), ("conflicts", False, "")],
)
def test_what_stops_a_merge(
    hosted: Hosted, repository: GitHubRepository, attribute: str, value: object, standing: str
) -> None:
    setattr(open_pull(hosted, "apple"), attribute, value)
    (shown,) = repository.overview("main", [PREFIX], issues=False).pulls
    assert shown.standing == standing


def test_a_base_that_must_be_in_a_branch(hosted: Hosted, repository: GitHubRepository) -> None:
    """By branch protection, which GitHub tells of each pull request; and by a ruleset."""
    open_pull(hosted, "apple")
    hosted.commit({"README": "more\n"}, parents=[hosted.git("rev-parse", "main")])
    hosted.settle()
    hosted.strict, hosted.rules = True, ("required_status_checks", "deletion")
    shown = repository.overview("main", [PREFIX], issues=False)
    assert (shown.is_strict, [pull.standing for pull in shown.pulls]) == (True, ["behind"])


UNKNOWN_FIELD = json_answer(
    {"errors": [{"message": "Field 'rules' doesn't exist on type 'Ref'", "path": ["query"]}]}
)
TOO_MUCH = json_answer(
    {"data": {"viewer": None}, "errors": [{"type": "RESOURCE_LIMITS_EXCEEDED", "message": "no"}]}
)


@pytest.mark.parametrize(
    "answer",
    [problem(404, "Not Found"), UNKNOWN_FIELD, TOO_MUCH],
    ids=["no GraphQL", "no such field", "too much at once"],
)
def test_a_host_that_cannot_tell_it_at_once_is_asked_by_rest(
    github: GitHub, hosted: Hosted, repository: GitHubRepository, answer: Response
) -> None:
    """Such as a GitHub Enterprise Server of some years."""
    pull = open_pull(hosted, "apple")
    github.server.fail("POST .*/graphql", answer, times=1)
    shown = repository.overview("main", [PREFIX], issues=True)
    assert (shown.login, shown.heads) == ("loopback", {"updater/apple": pull.head})
    assert [(one.number, one.body, one.comments) for one in shown.pulls] == [(1, "body\n", None)]
    assert (shown.pulls[0].content, shown.issues) == (None, None)


def test_a_missing_right_is_an_error(
    github: GitHub, hosted: Hosted, repository: GitHubRepository
) -> None:
    """And nothing that the fields without it could be taken for."""
    refused = {"type": "FORBIDDEN", "path": ["repository", "pullRequests"], "message": "no access"}
    answer = json_answer({"data": {"repository": None}, "errors": [refused]})
    github.server.fail("POST .*/graphql", answer)
    with pytest.raises(PublishError, match="me/overlays: cannot read the repository: 403 no acc"):
        repository.overview("main", [PREFIX], issues=True)
    assert len(github.server.requests("/api/")) == 1
    assert hosted.pulls == {}


def test_where_pull_requests_come_without_comments_one_request_tells_the_newest(
    github: GitHub, hosted: Hosted, repository: GitHubRepository
) -> None:
    """Newest first, as GitHub lists them; a host that lists none is asked for each."""
    at = f"{github.api_url}/repos/{hosted.full_name}/issues"
    listed = [
        {
            "id": key,
            "issue_url": f"{at}/{number}",
            "user": {"login": "anna"},
            "body": text,
            "author_association": "MEMBER",
        }
        for key, number, text in ((3, 1, "b"), (2, 7, "x"), (1, 1, "a"))
    ]
    route = r"GET .*/issues/comments\?"
    github.server.fail(route, json_answer(listed), times=1)
    assert repository.newest_comments() == {
        1: (PullComment(1, "anna", "a", "MEMBER"), PullComment(3, "anna", "b", "MEMBER")),
        7: (PullComment(2, "anna", "x", "MEMBER"),),
    }
    github.server.fail(route, problem(404, "Not Found"), times=1)
    assert repository.newest_comments() is None
