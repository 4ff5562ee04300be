"""Files whose names lie are not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.project import github_overlay
from updater.config.load import load
from updater.find.files import overlay_files
from updater.find.packages import find_packages, found_in

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_whose_name_has_a_control_character_is_not_read(tmp_path: Path) -> None:
    """It does not stand in the place of the file whose name it seems to be either."""
    (tmp_path / "overlays").mkdir()
    overlay = github_overlay("tool", "1.0")
    for name in ("a.nix", "\u202ea.nix", "b\n.nix"):
        (tmp_path / "overlays" / name).write_text(overlay)
    config = load(tmp_path, None)

    def read(paths: object) -> dict[str, bytes]:
        assert paths == ("overlays/a.nix",)
        return {"overlays/a.nix": overlay.encode()}

    named = overlay_files(config).files
    for found in (find_packages(tmp_path, named), found_in(read, named)):
        assert {(one.file, one.name, one.problem) for one in found.packages} == {
            ("overlays/a.nix", "tool", ""),
            ("overlays/<U+202E>a.nix", "<U+202E>a", "the file's name has a control character"),
            ("overlays/b .nix", "b ", "the file's name has a control character"),
        }
        assert list(found.texts) == ["overlays/a.nix"]
