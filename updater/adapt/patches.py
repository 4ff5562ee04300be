"""Substitutions in `postPatch` that the new source makes wrong, and what they make of its files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct
from packaging.requirements import InvalidRequirement, Requirement

from updater.model import normalized_name
from updater.model.adaptation import Adaptation, PatternRemoval, PatternRewrite
from updater.overlay.reading.substitutions import script_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.overlay.reading.declarations import Declarations
    from updater.overlay.reading.substitutions import Substitution

# A file of these names is kept whenever a source has it, so that its absence is known.
_ALWAYS_KEPT = re.compile(r"pyproject\.toml|setup\.(?:cfg|py)|requirements[\w.-]*\.txt")
# What else may change a source before it is built.
_OTHERS = (
    *("prePatch", "patches", "patchPhase", "postUnpack", "unpackPhase", "preConfigure"),
    *("configurePhase", "postConfigure", "preBuild", "buildPhase"),
)
_WRAPPED = re.compile(r"""(?P<before>[\s"']*)(?P<text>.*?)(?P<after>[\s"',]*)""", re.DOTALL)
_BOUNDS = re.compile(r"(?P<name>[^<>=~!]+)(?P<bounds>[<>=~!].*)", re.DOTALL)
# Bounds of these kinds a substitution may take away.
_KINDS = {"<": "upper", "<=": "upper", "==": "exact", "===": "exact", "~=": "exact", "!=": "not"}
_OPERATOR = re.compile(r"[^<>=~!]+.*", re.DOTALL)
_MOST_TEXT = 1 << 18
# Between commands only: what a command has in it is part of it.
_COMMENT = re.compile(rb"(?m)^[ \t]*#[^\n]*")


class PatchedFiles(Struct, frozen=True):
    """What the overlay's substitutions do to a new source.

    Attributes:
        adaptations: of the patterns that no longer match.
        files: what they leave, once they are adapted.
        missing: file and pattern of those that no longer match and cannot be adapted.
        certain: nothing else changes the files.
    """

    adaptations: tuple[Adaptation, ...]
    files: Mapping[str, bytes]
    missing: tuple[tuple[str, str], ...]
    certain: bool


def patched(
    declared: Declarations, files: Mapping[str, bytes], version: str, script: bytes
) -> PatchedFiles:
    """Return what becomes of a new source's files.

    Args:
        declared: what the overlay says.
        files: the new source's, as far as they are kept.
        version: the new one.
        script: the text of postPatch.
    """
    texts = {
        path: data.decode("utf-8", "surrogateescape")
        for path, data in files.items()
        if len(data) <= _MOST_TEXT
    }
    adaptations: list[Adaptation] = []
    missing: list[tuple[str, str]] = []
    certain = _is_certain(declared, script)
    has_sources = files.keys() != {"PKG-INFO"}  # else only a wheel's metadata are known
    for substitution in declared.substitutions:
        file = substitution.files[0] if len(substitution.files) == 1 else None
        pattern, replacement = substitution.pattern, substitution.replacement
        if file is None or pattern is None or replacement is None:
            certain = False
            continue
        text = texts.get(file, "" if has_sources and _ALWAYS_KEPT.fullmatch(file) else None)
        if text is None:
            continue  # nothing is known of it
        if pattern in text:
            texts[file] = text.replace(pattern, replacement)
            continue
        adaptation = _adaptation(substitution, file, text, version)
        if adaptation is None:
            if substitution.mode == "--replace-fail" and file in texts:
                missing.append((file, pattern))
            continue
        adaptations.append(adaptation)
        if isinstance(adaptation.edit, PatternRewrite):
            texts[file] = text.replace(adaptation.edit.new_pattern, adaptation.edit.new_replacement)
    changed = {path: text.encode("utf-8", "surrogateescape") for path, text in texts.items()}
    return PatchedFiles(tuple(adaptations), {**files, **changed}, tuple(missing), certain)


def _is_certain(declared: Declarations, script: bytes) -> bool:
    """Tell whether nothing but the substitutions that are read changes a source."""
    attributes = declared.place.attributes
    if any(name in attributes for name in _OTHERS):
        return False
    where = script_of(declared.place)
    rest = script
    for command in sorted({own.command for own in declared.substitutions}, reverse=True):
        if where is not None:
            start, end = command.start - where.start, command.end - where.start
            rest = rest[:start] + rest[end:]
    return not _COMMENT.sub(b"", rest).strip(b" \t\r\n;")


def _adaptation(
    substitution: Substitution, file: str, text: str, version: str
) -> Adaptation | None:
    """Return what becomes of a pattern that a file does not have; None for no requirement's."""
    pattern, replacement = substitution.pattern or "", substitution.replacement or ""
    wrapped = _WRAPPED.fullmatch(pattern)
    old = _requirement(wrapped["text"]) if wrapped is not None else None
    if wrapped is None or old is None or not old.specifier:
        return None
    texts = _written(old, text)
    if len(texts) > 1:
        return None
    if texts:
        (new,) = texts
        rewritten = _rewritten(old, new, replacement)
        if rewritten is not None:
            edit = PatternRewrite(
                file, pattern, f"{wrapped['before']}{new}{wrapped['after']}", rewritten
            )
            return Adaptation("patches", edit, f"the bound in {file} of {version} is different")
    return Adaptation(
        "patches", PatternRemoval(file, pattern), f"{file} of {version} has no such bound"
    )


def _requirement(text: str) -> Requirement | None:
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None


def _written(old: Requirement, text: str) -> set[str]:
    """Return the requirements of the same project that have bounds, as a file writes them."""
    name = re.sub(r"[-_.]+", "[-_.]+", re.escape(old.name).replace(r"\-", "-"))
    bounds = r"(?:(?:[<>]=?|[=~!]=)\s*+[\w.*+!]++\s*+(?:,\s*+)?)+"
    matches = re.finditer(rf"(?<![\w.-]){name}(?:\[[\w, .-]*\])?\s*+{bounds}", text, re.IGNORECASE)
    texts = {match[0].strip().rstrip(",").strip() for match in matches}
    same = normalized_name(old.name)
    return {
        text
        for text in texts
        if (read := _requirement(text)) is not None and normalized_name(read.name) == same
    }


def _rewritten(old: Requirement, new: str, replacement: str) -> str | None:
    """Return the replacement for a new text: without the bounds of the kind that it took away.

    A lower bound stays. None where the new text has no bound that it would take away.
    """
    wrapped = _WRAPPED.fullmatch(replacement)
    kept = _requirement(wrapped["text"]) if wrapped is not None else None
    if wrapped is None or kept is None:
        return None
    parts = _BOUNDS.fullmatch(new)
    if parts is None:
        return None
    taken = {_KINDS.get(bound.operator) for bound in old.specifier}
    taken -= {None, *(_KINDS.get(bound.operator) for bound in kept.specifier)}
    bounds = [bound.strip() for bound in parts["bounds"].split(",")]
    left = [bound for bound in bounds if _KINDS.get(_OPERATOR.sub("", bound)) not in taken]
    if len(left) == len(bounds):
        return None
    return f"{wrapped['before']}{parts['name'].strip()}{','.join(left)}{wrapped['after']}"
