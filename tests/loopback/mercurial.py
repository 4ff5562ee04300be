"""A repository of Mercurial's, made and served by Mercurial itself: `hg serve` on loopback."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

HG = Path(sys.executable).with_name("hg")
"""The program, which the package `mercurial` puts beside Python."""

# Nobody's settings, and a form of output that they do not change. Source: `hg help environment`.
_ENVIRONMENT = {"HGRCPATH": "", "HGPLAIN": "1", "HGUSER": "Somebody", "LC_ALL": "C.UTF-8"}


class Mercurial:
    """A server with one repository, used as a context manager.

    Args:
        folder: of the repository; must not exist.

    Attributes:
        url: the repository's address.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._commits = 0
        folder.mkdir(parents=True)
        self._hg("init")
        options = ("--port", "0", "--address", "127.0.0.1", "--prefix", "tool")
        archives = ("--config", "web.allow-archive=gz")
        self._server = subprocess.Popen(
            [HG, "serve", *options, *archives],
            cwd=folder,
            env=_ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._server.stdout is not None
        address = re.search(r"bound to (127\.0\.0\.1:\d+)", self._server.stdout.readline())
        assert address is not None
        self.url = f"http://{address[1]}/tool"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._server:
            self._server.terminate()

    def tag(self, name: str, content: str) -> str:
        """Commit a file ``a`` with this content, and tag that; return the changeset's id."""
        self._commits += 1
        date = ("--date", f"{1_735_689_600 + self._commits} 0")
        (self._folder / "a").write_text(content, encoding="utf-8")
        self._hg("commit", "--addremove", "--message", content, *date)
        node = self._hg("log", "--rev", ".", "--template", "{node}")
        self._hg("tag", name, *date)
        return node

    def _hg(self, *arguments: str) -> str:
        done = subprocess.run(
            [HG, *arguments],
            cwd=self._folder,
            env=_ENVIRONMENT,
            capture_output=True,
            check=True,
            text=True,
        )
        return done.stdout
