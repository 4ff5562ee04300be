"""A pull request's whole content, from the updates that share it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.errors import PublishError
from updater.model.proposal import Proposal
from updater.publish.text import names
from updater.publish.text.body import render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.find.overlay_files import OverlayFiles
    from updater.model import Change
    from updater.publish.looking import RepositoryView
    from updater.publish.members import PullRequestPart


class ProposalPlanner(Struct, frozen=True):
    """Plans what a branch and its pull request will have; nothing is written.

    Attributes:
        view: the repository.
        configuration: the file of config.yaml, to which a body links.
    """

    view: RepositoryView
    configuration: str

    def plan(
        self, name: str, branch: str, members: Sequence[PullRequestPart], overlays: OverlayFiles
    ) -> Proposal:
        """Plan all members' edits on the base's text, one after the other.

        Raises:
            StageError: an edit of a member is a guess there, or new overlays would join a list that
                is not the base's.
        """
        texts, changed = dict(overlays.texts), set[str]()
        for member in members:
            change = member.proposed.planned.of(texts)
            self._refuse_other_base(change, texts)
            texts |= change.texts
            changed.update(change.texts)
        updates = tuple(member.update for member in members)
        links = self.view.links(branch, self.configuration)
        return Proposal(
            branch=branch,
            title=names.title(name, updates),
            message=names.message(name, updates),
            body=render(updates, links),
            updates=updates,
            links=links,
            files={f"{self.view.base.prefix}{file}": texts[file] for file in sorted(changed)},
        )

    def _refuse_other_base(self, change: Change, texts: Mapping[str, bytes]) -> None:
        """Refuse new overlays whose list is not the base's.

        Raises:
            PublishError: it is not.
        """
        if not change.adds_files:
            return
        listed = [own.file for own in change.beside]
        there = {**self.view.read(listed, self.view.base.commit), **texts}
        for own in change.beside:
            if there.get(own.file) != own.before:
                branch = self.view.base.branch
                raise PublishError(
                    f"{own.file} is not what the branch {branch} has",
                    hint=f"run it again with {branch} checked out and nothing changed",
                )
