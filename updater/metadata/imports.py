"""What a project's Python files import: anywhere, and as soon as the package itself is imported.

Nothing is run. What an import in a function, under a condition, or in a ``try`` that catches its
failure names may be missing. So may what only a module names that nobody has to import.
"""

from __future__ import annotations

import ast
import re
import sys
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from updater.metadata import source_code
from updater.model import normalized_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

# Files that nobody who installs the package imports.
_ASIDE: Final = re.compile(
    r"/(?:setup|conftest|noxfile)\.py$|/test_[^/]*\.py$|/[^/]*_test\.py$"
    r"|/(?:tests?|docs?|examples?|benchmarks?)/|^/(?:scripts|tools|\.[^/]+)/"
)
# Where the package's own folder stands. Source: setuptools, "Package Discovery", src-layout.
_ROOTS: Final = ("src/", "lib/", "python/")
_WORD: Final = re.compile(r"([A-Za-z_][\w-]*)[\w.:/-]*")
_LONGEST_WORD: Final = 100
_RUNNING: Final = frozenset(
    {"Popen", "call", "check_call", "check_output", "getoutput", "popen", "run", "system"}
)
_CATCHING: Final = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


class SourceImports(Struct, frozen=True):
    """The top-level modules of others that a project imports.

    Attributes:
        anywhere: all of them.
        needed: those without which the package cannot be imported; none where nobody knows which
            of the files is the package.
        worded: the first part of each text in the code that is one word, or a command: what it
            names may be imported or run, as by ``import_module("scipy.stats")``.
    """

    anywhere: frozenset[str]
    needed: frozenset[str]
    worded: frozenset[str] = frozenset()


def is_importable(path: str) -> bool:
    """Tell whether a file may be part of what is installed: no test, and no script of the build."""
    return path.endswith(".py") and not _ASIDE.search(f"/{path}")


def read_imports(files: Mapping[str, bytes], names: Collection[str]) -> SourceImports | None:
    """Return what a project imports; None where a file cannot be read, or none is there.

    Args:
        files: its files by path.
        names: what the project, and so perhaps its package, is called.
    """
    code = {path: source_code.parsed(data) for path, data in files.items() if is_importable(path)}
    trees = {_module(path): tree for path, tree in code.items() if tree is not None}
    if not code or len(trees) < len(code):
        return None
    packages = {_module(path) for path in code if path.endswith("__init__.py")}
    own = {name.partition(".")[0] for name in trees}
    foreign = own | set(sys.stdlib_module_names)
    anywhere = {
        name.partition(".")[0]
        for module, tree in trees.items()
        for name, _ in _imported(list(ast.walk(tree)), module, is_package=module in packages)
    }
    project = _Project(trees, packages)
    top = _own_module(own, packages, names)
    reached = project.reached(top) if top else set[str]()
    needed = {
        name.partition(".")[0]
        for module in reached
        for name, _ in _imported(list(_at_import(trees[module].body)), module, is_package=False)
    }
    worded = frozenset(word for tree in trees.values() for word in _worded(tree))
    return SourceImports(frozenset(anywhere - foreign), frozenset(needed - foreign), worded)


def _worded(tree: ast.Module) -> Iterator[str]:
    """Yield the first part of each text that is one word, and of what is given to a shell."""
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if len(text) < _LONGEST_WORD:
                word = _WORD.fullmatch(text)
            case ast.Call(args=[ast.Constant(value=str(text)), *_]) if (
                source_code.called(node) in _RUNNING
            ):
                word = _WORD.match(text)
            case _:
                continue
        if word is not None:
            yield word[1]


def _own_module(own: Collection[str], packages: Collection[str], names: Collection[str]) -> str:
    """Return the module that the project is installed for; empty where several may be it."""
    wanted = {normalized_name(name) for name in names}
    named = [name for name in own if normalized_name(name) in wanted]
    whole = named or [name for name in own if name in packages]
    return whole[0] if len(whole) == 1 else ""


class _Project(Struct, frozen=True):
    """A project's own modules, by their dotted names."""

    trees: Mapping[str, ast.Module]
    packages: Collection[str]

    def reached(self, top: str) -> set[str]:
        """Return the modules that run when the package, or what it offers, is imported."""
        reached: set[str] = set()
        waiting = [top]
        while waiting:
            name = waiting.pop()
            if name in reached or name not in self.trees:
                continue
            reached.add(name)
            inner = list(self._own(name))
            waiting += inner or (self._below(name) if name in self.packages else ())
        return reached

    def _own(self, module: str) -> Iterator[str]:
        """Yield the project's modules that run when one is imported, those around them first."""
        nodes = list(_at_import(self.trees[module].body))
        for name, parts in _imported(nodes, module, is_package=module in self.packages, own=True):
            steps = name.split(".")
            for number in range(1, len(steps) + 1):
                step = ".".join(steps[:number])
                if step in self.trees and step != module:
                    yield step
            for part in parts:
                if f"{name}.{part}" in self.trees:
                    yield f"{name}.{part}"

    def _below(self, package: str) -> Iterator[str]:
        """Yield what a package offers that imports nothing of itself: all that is right in it.

        But for a module that is called as what it imports: one of several that may be chosen.
        """
        start = f"{package}."
        for name, tree in self.trees.items():
            rest = name.removeprefix(start)
            if not name.startswith(start) or "." in rest or rest == "__main__":
                continue
            nodes = list(ast.walk(tree))
            imported = _imported(nodes, name, is_package=name in self.packages)
            if rest.strip("_") not in {module.partition(".")[0] for module, _ in imported}:
                yield name


def _module(path: str) -> str:
    """Return the dotted name of the module that a file is."""
    for root in _ROOTS:
        path = path.removeprefix(root)
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imported(
    nodes: Sequence[ast.AST], module: str, *, is_package: bool, own: bool = False
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what statements import: a module's dotted name, and the names that are taken of it.

    Args:
        nodes: the statements.
        module: where they stand.
        is_package: that is a package's own file.
        own: also what a relative import names.
    """
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, ()
        elif isinstance(node, ast.ImportFrom):
            parts = tuple(alias.name for alias in node.names)
            if not node.level and node.module:
                yield node.module, parts
            elif own and node.level:
                around = module.split(".")
                kept = len(around) - node.level + is_package
                base = [*around[: max(kept, 0)], *filter(None, [node.module])]
                yield ".".join(base), parts


def _at_import(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """Yield the statements that run, whatever is the case, when their module is imported."""
    for node in body:
        match node:
            case ast.Import() | ast.ImportFrom():
                yield node
            case ast.ClassDef(body=inner):
                yield from _at_import(inner)
            case ast.With(items=items, body=inner) if not any(map(_suppresses, items)):
                yield from _at_import(inner)
            case ast.Try(body=inner, handlers=handlers, finalbody=last):
                if not any(_catches(handler) for handler in handlers):
                    yield from _at_import(inner)
                yield from _at_import(last)


def _catches(handler: ast.ExceptHandler) -> bool:
    """Tell whether a missing module is caught, as far as the names of exceptions tell."""
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(not isinstance(kind, ast.Name) or kind.id in _CATCHING for kind in kinds)


def _suppresses(item: ast.withitem) -> bool:
    """Tell whether a context may catch a missing module: one that is called with exceptions."""
    call = item.context_expr
    return not isinstance(call, ast.Call) or source_code.called(call) == "suppress"
