"""The version that a source tree declares, read without running it."""

from __future__ import annotations

from dataclasses import dataclass, field

import anyio
import pytest

from updater.metadata.version import declared_version, files_read


@dataclass(frozen=True)
class Case:
    """A tree, and what it declares for a package called ``pkg``."""

    expected: str | None
    files: dict[str, str] = field(default_factory=dict)


PROJECT = '[project]\nname = "pkg"\nversion = "1.2"\n'
DYNAMIC = '[project]\nname = "pkg"\ndynamic = ["version"]\n'

CASES = {
    # --- pyproject.toml ---
    "project": Case("1.2", {"pyproject.toml": PROJECT}),
    "project with a v": Case("1.2", {"pyproject.toml": '[project]\nversion = "v1.2"\n'}),
    "project, odd version": Case(
        "1.2.dev3+g1", {"pyproject.toml": '[project]\nversion="1.2.dev3+g1"'}
    ),
    "poetry": Case("1.2", {"pyproject.toml": '[tool.poetry]\nversion = "1.2"\n'}),
    "hatch": Case(
        "1.2",
        {
            "pyproject.toml": DYNAMIC + '[tool.hatch.version]\npath = "src/pkg/about.py"\n',
            "src/pkg/about.py": '__version__ = "1.2"\n',
        },
    ),
    "pdm": Case(
        "1.2",
        {
            "pyproject.toml": DYNAMIC + '[tool.pdm.version]\nsource="file"\npath="pkg/v.py"\n',
            "pkg/v.py": "__version__ = '1.2'\n",
        },
    ),
    "setuptools attr": Case(
        "1.2",
        {
            "pyproject.toml": DYNAMIC
            + '[tool.setuptools.dynamic]\nversion={attr="pkg.__version__"}',
            "pkg/__init__.py": "__version__ = '1.2'\n",
        },
    ),
    "setuptools attr in src": Case(
        "1.2",
        {
            "pyproject.toml": DYNAMIC + '[tool.setuptools.dynamic]\nversion={attr="pkg.v.NUMBER"}',
            "src/pkg/v.py": "NUMBER = '1.2'\n__version__ = '0.1'\n",
        },
    ),
    "setuptools file": Case(
        "1.2",
        {
            "pyproject.toml": DYNAMIC + '[tool.setuptools.dynamic]\nversion={file="V"}',
            "V": "1.2\n",
        },
    ),
    "setuptools list of files": Case(
        "1.2",
        {
            "pyproject.toml": DYNAMIC + '[tool.setuptools.dynamic]\nversion={file=["V"]}',
            "V": "1.2\n",
        },
    ),
    "flit": Case(
        "1.2",
        {
            "pyproject.toml": '[build-system]\nbuild-backend="flit_core.buildapi"\n' + DYNAMIC,
            "pkg/__init__.py": '"""Words."""\n__version__ = "1.2"\n',
        },
    ),
    "maturin": Case(
        "1.2",
        {
            "pyproject.toml": '[build-system]\nbuild-backend="maturin"\n' + DYNAMIC,
            "Cargo.toml": '[package]\nname = "pkg"\nversion = "1.2"\n',
        },
    ),
    "maturin below the top": Case(
        "1.2",
        {
            "pyproject.toml": '[build-system]\nbuild-backend="maturin"\n'
            + DYNAMIC
            + '[tool.maturin]\nmanifest-path = "rust/Cargo.toml"\n',
            "rust/Cargo.toml": '[package]\nname = "pkg"\nversion = "1.2"\n',
            "Cargo.toml": '[package]\nname = "all"\nversion = "9.0"\n',
        },
    ),
    "an epoch, which no name in Nix may have": Case(None, {"setup.py": "setup(version='1!1.2')"}),
    "project over setup.py": Case(
        "1.2", {"pyproject.toml": PROJECT, "setup.py": "setup(version='0.1')"}
    ),
    "project's own name": Case(
        "1.2",
        {
            "pyproject.toml": '[project]\nname = "Real-Name"\ndynamic = ["version"]\n',
            "real_name/__init__.py": "__version__ = '1.2'\n",
        },
    ),
    "no TOML": Case("1.2", {"pyproject.toml": "[project", "setup.py": "setup(version='1.2')"}),
    "version that is a number": Case(None, {"pyproject.toml": "[project]\nversion = 1.2\n"}),
    "version that is words": Case(None, {"pyproject.toml": '[project]\nversion = "latest"\n'}),
    # --- made from tags: what the tree says is none ---
    "setuptools-scm": Case(
        None,
        {
            "pyproject.toml": DYNAMIC + "[tool.setuptools_scm]\n",
            "pkg/__init__.py": "__version__ = '0.1'\n",
        },
    ),
    "hatch-vcs": Case(
        None,
        {
            "pyproject.toml": DYNAMIC + '[tool.hatch.version]\nsource = "vcs"\n',
            "pkg/__init__.py": "__version__ = '0.1'\n",
        },
    ),
    "poetry placeholder": Case(
        None,
        {
            "pyproject.toml": '[tool.poetry]\nversion="0.0.0"\n[tool.poetry-dynamic-versioning]\n',
            "pkg/__init__.py": "__version__ = '0.0.0'\n",
        },
    ),
    "made from tags, in a source distribution": Case(
        "1.2",
        {
            "pyproject.toml": DYNAMIC + "[tool.setuptools_scm]\n",
            "PKG-INFO": "Metadata-Version: 2.1\nName: pkg\nVersion: 1.2\n\nVersion: 3\n",
        },
    ),
    # --- setup.cfg ---
    "setup.cfg": Case("1.2", {"setup.cfg": "[metadata]\nversion = 1.2\n"}),
    "setup.cfg attr": Case(
        "1.2",
        {
            "setup.cfg": "[metadata]\nversion = attr: pkg.__version__\n",
            "pkg/__init__.py": "__version__ = '1.2'\n",
        },
    ),
    "setup.cfg attr without a space": Case(
        "1.2",
        {
            "setup.cfg": "[metadata]\nversion = attr:pkg.v.VERSION\n",
            "pkg/v.py": "VERSION = '1.2'\n",
        },
    ),
    "setup.cfg file": Case("1.2", {"setup.cfg": "[metadata]\nversion = file: V\n", "V": "1.2"}),
    "setup.cfg file outside": Case(
        None, {"setup.cfg": "[metadata]\nversion = file: ../V\n", "../V": "1.2"}
    ),
    "setup.cfg absolute file": Case(
        None, {"setup.cfg": "[metadata]\nversion = file: /V\n", "/V": "1.2", "V": "1.2"}
    ),
    "setup.cfg with percent signs": Case(
        "1.2", {"setup.cfg": "[metadata]\nversion = 1.2\n[x]\ny = 100%\n"}
    ),
    "no setup.cfg": Case("1.2", {"setup.cfg": "version", "setup.py": "setup(version='1.2')"}),
    # --- setup.py ---
    "setup.py": Case("1.2", {"setup.py": "from setuptools import setup\nsetup(version='1.2')\n"}),
    "setup.py by its module": Case(
        "1.2", {"setup.py": "import setuptools\nsetuptools.setup(version='1.2')\n"}
    ),
    "setup.py through a name": Case(
        "1.2", {"setup.py": "V = '1.2'\nsetup(name='pkg', version=V)\n"}
    ),
    "setup.py, later assignment": Case(
        "1.2", {"setup.py": "V = '0.1'\nV = '1.2'\nsetup(version=V)\n"}
    ),
    "setup.py computes it": Case(
        "1.2",
        {
            "setup.py": "setup(version=read('pkg'))\n",
            "pkg/__init__.py": "__version__ = '1.2'\n",
        },
    ),
    "setup.py runs the version module": Case(
        "1.2",
        {
            "setup.py": "exec(open('pkg/version.py').read())\nsetup(version=__version__)\n",
            "pkg/version.py": "__version__ = '1.2'\n",
        },
    ),
    "setup.py is not run": Case(None, {"setup.py": "raise SystemExit(1)\n"}),
    "setup.py of Python 2": Case("1.2", {"setup.py": "print 'hi'\nversion = '1.2'\n"}),
    "setup.py with an odd escape": Case("1.2", {"setup.py": "x = '\\d'\nsetup(version='1.2')\n"}),
    "setup.py that is no text": Case(None, {"setup.py": "\0"}),
    "setup.py that is deep": Case(None, {"setup.py": "(" * 5000}),
    # --- version modules and files ---
    "__init__": Case("1.2", {"pkg/__init__.py": "__version__ = '1.2'\n"}),
    "__init__ with a type": Case("1.2", {"pkg/__init__.py": "__version__: str = '1.2'\n"}),
    "version module": Case("1.2", {"pkg/version.py": "VERSION = '1.2'\n"}),
    "_version module": Case("1.2", {"pkg/_version.py": "version = '1.2'\n"}),
    "__about__": Case("1.2", {"pkg/__about__.py": "__version__ = '1.2'\n"}),
    "in src": Case("1.2", {"src/pkg/__init__.py": "__version__ = '1.2'\n"}),
    "of the likelier name": Case(
        "1.2", {"pkg/__init__.py": "__version__='1.2'", "other/__init__.py": "__version__='0.1'"}
    ),
    "of the other name": Case("1.2", {"other/__init__.py": "__version__ = '1.2'\n"}),
    "version file": Case("1.2", {"VERSION": "1.2\n"}),
    "version text": Case("1.2", {"version.txt": "v1.2"}),
    "version file with words": Case(None, {"VERSION": "one point two"}),
    "__version__ over version": Case(
        "1.2", {"pkg/__init__.py": "version='0.1'\n__version__='1.2'"}
    ),
    "a tuple is none": Case(None, {"pkg/__init__.py": "__version__ = (1, 2)\n"}),
    "a placeholder is none": Case(None, {"pkg/__init__.py": "__version__ = '0.0.0'\n"}),
    "nothing": Case(None),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_a_tree_declares(case: Case) -> None:
    async def read(path: str) -> bytes | None:
        text = case.files.get(path)
        return text.encode() if text is not None else None

    assert anyio.run(declared_version, read, ("pkg", "other")) == case.expected


def test_what_is_read_of_any_tree_is_told_beforehand() -> None:
    """So that an upstream can send it with its answer."""
    read: list[str] = []

    async def nothing(path: str) -> bytes | None:
        read.append(path)
        return None

    anyio.run(declared_version, nothing, ("pkg", "other"))
    assert tuple(read) == files_read(("pkg", "other"))
