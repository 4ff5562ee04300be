"""`bump` builds with the real Nix before it writes, and writes only what passed."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.hostile import acting
from tests.loopback.messages import Response
from tests.project import FAKE, flat_hash, github_overlay, pypi_overlay
from tests.workshop import buildable, project_file, sdist_files

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.real_nix import Nix
    from tests.workshop import Workshop


def test_a_package_that_builds_and_imports_is_written(workshop: Workshop) -> None:
    workshop.add("apple", "2.0", module="x = 1\n")
    workshop.overlay("apple")

    result, packages = workshop.bump()

    build = packages["apple"]["build"]
    assert (result.code, packages["apple"]["status"], workshop.version("apple")) == (
        0,
        "updated",
        "2.0",
    )
    assert (build["status"], build["attribute"], build["diagnosis"], build["sandboxed"]) == (
        "passed",
        "python3Packages.apple",
        None,
        False,
    )


FAILURES: dict[str, tuple[dict[str, str], str, str, str, str]] = {
    "missing module at import": (
        {"module": "import no_such_module\n"},
        "",
        "imports",
        "missing-dependency",
        "the module no_such_module is missing",
    ),
    "pattern that no longer matches": (
        {},
        "postPatch = ''substituteInPlace apple/__init__.py --replace-fail 'numpy<=1.24' numpy'';",
        "build",
        "replace-fail",
        "substituteInPlace no longer finds numpy\\<=1.24 in apple/__init__.py",
    ),
    "file that is gone": (
        {},
        "postPatch = ''substituteInPlace setup.py --replace-fail a b'';",
        "build",
        "missing-file",
        "postPatch changes setup.py, which this version does not have",
    ),
    "CUDA that is not found": (
        {"module": "raise OSError('CUDA_HOME environment variable is not set')\n"},
        "",
        "imports",
        "cuda-not-found",
        "CUDA is not found",
    ),
    "torch beside torch-bin": (
        {},
        (
            "propagatedBuildInputs = with super.python3Packages; "
            '[ accelerate super.python3Packages."torch-bin" ];'
        ),
        "build",
        "torch-instead-of-torch-bin",
        "both torch and torch-bin are in the closure",
    ),
    "CUDA that CMake does not find": (
        {},
        "preBuild = ''echo 'CMake Error: Could NOT find CUDAToolkit'; false'';",
        "build",
        "cuda-not-found",
        "CUDA is not found",
    ),
    "tests that need a GPU": (
        {"module": "def run(): raise RuntimeError('Found no NVIDIA driver on your system')\n"},
        "checkPhase = ''python3 -c 'import apple; apple.run()' '';",
        "build",
        "needs-gpu",
        "the build needs a GPU, which a Nix build does not have",
    ),
    "disk that is full": (
        {},
        "postPatch = ''echo x > /dev/full'';",  # the kernel's own ENOSPC
        "build",
        "no-space",
        "the disk is full",
    ),
    "package that may not be evaluated": (
        {},
        "buildInputs = [ super.cudaPackages_12_8.cuda_nvcc ];",
        "evaluation",
        "refused-package",
        "nixpkgs refuses cuda_nvcc-12.8.0: it has an unfree license",
    ),
    "what an expression throws": (
        {},
        'postPatch = throw "apple 2 needs CUDA 13";',
        "evaluation",
        "evaluation",
        "it does not evaluate: apple 2 needs CUDA 13",
    ),
    "GPU that is not there": (
        {"module": "raise RuntimeError('No CUDA GPUs are available')\n"},
        "",
        "imports",
        "needs-gpu",
        "the build needs a GPU, which a Nix build does not have",
    ),
    "version that is another": (
        {},
        (
            "postPatch = ''sed -i 's/version = \"2.0\"/version = \"2.1\"/' pyproject.toml; true'';"
            "dontCheckPythonMetadata = true;"
        ),
        "version",
        "version",
        "the built package has version 2.1, but the overlay has 2.0",
    ),
    "attribute that is missing": (
        {},
        "propagatedBuildInputs = [ super.python3Packages.no-such-attribute ];",
        "evaluation",
        "evaluation",
        "it does not evaluate: attribute 'no-such-attribute' missing",
    ),
}


@pytest.mark.parametrize(
    ("release", "arguments", "phase", "code", "message"), FAILURES.values(), ids=FAILURES
)
def test_a_failed_build_is_diagnosed_and_nothing_is_written(
    workshop: Workshop,
    release: dict[str, str],
    arguments: str,
    phase: str,
    code: str,
    message: str,
) -> None:
    """Each failure comes from a real build; its sibling is bumped all the same."""
    workshop.add("apple", "2.0", **release)
    workshop.add("pear", "2.0")
    workshop.overlay("apple", arguments=arguments)
    workshop.overlay("pear")
    before = workshop.project.snapshot()["overlays/apple.nix"]

    result, packages = workshop.bump()

    build = packages["apple"]["build"]
    assert workshop.project.snapshot()["overlays/apple.nix"] == before
    assert (result.code, workshop.version("pear")) == (1, "2.0")
    assert (build["status"], build["phase"], (build["diagnosis"] or {}).get("code")) == (
        "failed",
        phase,
        code,
    ), packages["apple"]["error"]["message"]
    assert build["diagnosis"]["message"].startswith(message)
    assert build["log"]
    assert packages["apple"]["error"]["stage"] == "build"


@pytest.mark.thorough
def test_what_only_a_build_asks_for_and_nobody_has_is_waited_for(workshop: Workshop) -> None:
    """All of it is named."""
    computed = "setup(install_requires=['no-%s' % x for x in ('such', 'way')])\n"
    setup = f"from setuptools import setup\n{computed}"
    workshop.add("apple", "2.0", extra='dynamic = ["dependencies"]\n', setup=setup)
    workshop.overlay("apple")

    result, packages = workshop.bump()

    nowhere = "packages that neither the overlays nor the package set have: no-such, no-way"
    assert (result.code, packages["apple"]["status"]) == (0, "held")
    assert packages["apple"]["reason"].startswith(f"2.0 needs {nowhere}")


def test_a_wrong_hash_is_named_with_both_hashes(workshop: Workshop) -> None:
    """The index lies about its file: what Nix downloads is something else."""
    true = workshop.add("apple", "2.0")
    workshop.overlay("apple")
    workshop.index.server.fail("GET /packages/source/", Response(200, b"other"))
    result, packages = workshop.bump()
    build = packages["apple"]["build"]
    got = flat_hash(b"other")
    assert (result.code, build["phase"], build["diagnosis"]["message"]) == (
        1,
        "fetch",
        f"the source has the hash {got}, but {true} is pinned",
    )


def test_a_source_that_is_gone_is_named_with_what_the_server_says(workshop: Workshop) -> None:
    workshop.add("apple", "2.0")
    workshop.overlay("apple")
    workshop.index.server.fail("GET /packages/source/", Response(404, b""))
    result, packages = workshop.bump()
    build = packages["apple"]["build"]
    assert (result.code, build["phase"], build["diagnosis"]["message"]) == (
        1,
        "fetch",
        "a server answers 404",
    )


def test_an_evaluation_error_names_the_users_file_and_line(workshop: Workshop) -> None:
    workshop.add("apple", "2.0")
    workshop.overlay("apple", arguments="postPatch = no_such_variable;")
    workshop.configure(attribute="python3Packages.{name}")
    result, packages = workshop.bump()
    assert (result.code, packages["apple"]["build"]["diagnosis"]["message"]) == (
        1,
        "it does not evaluate: undefined variable 'no_such_variable' at overlays/apple.nix:9:19",
    )


def test_a_build_that_takes_too_long_is_ended_with_its_processes(workshop: Workshop) -> None:
    workshop.add("apple", "2.0")
    workshop.overlay("apple", arguments="postPatch = ''sleep 98765'';")
    workshop.configure(timeout="6s")
    result, packages = workshop.bump()
    build = packages["apple"]["build"]
    assert (result.code, workshop.version("apple"), build["phase"]) == (1, "1.0", "build")
    assert build["checks"] == [
        {"name": "evaluation", "status": "passed", "detail": ""},
        {"name": "build", "status": "failed", "detail": ""},
    ]
    assert build["diagnosis"] == {
        "code": "timeout",
        "message": "the build took longer than 6 s",
        "hint": "raise `build: {timeout: ...}`",
    }
    lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert [line for line in lines if b"98765" in line] == []


def test_a_log_cannot_write_to_a_terminal(workshop: Workshop) -> None:
    """Neither what is printed of it, nor the file that the message names."""
    workshop.add("apple", "2.0")
    loud = r"\033[31mred\033[0m \033]0;title\007\b\302\2332J\342\200\256\342\201\246 end\n"
    workshop.overlay("apple", arguments=f"postPatch = ''printf '{loud}'; false'';")
    result, packages = workshop.bump()
    build = packages["apple"]["build"]
    log = Path(build["log"]).read_bytes().decode()
    for text in (log, build["tail"]):  # Nix itself takes away some of it
        assert [one for one in text.splitlines() if one[:3] == "red" and one[-3:] == "end"], text
    for text in (log, build["tail"], result.out, workshop.project.run("bump").out):
        assert acting(text) == []


def test_a_log_is_kept_whatever_a_package_is_called_and_where_it_can_be(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A path may be longer than a file's name; that the folder of logs is none stops the run."""
    workshop.add("apple", "2.0")
    workshop.overlay("apple")
    path = workshop.project.root / "overlays" / "apple.nix"
    deep = Path("overlays", "d" * 200, f"{'f' * 200}.nix")
    (workshop.project.root / deep).parent.mkdir()
    path.rename(workshop.project.root / deep)
    default = workshop.project.root / "default.nix"
    default.write_text(default.read_text().replace("overlays/apple.nix", str(deep)))
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    files = workshop.project.snapshot()
    result = workshop.project.run("bump")
    logs = tmp_path / "file" / "updater" / "log"
    assert (result.code, result.err.splitlines()[-2:]) == (
        2,
        [
            (
                "updater: XDG_STATE_HOME: the logs of builds cannot be kept: "
                f"{logs} cannot be made: Not a directory"
            ),
            "hint: set it to a folder that you may write to",
        ],
    )
    assert workshop.project.snapshot() == files
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    result, packages = workshop.bump()
    assert (result.code, packages["apple"]["status"]) == (0, "updated")
    (log,) = (tmp_path / "state").rglob("*.log")
    assert packages["apple"]["build"]["log"] == str(log)


def test_a_network_that_is_not_there_is_named(workshop: Workshop) -> None:
    """The package set's index is a port that is kept, and at which nobody listens."""
    # No other test's source: one that is in the store already is not asked for.
    workshop.add("apple", "2.0", module="asked_of = 'nobody'\n")
    workshop.overlay("apple")
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{kept.getsockname()[1]}"
        site = workshop.tiny / "site.json"
        site.write_text(json.dumps(json.loads(site.read_text()) | {"index": address}))
        result, packages = workshop.bump()
    build = packages["apple"]["build"]
    assert build is not None, packages["apple"]
    assert (result.code, build["phase"], build["diagnosis"]["code"]) == (1, "fetch", "network")
    assert "Failed to connect to 127.0.0.1" in build["tail"]


def test_of_two_packages_of_one_file_one_fails_and_the_other_is_written(
    workshop: Workshop,
) -> None:
    workshop.add("apple", "2.0", module="import no_such_module\n")
    workshop.add("pear", "2.0")
    one, other = (pypi_overlay(name, "1.0", sri=FAKE) for name in ("apple", "pear"))
    one, other = buildable(one), buildable(other)
    both = "\n".join([*one.splitlines()[:-2], *other.splitlines()[2:-2], "  };", "}", ""])
    path = workshop.project.overlay("both.nix", both)
    workshop.overlay()

    result, packages = workshop.bump()

    assert (result.code, packages["apple"]["status"], packages["pear"]["status"]) == (
        1,
        "failed",
        "updated",
    )
    apple, pear = path.read_text().split("pear = ")
    assert ('version = "1.0"' in apple, 'version = "2.0"' in pear) == (True, True)


def test_keep_writes_what_does_not_build_and_says_so(workshop: Workshop) -> None:
    workshop.add("apple", "2.0", module="import no_such_module\n")
    workshop.overlay("apple")
    workshop.configure(on_failure="keep")
    result, packages = workshop.bump()
    assert (result.code, workshop.version("apple")) == (0, "2.0")
    assert (packages["apple"]["status"], packages["apple"]["build"]["status"]) == (
        "updated",
        "failed",
    )


def test_imports_can_be_left_out(workshop: Workshop) -> None:
    workshop.add("apple", "2.0", module="import no_such_module\n")
    workshop.overlay("apple")
    workshop.configure(imports=[])
    result, packages = workshop.bump()
    assert (result.code, packages["apple"]["build"]["status"]) == (0, "passed")
    assert packages["apple"]["build"]["checks"] == [
        {"name": "evaluation", "status": "passed", "detail": ""},
        {"name": "build", "status": "passed", "detail": "python3Packages.apple"},
        {
            "name": "imports",
            "status": "skipped",
            "detail": "config.yaml says that no module is imported",
        },
        {"name": "version", "status": "passed", "detail": "2.0"},
    ]


def test_a_date_is_the_version_that_its_package_is_built_as(
    workshop: Workshop, github: GitHub
) -> None:
    """2024-02-20 is not PEP 440's, so the project itself says 2024.2.20."""
    apple = github.repository("o", "apple")
    for day in ("2024-01-15", "2024-02-20"):
        version = day.replace("-0", ".").replace("-", ".")
        files = {"pyproject.toml": project_file("apple", version, "apple"), "apple/__init__.py": ""}
        apple.tag(day, apple.commit(files))
    apple.settle()
    text = github_overlay("apple", "2024-01-15", rev="${version}", sri=FAKE)
    unchecked = "dontCheckPythonMetadata = true;"  # it reads both by PEP 440
    workshop.project.overlay("apple.nix", buildable(text, unchecked))
    workshop.overlay()
    result, packages = workshop.bump()
    checks = packages["apple"]["build"]["checks"]
    assert (result.code, workshop.version("apple"), checks[-2:]) == (
        0,
        "2024-02-20",
        [
            {"name": "version", "status": "passed", "detail": "2024.2.20"},
            {
                "name": "metadata",
                "status": "skipped",
                "detail": "the overlay sets dontCheckPythonMetadata",
            },
        ],
    ), result.out
    assert packages["apple"]["warnings"] == []


def test_nix_is_given_the_builders_of_the_options(workshop: Workshop) -> None:
    """Nothing may be built here, and the builder is a program that takes no work."""
    workshop.add("apple", "2.0")
    workshop.overlay("apple")
    builder = "ssh://nobody@127.0.0.1 x86_64-linux,aarch64-linux /dev/null 1 1"
    workshop.configure(options=["--option", "builders", builder, "--max-jobs", "0"])
    result, packages = workshop.bump()
    build = packages["apple"]["build"]
    assert (result.code, build["status"], workshop.version("apple")) == (1, "failed", "1.0")
    assert "'ssh://nobody@127.0.0.1'" in Path(build["log"]).read_text()


def test_dependents_are_built_too(workshop: Workshop) -> None:
    """Pear uses apple, whose new version it does not accept."""
    workshop.add("apple", "2.0")
    workshop.add("pear", "1.0", extra='dependencies = ["apple<2"]\n')
    workshop.overlay("apple")
    workshop.overlay("pear", arguments="propagatedBuildInputs = [ self.python3Packages.apple ];")
    pear = workshop.project.root / "overlays" / "pear.nix"
    files = sdist_files("pear", "1.0", "", 'dependencies = ["apple<2"]\n')
    pear.write_text(pear.read_text().replace(FAKE, flat_hash(files)))
    workshop.configure(dependents=True)

    result, packages = workshop.bump("apple")

    build = packages["apple"]["build"]
    assert (result.code, build["attribute"], build["diagnosis"]["code"]) == (
        1,
        "python3Packages.pear",
        "version-constraint",
    )
    assert [(one["name"], one["status"]) for one in build["checks"]] == [
        ("evaluation", "passed"),
        ("build", "passed"),
        ("imports", "passed"),
        ("version", "passed"),
        ("dependents", "failed"),
    ]


def test_no_build_writes_without_building(workshop: Workshop) -> None:
    workshop.add("apple", "2.0", module="import no_such_module\n")
    workshop.overlay("apple")
    result, packages = workshop.bump("--no-build")
    assert (result.code, packages["apple"]["build"]["phase"]) == (0, "--no-build")


def test_an_unsandboxed_build_is_refused_while_a_token_is_set(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Upstream code could read it from /proc, so nothing is started."""
    workshop.add("apple", "2.0", module="import no_such_module\n")
    workshop.overlay("apple")
    monkeypatch.setenv("GITHUB_TOKEN", "hush-hush")
    result, packages = workshop.bump()
    assert result.code == 1
    assert packages["apple"]["error"] == {
        "stage": "build",
        "message": "builds are not sandboxed, and GITHUB_TOKEN is set: upstream code could read it",
        "hint": "turn on Nix's sandbox, or build where the token never was: `bump --output DIR`, "
        "then `publish DIR`",
    }
    assert "hush" not in result.out + result.err


def test_test_builds_the_pins_as_they_are(workshop: Workshop) -> None:
    content = sdist_files("apple", "1.0", "", "")
    workshop.index.release("apple", "1.0", files={"apple-1.0.tar.gz": content})
    workshop.overlay("apple")
    path = workshop.project.root / "overlays" / "apple.nix"
    path.write_text(path.read_text().replace(FAKE, flat_hash(content)))
    before = workshop.project.snapshot()
    result = workshop.project.run("test", "--json")
    (package,) = result.json["packages"]
    assert (result.code, package["status"], package["build"]["status"]) == (0, "passed", "passed")
    assert workshop.project.snapshot() == before


def test_a_flake_builds_as_a_default_nix_does(workshop: Workshop) -> None:
    workshop.add("apple", "2.0")
    workshop.overlay("apple")
    workshop.flake()
    result, packages = workshop.bump()
    assert (result.code, packages["apple"]["build"]["status"]) == (0, "passed"), result.out


def test_a_flake_is_built_by_itself_only_where_it_is_locked(workshop: Workshop, nix: Nix) -> None:
    """Without a lock, the reason says what to do about it; with it, all packages are built."""
    for name in ("apple", "pear"):
        workshop.add(name, "2.0")
    workshop.overlay("apple", "pear")
    root = workshop.project.root
    (root / "flake.nix").write_text(
        f"""{{
          inputs.nixpkgs.url = "path:{workshop.tiny}";
          outputs = {{ self, nixpkgs }}: {{
            packages.x86_64-linux = {{
              inherit ((import nixpkgs {{
                system = "x86_64-linux";
                overlays = [ (import ./overlays/apple.nix) (import ./overlays/pear.nix) ];
              }}).python3Packages) apple pear;
            }};
          }};
        }}"""
    )
    workshop.configure(enabled="auto", file=None, attribute="packages.{system}.{name}")
    _, packages = workshop.bump("--dry-run")
    result = workshop.project.run("bump", "apple")
    assert (
        "    not built: flake.nix has no flake.lock, so a build would prove little: run `nix "
        "flake lock` and commit the file, or set build: {enabled: true}\n"
    ) in result.out
    workshop.overlay("apple")
    nix.run("nix", "flake", "lock", f"path:{root}")

    result, packages = workshop.bump()

    assert {one["build"]["status"] for one in packages.values()} == {"passed"}, result.out
    assert (root / "flake.lock").exists()
    tested = workshop.project.run("test", "--json").json
    assert [one["build"]["status"] for one in tested["packages"]] == ["passed", "passed"]


def test_nix_downloads_no_source_again(workshop: Workshop, github: GitHub) -> None:
    """The archive that was hashed is put into the store: one request for it in all."""
    repository = github.repository("o", "apple")
    files = {"pyproject.toml": project_file("apple", "2.0"), "apple.py": ""}
    repository.tag("v2.0", repository.commit(files))
    text = github_overlay("apple", "1.0", sri=FAKE)
    workshop.project.overlay("apple.nix", buildable(text))
    workshop.overlay()
    result, packages = workshop.bump()
    assert (result.code, packages["apple"]["build"]["status"]) == (0, "passed"), result.out
    archives = [one.target for one in github.server.requests("GET .*archive")]
    assert len(archives) == 1
