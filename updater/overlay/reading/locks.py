"""Lock files beside a package, and hashes that go with one: how they are written, what they lock.

Source: Nixpkgs manual, "Languages and frameworks" (cargoLock, importCargoLock, importNpmLock,
composerLock, pubspecLock, missingHashes, nugetDeps).
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.model import LockFile
from updater.overlay.reading import syntax, terms, values
from updater.overlay.reading.folders import source_folder
from updater.overlay.reading.references import led_to, targets
from updater.overlay.reading.scope import AttributeScope, Binding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from updater.model import Field, Span
    from updater.overlay.reading.drafts import Draft
    from updater.overlay.reading.fields import Fields
    from updater.overlay.reading.scope import Scope

_LOCKS = frozenset(
    {
        *("beamDeps", "cargoLock", "composerLock", "gemdir", "gemset", "missingHashes"),
        *("mitmCache", "mixNixDeps", "nugetDeps", "pubspecLock", "yarnLock", "yarnNix", "zigDeps"),
    }
)
_LOCK_FILE = re.compile(
    r"/(?:[\w.-]*[.-]lock(?:\.json|\.yaml|\.nix|b)?|[\w-]*-lock\.(?:json|yaml)|gemset\.nix"
    r"|deps\.(?:json|nix)|nuget-deps\.(?:json|nix)|missing-hashes\.json|npm-shrinkwrap\.json"
    r"|mix(?:[_-]deps)?\.nix|[\w.-]*zon\.nix)$"
)
_CARGO, _NPM = "Cargo.lock", "package-lock.json"
_MANIFEST = "package.json"
_OF_FILES = frozenset({"lockFile", "lockFileContents", "npmRoot", "package", "packageLock"})
_READERS = frozenset({"fromJSON", "importJSON", "readFile"})
_STRINGS = ("string_expression", "indented_string_expression")
_HASHES = "outputHashes"
_EMPTY = frozenset({"null", "[ ]", "[]", "{ }", "{}", "false", '""'})
# Where a script puts a file: behind it, in the folder that it begins in.
_PUT = r"\b(?:cp|ln|install)\b[^\n;&|]*\$\{{{path}\}}[\"']?\s+[\"']?(?:\./)?(?P<place>[\w./-]+)"
_GEM_FOLDER = "gemdir ="
_MOST_NAMES = 20
_MOVES = re.compile(r"^\s*(?:cd|pushd)\b", re.MULTILINE)


class Lock(Struct, frozen=True):
    """An attribute that names a lock file or hashes of one.

    Attributes:
        field: it, which a new source makes wrong.
        files: what it names, or reads of upstream's source.
    """

    field: Field
    files: tuple[LockFile, ...] = ()


class _Place(Struct, frozen=True):
    """An attribute of a package, or of what one is: its name, expression, scope and statement."""

    name: str
    node: Node
    scope: Scope
    at: Node


class Locks(Struct, frozen=True):
    """Reads the locks of one package.

    Attributes:
        file: the file that it stands in.
        sources: where the calls of its sources stand.
    """

    draft: Draft
    fields: Fields
    file: str
    sources: frozenset[Span]

    @property
    def _data(self) -> bytes:
        return self.fields.data

    def find(self) -> tuple[Lock, ...]:
        """Return the locks, those of one set each by itself."""
        found: dict[Span, Lock] = {}
        for attributes in self.draft.sets:
            for place in self._attributes(attributes):
                for lock in self._of(place):
                    found.setdefault(lock.field.span, lock)
        return tuple(found.values())

    def _attributes(self, attributes: AttributeScope, prefix: str = "") -> Iterator[_Place]:
        """Yield what a set binds; an inherited name as what it stands for."""
        for statement in attributes.statements:
            name = ".".join(statement.names)
            node, scope = self._followed(statement.value, attributes.inner)
            yield _Place(f"{prefix}{name}", node, scope, statement.node)
        for name in attributes:
            binding = attributes.get(name)
            if binding is not None and binding.inherited:
                reached = targets(binding, self._data)
                node, scope = reached[0] if len(reached) == 1 else (binding.at, binding.scope)
                yield _Place(f"{prefix}{name}", node, scope, binding.at)

    def _followed(self, node: Node, scope: Scope) -> tuple[Node, Scope]:
        """Return what a name stands for, if it is bound in the file."""
        for _ in range(_MOST_NAMES):
            inner = syntax.unwrap(node)
            if inner.type != "variable_expression":
                break
            reached = targets(scope.find(syntax.text(inner, self._data)), self._data)
            if len(reached) != 1:
                break
            node, scope = reached[0]
        return node, scope

    def _of(self, place: _Place) -> Iterator[Lock]:
        data, name = self._data, place.name.partition(".")[0]
        written = syntax.text(place.node, data)
        kind = self._kind(name, place.node)
        if kind:
            yield from self._parts_of(place, kind)
            return
        paths = _own_paths(place.node, place.scope, data)
        is_script = syntax.unwrap(place.node).type in _STRINGS
        if is_script and "ock" in written and not paths:
            paths = self._reached(place)
        is_folder = _GEM_FOLDER in written
        locks = [path for path in paths if is_folder or is_lock(path)]
        is_one = name in _LOCKS and written not in _EMPTY
        if is_one and (paths or not self._is_of_source(place)):
            yield self._lock(place, ())
        elif locks:
            files = [self._put(path, written) for path in locks] if is_script else [None]
            known = tuple(file for file in files if file is not None)
            yield self._lock(place, known if len(known) == len(files) else ())

    def _kind(self, name: str, node: Node) -> str:
        """Return which file nixpkgs reads for an attribute, an empty string where it reads none."""
        node = syntax.unwrap(node)
        head = terms.applied(node)[0] if node.type == "apply_expression" else None
        function = syntax.text(head, self._data) if head is not None else ""
        if name == "cargoLock" or "importCargoLock" in function:
            return _CARGO
        return _NPM if "importNpmLock" in function else ""

    def _parts_of(self, place: _Place, kind: str) -> Iterator[Lock]:
        """Yield the locks of an attribute that nixpkgs reads a Cargo.lock or package-lock from."""
        for part in self._parts(place):
            last = part.name.rpartition(".")[2]
            if syntax.text(part.node, self._data) in _EMPTY:
                continue
            paths = _own_paths(part.node, part.scope, self._data)
            if last == _HASHES:
                hashes = self._set_of(part)
                yield self._lock(hashes or part, self._files(kind, part) if hashes else ())
            elif (last in _OF_FILES or part is place) and not self._is_of_source(part):
                path = self._path(part.node, part.scope)
                yield self._lock(part, self._files(kind, part, path) if path else ())
            elif _HASHES in part.name.split(".") or any(map(is_lock, paths)):
                yield self._lock(part, ())

    def _parts(self, place: _Place) -> list[_Place]:
        """Return the attributes of the set that an attribute is, or that its function takes."""
        node = syntax.unwrap(place.node)
        if "." in place.name:
            return [place]
        if node.type == "apply_expression":
            node = syntax.unwrap(terms.applied(node)[1][-1][1])
        if node.type not in syntax.ATTRIBUTE_SETS:
            return [place]
        own = AttributeScope(node, place.scope, self._data)
        return list(self._attributes(own, f"{place.name}."))

    def _set_of(self, place: _Place) -> _Place | None:
        """Return the one set literal that an attribute is, also through names."""
        sets = values.sets_of(place.node, place.scope, self._data)
        if len(sets) != 1:
            return None
        return replace(place, node=sets[0].node, scope=sets[0].inner)

    def _files(self, kind: str, part: _Place, path: str = "") -> tuple[LockFile, ...]:
        """Return which file of upstream's source a path stands for, or the source's own file."""
        last = part.name.rpartition(".")[2]
        folder = source_folder(self.draft, self._data, "cargoRoot" if kind == _CARGO else "npmRoot")
        own = self._placed(path) if last == "npmRoot" else self._inside(path)
        is_patched = kind == _CARGO and self.draft.get("cargoPatches") is not None
        if folder is None or is_patched or self.draft.get("src") is None or (path and not own):
            return ()
        names = {"npmRoot": (_NPM, _MANIFEST), "package": (_MANIFEST,)}.get(last, (kind,))
        return tuple(
            LockFile(
                part.name,
                os.path.normpath(f"{own}/{name}") if last == "npmRoot" else own,
                f"{folder}/{name}".lstrip("/"),
            )
            for name in names
        )

    def _path(self, node: Node, scope: Scope) -> str:
        """Return the path that an expression is, or is read from; empty where it is none."""
        node, scope = self._followed(node, scope)
        node = syntax.unwrap(node)
        match node.type:
            case "path_expression":
                return syntax.text(node, self._data)
            case "apply_expression":
                head, applied = terms.applied(node)
                reads = len(applied) == 1 and terms.last_name(head, self._data) in _READERS
                return self._path(applied[0][1], scope) if reads else ""
            case "binary_expression":
                left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
                if left is None or right is None:
                    return ""
                text = values.evaluate(right, scope, self._data).value or ""
                base = self._path(left, scope)
                is_sum = b"+" in self._data[left.end_byte : right.start_byte]
                return f"{base}{text}" if is_sum and base and text.startswith("/") else ""
        return ""

    def _put(self, path: str, script: str) -> LockFile | None:
        """Return the file that a script puts into the source, None where that cannot be read."""
        base = os.path.basename(path)  # noqa: PTH119 - as text
        match = re.search(_PUT.format(path=re.escape(path)), script)
        folder, own = source_folder(self.draft, self._data), self._inside(path)
        if self.draft.get("src") is None or _MOVES.search(script):
            return None
        if match is None or folder is None or not own:
            return None
        place = os.path.normpath(match["place"])
        name = os.path.basename(place)  # noqa: PTH119 - as text
        if name not in (_CARGO, _NPM):
            place, name = os.path.normpath(f"{place}/{base}"), base
        is_lock = name in (_CARGO, _NPM) and place[:1] not in "./"
        return LockFile("", own, f"{folder}/{place}".lstrip("/")) if is_lock else None

    def _inside(self, path: str) -> str:
        """Return a path below the project's root, or an empty string where it is none."""
        placed = self._placed(path)
        return placed if placed != "." else ""

    def _placed(self, path: str) -> str:
        """Return a path from the project's root, or an empty string where it leads out of it."""
        if "$" in path or not path.startswith("."):
            return ""
        placed = os.path.normpath(os.path.join(os.path.dirname(self.file), path))  # noqa: PTH118, PTH120 - as text
        return placed if placed[:1] not in "./" or placed == "." else ""

    def _reached(self, place: _Place) -> list[str]:
        """Return the lock files that an expression leads to through names."""
        found = (
            syntax.text(node, self._data)
            for node, _ in led_to([(place.node, place.scope)], self._data)
            if node.type == "path_expression"
        )
        return list(dict.fromkeys(path for path in found if is_lock(path)))

    def _is_of_source(self, place: _Place) -> bool:
        """Tell whether an expression is made from the package's source: it is never stale."""
        return any(
            syntax.span(node) in self.sources
            for node, _ in led_to([(place.node, place.scope)], self._data)
        )

    def _lock(self, place: _Place, files: tuple[LockFile, ...]) -> Lock:
        binding = Binding(place.name, place.node, place.scope, place.at)
        field = self.fields.field(binding)
        assert field is not None  # noqa: S101 - of a binding
        # What it says is the file's: its path is no value that an update may write.
        field = replace(field, value=None, parts=(), literal=None)
        files = files or tuple(LockFile("", path, "") for path in self._beside(place))
        return Lock(field, tuple(replace(file, field=place.name) for file in files))

    def _beside(self, place: _Place) -> list[str]:
        """Return the overlay's files that a lock names, of which upstream's source has none."""
        paths = _own_paths(place.node, place.scope, self._data) + self._reached(place)
        paths.append(self._path(place.node, place.scope))
        return [inside for path in dict.fromkeys(paths) if (inside := self._placed(path))]


def is_lock(path: str) -> bool:
    """Tell whether a path is that of a lock file, by its name."""
    return _LOCK_FILE.search(f"/{path}") is not None


def _own_paths(node: Node, scope: Scope, data: bytes) -> list[str]:
    """Return the paths in an expression, but for those of packages of their own inside of it."""
    paths: list[str] = []
    if data.find(b"/", node.start_byte, node.end_byte) < 0:
        return paths
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current.type == "path_expression":
            paths.append(syntax.text(current, data))
        if current is not node and current.type in syntax.ATTRIBUTE_SETS:
            attributes = AttributeScope(current, scope, data)
            if "src" in attributes and "version" in attributes:
                continue
        waiting.extend(current.named_children)
    return paths
