"""Which addresses a release's own metadata names."""

from __future__ import annotations

import pytest

from updater.metadata.repositories import from_metadata, from_tree


def test_addresses_are_read_the_likeliest_first() -> None:
    metadata = (
        b"Metadata-Version: 2.1\n"
        b"Home-page: https://fig.example\n"
        b"Project-URL: Issue Tracker, https://github.com/o/issues-of-fig/issues\n"
        b"Project-URL: Funding, https://github.com/sponsors/anna\n"
        b"Project-URL: Source Code, https://github.com/o/fig\n"
        b"Project-URL: no comma\n"
        b"\n"
        b"Project-URL: Source, https://github.com/in-the/description\n"
    )
    found = (
        "https://github.com/o/fig",
        "https://fig.example",
        "https://github.com/o/issues-of-fig/issues",
    )
    assert from_metadata(metadata) == found
    assert (
        from_tree({"PKG-INFO": metadata, "pyproject.toml": b"[project.urls]\nsource='x'"}) == found
    )


PROJECTS = {
    "urls": (
        b"[project.urls]\nRepository = 'https://github.com/o/fig'\n",
        ("https://github.com/o/fig",),
    ),
    "no text": (b"[project.urls]\nRepository = 1\n", ()),
    "no table": (b"[project]\nurls = 1\n", ()),
    "no project": (b"project = 1\n", ()),
    "nothing": (b"", ()),
    "not TOML": (b"\xff", ()),
}


@pytest.mark.parametrize(("data", "found"), PROJECTS.values(), ids=PROJECTS)
def test_a_source_tree_without_metadata_has_its_pyproject(
    data: bytes, found: tuple[str, ...]
) -> None:
    assert from_tree({"pyproject.toml": data}) == found
