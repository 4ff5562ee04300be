"""The rooms keep their rules: who may import whom, and that every kind has its test."""

from __future__ import annotations

import ast
import sys
from functools import lru_cache
from pathlib import Path

import pytest

from updater import errors
from updater.kinds import FETCHERS, UPSTREAMS

ROOT = Path(__file__).parent.parent
PRODUCT = ROOT / "updater"
MODULES = sorted(PRODUCT.rglob("*.py"))

ROOMS = (
    "text",
    "errors",
    "toml",
    "model",
    "effects.processes",
    "effects",
    "effects.http",
    "effects.git",
    "effects.nix",
    "effects.github",
    "hashing",
    "overlay.reading",
    "overlay.editing",
    "fetchers",
    "upstreams",
    "audit.change",
    "kinds",
    "config",
    "find",
    "metadata",
    "identify",
    "building",
    "adapt",
    "choose",
    "verify",
    "audit.overlay",
    "pipeline.hash",
    "pipeline",
    "compose",
    "report",
    "publish.text",
    "publish.research",
    "publish.results",
    "publish",
    "cli",
    "__main__",
)
"""Every room, bottom-up: a module imports its own room and those that stand above it here."""

LOOSE = {"errors", "text", "toml", "kinds", "__main__"}
"""The modules that are rooms by themselves."""

PARTED = ("", "audit", "overlay")
"""Folders that are no rooms, but hold some."""

OUTSIDE = {
    "asyncio.subprocess",
    "concurrent.futures",
    "fcntl",
    "fileinput",
    "ftplib",
    "github",
    "glob",
    "http.client",
    "httpcore",
    "httpx",
    "mmap",
    "multiprocessing",
    "requests",
    "select",
    "selectors",
    "shutil",
    "signal",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "tarfile",
    "tempfile",
    "urllib.request",
    "zipfile",
}
"""Modules that reach network, programs or files: only `effects` imports them."""

PURE = {
    "os": {"cpu_count", "devnull", "environ", "fsdecode", "fsencode", "path", "sched_getaffinity"},
    "os.path": {"basename", "dirname", "join", "normpath"},
}
"""What else than `effects` takes of these modules: the rest of them reaches outside."""

DOORS = {
    *("chmod", "copy_into", "cwd", "exists", "expanduser", "glob", "hardlink_to", "is_dir"),
    *("is_fifo", "is_file", "is_mount", "is_socket", "is_symlink", "iterdir", "lchmod", "lstat"),
    *("mkdir", "move_into", "open_process", "read_bytes", "read_text", "readlink"),
    *("rename", "resolve", "rglob", "rmdir", "run_process", "samefile", "scandir", "stat"),
    *("symlink_to", "touch", "unlink", "walk", "write_bytes", "write_text"),
}
"""Methods of a path, and functions of anyio, that reach outside: only `effects` uses them."""


FORBIDDEN_NAMES = {
    *("asked", "found", "given", "kept", "known", "mine", "more", "one", "other", "said", "seen"),
    *("some", "told", "wanted"),
}
"""Pronouns and participles that name nothing: a package, a tag, a commit has a name of its own."""

CLOCKS = {
    f"{owner}.{method}"
    for owner, methods in {
        "datetime": ("now", "today", "utcnow"),
        "date": ("today",),
        "time": ("time", "time_ns", "localtime", "gmtime"),
    }.items()
    for method in methods
}
"""What tells the day or the hour; how long something took is measured by `time.monotonic`."""


def name_of(path: Path) -> str:
    """The dotted name of a module below ``updater``."""
    parts = path.relative_to(PRODUCT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {name_of(path): path for path in MODULES}


@lru_cache(maxsize=8)
def nodes(code: str) -> tuple[ast.AST, ...]:
    """Every node of a module, which a test asks for several times."""
    return tuple(ast.walk(ast.parse(code)))


def room_of(name: str) -> str:
    """The room in which a module stands: the longest that its name begins with."""
    return max((room for room in ROOMS if inside(name, room)), key=len, default="")


def imports(path: Path) -> set[str]:
    """All modules that a file imports, also inside functions and for types."""
    found: set[str] = set()
    for node in nodes(path.read_text()):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def own_imports(path: Path) -> set[str]:
    """The program's own modules among them, by their dotted names below ``updater``."""
    own = {one.removeprefix("updater.") for one in imports(path) if inside(one, "updater")}
    modules = own & NAMES.keys()
    # `from package import module` names the package too, of which nothing else is taken.
    return {
        one
        for one in modules
        if not any(other.startswith(f"{one}.") for other in modules) or _takes(path, one)
    }


def _takes(path: Path, package: str) -> bool:
    """Tell whether a file imports something of a package that is not a module of it."""
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == f"updater.{package}"
        and any(f"{package}.{alias.name}" not in NAMES for alias in node.names)
        for node in nodes(path.read_text())
    )


def inside(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def test_every_module_stands_in_a_room() -> None:
    """A room is a folder, but for the few loose modules; there are at most 32 folders."""
    homes = {name: room_of(name) for name in NAMES if name not in PARTED}
    assert [name for name, room in homes.items() if not room] == []
    assert {room for room in ROOMS if (PRODUCT / f"{room}.py").exists()} == LOOSE
    folders = {path.parent for path in MODULES} - {PRODUCT / name for name in PARTED}
    assert folders == {PRODUCT / room.replace(".", "/") for room in ROOMS if room not in LOOSE}
    assert len(folders) <= 32


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_run_one_way(path: Path) -> None:
    """No arrow runs up, so there is no circle."""
    room = room_of(name_of(path))
    allowed = ROOMS[: ROOMS.index(room) + 1] if room else ()
    upward = {name for name in own_imports(path) if room_of(name) not in allowed}
    assert upward == set()


@pytest.mark.parametrize(
    "path",
    [path for name, path in NAMES.items() if not inside(name, "effects")],
    ids=name_of,
)
def test_the_outside_world_is_touched_in_effects_only(path: Path) -> None:
    assert outward(path.read_text()) == set()


@pytest.mark.parametrize(
    "code",
    [
        "import sqlite3",
        "from urllib import request",
        "from os import walk",
        "import os; os.lstat(name)",
        "import os.path; os.path.realpath(name)",
        "from os.path import islink",
        "from os.path import realpath as real",
        "path.exists()",
        "(folder / name).is_file()",
        "each(path.unlink)",
        "from pathlib import Path; Path.cwd()",
        "import pathlib; pathlib.Path(name).read_text()",
        "path.open()",
        "open(name)",
    ],
)
def test_what_reaches_outside_is_seen(code: str) -> None:
    assert outward(code) != set()


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.environ.get(name)",
        "import os; os.path.normpath(name)",
        "from os.path import join",
        "from updater.effects import files; files.exists(path)",
        "from updater.pipeline.hash.reference import resolve; resolve(name)",
        "from importlib import resources; resources.files(name).joinpath(name).read_text()",
        "import ast; ast.walk(tree)",
        "view.open",
    ],
)
def test_what_stays_inside_is_not_taken_for_it(code: str) -> None:
    assert outward(code) == set()


def outward(code: str) -> set[str]:
    """What of a module's text reaches network, programs or files by itself."""
    tree = ast.parse(code)
    names = imported_names(tree)
    reached = {name for name in names.values() for door in OUTSIDE if inside(name, door)}
    for module, pure in PURE.items():
        parts = (name.removeprefix(f"{module}.") for name in names.values() if name != module)
        taken = {part.split(".")[0] for part in parts if f"{module}.{part}" in names.values()}
        reached |= {f"{module}.{name}" for name in taken - pure}
    modules = {
        local
        for local, name in names.items()
        if inside(name, "updater") or name in sys.stdlib_module_names
    }
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "open" and id(node) in called:
            reached.add("open")
        if not isinstance(node, ast.Attribute):
            continue
        base = ast.unparse(node.value)
        if base in PURE and node.attr not in PURE[base]:
            reached.add(f"{base}.{node.attr}")
        # Package data, which may lie in an archive, is read by the machinery of imports.
        if base in modules or base.startswith("resources.files("):
            continue
        if node.attr in DOORS or (node.attr == "open" and id(node) in called):
            reached.add(ast.unparse(node))
    return reached


def imported_names(tree: ast.Module) -> dict[str, str]:
    """The names that imports give, each with the full name of what it is."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {
                alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names
            }
    return names


def test_one_place_turns_what_nobody_foresaw_into_an_error() -> None:
    """What catches everything elsewhere raises it again, once it has cleaned up."""
    catching = {
        name
        for name, path in NAMES.items()
        for node in nodes(path.read_text())
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
        and not isinstance(node.body[-1], ast.Raise)
    }
    assert catching == {"cli.app"}


def test_one_loop_goes_through_packages() -> None:
    """The look-up alone asks about all of them at once, and steps when it is done."""
    stepping = {
        name
        for name, path in NAMES.items()
        for node in nodes(path.read_text())
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "step"
    }
    assert stepping == {"pipeline.stage", "pipeline.deciding"}


def test_one_place_reads_the_clock() -> None:
    """A run judges all packages at one moment, which is handed on; `effects` waits in real time."""
    readers = {
        name
        for name, path in NAMES.items()
        if room_of(name).split(".")[0] != "effects"
        for node in nodes(path.read_text())
        if isinstance(node, ast.Attribute) and ast.unparse(node) in CLOCKS
    }
    assert readers == {"cli.session"}


@pytest.mark.parametrize(
    ("verb", "place"),
    [
        ("decide", "choose.follower"),
        ("identify", "pipeline.pipeline"),
        ("verify", "pipeline.pipeline"),
    ],
)
def test_a_verb_of_the_field_names_one_function(verb: str, place: str) -> None:
    """Besides it only the command of that name, which `cli` has."""
    places = [
        name
        for name, path in NAMES.items()
        if room_of(name) != "cli"
        for node in nodes(path.read_text())
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.strip("_") == verb
    ]
    assert places == [place]


def test_a_class_name_means_one_thing() -> None:
    homes: dict[str, list[str]] = {}
    for name, path in NAMES.items():
        for node in nodes(path.read_text()):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes.setdefault(node.name, []).append(name)
    assert {name: places for name, places in homes.items() if len(places) > 1} == {}


def test_a_name_is_a_noun_of_the_field() -> None:
    named = {name: wrongly_named(path.read_text()) for name, path in NAMES.items()}
    assert {name: words for name, words in named.items() if words} == {}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("class Told: ...", {"Told"}),
        ("def _asked(): ...", {"_asked"}),
        ("async def found(): ...", {"found"}),
        ("def find(one, /, *some, known=(), **more): ...", {"one", "some", "known", "more"}),
        ("sorted(tags, key=lambda one: one.version)", {"one"}),
        ("class Offer(Struct):\n    known: CommitFacts = NO_FACTS", {"known"}),
        ("class Offer:\n    seen = 0", {"seen"}),
        ("self._told = {}", {"_told"}),
        ("self.found: list[Call] = []", {"found"}),
        ("class KnownTag: ...\ndef find_other(known_tag): ...", set()),
        ("hashed.kept", set()),
        ("ask(known=facts)", set()),
    ],
)
def test_what_names_nothing_is_seen(code: str, words: set[str]) -> None:
    """Seen where it is declared; who uses what another room declared cannot help it."""
    assert wrongly_named(code) == words


def wrongly_named(code: str) -> set[str]:
    """The forbidden names among a module's classes, functions, parameters and attributes."""
    names: set[str] = set()
    for node in nodes(code):
        match node:
            case ast.ClassDef(name=name, body=body):
                targets: list[ast.expr] = [
                    part.target for part in body if isinstance(part, ast.AnnAssign)
                ]
                for part in body:
                    targets += part.targets if isinstance(part, ast.Assign) else []
                names |= {name, *(target.id for target in targets if isinstance(target, ast.Name))}
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.arg(arg=name):
                names.add(name)
            case ast.Attribute(attr=name, ctx=ast.Store()):
                names.add(name)
    return {name for name in names if name.strip("_").lower() in FORBIDDEN_NAMES}


def test_a_label_has_one_reader() -> None:
    """`model.labels` knows what labels mean; `model.versions` bounds the text below it."""
    taken = {name: imports(path) for name, path in NAMES.items()}
    for function, modules in (
        # Metadata-Version, in which the form of the metadata is said, is not a label.
        ("updater.model.versions.read_version", {"model.labels", "metadata.requirements"}),
        ("packaging.version.InvalidVersion", {"model.versions"}),
    ):
        assert {name for name, names in taken.items() if function in names} == modules


def test_every_kind_has_its_test() -> None:
    """A kind is one file and its test."""
    for folder in ("fetchers", "upstreams", "audit/change"):
        for path in (PRODUCT / folder).glob("*.py"):
            if "KIND" in path.read_text().split():
                assert (ROOT / "tests" / folder / f"test_{path.name}").exists(), path


def test_no_two_kinds_claim_the_same_name() -> None:
    functions = [function for kind in set(FETCHERS.values()) for function in kind.functions]
    names = [kind.kind for kind in UPSTREAMS]
    assert len(functions) == len(set(functions))
    assert len(names) == len(set(names))


TEXTS_OF_OTHERS = {
    "identify.worker": "its own Unreproducible",
    "identify.search": "its own Unreproducible",
    "model.sri": "base64's sentences quote nothing",
    "effects.database": "as the next one's",
    "effects.table": "SQLite's sentences name what this module calls its tables",
    "config.file": "the ValueErrors and the problems of config.yaml_text",
    "config.yaml_text": "of YAML's sentences, what they quote is left out",
    "config.values": "of a regular expression, which is shown anyway",
    "config.mistakes": "msgspec's sentence is read and not shown; own ValueErrors",
    "hashing.decompress": "the sentences of compression quote nothing",
    "publish.results.files": "own ValueErrors; of msgspec's sentence, the place",
}
"""Modules that take the text of an exception that is not of `errors`, and why they may."""


def test_no_text_of_a_foreign_exception_is_shown() -> None:
    """It may quote whatever was at hand: a header with a token, a file, an argument."""
    own = {name for name, value in vars(errors).items() if isinstance(value, type)}
    quoting = {
        name_of(path)
        for path in MODULES
        if "except " in path.read_text()
        for handler in nodes(path.read_text())
        if isinstance(handler, ast.ExceptHandler) and handler.name and handler.type
        if not {ast.unparse(kind) for kind in _kinds(handler.type)} <= own
        if any(handler.name in _quoted(node) for node in ast.walk(handler))
    }
    assert quoting == TEXTS_OF_OTHERS.keys()


def _kinds(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _quoted(node: ast.AST) -> set[str]:
    """Return the names of which an expression takes the text."""
    match node:
        case ast.FormattedValue(value=ast.Name(id=name)):
            return {name}
        case ast.Call(func=ast.Name(id="str" | "repr"), args=[ast.Name(id=name)]):
            return {name}
        case ast.Attribute(value=ast.Name(id=name), attr="args" | "object" | "problem" | "msg"):
            return {name}
        case _:
            return set()


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
        if isinstance(one, type)
        and issubclass(one, BaseException)
        and one.__module__ == errors.__name__
        and name != "UpdaterError"
    }
    assert {name: parent for name, parent in parents.items() if name != "UpdaterError"} == real
