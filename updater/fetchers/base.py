"""What every fetcher kind tells the updater."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, final
from urllib.parse import urlsplit

from updater.errors import ReadError
from updater.model import (
    HASH_FIELDS,
    Candidate,
    Checkout,
    Fetch,
    Fetched,
    Package,
    Pin,
    Project,
    Source,
)

if TYPE_CHECKING:
    from updater.model import Field, GitOption

_PUBLIC_ADDRESS = re.compile(r"https?://[^@\s]+")
_SCP_ADDRESS = re.compile(r"(?:[\w.-]+@)?(?P<host>[\w.-]+):(?!//)(?P<path>.+)")
_ARGUMENT = re.compile(r"[A-Za-z_][\w'-]*(?:\[\d+\])?", re.ASCII)
_OFF = re.compile(r"null|\[\s*\]")
# What is only on or off: any script, and any list, changes what is hashed.
_SCRIPTS = frozenset({"extraPostFetch", "postCheckout", "postFetch", "preFetch"})

INERT = frozenset(
    {
        *("allowedRequisites", "impureEnvVars", "meta", "name", "nativeBuildInputs", "netrcPhase"),
        *("netrcImpureEnvVars", "passthru", "pos", "preferLocalBuild", "showURLs", "varPrefix"),
    }
)
"""Arguments of all fetchers that change neither where a source comes from nor what is hashed."""


class Fetcher(ABC):
    """One Nix fetcher function, or several that take the same arguments.

    Attributes:
        functions: their names.
        writes: the arguments of a call that an update may change, besides version and hash; of a
            list (``urls``) its elements. `plan_change` refuses to write any other.
    """

    functions: ClassVar[frozenset[str]]
    writes: ClassVar[frozenset[str]]

    @abstractmethod
    def project(self, package: Package, source: Source) -> Project:
        """Return the identity of the upstream that this call downloads from.

        Raises:
            ReadError: an argument that names it is missing or computed.
        """

    @abstractmethod
    def pin(self, package: Package, source: Source) -> Pin:
        """Return the pin as it is written.

        Raises:
            ReadError: an argument that is part of it is missing or computed.
        """

    @abstractmethod
    def fetch(self, package: Package, source: Source, candidate: Candidate, web: str) -> Fetched:
        """Return how a candidate is fetched through this call.

        Args:
            package: the package that the source belongs to.
            source: the call as it is now.
            candidate: the version to move to.
            web: the base URL of the project's host as it is configured; empty for an index, and for
                a host that no configuration knows.
        """

    @final
    def computed(self, package: Package, source: Source) -> str:
        """Return why a call is not followed that has an argument which cannot be read; else "".

        No argument counts as absent then, since its default would mean another file or host. The
        reason names the argument, its line, and what to write.
        """
        for field in source.fields:
            if field.name.partition(".")[0] not in INERT and not _is_readable(field):
                return f"{computed(package, field)}; to follow it, write it as a literal"
        return ""

    def tells_upstream(self, package: Package, source: Source) -> bool:
        """Tell whether the call says where its versions come from; else config.yaml may."""
        del package, source
        return True

    def asset(self, package: Package, source: Source) -> str:
        """Return the name of the release's file that a call fetches; empty where it is no such.

        It may have another name in the next release.
        """
        del package, source
        return ""

    def takes_upstream(self, package: Package, source: Source) -> bool:
        """Tell whether config.yaml may say where the versions come from."""
        return not self.tells_upstream(package, source)

    def upstream_hint(self, source: Source) -> str:
        """Return how config.yaml may name the upstream of a call that does not tell it."""
        del source
        return "github:OWNER/REPO"

    def registry(self, package: Package, source: Source) -> str:
        """Return the kind of the registry whose address the call does not say; else empty."""
        del package, source
        return ""

    def branch(self, source: Source) -> str:
        """Return the branch that the call says must hold its commit; empty where it says none."""
        del source
        return ""

    def uploaded(self, source: Source, fetch: Fetch) -> str:
        """Return what somebody must have put at an address for a version, for messages.

        An empty string where a commit or an index says that it is there.

        Args:
            source: the call.
            fetch: how it gets the version.
        """
        del source, fetch
        return ""

    def is_in_default(self, source: Source) -> bool:
        """Tell whether the call names no ref, so that the default branch must hold its commit."""
        del source
        return False

    def takes_hash(self, source: Source) -> bool:
        """Tell whether the call is to have a hash; else its rev alone says what is fetched."""
        del source
        return True

    def skip(self, package: Package, source: Source) -> str:
        """Return why no version could ever be found for this call, or an empty string."""
        del package, source
        return ""


def required(package: Package, source: Source, *names: str) -> str:
    """Return the value of an argument that the fetcher cannot do without.

    Raises:
        ReadError: none of the names is there, or it is computed by an expression.
    """
    field = source.get(*names)
    if field is None:
        missing = " or ".join(names)
        raise ReadError(
            f"{package.file}:{source.line}: {source.fetcher} of {package.name} has no {missing}",
            hint="write them as text: they say where new versions come from",
        )
    if field.value is None:
        raise computed(package, field)
    return field.value


def computed(package: Package, field: Field) -> ReadError:
    """Return the refusal of an argument whose value cannot be read."""
    text = " ".join(field.text.split())
    return ReadError(
        f"{package.file}:{field.line}: {field.name} of {package.name} is computed: {text}",
        hint="write it as a literal, or hold the package in config.yaml",
    )


def _is_readable(field: Field) -> bool:
    """Tell whether it is known what an argument stands for, and which argument it is."""
    if _ARGUMENT.fullmatch(field.name) is None:
        return False
    text = field.text
    is_script = field.name in _SCRIPTS and text.startswith(("''", '"'))
    return field.value is not None or text.startswith("[") or text.isdigit() or is_script


def written_hash(source: Source) -> str:
    """Return the hash as written, empty where there is none."""
    return source.value(*HASH_FIELDS) or ""


def is_through_version(package: Package, source: Source, *names: str) -> bool:
    """Tell whether an argument is made from the package's version."""
    field = source.get(*names)
    return field is not None and field.refers_to(*package.version_literals)


def switched_on(source: Source, names: tuple[str, ...]) -> str:
    """Return which of these arguments are on, separated by commas.

    ``false``, ``null``, an empty text and an empty list switch nothing on.
    """
    fields = [field for name in names if (field := source.get(name)) is not None]
    return ", ".join(field.name for field in fields if not _is_off(field))


def _is_off(field: Field) -> bool:
    if field.name == "stripRoot":
        return field.value == "true"
    return field.value in ("false", "") or _OFF.fullmatch(field.text) is not None


def checkout(
    source: Source, url: str, commit: str, switches: tuple[str, ...], *, submodules: bool
) -> Checkout | None:
    """Return the checkout that a call means; None where it asks for more than a commit's files.

    ``.git`` folders, tags and whole histories are not the same at every time, and sparse checkouts
    and hooks are their fetcher's own affair.

    Args:
        source: the call.
        url: of the repository, as it is reached.
        commit: what is checked out; without one there is nothing to name it by.
        switches: the arguments that change what is hashed.
        submodules: whether it takes them without being told.
    """
    plain = ("fetchSubmodules", "fetchLFS", "forceFetchGit")
    written = {name: source.value(name) for name in plain if source.get(name) is not None}
    others = switched_on(source, tuple(name for name in switches if name not in plain))
    readable = set(written.values()) <= {"true", "false"}
    if others or not commit or not readable or not _PUBLIC_ADDRESS.fullmatch(url):
        return None
    settings = {"fetchSubmodules": "true" if submodules else "false"} | written
    options: list[GitOption] = []
    if settings["fetchSubmodules"] == "true":
        options.append("fetch-submodules")
    if settings.get("fetchLFS") == "true":
        options.append("fetch-lfs")
    return Checkout(url, commit, tuple(options))


def repository(address: str) -> Project:
    """Return the identity of the repository that a git address names.

    ``https://HOST/PATH.git``, other schemes, and ``git@HOST:PATH`` of git's documentation, "GIT
    URLs", all name ``https://HOST/PATH``.
    """
    short = _SCP_ADDRESS.fullmatch(address)
    if short is not None:
        host, path = short["host"], short["path"]
    else:
        parts = urlsplit(address)
        host, path = parts.hostname or "", parts.path
        if parts.port is not None:
            host = f"{host}:{parts.port}"
    return Project.repository(host, path.strip("/").removesuffix(".git"))
