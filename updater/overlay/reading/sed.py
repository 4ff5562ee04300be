"""Expressions of sed that replace a text or delete lines, as far as they are plain.

Source: GNU sed manual, "The s Command" and "Overview of basic regular expression syntax".
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

_LONGEST = 200
_MOST_REPEATS = 3  # each multiplies the time that a line may take
_LONGEST_LINE = 4_000
_BRACKETS = re.compile(r"\[\^?\]?[^\]\[\\]*\]")
_PLAIN = frozenset("<>=~!,;:@#%&'\"-_/ ")
# What stands for itself in a basic expression, and is an operator in an extended one.
_OPERATORS = frozenset("+?(){}|")
# What a backslash makes stand for itself in both; before other signs it may be an operator.
_ESCAPED = frozenset('.*[]^$/\\,#-"')
_LINE = re.compile(r"[^\n]*\n?")


class SedExpression(Struct, frozen=True):
    """An expression that is applied to each line.

    Attributes:
        action: it replaces what it matches, or deletes the line.
        pattern: a regular expression of Python's.
        literal: the text that its author means, to whom a dot is a dot; None for one with other
            operators.
        replacement: what is written instead.
        every: of several matches in a line, all are replaced.
    """

    action: Literal["replace", "delete"]
    pattern: str
    literal: str | None
    replacement: str = ""
    every: bool = False

    def applied(self, text: str) -> str | None:
        """Return a text as it becomes; None where the expression changes nothing in it."""
        pattern = re.compile(self.pattern)
        lines: list[str] = []
        for line in _LINE.findall(text):
            if len(line) > _LONGEST_LINE or pattern.search(line.rstrip("\n")) is None:
                lines.append(line)
            elif self.action == "replace":
                rest, count = line.rstrip("\n"), 0 if self.every else 1
                changed = pattern.sub(lambda _: self.replacement, rest, count=count)
                lines.append(changed + line[len(rest) :])
        result = "".join(lines)
        return result if result != text else None


def read(text: str, *, extended: bool = False) -> SedExpression | None:
    """Return an expression; None for one that is not read, such as one with groups.

    Args:
        text: the whole expression.
        extended: as sed's ``-E``.
    """
    if len(text) > _LONGEST or "\n" in text:
        return None
    if text[:1] == "/" and text.endswith("/d"):
        parts = _parted(text[1:-1], "/")
        made = _pattern(parts[0], extended=extended) if len(parts) == 2 else None  # noqa: PLR2004
        return SedExpression("delete", *made) if made is not None else None
    if text[:1] != "s" or len(text) < len("s/a//") or text[1].isalnum() or text[1] in "\\ ":
        return None
    parts = _parted(text[2:], text[1])
    if len(parts) != 3 or parts[2] not in ("", "g"):  # noqa: PLR2004 - pattern, new text, flags
        return None
    made = _pattern(parts[0], extended=extended)
    replacement = _replacement(parts[1])
    if made is None or replacement is None:
        return None
    return SedExpression("replace", *made, replacement, parts[2] == "g")


def replacing(old: str, new: str) -> str | None:
    """Write the expression that replaces one text by another; None where it needs a delimiter."""
    delimiter = next((sign for sign in "/|,#" if sign not in old + new), None)
    if delimiter is None:
        return None
    pattern = re.sub(r"[\\.*\[\]^$]", r"\\\g<0>", old)
    text = re.sub(r"[\\&]", r"\\\g<0>", new)
    return f"s{delimiter}{pattern}{delimiter}{text}{delimiter}"


def _parted(text: str, delimiter: str) -> list[str]:
    """Part a text at a delimiter that no backslash protects; that backslash goes."""
    parts, at = [""], 0
    while at < len(text):
        sign = text[at]
        if sign == "\\" and at + 1 < len(text):
            parts[-1] += text[at + 1] if text[at + 1] == delimiter else text[at : at + 2]
            at += 2
            continue
        if sign == delimiter:
            parts.append("")
        else:
            parts[-1] += sign
        at += 1
    return parts


def _pattern(text: str, *, extended: bool) -> tuple[str, str | None] | None:
    """Return a regular expression as Python's, with the only text that it matches, if it is one."""
    pattern, literal, repeats, at = "", "", 0, 0
    plain = bool(text)
    while at < len(text):
        sign = text[at]
        brackets = _BRACKETS.match(text, at)
        if sign == "\\":
            sign = text[at + 1 : at + 2]
            if not sign or sign not in _ESCAPED:
                return None
            pattern, literal, at = pattern + re.escape(sign), literal + sign, at + 2
        elif brackets is not None:
            pattern, plain, at = pattern + brackets[0], False, brackets.end()
        elif sign == "*" and pattern not in ("", "^"):
            pattern, plain, repeats, at = f"{pattern}*", False, repeats + 1, at + 1
        elif sign == ".":
            pattern, literal, at = f"{pattern}.", f"{literal}.", at + 1
        elif (sign == "^" and at == 0) or (sign == "$" and at == len(text) - 1):
            pattern, plain, at = f"{pattern}{sign}", False, at + 1
        elif sign.isalnum() or sign in _PLAIN or (sign in _OPERATORS and not extended):
            pattern, literal, at = pattern + re.escape(sign), literal + sign, at + 1
        else:
            return None
    if not text or repeats > _MOST_REPEATS or "**" in pattern:
        return None
    return pattern, literal if plain else None


def _replacement(text: str) -> str | None:
    """Return what is written; None where that depends on what was matched."""
    if re.search(r"(?<!\\)&|\\[A-Za-z0-9]", text):
        return None
    return re.sub(r"\\(.)", r"\1", text)
