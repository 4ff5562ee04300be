"""The project's repository on the loopback GitHub, with upstreams that have news."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.loopback.git_data import make_commit, set_ref, write
from tests.loopback.github import TOKEN
from tests.loopback.pulls import merge
from tests.project import FAKE, flat_hash, pypi_overlay
from updater.cli import session

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    import pytest

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted, PullRecord
    from tests.loopback.index import Index
    from tests.project import Project, Result

BOT = "loopback"
OTHERS_TOKEN = "ghp_other"


@dataclass(frozen=True, slots=True)
class Home:
    """A project, its repository, and the loopback servers."""

    project: Project
    github: GitHub
    index: Index
    hosted: Hosted
    patch: pytest.MonkeyPatch

    @classmethod
    def made(
        cls, project: Project, github: GitHub, index: Index, patch: pytest.MonkeyPatch
    ) -> Home:
        """Make the repository ``me/overlays``; the token is in the environment."""
        patch.setenv("GITHUB_TOKEN", TOKEN)
        hosted = github.repository("me", "overlays")
        hosted.writable = True
        home = cls(project, github, index, hosted, patch)
        home.configure("repository: me/overlays\npublish: {pause: 0s}\n")
        return home

    def configure(self, text: str) -> None:
        """Add to config.yaml."""
        self.project.add_configuration(text)

    def add(self, *names: str, version: str = "1.0", sri: str | None = FAKE) -> None:
        """Add overlays to the disk and, in one commit, to the base branch.

        Args:
            names: of the packages, which are released as well.
            version: what they have.
            sri: their hash; None for that of their release.
        """
        hashes = {name: self.release(name, version) for name in names}
        texts = {
            f"overlays/{name}.nix": pypi_overlay(name, version, sri=sri or hashes[name])
            for name in names
        }
        for file, text in texts.items():
            self.project.overlay(file.removeprefix("overlays/"), text)
        self.hosted.commit({"README": "ours\n", **texts})
        self.hosted.settle()

    def release(self, name: str, version: str) -> str:
        """Release a version upstream, and return its file's hash."""
        return flat_hash(self.index.release(name, version)[0].content)

    def bump(self, *arguments: str) -> Result:
        """Run ``bump --pr --json``; the local files must stay as they are."""
        before = self.project.snapshot()
        result = self.project.run("bump", "--pr", "--json", *arguments)
        assert self.project.snapshot() == before
        return result

    def set_clock(self, day: datetime) -> None:
        """Let the next runs propose at some moment."""

        class Stopped(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Stopped:
                moment = day.astimezone(tz)
                return cls.fromisoformat(moment.isoformat())

        self.patch.setattr(session, "datetime", Stopped)

    def packages(self, result: Result) -> dict[str, dict[str, Any]]:
        """Return a result's packages by name."""
        assert "packages" in result.json, result.out
        return {one["name"]: one for one in result.json["packages"]}

    def branch(self, name: str) -> str | None:
        """Return the head of a branch."""
        self.hosted.forget()
        return self.hosted.find(f"refs/heads/{name}")

    def show(self, rev: str, path: str) -> str:
        """Return a file of a commit."""
        return self.hosted.git("show", f"{rev}:{path}")

    def changed(self, rev: str) -> list[str]:
        """Return the files that a commit changes."""
        return self.hosted.git("diff-tree", "-r", "--name-only", "--no-commit-id", rev).split()

    def version(self, rev: str, name: str) -> str:
        """Return the version that an overlay has in a commit."""
        return self.show(rev, f"overlays/{name}.nix").split('version = "')[1].split('"')[0]

    def pull(self, number: int) -> PullRecord:
        """Return a pull request."""
        return self.hosted.pulls[number]

    def state(self) -> dict[str, Any]:
        """Return all that a person sees in the repository, commits' dates and ids left out."""
        self.hosted.forget()
        heads = self.hosted.git("for-each-ref", "--format=%(refname)", "refs/heads").split()
        return {
            "branches": {
                head: self.hosted.git("log", "--format=%T %B", f"main..{head}")
                for head in heads
                if head != "refs/heads/main"
            },
            "main": self.hosted.find("refs/heads/main^{tree}"),
            "pulls": {
                number: (
                    pull.author,
                    pull.title,
                    pull.body,
                    pull.branch,
                    pull.state,
                    pull.labels,
                    pull.assignees,
                    pull.reviewers,
                    pull.milestone,
                    pull.comments,
                    pull.draft,
                    pull.automerge,
                )
                for number, pull in self.hosted.pulls.items()
            },
        }

    def writes(self) -> list[str]:
        """Return the requests so far that write, as ``METHOD PATH``."""
        return [
            f"{one.method} {one.path.partition('/repos/me/overlays')[2]}"
            for one in self.github.server.requests("^(?:POST|PATCH|PUT|DELETE) .*/repos/")
        ]

    def push(
        self, branch: str, files: Mapping[str, str | None], *, parents: tuple[str, ...] = ()
    ) -> str:
        """Commit on top of a branch as a person does with git; None takes a file away."""
        head = self.branch(branch) or ""
        tree = self._tree(head, files)
        commit = make_commit(self.hosted, tree, (head, *parents), "by hand")
        set_ref(self.hosted, f"refs/heads/{branch}", commit)
        return commit

    def merge(self, number: int) -> str:
        """Merge a pull request."""
        return merge(self.hosted, number)

    def open_as(self, login: str, branch: str, files: dict[str, str], owner: str = "me") -> int:
        """Let somebody else open a pull request; return its number.

        Args:
            login: who.
            branch: of ``owner``'s repository, which is a fork unless it is ours.
            files: what changes over our base.
            owner: whose repository has the branch.
        """
        source = self.hosted
        if owner != "me":
            source = self.github.repository(owner, "overlays")
            source.settle()
            write(source, "fetch", "--quiet", str(self.hosted.path), "main:refs/heads/main")
        base = source.git("rev-parse", "refs/heads/main")
        tree = self._tree(base, files, source)
        commit = make_commit(source, tree, (base,), "theirs", login)
        set_ref(source, f"refs/heads/{branch}", commit)
        import httpx  # noqa: PLC0415 - one helper's

        self.github.tokens.add(OTHERS_TOKEN)
        self.github.users[OTHERS_TOKEN] = login
        answer = httpx.post(
            f"{self.github.api_url}/repos/me/overlays/pulls",
            json={"head": f"{owner}:{branch}", "base": "main", "title": "theirs", "body": ""},
            headers={"Authorization": f"Bearer {OTHERS_TOKEN}"},
        )
        assert answer.status_code == 201, answer.text
        return int(json.loads(answer.text)["number"])

    def _tree(
        self, base: str, files: Mapping[str, str | None], hosted: Hosted | None = None
    ) -> str:
        hosted = hosted or self.hosted
        made = hosted.commit(files, parents=[base], branch=None)
        return hosted.git("rev-parse", f"{made}^{{tree}}")
