"""Text of others cannot act in our repository."""

from __future__ import annotations

import pytest

from updater.text import (
    address,
    code,
    disarmed,
    fenced,
    inline,
    is_printable,
    open_address,
    printable,
    quoted,
    without_secrets,
)

PRINTABLE = {
    "tab and line feed": ("a\tb\nc", "a\tb\nc"),
    "a colour": ("a\x1b[1;31mb\x1b[0mc", "abc"),
    "a cursor that moves": ("a\x1b[2Kb\x1b[?25lc", "abc"),
    "a window's title": ("a\x1b]0;title\x07b\x1b]8;;http://t\x1b\\c", "abc"),
    "a title that nothing ends": ("a\x1b]0;title", "a]0;title"),
    "a colour in one character": ("a\x9b31mb", "a31mb"),
    "C0": ("".join(map(chr, range(32))), "\t\n"),
    "delete and C1": ("".join(map(chr, range(0x7F, 0xA1))), "\xa0"),
    "lines of Windows": ("a\r\nb", "a\nb"),
    "a line that is written over": ("a\rb", "ab"),
    "text that runs the other way": ("a\u202eb\u2066c\u2069d\u200ee\u061cf", "abcdef"),
    "lines of Unicode": ("a\u2028b\u2029c", "abc"),
    "letters that run the other way": (
        "\u05d0\u0628 \u4e2d \U0001f40d",
        "\u05d0\u0628 \u4e2d \U0001f40d",
    ),
    "what joins letters": ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),
}


@pytest.mark.parametrize(("text", "expected"), PRINTABLE.values(), ids=PRINTABLE)
def test_nothing_acts_on_a_terminal(text: str, expected: str) -> None:
    assert printable(text) == expected
    assert printable(expected) == expected


@pytest.mark.parametrize(("text", "expected"), PRINTABLE.values(), ids=PRINTABLE)
def test_a_name_is_one_line_that_stays_as_it_is(text: str, expected: str) -> None:
    assert is_printable(text) == (text == expected and "\n" not in text)


def test_a_long_text_full_of_beginnings_takes_no_long_time() -> None:
    """Each is looked at once: two seconds would be a million times too many."""
    for start in ("\x1b]", "\x1b[", "\x1b[0"):
        assert "\x1b" not in printable(start * 500_000)


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


# What CommonMark makes of what is written: escapes and references hide nothing from it.
QUOTED = {
    "an escaped dash": (r"GH\-3", "GH\u200b-3"),
    "an escape of what needs none": (r"o/r#\3", r"o/r#\3"),
    "escapes of what is no mark": (r"\@anna o/r\#3", "\\@\u200banna o/r\\#\u200b3"),
    "references": (
        "&commat;anna &#64;anna GH&#45;3",
        "&amp;commat;anna &amp;#\u200b64;anna GH&amp;#\u200b45;3",
    ),
    "an escaped address": (
        r"https\://github\.com/o/r/issues/3",
        "https://redirect.github.com/o/r/issues/3",
    ),
    "an escaped target": (
        r"[x](https\://github\.com/o/r/issues/3)",
        "[x](https://redirect.github.com/o/r/issues/3)",
    ),
    "a target with a user before its host": (
        r"[x](https://a\@github.com/o/r/issues/3)",
        "[x](https://redirect.github.com/o/r/issues/3)",
    ),
    "a target by its name": (
        "[x]\n\n[x]: https\\://github\\.com/o/r/issues/3",
        "[x](https://redirect.github.com/o/r/issues/3)",
    ),
    "a target that is none": (r"GH\-3 [x](ftp://h/) [y](../z) [z]( )", "GH\u200b-3 x y z"),
    "an address in brackets": (
        r"GH\-3 <https://h.example/>",
        "GH\u200b-3 https://h.example/",
    ),
    "a picture": (r"GH\-3 ![x](http://t/x)", "GH\u200b-3 !\u200b[x](http://t/x)"),
    "a picture in a link": (
        r"GH\-3 [![#](http://t/x)3](https://h.example/)",
        "GH\u200b-3 [#\u200b3](https://h.example/)",
    ),
    "a name in a link's target": (
        r"GH\-3 [x](https://h.example/@anna)",
        "GH\u200b-3 [x](https://h.example/%40anna)",
    ),
    "the title of a link": (
        r'GH\-3 [x](https://h.example/ "@anna")',
        "GH\u200b-3 [x](https://h.example/)",
    ),
    "markup in a cell, where code ends": (
        "| a | b |\n| - | - |\n| `x | GH\\-3` | #3 |",
        "```text\n> | a | b |\n> | - | - |\n> | `x | GH\\-3` | #\u200b3 |\n> ```",
    ),
    "a tab, which is shorter in a quotation": ("x\n\n\tGH\\-3", "x\n>\n> ```\n> GH\\-3\n> ```"),
    "HTML": (
        "<b>GH\\-3</b>\n\n<details>\n<!-- updater:rebuild -->\n@anna",
        "&lt;b>GH\u200b-3&lt;/b>\n>\n> &lt;details>\n> &lt;!-- updater:rebuild -->\n> @\u200banna",
    ),
    "a marker in code": (
        r"GH\-3 `<!-- updater:rebuild -->`",
        "GH\u200b-3 `<\u200b!-- updater:rebuild -->`",
    ),
    "a block of code": (
        "GH\\-3\n~~~ @anna\n@x\n",
        "GH\u200b-3\n>\n> ```\n> @\u200bx\n> ```",
    ),
    "an escape of itself": (r"GH\\-3", r"GH\\-3"),
    "lists and headings": (
        "## GH\\-3\n\n1. *one*\n2. **two** `#`\n   - a_b\n\n> said",
        "## GH\u200b-3\n>\n> 1. *one*\n> 2. **two** `#`\n>    - a_b\n>\n> > said",
    ),
    "what acts nowhere stays as it is written": (
        "Setext\n===\n* one\n* [two](../z)\n\n    code\\-3",
        "Setext\n> ===\n> * one\n> * [two](../z)\n>\n>     code\\-3",
    ),
}


@pytest.mark.parametrize(("text", "expected"), QUOTED.values(), ids=QUOTED)
def test_a_quotation_is_disarmed_as_it_will_be_read(text: str, expected: str) -> None:
    assert quoted(text, 1000) == f"> {expected}"


def test_what_cannot_be_written_anew_without_acting_is_shown_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The text is parsed once more before it is believed."""
    monkeypatch.setattr("mdformat.renderer.MDRenderer.render", lambda *_: "@anna\n")
    assert quoted(r"*x* @anna GH\-3 <!-- y -->", 1000) == (
        "> ```text\n> *x* @\u200banna GH\\-3 <\u200b!-- y -->\n> ```"
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


SECRETS = {
    "user and password": ("see https://u:p@h/x.", "see https://h/x."),
    "a token for a user": ("git+https://tok@h/x", "git+https://h/x"),
    "an @ in the password": ("https://u:p@ss@h/x y https://a/b", "https://h/x y https://a/b"),
    "a slash in the password": ("https://u:p/w@h:80/x", "https://h:80/x"),
    "in quotation marks": ("'https://u:p@h/x'", "'https://h/x'"),
    "in JSON": ('{"a": "https://u:p@h"}', '{"a": "https://h"}'),
    "a parameter": ("https://h/x?token=abc&a=1", "https://h/x?token=***&a=1"),
    "behind a hash": ("https://h/x#access_token=b", "https://h/x#access_token=***"),
    "what signs": ("https://h/x?a=1&X-Amz-Signature=abc", "https://h/x?a=1&X-Amz-Signature=***"),
    "a token by itself": (f"found 'ghp_{'a' * 36}'", "found '***'"),
    "a port, and an @ in the path": ("https://h:80/@scope/x", "https://h:80/@scope/x"),
    "an address of numbers": ("http://[::1]/@x http://[::1]:80/@x",) * 2,
    "SSH": ("ssh://git@code.example/o/r",) * 2,
    "SSH, a person": ("builders: 'ssh-ng://me@code.example'",) * 2,
    "SSH, with a password": ("ssh://me:hush@code.example/o/r", "ssh://code.example/o/r"),
    "HTTPS, a lone token": ("https://hush@code.example/o/r", "https://code.example/o/r"),
    "no address": ("mail anna@code.example: a//b@c",) * 2,
}


@pytest.mark.parametrize(("text", "expected"), SECRETS.values(), ids=SECRETS)
def test_no_address_shows_a_secret(text: str, expected: str) -> None:
    assert without_secrets(text) == expected
    assert without_secrets(expected) == expected


@pytest.mark.parametrize("part", ["://", "://u:", "?key", "&token", "@", "ghp_", "'", "=a"])
def test_looking_for_secrets_takes_no_long_time(part: str) -> None:
    """Each character is looked at a few times: the square of them would take minutes."""
    assert len(without_secrets(f"https://h/{part * 300_000}=x")) > 10


def test_what_an_address_is_without_its_user() -> None:
    assert open_address("https://u:p@h:1/x?q=1") == "https://h:1/x?q=1"
    assert open_address("https://h/@x") == "https://h/@x"
    assert open_address("git@h:o/r") == "git@h:o/r"
