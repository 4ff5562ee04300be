"""What has no file yet, or is early, is passed over in one sentence that names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.situations import WAYS, Situations, nar_hash, situations
from tests.loopback.messages import Response
from tests.loopback.rest import Quota
from tests.project import flat_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.loopback.messages import Request

BUMP = "bump --no-build"
V = "v${version}/x-${version}.tgz"

# name -> releases with their files (None for a tag alone), the address's end, settings, the version
# that is taken (None for none), what is said of the newer one. 1.0 is pinned.
FILES: dict[str, tuple[dict[str, list[str] | None], str, str, str | None, str]] = {
    "empty": ({"1.1": ["x-1.1.tgz"], "1.2": []}, V, "", "1.1", "1.2 has no asset x-1.2.tgz yet"),
    "tag": ({"1.1": ["x-1.1.tgz"], "1.2": None}, V, "", "1.1", "1.2 has no asset x-1.2.tgz yet"),
    "renamed": ({"1.1": ["y-1.1.tgz"]}, V, "", None, "1.1 has no asset x-1.1.tgz yet"),
    "ending": (
        {"1.0.5": ["x-1.0.5.tgz"], "1.1": ["x-1.1.tar.zst"]},
        V,
        "",
        "1.0.5",
        "1.1 has no asset x-1.1.tgz yet",
    ),
    "same-name": ({"1.1": ["x"], "1.2": ["y"]}, "v${version}/x", "", "1.1", "1.2 has no asset x"),
    "pattern": (
        {"1.1": ["x-1.1.zip"]},
        V,
        "asset: 'x-.*[.]tgz'",
        None,
        "fits no file of v1.1, which has x-1.1.zip",
    ),
    "releases": (
        {"1.1": ["x-1.1.tgz"], "1.2": []},
        V,
        "track: release",
        "1.1",
        "1.2 has no asset x-1.2.tgz yet",
    ),
    "many": (
        {f"1.{minor}": [] for minor in range(1, 35)},
        V,
        "",
        None,
        (
            "1.34 has no asset x-1.34.tgz yet; if it has another name now, give `asset` its "
            "pattern (29 older ones are passed over like it)"
        ),
    ),
}

# name -> releases of the index with their files, the version that is taken, what is said
INDEXED: dict[str, tuple[dict[str, str], str | None, str]] = {
    "zip": ({"1.1": "1.1.tar.gz", "1.2": "1.2.zip"}, "1.1", "the index has zip-1.2.zip"),
    "egg": ({"1.1": "1.1-py2.7.egg"}, None, "the index has egg-1.1-py2.7.egg"),
    "installer": ({"1.1": "1.1.win32.exe"}, None, "the index has installer-1.1.win32.exe"),
    "rpm": ({"1.1": "1.1.tar.gz", "1.2": "1.2-1.noarch.rpm"}, "1.1", "has rpm-1.2-1.noarch.rpm"),
    "compiled": (
        {f"1.{minor}": f"1.{minor}-cp39-cp39-win32.whl" for minor in range(1, 9)},
        None,
        "(7 older ones are passed over like it)",
    ),
}

# Pre-releases after a pinned one. name -> pinned, the others, settings, the one sentence
EARLY = {
    "alphas": ("0.1a1", [f"0.{minor}a1" for minor in range(2, 40)], "", "(37 older ones"),
    "candidates": ("1.0rc1", [f"1.0rc{number}" for number in range(2, 40)], "", "1.0rc39 is a pre"),
    "ignored": ("0.41b0", ["0.66b2"], "ignore: ['0.66b2']", "0.66b2 is in `ignore`"),
    "outside": ("0.41b0", ["0.66b2"], "allow: '<0.60'", "0.66b2 is outside `allow: <0.60`"),
    "fits-no-name": ("1!0.1a1", ["1!0.2a1"], "allow: '<1!0.2a0'", "1!0.2a1 is outside `allow"),
}

# Sources that do not follow their tags. name -> pinned, next, what both declare
UNKEPT = {
    "a-major": ("v1.1", "v3.0", "0.1"),
    "no-gap": ("v1.1", "v1.2", "0.1"),
    "a-dot": ("v1.1.1", "v1.12", "0.0.1"),
    "unbumped": ("v1.2.9", "v12.10", "1.2.9"),
    "years": ("v2023.1", "v2203.2", "2022.0"),
}


def upload(world: Situations) -> None:
    def download(_request: Request, repository: str, tag: str, name: str) -> Response:
        (hosted,) = (one for one in world.github.all() if one.name == repository)
        served = {one.tag: dict(one.assets) for one in hosted.releases}.get(tag, {})
        return Response(200, served[name]) if name in served else Response(404)

    path = "/o/(?P<repository>[^/]+)/releases/download/(?P<tag>[^/]+)/(?P<name>.+)"
    world.github.server.route("GET", path, download)
    for name, (releases, end, settings, *_) in FILES.items():
        repository = world.repository(f"files-{name}")
        first = end.rpartition("/")[2].replace("${version}", "1.0")
        for version, files in {"1.0": [first], **releases}.items():
            repository.tag(f"v{version}", repository.commit({"a": version}))
            if files is not None:
                assets = {file: file.encode() for file in files}
                repository.release(f"v{version}", "2025-02-01T00:00:00+00:00", assets=assets)
        url = f"https://github.com/o/files-{name}/releases/download/{end}"
        source = f'fetchurl {{ url = "{url}"; hash = "{flat_hash(first.encode())}"; }}'
        text = f'  pname = "files-{name}"; version = "1.0";\n  src = {source};\n'
        world.overlay(f"files-{name}", text, settings)


def publish(world: Situations, name: str, pname: str, pinned: str, settings: str = "") -> None:
    (file,) = world.index.release(pname, pinned)
    source = f'fetchPypi {{ inherit pname version; hash = "{flat_hash(file.content)}"; }}'
    text = f'  pname = "{pname}"; version = "{pinned}";\n  src = {source};\n'
    world.overlay(name, text, settings)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situations]:
    """All of them in one project."""
    with situations(tmp_path_factory.mktemp("passed over")) as made:
        made.github.rest.anonymous = Quota(5000)
        upload(made)
        for name, (releases, *_) in INDEXED.items():
            publish(made, f"index-{name}", name, "1.0")
            for version, end in releases.items():
                file = f"{name}-{end}"
                plain = file.endswith((".tar.gz", ".zip", ".whl"))
                made.index.release(name, version, files=[file] if plain else {file: b"x"})
        for name, (pinned, others, settings, _) in EARLY.items():
            publish(made, f"early-{name}", f"early_{name.replace('-', '_')}", pinned, settings)
            for version in others:
                made.index.release(f"early-{name}", version)
        for name, (pinned, newer, declared) in UNKEPT.items():
            repository = made.repository(f"unkept-{name}")
            for tag in (pinned, newer):
                text = f"setup(name='unkept-{name}', version='{declared}')\n"
                repository.tag(tag, repository.commit({"setup.py": text, "a": tag}))
            sri = f'"{nar_hash(repository, pinned)}"'
            made.pin(f"unkept-{name}", pinned[1:], rev='"v${version}"', sri=sri)
        yield made


@pytest.mark.parametrize("token", WAYS.values(), ids=WAYS)
class TestBothWays:
    """GraphQL and git lead to the same."""

    @pytest.mark.parametrize("name", [*FILES, *INDEXED])
    def test_the_newest_that_has_its_file_is_taken(
        self, world: Situations, token: str, name: str
    ) -> None:
        """The newer one is named, once."""
        package = f"files-{name}" if name in FILES else f"index-{name}"
        taken, said = FILES[name][3:] if name in FILES else INDEXED[name][1:]
        checked = world.results("check", token=token)[package]
        told = [checked["reason"] or "", *(one["message"] for one in checked["warnings"])]
        assert sum(said in text for text in told) == 1, told
        assert checked["status"] == ("outdated" if taken else "held")
        if taken:
            assert checked["latest"] == taken
        else:
            assert checked["latest"] == checked["newest"]["version"]

    @pytest.mark.parametrize("name", EARLY)
    def test_pre_releases_are_passed_over_in_one_sentence(
        self, world: Situations, token: str, name: str
    ) -> None:
        checked = world.results("check", token=token)[f"early-{name}"]
        assert (checked["status"], checked["warnings"]) == ("held", [])
        assert EARLY[name][3] in checked["reason"]
        assert checked["newest"]["version"] == EARLY[name][1][-1]

    @pytest.mark.parametrize("name", UNKEPT)
    def test_a_source_that_does_not_follow_its_tags_holds_no_tag(
        self, world: Situations, token: str, name: str
    ) -> None:
        checked = world.results("check", token=token)[f"unkept-{name}"]
        assert (checked["status"], checked["latest"]) == ("outdated", UNKEPT[name][1][1:])


DEAR = [pytest.param(WAYS["GraphQL"], id="GraphQL", marks=pytest.mark.thorough)]


@pytest.mark.parametrize("token", [pytest.param("", id="git"), *DEAR])
def test_bump_writes_what_check_said(world: Situations, token: str) -> None:
    """It is true then; and what a source declares becomes the label, and rests."""
    bumped = world.results(*BUMP.split(), token=token)
    verified = world.results("verify", token=token, after=(BUMP,))
    again = world.results("check", token=token, after=(BUMP,))
    assert {outcome["state"] for outcome in verified.values()} == {"true"}
    taken = {f"files-{name}": case[3] for name, case in FILES.items()}
    taken |= {f"index-{name}": case[1] for name, case in INDEXED.items()}
    for name, version in taken.items():
        assert f'version = "{version or "1.0"}";' in world.text(name, token, BUMP)
    for name, (_, newer, declared) in UNKEPT.items():
        text = world.text(f"unkept-{name}", token, BUMP)
        assert (f'rev = "{newer}";' in text, f'version = "{declared}";' in text) == (True, True)
        codes = {warning["code"] for warning in bumped[f"unkept-{name}"]["warnings"]}
        assert "major-version" not in codes
        outcome = again[f"unkept-{name}"]
        assert (outcome["status"], outcome["reason"]) == ("current", None)
