"""Hashes that no download tells: the real Nix builds fixed outputs of the user's package set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.built import (
    LOCKS,
    checkout,
    hashes,
    overlay,
    passed,
    release,
)
from tests.loopback.messages import Response
from tests.project import FAKE, flat_hash, unpacked_hash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.real_nix import Nix
    from tests.workshop import Workshop

pytestmark = pytest.mark.nix


def vendored(nix: Nix, lock: str, folder: Path, version: str = "2.0") -> str:
    """Return the hash of what a lock file of the tiny package set's vendors."""
    tree = folder / lock.replace(".", "-")
    tree.mkdir()
    (tree / lock).write_text(LOCKS[lock].format(version=version))
    return nix.hash_of(tree)


def held(workshop: Workshop, *arguments: str) -> str:
    """Bump apple, which must be held and stay as it is, and return why."""
    before = workshop.project.snapshot()
    result, packages = workshop.bump(*arguments)
    assert (result.code, packages["apple"]["status"]) == (0, "held"), result.out
    assert workshop.project.snapshot() == before
    return str(packages["apple"]["reason"])


# --- hashes beside the source -------------------------------------------------------------------

BESIDE: dict[str, tuple[str, str, str]] = {
    "fetchCargoVendor": (
        'cargoDeps = super.rustPlatform.fetchCargoVendor { inherit src; hash = ""; };',
        "",
        "Cargo.lock",
    ),
    "cargoHash": ('cargoHash = "";', "super.rustPlatform.buildRustPackage", "Cargo.lock"),
    "vendorHash": (f'vendorHash = "{FAKE}";', "super.buildGoModule", "go.sum"),
    "npmDeps": (
        'npmDeps = super.fetchNpmDeps { inherit src; hash = ""; };',
        "",
        "package-lock.json",
    ),
    "a name given in the configuration": (
        f'widgetDigest = "{FAKE}";',
        "super.buildWidget",
        "widgets.lock",
    ),
}


@pytest.mark.parametrize(("beside", "builder", "lock"), BESIDE.values(), ids=BESIDE)
def test_a_hash_beside_the_source_follows_it(
    workshop: Workshop,
    github: GitHub,
    nix: Nix,
    tmp_path: Path,
    beside: str,
    builder: str,
    lock: str,
) -> None:
    """The archive, which the source's own hash is computed from, is downloaded once."""
    apple = release(github, submodule=False, note=beside)
    path = overlay(workshop, beside=beside, builder=builder)
    workshop.project.add_configuration("packages: {apple: {dependent_hashes: [widgetDigest]}}\n")
    report = passed(workshop)
    plain = unpacked_hash(apple, apple.head(), tmp_path)
    assert hashes(path) == [vendored(nix, lock, tmp_path), plain]
    assert report["hash"]["method"] == "embedded"
    assert len(report["changes"]) == len({one["field"] for one in report["changes"]}) == 3
    assert len(github.server.requests("archive")) == 1


def test_all_of_them_are_found_in_turn(
    workshop: Workshop, github: GitHub, nix: Nix, tmp_path: Path
) -> None:
    """The source first, since the others are made from it."""
    apple = release(github)
    beside = f"{BESIDE['fetchCargoVendor'][0]}\n{BESIDE['npmDeps'][0]}"
    path = overlay(workshop, source="fetchSubmodules = true;", beside=beside)
    assert passed(workshop)["hash"]["method"] == "build"
    assert hashes(path) == [
        vendored(nix, "Cargo.lock", tmp_path),
        vendored(nix, "package-lock.json", tmp_path),
        nix.hash_of(checkout(apple, tmp_path / "clone")),
    ]


PATCHES = (
    'patches = [\n(super.fetchpatch { url = "{url}/1.patch"; hash = ""; })\n'
    '(super.fetchpatch { url = "{url}/2.patch"; hash = "{known}"; })\n'
    '(super.fetchpatch { url = "{url}/3.patch"; sha256 = super.lib.fakeSha256; })\n];'
)


@pytest.mark.parametrize("version", ["1.0", "2.0"], ids=["at its newest", "behind"])
def test_a_patch_without_a_hash_gets_it(
    workshop: Workshop, github: GitHub, tmp_path: Path, version: str
) -> None:
    """And one that has a hash keeps it."""
    apple = release(github, "1.0", submodule=False)
    contents = [f"--- a/README\n+++ b/README\n@@ -0,0 +1 @@\n+{at}\n".encode() for at in "123"]
    for at, content in enumerate(contents, 1):
        github.server.route("GET", f"/{at}.patch", lambda _, body=content: Response(200, body))
    sris = [flat_hash(content) for content in contents]
    beside = PATCHES.replace("{url}", github.url).replace("{known}", sris[1])
    path = overlay(workshop, beside=beside + '\nprePatch = "patches=";')
    path.write_text(path.read_text().replace(FAKE, unpacked_hash(apple, apple.head(), tmp_path)))
    release(github, version, submodule=False)
    (look,) = workshop.project.run("check", "--json").json["packages"]
    assert look["status"] == "outdated"
    (verdict,) = workshop.project.run("verify", "--json").json["packages"]
    assert verdict["state"] == "wrong hash"
    passed(workshop)
    written = hashes(path)
    assert [sri for sri in written if sri in sris] == sris
    assert unpacked_hash(apple, apple.head(), tmp_path) in written
    (look,) = workshop.project.run("check", "--json").json["packages"]
    assert look["status"] == "current"


def test_a_dry_run_shows_them_and_writes_nothing(
    workshop: Workshop, github: GitHub, nix: Nix, tmp_path: Path
) -> None:
    """A diff without them would be no diff to apply; the package itself is not built."""
    release(github, submodule=False)
    overlay(workshop, beside=BESIDE["fetchCargoVendor"][0])
    before = workshop.project.snapshot()
    result = workshop.project.run("bump", "--dry-run")
    assert (result.code, workshop.project.snapshot()) == (0, before), result.err
    assert f"+{' ' * 6}cargoDeps" in result.out
    assert vendored(nix, "Cargo.lock", tmp_path) in result.out


# --- what cannot be built -----------------------------------------------------------------------


def test_what_nobody_may_build_is_held(workshop: Workshop, github: GitHub) -> None:
    release(github)
    overlay(workshop, source="fetchSubmodules = true;")
    workshop.configure(enabled=False)
    assert held(workshop) == (
        "fetchSubmodules asks for more than the archive: only a build can compute its hash, but "
        "build: {enabled: false}; let Nix evaluate it (`build:` in config.yaml), or update it by "
        "hand"
    )


def test_a_method_that_cannot_tell_the_hash_holds(workshop: Workshop, github: GitHub) -> None:
    release(github)
    overlay(workshop, source="fetchSubmodules = true;")
    workshop.project.add_configuration("packages: {apple: {hash: embedded}}\n")
    assert held(workshop) == (
        "fetchSubmodules asks for more than the archive, so `hash: embedded` cannot compute its "
        "hash; set `hash: auto`"
    )


def test_a_package_set_that_does_not_evaluate_holds(workshop: Workshop, github: GitHub) -> None:
    release(github)
    overlay(workshop, source="fetchSubmodules = true;")
    workshop.configure(attribute="no-such-set.{name}")
    assert held(workshop) == (
        "only a build can compute its hash, but Nix cannot evaluate no-such-set.apple: "
        "attribute 'no-such-set' missing; let Nix evaluate it (`build:` in "
        "config.yaml), or update it by hand"
    )


def test_a_submodule_that_is_gone_is_a_failure_that_shows_gits_words(
    workshop: Workshop, github: GitHub
) -> None:
    release(github)
    part = github.named("o/part")
    assert part is not None
    github.remove(part)
    overlay(workshop, source="fetchSubmodules = true;")
    before = workshop.project.snapshot()
    result, packages = workshop.bump()
    error = packages["apple"]["error"]
    assert (result.code, error["stage"], workshop.project.snapshot()) == (1, "hash", before)
    assert "before Nix could report the hash" in error["message"]
    assert "o/part" in error["message"]


def test_a_fixed_output_that_takes_too_long_is_stopped(workshop: Workshop, github: GitHub) -> None:
    """Its processes too: nothing of it is left to wait for."""
    release(github, submodule=False)
    overlay(workshop, source="postFetch = ''while :; do read -t 1 < /dev/null || :; done'';")
    workshop.configure(timeout="3s")
    before = workshop.project.snapshot()
    result, packages = workshop.bump()
    assert (result.code, workshop.project.snapshot()) == (1, before)
    assert packages["apple"]["error"] == {
        "stage": "hash",
        "message": "the fixed-output build for its hash took longer than 3 s",
        "hint": "raise `timeout:` under `build:` in config.yaml",
    }


def test_a_flake_without_a_lock_is_not_evaluated_for_a_hash(
    workshop: Workshop, github: GitHub
) -> None:
    """What it would evaluate to is anybody's guess, and a download of its inputs."""
    release(github)
    overlay(workshop, source="fetchSubmodules = true;")
    (workshop.project.root / "flake.nix").write_text(
        '{ inputs.nixpkgs.url = "github:NixOS/nixpkgs"; outputs = _: { }; }'
    )
    workshop.configure(enabled="auto", file=None)
    assert "but flake.nix has no flake.lock" in held(workshop)


def test_a_flake_tells_a_hash_as_a_default_nix_does(
    workshop: Workshop, github: GitHub, nix: Nix, tmp_path: Path
) -> None:
    apple = release(github)
    path = overlay(workshop, source="fetchSubmodules = true;")
    workshop.flake()
    assert passed(workshop)["hash"]["method"] == "build"
    assert hashes(path) == [nix.hash_of(checkout(apple, tmp_path / "clone"))]


def test_no_fixed_output_is_built_while_a_build_could_read_a_token(
    workshop: Workshop, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs what upstream wrote, on the network and, without a sandbox, beside the token."""
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_loopback")
    github.tokens.add("ghp_loopback")
    release(github)
    overlay(workshop, source="fetchSubmodules = true;")
    result, packages = workshop.bump()
    assert (result.code, packages["apple"]["error"]["message"]) == (
        1,
        "builds are not sandboxed, and GITHUB_TOKEN is set: upstream code could read it",
    )


def test_a_package_that_is_made_from_another_source_is_no_proof(
    workshop: Workshop, github: GitHub
) -> None:
    """What is evaluated must be made from what was hashed."""
    release(github, submodule=False)
    path = overlay(workshop)
    (workshop.project.root / "default.nix").write_text(
        f"{{ }}: import {workshop.tiny} {{ overlays = [ (import ./overlays/apple.nix) (self: super:"
        " { python3Packages = super.python3Packages // { apple = super.python3Packages.apple"
        '.overrideAttrs (_: { src = super.runCommand "source" { } "mkdir $out"; }); }; }) ]; }'
    )
    result, packages = workshop.bump()
    assert (result.code, packages["apple"]["status"], hashes(path)) == (1, "failed", [FAKE])
    assert "python3Packages.apple evaluates to the source " in packages["apple"]["error"]["message"]


# --- functions that no kind knows ---------------------------------------------------------------

OWN = """\
self: super:
let
  fetchOurs = { owner, repo, rev, hash, name ? "ours" }:
    super.fetchgit { url = "GITHUB/${owner}/${repo}.git"; inherit rev name hash; };
in {
  python3Packages = super.python3Packages // {
    apple = super.python3Packages.buildPythonPackage rec {
      pname = "apple";
      version = "1.0";
      format = "pyproject";
      nativeBuildInputs = [ super.python3Packages.setuptools ];
      src = fetchOurs {
        owner = "o";
        repo = "apple";
        rev = "v${version}";
        hash = "";
      };
    };
  };
}
"""


def test_a_function_of_ones_own_is_followed_where_its_hash_is_left_to_nix(
    workshop: Workshop, github: GitHub, nix: Nix, tmp_path: Path
) -> None:
    """What it does is its own affair; its arguments say where versions come from."""
    apple = release(github)
    text = OWN.replace("GITHUB", github.url)
    path = workshop.project.overlay("apple.nix", text)
    workshop.overlay()
    result, packages = workshop.bump()
    assert (result.code, packages["apple"]["status"], packages["apple"]["reason"]) == (
        0,
        "skipped",
        "fetchOurs is another function here, and no fetcher of nixpkgs",
    )
    workshop.project.add_configuration("packages: {apple: {hash: build}}\n")
    assert passed(workshop)["hash"]["method"] == "build"
    true = nix.hash_of(checkout(apple, tmp_path / "clone"))
    assert path.read_text() == text.replace('"1.0"', '"2.0"').replace('""', f'"{true}"')
    row = workshop.project.run("list", "apple").out.splitlines()[1]
    assert row.split() == ["apple", "2.0", "tag", "fetchFromGitHub", "overlays/apple.nix:7"]
