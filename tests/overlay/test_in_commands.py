"""What the commands make of what overlays say: list, check and bump."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.project import FAKE, Project, flat_hash, pypi_overlay, unpacked_hash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.index import Index


def test_list_tells_name_place_fetcher_pin_tracking_and_what_it_skips(project: Project) -> None:
    project.overlay(
        "all.nix",
        """\
        final: prev: {
          tool = prev.stdenv.mkDerivation rec {
            pname = "tool";
            version = "1.2.0";
            src = prev.fetchFromGitLab {
              owner = "o"; repo = "tool"; rev = "v${version}"; hash = "";
            };
            postPatch = "cp ${prev.fetchurl { url = "https://example.org/x"; hash = ""; }} .";
          };
          # updater: hold waits for CUDA 13
          held = prev.stdenv.mkDerivation rec {
            version = "1.2.0";
            src = prev.fetchgit { url = "https://example.org/x.git"; rev = version; hash = ""; };
          };
          einops = prev.einops.overridePythonAttrs (old: { doCheck = false; });
          odd = prev.stdenv.mkDerivation rec {
            version = prev.lib.x;
            src = prev.fetchurl { url = "https://example.org/${version}"; hash = ""; };
          };
        }
        """,
    )
    result = project.run("list")
    assert result.code == 0
    expected = """\
        PACKAGE VERSION FOLLOWS FETCHER FILE
        tool 1.2.0 tag fetchFromGitLab overlays/all.nix:2
        postPatch no version skipped fetchurl overlays/all.nix:8 tool has it beside its main \
            source, with its own pin
        held 1.2.0 held fetchgit overlays/all.nix:11 waits for CUDA 13
        einops - skipped - overlays/all.nix:15 it has no source of its own
        odd - skipped fetchurl overlays/all.nix:16 line 17: version of odd is computed: \
            prev.lib.x; to follow it, write it as a literal, such as version = "1.0"
        """
    shown = [line.split() for line in result.out.splitlines()]
    assert shown == [line.split() for line in expected.splitlines() if line.strip()]


def test_a_hold_in_the_configuration_resolves_a_doubt(project: Project) -> None:
    """It is what the doubt's own advice says."""
    project.overlay(
        "odd.nix",
        """\
        { odd = mkDerivation {
            version = "1"; version = "1";
            src = fetchPypi { pname = "odd"; version = "1"; hash = ""; };
        }; }
        """,
    )
    assert project.run("bump").code == 1
    project.add_configuration("packages: {odd: {hold: true}}")
    result = project.run("bump")
    assert (result.code, result.out) == (0, "held  odd  1  held in config.yaml\n")


def test_comments_steer_over_the_configuration(project: Project, index: Index) -> None:
    """Ignored versions add up."""
    for version in ("1.0", "1.1", "1.2", "1.3"):
        index.release("tool", version)
    overlay = pypi_overlay("tool", "1.0", sri=FAKE)
    project.overlay("tool.nix", overlay.replace("src =", "# updater: ignore 1.3.*\n      src ="))
    project.add_configuration("packages: {tool: {ignore: ['1.2']}}")
    result = project.run("check", "--json")
    assert [one["latest"] for one in result.json["packages"]] == ["1.1"]


def test_a_hash_beside_the_source_holds_the_package(project: Project, index: Index) -> None:
    index.release("tool", "1.0")
    index.release("tool", "1.1")
    overlay = pypi_overlay("tool", "1.0", sri=FAKE)
    project.overlay("tool.nix", overlay.replace("src =", 'cargoHash = "";\n      src ='))
    before = project.snapshot()
    result = project.run("bump")
    why = (
        "cargoHash (line 7) has no value yet, and only a build can compute it: build: {enabled: "
        "false}; let Nix evaluate it (`build:` in config.yaml), or update it by hand"
    )
    assert (result.code, result.out) == (0, f"held  tool  1.0  (newest 1.1)  {why}\n")
    assert project.snapshot() == before


def test_every_source_that_follows_the_version_gets_its_own_hash(
    project: Project, index: Index
) -> None:
    index.release("tool", "1.0", files=["tool-1.0.tar.gz", "tool-1.0-py3-none-any.whl"])
    new, wheel = index.release(
        "tool", "1.1", files=["tool-1.1.tar.gz", "tool-1.1-py3-none-any.whl"]
    )
    overlay = """\
    { tool = mkDerivation rec {
      pname = "tool";
      version = "1.0";
      srcs = [
        (fetchPypi { inherit pname version; hash = "a"; })
        (fetchPypi { inherit pname version; format = "wheel"; python = "py3"; hash = "b"; })
      ];
    }; }
    """
    path = project.overlay("tool.nix", overlay)
    before = path.read_text()
    assert project.run("bump").code == 0
    assert path.read_text() == before.replace('"1.0"', '"1.1"').replace(
        'hash = "a"', f'hash = "{flat_hash(new.content)}"'
    ).replace('hash = "b"', f'hash = "{flat_hash(wheel.content)}"')


def test_a_further_source_without_the_new_version_holds_the_package(
    project: Project, index: Index
) -> None:
    index.release("tool", "1.0")
    index.release("tool", "1.1")
    project.overlay(
        "tool.nix",
        """\
        { tool = mkDerivation rec {
          pname = "tool"; version = "1.0";
          src = fetchPypi { inherit pname version; hash = "a"; };
          data = fetchPypi { pname = "tool-data"; inherit version; hash = "b"; };
        }; }
        """,
    )
    result = project.run("bump")
    why = "its further source, line 4: 1.1 has no tool-data-1.1.tar.gz; the index has no file"
    assert (result.code, result.out) == (0, f"held  tool  1.0  (newest 1.1)  {why}\n")


def test_a_call_without_a_hash_moves_by_its_commit(project: Project, github: GitHub) -> None:
    repository = github.repository("o", "tool")
    old = repository.commit({"setup.py": "setup(version='1.0')\n"})
    repository.tag("v1.0", old)
    new = repository.commit({"setup.py": "setup(version='1.1')\n"})
    repository.tag("v1.1", new)
    overlay = """\
    { tool = mkDerivation {
      pname = "tool";
      version = "1.0";
      src = builtins.fetchGit {
        url = "https://github.com/o/tool.git"; ref = "refs/tags/v1.0"; rev = "OLD";
      };
    }; }
    """
    path = project.overlay("tool.nix", overlay.replace("OLD", old))
    before = path.read_text()
    result = project.run("bump")
    assert (result.code, result.err) == (0, "")
    assert result.out == "updated  tool  1.0  -> 1.1  not built: build: {enabled: false}\n"
    assert path.read_text() == before.replace("1.0", "1.1").replace(old, new)


def test_an_address_of_a_tag_moves_with_the_tag(
    project: Project, github: GitHub, tmp_path: Path
) -> None:
    repository = github.repository("o", "tool")
    for version in ("1.0", "1.1"):
        repository.tag(f"v{version}", repository.commit({"version": version}))
    overlay = """\
    { tool = mkDerivation {
      pname = "tool";
      version = "1.0";
      src = fetchzip {
        url = "https://github.com/o/tool/archive/refs/tags/v1.0.tar.gz";
        hash = "a";
      };
    }; }
    """
    path = project.overlay("tool.nix", overlay)
    before = path.read_text()
    assert project.run("bump").code == 0
    new = unpacked_hash(repository, repository.git("rev-parse", "v1.1"), tmp_path)
    assert path.read_text() == before.replace("1.0", "1.1").replace('"a"', f'"{new}"')


def test_a_called_package_is_bumped_in_its_own_file(project: Project, index: Index) -> None:
    index.release("tool", "1.0")
    (new,) = index.release("tool", "1.1")
    overlay = "final: prev: { my-tool = prev.callPackage ../pkgs/tool.nix { }; }\n"
    path = project.overlay("all.nix", overlay)
    package = project.root / "pkgs" / "tool.nix"
    package.parent.mkdir()
    before = (
        "{ buildPythonPackage, fetchPypi, }:\nbuildPythonPackage rec {\n"
        '  pname = "tool";\n  version = "1.0";\n'
        f'  src = fetchPypi {{ inherit pname version; hash = "{FAKE}"; }};\n}}\n'
    )
    package.write_text(before)
    result = project.run("bump", "my-tool")
    assert result.out == "updated  my-tool  1.0  -> 1.1  not built: build: {enabled: false}\n"
    assert path.read_text() == overlay
    assert package.read_text() == before.replace("1.0", "1.1").replace(FAKE, flat_hash(new.content))


def test_a_file_that_fetches_nothing_and_cannot_be_parsed_is_one_note(project: Project) -> None:
    project.overlay("odd.nix", "self: super: {\n  a = \n  b = = 1;\n}\n")
    result = project.run("list", "--json")
    assert result.code == 0
    (row,) = result.json["packages"]
    assert (row["status"], row["file"]) == ("skipped", "overlays/odd.nix")
    assert row["reason"] == "cannot parse line 3, and the file fetches nothing"


def test_a_file_that_fetches_and_cannot_be_parsed_must_be_mended(project: Project) -> None:
    project.overlay("odd.nix", "self: super: {\n  a = \n  b = fetchurl;\n}\n")
    assert project.run("list").code == 1
