"""What an update needs beside its pin follows from its source, its overlay and the package set."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from packaging.requirements import Requirement

from tests.overlay.golden import read
from updater.adapt.markers import holding
from updater.adapt.planning import AdaptationTask, OverlayNeighbours, adaptation_task
from updater.adapt.repairs import Shortfall, lacks, names_of, repairs
from updater.adapt.reported import unconfirmed
from updater.adapt.situation import final_attributes
from updater.building.offers import SetAnswer, SetOffer, SetPackage
from updater.errors import PublishError
from updater.kinds import WRITABLE
from updater.metadata.requirements import Requirements, parsed
from updater.model import Build
from updater.model.adaptation import (
    Adaptation,
    AdaptationEdit,
    BoundRelaxation,
    FormChange,
    InputAddition,
    InputRemoval,
    OverlayAddition,
    PatternAddition,
    PatternRemoval,
    PatternRewrite,
    Replacement,
    RequirementRemoval,
    SiblingUpdate,
)

OWN = Path(__file__).parent.parent.parent / "overlays" / "bitsandbytes.nix"
NOBODY = OverlayNeighbours((), {}, {})
RUNTIME = "propagatedBuildInputs"
TOOLS = "nativeBuildInputs = [ super.python3Packages.setuptools ];"


def made(name: str, version: str = "1.0", place: str = "") -> SetPackage:
    return SetPackage(name, version, f"/store/{place or name}")


def offer(name: str, version: str = "1.0", *needs: SetPackage, place: str = "") -> SetOffer:
    return SetOffer(name, version, f"/store/{place or name}", needs, needs)


TORCH, WHEEL = made("torch", "2.9", "source"), made("torch", "2.9", "wheel")
OFFERS = {
    "numpy": offer("numpy", "2.3.4"),
    "packaging": offer("packaging", "25.0"),
    "setuptools": offer("setuptools", "75.8"),
    "hatchling": offer("hatchling", ""),
    "wheel": offer("wheel", ""),
    "torch": offer("torch", "2.9", place="source"),
    "torch-bin": offer("torch", "2.9", place="wheel"),
    "accelerate": offer("accelerate", "1.11", TORCH),
    "einops": offer("einops", "0.8"),
    "alias": offer("another-project"),
    "nvidia-ml-py": offer("nvidia-ml-py"),
    "httpx": SetOffer("httpx", "0.28", "/store/httpx", (), (), {"http2": (made("h2"),)}),
    "h2": offer("h2"),
}
EINX = b"""self: super: { python3Packages = super.python3Packages // {
  einx = super.python3Packages.buildPythonPackage rec {
    pname = "einx"; version = "0.3";
    src = super.fetchPypi { inherit pname version; hash = ""; };
    propagatedBuildInputs = [ super.python3Packages."torch-bin" ];
  };
}; }
"""


def task(lines: str, files: dict[str, str], form: str = 'format = "pyproject";') -> AdaptationTask:
    """The update of x to 2.0, with further lines in its overlay."""
    data = f"""self: super: {{ python3Packages = super.python3Packages // {{
  x = super.python3Packages.buildPythonPackage rec {{
    pname = "x"; version = "1.0"; {form}
    src = super.fetchPypi {{ inherit pname version; hash = ""; }};
    {lines}
  }};
}}; }}
""".encode()
    (package,) = read(data)
    sources = {path: text.encode() for path, text in files.items()}
    found = adaptation_task(package, "2.0", data, sources, frozenset(WRITABLE))
    assert found is not None
    return found


def plan(
    update: AdaptationTask,
    *closure: SetPackage,
    held: tuple[str, ...] | None = None,
    waiting: dict[str, str] | None = None,
) -> tuple[list[AdaptationEdit], str]:
    neighbours = OverlayNeighbours(read(EINX), {"einx.nix": EINX}, waiting or {})
    was = Requirements("", tuple((name, name) for name in held)) if held is not None else None
    situation = update.situation(SetAnswer("3.13", closure, OFFERS), neighbours, was)
    planned = update.plan(situation)
    return [adaptation.edit for adaptation in planned.adaptations], planned.held


def project(*needed: str, backend: str = "setuptools.build_meta", requires: str = "") -> str:
    tools = requires or backend.partition(".")[0]
    listed = ", ".join(f"'''{line}'''" for line in needed)
    return (
        f'[build-system]\nrequires = ["{tools}"]\nbuild-backend = "{backend}"\n'
        f'[project]\nname = "x"\nversion = "2.0"\ndependencies = [{listed}]\n'
    )


def inputs(elements: str) -> str:
    return f"{TOOLS} {RUNTIME} = with super.python3Packages; [ {elements} ];"


NUMPY = made("numpy", "2.3.4")
ADDED: dict[str, tuple[str, list[str], AdaptationEdit]] = {
    "missing": ("", ["packaging"], InputAddition(RUNTIME, "packaging")),
    "in another spelling": ("", ["Packaging[x]>=20"], InputAddition(RUNTIME, "packaging")),
    "of the overlays": ("", ["einx"], InputAddition(RUNTIME, "einx", own=True)),
    "the overlays' torch": ("", ["torch"], InputAddition(RUNTIME, "torch-bin")),
    "what is made with another torch": (
        "",
        ["accelerate"],
        InputAddition(RUNTIME, "accelerate", replaced=(Replacement("torch", "torch-bin"),)),
    ),
    "on one system": (
        "",
        ["nvidia-ml-py; sys_platform == 'linux' and platform_machine != 'riscv64'"],
        InputAddition(RUNTIME, "nvidia-ml-py"),
    ),
    "on a Python": (
        "",
        ["packaging; python_version >= '3.9'"],
        InputAddition(
            RUNTIME, "packaging", condition='(super.python3Packages.pythonAtLeast "3.9")'
        ),
    ),
    "a bound above": ("numpy", ["numpy<2"], BoundRelaxation("numpy")),
}


@pytest.mark.parametrize(("elements", "needed", "edit"), ADDED.values(), ids=ADDED)
def test_a_requirement_becomes_an_edit(
    elements: str, needed: list[str], edit: AdaptationEdit
) -> None:
    update = task(inputs(elements), {"pyproject.toml": project(*needed)})
    present = [NUMPY] if elements else []
    if "riscv64" in needed[0]:  # nothing plain means it: no edit is a guess
        assert plan(update, *present) == ([], "")
    else:
        assert plan(update, *present) == ([edit], "")


EXTRAS: dict[str, tuple[str, str, list[str]]] = {
    "of what is new": ("", "httpx[http2]>=0.20", ["h2", "httpx"]),
    "that is new": ("httpx", "httpx[http2]>=0.20", ["h2"]),
    "that was asked for before": ("httpx[http2]", "httpx[http2]>=0.20", []),
    "that nobody knows": ("httpx", "httpx[zstd]", []),
    "on a condition": ("httpx", "httpx[http2]; python_version >= '3.9'", []),
}


@pytest.mark.parametrize(("held", "needed", "added"), EXTRAS.values(), ids=EXTRAS)
def test_an_extra_becomes_what_it_requires(held: str, needed: str, added: list[str]) -> None:
    update = task(inputs(""), {"pyproject.toml": project(needed)})
    was = Requirements("", parsed([held]) if held else ())
    closure = (made("httpx", "0.28"),) if held else ()
    situation = update.situation(
        SetAnswer("3.13", closure, OFFERS), OverlayNeighbours((), {}, {}), was
    )
    assert update.extras == {"httpx": tuple(Requirement(needed).extras)}
    assert update.names_of_extras(situation) == ()
    without = {name: offer for name, offer in OFFERS.items() if name != "h2"}
    unknown = replace(situation, answer=SetAnswer("3.13", closure, without))
    assert update.names_of_extras(unknown) == (("h2",) if "h2" in added else ())
    edits = [adaptation.edit for adaptation in update.plan(situation).adaptations]
    assert edits == [InputAddition(RUNTIME, name) for name in added]


def test_what_the_overlays_replace_is_taken_from_all_of_them() -> None:
    """Nixpkgs' own beside it would be a second package of one project."""
    user = EINX.replace(b'super.python3Packages."torch-bin"', b"self.python3Packages.einops")
    finals = final_attributes(read(user), {"overlay.nix": user})
    assert finals == {"einops"}
    update = task(inputs(""), {"pyproject.toml": project("einops", "encodec")})
    encodec = offer("encodec", "0.1", made("einops", "0.8"))
    answer = SetAnswer("3.13", (), OFFERS | {"encodec": encodec})
    neighbours = OverlayNeighbours((), {}, {}, lambda: finals)
    planned = update.plan(update.situation(answer, neighbours, None))
    edits = [adaptation.edit for adaptation in planned.adaptations]
    replaced = (Replacement("einops", "einops", own=True),)
    assert edits == [
        InputAddition(RUNTIME, "einops", own=True),
        InputAddition(RUNTIME, "encodec", replaced=replaced),
    ]
    adaptations = [Adaptation("requirements", edit, "why") for edit in edits]
    assert unconfirmed(update, adaptations, neighbours, {}) == ()
    assert unconfirmed(update, adaptations, NOBODY, {}) == tuple(adaptations)


FAST = "the extra fast of 2.0 requires"
OWN_EXTRAS: dict[str, tuple[str, list[str], list[AdaptationEdit], list[str]]] = {
    "new": ("numpy", ["packaging"], [InputAddition("optional-dependencies.fast", "packaging")], []),
    "that is there": ("packaging", ["packaging"], [], []),
    "made with another torch": (
        "numpy",
        ["accelerate"],
        [
            InputAddition(
                "optional-dependencies.fast",
                "accelerate",
                replaced=(Replacement("torch", "torch-bin"),),
            )
        ],
        [],
    ),
    "that nobody has": (
        "numpy",
        ["nope"],
        [],
        [
            f'{FAST} nope; extra == "fast", which neither the overlays nor the package set have',
        ],
    ),
    "too new": (
        "numpy",
        ["packaging>=99"],
        [],
        [f'{FAST} packaging>=99; extra == "fast", and it is 25.0 there'],
    ),
    "of itself": ("numpy", ["x[other]"], [], []),
    "of another one": (
        "numpy",
        ["x[slow]"],
        [InputAddition("optional-dependencies.fast", "wheel")],
        [],
    ),
}


@pytest.mark.parametrize(
    ("there", "needed", "edits", "advice"), OWN_EXTRAS.values(), ids=OWN_EXTRAS
)
def test_an_extra_gets_what_it_newly_requires(
    there: str, needed: list[str], edits: list[AdaptationEdit], advice: list[str]
) -> None:
    """What another extra requires, which the overlay does not have, is left."""
    listed = f"optional-dependencies = {{ fast = with super.python3Packages; [ {there} ]; }};"
    info = "".join(f"Requires-Dist: {one}; extra == 'fast'\n" for one in needed)
    info = f"Metadata-Version: 2.2\nName: x\n{info}Requires-Dist: wheel; extra == 'slow'\n"
    update = task(inputs("") + listed, {"PKG-INFO": info})
    assert update.asks_for_more
    was = Requirements("", (("numpy", 'numpy; extra == "fast"'),))
    neighbours = OverlayNeighbours(read(EINX), {"einx.nix": EINX}, {})
    planned = update.plan(update.situation(SetAnswer("3.13", (), OFFERS), neighbours, was))
    assert [adaptation.edit for adaptation in planned.adaptations] == edits
    assert list(planned.advice) == advice
    assert unconfirmed(update, planned.adaptations, neighbours, {}) == ()


LEFT: dict[str, tuple[str, list[str]]] = {
    "of an extra": ("", ["packaging; extra == 'x'"]),
    "of another system": ("", ["packaging; sys_platform == 'win32'"]),
    "of another Python": ("", ["packaging; python_version < '3.0'"]),
    "that is there": ("numpy", ["numpy>=2"]),
    "that is removed": ("", ["packaging"]),
    "that is relaxed": ("numpy", ["numpy<2"]),
}


@pytest.mark.parametrize(("elements", "needed"), LEFT.values(), ids=LEFT)
def test_what_holds_already_is_left(elements: str, needed: list[str]) -> None:
    switches = 'pythonRemoveDeps = [ "packaging" ]; pythonRelaxDeps = [ "numpy" ];'
    update = task(inputs(elements) + switches, {"pyproject.toml": project(*needed)})
    assert plan(update, NUMPY) == ([], "")


ITSELF = RequirementRemoval("x")
LINUX = "super.stdenv.hostPlatform.isLinux"
THEIRS: dict[str, tuple[list[str], list[AdaptationEdit], list[str]]] = {
    "what its extra requires": (
        ["x[fast]", "packaging; extra == 'fast'"],
        [ITSELF, InputAddition(RUNTIME, "packaging")],
        [],
    ),
    "of an extra of extras, in any spelling": (
        [
            "X[all]",
            "x[Fast_One,slow]; extra == 'all'",
            "packaging; extra == 'fast-one'",
            "einops; extra == 'slow'",
            "h2; extra == 'other'",
        ],
        [ITSELF, InputAddition(RUNTIME, "packaging"), InputAddition(RUNTIME, "einops")],
        [],
    ),
    "in a ring": (
        ["x[a]", "x[b]; extra == 'a'", "x[a]; extra == 'b'", "einops; extra == 'b'"],
        [ITSELF, InputAddition(RUNTIME, "einops")],
        [],
    ),
    "with a marker of its own": (
        ["x[fast]", "packaging; sys_platform == 'linux' and extra == 'fast'"],
        [
            ITSELF,
            InputAddition(RUNTIME, "packaging", condition=LINUX),
        ],
        [],
    ),
    "of another system": (
        ["x[fast]", "packaging; sys_platform == 'win32' and extra == 'fast'"],
        [ITSELF],
        [],
    ),
    "on a condition": (
        ["x[fast]; sys_platform == 'linux'", "packaging; extra == 'fast'"],
        [ITSELF],
        ['packaging is required only under extra == "fast"'],
    ),
    "on one that does not hold": (
        ["x[fast]; sys_platform == 'win32'", "packaging; extra == 'fast'"],
        [],
        [],
    ),
    "an extra that it has not": (["x[fast]", "packaging; extra == 'slow'"], [ITSELF], []),
}


@pytest.mark.parametrize(("needed", "edits", "advice"), THEIRS.values(), ids=THEIRS)
def test_a_project_that_requires_itself_requires_what_its_extras_do(
    needed: list[str], edits: list[AdaptationEdit], advice: list[str]
) -> None:
    """The build does not find the project itself, so that its name is taken out."""
    info = "".join(f"Requires-Dist: {line}\n" for line in needed)
    update = task(inputs(""), {"PKG-INFO": f"Metadata-Version: 2.2\nName: x\n{info}"})
    situation = update.situation(SetAnswer("3.13", (), OFFERS), NOBODY, Requirements("", ()))
    planned = update.plan(situation)
    assert [adaptation.edit for adaptation in planned.adaptations] == edits
    assert list(planned.advice) == advice
    assert unconfirmed(update, planned.adaptations, NOBODY, {}) == ()


def test_a_project_that_may_be_called_by_its_name_in_nix_alone_loses_no_requirement() -> None:
    """Its attribute is `x`, and so is another project."""
    update = task(inputs(""), {"pyproject.toml": project("x")})
    update = replace(update, package=replace(update.package, pname="y"))
    assert plan(update) == ([], "")
    other = Adaptation("requirements", RequirementRemoval("x"), "why")
    assert unconfirmed(update, [other], NOBODY, {}) == (other,)


def test_extras_without_end_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their number times that of the requirements would take hours."""
    lines = [f"x[e{at + 1}]; extra == 'e{at}'" for at in range(10)]
    needed = [Requirement(line) for line in ("x[e0]", *lines)]
    assert len(holding(needed, {}, "x", "")) == 11
    monkeypatch.setattr("updater.adapt.markers._MOST_EVALUATED", 4)
    assert sorted(holding(needed, {}, "x", "")) == [0, 1, 2, 3, 4]


HELD: dict[str, tuple[str, list[str], str]] = {
    "a bound below": (
        "numpy",
        ["numpy>=3"],
        "2.0 needs a newer package set: it requires numpy >= 3, and it is 2.3.4 there",
    ),
    "several that nobody has": (
        "",
        ["assoc-scan>=1", "no-such"],
        (
            "2.0 needs packages that neither the overlays nor the package set have: assoc-scan>=1, "
            "no-such"
        ),
    ),
    "what only a repository has": (
        "",
        ["no-such @ git+https://user:secret@git.example/o/no-such@v1"],
        (
            "2.0 needs packages that neither the overlays nor the package set have: "
            "no-such @ git+https://git.example/o/no-such@v1"
        ),
    ),
    "an attribute that is another project": (
        "",
        ["alias"],
        "2.0 needs packages that neither the overlays nor the package set have: alias",
    ),
}


@pytest.mark.parametrize(("elements", "needed", "reason"), HELD.values(), ids=HELD)
def test_what_no_edit_helps_waits(elements: str, needed: list[str], reason: str) -> None:
    update = task(inputs(elements), {"pyproject.toml": project(*needed)})
    assert plan(update, NUMPY, held=("numpy",))[1] == reason


@pytest.mark.parametrize(
    "text",
    [
        'evil"; x = builtins.exec',
        "${builtins.exec}",
        "a" * 5_000,
        "x' ]; system = '",
        "alias; extra == 'x'",
        "numpy @ file:///etc/passwd",
        "../numpy",
        "",
    ],
)
def test_what_is_no_requirement_becomes_no_edit(text: str) -> None:
    """Neither does one of an extra, nor one that is there from elsewhere."""
    info = f"Metadata-Version: 2.2\nName: x\nVersion: 2.0\nRequires-Dist: {text}\n"
    for files in ({"PKG-INFO": info}, {"pyproject.toml": project(text)}):
        assert plan(task(inputs("numpy"), files), NUMPY, held=()) == ([], "")


@pytest.mark.parametrize("name", ["git", "alias", "python3", "lib", "callPackage"])
def test_what_is_no_python_package_of_that_name_is_none(name: str) -> None:
    """A program, another project, and what the set has beside packages."""
    update = task(inputs("numpy"), {"pyproject.toml": project(name)})
    edits, held = plan(update, NUMPY, held=())
    assert (edits, held.endswith(f"nor the package set have: {name.lower()}")) == ([], True)


def test_what_the_held_source_required_of_other_pythons_only_is_new_here() -> None:
    """Nobody has it, and no build of the held pin was without it."""
    update = task(
        inputs("numpy"), {"pyproject.toml": project("numpy", "no-such>=4; python_version<'4'")}
    )
    was = Requirements("", (("no-such", "no-such; python_version<'3.10'"),))
    situation = update.situation(SetAnswer("3.13", (NUMPY,), OFFERS), NOBODY, was)
    assert update.plan(situation).unmet == ("no-such>=4",)


def test_what_nobody_has_is_named_also_where_nothing_is_checked() -> None:
    """Whether it can do without them, only the build tells."""
    update = task(
        inputs("numpy") + "dontCheckRuntimeDeps = true;",
        {"pyproject.toml": project("numpy", "assoc-scan>=1", "no-such")},
    )
    was = Requirements("", (("numpy", "numpy"),))
    planned = update.plan(update.situation(SetAnswer("3.13", (NUMPY,), OFFERS), NOBODY, was))
    assert (planned.held, planned.unmet) == ("", ("assoc-scan>=1", "no-such"))


def test_what_the_held_source_required_as_well_is_left_to_the_build() -> None:
    """The overlay has it under another name; what is between releases may be of any version."""
    update = task(inputs("numpy"), {"pyproject.toml": project("numpy>=3", "no-such")})
    unstable = made("numpy", "0-unstable-2025-01-01")
    assert plan(update, unstable, held=("numpy", "no-such")) == ([], "")
    assert plan(update, unstable) == ([], "")


@pytest.mark.parametrize(
    "text",
    [
        "postPatch = ''sed -i /numpy/d pyproject.toml'';",
        "patches = [ ./x.patch ];",
        "dontCheckRuntimeDeps = true;",
        'pythonRelaxDeps = true; pythonRemoveDeps = [ "no-such" ];',
    ],
)
def test_what_the_overlay_may_change_otherwise_is_left_to_the_build(text: str) -> None:
    files = {"pyproject.toml": project("numpy>=3", "no-such")}
    assert plan(task(inputs("numpy") + text, files), NUMPY, held=())[1] == ""


def test_a_bound_that_this_run_meets_does_not_wait() -> None:
    files = {"pyproject.toml": project("einx>=0.4")}
    update = task(inputs("einx"), files)
    assert plan(update, made("einx", "0.3"))[1].endswith("einx >= 0.4, and it is 0.3 there")
    together = SiblingUpdate("einx", "0.4.1")
    assert plan(update, made("einx", "0.3"), waiting={"einx": "0.4.1"}) == ([together], "")
    assert plan(update, made("einx", "0.3"), waiting={"einx": "0.3.9"})[1]


def test_a_new_requirement_is_added_although_others_bring_it_or_nothing_is_checked() -> None:
    files = {"pyproject.toml": project("numpy", "packaging")}
    unchecked = task(inputs("") + "dontCheckRuntimeDeps = true;", files)
    assert plan(unchecked, NUMPY, held=("packaging",)) == ([InputAddition(RUNTIME, "numpy")], "")
    assert plan(unchecked, NUMPY) == ([], "")


BOTH = ["numpy", "numpy; os_name == 'nt'"]
DROPPED: dict[str, tuple[str, list[str], tuple[str, ...], list[str]]] = {
    "a requirement": ("numpy packaging", ["numpy"], ("numpy", "packaging"), ["packaging"]),
    "that an extra still names": ("numpy", ["numpy; extra == 'x'"], ("numpy",), []),
    "that another system needs": (
        "numpy",
        ["numpy; sys_platform == 'win32'"],
        ("numpy",),
        ["numpy"],
    ),
    "that an older Python needs": (
        "numpy",
        ["numpy; python_version < '3.12'"],
        ("numpy",),
        ["numpy"],
    ),
    "that one system needs": ("numpy", ["numpy; sys_platform == 'darwin'"], ("numpy",), []),
    "that this Python needs": ("numpy", ["numpy; python_version >= '3.12'"], ("numpy",), []),
    "that both need": ("numpy", BOTH, ("numpy",), []),
    "that nobody required": ("packaging", [], ("numpy",), []),
    "whose source is not known": ("numpy", [], (), []),
    "the wheels of torch": ('super.python3Packages."torch-bin"', [], ("torch",), ["torch-bin"]),
    "of the overlays": ("einx", [], ("einx",), ["einx"]),
    "of another name": ("discordpy", [], ("discord-py",), ["discordpy"]),
}


@pytest.mark.parametrize(("elements", "needed", "held", "gone"), DROPPED.values(), ids=DROPPED)
def test_what_upstream_dropped_may_go(
    elements: str, needed: list[str], held: tuple[str, ...], gone: list[str]
) -> None:
    update = task(inputs(elements), {"pyproject.toml": project(*needed)})
    assert update.asks_for_less == (needed not in (["numpy; extra == 'x'"], BOTH))
    edits = [InputRemoval(RUNTIME, name) for name in gone]
    assert plan(update, NUMPY, held=held or None) == (edits, "")
    adaptations = [Adaptation("removals", edit, "why") for edit in edits]
    assert unconfirmed(update, adaptations, NOBODY, {}) == ()


def test_what_upstream_requires_on_one_system_is_not_taken_out_on_anothers_word() -> None:
    update = task(inputs("numpy"), {"pyproject.toml": project("numpy; sys_platform == 'darwin'")})
    removal = Adaptation("removals", InputRemoval(RUNTIME, "numpy"), "why")
    assert unconfirmed(update, [removal], NOBODY, {}) == (removal,)


BUILDS: dict[str, tuple[str, dict[str, str], list[AdaptationEdit], str]] = {
    "another back-end": (
        'format = "pyproject";',
        {"pyproject.toml": project(backend="hatchling.build")},
        [InputAddition("nativeBuildInputs", "hatchling")],
        "",
    ),
    "setup.py that is gone": (
        "",
        {"pyproject.toml": project(backend="hatchling.build")},
        [FormChange(), InputAddition("nativeBuildInputs", "hatchling")],
        "",
    ),
    "setup.py that is there": (
        "",
        {"setup.py": "", "pyproject.toml": project(backend="hatchling.build")},
        [],
        "",
    ),
    "more than Python": (
        'format = "pyproject";',
        {"pyproject.toml": project(backend="maturin", requires="maturin>=1")},
        [],
        (
            "2.0 is built with maturin, which needs Rust and maturin: the overlay's build must be "
            "adapted by hand"
        ),
    ),
    "more than Python, where the overlay compiles by itself": (
        """format = "pyproject"; preBuild = "make; cd ..";
        nativeBuildInputs = [ super.cmake super.python3Packages.setuptools ];""",
        {"pyproject.toml": project(backend="x:y", requires="scikit-build-core")},
        [],
        (
            "2.0 is built with x, which needs scikit-build-core and CMake: the overlay's build "
            "must be adapted by hand"
        ),
    ),
    "a backend that is too old": (
        'format = "pyproject";',
        {"pyproject.toml": project(requires="setuptools>=80.9,!=81")},
        [],
        (
            "2.0 needs a newer package set: it is built with setuptools >= 80.9, and it is 75.8 "
            "there"
        ),
    ),
    "one that is not compared": (
        'format = "pyproject"; pypaBuildFlags = [ "--skip-dependency-check" ];',
        {"pyproject.toml": project(requires="setuptools>=80.9")},
        [],
        "",
    ),
    "a backend that is too new": (
        'format = "pyproject";',
        {"pyproject.toml": project(requires="setuptools<70")},
        [PatternAddition("pyproject.toml", '"setuptools<70"', '"setuptools"')],
        "",
    ),
    "a tool whose upper bound is one of several": (
        'format = "pyproject";',
        {"pyproject.toml": project(requires='setuptools", "NumPy ~=2.3, <= 2.3.1')},
        [
            InputAddition("nativeBuildInputs", "numpy"),
            PatternAddition("pyproject.toml", '"NumPy ~=2.3, <= 2.3.1"', '"NumPy~=2.3"'),
        ],
        "",
    ),
    "a bound that stands elsewhere, too": (
        'format = "pyproject";',
        {"pyproject.toml": project(requires="setuptools<70") + '# "setuptools<70"'},
        [],
        "",
    ),
    "a bound in other quotes": (
        'format = "pyproject";',
        {
            "pyproject.toml": project(requires="setuptools<70").replace(
                '"setuptools<70"', "'setuptools<70'"
            )
        },
        [],
        "",
    ),
    "one with a marker": (
        'format = "pyproject";',
        {"pyproject.toml": project(requires="setuptools<70; python_version>'3'")},
        [],
        "",
    ),
    "one that the overlay takes away": (
        """format = "pyproject"; postPatch = ''
          substituteInPlace pyproject.toml --replace-fail '"setuptools<70"' '"setuptools"'
        '';""",
        {"pyproject.toml": project(requires="setuptools<70")},
        [],
        "",
    ),
    "tools that nobody has": (
        'format = "pyproject";',
        {"pyproject.toml": project(requires='setuptools", "hatch-vcs>=0.4", "pytest-runner')},
        [],
        (
            "2.0 needs, to be built, packages that neither the overlays nor the package set have: "
            "hatch-vcs>=0.4, pytest-runner"
        ),
    ),
    "one that may come in another way": (
        """format = "pyproject"; preBuild = "hatch-vcs";""",
        {"pyproject.toml": project(requires='setuptools", "hatch-vcs')},
        [],
        "",
    ),
    "one that a name may be": (
        'format = "pyproject"; buildInputs = [ ]; build-system = [ tool ];',
        {"pyproject.toml": project(requires='setuptools", "pytest-runner')},
        [],
        "",
    ),
    "a wheel": (
        'format = "wheel";',
        {"pyproject.toml": project(backend="hatchling.build")},
        [],
        "",
    ),
}


@pytest.mark.parametrize(("form", "files", "edits", "held"), BUILDS.values(), ids=BUILDS)
def test_a_build_follows_its_back_end(
    form: str, files: dict[str, str], edits: list[AdaptationEdit], held: str
) -> None:
    assert plan(task(TOOLS, files, form)) == (edits, held)


def patch(pattern: str, replacement: str, file: str = "pyproject.toml") -> str:
    return (
        f"{inputs('numpy')} postPatch = ''substituteInPlace {file} "
        f"--replace-fail '{pattern}' '{replacement}''';"
    )


PATTERNS: dict[str, tuple[str, str, list[str], list[AdaptationEdit], str]] = {
    "that matches": ("numpy<2", "numpy", ["numpy<2"], [], ""),
    "whose bound moved": (
        "numpy<=1.26.4",
        "numpy",
        ["numpy<=2.2"],
        [PatternRewrite("pyproject.toml", "numpy<=1.26.4", "numpy<=2.2", "numpy")],
        "",
    ),
    "whose lower bound stays": (
        "numpy>=1,<2",
        "numpy>=1",
        ["numpy>=1.2,<2.3"],
        [PatternRewrite("pyproject.toml", "numpy>=1,<2", "numpy>=1.2,<2.3", "numpy>=1.2")],
        "",
    ),
    "that would lose a lower bound": (
        "numpy<=1.26.4",
        "numpy",
        ["numpy>=2.3,<3"],
        [PatternRewrite("pyproject.toml", "numpy<=1.26.4", "numpy>=2.3,<3", "numpy>=2.3")],
        "",
    ),
    "that is gone": (
        "numpy<=1.26.4",
        "numpy",
        ["numpy>=2"],
        [PatternRemoval("pyproject.toml", "numpy<=1.26.4")],
        "",
    ),
    "of no requirement": (
        "some = 1",
        "some = 2",
        [],
        [],
        "postPatch replaces text that 2.0 does not have: some = 1 in pyproject.toml",
    ),
}


@pytest.mark.parametrize(
    ("pattern", "replacement", "needed", "edits", "held"), PATTERNS.values(), ids=PATTERNS
)
def test_a_substitution_follows_its_file(
    pattern: str, replacement: str, needed: list[str], edits: list[AdaptationEdit], held: str
) -> None:
    """What it makes of the file is what is compared with the package set."""
    update = task(patch(pattern, replacement), {"pyproject.toml": project(*needed)})
    assert plan(update, NUMPY) == (edits, held)


BOUNDS = "pyproject.toml"
UNJUDGED = "postPatch is not judged here, so look whether 2.0 still needs it: "
SED: dict[str, tuple[str, list[str], list[AdaptationEdit], list[str]]] = {
    "that matches": ("s/numpy<2/numpy/", ["numpy<2"], [], []),
    "whose bound moved": (
        "s/numpy<=1.26.4/numpy/",
        ["numpy<=2.2"],
        [PatternRewrite(BOUNDS, "s/numpy<=1.26.4/numpy/", r"s/numpy<=2\.2/numpy/", "")],
        [],
    ),
    "that has two of them": (
        r"s/numpy<=1\.26\.4/numpy/",
        ["numpy>=2"],
        [PatternRemoval(BOUNDS, r"s/numpy<=1\.26\.4/numpy/")],
        [],
    ),
    "of a line that is gone": (
        "/packaging/d",
        ["numpy"],
        [PatternRemoval(BOUNDS, "/packaging/d")],
        [],
    ),
    "of no requirement": (
        "s/Some = 1/Some = 2/",
        ["numpy"],
        [],
        ["postPatch changes nothing in pyproject.toml of 2.0: s/Some = 1/Some = 2/"],
    ),
    "that is not plain": (
        r"s/numpy\(.*\)/x\1/",
        ["numpy<2"],
        [],
        [
            UNJUDGED + rf"sed -i 's/numpy\(.*\)/x\1/' {BOUNDS}",
        ],
    ),
}


@pytest.mark.parametrize(("script", "needed", "edits", "advice"), SED.values(), ids=SED)
def test_what_sed_is_told_follows_its_file_too(
    script: str, needed: list[str], edits: list[AdaptationEdit], advice: list[str]
) -> None:
    """It stops no build where it matches nothing, so that only advice is left then."""
    text = f"{inputs('numpy')} postPatch = ''\nsed -i '{script}' {BOUNDS}\n'';"
    update = task(text, {BOUNDS: project(*needed)})
    situation = update.situation(
        SetAnswer("3.13", (NUMPY,), OFFERS), OverlayNeighbours((), {}, {}), None
    )
    planned = update.plan(situation)
    made = [own.edit for own in planned.adaptations if own.kind != "bounds"]
    assert (made, list(planned.advice)) == (edits, advice)


def test_only_commands_that_are_not_read_make_a_source_uncertain() -> None:
    """Comments between them, and several, change nothing."""
    one = "substituteInPlace pyproject.toml --replace-fail 'numpy<2' numpy"
    other = "substituteInPlace pyproject.toml --replace-fail 'scipy<2' scipy"
    files = {"pyproject.toml": project("numpy<2", "scipy<2")}
    certain = {
        script: task(f"postPatch = ''\n{script}\n'';", files).source.certain
        for script in (one, f"# why\n{one}\n\n  # why\n{other}\n", f"{one}; {other}", f"{one}\nx")
    }
    assert list(certain.values()) == [True, True, True, False]


OTHER_FILE = "postPatch = ''\nsubstituteInPlace %s --replace-fail a ${super.b}\n'';"
HOOKS = {
    "compiling": (
        (
            "nativeBuildInputs = [ super.cmake ];"
            "preBuild = ''\n# a folder of its own\nmake -j \"$NIX_BUILD_CORES\"\ncd ..\n'';"
        ),
        True,
    ),
    "variables": ('preConfigure = "export HOME=$(mktemp -d); export A=1 && mkdir -p build";', True),
    "another file, by what is computed": (OTHER_FILE % "x/native.py", True),
    "a project file, by what is computed": (OTHER_FILE % "./setup.py", False),
    "a file somewhere else": (OTHER_FILE % "/build/source/pyproject.toml", False),
    "another folder": ('preBuild = "cd python";', False),
    "another program": ("preBuild = ''python set_version.py'';", False),
    "a redirection": ("prePatch = ''true > pyproject.toml'';", False),
    "a command in a variable": ("preBuild = ''export A=$(sed -i s/a/b/ setup.py)'';", False),
    "a comment that ends": ("preBuild = ''\n# why\nrm setup.py\n'';", False),
    "what an expression makes": ('preBuild = super.lib.optionalString true "make";', False),
    "what an expression puts in": ("preBuild = ''make ${super.x}'';", False),
    "patches": ("patches = [ ./a.patch ];", False),
    "a phase": ('buildPhase = "make";', False),
}


def test_the_projects_own_overlay_that_compiles_waits_for_a_hand_where_its_backend_does_more() -> (
    None
):
    data = OWN.read_bytes()
    (package,) = read(data, "bitsandbytes.nix")
    text = project(backend="scikit_build_core.setuptools.build_meta", requires="scikit-build-core")
    update = adaptation_task(
        package, "2.0", data, {"pyproject.toml": text.encode()}, frozenset(WRITABLE)
    )
    assert update is not None
    plan = update.plan(update.situation(SetAnswer("3.13", (), {}), NOBODY, None))
    assert plan.held == (
        "2.0 is built with scikit_build_core.setuptools.build_meta, which needs scikit-build-core "
        "and CMake: the overlay's build must be adapted by hand"
    )


@pytest.mark.parametrize(("hook", "certain"), HOOKS.values(), ids=HOOKS)
def test_a_hook_that_only_compiles_leaves_the_project_files_alone(
    hook: str, *, certain: bool
) -> None:
    files = {"pyproject.toml": project("numpy<2")}
    assert task(hook, files).source.certain is certain


@pytest.mark.parametrize("file", ["setup.py", "requirements.txt"])
def test_a_substitution_of_a_file_that_is_gone_is_taken_out(file: str) -> None:
    """Of a wheel's metadata no file is known."""
    update = task(patch("numpy<2", "numpy", file), {"pyproject.toml": project()})
    assert plan(update, NUMPY) == ([PatternRemoval(file, "numpy<2")], "")
    assert plan(task(patch("numpy<2", "numpy", file), {"PKG-INFO": ""}), NUMPY) == ([], "")


LOGS: dict[str, tuple[str, str, list[AdaptationEdit]]] = {
    "requirements": (
        "build",
        "       >   - packaging not installed\n  - numpy not installed\n",
        [InputAddition(RUNTIME, "packaging"), InputAddition(RUNTIME, "numpy")],
    ),
    "what the build needs": (
        "build",
        "ERROR Missing dependencies:\nMissing dependencies:\n\thatchling>=1\n\twheel\n",
        [
            InputAddition("nativeBuildInputs", "hatchling"),
            InputAddition("nativeBuildInputs", "wheel"),
        ],
    ),
    "an import": (
        "imports",
        "ModuleNotFoundError: No module named 'packaging.version'\n",
        [InputAddition(RUNTIME, "packaging")],
    ),
    "an import of itself": ("imports", "ModuleNotFoundError: No module named 'x.y'\n", []),
    "an import that nobody has": ("imports", "ModuleNotFoundError: No module named 'nope'\n", []),
    "one of several that nobody has": (
        "build",
        "  - packaging not installed\n  - nope not installed\n",
        [],
    ),
}


@pytest.mark.parametrize(("phase", "log", "edits"), LOGS.values(), ids=LOGS)
def test_a_log_tells_what_was_missing(phase: str, log: str, edits: list[AdaptationEdit]) -> None:
    lacking = lacks(Build("failed", "x", phase=phase), log)
    assert names_of(lacking)
    situation = task(TOOLS, {}).situation(
        SetAnswer("3.13", (), OFFERS), OverlayNeighbours((), {}, {}), None
    )
    assert [adaptation.edit for adaptation in repairs(Shortfall(situation, lacking))] == edits


REPORTED: dict[str, tuple[AdaptationEdit, bool]] = {
    "a requirement": (InputAddition(RUNTIME, "packaging"), True),
    "none": (InputAddition(RUNTIME, "evil"), False),
    "a requirement among what builds": (InputAddition("nativeBuildInputs", "packaging"), False),
    "another attribute": (InputAddition("postPatch", "packaging"), False),
    "made with another package": (
        InputAddition(RUNTIME, "packaging", replaced=(Replacement("openssl", "evil"),)),
        False,
    ),
    "a bound": (BoundRelaxation("packaging"), True),
    "the bound of another": (BoundRelaxation("evil"), False),
    "its form": (FormChange(), True),
    "what upstream dropped": (InputRemoval(RUNTIME, "numpy"), True),
    "what it still requires": (InputRemoval(RUNTIME, "packaging"), False),
    "another package's update": (SiblingUpdate("einx", "0.4"), True),
    "one that it does not need": (SiblingUpdate("evil", "0.4"), False),
    "a pattern": (PatternRemoval("pyproject.toml", "numpy<=1.26.4"), True),
    "another pattern": (PatternRemoval("pyproject.toml", "evil"), False),
    "a bound of a tool taken away": (
        PatternAddition("pyproject.toml", '"setuptools<70"', '"setuptools"'),
        True,
    ),
    "another replacement of it": (
        PatternAddition("pyproject.toml", '"setuptools<70"', '"evil"'),
        False,
    ),
    "another bound": (
        PatternAddition("pyproject.toml", '"setuptools<70"', '"setuptools<71"'),
        False,
    ),
    "a lower bound of a tool taken away": (
        PatternAddition("pyproject.toml", '"wheel>=0.40,<1"', '"wheel<1"'),
        False,
    ),
    "its upper bound alone": (
        PatternAddition("pyproject.toml", '"wheel>=0.40,<1"', '"wheel>=0.40"'),
        True,
    ),
    "a bound in another file": (
        PatternAddition("setup.py", '"setuptools<70"', '"setuptools"'),
        False,
    ),
    "another text for a pattern": (
        PatternRewrite("pyproject.toml", "numpy<=1.26.4", "a", "b"),
        False,
    ),
}


@pytest.mark.parametrize(("edit", "follows"), REPORTED.values(), ids=REPORTED)
def test_what_another_process_reports_must_follow_from_the_source(
    edit: AdaptationEdit, *, follows: bool
) -> None:
    tools = 'setuptools<70", "wheel>=0.40,<1'
    update = task(
        patch("numpy<=1.26.4", "numpy"),
        {"pyproject.toml": project("packaging", "einx>=0.4", requires=tools)},
    )
    reported = Adaptation("requirements", edit, "why")
    neighbours = OverlayNeighbours(read(EINX), {}, {})
    assert unconfirmed(update, [reported], neighbours, {}) == (() if follows else (reported,))


PYTHONS: dict[str, tuple[str, str, str]] = {
    "newer": (">=3.14", "", "2.0 needs Python >= 3.14, and the package set has 3.13"),
    "newer, to a patch": (">=3.13.1,!=3.14.0", "", ""),
    "that one alone": ("==3.14.*", "", "2.0 needs Python == 3.14.*, and the package set has 3.13"),
    "older": ("<3.13", "", ""),
    "as before": (">=3.15", ">=3.14", ""),
    "no specifier": ("new", "", ""),
}


@pytest.mark.parametrize(("python", "was", "held"), PYTHONS.values(), ids=PYTHONS)
def test_a_release_waits_for_the_python_that_it_needs(python: str, was: str, held: str) -> None:
    """No build compares it, and nobody relaxes it."""
    text = project("numpy").replace("[project]", f'[project]\nrequires-python = "{python}"')
    update = task(inputs("numpy"), {"pyproject.toml": text})
    answer = SetAnswer("3.13", (NUMPY,), OFFERS)
    before = Requirements(was, (("numpy", "numpy"),))
    assert update.plan(update.situation(answer, NOBODY, before)).held == held
    assert update.plan(update.situation(None, NOBODY, before)).held == ""
    patched = task(f"{inputs('numpy')} prePatch = ''x'';", {"pyproject.toml": text})
    plan = patched.plan(patched.situation(answer, NOBODY, before))
    assert (plan.held, list(plan.advice)) == ("", [held] if held else [])


DYNAMIC = project().replace("dependencies = []", 'dynamic = ["dependencies"]')
NAMING: dict[str, tuple[dict[str, str], dict[str, bytes], bool]] = {
    "setup.py": ({"setup.py": "setup(install_requires=BASE + ['Fig.X>=1'])"}, {}, True),
    "a text of several lines": ({"setup.py": "NEEDS = '''\nnumpy\nfig-x==1\n'''"}, {}, True),
    "requirements": ({"setup.py": "run()", "requirements-cpu.txt": "fig_x ~= 1.0 # why"}, {}, True),
    "PKG-INFO of its own": (
        {"PKG-INFO": "Metadata-Version: 2.2\nDynamic: Requires-Dist\nRequires-Dist: fig-x\n"},
        {},
        True,
    ),
    "a wheel": (
        {},
        {"PKG-INFO": b"Metadata-Version: 2.1\nRequires-Dist: fig-x; extra == 'a'\n"},
        True,
    ),
    "a part of a text": ({"setup.py": "print('made of fig-x and more')"}, {}, False),
    "code": ({"setup.py": "setup(install_requires=['fig' + '-x', 'fig-%s' % 'x'])"}, {}, False),
    "a comment": ({"setup.py": "setup(install_requires=needs())  # fig-x"}, {}, False),
    "nothing": ({}, {}, False),
}


@pytest.mark.parametrize(("files", "metadata", "names"), NAMING.values(), ids=NAMING)
def test_a_new_overlay_is_believed_where_the_source_names_it_though_only_code_makes_the_list(
    files: dict[str, str], metadata: dict[str, bytes], *, names: bool
) -> None:
    update = task(inputs("numpy"), {"pyproject.toml": DYNAMIC, **files})
    facts = OverlayAddition(
        "fig-x", "overlays/fig-x.nix", "fig-x", "1.0", "index", "sha256-", (), ()
    )
    reported = Adaptation("additions", facts, "why")
    if names:
        assert unconfirmed(update, [reported], NOBODY, metadata) == ()
        return
    with pytest.raises(PublishError) as refused:
        unconfirmed(update, [reported], NOBODY, metadata)
    assert str(refused.value) == (
        "only a build tells that 2.0 requires fig-x: no text of its source names it, and no "
        "overlay is added on the word of another process"
    )
    assert refused.value.hint == (
        "add it by itself first, with `updater add fig-x`; the update follows then"
    )
