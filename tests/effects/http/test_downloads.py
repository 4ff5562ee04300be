"""What is downloaded is left in a file whole, or not at all."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from updater.effects.http.downloads import copying
from updater.errors import UpstreamError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
    assert done.stdout == "the download cannot be kept: File too large | check space in TMPDIR\n"
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
