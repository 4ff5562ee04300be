"""`bump` carries an overlay over to what the new release needs, and builds the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.project import FAKE

if TYPE_CHECKING:
    from tests.workshop import Workshop


def with_set(elements: str) -> str:
    return f"propagatedBuildInputs = with super.python3Packages; [ {elements} ];"


ADAPTED: dict[str, tuple[dict[str, str], str, str, list[tuple[str, str, str]]]] = {
    "a new requirement": (
        {"extra": 'dependencies = ["numpy", "Packaging>=20"]\n', "module": "import packaging\n"},
        with_set("numpy"),
        with_set("numpy packaging"),
        [("requirements", "propagatedBuildInputs", "packaging")],
    ),
    "torch, and what must be made with it": (
        {"extra": 'dependencies = ["torch", "accelerate"]\n'},
        with_set('super.python3Packages."torch-bin"'),
        with_set(
            'super.python3Packages."torch-bin" '
            '(accelerate.override { torch = super.python3Packages."torch-bin"; })'
        ),
        [("requirements", "propagatedBuildInputs", "accelerate")],
    ),
    "an import that nothing declares": (
        {"module": "import packaging, scipy\n"},
        with_set("numpy"),
        with_set("numpy packaging scipy"),
        [
            ("imports", "propagatedBuildInputs", "packaging"),
            ("imports", "propagatedBuildInputs", "scipy"),
        ],
    ),
    "a bound that the set exceeds": (
        {"extra": 'dependencies = ["numpy<2"]\n'},
        with_set("numpy"),
        f'{with_set("numpy")}\n      pythonRelaxDeps = [ "numpy" ];',
        [("bounds", "pythonRelaxDeps", "numpy")],
    ),
    "a bound that has moved": (
        {"extra": 'dependencies = ["numpy<=2.2"]\n'},
        with_set("numpy") + "\npostPatch = ''substituteInPlace pyproject.toml --replace-fail "
        "'numpy<=1.26.4' numpy'';",
        with_set("numpy") + "\n      postPatch = ''substituteInPlace pyproject.toml --replace-fail "
        "'numpy<=2.2' numpy'';",
        [("patches", "postPatch", "numpy<=1.26.4")],
    ),
}


@pytest.mark.parametrize(("release", "before", "after", "made"), ADAPTED.values(), ids=ADAPTED)
def test_a_release_gets_what_it_needs(
    workshop: Workshop,
    release: dict[str, str],
    before: str,
    after: str,
    made: list[tuple[str, str, str]],
) -> None:
    """The result is built; a second bump has nothing to do."""
    workshop.add("apple", "2.0", **release)
    workshop.overlay("apple", arguments=before)
    path = workshop.project.root / "overlays" / "apple.nix"
    text = path.read_text()

    result, packages = workshop.bump()

    apple = packages["apple"]
    assert (result.code, apple["status"]) == (0, "updated"), result.out + result.err
    assert apple["build"]["status"] == "passed"
    assert summary(apple) == made
    assert after in path.read_text()
    assert before.partition(chr(10))[0] in text


# Whatever pyproject.toml lists, nothing is taken.
EMPTY = """
from setuptools import setup
from setuptools.command.build_py import build_py

class Nothing(build_py):
    def run(self):
        pass

setup(cmdclass={"build_py": Nothing})
"""


def summary(package: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (one["kind"], one["field"], one["input"])
        for one in package["adaptations"]
        if one["applied"]
    ]


def test_what_needs_another_update_goes_with_it(workshop: Workshop) -> None:
    """Both are built together, dependencies first, and only together."""
    workshop.add("apple", "2.0", module="import pear\n", extra='dependencies = ["pear>=2"]\n')
    workshop.add("pear", "2.0")
    workshop.overlay("apple", arguments="propagatedBuildInputs = [ self.python3Packages.pear ];")
    workshop.overlay("pear")
    result, packages = workshop.bump()
    assert (result.code, workshop.version("apple"), workshop.version("pear")) == (0, "2.0", "2.0")
    assert summary(packages["apple"]) == [("siblings", "version", "pear")]

    workshop.overlay("apple", arguments="propagatedBuildInputs = [ self.python3Packages.pear ];")
    workshop.overlay("pear")
    result, packages = workshop.bump("apple")
    assert (result.code, packages["apple"]["reason"]) == (
        0,
        "2.0 needs a newer package of the overlays: it requires pear >= 2, and it is 1.0 there",
    )


def test_what_upstream_dropped_is_taken_out_where_nobody_lives_on_it(workshop: Workshop) -> None:
    """Pear imports what apple brings it; without `remove` it is advice."""
    needs = 'dependencies = ["numpy"]\n'
    for name in ("apple", "plum", "quince"):
        workshop.add(name, "1.0", extra=needs)
        workshop.add(name, "2.0")
        workshop.overlay(name, arguments=with_set("numpy packaging"))
    sri = workshop.add("pear", "1.0", module="import numpy\n")
    workshop.overlay("pear", arguments="propagatedBuildInputs = [ self.python3Packages.apple ];")
    path = workshop.project.root / "overlays" / "pear.nix"
    path.write_text(path.read_text().replace(FAKE, sri))
    removes = "{adapt: {remove: true}}"
    workshop.project.add_configuration(f"packages: {{apple: &x {removes}, plum: *x}}\n")

    result, packages = workshop.bump("apple", "plum", "quince")

    made = {
        name: [(one["kind"], one["input"], one["applied"]) for one in package["adaptations"]]
        for name, package in packages.items()
    }
    assert (result.code, made) == (
        0,
        {
            "apple": [("removals", "numpy", False)],
            "plum": [("removals", "numpy", True)],
            "quince": [("removals", "numpy", False)],
        },
    ), result.out
    texts = {
        name: (workshop.project.root / "overlays" / f"{name}.nix").read_text() for name in made
    }
    kept = with_set("numpy packaging")
    assert {name: kept in text for name, text in texts.items()} == {
        "apple": True,
        "plum": False,
        "quince": True,
    }
    assert with_set("packaging") in texts["plum"]


# A second top-level module, which pyproject.toml does not list.
FURTHER = """
open("further.py", "w").close()
from setuptools import setup
setup(py_modules=["further"])
"""
BROKEN = "import no_such_module\n"


def test_a_result_is_held_against_the_pin_before_it(workshop: Workshop) -> None:
    """Modules that are gone are named, and so is what was broken before or is not checked."""
    held = {
        "apple": workshop.add("apple", "1.0"),
        "pear": workshop.add("pear", "1.0", setup=FURTHER),
        "plum": workshop.add("plum", "1.0", module=BROKEN),
    }
    workshop.add("apple", "2.0", setup=EMPTY)
    workshop.add("pear", "2.0")
    workshop.add("plum", "2.0", module=BROKEN)
    for name, sri in held.items():
        workshop.overlay(name, arguments="dontCheckRuntimeDeps = true;")
        path = workshop.project.root / "overlays" / f"{name}.nix"
        path.write_text(path.read_text().replace(FAKE, sri))

    result, packages = workshop.bump("--no-adapt")

    messages = {
        name: package["error"]["message"].partition("\n")[0]
        for name, package in packages.items()
        if package["error"]
    }
    assert (result.code, messages) == (
        1,
        {
            "apple": "imports of python3Packages.apple: the built package has no module: nothing "
            "of it can be imported; the held pin has apple",
            "pear": "modules of python3Packages.pear: the held pin has the module further, and 2.0 "
            "does not have it",
            "plum": "imports of python3Packages.plum: the module no_such_module is missing; "
            "the held pin fails in the same way",
        },
    )
    assert [workshop.version(name) for name in held] == ["1.0", "1.0", "1.0"]
    assert packages["pear"]["build"]["checks"][-2:] == [
        {"name": "modules", "status": "failed", "detail": "further"},
        {
            "name": "requirements",
            "status": "skipped",
            "detail": "the overlay sets dontCheckRuntimeDeps",
        },
    ]

    workshop.configure(imports=["pear"])
    again = workshop.project.run("bump", "pear")
    assert (again.code, workshop.version("pear")) == (0, "2.0"), again.out
    assert "not sandboxed; not checked: requirements" in again.out
