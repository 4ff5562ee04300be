"""Adaptations -> byte edits of one package's attributes, proven to change nothing else.

They are made one after the other, each on the text that the one before left, and each is proven by
itself: outside its span every token is as it was, every other package of the file says what it
said, and the package's own lists have what they had and the new element.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.errors import PatchError
from updater.model import Edit
from updater.model.adaptation import (
    BoundRelaxation,
    FormChange,
    InputAddition,
    InputRemoval,
    OverlayAddition,
    PatternAddition,
    PatternRemoval,
    PatternRewrite,
    RequirementRemoval,
    SiblingUpdate,
)
from updater.overlay.editing import additions, elements, formals, lists
from updater.overlay.editing.edits import apply_edits
from updater.overlay.editing.patterns import introduced, removed, rewritten
from updater.overlay.editing.proof import prove_apart
from updater.overlay.reading import syntax
from updater.overlay.reading.declarations import Declarations, declarations
from updater.overlay.reading.file import parse_file
from updater.overlay.reading.inputs import RUNTIME
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from updater.model import Package
    from updater.model.adaptation import Adaptation, AdaptationEdit
    from updater.overlay.reading.file import ParsedFile

_RELAXED = "pythonRelaxDeps"
_REMOVED = "pythonRemoveDeps"


def adapted(
    package: Package, adaptations: Iterable[Adaptation], data: bytes, fetchers: frozenset[str]
) -> bytes:
    """Return a file with adaptations of one package.

    Args:
        package: found in ``data`` by its identity.
        adaptations: what to do; what is there already changes nothing.
        data: the whole file.
        fetchers: as for `parse_file`.

    Raises:
        PatchError: an edit would need a guess, or touch anything else.
    """
    before = parse_file(data, package.file, fetchers, ())
    for adaptation in adaptations:
        there = _there(package, before)
        declared = _declared(there, before)
        edits = tuple(_edits(package, declared, adaptation.edit, before.text.data))
        if not edits:
            continue
        arguments = formals.calling(declared.place)
        if any(
            edit.span not in there.span and (arguments is None or edit.span not in arguments.span)
            for edit in edits
        ):
            raise _outside(package, adaptation)
        after = parse_file(apply_edits(before.text.data, edits), package.file, fetchers, ())
        prove_apart(package, edits, before, after)
        _check_lists(package, declared, after, adaptation)
        before = after
    return before.text.data


def _there(package: Package, parsed: ParsedFile) -> Package:
    there = [own for own in parsed.content.packages if own.identity == package.identity]
    if len(there) != 1:
        raise PatchError(f"{package.identity} stands {len(there)} times in its file")
    return there[0]


def _declared(package: Package, parsed: ParsedFile) -> Declarations:
    declared = declarations(parsed.text, package)
    if declared is None:
        raise PatchError(
            f"{package.identity}: its attributes are not a plain set",
            hint="adapt it by hand",
        )
    return declared


def _edits(  # noqa: PLR0911 - one return a kind
    package: Package, declared: Declarations, edit: AdaptationEdit, data: bytes
) -> Sequence[Edit]:
    match edit:
        case InputAddition():
            return additions.added(package, declared, edit, data)
        case InputRemoval():
            return _removal(package, declared, edit, data)
        case FormChange():
            return _form(package, declared, data)
        case BoundRelaxation(input=name):
            return _named(package, declared, _RELAXED, declared.relaxed, name, data)
        case RequirementRemoval(input=name):
            return _named(package, declared, _REMOVED, declared.removed, name, data)
        case PatternRemoval():
            return removed(package, declared, edit, data)
        case PatternRewrite():
            return rewritten(package, declared, edit, data)
        case PatternAddition():
            return introduced(package, declared, edit, data)
        case SiblingUpdate() | OverlayAddition():
            return ()


def _removal(
    package: Package, declared: Declarations, removal: InputRemoval, data: bytes
) -> Sequence[Edit]:
    inputs = declared.lists.get(removal.field)
    own = [element for element in inputs.inputs if element.name == removal.input] if inputs else []
    if removal.field not in RUNTIME or inputs is None or not own:
        return ()
    if not inputs.whole or len(own) != 1 or own[0].condition:
        raise PatchError(
            f"{package.identity}: {removal.field} has {printable(removal.input)} not plainly once",
            hint=f"take {printable(removal.input)} out of it by hand",
        )
    statement = own[0].statement
    return (lists.without(data, own[0].span if statement is None else statement),)


def _form(package: Package, declared: Declarations, data: bytes) -> Sequence[Edit]:
    if declared.form == "pyproject":
        return ()
    for name, value in (("format", '"pyproject"'), ("pyproject", "true")):
        binding = declared.place.attributes.get(name)
        if binding is not None:
            node = syntax.unwrap(binding.expression) if binding.expression is not None else None
            if node is None or binding.inherited or not declared.form:
                raise PatchError(f"{package.identity}: {name} is computed by an expression")
            return (Edit(syntax.span(node), value.encode()),)
    after = additions.statement(package, declared, "version", "pname", "src")
    return (lists.bound(data, after, "pyproject = true;"),)


def _named(  # noqa: PLR0913, PLR0917 - a list, what it has, and what joins it
    package: Package,
    declared: Declarations,
    field: str,
    present: frozenset[str] | None,
    name: str,
    data: bytes,
) -> Sequence[Edit]:
    """Return the edits by which a project's name joins a list of names."""
    if present is None or name in present:
        return ()
    text = f'"{elements.checked(name)}"'
    binding = declared.place.attributes.get(field)
    if binding is None:
        neighbours = (_RELAXED, _REMOVED, *RUNTIME, "build-system", "nativeBuildInputs", "src")
        after = additions.statement(package, declared, *neighbours)
        return (lists.bound(data, after, f"{field} = [ {text} ];"),)
    node = syntax.unwrap(binding.expression) if binding.expression is not None else None
    if node is None or node.type != "list_expression":
        raise PatchError(f"{package.identity}: {field} is computed by an expression")
    names = [
        (syntax.text(part, data), syntax.span(part))
        for part in node.children_by_field_name("element")
    ]
    return (lists.joined(data, syntax.span(node), names, text),)


def _check_lists(
    package: Package, before: Declarations, parsed: ParsedFile, adaptation: Adaptation
) -> None:
    """Refuse an edit after which the lists do not say what they said, and what was to be added."""
    after = _declared(_there(package, parsed), parsed)
    edit = adaptation.edit
    own = edit.field if isinstance(edit, InputAddition) else ""
    for field in {*before.lists, *after.lists}:
        was = (
            [element.text for element in before.lists[field].inputs]
            if field in before.lists
            else []
        )
        now = (
            [element.text for element in after.lists[field].inputs] if field in after.lists else []
        )
        if isinstance(edit, InputRemoval) and field == edit.field:
            names = [element.name for element in before.lists[field].inputs]
            was.pop(names.index(edit.input))
        if field == own and isinstance(edit, InputAddition):
            names = [element.name for element in after.lists[field].inputs] if now else []
            if names.count(edit.input) != 1 or len(now) != len(was) + 1:
                raise _outside(package, adaptation)
            now.pop(names.index(edit.input))
        if was != now:
            raise _outside(package, adaptation)
    if before.form != after.form and not isinstance(edit, FormChange):
        raise _outside(package, adaptation)
    if before.relaxed != after.relaxed and not isinstance(edit, BoundRelaxation):
        raise _outside(package, adaptation)
    if before.removed != after.removed and not isinstance(edit, RequirementRemoval):
        raise _outside(package, adaptation)
    if not _keeps_script(before, after, edit):
        raise _outside(package, adaptation)


def _keeps_script(before: Declarations, after: Declarations, edit: AdaptationEdit) -> bool:
    """Tell whether postPatch replaces what it did, and what was to be added."""
    if isinstance(edit, PatternRemoval | PatternRewrite):
        return True
    was, now = (
        [(own.files, own.pattern, own.replacement) for own in declared.substitutions]
        for declared in (before, after)
    )
    if isinstance(edit, PatternAddition):
        was.append(((edit.file,), edit.pattern, edit.replacement))
    return was == now


def _outside(package: Package, adaptation: Adaptation) -> PatchError:
    return PatchError(
        f"{package.identity}: {printable(adaptation.summary)} in {adaptation.field} would change "
        "more than that",
        hint="adapt it by hand",
    )
