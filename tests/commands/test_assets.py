"""Files of releases whose name changes between releases: `asset` in config.yaml names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loopback.forges import Gitea, GitLab, Release
from tests.loopback.messages import Response
from tests.project import FAKE, flat_hash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.forges import Forge
    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.loopback.messages import Request
    from tests.project import Project

OVERLAY = """\
final: prev: {
  other = prev.stdenv.mkDerivation { pname = "other"; version = "1.0"; src = null; };
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.0";
    src = prev.fetchurl {
      url = "https://github.com/o/tool/releases/download/URL";
      hash = "FAKE";
    };
  };
}
""".replace("FAKE", FAKE)
LINUX = {"tool_2.0_linux_x86_64.tar.gz": b"linux", "tool_2.0_darwin_x86_64.tar.gz": b"darwin"}
PATTERN = r"tool[-_].*linux.*\.tar\.gz"


@pytest.fixture
def upstream(github: GitHub) -> Hosted:
    """A repository whose release 2.0 has files of other names than its release 1.0."""
    made = github.repository("o", "tool")
    for version, assets in (("1.0", {"tool-1.0-linux-amd64.tar.gz": b"old"}), ("2.0", LINUX)):
        made.tag(f"v{version}", made.commit({"a": version}))
        made.release(f"v{version}", f"2025-01-0{version[0]}T00:00:00+00:00", assets=assets)

    def download(_request: Request, name: str) -> Response:
        served = {own: content for one in made.releases for own, content in one.assets}
        return Response(200, served[name]) if name in served else Response(404)

    github.server.route("GET", "/o/tool/releases/download/[^/]+/(?P<name>.+)", download)
    return made


def written(project: Project, url: str, pattern: str = PATTERN) -> tuple[Path, str]:
    """Write overlay and configuration; return the overlay's path and text."""
    project.add_configuration(f"packages: {{tool: {{asset: '{pattern}'}}}}\n")
    known = OVERLAY.replace("URL", url)
    return project.overlay("tool.nix", known), known


def row(project: Project) -> dict[str, str]:
    rows = project.run("bump", "--json").json["packages"]
    return next(own for own in rows if own["name"] == "tool")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "v${version}/tool-${version}-linux-amd64.tar.gz",
            "v${version}/tool_${version}_linux_x86_64.tar.gz",
        ),
        ("v1.0/tool-1.0-linux-amd64.tar.gz", "v2.0/tool_2.0_linux_x86_64.tar.gz"),
        (
            "v1.0/${pname}-1.0-linux-amd64.tar.gz",
            "v2.0/tool_2.0_linux_x86_64.tar.gz",
        ),
    ],
    ids=["through the version", "as text", "through another name"],
)
def test_a_bump_writes_the_name_that_the_new_release_has(
    project: Project, upstream: Hosted, before: str, after: str
) -> None:
    """Its digest is the host's, so that nothing is downloaded; then all is current."""
    path, known = written(project, before)
    assert upstream.releases
    assert project.run("list").code == 0
    assert row(project)["status"] == "updated"
    head, _, own = known.partition("  tool =")
    own = own.replace(before, after).replace('"1.0"', '"2.0"').replace(FAKE, flat_hash(b"linux"))
    assert path.read_text() == f"{head}  tool ={own}"
    assert project.run("check", "--exit-code").code == 0
    assert project.run("verify").code == 0


def test_a_name_that_changes_by_its_version_alone_is_written_as_it_was(
    project: Project, upstream: Hosted
) -> None:
    upstream.tag("v3.0", upstream.commit({"a": "3"}))
    upstream.release(
        "v3.0", "2025-01-03T00:00:00+00:00", assets={"tool-3.0-linux-amd64.tar.gz": b"new"}
    )
    url = "v${version}/tool-${version}-linux-amd64.tar.gz"
    path, known = written(project, url)
    assert row(project)["status"] == "updated"
    own = known.partition("  tool =")[2].replace('"1.0"', '"3.0"')
    assert path.read_text().endswith(own.replace(FAKE, flat_hash(b"new")))


@pytest.mark.parametrize(
    ("url", "pattern", "reason"),
    [
        (
            "v${version}/tool-${version}-linux-amd64.tar.gz",
            r"tool.*\.tar\.gz",
            (
                r"`asset: tool.*\.tar\.gz` fits several files of v2.0: "
                "tool_2.0_darwin_x86_64.tar.gz, tool_2.0_linux_x86_64.tar.gz"
            ),
        ),
        (
            "v${version}/tool-${version}-linux-amd64.tar.gz",
            "none",
            (
                "`asset: none` fits no file of v2.0, which has "
                "tool_2.0_darwin_x86_64.tar.gz, tool_2.0_linux_x86_64.tar.gz"
            ),
        ),
        (
            "v${version}/tool-${version}-linux-amd64.tar.gz",
            "(?:[a-z_.0-9]+)+!",
            (
                "`asset: (?:[a-z_.0-9]+)+!` takes more than 1 s: avoid a repetition inside another "
                "one, such as (a+)+"
            ),
        ),
    ],
)
def test_no_file_or_several_are_not_guessed_at(
    project: Project, upstream: Hosted, url: str, pattern: str, reason: str
) -> None:
    path, known = written(project, url, pattern)
    assert upstream.releases
    told = row(project)
    assert (told["status"], told["reason"]) == ("held", reason)
    assert path.read_text() == known


def test_an_asset_of_what_is_no_file_of_a_release_is_told(
    project: Project, upstream: Hosted
) -> None:
    project.add_configuration("packages: {tool: {asset: x}}\n")
    text = OVERLAY.replace("releases/download/URL", "archive/v${version}.tar.gz")
    path = project.overlay("tool.nix", text)
    assert upstream.releases
    told = row(project)
    assert told["status"] == "held"
    assert told["reason"] == (
        "`asset` is set, but its source is no file of a release: leave it out"
    )
    assert path.read_text() == text


def test_without_a_pattern_a_file_of_another_name_is_waited_for(
    project: Project, upstream: Hosted
) -> None:
    text = OVERLAY.replace("URL", "v${version}/tool-${version}-linux-amd64.tar.gz")
    path = project.overlay("tool.nix", text)
    assert upstream.releases
    told = row(project)
    assert (told["status"], path.read_text()) == ("held", text)
    assert told["reason"] == (
        "2.0 has no asset tool-2.0-linux-amd64.tar.gz yet; if it has another name now, give "
        "`asset` its pattern"
    )


FORGES: dict[str, tuple[type[Forge], str, str, str]] = {
    "GitLab": (GitLab, "gitlab", "gitlab.com", "/-/releases/v{}/downloads/bin/"),
    "Forgejo": (Gitea, "gitea", "forgejo.example", "/releases/download/v{}/"),
}


@pytest.mark.parametrize(("forge", "kind", "host", "below"), FORGES.values(), ids=FORGES)
def test_other_hosts_tell_the_files_of_a_release_too(
    project: Project, tmp_path: Path, forge: type[Forge], kind: str, host: str, below: str
) -> None:
    """On GitLab a file has a path, and what has an address that may change is none."""
    folder = "bin/" if kind == "gitlab" else ""
    with forge(tmp_path / "forge") as server:
        hosted = server.host("o/tool")
        for version, name in (
            ("1.0", "tool-1.0-linux-amd64.tgz"),
            ("2.0", "tool_2.0_linux_x64.tgz"),
        ):
            commit = hosted.repository.commit({"a": version})
            hosted.repository.tag(f"v{version}", commit)
            assets = {f"{folder}{name}": version.encode(), f"{folder}tool_mac.tgz": b"mac"}
            date = f"2025-01-0{version[0]}T00:00:00+00:00"
            hosted.releases.append(Release(f"v{version}", date, assets=assets))
        api = f"{server.url}/api/v{4 if kind == 'gitlab' else 1}"
        project.add_configuration(
            f"packages: {{tool: {{asset: '{folder}tool[-_].*linux.*'}}}}\n"
            f"hosts: {{{host}: {{kind: {kind}, web: '{server.url}', api: '{api}'}}}}\n"
        )
        old = f"https://{host}/o/tool{below.format('${version}')}tool-${{version}}-linux-amd64.tgz"
        known = OVERLAY.replace("https://github.com/o/tool/releases/download/URL", old)
        path = project.overlay("tool.nix", known)
        assert row(project)["status"] == "updated"
        new = old.replace("tool-${version}-linux-amd64", "tool_${version}_linux_x64")
        head, _, own = known.partition("  tool =")
        own = own.replace(old, new).replace('"1.0"', '"2.0"').replace(FAKE, flat_hash(b"2.0"))
        assert path.read_text() == f"{head}  tool ={own}"
        assert project.run("check", "--exit-code").code == 0
        assert project.run("verify").code == 0


SYSTEMS = """\
final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.0";
    src = {
      x86_64-linux = prev.fetchurl {
        url = "https://github.com/o/tool/releases/download/v${version}/tool-${version}-linux-amd64.tar.gz";
        hash = "FAKE";
      };
      x86_64-darwin = prev.fetchurl {
        url = "https://github.com/o/tool/releases/download/v1.0/tool-1.0-macos-amd64.tar.gz";
        hash = "FAKE";
      };
    }.${prev.stdenv.hostPlatform.system};
  };
}
""".replace("FAKE", FAKE)
LINUX_ONE, MAC_ONE = "tool[-_].*linux.*", "tool[-_].*(macos|darwin).*"


def by_system(project: Project, *patterns: str) -> tuple[Path, dict[str, str]]:
    """Bump a package with one file a system; return the overlay and the package's row."""
    project.add_configuration(f"packages: {{tool: {{asset: {list(patterns)}}}}}\n")
    path = project.overlay("tool.nix", SYSTEMS)
    return path, row(project)


def test_each_system_has_a_pattern_of_its_own(project: Project, upstream: Hosted) -> None:
    assert upstream.releases
    path, told = by_system(project, MAC_ONE, LINUX_ONE)
    assert told["status"] == "updated", told
    expected = SYSTEMS.replace('"1.0"', '"2.0"').replace("v1.0", "v2.0")
    expected = expected.replace("tool-${version}-linux-amd64", "tool_${version}_linux_x86_64")
    expected = expected.replace("tool-1.0-macos-amd64", "tool_2.0_darwin_x86_64")
    expected = expected.replace(FAKE, flat_hash(b"linux"), 1)
    assert path.read_text() == expected.replace(FAKE, flat_hash(b"darwin"), 1)
    assert project.run("check", "--exit-code").code == 0
    assert project.run("verify").code == 0


@pytest.mark.parametrize(
    ("patterns", "reason"),
    [
        (
            (LINUX_ONE,),
            (
                "its further source, line 10: 2.0 has no asset tool-2.0-macos-amd64.tar.gz yet; if "
                "it has another name now, list a pattern for it in `asset`, too"
            ),
        ),
        (
            (LINUX_ONE, "darwin"),
            (
                "its further source, line 10: of `asset` 'tool[-_].*linux.*' and 'darwin' do not "
                "fit the present file tool-1.0-macos-amd64.tar.gz: one alone must fit it"
            ),
        ),
        (
            (LINUX_ONE, MAC_ONE, "tool.*amd64.*"),
            (
                "of `asset` 'tool[-_].*linux.*' and 'tool.*amd64.*' both fit the present file "
                "tool-1.0-linux-amd64.tar.gz: one alone must fit it"
            ),
        ),
        (
            (LINUX_ONE, "tool-.*macos.*|tool_.*"),
            (
                "its further source, line 10: `asset: tool-.*macos.*|tool_.*` fits several "
                "files of v2.0: tool_2.0_darwin_x86_64.tar.gz, tool_2.0_linux_x86_64.tar.gz"
            ),
        ),
        (
            (LINUX_ONE, "tool-.*macos.*|tool_.*linux.*"),
            (
                "its further source, line 10: `asset` gives it tool_2.0_linux_x86_64.tar.gz, which "
                "line 6 has already"
            ),
        ),
    ],
)
def test_what_is_not_one_file_a_system_is_refused(
    project: Project, upstream: Hosted, patterns: tuple[str, ...], reason: str
) -> None:
    assert upstream.releases
    path, told = by_system(project, *patterns)
    assert (told["status"], told["reason"]) == ("held", reason)
    assert path.read_text() == SYSTEMS


SHARED = """\
final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.0";
    src = prev.fetchurl {
      url = "https://github.com/o/tool/releases/download/v${version}/tool-${version}-${
        { x86_64-linux = "linux"; x86_64-darwin = "macos"; }.${prev.stdenv.system}
      }-amd64.tar.gz";
      hash = { x86_64-linux = "FAKE"; x86_64-darwin = "FAKE"; }.${prev.stdenv.system};
    };
  };
}
""".replace("FAKE", FAKE)


@pytest.mark.parametrize("patterns", [(LINUX_ONE,), (LINUX_ONE, MAC_ONE)])
def test_an_address_of_several_systems_is_not_written_for_one(
    project: Project, upstream: Hosted, patterns: tuple[str, ...]
) -> None:
    """The other system's file has its old name still, and would be lost."""
    upstream.tag("v3.0", upstream.commit({"a": "3"}))
    assets = {"tool_3.0_linux_x64.tar.gz": b"new", "tool-3.0-macos-amd64.tar.gz": b"as before"}
    upstream.release("v3.0", "2025-01-03T00:00:00+00:00", assets=assets)
    project.add_configuration(f"packages: {{tool: {{asset: {list(patterns)}}}}}\n")
    path = project.overlay("tool.nix", SHARED)
    told = row(project)
    assert path.read_text() == SHARED
    assert (told["status"], told["reason"]) == (
        "held",
        (
            "v3.0 has another name for one of the files of line 5, where one address is for "
            "several systems: write an address for each system (an older one is passed over like "
            "it)"
        ),
    )
