"""GitHub's archives on loopback, seen through curl, httpx, tarfile and zipfile."""

from __future__ import annotations

import io
import subprocess
import tarfile
import zipfile
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.loopback.faults import Cut
from tests.loopback.store import environment
from tests.loopback_checks.example import AUTHORISED

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback_checks.example import Example


@pytest.mark.parametrize(
    ("ref", "folder", "commit"),
    [
        ("0.7.7", "ema-pytorch-0.7.7", "first"),
        ("refs/tags/v0.8.0", "ema-pytorch-0.8.0", "second"),
        ("v0.8.0", "ema-pytorch-0.8.0", "second"),
        ("side/one", "ema-pytorch-side-one", "side"),
        ("refs/heads/main", "ema-pytorch-main", "head"),
    ],
)
def test_an_archive_comes_from_codeload_and_names_its_commit(
    github: GitHub, example: Example, ref: str, folder: str, commit: str
) -> None:
    url = f"{github.url}/lucidrains/ema-pytorch/archive/{ref}.tar.gz"
    answer = httpx.get(url, follow_redirects=True, headers=AUTHORISED)
    assert answer.url == f"{github.codeload.url}/lucidrains/ema-pytorch/tar.gz/{ref}"
    assert [one.status_code for one in answer.history] == [302]
    assert "content-length" not in answer.headers
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as archive:
        assert archive.pax_headers["comment"] == getattr(example, commit)
        assert {name.split("/")[0] for name in archive.getnames()} == {folder}
    assert [request.authorization for request in github.codeload.requests()] == [None]


def test_an_archive_holds_what_git_exports(github: GitHub, example: Example) -> None:
    url = f"{github.codeload.url}/lucidrains/ema-pytorch/tar.gz/{example.second}"
    with tarfile.open(fileobj=io.BytesIO(httpx.get(url).content)) as archive:
        members = {
            member.name.partition("/")[2]: (member.type, member.mode & 0o111, member.linkname)
            for member in archive
        }
    assert members == {
        "": (tarfile.DIRTYPE, 0o111, ""),
        ".gitattributes": (tarfile.REGTYPE, 0, ""),
        "ema_pytorch": (tarfile.DIRTYPE, 0o111, ""),
        "ema_pytorch/__init__.py": (tarfile.REGTYPE, 0, ""),
        "link": (tarfile.SYMTYPE, 0o111, "run"),
        "pyproject.toml": (tarfile.REGTYPE, 0, ""),
        "run": (tarfile.REGTYPE, 0o111, ""),
    }


def test_zip_archives_are_served_too(github: GitHub, example: Example) -> None:
    url = f"{github.url}/lucidrains/ema-pytorch/archive/0.7.7.zip"
    answer = httpx.get(url, follow_redirects=True)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.comment.decode() == example.first
        assert archive.read("ema-pytorch-0.7.7/pyproject.toml") == b"one"


def test_the_api_s_archives_have_another_folder(github: GitHub, example: Example) -> None:
    url = f"{github.api_url}/repos/lucidrains/ema-pytorch/tarball/v0.8.0"
    answer = httpx.get(url, follow_redirects=True)
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as archive:
        top = archive.getnames()[0]
    assert top == f"lucidrains-ema-pytorch-{example.second[:7]}"


@pytest.mark.parametrize(
    "path",
    ["lucidrains/none/archive/0.7.7.tar.gz", "lucidrains/ema-pytorch/archive/9.9.tar.gz"],
)
@pytest.mark.usefixtures("example")
def test_an_archive_of_nothing_is_not_found(client: httpx.Client, path: str) -> None:
    assert client.get(f"/{path}", follow_redirects=True).status_code == 404


def test_a_moved_repository_redirects_archives(github: GitHub, example: Example) -> None:
    github.rename(example.hosted, "new-owner/ema")
    url = f"{github.url}/lucidrains/ema-pytorch/archive/0.7.7.tar.gz"
    answer = httpx.get(url, follow_redirects=True)
    assert [str(one.headers["location"]) for one in answer.history] == [
        f"{github.url}/new-owner/ema/archive/0.7.7.tar.gz",
        f"{github.codeload.url}/new-owner/ema/tar.gz/0.7.7",
    ]
    assert answer.status_code == 200


def test_a_cut_archive_is_noticed_by_curl(github: GitHub, example: Example) -> None:
    github.codeload.fail("tar.gz", Cut(40))
    url = f"{github.url}/{example.hosted.full_name}/archive/0.7.7.tar.gz"
    done = subprocess.run(
        ["curl", "--silent", "--location", "--output", "/dev/null", url],
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 18  # CURLE_PARTIAL_FILE
