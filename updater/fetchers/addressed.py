"""What the fetchers that take a whole address have in common: fetchurl, fetchzip, fetchTarball.

The version stands in the address, as text or as ``${version}``; where the address names a tag of a
repository, or a file of the package index, that is where versions come from.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import unquote

from updater.fetchers import address
from updater.fetchers.base import Fetcher, is_through_version, required, switched_on, written_hash
from updater.fetchers.index_files import absent, spelled_file
from updater.fetchers.moved_addresses import URLS, addresses, moved_addresses, version_of
from updater.model import (
    HASH_FIELDS,
    Candidate,
    Fetch,
    Fetched,
    NoFile,
    Package,
    Pin,
    Project,
    Source,
)
from updater.overlay.reading.pins import places

if TYPE_CHECKING:
    from updater.fetchers.address import DownloadAddress
    from updater.model import Distribution, Unpacking

_OF_ONE_FILE = (
    "its address has {}, which no other version's file has: write an address that is made of the "
    "version, such as that of a release's file"
)
_COMMIT_DIGITS = 40
_PARTED = re.compile(r"(?<=\d)[_-](?=\d)")  # as in v1_2
_HOST = re.compile(r"^[a-z]+://[^/]*")
_NUMBERS = re.compile(r"\d[._]\d")

CURL_OPTIONS = ("curlOpts", "curlOptsList")
"""What curl is told besides, such as a header, may be what decides which file comes."""


class AddressFetcher(Fetcher):
    """A fetcher that takes ``url``, or ``urls`` of which the first counts.

    Attributes:
        unpack: the hash is that of the tree inside.
        unpacking: by whose rule.
        switches: arguments that change what is hashed.
    """

    writes: ClassVar[frozenset[str]] = frozenset({"url", "urls"})
    unpack: ClassVar[bool]
    unpacking: ClassVar[Unpacking] = "fetchzip"
    switches: ClassVar[tuple[str, ...]]

    def project(self, package: Package, source: Source) -> Project:
        """Return the repository or index project of the address, else its host and folder."""
        return self._address(package, source).project

    def pin(self, package: Package, source: Source) -> Pin:
        """Return version, the tag or commit that the address names, and hash."""
        return Pin(
            version=package.label,
            rev=self._address(package, source).ref_name,
            through_version=is_through_version(package, source, *URLS),
            hash=written_hash(source),
        )

    def tells_upstream(self, package: Package, source: Source) -> bool:
        """Only the address of a repository's tag, or of a file in a registry, does."""
        here = self._address(package, source)
        return here.ref is not None or here.project.lists_releases

    def takes_upstream(self, package: Package, source: Source) -> bool:
        """A file in an npm registry may have its versions somewhere else, too."""
        is_npm = self._address(package, source).project.scheme == "npm"
        return is_npm or super().takes_upstream(package, source)

    def asset(self, package: Package, source: Source) -> str:
        """Only the address of such a file has its release's tag in it."""
        return self._address(package, source).asset

    def upstream_hint(self, source: Source) -> str:
        """Return the repository that the address of a package of GitLab names."""
        field = source.get(*URLS)
        return address.upstream_in((field.value if field is not None else "") or "")

    def registry(self, package: Package, source: Source) -> str:
        """Only Nix knows where the addresses are that begin with ``mirror:``."""
        del package
        field = source.get(*URLS)
        project = address.parse(field.value).project if field and field.value else None
        hidden = project is not None and project.scheme == "npm" and not project.host
        return "npm" if hidden else ""

    def skip(self, package: Package, source: Source) -> str:
        """An address without a version, and without a ref of a repository, is of any one file."""
        field = source.get(*URLS)
        version = package.label
        if field is None or field.value is None:
            return ""
        if identity := address.id_in(field.value):
            return _OF_ONE_FILE.format(identity)
        here = address.parse(field.value)
        tells_version = places(version or "", unquote(field.value)) != []
        is_made = is_through_version(package, source, *URLS)
        if tells_version or is_made or _is_commit(here.ref_name):
            return ""
        # of a tag that its source belies
        is_belied = here.is_archive and version_of(_PARTED.sub(".", here.ref_name))
        if is_belied or (package.unlabelled and version_of(here.ref_name)):
            return ""
        if here.is_archive:  # of a branch, or of a tag that moves
            return _unclear(f"{package.file}:{field.line}", here)
        return _without_a_version(here, field.value, version)

    def fetch(self, package: Package, source: Source, candidate: Candidate, web: str) -> Fetched:
        """Return the address of the candidate's file."""
        here = self._address(package, source)
        new_ref = _new_ref(here, candidate)
        if here.ref is not None and not new_ref:
            return NoFile(f"{candidate.version} has no tag, but {here.text} needs one")
        if here.ref is None and candidate.commit and not candidate.ref:
            return NoFile(f"{candidate.commit} has no tag, but {here.text} needs a version")
        values: dict[str, str] = {}
        if package.version is not None:
            values["version"] = candidate.version
        told = candidate.asset
        if here.is_hashed or told is not None:
            return (
                self._asset(source, told, new_ref, values, web)
                if told is not None
                else self._at_index(package, source, candidate, values)
            )
        moved = moved_addresses(package, source, candidate.version, new_ref)
        if isinstance(moved, NoFile):
            return moved
        values |= moved
        url = next(moved[name] for name in URLS if name in moved)
        if here.project.on_index or (here.project.lists_releases and candidate.distributions):
            return self._from_registry(source, values, url, candidate)
        blocked = self.blocked(source)
        if url.startswith("mirror:"):
            blocked = blocked or "only Nix knows the hosts of mirror: addresses"
        host = f"{here.project.scheme}://{here.project.host}"
        return Fetch(
            values=values,
            url=f"{web}{url.removeprefix(host)}" if web and url.startswith(f"{host}/") else url,
            unpack=self.unpack,
            unpacking=self._unpacking(source),
            commit=candidate.commit if here.carries_commit else "",
            blocked=blocked,
        )

    def uploaded(self, source: Source, fetch: Fetch) -> str:
        """Return the asset or file of an address; nothing where it is only found in Nix's way."""
        here = address.parse(fetch.url)
        is_told = here.is_archive or here.project.on_index or fetch.sri is not None
        if is_told or fetch.url.startswith("mirror:") or switched_on(source, CURL_OPTIONS):
            return ""
        what = "asset" if here.ref is not None and "/releases/" in here.text else "file"
        return f"{what} {here.filename}"

    def blocked(self, source: Source) -> str:
        """Return why the hash is not that of the download, or an empty string."""
        switches = switched_on(source, self.switches)
        return f"{switches} changes what is hashed" if switches else ""

    def _asset(
        self, source: Source, asset: Distribution, ref: str, values: dict[str, str], web: str
    ) -> Fetched:
        """Return the file of a release that the user's `asset` names, at its tag's address."""
        (name, field), *others = addresses(source)
        here = address.parse(field.value or "")
        if others or not here.asset:
            return NoFile("`asset` moves one address of a release's file, and no others")
        values[name] = address.of_asset(here, ref, asset.filename)
        host = f"https://{here.project.host}"
        return Fetch(
            values=values,
            url=f"{web}{values[name].removeprefix(host)}" if web else values[name],
            unpack=self.unpack,
            unpacking="flat" if source.value("stripRoot") == "false" else self.unpacking,
            sri=asset.sri,
            size=asset.size,
            blocked=self.blocked(source),
        )

    def _at_index(
        self, package: Package, source: Source, candidate: Candidate, values: dict[str, str]
    ) -> Fetched:
        """Return the file that takes the place of one at the index's own host, as that says it."""
        here = self._address(package, source)
        label = package.label or ""
        filename = address.parse(address.moved(here, label, candidate.version, "")).filename
        file = spelled_file(filename, candidate.version, candidate.distributions)
        if file is None:
            return absent(filename, candidate)
        moved = moved_addresses(package, source, candidate.version, candidate.ref)
        if isinstance(moved, NoFile):
            return moved
        values |= {name: url.replace(filename, file.filename) for name, url in moved.items()}
        return Fetch(
            values=_as_listed(source, values, file),
            url=file.url,
            unpack=self.unpack,
            unpacking=self._unpacking(source),
            sri=file.sri,
            size=file.size,
            blocked=self.blocked(source),
        )

    def _from_registry(
        self, source: Source, values: dict[str, str], url: str, candidate: Candidate
    ) -> Fetched:
        is_computed = any(field.is_computed for _, field in addresses(source))
        here, filename = address.parse(url).project, address.parse(url).filename
        distribution = spelled_file(filename, candidate.version, candidate.distributions)
        is_respelled = distribution is not None and distribution.filename != filename
        if distribution is None or (is_respelled and (is_computed or not here.on_index)):
            return absent(filename, candidate)
        # A hash is that of the file at the registry's own address, and of no copy elsewhere.
        is_own = here.on_index or distribution.url == url
        is_own = is_own or url.startswith("mirror:")
        if is_respelled:  # its project's name is spelled otherwise by now
            values = {
                name: text.replace(filename, distribution.filename)
                if name.startswith("url")
                else text
                for name, text in values.items()
            }
        return Fetch(
            values=_as_listed(source, values, distribution),
            url=distribution.url if is_own else url,
            unpack=self.unpack,
            unpacking=self._unpacking(source),
            sri=distribution.sri if is_own else None,
            size=distribution.size,
            blocked=self.blocked(source),
        )

    def _unpacking(self, source: Source) -> Unpacking:
        return "flat" if source.value("stripRoot") == "false" else self.unpacking

    @staticmethod
    def _address(package: Package, source: Source) -> DownloadAddress:
        return address.parse(required(package, source, *URLS))


def unhashed(source: Source, name: str) -> str:
    """Return why a call without a hash is not followed, with what to write; empty where it has one.

    Args:
        source: the call.
        name: the argument that takes the hash.
    """
    if source.get(*HASH_FIELDS) is not None:
        return ""
    place = f'`{{ url = ...; {name} = ""; }}` for' if source.bare else f'`{name} = "";` beside'
    return (
        f"it has no {name}, so Nix takes what is at its address at the time: to follow it, write "
        f"{place} the address, and `updater bump` finds the hash"
    )


def _as_listed(source: Source, values: dict[str, str], file: Distribution) -> dict[str, str]:
    """Return values in which what has a file's hash in its address is where the index has it."""
    hashed = (
        name for name, field in addresses(source) if address.parse(field.value or "").is_hashed
    )
    return {**values, **dict.fromkeys(hashed, file.url)}


def _unclear(place: str, here: DownloadAddress) -> str:
    """Return why it cannot be told what an archive is of; empty where it can."""
    longer = here.longer_ref
    what = f"whether its branch is {here.ref_name} or {longer}: write a tag or a commit there"
    return f"{place}: the address does not tell {what}" if longer else ""


def _without_a_version(here: DownloadAddress, url: str, version: str | None) -> str:
    """Say why nothing can tell the address of another version."""
    where = f"on {here.ref_name!r}" if here.ref_name else f"at {url}"
    if version:
        return f"it is a file {where}, without its version {version} in its address{_advice(here)}"
    if here.project.on_index:
        return f"it is the index's file {here.filename}, and the package has no `version`"
    if _NUMBERS.search(_HOST.sub("", url)):
        return f"it is a file {where}, and the package has no `version`"
    return f"it is a file {where}, without a version in its address{_advice(here)}"


def _advice(here: DownloadAddress) -> str:
    """Return what to write in the place of a branch or of a tag that moves."""
    if here.asset and any(map(str.isdigit, here.ref_name)):
        return "; to follow it, give it the version that its tag has"
    if here.asset:
        return "; write the tag of a release there"
    return "; write a tag or a commit there" if here.ref is not None else ""


def _new_ref(here: DownloadAddress, candidate: Candidate) -> str:
    """Return the tag or commit of a candidate, as far as an address can name it."""
    if _is_commit(here.ref_name):
        return candidate.commit
    return candidate.ref or (candidate.commit if here.is_archive else "")


def _is_commit(ref: str) -> bool:
    return len(ref) == _COMMIT_DIGITS and set(ref) <= set("0123456789abcdef")
