"""What a project imports as soon as it is imported, and what only somewhere."""

from __future__ import annotations

import pytest

from updater.metadata.imports import SourceImports, is_importable, read_imports


def imports(needed: str, anywhere: str | None = None) -> SourceImports:
    """Return imports by their names."""
    all_names = needed if anywhere is None else anywhere
    return SourceImports(frozenset(all_names.split()), frozenset(needed.split()))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"tool/__init__.py": "import a.b, os\n"}, imports("a"), id="package"),
        pytest.param({"tool.py": "from a.b import c\n"}, imports("a"), id="module"),
        pytest.param({"src/tool/__init__.py": "import a\n"}, imports("a"), id="src-layout"),
        pytest.param(
            {"tool/__init__.py": "from .x import y\n", "tool/x.py": "import a\n"},
            imports("a"),
            id="through-a-relative-import",
        ),
        pytest.param(
            {"tool/__init__.py": "import tool.x.y\n", "tool/x/__init__.py": "import a\n"},
            imports("a"),
            id="through-a-package-around",
        ),
        pytest.param(
            {"tool/__init__.py": "from . import x\n", "tool/x.py": "from .. import tool\nimport a"},
            imports("a"),
            id="in-a-circle",
        ),
        pytest.param(
            {
                "tool/__init__.py": "import a\nfrom . import x\n",
                "tool/x.py": "",
                "tool/z.py": "import b",
            },
            imports("a", "a b"),
            id="a-module-that-nobody-imports",
        ),
        pytest.param(
            {"tool/__init__.py": "", "tool/z.py": "import b", "tool/__main__.py": "import c"},
            imports("b", "b c"),
            id="a-package-that-imports-nothing",
        ),
        pytest.param(
            {"tool/__init__.py": "try:\n  import a\nexcept (ImportError, OSError):\n  import b\n"},
            imports("", "a b"),
            id="caught",
        ),
        pytest.param(
            {"tool/__init__.py": "try:\n  import a\nexcept ValueError:\n  import b\n"},
            imports("a", "a b"),
            id="not-caught",
        ),
        pytest.param(
            {"tool/__init__.py": "class C:\n  import a\n  def f(self):\n    import b\n"},
            imports("a", "a b"),
            id="in-a-class-and-in-a-function",
        ),
        pytest.param(
            {"tool/__init__.py": "", "tool/z.py": "import b", "tool/a.py": "import a.c"},
            imports("b", "a b"),
            id="a-module-that-is-called-as-what-it-imports",
        ),
        pytest.param(
            {"one/__init__.py": "import a", "two/__init__.py": "import b"},
            imports("", "a b"),
            id="nobody-knows-which-is-the-package",
        ),
        pytest.param(
            {"tool/__init__.py": "import a", "more/__init__.py": "import b"},
            imports("a", "a b"),
            id="the-package-that-is-called-as-the-project",
        ),
    ],
)
def test_an_import_is_needed_where_importing_the_package_runs_it(
    files: dict[str, str], expected: SourceImports
) -> None:
    sources = {path: text.encode() for path, text in files.items()}
    assert read_imports(sources, ("Tool",)) == expected


def test_nothing_is_known_where_a_file_cannot_be_read() -> None:
    assert read_imports({"tool/__init__.py": b"print 'two'\n"}, ("tool",)) is None
    assert read_imports({"tests/test_x.py": b"import a\n"}, ("tool",)) is None


@pytest.mark.parametrize(
    "path",
    ["setup.py", "tool/tests/x.py", "docs/conf.py", "tool/test_x.py", "scripts/x.py", "a.txt"],
)
def test_what_nobody_installs_is_left_out(path: str) -> None:
    assert not is_importable(path)
    assert is_importable("tool/scripts/x.py")
