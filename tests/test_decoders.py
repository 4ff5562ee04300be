"""Whatever others send is read or refused, by an exception of our own, in time and memory.

Each reader gets real inputs with random changes: project files, answers of indexes, hosts and git,
headers, tags and commits, release notes, texts that somebody may have edited, results, archives.
`./task thorough` gives them a million.
"""

from __future__ import annotations

import json
import random
import re
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.bounded import MOST_KIBIBYTES, MOST_SECONDS, forget_peak, memory
from tests.fuzzing import mutated
from tests.hashing.trees import File, Link, Members, gzipped, make_tar, make_zip
from tests.metadata import test_hostile as files
from tests.publish.research.test_osv import RECORDS
from tests.test_text import QUOTED
from tests.upstreams import test_hostile as answers
from updater.choose.interpreters import runs_on
from updater.choose.other_forms import newer_in_other_forms
from updater.choose.releases import choose_release
from updater.choose.tag_forms import TagNames
from updater.choose.tag_shapes import tag_form
from updater.choose.tags import Versions
from updater.choose.tracking import choose_tracking
from updater.config.file import parse
from updater.config.file import read as read_configuration
from updater.effects.git.mirror import _logged
from updater.effects.http.addresses import origin, refuse_unusable, shown
from updater.effects.http.resuming import _RANGE, _validator
from updater.effects.http.statuses import Refusal
from updater.effects.processes import apart
from updater.errors import UpdaterError
from updater.hashing.archive import hash_archive
from updater.hashing.limits import Limits
from updater.identify.attributes import GitAttributes
from updater.identify.exact import Inexact
from updater.kinds import KNOWN_HOSTS
from updater.metadata import licences, repositories, requirements
from updater.metadata.python import declared_python
from updater.metadata.version import declared_version
from updater.model import Candidate, HttpResponse, Offer, Pin, Policy, Project, moments
from updater.model.decoding import UNREADABLE
from updater.model.labels import parse_version
from updater.model.proposal import kind_of
from updater.publish.research import osv as vulnerabilities
from updater.publish.results.files import _read as read_result
from updater.publish.text import dashboard
from updater.publish.text.marker import read_marker, wants_rebuild
from updater.text import printable, quoted
from updater.upstreams import gitea, github_batches, gitlab, ls_refs, pypi, rest
from updater.upstreams.answers import decoded
from updater.upstreams.base import ProjectQuestion
from updater.upstreams.intake import note_taken_in, taken_in

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

EXECUTIONS = 1_000_000
NOW = datetime(2026, 6, 1, tzinfo=UTC)
INDEX = Project.parse("pypi:pkg")
REPOSITORY = Project.parse("https://github.com/o/pkg")
INDEX_BASE = "https://index.example/simple"
URL = f"{INDEX_BASE}/pkg/"
QUESTION = ProjectQuestion(
    REPOSITORY, frozenset({"main"}), frozenset({"1" * 40}), ("pyproject.toml",), releases=True
)


def at_once(work: Coroutine[Any, Any, Any]) -> Any:
    """Return what a coroutine returns that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waits")


def of_tree(path: str) -> Callable[[bytes], None]:
    """Read a file of a source tree for all that it may say."""

    def read(data: bytes) -> None:
        tree = {path: data}

        async def take(wanted: str) -> bytes | None:
            assert "\0" not in wanted
            return tree.get(wanted)

        at_once(declared_version(take, ("pkg",)))
        python = declared_python(tree)
        runs_on(parse_version("3.12"), python)
        needed = requirements.from_tree(tree)
        if needed is not None:
            requirements.compare(needed, needed)
        licences.changed(licences.from_tree(tree), "MIT")
        repositories.from_tree(tree)

    return read


def taken(offer: Offer) -> None:
    """Take an offer in, and look at all that later stages look at."""
    made = taken_in(offer)
    if not isinstance(made, Offer):
        raise made
    answers.looked_through(made)
    versions = Versions(made.candidates, None)
    for one in versions.releases[:20]:
        assert one.candidate.published is None or one.candidate.published - NOW < timedelta.max
        for file in one.candidate.distributions:
            runs_on(parse_version("3.12"), file.requires_python)
    repr(made).encode("utf-8", "backslashreplace")


def of_index(content_type: str) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        answer = HttpResponse(200, URL, {"content-type": content_type}, data)
        taken(pypi._offer(INDEX, pypi._packed(INDEX.path, answer), INDEX_BASE))

    return read


def of_graphql(data: bytes) -> None:
    said = decoded(HttpResponse(200, URL, {}, data), github_batches._Answer)
    for raw in (said.data or {}).values():
        made = github_batches._repository(QUESTION, raw)
        if made is not None:
            try:
                taken(made.offer(KNOWN_HOSTS["github.com"]))
            except UNREADABLE:  # as its caller knows
                continue


def of_releases(data: bytes) -> None:
    answer = HttpResponse(200, URL, {}, data)
    with suppress(UpdaterError):
        for one in decoded(answer, list[rest.ListedRelease]):
            if one.note is not None and one.candidate is not None:
                note_taken_in(one.note)
    with suppress(UpdaterError):
        for other in decoded(answer, list[gitlab._Release]):
            note = gitlab._note(other)
            assert note is None or isinstance(note.url + note.text + other.page, str)
    with suppress(UpdaterError):
        decoded(answer, list[gitlab._Tag])
    with suppress(UpdaterError):
        decoded(answer, list[gitlab._Project])
    decoded(answer, list[gitea._Tag])


def of_git(data: bytes) -> None:
    for read in (ls_refs._refs, ls_refs._advertised):
        try:
            refs = read("https://git.example/o/pkg", data)
        except UpdaterError:
            continue
        taken(ls_refs.offer(QUESTION, refs, lambda tag: f"https://git.example/{tag}"))


def of_headers(data: bytes) -> None:
    """Read each line as the value of every header that is looked at."""
    for line in data.split(b"\n")[:6]:
        value = bytes(one for one in line if one >= 32 or one == 9).strip()
        names = ("retry-after", "x-ratelimit-reset", "content-range", "content-length", "etag")
        headers = [(name.encode(), value) for name in (*names, "last-modified", "date", "link")]
        response = httpx.Response(429, headers=[*headers, (b"x-ratelimit-remaining", b"0")])
        with pytest.raises(UpdaterError):
            Refusal(response, URL, b"", "", NOW).throw()
        _validator(response)
        text = response.headers["link"]
        found = _RANGE.fullmatch(text)
        assert found is None or int(found[1]) >= 0
        rest._NEXT.search(text[: rest._LONGEST_LINK])
        origin(text)
        shown(text)
        moments.from_iso(text)
        try:
            refuse_unusable(text)
        except UpdaterError:
            continue
        assert httpx.URL(text).port != 0


def of_tags(data: bytes) -> None:
    """Read each line as a tag, a label and the rev of a pin."""
    names = [line.decode("utf-8", "surrogateescape") for line in data.split(b"\n")[:20]]
    tags = tuple(Candidate(name, ref=name, commit="1" * 40) for name in names)
    offer = taken_in(Offer(REPOSITORY, tags, {"main": "2" * 40}, "main", str(REPOSITORY)))
    assert isinstance(offer, Offer)
    known = TagNames(("pkg",), "pkg")
    for name in names[:2]:
        pin = Pin(name[:300], name[-300:])
        form = tag_form(pin, Policy(), offer, known)
        versions = Versions(offer.candidates, form)
        choose_tracking(pin, Policy(), offer, versions)
        choose_release(pin, versions, Policy(), NOW)
        list(newer_in_other_forms(versions, None, known))
        kind_of(name, names[-1], stays=False)


def of_commits(data: bytes) -> None:
    for line in data.decode("ascii", "replace").split("\n")[:20]:
        if len(line.split()) > 1:
            assert _logged(line).seconds >= 0


def of_attributes(data: bytes) -> None:
    try:
        read = GitAttributes().entered(b"", b"1" * 20, data[:4096])
        read.of(b"a/b/" + data[:60].replace(b"/", b"a"))
    except Inexact:
        return


def of_configuration(data: bytes) -> None:
    read_configuration(parse(data[:4096], "config.yaml"))


def encoded(texts: Sequence[str]) -> list[bytes]:
    return [text.encode("utf-8", "surrogateescape") for text in texts if len(text) < 20_000]


PYPROJECT = """\
[build-system]
requires = ["setuptools>=61", "setuptools_scm[toml]"]
build-backend = "setuptools.build_meta"
[project]
name = "pkg"
version = "1.2.3"
requires-python = ">=3.9,<4"
license = {text = "MIT"}
classifiers = ["License :: OSI Approved :: MIT License"]
dependencies = ["numpy>=1.20; python_version < '3.12'", "torch (>=2)", "einops @ https://h/e.zip"]
[project.optional-dependencies]
dev = ["pytest", "ruff==0.5.*"]
[project.urls]
Source = "https://github.com/o/pkg"
[tool.poetry]
version = "1.2.3"
[tool.setuptools.dynamic]
version = {attr = "pkg.__version__"}
[tool.hatch.version]
path = "src/pkg/about.py"
"""
SETUP_CFG = """\
[metadata]
name = pkg
version = attr: pkg.__version__
[options]
python_requires = >=3.8
install_requires =
    numpy>=1.20
    torch; sys_platform == "linux"
[options.extras_require]
dev = pytest
"""
SETUP_PY = """\
# -*- coding: utf-8 -*-
from setuptools import setup, find_packages
VERSION = "1.2.3"
NEEDED = ["numpy>=1.20", 'torch']
__version__: str = f"{VERSION}"
setup(
    name="pkg", version=VERSION, install_requires=NEEDED, python_requires=">=3.8",
    extras_require={"dev": ["pytest", "ruff"]}, packages=find_packages(),
)
"""
INFO = """\
Metadata-Version: 2.3
Name: pkg
Version: 1.2.3
License-Expression: MIT
Classifier: License :: OSI Approved :: MIT License
Project-URL: Source, https://github.com/o/pkg
Requires-Python: >=3.9
Requires-Dist: numpy>=1.20
Requires-Dist: pytest; extra == "dev"
Dynamic: Description

A description.
"""
PAGE = (
    '<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.0"></head><body>'
    '<a href="../f/pkg-1.0.tar.gz#sha256=' + "0" * 64 + '" data-requires-python="&gt;=3.9" '
    'data-yanked="broken">pkg-1.0.tar.gz</a><br/>\n'
    '<a href="https://h/pkg-1.1-py3-none-any.whl">pkg-1.1-py3-none-any.whl</a></body></html>'
)
HEADERS = """\
120
Tue, 02 Jan 2024 03:04:05 GMT
1704164645
bytes 0-1023/2048
<https://api.github.com/repos/o/pkg/releases?page=2>; rel="next", <https://h/?page=9>; rel="last"
https://user:word@h.example:8443/a/b?c=d#e
"0123456789abcdef"
"""
TAGS = """\
v1.2.3
pkg-1.2.3
release_1_2_3
2024-01-15
v2.0.0rc1
0.1.0-unstable-2024-01-02
pkg/v1.0+cu118
1.2.3.post1.dev2
jdk-17.0.1+12
"""
COMMITS = f"{'1' * 40} {'2' * 40} 1704164645\n{'3' * 40} {'4' * 40} \n"
ATTRIBUTES = "*.py text eol=crlf\n/docs export-ignore\n**/a*b/*.c -diff\n[attr]own text\n*.h own\n"
NOTES = """\
## What's new by @me

* fix GH\\-3 and o/r#1, &#64;me, https\\://github\\.com/o/r/pull/2
* `code @x` by **bold** a_b

| a | b |
| --- | --- |
| `x | GH\\-3` | [a](https://github.com/o/r/issues/1 "t") |

<details><!-- updater:rebuild --> ![x](http://t/x.png) [![y](http://t/y)](../z) <https://h/>
```py @x
never closed
"""
MARKS = """\
- [x] `apple` `1.0` → `2.0`: not proposed yet <!-- updater:row pending overlays/a.nix#a.apple -->
- [x] <!-- updater:rebuild --> Tick this
<!-- updater: {"updates": ["overlays/a.nix#a.apple 2.0 1111"], "ready": true, \
"proposed": ["2026-01-02"]} -->
"""
RESULT = json.dumps(
    {
        "package": "overlays/a.nix#a.apple",
        "version": "2.0",
        "ref": None,
        "commit": "1" * 40,
        "requested_version": None,
        "command": "bump",
        "hash": "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "built": {},
        "build": None,
    }
)
SMALL: Members = [
    (b"t", {}),
    (b"t/a.py", File(b"x" * 700)),
    (b"t/l", Link(b"a.py")),
    (b"t/" + b"n" * 120, File(b"y")),
]
TAR = make_tar(SMALL)
CONFIGURATION = """\
overlays: [overlays]
network: {retries: 3, timeout: 30s, max_wait: 60s}
archives: {unpacked: 16GiB}
defaults: &d {track: tag, minimum_release_age: 7d, allow: ">=1,<2"}
packages:
  pkg: {<<: *d, tag_pattern: 'v(?P<version>.+)', hold: no, python: "3.12"}
"""


def of_notes(data: bytes) -> None:
    quotation = quoted(printable(data[:10_000].decode("utf-8", "replace")), 10_000)
    assert re.search(r"(?m)^(?!>)|<!--|@(?=\w)|\b(?i:gh)-(?=\d)", quotation) is None


def of_marks(data: bytes) -> None:
    """Read a pull request's or an issue's text, which anybody with the right may have edited."""
    body = data.decode("utf-8", "replace")
    read_marker(body)
    wants_rebuild(body)
    dashboard.forced(body)
    assert dashboard.forced(dashboard.merged([body, body])) == dashboard.forced(body)


def of_results(data: bytes) -> None:
    with suppress(ValueError):  # as its caller knows
        read_result(data)


def of_vulnerabilities(data: bytes) -> None:
    with suppress(ValueError, KeyError, TypeError, AttributeError):  # as its caller knows
        answer = decoded(HttpResponse(200, URL, {}, data), dict[str, Any])
        vulnerabilities.read(answer["vulns"])


def of_archive(filename: str) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        hash_archive([data], filename=filename, limits=Limits(unpacked_bytes=64 << 20))

    return read


TARGETS: dict[str, tuple[list[bytes], Callable[[bytes], None]]] = {
    "pyproject.toml": (
        encoded([PYPROJECT, *files.TOML.values()]),
        of_tree("pyproject.toml"),
    ),
    "setup.cfg": (encoded([SETUP_CFG, *files.SETUP_CFG.values()]), of_tree("setup.cfg")),
    "setup.py": (encoded([SETUP_PY, *files.SETUP_PY.values()]), of_tree("setup.py")),
    "PKG-INFO": (encoded([INFO, *files.PKG_INFO.values()]), of_tree("PKG-INFO")),
    "the index's JSON": (
        [json.dumps(answers.PAGE).encode()],
        of_index(answers.JSON["content-type"]),
    ),
    "the index's HTML": ([PAGE.encode()], of_index("text/html")),
    "GraphQL": ([json.dumps(answers.ENVELOPE).encode()], of_graphql),
    "REST": (
        [
            json.dumps(one).encode()
            for one in (
                *answers.RELEASES.values(),
                *answers.TAGS.values(),
                [*answers.ABOUT.values()],
            )
        ],
        of_releases,
    ),
    "refs": (
        [answers.REFS, answers.refs(b"1" * 40 + b" refs/tags/v1 peeled:" + b"2" * 40)],
        of_git,
    ),
    "headers": ([HEADERS.encode()], of_headers),
    "tags": ([TAGS.encode()], of_tags),
    "commits": ([COMMITS.encode()], of_commits),
    "attributes": ([ATTRIBUTES.encode()], of_attributes),
    "config.yaml": ([CONFIGURATION.encode()], of_configuration),
    "release notes": ([NOTES.encode(), *(text.encode() for text, _ in QUOTED.values())], of_notes),
    "marks": ([MARKS.encode()], of_marks),
    "results": ([RESULT.encode()], of_results),
    "vulnerabilities": ([json.dumps({"vulns": RECORDS}).encode()], of_vulnerabilities),
    "a tar": ([TAR, make_tar(SMALL, pax=False)], of_archive("x.tar")),
    "a gzipped tar": ([gzipped(TAR)], of_archive("x.tar.gz")),
    "a zip": ([make_zip(SMALL)], of_archive("x.zip")),
}
# Parsers in Python take a hundred times as long as those in C; every kind gets its share of time.
SHARES = {
    "the index's HTML": 0.2,
    "config.yaml": 0.1,
    "setup.py": 0.5,
    "release notes": 0.1,
    "a tar": 0.3,
    "a zip": 0.3,
}


def executions(name: str, whole: int) -> int:
    """Return how many executions of a whole are a target's."""
    shares = {target: SHARES.get(target, 1.0) for target in TARGETS}
    return -int(-whole * shares[name] // sum(shares.values()))


def fuzz(name: str, count: int, seed: int) -> None:
    """Give a reader so many inputs; the message of a failure has the input."""
    seeds, read = TARGETS[name]
    chance = random.Random(seed)  # noqa: S311 - an input that fails is made again by its seed
    for place in range(count):
        data = mutated(seeds, chance)
        forget_peak()
        before, started = memory("VmRSS"), time.process_time()
        try:
            with suppress(UpdaterError):
                read(data)
        except Exception as error:
            raise AssertionError(f"{name}, {place} of seed {seed}: {data[:3000]!r}") from error
        seconds, kibibytes = time.process_time() - started, memory("VmHWM") - before
        assert seconds < MOST_SECONDS / 10, (name, seed, place, data[:300])
        assert kibibytes < MOST_KIBIBYTES, (name, seed, place, data[:300])


@pytest.fixture(autouse=True)
def _in_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_SHORT", 1 << 40)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", TARGETS)
def test_a_changed_input_is_read_or_refused(name: str) -> None:
    fuzz(name, executions(name, 2_000), seed=1)


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("part", range(8))
@pytest.mark.parametrize("name", TARGETS)
def test_a_million_changed_inputs_are_read_or_refused(name: str, part: int) -> None:
    fuzz(name, executions(name, EXECUTIONS // 8), seed=1_000 + part)
