"""`updater review [BASE]`: what a branch changes is verified, audited and built, and marked."""

from __future__ import annotations

import io
import re
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.loopback.messages import Response
from tests.project import FAKE, flat_hash, github_overlay, pypi_overlay, unpacked_hash

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.loopback.index import Index
    from tests.project import Project, Result
    from tests.real_nix import Nix
    from tests.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch over a base in which a and b are pinned at 1.0, and vocos at v0.1.0."""

    project: Project
    index: Index
    vocos: Hosted
    folder: Path

    def release(self, name: str, version: str, yanked: str | None = None) -> str:
        """Release a version upstream; return its hash."""
        (made,) = self.index.release(name, version, yanked=yanked)
        return flat_hash(made.content)

    def review(self, *arguments: str) -> Result:
        """Run review against the base; nothing may be written."""
        before = self.project.snapshot()
        result = self.project.run("review", "base", *arguments)
        assert self.project.snapshot() == before
        return result


@pytest.fixture
def branch(project: Project, index: Index, github: GitHub, tmp_path: Path) -> Branch:
    """The branch as it is before anybody changed anything."""
    vocos = github.repository("o", "vocos")
    for version in ("0.1.0", "0.2.0"):
        commit = vocos.commit({"setup.py": f"setup(version='{version}')\n"})
        vocos.tag(f"v{version}", commit)
    made = Branch(project, index, vocos, tmp_path)
    for name in ("a", "b"):
        sri = made.release(name, "1.0")
        project.overlay(f"{name}.nix", pypi_overlay(name, "1.0", sri=sri))
    sri = unpacked_hash(vocos, "v0.1.0", tmp_path)
    project.overlay("vocos.nix", github_overlay("vocos", "0.1.0", sri=sri))
    committed(project, "base")
    return made


def committed(project: Project, branch: str) -> None:
    """Commit all that is there, and leave a branch at it."""
    project.git("init", "--quiet", "--initial-branch=main")
    project.git("add", ".")
    project.git("commit", "--quiet", "-m", "base")
    project.git("branch", branch)


def on_actions(patch: pytest.MonkeyPatch, folder: Path) -> Path:
    """Set the variables of GitHub Actions; return the step's summary file."""
    summary = folder / "summary.md"
    patch.setenv("GITHUB_ACTIONS", "true")
    patch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    return summary


def commands(result: Result) -> list[str]:
    """Return the lines that GitHub Actions takes for commands."""
    lines = (result.out + result.err).splitlines()
    return [one for one in lines if one.lstrip().startswith("::") or "##[" in one]


def test_only_what_changed_is_looked_at(branch: Branch) -> None:
    branch.project.overlay("a.nix", pypi_overlay("a", "1.5", sri=branch.release("a", "1.5")))
    path = branch.project.root / "overlays" / "b.nix"
    path.write_text(f"# a comment\n{path.read_text()}")
    result = branch.review()
    assert (result.code, result.out, result.err) == (
        0,
        "ok  a  1.0  -> 1.5  not built: build: {enabled: false}\n",
        "",
    )
    asked = {one.path for one in branch.index.server.requests()}
    assert {path for path in asked if path.startswith("/simple/")} == {"/simple/a/"}
    assert not any("/b/" in path for path in asked)


def test_a_release_is_downloaded_and_hashed_whatever_the_index_says(branch: Branch) -> None:
    """The index publishes the hash that is pinned, and serves another file."""
    branch.project.overlay("a.nix", pypi_overlay("a", "1.5", sri=branch.release("a", "1.5")))
    branch.index.server.fail("GET .*/a-1.5.tar.gz", Response(200, b"other"))
    assert branch.project.run("verify", "a").code == 0
    result = branch.review()
    assert result.code == 1
    assert "a-1.5.tar.gz is not what its index says: " in result.out


def test_a_pin_that_is_written_outside_of_its_package_is_looked_at(
    branch: Branch,
) -> None:
    """Its own text stays; the names that it reads change."""
    shared = 'let version = "1.0"; in\n' + pypi_overlay("d", "1.0", sri=branch.release("d", "1.0"))
    shared = shared.replace('      version = "1.0";\n', "      inherit version;\n")
    path = branch.project.overlay("d.nix", shared)
    branch.project.git("add", ".")
    branch.project.git("commit", "--quiet", "-m", "d")
    branch.project.git("branch", "--force", "base")
    path.write_text(path.read_text().replace('"1.0"', '"7.0"'))
    result = branch.review()
    assert (result.code, result.out.splitlines()[0]) == (
        1,
        "gone  d  1.0  -> 7.0  the index has no 7.0; not built: build: {enabled: false}",
    )


def test_a_package_whose_patch_changes_is_built_again(branch: Branch) -> None:
    """Its pin is not changed, and so not verified."""
    patches = branch.project.root / "overlays" / "patches"
    patches.mkdir()
    (patches / "b.patch").write_text("old\n")
    path = branch.project.root / "overlays" / "b.nix"
    path.write_text(
        path.read_text().replace("      src", "      patches = [ ./patches/b.patch ];\n      src")
    )
    branch.project.git("add", ".")
    branch.project.git("commit", "--quiet", "-m", "patched")
    branch.project.git("branch", "--force", "base")
    (patches / "b.patch").write_text("new\n")
    result = branch.review()
    assert (result.code, result.out) == (
        0,
        (
            "skipped  b  1.0  not verified: its own text is unchanged, but it is built with "
            "something that changed; not "
            "built: build: {enabled: false}\n"
        ),
    )


def test_a_lock_file_is_its_packages_own_text(branch: Branch) -> None:
    """Its package is what changed, and is verified; its neighbour in the file is built again."""
    text = github_overlay(
        "vocos", "0.1.0", sri=unpacked_hash(branch.vocos, "v0.1.0", branch.folder)
    )
    neighbour = 'other = prev.stdenv.mkDerivation { pname = "other"; version = "1"; src = null; };'
    text = text.replace("      src", "      cargoLock.lockFile = ./Cargo.lock;\n      src")
    branch.project.overlay("vocos.nix", text.replace("{\n", f"{{\n  {neighbour}\n", 1))
    branch.project.overlay("Cargo.lock", "old")
    branch.project.git("add", ".")
    branch.project.git("commit", "--quiet", "-m", "locked")
    branch.project.git("branch", "--force", "base")
    branch.project.overlay("Cargo.lock", "new")
    result = branch.review("--json")
    told = {row["name"]: row["status"] for row in result.json["packages"]}
    assert (result.code, told) == (0, {"vocos": "true", "other": "skipped"})
    assert branch.project.run("verify", "--changed-since", "base").out == "ok  vocos  0.1.0\n"


def test_a_branch_that_changes_no_pin_passes(branch: Branch) -> None:
    result = branch.review()
    assert (result.code, result.out) == (0, "no packages\n")


def test_json_says_what_changed_and_what_holds(branch: Branch) -> None:
    sri = branch.release("a", "2.0")
    branch.project.overlay("a.nix", pypi_overlay("a", "2.0", sri=sri))
    result = branch.review("--json")
    said = result.json
    assert (said["command"], said["base"], said["summary"]) == (
        "review",
        branch.project.git("rev-parse", "base").strip(),
        {"true": 1},
    )
    (package,) = said["packages"]
    told = {
        "name": "a",
        "status": "true",
        "old": "1.0",
        "added": False,
        "version": "2.0",
        "state": "true",
        "changes": [
            {"field": "version", "line": 5, "old": "1.0", "new": "2.0"},
            {
                "field": "hash",
                "line": 9,
                "old": package["changes"][1]["old"],
                "new": sri,
            },
        ],
        "unbuilt": "not built: build: {enabled: false}",
        "unverified": None,
        "build": None,
        "error": None,
    }
    assert {name: package[name] for name in told} == told
    assert [one["code"] for one in package["warnings"]] == ["major-version"]


def untrue(branch: Branch, name: str) -> str:
    """Write one pin that does not hold; return what the annotation on it must be."""
    project, vocos = branch.project, branch.vocos
    at = "::error file=overlays/"
    match name:
        case "wrong hash of a release":
            true = branch.release("a", "1.5")
            project.overlay("a.nix", pypi_overlay("a", "1.5", sri=FAKE))
            return f"{at}a.nix,line=9,title=a%3A wrong hash::the index's file has {true}"
        case "no such release":
            project.overlay("a.nix", pypi_overlay("a", "7.0", sri=FAKE))
            return f"{at}a.nix,line=5,title=a%3A gone::the index has no 7.0"
        case "no such tag":
            project.overlay("vocos.nix", github_overlay("vocos", "9.0", sri=FAKE))
            return (
                f"{at}vocos.nix,line=10,title=vocos%3A gone::https://github.com/o/vocos has "
                "neither a tag nor a branch 'v9.0'%0A`updater identify` shows what it holds"
            )
        case "false label":
            head = vocos.git("rev-parse", "v0.2.0")
            sri = unpacked_hash(vocos, head, branch.folder)
            project.overlay("vocos.nix", github_overlay("vocos", "0.9.0", rev=head, sri=sri))
            return (
                f"{at}vocos.nix,line=5,title=vocos%3A false version::the source is 0.2.0%0A"
                "`updater pin` corrects the label"
            )
        case "tag that moved":
            held = vocos.git("rev-parse", "v0.2.0")
            sri = unpacked_hash(vocos, held, branch.folder)
            project.overlay("vocos.nix", github_overlay("vocos", "0.2.0", sri=sri))
            now = vocos.commit({"setup.py": "setup(version='0.2.0')\n", "more": "x\n"})
            vocos.tag("v0.2.0", now)
            return (
                f"{at}vocos.nix,line=10,title=vocos%3A tag moved::tag v0.2.0 is commit "
                f"{now} now; the hash belongs to 0.2.0-unstable-2025-01-02, commit {held}%0A"
                "`updater pin` writes what the hash belongs to"
            )
        case "unreadable":
            project.overlay("a.nix", "self: super: {\n  a = \n}\n")
            return (
                f"{at}a.nix,line=2,title=a%3A failed at find::overlays/a.nix: cannot parse line 2, "
                "column 3%0Afix the syntax, or leave the file out of `overlays:`"
            )
    raise AssertionError(name)


@pytest.mark.parametrize(
    "name",
    [
        "wrong hash of a release",
        "no such release",
        "no such tag",
        "false label",
        "tag that moved",
        "unreadable",
    ],
)
def test_what_is_not_true_is_marked_at_its_line(
    branch: Branch, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    on_actions(monkeypatch, tmp_path)
    expected = untrue(branch, name)
    result = branch.review()
    marked = [one for one in commands(result) if one.startswith("::error")]
    assert (result.code, marked) == (1, [expected])


def test_the_audit_is_of_the_step_from_the_bases_pin(
    branch: Branch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, github: GitHub
) -> None:
    """A source from elsewhere, and a version that goes down: true, and to be looked at."""
    on_actions(monkeypatch, tmp_path)
    fork = github.repository("mallory", "vocos")
    fork.tag("v0.0.9", fork.commit({"setup.py": "setup(version='0.0.9')\n"}))
    sri = unpacked_hash(fork, "v0.0.9", tmp_path)
    text = github_overlay("vocos", "0.0.9", owner="mallory", sri=sri)
    branch.project.overlay("vocos.nix", text)
    result = branch.review()
    at, host = "::warning file=overlays/vocos.nix,line=5,title=vocos%3A ", "https://github.com"
    moved = f"the source comes from another project: {host}/o/vocos -> {host}/mallory/vocos"
    assert (result.code, commands(result)) == (
        0,
        [
            f"{at}downgrade::the version goes down: 0.1.0 -> 0.0.9",
            f"{at}other-project::{moved}",
        ],
    )


def test_a_new_package_is_verified_and_has_no_step(branch: Branch) -> None:
    branch.project.overlay("c.nix", pypi_overlay("c", "3.0", sri=branch.release("c", "3.0")))
    (package,) = branch.review("--json").json["packages"]
    assert (package["name"], package["status"], package["added"], package["warnings"]) == (
        "c",
        "true",
        True,
        [],
    )


def test_without_a_base_it_is_the_default_branch_of_the_remote(
    branch: Branch, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """From where the branch left it: what the default branch got since is not the branch's."""
    from tests.project import Project as Clone  # noqa: PLC0415 - one test's

    clone = Clone(tmp_path / "clone", capfdbinary)
    branch.project.git("clone", "--quiet", str(branch.project.root), str(clone.root))
    clone.git("checkout", "--quiet", "-b", "mine")
    clone.overlay("a.nix", pypi_overlay("a", "1.5", sri=branch.release("a", "1.5")))
    clone.git("commit", "--quiet", "-am", "mine")
    branch.project.overlay("b.nix", pypi_overlay("b", "7.0", sri=FAKE))
    branch.project.git("commit", "--quiet", "-am", "theirs")
    clone.git("fetch", "--quiet")
    result = clone.run("review")
    assert (result.code, result.out.split()[:2]) == (0, ["ok", "a"])


def test_a_base_that_is_not_there_is_an_argument_error(branch: Branch) -> None:
    for base in ("nope", "--upload-pack=x"):
        result = branch.project.run("review", "--json", "--", base)
        assert (result.code, result.json["error"]["stage"]) == (2, "arguments")
    branch.project.git("branch", "--move", "main", "other")
    without = branch.project.run("review", "--json")
    said = f"the repository in {branch.project.root} has no revision main or master"
    assert (without.code, without.json["error"]["message"]) == (2, said)


LOCAL = {
    "main": ([], "", "the repository has no remote", "main"),
    "what git makes": (
        ["branch --move main old", "config init.defaultBranch old"],
        "",
        "the repository has no remote",
        "old",
    ),
    "the configured one": (
        ["branch --move main old"],
        "base: old",
        "the repository has no remote",
        "old",
    ),
    "a remote that was never fetched": (
        ["remote add origin nowhere"],
        "",
        "the remote's branches were not fetched",
        "main",
    ),
}


@pytest.mark.parametrize(("git", "configured", "why", "base"), LOCAL.values(), ids=LOCAL)
def test_without_a_remote_it_is_the_local_default_branch_and_says_so(
    branch: Branch, git: list[str], configured: str, why: str, base: str
) -> None:
    branch.project.git("checkout", "--quiet", "-b", "mine")
    for command in git:
        branch.project.git(*command.split())
    branch.project.add_configuration(configured)
    branch.project.overlay("a.nix", pypi_overlay("a", "1.5", sri=branch.release("a", "1.5")))
    result = branch.project.run("review")
    assert (result.code, result.out.splitlines()[-1], result.err.splitlines()[0]) == (
        0,
        "ok  a  1.0  -> 1.5  not built: build: {enabled: false}",
        f"updater: {why}: compared with the local branch {base}",
    )


def test_the_only_remote_is_taken_whatever_its_name(
    branch: Branch, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    from tests.project import Project as Clone  # noqa: PLC0415 - one test's

    clone = Clone(tmp_path / "clone", capfdbinary)
    source, folder = str(branch.project.root), str(clone.root)
    branch.project.git("clone", "--quiet", "--origin=upstream", source, folder)
    clone.overlay("a.nix", pypi_overlay("a", "1.5", sri=branch.release("a", "1.5")))
    clone.git("commit", "--quiet", "-am", "mine")
    result = clone.run("review")
    row = "ok  a  1.0  -> 1.5  not built: build: {enabled: false}"
    assert (result.code, result.out.splitlines()[-1], result.err) == (0, row, "")


def test_a_history_without_a_common_commit_says_how_to_get_it(branch: Branch) -> None:
    branch.project.git("checkout", "--quiet", "--orphan", "other")
    branch.project.git("commit", "--quiet", "-m", "alone")
    result = branch.project.run("review", "base", "--json")
    assert (result.code, result.json["error"]["hint"]) == (
        2,
        "a shallow clone lacks it: git fetch --unshallow",
    )


def test_the_configuration_is_the_bases_whatever_the_branch_says(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The branch's own would send a token to a host of its choice, and leave out overlays."""
    summary = on_actions(monkeypatch, tmp_path)
    monkeypatch.setenv("FORGE_KEY", "hush-hush")
    branch.project.configure(
        f"""\
        index: {branch.index.server.url}/evil
        overlays: [nowhere]
        hosts: {{code.example: {{kind: gitlab, token_env: FORGE_KEY}}}}
        """
    )
    branch.project.overlay("a.nix", pypi_overlay("a", "1.5", sri=branch.release("a", "1.5")))
    result = branch.review("--json")
    note = (
        "config.yaml is not as in the base, and what the branch says there is not heeded: it "
        "counts once it is merged, or with --config"
    )
    assert (result.code, [each["name"] for each in result.json["packages"]]) == (0, ["a"])
    assert result.json["notes"] == [note]
    assert f"updater: warning: {note}\n::warning title=updater review::{note}\n" in result.err
    assert note in summary.read_text()
    assert not any("evil" in exchange.request.path for exchange in branch.index.server.log)
    own = branch.project.run("review", "base", "--config", "config.yaml")
    assert (own.code, "there is no 'nowhere'" in own.err) == (2, True)


OWN_BASES = {"itself": "mine", "its commit": "HEAD", "a commit before": "HEAD~1"}


@pytest.mark.parametrize("name", OWN_BASES.values(), ids=OWN_BASES)
def test_a_branch_cannot_say_that_it_is_its_own_base(branch: Branch, name: str) -> None:
    """Where nothing else tells the base either, somebody must name it."""
    branch.project.git("checkout", "--quiet", "-b", "mine")
    branch.project.git("branch", "--move", "main", "old")
    branch.project.add_configuration(f"base: {name}\n")
    branch.project.overlay("a.nix", pypi_overlay("a", "1.5", sri=branch.release("a", "1.5")))
    branch.project.git("commit", "--quiet", "-am", "mine")
    result = branch.project.run("review")
    assert (result.code, "has no revision main or master" in result.err) == (2, True)


def test_a_configuration_that_the_branch_adds_or_removes_is_told(branch: Branch) -> None:
    (branch.project.root / "updater.yaml").write_text("overlays: [overlays]\n")
    assert "both config.yaml and updater.yaml configure the updater" in branch.review().err
    for name in ("config.yaml", "updater.yaml"):
        (branch.project.root / name).unlink()
    assert "config.yaml is not as in the base" in branch.review().err


HOSTILE = "x\n::add-mask::hush\r\n  ::error file=evil::y ##[add-path]/tmp % :: ,"


def test_nothing_from_upstream_or_the_branch_begins_a_command(
    branch: Branch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A reason for a yank and an attribute's name: each stays inside one annotation."""
    summary = on_actions(monkeypatch, tmp_path)
    sri = branch.release("a", "1.5", yanked=HOSTILE)
    text = pypi_overlay("a", "1.5", sri=sri).replace(
        "    a = super", '    "a\\n::stop-commands::t ##[x]" = super'
    )
    branch.project.overlay("a.nix", text)
    for arguments in ((), ("--json",), ("-v",)):
        result = branch.review(*arguments)
        assert result.code == 1
        assert [one.partition(",")[0] for one in commands(result)] == [
            "::error file=overlays/a.nix"
        ], result.out + result.err
    assert "\n::" not in summary.read_text()


def test_a_review_on_actions_leaves_a_summary(
    branch: Branch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    summary = on_actions(monkeypatch, tmp_path)
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.example")
    monkeypatch.setenv("GITHUB_REPOSITORY", "o/r")
    true = branch.release("a", "1.5")
    branch.project.overlay("a.nix", pypi_overlay("a", "1.5", sri=FAKE))
    branch.project.git("commit", "--quiet", "-am", "mine")
    head = branch.project.git("rev-parse", "HEAD").strip()
    assert branch.review().code == 1
    assert summary.read_text() == (
        "## updater review: 1 untrue\n"
        "\n"
        "| status | package | version | what | pull request |\n"
        "| --- | --- | --- | --- | --- |\n"
        f"| **untrue** | [`a`](https://github.example/o/r/blob/{head}/overlays/a.nix#L3) | "
        "`1.0` → `1.5` | changes `version`, `hash`<br>wrong hash: the index's file has "
        f"{true}<br>not built: build: \\{{enabled: false\\}} |  |\n"
        "\n"
        "<details><summary>a (overlays/a.nix:3): wrong hash</summary>\n"
        "\n"
        f"the index's file has {true}\n"
        "\n"
        "</details>\n"
        "\n"
        "\n"
    )


def test_an_error_in_the_arguments_is_told_at_the_top_of_a_red_run(
    branch: Branch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    summary = on_actions(monkeypatch, tmp_path)
    result = branch.project.run("review", "nope")
    said = f"the repository in {branch.project.root} has no revision nope"
    hint = "name the branch, tag or commit that the changes are made to: updater review BASE"
    assert (result.code, commands(result)) == (
        2,
        [f"::error title=updater review::{said}%0A{hint}"],
    )
    shown = said.replace("_", "\\_")
    assert summary.read_text() == (
        f"## updater review: stopped\n\n{shown}\n\nwhat to do: {hint}\n\n"
    )


def built(workshop: Workshop, *names: str) -> None:
    """Write overlays of real sdists at 1.0, all true, and commit them as the base."""
    hashes = {name: workshop.add(name, "1.0") for name in names}
    workshop.overlay(*names)
    for name, sri in hashes.items():
        path = workshop.project.root / "overlays" / f"{name}.nix"
        path.write_text(path.read_text().replace(FAKE, sri))
    committed(workshop.project, "base")


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job has a machine to itself, on which builds need no sandbox."""
    monkeypatch.setenv("CI", "true")


def reviewed(workshop: Workshop, *arguments: str) -> dict[str, tuple[Any, ...]]:
    """Run review; return status, state and the build's status by name."""
    result = workshop.project.run("review", "base", "--json", *arguments)
    return {
        one["name"]: (one["status"], one["state"], (one["build"] or {}).get("status"))
        for one in result.json["packages"]
    }


@pytest.mark.nix
@pytest.mark.usefixtures("job")
def test_what_is_true_is_built_too(workshop: Workshop) -> None:
    """Apple's next release is true and builds; pear's is true and cannot be imported."""
    built(workshop, "apple", "pear", "plum")
    for name, module in (("apple", ""), ("pear", "import no_such_module\n")):
        sri = workshop.add(name, "2.0", module=module)
        path = workshop.project.root / "overlays" / f"{name}.nix"
        text = path.read_text().replace('"1.0"', '"2.0"')
        path.write_text(re.sub(r"sha256-[^\"]+", sri, text))
    assert reviewed(workshop) == {
        "apple": ("passed", "true", "passed"),
        "pear": ("failed", "true", "failed"),
    }


@pytest.mark.nix
@pytest.mark.usefixtures("job")
def test_another_package_set_builds_every_package_again(workshop: Workshop) -> None:
    """No pin changes, so none is verified."""
    built(workshop, "apple", "pear")
    path = workshop.project.root / "default.nix"
    path.write_text(f"# another\n{path.read_text()}")
    assert reviewed(workshop) == {
        "apple": ("passed", None, "passed"),
        "pear": ("passed", None, "passed"),
    }


@pytest.mark.nix
def test_no_evaluation_of_a_branch_can_read_a_token(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Nix file outside a flake may read /proc: with a token set, nothing of it is evaluated."""
    workshop.configure(options=["--option", "sandbox", "true"])
    built(workshop, "apple")
    path = workshop.project.root / "overlays" / "apple.nix"
    path.write_text(path.read_text().replace("pname", 'meta = "x"; pname', 1))
    monkeypatch.setenv("GITHUB_TOKEN", "hush-hush")
    result = workshop.project.run("review", "base", "--json")
    (package,) = result.json["packages"]
    assert (result.code, package["error"]) == (
        1,
        {
            "stage": "build",
            "message": "GITHUB_TOKEN is set, and evaluating this branch could read it: only a "
            "flake is evaluated without access to other files",
            "hint": "unset it: a review needs no token",
        },
    )
    assert "hush" not in result.out + result.err


@pytest.mark.nix
def test_what_a_flake_says_of_nixs_settings_is_not_accepted(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the user's Nix would: this setting, once accepted, fills the log."""
    workshop.flake()
    built(workshop, "apple")
    workshop.flake("nixConfig.trace-function-calls = true;")
    monkeypatch.setenv("NIX_CONFIG", "accept-flake-config = true")
    result = workshop.project.run("review", "base", "--json", "--trust")
    (package,) = result.json["packages"]
    log = Path(package["build"]["log"]).read_text()
    assert (package["status"], "function-trace" in log) == ("passed", False)


CANARY = "hush-hush = { in ${"
LINKS = {
    "the environment": "/proc/self/environ",
    "a file beside the repository": "../../secret",
    "what git keeps to itself": "../.git/secret",
}


@pytest.mark.parametrize("target", LINKS.values(), ids=LINKS)
def test_what_a_link_leads_to_outside_of_the_tree_is_not_read(
    branch: Branch, target: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    summary = on_actions(monkeypatch, tmp_path)
    monkeypatch.setenv("GITHUB_TOKEN", "hush-hush")
    for place in (branch.project.root.parent, branch.project.root / ".git"):
        (place / "secret").write_text(CANARY)
    (branch.project.root / "overlays" / "x.nix").symlink_to(target)
    for arguments in ((), ("--json",), ("-v",)):
        result = branch.review(*arguments)
        assert result.code == 1
        assert "is a link that leads out of the project, and is not read" in result.out
        assert "hush" not in result.out + result.err + summary.read_text()


def test_of_an_ignored_file_to_which_a_link_leads_nothing_is_quoted(branch: Branch) -> None:
    (branch.project.root / ".gitignore").write_text(".env\n")
    (branch.project.root / ".env").write_text(CANARY)
    (branch.project.root / "overlays" / "x.nix").symlink_to("../.env")
    result = branch.review()
    assert result.code == 1
    assert "cannot parse line 1" in result.out
    assert "hush" not in result.out + result.err


def attacked(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder of the reviewer an input of the flake; return it."""
    built(workshop, "apple")
    workshop.flake()
    committed(workshop.project, "flake")
    workshop.project.git("branch", "--force", "base")
    home = workshop.tiny.parent / "theirs"
    home.mkdir()
    (home / "key").write_text("hush-hush")
    path = workshop.project.root / "flake.nix"
    text = path.read_text().replace(
        "outputs =", f'inputs.x = {{ url = "path:{home}"; flake = false; }}; outputs ='
    )
    path.write_text(
        text.replace(
            "{ self, nixpkgs }:",
            '{ self, nixpkgs, x }: builtins.trace (builtins.readFile (x + "/key"))',
        )
    )
    monkeypatch.setenv("XDG_STATE_HOME", str(workshop.tiny.parent / "state"))
    return home


@pytest.mark.nix
def test_a_flake_that_is_not_the_bases_is_evaluated_where_somebody_says_so(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without that, also the rest of the review is done; with it the attack is real."""
    attacked(workshop, monkeypatch)
    result = workshop.project.run("review", "base", "--json")
    (package,) = result.json["packages"]
    assert (result.code, package["error"]) == (
        1,
        {
            "stage": "build",
            "message": "the flake is not evaluated: the base has another flake.nix, and it could "
            "read files of this machine",
            "hint": "look at what is new there; then add --trust, which evaluates the branch as if "
            "it were yours",
        },
    )
    state = workshop.tiny.parent / "state"
    logs = [log.read_text() for log in state.rglob("*.log")]
    assert "hush" not in result.out + result.err + "".join(logs)
    workshop.project.run("review", "base", "--json", "--trust")
    assert any("hush-hush" in log.read_text() for log in state.rglob("*.log"))


@pytest.mark.nix
@pytest.mark.usefixtures("job")
def test_outside_of_a_flake_evaluation_reads_what_the_bases_file_names(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the reviewer's home, and not the environment; with their word for it, all."""
    built(workshop, "apple")
    home = workshop.tiny.parent / "theirs"
    home.mkdir()
    (home / "key").write_text("hush-hush")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(workshop.tiny.parent / "state"))
    path = workshop.project.root / "overlays" / "apple.nix"
    spy = f'"${{builtins.getEnv "HOME"}} ${{builtins.readFile {home}/key}}"'
    attribute = f'      postPatch = builtins.trace {spy} "";\n      src ='
    path.write_text(path.read_text().replace("      src =", attribute))
    assert reviewed(workshop) == {"apple": ("failed", "true", "failed")}
    logs = [*(workshop.tiny.parent / "state").rglob("*.log")]
    assert logs
    assert all("hush" not in log.read_text() for log in logs)
    workshop.project.run("review", "base", "--json", "--trust")
    assert any(f"{home} hush-hush" in log.read_text() for log in logs)


def served(workshop: Workshop) -> str:
    """Serve the tiny package set; return its address."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(workshop.tiny, "nixpkgs")
    answer = Response(200, packed.getvalue())
    workshop.index.server.route("GET", "/nixpkgs.tar.gz", lambda _: answer)
    return f"{workshop.index.server.url}/nixpkgs.tar.gz"


def spied(workshop: Workshop, name: str) -> None:
    """Let an overlay ask the server for something when it is evaluated."""
    path = workshop.project.root / "overlays" / f"{name}.nix"
    address = f"{workshop.index.server.url}/spy"
    spy = f'"${{builtins.fetchurl {{ url = "{address}"; sha256 = "{FAKE}"; }}}}"'
    path.write_text(
        path.read_text().replace("      src =", f"      postPatch = {spy};\n      src =")
    )


def requests(workshop: Workshop, path: str) -> int:
    """Count the requests for a path."""
    return sum(exchange.request.path == path for exchange in workshop.index.server.log)


NO_NETWORK = "the evaluation of this branch has no network, and asked for something: {url}"


@pytest.mark.nix
@pytest.mark.usefixtures("job")
@pytest.mark.parametrize("form", ["a flake", "a file"])
def test_evaluation_of_a_branch_has_no_network(workshop: Workshop, nix: Nix, form: str) -> None:
    """What the base's lock, or its own file, names is fetched before."""
    built(workshop, "apple", "pear")
    address = served(workshop)
    if form == "a file":
        path = workshop.project.root / "default.nix"
        fetched = f'(builtins.fetchTarball "{address}")'
        path.write_text(path.read_text().replace(str(workshop.tiny), fetched))
    else:
        workshop.locked(address, nix.hash_of(workshop.tiny))
    committed(workshop.project, "fetching")
    workshop.project.git("branch", "--force", "base")
    path = workshop.project.root / "overlays" / "pear.nix"
    path.write_text(f"# another\n{path.read_text()}".replace("pname", "meta = { }; pname", 1))
    spied(workshop, "apple")
    result = workshop.project.run("review", "base", "--json")
    packages = {each["name"]: each for each in result.json["packages"]}
    assert packages["pear"]["build"]["status"] == "passed"
    assert packages["apple"]["build"]["diagnosis"]["message"] == NO_NETWORK.format(
        url=f"{workshop.index.server.url}/spy"
    )
    assert (requests(workshop, "/nixpkgs.tar.gz"), requests(workshop, "/spy")) == (1, 0)
    workshop.project.run("review", "base", "--json", "--trust")
    assert requests(workshop, "/spy") > 0


def test_what_a_branch_breaks_is_told_and_what_the_base_breaks_is_not(branch: Branch) -> None:
    """By the rules that config.yaml of the base selects, each with its line."""
    text = github_overlay(
        "vocos", "0.1.0", sri=unpacked_hash(branch.vocos, "v0.1.0", branch.folder)
    )
    end = text.rindex("version = ")
    new = f"doCheck = false;\n      {text[end:]}"
    branch.project.overlay("vocos.nix", text[:end] + new)
    result = branch.review("--json")
    (package,) = result.json["packages"]
    (warning,) = package["warnings"]
    assert (result.code, warning["code"]) == (0, "checks-off")
    assert re.fullmatch(
        r"`doCheck = false` switches the tests off without a comment that says why "
        r"\(overlays/vocos\.nix:\d+; rule checks-off\)",
        warning["message"],
    )
