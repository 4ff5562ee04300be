"""A config.yaml of any text is read or refused, with its line and key, and in bounds."""

from __future__ import annotations

import pytest

from tests.bounded import bounded
from updater.config.file import parse, read
from updater.config.keys import Document
from updater.errors import ConfigError

DIGITS = "9" * 5_000
LAUGHS = "a0: &a0 [x]\n" + "".join(
    f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]\n" for number in range(1, 12)
)
MERGES = "m0: &m0 {k: 1}\n" + "".join(
    f"m{number}: &m{number} {{<<: [{', '.join([f'*m{number - 1}'] * 9)}]}}\n"
    for number in range(1, 12)
)

SAID = {
    "a number of 5,000 digits": (
        f"network:\n  retries: {DIGITS}\n",
        (
            "config.yaml:2:network.retries: expected a whole number from 0 to 10; found "
            f"'{'9' * 99}..."
        ),
    ),
    "a number of 19 digits": (
        "max_open: 1000000000000000000000\n",
        (
            "config.yaml:1:max_open: expected a whole number from 0 to 1000; found "
            "'1000000000000000000000'"
        ),
    ),
    "a number in hexadecimal": (
        f"max_open: 0x{'f' * 5_000}\n",
        f"config.yaml:1:max_open: expected a whole number from 0 to 1000; found '0x{'f' * 97}...",
    ),
    "a size of 5,000 digits": (
        f"archives: {{unpacked: {DIGITS}GB}}\n",
        (
            "config.yaml:1:archives.unpacked: a size is "
            "a whole number and B, kB, MB, GB, KiB, MiB or "
            f"GiB, as in 16GiB; found '{'9' * 99}..."
        ),
    ),
    "a size of 18 digits": (
        "archives: {unpacked: 999999999999999999GB}\n",
        (
            "config.yaml:1:archives.unpacked: a size is 1073741824GiB at most; found "
            "'999999999999999999GB'"
        ),
    ),
    "a duration of years": (
        "network: {timeout: 99999999w}\n",
        (
            "config.yaml:1:network.timeout: a duration is 36500d (100 years) at most; "
            "found '99999999w'"
        ),
    ),
    "a Python of digits": (
        f"defaults: {{python: '3.{DIGITS}'}}\n",
        (
            'config.yaml:1:defaults.python: expected a version of Python as text, such as "3.12"; '
            f"found '3.{'9' * 97}..."
        ),
    ),
    "a specifier of digits": (
        f"defaults: {{allow: '>={DIGITS}'}}\n",
        (
            'config.yaml:1:defaults.allow: expected a PEP 440 specifier, such as ">=0,<2"; found '
            f"'>={'9' * 97}..."
        ),
    ),
    "a pattern of letters": (
        f"defaults: {{tag_pattern: '(?P<version>{'a' * 5_000})'}}\n",
        (
            "config.yaml:1:defaults.tag_pattern: expected a regular expression of 1000 characters; "
            f"found '(?P<version>{'a' * 87}..."
        ),
    ),
    "a pattern with a huge number": (
        "defaults: {tag_pattern: '(?P<version>a{99999999999})'}\n",
        (
            "config.yaml:1:defaults.tag_pattern: expected "
            "a regular expression with smaller numbers; "
            "found '(?P<version>a{99999999999})'"
        ),
    ),
    "a date of no calendar": ("base: [2024-13-45]\n", "config.yaml:1:base: expected text; found"),
    "aliases": (f"{LAUGHS}overlays: *a11\n", "has more than 100000 values"),
    "merged aliases": (f"{MERGES}packages: *m11\n", "has more than 100000 values"),
    "an alias of itself": ("overlays: &a [*a]\n", "has an alias that contains itself"),
    "brackets": ("a: " + "[" * 200_000, "is nested too deeply"),
    "two megabytes": ("# " + "x" * (2 << 20), "has more than 1048576 characters"),
    "a tag of Python's": ("a: !!python/object:os.system []\n", "not valid YAML"),
    "a number that is none": ("a: !!int abc\n", "config.yaml:1:a: is not a known key"),
}


@pytest.mark.parametrize(("text", "said"), SAID.values(), ids=SAID)
def test_what_is_wrong_is_said_with_its_key(text: str, said: str) -> None:
    refused = bounded(lambda: read(parse(text.encode(), "config.yaml")))
    assert isinstance(refused, ConfigError)
    assert said in refused.message
    assert len(refused.message) < 400


READ = {
    "a whole number": "max_open: 5\n",
    "a date as text": "base: 2024-13-45\n",
    "a merge": "defaults: &d {track: tag}\npackages: {a: {<<: *d, hold: true}, b: *d}\n",
    "100 years": "network: {timeout: 36500d}\n",
    "the largest size": "archives: {unpacked: 1073741824GiB}\n",
}


@pytest.mark.parametrize("text", READ.values(), ids=READ)
def test_what_is_usual_is_read(text: str) -> None:
    assert isinstance(read(parse(text.encode(), "config.yaml")), Document)
