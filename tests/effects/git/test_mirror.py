"""A mirror follows its upstream, and mends what a killed run left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from updater.effects.answers import Answers
from updater.effects.git.mirror import Mirror
from updater.errors import Offline, UpstreamError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub


def test_follows_branches_and_tags_and_keeps_what_was_rewritten(
    github: GitHub, tmp_path: Path
) -> None:
    repository = github.repository("o", "r")
    old = repository.commit({"a": "1"})
    repository.tag("gone", old, annotated=True)
    url = f"{github.url}/o/r.git"
    with Mirror.opened(url, tmp_path / "cache") as mirror:
        assert (mirror.tags(), [one.commit for one in mirror.log()]) == ({"gone": old}, [old])
    new = repository.commit({"a": "2"}, parents=[])
    repository.delete("refs/tags/gone")
    repository.tag("new", new)
    with Mirror.opened(url, tmp_path / "cache") as mirror:
        assert (mirror.tags(), [one.commit for one in mirror.log()]) == ({"new": new}, [new, old])


def test_a_half_made_mirror_is_mended(github: GitHub, tmp_path: Path) -> None:
    commit = github.repository("o", "r").commit({"a": "1"})
    url = f"{github.url}/o/r.git"
    with Mirror.opened(url, tmp_path / "cache"):
        (folder,) = (tmp_path / "cache").glob("*.git")
    for left in ("config", "refs/heads/main"):
        (folder / left).unlink()
    with Mirror.opened(url, tmp_path / "cache") as mirror:
        assert [one.commit for one in mirror.log()] == [commit]


def test_a_repository_that_is_not_there_is_an_error_with_its_address(
    github: GitHub, tmp_path: Path
) -> None:
    url = f"{github.url}/o/none.git"
    with pytest.raises(UpstreamError, match=url), Mirror.opened(url, tmp_path / "cache"):
        pass


def test_offline_it_is_as_an_earlier_run_left_it(github: GitHub, tmp_path: Path) -> None:
    repository = github.repository("o", "r")
    old = repository.commit({"a": "1"})
    url, cache = f"{github.url}/o/r.git", tmp_path / "cache"
    with Mirror.opened(url, cache):
        pass
    new = repository.commit({"a": "2"})
    asked = len(github.server.requests())
    with Mirror.opened(url, cache, offline=True) as mirror:
        assert [one.commit for one in mirror.log()] == [old]
        known = mirror.commit(old)
        assert known is not None
        with pytest.raises(Offline):  # that upstream does not have it would not be true
            mirror.commit(new)
    with pytest.raises(Offline), Mirror.opened(f"{github.url}/o/x.git", cache, offline=True):
        pass
    assert len(github.server.requests()) == asked


def test_only_http_is_spoken(tmp_path: Path) -> None:
    """An address in an overlay cannot make git run a program or read a file."""
    for url in (f"file://{tmp_path}", f"ext::touch {tmp_path}/ran", str(tmp_path)):
        with pytest.raises(UpstreamError), Mirror.opened(url, tmp_path / "cache"):
            pass
    assert not (tmp_path / "ran").exists()


def test_kept_hashes_come_back_and_a_broken_end_is_left_out(github: GitHub, tmp_path: Path) -> None:
    github.repository("o", "r").commit({"a": "1"})
    hashes = {bytes([n]) * 20: bytes([n]) * 32 for n in range(3)}
    with Mirror.opened(f"{github.url}/o/r.git", tmp_path / "cache") as mirror:
        assert mirror.kept_hashes() == {}
        mirror.keep_hashes(hashes)
        assert mirror.kept_hashes() == hashes
        (file,) = (tmp_path / "cache").glob("*.git/updater-hashes-1")
        file.write_bytes(file.read_bytes()[:-1])
        assert mirror.kept_hashes() == {key: hashes[key] for key in list(hashes)[:2]}


def test_answers_come_back_by_their_question_and_broken_ones_do_not(tmp_path: Path) -> None:
    answers = Answers(tmp_path / "answers")
    assert answers.get("a", "b") is None
    answers.keep({"commit": "1"}, "a", "b")
    assert answers.get("a", "b") == {"question": ["a", "b"], "commit": "1"}
    assert answers.get("a", "c") is None
    (file,) = (tmp_path / "answers").iterdir()
    file.write_text("{")
    assert answers.get("a", "b") is None
