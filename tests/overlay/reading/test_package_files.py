"""Files: which are read, how `callPackage ./package.nix { }` leads to others, and links."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from updater.config.load import load
from updater.find.files import overlay_files
from updater.find.packages import find_packages
from updater.find.selection import Names, select
from updater.kinds import FETCH_FUNCTIONS
from updater.overlay.reading.file import read_packages

if TYPE_CHECKING:
    from pathlib import Path

    from updater.find.overlay_files import OverlayFiles

PACKAGE = """\
{ buildPythonPackage, fetchPypi }:
buildPythonPackage rec {
  pname = "tool-kit";
  version = "1.2.0";
  src = fetchPypi { inherit pname version; hash = ""; };
}
"""
OVERLAY = """\
final: prev: {
  python3Packages = prev.python3Packages // {
    tool = prev.python3Packages.callPackage PATH { };
  };
}
"""


def written(root: Path, **files: str) -> OverlayFiles:
    """Write files, ``overlays__x`` for overlays/x.nix, and find their packages."""
    for name, content in files.items():
        path = root / f"{name.replace('__', '/')}.nix"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return find_packages(root, overlay_files(load(root, None)).files)


def rows(found: OverlayFiles) -> list[tuple[str, str, str]]:
    return [(one.identity, one.name, one.skip) for one in found.packages]


@pytest.mark.parametrize(
    ("path", "name", "file"),
    [
        ("./tool.nix", "overlays__tool", "overlays/tool.nix"),
        ("../pkgs/tool", "pkgs__tool__default", "pkgs/tool/default.nix"),
        ("../pkgs/../pkgs/tool.nix", "pkgs__tool", "pkgs/tool.nix"),
    ],
)
def test_a_called_file_is_a_package_with_its_callers_name(
    tmp_path: Path, path: str, name: str, file: str
) -> None:
    found = written(tmp_path, overlays__a=OVERLAY.replace("PATH", path), **{name: PACKAGE})
    assert rows(found) == [(f"{file}#", "tool", "")]
    assert found.texts[file] == PACKAGE.encode()
    assert [one.callers for one in found.packages] == [(("python3Packages", "tool"),)]
    for key in ("tool", "tool-kit", file, f"{file}#"):
        assert select(found.packages, Names((key,), tmp_path, tmp_path)) == found.packages


def test_a_file_that_two_overlays_call_is_one_package(tmp_path: Path) -> None:
    overlay = OVERLAY.replace("PATH", "../tool.nix")
    other = overlay.replace("tool =", "tool-cuda =")
    found = written(tmp_path, overlays__a=overlay, overlays__b=other, tool=PACKAGE)
    assert rows(found) == [("tool.nix#", "tool", "")]


@pytest.mark.parametrize(
    "alias",
    [
        "call = prev.python3Packages.callPackage;",
        "inherit (prev) callPackage; call = callPackage;",
        "call = prev.callPackages;",
    ],
)
def test_a_file_may_be_called_by_a_name_of_the_overlay_s_own(tmp_path: Path, alias: str) -> None:
    overlay = f"final: prev: let {alias} in {{ tool = call ../tool.nix {{ }}; }}"
    assert rows(written(tmp_path, overlays__a=overlay, tool=PACKAGE)) == [("tool.nix#", "tool", "")]


def test_a_function_of_another_meaning_calls_no_file() -> None:
    overlay = b"final: prev: let call = prev.lib.readFile; in { tool = call ../tool.nix; }"
    assert read_packages(overlay, "overlays/a.nix", FETCH_FUNCTIONS).files == ()


def test_a_file_has_the_name_of_the_first_of_its_calls(tmp_path: Path) -> None:
    calls = "tool = f ../tool.nix { }; tool-cuda = f ../tool.nix { cuda = true; };"
    overlay = f"final: prev: {{ {calls.replace('f ', 'prev.callPackage ')} }}"
    found = written(tmp_path, overlays__a=overlay, tool=PACKAGE)
    assert rows(found) == [("tool.nix#", "tool", "")]
    assert [one.callers for one in found.packages] == [(("tool",), ("tool-cuda",))]


MEMBERS = """\
{ buildPythonPackage, fetchPypi, mkDerivation }:
let
  pname = "tool-kit";
  version = "1.2.0";
  src = fetchPypi { inherit pname version; hash = ""; };
  docs = mkDerivation { pname = "tool-docs"; inherit version src; };
in
buildPythonPackage { inherit pname version src; passthru = { inherit docs; }; }
"""


def test_a_member_names_its_leader_as_the_leader_s_callers_do(tmp_path: Path) -> None:
    overlay = "final: prev: { tool = prev.callPackage ../tool.nix { }; }"
    reason = "it shares its version or source with {}, and moves with it"
    found = written(tmp_path, overlays__a=overlay, tool=MEMBERS)
    assert {name: skip for _, name, skip in rows(found)} == {
        "tool": "",
        "docs": reason.format("tool"),
    }
    found = written(tmp_path, overlays__b=MEMBERS)
    assert ("overlays/b.nix#docs", "docs", reason.format("tool-kit")) in rows(found)


@pytest.mark.parametrize(
    ("package", "key"),
    [
        (PACKAGE, "tool-kit"),
        (PACKAGE.replace('pname = "tool-kit";', ""), '"pkgs/tool.nix"'),
    ],
)
def test_a_file_is_configured_by_a_key_that_its_callers_names_do_not_change(
    tmp_path: Path, package: str, key: str
) -> None:
    """What a file's own texts advise is written before its callers are known."""
    (alone,) = read_packages(package.encode(), "pkgs/tool.nix", FETCH_FUNCTIONS).packages
    assert alone.own_key == key
    overlay = "final: prev: { called = prev.callPackage ../pkgs/tool.nix { }; }"
    found = written(tmp_path, overlays__a=overlay, pkgs__tool=package)
    (tmp_path / "config.yaml").write_text(f"packages: {{{key}: {{hold: it is old}}}}")
    (called,) = found.packages
    assert (called.key, load(tmp_path, None).policy(called).hold) == ("called", "it is old")


def test_a_comment_at_a_call_steers_the_package_unless_its_own_says_otherwise(
    tmp_path: Path,
) -> None:
    overlay = OVERLAY.replace("PATH", "../tool.nix").replace(
        "    tool =", "    # updater: hold it is old\n    # updater: track=tag\n    tool ="
    )
    own = f"# updater: track=pypi\n{PACKAGE}"
    found = written(tmp_path, overlays__a=overlay, tool=own)
    (package,) = found.packages
    assert package.problem == ""
    policy = load(tmp_path, None).policy(package)
    assert (policy.hold, policy.track) == ("it is old", "pypi")


def test_called_files_may_call_others_and_each_other(tmp_path: Path) -> None:
    found = written(
        tmp_path,
        overlays__a="{ all = callPackage ../sets { }; }",
        sets__default="{ tool = callPackage ./tool.nix { }; self = callPackage ./. { }; }",
        sets__tool=PACKAGE,
    )
    assert rows(found) == [("sets/tool.nix#", "tool", "")]


@pytest.mark.parametrize("path", ["./missing.nix", "../../outside.nix", "../folder"])
def test_a_called_file_that_is_not_in_the_project_is_told(tmp_path: Path, path: str) -> None:
    (tmp_path / "outside.nix").write_text(PACKAGE)
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    assert rows(written(root, overlays__a=OVERLAY.replace("PATH", path))) == [
        (
            "overlays/a.nix#python3Packages.tool",
            "tool",
            f"it calls {path}, but this project has no such file",
        )
    ]


def test_a_link_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside.nix").write_text(PACKAGE)
    root = tmp_path / "root"
    root.mkdir()
    (root / "tool.nix").symlink_to(tmp_path / "outside.nix")
    (one,) = written(root, overlays__a=OVERLAY.replace("PATH", "../tool.nix")).packages
    assert one.skip == "it calls ../tool.nix, but this project has no such file"


def test_a_path_that_is_computed_calls_nothing(tmp_path: Path) -> None:
    overlay = OVERLAY.replace("PATH", "./${name}.nix")
    assert rows(written(tmp_path, overlays__a=overlay, overlays__tool=PACKAGE)) == [
        (
            "overlays/a.nix#python3Packages.tool",
            "tool",
            "it calls ./${name}.nix, a path that is computed",
        ),
        ("overlays/tool.nix#", "tool-kit", ""),
    ]


def test_a_file_and_links_to_it_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "overlays").mkdir()
    for link in ("a.nix", "z.nix"):
        (tmp_path / "overlays" / link).symlink_to("tool.nix")
    found = written(tmp_path, overlays__tool=PACKAGE)
    assert rows(found) == [("overlays/tool.nix#", "tool-kit", "")]


def test_two_links_to_one_file_elsewhere_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "tool.nix").write_text(PACKAGE)
    (tmp_path / "overlays").mkdir()
    for link in ("a.nix", "z.nix"):
        (tmp_path / "overlays" / link).symlink_to("../tool.nix")
    assert rows(find_packages(tmp_path, overlay_files(load(tmp_path, None)).files)) == [
        ("overlays/a.nix#", "tool-kit", "")
    ]


def test_files_come_in_the_order_of_their_paths(tmp_path: Path) -> None:
    names = ("overlays__b", "overlays__a__z", "overlays__a", "overlays__a-a__y")
    found = written(tmp_path, **dict.fromkeys(names, PACKAGE))
    assert [one.file for one in found.packages] == [
        "overlays/a/z.nix",
        "overlays/a-a/y.nix",
        "overlays/a.nix",
        "overlays/b.nix",
    ]


LISTED = """\
{ buildPythonApplication, fetchPypi, tool }:
buildPythonApplication rec {
  pname = "editor";
  version = "1.0";
  src = fetchPypi { inherit pname version; hash = ""; };
  nativeCheckInputs = [
    other
    (tool.overrideAttrs (old: rec {
      pname = "tool-kit";
      version = "2.0";
      src = fetchPypi { inherit pname version; hash = ""; };
    }))
  ];
  passthru.inputs = [
    (python.pkgs.second.overridePythonAttrs (old: rec {
      name = "second-3.0";
      version = "3.0";
      src = fetchPypi { pname = "second"; inherit version; hash = ""; };
    }))
  ];
}
"""


def test_an_element_of_a_list_is_called_as_itself_and_not_as_the_list(tmp_path: Path) -> None:
    found = written(
        tmp_path,
        overlays__a="final: prev: { editor = prev.callPackage ../editor.nix { }; }",
        editor=LISTED,
    )
    assert rows(found) == [
        ("editor.nix#", "editor", ""),
        ("editor.nix#nativeCheckInputs", "tool-kit", ""),
        ("editor.nix#passthru.inputs", "second", ""),
    ]
    # The list is nothing that could be looked up, and no package of the project has its name.
    assert [one.names for one in found.packages] == [{"editor"}, {"tool-kit"}, {"second"}]
    assert [one.paths for one in found.packages] == [(("editor",),), (), ()]


def test_a_file_that_an_element_of_a_list_calls_keeps_its_own_name(tmp_path: Path) -> None:
    call = "python3Packages.callPackage ../tool.nix { }"
    lists = f"final: prev: {{ defaultPackages = ps: [ ps.numpy (prev.{call}) ]; }}"
    found = written(tmp_path, overlays__a=lists, tool=PACKAGE)
    assert rows(found) == [("tool.nix#", "tool-kit", "")]
    other = lists.replace("defaultPackages = ps: [ ps.numpy (", "tool = (").replace(") ]", ")")
    found = written(tmp_path, overlays__b=other)
    assert rows(found) == [("tool.nix#", "tool", "")]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("pkgs/by-name/to/tool_1_2/package.nix", "tool_1_2"),
        ("pkgs/by-name/tool_1_2/package.nix", "tool_1_2"),
        ("pkgs/by-name/tool_1_2.nix", "tool_1_2"),
        ("pkgs/by-name/To/tool_1_2/package.nix", "tool-kit"),  # no shard of it
        ("pkgs/by-name/tools/tool_1_2/package.nix", "tool-kit"),
        ("pkgs/by-name/tool_1_2/default.nix", "tool-kit"),
        ("pkgs/by-name/package.nix", "tool-kit"),
        ("pkgs/tool_1_2/package.nix", "tool-kit"),
        ("pkgs/tool_1_2.nix", "tool-kit"),
    ],
)
def test_a_path_in_by_name_is_the_attribute_of_its_package(
    tmp_path: Path, file: str, name: str
) -> None:
    path = file.removesuffix(".nix").replace("/", "__")
    found = written(tmp_path, **{path: PACKAGE})
    assert rows(found) == [(f"{file}#", name, "")]


RESULT = """\
{ mkDerivation, fetchurl, source }:
let
  result = mkDerivation rec {
    version = "1.0";
    src = fetchurl { url = "https://example.org/${version}.zip"; hash = ""; };
  };
in
BODY
"""


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("result", "tool"),
        ("assert source != null; (result)", "tool"),
        ("if source == null then null else result", "tool"),
        ("if source != null then result else null", "tool"),
        ("if source == null then other else result", "result"),  # of two, it is one
        ("{ inherit result; }", "result"),
    ],
)
def test_what_a_file_comes_to_has_the_files_name(tmp_path: Path, body: str, name: str) -> None:
    found = written(tmp_path, pkgs__tool=RESULT.replace("BODY", body))
    assert [one.name for one in found.packages] == [name]
