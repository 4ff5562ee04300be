"""A hash that is missing, a placeholder or wrong is not called current, and `bump` finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.situations import WAYS, Situations, nar_hash, situations
from tests.project import FAKE, flat_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.project import Project

NO_HASH = "it has no hash yet"
WRITTEN = {
    "empty": '""',
    "fake-hash": "lib.fakeHash",
    "fake-of-super": "super.lib.fakeHash",
    "sri-zeros": f'"sha256-{"A" * 43}="',
    "sri-zeros-open": f'"sha256-{"A" * 43}"',
    "sri-of-512": f'"sha512-{"A" * 86}=="',
    "base32-zeros": f'"{"0" * 52}"',
    "base16-zeros": f'"sha256:{"0" * 64}"',
    "ones": f'"sha256-{"B" * 43}="',
    "null": "null",
    "bound": "nothing",
}
"""How people write that a hash is still to come."""
OF_NOTHING = {
    "of-a-file": '"sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="',
    "of-a-folder": '"sha256-pQpattmS9VmO3ZIQUFn66az8GSmB4IvYhTTCFn6SUmo="',
    "of-a-folder-base32": '"0sjjj9z1dhilhpc8pq4154czrb79z9cm044jvn75kxcjv6v5l2m5"',
}
"""What is written where a download failed, and its result was hashed all the same."""
OTHERS = {"words": '"TODO"', "cut": '"sha256-2vAqako8gGzgFdpszP0MZbM"'}
INDEXED = ("files-empty", "files-missing", "files-wrong", "files-true", "files-held")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situations]:
    """Packages at their newest version; what differs is how the hash is written."""
    with situations(tmp_path_factory.mktemp("hashes")) as made:
        repository = made.repository("r")
        repository.tag("v1.0", repository.commit({"setup.py": "setup(version='1.0')\n"}))
        beyond = repository.commit({"setup.py": "setup(version='1.1')\n"})
        true = f'"{nar_hash(repository, "v1.0")}"'
        for name, sri in (
            WRITTEN | OTHERS | OF_NOTHING | {"true": true, "elsewhere": f'"{FAKE}"'}
        ).items():
            let = 'let nothing = ""; in ' if name == "bound" else ""
            made.pin(name, "1.0", rev='"v${version}"', sri=sri, repo="r", let=let)
        of_head = {"rev": f'"{beyond}"', "repo": "r"}
        made.pin("commit", "1.1-unstable-2025-01-02", sri='""', **of_head)
        made.pin("moving", "1.0", rev='"main"', sri="lib.fakeHash", repo="r")
        for name, field in (("cargo", "cargoHash"), ("vendor", "vendorHash")):
            made.pin(name, "1.0", rev='"v1.0"', sri=true, repo="r", more=f'{field} = "";\n')
        made.pin("old-style", "1.0", rev="version", sri='""', repo="s")
        made.repository("s").tag("1.0", made.github._names["o/s"].commit({"a": "b"}))
        release = {version: made.index.release("files", version) for version in ("1.0", "2.0")}
        for name, version, sri in (
            ("files-empty", "2.0", 'hash = "";'),
            ("files-missing", "2.0", ""),
            ("files-wrong", "2.0", f'sha256 = "{FAKE}";'),
            ("files-true", "2.0", f'hash = "{flat_hash(release["2.0"][0].content)}";'),
            ("files-held", "1.0", 'hash = "";'),
        ):
            made.overlay(
                name,
                f'  pname = "files"; version = "{version}";\n'
                f"  src = fetchPypi {{ inherit pname version; {sri} }};\n",
                "ignore: ['2.0']" if name == "files-held" else "",
            )
        yield made


def said(package: dict[str, Any]) -> tuple[str, str | None, str | None]:
    return package["status"], package["latest"], package["reason"]


@pytest.mark.parametrize("token", WAYS.values(), ids=WAYS)
class TestBothWays:
    """GraphQL and git lead to the same."""

    @pytest.mark.parametrize("name", [*WRITTEN, "old-style", "files-empty", "files-missing"])
    def test_what_has_no_hash_is_outdated(self, world: Situations, token: str, name: str) -> None:
        version = "2.0" if "files" in name else "1.0"
        checked = world.results("check", token=token)
        assert said(checked[name]) == ("outdated", version, NO_HASH)

    def test_what_is_not_a_hash_is_none_either(self, world: Situations, token: str) -> None:
        checked = world.results("check", token=token)
        assert said(checked["words"]) == ("outdated", "1.0", "its hash 'TODO' is not a hash")
        assert checked["cut"]["status"] == "outdated"

    @pytest.mark.parametrize("name", OF_NOTHING)
    def test_the_hash_of_an_empty_file_is_none_either(
        self, world: Situations, token: str, name: str
    ) -> None:
        checked = world.results("check", token=token)[name]
        why = "its hash is that of an empty file or folder"
        assert said(checked) == ("outdated", "1.0", why)
        verified = world.results("verify", token=token)[name]
        assert verified["reason"].startswith(f"{why}; the source has sha256-")

    def test_a_commit_and_a_branch_without_a_hash(self, world: Situations, token: str) -> None:
        checked = world.results("check", token=token)
        assert said(checked["commit"]) == ("outdated", "1.1-unstable-2025-01-02", NO_HASH)
        assert checked["moving"]["reason"] == "replaces the branch `main` by the tag"

    def test_a_hash_of_a_tree_may_be_any(self, world: Situations, token: str) -> None:
        """To know it takes a download, which `verify` makes."""
        checked = world.results("check", token=token)
        assert {checked[name]["status"] for name in ("true", "elsewhere")} == {"current"}

    def test_the_hash_of_a_file_is_the_index_s(self, world: Situations, token: str) -> None:
        checked = world.results("check", token=token)
        status, latest, reason = said(checked["files-wrong"])
        assert (status, latest) == ("outdated", "2.0")
        assert (reason or "").startswith("wrong hash: the index has sha256-")
        assert checked["files-true"]["status"] == "current"

    def test_what_must_not_move_gets_its_hash(self, world: Situations, token: str) -> None:
        held = world.results("check", token=token)["files-held"]
        assert said(held) == ("outdated", "1.0", NO_HASH)
        assert held["newest"]["version"] == "2.0"

    @pytest.mark.parametrize(
        "name", [*WRITTEN, *OTHERS, *OF_NOTHING, *INDEXED, "commit", "moving", "old-style"]
    )
    def test_bump_finds_it(self, world: Situations, token: str, name: str) -> None:
        """Then the pin is true and there is nothing left to do."""
        bump = "bump --no-build"
        assert world.results(*bump.split(), token=token)[name]["status"] in ("updated", "current")
        again = world.results("check", token=token, after=(bump,))[name]
        assert (again["status"], again["latest"] or "1.0") != ("outdated", again["latest"])
        verified = world.results("verify", token=token, after=(bump,))[name]
        assert verified["state"] == "true"

    @pytest.mark.parametrize(
        "name", [*WRITTEN, *OTHERS, *OF_NOTHING, "commit", "moving", "old-style"]
    )
    def test_pin_has_nothing_to_go_by(self, world: Situations, token: str, name: str) -> None:
        """It says so, and leaves the overlay alone; what has its hash is true, or is searched."""
        pinned = world.results("pin", token=token)
        assert pinned[name]["status"] == "failed"
        assert pinned[name]["error"]["stage"] == "hash"
        assert world.text(name, token, "pin") == world.text(name, token)
        assert pinned["true"]["status"] == "current"
        assert pinned["elsewhere"]["status"] == "held"
        assert {pinned[name]["status"] for name in INDEXED} == {"skipped"}


def test_verify_says_what_a_placeholder_is(world: Situations) -> None:
    verified = world.results("verify")
    for name in WRITTEN:
        assert verified[name]["state"] == "wrong hash", name
        assert verified[name]["reason"].startswith("it has no hash yet; the source has sha256-")
    assert verified["elsewhere"]["reason"].startswith("the source of v1.0 has sha256-")
    for name, field in (("cargo", "cargoHash"), ("vendor", "vendorHash")):
        assert verified[name]["reason"] == f"its {field} has no value yet"


def test_identify_does_not_search_for_a_placeholder(world: Situations) -> None:
    identified = world.results("identify")
    assert identified["empty"]["error"]["message"] == (
        "it has no hash yet, so no commit can match it"
    )


def test_rehash_computes_what_is_there_anew(world: Situations) -> None:
    """A hash that nobody renewed is put right; a true one stays, to the byte."""
    rehash = ("bump", "--no-build", "--rehash")
    outcomes = world.results(*rehash)
    assert said(outcomes["elsewhere"])[0] == "updated"
    assert outcomes["elsewhere"]["reason"] == "its hash is computed again (`--rehash`)"
    assert outcomes["true"]["status"] == "current"
    assert world.results("verify", after=(" ".join(rehash),))["elsewhere"]["state"] == "true"
    assert world.text("true", "", " ".join(rehash)) == world.text("true", "")


@pytest.mark.parametrize("option", [("--pr",), ("--output", "results")], ids=lambda one: one[0])
def test_rehash_is_not_for_pull_requests(project: Project, option: tuple[str, ...]) -> None:
    """What is proposed is found again by later runs, which know of no option."""
    result = project.run("bump", "--rehash", *option)
    assert (result.code, "--rehash goes with neither --pr nor --output" in result.err) == (2, True)
