"""GitHub, with a token by GraphQL and without one by git; both know the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import Raw
from msgspec.structs import replace

from tests.loopback.faults import Cut, Drop, Garbage
from tests.loopback.github import TOKEN
from tests.loopback.messages import Response
from tests.loopback.rest import Quota, secondary_limit
from tests.upstreams.asking import Asking, codes, tags
from updater.errors import Bug, NotFound, Refused
from updater.model import CommitFacts, Note, Offer, Project, TagFacts
from updater.upstreams.base import ProjectQuestion, TagAnswer, TagQuestion
from updater.upstreams.github import KIND
from updater.upstreams.github_answer import RepositoryAnswer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.faults import Fault
    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from updater.upstreams.base import OfferOrError

GRAPHQL = "POST /api/graphql"


@pytest.fixture
def with_token(asking: Asking, github: GitHub) -> Asking:
    asking.tokens[github.url] = TOKEN
    return asking


@pytest.fixture
def vocos(github: GitHub) -> Hosted:
    """Tags of every kind, and a commit behind them."""
    repository = github.repository("o", "vocos")
    first = repository.commit({"setup.py": "setup(version='0.1')\n"}, date="2025-03-01T10:00:00Z")
    repository.tag("v0.1", first)
    second = repository.commit({"setup.py": "setup(version='0.2')\n"})
    signed = repository.tag("v0.2", second, annotated=True)
    repository.tag("latest", signed, annotated=True)
    repository.commit({"setup.py": "setup(version='0.3')\n"})
    return repository


def url(name: str) -> str:
    return f"https://github.com/o/{name}"


def question(name: str, **more: object) -> ProjectQuestion:
    return ProjectQuestion(Project.parse(url(name)), **more)  # type: ignore[arg-type]


def requests(github: GitHub) -> list[str]:
    return [f"{one.method} {one.target}" for one in github.server.requests()]


def tags_found(found: dict[str, OfferOrError]) -> list[int]:
    """How many tags each project has; all can be found."""
    return [len(tags(one)) if isinstance(one, Offer) else -1 for one in found.values()]


def named_often(github: GitHub, hosted: Hosted, count: int) -> list[str]:
    """Give a repository so many old names."""
    for number in range(count):
        github.rename(hosted, f"o/n{number}")
    github.rename(hosted, "o/vocos")
    return [url(f"n{number}") for number in range(count)]


# --- without a token ---


def test_without_a_token_it_is_one_post_a_repository(
    asking: Asking, github: GitHub, vocos: Hosted
) -> None:
    offer = asking.offer(KIND, url("vocos"))
    first, second = (vocos.git("rev-parse", f"{tag}^{{commit}}") for tag in ("v0.1", "v0.2"))
    assert requests(github) == ["POST /o/vocos.git/git-upload-pack"]
    assert tags(offer) == {"v0.1": first, "v0.2": second, "latest": second}
    assert (offer.default_branch, offer.branches) == ("main", {"main": vocos.head()})
    assert offer.repository == f"{github.url}/o/vocos.git"
    assert {one.url for one in offer.candidates} == {
        f"{github.url}/o/vocos/releases/tag/{tag}" for tag in ("v0.1", "v0.2", "latest")
    }


def test_only_the_branches_that_matter_are_asked_for(
    asking: Asking, github: GitHub, vocos: Hosted
) -> None:
    vocos.branch("dev", vocos.git("rev-parse", "v0.1"))
    vocos.branch("other")
    found = asking.offer(KIND, question("vocos", branches=frozenset({"dev", "no-such"})))
    assert found.branches == {"main": vocos.head(), "dev": vocos.git("rev-parse", "v0.1")}
    (request,) = github.server.requests()
    assert b"other" not in request.body


def test_a_moved_repository_is_followed_and_reported(
    asking: Asking, github: GitHub, vocos: Hosted
) -> None:
    github.rename(vocos, "new/name")
    offer = asking.offer(KIND, url("vocos"))
    assert [one.message for one in offer.warnings] == [
        "o/vocos has moved to new/name: owner and repo are stale"
    ]
    assert offer.repository == f"{github.url}/new/name.git"
    assert len(tags(offer)) == 3


@pytest.mark.usefixtures("vocos")
def test_a_missing_repository_fails_alone(asking: Asking) -> None:
    found = asking.ask(KIND, url("vocos"), url("gone"))
    failure = found[url("gone")]
    assert isinstance(found[url("vocos")], Offer)
    assert isinstance(failure, NotFound)
    assert failure.hint == "is it deleted, renamed or private?"


# --- with a token ---


def test_with_a_token_22_repositories_are_one_request(
    with_token: Asking, github: GitHub, vocos: Hosted
) -> None:
    found = with_token.ask(KIND, *named_often(github, vocos, 22))
    assert requests(github) == [GRAPHQL]
    assert tags_found(found) == [3] * 22


def test_with_a_token_1000_repositories_are_at_most_20_requests(
    with_token: Asking, github: GitHub, vocos: Hosted
) -> None:
    found = with_token.ask(KIND, *named_often(github, vocos, 1000))
    assert len(requests(github)) <= 20
    assert set(requests(github)) == {GRAPHQL}
    assert tags_found(found) == [3] * 1000


def test_both_ways_know_the_same(asking: Asking, github: GitHub, vocos: Hosted) -> None:
    """GraphQL knows dates and more besides."""
    vocos.branch("dev", vocos.git("rev-parse", "v0.1"))
    asked = question("vocos", branches=frozenset({"dev"}))
    by_git = asking.offer(KIND, asked)
    asking.tokens[github.url] = TOKEN
    by_graphql = asking.offer(KIND, asked)
    undated = tuple(replace(one, published=None) for one in by_graphql.candidates)
    assert sorted(undated, key=str) == sorted(by_git.candidates, key=str)
    told = CommitFacts(tag_objects=by_graphql.facts.tag_objects)
    assert replace(by_graphql, candidates=(), facts=told) == replace(by_git, candidates=())


@pytest.mark.usefixtures("vocos")
def test_tags_have_their_commits_dates(with_token: Asking) -> None:
    offer = with_token.offer(KIND, url("vocos"))
    assert {one.ref: one.published for one in offer.candidates} == {
        "v0.1": datetime(2025, 3, 1, 10, tzinfo=UTC),
        "v0.2": datetime(2025, 3, 2, 10, tzinfo=UTC),
        "latest": datetime(2025, 3, 2, 10, tzinfo=UTC),
    }


def test_what_follows_commits_is_told_in_the_same_request(
    with_token: Asking, github: GitHub, vocos: Hosted
) -> None:
    """Dates, where the pinned commit stands, and the files that may declare a version."""
    pinned, head = vocos.git("rev-parse", "v0.1"), vocos.head()
    offer = with_token.offer(
        KIND,
        question("vocos", commits=frozenset({pinned}), files=("pyproject.toml", "setup.py")),
    )
    assert requests(github) == [GRAPHQL]
    assert offer.facts == CommitFacts(
        dates={
            pinned: datetime(2025, 3, 1, 10, tzinfo=UTC),
            head: datetime(2025, 3, 5, 10, tzinfo=UTC),
        },
        relations={(pinned, head): "ahead"},
        files={
            head: {"pyproject.toml": None, "setup.py": b"setup(version='0.3')\n"},
            pinned: {"pyproject.toml": None, "setup.py": b"setup(version='0.1')\n"},
        },
        tag_objects={
            vocos.git("rev-parse", tag): vocos.git("rev-parse", f"{tag}^{{commit}}")
            for tag in ("v0.2", "latest")
        },
    )


def test_a_branch_has_its_own_files_and_order(
    with_token: Asking, github: GitHub, vocos: Hosted
) -> None:
    pinned = vocos.head()
    dev = vocos.git("rev-parse", "v0.1")
    vocos.branch("dev", dev)
    offer = with_token.offer(
        KIND,
        question(
            "vocos",
            branches=frozenset({"dev"}),
            commits=frozenset({pinned}),
            files=("setup.py",),
        ),
    )
    assert requests(github) == [GRAPHQL]
    assert offer.facts.relations == {(pinned, pinned): "identical", (pinned, dev): "behind"}
    assert offer.facts.files[dev] == {"setup.py": b"setup(version='0.1')\n"}


def test_a_pinned_commit_that_upstream_lacks_is_not_known(
    with_token: Asking, vocos: Hosted
) -> None:
    offer = with_token.offer(KIND, question("vocos", commits=frozenset({"f" * 40})))
    assert offer.facts.relations == {}
    assert set(offer.facts.dates) == {vocos.head()}


def test_a_file_that_is_cut_short_is_not_known(with_token: Asking, vocos: Hosted) -> None:
    vocos.commit({"setup.py": "#" * 600_000, "image": b"\0\1"})
    offer = with_token.offer(KIND, question("vocos", files=("setup.py", "image")))
    assert offer.facts.files == {vocos.head(): {"image": None}}


def test_an_archived_repository_is_reported(with_token: Asking, github: GitHub) -> None:
    repository = github.repository("o", "old", archived=True)
    repository.tag("v1", repository.commit({"f": "x"}))
    offer = with_token.offer(KIND, url("old"))
    assert [one.message for one in offer.warnings] == [
        "o/old is archived: no new version will come from there"
    ]


def test_a_moved_repository_is_reported_with_a_token_too(
    with_token: Asking, github: GitHub, vocos: Hosted
) -> None:
    github.rename(vocos, "new/name")
    offer = with_token.offer(KIND, url("vocos"))
    assert codes(offer) == ["moved"]
    assert offer.repository == f"{github.url}/new/name.git"


@pytest.mark.usefixtures("vocos")
def test_a_repository_written_in_another_case_has_not_moved(with_token: Asking) -> None:
    assert codes(with_token.offer(KIND, "https://github.com/O/Vocos")) == []


def test_one_missing_repository_of_a_batch_fails_alone(
    with_token: Asking, github: GitHub, vocos: Hosted
) -> None:
    found = with_token.ask(KIND, *named_often(github, vocos, 3), url("gone"))
    failure = found.pop(url("gone"))
    assert isinstance(failure, NotFound)
    assert "Could not resolve to a Repository with the name 'o/gone'." in str(failure)
    assert tags_found(found) == [3] * 3
    assert requests(github) == [GRAPHQL]


def test_an_empty_repository_offers_nothing(with_token: Asking, github: GitHub) -> None:
    github.repository("o", "empty")
    offer = with_token.offer(KIND, url("empty"))
    assert (offer.candidates, offer.branches, offer.default_branch) == ((), {}, "")


def test_a_tag_of_something_else_than_a_commit_is_no_version(asking: Asking) -> None:
    """Git's own repository has a tag that leads to a file."""
    targets = {
        "a blob": {"__typename": "Blob", "oid": "a" * 40},
        "a tag of a tree": {
            "__typename": "Tag",
            "oid": "b" * 40,
            "target": {"__typename": "Tree", "oid": "c" * 40},
        },
        "nothing": None,
        "a commit": {"__typename": "Commit", "oid": "d" * 40, "committedDate": None},
    }
    answer = {
        "nameWithOwner": "o/r",
        "isArchived": False,
        "defaultBranchRef": None,
        "refs": {"nodes": [{"name": name, "target": one} for name, one in targets.items()]},
    }
    raw = Raw(json.dumps(answer))
    offer = RepositoryAnswer(question("r"), raw).offer(asking.hosts["github.com"])
    assert tags(offer) == {"a commit": "d" * 40}


def test_a_private_repository_is_seen_with_a_token(asking: Asking, github: GitHub) -> None:
    repository = github.repository("o", "secret", private=True)
    repository.tag("v1", repository.commit({"f": "x"}))
    assert isinstance(asking.failure(KIND, url("secret")), NotFound)
    asking.tokens[github.url] = TOKEN
    assert list(tags(asking.offer(KIND, url("secret")))) == ["v1"]


def test_more_than_100_tags_cost_one_request_more(with_token: Asking, github: GitHub) -> None:
    """Date order is not version order: all of them come, by the git protocol."""
    repository = github.repository("o", "many")
    commit = repository.commit({"f": "x"}, date="2025-03-01T10:00:00Z")
    for number in range(250):
        repository.tag(f"v1.{number}", commit, annotated=number % 2 == 0)
    offer = with_token.offer(KIND, url("many"))
    assert tags(offer) == {f"v1.{number}": commit for number in range(250)}
    assert requests(github) == [GRAPHQL, "POST /o/many.git/git-upload-pack"]
    dated = [one for one in offer.candidates if one.published is not None]
    assert len(dated) == 100


# --- releases ---


@pytest.fixture
def released(github: GitHub) -> Hosted:
    repository = github.repository("o", "rel")
    for version in ("1.0", "1.1", "2.0", "3.0"):
        repository.tag(f"v{version}", repository.commit({"f": version}))
    repository.release("v1.0", "2025-01-01T00:00:00Z")
    repository.release("v1.1", "2025-02-01T00:00:00Z")
    repository.release("v2.0", "2025-03-01T00:00:00Z", prerelease=True)
    repository.release("v3.0", "2025-04-01T00:00:00Z", draft=True)
    return repository


@pytest.mark.parametrize("token", ["", TOKEN], ids=["REST", "GraphQL"])
def test_releases_are_those_that_were_published(
    asking: Asking, github: GitHub, released: Hosted, token: str
) -> None:
    """A draft is none, even for those who may see it; a pre-release is marked."""
    released.writable = True
    if token:
        asking.tokens[github.url] = token
    offer = asking.offer(KIND, question("rel", releases=True))
    assert offer.releases is not None
    assert [
        (one.ref, one.commit == released.git("rev-parse", one.ref), one.prerelease, one.published)
        for one in sorted(offer.releases, key=lambda one: one.ref)
    ] == [
        ("v1.0", True, False, datetime(2025, 1, 1, tzinfo=UTC)),
        ("v1.1", True, False, datetime(2025, 2, 1, tzinfo=UTC)),
        ("v2.0", True, True, datetime(2025, 3, 1, tzinfo=UTC)),
    ]


@pytest.mark.usefixtures("released")
def test_releases_are_not_asked_for_in_vain(asking: Asking, github: GitHub) -> None:
    assert asking.offer(KIND, url("rel")).releases is None
    assert [one for one in requests(github) if "releases" in one] == []


@pytest.mark.parametrize("token", ["", TOKEN], ids=["REST", "GraphQL"])
def test_more_than_100_releases_are_all_seen(asking: Asking, github: GitHub, token: str) -> None:
    repository = github.repository("o", "many")
    commit = repository.commit({"f": "x"})
    for number in range(130):
        repository.tag(f"v1.{number}", commit)
        repository.release(f"v1.{number}", "2025-01-01T00:00:00Z")
    if token:
        asking.tokens[github.url] = token
    offer = asking.offer(KIND, question("many", releases=True))
    assert {one.ref for one in offer.releases or ()} == {f"v1.{number}" for number in range(130)}


# --- what GitHub cannot answer at once ---


def test_a_batch_that_is_too_much_is_halved(
    with_token: Asking, github: GitHub, vocos: Hosted
) -> None:
    """GitHub answers 502 to what takes it longer than ten seconds."""
    too_much = github.server.fail(GRAPHQL, Response(502), body="r30: ")
    found = with_token.ask(KIND, *named_often(github, vocos, 50))
    assert tags_found(found) == [3] * 50
    assert too_much.hits == 1
    assert requests(github) == [GRAPHQL] * 3
    assert with_token.time.waits == []


@pytest.mark.parametrize("fault", [Drop(), Cut(40)], ids=["dropped", "cut"])
def test_a_connection_that_fails_halves_the_batch(
    with_token: Asking, github: GitHub, vocos: Hosted, fault: Fault
) -> None:
    github.server.fail(GRAPHQL, fault, times=1)
    found = with_token.ask(KIND, *named_often(github, vocos, 4))
    assert tags_found(found) == [3] * 4
    assert requests(github) == [GRAPHQL] * 3


def test_what_was_answered_before_the_limit_is_kept(
    with_token: Asking, github: GitHub, vocos: Hosted
) -> None:
    """RESOURCE_LIMITS_EXCEEDED leaves the later repositories out; only those are asked again."""
    github.graphql.most_nodes = 60  # twenty repositories with three tags each
    found = with_token.ask(KIND, *named_often(github, vocos, 50))
    assert tags_found(found) == [3] * 50
    asked = [one.body.count(b": repository(") for one in github.server.requests()]
    assert asked == [50, 15, 15]


def test_when_graphql_is_down_git_answers(
    with_token: Asking, github: GitHub, vocos: Hosted
) -> None:
    """A few tries, not one for each repository; what GraphQL alone knows is left out."""
    down = github.server.fail(GRAPHQL, Response(502))
    found = with_token.ask(KIND, *named_often(github, vocos, 100))
    assert tags_found(found) == [3] * 100
    assert down.hits <= 20
    assert with_token.said == [
        (
            f"{github.graphql_url} does not answer for 100 repositories: asking over the git "
            f"protocol instead"
        )
    ]


def test_nonsense_from_graphql_is_asked_of_git(
    with_token: Asking, github: GitHub, vocos: Hosted
) -> None:
    github.server.fail(GRAPHQL, Garbage())
    found = with_token.ask(KIND, *named_often(github, vocos, 3))
    assert tags_found(found) == [3] * 3
    assert requests(github).count(GRAPHQL) == 1


@pytest.mark.usefixtures("vocos")
def test_half_an_answer_is_asked_of_git(with_token: Asking, github: GitHub) -> None:
    github.server.fail(GRAPHQL, Response(200, b'{"data": {"r0": {"nameWithOwner": "o/vocos"}}}'))
    assert len(tags(with_token.offer(KIND, url("vocos")))) == 3


@pytest.mark.usefixtures("vocos")
@pytest.mark.parametrize(
    ("token", "place"),
    [("", "github_git.offer"), (TOKEN, "github_batches._repository")],
    ids=["git", "GraphQL"],
)
def test_a_bug_in_reading_a_repository_is_that_of_its_project_alone(
    asking: Asking, github: GitHub, monkeypatch: pytest.MonkeyPatch, token: str, place: str
) -> None:
    if token:
        asking.tokens[github.url] = token
    github.repository("o", "pear").commit({"f": "x"})
    module, _, name = place.partition(".")
    owner: Any = import_module(f"updater.upstreams.{module}")
    sound = getattr(owner, name)

    def broken(*arguments: object) -> object:
        if "pear" in repr(arguments):
            raise IndexError("secret")
        return sound(*arguments)

    monkeypatch.setattr(owner, name, broken)
    vocos, pear = asking.ask(KIND, question("vocos"), question("pear")).values()
    assert isinstance(vocos, Offer)
    assert len(tags(vocos)) == 3
    assert isinstance(pear, Bug)
    assert str(pear).startswith("this is a bug in the updater: IndexError at updater/upstreams/")


@pytest.mark.usefixtures("vocos")
def test_a_used_up_quota_is_waited_for(with_token: Asking, github: GitHub) -> None:
    """GitHub says so with status 200; the reset is near, so that waiting is cheaper than asking."""
    reset = int(with_token.time.now.timestamp()) + 20
    refusal = Response(
        200,
        b'{"errors": [{"type": "RATE_LIMIT", "message": "API rate limit already exceeded."}]}',
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)},
    )
    github.server.fail(GRAPHQL, refusal, times=1)
    assert len(tags(with_token.offer(KIND, url("vocos")))) == 3
    (waited,) = with_token.time.waits
    assert 20 <= waited <= 21
    (said,) = with_token.said
    assert "API rate limit already exceeded." in said


def test_a_quota_that_is_used_up_for_long_is_gone_round(
    with_token: Asking, github: GitHub, vocos: Hosted
) -> None:
    """By the git protocol, which has no quota."""
    github.graphql.quota = Quota(5000, used=5000, resource="graphql")
    found = with_token.ask(KIND, *named_often(github, vocos, 3))
    assert tags_found(found) == [3] * 3
    assert with_token.time.waits == []
    assert requests(github).count(GRAPHQL) == 1


@pytest.mark.usefixtures("vocos")
def test_a_secondary_limit_is_waited_for(with_token: Asking, github: GitHub) -> None:
    github.server.fail(GRAPHQL, secondary_limit(30), times=1)
    assert len(tags(with_token.offer(KIND, url("vocos")))) == 3
    (waited,) = with_token.time.waits
    assert 30 <= waited <= 31


@pytest.mark.usefixtures("vocos")
def test_a_wrong_token_is_said_and_not_gone_round(asking: Asking, github: GitHub) -> None:
    asking.tokens[github.url] = "wrong"
    failure = asking.failure(KIND, url("vocos"))
    assert isinstance(failure, Refused)
    assert failure.hint == ("the token in A_TOKEN is refused: renew it or give it read access")
    assert requests(github) == [GRAPHQL]


@pytest.mark.usefixtures("vocos")
def test_names_cannot_leave_their_strings(with_token: Asking, github: GitHub) -> None:
    """What an overlay or upstream calls something is text in the query, nothing else."""
    nasty = 'x"){id} y: repository(owner:"o",name:"vocos'
    found = with_token.ask(
        KIND,
        ProjectQuestion(Project.repository("github.com", f"o/{nasty}")),
        question("vocos", branches=frozenset({'m"\\ }{\u2028\U0001f600'}), files=('"', "\\")),
    )
    missing, there = found.values()
    assert isinstance(missing, NotFound)
    assert isinstance(there, Offer)
    assert tags(there)
    assert requests(github) == [GRAPHQL]


def test_an_enterprise_host_has_its_own_addresses() -> None:
    host = KIND.host("git.corp.example", "https://git.corp.example")
    assert (host.api, host.graphql) == (
        "https://git.corp.example/api/v3",
        "https://git.corp.example/api/graphql",
    )


@pytest.mark.parametrize("token", [True, False], ids=["token", "no token"])
def test_notes_come_newest_first_with_and_without_a_token(
    asking: Asking, github: GitHub, vocos: Hosted, *, token: bool
) -> None:
    if token:
        asking.tokens[github.url] = TOKEN
    for number in range(120):
        vocos.release(f"v1.{number}", "2025-03-01T10:00:00Z", notes=f"note {number}")
    vocos.release("v2", "2025-03-01T10:00:00Z", notes="secret", draft=True)
    vocos.writable = True
    pages = asking.notes(KIND, Project.parse(url("vocos")))
    web = f"{github.url}/o/vocos/releases/tag"
    published = datetime(2025, 3, 1, 10, tzinfo=UTC)
    assert [len(page) for page in pages] == [99, 21]  # a draft is on the first
    assert [one for page in pages for one in page] == [
        Note(f"v1.{number}", f"{web}/v1.{number}", f"note {number}", published)
        for number in reversed(range(120))
    ]


def test_who_may_see_a_repository_is_asked(with_token: Asking, vocos: Hosted) -> None:
    assert with_token.is_public(KIND, Project.parse(url("vocos")))
    vocos.private = True
    assert not with_token.is_public(KIND, Project.parse(url("vocos")))


# --- tags that pins may move to ---


@pytest.fixture
def announced(vocos: Hosted) -> Hosted:
    """A tag of each kind: with a release, a pre-release, a draft, and with nothing."""
    for number, tag in enumerate(("v0.3", "v0.4", "v0.5")):
        vocos.tag(tag, vocos.commit({"f": tag}))
        vocos.release(
            tag, f"2025-04-0{number + 1}T00:00:00Z", prerelease=number == 1, draft=number > 1
        )
    return vocos


def asked_of_tags(*tags: str, held: str = "", name: str = "vocos") -> list[TagQuestion]:
    return [TagQuestion(Project.parse(url(name)), tag, held) for tag in tags]


def test_tags_of_many_repositories_are_one_request(
    with_token: Asking, github: GitHub, announced: Hosted
) -> None:
    """Their marks, when they appeared, where they stand to a commit, whose names branches have."""
    announced.branch("v0.5", announced.git("rev-parse", "v0.1"))
    other = github.repository("o", "other")
    other.tag("v1", other.commit({"f": "1"}))
    held = announced.git("rev-parse", "v0.3")
    tags_asked = asked_of_tags("v0.1", "v0.2", "v0.3", "v0.4", "v0.5", "none", held=held)
    questions = [*tags_asked, *asked_of_tags("v1", name="other")]
    answers = with_token.run(lambda around: KIND.tag_answers(questions, around))
    assert requests(github) == [GRAPHQL]
    assert {question.tag: answer for question, answer in answers.items()} == {
        "v0.1": TagAnswer(TagFacts(is_branch=False), "behind"),
        "v0.2": TagAnswer(
            TagFacts(appeared=datetime(2025, 3, 3, 10, tzinfo=UTC), is_branch=False), "behind"
        ),
        "v0.3": TagAnswer(
            TagFacts(appeared=datetime(2025, 4, 1, tzinfo=UTC), is_branch=False), "identical"
        ),
        "v0.4": TagAnswer(
            TagFacts(prerelease=True, appeared=datetime(2025, 4, 2, tzinfo=UTC), is_branch=False),
            "ahead",
        ),
        "v0.5": TagAnswer(TagFacts(is_branch=True), "ahead"),
        "v1": TagAnswer(TagFacts(is_branch=False)),
    }


def test_tags_that_graphql_does_not_tell_of_are_missing(
    with_token: Asking, github: GitHub, announced: Hosted
) -> None:
    """Each can be asked about by itself."""
    del announced
    questions = [*asked_of_tags("v0.1"), *asked_of_tags("v1", name="gone")]
    answers = with_token.run(lambda around: KIND.tag_answers(questions, around))
    assert [question.tag for question in answers] == ["v0.1"]
    github.server.fail("POST /api/graphql", Garbage())
    assert with_token.run(lambda around: KIND.tag_answers(questions, around)) == {}


def test_what_is_to_be_known_of_tags_comes_with_their_repository(
    with_token: Asking, github: GitHub, announced: Hosted, tmp_path: Path
) -> None:
    """Where a run foresees which ones; what it remembers of both is found by itself."""
    with_token.cache = tmp_path / "cache"
    held, project = announced.git("rev-parse", "v0.3"), Project.parse(url("vocos"))
    tags = (("v0.4", held), ("v0.3", ""), ("none", held))
    question = ProjectQuestion(project, tags=tags)
    offers = with_token.run(lambda around: KIND.look_up([question], around))
    offer = offers[project]
    assert isinstance(offer, Offer)
    assert requests(github) == [GRAPHQL]
    assert offer.facts.tags == {
        "v0.3": TagFacts(appeared=datetime(2025, 4, 1, tzinfo=UTC), is_branch=False),
        "v0.4": TagFacts(
            prerelease=True, appeared=datetime(2025, 4, 2, tzinfo=UTC), is_branch=False
        ),
    }
    assert offer.facts.relations == {(held, announced.git("rev-parse", "v0.4")): "ahead"}
    with_token.network = replace(with_token.network, offline=True)
    later = ProjectQuestion(project)
    alone = with_token.run(lambda around: KIND.look_up([later], around))[project]
    assert isinstance(alone, Offer)
    assert alone.candidates == offer.candidates
    (told,) = with_token.run(
        lambda around: KIND.tag_answers(asked_of_tags("v0.4", held=held), around)
    ).values()
    assert (told.facts, told.relation) == (offer.facts.tags["v0.4"], "ahead")


@pytest.mark.usefixtures("announced")
def test_offline_tags_are_remembered_whatever_they_were_asked_with(
    with_token: Asking, tmp_path: Path
) -> None:
    with_token.cache = tmp_path / "cache"
    questions = asked_of_tags("v0.3", "v0.4")
    answers = with_token.run(lambda around: KIND.tag_answers(questions, around))
    with_token.network = replace(with_token.network, offline=True)
    kept = with_token.run(lambda around: KIND.tag_answers(questions[1:], around))
    assert kept == {questions[1]: answers[questions[1]]}


@pytest.mark.usefixtures("announced")
@pytest.mark.parametrize(
    ("tag", "facts"),
    [
        ("v0.3", TagFacts(appeared=datetime(2025, 4, 1, tzinfo=UTC))),
        ("v0.4", TagFacts(prerelease=True, appeared=datetime(2025, 4, 2, tzinfo=UTC))),
        ("v0.5", TagFacts()),
        ("v0.1", TagFacts()),
    ],
)
def test_without_a_token_the_release_of_one_tag_is_one_request(
    asking: Asking, github: GitHub, tag: str, facts: TagFacts
) -> None:
    project = Project.parse(url("vocos"))
    assert asking.run(lambda around: KIND.tag_answers(asked_of_tags(tag), around)) == {}
    assert asking.run(lambda around: KIND.tag_facts(project, tag, around)) == facts
    assert requests(github) == [f"GET /api/v3/repos/o/vocos/releases/tags/{tag}"]
