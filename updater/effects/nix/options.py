"""What the options of `build:` say, and to which of Nix's commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# What evaluation alone takes, with the number of its arguments.
_EVALUATION_OPTIONS = {
    "--accept-flake-config": 0,
    "--arg": 2,
    "--argstr": 2,
    "--commit-lock-file": 0,
    "--impure": 0,
    "--include": 1,
    "-I": 1,
    "--inputs-from": 1,
    "--no-registries": 0,
    "--no-update-lock-file": 0,
    "--no-write-lock-file": 0,
    "--offline": 0,
    "--override-flake": 2,
    "--override-input": 2,
    "--print-build-logs": 0,
    "-L": 0,
    "--recreate-lock-file": 0,
    "--reference-lock-file": 1,
    "--refresh": 0,
    "--show-trace": 0,
    "--update-input": 1,
}
# What locking alone heeds: a flake that is locked has its inputs.
_LOCKING_OPTIONS = {
    "--inputs-from": 1,
    "--no-registries": 0,
    "--override-flake": 2,
    "--override-input": 2,
    "--recreate-lock-file": 0,
    "--update-input": 1,
}
_SANDBOX = {"sandbox", "build-use-sandbox", "build-use-chroot"}  # the older names still work
_SANDBOX_FLAGS = {"--sandbox": "true", "--no-sandbox": "false", "--relaxed-sandbox": "relaxed"}
# What means the same to an evaluation of several trees as to that of one: nothing about the inputs
# of one flake, and no path that is relative to one tree.
_FOR_ANY_TREE = {
    "--builders": 1,
    "--cores": 1,
    "--max-jobs": 1,
    "-j": 1,
    "--offline": 0,
    "--option": 2,
    "--refresh": 0,
    "--show-trace": 0,
    "-L": 0,
    **dict.fromkeys(_SANDBOX_FLAGS, 0),
}


def sandbox(options: Sequence[str]) -> bool | None:
    """Tell what options say of the sandbox, None where they say nothing."""
    for name, value in _settings(options):
        if name in _SANDBOX:
            return value == "true"
    return None


def _settings(options: Sequence[str]) -> list[tuple[str, str]]:
    """Return the settings that ``--option NAME VALUE`` or a flag sets, the last first."""
    settings = []
    for at, option in enumerate(options):
        if option == "--option" and at + 2 < len(options):
            settings.append((options[at + 1], options[at + 2]))
        elif option in _SANDBOX_FLAGS:
            settings.append(("sandbox", _SANDBOX_FLAGS[option]))
    return settings[::-1]


def for_any_tree(options: Sequence[str]) -> bool:
    """Tell whether none of the options is about one tree alone, as ``--override-input`` is."""
    rest = list(options)
    while rest:
        option = rest.pop(0)
        if option not in _FOR_ANY_TREE:
            return False
        del rest[: _FOR_ANY_TREE[option]]
    return True


def for_locking(options: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Part the options that say what a flake's inputs are from all others."""
    locking: list[str] = []
    others: list[str] = []
    rest = list(options)
    while rest:
        option = rest.pop(0)
        count = _LOCKING_OPTIONS.get(option, 2 if option == "--option" else 0)
        (locking if option in _LOCKING_OPTIONS else others).extend([option, *rest[:count]])
        del rest[:count]
    return tuple(locking), tuple(others)


def for_building(options: Sequence[str]) -> list[str]:
    """Return the options that building knows: all but those that only evaluation has."""
    result: list[str] = []
    rest = list(options)
    while rest:
        option = rest.pop(0)
        if option in _EVALUATION_OPTIONS:
            del rest[: _EVALUATION_OPTIONS[option]]
        elif option == "--option":
            result += [option, *rest[:2]]
            del rest[:2]
        else:
            result.append(option)
    return result
