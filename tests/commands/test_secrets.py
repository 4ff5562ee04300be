"""No secret stands in a byte that a command writes anywhere, and no program gets one.

A secret of each kind is where it may be: every command runs, also where it fails, and all that is
there afterwards is looked through.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.loopback.github import TOKEN
from tests.loopback.messages import Response
from tests.project import FAKE, Project, github_overlay

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.repository import Home

CANARIES = {
    "GITHUB_TOKEN": TOKEN,
    "GITLAB_TOKEN": "glpat-hush-b",
    "FORGE_KEY": "hush-c-x",
    "config.yaml": "hush-d@%2F",
    "PIP_INDEX_URL": "hush-e-x",
    "pip.conf": "hush-f-x",
    "HTTPS_PROXY": "hush-g-x",
    "remote": "hush-h@/x",
    "remote's parameter": "hush-i-x",
    "GIT_CONFIG_VALUE_0": "hush-j-x",
    ".git/config": "hush-k-x",
    "NIX_CONFIG": "hush-l-x",
    "nix.conf": "hush-m-x",
    ".netrc": "hush-n-x",
    "GH_PAT": "hush-o-x",
    "DATABASE_URL": "hush-p-x",
    "ACTIONS_RUNTIME_TOKEN": "hush-q-x",
    "argument": "hush-r-x",
    "wrong value": "hush-s-x",
    "overlay": "hush-t-x",
}
"""Where each stands."""

PROGRAM = """\
#!/bin/sh
/usr/bin/env >> {dump}
printf '%s ' "$0" "$@" >> {dump}
{then}
"""
NIX = ("nix", "nix-instantiate", "nix-store", "nix-prefetch-url", "nix-prefetch-git")


@dataclass(slots=True)
class Watched:
    """A project with a secret in every place, and all that was seen of its runs."""

    project: Project
    folder: Path
    programs: Path
    seen: dict[str, bytes] = field(default_factory=dict)
    planted: list[Path] = field(default_factory=list)

    def run(self, *arguments: str) -> int:
        """Run a command and keep what it printed."""
        result = self.project.run(*arguments)
        self.seen[" ".join(arguments)] = f"{result.out}{result.err}".encode()
        return result.code

    def plant(self, path: Path, text: str) -> Path:
        """Write a file in which a secret may be."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.planted.append(path)
        return path

    def written(self) -> dict[str, bytes]:
        """Return all that was printed, and every file but those with secrets in them."""
        files = {
            str(path): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file() and path not in self.planted and path.parent != self.programs
        }
        return self.seen | files


@pytest.fixture
def watched(home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Watched:
    """The project of the pull requests, and a person with all sorts of secrets."""
    root, person = home.project.root, tmp_path / "person"
    programs = tmp_path / "programs"
    made = Watched(home.project, tmp_path, programs)
    then = dict.fromkeys(NIX, """echo '{\"sandbox\": {\"value\": true}}'; echo a log >&2""")
    for name, end in {**then, "git": f'exec {shutil.which("git")} "$@"'}.items():
        path = programs / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(PROGRAM.format(dump=f"{path}.environment", then=end))
        path.chmod(0o755)
    made.plant(person / ".netrc", f"machine 127.0.0.1 login u password {CANARIES['.netrc']}\n")
    made.plant(person / ".config/nix/nix.conf", f"access-tokens = a={CANARIES['nix.conf']}\n")
    pip = made.plant(
        person / "pip.conf",
        f"[global]\nindex-url = {guarded(home.index.url, CANARIES['pip.conf'])}\n",
    )
    configuration = (root / "config.yaml").read_text()
    url = guarded(home.index.url, CANARIES["config.yaml"])
    made.plant(
        root / "config.yaml",
        configuration.replace(f"index: {home.index.url}", f"index: '{url}'").replace(
            "hosts:\n",
            "hosts:\n  forge.example: {kind: gitea, web: 'http://127.0.0.1:9', "
            "token_env: FORGE_KEY}\n",
        ),
    )
    home.configure("packages: {pear: {build: {enabled: true, file: default.nix}}}\n")
    (root / "default.nix").write_text("{ }: { }\n")
    home.project.overlay("forge.nix", FORGE)
    home.project.overlay("plum.nix", github_overlay("plum", "1.0", sri=FAKE))
    made.plant(
        home.project.overlay("addressed.nix", ""), ADDRESSED.replace("HUSH", CANARIES["overlay"])
    )
    home.project.git("init", "--quiet", "--initial-branch=main")
    home.project.git("add", ".")
    home.project.git("commit", "--quiet", "-m", "base")
    home.project.git("branch", "base")
    parameter = CANARIES["remote's parameter"]
    origin = f"http://u:{CANARIES['remote']}@127.0.0.1:9/me/overlays?token={parameter}"
    home.project.git("remote", "add", "origin", origin)
    home.project.git("config", "http.extraheader", f"AUTHORIZATION: {CANARIES['.git/config']}")
    made.planted.append(root / ".git" / "config")
    (tmp_path / "tmp").mkdir()
    for name, value in {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(person),
        "TMPDIR": str(tmp_path / "tmp"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "GITLAB_TOKEN": CANARIES["GITLAB_TOKEN"],
        "FORGE_KEY": CANARIES["FORGE_KEY"],
        "PIP_INDEX_URL": guarded(home.index.url, CANARIES["PIP_INDEX_URL"]),
        "PIP_CONFIG_FILE": str(pip),
        "HTTPS_PROXY": f"http://u:{CANARIES['HTTPS_PROXY']}@127.0.0.1:9",
        "NIX_CONFIG": f"cores = 1\naccess-tokens = github.com={CANARIES['NIX_CONFIG']}",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "http.extraheader",
        "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: {CANARIES['GIT_CONFIG_VALUE_0']}",
        "GH_PAT": CANARIES["GH_PAT"],
        "DATABASE_URL": f"postgres://u:{CANARIES['DATABASE_URL']}@h/d",
        "ACTIONS_RUNTIME_TOKEN": CANARIES["ACTIONS_RUNTIME_TOKEN"],
    }.items():
        monkeypatch.setenv(name, value)
    return made


FORGE = """\
self: super: {
  forged = super.stdenv.mkDerivation rec {
    pname = "forged";
    version = "1.0";
    src = super.fetchFromGitea {
      domain = "forge.example";
      owner = "o";
      repo = "r";
      rev = "v${version}";
      hash = "";
    };
  };
}
"""
ADDRESSED = """\
self: super: {
  addressed = super.stdenv.mkDerivation rec {
    pname = "addressed";
    version = "1.0";
    src = super.fetchgit {
      url = "http://u:HUSH@127.0.0.1:9/o/r.git";
      rev = "v${version}";
      hash = "";
    };
  };
}
"""


def guarded(url: str, password: str) -> str:
    """Return an address with a user and a password in it."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://u:{password}@{rest}"


def basic(password: str) -> str:
    """Return the header with a user and a password."""
    return f"Basic {base64.b64encode(f'u:{password}'.encode()).decode()}"


def spellings(value: str) -> list[bytes]:
    """Return how a secret may stand somewhere, as itself or in a header."""
    pairs = (f"{user}:{value}".encode() for user in ("u", "x-access-token"))
    return [value.encode(), *map(base64.b64encode, pairs)]


def leaks(written: dict[str, bytes]) -> list[str]:
    """Return which secret stands where."""
    return [
        f"{name} in {place}"
        for name, value in CANARIES.items()
        for place, data in written.items()
        if any(spelling in data for spelling in spellings(value))
    ]


COMMANDS = (
    "list", "list -v", "list --json", "config show", "config show --json", "check -v",
    "check --json", "verify", "verify --json", "identify --json", "plan", "plan --json",
    "bump --dry-run apple", "bump --output {folder}/results apple --json", "bump pear",
    "publish {folder}/results", "bump --pr", "bump --pr --json", "review base",
    "review base --json", "test pear", "test --json", "nonsense", "bump nonsense",
    "check --config {folder}/bad.yaml", "check --config {folder}/bad.yaml --json",
    "check --config {folder}/worse.yaml", "prefetch pypi:apple@2.0 --json",
    "prefetch pypi:apple@2.0 --nix", "prefetch {url}files/none.tar.gz --json",
    "prefetch git+{url}o/r@v1", "prefetch {url}o/r",
)  # fmt: skip


REFUSED = (
    "check -v", "verify --json", "bump --pr --json", "review base", "prefetch pypi:apple@2.0",
    "prefetch {url}o/r --json",
)  # fmt: skip


def test_no_secret_stands_in_anything_that_is_written(watched: Watched, home: Home) -> None:
    wrong = guarded("https://code.example", CANARIES["wrong value"])
    watched.plant(watched.folder / "bad.yaml", f"defaults: {{upstream: '{wrong}'}}\n")
    watched.plant(watched.folder / "worse.yaml", f"index: '{wrong}'\nindexes: [\n")
    url = guarded(home.index.server.url, CANARIES["argument"]) + "/"
    for command in COMMANDS:
        watched.run(*command.format(folder=watched.folder, url=url).split())
    home.github.server.fail("/", Response(403))
    home.index.server.fail("/", Response(401))
    for command in REFUSED:
        watched.run(*command.format(folder=watched.folder, url=url).split())
    watched.seen["pull requests"] = repr(home.state()).encode()
    asked = [*home.index.server.requests(), *home.github.server.requests()]
    watched.seen["addresses"] = "\n".join(one.target for one in asked).encode()
    assert leaks(watched.written()) == []
    # Git gets the token of the host that it asks; it and Nix need the proxy's password.
    needed = re.compile(
        f"UPDATER_GIT_PASSWORD={TOKEN}|HTTPS_PROXY=http://u:{CANARIES['HTTPS_PROXY']}@"
        f"|http://u:{CANARIES['overlay']}@"
    )
    told = {
        path.stem: needed.sub("", path.read_text()).encode()
        for path in watched.programs.glob("*.environment")
    }
    assert leaks(told) == []
    assert told.keys() >= {"git", "nix", "nix-instantiate", "nix-prefetch-url"}
    # What is not leaked was used: else this would prove little.
    sent = {one.authorization for one in home.index.server.requests()}
    assert sent == {basic("hush-d@/"), basic(CANARIES["argument"])}
    assert len(home.hosted.pulls) == 1


@pytest.mark.parametrize("place", ["PIP_INDEX_URL", "pip.conf", ".netrc"])
def test_pips_password_goes_to_its_index_alone(
    watched: Watched, home: Home, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    path = watched.project.root / "config.yaml"
    path.write_text(re.sub("(?m)^index: .*$", "", path.read_text()))
    if place == "pip.conf":
        monkeypatch.delenv("PIP_INDEX_URL")
    elif place == ".netrc":
        monkeypatch.setenv("PIP_INDEX_URL", home.index.url)
        monkeypatch.delenv("NETRC")
    for command in ("config show", "check apple pear --json", "prefetch pypi:apple@2.0 --json"):
        assert watched.run(*command.split()) == 0, watched.seen
    home.index.server.fail("/", Response(403))
    assert watched.run("check", "apple") == 1
    said = watched.seen["check apple"].decode()
    assert re.search(f"the user or password of the index in .*{place} is refused: renew it", said)
    assert leaks(watched.written()) == []
    assert {one.authorization for one in home.index.server.requests()} == {basic(CANARIES[place])}
