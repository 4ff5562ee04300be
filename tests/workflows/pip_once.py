"""pip for the jobs of a workflow: pip itself, once for each project and for each list of versions.

`actions.setup_python` puts this text into a job's Python as the package pip. A further job that
installs a project with the same files gets what pip installed for the first one.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

PIP = Path("@PIP@")
"""The true pip's folder."""

KEPT = Path("@KEPT@")
"""What pip installed, in a folder for each project; its ``python`` is the first job's."""


def digest(project: Path) -> str:
    """Return a hash of all files that an installation depends on, and of their names."""
    named = [project / name for name in ("pyproject.toml", "README.md", "LICENSE")]
    inside = [path for name in ("updater", "docs") for path in (project / name).rglob("*")]
    found = hashlib.sha256()
    for path in sorted([*named, *inside]):
        if path.is_file() and "__pycache__" not in path.parts:
            data = path.read_bytes()
            found.update(f"{path.relative_to(project)} {len(data)}\n".encode() + data)
    return found.hexdigest()


def main() -> int:
    """Install, and return pip's exit code."""
    match sys.argv[1:]:
        case ["install", "--quiet", "--require-hashes", "-r", listed]:
            return require(Path(listed))
        case ["install", "--quiet", "--no-deps", "--no-build-isolation", project]:
            return install(Path(project))
    raise ValueError(sys.argv)


def require(listed: Path) -> int:
    """Let pip look once whether a list of versions is what the tests' own Python has."""
    kept = KEPT / hashlib.sha256(listed.read_bytes()).hexdigest()
    if kept.exists():
        return 0
    done = subprocess.run([sys.executable, str(PIP), *sys.argv[1:]], check=False)
    if done.returncode == 0:
        kept.mkdir(parents=True)
    return done.returncode


def install(project: Path) -> int:
    """Install a project from its folder."""
    site, programs = (Path(sysconfig.get_path(name)) for name in ("purelib", "scripts"))
    kept = KEPT / digest(project)
    before = {*site.iterdir(), *programs.iterdir()}
    if not kept.exists():
        done = subprocess.run([sys.executable, str(PIP), *sys.argv[1:]], check=False)
        if done.returncode == 0:
            for folder in (site, programs):
                (kept / folder.name).mkdir(parents=True)
                for path in {*folder.iterdir()} - before:
                    copy = shutil.copytree if path.is_dir() else shutil.copyfile
                    copy(path, kept / folder.name / path.name)
            (kept / "python").write_text(sys.executable)
        return done.returncode
    for path in (kept / site.name).iterdir():
        (site / path.name).symlink_to(path)
    for path in (kept / programs.name).iterdir():
        text = path.read_text().replace((kept / "python").read_text(), sys.executable)
        (programs / path.name).write_text(text)
        (programs / path.name).chmod(0o755)
    return 0


if __name__ == "__main__":
    sys.exit(main())
