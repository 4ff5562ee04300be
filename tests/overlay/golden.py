"""The golden overlays: which package of each file is bumped to what, by its own fetcher kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.kinds import FETCH_FUNCTIONS, FETCHERS, WRITABLE
from updater.model import (
    HASH_FIELDS,
    Candidate,
    Change,
    Distribution,
    Fetch,
    FunctionFile,
    Package,
    PinValues,
    Source,
)
from updater.overlay.editing.patch import plan_change
from updater.overlay.reading.file import read_packages
from updater.overlay.reading.neighbours import completed

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parent.parent / "overlays"

NEW = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc="
NEWER = "sha256-gE9R9xJUxAgeN+fIhwc1YPSm+mza0gLprGfgMsQ+0eE="
NEWEST = "sha256-GHHZU1MN0yKtAGSz31h40ECvZ4527o8Wk7h4EqlYIJY="
COMMIT = "c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc"


@dataclass(frozen=True, slots=True)
class Bump:
    """What a golden file's package moves to.

    Attributes:
        package: its name; by default, that of the only package that can be followed.
        ref: the new tag; empty for a commit.
        files: what the package index has of the new version.
        asset: the file of its release that config.yaml names; empty where it names none.
        side_hashes: new values of these, and of the date of a commit.
    """

    package: str = ""
    version: str = "2.0.0"
    ref: str = "v2.0.0"
    files: tuple[str, ...] = ("tool-2.0.0.tar.gz",)
    asset: str = ""
    side_hashes: Mapping[str, str] = field(default_factory=dict)

    @property
    def candidate(self) -> Candidate:
        """The candidate that upstream would offer."""
        files = tuple(
            Distribution(name, f"https://index.example/{name}", None, None, None)
            for name in self.files
        )
        asset = Distribution(self.asset, "", None, None, None) if self.asset else None
        return Candidate(self.version, self.ref, COMMIT, distributions=files, asset=asset)


FUNCTIONS = tuple(
    FunctionFile(f"./functions/{path.name}", f"functions/{path.name}", path.read_bytes())
    for path in sorted((FOLDER / "functions").glob("*.nix"))
)
"""The files that golden overlays call with what they pin."""

_STEM = Bump(files=("Tool-2.0.0.tar.gz",))
_COMMIT = Bump(ref="")
_ASSET = Bump("tool", asset="Tool_2.0.0_linux.tgz")
BUMPS = {
    "address-of-a-branch-without-tags": _COMMIT,
    "called-by-what-is-imported": Bump("tool"),
    "called-through-a-name": Bump("tool"),
    "called-with-its-version": Bump("tool"),
    "called-with-one-version": Bump("tool"),
    **dict.fromkeys(("asset", "asset-as-text", "asset-in-a-let"), _ASSET),
    "builder-of-the-overlay": Bump("tool"),
    "generated-by-nvfetcher-of-an-address": Bump("tool"),
    "generated-by-nvfetcher-of-git": Bump("tool", version="v2.0.0"),
    "label-that-is-a-commit": Bump(version=COMMIT, ref=""),
    "label-with-a-scope": Bump(version="@owner/tool@2.0.0", ref="@owner/tool@2.0.0"),
    "label-with-a-letter": Bump("tool", version="r2.0.0", ref="r2.0.0"),
    "label-with-a-v": Bump(version="v2.0.0"),
    "version-of-the-source": Bump(version="v2.0.0"),
    "label-with-a-word": Bump("tool", version="py-2.0.0", ref="py-2.0.0"),
    "switches-that-are-off": Bump(version="v2.0.0"),
    "guide-pypi": Bump(files=("example-package-2.0.0.tar.gz",)),
    "guide-commit": _COMMIT,
    "guide-cuda": Bump(ref="2.0.0"),
    "several-packages": Bump("one"),
    "attribute-paths": Bump("tool"),
    "override-attrs": Bump("other"),
    "branches-of-if": Bump("tool~2"),
    "version-everywhere": Bump(ref="tool-py-v2.0.0"),
    "version-in-a-set": Bump("tool", ref=""),
    "generated-by-nvfetcher": Bump(
        "tool", version=COMMIT, ref="", side_hashes={"date": "2025-06-02"}
    ),
    "date-beside-a-release": Bump(ref="", side_hashes={"date": "2025.06.02"}),
    "date-of-a-commit": Bump(
        "tool", version="0-unstable-2025-06-02", ref="", side_hashes={"date": "20250602"}
    ),
    "version-of-a-commit": Bump(version="2.0.0-unstable-2025-06-02", ref=""),
    "github-tag-form": Bump(ref="release_2_0_0"),
    "sourcehut": Bump(ref="2.0.0"),
    "pypi-wheel": Bump(files=("tool-2.0.0.tar.gz", "tool-2.0.0-py3-none-any.whl")),
    "pypi-extension": Bump(files=("Tool-2.0.0.zip", "tool-2.0.0.tar.gz")),
    "pypi-stem": _STEM,
    "pypi-stem-alone": _STEM,
    "pypi-stem-in-lines": _STEM,
    "pypi-stem-named": _STEM,
    "hash-shared-placeholder": Bump("tool"),
    "side-hashes": Bump(side_hashes={"cargoDeps.hash": NEWER, "vendorHash": NEWEST}),
    "pipe-beside": Bump("tool"),
    "wheel-by-system": Bump(
        files=(
            "tool-2.0.0-py3-none-manylinux_2_17_x86_64.whl",
            "tool-2.0.0-py3-none-manylinux_2_17_aarch64.whl",
        )
    ),
    "override-of-a-source": Bump("tool~2"),
    "override-of-a-source-by-its-name": Bump("tool-next"),
    "override-of-an-index-source": Bump("tool~2"),
    "override-of-an-override": Bump("other"),
    "override-with-the-name-of-the-package": Bump("tool~2"),
    "override-with-the-owner-of-its-source": Bump("tool~2"),
    "override-with-the-repository-of-another": Bump("other"),
    "override-without-a-version": Bump("tool"),
    "override-without-a-version-of-a-forge": Bump("tool"),
    "shared-source": Bump("tool-core"),
    "shared-source-inside": Bump(
        "tool", side_hashes={"cargoHash": NEWEST, "frontend.npmDepsHash": NEWER}
    ),
    "shared-version": Bump("tool"),
    "shared-final-attrs": Bump(
        "tool", side_hashes={"vendorHash": NEWEST, "frontend.npmDepsHash": NEWER}
    ),
    "shared-labels": Bump("tool"),
    **dict.fromkeys(
        ("system-chosen-by-a-function-of-sets", "system-chosen-by-a-function-of-sources"),
        Bump("tool"),
    ),
    **dict.fromkeys(
        ("second-source-at-the-same-tag", "second-source-of-one-rev", "shared-rev"), Bump("tool")
    ),
    "generated-with-a-head": Bump("tool"),
    "generated-in-a-block": Bump("tool"),
    "lock-with-hashes": Bump(
        "tool",
        side_hashes={
            "cargoLock.lockFile": "./Cargo.lock",
            "cargoLock.outputHashes": f'{{ "crate-0.1.0" = "{NEW}"; }}',
        },
    ),
    "lock-of-npm": Bump("tool", side_hashes={"npmDeps.npmRoot": "./."}),
    "lock-by-a-name": Bump("tool", side_hashes={"cargoDeps.lockFile": "./locks/tool.lock"}),
    "shared-hash": Bump("tool"),
    **dict.fromkeys(
        (
            "hash-shared-by-systems",
            "hash-shared-by-systems-inside",
            "source-shared-by-systems",
        ),
        Bump("tool"),
    ),
    "argument-joined-with-a-set": Bump("tool", side_hashes={"cargoHash": NEWER}),
    "argument-joined-with-an-inherited-name": Bump("tool"),
    "argument-of-a-name": Bump("tool"),
    "source-of-a-neighbour": Bump(
        "tool", side_hashes={"vendorHash": NEWER, "tool-ui.npmDepsHash": NEWEST}
    ),
    "source-of-a-neighbour-by-a-name": Bump("tool", side_hashes={"tool-native.cargoHash": NEWER}),
    "source-of-a-neighbour-in-a-let": Bump("tool", side_hashes={"tool-core.cargoHash": NEWEST}),
    "gitiles-as-text": Bump("tool"),
    "repo-or-cz-in-a-let": Bump("tool"),
    "helper-beside": Bump("tool"),
    "helper-of-another": Bump("tool"),
    "helper-in-a-set": Bump("tool"),
    "override-with-the-name-as-an-attribute": Bump("tool-next"),
    "function-of-a-set": Bump("tool"),
    "function-of-texts": Bump("tool"),
    "function-with-a-source-by-default": Bump("tool"),
    "package-file-with-defaults": Bump(side_hashes={"vendorHash": NEWER}),
    "function-of-a-function": Bump("tool"),
    "builder-that-is-chosen": Bump("tool"),
    "mapped-attributes": Bump("tool"),
    "mapped-list": Bump("tool"),
    "mapped-names": Bump("plugin-tool"),
    **dict.fromkeys(("mapped-names-of-a-list", "mapped-names-of-a-set"), Bump("tool")),
    "selected-by-a-name": Bump("tool"),
    "tag-piped": Bump(ref="2-0-0"),
    **dict.fromkeys(
        ("crate", "crate-as-text", "crate-in-a-let"), Bump("tool", files=("tool/2.0.0/download",))
    ),
    **dict.fromkeys(("hg", "hg-changeset", "hg-in-a-let"), Bump("tool")),
    **dict.fromkeys(
        ("hex", "hex-as-text", "hex-in-a-let"), Bump("tool", files=("tool-2.0.0.tar",))
    ),
    **dict.fromkeys(
        ("npm", "npm-as-text", "npm-of-a-mirror"), Bump("tool", files=("tool-2.0.0.tgz",))
    ),
    "tag-with-a-scope": Bump(ref="@owner/tool@2.0.0"),
    "tag-with-a-scope-computed": Bump(ref="@owner/tool@2.0.0"),
    "tag-computed": Bump(ref="release-2_0_0"),
    "tag-computed-by-a-map": Bump("tool", ref="r2_r0_r0"),
    "tag-computed-by-a-name": Bump(ref="v2-0-0"),
}
PAIRS = sorted(path.name.removesuffix(".expected.nix") for path in FOLDER.glob("*.expected.nix"))
ALONE = sorted(
    path.stem
    for path in FOLDER.glob("*.nix")
    if not path.name.endswith(".expected.nix") and path.stem not in PAIRS
)


def text(name: str) -> bytes:
    """Return a golden overlay as it is before the bump."""
    return (FOLDER / f"{name}.nix").read_bytes()


def expected(name: str) -> bytes:
    """Return a golden overlay as it must be after the bump."""
    return (FOLDER / f"{name}.expected.nix").read_bytes()


def functions_in(data: bytes) -> tuple[FunctionFile, ...]:
    """Return the files of functions that an overlay names."""
    return tuple(own for own in FUNCTIONS if own.path.encode() in data)


def read(data: bytes, name: str = "overlay.nix") -> tuple[Package, ...]:
    """Return the packages of an overlay."""
    functions = functions_in(data)
    packages = read_packages(data, name, FETCH_FUNCTIONS, functions).packages
    return completed([replace(package, functions=functions) for package in packages])


def skipped(package: Package) -> str:
    """Return why a package cannot be followed, or an empty string."""
    if package.source is None or package.skip:
        return package.skip
    return FETCHERS[package.source.fetcher].skip(package, package.source)


def subject(data: bytes, name: str) -> Package:
    """Return the package of a golden overlay that is bumped."""
    wanted, _, number = BUMPS.get(name, Bump()).package.partition("~")
    found = [
        one
        for one in read(data)
        if not skipped(one)
        and (not wanted or one.name == wanted)
        and one.ordinal == int(number or "1")
    ]
    assert len(found) == 1, [one.identity for one in found]
    return found[0]


def values(package: Package, source: Source, bump: Bump, sri: str) -> dict[str, str]:
    """Return what a source shall read after the bump, by its own kind."""
    fetch = FETCHERS[source.fetcher].fetch(package, source, bump.candidate, "")
    assert isinstance(fetch, Fetch), fetch
    return dict(fetch.values) | ({} if fetch.hashless else {"hash": sri})


def changed(
    package: Package, own: Mapping[str, str], data: bytes, *companions: Mapping[str, str]
) -> Change:
    """Plan the edits that give a package new values."""
    return plan_change(package, PinValues(own, companions), data, WRITABLE)


def bumped(data: bytes, name: str, package: Package | None = None) -> Change:
    """Plan a golden overlay's bump on its text, or on a variant of it."""
    package = package or subject(data, name)
    bump = BUMPS.get(name, Bump())
    assert package.source is not None
    wanted = values(package, package.source, bump, NEW) | dict(bump.side_hashes)
    own = package.source.get(*HASH_FIELDS)
    beside = []
    for one in package.companions:
        field = one.get(*HASH_FIELDS)
        is_shared = own is not None and field is not None and own.literal == field.literal
        beside.append(values(package, one, bump, NEW if is_shared else NEWER))
    return changed(package, wanted, data, *beside)


def unchanged(data: bytes, package: Package) -> Change:
    """Plan a bump to what is pinned already."""
    assert package.source is not None
    now = {
        field.name: field.value
        for field in package.source.fields
        if field.value
        and not field.neighbour
        and field.name in (*WRITABLE[package.source.fetcher], "hash")
    }
    if package.version is not None and package.version.value is not None:
        now["version"] = package.version.value
    return changed(package, now, data)
