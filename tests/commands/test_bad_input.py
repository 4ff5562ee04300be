"""Bad input: a clear message, the exit code of the contract, and no file touched."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.loopback.faults import Cut, Drop, Garbage
from tests.loopback.messages import Response
from tests.project import FAKE, Project, github_overlay, pypi_overlay
from updater.config.package_keys import PackageOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.loopback.faults import Fault
    from tests.loopback.github import GitHub
    from tests.loopback.index import Index


@pytest.fixture(autouse=True)
def _untouched(project: Project, index: Index) -> Iterator[None]:
    """Every test here ends with the overlays as they were."""
    index.release("a", "2.0")
    project.overlay("a.nix", pypi_overlay("a", "1.0", sri=FAKE))
    before = {}

    def overlays() -> dict[str, bytes]:
        files = project.snapshot().items()
        return {name: data for name, data in files if name.startswith("overlays/a.nix")}

    before = overlays()
    yield
    assert overlays() == before


CONFIGURATIONS = {
    "unknown key": (
        "overlays: [overlays]\ndefaults:\n  trak: tag\n",
        (
            "config.yaml:3:defaults.trak: is not a known key\n"
            "hint: did you mean track? known keys: "
            f"{', '.join(sorted(PackageOptions.__struct_fields__))}\n"
        ),
    ),
    "wrong value": (
        "packages:\n  a:\n    track: tags\n",
        (
            "config.yaml:3:packages.a.track: expected one of auto, tag, release, commit, pypi, "
            "branch:NAME; found 'tags'\n"
        ),
    ),
    "wrong type": (
        "overlays: [overlays]\ndefaults: {prereleases: 'yes'}\n",
        "config.yaml:2:defaults.prereleases: expected true or false; found 'yes'\n",
    ),
    "wrong item": (
        "overlays:\n  - overlays\n  - 7\n",
        "config.yaml:3:overlays.1: expected text; found 7\n",
    ),
    "wrong duration": (
        "defaults:\n  minimum_release_age: 7\n",
        (
            "config.yaml:2:defaults.minimum_release_age: a duration is a whole number and "
            "s, m, h, d or w, such as 7d; found 7\n"
        ),
    ),
    "wrong specifier": (
        "defaults:\n  allow: two\n",
        (
            'config.yaml:2:defaults.allow: expected a PEP 440 specifier, such as ">=0,<2"; '
            "found 'two'\n"
        ),
    ),
    "wrong pattern": (
        "defaults:\n  tag_pattern: v(.*)\n",
        (
            "config.yaml:2:defaults.tag_pattern: expected a group named version, such as "
            "v(?P<version>.+); found 'v(.*)'\n"
        ),
    ),
    "format without a version": (
        "defaults:\n  tag_format: release\n",
        (
            "config.yaml:2:defaults.tag_format: expected a tag with {version}, such as "
            "release-{version}; {dashed} and {underscored} write 1-2-3 and 1_2_3 for 1.2.3, and "
            "{major}, {minor} and {patch} its numbers; found 'release'\n"
        ),
    ),
    "host without kind": (
        "hosts:\n  git.example.org: {token_env: X}\n",
        (
            "config.yaml:hosts.git.example.org: needs a kind\n"
            "hint: write kind: bitbucket or git or gitea or github or gitlab or sourcehut\n"
        ),
    ),
    "no YAML": (
        "overlays: [overlays\n",
        "config.yaml:2: not valid YAML: expected ',' or ']', but got '<stream end>'\n",
    ),
    "no mapping": (
        "- overlays\n",
        "config.yaml: expected keys and values, such as `overlays: [overlays]`\n",
    ),
    "overlays that are not there": (
        "overlays: [nixes]\n",
        (
            "config.yaml:1:overlays: there is no 'nixes' in {root}\n"
            "hint: name the files or folders in config.yaml, `overlays: [FOLDER]`, or use -C\n"
        ),
    ),
}


@pytest.mark.parametrize(("text", "said"), CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_a_wrong_configuration_names_file_line_and_key(
    project: Project, text: str, said: str
) -> None:
    (project.root / "config.yaml").write_text(text)
    result = project.run("bump")
    expected = "updater: " + said.replace("{root}", str(project.root))
    assert (result.code, result.out, result.err) == (2, "", expected)


def test_json_has_an_error_object_on_exit_2(project: Project) -> None:
    project.configure("trak: 1\n")
    result = project.run("check", "--json")
    assert result.code == 2
    assert result.json == {
        "schema": 1,
        "command": "check",
        "error": {
            "stage": "arguments",
            "message": "config.yaml:1:trak: is not a known key",
            "hint": "did you mean track, below `defaults:` or `packages:`? known keys: archives, "
            "audit, base, branch_prefix, dashboard, defaults, hosts, identify, index, "
            "max_open, network, overlays, packages, publish, registries, repository, "
            "vulnerabilities",
        },
    }


def test_without_a_configuration_the_overlays_folder_is_taken(project: Project) -> None:
    (project.root / "config.yaml").unlink()
    result = project.run("list")
    assert (result.code, result.out) == (
        0,
        (
            "PACKAGE  VERSION  FOLLOWS  FETCHER    FILE\n"
            "a        1.0      pypi     fetchPypi  overlays/a.nix:3\n"
        ),
    )


def test_a_named_configuration_that_is_missing_is_an_error(project: Project) -> None:
    result = project.run("list", "--config", "other.yaml")
    assert (result.code, result.err) == (
        2,
        "updater: other.yaml: cannot be read: No such file or directory\nhint: check --config\n",
    )


def test_an_unknown_package_suggests_the_closest_name(project: Project) -> None:
    project.overlay("ema.nix", pypi_overlay("ema-pytorch", "1.0"))
    result = project.run("bump", "ema-torch")
    assert (result.code, result.err) == (
        3,
        "updater: no package matches 'ema-torch'\nhint: did you mean ema-pytorch?\n",
    )


def test_a_name_of_several_packages_lists_them(project: Project) -> None:
    project.overlay("b.nix", pypi_overlay("a", "1.0"))
    result = project.run("bump", "a")
    assert (result.code, result.err) == (
        2,
        (
            "updater: 'a' is the name of 2 packages:\n"
            "  overlays/a.nix#python3Packages.a\n"
            "  overlays/b.nix#python3Packages.a\n"
            "hint: give one of these identities instead of the name\n"
        ),
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["bump", "--no-such"],
            "No such option '--no-such'. (Did you mean one of: '--no-build', '--no-cache'?)",
        ),
        (["bump", "--to"], "Option '--to' requires an argument."),
        (["fetch"], "No such command 'fetch'. Did you mean 'prefetch'?"),
        (["prefetch"], "prefetch needs a REF or --convert HASH"),
        (
            ["prefetch", "--", "pypi:x"],
            (
                "'pypi:x' is not a valid source (expected bitbucket:OWNER/REPO@REV, "
                "codeberg:OWNER/REPO@REV, github:OWNER/REPO@REV, gitlab:GROUP/REPO@REV, "
                "sourcehut:~OWNER/REPO@REV, pypi:NAME@VERSION, git+https://HOST/PATH@REV, "
                "https://HOST/OWNER/REPO@REV or the URL of a file)"
            ),
        ),
    ],
)
def test_wrong_arguments_end_with_2(project: Project, arguments: list[str], said: str) -> None:
    result = project.run(*arguments)
    assert result.code == 2
    assert result.err.startswith(f"updater: {said}\nhint: ")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [(["fetch"], "run `updater --help`"), (["check", "--foo"], "run `updater check --help`")],
)
def test_wrong_arguments_name_the_help_that_there_is(
    project: Project, arguments: list[str], hint: str
) -> None:
    assert project.run(*arguments).err.endswith(f"\nhint: {hint}\n")


def test_a_syntax_error_names_line_and_column_and_shows_a_caret(project: Project) -> None:
    """Only the package with the error is refused; its sibling file goes on."""
    broken = pypi_overlay("b", "1.0", sri=FAKE).replace('version = "1.0";', "version = ;")
    project.overlay("b.nix", broken)
    result = project.run("bump", "--dry-run", "--json")
    failed = [one for one in result.json["packages"] if one["status"] == "failed"]
    assert result.code == 1
    assert [(one["name"], one["error"]) for one in failed] == [
        (
            "b",
            {
                "stage": "find",
                "message": "overlays/b.nix: cannot parse line 5, column 16\n"
                "      version = ;\n               ^",
                "hint": "fix the syntax, or leave the file out of `overlays:`",
            },
        )
    ]
    assert result.json["summary"] == {"updated": 1, "failed": 1}


def test_bytes_that_are_no_text_are_one_packages_own(project: Project) -> None:
    """Names of files and Nix strings may be any bytes; JSON and addresses may not."""
    folder = project.root / "overlays"
    named = folder / os.fsdecode(b"c\xff.nix")
    script = b"postFetch = ''\n  echo \xff\n''; hash ="
    named.write_bytes(pypi_overlay("c", "1.0", sri=FAKE).encode().replace(b"hash =", script))
    (folder / "b.nix").write_bytes(
        pypi_overlay("b", "1.0", sri=FAKE).encode().replace(b'"b"', b'"\xff"')
    )
    result = project.run("list", "--json")
    found = {
        one["name"]: (one["status"], one["file"], one["reason"]) for one in result.json["packages"]
    }
    of_index = "its source is fetched from the package index"
    why = "overlays/b.nix:8: the pname of b is not UTF-8; save the file as UTF-8"
    assert found == {
        "a": ("found", "overlays/a.nix", of_index),
        "b": ("failed", "overlays/b.nix", why),
        "c": ("found", "overlays/c?.nix", of_index),
    }
    assert project.run("list", "overlays/c?.nix#*").code == 0
    checked = project.run("check", "a", "b", "--json")
    assert (checked.code, checked.json["summary"]) == (1, {"outdated": 1, "failed": 1})


def answers(status: int, *headers: tuple[str, str]) -> Response:
    return Response(status, b"{}", dict(headers))


INDEX_FAULTS = {
    "404": (
        answers(404),
        "answers 404 Not Found",
        "is it deleted, renamed or private?",
    ),
    "403": (
        answers(403),
        "answers 403 Forbidden",
        (
            "write the index's user and password into your netrc file (`~/.netrc`, or the one that "
            "NETRC names), as for pip: machine HOST login USER password PASSWORD"
        ),
    ),
    "429": (
        answers(429, ("Retry-After", "3600")),
        "answers 429 Too Many Requests: rate limited until ",
        "try later",
    ),
    "500": (answers(500), "answers 500 Internal Server Error", "try again later"),
    "418": (answers(418), "answers 418 I'm a Teapot", ""),
    "cut short": (
        Cut(10),
        "cannot be reached: peer closed connection without sending complete message body",
        "check the network, the proxy variables and the address in config.yaml",
    ),
    "dropped": (
        Drop(),
        "cannot be reached: Server disconnected without sending a response.",
        "check the network, the proxy variables and the address in config.yaml",
    ),
    "garbage": (
        Garbage(),
        "the index does not answer for a with the Simple API's JSON",
        "check `index` in config.yaml, or pip's index-url",
    ),
}


@pytest.mark.parametrize(("fault", "said", "hint"), INDEX_FAULTS.values(), ids=INDEX_FAULTS)
def test_a_fault_of_the_index_is_the_packages_own(
    project: Project, index: Index, fault: Fault, said: str, hint: str
) -> None:
    injection = index.server.fail("GET /simple/a/", fault)
    result = project.run("bump", "--json")
    (package,) = result.json["packages"]
    assert injection.hits == 1
    assert (result.code, package["status"], package["error"]["stage"]) == (1, "failed", "look-up")
    assert said in package["error"]["message"]
    assert package["error"]["hint"] == hint


def test_no_network_is_a_clear_failure(project: Project) -> None:
    project.configure("index: http://127.0.0.1:9\nnetwork: {retries: 0}\n")
    result = project.run("bump")
    assert (result.code, result.out) == (
        1,
        (
            "failed  a  1.0  look-up: http://127.0.0.1:9/a/ cannot be reached: "
            "All connection attempts failed\n"
            "        hint: check the network, the proxy variables and the address in config.yaml\n"
        ),
    )


def test_a_wrong_token_is_named_by_its_variable_and_never_shown(
    project: Project, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = github.repository("o", "v")
    repository.tag("v2.0", repository.commit({"f": "x"}))
    project.overlay("v.nix", github_overlay("v", "1.0", sri=FAKE))
    monkeypatch.setenv("GITHUB_TOKEN", "hush-hush")
    result = project.run("bump", "v")
    assert (result.code, result.out.splitlines()[1]) == (
        1,
        "        hint: the token in GITHUB_TOKEN is refused: renew it or give it read access",
    )
    assert "hush" not in result.out + result.err


def test_a_right_token_goes_to_its_host_only(
    project: Project, github: GitHub, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not to the index, and not to the other host that archives are redirected to."""
    github.tokens.add("hush-hush")
    repository = github.repository("o", "v")
    repository.tag("v2.0", repository.commit({"f": "x"}))
    project.overlay("v.nix", github_overlay("v", "1.0", sri=FAKE))
    monkeypatch.setenv("GITHUB_TOKEN", "hush-hush")
    assert project.run("bump", "--dry-run").code == 0
    seen = [
        (one.target.partition("?")[0], one.headers.get("authorization", "").partition(" ")[0])
        for server in (github.server, github.codeload, index.server)
        for one in server.requests()
    ]
    assert ("/api/graphql", "Bearer") in seen
    assert [target for target, sent in seen if sent and target != "/api/graphql"] == []


@pytest.mark.parametrize(
    "fault", [Cut(100), Drop(), answers(500), answers(404)], ids=["cut", "drop", "500", "404"]
)
def test_an_archive_that_does_not_arrive_fails_at_its_stage(
    project: Project, github: GitHub, fault: Fault
) -> None:
    repository = github.repository("o", "v")
    repository.tag("v2.0", repository.commit({"f": os.urandom(3000).hex()}))
    project.overlay("v.nix", github_overlay("v", "1.0", sri=FAKE))
    before = project.snapshot()
    injection = github.codeload.fail("GET", fault)
    result = project.run("bump", "v", "--json")
    (package,) = result.json["packages"]
    assert injection.hits == 1
    assert (result.code, package["status"]) == (1, "failed")
    assert package["error"]["stage"] in {"look-up", "hash"}
    assert project.snapshot() == before


def test_a_missing_repository_fails_alone(project: Project) -> None:
    project.overlay("v.nix", github_overlay("v", "1.0", owner="gone", sri=FAKE))
    result = project.run("bump", "--dry-run", "--json")
    assert result.code == 1
    assert result.json["summary"] == {"updated": 1, "failed": 1}
    (failed,) = [one for one in result.json["packages"] if one["status"] == "failed"]
    assert failed["name"] == "v"
    assert failed["error"]["hint"] == "is it deleted, renamed or private?"


def test_a_read_only_file_is_left_alone(project: Project) -> None:
    path = project.root / "overlays" / "a.nix"
    path.chmod(0o444)
    result = project.run("bump")
    assert (result.code, result.out) == (
        1,
        (
            "failed  a  1.0  -> 2.0  write: overlays/a.nix is read-only; nothing was written\n"
            "        hint: chmod u+w overlays/a.nix, or hold the package in config.yaml\n"
            "        warning: a new major version\n"
        ),
    )


def test_upstream_text_that_would_be_nix_code_is_refused(project: Project, github: GitHub) -> None:
    repository = github.repository("o", "v")
    repository.tag("v2.0${x}", repository.commit({"f": "x"}))
    project.overlay("v.nix", github_overlay("v", "1.0", sri=FAKE))
    project.add_configuration("packages: {v: {tag_pattern: 'v(?P<version>.*)[$].*'}}\n")
    before = project.snapshot()
    result = project.run("bump", "v", "--json")
    (package,) = result.json["packages"]
    assert (result.code, package["status"]) == (0, "held")
    assert "is not written into Nix" in package["reason"]
    assert project.snapshot() == before
