"""The rooms keep their rules: who may import whom, and that every kind has its test."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from updater import errors, fetchers, upstreams
from updater.fetchers.base import Fetcher
from updater.kinds import kinds
from updater.upstreams.base import Upstream

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "updater").rglob("*.py"))
STAGES = ("overlay", "fetchers", "upstreams", "hashing", "audit", "publish", "report")
PURE_MODULES = ("choose", "declared", "markdown", "model", "errors")
FOREIGN = {"httpx": "effects", "github": "effects", "subprocess": "effects"}


def name_of(path: Path) -> str:
    """The dotted name of a module below ``updater``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """All modules that a file imports, also inside functions and for types."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def inside(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_imports_only_nouns_errors_markdown_and_its_own_folder(stage: str) -> None:
    allowed = ("updater.model", "updater.errors", "updater.markdown", f"updater.{stage}")
    for path in (ROOT / "updater" / stage).rglob("*.py"):
        for name in imports(path):
            own = inside(name, "updater") and name != "updater"
            assert not own or any(inside(name, one) for one in allowed), f"{path}: {name}"


@pytest.mark.parametrize("module", PURE_MODULES)
def test_a_pure_module_imports_only_nouns_and_errors(module: str) -> None:
    home = ROOT / "updater" / module
    for path in home.rglob("*.py") if home.is_dir() else [home.with_suffix(".py")]:
        for name in imports(path):
            allowed = (f"updater.{module}", "updater.model", "updater.errors")
            assert not inside(name, "updater") or any(inside(name, one) for one in allowed), name


def test_identify_is_pure_and_knows_hash_formats_only() -> None:
    """What it needs of git comes in through a protocol."""
    allowed = ("updater.model", "updater.errors", "updater.identify", "updater.hashing")
    for path in (ROOT / "updater" / "identify").rglob("*.py"):
        for name in imports(path):
            own = inside(name, "updater") and name != "updater"
            assert not own or any(inside(name, one) for one in allowed), f"{path}: {name}"


def test_effects_know_no_stage_but_the_hash_formats() -> None:
    allowed = ("updater.model", "updater.errors", "updater.effects", "updater.hashing.sri")
    for path in (ROOT / "updater" / "effects").rglob("*.py"):
        for name in imports(path):
            own = inside(name, "updater") and name not in ("updater", "updater.__version__")
            assert not own or any(inside(name, one) for one in allowed), f"{path}: {name}"


@pytest.mark.parametrize(("foreign", "home"), FOREIGN.items())
def test_the_outside_world_is_imported_in_effects_only(foreign: str, home: str) -> None:
    for path in MODULES:
        if path.relative_to(ROOT / "updater").parts[0] != home:
            assert not any(inside(name, foreign) for name in imports(path)), path


def test_every_kind_has_its_test() -> None:
    """A kind is one file and its test."""
    for folder in ("fetchers", "upstreams", "audit"):
        for path in (ROOT / "updater" / folder).glob("*.py"):
            if "KIND" in path.read_text().split():
                assert (ROOT / "tests" / folder / f"test_{path.name}").exists(), path


def test_no_two_kinds_claim_the_same_name() -> None:
    functions = [
        function
        for kind in kinds(fetchers, Fetcher)  # type: ignore[type-abstract]  # python/mypy#4717
        for function in kind.functions
    ]
    names = [kind.kind for kind in kinds(upstreams, Upstream)]  # type: ignore[type-abstract]
    assert len(functions) == len(set(functions))
    assert len(names) == len(set(names))


def test_the_exception_tree_is_drawn_as_it_is() -> None:
    """Every exception stands in the module's docstring, below its base."""
    drawn: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        name = line.lstrip(" │├└─").split(" ")[0]
        if name and isinstance(getattr(errors, name, None), type):
            drawn.append((len(line) - len(line.lstrip(" │├└─")), name))
    parents = {}
    for place, (depth, name) in enumerate(drawn):
        above = [other for d, other in drawn[:place] if d < depth]
        deepest = max((d for d, _ in drawn[:place] if d < depth), default=0)
        parents[name] = next(
            (other for d, other in reversed(drawn[:place]) if d == deepest), above and above[0]
        )
    real = {
        name: one.__mro__[1].__name__
        for name, one in vars(errors).items()
        if isinstance(one, type) and one.__module__ == errors.__name__ and name != "UpdaterError"
    }
    assert {name: parent for name, parent in parents.items() if name != "UpdaterError"} == real
