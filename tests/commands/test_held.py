"""What is held shows the newest version that there is, whatever it is held for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.situations import WAYS, Situations, nar_hash, situations
from tests.loopback.rest import Quota
from tests.project import FAKE, flat_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

V = '"v${version}"'
FILE = "https://github.com/o/{}/releases/download/v${{version}}/x.bin"

# name -> settings, the reason in part, the newest version; tags v1.0, v1.1 and v1.2 are there
OF_TAGS = {
    "by-config": ("hold: waits for torch", "waits for torch", "1.2"),
    "plainly": ("hold: true", "", "1.2"),
    "by-comment": ("", "is not ready", "1.2"),
    "by-allow": ("allow: '<1.1'", "outside `allow", "1.2"),
    "by-ignore": ("ignore: ['1.*']", "is in `ignore`", "1.2"),
    "by-age": ("minimum_release_age: 36500d", "younger than `minimum_release_age`", "1.2"),
    "by-mark": ("", "marks 1.2 as a pre-release", "1.2"),
    "by-form": ("tag_pattern: 'x-(?P<version>.*)'", "no version of the same form", "1.2"),
    "by-asset": ("", "has no asset x.bin yet", "1.2"),
    "by-second": ("", "has no tag of 1.2", "1.2"),
    "by-ancestry": ("", "older than what is pinned", "1.2"),
    "by-hash": ("", "matches the pinned hash", "1.2"),
    "by-beside": ("", "cargoHash (line 10) must change with the source, and only a build", "1.2"),
    "by-channel": ("track: release", "has not published a release", "1.2"),
    "in-other-form": ("hold: true", "", "2.0"),
    "by-index": ("track: pypi", "the index has no project", "1.2"),
    "by-interval": ("commit_interval: 36500d, track: commit", "`commit_interval`", "1.2"),
    "by-branch": (
        "track: 'branch:side'",
        "the branch no longer holds the pinned commit",
        "unstable",
    ),
}
OF_INDEX = {
    "index-config": ("hold: waits", "waits", "2.0"),
    "index-allow": ("allow: '<2'", "outside `allow", "2.0"),
    "index-python": ("python: '3.8'", "needs Python", "2.0"),
    "index-age": ("minimum_release_age: 36500d", "younger than", "2.0"),
    "index-early": ("", "is a pre-release", "2.0b2"),
    "index-file": ("", "has no", "2.0"),
    "index-egg": ("", "the index has index_egg-2.0-py2.7.egg", "2.0"),
    "index-refused-early": ("allow: '<2'", "outside `allow", "2.0b2"),
}


SECOND = f'data = fetchFromGitHub {{ owner = "o"; repo = "data"; rev = {V}; hash = "{FAKE}"; }};\n'
BESIDE = {
    "by-second": SECOND,
    "by-comment": "# updater: hold is not ready\n",
    "by-beside": f'cargoHash = "{FAKE}";\n',
}


def of_tags(world: Situations, name: str, settings: str) -> None:
    repository = world.repository(name)
    commits = [repository.commit({"a": version}) for version in ("1.0", "1.1", "1.2")]
    tagged = reversed(commits) if name == "by-ancestry" else commits
    for version, commit in zip(("1.0", "1.1", "1.2"), tagged, strict=True):
        repository.tag(f"v{version}", commit)
        if name == "by-mark":
            repository.release(f"v{version}", "2025-02-01T00:00:00Z", prerelease=True)
    if name == "in-other-form":
        repository.tag("release/2.0", repository.commit({"a": "2.0"}))
    repository.commit({"a": "side"}, branch="side", parents=[])
    if name == "by-asset":
        source = f'fetchurl {{ url = "{FILE.format(name)}"; hash = "{FAKE}"; }}'
        text = f'  pname = "{name}"; version = "1.0";\n  src = {source};\n'
        world.overlay(name, text, settings)
        return
    at = f'"{commits[0]}"'
    revs = {"by-hash": '"main"', "by-beside": '"main"', "by-interval": at, "by-branch": at}
    rev, known = revs.get(name, V), name in {"by-beside", "by-interval", "by-branch"}
    sri = f'"{nar_hash(repository, commits[0])}"' if known else f'"{FAKE}"'
    world.pin(name, "1.0", rev=rev, sri=sri, more=BESIDE.get(name, ""), settings=settings)


def of_index(world: Situations, name: str, settings: str) -> None:
    early, stem = name.endswith("early"), name.replace("-", "_")
    versions = ("1.0b1", "2.0b2") if early else ("1.0", "2.0")
    content = world.index.release(name, versions[0])[0].content
    files: list[str] | dict[str, bytes] | None = None
    if name in {"index-file", "index-egg"}:
        kind = "py3-none-any.whl" if name == "index-file" else "py2.7.egg"
        files = {f"{stem}-2.0-{kind}": b"x"}
    world.index.release(name, versions[1], files=files, requires_python=">=3.9")
    source = f'fetchPypi {{ inherit pname version; hash = "{flat_hash(content)}"; }}'
    text = f'  pname = "{stem}"; version = "{versions[0]}";\n  src = {source};\n'
    world.overlay(name, text, settings)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situations]:
    """All of them in one project."""
    with situations(tmp_path_factory.mktemp("held")) as made:
        made.github.rest.anonymous = Quota(5000)
        data = made.repository("data")
        data.tag("v1.0", data.commit({"a": "b"}))
        for name, (settings, *_) in OF_TAGS.items():
            of_tags(made, name, settings)
        for name, (settings, *_) in OF_INDEX.items():
            of_index(made, name, settings)
        yield made


@pytest.mark.parametrize("token", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("name", [*OF_TAGS, *OF_INDEX])
def test_the_newest_version_is_shown(world: Situations, token: str, name: str) -> None:
    _, reason, newest = (OF_TAGS | OF_INDEX)[name]
    package = world.results("check", token=token)[name]
    assert (package["status"], reason in package["reason"]) == ("held", True), package["reason"]
    assert newest in package["newest"]["version"]


def test_the_terminal_shows_it_too(world: Situations) -> None:
    """Beside each held package, with how many more are held for the same reason."""
    rows = {}
    for line in world.printed("check").splitlines():
        status, _, rest = line.partition("  ")
        if status == "held":
            rows[rest.split()[0]] = rest
    assert sorted(rows) == sorted([*OF_TAGS, *OF_INDEX])
    for name, (_, _, newest) in (OF_TAGS | OF_INDEX).items():
        assert newest in rows[name].partition("(newest ")[2].partition(")")[0], rows[name]
    assert "(an older one is passed over like it)" in world.printed("check", "by-allow")
