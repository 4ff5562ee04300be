"""Which command makes a lock file that stands beside a package, for whoever updates it.

Source: Nixpkgs manual, "Languages and frameworks"; the manuals of the programs that are named.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from updater.model import Field

_COMMANDS = (
    (r"nugetDeps|deps\.(json|nix)", "run the package's `fetch-deps` script"),
    (r"mitmCache", "run the script that `mitmCache.updateScript` builds"),
    (r"missing-?[hH]ashes", "run `yarn-berry-fetcher missing-hashes yarn.lock`"),
    (r"gemset|Gemfile", "run `bundix --lock` in the new source"),
    (r"yarnNix|yarn\.nix", "run `yarn2nix` on the new source's yarn.lock"),
    (r"[cC]argo", "copy the new source's Cargo.lock, or run `cargo generate-lockfile` in it"),
    (r"package-lock|npm", "run `npm install --package-lock-only` in the new source"),
    (r"yarn", "run `yarn install --mode update-lockfile` in the new source"),
    (r"pnpm", "run `pnpm install --lockfile-only` in the new source"),
    (r"composer", "run `composer update --no-install` in the new source"),
    (r"pubspec", "run `dart pub get` in the new source, and write its pubspec.lock as JSON"),
    (r"uv\.lock", "run `uv lock` in the new source"),
    (r"poetry", "run `poetry lock` in the new source"),
)


def made_by(lock: Field) -> str:
    """Return what makes a lock anew, as an instruction."""
    what = f"{lock.name} {lock.text}"
    command = next((how for pattern, how in _COMMANDS if re.search(pattern, what)), "")
    return command or "make it again from the new source"
