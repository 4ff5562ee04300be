"""What config.yaml may say: strict models, which also make its JSON Schema and its reference."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal, TypeVar

from msgspec import Meta, field

from updater.config import values as spelled
from updater.config.base import StrictKeys, about
from updater.config.package_keys import PackageOptions
from updater.config.quantities import Duration, Size

T = TypeVar("T", Duration, Size)


def _spelled(kind: type[T], text: str) -> T:
    """Make a default of a kind that msgspec writes into no schema; its description tells it."""
    made: T = field(default_factory=partial(kind, text))
    return made


class PublishOptions(StrictKeys, frozen=True):
    """What may be said under ``publish:``."""

    via: Annotated[
        Literal["api", "git"],
        about(
            "How commits are made: api (the host's Git data API, which signs them for an App) or "
            "git (`git push`)"
        ),
    ] = "api"
    pause: Annotated[
        Duration, about("Between two requests that write; default: 1s, as GitHub asks")
    ] = _spelled(Duration, "1s")


class HostOptions(StrictKeys, frozen=True):
    """One code host under ``hosts:``; only what differs from the defaults need be said."""

    kind: Annotated[
        spelled.HostKind | None,
        about("What runs there: github, gitlab, gitea (also Forgejo), bitbucket, sourcehut or git"),
    ] = None
    web: Annotated[
        spelled.OpenAddress | None, about("The address of its pages and repositories")
    ] = None
    api: Annotated[spelled.OpenAddress | None, about("The address of its REST API")] = None
    graphql: Annotated[spelled.OpenAddress | None, about("The address of its GraphQL API")] = None
    token_env: Annotated[
        spelled.Variable | None, about("The environment variable with its token")
    ] = None


class RegistryOptions(StrictKeys, frozen=True):
    """Registries that fetchers do not name, under ``registries:``."""

    crates: Annotated[
        spelled.OpenAddress | None,
        about(
            "The sparse index of a registry of crates, for fetchCrate: the folder with "
            "`config.json`, as Cargo has it behind `sparse+`"
        ),
    ] = None
    hex: Annotated[
        spelled.OpenAddress | None, about("The HTTP API of a Hex, for fetchHex: it ends in `/api`")
    ] = None
    npm: Annotated[
        spelled.OpenAddress | None,
        about(
            "An npm registry, for addresses that begin with `mirror://npm`; others say themselves "
            "where they are"
        ),
    ] = None


class ArchiveOptions(StrictKeys, frozen=True):
    """Limits for one source, under ``archives:``; more is refused as hostile."""

    downloaded: Annotated[Size, about("The largest download; default: 8GiB")] = _spelled(
        Size, "8GiB"
    )
    fetched: Annotated[Size, about("The largest pack that git fetches; default: 8GiB")] = _spelled(
        Size, "8GiB"
    )
    unpacked: Annotated[Size, about("The largest tree; default: 16GiB")] = _spelled(Size, "16GiB")
    ratio: Annotated[
        int,
        Meta(ge=1, description="The largest ratio of unpacked to downloaded bytes, beyond 64 MiB"),
    ] = 250
    members: Annotated[int, Meta(ge=1, description="The most files, folders and links in it")] = (
        2_000_000
    )
    time: Annotated[
        Duration,
        about("The longest that it may take to download and to hash it; default: 60m"),
    ] = _spelled(Duration, "60m")


class NetworkOptions(StrictKeys, frozen=True):
    """Limits of every request under ``network:``."""

    concurrency: Annotated[
        int, Meta(ge=1, le=256, description="Parallel requests; of clones and downloads at most 16")
    ] = 32
    timeout: Annotated[
        Duration, about("How long to wait for a host that does not answer; default: 30s")
    ] = _spelled(Duration, "30s")
    retries: Annotated[int, Meta(ge=0, le=10, description="Retries after the first try")] = 3
    max_wait: Annotated[Duration, about("The longest wait before one retry; default: 60s")] = (
        _spelled(Duration, "60s")
    )


class IdentifyOptions(StrictKeys, frozen=True):
    """How long the search for the commit that a hash holds may go on, under ``identify:``."""

    max_candidates: Annotated[
        int,
        Meta(ge=1, description="The most trees to hash, besides those that earlier runs hashed"),
    ] = 5000
    timeout: Annotated[Duration, about("The longest search, without the clone; default: 5m")] = (
        _spelled(Duration, "5m")
    )


class AuditOptions(StrictKeys, frozen=True):
    """Which rules `updater audit` judges by, under ``audit:``."""

    select: Annotated[
        spelled.Texts | None,
        about("The rules to judge by, by name; default: all. `audit-rules.md` has their names"),
    ] = None
    ignore: Annotated[spelled.Texts, about("Rules to leave out")] = field(
        default_factory=partial(spelled.Texts, [])
    )


class Document(StrictKeys, frozen=True):
    """The whole of config.yaml."""

    overlays: Annotated[
        spelled.Texts | None,
        about(
            "Files, folders and globs, relative to the folder of this file; default: `overlays`, "
            "else the files that flake.nix or default.nix imports or calls, else `pkgs` or "
            "`packages`"
        ),
    ] = None
    repository: Annotated[
        spelled.RepositoryName | None,
        about(
            "Where pull requests go: OWNER/NAME, or HOST:OWNER/NAME for a host of hosts:; "
            "default: GITHUB_REPOSITORY, else the remote origin"
        ),
    ] = None
    base: Annotated[
        str | None, about("The branch to change; default: the repository's default branch")
    ] = None
    branch_prefix: Annotated[
        spelled.BranchPrefix,
        about(
            "What the names of the updater's branches begin with, such as `deps/`; default: "
            "`updater/`. Open pull requests keep their branches"
        ),
    ] = field(default_factory=partial(spelled.BranchPrefix, "updater/"))
    max_open: Annotated[
        Annotated[int, Meta(ge=0, le=1000)] | None,
        about(
            "No new pull request while this many of the updater's are open; default: 5, and 3 in "
            "its first run"
        ),
    ] = None
    dashboard: Annotated[bool, about("Whether one issue shows what is open, held and failed")] = (
        False
    )
    publish: Annotated[PublishOptions, about("See below")] = field(default_factory=PublishOptions)
    hosts: Annotated[dict[str, HostOptions], about("Code hosts by name")] = field(
        default_factory=dict
    )
    index: Annotated[
        spelled.WebAddress | None,
        about(
            "A Simple API index, with user and password in its address or, as for pip, in netrc "
            "(`NETRC`, else `~/.netrc`); default: pip's, else PyPI"
        ),
    ] = None
    registries: Annotated[
        RegistryOptions,
        about("The addresses of registries that nixpkgs' fetchers do not show; default: none"),
    ] = field(default_factory=RegistryOptions)
    vulnerabilities: Annotated[
        spelled.WebAddress | None,
        about(
            "A service with OSV's API, such as `https://api.osv.dev`, to ask for known "
            "vulnerabilities of the old and the new release; default: none"
        ),
    ] = None
    network: Annotated[NetworkOptions, about("Limits")] = field(default_factory=NetworkOptions)
    identify: Annotated[
        IdentifyOptions,
        about("Limits of the search for the commit that a hash belongs to: see below"),
    ] = field(default_factory=IdentifyOptions)
    archives: Annotated[ArchiveOptions, about("Limits for one source")] = field(
        default_factory=ArchiveOptions
    )
    audit: Annotated[
        AuditOptions, about("The rules of `updater audit`, and of the audit of reviews and bumps")
    ] = field(default_factory=AuditOptions)
    defaults: Annotated[PackageOptions, about("Settings for every package")] = field(
        default_factory=PackageOptions
    )
    packages: Annotated[
        dict[str, PackageOptions],
        about(
            "Settings for one package, by its identity, attribute path, name, pname, file or "
            "folder, or for all that match a glob; where several keys match, the most exact one "
            "counts"
        ),
    ] = field(default_factory=dict)
