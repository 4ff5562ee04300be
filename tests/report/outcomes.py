"""Outcomes of every kind, as a run leaves them, for the tests of what is reported."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.model import (
    Build,
    Candidate,
    Change,
    Current,
    Diagnosis,
    Failed,
    Field,
    FieldChange,
    Hashed,
    Held,
    Identified,
    Outdated,
    Package,
    Passed,
    Pinned,
    PinWarning,
    PullRequestLink,
    Reviewed,
    Skipped,
    Source,
    Span,
    Sri,
    Tracking,
    Updated,
    Verdict,
)

if TYPE_CHECKING:
    from updater.model import Outcome

NOWHERE = Span(0, 1)
COMMIT = "ae225c2c9252b4ae2fd3ab65b1e2b1e6aa0d9f4c"
OTHER = "1c13cbbcc2369cd8a4e3bd1ab2bb9d0ea0fd5a31"
SRI = Sri("sha256", b"0" * 32)
TAGS = Tracking("tag", "its rev is made from the version")
MINOR = "a new minor version below 1.0, which may break its users"
UNBUILT = Build("skipped", "", phase="Nix is not installed")


def package(name: str, version: str | None = "1.0", file: str = "") -> Package:
    """Return a package of the guide's shape."""
    label = Field("version", 5, NOWHERE, "", version, (), None) if version is not None else None
    source = Source("fetchFromGitHub", "src", 7, NOWHERE, ())
    attribute = ("python3Packages", name)
    return Package(file or f"overlays/{name}.nix", attribute, 3, NOWHERE, name, label, source)


def outdated(name: str, old: str, new: str, *warnings: str, **known: object) -> Outdated:
    """Return an update that `check` found."""
    told = tuple(PinWarning("code", warning) for warning in warnings)
    found = Candidate(new, ref=f"v{new}", commit=COMMIT)
    known = {"candidate": found, "warnings": told, "tracking": TAGS, **known}
    return Outdated(package=package(name, old), **known)  # type: ignore[arg-type]


def updated(name: str, old: str, new: str, build: Build | None, *, written: bool) -> Updated:
    """Return an update that `bump` made, or would make."""
    own = package(name, old)
    change = Change(own, (), (FieldChange("version", 5, old, new),), b"", b"")
    return Updated(
        package=own,
        candidate=Candidate(new),
        tracking=TAGS,
        change=change,
        hashed=Hashed(SRI, "embedded", 1_234_567),
        written=written,
        build=build,
    )


def unreachable(name: str, host: str = "github.com") -> Failed:
    """Return the failure of a package whose host does not answer."""
    why = "cannot be reached: Name or service not known"
    return Failed(
        package=package(name),
        stage="look-up",
        message=f"https://{host}/o/{name}.git/git-upload-pack {why}",
        hint="check the network, the proxy variables and the address in config.yaml",
        cause=f"{host} {why}",
    )


def unevaluated(name: str) -> Failed:
    """Return the failure of a package that the package set does not have."""
    attribute = f"python3Packages.{name}"
    why = f"it does not evaluate: flake 'path:/copy' does not provide attribute '{attribute}'"
    hint = "check `build: {attribute: ...}` and the expression"
    log = f"/logs/{name}.log"
    return Failed(
        package=package(name, "0.9"),
        candidate=Candidate("1.0"),
        stage="build",
        message=f"evaluation of {attribute}: {why}\nerror: flake does not provide it\n  at x:1",
        hint=f"{hint}; the whole log: {log}",
        build=Build(
            "failed",
            attribute,
            phase="evaluation",
            log=log,
            tail="error: flake does not provide it\n  at x:1",
            diagnosis=Diagnosis("evaluation", why, hint),
        ),
    )


def checked() -> list[Outcome]:
    """Return 26 packages as `check` may leave them, with all that it may say of one."""
    return [
        Current(package=package("accelerated-scan", "0.3.1")),
        unreachable("bitsandbytes"),
        outdated("bidirectional-cross-attention", "0.0.5", "0.1.0", f"{MINOR}: 0.0.5 -> 0.1.0"),
        unreachable("cached-path"),
        Skipped(package=package("einops", None), reason="it has no source of its own"),
        outdated("einx", "0.3.0", "0.4.4", f"{MINOR}: 0.3.0 -> 0.4.4"),
        outdated("ema-pytorch", "0.7.7", "0.8.3", f"{MINOR}: 0.7.7 -> 0.8.3"),
        Held(
            package=package("torch", "2.3.0"),
            candidate=Candidate("2.9.1"),
            newest=Candidate("2.9.1"),
            reason="2.9.1 is outside `allow: <2.4`",
        ),
        Held(
            package=package("x-transformers", "2.4.1"),
            candidate=Candidate("2.31.10"),
            newest=Candidate("2.31.10"),
            reason="2.31.10 is younger than `minimum_release_age`",
            until=datetime(2026, 6, 4, 12, tzinfo=UTC),
        ),
        Held(
            package=package("f5-tts", "1.1.7"),
            reason="none of 43 commits matches the pinned hash (rewritten history, submodules or "
            "an edited hash?). Choose one with `--to VERSION`.",
        ),
        outdated(
            "vocos",
            "0.1.2",
            "0.3.1",
            f"{MINOR}: 0.2.0 -> 0.3.1",
            pinned=Pinned("main", OTHER, "0.2.0"),
            reason="replaces the branch `main` by the tag",
        ),
        outdated(
            "rotary-embedding-torch",
            "0.8.6",
            "0.9.1",
            f"tag v0.8.6 is {COMMIT}, but the pin is {OTHER}: the tag moved or the version is "
            "wrong",
        ),
        Failed(
            package=package("pi-zero-pytorch", "0.2.5"),
            stage="look-up",
            message="https://github.com/o/pi-zero-pytorch.git answers 404 Not Found",
            hint="is it deleted, renamed or private?",
        ),
        Failed(
            package=package("computed", None),
            stage="find",
            message="overlays/computed.nix: line 15: version of computed is computed",
            hint='write it as a literal, such as version = "1.0"',
        ),
        *(Held(package=package(f"cuda-{n}"), reason="waits for CUDA 13") for n in range(3)),
        *(Current(package=package(f"current-{n}")) for n in range(8)),
        Current(
            package=package("retired", "1.0"),
            warnings=(PinWarning("archived", "https://github.com/o/retired is archived"),),
        ),
    ]


def bumped(*, dry_run: bool = False) -> list[Outcome]:
    """Return packages as `bump` may leave them."""
    built = Build("passed", "python3Packages.einx", seconds=12.3, sandboxed=True)
    unsafe = Build("passed", "python3Packages.vocos", seconds=7.0, sandboxed=False)
    log = "\n".join(f"line {n} of the log" for n in range(30))
    return [
        Current(package=package("accelerated-scan", "0.3.1")),
        updated("einx", "0.3.0", "0.4.4", UNBUILT if dry_run else built, written=not dry_run),
        updated("vocos", "0.1.2", "0.3.1", UNBUILT if dry_run else unsafe, written=not dry_run),
        updated("ema-pytorch", "0.7.7", "0.8.3", UNBUILT, written=not dry_run),
        updated("x-transformers", "2.4.1", "2.31.10", UNBUILT, written=not dry_run),
        unevaluated("bark"),
        unevaluated("encodec"),
        Failed(
            package=package("cached-path", "1.6.3"),
            candidate=Candidate("1.7.0"),
            stage="build",
            message="build of python3Packages.cached-path: it does not build\n" + log,
            hint="the log: /logs/cached-path.log",
            build=Build("failed", "python3Packages.cached-path", phase="build", tail=log),
        ),
    ]


def verified() -> list[Outcome]:
    """Return packages as `verify` may leave them: each state once, and some that are true."""
    pin = "`updater pin` writes what the hash belongs to"
    choose = "choose a version with `updater bump --to VERSION`"
    return [
        *(Verdict(package=package(f"good-{n}"), state="true") for n in range(9)),
        Verdict(
            package=package("vocos", "0.1.2"),
            state="drifted",
            message=f"`main` is commit {COMMIT} now; the hash belongs to 0.2.0, commit {OTHER}",
            hint=pin,
        ),
        Verdict(
            package=package("einx", "0.3.0"),
            state="tag moved",
            message=f"tag v0.3.0 is commit {COMMIT} now, but was {OTHER}; none of 43 commits "
            "matches the pinned hash (rewritten history, submodules or an edited hash?)",
            hint=choose,
        ),
        Verdict(
            package=package("bark", "1.0"),
            state="wrong hash",
            message=f"the source of v1.0 has {SRI}; the hash belongs to 0.9, commit {OTHER}",
            hint=pin,
        ),
        Verdict(
            package=package("encodec", "0.1.1"),
            state="false version",
            message="the source is 0.2.0",
            hint="`updater pin` corrects the label",
        ),
        Verdict(package=package("gone"), state="gone", message="the index has no 1.0"),
        Verdict(
            package=package("yanked"),
            state="yanked",
            message="it is broken",
            hint="`updater bump` moves on",
        ),
        Verdict(
            package=package("moving", "1.0"),
            state="true",
            warnings=(
                PinWarning("moving-rev", "`main` is a branch: the pin is ok until it moves on"),
            ),
        ),
    ]


def identified() -> list[Outcome]:
    """Return packages as `identify` may leave them."""
    moving = Tracking("tag", "its rev 'main' is a branch", moving=True)
    return [
        Identified(
            package=package("vocos", "0.1.2"),
            candidate=Candidate("0.2.0", ref="v0.2.0", commit=COMMIT),
            tracking=moving,
            looked_at=43,
        ),
        Identified(
            package=package("einx", "0.3.0"),
            candidate=Candidate("0.3.0-unstable-2026-01-02", commit=OTHER),
            tracking=moving,
            looked_at=None,
        ),
        Skipped(
            package=package("ema-pytorch", "0.7.7"),
            reason="its source is a file of the package index, whose name contains the version",
        ),
        Skipped(
            package=package("x-transformers", "2.4.1"),
            reason="its source is a file of the package index, whose name contains the version",
        ),
    ]


def reviewed() -> list[Outcome]:
    """Return packages as `review` may leave them."""
    built = Build("passed", "python3Packages.einx", seconds=12.3, sandboxed=True)
    true = Verdict(package=package("einx", "0.4.4"), state="true")
    unchanged = Skipped(package=package("b"), reason="its text is not changed")
    drifted = Verdict(package=package("vocos", "0.3.1"), state="gone", message="there is no v0.3.1")
    unbuilt = Skipped(package=package("vocos", "0.3.1"), reason="not built: Nix is not installed")
    return [
        Reviewed(
            package=true.package,
            before=package("einx", "0.3.0"),
            truth=true,
            trial=Passed(package=true.package, build=built),
            warnings=(PinWarning("minor", f"{MINOR}: 0.3.0 -> 0.4.4"),),
        ),
        Reviewed(
            package=drifted.package,
            before=package("vocos", "0.1.2"),
            truth=drifted,
            trial=unbuilt,
        ),
        Reviewed(
            package=unchanged.package,
            before=unchanged.package,
            truth=unchanged,
            trial=unevaluated("b"),
        ),
    ]


def proposed() -> list[Outcome]:
    """Return packages as `bump --pr` may leave them."""
    pull = PullRequestLink("https://github.com/me/overlays/pull/12", 12, "open")
    own = updated("einx", "0.3.0", "0.4.4", None, written=False)
    new = updated("torchfix", "0.5.0", "0.6.0", None, written=False)
    waiting = [outdated(name, "0.1", "1.0", "a new major version") for name in ("a", "b", "c")]
    return [
        Updated(
            **{**new.common_fields, "pull_request": replace(pull, number=13, step="opened")},
            change=new.change,
            hashed=new.hashed,
            written=False,
        ),
        *(
            Held(**other.common_fields, reason="5 pull requests are open", pending=True)
            for other in waiting
        ),
        Updated(
            **{**own.common_fields, "pull_request": pull},
            change=own.change,
            hashed=own.hashed,
            written=False,
        ),
        Held(
            package=package("vocos", "0.1.2"),
            candidate=Candidate("0.3.1"),
            pull_request=PullRequestLink("https://github.com/me/overlays/pull/7", 7, "closed"),
            reason="somebody closed its pull request",
        ),
    ]


def many(number: int) -> list[Outcome]:
    """Return so many packages: most current, and every fourth with something to say."""
    made: list[Outcome] = []
    for n in range(number):
        name = f"package-{n:04}"
        match n % 16:
            case 0:
                made.append(unreachable(name, host=f"host-{n % 3}.example"))
            case 1 | 2:
                made.append(outdated(name, "0.1", "0.2", f"{MINOR}: 0.1 -> 0.2"))
            case 3:
                made.append(Skipped(package=package(name), reason="it has no source of its own"))
            case _:
                made.append(Current(package=package(name)))
    return made
