"""A bit that is flipped anywhere in the cache changes nothing but how long a run takes."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, Project, github_overlay, unpacked_hash
from updater.find.ahead import WORTH_A_COPY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub


def flip(cache: Path, chance: random.Random) -> str:
    """Flip one bit of one file; return its name."""
    files = sorted(path for path in cache.rglob("*") if path.is_file() and path.stat().st_size)
    path = chance.choice(files)
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.chmod(0o644)
    path.write_bytes(data)
    return str(path.relative_to(cache))


@pytest.mark.parametrize(
    "flips", [pytest.param(220, marks=pytest.mark.thorough, id="220"), pytest.param(2, id="2")]
)
def test_a_flipped_bit_is_dropped_and_told_once(
    project: Project, github: GitHub, tmp_path: Path, flips: int
) -> None:
    """`pin` writes the same, and the next run has a whole cache again."""
    repository = github.repository("o", "pear")
    for number in range(6):
        commit = repository.commit({"setup.py": f"setup(version='1.{number}')\n"})
        repository.tag(f"v1.{number}", commit)
    sri = unpacked_hash(repository, "v1.3", tmp_path)
    project.overlay("pear.nix", github_overlay("pear", "1.0", rev="main", sri=sri))
    cache = tmp_path / "home" / "cache" / "updater"
    expected = project.run("pin", "--dry-run").out
    assert 'rev = "v${version}"' in expected
    assert project.run("pin", "--dry-run").out == expected
    shutil.copytree(cache, tmp_path / "whole")
    chance = random.Random(5)  # noqa: S311 - a bit that fails is met again by its seed
    told = 0
    for _ in range(flips):
        shutil.rmtree(cache)
        shutil.copytree(tmp_path / "whole", cache)
        name = flip(cache, chance)
        first, second = (project.run("pin", "--dry-run", "-v") for _ in range(2))
        assert (first.code, first.out, second.out) == (0, expected, expected), name
        notes = [line for line in first.err.splitlines() if "damaged" in line]
        assert len(notes) <= 1, (name, notes)
        assert "damaged" not in second.err, name
        told += len(notes)
    assert told >= flips // 4


def test_parsed_overlays_are_made_anew_and_say_nothing_else(
    project: Project, tmp_path: Path
) -> None:
    """Of so many files it is kept what they hold, unless nothing is to be kept."""
    for number in range(WORTH_A_COPY):
        project.overlay(f"p{number:03}.nix", github_overlay(f"p{number:03}", "1.0", sri=FAKE))
    kept = tmp_path / "home" / "cache" / "updater" / "overlays"
    expected = project.run("list", "--no-cache", "--json")
    assert len(expected.json["packages"]) == WORTH_A_COPY
    assert not kept.exists()
    assert project.run("list", "--json") == expected
    (path,) = kept.iterdir()
    assert project.run("list", "--json") == expected
    data = path.read_bytes()
    path.write_bytes(data.replace(b"p007", b"p008"))
    mended = project.run("list", "--json")
    assert mended.out == expected.out
    assert mended.err == (
        f"updater: {path} is damaged and is made anew: all overlays are parsed\n{expected.err}"
    )
    assert project.run("list", "--json") == expected
    assert path.stat().st_size == len(data)
    project.overlay("p007.nix", github_overlay("p007", "2.0", sri=FAKE))
    listed = project.run("list", "--json").json["packages"]
    assert {row["name"]: row["version"] for row in listed}["p007"] == "2.0"
