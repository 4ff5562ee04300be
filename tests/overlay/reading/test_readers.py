"""Which attributes take the version into a build, and which have a copy of it."""

from __future__ import annotations

import pytest

from updater.overlay.reading.file import read_packages

READERS = {
    "by its name": ("NOTE = version;", ("NOTE (line 5)",)),
    "in a text": ('NOTE = "v${version}";', ("NOTE (line 5)",)),
    "in a set": ("env = { A = version; B = 1; };", ("env.A (line 5)",)),
    "of the package itself": ("NOTE = finalAttrs.version;", ("NOTE (line 5)",)),
    "the shell's variable": (
        "postPatch = ''sed -i s/0.0/$version/ a'';",
        ("postPatch (line 5)",),
    ),
    "the shell's, in braces": ("preBuild = ''echo ''${version}'';", ("preBuild (line 5)",)),
    "the shell's, in a text": ('preBuild = "echo \\${version}";', ("preBuild (line 5)",)),
    "inherited into a set": ("env = { inherit version; };", ("env.version (line 5)",)),
    "inherited of itself": ("env = { inherit (finalAttrs) version; };", ("env.version (line 5)",)),
    "inherited beside it": ("env = { inherit pname; };", ()),
    "another variable": ("preBuild = ''echo $versions $VERSION'';", ()),
    "what tells of it": ('meta.changelog = "v${version}"; passthru.v = version;', ()),
    "nothing": ("doCheck = false;", ()),
}


@pytest.mark.parametrize(("attribute", "readers"), READERS.values(), ids=READERS)
def test_what_a_build_reads_is_known(attribute: str, readers: tuple[str, ...]) -> None:
    assert package_with(attribute)[0] == readers


COPIES = {
    "of a variable": ('SETUPTOOLS_SCM_PRETEND_VERSION = "1.0";', 1),
    "in a set": ('env = { PBR_VERSION = "1.0"; };', 1),
    "in a script": ("preBuild = ''export X_VERSION=1.0'';", 1),
    "in a substitution": ("postPatch = ''substituteInPlace a --replace-fail 0 1.0'';", 1),
    "in sed's words": ("postPatch = ''sed -i s/0/1.0/ a'';", 1),
    "in a line": ('preBuild = "export A_VERSION=\\"1.0\\"";', 1),
    "in the name": ('name = "a-1.0";', 1),
    "a bound": ("postPatch = ''substituteInPlace a --replace 'b==1.0' b'';", 0),
    "a part of another": ("postPatch = ''sed -i s/0/1.0.1/ a; sed -i s/1.0-x// b'';", 0),
    "no substitution": ("postPatch = ''echo 1.0'';", 0),
    "longer": ("preBuild = ''export X_VERSION=1.0.1'';", 0),
    "another version": ('X_VERSION = "1.1";', 0),
    "by its name": ("X_VERSION = version;", 0),
}


@pytest.mark.parametrize(("attribute", "count"), COPIES.values(), ids=COPIES)
def test_a_copy_of_the_version_is_known(attribute: str, count: int) -> None:
    assert len(package_with(attribute)[1]) == count


def package_with(attribute: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the readers and copies of a package with one more attribute, in line 5."""
    text = (
        "self: super: {\n  a = super.mkDerivation rec {\n"
        '    pname = "a"; version = "1.0";\n'
        '    src = fetchFromGitHub { owner = "o"; repo = "a"; rev = version; hash = ""; };\n'
        f"    {attribute}\n  }};\n}}\n"
    )
    (package,) = read_packages(text.encode(), "a.nix", frozenset({"fetchFromGitHub"})).packages
    return package.version_readers, package.version_copies
