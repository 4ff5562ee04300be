"""Evaluation without the network: by a namespace, and where there is none by settings alone."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import anyio
import pytest

from tests.loopback.messages import text
from tests.loopback.server import Server
from tests.project import FAKE
from updater.effects.nix.build import NixBuild
from updater.effects.nix.confinement import Confinement

if TYPE_CHECKING:
    from pathlib import Path

    from tests.real_nix import Nix

REV = "0" * 39 + "1"
TREE = '(builtins.fetchTree {{ type = "tarball"; url = "URL"; narHash = "{}"; }}).outPath'
FETCHES = {
    "a file": f'builtins.fetchurl {{ url = "URL"; sha256 = "{FAKE}"; }}',
    "an archive": f'builtins.fetchTarball {{ url = "URL"; sha256 = "{FAKE}"; }}',
    "a repository": f'(builtins.fetchGit {{ url = "URL"; rev = "{REV}"; }}).outPath',
    "a tree": TREE.format(FAKE),
}


@pytest.mark.nix
@pytest.mark.parametrize("fetch", FETCHES.values(), ids=FETCHES)
def test_nothing_is_fetched_with_or_without_a_namespace(
    nix: Nix, tmp_path: Path, fetch: str
) -> None:
    (tmp_path / "bin").mkdir()
    for program in ("nix", "nix-instantiate", "git", "sh"):
        (tmp_path / "bin" / program).symlink_to(shutil.which(program) or program)
    environment = nix.environment | {"no_proxy": "127.0.0.1"}
    without = environment | {"PATH": str(tmp_path / "bin")}
    requests = []
    with Server() as server:
        server.route("GET", "/.*", lambda _: text("nothing", 404))
        for build in (
            NixBuild(environment, (), Confinement()),
            NixBuild(without, (), Confinement()),
            NixBuild(environment),
        ):
            expression = fetch.replace("URL", f"{server.url}/spy")
            ended = anyio.run(build.evaluate_flakes, expression, (), tmp_path / "log")
            assert ended.exit_code == 1
            requests.append(bool(server.log))
    assert requests == [False, False, True]
