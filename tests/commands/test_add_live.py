"""Real projects of the index, added to a copy of a project, built for real and imported."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import httpx
import pytest
from packaging.version import Version

from tests.commands.test_live import sdists_of
from updater.config.load import load

if TYPE_CHECKING:
    from tests.workshop import Workshop

# All kinds of `tests.commands.additions` but the two that need a repository of another host.
ADDED = (
    *("transformers-stream-generator", "ema-pytorch", "tomlkit", "tomli-w", "pluggy", "iniconfig"),
    *("markupsafe", "sphinxcontrib-jsmath", "CacheControl[filecache]", "tzlocal", "certifi"),
    *("beautifulsoup4", "rotary-embedding-torch"),
)
NEEDED = ("soupsieve", "msgpack", "typing-extensions")


@pytest.mark.live
@pytest.mark.thorough  # whole archives, and what the index has changes
def test_real_projects_are_added_or_refused_for_a_reason(workshop: Workshop) -> None:
    """Each builds as it is written, and is current then; or what nobody has is named."""
    project = workshop.project
    index = load(project.root, os.devnull).index
    for name in (*(name.partition("[")[0] for name in ADDED), *NEEDED):
        sdist = max(sdists_of(index, name), key=lambda one: Version(str(one.version)))
        answer = httpx.get(sdist.url, follow_redirects=True, timeout=120).raise_for_status()
        files = {sdist.filename: answer.content}
        workshop.index.release(name, str(sdist.version), files=files)
    workshop.overlay()

    refused = {}
    for name in ADDED:
        result = project.run("add", name, "--with-missing")
        if result.code:
            refused[name] = result.err.splitlines()[0]

    # Of what these need, the tiny package set has neither documentation tools nor every backend.
    assert len(refused) <= len(ADDED) // 2, refused
    reasons = ("the build needs", "is missing", "neither the overlays nor the package set have")
    assert all(any(own in text for own in reasons) for text in refused.values()), refused
    statuses = {one["status"] for one in project.run("bump", "--json").json["packages"]}
    assert statuses == {"current"}
