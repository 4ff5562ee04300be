"""GitHub's Git data API on loopback: objects and refs written into the real repository.

Source: docs.github.com/rest/git. Refusals are worded as GitHub words them.
"""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.loopback.messages import Request, Response, json_answer
from tests.loopback.objects import parse_tree, read_commit
from tests.loopback.rest import problem
from tests.loopback.rest_models import Json, addresses, ref_model, signature_model
from tests.loopback.store import environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.loopback.rest import Rest

KINDS = {0o40000: "tree", 0o160000: "commit"}
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


class GitData:
    """The routes below ``/git``."""

    def __init__(self, rest: Rest, github: GitHub) -> None:
        self._github = github
        rest.route("/git/blobs/{file_sha}", self._blob)
        rest.route("/git/commits/{commit_sha}", self._commit)
        rest.route("/git/trees/{tree_sha}", self._tree)
        rest.route("/git/blobs", self._make_blob, "POST")
        rest.route("/git/trees", self._make_tree, "POST")
        rest.route("/git/commits", self._make_commit, "POST")
        rest.route("/git/refs", self._make_ref, "POST")
        rest.route("/git/refs/{ref}", self._move_ref, "PATCH")
        rest.route("/git/refs/{ref}", self._delete_ref, "DELETE")

    # --- read ---

    def _blob(self, _request: Request, hosted: Hosted, file_sha: str) -> Response:
        if hosted.find(f"{file_sha}^{{blob}}") != file_sha:
            return problem(404, "Not Found")
        api, _ = addresses(hosted, self._github)
        _, data = hosted.read(file_sha)[file_sha]
        return json_answer(
            {
                "sha": file_sha,
                "node_id": f"B_{file_sha}",
                "size": len(data),
                "url": f"{api}/git/blobs/{file_sha}",
                "content": base64.encodebytes(data).decode(),  # with line breaks, as GitHub's
                "encoding": "base64",
            }
        )

    def _commit(self, _request: Request, hosted: Hosted, commit_sha: str) -> Response:
        if hosted.find(f"{commit_sha}^{{commit}}") != commit_sha:
            return problem(404, "Not Found")
        return json_answer(self._commit_model(hosted, commit_sha))

    def _tree(self, _request: Request, hosted: Hosted, tree_sha: str) -> Response:
        tree = hosted.find(f"{tree_sha}^{{tree}}")
        if tree is None:
            return problem(404, "Not Found")
        return json_answer(self._tree_model(hosted, tree))

    # --- write ---

    def _make_blob(self, request: Request, hosted: Hosted) -> Response:
        sent = json.loads(request.body)
        data = sent["content"].encode()
        if sent.get("encoding") == "base64":
            data = base64.b64decode(data)
        sha = write(hosted, "hash-object", "-w", "--stdin", sent=data)
        api, _ = addresses(hosted, self._github)
        return json_answer({"sha": sha, "url": f"{api}/git/blobs/{sha}"}, 201)

    def _make_tree(self, request: Request, hosted: Hosted) -> Response:
        sent = json.loads(request.body)
        for one in sent["tree"]:
            if "content" in one:
                data = one["content"].encode()
                one["sha"] = write(hosted, "hash-object", "-w", "--stdin", sent=data)
        if any(hosted.find(f"{one['sha']}^{{object}}") is None for one in sent["tree"]):
            return problem(422, "tree.sha is not a valid blob")
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            write(hosted, "read-tree", sent.get("base_tree", EMPTY_TREE), extra=index)
            for one in sent["tree"]:
                entry = f"{one['mode']},{one['sha']},{one['path']}"
                write(hosted, "update-index", "--add", "--cacheinfo", entry, extra=index)
            tree = write(hosted, "write-tree", extra=index)
        return json_answer(self._tree_model(hosted, tree), 201)

    def _make_commit(self, request: Request, hosted: Hosted) -> Response:
        sent = json.loads(request.body)
        if hosted.find(f"{sent['tree']}^{{tree}}") is None:
            return problem(422, "Tree SHA does not exist")
        login = self._github.login(request)
        commit = make_commit(hosted, sent["tree"], sent["parents"], sent["message"], login)
        return json_answer(self._commit_model(hosted, commit), 201)

    def _make_ref(self, request: Request, hosted: Hosted) -> Response:
        sent = json.loads(request.body)
        if hosted.find(sent["ref"]) is not None:
            return problem(422, "Reference already exists")
        return self._set_ref(hosted, sent["ref"], sent["sha"], 201)

    def _move_ref(self, request: Request, hosted: Hosted, ref: str) -> Response:
        sent = json.loads(request.body)
        before = hosted.find(f"refs/{ref}")
        if before is None:
            return problem(422, "Reference does not exist")
        if not sent.get("force"):
            listed = hosted.git("rev-list", sent["sha"]).split()
            if before not in listed:
                return problem(422, "Update is not a fast forward")
        return self._set_ref(hosted, f"refs/{ref}", sent["sha"], 200)

    def _set_ref(self, hosted: Hosted, ref: str, sha: str, status: int) -> Response:
        if hosted.find(f"{sha}^{{commit}}") is None:
            return problem(422, "Object does not exist")
        if stands_in_the_way(hosted, ref):
            return problem(422, "Reference update failed")
        set_ref(hosted, ref, sha)
        made = next(one for one in hosted.refs() if one.name == ref)
        return json_answer(ref_model(hosted, made, self._github), status)

    def _delete_ref(self, _request: Request, hosted: Hosted, ref: str) -> Response:
        if hosted.find(f"refs/{ref}") is None:
            return problem(422, "Reference does not exist")
        delete_ref(hosted, f"refs/{ref}")
        return Response(204)

    # --- models ---

    def _tree_model(self, hosted: Hosted, tree: str) -> Json:
        api, _ = addresses(hosted, self._github)
        _, raw = hosted.read(tree)[tree]
        entries: list[Json] = []
        for entry in parse_tree(raw):
            kind = KINDS.get(entry.mode, "blob")
            listed: Json = {
                "path": entry.name,
                "mode": f"{entry.mode:06o}",
                "type": kind,
                "sha": entry.sha,
                "url": f"{api}/git/{kind}s/{entry.sha}",
            }
            entries.append(listed)
        return {
            "sha": tree,
            "url": f"{api}/git/trees/{tree}",
            "tree": entries,
            "truncated": False,
        }

    def _commit_model(self, hosted: Hosted, sha: str) -> Json:
        api, web = addresses(hosted, self._github)
        commit = read_commit(hosted, sha)
        return {
            "sha": sha,
            "node_id": f"C_{sha}",
            "url": f"{api}/git/commits/{sha}",
            "html_url": f"{web}/commit/{sha}",
            "author": signature_model(commit.author),
            "committer": signature_model(commit.committer),
            "message": commit.message,
            "tree": {"sha": commit.tree, "url": f"{api}/git/trees/{commit.tree}"},
            "parents": [
                {"sha": one, "url": f"{api}/git/commits/{one}", "html_url": f"{web}/commit/{one}"}
                for one in commit.parents
            ],
            "verification": {
                "verified": False,
                "reason": "unsigned",
                "signature": None,
                "payload": None,
                "verified_at": None,
            },
        }


def make_commit(
    hosted: Hosted, tree: str, parents: Sequence[str], message: str, login: str = "person"
) -> str:
    """Make a commit without moving a branch."""
    who = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", login), ("EMAIL", f"{login}@example.org"))
    }
    named = [word for parent in parents for word in ("-p", parent)]
    return write(hosted, "commit-tree", tree, *named, sent=message.encode(), extra=who)


def stands_in_the_way(hosted: Hosted, ref: str) -> bool:
    """Tell whether a ref that is a folder of another one's name keeps it from being made."""
    parents = ref.split("/")[:-1]
    return any(
        hosted.find("/".join(parents[:count])) for count in range(3, len(parents) + 1)
    ) or any(other.name.startswith(f"{ref}/") for other in hosted.refs())


def set_ref(hosted: Hosted, ref: str, sha: str) -> None:
    """Make or move a ref behind the back of the repository's own writer."""
    write(hosted, "update-ref", ref, sha)
    hosted.note_head(ref, sha)


def delete_ref(hosted: Hosted, ref: str) -> None:
    """Delete a ref; open pull requests from the branch are closed, as GitHub does."""
    write(hosted, "update-ref", "-d", ref)
    hosted.note_head(ref, None)
    for pull in hosted.pulls.values():
        if pull.source is hosted and f"refs/heads/{pull.branch}" == ref and pull.state == "open":
            pull.state = "closed"


def write(hosted: Hosted, *command: str, sent: bytes = b"", extra: Any = None) -> str:
    """Run a git command that writes; return what it prints."""
    hosted.settle()
    done = subprocess.run(
        ["git", *command],
        cwd=hosted.path,
        env={**environment(), **(extra or {})},
        input=sent,
        capture_output=True,
        check=True,
    )
    hosted.forget()
    return done.stdout.decode().strip()
