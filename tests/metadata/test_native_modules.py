"""Which modules a source compiles, as its project files say."""

from __future__ import annotations

import pytest

from updater.metadata.native_modules import native_modules

RUST = '[build-system]\nrequires = ["maturin>=1"]\nbuild-backend = "maturin"\n'


@pytest.mark.parametrize(
    ("files", "modules"),
    [
        ({}, set()),
        ({"setup.py": "setup(name='tool')"}, set()),
        ({"setup.py": "setup(ext_modules=[Extension('scan', ['a.c'])])"}, {"scan"}),
        ({"setup.py": "e = [cpp.CUDAExtension(name='tool.scan', sources=[])]"}, {"tool"}),
        ({"setup.py": "NAME = 'scan'\nsetup(x=[CppExtension(NAME, [])])"}, {"scan"}),
        ({"setup.py": "setup(x=[CppExtension(f'{name}_cuda', [])])"}, None),
        ({"setup.py": "setup(x=[Extension(*arguments)])"}, None),
        ({"setup.py": "setup(x=[Extension()])"}, None),
        ({"setup.py": "setup(("}, set()),
        ({"pyproject.toml": RUST}, None),
        ({"pyproject.toml": f'{RUST}[tool.maturin]\nmodule-name = "_fast"\n'}, {"_fast"}),
        (
            {"pyproject.toml": '[tool.setuptools]\next-modules = [{name = "a.b"}, {name = "c"}]\n'},
            {"a", "c"},
        ),
        ({"pyproject.toml": "[tool.setuptools]\next-modules = [{}]\n"}, None),
    ],
)
def test_compiled_modules_are_known_where_their_names_are_written(
    files: dict[str, str], modules: set[str] | None
) -> None:
    """Of a name that is computed, or stands in a file that is not kept, nobody knows."""
    assert native_modules({path: text.encode() for path, text in files.items()}) == modules
