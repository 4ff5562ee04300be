"""Real sources from the package index have the hashes that Nix, tar and GitHub give them."""

from __future__ import annotations

import hashlib
import io
import tarfile
from typing import TYPE_CHECKING

import pypi_simple
import pytest

from tests.hashing.oracles import fetchzip, nix_prefetch
from tests.hashing.trees import gzipped, in_pieces
from updater.hashing.archive import hash_archive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.real_nix import Nix

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def index() -> Iterator[pypi_simple.PyPISimple]:
    with pypi_simple.PyPISimple(pypi_simple.PYPI_SIMPLE_ENDPOINT) as client:
        yield client


def _download(index: pypi_simple.PyPISimple, project: str, filename: str) -> bytes:
    found = [
        package
        for package in index.get_project_page(project).packages
        if package.filename == filename
    ]
    answer = index.s.get(found[0].url, timeout=60)
    answer.raise_for_status()
    assert hashlib.sha256(answer.content).hexdigest() == found[0].digests["sha256"]
    return answer.content


@pytest.mark.nix
@pytest.mark.parametrize(
    ("project", "filename"),
    [
        ("six", "six-1.17.0.tar.gz"),  # setuptools
        ("idna", "idna-3.10.tar.gz"),  # flit
        ("tomlkit", "tomlkit-0.13.2.tar.gz"),  # poetry
        ("hatchling", "hatchling-1.27.0.tar.gz"),  # hatch
    ],
)
def test_sdists_of_every_build_tool_are_hashed_alike(
    tmp_path: Path, nix: Nix, index: pypi_simple.PyPISimple, project: str, filename: str
) -> None:
    """And their metadata is among what is kept, so that nothing is downloaded for it."""
    data = _download(index, project, filename)
    archive = tmp_path / filename
    archive.write_bytes(data)

    unpacked = hash_archive(in_pieces(data), filename=filename)

    assert unpacked.sri == nix_prefetch(nix, archive)
    assert unpacked.sri == fetchzip(nix, archive, tmp_path / "scratch")
    assert b"Name: " + project.encode() in unpacked.files["PKG-INFO"]


@pytest.mark.nix
def test_a_wheel_is_hashed_as_unzip_unpacks_it(
    tmp_path: Path, nix: Nix, index: pypi_simple.PyPISimple
) -> None:
    data = _download(index, "idna", "idna-3.10-py3-none-any.whl")
    archive = tmp_path / "wheel.zip"
    archive.write_bytes(data)
    unpacked = hash_archive(in_pieces(data), filename="wheel.zip", unpacking="flat")
    assert unpacked.sri == fetchzip(nix, archive, tmp_path / "scratch", strip_root=False)


@pytest.mark.parametrize(
    ("project", "version", "hash_on_github"),
    [
        (
            "accelerated-scan",
            "0.3.1",
            "sha256-zrAoA0CigogqML2K6dVNC1hfpY/ZB7yh+6LJXd9A9gs=",
        ),
        (
            "accelerated-scan",
            "0.3.0",
            "sha256-DoN9Zd+Ro+K5cj8wZ9KpeEie7rcpifQwK1fbo5yKb/o=",
        ),
        ("pi-zero-pytorch", "0.5.9", "sha256-RD+15+m+a2IPJNpDfOrO9Za1YOtTnrb10uhAtcGApdo="),
    ],
)
def test_what_fetchfromgithub_pins_is_reproduced(
    index: pypi_simple.PyPISimple, project: str, version: str, hash_on_github: str
) -> None:
    """Hatch puts the whole repository into its sdist, and adds only ``PKG-INFO``."""
    filename = f"{project.replace('-', '_')}-{version}.tar.gz"
    data = _download(index, project, filename)
    buffer = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(data)) as sdist,
        tarfile.open(fileobj=buffer, mode="w") as repository,
    ):
        for member in sdist:
            if not member.name.endswith("/PKG-INFO"):
                repository.addfile(member, sdist.extractfile(member) if member.isfile() else None)
    unpacked = hash_archive([gzipped(buffer.getvalue())], filename=filename)
    assert str(unpacked.sri) == hash_on_github
