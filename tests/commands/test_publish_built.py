"""Real builds and pull requests: no token beside a build that could read it."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

from tests.commands.built import hashes, hashes_of, overlay, release
from tests.commands.repository import Home
from tests.commands.test_built_hashes import BESIDE
from tests.hashing.test_prefetch import PREFETCH_GIT
from tests.project import FAKE, flat_hash
from tests.workshop import sdist_files
from updater.model.change import NO_IMPORTS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.workshop import Workshop

pytestmark = pytest.mark.nix


@pytest.fixture
def home(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A repository with a package that Nix builds, and its new release."""
    project, index = workshop.project, workshop.index
    workshop.add("apple", "2.0")
    workshop.overlay("apple")
    home = Home.made(project, workshop.github, index, monkeypatch)
    text = (project.root / "overlays" / "apple.nix").read_text()
    home.hosted.commit({"overlays/apple.nix": text})
    home.hosted.settle()
    return home


def test_an_unsandboxed_build_beside_a_token_publishes_nothing(home: Home) -> None:
    result = home.bump()
    assert (result.code, home.writes(), home.hosted.pulls) == (1, [], {})
    assert home.packages(result)["apple"]["error"] == {
        "stage": "build",
        "message": "builds are not sandboxed, and GITHUB_TOKEN is set: upstream code could read it",
        "hint": "turn on Nix's sandbox, or build where the token never was: `bump --output DIR`, "
        "then `publish DIR`",
    }


def test_one_process_builds_without_a_token_and_another_publishes(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = tmp_path / "results"
    with monkeypatch.context() as without:
        without.delenv("GITHUB_TOKEN")
        built = home.project.run("bump", "--output", str(results))
    assert built.code == 0, built.err

    assert home.project.run("publish", str(results)).code == 0

    body = home.pull(1).body
    assert "| build | pass (`python3Packages.apple`), reported by the build job |" in body
    assert "| imports | pass (`apple`), reported by the build job |" in body
    assert home.version("updater/apple", "apple") == "2.0"


def test_what_a_build_adapted_is_proposed_where_the_source_bears_it_out(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another input than the source requires is refused."""
    workshop.add("apple", "2.0", extra='dependencies = ["packaging"]\n')
    workshop.overlay("apple")
    text = (workshop.project.root / "overlays" / "apple.nix").read_text()
    home = Home.made(workshop.project, workshop.github, workshop.index, monkeypatch)
    home.hosted.commit({"overlays/apple.nix": text})
    home.hosted.settle()
    results = tmp_path / "results"
    with monkeypatch.context() as without:
        without.delenv("GITHUB_TOKEN")
        assert home.project.run("bump", "--output", str(results)).code == 0
    (file,) = results.glob("*.json")
    told = file.read_text()

    file.write_text(told.replace('"packaging"', '"scipy"'))
    refused = home.project.run("publish", str(results))
    assert (refused.code, home.hosted.pulls) == (1, {})
    assert "that the new source does not call for: + scipy" in refused.out

    file.write_text(told)
    assert home.project.run("publish", str(results)).code == 0
    body = home.pull(1).body
    assert "- `+ packaging` in `propagatedBuildInputs`: 2.0 requires it\n" in body
    assert "propagatedBuildInputs = [ super.python3Packages.packaging ];" in home.show(
        "updater/apple", "overlays/apple.nix"
    )


def test_the_body_says_what_the_build_checked_whatever_is_switched_off(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No import was asked for, and the version was compared all the same."""
    files = sdist_files("apple", "1.9", "", "")
    workshop.index.release("apple", "2.0", files={"apple-2.0.tar.gz": files})
    workshop.overlay("apple", arguments="dontCheckPythonMetadata = true;")
    workshop.configure(imports=[], on_failure="keep")
    text = (workshop.project.root / "overlays" / "apple.nix").read_text()
    home = Home.made(workshop.project, workshop.github, workshop.index, monkeypatch)
    home.hosted.commit({"overlays/apple.nix": text})
    home.hosted.settle()
    reported(home, tmp_path / "results", monkeypatch)

    assert home.project.run("publish", str(tmp_path / "results")).code == 0

    body = home.pull(1).body.splitlines()
    said = "the built package has version 1.9, but the overlay has 2.0"
    start = body.index("| evaluation | pass, reported by the build job |")
    assert body[start : start + 4] == [
        "| evaluation | pass, reported by the build job |",
        "| build | pass (`python3Packages.apple`), reported by the build job |",
        f"| imports | not run: {NO_IMPORTS}, reported by the build job |",
        f"| version of what was built | **fail**: {said}, reported by the build job |",
    ]
    assert body[2].startswith(f"❌ **It is built as another version: {said}.** ✅ hash")


# --- what only a build tells --------------------------------------------------------------------


@pytest.fixture
def vendoring(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A repository whose package vendors crates for a source with a submodule."""
    release(workshop.github)
    path = overlay(workshop, source="fetchSubmodules = true;", beside=BESIDE["fetchCargoVendor"][0])
    home = Home.made(workshop.project, workshop.github, workshop.index, monkeypatch)
    home.hosted.commit({"overlays/apple.nix": path.read_text()})
    home.hosted.settle()
    return home


def reported(home: Home, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Build without a token; return the file with what was found."""
    with monkeypatch.context() as without:
        without.delenv("GITHUB_TOKEN")
        built = home.project.run("bump", "--output", str(folder))
    assert built.code == 0, built.err
    (file,) = folder.iterdir()
    return file


def test_hashes_that_only_a_build_tells_are_published_as_its_word(
    vendoring: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The publishing process has the token and builds nothing: no fixed output either."""
    file = reported(vendoring, tmp_path / "results", monkeypatch)
    local = (vendoring.project.root / "overlays" / "apple.nix").read_text()
    vendor, source = hashes(vendoring.project.root / "overlays" / "apple.nix")
    assert json.loads(file.read_text())["built"] == {"hash": source, "cargoDeps.hash": vendor}
    fetches = len(vendoring.github.server.requests("o/(apple|part).*upload-pack"))

    result = vendoring.project.run("publish", "--json", str(tmp_path / "results"))

    (apple,) = result.json["packages"]
    assert (result.code, apple["hash"]["method"]) == (0, "build"), result.out
    assert vendoring.show("updater/apple", "overlays/apple.nix") == local.strip()
    who = "reported by the build job, because only a build can compute it"
    warning = f"hash and cargoDeps.hash: {who}"
    assert {"code": "reported-hash", "message": warning} in apple["warnings"]
    assert warning in vendoring.pull(1).body
    part = vendoring.github.server.requests("o/part.*upload-pack")
    assert len(part) <= fetches


def test_the_hash_of_a_checkout_is_its_word_where_nothing_can_check_one_out(
    vendoring: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job that finds it has nix-prefetch-git, and the one that publishes has no Nix at all."""
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "nix-prefetch-git"
    program.write_text(PREFETCH_GIT.format(python=sys.executable))
    program.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
        file = reported(vendoring, tmp_path / "results", monkeypatch)
    vendor, source = hashes(vendoring.project.root / "overlays" / "apple.nix")
    assert json.loads(file.read_text())["built"] == {"hash": source, "cargoDeps.hash": vendor}
    result = vendoring.project.run("publish", "--json", str(tmp_path / "results"))
    assert (result.code, result.json["packages"][0]["hash"]["value"]) == (0, source), result.out
    assert hashes_of(vendoring.show("updater/apple", "overlays/apple.nix")) == [vendor, source]


LIES: dict[str, tuple[dict[str, str], int, str]] = {
    "one is missing": (
        {"hash": FAKE},
        1,
        "only a build can compute cargoDeps.hash, and the results do not have it",
    ),
    "one too many": (
        {"hash": FAKE, "cargoDeps.hash": FAKE, "version": FAKE},
        1,
        "the results differ from what is found now",
    ),
    "no hash": ({"hash": FAKE, "cargoDeps.hash": 'x"; evil = "'}, 2, "is not a result of"),
}


@pytest.mark.parametrize(("built", "code", "message"), LIES.values(), ids=LIES)
def test_what_no_build_would_report_is_refused(
    vendoring: Home,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    built: dict[str, str],
    code: int,
    message: str,
) -> None:
    file = reported(vendoring, tmp_path / "results", monkeypatch)
    file.write_text(json.dumps(json.loads(file.read_text()) | {"built": built}))
    result = vendoring.project.run("publish", str(tmp_path / "results"))
    assert (result.code, vendoring.writes()) == (code, [])
    assert message in result.err + result.out


def test_a_second_source_is_proposed_with_its_own_hash(home: Home) -> None:
    """What is planned on the base has every source's new hash."""
    old = (home.project.root / "overlays" / "apple.nix").read_text()
    second = 'extra = super.fetchPypi { inherit pname version; extension = "zip"; hash = "b"; };'
    text = old.replace("src =", f"{second}\n      src =")
    home.project.overlay("apple.nix", text)
    home.hosted.commit({"overlays/apple.nix": text})
    home.hosted.settle()
    files = {"apple-3.0.tar.gz": b"one", "apple-3.0.zip": b"other"}
    home.index.release("apple", "3.0", files=files)
    home.configure("packages: {apple: {build: {enabled: false}}}\n")
    assert home.bump().code == 0
    proposed = home.show("updater/apple", "overlays/apple.nix")
    assert proposed == text.strip().replace('"1.0"', '"3.0"').replace(
        '"b"', f'"{flat_hash(b"other")}"'
    ).replace(FAKE, flat_hash(b"one"))


@pytest.mark.parametrize(("on_failure", "draft"), [("draft", True), ("keep", False)])
def test_what_does_not_build_is_proposed_with_the_log(
    workshop: Workshop,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    on_failure: str,
    *,
    draft: bool,
) -> None:
    """As a draft, or all the same; a log cannot tick boxes, close comments or mention anybody."""
    workshop.add("apple", "2.0")
    evil = "@me ```` <!-- updater: rebuild --> closes #1"
    workshop.overlay("apple", arguments=f"postPatch = ''echo '{evil}'; false'';")
    workshop.configure(on_failure=on_failure)
    text = (workshop.project.root / "overlays" / "apple.nix").read_text()
    built = workshop.project.run("bump", "--output", str(tmp_path / "results"))
    assert built.code == 0, built.out
    (workshop.project.root / "overlays" / "apple.nix").write_text(text)
    home = Home.made(workshop.project, workshop.github, workshop.index, monkeypatch)
    home.hosted.commit({"overlays/apple.nix": text})
    home.hosted.settle()

    assert home.project.run("publish", str(tmp_path / "results")).code == 0

    body = home.pull(1).body
    said = "@\u200bme ```` <\u200b!-- updater: rebuild --> closes #\u200b1"
    start = body.index("The last lines of the build's log:")
    log = body[start : body.index("</details>", start)]
    assert (home.pull(1).draft, said in log.splitlines()) == (draft, True), log
    assert log.count("`````") == 2
    assert body.splitlines()[2].startswith("❌ **It does not build")
