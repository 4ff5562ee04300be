"""Times the embedded hash against ``nix-prefetch-url --unpack`` and against the floor.

Every command is a whole process that downloads the same archive from a loopback server:

* embedded: Python, ``updater.hashing.archive`` and the standard library's HTTP client;
* command: ``updater prefetch --unpack``, with all that it loads;
* nix: ``nix-prefetch-url --unpack`` with an empty store of its own and Nix's default settings;
* floor: Python, download, the fastest gunzip and sha256 over what it yields, nothing else.

Prints medians of wall and processor time in seconds, the peak of memory in MB, and ratios. Run it
from the repository's root: ``python benchmarks/hashing.py [small] [medium] [large] [shuffled]``.
The large archives take a minute to make and 5 GB of disk; everything is removed at the end. Exit
code 1 if Nix gives another hash.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import io
import os
import random
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import threading
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from updater.model.sri import parse_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parent.parent
COMMIT: Final = "0123456789abcdef0123456789abcdef01234567"
# What zlib at its default level makes of the generated text.
RATIO: Final = 2.75
FOLDERS: Final = ("src", "src-tools", "docs", "tests", "tests/unit", "src/core", "src/core/io")
ENDINGS: Final = (".py", ".py", ".c", ".h", ".md", "", "-x.txt")

EMBEDDED: Final = """
import sys, urllib.request
from updater.hashing.archive import hash_archive
with urllib.request.urlopen(sys.argv[1]) as answer:
    chunks = iter(lambda: answer.read(65536), b"")
    print(hash_archive(chunks, filename="x.tar.gz").sri)
"""
FLOOR: Final = """
import hashlib, sys, urllib.request
from isal import igzip_lib
digest = hashlib.sha256()
decoder = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
with urllib.request.urlopen(sys.argv[1]) as answer:
    while not decoder.eof:
        data = answer.read(65536) if decoder.needs_input else b""
        digest.update(decoder.decompress(data, 1 << 18))
print(digest.hexdigest())
"""
LAUNCHER: Final = """
import os, sys, time
start = time.perf_counter()
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(child, 0)
wall = time.perf_counter() - start
print(wall, used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclass(frozen=True, slots=True)
class Case:
    """An archive to make: ``size`` in bytes, roughly, compressed.

    ``shuffled`` has its members in no order at all, which nothing can stream.
    """

    name: str
    size: int
    files: int
    repeats: int
    shuffled: bool = False


CASES: Final = {
    case.name: case
    for case in (
        Case("small", 10_000, 8, 9),
        Case("medium", 7_000_000, 3_000, 7),
        Case("large", 500_000_000, 50_000, 3),
        Case("shuffled", 500_000_000, 50_000, 3, shuffled=True),
    )
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process cost: seconds, seconds, and bytes; and what it printed last."""

    wall: float
    processor: float
    memory: int
    printed: str


class _Gzip(io.RawIOBase):
    """Compresses what is written, as ``git archive`` does."""

    def __init__(self, file: io.BufferedWriter) -> None:
        self._file = file
        self._encoder = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS | 16)

    def write(self, data: bytes) -> int:  # type: ignore[override]  # tarfile writes bytes only
        self._file.write(self._encoder.compress(data))
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.write(self._encoder.flush())
        super().close()


def make_archive(path: Path, case: Case) -> None:
    """Write a tar.gz of generated text as ``git archive`` does, or shuffled."""
    chance = random.Random(case.name)  # noqa: S311 - no secret
    letters = "abcdefghijklmnopqrstuvwxyz_"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 11))) for _ in range(6000)]
    weights = [1 / (rank + 1) ** 0.9 for rank in range(len(words))]
    text = " ".join(chance.choices(words, weights, k=3_000_000)).replace(" z", "\n    z").encode()
    middle = case.size * RATIO / case.files / 2.05

    def content() -> bytes:
        size = min(int(chance.lognormvariate(0, 1.2) * middle), len(text) // 2)
        start = chance.randrange(len(text) - size)
        return text[start : start + size]

    names: set[str] = set()
    while len(names) < case.files:
        folder = f"{chance.choice(FOLDERS)}/{words[chance.randrange(1 + case.files // 120)]}"
        names.add(f"{folder}/{chance.choice(words)}{chance.randrange(99)}{chance.choice(ENDINGS)}")
    with (
        path.open("wb") as file,
        _Gzip(file) as packed,
        tarfile.open(
            fileobj=packed, mode="w|", bufsize=1 << 20, pax_headers={"comment": COMMIT}
        ) as tar,
    ):
        ordered = _with_folders(names)
        if case.shuffled:
            chance.shuffle(ordered)
        for name in ordered:
            member = tarfile.TarInfo(f"project-{COMMIT}/{name}")
            if name.endswith("/") or not name:
                member.type, member.mode = tarfile.DIRTYPE, 0o775
                tar.addfile(member)
            else:
                data = content()
                member.size, member.mode = len(data), 0o664
                tar.addfile(member, io.BytesIO(data))


def _with_folders(names: set[str]) -> list[str]:
    folders = {name[: at + 1] for name in names for at, letter in enumerate(name) if letter == "/"}
    # A folder's name ends with its slash, as in git's order.
    return ["", *sorted(names | folders)]


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback and give its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def measure(command: list[str], environment: dict[str, str]) -> Cost:
    """Run a command to its end and return what it cost.

    A small process of its own starts it, since Linux counts the memory of the process that starts
    a program as the program's own peak.

    Raises:
        SystemExit: it failed.
    """
    launched = [sys.executable, "-I", "-S", "-c", LAUNCHER, *command]
    done = subprocess.run(launched, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed: {done.stderr}")
    wall, processor, memory = done.stderr.split()[-3:]
    return Cost(float(wall), float(processor), int(memory) * 1024, done.stdout.strip())


def nix_environment(folder: Path) -> dict[str, str]:
    """Return the environment of a Nix with an empty store in ``folder``."""
    (folder / "conf").mkdir(parents=True)
    (folder / "conf" / "nix.conf").write_text("build-users-group =\nsubstituters =\n")
    places = {
        "NIX_CONF_DIR": "conf",
        "NIX_LOCALSTATE_DIR": "var",
        "NIX_LOG_DIR": "log",
        "NIX_STATE_DIR": "state",
        "NIX_STORE_DIR": "store",
        "HOME": "home",
    }
    inside = {name: str(folder / place) for name, place in places.items()}
    return {"PATH": os.environ["PATH"], "NIX_REMOTE": "local"} | inside


def measure_nix(url: str, scratch: Path) -> Cost:
    """Prefetch into an empty store, which is removed afterwards."""
    folder = scratch / "nix"
    cost = measure(["nix-prefetch-url", "--unpack", url], nix_environment(folder))
    for inside, folders, _ in os.walk(folder):
        for name in folders:
            Path(inside, name).chmod(0o700)
    shutil.rmtree(folder)
    return replace(cost, printed=str(parse_hash(cost.printed, "sha256")))


def measure_command(url: str, scratch: Path) -> Cost:
    """Run the updater itself, whose cache and configuration would lie in ``scratch``."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(scratch)}
    command = [sys.executable, "-m", "updater", "prefetch", "--unpack", url, "-C", str(scratch)]
    return measure(command, environment)


def measure_python(program: str, url: str) -> Cost:
    """Run a program with this Python."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    return measure([sys.executable, "-c", program, url], environment)


def middle(costs: list[Cost]) -> Cost:
    """Return the medians."""
    return Cost(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.processor for cost in costs),
        int(statistics.median(cost.memory for cost in costs)),
        costs[0].printed,
    )


def run(case: Case, scratch: Path) -> bool:
    """Measure one archive, print the figures, and tell whether all hashes agree."""
    archive = scratch / "x.tar.gz"
    make_archive(archive, case)
    size = archive.stat().st_size
    costs: dict[str, list[Cost]] = {"embedded": [], "command": [], "nix": [], "floor": []}
    with served(scratch) as address:
        url = f"{address}/x.tar.gz"
        # In turns, so that a machine that is busy for a while slows all of them down.
        for _ in range(case.repeats):
            costs["floor"].append(measure_python(FLOOR, url))
            costs["embedded"].append(measure_python(EMBEDDED, url))
            costs["command"].append(measure_command(url, scratch))
            costs["nix"].append(measure_nix(url, scratch))
    archive.unlink()
    middles = {name: middle(found) for name, found in costs.items()}
    print(f"{case.name}: {size:,} bytes, {case.files:,} files, median of {case.repeats}")
    for name, cost in middles.items():
        print(
            f"  {name:9} wall {cost.wall:7.3f} s   processor {cost.processor:7.3f} s   "
            f"memory {cost.memory / 1e6:6.1f} MB"
        )
    for ours in ("embedded", "command"):
        for name in ("nix", "floor"):
            one, other = middles[ours], middles[name]
            print(
                f"  {ours:8} / {name:5}   wall {one.wall / other.wall:5.2f}   "
                f"processor {one.processor / other.processor:5.2f}"
            )
    agree = {cost.printed for name in ("embedded", "command", "nix") for cost in costs[name]}
    print(f"  hash {' and '.join(sorted(agree))}")
    return len(agree) == 1


def main() -> int:
    """Run the cases that the command line names, all by default."""
    parser = argparse.ArgumentParser(description="Time the embedded hash against Nix.")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}")
    names = parser.parse_args().cases or list(CASES)
    if unknown := set(names) - CASES.keys():
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    # Not in /tmp, which may be a RAM disk too small for this.
    with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
        agreed = [run(CASES[name], Path(scratch)) for name in names]
    return 0 if all(agreed) else 1


if __name__ == "__main__":
    raise SystemExit(main())
