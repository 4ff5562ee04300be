"""fetchurl, and all that every fetcher of an address does."""

from __future__ import annotations

import pytest

from tests.fetchers.calls import COMMIT, OTHER_COMMIT, SRI, TAGGED, UNTAGGED, call, offered
from updater.errors import ReadError
from updater.fetchers import address
from updater.fetchers.fetchurl import KIND
from updater.model import Candidate, Fetch, NoFile, Pin
from updater.overlay.reading.file import read_packages
from updater.overlay.reading.pins import places

WITHOUT = "without its version 1.2.0 in its address"
HOME = "https://github.com/owner/tool"


@pytest.mark.parametrize(
    ("url", "project", "ref", "is_archive"),
    [
        (f"{HOME}/archive/v1.2.0.tar.gz", HOME, "v1.2.0", True),
        (f"{HOME}/archive/refs/tags/v1.2.0.zip", HOME, "v1.2.0", True),
        (f"{HOME}/archive/refs/tags/a/v1.2.0.tar.gz", HOME, "a/v1.2.0", True),
        (f"{HOME}/archive/refs/heads/main.tar.gz", HOME, "main", True),
        (f"{HOME}/archive/v1.2.0/tool-1.2.0.tar.gz", HOME, "v1.2.0", True),
        (f"{HOME}/archive/{COMMIT}.tar.gz", HOME, COMMIT, True),
        ("https://codeload.github.com/owner/tool/tar.gz/v1.2.0", HOME, "v1.2.0", True),
        (f"{HOME}/releases/download/v1.2.0/tool.whl", HOME, "v1.2.0", False),
        (f"{HOME}/raw/main/x/y.json", HOME, "main", False),
        ("https://raw.githubusercontent.com/owner/tool/v1.2.0/x/y.json", HOME, "v1.2.0", False),
        (
            "https://gitlab.example.org/a/b/tool/-/archive/v1.2.0/tool-v1.2.0.tar.gz",
            "https://gitlab.example.org/a/b/tool",
            "v1.2.0",
            True,
        ),
        (
            "https://git.sr.ht/~owner/tool/archive/1.2.0.tar.gz",
            "https://git.sr.ht/~owner/tool",
            "1.2.0",
            True,
        ),
        (
            "https://bitbucket.org/owner/tool/get/v1.2.0.tar.gz",
            "https://bitbucket.org/owner/tool",
            "v1.2.0",
            True,
        ),
        ("mirror://pypi/t/tool_kit/tool_kit-1.2.0.tar.gz", "pypi:tool-kit", "", False),
        ("https://index.example/packages/source/t/tool/tool-1.2.0.zip", "pypi:tool", "", False),
        ("https://example.org/tool/tool-1.2.0.tar.gz", "https://example.org/tool", "", False),
        ("mirror://gnu/tool/tool-1.2.0.tar.gz", "mirror://gnu/tool", "", False),
    ],
)
def test_an_address_tells_its_project_and_what_it_names(
    url: str,
    project: str,
    ref: str,
    is_archive: bool,  # noqa: FBT001 - a case
) -> None:
    here = address.parse(url)
    assert (str(here.project), here.ref_name, here.is_archive) == (project, ref, is_archive)


@pytest.mark.parametrize(
    ("version", "text", "found"),
    [
        ("1.2", "v1.2/tool-1.2.tar.gz", 2),
        ("1.2", "1.2.3 11.2 1.20 0.1.2 1.2.0", 0),
        ("1.2", "tool1.2 tool-1.2-py3 (1.2)", 3),
        ("1.2.0", "owner1.2.0/1.2.0", 2),
        ("", "x", 0),
    ],
)
def test_a_version_stands_only_where_it_stands_as_a_whole(
    version: str, text: str, found: int
) -> None:
    assert len(places(version, text)) == found


@pytest.mark.parametrize(
    ("url", "candidate", "new"),
    [
        (
            f"{HOME}/releases/download/v1.2.0/tool-1.2.0.whl",
            TAGGED,
            f"{HOME}/releases/download/v2.0.0/tool-2.0.0.whl",
        ),
        (
            "https://github.com/1.2.0/1.2.0/releases/download/v1.2.0/tool-11.2.0.whl",
            TAGGED,
            "https://github.com/1.2.0/1.2.0/releases/download/v2.0.0/tool-11.2.0.whl",
        ),
        (
            f"{HOME}/raw/{OTHER_COMMIT}/x-1.2.0.json",
            UNTAGGED,
            f"{HOME}/raw/{COMMIT}/x-{UNTAGGED.version}.json",
        ),
        (
            "https://example.org/1.2.0/tool-1.2.0.tar.gz",
            TAGGED,
            "https://example.org/2.0.0/tool-2.0.0.tar.gz",
        ),
    ],
)
def test_a_version_in_the_text_of_an_address_moves(
    url: str, candidate: Candidate, new: str
) -> None:
    one = call(KIND, f'url = "{url}"; hash = "h";')
    assert one.skip == ""
    assert one.fetch(candidate) == Fetch(values={"version": candidate.version, "url": new}, url=new)


def test_the_version_in_an_address_moves_by_itself() -> None:
    one = call(KIND, f'url = "{HOME}/releases/download/v${{version}}/x-${{version}}.whl";')
    new = f"{HOME}/releases/download/v2.0.0/x-2.0.0.whl"
    assert str(one.project) == HOME
    assert one.pin == Pin("1.2.0", "v1.2.0", through_version=True)
    assert one.fetch() == Fetch(values={"version": "2.0.0", "url": new}, url=new)


def test_every_address_of_a_list_moves() -> None:
    one = call(KIND, 'urls = [ "https://a.org/${version}.gz" "https://b.org/1.2.0.gz" ];')
    assert one.fetch() == Fetch(
        values={
            "version": "2.0.0",
            "urls[0]": "https://a.org/2.0.0.gz",
            "urls[1]": "https://b.org/2.0.0.gz",
        },
        url="https://a.org/2.0.0.gz",
    )


def test_the_commits_own_archive_carries_its_id() -> None:
    fetched = call(KIND, f'url = "{HOME}/archive/v${{version}}.tar.gz";').fetch(
        web="http://127.0.0.1:1"
    )
    assert fetched == Fetch(
        values={"version": "2.0.0", "url": f"{HOME}/archive/v2.0.0.tar.gz"},
        url="http://127.0.0.1:1/owner/tool/archive/v2.0.0.tar.gz",
        commit=COMMIT,
    )


def test_a_tag_of_another_form_is_written_as_it_is() -> None:
    """Where the address has nothing but the tag; a file's name beside it may be any."""
    one = call(KIND, f'url = "{HOME}/archive/v${{version}}.tar.gz";')
    fetch = one.fetch(Candidate("2.0.0", "release-2.0.0", COMMIT))
    assert isinstance(fetch, Fetch)
    assert fetch.values["url"] == f"{HOME}/archive/release-2.0.0.tar.gz"
    asset = call(KIND, f'url = "{HOME}/releases/download/v${{version}}/a-${{version}}.tgz";')
    assert asset.fetch(Candidate("2.0.0", "release-2.0.0", COMMIT)) == NoFile(
        f"x.nix:1: the address would become {HOME}/releases/download/v2.0.0/a-2.0.0.tgz, but "
        "upstream's tag is release-2.0.0"
    )


def test_an_address_of_a_release_takes_no_commit() -> None:
    """An archive does, as a rev does."""
    url = f"{HOME}/releases/download/v1.2.0/tool.zip"
    assert call(KIND, f'url = "{url}";').fetch(UNTAGGED) == NoFile(
        f"{UNTAGGED.version} has no tag, but {url} needs one"
    )
    archive = call(KIND, f'url = "{HOME}/archive/v1.2.0.tar.gz";').fetch(UNTAGGED)
    assert isinstance(archive, Fetch)
    assert archive.url == f"{HOME}/archive/{COMMIT}.tar.gz"


def test_a_file_of_the_index_has_the_hash_that_the_index_publishes() -> None:
    one = call(KIND, 'url = "mirror://pypi/t/tool/tool-${version}.tar.gz";')
    assert str(one.project) == "pypi:tool"
    assert one.fetch(offered("tool-2.0.0.tar.gz")) == Fetch(
        values={"version": "2.0.0", "url": "mirror://pypi/t/tool/tool-2.0.0.tar.gz"},
        url="https://index.example/tool-2.0.0.tar.gz",
        sri=SRI,
    )
    respelled = one.fetch(offered("Tool-2.0.0.tar.gz"))
    assert isinstance(respelled, Fetch)
    assert respelled.values["url"] == "mirror://pypi/t/tool/Tool-2.0.0.tar.gz"
    assert one.fetch(offered("tool-2.0.0.zip")) == NoFile(
        "2.0.0 has no tool-2.0.0.tar.gz; the index has tool-2.0.0.zip"
    )


@pytest.mark.parametrize(
    ("arguments", "blocked"),
    [
        ('url = "https://x.org/${version}"; postFetch = "x";', "postFetch changes what is hashed"),
        (
            'url = "https://x.org/${version}"; executable = true;',
            "executable changes what is hashed",
        ),
        ('url = "https://x.org/${version}"; executable = false;', ""),
        ('url = "mirror://gnu/${version}";', "only Nix knows the hosts of mirror: addresses"),
    ],
)
def test_what_changes_the_hash_blocks_it(arguments: str, blocked: str) -> None:
    fetched = call(KIND, arguments).fetch()
    assert isinstance(fetched, Fetch)
    assert fetched.blocked == blocked


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (
            f"{HOME}/raw/main/x.json",
            f"it is a file on 'main', {WITHOUT}; write a tag or a commit there",
        ),
        (
            f"{HOME}/releases/download/nightly/tool.zip",
            f"it is a file on 'nightly', {WITHOUT}; write the tag of a release there",
        ),
        (
            "https://example.org/tool-1.2.1.tar.gz",
            f"it is a file at https://example.org/tool-1.2.1.tar.gz, {WITHOUT}",
        ),
        (f"{HOME}/raw/{COMMIT}/x.json", ""),
        ("https://example.org/1.2.0.tar.gz", ""),
        *(
            (
                f"https://d.example/o/r/{before}{identity}{after}",
                (
                    f"its address has {identity}, which no other version's file has: write an "
                    "address that is made of the version, such as that of a release's file"
                ),
            )
            for before, identity, after in (
                ("", f"uploads/{32 * 'a'}", "/tool-1.2.0.tar.gz"),
                ("-/", "package_files/12", "/tool-1.2.0.tar.gz"),
                ("-/", "jobs/12", "/tool-1.2.0.tar.gz"),
                ("", "releases/assets/12", "/tool-1.2.0.tar.gz"),
                ("1.2.0/", "releases/assets/12", ""),
                ("", "attachments/01234567-89ab-cdef-0123-456789abcdef", "/tool-1.2.0.tar.gz"),
            )
        ),
    ],
)
def test_an_address_that_no_version_names_is_skipped(url: str, why: str) -> None:
    assert call(KIND, f'url = "{url}";').skip == why


def test_an_address_that_is_computed_is_an_error() -> None:
    one = call(KIND, 'url = "https://x.org/${f version}";')
    assert one.skip == ""
    with pytest.raises(ReadError, match="url of tool is computed"):
        _ = one.project


@pytest.mark.parametrize(
    ("ref", "version"),
    [
        ("v0.5.0", "0.5.0"),
        ("0.14.1", "0.14.1"),
        ("tool-1.2", "1.2"),
        ("release-1.2.0-rc1", "1.2.0-rc1"),
        ("main", ""),
        ("20210316", ""),
        ("e6430aa", ""),
    ],
)
def test_an_override_without_a_version_has_that_of_the_tag(ref: str, version: str) -> None:
    url = f"https://github.com/o/tool/releases/download/{ref}/a-{version}.zip"
    text = (
        f'{{ tool = x.overrideAttrs (_: {{ src = fetchurl {{ url = "{url}"; hash = ""; }}; }}); }}'
    )
    (package,) = read_packages(text.encode(), "x.nix", KIND.functions).packages
    assert package.source is not None
    assert (KIND.skip(package, package.source) == "") is bool(version)
    if version:
        fetched = KIND.fetch(package, package.source, TAGGED, "")
        assert isinstance(fetched, Fetch)
        assert fetched.url == "https://github.com/o/tool/releases/download/v2.0.0/a-2.0.0.zip"


def test_a_name_with_the_version_would_go_on_telling_it() -> None:
    text = """{ tool = x.overrideAttrs (_: { name = "tool-0.5.0"; src = fetchurl {
        url = "https://github.com/o/tool/releases/download/v0.5.0/a.zip"; hash = ""; }; }); }"""
    (package,) = read_packages(text.encode(), "x.nix", KIND.functions).packages
    assert package.source is not None
    assert KIND.skip(package, package.source) == (
        "it is a file on 'v0.5.0', and the package has no `version`"
    )


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://1.2.example/tool.tar.gz", "without a version in its address"),
        ("https://1.2.example/tool-1.34.tar.gz", "and the package has no `version`"),
        ("mirror://gnu/tool/tool-1.34.tar.gz", "and the package has no `version`"),
    ],
)
def test_a_version_of_a_name_alone_is_none(url: str, why: str) -> None:
    """What is told is true of the address, and says what is to be written."""
    text = f'mkDerivation {{ name = "tool-1.34"; src = fetchurl {{ url = "{url}"; hash = ""; }}; }}'
    (package,) = read_packages(text.encode(), "x.nix", KIND.functions).packages
    assert package.source is not None
    assert KIND.skip(package, package.source) == f"it is a file at {url}, {why}"


@pytest.mark.parametrize(
    ("start", "upstream"),
    [
        ("https://gitlab.com/api/v4/projects/o%2Fg%2Fr", "gitlab:o/g/r"),
        ("https://gitlab.com/api/v4/projects/12", "gitlab:GROUP/REPO"),
        ("https://gitlab.com/api/v4/projects/a%2Fb%1b[2J", "gitlab:GROUP/REPO"),
        ("https://git.example/api/v4/projects/o%2Fr", "https://git.example/o/r"),
        ("https://d.example/projects/12", "github:OWNER/REPO"),
    ],
)
def test_an_address_says_how_to_name_its_upstream(start: str, upstream: str) -> None:
    url = f"{start}/packages/generic/tool/1.2.0/tool-1.2.0.tar.gz"
    source = call(KIND, f'url = "{url}";').source
    assert KIND.upstream_hint(source) == upstream
