"""What a new release makes necessary in an overlay beside its pin."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from msgspec import Struct

AdaptationKind = Literal[
    "requirements",
    "imports",
    "build-system",
    "patches",
    "bounds",
    "siblings",
    "removals",
    "additions",
]
"""Why an overlay is adapted: a requirement that its inputs lack, an import that nothing declares,
another build backend, a substitution that no longer matches, a bound that the package set exceeds,
a bound that only the waiting update of another package of the overlays meets, an input that
upstream no longer requires, and a requirement that nobody has, for which an overlay is written."""


ADAPTATION_KINDS: Final[tuple[AdaptationKind, ...]] = (
    *("requirements", "imports", "build-system", "patches", "bounds", "siblings"),
)
"""Those that are made where nobody says otherwise: nothing is removed, and no file new, unasked."""


QUOTES: Final = "\"'"
"""What stands around a requirement in pyproject.toml."""


class Replacement(Struct, frozen=True):
    """An argument of a package's ``override``.

    Attributes:
        argument: its name, such as ``torch``.
        input: the attribute that is given for it, such as ``torch-bin``.
        own: an overlay makes that.
    """

    argument: str
    input: str
    own: bool = False


class InputAddition(Struct, frozen=True, tag=True):
    """A package that joins a list of inputs.

    Attributes:
        field: the attribute with the list, such as ``propagatedBuildInputs``.
        input: the package's attribute in the Python package set.
        own: an overlay makes it, so that only ``self`` is sure to have it.
        replaced: what it must be made with instead of its own, as the overlays use it.
        condition: a Nix expression, of ``super``, for what only some systems or Pythons need.
    """

    field: str
    input: str
    own: bool = False
    replaced: tuple[Replacement, ...] = ()
    condition: str = ""


class InputRemoval(Struct, frozen=True, tag=True):
    """A package that leaves a list of inputs."""

    field: str
    input: str


class FormChange(Struct, frozen=True, tag=True):
    """The package is built by its pyproject.toml from now on."""


class BoundRelaxation(Struct, frozen=True, tag=True):
    """A requirement's name in ``pythonRelaxDeps``."""

    input: str


class RequirementRemoval(Struct, frozen=True, tag=True):
    """A requirement's name in ``pythonRemoveDeps``: the package's own.

    A build compares what is required with what is there, before the package itself is.
    """

    input: str


class PatternRemoval(Struct, frozen=True, tag=True):
    """A substitution whose text the new source does not have."""

    file: str
    pattern: str


class PatternRewrite(Struct, frozen=True, tag=True):
    """A substitution whose requirement has another bound in the new source."""

    file: str
    pattern: str
    new_pattern: str
    new_replacement: str


class PatternAddition(Struct, frozen=True, tag=True):
    """A substitution that takes away a bound, with which the package set could not build.

    Attributes:
        file: that it is made in.
        pattern: the requirement, in the quotes that it has there.
        replacement: the same without the bound.
    """

    file: str
    pattern: str
    replacement: str


class SiblingUpdate(Struct, frozen=True, tag=True):
    """The update of another package of the overlays, without which this one does not hold.

    Nothing is written for it here: both updates are one change.

    Attributes:
        input: the other package's name.
        version: that it moves to.
    """

    input: str
    version: str


OverlayInput: TypeAlias = (
    "InputAddition | FormChange | BoundRelaxation | RequirementRemoval | PatternAddition"
)
"""What an overlay is given that is being written."""


class OverlayAddition(Struct, frozen=True, tag=True):
    """A new overlay for a project that nobody has, which joins the change of who requires it.

    All that it says follows from these facts, so that whoever has them can write it again.

    Attributes:
        input: the package's attribute.
        file: of the overlay, relative to the root.
        project: its normalized name on the package index.
        version: the newest one when it was written.
        channel: where its source comes from.
        hash: of that source, as SRI.
        edits: what it is given, each with why.
        modules: what its build was imported by.
    """

    input: str
    file: str
    project: str
    version: str
    channel: Literal["index", "tags"]
    hash: str
    edits: tuple[tuple[AdaptationKind, OverlayInput], ...] = ()
    modules: tuple[str, ...] = ()


AdaptationEdit: TypeAlias = (
    "InputAddition | InputRemoval | FormChange | BoundRelaxation | RequirementRemoval "
    "| PatternRemoval | PatternRewrite | PatternAddition | SiblingUpdate | OverlayAddition"
)


class Adaptation(Struct, frozen=True):
    """One edit beside the pin, and why.

    Attributes:
        reason: for people, in one phrase.
        applied: it is written; advice is not.
    """

    kind: AdaptationKind
    edit: AdaptationEdit
    reason: str
    applied: bool = True

    @property
    def field(self) -> str:  # noqa: PLR0911 - one return a kind
        """The attribute that it edits."""
        match self.edit:
            case InputAddition(field=field) | InputRemoval(field=field):
                return field
            case FormChange():
                return "pyproject"
            case BoundRelaxation():
                return "pythonRelaxDeps"
            case RequirementRemoval():
                return "pythonRemoveDeps"
            case PatternRemoval() | PatternRewrite() | PatternAddition():
                return "postPatch"
            case SiblingUpdate():
                return "version"
            case OverlayAddition(file=file):
                return file

    @property
    def input(self) -> str:
        """What the edit is about: a package, or a pattern."""
        match self.edit:
            case (
                InputAddition(input=name)
                | InputRemoval(input=name)
                | BoundRelaxation(input=name)
                | RequirementRemoval(input=name)
                | SiblingUpdate(input=name)
                | OverlayAddition(input=name)
            ):
                return name
            case FormChange():
                return "pyproject"
            case PatternRemoval(pattern=pattern) | PatternRewrite(pattern=pattern):
                return pattern
            case PatternAddition(pattern=pattern):
                return pattern.strip(QUOTES)

    @property
    def text(self) -> str:
        """The edit, its place and its reason in one line."""
        advice = "" if self.applied else "advice: "
        if isinstance(self.edit, SiblingUpdate):
            return f"{advice}{self.summary} ({self.reason})"
        return f"{advice}{self.summary} in {self.field} ({self.reason})"

    @property
    def summary(self) -> str:
        """The edit in a few words, such as ``+ packaging`` or ``- numpy<=1.26.4``."""
        match self.edit:
            case PatternRemoval() | InputRemoval():
                return f"- {self.input}"
            case PatternRewrite(new_pattern=new):
                return f"{self.input} -> {new}"
            case PatternAddition(replacement=replacement):
                return f"{self.input} -> {replacement.strip(QUOTES)}"
            case SiblingUpdate(version=version):
                return f"together with {self.input} {version}"
            case OverlayAddition(version=version):
                return f"+ {self.input} {version}"
            case _:
                return f"+ {self.input}"
