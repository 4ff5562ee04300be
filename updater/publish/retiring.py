"""Pull requests that have nothing left to propose: the base has it by now, or it may not be taken.

They are closed, unless a person worked on them. What costs no request is looked at first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.errors import HashError
from updater.find.changed import pin_of
from updater.find.packages import functions_of, read_file
from updater.model.fields import HASH_FIELDS
from updater.model.labels import is_newer, ordered
from updater.model.proposal import read_key, source_of_key
from updater.model.sri import parse_hash
from updater.overlay.editing.pin_files import with_changes
from updater.pipeline.standing import ProposedVersion
from updater.publish import rules
from updater.publish.ordering import refusing
from updater.publish.text.answers import reason_of
from updater.publish.text.comments import retired_comment, retired_marker
from updater.publish.text.marker import emptied, read_marker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from updater.model import Branch, Outcome, Package, Pull, PullRequestLink
    from updater.model.proposal import Proposal
    from updater.publish.looking import RepositoryView
    from updater.publish.text.marker import Marker


class RetiredPullRequest(Struct, frozen=True):
    """A pull request with nothing left to propose.

    Attributes:
        reasons: identity -> why, for each of its packages.
        left_for: a person's commit, for which it is left open; empty where it was closed.
    """

    pull: Pull
    reasons: Mapping[str, str]
    left_for: str

    @property
    def link(self) -> PullRequestLink:
        """What outcomes name."""
        return (self.pull if self.left_for else replace(self.pull, state="closed")).link

    def __str__(self) -> str:
        listed = "; ".join(f"{identity}: {why}" for identity, why in self.reasons.items())
        done = (
            f"stays open, since its branch has commits of others, such as {self.left_for[:12]}"
            if self.left_for
            else "was closed"
        )
        return f"pull request {self.pull.number} has nothing left to propose, and {done} ({listed})"


class Objector(Struct, frozen=True):
    """Whom to ask whether a version that is proposed may still be taken.

    Attributes:
        about: the identities of the packages that the run is about, which alone are asked about.
        ask: returns of each why it may not; an empty text where it may, or nobody can tell.
    """

    about: frozenset[str]
    ask: Callable[[Sequence[ProposedVersion]], list[str]]

    def without(self, identities: Iterable[str]) -> Objector:
        """Return one that is not asked about some packages."""
        return replace(self, about=self.about.difference(identities))


NOBODY = Objector(frozenset(), lambda versions: ["" for _ in versions])
"""Knows of nothing."""


class PullRequestRetirer(Struct, frozen=True):
    """Finds and closes them.

    Attributes:
        packages: the base's, by identity.
        objector: says what may not be taken any more.
    """

    view: RepositoryView
    packages: Mapping[str, Package]
    objector: Objector

    def retire(self, proposals: Sequence[Proposal]) -> Iterator[RetiredPullRequest]:
        """Close what has nothing left to propose, and yield each as soon as it is done.

        Raises:
            PublishError: it cannot be now; the next run does it.
        """
        busy = {proposal.branch for proposal in proposals}
        proposed = {update.identity for proposal in proposals for update in proposal.updates}
        for pull in self.view.own_pulls:
            marker = read_marker(pull.body)
            if marker is None or pull.branch in busy:
                continue
            versions = dict(map(read_key, marker.keys))
            if proposed & versions.keys():
                continue
            reasons = self._reasons(versions)
            branch = self._branch(pull) if reasons else None
            if branch is not None and self._holds(versions, branch):
                yield self._end(pull, branch, reasons)
            elif not reasons:
                reasons = self._ruled_out(marker)
                branch = self._branch(pull) if reasons else None
                if branch is not None and self.view.is_of_this_project(branch, versions):
                    yield self._end(pull, branch, reasons)

    def _branch(self, pull: Pull) -> Branch | None:
        return self.view.branches.branch(pull.branch)

    def _end(self, pull: Pull, branch: Branch, reasons: Mapping[str, str]) -> RetiredPullRequest:
        stopped = rules.stopped_by(branch, pull)
        sha = stopped.sha if stopped is not None else ""
        marker = read_marker(pull.body)
        refused = self._refused(marker) if marker is not None else {}
        if sha or not reasons.keys() <= refused.keys():  # else the answer to the comment said it
            self.view.say_once(pull, retired_marker(sha), retired_comment(reasons, sha))
        if not sha:
            self.view.close(pull, emptied(pull.body))
        return RetiredPullRequest(pull, reasons, sha)

    def _reasons(self, versions: Mapping[str, str]) -> dict[str, str]:
        """Return identity -> why nothing may be left to propose, by the labels alone.

        Nothing where something is left of any of them.
        """
        base = self.view.base.branch
        reasons: dict[str, str] = {}
        for identity, version in versions.items():
            package = self.packages.get(identity)
            if package is None:
                reasons[identity] = f"{base} no longer has the package"
            elif _label(package) == version:
                reasons[identity] = f"{base} has {version} already"
            elif is_newer(ordered(_label(package)), ordered(version)):
                reasons[identity] = f"{base} has {_label(package)}, which is newer than {version}"
            else:
                return {}
        return reasons

    def _ruled_out(self, marker: Marker) -> dict[str, str]:
        """Return identity -> why its version may not be proposed any more; nothing if one may."""
        refused = self._refused(marker)
        left = [key for key in marker.keys if read_key(key)[0] not in refused]
        withdrawn = self._withdrawn(left) if left and not marker.only_pins else {}
        return refused | withdrawn if withdrawn or not left else {}

    def _refused(self, marker: Marker) -> dict[str, str]:
        """Return identity -> what somebody said in a comment against the version."""
        orders = {
            identity: refusing(marker.orders, identity, version)
            for identity, version in map(read_key, marker.keys)
        }
        return {
            identity: reason_of(order) for identity, order in orders.items() if order is not None
        }

    def _withdrawn(self, keys: Sequence[str]) -> dict[str, str]:
        """Return identity -> why a version may not be taken any more.

        Nothing where one of them may, or the run is not about it.
        """
        versions = [
            ProposedVersion(self.packages[identity], version, source_of_key(key))
            for key in keys
            for identity, version in [read_key(key)]
            if identity in self.objector.about and identity in self.packages
        ]
        if not versions or len(versions) < len(keys):
            return {}
        whys = self.objector.ask(versions)
        if not all(whys):
            return {}
        return {one.package.identity: why for one, why in zip(versions, whys, strict=True)}

    def _holds(self, versions: Mapping[str, str], branch: Branch) -> bool:
        """Tell whether the texts bear the labels out.

        A label alone proves little: it may be false, a hash may be another one, and somebody may
        have asked for an older version.
        """
        if not self.view.is_of_this_project(branch, versions):
            return False
        gone = [identity for identity in versions if identity not in self.packages]
        there = [identity for identity in versions if identity in self.packages]
        parents = branch.commits[0].parents if branch.commits else ()
        now = self._read(gone, self.view.base.commit)
        theirs = self._read(there, branch.head)
        before = self._read(there, parents[0]) if parents else {}
        # What cannot be parsed may be the package that is missed.
        return not any(
            package.problem or package.identity in gone for package in now.values()
        ) and all(
            self._is_there(identity, versions[identity], theirs, before) for identity in there
        )

    def _is_there(
        self,
        identity: str,
        version: str,
        theirs: Mapping[str, Package],
        before: Mapping[str, Package],
    ) -> bool:
        pinned, proposed, old = self.packages[identity], theirs.get(identity), before.get(identity)
        changed = old is None or pin_of(old) != pin_of(pinned)
        if _label(pinned) != version or proposed is None:
            return changed
        hashes = list(_hashes(pinned))
        if hashes != list(_hashes(proposed)):
            return False
        same = pin_of(pinned) == pin_of(proposed)
        return same or (changed and bool(hashes) and not _is_left(pinned, proposed, old))

    def _read(self, identities: Sequence[str], commit: str) -> dict[str, Package]:
        """Return all packages of some packages' files in a commit, by identity."""
        files = _files(identities)
        texts = self.view.read(files, commit) if files else {}
        found: dict[str, Package] = {}
        for file, data in texts.items():
            functions = functions_of(self.packages.values(), file)
            pins = [function.file for function in functions if function.has_pins]
            if pins:
                functions = with_changes(functions, self.view.read(pins, commit))
            found |= {package.identity: package for package in read_file(data, file, functions)}
        return found


def linked(outcomes: Iterable[Outcome], retired: Iterable[RetiredPullRequest]) -> Iterator[Outcome]:
    """Yield outcomes, those of packages of a retired pull request with a link to it."""
    links = {
        identity: retired_pull.link for retired_pull in retired for identity in retired_pull.reasons
    }
    for outcome in outcomes:
        link = links.get(outcome.package.identity)
        shown = outcome.pull_request
        free = link is not None and (shown is None or shown.number == link.number)
        yield replace(outcome, pull_request=link) if free else outcome


def _files(identities: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(identity.partition("#")[0] for identity in identities))


def _is_left(pinned: Package, proposed: Package, old: Package | None) -> bool:
    """Tell whether a pin has something yet that the branch changes, such as a rev that moves.

    Where the branch leaves the hash, the hash says nothing of the rest.
    """
    if old is None:
        return False
    changes = set(pin_of(old)) - set(pin_of(proposed))
    stays = list(_hashes(old)) == list(_hashes(proposed))
    return stays or bool(changes & set(pin_of(pinned)))


def _label(package: Package) -> str:
    return package.label or ""


def _hashes(package: Package) -> Iterator[str]:
    fields = [
        field for source in package.sources for field in source.fields if field.name in HASH_FIELDS
    ]
    for field in (*fields, *package.side_hashes):
        value = field.value or ""
        try:
            yield str(parse_hash(value))
        except HashError:
            yield value
