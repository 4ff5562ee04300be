"""A source at an address with the version in it, whose upstream config.yaml names."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.loopback.messages import Response
from tests.project import FAKE, flat_hash, github_overlay, unpacked_hash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.loopback.repositories import Repository
    from tests.loopback.server import Server
    from tests.project import Project

OVERLAY = """\
self: super: {{
  python3Packages = super.python3Packages // {{
    tool = super.python3Packages.buildPythonPackage rec {{
      pname = "tool";
      version = "{version}";

      src = super.{fetcher} {{
        url = "{url}";
        sha256 = "{sri}";
      }};
    }};
  }};
}}
"""
NAMED = "packages: {tool: {upstream: 'github:o/tool'}}\n"
FILE = b"what stands at the address"


class Place:
    """A server of downloads, and the overlay of a package that is fetched from it."""

    def __init__(self, project: Project, server: Server) -> None:
        self._project = project
        self._server = server

    def serve(self, version: str, content: bytes) -> None:
        """Put a file at a version's address."""
        self._server.route(
            "GET", f"/get/{version}/tool-{version}.tar.gz", lambda _request: Response(200, content)
        )

    def overlay(self, fetcher: str, version: str, sri: str, form: str = "${version}") -> str:
        """Return the overlay's text, in whose address the version stands in this form."""
        url = f"{self._server.url}/get/{form}/tool-{form}.tar.gz"
        return OVERLAY.format(fetcher=fetcher, version=version, url=url, sri=sri)

    def write(self, fetcher: str, sri: str = FAKE, form: str = "${version}") -> Path:
        """Write the overlay at version 1.0."""
        return self._project.overlay("tool.nix", self.overlay(fetcher, "1.0", sri, form))


@pytest.fixture
def place(project: Project, server: Server) -> Place:
    return Place(project, server)


@pytest.fixture
def upstream(github: GitHub) -> Repository:
    """The repository that has the versions 1.0 and 1.1, and a newer pre-release."""
    made = github.repository("o", "tool")
    for version in ("1.0", "1.1", "2.0rc1"):
        made.tag(f"v{version}", made.commit({"f": version}))
    return made


@pytest.mark.parametrize("form", ["${version}", "1.0"], ids=["through-version", "as-text"])
@pytest.mark.usefixtures("upstream")
def test_the_version_comes_from_upstream_and_the_file_from_its_address(
    project: Project, place: Place, form: str
) -> None:
    project.add_configuration(NAMED)
    path = place.write("fetchurl", form=form)
    place.serve("1.1", FILE)
    result = project.run("bump")
    assert result.out == ("updated  tool  1.0  -> 1.1  not built: build: {enabled: false}\n")
    new = place.overlay("fetchurl", "1.1", flat_hash(FILE), form.replace("1.0", "1.1"))
    assert path.read_text() == new
    again = project.run("bump")
    assert (again.code, again.out) == (0, "current  tool  1.1\n")


@pytest.mark.parametrize("fetcher", ["fetchzip", "fetchTarball"])
def test_an_archive_is_hashed_as_nix_unpacks_it(
    project: Project, place: Place, upstream: Repository, fetcher: str, tmp_path: Path
) -> None:
    project.add_configuration(NAMED)
    path = place.write(fetcher)
    commit = upstream.commit({"a": "x", "b/c": "y"})
    upstream.settle()
    packed = subprocess.run(
        ["git", "archive", "--format=tar.gz", "--prefix=tool-1.1/", commit],
        cwd=upstream.path,
        check=True,
        capture_output=True,
    )
    place.serve("1.1", packed.stdout)
    assert project.run("bump").code == 0
    assert path.read_text() == place.overlay(
        fetcher, "1.1", unpacked_hash(upstream, commit, tmp_path)
    )


def test_the_index_may_be_named_too(project: Project, place: Place, index: Index) -> None:
    index.release("Tool_Kit", "1.1")
    project.add_configuration("packages: {tool: {upstream: 'pypi:Tool_Kit'}}\n")
    path = place.write("fetchurl")
    place.serve("1.1", FILE)
    assert project.run("bump").code == 0
    assert path.read_text() == place.overlay("fetchurl", "1.1", flat_hash(FILE))


@pytest.mark.usefixtures("upstream")
def test_a_version_without_a_file_at_the_address_holds_and_nothing_is_written(
    project: Project, place: Place
) -> None:
    project.add_configuration(NAMED)
    path = place.write("fetchurl")
    before = path.read_text()
    for command in ("check", "bump"):
        result = project.run(command)
        line = "held  tool  1.0  (newest 1.1)  1.1 has no file tool-1.1.tar.gz yet\n"
        assert (result.code, result.out) == (0, line)
    assert path.read_text() == before


def test_an_unnamed_upstream_is_asked_for(project: Project, place: Place) -> None:
    place.write("fetchurl")
    said = (
        "its address does not show its upstream: name it in config.yaml, "
        "`packages: {tool: {upstream: github:OWNER/REPO}}`, or the page that lists its versions, "
        "`upstream: {page: ADDRESS, pattern: REGEX}`"
    )
    result = project.run("check")
    assert (result.code, result.out) == (0, f"skipped  tool  1.0  {said}\n")
    assert said in project.run("list").out


def test_a_source_with_an_upstream_takes_no_other(project: Project, github: GitHub) -> None:
    project.add_configuration(NAMED)
    project.overlay("tool.nix", github_overlay("tool", "1.0", sri=FAKE))
    result = project.run("check", "--json")
    assert result.json["packages"][0]["error"] == {
        "stage": "find",
        "message": "overlays/tool.nix:7: the source of tool is of https://github.com/o/tool, and "
        "config.yaml names the upstream https://github.com/o/tool",
        "hint": "leave `upstream` out: it is for addresses that do not show their upstream",
    }
    assert github.server.requests() == []


@pytest.mark.usefixtures("upstream")
def test_a_branch_is_never_a_version_of_an_address(project: Project, place: Place) -> None:
    project.add_configuration("packages: {tool: {upstream: 'github:o/tool', track: commit}}\n")
    place.write("fetchurl")
    (package,) = project.run("check", "--json").json["packages"]
    assert (package["status"], package["reason"]) == (
        "held",
        "its address contains a version, which a commit does not have: set `track: tag`",
    )


def test_a_commit_that_is_asked_for_is_refused(
    project: Project, place: Place, upstream: Repository
) -> None:
    head = upstream.commit({"f": "untagged"})
    project.add_configuration(NAMED)
    path = place.write("fetchurl")
    before = path.read_text()
    (package,) = project.run("bump", "--to", head, "--json").json["packages"]
    assert package["status"] == "held"
    assert package["reason"].startswith(f"{head} has no tag, but http://127.0.0.1:")
    assert path.read_text() == before


def test_list_says_that_its_upstream_is_named(project: Project, place: Place) -> None:
    project.add_configuration(NAMED)
    place.write("fetchurl")
    (package,) = project.run("list", "--json").json["packages"]
    assert (package["status"], package["track"], package["reason"]) == (
        "found",
        "tag",
        "config.yaml names its upstream",
    )


@pytest.mark.usefixtures("upstream")
def test_verify_compares_the_file_at_the_address(project: Project, place: Place) -> None:
    project.add_configuration(NAMED)
    place.write("fetchurl", flat_hash(FILE))
    place.serve("1.0", FILE)
    assert project.run("verify").out == "ok  tool  1.0\n"
    place.write("fetchurl", flat_hash(b"another"))
    result = project.run("verify", "--json")
    (package,) = result.json["packages"]
    assert (result.code, package["state"]) == (1, "wrong hash")


def test_verify_finds_a_date_among_the_tags(
    project: Project, place: Place, upstream: Repository
) -> None:
    upstream.tag("2024-01-15", upstream.commit({"f": "a date"}))
    project.add_configuration(NAMED)
    overlay = place.overlay("fetchurl", "2024-01-15", flat_hash(FILE), "${version}")
    project.overlay("tool.nix", overlay)
    place.serve("2024-01-15", FILE)
    assert project.run("verify").out == "ok  tool  2024-01-15\n"


@pytest.mark.usefixtures("upstream")
def test_no_commit_is_sought_for_its_hash(project: Project, place: Place) -> None:
    project.add_configuration(NAMED)
    place.write("fetchurl")
    assert project.run("identify").out == (
        "skipped  tool  1.0  its source is a file at an address that contains the version\n"
    )


WRONG = {
    "no project": "github:o",
    "an unknown short form": "somewhere:o/tool",
    "a password": "https://me:secret@github.com/o/tool",
    "no host": "o/tool",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_what_names_no_project_is_an_error_of_the_configuration(
    project: Project, text: str
) -> None:
    project.add_configuration(f"packages: {{tool: {{upstream: '{text}'}}}}\n")
    result = project.run("check")
    assert result.code == 2
    assert (
        "packages.tool.upstream: expected bitbucket:OWNER/REPO, codeberg:OWNER/REPO, " in result.err
    )
