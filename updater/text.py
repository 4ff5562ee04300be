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
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from markdown_it.token import Token

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

_LANGUAGE = re.compile(r"[A-Za-z0-9+.-]{0,40}")  # of a code block
_USER = re.compile(r"https?://[^/?#]*@")
_LESS = "\ue000"  # private: stands for "<" while Markdown is written
_DEEPEST = 20  # blocks and links within each other; markdown-it shows what is deeper as text


# Up to what ends an address in a sentence, in code, in JSON and in Markdown.
_ADDRESS = re.compile(r"""(?<=://)[^\s"'<>`]+""")
_SSH = ("ssh://", "ssh-ng://")
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

_SHORTEST_TOKEN = 20


def without_secrets(text: str) -> str:
    """Return text in which no address has a user, a password, or a parameter that is a secret.

    A password may have an ``@`` or a slash in it that ought to be encoded. SSH's user stays, since
    what it knows somebody by is a key. What is a token by its form goes wherever it was written.
    """
    if len(text) >= _SHORTEST_TOKEN:
        text = _TOKEN.sub("***", text)
    return _ADDRESS.sub(_public, text) if "://" in text else text


def has_secret(text: str) -> bool:
    """Tell whether `without_secrets` leaves something out of a text."""
    return without_secrets(text) != text


def _public(match: re.Match[str]) -> str:
    address = _PARAMETER.sub(_hidden, match[0])
    user, _ = parted_address(address)
    by_key = match.string.endswith(_SSH, 0, match.start()) and ":" not in user
    return address if by_key else address[len(user) + 1 if user else 0 :]


def _hidden(parameter: re.Match[str]) -> str:
    return f"{parameter[1]}=***" if _SECRET_NAME.fullmatch(parameter[1]) else parameter[0]


def parted_address(address: str) -> tuple[str, str]:
    """Part what stands behind ``://`` into user and password, as they are written, and the rest.

    Source: RFC 3986, section 3.2.1.
    """
    authority = re.split(r"[/?#]", address, maxsplit=1)[0]
    if "@" in authority and not authority.endswith("@"):
        user, _, host = authority.rpartition("@")
        return user, host + address[len(authority) :]
    if (_PORT.fullmatch(authority) is None or "@" in authority) and "@" in address:
        # There is a slash in the password.
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
    text = re.sub(rf"@(?!{_BREAK})", f"@{_BREAK}", without_secrets(text))
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


@cache  # a body is made several times
def quoted(text: str, limit: int) -> str:
    r"""Return Markdown of others as a quotation, made of at most ``limit`` of its characters.

    Its HTML is shown, not obeyed; its pictures become links; what it leaves open, such as a code
    block, ends with the quotation. It is parsed as its reader will parse it: where anything acts
    once escapes and references are resolved, as ``GH\-3`` does, the whole text is written anew
    from what was parsed, and links that lead to no web address become text.
    Source: CommonMark 0.31, "Backslash escapes", "Entity and numeric character references".
    """
    whole = text.strip()
    text = whole[:limit].rstrip()
    forms: tuple[Callable[[str], str], ...] = (_as_written, _written_anew)
    harmless = (each for each in (_quotation(form(text)) for form in forms) if _is_harmless(each))
    quotation = next(harmless, "") or _quotation(block(_disarmed_code(text)))
    return f"{quotation}\n>\n> ..." if len(whole) > limit else quotation


def _quotation(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _as_written(text: str) -> str:
    text = disarmed(text).replace("&", "&amp;").replace("<", "&lt;")
    return text.replace("![", f"!{_BREAK}[")


def _written_anew(text: str) -> str:
    from mdformat.renderer import MDRenderer  # noqa: PLC0415 - pull requests only

    tokens = [token for each in _parsed(text.replace(_LESS, "")) for token in _block(each)]
    options = {"mdformat": {"number": True}}
    return MDRenderer().render(tokens, options, {}).strip("\n").replace(_LESS, "&lt;")


def _parsed(text: str, *extensions: str) -> list[Token]:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - pull requests only

    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST})
    return parser.enable(list(extensions)).parse(text)


def _is_harmless(text: str) -> bool:
    """Tell whether nothing in Markdown acts, with and without the tables that GitHub knows."""
    readings = (_parsed(text, "table", "strikethrough"), _parsed(text))
    return not any(_acts(token) for tokens in readings for token in tokens)


def _acts(token: Token) -> bool:
    if token.type in ("html_block", "html_inline", "image"):
        return True
    if token.type in ("text", "code_inline", "fence", "code_block"):
        return disarmed(token.content) != token.content
    target = str(token.attrs.get("href", ""))
    if _GITHUB.search(target) or _USER.match(target):
        return True
    return any(map(_acts, token.children or ()))


def _block(token: Token) -> list[Token]:
    """Return a block of Markdown as blocks in which nothing acts."""
    if token.type == "html_block":
        from markdown_it.token import Token as New  # noqa: PLC0415 - pull requests only

        lines = token.content.strip().split("\n")
        shown = [New("text", "", 0, content=line) for line in lines]
        breaks = [New("softbreak", "br", 0) for _ in lines]
        children = [each for pair in zip(shown, breaks, strict=True) for each in pair][:-1]
        inline_token = New("inline", "", 0, content=token.content, children=children, block=True)
        paragraph = New("paragraph_open", "p", 1), inline_token, New("paragraph_close", "p", -1)
        return [each for part in paragraph for each in _block(part)]
    if token.type in ("fence", "code_block"):
        language = token.info if _LANGUAGE.fullmatch(token.info) else ""
        content = _disarmed_code(token.content).removesuffix("\n")
        return [token.copy(info=language, content=f"{content}\n")]
    if token.children is None:
        return [token]
    return [token.copy(children=list(_joined(_inline(token.children))))]


def _inline(tokens: Iterable[Token]) -> Iterator[Token]:
    """Yield parts of a line: HTML and pictures as text, of links those that lead to the web."""
    is_shown: list[bool] = []
    for token in tokens:
        if token.type == "html_inline":
            yield token.copy(type="text")
        elif token.type == "image":
            yield from _picture(token, is_linked=any(is_shown))
        elif token.type == "link_open":
            target = _redirected(str(token.attrs["href"]))
            is_shown.append(bool(target) and token.info != "auto")
            if is_shown[-1]:
                yield token.copy(attrs={"href": target})
        elif token.type != "link_close" or is_shown.pop():
            yield token


def _picture(token: Token, *, is_linked: bool) -> Iterator[Token]:
    text = token.copy(type="text", tag="", attrs={}, children=None)
    target = _redirected(str(token.attrs["src"]))
    if is_linked or not target:
        yield text
        return
    yield text.copy(content=f"!{_BREAK}")
    yield token.copy(type="link_open", tag="a", nesting=1, attrs={"href": target}, children=None)
    yield text
    yield text.copy(type="link_close", tag="a", nesting=-1)


def _joined(tokens: Iterable[Token]) -> Iterator[Token]:
    """Yield parts of a line, what stands side by side as one, in which nothing acts."""
    waiting: Token | None = None
    for token in tokens:
        if token.type == "text":
            content = waiting.content + token.content if waiting is not None else token.content
            waiting = token.copy(content=content)
            continue
        if waiting is not None:
            yield waiting.copy(content=disarmed(waiting.content).replace("<", _LESS))
        waiting = None
        is_code = token.type == "code_inline"
        yield token.copy(content=_disarmed_code(token.content)) if is_code else token
    if waiting is not None:
        yield waiting.copy(content=disarmed(waiting.content).replace("<", _LESS))


def _disarmed_code(text: str) -> str:
    return disarmed(text).replace("<!--", f"<{_BREAK}!--")


def _redirected(url: str) -> str:
    """Return a link's address, with GitHub's by way of its redirecting host; empty where none.

    One with a user before its host leads to GitHub too, and would not look like it. Elsewhere an @
    is encoded, so that no reader of Markdown takes what follows for somebody's name.
    """
    target = address(_GITHUB.sub(r"\1redirect.", url))
    return "" if _USER.match(target) else target.replace("@", "%40")


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
