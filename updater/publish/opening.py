"""The repository that the configuration names, opened for pull requests."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from updater.effects.git.push import PushRemote
from updater.effects.github.repository import GitHubRepository
from updater.effects.github.requests import Access
from updater.errors import UsageError
from updater.publish.looking import BaseBranch, RepositoryView
from updater.publish.publisher import Publisher
from updater.publish.target import find_target, run_page
from updater.publish.text.names import BranchNaming

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from updater.config.load import Config


@contextmanager
def opened(config: Config, now: datetime) -> Iterator[Publisher]:
    """Open the repository that the configuration names; ``now`` is when the run began.

    Raises:
        UsageError: it is not known which, or there is no token for it.
        PublishError: it cannot be read.
    """
    with opened_view(config) as (view, by_git):
        yield Publisher(config, now, view, by_git)


@contextmanager
def opened_view(config: Config) -> Iterator[tuple[RepositoryView, PushRemote | None]]:
    """Open the repository, with the way to push by git where the configuration wants that.

    Raises:
        UsageError: it is not known which, or there is no token for it.
        PublishError: it cannot be read.
    """
    target = find_target(config)
    limits, publish = config.document.network, config.document.publish
    access = Access(
        target.host.api,
        target.repository,
        target.variable,
        target.token,
        publish.pause.total_seconds(),
        limits.timeout.total_seconds(),
        limits.retries,
        limits.max_wait.total_seconds(),
    )
    with GitHubRepository.opened(access) as repository:
        branch, commit = repository.base(config.document.base or "")
        if commit is None:
            raise UsageError(
                f"{target.repository} has no branch {branch!r}", hint="check `base:` in config.yaml"
            )
        fetched = config.document.archives.fetched
        remote = PushRemote(target.host.web, target.repository, target.token, fetched)
        by_git = remote if publish.via == "git" else None
        page = f"{target.host.web}/{target.repository}"
        base = BaseBranch(branch, commit, target.prefix, page, run_page(page))
        naming = BranchNaming(config.document.branch_prefix, target.prefix.rstrip("/"))
        yield RepositoryView(repository, base, config.root, naming), by_git
