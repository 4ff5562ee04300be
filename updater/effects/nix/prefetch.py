"""The only place that starts Nix.

Every command gets an argument list, no input, and an environment without secrets. What Nix prints
is read for the hash, and shown only without control sequences.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from msgspec import Struct

from updater.effects.processes import process
from updater.effects.processes.environment import build_environment
from updater.errors import HashError
from updater.model.sri import parse_hash

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from updater.model import GitOption, Sri

_NIX_COMMAND: Final = ("--extra-experimental-features", "nix-command")
_INSTALL: Final = "install Nix, or set hash: embedded for this package"
_SCHEMES: Final = frozenset({"http", "https"})
_READ_BYTES: Final = 1 << 18
_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SHOWN_LINES: Final = 12


class Ran(Struct, frozen=True):
    """A command that ended, and what it printed, without control sequences."""

    command: tuple[str, ...]
    exit_code: int
    stdout: str
    stderr: str


class StoredFile(Struct, frozen=True):
    """A file or tree that Nix put into its store, and its hash."""

    sri: Sri
    path: Path

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes of a file.

        Raises:
            HashError: it cannot be read here, such as where the store is another machine's.
        """
        try:
            with self.path.open("rb") as file:
                yield from iter(partial(file.read, _READ_BYTES), b"")
        except OSError as error:
            raise HashError(
                f"{self.path}, to which Nix downloaded the source, cannot be read: "
                f"{error.strerror}",
                hint="set hash: auto for this package",
            ) from error


class Nix:
    """The Nix that is installed.

    Args:
        environment: what its commands see; by default, this process's without its secrets.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = dict(build_environment() if environment is None else environment)

    def available(self, program: str = "nix-prefetch-url") -> bool:
        """Whether this program of Nix can be started."""
        return shutil.which(program, path=self._environment.get("PATH", os.defpath)) is not None

    async def prefetch(self, url: str, seconds: float) -> StoredFile:
        """Download a file into the Nix store.

        Args:
            url: http or https, without credentials; the store's name for it is its last component.
            seconds: how long that may take.

        Raises:
            HashError: no Nix, a URL that must not be given to it, or no download in this time.
        """
        return await self._prefetch(_checked_url(url), seconds)

    async def unpacked(self, archive: Path, seconds: float) -> Sri:
        """Return the hash of the tree in an archive, as Nix itself unpacks it.

        It takes a single top entry for the root, and leaves several as they are; ``fetchzip``
        refuses several, and puts a single file into a folder.

        Args:
            archive: the file.
            seconds: how long that may take.

        Raises:
            HashError: no nix-prefetch-url, or the archive is none for it, or takes longer.
        """
        return (await self._prefetch(archive.as_uri(), seconds, "--unpack")).sri

    async def _prefetch(self, url: str, seconds: float, *options: str) -> StoredFile:
        if not options and not self.available("nix-prefetch-url"):
            return await self._prefetch_file(url, seconds)
        command = ("nix-prefetch-url", "--type", "sha256", "--print-path", *options, url)
        ran = await self.run(*command, seconds=seconds)
        lines = ran.stdout.splitlines()[-2:]
        if ran.exit_code or len(lines) != 2:  # noqa: PLR2004 - a hash and a path
            raise _failure(ran, f"Nix cannot prefetch {url}")
        return StoredFile(parse_hash(lines[0].strip(), "sha256"), Path(lines[1]))

    async def _prefetch_file(self, url: str, seconds: float) -> StoredFile:
        """Do as nix-prefetch-url with the command that is to replace it (Nix 2.4)."""
        command = ("nix", *_NIX_COMMAND, "store", "prefetch-file", "--json", url)
        ran = await self.run(*command, seconds=seconds)
        try:
            printed = json.loads(ran.stdout)
            return StoredFile(parse_hash(printed["hash"], "sha256"), Path(printed["storePath"]))
        except (ValueError, KeyError, TypeError) as error:
            raise _failure(ran, f"Nix cannot prefetch {url}") from error

    async def prefetch_git(self, url: str, rev: str, *options: GitOption, seconds: float) -> Sri:
        """Fetch a commit with git as nixpkgs' fetchgit does, and return the hash of its tree.

        Args:
            url: of the repository, without credentials.
            rev: the commit, 40 or 64 hex digits.
            options: what the fetcher call asks for beyond the tree itself.
            seconds: how long that may take.

        Raises:
            HashError: no nix-prefetch-git, a URL or rev that must not be given to it, or no fetch
                in this time.
        """
        if not _COMMIT.fullmatch(rev):
            raise HashError(f"{rev!r} is not a commit", hint="resolve it before it is fetched")
        flags = [f"--{option}" for option in options]
        where = ("--url", _checked_url(url), "--rev", rev)
        ran = await self.run("nix-prefetch-git", "--quiet", *flags, *where, seconds=seconds)
        if ran.exit_code:
            raise _failure(ran, f"Nix cannot prefetch {url} at {rev}")
        try:
            answer = json.loads(ran.stdout)
            # Older releases print only sha256, in base32.
            return parse_hash(answer.get("hash") or answer["sha256"], "sha256")
        except (ValueError, KeyError, AttributeError) as error:
            raise _failure(ran, f"nix-prefetch-git printed no hash of {url}") from error

    async def run(
        self, program: str, *arguments: str, cwd: Path | None = None, seconds: float | None = None
    ) -> Ran:
        """Start one of Nix's programs and wait for its end; failing is for the caller to judge.

        Raises:
            HashError: the program is not installed, or took longer than ``seconds``.
        """
        command = (program, *arguments)
        try:
            done = await process.run(command, cwd=cwd, env=self._environment, timeout=seconds)
        except FileNotFoundError as error:
            raise HashError(f"{program} is not installed", hint=_INSTALL) from error
        except TimeoutError as error:
            raise HashError(f"{program} did not end within {seconds} seconds") from error
        return Ran(
            command,
            done.returncode,
            process.decoded(done.stdout),
            process.decoded(done.stderr),
        )


def _checked_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or re.search(r"[\s\x00-\x1f\x7f]", url):
        raise HashError(
            f"{url!r} is not a URL that Nix may fetch (expected {', '.join(sorted(_SCHEMES))})"
        )
    if parts.username is not None or parts.password is not None:
        raise HashError(
            f"the URL on {parts.hostname} carries a credential",
            hint="put it into the file that Nix's netrc-file setting names",
        )
    return url


def _failure(ran: Ran, what: str) -> HashError:
    lines = [line for line in ran.stderr.splitlines() if line.strip()][-_SHOWN_LINES:]
    words = "\n".join(f"  {line}" for line in lines)
    ending = f", and said:\n{words}" if words else " and said nothing"
    return HashError(f"{what}: {ran.command[0]} ended with exit code {ran.exit_code}{ending}")
