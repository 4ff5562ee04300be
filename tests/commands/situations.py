"""Situations of upstreams, each a package of one project, judged by few runs of the command.

A run costs as much for one package as for thirty, so a table of situations is made once for its
module: repositories, releases and overlays. Each command runs once with a token and once without.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import shutil
import stat
import subprocess
import tarfile
import textwrap
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any
from unittest import mock

from tests.loopback.github import TOKEN, GitHub
from tests.loopback.index import Index
from updater.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.loopback.hosting import Hosted
    from tests.loopback.repositories import Repository

WAYS = {"git": "", "GraphQL": TOKEN}
"""How upstreams are asked: by the git protocol, or with a token by GraphQL."""

_ADDRESS = re.compile(r"https?://\S+")

CONFIGURATION = """\
hosts:
  github.com:
    web: {github.url}
    api: {github.api_url}
    graphql: {github.graphql_url}
index: {index.url}
network: {{retries: 0, timeout: 20s}}
defaults: {{build: {{enabled: false}}}}
packages:
"""


class Situations:
    """A project with many packages.

    Args:
        folder: for repositories, overlays and caches.
        github: has the repositories.
        index: has the releases.
    """

    def __init__(self, folder: Path, github: GitHub, index: Index) -> None:
        self.github = github
        self.index = index
        self._folder = folder
        self._overlays = folder / "as made" / "overlays"
        self._overlays.mkdir(parents=True)
        self._settings: list[str] = []
        self._roots: dict[tuple[str, ...], Path] = {}
        self._results: dict[tuple[str, ...], dict[str, dict[str, Any]]] = {}

    def repository(self, name: str) -> Hosted:
        """Make an empty repository of the owner ``o``."""
        return self.github.repository("o", name)

    def overlay(
        self,
        name: str,
        body: str,
        settings: str = "",
        let: str = "",
        builder: str = "buildPythonPackage",
    ) -> None:
        """Write the overlay of one package.

        Args:
            name: the package's.
            body: the attributes of its set.
            settings: its keys in config.yaml, as a mapping in one line.
            let: what stands before it.
            builder: the function that makes it.
        """
        self.write(name, f"super.{builder} rec {{\n{body}}}", let)
        if settings:
            self._settings.append(f"  {name}: {{{settings}}}\n")

    def write(self, name: str, expression: str, let: str = "") -> None:
        """Write the overlay of a package that is some expression; ``let`` stands before it."""
        text = f"self: super: {let}{{ {name} = {expression}; }}\n"
        (self._overlays / f"{name}.nix").write_text(text)

    def pin(
        self,
        name: str,
        version: str,
        *,
        rev: str,
        sri: str,
        repo: str = "",
        field: str = "rev",
        more: str = "",
        settings: str = "",
        let: str = "",
        builder: str = "buildPythonPackage",
    ) -> None:
        """Write the overlay of a package from GitHub; ``rev`` and ``sri`` are Nix expressions."""
        call = (
            f'src = fetchFromGitHub {{\n  owner = "o";\n  repo = "{repo or name}";\n'
            f"  {field} = {rev};\n  hash = {sri};\n}};\n"
        )
        head = f'pname = "{name}";\nversion = "{version}";\n'
        self.overlay(name, textwrap.indent(head + call + more, "  "), settings, let, builder)

    def results(
        self, *arguments: str, token: str = "", after: tuple[str, ...] = ()
    ) -> dict[str, dict[str, Any]]:
        """Return what a command says of each package; it runs once for all who ask.

        Args:
            arguments: the command and its options.
            token: GitHub's.
            after: commands that ran before in the same copy of the overlays, each in one text.
        """
        key = (token, *after, " ".join(arguments))
        if key not in self._results:
            self._root(token, (*after, " ".join(arguments)))
        return self._results[key]

    def differences(self, command: str) -> list[str]:
        """Return the packages of which a command says or writes another thing with a token."""
        plain, asked = self.results(command), self.results(command, token=TOKEN)

        def said(name: str, token: str) -> tuple[Any, ...]:
            outcome = (asked if token else plain)[name]
            # The archive of a commit that is not there is asked for at the API, too.
            reason = _ADDRESS.sub("", outcome["reason"] or "")
            own = (outcome[field] for field in ("status", "latest", "commit", "changes"))
            return *own, outcome.get("state"), reason, self.text(name, token, command)

        return [name for name in plain if said(name, "") != said(name, TOKEN)]

    def printed(self, *arguments: str) -> str:
        """Return what a command prints for people; it changes nothing."""
        return self._main(self._root("", ()), [*arguments], "")

    def text(self, name: str, token: str, *after: str) -> str:
        """Return a package's overlay as some commands have left it."""
        return (self._root(token, after) / "overlays" / f"{name}.nix").read_text()

    def _root(self, token: str, after: tuple[str, ...]) -> Path:
        """Return a copy of the overlays in which these commands ran."""
        key = (token, *after)
        if key not in self._roots:
            source = self._overlays if not after else self._root(token, after[:-1]) / "overlays"
            root = self._folder / f"copy {len(self._roots)}"
            shutil.copytree(source, root / "overlays")
            head = CONFIGURATION.format(github=self.github, index=self.index)
            (root / "config.yaml").write_text(head + ("".join(self._settings) or "  {}\n"))
            self._roots[key] = root
            if after:
                self._results[key] = self._run(root, after[-1].split(" "), token)
        return self._roots[key]

    def _run(self, root: Path, arguments: list[str], token: str) -> dict[str, dict[str, Any]]:
        written = self._main(root, [*arguments, "--json"], token)
        return {package["name"]: package for package in json.loads(written)["packages"]}

    def _main(self, root: Path, arguments: list[str], token: str) -> str:
        command, *rest = arguments
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="surrogateescape")
        # What one run has learned of commits and trees, the next ones need not find again.
        cache = self._folder / ("cache of a token" if token else "cache")
        environment = {"XDG_CACHE_HOME": str(cache), "GITHUB_TOKEN": token}
        with (
            mock.patch.dict(os.environ, environment),
            redirect_stdout(out),
            redirect_stderr(io.StringIO()) as err,
        ):
            if not token:
                del os.environ["GITHUB_TOKEN"]
            code = main([command, "-C", str(root), *rest])
        out.flush()
        assert code in (0, 1), err.getvalue()
        return out.buffer.getvalue().decode()


@contextmanager
def situations(folder: Path) -> Iterator[Situations]:
    """Return a project without packages."""
    with GitHub(folder / "github") as github, Index() as index:
        yield Situations(folder, github, index)


def nar_hash(repository: Repository, commit: str) -> str:
    """The SRI hash of a commit's archive as fetchFromGitHub has it, computed without the updater.

    Source: Nix manual, "Nix Archive (NAR) Format".
    """
    tree: dict[str, Any] = {}
    with tarfile.open(fileobj=io.BytesIO(_archive(repository, commit))) as archive:
        for member in archive.getmembers():
            *folders, name = member.name.split("/")
            folder = tree
            for part in folders:
                folder = folder.setdefault(part, {})
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None:
                folder[name] = (bool(member.mode & stat.S_IXUSR), file.read())
    digest = hashlib.sha256(_string(b"nix-archive-1") + _node(tree)).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _archive(repository: Repository, commit: str) -> bytes:
    repository.settle()
    # A filter of somebody's own configuration, such as that of Git LFS, is no part of it.
    done = subprocess.run(
        ["git", "archive", commit],
        cwd=repository.path,
        check=True,
        capture_output=True,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
    )
    return done.stdout


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(8, "little") + data + bytes(-len(data) % 8)


def _node(node: dict[str, Any] | tuple[bool, bytes]) -> bytes:
    words: list[bytes] = [b"(", b"type"]
    if isinstance(node, tuple):
        executable, content = node
        words += [b"regular", *([b"executable", b""] if executable else []), b"contents", content]
        return b"".join(map(_string, (*words, b")")))
    made = b"".join(map(_string, (*words, b"directory")))
    for name in sorted(node, key=str.encode):
        entry = b"".join(map(_string, (b"entry", b"(", b"name", name.encode(), b"node")))
        made += entry + _node(node[name]) + _string(b")")
    return made + _string(b")")
