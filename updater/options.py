"""What config.yaml may say: strict models, which also make its JSON Schema and its reference."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from updater import spellings

Size = Annotated[int, BeforeValidator(spellings.size)]
Duration = Annotated[timedelta, BeforeValidator(spellings.duration)]
Address = Annotated[str, BeforeValidator(spellings.address)]
Switch = Annotated[Literal["auto", "true", "false"], BeforeValidator(spellings.switch)]
Imports = Annotated[tuple[str, ...] | Literal["auto"], BeforeValidator(spellings.several)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class BuildOptions(_Strict):
    """What may be said under ``build:``."""

    enabled: (
        Annotated[Literal["auto", "true", "false"], BeforeValidator(spellings.switch)] | None
    ) = Field(
        default=None,
        description="Whether to build before writing: auto (where Nix is installed and flake.nix "
        "is locked), true or false",
    )
    flake: str | None = Field(default=None, description="The flake's folder; default: .")
    file: str | None = Field(
        default=None, description="A Nix file with a package set, instead of a flake"
    )
    attribute: str | None = Field(
        default=None,
        description="The package in it, with {name} and {system}; default: python3Packages.{name}",
    )
    options: tuple[str, ...] | None = Field(
        default=None, description="Options for every Nix command", strict=False
    )
    imports: (
        Annotated[tuple[str, ...] | Literal["auto"], BeforeValidator(spellings.several)] | None
    ) = Field(
        default=None,
        description="Modules to import after the build; auto: those of the package; [] for none",
    )
    dependents: bool | None = Field(
        default=None, description="Whether to build the packages that use it, too"
    )
    timeout: Duration | None = Field(default=None, description="The longest build; default: 60m")
    jobs: Annotated[int, Field(ge=1, le=256)] | None = Field(
        default=None, description="Builds side by side, only under defaults:; default: 1"
    )
    on_failure: Literal["skip", "keep", "draft"] | None = Field(
        default=None,
        description="After a failed build: skip (not written), keep (written all the same) or "
        "draft (written, and the pull request is a draft with the log)",
    )


class PullOptions(_Strict):
    """What may be said under ``pull_request:``."""

    labels: tuple[str, ...] | None = Field(
        default=None, description="Labels of a new pull request", strict=False
    )
    reviewers: tuple[str, ...] | None = Field(
        default=None, description="Who is asked to review: logins, and ORG/TEAM", strict=False
    )
    assignees: tuple[str, ...] | None = Field(
        default=None, description="Who it is assigned to: logins", strict=False
    )
    milestone: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="The number of its milestone"
    )
    draft: bool | None = Field(default=None, description="Whether it is opened as a draft")
    automerge: (
        Annotated[
            tuple[Literal["patch", "minor", "major", "pin"], ...],
            BeforeValidator(spellings.update_kinds),
        ]
        | None
    ) = Field(
        default=None,
        description="Kinds of update that GitHub may merge by itself once its checks pass: true, "
        "false or a list of patch, minor, major and pin; never one with warnings",
    )
    group: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] | None = Field(
        default=None, description="Packages with the same group share one pull request"
    )
    pin_group: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] | None = Field(
        default=None,
        description="The group of updates that only make a pin true: its rev was a branch, or its "
        "hash stays; default: `group`",
    )
    schedule: Annotated[tuple[str, ...], BeforeValidator(spellings.schedule)] | None = Field(
        default=None,
        description="Windows of the week in UTC in which it is opened or updated, such as "
        '`["sat-sun", "mon-fri 02:00-06:00"]`; default: always',
    )
    title: Annotated[str, BeforeValidator(spellings.title)] | None = Field(
        default=None,
        description="Title and commit message, default `{name}: {old} -> {new}`; for Conventional "
        "Commits `chore(deps): update {name} to {new}`",
    )
    group_title: Annotated[str, BeforeValidator(spellings.group_title)] | None = Field(
        default=None,
        description="The same for a group, default `{group}: update {count} packages`; for "
        "Conventional Commits `chore(deps): update {group}`",
    )


class PublishOptions(_Strict):
    """What may be said under ``publish:``."""

    via: Literal["api", "git"] = Field(
        default="api",
        description="How commits are made: api (the host's Git data API, which signs them for an "
        "App) or git (`git push`)",
    )
    pause: Duration = Field(
        default=timedelta(seconds=1),
        description="Between two requests that write; GitHub asks for a second",
    )


class PackageOptions(_Strict):
    """What may be said under ``defaults:`` and under each package of ``packages:``."""

    track: Annotated[str, BeforeValidator(spellings.track)] | None = Field(
        default=None,
        description="The channel to follow: auto, tag, release, commit, pypi or branch:NAME",
    )
    upstream: Annotated[str, BeforeValidator(spellings.upstream)] | None = Field(
        default=None,
        description="Where versions come from, for a source whose address has the version in it "
        "and tells no upstream: github:OWNER/REPO, gitlab:GROUP/REPO, codeberg:OWNER/REPO, "
        "pypi:NAME or https://HOST/OWNER/REPO",
    )
    prereleases: bool | None = Field(default=None, description="Whether pre-releases may be taken")
    allow: Annotated[str, BeforeValidator(spellings.specifier)] | None = Field(
        default=None, description="A PEP 440 specifier that a version must satisfy"
    )
    tag_pattern: Annotated[str, BeforeValidator(spellings.tag_pattern)] | None = Field(
        default=None, description="A regular expression for a whole tag, with a group named version"
    )
    ignore: tuple[str, ...] | None = Field(
        default=None,
        description="Versions never to take; .* at the end matches the rest",
        strict=False,
    )
    python: Annotated[str, BeforeValidator(spellings.python)] | None = Field(
        default=None,
        description="The Python that packages are built for; a release or commit that needs "
        "another, as the index or its own files say, is held",
    )
    cross_check: bool | None = Field(
        default=None,
        description="Whether to tell where the index has a newer release than the repository's "
        "tags; default: true",
    )
    minimum_release_age: Duration | None = Field(
        default=None, description="How old a release must be; one without a known date is held"
    )
    commit_interval: Duration | None = Field(
        default=None, description="A follower of a branch moves at most this often"
    )
    hold: Annotated[str, BeforeValidator(spellings.hold)] | None = Field(
        default=None, description="true or a reason: never touch the package"
    )
    hash: Literal["auto", "embedded", "nix", "build"] | None = Field(
        default=None,
        description="How a source's hash is found: auto, embedded (computed here), nix (its "
        "prefetchers) or build (a fixed-output build with a fake hash)",
    )
    dependent_hashes: tuple[str, ...] | None = Field(
        default=None,
        description="Attributes whose hash changes with the source, such as `gems` or "
        "`assets.hash`; those that end in Hash are known anyway",
        strict=False,
    )
    build: BuildOptions | None = Field(
        default=None, description="How a change is built before it is written: see below"
    )
    pull_request: PullOptions | None = Field(
        default=None, description="How a change is proposed: see below"
    )


class HostOptions(_Strict):
    """One code host under ``hosts:``; only what differs from the defaults need be said."""

    kind: Annotated[str, BeforeValidator(spellings.host_kind)] | None = Field(
        default=None, description="What runs there: github, gitlab, gitea (also Forgejo) or git"
    )
    web: Address | None = Field(
        default=None, description="The address of its pages and repositories"
    )
    api: Address | None = Field(default=None, description="The address of its REST API")
    graphql: Address | None = Field(default=None, description="The address of its GraphQL API")
    token_env: str | None = Field(
        default=None, description="The environment variable with its token"
    )


class ArchiveOptions(_Strict):
    """What one source may cost, under ``archives:``; more is refused as hostile."""

    downloaded: Size = Field(default=8 << 30, description="The largest download; default: 8GiB")
    fetched: Size = Field(
        default=8 << 30, description="The largest pack that git fetches; default: 8GiB"
    )
    unpacked: Size = Field(default=16 << 30, description="The largest tree; default: 16GiB")
    ratio: Annotated[int, Field(ge=1)] = Field(
        default=250, description="How many bytes one downloaded byte may become, beyond 64 MiB"
    )
    members: Annotated[int, Field(ge=1)] = Field(
        default=2_000_000, description="Files, folders and links in it"
    )


class NetworkOptions(_Strict):
    """Limits of every request under ``network:``."""

    concurrency: Annotated[int, Field(ge=1, le=256)] = Field(
        default=32, description="Requests at once; of clones and downloads at most 16"
    )
    timeout: Duration = Field(
        default=timedelta(seconds=30), description="The longest silence of a host"
    )
    retries: Annotated[int, Field(ge=0, le=10)] = Field(
        default=3, description="Tries after the first"
    )
    max_wait: Duration = Field(
        default=timedelta(seconds=60), description="The longest wait before one retry"
    )


class IdentifyOptions(_Strict):
    """How long the search for the commit that a hash holds may go on, under ``identify:``."""

    max_candidates: Annotated[int, Field(ge=1)] = Field(
        default=5000, description="Trees to hash at most, besides those that earlier runs hashed"
    )
    timeout: Duration = Field(
        default=timedelta(minutes=5), description="The longest search, without the clone"
    )


class Document(_Strict):
    """The whole of config.yaml."""

    overlays: tuple[str, ...] = Field(
        default=("overlays",), description="Files, folders and globs", strict=False
    )
    repository: Annotated[str, BeforeValidator(spellings.repository)] | None = Field(
        default=None,
        description="Where pull requests go: OWNER/NAME, or HOST:OWNER/NAME for a host of hosts:; "
        "default: GITHUB_REPOSITORY, else the remote origin",
    )
    base: str | None = Field(
        default=None, description="The branch to change; default: the repository's default branch"
    )
    max_open: Annotated[int, Field(ge=0, le=1000)] = Field(
        default=10, description="No new pull request while so many of the updater's are open"
    )
    dashboard: bool = Field(
        default=False, description="Whether one issue shows what is open, held and failed"
    )
    publish: PublishOptions = Field(default_factory=PublishOptions, description="See below")
    hosts: dict[str, HostOptions] = Field(default_factory=dict, description="Code hosts by name")
    index: Address | None = Field(
        default=None, description="A Simple API index; default: pip's, else PyPI"
    )
    vulnerabilities: Address | None = Field(
        default=None,
        description="A service with OSV's API, such as `https://api.osv.dev`, that is asked what "
        "it knows of the old and the new release; default: nobody is asked",
    )
    network: NetworkOptions = Field(default_factory=NetworkOptions, description="Limits")
    identify: IdentifyOptions = Field(
        default_factory=IdentifyOptions,
        description="Limits of the search for what a hash holds: see below",
    )
    archives: ArchiveOptions = Field(
        default_factory=ArchiveOptions, description="What one source may cost"
    )
    defaults: PackageOptions = Field(
        default_factory=PackageOptions, description="What holds for every package"
    )
    packages: dict[str, PackageOptions] = Field(
        default_factory=dict, description="What holds for one: by name, identity or glob"
    )
