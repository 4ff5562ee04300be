"""What GitHub's GraphQL answers for one repository, decoded strictly, and the offer made of it.

Source: GitHub docs, "GraphQL API reference" (Repository, Ref, GitObject, Release).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct, field

from updater.model import Candidate, CommitFacts, Host, Offer, PinWarning, moments
from updater.upstreams.github_git import tag_page
from updater.upstreams.github_query import PAGE, branches, commits, files
from updater.upstreams.ls_refs import moved

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from updater.model import Relation
    from updater.upstreams.base import ProjectQuestion

T = TypeVar("T")
ObjectId = Annotated[str, Meta(pattern=r"\A[0-9a-f]{40}\Z")]

TURNED: Mapping[str, Relation] = {
    "IDENTICAL": "identical",
    "BEHIND": "ahead",
    "AHEAD": "behind",
    "DIVERGED": "diverged",
}
"""GitHub's word for where a head stands to a ref -> where the ref stands to that head."""


class _Shape(Struct, frozen=True, rename="camel"):
    pass


class _GitObject(_Shape, frozen=True):
    oid: ObjectId
    kind: str = field(name="__typename")
    committed_date: str | None = None
    target: _GitObject | None = None

    @property
    def commit(self) -> _GitObject | None:
        """The commit that a tag leads to, None where it is another kind of object."""
        target: _GitObject | None = self
        while target is not None and target.kind == "Tag":
            target = target.target
        return target if target is not None and target.kind == "Commit" else None

    @property
    def is_deeper(self) -> bool:
        """Whether it is a tag of so many tags that the answer does not show where it leads."""
        last: _GitObject = self
        while last.target is not None:
            last = last.target
        return last.kind == "Tag"


class _Ref(_Shape, frozen=True):
    name: str
    target: _GitObject


class _TagRef(_Shape, frozen=True):
    name: str
    target: _GitObject | None


class _Tags(_Shape, frozen=True):
    nodes: list[_TagRef]
    total_count: int = 0


class _ReleaseCommit(_Shape, frozen=True):
    oid: ObjectId


class _ReleaseNode(_Shape, frozen=True):
    tag_name: str
    is_draft: bool
    is_prerelease: bool
    published_at: str | None
    url: str
    tag_commit: _ReleaseCommit | None


class _ReleaseNodes(_Shape, frozen=True):
    nodes: list[_ReleaseNode]
    total_count: int = 0


class _Blob(_Shape, frozen=True):
    text: str | None = None
    is_truncated: bool | None = False


class RefComparison(_Shape, frozen=True):
    """Where a head stands to a ref."""

    status: Literal["IDENTICAL", "BEHIND", "AHEAD", "DIVERGED"]


class _Repository(_Shape, frozen=True):
    name_with_owner: Annotated[str, Meta(pattern=r"\A[\w.-]+/[\w.-]+\Z")]
    is_archived: bool
    default_branch_ref: _Ref | None
    refs: _Tags
    releases: _ReleaseNodes | None = None
    disk_usage: int | None = None  # in kilobytes


class RepositoryAnswer:
    """One repository's part of an answer.

    Args:
        question: what was asked.
        raw: the object under its alias.

    Attributes:
        path: ``OWNER/NAME``, as it is now.
        has_more_tags: whether the answer does not hold all of them, and where they lead.
        has_more_releases: the same of releases.

    Raises:
        one of `decoding.UNREADABLE`: the answer is not what was asked for.
    """

    def __init__(self, question: ProjectQuestion, raw: Raw) -> None:
        self._question = question
        self._repository = msgspec.json.decode(raw, type=_Repository)
        self._parts = msgspec.json.decode(raw, type=dict[str, Raw])
        if question.releases and self._repository.releases is None:
            raise ValueError("releases were asked for")
        self.path = self._repository.name_with_owner
        listed = self._repository.releases
        tags = self._repository.refs
        self.has_more_tags = tags.total_count > PAGE or any(
            tag.target is not None and tag.target.is_deeper for tag in tags.nodes
        )
        self.has_more_releases = (
            question.releases and listed is not None and listed.total_count > PAGE
        )

    @property
    def has_more(self) -> bool:
        """Whether one page did not hold all that was asked for."""
        return self.has_more_tags or self.has_more_releases

    def offer(self, host: Host) -> Offer:
        """Return what the repository offers.

        Raises:
            one of `decoding.UNREADABLE`: the answer is not what was asked for.
        """
        project, repository = self._question.project, self._repository
        url = project.page(host.web).removesuffix(project.path) + self.path
        heads = {name: head for name, head, _ in self._heads()}
        git_objects = (*heads.values(), *self._objects().values())
        dates = {git_object.oid: date for git_object in git_objects if (date := _date(git_object))}
        default = repository.default_branch_ref
        return Offer(
            project,
            tuple(
                Candidate(
                    version=tag.name,
                    ref=tag.name,
                    commit=commit.oid,
                    published=_date(commit),
                    url=tag_page(url, tag.name),
                )
                for tag in repository.refs.nodes
                if tag.target is not None and (commit := tag.target.commit) is not None
            ),
            {name: head.oid for name, head in heads.items()},
            default.name if default is not None else "",
            f"{url}.git",
            releases=self._releases() if self._question.releases else None,
            facts=CommitFacts(
                dates, dict(self._relations()), self._contents(), self._tag_objects()
            ),
            warnings=moved(project.path, self.path) + self._archived(),
            disk_bytes=(repository.disk_usage or 0) * 1000,
        )

    def _tag_objects(self) -> dict[str, str]:
        """Return the ids of annotated tags with the commits that they lead to."""
        return {
            tag.target.oid: commit.oid
            for tag in self._repository.refs.nodes
            if tag.target is not None
            and tag.target.kind == "Tag"
            and (commit := tag.target.commit) is not None
        }

    def _part(self, alias: str, shape: type[T]) -> T | None:
        """Return what stands under an alias, None where nothing does."""
        raw = self._parts.get(alias)
        # The shape is known only here: mypy takes no variable for a type.
        return msgspec.json.decode(raw, type=shape | None) if raw is not None else None

    def _heads(self) -> Iterator[tuple[str, _GitObject, Mapping[str, Raw]]]:
        """Yield the name and head of each branch that was asked for, and what it has besides."""
        for alias in (
            "defaultBranchRef",
            *(f"b{at}" for at, _ in enumerate(branches(self._question))),
        ):
            ref = self._part(alias, _Ref)
            if ref is not None:
                yield ref.name, ref.target, self._part(alias, dict[str, Raw]) or {}

    def _objects(self) -> dict[str, _GitObject]:
        """Return the commits that were asked for, as far as they are there."""
        git_objects = (
            self._part(f"k{at}", _GitObject) for at, _ in enumerate(commits(self._question))
        )
        return {git_object.oid: git_object for git_object in git_objects if git_object is not None}

    def _relations(self) -> Iterator[tuple[tuple[str, str], Relation]]:
        for _, head, parts in self._heads():
            for at, commit in enumerate(commits(self._question)):
                raw = parts.get(f"c{at}")
                compared = msgspec.json.decode(raw, type=RefComparison | None) if raw else None
                if compared is not None:
                    yield (commit, head.oid), TURNED[compared.status]

    def _contents(self) -> dict[str, dict[str, bytes | None]]:
        """Return commit -> path -> content; what was cut short is not known."""
        default = self._repository.default_branch_ref
        oids = {f"refs/heads/{name}": head.oid for name, head, _ in self._heads()}
        oids |= {"HEAD": default.target.oid} if default is not None else {}
        oids |= {oid: oid for oid in self._objects()}
        contents: dict[str, dict[str, bytes | None]] = {}
        for at, (revision, file) in enumerate(files(self._question)):
            blob = self._part(f"f{at}", _Blob)
            if revision in oids and not (blob is not None and blob.is_truncated):
                text = blob.text if blob is not None else None
                content = text.encode() if text is not None else None
                contents.setdefault(oids[revision], {})[file] = content
        return contents

    def _releases(self) -> tuple[Candidate, ...]:
        listed = self._repository.releases
        return tuple(
            Candidate(
                version=node.tag_name,
                ref=node.tag_name,
                commit=node.tag_commit.oid if node.tag_commit is not None else "",
                published=moments.from_iso(node.published_at),
                prerelease=node.is_prerelease,
                url=node.url,
            )
            for node in (listed.nodes if listed is not None else ())
            if not node.is_draft
        )

    def _archived(self) -> tuple[PinWarning, ...]:
        if not self._repository.is_archived:
            return ()
        message = f"{self.path} is archived: no new version will come from there"
        return (PinWarning("archived", message),)


def _date(commit: _GitObject) -> datetime | None:
    return moments.from_iso(commit.committed_date)
