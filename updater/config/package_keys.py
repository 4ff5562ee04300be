"""What config.yaml may say of packages: how they are followed, built and proposed."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from updater.config import values as spelled
from updater.config.base import StrictKeys, about
from updater.config.kind_lists import Adapting, UpdateKinds
from updater.config.quantities import Duration
from updater.config.upstream import UpstreamAddress
from updater.config.version_values import IgnoredVersions, Specifier
from updater.kinds import PROJECT_FORMS


class BuildOptions(StrictKeys, frozen=True):
    """What may be said under ``build:``."""

    enabled: Annotated[
        spelled.Switch | None,
        about(
            "Whether to build before writing: auto (where Nix is installed and flake.nix is "
            "locked), true or false"
        ),
    ] = None
    flake: Annotated[str | None, about("The flake's folder; default: .")] = None
    file: Annotated[
        str | None,
        about(
            "A Nix file with a package set, instead of a flake; default: default.nix where there "
            "is no flake.nix"
        ),
    ] = None
    attribute: Annotated[
        str | None,
        about(
            "The package in it, with {name} and {system}, such as packages.{system}.{name}; "
            "default: auto, which finds it in the flake's outputs, or in what the overlays make of "
            "the flake's nixpkgs"
        ),
    ] = None
    options: Annotated[spelled.Texts | None, about("Options for every Nix command")] = None
    imports: Annotated[
        spelled.Texts | None,
        about("Modules to import after the build; auto: those of the package; [] for none"),
    ] = None
    dependents: Annotated[bool | None, about("Whether to build the packages that use it, too")] = (
        None
    )
    timeout: Annotated[Duration | None, about("The longest build; default: 60m")] = None
    jobs: Annotated[
        Annotated[int, Meta(ge=1, le=256)] | None,
        about("How many builds run in parallel, only under defaults:; default: 1"),
    ] = None
    on_failure: Annotated[
        Literal["skip", "keep", "draft"] | None,
        about(
            "After a failed build: skip (not written), keep (written all the same) or draft "
            "(written, and the pull request is a draft with the log)"
        ),
    ] = None


class PullOptions(StrictKeys, frozen=True):
    """What may be said under ``pull_request:``."""

    labels: Annotated[spelled.Texts | None, about("Labels of a new pull request")] = None
    reviewers: Annotated[spelled.Texts | None, about("Reviewers: logins, and ORG/TEAM")] = None
    assignees: Annotated[spelled.Texts | None, about("Assignees: logins")] = None
    milestone: Annotated[
        Annotated[int, Meta(ge=1)] | None, about("The number of its milestone")
    ] = None
    draft: Annotated[bool | None, about("Whether it is opened as a draft")] = None
    automerge: Annotated[
        UpdateKinds | None,
        about(
            "Kinds of update that GitHub may merge by itself once its checks pass: true, false "
            "or a list of patch, minor, major, pin (the source stays), other (the source "
            "changes, and its versions do not say how much) and adapted (also an update that edits "
            "more than the pin, which true leaves out); never one with warnings"
        ),
    ] = None
    group: Annotated[
        spelled.Group | None, about("Packages with the same group share one pull request")
    ] = None
    pin_group: Annotated[
        spelled.PinGroup | None,
        about(
            "The group of updates that correct a pin: its rev was a branch, or its hash stays; "
            "default: `group`, else `pins` for several whose source stays; `false` for none"
        ),
    ] = None
    schedule: Annotated[
        spelled.Schedule | None,
        about(
            'Windows of the week in UTC in which it is opened or updated, such as `["sat-sun", '
            '"mon-fri 02:00-06:00"]`; default: always'
        ),
    ] = None
    title: Annotated[
        spelled.Title | None,
        about(
            "Title and commit message, default `{name}: {old} -> {new}`; for Conventional "
            "Commits `chore(deps): update {name} to {new}`"
        ),
    ] = None
    group_title: Annotated[
        spelled.GroupTitle | None,
        about(
            "The same for a group, default `{group}: update {count} packages`; for Conventional "
            "Commits `chore(deps): update {group}`"
        ),
    ] = None


class PackageOptions(StrictKeys, frozen=True):
    """What may be said under ``defaults:`` and under each package of ``packages:``."""

    track: Annotated[
        spelled.Track | None,
        about("The channel to follow: auto, tag, release, commit, pypi or branch:NAME"),
    ] = None
    upstream: Annotated[
        UpstreamAddress | None,
        about(
            "Where versions come from, for a source whose address contains the version but does "
            f"not show its upstream: {', '.join((*PROJECT_FORMS, 'pypi:NAME'))}, "
            "https://HOST/OWNER/REPO, or `{page: ADDRESS, pattern: REGEX}`, a page of the web and "
            "the expression that finds versions on it, by its one group or the one named version"
        ),
    ] = None
    prereleases: Annotated[bool | None, about("Whether pre-releases may be taken")] = None
    allow: Annotated[Specifier | None, about("A PEP 440 specifier that a version must satisfy")] = (
        None
    )
    tag_pattern: Annotated[
        spelled.TagPattern | None,
        about("A regular expression for a whole tag, with a group named version"),
    ] = None
    tag_format: Annotated[
        spelled.TagFormatText | None,
        about(
            "How a version is written into a tag, such as `release-{version}`: {dashed} and "
            "{underscored} write 1-2-3 and 1_2_3 for 1.2.3, and {major}, {minor} and {patch} its "
            "numbers, such as `v{major}_r{minor}`; other tags do not count. With `tag_pattern` a "
            "tag must fit both"
        ),
    ] = None
    ignore: Annotated[
        IgnoredVersions | None,
        about("Versions never to take; .* at the end matches the rest. Ranges go into `allow`"),
    ] = None
    python: Annotated[
        spelled.Python | None,
        about(
            'The Python that packages are built for, such as "3.12", which stands for all of its '
            "releases; a release or commit that needs another, as the index or its own files say, "
            "is held"
        ),
    ] = None
    cross_check: Annotated[
        bool | None,
        about(
            "Whether to warn where the index has a newer release than the repository's tags; "
            "default: true"
        ),
    ] = None
    minimum_release_age: Annotated[
        Duration | None,
        about("How long ago a release or tag must have appeared; without a known date it is held"),
    ] = None
    commit_interval: Annotated[
        Duration | None, about("The shortest time between two moves of a pin that follows a branch")
    ] = None
    hold: Annotated[
        spelled.Hold | UnsetType, about("true or a reason: never touch the package")
    ] = UNSET
    generated: Annotated[
        Literal["skip", "edit"] | None,
        about(
            "What becomes of a package whose pin a program wrote (npins, niv, nvfetcher, JSON or "
            "TOML that an overlay reads): skip, the default, leaves it to that program; edit "
            "follows it as any other, and edits the pin where it stands"
        ),
    ] = None
    asset: Annotated[
        spelled.AssetPatterns | None,
        about(
            "A regular expression for the whole name of a release's file, where that name changes "
            "between releases; each release must have one file that fits. A list for several "
            "such sources, one a system: each takes the one that its present name fits"
        ),
    ] = None
    src_only: Annotated[
        bool | None,
        about(
            "Whether the source is moved alone: lock files and hashes beside it stay as they are; "
            "default: false"
        ),
    ] = None
    hash: Annotated[
        Literal["auto", "embedded", "nix", "build"] | None,
        about(
            "How a source's hash is found: auto, embedded (computed here), nix (its prefetchers, "
            "where they follow the fetcher's rule) or build (a fixed-output build with a fake hash)"
        ),
    ] = None
    dependent_hashes: Annotated[
        spelled.Texts | None,
        about(
            "Attributes whose hash changes with the source, such as `gems` or `assets.hash`; "
            "those that end in Hash are known anyway"
        ),
    ] = None
    adapt: Annotated[
        Adapting | None,
        about(
            "What a bump may edit beside the pin where the new release needs it and the result "
            "builds: auto (all of it), off, or a list of requirements, imports, build-system, "
            "patches, bounds and siblings; `{kinds: [...], remove: true}` also takes out what "
            "upstream no longer requires, if every package that uses it still builds, and "
            "`add: true` writes overlays for what the new release requires and nobody has, as "
            "`updater add` does, into the same change"
        ),
    ] = None
    build: Annotated[
        BuildOptions | None, about("How a change is built before it is written: see below")
    ] = None
    pull_request: Annotated[PullOptions | None, about("How a change is proposed: see below")] = None
