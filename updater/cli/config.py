"""`config show`: what holds in the end, and where each value comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from updater.cli import options
from updater.effects.files import absolute
from updater.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.cli.request import Request
    from updater.config.effective import Setting
    from updater.config.load import Config


@click.command(cls=options.SectionCommand, section="Other")
@click.argument("action", metavar="show", type=click.Choice(["show"]), help="The only action.")
@options.packages
@options.every
def config(request: Request, action: str, packages: tuple[str, ...]) -> int:  # noqa: ARG001 - it is always the same
    """Show the configuration: each value, and where it comes from."""
    from updater.cli.output import write
    from updater.cli.overlays import Overlays
    from updater.config.effective import package_settings
    from updater.report.as_json import settings_json
    from updater.report.settings import setting_lines
    from updater.report.summary import Exit

    request = request.about(packages)
    configuration = request.load()
    chosen = Overlays(request, configuration).packages if packages else ()
    project = () if packages else tuple(_project(configuration))
    of_packages = [(package, package_settings(configuration, package)) for package in chosen]
    if request.json:
        root = str(absolute(configuration.root))
        write(settings_json(root, configuration.file, project, of_packages))
        return Exit.DONE
    for line in setting_lines(project):
        write(line)
    for package, settings in of_packages:
        write(f"{package.name}  {package.identity}")
        for line in setting_lines(settings, "  "):
            write(line)
    return Exit.DONE


def _project(config: Config) -> Iterator[Setting]:
    """Yield what holds for all, with the overlay files where the configuration names none."""
    from updater.config.effective import project_settings
    from updater.find.files import overlay_files

    for setting in project_settings(config):
        if setting.key != "overlays" or setting.value is not None:
            yield setting
            continue
        try:
            named = overlay_files(config)
        except UsageError as error:
            yield replace(setting, origin=error.message)
        else:
            yield replace(setting, value=list(named.files), origin=named.note or setting.origin)


COMMAND = config
