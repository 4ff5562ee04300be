"""New overlays as one pull request on a branch of its own, which later runs leave alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import anyio

from updater.effects.git.push import NewCommit
from updater.effects.github.branching import PullRequestText
from updater.errors import PublishError
from updater.text import code, inline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.compose.additions import AddedPackage, Addition
    from updater.effects.git.push import PushRemote
    from updater.model import Pull
    from updater.publish.looking import RepositoryView

# Not among the branches of updates, of which runs remove those that nothing is left of.
_PREFIX = "add/"
_MOST_NAMES = 3


def propose_addition(
    view: RepositoryView, push_by_git: PushRemote | None, addition: Addition
) -> Pull:
    """Open a pull request that adds overlays, and return it; where it is open, return that one.

    Args:
        view: the repository.
        push_by_git: None where the API makes the commit.
        addition: what is added to files that are those of the base.

    Raises:
        PublishError: the base has other files than those here, or a branch of that name.
    """
    repository, base = view.repository, view.base
    names = [own.package.name for own in addition.packages]
    branch = _PREFIX + re.sub(r"[^A-Za-z0-9._+-]+", "-", "-".join(names[:_MOST_NAMES]))
    branch += view.naming.suffix
    opened = [pull for pull in repository.pulls(branch) if pull.state == "open"]
    if opened:
        return opened[0]
    paths = [file.file for file in addition.files]
    there = view.read(paths, base.commit)
    for file in addition.files:
        if there.get(file.file) != file.before:
            raise PublishError(
                f"{file.file} is not what the branch {base.branch} has",
                hint=f"run the command again with {base.branch} checked out and nothing changed",
            )
    if repository.branch(branch, base.commit) is not None:
        raise PublishError(
            f"the branch {branch} is there already, without a pull request",
            hint="delete it, or open a pull request for it",
        )
    title = f"{', '.join(names)}: add"
    files = {
        f"{base.prefix}{own.file}": own.after for own in addition.files if own.after is not None
    }
    if push_by_git is None:
        repository.make_branch(branch, repository.commit(base.commit, title, files))
    else:
        modes = {path: own.mode for path, own in repository.files(base.commit, [*files]).items()}
        change = NewCommit(base.commit, title, files, modes, repository.login())
        anyio.run(push_by_git.push, branch, "", change)
    text = PullRequestText(base.branch, branch, title, _body(addition), draft=False)
    return repository.open_pull(text)


def _body(addition: Addition) -> str:
    lines = [line for own in addition.packages for line in _lines(own)]
    return "\n".join([*lines, "", "Made by `updater add`."])


def _lines(own: AddedPackage) -> Iterator[str]:
    """Yield what a reviewer wants to know of a package; what others wrote does not act."""
    yield f"- {code(own.package.name)} {code(own.version)} from {code(own.source)}"
    if own.build is not None:
        passed = [check for check in own.build.checks if check.status == "passed"]
        yield f"  - passed: {', '.join(check.name for check in passed)}"
    elif not own.failed:
        yield "  - not built: its inputs are what the text of its source says"
    for note in own.notes:
        yield f"  - {inline(note)}"
