"""Many packages in one evaluation: the expressions, and how what Nix says is told apart. No I/O.

Nix ends an evaluation at its first error, and `builtins.tryEval` catches only some. So each package
is said as soon as it is evaluated, through `builtins.trace`: what was said before an error counts,
and the next package is the one that failed. Where `nix-eval-jobs` is installed it is asked instead:
it evaluates each attribute by itself, in several processes.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from updater.building.expressions import (
    EvaluatedPackage,
    checker,
    modules,
    prober,
    read_evaluated,
    string,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_TRACED = """\
let
  load = {load};
  probe = {prober};
  say = at: found: builtins.trace "{mark} ${{toString at}} ${{builtins.toJSON found}}" null;
  # One after the other, and nothing of a tree is kept when the next one is begun.
  each = f: builtins.foldl' (done: one: builtins.seq (f one) done) null;
in
each
  (tree:
    let set = load tree.place; in
    each (one: say one.at (probe one.modules (one.select set))) tree.packages)
  [
{trees}
  ]
"""

# The same three attributes for every package, so that a missing one means that it failed.
_JOBS = """\
let
  load = {load};
  check = {checker};
  parts = modules: package:
    let imports = check modules package; in {{
      recurseForDerivations = true;
      inherit package;
      source =
        if package ? src && builtins.isAttrs package.src && package.src ? drvPath
        then package.src else package;
      imports = if imports == null then package else imports;
    }};
  tree = place: packages: let set = load place; in
    builtins.mapAttrs (_: one: parts one.modules (one.select set)) packages;
in
{trees}
"""


class EvaluationRequest(Struct, frozen=True):
    """A package to evaluate.

    Attributes:
        select: the Nix expression for it, of ``set``.
        imports: modules to import; None for those of the package itself.
    """

    select: str
    imports: tuple[str, ...] | None


class EvaluatedTree(Struct, frozen=True):
    """Packages of one tree, which share the evaluation of their package set.

    Attributes:
        place: the absolute path of a Nix file, or a locked reference of a flake.
        packages: by number; the numbers are those of the answers.
    """

    place: str
    packages: dict[int, EvaluationRequest]


class Evaluation(Struct, frozen=True):
    """A package that was evaluated, and what else Nix said meanwhile, such as warnings."""

    package: EvaluatedPackage
    log: str


def traced(load: str, trees: Sequence[EvaluatedTree], mark: str) -> str:
    """Return the expression that says each package in turn, on lines that ``mark`` begins.

    Args:
        load: the Nix function from a tree's place to its package set.
        trees: the packages.
        mark: what no overlay's own trace begins with.
    """
    lines = []
    for tree in trees:
        lines.append(f"    {{ place = {string(tree.place)}; packages = [")
        for at, request in tree.packages.items():
            lines.append(f"      {{ at = {at}; {_arguments(request)} }}")
        lines.append("    ]; }")
    return _TRACED.format(load=load, prober=prober(), mark=mark, trees="\n".join(lines))


def read_traced(log: str, mark: str) -> dict[int, Evaluation]:
    """Return what was said of which package.

    Raises:
        BuildError: it is not what the expression says.
    """
    evaluations: dict[int, Evaluation] = {}
    pattern = re.compile(rf"^trace: {re.escape(mark)} (\d+) (.*)\n?", re.MULTILINE)
    before = 0
    for line in pattern.finditer(log):
        evaluations[int(line[1])] = Evaluation(read_evaluated(line[2]), log[before : line.start()])
        before = line.end()
    return evaluations


def jobs(load: str, trees: Sequence[EvaluatedTree]) -> str:
    """Return the expression whose attributes `nix-eval-jobs` is to evaluate."""
    lines = []
    for tree in trees:
        lines.append(f"  tree {string(tree.place)} {{")
        lines += [
            f"    p{at} = {{ {_arguments(request)} }};" for at, request in tree.packages.items()
        ]
        lines.append("  }")
    return _JOBS.format(
        load=load, checker=checker(), trees="\n".join(lines).replace("  }\n", "  } //\n")
    )


def read_jobs(output: str) -> dict[int, Evaluation]:
    """Return the packages of which all parts were evaluated, from `nix-eval-jobs`' lines.

    A line of an attribute that failed has ``error`` and no ``drvPath``.
    """
    parts: dict[int, dict[str, Any]] = {}
    for line in output.splitlines():
        try:
            job: Any = json.loads(line)
            name, part = job["attrPath"]
            at, _ = int(name.removeprefix("p")), job["drvPath"]
        except (ValueError, TypeError, KeyError):
            continue
        parts.setdefault(at, {})[part] = job
    return {
        at: Evaluation(_evaluated(attributes), "")
        for at, attributes in parts.items()
        if attributes.keys() >= {"package", "source", "imports"}
    }


def _evaluated(parts: dict[str, Any]) -> EvaluatedPackage:
    package, source, check = (parts[name] for name in ("package", "source", "imports"))
    checked = check["drvPath"] if check["drvPath"] != package["drvPath"] else ""
    if source["drvPath"] == package["drvPath"]:
        return EvaluatedPackage(package["drvPath"], checked, "", "")
    path = (source.get("outputs") or {}).get("out") or ""
    return EvaluatedPackage(package["drvPath"], checked, source["name"], path)


def _arguments(request: EvaluationRequest) -> str:
    return f"modules = {modules(request.imports)}; select = set: {request.select};"
