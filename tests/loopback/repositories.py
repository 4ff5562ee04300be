"""Real git repositories for the loopback servers, written through ``git fast-import``.

Dates and authors are given, so the same calls make the same commit ids on every machine.
"""

from __future__ import annotations

import subprocess
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from tests.loopback.store import Store, environment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

NO_OBJECT = "0" * 40
FIRST_DATE = datetime(2025, 1, 1, tzinfo=UTC)

CONFIG = """\
[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
[uploadpack]
\tallowFilter = true
\tallowAnySHA1InWant = true
[fastimport]
\tunpackLimit = 1
[gc]
\tauto = 0
"""


@dataclass(frozen=True, slots=True)
class Executable:
    """A file with the execute bit."""

    content: str | bytes


@dataclass(frozen=True, slots=True)
class Symlink:
    """A symbolic link; the target is not checked."""

    target: str


@dataclass(frozen=True, slots=True)
class Submodule:
    """A commit of another repository."""

    commit: str


Entry: TypeAlias = "str | bytes | Executable | Symlink | Submodule | None"
"""What stands at a path of a tree; None takes it away."""


class Repository(Store):
    """A bare repository that can be changed at any time, also while it is served.

    Changes are streamed to one ``git fast-import`` process, which ends as soon as something is
    read (``settle``).

    Args:
        path: the bare repository's folder, which must not exist.
        default_branch: where HEAD points.
    """

    def __init__(self, path: Path, *, default_branch: str = "main") -> None:
        super().__init__(path)
        self.default_branch = default_branch
        self._import: subprocess.Popen[bytes] | None = None
        # A running fast-import finds its own new objects by mark only, older ones by id only.
        self._marks: dict[str, str] = {}
        self._heads: dict[str, str] = {}
        self._next_date = FIRST_DATE
        # Several connections of a server may be the first to read.
        self._settling = threading.Lock()
        # What `git init --bare` makes, without the cost of a process.
        (path / "objects").mkdir(parents=True)
        (path / "refs").mkdir()
        (path / "config").write_text(CONFIG)
        self.set_default_branch(default_branch)

    def set_default_branch(self, name: str) -> None:
        """Point HEAD to this branch."""
        self.default_branch = name
        self.forget()
        (self.path / "HEAD").write_text(f"ref: refs/heads/{name}\n")

    def commit(
        self,
        files: Mapping[str, Entry],
        *,
        date: str | datetime | None = None,
        message: str = "change",
        branch: str | None = "",
        parents: Sequence[str] | None = None,
        author: str = "Loop Back <loop@example.org>",
    ) -> str:
        """Commit changes over the first parent's files; return the commit id.

        Args:
            files: path -> content; what is not named stays as the first parent has it.
            date: ISO 8601 with an offset; the default is a day after the commit before.
            message: the commit's message.
            branch: moves to the commit; empty for the default branch, None for no branch.
            parents: commit ids; the default is the branch's head.
            author: name and address of the author, who is the committer too.
        """
        moved = self.default_branch if branch == "" else branch
        if parents is None:
            parents = [self._heads[moved]] if moved in self._heads else []
        ref = f"refs/heads/{moved}" if moved else "refs/detached"
        # Without the reset, a branch that exists would become the parent of a root commit.
        lines = [f"reset {ref}", f"commit {ref}", self._mark()]
        lines += [f"committer {author} {self._when(date)}", *data(message)]
        lines += [
            f"{'merge' if nth else 'from'} {self._name(one)}" for nth, one in enumerate(parents)
        ]
        stream = "\n".join(lines).encode() + b"\n"
        stream += b"".join(file_command(path, entry) for path, entry in files.items())
        commit = self._ask(stream)
        if moved:
            self._heads[moved] = commit
        else:
            self._send(f"reset {ref}\nfrom {NO_OBJECT}\n\n".encode())
        return commit

    def tag(
        self,
        name: str,
        target: str,
        *,
        annotated: bool = False,
        date: str | datetime | None = None,
        message: str = "release",
    ) -> str:
        """Make or move a tag; return the tag object's id if annotated, else the target.

        Args:
            name: without ``refs/tags/``.
            target: a commit id, or a tag object's id for a tag of a tag.
            annotated: whether a tag object is made.
            date: the tagger's date; the default is a day after the commit before.
            message: of the tag object.
        """
        if not annotated:
            self._send(f"reset refs/tags/{name}\nfrom {self._name(target)}\n\n".encode())
            return target
        lines = [f"tag {name}", self._mark(), f"from {self._name(target)}"]
        lines += [f"tagger Loop Back <loop@example.org> {self._when(date)}", *data(message)]
        return self._ask("\n".join(lines).encode() + b"\n")

    def branch(self, name: str, target: str | None = None) -> None:
        """Make or move a branch; the default target is the default branch's head."""
        target = target or self._heads[self.default_branch]
        self._heads[name] = target
        self._send(f"reset refs/heads/{name}\nfrom {self._name(target)}\n\n".encode())

    def delete(self, ref: str) -> None:
        """Take a ref away, named as ``refs/tags/v1.0``."""
        self._heads.pop(ref.removeprefix("refs/heads/"), None)
        self._send(f"reset {ref}\nfrom {NO_OBJECT}\n\n".encode())

    def note_head(self, ref: str, sha: str | None) -> None:
        """Learn of a ref that git itself moved, so that the next commit follows it."""
        name = ref.removeprefix("refs/heads/")
        if sha is None:
            self._heads.pop(name, None)
        else:
            self._heads[name] = sha

    def head(self, branch: str = "") -> str:
        """Return the commit of a branch, of the default branch if none is named."""
        return self._heads[branch or self.default_branch]

    def settle(self) -> None:
        """Write what was streamed, so that git can read it."""
        with self._settling:
            running, self._import = self._import, None
            if running is None:
                return
            self._marks.clear()
            with running:
                _, problems = running.communicate(b"done\n")
        if running.returncode:
            raise RuntimeError(f"git fast-import in {self.path} failed: {problems.decode()}")

    def _when(self, date: str | datetime | None) -> str:
        moment = datetime.fromisoformat(date) if isinstance(date, str) else date
        moment = moment or self._next_date
        self._next_date = moment + timedelta(days=1)
        return f"{int(moment.timestamp())} {moment:%z}"

    def _mark(self) -> str:
        return f"mark :{len(self._marks) + 1}"

    def _name(self, target: str) -> str:
        return self._marks.get(target, target)

    def _ask(self, stream: bytes) -> str:
        """Send a command that makes the next marked object, and return the object's id."""
        mark = f":{len(self._marks) + 1}"
        running = self._send(stream + f"get-mark {mark}\n".encode())
        if running.stdout is None:
            raise RuntimeError("git fast-import was started without a pipe")
        answer = running.stdout.readline().decode().strip()
        if not answer:
            self.settle()
        self._marks.setdefault(answer, mark)
        return answer

    def _send(self, stream: bytes) -> subprocess.Popen[bytes]:
        self.forget()
        if self._import is None:
            self._import = subprocess.Popen(
                ["git", "fast-import", "--quiet", "--force", "--done", "--date-format=raw"],
                cwd=self.path,
                env=environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        if self._import.stdin is None:
            raise RuntimeError("git fast-import was started without a pipe")
        self._import.stdin.write(stream)
        self._import.stdin.flush()
        return self._import


def data(content: str) -> list[str]:
    """Return fast-import's form of a text as lines."""
    return [f"data {len(content.encode())}", content]


def file_command(path: str, entry: Entry) -> bytes:
    """Return the fast-import command that puts an entry at a path. Source: git-fast-import(1)."""
    match entry:
        case None:
            return f"D {path}\n".encode()
        case Submodule(commit):
            return f"M 160000 {commit} {path}\n".encode()
        case Symlink(content):
            mode = "120000"
        case Executable(content):
            mode = "100755"
        case content:
            mode = "100644"
    raw = content.encode() if isinstance(content, str) else content
    return f"M {mode} inline {path}\ndata {len(raw)}\n".encode() + raw + b"\n"
