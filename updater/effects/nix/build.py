"""Nix evaluates and builds a scratch copy; every log goes to a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from anyio import to_thread

from updater.effects.nix import options as nix_options
from updater.effects.nix.command import run_logged
from updater.effects.nix.mismatch import got_hash
from updater.effects.nix.outputs import unpacked, with_output
from updater.effects.nix.prefetch import Nix
from updater.effects.processes.environment import build_environment
from updater.effects.runner import log_place
from updater.errors import BuildError, HashError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.effects.nix.command import NixResult
    from updater.effects.nix.confinement import Confinement
    from updater.model import Sri

_FEATURES = ("--extra-experimental-features", "nix-command flakes")
# A flake's nixConfig could turn the sandbox off, or name a substituter.
_OWN_SETTINGS = ("--option", "accept-flake-config", "false")
# What fetchzip and the fetchers made of it call a source unless they are told another name.
_SOURCE_NAME = "source"
_NAMED = "{ path, name, sha256 }: builtins.path { inherit path name sha256; }"
_SHOWN_LINES = 20


class NixBuild:
    """Evaluates and realises; each command's stderr is appended to the log file that it is given.

    Args:
        environment: what Nix sees; by default what is listed of this process's.
        restrictions: options with which files are evaluated that are no flakes.
        confinement: keeps evaluations from the network; None where they may use it.
    """

    def __init__(
        self,
        environment: dict[str, str] | None = None,
        restrictions: Sequence[str] = (),
        confinement: Confinement | None = None,
    ) -> None:
        self._restrictions = restrictions
        self._confinement = confinement
        self._environment = environment if environment is not None else build_environment()
        self._nix = Nix(self._environment)
        self._configured: bool | None = None

    @property
    def confined(self) -> bool:
        """Tell whether evaluations have no network."""
        return self._confinement is not None

    def available(self) -> bool:
        """Tell whether Nix is installed."""
        return self._nix.available("nix-store")

    async def sandboxed(self, options: Sequence[str] = ()) -> bool:
        """Tell whether builds see nothing of this machine but the store.

        Raises:
            BuildError: Nix does not say.
        """
        explicit = nix_options.sandbox(options)
        if explicit is not None:
            return explicit
        if self._configured is None:
            self._configured = await self._configured_sandbox()
        return self._configured

    async def _configured_sandbox(self) -> bool:
        try:
            ran = await self._nix.run("nix", *_FEATURES, "show-config", "--json")
            if ran.exit_code:  # the name since Nix 2.20
                ran = await self._nix.run("nix", *_FEATURES, "config", "show", "--json")
            value = json.loads(ran.stdout)["sandbox"]["value"]
        except (HashError, ValueError, KeyError, TypeError) as error:
            raise BuildError("Nix does not say whether its builds are sandboxed") from error
        return value in (True, "true")

    async def evaluate_flake(
        self, installable: str, function: str, options: Sequence[str], folder: Path, log: Path
    ) -> NixResult:
        """Apply a function to ``FLAKE#ATTRIBUTE``; stdout is JSON.

        Options may have paths, relative to ``folder``.
        """
        command = ["nix", *_FEATURES, "eval", "--json", "--no-write-lock-file", *options]
        command += [*_OWN_SETTINGS, installable, "--apply", function]
        return await self._evaluate(command, folder, log)

    @staticmethod
    def flake(tree: Path, folder: str, **query: str) -> str:
        """Return the flake in a tree's folder as a reference.

        It sees the folder alone: a path's ``dir`` is not known to all releases of Nix.
        """
        reference = f"path:{quote(str(tree / folder))}"
        return f"{reference}?{urlencode(query)}" if query else reference

    async def locked_flake(self, tree: Path, folder: str) -> str:
        """Return a reference of the flake in a tree's folder that pure evaluation takes.

        Raises:
            BuildError: Nix cannot hash it.
        """
        ran = await self._nix.run("nix", *_FEATURES, "hash", "path", str(tree / folder))
        if ran.exit_code:
            raise BuildError(f"Nix cannot hash the scratch copy: {ran.stderr[-500:]}")
        return self.flake(tree, folder, narHash=ran.stdout.strip())

    async def flake_source(self, reference: str) -> str:
        """Return the store path in which a reference of `locked_flake` is evaluated.

        It is an empty string where Nix does not tell it.
        """
        return await self.source_path(parse_qs(urlsplit(reference).query)["narHash"][0])

    async def source_path(self, nar_hash: str) -> str:
        """Return the store path of a flake's input; an empty string where Nix does not tell it."""
        command = ("nix-store", "--print-fixed-path", "--recursive", "sha256", nar_hash, "source")
        return (await self._nix.run(*command)).stdout.strip()

    async def lock(self, tree: Path, folder: str, options: Sequence[str], log: Path) -> NixResult:
        """Lock the flake in a tree's folder, which gets its flake.lock."""
        command = ["nix", *_FEATURES, "flake", "lock", *options, *_OWN_SETTINGS]
        command.append(self.flake(tree, folder))
        return await self._run(command, tree, log)

    async def evaluate_flakes(
        self, expression: str, options: Sequence[str], log: Path
    ) -> NixResult:
        """Evaluate an expression purely, as flakes are."""
        command = ["nix", *_FEATURES, "eval", "--json", *options, *_OWN_SETTINGS]
        command += ["--expr", expression]
        return await self._evaluate(command, log.parent, log)

    def evaluates_jobs(self) -> bool:
        """Tell whether nix-eval-jobs is installed."""
        return self._nix.available("nix-eval-jobs")

    async def evaluate_jobs(
        self, expression: str, options: Sequence[str], log: Path, *, workers: int, pure: bool
    ) -> NixResult:
        """Evaluate the attributes of a set by themselves; stdout is a line of JSON for each.

        Source: nix-eval-jobs, README.md.
        """
        command = ["nix-eval-jobs", "--workers", str(workers)]
        if pure:
            command += ["--option", "extra-experimental-features", "nix-command flakes"]
            command += ["--option", "pure-eval", "true"]
        else:
            command += self._restrictions
        command += [*options, *_OWN_SETTINGS, "--expr", expression]
        return await self._evaluate(command, log.parent, log)

    async def evaluate(
        self, expression: str, options: Sequence[str], folder: Path, log: Path
    ) -> NixResult:
        """Evaluate an expression and instantiate what it names; stdout is JSON.

        Options may have paths, relative to ``folder``.
        """
        command = ["nix-instantiate", "--eval", "--strict", "--json", "--read-write-mode"]
        command += [*options, *self._restrictions, "--expr", expression]
        return await self._evaluate(command, folder, log)

    async def realise(
        self, derivations: Sequence[str], options: Sequence[str], log: Path
    ) -> NixResult:
        """Build derivations; stdout is their output paths, a line each."""
        command = ["nix-store", "--realise", *nix_options.for_building(options), *derivations]
        return await self._run(command, log.parent, log)

    async def fixed_output(self, derivation: str, wrong: Sri) -> str:
        """Return the derivation, of all that one needs, whose output must have a hash.

        Returns:
            Its path; an empty string where there is none.

        Raises:
            BuildError: what a derivation needs cannot be read.
        """
        ran = await self._nix.run("nix-store", "--query", "--requisites", derivation)
        if ran.exit_code:
            raise BuildError(f"{derivation} cannot be read: {ran.stderr[-500:]}")
        needed = [path for path in ran.stdout.split() if path.endswith(".drv")]
        return await to_thread.run_sync(with_output, needed, wrong)

    async def true_hash(
        self, derivation: str, wrong: Sri, options: Sequence[str], log: Path
    ) -> Sri:
        """Build a derivation whose hash is a fake one and return the hash that Nix finds instead.

        The output stays in the store, where the true hash finds it. What the builder prints is kept
        out of the log, so that all that it holds is Nix's own.

        Raises:
            HashError: the build failed before there was a hash.
        """
        command = ["nix-store", "--realise", "--no-build-output"]
        command += [*nix_options.for_building(options), derivation]
        ended = await self._run(command, log.parent, log)
        if not ended.exit_code:
            raise HashError(
                f"the build of {ended.stdout.strip()} passed with a fake hash",
                hint="report it, and say how the package is built",
            )
        true_hash = got_hash(ended.log, wrong)
        if true_hash is None:
            lines = [f"  {line}" for line in ended.log.splitlines() if line.strip()]
            tail = "\n".join(lines[-_SHOWN_LINES:])
            raise HashError(
                f"the build failed before Nix could report the hash:\n{tail}",
                hint=f"the log: {log_place(log)}",
            )
        return true_hash

    @staticmethod
    def holds(derivations: Sequence[str]) -> bool:
        """Tell whether derivations are in the store: nothing keeps them there but their age."""
        return all(Path(path).exists() for path in derivations if path)

    @staticmethod
    def output(ended: NixResult) -> str:
        """Return the text of the file that a derivation made."""
        return Path(ended.stdout.split()[-1]).read_text("utf-8")

    async def add_source(self, archive: Path, seconds: float, *, strip_root: bool) -> str:
        """Put an archive's tree into the store as fetchzip would, under the name that it gives.

        Args:
            archive: what was hashed and found safe; the tree is unpacked beside it, and stays.
            seconds: how long Nix may take.
            strip_root: as fetchzip's ``stripRoot``.

        Returns:
            Its store path; an empty string for what is no tar that this Python reads.

        Raises:
            BuildError: it cannot be unpacked or added.
            HashError: Nix takes too long.
        """
        tree = archive.with_name(_SOURCE_NAME)
        if not await to_thread.run_sync(unpacked, archive, tree, strip_root):
            return ""
        command = ("nix-store", "--add-fixed", "--recursive", "sha256", str(tree))
        ran = await self._nix.run(*command, seconds=seconds)
        if ran.exit_code:
            raise BuildError(f"the source cannot be added to the Nix store: {ran.stderr[-500:]}")
        return ran.stdout.strip()

    async def source_named(self, path: str, sri: Sri, name: str) -> str:
        """Put a source that is in the store there under another name, too.

        Args:
            path: its store path.
            sri: its NAR hash.
            name: the store name that evaluation gives.

        Returns:
            Its store path under that name; an empty string where it cannot be told, such as when
            the store was cleaned of the source since.
        """
        if Path(path).name.partition("-")[2] == name:
            return path
        arguments = {"path": path, "name": name, "sha256": sri.digest.hex()}
        command = ["nix-instantiate", "--eval", "--json", "--read-write-mode"]
        for argument, value in arguments.items():
            command += ["--argstr", argument, value]
        ran = await self._nix.run(*command, "--expr", _NAMED)
        return str(json.loads(ran.stdout)) if not ran.exit_code else ""

    async def _evaluate(self, command: Sequence[str], cwd: Path, log: Path) -> NixResult:
        if self._confinement is None:
            return await self._run(command, cwd, log)
        confined, environment = await self._confinement.of(command, self._environment)
        return await run_logged(confined, cwd, environment, log)

    async def _run(self, command: Sequence[str], cwd: Path, log: Path) -> NixResult:
        return await run_logged(command, cwd, self._environment, log)
