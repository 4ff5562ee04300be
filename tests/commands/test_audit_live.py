"""The project's own overlays by every rule, against what the package index has of their pins.

What comes from a repository is put into a loopback one, as its source distribution has it.
"""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.commands.test_live import sdists_of
from tests.loopback.distributions import core_metadata, wheel
from tests.loopback.messages import Response
from tests.project import unpacked_hash
from tests.test_overlays_evaluate import LISTED
from updater.config.load import load

if TYPE_CHECKING:
    from tests.workshop import Workshop

ROOT = Path(__file__).parent.parent.parent
# Which are not compared: three have no source distribution, or not all of their source in it; one
# is a branch, one a file of 36 MB, and einops is nixpkgs' own.
LEFT_OUT = {"bitsandbytes", "einops", "f5-tts", "pi-zero-pytorch", "vocos", "x-transformers"}

# Those of a repository that the index's metadata names, by their modules.
INDEXED = {"cached-path": "cached_path", "einx": "einx"}


@pytest.mark.live
@pytest.mark.nix
def test_the_projects_own_overlays_break_no_rule_with_their_sources_and_the_package_set(
    workshop: Workshop, tmp_path: Path
) -> None:
    """`audit --upstream --nix` finds nothing, and says of what it could not judge why."""
    project = workshop.project
    index = load(project.root, os.devnull).index
    for file in LISTED:
        path = project.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        home = f'homepage = "{workshop.index.server.url}/home'
        text = (ROOT / file).read_text().replace('homepage = "https://github.com', home)
        path.write_text(text)
    workshop.index.server.route("GET", "/home/.+", lambda _: Response(200))
    imports = " ".join(f"(import ./{file})" for file in LISTED)
    entry = f"{{ }}: import {workshop.tiny} {{ overlays = [ {imports} ]; }}\n"
    (project.root / "default.nix").write_text(entry)
    for package in project.run("list", "--json").json["packages"]:
        if package["name"] not in LEFT_OUT:
            release(workshop, index, package, tmp_path)
    result = project.run("audit", "--upstream", "--nix", "--json")
    found = [one for package in result.json["packages"] for one in package["findings"]]
    told = [(one["rule"], one["file"], one["message"]) for one in found]
    assert told + result.json["findings"] == [], result.err
    unjudged = {Path(one["file"]).stem for one in result.json["unjudged"]}
    assert (result.code, unjudged) == (0, LEFT_OUT)


def release(workshop: Workshop, index: str, package: dict[str, object], folder: Path) -> None:
    """Give a package the source distribution of its pinned version, where its overlay has it."""
    name, version, source = str(package["name"]), str(package["version"]), package["source"]
    assert isinstance(source, dict)
    (sdist,) = [one for one in sdists_of(index, name) if one.version == version]
    answer = httpx.get(sdist.url, follow_redirects=True, timeout=120).raise_for_status()
    if package["fetcher"] == "fetchPypi":
        workshop.index.release(name, version, files={sdist.filename: answer.content})
        return
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as archive:
        files = {
            member.name.partition("/")[2]: read.read().decode()
            for member in archive
            if member.name.endswith((".py", ".toml", ".cfg", "PKG-INFO", "LICENSE"))
            and (read := archive.extractfile(member)) is not None
        }
    repository = workshop.github.repository(source["owner"], source["repo"])
    tag = str(source["tag"])
    repository.tag(tag, repository.commit(files))
    path = workshop.project.root / str(package["file"])
    if name in INDEXED:
        page = f"Project-URL: Source, {workshop.github.url}/{source['owner']}/{source['repo']}\n"
        file = f"{INDEXED[name]}-{version}-py3-none-any.whl"
        metadata = core_metadata(name, version, None) + page
        content = wheel(file, INDEXED[name], version, metadata)
        workshop.index.release(name, version, files={sdist.filename: answer.content, file: content})
    true = unpacked_hash(repository, tag, folder)
    path.write_text(path.read_text().replace(source["hash"], true))
