"""What a release says besides its tag: marks, dates and files; and second sources' own tags."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.situations import WAYS, Situations, nar_hash, situations
from tests.loopback.messages import Response
from tests.loopback.rest import Quota
from tests.project import FAKE, flat_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.loopback.hosting import Hosted
    from tests.loopback.messages import Request

BUMP = "bump --no-build"
V = '"v${version}"'
AGO = datetime.now(UTC)
DOWNLOAD = "https://github.com/o/NAME/releases/download"


def before(days: int) -> str:
    """A day before the run, in ISO 8601."""
    return (AGO - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def line(repository: Hosted, *tags: str) -> None:
    for tag in tags:
        repository.tag(tag, repository.commit({"a": tag}))


# --- uploaded files: fetcher, address, newer tags, files that are there, what is taken ---
ASSETS = {
    "tarball": (
        "fetchurl",
        DOWNLOAD + "/v${version}/t-${version}.tar.gz",
        "1.1 1.2",
        ("v1.1/t-1.1.tar.gz",),
        "1.1",
    ),
    "wheel": (
        "fetchurl",
        DOWNLOAD + "/v${version}/w-${version}-py3-none-any.whl",
        "1.1",
        (),
        None,
    ),
    "zipped": (
        "fetchzip",
        DOWNLOAD + "/v${version}/z-${version}.zip",
        "1.1 2.0",
        ("v1.1/z-1.1.zip",),
        "1.1",
    ),
    "renamed": (
        "fetchurl",
        DOWNLOAD + "/v${version}/r-${version}-linux.tar.gz",
        "1.1 1.2 1.3",
        ("v1.1/r-1.1-linux.tar.gz", "v1.2/r_1.2.tar.gz", "v1.3/r_1.3.tar.gz"),
        "1.1",
    ),
    "literal": ("fetchurl", DOWNLOAD + "/v1.0/l.bin", "1.1 1.2", ("v1.1/l.bin",), "1.1"),
    "raw": (
        "fetchurl",
        "https://github.com/o/NAME/raw/v${version}/data.json",
        "1.1 1.2",
        ("v1.1/data.json",),
        "1.1",
    ),
    "whole": (
        "fetchurl",
        DOWNLOAD + "/v${version}/n-${version}.tgz",
        "1.1 1.2",
        ("v1.1/n-1.1.tgz", "v1.2/n-1.2.tgz"),
        "1.2",
    ),
    "elsewhere": (
        "fetchurl",
        "INDEX/dl/e-${version}.tar.gz",
        "1.1 1.2",
        ("e-1.1.tar.gz",),
        "1.1",
    ),
}

# --- marks: newer tags with what their release is, settings, what is taken ---
MARKED = {
    "newest": ("1.1 2.0:pre", "", "1.1"),
    "only": ("2.0:pre", "", None),
    "allowed": ("2.0:pre", "prereleases: true", "2.0"),
    "draft": ("1.1 2.0:draft", "", "2.0"),
    "full": ("2.0:full", "", "2.0"),
    "unreleased": ("1.1:pre 2.0", "", "2.0"),
    "several": ("1.9 2.0:pre 2.1:pre 2.2:pre", "", "1.9"),
    "at-commit": ("1.1 2.0:pre", "", "1.1"),
    "over-commit": ("1.1 2.0:pre", "track: tag", "1.1"),
    "moving": ("1.1 2.0:pre", "", "1.1"),
    "one-commit": ("1.1 2.0:pre", "", "1.1"),
    "one-commit-by-id": ("1.1 2.0:pre", "", "1.1"),
    "own-commit": ("2.0:pre", "", None),
    "releases-alone": ("1.1:full 2.0:pre", "track: release, prereleases: true", "2.0"),
}

# --- ages of 30 days: days since the commit, the tag's own object, the release; whether taken ---
AGES = {
    "old-commit": (400, None, None, True),
    "young-commit": (2, None, None, False),
    "late-release": (400, None, 2, False),
    "early-release": (2, None, 60, True),
    "late-tag": (400, 3, None, False),
    "early-tag": (2, 60, None, True),
    "release-of-tag": (400, 2, 60, True),
    "tag-of-release": (400, 60, 2, False),
}

# --- second sources: their calls, the tags of their own, what is taken, or why nothing is ---
HUB = 'fetchFromGitHub { owner = "o"; repo = "NAME"; hash = "HASH"; '
SECOND = {
    "own-prefix": (HUB + 'rev = "v${version}"; }', "v1.0 v1.1", "1.1"),
    "own-name": (HUB + 'tag = "data-${version}"; }', "data-1.0 data-1.1", "1.1"),
    "plain": (HUB + "rev = version; }", "1.0 1.1", "1.1"),
    "prefix-came": (HUB + "tag = version; }", "1.0 v1.1", "1.1"),
    "older": (HUB + 'rev = "v${version}"; }', "v1.0 v1.2", "has no tag of 1.1"),
    "git": (
        'fetchgit { url = "https://github.com/o/NAME.git"; rev = "v${version}"; hash = "HASH"; }',
        "v1.0",
        "has no tag of 1.1",
    ),
    "asset": (
        'fetchurl { url = "' + DOWNLOAD + '/${version}/d.bin"; hash = "HASH"; }',
        "1.0 1.1",
        "1.1",
    ),
    "asset-missing": (
        'fetchurl { url = "' + DOWNLOAD + '/${version}/none.bin"; hash = "HASH"; }',
        "1.0 1.1",
        "1.1 has no asset none.bin yet",
    ),
    "index": ('fetchPypi { pname = "NAME"; inherit version; hash = "HASH"; }', "", "1.1"),
    "gone": (HUB + 'rev = "v${version}"; }', "", "is not there"),
}


def uploads(world: Situations) -> None:
    files: dict[str, bytes] = {}
    for name, (function, address, newer, there, _) in ASSETS.items():
        line(world.repository(name), "v1.0", *(f"v{one}" for one in newer.split()))
        for path in there:
            content = archive(path) if path.endswith(".zip") else path.encode()
            below = "raw/" if name == "raw" else "releases/download/"
            files[f"/dl/{path}" if name == "elsewhere" else f"/o/{name}/{below}{path}"] = content
        url = address.replace("NAME", name).replace("INDEX", world.index.server.url)
        world.overlay(
            name,
            f'  pname = "{name}"; version = "1.0";\n'
            f'  src = {function} {{ url = "{url}"; hash = "{FAKE}"; }};\n',
            "upstream: 'github:o/elsewhere'" if name == "elsewhere" else "",
        )
    files["/o/second-asset/releases/download/1.1/d.bin"] = b"d"

    def answer(request: Request) -> Response:
        content = files.get(request.path)
        return Response(404) if content is None else Response(200, content)

    world.github.server.route("GET", r"/o/[^/]+/(?:raw|releases/download)/.+", answer)
    world.index.server.route("GET", r"/dl/.+", answer)


def archive(name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr(f"top/{name}", name)
    return packed.getvalue()


def marks(world: Situations) -> None:
    for name, (newer, settings, _) in MARKED.items():
        repository = world.repository(f"mark-{name}")
        line(repository, "v1.0")
        if name == "over-commit":
            repository.commit({"a": "between"})
        pinned = repository.head()
        for release in newer.split():
            version, _, what = release.partition(":")
            if name == "own-commit" or (name.startswith("one-commit") and version == "2.0"):
                repository.tag(f"v{version}", repository.head())
            else:
                line(repository, f"v{version}")
            if what:
                repository.release(
                    f"v{version}",
                    "2025-02-01T00:00:00Z",
                    prerelease=what == "pre",
                    draft=what == "draft",
                )
        is_tag = name not in {"at-commit", "over-commit", "moving", "one-commit-by-id"}
        rev = V if is_tag else f'"{pinned}"'
        label = "1.0-unstable-2025-01-02" if name == "over-commit" else "1.0"
        sri = nar_hash(repository, pinned) if name == "moving" else FAKE
        rev = '"main"' if name == "moving" else rev
        world.pin(f"mark-{name}", label, rev=rev, sri=f'"{sri}"', settings=settings)


def ages(world: Situations) -> None:
    for name, (committed, tagged, released, _) in AGES.items():
        repository = world.repository(f"age-{name}")
        first = repository.commit({"a": "1"}, date="2020-01-01T00:00:00Z")
        repository.tag("v1.0", first)
        commit = repository.commit({"a": "2"}, date=before(committed))
        if tagged is None:
            repository.tag("v1.1", commit)
        else:
            repository.tag("v1.1", commit, annotated=True, date=before(tagged))
        if released is not None:
            repository.release("v1.1", before(released))
        settings = "minimum_release_age: 30d"
        world.pin(f"age-{name}", "1.0", rev=V, sri=f'"{FAKE}"', settings=settings)
    for name, days in (("young", 2), ("old", 60)):
        pname = f"age-index-{name}"
        content = world.index.release(pname, "1.0")[0].content
        world.index.release(pname, "1.1", upload_time=before(days))
        source = f'fetchPypi {{ inherit pname version; hash = "{flat_hash(content)}"; }}'
        world.overlay(
            pname,
            f'  pname = "{pname.replace("-", "_")}"; version = "1.0";\n  src = {source};\n',
            "minimum_release_age: 30d",
        )


def seconds(world: Situations) -> None:
    for name, (call, tags, _) in SECOND.items():
        line(world.repository(f"first-{name}"), "1.0", "1.1")
        other = f"second-{name}"
        if name == "index":
            world.index.release("second_index", "1.0")
            world.index.release("second_index", "1.1")
            other = "second_index"
        elif tags:
            line(world.repository(other), *tags.split())
        second = call.replace("NAME", other).replace("HASH", FAKE)
        world.pin(
            f"two-{name}",
            "1.0",
            rev="version",
            sri=f'"{FAKE}"',
            repo=f"first-{name}",
            more=f"data = {second};\n",
        )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situations]:
    """All of them in one project."""
    with situations(tmp_path_factory.mktemp("releases")) as made:
        made.github.rest.anonymous = Quota(5000)
        for make in (uploads, marks, ages, seconds):
            make(made)
        yield made


def messages(package: dict[str, Any]) -> list[str]:
    return [one["message"] for one in package["warnings"] if one["code"] == "newer-held"]


def taken(world: Situations, token: str, name: str, version: str | None) -> dict[str, Any]:
    """Check that `check` and `bump` do the same of a package; return what `check` says."""
    package = world.results("check", token=token)[name]
    bumped = world.results(BUMP, token=token)[name]
    status = "held" if version is None else "outdated"
    assert (package["status"], bumped["status"]) == (
        status,
        "held" if version is None else "updated",
    ), (package["reason"], bumped["reason"], bumped["error"])
    if version is not None:
        assert package["latest"] == bumped["latest"] == version
        assert f'version = "{version}"' in world.text(name, token, BUMP)
    else:
        assert package["reason"] == bumped["reason"]
        assert world.text(name, token, BUMP) == world.text(name, token)
    return package


@pytest.mark.parametrize("token", WAYS.values(), ids=WAYS)
class TestBothWays:
    """GraphQL and git lead to the same."""

    @pytest.mark.parametrize("name", ASSETS)
    def test_the_newest_that_has_its_file_is_taken(
        self, world: Situations, token: str, name: str
    ) -> None:
        """And the newer one is named."""
        _, address, newer, _, version = ASSETS[name]
        package = taken(world, token, name, version)
        newest = newer.split()[-1]
        assert package["newest"]["version"] == newest
        file = address.rpartition("/")[2].replace("${version}", newest)
        what = "file" if name in {"raw", "elsewhere"} else "asset"
        said = [package["reason"] or "", *messages(package)]
        assert sum(f"{newest} has no {what} {file} yet" in one for one in said) == (
            version != newest
        ), said

    @pytest.mark.parametrize("name", MARKED)
    def test_what_the_host_marks_as_a_pre_release_is_not_taken_unasked(
        self, world: Situations, token: str, name: str
    ) -> None:
        newer, _, version = MARKED[name]
        package = taken(world, token, f"mark-{name}", version)
        newest = newer.split()[-1].partition(":")[0]
        assert package["newest"]["version"] == newest
        said = " ".join([package["reason"] or "", *messages(package)])
        told = f"upstream marks {newest} as a pre-release; `prereleases: true` allows it"
        assert (told in said) == (version != newest)

    @pytest.mark.parametrize("name", AGES)
    def test_an_age_counts_from_when_the_tag_or_release_appeared(
        self, world: Situations, token: str, name: str
    ) -> None:
        *_, is_old = AGES[name]
        package = taken(world, token, f"age-{name}", "1.1" if is_old else None)
        if not is_old:
            assert package["reason"].startswith("1.1 is younger than `minimum_release_age`")
            by_commit = package["reason"].endswith(", counted from its commit's date")
            assert by_commit == (name == "young-commit")
            days = min(day for day in AGES[name] if day)
            assert package["until"] == before(days - 30)

    @pytest.mark.parametrize(("name", "version"), [("young", None), ("old", "1.1")])
    def test_the_age_of_a_file_is_that_of_its_upload(
        self, world: Situations, token: str, name: str, version: str | None
    ) -> None:
        package = taken(world, token, f"age-index-{name}", version)
        reason = "1.1 is younger than `minimum_release_age`"
        assert (package["reason"], package["newest"]["version"]) == (
            reason if version is None else None,
            "1.1",
        )

    @pytest.mark.parametrize("name", SECOND)
    def test_a_second_source_moves_to_its_own_tag_of_the_version(
        self, world: Situations, token: str, name: str
    ) -> None:
        """Or the package is held, and `check` says why, too."""
        _, tags, result = SECOND[name]
        version = result if re.fullmatch(r"[\d.]+", result) else None
        package = taken(world, token, f"two-{name}", version)
        if version is None:
            assert package["reason"].startswith("its further source, line ")
            assert result in package["reason"]
        elif "v1.1" in tags:
            assert "v${version}" in world.text(f"two-{name}", token, BUMP)


@pytest.mark.parametrize("token", WAYS.values(), ids=WAYS)
def test_what_is_written_is_true_and_the_last_word(world: Situations, token: str) -> None:
    """`verify` says so, and neither a second `bump` nor `pin` changes anything."""
    bumped = world.results(*BUMP.split(), token=token)
    verified = world.results("verify", token=token, after=(BUMP,))
    updated = [name for name, outcome in bumped.items() if outcome["status"] == "updated"]
    assert len(updated) > 20
    for name in updated:
        assert verified[name]["state"] == "true", (name, verified[name]["reason"])
        text = world.text(name, token, BUMP)
        assert world.text(name, token, BUMP, BUMP) == text
        assert world.text(name, token, BUMP, "pin") == text
