"""Which packages PKG arguments name, wherever the command is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.project import pypi_overlay
from updater.config.load import load
from updater.errors import AmbiguousName, NoSuchPackage, UsageError
from updater.find.files import overlay_files
from updater.find.packages import find_packages
from updater.find.selection import Names, select, split_version

if TYPE_CHECKING:
    from pathlib import Path

    from updater.model import Package

FILES = {
    "overlays/ema.nix": pypi_overlay("ema-pytorch", "1.0"),
    "overlays/semi.nix": pypi_overlay("semi", "1.0"),
    "overlays/old.nix": pypi_overlay("semi_1", "1.0").replace('"semi_1"', '"semi"'),
    "overlays/cuda/flash.nix": pypi_overlay("flash", "1.0"),
    "overlays/cuda/semi.nix": pypi_overlay("cuda-semi", "1.0"),
    "overlays/flash/at@home.nix": pypi_overlay("at-home", "1.0"),
    "overlays/twice/a.nix": pypi_overlay("twice", "1.0"),
    "overlays/twice/b.nix": pypi_overlay("twice", "1.0"),
}
ALL = {"ema-pytorch", "semi", "semi_1", "flash", "cuda-semi", "at-home", "twice"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def packages(root: Path) -> tuple[Package, ...]:
    return find_packages(root, overlay_files(load(root, None)).files).packages


def chosen(root: Path, *given: str, start: str = ".") -> set[str]:
    return {one.name for one in select(packages(root), Names(given, root, root / start))}


CASES = {
    "none is all": ([], ".", ALL),
    "an exact name, not another's pname": (["semi"], ".", {"semi"}),
    "a name that is a pname elsewhere": (["semi_1"], ".", {"semi_1"}),
    "a pname in another spelling": (["EMA_PyTorch"], ".", {"ema-pytorch"}),
    "an attribute path": (["python3Packages.semi"], ".", {"semi"}),
    "an identity": (["overlays/old.nix#python3Packages.semi_1"], ".", {"semi_1"}),
    "an identity from below": (
        ["./semi.nix#python3Packages.cuda-semi"],
        "overlays/cuda",
        {"cuda-semi"},
    ),
    "an identity from the root, from below": (
        ["overlays/old.nix#python3Packages.semi_1"],
        "overlays",
        {"semi_1"},
    ),
    "a file": (["overlays/ema.nix"], ".", {"ema-pytorch"}),
    "a file with ./": (["./overlays/ema.nix"], ".", {"ema-pytorch"}),
    "a file from below": (["ema.nix"], "overlays", {"ema-pytorch"}),
    "a file above": (["../ema.nix"], "overlays/cuda", {"ema-pytorch"}),
    "a file of the same name below": (["semi.nix"], "overlays/cuda", {"cuda-semi"}),
    "a file from the root, from below": (["overlays/ema.nix"], "overlays/cuda", {"ema-pytorch"}),
    "a folder": (["overlays/cuda"], ".", {"flash", "cuda-semi"}),
    "a folder with /": (["overlays/cuda/"], ".", {"flash", "cuda-semi"}),
    "the folder itself": (["."], "overlays/cuda", {"flash", "cuda-semi"}),
    "the same with ./": (["./"], "overlays/cuda", {"flash", "cuda-semi"}),
    "the folder above": ([".."], "overlays/cuda", ALL),
    "the root": (["./"], ".", ALL),
    "a name, not the folder": (["flash"], "overlays", {"flash"}),
    "the folder, not the name": (["./flash"], "overlays", {"at-home"}),
    "a file of two": (["overlays/twice/a.nix"], ".", {"twice"}),
    "a glob of names": (["*semi*"], ".", {"semi", "semi_1", "cuda-semi"}),
    "a glob of files": (["overlays/cuda/*"], ".", {"flash", "cuda-semi"}),
    "a glob of files from below": (["cuda/*.nix"], "overlays", {"flash", "cuda-semi"}),
    "several": (["semi", "overlays/cuda"], ".", {"semi", "flash", "cuda-semi"}),
}


@pytest.mark.parametrize(("given", "start", "names"), CASES.values(), ids=CASES)
def test_an_argument_names_packages(
    root: Path, given: list[str], start: str, names: set[str]
) -> None:
    assert chosen(root, *given, start=start) == names


def test_an_absolute_path_names_packages(root: Path) -> None:
    assert chosen(root, str(root / "overlays" / "ema.nix")) == {"ema-pytorch"}
    assert chosen(root, str(root / "overlays" / "cuda"), start="overlays") == {"flash", "cuda-semi"}


def test_a_link_names_what_it_leads_to(root: Path) -> None:
    (root / "here.nix").symlink_to("overlays/ema.nix")
    (root / "there").symlink_to("overlays/cuda")
    assert chosen(root, "here.nix") == {"ema-pytorch"}
    assert chosen(root, "there") == {"flash", "cuda-semi"}
    assert chosen(root, "flash.nix", start="there") == {"flash"}


MISSES = {
    "a typo": ("ema-torch", "did you mean ema-pytorch?"),
    "capitals": ("FLASHH", "did you mean flash?"),
    "in a set": ("python3Packages.ema-pytorhc", "did you mean ema-pytorch?"),
    "a file": ("overlays/emma.nix", "did you mean overlays/ema.nix?"),
    "a file that is none of them": ("README.nix", "`updater list` shows every package"),
    "nothing alike": ("zzz", "`updater list` shows every package"),
    "a path out of the project": ("../flash", "did you mean overlays/cuda/flash.nix?"),
    "an empty text": ("", "`updater list` shows every package"),
}


@pytest.mark.parametrize(("name", "hint"), MISSES.values(), ids=MISSES)
def test_what_matches_nothing_gets_one_suggestion(root: Path, name: str, hint: str) -> None:
    with pytest.raises(NoSuchPackage) as caught:
        chosen(root, "semi", name)
    assert str(caught.value) == f"no package matches {name!r}"
    assert caught.value.hint.startswith(hint)


@pytest.mark.parametrize("name", ["twice", "TWICE", "python3Packages.twice", "SEMI"])
def test_a_name_of_several_is_refused(root: Path, name: str) -> None:
    with pytest.raises(AmbiguousName) as caught:
        chosen(root, name)
    files = ("old", "semi") if name == "SEMI" else ("twice/a", "twice/b")
    assert [one.partition("#")[0] for one in caught.value.identities] == [
        f"overlays/{file}.nix" for file in files
    ]


VERSIONS = {
    "none": (["semi", "flash"], ("semi", "flash"), ""),
    "of a name": (["semi@1.2"], ("semi",), "1.2"),
    "of a path": (["python3Packages.semi@v1.2"], ("python3Packages.semi",), "v1.2"),
    "a tag that has one": (["flash@flash@1.2"], ("flash",), "flash@1.2"),
    "of a file that has one": (
        ["overlays/flash/at@home.nix@1"],
        ("overlays/flash/at@home.nix",),
        "1",
    ),
    "a file that has one": (["overlays/flash/at@home.nix"], ("overlays/flash/at@home.nix",), ""),
}


@pytest.mark.parametrize(("given", "names", "version"), VERSIONS.values(), ids=VERSIONS)
def test_a_version_behind_a_name_is_split_off(
    root: Path, given: list[str], names: tuple[str, ...], version: str
) -> None:
    found, split = split_version(packages(root), Names(tuple(given), root, root))
    assert (found.arguments, split) == (names, version)


WRONG_VERSIONS = {
    "beside another": (["semi@1", "flash"], UsageError, "'semi@1' gives a version, so it must be"),
    "no version": (["semi@"], UsageError, "'semi@' has no version after the @"),
    "no package": (["sammi@1"], NoSuchPackage, "no package matches 'sammi'"),
    "two packages": (["twice@1"], AmbiguousName, "'twice' is the name of 2 packages"),
}


@pytest.mark.parametrize(("given", "error", "said"), WRONG_VERSIONS.values(), ids=WRONG_VERSIONS)
def test_a_version_that_cannot_be_meant_is_refused(
    root: Path, given: list[str], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        split_version(packages(root), Names(tuple(given), root, root))
