"""Generated histories, and pins of every kind over them: branches, slips, dates in any order."""

from __future__ import annotations

import random
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from tests.commands.situations import nar_hash
from tests.loopback.messages import Response
from tests.project import flat_hash

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.commands.situations import Situations
    from tests.loopback.hosting import Hosted
    from tests.loopback.messages import Request

FOLDER = "libs/tool"
CALLS = {
    "z": 'fetchzip {{ url = "{page}/archive/v${{version}}.tar.gz"; hash = "{sri}"; }}',
    "g": 'fetchgit {{ url = "{page}.git"; rev = "refs/tags/v${{version}}"; hash = "{sri}"; }}',
    "b": (
        'builtins.fetchGit {{ url = "{page}.git"; ref = "refs/tags/v{version}"; '
        'rev = "{commit}"; }}'
    ),
    "n": (
        'fetchFromGitHub {{ owner = "o"; repo = "{name}"; tag = "v${{version}}"; hash = "{sri}"; }}'
    ),
}
"""Letter of a kind of pin -> its call; further kinds are in `Histories`."""


class Held(Struct, frozen=True):
    """What a pin holds.

    Attributes:
        takes_commit: its rev can become a commit, so that `pin` can always say what it holds.
    """

    repository: Hosted
    commit: str
    takes_commit: bool = True


class History(Struct, frozen=True):
    """A generated history.

    Attributes:
        parents: of each commit after the first, which of those before it comes before it.
        days: of each commit.
        tags: version -> the commit that it is on.
        other_tags: tags of other forms and packages -> the same.
        declared: of each commit, what its source declares; empty for nothing.
        declared_below: the same of the project in `FOLDER`.
        pythons: of each commit, which Pythons it needs.
        depths: version -> how many tag objects its tag has.
        marks: version -> what its release is: nothing, full, a pre-release or a draft.
        uploads: the versions whose release has its file.
        days_of_tags: version -> the day of its tag's object and of its release.
        moved: version -> the commit that its tag is moved to, once it was pinned and verified.
        nightly: the commit of a moving tag.
        age: the day of January before which what is out is old enough; 0 for no such setting.
        series: what an attribute's name has behind the project's.
        wishes: one more setting of the pins by tag.
    """

    parents: tuple[int, ...]
    days: tuple[int, ...]
    tags: dict[str, int]
    other_tags: dict[str, int]
    declared: tuple[str, ...]
    declared_below: tuple[str, ...]
    pythons: tuple[str, ...]
    depths: dict[str, int]
    marks: dict[str, str]
    uploads: frozenset[str]
    days_of_tags: dict[str, int]
    moved: dict[str, int]
    nightly: int
    age: int
    series: str
    wishes: tuple[str, ...]


def generated(seed: int, name: str) -> History:
    """Return a history of some commits, of which most come after the one before."""
    draw = random.Random(seed)  # noqa: S311 - the same one every time
    count = draw.randint(3, 6)

    def of_each(*choices: str) -> tuple[str, ...]:
        return tuple(draw.choice(choices) for _ in range(count))

    drawn = [
        f"{draw.randint(0, 2)}.{draw.randint(0, 3)}{draw.choice(['', '', '.1'])}" for _ in range(6)
    ]
    versions = list(dict.fromkeys(drawn))
    others = [f"{name}-x-{versions[-1]}", f"tool-v{versions[0]}", "other/v0.9", "other/v7.0"]
    return History(
        tuple(draw.choice([at, at, at, max(0, at - 2)]) for at in range(count - 1)),
        tuple(draw.randint(1, 28) for _ in range(count)),
        {version: draw.randrange(count) for version in versions[:4]},
        {tag: draw.randrange(count) for tag in others},
        of_each("", "0.5", "1.1"),
        of_each("", "0.5", "1.1", "2.0"),
        of_each("", "", "", ">=3.13"),
        {version: draw.choice([0, 0, 1, 2]) for version in versions},
        {version: draw.choice(["", "", "full", "pre", "draft"]) for version in versions},
        frozenset(version for version in versions if draw.random() < 0.6),
        {version: draw.randint(1, 28) for version in versions},
        {version: draw.randrange(count) for version in versions[:1]},
        draw.randrange(count),
        draw.choice([0, 5, 15, 25]),
        draw.choice(["_1", "_1_1", "_2", "2", "_0_x"]),
        tuple(
            draw.choice(["", "prereleases: true", "track: release", "python: '3.12'"])
            for _ in range(4)
        ),
    )


class Histories:
    """Makes repositories and pins of generated histories.

    Args:
        world: gets them.

    Attributes:
        held: package -> what its pin holds.
    """

    def __init__(self, world: Situations) -> None:
        self.held: dict[str, Held] = {}
        self._world = world
        self._moves: list[Callable[[], None]] = []
        self._files: dict[str, bytes] = {}

        def answer(request: Request) -> Response:
            content = self._files.get(request.path)
            return Response(404) if content is None else Response(200, content)

        world.github.server.route("GET", r"/o/[^/]+/releases/download/.+", answer)

    def make(self, seed: int) -> None:
        """Make one repository, and pin its tags and commits in every way."""
        name = f"h{seed}"
        history, repository = generated(seed, name), self._world.repository(name)
        commits = _commits(repository, name, history)
        _tags(repository, history, commits)
        for version in history.uploads:
            path = f"/o/{name}/releases/download/v{version}/t-{version}.tar.gz"
            self._files[path] = f"{name} {version}".encode()
        self._pin_tags(repository, name, history, commits)
        self._pin_commits(repository, name, history, commits)

        def move() -> None:
            for version, at in history.moved.items():
                repository.tag(f"v{version}", commits[at])

        self._moves.append(move)

    def move_tags(self) -> None:
        """Move the tags that are to be moved."""
        for move in self._moves:
            move()

    def _pin_tags(
        self, repository: Hosted, name: str, history: History, commits: list[str]
    ) -> None:
        world, plain, aged = self._world, "commit_interval: 0d", _aged(history)
        for (version, at), wish in zip(history.tags.items(), history.wishes, strict=False):
            commit, dashed = commits[at], version.replace(".", "-")
            sri = nar_hash(repository, commit)
            held, bound = Held(repository, commit), Held(repository, commit, takes_commit=False)
            package, settings = f"{name}-t{dashed}", ", ".join(filter(None, (plain, wish)))
            quoted = f'"{sri}"'
            world.pin(
                package, version, rev='"v${version}"', sri=quoted, repo=name, settings=settings
            )
            self.held[package] = held
            package, root = f"{name}-s{dashed}", f'sourceRoot = "${{src.name}}/{FOLDER}";\n'
            rev = f'"v{version}"'
            world.pin(package, version, rev=rev, sri=quoted, repo=name, settings=aged, more=root)
            self.held[package] = held
            page = f"https://github.com/o/{name}"
            values = {"page": page, "name": name, "sri": sri, "version": version, "commit": commit}
            for kind, call in CALLS.items():
                package = f"{name}{history.series}" if kind == "n" else f"{name}-{kind}{dashed}"
                if package not in self.held:
                    pname = name if kind == "n" else package
                    self._overlay(package, pname, version, call.format(**values), plain)
                    self.held[package] = bound
            if version in history.uploads:
                package, content = f"{name}-a{dashed}", f"{name} {version}".encode()
                url = f"{page}/releases/download/v${{version}}/t-${{version}}.tar.gz"
                source = f'fetchurl {{ url = "{url}"; hash = "{flat_hash(content)}"; }}'
                self._overlay(package, package, version, source, aged)
                self.held[package] = bound

    def _pin_commits(
        self, repository: Hosted, name: str, history: History, commits: list[str]
    ) -> None:
        for at, commit in enumerate(commits):
            sri = f'"{nar_hash(repository, commit)}"'
            package = f"{name}-x" if at == 0 else f"{name}-c{at}"
            settings = _aged(history) if at == 3 else "commit_interval: 0d"
            self._world.pin(
                package, "0.1", rev=f'"{commit}"', sri=sri, repo=name, settings=settings
            )
            self.held[package] = Held(repository, commit)
        if history.nightly:
            package, sri = f"{name}-m", f'"{nar_hash(repository, commits[0])}"'
            settings = "commit_interval: 0d"
            self._world.pin(package, "0.1", rev='"nightly"', sri=sri, repo=name, settings=settings)
            self.held[package] = Held(repository, commits[0])

    def _overlay(self, package: str, pname: str, version: str, source: str, settings: str) -> None:
        body = f'  pname = "{pname}";\n  version = "{version}";\n  src = {source};\n'
        self._world.overlay(package, body, settings)


def _aged(history: History) -> str:
    """Return the settings that let pins wait for what is younger than a day of January."""
    if not history.age:
        return "commit_interval: 0d"
    days = (datetime.now(UTC) - datetime(2025, 1, history.age, tzinfo=UTC)).days
    return f"commit_interval: 0d, minimum_release_age: {days}d"


def _commits(repository: Hosted, name: str, history: History) -> list[str]:
    commits: list[str] = []
    for at, day in enumerate(history.days):
        own, below, python = (
            each[at] for each in (history.declared, history.declared_below, history.pythons)
        )
        files = {
            "setup.py": f"setup(name='{name}', version='{own}')\n" if own else "setup()\n",
            f"{FOLDER}/setup.py": f"setup(name='tool', version='{below}')\n"
            if below
            else "setup()\n",
            "a": str(at),
        }
        if python:
            files["setup.cfg"] = f"[options]\npython_requires = {python}\n"
        commits.append(
            repository.commit(
                files,
                date=f"2025-01-{day:02}T00:00:00Z",
                branch="main" if at == len(history.days) - 1 else f"side-{at}",
                parents=[commits[history.parents[at - 1]]] if at else [],
            )
        )
    return commits


def _tags(repository: Hosted, history: History, commits: list[str]) -> None:
    """Tag the commits: by their names, by a tag's object, or by the object of a tag of a tag."""
    for version, at in history.tags.items():
        date, target = f"2025-01-{history.days_of_tags[version]:02}T00:00:00Z", commits[at]
        for _ in range(history.depths[version]):
            target = repository.tag(f"v{version}", target, annotated=True, date=date)
            repository.settle()
        if not history.depths[version]:
            repository.tag(f"v{version}", target)
        mark = history.marks[version]
        if mark:
            repository.release(f"v{version}", date, prerelease=mark == "pre", draft=mark == "draft")
    for tag, at in {**history.other_tags, "nightly": history.nightly}.items():
        repository.tag(tag, commits[at])


def is_behind(repository: Hosted, commit: str | None, held: str) -> bool:
    """Tell whether a commit is an ancestor of another, by git itself."""
    if commit is None or commit == held:
        return False
    command = ["git", "merge-base", "--is-ancestor", commit, held]
    return subprocess.run(command, cwd=repository.path, check=False).returncode == 0
