"""Which of the options of `build:` go to which command of Nix."""

from __future__ import annotations

import pytest

from updater.effects.nix.options import for_locking


@pytest.mark.parametrize(
    ("options", "locking", "others"),
    [
        ("", "", ""),
        ("--offline --cores 2", "", "--offline --cores 2"),
        ("--override-input nixpkgs path:/n", "--override-input nixpkgs path:/n", ""),
        (
            "--impure --update-input a --option --update-input b --recreate-lock-file",
            "--update-input a --recreate-lock-file",
            "--impure --option --update-input b",
        ),
    ],
)
def test_options_about_inputs_are_for_locking(options: str, locking: str, others: str) -> None:
    """Whatever an option's arguments look like, they go with it."""
    assert for_locking(options.split()) == (tuple(locking.split()), tuple(others.split()))
