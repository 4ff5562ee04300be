"""`updater identify` from end to end: real repositories over smart HTTP, hashes by real Nix."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.loopback.github import TOKEN
from tests.loopback.repositories import Executable, Submodule, Symlink
from tests.project import FAKE, Project, github_overlay, pypi_overlay, unpacked_hash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted


@pytest.fixture
def vocos(github: GitHub) -> Hosted:
    """Releases 0.1.0 and 0.2.0, merges, a side branch, and all that an archive changes."""
    repository = github.repository("o", "vocos")
    repository.commit(
        {
            "setup.py": "setup(version='0.1.0')\n",
            "run": Executable("#!/bin/sh\n"),
            "link": Symlink("run"),
            "vendor": Submodule("1" * 40),
            "größe.bat": "a\nb\n",
            ".gitattributes": "*.bat text eol=crlf\n/docs export-ignore\n",
            "docs/index.md": "x",
        }
    )
    repository.tag("v0.1.0", repository.head())
    side = repository.commit({"side": "x"}, branch="side", parents=[repository.head()])
    repository.commit({"setup.py": "setup(version='0.2.0')\n"})
    repository.commit({"side": "x"}, parents=[repository.head(), side])
    repository.tag("v0.2.0", repository.head(), annotated=True)
    repository.commit({"setup.py": "setup(version='0.3.0')\n"})
    repository.commit({"late": "x"})
    return repository


def pinned(project: Project, repository: Hosted, commit: str, tmp_path: Path, **said: str) -> str:
    """Pin a commit's true hash under a branch name; return the hash."""
    sri = unpacked_hash(repository, commit, tmp_path)
    options = {"version": "0.1.0", "rev": "main"} | said
    project.overlay("vocos.nix", github_overlay("vocos", sri=sri, **options))
    return sri


def test_finds_the_tag_whose_tree_a_moving_pin_holds(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    commit = vocos.git("rev-parse", "v0.2.0^{commit}")
    pinned(project, vocos, commit, tmp_path)
    before = project.snapshot()

    first = project.run("identify")
    second = project.run("identify")

    said = f"identified  vocos  0.1.0  holds 0.2.0 (tag v0.2.0, commit {commit[:12]})\n"
    said += project.advice("pin", "replace the branch name by a tag or commit")
    assert (first.code, first.out, first.err) == (0, said, "")
    assert second.out == said
    assert project.snapshot() == before


def test_says_in_detail_which_commit_and_how_it_was_found(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    commit = vocos.git("rev-parse", "v0.2.0^{commit}")
    pinned(project, vocos, commit, tmp_path)
    first, second = (project.run("identify", "-v").out.splitlines() for _ in range(2))
    assert first == [
        f"identified  vocos  0.1.0  holds 0.2.0 (tag v0.2.0, commit {commit})",
        "            follows tag: its rev 'main' is a branch",
        "            3 trees hashed",
        project.advice("pin", "replace the branch name by a tag or commit").rstrip(),
    ]
    assert second[2] == "            known from an earlier run"


def test_a_repository_that_is_larger_than_the_configured_limit_is_not_cloned(
    project: Project, github: GitHub, vocos: Hosted, tmp_path: Path
) -> None:
    pinned(project, vocos, "v0.2.0", tmp_path)
    project.add_configuration("archives: {fetched: 500B}\n")
    result = project.run("identify")
    assert (result.code, result.out) == (
        1,
        (
            f"failed  vocos  0.1.0  look-up: {github.url}/o/vocos.git answers git with more than "
            "500 bytes\n"
            "        hint: if the repository is that large, raise `archives: {fetched: ...}` in "
            "config.yaml\n"
        ),
    )


def test_finds_an_untagged_commit_in_the_middle_with_its_declared_version(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    commit = vocos.git("rev-parse", "main~1")
    pinned(project, vocos, commit, tmp_path)

    result = project.run("identify", "--json")

    date = vocos.git("show", "--no-patch", "--format=%cs", commit)
    (package,) = result.json["packages"]
    expected = {
        "status": "identified",
        "version": "0.1.0",
        "latest": f"0.3.0-unstable-{date}",
        "ref": None,
        "commit": commit,
        "pinned": {"rev": "main", "commit": commit, "version": f"0.3.0-unstable-{date}"},
        "state": None,
        "hint": None,
        "reason": None,
        "error": None,
    }
    assert {key: package[key] for key in expected} == expected
    assert result.json["summary"] == {"identified": 1}


def test_of_two_commits_with_the_same_tree_the_tag_wins_then_the_oldest(
    project: Project, github: GitHub, tmp_path: Path
) -> None:
    repository = github.repository("o", "vocos")
    oldest = repository.commit({"a": "1"})
    repository.commit({"a": "2"})
    repository.commit({"a": "1"})
    tagged = repository.commit({"a": "2"})
    repository.commit({"a": "1"})
    repository.tag("v1.0", tagged)
    for commit, text in (
        (oldest, f"commit {oldest[:12]}"),
        (tagged, f"v1.0, commit {tagged[:12]}"),
    ):
        pinned(project, repository, commit, tmp_path)
        assert text in project.run("identify").out


def test_finds_a_commit_of_a_rewritten_branch_that_only_a_tag_keeps(
    project: Project, github: GitHub, tmp_path: Path
) -> None:
    repository = github.repository("o", "vocos")
    old = repository.commit({"a": "1"})
    repository.tag("backup", old)
    repository.commit({"a": "2"}, parents=[])
    pinned(project, repository, old, tmp_path)

    assert f"commit {old[:12]}" in project.run("identify").out


def test_finds_a_commit_that_upstream_rewrote_away_where_the_mirror_had_it(
    project: Project, github: GitHub, tmp_path: Path
) -> None:
    repository = github.repository("o", "vocos")
    old = repository.commit({"a": "1"})
    sri = unpacked_hash(repository, old, tmp_path)
    project.overlay("vocos.nix", github_overlay("vocos", "1", rev="main", sri=FAKE))
    assert "held" in project.run("identify").out
    repository.commit({"a": "2"}, parents=[])

    project.overlay("vocos.nix", github_overlay("vocos", "1", rev="main", sri=sri))

    assert project.run("identify").out == (
        f"identified  vocos  1  holds 0-unstable-2025-01-01 (commit {old[:12]})\n"
        + project.advice("pin", "replace the branch name by a tag or commit")
    )


def test_the_day_on_which_the_hash_was_written_is_a_clue(
    project: Project, github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 60 commits, the last one before that day is looked at second, after the branch's head."""
    repository = github.repository("o", "vocos")
    commits = [repository.commit({"a": str(n)}) for n in range(60)]
    pinned(project, repository, commits[29], tmp_path)
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2025-01-30T12:00:00+00:00")
    project.git("init", "--quiet")
    project.git("add", ".")
    project.git("commit", "--quiet", "-m", "add vocos")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2025-02-20T12:00:00+00:00")
    path = project.root / "overlays" / "vocos.nix"
    path.write_text("# a later change of another line\n" + path.read_text())
    project.git("commit", "--quiet", "-a", "-m", "comment")

    out = project.run("identify", "-v").out
    assert (f"commit {commits[29]})" in out, "2 trees hashed" in out) == (True, True)


@pytest.mark.parametrize("attribute", ["rev", "tag"])
@pytest.mark.usefixtures("vocos")
def test_a_source_with_submodules_is_not_searched_for(project: Project, attribute: str) -> None:
    text = github_overlay("vocos", "0.1.0", rev="main", sri=FAKE)
    project.overlay(
        "vocos.nix", text.replace("rev =", f"fetchSubmodules = true;\n        {attribute} =")
    )
    assert project.run("identify").out == (
        "skipped  vocos  0.1.0  no commit's archive has its hash: fetchSubmodules asks for more "
        "than the archive\n"
    )
    # `tag` takes no commit
    commit = ", or the newest commit with `--to main`" if attribute == "rev" else ""
    assert f"with `updater bump --to VERSION`{commit}." in project.run("pin").out


def test_what_git_must_do_is_asked_of_git(project: Project, github: GitHub, tmp_path: Path) -> None:
    """A quoted pattern is left to git archive, whose answer counts the same."""
    repository = github.repository("o", "vocos")
    attributes = '"a b.txt" eol=crlf\n'
    commit = repository.commit({".gitattributes": attributes, "a b.txt": "x\n"})
    repository.commit({"later": "x"})
    pinned(project, repository, commit, tmp_path)

    out = project.run("identify", "-v").out
    assert (f"commit {commit})" in out, "2 trees hashed" in out) == (True, True)


def test_the_tag_also_wins_where_git_has_to_be_asked(
    project: Project, github: GitHub, tmp_path: Path
) -> None:
    repository = github.repository("o", "vocos")
    attributes = '"a b.txt" eol=crlf\n'
    commits = [
        repository.commit({".gitattributes": attributes, "a b.txt": text}) for text in "1221"
    ]
    repository.tag("v1", commits[1])
    for commit, named in ((commits[3], commits[0]), (commits[2], commits[1])):
        pinned(project, repository, commit, tmp_path)
        assert f"commit {named[:12]})" in project.run("identify").out


@pytest.mark.usefixtures("vocos")
def test_says_what_was_searched_and_what_would_explain_it(project: Project) -> None:
    project.overlay("vocos.nix", github_overlay("vocos", "0.1.0", rev="main", sri=FAKE))

    result = project.run("identify")

    assert (result.code, result.out) == (
        0,
        (
            "held  vocos  0.1.0  none of 6 commits matches the pinned hash (rewritten history, "
            "submodules or an edited hash?). Choose one with `updater bump --to VERSION`.\n"
        ),
    )


def test_says_that_archives_with_names_of_refs_have_no_one_hash(
    project: Project, github: GitHub
) -> None:
    repository = github.repository("o", "vocos")
    repository.commit({".gitattributes": "v export-subst\n", "v": "$Format:%d$\n"})
    project.overlay("vocos.nix", github_overlay("vocos", "0.1.0", rev="main", sri=FAKE))

    assert project.run("identify").out == (
        "held  vocos  0.1.0  no commit has the pinned hash now, but 1 commit has an archive that "
        "changes with the refs that lead there ($Format:%d$ depends on the rest of the "
        "repository): one that is gone by now may have led there when the hash was written. "
        "Choose one with `updater bump --to VERSION`.\n"
    )


@pytest.mark.usefixtures("vocos")
def test_the_budget_ends_the_search(project: Project) -> None:
    project.overlay("vocos.nix", github_overlay("vocos", "0.1.0", rev="main", sri=FAKE))

    short = project.run("identify", "--timeout", "0")
    few = project.run("identify", "--max-candidates", "2")
    more = project.run("identify", "--max-candidates", "2")

    assert few.out.startswith(
        "held  vocos  0.1.0  none of the first 2 commits matches the pinned hash (the search ended "
        "at --max-candidates 2). Choose one with `updater bump --to VERSION`.\n"
    )
    assert (
        "no commit could be compared with the pinned hash (the search ended at --timeout 0s)"
        in short.out
    )
    # What the run before hashed counts no more.
    assert "none of the first 4 commits" in more.out


def test_clones_run_no_hook_and_no_filter(
    project: Project, github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hooks and filters of the user's own configuration would leave a file behind."""
    ran = tmp_path / "ran"
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("post-checkout", "reference-transaction", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {ran}\n")
        (hooks / name).chmod(0o755)
    configuration = tmp_path / "gitconfig"
    configuration.write_text(
        f"[core]\n\thooksPath = {hooks}\n"
        f'[filter "own"]\n\tsmudge = "touch {ran}; cat"\n\trequired = true\n'
    )
    repository = github.repository("o", "vocos")
    attributes = '* filter=own\n"q" eol=crlf\n'
    commit = repository.commit({".gitattributes": attributes, "a": "x\n"})
    pinned(project, repository, commit, tmp_path)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(configuration))

    assert f"commit {commit[:12]})" in project.run("identify").out
    assert not ran.exists()


def test_a_source_from_the_index_needs_no_identification(project: Project) -> None:
    project.overlay("a.nix", pypi_overlay("a", "1.0", sri=FAKE))
    assert project.run("identify").out == (
        "skipped  a  1.0  its source is a file of the package index, whose name contains the "
        "version\n"
    )


def test_a_lost_cache_costs_only_time(project: Project, vocos: Hosted, tmp_path: Path) -> None:
    pinned(project, vocos, vocos.head(), tmp_path)
    first = project.run("identify").out
    shutil.rmtree(tmp_path / "home" / "cache")
    assert project.run("identify").out == first


# --- repositories that are not public ---


def test_a_private_repository_is_cloned_with_the_hosts_token(
    project: Project, github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token stands in no argument of any git, in no file and in no output."""
    repository = github.repository("o", "vocos", private=True)
    commit = repository.commit({"setup.py": "setup(version='0.3.0')\n"})
    repository.commit({"later": "x"})
    pinned(project, repository, commit, tmp_path)
    seen, real = tmp_path / "arguments", shutil.which("git")
    wrapper = tmp_path / "bin" / "git"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\necho "$@" >> {seen}\nexec {real} "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{wrapper.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)

    result = project.run("identify", "-v")

    assert f"0.1.0  holds 0.3.0-unstable-2025-01-01 (commit {commit})" in result.out
    assert "fetch --quiet" in seen.read_text()
    kept = b"".join(one.read_bytes() for one in tmp_path.rglob("home/**/*") if one.is_file())
    assert TOKEN not in seen.read_text() + result.out + result.err
    assert TOKEN.encode() not in kept
    assert (tmp_path / "home/cache/updater/mirrors").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("kind", "fetcher", "base"),
    [
        ("github", "fetchFromGitHub", "githubBase"),
        ("gitlab", "fetchFromGitLab", "domain"),
        ("gitea", "fetchFromGitea", "domain"),
    ],
)
def test_a_host_of_ones_own_gets_the_token_that_is_bound_to_it(
    project: Project,
    github: GitHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    fetcher: str,
    base: str,
) -> None:
    """Whatever runs there: commits come by git."""
    repository = github.repository("o", "vocos", private=True)
    commit = repository.commit({"setup.py": "setup(version='0.3.0')\n"})
    sri = unpacked_hash(repository, commit, tmp_path)
    text = github_overlay("vocos", "0.1.0", rev="main", sri=sri)
    text = text.replace("fetchFromGitHub {", f'{fetcher} {{\n        {base} = "code.example";')
    project.overlay("vocos.nix", text)
    project.configure(
        f"""\
        hosts:
          code.example: {{kind: {kind}, web: {github.url}, api: {github.api_url}/none,
            graphql: {github.graphql_url}, token_env: CODE_TOKEN}}
        network: {{retries: 0, timeout: 20s}}
        """
    )
    monkeypatch.setenv("CODE_TOKEN", TOKEN)
    result = project.run("identify")
    assert f"0.1.0  holds 0.3.0-unstable-2025-01-01 (commit {commit[:12]})" in result.out
    monkeypatch.delenv("CODE_TOKEN")
    assert project.run("identify", "--no-cache").code == 1


def test_without_a_token_a_private_repository_is_not_there(
    project: Project, github: GitHub, tmp_path: Path
) -> None:
    repository = github.repository("o", "vocos", private=True)
    pinned(project, repository, repository.commit({"a": "x"}), tmp_path)
    result = project.run("identify", "--json")
    (package,) = result.json["packages"]
    assert (result.code, package["status"]) == (1, "failed")


# Runs the command so that a search is long from the start, and its processes do not get on.
STUCK = """
import os, signal, sys
from updater.__main__ import main
from updater.effects.processes import workers
from updater.identify import crew, hashes
class Stuck(workers.Worker):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        os.kill(self._process.pid, signal.SIGSTOP)
        print(self._process.pid, flush=True)
hashes._ALONE_SECONDS, hashes._processors, crew.Worker = 0.0, lambda: 2, Stuck
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.usefixtures("vocos")
def test_an_interrupt_ends_a_search_and_its_processes(project: Project) -> None:
    project.overlay("vocos.nix", github_overlay("vocos", "0.1.0", rev="main", sri=FAKE))
    before = project.snapshot()
    with subprocess.Popen(
        [sys.executable, "-c", STUCK, "identify", "-C", str(project.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        assert running.stdout is not None
        workers = [os.pidfd_open(int(running.stdout.readline())) for _ in range(2)]
        os.killpg(running.pid, signal.SIGINT)
        said = running.communicate(timeout=60)
    assert (running.returncode, said) == (
        130,
        ("", "updater: interrupted; every file is either as it was or finished\n"),
    )
    for worker in workers:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(worker, signal.SIGCONT)
        assert select.select([worker], [], [], 60)[0] == [worker]  # it has ended
        os.close(worker)
    assert project.snapshot() == before
