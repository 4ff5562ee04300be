"""Which attributes take the version into a build, and which have a copy of it."""

from __future__ import annotations

from typing import TypeAlias

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
    "of all variables": ("postPatch = ''substituteAllInPlace a'';", ("postPatch (line 5)",)),
    "compared with": (
        "nativeInstallCheckInputs = [ versionCheckHook ];",
        ("nativeInstallCheckInputs (line 5)",),
    ),
    "of the package in its set": ('NOTE = "v${self.a.version}";', ("NOTE (line 5)",)),
    "of the package in a named set": ("NOTE = final.pkgs.a.version;", ("NOTE (line 5)",)),
    "of another package": ("NOTE = self.b.version;", ()),
    "put into a patch": (
        "patches = [ (substituteAll { src = ./a.patch; inherit version; }) ];",
        ("patches (line 5)",),
    ),
    "put into another file": (
        "data = replaceVarsWith { src = ./a; replacements = { inherit version; }; };",
        ("data (line 5)",),
    ),
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
    "a tag in a variable": ('env.VERSION = "v1.0";', 1),
    "a linker's flag": ('ldflags = [ "-X" "main.version=v1.0" ];', 1),
    "a feature of CMake": ('cmakeFlags = [ (lib.cmakeFeature "A_VERSION" "1.0") ];', 1),
    "written into a file": ("postPatch = ''echo 1.0 > VERSION'';", 1),
    "written with printf": ("postPatch = ''printf '1.0' >> src/_version.py'';", 1),
    "written elsewhere": ("postPatch = ''echo 1.0 > notes'';", 0),
    "a part of what is written": ("postPatch = ''echo 1.0.1 > VERSION'';", 0),
    "a bound that is written": ("postPatch = ''echo 'b==1.0' > version-bounds'';", 0),
    "a bound": ("postPatch = ''substituteInPlace a --replace 'b==1.0' b'';", 0),
    "a part of another": ("postPatch = ''sed -i s/0/1.0.1/ a; sed -i s/1.0-x// b'';", 0),
    "with a letter": ("preBuild = ''export TAG_VERSION=v1.0'';", 1),
    "in a file's name": ("postInstall = ''rm -r $out/a-1.0.dist-info'';", 1),
    "in a wheel's name": ("postBuild = ''mv dist/a-1.0-py3-none-any.whl x'';", 1),
    "another's file": ("postInstall = ''rm -r $out/b-1.0.dist-info'';", 0),
    "a bound with spaces": ("postPatch = ''substituteInPlace a --replace 'b >= 1.0' b'';", 0),
    "another package": ('dependencies = [ (b.override { version = "1.0"; }) ];', 0),
    "no substitution": ("postPatch = ''echo 1.0'';", 0),
    "longer": ("preBuild = ''export X_VERSION=1.0.1'';", 0),
    "another version": ('X_VERSION = "1.1";', 0),
    "by its name": ("X_VERSION = version;", 0),
}


@pytest.mark.parametrize(("attribute", "count"), COPIES.values(), ids=COPIES)
def test_a_copy_of_the_version_is_known(attribute: str, count: int) -> None:
    assert len(package_with(attribute)[1]) == count


FLAGS = {
    "a flag": 'makeFlags = [ "VER=1.0.3" ];',
    "an option": 'configureFlags = [ "--with-release=1.0.3" ];',
    "a tag": 'env.TAG = "v1.0.3";',
    "what is looked for": "installCheckPhase = ''$out/bin/a --version | grep -q 1.0.3'';",
    "what is written": "postPatch = ''printf %s 1.0.3 > VERSION'';",
}
NO_FLAGS = {
    "a bound": "postPatch = ''sed -i 's/b==1.0.3/b/' a'';",
    "a bound with spaces": "postPatch = ''sed -i 's/b >= 1.0.3/b/' a'';",
    "at least": 'NOTE = "b>1.0.3";',
    "a patch": "patches = [ ./fix-1.0.3.patch ];",
    "more numbers": 'NOTE = "1.0.3.1";',
}


@pytest.mark.parametrize("attribute", FLAGS.values(), ids=FLAGS)
def test_three_numbers_are_the_version_wherever_they_stand(attribute: str) -> None:
    assert len(package_with(attribute, "1.0.3")[1]) == 1


@pytest.mark.parametrize("attribute", NO_FLAGS.values(), ids=NO_FLAGS)
def test_three_numbers_of_others_are_no_copy(attribute: str) -> None:
    assert package_with(attribute, "1.0.3")[1] == ()


@pytest.mark.parametrize(
    ("attribute", "readers"),
    [
        ("env.COMMIT = src.rev;", ("env.COMMIT (line 5)",)),
        ('NOTE = "at ${finalAttrs.src.tag}";', ("NOTE (line 5)",)),
        ("NOTE = src.name;", ()),
        ("passthru.rev = src.rev;", ()),
    ],
)
def test_what_a_build_reads_of_the_rev_is_known(attribute: str, readers: tuple[str, ...]) -> None:
    assert package_with(attribute)[2] == readers


LETS = {
    "a copy that a build sees": ('let v = "1.0"; in', "ver = version; NOTE = v;", ("v (line 1)",)),
    "one that the source is made from": (
        'let v = "1.0"; in',
        "src = f { rev = v; }; NOTE = v;",
        (),
    ),
    "one that is the version": (
        'let v = "1.0"; in',
        'version = v; NOTE = v; other = "1.0";',
        ("other (line 2)",),
    ),
    "one that is inherited": ('let version = "1.0"; in', "inherit version; N = version;", ()),
    "one that no build sees": ('let v = "1.0"; in', "meta.note = v;", ()),
    "another version": ('let v = "1.1"; w = "1.0"; in', "NOTE = v;", ()),
    "one of the set itself": ('let v = "1.0"; in', 'v = "2"; NOTE = v;', ()),
}


@pytest.mark.parametrize(("around", "attributes", "copies"), LETS.values(), ids=LETS)
def test_a_copy_of_the_version_in_a_let_is_known(
    around: str, attributes: str, copies: tuple[str, ...]
) -> None:
    version = "" if "version" in attributes and "ver =" not in attributes else 'version = "1.0";'
    source = "" if "src" in attributes else 'src = f { rev = "1"; };'
    text = f'{around} self: super: {{ a = super.mkDerivation rec {{ pname = "a"; {version}\n'
    text = f"{text}{source} {attributes} }}; }}\n".replace("f {", "fetchgit { url = u; hash = h;")
    (package,) = read_packages(text.encode(), "a.nix", frozenset({"fetchgit"})).packages
    assert package.version_copies == copies


Told: TypeAlias = tuple[str, ...]


def package_with(attribute: str, label: str = "1.0") -> tuple[Told, Told, Told]:
    """Return readers, copies and readers of the rev of a package with an attribute in line 5."""
    text = (
        "self: super: {\n  a = super.mkDerivation rec {\n"
        f'    pname = "a"; version = "{label}";\n'
        '    src = fetchFromGitHub { owner = "o"; repo = "a"; rev = version; hash = ""; };\n'
        f"    {attribute}\n  }};\n}}\n"
    )
    (package,) = read_packages(text.encode(), "a.nix", frozenset({"fetchFromGitHub"})).packages
    return package.version_readers, package.version_copies, package.rev_readers
