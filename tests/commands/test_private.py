"""Sources that are not public: the API of their host gives their archives to its token alone."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.repository import Home
from tests.loopback import forges
from tests.loopback.faults import Cut
from tests.loopback.github import TOKEN
from tests.loopback.messages import Response, text
from tests.loopback.rest import forbidden
from tests.project import FAKE, github_overlay, unpacked_hash
from tests.workshop import buildable, project_file

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.loopback.index import Index
    from tests.loopback.repositories import Repository
    from tests.loopback.server import Server
    from tests.project import Project, Result
    from tests.workshop import Workshop


@pytest.fixture
def tool(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> Hosted:
    """A private repository that the token in the environment opens."""
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    repository = github.repository("o", "tool", private=True)
    fill(repository)
    return repository


def fill(repository: Repository) -> None:
    """Make two releases, of which the second builds."""
    repository.tag("v1.0", repository.commit({"pyproject.toml": "", "tool/__init__.py": ""}))
    declared = project_file("tool", "1.1", "tool")
    repository.tag("v1.1", repository.commit({"pyproject.toml": declared}), annotated=True)
    repository.settle()


def overlay(project: Project, written: str = "") -> Path:
    """Write an overlay of the tool's first release."""
    return project.overlay("tool.nix", written or github_overlay("tool", "1.0", sri=FAKE))


def bumped(project: Project, *arguments: str) -> tuple[Result, dict[str, Any]]:
    """Run ``bump --json`` and return its only package too."""
    result = project.run("bump", "--json", *arguments)
    (package,) = result.json["packages"]
    return result, package


def asked(server: Server, match: str) -> list[tuple[str, str | None]]:
    """Return who was asked for an archive, without queries, and what it was shown."""
    return [
        (one.target.partition("?")[0], one.authorization) for one in server.requests(f"GET {match}")
    ]


def kept(folder: Path) -> bytes:
    """Return everything that a run left in files, of the user's and of its own."""
    places = (folder / "home", folder / "project")
    files = (one for place in places for one in place.rglob("*") if one.is_file())
    return b"".join(one.read_bytes() for one in files)


def test_an_archive_that_is_not_public_is_hashed_from_the_hosts_api(
    project: Project, github: GitHub, tool: Hosted, tmp_path: Path
) -> None:
    """Its hash is that of the plain archive, which is asked for first and without the token."""
    path = overlay(project)
    result, package = bumped(project, "-v")
    true, commit = unpacked_hash(tool, "v1.1", tmp_path), tool.head()
    assert (result.code, package["status"], package["commit"]) == (0, "updated", commit)
    assert (package["hash"]["value"], package["hash"]["method"]) == (true, "embedded")
    assert path.read_text() == github_overlay("tool", "1.1", sri=true)
    assert asked(github.server, ".*/(archive|tarball)/") == [
        (f"/o/tool/archive/{commit}.tar.gz", None),
        (f"/api/v3/repos/o/tool/tarball/{commit}", f"Bearer {TOKEN}"),
    ]


def test_neither_the_token_nor_what_opens_the_archive_is_told_or_kept(
    project: Project, github: GitHub, tool: Hosted, tmp_path: Path
) -> None:
    """The host redirects to another one, with a word in the address that opens it for a while."""
    overlay(project)
    github.codeload.fail("GET", Cut(60), times=1)
    project.configure(
        (project.root / "config.yaml").read_text().replace("retries: 0", "retries: 1")
    )
    result, package = bumped(project, "-v")
    assert (result.code, package["commit"]) == (0, tool.head())
    opened = f"/o/tool/legacy.tar.gz/{tool.head()}"
    assert asked(github.codeload, "") == [(opened, None)] * 2
    assert github.tickets == {"ticket-1", "ticket-2"}
    for secret in (TOKEN, *github.tickets):
        assert secret not in result.out + result.err
        assert secret.encode() not in kept(tmp_path)


def test_an_archive_that_fails_is_told_without_what_opens_it(
    project: Project, github: GitHub, tool: Hosted, tmp_path: Path
) -> None:
    github.codeload.fail("GET", Response(500))
    overlay(project)
    result, package = bumped(project, "-v")
    where = f"{github.codeload.url}/o/tool/legacy.tar.gz/{tool.head()}"
    assert (result.code, package["error"]) == (
        1,
        {
            "stage": "look-up",
            "message": f"{where} answers 500 Internal Server Error",
            "hint": "try again later",
        },
    )
    assert github.tickets
    for secret in (TOKEN, *github.tickets):
        assert secret not in result.out + result.err
        assert secret.encode() not in kept(tmp_path)


def test_a_page_to_log_in_is_no_archive_and_the_api_is_asked(
    project: Project, github: GitHub, tool: Hosted, tmp_path: Path
) -> None:
    """A GitHub Enterprise in private mode sends everybody without a session there."""
    login = text("<!DOCTYPE html><title>Sign in</title>", content_type="text/html")
    github.server.fail("GET .*/archive/", login)
    path = overlay(project)
    result, _ = bumped(project)
    true = unpacked_hash(tool, "v1.1", tmp_path)
    assert (result.code, path.read_text()) == (0, github_overlay("tool", "1.1", sri=true))
    assert [sent for _, sent in asked(github.server, ".*/(archive|tarball)/")] == [
        None,
        f"Bearer {TOKEN}",
    ]


def test_a_public_archive_is_never_asked_for_with_a_token(
    project: Project, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(github.repository("o", "tool"))
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    overlay(project)
    assert bumped(project)[0].code == 0
    assert asked(github.server, ".*/tarball/") == []
    assert {sent for _, sent in asked(github.server, ".*/archive/")} == {None}


def test_an_archive_of_another_commit_is_refused_from_the_api_too(
    project: Project, github: GitHub, tool: Hosted
) -> None:
    """Its header must name the commit that was looked up."""
    commit = tool.head()
    other = tool.commit({"x": "x"})
    tool.settle()
    archive = ["git", "archive", "--prefix=t/", other]
    made = subprocess.run(archive, cwd=tool.path, check=True, capture_output=True).stdout
    github.codeload.fail("GET", Response(200, gzip.compress(made)))
    overlay(project)
    before = project.snapshot()
    result, package = bumped(project)
    assert (result.code, project.snapshot()) == (1, before)
    assert package["error"]["message"] == f"the archive is of commit {other}, not of {commit}"


def test_a_token_without_the_right_to_contents_is_named(
    project: Project, github: GitHub, tool: Hosted
) -> None:
    github.server.fail("GET .*/tarball/", forbidden("contents=read"))
    overlay(project)
    result, package = bumped(project)
    assert (result.code, package["error"]) == (
        1,
        {
            "stage": "look-up",
            "message": f"{github.api_url}/repos/o/tool/tarball/{tool.head()} answers 403 Forbidden",
            "hint": "the token in GITHUB_TOKEN is refused: renew it or give it read access",
        },
    )


def test_a_further_source_that_is_not_public_is_hashed_so_too(
    project: Project, github: GitHub, tool: Hosted, tmp_path: Path
) -> None:
    """Also beside an archive's own address, whose host then tells the tree by the tag."""
    address = "https://github.com/o/tool/archive/v${version}.tar.gz"
    second = f'extra = super.fetchzip {{ url = "{address}"; hash = "{FAKE}"; }};'
    text = github_overlay("tool", "1.0", sri=FAKE)
    path = overlay(project, text.replace("      src =", f"      {second}\n      src ="))
    result, _package = bumped(project)
    assert (result.code, path.read_text().count(unpacked_hash(tool, "v1.1", tmp_path))) == (0, 2)
    assert len(asked(github.server, ".*/tarball/")) == 2


@pytest.mark.parametrize("rev", ["v1.1", "1.1", "main"])
def test_prefetch_takes_a_ref_that_is_not_public(
    project: Project, github: GitHub, tool: Hosted, tmp_path: Path, rev: str
) -> None:
    result = project.run("prefetch", f"github:o/tool@{rev}", "-v")
    assert (result.code, result.out) == (0, f"{unpacked_hash(tool, 'v1.1', tmp_path)}\n")
    for secret in (TOKEN, *github.tickets):
        assert secret not in result.err


def test_without_a_token_nothing_is_there(
    project: Project, github: GitHub, tool: Hosted, monkeypatch: pytest.MonkeyPatch
) -> None:
    del tool
    monkeypatch.delenv("GITHUB_TOKEN")
    overlay(project)
    result, package = bumped(project)
    assert (result.code, package["error"]["hint"]) == (1, "is it deleted, renamed or private?")
    assert project.run("prefetch", "github:o/tool@v1.1").code == 1
    assert asked(github.server, ".*/(archive|tarball)/") == []


def test_publish_finds_the_hash_of_what_is_not_public_again(
    project: Project,
    github: GitHub,
    index: Index,
    tool: Hosted,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It takes nobody's word for it; the pull request tells nothing of what opened the archive."""
    home = Home.made(project, github, index, monkeypatch)
    path = overlay(project)
    home.hosted.commit({"overlays/tool.nix": path.read_text()})
    home.hosted.settle()
    results = str(tmp_path / "results")
    assert project.run("bump", "--output", results).code == 0
    assert project.run("publish", results).code == 0
    assert len(asked(github.server, ".*/tarball/")) == 2
    pull = home.pull(1)
    true = unpacked_hash(tool, "v1.1", tmp_path)
    assert true in home.show(pull.branch, "overlays/tool.nix")
    said = pull.title + pull.body + home.hosted.git("log", "-1", "--format=%B", pull.branch)
    said += "".join(one.read_text() for one in Path(results).iterdir())
    assert [secret for secret in (TOKEN, *github.tickets) if secret in said] == []


FORGES = {
    "GitLab": (
        forges.GitLab,
        "gitlab",
        "fetchFromGitLab",
        "/api/v4/projects/o%2Ftool/repository/archive.tar.gz",
    ),
    "Gitea": (forges.Gitea, "gitea", "fetchFromGitea", "/api/v1/repos/o/tool/archive/{}.tar.gz"),
}


@pytest.mark.parametrize(("forge", "kind", "fetcher", "opens"), FORGES.values(), ids=FORGES)
def test_other_hosts_give_theirs_by_their_own_apis(
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    forge: type[forges.Forge],
    kind: str,
    fetcher: str,
    opens: str,
) -> None:
    with forge(tmp_path / "forge") as running:
        repository = running.host("o/tool", private=True).repository
        fill(repository)
        host = f"code.example: {{kind: {kind}, web: '{running.url}', token_env: CODE_TOKEN}}"
        config = (project.root / "config.yaml").read_text()
        project.configure(config.replace("hosts:\n", f"hosts:\n  {host}\n"))
        monkeypatch.setenv("CODE_TOKEN", forges.TOKEN)
        text = github_overlay("tool", "1.0", sri=FAKE)
        call = f'{fetcher} {{\n        domain = "code.example";'
        path = overlay(project, text.replace("fetchFromGitHub {", call))
        result, package = bumped(project, "-v")
        true = unpacked_hash(repository, "v1.1", tmp_path)
        assert (result.code, package["status"], true in path.read_text()) == (0, "updated", True)
        found = asked(running.server, ".*archive")
        assert [sent for _, sent in found] == [None, f"Bearer {forges.TOKEN}"]
        assert found[-1][0] == opens.format(repository.head())
        assert forges.TOKEN not in result.out + result.err
        assert forges.TOKEN.encode() not in kept(tmp_path)
    assert running.server.errors == []


@pytest.mark.nix
def test_what_is_not_public_is_built_without_nix_being_shown_a_token(
    workshop: Workshop, github: GitHub, tool: Hosted, tmp_path: Path
) -> None:
    """The archive that was hashed is in the store by then; Nix itself asks nobody for it."""
    text = github_overlay("tool", "1.0", sri=FAKE)
    path = workshop.project.overlay("tool.nix", buildable(text))
    workshop.overlay()
    # Beside a token nothing is built without a sandbox; here with what builds use of this machine.
    # Never all of /etc: Nix makes an empty etc/hosts and etc/resolv.conf in a sandbox that fetches.
    etc = "/etc/alternatives"
    host = ["/bin", "/usr", "/lib", "/lib64", etc, sys.prefix, sys.base_prefix]
    there = " ".join(dict.fromkeys(one for one in host if Path(one).exists()))
    sandbox = ["--option", "sandbox", "true", "--option", "sandbox-paths", there]
    workshop.configure(options=sandbox)
    result, packages = workshop.bump()
    report = packages["tool"]
    assert (result.code, report["status"], report["build"]["status"]) == (0, "updated", "passed")
    assert report["build"]["sandboxed"] is True
    assert unpacked_hash(tool, "v1.1", tmp_path) in path.read_text()
    assert len(asked(github.server, ".*/archive/")) == len(asked(github.codeload, "")) == 1
