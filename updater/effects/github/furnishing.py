"""Labels, assignees, milestones and reviewers of pull requests.

Source: GitHub docs, "REST API endpoints for issues", "for labels" and "for review requests".
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from github import GithubException
from msgspec import Struct

if TYPE_CHECKING:
    from updater.effects.github.requests import Requests
    from updater.model import PullPolicy


class PullFurnisher(Struct, frozen=True):
    """Gives pull requests their labels and people."""

    requests: Requests

    def add(self, number: int, policy: PullPolicy) -> None:
        """Add labels, assignees, milestone and reviewers.

        Each is a set to GitHub: to do it again changes nothing, and what people set stays.
        """
        with self.requests.mapped(f"label pull request {number}", "pull_requests"):
            if policy.labels:
                self.requests.send("POST", f"/issues/{number}/labels", labels=list(policy.labels))
        with self.requests.mapped(f"assign pull request {number}", "pull_requests"):
            if policy.assignees:
                self.requests.send(
                    "POST", f"/issues/{number}/assignees", assignees=list(policy.assignees)
                )
            if policy.milestone:
                self.requests.send("PATCH", f"/issues/{number}", milestone=policy.milestone)
        self.ask_for_reviews(number, policy)

    def ask_for_reviews(self, number: int, policy: PullPolicy) -> None:
        """Ask people and teams for a review, which no other request can do beside its own."""
        people = [reviewer for reviewer in policy.reviewers if "/" not in reviewer]
        teams = [reviewer.partition("/")[2] for reviewer in policy.reviewers if "/" in reviewer]
        with self.requests.mapped(f"ask for reviews of pull request {number}", "pull_requests"):
            if people or teams:
                sent = {"reviewers": people, "team_reviewers": teams}
                self.requests.send("POST", f"/pulls/{number}/requested_reviewers", **sent)

    def finish(self, number: int, policy: PullPolicy, body: str) -> None:
        """Give a pull request that was opened just now all but its reviewers, and its last text.

        It has no labels yet, so that one request can set all. Where the host refuses one of them,
        such as an assignee whom it does not know, or takes no pull request for an issue, each is
        added by itself.
        """
        values: dict[str, Any] = {"labels": list(policy.labels)} if policy.labels else {}
        values |= {"assignees": list(policy.assignees)} if policy.assignees else {}
        values |= {"milestone": policy.milestone} if policy.milestone else {}
        if values and self._has_set(number, {**values, "body": body}):
            return
        if values:
            self.add(number, policy)
        with self.requests.mapped(f"edit pull request {number}", "pull_requests"):
            self.requests.send("PATCH", f"/pulls/{number}", body=body)

    def _has_set(self, number: int, values: dict[str, Any]) -> bool:
        """Set what a pull request has as an issue; return whether the host could."""
        with self.requests.mapped(f"label pull request {number}", "pull_requests"):
            try:
                self.requests.send("PATCH", f"/issues/{number}", **values)
            except GithubException as error:
                if error.status not in (HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY):
                    raise
                return False
            return True
