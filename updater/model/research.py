"""What is known of an update besides the edit: what upstream and others say of the release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from updater.model.offers import Note


class RequirementChange(Struct, frozen=True):
    """One difference; an empty text stands for nothing."""

    kind: Literal["added", "removed", "changed"]
    name: str
    old: str
    new: str

    @property
    def summary(self) -> str:
        """The difference in a few words, such as ``+ packaging>=20`` or ``numpy<2 -> numpy<3``."""
        own = "Python" if self.name == "Python" else ""
        match self.kind:
            case "added":
                return f"+ {own}{self.new}"
            case "removed":
                return f"- {own}{self.old}"
            case "changed":
                return f"{own}{self.old} -> {own}{self.new}"


class RequirementFacts(Struct, frozen=True):
    """What is known of the requirements of a release.

    Attributes:
        changes: against the held release; None where not both are known.
        unmet: what neither the overlays nor the package set give, as requirements. Only what is to
            be built is held against the package set.
        missing: the projects of those that neither has in any version, by their normalized names.
    """

    changes: tuple[RequirementChange, ...] | None
    unmet: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def needs_more_packages(self) -> bool:
        """Whether new packages, and nothing else, would meet all of them."""
        return bool(self.missing) and len(self.missing) == len(self.unmet)


class Difference(Struct, frozen=True):
    """What changes from one release to another.

    Attributes:
        requirements: None where they are not known.
        origin: where they stand; empty where they are not known.
        licences: old and new, where they differ.
    """

    requirements: tuple[RequirementChange, ...] | None = None
    origin: str = ""
    licences: tuple[str, str] | None = None


NO_DIFFERENCE = Difference()
"""Nothing is known."""


class Vulnerability(Struct, frozen=True):
    """One record.

    Attributes:
        key: its id.
        aliases: its ids elsewhere, such as a CVE.
    """

    key: str
    aliases: tuple[str, ...]
    summary: str
    url: str

    @property
    def names(self) -> frozenset[str]:
        """All ids that it has."""
        return frozenset((self.key, *self.aliases))


class Vulnerabilities(Struct, frozen=True):
    """What a source knows of an update.

    Attributes:
        name: the project that was asked about, as the package index calls it.
        fixed: of the old release, and not of the new one.
        present: of the new release.
        problem: why it is not known; empty where it is.
    """

    name: str
    fixed: tuple[Vulnerability, ...] = ()
    present: tuple[Vulnerability, ...] = ()
    problem: str = ""


class Research(Struct, frozen=True):
    """What upstream says about an update.

    Attributes:
        compare: a page with all that changed; empty where there is none.
        notes: of every version between, newest first; None where they are not known.
        difference: what the new release says otherwise than the old one.
        vulnerabilities: None where nobody was asked.
    """

    compare: str = ""
    notes: tuple[Note, ...] | None = None
    difference: Difference = NO_DIFFERENCE
    vulnerabilities: Vulnerabilities | None = None


NO_RESEARCH = Research()


UNCHANGED = Research(notes=(), difference=Difference((), "the same source"))
"""What there is to tell of a source that stays the same."""
