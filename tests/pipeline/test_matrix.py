"""Jobs for many runners: none needs another's result, and they are of similar size."""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.project import Project, flat_hash, pypi_overlay
from updater.model import Package, Span
from updater.pipeline.matrix import MOST_JOBS, split
from updater.report.as_json import plan_json

if TYPE_CHECKING:
    from tests.loopback.index import Index


def package(name: str) -> Package:
    return Package(f"{name}.nix", (name,), 1, Span(0, 1), None, None, None)


def identity(name: str) -> str:
    return package(name).identity


def names(jobs: tuple[object, ...]) -> list[list[str]]:
    return [[one.name for one in job.packages] for job in jobs]  # type: ignore[attr-defined]


def test_packages_that_use_each_other_share_a_job_in_dependency_order() -> None:
    used = {
        identity("f5"): (identity("vocos"), identity("ema")),
        identity("vocos"): (),
        identity("ema"): (),
        identity("einx"): (),
    }
    behind = [package(name) for name in ("f5", "vocos", "einx")]
    assert names(split(behind, used)) == [["vocos", "f5"], ["einx"]]


def test_a_dependency_that_is_current_ties_nothing_together() -> None:
    used = {identity("a"): (identity("c"),), identity("b"): (identity("c"),), identity("c"): ()}
    assert names(split([package("a"), package("b")], used)) == [["a"], ["b"]]


def test_nothing_behind_is_no_job() -> None:
    assert split([], {}) == ()


def test_a_thousand_packages_fit_githubs_limit_in_balanced_jobs() -> None:
    behind = [package(f"p{count}") for count in range(1000)]
    jobs = split(behind, {one.identity: () for one in behind})
    sizes = [len(job.packages) for job in jobs]
    assert (len(jobs), sum(sizes), min(sizes), max(sizes)) == (MOST_JOBS, 1000, 3, 4)


def test_a_group_shares_a_job_with_all_that_its_members_use() -> None:
    """Its members are one pull request, which one job builds and reports."""
    used = {identity("a"): (identity("b"),), identity("b"): (), identity("c"): ()}
    behind = [package(name) for name in ("d", "c", "a", "b")]
    groups = {identity("a"): "g", identity("c"): "g", identity("d"): ""}
    assert names(split(behind, used, groups)) == [["b", "a", "c"], ["d"]]


def test_a_thousand_packages_that_depend_on_each_other_are_balanced_as_well_as_can_be() -> None:
    """Families of one to nine: each in one job, none larger than the largest family needs."""
    sizes = [n % 9 + 1 for n in range(200)]
    families = [[f"p{n}x{m}" for m in range(size)] for n, size in enumerate(sizes)]
    used: dict[str, tuple[str, ...]] = {}
    for family in families:
        used |= {identity(one): () for one in family[:1]}
        used |= {identity(one): (identity(family[0]),) for one in family[1:]}
    behind = [package(one) for family in families for one in family]
    jobs = split(behind, used, most=100)
    placed = {one.name: job.id for job in jobs for one in job.packages}
    loads = [len(job.packages) for job in jobs]
    assert len(placed) == len(behind) == sum(sizes) == 993
    assert all(len({placed[one] for one in family}) == 1 for family in families)
    assert (len(jobs), min(loads), max(loads)) == (100, 9, 10)


def test_a_plan_of_a_thousand_packages_fits_what_github_and_linux_hold() -> None:
    """A job's output is a MiB at most, a variable 128 KiB: publish gets the packages packed."""
    behind = [package(f"bidirectional-cross-attention-of-many-packages-{n}") for n in range(1000)]
    jobs = split(behind, {})
    listed = [[one.identity for one in job.packages] for job in jobs]
    pairs = ((job.id, packages) for job, packages in zip(jobs, listed, strict=True))
    matrix = plan_json(pairs)
    packed = base64.b64encode(gzip.compress(json.dumps(listed).encode()))
    assert len(matrix) < 1024 * 1024
    assert len(packed) < 128 * 1024


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=60),
    st.sets(st.integers(0, 30)),
    st.integers(1, 8),
)
def test_every_package_is_in_one_job_after_what_it_uses(
    edges: list[tuple[int, int]], behind: set[int], most: int
) -> None:
    """For any graph without circles: an edge leads from the larger number to the smaller."""
    used: dict[str, tuple[str, ...]] = {identity(f"p{n}"): () for n in range(31)}
    for one, other in edges:
        if one != other:
            user, dependency = identity(f"p{max(one, other)}"), identity(f"p{min(one, other)}")
            used[user] += (dependency,)
    jobs = split([package(f"p{n}") for n in behind], used, most=most)
    placed = {one.identity: job.id for job in jobs for one in job.packages}
    assert len(jobs) <= most
    assert sorted(placed) == sorted(identity(f"p{n}") for n in behind)
    for job in jobs:
        order = [one.identity for one in job.packages]
        for user in order:
            for dependency in used[user]:
                if dependency in placed:
                    assert placed[dependency] == job.id
                    assert order.index(dependency) < order.index(user)


def test_plan_prints_a_matrix_on_one_line(project: Project, index: Index) -> None:
    for name, version in (("a", "2.0"), ("b", "1.0")):
        (file,) = index.release(name, version)
        sri = flat_hash(file.content)
        project.overlay(f"{name}.nix", pypi_overlay(name, "1.0", sri=sri))
    result = project.run("plan")
    assert (result.code, json.loads(result.out)) == (
        0,
        {
            "schema": 1,
            "include": [{"id": "000 a", "packages": ["overlays/a.nix#python3Packages.a"]}],
        },
    )
    assert result.out.count("\n") == 1


def test_plan_of_nothing_is_an_empty_matrix(project: Project, index: Index) -> None:
    (file,) = index.release("a", "1.0")
    project.overlay("a.nix", pypi_overlay("a", "1.0", sri=flat_hash(file.content)))
    assert json.loads(project.run("plan").out) == {
        "schema": 1,
        "include": [],
    }
