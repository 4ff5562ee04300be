"""Substitutions in `postPatch` that the new source makes wrong, and what they make of its files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace
from packaging.requirements import InvalidRequirement, Requirement

from updater.adapt.hooks import leave_files
from updater.model import normalized_name
from updater.model.adaptation import Adaptation, PatternRemoval, PatternRewrite
from updater.overlay.reading import sed
from updater.overlay.reading.substitutions import SED, script_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.overlay.reading.declarations import Declarations
    from updater.overlay.reading.substitutions import Substitution

# A file of these names is kept whenever a source has it, so that its absence is known.
_ALWAYS_KEPT = re.compile(r"pyproject\.toml|setup\.(?:cfg|py)|requirements[\w.-]*\.txt")
_WRAPPED = re.compile(r"""(?P<before>[\s"']*)(?P<text>.*?)(?P<after>[\s"',]*)""", re.DOTALL)
_BOUNDS = re.compile(r"(?P<name>[^<>=~!]+)(?P<bounds>[<>=~!].*)", re.DOTALL)
# Bounds of these kinds a substitution may take away.
_KINDS = {"<": "upper", "<=": "upper", "==": "exact", "===": "exact", "~=": "exact", "!=": "not"}
_OPERATOR = re.compile(r"[^<>=~!]+.*", re.DOTALL)
_MOST_TEXT = 1 << 18
# Between commands only: what a command has in it is part of it.
_CALLS_SED = re.compile(r"(?:^|[;&|]\s*)sed\b")
_COMMENT = re.compile(rb"(?m)^[ \t]*#[^\n]*")


class PatchedFiles(Struct, frozen=True):
    """What the overlay's substitutions do to a new source.

    Attributes:
        adaptations: of the patterns that no longer match.
        files: what they leave, once they are adapted.
        missing: file and pattern of those that no longer match and cannot be adapted.
        certain: nothing else changes the files.
        stale: file and pattern of those that change nothing, and stop no build.
        unjudged: what sed is told that is not read.
    """

    adaptations: tuple[Adaptation, ...]
    files: Mapping[str, bytes]
    missing: tuple[tuple[str, str], ...]
    certain: bool
    stale: tuple[tuple[str, str], ...] = ()
    unjudged: tuple[str, ...] = ()


def patched(
    declared: Declarations, files: Mapping[str, bytes], version: str, data: bytes
) -> PatchedFiles:
    """Return what becomes of a new source's files.

    Args:
        declared: what the overlay says.
        files: the new source's, as far as they are kept.
        version: the new one.
        data: the overlay's file.
    """
    texts = {
        path: data.decode("utf-8", "surrogateescape")
        for path, data in files.items()
        if len(data) <= _MOST_TEXT
    }
    adaptations: list[Adaptation] = []
    missing: list[tuple[str, str]] = []
    stale: list[tuple[str, str]] = []
    rest = _unread(declared, data)
    certain = not rest and leave_files(declared, data)
    has_sources = files.keys() != {"PKG-INFO"}  # else only a wheel's metadata are known
    for substitution in declared.substitutions:
        file = substitution.files[0] if len(substitution.files) == 1 else None
        pattern, replacement = substitution.pattern, substitution.replacement
        if file is None or pattern is None or replacement is None:
            certain = certain and file is not None and not _is_read(file, files)
            continue
        text = texts.get(file, "" if has_sources and _ALWAYS_KEPT.fullmatch(file) else None)
        if text is None:
            continue  # nothing is known of it
        changed = _changed(substitution, text)
        if changed is not None:
            texts[file] = changed
            continue
        adaptation = _adaptation(substitution, file, text, version)
        if adaptation is not None:
            adaptations.append(adaptation)
            texts[file] = _rewritten_text(adaptation, text)
        elif substitution.mode == "--replace-fail" and file in texts:
            missing.append((file, pattern))
        elif substitution.mode in (SED, "--replace", "--replace-warn"):
            stale.append((file, pattern))
    changed_files = {path: text.encode("utf-8", "surrogateescape") for path, text in texts.items()}
    lines = (line.strip() for line in rest.decode("utf-8", "replace").splitlines())
    return PatchedFiles(
        tuple(adaptations),
        {**files, **changed_files},
        tuple(missing),
        certain,
        tuple(stale),
        tuple(line for line in lines if _CALLS_SED.search(line)),
    )


def _is_read(path: str, files: Mapping[str, bytes]) -> bool:
    """Tell whether what a project says of itself may stand in a file."""
    return path in files or path.startswith(("..", "/")) or _ALWAYS_KEPT.fullmatch(path) is not None


def _unread(declared: Declarations, data: bytes) -> bytes:
    """Return what postPatch does beside the substitutions that are read."""
    where = script_of(declared.place, data)
    rest = data[where.start : where.end] if where is not None else b""
    unread = {own.command for own in declared.substitutions if own.pattern is None}
    for command in sorted({own.command for own in declared.substitutions} - unread, reverse=True):
        if where is not None:
            start, end = command.start - where.start, command.end - where.start
            rest = rest[:start] + rest[end:]
    return _COMMENT.sub(b"", rest).strip(b" \t\r\n;")


def _changed(substitution: Substitution, text: str) -> str | None:
    """Return a file's text as a substitution leaves it; None where it changes nothing."""
    if substitution.mode == SED:
        return substitution.expression.applied(text) if substitution.expression else None
    pattern = substitution.pattern or ""
    return text.replace(pattern, substitution.replacement or "") if pattern in text else None


def _rewritten_text(adaptation: Adaptation, text: str) -> str:
    """Return a file's text as a substitution with a new pattern leaves it."""
    edit = adaptation.edit
    if not isinstance(edit, PatternRewrite):
        return text
    expression = sed.read(edit.new_pattern) if not edit.new_replacement else None
    if expression is not None:
        return expression.applied(text) or text
    return text.replace(edit.new_pattern, edit.new_replacement)


def _adaptation(
    substitution: Substitution, file: str, text: str, version: str
) -> Adaptation | None:
    """Return what becomes of a pattern that a file does not have; None for no requirement's."""
    if substitution.mode == SED:
        return _sed_adaptation(substitution, file, text, version)
    return _of_texts(
        file, substitution.pattern or "", substitution.replacement or "", text, version
    )


def _sed_adaptation(
    substitution: Substitution, file: str, text: str, version: str
) -> Adaptation | None:
    expression, written = substitution.expression, substitution.pattern or ""
    if expression is None or not expression.literal:
        return None
    if expression.action == "delete":
        named = _requirement(expression.literal.strip("\"', "))
        reason = f"{file} of {version} has no such line"
        return (
            Adaptation("patches", PatternRemoval(file, written), reason)
            if named is not None
            else None
        )
    made = _of_texts(file, expression.literal, expression.replacement, text, version)
    if made is None:
        return None
    if isinstance(made.edit, PatternRewrite):
        new = sed.replacing(made.edit.new_pattern, made.edit.new_replacement)
        return replace(made, edit=PatternRewrite(file, written, new, "")) if new else None
    return replace(made, edit=PatternRemoval(file, written))


def _of_texts(
    file: str, pattern: str, replacement: str, text: str, version: str
) -> Adaptation | None:
    """Return what becomes of a replacement of one text by another.

    Args:
        file: the file's path.
        pattern: the text that is replaced.
        replacement: what is written instead.
        text: the file's, which has no such pattern.
        version: the new one.
    """
    wrapped = _WRAPPED.fullmatch(pattern)
    old = _requirement(wrapped["text"]) if wrapped is not None else None
    if wrapped is None or old is None or not old.specifier:
        return None
    texts = spellings(old, text)
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


def spellings(requirement: Requirement, text: str) -> set[str]:
    """Return the requirements of the same project that have bounds, as a file writes them."""
    name = re.sub(r"[-_.]+", "[-_.]+", re.escape(requirement.name).replace(r"\-", "-"))
    bounds = r"(?:(?:[<>]=?|[=~!]=)\s*+[\w.*+!]++\s*+(?:,\s*+)?)+"
    matches = re.finditer(rf"(?<![\w.-]){name}(?:\[[\w, .-]*\])?\s*+{bounds}", text, re.IGNORECASE)
    texts = {match[0].strip().rstrip(",").strip() for match in matches}
    same = normalized_name(requirement.name)
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
