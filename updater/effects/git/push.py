"""A commit made and pushed by git, for who does not want the host's API to make it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.effects import temporary
from updater.effects.git.environment import isolated
from updater.effects.git.fetch import git_with_limit, refuse_too_large
from updater.effects.git.rejections import BY_RULE, is_by_rule, reason_in
from updater.effects.processes.process import decoded, run
from updater.errors import BadAnswer, PublishError
from updater.model.policy import LARGEST_PACK

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SECONDS = 300.0


class NewCommit(Struct, frozen=True):
    """A commit to be.

    Attributes:
        parent: an id that the remote has.
        files: path -> the whole file.
        modes: path -> mode as git writes it; a new file is a plain one.
        login: who it is by.
    """

    parent: str
    message: str
    files: Mapping[str, bytes]
    modes: Mapping[str, str]
    login: str


@dataclass(frozen=True, slots=True)
class PushRemote:
    """A repository on a host, and the token that may push to it.

    git finds the token in its environment, for this host alone, so that it stands in no address, no
    argument and no file.

    Attributes:
        largest: how many bytes git may fetch at once.
    """

    web: str
    repository: str
    token: str = field(repr=False)
    largest: int = LARGEST_PACK

    async def push(self, branch: str, old: str, commit: NewCommit) -> None:
        """Make a commit and move a branch to it.

        Args:
            branch: its name.
            old: the commit that it must still be at, or an empty string where there is none.
            commit: what it gets.

        Raises:
            PublishError: git refuses, or the branch is somewhere else by now.
        """
        with temporary.folder("push") as folder:
            git = _PushRepository(
                folder, self._environment(commit.login), self.repository, self.largest
            )
            url = f"{self.web}/{self.repository}.git"
            await git.run("init", "--quiet", "--bare", "repository")
            await git.run("fetch", "--quiet", "--depth=1", "--no-tags", url, commit.parent)
            await git.run("read-tree", commit.parent)
            for path, data in commit.files.items():
                (git.folder / "file").write_bytes(data)
                blob = await git.run("hash-object", "-w", "--no-filters", "../file")
                entry = f"{commit.modes.get(path, '100644')},{blob},{path}"
                await git.run("update-index", "--add", "--cacheinfo", entry)
            tree = await git.run("write-tree")
            (git.folder / "message").write_text(commit.message, encoding="utf-8")
            made = await git.run("commit-tree", tree, "-p", commit.parent, "-F", "../message")
            lease = f"--force-with-lease=refs/heads/{branch}:{old}"
            await git.run("push", "--quiet", lease, url, f"{made}:refs/heads/{branch}")

    def _environment(self, login: str) -> dict[str, str]:
        who = {
            f"GIT_{role}_{part}": value
            for role in ("AUTHOR", "COMMITTER")
            for part, value in (("NAME", login), ("EMAIL", f"{login}@users.noreply.github.com"))
        }
        return isolated(self.web, self.token) | who


@dataclass(frozen=True, slots=True)
class _PushRepository:
    """git in a repository of its own."""

    folder: Path
    environment: dict[str, str] = field(repr=False)
    name: str
    largest: int

    async def run(self, *arguments: str) -> str:
        """Return what git prints, without the last newline."""
        inside = self.folder / "repository"
        try:
            done = await run(
                [*git_with_limit(self.largest), *arguments],
                cwd=inside if inside.exists() else self.folder,
                env=self.environment,
                timeout=_SECONDS,
            )
        except FileNotFoundError as error:
            raise PublishError("git is not installed", hint="or use publish: {via: api}") from error
        except TimeoutError as error:
            raise PublishError(f"{self.name}: git {arguments[0]} took too long") from error
        if done.returncode:
            text = decoded(done.stderr).strip()
            try:
                refuse_too_large(text, self.name, self.largest)
            except BadAnswer as error:
                raise PublishError(error.message, hint=error.hint) from error
            why = reason_in(text) or f"it ended with {done.returncode}"
            advice = "the token needs contents=write; if the branch moved just now, run again"
            raise PublishError(
                f"{self.name}: git {arguments[0]} failed: {why}",
                hint=BY_RULE if is_by_rule(text) else advice,
            )
        return decoded(done.stdout).strip()
