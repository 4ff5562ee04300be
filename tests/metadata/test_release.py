"""What a project's files say of it is shown without what acts, wherever they say it."""

from __future__ import annotations

import json

import pytest

from tests.hostile import HOSTILE, SEEN, acting, texts
from updater.metadata.python import declared_python
from updater.metadata.release import compare, of_metadata, of_tree

LINE = HOSTILE.replace("\r", "")
SAID = json.dumps(HOSTILE)  # TOML's escapes are JSON's
NEEDED = json.dumps(f"x @ https://h/{HOSTILE}")
TREES = {
    "pyproject.toml": f"""\
[project]
requires-python = {SAID}
dependencies = [{NEEDED}]
license = {SAID}
classifiers = [{json.dumps(f"License :: {HOSTILE}")}]
urls = {{source = {SAID}}}
""",
    "setup.cfg": f"[options]\npython_requires = {LINE}\ninstall_requires = x; extra == '{LINE}'\n",
    "setup.py": f"setup(install_requires=[{NEEDED}], python_requires={SAID})\n",
    "PKG-INFO": f"""\
Metadata-Version: 2.2
Requires-Python: {LINE}
Requires-Dist: x @ https://h/{LINE}
License: {LINE}
Project-URL: source, {LINE}
""",
    "LICENSE": HOSTILE,
}


@pytest.mark.parametrize(("path", "text"), TREES.items(), ids=list(TREES))
def test_no_file_of_a_project_acts(path: str, text: str) -> None:
    files = {path: text.encode()}
    read = of_tree(files, "the tree")
    shown = [read.requirements, read.licence, declared_python(files) or ""]
    if path == "PKG-INFO":
        said = of_metadata(text.encode(), "the wheel")
        shown += [said.requirements, said.licence]
    assert acting("".join(texts(shown))) == []
    assert SEEN in "".join(texts(shown))
    assert acting("".join(texts(compare([of_tree({}, "none")], [read])))) == []
