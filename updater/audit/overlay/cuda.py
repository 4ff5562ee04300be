"""Packages that compile CUDA code: where they look for the toolkit, and that there is one of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from updater.audit.overlay.base import TextRule
from updater.overlay.reading import references, syntax
from updater.overlay.reading.input_elements import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from updater.audit.overlay.overlay_text import OverlayText
    from updater.model import Package, Span
    from updater.model.finding import Finding
    from updater.overlay.reading.scope import Scope

_COMPILERS = frozenset({"cuda_nvcc", "cudatoolkit"})
_SET = re.compile(r"cudaPackages(?:_\d+)*")
_HOME = re.compile(r"\b(?:CUDA_HOME|CUDA_PATH|CUDAToolkit_ROOT|CUDA_TOOLKIT_ROOT_DIR)\b")
# The toolkit's own path in a phase or a flag: `-I${cudaPackages.cuda_nvcc}/include`.
_WRITTEN = re.compile(
    r"\$\{[^}]*\b(?:cudatoolkit|cuda_nvcc|cuda_cudart)\w*"
    r"(?:(?!\w|\s*\.)|\s*\.\s*(?:out|dev|lib|bin)\b)"
)
# CMake finds the toolkit by the nvcc of the path. Source: CMake's FindCUDAToolkit.
_SEEKING = frozenset({"scikit-build", "scikit-build-core"})
_HOMES = frozenset({"CUDA_HOME", "CUDA_PATH", "CUDAToolkit_ROOT"})


class Cuda(TextRule):
    """nvcc without CUDA_HOME, or parts of two CUDA toolkits in one package."""

    name: ClassVar[str] = "cuda"
    title: ClassVar[str] = "What compiles CUDA code sets CUDA_HOME, and uses one CUDA package set."
    why: ClassVar[str] = (
        "Build scripts look for the toolkit in `CUDA_HOME`; without it they look in "
        "`/usr/local/cuda`, find nothing, and often build without CUDA and without an error. "
        "Headers of one CUDA release and libraries of another compile, and fail on the GPU."
    )
    bad: ClassVar[str] = """\
nativeBuildInputs = [ super.cudaPackages_12_8.cuda_nvcc ];
buildInputs = [ super.cudaPackages.libcublas ];
"""
    good: ClassVar[str] = """\
nativeBuildInputs = [ cudaPackages.cuda_nvcc ];
buildInputs = [ cuda-redist ];
CUDA_HOME = "${cuda-redist}";
"""
    exceptions: ClassVar[str] = (
        "A package without nvcc, such as one that is built for its CPU backend, needs no "
        "`CUDA_HOME`. Neither does what is built with CMake, which finds the toolkit by its nvcc, "
        "nor what writes the toolkit's path in a phase or a flag."
    )

    def findings(self, overlay: OverlayText) -> Iterator[Finding]:
        """Yield what each package that names CUDA lacks, or mixes."""
        if b"cuda" not in overlay.data:
            return
        for package in overlay.packages:
            reached = list(_reached(overlay, package))
            compiler = next((where for names, where in reached if names[-1] in _COMPILERS), None)
            if compiler is not None and not _has_home(overlay, package):
                yield self.finding(
                    overlay.file,
                    compiler,
                    f"{package.name} has nvcc and no CUDA_HOME",
                    package,
                    advice='write `CUDA_HOME = "${...}";` with the toolkit that it is built with',
                )
            sets: dict[str, Span] = {}
            for names, where in reached:
                for name in names:
                    if _SET.fullmatch(name):
                        sets.setdefault(name, where)
            if len(sets) > 1:
                (first, _), (second, where), *_ = sets.items()
                yield self.finding(
                    overlay.file,
                    where,
                    f"{package.name} has parts of {first} and of {second}",
                    package,
                    advice="name one CUDA package set in a `let`, and take all parts from it",
                )


def _reached(overlay: OverlayText, package: Package) -> Iterator[tuple[tuple[str, ...], Span]]:
    """Yield the names that a package leads to, through ``let`` and ``with``, in their order."""
    place = overlay.place(package)
    if place is None:
        return
    attributes = place.attributes
    nodes = list(references.led_to([(attributes.node, attributes.outer)], overlay.data))
    read = sorted(nodes, key=lambda item: item[0].start_byte)
    for node, scope in read:
        if node.type in ("select_expression", "variable_expression"):
            names = _free(node, scope, overlay.data)
            if names and any("cuda" in name for name in names):
                yield names, syntax.span(node)


def _free(node: Node, scope: Scope, data: bytes) -> tuple[str, ...]:
    """Return the names of an expression; without the first where that is bound in the file."""
    names = names_of(node, data)
    if names and scope.find(names[0]) is not None:
        return names[1:]
    return names


def _has_home(overlay: OverlayText, package: Package) -> bool:
    """Tell whether a package says where the toolkit is, or is built by what looks for nvcc."""
    inputs = {own.name for listed in overlay.lists(package).values() for own in listed.inputs}
    if inputs & _SEEKING or (not package.is_python and "cmake" in inputs):
        return True
    for statement in overlay.statements(package):
        if _HOMES & set(statement.names):
            return True
        text = syntax.text(statement.value, overlay.data)
        if _HOME.search(text) or _WRITTEN.search(text):
            return True
    return False


KIND = Cuda()
