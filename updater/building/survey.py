"""Which attributes of a package set are which packages of the overlays: the question, the answer.

Nix ends an evaluation at its first error, so each attribute is announced before it is evaluated and
said afterwards, through `builtins.trace`: what was announced last is what failed. No I/O.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from updater.building.expressions import string
from updater.errors import HashError
from updater.model.fields import HASH_FIELDS
from updater.model.hashes import DIGEST_BYTES
from updater.model.sri import parse_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.model import Algorithm, Package, Sri

_SURVEY = """\
let
  set = ({load}) {place};
  say = at: path: what: builtins.trace "{mark} ${{toString at}} ${{toString path}} ${{what}}";
  text = value: if builtins.isString value then value else "";
  has = set: name: builtins.isAttrs set && set ? ${{name}};
  below = inner: name: if has inner name then inner.${{name}} else null;
  outside = position:
    let root = builtins.unsafeDiscardStringContext (toString set.root); in
    if position == null || builtins.substring 0 (builtins.stringLength root) position.file == root
    then "" else position.file;
  # What tells a package from another one of its name.
  facts = parent: name:
    let
      package = below parent name;
      sources = package.srcs or [ ];
      first = if builtins.isList sources && sources != [ ] then builtins.head sources else null;
      src = package.src or first;
      source = if builtins.isAttrs src then src else {{ }};
    in
    if builtins.isAttrs package && package.type or "" == "derivation"
    then {{
      hash = text (source.outputHash or null);
      algorithm = text (source.outputHashAlgo or null);
      version = text (package.version or null);
      outside = outside (builtins.unsafeGetAttrPos name parent);
    }}
    else null;
  tried = value: builtins.tryEval (builtins.deepSeq value value);
  # Of a package, until an attribute of the tree has its hash.
  look = package: builtins.foldl'
    (done: path: if done then true else
      say package.at path.at "?" (
        let
          answer = tried (facts (builtins.foldl' below set path.parent) path.name);
          text = if answer.success then builtins.toJSON answer.value else "!";
          isSame = answer.value.hash == package.hash && answer.value.outside == "";
        in
        say package.at path.at text (text != "!" && text != "null" && isSame)))
    false package.paths;
in
builtins.foldl' (done: package: builtins.seq (look package) done) null [
{questions}
]
"""

# Nix's own library makes sets of names: such an attribute stands in its files wherever it is from.
_LIBRARY = "/lib/"


class Facts(Struct, frozen=True):
    """What an attribute of a package set is.

    Attributes:
        hash: its source's, as Nix has it; an empty string where there is none.
        algorithm: the hash's, an empty string where the hash says it itself.
        version: an empty string where it has none.
        outside: the file that binds the attribute, where that is not in the tree; else empty.
    """

    hash: str = ""
    algorithm: str = ""
    version: str = ""
    outside: str = ""


Answer: TypeAlias = 'Facts | Literal["absent", "failed"]'
"""What Nix says of an attribute: it is a package, or there is none, or it does not evaluate."""

PathNumber: TypeAlias = tuple[int, int]
"""The number of a package, and that of one of its attribute paths."""


class Question(Struct, frozen=True):
    """Where a package may be.

    Attributes:
        paths: attribute paths in the package set by their number, likeliest first.
    """

    package: Package
    paths: Mapping[int, tuple[str, ...]]


def expression(load: str, place: str, mark: str, questions: Mapping[int, Question]) -> str:
    """Return the expression that says each attribute in turn, on lines that ``mark`` begins."""
    lines = []
    for at, question in questions.items():
        paths = (
            f"{{ at = {number}; parent = [ {' '.join(map(string, path[:-1]))} ]; "
            f"name = {string(path[-1])}; }}"
            for number, path in question.paths.items()
        )
        written = next(iter(pinned_hashes(question.package)), "-")
        lines.append(f"  {{ at = {at}; hash = {string(written)}; paths = [ {' '.join(paths)} ]; }}")
    return _SURVEY.format(load=load, place=string(place), mark=mark, questions="\n".join(lines))


def read_answers(log: str, mark: str) -> tuple[dict[PathNumber, Answer], PathNumber | None]:
    """Return what was said of which attribute, and the last that was announced and not said."""
    answers: dict[PathNumber, Answer] = {}
    last: PathNumber | None = None
    for line in re.finditer(rf"^trace: {re.escape(mark)} (\d+) (\d+) (.*)$", log, re.MULTILINE):
        place = int(line[1]), int(line[2])
        match line[3]:
            case "?":
                last = place
                continue
            case "!":
                answers[place] = "failed"
            case "null":
                answers[place] = "absent"
            case facts:
                answers[place] = Facts(**json.loads(facts))
        last = None
    return answers, last


def pinned_hashes(package: Package) -> list[str]:
    """Return the hashes that a package's sources are pinned to, as they are written."""
    sources = [source for source in (package.fetched, *package.companions) if source is not None]
    return list(filter(None, (source.value(*HASH_FIELDS) for source in sources)))


def is_same(package: Package, path: tuple[str, ...], facts: Facts) -> bool:
    """Tell whether an attribute is a package of the overlays, and not another one of its name.

    The hash of its source decides, else its version. Where neither can be compared it counts
    wherever the overlays are sure to be applied: a flake may give nixpkgs as it is for its
    ``legacyPackages``.
    """
    legacy = path[0] == "legacyPackages"
    if legacy and facts.outside and _LIBRARY not in facts.outside:
        return False
    evaluated = _parsed(facts.hash, facts.algorithm)
    if evaluated is not None:
        pinned = [_parsed(written, evaluated.algorithm) for written in pinned_hashes(package)]
        if any(pinned):
            return evaluated in pinned
    if facts.version and package.label:
        return facts.version == package.label
    return not legacy


def _parsed(written: str, algorithm: str) -> Sri | None:
    """Return a hash; None for what is none, and for the one that stands for a missing hash."""
    named: Algorithm | None = next((name for name in DIGEST_BYTES if name == algorithm), None)
    try:
        sri = parse_hash(written, named)
    except HashError:
        return None
    return sri if any(sri.digest) else None
