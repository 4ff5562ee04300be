"""What the overlays hold, for one command."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.effects.files import relative
from updater.effects.processes.beside import interruptible
from updater.errors import ConfigError, UsageError
from updater.find.ahead import WORTH_A_COPY, begin_looking, begin_reading
from updater.find.files import likely_files, overlay_files
from updater.find.overlay_files import OverlayFiles
from updater.find.selection import closest, select, split_version

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from updater.audit.overlay.kept_looks import KeptLooks
    from updater.cli.request import Request
    from updater.config.load import Config
    from updater.find.files import NamedFiles
    from updater.find.kept_overlays import KeptOverlays
    from updater.find.selection import Names
    from updater.model import Package
    from updater.model.run import Bump


class Overlays:
    """All packages, and those that were asked for; read beside this process until they are wanted.

    A key of ``packages:`` that matches none of them is told.

    Args:
        request: names packages.
        config: names the overlays.

    Raises:
        UsageError: an entry of ``overlays:`` names nothing, or there are none; where nobody named
            any, it is raised where they are wanted.
    """

    def __init__(self, request: Request, config: Config) -> None:
        self._request = request
        self._config = config
        self._names = request.names(config)
        self._reading = _begin(request, config)

    @cached_property
    def files(self) -> OverlayFiles:
        """All that was read."""
        with interruptible():  # also what looks for them step by step, where no copy can be made
            files = self._reading()
        warn_of_unused(self._request, self._config, files.packages)
        return files

    @cached_property
    def packages(self) -> tuple[Package, ...]:
        """The packages that were asked for.

        Raises:
            NoSuchPackage, AmbiguousName: as their messages say.
        """
        return select(self.files.packages, self._names)

    def with_version(self, ask: Bump) -> Bump:
        """Return what is asked for, with the version of ``PKG@VERSION`` if that was given.

        Only such an argument is waited for here.

        Raises:
            UsageError: as `with_version` says.
        """
        if any("@" in name for name in self._names.arguments):
            self._names, ask = with_version(self.files.packages, self._names, ask)
        return ask


def _begin(request: Request, config: Config) -> Callable[[], OverlayFiles]:
    """Begin to read what is named; where nobody named anything, what is likely to be meant."""
    likely = likely_files(config)
    if not 0 < len(likely.files) < WORTH_A_COPY:
        return reading(request, config, named_files(request, config, likely))
    looking = begin_looking(config.root, likely.files, _kept_overlays(request, config))

    def end() -> OverlayFiles:
        overlays = looking()
        if overlays is None:
            return reading(request, config, named_files(request, config, likely))()
        _tell_of(likely, request, config)
        return overlays

    return end


def reading(request: Request, config: Config, named: Sequence[str]) -> Callable[[], OverlayFiles]:
    """Begin to read overlay files, as `begin_reading` does, with what is kept of them."""
    if not request.cache:
        return begin_reading(config.root, named)
    if len(named) < WORTH_A_COPY:
        earlier = _kept_overlays(request, config)
        return begin_reading(config.root, named, earlier=earlier)
    from platformdirs import user_cache_path

    from updater.find.parsed import ParsedOverlays

    folder = user_cache_path("updater") / "overlays"
    return begin_reading(config.root, named, ParsedOverlays(folder, config.root, request.note))


def _kept_overlays(request: Request, config: Config) -> KeptOverlays | None:
    """Return what earlier runs read of a few overlay files; None where nothing is kept."""
    if not request.cache:
        return None
    from platformdirs import user_cache_path

    from updater.find.kept_overlays import KeptOverlays

    return KeptOverlays(user_cache_path("updater") / "few-overlays", config.root, request.note)


def kept_looks(request: Request, config: Config, named: Sequence[str]) -> KeptLooks | None:
    """Return what earlier audits found of many overlay files; None where nothing is kept."""
    if not request.cache or len(named) < WORTH_A_COPY:
        return None
    from platformdirs import user_cache_path

    from updater.audit.overlay.kept_looks import KeptLooks

    return KeptLooks(user_cache_path("updater"), config.root, request.note)


def overlays_there(config: Config) -> OverlayFiles:
    """Read all overlays of a project, which may have none yet; nothing is told.

    Raises:
        ConfigError: an entry of ``overlays:`` names nothing.
    """
    try:
        listed = overlay_files(config).files
    except ConfigError:
        raise
    except UsageError:
        return OverlayFiles((), {})
    return begin_reading(config.root, listed)()


def package_names(request: Request) -> list[tuple[str, str]]:
    """Return the names of all packages, each with its file; nothing is told.

    Raises:
        UpdaterError: they cannot be found.
    """
    silent = replace(request, quiet=True)
    config = silent.load()
    overlays = reading(silent, config, overlay_files(config).files)()
    return sorted({package.name: package.file for package in overlays.packages}.items())


def named_files(
    request: Request, config: Config, likely: NamedFiles | None = None
) -> tuple[str, ...]:
    """Return the overlay files; which they are is told where the user named none.

    Raises:
        UsageError: an entry of ``overlays:`` names nothing, or there are none.
    """
    named = overlay_files(config, likely)
    _tell_of(named, request, config)
    return named.files


def _tell_of(named: NamedFiles, request: Request, config: Config) -> None:
    if named.note:
        away = relative(config.root, request.root)
        request.note(named.note if away == "." else f"{named.note} (in {away})")


def with_version(packages: Sequence[Package], names: Names, ask: Bump) -> tuple[Names, Bump]:
    """Take the version out of ``PKG@VERSION``, as if ``--to`` had named it.

    Raises:
        UsageError: both name one, or other packages are named beside it.
        NoSuchPackage, AmbiguousName: as their messages say.
    """
    names, version = split_version(packages, names)
    if version and ask.to:
        raise UsageError(
            f"--to {ask.to} and {names.arguments[0]}@{version} both name a version",
            hint="give one of them",
        )
    return names, replace(ask, to=version) if version else ask


def warn_of_unused(request: Request, config: Config, packages: Sequence[Package]) -> None:
    """Tell of keys of ``packages:`` that match no package."""
    for key in config.unused(packages):
        near = closest(key, packages)
        message = f"matches no package; did you mean {near}?" if near else "matches no package"
        line = config.line("packages", key)
        error = ConfigError(message, file=config.file, line=line, key=f"packages.{key}")
        request.note(f"warning: {error}")


def refuse_many(ask: Bump, packages: Sequence[Package]) -> None:
    """Refuse ``--to`` for anything but one package.

    Raises:
        UsageError: there are none or several.
    """
    if ask.to and len(packages) != 1:
        raise UsageError(
            f"--to needs exactly one package, but {len(packages)} match", hint="name one package"
        )
