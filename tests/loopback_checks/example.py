"""The repository that the checks of the loopback GitHub look at."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.loopback.github import TOKEN
from tests.loopback.store import environment

if TYPE_CHECKING:
    from tests.loopback.hosting import Hosted

AUTHORISED = {"Authorization": f"Bearer {TOKEN}"}


@dataclass(frozen=True)
class Example:
    """A repository with two tags, a side branch and a head past the tags."""

    hosted: Hosted
    first: str
    annotated: str
    second: str
    side: str
    head: str


def git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", *arguments], env=environment(), capture_output=True, text=True, check=False
    )
