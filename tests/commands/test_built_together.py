"""Many packages are evaluated in few processes and built side by side; each stands by itself."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, flat_hash
from tests.workshop import sdist_files

if TYPE_CHECKING:
    from tests.workshop import Workshop

pytestmark = pytest.mark.nix

USES = "propagatedBuildInputs = [ self.python3Packages.{} ];"


@pytest.fixture
def calls(workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a line for each evaluation: a program notes it and becomes nix-instantiate."""
    # Its PATH comes first; and nothing has to be evaluated to find the packages.
    workshop.configure(attribute="python3Packages.{name}")
    notes, programs = tmp_path / "notes", tmp_path / "programs"
    programs.mkdir()
    notes.touch()
    real = shutil.which("nix-instantiate")
    program = programs / "nix-instantiate"
    program.write_text(f'#!/bin/sh\necho evaluated >>"{notes}"\nexec {real} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    return notes


def as_pinned(workshop: Workshop, name: str, *, extra: str = "", arguments: str = "") -> None:
    """Add a package whose pin is new and true."""
    content = sdist_files(name, "1.0", "", extra)
    workshop.index.release(name, "1.0", files={f"{name}-1.0.tar.gz": content})
    workshop.overlay(name, arguments=arguments)
    path = workshop.project.root / "overlays" / f"{name}.nix"
    path.write_text(path.read_text().replace(FAKE, flat_hash(content)))


def test_changes_are_evaluated_in_one_process(workshop: Workshop, calls: Path) -> None:
    for name in ("apple", "pear", "plum"):
        workshop.add(name, "2.0")
    workshop.overlay("apple", "pear", "plum")
    result, packages = workshop.bump()
    assert {one["build"]["status"] for one in packages.values()} == {"passed"}, result.out
    assert calls.read_text() == "evaluated\n"


def test_pins_are_evaluated_in_one_process_and_the_one_that_fails_once_more(
    workshop: Workshop, calls: Path
) -> None:
    """By itself, so that its log and message name nothing of the others."""
    as_pinned(workshop, "apple")
    as_pinned(workshop, "pear", arguments='postPatch = throw "no pears";')
    as_pinned(workshop, "plum")
    result = workshop.project.run("test", "--json")
    found = {one["name"]: one["build"] for one in result.json["packages"]}
    assert {name: build["status"] for name, build in found.items()} == {
        "apple": "passed",
        "pear": "failed",
        "plum": "passed",
    }
    assert found["pear"]["diagnosis"]["message"] == "it does not evaluate: no pears"
    assert "apple" not in Path(found["pear"]["log"]).read_text()
    # All until pear fails, plum behind it, and pear.
    assert calls.read_text() == "evaluated\n" * 3


def test_a_store_that_was_cleaned_meanwhile_costs_another_evaluation(
    workshop: Workshop, calls: Path
) -> None:
    """Nothing keeps a derivation in the store: as if it were collected before its build."""
    as_pinned(workshop, "apple")
    as_pinned(workshop, "pear")
    program = calls.with_name("programs") / "nix-store"
    real = shutil.which("nix-store")
    gone = calls.with_name("gone")
    # When apple's build begins, pear's derivation is deleted, and all that is made from it.
    program.write_text(
        "#!/bin/sh\n"
        f'if mkdir "{gone}" 2>/dev/null; then for pear in "$NIX_STORE_DIR"/*-pear-1.0.drv; do\n'
        f'  {real} --delete $({real} --query --referrers-closure "$pear") >/dev/null 2>&1\n'
        f'done; fi\nexec {real} "$@"\n'
    )
    program.chmod(0o755)
    result = workshop.project.run("test", "--json")
    assert [one["build"]["status"] for one in result.json["packages"]] == ["passed"] * 2, result.out
    assert calls.read_text() == "evaluated\n" * 2


def test_builds_run_side_by_side(workshop: Workshop, tmp_path: Path) -> None:
    """Each waits until the other one has begun: one after the other, neither would ever end."""
    meeting = tmp_path / "meeting"
    meeting.mkdir()
    for name, other in (("apple", "pear"), ("pear", "apple")):
        workshop.add(name, "2.0")
        wait = f"until [ -e {meeting}/{other} ]; do sleep 0.1; done"
        workshop.overlay(name, arguments=f"postPatch = ''touch {meeting}/{name}; {wait}'';")
    workshop.configure(jobs=2, timeout="5m")
    result, packages = workshop.bump()
    assert {one["build"]["status"] for one in packages.values()} == {"passed"}, result.out


def test_dependents_are_built_in_dependency_order(workshop: Workshop) -> None:
    """Plum uses pear, which uses apple: both are built on the new apple, pear first."""
    workshop.add("apple", "2.0")
    workshop.overlay("apple")
    as_pinned(workshop, "pear", arguments=USES.format("apple"))
    as_pinned(workshop, "plum", arguments=USES.format("pear"))
    as_pinned(workshop, "fig")
    workshop.configure(dependents=True)

    result, packages = workshop.bump("apple")

    assert (result.code, packages["apple"]["build"]["status"]) == (0, "passed"), result.out
    log = Path(packages["apple"]["build"]["log"]).read_text()
    built = [log.index(f"{name}-1.0.drv'...") for name in ("pear", "plum")]
    assert (sorted(built), "fig-1.0.drv" in log) == (built, False)


def test_dependents_import_what_they_are_told_to(workshop: Workshop) -> None:
    """The changed package's imports are its own; pear cannot be imported, and is not."""
    workshop.add("apple", "2.0")
    workshop.overlay("apple")
    content = sdist_files("pear", "1.0", "import no_such_module\n", "")
    workshop.index.release("pear", "1.0", files={"pear-1.0.tar.gz": content})
    workshop.overlay("pear", arguments=USES.format("apple"))
    path = workshop.project.root / "overlays" / "pear.nix"
    path.write_text(path.read_text().replace(FAKE, flat_hash(content)))
    workshop.configure(dependents=True, imports=["apple"])
    workshop.project.add_configuration("packages: {pear: {build: {imports: []}}}\n")
    result, packages = workshop.bump("apple")
    assert (result.code, packages["apple"]["build"]["status"]) == (0, "passed"), result.out


def test_a_file_that_is_changed_during_the_build_is_left_alone(workshop: Workshop) -> None:
    """A person saves the overlay while it is built; what they wrote is not overwritten."""
    workshop.add("apple", "2.0")
    path = workshop.project.root / "overlays" / "apple.nix"
    workshop.overlay("apple", arguments=f"postPatch = ''echo '# mine' >> {path}'';")
    before = path.read_text()
    result, packages = workshop.bump()
    assert (result.code, packages["apple"]["status"]) == (1, "failed")
    assert packages["apple"]["error"]["message"] == (
        "overlays/apple.nix has changed since it was read"
    )
    assert path.read_text() == f"{before}# mine\n"
