"""Which attributes of a package read its version, besides its source: a build sees what they say.

``SETUPTOOLS_SCM_PRETEND_VERSION = version`` takes PEP 440 versions only, and a copy that is written
by hand goes on saying the old one. Source: the documentation of setuptools-scm and of pbr.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from updater.overlay.reading import syntax, terms
from updater.overlay.reading.inputs import INPUT_FIELDS
from updater.overlay.reading.pins import places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from updater.model import Field
    from updater.overlay.reading.drafts import Draft

# What names a package and tells of it, and what its source is made of: no build reads these.
_OUTSIDE = frozenset(
    {"changelog", "meta", "name", "passthru", "pname", "sourceRoot", "src", "srcs", "version"}
)
# By itself, or by what puts in the values of all variables. Source: Nixpkgs manual, "stdenv".
_OF_THE_SHELL = re.compile(
    r"\$(?:version\b|\{version\})|\bsubstituteAll|--subst-var\s+[\"']?version\b"
)
_CHECKER = "versionCheckHook"
"""What compares what a program says of itself with the version."""
_OF_THE_SOURCE = re.compile(r"\bsrc\.(?:rev|tag)\b")
_OF_THE_PACKAGE = re.compile(r"\b(?:final\w*|self|old\w*|prev\w*|attrs)\.version\b")

# Lists of other packages, which have versions of their own, and patches that stay as they are.
_OF_OTHERS = frozenset({*INPUT_FIELDS, "optional-dependencies", "passthru", "patches"})
_VARIABLE = re.compile(r"(?<!\w)(?P<name>\w++)\s*+[=:]\s*+\\?[\"']?")
# What a script writes into a file that is called after the version.
_INTO_A_FILE = re.compile(r"\b(?:echo|printf)\b[^\n;&|>]*(?=>[^\n;&|]*version)", re.IGNORECASE)
# What a script puts in the place of another text, such as the arguments of substituteInPlace.
_SUBSTITUTES = re.compile(r"substitute|--replace|\bsed\b|\bexport\b")
# Not of what is required: `torch==1.0`, `torch >= 1.0`.
_WORD_BEFORE = r"(?<![\w.<>~!+-])(?<![=<>~!]=)(?<![=<>~!]=\s)(?<![<>]\s)v?"
_WORD_AFTER = r"(?![\w.-])"
# Also where a mark ends one text and begins another.
_QUOTED = re.compile(rb'"(?=([^"\n]+)")')
_NUMBERS = 3
"""From so many numbers on, a text is the version and nothing else by chance."""


def version_readers(draft: Draft, side_hashes: tuple[Field, ...], data: bytes) -> tuple[str, ...]:
    """Return the attributes that are made from the version, each with its line.

    Args:
        draft: the package.
        side_hashes: what they stand in is fetched, and not built.
        data: the file.
    """
    fetched = {field.name.partition(".")[0] for field in side_hashes}
    own_name = draft.path[-1] if draft.path else ""
    return tuple(
        f"{name} (line {line})"
        for name, line, value in _attributes(draft)
        if name.partition(".")[0] not in fetched and _reads(value, own_name, data)
    )


def rev_readers(draft: Draft, data: bytes) -> tuple[str, ...]:
    """Return the attributes that are made from the rev or tag of the source, each with its line."""
    return tuple(
        f"{name} (line {line})"
        for name, line, value in _attributes(draft)
        if data.find(b"src.", value.start_byte, value.end_byte) >= 0
        and _OF_THE_SOURCE.search(syntax.text(value, data))
    )


def version_copies(draft: Draft, label: str, pname: str, data: bytes) -> tuple[str, ...]:
    """Return the attributes that have a copy of the version as text, each with its line.

    Args:
        draft: the package.
        label: its version.
        pname: what its files are called, followed by the version.
        data: the file.
    """
    written = label.encode("utf-8", "surrogateescape")
    named = draft.get("name") if draft.get("version") is not None else None
    name = named.expression if named is not None else None
    beside: tuple[str, ...] = ()
    if name is not None and label and syntax.text(name, data).endswith(f'-{label}"'):
        beside = (f"name (line {syntax.line(name)})",)
    of_build = tuple(
        f"{name} (line {line})"
        for name, line, value in _attributes(draft)
        if label
        and name not in _OF_OTHERS
        and data.find(written, value.start_byte, value.end_byte) >= 0
        and _copies(syntax.text(value, data), label, pname)
    )
    return (
        *beside,
        *of_build,
        *_copies_around(draft, label, data),
        *_copies_in_meta(draft, label, data),
    )


def _copies_around(draft: Draft, label: str, data: bytes) -> Iterator[str]:
    """Yield the names of a ``let`` around it that are the version as text, and that a build sees.

    One that its source is made from moves with that.
    """
    if label.encode("utf-8", "surrogateescape") not in _repeated(data):
        return  # most often: the one is the version itself
    quoted = f'"{label}"'
    used = {name for _, _, value in _attributes(draft) for name in terms.names_in(value, data)}
    for field in ("src", "srcs", "version"):
        binding = draft.get(field)
        if binding is not None and binding.expression is not None:
            used -= terms.names_in(binding.expression, data)
            used -= {binding.name} if binding.inherited else set()
    for name in sorted(used.difference(*draft.sets)):
        found = draft.sets[0].outer.find(name)
        node = found.expression if found is not None else None
        if node is not None and syntax.text(syntax.unwrap(node), data) == quoted:
            yield f"{name} (line {syntax.line(node)})"


@lru_cache(maxsize=1)
def _repeated(data: bytes) -> frozenset[bytes]:
    """Return what stands more than once between two quotation marks of a line."""
    texts = Counter(_QUOTED.findall(data))
    return frozenset(text for text, times in texts.items() if times > 1)


def _copies_in_meta(draft: Draft, label: str, data: bytes) -> Iterator[str]:
    """Yield what of ``meta`` has the version in an address as text, such as its changelog."""
    spellings = {label, label.replace(".", "-"), label.replace(".", "_")} if "." in label else ()
    for attributes in draft.sets:
        for statement in attributes.statements:
            head, *path = statement.names
            if head != "meta":
                continue
            value = statement.value
            own = data[value.start_byte : value.end_byte].decode("utf-8", "replace")
            if not any(spelling in own for spelling in spellings):  # most often
                continue
            texts = _texts(value, data) if not path else [(".".join(path), value)]
            for name, text in texts:
                written = syntax.text(text, data)
                is_address = text.type == "string_expression" and "://" in written
                if is_address and any(places(spelling, written) for spelling in spellings):
                    yield f"meta.{name} (line {syntax.line(text)})"


def _texts(node: Node, data: bytes) -> Iterator[tuple[str, Node]]:
    """Yield the bindings in an expression, in the order in which they stand, with their values."""
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        path, value = (inner.child_by_field_name(name) for name in ("attrpath", "expression"))
        if inner.type == "binding" and path is not None and value is not None:
            yield syntax.text(path, data), syntax.unwrap(value)
        waiting.extend(reversed(inner.named_children))


def _copies(text: str, label: str, pname: str) -> bool:
    written = re.escape(label)
    if _says_it_is(text, f"v?{written}"):
        return True
    stem = "[-_.]".join(map(re.escape, re.split("[-_.]+", pname)))
    if stem and re.search(rf"\b{stem}[-_]{written}(?!\w|\.\d)", text):  # tool-1.0.dist-info
        return True
    is_short = label.count(".") < _NUMBERS - 1
    if is_short and not _SUBSTITUTES.search(text):
        return False
    return re.search(f"{_WORD_BEFORE}{written}{_WORD_AFTER}", text) is not None


def _says_it_is(text: str, written: str) -> bool:
    """Tell whether a text says of what it has that it is a version, or has nothing else.

    Args:
        text: an attribute's value, as it stands in the file.
        written: an expression that matches the version.
    """
    if re.fullmatch(f"(?P<quotes>\"|''){written}(?P=quotes)", text):
        return True
    named = rf"\"\w*version\"\s+\"{written}\""  # cmakeFeature "VERSION" "1.0"
    if re.search(named, text, re.IGNORECASE):
        return True
    is_next = re.compile(rf"{written}(?![\w.])")
    assigned = any(
        "version" in match["name"].lower() and is_next.match(text, match.end())
        for match in _VARIABLE.finditer(text)
    )
    whole = re.compile(rf"(?<![\w.<>=~!+-]){written}(?![\w.-])")
    return assigned or any(whole.search(line) for line in _INTO_A_FILE.findall(text))


def _attributes(draft: Draft) -> Iterator[tuple[str, int, Node]]:
    """Yield the attributes that a build sees: name, line and value, of sets those inside."""
    for attributes in draft.sets:
        for statement in attributes.statements:
            if statement.names[0] in _OUTSIDE:
                continue
            value = syntax.unwrap(statement.value)
            if value.type not in syntax.ATTRIBUTE_SETS:
                yield ".".join(statement.names), syntax.line(statement.value), value
                continue
            for binding in _bindings(value):
                if binding.type != "binding":
                    if "version" in _inherited(binding):
                        name = f"{'.'.join(statement.names)}.version"
                        yield name, syntax.line(binding), binding
                    continue
                path = binding.child_by_field_name("attrpath")
                inner = binding.child_by_field_name("expression")
                if path is not None and inner is not None:
                    name = (path.text or b"").decode("utf-8", "replace")
                    yield f"{'.'.join(statement.names)}.{name}", syntax.line(inner), inner


def _bindings(attributes: Node) -> Iterator[Node]:
    waiting = [attributes]
    while waiting:
        node = waiting.pop()
        if node.type in ("binding", "inherit", "inherit_from"):
            yield node
        elif node is attributes or node.type == "binding_set":
            waiting.extend(node.named_children)


def _inherited(node: Node) -> Iterator[str]:
    for child in node.named_children:
        if child.type == "inherited_attrs":
            yield from (
                (one.text or b"").decode("utf-8", "replace") for one in child.named_children
            )


def _reads(value: Node, own_name: str, data: bytes) -> bool:
    """Tell whether a value is made from the version of its package, which is called so."""
    own = data[value.start_byte : value.end_byte]
    if b"version" not in own and b"substituteAll" not in own:
        return False
    text = syntax.text(value, data)
    if value.type in ("inherit", "inherit_from"):  # of the version, as it is found above
        return True
    if not {"version", _CHECKER}.isdisjoint(terms.names_in(value, data)) or _OF_THE_PACKAGE.search(
        text
    ):
        return True
    if own_name and re.search(rf"\.{re.escape(own_name)}\.version\b", text):
        return True
    # A script knows the version by its name; `''${` and `\${` leave it to the shell.
    return text.startswith(('"', "''")) and _OF_THE_SHELL.search(text) is not None
