"""A source tree's files as an attacker writes them: within two seconds and 200 MB an answer.

The answer is that of the readers, or that the file breaks a bound.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import anyio
import pytest

from tests.bounded import bounded
from updater.errors import HostileFile
from updater.metadata import licences, repositories, requirements
from updater.metadata.python import declared_python
from updater.metadata.version import declared_version

if TYPE_CHECKING:
    from collections.abc import Mapping

BLANKS = " " * 200_000
LISTED = "'a',"
DIGITS = f">={'3' * 5_000}"
PARTS = ".".join(["a"] * 60_000)

REFUSED = {
    "a number of 5,000 digits": (
        f"[project]\nversion = '1'\nn = {'1' * 5_000}\n",
        "pyproject.toml has a number of more than 100 digits",
    ),
    "a year of 5,000 digits": (
        f"[project]\nd = {'1' * 5_000}-01-01\n",
        "pyproject.toml has a number of more than 100 digits",
    ),
    "a key of 60,000 parts": (
        f"{PARTS} = 1\n",
        "pyproject.toml has a key of more than 32 parts",
    ),
    "a table of 60,000 parts": (
        f"[{PARTS}]\n",
        "pyproject.toml has a key of more than 32 parts",
    ),
    "a key of 60,000 quoted parts": (
        ".".join(["'a'"] * 60_000) + " = 1\n",
        "pyproject.toml has a key of more than 32 parts",
    ),
    "parts with blanks": (
        f"{' . '.join(['a'] * 60_000)} = 1\n",
        "pyproject.toml has a key of more than 32 parts",
    ),
    "200,000 brackets": (
        f"a = {'[' * 200_000}",
        "pyproject.toml has values that are more than 64 deep",
    ),
    "tables in tables": (
        "a = " + "{a=" * 10_000 + "1" + "}" * 10_000,
        "pyproject.toml has values that are more than 64 deep",
    ),
    "a megabyte": (
        f"a = '{'x' * (1 << 20)}'\n",
        "pyproject.toml has 1048583 bytes, and at most 524288 are read",
    ),
}
TOML = {
    "blanks": f"a = 1{BLANKS}x",
    "lines": "\n" * 500_000,
    "keys": "".join(f"a{number}=1\n" for number in range(40_000)),
    "long tables": "".join(f"[{'a.' * 30}t{number}]\n" for number in range(6_000)),
    "long keys": "".join(f"{'a.' * 30}k{number}=1\n" for number in range(6_000)),
    "lists of tables": "[[a]]\n" * 80_000,
    "lists": f"a = [{'[],' * 150_000}]\n",
    "quotes that nothing ends": '"""\\\n' * 80_000,
    "single quotes that nothing ends": "'" * 400_001,
    "quotes": '"' * 400_001,
    "an escaped end": 'x\n\\"""' * 60_000,
    "escapes": 'a = "' + "\\n" * 200_000 + '"',
    "a broken escape": 'a = "' + "\\u" * 200_000 + '"',
    "dots": "." * 400_000,
    "dots in text": f"a = '{'.' * 400_000}'\n",
    "digits in text": f"a = '{'1' * 400_000}'\nb = 1 # {'2' * 5_000}\n",
    "a number with underlines": f"a = {'1_' * 50}\n",
    "zero bytes": "\0" * 400_000,
    "half a pair": "a = '\\ud800'\n",
    "comments": "#\n" * 200_000,
    "a name of 400,000 letters": f"[project]\nname = '{'a' * 400_000}'\n",
    "a name with a zero byte": "[project]\nname = 'a\\u0000b'\n",
    "a path of 400,000 letters": f"[tool.hatch.version]\npath = '{'a' * 400_000}'\n",
    "a path with a zero byte": "[tool.hatch.version]\npath = 'a\\u0000b'\n",
    "an attribute of 100,000 parts": (
        f"[tool.setuptools.dynamic]\nversion = {{attr = '{'a.' * 100_000}b'}}\n"
    ),
    "a version of 5,000 digits": f"[project]\nversion = '{'1' * 5_000}'\n",
    "a version of letters": f"[project]\nversion = '1{'a' * 400_000}'\n",
    "wrong types": (
        "[project]\nversion = 1\nname = []\nrequires-python = {}\nlicense = 5\nclassifiers = 'a'\n"
        "dynamic = 3\ndependencies = 1.5\noptional-dependencies = 2024-01-01\nurls = true\n"
        "[tool]\npoetry = []\nhatch = 1\nsetuptools = {dynamic = 'x'}\npdm = {version = 5}\n"
    ),
    "wrong types inside": (
        "[project]\ndynamic = [1, {}]\ndependencies = [1, [], {}]\nclassifiers = [1, {}]\n"
        "optional-dependencies = {a = 1, b = [2, {}]}\nurls = {a = 1, source = []}\n"
        "license = {text = 1}\n[tool.setuptools.dynamic]\nversion = {attr = [], file = [1]}\n"
    ),
    "a requirement of 5,000 digits": f"[project]\ndependencies = ['a>={'1' * 5_000}']\n",
    "brackets in a requirement": (
        f"[project]\ndependencies = [\"a; {'(' * 900}os_name=='a'{')' * 900}\"]\n"
    ),
    "a requirement of blanks": f"[project]\ndependencies = ['a{BLANKS}b']\n",
    "a requirement at half an address": "[project]\ndependencies = ['a @ http://[::1']\n",
    "requirements": f"[project]\ndependencies = [{LISTED * 4_900}]\n",
    "more requirements than there are": f"[project]\ndependencies = [{LISTED * 90_000}]\n",
}
SETUP_CFG = {
    "a line of 200,000 blanks": f"[metadata]\na{BLANKS}b\n",
    "blanks before the sign": f"[metadata]\nversion{BLANKS}= 1\n",
    "blanks in a value": f"[metadata]\nversion = 1{BLANKS}x\n",
    "blanks in a section": f"[metadata{BLANKS}\n",
    "lines that are none": "[a]\n" + "b\n" * 200_000,
    "sections": "".join(f"[s{number}]\n" for number in range(50_000)),
    "options": "[options]\n" + "".join(f"o{number}=1\n" for number in range(50_000)),
    "lines of a value": "[options]\ninstall_requires =\n" + " a\n" * 100_000,
    "empty lines of a value": "[options]\ninstall_requires = a\n" + "\n" * 400_000,
    "brackets": "[" * 400_000,
    "a megabyte": "[a]\nb=" + "x" * (1 << 20),
    "5,000 digits": f"[metadata]\nversion = {'1' * 5_000}\n[options]\npython_requires = {DIGITS}",
    "a file of 100,000 folders": f"[metadata]\nversion = file: {'a/' * 100_000}b\n",
    "a zero byte": "[metadata]\nversion = file: a\0b\n",
    "returns": "[metadata]\r\r\rversion = 1\r" * 10_000,
}
SETUP_PY = {
    "400 nested attributes": f"{'a' + '.b' * 400}(1)\nsetup(version='1')\n",
    "100,000 nested attributes": f"{'a' + '.b' * 50_000}(1)\n",
    "28,000 assignments": "".join(f"a{number}=1\n" for number in range(28_000)) + "setup()\n",
    "14,000 assignments": "".join(f"a{number}=1\n" for number in range(14_000)) + "setup()\n",
    "assignments of one name": "a=1\n" * 30_000 + "setup(version=a, install_requires=a)\n",
    "names": "a\n" * 60_000,
    "fields of a text": f"a = f'{'{a}' * 40_000}'\n",
    "fewer fields of a text": f"a = f'{'{a}' * 3_900}'\n",
    "signs": "-" * 100_000 + "1",
    "brackets": "(" * 100_000,
    "blocks": "".join(f"{' ' * depth}if 1:\n" for depth in range(200)),
    "a number": "setup(version=" + "1" * 100_000 + ")",
    "a long number in a list": f"setup(install_requires=[0x{'f' * 100_000}])\n",
    "a long number as python": f"setup(install_requires=[], python_requires=0x{'f' * 9_000})\n",
    "a slow encoding": "# coding: punycode\n" + "a-" * 60_000,
    "an encoding that is none": "# coding: rot13\nsetup(version='1')\n",
    "zero bytes": "\0" * 100_000,
    "additions": "setup(install_requires=" + "+".join(["[]"] * 20_000) + ")\n",
    "lists": "setup(install_requires=" + "[" * 150 + "]" * 150 + ")\n",
    "one line of 4 MB": "version" + " " * (4 << 20),
    "lines of 4 MB": "version\n" * (1 << 19),
    "an assignment of 4 MB": "version = '" + "1" * (4 << 20),
    "assignments of 4 MB": "version = '" * 300_000,
    "setups": "setup(install_requires=[a])\n" * 4_000,
}
PKG_INFO = {
    "headers": "A: b\n" * 190_000,
    "one header of 1 MB": f"Metadata-Version: 2.2\nLicense: {'x' * (1 << 20)}\n",
    "lines of one header": "License: x\n" + " y\n" * 200_000,
    "lines before any header": " y\n" * 200_000,
    "a description of 16 MB": "Name: a\nVersion: 1\n\n" + "x" * (16 << 20),
    "no header": ":" * 500_000,
    "returns": "\r" * 500_000,
    "not UTF-8": "Metadata-Version: 2.2\nName: a\nLicense: \udcff\udcfe\nRequires-Dist: \udcff\n",
    "digits": f"Metadata-Version: {'2' * 5_000}.{'2' * 5_000}\nVersion: {'1' * 5_000}\n",
    "a raised two": "Metadata-Version: \u00b2.\u00b2\nRequires-Dist: a\n",
    "Requires-Python of 5,000 digits": f"Requires-Python: >={'3' * 5_000}\n",
    "requirements": "Metadata-Version: 2.2\n" + "Requires-Dist: a>1\n" * 4_900,
    "more requirements than there are": "Metadata-Version: 2.2\n" + "Requires-Dist: a\n" * 50_000,
    "classifiers": "Classifier: License :: x\n" * 40_000,
    "half of an address": "Project-URL: source, http://[::1\nHome-page: http://[\n",
}
FILES = {
    **{f"pyproject.toml: {name}": ("pyproject.toml", text) for name, text in TOML.items()},
    **{f"pyproject.toml: {name}": ("pyproject.toml", text) for name, (text, _) in REFUSED.items()},
    **{f"setup.cfg: {name}": ("setup.cfg", text) for name, text in SETUP_CFG.items()},
    **{f"setup.py: {name}": ("setup.py", text) for name, text in SETUP_PY.items()},
    **{f"PKG-INFO: {name}": ("PKG-INFO", text) for name, text in PKG_INFO.items()},
    "LICENSE: lines": ("LICENSE", "copyright\n" * 25_000),
    "LICENSE: one line": ("LICENSE", "#" * 250_000 + "x" * 250_000),
}


def version(files: Mapping[str, bytes]) -> str | None:
    async def read(path: str) -> bytes | None:
        assert 0 < len(path) <= 1024
        assert "\0" not in path
        return files.get(path)

    return anyio.run(declared_version, read, ("pkg",))


READERS = {
    "version": version,
    "requirements": requirements.from_tree,
    "python": declared_python,
    "licence": licences.from_tree,
    "repository": repositories.from_tree,
}


@pytest.mark.parametrize(("path", "text"), FILES.values(), ids=FILES)
def test_a_hostile_file_gets_an_answer_in_bounds(path: str, text: str) -> None:
    files = {path: text.encode("utf-8", "surrogateescape")}
    # What all of them share takes the time: two of them meet it.
    readers = [*READERS.values()][: 2 if len(text) > 100_000 else None]
    for read in readers:
        result = bounded(partial(read, files))
        assert not isinstance(result, Exception) or isinstance(result, HostileFile)


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_breaks_a_bound_is_no_file_that_says_nothing(text: str, said: str) -> None:
    """Else a version would be made up for it."""
    with pytest.raises(HostileFile) as caught:
        version({"pyproject.toml": text.encode()})
    assert caught.value.message == said


ANSWERED = {
    "blanks in setup.cfg": ("setup.cfg", f"[metadata]\nversion{BLANKS}= 1.2\nx = {BLANKS}\n"),
    "attributes in setup.py": ("setup.py", f"{'a' + '.b' * 400}(1)\nsetup(version='1.2')\n"),
    "dots in text": ("pyproject.toml", f"[project]\nversion='1.2'\nx='{'.' * 4_000}'\n"),
    "digits in text": (
        "pyproject.toml",
        f"[project]\nversion='1.2'\nx='{'1' * 5_000}' # {'1' * 5_000}\n",
    ),
    "a key of 31 parts": ("pyproject.toml", f"{'a.' * 30}b = 1\n[project]\nversion='1.2'\n"),
    "latin-1": ("setup.py", "# -*- coding: latin-1 -*-\nname='\udcfc'\nsetup(version='1.2')\n"),
    "a long module": ("pkg/__init__.py", "__version__ = '1.2'\n" + "x = 1\n" * 100_000),
    "a description": ("PKG-INFO", "Name: a\nVersion: 1.2\n\n" + "x" * (2 << 20)),
}


@pytest.mark.parametrize(("path", "text"), ANSWERED.values(), ids=ANSWERED)
def test_what_is_odd_and_within_the_bounds_is_read(path: str, text: str) -> None:
    assert version({path: text.encode("utf-8", "surrogateescape")}) == "1.2"
