"""`updater check` and `updater list` change nothing and say what is behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, flat_hash, github_overlay, pypi_overlay

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.project import Project

EINOPS = """\
self: super: {
  python3Packages = super.python3Packages // {
    einops = super.python3Packages.einops.overridePythonAttrs (old: { doCheck = false; });
  };
}
"""


def test_check_exits_with_10_only_when_asked_and_something_is_behind(
    project: Project, index: Index
) -> None:
    (file,) = index.release("a", "1.0")
    project.overlay("a.nix", pypi_overlay("a", "1.0", sri=flat_hash(file.content)))
    assert project.run("check", "--exit-code").code == 0
    index.release("a", "2.0")
    before = project.snapshot()
    assert project.run("check").code == 0
    result = project.run("check", "--exit-code")
    assert result.code == 10
    assert result.out.splitlines()[0] == "outdated  a  1.0  -> 2.0  warning: a new major version"
    assert project.snapshot() == before


def test_a_failure_counts_more_than_an_update(project: Project, index: Index) -> None:
    index.release("a", "2.0")
    project.overlay("a.nix", pypi_overlay("a", "1.0", sri=FAKE))
    project.overlay("b.nix", pypi_overlay("b", "1.0", sri=FAKE))
    result = project.run("check", "--exit-code", "--json")
    assert (result.code, result.json["summary"]) == (1, {"outdated": 1, "failed": 1})


def test_a_moving_rev_is_outdated_with_its_reason_though_its_tag_is_the_newest(
    project: Project, github: GitHub, tmp_path_factory: object
) -> None:
    """The tag holds what the hash holds; the branch name is what must go."""
    del tmp_path_factory
    repository = github.repository("o", "r")
    repository.tag("v1.0", repository.commit({"a": "x"}))
    sri = project.run("prefetch", "github:o/r@v1.0").out.strip()
    project.overlay("r.nix", github_overlay("r", "1.0", rev="main", sri=sri))
    (package,) = project.run("check", "--json").json["packages"]
    assert (package["status"], package["latest"], package["reason"]) == (
        "outdated",
        "1.0",
        "replaces the branch `main` by the tag",
    )
    assert package["pinned"]["version"] == "1.0"


def test_a_tag_that_moved_since_its_bump_is_a_loud_warning(
    project: Project, github: GitHub
) -> None:
    """Known only by the run that pinned it; nothing is followed to the tag's new commit."""
    repository = github.repository("o", "r")
    repository.tag("v1.0", repository.commit({"a": "x"}))
    old = repository.commit({"a": "y"})
    repository.tag("v1.1", old)
    project.overlay("r.nix", github_overlay("r", "1.0", rev="v${version}", sri=FAKE))
    assert project.run("bump", "r", "--no-build").code == 0
    new = repository.commit({"a": "z"})
    repository.tag("v1.1", new)
    before = project.snapshot()

    (package,) = project.run("check", "--json").json["packages"]

    said = (
        f"tag v1.1 is {new} now, but was {old} when it was pinned; `updater verify` shows what "
        f"the pin holds"
    )
    assert (package["status"], package["warnings"]) == (
        "current",
        [{"code": "tag-moved", "message": said}],
    )
    assert project.run("bump", "r", "--no-build").code == 0
    assert project.snapshot() == before


def test_the_newest_version_is_told_of_what_is_held_too(
    project: Project, index: Index, github: GitHub
) -> None:
    """And of what is current, followed by a commit, or asked for by name."""
    hashes = {}
    for version in ("1.0", "2.0", "3.0rc1"):
        files = [index.release(name, version)[0] for name in "ab"]
        hashes[version] = [flat_hash(file.content) for file in files]
    repository = github.repository("o", "r")
    for version in ("1.0", "2.0"):
        repository.tag(f"v{version}", repository.commit({"f": version}))
    head = repository.commit({"f": "head"})
    project.overlay("a.nix", pypi_overlay("a", "1.0", sri=hashes["1.0"][0]))
    project.overlay("b.nix", pypi_overlay("b", "2.0", sri=hashes["2.0"][1]))
    project.overlay("r.nix", github_overlay("r", "1.0", sri=FAKE))
    label = "2.0-unstable-2025-01-01"
    project.overlay("c.nix", github_overlay("c", label, repo="r", rev=head, sri=FAKE))
    project.add_configuration("packages: {a: {allow: '<2'}, r: {ignore: ['2.0']}}\n")
    packages = {one["name"]: one for one in project.run("check", "--json").json["packages"]}
    newest = {name: one["newest"] for name, one in packages.items()}
    assert (packages["a"]["status"], newest["a"]["version"]) == ("held", "2.0")
    assert (packages["b"]["status"], newest["b"]["version"]) == ("current", "2.0")
    assert (packages["r"]["status"], packages["r"]["latest"]) == ("held", "2.0")
    assert newest["r"] == {
        "version": "2.0",
        "ref": "v2.0",
        "published": None,
        "url": f"{github.url}/o/r/releases/tag/v2.0",
    }
    assert newest["c"]["version"].endswith("-unstable-2025-01-03"), newest["c"]
    assert "held  a  1.0  (newest 2.0)  2.0 is outside" in project.run("check", "a").out


def test_list_asks_nobody_and_says_why_a_package_is_skipped(
    project: Project, index: Index, github: GitHub
) -> None:
    project.overlay("einops.nix", EINOPS)
    project.overlay("v.nix", github_overlay("v", "1.0", sri=FAKE))
    result = project.run("list", "--json")
    rows = {one["name"]: (one["status"], one["track"]) for one in result.json["packages"]}
    assert (result.code, rows) == (0, {"einops": ("skipped", None), "v": ("found", "tag")})
    assert "no source of its own" in result.json["packages"][0]["reason"]
    assert index.server.requests() + github.server.requests() == []


@pytest.mark.parametrize("command", ["list", "check"])
def test_a_key_that_matches_no_package_is_told(
    project: Project, index: Index, command: str
) -> None:
    index.release("apple", "1.0")
    project.overlay("apple.nix", pypi_overlay("apple", "1.0"))
    project.add_configuration(
        "packages: {appel: {hold: old}, 'pear*': {hold: old}, 'app*': {}, overlays/apple.nix: {}}\n"
    )
    result = project.run(command)
    assert (result.code, result.err.splitlines()) == (
        0,
        [
            (
                "updater: warning: config.yaml:9:packages.appel: matches no package; did you mean "
                "apple?"
            ),
            "updater: warning: config.yaml:9:packages.pear*: matches no package",
        ],
    )
