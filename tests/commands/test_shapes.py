"""A bump of each shape writes its own places and nothing else, and then all is current."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, Project, unpacked_hash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted

SOURCE = 'fetchFromGitHub {{ owner = "o"; repo = "tool"; {rev} hash = "{sri}"; }}'


def package(version: str, rev: str, sri: str = FAKE) -> str:
    """Return a package of some version and rev."""
    source = SOURCE.format(rev=rev, sri=sri)
    inside = f'pname = "tool"; version = "{version}"; src = prev.{source};'
    return f"final: prev: {{ tool = prev.mkDerivation rec {{ {inside} }}; }}\n"


@pytest.mark.parametrize(
    ("old", "new", "rev"),
    [
        ("v0.2.1", "v0.3.0", "tag = version;"),
        ("v0.2.1", "v0.3.0", 'tag = "v0.2.1";'),
        ("py-0.20.7", "py-1.0", "rev = version;"),
        ("py-0.20.7", "py-0.20.10", 'rev = "py-0.20.7";'),
        ("r1234", "r1300", "rev = version;"),
        ("mr26.2.1.1", "mr26.10.1.1", 'tag = "refs/${version}";'),
        ("@example/tool@1.0.7", "@example/tool@1.1.0", "tag = version;"),
    ],
)
def test_a_version_inside_a_label_moves_and_what_leads_it_stays(
    project: Project, github: GitHub, old: str, new: str, rev: str, tmp_path: Path
) -> None:
    """Label and tag keep it alike, also where both are written as text."""
    repository = github.repository("o", "tool")
    prefix = "refs/" if "refs/" in rev else ""
    repository.tag(f"{prefix}{old}", repository.commit({"a": "1"}))
    repository.tag("other-9.9", repository.commit({"a": "2"}))
    commit = repository.commit({"a": "3"})
    repository.tag(f"{prefix}{new}", commit)
    text = package(old, rev)
    path = project.overlay("tool.nix", text)
    assert project.run("bump").code == 0
    sri = unpacked_hash(repository, commit, tmp_path)
    through = rev.replace(f'"{old}"', "version")
    assert path.read_text() == text.replace(rev, through).replace(old, new).replace(FAKE, sri)
    assert project.run("bump").out == f"current  tool  {new}\n"


SHARED = """\
final: prev:
let
  version = "1.0.0";
  src = prev.fetchFromGitHub {
    owner = "o";
    repo = "tool";
    rev = "v${version}";
    hash = "FAKE";
  };
in
{
  tool-core = prev.buildPythonPackage { pname = "tool-core"; inherit version src; };
  tool-extra = prev.buildPythonPackage { pname = "tool-extra"; inherit version src; };
}
""".replace("FAKE", FAKE)


@pytest.fixture
def monorepo(github: GitHub) -> Hosted:
    """A repository with versions 1.0.0 and 2.0.0."""
    repository = github.repository("o", "tool")
    for version in ("1.0.0", "2.0.0"):
        repository.tag(f"v{version}", repository.commit({"a": version}))
    return repository


@pytest.mark.parametrize("named", [(), ("tool-core",), ("tool-extra",)])
def test_packages_that_share_a_source_are_one_unit(
    project: Project, monorepo: Hosted, tmp_path: Path, named: tuple[str, ...]
) -> None:
    """One decision and one edit, whichever of them is named."""
    path = project.overlay("shared.nix", SHARED)
    assert project.run("list").code == 0
    result = project.run("bump", "--json", *named)
    sri = unpacked_hash(monorepo, monorepo.git("rev-parse", "v2.0.0").strip(), tmp_path)
    assert path.read_text() == SHARED.replace("1.0.0", "2.0.0").replace(FAKE, sri)
    statuses = {row["name"]: row["status"] for row in result.json["packages"]}
    assert statuses["tool-core"] == "updated"
    assert statuses.get("tool-extra", "skipped") == "skipped"
    assert project.run("check", "--exit-code").code == 0


@pytest.mark.parametrize(
    ("options", "code", "reason"),
    [
        (
            "hold: waits",
            0,
            "tool-extra shares its version or source, and is held: waits",
        ),
        (
            "track: commit",
            1,
            "tool-extra shares its version or source with tool-core, and `track` is not the same",
        ),
    ],
)
def test_a_policy_that_contradicts_the_units_is_told(
    project: Project, monorepo: Hosted, options: str, code: int, reason: str
) -> None:
    assert monorepo.path.exists()
    path = project.overlay("shared.nix", SHARED)
    project.add_configuration(f"packages: {{tool-extra: {{{options}}}}}\n")
    result = project.run("bump")
    assert (result.code, path.read_text()) == (code, SHARED)
    assert reason in " ".join(result.out.split())
