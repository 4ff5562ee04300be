"""`adapt: {add: true}`: overlays for what nobody has join the change that requires them."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.commands.repository import Home
from tests.commands.test_add_killed import TOLD, ended_before_the_second_file
from tests.project import FAKE, flat_hash
from tests.workshop import Workshop, sdist_files
from updater.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.project import Project, Result

ADDS = "packages: {tool: {adapt: {add: true}}}\n"
ABOUT = 'description = "A fruit"\nlicense = "MIT"\n'
STYLES = {
    "with": (
        """\
self: super: {
  python3Packages = super.python3Packages // {
    tool = super.python3Packages.buildPythonPackage rec {
      pname = "tool";
      version = "1.0";
      format = "pyproject";
      src = super.fetchPypi {
        inherit pname version;
        hash = "HASH";
      };
      nativeBuildInputs = with super.python3Packages; [ setuptools ];
      propagatedBuildInputs = with super.python3Packages; [ numpy ];
    };
  };
}
""",
        "[ numpy ]",
        "[ numpy self.python3Packages.fig ]",
    ),
    "modern": (
        """\
final: prev: {
  python3Packages = prev.python3Packages // {
    tool = prev.python3Packages.buildPythonPackage rec {
      pname = "tool";
      version = "1.0";
      pyproject = true;
      src = prev.fetchPypi {
        inherit pname version;
        hash = "HASH";
      };
      build-system = [ prev.python3Packages.setuptools ];
      dependencies = [
        prev.python3Packages.numpy
      ];
    };
  };
}
""",
        "        prev.python3Packages.numpy\n",
        "        prev.python3Packages.numpy\n        final.python3Packages.fig\n",
    ),
    "extension": (
        """\
final: prev: {
  pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [
    (pyfinal: pyprev: {
      tool = pyfinal.buildPythonPackage rec {
        pname = "tool";
        version = "1.0";
        pyproject = true;
        src = final.fetchPypi {
          inherit pname version;
          hash = "HASH";
        };
        build-system = [ pyfinal.setuptools ];
        dependencies = [ pyfinal.numpy ];
      };
    })
  ];
}
""",
        "[ pyfinal.numpy ]",
        "[ pyfinal.numpy pyfinal.fig ]",
    ),
    "let": (
        """\
self: super:
let
  python = super.python3Packages;
  tool = python.buildPythonPackage rec {
    pname = "tool";
    version = "1.0";
    format = "pyproject";
    src = super.fetchPypi { inherit pname version; hash = "HASH"; };
    nativeBuildInputs = [ python.setuptools ];
    propagatedBuildInputs = [ python.numpy ];
  };
in
{
  python3Packages = super.python3Packages // { inherit tool; };
}
""",
        "[ python.numpy ]",
        "[ python.numpy self.python3Packages.fig ]",
    ),
}


class Waiting(NamedTuple):
    """What an update that waits for packages becomes with them.

    Attributes:
        tool: its overlay.
        listed: default.nix.
        hashes: of the releases of the packages.
    """

    tool: str
    listed: str
    hashes: dict[str, str]


def waiting(
    workshop: Workshop, style: str, config: str = ADDS, script: Callable[[str], str] | None = None
) -> Waiting:
    """Release what needs packages that nobody has.

    Tool 2.0 needs fig, and fig needs cherry; a script is the setup.py that requires a package.
    """
    before, old, new = STYLES[style]
    project = workshop.project
    project.add_configuration(config)
    project.overlay("tool.nix", before.replace("HASH", FAKE))
    workshop.overlay()
    dynamic = f'{ABOUT}dynamic = ["dependencies"]\n'
    needs = f'{ABOUT}dependencies = ["cherry"]\n' if script is None else dynamic
    by_code = {name: script(name) if script is not None else "" for name in ("cherry", "fig")}
    hashes = {
        "cherry": workshop.add("cherry", "3.0", extra=ABOUT),
        "fig": workshop.add(
            "fig", "1.0", extra=needs, module="import cherry\n", setup=by_code["cherry"]
        ),
    }
    workshop.add("tool", "1.0", extra='dependencies = ["numpy"]\n')
    needs = 'dependencies = ["fig>=1", "numpy"]\n' if script is None else dynamic
    sri = workshop.add("tool", "2.0", extra=needs, module="import fig\n", setup=by_code["fig"])
    after = before.replace("1.0", "2.0").replace("HASH", sri).replace(old, new)
    listed = (project.root / "default.nix").read_text()
    tool = "(import ./overlays/tool.nix)"
    all_three = f"(import ./overlays/cherry.nix) (import ./overlays/fig.nix) {tool}"
    return Waiting(after, listed.replace(tool, all_three), hashes)


def text(root: Path, name: str) -> str:
    return (root / "overlays" / f"{name}.nix").read_text()


@pytest.mark.parametrize(
    "style",
    [
        "with",
        pytest.param("modern", marks=pytest.mark.thorough),
        pytest.param("extension", marks=pytest.mark.thorough),
        pytest.param("let", marks=pytest.mark.thorough),
    ],
)
def test_what_nobody_has_joins_the_change(workshop: Workshop, style: str) -> None:
    """All is built together; the same again changes nothing."""
    project = workshop.project
    after, listed, _ = waiting(workshop, style)

    result, packages = workshop.bump()

    tool = packages["tool"]
    assert (tool["status"], tool["written"]) == ("updated", True), result.out
    assert [
        (one["kind"], one["field"], one["input"], one["applied"]) for one in tool["adaptations"]
    ] == [
        ("additions", "overlays/cherry.nix", "cherry", True),
        ("additions", "overlays/fig.nix", "fig", True),
        ("requirements", tool["adaptations"][2]["field"], "fig", True),
    ]
    assert text(project.root, "tool") == after
    assert (project.root / "default.nix").read_text() == listed
    cherry = "cherry ]" if style == "extension" else "python3Packages.cherry ]"
    assert cherry in text(project.root, "fig")
    tree = project.snapshot()
    again = project.run("bump", "--json")
    assert {one["status"] for one in again.json["packages"]} == {"current"}
    assert project.snapshot() == tree


@pytest.mark.thorough
def test_a_dry_run_shows_the_whole_change_and_a_commit_has_it(workshop: Workshop) -> None:
    """The diff is what is written, the new files too."""
    project = workshop.project
    after, listed, _ = waiting(workshop, "with")
    project.git("init", "--quiet")
    project.git("config", "user.name", "T")
    project.git("config", "user.email", "t@example.org")
    project.git("add", ".")
    project.git("commit", "--quiet", "--message", "before")
    before = project.snapshot()

    shown = project.run("bump", "--dry-run")
    assert (shown.code, project.snapshot()) == (0, before), shown.err
    done = subprocess.run(
        ["git", "apply"], cwd=project.root, input=shown.out, text=True, check=True
    )
    assert done.returncode == 0
    applied = project.snapshot()
    assert (text(project.root, "tool"), (project.root / "default.nix").read_text()) == (
        after,
        listed,
    )
    project.git("checkout", "--quiet", ".")
    project.git("clean", "--quiet", "--force", "overlays")

    assert project.run("bump", "--commit").code == 0
    assert project.snapshot() == applied
    assert project.git("status", "--porcelain") == ""
    shown_commit = project.git("log", "-1", "--format=%s", "--name-status").split()
    assert shown_commit == [
        *("tool:", "1.0", "->", "2.0", "M", "default.nix", "A", "overlays/cherry.nix"),
        *("A", "overlays/fig.nix", "M", "overlays/tool.nix"),
    ]


@pytest.mark.thorough
def test_what_joins_is_refused_for_a_reason(workshop: Workshop) -> None:
    """Without the switch `updater add` is named; what is nowhere, or does not build, is said."""
    project = workshop.project
    waiting(workshop, "with", "")
    before = project.snapshot()
    _, packages = workshop.bump()
    tool = packages["tool"]
    needs = "2.0 needs packages that neither the overlays nor the package set have: fig>=1"
    assert (tool["status"], tool["reason"]) == ("held", needs)
    assert [one["message"] for one in tool["warnings"] if "updater add" in one["message"]] == [
        "`updater add fig` makes a package of fig from the index"
    ]
    assert project.snapshot() == before

    project.add_configuration(ADDS)
    workshop.add("fig", "1.1", extra=ABOUT, module="import no_such_module\n")
    _, packages = workshop.bump()
    assert packages["tool"]["status"] == "held"
    assert packages["tool"]["reason"].startswith(
        f"{needs}; no overlay could be added for them: fig: "
    )
    assert project.snapshot().keys() == before.keys()


FLAKE = """\
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs";
  outputs = { self, nixpkgs }:
    let
      nekoOverlays = [
        # Base packages first
        (import ./overlays/tool.nix)
      ];
    in
    {
      legacyPackages.x86_64-linux = import nixpkgs {
        system = "x86_64-linux";
        overlays = nekoOverlays;
      };
    };
}
"""


@pytest.mark.thorough
def test_a_flake_lists_what_joined_and_git_is_to_learn_of_it(workshop: Workshop) -> None:
    project = workshop.project
    after, _, _ = waiting(workshop, "with")
    (project.root / "default.nix").unlink()
    (project.root / "flake.nix").write_text(FLAKE)
    override = ["--override-input", "nixpkgs", f"path:{workshop.tiny}"]
    workshop.configure(file=None, options=override)
    project.add_configuration(ADDS)

    result = project.run("bump")

    assert result.code == 0, result.out
    hint = 'Run "git add overlays/cherry.nix overlays/fig.nix": a flake has only what git knows.'
    assert hint in result.err
    assert text(project.root, "tool") == after
    tool = "        (import ./overlays/tool.nix)\n"
    entries = tool.replace("tool", "cherry") + tool.replace("tool", "fig") + tool
    assert (project.root / "flake.nix").read_text() == FLAKE.replace(tool, entries)


@pytest.mark.thorough
def test_killed_between_the_files_of_such_a_change_nothing_half_is_left(
    workshop: Workshop,
) -> None:
    """The next run takes back what was written, says so, and ends as if nothing had been."""
    project = workshop.project
    after, listed, _ = waiting(workshop, "with")
    before = project.snapshot()

    ended_before_the_second_file(project, "bump")

    assert project.snapshot() != before
    result = project.run("bump")
    assert (result.code, TOLD in result.err) == (0, True), result.out
    assert text(project.root, "tool") == after
    assert (project.root / "default.nix").read_text() == listed


@pytest.mark.thorough
@pytest.mark.parametrize("way", ["--pr", "--output"])
def test_a_pull_request_has_all_files_however_it_is_made(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """By one process, or by one that builds and another that finds it again."""
    project = workshop.project
    after, listed, _ = waiting(workshop, "with")
    home = home_of(workshop, monkeypatch)
    if way == "--pr":
        # What a sandbox would keep apart is the tests' own here.
        monkeypatch.setattr(Session, "_secrets_in_reach", lambda _: ())
        result = project.run("bump", "--pr")
    else:
        with monkeypatch.context() as without:
            without.delenv("GITHUB_TOKEN")
            assert project.run("bump", "--output", str(tmp_path / "results")).code == 0
        for name in ("cherry", "fig"):  # the other process has the base, not what was written
            (project.root / "overlays" / f"{name}.nix").unlink()
        for name in ("default.nix", "overlays/tool.nix"):
            (project.root / name).write_text(home.show("main", name) + "\n")
        result = project.run("publish", str(tmp_path / "results"))

    assert result.code == 0, result.out + result.err
    head = home.branch("updater/tool")
    assert head is not None
    assert home.changed(head) == [
        *("default.nix", "overlays/cherry.nix", "overlays/fig.nix", "overlays/tool.nix")
    ]
    assert home.show(head, "overlays/tool.nix") == after.rstrip("\n")
    assert home.show(head, "default.nix") == listed.rstrip("\n")
    assert 'pythonImportsCheck = [ "fig" ];' in home.show(head, "overlays/fig.nix")


def named(name: str) -> str:
    """A setup.py whose requirements are only known when it has run; their names stand in it."""
    needs = f'["%s" % name for name in ("numpy", "{name}")]'
    return f"from setuptools import setup\nsetup(install_requires={needs})\n"


def unnamed(name: str) -> str:
    """The same, but for the name."""
    return named(name).replace(f'"{name}"', f'"{name[::-1]}"[::-1]')


@pytest.mark.thorough
@pytest.mark.parametrize("script", [named, unnamed])
def test_another_process_believes_what_only_code_declares_where_its_text_names_it(
    workshop: Workshop,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    script: Callable[[str], str],
) -> None:
    """Tool needs fig, and fig needs cherry; each says it by code."""
    project = workshop.project
    after, _, _ = waiting(workshop, "with", script=script)
    home = home_of(workshop, monkeypatch)
    with monkeypatch.context() as without:
        without.delenv("GITHUB_TOKEN")
        result = project.run("bump", "--output", str(tmp_path / "results"))
    assert (result.code, text(project.root, "tool")) == (0, after), result.out
    for name in ("cherry", "fig"):
        (project.root / "overlays" / f"{name}.nix").unlink()
    for name in ("default.nix", "overlays/tool.nix"):
        (project.root / name).write_text(home.show("main", name) + "\n")

    result = project.run("publish", str(tmp_path / "results"))

    head = home.branch("updater/tool")
    if script is named:
        assert result.code == 0, result.out + result.err
        assert head is not None
        assert home.changed(head) == [
            *("default.nix", "overlays/cherry.nix", "overlays/fig.nix", "overlays/tool.nix")
        ]
        return
    assert (result.code, head) == (1, None)
    told = " ".join(result.out.split())
    assert "only a build tells that 2.0 requires cherry and fig: no text of its source" in told
    assert "hint: add it by itself first, with `updater add cherry`" in told


@pytest.mark.thorough
def test_of_two_that_add_to_one_list_the_second_waits(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They share a pull request: the list of each is that of the base."""
    project = workshop.project
    both = "{adapt: {add: true}, pull_request: {group: both}}"
    waiting(workshop, "with", f"packages: {{tool: {both}, device: {both}}}\n")
    text_of_tool = text(project.root, "tool")
    project.overlay("device.nix", re.sub(r"\btool\b", "device", text_of_tool))
    workshop.overlay()
    workshop.add("plum", "4.0", extra=ABOUT)
    workshop.add("device", "1.0", extra='dependencies = ["numpy"]\n')
    needs = 'dependencies = ["numpy", "plum"]\n'
    workshop.add("device", "2.0", extra=needs, module="import plum\n")
    home = home_of(workshop, monkeypatch, "overlays/device.nix")
    monkeypatch.setattr(Session, "_secrets_in_reach", lambda _: ())

    result = project.run("bump", "--pr", "--json")

    ends = {one["name"]: (one["status"], one["reason"]) for one in result.json["packages"]}
    assert result.code == 0
    assert ends["device"][0] == "updated"
    assert ends["tool"] == (
        "held",
        "another update of this pull request adds overlays to the same list, and goes first",
    )
    head = home.branch("updater/both")
    assert head is not None
    assert home.changed(head) == ["default.nix", "overlays/device.nix", "overlays/plum.nix"]


def home_of(workshop: Workshop, monkeypatch: pytest.MonkeyPatch, *more: str) -> Home:
    """Have the project's own repository on GitHub, as it is on the disk."""
    project = workshop.project
    home = Home.made(project, workshop.github, workshop.index, monkeypatch)
    files = ("default.nix", "overlays/tool.nix", *more)
    texts = {name: (project.root / name).read_text() for name in files}
    home.hosted.commit({"README": "ours\n", **texts})
    home.hosted.settle()
    return home


# --- what a build job reports, and another process proposes ---


@dataclass(frozen=True, slots=True)
class Reported:
    """A change with two new overlays, as a build job reports it.

    Attributes:
        result: the report.
        waiting: what becomes of the project.
    """

    home: Home
    folder: Path
    result: dict[str, Any]
    waiting: Waiting

    def publish(self) -> Result:
        """Publish it."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / "tool.json").write_text(json.dumps(self.result))
        return self.home.project.run("publish", str(self.folder))


def needed(name: str) -> dict[str, Any]:
    return {
        "type": "InputAddition",
        "field": "propagatedBuildInputs",
        "input": name,
        "own": name != "numpy",
        "replaced": [],
        "condition": "",
    }


def addition(name: str, version: str, sri: str, *needs: str) -> dict[str, Any]:
    built = {**needed("setuptools"), "field": "nativeBuildInputs", "own": False}
    edits = [["build-system", built], *(["requirements", needed(one)] for one in needs)]
    return {
        "kind": "additions",
        "edit": {
            "type": "OverlayAddition",
            "input": name,
            "file": f"overlays/{name}.nix",
            "project": name,
            "version": version,
            "channel": "index",
            "hash": sri,
            "edits": edits,
            "modules": [name],
        },
        "reason": "nobody has it",
    }


@pytest.fixture
def reported(
    project: Project,
    index: Index,
    github: GitHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Reported:
    """What is reported of tool 2.0, which needs fig, which needs cherry; nothing is built."""
    workshop = Workshop(project, index, github, tmp_path / "nixpkgs")
    change = waiting(workshop, "with")
    home = home_of(workshop, monkeypatch)
    result = {
        "schema": 1,
        "package": "overlays/tool.nix#python3Packages.tool",
        "version": "2.0",
        "ref": None,
        "commit": None,
        "asked": None,
        "command": "bump",
        "hash": change.tool.split('hash = "')[1].split('"')[0],
        "built": {},
        "adaptations": [
            addition("cherry", "3.0", change.hashes["cherry"]),
            addition("fig", "1.0", change.hashes["fig"], "cherry"),
            {"kind": "requirements", "edit": needed("fig"), "reason": "new in 2.0"},
        ],
        "build": None,
    }
    return Reported(home, tmp_path / "results", result, change)


FIG = """\
self: super: {
  python3Packages = super.python3Packages // {
    fig = super.python3Packages.buildPythonPackage rec {
      pname = "fig";
      version = "1.0";
      format = "pyproject";

      src = super.fetchPypi {
        inherit pname version;
        hash = "HASH";
      };

      nativeBuildInputs = with super.python3Packages; [ setuptools ];

      propagatedBuildInputs = with super.python3Packages; [ self.python3Packages.cherry ];

      pythonImportsCheck = [ "fig" ];
      doCheck = false; # its tests are not a part of what is built

      meta = with super.lib; {
        description = "A fruit";
        license = licenses.mit;
        platforms = platforms.unix;
      };
    };
  };
}
"""


def test_reported_overlays_are_written_again_from_facts(reported: Reported) -> None:
    """One pull request has all files; the same again changes nothing."""
    home, waiting = reported.home, reported.waiting
    tree = home.project.snapshot()

    published = reported.publish()

    assert published.code == 0, published.out + published.err
    assert home.project.snapshot() == tree
    pull, head = home.pull(1), home.branch("updater/tool")
    assert head is not None
    assert pull.title == "tool: 1.0 -> 2.0"
    assert home.changed(head) == [
        *("default.nix", "overlays/cherry.nix", "overlays/fig.nix", "overlays/tool.nix")
    ]
    fig = FIG.replace("HASH", waiting.hashes["fig"])
    written = {"default.nix": waiting.listed, "overlays/fig.nix": fig}
    written["overlays/tool.nix"] = waiting.tool
    for file, text in written.items():
        assert home.show(head, file) == text.rstrip("\n")
    assert "`+ fig 1.0`" in pull.body
    state, writes = home.state(), home.writes()
    assert reported.publish().code == 0
    assert (home.state(), home.writes()) == (state, writes)


OTHER = "and fig 1.0 in overlays/fig.nix is found"
LIES: dict[str, tuple[Callable[[list[dict[str, Any]]], object], str]] = {
    "what nothing requires": (
        lambda made: made.append(addition("stray", "1.0", FAKE)),
        "the results report edits that the new source does not call for: + stray 1.0",
    ),
    "another version": (
        lambda made: made[1]["edit"].update(version="0.9"),
        f"the results report the new overlay fig 0.9 in overlays/fig.nix, {OTHER}",
    ),
    "another file": (
        lambda made: made[1]["edit"].update(file="overlays/../flake.nix"),
        f"the results report the new overlay fig 1.0 in overlays/../flake.nix, {OTHER}",
    ),
    "another hash": (
        lambda made: made[1]["edit"].update(hash=FAKE),
        f"fig: {FAKE} was reported, sha256-",
    ),
    "a module that is Nix text": (
        lambda made: made[1]["edit"].update(modules=['x" ]; evil = [ "']),
        f"the results report the new overlay fig 1.0 in overlays/fig.nix, {OTHER}",
    ),
    "an input that the new package does not require": (
        lambda made: made[1]["edit"]["edits"].append(["requirements", needed("numpy")]),
        "fig: the results report edits that the new source does not call for: + numpy",
    ),
    "a project that the index does not have": (
        lambda made: made[1]["edit"].update(project="nobody"),
        "the index has no project nobody",
    ),
}


def test_reported_overlays_that_upstream_does_not_bear_out_are_refused(reported: Reported) -> None:
    """Each of these lies by itself; the honest report is published in the end."""
    home, honest = reported.home, json.dumps(reported.result["adaptations"])
    content = sdist_files("stray", "1.0", "", "")
    home.index.release("stray", "1.0", files={"stray-1.0.tar.gz": content})
    told = {}
    for name, (lie, message) in LIES.items():
        made = json.loads(honest)
        lie(made)
        for stray in (one["edit"] for one in made if one["edit"]["input"] == "stray"):
            stray["hash"] = flat_hash(content)
        reported.result["adaptations"] = made
        published = reported.publish()
        assert (published.code, home.hosted.pulls, home.branch("updater/tool")) == (1, {}, None)
        shown = " ".join(published.out.split())
        told[name] = message if message in shown else shown
    assert told == {name: message for name, (_, message) in LIES.items()}
    reported.result["adaptations"] = json.loads(honest)
    assert reported.publish().code == 0
