"""Which commits have a hash, once a tree has it, or once the names of refs are guessed."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from updater.effects.git.mirror import LoggedCommit
from updater.identify.exact import Unreproducible
from updater.identify.names import floating_tags, guesses
from updater.identify.search import same_tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from updater.effects.git.mirror import Mirror
    from updater.identify.hashes import TreeHashes
    from updater.identify.names import RefNames
    from updater.identify.questions import HashQuestion
    from updater.identify.search import Match

_MOST_UNNAMED: Final = 300
"""How many commits are looked at whose archives have the names of refs in them."""


def names_of(
    question: HashQuestion, mirror: Mirror, hashes: TreeHashes
) -> Callable[[LoggedCommit], RefNames | None]:
    """Return what tells with which names of refs a commit's archive has the hash.

    Any branch may have led to a commit that a tag or the rev names; to others rather the default
    one. The most that is looked at is bounded: each takes the hashes of some dozen archives.

    What is returned raises UpstreamError where upstream does not say which branches it has.
    """
    tags: dict[str, list[str]] = {}
    heads: dict[str, str] = {}
    likely = {question.named, *question.likely, *question.tagged}
    left = _MOST_UNNAMED

    def names(entry: LoggedCommit) -> RefNames | None:
        nonlocal left
        if not left:
            return None
        if not heads:
            mirror.complete()
            heads.update(mirror.branches())
            for tag, commit in mirror.tags().items():
                tags.setdefault(commit, []).append(tag)
        left -= 1
        own = [name for name, commit in heads.items() if commit == entry.commit]
        is_likely, own_tags = entry.commit in likely, tags.get(entry.commit, [])
        branches = dict.fromkeys((*own, *(heads if is_likely else ())))
        floating = floating_tags(mirror.tags(), own_tags) if is_likely else []
        default = question.default_branch
        return hashes.names(entry, guesses(own_tags, default, list(branches), floating))

    return names


def holding_commits(
    match: Match, mirror: Mirror, question: HashQuestion, hashes: TreeHashes
) -> list[str]:
    """Return commits that have the hash, the one that stands for them first, then the named one.

    It is a tag's, else the oldest to which a ref of the question leads, else the oldest: the same
    whether the mirror has other branches too, such as the one of a pull request that was squashed.
    """
    tagged = (*question.tagged, *mirror.tags().values())
    same = dict(same_tree(match, mirror.log(), tagged))
    if len(same) > 1 and question.refs:
        beside = mirror.beside(same, question.refs.values())
        same = dict(sorted(same.items(), key=lambda pair: pair[0] in beside))
    if not match.depends_on_commit:
        return list(same)

    def holds(commit: str) -> bool:
        with suppress(Unreproducible):
            candidate = LoggedCommit(commit, match.tree, same[commit])
            return commit == match.commit or hashes.of(candidate).sri == question.pinned
        return False

    first = next(filter(holds, same), match.commit)
    named = [question.named] if question.named in same and holds(question.named) else []
    return list(dict.fromkeys((first, *named)))
