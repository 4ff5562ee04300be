"""Nix's message about a wrong hash is understood, and nobody else's is taken for it."""

from __future__ import annotations

import pytest

from updater.effects.nix.mismatch import got_hash
from updater.model.sri import parse_hash

OLD = "0x1x9dq4hnkdrdfbvcm6kaivrkgmmr4vp2qqwz15y5pcawvyd0z6"
NEW = "sha256-tHfFcNSmXLcUHhqiGRh2YZT8xioUq0zMOMZl9rjG8ys="
FAKE = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

WORDINGS = {
    "2.3": (
        (
            "unpacking source archive /build/bcc6842.tar.gz\n"
            "hash mismatch in fixed-output derivation "
            "'/nix/store/7pzdkrl1ddw9blkr4jymwavbxmxxdwm1-source':\n"
            "  wanted: sha256:0000000000000000000000000000000000000000000000000000\n"
            f"  got:    sha256:{OLD}\n"
            "error: build of '/nix/store/rfjcq0fcmiz7masslf7q27xs012v6mnp-source.drv' failed\n"
        ),
        OLD,
    ),
    "2.4": (
        (
            "error: hash mismatch in fixed-output derivation "
            "'/nix/store/dym0mpmj64bjxzydgww3bbw5p246ycjv-source.drv':\n"
            f"         specified: {FAKE}\n"
            f"            got:    {NEW}\n"
            "error: 1 dependencies of derivation '/nix/store/h3v-x.drv' failed to build\n"
        ),
        NEW,
    ),
    "2.4, a file that evaluation fetches": (
        (
            "error: hash mismatch in file downloaded from 'https://example.org/x.tar.gz':\n"
            f"         specified: sha256:{'0' * 52}\n"
            f"         got:       sha256:{OLD}\n"
        ),
        OLD,
    ),
    "2.25": (
        (
            "error: hash mismatch in fixed-output derivation "
            "'/nix/store/aqhi4w9k0mp9vgfn2v4iyn582sycgc1r-source.drv':\n"
            "        likely URL: https://example.org/archive/v1.2.0.tar.gz\n"
            f"         specified: {FAKE}\n"
            f"            got:    {NEW}\n"
        ),
        NEW,
    ),
    "Lix": (
        (
            "error: hash mismatch in fixed-output derivation "
            "'/nix/store/2mfv2nkj6asrykd1may85w6acmamniyp-x.tar.gz.drv':\n"
            "           likely URL: (unknown)\n"
            f"            specified: {FAKE}\n"
            f"                  got: {NEW}\n"
            "        expected path: /nix/store/bz5kdiswppnkhqig55ry7xm1yr755h5n-x.tar.gz\n"
            "             got path: /nix/store/qzc57kcwlas1vmxmcmkc7l2gp2r3c781-x.tar.gz\n"
        ),
        NEW,
    ),
}


@pytest.mark.parametrize(("stderr", "expected"), WORDINGS.values(), ids=WORDINGS.keys())
def test_every_wording_of_a_wrong_hash_is_understood(stderr: str, expected: str) -> None:
    assert got_hash(stderr) == parse_hash(expected, "sha256")


@pytest.mark.parametrize(
    "stderr",
    [
        "",
        "error: builder for '/nix/store/x.drv' failed with exit code 1\n",
        f"         specified: {FAKE}\n            got:    {NEW}\n",
        f"error: NAR hash mismatch in input 'path:/x', expected '{NEW}' but got '{FAKE}'\n",
    ],
    ids=["nothing", "another failure", "no derivation", "a flake input"],
)
def test_other_messages_tell_no_hash(stderr: str) -> None:
    assert got_hash(stderr) is None


def test_what_a_builder_prints_before_nix_speaks_does_not_count() -> None:
    printed = WORDINGS["2.4"][0].replace(NEW, FAKE)
    assert got_hash(printed + WORDINGS["2.3"][0] + WORDINGS["2.4"][0]) == parse_hash(NEW)


def test_a_message_about_another_hash_is_not_read() -> None:
    stderr = WORDINGS["2.4"][0] + WORDINGS["2.3"][0].replace("0" * 52, OLD)
    assert got_hash(stderr, parse_hash(FAKE)) == parse_hash(NEW)
    assert got_hash(stderr, parse_hash(NEW)) is None
