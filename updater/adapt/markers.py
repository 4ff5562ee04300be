"""A marker -> the Nix condition that means the same, for those that name a platform or a Python.

Source: PEP 508, "Environment Markers"; Nixpkgs manual, "Platform attributes".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from packaging.markers import Marker

Environment: TypeAlias = "dict[str, str]"

_COMPARISON = re.compile(
    r'(?P<variable>[a-z_]+) (?P<operator>==|!=|<|>=) "(?P<value>[A-Za-z0-9_.]+)"'
)
_HOST = "super.stdenv.hostPlatform"
_PLATFORMS = {
    ("sys_platform", "linux"): f"{_HOST}.isLinux",
    ("sys_platform", "darwin"): f"{_HOST}.isDarwin",
    ("sys_platform", "win32"): f"{_HOST}.isWindows",
    ("platform_system", "Linux"): f"{_HOST}.isLinux",
    ("platform_system", "Darwin"): f"{_HOST}.isDarwin",
    ("platform_system", "Windows"): f"{_HOST}.isWindows",
    ("os_name", "nt"): f"{_HOST}.isWindows",
    ("platform_machine", "x86_64"): f"{_HOST}.isx86_64",
    # macOS calls the same machine arm64
    ("platform_machine", "aarch64"): f"({_HOST}.isLinux && {_HOST}.isAarch64)",
    ("platform_machine", "arm64"): f"({_HOST}.isDarwin && {_HOST}.isAarch64)",
}


def _environment(machine: str, platform: str) -> Environment:
    return {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_system": platform.capitalize(),
        "sys_platform": platform,
    }


ENVIRONMENTS = {
    "x86_64-linux": _environment("x86_64", "linux"),
    "aarch64-linux": _environment("aarch64", "linux"),
    "x86_64-darwin": _environment("x86_64", "darwin"),
    "aarch64-darwin": _environment("arm64", "darwin"),
}
"""What Python says of the systems that the packages of nixpkgs are for, by system."""


def condition(marker: Marker) -> str | None:
    """Return a marker as a Nix expression, of ``super``; None for what has no plain one."""
    parts = [_comparison(part) for part in str(marker).split(" and ")]
    plain = [part for part in parts if part is not None]
    if len(plain) < len(parts):
        return None
    text = " && ".join(plain)
    return f"({text})" if " " in text or text.startswith("!") else text


def _comparison(text: str) -> str | None:
    match = _COMPARISON.fullmatch(text)
    if match is None:
        return None
    variable, operator, value = match["variable"], match["operator"], match["value"]
    if variable == "python_version" and operator in ("<", ">="):
        order = "pythonOlder" if operator == "<" else "pythonAtLeast"
        return f'super.python3Packages.{order} "{value}"'
    platform = _PLATFORMS.get((variable, value))
    if platform is None or operator not in ("==", "!="):
        return None
    return platform if operator == "==" else f"!{platform}"
