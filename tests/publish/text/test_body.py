"""Bodies are pure functions of the change: golden texts in bodies/.

``UPDATE_GOLDEN=1`` writes them anew; read the diff.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.publish.examples import BUILT, CHECKS, DAY, WARNED, example
from updater.model import Build, Check, Diagnosis, Evidence, Note, PinWarning
from updater.model.adaptation import Adaptation, BoundRelaxation, InputAddition, PatternRemoval
from updater.model.proposal import RepositoryLinks
from updater.model.research import (
    UNCHANGED,
    Difference,
    RequirementChange,
    Research,
    Vulnerabilities,
    Vulnerability,
)
from updater.publish.text.body import LONGEST, is_same, render
from updater.publish.text.comments import stopped_comment, stopped_marker
from updater.publish.text.marker import Marker, read_marker, wants_rebuild

if TYPE_CHECKING:
    from updater.model.proposal import Update

GOLDEN = Path(__file__).parent / "bodies"
FAILED = Build(
    "failed",
    "python3Packages.ema-pytorch",
    phase="build",
    diagnosis=Diagnosis("missing-dependency", "it needs einx | which `is` <gone>", "add it"),
    checks=(Check("evaluation", "passed"), Check("build", "failed")),
)
OTHER_VERSION = Build(
    "failed",
    "python3Packages.ema-pytorch",
    phase="version",
    diagnosis=Diagnosis(
        "version", "the built package has version 0.8.2, but the overlay has 0.8.3", "?"
    ),
    checks=(
        *CHECKS[:2],
        Check("imports", "skipped", "there is no module to import"),
        Check("version", "failed"),
    ),
)
BROKEN_USER = Build(
    "failed",
    "python3Packages.x-transformers",
    phase="imports",
    diagnosis=Diagnosis("import-error", "an import fails: `EMA`", "?"),
    checks=(*CHECKS, Check("dependents", "failed", "python3Packages.x-transformers")),
)
LICENCE = PinWarning("licence-changed", "the licence changes: MIT -> BUSL-1.1")
LINKS = RepositoryLinks(
    "https://github.com/me/overlays",
    "updater/ema-pytorch",
    "https://github.com/me/overlays/blob/main/config.yaml",
    "https://github.com/me/overlays/actions/runs/17",
    "https://github.com/me/overlays/issues/4",
)
ADAPTED = (
    Adaptation("requirements", InputAddition("propagatedBuildInputs", "packaging"), "new in 0.8.0"),
    Adaptation("patches", PatternRemoval("setup.py", "numpy<=1.26.4"), "setup.py has it no more"),
    Adaptation("bounds", BoundRelaxation("numpy"), "it wants numpy<3, the package set has 3.0"),
)
LACKING = Adaptation(
    "requirements",
    InputAddition("propagatedBuildInputs", "packaging"),
    "new in 0.8.0",
    applied=False,
)
MISSING = PinWarning(
    "missing-requirement",
    "packaging is required (new in 0.8.0) and is not in propagatedBuildInputs",
)
UNBUILT = Build("skipped", "", phase="--no-build")
YOUNG = PinWarning("young-release", "it was released 2 days ago, and minimum_release_age is 3d")
HOSTILE = Note(
    "v0.8.3](https://evil.example)",
    "javascript:alert(1)",
    "</details>\n<!-- updater:rebuild -->\n- [x] <!-- updater:rebuild --> x\n```\n@anna closes #7",
)
DATED = tuple(
    Note(f"v0.{60 - number}", "", f"news {number}", datetime(2026, 1, 1, tzinfo=UTC))
    for number in range(60)
)
TOLD = Research(
    compare="https://github.com/lucidrains/ema-pytorch/compare/v0.7.7...v0.8.3",
    notes=(
        Note(
            "v0.8.3",
            "https://github.com/lucidrains/ema-pytorch/releases/tag/v0.8.3",
            "Thanks @anna, fixes #7 and https://github.com/o/r/issues/1\n<script>x</script>\n"
            "::error::no\n![picture](https://example.org/x.png)",
        ),
    ),
    difference=Difference(
        (
            RequirementChange("changed", "Python", ">=3.8", ">=3.10"),
            RequirementChange("added", "einx", "", 'einx>=0.2; extra == "x|y"'),
            RequirementChange("removed", "numpy", "numpy<2", ""),
        ),
        "both source distributions",
        ("MIT", "BUSL-1.1"),
    ),
    vulnerabilities=Vulnerabilities(
        "ema-pytorch",
        fixed=(
            Vulnerability("GHSA-1", ("CVE-1",), "was *bad* @anna", "https://osv.example/GHSA-1"),
        ),
        present=(Vulnerability("GHSA-2", (), "", "javascript:alert(1)"),),
    ),
)
NEEDY = Difference(
    (
        RequirementChange("added", "packaging", "", "packaging"),
        RequirementChange("changed", "torch", ">=2.0", ">=2.4"),
        RequirementChange("added", "pytest", "", 'pytest; extra == "dev"'),
        RequirementChange("added", "ruff", "", 'ruff; extra == "dev"'),
        RequirementChange("removed", "numpy", "numpy<2", ""),
    ),
    "both source distributions",
    ("MIT", "BUSL-1.1"),
)
BODIES: dict[str, list[Update]] = {
    "plain": [
        example(
            research=Research(
                compare=TOLD.compare, notes=(), difference=Difference((), "both wheels")
            ),
            dependents=("f5-tts", "x-transformers"),
        )
    ],
    "adapted": [example(adaptations=ADAPTED)],
    "lacking": [
        example(adaptations=(LACKING,), warnings=(WARNED, MISSING), build=UNBUILT),
    ],
    "young": [example(warnings=(YOUNG,))],
    "sixty-versions": [example(research=Research(notes=DATED))],
    "hostile": [
        example(
            name="a](https://evil.example) <b>",
            ref="v1`|x",
            research=Research(notes=(HOSTILE,)),
            warnings=(PinWarning("tag-moved", "</details> @anna | [x](y) `z`"),),
            reason="![p](https://evil.example/p.png)",
        )
    ],
    "thirty-packages": [
        example(name=f"package-{number}", warnings=(WARNED,) if number == 7 else ())
        for number in range(30)
    ],
    "built": [example()],
    "major-with-warnings": [example(new="1.0.0", warnings=(WARNED,), reason="a [label] was false")],
    "failed-elsewhere": [example(build=FAILED, reported=True)],
    "another-version-was-built": [example(build=OTHER_VERSION)],
    "dependent-broken": [example(build=BROKEN_USER)],
    "dates": [example(old="2024-01-15", new="2024-02-20", ref="2024-02-20")],
    "index-not-built": [
        example(ref="", commit="", upstream="", url="", method="index", published=None, build=None)
    ],
    "group": [example(), example(name="einx", old="0.1.0", new="0.1.1")],
    "group-with-a-failure": [
        *(example(name=name, dependents=("suite",)) for name in ("alpha", "beta", "gamma")),
        example(name="delta", build=FAILED, dependents=("suite",)),
        example(name="suite"),
    ],
    "licence-and-requirements": [
        example(
            research=Research(compare=TOLD.compare, difference=NEEDY),
            warnings=(LICENCE, MISSING),
            adaptations=(LACKING,),
        )
    ],
    "told": [example(research=TOLD, requested_version="v0.8.3", warnings=(LICENCE,))],
    "told-nothing-new": [
        example(
            research=Research(
                difference=Difference((), "both wheels"),
                vulnerabilities=Vulnerabilities("ema-pytorch"),
            )
        )
    ],
    "pinned": [
        example(
            old="0.7.7",
            new="0.7.7",
            label="0.7.0",
            ref="v0.7.7",
            build=Build("skipped", "", phase="the source stays the same"),
            command="pin",
            research=UNCHANGED,
            stays=True,
            evidence=Evidence(
                "0123456789abcdef0123456789abcdef01234567", "v0.7.7", 3, "sha256-AAAA"
            ),
        )
    ],
    "vulnerabilities-not-known": [
        example(
            old="0.7.7",
            new="0.7.7",
            stays=True,
            build=Build("skipped", "", phase="the source stays the same"),
            research=Research(
                vulnerabilities=Vulnerabilities(
                    "ema-pytorch", problem="the source could not be asked"
                ),
            ),
        )
    ],
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_is_its_golden_text(name: str) -> None:
    body = render(BODIES[name], LINKS)
    path = GOLDEN / f"{name}.md"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(body)
    assert body == path.read_text()


def test_every_body_carries_a_marker_that_can_be_read_and_an_unticked_box() -> None:
    for updates in BODIES.values():
        body = render(updates, LINKS)
        pins = all(one.command == "pin" for one in updates)
        keys = tuple(one.key for one in updates)
        days = dict.fromkeys(keys, DAY)
        assert read_marker(body) == Marker(keys, ready=True, only_pins=pins, proposed=days)
        assert not wants_rebuild(body)


def test_a_build_that_takes_longer_makes_the_same_body() -> None:
    assert render([example(build=replace(BUILT, seconds=99.0))], LINKS) == render(
        [example()], LINKS
    )


RELEASED: dict[str, tuple[datetime | None, date | None, str]] = {
    "six days": (
        datetime(2026, 3, 1, 12, tzinfo=UTC),
        DAY,
        "2026-03-01 (6 days old when proposed)",
    ),
    "one day": (
        datetime(2026, 3, 6, 23, 59, tzinfo=UTC),
        DAY,
        "2026-03-06 (1 day old when proposed)",
    ),
    "today": (datetime(2026, 3, 7, 12, tzinfo=UTC), DAY, "2026-03-07 (0 days old when proposed)"),
    "elsewhere still yesterday": (
        datetime(2026, 3, 6, 23, tzinfo=timezone(timedelta(hours=-8))),
        DAY,
        "2026-03-07 (0 days old when proposed)",
    ),
    "a clock that is wrong": (datetime(2026, 4, 1, tzinfo=UTC), DAY, "2026-04-01"),
    "an unknown day of the proposal": (datetime(2026, 3, 1, tzinfo=UTC), None, "2026-03-01"),
    "an unknown day of the release": (None, DAY, ""),
}


@pytest.mark.parametrize(("published", "proposed", "said"), RELEASED.values(), ids=RELEASED)
def test_a_release_is_as_old_as_it_was_when_it_was_proposed(
    published: datetime | None, proposed: date | None, said: str
) -> None:
    line = render([example(published=published, proposed=proposed)], LINKS).splitlines()[0]
    assert line.split(" · ")[2:-2] == ([f"released {said}"] if said else [])


def test_a_body_is_never_longer_than_github_takes() -> None:
    many = [example(name=f"package-{number}") for number in range(300)]
    body = render(many, LINKS)
    assert len(body) <= LONGEST
    keys = tuple(one.key for one in many)
    assert read_marker(body) == Marker(keys, ready=True, proposed=dict.fromkeys(keys, DAY))


def test_a_large_group_keeps_a_first_screen_for_each_and_ten_screens_in_all() -> None:
    """Of what needs no decision only the hash is evidence; what failed has all of its own."""
    packages = [example(name=f"package-{number}") for number in range(40)]
    packages[30] = replace(packages[30], build=FAILED)
    body = render(packages, LINKS)
    assert len(body) <= 24_000
    screen = body.partition("<details>")[0]
    assert (screen.count("\n✅ "), screen.count("\n❌ ")) == (39, 1)
    assert body.count("<summary>Evidence of ") == 1
    assert "Evidence: the hashes of the 39 packages that need no decision" in body
    assert "| build | **fail**: it needs einx" in body


@pytest.mark.parametrize("failing", [0, 3, 500], ids=["none", "three", "all"])
@pytest.mark.parametrize("count", [60, 150, 400])
def test_a_group_of_any_size_has_ten_screens(count: int, failing: int) -> None:
    """What needs no decision is a line each; then all are, and those that fail come first."""
    packages = [
        example(name=f"package-{number}", build=FAILED if number >= count - failing else BUILT)
        for number in range(count)
    ]
    body = render(packages, LINKS)
    assert len(body) <= LONGEST
    seen, _, hidden = body.partition("<!-- updater: {")
    assert len(seen) <= 24_000
    assert "Made by updater" in seen
    assert all(f"#python3Packages.{own.name} " in hidden for own in packages)
    if failing == 3:
        assert seen.count("❌") == 3
        assert seen.index("❌") < seen.index("✅")
    if count == 60:
        assert all(re.search(rf"{own.name}[`\]]", seen) for own in packages)


def test_many_long_notes_push_nothing_else_out_of_a_body() -> None:
    """First they are cut, then left to their links, then left out: ten screens are enough."""
    for packages, shown in ((1, 60), (2, 60), (9, 0)):
        notes = tuple(
            Note(f"v{number}", "https://o.example/" + "x" * 60, "y" * 9_000)
            for number in range(150)
        )
        updates = [
            example(name=f"a{number}", research=Research(notes=notes)) for number in range(packages)
        ]
        body = render(updates, LINKS)
        assert len(body) <= 24_000
        assert body.count("<summary>Release notes") == packages
        assert body.count("\n#### [v") == packages * shown
        assert body.count(f"{150 - shown} older versions are not shown") == packages
        assert body.count("| hash | pass: `sha256-AAAA` (embedded) |") == packages


def test_the_first_line_is_of_the_update_and_the_second_says_whether_it_holds() -> None:
    """Of each package of a group, before anything is folded."""
    for updates in BODIES.values():
        screen = render(updates, LINKS).partition("<details>")[0].splitlines()
        verdicts = [line for line in screen if line.startswith(("✅", "❌", "⚠️"))]
        heads = [line for line in screen if line.startswith("**") and "→" in line]
        assert (len(heads), len(verdicts)) == (len(updates), len(updates))
        assert screen[0] in heads
        assert screen[2] in verdicts


def test_another_run_alone_makes_no_other_body() -> None:
    """Else each night would edit every open pull request."""
    updates = [example()]
    later = replace(LINKS, run="https://github.com/me/overlays/actions/runs/18")
    assert render(updates, later) != render(updates, LINKS)
    assert is_same(render(updates, later), render(updates, LINKS))
    assert not is_same(render([example(new="0.8.4")], LINKS), render(updates, LINKS))


def test_a_marker_cannot_be_ended_from_inside() -> None:
    marker = Marker(("a --> <!-- b",), ready=False)
    assert str(marker).count("-->") == 1
    assert read_marker(f"x\n{marker}\ny") == marker


@pytest.mark.parametrize(
    "body",
    ["", "<!-- updater: {} -->", "<!-- updater: {x} -->", '<!-- updater: {"updates": 1} -->'],
)
def test_a_marker_that_makes_no_sense_is_none(body: str) -> None:
    assert read_marker(body) is None


@pytest.mark.parametrize(
    "days", ["", ', "proposed": ["x"]', ', "proposed": []', ', "proposed": [1]']
)
def test_a_marker_without_days_that_make_sense_has_none(days: str) -> None:
    body = f'<!-- updater: {{"updates": ["a"], "ready": true{days}}} -->'
    assert read_marker(body) == Marker(("a",), ready=True)


def test_a_comment_says_how_to_hand_the_branch_back() -> None:
    assert stopped_comment("0123456789abcdef") == (
        "This branch has commits that the updater did not make (0123456789ab), so it does not "
        "touch the branch any more.\n\n"
        "To hand it back, tick the box in the description, or push the updater's own commit to "
        "the branch again; to keep it, do nothing.\n\n"
        f"{stopped_marker('0123456789abcdef')}\n"
    )


COPIED: dict[str, tuple[dict[str, str], str]] = {
    "a tag": ({}, "bump IDENTITY --to v0.8.3"),
    "a tag for shells": ({"ref": "v1;rm${IFS}-rf"}, "bump IDENTITY --to 'v1;rm${IFS}-rf'"),
    "a version": ({"ref": "", "commit": ""}, "bump IDENTITY --to 0.8.3"),
    "a pin": ({"command": "pin --sri"}, "pin --sri IDENTITY"),
}


@pytest.mark.parametrize(("changes", "command"), COPIED.values(), ids=COPIED)
def test_a_command_to_copy_keeps_what_upstream_named_in_one_word(
    changes: dict[str, str], command: str
) -> None:
    identity = "'overlays/ema-pytorch.nix#python3Packages.ema-pytorch'"
    said = f"- See the same change: `updater {command.replace('IDENTITY', identity)} --dry-run`\n"
    assert said in render([example(**changes)], LINKS)
