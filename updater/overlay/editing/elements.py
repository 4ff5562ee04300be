"""How a package is written as an element of a list: the way its neighbours are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater.errors import PatchError
from updater.overlay.editing import formals, lists
from updater.overlay.reading import references
from updater.overlay.reading.input_elements import names_of

if TYPE_CHECKING:
    from updater.model import Edit
    from updater.model.adaptation import InputAddition, Replacement
    from updater.overlay.reading.input_elements import Input, ListLiteral
    from updater.overlay.reading.inputs import Formals, InputList, PackagePlace

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_'-]*")
_ATTRIBUTE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+'-]{0,99}")
_KEYWORDS = frozenset({"if", "then", "else", "assert", "with", "let", "in", "rec", "inherit", "or"})
# A name of these means the builtin whatever a `with` has. Source: Nix manual, "Built-ins".
_GLOBAL = frozenset(
    {
        *("abort", "baseNameOf", "break", "builtins", "derivation", "derivationStrict", "dirOf"),
        *("false", "fetchGit", "fetchMercurial", "fetchTarball", "fetchTree", "fromTOML", "import"),
        *("isNull", "map", "null", "placeholder", "removeAttrs", "scopedImport", "throw"),
        *("toString", "true"),
    }
)
PYTHON_SET = re.compile(r"python[0-9]*Packages|pythonPackages")
_BUILDERS = "buildPython"
_NESTED = 4


def element(
    place: PackagePlace,
    literal: ListLiteral,
    inputs: InputList,
    addition: InputAddition,
    data: bytes,
) -> tuple[str, tuple[str, ...]]:
    """Return a package as an element of a list, and the arguments that the file's function needs.

    Args:
        place: the package that needs it.
        literal: the list.
        inputs: all inputs of the attribute, whose way of writing a replacement is taken over.
        addition: what is added.
        data: the file.

    Raises:
        PatchError: nothing in the package says how Python packages are named in it.
    """
    name = checked(addition.input)
    siblings = [sibling for sibling in literal.inputs if is_python_set(place, sibling.base)]
    named_by = literal.withs[-1] if literal.withs else ()
    base = named_by if is_python_set(place, named_by) else ()
    if not base and siblings:
        bases = [sibling.base for sibling in siblings]
        before = [base for base in bases if base[0] not in place.arguments[:1]] or bases
        base = builder_set(place) if builder_set(place) in before else before[-1]
    base = base or builder_set(place)
    arguments = formals.calling(place) if not base else None
    if arguments is not None:
        return _of_arguments(arguments, literal, addition)
    if not base:
        raise PatchError(
            "nothing says how Python packages are named here",
            hint=f"write it by hand, such as python3Packages.{quoted(name)}",
        )
    if addition.own:
        base = _final(place, _resolved(base, literal, data))
    bare = base == named_by and _means_the_set(literal, name)
    text = quoted(name) if bare else ".".join((*base, quoted(name)))
    if addition.replaced:
        given = " ".join(
            f"{quoted(checked(own.argument))} = {_sibling(place, literal, inputs, base, own)};"
            for own in addition.replaced
        )
        return f"({text}.override {{ {given} }})", ()
    plain = [sibling for sibling in siblings if not sibling.overridden]
    own = [sibling.text for sibling in plain if sibling.base == base] or [
        sibling.text for sibling in plain
    ]
    in_parentheses = bool(own) and not bare and all(text.startswith("(") for text in own)
    return f"({text})" if in_parentheses else text, ()


def _of_arguments(
    arguments: Formals, literal: ListLiteral, addition: InputAddition
) -> tuple[str, tuple[str, ...]]:
    """Return a package as what the file's function gets."""
    text = formals.named(arguments, literal, addition.input)
    if not addition.replaced:
        return text, (text,)
    names = [formals.named(arguments, literal, own.input) for own in addition.replaced]
    given = " ".join(
        f"{quoted(checked(own.argument))} = {name};"
        for own, name in zip(addition.replaced, names, strict=True)
    )
    return f"({text}.override {{ {given} }})", (text, *names)


def is_python_set(place: PackagePlace, names: tuple[str, ...]) -> bool:
    """Tell whether names lead to a set of Python packages: that of the builder, or a known one."""
    if not names:
        return False
    if names == builder_set(place) or PYTHON_SET.fullmatch(names[-1]):
        return True
    return len(names) > 1 and names[-1] == "pkgs" and names[-2].startswith("python")


def builder_set(place: PackagePlace) -> tuple[str, ...]:
    """Return where the function comes from that builds the package; empty where nothing says it."""
    builder = place.builder
    if len(builder) > 1 and builder[-1].startswith(_BUILDERS):
        return builder[:-1]
    return ()


def _final(place: PackagePlace, base: tuple[str, ...]) -> tuple[str, ...]:
    """Return the same set as all overlays leave it: ``self`` where it is that of ``super``."""
    arguments = place.arguments
    if len(arguments) == _NESTED:  # those of an overlay of Python packages come behind its own
        arguments = arguments[2:] if base and base[0] in arguments[2:] else arguments[:2]
    if base and base[0] in arguments[1:]:
        return (arguments[arguments.index(base[0]) - 1], *base[1:])
    if base and base[0] in arguments:
        return base
    raise PatchError(
        "nothing says how a package of the overlays is named here",
        hint="write it by hand, such as self.python3Packages.NAME",
    )


def _resolved(base: tuple[str, ...], literal: ListLiteral, data: bytes) -> tuple[str, ...]:
    """Return what a name that a ``let`` binds stands for, such as ``super.python3Packages``."""
    bound = references.targets(literal.scope.find(base[0]), data) if base else []
    names = names_of(bound[0][0], data) if len(bound) == 1 else ()
    return (*names, *base[1:]) if names else base


def inherited(literal: ListLiteral, text: str, name: str, data: bytes) -> Edit | None:
    """Return the edit by which a set's values have a package that it inherits as it does others.

    Args:
        literal: the values of a set.
        text: the package, as a list in brackets has it there.
        name: its attribute.
        data: the file.

    Returns:
        None where the set takes nothing from where the package is, or has such a name already.
    """
    values = literal.values
    for own in values.inheritances if values is not None and name not in values.names else ():
        if own.base is None:
            same = text == quoted(name)
        else:
            bases = (own.base, _resolved(own.base, literal, data))
            same = bool(own.base) and text in {select(base, name) for base in bases}
        if same and own.inputs:
            named = [(element.text, element.span) for element in own.inputs]
            return lists.joined(data, own.span, named, quoted(name))
    return None


def _sibling(
    place: PackagePlace,
    literal: ListLiteral,
    inputs: InputList,
    base: tuple[str, ...],
    replacement: Replacement,
) -> str:
    """Return a package as another element of the same attribute names it.

    A name alone means that only where the element stands.
    """
    name = replacement.input
    twin: Input | None = next((own for own in inputs.inputs if own.name == name), None)
    if twin is not None and not twin.overridden:
        text = twin.text.strip("()")
        is_alone = text in (name, quoted(name)) and bool(twin.base)
        is_there = twin in literal.inputs and twin.statement is None
        return select(twin.base, name) if is_alone and not is_there else text
    named_by = base or builder_set(place)
    return select(_final(place, named_by) if replacement.own else named_by, name)


def _means_the_set(literal: ListLiteral, name: str) -> bool:
    """Tell whether a bare name is looked up in the ``with``, and nowhere else."""
    if not _PLAIN.fullmatch(name) or name in _KEYWORDS | _GLOBAL:
        return False
    return literal.scope.holder(name) is None


def select(base: tuple[str, ...], name: str) -> str:
    """Return a package of a set as an expression."""
    return ".".join((*base, quoted(checked(name))))


def checked(name: str) -> str:
    """Return a name that is safe to write into Nix.

    Raises:
        PatchError: it is not.
    """
    if not _ATTRIBUTE.fullmatch(name):
        raise PatchError(
            f"{name[:80]!a} is not a name that is safe to write into Nix",
            hint="names of attributes may have letters, digits and . _ + ' -",
        )
    return name


def quoted(name: str) -> str:
    """Return a name as one component of an attribute path."""
    return name if _PLAIN.fullmatch(name) and name not in _KEYWORDS else f'"{name}"'
