"""`updater prefetch`: the hash of a source, by its REF."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from typing import TYPE_CHECKING

import jsonschema  # type: ignore[import-untyped]  # it has no stubs of its own
import pytest

from tests.project import flat_hash, unpacked_hash
from updater.report.json_schemas import json_schema

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.project import Project
    from tests.real_nix import Nix

FORMS = {
    "SRI": "sha256-K5KXicqpshDs/SXpkjjj9NnEHcJQSdp8R+nsqwtDg/Y=",
    "base32": "1xl38c5spv798xydljahq8fw9nglwcw95s95zpn11cm9ra4rg4ib",
    "base16": "2b929789caa9b210ecfd25e99238e3f4d9c41dc25049da7c47e9ecab0b4383f6",
    "base64": "K5KXicqpshDs/SXpkjjj9NnEHcJQSdp8R+nsqwtDg/Y=",
    "prefixed": "sha256:1xl38c5spv798xydljahq8fw9nglwcw95s95zpn11cm9ra4rg4ib",
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_convert_prints_any_form_as_sri(project: Project, text: str) -> None:
    result = project.run("prefetch", "--convert", text)
    assert (result.code, result.out, result.err) == (0, f"{FORMS['SRI']}\n", "")


SHA512 = "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="


@pytest.mark.nix
@pytest.mark.parametrize(
    "text",
    [
        f"sha512-{SHA512}",
        f"sha512:{SHA512}",
        f"sha512:{base64.b64decode(SHA512).hex()}",
        "sha256:0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73",
        "sha1:2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
        "md5:d41d8cd98f00b204e9800998ecf8427e",
    ],
)
def test_convert_does_what_nix_hash_to_sri_does(project: Project, nix: Nix, text: str) -> None:
    expected = nix.run("nix", "hash", "to-sri", text)
    result = project.run("prefetch", "--convert", text)
    assert (result.code, result.out) == (0, expected)


def test_convert_tells_the_algorithm_of_bare_digits_by_their_length(project: Project) -> None:
    result = project.run("prefetch", "--convert", base64.b64decode(SHA512).hex())
    assert (result.code, result.out) == (0, f"sha512-{SHA512}\n")
    result = project.run("prefetch", "--convert", "d41d8cd98f00b204e9800998ecf8427e")
    assert (result.code, result.err.splitlines()[0]) == (
        2,
        "updater: 'd41d8cd98f00b204e9800998ecf8427e' may be md5 or sha1: its length fits both",
    )


NONSENSE = (
    *("abc", "sha256-", "sha256-AAAA", "sha999:abc", "md5:zzzz", " ", f"sha256:{'e' * 52}"),
    *("sha256", "::", "lib.fakeHash", "https://x.example.org/y.tar.gz", "v1.0", "1" * 4400),
    *(f'hash = "{FORMS["SRI"]}";', f"{FORMS['SRI']} ", f"{FORMS['SRI']}\n", f" {FORMS['SRI']}"),
    *(FORMS["SRI"].upper(), f"sha512-{FORMS['base64']}", f"sha256-{FORMS['base32']}"),
    *(FORMS["base32"].upper(), f"sha256:{'z' * 52}", f"nix32:{FORMS['base32']}", "sha256-\u00e9"),
)


@pytest.mark.parametrize("text", NONSENSE)
def test_convert_refuses_what_is_no_hash(project: Project, text: str) -> None:
    result = project.run("prefetch", "--convert", text)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"updater: {text!r}")


def test_what_is_empty_is_no_hash(project: Project) -> None:
    """As where a variable of a script is; its form was asked for all the same."""
    for form in ((), ("--to", "hex")):
        result = project.run("prefetch", "--convert", "", *form)
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith("updater: the hash is an empty string\n")


@pytest.mark.parametrize("other", ["github:o/r@v1", "--unpack", "--nix"])
def test_a_hash_is_not_converted_beside_a_source(project: Project, other: str) -> None:
    result = project.run("prefetch", other, "--convert", FORMS["SRI"])
    shown = other if other.startswith("--") else "a REF"
    assert (result.code, f"--convert goes without {shown}" in result.err) == (2, True)


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
@pytest.mark.parametrize("form", ["base64", "base32", "nix32", "base16", "hex"])
def test_convert_has_a_way_back(project: Project, algorithm: str, form: str) -> None:
    """Both lead to the same hash again, and Nix's base32 is read as such."""
    digest = hashlib.new(algorithm, b"any", usedforsecurity=False)
    sri = f"{algorithm}-{base64.b64encode(digest.digest()).decode()}"
    printed = project.run("prefetch", "--convert", sri, "--to", form).out.strip()
    written = {"base64": sri.partition("-")[2], "base16": digest.hexdigest()}
    assert printed == written.get("base16" if form == "hex" else form, printed)
    again = project.run("prefetch", "--convert", f"{algorithm}:{printed}")
    assert (again.code, again.out) == (0, f"{sri}\n")


CONVERTED = {
    "sri": ("base32", "sri", FORMS["SRI"]),
    "base32": ("SRI", "base32", FORMS["base32"]),
    "base16": ("prefixed", "base16", FORMS["base16"]),
    "hex": ("base64", "hex", FORMS["base16"]),
    "same": ("SRI", "sri", FORMS["SRI"]),
}


@pytest.mark.parametrize("name", CONVERTED)
def test_convert_prints_one_object(project: Project, name: str) -> None:
    """Of the schema that `updater schema conversion` prints; of nonsense, too."""
    given, form, value = CONVERTED[name]
    result = project.run("prefetch", "--convert", FORMS[given], "--to", form, "--json")
    assert (result.code, result.json) == (
        0,
        {
            "schema": 1,
            "command": "prefetch",
            "text": FORMS[given],
            "algorithm": "sha256",
            "form": form,
            "value": value,
        },
    )
    jsonschema.validate(result.json, json.loads(json_schema("conversion")))
    refused = project.run("prefetch", "--json", "--convert", f"{FORMS[given]}x", "--to", form)
    assert refused.code == 2
    assert refused.json["error"]["message"].startswith(repr(f"{FORMS[given]}x"))


def test_a_form_is_only_for_a_hash_that_is_converted(project: Project) -> None:
    result = project.run("prefetch", "github:o/r@v1", "--to", "hex")
    assert (result.code, "--to goes with --convert HASH" in result.err) == (2, True)


@pytest.mark.parametrize("rev", ["v1.0", "1.0", "main", "{commit}"])
def test_a_github_ref_gives_the_hash_that_nix_gives_the_commit(
    project: Project, github: GitHub, tmp_path: Path, rev: str
) -> None:
    """A tag, a version, a branch or a commit."""
    repository = github.repository("o", "r")
    commit = repository.commit({"a": "x", "b/c": "y"})
    repository.tag("v1.0", commit, annotated=True)
    result = project.run("prefetch", f"github:o/r@{rev.format(commit=commit)}", "--json")
    expected = unpacked_hash(repository, commit, tmp_path)
    assert (result.code, result.json["hash"]["value"], result.json["hash"]["method"]) == (
        0,
        expected,
        "embedded",
    )
    assert result.json["url"] == f"{github.url}/o/r/archive/{commit}.tar.gz"
    assert result.json["hash"]["downloaded_bytes"] > 0
    assert result.json["seconds"] > 0


def test_a_pypi_ref_costs_no_download(project: Project, index: Index) -> None:
    (file,) = index.release("ema-pytorch", "1.0")
    result = project.run("prefetch", "pypi:ema_pytorch@1.0")
    assert (result.code, result.out) == (0, f"{flat_hash(file.content)}\n")
    assert [one.target for one in index.server.requests()] == ["/simple/ema-pytorch/"]


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("github:o/none@v1", "answers 40"),
        ("pypi:none@1", "answers 404 Not Found"),
        ("pypi:a@2", "pypi:a has no release '2'"),
        ("npm:a@1", "'npm:a@1' is not a valid source (expected bitbucket:OWNER/REPO@REV, "),
    ],
)
def test_what_is_not_there_is_said(project: Project, index: Index, ref: str, said: str) -> None:
    index.release("a", "1")
    result = project.run("prefetch", ref)
    assert (result.code in (1, 2), result.out) == (True, "")
    assert said in result.err


def archive() -> bytes:
    """A gzipped tar with one top folder."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as opened:
        member = tarfile.TarInfo("top/file")
        member.size = 4
        opened.addfile(member, io.BytesIO(b"text"))
    return made.getvalue()


@pytest.mark.parametrize("unpack", [False, True])
def test_a_url_is_hashed_as_nix_hashes_it(
    project: Project, index: Index, nix: Nix, monkeypatch: pytest.MonkeyPatch, *, unpack: bool
) -> None:
    """The updater's own way and ``--nix`` give the same, as a file and as an unpacked tree."""
    for name, value in nix.environment.items():
        monkeypatch.setenv(name, value)
    (file,) = index.release("a", "1", files={"a-1.tar.gz": archive()})
    arguments = [f"{index.server.url}{file.path}", *(["--unpack"] if unpack else [])]
    own = project.run("prefetch", *arguments)
    asked = project.run("prefetch", "--nix", *arguments)
    assert own.code == asked.code == 0
    assert own.out == asked.out
    assert unpack or own.out == f"{flat_hash(file.content)}\n"
