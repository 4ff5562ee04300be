"""Real projects of the index, added to a copy of a project, built for real and imported."""

from __future__ import annotations

import io
import os
import re
import tarfile
from typing import TYPE_CHECKING

import httpx
import pytest
from packaging.version import Version

from tests.commands.test_live import sdists_of
from updater.config.load import load

if TYPE_CHECKING:
    from tests.workshop import Workshop

# The kinds of `tests.commands.additions`, by projects whose backends and needs the tiny package set
# has; but for one without a source distribution, whose repository is on another host.
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
        sdist = max(sdists_of(index, name), key=lambda one: Version(str(one.version)))
        answer = httpx.get(sdist.url, follow_redirects=True, timeout=120).raise_for_status()
        files = {sdist.filename: answer.content}
        workshop.index.release(name, str(sdist.version), files=files)
        if name == "vocos":
            put_what_the_repository_has(workshop, answer.content, str(sdist.version))
    workshop.overlay()
    tree = project.snapshot()

    refused = {}
    for name in ADDED.values():
        result = project.run("add", name, "--with-missing")
        if result.code:
            refused[name] = result.err

    assert refused == {}
    packages = project.run("bump", "--json").json["packages"]
    assert {one["status"] for one in packages} == {"current"}
    audited = project.run("audit", "--json")
    assert (audited.code, audited.json["findings"]) == (0, []), audited.out
    assert project.run("remove", *(one["name"] for one in packages)).code == 0
    assert project.snapshot() == tree


def put_what_the_repository_has(workshop: Workshop, content: bytes, version: str) -> None:
    """Tag what a source distribution has, and the files of requirements that it was built from."""
    files: dict[str, bytes | None] = {}
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive.getmembers():
            file, path = archive.extractfile(member), member.name.partition("/")[2]
            if file is not None:
                files[path] = file.read()
    (requires,) = [text for path, text in files.items() if path.endswith("egg-info/requires.txt")]
    page = re.search(rb"github\.com/([\w.-]+)/([\w.-]+)", files["PKG-INFO"] or b"")
    assert page is not None
    kept = {path: text for path, text in files.items() if not path.endswith("PKG-INFO")}
    base, *extras = (requires or b"").split(b"\n[")
    kept["requirements.txt"] = base
    for extra in extras:
        name, _, listed = extra.partition(b"]\n")
        kept[f"requirements-{name.decode()}.txt"] = listed
    repository = workshop.github.repository(page[1].decode(), page[2].decode())
    repository.tag(f"v{version}", repository.commit(kept))
    repository.settle()
