"""Requirements are read statically and compared by meaning."""

from __future__ import annotations

import pytest

from updater.errors import HostileFile
from updater.metadata.requirements import (
    Requirements,
    compare,
    from_metadata,
    from_pyproject,
    from_setup_cfg,
    from_setup_py,
    from_tree,
)
from updater.model.research import RequirementChange


def test_pyproject_with_extras_and_markers() -> None:
    data = b"""[project]
requires-python = ">=3.9"
dependencies = ["B >= 1", "a ; python_version < '3.11'"]
optional-dependencies = {x = ["c", "d; os_name == 'nt'"]}
"""
    assert from_pyproject(data) == Requirements(
        ">=3.9",
        (
            ("b", "b>=1"),
            ("a", 'a; python_version < "3.11"'),
            ("c", 'c; extra == "x"'),
            ("d", 'd; os_name == "nt" and extra == "x"'),
        ),
    )


UNKNOWN = {
    "no project table": b"[tool.x]\n",
    "dynamic": b'[project]\ndynamic = ["dependencies"]\n',
    "no TOML": b"[project\n",
    "not UTF-8": b"\xff",
    "another type": b'[project]\ndependencies = "x"\n',
}


@pytest.mark.parametrize("data", UNKNOWN.values(), ids=UNKNOWN)
def test_what_the_file_does_not_say_is_not_known(data: bytes) -> None:
    assert from_pyproject(data) is None


def test_metadata_says_the_same_in_another_spelling() -> None:
    data = b"Name: x\nRequires-Python: >=3.9\nRequires-Dist: B (>=1)\nRequires-Dist: ???\n\nbody"
    read = from_metadata(data)
    assert read is not None
    assert read == Requirements(">=3.9", (("b", "b>=1"),))
    assert compare(read, Requirements(">=3.9", (("b", "b>=1"),))) == ()


def test_differences_are_added_removed_or_changed() -> None:
    old = Requirements("", (("a", "a"), ("b", "b<2"), ("b", "b>1")))
    new = Requirements(">=3.10", (("b", "b>1"), ("c", "c")))
    assert compare(old, new) == (
        RequirementChange("added", "Python", "", ">=3.10"),
        RequirementChange("removed", "a", "a", ""),
        RequirementChange("changed", "b", "b<2, b>1", "b>1"),
        RequirementChange("added", "c", "", "c"),
    )


def test_metadata_that_leaves_them_to_the_build_is_not_known() -> None:
    assert from_metadata(b"Metadata-Version: 2.2\nDynamic: Requires-Dist\n") is None


def test_setup_cfg_with_extras() -> None:
    data = b"""[options]
python_requires = >=3.8
install_requires =
    a>=1
    b; python_version < "3.11"
[options.extras_require]
x = c
"""
    assert from_setup_cfg(data) == Requirements(
        ">=3.8", (("a", "a>=1"), ("b", 'b; python_version < "3.11"'), ("c", 'c; extra == "x"'))
    )


@pytest.mark.parametrize(
    "data",
    [b"[metadata]\n", b"[options]\ninstall_requires = file: x.txt\n", b"no section\n", b"\xff"],
)
def test_setup_cfg_that_does_not_list_them_is_not_known(data: bytes) -> None:
    assert from_setup_cfg(data) is None


def test_setup_py_is_read_and_not_run() -> None:
    data = b"""import os
from setuptools import setup
os.abort()
setup(
    name=make(),
    install_requires=["a>=1", "b"],
    extras_require={"x": ["c"], "y": "d"},
    python_requires=">=3.8",
)
"""
    assert from_setup_py(data) == Requirements(
        ">=3.8",
        (("a", "a>=1"), ("b", "b"), ("c", 'c; extra == "x"'), ("d", 'd; extra == "y"')),
    )


def test_a_name_that_is_written_once_is_what_it_stands_for() -> None:
    data = b"needs = ['a']\nsetup(install_requires=needs)\n"
    assert from_setup_py(data) == Requirements("", (("a", "a"),))


@pytest.mark.parametrize(
    "data",
    [
        b"needs = ['a']\nneeds.append('b')\nsetup(install_requires=needs)",
        b"needs = ['a']\nneeds += ['b']\nsetup(install_requires=needs)",
        b"needs = ['a']\nadd(needs)\nsetup(install_requires=needs)",
        b"if x:\n    needs = ['a']\nsetup(install_requires=needs)",
        b"needs = ['a']\nif x:\n    needs = ['b']\nsetup(install_requires=needs)",
        b"setup(install_requires=read())",
        b"setup(install_requires=['a'] + more)",
        b"setup(name='x')",
        b"setup(install_requires='a')",
        b"x = 1",
        b"print 'Python 2'",
    ],
)
def test_setup_py_that_makes_them_is_not_known(data: bytes) -> None:
    assert from_setup_py(data) is None


MODERN = b"Metadata-Version: 2.2\nRequires-Dist: modern\n"
OLD = b"Metadata-Version: 2.1\nRequires-Dist: built\n"
TOML = b'[project]\ndependencies = ["toml"]\n'
DYNAMIC = b'[project]\ndynamic = ["dependencies"]\n'
CFG = b"[options]\ninstall_requires = cfg\n"
PY = b"setup(install_requires=['py'])"
TREES: dict[str, tuple[dict[str, bytes], str | None]] = {
    "modern PKG-INFO before all": (
        {"PKG-INFO": MODERN, "pyproject.toml": TOML, "setup.cfg": CFG},
        "modern",
    ),
    "older PKG-INFO after all": ({"PKG-INFO": OLD, "setup.py": PY}, "py"),
    "older PKG-INFO where it says any": (
        {"PKG-INFO": OLD, "setup.py": b"setup(install_requires=read())"},
        "built",
    ),
    "modern PKG-INFO that is dynamic": (
        {"PKG-INFO": b"Metadata-Version: 2.2\nDynamic: Requires-Dist\n", "setup.cfg": CFG},
        "cfg",
    ),
    "pyproject before setup.cfg": ({"pyproject.toml": TOML, "setup.cfg": CFG}, "toml"),
    "dynamic pyproject": ({"pyproject.toml": DYNAMIC, "setup.cfg": CFG, "setup.py": PY}, "cfg"),
    "older PKG-INFO without any": ({"PKG-INFO": b"Metadata-Version: 1.0\n"}, None),
    "a version that is none": ({"PKG-INFO": b"Metadata-Version: new\n"}, None),
    "nothing": ({}, None),
}


@pytest.mark.parametrize(("files", "name"), TREES.values(), ids=TREES)
def test_a_tree_is_read_in_the_order_of_trust(files: dict[str, bytes], name: str | None) -> None:
    found = from_tree(files)
    assert (found.needed if found is not None else None) == (((name, name),) if name else None)


OF_TOOLS: dict[str, tuple[dict[str, str], str, list[str]]] = {
    "poetry": (
        {
            "pyproject.toml": """[tool.poetry.dependencies]
python = "^3.9"
a = "^1.2.3"
b = "~0.3"
c = "2.*"
d = "*"
e = {version = ">=1,<3", extras = ["x", "y"], markers = "os_name == 'nt'"}
f = {git = "https://h/f.git"}
g = {version = "^0.0.3", optional = true}
h = [{version = "1.0", python = "<3.10"}, {version = "^2", python = ">=3.10"}]
i = "^1 || ^2"
j = {version = "1", optional = true}
[tool.poetry.extras]
fast = ["g"]
"""
        },
        ">=3.9,<4",
        [
            "a<2,>=1.2.3",
            "b<0.4,>=0.3",
            "c==2.*",
            "d",
            'e[x,y]<3,>=1; os_name == "nt"',
            "f",
            'g<0.0.4,>=0.0.3; extra == "fast"',
            'h==1.0; python_version < "3.10"',
            'h<3,>=2; python_version >= "3.10"',
            "i",
        ],
    ),
    "poetry with the Pythons of [project]": (
        {
            "pyproject.toml": """[project]
requires-python = ">=3.10"
dynamic = ["dependencies"]
[tool.poetry.dependencies]
a = ">=1"
"""
        },
        ">=3.10",
        ["a>=1"],
    ),
    "flit's own table": (
        {
            "pyproject.toml": """[tool.flit.metadata]
requires = ["a>=1"]
requires-python = ">=3.8"
[tool.flit.metadata.requires-extra]
x = ["b"]
"""
        },
        ">=3.8",
        ["a>=1", 'b; extra == "x"'],
    ),
    "files of setuptools' dynamic": (
        {
            "pyproject.toml": """[project]
requires-python = ">=3.8"
dynamic = ["dependencies", "optional-dependencies"]
[tool.setuptools.dynamic]
dependencies = {file = ["requirements.txt"]}
optional-dependencies.x = {file = "requirements-x.txt"}
""",
            "requirements.txt": "a>=1  # why\n\n# b\n-r base/more.txt\n--index-url https://h\n",
            "base/more.txt": "c<2 --hash=sha256:00\n-e ./here\n",
            "requirements-x.txt": "d[e] \\\n  >=2\n",
        },
        ">=3.8",
        ["a>=1", "c<2", 'd[e]>=2; extra == "x"'],
    ),
    "setup.cfg that names files": (
        {
            "setup.cfg": """[options]
install_requires = file: requirements.txt
python_requires = >=3.8
[options.extras_require]
x = file: x.txt
""",
            "requirements.txt": "a\n",
            "x.txt": "b\n",
        },
        ">=3.8",
        ["a", 'b; extra == "x"'],
    ),
    "setup.py that reads a file where it is used": (
        {
            "setup.py": """from setuptools import setup
setup(install_requires=[line.strip() for line in open("requirements.txt") if line.strip()])
""",
            "requirements.txt": "a\n# c\nb>=2\n",
        },
        "",
        ["a", "b>=2"],
    ),
    "setup.py with a function that reads a file": (
        {
            "setup.py": """import os
from setuptools import setup
def requirements():
    \"\"\"The requirements of torch.\"\"\"
    with open(os.path.join(os.path.dirname(__file__), "requirements.txt"), encoding="utf-8") as f:
        lines = f.read().splitlines()
    return [line for line in lines if line and not line.startswith("#")]
setup(install_requires=requirements(), python_requires=">=3.8")
""",
            "requirements.txt": "a\n",
        },
        ">=3.8",
        ["a"],
    ),
}


@pytest.mark.parametrize(("files", "python", "lines"), OF_TOOLS.values(), ids=OF_TOOLS)
def test_what_tools_and_files_require_is_read(
    files: dict[str, str], python: str, lines: list[str]
) -> None:
    read = from_tree({path: text.encode() for path, text in files.items()})
    assert read is not None
    assert (read.python, [text for _, text in read.needed]) == (python, lines)


MADE_BY_CODE = {
    "a file that is not there": "open('other.txt').readlines()",
    "a line that is left out": "[x for x in open('requirements.txt') if 'torch' not in x]",
    "a line that is added": "open('requirements.txt').read().splitlines() + ['torch']",
    "a line of another list": "open('requirements.txt').readlines() or extra",
    "another function's": "changed(open('requirements.txt').readlines())",
    "two files": "open('requirements.txt').readlines().append(open('more.txt').read())",
}


@pytest.mark.parametrize("expression", MADE_BY_CODE.values(), ids=MADE_BY_CODE)
def test_a_list_that_more_than_a_file_makes_is_not_known(expression: str) -> None:
    script = f"extra = ['x' * 2]\nsetup(install_requires={expression})\n"
    files = {"setup.py": script, "requirements.txt": "a\n", "more.txt": "b\n"}
    assert from_tree({path: text.encode() for path, text in files.items()}) is None


def test_a_file_that_includes_itself_ends() -> None:
    files = {"setup.cfg": b"[options]\ninstall_requires = file: a.txt\n", "a.txt": b"-r a.txt\nx\n"}
    assert from_tree(files) == Requirements("", (("x", "x"),))


def test_files_that_include_too_many_are_refused() -> None:
    files = {f"r{at}.txt": f"-r r{at + 1}.txt\n".encode() for at in range(30)}
    files["setup.cfg"] = b"[options]\ninstall_requires = file: r0.txt\n"
    with pytest.raises(HostileFile, match="includes more than 20 files"):
        from_tree(files)
