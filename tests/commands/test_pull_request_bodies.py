"""What upstream says about an update stands in the body, and cannot act there."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.commands.repository import Home
from tests.loopback.distributions import tarred
from tests.loopback.messages import Response, text
from tests.project import FAKE, github_overlay, pypi_overlay
from updater.metadata import distributions

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
    table = body[
        body.index("<details><summary>Requirement changes") : body.index(
            "\n\n</details>\n\n<details><summary>Try"
        )
    ]
    assert table == (
        "<details><summary>Requirement changes: 1 added, 1 removed, 2 changed</summary>\n\n"
        "From the project files at both commits and the source archive:\n\n"
        "| requirement | change | before | after |\n"
        "| --- | --- | --- | --- |\n"
        "| `Python` | changed | `>=3.9` | `>=3.11` |\n"
        "| `einx` | changed | `einx>=0.1` | `einx>=0.2` |\n"
        "| `numpy` | removed | `numpy` |  |\n"
        "| `torch` | added |  | `torch` |"
    )
    web = f"{home.github.url}/o/fig"
    assert f" [→]({web}/compare/{old}...{new}) " in body.splitlines()[0]
    notes = body[
        body.index("<details><summary>Release notes") : body.index("<details><summary>Req")
    ]
    assert notes.split("\n") == [
        "<details><summary>Release notes, 2 versions</summary>",
        "",
        f"#### [v1.2]({web}/releases/tag/v1.2) (2026-03-01)",
        "",
        "> &lt;!-- updater:rebuild -->",
        "> :\u200b:error:\u200b:x",
        "",
        f"#### [v1.1]({web}/releases/tag/v1.1) (2026-02-01)",
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
    """And no distribution is fetched."""
    home.add("fig")
    for version, requires in (
        ("1.0", "Requires-Dist: numpy\n"),
        (
            "2.0",
            (
                "Requires-Dist: numpy (>=2)\nRequires-Dist: packaging\n"
                "Requires-Dist: einx; extra == 'x'\n"
            ),
        ),
    ):
        files = {f"fig-{version}-py3-none-any.whl": wheel(requires), f"fig-{version}.tar.gz": b"x"}
        home.index.release("fig", version, files=files)

    result = home.bump()

    assert result.code == 0
    body = home.pull(1).body
    assert "From the wheels' metadata:" in body
    assert (
        "| `numpy` | changed | `numpy` | `numpy>=2` |\n"
        "| `packaging` | added |  | `packaging` |\n\n"
        "<details><summary>Of extras and for development</summary>\n\n"
        "| requirement | change | before | after |\n"
        "| --- | --- | --- | --- |\n"
        '| `einx` | added |  | `einx; extra == "x"` |\n'
    ) in body
    # Nothing is built here, so what the overlay needs is advice.
    assert body.splitlines()[2].startswith(
        "⚠️ **packaging is required (new in 2.0) and is not in propagatedBuildInputs.** ✅ hash"
    )
    assert "- **not made**: `+ packaging` in `propagatedBuildInputs`: new in 2.0\n" in body
    (fig,) = result.json["packages"]
    assert fig["requirements"] == {
        "added": ['einx; extra == "x"', "packaging"],
        "removed": [],
        "changed": [{"name": "numpy", "old": "numpy", "new": "numpy>=2"}],
        "unmet": [],
    }
    assert fig["adaptations"] == [
        {
            "kind": "requirements",
            "field": "propagatedBuildInputs",
            "input": "packaging",
            "reason": "new in 2.0",
            "applied": False,
        }
    ]
    assert home.index.server.requests("GET /files/.*(gz|whl)$") == []


def sdist(version: str, *requires: str, licence: str = "MIT", more: str = "") -> bytes:
    """A source distribution whose PKG-INFO says all that it requires."""
    listed = "".join(f"Requires-Dist: {one}\n" for one in requires)
    folder = f"fig-{version}"
    info = f"Metadata-Version: 2.4\nName: fig\nLicense-Expression: {licence}\n{listed}{more}"
    return tarred({f"{folder}/PKG-INFO": info, f"{folder}/vendor/PKG-INFO": "Requires-Dist: no\n"})


def release_sdists(home: Home, old: bytes, new: bytes) -> None:
    """Release 1.0 and 2.0 on an index that serves no metadata by itself."""
    home.index.serves_metadata = False
    for version, content in (("1.0", old), ("2.0", new)):
        name = f"fig-{version}"
        files = {f"{name}.tar.gz": content, f"{name}-py3-none-any.whl": b"x"}
        home.index.release("fig", version, files=files)


def put_fig(home: Home) -> None:
    """Add an overlay of the index's fig 1.0."""
    put(home, "fig", pypi_overlay("fig", "1.0", sri=FAKE))


def test_without_metadata_both_source_distributions_tell(home: Home) -> None:
    """Each is fetched once, and only to tell."""
    release_sdists(home, sdist("1.0", "numpy"), sdist("2.0", "numpy>=2", "einx"))
    put_fig(home)

    assert home.bump().code == 0

    body = home.pull(1).body
    assert (
        "From both source distributions:\n\n"
        "| requirement | change | before | after |\n"
        "| --- | --- | --- | --- |\n"
        "| `einx` | added |  | `einx` |\n"
        "| `numpy` | changed | `numpy` | `numpy>=2` |\n"
    ) in body
    fetched = [one.path.rpartition("/")[2] for one in home.index.server.requests("GET /files/")]
    assert sorted(fetched) == ["fig-1.0.tar.gz", "fig-2.0.tar.gz"]


def test_another_licence_is_a_warning(home: Home) -> None:
    release_sdists(home, sdist("1.0"), sdist("2.0", licence="BUSL-1.1"))
    put_fig(home)
    result = home.bump()
    (package,) = result.json["packages"]
    assert package["warnings"][-1] == {
        "code": "licence-changed",
        "message": "the licence changes: MIT -> BUSL-1.1",
    }
    assert "**The licence changes: MIT -&gt; BUSL-1.1.** ✅ hash" in home.pull(1).body


def test_a_source_distribution_that_is_another_than_the_index_lists_tells_nothing(
    home: Home,
) -> None:
    release_sdists(home, sdist("1.0", "numpy"), sdist("2.0"))
    put_fig(home)
    home.index.server.fail("GET /files/.*fig-1.0", Response(200, sdist("1.0", "evil")))
    assert home.bump().code == 0
    assert "| requirement changes | not known |" in home.pull(1).body


def test_what_is_too_large_is_not_fetched_for_a_body(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distributions, "LARGEST", 0)
    release_sdists(home, sdist("1.0"), sdist("2.0"))
    put_fig(home)
    assert home.bump().code == 0
    assert "| requirement changes | not known |" in home.pull(1).body
    assert home.index.server.requests("GET /files/") == []


def test_a_hostile_source_distribution_stops_nothing(home: Home) -> None:
    release_sdists(home, sdist("1.0"), tarred({"fig-2.0/../../x": "y", "fig-2.0/PKG-INFO": "z"}))
    put_fig(home)
    assert home.bump().code == 0
    assert "| requirement changes | not known |" in home.pull(1).body


def on_github(home: Home) -> None:
    """A package from GitHub whose requirements its setup.py makes by code."""
    fig = home.github.repository("o", "fig")
    for version in ("1.0", "2.0"):
        files = {"setup.py": f"setup(version='{version}', install_requires=read())\n"}
        fig.tag(f"v{version}", fig.commit(files))
    put(home, "fig", github_overlay("fig", "1.0", sri=FAKE))


def test_the_indexs_release_tells_of_a_repository_that_it_names(home: Home) -> None:
    on_github(home)
    more = "Project-URL: Source, https://github.com/O/fig\n"
    release_sdists(home, sdist("1.0", more=more), sdist("2.0", "einx", more=more))
    assert home.bump().code == 0
    assert "| `einx` | added |  | `einx` |" in home.pull(1).body


def test_a_namesake_on_the_index_tells_nothing(home: Home) -> None:
    on_github(home)
    release_sdists(home, sdist("1.0"), sdist("2.0", "evil"))
    assert home.bump().code == 0
    assert "| requirement changes | not known |" in home.pull(1).body


def test_what_cannot_be_had_is_not_known_and_stops_nothing(home: Home) -> None:
    home.add("fig")
    home.release("fig", "2.0")
    home.index.server.fail("GET /files/", text("broken", 500))
    assert home.bump().code == 0
    assert "| requirement changes | not known |" in home.pull(1).body


def test_a_source_that_is_made_from_the_version_too_is_proposed_with_its_own_hash(
    home: Home,
) -> None:
    """What the body lists is what the commit has: both hashes, both new."""
    home.add("fig")
    home.release("fig", "2.0")
    extra = """      data = super.fetchPypi {
        inherit pname version;
        format = "wheel";
        python = "py3";
        hash = "SRI";
      };
"""
    for version in ("1.0", "2.0"):
        home.index.release("fig", version, files={f"fig-{version}-py3-none-any.whl": wheel("")})
    overlay = pypi_overlay("fig", "1.0", sri=FAKE)
    closing = "      };\n    };\n"
    assert closing in overlay
    put(home, "fig", overlay.replace(closing, f"      }};\n{extra.replace('SRI', FAKE)}    }};\n"))

    result = home.bump()

    assert result.code == 0, result.out
    assert FAKE not in home.show("updater/fig", "overlays/fig.nix")


@pytest.mark.parametrize(
    "ignored",
    [(), pytest.param(("conditions",), marks=pytest.mark.thorough)],
)
def test_what_an_update_breaks_in_its_overlay_is_told_with_its_rule(
    home: Home, ignored: tuple[str, ...]
) -> None:
    """Such as a condition that the new release's marker contradicts.

    What was broken before is not told, such as a hash that is filled in, nor what is ignored.
    """
    home.configure(f"audit: {{ignore: [{', '.join(ignored)}]}}\n")
    inputs = "super.lib.optionals super.stdenv.isLinux [ super.python3Packages.uvloop ]"
    more = f"doCheck = false;\n      dependencies = {inputs};\n      src ="
    text = pypi_overlay("fig", "1.0").replace('hash = "";', "sha256 = super.lib.fakeSha256;")
    put(home, "fig", text.replace("src =", more))
    for version, system in (("1.0", "linux"), ("2.0", "darwin")):
        requires = f'Requires-Dist: uvloop; sys_platform == "{system}"\n'
        files = {f"fig-{version}-py3-none-any.whl": wheel(requires), f"fig-{version}.tar.gz": b"x"}
        home.index.release("fig", version, files=files)

    result = home.bump()

    told = {
        "conditions": (
            "uvloop is conditional here, and upstream says otherwise for x86_64-linux, "
            "aarch64-linux, x86_64-darwin, aarch64-darwin (overlays/fig.nix:8; rule conditions)"
        ),
    }
    expected = {code: text for code, text in told.items() if code not in ignored}
    (fig,) = result.json["packages"]
    warnings = {one["code"]: one["message"] for one in fig["warnings"]}
    assert warnings == {**expected, "major-version": "a new major version: 1.0 -> 2.0"}
    body = home.pull(1).body
    for code, message in told.items():
        is_told = message.replace("`", "\\`").replace("_", "\\_") in body
        assert is_told is (code in expected)
    assert "doCheck" not in body
