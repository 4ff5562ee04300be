"""What Nix says of a fixed output that has another hash than was written for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from updater.model.sri import parse_hash

if TYPE_CHECKING:
    from updater.model import Sri

HASH_MISMATCH: Final = (
    # "wanted" until 2.3; the line with the URL came in 2.25.
    r"hash mismatch in (?:fixed-output derivation|file downloaded from) [^\n]*:\s+"
    r"(?:likely URL:[^\n]*\s+)?(?:wanted|specified|expected):\s+(?P<wanted>\S+)"
    r"\s+got:\s+(?P<got>\S+)"
)
"""A regular expression for the message, in the wordings of Nix from 2.3 on."""

# The lines of a builder's log that Nix repeats start with ">": they are not Nix's own.
_BY_NIX: Final = re.compile(rf"^(?:error: )?[^>\n]*{HASH_MISMATCH}", re.MULTILINE)


def got_hash(stderr: str, wrong: Sri | None = None) -> Sri | None:
    """Return the true hash from Nix's message about a fixed-output derivation's wrong one.

    Of several messages the last counts: a builder may print what it likes, but Nix speaks after it.
    The message of a flake input is not read, since some releases of Nix print its two hashes the
    wrong way round.

    Args:
        stderr: what Nix printed.
        wrong: the hash that the derivation has; None reads a message about any.

    Raises:
        HashError: what stands in the place of a hash is none.
    """
    got = None
    for message in _BY_NIX.finditer(stderr):
        if wrong is None or parse_hash(message["wanted"]) == wrong:
            got = message["got"]
    return parse_hash(got) if got is not None else None
