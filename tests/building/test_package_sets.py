"""Where packages are found without configuration, in projects of many shapes, with the real Nix."""

from __future__ import annotations

import shutil
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import anyio
import pytest
from msgspec.structs import replace

from tests.project import FAKE, flat_hash, pypi_overlay
from updater.building.builder import Builder
from updater.building.evaluating import BuildTarget
from updater.building.expressions import system
from updater.building.package_sets import NotBuilt, PackageSets
from updater.effects.nix.build import NixBuild
from updater.effects.scratch import Scratch
from updater.errors import BuildError
from updater.find.assembling import assembled
from updater.find.packages import read_all
from updater.model import BuildPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.real_nix import Nix
    from updater.effects.nix.command import NixResult
    from updater.model import Package

pytestmark = pytest.mark.nix

Target: TypeAlias = "tuple[Package, BuildTarget | NotBuilt]"
SYSTEM = system()
AUTO = BuildPolicy()


class NotingNix(NixBuild):
    """Notes the expressions that it evaluates."""

    def __init__(self, environment: dict[str, str], notes: list[str]) -> None:
        super().__init__(environment)
        self._notes = notes

    async def evaluate_flakes(
        self, expression: str, options: Sequence[str], log: Path
    ) -> NixResult:
        self._notes.append(expression)
        return await super().evaluate_flakes(expression, options, log)

    async def evaluate(
        self, expression: str, options: Sequence[str], folder: Path, log: Path
    ) -> NixResult:
        self._notes.append(expression)
        return await super().evaluate(expression, options, folder, log)


@dataclass
class Site:
    """A project of some files, and what its package sets say."""

    root: Path
    tiny: Path
    nix: Nix
    said: list[str] = field(default_factory=list)
    evaluations: list[str] = field(default_factory=list)

    def write(self, files: Mapping[str, str], *, lock: bool = True) -> None:
        """Write files, in which ``TINY`` stands for the tiny package set; lock a flake."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text).replace("TINY", str(self.tiny)))
        if "flake.nix" in files and lock:
            self.nix.run("nix", "flake", "lock", f"path:{self.root}")

    def places(self, policy: BuildPolicy = AUTO, *files: str) -> dict[str, str]:
        """Return where each package is found, or why it is not built."""
        return {
            package.name: found.attribute if isinstance(found, BuildTarget) else found.reason
            for package, found in self.targets(policy, *files)
        }

    def targets(self, policy: BuildPolicy = AUTO, *files: str) -> list[Target]:
        """Ask for each package of some files, by default of those in overlays/."""
        named = files or sorted(
            path.relative_to(self.root).as_posix() for path in self.root.glob("overlays/**/*.nix")
        )
        found = assembled(read_all(self.root, named))

        async def main() -> list[Target]:
            with Scratch.opened(self.root) as scratch:
                limit = anyio.CapacityLimiter(1)
                nix = NotingNix(dict(self.nix.environment), self.evaluations)
                builder = Builder(self.root, nix, scratch, self.root.parent, limit, ())
                sets = PackageSets(lambda: builder, found, self.said.append)
                sets.expect(found.packages)
                return [(one, await sets.target(one, policy)) for one in found.packages]

        return anyio.run(main)


@pytest.fixture
def site(tmp_path: Path, tiny: Path, nix: Nix) -> Site:
    """An empty project."""
    (tmp_path / "project").mkdir()
    return Site(tmp_path / "project", tiny, nix)


def overlay(name: str, version: str = "1.0", more: str = "") -> str:
    """An overlay in the guide's pattern."""
    text = pypi_overlay(name, version, sri=flat_hash(f"{name} {version}".encode()))
    return text.replace("      src =", f"      {more}\n      src =") if more else text


TWO = {
    "overlays/apple.nix": overlay("apple"),
    "overlays/fruit/pear.nix": overlay(
        "pear", more="propagatedBuildInputs = [ super.python3Packages.apple ];"
    ),
}
LIST = """nekoOverlays = [
        # Base packages first
        (import ./overlays/apple.nix)
        (import ./overlays/fruit/pear.nix)
      ];"""
GUIDE = f"""\
    {{
      inputs.nixpkgs.url = "path:TINY";
      outputs = {{ self, nixpkgs }}:
        let
          {LIST}
          pkgs = import nixpkgs {{ system = "{SYSTEM}"; overlays = nekoOverlays; }};
        in
        {{
          devShells.{SYSTEM}.default = pkgs.stdenv.mkDerivation {{ name = "shell"; }};
        }};
    }}
    """
COMPOSED = {"apple": "python3Packages.apple", "pear": "python3Packages.pear"}
OFFERED = {name: f"packages.{SYSTEM}.{name}" for name in ("apple", "pear")}
LEGACY = {name: f"legacyPackages.{SYSTEM}.python3Packages.{name}" for name in ("apple", "pear")}
CALLED = {
    "overlays/apple.nix": """\
        { buildPythonPackage, fetchPypi }:
        buildPythonPackage rec {
          pname = "apple"; version = "1.0"; format = "pyproject";
          src = fetchPypi { inherit pname version; hash = "FAKE"; };
        }
        """.replace("FAKE", FAKE),
    "overlays/pear/default.nix": """\
        { buildPythonPackage, apple, fetchurl }:
        buildPythonPackage rec {
          pname = "pear"; version = "1.0"; format = "pyproject";
          src = fetchurl { url = "https://index.example/p-${version}.tar.gz"; hash = "FAKE"; };
          dependencies = [ apple ];
        }
        """.replace("FAKE", FAKE),
    "overlays/tool.nix": """\
        { stdenv, fetchurl }:
        stdenv.mkDerivation rec {
          pname = "tool"; version = "1.0";
          src = fetchurl { url = "https://index.example/t-${version}.tar.gz"; hash = "FAKE"; };
        }
        """.replace("FAKE", FAKE),
}

SHAPES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "the guide's flake, without packages": ({**TWO, "flake.nix": GUIDE}, COMPOSED),
    "the guide's list in default.nix": (
        {
            **TWO,
            "default.nix": f"""\
                {{ pkgs ? import TINY {{ }} }}:
                let {LIST} in
                {{ shell = pkgs.stdenv.mkDerivation {{ name = "shell"; }}; inherit nekoOverlays; }}
                """,
        },
        COMPOSED,
    ),
    "packages": (
        {
            **TWO,
            "flake.nix": GUIDE.replace(
                "devShells",
                f"packages.{SYSTEM} = {{ inherit (pkgs.python3Packages) apple pear; }}; devShells",
            ),
        },
        OFFERED,
    ),
    "packages, not all of them": (
        {
            **TWO,
            "flake.nix": GUIDE.replace(
                "devShells", f"packages.{SYSTEM}.pear = pkgs.python3Packages.pear; devShells"
            ),
        },
        {"apple": COMPOSED["apple"], "pear": OFFERED["pear"]},
    ),
    "packages with sets in it": (
        {
            **TWO,
            "flake.nix": GUIDE.replace(
                "devShells", f"packages.{SYSTEM} = {{ inherit (pkgs) python3Packages; }}; devShells"
            ),
        },
        {name: f"packages.{SYSTEM}.python3Packages.{name}" for name in ("apple", "pear")},
    ),
    "legacyPackages": (
        {
            **TWO,
            "flake.nix": GUIDE.replace("devShells", f"legacyPackages.{SYSTEM} = pkgs; devShells"),
        },
        LEGACY,
    ),
    "legacyPackages that are only Python's": (
        {
            **TWO,
            "flake.nix": GUIDE.replace(
                "devShells", f"legacyPackages.{SYSTEM} = pkgs.python3Packages; devShells"
            ),
        },
        {name: f"legacyPackages.{SYSTEM}.{name}" for name in ("apple", "pear")},
    ),
    "a flake without a list of overlays": (
        {**TWO, "flake.nix": GUIDE.replace(LIST, "nekoOverlays = [ ];")},
        COMPOSED,
    ),
    "overlays that are only offered": (
        {
            **TWO,
            "flake.nix": """\
                {
                  inputs.unstable.url = "path:TINY";
                  outputs = { self, unstable }: {
                    overlays.default = unstable.lib.composeManyExtensions
                      (map import [ ./overlays/apple.nix ./overlays/fruit/pear.nix ]);
                  };
                }
                """,
        },
        COMPOSED,
    ),
    "a folder with a set of overlays": (
        {
            **TWO,
            "overlays/default.nix": """\
                { inputs }: {
                  zest = import ./apple.nix;
                  fruit = final: prev: import ./fruit/pear.nix final prev;
                }
                """,
            "flake.nix": """\
                {
                  inputs.nixpkgs.url = "path:TINY";
                  outputs = { self, nixpkgs, ... }@inputs: {
                    overlays = import ./overlays { inherit inputs; };
                  };
                }
                """,
        },
        COMPOSED,
    ),
    "default.nix that is a package set": (
        {
            **TWO,
            "default.nix": f"""\
                {{ overlays ? [ ] }}: let {LIST} in
                import TINY {{ overlays = nekoOverlays ++ overlays; }}
                """,
        },
        COMPOSED,
    ),
    "default.nix that calls the packages": (
        {
            **CALLED,
            "default.nix": """\
                { pkgs ? import TINY { } }:
                rec {
                  apple = pkgs.python3Packages.callPackage ./overlays/apple.nix { };
                  pear = pkgs.python3Packages.callPackage ./overlays/pear { inherit apple; };
                  tool = pkgs.callPackage ./overlays/tool.nix { };
                }
                """,
        },
        {"apple": "apple", "pear": "pear", "tool": "tool"},
    ),
    "a flake beside package files that it does not call": (
        {**CALLED, "flake.nix": GUIDE.replace(LIST, "nekoOverlays = [ ];")},
        {**COMPOSED, "tool": "tool"},
    ),
    "an extension of Python's packages": (
        {
            "overlays/python.nix": """\
                final: prev: {
                  pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [
                    (pyfinal: pyprev: {
                      apple = pyfinal.buildPythonPackage rec {
                        pname = "apple"; version = "1.0";
                        src = final.fetchPypi { inherit pname version; hash = "FAKE"; };
                      };
                    })
                  ];
                  tool = prev.stdenv.mkDerivation rec {
                    pname = "tool"; version = "1.0";
                    src = prev.fetchurl {
                      url = "https://index.example/t-${version}.tar.gz"; hash = "FAKE";
                    };
                  };
                }
                """.replace("FAKE", FAKE),
            "flake.nix": GUIDE.replace(LIST, "nekoOverlays = [ (import ./overlays/python.nix) ];"),
        },
        {"apple": "python3Packages.apple", "tool": "tool"},
    ),
}


@pytest.mark.parametrize(("files", "places"), SHAPES.values(), ids=SHAPES)
def test_packages_are_found_where_they_are(
    site: Site, files: dict[str, str], places: dict[str, str]
) -> None:
    """One evaluation tells it of all of them."""
    site.write(files)
    assert site.places() == places
    assert len(site.evaluations) == 1


EINOPS = """\
    self: super: {
      python3Packages = super.python3Packages // {
        einops = super.python3Packages.einops.overridePythonAttrs (old: {
          VERSION
          doCheck = false;
        });
      };
    }
    """
PLAIN = GUIDE.replace(
    "devShells", f"legacyPackages.{SYSTEM} = nixpkgs.legacyPackages.{SYSTEM}; devShells"
).replace(LIST, "nekoOverlays = [ (import ./overlays/einops.nix) ];")


@pytest.mark.parametrize(
    "version",
    [
        'version = "9.0"; src = super.fetchurl { url = "https://index.example"; hash = "FAKE"; };',
        'version = "0.8.1"; src = super.fetchurl { url = "https://index.example"; hash = ""; };',
        "patches = [ ];",
    ],
    ids=["another version", "the same version", "no version of its own"],
)
def test_nixpkgs_own_package_is_not_taken_for_the_overlays(site: Site, version: str) -> None:
    text = EINOPS.replace("VERSION", version).replace("FAKE", FAKE)
    site.write({"overlays/einops.nix": text, "flake.nix": PLAIN})
    assert site.places() == {"einops": "python3Packages.einops"}


def test_the_same_pin_elsewhere_is_another_package(site: Site) -> None:
    """The flake gives what another input makes of nixpkgs, which pins the very same source."""
    other = site.root.parent / "other"
    other.mkdir()
    (other / "apple.nix").write_text(TWO["overlays/apple.nix"])
    flake = GUIDE.replace(
        'path:TINY";', f'path:TINY"; inputs.other = {{ flake = false; url = "path:{other}"; }};'
    )
    flake = flake.replace("nixpkgs }:", "nixpkgs, other }:").replace(
        "devShells",
        f'legacyPackages.{SYSTEM} = pkgs.extend (import "${{other}}/apple.nix"); devShells',
    )
    site.write({**TWO, "flake.nix": flake})
    assert site.places() == {"apple": COMPOSED["apple"], "pear": LEGACY["pear"]}


def test_a_flake_without_inputs_counts_as_locked(site: Site) -> None:
    shutil.copytree(site.tiny, site.root / "nixpkgs")
    flake = GUIDE.replace('inputs.nixpkgs.url = "path:TINY";', "")
    flake = flake.replace("{ self, nixpkgs }", "{ self }").replace("import nix", "import ./nix")
    site.write({**TWO, "flake.nix": flake}, lock=False)
    assert site.places() == COMPOSED
    assert not (site.root / "flake.lock").exists()


def test_a_flake_that_is_not_locked_is_built_only_where_it_must(site: Site) -> None:
    """The lock is made once, in scratch copies: the user's tree has none afterwards."""
    site.write({**TWO, "flake.nix": GUIDE}, lock=False)
    reasons = set(site.places().values())
    assert [one.split(",")[0] for one in reasons] == ["flake.nix has no flake.lock"]
    targets = site.targets(replace(AUTO, enabled="true"))
    (lock,) = {one.installable.set.lock for _, one in targets if isinstance(one, BuildTarget)}
    assert str(site.tiny).encode() in (lock or b"")
    assert not (site.root / "flake.lock").exists()


def test_an_option_may_name_another_nixpkgs(site: Site) -> None:
    site.write({**TWO, "flake.nix": GUIDE.replace("path:TINY", "github:NixOS/nixpkgs")}, lock=False)
    options = ("--override-input", "nixpkgs", f"path:{site.tiny}")
    assert site.places(replace(AUTO, enabled="true", options=options)) == COMPOSED


def test_a_folder_may_have_the_flake(site: Site) -> None:
    site.write({f"inner/{name}": text for name, text in {**TWO, "flake.nix": GUIDE}.items()})
    site.nix.run("nix", "flake", "lock", f"path:{site.root / 'inner'}")
    files = ["inner/overlays/apple.nix", "inner/overlays/fruit/pear.nix"]
    assert site.places(replace(AUTO, flake="inner"), *files) == COMPOSED


def test_what_is_said_where_there_is_nothing_to_evaluate(site: Site) -> None:
    site.write(TWO)
    assert set(site.places().values()) == {"there is no flake.nix, and no default.nix"}
    with pytest.raises(BuildError, match=r"^`enabled: true` needs a build"):
        site.places(replace(AUTO, enabled="true"))


def test_what_is_wrong_with_the_whole_set_is_said_once(site: Site) -> None:
    """An undefined variable is one of the whole file, and so of every set with it."""
    broken = overlay("apple", more="postPatch = no_such_variable;")
    site.write({**TWO, "overlays/apple.nix": broken, "flake.nix": GUIDE})
    assert set(site.places().values()) == {"the package set of flake.nix does not evaluate"}
    tried = (
        f"(tried: packages.{SYSTEM}.apple, packages.{SYSTEM}.python3Packages.apple, "
        f"legacyPackages.{SYSTEM}.python3Packages.apple, "
        f"legacyPackages.{SYSTEM}.apple, python3Packages.apple, apple)"
    )
    problem = (
        "the package set of flake.nix does not evaluate: undefined variable 'no_such_variable' at "
        "overlays/apple.nix:7:19"
    )
    advice = "fix it, or switch builds off in config.yaml: `defaults: {build: {enabled: false}}`"
    assert site.said == [f"nothing is built: {problem}; {advice}"]
    with pytest.raises(BuildError) as error:
        site.places(replace(AUTO, enabled="true"))
    assert error.value.message == f"`enabled: true` needs a build, but {problem} {tried}"


def test_a_set_without_any_of_the_packages_is_told_once(site: Site) -> None:
    site.write({**TWO, "default.nix": "{ }: { }"})
    assert set(site.places().values()) == {"default.nix has none of the packages"}
    assert site.said == [
        (
            "nothing is built: default.nix has none of the packages (tried: python3Packages.apple, "
            "apple); name their attribute in config.yaml: `defaults: {build: {attribute: ...}}`"
        )
    ]


def test_what_the_set_throws_is_said_too(site: Site) -> None:
    thrown = overlay("apple").replace('"1.0"', 'throw "not in this season"')
    site.write({**TWO, "overlays/apple.nix": thrown, "flake.nix": GUIDE})
    assert site.places(AUTO, "overlays/apple.nix") == {
        "apple": "the package set of flake.nix does not evaluate"
    }
    assert "flake.nix does not evaluate: not in this season; " in site.said[0]


def test_a_package_that_fails_alone_is_left_to_its_build(site: Site) -> None:
    thrown = overlay("pear").replace('"1.0"', 'throw "not in this season"')
    site.write({**TWO, "overlays/fruit/pear.nix": thrown, "flake.nix": GUIDE})
    assert site.places() == COMPOSED
    assert site.said == []


def test_what_is_configured_is_not_looked_for(site: Site) -> None:
    site.write({**TWO, "flake.nix": GUIDE})
    policy = replace(AUTO, attribute="packages.{system}.{name}")
    assert (site.places(policy), site.evaluations) == (OFFERED, [])


def test_many_errors_cost_few_evaluations(site: Site) -> None:
    """A part of the set that fails twice, and has no package, is left alone."""
    names = [f"p{number}" for number in range(12)]
    overlays = {f"overlays/{name}.nix": overlay(name) for name in names}
    failing = f"packages.{SYSTEM} = nixpkgs.missing; devShells"
    flake = GUIDE.replace(LIST, "nekoOverlays = [ ];").replace("devShells", failing)
    site.write({**overlays, "flake.nix": flake})
    assert site.places() == {name: f"python3Packages.{name}" for name in sorted(names)}
    assert len(site.evaluations) == 3


def test_a_package_that_no_set_has_is_not_built(site: Site) -> None:
    """In the set another file's package has its name: the flake imports that one."""
    site.write({**TWO, "overlays/other.nix": overlay("pear", "2.0"), "flake.nix": GUIDE})
    (_, apple), (_, pear), (_, other) = site.targets()
    assert [one.attribute for one in (apple, pear) if isinstance(one, BuildTarget)] == [
        COMPOSED["apple"],
        COMPOSED["pear"],
    ]
    assert other == NotBuilt(
        "flake.nix does not have this package",
        f"flake.nix does not have this package (tried: packages.{SYSTEM}.pear, "
        f"packages.{SYSTEM}.python3Packages.pear, "
        f"legacyPackages.{SYSTEM}.python3Packages.pear, legacyPackages.{SYSTEM}.pear, "
        "python3Packages.pear, pear)",
    )
    assert site.said == []
