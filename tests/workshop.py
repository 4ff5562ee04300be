"""A scratch project that the real Nix can build, on the tiny package set."""

from __future__ import annotations

import io
import json
import tarfile
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.project import FAKE, flat_hash, pypi_overlay
from tests.real_nix import place

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.project import Project, Result
    from tests.real_nix import Nix


@dataclass(frozen=True, slots=True)
class Workshop:
    """A project that Nix can build."""

    project: Project
    index: Index
    github: GitHub
    tiny: Path

    def flake(self, settings: str = "") -> None:
        """Have the overlay `apple` built through a flake, which may have settings of its own."""
        (self.project.root / "flake.nix").write_text(
            f"""{{
              {settings}
              inputs.nixpkgs.url = "github:NixOS/nixpkgs";
              outputs = {{ self, nixpkgs }}: {{
                packages.x86_64-linux.apple = (import nixpkgs {{
                  system = "x86_64-linux";
                  overlays = [ (import ./overlays/apple.nix) ];
                }}).python3Packages.apple;
              }};
            }}"""
        )
        self.configure(
            file=None,
            attribute="packages.{system}.{name}",
            options=["--override-input", "nixpkgs", f"path:{self.tiny}"],
        )

    def locked(self, address: str, sri: str) -> None:
        """Have all overlays built through a flake whose nixpkgs is locked at an address.

        Args:
            address: of a tar archive.
            sri: the hash of the tree in it.
        """
        paths = sorted((self.project.root / "overlays").glob("*.nix"))
        imports = " ".join(f"(import ./overlays/{path.name})" for path in paths)
        (self.project.root / "flake.nix").write_text(
            f"""{{
              inputs.nixpkgs.url = "{address}";
              outputs = {{ self, nixpkgs }}: {{
                legacyPackages.x86_64-linux = import nixpkgs {{
                  system = "x86_64-linux";
                  overlays = [ {imports} ];
                }};
              }};
            }}"""
        )
        source = {"type": "tarball", "url": address}
        nodes = {
            "nixpkgs": {"locked": {**source, "narHash": sri}, "original": source},
            "root": {"inputs": {"nixpkgs": "nixpkgs"}},
        }
        lock = {"nodes": nodes, "root": "root", "version": 7}
        (self.project.root / "flake.lock").write_text(json.dumps(lock))
        self.configure(file=None)

    def configure(self, **build: object) -> None:
        """Build through default.nix unless told otherwise."""
        options = {"enabled": True, "file": "default.nix", **build}
        text = (self.project.root / "config.yaml").read_text().split("defaults:")[0]
        (self.project.root / "config.yaml").write_text(
            f"{text}defaults: {{build: {json.dumps(options)}}}\n"
        )

    def add(
        self,
        name: str,
        version: str,
        *,
        module: str = "",
        extra: str = "",
        setup: str = "",
        requires: str = "setuptools",
    ) -> str:
        """Release a version of a package whose sdist is real; return the sdist's SRI hash.

        Args:
            name: the package, also its import package.
            version: what its metadata says.
            module: the module's text.
            extra: the rest of pyproject.toml.
            setup: what runs in the build; empty for nothing.
            requires: what builds it.
        """
        files = sdist_files(name, version, module, extra, setup, requires)
        (made,) = self.index.release(name, version, files={f"{name}-{version}.tar.gz": files})
        return flat_hash(made.content)

    def overlay(self, *names: str, arguments: str = "", version: str = "1.0") -> None:
        """Write an overlay for each package, and default.nix with all of them."""
        for name in names:
            text = pypi_overlay(name, version, sri=FAKE)
            self.project.overlay(f"{name}.nix", buildable(text, arguments))
        listed = sorted((self.project.root / "overlays").glob("*.nix"))
        imports = " ".join(f"(import ./overlays/{path.name})" for path in listed)
        (self.project.root / "default.nix").write_text(
            f"{{ }}: import {self.tiny} {{ overlays = [ {imports} ]; }}\n"
        )

    def bump(self, *arguments: str) -> tuple[Result, dict[str, dict[str, Any]]]:
        """Run ``bump --json``; return its packages by name too."""
        result = self.project.run("bump", "--json", *arguments)
        return result, {one["name"]: one for one in result.json["packages"]}

    def version(self, name: str) -> str:
        """The version that an overlay file says now."""
        text = (self.project.root / "overlays" / f"{name}.nix").read_text()
        return text.split('version = "')[1].split('"')[0]


def buildable(text: str, arguments: str = "") -> str:
    """Add what setuptools needs to an overlay's package, and further arguments."""
    form = "" if "format =" in arguments else 'format = "pyproject";\n'
    tools = "nativeBuildInputs = [ super.python3Packages.setuptools ];\n"
    inserted = textwrap.indent(f"{form}{tools}{arguments}", "      ")
    return text.replace("      src =", f"{inserted}\n      src =")


def project_file(
    name: str, version: str, *packages: str, extra: str = "", requires: str = "setuptools"
) -> str:
    """A pyproject.toml that setuptools builds.

    Args:
        name: the project's.
        version: the project's.
        packages: its import packages; setuptools finds a single module by itself.
        extra: the rest of the project's table, and other tables.
        requires: what builds it.
    """
    tool = f"[tool.setuptools]\npackages = {json.dumps(packages)}\n" if packages else ""
    return (
        f'[build-system]\nrequires = ["{requires}"]\nbuild-backend = "setuptools.build_meta"\n'
        f'[project]\nname = "{name}"\nversion = "{version}"\n{extra}{tool}'
    )


def sdist_files(
    name: str,
    version: str,
    module: str,
    extra: str,
    setup: str = "",
    requires: str = "setuptools",
) -> bytes:
    """A source distribution that setuptools builds."""
    pyproject = project_file(name, version, name, extra=extra, requires=requires)
    info = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for path, text in (
            ("pyproject.toml", pyproject),
            ("PKG-INFO", info),
            (f"{name}/__init__.py", module),
            *((("setup.py", setup),) if setup else ()),
        ):
            member = tarfile.TarInfo(f"{name}-{version}/{path}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return made.getvalue()


@pytest.fixture
def workshop(
    project: Project,
    index: Index,
    github: GitHub,
    nix: Nix,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Workshop:
    """A project, the tiny package set, and Nix's private store in the environment."""
    for name, value in nix.environment.items():
        monkeypatch.setenv(name, value)
    tiny = place(tmp_path / "nixpkgs", github=github.url, index=index.server.url)
    made = Workshop(project, index, github, tiny)
    made.configure()
    return made
