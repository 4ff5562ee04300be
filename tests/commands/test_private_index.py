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
        assert "write the index's user and password into your netrc file" in nobody.out
