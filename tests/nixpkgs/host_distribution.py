"""Copy a distribution of the running interpreter, and all it requires, into a folder.

Called by python-packages.nix: ``host_distribution.py NAME FOLDER``.
"""

from __future__ import annotations

import shutil
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement


def copy(name: str, folder: Path, seen: set[str]) -> None:
    """Copy what the distribution installed beside its modules; scripts stay behind."""
    seen.add(name.lower())
    found = distribution(name)
    for file in found.files or ():
        if ".." not in file.parts and "__pycache__" not in file.parts:
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(found.locate_file(file)), target)
    for line in found.requires or ():
        requirement = Requirement(line)
        applies = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if applies and requirement.name.lower() not in seen:
            copy(requirement.name, folder, seen)


try:
    copy(sys.argv[1], Path(sys.argv[2]), set())
except PackageNotFoundError as missing:
    sys.exit(
        f"{sys.executable} has no {missing.name}: install the development dependencies of the"
        " project, or name another interpreter in site.nix"
    )
