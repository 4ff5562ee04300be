"""What `updater prefetch` takes: a project and its rev, in short or as an address, or a file's URL.

What stands there is read without a request, then looked up, and becomes what is to be hashed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from anyio import to_thread
from msgspec import Struct

from updater.choose.named import choose_named
from updater.choose.tag_forms import TagNames
from updater.choose.tag_shapes import tag_form
from updater.effects.http.addresses import shown
from updater.errors import HashError, NotFound, StageError, UsageError
from updater.kinds import (
    PROJECT_FORMS,
    REV_FETCHERS,
    UPSTREAMS,
    guarded,
    page_at,
    read_project,
)
from updater.model import Fetch, Pin, Policy, Project
from updater.upstreams.base import ProjectQuestion, Surroundings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.config.load import Config
    from updater.effects.http.client import Http
    from updater.fetchers.forge import RevFetcher
    from updater.hashing.prefetch import Prefetcher
    from updater.model import Host, Offer

_FORMS = ", ".join(
    (
        *(f"{form}@REV" for form in PROJECT_FORMS),
        "pypi:NAME@VERSION",
        "git+https://HOST/PATH@REV",
        "https://HOST/OWNER/REPO@REV",
    )
)
_SHORT = re.compile(r"(?P<name>[^@\s]+)(?:@(?P<rev>\S+))?")
# What stands behind an @ at the start of a component, as in /@scope/file, is not a rev.
_ADDRESS = re.compile(
    r"(?P<git>git\+)?(?P<name>https?://[^/@?#\s]+/[^@?#\s]*[^@?#/\s])(?:/|@(?P<rev>\S+))?"
)
_URL = re.compile(r"https?://\S+")
_REV = "REV is a tag, branch or commit"
# A browser takes these bytes for a page. Source: WHATWG, "MIME Sniffing", section 7.1.
_WEB_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_BEGINNING = 1024
_PAGE_NAMES = re.compile(r".*\.x?html?", re.IGNORECASE)


class NamedSource(Struct, frozen=True):
    """One source of a project.

    Attributes:
        rev: a tag, branch or commit, or a version of the index.
        fetcher: what pins it; None for a release of the index.
    """

    project: Project
    rev: str
    fetcher: RevFetcher | None


def parse(ref: str, rev: str, hosts: Mapping[str, Host]) -> NamedSource | None:
    """Read what is named; None for the URL of a file.

    Args:
        ref: the first argument, which may end with ``@REV``.
        rev: the second one, or an empty string.
        hosts: those that are known.

    Raises:
        UsageError: it is none of the forms, or no rev, or more than one, is named.
    """
    address = _ADDRESS.fullmatch(ref)
    if address is not None:
        return _at_address(address, rev, hosts)
    if _URL.fullmatch(ref) and not rev:
        return None
    match = _SHORT.fullmatch(ref)
    project = _project(match["name"] if match is not None else "", ref)
    rev = _only(match and match["rev"], rev)
    if not rev:
        kind = "@VERSION" if project.on_index else f"@REV, where {_REV}"
        raise _invalid(ref, f"write {ref}{kind}")
    return NamedSource(project, rev, None if project.on_index else _fetcher(project, hosts))


def _at_address(address: re.Match[str], rev: str, hosts: Mapping[str, Host]) -> NamedSource | None:
    """Read an address: a repository's by ``git+``, by a second argument, or by its known host."""
    name, git, page = address["name"], address["git"] or "", page_at(address["name"], hosts)
    if page is not None and not page.below:
        project = page.project
    elif not (git or rev or (page is None and name.endswith(".git"))):
        return None
    elif page is not None:
        raise _invalid(address[0], f"write {page.project}@REV, where {_REV}")
    else:
        project = _project(name, address[0])
        git = "git+"
    rev = _only(address["rev"], rev)
    if not rev:
        raise UsageError(
            f"{name} is a repository, not a file",
            hint=f"write {git}{name}@REV, where {_REV}",
        )
    return NamedSource(project, rev, REV_FETCHERS["git"] if git else _fetcher(project, hosts))


def _project(name: str, ref: str) -> Project:
    try:
        return read_project(name)
    except ValueError:
        raise _invalid(ref) from None


def _fetcher(project: Project, hosts: Mapping[str, Host]) -> RevFetcher:
    host = project.on(hosts)
    return REV_FETCHERS[host.kind if host is not None else "git"]


def _only(written: str | None, rev: str) -> str:
    if written and rev:
        raise UsageError(f"two revs are given, {written!r} and {rev!r}", hint="give only one")
    return written or rev


def _invalid(ref: str, hint: str = "") -> UsageError:
    text = shown(ref) if "://" in ref else ref
    return UsageError(
        f"{text!r} is not a valid source (expected {_FORMS} or the URL of a file)", hint=hint
    )


async def resolve(
    ref: str, rev: str, config: Config, prefetcher: Prefetcher, *, unpack: bool
) -> Fetch:
    """Return what is named, ready to be hashed.

    Args:
        ref: the first argument of the command.
        rev: the second one, or an empty string.
        config: its hosts and index are asked.
        prefetcher: will hash it.
        unpack: for a URL, hash the unpacked tree.

    Raises:
        UsageError: as of `parse`, or a page of the web is at the URL.
        UpstreamError: upstream does not have it.
        HashError: its hash is that of a checkout, and nothing is here that makes one.
    """
    source = parse(ref, rev, config.hosts)
    if source is None:
        await _refuse_page(ref, config.hosts, prefetcher.http)
        return Fetch(url=ref, unpack=unpack)
    around = Surroundings(prefetcher.http, config.hosts, lambda: config.index)
    project, fetcher = source.project, source.fetcher
    if fetcher is None:
        return _sdist(await _offer(ProjectQuestion(project), around), source.rev)
    offer = await _offer(ProjectQuestion(project, frozenset({source.rev})), around)
    host = project.on(config.hosts)
    web = host.web if host is not None else ""
    fetch = fetcher.plain(project, web, offer.repository, _commit(offer, source.rev))
    reason = prefetcher.only_built(fetch, "auto")
    if reason:
        raise HashError(
            f"the hash of {project} cannot be computed from a download: {reason}",
            hint="install nix-prefetch-git, a package of nixpkgs, and run the command again",
        )
    return guarded(fetch, project, config.hosts)


async def _offer(question: ProjectQuestion, around: Surroundings) -> Offer:
    kind = next(
        upstream for upstream in UPSTREAMS if upstream.claims(question.project, around.hosts)
    )
    return await kind.offer(question, around)


def _commit(offer: Offer, rev: str) -> str:
    for tag in offer.candidates:
        if tag.ref == rev:
            return tag.commit
    names = TagNames((), offer.project.name)
    form = tag_form(Pin(version=None), Policy(), offer, names)
    choice = choose_named(rev, offer, form, None)
    if choice is None:
        raise NotFound(
            f"{offer.project} has no tag, branch or full commit {rev!r}", hint="check the rev"
        )
    return choice.candidate.commit


def _sdist(offer: Offer, version: str) -> Fetch:
    named = choose_named(version, offer, None, None)
    if named is None:
        raise NotFound(f"{offer.project} has no release {version!r}", hint="check the version")
    candidate = named.candidate
    sdists = [file for file in candidate.distributions if not file.filename.endswith(".whl")]
    if len(sdists) != 1:
        files = ", ".join(file.filename for file in candidate.distributions)
        raise NotFound(
            f"{offer.project} {version} has {len(sdists)} source distributions: {files}",
            hint="give the URL of the file you mean",
        )
    return Fetch(url=sdists[0].url, sri=sdists[0].sri, size=sdists[0].size)


async def _refuse_page(url: str, hosts: Mapping[str, Host], http: Http) -> None:
    """Look at the first bytes: whoever gives the address of a page means what it is about."""
    if _PAGE_NAMES.fullmatch(shown(url)):
        return
    beginning = await to_thread.run_sync(_beginning, url, http)
    if _WEB_PAGE.match(beginning):
        page = page_at(url, hosts)
        address = shown(url).partition("://")[2]
        name = page.project if page is not None else f"git+https://{address}"
        raise UsageError(
            f"{shown(url)} is a web page, not a file",
            hint=f"for a repository, write {name}@REV, where {_REV}",
        )


def _beginning(url: str, http: Http) -> bytes:
    """Return what a download begins with; what is wrong with it, whoever hashes it says."""
    beginning = b""
    try:
        with http.download(url) as chunks:
            for chunk in chunks:
                beginning += chunk
                if len(beginning) >= _BEGINNING:
                    break
    except StageError:
        pass
    return beginning
