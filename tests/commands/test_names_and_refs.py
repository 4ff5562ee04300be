"""Names of attributes, refs and addresses, and what reads a version: each kind in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from packaging.version import Version
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from tests.commands.situations import WAYS, Situations, nar_hash, situations
from tests.project import FAKE, flat_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.loopback.hosting import Hosted

BUMP = "bump --no-build"
V = '"v${version}"'
DASHES = 'lib.replaceStrings [ "." ] [ "-" ] version'
DASHED = f'"r-${{{DASHES}}}"'
TWO = "${lib.versions.majorMinor version}"


def tagged(world: Situations, name: str, *tags: str) -> Hosted:
    """Make a repository with one commit for each tag."""
    repository = world.repository(name)
    for tag in tags:
        repository.tag(tag, repository.commit({"a": tag}))
    return repository


def of(world: Situations, name: str) -> Hosted:
    """Return a repository that was made before."""
    repository = world.github.named(f"o/{name}")
    assert repository is not None
    return repository


def at(repository: Hosted, version: str) -> str:
    """Return the commit of the one tag that ends with a version, with dots or dashes."""
    ends = (version, version.replace(".", "-"))
    (tag,) = (ref for ref in repository.git("tag").split() if ref.endswith(ends))
    return repository.git("rev-parse", f"refs/tags/{tag}")


# --- a version in an attribute's name: pname, label, releases, settings, what is taken ---
ATTRIBUTES = {
    "pydantic_1": ("pydantic", "1.10.0", ("1.10.0", "1.10.2", "2.5.0"), "", "1.10.2"),
    "sqlalchemy_1_4": ("sqlalchemy", "1.4.0", ("1.4.0", "1.4.9", "2.0.1"), "", "1.4.9"),
    "einops07": ("einops", "0.7.0", ("0.7.0", "0.7.1", "0.8.0"), "", "0.7.1"),
    "antlr4_9": ("antlr4", "9.1", ("9.1", "9.2", "10.0"), "", "9.2"),
    "ruamel-yaml-0_17": ("ruamel.yaml", "0.17.1", ("0.17.1", "0.17.4", "0.18.0"), "", "0.17.4"),
    "spec_2_x": ("spec", "2.0", ("2.0", "2.5", "3.0", "3.1"), "", "2.5"),
    "zlib_1_static": ("zlib", "1.2", ("1.2", "1.3", "2.0"), "", "1.3"),
    "spec_2": ("spec", "3.0", ("3.0", "3.1"), "", "3.1"),
    "marsh_3": ("marsh", "3.0", ("3.0", "3.1", "4.0"), "allow: '<5'", "4.0"),
    "h2": ("h2", "1.0", ("1.0", "2.0"), "", "2.0"),
}

# --- what reads the version in the build ---
READERS = {
    "pretend": "SETUPTOOLS_SCM_PRETEND_VERSION = version;\n",
    "env": "env.PBR_VERSION = version;\n",
    "env-set": "env = { SETUPTOOLS_SCM_PRETEND_VERSION = version; };\n",
    "substitute": "postPatch = ''\n  substituteInPlace setup.py --replace 0.0.0 ${version}\n'';\n",
    "inherited": "env = { inherit version; OTHER = 1; };\n",
    "flags": 'makeFlags = [ "VERSION=${version}" ];\n',
}
COPIES = {
    "copy": 'SETUPTOOLS_SCM_PRETEND_VERSION = "1.0";\n',
    "copy-in-env": 'env.PBR_VERSION = "1.0";\n',
    "copy-in-set": 'env = { VERSION = "1.0"; };\n',
    "copy-in-hook": "preBuild = ''\n  export SETUPTOOLS_SCM_PRETEND_VERSION=1.0\n'';\n",
    "copy-in-name": 'name = "copied-1.0";\n',
    "copy-in-line": 'preBuild = "export PKG_VERSION=\\"1.0\\"";\n',
    "copy-in-substitution": (
        "postPatch = ''\n  substituteInPlace setup.py --replace-fail 0.0.0 1.0\n'';\n"
    ),
    "copy-in-sed": "postPatch = ''sed -i 's/@V@/1.0/' setup.py'';\n",
    "copy-in-quotes": "preBuild = ''\n  export PBR_VERSION=\"1.0\"\n'';\n",
    "copy-in-changelog": 'meta.changelog = "https://github.com/o/copied/releases/tag/v1.0";\n',
    "copy-in-meta": 'meta = with lib; { changelog = "https://x.example.org/changes.html#1-0"; };\n',
    "copy-in-merged-meta": 'meta = old // {\n  downloadPage = "https://x.example.org/1.0/";\n};\n',
}
NO_COPIES = {
    "not-in-changelog": 'meta.changelog = "https://github.com/o/c/releases/tag/v${version}";\n',
    "not-the-version": 'meta.homepage = "https://x.example.org/api/11.0/and/1.0.2/";\n',
    "not-an-address": 'meta.description = "A tool that reads the form 1.0";\n',
}

# --- a branch of the tag's name: rev or tag as written, and what it becomes ---
AMBIGUOUS = {
    "through-v": ("rev", V, 'rev = "refs/tags/v${version}";'),
    "plain": ("rev", "version", 'rev = "refs/tags/${version}";'),
    "literal": ("rev", '"v1.0"', 'rev = "refs/tags/v${version}";'),
    "tag-through": ("tag", V, 'tag = "v${version}";'),
    "tag-literal": ("tag", '"v1.0"', 'tag = "v${version}";'),
    "whole-ref": ("rev", '"refs/tags/v${version}"', 'rev = "refs/tags/v${version}";'),
    "slash": ("rev", '"release/${version}"', 'rev = "refs/tags/release/${version}";'),
    "dashed": ("rev", DASHED, f'rev = "refs/tags/{DASHED[1:]};'),
    "function": ("rev", DASHES, f'rev = "refs/tags/${{{DASHES}}}";'),
    "added-up": ("rev", '"v" + version', 'rev = "refs/tags/v${version}";'),
    "of-two-numbers": ("rev", f'"v{TWO}"', f'rev = "refs/tags/v{TWO}";'),
}
AMBIGUOUS_TAGS = [
    f"{form}{at}" for form in ("v1.", "1.", "release/1.", "r-1-", "1-") for at in "01"
]

# --- a ref's name without `refs/`: the rev as written, its tags, and what it becomes ---
SHORT_REFS = {
    "through": ('"tags/v${version}"', ("v1.0", "v1.1"), '"tags/v${version}"'),
    "literal": ('"tags/v1.0"', ("v1.0", "v1.1"), '"tags/v${version}"'),
    "added-up": ('"tags/" + version', ("1.0", "1.1"), '"tags/" + version'),
    "so-called": ('"tags/v${version}"', ("tags/v1.0", "tags/v1.1"), '"tags/v${version}"'),
    "branch": ('"heads/main"', ("v1.0", "v1.1"), '"v${version}"'),
}

# --- the same in an address: fetcher, hash's name, address, what it becomes ---
TAG = "refs/tags/v${version}"
AMBIGUOUS_ADDRESSES = {
    "zip": ("fetchzip", "hash", "archive/v${version}.tar.gz", f"archive/{TAG}.tar.gz"),
    "zip-whole": ("fetchzip", "hash", f"archive/{TAG}.tar.gz", f"archive/{TAG}.tar.gz"),
    "literal": ("fetchzip", "hash", "archive/v1.0.tar.gz", "archive/refs/tags/v1.1.tar.gz"),
    "file": ("fetchurl", "hash", "archive/v${version}.tar.gz", f"archive/{TAG}.tar.gz"),
    "tarball": (
        "builtins.fetchTarball",
        "sha256",
        "archive/v${version}.tar.gz",
        f"archive/{TAG}.tar.gz",
    ),
    "named": (
        "fetchzip",
        "hash",
        "archive/v${version}/t-${version}.tar.gz",
        f"archive/{TAG}/t-${{version}}.tar.gz",
    ),
    "ball": ("builtins.fetchTarball", "sha256", "tarball/v${version}", f"tarball/{TAG}"),
    "zipball": ("fetchzip", "hash", "zipball/v1.0", "zipball/refs/tags/v1.1"),
    "as-zip": ("fetchzip", "hash", "archive/v${version}.zip", f"archive/{TAG}.zip"),
}

# --- upstreams that drop the v and put it back: tags in turn, label, what is written ---
PREFIXES = {
    "dropped": (("v1.0", "1.1", "v1.2"), "1.1", "version", '"v${version}"', "1.2"),
    "put-back": (("0.9", "v1.0", "v1.1", "1.2"), "1.1", V, "version", "1.2"),
    "twice": (("v1", "2", "v3", "4", "v5"), "4", "version", '"v${version}"', "5"),
    "literal": (
        ("release-1.0", "1.1", "release-1.2"),
        "1.1",
        '"1.1"',
        '"release-${version}"',
        "1.2",
    ),
    "only-once": (("1.0", "1.1", "v2.0"), "1.0", "version", "version", "1.1"),
    "never": (("v1.0", "v1.1"), "1.0", V, '"v${version}"', "1.1"),
}

# --- the same by other spellings: repository, its tags if it is new, the call at 1.1, at 1.2 ---
SPELLINGS = {
    "commit": ("prefix-dropped", (), 'rev = "{commit}";', 'rev = "{new}";'),
    "whole-ref": ("prefix-dropped", (), 'rev = "refs/tags/${version}";', f'rev = "{TAG}";'),
    "text": ("prefix-dropped", (), 'tag = "${version}";', 'tag = "v${version}";'),
    "bare": ("prefix-put-back", (), 'rev = "v" + version;', "rev = version;"),
    "dashed": (
        "turn-dashed",
        ("release-1-0", "1-1", "release-1-2"),
        f"tag = {DASHES};",
        f'tag = "release-${{{DASHES}}}";',
    ),
    "dashed-back": (
        "turn-back",
        ("1-0", "release-1-1", "1-2"),
        f'tag = "release-${{{DASHES}}}";',
        f'tag = "${{{DASHES}}}";',
    ),
    "own-name": (
        "turn",
        ("turn-own-name-1.0", "1.1", "turn-own-name-1.2"),
        "tag = version;",
        'tag = "turn-own-name-${version}";',
    ),
}

# --- calls without a hash: the function, what stands beside rev, rev, label, what it becomes ---
GIT = {
    "branch-of-a-tag": ("Git", 'ref = "main";', "v1.0", 'ref = "refs/tags/v${version}";'),
    "tag": ("Git", 'ref = "refs/tags/v1.0";', "v1.0", 'ref = "refs/tags/v'),
    "whole-branch": ("Git", 'ref = "refs/heads/main";', "v1.0", 'ref = "refs/tags/v${version}";'),
    "no-ref": ("Git", "", "v1.0", 'Git { url = "https://github.com/o/checkout.git";  rev'),
    "head": ("Git", 'ref = "HEAD";', "v1.0", 'ref = "refs/tags/v${version}";'),
    "other-branch": ("Git", 'ref = "dev";', "dev~1", 'ref = "dev";'),
    "tree": ("Tree", 'ref = "refs/tags/v1.0";', "v1.0", 'ref = "refs/tags/v${version}";'),
    "tree-branch": ("Tree", 'ref = "dev";', "dev~1", 'ref = "dev";'),
    "through-version": ("Git", 'ref = "refs/tags/v${version}";', "v1.0", f'ref = "{TAG}";'),
    "shallow": ("Git", 'shallow = true; ref = "refs/tags/v1.0";', "v1.0", f'ref = "{TAG}";'),
    "empty-ref-in-all": ("Git", 'allRefs = true; ref = "";', "v1.0", 'ref = "";'),
    "of-a-host": ("Tree", 'ref = "v1.0";', "v1.0", 'ref = "v${version}";'),
    "of-a-host-whole": ("Tree", 'ref = "refs/tags/v1.0";', "v1.0", f'ref = "{TAG}";'),
    "of-a-host-alone": ("Tree", "", "v1.0", 'repo = "checkout";  rev'),
}

# --- what Nix does not find: what stands beside rev, rev, what `verify` says, what `pin` does ---
MISPLACED = {
    "other-tag": ('ref = "refs/tags/v1.0";', "v1.1", "tag moved: tag v1.0 is commit", "true"),
    "bare-tag": ('ref = "v1.0";', "v1.0", "gone: {project} has no branch 'v1.0'", "true"),
    "commit": ('ref = "a1b2c3d";', "v1.0", "gone: {project} has no branch 'a1b2c3d'", "true"),
    "gone-tag": ('ref = "refs/tags/v0.9";', "v1.0", "gone: {project} has no tag 'v0.9'", "true"),
    "gone-branch": ('ref = "old";', "v1.0", "gone: {project} has no branch 'old'", "true"),
    "not-in-branch": ('ref = "main";', "dev", "gone: the branch main does not hold", "held"),
    "nowhere": ('ref = "main";', "", "gone: {project} has no commit eeee", "held"),
}

# --- addresses of the index: how the address begins ---
FILES = "https://files.example.org/packages"
HASHED = f"{FILES}/ab/cd/{'e' * 60}"
ADDRESSES = {
    "hashed": f"{HASHED}/addr-1.0.tar.gz",
    "hashed-through": f"{HASHED}/addr-${{version}}.tar.gz",
    "mirror": "mirror://pypi/a/addr/addr-${version}.tar.gz",
    "old-host": "https://pypi.io/packages/source/a/addr/addr-${version}.tar.gz",
    "literal-mirror": "mirror://pypi/a/addr/addr-1.0.tar.gz",
    "of-wheels": f"{FILES}/py3/a/addr/addr-${{version}}-py3-none-any.whl",
    "of-two-pythons": f"{FILES}/py2.py3/a/addr/addr-1.0-py3-none-any.whl",
    "respelled": "mirror://pypi/A/Addr/Addr-${version}.tar.gz",
    "respelled-literal": "https://pypi.io/packages/source/A/Addr/Addr-1.0.tar.gz",
    "hashed-wheel": f"{HASHED}/addr-1.0-py3-none-any.whl",
}


# --- whole calls of the index's files, and what must stand in what they become ---
MIRROR = "mirror://pypi/a/addr/addr-{}.tar.gz"
THROUGH = MIRROR.format("${version}")
OF_PNAME = "mirror://pypi/a/${pname}/${pname}-${version}.tar.gz"
OF_FUNCTION = "mirror://pypi/${lib.substring 0 1 pname}/addr/addr-${version}.tar.gz"
AT_PYPI = PYPI_SIMPLE_ENDPOINT.replace("/simple/", "/packages/source/a/addr/addr-{}.tar.gz")
HASHED_SDIST = f"{HASHED}/addr-1.0.tar.gz"
SRI = f'hash = "{FAKE}";'
ADDRESS_CALLS = {
    "mirror-and-hashed": (
        f'fetchurl {{ urls = [ "{THROUGH}" "{HASHED_SDIST}" ]; {SRI} }}',
        f'"{THROUGH}" "{{files}}',
    ),
    "hashed-and-mirror": (
        f'fetchurl {{ urls = [ "{HASHED_SDIST}" "{MIRROR.format("1.0")}" ]; {SRI} }}',
        f'addr-1.1.tar.gz" "{MIRROR.format("1.1")}" ]',
    ),
    "unpacked": (f'fetchzip {{ url = "{HASHED_SDIST}"; {SRI} }}', 'url = "{files}'),
    "by-pname": (f'fetchurl {{ url = "{OF_PNAME}"; {SRI} }}', f'"{OF_PNAME}"'),
    "by-function": (f'fetchurl {{ url = "{OF_FUNCTION}"; {SRI} }}', f'"{OF_FUNCTION}"'),
    "builtin": (
        f'builtins.fetchurl {{ url = "{HASHED_SDIST}"; sha256 = "{FAKE}"; }}',
        'url = "{files}',
    ),
    "at-pypi": (
        f'fetchurl {{ url = "{AT_PYPI.format("1.0")}"; {SRI} }}',
        f'"{AT_PYPI.format("1.1")}"',
    ),
}


def names(world: Situations) -> None:
    for name, (pname, label, versions, settings, _) in ATTRIBUTES.items():
        files = {one: world.index.release(pname, one) for one in versions}
        sri = flat_hash(files[label][0].content)
        stem = files[label][0].filename.removesuffix(f"-{label}.tar.gz")
        world.overlay(
            name,
            f'  pname = "{pname}"; version = "{label}";\n'
            f'  src = fetchPypi {{ pname = "{stem}"; inherit version; hash = "{sri}"; }};\n',
            settings,
        )

    tagged(world, "gtk", "3.24.0", "3.24.1", "4.0.0")
    call = f'fetchFromGitHub {{ owner = "o"; repo = "gtk"; rev = version; hash = "{FAKE}"; }}'
    world.overlay("gtk3", f'  pname = "gtk+"; version = "3.24.0";\n  src = {call};\n')


def readers(world: Situations) -> None:
    repository = world.repository("read")
    commits = [
        repository.commit({"setup.py": f"setup(version='{one}')\n"})
        for one in ("1.0", "1.1", "1.2")
    ]
    first, second = (f'"{nar_hash(repository, commit)}"' for commit in commits[:2])
    settings = "commit_interval: 0d"
    for name, more in READERS.items():
        label = "1.1-unstable-2025-01-02"
        pin = {"repo": "read", "more": more, "settings": settings}
        world.pin(f"{name}-commit", label, rev=f'"{commits[1]}"', sri=second, **pin)
        world.pin(f"{name}-moving", "1.0", rev='"main"', sri=first, **pin)
        world.pin(f"{name}-false", "0.9", rev='"main"', sri=first, **pin)
    of_rev = {"more": "env.COMMIT = src.rev;\n", "repo": "read", "settings": settings}
    world.pin("of-rev", "1.0", rev='"main"', sri=first, **of_rev)
    tagged(world, "copied", "v1.0", "v1.1")
    world.pin("copied_1_0", "1.0", rev=V, sri=f'"{FAKE}"', repo="copied")
    for name, more in (COPIES | NO_COPIES).items():
        world.pin(name, "1.0", rev=V, sri=f'"{FAKE}"', repo="copied", more=more)


def refs(world: Situations) -> None:
    repository = tagged(world, "twins", *AMBIGUOUS_TAGS)
    for branch in AMBIGUOUS_TAGS:
        repository.branch(branch, repository.git("rev-parse", f"refs/tags/{branch}"))
    for name, (field, rev, _) in AMBIGUOUS.items():
        world.pin(f"twin-{name}", "1.0", rev=rev, sri=f'"{FAKE}"', repo="twins", field=field)
    for name, (function, argument, address, _) in AMBIGUOUS_ADDRESSES.items():
        kind = 'extension = "zip"; ' if name == "zipball" else ""
        url = f"https://github.com/o/twins/{address}"
        call = f'{function} {{ url = "{url}"; {kind}{argument} = "{FAKE}"; }}'
        world.overlay(f"twin-at-{name}", f'  pname = "t"; version = "1.0";\n  src = {call};\n')
    url = "https://github.com/o/twins/archive/v1.0.tar.gz"
    call = f'fetchzip {{ url = "{url}"; hash = "{nar_hash(repository, "refs/tags/v1.0")}"; }}'
    world.overlay("twin-at-true", f'  pname = "t"; version = "1.0";\n  src = {call};\n')
    newest = f'"{nar_hash(repository, "refs/tags/v1.1")}"'
    for name, (rev, short_tags, _) in SHORT_REFS.items():
        repository = tagged(world, f"short-{name}", *short_tags)
        label = "1.1" if name == "branch" else "1.0"
        sri = f'"{nar_hash(repository, at(repository, label))}"'
        world.pin(f"short-{name}", label, rev=rev, sri=sri)
    world.pin("twin-newest", "1.1", rev=V, sri=newest, repo="twins")
    for name, (tags, label, rev, *_) in PREFIXES.items():
        tagged(world, f"prefix-{name}", *tags)
        world.pin(f"prefix-{name}", label, rev=rev, sri=f'"{FAKE}"', field="tag")
    for name, (repo, tags, call, _) in SPELLINGS.items():
        repository = tagged(world, repo, *tags) if tags else of(world, repo)
        commit = at(repository, "1.1")
        field, rev = call.replace("{commit}", commit).removesuffix(";").split(" = ", 1)
        sri = f'"{nar_hash(repository, commit)}"'
        world.pin(f"turn-{name}", "1.1", rev=rev, sri=sri, repo=repo, field=field)


# --- the newest version, which the branch that the call names does not hold ---
AWAY = (
    ("Git", 'ref = "dev";'),
    ("Git", 'ref = "main";'),
    ("Git", 'ref = "refs/heads/dev";'),
    ("Tree", 'ref = "dev";'),
    ("Git", 'shallow = true; ref = "main";'),
)


def checkouts(world: Situations) -> None:
    repository = tagged(world, "checkout", "v1.0", "v1.1")
    for text in ("a", "b"):
        files = {"setup.py": f"setup(version='2.{text}')\n"}
        repository.commit(
            files,
            branch="dev",
            parents=[repository.head("dev")] if text == "b" else [repository.head()],
        )
    side = repository.commit({"a": "side"}, branch="side", parents=[repository.head()])
    repository.tag("v1.2", side)
    url = "https://github.com/o/checkout.git"
    calls = [(f"git-{name}", *call[:3]) for name, call in GIT.items()]
    calls += [(f"git-{name}", "Git", *call[:2]) for name, call in MISPLACED.items()]
    calls += [(f"git-away-{at}", *call, "v1.2") for at, call in enumerate(AWAY)]
    calls += [("git-side", "Git", "", "v1.2"), ("git-anywhere", "Git", "allRefs = true;", "v1.2")]
    for name, function, ref, rev in calls:
        commit = repository.git("rev-parse", rev) if rev else "e" * 40
        label = rev[1:] if rev.startswith("v") else "2.a-unstable-2025-01-03"
        where = f'url = "{url}";'
        if "of-a-host" in name:
            where = 'type = "github"; owner = "o"; repo = "checkout";'
        elif function == "Tree":
            where = f'type = "git"; {where}'
        call = f'builtins.fetch{function} {{ {where} {ref} rev = "{commit}"; }}'
        body = f'  pname = "checkout"; version = "{label}";\n  src = {call};\n'
        world.overlay(name, body, "commit_interval: 0d")


def tag_objects(world: Situations) -> None:
    repository = world.repository("object")
    for version in ("1.0", "1.1"):
        repository.tag(f"v{version}", repository.commit({"a": version}), annotated=True)
    tree = repository.git("rev-parse", "HEAD^{tree}")
    sri = f'"{nar_hash(repository, "v1.0")}"'
    for name, rev, label in (
        ("object-old", repository.git("rev-parse", "v1.0"), "1.0"),
        ("object-new", repository.git("rev-parse", "v1.1"), "1.1"),
        ("object-tree", tree, "1.0"),
        ("object-unknown", "e" * 40, "1.0"),
    ):
        used = f'"{nar_hash(repository, "v1.1")}"' if label == "1.1" else sri
        world.pin(name, label, rev=f'"{rev}"', sri=used, repo="object")


def addresses(world: Situations) -> None:
    for version in ("1.0", "1.1"):
        files = [f"addr-{version}.tar.gz", f"addr-{version}-py3-none-any.whl"]
        world.index.release("addr", version, files=files)
    for name, url in ADDRESSES.items():
        world.overlay(
            f"addr-{name}",
            '  pname = "addr"; version = "1.0";\n'
            f'  src = fetchurl {{ url = "{url}"; hash = "{FAKE}"; }};\n',
        )
    for name, (call, _) in ADDRESS_CALLS.items():
        head = '  pname = "addr"; version = "1.0";\n'
        world.overlay(f"addr-{name}", f"{head}  src = {call};\n")
    for name, head, host in (
        ("of-tests", 'pname = "addr"; version = "1.0";', "test-files.example.org"),
        ("unlabelled", 'name = "addr-1.0";', "files.example.org"),
    ):
        url = HASHED.replace("files.example.org", host)
        call = f'fetchurl {{ url = "{url}/addr-1.0.tar.gz"; hash = "{FAKE}"; }}'
        world.overlay(f"addr-{name}", f"  {head}\n  src = {call};\n")
    tagged(world, "main-source", "v1.0", "v1.1")
    tagged(world, "second", "second-1.0", "second-1.1")
    further(world)
    world.pin(
        "two-sources",
        "1.0",
        rev=V,
        sri=f'"{FAKE}"',
        repo="main-source",
        more='data = fetchFromGitHub {\n  owner = "o";\n  repo = "second";\n'
        f'  rev = "second-${{version}}";\n  hash = "{FAKE}";\n}};\n',
    )


# --- a second source: its repository, its tag at 1.0, how that is written, what it becomes ---
FURTHER = {
    "ambiguous": ("twins", "v1.0", f"rev = {V};", f'rev = "{TAG}";'),
    "ambiguous-bare": ("twins", "1.0", "rev = version;", 'rev = "refs/tags/${version}";'),
    "ambiguous-dashed": ("twins", "r-1-0", f"rev = {DASHED};", f'rev = "refs/tags/{DASHED[1:]};'),
    "tag": ("copied", "v1.0", f"tag = {V};", f"tag = {V};"),
    "no-hash": ("copied", "v1.0", f"tag = {V};", f"tag = {V};"),
    "late": ("late", "v1.0", f"tag = {V};", f"tag = {V};"),
}


def further(world: Situations) -> None:
    tagged(world, "late", "v1.0")
    own = nar_hash(of(world, "main-source"), "refs/tags/v1.0")
    for name, (repo, tag, rev, _) in FURTHER.items():
        sri = "" if name == "no-hash" else nar_hash(of(world, repo), f"refs/tags/{tag}")
        call = f'owner = "o"; repo = "{repo}"; {rev} hash = "{sri}";'
        more = f"data = fetchFromGitHub {{ {call} }};\n"
        pin = {"rev": V, "sri": f'"{own}"', "repo": "main-source", "field": "tag"}
        world.pin(f"further-{name}", "1.0", more=more, **pin)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situations]:
    """All of them in one project."""
    with situations(tmp_path_factory.mktemp("names")) as made:
        for make in (names, readers, refs, checkouts, tag_objects, addresses):
            make(made)
        yield made


def said(package: dict[str, Any]) -> tuple[str, str | None]:
    return package["status"], package["latest"]


def messages(package: dict[str, Any], code: str) -> list[str]:
    return [one["message"] for one in package["warnings"] if one["code"] == code]


@pytest.mark.parametrize("token", WAYS.values(), ids=WAYS)
class TestBothWays:
    """GraphQL and git lead to the same."""

    @pytest.mark.parametrize("name", PREFIXES)
    def test_a_prefix_that_comes_and_goes(self, world: Situations, token: str, name: str) -> None:
        package = world.results("check", token=token)[f"prefix-{name}"]
        assert said(package) == ("outdated", PREFIXES[name][4])

    @pytest.mark.parametrize("name", AMBIGUOUS)
    def test_a_tag_is_not_a_branch(self, world: Situations, token: str, name: str) -> None:
        package = world.results("check", token=token)[f"twin-{name}"]
        assert said(package) == ("outdated", "1.1")
        assert package["reason"] is None

    def test_the_id_of_a_tag_s_own_object(self, world: Situations, token: str) -> None:
        """What it leads to counts; what is no commit fails its own package."""
        checked = world.results("check", token=token)
        assert said(checked["object-old"]) == ("outdated", "1.1")
        assert said(checked["object-new"]) == ("current", "1.1")
        assert checked["object-tree"]["status"] == "failed"
        assert checked["object-unknown"]["status"] == "failed"
        verified = world.results("verify", token=token)
        assert {verified[name]["state"] for name in ("object-old", "object-new")} == {"true"}
        assert {verified[f"object-{name}"]["state"] for name in ("tree", "unknown")} != {"true"}
        (message,) = messages(verified["object-new"], "tag-object")
        assert message.endswith("`updater pin` writes the commit's")
        for name in ("object-old", "object-new"):
            commit = verified[name]["commit"]
            assert f'rev = "{commit}";' in world.text(name, token, "pin")
            assert commit not in world.text(name, token)

    @pytest.mark.parametrize("name", READERS)
    def test_what_a_build_reads_is_offered_so(
        self, world: Situations, token: str, name: str
    ) -> None:
        package = world.results("check", token=token)[f"{name}-commit"]
        assert package["status"] == "outdated"
        assert str(Version(package["latest"])).startswith("1.2+unstable.")

    @pytest.mark.parametrize("name", GIT)
    def test_a_checkout_at_evaluation(self, world: Situations, token: str, name: str) -> None:
        """Of a call without a ref only what the default branch holds is taken: 1.2 is not there."""
        package = world.results("check", token=token)[f"git-{name}"]
        if name == "no-ref":
            assert package["status"] == "held"
            assert package["reason"].startswith("1.2: the branch main does not hold the commit")
        else:
            assert package["status"] == "outdated"
            assert package["latest"] == "1.2" or "unstable" in package["latest"]
        assert world.results("verify", token=token)[f"git-{name}"]["state"] == "true"


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_the_newest_that_fits_the_attribute_s_name(world: Situations, name: str) -> None:
    *_, versions, _, taken = ATTRIBUTES[name]
    package = world.results("check")[name]
    assert said(package) == ("outdated", taken)
    passed_over = [one for one in messages(package, "newer-held") if versions[-1] in one]
    assert bool(passed_over) == (taken != versions[-1])
    if name == "spec_2_x":
        assert passed_over[0].endswith("(an older one is passed over like it)")


def test_a_pname_with_a_sign_that_no_attribute_has_is_its_project_too(world: Situations) -> None:
    package = world.results("check")["gtk3"]
    assert said(package) == ("outdated", "3.24.1")
    assert ["4.0.0" in one for one in messages(package, "newer-held")] == [True]


@pytest.mark.parametrize("name", READERS)
def test_a_label_that_a_build_reads_is_of_pep_440(world: Situations, name: str) -> None:
    """`bump` writes such a one, and `pin` changes none that a build would see."""
    text = world.text(f"{name}-commit", "", BUMP)
    label = text.split('version = "')[1].split('"')[0]
    assert Version(label) > Version("1.2")
    assert "unstable" in label
    assert world.results("verify", after=(BUMP,))[f"{name}-commit"]["state"] == "true"
    pinned = world.results("pin")
    assert 'version = "1.0"' in world.text(f"{name}-moving", "", "pin")
    assert 'rev = "main"' not in world.text(f"{name}-moving", "", "pin")
    assert pinned[f"{name}-false"]["status"] == "held"
    assert "takes the version into the build" in pinned[f"{name}-false"]["reason"]


def test_a_rev_that_a_build_reads_stays_as_it_is(world: Situations) -> None:
    package = world.results("pin")["of-rev"]
    assert package["status"] == "held"
    assert package["reason"].startswith("env.COMMIT (line 10) takes the rev into the build")
    assert world.results("check")["of-rev"]["status"] == "outdated"


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_of_the_version_is_named(world: Situations, name: str) -> None:
    package = world.results(*BUMP.split())[name]
    (message,) = messages(package, "stale-copy")
    assert "still says 1.0" in message


@pytest.mark.parametrize("name", NO_COPIES)
def test_what_is_no_copy_is_not_named(world: Situations, name: str) -> None:
    assert messages(world.results(*BUMP.split())[name], "stale-copy") == []


@pytest.mark.parametrize("name", SHORT_REFS)
def test_a_ref_without_its_beginning_is_the_tag_or_branch(world: Situations, name: str) -> None:
    for token in WAYS.values():
        package = world.results("check", token=token)[f"short-{name}"]
        assert said(package) == ("outdated", "1.1")
        assert not messages(package, "tag-gone")
        assert world.results("verify", token=token)[f"short-{name}"]["state"] == "true"
    written = f"rev = {SHORT_REFS[name][2]};"
    assert written in world.text(f"short-{name}", "", BUMP)
    assert world.results("verify", after=(BUMP,))[f"short-{name}"]["state"] == "true"


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_a_tag_is_written_so_that_it_means_one_thing(world: Situations, name: str) -> None:
    assert AMBIGUOUS[name][2] in world.text(f"twin-{name}", "", BUMP)


@pytest.mark.parametrize("name", AMBIGUOUS_ADDRESSES)
def test_a_tag_in_an_address_means_one_thing(world: Situations, name: str) -> None:
    """And the address goes on to be made from the version, where it was."""
    text = world.text(f"twin-at-{name}", "", BUMP)
    assert f"/o/twins/{AMBIGUOUS_ADDRESSES[name][3]}" in text
    assert world.results("check", after=(BUMP,))[f"twin-at-{name}"]["status"] == "current"
    assert world.results("verify", after=(BUMP,))[f"twin-at-{name}"]["state"] == "true"


@pytest.mark.parametrize("token", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("command", ["check", "verify"])
def test_a_name_that_means_two_things_is_told(world: Situations, token: str, command: str) -> None:
    """Of what is at its newest version, too: `bump --rehash` writes it so that Nix can fetch it."""
    (message,) = messages(world.results(command, token=token)["twin-newest"], "ambiguous-ref")
    assert message.startswith("upstream has a branch v1.1 besides the tag")
    rehashed = world.text("twin-newest", token, "bump --no-build --rehash twin-newest")
    assert 'rev = "refs/tags/v${version}";' in rehashed


def test_the_host_gives_no_archive_of_such_a_name(world: Situations) -> None:
    """So `verify` looks at that of the tag, says so, and Nix is given its whole name by `bump`."""
    asked = world.github.server.requests
    world.results("verify")
    assert not [one.path for one in asked(r"^GET /o/twins/archive/v1\.\d\.tar\.gz")]
    verified = world.results("verify")["twin-at-true"]
    (message,) = messages(verified, "ambiguous-ref")
    assert (verified["state"], message.startswith("upstream has a branch v1.0")) == ("true", True)
    world.results(*BUMP.split())
    assert not [one.path for one in asked(r"^GET /o/twins/archive/v1\.\d\.tar\.gz")]


@pytest.mark.parametrize("name", PREFIXES)
def test_a_tag_is_written_with_its_prefix(world: Situations, name: str) -> None:
    assert f"tag = {PREFIXES[name][3]};" in world.text(f"prefix-{name}", "", BUMP)


@pytest.mark.parametrize("name", GIT)
def test_ref_and_rev_move_together(world: Situations, name: str) -> None:
    assert GIT[name][3] in world.text(f"git-{name}", "", BUMP)
    status = world.results("check", after=(BUMP,))[f"git-{name}"]["status"]
    assert status == ("held" if name == "no-ref" else "current")
    assert world.results("verify", after=(BUMP,))[f"git-{name}"]["state"] == "true"
    assert world.text(f"git-{name}", "", "pin") == world.text(f"git-{name}", "")


def test_at_its_newest_version_too_a_ref_must_hold_its_commit(world: Situations) -> None:
    for token in WAYS.values():
        for at, (_, ref) in enumerate(AWAY):
            for command in ("check", BUMP):
                package = world.results(*command.split(), token=token)[f"git-away-{at}"]
                assert package["status"] == "held", (ref, package)
                assert package["reason"].endswith(": write the ref that holds the commit")
            assert world.results("verify", token=token)[f"git-away-{at}"]["state"] == "gone"


@pytest.mark.parametrize("name", MISPLACED)
def test_a_ref_holds_its_commit(world: Situations, name: str) -> None:
    """`verify` asks the host as it is configured; `pin` writes the tag, or holds."""
    *_, problem, end = MISPLACED[name]
    expected = problem.format(project="https://github.com/o/checkout")
    for token in WAYS.values():
        package = world.results("verify", token=token)[f"git-{name}"]
        assert f"{package['state']}: {package['reason']}".startswith(expected)
    pinned = world.results("pin")[f"git-{name}"]
    if end == "held":
        assert pinned["status"] == "held"
        assert world.text(f"git-{name}", "", "pin") == world.text(f"git-{name}", "")
    else:
        assert pinned["status"] == "updated"
        verified = world.results("verify", "git-*", after=("pin",))
        assert verified[f"git-{name}"]["state"] == end


def test_a_commit_beside_the_default_branch_is_told(world: Situations) -> None:
    verified = world.results("verify")
    (message,) = messages(verified["git-side"], "no-ref")
    assert "the branch main does not hold the commit" in message
    assert (verified["git-side"]["state"], verified["git-anywhere"]["state"]) == ("true", "true")
    assert verified["git-anywhere"]["warnings"] == []
    assert world.results("check")["git-anywhere"]["status"] == "current"


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_address_of_the_index_is_followed_through_it(world: Situations, name: str) -> None:
    package = world.results("check")[f"addr-{name}"]
    assert said(package) == ("outdated", "1.1")
    text = world.text(f"addr-{name}", "", BUMP)
    assert 'version = "1.1";' in text
    assert FAKE not in text
    assert world.results("verify", after=(BUMP,))[f"addr-{name}"]["state"] == "true"


def test_a_second_source_has_its_own_repository_s_tag(world: Situations) -> None:
    package = world.results(*BUMP.split())["two-sources"]
    assert said(package) == ("updated", "1.1")
    assert FAKE not in world.text("two-sources", "", BUMP)


@pytest.mark.parametrize("name", FURTHER)
def test_a_second_source_is_written_by_its_own_tag(world: Situations, name: str) -> None:
    """Also where its repository has a branch of that name; one that lacks the tag holds both."""
    package, text = f"further-{name}", world.text(f"further-{name}", "", BUMP)
    if name == "late":
        held = world.results(*BUMP.split())[package]
        assert said(held) == ("held", "1.1")
        assert held["reason"].endswith("https://github.com/o/late has no tag of 1.1")
        return
    data = text.partition("data =")[2]
    assert FURTHER[name][3] in data
    assert 'hash = ""' not in data
    assert world.results("check", after=(BUMP,))[package]["status"] == "current"
    assert world.results("verify", after=(BUMP,))[package]["state"] == "true"


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_prefix_that_comes_and_goes_is_followed_by_every_spelling(
    world: Situations, name: str
) -> None:
    package, (repo, *_, written) = f"turn-{name}", SPELLINGS[name]
    for token in WAYS.values():
        assert said(world.results("check", token=token)[package]) == ("outdated", "1.2")
    new = at(of(world, repo), "1.2")
    assert written.replace("{new}", new) in world.text(package, "", BUMP)
    assert world.results("check", after=(BUMP,))[package]["status"] == "current"
    assert world.results("verify", after=(BUMP,))[package]["state"] == "true"


@pytest.mark.parametrize("name", ADDRESS_CALLS)
def test_each_address_of_an_index_s_file_moves(world: Situations, name: str) -> None:
    """One that has the file's hash in it becomes the one that the index says."""
    text = world.text(f"addr-{name}", "", BUMP)
    files = f"{world.index.server.url}/files/"
    assert ADDRESS_CALLS[name][1].replace("{files}", files) in text
    assert FAKE not in text
    assert "e" * 60 not in text
    assert world.results("check", after=(BUMP,))[f"addr-{name}"]["status"] == "current"
    assert world.results("verify", after=(BUMP,))[f"addr-{name}"]["state"] == "true"


def test_what_no_version_tells_of_an_index_s_file_is_said(world: Situations) -> None:
    """The index for tests is another one: what has the same name there is somebody else's."""
    checked = world.results("check")
    assert checked["addr-of-tests"]["status"] == checked["addr-unlabelled"]["status"] == "skipped"
    assert checked["addr-of-tests"]["reason"].startswith("its address does not show its upstream")
    assert checked["addr-unlabelled"]["reason"] == (
        "it is the index's file addr-1.0.tar.gz, and the package has no `version`"
    )


def test_a_series_is_told_by_the_repository_s_name_too(world: Situations) -> None:
    """Where the pname is that of the attribute."""
    package = world.results("check")["copied_1_0"]
    assert said(package) == ("held", "1.1")
    assert "does not fit the attribute's or the file's name, which is for 1.0" in package["reason"]


@pytest.mark.parametrize("command", [BUMP, "pin", "verify"])
def test_a_token_changes_nothing(world: Situations, command: str) -> None:
    assert world.differences(command) == []
