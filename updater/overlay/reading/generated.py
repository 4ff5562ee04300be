"""Which program wrote a file: it would write over what anybody else changes there."""

from __future__ import annotations

import re

_HEAD = re.compile(rb"(?:\s*(?:#[^\n]*|/\*.*?\*/))+", re.DOTALL)
_GENERATED = re.compile(
    r"\b(?:auto-?)?generated\b(?:\s+(?:automatically|file))?(?:\s+(?:by|with|using|from)\s+[`'\"]?(?P<name>[\w./-]+))?"
    r"|do\s+not\s+(?:edit|modify|change)\b(?=\W*$|\s*[.,;:!]|\s+(?:it|this|the\s+file|by\s+hand|manually))",
    re.IGNORECASE | re.MULTILINE,
)
# With such words a line says of the file itself, and of no lock beside it, that it is generated.
_OF_ITSELF = re.compile(
    r"an?|all|automatically|below|code|contents|everything|expressions?|file|following|here|it|list"
    r"|module|nix|note|of|overlay|packages?|please|set|sources|that|the|these|this|warning"
    r"|are|been|has|have|is|was|were"
)
_VERBS = frozenset({"are", "has", "have", "is", "was", "were"})
_WORD = re.compile(r"[./'-]*\w[\w./'-]*")
_SENTENCE_END = re.compile(r"[.:;!?]\s|,")
_FILES = (
    (re.compile(r"(?:^|/)npins/default\.nix$"), "npins"),
    (re.compile(r"(?:^|/)nix/sources\.nix$"), "niv"),
    (re.compile(r"(?:^|/)_sources/generated\.nix$"), "nvfetcher"),
)
_DATA = (
    (re.compile(r"(?:^|/)npins(?:/(?:default\.nix|sources\.json)?)?$"), "npins"),
    (re.compile(r"(?:^|/)nix/sources\.(?:nix|json)$"), "niv"),
    (re.compile(r"(?:^|/)_sources/generated\.(?:nix|json)$"), "nvfetcher"),
)
# What it writes has no head; people have files of that name, too, without this argument.
# Source: composer2nix, README.md, "Deploying a web application project".
_COMPOSER2NIX = re.compile(r"(?:^|/)php-packages\.nix$")
_COMPOSER_ENV = re.compile(rb"\s*\{[^}]*\bcomposerEnv\b")
_LONGEST_HEAD = 4096


def program_of(path: str) -> str:
    """Return the program that writes a file of pins, as its place says; empty for another file."""
    return next((name for place, name in _DATA if place.search(path)), "")


def may_have_pins(path: str) -> bool:
    """Tell whether a file may have pins that others read: data, or what a program writes."""
    return path.endswith((".json", ".toml")) or bool(program_of(path))


def generated_by(data: bytes, file: str) -> str:
    """Return the program that wrote a file, as its first comments or its place say.

    An empty string for a file that people write; ``another program`` where none is named.
    """
    for place, name in _FILES:
        if place.search(file):
            return name
    if _COMPOSER2NIX.search(file) and _COMPOSER_ENV.match(data[:_LONGEST_HEAD]):
        return "composer2nix"
    head = _HEAD.match(data[:_LONGEST_HEAD])
    text = head[0].decode("utf-8", "replace") if head is not None else ""
    matches = (match for match in _GENERATED.finditer(text) if _is_of_itself(text, match))
    match = next(matches, None)
    if match is None:
        return ""
    return (match["name"] or "").rstrip(".") or "another program"


def _is_of_itself(text: str, match: re.Match[str]) -> bool:
    """Tell whether the sentence up to a match speaks of the file that it stands in.

    A line is a sentence of its own, unless it begins with the verb of the line before.
    """
    *above, line = text[: match.start()].split("\n")
    words = _words(line)
    if words[:1] and words[0] in _VERBS and above:
        words = _words(above[-1].rstrip(" ,")) + words
    return all(map(_OF_ITSELF.fullmatch, words))


def _words(line: str) -> list[str]:
    """Return the words of the last sentence that begins in a line."""
    return _WORD.findall(_SENTENCE_END.split(line)[-1].lower())
