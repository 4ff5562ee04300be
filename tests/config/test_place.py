"""Where the configuration is found, and which folder is the project's root."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from updater.config.place import find_place
from updater.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

OURS, FOREIGN = "overlays: [a]\n", "baseURL: x\ntheme: y\n"


def written(root: Path, texts: dict[str, str]) -> None:
    """Write files, and make the folders whose names end with a slash."""
    for name, text in texts.items():
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


def place(root: Path, start: str = ".", named: str | None = None) -> tuple[str, str, int]:
    """Return the root below another one, the file's name, and the number of notes."""
    found = find_place(root / start, named)
    below = os.path.relpath(found.root, root)
    return below, found.text.shown if found.text is not None else "", len(found.notes)


PLACES = {
    "here": ({"config.yaml": OURS}, ".", (".", "config.yaml", 0)),
    "by its other name": ({"updater.yaml": OURS}, ".", (".", "updater.yaml", 0)),
    "above": ({".git/": "", "config.yaml": OURS, "a/b/": ""}, "a/b", (".", "../../config.yaml", 0)),
    "above a worktree's file": (
        {".git": "gitdir: x", "updater.yaml": OURS, "a/": ""},
        "a",
        (".", "../updater.yaml", 0),
    ),
    "the nearest": (
        {".git/": "", "config.yaml": OURS, "a/updater.yaml": OURS, "a/b/": ""},
        "a/b",
        ("a", "../updater.yaml", 0),
    ),
    "not above the repository": ({"config.yaml": OURS, "a/.git/": ""}, "a", ("a", "", 0)),
    "not above a folder that is in none": ({"config.yaml": OURS, "a/": ""}, "a", ("a", "", 0)),
    "another program's": ({"config.yaml": FOREIGN}, ".", (".", "", 1)),
    "another program's on the way": (
        {".git/": "", "config.yaml": OURS, "site/config.yaml": FOREIGN},
        "site",
        (".", "../config.yaml", 1),
    ),
    "another program's beside ours": (
        {"config.yaml": FOREIGN, "updater.yaml": OURS},
        ".",
        (".", "updater.yaml", 0),
    ),
    "what is no YAML beside ours": (
        {"config.yaml": "{{ template }\n", "updater.yaml": OURS},
        ".",
        (".", "updater.yaml", 1),
    ),
    "a folder of its name": ({"config.yaml/": ""}, ".", (".", "", 1)),
    "an empty file": ({"config.yaml": ""}, ".", (".", "config.yaml", 0)),
}


@pytest.mark.parametrize(("texts", "start", "found"), PLACES.values(), ids=PLACES)
def test_the_configuration_is_found(
    tmp_path: Path, texts: dict[str, str], start: str, found: tuple[str, str, int]
) -> None:
    written(tmp_path, texts)
    assert place(tmp_path, start) == found


@pytest.mark.parametrize("other", [OURS, ""])
def test_two_are_one_too_many(tmp_path: Path, other: str) -> None:
    written(tmp_path, {"config.yaml": other, "updater.yaml": OURS})
    with pytest.raises(UsageError) as caught:
        place(tmp_path)
    assert str(caught.value) == "both config.yaml and updater.yaml configure the updater"


def test_a_link_that_leads_nowhere_is_an_error(tmp_path: Path) -> None:
    """Somebody wanted to configure the updater."""
    (tmp_path / "config.yaml").symlink_to("gone.yaml")
    with pytest.raises(UsageError) as caught:
        place(tmp_path)
    assert str(caught.value) == "config.yaml: cannot be read: No such file or directory"


NAMED = {
    "a file": ("a", "../other.yaml", ("a", "../other.yaml", 0)),
    "nothing": ("a", os.devnull, ("a", os.devnull, 0)),
    "a folder": ("a", "../base", ("a", "../base/config.yaml", 0)),
    "a folder below the one that has it": (
        "head/b",
        "../../base/b",
        ("head", "../../base/config.yaml", 0),
    ),
    "a folder without": ("a", "../empty", ("a", "", 0)),
}


@pytest.mark.parametrize(("start", "named", "found"), NAMED.values(), ids=NAMED)
def test_a_named_configuration_counts_for_the_folder_of_the_run(
    tmp_path: Path, start: str, named: str, found: tuple[str, str, int]
) -> None:
    """Never one that lies there: on a pull request it would be the pull request's own."""
    texts = {"other.yaml": OURS, "base/.git/": "", "base/config.yaml": OURS, "base/b/": ""}
    texts |= {"a/config.yaml": OURS, "head/b/config.yaml": OURS, "empty/.git/": ""}
    written(tmp_path, texts)
    assert place(tmp_path, start, named) == found


ROOTS = {
    "overlays here": ({".git/": "", "flake.nix": "", "a/overlays/x.nix": ""}, "a", "a"),
    "a flake above": ({".git/": "", "flake.nix": "", "nix/overlays/x.nix": "", "b/": ""}, "b", "."),
    "the nearest flake": (
        {".git/": "", "flake.nix": "", "a/flake.nix": "", "a/b/": ""},
        "a/b",
        "a",
    ),
    "overlays above": ({".git/": "", "overlays/x.nix": "", "a/b/": ""}, "a/b", "."),
    "overlays that are not Nix's": (
        {".git/": "", "flake.nix": "", "k8s/overlays/x.yaml": ""},
        "k8s",
        ".",
    ),
    "within them": ({".git/": "", "overlays/a/x.nix": ""}, "overlays/a", "."),
    "a package's own folder": (
        {".git/": "", "default.nix": "", "pkgs/a/default.nix": ""},
        "pkgs/a",
        ".",
    ),
    "a folder of packages": ({".git/": "", "packages/a/default.nix": ""}, "packages/a", "."),
    "nothing": ({".git/": "", "a/b/": ""}, "a/b", "a/b"),
}


@pytest.mark.parametrize(("texts", "start", "root"), ROOTS.values(), ids=ROOTS)
def test_without_a_configuration_the_root_is_where_the_project_is(
    tmp_path: Path, texts: dict[str, str], start: str, root: str
) -> None:
    written(tmp_path, texts)
    assert place(tmp_path, start) == (root, "", 0)


@pytest.mark.parametrize("name", ["config.yaml", "updater.yaml"])
def test_a_link_that_leads_out_of_the_project_is_read_where_it_is_named(
    tmp_path: Path, name: str
) -> None:
    """A branch may have it lead to anything on the machine of who looks at it."""
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "hosts.yaml").write_text("oauth_token: hush\n")
    (project / name).symlink_to("../hosts.yaml")
    with pytest.raises(UsageError) as caught:
        find_place(project, None)
    assert str(caught.value) == f"{name}: is a link that leads out of the project, and is not read"
    assert caught.value.hint == "put the file itself there, or name it with --config"
    text = find_place(project, name).text
    assert text is not None
    assert text.data == {"oauth_token": "hush"}
