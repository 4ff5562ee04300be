"""One package's part of a pull request, and its outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.model import Failed, Held
from updater.model.proposal import Update, source_stays
from updater.pipeline import stage
from updater.publish.groups import as_built

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from updater.errors import StageError
    from updater.model import Package, Policy, PullPolicy, Updated
    from updater.model.orders import Order
    from updater.pipeline.proposed import ProposedUpdate
    from updater.publish import rules


class PullRequestPart(Struct, frozen=True):
    """One package's part of a pull request to be."""

    proposed: ProposedUpdate
    policy: PullPolicy
    update: Update

    @property
    def group(self) -> str:
        """The group of config.yaml that it belongs to, an empty string for none."""
        tracking = self.outcome.tracking
        moving = tracking is not None and tracking.moving
        return self.policy.group_of(pins=moving or self.update.command != "bump")

    @property
    def pins(self) -> bool:
        """Whether it goes with others that change nothing but what a pin says."""
        stays = self.update.stays or self.update.command != "bump"
        return not self.group and self.policy.pin_group is None and stays

    def beside(self, members: Sequence[PullRequestPart]) -> PullRequestPart:
        """Return the part as it is told in a pull request with some members.

        What changes nothing that is built was built as it is, whatever stands beside it.
        """
        if self.pins:
            return self
        identities = [member.package.identity for member in members]
        build = as_built(self.outcome.build, self.package.identity, identities)
        return replace(self, update=replace(self.update, build=build))

    def ordered(self, orders: Iterable[Order]) -> PullRequestPart:
        """Return the part with what people said of its package."""
        said = tuple(order for order in orders if order.identity == self.package.identity)
        return replace(self, update=replace(self.update, orders=said))

    def proposed_on(self, day: date) -> PullRequestPart:
        """Return the part as one that was first proposed on some day."""
        return replace(self, update=replace(self.update, proposed=day))

    @property
    def outcome(self) -> Updated:
        """The update."""
        return self.proposed.outcome

    @property
    def package(self) -> Package:
        """The package."""
        return self.outcome.package


def member_of(
    proposed: ProposedUpdate, policy: Policy, users: Sequence[str], *, reported: bool
) -> PullRequestPart:
    """Return a package's part.

    Args:
        proposed: the update.
        policy: what holds for it.
        users: the identities of the packages that use it.
        reported: its build is another process's word.
    """
    build = proposed.outcome.build
    unbuilt = build is not None and build.status == "failed"
    draft = policy.pull_request.draft or (unbuilt and policy.build.on_failure != "keep")
    pull = replace(policy.pull_request, draft=draft)
    names = tuple(identity.rpartition(".")[2] for identity in users)
    return PullRequestPart(proposed, pull, _update(proposed, policy, names, reported=reported))


def _update(
    proposed: ProposedUpdate, policy: Policy, users: tuple[str, ...], *, reported: bool
) -> Update:
    outcome = proposed.outcome
    package, candidate = outcome.package, outcome.candidate
    label = package.label
    return Update(
        identity=package.identity,
        name=package.name,
        file=package.file,
        line=package.line,
        old=outcome.old,
        new=outcome.new,
        ref=candidate.ref if candidate is not None else "",
        commit=candidate.commit if candidate is not None else "",
        hash=outcome.sri,
        method=outcome.hashed.method if outcome.hashed is not None else "",
        published=candidate.published if candidate is not None else None,
        upstream="" if proposed.project.on_index else proposed.project.page(),
        url=candidate.url if candidate is not None else "",
        reason=outcome.reason,
        warnings=outcome.warnings,
        fields=outcome.change.fields,
        build=outcome.build,
        reported=reported,
        stays=source_stays(outcome),
        research=proposed.research,
        title=policy.pull_request.title,
        group_title=policy.pull_request.group_title,
        requested_version=proposed.requested_version,
        command=proposed.command,
        label=label or "",
        evidence=outcome.evidence,
        adaptations=outcome.adaptations,
        dependents=users,
    )


def together(members: Sequence[PullRequestPart]) -> PullPolicy:
    """Return what holds for a pull request of several packages: the sum of what each asks for."""
    policies = [member.policy for member in members]
    return replace(
        policies[0],
        labels=tuple(dict.fromkeys(label for policy in policies for label in policy.labels)),
        reviewers=tuple(dict.fromkeys(login for policy in policies for login in policy.reviewers)),
        assignees=tuple(dict.fromkeys(login for policy in policies for login in policy.assignees)),
        draft=any(policy.draft for policy in policies),
    )


def apart(
    members: Sequence[PullRequestPart],
) -> tuple[list[PullRequestPart], list[PullRequestPart]]:
    """Return the members that can be one change, and those that wait for it.

    An update that comes with new overlays was planned with the list as the base has it.

    Args:
        members: in the order of the commit.
    """
    joined, later = [], []
    changed = set[str]()
    for member in members:
        change = member.outcome.change
        if change.adds_files and not changed.isdisjoint(own.file for own in change.beside):
            later.append(member)
            continue
        joined.append(member)
        changed.update(change.texts)
    return joined, later


def held(member: PullRequestPart, decision: rules.LeaveAlone) -> Held:
    """Return the outcome of a part that is left as it is."""
    return Held(
        reason=decision.reason,
        until=decision.until,
        pending=decision.pending,
        pull_request=decision.pull.link if decision.pull is not None else None,
        **member.outcome.common_fields,
    )


def failed(update: Updated, error: StageError) -> Failed:
    """Return the outcome of an update whose pull request failed."""
    return replace(stage.failed(update, error), build=update.build)
