"""Text that others wrote -> Markdown, terminal and log lines that cannot act.

Control characters go where text comes in (`printable`), so that no way out need look for them: in
what upstreams, git, Nix and files of others say, and in what an exception quotes. What is hashed,
written, or compared as a name is never changed: a name that has a control character is refused
(`is_printable`). The other functions are for the ways out.

So is `without_secrets`: passwords in addresses go where an address comes in, and once more on the
way out, since anybody may quote one.

Source of what acts: GitHub docs, "Basic writing and formatting syntax", "Autolinked references and
URLs", "Workflow commands for GitHub Actions"; actions/runner, `ActionCommand` (``::`` at a line's
start, after spaces, and ``##[`` anywhere in it); ECMA-48 (C0 and C1 controls, control sequences);
Unicode Standard Annex 9 (bidirectional controls).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_BREAK = "\u200b"  # shows nothing, and ends a mention or a reference
_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
_UNPRINTABLE = re.compile(
    # A colour or a window's title goes as a whole, of everything else the character.
    rf"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[{_CONTROL}]"
)
_CONTROLS = re.compile(f"[{_CONTROL}]")
_NOT_IN_NAMES = re.compile(rf"[\t\n{_CONTROL}]")

# GitHub makes links of "www." too, and a link's address need not name the scheme.
_GITHUB = re.compile(
    r"(?:((?:https?:)?//)(?:www\.)?|\bwww\.)(?=github\.com(?:/|\b))", re.IGNORECASE
)


# Up to what ends an address in a sentence, in code, in JSON and in Markdown.
_ADDRESS = re.compile(r"""(?<=://)[^\s"'<>`]+""")
_PORT = re.compile(r"[^:]*|.*\]|.*:[0-9]*")
_PARAMETER = re.compile(r"(?<=[?&;#])([^=&#;?]{1,99})=[^&#;,)]+")
_SECRET_NAME = re.compile(
    r"(?i).*(?:token|secret|passw|pwd|credential|signature).*|.*(?:key|auth)|pass|sig"
)

# As GitHub, GitLab, npm and PyPI make them; GitHub docs, "About authentication", names its own.
_TOKEN = re.compile(
    r"\b(?:gh[oprsu]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{22,}|glpat-[\w-]{20,}"
    r"|npm_[A-Za-z0-9]{36}|pypi-AgE[\w-]{16,})"
)


def without_secrets(text: str) -> str:
    """Return text in which no address has a user, a password, or a parameter that is a secret.

    A password may have an ``@`` or a slash in it that ought to be encoded. SSH's ``git`` stays.
    Nor does it have what is a token by its form, wherever that was written by mistake.
    """
    text = _TOKEN.sub("***", text)
    return _ADDRESS.sub(_public, text) if "://" in text else text


def _public(match: re.Match[str]) -> str:
    address = _PARAMETER.sub(_hidden, match[0])
    user, _ = parted_address(address)
    return address if user == "git" else address[len(user) + 1 if user else 0 :]


def _hidden(parameter: re.Match[str]) -> str:
    return f"{parameter[1]}=***" if _SECRET_NAME.fullmatch(parameter[1]) else parameter[0]


def parted_address(address: str) -> tuple[str, str]:
    """Part what stands behind ``://`` into user and password, as they are written, and the rest.

    Source: RFC 3986, section 3.2.1.
    """
    authority = re.split(r"[/?#]", address, maxsplit=1)[0]
    if "@" in authority:
        user, _, host = authority.rpartition("@")
        return user, host + address[len(authority) :]
    if _PORT.fullmatch(authority) is None and "@" in address:  # a slash in the password
        user, _, rest = address.rpartition("@")
        return user, rest
    return "", address


def open_address(url: str) -> str:
    """Return an address without the user and password in it."""
    scheme, sign, rest = url.partition("://")
    return f"{scheme}{sign}{parted_address(rest)[1]}" if sign else url


def printable(text: str) -> str:
    """Return text without what a terminal acts on and what shows text in another order.

    Tab and line feed stay; of a line's other end, carriage return and line feed, the latter.
    """
    return text if text.isprintable() else _UNPRINTABLE.sub("", text)


def control_in(text: str) -> str:
    """Return the first character that `printable` takes out, such as ``U+202E``, or nothing."""
    match = None if text.isprintable() else _UNPRINTABLE.search(text)
    return _number(match[0][0]) if match is not None else ""


def spelled_out(text: str) -> str:
    """Return a name with such characters by their numbers, so that no other name is the same."""
    return _CONTROLS.sub(lambda match: f"<{_number(match[0])}>", text)


def _number(character: str) -> str:
    return f"U+{ord(character):04X}"


def nearest(word: str, candidates: Iterable[str], least: float = 0.6) -> str:
    """Return the text that another one was most likely meant as, or an empty string.

    Args:
        word: as it was written; capitals count for nothing.
        candidates: what it may have been meant as.
        least: how much must be the same, from 0 to 1.
    """
    import difflib  # noqa: PLC0415 - only where something is wrong

    folded = {text.lower(): text for text in sorted(candidates, reverse=True)}
    close = difflib.get_close_matches(word.lower(), folded, n=1, cutoff=least)
    return folded[close[0]] if close else ""


def is_printable(text: str) -> bool:
    """Tell whether text is one line that can be shown as it is, as a name must be."""
    return text.isprintable() or _NOT_IN_NAMES.search(text) is None


def disarmed(text: str) -> str:
    """Return text in which nothing mentions, refers or commands.

    Addresses on github.com go through its redirecting host, as Renovate does it, so that the issue
    that they name does not list our pull request.
    """
    text = without_secrets(text).replace("@", f"@{_BREAK}")
    text = re.sub(r"#(?=\d|\[)", f"#{_BREAK}", text)
    text = re.sub(r"\b(GH)-(?=\d)", rf"\1{_BREAK}-", text, flags=re.IGNORECASE)
    text = _GITHUB.sub(r"\1redirect.", text)
    return text.replace("::", f":{_BREAK}:")


def plain(text: str) -> str:
    """Return text for one line without Markdown, such as a title or a commit message."""
    return " ".join(disarmed(text).split())


def inline(text: str) -> str:
    """Return text for the middle of a Markdown line or a table's cell, all of it shown as it is."""
    return _escaped(plain(text))


def unlinked(text: str) -> str:
    """Return text as `inline` does, for a page on which nothing mentions or refers.

    A step's summary is such a page. Addresses stay what they are.
    """
    return _escaped(" ".join(without_secrets(text).split()))


def _escaped(text: str) -> str:
    escaped = re.sub(r"([\\`*_{}\[\]|~$])", r"\\\1", text)
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code(text: str) -> str:
    """Return text as a code span that ends where it should, also inside a table's cell."""
    text = plain(text).replace("|", "\u2758")
    fence = _fence(text, 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}" if text else ""


def quoted(text: str, limit: int) -> str:
    """Return Markdown of others as a quotation, at most ``limit`` characters long.

    Its HTML is shown, not obeyed; its pictures become links; what it leaves open, such as a code
    block, ends with the quotation.
    """
    text = disarmed(text).strip()
    cut = len(text) > limit
    text = text[:limit].rstrip()
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace("![", f"!{_BREAK}[")
    lines = [f"> {line}".rstrip() for line in text.split("\n")]
    return "\n".join([*lines, ">", "> ..."] if cut else lines)


def fenced(text: str, limit: int) -> str:
    """Return the end of a log as a code block, at most ``limit`` characters of it."""
    text = disarmed(text).replace("<!--", f"<{_BREAK}!--").strip("\n")[-limit:] if limit else ""
    return block(text) if text else ""


def block(text: str) -> str:
    """Return text as a code block that nothing in it can end."""
    fence = _fence(text, 3)
    return f"{fence}text\n{text}\n{fence}"


def _fence(text: str, shortest: int) -> str:
    """Return a run of backticks that is longer than any in a text."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    return "`" * max(shortest, longest + 1)


def address(url: str) -> str:
    """Return an address for a Markdown link, an empty string where it is no plain web address."""
    return url if re.fullmatch(r"https?://[A-Za-z0-9._~:/?#@!$&+,;=%\[\]-]+", url) else ""


def one_line(text: str) -> str:
    """Return text as one line of a log."""
    return unheard(" ".join(text.split()))


def harmless(text: str) -> str:
    """Return lines that stay as they are, but for those that would be a command."""
    lines = (f"| {line}" if line.lstrip().startswith("::") else line for line in text.splitlines())
    return unheard("\n".join(lines))


def unheard(text: str) -> str:
    """Return text without secrets and without what begins a command to GitHub Actions anywhere."""
    return without_secrets(text).replace("##[", "## [")
