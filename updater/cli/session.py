"""One command's run: the clock is read, effects are opened, the pipeline works, all is closed."""

from __future__ import annotations

from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from updater.building.builder import Builder
    from updater.building.foreign import ForeignTree
    from updater.cli.request import Request
    from updater.config.load import Config
    from updater.effects.answers import Answers
    from updater.effects.http.client import Http
    from updater.effects.nix.prefetch import Nix
    from updater.hashing.prefetch import Prefetcher
    from updater.identify.identifier import Identifier
    from updater.pipeline.pipeline import Pipeline
    from updater.report.progress import SilentProgress

T = TypeVar("T")

_ANSWERING = (
    "updater.choose.contents",
    "updater.choose.follower",
    "updater.choose.tag_shapes",
    "updater.choose.tracking",
    "updater.metadata.folders",
    "updater.audit.change.base",
    "updater.cli.output",
    "updater.report.terminal",
)
"""What only an answer needs: it is imported while the first request is on its way."""

BRIEF_SECONDS = 1.5
"""How long a command that only looks may search for the commit of one pin, with the clone."""


class Session(Struct, frozen=True):
    """What a command was asked for, what the user configured, and when the command began."""

    request: Request
    config: Config
    now: datetime

    @classmethod
    def begin(cls, request: Request) -> Session:
        """Read the configuration and, for the only time in a run, the clock.

        Raises:
            ConfigError: the configuration is wrong.
        """
        return cls.of(request, request.load())

    @classmethod
    def of(cls, request: Request, config: Config) -> Session:
        """Begin a run with a configuration that was read before."""
        return cls(request, config, datetime.now(UTC))

    def run(
        self,
        work: Callable[[Pipeline], Awaitable[list[T]]],
        *,
        foreign: ForeignTree | None = None,
    ) -> list[T]:
        """Give a pipeline to ``work`` and return what it finds.

        Args:
            work: what to do; by now all is imported that asks upstreams.
            foreign: the tree, where it is somebody else's, so that what Nix reads of it is not
                trusted either.
        """
        import logging

        import anyio.lowlevel

        from updater.effects import temporary
        from updater.report.progress import shown

        # At Ctrl-C it would tell of each program that ends after its loop.
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)

        found: list[T] = []  # not returned: asyncio would write all of it as text before it ends

        async def main(progress: SilentProgress) -> None:
            from platformdirs import user_cache_path

            from updater.choose.records import Records
            from updater.choose.run import Run
            from updater.pipeline.pipeline import Pipeline

            async with self.network(progress) as (http, prefetcher):
                with ExitStack() as stack:
                    answers = self._answers(progress)
                    if answers is not None:
                        stack.callback(answers.close)
                    run = Run(
                        config=self.config,
                        now=self.now,
                        http=http,
                        prefetcher=prefetcher,
                        records=Records(self.config.root, answers),
                        identifier=cache(lambda: self._identifier(answers, progress, http)),
                        builder=cache(lambda: stack.enter_context(self._builder(foreign))),
                        progress=progress,
                        mirrors=user_cache_path("updater") / "mirrors",
                    )
                    await anyio.lowlevel.checkpoint()  # what was interrupted up to here ends here
                    found.extend(await work(Pipeline(run)))

        temporary.sweep()
        with shown(quiet=self.request.quiet, verbose=self.request.verbose) as progress:
            anyio.run(main, progress)
        return found

    @asynccontextmanager
    async def network(self, progress: SilentProgress) -> AsyncIterator[tuple[Http, Prefetcher]]:
        """Open the network as the configuration limits it."""
        from updater.effects.http import certificates

        reading = certificates.begin_reading()  # beside the imports that follow

        from platformdirs import user_cache_path

        from updater.effects.http.addresses import origin
        from updater.effects.http.client import Http
        from updater.effects.http.credentials import Credential
        from updater.effects.http.network import Network
        from updater.effects.processes.ending import impatient
        from updater.hashing.prefetch import Prefetcher

        limits = self.config.document.network
        network = Network(
            limits.concurrency,
            limits.timeout.total_seconds(),
            limits.retries,
            limits.max_wait.total_seconds(),
            self.config.document.archives.fetched,
            self.request.offline,
        )
        credentials = [
            Credential(variable, frozenset(map(origin, (host.web, host.api, host.graphql))), token)
            for host, variable, token in self.config.tokens()
        ]
        index = self.config.named_index
        if index is not None and index.is_guarded:
            at = frozenset({origin(index.address)})
            credentials.append(Credential(index.kept_in, at, index.password, index.user))
        cache = user_cache_path("updater") if self.request.cache else None
        opened = Http.opened(
            network,
            tuple(credentials),
            progress.say,
            wait=progress.wait,
            detail=progress.detail,
            cache=cache,
            certificates=reading,
        )
        with impatient():
            async with opened as http:
                progress.watch(http.traffic)
                http.meanwhile(_import_what_answers)
                yield http, Prefetcher(http, _nix, self.config.limits)

    def _answers(self, progress: SilentProgress) -> Answers | None:
        from platformdirs import user_cache_path

        from updater.effects.answers import Answers

        if not self.request.cache:
            return None
        return Answers(user_cache_path("updater"), progress.detail)

    def _identifier(
        self, answers: Answers | None, progress: SilentProgress, http: Http
    ) -> Identifier:
        from platformdirs import user_cache_path

        from updater.identify.identifier import Identifier
        from updater.identify.questions import SearchBudget

        limits = self.config.document.identify
        trees, seconds = self.request.max_candidates, self.request.timeout
        budget = SearchBudget(
            limits.max_candidates if trees is None else trees,
            limits.timeout.total_seconds() if seconds is None else seconds,
            self.config.document.archives.fetched,
            self.request.offline,
            BRIEF_SECONDS if self.request.brief and seconds is None else None,
        )
        cache, root = user_cache_path("updater"), self.config.root
        return Identifier(
            root,
            cache,
            answers,
            budget,
            note=progress.note,
            detail=progress.detail,
            token=http.token,
        )

    @contextmanager
    def _builder(self, foreign: ForeignTree | None) -> Iterator[Builder]:
        import anyio
        from platformdirs import user_log_path

        from updater.building.builder import Builder
        from updater.building.provisions import Provisions
        from updater.effects.nix.build import NixBuild
        from updater.effects.nix.confinement import Confinement
        from updater.effects.processes.environment import foreign_environment
        from updater.effects.scratch import Scratch

        config = self.config
        with Scratch.opened(config.root, closed=foreign is not None) as scratch:
            nix, provisions = NixBuild(), None
            if foreign is not None:
                environment = foreign_environment(scratch.empty())
                restrictions = foreign.restrictions(scratch.place)
                nix = NixBuild(environment, restrictions, Confinement())
                provisions = Provisions(foreign, NixBuild(environment, restrictions), scratch)
            yield Builder(
                config.root,
                nix,
                scratch,
                user_log_path("updater"),
                anyio.CapacityLimiter(config.build_jobs),
                self._secrets_in_reach(),
                provisions,
                self.request.offline,
            )

    def _secrets_in_reach(self) -> tuple[str, ...]:
        """Tell what secrets of the updater's own an unsandboxed build could read."""
        from updater.effects.processes.ancestors import in_reach

        index = self.config.named_index
        filed: tuple[str, ...] = ()
        if index is not None and index.is_guarded and not index.is_variable:
            filed = (f"{index.kept_in} has a password",)
        return in_reach(self.config.token_variables) + filed


def _import_what_answers() -> None:
    from updater.kinds import change_rules

    for name in _ANSWERING:
        import_module(name)
    change_rules()


def _nix() -> Nix:
    from updater.effects.nix.prefetch import Nix

    return Nix()
