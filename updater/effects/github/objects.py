"""The commits and files of a repository, each asked for once.

Source: GitHub docs, GraphQL, ``GitObject`` and ``TreeEntry``; REST, "Git trees", where the host has
no GraphQL.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.effects.github.requests import Requests

_HEAD: Final = "name target { oid ... on Commit { tree { oid } } }"
_BASE: Final = f"""query ($owner: String!, $name: String!, $ref: String!, $named: Boolean!) {{
  repository(owner: $owner, name: $name) {{
    ref(qualifiedName: $ref) @include(if: $named) {{ {_HEAD} }}
    defaultBranchRef @skip(if: $named) {{ {_HEAD} }}
  }}
}}"""
_ENTRIES: Final = "... on Tree { entries { name mode type oid } }"
_MOST_FOLDERS: Final = 100
_LINK: Final = "120000"


class TreeFile(Struct, frozen=True):
    """A file of a commit: its blob's id, and its mode as git writes it."""

    blob: str
    mode: str


class GitObjects(Struct):
    """What commits have; its methods raise GithubException where GitHub refuses."""

    requests: Requests
    _roots: dict[str, str] = field(default_factory=dict)
    _folders: dict[tuple[str, str], dict[str, tuple[str, TreeFile]]] = field(default_factory=dict)

    def base(self, branch: str) -> tuple[str, str | None]:
        """Return a branch, the default one where none is named, and its commit.

        The commit is None where there is no such branch.
        """
        variables: dict[str, Any] = {"ref": f"refs/heads/{branch}", "named": bool(branch)}
        answer = self.requests.ask_graphql(_BASE, variables | self.requests.named)
        if answer is None:
            branch = branch or str(self.requests.ask("")["default_branch"])
            return branch, self.requests.heads(branch).get(branch)
        repository = answer["repository"]
        ref = repository["ref"] if branch else repository["defaultBranchRef"]
        if ref is None:  # also the default one of a repository without commits
            return branch, None
        commit = str(ref["target"]["oid"])
        self._roots[commit] = str(ref["target"]["tree"]["oid"])
        return branch or str(ref["name"]), commit

    def root(self, commit: str) -> str:
        """Return the id of a commit's tree."""
        if commit not in self._roots:
            answer = self.requests.ask(f"/git/commits/{commit}")
            self._roots[commit] = str(answer["tree"]["sha"])
        return self._roots[commit]

    def files(self, commit: str, paths: Sequence[str]) -> dict[str, TreeFile]:
        """Return what a commit has at some paths; a path without a file is left out."""
        self._look(commit, list(dict.fromkeys(_folder(path) for path in paths)))
        files = {}
        for path in paths:
            entries = self._folders.get((commit, _folder(path)), {})
            kind, file = entries.get(path.rpartition("/")[2], ("", TreeFile("", "")))
            if kind == "blob" and file.mode != _LINK:
                files[path] = file
        return files

    def _look(self, commit: str, folders: Sequence[str]) -> None:
        missing = [folder for folder in folders if (commit, folder) not in self._folders]
        for start in range(0, len(missing), _MOST_FOLDERS):
            part = missing[start : start + _MOST_FOLDERS]
            named = [literal(f"{commit}:{folder}") for folder in part]
            fields = [
                f"f{number}: object(expression: {folder}) {{ {_ENTRIES} }}"
                for number, folder in enumerate(named)
            ]
            answer = self.requests.ask_graphql(in_repository(fields), self.requests.named)
            if answer is None:
                for folder in part:
                    self._walk(commit, folder)
                continue
            for number, folder in enumerate(part):
                tree = answer["repository"][f"f{number}"] or {}
                self._folders[commit, folder] = {
                    str(entry["name"]): (
                        str(entry["type"]),
                        TreeFile(str(entry["oid"]), f"{int(entry['mode']):06o}"),
                    )
                    for entry in tree.get("entries") or ()
                }

    def _walk(self, commit: str, folder: str) -> None:
        """Read a folder by REST, and those above it."""
        if (commit, folder) in self._folders:
            return
        tree = self.root(commit)
        if folder:
            above, _, name = folder.rpartition("/")
            self._walk(commit, above)
            kind, entry = self._folders[commit, above].get(name, ("", TreeFile("", "")))
            tree = entry.blob if kind == "tree" else ""
        listed = self.requests.ask(f"/git/trees/{tree}")["tree"] if tree else ()
        self._folders[commit, folder] = {
            str(entry["path"]): (
                str(entry["type"]),
                TreeFile(str(entry["sha"]), str(entry["mode"])),
            )
            for entry in listed
        }


def in_repository(fields: Sequence[str]) -> str:
    """Return the query for some fields of the repository; its variables are `Requests.named`."""
    listed = "\n    ".join(fields)
    return f"""query ($owner: String!, $name: String!) {{
  repository(owner: $owner, name: $name) {{
    {listed}
  }}
}}"""


def literal(text: str) -> str:
    """Return a text as a query has it: JSON's form of a text is GraphQL's, too."""
    return json.dumps(text, ensure_ascii=False)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
