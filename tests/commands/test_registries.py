"""Packages of registries: crates, npm's and Hex's; each is followed to the file that it has."""

from __future__ import annotations

import base64
import functools
import hashlib
import io
import tarfile
from typing import TYPE_CHECKING

import pytest

from tests.commands.repository import Home
from tests.project import FAKE, flat_hash
from tests.real_nix import place
from updater.hashing.archive import hash_archive
from updater.hashing.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.loopback.registries import Registries
    from tests.project import Project
    from tests.real_nix import Nix

OVERLAY = """\
final: prev: {
  other = prev.stdenv.mkDerivation {
    pname = "other";
    version = "1.0.0";
    src = null;
  };
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.0.0";
    src = SOURCE;
    installPhase = "cp -r . $out; true";
  };
}
"""
CRATE = 'prev.fetchCrate { inherit pname version; MORE hash = "FAKE"; }'
NPM = 'prev.FETCHER { url = "REGISTRY/@scope/tool/-/tool-${version}.tgz"; hash = "FAKE"; }'
MIRROR = 'prev.fetchurl { url = "mirror://npm/tool/-/tool-1.0.0.tgz"; hash = "FAKE"; }'
HEX = 'prev.fetchHex { pkg = pname; inherit version; sha256 = "FAKE"; }'


@functools.cache  # the time stands in it
def archive(version: str) -> bytes:
    """Return an archive with one folder, which says its version."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as packed:
        text = f"version {version}\n".encode()
        member = tarfile.TarInfo(f"tool-{version}/a")
        member.size = len(text)
        packed.addfile(member, io.BytesIO(text))
    return made.getvalue()


def hex_archive(version: str) -> bytes:
    """Return the archive of a Hex package, with its contents inside."""
    inner, made = archive(version), io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as packed:
        member = tarfile.TarInfo("contents.tar.gz")
        member.size = len(inner)
        packed.addfile(member, io.BytesIO(inner))
    return made.getvalue()


def unpacked(version: str) -> str:
    """Return the hash of the tree in an archive."""
    content = io.BytesIO(archive(version))
    return str(
        hash_archive(
            iter(lambda: content.read(1024), b""),
            filename="a",
            unpacking="fetchzip",
            limits=Limits(),
        ).sri
    )


def sha512(content: bytes) -> str:
    return f"sha512-{base64.b64encode(hashlib.sha512(content).digest()).decode()}"


def filled(registries: Registries) -> None:
    """Publish versions, of which 2.0.0 is the newest that may be taken."""
    for version in ("1.0.0", "2.0.0", "2.1.0-beta.1", "3.0.0"):
        withdrawn = version == "3.0.0"
        content = archive(version)
        registries.crate("tool", version, content, yanked=withdrawn)
        reason = "broken" if withdrawn else None
        for name in ("tool", "@scope/tool"):
            registries.package(name, version, content, deprecated=reason)
            registries.tags[name]["latest"] = "2.0.0"
        registries.release("tool", version, hex_archive(version), retired=reason)


def bumped(project: Project) -> str:
    """Bump, and say what became of the package: ``updated 2.0.0``."""
    rows = {row["name"]: row for row in project.run("bump", "--json").json["packages"]}
    return f"{rows['tool']['status']} {rows['tool'].get('latest')}"


CALLS = {
    "a crate": (CRATE.replace("MORE ", ""), unpacked),
    "a crate as it is": (
        CRATE.replace("MORE", "unpack = false;"),
        lambda version: flat_hash(archive(version)),
    ),
    "npm, as it is": (
        NPM.replace("FETCHER", "fetchurl"),
        lambda version: sha512(archive(version)),
    ),
    "npm, unpacked": (NPM.replace("FETCHER", "fetchzip"), unpacked),
    "npm by a mirror": (MIRROR, lambda version: sha512(archive(version))),
    "hex": (HEX, lambda version: flat_hash(hex_archive(version))),
}


@pytest.fixture
def named(project: Project, registries: Registries) -> Project:
    """A project whose configuration names the registries, which have some versions."""
    project.add_configuration(
        f"registries: {{crates: '{registries.crates}', npm: '{registries.npm}', "
        f"hex: '{registries.hex}/'}}\n"
    )
    filled(registries)
    return project


@pytest.mark.parametrize("kind", CALLS)
def test_a_bump_writes_version_and_hash_and_nothing_else(
    named: Project, registries: Registries, kind: str
) -> None:
    """The twin that is pinned to the newest stays; `verify` then finds the pin true."""
    source, hash_of = CALLS[kind]
    text = OVERLAY.replace("SOURCE", source.replace("REGISTRY", registries.npm))
    path = named.overlay("tool.nix", text)
    listed = named.run("list")
    assert (listed.code, listed.out.count("registry")) == (0, 1)
    assert named.run("check", "--exit-code").code == 10
    assert bumped(named) == "updated 2.0.0"
    expected = text.replace(FAKE if FAKE in text else "FAKE", hash_of("2.0.0"))
    head, _, own = expected.partition("  tool =")
    assert path.read_text() == f"{head}  tool ={own.replace('1.0.0', '2.0.0')}"
    again = path.read_text()
    assert bumped(named) == "current 2.0.0"
    assert path.read_text() == again
    assert named.run("verify").code == 0


@pytest.mark.parametrize("kind", ["a crate as it is", "npm, as it is", "hex"])
def test_what_a_registry_publishes_costs_no_download(
    named: Project, registries: Registries, kind: str
) -> None:
    source, _ = CALLS[kind]
    named.overlay("tool.nix", OVERLAY.replace("SOURCE", source.replace("REGISTRY", registries.npm)))
    assert named.run("bump").code == 0
    paths = [exchange.request.path for exchange in registries.server.log]
    assert not any(path.endswith((".tgz", ".tar", "/download")) for path in paths), paths


@pytest.mark.parametrize(
    ("source", "fetcher", "kind"),
    [
        (CALLS["a crate"][0], "fetchCrate", "crates"),
        (HEX, "fetchHex", "hex"),
        (MIRROR, "fetchurl", "npm"),
    ],
)
def test_without_the_registrys_address_a_package_is_skipped_with_what_to_write(
    project: Project, source: str, fetcher: str, kind: str
) -> None:
    """No address is guessed, and nobody is asked."""
    project.overlay("tool.nix", OVERLAY.replace("SOURCE", source))
    reason = (
        f"{fetcher} does not show the address of its registry: name it in config.yaml, "
        f"`registries: {{{kind}: ADDRESS}}`"
    )
    for command in ("list", "check", "bump"):
        result = project.run(command, "--json")
        rows = {row["name"]: row for row in result.json["packages"]}
        assert (result.code, rows["tool"]["status"]) == (0, "skipped")
        assert rows["tool"]["reason"] == reason


@pytest.mark.parametrize(
    ("options", "end"),
    [
        ("prereleases: true", "updated 2.1.0-beta.1"),
        ("allow: '<2'", "held 2.0.0"),
        ("ignore: 2.*", "held 2.0.0"),
        ("hold: waits", "held None"),
    ],
)
def test_a_policy_rules_registries_too(
    named: Project, registries: Registries, options: str, end: str
) -> None:
    named.add_configuration(f"packages: {{tool: {{{options}}}}}\n")
    source = CALLS["a crate as it is"][0].replace("FAKE", flat_hash(archive("1.0.0")))
    named.overlay("tool.nix", OVERLAY.replace("SOURCE", source))
    assert bumped(named) == end
    assert registries.server.errors == []


def test_a_hash_that_is_not_the_registrys_is_outdated(
    named: Project, registries: Registries
) -> None:
    source = CALLS["npm, as it is"][0].replace("REGISTRY", registries.npm)
    text = OVERLAY.replace("SOURCE", source).replace("1.0.0", "2.0.0")
    path = named.overlay("tool.nix", text.replace("FAKE", sha512(b"another file")))
    assert named.run("verify").code == 1
    assert named.run("bump").code == 0
    assert path.read_text() == text.replace("FAKE", sha512(archive("2.0.0")))


def test_a_pin_of_another_algorithm_is_judged_by_the_file(
    named: Project, registries: Registries
) -> None:
    source = CALLS["npm, as it is"][0].replace("REGISTRY", registries.npm)
    text = OVERLAY.replace("SOURCE", source).replace("1.0.0", "2.0.0")
    named.overlay("tool.nix", text.replace("FAKE", flat_hash(archive("2.0.0"))))
    assert named.run("verify").code == 0
    named.overlay("tool.nix", text.replace("FAKE", flat_hash(b"another file")))
    assert named.run("verify").code == 1


@pytest.mark.nix
def test_what_is_written_is_what_nix_fetches(
    named: Project,
    registries: Registries,
    nix: Nix,
    tmp_path: Path,
) -> None:
    """Every kind of call is built by the real Nix with the hash that was written."""
    for number, (source, _) in enumerate(CALLS.values()):
        text = OVERLAY.replace("SOURCE", source.replace("REGISTRY", registries.npm))
        named.overlay(f"t{number}.nix", text.replace("other =", f"other{number} ="))
    assert named.run("bump").code == 0
    server = registries.server.url
    tiny = place(
        tmp_path / "nixpkgs",
        crates=f"{server}/crates/files",
        hex_=f"{server}/hex",
        npm=registries.npm,
    )
    files = sorted((named.root / "overlays").glob("*.nix"))
    texts = [f"(import {tiny} {{ overlays = [ (import {path}) ]; }}).tool.src" for path in files]
    built = nix.build(
        '{ tiny }: with import (/. + tiny) { config = { }; }; runCommand "all" { srcs = [ '
        f"{' '.join(f'({text})' for text in texts)} ]; }} "
        "''for src in $srcs; do if [ -d $src ]; then find $src -name a -exec cat {} +; fi; "
        "done > $out; true''",
        tiny=tiny,
    )
    assert built.read_text() == "version 2.0.0\n" * 3


def test_a_pull_request_of_a_registrys_package_has_its_evidence(
    project: Project,
    registries: Registries,
    github: GitHub,
    index: Index,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It needs no page of a repository, and the index is not asked for the package's name."""
    home = Home.made(project, github, index, monkeypatch)
    filled(registries)
    project.add_configuration(f"registries: {{crates: '{registries.crates}'}}\n")
    for kind, source in (
        ("crate", CALLS["a crate as it is"][0]),
        ("npm", CALLS["npm, as it is"][0]),
    ):
        own = OVERLAY.replace("SOURCE", source.replace("REGISTRY", registries.npm))
        own = own.replace("tool =", f"{kind} =").replace("other =", f"other-{kind} =")
        own = own.replace('pname = "other"', f'pname = "other-{kind}"')
        project.overlay(f"{kind}.nix", own)
        home.hosted.commit({f"overlays/{kind}.nix": own})
    home.hosted.settle()
    asked = len(index.server.log)
    result = home.bump()
    assert result.code == 0, result.out
    bodies = sorted(home.pull(number).body for number in (1, 2))
    assert all("1.0.0" in body and "2.0.0" in body for body in bodies)
    assert flat_hash(archive("2.0.0")) in "".join(bodies)
    assert sha512(archive("2.0.0")) in "".join(bodies)
    assert "`crates:tool`" in bodies[0]
    assert f"`npm:{registries.npm}/@\u200bscope/tool`" in bodies[1]  # it mentions nobody
    assert len(index.server.log) == asked
