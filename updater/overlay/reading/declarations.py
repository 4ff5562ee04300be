"""What a Python package's attributes declare of its requirements and of how it is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from packaging.utils import canonicalize_name

from updater.overlay.reading import syntax, values
from updater.overlay.reading.inputs import OPTIONAL, InputList, PackagePlace, input_lists, place_of
from updater.overlay.reading.substitutions import Substitution, substitutions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.model import CheckName, Package
    from updater.overlay.reading.syntax import NixText


SWITCHES: Mapping[str, CheckName] = {
    "dontCheckRuntimeDeps": "requirements",
    "dontUsePythonImportsCheck": "pythonImportsCheck",
    "dontUsePythonCatchConflicts": "conflicts",
    "dontCheckPythonMetadata": "metadata",
}
"""The attributes that switch off what nixpkgs checks of a Python package, and what that is.

Source: Nixpkgs manual, "Python", Hooks.
"""


class Declarations(Struct, frozen=True):
    """What an overlay says of a package besides its pin.

    Attributes:
        lists: its lists of inputs by attribute.
        form: how it is built: ``pyproject``, ``setuptools``, ``wheel`` or ``other``, as ``format``
            and ``pyproject`` say; empty where that is computed.
        relaxed: the requirements whose bounds are not checked; None for all of them.
        removed: the requirements that the built metadata loses; None for what is computed.
        switches: those of `SWITCHES` that it sets.
        substitutions: what postPatch replaces.
    """

    place: PackagePlace
    lists: dict[str, InputList]
    form: str
    relaxed: frozenset[str] | None
    removed: frozenset[str] | None
    switches: frozenset[str]
    substitutions: tuple[Substitution, ...]

    @property
    def checks(self) -> bool:
        """Whether a build compares the requirements with the inputs.

        Source: Nixpkgs manual, "Python", pythonRuntimeDepsCheckHook.
        """
        return self.form == "pyproject" and "dontCheckRuntimeDeps" not in self.switches

    @property
    def extras(self) -> dict[str, str]:
        """The fields of the lists that extras have, with the extras' normalized names."""
        start = f"{OPTIONAL}."
        return {
            field: canonicalize_name(field.removeprefix(start))
            for field in self.lists
            if field.startswith(start)
        }

    def list_of(self, fields: tuple[str, ...]) -> InputList | None:
        """Return the first of some lists that it has."""
        return next((self.lists[field] for field in fields if field in self.lists), None)


def declarations(text: NixText, package: Package) -> Declarations | None:
    """Return what a package declares; None where its attributes are not a plain set.

    Args:
        text: its file.
        package: as it was read from this text.
    """
    place = place_of(text, package.span) if not package.mapped else None
    if place is None:
        return None
    data = text.data
    relaxed = _texts(place, "pythonRelaxDeps", data)
    return Declarations(
        place,
        input_lists(place, data),
        _form(place, data),
        relaxed,
        _texts(place, "pythonRemoveDeps", data),
        frozenset(
            name for name in SWITCHES if _value(place, name, data) not in ("", "false", None)
        ),
        substitutions(place, data),
    )


def _form(place: PackagePlace, data: bytes) -> str:
    if "format" in place.attributes:
        return _value(place, "format", data) or ""
    switch = _value(place, "pyproject", data)
    forms = {"true": "pyproject", "false": "other", "": "setuptools"}
    return forms.get(switch, "") if switch is not None else ""


def _value(place: PackagePlace, name: str, data: bytes) -> str | None:
    """Return an attribute's value, an empty string where there is none, None for a computed one."""
    binding = place.attributes.get(name)
    return values.read(binding, data).value if binding is not None else ""


def _texts(place: PackagePlace, name: str, data: bytes) -> frozenset[str] | None:
    """Return the normalized names of a list; None for ``true``, and for what cannot be read."""
    binding = place.attributes.get(name)
    if binding is None:
        return frozenset()
    node = syntax.unwrap(binding.expression) if binding.expression is not None else None
    if node is None or node.type != "list_expression":
        return None
    elements = node.children_by_field_name("element")
    names = [values.evaluate(element, binding.scope, data).value for element in elements]
    if None in names:
        return None
    return frozenset(canonicalize_name(text) for text in names if text is not None)
