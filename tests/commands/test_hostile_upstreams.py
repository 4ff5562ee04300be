"""Forty hostile upstreams in one run: each is its own package's matter, and a good one is bumped.

The whole commands run as processes of their own, with little memory. None of the failures is one
that nobody foresaw: such a one would say that it is a bug.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.loopback.messages import Response, redirect
from tests.loopback.oddities import DATES, ODD_ZONE, dated, with_zeros
from tests.metadata.test_hostile import REFUSED, SETUP_CFG, SETUP_PY
from tests.project import FAKE, Project, github_overlay, pypi_overlay
from tests.upstreams.test_hostile import PAGES, refs

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback.index import Index

JSON = "application/vnd.pypi.simple.v1+json"
DIGITS = "1" * 5_000
FILE: dict[str, Any] = {
    "filename": "NAME-2.0.tar.gz",
    "url": "../../f/NAME-2.0.tar.gz",
    "hashes": {"sha256": "00" * 32},
}
MEMORY = 4 << 30
"""The addresses that a command may have, in bytes: those of its threads among them."""

# A pattern that takes for ever is stopped after a tenth of the time, in each of three commands.
START = """
import sys
from updater.__main__ import main
from updater.choose import tag_shapes
tag_shapes.TAG_SECONDS /= 10
sys.exit(main())
"""
LAUNCHER = """
import resource, subprocess, sys
limit, peak, *command = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_AS, (int(limit), int(limit)))
code = subprocess.call(command)
with open(peak, "w") as file:
    file.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""
"""Starts a command: its peak of memory begins with that of the process that started it."""

MOST_MEGABYTES, MOST_SECONDS = 400, 100


def page(**more: Any) -> Response:
    """Answer for a project whose release 2.0 is newer than the pin."""
    body = json.dumps({"name": "NAME", "files": [{**FILE, **more}]}).encode()
    return Response(200, body, {"Content-Type": JSON})


def said(body: bytes, content_type: str = JSON) -> Response:
    return Response(200, body, {"Content-Type": content_type})


REFUSED_ANSWERS: dict[str, Response] = {
    "brackets": said(b"[" * 200_000),
    "braces": said(b'{"a":' * 200_000),
    "no-text": said(b'{"name": "NAME", "files": [], "x": "\\ud800"}'),
    "files-a-number": said(b'{"name": "NAME", "files": 5}'),
    "file-a-number": said(b'{"name": "NAME", "files": [5]}'),
    "name-null": said(b'{"name": null, "files": []}'),
    "status-a-list": said(b'{"name": "NAME", "files": [], "project-status": []}'),
    "filename-a-number": page(filename=5),
    "url-a-list": page(url=[]),
    "url-half": page(url="http://[::1"),
    "hashes-text": page(hashes="x"),
    "digest-short": page(hashes={"sha256": "00"}),
    "size-digits": said(
        json.dumps({"name": "NAME", "files": [{**FILE, "size": "SIZE"}]})
        .replace('"SIZE"', DIGITS)
        .encode()
    ),
    "yanked-an-object": page(yanked={}),
    "requires-a-number": page(**{"requires-python": 3}),
    "date-a-number": page(**{"upload-time": 5}),
    "html-comment": said(PAGES["a comment without end"], "text/html"),
    "html-quotes": said(PAGES["quotations without end"], "text/html"),
    "html-nested": said(b"<div>" * 200_000, "text/html"),
    "to-port-99999": redirect("http://127.0.0.1:99999/"),
    "to-half-an-address": redirect("http://[::1"),
    "to-punycode": redirect("http://xn--/"),
    "to-a-long-name": redirect(f"http://{'a' * 64}.example/"),
    "to-a-file": redirect("file:///etc/passwd"),
    "later-raised-two": Response(429, headers={"Retry-After": "\u00b2"}),
    "later-digits": Response(429, headers={"Retry-After": DIGITS}),
    "later-zone": Response(429, headers={"Retry-After": "Tue, 02 Jan 2024 03:04:05 +9999"}),
    "reset-raised-two": Response(
        403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "\u00b2"}
    ),
    "packed-twice": Response(
        200, gzip.compress(gzip.compress(bytes(1 << 22))), {"Content-Encoding": "gzip, gzip"}
    ),
}
USED_ANSWERS: dict[str, Response] = {
    "date-naive": page(**{"upload-time": "2025-01-02T03:04:05"}),
    "date-10000": page(**{"upload-time": "10000-01-01T00:00:00Z"}),
    "date-zone": page(**{"upload-time": "2025-01-02T03:04:05+99:99"}),
    "requires-digits": page(**{"requires-python": f">=3.{DIGITS}"}),
    "a-cookie": Response(200, page().body, {"Content-Type": JSON, "Set-Cookie": f"a={DIGITS}"}),
}
REFUSED_FILES = {
    "toml-digits": ("pyproject.toml", REFUSED["a number of 5,000 digits"][0]),
    "toml-parts": ("pyproject.toml", REFUSED["a key of 60,000 parts"][0]),
    "toml-brackets": ("pyproject.toml", REFUSED["200,000 brackets"][0]),
    "toml-large": ("pyproject.toml", REFUSED["a megabyte"][0]),
}
USED_FILES = {
    "cfg-blanks": ("setup.cfg", SETUP_CFG["a line of 200,000 blanks"]),
    "py-attributes": ("setup.py", SETUP_PY["400 nested attributes"]),
    "py-assignments": ("setup.py", SETUP_PY["28,000 assignments"]),
    "py-fields": ("setup.py", SETUP_PY["fields of a text"]),
}


@dataclass(frozen=True)
class Ended:
    """How a command ended: its code, its packages' states, what it said, and what it took."""

    code: int
    packages: dict[str, dict[str, Any]]
    err: str
    megabytes: int
    seconds: float

    def states(self, names: Any) -> set[str]:
        return {self.packages[name]["status"] for name in names}


def run(project: Project, *arguments: str) -> Ended:
    """Run a command with `--json` in a process of its own, with limits."""
    command = [sys.executable, "-c", START, *arguments, "--json", "-C", str(project.root)]
    peak = project.root / "peak"
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", LAUNCHER, str(MEMORY), str(peak), *command],
        capture_output=True,
        check=False,
    )
    seconds = time.monotonic() - started
    text, told = done.stdout.decode(), done.stderr.decode()
    assert text, (done.returncode, told)
    listed = json.loads(text).get("packages", [])
    return Ended(
        done.returncode,
        {one["name"]: one for one in listed},
        told,
        int(peak.read_text()) >> 10,
        seconds,
    )


@pytest.fixture
def hostile(project: Project, github: GitHub, index: Index) -> Project:
    """A project with a package for each hostile upstream, and one good package."""
    for name, answer in (REFUSED_ANSWERS | USED_ANSWERS).items():
        body = answer.body.replace(b"NAME", name.encode())
        own = Response(answer.status, body, answer.headers)
        index.server.fail(f"GET /simple/{name}/", own)
        project.overlay(f"{name}.nix", pypi_overlay(name, "1.0", sri=FAKE))
    for name, (path, text) in (REFUSED_FILES | USED_FILES).items():
        repository = github.repository("o", name)
        old = repository.commit({"a": "1"})
        repository.commit({"a": "2", path: text})
        follow(project, name, old)
    for place, date in enumerate((*DATES.values(), ODD_ZONE)):
        repository = github.repository("o", f"date-{place}")
        old = repository.commit({"a": "1"})
        dated(repository, date)
        follow(project, f"date-{place}", old)
    zeros = github.repository("o", "zeros")
    old = zeros.commit({"a": "1"})
    with_zeros(zeros, "pyproject.toml", 30)
    follow(project, "zeros", old)
    tags = github.repository("o", "tags")
    commit = tags.commit({"a": "1"})
    tags.tag("v1.0", commit)
    lines = [
        f"{commit} refs/tags/{name}\n".encode("utf-8", "surrogateescape")
        for name in ("v1.0", "v2.0", f"v{DIGITS}", "v3.0\udcff", "v3.0\u2028x", f"v{'a.' * 9_000}")
    ]
    github.server.fail("POST /o/tags.git/git-upload-pack", Response(200, refs(*lines)))
    project.overlay("tags.nix", github_overlay("tags", "1.0", sri=FAKE))
    evil = github.repository("o", "evil")
    evil.tag("v1.0", evil.commit({"a": "1"}))
    evil.tag(f"v{'a' * 80}", evil.commit({"a": "2"}))
    project.overlay("evil.nix", github_overlay("evil", "1.0", sri=FAKE))
    index.release("label", "2.0")
    project.overlay("label.nix", pypi_overlay("label", "1" * 4_400, sri=FAKE))
    index.release("good", "2.0")
    project.overlay("good.nix", pypi_overlay("good", "1.0", sri=FAKE))
    project.add_configuration(
        "packages:\n"
        "  evil: {tag_pattern: 'v(?P<version>(a+)+b|1.0)'}\n"
        "  requires-digits: {python: '3.12'}\n"
        + "".join(
            f"  {name}: {{minimum_release_age: 1d}}\n" for name in USED_ANSWERS if "date" in name
        )
    )
    os.mkfifo(project.root / "overlays" / "fifo.nix")
    return project


def follow(project: Project, name: str, commit: str) -> None:
    project.overlay(
        f"{name}.nix", github_overlay(name, "0-unstable-2025-01-01", rev=commit, sri=FAKE)
    )


def looked_at(ended: Ended) -> None:
    assert ended.code == 1, ended.err
    assert "Traceback" not in ended.err
    for one in ended.packages.values():
        error = one.get("error") or {}
        assert "bug" not in f"{error.get('message')} {error.get('hint')}".lower(), one
    assert ended.megabytes < MOST_MEGABYTES
    assert ended.seconds < MOST_SECONDS


def test_one_hostile_upstream_is_one_packages_matter(hostile: Project) -> None:
    checked = run(hostile, "check")
    looked_at(checked)
    refused = [*REFUSED_ANSWERS, *REFUSED_FILES, "zeros", "evil"]
    assert checked.states(refused) == {"failed"}
    dated_packages = [f"date-{place}" for place in range(len(DATES) + 1)]
    used = ["good", "requires-digits", "a-cookie", "date-naive", *USED_FILES, "tags"]
    assert checked.states(used) == {"outdated"}
    assert checked.packages["tags"]["latest"] == "2.0"
    assert checked.packages[dated_packages[-1]]["status"] == "outdated"
    assert checked.states(dated_packages) <= {"outdated", "failed"}
    assert checked.states(["date-10000", "date-zone"]) == {"held"}  # of no known age
    assert len(checked.packages) == len(REFUSED_ANSWERS | USED_ANSWERS) + len(
        REFUSED_FILES | USED_FILES
    ) + len(dated_packages) + len(("zeros", "tags", "evil", "label", "good"))

    bumped = run(hostile, "bump", "--dry-run")
    looked_at(bumped)
    assert bumped.states(refused) == {"failed"}
    assert bumped.states(["good", "date-naive", "requires-digits"]) == {"updated"}

    verified = run(hostile, "verify")
    looked_at(verified)
    assert verified.packages["good"]["status"] not in ("failed", "true")
    assert verified.states([*REFUSED_ANSWERS, "evil"]) == {"failed"}
