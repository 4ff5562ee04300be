"""No version, id or list of releases ends a run, loses a package, or floods what is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.situations import WAYS, Situations, nar_hash, situations
from tests.loopback.rest import Quota
from tests.project import FAKE, flat_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.loopback.hosting import Hosted

DIGITS = "9" * 4_400
V = '"v${version}"'
BUMP = "bump --no-build"
COMMANDS = [(way, command) for way in WAYS for command in ("check", BUMP, "verify", "pin")]

# --- versions that are none: the overlay's label, and the files of the newer commit ---
LONG = {
    "long-label": (DIGITS, {"setup.py": "setup(version='1.1')\n"}),
    "long-part": (f"1.{DIGITS}", {"a": "b"}),
    "long-older": (DIGITS, {"a": "b"}),
    "long-setup": ("1.0", {"setup.py": f"setup(version='{DIGITS}')\n"}),
    "long-project": ("1.0", {"pyproject.toml": f'[project]\nversion = "1.{DIGITS}"\n'}),
    "long-epoch": ("1.0", {"pyproject.toml": f'[project]\nversion = "{DIGITS}!1.0"\n'}),
    "long-local": ("1.0", {"setup.cfg": f"[metadata]\nversion = 1.0+{DIGITS}\n"}),
    "long-code": ("1.0", {"long_code/__init__.py": f'__version__ = "{DIGITS}"\n'}),
    "long-poetry": ("1.0", {"pyproject.toml": f'[tool.poetry]\nversion = "{DIGITS}"\n'}),
}

# --- what the rev is the id of, and what `check` says: status, latest or why it fails ---
OBJECTS = {
    "object-tag": ("outdated", "2.0"),
    "object-as-tag": ("outdated", "2.0"),
    "object-newest": ("current", "2.0"),
    "object-of-tag": ("outdated", "2.0"),
    "object-beside": ("outdated", "2.0"),
    "object-in-capitals": ("outdated", "2.0"),
    "object-commit-in-capitals": ("outdated", "2.0"),
    "object-tree": ("failed", ": that is the id of a tree or a file"),
    "object-blob": ("failed", ": that is the id of a tree or a file"),
    "object-tag-of-tree": ("failed", ": that is the id of a tree or a file"),
    "object-nested": ("outdated", "2.0"),
    "object-deep": ("outdated", "2.0"),
    "object-within": ("failed", ": that is the id of a tag, which leads to COMMIT"),
    "object-deleted": ("failed", ": that is the id of a tag, which leads to COMMIT"),
    "object-unknown": ("failed", ""),
    "object-unhashed": ("failed", ""),
    "object-waiting": ("failed", ""),
    "object-followed": ("failed", ": that is the id of a tree or a file"),
    "object-rewritten": ("held", "the branch no longer holds the pinned commit"),
}
SETTINGS = {
    "object-waiting": "minimum_release_age: 36500d",
    "object-followed": "track: commit",
}

# --- revs that upstream does not have: neither tag, branch nor commit ---
GONE = {
    "gone-in-capitals": "19753896AE",
    "gone-digits": "19753896",
    "gone-dated": "sprint-2024-05",
    "gone-long": DIGITS,
    "gone-sha256": "ab" * 32,
}

# --- tags that are not written into Nix: what is pinned, what is newer, what is said of it ---
UNWRITABLE = {
    "signs-of-others": ("v\uff11.\uff10", "v\uff11.\uff11"),
    "signs-in-brackets": ("r1(a)", "r2(a)"),
    "signs-and": ("r1&2", "r2&2"),
    "signs-quoted": ('r1"', 'r2"'),
    "signs-percent": ("r1%20", "r2%20"),
}

# --- many releases that are passed over: settings, and what keeps them from being taken ---
MANY = {
    "many-allow": "allow: '<1.1'",
    "many-ignore": "ignore: ['1.*']",
    "many-python": "python: '3.6'",
    "many-age": "minimum_release_age: 36500d",
    "many-wheels": "",
    "many_1_0": "",
}


def versions(world: Situations) -> None:
    for name, (label, files) in LONG.items():
        repository = world.repository(name)
        repository.tag("v1.0", repository.commit({"a": "1"}))
        pinned = repository.commit(files, date="2025-01-02T00:00:00Z")
        repository.commit({"a": "3"}, date="2025-01-04T00:00:00Z")
        rev, sri = f'"{pinned}"', f'"{nar_hash(repository, pinned)}"'
        more = f'doCheck = lib.versionOlder version "{DIGITS}0";\n' if name == "long-older" else ""
        settings = "track: commit, commit_interval: 0d"
        world.pin(name, label, rev=rev, sri=sri, settings=settings, more=more)
        repository.tag("v1.1", repository.head())
        world.pin(f"{name}-tag", label, rev='"v1.0"', sri=f'"{FAKE}"', repo=name)


def ids(repository: Hosted) -> dict[str, str]:
    """Make two versions with tags of each kind; return what the revs are."""
    first, second = (repository.commit({"a": version}) for version in ("1.0", "2.0"))
    old = repository.tag("v1.0", first, annotated=True)
    new = repository.tag("v2.0", second, annotated=True)
    gone = repository.tag("v0.9", first, annotated=True, message="gone")
    made = {
        "object-tag": old,
        "object-as-tag": old,
        "object-newest": new,
        "object-of-tag": repository.tag("signed", old, annotated=True),
        "object-beside": repository.tag("also", first, annotated=True, message="another"),
        "object-in-capitals": old.upper(),
        "object-commit-in-capitals": first.upper(),
        "object-tree": repository.git("rev-parse", f"{first}^{{tree}}"),
        "object-blob": repository.git("rev-parse", f"{first}:a"),
        "object-deleted": gone,
    }
    made |= {"object-unknown": "e" * 40, "object-unhashed": "d" * 40, "object-waiting": "c" * 40}
    made["object-followed"] = repository.git("rev-parse", f"{second}^{{tree}}")
    # What was pushed away is still there for who knows its id.
    made["object-rewritten"] = repository.commit({"a": "lost"}, branch="lost", parents=[first])
    repository.delete("refs/heads/lost")
    author = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    repository.git(*author, "tag", "-a", "trees", made["object-tree"], "-m", "x")
    made["object-tag-of-tree"] = repository.git("rev-parse", "trees")
    nested = old
    for name in ("object-within", "object-nested", "object-deep"):  # a tag of a tag, and so on
        repository.git(*author, "tag", "-a", name, nested, "-m", "x")
        made[name] = nested = repository.git("rev-parse", name)
    repository.delete("refs/tags/object-within")
    repository.delete("refs/tags/v0.9")
    return made


def gone(world: Situations) -> None:
    """Pin what was at a name that is no more; the hash tells what it is."""
    repository = world.repository("gone")
    for version in ("1.0", "2.0"):
        repository.tag(f"v{version}", repository.commit({"a": version}))
    sri = f'"{nar_hash(repository, "v1.0")}"'
    for name, rev in GONE.items():
        world.pin(name, "1.0", rev=f'"{rev}"', sri=sri, repo="gone")
    for name, tags in UNWRITABLE.items():
        repository = world.repository(name)
        for tag in tags:
            repository.tag(tag, repository.commit({"a": tag}))
        label, written = tags[0].removeprefix("v"), tags[0].replace('"', '\\"')
        sri = f'"{nar_hash(repository, f"refs/tags/{tags[0]}")}"'
        world.pin(name, label.replace('"', '\\"'), rev=f'"{written}"', sri=sri)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situations]:
    """All of them in one project."""
    with situations(tmp_path_factory.mktemp("odd")) as made:
        made.github.rest.anonymous = Quota(5000)
        versions(made)
        gone(made)
        repository = made.repository("objects")
        for name, rev in ids(repository).items():
            label = "2.0" if name == "object-newest" else "1.0"
            sri = f'"{nar_hash(repository, f"v{label}")}"' if name != "object-unhashed" else '""'
            settings = SETTINGS.get(name, "")
            pin = {"sri": sri, "repo": "objects", "settings": settings}
            field = "tag" if name == "object-as-tag" else "rev"
            made.pin(name, label, field=field, rev=f'"{rev}"', **pin)
        for name, settings in MANY.items():
            pname = "many" if name == "many_1_0" else name
            content = made.index.release(pname, "1.0")[0].content
            for minor in range(1, 40):
                wheel = f"{pname.replace('-', '_')}-1.{minor}-py3-none-any.whl"
                made.index.release(
                    pname,
                    f"1.{minor}",
                    files=[wheel] if name == "many-wheels" else None,
                    requires_python=">=3.7",
                )
            source = f'fetchPypi {{ inherit pname version; hash = "{flat_hash(content)}"; }}'
            stem = pname.replace("-", "_")
            text = f'  pname = "{stem}"; version = "1.0";\n  src = {source};\n'
            made.overlay(name, text, settings)
        yield made


@pytest.mark.parametrize(("way", "command"), COMMANDS)
def test_each_package_has_its_answer(world: Situations, way: str, command: str) -> None:
    """A version of thousands of digits is none, and fails nobody; nor is it written."""
    token = WAYS[way]
    outcomes = world.results(*command.split(), token=token)
    names = [*LONG, *(f"{name}-tag" for name in LONG)]
    assert sorted(outcomes) == sorted([*names, *OBJECTS, *GONE, *UNWRITABLE, *MANY])
    for name, outcome in outcomes.items():
        assert name.startswith("object-") or outcome["error"] is None, outcome
        assert DIGITS not in str(outcome["latest"]), outcome
    for name in names:
        if DIGITS not in LONG[name.removesuffix("-tag")][0]:
            assert DIGITS not in world.text(name, token, command)


@pytest.mark.parametrize("token", WAYS.values(), ids=WAYS)
class TestBothWays:
    """GraphQL and git lead to the same."""

    @pytest.mark.parametrize("name", OBJECTS)
    def test_the_id_of_another_object(self, world: Situations, token: str, name: str) -> None:
        """A tag's is what it leads to; what is no commit is a failure of its package alone."""
        status, latest = OBJECTS[name]
        package = world.results("check", token=token)[name]
        verified = world.results("verify", token=token)[name]
        bumped = world.results(BUMP, token=token)[name]
        if status == "failed":
            assert (package["status"], bumped["status"]) == ("failed", "failed"), package
            commit = world.github.all()[-1].git("rev-parse", "v1.0^{commit}")
            named = "" if name == "object-tag-of-tree" else rev(world, name)  # else the tree's id
            said = f"{named}{latest.replace('COMMIT', commit)}"
            assert "/o/objects.git has no commit " in package["error"]["message"]
            assert package["error"]["message"].endswith(said)
            assert "`updater bump --to VERSION`" in package["error"]["hint"]
            assert bumped["error"] == package["error"]
            assert verified["state"] != "true"
        elif status == "held":
            assert latest in package["reason"]
            assert verified["state"] == "wrong hash"
        else:
            assert (package["status"], package["latest"]) == (status, latest), package
            assert verified["state"] == "true"

    @pytest.mark.parametrize("name", OBJECTS)
    def test_pin_writes_the_commit_that_the_hash_belongs_to(
        self, world: Situations, token: str, name: str
    ) -> None:
        """Also where the rev is the id of no commit; where there is no hash, nobody knows it."""
        pinned = world.results("pin", token=token)[name]
        if name == "object-unhashed":
            assert (pinned["status"], world.text(name, token, "pin")) == (
                "failed",
                world.text(name, token),
            )
            return
        is_current = (
            name == "object-commit-in-capitals"
        )  # a tag's own id is written as the commit's
        assert pinned["status"] == ("current" if is_current else "updated")
        assert world.results("verify", token=token, after=("pin",))[name]["state"] == "true"

    @pytest.mark.parametrize("name", GONE)
    def test_a_rev_that_is_gone_becomes_a_tag_in_one_bump(
        self, world: Situations, token: str, name: str
    ) -> None:
        """It shows no form of tags, and is not called a branch."""
        package = world.results("check", token=token)[name]
        assert (package["status"], package["latest"]) == ("outdated", "2.0"), package
        told = " ".join((package["reason"] or "", *map(str, package["warnings"])))
        assert "which upstream does not have" in told or "upstream has no tag" in told
        assert DIGITS not in told
        assert 'version = "1.0"' in world.text(name, token, "pin")
        for command, current in ((BUMP, "current"), ("pin", "outdated")):
            verified = world.results("verify", token=token, after=(command,))[name]
            again = world.results("check", token=token, after=(command,))[name]
            assert (verified["state"], again["status"]) == ("true", current)

    @pytest.mark.parametrize("name", UNWRITABLE)
    def test_a_tag_that_is_not_written_is_held_with_the_reason(
        self, world: Situations, token: str, name: str
    ) -> None:
        for command in ("check", BUMP):
            package = world.results(command, token=token)[name]
            assert package["status"] == "held", package
            assert "is not written into Nix: names of versions" in package["reason"]

    @pytest.mark.parametrize("name", MANY)
    def test_many_that_are_passed_over_are_one_sentence(
        self, world: Situations, token: str, name: str
    ) -> None:
        package = world.results("check", token=token)[name]
        assert (package["status"], package["newest"]["version"]) == ("held", "1.39")
        told = [package["reason"], *(one["message"] for one in package["warnings"])]
        assert sum("1.39" in text for text in told) == 1, told
        assert len(told) <= 2, told
        assert "38 older ones are passed over like it" in " ".join(told)


def rev(world: Situations, name: str) -> str:
    """Return the rev that an overlay has."""
    return world.text(name, "").split('rev = "')[1].split('"')[0]
