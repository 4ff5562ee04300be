"""The checks that nixpkgs makes on a built package, with the words that it logs.

``check_wheel.py requirements PATH WHEEL``: what the wheel requires is on PATH, and fits.
``check_wheel.py relax WHEEL RELAXED REMOVED``: takes the bounds of the requirements in RELAXED out
of the wheel, and those in REMOVED; names are parted by spaces, ``1`` means all.
``check_wheel.py conflicts PATH``: no distribution is on PATH twice.
``check_wheel.py metadata PATH NAME VERSION``: a distribution on PATH has this name and version.
PATH is as in PYTHONPATH. Source: Nixpkgs manual, "Python", Hooks (pythonRuntimeDepsCheckHook,
pythonRelaxDepsHook, pythonCatchConflictsHook, pythonMetadataCheckHook).
"""

from __future__ import annotations

import sys
from collections import defaultdict
from importlib.metadata import Distribution, distributions, version
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

from packaging.metadata import Metadata
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Callable


def on_path(path: str) -> dict[str, list[Distribution]]:
    """Return the distributions by their normalised names."""
    found: dict[str, list[Distribution]] = defaultdict(list)
    for folder in dict.fromkeys(path.split(":")):
        if not folder or not Path(folder).is_dir():
            continue
        for each in distributions(path=[folder]):
            found[canonicalize_name(each.metadata["Name"])].append(each)
    return found


def unmet(requirement: Requirement, installed: dict[str, list[Distribution]]) -> str:
    """Say what is wrong, or return an empty string."""
    if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
        return ""
    name = canonicalize_name(requirement.name)
    if name not in installed:
        return f"{name} not installed"
    there = installed[name][0].version
    if requirement.specifier.contains(there, prereleases=True):
        return ""
    return f"{name}{requirement.specifier} not satisfied by version {there}"


def requirements(path: str, wheel: str) -> list[str]:
    """Return a line for each requirement that is not met."""
    with ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = Metadata.from_email(archive.read(name), validate=False)
    installed = on_path(path)
    lines = [unmet(each, installed) for each in metadata.requires_dist or ()]
    return [f"  - {line}" for line in lines if line]


def relax(wheel: str, relaxed: str, removed: str) -> list[str]:
    """Rewrite the requirements of a wheel; return nothing."""
    free: set[str] = {canonicalize_name(name) for name in relaxed.split()}
    gone: set[str] = {canonicalize_name(name) for name in removed.split()}
    with ZipFile(wheel) as archive:
        contents = {entry: archive.read(entry) for entry in archive.infolist()}
    with ZipFile(wheel, "w") as archive:
        for entry, data in contents.items():
            text = data
            if entry.filename.endswith(".dist-info/METADATA"):
                head, _, rest = data.decode().partition("\n\n")
                lines = [rewritten(line, free, gone) for line in head.split("\n")]
                text = "\n".join(filter(None, lines)).encode() + f"\n\n{rest}".encode()
            elif entry.filename.endswith(".dist-info/RECORD"):
                lines = data.decode().split("\n")
                text = "\n".join(unhashed(line) for line in lines).encode()
            archive.writestr(entry, text)
    return []


def rewritten(line: str, free: set[str], gone: set[str]) -> str:
    """Return a header without the bounds that are taken out, or nothing of a whole requirement."""
    header, _, value = line.partition(": ")
    if header.lower() != "requires-dist":
        return line
    requirement = Requirement(value)
    name = canonicalize_name(requirement.name)
    if gone & {name, "1"}:
        return ""
    if free & {name, "1"}:
        requirement.specifier = type(requirement.specifier)()
    return f"{header}: {requirement}"


def unhashed(line: str) -> str:
    """Return a line of RECORD without the hash of what was rewritten."""
    path = line.partition(",")[0]
    return f"{path},," if path.endswith(".dist-info/METADATA") else line


def metadata(path: str, name: str, label: str) -> list[str]:
    """Return lines that tell another version; raise PackageNotFoundError for another name."""
    sys.path[:0] = path.split(":")
    built = version(name)
    if Version(label) == Version(built):
        return []
    told = (
        f"The '{name}' derivation has version '{label}' but .dist-info/METADATA specifies version"
    )
    return [
        f"{told} '{built}'.",
        "This usually means that the wrong version is hardcoded in pyproject.toml or setup.py.",
    ]


def conflicts(path: str) -> list[str]:
    """Return lines that name each distribution that is there more than once."""
    lines: list[str] = []
    for name, found in on_path(path).items():
        if len(found) > 1:
            lines.append(f"Found duplicated packages in closure for dependency '{name}':")
            lines += [f"  {name} {each.version} ({each.locate_file('')})" for each in found]
    if lines:
        lines += ["", "Package duplicates found in closure, see above. Usually this happens if two"]
        lines += ["packages depend on different version of the same dependency."]
    return lines


def main(check: str, *arguments: str) -> None:
    """Run a check; end with its lines and exit code 1 if it has any."""
    checks: dict[str, Callable[..., list[str]]] = {
        "requirements": requirements,
        "relax": relax,
        "conflicts": conflicts,
        "metadata": metadata,
    }
    lines = checks[check](*arguments)
    if lines:
        sys.exit("\n".join(lines))


if __name__ == "__main__":
    main(*sys.argv[1:])
