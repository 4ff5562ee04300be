"""A pack that git fetches is no larger than the limit, and nothing is left of one that would be."""

from __future__ import annotations

import random
import resource
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import anyio
import pytest

from updater.effects.git.history import History
from updater.effects.git.mirror import Mirror
from updater.effects.git.push import NewCommit, PushRemote
from updater.errors import BadAnswer, PublishError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted

HINT = "if the repository is that large, raise `archives: {fetched: ...}` in config.yaml"


def noise(size: int) -> str:
    """Text that hardly shrinks."""
    return random.Random(size).randbytes(size // 2).hex()  # noqa: S311 - no secret


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """The folder of all mirrors."""
    return tmp_path / "cache"


@pytest.fixture
def repository(github: GitHub) -> Hosted:
    """Its commits are large without their trees, too."""
    made = github.repository("o", "r")
    for number in range(5):
        made.commit({"big": noise(180_000 + number)}, message=noise(20_000 + number))
    return made


def url(github: GitHub) -> str:
    return f"{github.url}/o/r.git"


def packs(folder: Path) -> list[Path]:
    """All packs below a folder, and what may become one."""
    return [one for one in folder.rglob("objects/pack/*") if one.suffix not in (".idx", ".rev")]


def mirrored(github: GitHub, cache: Path, largest: int) -> list[str]:
    with Mirror.opened(url(github), cache, largest=largest) as mirror:
        return [one.commit for one in mirror.log()]


BLOCK = 513  # bytes: the shell's limit is rounded up to 512


def size_of(github: GitHub, cache: Path) -> int:
    """How large the one pack of a whole mirror is."""
    mirrored(github, cache, 1 << 30)
    (pack,) = packs(cache)
    return pack.stat().st_size


def too_large(github: GitHub, largest: int) -> tuple[str, str]:
    return f"{url(github)} answers git with more than {largest} bytes", HINT


def test_a_limit_that_no_file_can_reach_is_none(
    github: GitHub, repository: Hosted, cache: Path
) -> None:
    assert mirrored(github, cache, 1 << 80)[0] == repository.head()


def test_a_mirror_may_be_as_large_as_the_limit_and_no_block_larger(
    github: GitHub, repository: Hosted, tmp_path: Path
) -> None:
    size = size_of(github, tmp_path / "any")
    assert mirrored(github, tmp_path / "just", size)[0] == repository.head()

    with pytest.raises(BadAnswer) as caught:
        mirrored(github, tmp_path / "over", size - BLOCK)

    assert (str(caught.value), caught.value.hint) == too_large(github, size - BLOCK)
    assert packs(tmp_path / "over") == []
    assert mirrored(github, tmp_path / "over", size)[0] == repository.head()


def test_an_update_that_is_too_large_leaves_the_mirror_as_it_was(
    github: GitHub, repository: Hosted, cache: Path
) -> None:
    size = size_of(github, cache)
    old = packs(cache)
    repository.commit({"bigger": noise(2 * size)})
    with pytest.raises(BadAnswer):
        mirrored(github, cache, size)
    assert packs(cache) == old


def test_a_commit_that_no_branch_has_is_held_to_the_limit_too(
    github: GitHub, repository: Hosted, cache: Path
) -> None:
    """It is not a commit that upstream lacks."""
    size = size_of(github, cache)
    lost = repository.commit({"bigger": noise(2 * size)}, branch=None)
    with Mirror.opened(url(github), cache, largest=size) as mirror:
        with pytest.raises(BadAnswer):
            mirror.commit(lost)
        assert mirror.commit("0" * 40) is None


def test_what_a_killed_fetch_left_is_swept(github: GitHub, repository: Hosted, cache: Path) -> None:
    size_of(github, cache)
    (pack,) = packs(cache)
    (pack.parent / "tmp_pack_x1y2z3").write_bytes(b"PACK")
    assert mirrored(github, cache, 1 << 30)[0] == repository.head()
    assert packs(cache) == [pack]


def read(github: GitHub, head: str, largest: int) -> bytes | None:
    """Fetch the history without trees, then one large file of it."""

    async def main() -> bytes | None:
        with History.opened(url(github), largest=largest) as history:
            await history.fetch([head])
            return await history.read(head, "big", 1 << 30)

    return anyio.run(main)


@pytest.mark.parametrize(
    "largest",
    [30_000, 70_000],
    ids=["the history is too large", "the file that is fetched when it is read is"],
)
def test_a_history_and_each_fetch_of_what_it_lacks_are_held_to_the_limit(
    github: GitHub, repository: Hosted, largest: int
) -> None:
    """Five commits of 10 kB, and a file of 90 kB: noise in hexadecimal shrinks to a half."""
    with pytest.raises(BadAnswer) as caught:
        read(github, repository.head(), largest)
    assert (str(caught.value), caught.value.hint) == too_large(github, largest)


def test_a_history_may_be_larger_than_the_limit_of_one_fetch(
    github: GitHub, repository: Hosted
) -> None:
    assert read(github, repository.head(), 120_000) == noise(180_004).encode()


def test_the_base_of_a_push_is_held_to_the_limit(github: GitHub, repository: Hosted) -> None:
    repository.writable = True
    head = repository.head()
    change = NewCommit(head, "m", {"a": b"1"}, {}, "loopback")
    remote = PushRemote(github.url, "o/r", "", 20_000)
    with pytest.raises(PublishError) as caught:
        anyio.run(remote.push, "updater/a", "", change)
    assert (str(caught.value), caught.value.hint) == (
        "o/r answers git with more than 20000 bytes",
        HINT,
    )


def test_each_fetch_has_its_own_limit_and_this_process_none(
    github: GitHub, repository: Hosted, tmp_path: Path
) -> None:
    """Threads fetch side by side: what is over stops no other."""
    size = size_of(github, tmp_path / "any")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def ends(place: int) -> str:
        try:
            return mirrored(github, tmp_path / str(place), size - place % 2 * BLOCK)[0]
        except BadAnswer:
            return "too large"

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ends, range(8))) == [repository.head(), "too large"] * 4
    assert resource.getrlimit(resource.RLIMIT_FSIZE) == before
