"""Fifteen projects of different kinds, as small as they can be: what `add` must get right of each.

Names, backends, requirements and layouts are those of the projects' releases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.loopback.distributions import tarred, wheel

if TYPE_CHECKING:
    from tests.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Case:
    """One project.

    Attributes:
        version: that of its release.
        files: its source, by path below the folder.
        inputs: the lines of its overlay that say what it needs.
        modules: what is imported.
        ref: what is asked for; its name by default.
        stem: what its sdist is called before the version; empty where the index has none.
        page: its repository, whose tag has all of its files.
        left_out: files that the sdist lacks.
        source: how the overlay fetches it.
    """

    version: str
    files: dict[str, str]
    inputs: tuple[str, ...] = ()
    modules: str = ""
    ref: str = ""
    stem: str = ""
    page: str = ""
    left_out: tuple[str, ...] = ()
    source: str = "fetchPypi"


def project(name: str, version: str, backend: str, requires: str, rest: str = "") -> str:
    """A pyproject.toml."""
    dynamic = 'dynamic = ["version"]\n' if not version else f'version = "{version}"\n'
    return (
        f'[build-system]\nrequires = ["{requires}"]\nbuild-backend = "{backend}"\n'
        f'[project]\nname = "{name}"\n{dynamic}{rest}'
    )


SETUP = """\
from setuptools import find_packages, setup
setup(
    name="transformers-stream-generator",
    version="0.0.5",
    description="A text generation method which returns a generator.",
    license="MIT License",
    packages=find_packages(),
    install_requires=["transformers>=4.26.1"],
)
"""
VOCOS = """\
from setuptools import setup
setup(
    name="vocos",
    version="0.1.0",
    packages=["vocos"],
    install_requires=open("requirements.txt").read().splitlines(),
)
"""
SPEEDUPS = """\
#include <Python.h>
static struct PyModuleDef module = { PyModuleDef_HEAD_INIT, "_speedups", NULL, -1, NULL };
PyMODINIT_FUNC PyInit__speedups(void) { return PyModule_Create(&module); }
"""
POETRY = """\
[build-system]
requires = ["poetry-core>=1.0.0a9"]
build-backend = "poetry.core.masonry.api"
[tool.poetry]
name = "tomlkit"
version = "0.13.2"
description = "Style preserving TOML library"
authors = ["Somebody <somebody@example.org>"]
license = "MIT"
homepage = "https://tomlkit.example/"
[tool.poetry.dependencies]
python = ">=3.8"
[tool.poetry.group.dev.dependencies]
pytest = "^7.2.1"
"""

CASES = {
    "transformers-stream-generator": Case(
        "0.0.5",
        {"setup.py": SETUP, "transformers_stream_generator/__init__.py": "import transformers\n"},
        (
            "nativeBuildInputs = with super.python3Packages; [ setuptools ];",
            "propagatedBuildInputs = with super.python3Packages; [ transformers ];",
        ),
        stem="transformers-stream-generator",
    ),
    "ema-pytorch": Case(
        "0.8.3",
        {
            "pyproject.toml": project(
                "ema-pytorch",
                "0.8.3",
                "hatchling.build",
                "hatchling",
                'dependencies = ["torch>=2.0"]\n',
            ),
            "ema_pytorch/__init__.py": "import torch\n",
        },
        (
            "nativeBuildInputs = with super.python3Packages; [ hatchling ];",
            "propagatedBuildInputs = with super.python3Packages; [ torch-bin ];",
        ),
        stem="ema_pytorch",
    ),
    "tomlkit": Case(
        "0.13.2",
        {"pyproject.toml": POETRY, "tomlkit/__init__.py": ""},
        (
            "nativeBuildInputs = with super.python3Packages; [ poetry-core ];",
            'homepage = "https://tomlkit.example/";',
            "license = licenses.mit;",
        ),
    ),
    "tomli-w": Case(
        "1.2.0",
        {
            "pyproject.toml": project(
                "tomli_w",
                "1.2.0",
                "flit_core.buildapi",
                "flit_core>=3.2.0",
                'description = "A lil\' TOML writer"\n',
            ),
            "tomli_w/__init__.py": "",
        },
        (
            "nativeBuildInputs = with super.python3Packages; [ flit-core ];",
            'description = "A lil\' TOML writer";',
        ),
        stem="tomli_w",
    ),
    "pluggy": Case(
        "1.6.0",
        {
            "pyproject.toml": project(
                "pluggy",
                "",
                "setuptools.build_meta",
                'setuptools", "setuptools-scm[toml]>=8',
                '[tool.setuptools]\npackages = ["pluggy"]\n[tool.setuptools_scm]\n',
            ),
            "pluggy/__init__.py": "",
        },
        ("nativeBuildInputs = with super.python3Packages; [ setuptools setuptools-scm ];",),
    ),
    "iniconfig": Case(
        "2.3.0",
        {
            "pyproject.toml": project("iniconfig", "2.3.0", "hatchling.build", "hatchling"),
            "src/iniconfig/__init__.py": "",
        },
    ),
    "markupsafe": Case(
        "3.0.3",
        {
            "pyproject.toml": project(
                "MarkupSafe",
                "3.0.3",
                "setuptools.build_meta",
                "setuptools",
                'license = {text = "BSD-3-Clause"}\n',
            ),
            "setup.py": "from setuptools import Extension, setup\nsetup(ext_modules=[Extension("
            "'markupsafe._speedups', ['src/markupsafe/_speedups.c'])])\n",
            "src/markupsafe/__init__.py": "from markupsafe import _speedups\n",
            "src/markupsafe/_speedups.c": SPEEDUPS,
        },
        ("license = licenses.bsd3;",),
    ),
    "sphinxcontrib-jsmath": Case(
        "1.0.1",
        {
            "pyproject.toml": project(
                "sphinxcontrib-jsmath",
                "1.0.1",
                "setuptools.build_meta",
                "setuptools",
                '[tool.setuptools]\npackages = ["sphinxcontrib.jsmath"]\n',
            ),
            "sphinxcontrib/jsmath/__init__.py": "",
        },
        modules="sphinxcontrib.jsmath",
    ),
    "cachecontrol": Case(
        "0.14.3",
        {
            "pyproject.toml": project(
                "CacheControl",
                "0.14.3",
                "hatchling.build",
                "hatchling",
                'dependencies = ["requests>=2.16.0"]\n[project.optional-dependencies]\n'
                'filecache = ["filelock>=3.8.0"]\nredis = ["redis>=2.10.5"]\n',
            ),
            "cachecontrol/__init__.py": "import filelock\n",
        },
        ("propagatedBuildInputs = with super.python3Packages; [ filelock requests ];",),
        ref="CacheControl[filecache]",
    ),
    "tzlocal": Case(
        "5.3.1",
        {
            "pyproject.toml": project(
                "tzlocal",
                "5.3.1",
                "setuptools.build_meta",
                "setuptools",
                "dependencies = [\"tzdata; platform_system == 'Windows'\", "
                "\"nvidia-ml-py; platform_system == 'Linux'\"]\n",
            ),
            "tzlocal/__init__.py": "",
        },
        ("] ++ super.lib.optionals super.stdenv.hostPlatform.isLinux [\n        nvidia-ml-py\n",),
    ),
    "certifi": Case(
        "2025.10.5",
        {
            "pyproject.toml": project(
                "certifi",
                "2025.10.5",
                "setuptools.build_meta",
                "setuptools",
                '[tool.setuptools]\npackages = ["certifi"]\n[tool.setuptools.package-data]\n'
                'certifi = ["*.pem"]\n',
            ),
            "certifi/__init__.py": "from importlib.resources import files\n"
            "files('certifi').joinpath('cacert.pem').read_text()\n",
            "certifi/cacert.pem": "PEM\n",
        },
    ),
    "bitsandbytes": Case(
        "0.48.1",
        {
            "pyproject.toml": project(
                "bitsandbytes",
                "0.48.1",
                "setuptools.build_meta",
                "setuptools",
                'dependencies = ["torch>=2.3", "numpy>=1.17"]\n'
                '[tool.setuptools]\npackages = ["bitsandbytes"]\n',
            ),
            "bitsandbytes/__init__.py": "import torch\n",
        },
        ('owner = "bitsandbytes-foundation";', "[ torch-bin numpy ];", "tag = version;"),
        stem="",
        page="bitsandbytes-foundation/bitsandbytes",
        source="fetchFromGitHub",
    ),
    "vocos": Case(
        "0.1.0",
        {
            "setup.py": VOCOS,
            "requirements.txt": "torch\nnumpy\nscipy\n",
            "vocos/__init__.py": "import torch\n",
        },
        ('repo = "vocos";', 'tag = "v${version}";', "[ torch-bin numpy scipy ]"),
        page="gemelo-ai/vocos",
        left_out=("requirements.txt",),
        source="fetchFromGitHub",
    ),
    "beautifulsoup4": Case(
        "4.14.2",
        {
            "pyproject.toml": project(
                "beautifulsoup4",
                "4.14.2",
                "hatchling.build",
                "hatchling",
                'dependencies = ["tqdm>1.2"]\n[tool.hatch.build.targets.wheel]\n'
                'packages = ["bs4"]\n',
            ),
            "bs4/__init__.py": "",
        },
        modules="bs4",
    ),
    "rotary-embedding-torch": Case(
        "0.8.9",
        {
            "pyproject.toml": project(
                "rotary-embedding-torch",
                "0.8.9",
                "hatchling.build",
                "hatchling",
                'dependencies = ["accelerate", "torch>=2.0"]\n',
            ),
            "rotary_embedding_torch/__init__.py": "import torch\n",
        },
        ("(accelerate.override { torch = super.python3Packages.torch-bin; })",),
        stem="rotary_embedding_torch",
    ),
}


def publish(workshop: Workshop, name: str) -> None:
    """Release a case on the index, and tag it in its repository."""
    case = CASES[name]
    page = f"https://github.com/{case.page}" if case.page else ""
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {case.version}\n"
    metadata += f"Project-URL: Source, {page}\n" if page else ""
    metadata += "License: MIT\n" if name == "tomlkit" else ""
    if case.page:
        owner, _, repo = case.page.partition("/")
        repository = workshop.github.repository(owner, repo)
        tag = case.version if name == "bitsandbytes" else f"v{case.version}"
        repository.tag(tag, repository.commit(dict(case.files)))
        repository.settle()
    if name == "bitsandbytes":
        filename = f"{name}-{case.version}-py3-none-any.whl"
        content = wheel(filename, name, case.version, metadata)
    else:
        folder = f"{case.stem or name}-{case.version}"
        files = {path: text for path, text in case.files.items() if path not in case.left_out}
        filename = f"{folder}.tar.gz"
        content = tarred(
            {f"{folder}/{path}": text for path, text in {**files, "PKG-INFO": metadata}.items()}
        )
    workshop.index.release(name, case.version, files={filename: content})
