"""What a release says its licence is, in one line that can be compared; nothing is guessed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater import toml
from updater.metadata import headers

if TYPE_CHECKING:
    from collections.abc import Mapping

_PREFIX = "License :: "
_FILES = re.compile(r"(licen[cs]e|copying|unlicense)(\.(md|txt|rst))?", re.IGNORECASE)
_NO_TITLE = re.compile(r"(copyright\b|\(c\)|all rights reserved|spdx-)", re.IGNORECASE)
_VERSION = re.compile(r"Version (\d\.\d)\b")
_LONGEST = 100
# One licence is written as an SPDX expression, a classifier, or the title of its text.
_FAMILIES = (
    ("agpl", r"agpl|affero"),
    ("lgpl", r"lgpl|lesser general"),
    ("gpl", r"\bgpl|general public"),
    ("mit", r"\bmit\b"),
    ("apache", r"apache"),
    ("bsd", r"\bbsd|redistribution and use"),
    ("mpl", r"\bmpl|mozilla"),
    ("isc", r"\bisc"),
)


def changed(old: str, new: str) -> bool:
    """Tell whether two releases name different licences, and not one in two spellings.

    A version, such as that of the GPL, counts where both name one.
    """
    if not old or not new:
        return False
    (families, first), (newer_families, second) = _read(old), _read(new)
    return families != newer_families or (first != second and bool(first and second))


def _read(text: str) -> tuple[tuple[str, ...], str]:
    """Return the families that a text names, and the version."""
    text = text.lower()
    families = []
    for family, pattern in _FAMILIES:
        text, count = re.subn(pattern, " ", text)
        families += [family] if count else []
    number = re.search(r"\d+", text)
    rest = () if families else (" ".join(re.findall(r"[a-z]+", text.replace("license", ""))),)
    return (*families, *rest), number[0] if number else ""


def from_metadata(data: bytes) -> str:
    """Read METADATA or PKG-INFO. Source: PyPA specification "Core metadata"; PEP 639."""
    read = headers.parsed(data)
    named = (read.first("license-expression") or read.first("license")).strip()
    classifiers = [classifier.strip() for classifier in read.every("classifier")]
    return _named(named) or _classified(classifiers)


def from_tree(files: Mapping[str, bytes]) -> str:
    """Read a source tree's own files by their paths; empty where none of them says it."""
    info = files.get("PKG-INFO")
    licence = from_metadata(info) if info is not None else ""
    return licence or _from_pyproject(files.get("pyproject.toml", b"")) or _from_files(files)


def _from_pyproject(data: bytes) -> str:
    project = toml.tables(data).get("project")
    if not isinstance(project, dict):
        return ""
    licence = project.get("license")
    text = licence.get("text") if isinstance(licence, dict) else licence
    classifiers = project.get("classifiers")
    listed = (
        [str(classifier) for classifier in classifiers] if isinstance(classifiers, list) else []
    )
    return (_named(text) if isinstance(text, str) else "") or _classified(listed)


def _from_files(files: Mapping[str, bytes]) -> str:
    """Return the title of the licence's text, which the years below it do not change."""
    for path in sorted(files):
        if "/" not in path and _FILES.fullmatch(path):
            lines = files[path].decode("utf-8", "replace").splitlines()
            titles = (" ".join(line.strip(" #*=-\t").split()) for line in lines)
            written = [title for title in titles if title and not _NO_TITLE.match(title)]
            if written[:1] == ["Apache License"] and written[1:]:
                version = _VERSION.match(written[1])
                return f"{written[0]} {version[1]}" if version is not None else written[0]
            if written:
                return written[0][:_LONGEST]
    return ""


def _named(text: str) -> str:
    """Return a name; a whole licence in the place of its name is none."""
    text = text.strip()
    unknown = not text or "\n" in text or len(text) > _LONGEST or text.upper() == "UNKNOWN"
    return "" if unknown else text


def _classified(classifiers: list[str]) -> str:
    names = [
        classifier.rpartition(" :: ")[2]
        for classifier in classifiers
        if classifier.startswith(_PREFIX)
    ]
    return ", ".join(sorted(names))[:_LONGEST]
