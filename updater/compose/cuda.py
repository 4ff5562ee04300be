"""The CUDA toolkit of an overlay whose source compiles for it: the guide's CUDA-aware pattern."""

from __future__ import annotations

import ast
import textwrap
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.metadata import source_code
from updater.overlay.reading import syntax

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

    from updater.find.overlay_files import OverlayFiles

_REDIST = "cuda-redist"
# Of the setup.py of extensions of torch. Source: PyTorch docs, torch.utils.cpp_extension.
_EXTENSION = "CUDAExtension"
_BINDINGS = """\
cudaPackages = {previous}.cudaPackages;
cuda-redist = {previous}.symlinkJoin {{
  name = "cuda-redist-${{cudaPackages.cudaMajorMinorVersion}}";
  paths = with cudaPackages; [
    ({previous}.lib.getDev cuda_cccl)
    ({previous}.lib.getDev cuda_cudart)
    ({previous}.lib.getLib cuda_cudart)
    ({previous}.lib.getDev libcublas)
    ({previous}.lib.getLib libcublas)
    ({previous}.lib.getDev libcusolver)
    ({previous}.lib.getDev libcusparse)
  ];
}};
"""


class CudaToolkit(Struct, frozen=True):
    """What an overlay binds in a ``let``, and gives its package.

    Attributes:
        bindings: of ``cudaPackages`` and ``cuda-redist``, a line each or several.
    """

    bindings: str

    compiler = "cudaPackages.cuda_nvcc"
    further = (
        "buildInputs = [ cuda-redist ];",
        'CUDA_HOME = "${cuda-redist}";',
        'NVCC_PREPEND_FLAGS = [ "-I${cuda-redist}/include" "-L${cuda-redist}/lib" ];',
    )


def compiles_for_cuda(files: Mapping[str, bytes]) -> bool:
    """Tell whether a source's setup.py makes an extension with CUDA; it is not run."""
    script = source_code.parsed(files["setup.py"]) if "setup.py" in files else None
    nodes = ast.walk(script) if script is not None else ()
    return any(
        isinstance(node, ast.Call) and source_code.called(node) == _EXTENSION for node in nodes
    )


def toolkit_of(overlays: OverlayFiles, arguments: tuple[str, str]) -> CudaToolkit:
    """Return the toolkit as a sibling binds it, else as the guide has it.

    Args:
        overlays: all that there are.
        arguments: how the new overlay names the last and the previous package set.
    """
    for data in overlays.texts.values():
        if _REDIST.encode() in data:
            text = syntax.parse(data)
            names = _arguments(text.root, data)
            bindings = _bindings(text.root, data) if names == arguments else ""
            if bindings:
                return CudaToolkit(bindings)
    return CudaToolkit(_BINDINGS.format(previous=arguments[1]))


def _arguments(root: Node, data: bytes) -> tuple[str, ...]:
    """Return the names of an overlay's arguments."""
    names = []
    node: Node | None = next(iter(root.named_children), None)
    while node is not None and node.type in ("function_expression", "comment"):
        if node.type == "comment":
            node = node.next_named_sibling
            continue
        universal = node.child_by_field_name("universal")
        names.append(syntax.text(universal, data) if universal is not None else "")
        node = node.child_by_field_name("body")
    return tuple(names)


def _bindings(root: Node, data: bytes) -> str:
    """Return the binding of the toolkit, with those of the same ``let`` that it needs."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        waiting += node.named_children
        if node.type != "let_expression":
            continue
        bound = {
            syntax.text(path, data): own
            for holder in node.named_children
            if holder.type == "binding_set"
            for own in holder.named_children
            if own.type == "binding" and (path := own.child_by_field_name("attrpath")) is not None
        }
        if _REDIST in bound:
            needed = _needed(bound, data)
            return "".join(
                f"{_dedented(own, data)}\n" for name, own in bound.items() if name in needed
            )
    return ""


def _needed(bound: Mapping[str, Node], data: bytes) -> set[str]:
    needed: set[str] = set()
    names = [_REDIST, "cudaPackages"]
    while names:
        name = names.pop()
        if name in bound and name not in needed:
            needed.add(name)
            leaves = syntax.leaves(bound[name])
            names += [syntax.text(leaf, data) for leaf in leaves if leaf.type == "identifier"]
    return needed


def _dedented(node: Node, data: bytes) -> str:
    """Return a binding as if it began at the margin."""
    margin = " " * node.start_point[1]
    return textwrap.dedent(margin + syntax.text(node, data))
