"""A new mirror has what the look-up named, by its ids, and all of upstream once that matters."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.killed import working_in
from tests.loopback.messages import text
from updater.effects.git import seal, tips
from updater.effects.git.mirror import Mirror
from updater.errors import BadAnswer, Offline, UpstreamError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted

GONE = "1" * 40
MOST_OF_A_PAGE = 14
"""Requests to a host that answers each with the same page."""


def history(github: GitHub) -> tuple[Hosted, dict[str, str]]:
    """Make a repository of three branches; return it and two of its refs, as a look-up has them."""
    repository = github.repository("o", "r")
    first = repository.commit({"a": "1"})
    head = repository.commit({"a": "2"})
    repository.commit({"a": "3"}, branch="dev", parents=[first])
    repository.tag("v1", first, annotated=True)
    return repository, {"heads/main": head, "tags/v1": first}


def asked(github: GitHub) -> list[str]:
    """What git asked for, each time."""
    return [
        "refs" if b"command=ls-refs" in one.body else "pack" if one.body else "greeting"
        for one in github.server.requests()
    ]


def names(mirror: Mirror) -> dict[str, str]:
    """The mirror's branches and tags, with what they are of."""
    shown = mirror._git(
        "for-each-ref", "--format=%(refname:lstrip=1) %(objecttype)", "refs/heads", "refs/tags"
    )
    return dict(line.split(" ", 1) for line in shown.splitlines())


def test_what_is_known_takes_two_requests_and_the_rest_comes_when_it_matters(
    github: GitHub, tmp_path: Path
) -> None:
    repository, refs = history(github)
    url = f"{github.url}/o/r.git"
    with Mirror.opened(url, tmp_path, refs=refs) as mirror:
        assert asked(github) == ["greeting", "pack"]
        assert names(mirror) == {"heads/main": "commit", "tags/v1": "commit"}
        assert mirror.branches() | mirror.tags() == {
            "main": refs["heads/main"],
            "v1": refs["tags/v1"],
        }
        assert (len(list(mirror.log())), mirror.is_complete) == (2, False)
    with Mirror.opened(url, tmp_path, refs=refs) as mirror:  # a later run knows what it has
        assert len(asked(github)) == 2
        mirror.complete()
        assert asked(github)[2:] == ["greeting", "refs", "pack"]
        assert names(mirror) == {"heads/dev": "commit", "heads/main": "commit", "tags/v1": "tag"}
        assert (len(list(mirror.log())), mirror.is_complete) == (3, True)
        mirror.complete()
    with Mirror.opened(url, tmp_path, refs=refs) as mirror:
        assert mirror.is_complete
        assert len(asked(github)) == 5
    newer = {"heads/main": repository.commit({"a": "4"})}
    with Mirror.opened(url, tmp_path, refs=newer) as mirror:  # all that moved comes with it
        assert (len(list(mirror.log())), mirror.is_complete) == (4, True)


def test_refs_keep_what_was_fetched(github: GitHub, tmp_path: Path) -> None:
    _, refs = history(github)
    with Mirror.opened(f"{github.url}/o/r.git", tmp_path, refs=refs) as mirror:
        pass
    for command in (("gc", "--prune=now", "--quiet"), ("fsck", "--strict")):
        subprocess.run(["git", *command], cwd=mirror.folder, check=True, capture_output=True)
    assert set(refs.values()) == {entry.commit for entry in mirror.log()}


PAGES = {
    "page": "<html>log in</html>\n",
    "page with a tab": "<html>\tlog in</html>\n",
    "nothing": "",
    "list": f"{GONE}\trefs/heads/main\n",
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("is_large", [False, True], ids=["small", "large"])
@pytest.mark.parametrize("is_known", [False, True], ids=["unknown", "known refs"])
def test_a_page_in_front_of_the_host_is_asked_for_few_things(
    github: GitHub, tmp_path: Path, page: str, *, is_large: bool, is_known: bool
) -> None:
    """Git takes it for a list of plain files, and a thin clone would ask for an id without end."""
    _, refs = history(github)
    github.server.fail("/o/r.git", text(page))
    with (
        pytest.raises(BadAnswer, match="does not answer in the git protocol"),
        Mirror.opened(
            f"{github.url}/o/r.git",
            tmp_path / "cache",
            refs=refs if is_known else {},
            is_large=is_large,
            seconds=20,
        ),
    ):
        pass
    assert len(github.server.requests()) <= MOST_OF_A_PAGE
    assert working_in(tmp_path / "cache") == []


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("is_large", [False, True], ids=["small", "large"])
def test_a_page_changes_no_mirror(
    github: GitHub, tmp_path: Path, page: str, *, is_large: bool
) -> None:
    repository, _ = history(github)
    url = f"{github.url}/o/r.git"
    with Mirror.opened(url, tmp_path, is_large=is_large) as mirror:
        known = names(mirror)
    before = len(github.server.requests())
    github.server.fail("/o/r.git", text(page))
    with pytest.raises(BadAnswer), Mirror.opened(url, tmp_path, seconds=20):
        pass
    assert len(github.server.requests()) <= before + MOST_OF_A_PAGE
    github.server.mend()
    refs = {"heads/main": repository.head()}
    with Mirror.opened(url, tmp_path, refs=refs) as mirror:
        assert names(mirror) == known
        trees = [entry.tree for entry in mirror.log()]
        github.server.fail("/o/r.git", text(page))
        if is_large:
            with pytest.raises(BadAnswer):
                mirror.provide(trees)
        assert mirror.is_thin == is_large


@pytest.mark.parametrize(
    "refs",
    [
        {"heads/main": GONE},
        {"heads/a..b": GONE},
        {"heads/*": GONE},
        {"heads/main:refs/heads/x": GONE},
        {"heads/a\n--upload-pack=x": GONE},
        {"heads/\udc80": GONE},
        {"heads/main": "main"},
        {"../main": GONE},
        {f"tags/v{number}": GONE for number in range(501)},
    ],
    ids=["gone", "dots", "pattern", "two", "line", "not-ascii", "no-id", "elsewhere", "many"],
)
def test_what_cannot_be_asked_for_by_ids_is_asked_for_by_names(
    github: GitHub, tmp_path: Path, refs: dict[str, str]
) -> None:
    history(github)
    with Mirror.opened(f"{github.url}/o/r.git", tmp_path, refs=refs) as mirror:
        assert set(names(mirror)) == {"heads/dev", "heads/main", "tags/v1"}
        assert mirror.is_complete


def test_a_host_that_gives_its_tips_alone_is_asked_by_names(
    github: GitHub, tmp_path: Path, serve_first_version: Callable[[Hosted], None]
) -> None:
    """In the first version of the protocol, the commit of an annotated tag is none of them."""
    repository, refs = history(github)
    serve_first_version(repository)
    with Mirror.opened(f"{github.url}/o/r.git", tmp_path, refs=refs) as mirror:
        assert (len(list(mirror.log())), mirror.is_complete) == (3, True)


def test_a_host_that_does_not_answer_is_not_asked_again(github: GitHub, tmp_path: Path) -> None:
    _, refs = history(github)
    github.server.fail("GET /o/r.git/info/refs", text("down\n", 503))
    with (
        pytest.raises(UpstreamError, match="503"),
        Mirror.opened(f"{github.url}/o/r.git", tmp_path, refs=refs),
    ):
        pass
    assert asked(github) == ["greeting"]


def test_offline_the_rest_is_not_taken_for_nothing(github: GitHub, tmp_path: Path) -> None:
    _, refs = history(github)
    url = f"{github.url}/o/r.git"
    with Mirror.opened(url, tmp_path, refs={"held/x": refs["tags/v1"]}):
        pass
    with (
        Mirror.opened(url, tmp_path, refs=refs, offline=True) as mirror,
        pytest.raises(Offline),
    ):
        mirror.complete()


def test_a_run_that_was_killed_or_lost_the_mark_leaves_nothing_that_passes_for_all(
    github: GitHub, tmp_path: Path
) -> None:
    _, refs = history(github)
    url, told = f"{github.url}/o/r.git", list[str]()
    with Mirror.opened(url, tmp_path, refs=refs) as mirror:
        pass
    seal.begin(mirror.folder)
    with Mirror.opened(url, tmp_path, refs=refs) as mirror:
        assert (mirror.is_complete, len(list(mirror.log()))) == (True, 3)
    tips.mark(mirror.folder)  # unsealed
    with Mirror.opened(url, tmp_path, refs=refs, detail=told.append) as mirror:
        assert not mirror.is_complete
    assert told == [f"{mirror.folder} is damaged and was dropped; it is cloned again"]
