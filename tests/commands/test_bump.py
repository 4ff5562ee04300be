"""`updater bump` from end to end, against loopback servers."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, Project, flat_hash, github_overlay, pypi_overlay, unpacked_hash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.loopback.index import Index


def replaced(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def test_moves_a_pypi_pin_and_a_second_run_is_current(project: Project, index: Index) -> None:
    """Version and hash change, nothing else; then all is current.

    No file is downloaded for its hash, and one for what it requires, which no wheel says here.
    """
    index.release("ema-pytorch", "0.7.7")
    (new,) = index.release("ema-pytorch", "0.8.3")
    before = pypi_overlay("ema-pytorch", "0.7.7", pname="ema_pytorch", sri=FAKE)
    path = project.overlay("ema-pytorch.nix", before)

    first = project.run("bump", "ema-pytorch")

    assert path.read_text() == replaced(before, ("0.7.7", "0.8.3"), (FAKE, flat_hash(new.content)))
    assert (first.code, first.out, first.err) == (
        0,
        (
            "updated  ema-pytorch  0.7.7  -> 0.8.3  warning: a new minor version below 1.0, which "
            "may break its users\n"
            "         not built: build: {enabled: false}\n"
        ),
        "",
    )
    targets = [request.target for request in index.server.requests()]
    assert targets == ["/simple/ema-pytorch/", new.path]

    second = project.run("bump", "ema-pytorch")

    assert (second.code, second.out) == (0, "current  ema-pytorch  0.8.3\n")


def test_a_changed_sdist_stem_becomes_fetchpypis_own_pname(project: Project, index: Index) -> None:
    index.release("a-b", "0.0.5", files=["a-b-0.0.5.tar.gz"])
    (new,) = index.release("a-b", "0.1.0", files=["a_b-0.1.0.tar.gz"])
    before = pypi_overlay("a-b", "0.0.5", sri=FAKE)
    path = project.overlay("a-b.nix", before)

    assert project.run("bump").code == 0

    assert path.read_text() == replaced(
        before,
        ("0.0.5", "0.1.0"),
        ("inherit pname version;", 'pname = "a_b";\n        inherit version;'),
        (FAKE, flat_hash(new.content)),
    )


def test_holds_a_release_without_the_file_that_fetchpypi_would_ask_for(
    project: Project, index: Index
) -> None:
    (file,) = index.release("a", "1.0")
    index.release("a", "2.0", files=["a-2.0-py3-none-any.whl"])
    project.overlay("a.nix", pypi_overlay("a", "1.0", sri=flat_hash(file.content)))
    before = project.snapshot()

    result = project.run("bump")

    assert (result.code, result.out) == (
        0,
        (
            "held  a  1.0  (newest 2.0)  2.0 has no a-2.0.tar.gz; the index has "
            'a-2.0-py3-none-any.whl; write `format = "wheel"; python = "py3"; dist = "py3";` in '
            "the call to take that\n"
        ),
    )
    assert project.snapshot() == before


@pytest.fixture
def vocos(github: GitHub) -> Hosted:
    """A repository with v0.1.0, v0.2.0 (annotated) and a commit after it."""
    repository = github.repository("o", "vocos")
    for version, annotated in (("0.1.0", False), ("0.2.0", True)):
        commit = repository.commit({"setup.py": f"setup(version='{version}')\n"})
        repository.tag(f"v{version}", commit, annotated=annotated)
    repository.commit({"setup.py": "setup(version='0.3.0')\n"})
    return repository


def test_moves_a_tag_to_the_hash_that_nix_gives_its_commit(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    before = github_overlay("vocos", "0.1.0", sri=FAKE)
    path = project.overlay("vocos.nix", before)

    assert project.run("bump").code == 0

    expected = unpacked_hash(vocos, vocos.git("rev-parse", "v0.2.0^{commit}"), tmp_path)
    assert path.read_text() == replaced(before, ("0.1.0", "0.2.0"), (FAKE, expected))


def test_a_moving_rev_whose_tag_is_newer_becomes_the_tag(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    """The pinned hash is that of v0.1.0, which v0.2.0 follows."""
    held = unpacked_hash(vocos, vocos.git("rev-parse", "v0.1.0"), tmp_path)
    before = github_overlay("vocos", "0.1.0", rev="main", sri=held)
    path = project.overlay("vocos.nix", before)

    result = project.run("bump")

    new = unpacked_hash(vocos, vocos.git("rev-parse", "v0.2.0^{commit}"), tmp_path)
    assert path.read_text() == replaced(
        before, ("0.1.0", "0.2.0"), ('"main"', '"v${version}"'), (held, new)
    )
    assert "  replaces the branch `main` by the tag\n" in result.out


def test_a_moving_rev_at_a_newer_commit_becomes_that_commit_with_its_true_label(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    """The source never goes back, its hash stays, and the label is what the source declares."""
    head = vocos.head()
    held = unpacked_hash(vocos, head, tmp_path)
    before = github_overlay("vocos", "0.1.0", rev="main", sri=held)
    path = project.overlay("vocos.nix", before)

    assert project.run("bump").code == 0

    date = vocos.git("show", "--no-patch", "--format=%cs", head)
    assert path.read_text() == replaced(
        before, ('"0.1.0"', f'"0.3.0-unstable-{date}"'), ('"main"', f'"{head}"')
    )


@pytest.mark.usefixtures("vocos")
def test_a_moving_rev_with_an_unknown_hash_is_held(project: Project) -> None:
    project.overlay("vocos.nix", github_overlay("vocos", "0.1.0", rev="main", sri=FAKE))
    before = project.snapshot()

    result = project.run("bump")

    assert result.code == 0
    assert result.out == (
        "held  vocos  0.1.0  (newest 0.2.0)  none of 3 commits matches the pinned hash (rewritten "
        "history, submodules or an edited hash?). Choose one with `--to VERSION`.\n"
    )
    assert project.snapshot() == before


def test_to_decides_for_a_moving_rev(project: Project, vocos: Hosted, tmp_path: Path) -> None:
    before = github_overlay("vocos", "0.1.0", rev="main", sri=FAKE)
    path = project.overlay("vocos.nix", before)

    assert project.run("bump", "vocos", "--to", "0.2.0").code == 0

    new = unpacked_hash(vocos, vocos.git("rev-parse", "v0.2.0^{commit}"), tmp_path)
    assert path.read_text() == replaced(
        before, ("0.1.0", "0.2.0"), ('"main"', '"v${version}"'), (FAKE, new)
    )


def test_a_commit_pin_follows_the_default_branch_with_the_declared_label(
    project: Project, github: GitHub, tmp_path: Path
) -> None:
    repository = github.repository("o", "pi")
    tagged = repository.commit({"pyproject.toml": '[project]\nversion = "0.2.4"\n'})
    repository.tag("0.2.4", tagged)
    pinned = repository.commit({"pyproject.toml": '[project]\nversion = "0.2.5"\n'})
    head = repository.commit({"pyproject.toml": '[project]\nversion = "0.3.0"\n'})
    before = github_overlay("pi", "0.2.5", rev=pinned, sri=FAKE)
    path = project.overlay("pi.nix", before)

    assert project.run("bump").code == 0

    date = repository.git("show", "--no-patch", "--format=%cs", head)
    assert path.read_text() == replaced(
        before,
        ('"0.2.5"', f'"0.3.0-unstable-{date}"'),
        (pinned, head),
        (FAKE, unpacked_hash(repository, head, tmp_path)),
    )


def test_a_commit_pin_that_a_tag_names_follows_tags_as_commits(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    old = vocos.git("rev-parse", "v0.1.0")
    new = vocos.git("rev-parse", "v0.2.0^{commit}")
    before = github_overlay("vocos", "0.1.0", rev=old, sri=FAKE)
    path = project.overlay("vocos.nix", before)

    assert project.run("bump").code == 0

    assert path.read_text() == replaced(
        before, ("0.1.0", "0.2.0"), (old, new), (FAKE, unpacked_hash(vocos, new, tmp_path))
    )


def sources(github: GitHub, files: dict[str, str]) -> None:
    """Tags 1.0 and 2.0 of a repository; the second one says which Pythons it needs."""
    repository = github.repository("o", "fig")
    for version, own in (("1.0", {}), ("2.0", files)):
        repository.tag(f"v{version}", repository.commit({"a": version, **own}))


DECLARED = {
    "pyproject": {"pyproject.toml": '[project]\nrequires-python = ">=3.13"\n'},
    "setup.cfg": {"setup.cfg": "[options]\npython_requires = >=3.13\n"},
    "PKG-INFO": {"PKG-INFO": "Name: fig\nVersion: 2.0\nRequires-Python: >=3.13\n"},
}


@pytest.mark.parametrize("files", DECLARED.values(), ids=DECLARED)
def test_a_source_that_is_for_another_python_is_not_written(
    project: Project, github: GitHub, files: dict[str, str]
) -> None:
    """`check` says so before anything is downloaded; where --to asked for it, that is a warning."""
    sources(github, files)
    project.add_configuration("defaults: {python: '3.12', build: {enabled: false}}\n")
    path = project.overlay("fig.nix", github_overlay("fig", "1.0", sri=FAKE))
    before = path.read_text()
    said = "2.0 needs Python >=3.13, but `python: 3.12` is set"
    for command in ("check", "bump"):
        (held,) = project.run(command, "--json").json["packages"]
        assert (held["status"], held["latest"], held["reason"]) == ("held", "2.0", said)
    assert path.read_text() == before
    project.add_configuration("packages: {fig: {python: '3.13'}}\n")
    assert project.run("check", "--json").json["packages"][0]["status"] == "outdated"
    project.add_configuration("packages: {fig: {python: '3.12'}}\n")

    (asked,) = project.run("bump", "fig", "--to", "2.0", "--json").json["packages"]
    assert (asked["status"], asked["written"]) == ("updated", True)
    declares = said.replace("needs", "declares that it needs")
    assert {"code": "other-python", "message": declares} in asked["warnings"]


@pytest.mark.parametrize("track", ["tag", "commit"])
def test_what_the_top_of_a_source_needs_holds_no_package_that_is_built_below_it(
    project: Project, github: GitHub, track: str
) -> None:
    """The top folder's pyproject.toml may be another package's, or only for development."""
    repository = github.repository("o", "fig")
    pinned = repository.commit({"a": "1"})
    repository.tag("v1.0", pinned)
    declared = '[project]\nversion = "2.0"\nrequires-python = ">=3.13"\n'
    head = repository.commit({"pyproject.toml": declared})
    text = github_overlay("fig", "1.0", sri=FAKE)
    if track == "tag":
        repository.tag("v2.0", head)
    else:
        text = text.replace("v${version}", pinned)
    project.add_configuration(
        f"defaults: {{python: '3.12', track: {track}, commit_interval: 0d, "
        "build: {enabled: false}}\n"
    )
    path = project.overlay("fig.nix", text)
    (held,) = project.run("bump", "--json").json["packages"]
    assert held["status"] == "held", held

    path.write_text(
        text.replace("      src =", '      sourceRoot = "${src.name}/python";\n      src =')
    )
    (package,) = project.run("bump", "--json").json["packages"]

    assert package["status"] == "updated", package
    assert "other-python" not in {one["code"] for one in package["warnings"]}


@pytest.mark.parametrize(
    ("newest", "expected", "told"),
    [
        (">=3.9", 1, []),
        (
            ">=3.13",
            0,
            ["1.0-unstable-2025-01-02 needs Python >=3.13, but `python: 3.12` is set"],
        ),
    ],
    ids=["head runs there", "head does not"],
)
def test_a_moving_rev_becomes_the_head_only_where_that_is_for_the_configured_python(
    project: Project,
    github: GitHub,
    tmp_path: Path,
    newest: str,
    expected: int,
    told: list[str],
) -> None:
    """Else it becomes the commit that it holds, whatever that one needs: the source stays."""
    repository = github.repository("o", "fig")
    commits = [
        repository.commit({"pyproject.toml": declared})
        for declared in (
            f'[project]\nversion = "1.0"\nrequires-python = "{python}"\n'
            for python in ("<3.12", newest)
        )
    ]
    held = unpacked_hash(repository, commits[0], tmp_path)
    project.add_configuration("defaults: {python: '3.12', build: {enabled: false}}\n")
    path = project.overlay("fig.nix", github_overlay("fig", "1.0", rev="main", sri=held))

    (package,) = project.run("bump", "--json").json["packages"]

    assert (package["status"], package["commit"]) == ("updated", commits[expected])
    assert f'rev = "{commits[expected]}"' in path.read_text()
    warnings = [one["message"] for one in package["warnings"] if one["code"] == "newer-held"]
    assert warnings == told


def test_a_moved_repository_is_followed_and_reported(
    project: Project, github: GitHub, vocos: Hosted
) -> None:
    github.rename(vocos, "new/vocos")
    project.overlay("vocos.nix", github_overlay("vocos", "0.1.0", sri=FAKE))

    result = project.run("bump", "--dry-run")

    assert result.code == 0
    assert "warning: o/vocos has moved to new/vocos: owner and repo are stale" in result.err


def test_dry_run_prints_a_diff_that_git_applies_and_writes_nothing(
    project: Project, index: Index
) -> None:
    (new,) = index.release("a", "2.0")
    path = project.overlay("a.nix", pypi_overlay("a", "1.0", sri=FAKE))
    before = project.snapshot()

    result = project.run("bump", "--dry-run")

    assert result.err == (
        "would update  a  1.0  -> 2.0  warning: a new major version\n"
        + project.advice("bump", "apply 1 update")
    )
    assert project.snapshot() == before
    subprocess.run(["git", "apply"], cwd=project.root, input=result.out.encode(), check=True)
    assert path.read_text() == pypi_overlay("a", "2.0", sri=flat_hash(new.content))


def test_a_commit_says_where_to_look(project: Project, github: GitHub) -> None:
    repository = github.repository("o", "fig")
    old = repository.commit({"a": "1.0"})
    repository.tag("v1.0", old)
    new = repository.commit({"a": "2.0"})
    repository.tag("v2.0", new)
    project.overlay("fig.nix", github_overlay("fig", "1.0", sri=FAKE))
    project.git("init", "--quiet")
    project.git("config", "user.name", "T")
    project.git("config", "user.email", "t@example.org")
    project.git("add", ".")
    project.git("commit", "--quiet", "-m", "start")

    assert project.run("bump", "--commit").code == 0

    page = f"{github.url}/o/fig"
    assert project.git("log", "-1", "--format=%B").strip() == (
        "fig: 1.0 -> 2.0\n\n"
        f"Changes: {page}/compare/{old}...{new}\nRelease: {page}/releases/tag/v2.0"
    )


def test_commit_makes_one_commit_a_package_with_only_its_file(
    project: Project, index: Index
) -> None:
    for name in ("a", "b"):
        index.release(name, "2.0")
        project.overlay(f"{name}.nix", pypi_overlay(name, "1.0", sri=FAKE))
    project.git("init", "--quiet")
    project.git("config", "user.name", "T")
    project.git("config", "user.email", "t@example.org")
    project.git("add", ".")
    project.git("commit", "--quiet", "-m", "start")
    (project.root / "unrelated").write_text("staged")
    project.git("add", "unrelated")

    assert project.run("bump", "--commit").code == 0

    log = project.git("log", "--format=%s", "--name-only", "-2").split()
    assert log == [
        "b:",
        "1.0",
        "->",
        "2.0",
        "overlays/b.nix",
        "a:",
        "1.0",
        "->",
        "2.0",
        "overlays/a.nix",
    ]
    assert project.git("status", "--porcelain") == "A  unrelated\n"


def test_what_was_written_and_not_committed_is_said_and_committed_by_the_next_run(
    project: Project, index: Index
) -> None:
    """As a kill between the two leaves it; here a hook refuses the commit."""
    index.release("a", "2.0")
    project.overlay("a.nix", pypi_overlay("a", "1.0", sri=FAKE))
    project.git("init", "--quiet")
    project.git("config", "user.name", "T")
    project.git("config", "user.email", "t@example.org")
    project.git("add", ".")
    project.git("commit", "--quiet", "-m", "start")
    hook = project.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert project.run("bump", "--commit").code == 1
    hook.unlink()

    assert project.run("bump", "--dry-run").err == "current  a  2.0\n"
    assert project.run("bump").err == (
        "updater: overlays/a.nix has a change that an earlier run did not commit (a: 1.0 -> 2.0); "
        "run again with --commit, or commit it yourself\n"
    )
    assert project.run("bump", "--commit").err == (
        "updater: overlays/a.nix: committed what an earlier run wrote (a: 1.0 -> 2.0)\n"
    )
    assert project.run("bump", "--commit").err == ""
    assert project.git("log", "--format=%s") == "a: 1.0 -> 2.0\nstart\n"
    assert project.git("status", "--porcelain") == ""


def test_a_commit_says_what_moves_as_a_pull_request_would(project: Project, github: GitHub) -> None:
    """From date to date, and of a call that has no hash: its source moves, though no hash does."""
    tool = github.repository("o", "tool")
    tags = ("2024-01-15", "2024-02-20", "v1.0", "v1.1")
    commits = {tag: tool.commit({"tag": tag}) for tag in tags}
    for tag, commit in commits.items():
        tool.tag(tag, commit)
    overlay = github_overlay("date", "2024-01-15", repo="tool", rev="${version}", sri=FAKE)
    project.overlay("date.nix", overlay)
    rev = commits["v1.0"]
    call = f'builtins.fetchGit {{ url = "{github.url}/o/tool"; rev = "{rev}"; }}'
    start, end = overlay.index("super.fetchFromGitHub"), overlay.index(";\n    };\n  };")
    text = f"{overlay[:start]}{call}{overlay[end:]}"
    project.overlay("git.nix", text.replace("date", "git").replace("2024-01-15", "1.0"))
    host = github.url.removeprefix("http://")
    project.configure(
        (project.root / "config.yaml")
        .read_text()
        .replace("hosts:\n", f"hosts:\n  '{host}': {{kind: git, web: '{github.url}'}}\n")
    )
    project.git("init", "--quiet")
    project.git("config", "user.name", "T")
    project.git("config", "user.email", "t@example.org")
    project.git("add", ".")
    project.git("commit", "--quiet", "-m", "start")

    assert project.run("bump", "--commit").code == 0

    assert project.git("log", "--format=%s", "-2").splitlines() == [
        "git: 1.0 -> 1.1",
        "date: 2024-01-15 -> 2024-02-20",
    ]


def test_commit_refuses_a_file_with_uncommitted_changes(project: Project, index: Index) -> None:
    index.release("a", "2.0")
    path = project.overlay("a.nix", pypi_overlay("a", "1.0", sri=FAKE))
    project.git("init", "--quiet")
    project.git("add", ".")
    project.git("commit", "--quiet", "-m", "start")
    path.write_text(path.read_text() + "# mine\n")
    before = project.snapshot()

    result = project.run("bump", "--commit")

    assert (result.code, result.out) == (
        1,
        (
            "failed  a  1.0  -> 2.0  write: overlays/a.nix has uncommitted changes\n"
            "        hint: commit or stash them, or leave out --commit\n"
            "        warning: a new major version\n"
        ),
    )
    assert project.snapshot() == before


def test_two_packages_of_one_file_are_bumped_one_after_the_other(
    project: Project, index: Index
) -> None:
    releases = [index.release(name, "2.0")[0] for name in ("a", "b")]
    one, other = (pypi_overlay(name, "1.0", sri=FAKE) for name in ("a", "b"))
    # The second package's lines go in front of the first overlay's closing braces.
    both = "\n".join([*one.splitlines()[:-2], *other.splitlines()[2:-2], "  };", "}", ""])
    path = project.overlay("both.nix", both)

    assert project.run("bump").code == 0

    expected = both.replace("1.0", "2.0")
    for release in releases:
        expected = expected.replace(FAKE, flat_hash(release.content), 1)
    assert path.read_text() == expected


def test_json_of_a_bump_holds_the_whole_outcome(project: Project, index: Index) -> None:
    (new,) = index.release("a", "2.0", upload_time="2026-01-02T03:04:05.000000Z")
    project.overlay("a.nix", pypi_overlay("a", "1.0", sri=FAKE))

    result = project.run("bump", "--json")

    assert result.json == {
        "schema": 1,
        "command": "bump",
        "packages": [
            {
                "name": "a",
                "attribute": "python3Packages.a",
                "file": "overlays/a.nix",
                "line": 3,
                "fetcher": "fetchPypi",
                "source": {"pname": "a", "version": "1.0", "hash": FAKE},
                "track": "pypi",
                "status": "updated",
                "version": "1.0",
                "latest": "2.0",
                "ref": None,
                "commit": None,
                "published": "2026-01-02T03:04:05Z",
                "url": None,
                "newest": {
                    "version": "2.0",
                    "ref": None,
                    "published": "2026-01-02T03:04:05Z",
                    "url": None,
                },
                "pinned": {"rev": "", "commit": None, "version": "1.0"},
                "reason": None,
                "awaits_source": None,
                "until": None,
                "warnings": [
                    {"code": "major-version", "message": "a new major version: 1.0 -> 2.0"}
                ],
                "written": True,
                "changes": [
                    {"field": "version", "line": 5, "old": "1.0", "new": "2.0"},
                    {"field": "hash", "line": 9, "old": FAKE, "new": flat_hash(new.content)},
                ],
                "adaptations": [],
                "requirements": None,
                "hash": {"value": flat_hash(new.content), "method": "index", "downloaded_bytes": 0},
                "build": {
                    "status": "skipped",
                    "attribute": "",
                    "seconds": 0.0,
                    "phase": "build: {enabled: false}",
                    "log": None,
                    "tail": "",
                    "diagnosis": None,
                    "sandboxed": None,
                    "checks": [],
                },
                "pull_request": None,
                "error": None,
            }
        ],
        "summary": {"updated": 1},
    }
