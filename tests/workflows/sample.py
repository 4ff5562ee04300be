"""A repository of 40 overlays on the loopback GitHub: current, behind, held, failing and broken.

It holds the updater too, as this project's own repository does, so that its workflows can install
it.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.loopback.git_data import set_ref
from tests.project import FAKE, flat_hash, github_overlay, pypi_overlay
from tests.real_nix import place
from tests.workflows.actions import stand_ins
from tests.workflows.runner import Run, Runner
from tests.workshop import buildable, project_file, sdist_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.loopback.index import Index
    from tests.real_nix import Nix

ROOT: Final = Path(__file__).parent.parent.parent
READER, WRITER, APP = "ghs_reader", "ghs_writer", "ghs_app"
BOT = "github-actions[bot]"

CURRENT = tuple(f"current-{n:02}" for n in range(1, 20))
BEHIND = ("apple", "apricot", "banana", "cherry", "damson", "elder")
TAGGED = ("fig", "grape")
HELD = ("held-allow", "held-comment", "held-config", "held-ignored", "held-young")
FAILING = ("fails-import", "fails-requirement", "gone-project", "gone-repository")
BROKEN = ("broken-call", "broken-string", "broken-version")

_CONFIG = """\
repository: me/overlays
publish: {{pause: 0s}}
index: {index}
network: {{retries: 0, timeout: 20s}}
hosts:
  github.com: {{web: "{web}", api: "{api}", graphql: "{graphql}"}}
defaults:
  build: {build}
packages:
  held-allow: {{allow: "<2"}}
  held-config: {{hold: waits for a newer torch}}
  held-ignored: {{ignore: ["2.*"]}}
  held-young: {{minimum_release_age: 36500d}}
  damson: {{pull_request: {{group: pair}}}}
  elder: {{pull_request: {{group: pair, labels: [deps]}}}}
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """The repository ``me/overlays``, its upstreams, and what runs its workflows."""

    github: GitHub
    index: Index
    hosted: Hosted
    nix: Nix
    folder: Path

    @classmethod
    def made(
        cls,
        github: GitHub,
        index: Index,
        nix: Nix,
        folder: Path,
        overlays: Mapping[str, str],
        *,
        with_tool: bool = True,
    ) -> Sample:
        """Commit these overlays, and the updater unless the repository is another one."""
        github.tokens |= {READER, WRITER, APP}
        github.users |= {READER: BOT, WRITER: BOT, APP: "updater[bot]"}
        hosted = github.repository("me", "overlays")
        hosted.writable = True
        sample = cls(github, index, hosted, nix, folder)
        tiny = place(folder / "nixpkgs", github=github.url, index=index.server.url)
        broken = {f"overlays/{name}.nix" for name in BROKEN}
        imports = " ".join(f"(import ./{file})" for file in overlays if file not in broken)
        files = dict(overlays)
        files["default.nix"] = f"{{ }}: import {tiny} {{ overlays = [ {imports} ]; }}\n"
        files["config.yaml"] = sample.config()
        hosted.commit((tool() if with_tool else {}) | files)
        hosted.settle()
        return sample

    def config(self, **build: object) -> str:
        """Return config.yaml."""
        options = {"enabled": True, "file": "default.nix", **build}
        return _CONFIG.format(
            index=self.index.url,
            web=self.github.url,
            api=self.github.api_url,
            graphql=self.github.graphql_url,
            build=json.dumps(options),
        )

    def runner(
        self,
        workflow: str,
        name: str,
        *,
        event: Mapping[str, Any] | None = None,
        inputs: Mapping[str, Any] | None = None,
        **more: Mapping[str, str],
    ) -> Runner:
        """Return what runs one of the project's workflows, on the newest commit of main.

        Args:
            workflow: its text.
            name: of a folder for the run.
            event: what triggered it, where it asks for it.
            inputs: of a run by hand.
            more: variables and secrets.
        """
        github = {
            "repository": "me/overlays",
            "server_url": self.github.url,
            "sha": self.hosted.git("rev-parse", "main"),
            "ref": "refs/heads/main",
            "event_name": "pull_request" if event else "schedule",
            "event": event or {},
            "run_id": "17",
        }
        asked = {"packages": None, "version": None, "dry-run": None} | dict(inputs or {})
        run = Run(self.folder / name, github, asked, (WRITER, READER), {}, **more)
        return Runner(workflow, run, stand_ins(self.nix, ROOT))

    def pull_event(self, branch: str, files: Mapping[str, str]) -> dict[str, Any]:
        """Return the event of a pull request with these files, number 1, as GitHub makes it."""
        main = self.hosted.git("rev-parse", "main")
        head = self.hosted.commit(files, branch=branch, parents=[main], message=branch)
        self.hosted.settle()
        set_ref(self.hosted, "refs/pull/1/head", head)
        return {"pull_request": {"number": 1, "base": {"sha": main}, "head": {"sha": head}}}

    def writers(self) -> set[str]:
        """Return whose tokens the requests had that changed anything."""
        asked = self.github.server.requests("^(?:POST|PATCH|PUT|DELETE) .*/repos/")
        return {(one.authorization or "").partition(" ")[2] for one in asked}

    def tokens(self, since: int = 0) -> set[str]:
        """Return the tokens of all requests so far, without the first ones."""
        requests = self.github.server.requests()[since:]
        return {_token(header) for request in requests if (header := request.authorization)}

    def state(self) -> dict[str, Any]:
        """Return all that a person sees: each branch's changes, and the pull requests."""
        self.hosted.forget()
        heads = self.hosted.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split()
        return {
            "branches": {
                head: plain(self.hosted.git("diff", "--unified=0", "--no-prefix", f"main...{head}"))
                for head in heads
            },
            "pulls": {
                number: (pull.author, pull.title, pull.branch, pull.state, pull.labels)
                for number, pull in self.hosted.pulls.items()
            },
        }


def tool() -> dict[str, str]:
    """Return what the action needs of this project to install it."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "updater"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    files = [*listed, "action.yml", "requirements.txt", "pyproject.toml", "README.md", "LICENSE"]
    return {file: (ROOT / file).read_text() for file in files if (ROOT / file).is_file()}


def forty(github: GitHub, index: Index) -> dict[str, str]:
    """Release what the 40 overlays follow; return the overlays."""
    texts = {}
    for name in (*CURRENT, *BEHIND, *HELD, *FAILING[:2]):
        texts[name] = true_overlay(index, name, _arguments(name))
    for name in (*BEHIND, *HELD):
        release(index, name, "2.0")
    release(index, "fails-import", "2.0", module="import no_such_module\n")
    release(index, "fails-requirement", "2.0", extra='dependencies = ["no-such-dist"]\n')
    for name in TAGGED:
        texts[name] = buildable(github_overlay(name, "1.0", sri=FAKE))
        tagged(github, name)
    texts["held-comment"] = texts["held-comment"].replace(
        "      src =", "      # updater: hold the next one needs a GPU\n      src ="
    )
    texts["gone-project"] = pypi_overlay("gone-project", "1.0", sri=FAKE)
    texts["gone-repository"] = github_overlay("gone-repository", "1.0", sri=FAKE)
    for name, sound, broken in (
        ("broken-call", "fetchPypi {", "fetchPypi {{"),
        ("broken-string", 'version = "1.0";', 'version = "1.0;'),
        ("broken-version", '"1.0"', "builtins.readFile ./version"),
    ):
        texts[name] = pypi_overlay(name, "1.0", sri=FAKE).replace(sound, broken)
    texts["patch-only"] = (
        "self: super: {\n  python3Packages = super.python3Packages // {\n"
        "    patch-only = super.python3Packages.numpy.overridePythonAttrs (_: { patches = []; });\n"
        "  };\n}\n"
    )
    assert len(texts) == 40
    return {f"overlays/{name}.nix": texts[name] for name in sorted(texts)}


def true_overlay(index: Index, name: str, arguments: str = "") -> str:
    """Release version 1.0; return an overlay that pins it."""
    sri = release(index, name, "1.0")
    return buildable(pypi_overlay(name, "1.0", sri=sri), arguments)


def release(index: Index, name: str, version: str, *, module: str = "", extra: str = "") -> str:
    """Release an sdist that setuptools builds; return its hash."""
    stem = name.replace("-", "_")
    files = sdist_files(stem, version, module, extra)
    (made,) = index.release(name, version, files={f"{name}-{version}.tar.gz": files})
    return flat_hash(made.content)


def tagged(github: GitHub, name: str) -> None:
    """Tag two versions of a repository."""
    repository = github.repository("o", name)
    for version in ("1.0", "2.0"):
        files = {"pyproject.toml": project_file(name, version), f"{name}.py": ""}
        repository.tag(f"v{version}", repository.commit(files))
    repository.settle()


def _arguments(name: str) -> str:
    """Apricot is built with apple."""
    if name == "apricot":
        return "propagatedBuildInputs = [ self.python3Packages.apple ];\n"
    return ""


def plain(text: str) -> str:
    """Return text without what differs from run to run, such as hashes, ports and folders."""
    for pattern, word in (
        (r"sha256-[A-Za-z0-9+/]{43}=", "HASH"),
        (r"\b[0-9a-f]{40}\b", "COMMIT"),
        (r"\bindex [0-9a-f]{7,}\.\.[0-9a-f]{7,}", "index BLOBS"),
        (r"http://(?:127\.0\.0\.1|localhost):\d+", "http://HOST"),
        (r"\b\d+(?:\.\d+)? s\b", "N s"),
        (rf"{tempfile.gettempdir()}/[^\s;)<]*", "FOLDER"),
        (r"-[0-9a-f]{12}\.log\b", "-DIGEST.log"),
        (r"(`{3,})text\n.*?\n\1", "LOG"),
    ):
        text = re.sub(pattern, word, text, flags=re.DOTALL)
    return text


def _token(header: str) -> str:
    """Return the token of an Authorization header; git takes it as a password (RFC 7617)."""
    scheme, _, credential = header.partition(" ")
    if scheme.lower() != "basic":
        return credential
    return base64.b64decode(credential).decode().partition(":")[2]
