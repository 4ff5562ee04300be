"""`prefetch`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from updater.cli import options
from updater.errors import HashError, UsageError

if TYPE_CHECKING:
    from updater.cli.request import Request
    from updater.model import Hashed, Sri
    from updater.report.progress import SilentProgress
    from updater.report.schema import HashForm


@click.command(cls=options.SectionCommand, section="Other")
@click.argument(
    "ref",
    metavar="[REF]",
    default="",
    help="github:OWNER/REPO@REV (also gitlab:, codeberg:, sourcehut:, bitbucket:), "
    "pypi:NAME@VERSION, git+https://HOST/PATH@REV, a repository's address with @REV, or the URL "
    "of a file or archive.",
)
@click.argument(
    "rev",
    metavar="[REV]",
    default="",
    help="A tag, branch, commit or version, if REF has no @REV.",
)
@click.option(
    "--convert",
    metavar="HASH",
    default=None,
    help="Convert a hash of any Nix form to SRI instead, or to what --to says.",
)
@click.option(
    "--to",
    "form",
    metavar="FORM",
    type=click.Choice(["sri", "base64", "base32", "nix32", "base16", "hex"]),
    default="sri",
    show_default=True,
    help="With --convert: the form that is printed; base32 and nix32 are the same, and base16 "
    "and hex.",
)
@click.option("--unpack", is_flag=True, help="For a URL: hash the unpacked tree, as fetchzip does.")
@click.option("--nix", is_flag=True, help="Let Nix download and hash.")
@options.every
def prefetch(
    request: Request,
    ref: str,
    rev: str,
    convert: str | None,
    form: HashForm,
    *,
    unpack: bool,
    nix: bool,
) -> int:
    """Print the SRI hash of a source."""
    from updater.cli.output import write
    from updater.report.summary import Exit

    if convert is not None and (ref or unpack or nix):
        other = "a REF" if ref else "--unpack" if unpack else "--nix"
        raise UsageError(
            f"--convert goes without {other}", hint="run `updater prefetch REF` by itself"
        )
    if convert is not None:
        from updater.report.as_json import conversion_json

        sri, value = _converted(convert, form)
        write(conversion_json(convert, sri, form, value) if request.json else value)
        return Exit.DONE
    if form != "sri":
        raise UsageError("--to goes with --convert HASH", hint="updater prefetch --help")
    if not ref:
        raise UsageError(
            "prefetch needs a REF or --convert HASH", hint="run `updater prefetch --help`"
        )
    import anyio

    from updater.cli.session import Session
    from updater.report.as_json import prefetch_json
    from updater.report.progress import shown

    session = Session.begin(request)

    async def main(progress: SilentProgress) -> tuple[str, Hashed]:
        from updater.pipeline.hash.reference import resolve

        async with session.network(progress) as (_, prefetcher):
            fetch = await resolve(ref, rev, session.config, prefetcher, unpack=unpack)
            return fetch.url, await prefetcher.hash(fetch, "nix" if nix else "auto")

    started = time.monotonic()
    with shown(quiet=request.quiet, verbose=request.verbose) as progress:
        url, hashed = anyio.run(main, progress)
        for first, second in hashed.collisions:
            progress.say(
                f"{first} and {second} differ only in case: the tree is different on a Mac"
            )
    seconds = time.monotonic() - started
    if request.json:
        write(prefetch_json(f"{ref}@{rev}" if rev else ref, url, hashed, seconds))
    else:
        write(str(hashed.sri))
    return Exit.DONE


def _converted(text: str, form: HashForm) -> tuple[Sri, str]:
    """Return a hash, and how it is written in a form.

    Raises:
        UsageError: it is not a hash.
    """
    from updater.model.sri import base32, parse_hash

    try:
        sri = parse_hash(text)
    except HashError as error:
        raise UsageError(error.message, hint=error.hint) from error
    match form:
        case "base64":
            return sri, str(sri).partition("-")[2]
        case "base32" | "nix32":
            return sri, base32(sri)
        case "base16" | "hex":
            return sri, sri.digest.hex()
        case _:
            return sri, str(sri)


COMMAND = prefetch
