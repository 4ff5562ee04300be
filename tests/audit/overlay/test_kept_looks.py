"""What rules found once is known in the next audit, and never instead of what a file says now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, github_overlay
from updater.audit.overlay import looking
from updater.audit.overlay.kept_looks import KeptLooks
from updater.audit.overlay.looking import look_at_all
from updater.audit.overlay.shelf import overlay_rules
from updater.effects.processes import beside

if TYPE_CHECKING:
    from pathlib import Path

    from updater.audit.overlay.looks import Look, Looks

NAMES = tuple(rule.name for rule in overlay_rules())
NAMED = ("a.nix", "b.nix", "calls.nix", "linked.nix")


class Audits:
    """Audits of one project: what they find, which files they look at, and what they are told."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.cache = root / "project", root / "cache"
        self.files: list[str] = []
        self.told: list[str] = []
        look = looking.look

        def counted(file: str, *arguments: object) -> Look:
            self.files.append(file)
            return look(file, *arguments)  # type: ignore[arg-type]  # as they are given

        monkeypatch.setattr(looking, "look", counted)
        monkeypatch.setattr(beside, "_may_copy", lambda: False)

    def run(self, *names: str) -> Looks:
        """Look at all files, with what earlier audits found."""
        self.files.clear()
        kept = KeptLooks(self.cache, self.root, self.told.append)
        return look_at_all(self.root, NAMED, names or NAMES, kept)


@pytest.fixture
def audits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Audits:
    """Two overlays of their own, one that calls a package, and one to which a link leads."""
    made = Audits(tmp_path, monkeypatch)
    made.root.mkdir()
    for name in ("a", "b"):
        (made.root / f"{name}.nix").write_text(github_overlay(name, "1.0", sri=FAKE))
    (made.root / "calls.nix").write_text("self: super: { c = super.callPackage ./a.nix { }; }\n")
    (made.root / "linked.nix").symlink_to(made.root / "b.nix")
    return made


def test_a_file_that_has_not_changed_is_not_looked_at(audits: Audits) -> None:
    """What a link leads to, or another file decides, is looked at each time."""
    plain = look_at_all(audits.root, NAMED, NAMES)
    assert audits.run() == plain
    assert audits.files == list(NAMED)
    assert audits.run() == plain
    assert audits.files == ["calls.nix", "linked.nix"]
    path = audits.root / "a.nix"
    path.write_text(path.read_text().replace("hash =", "sha256 ="))
    changed = audits.run()
    assert changed == look_at_all(audits.root, NAMED, NAMES)
    assert changed != plain
    assert audits.run() == changed
    assert audits.files == ["calls.nix", "linked.nix"]
    assert audits.told == []
    (kept,) = (audits.cache / "looks").iterdir()
    kept.write_bytes(b"")
    assert audits.run() == changed
    assert audits.told == [f"{kept} is damaged and is made anew: all overlays are judged"]


def test_rules_that_are_not_selected_find_nothing(audits: Audits) -> None:
    audits.run()
    assert audits.run("metadata") == look_at_all(audits.root, NAMED, ("metadata",))
