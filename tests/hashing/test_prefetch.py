"""A source's hash by each method: what is downloaded is what was asked for, or an error says so."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import anyio
import pytest
from msgspec.structs import replace

from tests.hashing.raw import ZipMember, make_raw_zip
from tests.hashing.trees import File, gzipped, make_tar
from tests.loopback.faults import Cut, Flood
from tests.loopback.messages import Response
from tests.loopback.repositories import Submodule
from tests.project import FAKE, flat_hash, github_overlay, pypi_overlay, unpacked_hash
from updater.effects.http.client import Http
from updater.effects.http.network import Network
from updater.effects.nix.prefetch import Nix
from updater.errors import HashError, UpstreamError
from updater.hashing.archive import hash_archive
from updater.hashing.prefetch import Prefetcher
from updater.model import Checkout, Fetch, Hashed, Sri

if TYPE_CHECKING:
    from pathlib import Path

    from tests import real_nix
    from tests.hashing.trees import Members
    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.loopback.server import Server
    from tests.project import Project
    from updater.model import Unpacking

TREE = gzipped(make_tar([(b"t/a", File(b"text")), (b"t/b", File(b"x" * 5000))]))
SHA256 = Sri("sha256", hashlib.sha256(TREE).digest())


@pytest.fixture
def file(server: Server) -> str:
    """An address that has an archive."""
    server.route("GET", "/x.tar.gz", lambda _request: Response(200, TREE))
    return f"{server.url}/x.tar.gz"


def prefetched(*fetches: Fetch, nix: Nix | None = None, method: str = "auto") -> list[Hashed]:
    """Hash sources beside each other, without a second try."""

    async def main() -> list[Hashed]:
        found: dict[int, Hashed] = {}
        async with Http.opened(Network(retries=0, timeout=20), (), lambda _text: None) as http:
            prefetcher = Prefetcher(http, lambda: nix or Nix({}))

            async def one(number: int, fetch: Fetch) -> None:
                found[number] = await prefetcher.hash(fetch, method)  # type: ignore[arg-type]

            async with anyio.create_task_group() as group:
                for number, fetch in enumerate(fetches):
                    group.start_soon(one, number, fetch)
        return [found[number] for number in range(len(fetches))]

    try:
        return anyio.run(main)
    except ExceptionGroup as group:
        raise group.exceptions[0] from None


# --- what an index says of its files ------------------------------------------------------------


def test_a_published_hash_costs_no_download(server: Server, file: str) -> None:
    fetch = Fetch(url=file, sri=SHA256, size=len(TREE))
    assert prefetched(fetch) == [Hashed(SHA256, "index", 0)]
    assert server.requests() == []


def test_a_file_that_is_downloaded_anyway_is_the_one_that_is_published(file: str) -> None:
    """As `hash: embedded` asks, and where the tree inside is what is hashed."""
    flat = Fetch(url=file, sri=SHA256, size=len(TREE))
    assert prefetched(flat, method="embedded") == [Hashed(SHA256, "embedded", len(TREE))]
    inside = hash_archive([TREE], filename="x.tar.gz").sri
    assert prefetched(replace(flat, unpack=True)) == [Hashed(inside, "embedded", len(TREE))]


WRONG = Sri("sha256", bytes(32))
LIES = {
    "a longer file": (Fetch(sri=SHA256, size=len(TREE) - 1), f"more than {len(TREE) - 1} bytes"),
    "a shorter file": (
        Fetch(sri=SHA256, size=len(TREE) + 1),
        f"{len(TREE)} bytes instead of {len(TREE) + 1}",
    ),
    "another file": (
        Fetch(sri=WRONG, size=len(TREE)),
        f"the hash {SHA256} instead of {WRONG}",
    ),
}


@pytest.mark.parametrize("unpack", [False, True])
@pytest.mark.parametrize(("published", "what"), LIES.values(), ids=LIES)
def test_one_that_is_another_is_refused(
    file: str, published: Fetch, what: str, *, unpack: bool
) -> None:
    with pytest.raises(HashError) as caught:
        prefetched(replace(published, url=file, unpack=unpack), method="embedded")
    assert str(caught.value) == f"{file} is not what its index says: it has {what}"


def test_an_endless_file_is_left_at_its_published_size(server: Server, file: str) -> None:
    server.fail("GET", Flood(50_000_000))
    with pytest.raises(HashError, match=r"more than 5000 bytes$"):
        prefetched(Fetch(url=file, size=5000), method="embedded")


def test_a_release_is_compared_with_its_index_on_its_way(project: Project, index: Index) -> None:
    """`bump` with `hash: embedded`, and an index whose file is another by now."""
    index.release("tool", "1.0")
    index.release("tool", "1.1", files={"tool-1.1.tar.gz": b"one"})
    index.server.fail("GET /files/", Response(200, b"two"))
    project.overlay("tool.nix", pypi_overlay("tool", "1.0", sri=FAKE))
    project.add_configuration("packages: {tool: {hash: embedded}}")
    before = project.snapshot()
    result = project.run("bump", "--json")
    error = result.json["packages"][0]["error"]
    assert (result.code, error["stage"], project.snapshot()) == (1, "hash", before)
    said = f"the hash {flat_hash(b'two')} instead of {flat_hash(b'one')}"
    assert error["message"].endswith(f"tool-1.1.tar.gz is not what its index says: it has {said}")


# --- by Nix -------------------------------------------------------------------------------------


@pytest.fixture
def started(nix: real_nix.Nix) -> Nix:
    return Nix(nix.environment)


@pytest.mark.nix
def test_nix_gives_the_same_as_the_download(file: str, started: Nix) -> None:
    flat, tree = Fetch(url=file), Fetch(url=file, unpack=True)
    found = prefetched(flat, tree, nix=started, method="nix")
    assert [(one.sri, one.method) for one in found] == [
        (SHA256, "nix"),
        (hash_archive([TREE], filename="x.tar.gz").sri, "nix"),
    ]


@pytest.mark.nix
@pytest.mark.parametrize("unpack", [False, True])
@pytest.mark.parametrize(("published", "what"), LIES.values(), ids=LIES)
def test_what_nix_downloads_is_compared_with_the_index_too(
    file: str, started: Nix, published: Fetch, what: str, *, unpack: bool
) -> None:
    with pytest.raises(HashError) as caught:
        prefetched(replace(published, url=file, unpack=unpack), nix=started, method="nix")
    assert str(caught.value) == f"{file} is not what its index says: it has {what}"


@pytest.mark.nix
def test_what_nix_downloads_is_of_its_commit(file: str, started: Nix) -> None:
    with pytest.raises(HashError, match=r"^the archive is of commit None, not of 0123$"):
        prefetched(Fetch(url=file, unpack=True, commit="0123"), nix=started, method="nix")


@pytest.mark.parametrize("method", ["nix", "embedded"])
def test_an_index_leads_to_no_file_of_this_machine(tmp_path: Path, method: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    with pytest.raises((HashError, UpstreamError)) as caught:
        prefetched(Fetch(url=secret.as_uri()), method=method)
    assert "file" in str(caught.value)


SHAPES: dict[str, tuple[Members, Unpacking, bool]] = {
    "one folder": ([(b"t/a", File(b"1"))], "fetchzip", True),
    "one folder, kept": ([(b"t/a", File(b"1"))], "flat", False),
    "several, kept": ([(b"a", File(b"1")), (b"b", File(b"2"))], "flat", True),
    "one file, in a folder": ([(b"a", File(b"1"))], "fetchzip", False),
    "one file, kept": ([(b"a", File(b"1"))], "flat", False),
    "one folder, by Nix itself": ([(b"t/a", File(b"1"))], "fetchTarball", True),
}


@pytest.mark.nix
@pytest.mark.parametrize(("entries", "unpacking", "agrees"), SHAPES.values(), ids=list(SHAPES))
def test_nix_is_believed_only_where_its_rule_is_the_fetchers(
    server: Server, started: Nix, entries: Members, unpacking: Unpacking, *, agrees: bool
) -> None:
    """nix-prefetch-url takes any only entry for the root, and fetchzip only a folder."""
    data = make_tar(entries)
    server.route("GET", "/x.tar", lambda _request: Response(200, data))
    fetch = Fetch(url=f"{server.url}/x.tar", unpack=True, unpacking=unpacking)
    own = hash_archive([data], filename="x.tar", unpacking=unpacking).sri
    if agrees:
        (found,) = prefetched(fetch, nix=started, method="nix")
        assert (found.sri, found.method) == (own, "nix")
        return
    with pytest.raises(HashError) as caught:
        prefetched(fetch, nix=started, method="nix")
    assert str(caught.value).startswith(f"Nix unpacks {fetch.url} to a tree with the hash sha256-")
    assert str(caught.value).endswith(f", but its fetcher makes a tree with {own}")
    assert caught.value.hint == "set hash: auto for this package"


@pytest.mark.nix
def test_bump_writes_no_hash_that_only_nix_prefetch_url_gives(
    project: Project, github: GitHub, nix: real_nix.Nix, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an archive that keeps its top folder; `auto` gives the hash that the fetcher gives."""
    for name, value in nix.environment.items():
        monkeypatch.setenv(name, value)
    repository = github.repository("o", "tool")
    repository.tag("v1.0", repository.commit({"a": "1"}))
    repository.tag("v1.1", repository.commit({"a": "2"}))
    text = github_overlay("tool", "1.0", sri=FAKE)
    call = (
        'super.fetchzip {\n url = "https://github.com/o/tool/archive/v${version}.tar.gz";\n'
        " stripRoot = false;\n hash"
    )
    start, end = text.index("super.fetchFromGitHub"), text.index("hash")
    project.overlay("tool.nix", text[:start] + call + text[end + len("hash") :])
    project.add_configuration("packages: {tool: {hash: nix}}")
    before = project.snapshot()
    result = project.run("bump", "--json")
    error = result.json["packages"][0]["error"]
    assert (result.code, error["stage"], project.snapshot()) == (1, "hash", before)
    assert error["hint"] == "set hash: auto for this package"


@pytest.mark.nix
def test_what_is_not_unpacked_here_is_not_believed_of_nix_either(
    server: Server, started: Nix
) -> None:
    """Which release of which program unpacks it decides what is in it."""
    data = make_raw_zip(ZipMember(b"t/n", maker=1))
    server.route("GET", "/x.zip", lambda _request: Response(200, data))
    with pytest.raises(HashError) as caught:
        prefetched(Fetch(url=f"{server.url}/x.zip", unpack=True), nix=started, method="nix")
    assert caught.value.hint == "set `hash: build` for this package, so that its fetcher unpacks it"


# --- whose archive it is ------------------------------------------------------------------------


def moved(github: GitHub) -> tuple[str, str, Response]:
    """Return a tag's commit, another commit, and the answer with the other one's archive."""
    repository = github.repository("o", "tool")
    one = repository.commit({"a": "1"})
    repository.tag("v1.0", one)
    two = repository.commit({"a": "2"})
    repository.tag("v1.1", two)
    three = repository.commit({"a": "3"})
    repository.settle()
    made = subprocess.run(
        ["git", "archive", "--prefix=tool/", three],
        cwd=repository.path,
        check=True,
        capture_output=True,
    )
    return two, three, Response(200, gzip.compress(made.stdout))


def test_an_archive_of_another_commit_is_refused(project: Project, github: GitHub) -> None:
    """It is asked for by commit, and says in its header which one it is."""
    two, three, answer = moved(github)
    github.server.fail(f"GET .*{two}", answer)
    project.overlay("tool.nix", github_overlay("tool", "1.0", sri=FAKE))
    before = project.snapshot()
    result = project.run("bump", "--json")
    error = result.json["packages"][0]["error"]
    assert (result.code, project.snapshot()) == (1, before)
    assert error == {
        "stage": "hash",
        "message": f"the archive is of commit {three}, not of {two}",
        "hint": "run the command again: the tag may have moved just now; if the rev is the id of a "
        "tag's own object, write the commit's",
    }


def test_a_tag_that_moves_between_look_up_and_download_is_met(
    project: Project, github: GitHub
) -> None:
    """An address names the tag, not the commit: what comes is compared with what was looked up."""
    two, three, answer = moved(github)
    github.server.fail("GET .*/v1.1", answer)
    text = github_overlay("tool", "1.0", sri=FAKE)
    call = 'super.fetchzip {\n url = "https://github.com/o/tool/archive/v${version}.tar.gz";\n hash'
    start, end = text.index("super.fetchFromGitHub"), text.index("hash")
    project.overlay("tool.nix", text[:start] + call + text[end + len("hash") :])
    before = project.snapshot()
    result = project.run("bump", "--json")
    error = result.json["packages"][0]["error"]
    assert (result.code, project.snapshot()) == (1, before)
    assert error["message"] == f"the archive is of commit {three}, not of {two}"


# --- what only git gives ------------------------------------------------------------------------

# nixpkgs' program in its barest form: it clones, checks out, and lets Nix hash the tree.
PREFETCH_GIT = """\
#!{python}
import json, os, subprocess, sys, tempfile
given = sys.argv[1:]
url, rev = given[given.index("--url") + 1], given[given.index("--rev") + 1]
folder = tempfile.mkdtemp() + "/tree"
def git(*arguments):
    subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True)
os.mkdir(folder)
git("init")
git("fetch", url, rev)
git("checkout", "FETCH_HEAD")
if "--fetch-submodules" in given:
    git("submodule", "update", "--init", "--recursive")
subprocess.run(["find", folder, "-name", ".git", "-prune", "-exec", "rm", "-rf", "{{}}", "+"])
said = subprocess.run(["nix-hash", "--type", "sha256", "--base32", folder],
                      check=True, capture_output=True, text=True).stdout
print(json.dumps({{"url": url, "rev": rev, "sha256": said.strip()}}))
"""


@pytest.fixture
def git_prefetcher(tmp_path: Path, nix: real_nix.Nix) -> dict[str, str]:
    """An environment in which nix-prefetch-git is installed."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "nix-prefetch-git"
    program.write_text(PREFETCH_GIT.format(python=sys.executable))
    program.chmod(0o755)
    return {**nix.environment, "PATH": f"{folder}:{os.environ['PATH']}"}


@pytest.mark.nix
def test_auto_asks_nix_prefetch_git_where_that_gives_the_same(
    project: Project,
    github: GitHub,
    tmp_path: Path,
    git_prefetcher: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Submodules are a commit's own files, more than which is left to a build."""
    part = github.repository("o", "part")
    inside = part.commit({"x": "x"})
    part.settle()
    repository = github.repository("o", "tool")
    modules = f'[submodule "part"]\n\tpath = part\n\turl = {github.url}/o/part\n'
    repository.tag("v1.0", repository.commit({"a": "1"}))
    commit = repository.commit({"part": Submodule(inside), ".gitmodules": modules, "a": "2"})
    repository.tag("v1.1", commit)
    repository.settle()
    for name, value in git_prefetcher.items():
        monkeypatch.setenv(name, value)
    text = github_overlay("tool", "1.0", sri=FAKE)
    project.overlay("tool.nix", text.replace("hash =", "fetchSubmodules = true;\n hash ="))
    result = project.run("bump", "--json")
    hashed = result.json["packages"][0]["hash"]
    assert (result.code, hashed["method"]) == (0, "nix"), result.out
    assert hashed["value"] != unpacked_hash(repository, commit, tmp_path)
    tree = tmp_path / "tree"
    clone = ["git", "clone", "--quiet", "--recursive", str(repository.path), str(tree)]
    subprocess.run(clone, check=True, capture_output=True)
    for left in list(tree.rglob(".git")):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    assert hashed["value"] == real_hash(tree, git_prefetcher)


def real_hash(tree: Path, environment: dict[str, str]) -> str:
    """Return what Nix says of a tree."""
    done = subprocess.run(
        ["nix", "hash", "path", str(tree)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize("method", ["auto", "embedded", "nix"])
def test_without_it_nothing_is_guessed(method: str) -> None:
    fetch = Fetch(url="x", unpack=True, blocked="it has submodules", checkout=Checkout("u", "c"))
    with pytest.raises(HashError) as caught:
        prefetched(fetch, method=method)
    assert str(caught.value) == ("the hash cannot be computed from a download: it has submodules")


# --- beside each other, and on full disks -------------------------------------------------------


def test_many_sources_beside_each_other_get_each_its_own_hash(server: Server) -> None:
    """More than there are places for downloads."""
    archives = [gzipped(make_tar([(b"t/%d" % n, File(b"%d" % n * 9000))])) for n in range(40)]
    server.route(
        "GET",
        "/(?P<number>[0-9]+).tar.gz",
        lambda _request, number: Response(200, archives[int(number)]),
    )
    found = prefetched(
        *(Fetch(url=f"{server.url}/{number}.tar.gz", unpack=True) for number in range(40))
    )
    assert [one.sri for one in found] == [
        hash_archive([data], filename="x.tar.gz").sri for data in archives
    ]


def test_a_server_that_promises_more_than_it_sends_is_an_error(server: Server, file: str) -> None:
    """Never the hash of the part that came."""
    for unpack in (False, True):
        server.fail("GET", Cut(len(TREE) - 1), times=1)
        with pytest.raises(UpstreamError, match="cannot be reached"):
            prefetched(Fetch(url=file, unpack=unpack))


# --- what an archive tells besides its hash -----------------------------------------------------


def test_names_that_a_mac_confuses_are_a_warning(project: Project, github: GitHub) -> None:
    """Its file system has one of the two, so that the hash is another one there."""
    repository = github.repository("o", "tool")
    repository.tag("v1.0", repository.commit({"a": "1"}))
    repository.tag("v1.1", repository.commit({"docs/Readme": "1", "docs/README": "2"}))
    project.overlay("tool.nix", github_overlay("tool", "1.0", sri=FAKE))
    said = "docs/README and docs/Readme differ only in case: a Mac keeps "
    result = project.run("bump", "--json", "--dry-run")
    (tool,) = result.json["packages"]
    assert {"code": "case-collision", "message": f"{said}only one of them"} in tool["warnings"]
    prefetched_too = project.run("prefetch", "github:o/tool@v1.1")
    assert (prefetched_too.code, prefetched_too.out) == (0, f"{tool['hash']['value']}\n")
    assert "differ only in case: the tree is different on a Mac" in prefetched_too.err


@pytest.mark.parametrize(("declared", "warned"), [("1.1", False), ("1.0", True)])
def test_a_source_that_declares_another_version_is_a_warning(
    project: Project, github: GitHub, declared: str, *, warned: bool
) -> None:
    """Read from what was kept of the archive: nothing is asked for it."""
    repository = github.repository("o", "tool")
    repository.tag("v1.0", repository.commit({"a": "1"}))
    pyproject = f'[project]\nname = "tool"\nversion = "{declared}"\n'
    repository.tag("v1.1", repository.commit({"pyproject.toml": pyproject}))
    project.overlay("tool.nix", github_overlay("tool", "1.0", sri=FAKE))
    result = project.run("bump", "--json", "--dry-run")
    found = [one["message"] for one in result.json["packages"][0]["warnings"]]
    said = f"the source declares the version {declared}, not 1.1"
    assert (said in found) is warned


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("unpacked: 5kB", "the archive unpacks to more than 5000 bytes"),
        ("downloaded: 100B", "the archive is larger than 100 bytes"),
        ("members: 1", "the archive has more than 1 members"),
        ("time: 0s", "the download and what is in it took more than 0 s"),
    ],
)
def test_what_an_archive_may_cost_is_configured(
    project: Project, github: GitHub, limit: str, said: str
) -> None:
    repository = github.repository("o", "tool")
    repository.tag("v1.0", repository.commit({"a": "1"}))
    repository.tag("v1.1", repository.commit({"big": "x" * 6000, "b": "y"}))
    project.overlay("tool.nix", github_overlay("tool", "1.0", sri=FAKE))
    project.add_configuration(f"archives: {{{limit}}}\n")
    result = project.run("bump", "--json")
    error = result.json["packages"][0]["error"]
    assert (result.code, error["stage"], error["message"]) == (1, "hash", said)


@pytest.mark.parametrize("size", ["0", "5TB", "-1", "true", "1.5GB"])
def test_a_size_that_is_none_is_refused(project: Project, size: str) -> None:
    project.add_configuration(f"archives: {{unpacked: {size}}}\n")
    result = project.run("check")
    assert (result.code, result.out) == (2, "")
    assert "archives.unpacked: a size is a whole number" in result.err
