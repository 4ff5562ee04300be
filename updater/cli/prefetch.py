"""`prefetch`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

from updater.cli.output import write
from updater.cli.session import effects
from updater.errors import UsageError
from updater.report.as_json import prefetch_json
from updater.report.summary import Exit

if TYPE_CHECKING:
    from updater.cli.request import Request
    from updater.model import Hashed
    from updater.report.progress import Silent


def prefetch(
    request: Request, ref: str, convert: str, *, unpack: bool, method: Literal["auto", "nix"]
) -> int:
    """Print a source's hash, or a given hash as SRI."""
    if convert:
        from updater.model.sri import parse_hash  # noqa: PLC0415 - no other import is needed

        write(str(parse_hash(convert)))
        return Exit.DONE
    if not ref:
        raise UsageError("prefetch needs a REF or --convert HASH", hint="updater prefetch --help")
    config = request.load()
    import anyio  # noqa: PLC0415 - dear, and --convert does without

    from updater.report.progress import shown  # noqa: PLC0415 - dear, and --convert does without

    async def main(progress: Silent) -> tuple[str, Hashed]:
        from updater.pipeline.hash.reference import resolve  # noqa: PLC0415 - one command's

        async with effects(request, config, progress) as (http, prefetcher):
            fetch = await resolve(ref, config, http, unpack=unpack)
            return fetch.url, await prefetcher.hash(fetch, method)

    started = time.monotonic()
    with shown(quiet=request.quiet, verbose=request.verbose) as progress:
        url, hashed = anyio.run(main, progress)
        for one, other in hashed.collisions:
            progress.say(f"{one} and {other} differ only in case: a Mac gets another tree")
    seconds = time.monotonic() - started
    if request.json:
        write(prefetch_json(ref, url, hashed, seconds))
    else:
        write(str(hashed.sri))
    return Exit.DONE
