"""``github:owner/repo@rev``, ``pypi:name@version`` or a URL -> what is to be hashed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater import choose
from updater.errors import NotFound, UpstreamError, UsageError
from updater.fetchers.forge import archive_url
from updater.kinds import guarded
from updater.model import Fetch, Pin, Policy, Project
from updater.upstreams.base import ProjectQuestion, Surroundings
from updater.upstreams.github import KIND as GITHUB
from updater.upstreams.pypi import KIND as PYPI

if TYPE_CHECKING:
    from updater.config.load import Config
    from updater.effects.http.client import Http
    from updater.model import Offer
    from updater.upstreams.base import Upstream

_GITHUB_REF = re.compile(r"github:([\w.-]+)/([\w.-]+)@([\w./+@-]+)")
_PYPI_REF = re.compile(r"pypi:([\w.-]+)@([\w.!+-]+)")
_URL = re.compile(r"https?://\S+")


async def resolve(ref: str, config: Config, http: Http, *, unpack: bool) -> Fetch:
    """Return what a REF names.

    Args:
        ref: as ``updater prefetch`` takes it.
        config: its hosts and index are asked.
        http: the client.
        unpack: for a URL, hash the unpacked tree.

    Raises:
        UsageError: no REF has this form.
        UpstreamError: upstream does not have it.
    """
    around = Surroundings(http, config.hosts, lambda: config.index)
    github = _GITHUB_REF.fullmatch(ref)
    if github is not None:
        project = Project.repository("github.com", f"{github[1]}/{github[2]}")
        offer = await _ask(GITHUB, ProjectQuestion(project, frozenset({github[3]})), around)
        commit = _commit(offer, github[3], github[2])
        address = project.page(config.hosts["github.com"].web)
        fetch = Fetch(url=archive_url(address, commit), unpack=True, commit=commit)
        return guarded(fetch, project, config.hosts)
    pypi = _PYPI_REF.fullmatch(ref)
    if pypi is not None:
        project = Project.indexed(pypi[1])
        offer = await _ask(PYPI, ProjectQuestion(project), around)
        return _sdist(offer, pypi[2])
    if _URL.fullmatch(ref):
        return Fetch(url=ref, unpack=unpack)
    raise UsageError(
        f"{ref!r} is no REF",
        hint="expected github:owner/repo@rev, pypi:name@version or a URL",
    )


async def _ask(upstream: Upstream, question: ProjectQuestion, around: Surroundings) -> Offer:
    found = (await upstream.look_up([question], around))[question.project]
    if isinstance(found, UpstreamError):
        raise found
    return found


def _commit(offer: Offer, rev: str, repo: str) -> str:
    names = choose.TagNames((), repo)
    form = choose.tag_form(Pin(version=None), Policy(), offer, names)
    for tag in offer.candidates:
        if tag.ref == rev:
            return tag.commit
    found = choose.choose_named(rev, offer, form, None)
    if found is None:
        raise NotFound(
            f"{offer.project} has no tag, branch or full commit {rev!r}", hint="check the rev"
        )
    return found.candidate.commit


def _sdist(offer: Offer, version: str) -> Fetch:
    named = choose.choose_named(version, offer, None, None)
    if named is None:
        raise NotFound(f"{offer.project} has no release {version!r}", hint="check the version")
    found = named.candidate
    sdists = [one for one in found.distributions if not one.filename.endswith(".whl")]
    if len(sdists) != 1:
        files = ", ".join(one.filename for one in found.distributions)
        raise NotFound(
            f"{offer.project} {version} has {len(sdists)} source distributions: {files}",
            hint="give the URL of the file you mean",
        )
    return Fetch(url=sdists[0].url, sri=sdists[0].sri, size=sdists[0].size)
