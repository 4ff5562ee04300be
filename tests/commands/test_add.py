"""`add` writes overlays that build, with their places; `remove` leaves the tree as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.additions import CASES, publish
from tests.loopback.distributions import tarred
from tests.project import FAKE, flat_hash, pypi_overlay
from tests.test_docs import ROOT
from tests.workshop import sdist_files

if TYPE_CHECKING:
    from tests.loopback.index import Index
    from tests.project import Project
    from tests.workshop import Workshop

FLAKE = """\
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs";
  outputs = { self, nixpkgs }:
    let
      nekoOverlays = [
        # Base packages first
        (import ./overlays/pear.nix)

        # Patches to existing packages last
        (import ./overlays/einops.nix) # Overrides existing einops
      ];
      pkgs = import nixpkgs { system = "x86_64-linux"; overlays = nekoOverlays; };
    in
    {
      overlays.default = nixpkgs.lib.composeManyExtensions nekoOverlays;
      packages.x86_64-linux.pyEnv = pkgs.python3.withPackages (ps: [
        ps.numpy
      ]);
      legacyPackages.x86_64-linux = pkgs;
    };
}
"""


def guide_shaped(workshop: Workshop) -> None:
    """Write the project's own patch of einops, an overlay, and a flake as the guide has it."""
    project = workshop.project
    project.overlay("einops.nix", (ROOT / "overlays" / "einops.nix").read_text())
    workshop.overlay("pear")
    (project.root / "default.nix").unlink()
    (project.root / "flake.nix").write_text(FLAKE)
    override = ["--override-input", "nixpkgs", f"path:{workshop.tiny}"]
    workshop.configure(file=None, options=override)


@pytest.mark.parametrize("extra", ["filecache", "all", "every"])
def test_an_extra_is_added_unbuilt_without_a_look_at_the_package_set(
    project: Project, index: Index, extra: str
) -> None:
    """There may be no Nix: what the text of the source says is believed, of extras too.

    An extra may be made of others.
    """
    declared = """\
[project]
name = "plum"
version = "2.0"
dependencies = ["tqdm"]
[project.optional-dependencies]
filecache = ["filelock>=3.8"]
dev = ["pytest"]
all = ["plum[filecache]"]
every = ["plum[every,all]", "tqdm"]
"""
    sdist = tarred({"plum-2.0/pyproject.toml": declared, "plum-2.0/plum/__init__.py": ""})
    index.release("plum", "2.0", files={"plum-2.0.tar.gz": sdist})
    (project.root / "flake.nix").write_text(FLAKE)

    result = project.run("add", f"plum[{extra}]", "--no-build")

    assert result.code == 0, result.err
    assert "propagatedBuildInputs = with super.python3Packages; [ filelock tqdm ];" in overlay(
        project, "plum"
    )


def test_what_the_text_of_a_source_needs_and_cannot_be_written_is_noted(
    project: Project, index: Index
) -> None:
    """What is built beyond Python, a condition that Nix has no plain form of, other systems."""
    declared = """\
[build-system]
requires = ["scikit-build-core"]
build-backend = "scikit_build_core.build"
[project]
name = "plum"
version = "2.0"
license = "MIT"
dependencies = [
    "tqdm; platform_machine == 'arm64' or sys_platform == 'linux'",
    "fig; sys_platform == 'darwin'",
    "pear; sys_platform == 'win32'",
]
"""
    script = "import subprocess\nsubprocess.run(['cmake', '.'])\n"
    files = {"pyproject.toml": declared, "setup.py": script, "plum/__init__.py": ""}
    sdist = tarred({f"plum-2.0/{path}": text for path, text in files.items()})
    index.release("plum", "2.0", files={"plum-2.0.tar.gz": sdist})
    (project.root / "flake.nix").write_text(FLAKE)

    result = project.run("add", "plum", "--no-build")

    assert (
        result.out
        == """\
added plum 2.0 from pypi:plum: overlays/plum.nix
  not built
  note: 2.0 is built with scikit_build_core.build, which needs scikit-build-core and CMake: the \
overlay's build must be adapted by hand
  note: not written: tqdm is required only under platform_machine == "arm64" or sys_platform == \
"linux"
  note: its setup.py runs cmake: give it cmake by hand, and the toolkit if it needs CUDA
  note: other systems need more than is written here: fig; sys_platform == "darwin"
  added: overlays/plum.nix
  changed: flake.nix
Run "git add overlays/plum.nix": a flake has only what git knows.
"""
    )


def overlay(project: Project, name: str) -> str:
    return (project.root / "overlays" / f"{name}.nix").read_text()


RELAXED = """
      postPatch = ''
        substituteInPlace pyproject.toml \\
          --replace-fail '"setuptools <42"' '"setuptools"'
      '';

      pythonRelaxDeps = [ "tqdm" ];
"""


def test_what_is_added_builds_is_current_and_goes_without_a_trace(workshop: Workshop) -> None:
    """What it needs and nobody has comes first; the environment has it by its own attribute."""
    project = workshop.project
    guide_shaped(workshop)
    about = (
        'description = "A fruit"\nlicense = "MIT"\nurls = {Homepage = "https://fruit.example"}\n'
    )
    needs = 'dependencies = ["fig>=1", "tqdm<1"]\n'
    workshop.add("fig", "1.0", extra=f'{about}dependencies = ["einops"]\n', module="import einops")
    workshop.add(
        *("plum", "2.0"), extra=about + needs, module="import fig\n", requires="setuptools <42"
    )
    project.git("init", "--quiet")
    project.git("config", "user.name", "T")
    project.git("config", "user.email", "t@example.org")
    project.git("add", ".")
    project.git("commit", "--quiet", "--message", "before")
    tree = project.snapshot()

    result = project.run("add", "plum", "--with-missing", "--env", "pyEnv", "--commit")
    assert result.code == 0, result.err
    assert result.out.splitlines()[:2] == [
        "added fig 1.0 from pypi:fig: overlays/fig.nix",
        "  passed: evaluation, build, imports (fig), version",
    ]
    changed = project.git("show", "--name-status", "--format=%s", "HEAD").split()
    assert changed == [
        *("fig,", "plum:", "add", "M", "flake.nix"),
        *("A", "overlays/fig.nix", "A", "overlays/plum.nix"),
    ]
    after = FLAKE.replace(
        "        (import ./overlays/pear.nix)\n",
        "        (import ./overlays/pear.nix)\n"
        "        (import ./overlays/fig.nix)\n        (import ./overlays/plum.nix)\n",
    ).replace(
        "        ps.numpy\n",
        "        ps.numpy\n        pkgs.python3Packages.fig\n        pkgs.python3Packages.plum\n",
    )
    assert (project.root / "flake.nix").read_text() == after
    assert "[ self.python3Packages.einops ];" in overlay(project, "fig")
    assert "[ self.python3Packages.fig tqdm ];" in overlay(project, "plum")
    assert RELAXED in overlay(project, "plum")
    bumped = project.run("bump", "--json", "fig", "plum").json["packages"]
    assert [one["status"] for one in bumped] == ["current", "current"]

    audited = project.run("audit", "--upstream", "fig", "plum", "--json")
    assert (audited.code, audited.json["findings"]) == (0, []), audited.out

    used = project.run("remove", "fig")
    assert (used.code, used.err) == (
        1,
        (
            "updater: fig: still used by plum (overlays/plum.nix:3)\n"
            "hint: remove these first, or take it out of them\n"
        ),
    )
    assert project.run("remove", "plum", "fig").code == 0
    assert project.snapshot() == tree


INPUTS = """
      nativeBuildInputs = with super.python3Packages; [ self.python3Packages.fig setuptools ];

      propagatedBuildInputs = with super.python3Packages; [ self.python3Packages.pear tqdm ];
"""


@pytest.mark.thorough
def test_what_only_a_build_asks_for_is_added_first(workshop: Workshop) -> None:
    """A tool that nobody has, and a requirement that only setup.py computes."""
    project = workshop.project
    workshop.overlay()
    setup = 'from setuptools import setup\nsetup(install_requires=["p" + "ear>=1", "tqdm"])\n'
    computed = 'dynamic = ["dependencies"]\n'
    workshop.add("plum", "2.0", extra=computed, setup=setup, requires='setuptools", "fig')
    workshop.add("pear", "1.0")
    workshop.add("fig", "1.0")

    refused = project.run("add", "plum")
    result = project.run("add", "plum", "--with-missing")

    nowhere = "packages that neither the overlays nor the package set have: fig"
    assert (refused.code, nowhere in refused.err) == (1, True)
    assert result.code == 0, result.err
    assert INPUTS in overlay(project, "plum")


def test_fifteen_kinds_of_project_say_what_they_need(workshop: Workshop) -> None:
    """Without a build, from their sources' texts; nothing is written in a dry run."""
    project = workshop.project
    for name in CASES:
        publish(workshop, name)
    workshop.overlay()
    tree = project.snapshot()
    names = [case.ref or name for name, case in CASES.items()]

    shown = project.run("add", "--no-build", "--dry-run", *names)

    assert shown.code == 0, shown.err
    assert project.snapshot() == tree
    added = [line[1:] for line in shown.out.splitlines() if line.startswith("+")]
    text = "\n".join(added)
    for name, case in CASES.items():
        assert f"++ b/overlays/{name}.nix" in added
        for line in (*case.inputs, f"super.{case.source} {{"):
            # Only the package set tells what is made with another torch.
            assert line in text or ".override" in line, (name, text)


@pytest.mark.thorough
def test_fifteen_kinds_of_project_are_built(workshop: Workshop) -> None:
    """Each with its own inputs and modules; all of them are current, and go without a trace."""
    project = workshop.project
    for name in CASES:
        publish(workshop, name)
    workshop.overlay()
    before = project.snapshot()

    result = project.run("add", "--json", *(case.ref or name for name, case in CASES.items()))

    assert result.code == 0, result.err
    added = {
        one["name"]: (one["version"], one["build"]["status"]) for one in result.json["packages"]
    }
    assert added == {name: (case.version, "passed") for name, case in CASES.items()}
    for name, case in CASES.items():
        text = overlay(project, name)
        modules = case.modules or name.replace("-", "_")
        for line in (*case.inputs, f"super.{case.source} {{", f'[ "{modules}" ]'):
            assert line in text, text
    again = project.run("bump", "--json")
    statuses = {one["name"]: one["status"] for one in again.json["packages"]}
    assert statuses == dict.fromkeys(CASES, "current")
    assert project.run("remove", *CASES).code == 0
    assert project.snapshot() == before


EXTENSION = """\
final: prev: {
  pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [
    (pyfinal: pyprev: {
      NAME = pyfinal.buildPythonPackage rec {
        pname = "NAME";
        version = "VERSION";
        pyproject = true;

        src = prev.fetchPypi {
          inherit pname version;
          hash = "HASH";
        };

        build-system = with pyfinal; [ setuptools ];

        dependencies = with pyfinal; [ NEEDS ];

        doCheck = false; # its tests are not a part of what is built

        meta = with prev.lib; {
          description = "A fruit";
          license = licenses.mit;
          platforms = platforms.unix;
        };
      };
    })
  ];
}
"""


def test_beside_an_extension_of_the_python_packages_another_one_is_written(
    project: Project, index: Index
) -> None:
    """There each package of the overlays is one of `pyfinal`; it goes without a trace."""
    words = {"NAME": "pear", "VERSION": "1.0", "HASH": FAKE, "NEEDS": "numpy"}
    project.overlay("pear.nix", filled(words))
    listed = "{ }: import <nixpkgs> { overlays = [ (import ./overlays/pear.nix) ]; }\n"
    (project.root / "default.nix").write_text(listed)
    about = 'description = "A fruit"\nlicense = "MIT"\ndependencies = ["pear", "numpy"]\n'
    content = sdist_files("plum", "2.0", "", about)
    index.release("plum", "2.0", files={"plum-2.0.tar.gz": content})
    tree = project.snapshot()

    result = project.run("add", "plum", "--no-build")

    assert result.code == 0, result.err
    words = {"NAME": "plum", "VERSION": "2.0", "HASH": flat_hash(content), "NEEDS": "numpy pear"}
    assert overlay(project, "plum") == filled(words)
    assert project.run("remove", "plum").code == 0
    assert project.snapshot() == tree


def filled(words: dict[str, str]) -> str:
    """An overlay of an extension."""
    text = EXTENSION
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def test_a_new_overlay_is_read_by_the_next_run_and_hides_no_other(
    project: Project, index: Index
) -> None:
    """No configuration names them: it lies beside the others, not among what one of them needs."""
    content = sdist_files("plum", "2.0", "", 'license = "MIT"\n')
    index.release("plum", "2.0", files={"plum-2.0.tar.gz": content})
    folders = {"apple": "nix", "pear": "nix", "fig": "nix/pear", "quince": "nix/pear"}
    folders |= {"lime": "nix/pear"}
    for name, folder in folders.items():
        (project.root / folder).mkdir(parents=True, exist_ok=True)
        (project.root / folder / f"{name}.nix").write_text(pypi_overlay(name, "1.0"))
    imports = " ".join(f"(import ./{folder}/{name}.nix)" for name, folder in folders.items())
    (project.root / "default.nix").write_text(
        f"{{ }}: import <nixpkgs> {{ overlays = [ {imports} ]; }}\n"
    )
    tree = project.snapshot()
    others = {f"{folder}/{name}.nix" for name, folder in folders.items()}
    for arguments, file in (
        (("--file", "overlays/plum.nix"), "overlays/plum.nix"),
        ((), "nix/plum.nix"),
    ):
        assert project.run("add", "plum", "--no-build", *arguments).code == 0
        listed = {one["file"] for one in project.run("list", "--json").json["packages"]}
        assert listed == {file, *others}
        assert project.run("remove", "plum").code == 0
        assert project.snapshot() == tree


def test_a_new_overlay_that_would_hide_a_folder_is_refused(project: Project, index: Index) -> None:
    """What no file names is only read where there are no overlays."""
    content = sdist_files("plum", "2.0", "", 'license = "MIT"\n')
    index.release("plum", "2.0", files={"plum-2.0.tar.gz": content})
    (project.root / "pkgs").mkdir()
    (project.root / "pkgs" / "apple.nix").write_text(pypi_overlay("apple", "1.0"))
    (project.root / "default.nix").write_text("{ }: import <nixpkgs> { overlays = [ ]; }\n")
    tree = project.snapshot()
    hiding = project.run("add", "plum", "--no-build", "--file", "overlays/plum.nix")
    assert (hiding.code, hiding.err.splitlines()[0]) == (
        2,
        "updater: with overlays/plum.nix there, later runs would not read pkgs/apple.nix any more",
    )
    assert project.snapshot() == tree


KERNEL = """\
from setuptools import setup
from torch.utils.cpp_extension import CUDAExtension
import os
assert os.environ["CUDA_HOME"]
CUDAExtension("kernel._c", ["kernel.cu"])
setup(name="kernel", version="1.0", packages=["kernel"], description="A kernel", license="MIT")
"""
KERNEL_OVERLAY = """\
self: super:
let
  cudaPackages = super.cudaPackages_12_8;
  cuda-redist = super.symlinkJoin {
    name = "cuda-redist-${cudaPackages.cudaMajorMinorVersion}";
    paths = with cudaPackages; [
      (super.lib.getDev cuda_cccl)
      (super.lib.getDev cuda_cudart)
      (super.lib.getLib cuda_cudart)
      (super.lib.getDev libcublas)
      (super.lib.getLib libcublas)
      (super.lib.getDev libcusparse)
      (super.lib.getLib libcusparse)
      libcurand
      libcusolver
    ];
  };
in
{
  python3Packages = super.python3Packages // {
    kernel = super.python3Packages.buildPythonPackage rec {
      pname = "kernel";
      version = "1.0";
      format = "pyproject";

      src = super.fetchPypi {
        inherit pname version;
        hash = "HASH";
      };

      nativeBuildInputs = with super.python3Packages; [
        torch-bin
        cudaPackages.cuda_nvcc
        setuptools
      ];

      buildInputs = [ cuda-redist ];
      CUDA_HOME = "${cuda-redist}";
      NVCC_PREPEND_FLAGS = [ "-I${cuda-redist}/include" "-L${cuda-redist}/lib" ];

      doCheck = false; # its tests are not a part of what is built

      meta = with super.lib; {
        description = "A kernel";
        license = licenses.mit;
        platforms = platforms.linux;
      };
    };
  };
}
"""


@pytest.mark.parametrize(
    "build", ["--no-build", pytest.param("", marks=pytest.mark.thorough, id="built")]
)
def test_what_compiles_for_cuda_gets_the_toolkit_of_its_siblings(
    workshop: Workshop, build: str
) -> None:
    """The bindings that the project's own overlay has, but for those that only that one needs."""
    project = workshop.project
    sibling = (ROOT / "overlays" / "bitsandbytes.nix").read_text()
    project.overlay("bitsandbytes.nix", sibling)
    requires = '[build-system]\nrequires = ["setuptools", "torch"]\n'
    files = {"pyproject.toml": requires, "setup.py": KERNEL, "kernel/__init__.py": ""}
    metadata = (
        "Metadata-Version: 2.1\nName: kernel\nVersion: 1.0\nSummary: A kernel\nLicense: MIT\n"
    )
    content = tarred(
        {f"kernel-1.0/{path}": text for path, text in {**files, "PKG-INFO": metadata}.items()}
    )
    workshop.index.release("kernel", "1.0", files={"kernel-1.0.tar.gz": content})
    workshop.overlay()
    entry = project.root / "default.nix"
    unfree = entry.read_text().replace("{ overlays", "{ config.allowUnfree = true; overlays")
    entry.write_text(unfree)

    result = project.run("add", "kernel", *filter(None, [build]))

    assert result.code == 0, result.err
    expected = KERNEL_OVERLAY.replace("HASH", flat_hash(content))
    if not build:
        imports = '      pythonImportsCheck = [ "kernel" ];\n      doCheck'
        expected = expected.replace("      doCheck", imports)
    assert overlay(project, "kernel") == expected


@pytest.mark.thorough
def test_what_does_not_build_is_written_only_where_that_is_asked_for(workshop: Workshop) -> None:
    """Also a circle: what imports its user, without declaring it, is what the user waits for."""
    project = workshop.project
    workshop.overlay()
    about = 'license = "MIT"\n'
    workshop.add("soup", "1.0", extra=f'{about}dependencies = ["sieve"]\n')
    workshop.add("sieve", "1.0", extra=about, module="import soup\n")
    tree = project.snapshot()

    lacking = project.run("add", "soup")
    assert (lacking.code, lacking.err) == (
        1,
        (
            "updater: soup: 1.0 needs packages that neither the overlays nor the package set have: "
            "sieve\n"
            "hint: --with-missing adds them from the index first: sieve; or add each by hand\n"
        ),
    )
    assert project.snapshot() == tree
    refused = project.run("add", "soup", "--with-missing")
    assert (refused.code, refused.err.partition("\nhint: ")[0]) == (
        1,
        """\
updater: sieve: imports of python3Packages.sieve: the module soup is missing
  soup requires sieve, and waits for it: if sieve imports soup, each needs the other""",
    )
    assert project.snapshot() == tree
    kept = project.run("add", "soup", "--with-missing", "--keep-failed")
    assert (kept.code, kept.out) == (
        0,
        """\
added sieve 1.0 from pypi:sieve: overlays/sieve.nix
  note: it does not build: imports of python3Packages.sieve: the module soup is missing
added soup 1.0 from pypi:soup: overlays/soup.nix
  passed: evaluation, build, imports (soup), version
  added: overlays/sieve.nix
  added: overlays/soup.nix
  changed: default.nix
""",
    )
    assert project.run("remove", "soup", "sieve").code == 0
    assert project.snapshot() == tree


def test_what_is_there_already_is_named_with_its_place(workshop: Workshop) -> None:
    """In the overlays, in the package set, or in a file of that name; nothing is written.

    Nor is it for a file outside of the project, an extra that nobody has, or a project named twice.
    """
    project = workshop.project
    guide_shaped(workshop)
    workshop.add("pear", "2.0")
    workshop.add("numpy", "2.0")
    workshop.add("fig", "1.0", extra='optional-dependencies = {fresh = ["tqdm"]}\n')
    (project.root / "out").symlink_to(project.root.parent)
    beside = sorted(project.root.parent.iterdir())
    tree = project.snapshot()
    messages = {
        ("pear",): "pear is there already: overlays/pear.nix:3, 1.0",
        ("numpy",): "numpy is in the package set already: python3Packages.numpy 2.3.4",
        ("numpy", "--file", "overlays/pear.nix"): "overlays/pear.nix is there already",
        ("nobody",): "the index has no project nobody",
        ("Pear", "--no-build"): "pear is there already: overlays/pear.nix:3, 1.0",
        ("fig", "pypi:Fig@1.0"): "fig and pypi:Fig@1.0 are the same project",
        ("fig[dry]",): "fig[dry]: what the extra dry requires cannot be read",
        ("fig", "--file", "../fig.nix"): f"--file ../fig.nix is not in the project {project.root}",
        ("fig", "--file", "overlays"): "--file overlays does not end in .nix",
        ("fig", "--file", "out/fig.nix"): "out/fig.nix: is a link that leads out of the project, "
        "and is not read",
        (
            "fig",
            "--with-missing",
            "--no-build",
        ): "--with-missing cannot be combined with --no-build: "
        "only the package set tells what is missing",
        ("a b",): "'a b' is not a project (expected NAME, NAME[EXTRA]@VERSION, pypi:NAME, "
        "github:OWNER/REPO@TAG or https://HOST/OWNER/REPO)",
    }
    told = {arguments: project.run("add", *arguments).err for arguments in messages}
    assert {arguments: err.split("\n")[0] for arguments, err in told.items()} == {
        arguments: f"updater: {message}" for arguments, message in messages.items()
    }
    assert (project.snapshot(), sorted(project.root.parent.iterdir())) == (tree, beside)
