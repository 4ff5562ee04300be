"""The base of a review: the commit that a branch is compared with, and its configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.cli.session import Session
from updater.config.file import read
from updater.config.load import configured
from updater.config.place import committed_place, find_place, names_above
from updater.effects.git import own as git
from updater.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from updater.cli.request import Request
    from updater.config.load import Config
    from updater.config.place import ProjectPlace


class ReviewBase(Struct, frozen=True):
    """What a branch is compared with.

    Attributes:
        session: the run, with the configuration that counts.
        commit: where the branch left its base.
        ignored: the name of the branch's own configuration where another one counts, else empty.
    """

    session: Session
    commit: str
    ignored: str = ""


async def find_base(request: Request, name: str) -> ReviewBase:
    """Find the base, and the configuration: what ``--config`` names, else the base's own.

    The branch's may be somebody else's: it could name hosts, tokens and options of Nix, or switch
    off what is looked at.

    Args:
        request: what was asked for.
        name: the base's branch, tag or commit; an empty string for the default branch.

    Raises:
        UsageError: there is no such base, or a configuration is wrong, also the branch's own.
    """
    if request.config is not None:
        session = Session.begin(request)
        branch = session.config.document.base or ""
        return ReviewBase(session, await _fork_point(request, name, branch))
    own = find_place(request.root, None)
    branch = (read(own.text).base or "") if own.text is not None else ""
    for note in own.notes:
        request.note(note)
    try:
        commit = await _fork_point(request, name, "")
    except UsageError:
        # What the branch itself says must be another branch, or it would be compared with itself.
        if name or not await git.is_other_branch(request.root, branch):
            raise
        commit = await _fork_point(request, name, branch)
    config = await _config_at(request.root, commit)
    if config.document.base and not name:
        commit = await _fork_point(request, name, config.document.base)
        config = await _config_at(request.root, commit)
    return ReviewBase(Session.of(request, config), commit, _ignored(own, config.place))


async def _config_at(root: Path, commit: str) -> Config:
    contents: dict[str, bytes] = {}
    for file in (file for names in names_above(root) for file in names):
        content = await git.file_at(root, commit, file)
        if content is not None:
            if await git.is_link_at(root, commit, file):
                raise UsageError(
                    f"{file} is a link in the base, which is not followed there",
                    hint="name the file with --config",
                )
            contents[file] = content
    return configured(committed_place(root, contents))


async def _fork_point(request: Request, name: str, configured_base: str) -> str:
    """Return the commit that the present branch is compared with; a guess at it is told."""
    root = request.root
    if name:
        return (await git.fork_point(root, [name]))[1]
    there, here = await git.default_branches(root)
    if configured_base:
        there = [f"{branch.partition('/')[0]}/{configured_base}" for branch in there[:1]]
        here = [configured_base]
    branch, commit = await git.fork_point(root, [*there, *here])
    if branch in here:
        why = "the remote's branches were not fetched" if there else "the repository has no remote"
        request.note(f"{why}: compared with the local branch {branch}")
    return commit


def _ignored(own: ProjectPlace, base: ProjectPlace) -> str:
    if own.text == base.text:
        return ""
    text = own.text or base.text
    return text.shown if text is not None else ""
