"""Branches by GraphQL: made and moved only from where they were seen, also with a pull request.

Source: GitHub docs, GraphQL, ``updateRefs`` and ``createPullRequest``. A branch that somebody else
moved meanwhile is left as it is, which REST cannot do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from updater.effects.github.pull_nodes import SHORT_PULL_FIELDS, read_shown_pull

if TYPE_CHECKING:
    from updater.effects.github.requests import Requests
    from updater.model import Pull

_NOTHING: Final = "0" * 40
_MOVE: Final = """mutation ($refs: UpdateRefsInput!) {
  updateRefs(input: $refs) { clientMutationId }
}"""
_OPEN: Final = f"""mutation ($refs: UpdateRefsInput!, $pull: CreatePullRequestInput!) {{
  updateRefs(input: $refs) {{ clientMutationId }}
  createPullRequest(input: $pull) {{ pullRequest {{ ...pull }} }}
}}
{SHORT_PULL_FIELDS}"""


class PullRequestText(Struct, frozen=True):
    """A pull request as it is opened."""

    base: str
    branch: str
    title: str
    body: str
    draft: bool


class BranchWriter(Struct, frozen=True):
    """Makes and moves branches.

    Attributes:
        node: GraphQL's id of the repository.
    """

    requests: Requests
    node: str

    def move(self, branch: str, commit: str, before: str) -> bool:
        """Bring a branch to a commit; return whether the host could.

        Args:
            branch: its name.
            commit: the new one.
            before: the commit that it has now; empty where it is made.

        Raises:
            PublishError: it was not, such as where the branch has another commit.
        """
        refs = self._refs(branch, commit, before)
        answer = self.requests.mutate(_MOVE, {"refs": refs})
        with self.requests.mapped(f"push to the branch {branch}", "contents"):
            return answer.result("updateRefs") is not None

    def open(self, commit: str, text: PullRequestText) -> tuple[bool, Pull | None]:
        """Make a branch and open a pull request from it.

        Returns:
            Whether the branch was made, and the pull request; where the host could not do one of
            them, it is left to REST.

        Raises:
            PublishError: the branch or the pull request was refused.
        """
        refs = self._refs(text.branch, commit, "")
        pull = {
            "repositoryId": self.node,
            "baseRefName": text.base,
            "headRefName": text.branch,
            "title": text.title,
            "body": text.body,
            "draft": text.draft,
        }
        answer = self.requests.mutate(_OPEN, {"refs": refs, "pull": pull})
        with self.requests.mapped(f"make the branch {text.branch}", "contents"):
            if answer.result("updateRefs") is None:
                return False, None
        with self.requests.mapped("open a pull request", "pull_requests"):
            created = answer.result("createPullRequest")
            return True, read_shown_pull(created["pullRequest"]) if created else None

    def _refs(self, branch: str, commit: str, before: str) -> dict[str, Any]:
        update = {
            "name": f"refs/heads/{branch}",
            "afterOid": commit,
            "beforeOid": before or _NOTHING,
            "force": True,
        }
        return {"repositoryId": self.node, "refUpdates": [update]}
