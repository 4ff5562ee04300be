"""Adaptations are written in the style of the file, and touch nothing but what they are about."""

from __future__ import annotations

import textwrap

import pytest

from tests.overlay.golden import read
from updater.errors import PatchError
from updater.kinds import WRITABLE
from updater.model.adaptation import (
    Adaptation,
    AdaptationEdit,
    BoundRelaxation,
    FormChange,
    InputAddition,
    InputRemoval,
    PatternAddition,
    PatternRemoval,
    PatternRewrite,
    Replacement,
    RequirementRemoval,
)
from updater.overlay.editing.adapting import adapted

PY = "super.python3Packages."
RUNTIME = "propagatedBuildInputs"


def with_set(elements: str) -> str:
    return f"propagatedBuildInputs = with super.python3Packages; [ {elements} ];"


def overlay(*lines: str, form: str = 'format = "pyproject";') -> bytes:
    """An overlay of x, with further lines in its set, and of the package beside it."""
    inner = textwrap.indent(textwrap.dedent("\n".join(lines)), "      ")
    return f"""\
self: super: {{
  python3Packages = super.python3Packages // {{
    x = super.python3Packages.buildPythonPackage rec {{
      pname = "x";
      version = "1.0";
      {form}
      src = super.fetchPypi {{ inherit pname version; hash = ""; }};
{inner}
    }};

    beside = super.python3Packages.buildPythonPackage rec {{
      pname = "beside";
      version = "1.0";
      src = super.fetchPypi {{ inherit pname version; hash = ""; }};
      propagatedBuildInputs = with super.python3Packages; [ numpy ];
    }};
  }};
}}
""".encode()


def adapt(data: bytes, *edits: AdaptationEdit) -> bytes:
    """Adapt the package x."""
    package = next(own for own in read(data) if own.name == "x")
    adaptations = [Adaptation("requirements", edit, "why") for edit in edits]
    return adapted(package, adaptations, data, frozenset(WRITABLE))


def refusal(data: bytes, *edits: AdaptationEdit) -> str:
    with pytest.raises(PatchError) as refused:
        adapt(data, *edits)
    return refused.value.message


def values(statements: str, behind: str = "") -> str:
    return f"propagatedBuildInputs = builtins.attrValues {{ {statements} }}{behind};"


VALUES = "builtins.attrValues { inherit (super.python3Packages) numpy; }"
LINUX = "super.stdenv.hostPlatform.isLinux"
TORCH = 'super.python3Packages."torch-bin"'
RELAXED_TOOL = PatternAddition("pyproject.toml", '"setuptools<70"', '"setuptools"')
PAIRS: dict[str, tuple[tuple[str, ...], AdaptationEdit, tuple[str, ...]]] = {
    "in a row": (
        ("propagatedBuildInputs = with super.python3Packages; [ zict numpy ];",),
        InputAddition(RUNTIME, "packaging"),
        ("propagatedBuildInputs = with super.python3Packages; [ zict numpy packaging ];",),
    ),
    "out of a row": (
        ("propagatedBuildInputs = with super.python3Packages; [ zict numpy ];",),
        InputRemoval(RUNTIME, "zict"),
        ("propagatedBuildInputs = with super.python3Packages; [ numpy ];",),
    ),
    "out of a row of one": (
        (f"dependencies = [ {TORCH} ];",),
        InputRemoval("dependencies", "torch-bin"),
        ("dependencies = [ ];",),
    ),
    "out of lines": (
        (
            "propagatedBuildInputs = with super.python3Packages; [",
            "  zict",
            "  (accelerate.override { torch = null; }) # why",
            "] ++ super.lib.optionals super.stdenv.isLinux [ attrs ];",
        ),
        InputRemoval(RUNTIME, "accelerate"),
        (
            "propagatedBuildInputs = with super.python3Packages; [",
            "  zict",
            "] ++ super.lib.optionals super.stdenv.isLinux [ attrs ];",
        ),
    ),
    "in a row that is in order": (
        ("dependencies = with super.python3Packages; [ attrs numpy zict ];",),
        InputAddition("dependencies", "packaging"),
        ("dependencies = with super.python3Packages; [ attrs numpy packaging zict ];",),
    ),
    "on lines that are in order": (
        (
            "propagatedBuildInputs = with super.python3Packages; [",
            f"  {TORCH}",
            "",
            "  # Standard deps",
            "  attrs # why",
            "  zict",
            "];",
        ),
        InputAddition(RUNTIME, "packaging"),
        (
            "propagatedBuildInputs = with super.python3Packages; [",
            f"  {TORCH}",
            "",
            "  # Standard deps",
            "  attrs # why",
            "  packaging",
            "  zict",
            "];",
        ),
    ),
    "on lines that are not": (
        (
            "propagatedBuildInputs = with super.python3Packages; [",
            "  zict",
            "  attrs # why",
            "] ++ super.lib.optionals (!super.stdenv.isAarch64) [",
            "  bitsandbytes # x86_64 only",
            "];",
        ),
        InputAddition(RUNTIME, "packaging"),
        (
            "propagatedBuildInputs = with super.python3Packages; [",
            "  zict",
            "  attrs # why",
            "  packaging",
            "] ++ super.lib.optionals (!super.stdenv.isAarch64) [",
            "  bitsandbytes # x86_64 only",
            "];",
        ),
    ),
    "several a line": (
        (
            "propagatedBuildInputs = with super.python3Packages; [",
            "  zict attrs",
            "  numpy scipy",
            "];",
        ),
        InputAddition(RUNTIME, "packaging"),
        (
            "propagatedBuildInputs = with super.python3Packages; [",
            "  zict attrs",
            "  numpy scipy packaging",
            "];",
        ),
    ),
    "without with": (
        ("nativeBuildInputs = [ super.cmake py.setuptools ];".replace("py.", PY),),
        InputAddition("nativeBuildInputs", "hatchling"),
        ("nativeBuildInputs = [ super.cmake py.setuptools py.hatchling ];".replace("py.", PY),),
    ),
    "into an empty list": (
        ("propagatedBuildInputs = [ ];",),
        InputAddition(RUNTIME, "numpy"),
        ("propagatedBuildInputs = [ super.python3Packages.numpy ];",),
    ),
    "into a list that has only a comment": (
        (
            "propagatedBuildInputs = with super.python3Packages; [",
            "  # torch comes from the environment",
            "];",
        ),
        InputAddition(RUNTIME, "packaging"),
        (
            "propagatedBuildInputs = with super.python3Packages; [",
            "  # torch comes from the environment",
            "  packaging",
            "];",
        ),
    ),
    "into a row that has only a comment": (
        ("propagatedBuildInputs = [ /* none yet */ ];",),
        InputAddition(RUNTIME, "packaging"),
        ("propagatedBuildInputs = [ /* none yet */ super.python3Packages.packaging ];",),
    ),
    "behind a comment on the line of the bracket": (
        ("propagatedBuildInputs = [ # none yet", "];"),
        InputAddition(RUNTIME, "packaging"),
        ("propagatedBuildInputs = [ # none yet", "  super.python3Packages.packaging", "];"),
    ),
    "of nixpkgs, beside one of the overlays and one of another Python": (
        (
            "propagatedBuildInputs = [",
            "  super.python3Packages.numpy",
            "  super.python313Packages.loguru",
            "  self.python3Packages.einops",
            "];",
        ),
        InputAddition(RUNTIME, "packaging"),
        (
            "propagatedBuildInputs = [",
            "  super.python3Packages.numpy",
            "  super.python313Packages.loguru",
            "  self.python3Packages.einops",
            "  super.python3Packages.packaging",
            "];",
        ),
    ),
    "a name that a set's values inherit": (
        (values("inherit (super.python3Packages) numpy zict; c = self.cmake;"),),
        InputAddition(RUNTIME, "packaging"),
        (values("inherit (super.python3Packages) numpy zict packaging; c = self.cmake;"),),
    ),
    "a name in order, on lines, from the set that it is in": (
        (
            "propagatedBuildInputs = super.lib.attrValues {",
            "  inherit (self.python3Packages)",
            "    einops",
            "    vocos",
            "    ;",
            "  inherit (super.python3Packages) numpy;",
            "};",
        ),
        InputAddition(RUNTIME, "torchdiffeq", own=True),
        (
            "propagatedBuildInputs = super.lib.attrValues {",
            "  inherit (self.python3Packages)",
            "    einops",
            "    torchdiffeq",
            "    vocos",
            "    ;",
            "  inherit (super.python3Packages) numpy;",
            "};",
        ),
    ),
    "a name behind the last line, which has the semicolon": (
        (
            "propagatedBuildInputs = with super.python3Packages; builtins.attrValues {",
            "  inherit # plain ones",
            "    numpy",
            "    attrs; # why",
            "};",
        ),
        InputAddition(RUNTIME, "packaging"),
        (
            "propagatedBuildInputs = with super.python3Packages; builtins.attrValues {",
            "  inherit # plain ones",
            "    numpy",
            "    attrs",
            "    packaging; # why",
            "};",
        ),
    ),
    "a name that needs quotes, for one system": (
        (
            "propagatedBuildInputs = [ ]",
            "  ++ super.lib.optionals super.stdenv.isLinux (builtins.attrValues {",
            "    inherit (super.python3Packages) numpy;",
            "  });",
        ),
        InputAddition(RUNTIME, "3to2", condition="super.stdenv.hostPlatform.isLinux"),
        (
            "propagatedBuildInputs = [ ]",
            "  ++ super.lib.optionals super.stdenv.isLinux (builtins.attrValues {",
            '    inherit (super.python3Packages) numpy "3to2";',
            "  });",
        ),
    ),
    "for one system, beside a set's values": (
        ("propagatedBuildInputs =", f"  {VALUES};"),
        InputAddition(RUNTIME, "nvidia-ml-py", condition=LINUX),
        (
            "propagatedBuildInputs =",
            f"  {VALUES} ++ super.lib.optionals {LINUX} [ {PY}nvidia-ml-py ];",
        ),
    ),
    "what a set's values cannot inherit, behind it": (
        (values("inherit (super.python3Packages) numpy; zict = super.fetchurl { };"),),
        InputAddition(RUNTIME, "zict"),
        (
            values(
                "inherit (super.python3Packages) numpy; zict = super.fetchurl { };",
                f" ++ [ {PY}zict ]",
            ),
        ),
    ),
    "a package with another torch, behind a set's values": (
        (values("inherit (super.python3Packages) torch-bin;"),),
        InputAddition(RUNTIME, "accelerate", replaced=(Replacement("torch", "torch-bin"),)),
        (
            values(
                "inherit (super.python3Packages) torch-bin;",
                f" ++ [ ({PY}accelerate.override {{ torch = {PY}torch-bin; }}) ]",
            ),
        ),
    ),
    "behind a name that stands for a list": (
        ("propagatedBuildInputs = nativeBuildInputs;", f"nativeBuildInputs = [ {PY}zict ];"),
        InputAddition(RUNTIME, "numpy"),
        (
            f"propagatedBuildInputs = nativeBuildInputs ++ [ {PY}numpy ];",
            f"nativeBuildInputs = [ {PY}zict ];",
        ),
    ),
    "behind a list that is only there on a condition": (
        (f"propagatedBuildInputs = super.lib.optional true {PY}numpy;",),
        InputAddition(RUNTIME, "zict"),
        (f"propagatedBuildInputs = super.lib.optional true {PY}numpy ++ [ {PY}zict ];",),
    ),
    "what a set's values cannot inherit, into the list beside it": (
        (f"propagatedBuildInputs = {VALUES}", "  ++ [ self.python3Packages.einops ];"),
        InputAddition(RUNTIME, "einx", own=True),
        (
            f"propagatedBuildInputs = {VALUES}",
            "  ++ [ self.python3Packages.einops self.python3Packages.einx ];",
        ),
    ),
    "out of a set's values, with the inherit that has no other": (
        (values('inherit (super.python3Packages) "zict"; c = self.cmake;'),),
        InputRemoval(RUNTIME, "zict"),
        (values("c = self.cmake;"),),
    ),
    "out of a set's values, with its binding": (
        (values("inherit (super.python3Packages) numpy; tool = super.python3Packages.zict;"),),
        InputRemoval(RUNTIME, "zict"),
        (values("inherit (super.python3Packages) numpy;"),),
    ),
    "into the list of an extra": (
        (
            "optional-dependencies = {",
            "  fast = with super.python3Packages; [ zict ];",
            "  slow = with super.python3Packages; [ zict ];",
            "};",
        ),
        InputAddition("optional-dependencies.fast", "packaging"),
        (
            "optional-dependencies = {",
            "  fast = with super.python3Packages; [ zict packaging ];",
            "  slow = with super.python3Packages; [ zict ];",
            "};",
        ),
    ),
    "of the overlays, beside their own": (
        (
            "propagatedBuildInputs = with super.python3Packages; [",
            "  (self.python3Packages.einops)",
            "  numpy",
            "];",
        ),
        InputAddition(RUNTIME, "einx", own=True),
        (
            "propagatedBuildInputs = with super.python3Packages; [",
            "  (self.python3Packages.einops)",
            "  numpy",
            "  (self.python3Packages.einx)",
            "];",
        ),
    ),
    "of the overlays, where none is": (
        (with_set("numpy"),),
        InputAddition(RUNTIME, "einx", own=True),
        (with_set("numpy self.python3Packages.einx"),),
    ),
    "a name that the package binds itself": (
        (with_set("numpy"),),
        InputAddition(RUNTIME, "version"),
        (with_set("numpy super.python3Packages.version"),),
    ),
    "a name that Nix has": (
        (with_set("numpy"),),
        InputAddition(RUNTIME, "map"),
        (with_set("numpy super.python3Packages.map"),),
    ),
    "a name that needs quotes": (
        (with_set("numpy"),),
        InputAddition(RUNTIME, "3to2"),
        (with_set('numpy super.python3Packages."3to2"'),),
    ),
    "with the overlays' torch": (
        (f"propagatedBuildInputs = with super.python3Packages; [ {TORCH} ];",),
        InputAddition(RUNTIME, "accelerate", replaced=(Replacement("torch", "torch-bin"),)),
        (with_set(f"{TORCH} (accelerate.override {{ torch = {TORCH}; }})"),),
    ),
    "for one system": (
        (with_set("numpy"),),
        InputAddition(RUNTIME, "nvidia-ml-py", condition="super.stdenv.hostPlatform.isLinux"),
        (
            with_set(
                "numpy ] ++ super.lib.optionals super.stdenv.hostPlatform.isLinux [ nvidia-ml-py"
            ),
        ),
    ),
    "for one system, of which there is a list": (
        (
            "propagatedBuildInputs = [ super.python3Packages.zict ]",
            "  ++ super.lib.optionals super.stdenv.isDarwin [ super.python3Packages.attrs ]",
            "  ++ super.lib.optionals super.stdenv.isLinux [ super.python3Packages.numpy ];",
        ),
        InputAddition(RUNTIME, "nvidia-ml-py", condition="super.stdenv.hostPlatform.isLinux"),
        (
            "propagatedBuildInputs = [ super.python3Packages.zict ]",
            "  ++ super.lib.optionals super.stdenv.isDarwin [ super.python3Packages.attrs ]",
            f"  ++ super.lib.optionals super.stdenv.isLinux [ {PY}numpy {PY}nvidia-ml-py ];",
        ),
    ),
    "a list that is not there": (
        ("nativeBuildInputs = [ super.python3Packages.setuptools ];", "doCheck = false;"),
        InputAddition(RUNTIME, "numpy"),
        (
            "nativeBuildInputs = [ super.python3Packages.setuptools ];",
            "propagatedBuildInputs = [ super.python3Packages.numpy ];",
            "doCheck = false;",
        ),
    ),
    "what is there": (
        (f"propagatedBuildInputs = [ {TORCH} ];",),
        InputAddition(RUNTIME, "torch-bin"),
        (f"propagatedBuildInputs = [ {TORCH} ];",),
    ),
    "a bound, the first": (
        ("propagatedBuildInputs = with super.python3Packages; [ numpy ];", "doCheck = false;"),
        BoundRelaxation("numpy"),
        (
            "propagatedBuildInputs = with super.python3Packages; [ numpy ];",
            'pythonRelaxDeps = [ "numpy" ];',
            "doCheck = false;",
        ),
    ),
    "a bound, beside others": (
        ('pythonRelaxDeps = [ "gradio" ];',),
        BoundRelaxation("numpy"),
        ('pythonRelaxDeps = [ "gradio" "numpy" ];',),
    ),
    "a bound where none counts": (
        ("pythonRelaxDeps = true;",),
        BoundRelaxation("numpy"),
        ("pythonRelaxDeps = true;",),
    ),
    "itself": (
        ('pythonRelaxDeps = [ "gradio" ];',),
        RequirementRemoval("apple"),
        ('pythonRelaxDeps = [ "gradio" ];', 'pythonRemoveDeps = [ "apple" ];'),
    ),
    "itself, beside others": (
        ('pythonRemoveDeps = [ "gradio" ];',),
        RequirementRemoval("apple"),
        ('pythonRemoveDeps = [ "gradio" "apple" ];',),
    ),
    "itself, where all are taken out": (
        ("pythonRemoveDeps = true;",),
        RequirementRemoval("apple"),
        ("pythonRemoveDeps = true;",),
    ),
    "a pattern among others": (
        (
            "postPatch = ''",
            "  substituteInPlace pyproject.toml \\",
            '    --replace "gradio<=5.35.0" "gradio" \\',
            '    --replace "numpy<=1.26.4" "numpy"',
            "'';",
        ),
        PatternRemoval("pyproject.toml", "numpy<=1.26.4"),
        (
            "postPatch = ''",
            "  substituteInPlace pyproject.toml \\",
            '    --replace "gradio<=5.35.0" "gradio"',
            "'';",
        ),
    ),
    "the first pattern of two": (
        (
            "postPatch = ''",
            "  substituteInPlace pyproject.toml --replace-fail 'a<1' a --replace-fail 'b<1' b",
            "'';",
        ),
        PatternRemoval("pyproject.toml", "a<1"),
        (
            "postPatch = ''",
            "  substituteInPlace pyproject.toml --replace-fail 'b<1' b",
            "'';",
        ),
    ),
    "the last pattern of all, with its comment": (
        (
            "doCheck = false;",
            "",
            "# Version constraint fixes",
            "postPatch = ''",
            '  substituteInPlace pyproject.toml --replace "numpy<=1.26.4" "numpy"',
            "'';",
            "",
            "meta = { };",
        ),
        PatternRemoval("pyproject.toml", "numpy<=1.26.4"),
        ("doCheck = false;", "", "meta = { };"),
    ),
    "the last pattern of a command": (
        (
            "postPatch = ''",
            "  rm -r vendored",
            '  substituteInPlace pyproject.toml --replace "numpy<=1.26.4" "numpy"',
            "'';",
        ),
        PatternRemoval("pyproject.toml", "numpy<=1.26.4"),
        ("postPatch = ''", "  rm -r vendored", "'';"),
    ),
    "a pattern in a string of one line, in a file that is named by its folder": (
        ("""postPatch = "substituteInPlace ./setup.py --replace-fail 'a<1' a";""",),
        PatternRewrite("setup.py", "a<1", "a<2", "a"),
        ("""postPatch = "substituteInPlace ./setup.py --replace-fail 'a<2' a";""",),
    ),
    "a word without quotes in a string of one line": (
        ("""postPatch = "substituteInPlace a --replace-fail b==1 b; rm c";""",),
        PatternRewrite("a", "b==1", "b==2", "b"),
        ("""postPatch = "substituteInPlace a --replace-fail 'b==2' b; rm c";""",),
    ),
    "the last pattern of a string of one line": (
        ("doCheck = false;", """postPatch = "substituteInPlace a --replace-fail 'b<1' b";"""),
        PatternRemoval("a", "b<1"),
        ("doCheck = false;",),
    ),
    "an expression of sed among others": (
        (
            "postPatch = ''",
            "  sed -i -e 's/numpy<2/numpy/' -e '/tqdm/d' pyproject.toml",
            "'';",
        ),
        PatternRemoval("pyproject.toml", "/tqdm/d"),
        (
            "postPatch = ''",
            "  sed -i -e 's/numpy<2/numpy/' pyproject.toml",
            "'';",
        ),
    ),
    "the only expression of sed": (
        ("doCheck = false;", "postPatch = ''sed -i 's/numpy<2/numpy/' pyproject.toml'';"),
        PatternRemoval("pyproject.toml", "s/numpy<2/numpy/"),
        ("doCheck = false;",),
    ),
    "an expression of sed with a new bound": (
        ("postPatch = ''sed -i 's/numpy<2/numpy/' pyproject.toml'';",),
        PatternRewrite("pyproject.toml", "s/numpy<2/numpy/", r"s/numpy<=2\.2/numpy/", ""),
        (r"postPatch = ''sed -i 's/numpy<=2\.2/numpy/' pyproject.toml'';",),
    ),
    "a bound of a tool": (
        ("doCheck = false;",),
        RELAXED_TOOL,
        (
            "postPatch = ''",
            "  substituteInPlace pyproject.toml \\",
            "    --replace-fail '\"setuptools<70\"' '\"setuptools\"'",
            "'';",
            "doCheck = false;",
        ),
    ),
    "a bound of a tool behind other commands": (
        ("postPatch = ''", "  # why", "  rm -r vendored # and so on", "'';"),
        RELAXED_TOOL,
        (
            "postPatch = ''",
            "  # why",
            "  rm -r vendored # and so on",
            "  substituteInPlace pyproject.toml \\",
            "    --replace-fail '\"setuptools<70\"' '\"setuptools\"'",
            "'';",
        ),
    ),
    "a bound of a tool that stands in another file, too": (
        ("postPatch = ''", "  substituteInPlace a --replace '\"setuptools<70\"' b", "'';"),
        RELAXED_TOOL,
        (
            "postPatch = ''",
            "  substituteInPlace a --replace '\"setuptools<70\"' b",
            "  substituteInPlace pyproject.toml \\",
            "    --replace-fail '\"setuptools<70\"' '\"setuptools\"'",
            "'';",
        ),
    ),
    "a new bound of a tool": (
        ("postPatch = ''substituteInPlace a --replace-fail '\"b<1\"' '\"b\"' '';",),
        PatternRewrite("a", '"b<1"', '"b<2"', '"b"'),
        ("postPatch = ''substituteInPlace a --replace-fail '\"b<2\"' '\"b\"' '';",),
    ),
    "a pattern with a new bound": (
        (
            "postPatch = ''",
            '  substituteInPlace setup.py --replace-fail "rich>=12.1,<14.0" "rich>=12.1"',
            "'';",
        ),
        PatternRewrite("setup.py", "rich>=12.1,<14.0", "rich>=13,<15", "rich>=13"),
        (
            "postPatch = ''",
            '  substituteInPlace setup.py --replace-fail "rich>=13,<15" "rich>=13"',
            "'';",
        ),
    ),
}


@pytest.mark.parametrize(("before", "edit", "after"), PAIRS.values(), ids=PAIRS)
def test_an_adaptation_is_written_as_its_neighbours_are(
    before: tuple[str, ...], edit: AdaptationEdit, after: tuple[str, ...]
) -> None:
    """A second time it changes nothing, where it is not about what is gone."""
    data = adapt(overlay(*before), edit)
    assert data.decode() == overlay(*after).decode()
    if not isinstance(edit, PatternRemoval | PatternRewrite):
        assert adapt(data, edit) == data


@pytest.mark.parametrize(
    ("form", "after"),
    [
        ('format = "setuptools";', 'format = "pyproject";'),
        ("pyproject = false;", "pyproject = true;"),
        ("pyproject = true;", "pyproject = true;"),
        ("", None),
    ],
)
def test_a_package_is_built_by_its_pyproject(form: str, after: str | None) -> None:
    data = adapt(overlay(form=form), FormChange())
    if after is None:
        assert b'      version = "1.0";\n      pyproject = true;\n' in data
    else:
        assert data == overlay(form=after)


REFUSED: dict[str, tuple[tuple[str, ...], AdaptationEdit, str]] = {
    "a list that a function computes": (
        ("propagatedBuildInputs = map f [ 1 ];",),
        InputAddition(RUNTIME, "numpy"),
        "propagatedBuildInputs is computed by an expression",
    ),
    "a list that another is made of": (
        ("propagatedBuildInputs = nativeBuildInputs;", "nativeBuildInputs = [ 1 ];"),
        InputAddition("nativeBuildInputs", "hatchling"),
        "would change more than that",
    ),
    "an input of a list that is computed": (
        ("propagatedBuildInputs = [ super.python3Packages.numpy ] ++ map f [ 1 ];",),
        InputRemoval(RUNTIME, "numpy"),
        "has numpy not plainly once",
    ),
    "an input that stands there twice": (
        (with_set("numpy numpy"),),
        InputRemoval(RUNTIME, "numpy"),
        "has numpy not plainly once",
    ),
    "an input on a condition": (
        (f"propagatedBuildInputs = super.lib.optional true {PY}numpy;",),
        InputRemoval(RUNTIME, "numpy"),
        "has numpy not plainly once",
    ),
    "a name that acts": (
        ("propagatedBuildInputs = [ ];",),
        InputAddition(RUNTIME, '"; x = builtins.exec'),
        "is not a name that is safe to write into Nix",
    ),
    "a name with an interpolation": (
        ("propagatedBuildInputs = [ ];",),
        InputAddition(RUNTIME, "${x}"),
        "is not a name that is safe to write into Nix",
    ),
    "a pattern that stands there twice": (
        ("postPatch = ''", "substituteInPlace a --replace b c --replace b d", "'';"),
        PatternRemoval("a", "b"),
        "2 times",
    ),
    "a pattern in a string with an escape": (
        ('postPatch = "substituteInPlace a --replace \\"b\\" c";',),
        PatternRemoval("a", "b"),
        "0 times",
    ),
    "a bound that leaves a string of one line": (
        ("""postPatch = "substituteInPlace a --replace 'b<1' 'b'";""",),
        PatternRewrite("a", "b<1", '"b<2"', '"b"'),
        "not safe to write",
    ),
    "a pattern that a variable makes": (
        ("postPatch = ''", 'substituteInPlace a --replace "$b" c', "'';"),
        PatternRemoval("a", "$b"),
        "0 times",
    ),
    "a bound that leaves its word": (
        ("postPatch = ''", "substituteInPlace a --replace 'b<1' b", "'';"),
        PatternRewrite("a", "b<1", 'b<2"; rm -r /', "b"),
        "not safe to write",
    ),
    "a tool's bound that leaves its word": (
        ("doCheck = false;",),
        PatternAddition("pyproject.toml", '"b<1"', '"b\'; rm -r /"'),
        "not safe to write",
    ),
    "a tool's bound in a file that is several words": (
        ("doCheck = false;",),
        PatternAddition("a > b", '"b<1"', '"b"'),
        "not safe to write",
    ),
    "a tool's bound in a script of one line": (
        ("postPatch = ''rm -r vendored'';",),
        RELAXED_TOOL,
        "is not one string of several lines",
    ),
    "a tool's bound in a script that is computed": (
        ("postPatch = patch 1;",),
        RELAXED_TOOL,
        "is not one string of several lines",
    ),
    "a tool's bound behind what is not read": (
        ("postPatch = ''", "cat <<END > a", "END", "'';"),
        RELAXED_TOOL,
        "would change more than that",
    ),
    "a bound with an interpolation": (
        ("postPatch = ''", "substituteInPlace a --replace 'b<1' b", "'';"),
        PatternRewrite("a", "b<1", "b<${x}", "b"),
        "not safe to write",
    ),
}


@pytest.mark.parametrize(("lines", "edit", "message"), REFUSED.values(), ids=REFUSED)
def test_what_would_be_a_guess_is_refused(
    lines: tuple[str, ...], edit: AdaptationEdit, message: str
) -> None:
    assert message in refusal(overlay(*lines), edit)


def test_a_list_that_two_packages_share_is_left_alone() -> None:
    """What one of them needs further stands behind the name."""
    data = b"""self: super:
let shared = with super.python3Packages; [ numpy ]; in {
  x = super.python3Packages.buildPythonPackage rec {
    pname = "x"; version = "1"; src = super.fetchPypi { inherit pname version; hash = ""; };
    propagatedBuildInputs = shared;
  };
  y = super.python3Packages.buildPythonPackage rec {
    pname = "y"; version = "1"; src = super.fetchPypi { inherit pname version; hash = ""; };
    propagatedBuildInputs = shared;
  };
}
"""
    own = data.replace(b"= shared;", b"= shared ++ [ super.python3Packages.scipy ];", 1)
    assert adapt(data, InputAddition(RUNTIME, "scipy")) == own
    replaced = (Replacement("numpy", "numpy"),)
    made = adapt(data, InputAddition(RUNTIME, "scipy", replaced=replaced)).decode()
    assert f"= shared ++ [ ({PY}scipy.override {{ numpy = {PY}numpy; }}) ];" in made
    assert "would change more than that" in refusal(data, InputRemoval(RUNTIME, "numpy"))


def test_names_that_a_let_inherits_tell_where_a_new_one_comes_from() -> None:
    """A new name is not among them, so that it is named by its set; one list may be new."""
    data = b"""self: super:
let inherit (super.python3Packages) buildPythonPackage numpy; in {
  x = buildPythonPackage rec {
    pname = "x"; version = "1"; src = super.fetchPypi { inherit pname version; hash = ""; };
    propagatedBuildInputs = [ numpy ];
  };
}
"""
    own = data.replace(b"[ numpy ]", b"[ numpy super.python3Packages.scipy ]")
    assert adapt(data, InputAddition(RUNTIME, "scipy")) == own
    assert b"[ super.python3Packages.hatchling ]" in adapt(
        data, InputAddition("nativeBuildInputs", "hatchling")
    )


@pytest.mark.parametrize(
    ("formals", "nixpkgs"),
    [
        ("{ pkgs, python3Packages }", "pkgs."),
        ("{ lib, stdenv, python3Packages, ... }@args", ""),
        ("{ lib, python3Packages }", None),
    ],
)
def test_a_condition_names_nixpkgs_by_what_the_files_function_gets(
    formals: str, nixpkgs: str | None
) -> None:
    data = f"""{formals}:
python3Packages.buildPythonPackage rec {{
  pname = "x"; version = "1";
  src = python3Packages.fetchPypi {{ inherit pname version; hash = ""; }};
  dependencies = [ python3Packages.numpy ];
}}
""".encode()
    (package,) = read(data)
    edit = InputAddition("dependencies", "zict", condition=LINUX)
    adaptation = Adaptation("requirements", edit, "why")
    if nixpkgs is None:
        with pytest.raises(PatchError, match="nothing says how nixpkgs is named here"):
            adapted(package, [adaptation], data, frozenset(WRITABLE))
        return
    condition = LINUX.replace("super.", nixpkgs)
    further = f" ++ {nixpkgs}lib.optionals {condition} [ python3Packages.zict ];"
    after = data.replace(b"numpy ];", f"numpy ]{further}".encode())
    assert adapted(package, [adaptation], data, frozenset(WRITABLE)) == after


def test_a_name_whose_set_nobody_tells_is_refused() -> None:
    data = b"""self: super:
let buildPythonPackage = import ./builder.nix super; numpy = import ./numpy.nix; in {
  x = buildPythonPackage rec {
    pname = "x"; version = "1"; src = super.fetchPypi { inherit pname version; hash = ""; };
    propagatedBuildInputs = [ numpy ];
  };
}
"""
    told = "nothing says how Python packages are named here"
    assert told in refusal(data, InputAddition(RUNTIME, "scipy"))


def test_the_set_of_a_builder_without_a_path_is_that_of_the_with_around_it() -> None:
    data = b"""final: prev: { pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [
  (pyfinal: pyprev: with pyprev; {
    x = buildPythonPackage rec {
      pname = "x"; version = "1"; src = final.fetchPypi { inherit pname version; hash = ""; };
      propagatedBuildInputs = [ numpy ];
    };
  })
]; }
"""
    own = data.replace(b"[ numpy ]", b"[ numpy scipy ]")
    assert adapt(data, InputAddition(RUNTIME, "scipy")) == own
    own = data.replace(b"[ numpy ]", b"[ numpy pyfinal.einx ]")
    assert adapt(data, InputAddition(RUNTIME, "einx", own=True)) == own


def test_line_endings_are_kept() -> None:
    lines = ("propagatedBuildInputs = with super.python3Packages; [", "  zict", "];")
    data = overlay(*lines).replace(b"\n", b"\r\n")
    after = adapt(data, InputAddition(RUNTIME, "numpy"))
    assert (
        b"\r\n        numpy\r\n        zict\r\n" in after or b"  zict\r\n        numpy\r\n" in after
    )
    assert after.count(b"\n") == after.count(b"\r\n")


def test_no_command_is_written_where_the_shell_would_read_its_line_end() -> None:
    data = overlay("postPatch = ''", "  rm -r vendored", "'';").replace(b"\n", b"\r\n")
    assert "its lines end with" in refusal(data, RELAXED_TOOL)
