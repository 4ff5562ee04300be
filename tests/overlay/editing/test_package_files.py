"""In a package file, what a list names is also what its function gets from `callPackage`."""

from __future__ import annotations

import pytest

from tests.overlay.golden import read
from updater.errors import PatchError
from updater.kinds import WRITABLE
from updater.model.adaptation import Adaptation, AdaptationEdit, InputAddition, Replacement
from updater.overlay.editing.adapting import adapted

LIST = "dependencies"
BODY = """
buildPythonPackage rec {{
  pname = "x";
  version = "1.0";
  pyproject = true;
  src = fetchPypi {{ inherit pname version; hash = ""; }};
  {}
}}
"""


def written(arguments: str, lines: str, *edits: AdaptationEdit) -> str:
    """Return a package file as it is adapted."""
    data = f"{arguments}:\n{BODY.format(lines)}".encode()
    (package,) = read(data, "pkgs/x.nix")
    adaptations = [Adaptation("requirements", edit, "why") for edit in edits]
    text = adapted(package, adaptations, data, frozenset(WRITABLE)).decode()
    assert adapted(package, adaptations, text.encode(), frozenset(WRITABLE)).decode() == text
    return text


ROW = "{ buildPythonPackage, fetchPypi, numpy }"
PAIRS: dict[str, tuple[str, str, InputAddition, str, str]] = {
    "in a row": (
        ROW,
        "dependencies = [ numpy ];",
        InputAddition(LIST, "packaging"),
        "{ buildPythonPackage, fetchPypi, numpy, packaging }",
        "dependencies = [ numpy packaging ];",
    ),
    "of the overlays": (
        ROW,
        "dependencies = [ numpy ];",
        InputAddition(LIST, "einx", own=True),
        "{ buildPythonPackage, fetchPypi, numpy, einx }",
        "dependencies = [ numpy einx ];",
    ),
    "before what has another reason": (
        "{\n  buildPythonPackage,\n  fetchPypi,\n  numpy,\n  # optional\n  tqdm,\n}",
        "dependencies = [ numpy ];",
        InputAddition(LIST, "packaging"),
        "{\n  buildPythonPackage,\n  fetchPypi,\n  numpy,\n  packaging,\n  # optional\n  tqdm,\n}",
        "dependencies = [ numpy packaging ];",
    ),
    "with commas in front": (
        "{ buildPythonPackage\n, fetchPypi\n, numpy ? null\n, ...\n}",
        "dependencies = [ numpy ];",
        InputAddition(LIST, "packaging"),
        "{ buildPythonPackage\n, fetchPypi\n, numpy ? null\n, packaging\n, ...\n}",
        "dependencies = [ numpy packaging ];",
    ),
    "that is an argument by now": (
        "{ buildPythonPackage, fetchPypi, numpy, packaging }",
        "dependencies = [ numpy ];",
        InputAddition(LIST, "packaging"),
        "{ buildPythonPackage, fetchPypi, numpy, packaging }",
        "dependencies = [ numpy packaging ];",
    ),
    "with the overlays' torch": (
        ROW,
        "dependencies = [ numpy ];",
        InputAddition(LIST, "accelerate", replaced=(Replacement("torch", "torch-bin"),)),
        "{ buildPythonPackage, fetchPypi, numpy, accelerate, torch-bin }",
        "dependencies = [ numpy (accelerate.override { torch = torch-bin; }) ];",
    ),
    "on one system": (
        ROW,
        "dependencies = [ numpy ];",
        InputAddition(LIST, "nvidia-ml-py", condition="super.stdenv.hostPlatform.isLinux"),
        "{ buildPythonPackage, fetchPypi, numpy, nvidia-ml-py, lib, stdenv }",
        ("dependencies = [ numpy ] ++ lib.optionals stdenv.hostPlatform.isLinux [ nvidia-ml-py ];"),
    ),
    "on one Python": (
        "{ lib, buildPythonPackage, fetchPypi, numpy }",
        "dependencies = [ numpy ];",
        InputAddition(LIST, "tomli", condition='(super.python3Packages.pythonOlder "3.11")'),
        "{ lib, buildPythonPackage, fetchPypi, numpy, tomli, pythonOlder }",
        'dependencies = [ numpy ] ++ lib.optionals (pythonOlder "3.11") [ tomli ];',
    ),
    "a list that is not there": (
        ROW,
        "build-system = [ numpy ];",
        InputAddition(LIST, "packaging"),
        "{ buildPythonPackage, fetchPypi, numpy, packaging }",
        "build-system = [ numpy ];\n  dependencies = [ packaging ];",
    ),
    "by the set": (
        "{ python3Packages, buildPythonPackage, fetchPypi }",
        "dependencies = with python3Packages; [ numpy ];",
        InputAddition(LIST, "packaging"),
        "{ python3Packages, buildPythonPackage, fetchPypi }",
        "dependencies = with python3Packages; [ numpy packaging ];",
    ),
}


@pytest.mark.parametrize(("arguments", "before", "edit", "new", "after"), PAIRS.values(), ids=PAIRS)
def test_a_package_file_gets_what_its_list_names(
    arguments: str, before: str, edit: InputAddition, new: str, after: str
) -> None:
    assert written(arguments, before, edit) == f"{new}:\n{BODY.format(after)}"


@pytest.mark.parametrize("name", ["2to3", "version", "evil; x"])
def test_a_name_that_is_none_or_means_something_else_is_refused(name: str) -> None:
    """In a recursive set, ``version`` is the package's own."""
    with pytest.raises(PatchError):
        written(ROW, "dependencies = [ numpy ];", InputAddition(LIST, name))
