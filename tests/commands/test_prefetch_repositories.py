"""`updater prefetch` of a repository on any host: the hash that its fetcher would pin."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.built import checkout, release
from tests.hashing.test_prefetch import PREFETCH_GIT
from tests.loopback import forges
from tests.loopback.messages import text
from tests.loopback.repositories import Submodule
from tests.project import flat_hash, unpacked_hash
from updater.effects.nix.prefetch import Nix as InstalledNix

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.loopback.index import Index
    from tests.loopback.repositories import Repository
    from tests.loopback.server import Server
    from tests.project import Project
    from tests.real_nix import Nix

FORGES: dict[str, tuple[type[forges.Forge], str, str, str]] = {
    "gitlab": (forges.GitLab, "gitlab.com", "gitlab", "a/b/c.d"),
    "codeberg": (forges.Gitea, "codeberg.org", "gitea", "a/b"),
    "sourcehut": (forges.SourceHut, "git.sr.ht", "sourcehut", "~a/b"),
    "bitbucket": (forges.Bitbucket, "bitbucket.org", "bitbucket", "a/b"),
    "": (forges.GitLab, "lab.example", "gitlab", "a/b/c"),
    "no short form": (forges.Gitea, "tea.example:3000", "gitea", "a/b"),
}


@dataclass(frozen=True)
class Place:
    """A repository on a code host, whose tag v1.0 has a submodule.

    Attributes:
        short: its short form; empty where its host has none.
        page: its address on its host, and the one at which its host is reached.
    """

    server: Server
    repository: Repository
    short: str
    page: tuple[str, str]

    @property
    def references(self) -> Iterator[tuple[str, ...]]:
        """Each way to name its tag."""
        if self.short:
            yield (f"{self.short}@v1.0",)
            yield self.short, "1.0"
        for page in self.page:
            yield (f"{page}@v1.0",)
            yield f"{page}.git", "v1.0"


def filled(repository: Repository, github: GitHub) -> None:
    """Tag a commit with a submodule, and go on."""
    part = github.repository("o", "part")
    tree: dict[str, Any] = {
        "a": "x",
        "b/c": "y",
        "part": Submodule(part.commit({"in": "side"})),
        ".gitmodules": f'[submodule "part"]\n\tpath = part\n\turl = {github.url}/o/part\n',
    }
    part.settle()
    repository.tag("v1.0", repository.commit(tree), annotated=True)
    repository.commit({"a": "later"})
    repository.settle()


def reach(project: Project, host: str, kind: str, url: str, api: str) -> None:
    """Say where a host is."""
    path = project.root / "config.yaml"
    options = f"kind: {kind}, web: '{url}', api: '{api}'"
    path.write_text(path.read_text().replace("hosts:\n", f"hosts:\n  '{host}': {{{options}}}\n"))


@pytest.fixture(params=[*FORGES, "github", "a GitHub Enterprise"])
def place(
    request: pytest.FixtureRequest, project: Project, github: GitHub, tmp_path: Path
) -> Iterator[Place]:
    """A repository on each kind of host: on the one that is known, and on another."""
    name: str = request.param
    if name not in FORGES:
        host, path = "github.com" if name == "github" else "hub.example", "o/tool"
        if name != "github":
            reach(project, host, "github", github.url, github.api_url)
        repository = github.repository("o", "tool")
        filled(repository, github)
        pages = f"https://{host}/{path}", f"{github.url}/{path}"
        yield Place(github.server, repository, f"github:{path}" * (name == "github"), pages)
        return
    made, host, kind, path = FORGES[name]
    with made(tmp_path / "forge") as forge:
        hosted = forge.host(path)
        filled(hosted.repository, github)
        reach(project, host, kind, forge.url, f"{forge.url}/api/v{4 if kind == 'gitlab' else 1}")
        pages = f"https://{host}/{path}", f"{forge.url}/{path}"
        short = f"{name}:{path}" if name.isalpha() else ""
        yield Place(forge.server, hosted.repository, short, pages)
    assert forge.server.errors == []


@pytest.mark.nix
def test_it_has_the_hash_that_nix_gives_its_pin_however_it_is_named(
    project: Project, place: Place, nix: Nix, tiny: Path, tmp_path: Path
) -> None:
    """The fetchers of code hosts are fetchzip of an archive, which real Nix builds."""
    expected = unpacked_hash(place.repository, "v1.0", tmp_path)
    commit = place.repository.git("rev-parse", "v1.0^{commit}")
    url = ""
    for reference in place.references:
        result = project.run("prefetch", *reference, "--json")
        assert (result.code, result.err) == (0, ""), reference
        assert result.json["ref"] == "@".join(reference)
        assert result.json["hash"]["value"] == expected
        url = result.json["url"]
        assert commit in url
    call = "{ tiny, url, hash }: (import tiny { }).fetchzip { inherit url hash; }"
    nix.build(call, tiny=tiny, url=url, hash=expected)


def test_its_page_without_a_rev_is_not_hashed(project: Project, place: Place) -> None:
    for page in place.page:
        result = project.run("prefetch", page)
        assert (result.code, result.out) == (2, "")
        assert result.err == (
            f"updater: {page} is a repository, not a file\n"
            f"hint: write {page}@REV, where REV is a tag, branch or commit\n"
        )
    assert place.server.requests() == []


# --- what git checks out ---


@pytest.fixture
def apple(project: Project, github: GitHub) -> Hosted:
    """A repository with a submodule, on a host that only git speaks to."""
    reach(project, "git.example", "git", github.url, github.url)
    return release(github)


@pytest.mark.nix
@pytest.mark.parametrize(
    "reference",
    [
        ("git+https://git.example/o/apple@v2.0",),
        ("git+https://github.com/o/apple", "2.0"),
        ("https://git.example/o/apple", "v2.0"),
    ],
)
def test_a_repository_that_git_checks_out_has_the_hash_of_fetchgit(
    project: Project,
    apple: Hosted,
    nix: Nix,
    tiny: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    reference: tuple[str, ...],
) -> None:
    """With its submodules, as nix-prefetch-git is told to."""
    program = tmp_path / "bin" / "nix-prefetch-git"
    program.parent.mkdir()
    program.write_text(PREFETCH_GIT.format(python=sys.executable))
    program.chmod(0o755)
    for name, value in nix.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    result = project.run("prefetch", *reference, "--json")
    assert (result.code, result.err) == (0, "")
    expected = nix.hash_of(checkout(apple, tmp_path / "clone"))
    assert result.json["hash"] == {"value": expected, "method": "nix", "downloaded_bytes": 0}
    call = "{ tiny, url, rev, hash }: (import tiny { }).fetchgit { inherit url rev hash; }"
    nix.build(call, tiny=tiny, url=result.json["url"], rev=apple.head(), hash=expected)


@pytest.mark.parametrize("options", [(), ("--nix",)])
@pytest.mark.usefixtures("apple")
def test_without_nix_prefetch_git_it_says_so(
    project: Project, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    """Never the hash of the plain archive, which lacks the submodules."""
    monkeypatch.setattr(InstalledNix, "available", lambda _nix, program: "git" not in program)
    result = project.run("prefetch", "git+https://git.example/o/apple@v2.0", *options)
    assert (result.code, result.out) == (1, "")
    assert result.err == (
        "updater: the hash of https://git.example/o/apple cannot be computed from a download: "
        "fetchgit hashes a checkout, with its submodules\n"
        "hint: install nix-prefetch-git, a package of nixpkgs, and run the command again\n"
    )


# --- addresses that are not a known repository's ---

WEB_PAGES = {
    "a doctype": "<!DOCTYPE html>\n<title>o/r</title>",
    "no doctype": "\n<html lang=en>",
    "a comment": "\ufeff <!-- made\nby a forge --><!doctype HTML >",
}


@pytest.mark.parametrize("options", [(), ("--unpack",), ("--nix",)])
@pytest.mark.parametrize("page", WEB_PAGES.values(), ids=WEB_PAGES)
def test_a_web_page_is_not_hashed(
    project: Project, index: Index, page: str, options: tuple[str, ...]
) -> None:
    """As of a repository on a host that nobody has told of."""
    index.server.fail("GET /o/r", text(page, content_type="text/html"))
    url = f"{index.server.url}/o/r"
    repository = f"git+https{url.removeprefix('http')}@REV"
    result = project.run("prefetch", f"{url}?token=word", *options)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"updater: {url} is a web page, not a file\n"
        f"hint: for a repository, write {repository}, where REV is a tag, branch or commit\n"
    )


def test_a_page_of_a_known_repository_names_that(project: Project, github: GitHub) -> None:
    github.server.fail("GET /o/r/tree", text("<!doctype html>", content_type="text/html"))
    result = project.run("prefetch", f"{github.url}/o/r/tree/v1.0")
    assert (result.code, result.out) == (2, "")
    assert "hint: for a repository, write https://github.com/o/r@REV, where" in result.err


@pytest.mark.parametrize(
    ("path", "content"),
    [("/@scope/tool-1.0", b"a file"), ("/page.html", b"<!doctype html>"), ("/x", b"<htmlish")],
)
def test_a_file_is_hashed_as_it_is(
    project: Project, index: Index, path: str, content: bytes
) -> None:
    index.server.fail(f"GET {path}", text(content.decode()))
    result = project.run("prefetch", f"{index.server.url}{path}")
    assert (result.code, result.out) == (0, f"{flat_hash(content)}\n")


def test_what_is_wrong_with_a_url_is_said_once(project: Project, index: Index) -> None:
    result = project.run("prefetch", f"{index.server.url}/none")
    assert (result.code, result.out) == (1, "")
    assert result.err.count("answers 404 Not Found") == 1


def test_an_archive_of_a_name_that_means_two_things(project: Project, github: GitHub) -> None:
    """The host refuses it, and the message says how the tag alone is named."""
    repository = github.repository("o", "twins")
    repository.tag("v1", repository.commit({"a": "1"}))
    repository.branch("v1", repository.head())
    result = project.run("prefetch", f"{github.url}/o/twins/archive/v1.tar.gz")
    assert (result.code, result.out) == (1, "")
    assert "v1.tar.gz answers 300 Multiple Choices" in result.err
    assert "a tag and a branch may have that name: write refs/tags/NAME for the tag" in result.err
    assert project.run("prefetch", f"{github.url}/o/twins/archive/refs/tags/v1.tar.gz").code == 0
