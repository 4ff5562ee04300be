"""Names of refs in an archive: which one has, and which it may have had.

git writes the refs that lead to a commit at the time for ``%d`` and ``%D`` in files that are marked
``export-subst``, so that an archive gets another hash when a branch moves on.
Source: gitattributes(5), "export-subst"; git-log(1), "PRETTY FORMATS"; ``add_name_decoration`` and
``format_decorations`` in git's ``log-tree.c`` for the order.
"""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from updater.identify.attributes import GitAttributes
from updater.identify.exact import Inexact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from updater.model import Hashed

# Of setuptools-scm's .git_archival.txt and of versioneer's _version.py.
_REF_NAMES: Final = re.compile(
    r"^(?:ref-names:|\s*git_refnames\s*=\s*[\"'])(?P<names>[^\"'\n$]*)", re.MULTILINE
)
_REF: Final = r"(?:(?:HEAD -> |tag: )?[^\s,\"'()<>$:]+)"
_DECORATION: Final = re.compile(rf"(?P<names>{_REF}(?:, {_REF})*)")
_ANY: Final = ("utf-8", "surrogateescape")
_LARGEST_SEARCHED: Final = 1 << 16
_AGE: Final = re.compile(
    rb"\b\d+ (?:second|minute|hour|day|week|month|year)s?(?:, \d+ months?)? ago\b"
)
_LARGEST_WITH_AGE: Final = 1 << 12  # of a longer text that is marked, the words may be its own
CHECK_OUT: Final = (
    "Let git check the source out: write `forceFetchGit = true;` in fetchFromGitHub, or use "
    "fetchgit"
)
"""What is to be done where an archive keeps no hash."""
_MOST_GUESSES: Final = 40
_MOST_BRANCHES: Final = 8
_USUAL: Final = ("main", "master", "develop", "trunk", "dev")
"""What most default branches are called, and were before they got another name."""
_MOST_FLOATING: Final = 4
_VERSIONLESS: Final = re.compile(r"\D+|v?\d+")


class RefNames(Struct, frozen=True):
    """The refs that lead to a commit, as its archive's text has them.

    Attributes:
        head: the branch that the repository's HEAD is, where it leads there.
        tags: names of tags.
        branches: the other branches.
        new_times: UTC is ``Z``, as git writes it since 2.45, and not ``+00:00``.
    """

    head: str = ""
    tags: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    new_times: bool = True

    @property
    def listed(self) -> str:
        """What git writes for ``%D``."""
        names = [f"HEAD -> {self.head}"] if self.head else []
        names += [f"tag: {tag}" for tag in sorted(self.tags, key=str.encode, reverse=True)]
        return ", ".join([*names, *sorted(self.branches, key=str.encode, reverse=True)])

    @property
    def decoration(self) -> str:
        """What git writes for ``%d``."""
        return f" ({self.listed})" if self.listed else ""

    @property
    def branch(self) -> str:
        """A branch among them, empty where there is none."""
        return self.head or next(iter(self.branches), "")


def guesses(
    tags: Sequence[str],
    default_branch: str,
    branches: Sequence[str],
    floating: Sequence[str] = (),
) -> Iterator[RefNames]:
    """Yield what may have led to a commit when its archive was hashed, likeliest first.

    Args:
        tags: those that lead to it now; one of them may have been made later.
        default_branch: the repository's, which may have had another name.
        branches: others that may have led there.
        floating: tags that lead elsewhere now, and may have led there.
    """
    earlier_heads = [name for name in _USUAL if name != default_branch]
    others = [name for name in branches if name != default_branch][:_MOST_BRANCHES]
    moved = [(*tags, name) for name in floating[:_MOST_FLOATING]]
    tagged = dict.fromkeys((tuple(tags), *moved, *((tag,) for tag in tags), ()))

    def offered() -> Iterator[RefNames]:
        for names in tagged:
            yield RefNames(default_branch, names)
            yield RefNames("", names)
        for names in tagged:
            yield from (RefNames(head, names) for head in earlier_heads[: None if names else 1])
            for other in others:
                yield RefNames("", names, (other,))
                yield RefNames(default_branch, names, (other,))

    yield from islice(offered(), _MOST_GUESSES)


def floating_tags(tags: Iterable[str], own: Sequence[str]) -> list[str]:
    """Return the tags that upstreams move on with each release: ``stable``, ``v1``, ``v1.2``.

    Args:
        tags: all that there are.
        own: those that lead to a commit now.
    """
    others = (name for name in tags if name not in own)
    return sorted(
        name
        for name in others
        if _VERSIONLESS.fullmatch(name) or any(tag.startswith(f"{name}.") for tag in own)
    )


def was_named(branch: str) -> str:
    """Say what an archive's text named when it was hashed, while it names something else now.

    Args:
        branch: a branch, empty for none.
    """
    if not branch:
        return "when the pinned hash was written, its text named other refs than it does now"
    return (
        f"when the pinned hash was written, its text named the branch {branch}, which has moved on"
    )


def branch_in(hashed: Hashed | None) -> str:
    """Say that a source's archive names a branch, so that its hash changes when that moves on.

    Empty where it names none.
    """
    path, branch = named_branch(hashed)
    return f"its {path} names the branch {branch}, which is at the same commit" if branch else ""


def named_branch(hashed: Hashed | None) -> tuple[str, str]:
    """Return the path of a file that names a branch, and the branch; two empty texts for none."""
    files = hashed.files if hashed is not None else {}
    for path, data in files.items():
        text = data[:_LARGEST_SEARCHED].decode("utf-8", "replace")
        branch = _branch_in(_REF_NAMES.search(text))
        if not branch and _is_substituted(path, files):
            branch = next(filter(None, map(_branch_in, _decorations(text))), "")
        if branch:
            return path, branch
    return "", ""


def age_in(hashed: Hashed | None) -> str:
    """Say that a source's archive tells how old its commit is, so that its hash changes with time.

    Empty where it does not. Source: ``show_date_relative`` in git's ``date.c``.
    """
    files = hashed.files if hashed is not None else {}
    for path, data in files.items():
        if len(data) <= _LARGEST_WITH_AGE and _AGE.search(data) and _is_substituted(path, files):
            return f"its {path} tells how long ago its commit was made"
    return ""


def depends_on_refs(hashed: Hashed | None) -> str:
    """Return why a source's archive is not written yet, empty where nothing speaks against it."""
    unsteady = age_in(hashed)
    if unsteady:
        return (
            f"{unsteady}: the archive gets another hash as time goes by. {CHECK_OUT}, or decide "
            "with `--to`"
        )
    unsteady = branch_in(hashed)
    return unsteady and (
        f"{unsteady}: the archive gets another hash when the branch moves on. Wait until then, or "
        "decide with `--to`"
    )


def _decorations(text: str) -> Iterator[re.Match[str]]:
    """Yield what looks like the names of refs, in a file that may have them anywhere."""
    matches = _DECORATION.finditer(text)
    return (match for match in matches if "HEAD -> " in match[0] or "tag: " in match[0])


def _branch_in(match: re.Match[str] | None) -> str:
    if match is None:
        return ""
    names = [name.strip() for name in match["names"].strip(" ()").split(",")]
    branches = (name for name in names if name and not name.startswith("tag: "))
    return next(branches, "").removeprefix("HEAD -> ")


def _is_substituted(path: str, files: Mapping[str, bytes]) -> bool:
    """Tell whether a file is marked ``export-subst``, as far as its archive tells."""
    attributes = GitAttributes()
    folders = path.split("/")[:-1]
    with suppress(Inexact):
        for depth in range(len(folders) + 1):
            folder = "/".join(folders[:depth])
            data = files.get(f"{folder}/.gitattributes" if folder else ".gitattributes")
            if data is not None:
                attributes = attributes.entered(folder.encode(*_ANY), b"", data)
        return attributes.of(path.encode(*_ANY)).get(b"export-subst") is True
    return False
