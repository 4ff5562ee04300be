"""A package with the places in its file at which problems and comments are its own."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from updater.model import Directive, Package, Span  # noqa: TC001 - msgspec reads them


class PlacedPackage(Struct, frozen=True):
    """A package and its places: the bindings of it and of its source, where a comment steers it."""

    package: Package
    places: tuple[Span, ...]

    def refused(self, problem: str, hint: str) -> PlacedPackage:
        """Return it with a problem, unless it has one already."""
        if self.package.problem:
            return self
        return self.broken(problem, hint)

    def broken(self, problem: str, hint: str) -> PlacedPackage:
        """Return it with a parse problem, which explains whatever else cannot be read."""
        package = replace(self.package, problem=problem, hint=hint, skip="")
        return PlacedPackage(package, self.places)

    def skipped(self, reason: str, generator: str = "") -> PlacedPackage:
        """Return it as one that cannot be followed, for a reason that nobody need mend."""
        package = replace(self.package, skip=reason, generator=generator)
        return PlacedPackage(package, self.places)

    def with_directives(self, directives: tuple[Directive, ...]) -> PlacedPackage:
        """Return it with what its comments say."""
        return PlacedPackage(replace(self.package, directives=directives), self.places)
