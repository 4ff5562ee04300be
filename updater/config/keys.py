"""What config.yaml may say: strict models, which also make its JSON Schema and its reference."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType, field

from updater.config import values as spelled
from updater.kinds import PROJECT_FORMS

T = TypeVar("T", spelled.Duration, spelled.Size)


def _about(description: str) -> Meta:
    """Describe a key, for the reference and for editors."""
    return Meta(description=description)


def _spelled(kind: type[T], text: str) -> T:
    """Make a default of a kind that msgspec writes into no schema; its description tells it."""
    made: T = field(default_factory=partial(kind, text))
    return made


class _Strict(Struct, frozen=True, forbid_unknown_fields=True):
    pass


class BuildOptions(_Strict, frozen=True):
    """What may be said under ``build:``."""

    enabled: Annotated[
        spelled.Switch | None,
        _about(
            "Whether to build before writing: auto (where Nix is installed and flake.nix is "
            "locked), true or false"
        ),
    ] = None
    flake: Annotated[str | None, _about("The flake's folder; default: .")] = None
    file: Annotated[
        str | None,
        _about(
            "A Nix file with a package set, instead of a flake; default: default.nix where there "
            "is no flake.nix"
        ),
    ] = None
    attribute: Annotated[
        str | None,
        _about(
            "The package in it, with {name} and {system}, such as packages.{system}.{name}; "
            "default: auto, which finds it in the flake's outputs, or in what the overlays make of "
            "the flake's nixpkgs"
        ),
    ] = None
    options: Annotated[spelled.Texts | None, _about("Options for every Nix command")] = None
    imports: Annotated[
        spelled.Texts | None,
        _about("Modules to import after the build; auto: those of the package; [] for none"),
    ] = None
    dependents: Annotated[bool | None, _about("Whether to build the packages that use it, too")] = (
        None
    )
    timeout: Annotated[spelled.Duration | None, _about("The longest build; default: 60m")] = None
    jobs: Annotated[
        Annotated[int, Meta(ge=1, le=256)] | None,
        _about("Builds side by side, only under defaults:; default: 1"),
    ] = None
    on_failure: Annotated[
        Literal["skip", "keep", "draft"] | None,
        _about(
            "After a failed build: skip (not written), keep (written all the same) or draft "
            "(written, and the pull request is a draft with the log)"
        ),
    ] = None


class PullOptions(_Strict, frozen=True):
    """What may be said under ``pull_request:``."""

    labels: Annotated[spelled.Texts | None, _about("Labels of a new pull request")] = None
    reviewers: Annotated[
        spelled.Texts | None, _about("Who is asked to review: logins, and ORG/TEAM")
    ] = None
    assignees: Annotated[spelled.Texts | None, _about("Who it is assigned to: logins")] = None
    milestone: Annotated[
        Annotated[int, Meta(ge=1)] | None, _about("The number of its milestone")
    ] = None
    draft: Annotated[bool | None, _about("Whether it is opened as a draft")] = None
    automerge: Annotated[
        spelled.UpdateKinds | None,
        _about(
            "Kinds of update that GitHub may merge by itself once its checks pass: true, false "
            "or a list of patch, minor, major, pin (the source stays) and other (the source "
            "changes, and its versions do not say how much); never one with warnings"
        ),
    ] = None
    group: Annotated[
        spelled.Group | None, _about("Packages with the same group share one pull request")
    ] = None
    pin_group: Annotated[
        spelled.Group | None,
        _about(
            "The group of updates that only make a pin true: its rev was a branch, or its hash "
            "stays; default: `group`"
        ),
    ] = None
    schedule: Annotated[
        spelled.Schedule | None,
        _about(
            'Windows of the week in UTC in which it is opened or updated, such as `["sat-sun", '
            '"mon-fri 02:00-06:00"]`; default: always'
        ),
    ] = None
    title: Annotated[
        spelled.Title | None,
        _about(
            "Title and commit message, default `{name}: {old} -> {new}`; for Conventional "
            "Commits `chore(deps): update {name} to {new}`"
        ),
    ] = None
    group_title: Annotated[
        spelled.GroupTitle | None,
        _about(
            "The same for a group, default `{group}: update {count} packages`; for Conventional "
            "Commits `chore(deps): update {group}`"
        ),
    ] = None


class PublishOptions(_Strict, frozen=True):
    """What may be said under ``publish:``."""

    via: Annotated[
        Literal["api", "git"],
        _about(
            "How commits are made: api (the host's Git data API, which signs them for an App) or "
            "git (`git push`)"
        ),
    ] = "api"
    pause: Annotated[
        spelled.Duration, _about("Between two requests that write; default: 1s, as GitHub asks")
    ] = _spelled(spelled.Duration, "1s")


class PackageOptions(_Strict, frozen=True):
    """What may be said under ``defaults:`` and under each package of ``packages:``."""

    track: Annotated[
        spelled.Track | None,
        _about("The channel to follow: auto, tag, release, commit, pypi or branch:NAME"),
    ] = None
    upstream: Annotated[
        spelled.UpstreamAddress | None,
        _about(
            "Where versions come from, for a source whose address has the version in it and "
            f"tells no upstream: {', '.join((*PROJECT_FORMS, 'pypi:NAME'))} "
            "or https://HOST/OWNER/REPO"
        ),
    ] = None
    prereleases: Annotated[bool | None, _about("Whether pre-releases may be taken")] = None
    allow: Annotated[
        spelled.Specifier | None, _about("A PEP 440 specifier that a version must satisfy")
    ] = None
    tag_pattern: Annotated[
        spelled.TagPattern | None,
        _about("A regular expression for a whole tag, with a group named version"),
    ] = None
    ignore: Annotated[
        spelled.Texts | None, _about("Versions never to take; .* at the end matches the rest")
    ] = None
    python: Annotated[
        spelled.Python | None,
        _about(
            'The Python that packages are built for, such as "3.12", which stands for all of its '
            "releases; a release or commit that needs another, as the index or its own files say, "
            "is held"
        ),
    ] = None
    cross_check: Annotated[
        bool | None,
        _about(
            "Whether to tell where the index has a newer release than the repository's tags; "
            "default: true"
        ),
    ] = None
    minimum_release_age: Annotated[
        spelled.Duration | None,
        _about("How old a release must be; one without a known date is held"),
    ] = None
    commit_interval: Annotated[
        spelled.Duration | None, _about("A follower of a branch moves at most this often")
    ] = None
    hold: Annotated[
        spelled.Hold | UnsetType, _about("true or a reason: never touch the package")
    ] = UNSET
    hash: Annotated[
        Literal["auto", "embedded", "nix", "build"] | None,
        _about(
            "How a source's hash is found: auto, embedded (computed here), nix (its prefetchers, "
            "where they follow the fetcher's rule) or build (a fixed-output build with a fake hash)"
        ),
    ] = None
    dependent_hashes: Annotated[
        spelled.Texts | None,
        _about(
            "Attributes whose hash changes with the source, such as `gems` or `assets.hash`; "
            "those that end in Hash are known anyway"
        ),
    ] = None
    build: Annotated[
        BuildOptions | None, _about("How a change is built before it is written: see below")
    ] = None
    pull_request: Annotated[PullOptions | None, _about("How a change is proposed: see below")] = (
        None
    )


class HostOptions(_Strict, frozen=True):
    """One code host under ``hosts:``; only what differs from the defaults need be said."""

    kind: Annotated[
        spelled.HostKind | None,
        _about(
            "What runs there: github, gitlab, gitea (also Forgejo), bitbucket, sourcehut or git"
        ),
    ] = None
    web: Annotated[
        spelled.WebAddress | None, _about("The address of its pages and repositories")
    ] = None
    api: Annotated[spelled.WebAddress | None, _about("The address of its REST API")] = None
    graphql: Annotated[spelled.WebAddress | None, _about("The address of its GraphQL API")] = None
    token_env: Annotated[str | None, _about("The environment variable with its token")] = None


class ArchiveOptions(_Strict, frozen=True):
    """What one source may cost, under ``archives:``; more is refused as hostile."""

    downloaded: Annotated[spelled.Size, _about("The largest download; default: 8GiB")] = _spelled(
        spelled.Size, "8GiB"
    )
    fetched: Annotated[spelled.Size, _about("The largest pack that git fetches; default: 8GiB")] = (
        _spelled(spelled.Size, "8GiB")
    )
    unpacked: Annotated[spelled.Size, _about("The largest tree; default: 16GiB")] = _spelled(
        spelled.Size, "16GiB"
    )
    ratio: Annotated[
        int, Meta(ge=1, description="How many bytes one downloaded byte may become, beyond 64 MiB")
    ] = 250
    members: Annotated[int, Meta(ge=1, description="Files, folders and links in it")] = 2_000_000
    time: Annotated[
        spelled.Duration,
        _about("The longest that it may take to download and to hash it; default: 60m"),
    ] = _spelled(spelled.Duration, "60m")


class NetworkOptions(_Strict, frozen=True):
    """Limits of every request under ``network:``."""

    concurrency: Annotated[
        int, Meta(ge=1, le=256, description="Requests at once; of clones and downloads at most 16")
    ] = 32
    timeout: Annotated[spelled.Duration, _about("The longest silence of a host; default: 30s")] = (
        _spelled(spelled.Duration, "30s")
    )
    retries: Annotated[int, Meta(ge=0, le=10, description="Tries after the first")] = 3
    max_wait: Annotated[
        spelled.Duration, _about("The longest wait before one retry; default: 60s")
    ] = _spelled(spelled.Duration, "60s")


class IdentifyOptions(_Strict, frozen=True):
    """How long the search for the commit that a hash holds may go on, under ``identify:``."""

    max_candidates: Annotated[
        int, Meta(ge=1, description="Trees to hash at most, besides those that earlier runs hashed")
    ] = 5000
    timeout: Annotated[
        spelled.Duration, _about("The longest search, without the clone; default: 5m")
    ] = _spelled(spelled.Duration, "5m")


class Document(_Strict, frozen=True):
    """The whole of config.yaml."""

    overlays: Annotated[
        spelled.Texts | None,
        _about(
            "Files, folders and globs, relative to the folder of this file; default: `overlays`, "
            "else the files that flake.nix or default.nix imports or calls, else `pkgs` or "
            "`packages`"
        ),
    ] = None
    repository: Annotated[
        spelled.RepositoryName | None,
        _about(
            "Where pull requests go: OWNER/NAME, or HOST:OWNER/NAME for a host of hosts:; "
            "default: GITHUB_REPOSITORY, else the remote origin"
        ),
    ] = None
    base: Annotated[
        str | None, _about("The branch to change; default: the repository's default branch")
    ] = None
    max_open: Annotated[
        int,
        Meta(
            ge=0, le=1000, description="No new pull request while so many of the updater's are open"
        ),
    ] = 10
    dashboard: Annotated[bool, _about("Whether one issue shows what is open, held and failed")] = (
        False
    )
    publish: Annotated[PublishOptions, _about("See below")] = field(default_factory=PublishOptions)
    hosts: Annotated[dict[str, HostOptions], _about("Code hosts by name")] = field(
        default_factory=dict
    )
    index: Annotated[
        spelled.WebAddress | None, _about("A Simple API index; default: pip's, else PyPI")
    ] = None
    vulnerabilities: Annotated[
        spelled.WebAddress | None,
        _about(
            "A service with OSV's API, such as `https://api.osv.dev`, that is asked what it "
            "knows of the old and the new release; default: nobody is asked"
        ),
    ] = None
    network: Annotated[NetworkOptions, _about("Limits")] = field(default_factory=NetworkOptions)
    identify: Annotated[
        IdentifyOptions, _about("Limits of the search for what a hash holds: see below")
    ] = field(default_factory=IdentifyOptions)
    archives: Annotated[ArchiveOptions, _about("What one source may cost")] = field(
        default_factory=ArchiveOptions
    )
    defaults: Annotated[PackageOptions, _about("What holds for every package")] = field(
        default_factory=PackageOptions
    )
    packages: Annotated[
        dict[str, PackageOptions],
        _about(
            "What holds for one, by its identity, attribute path, name, pname, file or folder, or "
            "for all that a glob fits; where several keys fit, the more exact one counts"
        ),
    ] = field(default_factory=dict)
