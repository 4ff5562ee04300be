"""`bump` carries an overlay over to what the new release needs, and builds the result."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.loopback.distributions import core_metadata, tarred, wheel
from tests.project import FAKE, flat_hash
from updater.model.adaptation import ADAPTATION_KINDS

if TYPE_CHECKING:
    from tests.workshop import Workshop


def with_set(elements: str) -> str:
    return f"propagatedBuildInputs = with super.python3Packages; [ {elements} ];"


GOLDEN = Path(__file__).parent / "adapted"
STYLES = [
    ("guide", "modern", "terse"),
    # The values of sets; names of a let, and a list that another package shares.
    pytest.param(("values", "bound"), marks=pytest.mark.thorough),
]
# Another backend; a bound that the set exceeds; one that moved and one that is gone, of which the
# overlays knew; new requirements, one of which is made with another torch, one that only Linux has,
# one with an extra, and one of the overlays that this run moves; a plain import; one that is gone.
PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "{name}"
version = "2.0"
dependencies = [
    "accelerate", "base>=2", "httpx[http2]", "numpy<2", "nvidia-ml-py; sys_platform == 'linux'",
    "Packaging>=20", "scipy<=1.12", "torch", "tqdm",
]
"""
EINOPS = "import einops\n"
BEFORE = 'dependencies = ["loguru", "numpy", "scipy", "torch", "tqdm"]\n'


@pytest.mark.parametrize("styles", STYLES, ids=" ".join)
def test_all_that_a_release_needs_is_written_in_each_overlays_own_style(
    workshop: Workshop, styles: tuple[str, ...]
) -> None:
    """Each kind of edit in each overlay; the results are built; the same bump changes nothing."""
    project, paths = workshop.project, {}
    workshop.add("base", "2.0")
    workshop.overlay("base")
    removes = "{adapt: {remove: true}}"
    policies = ", ".join(f"{name}: {removes}" for name in styles)
    project.add_configuration(f"packages: {{{policies}}}\n")
    for name in styles:
        workshop.add(name, "1.0", extra=BEFORE)
        files = {"pyproject.toml": PYPROJECT.format(name=name), f"{name}/__init__.py": EINOPS}
        content = tarred({f"{name}-2.0/{path}": text for path, text in files.items()})
        workshop.index.release(name, "2.0", files={f"{name}-2.0.tar.gz": content})
        before = (GOLDEN / f"{name}.before.nix").read_text().replace("HASH", FAKE)
        paths[name] = flat_hash(content), project.overlay(f"{name}.nix", before)
    workshop.overlay()

    result, packages = workshop.bump("base", *styles)

    names = ("base", *styles)
    ends = {name: (one["status"], one["written"]) for name, one in packages.items()}
    assert (result.code, ends) == (0, dict.fromkeys(names, ("updated", True))), result.out
    for name, (sri, path) in paths.items():
        after = GOLDEN / f"{name}.after.nix"
        shown = path.read_text().replace(sri, "HASH")
        if os.environ.get("GOLDEN") == "write":
            after.write_text(shown)
        assert shown == after.read_text()
        made = {(one["kind"], one["applied"]) for one in packages[name]["adaptations"]}
        takes_out = name != "bound"  # whose list is another package's, too
        assert made == {("removals", takes_out), *((kind, True) for kind in ADAPTATION_KINDS)}
    again = project.run("bump", "--json", "base", *styles)
    assert {one["status"] for one in again.json["packages"]} == {"current"}


EXTENSION = """final: prev: {
  pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [
    (pyfinal: _: { olive = pyfinal.callPackage ./olive { }; })
  ];
}
"""
FILE = """{{
  buildPythonPackage,
  fetchPypi,
  setuptools,
  numpy,
{}}}:

buildPythonPackage rec {{
  pname = "olive";
  version = "{}";
  pyproject = true;

  src = fetchPypi {{
    inherit pname version;
    hash = "{}";
  }};

  build-system = [ setuptools ];

  dependencies = [
    numpy
{}  ];
}}
"""


def test_a_package_file_of_an_extension_gets_further_arguments(workshop: Workshop) -> None:
    """What `callPackage` gives it, it names; the result is built."""
    needs = 'dependencies = ["accelerate", "numpy", "packaging"]\n'
    new = workshop.add("olive", "2.0", module="import einops\n", extra=needs)
    project = workshop.project
    (project.root / "overlays" / "olive").mkdir()
    path = project.overlay("olive/default.nix", FILE.format("", "1.0", FAKE, ""))
    project.overlay("default.nix", EXTENSION)
    overlays = "[ (import ./overlays) ]"
    text = f"{{ }}: import {workshop.tiny} {{ overlays = {overlays}; }}\n"
    (project.root / "default.nix").write_text(text)

    result, packages = workshop.bump()

    assert (result.code, packages["olive"]["status"]) == (0, "updated"), result.out
    names = ("accelerate", "packaging", "einops")
    arguments = "".join(f"  {name},\n" for name in names)
    elements = "".join(f"    {name}\n" for name in names)
    assert path.read_text() == FILE.format(arguments, "2.0", new, elements)


PLAIN = """{{ python3Packages, fetchPypi }}:
python3Packages.buildPythonPackage rec {{
  pname = "olive";
  version = "{}";
  pyproject = true;
  src = fetchPypi {{ inherit pname version; hash = "{}"; }};
  build-system = [ python3Packages.setuptools ];
  dependencies = with python3Packages; [ numpy{} ];
}}
"""


@pytest.mark.thorough
def test_what_a_file_cannot_require_on_one_system_alone_is_told(workshop: Workshop) -> None:
    """The build asks for it here; nothing in the file names what tells systems apart."""
    needs = 'dependencies = ["numpy", "packaging; sys_platform == \'linux\'"]\n'
    new = workshop.add("olive", "2.0", extra=needs)
    project = workshop.project
    (project.root / "overlays" / "olive").mkdir()
    path = project.overlay("olive/default.nix", PLAIN.format("1.0", FAKE, ""))
    project.overlay("default.nix", "final: prev: { olive = final.callPackage ./olive { }; }\n")
    text = f"{{ }}: import {workshop.tiny} {{ overlays = [ (import ./overlays) ]; }}\n"
    (project.root / "default.nix").write_text(text)

    result, packages = workshop.bump()

    assert (result.code, packages["olive"]["status"]) == (0, "updated"), result.out
    assert path.read_text() == PLAIN.format("2.0", new, " packaging")
    assert [(own["input"], own["reason"]) for own in packages["olive"]["adaptations"]] == [
        ("packaging", "the build requires it; upstream only on some systems")
    ]


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
    """Both are built together, and only together; of what nobody has it is said where it is."""
    workshop.add("apple", "2.0", module="import pear\n", extra='dependencies = ["pear>=2"]\n')
    workshop.add("pear", "2.0")
    workshop.add("plum", "1.0")
    workshop.add("plum", "2.0", extra='dependencies = ["fig>=1", "nope"]\n')
    workshop.add("fig", "1.0")
    workshop.overlay("apple", arguments="propagatedBuildInputs = [ self.python3Packages.pear ];")
    workshop.overlay("pear", "plum")
    result, packages = workshop.bump()
    ends = result.code, workshop.version("apple"), workshop.version("pear")
    assert ends == (0, "2.0", "2.0"), result.out
    needs = "2.0 needs packages that neither the overlays nor the package set have: fig>=1, nope"
    assert packages["plum"]["reason"] == needs
    assert [
        one["message"] for one in packages["plum"]["warnings"] if "index" in one["message"]
    ] == [
        "`updater add fig` makes a package of fig from the index",
        "nope is not on the package index",
    ]
    assert summary(packages["apple"]) == [("siblings", "version", "pear")]

    workshop.overlay("apple", arguments="propagatedBuildInputs = [ self.python3Packages.pear ];")
    workshop.overlay("pear")
    result, packages = workshop.bump("apple")
    assert (result.code, packages["apple"]["reason"]) == (
        0,
        "2.0 needs a newer package set: it requires pear >= 2, and it is 1.0 there",
    )


# What it requires only runs tell; without pyproject.toml's own list no build compares it.
COMPUTED = """
from setuptools import setup
setup(install_requires=["%s" % name for name in ("numpy", "packaging")])
"""


@pytest.mark.thorough
def test_an_input_that_would_break_a_rule_of_the_audit_is_not_written(workshop: Workshop) -> None:
    """The overlay of `pear` stands behind that of `apple`: the rule is told, nothing is written."""
    workshop.add("apple", "2.0", extra='dependencies = ["pear>=1"]\n')
    sri = workshop.add("pear", "1.0")
    inputs = "propagatedBuildInputs = with super.python3Packages; [ numpy ];\n"
    workshop.overlay("apple", "pear", arguments=inputs)
    pear = workshop.project.root / "overlays" / "pear.nix"
    pear.write_text(pear.read_text().replace(FAKE, sri))
    _, packages = workshop.bump("apple")
    message = (
        "+ pear is not written, since it would break overlay-order: overlays/apple.nix uses pear, "
        "which overlays/pear.nix adds further down"
    )
    assert message in [warning["message"] for warning in packages["apple"]["warnings"]]
    assert (packages["apple"]["written"], workshop.version("apple")) == (None, "1.0")


def test_a_release_that_requires_itself_gets_what_its_extra_needs(workshop: Workshop) -> None:
    """A build looks for each requirement before the package itself is there."""
    workshop.overlay("pear", arguments="propagatedBuildInputs = [ ];\n")
    workshop.add(
        "pear",
        "2.0",
        module="import tqdm\n",
        extra='dependencies = ["pear[fast]"]\noptional-dependencies = {fast = ["tqdm"]}\n',
    )
    result, packages = workshop.bump()
    assert packages["pear"]["status"] == "updated", result.out
    text = (workshop.project.root / "overlays" / "pear.nix").read_text()
    assert "propagatedBuildInputs = [ super.python3Packages.tqdm ];" in text
    assert 'pythonRemoveDeps = [ "pear" ];' in text
    said = [(own["field"], own["input"]) for own in packages["pear"]["adaptations"]]
    assert said == [("pythonRemoveDeps", "pear"), ("propagatedBuildInputs", "tqdm")]


def test_a_release_whose_code_requires_itself_is_repaired(workshop: Workshop) -> None:
    """Only its build says so, and not the extra; what its import lacks is found in turn."""
    workshop.overlay("pear", arguments="propagatedBuildInputs = [ ];\n")
    workshop.add(
        "pear",
        "2.0",
        module="import tqdm\n",
        extra='dynamic = ["dependencies"]\noptional-dependencies = {fast = ["tqdm"]}\n',
        setup='from setuptools import setup\nsetup(install_requires=["%s[fast]" % "pear"])\n',
    )
    result, packages = workshop.bump()
    pear = packages["pear"]
    assert pear["status"] == "updated", result.out
    text = (workshop.project.root / "overlays" / "pear.nix").read_text()
    assert "propagatedBuildInputs = [ super.python3Packages.tqdm ];" in text
    assert 'pythonRemoveDeps = [ "pear" ];' in text
    said = [(own["field"], own["input"], own["reason"]) for own in pear["adaptations"]]
    assert said == [
        ("pythonRemoveDeps", "pear", "2.0 requires itself, which no build can find"),
        ("propagatedBuildInputs", "tqdm", "the module tqdm is imported, not declared"),
    ]
    extras = (
        "the build does not say with which of its extras it requires itself: add what they need to "
        "propagatedBuildInputs, unless it is there"
    )
    assert {"code": "requirements", "message": extras} in pear["warnings"]


def test_what_only_code_declares_is_read_from_what_was_built(workshop: Workshop) -> None:
    workshop.add("apple", "2.0", extra='dynamic = ["dependencies"]\n', setup=COMPUTED)
    workshop.overlay("apple", arguments=f'format = "setuptools"; {with_set("numpy")}')
    result, packages = workshop.bump()
    assert (result.code, summary(packages["apple"])) == (
        0,
        [("requirements", "propagatedBuildInputs", "packaging")],
    ), result.out
    text = (workshop.project.root / "overlays" / "apple.nix").read_text()
    assert with_set("numpy packaging") in text


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


def test_a_pin_is_not_built_where_its_wheel_shows_that_no_module_is_lost(
    workshop: Workshop,
) -> None:
    """A module that the wheel alone has is looked for in what Nix builds of the pin."""
    for name, module in (("medlar", "medlar"), ("rowan", "further")):
        sri = workshop.add(name, "1.0")
        wheel_name = f"{name}-1.0-py3-none-any.whl"
        metadata = core_metadata(name, "1.0", None)
        workshop.index.release(
            name, "1.0", files={wheel_name: wheel(wheel_name, module, "1.0", metadata)}
        )
        workshop.add(name, "2.0")
        workshop.overlay(name)
        path = workshop.project.root / "overlays" / f"{name}.nix"
        path.write_text(path.read_text().replace(FAKE, sri))

    result, packages = workshop.bump()

    assert (result.code, {one["status"] for one in packages.values()}) == (0, {"updated"})
    store = Path(os.environ["NIX_STORE_DIR"])
    built = [path.name for path in store.iterdir() if path.is_dir()]
    held = [name for name in packages if any(path.endswith(f"-{name}-1.0") for path in built)]
    assert held == ["rowan"]
