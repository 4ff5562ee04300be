"""What is not built gets the same advice on requirements, whichever file of a release says them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.loopback.distributions import tarred, wheel
from tests.project import flat_hash, pypi_overlay
from updater.pipeline import describing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.loopback.index import File, Index
    from tests.project import Project

OLD, NEW = ("numpy",), ("tqdm>=4", "packaging; sys_platform == 'linux'")
INPUTS = (
    '      format = "pyproject";\n      propagatedBuildInputs = [ super.python3Packages.numpy ];\n'
)
ADVICE = [
    ("requirements", "tqdm"),
    ("requirements", "packaging"),
    ("removals", "numpy"),
]


def metadata(stated: str, version: str, requires: Sequence[str], more: str = "") -> str:
    """Return what a distribution says of itself."""
    lines = "".join(f"Requires-Dist: {text}\n" for text in requires)
    return f"Metadata-Version: {stated}\nName: fig\nVersion: {version}\n{more}{lines}"


def of_info(version: str, requires: Sequence[str]) -> dict[str, str]:
    return {"PKG-INFO": metadata("2.2", version, requires)}


def of_pyproject(version: str, requires: Sequence[str]) -> dict[str, str]:
    """Return what the sdist of an old back-end has: its PKG-INFO says nothing of requirements."""
    text = f'[project]\nname = "fig"\nversion = "{version}"\ndependencies = {list(requires)}\n'
    return {"PKG-INFO": metadata("2.1", version, ()), "pyproject.toml": text}


def of_dynamic_info(version: str, requires: Sequence[str]) -> dict[str, str]:
    """Return an sdist that leaves its requirements to its build."""
    return {"PKG-INFO": metadata("2.2", version, requires, "Dynamic: Requires-Dist\n")}


def of_code(version: str, requires: Sequence[str]) -> dict[str, str]:
    """Return an sdist whose requirements only its code says."""
    script = f"from setuptools import setup\nsetup(install_requires=list({requires!r}))\n"
    return {"PKG-INFO": metadata("2.1", version, ()), "setup.py": script}


SDISTS = {
    "PKG-INFO": (of_info, ADVICE),
    "pyproject.toml": (of_pyproject, ADVICE),
    "dynamic": (of_dynamic_info, []),
    "code": (of_code, []),
}


def bump(project: Project, *arguments: str) -> list[tuple[str, str]]:
    """Bump the only package without a build, and return what is advised of its inputs."""
    result = project.run("bump", "--no-build", "--json", *arguments)
    package: dict[str, Any]
    (package,) = result.json["packages"]
    assert (result.code, package["status"]) == (0, "updated"), result.out
    assert not any(adaptation["applied"] for adaptation in package["adaptations"])
    return [(adaptation["kind"], adaptation["input"]) for adaptation in package["adaptations"]]


def overlay(project: Project, content: bytes) -> None:
    text = pypi_overlay("fig", "1.0", sri=flat_hash(content))
    project.overlay("fig.nix", text.replace("      src =", f"{INPUTS}      src ="))


@pytest.mark.parametrize("name", SDISTS)
def test_an_sdist_is_read_where_there_is_nothing_else(
    project: Project, index: Index, name: str
) -> None:
    make, advice = SDISTS[name]
    released: list[File] = []
    for version, requires in (("1.0", OLD), ("2.0", NEW)):
        files = {f"fig-{version}/{path}": text for path, text in make(version, requires).items()}
        sdists = {f"fig-{version}.tar.gz": tarred(files)}
        released += index.release("fig", version, files=sdists)
    overlay(project, released[0].content)
    assert bump(project, "--dry-run") == advice
    assert bump(project, "--dry-run", "--no-adapt") == []
    project.add_configuration("packages: {fig: {adapt: off}}\n")
    before = len(index.server.requests(".*tar.gz"))
    assert bump(project) == []
    assert len(index.server.requests(".*tar.gz")) == before


def test_no_sdist_is_read_where_a_wheel_says_it(project: Project, index: Index) -> None:
    released: list[File] = []
    for version, requires in (("1.0", OLD), ("2.0", NEW)):
        info = metadata("2.1", version, requires)
        files = {
            f"fig-{version}.tar.gz": version.encode(),
            f"fig-{version}-py3-none-any.whl": wheel(
                f"fig-{version}-py3-none-any.whl", "fig", version, info
            ),
        }
        released += index.release("fig", version, files=files)[:1]
    overlay(project, released[0].content)
    assert bump(project) == ADVICE
    assert not index.server.requests(".*tar.gz")


def test_a_run_downloads_a_bounded_number_of_sdists_for_advice(
    project: Project, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All packages are updated; that some got no advice is said once."""
    monkeypatch.setattr(describing, "MOST_DOWNLOADED", 2)
    names = ["ash", "elm", "fir", "oak", "yew"]
    for name in names:
        for version, requires in (("1.0", ()), ("2.0", ("tqdm",))):
            info = metadata("2.2", version, requires).replace("Name: fig", f"Name: {name}")
            files = {f"{name}-{version}.tar.gz": tarred({f"{name}-{version}/PKG-INFO": info})}
            (sdist,) = index.release(name, version, files=files)
            if version == "1.0":
                project.overlay(
                    f"{name}.nix", pypi_overlay(name, "1.0", sri=flat_hash(sdist.content))
                )
    result = project.run("bump", "--no-build", "--json")
    rows = result.json["packages"]
    assert [row["status"] for row in rows] == ["updated"] * 5
    assert sum(bool(row["adaptations"]) for row in rows) == 2
    asked = {request.path for request in index.server.requests(".*-2.0.tar.gz")}
    assert len(asked) == 2
    told = "more than 2 releases have no wheel on the index"
    assert result.err.count(told) == 1
