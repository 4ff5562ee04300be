"""The checks that nixpkgs makes on a built package, with the words that it logs.

``check_wheel.py requirements PATH WHEEL [RELAXED...]``: what the wheel requires is on PATH and its
version fits, except where the name is RELAXED; ``1`` relaxes all.
``check_wheel.py conflicts PATH``: no distribution is on PATH twice.
PATH is as in PYTHONPATH. Source: Nixpkgs manual, "Python", Hooks (pythonRuntimeDepsCheckHook,
pythonCatchConflictsHook).
"""

from __future__ import annotations

import sys
from collections import defaultdict
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

from packaging.metadata import Metadata
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from packaging.requirements import Requirement


def on_path(path: str) -> dict[str, list[Distribution]]:
    """Return the distributions by their normalised names."""
    found: dict[str, list[Distribution]] = defaultdict(list)
    for folder in dict.fromkeys(path.split(":")):
        if not folder or not Path(folder).is_dir():
            continue
        for each in distributions(path=[folder]):
            found[canonicalize_name(each.metadata["Name"])].append(each)
    return found


def unmet(
    requirement: Requirement, installed: dict[str, list[Distribution]], relaxed: set[str]
) -> str:
    """Say what is wrong, or return an empty string."""
    if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
        return ""
    name = canonicalize_name(requirement.name)
    if name not in installed:
        return f"{name} not installed"
    version = installed[name][0].version
    if relaxed & {name, "1"} or requirement.specifier.contains(version, prereleases=True):
        return ""
    return f"{name}{requirement.specifier} not satisfied by version {version}"


def requirements(path: str, wheel: str, *relaxed: str) -> list[str]:
    """Return a line for each requirement that is not met."""
    with ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = Metadata.from_email(archive.read(name), validate=False)
    installed = on_path(path)
    free: set[str] = {canonicalize_name(name) for name in relaxed}
    lines = [unmet(each, installed, free) for each in metadata.requires_dist or ()]
    return [f"  - {line}" for line in lines if line]


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
    lines = requirements(*arguments) if check == "requirements" else conflicts(*arguments)
    if lines:
        sys.exit("\n".join(lines))


if __name__ == "__main__":
    main(*sys.argv[1:])
