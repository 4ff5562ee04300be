"""The one loop over packages."""

from __future__ import annotations

import re

import anyio
import anyio.lowlevel
import pytest
from msgspec import Struct

from tests.pipeline.stand_ins import Steps, wait
from updater.errors import Bug, HashError, UsageError
from updater.model import Current, Failed, Package, Pinned, Skipped, Span
from updater.pipeline.stage import Stage


def package(name: str) -> Package:
    return Package(f"{name}.nix", (name,), 1, Span(0, 1), None, None, None)


APPLE, PEAR, PLUM = map(package, ("apple", "pear", "plum"))


def test_results_stand_in_the_packages_order_whoever_is_first() -> None:
    async def work(package: Package) -> str:
        await anyio.sleep(0.002 if package is APPLE else 0)
        return package.name

    steps = Steps()
    assert wait(Stage("hash", steps).each, (APPLE, PEAR, PLUM), work) == ["apple", "pear", "plum"]
    assert steps.stages == [("hash", 3)]
    assert [name for _, name in steps.done] == ["pear", "plum", "apple"]


def test_what_is_an_outcome_is_passed_on_and_no_step() -> None:
    async def work(package: Package) -> str:
        return package.name

    steps, skipped = Steps(), Skipped(package=PEAR, reason="no")
    assert wait(Stage("hash", steps).each, (APPLE, skipped), work) == ["apple", skipped]
    assert (steps.stages, steps.done) == ([("hash", 1)], [("hash", "apple")])


NO_ARCHIVE = HashError("no archive", hint="look")


@pytest.mark.parametrize(
    "error",
    [NO_ARCHIVE, ExceptionGroup("", [ValueError("secret"), NO_ARCHIVE])],
    ids=["alone", "beside one that nobody foresaw"],
)
def test_an_error_is_its_package_s_outcome(error: Exception) -> None:
    async def work(package: Package) -> str:
        if package is PEAR:
            raise error
        return package.name

    steps = Steps()
    assert wait(Stage("choose", steps).each, (APPLE, PEAR, PLUM), work) == [
        "apple",
        Failed(package=PEAR, stage="hash", message="no archive", hint="look"),
        "plum",
    ]
    assert (len(steps.done), steps.bugs) == (3, [])


def test_an_exception_that_nobody_foresaw_is_its_package_s_bug() -> None:
    async def work(package: Package) -> str:
        if package is PEAR:
            raise KeyError("secret")
        return package.name

    steps = Steps()
    apple, pear, plum = wait(Stage("choose", steps).each, (APPLE, PEAR, PLUM), work)
    message = r"this is a bug in the updater: KeyError at updater/pipeline/stage\.py:\d+"
    assert (apple, plum, pear.stage) == ("apple", "plum", "choose")
    assert re.fullmatch(message, pear.message)
    assert [str(bug) for bug in steps.bugs] == [pear.message]
    assert "secret" not in repr((pear, steps.bugs[0].trace))


def test_what_was_known_before_an_error_is_told_with_it() -> None:
    pinned = Current(package=PEAR, pinned=Pinned("v1", version="1"))

    class Waiting(Struct):
        common_fields: dict[str, object]

    async def work(_: Waiting) -> str:
        raise HashError("no")

    (failed,) = wait(Stage("hash", Steps()).each, (Waiting(pinned.common_fields),), work)
    assert failed == Failed(stage="hash", message="no", **pinned.common_fields)


def test_no_more_packages_are_at_it_than_the_stage_is_wide() -> None:
    at_it, most = 0, 0

    async def work(_: Package) -> str:
        nonlocal at_it, most
        at_it += 1
        most = max(most, at_it)
        await anyio.lowlevel.checkpoint()
        at_it -= 1
        return ""

    packages = [package(str(number)) for number in range(20)]
    wait(Stage("write", Steps(), width=1).each, packages, work)
    assert most == 1
    wait(Stage("write", Steps(), width=7).each, packages, work)
    assert most == 7


def test_what_the_user_did_wrong_ends_the_run() -> None:
    async def work(_: Package) -> str:
        raise UsageError("no")

    with pytest.raises(ExceptionGroup) as caught:
        wait(Stage("hash", Steps()).each, (APPLE,), work)
    assert [str(one) for one in caught.value.exceptions] == ["no"]


def test_a_bug_says_where_the_exception_passed_and_no_value() -> None:
    def inner(value: str) -> None:
        raise OSError(28, value)

    with pytest.raises(OSError, match="secret") as caught:
        inner("secret")
    bug = Bug("write", caught.value)
    assert str(bug) == "this is a bug in the updater: OSError ENOSPC"
    assert [re.sub(r":\d+", "", one) for one in bug.trace] == [
        "at tests.pipeline.test_stage in test_a_bug_says_where_the_exception_passed_and_no_value",
        "at tests.pipeline.test_stage in inner",
    ]
