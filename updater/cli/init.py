"""`init`: the first files of a project that begins to use the updater."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from updater.cli import options

if TYPE_CHECKING:
    from updater.cli.request import Request
    from updater.compose.starting import OwnRelease
    from updater.config.load import Config
    from updater.find.overlay_files import OverlayFiles
    from updater.pipeline.pipeline import Pipeline


@click.command(cls=options.SectionCommand, section="Change")
@click.option("--actions", is_flag=True, help="Also write the two workflows of GitHub Actions.")
@click.option("--dry-run", is_flag=True, help="Print the diff; write nothing.")
@options.every
def init(request: Request, *, actions: bool, dry_run: bool) -> int:
    """Write a first config.yaml, and workflows; overwrite nothing."""
    import anyio

    from updater.cli.output import print_diff, write
    from updater.cli.overlays import overlays_there
    from updater.cli.unfinished import see_to_it
    from updater.compose.starting import first_files
    from updater.effects import files, joint_writes
    from updater.effects.git import own as git
    from updater.report.summary import Exit
    from updater.report.unified_diff import file_diff

    if actions:
        options.refuse_offline(request, "init --actions")
    config = request.load()
    see_to_it(request, config.root, dry_run=dry_run)
    overlays = overlays_there(config)
    release = _own_release(request, config, actions=actions)
    origin, below = anyio.run(git.place, config.root)
    top = files.up_to_repository(config.root)[-1] if below else config.root
    texts = first_files(release, overlays, below, actions=actions)
    there = f"{below}{config.file}" if config.file else ""
    if there:
        texts.pop(f"{below}config.yaml")
    present = [file for file in texts if files.exists(top / file)]
    new = [(file, None, text) for file, text in texts.items() if file not in present]
    if not dry_run:
        joint_writes.write_all(top, new)
    if request.json:
        from updater.report.as_json import start_json

        written = [file for file, _, _ in new]
        write(start_json(written, [*present, *filter(None, [there])], overlays.packages))
        return Exit.DONE
    for file, before, after in new if dry_run else ():
        print_diff(request, file_diff(file, before, after))
    stream = sys.stderr if dry_run else sys.stdout
    if not request.quiet:
        for line in _findings(config, overlays, origin):
            write(line, stream)
        verb = "would write" if dry_run else "wrote"
        for file, _, _ in new:
            write(f"{verb} {file}", stream)
        for file in [*present, *filter(None, [there])]:
            write(f"kept {file}, which is there already", stream)
        write(_next_step(overlays), stream)
    return Exit.DONE


def _next_step(overlays: OverlayFiles) -> str:
    if not overlays.packages:
        return 'Run "updater add NAME" to write a first overlay.'
    return 'Run "updater check" to see which pins are behind.'


def _findings(config: Config, overlays: OverlayFiles, origin: str) -> list[str]:
    """Return what the repository has, in lines for a person."""
    from updater.compose.trees import entry_place
    from updater.errors import PatchError
    from updater.model import BuildPolicy
    from updater.report.next_step import counted

    try:
        entry = f"{entry_place(config, BuildPolicy()).file} lists the overlays"
    except PatchError:
        entry = "neither flake.nix nor default.nix, so that nothing is built"
    packages = counted(len(overlays.packages), "package")
    texts = counted(len(overlays.texts), "file")
    followed = sum(not package.skip and not package.problem for package in overlays.packages)
    return [
        f"found {packages} in {texts}: {followed} can be followed",
        f"found {entry}",
        f"found the repository {origin}"
        if origin
        else "found no remote `origin`: pull requests need `repository: OWNER/NAME` in config.yaml",
    ]


def _own_release(request: Request, config: Config, *, actions: bool) -> OwnRelease:
    """Return the updater's own release, with the commit of its tag where that is wanted.

    Raises:
        StageError: its repository has no such tag, or cannot be asked.
    """
    from updater import __version__
    from updater.cli.session import Session
    from updater.compose.origins import OriginReader
    from updater.compose.starting import OwnRelease
    from updater.effects.entry_points import own_repository
    from updater.errors import NotFound
    from updater.model import Project

    release = OwnRelease(own_repository(), __version__)
    if not actions:
        return release
    project = Project.repository("github.com", release.repository)

    async def ask(pipeline: Pipeline) -> list[str]:
        offer = await OriginReader(pipeline.run).offer(project)
        return [tag.commit for tag in offer.candidates if tag.ref == f"v{__version__}"]

    commits = Session.of(request, config).run(ask)
    if not commits:
        raise NotFound(
            f"{release.repository} has no tag v{__version__}, by whose commit the workflows would "
            "be pinned",
            hint="write them by hand, as docs/github-actions.md of that repository shows",
        )
    return OwnRelease(release.repository, __version__, commits[0])


COMMAND = init
