"""The package index on loopback, seen through httpx and pip."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.loopback.index import HTML, JSON
from tests.loopback.store import environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.index import Index

ACCEPT_JSON = {"Accept": JSON}


def test_a_project_is_listed_as_json(index: Index) -> None:
    (old,) = index.release("ema-pytorch", "0.7.6", files=["ema-pytorch-0.7.6.tar.gz"], yanked="")
    new = index.release(
        "ema_pytorch",
        "0.7.7",
        files={"ema_pytorch-0.7.7.tar.gz": b"sdist", "ema_pytorch-0.7.7-py3-none-any.whl": b"w"},
        upload_time="2025-02-01T10:00:00.000000Z",
        yanked="broken",
        requires_python=">=3.9",
    )
    index.release("ema_pytorch", "0.7.8", files={"ema_pytorch-0.7.8.tar.gz": b""}, upload_time=None)
    answer = httpx.get(f"{index.url}ema-pytorch/", headers=ACCEPT_JSON)
    assert (answer.status_code, answer.headers["content-type"]) == (200, JSON)
    digests = [
        hashlib.sha256(content).hexdigest() for content in (old.content, b"sdist", b"w", b"")
    ]
    base = index.server.url
    assert answer.json() == {
        "meta": {"api-version": "1.1"},
        "name": "ema-pytorch",
        "versions": ["0.7.6", "0.7.7", "0.7.8"],
        "files": [
            {
                "filename": "ema-pytorch-0.7.6.tar.gz",
                "url": f"{base}{old.path}",
                "hashes": {"sha256": digests[0]},
                "size": len(old.content),
                "requires-python": None,
                "yanked": True,
                "upload-time": "2025-01-01T00:00:00.000000Z",
            },
            {
                "filename": "ema_pytorch-0.7.7.tar.gz",
                "url": f"{base}{new[0].path}",
                "hashes": {"sha256": digests[1]},
                "size": 5,
                "requires-python": ">=3.9",
                "yanked": "broken",
                "upload-time": "2025-02-01T10:00:00.000000Z",
            },
            {
                "filename": "ema_pytorch-0.7.7-py3-none-any.whl",
                "url": f"{base}{new[1].path}",
                "hashes": {"sha256": digests[2]},
                "size": 1,
                "requires-python": ">=3.9",
                "yanked": "broken",
                "core-metadata": True,
                "dist-info-metadata": True,
                "upload-time": "2025-02-01T10:00:00.000000Z",
            },
            {
                "filename": "ema_pytorch-0.7.8.tar.gz",
                "url": f"{base}/files/{digests[3][:2]}/{digests[3][2:]}/ema_pytorch-0.7.8.tar.gz",
                "hashes": {"sha256": digests[3]},
                "size": 0,
                "requires-python": None,
                "yanked": False,
            },
        ],
    }


@pytest.mark.parametrize("accept", ["*/*", HTML, "text/html"])
def test_a_project_is_listed_as_html(index: Index, accept: str) -> None:
    (file,) = index.release(
        "einx", "1.0", files={"einx-1.0.tar.gz": b"x"}, yanked="bad", requires_python="<4"
    )
    answer = httpx.get(f"{index.url}einx/", headers={"Accept": accept})
    assert answer.headers["content-type"] == (HTML if accept == HTML else "text/html")
    assert answer.text.splitlines() == [
        "<!DOCTYPE html>",
        "<title>Links for einx</title>",
        (
            f'<a href="{index.server.url}{file.path}#sha256={file.sha256}"'
            ' data-requires-python="&lt;4" data-yanked="bad">einx-1.0.tar.gz</a><br>'
        ),
    ]


@pytest.mark.parametrize("name", ["Ema_PyTorch/", "ema.pytorch/", "ema-pytorch"])
def test_another_spelling_is_redirected(index: Index, name: str) -> None:
    index.release("ema-pytorch", "0.7.7")
    answer = httpx.get(f"{index.url}{name}", headers=ACCEPT_JSON)
    assert (answer.status_code, answer.headers["location"]) == (301, "/simple/ema-pytorch/")


def test_an_unknown_project_is_not_found(index: Index) -> None:
    assert httpx.get(f"{index.url}none/").status_code == 404
    assert httpx.get(f"{index.server.url}/packages/source/n/none/none-1.tar.gz").status_code == 404


def test_an_unchanged_listing_is_not_sent_again(index: Index) -> None:
    index.release("einx", "1.0")
    first = httpx.get(f"{index.url}einx/", headers=ACCEPT_JSON)
    held = {**ACCEPT_JSON, "If-None-Match": first.headers["etag"]}
    assert first.headers["vary"] == "Accept"
    assert httpx.get(f"{index.url}einx/", headers=held).status_code == 304
    index.release("einx", "1.1")
    assert httpx.get(f"{index.url}einx/", headers=held).status_code == 200


def test_the_address_of_fetchpypi_leads_to_the_file(index: Index) -> None:
    (file,) = index.release("ema-pytorch", "0.7.7")
    url = f"{index.server.url}/packages/source/e/ema_pytorch/ema_pytorch-0.7.7.tar.gz"
    answer = httpx.get(url, follow_redirects=True)
    assert [one.status_code for one in answer.history] == [302]
    assert hashlib.sha256(answer.content).hexdigest() == file.sha256


def test_a_made_sdist_is_real_and_each_time_the_same(index: Index) -> None:
    (file,) = index.release("ema-pytorch", "0.7.7", requires_python=">=3.9")
    assert file.filename == "ema_pytorch-0.7.7.tar.gz"
    with tarfile.open(fileobj=io.BytesIO(file.content)) as archive:
        held = {
            member.name: (archive.extractfile(member) or io.BytesIO()).read().decode()
            for member in archive
        }
    assert held == {
        "ema_pytorch-0.7.7/PKG-INFO": (
            "Metadata-Version: 2.1\nName: ema-pytorch\nVersion: 0.7.7\nRequires-Python: >=3.9\n"
        ),
        "ema_pytorch-0.7.7/pyproject.toml": (
            '[build-system]\nrequires = ["setuptools"]\n'
            'build-backend = "setuptools.build_meta"\n\n'
            '[project]\nname = "ema-pytorch"\nversion = "0.7.7"\nrequires-python = ">=3.9"\n'
        ),
        "ema_pytorch-0.7.7/ema_pytorch/__init__.py": "",
    }
    (again,) = index.release("ema-pytorch", "0.7.7", requires_python=">=3.9")
    assert again == file


def test_pip_downloads_and_checks_a_wheel(index: Index, tmp_path: Path) -> None:
    index.release("ema-pytorch", "0.7.7", files=["ema_pytorch-0.7.7-py3-none-any.whl"])
    index.release(
        "ema-pytorch", "0.8.0", files=["ema_pytorch-0.8.0-py3-none-any.whl"], yanked="bad"
    )
    index.release(
        "ema-pytorch",
        "0.9.0",
        files=["ema_pytorch-0.9.0-py3-none-any.whl"],
        requires_python=">=99",
    )
    options = ["--isolated", "--disable-pip-version-check", "--no-cache-dir", "--quiet"]
    where = ["--index-url", index.url, "--dest", str(tmp_path / "got")]
    done = subprocess.run(
        [sys.executable, "-m", "pip", *options, "download", *where, "ema_pytorch"],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert [path.name for path in (tmp_path / "got").iterdir()] == [
        "ema_pytorch-0.7.7-py3-none-any.whl"
    ]
