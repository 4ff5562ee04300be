"""Real projects of the index, added to a copy of a project, built for real and imported."""

from __future__ import annotations

import io
import os
import re
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from packaging.version import Version

from tests.commands.test_live import ROOT, files_of, sdists_of, tree_of_sdist
from tests.test_overlays_evaluate import LISTED as FILES
from updater.config.load import load
from updater.model import normalized_name

if TYPE_CHECKING:
    from tests.workshop import Workshop

# The kinds of `tests.commands.additions`, by projects whose backends and needs the tiny package set
# has. Where the source is a tag, the repository has what a file of the index has and what it lacks.
ADDED = {
    "setuptools with setup.py": "transformers-stream-generator",
    "hatchling": "ema-pytorch",
    "poetry": "tomlkit",
    "flit": "editables",
    "setuptools-scm": "pluggy",
    "src layout": "iniconfig",
    "C extension": "markupsafe",
    "namespace package": "backports.tarfile",
    "extras": "PyJWT[crypto]",
    "markers": "tzlocal",
    "data files": "certifi",
    "no source distribution": "typish",
    "a source distribution that cannot build": "vocos",
    "another import name": "python-dotenv",
    "torch user": "rotary-embedding-torch",
}


@pytest.mark.live
@pytest.mark.thorough  # whole archives
def test_real_projects_are_added_and_go_without_a_trace(workshop: Workshop) -> None:
    """Each builds as it is written; `audit` finds nothing, and `bump` nothing newer."""
    project = workshop.project
    index = load(project.root, os.devnull).index
    names = [name.partition("[")[0] for name in ADDED.values()]
    for name in names:
        listed = sdists_of(index, name) or files_of(index, name).packages
        file = max(listed, key=lambda one: Version(str(one.version)))
        answer = httpx.get(file.url, follow_redirects=True, timeout=120).raise_for_status()
        workshop.index.release(name, str(file.version), files={file.filename: answer.content})
        if name in TREES:
            tag(workshop, TREES[name](answer.content), str(file.version))
    put_project(workshop)
    tree = project.snapshot()

    refused = {}
    for name in ADDED.values():
        result = project.run("add", name, "--with-missing")
        if result.code:
            refused[name] = result.err

    assert refused == {}
    added = [normalized_name(name) for name in names]
    packages = project.run("bump", "--json", *added).json["packages"]
    assert {one["status"] for one in packages} == {"current"}
    audited = project.run("audit", "--json")
    assert (audited.code, audited.json["findings"]) == (0, []), audited.out
    assert project.run("remove", *(one["name"] for one in packages)).code == 0
    assert project.snapshot() == tree


LEFT_OUT = {*ADDED.values(), "f5-tts", "pi-zero-pytorch"}
SCRIPT = """\
from setuptools import find_packages, setup
told = {}
exec(open("typish/_meta.py").read(), told)
setup(name=told["__title__"], version=told["__version__"], packages=find_packages())
"""


def put_project(workshop: Workshop) -> None:
    """Copy the project's overlays, but for what is added and what uses that."""
    project = workshop.project
    kept = [file for file in FILES if Path(file).stem not in LEFT_OUT]
    for file in kept:
        target = project.root / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, target)
    listed = " ".join(f"(import ./{file})" for file in kept)
    (project.root / "default.nix").write_text(
        f"{{ }}: import {workshop.tiny} {{ overlays = [ {listed} ]; }}\n"
    )


def tree_of_wheel(content: bytes) -> dict[str, bytes]:
    """The modules of a wheel, with a script that takes name and version out of them."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name[-1:] != "/"}
    (info,) = [text for path, text in files.items() if path.endswith(".dist-info/METADATA")]
    modules = {path: text for path, text in files.items() if ".dist-info/" not in path}
    return {**modules, "setup.py": SCRIPT.encode(), "PKG-INFO": info}


TREES = {"vocos": tree_of_sdist, "typish": tree_of_wheel}


def tag(workshop: Workshop, files: dict[str, bytes], version: str) -> None:
    """Tag a source in the repository that its PKG-INFO names, which itself is in no repository."""
    page = re.search(rb"github\.com/([\w.-]+)/([\w.-]+)", files["PKG-INFO"])
    assert page is not None
    kept = {path: text for path, text in files.items() if not path.endswith("PKG-INFO")}
    repository = workshop.github.repository(page[1].decode(), page[2].decode())
    repository.tag(f"v{version}", repository.commit(kept))
    repository.settle()
