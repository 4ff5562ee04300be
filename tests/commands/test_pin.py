"""`updater pin` makes a pin say what its hash holds, and changes nothing that is built."""

from __future__ import annotations

import base64
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, Project, github_overlay, pypi_overlay, unpacked_hash
from tests.real_nix import place

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.real_nix import Nix


@pytest.fixture
def vocos(github: GitHub) -> Hosted:
    """v0.1.0, two commits after it, v0.2.0."""
    repository = github.repository("o", "vocos")
    for text in ("version='0.1.0'", "version='0.1.1'", "version='0.1.1', x=1", "version='0.2.0'"):
        repository.commit({"setup.py": f"setup({text})\n"})
    repository.tag("v0.1.0", repository.git("rev-parse", "main~3"))
    repository.tag("v0.2.0", repository.head(), annotated=True)
    return repository


def store_path(nix: Nix, project: Project, tiny: Path) -> str:
    """Fetch the package's source with Nix, and return its path."""
    expression = (
        "{ tiny, overlay }: (import tiny { overlays = [ (import overlay) ]; })"
        ".python3Packages.vocos.src"
    )
    overlay = project.root / "overlays" / "vocos.nix"
    return str(nix.build(expression, tiny=tiny, overlay=overlay))


@pytest.mark.parametrize(
    ("held", "changes"),
    [
        ("v0.2.0", [('"0.1.0"', '"0.2.0"'), ('"main"', '"v${version}"')]),
        ("main~2", [('"0.1.0"', '"0.1.1-unstable-2025-01-02"'), ('"main"', '"COMMIT"')]),
    ],
)
def test_a_moving_rev_becomes_what_its_hash_holds_and_the_source_stays_the_same(
    project: Project,
    github: GitHub,
    vocos: Hosted,
    nix: Nix,
    tmp_path: Path,
    held: str,
    changes: list[tuple[str, str]],
) -> None:
    """Nix fetches the new rev to the very store path that the old pin had."""
    vocos.branch("main", vocos.git("rev-parse", f"{held}^{{commit}}"))
    commit = vocos.head()
    tiny = place(tmp_path / "nixpkgs", github=github.url)
    sri = unpacked_hash(vocos, commit, tmp_path)
    text = github_overlay("vocos", "0.1.0", rev="main", sri=sri)
    path = project.overlay("vocos.nix", text)
    before = store_path(nix, project, tiny)
    vocos.commit({"later": "the branch moves on"})

    result = project.run("pin")

    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new.replace("COMMIT", commit))
    assert path.read_text() == text
    assert result.code == 0
    assert "  replaces the branch `main` by the " in result.out
    nix.run("nix-store", "--delete", before)  # so that Nix has to fetch it by its new name
    assert store_path(nix, project, tiny) == before
    label = text.split('version = "')[1].split('"')[0]
    assert project.run("pin").out == f"current  vocos  {label}\n"


def test_a_commit_under_a_false_label_gets_the_true_one(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    commit = vocos.git("rev-parse", "main~1")
    sri = unpacked_hash(vocos, commit, tmp_path)
    text = github_overlay("vocos", "0.1.0", rev=commit, sri=sri)
    path = project.overlay("vocos.nix", text)

    result = project.run("pin", "--dry-run")
    assert path.read_text() == text
    assert result.err == (
        "would update  vocos  0.1.0  -> 0.1.1-unstable-2025-01-03  the version 0.1.0 is wrong\n"
        + project.advice("pin", "apply 1 pin")
    )

    subprocess.run(["git", "apply"], cwd=project.root, input=result.out.encode(), check=True)
    assert path.read_text() == text.replace('"0.1.0"', '"0.1.1-unstable-2025-01-03"')


def test_a_true_pin_stays_as_it_is(project: Project, vocos: Hosted, tmp_path: Path) -> None:
    sri = unpacked_hash(vocos, "v0.2.0", tmp_path)
    project.overlay("vocos.nix", github_overlay("vocos", "0.2.0", sri=sri))
    before = project.snapshot()
    assert project.run("pin").out == "current  vocos  0.2.0\n"
    assert project.snapshot() == before


def test_sri_rewrites_an_old_format_and_nothing_else_does(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    sri = unpacked_hash(vocos, "v0.2.0", tmp_path)
    old = subprocess.run(
        ["nix-hash", "--type", "sha256", "--to-base32", _base16(sri)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    text = github_overlay("vocos", "0.2.0", sri=old).replace("hash =", "sha256 =")
    path = project.overlay("vocos.nix", text)

    project.run("pin")
    assert path.read_text() == text
    assert project.run("pin", "--sri").code == 0
    assert path.read_text() == text.replace(old, sri)


def test_sri_also_rewrites_the_hash_of_a_source_from_the_index(project: Project) -> None:
    old = base64.b64decode(FAKE.removeprefix("sha256-")).hex()
    text = pypi_overlay("a", "1.0", sri=old).replace("hash =", "sha256 =")
    path = project.overlay("a.nix", text)
    project.overlay("b.nix", pypi_overlay("b", "1.0", sri=FAKE))
    project.overlay("c.nix", pypi_overlay("c", "1.0", sri=""))
    skipped = "its source is a file of the package index, whose name contains the version"

    assert project.run("pin", "a").out == f"skipped  a  1.0  {skipped}\n"
    result = project.run("pin", "--sri")

    assert path.read_text() == text.replace(old, FAKE)
    assert result.out == (
        f"updated  a           1.0  changes sha256\n"
        f"skipped  2 packages  {skipped}\n         b, c\n"
        "1 updated, 2 skipped\n"
    )


def _base16(sri: str) -> str:
    shown = subprocess.run(
        ["nix", "--extra-experimental-features", "nix-command", "hash", "to-base16", sri],
        check=True,
        capture_output=True,
        text=True,
    )
    return shown.stdout.strip()


@pytest.mark.usefixtures("vocos")
def test_an_unknown_hash_is_never_guessed(project: Project) -> None:
    project.overlay("vocos.nix", github_overlay("vocos", "0.1.0", rev="main", sri=FAKE))
    before = project.snapshot()

    result = project.run("pin")

    assert (result.code, project.snapshot()) == (0, before)
    assert result.out == (
        "held  vocos  0.1.0  none of 4 commits matches the pinned hash (rewritten history, "
        "submodules or an edited hash?). Choose one with `updater bump --to VERSION`.\n"
    )


def test_commit_makes_one_commit(project: Project, vocos: Hosted, tmp_path: Path) -> None:
    sri = unpacked_hash(vocos, "v0.2.0", tmp_path)
    project.overlay("vocos.nix", github_overlay("vocos", "0.1.0", rev="main", sri=sri))
    project.overlay("a.nix", pypi_overlay("a", "1.0", sri=FAKE))
    project.git("init", "--quiet")
    project.git("config", "user.name", "T")
    project.git("config", "user.email", "t@example.org")
    project.git("add", ".")
    project.git("commit", "--quiet", "-m", "start")

    assert project.run("pin", "--commit").code == 0

    assert project.git("log", "-1", "--format=%s", "--name-only").split() == [
        "vocos:",
        "pin",
        "0.2.0",
        "overlays/vocos.nix",
    ]
    assert project.git("status", "--porcelain") == ""


def test_bump_identifies_a_commit_in_the_middle_of_the_history(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    """The pin holds neither the head nor a tag; the newest tag is ahead of it, so it is taken."""
    commit = vocos.git("rev-parse", "main~1")
    sri = unpacked_hash(vocos, commit, tmp_path)
    path = project.overlay("vocos.nix", github_overlay("vocos", "0.1.0", rev="main", sri=sri))

    shown = project.run("check").out
    result = project.run("bump", "--json")

    assert shown == (
        "outdated  vocos  0.1.0 (actually 0.1.1-unstable-2025-01-03)  -> 0.2.0  "
        "replaces the branch `main` by the tag\n"
        "          warning: a new minor version below 1.0, which may break its users\n"
        + project.advice("bump", "apply 1 update, if its source allows it")
    )
    (package,) = result.json["packages"]
    assert package["pinned"] == {
        "rev": "main",
        "commit": commit,
        "version": "0.1.1-unstable-2025-01-03",
    }
    assert path.read_text() == github_overlay(
        "vocos", "0.2.0", sri=unpacked_hash(vocos, "v0.2.0", tmp_path)
    )


def test_a_tag_attribute_cannot_hold_a_commit(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    commit = vocos.git("rev-parse", "main~1")
    sri = unpacked_hash(vocos, commit, tmp_path)
    text = github_overlay("vocos", "0.1.0", sri=sri).replace("rev =", "tag =")
    path = project.overlay("vocos.nix", text)

    result = project.run("pin")

    assert (result.code, result.out) == (
        0,
        (
            "held  vocos  0.1.0  overlays/vocos.nix:7: `tag` cannot hold a commit, and "
            f"{commit[:12]} has no tag; write `rev` instead of `tag`\n"
        ),
    )
    assert path.read_text() == text


def test_a_rev_whose_commit_has_the_hash_stays_whatever_else_has_it(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    """`identify` answers with the tag; a pin on another commit with the same tree is true, too."""
    again = vocos.commit({"setup.py": "setup(version='0.2.0')\n"}, message="nothing new")
    sri = unpacked_hash(vocos, again, tmp_path)
    label = "0.2.0-unstable-2025-01-06"
    path = project.overlay("vocos.nix", github_overlay("vocos", label, rev=again, sri=sri))
    text = path.read_text()
    tagged = vocos.git("rev-parse", "v0.2.0^{commit}")
    for _ in range(2):  # also from what the first run kept
        assert f"holds 0.2.0 (tag v0.2.0, commit {tagged[:12]})" in project.run("identify").out
        assert project.run("pin").out == f"current  vocos  {label}\n"
    assert path.read_text() == text


def test_a_tag_that_came_after_the_answer_is_true(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    """The kept answer names the commit of that day; the new tag names another of the same tree."""
    old = vocos.git("rev-parse", "main~1")
    sri = unpacked_hash(vocos, old, tmp_path)
    project.overlay("vocos.nix", github_overlay("vocos", "0.1.1", rev="main", sri=sri))
    assert f"commit {old[:12]})" in project.run("identify").out
    new = vocos.commit({"setup.py": "setup(version='0.1.1', x=1)\n"})
    vocos.tag("v0.1.1", new)
    path = project.overlay("vocos.nix", github_overlay("vocos", "0.1.1", sri=sri))
    text = path.read_text()

    assert project.run("pin").out == "current  vocos  0.1.1\n"
    assert path.read_text() == text


def test_a_commit_that_no_branch_has_any_more_is_asked_for_by_its_id(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    """Hosts keep what was pushed away for long, and give it to who knows its id."""
    lost = vocos.commit({"setup.py": "setup(version='0.9.0')\n"})
    sri = unpacked_hash(vocos, lost, tmp_path)
    vocos.commit({"other": "history"}, parents=[])
    path = project.overlay("vocos.nix", github_overlay("vocos", "0.1.0", rev=lost, sri=sri))

    result = project.run("pin")

    assert result.code == 0
    assert path.read_text() == github_overlay(
        "vocos", "0.9.0-unstable-2025-01-06", rev=lost, sri=sri
    )


def test_a_tag_that_is_gone_becomes_the_commit(
    project: Project, vocos: Hosted, tmp_path: Path
) -> None:
    commit = vocos.git("rev-parse", "v0.1.0")
    sri = unpacked_hash(vocos, commit, tmp_path)
    path = project.overlay("vocos.nix", github_overlay("vocos", "0.1.0", sri=sri))
    vocos.delete("refs/tags/v0.1.0")

    result = project.run("pin")

    assert "  there is no v0.1.0 now\n" in result.out
    assert path.read_text() == github_overlay(
        "vocos", "0.1.0-unstable-2025-01-01", rev=commit, sri=sri
    )


# --- bump ---


@pytest.mark.usefixtures("vocos")
def test_bump_has_the_budget_of_its_options_and_of_the_configuration(project: Project) -> None:
    project.overlay("vocos.nix", github_overlay("vocos", "0.1.0", rev="main", sri=FAKE))
    before = project.snapshot()
    said = (
        "held  vocos  0.1.0  (newest 0.2.0)  {} the pinned hash (the search ended at {}). Choose "
        "one with `--to VERSION`.\n"
    )
    assert project.run("bump", "--max-candidates", "1").out == said.format(
        "the first commit does not match", "--max-candidates 1"
    )
    assert project.run("bump", "--timeout", "0").out == said.format(
        "no commit could be compared with", "--timeout 0s"
    )
    assert project.snapshot() == before
    project.add_configuration("identify: {max_candidates: 1, timeout: 1m}\n")
    # What the first run hashed counts no more.
    assert project.run("check").out == said.format(
        "none of the first 2 commits matches", "--max-candidates 1"
    )
