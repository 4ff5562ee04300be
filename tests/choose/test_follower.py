"""What `updater check` decides about a package, from upstream's answer to the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.loopback.github import TOKEN
from tests.loopback.messages import Response
from tests.loopback.rest import Quota
from tests.project import FAKE, Project, flat_hash, github_overlay, pypi_overlay

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.loopback.index import Index

AUDITED = ("major-version", "downgrade", "young-release")
WAYS = pytest.mark.parametrize("token", ["", TOKEN], ids=["git", "GraphQL"])


def checked(project: Project, *arguments: str) -> dict[str, Any]:
    """Check the one package there is."""
    result = project.run("check", "--json", *arguments)
    assert result.code in (0, 1), result.err
    (package,) = result.json["packages"]
    return dict(package)


def said(package: dict[str, Any]) -> tuple[str, str | None, str | None, list[str]]:
    """Return what matters of a package: status, latest, reason, codes of choosing's warnings."""
    codes = [one["code"] for one in package["warnings"] if one["code"] not in AUDITED]
    return package["status"], package["latest"], package["reason"], codes


@pytest.fixture
def pkg(github: GitHub) -> Hosted:
    """v1.0, v1.1, and two commits behind them; each declares its version."""
    repository = github.repository("o", "pkg")
    for version in ("1.0", "1.1"):
        commit = repository.commit({"setup.py": f"setup(version='{version}')\n"})
        repository.tag(f"v{version}", commit)
    for version in ("1.2", "1.3"):
        repository.commit({"setup.py": f"setup(version='{version}')\n"})
    return repository


def commits(repository: Hosted) -> list[str]:
    """All commits, oldest first."""
    return repository.git("rev-list", "--reverse", "HEAD").split()


def set_options(project: Project, options: str) -> None:
    project.add_configuration(f"packages: {{pkg: {{{options}}}}}\n")


@pytest.fixture
def way(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a token or without one."""
    if token:
        monkeypatch.setenv("GITHUB_TOKEN", token)


# --- tags and commits ---


@WAYS
@pytest.mark.usefixtures("way")
class TestBothWays:
    """GraphQL and git lead to the same decisions."""

    def test_a_tag_moves_to_the_newest(self, project: Project, pkg: Hosted) -> None:
        project.overlay("pkg.nix", github_overlay("pkg", "1.0", sri=FAKE))
        package = checked(project)
        assert said(package) == ("outdated", "1.1", None, [])
        assert (package["ref"], package["commit"]) == ("v1.1", pkg.git("rev-parse", "v1.1"))
        assert package["pinned"] == {
            "rev": "v1.0",
            "commit": pkg.git("rev-parse", "v1.0"),
            "version": "1.0",
        }

    def test_a_commit_follows_its_branch_with_the_declared_version(
        self, project: Project, pkg: Hosted
    ) -> None:
        set_options(project, "commit_interval: 0d")
        pinned = commits(pkg)[2]
        project.overlay("pkg.nix", github_overlay("pkg", "1.2", rev=pinned, sri=FAKE))
        package = checked(project)
        assert said(package) == ("outdated", "1.3-unstable-2025-01-04", None, [])
        assert (package["track"], package["commit"]) == ("commit", pkg.head())

    def test_a_commit_at_the_head_is_current(self, project: Project, pkg: Hosted) -> None:
        overlay = github_overlay("pkg", "1.3-unstable-2025-01-04", rev=pkg.head(), sri=FAKE)
        project.overlay("pkg.nix", overlay)
        assert said(checked(project)) == ("current", "1.3-unstable-2025-01-04", None, [])

    def test_a_false_label_at_the_head_is_corrected(self, project: Project, pkg: Hosted) -> None:
        project.overlay("pkg.nix", github_overlay("pkg", "2.0", rev=pkg.head(), sri=FAKE))
        assert said(checked(project)) == (
            "outdated",
            "1.3-unstable-2025-01-04",
            "the version 2.0 is wrong: the commit is 1.3-unstable-2025-01-04",
            ["false-label"],
        )

    def test_a_commit_whose_label_has_a_tag_elsewhere_is_a_loud_warning(
        self, project: Project, pkg: Hosted
    ) -> None:
        """The tag was moved, or the label is false; the tag's new commit is not taken."""
        project.overlay("pkg.nix", github_overlay("pkg", "1.1", rev=commits(pkg)[2], sri=FAKE))
        package = checked(project)
        assert package["commit"] == pkg.head()
        assert [one["code"] for one in package["warnings"]] == ["tag-moved"]

    def test_a_commit_newer_than_every_tag_stays_although_its_label_is_older(
        self, project: Project, pkg: Hosted
    ) -> None:
        """Order is ancestry: v1.1 is behind the pinned commit, whatever the label says."""
        set_options(project, "track: tag")
        project.overlay("pkg.nix", github_overlay("pkg", "0.9", rev=pkg.head(), sri=FAKE))
        assert said(checked(project)) == ("current", None, None, [])

    def test_a_commit_older_than_a_tag_moves_to_it(self, project: Project, pkg: Hosted) -> None:
        set_options(project, "track: tag")
        pinned = commits(pkg)[2]
        pkg.tag("v1.3", pkg.head())
        project.overlay("pkg.nix", github_overlay("pkg", "1.9", rev=pinned, sri=FAKE))
        package = checked(project)
        assert said(package) == ("outdated", "1.3", None, [])
        assert (package["ref"], package["commit"]) == (None, pkg.head())

    def test_a_commit_beside_the_tags_is_held(self, project: Project, pkg: Hosted) -> None:
        set_options(project, "track: tag")
        first = commits(pkg)[0]
        aside = pkg.commit({"f": "aside"}, branch="aside", parents=[first])
        project.overlay("pkg.nix", github_overlay("pkg", "1.0", rev=aside, sri=FAKE))
        assert said(checked(project)) == (
            "held",
            "1.1",
            (
                "the pinned commit is not in the history of v1.1, so neither is known to be "
                "newer. Choose one with `--to VERSION`."
            ),
            ["tag-moved"],
        )

    def test_a_branch_is_followed_by_its_name(self, project: Project, pkg: Hosted) -> None:
        set_options(project, "track: 'branch:dev', commit_interval: 0d")
        pinned = commits(pkg)[1]
        dev = pkg.commit({"setup.py": "setup(version='2.0')\n"}, branch="dev", parents=[pinned])
        project.overlay("pkg.nix", github_overlay("pkg", "1.1", rev=pinned, sri=FAKE))
        package = checked(project)
        assert said(package) == ("outdated", "2.0-unstable-2025-01-05", None, [])
        assert package["commit"] == dev

    def test_a_branch_that_is_not_there_is_a_failure(self, project: Project, pkg: Hosted) -> None:
        set_options(project, "track: 'branch:dev'")
        project.overlay("pkg.nix", github_overlay("pkg", "1.1", rev=pkg.head(), sri=FAKE))
        assert checked(project)["error"] == {
            "stage": "choose",
            "message": "https://github.com/o/pkg has no branch 'dev'",
            "hint": "its default branch is 'main'",
        }

    def test_a_rewritten_branch_is_held(self, project: Project, pkg: Hosted) -> None:
        pinned = pkg.head()
        pkg.branch("old", pinned)
        pkg.branch("main", commits(pkg)[2])
        pkg.commit({"f": "other"})
        project.overlay("pkg.nix", github_overlay("pkg", "1.3", rev=pinned, sri=FAKE))
        status, _, reason, _ = said(checked(project))
        assert status == "held"
        assert reason is not None
        assert reason.startswith("the branch no longer holds the pinned commit")

    @pytest.mark.usefixtures("pkg")
    def test_a_commit_that_is_gone_fails_its_package(self, project: Project) -> None:
        project.overlay("pkg.nix", github_overlay("pkg", "1.3", rev="f" * 40, sri=FAKE))
        status, _, reason, _ = said(checked(project))
        assert status == "failed"
        assert reason is not None
        assert reason.endswith(f"/o/pkg.git has no commit {'f' * 40}")

    def test_young_tags_wait_until_they_are_old_enough(
        self, project: Project, github: GitHub
    ) -> None:
        """A tag's date is its commit's where nothing else has one; the one before is old enough."""
        set_options(project, "minimum_release_age: 3650d")
        pkg = github.repository("o", "pkg")
        for version, year in (("0.8", 2001), ("0.9", 2001), ("1.0", 2025), ("1.1", 2025)):
            date = f"{year}-01-03T00:00:00Z"
            pkg.tag(f"v{version}", pkg.commit({"f": version}, date=date))
        project.overlay("pkg.nix", github_overlay("pkg", "0.8", sri=FAKE))
        package = checked(project)
        assert said(package) == ("outdated", "0.9", None, ["newer-held"])
        assert package["published"] == "2001-01-03T00:00:00Z"
        project.overlay("pkg.nix", github_overlay("pkg", "0.9", sri=FAKE))
        held = checked(project)
        assert said(held)[:3] == (
            "held",
            "1.1",
            (
                "1.1 is younger than `minimum_release_age`, counted from its commit's date "
                "(an older one is passed over like it)"
            ),
        )
        assert held["until"] == "2035-01-01T00:00:00Z"

    def test_releases_are_followed_instead_of_tags(self, project: Project, pkg: Hosted) -> None:
        """A draft is none, a pre-release is not taken, a tag without a release does not count."""
        set_options(project, "track: release")
        for version in ("1.2", "1.3", "1.4"):
            pkg.tag(f"v{version}", pkg.commit({"f": version}))
        pkg.release("v1.1", "2025-05-01T00:00:00Z")
        pkg.release("v1.3", "2025-05-02T00:00:00Z", prerelease=True)
        pkg.release("v1.4", "2025-05-02T00:00:00Z", draft=True)
        project.overlay("pkg.nix", github_overlay("pkg", "1.0", sri=FAKE))
        assert said(checked(project)) == ("outdated", "1.1", None, ["newer-held"])

    @pytest.mark.usefixtures("pkg")
    def test_a_tag_that_is_gone_is_a_loud_warning(self, project: Project) -> None:
        project.overlay("pkg.nix", github_overlay("pkg", "1.0.5", sri=FAKE))
        assert said(checked(project)) == ("outdated", "1.1", None, ["tag-gone"])

    def test_dated_tags_follow_each_other(self, project: Project, github: GitHub) -> None:
        """They are no PEP 440 versions, and are never mixed with such."""
        repository = github.repository("o", "pkg")
        commit = repository.commit({"f": "x"})
        for tag in ("r-2024-01-15", "r-2024-02-01", "v9.0", "r-20250101"):
            repository.tag(tag, commit)
        overlay = github_overlay("pkg", "2024-01-15", rev="r-${version}", sri=FAKE)
        project.overlay("pkg.nix", overlay)
        assert said(checked(project))[:2] == ("outdated", "2024-02-01")


def test_with_a_token_a_check_is_one_request_to_github(
    project: Project, github: GitHub, pkg: Hosted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For pins on tags, on commits, and on the newest of each: no history is fetched.

    In the first run there is one more, for all that are behind: what the newer tags are, and
    whether they lie behind, which is asked at once later. And another one: what the commits that
    no tag names declare.
    """
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    pins = ("v${version}", commits(pkg)[2], pkg.head())
    for number, rev in enumerate(pins):
        overlay = github_overlay("pkg", "1.0", rev=rev, sri=FAKE)
        project.overlay(f"{number}.nix", overlay)
    for requests in (3, 4):
        assert project.run("check").code == 0
        asked = [f"{one.method} {one.target}" for one in github.server.requests()]
        assert asked == ["POST /api/graphql"] * requests


def test_a_limit_that_is_used_up_is_said_once_and_not_tried_again(
    project: Project, github: GitHub
) -> None:
    """Of what is not known the tags are as good as plain ones."""
    github.rest.anonymous = Quota(0)
    for name in ("one", "two", "three"):
        repository = github.repository("o", name)
        for version in ("1.0", "2.0"):
            repository.tag(f"v{version}", repository.commit({"f": version}))
        repository.release("v2.0", "2025-01-01T00:00:00Z", prerelease=True)
        project.overlay(f"{name}.nix", github_overlay(name, "1.0", sri=FAKE))
    project.add_configuration("network: {concurrency: 1, retries: 0}\n")
    result = project.run("check", "--json")
    assert {package["latest"] for package in result.json["packages"]} == {"2.0"}
    assert result.err == (
        "updater: github.com answers no more questions about releases for now: which tags it marks "
        "as pre-releases is not known; a token has a larger limit\n"
    )


# --- the index beside the repository ---


@pytest.mark.usefixtures("pkg")
def test_a_newer_release_on_the_index_is_mentioned(project: Project, index: Index) -> None:
    """Never a plain "current" where the other channel has something newer."""
    index.release("pkg", "1.1")
    index.release("pkg", "1.4")
    project.overlay("pkg.nix", github_overlay("pkg", "1.1", sri=FAKE))
    package = checked(project)
    assert said(package) == ("current", "1.1", None, ["other-channel"])
    assert package["warnings"][0]["message"] == (
        "the package index has 1.4, newer than the newest tag 1.1"
    )


@pytest.mark.usefixtures("pkg")
def test_the_index_is_not_asked_where_nobody_wants_to_know(project: Project, index: Index) -> None:
    set_options(project, "cross_check: false")
    index.release("pkg", "1.4")
    project.overlay("pkg.nix", github_overlay("pkg", "1.1", sri=FAKE))
    assert said(checked(project)) == ("current", "1.1", None, [])
    assert index.server.requests() == []


@pytest.mark.usefixtures("pkg")
def test_an_index_without_the_project_is_no_news(project: Project) -> None:
    project.overlay("pkg.nix", github_overlay("pkg", "1.1", sri=FAKE))
    assert said(checked(project)) == ("current", "1.1", None, [])


@pytest.mark.usefixtures("pkg")
def test_an_index_that_fails_is_a_warning(project: Project, index: Index) -> None:
    index.server.fail("GET /simple/", Response(500))
    project.overlay("pkg.nix", github_overlay("pkg", "1.0", sri=FAKE))
    package = checked(project)
    assert said(package) == ("outdated", "1.1", None, ["not-compared"])
    assert package["warnings"][0]["message"] == (
        f"the index was not compared: {index.server.url}/simple/pkg/ answers 500 "
        "Internal Server Error"
    )


def test_the_index_may_be_the_list_of_a_repositorys_versions(
    project: Project, pkg: Hosted, index: Index
) -> None:
    """A tag counts when the index has released it, and has not yanked it."""
    set_options(project, "track: pypi")
    for version in ("1.2", "1.3", "1.4"):
        pkg.tag(f"v{version}", pkg.commit({"f": version}))
    for version in ("1.0", "1.2"):
        index.release("pkg", version)
    index.release("pkg", "1.3", yanked="broken")
    project.overlay("pkg.nix", github_overlay("pkg", "1.0", sri=FAKE))
    package = checked(project)
    assert said(package) == ("outdated", "1.2", None, [])
    assert (package["track"], package["ref"]) == ("pypi", "v1.2")


@pytest.mark.usefixtures("pkg")
def test_a_list_that_is_not_there_is_said(project: Project) -> None:
    set_options(project, "track: pypi")
    project.overlay("pkg.nix", github_overlay("pkg", "1.0", sri=FAKE))
    assert said(checked(project)) == (
        "held",
        None,
        "`track: pypi`: the index has no project with this name",
        [],
    )


# --- the index alone ---


def test_a_source_from_the_index_follows_no_tags(project: Project, index: Index) -> None:
    set_options(project, "track: tag")
    index.release("pkg", "1.1")
    project.overlay("pkg.nix", pypi_overlay("pkg", "1.0", sri=FAKE))
    assert said(checked(project)) == (
        "held",
        None,
        (
            "`track: tag` needs a source from the repository, but this one comes from the package "
            "index"
        ),
        [],
    )


def test_a_yanked_pin_is_reported(project: Project, index: Index) -> None:
    index.release("pkg", "1.0")
    (file,) = index.release("pkg", "1.1", yanked="leaks")
    project.overlay("pkg.nix", pypi_overlay("pkg", "1.1", sri=flat_hash(file.content)))
    package = checked(project)
    assert said(package) == ("current", "1.1", None, ["yanked"])
    assert package["warnings"][0]["message"] == "the pinned release 1.1 is yanked: leaks"


def test_a_release_for_another_python_is_held(project: Project, index: Index) -> None:
    set_options(project, "python: '3.12'")
    index.release("pkg", "1.1", requires_python=">=3.13")
    project.overlay("pkg.nix", pypi_overlay("pkg", "1.0", sri=FAKE))
    assert said(checked(project)) == (
        "held",
        "1.1",
        "1.1 needs Python >=3.13, but `python: 3.12` is set",
        [],
    )


TWINS: dict[str, tuple[str, dict[str, str], tuple[str, str | None, str | None, list[str]]]] = {
    "runs there": ("", {"1.1": ">=3.9", "1.2": ">=3.9"}, ("outdated", "1.2", None, [])),
    "newest does not, an older one does": (
        "",
        {"1.1": ">=3.9", "1.2": ">=3.13"},
        ("outdated", "1.1", None, ["newer-held"]),
    ),
    "none does": (
        "",
        {"1.1": ">=3.13", "1.2": ">=3.14"},
        (
            "held",
            "1.2",
            (
                "1.2 needs Python >=3.14, but `python: 3.12` is set (an older one is passed over "
                "like it)"
            ),
            [],
        ),
    ),
    "the index lacks the newest": ("", {"1.1": ">=3.13"}, ("outdated", "1.2", None, [])),
    "the index is not asked": (
        ", cross_check: false",
        {"1.2": ">=3.13"},
        ("outdated", "1.2", None, []),
    ),
}


@WAYS
@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(("option", "required", "expected"), TWINS.values(), ids=TWINS)
def test_a_tag_whose_version_needs_another_python_on_the_index_is_passed_over(
    project: Project,
    github: GitHub,
    index: Index,
    option: str,
    required: dict[str, str],
    expected: tuple[str, str | None, str | None, list[str]],
) -> None:
    """Where the index is asked anyway; it is asked once."""
    repository = github.repository("o", "pkg")
    for version in ("1.0", "1.1", "1.2"):
        repository.tag(f"v{version}", repository.commit({"a": version}))
    for version, requires in required.items():
        index.release("pkg", version, requires_python=requires)
    set_options(project, f"python: '3.12'{option}")
    project.overlay("pkg.nix", github_overlay("pkg", "1.0", sri=FAKE))
    package = checked(project)
    assert said(package) == expected
    held = [one["message"] for one in package["warnings"] if one["code"] == "newer-held"]
    assert held == ["1.2 needs Python >=3.13, but `python: 3.12` is set"] * len(held)
    assert len(index.server.requests("/simple/pkg/")) == (not option)


@WAYS
@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("requires", "expected"),
    [
        (">=3.9", ("outdated", "1.3-unstable-2025-01-02", None, [])),
        (
            ">=3.13",
            (
                "held",
                "1.3-unstable-2025-01-02",
                "1.3-unstable-2025-01-02 needs Python >=3.13, but `python: 3.12` is set",
                [],
            ),
        ),
    ],
)
def test_a_branch_whose_head_needs_another_python_is_not_followed_there(
    project: Project,
    github: GitHub,
    requires: str,
    expected: tuple[str, str | None, str | None, list[str]],
) -> None:
    """Its pyproject.toml is read for its version anyway: with a token by a second request.

    What it requires is compared with what the pinned commit requires, where it is an update: by one
    more. Both are asked once for ever.
    """
    repository = github.repository("o", "pkg")
    pinned = repository.commit({"LICENSE": "MIT\n"})
    declared = f'[project]\nname = "pkg"\nversion = "1.3"\nrequires-python = "{requires}"\n'
    repository.commit({"pyproject.toml": declared})
    set_options(project, "python: '3.12', commit_interval: 0d")
    project.overlay("pkg.nix", github_overlay("pkg", "1.2", rev=pinned, sri=FAKE))
    assert said(checked(project)) == expected
    if github.server.requests("/graphql"):
        compares = expected[0] == "outdated"
        assert len(github.server.requests()) == 2 + compares
        assert said(checked(project)) == expected
        assert len(github.server.requests()) == 3 + compares


def test_a_moving_rev_without_a_hash_is_not_pinned_to_a_head_for_another_python(
    project: Project, github: GitHub
) -> None:
    """Nothing says what it held, so that there is no commit to go back to."""
    repository = github.repository("o", "pkg")
    repository.commit(
        {"pyproject.toml": '[project]\nversion = "1.3"\nrequires-python = ">=3.13"\n'}
    )
    set_options(project, "python: '3.12'")
    call = 'builtins.fetchGit { url = "https://github.com/o/pkg.git"; rev = "main"; }'
    project.overlay(
        "pkg.nix",
        f'self: super: {{ pkg = mk {{ pname = "pkg"; version = "1.0"; src = {call}; }}; }}\n',
    )
    assert said(checked(project)) == (
        "held",
        "1.3-unstable-2025-01-01",
        "1.3-unstable-2025-01-01 needs Python >=3.13, but `python: 3.12` is set",
        [],
    )


WHEEL = 'write `format = "wheel"; python = "py3"; dist = "py3";` in the call to take that'


def test_a_wheel_only_release_is_passed_over_for_the_newest_that_can_be_fetched(
    project: Project, index: Index
) -> None:
    index.release("pkg", "1.1")
    index.release("pkg", "1.2", files=["pkg-1.2-py3-none-any.whl"])
    project.overlay("pkg.nix", pypi_overlay("pkg", "1.0", sri=FAKE))
    package = checked(project)
    assert said(package) == ("outdated", "1.1", None, ["newer-held"])
    assert package["warnings"][0]["message"] == (
        f"1.2 has no pkg-1.2.tar.gz; the index has pkg-1.2-py3-none-any.whl; {WHEEL}"
    )


def test_check_and_bump_agree_on_what_cannot_be_fetched(project: Project, index: Index) -> None:
    index.release("pkg", "1.1", files=["pkg-1.1-py3-none-any.whl"])
    project.overlay("pkg.nix", pypi_overlay("pkg", "1.0", sri=FAKE))
    reason = f"1.1 has no pkg-1.1.tar.gz; the index has pkg-1.1-py3-none-any.whl; {WHEEL}"
    assert said(checked(project)) == ("held", "1.1", reason, [])
    bumped = project.run("bump", "--json").json["packages"][0]
    assert (bumped["status"], bumped["reason"]) == ("held", reason)


def test_a_version_is_spelled_as_its_file_is(project: Project, index: Index) -> None:
    """FetchPypi builds the file's name from the version: 2024.1.2 would find nothing."""
    index.release("pkg", "2024.1.2", files=["pkg-2024.01.02.tar.gz"])
    path = project.overlay("pkg.nix", pypi_overlay("pkg", "1.0", sri=FAKE))
    assert project.run("bump", "--no-build").code == 0
    assert 'version = "2024.01.02";' in path.read_text()


# --- --to ---


def bumped_to(project: Project, to: str) -> dict[str, Any]:
    result = project.run("bump", "pkg", "--to", to, "--no-build", "--json")
    (package,) = result.json["packages"]
    return dict(package)


@WAYS
@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("to", "version"),
    [("1.0", "1.0"), ("v1.1", "1.1"), ("main", "1.3-unstable-2025-01-04")],
)
@pytest.mark.usefixtures("pkg")
def test_to_goes_where_it_is_told_also_down(project: Project, to: str, version: str) -> None:
    project.overlay("pkg.nix", github_overlay("pkg", "1.2", sri=FAKE))
    package = bumped_to(project, to)
    assert (package["status"], package["latest"]) == ("updated", version)


@WAYS
@pytest.mark.usefixtures("way")
def test_to_a_commit_labels_it_by_what_it_declares(project: Project, pkg: Hosted) -> None:
    project.overlay("pkg.nix", github_overlay("pkg", "1.1", sri=FAKE))
    package = bumped_to(project, commits(pkg)[2])
    assert (package["status"], package["latest"]) == ("updated", "1.2-unstable-2025-01-03")


@pytest.mark.usefixtures("pkg")
def test_to_something_that_is_not_there_says_what_is(project: Project) -> None:
    project.overlay("pkg.nix", github_overlay("pkg", "1.1", sri=FAKE))
    package = bumped_to(project, "9.9")
    assert package["error"] == {
        "stage": "choose",
        "message": "upstream has no version, tag, branch or full commit '9.9'",
        "hint": "its newest versions: 1.1, 1.0",
    }


def test_to_a_yanked_release_goes_there_with_a_warning(project: Project, index: Index) -> None:
    index.release("pkg", "1.1", yanked="leaks")
    index.release("pkg", "1.2")
    project.overlay("pkg.nix", pypi_overlay("pkg", "1.0", sri=FAKE))
    package = bumped_to(project, "1.1")
    assert said(package) == ("updated", "1.1", None, ["yanked"])


# --- moving revs ---


@pytest.mark.usefixtures("pkg")
def test_a_moving_rev_that_no_archive_can_identify_is_held(project: Project) -> None:
    """Its source has submodules: the archive's hash is not the pinned one."""
    overlay = github_overlay("pkg", "1.0", rev="main", sri=FAKE)
    overlay = overlay.replace("hash = ", "fetchSubmodules = true;\n        hash = ")
    project.overlay("pkg.nix", overlay)
    status, _, reason, _ = said(checked(project))
    assert status == "held"
    assert reason is not None
    assert reason.startswith("no commit's archive has its hash: ")
    advice = ". Choose one with `--to VERSION`, or the newest commit with `--to main`."
    assert reason.endswith(advice)
