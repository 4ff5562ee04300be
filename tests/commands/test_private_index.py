"""A whole private index whose user and password stand in netrc, as pip reads it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, Project, flat_hash, pypi_overlay

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.index import Index

PASSWORD = "hush-p@ss/word"
MACHINE = f"machine 127.0.0.1 login build password {PASSWORD}\n"

# name -> what stands where; `{index}` is the index's address with a user, `{plain}` without
PLACES = {
    "NETRC and config.yaml": ({"logins": MACHINE}, "index: {plain}\n"),
    "home and pip.conf with a user": (
        {
            "home/.netrc": f"machine elsewhere.example login x password y\n{MACHINE}",
            "pip.conf": "[global]\nindex-url = {index}\n",
        },
        "",
    ),
}


def overlays(project: Project, index: Index) -> None:
    """A release whose hash the index tells, one that is downloaded, and one at a file's address."""
    for name in ("apple", "pear", "plum"):
        files = [f"{name}-1.0.tar.gz"], [f"{name}-1.1.tar.gz"]
        old = index.release(name, "1.0", files=files[0])[0]
        index.release(name, "1.1", files=files[1])
        text = pypi_overlay(name, "1.0", sri=flat_hash(old.content))
        if name == "plum":
            call = text[text.index("super.fetchPypi") : text.index("};\n") + 1]
            url = f"{index.server.url}{old.path}"
            text = text.replace(call, f'super.fetchurl {{ url = "{url}"; hash = "{FAKE}"; }}')
        project.overlay(f"{name}.nix", text)


@pytest.mark.parametrize(
    ("files", "configured"),
    [
        pytest.param(*place, id=name, marks=pytest.mark.thorough if "home" in name else ())
        for name, place in PLACES.items()
    ],
)
def test_a_private_index_is_followed_with_what_netrc_says(
    project: Project,
    index: Index,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, str],
    configured: str,
) -> None:
    """Pages and files, for check, bump, verify and review; without it the place is named."""
    overlays(project, index)
    index.login = ("build", PASSWORD)
    places = {"plain": index.url, "index": index.url.replace("://", "://build@")}
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.format(**places) if "{" in text else text)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir(exist_ok=True)
    is_named = "logins" in files
    monkeypatch.setenv("NETRC", str(tmp_path / "logins") if is_named else "")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    project.configure(
        f"{configured.format(**places)}network: {{retries: 0}}\n"
        "packages: {pear: {hash: embedded}}\n"
        "defaults: {build: {enabled: false}}\n"
    )

    checked = project.run("check", "--json")
    assert {one["status"] for one in checked.json["packages"]} == {"outdated"}, checked.out
    bumped = project.run("bump", "--json")
    assert {one["status"] for one in bumped.json["packages"]} == {"updated"}, bumped.out
    verified = project.run("verify", "--json")
    assert {one["state"] for one in verified.json["packages"]} == {"true"}, verified.out
    assert project.run("check").out == project.run("bump").out == "3 current\n"
    sent = {one.authorization for one in index.server.requests()}
    basic = base64.b64encode(f"build:{PASSWORD}".encode()).decode()
    assert sent == {f"Basic {basic}"}
    assert PASSWORD not in f"{checked.out}{bumped.out}{bumped.err}{verified.out}"

    index.login = ("build", "another")
    refused = project.run("check", "--no-cache")
    place = tmp_path / ("logins" if is_named else "home/.netrc")
    assert refused.code == 1
    assert f"the user or password of the index in {place} is refused: renew it" in refused.out
    place.unlink()
    if is_named:
        nobody = project.run("check", "--no-cache")
        assert f"NETRC names {place}, which is not there" in nobody.out


ENTRY = f"login build password {PASSWORD}"
PORTED = f"machine 127.0.0.1:8080 {ENTRY}\n"
NO_ENTRY = (
    "{file} has no entry for this host: write `machine 127.0.0.1 login USER password PASSWORD` "
    "into it, without a port"
)
NOT_THERE = "NETRC names {file}, which is not there: write it as for pip, or unset NETRC"
BROKEN = "{file} counts for nothing, since line %d is not netrc's: mend it"

# name -> what the netrc file says, and the hint where that is no login; empty for one
SPELLINGS = {
    "default": (f"machine x.example login a password b\ndefault {ENTRY}\n", ""),
    "quoted": (f'machine "127.0.0.1" login "build" password "{PASSWORD}"\n', ""),
    "macdef": (f"macdef init\ncd /srv\nls\n\nmachine 127.0.0.1 {ENTRY}\n", ""),
    "in lines": (f"machine 127.0.0.1\n\tlogin build\n\tpassword {PASSWORD}\n", ""),
    "password first": (f"machine 127.0.0.1 password {PASSWORD} login build\n", ""),
    "user, account": (f"machine 127.0.0.1 user build account x password {PASSWORD}\n", ""),
    "comments": (f"# mine\nmachine 127.0.0.1 {ENTRY} # of the index\n", ""),
    "CRLF": (f"machine 127.0.0.1 {ENTRY}\r\n", ""),
    "the last counts": (f"machine 127.0.0.1 login a password b\nmachine 127.0.0.1 {ENTRY}", ""),
    "a port": (PORTED, NO_ENTRY),
    "an address": (f"machine http://127.0.0.1 {ENTRY}\n", NO_ENTRY),
    "another name": (f"machine localhost {ENTRY}\n", NO_ENTRY),
    "empty": ("", NO_ENTRY),
    "no netrc": (f"127.0.0.1 {PASSWORD}\n", BROKEN % 1),
    "capitals": (f"\nMACHINE 127.0.0.1 {ENTRY}\n", BROKEN % 2),
    "an open macdef": (f"machine 127.0.0.1 {ENTRY}\nmacdef init\ncd /srv\n", BROKEN % 3),
    "a mark of its encoding": (f"\ufeffmachine 127.0.0.1 {ENTRY}\n", BROKEN % 1),
}


@pytest.mark.parametrize("name", [*SPELLINGS, "not there"])
def test_netrc_in_every_spelling_is_read_or_named(
    project: Project, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """As pip reads it; where it reads none, the file and the line are told, and no word of it."""
    old = index.release("apple", "1.0")[0]
    index.release("apple", "1.1")
    project.overlay("apple.nix", pypi_overlay("apple", "1.0", sri=flat_hash(old.content)))
    index.login = ("build", PASSWORD)
    file = tmp_path / "netrc"
    text, hint = SPELLINGS.get(name, ("", NOT_THERE))
    if name != "not there":
        file.write_text(text, newline="")
    monkeypatch.setenv("NETRC", str(file))
    project.configure(f"index: {index.url}\nnetwork: {{retries: 0}}\n")
    checked = project.run("check")
    assert checked.code == (1 if hint else 0)
    assert checked.out.startswith("failed " if hint else "outdated ")
    assert f"hint: {hint.format(file=file)}\n" in f"{checked.out}hint: \n"
    assert PASSWORD not in f"{checked.out}{checked.err}"
