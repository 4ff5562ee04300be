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


def test_a_release_without_any_module_is_not_written(workshop: Workshop) -> None:
    workshop.add("apple", "2.0", setup=EMPTY)
    workshop.overlay("apple")
    result, packages = workshop.bump()
    assert (result.code, workshop.version("apple")) == (1, "1.0")
    assert packages["apple"]["error"]["message"].startswith(
        "imports of python3Packages.apple: the built package has no module"
    )


def test_what_was_broken_before_says_so(workshop: Workshop) -> None:
    """The held pin fails in the same way; with a mended one, it is the release that fails."""
    old = workshop.add("apple", "1.0", module="import no_such_module\n")
    workshop.add("apple", "2.0", module="import no_such_module\n")
    workshop.overlay("apple")
    path = workshop.project.root / "overlays" / "apple.nix"
    path.write_text(path.read_text().replace(FAKE, old))
    result, packages = workshop.bump()
    assert (result.code, packages["apple"]["build"]["diagnosis"]["message"]) == (
        1,
        "the module no_such_module is missing; the held pin fails in the same way",
    )
