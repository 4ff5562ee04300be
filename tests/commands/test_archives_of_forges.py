"""A branch in the address of an archive, as each host other than GitHub has such addresses."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.commands.situations import nar_hash
from tests.loopback.forges import Bitbucket, Gitea, GitLab, SourceHut

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.loopback.forges import Forge
    from tests.project import Project

# name -> the host's kind and name, the path there, and what an address has of a ref behind it
HOSTS: dict[str, tuple[type[Forge], str, str, str]] = {
    "gitlab": (GitLab, "gitlab.com", "g/sub/gitlab", "/-/archive/REF/gitlab-REF.tar.gz"),
    "codeberg": (Gitea, "codeberg.org", "o/codeberg", "/archive/REF.tar.gz"),
    "sourcehut": (SourceHut, "git.sr.ht", "~o/sourcehut", "/archive/REF.tar.gz"),
    "bitbucket": (Bitbucket, "bitbucket.org", "o/bitbucket", "/get/REF.tar.gz"),
}


@pytest.fixture
def hosted(project: Project, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Pin the second of four commits on a branch, of which the third has the newest tag.

    Returns:
        The commit that is pinned, for each name.
    """
    commits: dict[str, str] = {}
    settings = ["network: {retries: 0, timeout: 20s}", "hosts:"]
    with ExitStack() as stack:
        for name, (kind, host, path, address) in HOSTS.items():
            forge = stack.enter_context(kind(tmp_path / name))
            repository = forge.host(path).repository
            repository.tag("v1.0", repository.commit({"a": name}))
            commits[name] = repository.commit({"b": "2"})
            repository.tag("v1.1", repository.commit({"b": "3"}))
            repository.commit({"b": "4"})
            settings.append(f"  {host}: {{web: {forge.url}}}")
            url = f"https://{host}/{path}{address.replace('REF', 'main')}"
            call = f'fetchzip {{ url = "{url}"; hash = "{nar_hash(repository, commits[name])}"; }}'
            project.overlay(
                f"{name}.nix",
                f"self: super: {{ {name} = super.stdenv.mkDerivation {{\n"
                f'  pname = "{name}"; version = "1.0";\n  src = {call};\n}}; }}\n',
            )
        project.configure("\n".join(settings))
        yield commits


def states(project: Project) -> dict[str, str]:
    """What `verify` says of each pin."""
    return {
        package["name"]: package["state"]
        for package in project.run("verify", "--json").json["packages"]
    }


def addresses(project: Project) -> dict[str, str]:
    """What the overlays have behind their repositories' addresses."""
    found = {}
    for name, (_, host, path, _) in HOSTS.items():
        text = (project.root / "overlays" / f"{name}.nix").read_text()
        found[name] = text.partition(f'"https://{host}/{path}')[2].partition('"')[0]
    return found


def test_a_branch_in_an_address_becomes_a_tag_or_the_pinned_commit(
    project: Project, hosted: dict[str, str]
) -> None:
    assert states(project) == dict.fromkeys(HOSTS, "drifted")
    before = {path: text for path, text in project.snapshot().items() if path.endswith(".nix")}
    project.run("pin")
    assert addresses(project) == {
        name: address.replace("REF", hosted[name]) for name, (*_, address) in HOSTS.items()
    }
    assert states(project) == dict.fromkeys(HOSTS, "true")
    for path, text in before.items():
        (project.root / path).write_bytes(text)
    project.run("bump", "--no-build")
    assert addresses(project) == {
        name: address.replace("REF", "v1.1") for name, (*_, address) in HOSTS.items()
    }
    assert states(project) == dict.fromkeys(HOSTS, "true")
