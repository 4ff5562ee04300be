"""config.yaml is read strictly, its errors say what to write, and its schema says the same."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jsonschema  # type: ignore[import-untyped]  # it has no stubs of its own
import pytest
import yaml

from updater.config.file import parse, read
from updater.errors import ConfigError
from updater.report.json_schemas import json_schema

if TYPE_CHECKING:
    from updater.config.keys import Document

SCHEMA = jsonschema.Draft202012Validator(json.loads(json_schema("config")))


def document(text: str) -> Document:
    return read(parse(text.encode(), "config.yaml"))


UPSTREAMS = (
    "expected bitbucket:OWNER/REPO, codeberg:OWNER/REPO, github:OWNER/REPO, gitlab:GROUP/REPO, "
    "sourcehut:~OWNER/REPO, pypi:NAME, https://HOST/OWNER/REPO or "
    "{page: ADDRESS, pattern: REGEX}"
)
WRONG = {
    "a page without a pattern": (
        "packages: {a: {upstream: {page: 'https://p.example'}}}",
        (
            "1:packages.a.upstream: expected {page: ADDRESS, pattern: REGEX} with both of them; "
            "found {'page': 'https://p.example'}"
        ),
    ),
    "a page that is no address": (
        "packages: {a: {upstream: {page: p.example, pattern: '(.)'}}}",
        (
            "1:packages.a.upstream: expected an address that starts with https:// or http://; "
            "found {'page': 'p.example', 'pattern': '(.)'}"
        ),
    ),
    "a page with a password": (
        "packages: {a: {upstream: {page: 'https://u:p@p.example', pattern: '(.)'}}}",
        (
            "1:packages.a.upstream: expected an address without a user or password; found "
            "{'page': 'https://p.example', 'pattern': '(.)'}"
        ),
    ),
    "a pattern that is none": (
        "packages: {a: {upstream: {page: 'https://p.example', pattern: '('}}}",
        (
            "1:packages.a.upstream: expected a regular expression: missing ), unterminated "
            "subpattern at position 0; found {'page': 'https://p.example', 'pattern': '('}"
        ),
    ),
    "a pattern with two groups": (
        "packages: {a: {upstream: {page: 'https://p.example', pattern: '(a)(b)'}}}",
        (
            "1:packages.a.upstream: expected a pattern with one group, or one named version, "
            "such as tool-([0-9.]+)\\.tar; found {'page': 'https://p.example', 'pattern': '(a)(b)'}"
        ),
    ),
    "a boolean is no number": (
        "packages: {a: {build: {jobs: true}}}",
        "1:packages.a.build.jobs: expected a whole number from 1 to 256; found True",
    ),
    "a fraction is no whole number": (
        "network: {concurrency: 2.0}",
        "1:network.concurrency: expected a whole number from 1 to 256; found 2.0",
    ),
    "below the least": (
        "archives:\n  ratio: 0",
        "2:archives.ratio: expected a whole number of at least 1; found 0",
    ),
    "the package that is wrong is named": (
        "packages:\n  a: {hold: true}\n  b:\n    build: {on_failure: stop}\n",
        "4:packages.b.build.on_failure: expected one of draft, keep, skip; found 'stop'",
    ),
    "so is the host": (
        "hosts:\n  a.example: {kind: git}\n  b.example: {web: here}\n",
        (
            "3:hosts.b.example.web: expected an address that starts with https:// or http://; "
            "found 'here'"
        ),
    ),
    "nothing in the place of a hold": (
        "packages:\n  a:\n    hold:\n",
        "3:packages.a.hold: expected true, false or the reason as text; found nothing",
    ),
    "a window of a schedule": (
        "defaults:\n  pull_request:\n    schedule:\n      - sat-sun\n      - weekend\n",
        (
            "5:defaults.pull_request.schedule.1: 'weekend' is not a window, such as `sat-sun` or "
            "`mon-fri 02:00-06:30`; found 'weekend'"
        ),
    ),
    "an item of a list": (
        "defaults:\n  ignore:\n    - '1.0'\n    - 2.0\n",
        "4:defaults.ignore.1: expected text; found 2.0",
    ),
    "a list or a text": (
        "defaults: {build: {imports: true}}",
        "1:defaults.build.imports: expected text or a list of texts; found True",
    ),
    "a switch": (
        "defaults: {build: {enabled: 1}}",
        "1:defaults.build.enabled: expected one of auto, true, false; found 1",
    ),
    "text in the place of keys": (
        "defaults: {build: yes please}",
        "1:defaults.build: expected keys and values; found 'yes please'",
    ),
    "nothing in the place of keys": (
        "packages:\n  a:\n",
        "2:packages.a: expected keys and values; found nothing",
    ),
    "a number as a name": (
        "packages: {7: {hold: true}}",
        "1:packages.7: expected text as a key; found 7",
    ),
    "a number as a key": ("7: x", "1:7: expected text as a key; found 7"),
    "through an alias, where it stands": (
        "defaults: &any\n  hold: 3\npackages: {a: *any}\n",
        "2:defaults.hold: expected true, false or the reason as text; found 3",
    ),
    "through a merge, as near as YAML tells": (
        "packages:\n  a:\n    <<: {trak: tag}\n",
        "2:packages.a.trak: is not a known key",
    ),
    "a password in an upstream": (
        "defaults: {upstream: 'https://u:hush@code.example'}",
        f"1:defaults.upstream: {UPSTREAMS}; found 'https://code.example'",
    ),
    "a password that is cut off before what is long": (
        f"defaults: {{upstream: 'https://u:{'hush' * 50}@code.example'}}",
        f"1:defaults.upstream: {UPSTREAMS}; found 'https://code.example'",
    ),
    "a password of a host": (
        "hosts: {a: {kind: gitea, web: 'https://u:hush@code.example'}}",
        (
            "1:hosts.a.web: expected an address without a user or password; found "
            "'https://code.example'"
        ),
    ),
    "a token in the place of its variable": (
        f"hosts: {{a: {{kind: gitea, token_env: ghp_{'a' * 36}}}}}",
        (
            "1:hosts.a.token_env: expected the name of an environment variable, and not the token "
            "itself; found '***'"
        ),
    ),
    "a name that YAML does not know": (
        "defaults: *hush",
        "1: not valid YAML: found undefined alias '...'",
    ),
    "half a character as a key": (
        '"\\uD800": x',
        "1: not valid YAML: a text has a control character, or half of a character",
    ),
    "half a character in a list": (
        'base: main\noverlays: ["\\uD800"]',
        "2: not valid YAML: a text has a control character, or half of a character",
    ),
    "a character that clears the screen": (
        'base: "\\e[2J"',
        "1: not valid YAML: a text has a control character, or half of a character",
    ),
    "a number of hours and minutes without end": (
        f"max_open: {'1:' * 3000}1",
        f"1:max_open: expected a whole number from 0 to 1000; found '{('1:' * 50)[:99]}...",
    ),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_an_error_says_where_and_what_is_expected(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        document(text)
    assert str(caught.value) == f"config.yaml:{said}"


KEYS = {
    "identify": ("identify: {trees: 1}", "max_candidates, timeout"),
    "archives": ("archives: {entries: 1}", "downloaded, fetched, members, ratio, time, unpacked"),
    "hosts": ("hosts: {a: {token: x}}", "api, graphql, kind, token_env, web"),
}


@pytest.mark.parametrize(("text", "known"), KEYS.values(), ids=KEYS)
def test_the_hint_names_the_keys_that_are_known_at_that_place(text: str, known: str) -> None:
    with pytest.raises(ConfigError) as caught:
        document(text)
    assert caught.value.hint == f"known keys: {known}"


NEAR = {
    "the nearest of the place": (
        "publish: {pauze: 1s}",
        "did you mean pause? known keys: pause, via",
    ),
    "one that stands lower": (
        "defaults: {}\nhold: true",
        "did you mean hold, below `defaults:` or `packages:`? known keys: archives, ",
    ),
    "in a list of its own": (
        "packages: {a: {pull_request: {label: x}}}",
        "did you mean labels? known keys: assignees, ",
    ),
}


@pytest.mark.parametrize(("text", "hint"), NEAR.values(), ids=NEAR)
def test_the_hint_begins_with_the_key_that_was_meant(text: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        document(text)
    assert caught.value.hint.startswith(hint)


FOREIGN = {
    "a site": ("baseURL: x\ntitle: y\ntheme: z\npublishDir: out\n", True),
    "a server": ("host: localhost\nport: 80\n", True),
    "one key of ours": ("hosts: {}\nport: 80\ntheme: x\n", False),
    "a typo": ("overlay: [overlays]\n", False),
    "typos": ("overlay: [overlays]\npackage: {}\nother: 1\n", False),
    "a key that stands too high": ("track: tag\n", False),
    "nothing": ("", False),
    "an empty mapping": ("{}", False),
    "a list": ("- overlays\n", False),
    "numbers": ("1: a\n2: b\n", True),
}


@pytest.mark.parametrize(("text", "foreign"), FOREIGN.values(), ids=FOREIGN)
def test_another_programs_file_is_told_from_one_with_a_typo(text: str, *, foreign: bool) -> None:
    assert parse(text.encode(), "config.yaml").is_foreign is foreign


def test_a_line_is_that_of_a_key_or_an_item() -> None:
    text = parse(b"a: 1\npackages:\n  b:\n    ignore:\n    - x\n    - y\n", "config.yaml")
    paths: list[tuple[str | int, ...]] = [
        ("packages",),
        ("packages", "b", "ignore"),
        ("packages", "b", "ignore", 1),
        ("packages", "c"),
        ("a", "b"),
    ]
    assert [text.line(*path) for path in paths] == [2, 4, 6, None, None]


def test_spelled_values_are_read() -> None:
    found = document(
        "index: https://index.example/simple/\n"
        "archives: {downloaded: 500 MB, unpacked: 16GiB}\n"
        "network: {timeout: 2m, max_wait: 0}\n"
        "defaults:\n"
        "  upstream: github:o/r.git\n"
        "  hold: true\n"
        "  build: {enabled: false}\n"
        "  pull_request: {automerge: true, schedule: [sat-sun]}\n",
    )
    defaults = found.defaults
    assert defaults.build is not None
    assert defaults.pull_request is not None
    assert (
        found.index,
        found.archives.downloaded,
        found.archives.unpacked,
        found.network.timeout,
        found.network.max_wait,
        defaults.upstream,
        defaults.hold,
        defaults.build.enabled,
        defaults.pull_request.automerge,
        defaults.pull_request.schedule,
    ) == (
        "https://index.example/simple",
        500_000_000,
        16 << 30,
        timedelta(minutes=2),
        timedelta(0),
        "https://github.com/o/r",
        "held in config.yaml",
        "false",
        ("patch", "minor", "major", "pin", "other"),
        ("sat-sun",),
    )


def nested(path: str, value: object) -> dict[str, Any]:
    """Return a document that has one value."""
    for key in reversed(path.split(".")):
        value = {key: value}
    assert isinstance(value, dict)
    return value


ALIKE: dict[str, tuple[list[object], list[object]]] = {
    "archives.downloaded": ([1, "8GiB", "8 kB"], [0, -1, True, 1.5, "", "0MB", "8", "8 gb", []]),
    "network.timeout": ([0, "30s", " 2w "], [30, "", "s", "1.5h", "30", "30s\n1", False]),
    "network.concurrency": ([1, 256], [0, 257, "3", 1.5, True]),
    "index": (["http://a", "https://a/b"], ["a", "ftp://a", "https://", "https:// a", 3]),
    "repository": (["o/r", "h.example:o/r"], ["o", "o/r/x", "a:b:o/r", 1]),
    "branch_prefix": (
        ["deps/", "bots/pins/", "deps-"],
        ["", "/x/", "a//b", "-x", "a..b/", "a b/", "x.lock/", "a@b/", "add/", "~/", 3],
    ),
    "defaults.track": (["auto", "branch:dev"], ["branch:", "tags", True]),
    "defaults.python": (["3.12", "3.12.1"], [3.12, "2.7", "3"]),
    "defaults.hold": ([True, False, "why"], ["", " ", 1, [], None]),
    "defaults.hash": (["auto", "nix"], ["none", 1, True]),
    "overlays": ([[], ["a"], "a"], [1, [1], [["a"]], {}]),
    "defaults.ignore": ([[], ["1.*"], "1.*"], [[1], 1.0, {}]),
    "defaults.build.enabled": ([True, False, "auto", "true"], ["yes", 1, []]),
    "defaults.build.imports": ([[], ["a"], "auto", "a"], [[1], True]),
    "defaults.pull_request.automerge": ([True, [], ["patch"], "pin"], ["all", ["all"], [1], 1]),
    "defaults.pull_request.schedule": ([[], ["sat-sun"], "sat-sun"], [[1], True]),
    "defaults.pull_request.group": (["a", "A.b_c-1"], ["", "-a", "a b", 1]),
    "defaults.pull_request.title": (["{name}: {new}"], ["x", "{name}\nx", 1]),
    "defaults.pull_request.group_title": (["{group}"], ["{name}", "", 1]),
    "hosts.h.kind": (["git", "github"], ["svn", 1]),
    "packages.a.build.jobs": ([1, 256], [0, 1.5, "1", True]),
    "packages.a.no_such": ([], [1]),
}


@pytest.mark.parametrize("path", ALIKE)
def test_the_schema_takes_and_refuses_what_the_command_does(path: str) -> None:
    right, wrong = ALIKE[path]
    taken = {repr(one): SCHEMA.is_valid(nested(path, one)) for one in right + wrong}
    assert taken == {repr(one): any(one is other for other in right) for one in right + wrong}
    for one in right:
        document(yaml.safe_dump(nested(path, one)))
    for one in wrong:
        with pytest.raises(ConfigError):
            document(yaml.safe_dump(nested(path, one)))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("repository", "o/r\n"),
        ("branch_prefix", "deps/\n"),
        ("defaults.track", "auto\n"),
        ("defaults.python", "3.12\n"),
        ("defaults.pull_request.group", "a\n"),
    ],
)
def test_a_line_end_is_no_part_of_a_value(path: str, value: str) -> None:
    """Python's ``$`` would let it pass; that of JSON Schema does not."""
    with pytest.raises(ConfigError) as caught:
        document(yaml.safe_dump(nested(path, value)))
    assert str(caught.value).endswith(f"; found {value!r}")
