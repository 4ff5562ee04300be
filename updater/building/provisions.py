"""What the evaluation of somebody else's tree needs from the network, fetched before it begins.

Of a flake it is what its lock names, each input by its hash: that is data, and none of the tree's
code runs. Of another file it is what the base's own file fetches, so that one is evaluated for it.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from updater.building.expressions import FILE_SET, string
from updater.building.foreign import locked_inputs, steering
from updater.effects import files
from updater.errors import BuildError

if TYPE_CHECKING:
    from pathlib import Path

    from updater.building.foreign import ForeignTree
    from updater.effects.nix.build import NixBuild
    from updater.effects.scratch import Scratch
    from updater.model import BuildPolicy

_SRI = re.compile("sha256-[A-Za-z0-9+/]{43}=")  # else it may be an option of Nix


class Provisions:
    """Fetches for each place that is evaluated, once.

    Args:
        tree: what is evaluated.
        nix: evaluates with the network.
        scratch: for the base's tree.
    """

    def __init__(self, tree: ForeignTree, nix: NixBuild, scratch: Scratch) -> None:
        self.tree = tree
        self._nix = nix
        self._scratch = scratch
        self._done: set[str] = set()
        self._lock = anyio.Lock()

    async def provide(self, policy: BuildPolicy) -> None:
        """Fetch what a policy's place needs; what cannot be had is missed when it is evaluated."""
        steering_file = steering(policy)[-1]
        async with self._lock:
            if steering_file in self._done:
                return
            self._done.add(steering_file)
            with anyio.move_on_after(policy.timeout.total_seconds()), suppress(BuildError):
                async with self._scratch.folder() as folder:
                    log = folder / "provisions.log"
                    if policy.file:
                        await self._evaluate_base(steering_file, policy, log)
                    else:
                        lock = files.find(self.tree.root / steering_file, steering_file)
                        await self.fetch(lock or b"", steering_file, log)

    async def fetch(self, lock: bytes, shown: str, log: Path) -> None:
        """Fetch the inputs of a flake.lock that are not in the store.

        Raises:
            BuildError: it cannot be read.
        """
        for source in locked_inputs(lock, shown):
            nar_hash = str(source.get("narHash", ""))
            path = await self._nix.source_path(nar_hash) if _SRI.fullmatch(nar_hash) else ""
            if path and self._nix.holds([path]):
                continue
            fields = json.dumps({name: source[name] for name in source if name != "dir"})
            expression = f"(builtins.fetchTree (builtins.fromJSON {string(fields)})).outPath"
            await self._nix.evaluate_flakes(expression, (), log)

    async def _evaluate_base(self, file: str, policy: BuildPolicy, log: Path) -> None:
        tree = await to_thread.run_sync(self._scratch.at, self.tree.commit)
        try:
            expression = f"builtins.seq (({FILE_SET}) {string(str(tree / file))}) null"
            await self._nix.evaluate(expression, policy.options, tree, log)
        finally:
            self._scratch.drop(tree)
