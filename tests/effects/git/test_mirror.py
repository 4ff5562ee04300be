"""A mirror follows its upstream, and mends what a killed run left."""

from __future__ import annotations

from shutil import copytree, rmtree
from typing import TYPE_CHECKING

import pytest

from tests.loopback.faults import Drip
from updater.effects.git import command, seal
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


def test_a_host_that_says_next_to_nothing_is_left(
    github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As slow as git may be, but after one second of the sixty."""
    speed = tuple(option.replace("Time=60", "Time=1") for option in command.LEAST_SPEED)
    assert speed != command.LEAST_SPEED
    monkeypatch.setattr(command, "LEAST_SPEED", speed)
    github.repository("o", "r").commit({"a": "1" * 10_000})
    github.server.fail("POST /o/r.git/git-upload-pack", Drip(1, 0.1), skip=1)
    with (
        pytest.raises(UpstreamError, match=r"Less than 1000 bytes/sec transferred the last 1 sec"),
        Mirror.opened(f"{github.url}/o/r.git", tmp_path / "cache"),
    ):
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


def test_kept_hashes_come_back_and_damaged_ones_are_dropped_and_told_once(
    github: GitHub, tmp_path: Path
) -> None:
    github.repository("o", "r").commit({"a": "1"})
    hashes = {bytes([n]) * 20: bytes([n]) * 32 for n in range(3)}
    told: list[str] = []
    url, cache = f"{github.url}/o/r.git", tmp_path / "cache"
    with Mirror.opened(url, cache, detail=told.append) as mirror:
        assert mirror.kept_hashes() == {}
        mirror.keep_hashes(hashes)
        assert mirror.kept_hashes() == hashes
        for change in (lambda data: data[:-1], flipped, lambda _data: b""):
            file = mirror.folder / "updater-hashes"
            file.write_bytes(change(file.read_bytes()))
            assert (mirror.kept_hashes(), mirror.kept_hashes()) == ({}, {})
            mirror.keep_hashes(hashes)
    assert told == [f"the hashes in {mirror.folder} are damaged; they are computed again"] * 3


def flipped(data: bytes) -> bytes:
    """Change one bit in the middle."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def contents(mirror: Mirror) -> object:
    return list(mirror.log()), mirror.tags()


def test_a_damaged_mirror_is_told_once_and_cloned_again(github: GitHub, tmp_path: Path) -> None:
    """Whichever of its files it is; of most git itself would say nothing."""
    repository = github.repository("o", "r")
    for number in range(3):
        repository.tag(f"v{number}", repository.commit({"a": str(number) * 100}))
    url, cache, told = f"{github.url}/o/r.git", tmp_path / "cache", list[str]()
    with Mirror.opened(url, cache) as mirror:
        fresh = contents(mirror)
    with Mirror.opened(url, cache, detail=told.append) as mirror:
        assert (contents(mirror), told) == (fresh, [])
    copytree(mirror.folder, tmp_path / "whole")
    names = {str(path.relative_to(mirror.folder)) for path in mirror.folder.rglob("*.*")}
    names |= {"HEAD", "config", "updater-seal", "refs/tags/v1", "refs/heads/main"}
    names = {name for name in names if (mirror.folder / name).is_file()}
    assert len(names) > 6
    for name in names:
        rmtree(mirror.folder)
        copytree(tmp_path / "whole", mirror.folder)
        path = mirror.folder / name
        path.chmod(0o644)
        path.write_bytes(flipped(path.read_bytes()))
        told.clear()
        with Mirror.opened(url, cache, detail=told.append) as mirror:
            assert contents(mirror) == fresh, name
        assert told == [f"{mirror.folder} is damaged and was dropped; it is cloned again"], name


def test_a_damaged_mirror_of_a_run_without_network_is_none(github: GitHub, tmp_path: Path) -> None:
    github.repository("o", "r").commit({"a": "1"})
    url, cache = f"{github.url}/o/r.git", tmp_path / "cache"
    with Mirror.opened(url, cache) as mirror:
        pass
    (path,) = mirror.folder.glob("objects/pack/*.pack")
    path.chmod(0o644)
    path.write_bytes(flipped(path.read_bytes()))
    with pytest.raises(Offline), Mirror.opened(url, cache, offline=True):
        pass


def test_a_mirror_whose_run_was_killed_while_it_fetched_goes_on(
    github: GitHub, tmp_path: Path
) -> None:
    """What a killed git leaves does not stop the next; commits that were rewritten away stay."""
    repository = github.repository("o", "r")
    old = repository.commit({"a": "1"})
    url, cache, told = f"{github.url}/o/r.git", tmp_path / "cache", list[str]()
    with Mirror.opened(url, cache) as mirror:
        pass
    new = repository.commit({"a": "2"}, parents=())
    seal.begin(mirror.folder)
    for left in ("packed-refs.lock", "config.lock", "HEAD.lock", "objects/pack/tmp_pack_x"):
        (mirror.folder / left).write_text("")
    with Mirror.opened(url, cache, detail=told.append) as mirror:
        assert {entry.commit for entry in mirror.log()} == {old, new}
    assert told == []
    assert not [path for path in mirror.folder.rglob("*") if path.match("*.lock")]


def test_a_mirror_that_lost_objects_when_its_run_was_killed_is_cloned_again(
    github: GitHub, tmp_path: Path
) -> None:
    github.repository("o", "r").commit({"a": "1"})
    url, cache, told = f"{github.url}/o/r.git", tmp_path / "cache", list[str]()
    with Mirror.opened(url, cache) as mirror:
        pass
    for path in mirror.folder.glob("objects/pack/*"):
        path.unlink()
    seal.begin(mirror.folder)
    with Mirror.opened(url, cache, detail=told.append) as mirror:
        assert len(list(mirror.log())) == 1
    assert told == [f"{mirror.folder} is damaged and was dropped; it is cloned again"]
