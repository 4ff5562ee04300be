"""Evaluation without the network, for a tree that is somebody else's.

A proxy at which nobody can listen stops what Nix downloads by itself (seen with Nix 2.8, 2.26 and
2.34), and git heeds ``GIT_ALLOW_PROTOCOL``. Where Linux lets this user have a network of his own,
nothing is in it, and so nothing is reached by any other way either, such as ``s3:``, which some
releases read without a proxy. Neither keeps a daemon of Nix from what it does itself: it
substitutes, and builds what an evaluation imports.

Source: curl(1), "PROXY"; git(1), ``GIT_ALLOW_PROTOCOL``; unshare(1); nix.conf(5).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from updater.effects.processes.environment import PROXIES
from updater.effects.processes.process import run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOWHERE = "http://127.0.0.1:0"
"""An address to which no connection can be made."""

_EXCEPTIONS = frozenset({"NO_PROXY", "no_proxy"})
# What was fetched before counts, however old it is; what was not is not tried again.
_SETTINGS = (
    *("--option", "tarball-ttl", "4294967295"),
    *("--option", "download-attempts", "1"),
)
_OF_ROOT = ("unshare", "--net", "--")
_OF_A_USER = ("unshare", "--user", "--map-current-user", "--net", "--")
# It writes, so that a store that does not work in there is seen.
_PROBE = ("nix-instantiate", "--eval", "--read-write-mode", "--expr", 'builtins.toFile "x" ""')
_PROBE_SECONDS = 20.0


class Confinement:
    """What keeps evaluations from the network; it is found out at the first."""

    def __init__(self) -> None:
        self._prefix: tuple[str, ...] | None = None

    async def of(
        self, command: Sequence[str], environment: Mapping[str, str]
    ) -> tuple[list[str], dict[str, str]]:
        """Return one of Nix's commands, and its environment, such that it has no network."""
        proxies = dict.fromkeys(PROXIES - _EXCEPTIONS, NOWHERE) | dict.fromkeys(_EXCEPTIONS, "")
        offline = {**environment, **proxies, "GIT_ALLOW_PROTOCOL": "none"}
        if self._prefix is None:
            self._prefix = await _namespace(offline)
        program, *arguments = command
        return [*self._prefix, program, *_SETTINGS, *arguments], offline


async def _namespace(environment: dict[str, str]) -> tuple[str, ...]:
    """Return the command that runs another one without network; empty where there is none."""
    for command in (_OF_ROOT, _OF_A_USER)[os.geteuid() != 0 :]:
        try:
            done = await run([*command, *_PROBE], env=environment, timeout=_PROBE_SECONDS)
        except (OSError, TimeoutError):
            continue
        if done.returncode == 0:
            return command
    return ()
