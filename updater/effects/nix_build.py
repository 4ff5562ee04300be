"""Nix evaluates and builds a scratch copy; every log goes to a file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tarfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import anyio
from anyio import to_thread

from updater.effects.nix import Nix, build_environment
from updater.effects.process import printable
from updater.errors import BuildError, HashError

if TYPE_CHECKING:
    from collections.abc import Sequence

_FEATURES = ("--extra-experimental-features", "nix-command flakes")
# A flake's nixConfig could turn the sandbox off, or name a substituter.
_OWN_SETTINGS = ("--option", "accept-flake-config", "false")
_STORE_OPTIONS = {"--max-jobs": 1, "-j": 1, "--cores": 1, "--builders": 1, "--option": 2}
_GRACE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Ended:
    """A Nix command that ended: its exit code, stdout, and its log as text."""

    exit_code: int
    stdout: str
    log: str


class NixBuild:
    """Evaluates and realises; each command's stderr is appended to the log file that it is given.

    Args:
        environment: what Nix sees; by default this process's without its secrets.
    """

    def __init__(self, environment: dict[str, str] | None = None) -> None:
        self._environment = environment if environment is not None else build_environment()
        self._nix = Nix(self._environment)

    def available(self) -> bool:
        """Tell whether Nix is installed."""
        return self._nix.available("nix-store")

    async def sandboxed(self, options: Sequence[str] = ()) -> bool:
        """Tell whether builds see nothing of this machine but the store.

        Raises:
            BuildError: Nix does not say.
        """
        for given, value in _overrides(options):
            if given == "sandbox":
                return value == "true"
        try:
            ran = await self._nix.run("nix", *_FEATURES, "show-config", "--json")
            if ran.exit_code:  # the name since Nix 2.20
                ran = await self._nix.run("nix", *_FEATURES, "config", "show", "--json")
            value = json.loads(ran.stdout)["sandbox"]["value"]
        except (HashError, ValueError, KeyError, TypeError) as error:
            raise BuildError("Nix does not say whether its builds are sandboxed") from error
        return value in (True, "true")

    async def evaluate_flake(
        self, tree: Path, attribute: str, function: str, options: Sequence[str], log: Path
    ) -> Ended:
        """Apply a function to a flake's attribute; stdout is JSON."""
        command = ["nix", *_FEATURES, "eval", "--json", "--no-write-lock-file", *options]
        command += _OWN_SETTINGS
        command += [f"path:{tree}#{attribute}", "--apply", function]
        return await self._run(command, tree, log)

    async def evaluate(
        self, tree: Path, expression: str, options: Sequence[str], log: Path
    ) -> Ended:
        """Evaluate an expression and instantiate what it names; stdout is JSON."""
        command = ["nix-instantiate", "--eval", "--strict", "--json", "--read-write-mode"]
        command += [*options, "--expr", expression]
        return await self._run(command, tree, log)

    async def realise(self, derivations: Sequence[str], options: Sequence[str], log: Path) -> Ended:
        """Build derivations; stdout is their output paths, a line each."""
        command = ["nix-store", "--realise", *_store_options(options), *derivations]
        return await self._run(command, log.parent, log)

    @staticmethod
    def output(ended: Ended) -> str:
        """Return the text of the file that a derivation made."""
        return Path(ended.stdout.split()[-1]).read_text("utf-8")

    async def add_source(self, archive: Path, name: str, folder: Path) -> str:
        """Put an archive's tree into the store as fetchzip would, and return its store path.

        Args:
            archive: a tar that was hashed and found safe.
            name: the store name that evaluation gives.
            folder: for the unpacked tree.

        Raises:
            BuildError: it cannot be unpacked or added.
        """
        tree = await to_thread.run_sync(_unpack, archive, folder / "unpacked", name)
        ran = await self._nix.run("nix-store", "--add-fixed", "--recursive", "sha256", str(tree))
        if ran.exit_code:
            raise BuildError(f"the source cannot be put into the store: {ran.stderr[-500:]}")
        return ran.stdout.strip()

    async def _run(self, command: Sequence[str], cwd: Path, log: Path) -> Ended:
        """Run a command in a process group of its own, which ends with it.

        Raises:
            BuildError: Nix is not installed.
        """
        with _appended(log) as errors:
            started = errors.tell()
            try:
                process = await anyio.open_process(
                    command,
                    cwd=cwd,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    start_new_session=True,
                )
            except FileNotFoundError as error:
                raise BuildError(
                    f"{command[0]} is not installed", hint="install Nix, or use --no-build"
                ) from error
            output = bytearray()
            try:
                if process.stdout is not None:
                    async for piece in process.stdout:
                        output += piece
                await process.wait()
            except BaseException:
                await _end(process)
                raise
            finally:
                await process.aclose()
        said = await to_thread.run_sync(_read_from, log, started)
        return Ended(process.returncode or 0, output.decode("utf-8", "replace"), said)


def _unpack(archive: Path, folder: Path, name: str) -> Path:
    try:
        with tarfile.open(archive) as opened:
            opened.extractall(folder, filter="tar")
        (top,) = folder.iterdir()
        return top.rename(folder / name)
    except (OSError, tarfile.TarError, ValueError) as error:
        raise BuildError(f"the source cannot be unpacked: {error}") from error


async def _end(process: anyio.abc.Process) -> None:
    """Interrupt a process group as Ctrl-C would, and kill what does not listen."""
    with anyio.CancelScope(shield=True):
        for number in (signal.SIGINT, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with anyio.move_on_after(_GRACE_SECONDS):
                await process.wait()
                return


def _read_from(log: Path, start: int) -> str:
    with log.open("rb") as file:
        file.seek(start)
        return printable(file.read())


def _appended(log: Path) -> BinaryIO:
    return log.open("ab")


def _overrides(options: Sequence[str]) -> list[tuple[str, str]]:
    """Return the settings that ``--option NAME VALUE`` sets, the last first."""
    found = [
        (options[at + 1], options[at + 2])
        for at, one in enumerate(options)
        if one == "--option" and at + 2 < len(options)
    ]
    return found[::-1]


def _store_options(options: Sequence[str]) -> list[str]:
    """Return the options that building knows: evaluation alone has the others."""
    kept: list[str] = []
    rest = list(options)
    while rest:
        one = rest.pop(0)
        taken = _STORE_OPTIONS.get(one, 0)
        if taken:
            kept += [one, *rest[:taken]]
            del rest[:taken]
    return kept
