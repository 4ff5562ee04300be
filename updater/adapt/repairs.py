"""What a failed build says that a package lacks -> the inputs that would mend it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.adapt.attributes import candidates, provider, replacements
from updater.adapt.build_systems import build_field
from updater.adapt.requirements import removal_of_itself, runtime_field
from updater.building.unmet import of_the_build, of_the_wheel, unquoted
from updater.model import normalized_name
from updater.model.adaptation import Adaptation, InputAddition
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.adapt.situation import Situation
    from updater.model import Build
    from updater.model.adaptation import AdaptationKind

# What nixpkgs says before it imports what `pythonImportsCheck` lists.
_CHECKED = "Check whether the following modules can be imported"
_MODULE = re.compile(r"ModuleNotFoundError: No module named '(?P<module>[\w.]{1,100})'")

# The module of a back-end -> its project. Source: the projects' own documentation.
_BACKENDS = {
    "flit_core": "flit-core",
    "hatchling": "hatchling",
    "pdm": "pdm-backend",
    "poetry": "poetry-core",
    "setuptools": "setuptools",
    "uv_build": "uv-build",
}
# Source: pypa/build, which runs a back-end before it compares what that requires.
_BACKEND = re.compile(r"^ERROR Backend '([A-Za-z_]\w{0,99})[\w.:]*' is not available", re.MULTILINE)


class Lack(Struct, frozen=True):
    """A project that a build did without.

    Attributes:
        name: normalized.
        kind: what asked for it.
        reason: in one phrase.
    """

    name: str
    kind: AdaptationKind
    reason: str


class Shortfall(Struct, frozen=True):
    """What a failed build lacks.

    Attributes:
        situation: the package, with an answer about `names_of`.
    """

    situation: Situation
    lacking: tuple[Lack, ...]


def lacks(build: Build, log: str) -> tuple[Lack, ...]:
    """Return what a failed build says that is not there.

    Args:
        build: what became of it.
        log: the whole log.
    """
    text = unquoted(log)
    if build.phase == "imports":
        return _imports(text)
    if build.phase != "build":
        return ()
    if _CHECKED in text and not of_the_wheel(text):
        return _imports(text.rpartition(_CHECKED)[2])
    # What is there in another version is not mended by an input.
    listed = [
        *(
            Lack(normalized_name(unmet.name), "requirements", "the build requires it")
            for unmet in of_the_wheel(text)
            if not unmet.version
        ),
        *(
            Lack(_BACKENDS[name], "build-system", "it is its build backend")
            for name in dict.fromkeys(_BACKEND.findall(text))
            if name in _BACKENDS
        ),
        *(
            Lack(normalized_name(unmet.name), "build-system", "its build backend requires it")
            for unmet in of_the_build(text)
            if not unmet.version
        ),
    ]
    return tuple(dict.fromkeys(listed))


def _imports(text: str) -> tuple[Lack, ...]:
    """Return the module for want of which an import failed: the last one that is named."""
    modules = [match["module"].partition(".")[0] for match in _MODULE.finditer(text)][-1:]
    return tuple(
        Lack(normalized_name(top), "imports", f"the module {top} is imported, not declared")
        for top in modules
    )


def names_of(lacking: Sequence[Lack]) -> tuple[str, ...]:
    """Return the attributes to ask the package set about."""
    names = (name for lack in lacking for name in candidates(lack.name))
    return tuple(dict.fromkeys(names))


def nowhere(shortfall: Shortfall) -> tuple[str, ...]:
    """Return the projects, by normalized names, that neither the overlays nor the set have.

    A module's name need not be its project's, so what is only imported is none of them.
    """
    situation, own = shortfall.situation, shortfall.situation.own_names
    lacking = (lack.name for lack in shortfall.lacking if lack.kind != "imports")
    names = dict.fromkeys(name for name in lacking if name not in own)
    return tuple(name for name in names if provider(situation, name) is None)


def repairs(shortfall: Shortfall) -> tuple[Adaptation, ...]:
    """Return the inputs that a failed build lacks; none where any of them is nowhere.

    Of itself it can have none: its name is taken out of what it requires.
    """
    made: list[Adaptation] = []
    situation = shortfall.situation
    declared, own = situation.declared, situation.own_names
    for lack in shortfall.lacking:
        if lack.name == situation.project and lack.kind == "requirements":
            made.append(removal_of_itself(situation, "itself"))
            continue
        needed = provider(situation, lack.name) if lack.name not in own else None
        if needed is None:
            return ()
        builds = lack.kind == "build-system"
        edit = InputAddition(
            build_field(declared) if builds else runtime_field(declared),
            needed.attribute,
            needed.own,
            () if builds else replacements(situation, needed),
        )
        made.append(Adaptation(lack.kind, edit, printable(lack.reason)))
    return tuple(made)
