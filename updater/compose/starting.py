"""The first files of a project that begins to use the updater: none is needed, each is a start."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.errors import UsageError
from updater.text import printable

if TYPE_CHECKING:
    from updater.find.overlay_files import OverlayFiles

_WORKFLOWS = ".github/workflows"
_REVIEWED = ("nix", "lock", "json", "yaml", "patch")
# A folder's name goes into workflows and their names as it is.
_PLAIN_FOLDER = re.compile(
    r"[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*", re.ASCII
)

_CONFIG = """\
# yaml-language-server: $schema=https://raw.githubusercontent.com/{repository}/v{version}/docs/schemas/config.json
#
# What the updater may do here. It runs without any of these settings: remove the # from what you
# need. https://github.com/{repository}/blob/v{version}/docs/configuration.md explains every key.
#
# defaults:
#   minimum_release_age: 3d # take no release that is younger
#   build: {{timeout: 60m}}
#
# packages:
#   {package}:
#     hold: a reason # never touch it
"""
_UPDATE = """\
# Opens pull requests for new versions, every night. Turn on Settings, Actions, General: "Allow
# GitHub Actions to create and approve pull requests".
name: update{suffix}
on: {{schedule: [{{cron: "23 4 * * *"}}], workflow_dispatch: {{}}}}
concurrency: {{group: update{suffix}, cancel-in-progress: false}} # one run at a time
jobs:
  update:
    runs-on: ubuntu-24.04
    permissions: {{contents: write, pull-requests: write}}
    steps:
      - uses: {repository}@{commit} # v{version}
{at}"""
_REVIEW = """\
# Checks and builds each pin that a pull request changes, without a token.
name: review{suffix}
on: {{pull_request: {{paths: [{paths}]}}}}
jobs:
  review:
    runs-on: ubuntu-24.04
    permissions: {{contents: read}}
    steps:
      - uses: {repository}@{commit} # v{version}
        with: {{command: review{and_at}}}
"""


class OwnRelease(Struct, frozen=True):
    """The updater's own release.

    Attributes:
        repository: ``OWNER/NAME``.
        commit: that of its tag; empty where nobody asked.
    """

    repository: str
    version: str
    commit: str = ""


def first_files(
    release: OwnRelease, overlays: OverlayFiles, below: str, *, actions: bool
) -> dict[str, bytes]:
    """Return the files of a start by their paths in the repository.

    Args:
        release: the updater's own, to which the files lead.
        overlays: those that there are; an example in the configuration names one of them.
        below: the project's folder in its repository, with a slash at the end; empty for the top,
            where GitHub looks for workflows.
        actions: also the two workflows.

    Raises:
        UsageError: the folder's name would need quotes in a workflow.
    """
    folder = below.rstrip("/")
    if folder and actions and not _PLAIN_FOLDER.fullmatch(folder):
        raise UsageError(
            f"{printable(folder)!r} is not a name that can be written into a workflow as it is",
            hint="name it with letters, digits and . _ -, or write the workflows by hand as "
            "docs/github-actions.md shows",
        )

    names = [package.name for package in overlays.packages if not package.skip]
    words = {
        "repository": release.repository,
        "version": release.version,
        "commit": release.commit,
        "package": next(iter(names), "NAME"),
        "paths": ", ".join(f'"{below}**.{ending}"' for ending in _REVIEWED),
        "suffix": f"-{folder.replace('/', '-')}" if folder else "",
        "at": f"        with: {{directory: {folder}}}\n" if folder else "",
        "and_at": f", directory: {folder}" if folder else "",
    }
    texts = {f"{below}config.yaml": _CONFIG}
    if actions:
        for name, text in (("update", _UPDATE), ("review", _REVIEW)):
            texts[f"{_WORKFLOWS}/{name}{words['suffix']}.yml"] = text
    return {path: text.format(**words).encode() for path, text in texts.items()}
