"""No argument that is written but cannot be read counts as absent, whatever the fetcher."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from updater.fetchers.base import INERT
from updater.find.followable import skip_reason
from updater.kinds import FETCH_FUNCTIONS, FETCHERS
from updater.model import HASH_FIELDS, Policy
from updater.overlay.reading.file import read_packages

if TYPE_CHECKING:
    from updater.model import Package

_HASH = {"hash": '"sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="'}
_REPOSITORY = {"owner": '"o"', "repo": '"r"', "rev": '"v${version}"', **_HASH}
_HOST = {"domain": '"d.example"'}
_FILE = {"url": '"https://github.com/o/r/archive/v${version}.tar.gz"', **_HASH}
_CLONE = {"url": '"https://d.example/r"', "rev": '"v${version}"', **_HASH}
_COMMIT = {**_CLONE, "rev": '"c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc"'}
_ENTRY = {
    **{name: text for name, text in _REPOSITORY.items() if name != "rev"},
    "rev": _COMMIT["rev"],
    "url": '"https://github.com/o/r/archive/c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc.tar.gz"',
}
_GIT = frozenset(
    {
        *("branchName", "deepClone", "fetchLFS", "fetchSubmodules", "fetchTags", "gitConfigFile"),
        *("leaveDotGit", "nonConeMode", "postCheckout", "postFetch", "preFetch", "rev", "rootDir"),
        *("sparseCheckout", "tag"),
    }
)
_HOSTED = _GIT | {
    *("curlOpts", "curlOptsList", "extraPostFetch", "forceFetchGit", "owner", "repo", "stripRoot"),
}
_DOWNLOADED = frozenset(
    {
        *("curlOpts", "curlOptsList", "downloadToTemp", "executable", "extension", "postFetch"),
        *("recursiveHash", "url", "urls"),
    }
)

CALLS: dict[str, tuple[dict[str, str], frozenset[str]]] = {
    "fetchCrate": (
        {"pname": '"tool"', "version": "version", **_HASH},
        frozenset(
            {
                *("crateName", "curlOpts", "curlOptsList", "downloadToTemp", "executable"),
                *("extension", "extraPostFetch", "pname", "postFetch", "recursiveHash"),
                *("registryDl", "stripRoot", "unpack", "version"),
            }
        ),
    ),
    "fetchFromBitbucket": (_REPOSITORY, _HOSTED),
    "fetchFromCodeberg": (_REPOSITORY, _HOSTED | {"domain"}),
    "fetchFromForgejo": (_HOST | _REPOSITORY, _HOSTED | {"domain"}),
    "fetchFromGitHub": (_REPOSITORY, _HOSTED | {"githubBase", "private"}),
    "fetchFromGitLab": (_REPOSITORY, _HOSTED | {"domain", "group", "protocol", "private"}),
    "fetchFromGitea": (_HOST | _REPOSITORY, _HOSTED | {"domain"}),
    "fetchFromGitiles": (_CLONE, frozenset({"rev", "tag", "url"})),
    "fetchFromRepoOrCz": (
        {name: text for name, text in _REPOSITORY.items() if name != "owner"},
        frozenset({"repo", "rev", "tag"}),
    ),
    "fetchFromSourcehut": (_REPOSITORY, _HOSTED | {"domain", "vc"}),
    "fetchGit": (_COMMIT, frozenset({"allRefs", "ref", "rev", "shallow", "submodules", "url"})),
    "fetchHex": (
        {"pkg": '"tool"', "version": "version", **_HASH},
        frozenset({"pkg", "version"}),
    ),
    "fetchNiv": (_ENTRY, frozenset({"owner", "repo", "rev", "url"})),
    "fetchNpins": (
        _ENTRY,
        frozenset(
            {"fetchSubmodules", "owner", "path", "repo", "rev", "server", "tag", "type", "url"}
        ),
    ),
    "fetchPypi": (
        {"pname": "pname", "version": "version", **_HASH},
        frozenset({"abi", "dist", "extension", "format", "platform", "pname", "python", "version"}),
    ),
    "fetchTarball": (_FILE, frozenset({"url"})),
    "fetchTree": (
        {"type": '"git"', **{name: text for name, text in _COMMIT.items() if name != "hash"}},
        frozenset({"dir", "ref", "rev", "shallow", "submodules", "type", "url"}),
    ),
    "fetchhg": (_CLONE, frozenset({"fetchSubrepos", "rev", "url"})),
    "fetchgit": (_CLONE, _GIT | {"url"}),
    "fetchurl": (_FILE, _DOWNLOADED),
    "fetchzip": (_FILE, _DOWNLOADED | {"extraPostFetch", "stripRoot"}),
}
"""Nix function -> a call that can be followed, and all arguments that say what it fetches."""

REGISTRIES = {"crates": "https://c.example", "hex": "https://h.example"}
WRITTEN = ("self.x", '"${self.x}"', 'if self.x then "a" else "b"', 'f "a"', "argument")
SCRIPTS = ("extraPostFetch", "postCheckout", "postFetch", "preFetch")
ARGUMENTS = [
    (function, argument, expression)
    for function, (_, arguments) in CALLS.items()
    for argument in sorted(arguments)
    for expression in WRITTEN
    if argument not in SCRIPTS or not expression.startswith('"')
]


def call(function: str, given: dict[str, str], more: str = "") -> str:
    """Write a call."""
    bindings = " ".join(f"{name} = {text};" for name, text in given.items())
    return f"{function} {{ {bindings} {more} }}"


def reading(source: str, around: str = "") -> Package:
    """Return the package of a source, which stands on line 2."""
    head = f'tool = mkDerivation rec {{ pname = "tool"; version = "1"; {around}'
    text = f"{{ argument, self }}: {{ {head}\nsrc = {source}; }}; }}"
    (package,) = read_packages(text.encode(), "x.nix", FETCH_FUNCTIONS).packages
    return package


def refusal(package: Package) -> str:
    """Return what is said of a package that must not be followed."""
    assert package.problem == ""
    reason, _, advice = skip_reason(package, Policy(), REGISTRIES).rpartition("; ")
    assert advice == "to follow it, write it as a literal"
    return reason


def test_every_fetcher_is_looked_at() -> None:
    assert CALLS.keys() == FETCHERS.keys()


@pytest.mark.parametrize("function", CALLS)
def test_a_call_without_what_is_computed_is_followed(function: str) -> None:
    package = reading(call(function, CALLS[function][0]))
    assert skip_reason(package, Policy(), REGISTRIES) == ""


@pytest.mark.parametrize(("function", "argument", "expression"), ARGUMENTS)
def test_an_argument_that_is_computed_is_refused(
    function: str, argument: str, expression: str
) -> None:
    given = {name: text for name, text in CALLS[function][0].items() if name != argument}
    given = {name: text for name, text in given.items() if (name, argument) != ("url", "urls")}
    package = reading(call(function, {**given, argument: expression}))
    assert refusal(package) == f"x.nix:2: {argument} of tool is computed: {expression}"


@pytest.mark.parametrize(
    "given",
    [
        "inherit (self) format;",
        '${self.key} = "wheel";',
        '"${self.key}" = "wheel";',
        'python.version = "cp312";',
    ],
)
def test_an_argument_is_refused_however_it_is_given(given: str) -> None:
    """Also one whose very name is computed: it may be any."""
    package = reading(call("fetchPypi", CALLS["fetchPypi"][0], given))
    assert refusal(package).startswith("x.nix:2: ")


def test_a_further_source_is_held_to_the_same_rule() -> None:
    further = (
        'data = fetchurl { url = "https://d.example/${version}.zip"; hash = ""; '
        "executable = self.x; };"
    )
    package = reading(call("fetchurl", _FILE), further)
    assert len(package.companions) == 1
    assert refusal(package) == "x.nix:1: executable of tool is computed: self.x"


@pytest.mark.parametrize("argument", sorted(INERT))
def test_what_changes_no_source_may_be_computed(argument: str) -> None:
    for name in (argument, f"{argument}.inner"):
        package = reading(call("fetchurl", {**_FILE, name: "self.x"}))
        assert skip_reason(package, Policy()) == ""
    assert argument not in HASH_FIELDS


@pytest.mark.parametrize(
    "given",
    [
        "postFetch = ''\n  rm ${self.x}\n'';",
        "sparseCheckout = [ self.x ];",
        "fetchLFS = null;",
        "x = 1;",
    ],
)
def test_a_script_a_list_and_null_are_no_guess(given: str) -> None:
    """A script and a list are on whatever they hold; ``null`` is what a fetcher takes as none."""
    assert skip_reason(reading(call("fetchFromGitHub", _REPOSITORY, given)), Policy()) == ""


OWN_FUNCTIONS = {
    "a function": "let fetchFromGitHub = args: self.fetchFromGitHub (args // corp); in",
    "another of its name": "let fetchFromGitHub = self.corpFetch; in",
    "made of it": "let fetchFromGitHub = self.fetchFromGitHub.override { fetchgit = 1; }; in",
    "in a set": "let self = { fetchFromGitHub = args: args; }; inherit (self) fetchFromGitHub; in",
    "in a circle": "let inherit (a) fetchFromGitHub; a = { inherit fetchFromGitHub; }; in",
    "of a file": "let fetchFromGitHub = import ./corp.nix; in",
    "of another set": "let inherit (self.corp) fetchFromGitHub; in",
    "of another set by its name": "let fetchFromGitHub = self.corp.fetchFromGitHub; in",
}
PASSED_ON = {
    "a name": "let fetchFromGitHub = self.fetchFromGitHub; in",
    "inherited": "let inherit (self) fetchFromGitHub; in",
    "of a set of nixpkgs": "let inherit (self.python3Packages) fetchFromGitHub; in",
    "of one for a system": (
        "let fetchFromGitHub = self.legacyPackages.x86_64-linux.fetchFromGitHub; in"
    ),
    "through an inner set": (
        "let own = { git = { inherit (self) fetchFromGitHub; }; }; "
        "inherit (own.git) fetchFromGitHub; in"
    ),
    "through a set": (
        "let own = { inherit (self) fetchFromGitHub; }; inherit (own) fetchFromGitHub; in"
    ),
}


def around(before: str, call: str) -> Package:
    """Return the package of a source within a `let`."""
    text = f'{{ self }}: {before} {{ tool = mkDerivation rec {{ pname = "tool"; version = "1";\n'
    found = read_packages(f"{text}src = {call}; }}; }}".encode(), "x.nix", FETCH_FUNCTIONS).packages
    return next(package for package in found if package.name == "tool")


@pytest.mark.parametrize("before", OWN_FUNCTIONS.values(), ids=OWN_FUNCTIONS)
def test_a_function_of_the_file_is_no_fetcher_whatever_its_name(before: str) -> None:
    """It may ask a host of its own for what the call names."""
    package = around(before, call("fetchFromGitHub", _REPOSITORY))
    assert package.source is None
    assert package.skip == ("fetchFromGitHub is another function here, and no fetcher of nixpkgs")


@pytest.mark.parametrize("before", PASSED_ON.values(), ids=PASSED_ON)
def test_a_fetcher_that_is_only_passed_on_is_one(before: str) -> None:
    package = around(before, call("fetchFromGitHub", _REPOSITORY))
    assert skip_reason(package, Policy()) == ""


def test_what_override_changes_of_a_call_is_refused() -> None:
    """Its arguments are not those that are fetched."""
    made = call("fetchFromGitHub", _REPOSITORY)
    package = around("", f'({made}).override {{ githubBase = "git.example"; }}')
    assert (package.problem, package.skip) == (
        "line 2: the arguments of fetchFromGitHub of tool are changed by override",
        "",
    )
    assert package.hint.startswith("write its attributes in the call")


def test_what_overrides_a_source_s_derivation_leaves_its_hash_open() -> None:
    made = call("fetchFromGitHub", _REPOSITORY)
    package = around("", f"({made}).overrideAttrs (old: {{ GIT_CONFIG_COUNT = 1; }})")
    assert (package.problem, package.skip) == (
        "",
        "fetchFromGitHub (line 2) is changed by overrideAttrs",
    )
