"""`updater pin --pr`, and `pin --output` with `publish`: what is built stays the same."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.commands.repository import Home
from tests.project import github_overlay, unpacked_hash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.loopback.index import Index
    from tests.project import Project, Result


@pytest.fixture
def vocos(github: GitHub) -> Hosted:
    """v0.1.0, a commit of 0.1.1, v0.2.0, and the branch moved on."""
    repository = github.repository("o", "vocos")
    for version in ("0.1.0", "0.1.1", "0.2.0", "0.3.0"):
        repository.commit({"setup.py": f"setup(version='{version}')\n"})
    repository.tag("v0.1.0", repository.git("rev-parse", "main~3"))
    repository.tag("v0.2.0", repository.git("rev-parse", "main~1"), annotated=True)
    repository.release("v0.1.0", "2026-01-01T00:00:00+00:00", notes="the first")
    repository.release("v0.2.0", "2026-02-01T00:00:00+00:00", notes="the second")
    return repository


@pytest.fixture
def home(project: Project, github: GitHub, index: Index, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A repository for overlays."""
    return Home.made(project, github, index, monkeypatch)


def put(home: Home, vocos: Hosted, held: str, folder: Path, **said: str) -> tuple[str, str]:
    """Pin a commit's hash under a branch name; return the commit and its hash."""
    commit = vocos.git("rev-parse", f"{held}^{{commit}}")
    options = {"version": "0.1.0", "rev": "main"} | said
    sri = unpacked_hash(vocos, commit, folder)
    text = github_overlay("vocos", options["version"], rev=options["rev"], sri=sri)
    home.project.overlay("vocos.nix", text)
    home.hosted.commit({"overlays/vocos.nix": text})
    home.hosted.settle()
    return commit, sri


def pin(home: Home, *arguments: str) -> Result:
    """Run ``pin --pr``; the local files must stay as they are."""
    before = home.project.snapshot()
    result = home.project.run("pin", "--pr", *arguments)
    assert home.project.snapshot() == before
    return result


def overlay(home: Home) -> str:
    """The overlay on the proposed branch."""
    return home.show("updater/vocos", "overlays/vocos.nix") + "\n"  # which was stripped


def test_the_body_shows_the_evidence(home: Home, vocos: Hosted, tmp_path: Path) -> None:
    commit, sri = put(home, vocos, "v0.2.0", tmp_path)
    home.set_clock(datetime(2025, 1, 9, tzinfo=UTC))

    result = pin(home)

    assert (result.code, result.err) == (0, "")
    assert result.out == (
        "updated  vocos  0.1.0  -> 0.2.0  replaces the branch `main` by the tag that the hash "
        "belongs to\n"
        f"         pull request 1 (opened): {home.github.url}/me/overlays/pull/1\n"
    )
    pull = home.pull(1)
    assert (pull.title, pull.branch) == ("vocos: pin 0.2.0", "updater/vocos")
    assert overlay(home) == github_overlay("vocos", "0.2.0", sri=sri)
    headline, verdict, proof, update = pull.body.split("\n\n")[0:4]
    assert headline == (
        "**[vocos](https://github.com/o/vocos)** `0.2.0` (labelled `0.1.0`) → `0.2.0` · pin · "
        "released 2025-01-03 (6 days old when proposed) · "
        f"[release]({home.github.url}/o/vocos/releases/tag/v0.2.0) · `v0.2.0` at `{commit[:12]}`"
    )
    assert verdict == "✅ hash, commit; not built: the source stays the same"
    assert update == "replaces the branch \\`main\\` by the tag that the hash belongs to"
    assert proof == (
        "**The hash stays, and so does the source.** "
        f"The pinned hash `{sri}` is that of the tree of commit `{commit}`, tag `v0.2.0`, as "
        "`git archive` gives it: it was found by hashing trees of upstream's history."
    )
    assert (
        "- See the same change: `updater pin 'overlays/vocos.nix#python3Packages.vocos' --dry-run`"
        in (pull.body)
    )
    assert "| requirement changes | none (from the same source) |" in pull.body


def test_a_second_run_changes_nothing_also_from_an_empty_cache(
    home: Home, vocos: Hosted, tmp_path: Path
) -> None:
    put(home, vocos, "main~2", tmp_path)
    pin(home)
    state, written = home.state(), home.writes()
    for arguments in ((), ("--no-cache",)):
        assert pin(home, *arguments).code == 0
        assert (home.state(), home.writes()) == (state, written)


def test_a_false_label_is_corrected_and_an_old_hash_rewritten(
    home: Home, vocos: Hosted, tmp_path: Path
) -> None:
    commit, sri = put(home, vocos, "main~2", tmp_path, rev=vocos.git("rev-parse", "main~2"))
    old = subprocess.run(
        ["nix", "--extra-experimental-features", "nix-command", "hash", "to-base32", sri],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    text = github_overlay("vocos", "0.1.0", rev=commit, sri=old).replace("hash =", "sha256 =")
    home.hosted.commit({"overlays/vocos.nix": text})
    home.hosted.settle()

    assert pin(home, "--sri").code == 0

    label = "0.1.1-unstable-2025-01-02"
    assert overlay(home) == text.replace('"0.1.0"', f'"{label}"').replace(old, sri)
    assert home.pull(1).title == f"vocos: pin {label}"
    assert "the version 0.1.0 is wrong" in home.pull(1).body
    assert "updater pin --sri 'overlays/vocos.nix#" in home.pull(1).body


@pytest.mark.usefixtures("vocos")
def test_what_nobody_knows_opens_no_pull_request(home: Home, tmp_path: Path) -> None:
    elsewhere = home.github.repository("o", "elsewhere")
    elsewhere.commit({"other": "x"})
    sri = unpacked_hash(elsewhere, elsewhere.head(), tmp_path)
    text = github_overlay("vocos", "0.1.0", rev="main", sri=sri)
    home.hosted.commit({"overlays/vocos.nix": text})
    home.project.overlay("vocos.nix", text)
    home.hosted.settle()
    result = pin(home)
    assert (result.code, home.hosted.pulls) == (0, {})
    assert "none of 4 commits matches the pinned hash" in result.out


def test_pin_leaves_an_open_update_alone_and_an_update_takes_over_an_open_pin(
    home: Home, vocos: Hosted, tmp_path: Path
) -> None:
    """An update also names its source, so that of the two the update is wanted."""
    put(home, vocos, "main~2", tmp_path)
    pin(home)
    assert home.pull(1).title == "vocos: pin 0.1.1-unstable-2025-01-02"

    assert home.bump().code == 0
    assert [one.title for one in home.hosted.pulls.values()] == [
        "vocos: 0.1.1-unstable-2025-01-02 -> 0.2.0"
    ]
    state = home.state()

    assert "  pull request 1 updates it, and names its source too" in pin(home).out
    assert home.state() == state


def test_an_update_starts_from_what_was_really_there(
    home: Home, vocos: Hosted, tmp_path: Path
) -> None:
    """Title, comparison and release notes: the label says 0.1.0, the hash holds a later commit."""
    commit, _ = put(home, vocos, "main~2", tmp_path, version="0.0.1")

    assert home.bump().code == 0

    pull = home.pull(1)
    new = vocos.git("rev-parse", "v0.2.0^{commit}")
    assert pull.title == "vocos: 0.1.1-unstable-2025-01-02 -> 0.2.0"
    assert f" [→]({home.github.url}/o/vocos/compare/{commit}...{new}) " in pull.body
    assert "> the second" in pull.body
    assert "> the first" not in pull.body
    assert "`0.1.1-unstable-2025-01-02` (labelled `0.0.1`) [→](" in pull.body
    assert " `0.2.0` · minor · " in pull.body
    assert f"is that of the tree of commit `{commit}`, as `git archive` gives it" in pull.body
    assert "The hash stays" not in pull.body


def test_an_update_of_a_falsely_labelled_commit_starts_from_its_own_version(
    home: Home, vocos: Hosted, tmp_path: Path
) -> None:
    commit = vocos.git("rev-parse", "main~2")
    put(home, vocos, "main~2", tmp_path, version="0.0.1", rev=commit)
    home.configure("packages: {vocos: {track: commit, commit_interval: 0}}\n")

    (package,) = home.bump().json["packages"]

    version = "0.1.1-unstable-2025-01-02"
    assert package["pinned"] == {"rev": commit, "commit": commit, "version": version}
    assert home.pull(1).title == f"vocos: {version} -> 0.3.0-unstable-2025-01-04"


# --- two processes ---


def left(home: Home, tmp_path: Path) -> Path:
    """What ``pin --output`` leaves."""
    folder = tmp_path / "results"
    assert home.project.run("pin", "--dry-run", "--output", str(folder)).code == 0
    return folder


def test_publish_identifies_again(home: Home, vocos: Hosted, tmp_path: Path) -> None:
    commit, sri = put(home, vocos, "v0.2.0", tmp_path)
    folder = left(home, tmp_path)
    (file,) = folder.iterdir()
    assert {**json.loads(file.read_text()), "build": None} == {
        "schema": 1,
        "package": "overlays/vocos.nix#python3Packages.vocos",
        "version": "0.2.0",
        "ref": "v0.2.0",
        "commit": commit,
        "asked": None,
        "command": "pin",
        "hash": sri,
        "built": {},
        "build": None,
        "adaptations": [],
    }

    result = home.project.run("publish", str(folder))

    assert result.code == 0, result.out
    assert overlay(home) == github_overlay("vocos", "0.2.0", sri=sri)
    assert "**The hash stays, and so does the source.**" in home.pull(1).body


@pytest.mark.parametrize(
    "lie", [{"commit": "1" * 40}, {"version": "9.9"}, {"ref": None}, {"command": "bump"}]
)
def test_publish_refuses_what_it_does_not_find_itself(
    home: Home, vocos: Hosted, tmp_path: Path, lie: dict[str, str]
) -> None:
    put(home, vocos, "main~2" if "command" in lie else "v0.2.0", tmp_path)
    folder = left(home, tmp_path)
    (file,) = folder.iterdir()
    file.write_text(json.dumps(json.loads(file.read_text()) | lie))

    result = home.project.run("publish", str(folder))

    assert (result.code, home.hosted.pulls) == (1, {})
    assert "the results differ from what is found now" in result.out


def test_pr_goes_with_no_other_way_to_end(home: Home) -> None:
    for other in (("--dry-run",), ("--commit",), ("--output", "x")):
        result = home.project.run("pin", "--pr", *other)
        assert (result.code, result.err.splitlines()) == (
            2,
            [
                "updater: --pr cannot be combined with --dry-run, --commit or --output",
                "hint: run `updater pin --help`",
            ],
        )


def tidied(home: Home, text: str, folder: Path) -> str:
    """What becomes of pull request 1 where the base has a text, and a run proposes nothing."""
    home.push("main", {"overlays/vocos.nix": text})
    folder.mkdir()
    assert home.project.run("publish", str(folder)).code == 0
    return home.pull(1).state


def test_a_pin_is_left_to_propose_where_somebody_names_another_branch(
    home: Home, vocos: Hosted, tmp_path: Path
) -> None:
    """The hash is the same before and after: it says nothing of the rev."""
    put(home, vocos, "v0.2.0", tmp_path, version="0.2.0")
    pin(home)
    proposed, before = overlay(home), home.show("main", "overlays/vocos.nix")
    moved = before.replace('"main"', '"master"')
    assert tidied(home, moved, tmp_path / "moved") == "open"
    assert tidied(home, proposed, tmp_path / "pinned") == "closed"


def test_a_rev_that_moves_is_left_to_propose_where_somebody_took_the_rest(
    home: Home, vocos: Hosted, tmp_path: Path
) -> None:
    put(home, vocos, "v0.1.0", tmp_path)
    assert home.bump().code == 0
    proposed = overlay(home)
    by_hand = proposed.replace('"v${version}"', '"main"')
    assert by_hand != proposed
    assert tidied(home, by_hand, tmp_path / "moves") == "open"
    assert tidied(home, f"{proposed}\n", tmp_path / "taken") == "closed"
