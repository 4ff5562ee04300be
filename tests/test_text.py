"""Text of others cannot act in our repository."""

from __future__ import annotations

import pytest

from updater.text import address, code, disarmed, fenced, inline, quoted

DISARMED = {
    "mention": ("thanks @anna!", "thanks @\u200banna!"),
    "team": ("cc @org/team", "cc @\u200borg/team"),
    "issue": ("closes #12", "closes #\u200b12"),
    "issue elsewhere": ("see o/r#12", "see o/r#\u200b12"),
    "old reference": ("fixes GH-7", "fixes GH\u200b-7"),
    "commit elsewhere": ("o/r@0123abc", "o/r@\u200b0123abc"),
    "address": (
        "https://github.com/o/r/issues/1",
        "https://redirect.github.com/o/r/issues/1",
    ),
    "address that is linked without a scheme": (
        "www.github.com/o/r/issues/1",
        "redirect.github.com/o/r/issues/1",
    ),
    "link without a scheme": (
        "[x](//www.github.com/o/r/issues/1)",
        "[x](//redirect.github.com/o/r/issues/1)",
    ),
    "command": ("::set-output name=x::y", ":\u200b:set-output name=x:\u200b:y"),
    "old command": ("##[error]x", "##\u200b[error]x"),
    "control characters": ("a\x1b[31mb\u202ec\r\nd", "a[31mbc\nd"),
    "plain text": ("nothing # to do: a heading", "nothing # to do: a heading"),
}


@pytest.mark.parametrize(("text", "expected"), DISARMED.values(), ids=DISARMED)
def test_nothing_mentions_refers_or_commands(text: str, expected: str) -> None:
    assert disarmed(text) == expected


def test_html_and_pictures_are_shown_and_an_open_block_ends_with_the_quotation() -> None:
    text = "<!-- updater: {} -->\n![x](http://t/x.png)\n```\nnever closed"
    assert quoted(text, 1000) == (
        "> &lt;!-- updater: {} -->\n> !\u200b[x](http://t/x.png)\n> ```\n> never closed"
    )


def test_a_long_quotation_is_cut() -> None:
    assert quoted("abcdef", 3) == "> abc\n>\n> ..."


def test_a_cell_stays_a_cell() -> None:
    assert inline("a|b\nc <b> *d*") == "a\\|b c &lt;b&gt; \\*d\\*"
    assert code("a`b|c") == "``a`b\u2758c``"
    assert code("") == ""


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://x/)[y](z", "https://x/ y", ""])
def test_what_is_no_plain_web_address_is_no_link(url: str) -> None:
    assert address(url) == ""


def test_a_log_is_a_block_that_nothing_in_it_ends() -> None:
    log = "one\n```\n<!-- updater: x --> @me #1\n"
    assert fenced(log, 100) == (
        "````text\none\n```\n<\u200b!-- updater: x --> @\u200bme #\u200b1\n````"
    )


def test_of_a_long_log_the_end_counts() -> None:
    assert fenced("1\n2\n3\n", 3) == "```text\n2\n3\n```"
    assert fenced("1\n", 0) == ""
