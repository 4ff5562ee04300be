"""The first files of a project that begins to use the updater: none is needed, each is a start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from updater.find.overlay_files import OverlayFiles

UPDATE = ".github/workflows/update.yml"
REVIEW = ".github/workflows/review.yml"

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
name: update
on: {{schedule: [{{cron: "23 4 * * *"}}], workflow_dispatch: {{}}}}
concurrency: {{group: update, cancel-in-progress: false}} # one run at a time
jobs:
  update:
    runs-on: ubuntu-24.04
    permissions: {{contents: write, pull-requests: write}}
    steps:
      - uses: {repository}@{commit} # v{version}
"""
_REVIEW = """\
# Checks and builds each pin that a pull request changes, without a token.
name: review
on: {{pull_request: {{paths: ["**.nix", "**.lock", "**.json", "**.yaml", "**.patch"]}}}}
jobs:
  review:
    runs-on: ubuntu-24.04
    permissions: {{contents: read}}
    steps:
      - uses: {repository}@{commit} # v{version}
        with: {{command: review}}
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


def first_files(release: OwnRelease, overlays: OverlayFiles, *, actions: bool) -> dict[str, bytes]:
    """Return the files of a start by their paths.

    Args:
        release: the updater's own, to which the files lead.
        overlays: those that there are; an example in the configuration names one of them.
        actions: also the two workflows.
    """
    names = [package.name for package in overlays.packages if not package.skip]
    words = {
        "repository": release.repository,
        "version": release.version,
        "commit": release.commit,
        "package": next(iter(names), "NAME"),
    }
    texts = {"config.yaml": _CONFIG}
    if actions:
        texts |= {UPDATE: _UPDATE, REVIEW: _REVIEW}
    return {path: text.format(**words).encode() for path, text in texts.items()}
