"""One package's new values -> the edits of its fields."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.errors import PatchError
from updater.model import HASH_FIELDS, Field, Package, PinValues, Source, Span
from updater.overlay.editing.rewrites import (
    Plan,
    added,
    hash_set,
    out_of_inherit,
    renamed,
    replaced,
    with_other_lead,
)
from updater.overlay.reading.functions import rendered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.overlay.reading.syntax import NixText

_THROUGH_VERSION = ("rev", "tag", "ref")


class Planner(Struct, frozen=True):
    """Plans one package's fields; ``in_place`` writes hashes into the call, not where it looks."""

    package: Package
    source: Source
    values: PinValues
    text: NixText
    in_place: bool = False

    @property
    def version(self) -> str | None:
        """The new version, None where it stays."""
        return self.values.own.get("version")

    def plans(self) -> Iterator[Plan]:
        """Yield the edits that make every field read its new value.

        Raises:
            PatchError: see `plan_change`.
        """
        changed = False
        for name, new in self.values.own.items():
            if name == "version":
                yield from self._version(new)
            elif (beside := self._field_beside(name)) is not None:
                if beside.reading != new and name in self._sets:
                    yield from hash_set(beside, new)
                elif beside.reading != new:
                    yield from self._field(beside, new, whole=self.package.span)
            else:
                plans = list(self._source_field(self.source, name, new))
                changed = changed or bool(plans)
                yield from plans
        if changed:
            self._refuse_stale_side_hashes()
        yield from self._companions()

    def _version(self, new: str) -> Iterator[Plan]:
        version = self.package.version
        if version is not None and version.value != new:
            if version.literal is None:
                raise self._computed(version)
            yield replaced(version, version.literal, f'"{new}"', new)
            for label in self.package.labels:
                if label.literal is not None:
                    yield replaced(label, label.literal, f'"{new}"', new)
        if self.source.get("version") is not None:
            yield from self._source_field(self.source, "version", new)

    @property
    def _sets(self) -> frozenset[str]:
        """The names of the sets of hashes that go with a lock file of the source."""
        return frozenset(lock.field for lock in self.package.locks if not lock.path)

    def _field_beside(self, name: str) -> Field | None:
        beside = [*self.package.side_hashes, *self.package.other_hashes]
        beside += [self.package.date] if self.package.date is not None else []
        return next((field for field in beside if field.name == name), None)

    def _refuse_stale_side_hashes(self) -> None:
        left = [field for field in self.package.side_hashes if field.name not in self.values.own]
        if left:
            names = " and ".join(f"{field.name} (line {field.line})" for field in left)
            raise PatchError(
                f"{self.package.identity}: {names} must change with the source, but the new value "
                f"is not known",
                hint="let Nix build it, or update this package by hand",
            )

    def _companions(self) -> Iterator[Plan]:
        values = self.values.companions
        for index, companion in enumerate(self.package.companions):
            if index < len(values):
                for name, new in values[index].items():
                    if self._is_written_by_own(companion, name, new):
                        continue
                    if name != "version" or companion.get("version") is not None:
                        yield from self._source_field(
                            companion, name, new, shown=f"{companion.attribute}.{name}"
                        )
            elif self.version not in (None, self.package.label):
                raise PatchError(
                    f"{self.package.file}:{companion.line}: {companion.fetcher} in "
                    f"{companion.attribute} of {self.package.name} follows the version too, and "
                    "its new hash is not known",
                    hint="update this package by hand, or hold it in config.yaml",
                )

    def _is_written_by_own(self, companion: Source, name: str, new: str) -> bool:
        """Tell whether a further source reads a text of the package's own call: ``src.tag``."""
        field = companion.get(name)
        return field is not None and any(
            own.literal is not None
            and own.literal == field.literal
            and own.literal in own.span
            and self.values.own.get(own.name) == new
            for own in self.source.fields
        )

    # --- fields of a source ---

    def _source_field(self, source: Source, name: str, new: str, shown: str = "") -> Iterator[Plan]:
        field = source.get(*HASH_FIELDS) if name == "hash" else source.get(name)
        if field is None and name == "hash":
            yield from self._missing_hash(source, new, shown)
            return
        if field is None:
            raise PatchError(
                f"{self.package.file}:{source.line}: {source.fetcher} of {self.package.name} has "
                f"no {name}"
            )
        reads = self._rendered(field)
        if reads == new:
            return
        names_tag = name in _THROUGH_VERSION or name.startswith("url")
        if self.values.as_text and names_tag and field.span in source.span and not field.inherited:
            yield replaced(field, field.span, f'"{new}"', new)
            return
        respelled = self._respelled(field, source, reads, new) if field.is_computed else None
        field_name = shown or field.name
        if respelled is not None:
            plans = [replaced(field, field.span, respelled, new)]
        elif name == "hash":
            plans = self._hash(field, new, source)
        elif name == "pname":
            plans = self._own(field, new, source)
        else:
            is_address = name.startswith("url") and self._reads_version(field)
            is_here = field.literal is not None and field.literal in field.span
            # `version = src.rev;`
            is_read = is_here and field.literal in self.package.version_literals
            through = (
                self._through_version(source, new)
                if (name in _THROUGH_VERSION or is_address) and not is_read
                else None
            )
            is_version = field.text == source.version_name and field.span in source.span
            if name in _THROUGH_VERSION and is_version:
                # `rev = version;` of a tag that is more than the version by now, or another one.
                plans = [replaced(field, field.span, through or f'"{new}"', new)]
            else:
                plans = self._field(field, new, whole=source.span, through=through)
        for plan in plans:
            change = plan.change
            yield replace(plan, change=replace(change, field=field_name) if change else None)

    def _respelled(self, field: Field, source: Source, reads: str | None, new: str) -> str | None:
        """Return a tag's computed expression with other text before it; None for no such case.

        Raises:
            PatchError: it would read something else than the new value.
        """
        names_tag = field.name in _THROUGH_VERSION or field.name.startswith("url")
        if names_tag and field.span in source.span and not field.inherited:
            text = with_other_lead(field.text, reads or "", new)
            if text is not None:
                return text
        if reads == field.value:
            return None
        raise PatchError(
            f"{self.package.file}:{field.line}: {field.name} of {self.package.name} would "
            f"become {reads}, and upstream has {new}: {field.text}",
            hint="write it as a literal, or hold the package in config.yaml",
        )

    def _missing_hash(self, source: Source, new: str, shown: str) -> Iterator[Plan]:
        """Write a hash behind the arguments of a call that has none."""
        # The builtins know no `hash`.
        written = self.text.data[source.span.start : source.span.end]
        builtin = source.fetcher == "fetchTarball" or written.startswith(b"builtins.")
        plan = added("sha256" if builtin else "hash", new, source, self.text)
        if plan is None or plan.change is None:
            raise PatchError(
                f"{self.package.file}:{source.line}: {source.fetcher} of {self.package.name} has "
                "no hash",
                hint='add hash = "";',
            )
        yield plan if not shown else replace(plan, change=replace(plan.change, field=shown))

    def _hash(self, field: Field, new: str, source: Source) -> list[Plan]:
        algorithm = new.partition("-")[0]
        if field.name not in ("hash", "narHash", algorithm):
            if field.inherited or field.literal is None or field.literal not in field.span:
                raise PatchError(
                    f"{self.package.file}:{field.line}: the new hash of {self.package.name} does "
                    f"not fit {field.name}, which is set elsewhere",
                    hint=f'write hash = ""; in the call of {source.fetcher}, not {field.name}',
                )
            return renamed(field, new, self.text)
        if self.in_place and not field.value and field.span in source.span:
            return self._own(field, new, source)
        return self._field(field, new, whole=source.span)

    def _field(
        self, field: Field, new: str, *, whole: Span, through: str | None = None
    ) -> list[Plan]:
        """Write a value where it is written now: in its own expression, or where names lead."""
        if field.value is None or field.is_computed:
            raise self._computed(field)
        here = field.span in whole and not field.inherited
        if field.literal is not None and not (here and field.literal in field.span):
            return [replaced(field, field.literal, f'"{new}"', new)]
        if not here:
            raise self._computed(field)
        return [replaced(field, field.span, through or f'"{new}"', new)]

    def _own(self, field: Field, new: str, source: Source) -> list[Plan]:
        """Write a value into the call itself: what its name leads to is another's as well."""
        if field.span not in source.span:
            return self._field(field, new, whole=source.span)
        if field.inherited:
            return out_of_inherit(field, new, self.text)
        return [replaced(field, field.span, f'"{new}"', new)]

    def _reads_version(self, field: Field) -> bool:
        version = self.package.version
        return version is not None and field.refers_to(version.literal)

    def _rendered(self, field: Field) -> str | None:
        """Return what a field reads once the package's version is the new one."""
        literals = self.package.version_literals
        if self.version is None or not literals or not field.parts:
            return field.value
        return rendered(field.parts, literals, self.version)

    def _through_version(self, source: Source, new: str) -> str | None:
        """Write a tag as ``version`` or ``"v${version}"``; None where that cannot be.

        In an address it may stand in several places, but not as one number, as in a digest, too.
        """
        name, version = source.version_name, self.version
        if not name or not version:
            return None
        if new == version:
            return name
        parts = re.split(rf"(?<![0-9.]){re.escape(version)}(?!\.?[0-9])", new)
        most = math.inf if "://" in new and "." in version else 2
        if not 2 <= len(parts) <= most:  # noqa: PLR2004 - before and after the one place
            return None
        return f'"{f"${{{name}}}".join(parts)}"'

    def _computed(self, field: Field) -> PatchError:
        name = self.package.name
        return PatchError(
            f"{self.package.file}:{field.line}: {field.name} of {name} is computed "
            f"({field.text}), not a literal",
            hint=f'write it as a literal, such as {field.name} = "..."; or hold the package in '
            f"config.yaml: packages: {{{self.package.key}: {{hold: computed {field.name}}}}}",
        )
