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
COMMANDS = [(way, command) for way in WAYS for command in ("check", "bump --no-build")]
COMMANDS += [("git", "verify"), ("git", "pin")]

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

# --- what the rev is the id of, and what `check` says ---
OBJECTS = {
    "object-tag": ("outdated", "2.0"),
    "object-newest": ("current", "2.0"),
    "object-of-tag": ("outdated", "2.0"),
    "object-beside": ("outdated", "2.0"),
    "object-tree": (None, None),
    "object-blob": (None, None),
    "object-tag-of-tree": (None, None),
    "object-deleted": (None, None),
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
        "object-newest": new,
        "object-of-tag": repository.tag("signed", old, annotated=True),
        "object-beside": repository.tag("also", first, annotated=True, message="another"),
        "object-tree": repository.git("rev-parse", f"{first}^{{tree}}"),
        "object-blob": repository.git("rev-parse", f"{first}:a"),
        "object-deleted": gone,
    }
    author = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    repository.git(*author, "tag", "-a", "trees", made["object-tree"], "-m", "x")
    made["object-tag-of-tree"] = repository.git("rev-parse", "trees")
    repository.delete("refs/tags/v0.9")
    return made


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situations]:
    """All of them in one project."""
    with situations(tmp_path_factory.mktemp("odd")) as made:
        made.github.rest.anonymous = Quota(5000)
        versions(made)
        repository = made.repository("objects")
        for name, rev in ids(repository).items():
            label = "2.0" if name == "object-newest" else "1.0"
            sri = f'"{nar_hash(repository, f"v{label}")}"'
            made.pin(name, label, rev=f'"{rev}"', sri=sri, repo="objects")
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
    assert sorted(outcomes) == sorted([*names, *OBJECTS, *MANY])
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
        """A tag's is what it leads to; another one's is a failure of its package alone."""
        status, latest = OBJECTS[name]
        package = world.results("check", token=token)[name]
        verified = world.results("verify")[name]
        if status is None:
            assert package["status"] in {"failed", "held"}
            assert verified["state"] != "true"
        else:
            assert (package["status"], package["latest"]) == (status, latest), package
            assert verified["state"] == "true"

    @pytest.mark.parametrize("name", MANY)
    def test_many_that_are_passed_over_are_one_sentence(
        self, world: Situations, token: str, name: str
    ) -> None:
        package = world.results("check", token=token)[name]
        assert (package["status"], package["newest"]["version"]) == ("held", "1.39")
        told = [package["reason"], *(one["message"] for one in package["warnings"])]
        assert sum("1.39" in text for text in told) == 1, told
        assert len(told) <= 2, told
        assert "38 older ones are passed over like it" in " ".join(told) or len(told) == 1
