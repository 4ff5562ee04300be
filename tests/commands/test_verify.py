"""`updater verify` says which of its states a pin is in, and writes nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema  # type: ignore[import-untyped]  # it has no stubs of its own
import pytest

from tests.loopback import messages
from tests.loopback.github import TOKEN
from tests.loopback.rest import forbidden
from tests.project import FAKE, Project, flat_hash, github_overlay, pypi_overlay, unpacked_hash

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.loopback.index import Index


@pytest.fixture
def vocos(github: GitHub) -> Hosted:
    """v0.1.0, v0.2.0 and a commit after it."""
    repository = github.repository("o", "vocos")
    for version in ("0.1.0", "0.2.0", "0.3.0"):
        repository.commit({"setup.py": f"setup(version='{version}')\n"})
    repository.tag("v0.1.0", repository.git("rev-parse", "main~2"))
    repository.tag("v0.2.0", repository.git("rev-parse", "main~1"))
    return repository


def verified(project: Project, *arguments: str) -> tuple[int, str]:
    """Run verify; nothing may be written."""
    before = project.snapshot()
    result = project.run("verify", *arguments)
    assert project.snapshot() == before
    return result.code, result.out


def test_true(project: Project, vocos: Hosted, index: Index, tmp_path: Path) -> None:
    (released,) = index.release("a", "1.0")
    project.overlay("a.nix", pypi_overlay("a", "1.0", sri=flat_hash(released.content)))
    sri = unpacked_hash(vocos, "v0.1.0", tmp_path)
    project.overlay("vocos.nix", github_overlay("vocos", "0.1.0", sri=sri))
    assert verified(project) == (
        0,
        "2 ok\n",
    )


def test_drifted(project: Project, vocos: Hosted, tmp_path: Path) -> None:
    """The branch moved on; what the hash holds is said."""
    held = vocos.git("rev-parse", "v0.2.0")
    sri = unpacked_hash(vocos, held, tmp_path)
    project.overlay("vocos.nix", github_overlay("vocos", "0.2.0", rev="main", sri=sri))
    assert verified(project) == (
        1,
        (
            f"drifted  vocos  0.2.0  `main` is commit {vocos.head()[:12]} now; "
            f"the hash belongs to 0.2.0, commit {held[:12]}\n"
            f"{project.advice('pin', 'correct 1 pin')}"
        ),
    )


def test_a_moving_rev_that_still_holds_is_true(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    sri = unpacked_hash(vocos, vocos.head(), tmp_path)
    project.overlay("vocos.nix", github_overlay("vocos", "0.3.0", rev="main", sri=sri))
    assert verified(project) == (
        0,
        ("ok  vocos  0.3.0  warning: `main` is a branch: the pin is ok until it moves on\n"),
    )


def test_a_shortened_commit_id_is_true_until_it_fits_two(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    commit = vocos.git("rev-parse", "v0.1.0")
    sri = unpacked_hash(vocos, commit, tmp_path)
    short = commit[:10]
    path = project.overlay("vocos.nix", github_overlay("vocos", "0.1.0", rev=short, sri=sri))
    text = path.read_text()
    assert verified(project) == (
        0,
        (
            f"ok  vocos  0.1.0  warning: `{short}` is a short commit id: the pin is ok until "
            "another commit has it\n"
        ),
    )
    assert project.run("pin").code == 0
    assert path.read_text() == text.replace(f'"{short}"', '"v${version}"')
    project.overlay("vocos.nix", github_overlay("vocos", "0.1.0", rev="0123456789", sri=sri))
    assert (
        "  https://github.com/o/vocos has neither a tag nor a branch '0123456789'"
        in (verified(project)[1])
    )


def test_tag_moved(project: Project, vocos: Hosted, tmp_path: Path) -> None:
    old = vocos.git("rev-parse", "v0.2.0")
    sri = unpacked_hash(vocos, old, tmp_path)
    vocos.tag("v0.2.0", vocos.head())
    project.overlay("vocos.nix", github_overlay("vocos", "0.2.0", sri=sri))
    code, out = verified(project)
    assert code == 1
    assert out.startswith(
        f"tag moved  vocos  0.2.0  tag v0.2.0 is commit {vocos.head()[:12]} now; the hash belongs "
    )
    assert f"commit {old[:12]}\n" in out


def test_tag_moved_and_nobody_else_has_the_old_commit(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    """A run that saw the tag before kept its commit; else the hash would be just wrong."""
    old = vocos.git("rev-parse", "v0.2.0")
    sri = unpacked_hash(vocos, old, tmp_path)
    project.overlay("vocos.nix", github_overlay("vocos", "0.2.0", sri=sri))
    assert verified(project)[0] == 0
    shutil.rmtree(tmp_path / "home/cache/updater/mirrors", ignore_errors=True)
    new = vocos.commit({"setup.py": "setup(version='0.2.0')\n", "other": "x"}, parents=[])
    vocos.tag("v0.2.0", new)
    shown = (
        f"tag moved  vocos  0.2.0  tag v0.2.0 is commit {new[:12]} now, but was {old[:12]}; none "
        "of 2 commits matches the pinned hash (rewritten history, submodules or an edited hash?)\n"
        "           hint: choose a version with `updater bump --to VERSION`\n"
    )
    assert verified(project) == (1, shown)
    code, out = verified(project, "--no-cache")
    assert (code, "0.2.0  the source of v0.2.0 has sha256-" in out) == (1, True)


def test_what_bump_wrote_is_known_to_have_been_there(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    sri = unpacked_hash(vocos, "v0.1.0", tmp_path)
    project.overlay("vocos.nix", github_overlay("vocos", "0.1.0", sri=sri))
    assert project.run("bump").code == 0
    old = vocos.git("rev-parse", "v0.2.0")
    new = vocos.commit({"setup.py": "setup(version='0.2.0')\n", "other": "x"}, parents=[])
    vocos.tag("v0.2.0", new)
    said = f"0.2.0  tag v0.2.0 is commit {new[:12]} now, but was {old[:12]}; "
    assert said in verified(project)[1]


def test_the_commit_that_the_pin_named_before_counts_as_the_tags(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    """Known from our own repository's history: the same hash, then under the commit itself."""
    old = vocos.git("rev-parse", "v0.2.0")
    sri = unpacked_hash(vocos, old, tmp_path)
    project.git("init", "--quiet")
    for rev in (old, "v${version}"):
        project.overlay("vocos.nix", github_overlay("vocos", "0.2.0", rev=rev, sri=sri))
        project.git("add", ".")
        project.git("commit", "--quiet", "-m", rev)
    new = vocos.commit({"setup.py": "setup(version='0.2.0')\n", "other": "x"}, parents=[])
    vocos.tag("v0.2.0", new)
    said = f"0.2.0  tag v0.2.0 is commit {new[:12]} now, but was {old[:12]}; "
    assert said in verified(project)[1]


def test_tag_moved_to_a_commit_with_the_same_tree(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    old = vocos.git("rev-parse", "v0.2.0")
    sri = unpacked_hash(vocos, old, tmp_path)
    path = project.overlay("vocos.nix", github_overlay("vocos", "0.2.0", sri=sri))
    assert verified(project)[0] == 0
    new = vocos.commit({"setup.py": "setup(version='0.2.0')\n"}, message="the same files")
    vocos.tag("v0.2.0", new)
    assert verified(project) == (
        1,
        (
            f"tag moved  vocos  0.2.0  tag v0.2.0 is commit {new[:12]} now, but was {old[:12]}; "
            "both have the hash\n"
            "           hint: the source is the same; name the commit instead of the tag to be "
            "safe from the next move\n"
        ),
    )
    assert verified(project, "--no-cache") == (0, "ok  vocos  0.2.0\n")
    assert path.read_text() == github_overlay("vocos", "0.2.0", sri=sri)


def test_the_hash_of_another_release_is_wrong_and_no_tag_moved(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    """The version was raised by hand, and the hash forgotten: Nix keeps the old source."""
    held = vocos.git("rev-parse", "v0.1.0")
    sri, true = (unpacked_hash(vocos, one, tmp_path) for one in ("v0.1.0", "v0.2.0"))
    project.overlay("vocos.nix", github_overlay("vocos", "0.2.0", sri=sri))
    assert verified(project) == (
        1,
        (
            f"wrong hash  vocos  0.2.0  the source of v0.2.0 has {true}; the hash belongs to "
            f"0.1.0, commit {held[:12]}\n{project.advice('pin', 'correct 1 pin')}"
        ),
    )


def test_wrong_hash_of_a_commit(project: Project, vocos: Hosted, tmp_path: Path) -> None:
    commit, true = vocos.head(), unpacked_hash(vocos, vocos.head(), tmp_path)
    project.overlay("vocos.nix", github_overlay("vocos", "0.3.0", rev=commit, sri=FAKE))
    code, out = verified(project)
    assert code == 1
    assert out.startswith(
        f"wrong hash  vocos  0.3.0  the source of {commit[:12]} has {true}; none of 3 commits "
    )


LOG_IN = messages.text("<!DOCTYPE html><title>Sign in</title>", content_type="text/html")


@pytest.mark.parametrize(
    "faults",
    [
        {},
        {"GET .*/tarball/": forbidden("contents=read")},
        {"GET .*/(archive|tarball)/": LOG_IN},
    ],
    ids=["by its archives", "by git, where those are refused", "by git, behind a page to log in"],
)
def test_a_private_repository_is_judged_by_its_archives_or_its_commits(
    project: Project,
    github: GitHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    faults: dict[str, messages.Response],
) -> None:
    """By git where the token is not for the API; without one it is not there at all."""
    for match, fault in faults.items():
        github.server.fail(match, fault)
    repository = github.repository("o", "vocos", private=True)
    repository.commit({"setup.py": "setup(version='0.1.0')\n"})
    repository.tag("v0.1.0", repository.head())
    true = unpacked_hash(repository, "v0.1.0", tmp_path)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    project.overlay("vocos.nix", github_overlay("vocos", "0.1.0", sri=true))
    assert verified(project) == (0, "ok  vocos  0.1.0\n")
    project.overlay("vocos.nix", github_overlay("vocos", "0.1.0", sri=FAKE))
    code, out = verified(project)
    assert (code, f"0.1.0  the source of v0.1.0 has {true}" in out) == (1, True)
    assert {one.authorization for one in github.codeload.requests()} <= {None}
    monkeypatch.delenv("GITHUB_TOKEN")
    assert verified(project)[0] == 1


def test_wrong_hash(project: Project, vocos: Hosted, index: Index, tmp_path: Path) -> None:
    """Of a repository: no commit has it. Of the index: the file has another."""
    (released,) = index.release("a", "1.0")
    project.overlay("a.nix", pypi_overlay("a", "1.0", sri=FAKE))
    project.overlay("vocos.nix", github_overlay("vocos", "0.2.0", sri=FAKE))
    true = unpacked_hash(vocos, "v0.2.0", tmp_path)
    assert verified(project) == (
        1,
        (
            f"wrong hash  a      1.0  the index's file has {flat_hash(released.content)}\n"
            f"wrong hash  vocos  0.2.0  the source of v0.2.0 has {true}; none of 3 commits matches "
            "the pinned hash (rewritten history, submodules or an edited hash?)\n"
            "            hint: choose a version with `updater bump --to VERSION`\n2 wrong\n"
        ),
    )


def test_false_version(project: Project, vocos: Hosted, tmp_path: Path) -> None:
    sri = unpacked_hash(vocos, vocos.head(), tmp_path)
    project.overlay("vocos.nix", github_overlay("vocos", "0.1.0", rev=vocos.head(), sri=sri))
    assert verified(project) == (
        1,
        (
            "false version  vocos  0.1.0  the source is 0.3.0-unstable-2025-01-03\n"
            f"{project.advice('pin', 'correct 1 pin')}"
        ),
    )


def test_two_dates_are_not_the_same_version_for_being_none_of_pep_440(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    head = vocos.commit({"setup.py": "setup(version='2024-02-20')\n"})
    sri = unpacked_hash(vocos, head, tmp_path)
    project.overlay("vocos.nix", github_overlay("vocos", "2024-01-15", rev=head, sri=sri))
    code, out = verified(project)
    assert (code, out.splitlines()[0]) == (
        1,
        "false version  vocos  2024-01-15  the source is 2024-02-20-unstable-2025-01-04",
    )


def test_false_version_of_a_tag_whose_source_declares_another_one(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    """The tag and the label agree, and what is built will call itself something else."""
    commit = vocos.commit({"setup.py": "setup(version='0.3.9')\n"})
    vocos.tag("v0.4.0", commit)
    sri = unpacked_hash(vocos, commit, tmp_path)
    path = project.overlay("vocos.nix", github_overlay("vocos", "0.4.0", sri=sri))
    assert verified(project) == (
        1,
        (
            "false version  vocos  0.4.0  the source declares 0.3.9, but its tag is v0.4.0\n"
            f"{project.advice('pin', 'correct 1 pin')}"
        ),
    )
    assert project.run("pin").code == 0
    assert 'version = "0.3.9"' in path.read_text()
    assert 'rev = "v0.4.0"' in path.read_text()
    assert verified(project)[0] == 0


def test_a_source_that_cannot_be_read_again_is_true_with_a_warning(
    project: Project, vocos: Hosted, github: GitHub, tmp_path: Path
) -> None:
    """Its hash was right; only what it declares is not known."""
    sri = unpacked_hash(vocos, "v0.2.0", tmp_path)
    project.overlay("vocos.nix", github_overlay("vocos", "0.2.0", sri=sri))
    github.server.fail("GET .*/info/refs", messages.text("no", 503))
    code, out = verified(project)
    assert (code, out[:18]) == (0, "ok  vocos  0.2.0  ")
    assert "  warning: the version that the source declares could not be read: " in out


@pytest.mark.parametrize("written", ["version='0.0.0'", "version=get_version()", "name='x'"])
def test_a_tagged_source_that_declares_nothing_is_true(
    project: Project, vocos: Hosted, tmp_path: Path, written: str
) -> None:
    commit = vocos.commit({"setup.py": f"setup({written})\n"})
    vocos.tag("v0.4.0", commit)
    sri = unpacked_hash(vocos, commit, tmp_path)
    project.overlay("vocos.nix", github_overlay("vocos", "0.4.0", sri=sri))
    assert verified(project) == (0, "ok  vocos  0.4.0\n")


def test_gone(project: Project, vocos: Hosted, index: Index, github: GitHub) -> None:
    """No such tag, commit, repository, release or file; a renamed repository says where to."""
    index.release("a", "2.0")
    github.rename(vocos, "new/vocos")
    github.repository("o", "there").commit({"a": "x"})
    pins = {
        "a": pypi_overlay("a", "1.0", sri=FAKE),
        "b": pypi_overlay("b", "1.0", sri=FAKE),
        "lost": github_overlay("lost", "1.0", sri=FAKE),
        "there": github_overlay("there", "1.0", sri=FAKE),
        "commit": github_overlay("commit", "1.0", repo="there", rev="1" * 40, sri=FAKE),
        "vocos": github_overlay("vocos", "0.1.0", sri=FAKE),
    }
    for name, text in pins.items():
        project.overlay(f"{name}.nix", text)
    result = project.run("verify", "--json")
    states = {one["name"]: (one["state"], one["reason"]) for one in result.json["packages"]}
    assert result.code == 1
    assert {state for state, _ in states.values()} == {"gone"}
    assert {name: states[name][1] for name in ("a", "there", "vocos")} == {
        "a": "the index has no 1.0",
        "there": "https://github.com/o/there has neither a tag nor a branch 'v1.0'",
        "vocos": "o/vocos has moved to new/vocos: owner and repo are stale",
    }


def test_yanked(project: Project, index: Index) -> None:
    (released,) = index.release("a", "1.0", yanked="it is broken")
    project.overlay("a.nix", pypi_overlay("a", "1.0", sri=flat_hash(released.content)))
    assert verified(project) == (
        1,
        "yanked  a  1.0  it is broken\n        hint: `updater bump` moves on\n",
    )


def test_json_holds_the_state_and_keeps_to_the_schema(
    project: Project, vocos: Hosted, index: Index, tmp_path: Path
) -> None:
    """Every state in one run."""
    (released,) = index.release("yanked", "1.0", yanked="it is broken")
    pins = {
        "yanked": pypi_overlay("yanked", "1.0", sri=flat_hash(released.content)),
        "gone": pypi_overlay("gone", "1.0", sri=FAKE),
    }
    held = {name: unpacked_hash(vocos, name, tmp_path) for name in ("v0.1.0", "v0.2.0", "main")}
    vocos.tag("v9", vocos.head())
    vocos.tag("moved", vocos.commit({"setup.py": "setup(version='0.4.0')\n"}))
    for name, version, rev, sri in (
        ("true", "0.1.0", "v0.1.0", held["v0.1.0"]),
        ("drifted", "0.1.0", "main", held["v0.2.0"]),
        ("false", "0.2.0", "v0.1.0", held["v0.1.0"]),
        ("wrong", "0.1.0", "v0.1.0", FAKE),
        ("moved", "0.3.0", "moved", held["main"]),
    ):
        pins[name] = github_overlay(name, version, repo="vocos", rev=rev, sri=sri)
    vocos.delete("refs/tags/v9")
    for name, text in pins.items():
        project.overlay(f"{name}.nix", text)

    result = project.run("verify", "--json")

    schema = Path(__file__).parents[2] / "docs" / "schemas" / "truths.json"
    jsonschema.Draft202012Validator(json.loads(schema.read_text())).validate(result.json)
    assert result.code == 1
    assert {one["name"]: (one["status"], one["state"]) for one in result.json["packages"]} == {
        "true": ("true", "true"),
        "drifted": ("untrue", "drifted"),
        "false": ("untrue", "false version"),
        "wrong": ("untrue", "wrong hash"),
        "moved": ("untrue", "tag moved"),
        "yanked": ("untrue", "yanked"),
        "gone": ("untrue", "gone"),
    }
    assert result.json["summary"] == {"true": 1, "untrue": 6}


def test_changed_since_looks_at_what_a_branch_changes(project: Project, index: Index) -> None:
    for name in ("a", "b", "c"):
        (released,) = index.release(name, "1.0")
        project.overlay(f"{name}.nix", pypi_overlay(name, "1.0", sri=flat_hash(released.content)))
    (project.root / "overlays" / "c.nix").unlink()
    project.git("init", "--quiet")
    project.git("add", ".")
    project.git("commit", "--quiet", "-m", "start")
    released_b = (project.root / "overlays" / "b.nix").read_text()
    project.overlay("b.nix", released_b.replace('version = "1.0"', 'version = "1.0.0"'))
    project.overlay("c.nix", released_b.replace('"b"', '"c"').replace("    b =", "    c ="))
    project.overlay("a.nix", "# a comment\n" + (project.root / "overlays" / "a.nix").read_text())

    names = [
        one["name"]
        for one in project.run("verify", "--changed-since", "HEAD", "--json").json["packages"]
    ]

    assert names == ["b", "c"]
    unknown = project.run("verify", "--changed-since", "no-such-branch")
    assert (unknown.code, unknown.out) == (2, "")
    assert "'no-such-branch' is not a revision of the repository in " in unknown.err
