"""Nix is started safely, and what it says is understood."""

from __future__ import annotations

import hashlib
import shutil
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from tests.hashing.trees import File, Tree, gzipped, make_tar, members
from tests.loopback.messages import Response
from updater.effects.nix.build import NixBuild
from updater.effects.nix.prefetch import Nix
from updater.effects.processes.environment import build_environment
from updater.errors import HashError
from updater.hashing.archive import hash_archive
from updater.model import Sri
from updater.model.sri import parse_hash

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tests import real_nix
    from tests.loopback.server import Server

OLD = "0x1x9dq4hnkdrdfbvcm6kaivrkgmmr4vp2qqwz15y5pcawvyd0z6"
NEW = "sha256-tHfFcNSmXLcUHhqiGRh2YZT8xioUq0zMOMZl9rjG8ys="
FAKE = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
TREE: Tree = {b"a.py": File(b"print()\n", executable=True), b"a": {b"b": File(b"1" * 900)}}


def _run(call: Callable[..., Awaitable[Any]], *arguments: Any, **options: Any) -> Any:
    return anyio.run(partial(call, *arguments, **options))


@pytest.fixture
def started(nix: real_nix.Nix) -> Nix:
    return Nix(nix.environment)


# --- prefetching --------------------------------------------------------------------------------


ARCHIVE = gzipped(make_tar(members(TREE)))


@pytest.fixture
def served(server: Server) -> str:
    """The address of a server with an archive and an empty file."""
    server.route("GET", "/x.tar.gz", lambda _request: Response(200, ARCHIVE))
    server.route("GET", "/empty", lambda _request: Response(200, b""))
    return server.url


@pytest.mark.nix
def test_nix_unpacks_what_it_downloaded(served: str, started: Nix) -> None:
    stored = _run(started.prefetch, f"{served}/x.tar.gz", 60)
    assert b"".join(stored.pieces()) == ARCHIVE
    assert stored.sri == Sri("sha256", hashlib.sha256(ARCHIVE).digest())
    assert started.available()
    expected = hash_archive([ARCHIVE], filename="x.tar.gz").sri
    assert _run(started.unpacked, stored.path, 60) == expected


@pytest.mark.nix
def test_prefetching_a_file_gives_its_own_hash(served: str, started: Nix) -> None:
    stored = _run(started.prefetch, f"{served}/empty", 60)
    assert str(stored.sri) == "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    assert list(stored.pieces()) == []


@pytest.mark.nix
def test_a_download_that_fails_says_what_nix_said(server: Server, started: Nix) -> None:
    server.route("GET", "/none", lambda _request: Response(404, b""))
    with pytest.raises(HashError) as caught:
        _run(started.prefetch, f"{server.url}/none", 60)
    assert str(caught.value).startswith(
        f"Nix cannot prefetch {server.url}/none: nix-prefetch-url ended with exit code 1, "
        "and said:\n  error: unable to download"
    )


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("--help", "'--help' is not a URL that Nix may fetch (expected http, https)"),
        ("file:///x", "'file:///x' is not a URL that Nix may fetch (expected http, https)"),
        (
            "ftp://x/x",
            "'ftp://x/x' is not a URL that Nix may fetch (expected http, https)",
        ),
        (
            "https://example.org/a b",
            "'https://example.org/a b' is not a URL that Nix may fetch (expected http, https)",
        ),
        ("https://user:hunter2@example.org/x", "the URL on example.org carries a credential"),
    ],
    ids=["option", "file", "ftp", "space", "credential"],
)
def test_a_url_that_nix_must_not_see_is_refused(url: str, message: str) -> None:
    with pytest.raises(HashError) as caught:
        _run(Nix({}).prefetch, url, 60)
    assert str(caught.value) == message


def test_without_nix_the_error_says_what_to_do(tmp_path: Path) -> None:
    without = Nix({"PATH": str(tmp_path)})
    assert not without.available()
    with pytest.raises(HashError) as caught:
        _run(without.prefetch, "https://example.org/x", 60)
    assert str(caught.value) == "nix is not installed"
    assert caught.value.hint == "install Nix, or set hash: embedded for this package"


@pytest.mark.nix
def test_a_file_is_prefetched_by_the_newer_command_where_the_older_is_gone(
    tmp_path: Path, nix: real_nix.Nix, served: str, server: Server
) -> None:
    path = shutil.which("nix")
    assert path is not None
    only = tmp_path / "only"
    only.mkdir()
    (only / "nix").symlink_to(path)
    without = Nix({**nix.environment, "PATH": str(only)})
    assert not without.available()
    found = _run(without.prefetch, f"{served}/x.tar.gz", 60)
    assert found == _run(Nix(nix.environment).prefetch, f"{served}/x.tar.gz", 60)
    server.route("GET", "/none", lambda _request: Response(404, b""))
    with pytest.raises(HashError, match=r"^Nix cannot prefetch http:.*/none: nix ended with exit"):
        _run(without.prefetch, f"{served}/none", 60)


def test_a_prefetcher_that_does_not_end_is_left(tmp_path: Path) -> None:
    """Nix itself waits for ever where a byte comes now and then."""
    script = tmp_path / "nix-prefetch-url"
    script.write_text("#!/bin/sh\nexec sleep 60\n")
    script.chmod(0o755)
    started = Nix({"PATH": f"{tmp_path}:/usr/bin:/bin"})
    with pytest.raises(HashError, match=r"^nix-prefetch-url did not end within 0\.2 seconds$"):
        _run(started.prefetch, "https://example.org/x", 0.2)


def test_a_store_of_another_machine_is_said(tmp_path: Path) -> None:
    """Its paths are printed, and nothing is there."""
    script = tmp_path / "nix-prefetch-url"
    script.write_text(f"#!{sys.executable}\nprint({OLD!r})\nprint('/nowhere/x')\n")
    script.chmod(0o755)
    stored = _run(Nix({"PATH": str(tmp_path)}).prefetch, "https://example.org/x", 60)
    with pytest.raises(HashError) as caught:
        list(stored.pieces())
    assert (str(caught.value), caught.value.hint) == (
        (
            "/nowhere/x, to which Nix downloaded the source, cannot be read: "
            "No such file or directory"
        ),
        "set hash: auto for this package",
    )


def _prefetcher(folder: Path, prints: str) -> Nix:
    """A nix-prefetch-git that writes down its arguments and prints this."""
    script = folder / "nix-prefetch-git"
    script.write_text(
        f"#!{sys.executable}\nimport sys\nopen({str(folder / 'arguments')!r}, 'w').write("
        f"' '.join(sys.argv[1:]))\nprint({prints!r})\n"
    )
    script.chmod(0o755)
    return Nix({"PATH": str(folder)})


COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    "prints", [f'{{"hash": "{NEW}", "sha256": "x"}}', f'{{"sha256": "{OLD}"}}']
)
def test_what_git_has_to_fetch_is_left_to_nix(tmp_path: Path, prints: str) -> None:
    """Both forms of what nix-prefetch-git prints are read."""
    started = _prefetcher(tmp_path, prints)
    url = "https://example.org/x.git"
    found = _run(started.prefetch_git, url, COMMIT, "fetch-submodules", "leave-dotGit", seconds=60)
    assert found == parse_hash(NEW if NEW in prints else OLD, "sha256")
    assert (tmp_path / "arguments").read_text() == (
        f"--quiet --fetch-submodules --leave-dotGit --url {url} --rev {COMMIT}"
    )


@pytest.mark.parametrize("prints", ["", "[]", "{}", "nonsense"])
def test_a_prefetcher_that_prints_no_hash_is_told(tmp_path: Path, prints: str) -> None:
    with pytest.raises(HashError) as caught:
        _run(
            _prefetcher(tmp_path, prints).prefetch_git,
            "https://example.org/x.git",
            COMMIT,
            seconds=60,
        )
    assert str(caught.value) == (
        "nix-prefetch-git printed no hash of https://example.org/x.git: nix-prefetch-git ended "
        "with exit code 0 and said nothing"
    )


def test_git_fetches_commits_only() -> None:
    """A branch may move between two looks at it."""
    with pytest.raises(HashError) as caught:
        _run(Nix({}).prefetch_git, "https://example.org/x.git", "main", seconds=60)
    assert str(caught.value) == "'main' is not a commit"


# --- builds -------------------------------------------------------------------------------------


# What nix-hash gives a file that holds "x" and a newline.
TRUE = parse_hash("sha256:ecb6c3c3b5ad697c989147f794ae3f5cf9d27f6e0358773280180f00828a6b42")


def _derivation(script: str, hash_: str = FAKE) -> str:
    return (
        'derivation { name = "x"; system = builtins.currentSystem; builder = "/bin/sh"; '
        f"args = [ \"-c\" ''{script}'' ]; outputHash = \"{hash_}\"; "
        'outputHashMode = "recursive"; }'
    )


def _instantiated(nix: real_nix.Nix, script: str, hash_: str = FAKE) -> str:
    """Return a derivation that needs a fixed output, whose builder is the script."""
    needs = (
        f"let x = {_derivation(script, hash_)}; in derivation {{ name = "
        '"needs"; system = builtins.currentSystem; builder = "/bin/sh"; '
        'args = [ "-c" "echo ${x} > $out" ]; }'
    )
    return nix.run("nix-instantiate", "--expr", needs).strip()


def _told(nix: real_nix.Nix, script: str, folder: Path, hash_: str = FAKE) -> Sri:
    """Let a build with a fake hash tell the true one."""
    built = NixBuild(nix.environment)
    wrong = parse_hash(hash_)
    fixed = _run(built.fixed_output, _instantiated(nix, script, hash_), wrong)
    assert fixed.endswith("-x.drv")
    found: Sri = _run(built.true_hash, fixed, wrong, ["--cores", "1"], folder / "log")
    return found


@pytest.mark.nix
def test_a_build_with_a_fake_hash_tells_the_true_one(nix: real_nix.Nix, tmp_path: Path) -> None:
    assert _told(nix, "echo x > $out", tmp_path) == TRUE


@pytest.mark.nix
def test_a_sha512_is_told_too(nix: real_nix.Nix, tmp_path: Path) -> None:
    fake = str(Sri("sha512", bytes(64)))
    found = _told(nix, "echo x > $out", tmp_path, fake)
    same = tmp_path / "same"
    same.write_text("x\n")
    assert found.algorithm == "sha512"
    assert found.digest.hex() == nix.run("nix-hash", "--type", "sha512", str(same)).strip()


@pytest.mark.nix
def test_what_has_another_hash_is_not_found(nix: real_nix.Nix) -> None:
    needs = _instantiated(nix, "echo x > $out")
    assert not _run(NixBuild(nix.environment).fixed_output, needs, parse_hash(NEW))


PRETENDED = f"""\
error: hash mismatch in fixed-output derivation '/nix/store/dym-source.drv':
         specified: {FAKE}
            got:    {NEW}
"""


@pytest.mark.nix
def test_a_builder_cannot_pretend_to_be_nix(nix: real_nix.Nix, tmp_path: Path) -> None:
    """It prints Nix's own message with another hash; the true one still wins."""
    assert _told(nix, f'echo "{PRETENDED}" >&2; echo x > $out', tmp_path) == TRUE


@pytest.mark.nix
def test_nor_can_one_that_then_fails(nix: real_nix.Nix, tmp_path: Path) -> None:
    """No other message follows, and what Nix repeats of a log is no message of its own."""
    with pytest.raises(HashError, match="before Nix could report the hash"):
        _told(nix, f'echo "{PRETENDED}" >&2; exit 1', tmp_path)


@pytest.mark.nix
def test_a_build_that_fails_earlier_shows_its_end(nix: real_nix.Nix, tmp_path: Path) -> None:
    with pytest.raises(HashError) as caught:
        _told(nix, "echo no network >&2; exit 7", tmp_path)
    lines = str(caught.value).splitlines()
    assert lines[0] == "the build failed before Nix could report the hash:"
    assert "failed with exit code 7" in str(caught.value)
    assert any("no network" in line for line in lines)
    assert caught.value.hint == f"the log: {tmp_path / 'log'}"


@pytest.mark.nix
def test_a_build_that_passes_had_no_fake_hash(nix: real_nix.Nix, tmp_path: Path) -> None:
    with pytest.raises(HashError, match=r"-x passed with a fake hash$"):
        _told(nix, "echo x > $out", tmp_path, str(TRUE))


# --- what a command sees ------------------------------------------------------------------------


def test_no_command_sees_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "ghp_" + "a" * 36
    kept = {
        "HTTPS_PROXY": "http://proxy.example:3128",
        "NIX_SSL_CERT_FILE": "/etc/ssl/cert.pem",
        "NIX_PATH": "nixpkgs=/x",
    }
    removed = {"GITHUB_TOKEN": "x", "MY_PASSWORD": "x", "HARMLESS": f"Bearer {secret}"}
    for name, value in (kept | removed).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(
        "NIX_CONFIG", f"max-jobs = 1\naccess-tokens = github.com={secret}\ncores = 2\n"
    )
    seen = build_environment()
    assert {name: seen.get(name) for name in kept} == kept
    assert not seen.keys() & removed.keys()
    assert seen["NIX_CONFIG"] == "max-jobs = 1\ncores = 2\n"
    assert secret not in str(seen)


def test_what_is_printed_has_no_control_sequences(tmp_path: Path) -> None:
    script = tmp_path / "nix-build"
    script.write_text(f"#!{sys.executable}\nprint('\\x1b[31mred\\x1b[0m \\x07\\x1b]0;t\\x07end')\n")
    script.chmod(0o755)
    ran = _run(Nix({"PATH": str(tmp_path)}).run, "nix-build", "--version")
    assert (ran.command, ran.exit_code, ran.stdout, ran.stderr) == (
        ("nix-build", "--version"),
        0,
        "red end\n",
        "",
    )
