"""Which program wrote a file: it would write over what anybody else changes there."""

from __future__ import annotations

import re

_HEAD = re.compile(rb"(?:\s*(?:#[^\n]*|/\*.*?\*/))+", re.DOTALL)
_GENERATED = re.compile(
    r"\b(?:auto-?)?generated\b(?:\s+(?:automatically|file))?(?:\s+(?:by|with|using|from)\s+[`'\"]?(?P<name>[\w./-]+))?"
    r"|do\s+not\s+(?:edit|modify|change)",
    re.IGNORECASE,
)
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
    said = _GENERATED.search(head[0].decode("utf-8", "replace")) if head is not None else None
    if said is None:
        return ""
    return (said["name"] or "").rstrip(".") or "another program"
