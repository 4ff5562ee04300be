"""Nothing that an upstream writes into any field of an answer acts where it is shown."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from msgspec.structs import replace

from tests.hostile import HOSTILE, SEEN, acting, texts
from tests.loopback import forges, git_http
from tests.loopback.github import TOKEN
from tests.loopback.messages import json_answer, text
from tests.loopback.repositories import Repository
from tests.upstreams.asking import Asking
from tests.upstreams.hosted import filled
from updater.errors import NotFound, UpstreamError
from updater.kinds import UPSTREAMS
from updater.model import Candidate, Host, Project
from updater.upstreams.base import ProjectQuestion, Surroundings
from updater.upstreams.git import RefsAlone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.hgweb import Hgweb
    from tests.loopback.index import Index
    from tests.loopback.registries import Registries
    from tests.loopback.server import Server
    from updater.model import Distribution, HttpResponse
    from updater.upstreams.base import Upstream, Web

LISTED = {
    "meta": {"api-version": "1.4"},
    "name": "pkg",
    "project-status": {"status": "archived", "reason": "nobody has time"},
    "files": [
        {
            "filename": "pkg-1.0.tar.gz",
            "url": "../../f/pkg-1.0.tar.gz",
            "hashes": {"sha256": "00" * 32},
            "requires-python": ">=3.9",
            "upload-time": "2026-01-02T03:04:05Z",
            "yanked": "broken",
        },
        {"filename": "pkg-1.1.zip", "url": "https://h/pkg-1.1.zip", "hashes": {}},
    ],
}
HTML = """\
<!DOCTYPE html><title>Links for pkg</title>
<a href="../f/pkg-1.0.zip" data-requires-python="&gt;=3.9" data-yanked="broken">pkg-1.0.zip</a>
<a href="https://h/pkg-1.1.zip">pkg-1.1.zip</a>
"""
KINDS = {kind.kind: kind for kind in UPSTREAMS}


@dataclass
class Tape:
    """Gives what was answered before, so that an answer can be changed.

    Attributes:
        web: answers what is asked for the first time.
        changed: what is answered instead, by the request.
        said: what the user was told.
    """

    web: Web | None
    answers: dict[tuple[str, bytes], HttpResponse] = field(default_factory=dict)
    changed: dict[tuple[str, bytes], HttpResponse] = field(default_factory=dict)
    token: bool = False
    said: list[str] = field(default_factory=list)

    async def get(self, url: str, **more: Any) -> HttpResponse:
        more.pop("condensing", None)  # the whole answer, so that any of it can be changed
        return await self._answer((url, b""), lambda web: web.get(url, **more))

    async def post(self, url: str, content: bytes, **more: Any) -> HttpResponse:
        return await self._answer((url, content), lambda web: web.post(url, content, **more))

    async def _answer(self, request: tuple[str, bytes], ask: Callable[[Web], Any]) -> HttpResponse:
        await anyio.lowlevel.checkpoint()
        if request in self.changed:
            return self.changed[request]
        if request not in self.answers:
            if self.web is None:
                raise NotFound("nobody asked for that before")
            self.answers[request] = await ask(self.web)
        return self.answers[request]

    def kept_posts(self, *_: Any, **__: Any) -> Iterator[tuple[bytes, HttpResponse]]:
        """Nothing is kept here."""
        yield from ()

    def has_token(self, _url: str) -> bool:
        return self.token

    def say(self, message: str) -> None:
        self.said.append(message)


@dataclass(frozen=True)
class Place:
    """A project somewhere, with all that its kind can tell of it."""

    kind: Upstream
    asking: Asking
    project: str
    token: bool = False

    def recorded(self) -> Tape:
        """Return what is answered to all that a run asks."""
        tape = Tape(None, token=self.token)

        async def record(around: Surroundings) -> None:
            tape.web = around.web
            await self._asked(replace(around, web=tape))

        self.asking.run(record)
        tape.web = None
        return tape

    def replayed(self, tape: Tape) -> object:
        """Return what a run makes of the answers."""

        async def play() -> object:
            asking = self.asking
            around = Surroundings(tape, asking.hosts, lambda: asking.index, asking.registries)
            return await self._asked(around)

        return anyio.run(play)

    async def _asked(self, around: Surroundings) -> object:
        is_name = self.kind.kind in ("crates", "hex", "hg", "npm")
        project = (
            Project(self.kind.kind, "", self.project)
            if is_name
            else Project.configured(self.project)
        )
        question = ProjectQuestion(
            project, frozenset({"main"}), files=("pyproject.toml",), releases=True, dates=True
        )
        offers = await self.kind.look_up([question], around)
        candidate = Candidate("1.0.0", "v1.0")
        files: tuple[Distribution, ...] = ()
        with suppress(UpstreamError):
            files = await self.kind.files_of(project, candidate, around)
        pages = self.kind.notes(project, around)
        try:
            notes = [page async for page in pages] if pages is not None else []
        except Exception as error:  # noqa: BLE001 - whatever is said of it is what is looked at
            return [list(offers.values()), files, error]
        return [list(offers.values()), files, notes]


def registry(kind: str, registries: Registries) -> Place:
    """Return a package of a registry, with what it tells of a release that was withdrawn."""
    registries.crate("pkg", "1.0.0", b"")
    registries.package("pkg", "1.0.0", b"", deprecated="broken")
    registries.release("pkg", "1.0.0", b"", retired="broken")
    asking = Asking(
        registries={"crates": registries.crates, "npm": registries.npm, "hex": registries.hex}
    )
    return Place(KINDS[kind], asking, "pkg")


@pytest.fixture(params=[*KINDS, "github without a token", "pypi as HTML", "gone from github"])
def place(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    github: GitHub,
    index: Index,
    server: Server,
    registries: Registries,
    hgweb: Hgweb,
    asking: Asking,
) -> Iterator[Place]:
    """A project of each kind."""
    name: str = request.param
    match name.split(maxsplit=1)[0]:
        case "github" | "gone":
            hosted = github.repository("o", "pkg", archived=True)
            hosted.tag("v1.0", hosted.commit({"pyproject.toml": "[project]\nversion = '1'"}))
            hosted.release("v1.0", "2025-03-05T00:00:00Z", notes="what is new")
            path = "o/none" if name.startswith("gone") else "o/pkg"
            token = "without" not in name
            if token:
                asking.tokens[github.url] = TOKEN
            yield Place(KINDS["github"], asking, f"https://github.com/{path}", token)
        case "pypi":
            page = text(HTML, content_type="text/html") if "HTML" in name else json_answer(LISTED)
            index.server.fail("GET /simple/pkg/", page)
            yield Place(KINDS["pypi"], asking, "pypi:pkg")
        case "git":
            repository = Repository(tmp_path / "pkg.git")
            repository.tag("v1.0", repository.commit({"f": "1"}))
            server.route(
                "GET", "/pkg.git/info/refs", lambda one: git_http.info_refs(repository, one)
            )
            server.route(
                "POST",
                "/pkg.git/git-upload-pack",
                lambda one: git_http.exchange_packs(repository, one),
            )
            host = Host("git.example", "git", server.url, server.url, server.url)
            yield Place(KINDS["git"], Asking({host.name: host}), "https://git.example/pkg")
        case "crates" | "hex" | "npm":
            yield registry(name, registries)
        case "hg":
            hgweb.tag("v1.0", "1.0")
            yield Place(KINDS["hg"], Asking(), hgweb.url)
        case "page":
            server.route("GET", "/list", lambda _one: text(HTML, content_type="text/html"))
            project = f"page:{server.url}/list pkg-([^<]*)[.]zip"
            yield Place(KINDS["page"], Asking(), project)
        case kind:
            forge = {
                "bitbucket": forges.Bitbucket,
                "gitea": forges.Gitea,
                "gitlab": forges.GitLab,
                "sourcehut": forges.SourceHut,
            }[kind]
            with forge(tmp_path / kind) as running:
                there = filled(running)
                there.archived = True
                there.releases.append(forges.Release("v1.0", "2025-03-05T00:00:00Z", notes="new"))
                host = KINDS[kind].host("forge.example", running.url)
                yield Place(
                    KINDS[kind], Asking({host.name: host}), "https://forge.example/group/pkg"
                )


def test_no_field_of_an_answer_acts(place: Place) -> None:
    """Each text in each answer has hostile text at its end, one after the other."""
    tape = place.recorded()
    assert acting("".join(texts(place.replayed(tape)))) == []
    shown = looked_at = 0
    for request, answer in tape.answers.items():
        for body in changed(answer.body):
            tape.changed = {request: replace(answer, body=body)}
            said = "".join(texts(place.replayed(tape)))
            assert acting(said) == [], body
            shown += SEEN in said
            looked_at += 1
    assert looked_at > len(tape.answers)
    tells_names_alone = place.kind.kind in ("crates", "hg", "page")
    assert shown or tells_names_alone or isinstance(place.kind, RefsAlone)


def changed(body: bytes) -> Iterator[bytes]:
    """Yield an answer with hostile text behind each of its texts: JSON, HTML, or pkt-lines."""
    if re.match(rb"[0-9a-f]{4}", body):
        lines = list(packets(body))
        for place, line in enumerate(lines):
            if line is not None:
                other = line.rstrip(b"\n") + HOSTILE.encode() + b"\n"
                yield joined([*lines[:place], other, *lines[place + 1 :]])
        yield joined([f"ERR {HOSTILE}\n".encode(), None])
    elif body.lstrip().startswith(b"<"):
        entities = "".join(f"&#{ord(one)};" for one in HOSTILE)
        for end in re.finditer(rb"""(?<=\w)(?="|</)""", body):
            yield body[: end.start()] + entities.encode() + body[end.start() :]
    else:
        yield from (json.dumps(one).encode() for one in leaves(json.loads(body)))


def leaves(value: Any) -> Iterator[Any]:
    """Yield a value once for each text in it, with hostile text behind that one."""
    if isinstance(value, str):
        yield f"{value}{HOSTILE}"
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from ({**value, key: one} for one in leaves(inner))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from ([*value[:place], one, *value[place + 1 :]] for one in leaves(inner))


def packets(body: bytes) -> Iterator[bytes | None]:
    """Yield the lines of pkt-lines, None for a flush."""
    while body:
        size = int(body[:4], 16)
        yield body[4:size] if size else None
        body = body[size or 4 :]


def joined(lines: list[bytes | None]) -> bytes:
    """Return lines as pkt-lines."""
    return b"".join(b"0000" if one is None else b"%04x%s" % (len(one) + 4, one) for one in lines)
