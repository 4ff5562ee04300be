"""In which folder of its source a package is built, as its attributes say."""

from __future__ import annotations

import pytest

from tests.overlay.golden import read

FOLDERS = {
    "nothing": ("", ""),
    "name of the source": ('sourceRoot = "${src.name}/libs/tool";', "libs/tool"),
    "final attributes": ('sourceRoot = "${finalAttrs.src.name}/python";', "python"),
    "source": ('sourceRoot = "source/bindings/python";', "bindings/python"),
    "sum": ('sourceRoot = src.name + "/libs/tool";', "libs/tool"),
    "of its own name": ('sourceRoot = "${src.name}/packages/${pname}";', "packages/p"),
    "name and version": ('sourceRoot = "${pname}-${version}/sub";', "sub"),
    "slash at the end": ('sourceRoot = "${src.name}/libs/";', "libs"),
    "the top itself": ('sourceRoot = "source";', ""),
    "the top itself by name": ('sourceRoot = "${src.name}";', ""),
    "a dot": ('sourceRoot = ".";', ""),
    "computed": ('sourceRoot = "${src.name}/${if x then "a" else "b"}";', None),
    "computed as a whole": ("sourceRoot = f src;", None),
    "glob": ('setSourceRoot = "sourceRoot=$(echo */libs/tool)";', "libs/tool"),
    "glob on lines": ("setSourceRoot = ''\n  sourceRoot=$(echo */py)\n'';", "py"),
    "working folder": ('setSourceRoot = "sourceRoot=`pwd`/source/libs";', "libs"),
    "function": ('setSourceRoot = "findIt";', None),
    "after unpacking": ('postUnpack = "sourceRoot=$sourceRoot/python";', "python"),
    "appended": ("postUnpack = ''\n  sourceRoot+=/py/sub\n'';", "py/sub"),
    "exported": ("postUnpack = ''export sourceRoot=\"$sourceRoot/python\"'';", "python"),
    "gone to by a variable": ('preBuild = "cd $dir";', None),
    "gone to and back by a variable": (
        """preBuild = \'\'
      cd py
      cd $OLDPWD
    \'\';""",
        "",
    ),
    "gone to and named": ('postUnpack = "cd $sourceRoot/py; sourceRoot=$PWD";', None),
    "named by a program": ('postUnpack = "sourceRoot=$(dirname */setup.py)";', None),
    "where it builds": ("buildPhase = ''\n  runHook preBuild\n  cd python\n  make\n'';", "python"),
    "while it builds": ("buildPhase = ''\n  make\n  cd docs\n  make html\n'';", ""),
    "cd": ('preBuild = "cd python";', "python"),
    "cd in lines": ("postPatch = ''\n  cd libs/tool\n  rm -r vendor\n'';", "libs/tool"),
    "cd and back": ("postPatch = ''\n  cd libs\n  rm x\n  cd ..\n'';", ""),
    "pushd and popd": ("postPatch = ''\n  pushd libs\n  rm x\n  popd\n'';", ""),
    "cd out of where cmake configures": (
        "nativeBuildInputs = [ super.cmake ]; preBuild = ''\n  make\n  cd ..\n'';",
        "",
    ),
    "cd out of where cmake configures, and below": (
        'nativeBuildInputs = with super; [ cmake ]; preBuild = "cd ../python";',
        None,
    ),
    "cd out where nothing configures": ('preBuild = "cd ..";', None),
    "cd out where cmake does not configure": (
        'nativeBuildInputs = [ super.cmake ]; dontUseCmakeConfigure = true; preBuild = "cd ..";',
        None,
    ),
    "cd in two hooks": ('prePatch = "cd a"; preBuild = "cd b";', "a/b"),
    "cd in a subshell": ("preBuild = ''\n  (cd docs && make)\n'';", ""),
    "only for tests": ('preCheck = "cd tests";', ""),
    "crate": ('buildAndTestSubdir = "python";', "python"),
    "both": ('sourceRoot = "source/a"; buildAndTestSubdir = "b";', "a/b"),
    "out of the source": ('sourceRoot = "${src.name}/../x";', None),
}


@pytest.mark.parametrize(("text", "folder"), FOLDERS.values(), ids=FOLDERS)
def test_the_folder_that_is_built(text: str, folder: str | None) -> None:
    (package,) = read(
        f"""{{ p = buildPythonPackage rec {{
          pname = "p"; version = "1";
          src = fetchFromGitHub {{ owner = "o"; repo = "r"; rev = "v1"; hash = ""; }};
          {text}
        }}; }}""".encode()
    )
    assert package.problem == ""
    assert package.folder == folder
