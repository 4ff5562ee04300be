"""How the overlays of a project are written, so that a new one looks like its siblings."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from updater.compose.cuda import CudaToolkit, toolkit_of
from updater.kinds import FETCH_FUNCTIONS
from updater.overlay.reading.declarations import declarations
from updater.overlay.reading.file import parse_file
from updater.overlay.reading.inputs import BUILD, RUNTIME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from updater.find.overlay_files import OverlayFiles
    from updater.model import Package
    from updater.overlay.reading.declarations import Declarations

T = TypeVar("T")

EXTENSIONS = "pythonPackagesExtensions"
"""The list of overlays of the Python packages. Source: Nixpkgs manual, "Overriding Python
packages"."""
_NESTED = 4  # arguments: an overlay's own two, and those of an overlay within it
_OWN_FOLDER = re.compile(r"/(?:default|package)\.nix\Z")
_FEW = 4  # times fewer than all
_TORCH_FROM_SOURCE = re.compile(rb"\btorch\b(?!-bin)")


class OverlayStyle(Struct, frozen=True):
    """What siblings have in common; the defaults are the packaging guide's.

    Attributes:
        arguments: how an overlay names the last and the previous package set.
        folder: where overlay files lie, relative to the root.
        modern: ``pyproject = true``, else ``format = "pyproject"``.
        build, runtime: the attributes of the inputs.
        hash: the attribute of a source's hash.
        tag: ``tag = ...``, else ``rev = ...``.
        binary: torch is taken as its wheel, ``torch-bin``.
        extension: how an overlay names the last and the previous Python packages where it extends
            them (``pythonPackagesExtensions``); empty where it makes a set with ``//``.
        cuda: what an overlay binds whose source compiles for CUDA.
    """

    arguments: tuple[str, str] = ("self", "super")
    folder: str = "overlays"
    modern: bool = False
    build: str = "nativeBuildInputs"
    runtime: str = "propagatedBuildInputs"
    hash: str = "hash"
    tag: bool = True
    binary: bool = True
    extension: tuple[str, ...] = ()
    cuda: CudaToolkit = CudaToolkit("")

    @property
    def attribute(self) -> str:
        """The attribute that an overlay changes, with which its packages' paths begin."""
        return EXTENSIONS if self.extension else "python3Packages"

    @property
    def python(self) -> str:
        """How an overlay names the Python packages that it takes its inputs from."""
        return self.extension[0] if self.extension else f"{self.arguments[1]}.python3Packages"


def style_of(overlays: OverlayFiles) -> OverlayStyle:
    """Return the style that most of the Python packages of a project have."""
    siblings = list(_siblings(overlays))
    if not siblings:
        return OverlayStyle(cuda=toolkit_of(overlays, OverlayStyle().arguments))
    texts = list(overlays.texts.values())
    declared = [own for _, own in siblings]
    base = OverlayStyle()
    # Where each package has a folder of its own, that of all of them is around it.
    files = {_OWN_FOLDER.sub("", package.file) for package, _ in siblings}
    folders = Counter(file.rpartition("/")[0] for file in files)
    attributes = [set(own.place.attributes) for own in declared]
    names = {name for own in overlays.packages for source in own.sources for name in _names(source)}
    extensions = [
        own.place.arguments[2:4]
        for package, own in siblings
        if package.attribute[0] == EXTENSIONS and len(own.place.arguments) == _NESTED
    ]
    arguments = _most(
        (
            (own.place.arguments[0], own.place.arguments[1])
            for own in declared
            if len(own.place.arguments) > 1 and all(own.place.arguments[:2])
        ),
        base.arguments,
        2,
    )
    return OverlayStyle(
        arguments,
        _folder(folders) or base.folder,
        sum("pyproject" in own for own in attributes) > sum("format" in own for own in attributes),
        _most((name for own in attributes for name in BUILD if name in own), base.build, 1),
        _most((name for own in attributes for name in RUNTIME if name in own), base.runtime, 1),
        "sha256" if "sha256" in names and "hash" not in names else "hash",
        "tag" in names or "rev" not in names,
        any(b"torch-bin" in text for text in texts)
        or not any(_TORCH_FROM_SOURCE.search(text) for text in texts),
        _most(extensions, (), 2) if 2 * len(extensions) > len(siblings) else (),
        toolkit_of(overlays, arguments),
    )


def _siblings(overlays: OverlayFiles) -> Iterator[tuple[Package, Declarations]]:
    for package in overlays.packages:
        if not package.is_python or not package.attribute or package.file not in overlays.texts:
            continue
        parsed = parse_file(overlays.texts[package.file], package.file, FETCH_FUNCTIONS, ())
        declared = declarations(parsed.text, package)
        if declared is not None:
            yield package, declared


def _folder(counted: Counter[str]) -> str:
    """Return the folder that most have, or one around it that has at least half as many.

    A folder below may be that of one project's needs. If no folder has many, it is the one around
    all of them.
    """
    ((most, count),) = counted.most_common(1)
    levels = zip(*(folder.split("/") for folder in counted), strict=False)
    same = itertools.takewhile(lambda names: len(set(names)) == 1, levels)
    shared = "/".join(names[0] for names in same)
    if shared and (count == 1 < len(counted) or _FEW * count < counted.total()):
        return shared
    parts = most.split("/")
    around = ("/".join(parts[:length]) for length in range(1, len(parts)))
    return next((folder for folder in around if 2 * counted[folder] >= count), most)


def _names(source: object) -> Iterator[str]:
    yield from (field.name for field in getattr(source, "fields", ()))


def _most(values: Iterable[T], default: T, length: int) -> T:
    """Return what occurs most often, of what has at least a length."""
    counted = Counter(value for value in values if len(value) >= length)  # type: ignore[arg-type]
    return counted.most_common(1)[0][0] if counted else default
