"""Packages that compile CUDA code: where they look for the toolkit, and that there is one of it."""

from __future__ import annotations

import ast
import re
from itertools import combinations, islice
from typing import TYPE_CHECKING, ClassVar

from updater.audit.overlay.base import TextRule
from updater.metadata import cmake, source_code
from updater.metadata.build_system import build_system
from updater.metadata.folders import files_in
from updater.overlay.reading import references, syntax
from updater.overlay.reading.input_elements import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node

    from updater.audit.overlay.overlay_text import OverlayText
    from updater.audit.overlay.project import AuditedProject
    from updater.model import Package
    from updater.model.finding import Finding
    from updater.overlay.reading.scope import Binding, Scope

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
_LAZY = frozenset({"meta", "passthru"})  # what no build reads
_HOMES = frozenset({"CUDA_HOME", "CUDA_PATH", "CUDAToolkit_ROOT"})
_COMPILES = "compiles CUDA code"
_NEEDS = {"compiler": _COMPILES, "toolkit": "needs the CUDA toolkit"}


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
    compares: ClassVar[bool] = True
    exceptions: ClassVar[str] = (
        "A package without nvcc, such as one that is built for its CPU backend, needs no "
        "`CUDA_HOME`. Neither does what is built with CMake, which finds the toolkit by its nvcc, "
        "nor what writes the toolkit's path in a phase or a flag. Of a source, only a setup.py "
        "that makes a `CUDAExtension` in any case counts, or a CMakeLists.txt that asks for CUDA "
        "outside of all conditions (`project(... LANGUAGES CUDA)`, `enable_language(CUDA)`, "
        "`find_package(CUDAToolkit REQUIRED)`) where CMake builds the package. Two sets of which "
        "an `if` chooses one are one set."
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
                    syntax.span(compiler),
                    f"{package.name} has nvcc and no CUDA_HOME",
                    package,
                    advice='write `CUDA_HOME = "${...}";` with the toolkit that it is built with',
                )
            sets: dict[str, Node] = {}
            for names, node in reached:
                for name in names:
                    if _SET.fullmatch(name):
                        sets.setdefault(name, node)
            pairs = combinations(sets.items(), 2)
            mixed = (pair for pair in pairs if not _is_choice(pair[0][1], pair[1][1]))
            for (first, _), (second, node) in islice(mixed, 1):
                yield self.finding(
                    overlay.file,
                    syntax.span(node),
                    f"{package.name} has parts of {first} and of {second}",
                    package,
                    advice="name one CUDA package set in a `let`, and take all parts from it",
                )

    def compared(self, project: AuditedProject) -> Iterator[Finding]:
        """Yield each package without a toolkit whose source compiles CUDA code in any case."""
        for source in project.compared:
            overlay, package = source.overlay, source.package
            files = files_in(package.folder, source.source.files)
            tree = source_code.parsed(files.get("setup.py", b""))
            what = ""
            if tree is not None and _compiles(tree) and not _seeks(overlay, package):
                what = _COMPILES
            elif _builds_with_cmake(overlay, package, files):
                what = _NEEDS.get(cmake.cuda_need(files.get(cmake.NAME, b"")), "")
            if not what or _says_where(overlay, package):
                continue
            reached = list(_reached(overlay, package))
            if what == _COMPILES:  # a toolkit may be there without its compiler
                reached = [(names, node) for names, node in reached if names[-1] in _COMPILERS]
            if not reached:
                yield self.finding(
                    overlay.file,
                    source.statement("nativeBuildInputs", "build-system", "buildInputs"),
                    f"the source {what}, and {package.name} has neither nvcc nor CUDA_HOME",
                    package,
                    advice='add `cuda_nvcc`, and write `CUDA_HOME = "${...}";`',
                )


def _compiles(script: ast.Module) -> bool:
    """Tell whether setup.py makes a CUDA extension, whatever is the case.

    One in a function, under an ``if`` or in a ``try`` may be left out for a CPU. Source: PyTorch,
    ``torch.utils.cpp_extension.CUDAExtension``, which needs CUDA_HOME.
    """
    waiting: list[ast.AST] = []
    for statement in script.body:
        match statement:
            case ast.Assign() | ast.AnnAssign() | ast.Expr():
                waiting.append(statement)
            case ast.If(test=ast.Compare(left=ast.Name(id="__name__")), body=body):
                waiting += body
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call) and source_code.called(node) == "CUDAExtension":
            return True
        if not isinstance(node, ast.IfExp | ast.BoolOp | ast.Lambda | ast.comprehension):
            waiting += ast.iter_child_nodes(node)
    return False


def _is_choice(first: Node, second: Node) -> bool:
    """Tell whether two expressions are the two sides of an ``if``, of which one alone is used."""
    node: Node | None = first
    while node is not None and node.parent is not None:
        parent = node.parent
        sides = [parent.child_by_field_name(side) for side in ("consequence", "alternative")]
        if parent.type == "if_expression" and node in sides:
            against = next((side for side in sides if side is not None and side != node), None)
            if against is not None and syntax.span(second) in syntax.span(against):
                return True
        node = parent
    return False


def _reached(overlay: OverlayText, package: Package) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Yield the names that a build of a package leads to, through ``let`` and ``with``."""
    place = overlay.place(package)
    if place is None:
        return
    attributes = place.attributes
    bindings = (attributes.get(name) for name in attributes if name not in _LAZY)
    waiting = [
        *(
            (statement.value, attributes.inner)
            for statement in attributes.statements
            if statement.names[0] not in _LAZY
        ),
        *(
            target
            for binding in bindings
            if binding is not None and binding.inherited
            for target in references.targets(binding, overlay.data)
        ),
    ]
    nodes = list(references.led_to(waiting, overlay.data))
    read = sorted(nodes, key=lambda item: item[0].start_byte)
    for node, scope in read:
        if node.type in ("select_expression", "variable_expression"):
            names = _free(node, scope, overlay.data)
            if names and any("cuda" in name for name in names):
                yield names, node


def _free(node: Node, scope: Scope, data: bytes) -> tuple[str, ...]:
    """Return the names of an expression; without the first where the file binds it to another."""
    names = names_of(node, data)
    binding = scope.find(names[0]) if names else None
    if binding is None or (binding.owner is not None and _is_free(binding, data)):
        return names
    return names[1:]


def _is_free(binding: Binding, data: bytes) -> bool:
    """Tell whether a name is inherited from what the file itself does not make."""
    owner = names_of(binding.owner, data) if binding.owner is not None else ()
    return bool(owner) and binding.scope.find(owner[0]) is None


def _has_home(overlay: OverlayText, package: Package) -> bool:
    """Tell whether a package says where the toolkit is, or is built by what looks for nvcc."""
    return _seeks(overlay, package) or _says_where(overlay, package)


def _inputs(overlay: OverlayText, package: Package) -> set[str]:
    return {own.name for listed in overlay.lists(package).values() for own in listed.inputs}


def _seeks(overlay: OverlayText, package: Package) -> bool:
    """Tell whether a package is built by what looks for nvcc."""
    inputs = _inputs(overlay, package)
    return bool(inputs & _SEEKING) or (not package.is_python and "cmake" in inputs)


def _builds_with_cmake(overlay: OverlayText, package: Package, files: Mapping[str, bytes]) -> bool:
    """Tell whether a package's build runs CMake: what it is given says so, or its source."""
    system = build_system(files)
    needed = {name for name, _ in system.requirements} if system is not None else set()
    return bool((_inputs(overlay, package) | needed) & {"cmake", *_SEEKING})


def _says_where(overlay: OverlayText, package: Package) -> bool:
    """Tell whether a package says where the toolkit is."""
    for statement in overlay.statements(package):
        if _HOMES & set(statement.names):
            return True
        text = syntax.text(statement.value, overlay.data)
        if _HOME.search(text) or _WRITTEN.search(text):
            return True
    return False


KIND = Cuda()
