"""GitHub's pull requests, comments and labels on loopback, over the real repositories.

Source: docs.github.com/rest/pulls and /issues. Refusals are worded as GitHub words them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.loopback.git_data import make_commit, set_ref, write
from tests.loopback.hosting import IssueRecord, PullRecord
from tests.loopback.messages import Request, Response, json_answer
from tests.loopback.objects import compare, read_commit
from tests.loopback.repositories import FIRST_DATE
from tests.loopback.rest import invalid, page, problem
from tests.loopback.rest_models import (
    Json,
    addresses,
    association,
    files_model,
    full_repository_model,
    user_model,
    zulu,
)

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.loopback.rest import Rest

MOMENT = zulu(FIRST_DATE)
COUNTS = ("additions", "changed_files", "comments", "commits", "deletions", "review_comments")
LONGEST_BODY = 65_536


class Pulls:
    """The routes below ``/pulls``, ``/issues`` and ``/collaborators``."""

    def __init__(self, rest: Rest, github: GitHub) -> None:
        self._github = github
        rest.route("/pulls", self._list)
        rest.route("/pulls", self._open, "POST")
        rest.route("/pulls/{pull_number}", self._edit, "PATCH")
        rest.route("/pulls/{pull_number}/files", self._files)
        rest.route("/pulls/{pull_number}/requested_reviewers", self._ask_for_review, "POST")
        rest.route("/issues", self._list_issues)
        rest.route("/issues/comments", self._all_comments)
        rest.route("/issues", self._open_issue, "POST")
        rest.route("/issues/{issue_number}", self._edit_issue, "PATCH")
        rest.route("/issues/{issue_number}/assignees", self._assign, "POST")
        rest.route("/issues/{issue_number}/comments", self._comments)
        rest.route("/issues/{issue_number}/comments", self._comment, "POST")
        rest.route("/issues/{issue_number}/labels", self._label, "POST")
        rest.route("/collaborators/{username}/permission", self._permission)

    # --- pull requests ---

    def _list(self, request: Request, hosted: Hosted) -> Response:
        asked = request.query
        state = asked.get("state", "open")
        found = [
            refreshed(pull)
            for pull in reversed(hosted.pulls.values())
            if state in ("all", pull.state)
            and asked.get("base", pull.base) == pull.base
            and asked.get("head", label(pull)) == label(pull)
        ]
        return page(request, [self._model(hosted, one) for one in found], self._github.url)

    def _open(self, request: Request, hosted: Hosted) -> Response:
        made = self.open(self._github.login(request), hosted, json.loads(request.body))
        if isinstance(made, Response):
            return made
        return json_answer(self._full_model(hosted, made), 201)

    def open(self, login: str, hosted: Hosted, sent: Json) -> PullRecord | Response:
        """Open a pull request, or return why not."""
        owner, _, branch = sent["head"].rpartition(":")
        source = hosted if owner in ("", hosted.owner) else self._fork(owner, hosted)
        head = source.find(f"refs/heads/{branch}") if source else None
        base = hosted.find(f"refs/heads/{sent['base']}")
        if source is None or head is None:
            return invalid("PullRequest", field="head", code="invalid")
        if base is None:
            return invalid("PullRequest", field="base", code="invalid")
        for pull in hosted.pulls.values():
            same = (pull.source, pull.branch, pull.base) == (source, branch, sent["base"])
            if same and pull.state == "open":
                return invalid(
                    "PullRequest", f"A pull request already exists for {source.owner}:{branch}."
                )
        compared = compare(hosted, base, head) if source is hosted else None
        if source is hosted and (compared is None or not compared.ahead):
            return invalid("PullRequest", f"No commits between {sent['base']} and {branch}")
        if len(sent.get("body") or "") > LONGEST_BODY:
            return invalid("PullRequest", "body is too long (maximum is 65536 characters)")
        pull = PullRecord(
            hosted.next_number,
            login,
            sent["title"],
            sent.get("body") or "",
            sent["base"],
            branch,
            head,
            source,
            draft=sent.get("draft", False),
        )
        hosted.pulls[pull.number] = pull
        if source is not hosted:  # GitHub's forks share their objects
            write(
                hosted, "fetch", "--quiet", str(source.path), f"{head}:refs/pull/{pull.number}/head"
            )
        return pull

    def _fork(self, owner: str, hosted: Hosted) -> Hosted | None:
        return self._github.named(f"{owner}/{hosted.name}")

    def _edit(self, request: Request, hosted: Hosted, pull_number: str) -> Response:
        pull = hosted.pulls.get(int(pull_number))
        if pull is None:
            return problem(404, "Not Found")
        sent = json.loads(request.body)
        pull.title = sent.get("title", pull.title)
        pull.body = sent.get("body", pull.body)
        pull.state = sent.get("state", pull.state)
        return json_answer(self._full_model(hosted, pull))

    def _files(self, request: Request, hosted: Hosted, pull_number: str) -> Response:
        pull = hosted.pulls.get(int(pull_number))
        if pull is None or pull.source is None:
            return problem(404, "Not Found")
        refreshed(pull)
        base = hosted.find(f"refs/heads/{pull.base}") or ""
        if pull.source is hosted:
            base = hosted.git("merge-base", base, pull.head)
        else:
            base = pull.source.git("rev-parse", f"{pull.head}^")
        models = files_model(pull.source, base, pull.head, self._github)
        return page(request, models, self._github.url)

    def _ask_for_review(self, request: Request, hosted: Hosted, pull_number: str) -> Response:
        pull = hosted.pulls[int(pull_number)]
        sent = json.loads(request.body)
        for login in sent.get("reviewers", ()):
            if hosted.collaborators.get(login, "none") == "none":
                message = "Reviews may only be requested from collaborators."
                return problem(422, message)
        pull.reviewers += [one for one in sent.get("reviewers", ()) if one not in pull.reviewers]
        pull.teams += [one for one in sent.get("team_reviewers", ()) if one not in pull.teams]
        return json_answer(self._model(hosted, pull), 201)

    # --- issues ---

    def _list_issues(self, request: Request, hosted: Hosted) -> Response:
        """Answer with issues and pull requests, which are issues too."""
        every: dict[int, PullRecord | IssueRecord] = {**hosted.pulls, **hosted.issues}
        models = [self._issue_model(hosted, every[number]) for number in sorted(every)]
        return page(request, models, self._github.url)

    def _open_issue(self, request: Request, hosted: Hosted) -> Response:
        sent = json.loads(request.body)
        login = self._github.login(request)
        issue = IssueRecord(hosted.next_number, login, sent["title"], sent["body"])
        hosted.issues[issue.number] = issue
        return json_answer(self._issue_model(hosted, issue), 201)

    def _edit_issue(self, request: Request, hosted: Hosted, issue_number: str) -> Response:
        sent = json.loads(request.body)
        issue = hosted.issues.get(int(issue_number))
        if issue is not None:
            issue.body = sent.get("body", issue.body)
            issue.state = sent.get("state", issue.state)
            return json_answer(self._issue_model(hosted, issue))
        pull = hosted.pulls[int(issue_number)]
        strangers = [one for one in sent.get("assignees", ()) if one.startswith("nobody")]
        if strangers:
            return invalid("Issue", field="assignees", code="invalid")
        for name in ("milestone", "labels", "assignees", "body"):
            setattr(pull, name, sent.get(name, getattr(pull, name)))
        return json_answer(self._issue_model(hosted, pull))

    def _assign(self, request: Request, hosted: Hosted, issue_number: str) -> Response:
        pull = hosted.pulls[int(issue_number)]
        named = json.loads(request.body)["assignees"]
        known = [one for one in named if not one.startswith("nobody")]
        pull.assignees += [one for one in known if one not in pull.assignees]
        return json_answer(self._issue_model(hosted, pull), 201)

    def _label(self, request: Request, hosted: Hosted, issue_number: str) -> Response:
        pull = hosted.pulls[int(issue_number)]
        sent = json.loads(request.body)
        named = sent["labels"] if isinstance(sent, dict) else sent
        pull.labels += [one for one in named if one not in pull.labels]
        return json_answer(self._labels(hosted, pull))

    def _comments(self, request: Request, hosted: Hosted, issue_number: str) -> Response:
        pull = hosted.pulls[int(issue_number)]
        numbers = range(1, len(pull.comments) + 1)
        models = [self._comment_model(hosted, pull, one) for one in numbers]
        return page(request, models, self._github.url)

    def _all_comments(self, request: Request, hosted: Hosted) -> Response:
        """Answer with the comments of all pull requests, newest first: nobody asks otherwise."""
        models = [
            self._comment_model(hosted, pull, number)
            for pull in hosted.pulls.values()
            for number in range(1, len(pull.comments) + 1)
        ]
        return page(request, models[::-1], self._github.url)

    def _comment(self, request: Request, hosted: Hosted, issue_number: str) -> Response:
        pull = hosted.pulls[int(issue_number)]
        pull.comments.append((self._github.login(request), json.loads(request.body)["body"]))
        return json_answer(self._comment_model(hosted, pull, len(pull.comments)), 201)

    def _permission(self, _request: Request, hosted: Hosted, username: str) -> Response:
        api, _ = addresses(hosted, self._github)
        may = hosted.collaborators.get(username, "read")
        user = {**user_model(username, self._github), "role_name": may, "url": api}
        return json_answer({"permission": may, "role_name": may, "user": user})

    # --- models ---

    def _model(self, hosted: Hosted, pull: PullRecord) -> Json:
        api, web = addresses(hosted, self._github)
        at, there = f"{api}/pulls/{pull.number}", f"{web}/pull/{pull.number}"
        kinds = ("comments", "commits", "issue", "review_comment", "review_comments", "statuses")
        closed = None if pull.state == "open" else MOMENT
        automerge = {
            "enabled_by": user_model("loopback", self._github),
            "merge_method": "merge",
            "commit_title": "",
            "commit_message": "",
        }
        return {
            **{f"{name}_url": f"{at}/{name}" for name in (*kinds, "diff", "patch")},
            "_links": {name: {"href": at} for name in (*kinds, "html", "self")},
            "assignee": None,
            "assignees": [user_model(one, self._github) for one in pull.assignees],
            "author_association": "MEMBER",
            "auto_merge": automerge if pull.automerge else None,
            "base": self._end(hosted, pull.base, hosted.find(f"refs/heads/{pull.base}") or ""),
            "body": pull.body.replace("\n", "\r\n"),  # what GitHub's web editor leaves
            "closed_at": closed,
            "created_at": MOMENT,
            "draft": pull.draft,
            "head": self._end(pull.source, pull.branch, pull.head),
            "html_url": there,
            "id": 1000 + pull.number,
            "labels": self._labels(hosted, pull),
            "locked": False,
            "merge_commit_sha": None,
            "merged_at": MOMENT if pull.merged else None,
            "milestone": None,
            "node_id": f"PR_{hosted.number}_{pull.number}",
            "number": pull.number,
            "requested_reviewers": [user_model(one, self._github) for one in pull.reviewers],
            "state": pull.state,
            "title": pull.title,
            "updated_at": MOMENT,
            "url": at,
            "user": user_model(pull.author, self._github),
        }

    def _full_model(self, hosted: Hosted, pull: PullRecord) -> Json:
        return {
            **self._model(hosted, pull),
            **dict.fromkeys(COUNTS, 0),
            "maintainer_can_modify": False,
            "mergeable": None,
            "mergeable_state": "unknown",
            "merged": pull.merged,
            "merged_by": None,
        }

    def _end(self, repository: Hosted | None, branch: str, sha: str) -> Json:
        owner = repository.owner if repository is not None else "unknown"
        model = None
        if repository is not None:
            model = {**full_repository_model(repository, self._github), "has_downloads": False}
        return {
            "label": f"{owner}:{branch}",
            "ref": branch,
            "repo": model,
            "sha": sha,
            "user": user_model(owner, self._github),
        }

    def _labels(self, hosted: Hosted, pull: PullRecord) -> list[Json]:
        api, _ = addresses(hosted, self._github)
        return [
            {
                "id": number,
                "node_id": f"LA_{number}",
                "url": f"{api}/labels/{number}",
                "name": name,
                "description": "",
                "color": "ededed",
                "default": False,
            }
            for number, name in enumerate(pull.labels, 1)
        ]

    def _issue_model(self, hosted: Hosted, issue: PullRecord | IssueRecord) -> Json:
        api, web = addresses(hosted, self._github)
        at = f"{api}/issues/{issue.number}"
        model: Json = {
            **{f"{name}_url": f"{at}/{name}" for name in ("comments", "events", "labels")},
            "assignee": None,
            "body": issue.body.replace("\n", "\r\n"),
            "closed_at": None,
            "comments": 0,
            "created_at": MOMENT,
            "html_url": f"{web}/issues/{issue.number}",
            "id": 1000 + issue.number,
            "labels": [],
            "locked": False,
            "milestone": None,
            "node_id": f"I_{issue.number}",
            "number": issue.number,
            "repository_url": api,
            "state": issue.state,
            "title": issue.title,
            "updated_at": MOMENT,
            "url": at,
            "user": user_model(issue.author, self._github),
        }
        if isinstance(issue, IssueRecord):
            return model
        links = dict.fromkeys(("diff_url", "html_url", "patch_url", "url"), at)
        labels = self._labels(hosted, issue)
        return {**model, "labels": labels, "pull_request": links}

    def _comment_model(self, hosted: Hosted, pull: PullRecord, number: int) -> Json:
        api, web = addresses(hosted, self._github)
        login, text = pull.comments[number - 1]
        return {
            "id": number,
            "node_id": f"IC_{number}",
            "url": f"{api}/issues/comments/{number}",
            "html_url": f"{web}/pull/{pull.number}#issuecomment-{number}",
            "issue_url": f"{api}/issues/{pull.number}",
            "body": text,
            "author_association": association(hosted, login),
            "user": user_model(login, self._github),
            "created_at": MOMENT,
            "updated_at": MOMENT,
        }


def label(pull: PullRecord) -> str:
    """Return ``OWNER:BRANCH`` of where a pull request comes from."""
    return f"{pull.source.owner if pull.source else 'unknown'}:{pull.branch}"


def refreshed(pull: PullRecord) -> PullRecord:
    """Let an open pull request follow its branch."""
    if pull.state == "open" and pull.source is not None:
        pull.head = pull.source.find(f"refs/heads/{pull.branch}") or pull.head
    return pull


def merge(hosted: Hosted, number: int) -> str:
    """Merge a pull request as GitHub's squash button does; return the commit.

    Its branch must start at the base's head.
    """
    pull = refreshed(hosted.pulls[number])
    base = hosted.find(f"refs/heads/{pull.base}") or ""
    tree = read_commit(hosted, pull.head).tree
    commit = make_commit(hosted, tree, [base], f"{pull.title} (#{number})")
    set_ref(hosted, f"refs/heads/{pull.base}", commit)
    pull.state, pull.merged = "closed", True
    return commit


def set_automerge(github: GitHub, node: Any, *, on: bool) -> Json | None:
    """Enable or disable auto-merge by GraphQL id; None where there is no such pull request."""
    for hosted in github.all():
        for pull in hosted.pulls.values():
            if f"PR_{hosted.number}_{pull.number}" == node:
                pull.automerge = on
                return {"clientMutationId": None}
    return None
