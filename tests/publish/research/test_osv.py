"""OSV's records are read as far as a reviewer needs them."""

from __future__ import annotations

from typing import Any

from updater.model.research import Vulnerability
from updater.publish.research.osv import fixed, read

RECORDS: list[dict[str, Any]] = [
    {
        "id": "PYSEC-2026-1",
        "aliases": ["CVE-2026-1"],
        "summary": "bad",
        "references": [
            {"type": "WEB", "url": "https://example.org/no"},
            {"type": "ADVISORY", "url": "https://example.org/1"},
        ],
    },
    {"id": "GHSA-aaaa", "aliases": ["CVE-2026-1", "PYSEC-2026-1"], "summary": "bad again"},
    {"id": "GHSA-bbbb"},
    {"id": "GHSA-cccc", "withdrawn": "2026-01-01T00:00:00Z"},
]


def test_one_of_several_ids_is_one_and_withdrawn_is_none() -> None:
    assert read(RECORDS) == (
        Vulnerability("GHSA-aaaa", ("CVE-2026-1", "PYSEC-2026-1"), "bad again", ""),
        Vulnerability("GHSA-bbbb", (), "", ""),
    )
    assert read(RECORDS[:1]) == (
        Vulnerability("PYSEC-2026-1", ("CVE-2026-1",), "bad", "https://example.org/1"),
    )


def test_fixed_is_what_the_new_release_has_under_none_of_its_ids() -> None:
    old, new = read(RECORDS), read(RECORDS[:1])
    assert fixed(old, new) == (Vulnerability("GHSA-bbbb", (), "", ""),)
    assert fixed(new, old) == ()
