"""Archives whose text tells how long ago their commit was: their hash changes as time goes by.

Source: gitattributes(5), "export-subst"; git-log(1), "PRETTY FORMATS", ``%cr`` and ``%ar``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from tests.commands.situations import WAYS, Situations, nar_hash, situations
from tests.loopback import git_http
from tests.loopback.store import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

THEN = {"GIT_TEST_DATE_NOW": "1736500000"}  # 10 January 2025; the commits are of its first days
FORMATS = {"committed": "$Format:%cr$", "authored": "built $Format:%ar$, of $Format:%H$"}
OTHERS = {
    "day": "$Format:%cs$",  # the same on each day
    "words": "asked 3 days ago",  # in a file that nothing marks
}
PINS = {"tag": '"v${version}"', "branch": '"main"'}
CHECK_OUT = (
    "Let git check the source out: write `forceFetchGit = true;` in fetchFromGitHub, or use "
    "fetchgit"
)
AGE = "its when.txt tells how long ago its commit was made"
BUMP = "bump --no-build"


def changing(placeholder: str) -> str:
    """Return what is said of a hash that an archive had once."""
    return (
        "no commit has the pinned hash now, but 2 commits have an archive that changes with time "
        f"($Format:%{placeholder}$ counts the time since the commit): it may have had the hash "
        "when that was written"
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situations]:
    """Pins of 1.0, hashed some days after its commit; there is a 1.1."""
    with situations(tmp_path_factory.mktemp("aging")) as made:
        for name, text in (FORMATS | OTHERS).items():
            repository = made.repository(name)
            marks = "" if name == "words" else "when.txt export-subst\n"
            for version in ("1.0", "1.1"):
                files = {".gitattributes": marks, "when.txt": text, "v": version}
                repository.tag(f"v{version}", repository.commit(files))
            with mock.patch.dict(os.environ, THEN):
                then = f'"{nar_hash(repository, "v1.0")}"'
            now = f'"{nar_hash(repository, "v1.0")}"'
            assert (then == now) is (name in OTHERS)
            for kind, rev in PINS.items():
                made.pin(f"{name}-{kind}", "1.0", rev=rev, sri=then, repo=name)
            made.pin(f"{name}-today", "1.0", rev=PINS["tag"], sri=now, repo=name)
        yield made


def said(package: dict[str, Any]) -> tuple[str, str | None]:
    return package["status"], package["reason"]


@pytest.mark.parametrize("token", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(("name", "placeholder"), [("committed", "cr"), ("authored", "ar")])
class TestTold:
    """The reason is the text, and nobody's edit."""

    def test_by_verify(self, world: Situations, token: str, name: str, placeholder: str) -> None:
        package = world.results("verify", token=token)[f"{name}-tag"]
        assert (package["state"], package["hint"]) == ("wrong hash", CHECK_OUT)
        assert package["reason"].endswith(f"; {changing(placeholder)}")

    @pytest.mark.parametrize("kind", PINS)
    @pytest.mark.parametrize("command", ["identify", "pin"])
    def test_by_what_searches_the_commit(
        self, world: Situations, token: str, name: str, placeholder: str, kind: str, command: str
    ) -> None:
        package = world.results(command, token=token)[f"{name}-{kind}"]
        assert said(package) == ("held", f"{changing(placeholder)}. {CHECK_OUT}.")


@pytest.mark.parametrize("name", FORMATS)
class TestToday:
    """A hash of today is right, and does not last."""

    def test_is_true_with_a_warning(self, world: Situations, name: str) -> None:
        package = world.results("verify")[f"{name}-today"]
        (warning,) = package["warnings"]
        message = f"{AGE}: the pin is ok until that text changes. {CHECK_OUT}"
        assert (package["state"], warning["message"]) == ("true", message)
        assert world.results("identify")[f"{name}-today"]["status"] == "identified"

    def test_is_not_written(self, world: Situations, name: str) -> None:
        """From then on a check says so, too."""
        reason = (
            f"{AGE}: the archive gets another hash as time goes by. {CHECK_OUT}, or decide with "
            "`--to`"
        )
        bumped = world.results(BUMP)[f"{name}-today"]
        assert said(bumped) == ("held", reason)
        assert said(world.results("check", after=(BUMP,))[f"{name}-today"]) == ("held", reason)


@pytest.mark.parametrize("name", OTHERS)
def test_what_stays_the_same_is_moved(world: Situations, name: str) -> None:
    verified = world.results("verify")[f"{name}-tag"]
    assert (verified["state"], verified["warnings"]) == ("true", [])
    assert world.results(BUMP)[f"{name}-tag"]["status"] == "updated"


def test_a_hash_that_was_right_when_its_commit_was_found(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The commit is known from then on, and the text is the reason that it has another hash."""
    with situations(tmp_path_factory.mktemp("aged")) as made:
        repository = made.repository("aged")
        files = {".gitattributes": "when.txt export-subst\n", "when.txt": "$Format:%cr$"}
        repository.tag("v1.0", repository.commit(files))
        made.pin("aged", "1.0", rev=PINS["tag"], sri=f'"{nar_hash(repository, "v1.0")}"')
        assert made.results("identify")["aged"]["status"] == "identified"
        with mock.patch.dict(os.environ, THEN):
            later = nar_hash(repository, "v1.0")
        with mock.patch.object(git_http, "environment", return_value={**environment(), **THEN}):
            package = made.results("verify")["aged"]
        assert (package["state"], package["hint"]) == ("wrong hash", CHECK_OUT)
        assert package["reason"] == f"the archive of v1.0 has {later} now: {AGE}"
