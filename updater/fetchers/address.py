"""What the address of a download says: its project, the ref that it names, and where.

Forms: GitHub docs, "Downloading source code archives"; GitLab docs, "Repositories API" and
"Download repository archives"; npm/registry, docs/REGISTRY-API.md;
nixpkgs, pkgs/build-support/fetchurl/mirrors.nix (``mirror://pypi``, ``mirror://npm``).
"""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import quote, unquote, urlsplit

from msgspec import Struct

from updater.model import Project, Span
from updater.overlay.reading.pins import places
from updater.text import is_printable

_ENDING = r"(?:\.tar\.(?:gz|bz2|xz|zst)|\.tgz|\.zip|\.tar)"
# Only behind refs/ is it plain that a slash belongs to the name.
_REF = r"(?:refs/(?:tags|heads)/(?P<ref>[^?#]+?)|(?P<plain>[^/?#]+?))"
_REPOSITORY = r"https?://(?P<host>[^/]+)/(?P<path>[^/]+/[^/]+)"

# Not by `git archive`, so without the commit's id.
_GET = rf"{_REPOSITORY}/get/(?P<ref>[^/]+){_ENDING}"
_ARCHIVES = (
    # Behind the tag may stand any name for the file; it ends with the same version.
    (
        rf"{_REPOSITORY}/archive/refs/tags/(?P<ref>[^/?#]*?(?P<number>\d[^/?#]*))"
        rf"/[^/?#]+[-_](?P=number){_ENDING}"
    ),
    rf"{_REPOSITORY}/archive/{_REF}{_ENDING}",
    rf"{_REPOSITORY}/archive/(?P<ref>[^/]+)/[^/]+{_ENDING}",
    rf"https?://(?P<host>[^/]+)/(?P<path>.+?)/-/archive/(?P<ref>[^/]+)/[^/]+{_ENDING}",
    rf"https?://codeload\.(?P<host>[^/]+)/(?P<path>[^/]+/[^/]+)/(?:tar\.gz|zip)/{_REF}",
    (
        r"https?://(?:api\.)?(?P<host>[^/]+)/(?:repos/)?(?P<path>[^/]+/[^/]+)"
        rf"/(?:tarball|zipball)/{_REF}"
    ),
    _GET,
)
_ASSETS = (
    rf"{_REPOSITORY}/releases/download/(?P<ref>[^/]+)/(?P<asset>[^/?#]+)",
    (
        r"https?://(?P<host>[^/]+)/(?P<path>.+?)/-/releases/(?P<ref>[^/]+)/downloads/"
        r"(?P<asset>[^?#]+)"
    ),
)
_FILES = (
    *_ASSETS,
    (
        rf"{_REPOSITORY}/(?:-/)?raw/(?:refs/tags/|refs/heads/|tag/|branch/|commit/)?(?P<ref>[^/]+)/.+"
    ),
    (
        r"https?://raw\.(?P<host>github)usercontent\.com/(?P<path>[^/]+/[^/]+)/"
        r"(?:refs/tags/|refs/heads/)?(?P<ref>[^/]+)/.+"
    ),
)
_INDEX = (
    r"(?:mirror://pypi|https?://(?!test\.)[^/]+/packages/(?:source|any|(?:py|cp|pp)\d[\w.]*|\d\.\d+))"
    r"/[A-Za-z0-9]/(?P<name>[^/]+)/[^/]+"
)
# The index's own host of files has the hash of each in its address: 64 digits in all. What is on
# the index for tests is another's, whatever its name is.
_HASHED = (
    r"https?://(?!test-files\.)[^/]+/(?:packages|files)/[0-9a-f]{2}/(?:[0-9a-f]{2}/[0-9a-f]{60}|[0-9a-f]{62})/(?P<name>[A-Za-z0-9][\w.-]*?)"
    rf"-v?[0-9][^/-]*(?:-[^/]+\.whl|{_ENDING})"
)
# Only a scope begins with an @, so that no folder above a name does.
_NPM = (
    r"(?:(?P<base>https?://[^/?#]+(?:/(?!@)[^/?#]+)*)|mirror://npm)"
    r"/(?P<name>(?:@[^/?#]+/)?(?P<last>[^@/?#]+))/-/(?P=last)-[^/?#]+\.tgz"
)
# What is uploaded to these places has an id there, which no other version's file has.
_IDS = (
    r"/(?P<id>uploads/[0-9a-f]{32}|package_files/\d+|jobs/\d+|releases/assets/\d+"
    r"|user-attachments/(?:files|assets)/[\w-]+|attachments/[0-9a-f]{8}-[0-9a-f-]{27}"
    r"|(?<=//github\.com/)[^/]+/[^/]+/files/\d+)(?=[/?#]|\Z)"
)
# Source: GitLab docs, "Generic packages API" and "Repositories API".
_OF_THE_API = r"https?://(?P<host>[^/]+)/api/v4/projects/(?P<project>[^/]+)/(?:packages/generic|repository)/.+"
_BEFORE_A_REF = ("/archive/", "/tar.gz/", "/zip/", "/tarball/", "/zipball/")
_HEADS, _TAGS = "refs/heads/", "refs/tags/"
_COMMIT = re.compile(r"[0-9a-f]{40}")
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
_UNDECODED = "\N{REPLACEMENT CHARACTER}"
# What ends the path of an address, or begins an escape.
_RESERVED = frozenset("%?#")
_DIGIT = re.compile("[0-9]")
_SHORT_HOSTS = {"github": "github.com"}


@cache
def _pattern(expression: str) -> re.Pattern[str]:
    """Compile an expression where it is used: few projects have an address at all."""
    return re.compile(expression)


class DownloadAddress(Struct, frozen=True):
    """A download's address.

    Attributes:
        text: the address.
        project: of the repository, or of the name on the index or in an npm registry; else the host
            and folder, which no upstream claims.
        ref: where the address names a tag, branch or commit; None where it does not.
        is_archive: it is the archive of a commit, not a file that somebody uploaded.
        carries_commit: that is made by ``git archive``, which writes the commit's id into it.
        is_hashed: it has the file's hash in it, so that only the index tells that of another file.
        asset: the name of a release's file; on GitLab a path. Empty for all else.
    """

    text: str
    project: Project
    ref: Span | None = None
    is_archive: bool = False
    carries_commit: bool = False
    is_hashed: bool = False
    asset: str = ""

    @property
    def ref_name(self) -> str:
        """The tag, branch or commit that it names, or an empty string: ``a/1`` of ``a%2F1``."""
        decoded = unquote(self.ref_text)
        return decoded if is_printable(decoded) and _UNDECODED not in decoded else self.ref_text

    @property
    def ref_text(self) -> str:
        """The same as it is written, percent-encoded where it is."""
        return self.text[self.ref.start : self.ref.end] if self.ref is not None else ""

    @property
    def before(self) -> str:
        """What stands before the ref; all of it where it names none."""
        return self.text[: self.ref.start] if self.ref is not None else self.text

    @property
    def names_branch(self) -> bool:
        """Whether it says that the ref is a branch, and not a tag of that name."""
        return self.ref is not None and self.before.endswith(_HEADS)

    @property
    def name(self) -> re.Match[str] | None:
        """The name of an archive behind its ref, if it is that or its number: ``/tool-1.2.zip``.

        Its groups are ``lead``, ``name`` and ``ending``.
        """
        if self.ref is None or not self.is_archive:
            return None
        names = "|".join(map(re.escape, (self.ref_name, _number(self.ref_name))))
        expression = rf"(?P<lead>/(?:[^/]*[-_])?)(?P<name>{names})(?P<ending>{_ENDING})"
        return re.fullmatch(expression, self.text[self.ref.end :])

    @property
    def longer_ref(self) -> str:
        """What the ref may be as well, if a file has a name of its own behind it; else empty.

        A slash may be in the name of a branch: ``archive/feature/x.zip`` is of ``feature/x``.
        """
        behind = self.text[self.ref.end :] if self.ref is not None else ""
        if not self.is_archive or "/" not in behind or self.name is not None:
            return ""
        return self.ref_name + re.sub(f"{_ENDING}$", "", behind)

    @property
    def filename(self) -> str:
        """Its last component."""
        return self.text.rsplit("/", 1)[-1]


def parse(text: str) -> DownloadAddress:
    """Read an address."""
    for patterns, is_archive in ((_ARCHIVES, True), (_FILES, False)):
        for pattern in patterns:
            match = _pattern(pattern).fullmatch(text)
            if match is not None:
                host = _SHORT_HOSTS.get(match["host"], match["host"])
                path = match["path"].removesuffix(".git")
                project = Project.repository(host, path)
                group = "ref" if match["ref"] else "plain"
                return DownloadAddress(
                    text,
                    project,
                    Span(*match.span(group)),
                    is_archive,
                    carries_commit=is_archive and pattern != _GET,
                    asset=match["asset"] if pattern in _ASSETS else "",
                )
    index = _pattern(_INDEX).fullmatch(text)
    if index is not None:
        return DownloadAddress(text, Project.indexed(index["name"]))
    hashed = _pattern(_HASHED).fullmatch(text)
    if hashed is not None:
        return DownloadAddress(text, Project.indexed(hashed["name"]), is_hashed=True)
    npm = _pattern(_NPM).fullmatch(text)
    if npm is not None:
        return DownloadAddress(text, Project("npm", npm["base"] or "", npm["name"]))
    parts = urlsplit(text)
    folder = parts.path.rsplit("/", 1)[0]
    return DownloadAddress(text, Project(parts.scheme, parts.netloc, folder.removeprefix("/")))


def _number(ref: str) -> str:
    """Return a ref without what stands before its first digit; all of a commit, or without one."""
    first = _DIGIT.search(ref)
    return ref if first is None or _COMMIT.fullmatch(ref) else ref[first.start() :]


def id_in(text: str) -> str:
    """Return the part of an address that no other version's file has; empty where it has none."""
    match = _pattern(_IDS).search(text)
    return match["id"] if match is not None else ""


def upstream_in(text: str) -> str:
    """Return how config.yaml may name where an address's versions come from, as far as it says."""
    match = _pattern(_OF_THE_API).fullmatch(text)
    if match is None:
        return "github:OWNER/REPO"
    path = unquote(match["project"])
    path = path if "/" in path and is_printable(path) else "GROUP/REPO"
    is_gitlab = match["host"] == "gitlab.com"
    return f"gitlab:{path}" if is_gitlab else f"https://{match['host']}/{path}"


def moved(address: DownloadAddress, old: str, version: str, ref: str) -> str:
    """Return the address of another version.

    Args:
        address: as it is now.
        old: the version that it is of.
        version: the new version.
        ref: the new tag or commit, where the address names one.
    """
    text = address.text
    if address.ref is None:
        return _replaced(text, old, version)
    before, after = address.before, text[address.ref.end :]
    for prefix in (_HEADS, _TAGS):  # `refs/heads/main` becomes a tag, or a commit
        if before.endswith(prefix) and ref != address.ref_name:
            before = before.removesuffix(prefix) + ("" if _COMMIT.fullmatch(ref) else _TAGS)
    written = _encoded(ref, address.ref_text)
    if "/" in written and before.endswith(_BEFORE_A_REF) and "/-/" not in before:
        before += _TAGS  # else nothing tells where the name ends
    named = address.name
    if named is None:
        return before + written + _replaced(after, old, version)
    new = ref.replace("/", "-") if named["name"] == address.ref_name else _number(ref)
    return f"{before}{written}{_replaced(named['lead'], old, version)}{new}{named['ending']}"


def of_asset(address: DownloadAddress, ref: str, name: str) -> str:
    """Return the address of another release's file, below the one of the present file.

    Args:
        address: of a release's file.
        ref: the other release's tag.
        name: that file's name, or its path on GitLab.
    """
    assert address.ref is not None  # noqa: S101 - that of its release
    between = address.text[address.ref.end :].removesuffix(address.asset)
    tag = _encoded(ref, address.ref_text)
    return f"{address.before}{tag}{between}{_encoded(name, address.asset)}"


def unambiguous(text: str, tag: str) -> str:
    """Return the address of a tag's archive as one that no branch of the same name can mean."""
    here = parse(text)
    is_bare = here.is_archive and here.ref is not None and here.ref_name == tag
    before = here.before if is_bare else ""
    if not before.endswith(_BEFORE_A_REF) or "/-/" in before:
        return text
    return f"{before}{_TAGS}{text[len(before) :]}"


def _encoded(name: str, like: str) -> str:
    """Return a name as it is written in an address: what another one encodes there is encoded.

    Args:
        name: a tag, or the name of a file.
        like: the one in whose place it stands, as that is written.
    """
    escapes = _ESCAPE.findall(like)
    coded = {*map(unquote, escapes), *_RESERVED}
    is_lower = any(escape != escape.upper() for escape in escapes)
    texts = []
    for character in name:
        if character in coded or (escapes and not character.isascii()):
            escaped = quote(character, safe="")
            texts.append(escaped.lower() if is_lower else escaped)
        else:
            texts.append(character)
    return "".join(texts)


def _replaced(text: str, old: str, new: str) -> str:
    spellings = {quote(old, safe=""): quote(new, safe=""), old: new}
    for before, after in spellings.items():
        for place in reversed(places(before, text)):
            text = text[: place.start()] + after + text[place.end() :]
    return text
