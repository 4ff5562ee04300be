"""A package that joins a list: the element, the list where there is none, and its condition."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater.errors import PatchError
from updater.model import Edit, Span
from updater.overlay.editing import elements, formals, lists
from updater.overlay.reading import syntax
from updater.overlay.reading.input_elements import ListLiteral
from updater.overlay.reading.inputs import BUILD, OPTIONAL, RUNTIME
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model import Package
    from updater.model.adaptation import InputAddition
    from updater.overlay.reading.declarations import Declarations
    from updater.overlay.reading.inputs import InputList, PackagePlace

_TERM = r'!?super\.(?:stdenv\.hostPlatform\.is[A-Za-z0-9_]+|python3Packages\.python\w+ "[0-9.]+")'
_CONDITION = re.compile(rf"{_TERM}|\({_TERM}(?: && {_TERM})*\)")

_FIRST = re.compile(r"super\.(\w+)")
# What a condition of a package file begins with.
_NAMES = re.compile(r"stdenv|python[A-Z]\w+")


def added(
    package: Package, declared: Declarations, addition: InputAddition, data: bytes
) -> Sequence[Edit]:
    """Return the edits that add a package to a list, and to the arguments of a package file.

    Raises:
        PatchError: it would need a guess.
    """
    condition = addition.condition
    is_extra = addition.field in declared.lists and addition.field.startswith(f"{OPTIONAL}.")
    if not (is_extra or addition.field in (*RUNTIME, *BUILD)) or (
        condition and not _CONDITION.fullmatch(condition)
    ):
        raise PatchError(f"{package.identity}: {printable(addition.field)} gets no such input")
    inputs = declared.lists.get(addition.field)
    if inputs is None:
        return _new_list(package, declared, addition, data)
    if addition.input in inputs:
        return ()
    if not inputs.whole:
        raise PatchError(
            f"{package.identity}: {addition.field} is computed by an expression",
            hint=f"add {printable(addition.input)} to it by hand",
        )
    arguments = formals.calling(declared.place)
    own, library = formals.conditioned(condition), "lib"
    if condition and arguments is None:
        nixpkgs = _nixpkgs(package, declared, condition)
        own, library = condition.replace("super.", nixpkgs), f"{nixpkgs}lib"
    written = [literal for literal in inputs.literals if literal.span in inputs.span]
    same = [literal for literal in written if condition and _means(literal.condition, own)]
    free = [literal for literal in written if not literal.condition]
    opening = f"{library}.optionals {own}" if condition and not same else ""
    for literal in (*(same or free), _behind(inputs, declared.place)):
        text, needed = elements.element(declared.place, literal, inputs, addition, data)
        edit = _joined(literal, text, addition.input, opening, data)
        if edit is None:
            continue
        if arguments is None:
            return (edit,)
        if condition and not needed:
            raise PatchError(f"{package.identity}: nothing says how nixpkgs is named here")
        wanted = (*needed, *(("lib", *_NAMES.findall(own)) if opening else ()))
        beside = literal.inputs[-1].name if literal.inputs else ""
        return (*formals.joined(data, arguments, wanted, beside), edit)
    return ()


def _behind(inputs: InputList, place: PackagePlace) -> ListLiteral:
    """Return the place behind an expression whose lists stand elsewhere, as a list of its own.

    So no other package changes that is made with the same list.
    """
    end = Span(inputs.span.end, inputs.span.end)
    return ListLiteral(end, (), (), "", place.attributes.inner)


def _joined(literal: ListLiteral, text: str, name: str, opening: str, data: bytes) -> Edit | None:
    """Return the edit that has a package in a list, or behind it, such as under a new condition."""
    end = Span(literal.span.end, literal.span.end)
    if opening or literal.span == end:
        before = f"{opening} " if opening else ""
        return Edit(end, f" ++ {before}[ {text} ]".encode())
    if literal.values is not None:
        return elements.inherited(literal, text, name, data)
    named = [("" if own.text.startswith("(") else own.text, own.span) for own in literal.inputs]
    return lists.joined(data, literal.span, named, text)


def _means(condition: str, expected: str) -> bool:
    """Tell whether two conditions are the same; ``stdenv`` itself says what its platform is.

    Source: Nixpkgs manual, "Platform attributes".
    """
    plain, own = (text.replace(".hostPlatform", "").strip("() ") for text in (condition, expected))
    return bool(plain) and plain == own


def _nixpkgs(package: Package, declared: Declarations, condition: str) -> str:
    """Return what stands before the names of nixpkgs, such as ``super.``.

    An overlay's first two arguments are both sets; another function gets ``pkgs``, or each name
    that the condition needs.
    """
    arguments = declared.place.arguments
    if len(arguments) >= len(("self", "super")) and all(arguments[:2]):
        return f"{arguments[1]}."
    formal_names = {name for own in declared.place.formals for name in own.names}
    if "pkgs" in formal_names:
        return "pkgs."
    if {"lib", *_FIRST.findall(condition)} <= formal_names:
        return ""
    raise PatchError(f"{package.identity}: nothing says how nixpkgs is named here")


def _new_list(
    package: Package, declared: Declarations, addition: InputAddition, data: bytes
) -> Sequence[Edit]:
    base, arguments = elements.builder_set(declared.place), formals.calling(declared.place)
    plain = not (addition.condition or addition.replaced)
    if not plain or not (arguments is not None or (base and not addition.own)):
        raise PatchError(
            f"{package.identity} has no {addition.field}",
            hint=f"add {addition.field} with {printable(addition.input)} by hand",
        )
    further: tuple[Edit, ...] = ()
    if base or arguments is None:
        text = elements.select(base, addition.input)
    else:
        text = formals.named(arguments, None, addition.input)
        further = formals.joined(data, arguments, [text], "")
    after = statement(package, declared, "build-system", "nativeBuildInputs", "src", "version")
    return (*further, lists.bound(data, after, f"{addition.field} = [ {text} ];"))


def statement(package: Package, declared: Declarations, *names: str) -> Span:
    """Return the first of some bindings that a package has."""
    for name in names:
        binding = declared.place.attributes.get(name)
        if binding is not None and not binding.inherited:
            return syntax.span(binding.at)
    raise PatchError(f"{package.identity} has no {' and no '.join(names)}")
