"""`--offline`: nobody is asked, whatever the command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loopback.github import TOKEN
from tests.project import (
    FAKE,
    Project,
    flat_hash,
    github_overlay,
    pypi_overlay,
    unpacked_hash,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.index import Index


@pytest.fixture(autouse=True)
def _packages(project: Project, index: Index, github: GitHub) -> None:
    index.release("apple", "1.0")
    project.overlay("apple.nix", pypi_overlay("apple", "1.0", sri=FAKE))
    repository = github.repository("o", "vocos")
    repository.tag("v1.0", repository.commit({"f": "x"}))
    project.overlay("vocos.nix", github_overlay("vocos", "1.0", sri=FAKE))


COMMANDS = {
    "check": ["check"],
    "bump": ["bump"],
    "bump to": ["bump", "vocos", "--to", "1.0"],
    "pin": ["pin"],
    "plan": ["plan"],
    "verify": ["verify"],
    "identify": ["identify"],
    "prefetch": ["prefetch", "github:o/vocos@v1.0"],
    "prefetch with Nix": ["prefetch", "--nix", "github:o/vocos@" + 40 * "1"],
    "test": ["test"],
    "list": ["list"],
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_nobody_is_asked(
    project: Project, index: Index, github: GitHub, command: list[str]
) -> None:
    project.add_configuration("packages: {'*': {build: {enabled: auto}}}\n")
    before = project.snapshot()
    result = project.run(*command, "--offline")
    seen = [*index.server.requests(), *github.server.requests(), *github.codeload.requests()]
    assert (seen, project.snapshot()) == ([], before)
    assert "Traceback" not in result.err
    assert result.code == (0 if command[0] in ("list", "test") else 1)


def test_what_could_not_be_asked_is_said_with_what_to_do(project: Project, index: Index) -> None:
    result = project.run("check", "apple", "--offline", "--json")
    (package,) = result.json["packages"]
    assert (package["status"], package["error"]) == (
        "failed",
        {
            "stage": "look-up",
            "message": f"{index.url}apple/ was not asked, and no earlier run kept its answer",
            "hint": "run it without --offline",
        },
    )


def test_what_an_earlier_run_kept_is_used(project: Project, index: Index) -> None:
    """Even an update, if its hash costs no download."""
    made = index.release("apple", "2.0")
    assert project.run("check", "apple").out.startswith("outdated  apple  1.0  -> 2.0")
    index.release("apple", "3.0")
    asked = len(index.server.requests())
    result = project.run("bump", "apple", "--offline")
    assert (result.code, result.out.splitlines()[0]) == (
        0,
        "updated  apple  1.0  -> 2.0  warning: a new major version",
    )
    assert len(index.server.requests()) == asked
    assert flat_hash(made[0].content) in (project.root / "overlays" / "apple.nix").read_text()


@pytest.mark.parametrize("token", ["", TOKEN], ids=["git protocol", "GraphQL"])
def test_what_a_code_host_answered_is_used_too(
    project: Project, github: GitHub, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    """Also for one package of those that the earlier run asked about together."""
    monkeypatch.setenv("GITHUB_TOKEN", token)
    project.add_configuration("defaults: {cross_check: false}\n")
    vocos, encodec = github.repository("o", "vocos"), github.repository("o", "encodec")
    for repository in (vocos, encodec):
        repository.tag("v1.1", repository.commit({"f": "y"}))
    project.overlay("encodec.nix", github_overlay("encodec", "1.0", sri=FAKE))
    online = project.run("check").out
    vocos.tag("v2.0", vocos.commit({"f": "z"}))
    requests = github.server.requests()

    offline = project.run("check", "--offline")
    alone = project.run("check", "vocos", "--offline")

    assert (offline.code, offline.out) == (0, online)
    assert (alone.code, alone.out.split()[:5]) == (0, ["outdated", "vocos", "1.0", "->", "1.1"])
    assert github.server.requests() == requests
    asked_by_post = {request.path for request in requests if request.method == "POST"}
    assert ("/api/graphql" in asked_by_post) is bool(token)


def test_a_host_of_which_nothing_is_kept_is_named_once(project: Project, github: GitHub) -> None:
    project.overlay("encodec.nix", github_overlay("encodec", "1.0", sri=FAKE))
    result = project.run("check", "vocos", "encodec", "--offline")
    host = github.url.removeprefix("http://")
    assert result.out.splitlines()[0].split(maxsplit=3) == [
        "failed",
        "2",
        "packages",
        f"look-up: {host} was not asked, and no earlier run kept its answer",
    ]
    assert result.out.count("was not asked") == 1


def test_that_an_index_has_no_such_project_is_known_too(project: Project, index: Index) -> None:
    """A package from a code host is compared with the index, which need not have it."""
    online = project.run("check", "vocos")
    asked = len(index.server.requests())

    offline = project.run("check", "vocos", "--offline")

    assert (offline.code, offline.out) == (0, online.out)
    assert (asked > 0, len(index.server.requests())) == (True, asked)


def test_a_history_is_the_one_that_an_earlier_run_cloned(
    project: Project, github: GitHub, tmp_path: Path
) -> None:
    """Which commit a hash belongs to, and what is newer, is said as it was then."""
    project.add_configuration("defaults: {cross_check: false}\n")
    repository = github.repository("o", "encodec")
    held = repository.commit({"setup.py": "setup(version='1.0')\n"})
    repository.commit({"setup.py": "setup(version='1.1')\n"})
    sri = unpacked_hash(repository, held, tmp_path)
    project.overlay("encodec.nix", github_overlay("encodec", "1.0", rev="main", sri=sri))
    commands = [["identify", "encodec"], ["check", "encodec"]]
    online = [project.run(*command) for command in commands]
    seen = [*github.server.requests(), *github.codeload.requests()]

    offline = [project.run(*command, "--offline") for command in commands]

    assert [(one.code, one.out) for one in offline] == [(one.code, one.out) for one in online]
    assert (held[:12] in offline[0].out, offline[1].out[:8]) == (True, "outdated")
    assert [*github.server.requests(), *github.codeload.requests()] == seen


def test_nothing_is_built(project: Project, index: Index) -> None:
    index.release("apple", "2.0")
    project.run("check", "apple")
    project.add_configuration("packages: {apple: {build: {enabled: auto}}}\n")
    (project.root / "default.nix").write_text("{ }: { }\n")
    result = project.run("bump", "apple", "--offline")
    assert result.code == 0
    assert "not built: a build may need the network, and --offline is set" in " ".join(
        result.out.split()
    )


@pytest.mark.parametrize(
    ("command", "what"),
    [
        (["bump", "--pr"], "--pr"),
        (["pin", "--pr"], "--pr"),
        (["publish", "results"], "publish"),
    ],
)
def test_what_asks_the_repositorys_host_is_refused(
    project: Project, command: list[str], what: str
) -> None:
    result = project.run(*command, "--offline")
    assert (result.code, result.err) == (
        2,
        (
            f"updater: {what} needs the network, which --offline rules out\n"
            "hint: leave one of them out\n"
        ),
    )
