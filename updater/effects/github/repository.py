"""A repository on GitHub where pull requests are made.

How requests are sent, and what refusals mean, is in `github_requests`.
"""

from __future__ import annotations

import base64
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from updater.effects.github.answers import read_comment, read_commit, read_issue, read_pull
from updater.effects.github.branching import BranchWriter, PullRequestText
from updater.effects.github.details import Details, details
from updater.effects.github.furnishing import PullFurnisher
from updater.effects.github.objects import GitObjects, TreeFile
from updater.effects.github.overview import Overview, overview
from updater.effects.github.protection import CheckState, reported_checks, requires_checks
from updater.effects.github.requests import Access, Requests
from updater.model import Branch, Issue, Pull

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from updater.effects.github.pace import WritePace
    from updater.model.pulls import PullComment

_MOST_COMMITS = 100
_MOST_COMPARED_FILES = 300
_ENABLE = """mutation ($id: ID!) {
  enablePullRequestAutoMerge(input: {pullRequestId: $id}) { clientMutationId }
}"""
_DISABLE = """mutation ($id: ID!) {
  disablePullRequestAutoMerge(input: {pullRequestId: $id}) { clientMutationId }
}"""


class GitHubRepository:
    """One repository; use it through `opened`.

    Every method raises PublishError where GitHub refuses or cannot be reached.
    """

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self._objects = GitObjects(requests)
        self._branches: BranchWriter | None = None

    @classmethod
    @contextmanager
    def opened(cls, access: Access) -> Iterator[GitHubRepository]:
        """Open the connection and close it at the end."""
        with Requests.opened(access) as requests:
            yield cls(requests)

    # --- read ---

    def login(self) -> str:
        """Return the login of the token's user or App (``NAME[bot]``)."""
        with self._reading():
            return self._requests.login()

    def base(self, branch: str) -> tuple[str, str | None]:
        """Return a branch, the default one where none is named, and its commit if there is any."""
        with self._reading():
            return self._objects.base(branch)

    def overview(self, base: str, prefixes: Sequence[str], *, issues: bool) -> Overview:
        """Return what there is of branches, pull requests and, if asked, issues."""
        with self._reading():
            shown = overview(self._requests, base, prefixes, issues=issues)
            self.pace.made(_ages(shown))
            if shown.node:
                self._branches = BranchWriter(self._requests, shown.node)
            return shown

    def details(
        self,
        branches: Sequence[str],
        places: Iterable[tuple[str, str]],
        checked: Sequence[str] = (),
    ) -> Details:
        """Return the pull requests of branches, what commits have at paths, and their checks."""
        with self._reading():
            return details(self._requests, branches, places, checked)

    def changed_paths(self, before: str, after: str) -> frozenset[str] | None:
        """Return the files that changed between two commits.

        None where they are not known: ``before`` is not part of the other's history, or there are
        more than GitHub lists. Source: GitHub docs, "Compare two commits", which gives 300.
        """
        with self._reading():
            compared = self._requests.ask(f"/compare/{before}...{after}", per_page=1)
            listed = compared.get("files")
            if compared["status"] not in ("ahead", "identical") or listed is None:
                return None
            if len(listed) >= _MOST_COMPARED_FILES:
                return None
            names = [[file["filename"], file.get("previous_filename")] for file in listed]
            return frozenset(str(name) for pair in names for name in pair if name)

    def files(self, commit: str, paths: Sequence[str]) -> dict[str, TreeFile]:
        """Return what a commit has at some paths; a path without a file is left out."""
        with self._reading():
            return self._objects.files(commit, paths)

    def blob(self, sha: str) -> bytes:
        """Return a file's bytes by its blob's id."""
        with self._reading():
            return base64.b64decode(str(self._requests.ask(f"/git/blobs/{sha}")["content"]))

    def find_blob(self, sha: str) -> bytes | None:
        """Return a file's bytes, None where it is no file (a submodule, say) or too large."""
        with self._reading():
            answer = self._requests.find(f"/git/blobs/{sha}")
            return base64.b64decode(str(answer["content"])) if answer is not None else None

    def branch(self, name: str, base: str) -> Branch | None:
        """Return a branch with the commits that ``base`` lacks, None where there is none."""
        with self._reading():
            head = self._requests.heads(name).get(name)
            if head is None:
                return None
            compared = self._requests.ask(f"/compare/{base}...{head}", per_page=_MOST_COMMITS)
            commits = tuple(
                read_commit(self._requests.ask(f"/commits/{commit['sha']}"))
                for commit in compared["commits"]
            )
            return Branch(head, commits)

    def pulls(self, branch: str) -> tuple[Pull, ...]:
        """Return the pull requests of a branch of this repository, newest first."""
        with self._reading():
            query = {"head": f"{self._requests.owner}:{branch}", "state": "all"}
            pulls = [read_pull(answer) for answer in self._requests.all_of("/pulls", **query)]
            pulls = [pull for pull in pulls if pull.branch == branch]
            return tuple(sorted(pulls, key=lambda pull: -pull.number))

    def closed_pulls(self, base: str) -> tuple[Pull, ...]:
        """Return the newest hundred pull requests against a branch that are not open any more."""
        with self._reading():
            query = {"base": base, "state": "closed", "sort": "created", "direction": "desc"}
            return tuple(map(read_pull, self._requests.ask("/pulls", per_page=100, **query)))

    def pull_files(self, number: int) -> dict[str, str]:
        """Return path -> blob id of the files that a pull request changes."""
        with self._reading():
            listed = self._requests.all_of(f"/pulls/{number}/files")
            return {str(file["filename"]): str(file["sha"] or "") for file in listed}

    def newest_comments(self) -> dict[int, tuple[PullComment, ...]] | None:
        """Return number -> the repository's newest hundred comments, oldest first.

        For hosts where a pull request does not come with its own; None where they list none.
        """
        with self._reading():
            query = "sort=created&direction=desc&per_page=100"
            listed = self._requests.find(f"/issues/comments?{query}")
            if listed is None:
                return None
            found: dict[int, tuple[PullComment, ...]] = {}
            for answer in reversed(listed):
                number = int(str(answer["issue_url"]).rpartition("/")[2])
                found[number] = (*found.get(number, ()), read_comment(answer))
            return found

    def comments(self, number: int) -> tuple[PullComment, ...]:
        """Return a pull request's comments, oldest first."""
        with self._reading():
            return tuple(map(read_comment, self._requests.all_of(f"/issues/{number}/comments")))

    def issues(self) -> tuple[Issue, ...]:
        """Return all issues, oldest first."""
        with self._requests.mapped("read the issues", "issues"):
            listed = self._requests.all_of("/issues", state="all", sort="created", direction="asc")
            return tuple(read_issue(issue) for issue in listed if "pull_request" not in issue)

    def may_write(self, login: str) -> bool:
        """Tell whether somebody may push to the repository; who is no user (an App) may not."""
        with self._reading():
            answer = self._requests.find(f"/collaborators/{quote(login, safe='')}/permission")
            return answer is not None and answer["permission"] in ("admin", "write")

    def requires_checks(self, branch: str) -> bool:
        """Tell whether GitHub merges into a branch only what passed some check."""
        with self._reading():
            return requires_checks(self._requests, branch)

    def checks(self, commit: str) -> CheckState | None:
        """Return what GitHub reports of all checks of a commit, None where it has none."""
        with self._requests.mapped("read the checks of pull requests", "checks"):
            return reported_checks(self._requests, commit)

    # --- write ---

    @property
    def pace(self) -> WritePace:
        """What GitHub takes yet."""
        return self._requests.pace

    def commit(self, parent: str, message: str, files: Mapping[str, bytes]) -> str:
        """Make a commit over ``parent`` with some files' new bytes; return its id.

        It names no author, so that GitHub signs it for an App. Modes stay as they are.
        Source: GitHub docs, "About commit signature verification", "for bots".
        """
        now = self.files(parent, tuple(files))
        with self._requests.mapped("commit", "contents"):
            tree = self._objects.root(parent)
            entries = []
            for path, data in files.items():
                mode = now[path].mode if path in now else "100644"
                entries.append({"path": path, "mode": mode, "type": "blob", **self._written(data)})
            made = self._requests.send("POST", "/git/trees", base_tree=tree, tree=entries)
            sent = {"message": message, "tree": made["sha"], "parents": [parent]}
            return str(self._requests.send("POST", "/git/commits", **sent)["sha"])

    def _written(self, data: bytes) -> dict[str, str]:
        """Return a file's bytes as an entry of a tree has them; what is no text is sent before."""
        try:
            text = data.decode()
        except UnicodeDecodeError:
            text = "\0"
        if "\0" not in text:
            return {"content": text}
        content = base64.b64encode(data).decode()
        blob = self._requests.send("POST", "/git/blobs", content=content, encoding="base64")
        return {"sha": str(blob["sha"])}

    def propose(self, commit: str, text: PullRequestText) -> Pull:
        """Make a branch and open a pull request from it, at once where the host can."""
        is_made, pull = self._branches.open(commit, text) if self._branches else (False, None)
        if not is_made:
            self.make_branch(text.branch, commit)
        return pull if pull is not None else self.open_pull(text)

    def make_branch(self, name: str, commit: str) -> None:
        """Make a branch."""
        with self._requests.mapped(f"make the branch {name}", "contents"):
            self._requests.send("POST", "/git/refs", ref=f"refs/heads/{name}", sha=commit)

    def obstacle(self, name: str) -> str:
        """Return the branch beside which git cannot have one of some name; empty where none is.

        Source: git-check-ref-format(1), of refs that are files, in folders that are refs.
        """
        parts = name.split("/")
        folders = ["/".join(parts[:count]) for count in range(1, len(parts))]
        with self._reading():
            heads = self._requests.heads(parts[0])
        below = (head for head in heads if head.startswith(f"{name}/"))
        return next((head for head in folders if head in heads), next(below, ""))

    def move_branch(self, name: str, commit: str, before: str) -> None:
        """Move a branch; where the host can tell, only from the commit that it had before."""
        if self._branches is not None and self._branches.move(name, commit, before):
            return
        with self._requests.mapped(f"push to the branch {name}", "contents"):
            self._requests.send("PATCH", f"/git/refs/heads/{quote(name)}", sha=commit, force=True)

    def delete_branch(self, name: str) -> None:
        """Delete a branch."""
        with self._requests.mapped(f"delete the branch {name}", "contents"):
            self._requests.send("DELETE", f"/git/refs/heads/{quote(name)}")

    def open_pull(self, text: PullRequestText) -> Pull:
        """Open a pull request from a branch that is there."""
        sent: dict[str, str | bool] = {"base": text.base, "head": text.branch, "draft": text.draft}
        sent |= {"title": text.title, "body": text.body}
        with self._requests.mapped("open a pull request", "pull_requests"):
            return read_pull(self._requests.send("POST", "/pulls", **sent))

    def edit_pull(self, number: int, **changes: str) -> None:
        """Change a pull request's ``title``, ``body`` or ``state``."""
        with self._requests.mapped(f"edit pull request {number}", "pull_requests"):
            self._requests.send("PATCH", f"/pulls/{number}", **changes)

    @property
    def furnishing(self) -> PullFurnisher:
        """Gives pull requests their labels and people."""
        return PullFurnisher(self._requests)

    def comment(self, number: int, text: str) -> None:
        """Comment on a pull request."""
        with self._requests.mapped(f"comment on pull request {number}", "pull_requests"):
            self._requests.send("POST", f"/issues/{number}/comments", body=text)

    def open_issue(self, title: str, body: str) -> None:
        """Open an issue."""
        with self._requests.mapped("open an issue", "issues"):
            self._requests.send("POST", "/issues", title=title, body=body)

    def edit_issue(self, number: int, **changes: str) -> None:
        """Change an issue's ``body`` or ``state``."""
        with self._requests.mapped(f"edit issue {number}", "issues"):
            self._requests.send("PATCH", f"/issues/{number}", **changes)

    def set_automerge(self, pull: Pull, *, on: bool) -> None:
        """Let GitHub merge a pull request once it can, or no more."""
        what = f"{'enable' if on else 'disable'} auto-merge of pull request {pull.number}"
        with self._requests.mapped(what, "pull_requests"):
            self._requests.graphql(_ENABLE if on else _DISABLE, {"id": pull.node})

    def _reading(self) -> AbstractContextManager[None]:
        return self._requests.mapped("read the repository", "contents")


def _ages(shown: Overview) -> Iterator[float]:
    """Yield the ages of the user's own pull requests, in seconds, as far as they are told."""
    now = datetime.now(UTC)
    for pull in (*shown.pulls, *shown.ended):
        if pull.created is not None and pull.author == shown.login:
            yield (now - pull.created).total_seconds()
