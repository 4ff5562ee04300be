"""Packages into the environments of flake.nix or default.nix, and out of them, with a proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.errors import PatchError
from updater.overlay.editing.edits import apply_edits
from updater.overlay.editing.elements import PYTHON_SET, checked, quoted, select
from updater.overlay.editing.list_places import EntryText
from updater.overlay.editing.proof import prove_tokens
from updater.overlay.editing.registering import parsed
from updater.overlay.editing.rows import Rows
from updater.overlay.reading.environments import read_environments
from updater.text import printable

if TYPE_CHECKING:
    from updater.model import Edit
    from updater.overlay.reading.environments import Environment
    from updater.overlay.reading.input_elements import Input, ListLiteral
    from updater.overlay.reading.syntax import NixText

_FEWEST = 3  # elements that are in order by more than chance


class Supply(Struct, frozen=True):
    """A Python package that an environment shall have.

    Attributes:
        name: its attribute.
        within: the attribute of nixpkgs that the overlays give it in, such as python3Packages.
        visible: the function of ``withPackages`` sees it; not what ``python3Packages // { }`` adds.
    """

    name: str
    within: str = "python3Packages"
    visible: bool = False


def equipped(entry: EntryText, environment: str, supply: Supply) -> tuple[Edit, ...]:
    """Return the edits that put a package into an environment.

    Args:
        entry: the file that makes the environment.
        environment: the attribute path that it is bound to, or the end of that.
        supply: the package.

    Returns:
        Edits of ``entry.data``; none where the environment has the package already.

    Raises:
        PatchError: no such environment, several of them, or the edit would be a guess; its hint is
            what to write by hand.
    """
    text = parsed(entry)
    place = _environment(entry, environment, supply)
    if any(is_supplied(place, own, supply.name) for own in _inputs(place)):
        return ()
    free = [literal for literal in place.literals if not literal.condition]
    if not free:
        raise _by_hand(entry, place, supply, "has no list that is written out")
    literal = free[0]
    element = _element(entry, place, literal, supply)
    index = _index([own.name for own in literal.inputs], supply.name)
    edits = (Rows.of(text, literal.span).inserted(index, element),)
    _prove(entry, text, edits, {_key(place): supply.name}, "")
    return edits


def unequipped(entry: EntryText, name: str) -> tuple[Edit, ...]:
    """Return the edits that take a package out of all environments of a file."""
    text = parsed(entry)
    edits: list[Edit] = []
    for environment in read_environments(entry.data):
        for literal in environment.literals:
            for index, own in enumerate(literal.inputs):
                if not is_supplied(environment, own, name):
                    continue
                try:
                    edits.append(Rows.of(text, literal.span).taken_out(index))
                except LookupError:
                    raise PatchError(
                        f"{entry.name}:{environment.line}: {printable(name)} is not in a list",
                        hint=f"take {printable(name)} out of {environment.name} by hand",
                    ) from None
    _prove(entry, text, tuple(edits), {}, name)
    return tuple(edits)


def is_supplied(environment: Environment, element: Input, name: str) -> bool:
    """Tell whether an element of an environment is the Python package of a name."""
    if element.name != name:
        return False
    if element.base[-1:] and PYTHON_SET.fullmatch(element.base[-1]):
        return True
    return bool(environment.argument) and element.base == (environment.argument,)


def _environment(entry: EntryText, name: str, supply: Supply) -> Environment:
    environments = read_environments(entry.data)
    named = [environment for environment in environments if environment.is_named(name)]
    named = [environment for environment in named if environment.python] or named
    if len(named) == 1:
        return named[0]
    if named:
        lines = ", ".join(str(environment.line) for environment in named)
        raise PatchError(
            f"{entry.name} has {len(named)} environments that {printable(name)} may mean, on lines "
            f"{lines}",
            hint="give the whole attribute path: "
            + ", ".join(sorted({environment.name for environment in named})),
        )
    all_names = sorted({environment.name for environment in environments} - {""})
    raise PatchError(
        f"{entry.name} has no environment {printable(name)}",
        hint=f"it has {', '.join(all_names)}"
        if all_names
        else f"write {select((supply.within,), supply.name)} into the environment by hand",
    )


def _element(
    entry: EntryText, environment: Environment, literal: ListLiteral, supply: Supply
) -> str:
    """Return a package as an element: as the environment's function sees it, else by its set."""
    name, named_by = checked(supply.name), literal.withs[-1] if literal.withs else ()
    if supply.visible and environment.argument:
        is_free = named_by == (environment.argument,) and literal.scope.holder(name) is None
        written = quoted(name)
        return written if is_free and written == name else select((environment.argument,), name)
    own = environment.python
    # pkgs.python3 has the packages of python3Packages, pkgs.python312 those of its own set.
    if own and own[-1] + "Packages" != supply.within:
        raise _by_hand(entry, environment, supply, f"is not one of {printable(supply.within)}")
    if not environment.nixpkgs:
        raise _by_hand(entry, environment, supply, "does not say which package set it is made from")
    if named_by == environment.nixpkgs and literal.scope.holder(supply.within) is None:
        return select((supply.within,), name)
    return select((*environment.nixpkgs, supply.within), name)


def _by_hand(entry: EntryText, environment: Environment, supply: Supply, reason: str) -> PatchError:
    base = (environment.nixpkgs or ("pkgs",)) + (supply.within,)
    return PatchError(
        f"{entry.name}:{environment.line}: the environment {environment.name} {reason}",
        hint=f"write {select(base, supply.name)} into it by hand",
    )


def _index(names: list[str], new: str) -> int:
    if len(names) < _FEWEST or names != sorted(names) or not all(names):
        return len(names)
    return next((at for at, name in enumerate(names) if name > new), len(names))


def _inputs(environment: Environment) -> list[Input]:
    return [own for literal in environment.literals for own in literal.inputs]


def _key(environment: Environment) -> tuple[str, bool]:
    return environment.name, bool(environment.python)


def _prove(
    entry: EntryText,
    before: NixText,
    edits: tuple[Edit, ...],
    new: dict[tuple[str, bool], str],
    gone: str,
) -> None:
    """Show that environments hold what they held, with one package more, or without one."""
    after = EntryText(entry.name, entry.kind, apply_edits(entry.data, edits))
    prove_tokens(entry.name, edits, before, parsed(after))
    was, now = read_environments(entry.data), read_environments(after.data)
    same = len(was) == len(now)
    for old, changed in zip(was, now, strict=False):
        # An element without a name may hold another environment; its tokens are proven above.
        expected = [(own.base, own.name) for own in _inputs(old) if not is_supplied(old, own, gone)]
        names = [
            (own.base, own.name)
            for own in _inputs(changed)
            if own.name != new.get(_key(old), "") or _key(old) not in new
        ]
        same = same and expected == names
    if not same:
        raise PatchError(
            f"{entry.name}: the edit would change more than one environment",
            hint=f"edit {entry.name} by hand",
        )
