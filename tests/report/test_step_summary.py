"""The step summary: a table, a graph of dependencies, failures folded; within GitHub's limits."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.model import (
    Build,
    Candidate,
    Change,
    Check,
    Current,
    Diagnosis,
    Failed,
    Field,
    Hashed,
    Held,
    Outdated,
    Package,
    PinWarning,
    PullRequestLink,
    Span,
    Sri,
    Updated,
)
from updater.report.graph import LONGEST, MOST_EDGES, graph
from updater.report.step_summary import LARGEST, Summary

if TYPE_CHECKING:
    from updater.model import Outcome

CHECKS = (
    Check("evaluation", "passed"),
    Check("build", "passed", "p"),
    Check("imports", "passed", "user, user_core"),
    Check("version", "skipped", "the built package has no version"),
)
NOWHERE = Span(0, 1)
TABLE = "| status | package | version | what | pull request |\n| --- | --- | --- | --- | --- |\n"


def package(name: str, version: str = "1.0") -> Package:
    label = Field("version", 5, NOWHERE, "", version, (), None)
    return Package(f"overlays/{name}.nix", (name,), 3, NOWHERE, name, label, None)


def updated(name: str, number: int) -> Updated:
    one = package(name)
    return Updated(
        package=one,
        candidate=Candidate("2.0", url="https://index.example/p"),
        change=Change(one, (), (), b"", b""),
        hashed=Hashed(Sri("sha256", b"0" * 32), "index", 0),
        written=False,
        build=Build("passed", f"python3Packages.{name}", checks=CHECKS),
        pull_request=PullRequestLink(f"https://github.example/o/r/pull/{number}", number, "open"),
        warnings=(PinWarning("major-version", "a new major version: 1.0 -> 2.0"),),
    )


def failed(name: str, log: str = "") -> Failed:
    return Failed(
        package=package(name),
        stage="build",
        message=f"build of {name}: the module x is missing\n{log}",
        hint="add it",
        build=Build("failed", name, diagnosis=Diagnosis("missing-dependency", "x <b>", "add it")),
    )


def test_a_mixed_run_is_shown_whole() -> None:
    """What went wrong comes first; what is as it should be is folded away."""
    held = Held(
        package=package("held"),
        reason="too young | `x`",
        until=datetime(2026, 11, 22, tzinfo=UTC),
    )
    outcomes: list[Outcome] = [
        Current(package=package("current")),
        updated("user", 7),
        held,
        failed("broken", "``` @you\n::error::x"),
    ]
    names = {one.package.name: one.package.identity for one in outcomes}
    used = {names["user"]: (names["broken"], names["current"]), names["held"]: ()}
    blob = "https://github.example/o/r/blob/abc/"
    assert Summary("bump", outcomes, used, blob).text() == (
        "## updater bump: 1 current, 1 updated, 1 held, 1 failed\n"
        "\n"
        f"{TABLE}"
        f"| **failed** | [`broken`]({blob}overlays/broken.nix#L3) | `1.0` | "
        "build: build of broken: the module x is missing |  |\n"
        f"| updated | [`user`]({blob}overlays/user.nix#L3) | "
        "`1.0` → [`2.0`](https://index.example/p) | builds as `python3Packages.user`; imports: "
        "`user, user_core`; version not checked: the built package has no version<br>a new major "
        "version: 1.0 -&gt; 2.0 | [7](https://github.example/o/r/pull/7) (open) |\n"
        "\n"
        "```mermaid\n"
        "graph LR\n"
        '  p0["user: updated"]:::new\n'
        '  p1["broken: failed"]:::bad\n'
        "  p0 --> p1\n"
        "  classDef new fill:#ddf4ff,stroke:#0969da,color:#1f2328\n"
        "  classDef bad fill:#ffebe9,stroke:#cf222e,color:#1f2328\n"
        "```\n"
        "\n"
        "<details><summary>broken (overlays/broken.nix:3): failed at build</summary>\n"
        "\n"
        "build of broken: the module x is missing\n"
        "\n"
        "diagnosis: `missing-dependency`, x &lt;b&gt;\n"
        "\n"
        "what to do: add it\n"
        "\n"
        "````text\n"
        "``` @you\n"
        "::error::x\n"
        "````\n"
        "\n"
        "</details>\n"
        "\n"
        "<details><summary>1 current, 1 held</summary>\n"
        "\n"
        f"{TABLE}"
        f"| held | [`held`]({blob}overlays/held.nix#L3) | `1.0` | "
        "too young \\| \\`x\\` (until 2026-11-22 00:00 UTC) |  |\n"
        f"| current | [`current`]({blob}overlays/current.nix#L3) | `1.0` |  |  |\n"
        "\n"
        "</details>\n"
        "\n"
        "\n"
    )


def test_what_a_build_says_is_not_called_a_build_that_fails() -> None:
    """It built and could be imported; only its version is another one."""
    diagnosis = Diagnosis(
        "version", "the built package has version 1.9, but the overlay has 2.0", "?"
    )
    checks = (*CHECKS[:3], Check("version", "failed"))
    build = Build("failed", "user", phase="version", diagnosis=diagnosis, checks=checks)
    text = Summary("bump", [replace(updated("user", 7), build=build)], {}).text()
    assert (
        "| **is built as another version**: the built package has version 1.9, but the overlay "
        "has 2.0; "
        "imports: `user, user_core`<br>"
    ) in text
    assert "<summary>user (overlays/user.nix:3): is built as another version</summary>" in text


def test_a_name_from_an_overlay_cannot_leave_its_place() -> None:
    name = 'a"]; click p0 "https://evil.example" %%`|<img src=x>\n```'
    outcomes: list[Outcome] = [Outdated(package=package(name)), Outdated(package=package("b"))]
    first, second = (one.package.identity for one in outcomes)
    text = Summary("plan", outcomes, {first: (second,)}).text()
    assert re.search(r'^  p0\["[A-Za-z0-9._+-]+: outdated"\]:::new$', text, re.MULTILINE)
    assert text.count("```mermaid") == 1
    row = next(line for line in text.splitlines() if line.startswith("| outdated | `"))
    assert row.startswith('| outdated | ```` a"]; click p0 "https://evil.example" %%`❘<img src=x>')
    assert "<img" not in text.replace(row, "")


def test_a_summary_stays_within_the_room_that_is_left() -> None:
    """Logs go first, then what is fine and the graph, then rows; the step's file never bursts."""
    outcomes: list[Outcome] = [failed(f"p{n}", "x" * 400 + "\n" * 3) for n in range(3000)]
    whole = Summary("bump", outcomes, {}).text(10 * LARGEST)
    assert len(whole.encode()) > LARGEST
    shorter = Summary("bump", outcomes, {}).text()
    assert len(shorter.encode()) <= LARGEST
    assert shorter.count("<details>") == 3000
    for room in (100_000, 2_000, 500):
        text = Summary("bump", outcomes, {}).text(room)
        assert len(text.encode()) <= room
        assert text.startswith("## updater bump: 3000 failed\n")
        assert text.rstrip().endswith("more")
    assert Summary("bump", outcomes, {}).text(50) == ""


def test_the_graph_has_what_is_behind_and_all_that_uses_it() -> None:
    """Not what it uses itself, where that is new, nor what has nothing to do with it."""
    kinds: dict[str, Outcome] = {
        "base": Current(package=package("base")),
        "behind": Outdated(package=package("behind")),
        "user": Current(package=package("user")),
        "further": Held(package=package("further"), reason="x"),
        "other": Current(package=package("other")),
    }
    edges = {"behind": "base", "user": "behind", "further": "user", "other": "base"}
    identity = {name: outcome.package.identity for name, outcome in kinds.items()}
    used = {identity[user]: (identity[other],) for user, other in edges.items()}
    assert graph(list(kinds.values()), used).splitlines()[1:6] == [
        '  p0["user: current"]:::good',
        '  p1["behind: outdated"]:::new',
        '  p2["further: held"]:::waiting',
        "  p0 --> p1",
        "  p2 --> p0",
    ]


def test_what_waits_for_its_turn_comes_next() -> None:
    waits = [Held(package=package(f"p{n}"), reason="x", pending=True) for n in range(12)]
    text = Summary("bump", [*waits, Held(package=package("held"), reason="y")], {}).text()
    names = ", ".join(f"`p{n}`" for n in range(10))
    start = f"## updater bump: 13 held\n\nNext, in later runs: {names} and 2 more.\n\n<details>"
    assert text.startswith(start)


def test_a_graph_that_mermaid_would_not_draw_is_left_out() -> None:
    outcomes: list[Outcome] = [Outdated(package=package(f"p{n}")) for n in range(MOST_EDGES + 2)]
    names = [one.package.identity for one in outcomes]
    chain = {one: (other,) for one, other in zip(names[1:], names[:-1], strict=True)}
    assert len(chain) == MOST_EDGES + 1
    assert graph(outcomes, chain) == ""
    assert 0 < len(graph(outcomes[:400], chain)) <= LONGEST
    assert graph(outcomes, {}) == ""
