"""Scratch copies of the user's tree, each with one change."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from updater.effects import temporary
from updater.effects.processes.environment import git_environment
from updater.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

_LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "node_modules", "__pycache__", "result*")


class Scratch:
    """The scratch copies of one run; use it through `opened`.

    Attributes:
        place: the folder of all of them.
    """

    def __init__(self, folder: Path, root: Path, *, closed: bool) -> None:
        self.place = folder
        self._root = root
        self._closed = closed
        self._originals: dict[str, bytes | None] = {}

    @classmethod
    @contextmanager
    def opened(cls, root: Path, *, closed: bool = False) -> Iterator[Scratch]:
        """Make a folder for this run's copies, which is gone at the end.

        Args:
            root: the tree.
            closed: no copy has a link that leads out of the tree.
        """
        with temporary.folder("run") as folder:
            yield cls(folder, root.resolve(), closed=closed)

    def keep(self, file: str, data: bytes | None) -> None:
        """Have later copies hold what a file was when the run began, whatever is written by now.

        Args:
            file: relative to the root.
            data: its bytes before it was changed for the first time; None for no file.
        """
        self._originals.setdefault(file, data)

    def copy(self, changes: dict[str, bytes]) -> Path:
        """Return a new copy of the tree with some files replaced.

        What git ignores is left out; what is not committed yet is taken along.

        Args:
            changes: file, relative to the root -> its new bytes.

        Raises:
            BuildError: the tree cannot be copied.
        """
        target = Path(tempfile.mkdtemp(prefix="tree-", dir=self.place)) / "tree"
        try:
            names = _tracked(self._root)
            if names is None:
                shutil.copytree(self._root, target, symlinks=True, ignore=_LEFT_OUT)
            else:
                _copy(self._root, target, names)
            if self._closed:
                _drop_links_out(target)
            # A file that was kept by now may have been copied before or after it was written.
            for file, data in (self._originals | changes).items():
                path = target / file
                if data is None or path.is_symlink():
                    path.unlink(missing_ok=True)
                if data is not None:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(data)
        except OSError as error:  # shutil's own has a list of what failed, and no reason
            why = error.strerror or "a file cannot be copied"
            raise BuildError(
                f"the scratch copy cannot be made: {why}", hint="free space in TMPDIR"
            ) from error
        return target

    def at(self, commit: str) -> Path:
        """Return a new copy of the tree as it is in a commit of its repository.

        Raises:
            BuildError: it cannot be copied.
        """
        target = Path(tempfile.mkdtemp(prefix="tree-", dir=self.place)) / "tree"
        command = ["git", "archive", "--format=tar", commit, "."]
        try:
            with tempfile.TemporaryFile(dir=self.place) as archive:
                subprocess.run(  # noqa: S603 - a list
                    command,
                    cwd=self._root,
                    env=git_environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=archive,
                    stderr=subprocess.DEVNULL,
                    check=True,
                )
                archive.seek(0)
                with tarfile.open(fileobj=archive) as files:
                    files.extractall(target, filter="tar")
        except (OSError, subprocess.SubprocessError, tarfile.TarError) as error:
            raise BuildError(f"the tree of {commit} cannot be copied") from error
        return target

    def empty(self) -> Path:
        """Make an empty folder that is there to the end."""
        return Path(tempfile.mkdtemp(prefix="home-", dir=self.place))

    @asynccontextmanager
    async def folder(self) -> AsyncIterator[Path]:
        """Make an empty folder, which is gone at the end with all that is in it then."""
        path = Path(tempfile.mkdtemp(prefix="folder-", dir=self.place))
        try:
            yield path
        finally:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(partial(shutil.rmtree, path, ignore_errors=True))

    def drop(self, tree: Path) -> None:
        """Remove a copy."""
        shutil.rmtree(tree.parent, ignore_errors=True)


def _tracked(root: Path) -> list[str] | None:
    """Return what git has and does not ignore below a folder; None outside a checkout."""
    with suppress(OSError):
        done = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
            cwd=root,
            env=git_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if done.returncode == 0:
            return [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]
    return None


def _drop_links_out(tree: Path) -> None:
    """Remove links that lead to something else on this machine."""
    top = os.path.realpath(tree)
    for folder, folders, names in os.walk(tree):
        for path in (Path(folder, name) for name in (*folders, *names)):
            if path.is_symlink() and not f"{os.path.realpath(path)}/".startswith(f"{top}/"):
                path.unlink()


def _copy(root: Path, target: Path, names: list[str]) -> None:
    target.mkdir()
    for name in names:
        source, copy = root / name, target / name
        if source.is_symlink() or source.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy, follow_symlinks=False)
