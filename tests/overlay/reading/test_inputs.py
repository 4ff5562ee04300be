"""Lists of inputs are read element by element, and never more than is written."""

from __future__ import annotations

import pytest

from tests.overlay.golden import read
from updater.overlay.reading import syntax
from updater.overlay.reading.declarations import Declarations, declarations


def declared(lines: str, around: str = "super.python3Packages.buildPythonPackage") -> Declarations:
    """What the package x declares, with further lines in its set."""
    data = f"""self: super: let tools = [ super.cmake ]; in {{
  x = {around} rec {{
    pname = "x"; version = "1.0";
    src = super.fetchPypi {{ inherit pname version; hash = ""; }};
    {lines}
  }};
}}
""".encode()
    (package,) = read(data)
    found = declarations(syntax.parse(data), package)
    assert found is not None
    return found


LISTS: dict[str, tuple[str, list[tuple[str, str, str]], bool]] = {
    "names under with": (
        "with super.python3Packages; [ numpy ]",
        [("numpy", "super.python3Packages", "")],
        True,
    ),
    "a name in quotes": (
        '[ super.python3Packages."torch-bin" ]',
        [("torch-bin", "super.python3Packages", "")],
        True,
    ),
    "an override": (
        "with super.python3Packages; [ (accelerate.override { torch = 1; }) ]",
        [("accelerate", "super.python3Packages", "")],
        True,
    ),
    "joined lists": (
        "[ self.a ] ++ (with super; [ b ])",
        [("a", "self", ""), ("b", "super", "")],
        True,
    ),
    "conditions": (
        "[ ] ++ super.lib.optionals c (super.lib.optional d super.b ++ [ super.e ])",
        [("b", "super", "c && d"), ("e", "super", "c")],
        True,
    ),
    "a name from outside": ("tools", [("cmake", "super", "")], True),
    "let": ("let a = [ self.b ]; in a", [("b", "self", "")], True),
    "values of a set": (
        'with super; builtins.attrValues { inherit (self.ps) a "b-c"; inherit d; e = (self.f); }',
        [("a", "self.ps", ""), ("b-c", "self.ps", ""), ("d", "super", ""), ("f", "self", "")],
        True,
    ),
    "values of a set, conditions": (
        "super.lib.optionals c (super.lib.attrValues { inherit (super) a; }) ++ [ self.b ]",
        [("a", "super", "c"), ("b", "self", "")],
        True,
    ),
    "values of a set from nobody knows where": (
        "builtins.attrValues { inherit (super.f 1) a; }",
        [("", "", "")],
        True,
    ),
    "values of a set with a name of parts": ("builtins.attrValues { a.b = self.c; }", [], False),
    "values of a set with a computed name": ("builtins.attrValues { ${x} = self.c; }", [], False),
    "values of a recursive set": ("builtins.attrValues rec { a = self.c; }", [], False),
    "values of two sets": ("builtins.attrValues ({ a = self.c; } // { })", [], False),
    "values by a function of the file": (
        "let attrValues = s: [ ]; in attrValues { inherit (self) a; }",
        [],
        False,
    ),
    "a function": ("map f [ 1 ]", [], False),
    "what an override had": ("(old.dependencies or [ ]) ++ [ self.a ]", [("a", "self", "")], False),
    "an element that is computed": ("[ (f 1) ]", [("", "", "")], True),
}


@pytest.mark.parametrize(("text", "inputs", "whole"), LISTS.values(), ids=LISTS)
def test_a_list_is_followed_as_far_as_it_is_written(
    text: str, inputs: list[tuple[str, str, str]], *, whole: bool
) -> None:
    found = declared(f"propagatedBuildInputs = {text};").lists["propagatedBuildInputs"]
    read_inputs = [(own.name, ".".join(own.base), own.condition) for own in found.inputs]
    assert (read_inputs, found.whole) == (inputs, whole)


FORMS = {
    "": "setuptools",
    "pyproject = true;": "pyproject",
    "pyproject = false;": "other",
    'format = "wheel";': "wheel",
    "format = super.x;": "",
    "pyproject = super.x;": "",
}


@pytest.mark.parametrize(("text", "form"), FORMS.items(), ids=FORMS)
def test_how_a_package_is_built_is_read(text: str, form: str) -> None:
    assert declared(text).form == form


def test_what_is_not_checked_is_read() -> None:
    text = 'pythonRelaxDeps = [ "A_b" ]; pythonRemoveDeps = true; dontCheckRuntimeDeps = true;'
    found = declared(text + ' format = "pyproject";')
    assert (found.relaxed, found.removed, found.checks) == (frozenset({"a-b"}), None, False)


SCRIPTS: dict[str, tuple[str, list[tuple[str | None, str | None]]]] = {
    "words with quotes": (
        """substituteInPlace a --replace-fail "b c" 'd "e"' --replace f g""",
        [("b c", 'd "e"'), ("f", "g")],
    ),
    "several lines": ("substituteInPlace a \\\n --replace b c", [("b", "c")]),
    "escapes": ('substituteInPlace a --replace "b\\"c" d', [('b"c', "d")]),
    "what Nix or the shell expands": (
        "substituteInPlace a --replace ${b} c --replace \"x$y\" '${z}'",
        [(None, "c"), (None, None)],
    ),
    "other commands": ("rm b; substituteInPlace a --replace b c # d", [("b", "c")]),
    "another option": ("substituteInPlace a --subst-var b --replace c d", []),
    "a redirection": ("cat < b\nsubstituteInPlace a --replace b c", []),
    "a comment": ("# substituteInPlace a --replace b c", []),
}


@pytest.mark.parametrize(("script", "pairs"), SCRIPTS.values(), ids=SCRIPTS)
def test_substitutions_are_read_word_by_word(
    script: str, pairs: list[tuple[str | None, str | None]]
) -> None:
    found = declared(f"postPatch = ''\n{script}\n'';").substitutions
    assert [(own.pattern, own.replacement) for own in found] == pairs


def test_a_script_that_never_ends_its_quotes_is_read_in_time() -> None:
    """Each `''${` could be read in two ways, and what is tried again must not double with each."""
    quotes = "''${x}" * 20_000
    assert declared(f"postPatch = ''\nsubstituteInPlace a --replace \"{quotes}\n'';").form
