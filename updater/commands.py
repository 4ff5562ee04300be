"""What each command does: configuration in, pipeline, report out, exit code back."""

from __future__ import annotations

import os
import sys
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TextIO, TypeVar

from updater import config as configuration
from updater.errors import NoSuchPackage, StageError, UsageError
from updater.report.summary import Exit, exit_code
from updater.selection import FETCHERS, changed_packages, find_packages, select, skip_reason

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from updater.building import Builder
    from updater.config import Config
    from updater.effects.http import Http
    from updater.identifying import Budget, Identifier
    from updater.model import Hashed, Outcome, Package
    from updater.pipeline import Bump, Pipeline, Proposed
    from updater.prefetch import Prefetcher
    from updater.report.progress import Silent
    from updater.selection import Found


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """What every command takes."""

    root: Path
    config: str | None
    packages: tuple[str, ...]
    json: bool
    verbose: bool
    quiet: bool
    cache: bool = True

    def load(self) -> Config:
        """Read the configuration."""
        return configuration.load(self.root, self.config)


def list_packages(request: Request) -> int:
    """Show what was found; asks nobody."""
    from updater.choose import expected_tracking  # noqa: PLC0415 - one command's
    from updater.report.listing import describe  # noqa: PLC0415 - as above

    config = request.load()
    found = find_packages(config)
    rows = []
    for package in select(found.packages, request.packages):
        source = package.source
        skip, pin = skip_reason(package), None
        problem = f"{package.problem}; {package.hint}" if package.hint else package.problem
        try:
            if source is not None and not problem:
                pin = FETCHERS[source.fetcher].pin(package, source)
        except StageError as error:
            problem = "" if skip else f"{error}; {error.hint}"
        policy = config.policy(package)
        tracking = expected_tracking(pin, policy) if pin is not None and not skip else None
        rows.append(describe(package, pin, tracking, hold=policy.hold, problem=problem, skip=skip))
    if request.json:
        from updater.report.as_json import listing_json  # noqa: PLC0415 - pydantic, for --json only

        _write(listing_json(rows))
    else:
        from updater.report.terminal import listing_lines  # noqa: PLC0415 - as above

        _paint(listing_lines(rows))
    return Exit.FAILED if any(row.status == "failed" for row in rows) else Exit.DONE


def check(request: Request, *, tell_outdated: bool) -> int:
    """Show which pins are behind."""
    config = request.load()
    found = find_packages(config)
    packages = select(found.packages, request.packages)
    outcomes = _run(request, config, lambda pipeline: pipeline.check(packages))
    _report("check", request, outcomes)
    return exit_code(outcomes, tell_outdated=tell_outdated)


def bump(request: Request, ask: Bump, output: Path | None = None) -> int:
    """Move pins, and leave what was found in a folder for `publish`."""
    config = request.load()
    found = find_packages(config)
    packages = select(found.packages, request.packages)
    _refuse_many(ask, packages)
    outcomes = _run(request, config, lambda pipeline: pipeline.bump(packages, found, ask))
    if output is not None:
        from updater.results import write_results  # noqa: PLC0415 - pydantic, for --output only

        write_results(output, outcomes)
    _report_changes("bump", request, outcomes, dry_run=ask.dry_run)
    return exit_code(outcomes)


def identify(request: Request, budget: Budget) -> int:
    """Say which commits the hashes hold."""
    config = request.load()
    packages = select(find_packages(config).packages, request.packages)
    outcomes = _run(request, config, lambda pipeline: pipeline.identify(packages), budget)
    _report("identify", request, outcomes)
    return exit_code(outcomes)


def pin(request: Request, ask: Bump, budget: Budget, *, sri: bool) -> int:
    """Write what the hashes hold."""
    config = request.load()
    found = find_packages(config)
    packages = select(found.packages, request.packages)
    outcomes = _run(
        request, config, lambda pipeline: pipeline.pin(packages, found, ask, sri=sri), budget
    )
    _report_changes("pin", request, outcomes, dry_run=ask.dry_run)
    return exit_code(outcomes)


def verify(request: Request, changed_since: str) -> int:
    """Say whether pins are true."""
    config = request.load()
    found = find_packages(config)
    packages = select(found.packages, request.packages)
    if changed_since:
        import anyio  # noqa: PLC0415 - as in _run

        packages = anyio.run(changed_packages, config.root, changed_since, packages, found)
    outcomes = _run(request, config, lambda pipeline: pipeline.verify(packages))
    _report("verify", request, outcomes)
    return exit_code(outcomes)


def bump_to_pull_requests(request: Request, ask: Bump) -> int:
    """Propose updates of the base branch's pins; the user's files stay as they are."""
    from updater import publishing  # noqa: PLC0415 - PyGithub, for pull requests only
    from updater.selection import found_in, overlay_files  # noqa: PLC0415 - as above

    config = request.load()
    with publishing.opened(config) as publisher:
        found = found_in(publisher.read(overlay_files(config)))
        packages = select(found.packages, request.packages)
        _refuse_many(ask, packages)
        proposed = _run(request, config, lambda stages: _propose(stages, packages, found, ask))
        outcomes = publisher.publish(proposed, found, reported=False)
    _report("bump", request, outcomes)
    return exit_code(outcomes)


def publish(request: Request, folder: Path) -> int:
    """Propose what `bump --output` found, as far as it is found again."""
    from updater import publishing  # noqa: PLC0415 - PyGithub, for pull requests only
    from updater.pipeline import Bump  # noqa: PLC0415 - as in _run
    from updater.results import confirm, read_results  # noqa: PLC0415 - as above
    from updater.selection import found_in, overlay_files  # noqa: PLC0415 - as above

    results = read_results(folder)
    config = request.load()
    if not results:
        _report("publish", request, [])
        return Exit.DONE
    with publishing.opened(config) as publisher:
        found = found_in(publisher.read(overlay_files(config)))
        known = {package.identity: package for package in found.packages}
        for result in results:
            if result.package not in known:
                raise NoSuchPackage(result.package)
        packages = [known[result.package] for result in results]
        ask = Bump(build=False)
        proposed = _run(request, config, lambda stages: _propose(stages, packages, found, ask))
        outcomes = publisher.publish(confirm(results, proposed), found, reported=True)
    _report("publish", request, outcomes)
    return exit_code(outcomes)


async def _propose(
    pipeline: Pipeline, packages: Sequence[Package], found: Found, ask: Bump
) -> list[Proposed | Outcome]:
    from updater.telling import Teller  # noqa: PLC0415 - for pull requests only
    from updater.upstreams.base import Surroundings  # noqa: PLC0415 - as above

    config, http = pipeline.config, pipeline.http
    proposed = await pipeline.propose(packages, found, ask)
    return await Teller(http, Surroundings(http, config.hosts, lambda: config.index)).tell(proposed)


def _refuse_many(ask: Bump, packages: Sequence[Package]) -> None:
    if ask.to and len(packages) != 1:
        raise UsageError(
            f"--to goes with one package, and these are {len(packages)}", hint="name one package"
        )


def test(request: Request) -> int:
    """Build pins as they are."""
    config = request.load()
    packages = select(find_packages(config).packages, request.packages)
    outcomes = _run(request, config, lambda pipeline: pipeline.test(packages))
    _report("test", request, outcomes)
    return exit_code(outcomes)


def plan(request: Request) -> int:
    """Print a job matrix of what is behind."""
    from updater.model import Outdated  # noqa: PLC0415 - one command's
    from updater.overlay.order import uses  # noqa: PLC0415 - as above
    from updater.planning import split  # noqa: PLC0415 - as above
    from updater.report.as_json import plan_json  # noqa: PLC0415 - pydantic

    config = request.load()
    found = find_packages(config)
    packages = select(found.packages, request.packages)
    outcomes = _run(request, config, lambda pipeline: pipeline.check(packages))
    behind = [outcome.package for outcome in outcomes if isinstance(outcome, Outdated)]
    jobs = split(behind, uses(found.packages, found.texts))
    _write(plan_json((job.id, [one.identity for one in job.packages]) for job in jobs))
    _report("plan", replace(request, json=False), outcomes, sys.stderr)
    return exit_code(outcomes)


def _run(
    request: Request,
    config: Config,
    work: Callable[[Pipeline], Awaitable[list[T]]],
    budget: Budget | None = None,
) -> list[T]:
    import anyio  # noqa: PLC0415 - with httpx the dearest import; `list` does without

    from updater.report.progress import shown  # noqa: PLC0415 - as above

    async def main(progress: Silent) -> list[T]:
        from updater.pipeline import Pipeline  # noqa: PLC0415 - as above

        async with _effects(request, config, progress) as (http, prefetcher):
            with _builder(config) as builder:
                identifier = _identifier(config, budget, request, progress)
                return await work(Pipeline(config, http, prefetcher, identifier, builder, progress))

    with shown(quiet=request.quiet, verbose=request.verbose) as progress:
        return anyio.run(main, progress)


def prefetch(
    request: Request, convert: str, *, unpack: bool, method: Literal["auto", "nix"]
) -> int:
    """Print a source's hash, or a given hash as SRI."""
    if convert:
        from updater.hashing.sri import parse_hash  # noqa: PLC0415 - no other import is needed

        _write(str(parse_hash(convert, "sha256")))
        return Exit.DONE
    if not request.packages:
        raise UsageError("prefetch needs a REF or --convert HASH", hint="updater prefetch --help")
    (ref,) = request.packages
    config = request.load()
    import anyio  # noqa: PLC0415 - as in _run

    from updater.report.progress import shown  # noqa: PLC0415 - as in _run

    async def main(progress: Silent) -> tuple[str, Hashed]:
        from updater.references import resolve  # noqa: PLC0415 - one command's

        async with _effects(request, config, progress) as (http, prefetcher):
            fetch = await resolve(ref, config, http, unpack=unpack)
            return fetch.url, await prefetcher.hash(fetch, method)

    with shown(quiet=request.quiet, verbose=request.verbose) as progress:
        url, hashed = anyio.run(main, progress)
    if request.json:
        from updater.report.as_json import prefetch_json  # noqa: PLC0415 - pydantic, for --json only

        _write(prefetch_json(ref, url, hashed))
    else:
        _write(str(hashed.sri))
    return Exit.DONE


@asynccontextmanager
async def _effects(
    request: Request, config: Config, progress: Silent
) -> AsyncIterator[tuple[Http, Prefetcher]]:
    from platformdirs import user_cache_path  # noqa: PLC0415 - as in _run

    from updater.effects.addresses import origin  # noqa: PLC0415 - as in _run
    from updater.effects.http import Credential, Http, Network  # noqa: PLC0415 - as in _run
    from updater.effects.nix import Nix  # noqa: PLC0415 - as in _run
    from updater.prefetch import Prefetcher  # noqa: PLC0415 - as in _run

    limits = config.document.network
    network = Network(
        limits.concurrency,
        limits.timeout.total_seconds(),
        limits.retries,
        limits.max_wait.total_seconds(),
    )
    credentials = tuple(
        Credential(variable, frozenset(map(origin, (host.web, host.api, host.graphql))), token)
        for host, variable, token in config.tokens()
    )
    cache = user_cache_path("updater") if request.cache else None
    async with Http.opened(network, credentials, progress.say, cache=cache) as http:
        yield http, Prefetcher(http, Nix())


def _identifier(
    config: Config, budget: Budget | None, request: Request, progress: Silent
) -> Identifier:
    from platformdirs import user_cache_path  # noqa: PLC0415 - only where upstreams are asked

    from updater.effects.answers import Answers  # noqa: PLC0415 - as in _run
    from updater.identifying import Budget, Identifier  # noqa: PLC0415 - as in _run

    cache = user_cache_path("updater")
    answers = Answers(cache / "identified") if request.cache else None
    return Identifier(config.root, cache, answers, budget or Budget(), progress.note)


@contextmanager
def _builder(config: Config) -> Iterator[Builder]:
    import anyio  # noqa: PLC0415 - as in _run
    from platformdirs import user_log_path  # noqa: PLC0415 - only where something may be built

    from updater.building import Builder  # noqa: PLC0415 - as in _run
    from updater.effects.nix_build import NixBuild  # noqa: PLC0415 - as in _run
    from updater.effects.scratch import Scratch  # noqa: PLC0415 - as in _run

    with Scratch.opened(config.root) as scratch:
        yield Builder(
            config.root,
            NixBuild(),
            scratch,
            user_log_path("updater"),
            anyio.CapacityLimiter(config.build_jobs),
            tuple(variable for _, variable, _ in config.tokens()),
        )


# --- output -------------------------------------------------------------------------------------


def _report_changes(
    command: str, request: Request, outcomes: list[Outcome], *, dry_run: bool
) -> None:
    """Report changes; in a dry run the diff is the result, so that `git apply` can take it."""
    if dry_run and not request.json:
        from updater.model import Updated  # noqa: PLC0415 - beside its use
        from updater.report.terminal import diff  # noqa: PLC0415 - of dry runs only

        for outcome in outcomes:
            if isinstance(outcome, Updated):
                sys.stdout.buffer.write(diff(outcome).encode("utf-8", "surrogateescape"))
        sys.stdout.flush()
    _report(command, request, outcomes, sys.stderr if dry_run else None)


def _report(
    command: str, request: Request, outcomes: list[Outcome], stream: TextIO | None = None
) -> None:
    if request.json:
        from updater.report.as_json import outcomes_json, truths_json  # noqa: PLC0415 - pydantic

        if command in ("identify", "verify"):
            _write(truths_json(command, outcomes))
        else:
            _write(outcomes_json(command, outcomes))
        return
    from updater.report.terminal import outcome_lines, summary_line  # noqa: PLC0415 - as above

    shown = [one for one in outcomes if not request.quiet or exit_code([one]) != Exit.DONE]
    _paint(outcome_lines(shown, verbose=request.verbose), stream)
    if not request.quiet:
        _write(summary_line(outcomes), stream)


def _write(text: str, stream: TextIO | None = None) -> None:
    (stream or sys.stdout).write(f"{text}\n")


def _paint(lines: Iterable[tuple[str, str]], stream: TextIO | None = None) -> None:
    """Print lines, in colour where they go to a terminal and NO_COLOR is not set."""
    stream = stream or sys.stdout
    if not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("CI"):
        for line, _ in lines:
            _write(line, stream)
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it

    from updater.report.terminal import STYLES  # noqa: PLC0415 - as above

    console = Console(file=stream, soft_wrap=True, highlight=False, markup=False)
    for line, status in lines:
        console.print(line, style=STYLES[status])
