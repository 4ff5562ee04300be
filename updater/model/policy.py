"""What the configuration asks for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from msgspec import Struct

from updater.model.adaptation import ADAPTATION_KINDS, AdaptationKind

if TYPE_CHECKING:
    import re

    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    from updater.model.project import Project
    from updater.model.tag_format import TagFormat

LARGEST_PACK: Final = 8 << 30
"""The bytes of a pack that git may fetch where config.yaml says nothing else."""

TrackKind = Literal["auto", "tag", "release", "commit", "branch", "pypi", "registry", "page"]

UpdateKind = Literal["patch", "minor", "major", "pin", "other"]
"""What an update changes: ``pin`` leaves the source as it is; ``other`` changes it by as much as no
pair of versions tells, as where they are commits, no PEP 440 versions, or the same one."""

TITLE: Final = "{name}: {old} -> {new}"
"""The template of an update's title where config.yaml says nothing else."""


class BuildPolicy(Struct, frozen=True):
    """How a change is built before it is written; the keys of ``build:`` in config.yaml.

    Attributes:
        enabled: ``auto`` builds where Nix is installed and the expression's inputs are locked.
        flake: the flake's folder, relative to the root; empty where ``file`` is used.
        file: a Nix file that evaluates to a package set, or an empty string.
        attribute: the package in it; ``{name}`` and ``{system}`` are replaced. ``auto`` looks for
            it in the outputs, and in what the overlays make of nixpkgs.
        options: given to every Nix command.
        imports: modules to import; None for those of the package itself.
        dependents: also build the packages of the overlays that use it.
        on_failure: ``skip`` does not write, ``keep`` writes all the same, ``draft`` writes and
            marks the pull request as a draft.
    """

    enabled: Literal["auto", "true", "false"] = "auto"
    flake: str = "."
    file: str = ""
    attribute: str = "auto"
    options: tuple[str, ...] = ()
    imports: tuple[str, ...] | None = None
    dependents: bool = False
    timeout: timedelta = timedelta(minutes=60)
    jobs: int = 1
    on_failure: Literal["skip", "keep", "draft"] = "skip"

    @property
    def switched_off(self) -> str:
        """Why nothing is built, where the configuration says so; else an empty string."""
        return "build: {enabled: false}" if self.enabled == "false" else ""


PINS: Final = "pins"
"""The group of updates that change nothing but what a pin says, where none is configured."""


class PullPolicy(Struct, frozen=True):
    """How a change is proposed; the keys of ``pull_request:`` in config.yaml.

    Attributes:
        milestone: its number, 0 for none.
        automerge: the kinds of update that are merged without a person; ``adapted`` also those
            whose overlay was adapted to them.
        group: the name under which several packages share one pull request.
        pin_group: the same for updates that make a pin say what it holds; empty for none, None
            where nothing is said of it.
        title: with ``{name}``, ``{old}`` and ``{new}``; also the commit's first line.
        group_title: the same for several packages, with ``{group}`` and ``{count}``.
        schedule: windows of the week in UTC; empty for always.
    """

    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    milestone: int = 0
    draft: bool = False
    automerge: tuple[UpdateKind | Literal["adapted"], ...] = ()
    group: str = ""
    pin_group: str | None = None
    title: str = TITLE
    group_title: str = "{group}: update {count} packages"
    schedule: tuple[str, ...] = ()

    @property
    def furnishes(self) -> bool:
        """Whether a pull request gets something after it was opened."""
        return bool(self.labels or self.reviewers or self.assignees or self.milestone)

    def group_of(self, *, pins: bool, stays: bool = False) -> str:
        """Return the name of an update's group, an empty string where it stands by itself.

        Args:
            pins: the update makes a pin say what it holds: its rev was a moving one, or its hash
                stays.
            stays: it changes nothing else, so that the source stays.
        """
        if pins and self.pin_group:
            return self.pin_group
        return self.group or (PINS if stays and self.pin_group is None else "")


class Policy(Struct, frozen=True):
    """What may be chosen for one package; the defaults are those of config.yaml.

    Attributes:
        track: the channel to follow; ``branch`` goes with a name in ``branch``.
        upstream: the project that versions come from, where the source's address tells none; None
            elsewhere.
        tag_pattern: matches a whole tag; its group ``version`` is the version.
        tag_format: how a version is written into a tag; with ``tag_pattern`` a tag must fit both.
        series: the numbers with which versions begin that fit the attribute's or the file's name,
            such as ``sqlalchemy_1_4``; empty where it has none, or ``allow`` says more.
        ignore: versions never to take, ``*`` at the end matches the rest.
        python: the Python that the package is built for, of a minor version any release; None does
            not look at what a release requires.
        cross_check: tell where the package index has a newer release than the repository's tags.
        minimum_release_age: a younger candidate is held, one without a date too.
        commit_interval: a follower of a branch moves at most this often.
        hold: why the package must not be touched, or an empty string.
        generated: what becomes of a package whose file a program wrote.
        asset: each matches the whole name of a release's file that a source is; none where names
            change by the version alone.
        src_only: lock files and hashes beside the source stay as they are.
        dependent_hashes: side hashes besides those that are known by their name.
        adapt: the kinds of adaptation that may be made; none where it is off.
    """

    track: TrackKind = "auto"
    branch: str = ""
    upstream: Project | None = None
    prereleases: bool = False
    allow: SpecifierSet | None = None
    tag_pattern: re.Pattern[str] | None = None
    tag_format: TagFormat | None = None
    series: tuple[int, ...] = ()
    ignore: tuple[str, ...] = ()
    python: Version | None = None
    cross_check: bool = True
    minimum_release_age: timedelta = timedelta(0)
    commit_interval: timedelta = timedelta(days=7)
    hold: str = ""
    hash: Literal["auto", "embedded", "nix", "build"] = "auto"
    generated: Literal["skip", "edit"] = "skip"
    asset: tuple[re.Pattern[str], ...] = ()
    src_only: bool = False
    dependent_hashes: tuple[str, ...] = ()
    adapt: tuple[AdaptationKind, ...] = ADAPTATION_KINDS
    build: BuildPolicy = BuildPolicy()
    pull_request: PullPolicy = PullPolicy()
