"""What the Python package set of a package has: asked once, for all names together.

The set is that of the interpreter that the package is built for. What an overlay adds to
``python3Packages`` with ``//`` is not in it: the overlays' own packages are known from their text.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from updater.building.expressions import string
from updater.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_NAMES = 2_000
"""So many names are asked for at most: no project requires as many."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")

# tryEval stops at a throw, such as that of an alias or of a package that may not be evaluated.
_OFFERS = """\
package:
let
  python = package.pythonModule or {{ }};
  set = python.pkgs or {{ }};
  text = value: if builtins.isString value then builtins.unsafeDiscardStringContext value else "";
  plain = drv: {{
    name = text (drv.pname or ""); version = text (drv.version or ""); path = text drv.outPath;
  }};
  python-only = builtins.filter (drv: builtins.isAttrs drv && drv ? pythonModule && drv ? outPath);
  offer = drv: plain drv // {{
    closure = map plain (python-only (drv.requiredPythonModules or [ ]));
    direct = map plain (python-only (drv.propagatedBuildInputs or [ ]));
  }};
  caught = value: fallback:
    let answer = builtins.tryEval (builtins.deepSeq value value); in
    if answer.success then answer.value else fallback;
  # What an extra needs may not evaluate where the package itself does, and only some are asked for.
  wanted = builtins.fromJSON {extras};
  extras = name: drv: builtins.listToAttrs (map
    (extra: {{
      name = extra;
      value = caught (map plain (python-only (drv.optional-dependencies.${{extra}} or [ ]))) [ ];
    }})
    (wanted.${{name}} or [ ]));
  tried = name:
    let
      drv = set.${{name}} or null;
      made = caught (if python-only [ drv ] == [ ] then null else offer drv) null;
    in
    {{
      inherit name;
      value = if made == null then null else made // {{ extras = extras name drv; }};
    }};
  own = offer package;
in
{{
  python = text (python.pythonVersion or "");
  closure = own.closure;
  offers = builtins.listToAttrs (map tried (builtins.fromJSON {names}));
}}"""


class SetPackage(Struct, frozen=True):
    """A Python package as it is evaluated: its project, version and store path."""

    name: str
    version: str
    path: str


class SetOffer(SetPackage, frozen=True):
    """One that the package set has under a name.

    Attributes:
        direct: what it needs itself.
        closure: all that it needs.
        extras: what each of its extras that were asked for needs besides.
    """

    direct: tuple[SetPackage, ...] = ()
    closure: tuple[SetPackage, ...] = ()
    extras: Mapping[str, tuple[SetPackage, ...]] = field(default_factory=dict)


class SetAnswer(Struct, frozen=True):
    """What the package set has.

    Attributes:
        python: the interpreter's version, such as ``3.13``.
        closure: all Python packages that the package needs as it is.
        offers: attribute -> what it is, for those that are Python packages.
    """

    python: str
    closure: tuple[SetPackage, ...] = ()
    offers: Mapping[str, SetOffer] = field(default_factory=dict)

    def and_also(self, answer: SetAnswer) -> SetAnswer:
        """Return it with what a further question was answered."""
        return SetAnswer(self.python, self.closure, {**self.offers, **answer.offers})


def asking(names: Iterable[str], extras: Mapping[str, Sequence[str]]) -> str:
    """Return the Nix function that is applied to a package and tells what its set has.

    Args:
        names: attributes; what cannot be one is left out.
        extras: attribute -> the extras of which it is to be told what they need.
    """
    attributes = [name for name in dict.fromkeys(names) if _NAME.fullmatch(name)][:MOST_NAMES]
    wanted = {
        name: [extra for extra in listed if _NAME.fullmatch(extra)]
        for name, listed in extras.items()
        if name in attributes
    }
    return _OFFERS.format(names=string(json.dumps(attributes)), extras=string(json.dumps(wanted)))


def read_answer(output: str) -> SetAnswer:
    """Read the JSON that `asking` evaluates to.

    Raises:
        BuildError: it is none.
    """
    try:
        answer: Any = json.loads(output)
        return SetAnswer(
            answer["python"],
            tuple(SetPackage(**own) for own in answer["closure"]),
            {
                name: SetOffer(
                    value["name"],
                    value["version"],
                    value["path"],
                    tuple(SetPackage(**own) for own in value["direct"]),
                    tuple(SetPackage(**own) for own in value["closure"]),
                    {
                        extra: tuple(SetPackage(**own) for own in listed)
                        for extra, listed in value["extras"].items()
                    },
                )
                for name, value in answer["offers"].items()
                if value is not None
            },
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BuildError(f"Nix returned an unexpected value: {output[:200]!r}") from error
