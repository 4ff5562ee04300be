"""What programs get of the environment: what is on a list, whatever else is called what."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from updater.effects.processes import environment as lists
from updater.effects.processes.environment import (
    build_environment,
    environment,
    foreign_environment,
    git_environment,
)

SECURITY = Path(__file__).parent.parent.parent.parent / "SECURITY.md"

NAMES = (
    *("FORGE_KEY", "GH_PAT", "GITHUB_TOKEN", "PIP_INDEX_URL", "DATABASE_URL", "AWS_SECRET"),
    *("MY_FORGE", "GIT_ASKPASS", "GIT_CONFIG_PARAMETERS", "SSH_ASKPASS", "NETRC", "OLDPWD"),
    *("ACTIONS_RUNTIME_TOKEN", "NIX_ACCESS", "LC_PASSWORD", "XDG_SECRET"),
)
"""Names of which no list can know that their value is a secret."""

PROXY = "http://u:p@proxy.example:3128"
KEPT = {
    "every program": (
        environment,
        {"PATH": "/bin", "HOME": "/h", "TMPDIR": "/t", "LANG": "C", "LC_ALL": "C", "TZ": "UTC"}
        | {"XDG_CONFIG_HOME": "/c", "XDG_CACHE_HOME": "/k", "XDG_RUNTIME_DIR": "/r"},
    ),
    "git in the user's repository": (
        git_environment,
        {"HOME": "/h", "SSH_AUTH_SOCK": "/s", "GIT_SSH_COMMAND": "ssh -v", "GNUPGHOME": "/g"}
        | {"GIT_CONFIG_GLOBAL": "/c", "GIT_COMMITTER_DATE": "1", "GIT_DIR": "/d", "GPG_TTY": "/t"}
        | {"https_proxy": PROXY, "GIT_SSL_CAINFO": "/ca.pem", "NO_PROXY": "127.0.0.1"},
    ),
    "Nix": (
        build_environment,
        {"HOME": "/h", "NIX_PATH": "nixpkgs=/x", "NIX_REMOTE": "daemon", "TMPDIR": "/t"}
        | {"NIX_SSL_CERT_FILE": "/ca.pem", "SSL_CERT_FILE": "/ca.pem", "HTTPS_PROXY": PROXY}
        | {"NIX_STORE_DIR": "/s", "NIX_SSHOPTS": "-v", "NIXPKGS_ALLOW_UNFREE": "1"},
    ),
}


@pytest.mark.parametrize(("of", "kept"), KEPT.values(), ids=KEPT)
def test_what_a_program_needs_is_there_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, of: object, kept: dict[str, str]
) -> None:
    assert callable(of)
    for name in NAMES:
        monkeypatch.setenv(name, "hush")
    for name, value in kept.items():
        monkeypatch.setenv(name, value)
    seen = of()
    assert {name: seen.get(name) for name in kept} == kept
    assert "hush" not in str(seen)
    assert not seen.keys() & set(NAMES)


def test_a_listed_variable_with_a_secret_in_it_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIX_PATH", "nixpkgs=https://u:hush@h/nixpkgs.tar.gz")
    monkeypatch.setenv("NIX_SSHOPTS", f"ghp_{'a' * 36}")
    assert not build_environment().keys() & {"NIX_PATH", "NIX_SSHOPTS"}


def test_where_a_strangers_branch_is_evaluated_nothing_is_of_the_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    theirs = dict.fromkeys(
        ("USER", "XDG_CONFIG_HOME", "NIX_USER_CONF_FILES", "NIX_SSHOPTS"), "mine"
    )
    needed = {"PATH": "/bin", "NIX_STORE_DIR": "/s", "NIX_PATH": "nixpkgs=/x", "NO_PROXY": "h"}
    for name, value in (theirs | needed | {"HOME": "mine"}).items():
        monkeypatch.setenv(name, value)
    seen = foreign_environment(tmp_path)
    assert "mine" not in seen.values()
    assert seen["HOME"] == str(tmp_path)
    assert {name: seen[name] for name in needed} == needed


def test_of_nix_config_only_harmless_lines_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = (
        "access-tokens = a=hush",
        " extra-access-tokens=a=hush",
        "netrc-file = /hush",
        "secret-key-files = /hush",
        "substituters = https://u:hush@cache.example",
        "# hush",
    )
    monkeypatch.setenv("NIX_CONFIG", "\n".join(("cores = 2 # hush", *secret, "max-jobs = 1")))
    assert build_environment()["NIX_CONFIG"] == "cores = 2\nmax-jobs = 1\n"
    monkeypatch.setenv("NIX_CONFIG", "\n".join(secret))
    assert "NIX_CONFIG" not in build_environment()


def test_of_gits_settings_no_header_and_no_credential_goes_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = [
        ("http.https://github.com/.extraheader", "AUTHORIZATION: basic hush"),
        ("safe.directory", "*"),
        ("credential.helper", "!echo hush"),
        ("User.Name", "Anna"),
    ]
    monkeypatch.setenv("GIT_CONFIG_COUNT", str(len(settings)))
    for number, (key, value) in enumerate(settings):
        monkeypatch.setenv(f"GIT_CONFIG_KEY_{number}", key)
        monkeypatch.setenv(f"GIT_CONFIG_VALUE_{number}", value)
    seen = git_environment()
    assert {name: value for name, value in seen.items() if name.startswith("GIT_CONFIG_")} == {
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
        "GIT_CONFIG_KEY_1": "User.Name",
        "GIT_CONFIG_VALUE_1": "Anna",
    }


@pytest.mark.parametrize("name", ["SYSTEM", "PROXIES", "CERTIFICATES", "GIT", "NIX"])
def test_the_lists_are_documented(name: str) -> None:
    documented = set(re.findall(r"`([A-Za-z0-9_]+)`", SECURITY.read_text()))
    assert getattr(lists, name) - documented == set(), name
