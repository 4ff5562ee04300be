"""fetchPypi: the file whose name it builds, and no other."""

from __future__ import annotations

import pytest

from tests.fetchers.calls import SRI, call, offered
from updater.errors import ReadError
from updater.fetchers.fetch_pypi import KIND
from updater.model import Candidate, Distribution, Fetch, NoFile, Pin


def test_project_and_pin_are_name_version_and_hash() -> None:
    one = call(KIND, 'pname = "Tool_Kit.py"; inherit version; hash = "h";')
    assert str(one.project) == "pypi:tool-kit-py"
    assert one.pin == Pin("1.2.0", through_version=True, hash="h")


@pytest.mark.parametrize(
    ("arguments", "filename", "others"),
    [
        ("inherit pname version;", "tool-2.0.0.tar.gz", ["tool-2.0.0-py3-none-any.whl"]),
        ('inherit pname version; extension = "zip";', "tool-2.0.0.zip", ["tool-2.0.0.tar.gz"]),
        (
            'inherit pname version; format = "wheel";',
            "tool-2.0.0-py2.py3-none-any.whl",
            ["tool-2.0.0.tar.gz", "tool-2.0.0-py3-none-any.whl"],
        ),
        (
            (
                'inherit pname version; format = "wheel"; dist = "cp312"; python = "cp312"; '
                'abi = "abi3"; platform = "manylinux_2_28_x86_64";'
            ),
            "tool-2.0.0-cp312-abi3-manylinux_2_28_x86_64.whl",
            ["tool-2.0.0-cp313-abi3-manylinux_2_28_x86_64.whl"],
        ),
    ],
)
def test_a_candidate_is_the_file_that_the_call_names(
    arguments: str, filename: str, others: list[str]
) -> None:
    assert call(KIND, arguments).fetch(offered(*others, filename)) == Fetch(
        values={"version": "2.0.0"}, url=f"https://index.example/{filename}", sri=SRI
    )


@pytest.mark.parametrize("name", ["Tool", "TOOL"])
def test_where_only_the_stem_differs_pname_follows_it(name: str) -> None:
    fetched = call(KIND, "inherit pname version;").fetch(offered(f"{name}-2.0.0.tar.gz"))
    assert isinstance(fetched, Fetch)
    assert fetched.values == {"version": "2.0.0", "pname": name}


@pytest.mark.parametrize(
    "files",
    [
        [],
        ["tool-2.0.0.rpm"],
        ["tool-2.0.0-cp39-cp39-win32.whl"],
        ["other-2.0.0.tar.gz"],
        ["Tool-2.0.0.tar.gz", "TOOL-2.0.0.tar.gz"],
    ],
)
def test_without_such_a_file_there_is_nothing_to_take(files: list[str]) -> None:
    there = ", ".join(sorted(files)) or "no file"
    fetched = call(KIND, "inherit pname version;").fetch(offered(*files))
    assert fetched == NoFile(f"2.0.0 has no tool-2.0.0.tar.gz; the index has {there}")


@pytest.mark.parametrize(
    ("arguments", "file", "written"),
    [
        ("", "tool-2.0.0.zip", 'extension = "zip";'),
        ('extension = "zip";', "Tool-2.0.0.tar.gz", 'extension = "tar.gz";'),
        ("", "tool-2.0.0-py2.py3-none-any.whl", 'format = "wheel";'),
        (
            'format = "wheel";',
            "tool-2.0.0-py3-none-any.whl",
            'format = "wheel"; python = "py3"; dist = "py3";',
        ),
    ],
)
def test_what_to_write_for_a_file_of_another_kind_is_told_and_true(
    arguments: str, file: str, written: str
) -> None:
    refused = call(KIND, f"inherit pname version; {arguments}").fetch(offered(file))
    assert isinstance(refused, NoFile)
    assert refused.reason.endswith(
        f"; the index has {file}; write `{written}` in the call to take that"
    )
    fetched = call(KIND, f"inherit pname version; {written}").fetch(offered(file))
    assert isinstance(fetched, Fetch)
    assert fetched.url.endswith(f"/{file}")


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        ('format = "wheel"; platform = "manylinux1_x86_64";', "tool-2.0.0-py3-none-any.whl"),
        ('format = "wheel";', "tool-2.0.0.tar.gz"),  # `format` would have to go
    ],
)
def test_nothing_is_told_that_would_not_be_all(arguments: str, file: str) -> None:
    refused = call(KIND, f"inherit pname version; {arguments}").fetch(offered(file))
    assert isinstance(refused, NoFile)
    assert refused.reason.endswith(f"; the index has {file}")


def test_of_many_files_those_are_named_that_could_be_taken() -> None:
    wheels = [f"tool-2.0.0-cp3{n}-cp3{n}-win32.whl" for n in range(5)]
    refused = call(KIND, "inherit pname version;").fetch(offered(*wheels, "tool-2.0.0.zip"))
    assert isinstance(refused, NoFile)
    assert "; the index has tool-2.0.0.zip, " + ", ".join(wheels[:2]) + " and 3 more; write" in (
        refused.reason
    )


def test_a_file_without_a_published_hash_is_downloaded_for_it() -> None:
    file = Distribution("tool-2.0.0.tar.gz", "https://index.example/x", None, None, None)
    fetched = call(KIND, "inherit pname version;").fetch(Candidate("2.0.0", distributions=(file,)))
    assert isinstance(fetched, Fetch)
    assert (fetched.url, fetched.sri, fetched.unpack) == ("https://index.example/x", None, False)
    assert not fetched.blocked


def test_a_format_that_it_does_not_know_is_skipped() -> None:
    assert call(KIND, 'inherit pname version; format = "egg";').skip == (
        "fetchPypi has no format 'egg'"
    )
    assert call(KIND, 'inherit pname version; format = "wheel";').skip == ""
    assert call(KIND, "inherit pname version;").skip == ""


def test_a_version_that_is_computed_is_an_error() -> None:
    with pytest.raises(ReadError, match=r"^x\.nix:1: version of tool is computed: f x$"):
        _ = call(KIND, "inherit pname; version = f x;").pin
