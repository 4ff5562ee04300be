"""Every rule on what it should tell, on its clean twins, and on what must not alarm it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.audit.overlay.golden import (
    CASES,
    EVERY_RULE,
    Case,
    case,
    judged,
    made,
    mended,
    scope_of,
)
from tests.real_nix import NixFailed
from updater.audit.overlay.shelf import overlay_rules
from updater.config.place import ENTRIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.real_nix import Nix

SET = Path(__file__).parent / "package_set.nix"
FIXED = [name for name in CASES if case(name).fixed]


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_told_and_mended_as_its_file_says(name: str) -> None:
    """The whole text that is printed, the files after all fixes, and what is left then."""
    one = case(name)
    assert made(one).text() == one.text()


def test_every_rule_has_violations_and_clean_twins() -> None:
    without = []
    for rule in overlay_rules():
        names = [name for name in CASES if name.startswith(f"{rule.name}/")]
        clean = [name for name in names if "/clean" in name]
        if not clean or len(clean) == len(names):
            without.append(rule.name)
    assert without == []


@pytest.mark.parametrize("name", [name for name in CASES if "/clean" in name])
def test_a_clean_twin_has_no_finding(name: str) -> None:
    assert case(name).findings == "no findings\n"


@pytest.mark.parametrize("name", FIXED)
def test_a_second_run_of_the_fixes_changes_nothing(name: str) -> None:
    one = case(name)
    own = scope_of(one.rule, one.sources)
    again = mended(judged(one.after, own), own)
    assert (again.texts, again.made) == ({}, ())


@pytest.mark.parametrize("name", FIXED)
def test_what_is_left_is_told_with_its_reason(name: str) -> None:
    """Why it was not fixed, or what to do where there is no fix."""
    lines = case(name).left.splitlines()
    left = [line for line in lines if re.search(r"  \[[a-z-]+\]$", line)]
    reasons = [line for line in lines if re.match(r" += (?:no fix|not fixed[^:]*): .", line)]
    assert len(reasons) == len(left)


# --- what Nix says ---

UNEVALUATED = {
    "every/twenty-overlays": "what is left of it is still broken: a missing file, and a circle",
    "metadata/clean-what-is-built-elsewhere": "its files are no overlays",
    "source-form/clean-builtin": "Nix would fetch it",
    "deprecated-replace/in-an-override": "its script is read from the package before it",
}
BROKEN = {
    "registered/not-in-the-list",
    "registered/missing-file",
    "self-super/added-by-itself",
    "self-super/added-later",
    "self-super/added-later-by-path",
    "self-super/in-a-circle",
    "self-super/override-in-the-overlay-of-a-python",
    "self-super/override-of-the-final",
    "self-super/override-that-is-no-package",
    "self-super/union-of-the-final",
    "unused/asked-through-ps",
    "unused/asked-with-ps",
}
"""What Nix refuses, as the rule says; a fix must mend it."""

CHANGES = {
    "deprecated-replace": (".postPatch", ".preBuild"),
    "metadata": (".meta.license", ".meta.homepage"),
    "other-python": (".propagatedBuildInputs", "environment"),
    "source-form": (".src.hash", ".src.sha256", ".src.rev", ".src.tag"),
    "minimal-inputs": (".propagatedBuildInputs",),
    "conditions": (".propagatedBuildInputs",),
    "build-system": (".format", ".pyproject", ".nativeBuildInputs"),
    "explicit-inputs": (".propagatedBuildInputs", ".dependencies"),
    "stale-patch": (".postPatch",),
    "torch-override": (".propagatedBuildInputs",),
    "torch-missing": (".propagatedBuildInputs",),
    "torch-bin": (".propagatedBuildInputs", "environment"),
    "true-label": (".version", ".src.rev"),
}
"""What of a package the fixes of a rule may change; of all others nothing."""


def expression(folder: Path, files: Mapping[str, str]) -> str:
    """Return Nix for the packages, and the environment, that a project's files make."""
    nixpkgs = f"{{ outPath = {SET}; lib = (import {SET} {{ }}).lib; }}"
    if "flake.nix" in files:
        outputs = f"(import {folder}/flake.nix).outputs {{ self = {{ }}; nixpkgs = {nixpkgs}; }}"
        return (
            f"let o = {outputs}; list = if builtins.isList o.overlays then o.overlays else "
            f"[ o.overlays.default ]; in {{ packages = (import {SET} {{ overlays = list; }})"
            ".recorded; environment = o.pythonEnv or null; }"
        )
    if "default.nix" in files:
        return f"{{ packages = (import {folder}/default.nix {{ nixpkgs = {SET}; }}).recorded; }}"
    overlays = " ".join(f"(import {folder}/{file})" for file in files if file not in ENTRIES)
    return f"{{ packages = (import {SET} {{ overlays = [ {overlays} ]; }}).recorded; }}"


def placed(folder: Path, files: Mapping[str, str]) -> str:
    """Write a project's files, and return Nix for what they make."""
    for file, text in files.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return expression(folder, files)


@pytest.fixture(scope="module")
def evaluated(nix: Nix, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Nix makes of every case, before and after its fixes, in one evaluation."""
    root = tmp_path_factory.mktemp("golden")
    parts = []
    for name in CASES:
        one = case(name)
        if name in UNEVALUATED:
            continue
        if name not in BROKEN:
            before = placed(root / "before" / name, one.files)
            parts.append(f'"before/{name}" = {before};')
        if one.fixed:
            parts.append(f'"after/{name}" = {placed(root / "after" / name, one.after)};')
    (root / "all.nix").write_text(f"{{ {' '.join(parts)} }}")
    found: dict[str, Any] = nix.eval(f"import {root}/all.nix")
    return found


@pytest.mark.nix
@pytest.mark.parametrize("name", [name for name in FIXED if name not in UNEVALUATED])
def test_nix_evaluates_what_a_fix_leaves(name: str, evaluated: dict[str, Any]) -> None:
    """The packages are those that there were, and only what the rule is about differs."""
    after = evaluated[f"after/{name}"]
    assert after["packages"]
    if name in BROKEN:
        return
    before = evaluated[f"before/{name}"]
    changes = CHANGES.get(case(name).rule, ())
    new = {"registered": {"other", "base"}}.get(case(name).rule, set())
    different = set(differences(before, after))
    assert {
        path for path in different if not (path.endswith(changes) or path.split(".")[1] in new)
    } == set()


@pytest.mark.nix
@pytest.mark.parametrize("name", sorted(BROKEN))
def test_nix_refuses_what_a_rule_calls_broken(name: str, nix: Nix, tmp_path: Path) -> None:
    with pytest.raises(NixFailed):
        nix.eval(placed(tmp_path, case(name).files))


def differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Yield the paths of what differs; a list differs as a whole."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in {*before, *after}:
            yield from differences(
                before.get(name), after.get(name), f"{path}.{name}" if path else name
            )
    elif before != after:
        yield path


def test_all_cases_are_of_a_rule() -> None:
    names = {rule.name for rule in overlay_rules()} | {EVERY_RULE}
    assert {case(name).rule for name in CASES} <= names
    assert isinstance(case(CASES[0]), Case)
