"""A large repository is not cloned whole, and every answer is that of a whole clone."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.loopback import git_http
from tests.loopback.github import TOKEN
from tests.project import FAKE, github_overlay, unpacked_hash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.project import Project

LARGE = 100_000
"""Kilobytes: what GitHub says of a repository of 100 MB."""


@pytest.fixture
def pear(github: GitHub) -> Hosted:
    """A history with a merge, a rewritten branch that a tag keeps, and what an archive changes."""
    repository = github.repository("o", "pear")
    for number in range(4):
        repository.commit(
            {
                "setup.py": f"setup(version='0.{number}.0')\n",
                ".gitattributes": "*.bat text eol=crlf\nv export-subst\n/docs export-ignore\n",
                "pear/größe.bat": "a\nb\n",
                "docs/index": f"{number}",
                **({"v": "$Format:%H$\n"} if number == 3 else {}),
            }
        )
        repository.tag(f"v0.{number}.0", repository.head(), annotated=bool(number % 2))
    side = repository.commit({"side": "x"}, branch="side", parents=[repository.head()])
    repository.tag("old", repository.commit({"old": "x"}, branch="gone", parents=[]))
    repository.delete("refs/heads/gone")
    repository.commit({"side": "x"}, parents=[repository.head(), side])
    for number in range(5):
        repository.commit({"pear/a": f"{number}"})
    return repository


@pytest.mark.thorough
def test_its_answers_are_those_of_a_whole_clone(
    project: Project, pear: Hosted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a head, tags, commits between them, one that only a tag keeps, and one that is none."""
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    revs = ("main", "main~2", "main~4", "v0.3.0", "v0.0.0", "side", "old")
    hashes = [*(unpacked_hash(pear, rev, tmp_path) for rev in revs), FAKE]
    for number, sri in enumerate(hashes):
        rev = "side" if number == len(revs) else "main"
        overlay = github_overlay(f"p{number}", "0.1.0", repo="pear", rev=rev, sri=sri)
        project.overlay(f"p{number}.nix", overlay)
    before = project.snapshot()

    def answers(cache: str) -> list[object]:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / cache))
        for name, text in before.items():
            (project.root / name).write_bytes(text)
        commands = (("check",), ("identify",), ("verify",), ("bump", "--no-build"), ("verify",))
        told = [project.run(*command, "--json").json for command in commands]
        return [*told, project.snapshot()]

    whole = answers("whole")
    pear.disk_usage = LARGE
    assert answers("thin") == whole
    (mirror,) = (tmp_path / "thin/updater/mirrors").glob("*.git")
    assert "thin = true" in (mirror / "config").read_text()


@pytest.mark.parametrize("token", [TOKEN, ""], ids=["token", "no token"])
def test_who_has_a_token_is_told_that_it_is_large(
    project: Project, pear: Hosted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GITHUB_TOKEN", token)
    pear.disk_usage = LARGE
    sri = unpacked_hash(pear, "main", tmp_path)
    project.overlay("pear.nix", github_overlay("pear", "0.1.0", rev="main", sri=sri))
    assert project.run("identify").code == 0
    (mirror,) = (tmp_path / "cache/updater/mirrors").glob("*.git")
    assert ("thin = true" in (mirror / "config").read_text()) == bool(token)


def test_what_the_host_lost_is_told_and_looked_for_again(
    project: Project, pear: Hosted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host's copy may lack for a moment what another one has."""
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    pear.disk_usage = LARGE
    sri = {rev: unpacked_hash(pear, rev, tmp_path) for rev in ("main", "v0.0.0")}
    overlay = github_overlay("pear", "0.1.0", rev="main", sri=sri["main"])
    project.overlay("pear.nix", overlay)
    assert project.run("identify").code == 0
    lost = pear.git("rev-parse", "v0.0.0^{tree}")
    project.overlay("pear.nix", overlay.replace(sri["main"], sri["v0.0.0"]))
    answer = git_http._upload_pack

    def serve(path: Path, version: str, mode: str, sent: bytes) -> bytes:
        says = f"ERR upload-pack: not our ref {lost}".encode()
        refused = b"%04x%s" % (len(says) + 4, says)
        return refused if lost.encode() in sent else answer(path, version, mode, sent)

    with monkeypatch.context() as patched:
        patched.setattr(git_http, "_upload_pack", serve)
        (held,) = project.run("identify", "--json").json["packages"]
    assert held["reason"].startswith(
        "none of 11 commits matches the pinned hash (rewritten history, submodules or an edited "
        "hash?); the host does not have the files of 1 commit any more"
    )
    (found,) = project.run("identify", "--json").json["packages"]
    assert found["status"] == "identified"


def archives(github: GitHub) -> int:
    """How many archives were downloaded."""
    return len(github.codeload.requests())


def test_what_the_clone_has_is_not_downloaded(
    project: Project,
    github: GitHub,
    pear: Hosted,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The commit that the hash holds, and a newer one; what is new since is, and by --rehash."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    sri = unpacked_hash(pear, "v0.0.0", tmp_path)
    moving = github_overlay("pear", "0.0.0", rev="main", sri=sri)

    def written(command: str, *options: str) -> tuple[int, int, str]:
        before = archives(github)
        code = project.run(command, *options).code
        return code, archives(github) - before, file.read_text()

    file = project.overlay("pear.nix", moving)
    assert written("pin") == (0, 0, github_overlay("pear", "0.0.0", sri=sri))
    assert written("bump", "--rehash", "--no-build")[:2] == (0, 1)
    for version, is_cloned in (("0.4.0", True), ("0.5.0", False)):
        pear.commit({"setup.py": f"setup(version='{version}')\n"})
        pear.tag(f"v{version}", pear.head())
        file.write_text(moving)
        if is_cloned:  # as where the commit was looked for only now
            shutil.rmtree(tmp_path / "cache")
        new = unpacked_hash(pear, f"v{version}", tmp_path)
        result = written("bump", "--no-build")
        assert result == (0, not is_cloned, github_overlay("pear", version, sri=new))


@pytest.mark.parametrize(
    "content",
    [
        {".gitattributes": "v export-subst\n", "v": "$Format:%D$\n"},
        {"model.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"},
    ],
    ids=["refs", "pointers"],
)
def test_what_its_host_may_write_otherwise_is_downloaded(
    project: Project, github: GitHub, tmp_path: Path, content: dict[str, str]
) -> None:
    repository = github.repository("o", "pear")
    sri = unpacked_hash(repository, repository.commit({"setup.py": "setup()\n"}), tmp_path)
    repository.tag("v2.0", repository.commit(dict(content)))
    project.overlay("pear.nix", github_overlay("pear", "1.0", rev="main", sri=sri))
    assert project.run("bump", "--no-build").code == 0
    assert archives(github) == 1
