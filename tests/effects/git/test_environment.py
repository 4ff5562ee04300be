"""A token goes to the host that it is for, when that host asks, and stands nowhere else."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.loopback.messages import Request, Response, redirect, text
from updater.effects.git.environment import isolated

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback.server import Server

TOKEN = "ghp_loopback"
REFUSED = text("Who are you?\n", 401).with_headers(WWW_Authenticate='Basic realm="x"')


def listed(url: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Ask a repository for its refs."""
    return subprocess.run(
        ["git", "ls-remote", url], env=environment, capture_output=True, text=True, check=False
    )


def test_a_private_repository_opens_to_its_token_alone(github: GitHub) -> None:
    commit = github.repository("o", "r", private=True).commit({"a": "1"})
    url = f"{github.url}/o/r.git"

    assert listed(url, isolated(url, TOKEN)).stdout.startswith(commit)
    assert listed(url, isolated()).returncode
    assert listed(url, isolated(url, "another")).returncode
    assert listed(url, isolated("https://elsewhere.example", TOKEN)).returncode


def test_a_host_that_does_not_ask_gets_no_token(github: GitHub) -> None:
    commit = github.repository("o", "r").commit({"a": "1"})
    url = f"{github.url}/o/r.git"
    assert listed(url, isolated(url, TOKEN)).stdout.startswith(commit)
    assert {one.authorization for one in github.server.requests()} == {None}


@pytest.mark.parametrize("refuses_first", [False, True])
def test_no_other_host_gets_the_token_by_a_redirect(
    server: Server, github: GitHub, *, refuses_first: bool
) -> None:
    """Neither one that is sent on to at once, nor after the token was shown to the right one."""

    def to_elsewhere(request: Request, **_: str) -> Response:
        if refuses_first and request.authorization is None:
            return REFUSED
        return redirect(f"{github.url}{request.target}", 302)

    server.route("GET", "/o/r.git/.*", to_elsewhere)
    server.route("POST", "/o/r.git/.*", to_elsewhere)
    github.repository("o", "r", private=True).commit({"a": "1"})

    done = listed(f"{server.url}/o/r.git", isolated(server.url, TOKEN))

    assert done.returncode
    assert {one.authorization for one in github.server.requests()} <= {None}
    assert bool([one for one in server.requests() if one.authorization]) == refuses_first
    assert TOKEN not in done.stdout + done.stderr


def test_nothing_of_the_users_set_up_and_no_secret_goes_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("GIT_DIR", "GIT_ASKPASS", "GIT_CONFIG_PARAMETERS", "MY_TOKEN", "SSH_AUTH_SOCK"):
        monkeypatch.setenv(name, "theirs")
    assert "theirs" not in isolated("https://a.example", TOKEN).values()


def test_settings_name_the_host_and_not_the_token() -> None:
    """Git itself finds the helper for that host, and none for another."""
    environment = isolated("https://git.example/some/where.git", TOKEN)
    for host, found in (("git.example", True), ("git.example:444", False), ("a.example", False)):
        asked = f"protocol=https\nhost={host}\n\n".encode()
        filled = subprocess.run(
            ["git", "credential", "fill"],
            env=environment,
            input=asked,
            capture_output=True,
            check=False,
        )
        assert (f"password={TOKEN}".encode() in filled.stdout) == found
    assert environment["GIT_CONFIG_KEY_0"] == "credential.https://git.example:443.helper"
    assert [name for name, value in environment.items() if TOKEN in value] == [
        "UPDATER_GIT_PASSWORD"
    ]
