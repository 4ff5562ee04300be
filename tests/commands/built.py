"""The package apple, whose hashes only a build tells, on the tiny package set."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

from tests.loopback.repositories import Submodule
from tests.project import FAKE, github_overlay
from tests.workshop import buildable, project_file

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.workshop import Workshop

LOCKS = {
    "Cargo.lock": "crates of {version}\n",
    "go.sum": "modules of {version}\n",
    "package-lock.json": "packages of {version}\n",
    "widgets.lock": "widgets of {version}\n",
}
MODULES = '[submodule "part"]\n\tpath = apple/part\n\turl = {url}/o/part\n'


def release(
    github: GitHub, version: str = "2.0", *, submodule: bool = True, note: str = ""
) -> Hosted:
    """Tag a commit of o/apple that has lock files of several languages, and a submodule."""
    apple = github.named("o/apple") or github.repository("o", "apple")
    files: dict[str, Any] = {
        "pyproject.toml": project_file("apple", version, "apple", "apple.part"),
        "apple/__init__.py": "from apple.part.core import version\n",
        "README": note,
        **{name: text.format(version=version) for name, text in LOCKS.items()},
    }
    if submodule:
        part = github.repository("o", "part")
        files["apple/part"] = Submodule(part.commit({"core.py": f"version = '{version}'\n"}))
        files[".gitmodules"] = MODULES.format(url=github.url)
        part.settle()
    else:
        files["apple/part/core.py"] = f"version = '{version}'\n"
    apple.tag(f"v{version}", apple.commit(files))
    apple.settle()
    return apple


def overlay(workshop: Workshop, *, source: str = "", beside: str = "", builder: str = "") -> Path:
    """Write an overlay of apple 1.0 with arguments for its source, and others beside it."""
    text = github_overlay("apple", "1.0", sri=FAKE).replace("hash = ", f"{source}\n hash = ")
    text = buildable(text, beside)
    if builder:
        text = text.replace("super.python3Packages.buildPythonPackage", builder)
    path = workshop.project.overlay("apple.nix", text)
    workshop.overlay()
    return path


def reachable_by_its_address(workshop: Workshop, github: GitHub) -> None:
    """Say what the loopback server's own address is, for calls that name it."""
    host = github.url.removeprefix("http://")
    path = workshop.project.root / "config.yaml"
    hosts = f"hosts:\n  '{host}': {{kind: git, web: '{github.url}'}}\n"
    path.write_text(path.read_text().replace("hosts:\n", hosts))


def as_fetchgit(workshop: Workshop, path: Path) -> None:
    """Fetch the same repository with fetchgit, by its address."""
    reachable_by_its_address(workshop, workshop.github)
    call = f'super.fetchgit {{ url = "{workshop.github.url}/o/apple.git"; rev = '
    text = re.sub(r"super\.fetchFromGitHub {[^=]*=[^=]*=[^=]*rev = ", call, path.read_text())
    path.write_text(text)


def hashes(path: Path) -> list[str]:
    """Return the hashes of a file in their order."""
    return hashes_of(path.read_text())


def hashes_of(text: str) -> list[str]:
    """Return the hashes of a text in their order."""
    return re.findall(r'"(sha(?:256|512)-[^"]*)"', text)


def checkout(apple: Hosted, folder: Path) -> Path:
    """Return a checkout with its submodules, made with git alone."""

    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], check=True, capture_output=True)

    git("clone", "--quiet", str(apple.path), str(folder))
    git("-C", str(folder), "submodule", "update", "--init", "--recursive")
    for inside in list(folder.rglob(".git")):
        shutil.rmtree(inside) if inside.is_dir() else inside.unlink()
    return folder


def passed(workshop: Workshop, *arguments: str) -> dict[str, Any]:
    """Bump apple, which must build with what was written, and return its report."""
    result, packages = workshop.bump(*arguments)
    apple = packages["apple"]
    assert (result.code, apple["status"]) == (0, "updated"), result.out
    assert apple["build"]["status"] == "passed"
    return apple
