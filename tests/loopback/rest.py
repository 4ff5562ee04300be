"""GitHub's REST API on loopback, as far as looking up versions needs it.

Source: docs.github.com/rest. The tests check every answer against GitHub's OpenAPI description.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.loopback import git_http
from tests.loopback.contract import check
from tests.loopback.hosting import Credential, Hosted
from tests.loopback.messages import Request, Response, json_answer, redirect, text
from tests.loopback.objects import compare, read_commit, read_history
from tests.loopback.rest_models import (
    branch_model,
    commit_model,
    comparison_model,
    files_model,
    full_repository_model,
    ref_model,
    release_model,
    rule_model,
    tag_model,
    whole_branch_model,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.loopback.github import GitHub

DOCUMENTATION = "https://docs.github.com/rest"
PER_PAGE = 30
MOST_PER_PAGE = 100
DESCRIBED = "/repos/{owner}/{repo}"
# Without the prefix, as api.github.com has it, these addresses work too.
REPOSITORY = r"(?:/api/v3)?/(?:repos/(?P<full_name>[^/]+/[^/]+)|repositories/(?P<number>\d+))"


@dataclass(slots=True)
class Quota:
    """A primary rate limit.

    Attributes:
        reset: when it ends, in seconds since 1970.
    """

    limit: int
    used: int = 0
    reset: int = 4102444800
    resource: str = "core"

    @property
    def remaining(self) -> int:
        """How much is left of the limit."""
        return max(0, self.limit - self.used)

    @property
    def headers(self) -> dict[str, str]:
        """What GitHub says about the limit with each answer."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Used": str(self.used),
            "X-RateLimit-Reset": str(self.reset),
            "X-RateLimit-Resource": self.resource,
        }


class Rest:
    """The routes below ``/api/v3``.

    Attributes:
        anonymous, authorised: the quotas of clients without and with a valid token; a test may
            put others in their place.
    """

    def __init__(self, github: GitHub) -> None:
        self._github = github
        self.anonymous = Quota(60)
        self.authorised = Quota(5000)
        self.route("", self._repository)
        self.route("/tags", self._tags)
        self.route("/branches", self._branches)
        self.route("/branches/{branch}", self._branch)
        self.route("/rules/branches/{branch}", self._rules)
        self.route("/git/matching-refs/{ref}", self._matching_refs)
        self.route("/releases", self._releases)
        self.route("/releases/latest", self._latest_release)
        self.route("/releases/tags/{tag}", self._tagged_release)
        self.route("/commits", self._commits)
        self.route("/commits/{ref}", self._commit)
        self.route("/compare/{basehead}", self._compare)
        self.route("/tarball/{ref}", self._tarball)
        self.route("/zipball/{ref}", self._zipball)

    def route(self, template: str, answer: Callable[..., Response], method: str = "GET") -> None:
        """Answer requests below a repository's address.

        Args:
            template: with ``{name}`` where a value stands.
            answer: called with the request, the repository and the values.
            method: what is not GET needs a token that may write.
        """

        def handler(request: Request, **values: str) -> Response:
            worth = self._github.credential(request)
            if worth is Credential.WRONG:
                return problem(401, "Bad credentials")
            quota = self.authorised if worth is Credential.VALID else self.anonymous
            if not quota.remaining:
                return primary_limit(quota)
            if method != "GET" and worth is not Credential.VALID:
                return problem(401, "Requires authentication")
            response = self._respond(request, template, answer, **values)
            # An authorised client is told for free that nothing changed.
            quota.used += not (response.status == 304 and worth is Credential.VALID)
            return response.with_headers(**quota.headers)

        # An older name of matching-refs, which clients still use.
        spelled = template.replace("matching-refs", "(?:matching-)?refs")
        pattern = re.sub(r"{(\w+)}", r"(?P<\1>.+)", spelled)
        self._github.server.route(method, REPOSITORY + pattern, handler)

    def _respond(
        self,
        request: Request,
        template: str,
        answer: Callable[..., Response],
        *,
        full_name: str | None,
        number: str | None,
        **values: str,
    ) -> Response:
        hosted = self._find(request, full_name, number)
        if hosted is None:
            response = problem(404, "Not Found")
        elif full_name and full_name.lower() != hosted.full_name.lower():
            response = self._moved(request, hosted)
        elif request.method not in ("GET", "HEAD") and not hosted.writable:
            response = forbidden("contents=write; pull_requests=write")
        else:
            response = answer(request, hosted, **values)
        method = "get" if request.method == "HEAD" else request.method.lower()
        check(DESCRIBED + template, response, method, owner="any", repo="any", **values)
        return response.validated(request) if response.status == 200 else response

    def _find(self, request: Request, full_name: str | None, number: str | None) -> Hosted | None:
        if full_name is not None:
            return self._github.find(full_name, request)
        return self._github.find_number(int(number or 0), request)

    def _moved(self, request: Request, hosted: Hosted) -> Response:
        below = re.sub(r"^(?:/api/v3)?/repos/[^/]+/[^/?]+", "", request.target)
        url = f"{self._github.api_url}/repositories/{hosted.number}{below}"
        moved = {"message": "Moved Permanently", "url": url, "documentation_url": DOCUMENTATION}
        return json_answer(moved, 301).with_headers(Location=url)

    def _repository(self, _request: Request, hosted: Hosted) -> Response:
        return json_answer(full_repository_model(hosted, self._github))

    def _tags(self, request: Request, hosted: Hosted) -> Response:
        # GitHub sorts tags by name, backwards.
        tags = [ref for ref in reversed(hosted.refs()) if ref.name.startswith("refs/tags/")]
        return self._page(request, [tag_model(hosted, ref, self._github) for ref in tags])

    def _branches(self, request: Request, hosted: Hosted) -> Response:
        branches = [ref for ref in hosted.refs() if ref.name.startswith("refs/heads/")]
        return self._page(request, [branch_model(hosted, ref, self._github) for ref in branches])

    def _branch(self, _request: Request, hosted: Hosted, branch: str) -> Response:
        refs = [ref for ref in hosted.refs() if ref.name == f"refs/heads/{branch}"]
        if not refs:
            return problem(404, "Branch not found")
        return json_answer(whole_branch_model(hosted, refs[0], self._github))

    def _rules(self, request: Request, hosted: Hosted, branch: str) -> Response:
        return self._page(request, [rule_model(hosted, kind) for kind in hosted.rules if branch])

    def _releases(self, request: Request, hosted: Hosted) -> Response:
        published = [one for one in reversed(hosted.releases) if not one.draft or hosted.writable]
        return self._page(request, [release_model(hosted, one, self._github) for one in published])

    def _latest_release(self, _request: Request, hosted: Hosted) -> Response:
        if hosted.latest is None:
            return problem(404, "Not Found")
        return json_answer(release_model(hosted, hosted.latest, self._github))

    def _tagged_release(self, _request: Request, hosted: Hosted, tag: str) -> Response:
        release = next((one for one in hosted.releases if one.tag == tag and not one.draft), None)
        if release is None:
            return problem(404, "Not Found")
        return json_answer(release_model(hosted, release, self._github))

    def _matching_refs(self, _request: Request, hosted: Hosted, ref: str) -> Response:
        """Answer with every ref whose name begins so, all on one page."""
        fit = [one for one in hosted.refs() if one.name.startswith(f"refs/{ref}")]
        return json_answer([ref_model(hosted, one, self._github) for one in fit])

    def _commits(self, request: Request, hosted: Hosted) -> Response:
        start = git_http.resolve(hosted, request.query.get("sha", hosted.default_branch))
        if start is None:
            return problem(404, "Not Found")
        return self._page(
            request,
            [commit_model(hosted, one, self._github) for one in read_history(hosted, start)],
        )

    def _commit(self, request: Request, hosted: Hosted, ref: str) -> Response:
        commit = git_http.resolve(hosted, ref)
        if commit is None:
            return problem(422, f"No commit found for SHA: {ref}")
        if request.headers.get("accept") == "application/vnd.github.sha":
            return text(commit, content_type="application/vnd.github.sha")
        read = read_commit(hosted, commit)
        model = commit_model(hosted, read, self._github)
        if read.parents:
            model["files"] = files_model(hosted, read.parents[0], commit, self._github)
        return json_answer(model)

    def _compare(self, _request: Request, hosted: Hosted, basehead: str) -> Response:
        base, _, head = basehead.partition("...")
        start, end = git_http.resolve(hosted, base), git_http.resolve(hosted, head)
        if start is None or end is None:
            return problem(404, "Not Found")
        compared = compare(hosted, start, end)
        if compared is None:
            return problem(404, f"No common ancestor between {base} and {head}.")
        return json_answer(comparison_model(hosted, compared, self._github))

    def _tarball(self, _request: Request, hosted: Hosted, ref: str) -> Response:
        return self._ball(hosted, "tar.gz", ref)

    def _zipball(self, _request: Request, hosted: Hosted, ref: str) -> Response:
        return self._ball(hosted, "zip", ref)

    def _page(self, request: Request, items: Sequence[Any]) -> Response:
        return page(request, items, self._github.url)

    def _ball(self, hosted: Hosted, form: str, ref: str) -> Response:
        if git_http.resolve(hosted, ref) is None:
            return problem(404, "Not Found")
        codeload, ticket = self._github.codeload.url, self._github.ticket(hosted)
        return redirect(f"{codeload}/{hosted.full_name}/legacy.{form}/{ref}{ticket}", 302)


def problem(status: int, message: str, **headers: str) -> Response:
    """Answer with an error as GitHub words it; ``_`` in a header's name stands for ``-``."""
    body = {"message": message, "documentation_url": DOCUMENTATION, "status": str(status)}
    return json_answer(body, status).with_headers(**headers)


def forbidden(rights: str) -> Response:
    """Answer as GitHub does when a token lacks a right."""
    refusal = problem(403, "Resource not accessible by personal access token")
    return refusal.with_headers(X_Accepted_GitHub_Permissions=rights)


def invalid(resource: str, message: str = "", **error: str) -> Response:
    """Answer 422 as GitHub does, with what is wrong in ``errors``."""
    told = {"resource": resource, "code": "custom", **error}
    if message:
        told["message"] = message
    body = {
        "message": "Validation Failed",
        "errors": [told],
        "documentation_url": DOCUMENTATION,
        "status": "422",
    }
    return json_answer(body, 422)


def primary_limit(quota: Quota) -> Response:
    """Answer as GitHub does when a quota is used up."""
    refusal = problem(403, "API rate limit exceeded for 127.0.0.1.")
    return refusal.with_headers(**quota.headers)


def secondary_limit(seconds: int, status: int = 403) -> Response:
    """Answer as GitHub does to who asks too much at once; the quota is not the reason."""
    message = "You have exceeded a secondary rate limit. Please wait a few minutes."
    return problem(status, message, Retry_After=str(seconds))


def page(request: Request, items: Sequence[Any], origin: str) -> Response:
    """Answer with the page that the request names, and with Link to its neighbours."""
    size = min(int(request.query.get("per_page", PER_PAGE)), MOST_PER_PAGE)
    number = int(request.query.get("page", 1))
    last = max(1, -(-len(items) // size))
    places = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
    if number == 1:
        del places["prev"], places["first"]
    if number >= last:
        del places["next"], places["last"]
    url = f"{origin}{request.path}"
    links = [f'<{url}?per_page={size}&page={to}>; rel="{rel}"' for rel, to in places.items()]
    answer = json_answer(items[(number - 1) * size : number * size])
    return answer.with_headers(Link=", ".join(links)) if links else answer
