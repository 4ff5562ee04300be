"""What `add` takes, and what it refuses."""

from __future__ import annotations

import pytest

from updater.compose.references import read_reference
from updater.errors import UsageError
from updater.kinds import KNOWN_HOSTS


@pytest.mark.parametrize(
    ("text", "project", "version", "extras"),
    [
        ("vocos", "pypi:vocos", "", ()),
        ("Ema.PyTorch@0.8.3", "pypi:ema-pytorch", "0.8.3", ()),
        ("pypi:httpx[http2,socks]@1.0", "pypi:httpx", "1.0", ("http2", "socks")),
        ("github:o/r@v1.0", "https://github.com/o/r", "v1.0", ()),
        ("https://github.com/o/r", "https://github.com/o/r", "", ()),
        ("https://github.com/o/r@v1.0", "https://github.com/o/r", "v1.0", ()),
    ],
)
def test_a_project_is_read_with_version_and_extras(
    text: str, project: str, version: str, extras: tuple[str, ...]
) -> None:
    named = read_reference(text, KNOWN_HOSTS)
    assert (str(named.project), named.version, named.extras) == (project, version, extras)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a b",
        "npm:left-pad",
        "github:o",
        "https://github.com/o/r/tree/main",
        "https://files.example/x",
        "-x",
        "git:o/r.git",
        "o@e/r",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not a project"):
        read_reference(text, KNOWN_HOSTS)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("httpx[http2]==1.0", "write httpx[http2]@1.0"),
        ("https://index.example/project/vocos/", "write the name of a project of the index: vocos"),
        ("git@github.com:o/r.git", "write the address: https://github.com/o/r"),
        ("./overlays/x.nix", "name a project here, and the file of its overlay with --file"),
        ("httpx>=1.0", "run `updater add --help`"),
    ],
)
def test_what_others_write_is_refused_with_what_to_write_here(text: str, hint: str) -> None:
    with pytest.raises(UsageError, match="is not a project") as refused:
        read_reference(text, KNOWN_HOSTS)
    assert refused.value.hint == hint
