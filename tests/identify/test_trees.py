"""The engine gives every tree the hash that Nix gives `git archive` of its commit, unpacked."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.identify.conftest import History
from tests.loopback.repositories import Executable, Repository, Submodule, Symlink
from tests.project import unpacked_hash
from updater.identify.exact import Inexact, Unreproducible
from updater.identify.trees import TreeHasher

if TYPE_CHECKING:
    from tests.loopback.repositories import Entry

TEXT = "one\ntwo\r\nthree\n"

CASES: dict[str, dict[str, Entry]] = {
    "modes, links, names": {
        "run": Executable("#!/bin/sh\n"),
        "link": Symlink("folder/a.py"),
        "folder/a.py": "x = 1\n",
        "folder.py": "sorted between folder and folder/ by git, not by Nix\n",
        "folder-x/y": "",
        "größe/ü.txt": "ü\n",
    },
    "a submodule is an empty folder": {"vendor/lib": Submodule("1" * 40), "a": "a"},
    "eol": {
        ".gitattributes": "*.bat text eol=crlf\n*.sh eol=lf\n*.bin -text eol=crlf\n"
        "auto.* text=auto eol=crlf\n[attr]dos text eol=crlf\n*.dos dos\n*.raw binary\n",
        "a.bat": TEXT,
        "a.sh": TEXT,
        "a.bin": TEXT,
        "auto.txt": "one\ntwo\n",
        "auto.mixed": TEXT,
        "auto.nul": "one\0\n",
        "auto.control": "\x01\x02\n" + "x" * 100,
        "auto.few": "\x01\n" + "x" * 200,
        "auto.end": "one\n\x1a",
        "a.dos": "one\n",
        "a.raw": "one\n",
    },
    "text=auto alone changes nothing": {".gitattributes": "* text=auto\n", "a": TEXT},
    "a deeper file wins, and its last line": {
        ".gitattributes": "*.txt eol=crlf\n",
        "a.txt": TEXT,
        "b/.gitattributes": "*.txt eol=crlf\nkept.txt -text\n",
        "b/kept.txt": TEXT,
        "b/other.txt": TEXT,
        "c/.gitattributes": "*.txt !eol\n",
        "c/a.txt": TEXT,
    },
    "export-ignore": {
        ".gitattributes": "/docs export-ignore\ntests/ export-ignore\n*.tmp export-ignore\n"
        ".gitattributes export-ignore\na/*/deep export-ignore\n**/any/x export-ignore\n"
        "in/** export-ignore\nfrom/**/to export-ignore\n[ab].[0-9] export-ignore\n",
        "docs/a": "",
        "src/docs/a": "",
        "src/tests/a": "",
        "tests": "a file of that name stays\n",
        "only/x.tmp": "an ignored file still makes its folder\n",
        "a/b/deep": "",
        "a/b/c/deep": "",
        "p/q/any/x": "",
        "in/f": "",
        "in/g/f": "",
        "from/to": "",
        "from/a/b/to": "",
        "b.3": "",
        "c.3": "",
    },
    "a folder of ignored folders only is not written": {
        ".gitattributes": "inner/ export-ignore\n",
        "outer/inner/file": "",
        "stays": "",
    },
    "an ignored submodule": {
        ".gitattributes": "sub/ export-ignore\n",
        "sub": Submodule("2" * 40),
        "x/sub": Submodule("2" * 40),
        "a": "",
    },
    "ident": {
        ".gitattributes": "*.c ident\n",
        "a.c": "$Id$ $Id: 0123 $ $Id: a b c $ $Id:$ $Ident$ $Id: no end\n$Id$",
        "b.c": "no keyword, $Id",
        "c.txt": "$Id$",
    },
    "working-tree-encoding": {
        ".gitattributes": "*.le working-tree-encoding=UTF-16LE\n"
        "*.bom working-tree-encoding=UTF-16LE-BOM eol=crlf\n*.u8 working-tree-encoding=utf-8\n",
        "a.le": "größe\n",
        "a.bom": "größe\n",
        "a.u8": "größe\n",
    },
    "export-subst": {
        ".gitattributes": "* export-subst\n",
        "a": "$Format:%H %T %P$ $Format:%an <%ae> %at %ai %as$ $Format:%cn %ct %ci %cs%n%%$ $Form",
        "b": "nothing to replace\n",
    },
    "ident, line ends and Format in git's order": {
        ".gitattributes": "a ident eol=crlf export-subst\n",
        "a": "$Id$\n$Format:%H$\n",
    },
}


@pytest.mark.parametrize("files", CASES.values(), ids=list(CASES))
def test_hash_is_that_of_git_archive(history: History, files: dict[str, Entry]) -> None:
    commit = history.repository.commit(files)
    assert history.hashes(commit) == [unpacked_hash(history.repository, commit, history.folder)]


@pytest.mark.parametrize("files", CASES.values(), ids=list(CASES))
def test_hash_is_that_of_nix_prefetch_url(
    history: History, monkeypatch: pytest.MonkeyPatch, files: dict[str, Entry]
) -> None:
    """`nix-prefetch-url --unpack` of the archive, in a store of its own, gives the same hash."""
    commit = history.repository.commit(files)
    archive = history.folder / "source.tar.gz"
    history.repository.git(
        "archive", "--format=tar.gz", "--prefix=a-b/", f"--output={archive}", commit
    )
    for name, place in (
        ("NIX_STORE_DIR", "store"),
        ("NIX_STATE_DIR", "state"),
        ("NIX_LOG_DIR", "log"),
        ("NIX_CONF_DIR", "conf"),
    ):
        monkeypatch.setenv(name, str(history.folder / "nix" / place))
    monkeypatch.setenv("NIX_REMOTE", "")
    prefetched = subprocess.run(
        ["nix-prefetch-url", "--type", "sha256", "--unpack", f"file://{archive}"],
        check=True,
        capture_output=True,
        text=True,
    )
    digits = subprocess.run(
        ["nix-hash", "--type", "sha256", "--to-base16", prefetched.stdout.strip()],
        check=True,
        capture_output=True,
        text=True,
    )
    sri = base64.b64encode(bytes.fromhex(digits.stdout.strip())).decode()
    assert history.hashes(commit) == [f"sha256-{sri}"]


@pytest.mark.parametrize("kept_bytes", [0, 1000, 1 << 20])
def test_neighbours_share_what_did_not_change_and_still_differ(
    history: History, kept_bytes: int
) -> None:
    """Each hash is right whatever was hashed before it, and however little is kept."""
    repository = history.repository
    commits = [repository.commit({f"{name}/{n}": name * 2000 for name in "abc" for n in range(9)})]
    commits.append(repository.commit({"b/4": "changed\n"}))
    commits.append(repository.commit({".gitattributes": "b/* eol=crlf\n"}))
    commits.append(repository.commit({"c/8": None, "a/new/deep": "x"}))
    commits.append(repository.commit({"a/new/deep": None, ".gitattributes": None}))
    commits += reversed(commits)
    log = history.log()
    with history.objects() as objects:
        hasher = TreeHasher(objects, kept_bytes=kept_bytes)
        found = [str(hasher.hash(one, log[one].tree).sri) for one in commits]
    assert found == [unpacked_hash(repository, one, history.folder) for one in commits]


def test_a_large_file_is_streamed_and_hashed_alike(history: History) -> None:
    files: dict[str, Entry] = {"a": "before", "large": "0123456789" * 500_000, "z": "after"}
    first = history.repository.commit(files)
    second = history.repository.commit({"z": "later"})
    assert history.hashes(first, second) == [
        unpacked_hash(history.repository, one, history.folder) for one in (first, second)
    ]


@pytest.mark.parametrize(
    "placeholder", ["%d", "%D", "%h", "%(describe:tags=true)", "%N", "%cI", "%S"]
)
def test_a_substitution_that_depends_on_more_than_the_commit_is_refused(
    history: History, placeholder: str
) -> None:
    """`%cI` of UTC is one: git before and after 2.45 write it differently."""
    files: dict[str, Entry] = {".gitattributes": "v export-subst", "v": f"$Format:{placeholder}$"}
    commit = history.repository.commit(files)
    with pytest.raises(Unreproducible):
        history.hashes(commit)


@pytest.mark.parametrize(
    "files",
    [
        {".gitattributes": '"a b" eol=crlf\n'},
        {".gitattributes": "a\\*b export-ignore\n"},
        {".gitattributes": "[!a]b export-ignore\n"},
        {".gitattributes": "a/b**c export-ignore\n"},
        {".gitattributes": Symlink("other")},
        {".gitattributes": "a working-tree-encoding=SHIFT-JIS\n", "a": "x"},
        {".gitattributes": "a export-subst\n", "a": "$Format:%s$"},
    ],
)
def test_what_is_not_done_exactly_is_left_to_git(history: History, files: dict[str, Entry]) -> None:
    commit = history.repository.commit(files)
    with pytest.raises(Inexact):
        history.hashes(commit)


def test_folders_that_hold_each_other_many_times_over_are_refused(history: History) -> None:
    """A small repository may unfold into more files than any disk has."""
    repository = history.repository
    repository.settle()
    below = repository.git("hash-object", "-t", "blob", "-w", "/dev/null")
    kind, mode = "blob", "100644"
    for _ in range(9):
        lines = "".join(f"{mode} {kind} {below}\t{name}\n" for name in "abcdefgh")
        made = subprocess.run(
            ["git", "mktree"],
            cwd=repository.path,
            input=lines,
            check=True,
            capture_output=True,
            text=True,
        )
        below, kind, mode = made.stdout.strip(), "tree", "040000"
    with history.objects() as objects, pytest.raises(Unreproducible, match="more than 2,000,000"):
        TreeHasher(objects).hash("0" * 40, below)


NAMES = st.sampled_from(["a", "a.b", "b", "B", "c.bat", "d.txt", "ä", "z-z", "a0"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
CONTENTS = st.text(alphabet="ab\n\r\0$Id:ü", max_size=12)
LINES = st.tuples(
    st.sampled_from(["*", "*.bat", "*.txt", "a", "/a", "b/", "a/*", "**/b", "b/**", "a.?"]),
    st.sampled_from(
        [
            "eol=crlf",
            "-text",
            "text=auto",
            "text",
            "ident",
            "export-ignore",
            "!eol",
            "-export-ignore",
        ]
    ),
).map(" ".join)
ENTRIES = st.one_of(CONTENTS, CONTENTS.map(Executable), st.just(Symlink("a")), st.none())
CHANGES = st.dictionaries(PATHS, ENTRIES, max_size=6)
ATTRIBUTES = st.one_of(st.none(), st.lists(LINES, min_size=1, max_size=4).map("\n".join))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(CHANGES, ATTRIBUTES, ATTRIBUTES), min_size=1, max_size=4))
def test_random_histories_have_the_hashes_of_git_archive(
    steps: list[tuple[dict[str, Entry], str | None, str | None]],
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        history = History(Repository(folder / "r.git"), folder)
        commits = []
        for changes, root, inner in steps:
            given_: dict[str, Entry] = {"kept": "x", **changes, ".gitattributes": root}
            if inner is not None:
                given_ |= {"a/.gitattributes": inner}
            commits.append(history.repository.commit(given_))
        found = history.hashes(*commits)
        assert found == [unpacked_hash(history.repository, one, folder) for one in commits]
