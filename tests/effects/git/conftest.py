"""A host that speaks the first version of git's protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loopback import git_http

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.loopback.hosting import Hosted


@pytest.fixture
def serve_first_version(monkeypatch: pytest.MonkeyPatch) -> Callable[[Hosted], None]:
    """Return what has a repository served so, as where a proxy takes away the header."""
    serve = git_http._upload_pack
    monkeypatch.setattr(
        git_http, "_upload_pack", lambda path, _, mode, sent: serve(path, "", mode, sent)
    )
    monkeypatch.setattr(git_http, "_CAPABILITIES", {})

    def limit(repository: Hosted) -> None:
        repository.settle()
        config = repository.path / "config"
        config.write_text(config.read_text().replace("allowAnySHA1InWant = true", ""))

    return limit
