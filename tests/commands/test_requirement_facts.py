"""What a release requires is the same for whoever asks: check, bump, review, the pull request."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.project import flat_hash, github_overlay, pypi_overlay, unpacked_hash

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.commands.repository import Home

OLD = ("einx>=0.1", "numpy")
NEW = ("einx>=0.2", "packaging")
CHANGES = {
    "added": ["packaging"],
    "removed": ["numpy"],
    "changed": [{"name": "einx", "old": "einx>=0.1", "new": "einx>=0.2"}],
    "unmet": [],
}


def on_index(home: Home, folder: Path) -> str:
    """Release fig twice, as wheels whose metadata the index serves; return its overlay."""
    del folder
    hashes = []
    for version, requires in (("1.0", OLD), ("2.0", NEW)):
        wheel = io.BytesIO()
        with zipfile.ZipFile(wheel, "w") as file:
            lines = [f"Requires-Dist: {one}\n" for one in requires]
            text = f"Metadata-Version: 2.1\nName: fig\nVersion: {version}\n{''.join(lines)}"
            file.writestr(f"fig-{version}.dist-info/METADATA", text)
        files = {
            f"fig-{version}-py3-none-any.whl": wheel.getvalue(),
            f"fig-{version}.tar.gz": version.encode(),
        }
        hashes.append(flat_hash(home.index.release("fig", version, files=files)[1].content))
    return pypi_overlay("fig", "1.0", sri=hashes[0])


def on_host(home: Home, folder: Path) -> str:
    """Tag two commits of o/fig; return its overlay."""
    fig = home.github.repository("o", "fig")
    for version, requires in (("1.0", OLD), ("2.0", NEW)):
        listed = ", ".join(f'"{one}"' for one in requires)
        text = f'[project]\nname = "fig"\nversion = "{version}"\ndependencies = [{listed}]\n'
        fig.tag(f"v{version}", fig.commit({"pyproject.toml": text}))
    return github_overlay("fig", "1.0", sri=unpacked_hash(fig, "v1.0", folder))


@pytest.mark.parametrize("released", [on_index, on_host])
def test_check_bump_review_and_the_pull_request_say_the_same_of_requirements(
    home: Home, tmp_path: Path, released: Callable[[Home, Path], str]
) -> None:
    """Where an overlay changes what a source says, that is still what the source says."""
    patched = "postPatch = ''substituteInPlace pyproject.toml --replace-fail 'einx>=0.2' einx'';"
    text = released(home, tmp_path).replace("src =", f"{patched}\n      src =")
    project = home.project
    for file in (project.root / "overlays").iterdir():
        file.unlink()
    path = project.overlay("fig.nix", text)
    home.hosted.commit({"README": "ours\n", "overlays/fig.nix": text})
    home.hosted.settle()
    project.git("init", "--quiet", "--initial-branch=main")
    project.git("add", ".")
    project.git("commit", "--quiet", "-m", "base")
    project.git("branch", "base")

    check = project.run("check", "--json")
    proposed = home.bump()
    bump = project.run("bump", "--json")
    assert 'version = "2.0"' in path.read_text()
    project.git("commit", "--quiet", "-am", "bump")
    review = project.run("review", "base", "--json")

    told = {
        name: [one["requirements"] for one in result.json["packages"]]
        for name, result in {
            "check": check,
            "bump --pr": proposed,
            "bump": bump,
            "review": review,
        }.items()
    }
    assert told == {name: [CHANGES] for name in told}
    assert (
        "| `einx` | changed | `einx>=0.1` | `einx>=0.2` |\n"
        "| `numpy` | removed | `numpy` |  |\n"
        "| `packaging` | added |  | `packaging` |\n"
    ) in home.pull(1).body
    project.git("checkout", "--quiet", "base")
    verbose = project.run("check", "--verbose")
    assert "requirements: einx>=0.1 -> einx>=0.2, - numpy, + packaging" in verbose.out


def test_a_check_without_details_asks_nothing_of_requirements(home: Home, tmp_path: Path) -> None:
    home.project.overlay("fig.nix", on_index(home, tmp_path))
    home.index.server.requests()
    home.project.run("check", "fig")
    assert [one.target for one in home.index.server.requests()] == ["/simple/fig/"]
