"""A hash is read in every format that Nix reads, and written as Nix writes it."""

from __future__ import annotations

import ast
import base64
import hashlib
import subprocess
import sys
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hashing.trees import examples
from updater.errors import HashError
from updater.model import Algorithm, Sri
from updater.model.hashes import DIGEST_BYTES
from updater.model.sri import parse_hash

if TYPE_CHECKING:
    from tests.real_nix import Nix

EMPTY = Sri("sha256", hashlib.sha256(b"").digest())

hashes = st.sampled_from(sorted(DIGEST_BYTES)).flatmap(
    lambda algorithm: st.binary(
        min_size=DIGEST_BYTES[algorithm], max_size=DIGEST_BYTES[algorithm]
    ).map(lambda digest: Sri(algorithm, digest))
)


@pytest.mark.parametrize(
    "text",
    [
        "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
        "sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "sha256:0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73",
        "0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
    ],
)
def test_every_spelling_of_the_empty_files_hash_is_the_same(text: str) -> None:
    assert parse_hash(text) == EMPTY
    assert parse_hash(text, "sha256") == EMPTY


@given(sri=hashes)
def test_what_is_written_is_read_back(sri: Sri) -> None:
    for digits in (sri.digest.hex(), base64.b64encode(sri.digest).decode()):
        assert parse_hash(digits, sri.algorithm) == sri
        assert parse_hash(f"{sri.algorithm}:{digits}") == sri
    assert parse_hash(str(sri)) == sri


@given(text=st.text(max_size=120), algorithm=st.none() | st.sampled_from(get_args(Algorithm)))
def test_any_text_is_a_hash_or_a_hash_error(text: str, algorithm: Algorithm | None) -> None:
    try:
        sri = parse_hash(text, algorithm)
    except HashError:
        return
    assert parse_hash(str(sri), algorithm) == sri


@pytest.mark.parametrize(
    ("text", "algorithm", "message"),
    [
        ("", None, "the hash is an empty string"),
        (
            "sha256-47DE",
            None,
            "'sha256-47DE' holds 3 bytes, but a sha256 hash has 32",
        ),
        (
            "sha3-47DE",
            None,
            "'sha3-47DE' names the hash algorithm 'sha3', expected one of md5, sha1, sha256",
        ),
        (
            "sha1:2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
            "sha256",
            "'sha1:2jmj7l5rSw0yVb/vlWAYkK/YBwk=' is a sha1 hash where sha256 is expected",
        ),
        (
            "d41d8cd98f00b204e9800998ecf8427e",
            None,
            "'d41d8cd98f00b204e9800998ecf8427e' may be md5 or sha1: its length fits both",
        ),
        ("lib.fakeHash", None, "'lib.fakeHash' has 12 characters, but no hash"),
        (
            "sha256:abc",
            None,
            "'sha256:abc' has 3 digits; a sha256 hash has 52 in base32, 64 in base16 or 44 in base",
        ),
        (
            "sha256:" + "e" * 52,
            None,
            f"'sha256:{'e' * 52}' is not Nix base32: it has 'e' (e, o, u, t are unused)",
        ),
        (
            "sha256:" + "z" * 52,
            None,
            f"'sha256:{'z' * 52}' is not Nix base32: its first digit is too large",
        ),
        (
            "sha256:" + "g" * 64,
            None,
            f"'sha256:{'g' * 64}' is not base16: it has a character outside 0-9a-f",
        ),
        (
            "sha256-" + "!" * 44,
            None,
            f"'sha256-{'!' * 44}' is not base64: Only base64 data is allowed",
        ),
    ],
)
def test_a_wrong_hash_is_refused(text: str, algorithm: Algorithm | None, message: str) -> None:
    with pytest.raises(HashError) as caught:
        parse_hash(text, algorithm)
    assert str(caught.value).startswith(message)


@pytest.mark.nix
@settings(examples, max_examples=10)
@given(sri=hashes)
@pytest.mark.parametrize("command", ["to-base16", "to-base32", "to-base64", "to-sri"])
def test_what_nix_writes_is_read(nix: Nix, command: str, sri: Sri) -> None:
    written = nix.run("nix", "hash", command, "--type", sri.algorithm, str(sri)).strip()
    assert parse_hash(written, sri.algorithm) == sri


def test_reading_a_hash_loads_nothing_heavy() -> None:
    """Many parts of the tool need only this module."""
    code = "import sys; old = {*sys.modules}; import updater.model.sri; print({*sys.modules} - old)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = ast.literal_eval(done.stdout)
    assert "updater.model.sri" in loaded
    assert not loaded & {"asyncio", "httpx", "packaging", "pydantic", "sqlite3", "lzma", "isal"}
