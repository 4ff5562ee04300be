"""A marker -> the Nix condition that means the same, for those that name a platform or a Python.

Source: PEP 508, "Environment Markers"; Nixpkgs manual, "Platform attributes".
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from packaging.requirements import InvalidRequirement, Requirement

from updater.model import normalized_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packaging.markers import Marker

Environment: TypeAlias = "dict[str, str]"

_COMPARISON = re.compile(
    r'(?P<variable>[a-z_]+) (?P<operator>==|!=|<|>=) "(?P<value>[A-Za-z0-9_.]+)"'
)
_WORD = re.compile(r'"([^"]*)"')
# A marker may have hundreds of words, and a project thousands of requirements.
_MOST_EVALUATED = 20_000
EXTRA = re.compile(r"""extra == ["']([^"']*)["']""")
"""Where a requirement names an extra of its project, as packaging spells it."""
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


def of_python(python: str) -> Environment:
    """Return what a Python says of itself; nothing where it is not known, an empty string."""
    return {"python_version": python, "python_full_version": f"{python}.0"} if python else {}


def holding(
    requirements: Sequence[Requirement], environment: Environment, project: str, extra: str
) -> dict[int, Requirement]:
    """Return the requirements that hold with an extra of their project, by their places.

    Where one of them is the project itself, with extras (``all = ["x[fast]"]``), theirs hold, too:
    without a word of the extra, if the project requires itself on no other condition.

    Args:
        requirements: of one project, by normalized names.
        environment: that of markers.
        project: its normalized name.
        extra: an empty string for none.

    Source: PyPA specification "Dependency specifiers", Extras; pip's documentation, "Recursive
    extras".
    """
    by_extra: dict[str, list[int]] = {}
    for place, requirement in enumerate(requirements):
        for word in _WORD.findall(str(requirement.marker or "")):
            by_extra.setdefault(normalized_name(word), []).append(place)
    hold: dict[int, Requirement] = {}
    waiting = [(extra, place, True) for place in range(len(requirements))]
    extras, most = {extra}, len(requirements) + _MOST_EVALUATED
    for own, place, as_written in waiting:  # which grows
        requirement = requirements[place]
        marker = requirement.marker
        holds = marker is None or marker.evaluate({**environment, "extra": own})
        if place in hold or not holds:
            continue
        plain = _plain(requirement, own)
        hold[place] = requirement if as_written else plain
        if requirement.name == project:
            new = requirement.extras - extras
            extras |= new
            within = ((name, by_extra.get(normalized_name(name), ())) for name in sorted(new))
            further = (
                (name, other, plain.marker is not None)
                for name, others in within
                for other in others
            )
            waiting += islice(further, max(0, most - len(waiting)))
    return hold


def _plain(requirement: Requirement, extra: str) -> Requirement:
    """Return a requirement without its extra in the marker, where that leaves a marker."""
    text = without_extra(str(requirement), extra)
    try:
        return Requirement(text) if text and "extra ==" not in text else requirement
    except InvalidRequirement:
        return requirement


def without_extra(text: str, extra: str) -> str:
    """Return a requirement's text without its extra; empty where that is another one, or none."""
    if normalized_name(extra) not in map(normalized_name, EXTRA.findall(text)):
        return ""
    before, _, marker = text.partition(";")
    rest = re.sub(rf"(?: and )?{EXTRA.pattern}", "", marker).strip().removeprefix("and ")
    return f"{before.strip()}; {rest}" if rest else before.strip()


def is_somewhere(text: str, python: str) -> bool | None:
    """Tell whether a requirement is one on some system that nixpkgs builds for.

    Args:
        text: as packaging writes it; that of an extra counts as one.
        python: the Python of the package set; an empty string where it is not known.

    Returns:
        None where the Python decides, which is not known.
    """
    marker = Requirement(text).marker
    if marker is None or EXTRA.search(str(marker)):
        return True
    if "python" in str(marker) and not python:
        return None
    own = of_python(python)
    systems = ({**own, **system, "extra": ""} for system in ENVIRONMENTS.values())
    return any(marker.evaluate(dict(system)) for system in systems)


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
