"""`audit`: whether overlays keep the packaging guide's rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from updater.cli import options

if TYPE_CHECKING:
    from updater.audit.overlay.base import Need
    from updater.cli.request import Request
    from updater.model.finding import FixSafety


@click.command(cls=options.SectionCommand, section="Look")
@options.packages
@click.option(
    "--select", metavar="RULE", multiple=True, help="Judge by this rule only; may be repeated."
)
@click.option("--ignore", metavar="RULE", multiple=True, help="Leave out a rule; may be repeated.")
@click.option("--explain", metavar="RULE", default="", help="Print what a rule asks for, and why.")
@click.option(
    "--since", metavar="REV", default="", help="Only findings that this commit does not have."
)
@click.option("--fix", is_flag=True, help="Make the safe fixes.")
@click.option("--unsafe-fixes", is_flag=True, help="Make the unsafe fixes, too.")
@click.option(
    "--dry-run", "--diff", "dry_run", is_flag=True, help="Print the fixes as a diff; write nothing."
)
@click.option(
    "--upstream", is_flag=True, help="Also compare with pinned sources, which are downloaded."
)
@click.option(
    "--nix",
    is_flag=True,
    help="Also ask the package set; with --fix, build what is safe only after a build.",
)
@click.option("--sarif", is_flag=True, help="Print a SARIF 2.1.0 log, for code scanning.")
@options.every
def audit(
    request: Request,
    packages: tuple[str, ...],
    *,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    explain: str,
    since: str,
    fix: bool,
    unsafe_fixes: bool,
    dry_run: bool,
    upstream: bool,
    nix: bool,
    sarif: bool,
) -> int:
    """Check that overlays and flake.nix keep the packaging guide's rules, and fix them."""
    import anyio

    from updater.audit.overlay.homepages import homepages
    from updater.audit.overlay.metadata import KIND as METADATA
    from updater.cli.audit_run import AuditRun, Shown
    from updater.cli.audited import (
        audited,
        audited_at,
        rule_names,
        scope_of,
        with_answers,
        with_pages,
        with_sources,
    )
    from updater.cli.overlays import kept_looks, named_files, warn_of_unused
    from updater.cli.session import Session
    from updater.errors import UsageError
    from updater.find.selection import select as selected
    from updater.report.summary import Exit

    if explain:
        return _explain(explain)
    if sarif and (request.json or fix or unsafe_fixes or dry_run):
        raise UsageError(
            "--sarif cannot be combined with --json, --fix or --dry-run",
            hint="run `updater audit --help`",
        )
    request = request.about(packages)
    config = request.load()
    names = rule_names(config, select, ignore)
    upstreams: tuple[Need, ...] = ("upstream",) if upstream else ()
    needs: tuple[Need, ...] = ("text", *upstreams, *(("nix",) if nix else ()))
    files = named_files(request, config)
    scope = scope_of(config, files, names, needs)
    now = audited(scope, kept_looks(request, config, files))
    overlays = now.project.looked.overlays
    warn_of_unused(request, config, overlays.packages)
    chosen = selected(overlays.packages, request.names(config))
    session = Session.of(request, config)
    if nix:
        asked = session.run(lambda run: run.set_answers(chosen, overlays))
        scope, now = with_answers(scope, now, asked)
    if upstream:
        scope, now = with_sources(scope, now, session.run(lambda run: run.sources(chosen)))
        if METADATA.name in names:
            asks = homepages(now.project, chosen)
            read = session.run(lambda run: run.homepages(chosen, asks))
            scope, now = with_pages(scope, now, read)
    before = anyio.run(audited_at, scope, now, since) if since else None
    about = frozenset(package.identity for package in chosen) if packages else None
    shown = Shown(about, before)
    run = AuditRun(request, scope, now, shown, chosen, since)
    safeties = _safeties(fix=fix or dry_run, unsafe=unsafe_fixes, builds=nix)
    if sarif:
        left = run.sarif()
    elif safeties:
        left = run.mend(safeties, session if nix else None, dry_run=dry_run)
    else:
        left = run.tell()
    return Exit.FAILED if left or not now.judgement.readable else Exit.DONE


def _explain(name: str) -> int:
    from updater.audit.overlay.shelf import overlay_rules, rule_named
    from updater.cli.output import write
    from updater.errors import UsageError
    from updater.report.rule_pages import rule_page
    from updater.text import nearest

    rule = rule_named(name)
    if rule is None:
        names = [own.name for own in overlay_rules()]
        near = nearest(name, names)
        hint = f"did you mean {near}? " if near else ""
        raise UsageError(f"there is no rule {name!r}", hint=f"{hint}the rules: {', '.join(names)}")
    write(rule_page(rule).rstrip("\n"))
    return 0


def _safeties(*, fix: bool, unsafe: bool, builds: bool) -> tuple[FixSafety, ...]:
    """Return how safe a fix must be to be made unbuilt; what is safe after a build may be built."""
    if unsafe:
        return ("safe", "unsafe") if builds else ("safe", "built", "unsafe")
    return ("safe",) if fix else ()


COMMAND = audit
