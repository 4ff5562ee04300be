"""Large trees of overlays for measuring: ``python benchmarks/overlay_trees.py FILES FOLDER``.

Six packages to five files, in the guide's shapes and of their usual length, the same for the same
number. Every hundred files share a folder.
"""

from __future__ import annotations

import base64
import hashlib
import sys
from pathlib import Path

FILES_IN_A_FOLDER = 100
SHARED_EVERY = 5

DEPENDENCIES = ("numpy", "scipy", "requests", "rich", "filelock", "huggingface-hub", "packaging")

PACKAGE = """\
    {name} = super.python3Packages.buildPythonPackage {builder} {{
      pname = "{name}";
      version = "{version}";
      format = "pyproject";

      src = {source};

      nativeBuildInputs = with super.python3Packages; [ setuptools wheel ];

      propagatedBuildInputs = with super.python3Packages; [
        super.python3Packages."torch-bin"
        (accelerate.override {{ torch = super.python3Packages."torch-bin"; }})
        {dependencies}
      ] ++ super.lib.optionals (!super.stdenv.isAarch64) [
        bitsandbytes # x86_64 only
      ];

      # Upper bounds that nixpkgs has long passed
      postPatch = ''
        substituteInPlace pyproject.toml \\
          --replace "rich>=12.1,<14.0" "rich>=12.1" \\
          --replace "filelock>=3.4,<3.14" "filelock>=3.4"
      '';

      pythonImportsCheck = [ "{module}" ];
      doCheck = false; # needs the network

      meta = with super.lib; {{
        description = "Package number {number}, version {version}";
        homepage = "https://github.com/owner-{number}/{name}";
        license = licenses.mit;
        platforms = platforms.unix;
      }};
    }}{end};
"""
SOURCES = (
    """super.fetchPypi {{
        inherit pname version;
        hash = "{sri}";
      }}""",
    """super.fetchFromGitHub {{
        owner = "owner-{number}";
        repo = "{name}";
        rev = "v${{version}}";
        sha256 = "{sri}";
      }}""",
    """super.fetchFromGitHub {{
        owner = "owner-{number}"; repo = "{name}";
        tag = version;
        hash = "{sri}";
      }}""",
    """super.fetchFromGitHub {{
        owner = "owner-{number}";
        repo = "{name}";
        rev = "{commit}";
        hash = "{sri}";
      }}""",
    """super.fetchurl {{
        url = "https://github.com/owner-{number}/{name}/archive/v${{version}}.tar.gz";
        sha256 = "{sri}";
      }}""",
)


def package(number: int) -> str:
    """Return one package."""
    name = f"package-{number}"
    digest = hashlib.sha256(name.encode()).digest()
    final = number % 7 == 0
    source = SOURCES[number % len(SOURCES)].format(
        name=name,
        number=number,
        commit=digest.hex()[:40],
        sri=f"sha256-{base64.b64encode(digest).decode()}",
    )
    if final:
        source = source.replace("${version}", "${finalAttrs.version}")
        source = source.replace("inherit pname version;", "inherit (finalAttrs) pname version;")
        source = source.replace("tag = version;", "tag = finalAttrs.version;")
    return PACKAGE.format(
        name=name,
        number=number,
        module=name.replace("-", "_"),
        version=f"{number % 9}.{number % 23}.{number % 11}",
        builder="(finalAttrs:" if final else "rec",
        source=source,
        dependencies="\n        ".join(DEPENDENCIES[: 1 + number % len(DEPENDENCIES)]),
        end=")" if final else "",
    )


def overlay(file: int) -> str:
    """Return one overlay file; every fifth has two packages."""
    first = file + file // SHARED_EVERY
    count = 2 if file % SHARED_EVERY == SHARED_EVERY - 1 else 1
    packages = "\n".join(package(number) for number in range(first, first + count))
    return f"""\
self: super: {{
  python3Packages = super.python3Packages // {{
{packages}  }};
}}
"""


def write(folder: Path, files: int) -> None:
    """Write a tree: ``overlays/`` in a folder, with so many files."""
    for file in range(files):
        path = folder / "overlays" / f"{file // FILES_IN_A_FOLDER:04}" / f"{file:06}.nix"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(overlay(file))


if __name__ == "__main__":
    write(Path(sys.argv[2]), int(sys.argv[1]))
