"""One run: effects are opened, the pipeline works, effects are closed."""

from __future__ import annotations

from contextlib import ExitStack, asynccontextmanager, contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from updater.building.builder import Builder
    from updater.cli.request import Request
    from updater.config.load import Config
    from updater.effects.answers import Answers
    from updater.effects.http.client import Http
    from updater.effects.nix.prefetch import Nix
    from updater.hashing.prefetch import Prefetcher
    from updater.identify.identifier import Identifier
    from updater.pipeline.pipeline import Pipeline
    from updater.report.progress import Silent

T = TypeVar("T")


def run(
    request: Request,
    config: Config,
    work: Callable[[Pipeline], Awaitable[list[T]]],
    *,
    foreign: bool = False,
) -> list[T]:
    """Give a pipeline to ``work`` and return what it finds.

    Args:
        request: how to run.
        config: what the updater was told.
        work: what to do; by now all is imported that asks upstreams.
        foreign: the tree is somebody else's, so that what Nix reads of it is not trusted either.
    """
    import anyio.lowlevel

    from updater.report.progress import shown

    async def main(progress: Silent) -> list[T]:
        from updater.choose.records import Records
        from updater.pipeline.pipeline import Pipeline

        async with effects(request, config, progress) as (http, prefetcher):
            with ExitStack() as stack:
                # Opened at their first use: a check of tags needs neither.
                answers = _answers(request)
                identifier = cache(partial(_identifier, config, request, answers, progress, http))
                building = partial(_builder, config, foreign=foreign)
                builder = cache(lambda: stack.enter_context(building()))
                records = Records(config.root, answers)
                await anyio.lowlevel.checkpoint()  # what was interrupted up to here ends here
                return await work(
                    Pipeline(config, http, prefetcher, records, identifier, builder, progress)
                )

    with shown(quiet=request.quiet, verbose=request.verbose) as progress:
        return anyio.run(main, progress)


@asynccontextmanager
async def effects(
    request: Request, config: Config, progress: Silent
) -> AsyncIterator[tuple[Http, Prefetcher]]:
    """Open the network as the configuration limits it."""
    from platformdirs import user_cache_path

    from updater.effects.http.addresses import origin
    from updater.effects.http.client import Http, Network
    from updater.effects.http.credentials import Credential
    from updater.hashing.prefetch import Prefetcher

    limits = config.document.network
    network = Network(
        limits.concurrency,
        limits.timeout.total_seconds(),
        limits.retries,
        limits.max_wait.total_seconds(),
        config.document.archives.fetched,
    )
    credentials = tuple(
        Credential(variable, frozenset(map(origin, (host.web, host.api, host.graphql))), token)
        for host, variable, token in config.tokens()
    )
    cache = user_cache_path("updater") if request.cache else None
    async with Http.opened(network, credentials, progress.say, cache=cache) as http:
        yield http, Prefetcher(http, _nix, config.limits)


def _nix() -> Nix:
    from updater.effects.nix.prefetch import Nix

    return Nix()


def _answers(request: Request) -> Answers | None:
    from platformdirs import user_cache_path

    from updater.effects.answers import Answers

    return Answers(user_cache_path("updater") / "identified") if request.cache else None


def _identifier(
    config: Config, request: Request, answers: Answers | None, progress: Silent, http: Http
) -> Identifier:
    from platformdirs import user_cache_path

    from updater.identify.identifier import Identifier
    from updater.identify.questions import SearchBudget

    limits = config.document.identify
    trees, seconds = request.max_candidates, request.timeout
    budget = SearchBudget(
        limits.max_candidates if trees is None else trees,
        limits.timeout.total_seconds() if seconds is None else seconds,
        config.document.archives.fetched,
    )
    cache = user_cache_path("updater")
    return Identifier(config.root, cache, answers, budget, note=progress.note, token=http.token)


@contextmanager
def _builder(config: Config, *, foreign: bool) -> Iterator[Builder]:
    import anyio
    from platformdirs import user_log_path

    from updater.building.builder import Builder
    from updater.effects.nix.build import NixBuild
    from updater.effects.processes.ancestors import in_reach
    from updater.effects.scratch import Scratch

    with Scratch.opened(config.root) as scratch:
        yield Builder(
            config.root,
            NixBuild(),
            scratch,
            user_log_path("updater"),
            anyio.CapacityLimiter(config.build_jobs),
            in_reach(config.token_variables),
            foreign,
        )
