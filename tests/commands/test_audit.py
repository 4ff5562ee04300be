"""`updater audit` from end to end."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema  # type: ignore[import-untyped]  # it has no stubs of its own
import pytest
import yaml

from tests.loopback.distributions import core_metadata, tarred, wheel
from tests.loopback.messages import Response
from tests.project import FAKE, flat_hash, github_overlay, pypi_overlay, unpacked_hash
from updater.audit.overlay.shelf import overlay_rules
from updater.report.json_schemas import json_schema

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.project import Project, Result
    from tests.workshop import Workshop

ROOT = Path(__file__).parent.parent.parent
SARIF = json.loads((Path(__file__).parent / "sarif.json").read_text())

OVERLAY = f"""\
self: super: {{
  python3Packages = super.python3Packages // {{
    tool = super.python3Packages.buildPythonPackage rec {{
      pname = "tool";
      version = "1.0.0";
      src = super.fetchFromGitHub {{
        owner = "owner";
        repo = "tool";
        rev = "v${{version}}";
        sha256 = "{FAKE}";
      }};
      doCheck = false;
    }};
  }};
}}
"""
TEXT = """\
overlays/tool.nix:3:5  note  tool has no description, homepage, license or platforms  [metadata]
  3 |     tool = super.python3Packages.buildPythonPackage rec {
    |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    = add it to `meta`

overlays/tool.nix:9:9  warning  `rev` holds a tag; `tag` says so, and cannot be a branch  \
[source-form]
  9 |         rev = "v${version}";
    |         ^^^^^^^^^^^^^^^^^^^^
    = safe fix: write tag

overlays/tool.nix:10:9  warning  `sha256` instead of `hash`  [source-form]
  10 |         sha256 = "sha256-2vAqako8gGzgFdpszP0MZbMvqgLIvJkgEvlz2EoMCok=";
     |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
     = safe fix: write an SRI hash

overlays/tool.nix:12:7  warning  `doCheck = false` switches the tests off without a comment that \
says why  [checks-off]
  12 |       doCheck = false;
     |       ^^^^^^^^^^^^^^^^
     = write the reason behind the line: `# needs a GPU`

"""


@pytest.fixture
def audited(project: Project) -> Project:
    """A project whose only overlay breaks three rules."""
    project.overlay("tool.nix", OVERLAY)
    return project


def told(result: Result) -> list[tuple[str, int]]:
    """Rule and line of each finding of a JSON object."""
    packages = result.json["packages"]
    every = [*(one for package in packages for one in package["findings"])]
    return [(one["rule"], one["line"]) for one in [*every, *result.json["findings"]]]


def unable() -> str:
    """What is said of the rules that need more than the files."""
    names = [rule.name for rule in overlay_rules() if rule.needs != "text"]
    return f"not judged  {', '.join(names)}: --upstream or --nix is not given\n"


def test_tells_each_finding_with_its_line_and_a_caret(audited: Project) -> None:
    result = audited.run("audit", "--ignore", "registered")
    summary = "3 warnings, 1 note; can be fixed: 2 with --fix\n"
    assert (result.code, result.out) == (1, TEXT + unable() + summary)


def test_a_clean_project_passes(audited: Project) -> None:
    result = audited.run("audit", "--select", "cuda")
    assert (result.code, result.out, result.err) == (0, "no findings\n", "")


def test_json_is_what_its_schema_says(audited: Project) -> None:
    result = audited.run("audit", "--json")
    jsonschema.Draft202012Validator(json.loads(json_schema("audit"))).validate(result.json)
    assert result.code == 1
    assert told(result) == [
        ("metadata", 3),
        ("source-form", 9),
        ("source-form", 10),
        ("checks-off", 12),
    ]
    assert result.json["summary"] == {"warning": 3, "note": 1}
    (package,) = result.json["packages"]
    assert package["findings"][1] == {
        "rule": "source-form",
        "severity": "warning",
        "file": "overlays/tool.nix",
        "line": 9,
        "column": 9,
        "end_line": 9,
        "end_column": 29,
        "message": "`rev` holds a tag; `tag` says so, and cannot be a branch",
        "advice": None,
        "source": '        rev = "v${version}";',
        "package": "overlays/tool.nix#python3Packages.tool",
        "fix": {
            "safety": "safe",
            "summary": "write tag",
            "replacements": [
                {
                    "file": "overlays/tool.nix",
                    "start": OVERLAY.index("rev"),
                    "end": OVERLAY.index("rev") + 3,
                    "new": "tag",
                }
            ],
            "refused": None,
        },
    }


def test_a_sarif_log_is_what_the_standard_and_code_scanning_ask_for(audited: Project) -> None:
    """Every rule with its help, each finding with its region, and what is allowed as suppressed."""
    audited.overlay(
        "other.nix",
        OVERLAY.replace("tool", "other").replace(
            "doCheck = false;", "doCheck = false; # updater: allow checks-off nobody has its tests"
        ),
    )
    result = audited.run("audit", "--sarif")
    log = result.json
    jsonschema.Draft202012Validator(SARIF).validate(log)
    (run,) = log["runs"]
    assert result.code == 1
    assert [one["id"] for one in run["tool"]["driver"]["rules"]] == [
        rule.name for rule in overlay_rules() if rule.needs == "text"
    ]
    results = run["results"]
    suppressed = [one for one in results if "suppressions" in one]
    assert [(one["ruleId"], one["suppressions"]) for one in suppressed] == [
        ("checks-off", [{"kind": "inSource"}])
    ]
    tag = next(one for one in results if one["message"]["text"].startswith("`rev`"))
    place = tag["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "overlays/other.nix", "uriBaseId": "%SRCROOT%"}
    assert place["region"]["startLine"] == 9
    assert run["tool"]["driver"]["rules"][tag["ruleIndex"]]["id"] == tag["ruleId"]
    change = tag["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert change["insertedContent"] == {"text": "tag"}
    assert len({one["partialFingerprints"]["rulePackageLine/v1"] for one in results}) == len(
        results
    )


def test_a_finding_marks_its_line_on_actions(
    audited: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    result = audited.run("audit", "--select", "checks-off")
    assert result.out.splitlines()[-1] == (
        "::warning file=overlays/tool.nix,line=12,title=updater audit%3A checks-off::"
        "`doCheck = false` switches the tests off without a comment that says why%0A"
        "write the reason behind the line: `# needs a GPU`"
    )


def test_only_the_packages_that_are_named_are_told(audited: Project) -> None:
    audited.overlay("other.nix", OVERLAY.replace("tool", "other"))
    result = audited.run("audit", "other", "--json")
    assert [package["name"] for package in result.json["packages"]] == ["other"]
    assert {finding["file"] for finding in result.json["packages"][0]["findings"]} == {
        "overlays/other.nix"
    }
    assert result.json["findings"] == []


def test_the_configuration_chooses_rules_and_options_overrule_it(audited: Project) -> None:
    audited.add_configuration("audit: {ignore: [metadata, source-form]}\n")
    assert told(audited.run("audit", "--json")) == [("checks-off", 12)]
    assert told(audited.run("audit", "--json", "--select", "metadata")) == [("metadata", 3)]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--select", "torch"], "--select: there is no rule 'torch'"),
        (["--ignore", "nothing"], "--ignore: there is no rule 'nothing'"),
        (["--explain", "chek-off"], "there is no rule 'chek-off'"),
        (["--sarif", "--json"], "--sarif cannot be combined with --json, --fix or --dry-run"),
        (["--sarif", "--fix"], "--sarif cannot be combined with --json, --fix or --dry-run"),
    ],
)
def test_wrong_arguments_are_told(audited: Project, arguments: list[str], text: str) -> None:
    result = audited.run("audit", *arguments)
    assert result.code == 2
    assert text in result.err


def test_a_rule_that_the_configuration_has_wrong_is_told_with_its_line(audited: Project) -> None:
    audited.configure("overlays: [overlays]\naudit:\n  ignore: [check-off]\n")
    result = audited.run("audit")
    assert result.code == 2
    assert "config.yaml:3:audit.ignore: there is no rule 'check-off'" in result.err
    assert "did you mean checks-off?" in result.err


def test_a_rule_explains_itself(audited: Project) -> None:
    result = audited.run("audit", "--explain", "checks-off")
    page = (ROOT / "docs" / "audit-rules.md").read_text()
    assert result.code == 0
    assert result.out.startswith("## checks-off\n")
    assert result.out in page


# --- fixes ---

FIXED = OVERLAY.replace('rev = "v', 'tag = "v').replace("sha256 = ", "hash = ")


def test_the_safe_fixes_are_made_and_a_second_run_changes_nothing(audited: Project) -> None:
    path = audited.root / "overlays" / "tool.nix"
    first = audited.run("audit", "--fix")
    assert path.read_text() == FIXED
    assert first.code == 1
    assert first.out.splitlines()[:2] == [
        "fixed  overlays/tool.nix:9  write tag  [source-form]",
        "fixed  overlays/tool.nix:10  write an SRI hash  [source-form]",
    ]
    assert "    = no fix: add it to `meta`" in first.out.splitlines()
    second = audited.run("audit", "--fix")
    assert path.read_text() == FIXED
    assert second.out == first.out.partition("\n\n")[2]


def test_a_dry_run_prints_the_diff_alone_and_writes_nothing(audited: Project) -> None:
    result = audited.run("audit", "--dry-run", "--select", "source-form")
    assert (audited.root / "overlays" / "tool.nix").read_text() == OVERLAY
    assert result.code == 0
    assert result.out.splitlines()[:2] == ["--- a/overlays/tool.nix", "+++ b/overlays/tool.nix"]
    (audited.root / "change.diff").write_text(result.out)
    audited.git("init", "--quiet")
    audited.git("apply", "change.diff")
    assert (audited.root / "overlays" / "tool.nix").read_text() == FIXED
    again = audited.run("audit", "--diff", "--select", "source-form")
    assert again.out == ""


def test_json_tells_what_was_fixed(audited: Project) -> None:
    result = audited.run("audit", "--fix", "--json", "--select", "source-form")
    jsonschema.Draft202012Validator(json.loads(json_schema("audit"))).validate(result.json)
    assert (result.code, told(result)) == (0, [])
    assert [(one["line"], one["written"]) for one in result.json["fixed"]] == [
        (9, True),
        (10, True),
    ]


def test_an_unsafe_fix_is_made_only_where_it_is_asked_for(project: Project) -> None:
    text = OVERLAY.replace(
        "doCheck = false;", "postPatch = \"substituteInPlace a --replace 'b' 'c'\";"
    )
    path = project.overlay("tool.nix", text)
    arguments = ("audit", "--select", "deprecated-replace")
    kept = project.run(*arguments, "--fix")
    assert (kept.code, path.read_text()) == (1, text)
    made = project.run(*arguments, "--unsafe-fixes")
    assert made.code == 0
    assert path.read_text() == text.replace("--replace", "--replace-fail")


# --- upstream ---

PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "{name}"
version = "{version}"
license = "Apache-2.0"
dependencies = ["numpy", "tqdm", "uvloop; platform_machine != 'aarch64'"]
"""


def test_overlays_are_compared_with_their_pinned_sources(
    project: Project, index: Index, github: GitHub, tmp_path: Path
) -> None:
    """Of the index and of a repository; a label that is another version's is told, too."""
    content = tarred({"a-1.0/pyproject.toml": PYPROJECT.format(name="a", version="1.0")})
    index.release("a", "1.0", files={"a-1.0.tar.gz": content})
    repository = github.repository("o", "b")
    pyproject = PYPROJECT.format(name="b", version="0.9")
    files = {"pyproject.toml": pyproject, "b/__init__.py": "import einops\n"}
    repository.tag("v1.0", repository.commit(files))
    sri = unpacked_hash(repository, "v1.0", tmp_path)
    uvloop = "super.lib.optional (!super.stdenv.isAarch64) super.python3Packages.uvloop"
    numpy = "propagatedBuildInputs = [ super.python3Packages.numpy"
    command = "substituteInPlace pyproject.toml --replace-warn 'scipy<2' scipy"
    patch = f"postPatch = ''\n  {command}\n'';\n"
    more = f'format = "pyproject";\n{patch}meta.license = super.lib.licenses.mit;\n'
    for text, name, inputs in (
        (pypi_overlay("a", "1.0", sri=flat_hash(content)), "a", f"{numpy} ] ++ {uvloop};"),
        (github_overlay("b", "1.0", sri=sri), "b", f"{numpy} super.python3Packages.uvloop ];"),
    ):
        before = f"{more}{inputs}\nversion = "
        project.overlay(f"{name}.nix", text.replace("version = ", before, 1))
    texts = ("metadata", "stale-patch", "true-label")
    rules = ("build-system", "conditions", "explicit-inputs", *texts)
    result = project.run("audit", "--upstream", "--json", *(f"--select={rule}" for rule in rules))
    found = {
        package["name"]: sorted((one["rule"], one["message"]) for one in package["findings"])
        for package in result.json["packages"]
    }
    both = [
        ("build-system", "the source needs hatchling: 1.0 is built with hatchling.build"),
        ("explicit-inputs", "the source requires tqdm, and no input is that"),
        ("metadata", "a has no description, homepage or platforms"),
        ("metadata", "the license is mit here, and the source says Apache-2.0"),
        ("stale-patch", "pyproject.toml of the pinned source does not have this text"),
    ]
    of_a = (
        "conditions",
        "uvloop is conditional here, and upstream says otherwise for aarch64-darwin",
    )
    own = [
        ("explicit-inputs", "the source imports einops, and no input brings it"),
        ("true-label", "b is not 1.0: the source declares 0.9, but its tag is v1.0"),
    ]
    of_b = [(rule, text.replace("a has no", "b has no")) for rule, text in both]
    assert found == {"a": sorted([*both, of_a]), "b": sorted([*of_b, *own])}, result.err
    assert result.json["unjudged"] == []
    path = project.root / "overlays" / "b.nix"
    before = path.read_text()
    fixed = project.run("audit", "--upstream", "--fix", "--select", "true-label")
    assert fixed.out == (
        "fixed  overlays/b.nix:11  write rev v1.0, version 0.9  [true-label]\nno findings\n"
    )
    corrected = before.replace('version = "1.0"', 'version = "0.9"')
    assert path.read_text() == corrected.replace("v${version}", "v1.0")
    assert project.run("verify").code == 0


CMAKE = """\
cmake_minimum_required(VERSION 3.24)
project({name} LANGUAGES CXX{language})
option(USE_CUDA "Build with CUDA" OFF)
if(USE_CUDA)
  enable_language(CUDA)
endif()
"""


def test_a_source_that_cmake_compiles_with_cuda_is_told(
    project: Project, index: Index, github: GitHub, tmp_path: Path
) -> None:
    """Of the index and of a repository, also in a folder; one that may leave it out is not."""
    system = 'requires = ["scikit-build-core"]\nbuild-backend = "scikit_build_core.build"\n'
    for name, language, folder in (
        ("gpu", " CUDA", ""),
        ("option", "", ""),
        ("gpu-repository", " CUDA", ""),
        ("gpu-folder", " CUDA", "python"),
        ("option-folder", "", "python"),
    ):
        pyproject = f'[build-system]\n{system}[project]\nname = "{name}"\nversion = "1.0"\n'
        start = f"{folder}/" if folder else ""
        lists = CMAKE.format(name=name, language=language)
        files = {f"{start}pyproject.toml": pyproject, f"{start}CMakeLists.txt": lists}
        if folder:  # what nobody builds
            files["CMakeLists.txt"] = CMAKE.format(name=name, language=" CUDA")
        if name in ("gpu", "option"):
            sdist = tarred({f"{name}-1.0/{path}": text for path, text in files.items()})
            index.release(name, "1.0", files={f"{name}-1.0.tar.gz": sdist})
            text = pypi_overlay(name, "1.0", sri=flat_hash(sdist))
        else:
            repository = github.repository("o", name)
            repository.tag("v1.0", repository.commit(files))
            sri = unpacked_hash(repository, "v1.0", tmp_path)
            text = github_overlay(name, "1.0", sri=sri)
        more = f'sourceRoot = "${{src.name}}/{folder}";\n' if folder else ""
        inputs = "nativeBuildInputs = [ super.python3Packages.scikit-build-core ];\n"
        text = text.replace("version = ", f"{more}{inputs}version = ", 1)
        project.overlay(f"{name}.nix", text)
    result = project.run("audit", "--upstream", "--select", "cuda", "--json")
    told = {
        package["name"]: [one["message"] for one in package["findings"]]
        for package in result.json["packages"]
        if package["findings"]
    }
    assert told == {
        name: [f"the source compiles CUDA code, and {name} has neither nvcc nor CUDA_HOME"]
        for name in ("gpu", "gpu-repository", "gpu-folder")
    }, result.err


META = """\
meta = with super.lib; {{
  description = "A tool";
  homepage = "{homepage}";
  license = licenses.mit;
  platforms = platforms.unix;
}};
"""


def test_what_a_package_says_of_itself_is_held_against_the_world(
    project: Project, index: Index, github: GitHub, tmp_path: Path
) -> None:
    """A licence, a page that is gone, one that has moved, and a release that the index has, too."""
    server = index.server
    server.route("GET", "/old", lambda _: Response(301, headers={"Location": "/new"}))
    server.route("GET", "/here", lambda _: Response(302, headers={"Location": "/new"}))
    server.route("GET", "/new", lambda _: Response(200, b"a page"))
    source = f"Project-URL: Source, {github.url}/o/c\n"
    wheel_file = "c-1.0-py3-none-any.whl"
    index.release(
        "c",
        "1.0",
        files={
            "c-1.0.tar.gz": tarred({"c-1.0/PKG-INFO": core_metadata("c", "1.0", None)}),
            wheel_file: wheel(wheel_file, "c", "1.0", core_metadata("c", "1.0", None) + source),
        },
    )
    repository = github.repository("o", "c")
    pyproject = PYPROJECT.format(name="c", version="1.0")
    page = f'[project.urls]\nHomepage = "{server.url}/new"\n'
    repository.tag("v1.0", repository.commit({"pyproject.toml": pyproject + page}))
    sri = unpacked_hash(repository, "v1.0", tmp_path)
    for name, homepage in (("c", "gone"), ("d", "old"), ("e", "here")):
        overlay = github_overlay(name, "1.0", repo="c", sri=sri)
        meta = META.format(homepage=f"{server.url}/{homepage}")
        project.overlay(f"{name}.nix", overlay.replace("version = ", f"{meta}version = ", 1))
    arguments = ("audit", "--upstream", "--select", "metadata", "--select", "source-form")
    result = project.run(*arguments, "--json", "--fix")
    after = {name: (project.root / "overlays" / f"{name}.nix").read_text() for name in "cde"}
    assert [
        f'homepage = "{server.url}/{page}"' in after[name]
        for name, page in (("c", "new"), ("d", "new"), ("e", "here"))
    ] == [True] * 3, result.err
    assert [text.count("licenses.asl20") for text in after.values()] == [1, 1, 1]
    left = {
        (one["severity"], one["message"])
        for package in result.json["packages"]
        for one in package["findings"]
    }
    assert left == {("note", "the package index has this release, too: c-1.0.tar.gz")}
    assert result.json["unjudged"] == []


OVERRIDDEN = "(accelerate.override { torch = super.python3Packages.torch-bin; })"


def buildable_overlay(workshop: Workshop, name: str, inputs: str) -> Path:
    """Release a package and write its overlay, with inputs; return the overlay's path."""
    sri = workshop.add(name, "1.0")
    listed = f"propagatedBuildInputs = with super.python3Packages; [ {inputs} ];\n"
    workshop.overlay(name, arguments=listed)
    path = workshop.project.root / "overlays" / f"{name}.nix"
    path.write_text(path.read_text().replace(FAKE, sri))
    return path


@pytest.mark.nix
def test_the_package_set_tells_an_input_that_brings_another_torch(workshop: Workshop) -> None:
    """Its fix is made where the package builds with it; without a build it is only told."""
    path = buildable_overlay(workshop, "a", "torch-bin accelerate")
    arguments = ("audit", "--nix", "--json", "--select", "torch-override")
    found = workshop.project.run(*arguments)
    (package,) = found.json["packages"]
    assert [(one["rule"], one["message"]) for one in package["findings"]] == [
        (
            "torch-override",
            "accelerate brings torch from source, and overlays use torch-bin",
        )
    ], found.err
    before = path.read_text()
    told_only = workshop.project.run("audit", "--fix", "--select", "torch-bin")
    assert (path.read_text(), told_only.code) == (before, 0)
    fixed = workshop.project.run(*arguments, "--fix")
    assert path.read_text() == before.replace("accelerate ]", f"{OVERRIDDEN} ]")
    assert (fixed.code, told(fixed)) == (0, [])
    workshop.configure(enabled=False)
    (unjudged,) = workshop.project.run(*arguments).json["unjudged"]
    assert (unjudged["reason"], unjudged["failed"]) == ("build: {enabled: false}", False)


@pytest.mark.nix
def test_a_fix_with_which_its_package_does_not_build_is_not_made(workshop: Workshop) -> None:
    """An environment is built as a package is; two fixes that need each other are tried together.

    `b` has torch twice with the first fix alone: in `accelerate`, too.
    """
    texts = {
        name: buildable_overlay(workshop, name, inputs)
        for name, inputs in (("a", "torch-bin"), ("b", "torch accelerate"), ("c", "torch"))
    }
    entry = workshop.project.root / "default.nix"
    made = entry.read_text().removeprefix("{ }: ").rstrip()
    environment = "pythonEnv = pkgs.python3.withPackages (ps: [ ps.torch ]);"
    entry.write_text(f"{{ }}: let pkgs = {made}; in pkgs // {{ {environment} }}\n")
    before = {name: path.read_text() for name, path in texts.items()}
    arguments = ("audit", "--fix", "--nix", "--json", "--select", "torch-bin")
    first = workshop.project.run(*arguments)
    fixed = {(one["file"], one["rule"]) for one in first.json["fixed"]}
    assert fixed == {("default.nix", "torch-bin"), ("overlays/c.nix", "torch-bin")}, first.err
    (left,) = [one for package in first.json["packages"] for one in package["findings"]]
    assert (first.code, left["file"]) == (1, "overlays/b.nix")
    assert left["fix"]["refused"].startswith(
        "python3Packages.b does not build with it: both torch and torch-bin are in the closure; "
    )
    assert "ps.torch-bin" in entry.read_text()
    assert texts["b"].read_text() == before["b"]
    second = workshop.project.run(*arguments, "--select", "torch-override")
    assert (second.code, told(second)) == (0, [])
    assert texts["b"].read_text() == before["b"].replace(
        "torch accelerate", f"torch-bin {OVERRIDDEN}"
    )


def test_a_source_that_cannot_be_had_is_told_and_hinders_nothing(
    audited: Project, github: GitHub
) -> None:
    github.repository("owner", "tool")
    result = audited.run("audit", "--upstream", "--json", "--select", "build-system")
    (unjudged,) = result.json["unjudged"]
    assert (result.code, unjudged["failed"], unjudged["file"]) == (0, False, "overlays/tool.nix")


# --- since ---


@pytest.fixture
def committed(audited: Project) -> Project:
    """The same project in a repository, its overlay committed."""
    audited.git("init", "--quiet", "--initial-branch=main")
    audited.git("add", "overlays")
    audited.git("commit", "--quiet", "--message", "first")
    return audited


def test_a_ratchet_tells_only_what_the_base_does_not_have(committed: Project) -> None:
    """A new version, another hash and lines above are nothing new; another finding is."""
    before = committed.run("audit", "--since", "HEAD")
    assert (before.code, before.out) == (0, f"{unable()}no findings that HEAD does not have\n")
    moved = f"# a line more\n{OVERLAY}".replace("1.0.0", "2.0.0").replace(FAKE, f"{FAKE[:-2]}g=")
    path = committed.overlay("tool.nix", moved)
    assert committed.run("audit", "--since", "HEAD").code == 0
    path.write_text(moved.replace("doCheck", "dontCheckRuntimeDeps = true;\n      doCheck"))
    after = committed.run("audit", "--since", "HEAD", "--json")
    assert (after.code, told(after)) == (1, [("checks-off", 13)])
    assert after.json["base"] == "HEAD"


def test_a_new_overlay_is_told_whole(committed: Project) -> None:
    committed.overlay("other.nix", OVERLAY.replace("tool", "other"))
    result = committed.run("audit", "--since", "HEAD", "--json")
    assert [(rule, line) for rule, line in told(result)] == [
        ("metadata", 3),
        ("source-form", 9),
        ("source-form", 10),
        ("checks-off", 12),
    ]
    assert committed.run("audit", "--since", "nowhere").code == 2


def test_a_file_that_is_taken_away_is_compared_with_what_it_was(committed: Project) -> None:
    committed.overlay("other.nix", OVERLAY.replace("tool", "other"))
    committed.git("add", "overlays")
    committed.git("commit", "--quiet", "--message", "second")
    (committed.root / "overlays" / "other.nix").unlink()
    assert committed.run("audit", "--since", "HEAD").code == 0


# --- what cannot be read ---


def test_a_file_that_cannot_be_parsed_is_not_passed_over(audited: Project) -> None:
    audited.overlay(
        "broken.nix", OVERLAY.replace("tool", "other").replace("doCheck = false;", "= ;")
    )
    result = audited.run("audit", "--select", "cuda")
    assert result.code == 1
    assert result.out == (
        "not judged  overlays/broken.nix#python3Packages.other: cannot parse line 12, column 7\n"
        "no findings\n"
    )


def test_a_rule_that_nobody_foresaw_to_fail_hinders_no_other(
    audited: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Any, overlay: Any) -> Any:
        del overlay
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr("updater.audit.overlay.metadata.Metadata.findings", fail)
    result = audited.run("audit", "--json")
    assert result.code == 1
    assert [rule for rule, _ in told(result)] == ["source-form", "source-form", "checks-off"]
    (unjudged,) = result.json["unjudged"]
    assert (unjudged["rule"], unjudged["file"], unjudged["failed"]) == (
        "metadata",
        "overlays/tool.nix",
        True,
    )
    assert "nobody foresaw this" not in result.out


# --- this project's own ---


def test_this_projects_own_overlays_break_no_rule_and_pass_the_hooks(project: Project) -> None:
    """Or a comment allows it, with its reason. Each hook of pre-commit runs as it is written."""
    shutil.copytree(ROOT / "overlays", project.root / "overlays", dirs_exist_ok=True)
    for file in ("flake.nix", "config.yaml"):
        shutil.copy(ROOT / file, project.root / file)
    own = ("-c", "user.name=T", "-c", "user.email=t@example.org")
    for arguments in (("init",), ("add", "."), (*own, "commit", "--message", "all")):
        project.git(*arguments)
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert {(hook["entry"].split()[0], hook["pass_filenames"]) for hook in hooks} == {
        ("updater", False)
    }
    told = {}
    for hook in hooks:
        result = project.run(*hook["entry"].split()[1:])
        told[hook["id"]] = result.code, result.out
    assert told == {
        "updater-audit": (0, f"{unable()}no findings\n"),
        "updater-verify": (0, "no packages\n"),
    }
