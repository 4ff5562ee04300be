"""Modules and the projects that bring them, which are often called otherwise.

Nothing on an index says it. What is in no table and called otherwise is not known, so that whoever
asks must take it that any project of an odd name may bring it.
"""

from __future__ import annotations

from typing import Final

from updater.model import normalized_name

# Module -> the projects that bring it. Source: the projects' own documentation.
_PROJECTS: Final = {
    "bs4": ("beautifulsoup4",),
    "cv2": (
        *("opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv"),
        *("opencv-contrib-python-headless", "opencv4"),
    ),
    "fitz": ("pymupdf",),
    "gi": ("pygobject", "pygobject3"),
    "levenshtein": ("python-levenshtein", "levenshtein"),
    "mysqldb": ("mysqlclient",),
    "pil": ("pillow",),
    "pkg-resources": ("setuptools",),
    "pynvml": ("nvidia-ml-py", "pynvml"),
    "pywt": ("pywavelets",),
    "skbio": ("scikit-bio",),
    "skimage": ("scikit-image",),
    "sklearn": ("scikit-learn",),
    "skopt": ("scikit-optimize",),
    "yaml": ("pyyaml",),
}
# Modules that many projects have a part of.
_SHARED: Final = frozenset(
    {
        *("azure", "backports", "google", "jaraco", "mpl-toolkits", "nvidia", "opentelemetry"),
        *("ruamel", "sphinxcontrib", "zope"),
    }
)


def project_of_module(module: str) -> str:
    """Return the project to ask for a module; empty where many projects have a part of it."""
    name = normalized_name(module)
    return "" if name in _SHARED else _PROJECTS.get(name, (name,))[0]


def is_known(module: str) -> bool:
    """Tell whether the projects of a module are known whatever they are called."""
    return normalized_name(module) in _PROJECTS


def is_same(project: str, twin: str) -> bool:
    """Tell whether two projects bring the same module, so that one is there for the other."""
    return any(project in own and twin in own for own in _PROJECTS.values())


def may_bring(project: str, module: str) -> bool:
    """Tell whether a project may bring a module, by the names of both.

    ``pyyaml`` brings ``yaml``; ``hydra-core`` may bring ``hydra``, and ``pyserial`` ``serial``.

    Args:
        project: its normalized name.
        module: as it is imported.
    """
    name = normalized_name(module)
    if name in _PROJECTS:
        return project in _PROJECTS[name]
    if any(project in projects for projects in _PROJECTS.values()):
        return project == name
    long, short = project.replace("-", ""), name.replace("-", "")
    return short in long or long in short
