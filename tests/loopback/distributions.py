"""Real sdists and wheels that hold one empty module; the same call makes the same bytes."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import tarfile
import zipfile

from packaging.utils import canonicalize_name

EPOCH = (1980, 1, 1, 0, 0, 0)


def make_distribution(
    filename: str, project: str, version: str, requires_python: str | None
) -> bytes:
    """Return a file's content by its ending: ``.whl``, ``.tar.gz`` or ``.zip``."""
    metadata = core_metadata(project, version, requires_python)
    module = canonicalize_name(project).replace("-", "_")
    if filename.endswith(".whl"):
        return wheel(filename, module, version, metadata)
    folder = filename.removesuffix(".tar.gz").removesuffix(".zip")
    members = {
        f"{folder}/PKG-INFO": metadata,
        f"{folder}/pyproject.toml": pyproject(project, version, requires_python),
        f"{folder}/{module}/__init__.py": "",
    }
    return zipped(members) if filename.endswith(".zip") else tarred(members)


def core_metadata(project: str, version: str, requires_python: str | None) -> str:
    """Return PKG-INFO. Source: packaging.python.org, "Core metadata specifications"."""
    lines = ["Metadata-Version: 2.1", f"Name: {project}", f"Version: {version}"]
    if requires_python is not None:
        lines.append(f"Requires-Python: {requires_python}")
    return "\n".join(lines) + "\n"


def pyproject(project: str, version: str, requires_python: str | None) -> str:
    """Return a pyproject.toml that setuptools builds."""
    lines = [
        "[build-system]",
        'requires = ["setuptools"]',
        'build-backend = "setuptools.build_meta"',
        "",
        "[project]",
        f'name = "{project}"',
        f'version = "{version}"',
    ]
    if requires_python is not None:
        lines.append(f'requires-python = "{requires_python}"')
    return "\n".join(lines) + "\n"


def wheel(filename: str, module: str, version: str, metadata: str) -> bytes:
    """Return a wheel. Source: packaging.python.org, "Binary distribution format"."""
    info = f"{module}-{version}.dist-info"
    tag = "-".join(filename.removesuffix(".whl").split("-")[-3:])
    members = {
        f"{module}/__init__.py": "",
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    rows = [f"{path},{record_hash(content)},{len(content)}" for path, content in members.items()]
    return zipped({**members, f"{info}/RECORD": "\n".join([*rows, f"{info}/RECORD,,", ""])})


def record_hash(content: str) -> str:
    """Return a digest as RECORD writes it."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest())
    return f"sha256={digest.decode().rstrip('=')}"


def tarred(members: dict[str, str]) -> bytes:
    """Return a gzipped tar archive without dates."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path, content in members.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content.encode()))
    return gzip.compress(archive.getvalue(), mtime=0)


def zipped(members: dict[str, str]) -> bytes:
    """Return a zip archive with the oldest date that the format knows."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for path, content in members.items():
            file.writestr(zipfile.ZipInfo(path, EPOCH), content)
    return archive.getvalue()
