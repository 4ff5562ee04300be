"""What is downloaded comes fast enough, and is left in a file whole, or not at all."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.loopback.faults import Drip
from tests.loopback.messages import Response
from updater.effects.http import downloads
from updater.effects.http.downloads import copying, paced
from updater.effects.http.network import Network
from updater.errors import Unreachable, UpstreamError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.effects.http.clients import Client
    from tests.loopback.server import Server


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, client: Client) -> Client:
    """A client whose minute is a fifth of a second; an answer may begin after one."""
    monkeypatch.setattr(downloads, "_MINUTE", 0.2)
    monkeypatch.setattr(downloads, "DRIPS", 1)
    client.network = Network(retries=1, timeout=1)
    return client


@pytest.fixture
def large(server: Server) -> str:
    """The address of a file that takes a while byte by byte."""
    server.route("GET", "/large", lambda _request: Response(200, bytes(5000)))
    return f"{server.url}/large"


def test_a_host_that_drips_its_body_is_left(server: Server, impatient: Client, large: str) -> None:
    """Each byte ends the silence before it, so that no silence is ever too long."""
    server.fail("GET", Drip(after=500, pause=0.01))
    with pytest.raises(Unreachable, match=r"/large sends too slowly: \d+ bytes in 0 s$"):
        impatient.download(large)
    assert len(server.requests()) == 2


def test_a_host_that_drips_its_headers_is_left(
    server: Server, impatient: Client, large: str
) -> None:
    server.fail("GET", Drip(after=10, pause=0.1))
    with pytest.raises(Unreachable) as caught:
        impatient.download(large)
    assert str(caught.value) == f"no answer from {large} for 1 s"
    assert len(server.requests()) == 2


def test_what_ends_within_a_minute_may_come_as_it_likes(
    server: Server, client: Client, large: str
) -> None:
    server.fail("GET", Drip(after=5000, pause=0.002))
    assert client.download(large) == bytes(5000)


@pytest.mark.parametrize(
    ("sizes", "seconds", "enough"),
    [
        ([1000] * 200, 1.0, True),
        ([60_000, 0, 60_000, 0], 30.0, True),
        ([999] * 200, 1.0, False),
        ([1 << 20, *[1] * 200], 1.0, False),
    ],
    ids=["just", "by turns", "too slow", "too slow later"],
)
def test_a_thousand_bytes_a_second_are_enough(
    monkeypatch: pytest.MonkeyPatch, sizes: list[int], seconds: float, *, enough: bool
) -> None:
    now = 0.0

    def pieces() -> Iterator[bytes]:
        nonlocal now
        for size in sizes:
            now += seconds
            yield bytes(size)

    monkeypatch.setattr(downloads, "monotonic", lambda: now)
    if enough:
        assert sum(map(len, paced(pieces(), "https://host.example/x"))) == sum(sizes)
    else:
        with pytest.raises(Unreachable, match=r"^https://host.example/x sends too slowly: "):
            list(paced(pieces(), "https://host.example/x"))


def test_the_time_that_a_reader_takes_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(downloads, "monotonic", lambda: now)
    for _ in paced(iter([b"x"] * 100), "https://host.example/x"):
        now += 10


FULL = """\
import resource, signal, sys
from pathlib import Path
from updater.effects.http.downloads import copying
from updater.errors import HashError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    with copying(iter([b"x" * 60_000] * 4), Path(sys.argv[1])) as copied:
        print(sum(map(len, copied)))
except HashError as error:
    print(error, "|", error.hint)
"""


def test_a_disk_that_is_full_leaves_no_part_of_what_is_kept(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk's; in a process of its own."""
    kept = tmp_path / "own" / "kept"
    kept.parent.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(kept)], check=True, capture_output=True, text=True
    )
    assert done.stdout == "the download cannot be stored: File too large | free space in TMPDIR\n"
    assert list(kept.parent.iterdir()) == []


def test_whoever_reads_a_download_leaves_a_copy(tmp_path: Path) -> None:
    with copying(iter([b"a", b"b"]), tmp_path / "kept") as copied:
        assert list(copied) == [b"a", b"b"]
    assert (tmp_path / "kept").read_bytes() == b"ab"


def test_a_download_that_breaks_off_leaves_no_copy(tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"a"
        raise UpstreamError("it broke off")

    kept = tmp_path / "kept"
    with pytest.raises(UpstreamError, match="broke off"), copying(chunks(), kept) as copied:
        list(copied)
    assert not kept.exists()
