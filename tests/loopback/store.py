"""A bare repository read through the host's git."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tests.loopback.object_reader import ObjectReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ref:
    """A tag or branch as git has it.

    Attributes:
        name: such as ``refs/tags/v1.0``.
        object: the tag object of an annotated tag, else the commit.
        commit: with the annotated tag peeled.
        committed: the commit's committer date.
        tagged: the tagger's date, None for a branch or lightweight tag.
    """

    name: str
    object: str
    commit: str
    committed: datetime
    tagged: datetime | None

    @property
    def short(self) -> str:
        """The name without ``refs/tags/`` or ``refs/heads/``."""
        return self.name.split("/", 2)[2]

    @property
    def annotated(self) -> bool:
        """Whether a tag object stands between the name and the commit."""
        return self.object != self.commit


def environment() -> dict[str, str]:
    """Return an environment for git in which no configuration of the user or machine counts."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.devnull,
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }


class Store:
    """What a repository holds; each answer is kept until the repository changes.

    Args:
        path: the bare repository's folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._refs: tuple[Ref, ...] | None = None
        self._found: dict[str, str | None] = {}
        self._objects: dict[str, tuple[str, bytes]] = {}
        self._reader = ObjectReader(path, environment())

    def settle(self) -> None:
        """Bring the repository into a state that git can read; nothing to do for a finished one."""

    def close(self) -> None:
        """End what reads the repository."""
        self._reader.close()

    def forget(self) -> None:
        """Ask git again about refs; objects never change."""
        self._refs = None
        self._found.clear()

    def git(self, *arguments: str) -> str:
        """Return what a git command prints in this repository, without the last newline."""
        self.settle()
        return self._run(*arguments).decode().removesuffix("\n")

    def refs(self) -> tuple[Ref, ...]:
        """Return all tags and branches, sorted by name."""
        self.settle()
        if self._refs is None:
            self._refs = tuple(self._read_refs())
        return self._refs

    def find(self, expression: str) -> str | None:
        """Return the object that git understands by an expression, such as ``HEAD:setup.py``."""
        self.settle()
        if expression not in self._found:
            self._found[expression] = self._look_up(expression)
        return self._found[expression]

    def read(self, *shas: str) -> dict[str, tuple[str, bytes]]:
        """Return objects as their type and content, by their ids; all must exist."""
        self.settle()
        unread = sorted({sha for sha in shas if sha not in self._objects})
        for sha in unread:
            if self._look_up(sha) is None:
                raise KeyError(sha)
        return {sha: self._objects[sha] for sha in shas}

    def _look_up(self, expression: str) -> str | None:
        answer = self._reader.ask(expression)
        if answer is None:
            return None
        sha, kind, content = answer
        self._objects[sha] = kind, content
        return sha

    def _run(self, *arguments: str) -> bytes:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )
        return done.stdout

    def _read_refs(self) -> Iterator[Ref]:
        peeled = "%(if)%(*objectname)%(then)%(*objectname) %(*committerdate:iso-strict)"
        plain = "%(else)%(objectname) %(committerdate:iso-strict)%(end)"
        form = f"%(refname) %(objectname) %(taggerdate:iso-strict) {peeled}{plain}"
        for line in self.git("for-each-ref", f"--format={form}").splitlines():
            name, target, tagged, commit, committed = line.split(" ")
            if not committed:  # a tag of a tag, which git before 2.45 peels only once
                peel = ("log", "--no-walk", "--format=%H %cI", name)
                commit, committed = self.git(*peel).split(" ")
            yield Ref(
                name,
                target,
                commit,
                datetime.fromisoformat(committed),
                datetime.fromisoformat(tagged) if tagged else None,
            )
