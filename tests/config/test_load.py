"""What the updater is told goes on as values of Python's own types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from updater.config.base import ConfigValue
from updater.config.load import load
from updater.config.package_keys import PackageOptions
from updater.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPELLED = """\
repository: o/r
index: https://index.example/simple/
archives: {downloaded: 500MB}
network: {timeout: 1m}
hosts:
  git.example: {kind: git, web: "https://git.example/"}
defaults: &any
  track: tag
  upstream: github:o/r
  allow: ">=1"
  tag_pattern: v(?P<version>.+)
  python: "3.12"
  minimum_release_age: 1d
  hold: true
  build: {enabled: true, timeout: 1h}
  pull_request:
    automerge: true
    group: g
    schedule: [sat-sun]
    title: "{name}"
packages: {a: *any}
"""


def values(found: Any) -> Iterator[Any]:
    """Yield what is in structs and mappings, at every depth."""
    if isinstance(found, msgspec.Struct):
        found = msgspec.structs.asdict(found)
    if isinstance(found, dict):
        for one in found.values():
            yield from values(one)
    else:
        yield found


def test_nothing_of_the_spelling_is_left(tmp_path: Path) -> None:
    """Reasons and addresses go into reports, and JSON is written of Python's own types only."""
    (tmp_path / "config.yaml").write_text(SPELLED)
    config = load(tmp_path, None)
    assert config.document.packages["a"].hold == "held in config.yaml"
    found = [*values(config.document), *values(dict(config.hosts))]
    assert [one for one in found if isinstance(one, ConfigValue)] == []


def test_without_a_file_neither(tmp_path: Path) -> None:
    config = load(tmp_path, None)
    assert config.document.defaults == PackageOptions()
    assert [one for one in values(config.document) if isinstance(one, ConfigValue)] == []


UNSENDABLE = {
    "what shows nothing": "ghp_a\u200bb",
    "an ellipsis": "ghp_a\u2026",
    "a blank": "ghp_a b",
    "a line's end": "ghp_a\nX: b",
    "a control": "ghp_a\x01b",
    "delete": "ghp_a\x7fb",
    "bytes that are no text": "ghp_a\udcff",
}


@pytest.mark.parametrize("token", UNSENDABLE.values(), ids=UNSENDABLE)
@pytest.mark.parametrize("variable", ["GITHUB_TOKEN", "FORGE_KEY"])
def test_a_token_that_no_header_carries_is_refused_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, token: str
) -> None:
    (tmp_path / "config.yaml").write_text(
        "hosts: {code.example: {kind: gitea, token_env: FORGE_KEY}}"
    )
    monkeypatch.setenv(variable, token)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, None)
    assert str(caught.value).startswith(f"{variable}: the token has a character that no token has")
    assert "ghp_a" not in caught.value.message + caught.value.hint


def test_blanks_around_a_token_count_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", " ghp_a\n")
    assert [token for _, _, token in load(tmp_path, None).tokens()] == ["ghp_a"]


@pytest.mark.parametrize("name", ["u:hush@code.example", "https://u:hush@code.example", "a b"])
def test_what_is_no_name_of_a_host_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "config.yaml").write_text(f"hosts: {{'{name}': {{kind: gitea}}}}")
    with pytest.raises(
        ConfigError, match=r"^config\.yaml:hosts: '.*' is not the name of a host"
    ) as e:
        load(tmp_path, None)
    assert "hush" not in str(e.value)
