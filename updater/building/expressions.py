"""The Nix expressions that a build is asked with, and what their answers hold.

One evaluation gives the package's derivation, the derivation that imports its modules, and what
the package says of itself; `nix-store --realise` then builds derivations by their paths, which
works alike from Nix 2.3 on, with flakes and without.
"""

from __future__ import annotations

import json
import platform
import re
import sys
from importlib import resources
from typing import Any

from msgspec import Struct

from updater.errors import BuildError
from updater.text import spelled_out

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_'-]*")

# pythonModule is how nixpkgs says which Python a package is for; an environment made from the
# package itself sees it, which `ps.NAME` does not for attributes that an overlay adds with `//`.
_SOURCE = """\
      source =
        if package ? src && builtins.isAttrs package.src && package.src ? outPath
        then { name = package.src.name or ""; path = package.src.outPath; }
        else null;
"""
_CHECK = """\
modules: package:
    if package ? pythonModule && package.pythonModule ? withPackages
    then
      let environment = package.pythonModule.withPackages (_: [ package ]); in
      builtins.derivation {{
        name = "imports";
        system = package.system or package.pythonModule.system;
        builder = "${{environment}}/bin/python3";
        PATH = "${{environment}}/bin"; # Nix gives a builder its bare name: Python looks itself up
        args = [ (builtins.toFile "check_imports.py" {script}) ];
        inherit modules;
        package = package.outPath;
      }}
    else null"""

_PROBE = """\
modules: package:
    let check = ({check}) modules package; in {{
      drv = package.drvPath;
{source}      check = if check == null then null else check.drvPath;
    }}"""

FILE_SET = """\
file: let found = import (/. + file); in
    if builtins.isFunction found then found { } else found"""
"""The Nix function from a file to the package set in it; a function is called without arguments."""


class EvaluatedPackage(Struct, frozen=True):
    """A package as Nix evaluates it.

    Attributes:
        drv: its derivation.
        check: the derivation that imports its modules; empty for what is no Python package.
        source_name, source_path: the source's store name and path; empty where it has none.
    """

    drv: str
    check: str
    source_name: str
    source_path: str


class Imported(Struct, frozen=True):
    """What the derivation that imports a package found.

    Attributes:
        version: of the built metadata, None where there is none.
        modules: those that were imported.
        top: the names of all top-level modules that others import.
        stubs: there is something for type checkers.
        requires: the requirements of the built metadata.
    """

    version: str | None
    modules: tuple[str, ...]
    top: tuple[str, ...] = ()
    stubs: bool = False
    requires: tuple[str, ...] = ()


def probe(imports: tuple[str, ...] | None) -> str:
    """Return the Nix function that is applied to a package.

    Args:
        imports: modules to import; None for those of the package itself.
    """
    return f"({prober()}) {modules(imports)}"


def prober() -> str:
    """Return the Nix function of modules and a package that `probe` applies to the modules."""
    return _PROBE.format(check=checker(), source=_SOURCE)


def checker() -> str:
    """Return the Nix function from modules and a package to the derivation that imports them."""
    script = resources.files(__package__).joinpath("check_imports.py.txt").read_text("utf-8")
    return _CHECK.format(script=string(script))


def modules(imports: tuple[str, ...] | None) -> str:
    """Write the modules to import as a Nix string with JSON in it."""
    return string(json.dumps(imports))


def part(derivation: str) -> str:
    """Return the Nix function that tells the derivation of a part of a package, and its source.

    Args:
        derivation: a Nix expression for it, of ``package``.
    """
    return f"package: {{\n  drv = {derivation};\n  check = null;\n{_SOURCE}}}"


def applied(load: str, place: str, select: str, function: str) -> str:
    """Return the expression that applies a function to a package of a tree.

    Args:
        load: the Nix function from the place to the package set.
        place: a path or a locked reference.
        select: the expression for the package, of ``set``.
        function: a Nix function.
    """
    return f"let set = ({load}) {string(place)}; in ({function}) ({select})"


def attribute_path(template: str, name: str) -> str:
    """Fill in ``{name}`` and ``{system}``, quoted where Nix needs it."""
    return template.replace("{name}", quoted(name)).replace("{system}", system())


def quoted(name: str) -> str:
    """Write one component of an attribute path, quoted where Nix needs it."""
    return name if _PLAIN.fullmatch(name) else string(name)


def system() -> str:
    """Return this machine's system double, such as ``x86_64-linux``."""
    machine = {"arm64": "aarch64", "amd64": "x86_64"}.get(platform.machine().lower())
    return f"{machine or platform.machine()}-{sys.platform}"


def string(text: str) -> str:
    """Write a text as a Nix string. Source: Nix manual, "String literal"."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "\\${")
    return f'"{escaped}"'


def read_evaluated(output: str) -> EvaluatedPackage:
    """Read the JSON that `probe` or `part` evaluates to.

    Raises:
        BuildError: it is none.
    """
    try:
        answer: Any = json.loads(output)
        source = answer["source"] or {"name": "", "path": ""}
        return EvaluatedPackage(
            answer["drv"], answer["check"] or "", source["name"], source["path"]
        )
    except (ValueError, TypeError, KeyError) as error:
        raise BuildError(f"Nix returned an unexpected value: {output[:200]!r}") from error


def read_imported(text: str) -> Imported:
    """Read what the check derivation wrote, in which upstream's own code ran.

    Raises:
        BuildError: it is not what the check writes.
    """
    try:
        answer: Any = json.loads(text)
        version = answer["version"]
        label = spelled_out(version) if version is not None else None
        names, top, requires = (
            tuple(spelled_out(str(text)) for text in listed)
            for listed in (answer["modules"], answer.get("top", ()), answer.get("requires", ()))
        )
        return Imported(label, names, top, answer.get("stubs") is True, requires)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BuildError(
            f"the check of the imports returned an unexpected value: {text[:200]!r}"
        ) from error
