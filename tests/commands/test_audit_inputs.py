"""`updater audit --upstream --nix`: inputs against pinned sources and the package set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema  # type: ignore[import-untyped]  # it has no stubs of its own
import pytest

from tests.loopback.distributions import tarred
from tests.project import flat_hash, pypi_overlay
from tests.workshop import buildable, project_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.workshop import Workshop

SARIF = json.loads((Path(__file__).parent / "sarif.json").read_text())
RULES = (
    *("conditions", "cuda", "explicit-inputs", "minimal-inputs", "torch-missing"),
    "torch-override",
)
NUMPY = "super.python3Packages.numpy"
ON_LINUX = "super.lib.optionals super.stdenv.isLinux"
CUDA = (
    "from setuptools import setup\nfrom torch.utils.cpp_extension import CUDAExtension\n"
    "setup(ext_modules=[CUDAExtension('k', ['k.cu'])])\n"
)


def put(
    workshop: Workshop,
    name: str,
    inputs: str,
    requires: Sequence[str],
    *,
    setup: str = "",
    cython: str = "",
) -> None:
    """Release a package whose module imports the first of its requirements, with its overlay."""
    info = "".join(f"Requires-Dist: {text}\n" for text in requires)
    files = {
        "pyproject.toml": project_file(
            name, "1.0", name, extra=f"dependencies = {json.dumps(requires)}\n"
        ),
        "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{info}",
        f"{name}/__init__.py": f"import {requires[0]}\n",
        **({"setup.py": setup} if setup else {}),
        **({f"{name}/core.pyx": cython} if cython else {}),
    }
    sdist = tarred({f"{name}-1.0/{path}": text for path, text in files.items()})
    workshop.index.release(name, "1.0", files={f"{name}-1.0.tar.gz": sdist})
    text = pypi_overlay(name, "1.0", sri=flat_hash(sdist))
    listed = f"propagatedBuildInputs = with super.python3Packages; {inputs};\n"
    workshop.project.overlay(f"{name}.nix", buildable(text, listed))


@pytest.mark.thorough
@pytest.mark.nix
def test_inputs_are_judged_by_the_source_and_the_set_and_mended_where_that_builds(
    workshop: Workshop,
) -> None:
    """One package for each rule, and clean twins; what is mended is clean in the next run."""
    put(workshop, "brings", "[ torch-bin accelerate ]", ["torch", "accelerate"])
    put(workshop, "lacks", "[ numpy ]", ["numpy", "torch"])
    put(workshop, "idles", "[ numpy scipy ]", ["numpy"])
    put(workshop, "needs", "[ numpy ]", ["numpy", "tqdm"])
    marked = "tqdm; platform_machine == 'x86_64'"
    put(workshop, "chooses", f"[ numpy ] ++ {ON_LINUX} [ tqdm ]", ["numpy", marked])
    put(workshop, "compiles", "[ numpy ]", ["numpy"], setup=CUDA)
    given = "(accelerate.override { torch = torch-bin; })"
    put(workshop, "clean", f"[ torch-bin {given} ]", ["torch", "accelerate"])
    put(workshop, "cython", "[ numpy scipy ]", ["numpy"], cython="import scipy\n")
    put(workshop, "renamed", "[ np ]", ["numpy"])
    workshop.overlay()
    path = workshop.project.root / "overlays" / "renamed.nix"
    path.write_text(path.read_text().replace("super: {", f"super: let np = {NUMPY}; in {{", 1))
    arguments = ("audit", "--upstream", "--nix", *(f"--select={rule}" for rule in RULES))

    found = workshop.project.run(*arguments, "--json")

    told = {
        package["name"]: [(one["rule"], one["message"]) for one in package["findings"]]
        for package in found.json["packages"]
        if package["findings"]
    }
    cuda = (
        "cuda",
        "the source compiles CUDA code, and compiles has neither nvcc nor CUDA_HOME",
    )
    assert told == {
        "brings": [
            ("torch-override", "accelerate brings torch from source, and overlays use torch-bin")
        ],
        "chooses": [
            (
                "conditions",
                (
                    "tqdm is conditional here, and upstream says otherwise for aarch64-linux, "
                    "x86_64-darwin"
                ),
            )
        ],
        "compiles": [cuda],
        "idles": [("minimal-inputs", "the source neither requires nor imports scipy")],
        "lacks": [("torch-missing", "the source requires torch, and no input brings it")],
        "needs": [("explicit-inputs", "the source requires tqdm, and no input is that")],
    }, found.err
    assert found.json["unjudged"] == []
    log = workshop.project.run(*arguments, "--sarif").json
    jsonschema.Draft202012Validator(SARIF).validate(log)
    assert {result["ruleId"] for result in log["runs"][0]["results"]} == set(RULES)

    mended = workshop.project.run(*arguments, "--unsafe-fixes", "--json")

    assert {one["rule"] for one in mended.json["fixed"]} == {*RULES} - {"cuda"}
    assert len(mended.json["fixed"]) == len(RULES) - 1
    again = workshop.project.run(*arguments, "--unsafe-fixes", "--json")
    left = [one["message"] for package in again.json["packages"] for one in package["findings"]]
    assert (again.code, again.json["fixed"], left) == (1, [], [cuda[1]])
