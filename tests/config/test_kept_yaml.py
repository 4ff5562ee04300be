"""A configuration that did not change is not read as YAML again, and says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from updater.config import kept_yaml, yaml_text
from updater.config.file import parse
from updater.config.kept_yaml import KeptYaml
from updater.effects import kept
from updater.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

TEXT = b"overlays: [a]\npackages:\n  a: {versions: '<2', build: false, batch: 3}\n"


class Runs:
    """Runs that keep what they read; counted is what is read as YAML."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "kept"
        self.read: list[str] = []
        self.told: list[str] = []
        load = yaml_text.load

        def counted(text: str) -> object:
            self.read.append(text)
            return load(text)

        monkeypatch.setattr(yaml_text, "load", counted)

    def parse(self, text: bytes) -> object:
        """Read a text as the next run does."""
        self.read.clear()
        return parse(text, "config.yaml", KeptYaml(self.folder, self.told.append)).data


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Nothing is kept yet."""
    return Runs(tmp_path, monkeypatch)


KEPT = {
    "keys": TEXT,
    "nothing": b"",
    "numbers and truth": b"{a: [1, 1.0, true, 1e3], b: 0, c: 0.0, d: false, e: null, 1: x}",
    "a text beyond ASCII": "hold: é 中\n".encode(),
    "bytes": b"a: !!binary aGk=\n",
    "an alias": b"a: &a [1]\nb: *a\n",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_what_did_not_change_is_not_read_again(runs: Runs, text: bytes) -> None:
    first = runs.parse(text)
    assert runs.read
    assert repr(runs.parse(text)) == repr(first) == repr(parse(text, "").data)
    assert not runs.read[1:]
    assert runs.parse(text) == first
    assert (runs.read, runs.told) == ([], [])


READ_AGAIN = {
    "a date": b"a: 2026-01-02\n",
    "a set": b"a: !!set {b}\n",
    "a number that is none": b"a: .nan\n",
    "a secret": b"index: https://me:hush@index.example/simple\n",
}


@pytest.mark.parametrize("text", READ_AGAIN.values(), ids=READ_AGAIN)
def test_what_would_be_another_value_or_a_secret_is_not_kept(runs: Runs, text: bytes) -> None:
    first = runs.parse(text)
    assert repr(runs.parse(text)) == repr(first)
    assert runs.read
    assert not runs.folder.exists()


@pytest.mark.parametrize("text", [b"a: [\n", b"\xff", b"a: &a [*a]\n"])
def test_what_is_wrong_is_refused_each_time(runs: Runs, text: bytes) -> None:
    for _ in range(2):
        with pytest.raises(ConfigError):
            runs.parse(text)
    assert not runs.folder.exists()


def test_a_text_that_changed_is_read(runs: Runs) -> None:
    runs.parse(TEXT)
    assert runs.parse(TEXT.replace(b"<2", b"<3")) != runs.parse(TEXT)


def test_another_reader_reads(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    runs.parse(TEXT)
    monkeypatch.setattr(kept_yaml, "_readers", lambda: b"another")
    runs.parse(TEXT)
    assert runs.read
    runs.parse(TEXT)
    assert not runs.read


@pytest.mark.parametrize("is_ours", [False, True])
def test_what_is_damaged_is_told_and_made_anew(runs: Runs, *, is_ours: bool) -> None:
    first = runs.parse(TEXT)
    (path,) = runs.folder.iterdir()
    if is_ours:
        kept.write(path, "updater-yaml-1", b"\xc0")
    else:
        path.write_bytes(path.read_bytes()[:-1])
    assert runs.parse(TEXT) == first
    assert runs.read
    why = "is damaged and is made anew: the configuration is read as YAML"
    assert runs.told == [f"{path} {why}"]
    runs.parse(TEXT)
    assert not runs.read


def test_where_nothing_can_be_kept_it_is_read(runs: Runs) -> None:
    runs.folder.write_text("a file")
    first = runs.parse(TEXT)
    assert runs.parse(TEXT) == first
    assert (bool(runs.read), runs.told) == (True, [])
