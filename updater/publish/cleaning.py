"""What earlier runs left: replaced pull requests, branches that were merged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.publish import rules
from updater.publish.text.comments import superseded_body

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model.proposal import Proposal
    from updater.publish.looking import RepositoryView


def clean_up(view: RepositoryView, proposals: Sequence[Proposal]) -> None:
    """Close what another branch proposes by now; delete branches that were merged.

    Raises:
        PublishError: it cannot be now; the next run does it.
    """
    for pull in rules.superseded(view.open, view.login, proposals):
        branch = view.branches.branch(pull.branch)
        if branch is None or (
            rules.person_commit(branch) is None
            and view.is_of_this_project(branch, rules.packages_of(pull))
        ):
            view.close(pull, superseded_body(pull.body))
    busy = {pull.branch for pull in view.open} | {proposal.branch for proposal in proposals}
    for name, head in dict(view.branches.heads).items():
        if name not in busy:
            newest = next(iter(view.branches.earlier(name)), None)
            if newest is not None and rules.is_spent(newest, view.login, head):
                view.drop_branch(newest)
