"""On which systems an input is there, against what upstream's marker says of those systems.

Source: PEP 508, "Environment Markers"; Nixpkgs manual, "Platform attributes".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from packaging.requirements import InvalidRequirement, Requirement

from updater.adapt.markers import ENVIRONMENTS, condition, of_python
from updater.adapt.modules import may_bring
from updater.audit.overlay.base import SourceRule
from updater.audit.overlay.package_meta import PackageMeta
from updater.model import Edit, Span, normalized_name
from updater.model.finding import FileEdit, Fix
from updater.overlay.reading.inputs import RUNTIME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from updater.audit.overlay.base import Need
    from updater.audit.overlay.sources import AuditedSource
    from updater.model.finding import Finding, FixSafety
    from updater.overlay.reading.input_elements import Input

_SYSTEMS = tuple(ENVIRONMENTS)
_PREDICATES: dict[str, frozenset[str]] = {
    "isLinux": frozenset(name for name in _SYSTEMS if name.endswith("linux")),
    "isDarwin": frozenset(name for name in _SYSTEMS if name.endswith("darwin")),
    "isx86_64": frozenset(name for name in _SYSTEMS if name.startswith("x86_64")),
    "isAarch64": frozenset(name for name in _SYSTEMS if name.startswith("aarch64")),
    "isAarch32": frozenset(),
    "isWindows": frozenset(),
    "isUnix": frozenset(_SYSTEMS),
    "is64bit": frozenset(_SYSTEMS),
}
_TOKEN = re.compile(
    r"\s*(?:(?P<sign>!|&&|\|\||\(|\))|(?:[\w']+\.)*stdenv\.(?:hostPlatform\.)?(?P<name>is\w+)\b)"
)
_LONGEST = 300
_NAMED = {
    "linux": _PREDICATES["isLinux"],
    "darwin": _PREDICATES["isDarwin"],
    "unix": _PREDICATES["isUnix"],
    "all": _PREDICATES["isUnix"],
}
_PLATFORMS = re.compile(
    r"(?:[\w']+\.)*platforms\.(?P<set>linux|darwin|unix|all)"
    r'|(?P<list>\[(?:\s*"[\w-]+")*\s*\])'
)


class Conditions(SourceRule):
    """An input that is there where the requirement's marker does not hold, or not where it does."""

    name: ClassVar[str] = "conditions"
    title: ClassVar[str] = "An input is there on the systems of upstream's marker."
    why: ClassVar[str] = (
        "A condition that is narrower than upstream's marker leaves out what the package needs "
        "there, which shows only on that system. A wider one, or none, asks for what may not exist."
    )
    bad: ClassVar[str] = """\
# pyproject.toml: "bitsandbytes; platform_machine != 'aarch64'"
++ super.lib.optionals super.stdenv.isLinux [ bitsandbytes ]
"""
    good: ClassVar[str] = """\
++ super.lib.optionals (
  !(super.stdenv.hostPlatform.isLinux && super.stdenv.hostPlatform.isAarch64)
) [ bitsandbytes ]
"""
    fix: ClassVar[FixSafety | None] = "unsafe"
    needs: ClassVar[Need] = "upstream"
    exceptions: ClassVar[str] = (
        "Four systems are compared: Linux and Darwin on x86_64 and aarch64. A condition with "
        "anything but the platform's predicates is not judged, and neither is an input that "
        "upstream does not require, or whose conditions together hold where upstream requires "
        "it. On aarch64-darwin upstream calls the machine arm64: a marker "
        "with `aarch64` means Linux alone. An input without a condition is a note: where upstream "
        "requires it on none of the four, or else on those that `meta.platforms` of the overlay "
        "names. One with a comment beside it, what an extra requires as well, and what the source "
        "cannot be imported without, are passed over. A marker that names a Python is judged where "
        "the package set was asked which one it has."
    )

    def of_source(self, source: AuditedSource) -> Iterator[Finding]:
        """Yield each project whose inputs disagree, taken together, on one of the systems."""
        requirements = _requirements(source)
        needed = source.task.needed.needed if source.task.needed is not None else ()
        of_extras = {normalized_name(name) for name, text in needed if not _is_plain(text)}
        for project, elements in _by_project(source).items():
            wanted = requirements.get(project, [])
            is_of_python = any("python" in str(own.marker) for own in wanted)
            if not wanted or (is_of_python and not _python(source)):
                continue
            there = frozenset(
                name for name in _SYSTEMS if any(_holds(source, own, name) for own in wanted)
            )
            if not all(element.condition for element in elements):
                if project not in of_extras:
                    yield from self._always(source, elements, wanted, there)
                continue
            here = _joined(systems_of(element.condition) for element in elements)
            if here is None or here == there or (is_of_python and not there):
                continue
            element = elements[0]
            listed = ", ".join(name for name in _SYSTEMS if name in here ^ there)
            is_one = len(elements) == len(wanted) == 1
            yield self.finding(
                source.package.file,
                element.span,
                f"{element.name} is conditional here, and upstream says otherwise for {listed}",
                source.package,
                advice=f"upstream requires {' and '.join(map(str, wanted))}",
                fix=_fix(source, element, wanted[0], there) if is_one else None,
            )

    def _always(
        self,
        source: AuditedSource,
        elements: Sequence[Input],
        required: Sequence[Requirement],
        there: frozenset[str],
    ) -> Iterator[Finding]:
        """Yield an input without a condition where upstream does not require it.

        Args:
            source: the package beside its source.
            elements: the inputs of one project.
            required: what upstream requires of that.
            there: the systems on which it does.
        """
        element = next(own for own in elements if not own.condition)
        named = _platforms(source) if there else frozenset(_SYSTEMS)
        beyond = (named or frozenset()) - there
        needed = source.imports.needed if source.imports is not None else ()
        is_needed = any(may_bring(source.projects[element.name], own) for own in needed)
        has_comment = source.overlay.has_comment(element.span)
        if not beyond or is_needed or has_comment or source.is_foreign(element):
            return
        listed = ", ".join(name for name in _SYSTEMS if name in beyond)
        python = _python(source) if any("python" in str(own.marker) for own in required) else ""
        where = f"with Python {python}" if python and not there else f"on {listed}"
        found = self.finding(
            source.package.file,
            element.span,
            f"{element.name} has no condition here, and upstream does not require it {where}",
            source.package,
            advice=f"upstream requires {' and '.join(map(str, required))}; if it is there on "
            "purpose, write beside it why",
        )
        yield replace(found, severity="note")


def _requirements(source: AuditedSource) -> dict[str, list[Requirement]]:
    """Return what upstream requires of each project; each entry may have a marker of its own."""
    needed = source.task.needed.needed if source.task.needed is not None else ()
    requirements: dict[str, list[Requirement]] = {}
    for _, text in needed:
        requirement = _read(text) if _is_plain(text) else None
        if requirement is not None:
            requirements.setdefault(normalized_name(requirement.name), []).append(requirement)
    return requirements


def _by_project(source: AuditedSource) -> dict[str, list[Input]]:
    """Return the inputs by project."""
    by_project: dict[str, list[Input]] = {}
    for field in RUNTIME:
        inputs = source.task.declared.lists.get(field)
        for element in inputs.inputs if inputs is not None else ():
            if element.name:
                by_project.setdefault(source.projects[element.name], []).append(element)
    return by_project


def _joined(every: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    """Return the systems on which one of some conditions holds; None where one is not read."""
    joined = frozenset[str]()
    for systems in every:
        if systems is None:
            return None
        joined |= systems
    return joined


def systems_of(text: str) -> frozenset[str] | None:
    """Return the systems on which a Nix condition holds; None where it cannot be read."""
    tokens, at = list[str](), 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None or len(text) > _LONGEST:
            return None
        tokens.append(match["sign"] or match["name"])
        at = match.end()
    return _evaluated(tokens)


def _evaluated(tokens: list[str]) -> frozenset[str] | None:
    """Evaluate ``!`` before ``&&`` before ``||``. Source: Nix manual, "Operators"."""
    rest = tokens[::-1]

    def any_of() -> frozenset[str]:
        value = all_of()
        while rest[-1:] == ["||"]:
            rest.pop()
            value |= all_of()
        return value

    def all_of() -> frozenset[str]:
        value = term()
        while rest[-1:] == ["&&"]:
            rest.pop()
            value &= term()
        return value

    def term() -> frozenset[str]:
        token = rest.pop()
        if token == "!":  # noqa: S105 - a sign
            return frozenset(_SYSTEMS) - term()
        if token == "(":  # noqa: S105 - a sign
            value = any_of()
            if not rest or rest.pop() != ")":
                raise LookupError(token)
            return value
        return _PREDICATES[token]

    try:
        value = any_of()
    except (LookupError, RecursionError):
        return None
    return None if rest else value


def _is_plain(text: str) -> bool:
    return "extra ==" not in text


def _read(text: str) -> Requirement | None:
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None


def _holds(source: AuditedSource, requirement: Requirement, system: str) -> bool:
    """Tell whether a requirement is one on a system, with the Python of the package set."""
    marker, own = requirement.marker, of_python(_python(source))
    environment = {**source.situation.environment, **own, **ENVIRONMENTS[system], "extra": ""}
    return marker is None or marker.evaluate(environment)


def _python(source: AuditedSource) -> str:
    """Return the Python of the package set; empty where that was not asked."""
    answer = source.project.answers.get(source.package.identity)
    return answer.python if answer is not None else ""


def _platforms(source: AuditedSource) -> frozenset[str] | None:
    """Return the systems of ``meta.platforms``; None where it names none, or cannot be read."""
    meta = PackageMeta(source.overlay, source.package)
    texts = [meta.text(node) for node in meta.values("platforms")]
    words = re.split(r"\s*\+\+\s*", texts[0].strip()) if len(texts) == 1 else []
    systems = [
        _NAMED.get(match["set"] or "", frozenset(re.findall(r'"([^"]*)"', match["list"] or "")))
        for word in words
        if (match := _PLATFORMS.fullmatch(word)) is not None
    ]
    if not systems or len(systems) < len(words):
        return None
    return frozenset().union(*systems) & frozenset(_SYSTEMS)


def _fix(
    source: AuditedSource, element: Input, requirement: Requirement, systems: frozenset[str]
) -> Fix | None:
    """Return the fix that writes upstream's marker as the condition, if it holds on its systems."""
    new = condition(requirement.marker) if requirement.marker is not None else None
    data, written = source.project.text(source.package.file), element.condition.encode()
    previous = source.task.declared.place.arguments[1:2]
    place = data.find(written, source.package.span.start, element.span.start)
    again = data.find(written, place + 1, source.package.span.end)
    if new is None or systems_of(new) != systems or not all(previous) or place < 0 or again >= 0:
        return None
    text = new.replace("super.", f"{previous[0]}." if previous else "super.")
    edit = Edit(Span(place, place + len(written)), text.encode())
    return Fix("unsafe", "write upstream's marker", (FileEdit(source.package.file, edit),), "text")


KIND = Conditions()
