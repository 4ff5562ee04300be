"""GitHub's git protocol on loopback, seen through git and httpx."""

from __future__ import annotations

import base64
import ssl
from typing import TYPE_CHECKING

import httpx
import pytest
import trustme

from tests.loopback.github import TOKEN, GitHub
from tests.loopback_checks.example import git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback_checks.example import Example


def basic(password: str) -> str:
    encoded = base64.b64encode(f"x-access-token:{password}".encode()).decode()
    return f"http.extraHeader=Authorization: Basic {encoded}"


@pytest.mark.parametrize("suffix", ["", ".git"])
@pytest.mark.parametrize("protocol", ["0", "2"])
def test_ls_remote_sees_every_ref(
    github: GitHub, example: Example, suffix: str, protocol: str
) -> None:
    done = git(
        "-c",
        f"protocol.version={protocol}",
        "ls-remote",
        f"{github.url}/lucidrains/ema-pytorch{suffix}",
    )
    assert done.stdout.splitlines() == [
        f"{example.head}\tHEAD",
        f"{example.head}\trefs/heads/main",
        f"{example.side}\trefs/heads/side/one",
        f"{example.first}\trefs/tags/0.7.7",
        f"{example.annotated}\trefs/tags/v0.8.0",
        f"{example.second}\trefs/tags/v0.8.0^{{}}",
    ]
    assert [request.headers.get("git-protocol") for request in github.server.requests()] == (
        ["version=2"] * 2 if protocol == "2" else [None]
    )


def test_ls_refs_needs_one_post_only(client: httpx.Client, example: Example) -> None:
    lines = ["command=ls-refs\n", "peel\n", "symrefs\n", "ref-prefix refs/tags/v\n"]
    packets = [f"{len(line) + 4:04x}{line}" for line in lines]
    answer = client.post(
        "/lucidrains/ema-pytorch/git-upload-pack",
        content=f"{packets[0]}0001{''.join(packets[1:])}0000",
        headers={"Git-Protocol": "version=2"},
    )
    line = f"{example.annotated} refs/tags/v0.8.0 peeled:{example.second}\n"
    assert answer.text == f"{len(line) + 4:04x}{line}0000"
    assert answer.headers["content-type"] == "application/x-git-upload-pack-result"


def test_a_clone_without_trees_holds_every_commit(
    github: GitHub, example: Example, tmp_path: Path
) -> None:
    target = str(tmp_path / "clone")
    url = f"{github.url}/lucidrains/ema-pytorch"
    done = git("clone", "--quiet", "--bare", "--filter=tree:0", url, target)
    assert (done.returncode, done.stderr) == (0, "")
    form = "--batch-check=%(objectname) %(objecttype)"
    held = git("-C", target, "cat-file", form, "--batch-all-objects").stdout.splitlines()
    commits = (example.first, example.second, example.side, example.head)
    assert set(held) == {f"{example.annotated} tag", *(f"{one} commit" for one in commits)}


def test_a_single_commit_can_be_fetched_by_its_id(
    github: GitHub, example: Example, tmp_path: Path
) -> None:
    target = str(tmp_path / "fetched")
    git("init", "--quiet", target)
    url = f"{github.url}/lucidrains/ema-pytorch"
    done = git("-C", target, "fetch", "--quiet", "--depth=1", url, example.second)
    assert (done.returncode, done.stderr) == (0, "")
    assert git("-C", target, "show", "FETCH_HEAD:pyproject.toml").stdout == "two"


def test_a_compressed_request_is_understood(
    github: GitHub, example: Example, tmp_path: Path
) -> None:
    """Git compresses a request of more than 1024 bytes."""
    for number in range(60):
        example.hosted.branch(f"b{number}", example.hosted.commit({"n": str(number)}))
    target = str(tmp_path / "clone")
    done = git("clone", "--quiet", f"{github.url}/lucidrains/ema-pytorch", target)
    assert (done.returncode, done.stderr) == (0, "")
    encodings = [request.headers.get("content-encoding") for request in github.server.requests()]
    assert encodings[-1] == "gzip"


def test_a_moved_repository_redirects_git(
    github: GitHub, client: httpx.Client, example: Example
) -> None:
    github.rename(example.hosted, "new-owner/ema")
    done = git("ls-remote", f"{github.url}/lucidrains/ema-pytorch", "HEAD")
    assert done.stdout == f"{example.head}\tHEAD\n"
    assert done.stderr == f"warning: redirecting to {github.url}/new-owner/ema/\n"
    posted = client.post("/lucidrains/ema-pytorch.git/git-upload-pack")
    assert posted.status_code == 301
    assert posted.headers["location"] == f"{github.url}/new-owner/ema.git/git-upload-pack"


@pytest.mark.parametrize(
    ("repository", "token", "status", "message"),
    [
        ("lucidrains/none", None, 401, "Repository not found."),
        ("lucidrains/none", TOKEN, 404, "Repository not found."),
        ("lucidrains/none", "wrong", 401, "Invalid username or token."),
        ("lucidrains/ema-pytorch", "wrong", 401, "Invalid username or token."),
        ("lucidrains/ema-pytorch", TOKEN, 200, None),
        ("LUCIDRAINS/EMA-PyTorch", None, 200, None),
        ("lucidrains/private", None, 401, "Repository not found."),
        ("lucidrains/private", TOKEN, 200, None),
    ],
)
@pytest.mark.usefixtures("example")
def test_git_answers_by_credential(
    github: GitHub,
    client: httpx.Client,
    *,
    repository: str,
    token: str | None,
    status: int,
    message: str | None,
) -> None:
    github.repository("lucidrains", "private", private=True).commit({"a": "1"})
    answer = client.get(
        f"/{repository}/info/refs?service=git-upload-pack",
        auth=httpx.BasicAuth("x-access-token", token) if token else None,
    )
    assert answer.status_code == status
    assert message is None or answer.text == f"{message}\n"
    assert answer.headers.get("www-authenticate") == (
        'Basic realm="GitHub"' if status == 401 else None
    )


@pytest.mark.usefixtures("example")
def test_git_itself_reports_what_is_missing(github: GitHub) -> None:
    url = f"{github.url}/lucidrains/none"
    assert "could not read Username" in git("ls-remote", url).stderr
    assert f"repository '{url}/' not found" in git("-c", basic(TOKEN), "ls-remote", url).stderr


def test_git_is_spoken_over_https(tmp_path: Path) -> None:
    authority = trustme.CA()
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(serving)
    trusted = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(trusted))
    with GitHub(tmp_path / "github", tls=serving) as github:
        head = github.repository("a", "b").commit({"c": "1"})
        done = git("-c", f"http.sslCAInfo={trusted}", "ls-remote", f"{github.url}/a/b", "HEAD")
    assert (done.stdout, github.url[:8]) == (f"{head}\tHEAD\n", "https://")


def test_pushing_without_a_token_is_refused(client: httpx.Client, example: Example) -> None:
    path = f"/{example.hosted.full_name}/info/refs?service=git-receive-pack"
    assert client.get(path).status_code == 401


def test_pushing_without_the_right_to_write_is_refused(
    client: httpx.Client, example: Example
) -> None:
    path = f"/{example.hosted.full_name}/info/refs?service=git-receive-pack"
    assert client.get(path, auth=("x-access-token", TOKEN)).status_code == 403
