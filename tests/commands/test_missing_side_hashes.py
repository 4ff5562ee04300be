"""`check` says what `bump` does of hashes that only a build can compute, where nothing can build.

The project has overlays alone: no flake.nix and no default.nix says what they are built with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.situations import WAYS, Situations, nar_hash, situations
from tests.project import FAKE

if TYPE_CHECKING:
    from collections.abc import Iterator

NOWHERE = (
    ": there is no flake.nix, and no default.nix; let Nix evaluate it (`build:` in config.yaml), "
    "or update it by hand"
)
PATCH = 'patches = [ (fetchpatch {{ url = "https://example.org/{at}.patch"; {hash} }}) ];\n'
REWRITES = " (fetchpatch rewrites a patch before it hashes it)"


def unwritten(function: str, line: int, name: str) -> str:
    """Return what is said of a hash that is not there."""
    return (
        f'{function} (line {line}) has no {name}, and needs it: write `{name} = "";` in its '
        "arguments, so that a build can compute the value"
    )


def to_come(*names: str, why: str = "") -> str:
    """Return what is said of hashes that have no value."""
    has, what = ("has", "it") if len(names) == 1 else ("have", "them")
    return f"{' and '.join(names)} {has} no value yet, and only a build can compute {what}{why}"


def stale(what: str, why: str = "") -> str:
    """Return what is said of a hash that has a value."""
    return f"{what}, and only a build can compute the new value{why}{NOWHERE}"


MIXED = "vendorHash (line 11) has no value yet, cargoHash (line 10) must change with the source"
HELD: dict[str, tuple[str, str, str]] = {
    # name -> what stands beside the source, whose hash is true unless it is named here; why
    "cargo": ("", 'cargoHash = "";\n', to_come("cargoHash (line 10)") + NOWHERE),
    "vendor": ("", "vendorHash = lib.fakeHash;\n", to_come("vendorHash (line 10)") + NOWHERE),
    "npm": (
        "",
        "npmDeps = fetchNpmDeps { inherit src; hash = super.lib.fakeHash; };\n",
        to_come("npmDeps.hash (line 10)") + NOWHERE,
    ),
    "patch": (
        "",
        PATCH.format(at=1, hash='hash = "";'),
        to_come("patches.hash (line 10)", why=REWRITES) + NOWHERE,
    ),
    "both": (
        "",
        'cargoHash = "";\nvendorHash = "";\n',
        to_come("cargoHash (line 10)", "vendorHash (line 11)") + NOWHERE,
    ),
    "unwritten-patch": ("", PATCH.format(at=1, hash=""), unwritten("fetchpatch", 10, "hash")),
    "a-value-of-who-knows-what": (
        'hash = "";',
        f'cargoHash = "{FAKE}";\n',
        stale("cargoHash (line 10) must fit the source, which has no hash yet"),
    ),
}
"""Held at the newest version as behind it."""

BEHIND: dict[str, tuple[str, str, str]] = {
    "stale": (
        "",
        f'cargoHash = "{FAKE}";\n',
        stale("cargoHash (line 10) must change with the source"),
    ),
    "stale-patch": (
        "",
        PATCH.format(at="${version}", hash=f'hash = "{FAKE}";'),
        stale("patches.hash (line 10) must change with the source", why=REWRITES),
    ),
    "stale-and-missing": (
        "",
        f'cargoHash = "{FAKE}";\nvendorHash = "";\n',
        f"{MIXED}, and only a build can compute them{NOWHERE}",
    ),
    "no-hash-at-all": (
        'hash = "";',
        'cargoHash = "";\n',
        to_come("cargoHash (line 10)") + NOWHERE,
    ),
}
"""Held behind the newest version, and left at it."""

WHERE = ("behind", "at-newest")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situations]:
    """Each package at the newest version, and behind it."""
    with situations(tmp_path_factory.mktemp("beside")) as made:
        repository = made.repository("r")
        hashes = {}
        for version in ("1.0", "1.1"):
            files = {"setup.py": f"setup(version='{version}')\n"}
            repository.tag(f"v{version}", repository.commit(files))
            hashes[version] = nar_hash(repository, f"v{version}")

        def pin(name: str, version: str, sri: str = "", more: str = "", rev: str = "") -> None:
            made.pin(
                name,
                version,
                rev=rev or '"v${version}"',
                sri=sri or f'"{hashes[version]}"',
                repo="r",
                more=more,
                settings="build: {enabled: auto}",
            )

        for name, (sri, more, _) in (HELD | BEHIND).items():
            for version, where in zip(hashes, WHERE, strict=True):
                pin(f"{name}-{where}", version, '""' if sri else "", more)
        pin("two-patches", "1.0", more=PATCH.format(at=1, hash=f'sha256 = "{FAKE}";'))
        pin("computed-patch", "1.0", more='patches = [ (fetchpatch (f { url = "x"; })) ];\n')
        own = "fetchpatch = { url }: builtins.toFile url url;\n"
        pin("own-function", "1.0", more=own + PATCH.format(at=1, hash=""))
        pin("moving", "1.1", more='cargoHash = "";\n', rev='"main"')
        repository.settle()
        yield made


def told(package: dict[str, Any]) -> tuple[str, str | None, str | None]:
    newest = package["newest"] or {"version": None}
    return package["status"], package["reason"], newest["version"]


@pytest.mark.parametrize("command", ["check", "bump", "bump --no-build"])
class TestHeld:
    """By a check as by a bump, and shown with the newest version."""

    @pytest.mark.parametrize("name", HELD)
    @pytest.mark.parametrize("where", WHERE)
    def test_a_hash_that_is_to_come(
        self, world: Situations, command: str, name: str, where: str
    ) -> None:
        package = world.results(*command.split())[f"{name}-{where}"]
        assert told(package) == ("held", HELD[name][2], "1.1")

    @pytest.mark.parametrize("name", BEHIND)
    def test_a_hash_that_is_stale(self, world: Situations, command: str, name: str) -> None:
        package = world.results(*command.split())[f"{name}-behind"]
        assert told(package) == ("held", BEHIND[name][2], "1.1")

    def test_a_branch_whose_tag_is_the_same_source(self, world: Situations, command: str) -> None:
        package = world.results(*command.split())["moving"]
        assert package["reason"] == to_come("cargoHash (line 10)") + NOWHERE


NOT_HELD = ("two-patches", "computed-patch", "own-function")


@pytest.mark.parametrize("name", NOT_HELD)
def test_what_may_have_its_hash_is_not_held(world: Situations, name: str) -> None:
    """It has one, it has what takes the place of one, or it cannot be read."""
    assert world.results("check")[name]["status"] == "outdated"


@pytest.mark.parametrize("name", ["stale-at-newest", "stale-patch-at-newest"])
def test_what_is_at_its_newest_is_current(world: Situations, name: str) -> None:
    assert world.results("check")[name]["status"] == "current"
    assert world.results("bump")[name]["status"] == "current"


@pytest.mark.parametrize("token", WAYS.values(), ids=WAYS)
def test_a_source_gets_its_hash_where_nothing_else_changes(world: Situations, token: str) -> None:
    """What was missing beside it stays missing, as the file and the report say."""
    name = "no-hash-at-all-at-newest"
    (warning,) = world.results("bump", token=token)[name]["warnings"]
    assert world.results("check", token=token)[name]["status"] == "outdated"
    assert world.results("bump", token=token)[name]["status"] == "updated"
    said = to_come("cargoHash (line 10)") + NOWHERE
    assert warning == {"code": "no-value-yet", "message": said}
    before, after = world.text(name, token), world.text(name, token, "bump")
    true = world.text("stale-at-newest", token).partition("hash = ")[2].partition(";")[0]
    assert after == before.replace('  hash = "";', f"  hash = {true};", 1)
    again = world.results("check", token=token, after=("bump",))[name]
    assert told(again) == ("held", said, "1.1")


# --- what a builder needs, and nothing gives it ---

_RUST, _GO, _NPM = "rustPlatform.buildRustPackage", "buildGoModule", "buildNpmPackage"
NEEDED = {
    "rust": (_RUST, "", "cargoHash"),
    "rust-of-nothing": (_RUST, "cargoLock = null;\n", "cargoHash"),
    "go": (_GO, "", "vendorHash"),
    "go-of-a-version": ("buildGo124Module", "", "vendorHash"),
    "npm": (_NPM, "", "npmDepsHash"),
    "maven": ("maven.buildMavenPackage", "", "mvnHash"),
}
GIVEN = {
    "rust-vendored": (_RUST, 'cargoVendorDir = "vendor";\n'),
    "rust-lock": (_RUST, 'cargoLock.lockFile = "${src}/Cargo.lock";\n'),
    "go-without-requirements": (_GO, "vendorHash = null;\n"),
    "npm-deps": (_NPM, "npmDeps = super.importNpmLock { npmRoot = src; };\n"),
    "rust-source-alone": (_RUST, ""),
}
SHAPES = {
    "unread-part": "super.{builder} (super.part // {{ {body} }})",
    "overridden": "(super.{builder} {{ {body} }}).overrideAttrs (old: {{ cargoDeps = old.src; }})",
    "own-builder": "let buildRustPackage = super.mine; in buildRustPackage {{ {body} }}",
}


@pytest.fixture(scope="module")
def builders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situations]:
    """Packages of builders that vendor what a source requires."""
    with situations(tmp_path_factory.mktemp("builders")) as made:
        repository = made.repository("r")
        sris = {}
        for version in ("1.0", "1.1"):
            repository.tag(f"v{version}", repository.commit({"Cargo.lock": version}))
            sris[version] = f'"{nar_hash(repository, f"v{version}")}"'
        packages = {name: (builder, more) for name, (builder, more, _) in NEEDED.items()} | GIVEN
        for name, (builder, more) in packages.items():
            settings = "src_only: true" if name.endswith("alone") else ""
            for version, where in zip(sris, WHERE, strict=True):
                made.pin(
                    f"{name}-{where}",
                    version,
                    rev='"v${version}"',
                    sri=sris[version],
                    repo="r",
                    more=more,
                    settings=settings,
                    builder=builder,
                )
        for name, shape in SHAPES.items():
            body = (
                f'pname = "{name}"; version = "1.0"; src = super.fetchFromGitHub '
                f'{{ owner = "o"; repo = "r"; rev = "v1.0"; hash = {sris["1.0"]}; }};'
            )
            made.write(name, shape.format(builder=_RUST, body=body))
        repository.settle()
        yield made


@pytest.mark.parametrize("command", ["check", "bump", "bump --no-build"])
@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("name", NEEDED)
def test_what_a_builder_needs_is_named(
    builders: Situations, command: str, where: str, name: str
) -> None:
    builder, _, field = NEEDED[name]
    package = builders.results(*command.split())[f"{name}-{where}"]
    said = unwritten(builder.rpartition(".")[2], 1, field)
    assert told(package) == ("held", said, "1.1")


@pytest.mark.parametrize("name", [*(f"{name}-behind" for name in GIVEN), *SHAPES])
def test_what_something_else_may_give_is_not_held(builders: Situations, name: str) -> None:
    """Another attribute does, or it may: not all that the builder is given can be read."""
    assert builders.results("check")[name]["status"] == "outdated"


@pytest.mark.parametrize("name", ["go-without-requirements", "rust-vendored", "rust-source-alone"])
def test_a_builder_that_has_what_it_needs_is_moved(builders: Situations, name: str) -> None:
    assert builders.results("bump")[f"{name}-behind"]["status"] == "updated"
    assert builders.results("check")[f"{name}-at-newest"]["status"] == "current"
