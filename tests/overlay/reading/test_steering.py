"""Comments that steer a package, and comments that do not."""

from __future__ import annotations

import pytest

from tests.overlay.golden import read
from updater.kinds import FETCH_FUNCTIONS
from updater.model import Directive
from updater.overlay.reading.file import read_packages

PACKAGE = """\
{ABOVE}  tool = mkDerivation rec {{{BRACE}
    pname = "tool";{BESIDE}
    version = "1.2.0";
{ABOVE_SOURCE}    src = fetchPypi {{
      inherit pname version;{INSIDE_SOURCE}
      hash = "";
    }};{BEHIND_SOURCE}
  }};{BEHIND}
"""
PLACES = ("ABOVE", "BRACE", "BESIDE", "ABOVE_SOURCE", "INSIDE_SOURCE", "BEHIND_SOURCE", "BEHIND")
SIBLING = '  sibling = mkDerivation { pname = "sibling"; version = "1.2.0"; };\n'


def overlay(comment: str, place: str) -> bytes:
    parts = dict.fromkeys(PLACES, "")
    parts[place] = f"    {comment}\n" if place.startswith("ABOVE") else f" {comment}"
    return f"final: prev: {{\n{SIBLING}{PACKAGE.format(**parts)}{SIBLING}}}\n".encode()


@pytest.mark.parametrize("place", PLACES)
def test_a_comment_steers_the_package_that_it_stands_in_or_at(place: str) -> None:
    found = read(overlay("# updater: hold waits for CUDA 13", place))
    assert [(one.name, [(d.key, d.value) for d in one.directives]) for one in found] == [
        ("sibling", []),
        ("tool", [("hold", "waits for CUDA 13")]),
        ("sibling", []),
    ]


@pytest.mark.parametrize(
    ("said", "directives"),
    [
        ("hold", [("hold", "held by a comment in the overlay")]),
        ("hold: because", [("hold", "because")]),
        ("track=tag", [("track", "tag")]),
        ("track = branch:next/2", [("track", "branch:next/2")]),
        ("ignore 1.2.*", [("ignore", "1.2.*")]),
        ("ignore 1.2.*, 2.0.0rc1", [("ignore", "1.2.*"), ("ignore", "2.0.0rc1")]),
        ("ignore=v1.2", [("ignore", "v1.2")]),
        ("ignore: 1!2.0+cu121 Jammy", [("ignore", "1!2.0+cu121"), ("ignore", "Jammy")]),
        ("allow check-off because", []),
        ("allow", []),
    ],
)
def test_what_a_comment_can_say(said: str, directives: list[tuple[str, str]]) -> None:
    tool = read(overlay(f"# updater: {said}", "BRACE"))[1]
    assert [(one.key, one.value) for one in tool.directives] == directives
    assert tool.problem == ""


@pytest.mark.parametrize(
    "said", ["", "hodl it", "track", "track=tags", "track=branch:", "ignore", 'ignore "1.2"']
)
def test_a_comment_that_cannot_be_understood_is_a_problem_of_its_package(said: str) -> None:
    """Somebody wanted the updater to do something else than usual: it must not go on as usual."""
    tool = read(overlay(f"# updater: {said}", "BRACE"))[1]
    assert tool.problem == f"line 3: cannot understand the comment `updater: {said}`"
    assert tool.hint.startswith("write `# updater: hold REASON`")


IN_CONFIG = 'write `packages: {{PKG: {{allow: "{}"}}}}` into config.yaml'
FIT_NONE = {
    "ignore >=1.1": IN_CONFIG.format("<1.1"),
    "ignore=> 2": IN_CONFIG.format("<=2"),
    "ignore 1.x": "write `# updater: ignore 1.*`",
    "ignore 0.9 2.X, 3.*": "write `# updater: ignore 0.9 2.* 3.*`",
    "ignore >=1,<2": "`ignore` takes versions, such as 1.2.3 or 1.2.*; a range goes into",
    "ignore *": "`ignore` takes versions, such as 1.2.3 or 1.2.*; a range goes into",
    "ignore ==1.4": "`ignore` takes versions, such as 1.2.3 or 1.2.*; a range goes into",
    "ignore ^1.4": "`ignore` takes versions, such as 1.2.3 or 1.2.*; a range goes into",
    "allow=<2": IN_CONFIG.format("<2"),
    "allow >=1,<2": IN_CONFIG.format(">=1,<2"),
    "allow: 1.*": IN_CONFIG.format("==1.*"),
    'allow="<2"': IN_CONFIG.format("<2"),
    "allow ==1.*": IN_CONFIG.format("==1.*"),
    "allow =": IN_CONFIG.format("<2"),
}


@pytest.mark.parametrize(("said", "hint"), FIT_NONE.items())
def test_a_comment_that_fits_no_version_is_one_that_cannot_be_understood(
    said: str, hint: str
) -> None:
    """With the line to write, as in config.yaml."""
    tool = read(overlay(f"# updater: {said}", "BRACE"))[1]
    assert (tool.problem, tool.directives) == (
        f"line 3: cannot understand the comment `updater: {said}`",
        (),
    )
    assert tool.hint.startswith(hint)


def test_several_comments_add_up_in_their_order() -> None:
    data = b"""{
      # updater: ignore 1.2.*
      # what the next line says is for machines
      # updater: track=tag
      tool = mkDerivation {
        version = "1"; # updater: ignore 2.*
      };
    }"""
    (tool,) = read(data)
    assert tool.directives == (
        Directive("ignore", "1.2.*"),
        Directive("track", "tag"),
        Directive("ignore", "2.*"),
    )


def test_a_comment_on_a_shared_source_steers_all_its_packages() -> None:
    data = b"""let
      version = "1.2.0";
      # updater: hold shared
      src = fetchFromGitHub { owner = "o"; repo = "r"; tag = version; hash = ""; };
    in {
      one = mkDerivation { pname = "one"; inherit version src; };
      two = mkDerivation { pname = "two"; inherit version src; };
      three = mkDerivation { pname = "three"; inherit version; };
    }"""
    assert [[d.value for d in one.directives] for one in read(data)] == [["shared"], ["shared"], []]


def test_in_a_file_that_is_one_package_every_comment_is_its_own() -> None:
    (package,) = read(b'# updater: hold all\n\n{ lib }:\n\nmkDerivation { version = "1"; }\n')
    assert [one.value for one in package.directives] == ["all"]


ONE = b'self: super: {\n  set = super.set // { tool = mkDerivation { version = "1"; }; };\n}\n'


@pytest.mark.parametrize(
    "above",
    [
        b"# updater: hold all\n",
        b"\n# updater: hold all\n\n",
        b"# Written by hand.\n# updater: hold all\n",
        b"/* A licence:\n * all * yours **/\n# updater: hold all\n",
        b"# CRLF\r\n# updater: hold all\r\n",
    ],
)
def test_at_the_top_of_a_file_with_one_package_a_comment_is_the_packages(above: bytes) -> None:
    found = read_packages(above + ONE, "x.nix", FETCH_FUNCTIONS)
    assert found.problems == ()
    assert [(one.name, [d.value for d in one.directives]) for one in found.packages] == [
        ("tool", ["all"])
    ]


def test_at_the_top_of_two_branches_of_one_package_it_is_of_both() -> None:
    data = b"# updater: hold all\nself: super: if super.old\nthen " + 2 * (
        b'{ tool = mkDerivation { version = "1"; }; }\nelse '
    )
    found = read(data + b"{ }")
    assert [[d.value for d in one.directives] for one in found] == [["all"], ["all"]]


def test_at_the_top_of_a_file_that_calls_one_file_it_is_the_called_packages() -> None:
    data = b"# updater: hold all\nfinal: prev: {\n  tool = final.callPackage ./tool.nix { };\n}"
    found = read_packages(data, "x.nix", FETCH_FUNCTIONS)
    assert [(one.path, [d.value for d in one.directives]) for one in found.files] == [
        ("./tool.nix", ["all"])
    ]


def test_at_the_top_a_comment_that_cannot_be_understood_is_the_packages_problem() -> None:
    (tool,) = read(b"# updater: hodl\n" + ONE)
    assert tool.problem == "line 1: cannot understand the comment `updater: hodl`"


@pytest.mark.parametrize(
    "data",
    [
        (
            b'# updater: hold\n{ a = mkDerivation { version = "1"; };\n'
            b'b = mkDerivation { version = "1"; }; }'
        ),
        b'{\n  # updater: hold\n\n  tool = mkDerivation { version = "1"; };\n}',
        b'{\n  tool = mkDerivation { version = "1"; };\n  # updater: hold\n}',
        b"# updater: hold\n{ }",
    ],
)
def test_a_comment_that_belongs_to_no_package_is_told(data: bytes) -> None:
    found = read_packages(data, "x.nix", FETCH_FUNCTIONS)
    assert [said for one in found.packages for said in one.directives] == []
    (problem,) = found.problems
    assert str(problem).startswith("a steering comment is not attached to a package: line ")
    assert problem.hint.startswith("put it inside the package")


@pytest.mark.parametrize(
    "text",
    [
        'description = "# updater: hold";',
        "postPatch = ''\n  # updater: hold\n'';",
        "# the updater: hold is no comment for it",
        "/* updater: hold */",
        "# see # updater: hold",
    ],
)
def test_other_text_steers_nothing(text: str) -> None:
    data = f'{{ tool = mkDerivation {{ version = "1";\n{text}\n}}; }}'.encode()
    found = read_packages(data, "x.nix", FETCH_FUNCTIONS)
    assert found.problems == ()
    assert [(one.directives, one.problem) for one in found.packages] == [((), "")]
