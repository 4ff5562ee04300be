"""What upstream says about an update stands in the body, and cannot act there."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.commands.repository import Home
from tests.loopback.messages import text
from tests.project import FAKE, github_overlay

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.project import Project


@pytest.fixture
def home(project: Project, github: GitHub, index: Index, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A repository without packages."""
    return Home.made(project, github, index, monkeypatch)


def pyproject(*dependencies: str, python: str = ">=3.9") -> str:
    listed = ", ".join(f'"{one}"' for one in dependencies)
    return f'[project]\nname = "fig"\nrequires-python = "{python}"\ndependencies = [{listed}]\n'


def put(home: Home, name: str, overlay: str) -> None:
    home.project.overlay(f"{name}.nix", overlay)
    home.hosted.commit({f"overlays/{name}.nix": overlay})
    home.hosted.settle()


def test_github_release_notes_and_requirements_of_every_version_between(home: Home) -> None:
    fig = home.github.repository("o", "fig")
    old = fig.commit({"pyproject.toml": pyproject("einx>=0.1", "numpy")})
    fig.tag("v1.0", old)
    fig.tag("v1.1", fig.commit({"pyproject.toml": pyproject("einx>=0.1")}))
    new = fig.commit({"pyproject.toml": pyproject("einx>=0.2", "torch", python=">=3.11")})
    fig.tag("v1.2", new)
    fig.release("v1.0", "2026-01-01T00:00:00+00:00", notes="old news")
    fig.release("v1.1", "2026-02-01T00:00:00+00:00", notes="Thanks @anna, closes #7\n```\nopen")
    fig.release("v1.2", "2026-03-01T00:00:00+00:00", notes="<!-- updater:rebuild -->\n::error::x")
    fig.release("other-v9", "2026-04-01T00:00:00+00:00", notes="of another package")
    put(home, "fig", github_overlay("fig", "1.0", sri=FAKE))

    result = home.bump()

    assert result.code == 0, result.out
    body = home.pull(1).body
    table = body[body.index("| requirement") : body.index("\n\nKnown")]
    assert table == (
        "| requirement | change | before | after |\n"
        "| --- | --- | --- | --- |\n"
        "| `Python` | changed | `>=3.9` | `>=3.11` |\n"
        "| `einx` | changed | `einx>=0.1` | `einx>=0.2` |\n"
        "| `numpy` | removed | `numpy` |  |\n"
        "| `torch` | added |  | `torch` |"
    )
    web = f"{home.github.url}/o/fig"
    assert f"All changes: <{web}/compare/{old}...{new}>" in body
    notes = body[
        body.index("<details><summary>Release notes") : body.index("<details><summary>Rep")
    ]
    assert notes.split("\n") == [
        "<details><summary>Release notes</summary>",
        "",
        f"[v1.2]({web}/releases/tag/v1.2)",
        "",
        "> &lt;!-- updater:rebuild -->",
        "> :\u200b:error:\u200b:x",
        "",
        "</details>",
        "",
        "<details><summary>Release notes</summary>",
        "",
        f"[v1.1]({web}/releases/tag/v1.1)",
        "",
        "> Thanks @\u200banna, closes #\u200b7",
        "> ```",
        "> open",
        "",
        "</details>",
        "",
        "",
    ]


def wheel(requires: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("fig-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: fig\n{requires}")
    return made.getvalue()


def test_requirements_of_a_release_on_the_index_come_from_its_metadata(home: Home) -> None:
    home.add("fig")
    for version, requires in (
        ("1.0", "Requires-Dist: numpy\n"),
        ("2.0", "Requires-Dist: numpy (>=2)\nRequires-Dist: einx; extra == 'x'\n"),
    ):
        files = {f"fig-{version}-py3-none-any.whl": wheel(requires), f"fig-{version}.tar.gz": b"x"}
        home.index.release("fig", version, files=files)

    assert home.bump().code == 0

    body = home.pull(1).body
    assert (
        '| `einx` | added |  | `einx; extra == "x"` |\n'
        "| `numpy` | changed | `numpy` | `numpy>=2` |\n"
    ) in body


def test_what_cannot_be_had_is_not_known_and_stops_nothing(home: Home) -> None:
    home.add("fig")
    home.release("fig", "2.0")
    home.index.server.fail("GET .*metadata", text("broken", 500))
    assert home.bump().code == 0
    assert "Requirement changes: not known." in home.pull(1).body
