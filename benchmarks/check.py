"""`updater check` against nvchecker: many GitHub packages, one server, the same run.

    python benchmarks/check.py [--updater COMMAND] [--nvchecker COMMAND] [--before UPDATER]
                               [--rounds N] [PACKAGES...]

For each number of packages (22 and 1,000 unless told otherwise) as many repositories are made on a
loopback GitHub, and a server in a process of its own answers from memory, 50 ms after each request.
Both tools have a token, as their users would: the updater asks GraphQL, nvchecker asks REST for
all tags of a repository and takes the greatest (``use_max_tag``). Whole processes are timed, in
turn, after one round that fills the server's memory; both must name the same newest tag for every
package. Each is installed into a scratch environment of its own, as its users would, or is the
COMMAND given.

The updater also asks the package index for releases that are newer than the tags; nvchecker does
not. So it runs with ``cross_check: false``, the same work, and with its defaults, which is more.
Pages of the index have 55 kB. The server speaks HTTP/1.1; the last rows are against one that also
speaks HTTP/2, as GitHub and PyPI do. `mixed.py` has pins that move.
``--before`` names another updater, such as one of an earlier commit, to run in turn with this one.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import ssl
import statistics
import subprocess
import sys
import tempfile
import urllib.request
import venv
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import certifi
import trustme

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.loopback.github import TOKEN, GitHub
from tests.loopback.index import Index
from tests.project import FAKE, github_overlay

LATENCY = 0.05
# A process's peak memory is at least that of the one that started it: this one is small.
LAUNCHER = """
import os, sys, time
started = time.perf_counter()
child = os.posix_spawn(
    sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 1, 2)]
)
_, status, usage = os.wait4(child, 0)
wall = time.perf_counter() - started
code, cpu = os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime
print([code, wall, cpu, usage.ru_maxrss], file=sys.stderr)
"""
if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent


@dataclass(slots=True)
class Figures:
    """What the timed runs of one command took: seconds, seconds of CPU, MiB, requests."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)

    def line(self, name: str, peer: Figures | None) -> str:
        """Return a row of the table."""
        wall = statistics.median(self.wall)
        row = (
            f"  {name:<34} {wall:7.3f} s  {statistics.median(self.cpu):7.3f} s CPU  "
            f"{max(self.memory):6.1f} MiB  {statistics.median(self.requests):6.0f} requests"
        )
        if peer is None:
            return row
        return f"{row}  {statistics.median(peer.wall) / wall:5.2f} times as fast as nvchecker"


class Bench:
    """The servers and the two tools' projects for one number of packages.

    Args:
        folder: where all is made.
        count: how many packages.
        updater: the command.
        nvchecker: the other command.
    """

    def __init__(self, folder: Path, count: int, updater: str, nvchecker: str) -> None:
        self.names = [f"package{number}" for number in range(count)]
        self.folder = folder
        self._updater = updater
        self._nvchecker = nvchecker
        self._resources = ExitStack()
        github = self._resources.enter_context(GitHub(folder / "github"))
        index = self._resources.enter_context(Index())
        for number, name in enumerate(self.names):
            repository = github.repository("o", name)
            commit = repository.commit({"a": str(number)})  # the pinned tag's
            # Every fiftieth has more tags than GraphQL gives at once.
            tags = 130 if number % 50 == 49 else 5 + number * 37 % 60  # noqa: PLR2004 - as it says
            for minor in range(tags):
                repository.tag(f"v1.{minor}", commit)
                if not minor:
                    commit = repository.commit({"a": f"{number} and more"})
            repository.settle()
            _publish(index, name, 10 + number * 37 % 90)
        authority = trustme.CA()
        # As many authorities as every user has: each tool reads them in every run.
        bundle = Path(certifi.where()).read_bytes() + authority.cert_pem.bytes()
        (folder / "authorities.pem").write_bytes(bundle)
        certificate = authority.issue_cert("localhost", "api.localhost")
        certificate.private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
        self._servers: list[subprocess.Popen[bytes]] = []
        self.port = self._served(github.url, index.server.url, "http/1.1")
        self._tls = ssl.create_default_context(cafile=self.folder / "authorities.pem")
        self._make_projects(self.port, "")
        self._ports = [self.port, self._served(github.url, index.server.url, "h2")]
        self._make_projects(self._ports[1], "-h2")
        self._configure_nvchecker()

    def close(self) -> None:
        """Stop the servers."""
        for server in self._servers:
            server.kill()
            server.wait()
        self._resources.close()

    def _served(self, github: str, index: str, protocol: str) -> int:
        script = Path(__file__).with_name("remembering.py")
        command = [sys.executable, str(script), str(self.folder / "server.pem"), str(LATENCY)]
        server = subprocess.Popen([*command, github, index, protocol], stdout=subprocess.PIPE)
        if server.stdout is None:
            raise SystemExit("the server was started without a pipe")
        self._servers.append(server)
        return int(server.stdout.readline())

    def _make_projects(self, port: int, ending: str) -> None:
        web = f"https://localhost:{port}"
        for folder, more in (("same", "defaults: {cross_check: false}\n"), ("whole", "")):
            root = self.folder / f"{folder}{ending}"
            (root / "overlays").mkdir(parents=True)
            (root / "config.yaml").write_text(
                f"hosts: {{github.com: {{web: '{web}', api: '{web}/api/v3', "
                f"graphql: '{web}/api/graphql'}}}}\nindex: {web}/simple/\n{more}"
            )
            for name in self.names:
                text = github_overlay(name, "1.0", sri=FAKE)
                (root / "overlays" / f"{name}.nix").write_text(text)

    def _configure_nvchecker(self) -> None:
        host = f"localhost:{self.port}"
        lines = [
            "[__config__]",
            'oldver = "old.json"',
            'newver = "new.json"',
            'keyfile = "keys.toml"',
        ]
        for name in self.names:
            lines += [f"[{name}]", 'source = "github"', f'github = "o/{name}"']
            lines += [f'host = "{host}"', "use_max_tag = true"]
        (self.folder / "nvchecker.toml").write_text("\n".join(lines))
        (self.folder / "keys.toml").write_text(f'[keys]\n"{host}" = "{TOKEN}"\n')

    def updater(
        self, folder: str, *, cache: Path, token: str = TOKEN, command: str = ""
    ) -> Figures:
        """Run ``updater check`` once."""
        arguments = [command or self._updater, "check", "-C", str(self.folder / folder)]
        environment = {"XDG_CACHE_HOME": str(cache), "GITHUB_TOKEN": token}
        return self._run(arguments, environment, allowed=(0,))

    def nvchecker(self) -> Figures:
        """Run ``nvchecker`` once."""
        (self.folder / "new.json").unlink(missing_ok=True)
        command = [self._nvchecker, "-c", str(self.folder / "nvchecker.toml")]
        return self._run(command, {}, allowed=(0, 3))

    def _run(self, command: list[str], more: dict[str, str], allowed: tuple[int, ...]) -> Figures:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "SSL_CERT_FILE": str(self.folder / "authorities.pem"),
            "LC_ALL": "C.UTF-8",
        }
        self._count()
        said = subprocess.run(
            [sys.executable, "-I", "-S", "-c", LAUNCHER, *command],
            env=environment | more,
            check=True,
            capture_output=True,
        )
        code, wall, cpu, memory = json.loads(said.stderr.splitlines()[-1])
        if code not in allowed:
            tail = said.stdout.decode(errors="replace")[-2000:]
            raise SystemExit(f"{command[0]} ended with {code}: {tail}")
        return Figures([wall], [cpu], [memory / 1024], [self._count()])

    def _count(self) -> int:
        return sum(map(self._count_at, self._ports))

    def _count_at(self, port: int) -> int:
        url = f"https://localhost:{port}/-/requests"
        with urllib.request.urlopen(url, context=self._tls) as answer:
            return int(answer.read())

    def agree(self) -> None:
        """Make sure that both tools name the same newest tag for every package."""
        command = [self._updater, "check", "--json", "-C", str(self.folder / "same")]
        environment = {
            **os.environ,
            "GITHUB_TOKEN": TOKEN,
            "SSL_CERT_FILE": str(self.folder / "authorities.pem"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
        }
        done = subprocess.run(command, env=environment, check=True, capture_output=True)
        ours = {one["name"]: one["ref"] for one in json.loads(done.stdout)["packages"]}
        found = json.loads((self.folder / "new.json").read_text())["data"]
        theirs = {name: one["version"] for name, one in found.items()}
        if ours != theirs or len(ours) != len(self.names):
            raise SystemExit(f"the tools do not agree: {ours} and {theirs}")


def _publish(index: Index, name: str, releases: int) -> None:
    """Publish as many releases as a real project has, each a wheel and an sdist: pages of 55 kB."""
    for version in (*(f"0.{minor}" for minor in range(releases)), "1.0"):
        names = (f"{name}-{version}-py3-none-any.whl", f"{name}-{version}.tar.gz")
        files = {filename: filename.encode() for filename in names}
        index.release(name, version, files=files, requires_python=">=3.9")


def measure(bench: Bench, rounds: int, before: str) -> dict[str, Figures]:
    """Run all commands in turn, so that a machine that slows down slows all of them."""
    warm = bench.folder / "warm"
    earlier = partial(bench.updater, cache=bench.folder / "before", command=before)
    results: dict[str, Figures] = {}
    for number in range(rounds + 1):
        cold = Path(tempfile.mkdtemp(dir=bench.folder))
        runs: list[tuple[str, Callable[[], Figures]]] = [
            ("nvchecker", bench.nvchecker),
            ("updater, same work, cold", partial(bench.updater, "same", cache=cold)),
            ("updater, same work, warm", partial(bench.updater, "same", cache=warm)),
            ("updater, and the index, cold", partial(bench.updater, "whole", cache=cold)),
            ("updater, and the index, warm", partial(bench.updater, "whole", cache=warm)),
            ("updater, the same, HTTP/2, warm", partial(bench.updater, "same-h2", cache=warm)),
            ("updater, index, HTTP/2, cold", partial(bench.updater, "whole-h2", cache=cold)),
            ("updater, index, HTTP/2, warm", partial(bench.updater, "whole-h2", cache=warm)),
            ("updater, no token", partial(bench.updater, "same", cache=warm, token="")),
        ]
        if before:
            runs.insert(3, ("updater before, same work, warm", partial(earlier, "same")))
            runs.insert(6, ("updater before, and the index, warm", partial(earlier, "whole")))
            runs.insert(-1, ("updater before, index, HTTP/2, warm", partial(earlier, "whole-h2")))
        for name, run in runs:
            figures = run()
            if number:  # the first round fills the server's memory
                known = results.setdefault(name, Figures())
                known.wall += figures.wall
                known.cpu += figures.cpu
                known.memory += figures.memory
                known.requests += figures.requests
        if not number:
            bench.agree()
        shutil.rmtree(cold)
    return results


def installed(folder: Path, what: str, command: str) -> str:
    """Install something into a scratch environment and return a command of it."""
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", what]
    if subprocess.run(pip, check=False).returncode:
        raise SystemExit(f"{command} cannot be installed: name one with --{command}")
    return str(folder / "bin" / command)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packages", nargs="*", type=int, default=[22, 1000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--updater", default="")
    parser.add_argument("--nvchecker", default="")
    parser.add_argument("--before", default="", metavar="UPDATER")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        updater = options.updater or installed(scratch / "updater", str(ROOT), "updater")
        nvchecker = options.nvchecker or installed(scratch / "peer", "nvchecker", "nvchecker")
        for count in options.packages:
            folder = scratch / str(count)
            folder.mkdir()
            bench = Bench(folder, count, updater, nvchecker)
            try:
                results = measure(bench, options.rounds, options.before)
            finally:
                bench.close()
            print(f"{count} packages, {LATENCY * 1000:.0f} ms, medians of {options.rounds}:")
            for kind, figures in results.items():
                peer = results["nvchecker"] if kind != "nvchecker" else None
                print(figures.line(kind, peer))


if __name__ == "__main__":
    main()
