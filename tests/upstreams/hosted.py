"""What holds for every code host that is asked by git and by its API; a kind's test runs these.

A test module of a kind gives the fixtures ``forge`` (a `Forge`), ``kind`` and ``asking``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.loopback.forges import TOKEN, Forge, Hosted, Release
from tests.loopback.messages import Response
from tests.upstreams.asking import Asking, codes, tags
from updater.errors import NotFound, ServerFailed
from updater.model import Note, Offer, Project, TagFacts
from updater.upstreams.base import ProjectQuestion

if TYPE_CHECKING:
    from updater.model import Candidate
    from updater.upstreams.base import Upstream

DAY = datetime(2025, 3, 1, 10, tzinfo=UTC)


@dataclass(frozen=True)
class Setting:
    """A forge, the kind that asks it, and the project's name on it."""

    forge: Forge
    kind: Upstream
    asking: Asking
    name: str = "forge.example"

    def url(self, path: str) -> str:
        return f"https://{self.name}/{path}"

    def offer(self, path: str, **more: object) -> Offer:
        question = ProjectQuestion(Project.parse(self.url(path)), **more)  # type: ignore[arg-type]
        return self.asking.offer(self.kind, question)

    def release_page(self, tag: str) -> str:
        """A release's page for people."""
        between = "/-/releases" if self.kind.kind == "gitlab" else "/releases/tag"
        return f"{self.forge.url}/group/pkg{between}/{tag}"

    def requests(self, match: str = "") -> list[str]:
        return [f"{one.method} {one.target}" for one in self.forge.server.requests(match)]


def filled(forge: Forge, path: str = "group/pkg") -> Hosted:
    """Make a repository with two tags and a commit behind them."""
    hosted = forge.host(path)
    repository = hosted.repository
    repository.tag("v1.0", repository.commit({"f": "1"}, date=DAY))
    repository.tag("v1.1", repository.commit({"f": "2"}), annotated=True)
    repository.commit({"f": "3"})
    return hosted


class HostedKind:
    """The tests."""

    @pytest.fixture
    def hosted(self, setting: Setting) -> Hosted:
        return filled(setting.forge)

    def test_tags_and_branches_come_by_git(self, setting: Setting, hosted: Hosted) -> None:
        repository = hosted.repository
        offer = setting.offer("group/pkg")
        assert tags(offer) == {
            tag: repository.git("rev-parse", f"{tag}^{{commit}}") for tag in ("v1.0", "v1.1")
        }
        assert offer.branches == {"main": repository.head()}
        assert offer.repository == f"{setting.forge.url}/group/pkg.git"
        assert offer.warnings == ()
        assert len(setting.requests()) == 2

    def test_more_tags_than_a_page_of_the_api_are_all_seen(
        self, setting: Setting, hosted: Hosted
    ) -> None:
        repository = hosted.repository
        for number in range(130):
            repository.tag(f"v2.{number}", repository.head())
        assert len(tags(setting.offer("group/pkg", dates=True))) == 132

    @pytest.mark.usefixtures("hosted")
    def test_dates_come_by_the_api_when_they_matter(self, setting: Setting) -> None:
        undated = setting.offer("group/pkg")
        assert [one.published for one in undated.candidates] == [None, None]
        dated = setting.offer("group/pkg", dates=True)
        assert {one.ref: one.published for one in dated.candidates} == {
            "v1.0": DAY,
            "v1.1": DAY.replace(day=2),
        }
        assert dated.facts.dates == {one.commit: one.published for one in dated.candidates}

    def test_a_tag_says_when_its_release_came(self, setting: Setting, hosted: Hosted) -> None:
        """One that has none, or whose release is still to come, says nothing."""
        hosted.releases += [
            Release("v1.0", "2025-03-05T00:00:00Z"),
            Release("v1.1", "2025-03-06T00:00:00Z", hidden=True),
        ]
        project = Project.parse(setting.url("group/pkg"))
        assert [
            setting.asking.run(partial(setting.kind.tag_facts, project, tag))
            for tag in ("v1.0", "v1.1", "v1.2")
        ] == [TagFacts(appeared=datetime(2025, 3, 5, tzinfo=UTC)), TagFacts(), TagFacts()]

    def test_releases_are_those_that_came(self, setting: Setting, hosted: Hosted) -> None:
        hosted.releases += [
            Release("v1.0", "2025-03-05T00:00:00Z"),
            Release("v1.1", "2025-03-06T00:00:00Z"),
            Release("v2.0", "2035-03-06T00:00:00Z", hidden=True),
        ]
        assert setting.offer("group/pkg").releases is None
        offer = setting.offer("group/pkg", releases=True)
        assert offer.releases is not None
        assert [(one.ref, one.commit, one.published) for one in offer.releases] == [
            (tag, tags(offer)[tag], datetime(2025, 3, day, tzinfo=UTC))
            for tag, day in (("v1.1", 6), ("v1.0", 5))
        ]

    def test_more_releases_than_a_page_are_all_seen(self, setting: Setting, hosted: Hosted) -> None:
        repository = hosted.repository
        for number in range(120):
            repository.tag(f"v2.{number}", repository.head())
            hosted.releases.append(Release(f"v2.{number}", "2025-03-05T00:00:00Z"))
        found: tuple[Candidate, ...] = setting.offer("group/pkg", releases=True).releases or ()
        assert {one.ref for one in found} == {f"v2.{number}" for number in range(120)}

    def test_notes_come_newest_first_and_a_page_when_it_is_wanted(
        self, setting: Setting, hosted: Hosted
    ) -> None:
        hosted.releases.append(Release("v9", "2035-01-01T00:00:00Z", hidden=True, notes="secret"))
        hosted.releases += [
            Release(f"v1.{number}", f"2025-01-01T00:00:{number // 10:02}Z", notes=f"note {number}")
            for number in range(120)
        ]
        project = Project.parse(setting.url("group/pkg"))
        first, *further = setting.asking.notes(setting.kind, project)
        assert [one for page in [first, *further] for one in page] == [
            Note(
                f"v1.{number}",
                setting.release_page(f"v1.{number}"),
                f"note {number}",
                datetime(2025, 1, 1, second=ten, tzinfo=UTC),
            )
            for ten in reversed(range(12))
            for number in range(10 * ten, 10 * ten + 10)
        ]
        asked = len(setting.requests("GET .*/releases"))
        assert asked == 1 + len(further) > 1
        setting.asking.notes(setting.kind, project, pages=1)
        assert len(setting.requests("GET .*/releases")) == asked + 1

    @pytest.mark.usefixtures("hosted")
    def test_notes_that_cannot_be_had_are_a_failure(self, setting: Setting) -> None:
        setting.forge.server.fail("GET .*/releases", Response(500))
        with pytest.raises(ServerFailed):
            setting.asking.notes(setting.kind, Project.parse(setting.url("group/pkg")))

    def test_who_may_see_a_repository_is_asked(self, setting: Setting, hosted: Hosted) -> None:
        project = Project.parse(setting.url("group/pkg"))
        setting.asking.tokens[setting.forge.url] = TOKEN
        assert setting.asking.is_public(setting.kind, project)
        hosted.private = True
        assert not setting.asking.is_public(setting.kind, project)

    def test_an_archived_repository_is_reported(self, setting: Setting, hosted: Hosted) -> None:
        hosted.archived = True
        assert [one.message for one in setting.offer("group/pkg").warnings] == [
            "group/pkg is archived: no new version will come from there"
        ]

    def test_a_moved_repository_is_followed_and_reported(
        self, setting: Setting, hosted: Hosted
    ) -> None:
        setting.forge.rename(hosted, "new/name")
        offer = setting.offer("group/pkg")
        assert [one.message for one in offer.warnings] == [
            "group/pkg has moved to new/name: owner and repo are stale"
        ]
        assert len(tags(offer)) == 2

    @pytest.mark.usefixtures("hosted")
    def test_a_missing_repository_fails_alone(self, setting: Setting) -> None:
        there, gone = setting.url("group/pkg"), setting.url("group/gone")
        found = setting.asking.ask(setting.kind, there, gone)
        assert isinstance(found[there], Offer)
        assert isinstance(found[gone], NotFound)

    @pytest.mark.usefixtures("hosted")
    def test_a_host_that_keeps_its_api_to_itself_is_asked_by_git_alone(
        self, setting: Setting
    ) -> None:
        setting.forge.server.fail("GET /api/", Response(403))
        offer = setting.offer("group/pkg", dates=True)
        assert len(tags(offer)) == 2
        assert setting.asking.time.waits == []

    @pytest.mark.usefixtures("hosted")
    def test_releases_that_were_asked_for_and_fail_are_a_failure(self, setting: Setting) -> None:
        setting.forge.server.fail("GET .*/releases", Response(500))
        question = ProjectQuestion(Project.parse(setting.url("group/pkg")), releases=True)
        assert isinstance(setting.asking.failure(setting.kind, question), ServerFailed)

    @pytest.mark.usefixtures("hosted")
    def test_the_token_goes_to_git_and_to_the_api(self, setting: Setting) -> None:
        setting.asking.tokens[setting.forge.url] = "hush"
        setting.offer("group/pkg")
        schemes = {
            one.method: (one.authorization or "").partition(" ")[0]
            for one in setting.forge.server.requests()
        }
        assert schemes == {"POST": "Basic", "GET": "Bearer"}

    def test_what_has_not_changed_is_not_sent_again(
        self, setting: Setting, hosted: Hosted, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        setting.asking.cache = tmp_path_factory.mktemp("cache")
        hosted.releases.append(Release("v1.0", "2025-03-05T00:00:00Z"))
        first = setting.offer("group/pkg", dates=True, releases=True)
        second = setting.offer("group/pkg", dates=True, releases=True)
        assert second == first
        answers = [one.status for one in setting.forge.server.exchanges("GET /api/")]
        assert answers == [200, 200, 200, 304, 304, 304]

    def test_no_other_kind_claims_its_projects(self, setting: Setting) -> None:
        from updater.kinds import UPSTREAMS  # noqa: PLC0415 - the list is this one test's

        project = Project.parse(setting.url("group/pkg"))
        claiming = [one.kind for one in UPSTREAMS if one.claims(project, setting.asking.hosts)]
        assert claiming == [setting.kind.kind]
        assert codes(Offer(project, ())) == []
