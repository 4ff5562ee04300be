"""GitHub's GraphQL fields, answered from real repositories.

A table a type: field -> function of the source and the field's arguments. Sources are ``Hosted``
for Repository, ``GitObject`` for Commit, Tag, Tree and Blob, ``OwnRef``, ``OwnRelease``, or a dict
whose keys are field names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.loopback.graphql_connections import connection
from tests.loopback.graphql_limits import Refusal
from tests.loopback.graphql_pulls import MUTATIONS, list_issues, list_pulls, list_rules, update_rule
from tests.loopback.graphql_pulls import RESOLVERS as PULL_RESOLVERS
from tests.loopback.objects import (
    Signature,
    compare,
    parse_commit,
    parse_tag,
    parse_tree,
    read_history,
)
from tests.loopback.pulls import set_automerge
from tests.loopback.rest_models import zulu

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from graphql import GraphQLResolveInfo

    from tests.loopback.graphql_api import Query
    from tests.loopback.graphql_pulls import OwnPull
    from tests.loopback.hosting import Hosted, Release
    from tests.loopback.objects import Commit, Tag
    from tests.loopback.store import Ref

    Info: TypeAlias = GraphQLResolveInfo[Query]

Json = dict[str, Any]

MOST_TEXT = 512_000
OBJECT_TYPES = {"commit": "Commit", "tag": "Tag", "tree": "Tree", "blob": "Blob"}


@dataclass(frozen=True, slots=True)
class GitObject:
    """A git object of one repository."""

    hosted: Hosted
    sha: str

    @property
    def kind(self) -> str:
        """Git's type, such as ``commit``."""
        return self.hosted.read(self.sha)[self.sha][0]

    @property
    def raw(self) -> bytes:
        """Its content."""
        return self.hosted.read(self.sha)[self.sha][1]

    @property
    def commit(self) -> Commit:
        """What a commit says."""
        return parse_commit(self.sha, self.raw)

    @property
    def tag(self) -> Tag:
        """What a tag object says."""
        return parse_tag(self.sha, self.raw)

    @property
    def text(self) -> str | None:
        """A blob's text, None for a binary one."""
        return None if b"\0" in self.raw else self.raw[:MOST_TEXT].decode(errors="replace")


@dataclass(frozen=True, slots=True)
class OwnRef:
    """A ref of one repository."""

    hosted: Hosted
    ref: Ref


@dataclass(frozen=True, slots=True)
class OwnRelease:
    """A release of one repository."""

    hosted: Hosted
    release: Release


def find_repository(
    _root: object, info: Info, owner: str, name: str, *, follow_renames: bool
) -> Hosted:
    """Answer ``Query.repository``, under an old name too."""
    full_name = f"{owner}/{name}"
    hosted = info.context.github.find(full_name, info.context.request)
    if hosted and (follow_renames or hosted.full_name.lower() == full_name.lower()):
        return hosted
    raise Refusal("NOT_FOUND", f"Could not resolve to a Repository with the name '{full_name}'.")


def default_branch(hosted: Hosted, _info: Info) -> OwnRef | None:
    """Answer ``Repository.defaultBranchRef``."""
    return own_ref(hosted, f"refs/heads/{hosted.default_branch}")


def find_ref(hosted: Hosted, _info: Info, qualified_name: str) -> OwnRef | None:
    """Answer ``Repository.ref``; a short name is a branch, else a tag."""
    names = (qualified_name, f"refs/heads/{qualified_name}", f"refs/tags/{qualified_name}")
    return next((found for name in names if (found := own_ref(hosted, name))), None)


def find_object(
    hosted: Hosted,
    _info: Info,
    expression: str | None = None,
    oid: str | None = None,
) -> GitObject | None:
    """Answer ``Repository.object``."""
    # Of a full id git says that it is one, not that there is such an object.
    sha = hosted.find(f"{oid}^{{object}}" if oid else expression or "HEAD")
    return GitObject(hosted, sha) if sha else None


def list_refs(
    hosted: Hosted,
    info: Info,
    *,
    ref_prefix: str,
    query: str | None = None,
    order_by: dict[str, str] | None = None,
    direction: str = "ASC",
    **page: Any,
) -> Json:
    """Answer ``Repository.refs``, by name unless the commit date is asked for."""
    wanted = (query or "").lower()
    refs = [
        ref
        for ref in hosted.refs()
        if ref.name.startswith(ref_prefix) and wanted in ref.short.lower()
    ]
    order = order_by or {"field": "ALPHABETICAL", "direction": direction}
    if order["field"] == "TAG_COMMIT_DATE":
        refs.sort(key=lambda ref: ref.committed)
    if order["direction"] == "DESC":
        refs.reverse()

    def own(refs: Sequence[Ref]) -> list[OwnRef]:
        # One process for all objects of the page instead of one for each.
        hosted.read(*(sha for ref in refs for sha in (ref.object, ref.commit)))
        return [OwnRef(hosted, ref) for ref in refs]

    return connection(info, refs, own, **page)


def list_releases(
    hosted: Hosted, info: Info, order_by: dict[str, str] | None = None, **page: Any
) -> Json:
    """Answer ``Repository.releases``, in the order of their making unless told otherwise."""
    releases = [one for one in hosted.releases if not one.draft or hosted.writable]
    order = order_by or {"field": "CREATED_AT", "direction": "ASC"}
    if order["field"] == "NAME":
        releases.sort(key=lambda one: one.tag)
    if order["direction"] == "DESC":
        releases.reverse()
    return connection(
        info, releases, lambda some: [OwnRelease(hosted, one) for one in some], **page
    )


def find_release(hosted: Hosted, _info: Info, tag_name: str) -> OwnRelease | None:
    """Answer ``Repository.release``."""
    fitting = [one for one in hosted.releases if one.tag == tag_name]
    seen = [one for one in fitting if not one.draft or hosted.writable]
    return OwnRelease(hosted, seen[0]) if seen else None


def latest_release(hosted: Hosted, _info: Info) -> OwnRelease | None:
    """Answer ``Repository.latestRelease``."""
    return OwnRelease(hosted, hosted.latest) if hosted.latest else None


def compare_ref(own: OwnRef, _info: Info, head_ref: str) -> Json | None:
    """Answer ``Ref.compare``: the ref is the base."""
    head = own.hosted.find(f"{head_ref}^{{commit}}")
    compared = compare(own.hosted, own.ref.commit, head) if head else None
    if compared is None:
        return None
    return {
        "aheadBy": compared.ahead,
        "behindBy": compared.behind,
        "baseTarget": GitObject(own.hosted, compared.base),
        "headTarget": GitObject(own.hosted, compared.head),
        "id": f"CMP_{compared.base}_{compared.head}",
        "status": compared.status.upper(),
    }


def list_history(one: GitObject, info: Info, path: str | None = None, **page: Any) -> Json:
    """Answer ``Commit.history``."""
    below = ("--", path) if path else ()
    commits = [commit.sha for commit in read_history(one.hosted, one.sha, *below)]
    known = {name: page.get(name) for name in ("first", "last", "after", "before")}
    return connection(info, commits, lambda some: [GitObject(one.hosted, s) for s in some], **known)


def list_parents(one: GitObject, info: Info, **page: Any) -> Json:
    """Answer ``Commit.parents``."""
    parents = one.commit.parents
    return connection(info, parents, lambda some: [GitObject(one.hosted, s) for s in some], **page)


def list_entries(one: GitObject, _info: Info) -> list[Json]:
    """Answer ``Tree.entries`` of the top folder."""
    kinds = {0o040000: "tree", 0o160000: "commit"}
    return [
        {
            "mode": entry.mode,
            "name": entry.name,
            "path": entry.name,
            "oid": entry.sha,
            "type": (kind := kinds.get(entry.mode, "blob")),
            "object": None if kind == "commit" else GitObject(one.hosted, entry.sha),
        }
        for entry in parse_tree(one.raw)
    ]


def own_ref(hosted: Hosted, name: str) -> OwnRef | None:
    """Return the ref with this whole name."""
    return next((OwnRef(hosted, ref) for ref in hosted.refs() if ref.name == name), None)


def actor(signature: Signature) -> Json:
    """Return ``GitActor``, whose date keeps its time zone."""
    return {
        "date": signature.date.isoformat(),
        "email": signature.email,
        "name": signature.name,
    }


def head_ref(own: OwnPull, _info: Info) -> OwnRef | None:
    """Answer ``PullRequest.headRef``: the branch as it is now, whatever the pull request had."""
    source = own.pull.source
    return own_ref(source, f"refs/heads/{own.pull.branch}") if source is not None else None


def tagged_commit(own: OwnRelease, _info: Info) -> GitObject | None:
    """Answer ``Release.tagCommit``."""
    sha = own.hosted.find(f"refs/tags/{own.release.tag}^{{commit}}")
    return GitObject(own.hosted, sha) if sha else None


GIT_OBJECT: dict[str, Callable[..., Any]] = {
    "abbreviatedOid": lambda one, _info: one.sha[:7],
    "commitUrl": lambda one, info: f"{info.context.web(one.hosted)}/commit/{one.sha}",
    "id": lambda one, _info: f"O_{one.hosted.number}_{one.sha}",
    "oid": lambda one, _info: one.sha,
}


def automerge(info: Info, given: dict[str, Any], *, on: bool) -> dict[str, Any]:
    """Answer both mutations; GitHub refuses where auto-merge is off for the repository."""
    node = given["input"]["pullRequestId"]
    answer = set_automerge(info.context.github, node, on=on)
    if answer is None:
        raise Refusal("NOT_FOUND", f"Could not resolve to a node with the global id of '{node}'")
    return answer


def rollup(one: GitObject, _info: Info) -> str | None:
    """Answer ``Commit.statusCheckRollup``: nothing where no check is known of the commit."""
    state = one.hosted.checks
    if state == "forbidden":
        raise Refusal("FORBIDDEN", "Resource not accessible by integration")
    return state or None


RESOLVERS: dict[str, dict[str, Callable[..., Any]]] = {
    **PULL_RESOLVERS,
    "PullRequest": {**PULL_RESOLVERS["PullRequest"], "headRef": head_ref},
    "Query": {
        "rateLimit": lambda _root, info, **_: info.context.rate_limit(),
        "repository": find_repository,
        "viewer": lambda _root, info: {"login": info.context.github.login(info.context.request)},
    },
    "Mutation": {
        **MUTATIONS,
        "enablePullRequestAutoMerge": lambda _root, info, **given: automerge(info, given, on=True),
        "disablePullRequestAutoMerge": lambda _root, info, **given: automerge(
            info, given, on=False
        ),
    },
    "Repository": {
        "databaseId": lambda hosted, _info: hosted.number,
        "defaultBranchRef": default_branch,
        "diskUsage": lambda hosted, _info: hosted.kilobytes(),
        "id": lambda hosted, _info: f"R_{hosted.number}",
        "isArchived": lambda hosted, _info: hosted.archived,
        "isDisabled": lambda _hosted, _info: False,
        "isEmpty": lambda hosted, _info: not hosted.refs(),
        "isFork": lambda _hosted, _info: False,
        "issues": list_issues,
        "isPrivate": lambda hosted, _info: hosted.private,
        "latestRelease": latest_release,
        "name": lambda hosted, _info: hosted.name,
        "nameWithOwner": lambda hosted, _info: hosted.full_name,
        "object": find_object,
        "pullRequests": list_pulls,
        "pushedAt": lambda hosted, _info: zulu(max(ref.committed for ref in hosted.refs())),
        "ref": find_ref,
        "refs": list_refs,
        "release": find_release,
        "releases": list_releases,
        "url": lambda hosted, info: info.context.web(hosted),
    },
    "Ref": {
        "compare": compare_ref,
        "id": lambda own, _info: f"REF_{own.hosted.number}_{own.ref.name}",
        "name": lambda own, _info: own.ref.short,
        "prefix": lambda own, _info: own.ref.name.removesuffix(own.ref.short),
        "refUpdateRule": update_rule,
        "rules": list_rules,
        "target": lambda own, _info: GitObject(own.hosted, own.ref.object),
    },
    "Release": {
        "description": lambda own, _info: own.release.notes or None,
        "createdAt": lambda own, _info: zulu(own.release.created),
        "id": lambda own, _info: f"RE_{own.hosted.number}_{own.release.tag}",
        "isDraft": lambda own, _info: own.release.draft,
        "isPrerelease": lambda own, _info: own.release.prerelease,
        "name": lambda own, _info: own.release.tag,
        "publishedAt": lambda own, _info: own.release.published and zulu(own.release.published),
        "tag": lambda own, _info: own_ref(own.hosted, f"refs/tags/{own.release.tag}"),
        "tagCommit": tagged_commit,
        "tagName": lambda own, _info: own.release.tag,
        "url": lambda own, info: f"{info.context.web(own.hosted)}/releases/tag/{own.release.tag}",
    },
    "Commit": {
        **GIT_OBJECT,
        "author": lambda one, _info: actor(one.commit.author),
        "authoredDate": lambda one, _info: zulu(one.commit.author.date),
        "committedDate": lambda one, _info: zulu(one.commit.committer.date),
        "committer": lambda one, _info: actor(one.commit.committer),
        "history": list_history,
        "message": lambda one, _info: one.commit.message,
        "parents": list_parents,
        "statusCheckRollup": rollup,
        "tree": lambda one, _info: GitObject(one.hosted, one.commit.tree),
        "url": GIT_OBJECT["commitUrl"],
    },
    "StatusCheckRollup": {
        "id": lambda state, _info: f"SCR_{state}",
        "state": lambda state, _info: state,
    },
    "Tag": {
        **GIT_OBJECT,
        "message": lambda one, _info: one.tag.message,
        "name": lambda one, _info: one.tag.name,
        "tagger": lambda one, _info: actor(one.tag.tagger),
        "target": lambda one, _info: GitObject(one.hosted, one.tag.target),
    },
    "Tree": {**GIT_OBJECT, "entries": list_entries},
    "Blob": {
        **GIT_OBJECT,
        "byteSize": lambda one, _info: len(one.raw),
        "isBinary": lambda one, _info: one.text is None,
        "isTruncated": lambda one, _info: len(one.raw) > MOST_TEXT,
        "text": lambda one, _info: one.text,
    },
}
