"""What `config show` says: what holds in the end, and where each value comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.project import FAKE, pypi_overlay
from updater.config.effective import package_settings, project_settings
from updater.config.load import load
from updater.find.files import overlay_files
from updater.find.packages import find_packages

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
index: https://me:secret@index.example/simple/
network: {timeout: 90s}
archives: {downloaded: 500MB}
hosts:
  git.example: {kind: gitea, token_env: MY_TOKEN}
defaults:
  track: tag
  commit_interval: 36h
  build: {enabled: false, imports: apple}
packages:
  apple:
    allow: ">=1"
    ignore: 1.2.*
    pull_request: {labels: [bot], group: fruit}
  "a*": &all
    track: pypi
    hold: for all
  pear: *all
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "overlays").mkdir()
    apple = pypi_overlay("apple", "1.0", sri=FAKE)
    comments = "# updater: track=release\n# updater: ignore 1.3\n"
    (tmp_path / "overlays" / "apple.nix").write_text(f"{comments}{apple}")
    (tmp_path / "overlays" / "pear.nix").write_text(pypi_overlay("pear", "1.0", sri=FAKE))
    (tmp_path / "config.yaml").write_text(CONFIG)
    return tmp_path


def of_package(root: Path, name: str) -> dict[str, tuple[Any, str]]:
    config = load(root, None)
    (package,) = [
        one for one in find_packages(root, overlay_files(config).files).packages if one.name == name
    ]
    return {one.key: (one.value, one.origin) for one in package_settings(config, package)}


def of_project(root: Path) -> dict[str, tuple[Any, str]]:
    return {one.key: (one.value, one.origin) for one in project_settings(load(root, None))}


COMMENT = "a comment in overlays/apple.nix"
APPLE = {
    "track": ("release", COMMENT),
    "ignore": (["1.2.*", "1.3"], f"config.yaml:13 (packages: apple) and {COMMENT}"),
    "allow": (">=1", "config.yaml:12 (packages: apple)"),
    "hold": ("for all", "config.yaml:17 (packages: a*)"),
    "commit_interval": ("36h", "config.yaml:8 (defaults)"),
    "prereleases": (False, "default"),
    "generated": ("skip", "default"),
    "asset": ([], "default"),
    "src_only": (False, "default"),
    "upstream": (None, "default"),
    "minimum_release_age": ("0", "default"),
    "build.enabled": ("false", "config.yaml:9 (defaults)"),
    "build.imports": (["apple"], "config.yaml:9 (defaults)"),
    "build.timeout": ("1h", "default"),
    "pull_request.labels": (["bot"], "config.yaml:14 (packages: apple)"),
    "pull_request.group": ("fruit", "config.yaml:14 (packages: apple)"),
    "pull_request.milestone": (None, "default"),
    "pull_request.title": ("{name}: {old} -> {new}", "default"),
}


@pytest.mark.parametrize(("key", "found"), APPLE.items(), ids=APPLE)
def test_each_value_of_a_package_says_where_it_comes_from(
    root: Path, key: str, found: tuple[Any, str]
) -> None:
    assert of_package(root, "apple")[key] == found


def test_a_value_that_came_through_an_alias_is_found_there(root: Path) -> None:
    assert of_package(root, "pear")["track"] == ("pypi", "config.yaml:16 (packages: pear)")


def test_what_holds_is_what_the_updater_goes_by(root: Path) -> None:
    config = load(root, None)
    for package in find_packages(root, overlay_files(config).files).packages:
        policy, shown = config.policy(package), of_package(root, package.name)
        assert (policy.track, policy.hold, list(policy.ignore), policy.build.enabled) == (
            shown["track"][0],
            shown["hold"][0],
            shown["ignore"][0],
            shown["build.enabled"][0],
        )


PROJECT = {
    "overlays": (None, "default"),
    "index": ("https://index.example/simple", "config.yaml:1"),
    "network.timeout": ("90s", "config.yaml:2"),
    "network.retries": (3, "default"),
    "archives.downloaded": ("500MB", "config.yaml:3"),
    "archives.unpacked": ("16GiB", "default"),
    "hosts.git.example.kind": ("gitea", "config.yaml:5"),
    "hosts.git.example.web": ("https://git.example", "default"),
    "hosts.git.example.token_env": (["MY_TOKEN"], "config.yaml:5"),
    "hosts.git.example.token": ("MY_TOKEN", "is set"),
    "hosts.github.com.token": (None, "no variable with a token is set"),
    "defaults.track": ("tag", "config.yaml:7 (defaults)"),
    "defaults.build.enabled": ("false", "config.yaml:9 (defaults)"),
    "repository": ("o/r", "GITHUB_REPOSITORY"),
}


@pytest.mark.parametrize(("key", "found"), PROJECT.items(), ids=PROJECT)
def test_each_value_of_the_project_says_where_it_comes_from(
    root: Path, key: str, found: tuple[Any, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_TOKEN", "hush-hush")
    monkeypatch.setenv("GITHUB_REPOSITORY", "o/r")
    shown = of_project(root)
    assert shown[key] == found
    assert "hush" not in repr(shown)
    assert "secret" not in repr(shown)


def test_the_index_of_pip_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://me:secret@index.example/simple")
    assert of_project(tmp_path)["index"] == ("https://index.example/simple", "PIP_INDEX_URL")
    monkeypatch.delenv("PIP_INDEX_URL")
    path = tmp_path / "pip.conf"
    path.write_text("[global]\nindex-url = https://index.example/pip/\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(path))
    assert of_project(tmp_path)["index"] == ("https://index.example/pip", str(path))
