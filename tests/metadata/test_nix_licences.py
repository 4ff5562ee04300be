"""A licence's name -> nixpkgs' attributes; what could mean several is none."""

from __future__ import annotations

import pytest

from updater.metadata.nix_licences import attributes


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("MIT", ("mit",)),
        ("MIT OR Apache-2.0", ("mit", "asl20")),
        ("(BSD-3-Clause AND PSF-2.0)", ("bsd3", "psfl")),
        ("MIT License", ("mit",)),
        ("GPL-3.0-or-later", ("gpl3Plus",)),
        ("BSD License", ()),
        ("MIT OR Proprietary", ()),
        ("", ()),
    ],
)
def test_a_licence_is_named_as_nixpkgs_names_it(named: str, expected: tuple[str, ...]) -> None:
    assert attributes(named) == expected
