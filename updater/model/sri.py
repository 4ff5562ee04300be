"""The formats in which Nix reads and writes a hash.

Nix tells base16, Nix's own base32 and base64 apart by their length alone, which is unique for one
algorithm. Source: Nix manual, "nix hash convert" and "builtins.convertHash"; ``Hash::parseAny`` in
Nix's ``src/libutil/hash.cc``. Nix base32 is the digest read as one little-endian number, its most
significant digit first, over an alphabet without e, o, u and t.
"""

from __future__ import annotations

import base64
import binascii
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final, get_args

from updater.errors import HashError
from updater.model import Algorithm, Sri
from updater.model.hashes import DIGEST_BYTES

if TYPE_CHECKING:
    from updater.model import Field

_ALPHABET: Final = "0123456789abcdfghijklmnpqrsvwxyz"
_DIGIT: Final = {letter: value for value, letter in enumerate(_ALPHABET)}
_BITS: Final = 5
_EXAMPLE: Final = "write it as sha256-<base64>, sha256:<base32 or base16>, or as Nix printed it"
# Of no bytes at all, and of the Nix archive of a folder without entries.
_OF_NOTHING: Final = frozenset(
    map(
        bytes.fromhex,
        (
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "a50a5ab6d992f5598edd92105059fae9acfc192981e08bd88534c2167e92526a",
        ),
    )
)


def parse_hash(text: str, algorithm: Algorithm | None = None) -> Sri:
    """Read a hash in any format that Nix accepts: SRI, ``ALGORITHM:...``, or bare digits.

    Bare digits need ``algorithm`` only where two algorithms share a length (32 digits are md5 in
    base16 and sha1 in base32). Where both are given, prefix and ``algorithm`` must agree.

    Raises:
        HashError: empty, an unknown algorithm, a wrong length, or a digit outside the alphabet.
    """
    if not text:
        raise HashError("the hash is an empty string", hint=_EXAMPLE)
    for separator in ":-":
        prefix, mark, digits = text.partition(separator)
        if mark:
            named = _algorithm(prefix, text)
            if algorithm not in (None, named):
                raise HashError(f"{text!r} is a {named} hash where {algorithm} is expected")
            if separator == "-":
                return Sri(named, _from_base64(digits, named, text))
            return _parse_digits(digits, named, text)
    if algorithm is None:
        algorithm = _algorithm_by_length(text)
    return _parse_digits(text, algorithm, text)


def is_placeholder(text: str) -> bool:
    """Tell whether a text stands where a hash is still to come: empty, or all of one digit.

    ``lib.fakeHash`` is all zeros.
    """
    digits = re.split("[:-]", text, maxsplit=1)[-1].rstrip("=")
    return len(set(digits)) <= 1


def is_to_come(field: Field) -> bool:
    """Tell whether a field holds no hash yet: one that is computed is its author's affair."""
    return field.is_absent or (field.value is not None and is_placeholder(field.value))


def is_of_nothing(text: str) -> bool:
    """Tell whether a hash is that of an empty file or folder, which no source is.

    It is written where a download failed, and its result was hashed all the same.
    """
    with suppress(HashError):
        return parse_hash(text, "sha256").digest in _OF_NOTHING
    return False


def is_hash(text: str) -> bool:
    """Tell whether a text is a hash in any format that Nix accepts, of any algorithm."""
    for algorithm in (None, *DIGEST_BYTES):
        with suppress(HashError):
            parse_hash(text, algorithm)
            return True
    return False


def _algorithm(name: str, text: str) -> Algorithm:
    for algorithm in get_args(Algorithm):
        if name == algorithm:
            return algorithm  # type: ignore[no-any-return]  # get_args forgets the literals' type
    names = ", ".join(get_args(Algorithm))
    raise HashError(
        f"{text!r} names the hash algorithm {name!r}, expected one of {names}", hint=_EXAMPLE
    )


def _base32_length(size: int) -> int:
    return (size * 8 + _BITS - 1) // _BITS


def _base64_length(size: int) -> int:
    return (size + 2) // 3 * 4


def _lengths(size: int) -> tuple[int, int, int]:
    return size * 2, _base32_length(size), _base64_length(size)


def _algorithm_by_length(text: str) -> Algorithm:
    fitting = [name for name, size in DIGEST_BYTES.items() if len(text) in _lengths(size)]
    match fitting:
        case [only]:
            return only
        case []:
            raise HashError(
                f"{text!r} has {len(text)} characters, but no hash that Nix knows has that length",
                hint=_EXAMPLE,
            )
        case _:
            raise HashError(
                f"{text!r} may be {' or '.join(fitting)}: its length fits both",
                hint="put the algorithm and a colon in front",
            )


def base32(sri: Sri) -> str:
    """Write a digest in Nix's own base32, as ``nix-hash --base32`` does."""
    number = int.from_bytes(sri.digest, "little")
    places = range(_base32_length(len(sri.digest)) - 1, -1, -1)
    return "".join(_ALPHABET[number >> _BITS * place & (1 << _BITS) - 1] for place in places)


def _parse_digits(digits: str, algorithm: Algorithm, text: str) -> Sri:
    base16, base32, base64_ = _lengths(DIGEST_BYTES[algorithm])
    if len(digits) == base16:
        return Sri(algorithm, _from_base16(digits, text))
    if len(digits) == base32:
        return Sri(algorithm, _from_base32(digits, DIGEST_BYTES[algorithm], text))
    if len(digits) == base64_:
        return Sri(algorithm, _from_base64(digits, algorithm, text))
    raise HashError(
        f"{text!r} has {len(digits)} digits; a {algorithm} hash has {base32} in base32, "
        f"{base16} in base16 or {base64_} in base64",
        hint=_EXAMPLE,
    )


def _from_base16(digits: str, text: str) -> bytes:
    try:
        return binascii.unhexlify(digits)
    except ValueError as error:
        raise HashError(f"{text!r} is not base16: it has a character outside 0-9a-f") from error


def _from_base32(digits: str, size: int, text: str) -> bytes:
    number = 0
    for letter in digits:
        if letter not in _DIGIT:
            raise HashError(
                f"{text!r} is not Nix base32: it has {letter!r} (e, o, u, t are unused)"
            )
        number = number << _BITS | _DIGIT[letter]
    try:
        return number.to_bytes(size, "little")
    except OverflowError as error:
        raise HashError(f"{text!r} is not Nix base32: its first digit is too large") from error


def _from_base64(digits: str, algorithm: Algorithm, text: str) -> bytes:
    size = DIGEST_BYTES[algorithm]
    # Nix reads an SRI without its padding too.
    padded = digits + "=" * (-len(digits) % 4)
    try:
        digest = base64.b64decode(padded, validate=True)
    except ValueError as error:
        raise HashError(f"{text!r} is not base64: {error}", hint=_EXAMPLE) from error
    if len(digest) != size:
        raise HashError(
            f"{text!r} holds {len(digest)} bytes, but a {algorithm} hash has {size}", hint=_EXAMPLE
        )
    return digest
