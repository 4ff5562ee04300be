"""Crates of a sparse index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loopback.messages import Response
from tests.upstreams.asking import Asking
from updater.errors import BadAnswer, NotFound, UpstreamError
from updater.model import Candidate, Distribution, Offer, Sri, moments
from updater.upstreams.crates import KIND, prefix

if TYPE_CHECKING:
    from tests.loopback.registries import Registries

CONTENT = b"a crate"
DIGEST = "1b5be86f19df9d7e256c3bc4adf3c726633154782bf1912f5f12e5f61f481e86"


@pytest.fixture
def asking(registries: Registries) -> Asking:
    return Asking(registries={"crates": registries.crates})


@pytest.mark.parametrize(
    ("name", "folder"),
    [("a", "1"), ("ab", "2"), ("abc", "3/a"), ("abcd", "ab/cd"), ("serde_json", "se/rd")],
)
def test_the_folder_of_a_crate_is_made_from_its_name(name: str, folder: str) -> None:
    assert prefix(name) == folder


@pytest.mark.parametrize("name", ["a", "ab", "abc", "tool", "Inflector"])
def test_versions_have_their_file_and_its_hash(
    asking: Asking, registries: Registries, name: str
) -> None:
    """Whatever the length of the name; the index has its file in small letters."""
    registries.crate(name, "1.0.0", CONTENT)
    offer = asking.offer(KIND, f"crates:{name}")
    url = f"{registries.downloads}/{name}/1.0.0/download"
    sri = Sri("sha256", bytes.fromhex(DIGEST))
    assert offer.candidates == (
        Candidate(
            "1.0.0",
            published=moments.from_iso("2025-01-01T00:00:00Z"),
            distributions=(Distribution(f"{name}-1.0.0.crate", url, sri, None, None),),
        ),
    )


@pytest.mark.parametrize(
    ("template", "address"),
    [
        ("https://f.example", "https://f.example/Tool/1.0.0/download"),
        ("https://f.example/{crate}/{crate}-{version}", "https://f.example/Tool/Tool-1.0.0"),
        ("https://f.example/{prefix}/{version}", "https://f.example/To/ol/1.0.0"),
        ("https://f.example/{lowerprefix}/{version}", "https://f.example/to/ol/1.0.0"),
        ("https://f.example/{sha256-checksum}", f"https://f.example/{DIGEST}"),
    ],
)
def test_the_index_says_where_files_are(
    asking: Asking, registries: Registries, template: str, address: str
) -> None:
    registries.downloads = template
    registries.crate("Tool", "1.0.0", CONTENT)
    (candidate,) = asking.offer(KIND, "crates:Tool").candidates
    assert [file.url for file in candidate.distributions] == [address]


def test_what_was_withdrawn_and_what_is_early_is_marked(
    asking: Asking, registries: Registries
) -> None:
    """PEP 440 takes 1.0.0-1 for a release that comes after 1.0.0, and so it is left out."""
    registries.crate("tool", "0.9.0", CONTENT, yanked=True)
    for version in ("1.0.0-1", "1.0.0-beta.1", "1.0.0-next.1", "1.0.0+build"):
        registries.crate("tool", version, CONTENT)
    told = [
        (one.version, one.prerelease, one.yanked)
        for one in asking.offer(KIND, "crates:tool").candidates
    ]
    assert told == [
        ("0.9.0", False, "its author withdrew it"),
        ("1.0.0-beta.1", True, None),
        ("1.0.0-next.1", True, None),
        ("1.0.0+build", False, None),
    ]


def test_the_configuration_is_asked_for_once_and_one_missing_crate_fails_alone(
    asking: Asking, registries: Registries
) -> None:
    registries.crate("one", "1.0.0", CONTENT)
    registries.crate("four", "1.0.0", CONTENT)
    found = asking.ask(KIND, "crates:one", "crates:four", "crates:gone")
    assert isinstance(found.pop("crates:gone"), NotFound)
    assert all(isinstance(offer, Offer) for offer in found.values())
    paths = sorted(exchange.request.path for exchange in registries.server.log)
    assert paths == [
        "/crates/index/3/o/one",
        "/crates/index/config.json",
        "/crates/index/fo/ur/four",
        "/crates/index/go/ne/gone",
    ]


def test_nobody_is_asked_where_no_index_is_named(registries: Registries) -> None:
    error = Asking().failure(KIND, "crates:tool")
    assert isinstance(error, BadAnswer)
    assert (str(error.message), error.hint) == (
        "config.yaml names no registry for crates:tool",
        "write its address: `registries: {crates: ADDRESS}`",
    )
    assert registries.server.log == []


@pytest.mark.parametrize("body", [b"<html>", b'{"vers": 1}', b"{}", b'["a"]', b"\xff"])
def test_what_is_no_index_is_a_failure(asking: Asking, registries: Registries, body: bytes) -> None:
    registries.server.fail("GET /crates/index/to/ol/tool", Response(200, body))
    assert isinstance(asking.failure(KIND, "crates:tool"), UpstreamError)


@pytest.mark.parametrize("digest", ["", "zz", "00" * 31])
def test_a_checksum_that_is_none_is_not_believed(
    asking: Asking, registries: Registries, digest: str
) -> None:
    line = f'{{"name": "tool", "vers": "1.0.0", "cksum": "{digest}"}}\n'.encode()
    registries.server.fail("GET /crates/index/to/ol/tool", Response(200, line))
    (candidate,) = asking.offer(KIND, "crates:tool").candidates
    assert candidate.distributions[0].sri is None
