"""Pull requests, issues and what protects a branch, as GitHub's GraphQL API shows them.

An App's login ends in ``[bot]`` everywhere but here: an ``Actor`` that is a ``Bot`` has it without.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.loopback.git_data import set_ref, stands_in_the_way
from tests.loopback.graphql_connections import connection
from tests.loopback.graphql_limits import Refusal
from tests.loopback.messages import Response
from tests.loopback.objects import read_history
from tests.loopback.pulls import MOMENT, refreshed
from tests.loopback.rest_models import association, files_model

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from graphql import GraphQLResolveInfo

    from tests.loopback.graphql_api import Query
    from tests.loopback.hosting import Hosted, IssueRecord, PullRecord
    from tests.loopback.objects import Commit

    Info: TypeAlias = GraphQLResolveInfo[Query]

Json = dict[str, Any]

NOTHING = "0" * 40
KINDS = {"added": "ADDED", "removed": "DELETED", "modified": "MODIFIED"}


@dataclass(frozen=True, slots=True)
class OwnPull:
    """A pull request of one repository."""

    hosted: Hosted
    pull: PullRecord

    @property
    def state(self) -> str:
        """As ``PullRequestState`` has it."""
        return "MERGED" if self.pull.merged else self.pull.state.upper()

    @property
    def base(self) -> str:
        """The commit that it was made on."""
        base = self.hosted.find(f"refs/heads/{self.pull.base}") or ""
        if self.pull.source is self.hosted:
            return self.hosted.git("merge-base", base, self.pull.head)
        return self.hosted.git("rev-parse", f"{self.pull.head}^")

    @property
    def standing(self) -> str:
        """As ``MergeStateStatus`` has it."""
        if self.pull.conflicts:
            return "DIRTY"
        base = self.hosted.find(f"refs/heads/{self.pull.base}") or ""
        return "BEHIND" if self.hosted.strict and self.base != base else "CLEAN"

    def commits(self) -> list[Commit]:
        """Return what it adds, oldest first."""
        return list(read_history(self.hosted, "--reverse", f"{self.base}..{self.pull.head}"))


def actor(login: str) -> Json:
    """Return an ``Actor``."""
    kind = "Bot" if login.endswith("[bot]") else "User"
    return {"__typename": kind, "login": login.removesuffix("[bot]")}


def list_pulls(
    hosted: Hosted,
    info: Info,
    *,
    base_ref_name: str | None = None,
    head_ref_name: str | None = None,
    states: Sequence[str] | None = None,
    order_by: Json | None = None,
    labels: Sequence[str] | None = None,
    **page: Any,
) -> Json:
    """Answer ``Repository.pullRequests``, oldest first unless told otherwise."""
    pulls = [OwnPull(hosted, refreshed(pull)) for _, pull in sorted(hosted.pulls.items())]
    pulls = [
        own
        for own in pulls
        if base_ref_name in (None, own.pull.base)
        and head_ref_name in (None, own.pull.branch)
        and (states is None or own.state in states)
        and not labels
    ]
    if order_by and order_by["direction"] == "DESC":
        pulls.reverse()
    return connection(info, pulls, list, **page)


def list_issues(
    hosted: Hosted,
    info: Info,
    *,
    order_by: Json | None = None,
    labels: Sequence[str] | None = None,
    states: Sequence[str] | None = None,
    filter_by: Json | None = None,
    **page: Any,
) -> Json:
    """Answer ``Repository.issues``, which are no pull requests, oldest first."""
    if hosted.hides_issues:
        raise Refusal("FORBIDDEN", "Resource not accessible by integration")
    assert (labels, states, filter_by) == (None, None, None)
    issues = [issue for _, issue in sorted(hosted.issues.items())]
    if order_by and order_by["direction"] == "DESC":
        issues.reverse()
    return connection(info, issues, list, **page)


def list_comments(own: OwnPull, info: Info, order_by: Json | None = None, **page: Any) -> Json:
    """Answer ``PullRequest.comments``."""
    assert order_by is None
    web = f"{info.context.web(own.hosted)}/pull/{own.pull.number}"
    comments = [
        {
            "author": actor(login) if login else None,
            "authorAssociation": association(own.hosted, login),
            "body": text,
            "createdAt": MOMENT,
            "databaseId": number,
            "id": f"IC_{number}",
            "url": f"{web}#issuecomment-{number}",
        }
        for number, (login, text) in enumerate(own.pull.comments, 1)
    ]
    return connection(info, comments, list, **page)


def list_changed_files(own: OwnPull, info: Info, **page: Any) -> Json:
    """Answer ``PullRequest.files``."""
    models = files_model(
        own.pull.source or own.hosted, own.base, own.pull.head, info.context.github
    )
    files = [{"path": one["filename"], "changeType": KINDS[one["status"]]} for one in models]
    return connection(info, files, list, **page)


def list_rules(own: Any, info: Info, order_by: Json, **page: Any) -> Json:
    """Answer ``Ref.rules``, in the one order that there is by default."""
    assert order_by
    rules = [
        {
            "type": kind.upper(),
            "parameters": {
                "__typename": "RequiredStatusChecksParameters",
                "strictRequiredStatusChecksPolicy": own.hosted.strict,
            }
            if kind == "required_status_checks"
            else None,
        }
        for kind in own.hosted.rules
    ]
    return connection(info, rules, list, **page)


def update_rule(own: Any, info: Info) -> Json | None:
    """Answer ``Ref.refUpdateRule``: what the default branch's protection requires of everybody."""
    del info
    named = list(own.hosted.required_checks)
    is_protected = bool(named) and own.ref.short == own.hosted.default_branch
    return {"requiredStatusCheckContexts": named} if is_protected else None


def update_refs(_root: object, info: Info, **given: Json) -> Json:
    """Answer ``Mutation.updateRefs``: every ref is where it is said to be, or none moves."""
    sent = given["input"]
    hosted = hosted_by(info, sent["repositoryId"])
    for update in sent["refUpdates"]:
        name, before = update["name"], update.get("beforeOid")
        if before is not None and (hosted.find(name) or NOTHING) != before:
            raise Refusal("UNPROCESSABLE", f"Reference {name} is not at {before}")
        if stands_in_the_way(hosted, name):
            raise Refusal("UNPROCESSABLE", "Reference update failed")
    for update in sent["refUpdates"]:
        set_ref(hosted, update["name"], update["afterOid"])
    return {"clientMutationId": None}


def create_pull(_root: object, info: Info, **given: Json) -> Json:
    """Answer ``Mutation.createPullRequest``."""
    sent = given["input"]
    hosted = hosted_by(info, sent["repositoryId"])
    texts = {"base": sent["baseRefName"], "head": sent["headRefName"]}
    login = info.context.github.login(info.context.request)
    made = info.context.github.pulls.open(login, hosted, {**sent, **texts})
    if isinstance(made, Response):
        errors = json.loads(made.body)["errors"]
        raise Refusal("UNPROCESSABLE", errors[0].get("message", "Head sha can't be blank"))
    return {"clientMutationId": None, "pullRequest": OwnPull(hosted, made)}


def hosted_by(info: Info, node: str) -> Hosted:
    """Return the repository with an id of GraphQL's."""
    for hosted in info.context.github.all():
        if f"R_{hosted.number}" == node:
            return hosted
    raise Refusal("NOT_FOUND", f"Could not resolve to a node with the global id of '{node}'")


def body_of(record: PullRecord | IssueRecord) -> str:
    """Return a text as GitHub's web editor leaves it."""
    return record.body.replace("\n", "\r\n")


MUTATIONS: dict[str, Callable[..., Any]] = {
    "createPullRequest": create_pull,
    "updateRefs": update_refs,
}
RESOLVERS: dict[str, dict[str, Callable[..., Any]]] = {
    "Issue": {
        "author": lambda issue, _info: actor(issue.author),
        "body": lambda issue, _info: body_of(issue),
        "state": lambda issue, _info: issue.state.upper(),
    },
    "PullRequest": {
        "author": lambda own, _info: actor(own.pull.author),
        "autoMergeRequest": lambda own, _info: (
            {"enabledAt": MOMENT} if own.pull.automerge else None
        ),
        "baseRefName": lambda own, _info: own.pull.base,
        "body": lambda own, _info: body_of(own.pull),
        "comments": list_comments,
        "commits": lambda own, info, **page: connection(
            info,
            own.commits(),
            lambda some: [
                {"id": f"PRC_{one.sha}", "commit": info.context.object(own.hosted, one.sha)}
                for one in some
            ],
            **page,
        ),
        "createdAt": lambda own, _info: own.pull.created or MOMENT,
        "files": list_changed_files,
        "headRefName": lambda own, _info: own.pull.branch,
        "headRefOid": lambda own, _info: own.pull.head,
        "id": lambda own, _info: f"PR_{own.hosted.number}_{own.pull.number}",
        "isCrossRepository": lambda own, _info: own.pull.source is not own.hosted,
        "mergeStateStatus": lambda own, _info: own.standing,
        "mergeable": lambda own, _info: "CONFLICTING" if own.pull.conflicts else "MERGEABLE",
        "number": lambda own, _info: own.pull.number,
        "state": lambda own, _info: own.state,
        "title": lambda own, _info: own.pull.title,
        "url": lambda own, info: f"{info.context.web(own.hosted)}/pull/{own.pull.number}",
    },
}
