"""The addresses of a call -> those of another version, as the file will say them."""

from __future__ import annotations

import re

from updater.fetchers import address
from updater.model import Field, NoFile, Package, Source
from updater.overlay.reading.functions import rendered
from updater.overlay.reading.pins import places

URLS = ("url", "urls[0]")
"""The argument with the address that counts."""

_VERSION_TAG = re.compile(r"(?:[A-Za-z][\w@-]*?[-_/@]?)?(?P<version>\d+(?:\.\d+)+[\w.+-]*)")


def moved_addresses(
    package: Package, source: Source, version: str, ref: str
) -> dict[str, str] | NoFile:
    """Return the new address for each argument that has one, the first of them first.

    Args:
        package: the package that the call belongs to.
        source: the call.
        version: the new version.
        ref: the new tag or commit; empty where the addresses name none.
    """
    moved: dict[str, str] = {}
    has_moved = False
    for name, field in addresses(source):
        new = _moved(package, field, version, ref)
        if isinstance(new, NoFile):
            return new
        if address.parse(field.value or "").ref is not None and address.parse(new).ref_name != ref:
            return NoFile(f"{ref} cannot be told in its address, which would become {new}")
        if has_moved and new == field.value:
            return NoFile(
                f"{package.file}:{field.line}: {name} would go on naming the old file: write the "
                f"version into {new}, or leave it out"
            )
        has_moved = has_moved or new != field.value
        moved[name] = new
    return moved


def addresses(source: Source) -> list[tuple[str, Field]]:
    """Return the arguments of a call that are addresses, with their names."""
    return [
        (field.name, field)
        for field in source.fields
        if field.name == "url" or field.name.startswith("urls[")
    ]


def _moved(package: Package, field: Field, version: str, ref: str) -> str | NoFile:
    """Return one address for the new version, as its own ``${version}`` will write it."""
    if field.value is None:
        return NoFile(f"{package.file}:{field.line}: the address is computed: {field.text}")
    here = address.parse(field.value)
    if package.label is None and package.unlabelled and version_of(here.ref_name):
        # nothing else says the version, so the tag does
        return address.moved(here, version_of(here.ref_name), version_of(ref) or version, ref)
    new = address.moved(here, package.label or "", version, ref)
    literals = package.version_literals
    written = rendered(field.parts, literals, version)
    if not field.refers_to(*literals) or written == new:
        return new
    # what functions make of the version moves with it; text that stays beside them would not
    follows = field.is_computed and not any(
        isinstance(part, str) and places(package.label or "", part) for part in field.parts
    )
    if (
        follows
        and written is not None
        and (here.ref is None or address.parse(written).ref_name == ref)
    ):
        return written
    if here.is_archive and not field.is_computed:  # the tag can stand there as text
        return new
    return NoFile(
        f"{package.file}:{field.line}: the address would become {written}, but upstream's "
        f"tag is {ref}"
    )


def version_of(ref: str) -> str:
    """Return the version in a tag such as ``v0.5.0``, or an empty string."""
    match = _VERSION_TAG.fullmatch(ref)
    return match["version"] if match is not None else ""
