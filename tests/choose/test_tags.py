"""Which tags are versions of a package: the form that its pin shows, or what looks like one."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from itertools import islice

import pytest

from tests.choose.spelling import candidates, codes, commit
from updater.choose.other_forms import in_other_form, newer_in_other_forms
from updater.choose.tag_forms import TagForm, TagNames, general_form
from updater.choose.tag_shapes import tag_form
from updater.choose.tags import Versions
from updater.errors import StageError
from updater.model import Candidate, Offer, Pin, Policy, Project
from updater.model.tag_format import TagFormat


@dataclass(frozen=True)
class Case:
    """A pin, the tags of its repository, and which of them count as which version.

    Attributes:
        pin: the rev; behind ``:`` the label, and ``$`` where the rev is made from it.
        names: the package's name, the repository's.
        expected: ``TAG=VERSION``, newest first.
    """

    pin: str
    tags: str
    expected: str
    names: tuple[str, str] = ("a", "a")
    pattern: str = ""
    written: str = ""
    branches: str = "main"


CASES = {
    # --- the form is that of the pin's tag ---
    "plain": Case("1.0:1.0$", "1.0 1.1 v2.0", "1.1=1.1 1.0=1.0"),
    "v": Case("v1.0:1.0$", "1.0 v1.1 v2.0", "v2.0=2.0 v1.1=1.1"),
    "capital V": Case("V1.0:1.0$", "V1.0 v2.0", "V1.0=1.0"),
    "v and a dot": Case("v.1.0:1.0$", "v.1.0 v.1.1 v1.2", "v.1.1=1.1 v.1.0=1.0"),
    "release-": Case("release-1.0:1.0$", "release-1.1 1.2", "release-1.1=1.1"),
    "release/": Case("release/1.0:1.0$", "release/1.1 release-1.2", "release/1.1=1.1"),
    "rel_": Case("rel_1.0:1.0", "rel_1.0 rel_1.1", "rel_1.1=1.1 rel_1.0=1.0"),
    "release-v": Case("release-v1.0:1.0$", "release-v1.1 v1.2", "release-v1.1=1.1"),
    "suffix": Case("v1.0-stable:1.0$", "v1.1-stable v1.2", "v1.1-stable=1.1"),
    "suffix with a dot": Case("1.0.Final:1.0", "1.1.Final 1.2", "1.1.Final=1.1"),
    "package and dash": Case("a-1.0:1.0$", "a-1.1 b-1.2", "a-1.1=1.1"),
    "package and v": Case("a-v1.0:1.0$", "a-v1.1 a-1.2", "a-v1.1=1.1"),
    "another package's tags": Case("pkg-a-v1.0:1.0$", "pkg-a-v1.1 pkg-b-v2.0", "pkg-a-v1.1=1.1"),
    "name that begins another": Case("core-1.0:1.0$", "core-1.1 core-x-1.2", "core-1.1=1.1"),
    "two equal signs": Case("a==1.0:1.0$", "a==1.1 b==1.2", "a==1.1=1.1"),
    "at": Case("a@1.0:1.0$", "a@1.1 b@1.2", "a@1.1=1.1"),
    "scoped": Case("@s/a@1.0:1.0$", "@s/a@1.1 @s/b@1.2", "@s/a@1.1=1.1"),
    "folder": Case("python/v1.0:1.0$", "python/v1.1 rust/v1.2", "python/v1.1=1.1"),
    "folder of the package": Case("pkgs/a/1.0:1.0", "pkgs/a/1.1 pkgs/b/1.2", "pkgs/a/1.1=1.1"),
    "digits before": Case("py3-1.0:1.0$", "py3-1.1 py2-1.2", "py3-1.1=1.1"),
    "a false label, in letters": Case(
        "TLS_1_1_1i:1.1.1h", "TLS_1_1_1i TLS_1_1_1", "TLS_1_1_1=1.1.1"
    ),
    "a false label, with dashes": Case(
        "core-8-6-14:8.6.13", "core-8-6-14 core-8-7-0", "core-8-7-0=8.7.0 core-8-6-14=8.6.14"
    ),
    "underscored": Case("a-1_0:1.0", "a-1_0 a-1_1", "a-1_1=1.1 a-1_0=1.0"),
    "underscored, three": Case(
        "REL_1_2_3:1.2.3", "REL_1_2_3 REL_1_10_0", "REL_1_10_0=1.10.0 REL_1_2_3=1.2.3"
    ),
    "characters that regular expressions know": Case("x+1.0:1.0$", "x+1.1 xx1.2", "x+1.1=1.1"),
    "date": Case(
        "2024.01.15:2024.01.15$",
        "2024.01.15 2024.02.01",
        "2024.02.01=2024.02.01 2024.01.15=2024.01.15",
    ),
    "v and date": Case("v2024.1:2024.1$", "v2024.2 2024.3", "v2024.2=2024.2"),
    # --- the label may be false, the tag is not ---
    "label that is part of the tag's version": Case(
        "v1.2.0:1.2", "v1.2.0 v1.3.1", "v1.3.1=1.3.1 v1.2.0=1.2.0"
    ),
    "label of another version": Case("v1.2.0:0.9", "v1.2.0 v1.3.1", "v1.3.1=1.3.1 v1.2.0=1.2.0"),
    "no label": Case("v1.2.0", "v1.2.0 v1.3.1", "v1.3.1=1.3.1 v1.2.0=1.2.0"),
    "unknown prefix and a false label": Case("zed-1.2:0.9", "zed-1.3 1.4", "zed-1.3=1.3"),
    "unknown prefix, a false label, a suffix": Case(
        "zed-1.2-x:0.9", "zed-1.3-x 1.4", "zed-1.3-x=1.3"
    ),
    # --- a commit shows the form of the tag that names it ---
    "commit of a v tag": Case(commit("v1.0"), "v1.0 v1.1 1.2", "v1.1=1.1 v1.0=1.0"),
    "commit of a plain tag": Case(commit("1.0"), "1.0 1.1 v1.2", "1.1=1.1 1.0=1.0"),
    "commit of no version tag": Case(commit("nightly"), "nightly v1.1 1.2", "1.2=1.2 v1.1=1.1"),
    "commit of nothing": Case("f" * 40, "v1.0 1.1", "1.1=1.1 v1.0=1.0"),
    # --- a moving rev shows none: whatever looks like a version ---
    "moving, plain and v": Case("main:1.0", "1.0 v1.1 x", "v1.1=1.1 1.0=1.0"),
    "moving, words before": Case(
        "main:1.0",
        "release-1.0 Release_1.1 version/1.2 rel1.3 ver.1.4 stable-1.5",
        "stable-1.5=1.5 ver.1.4=1.4 rel1.3=1.3 version/1.2=1.2 Release_1.1=1.1 release-1.0=1.0",
    ),
    "moving, the project's own name": Case(
        "main:1.0", "vocos-1.0 Vocos_1.1", "Vocos_1.1=1.1 vocos-1.0=1.0", ("vocos", "vocos")
    ),
    "moving, name in another spelling": Case(
        "main:1.0", "cached_path-1.0", "cached_path-1.0=1.0", ("cached-path", "cached_path")
    ),
    "moving, another project's name": Case("main:1.0", "b-1.0 1.1", "1.1=1.1"),
    "moving, nothing but words": Case("main:1.0", "nightly continuous-release_main latest", ""),
    "moving, no PEP 440": Case("main:1.0", "v1.0-hotfix-x 2024-01-15 v1.1", "v1.1=1.1"),
    "HEAD": Case("HEAD:1.0", "v1.0", "v1.0=1.0"),
    "branch that looks like a version": Case(
        "1.x:1.0", "1.0 v1.1", "v1.1=1.1 1.0=1.0", branches="1.x"
    ),
    "branch that is a version": Case("1.0:1.0", "1.0 v1.1", "v1.1=1.1 1.0=1.0", branches="1.0"),
    # --- monorepos ---
    "monorepo, moving": Case(
        "main:1.0", "pkg-a-v1.0 pkg-b-v2.0 v3.0", "pkg-a-v1.0=1.0", ("pkg-a", "mono")
    ),
    "monorepo, moving, spelled otherwise": Case(
        "main:1.0", "pkg_a/1.0 3.0", "pkg_a/1.0=1.0", ("pkg-a", "mono")
    ),
    "monorepo, commit": Case("f" * 40, "pkg-a-v1.0 v3.0", "pkg-a-v1.0=1.0", ("pkg-a", "mono")),
    "monorepo without own tags": Case("main:1.0", "pkg-b-v2.0 v3.0", "v3.0=3.0", ("pkg-a", "mono")),
    "monorepo, tags of the whole": Case(
        "main:1.0", "mono-1.0 pkg-b-2.0", "mono-1.0=1.0", ("pkg-a", "mono")
    ),
    "monorepo, own tag is no version": Case(
        "main:1.0", "pkg-a-latest v3.0", "v3.0=3.0", ("pkg-a", "mono")
    ),
    "package named like its repository": Case("main:1.0", "a-1.0 v2.0", "v2.0=2.0 a-1.0=1.0"),
    # --- tag_pattern decides ---
    "pattern": Case("main:1.0", "x1.0y 2.0", "x1.0y=1.0", pattern=r"x(?P<version>.+)y"),
    "pattern over the pin's form": Case(
        "v1.0:1.0$", "v1.0 r1.1", "r1.1=1.1", pattern=r"r(?P<version>.+)"
    ),
    "pattern must match the whole": Case(
        "main:1.0", "v1.0 v1.0-x", "v1.0=1.0", pattern=r"v(?P<version>[\d.]+)"
    ),
    "pattern without a word in it": Case(
        "main:1.0", "1-2-3", "1-2-3=1.2.3", pattern=r"(?P<version>.+)"
    ),
    "pattern of two dashed numbers": Case(
        "r-1-2:1.2", "r-1-2 r-1-3", "r-1-3=1.3 r-1-2=1.2", pattern=r"r-(?P<version>.+)"
    ),
    # --- letters behind the numbers, as the label has them ---
    "candidate with a dash": Case(
        "r-1-2-RC1:1.2rc1", "r-1-2-RC1 r-1-2", "r-1-2=1.2 r-1-2-RC1=1.2rc1"
    ),
    "letters as they are": Case("v1_2b1:1.2b1", "v1_2b1 v1_3", "v1_3=1.3 v1_2b1=1.2b1"),
    # --- what comes and goes in front ---
    "a word in turn": Case(
        "1.1:1.1$", "release-1.0 1.1 release-1.2", "release-1.2=1.2 1.1=1.1 release-1.0=1.0"
    ),
    "without the word in turn": Case(
        "rel/1.1:1.1$", "1.0 rel/1.1 1.2", "1.2=1.2 rel/1.1=1.1 1.0=1.0"
    ),
    "another package's name": Case("1.1:1.1$", "docs-1.0 1.1 docs-1.2", "1.1=1.1"),
    "its own name in turn": Case("1.1:1.1$", "a-1.0 1.1 a-1.2", "a-1.2=1.2 1.1=1.1 a-1.0=1.0"),
    # --- tag_format decides ---
    "format": Case("main:1.0", "x-1.0y 2.0", "x-1.0y=1.0", written="x-{version}y"),
    "written dashed": Case(
        "main:1.0",
        "rel-1-2-3 rel-1-10 1.9 rel-x",
        "rel-1-10=1.10 rel-1-2-3=1.2.3",
        written="rel-{dashed}",
    ),
    "written underscored": Case(
        "REL_17_0:17.0",
        "REL_17_0 REL_17_1 REL_18_BETA1 REL-9",
        "REL_18_BETA1=18_BETA1 REL_17_1=17.1 REL_17_0=17.0",
        written="REL_{underscored}",
    ),
    "written with letters": Case(
        "main:1.1.1", "SSL_1_1_1 ssl_1_1_2", "SSL_1_1_1=1.1.1", written="SSL_{underscored}"
    ),
    "numbers with other signs": Case(
        "main:8.4",
        "jdk8u402-b06 jdk8u412-b08 jdk9",
        "jdk8u412-b08=8.412.08 jdk8u402-b06=8.402.06",
        written="jdk{major}u{minor}-b{patch}",
    ),
    "a number that comes twice": Case(
        "main:1.0", "v1/v1_2 v1/v2_3", "v1/v1_2=1.2", written="v{major}/v{major}_{minor}"
    ),
    "format over the pin's form": Case(
        "v1.0:1.0$", "v1.0 r-1-1", "r-1-1=1.1", written="r-{dashed}"
    ),
    "format and pattern": Case(
        "main:1.0",
        "r-1-1 r-2-1 s-3-1",
        "r-1-1=1.1",
        pattern="r-(?P<version>1-.*)",
        written="r-{dashed}",
    ),
    "a name is no version": Case(
        "main:1.0", "vnext version-3.45.0 v3.1", "v3.1=3.1", written="v{version}"
    ),
}


def form_of(case: Case) -> tuple[TagForm, Offer, TagNames]:
    rev, _, label = case.pin.partition(":")
    pin = Pin(label.removesuffix("$") or None, rev, through_version=label.endswith("$"))
    branches = {name: commit(name) for name in case.branches.split()}
    offer = Offer(
        Project.parse("https://h/o/r"), candidates(case.tags, tags=True), branches, "main"
    )
    pattern = re.compile(case.pattern) if case.pattern else None
    names = TagNames((case.names[0],), case.names[1])
    written = TagFormat.parse(case.written) if case.written else None
    policy = Policy(tag_pattern=pattern, tag_format=written)
    return tag_form(pin, policy, offer, names), offer, names


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_tags_that_count(case: Case) -> None:
    form, offer, _ = form_of(case)
    found = Versions(offer.candidates, form).releases
    assert " ".join(f"{one.candidate.ref}={one.candidate.version}" for one in found) == (
        case.expected
    )


OTHERS = {
    "newer in another form": (Case("0.1.2:0.1.2$", "0.1.2 v0.2.0", ""), "v0.2.0"),
    "older in another form": (Case("v0.2.0:0.2.0$", "0.1.2 v0.2.0", ""), ""),
    "level in another form": (Case("v0.2.0:0.2.0$", "0.2.0 v0.2.0", ""), ""),
    "newer pre-release in another form": (Case("0.1:0.1$", "0.1 v0.2rc1", ""), ""),
    "newer date stamp": (Case("0.1:0.1$", "0.1 v20240115", ""), ""),
    "the newest of several": (Case("0.1:0.1$", "0.1 v0.2 release-0.3", ""), "release-0.3"),
    "another package of a monorepo": (
        Case("pkg-a-1.0:1.0$", "pkg-a-1.0 mono-3.0 v4.0", "", ("pkg-a", "mono")),
        "",
    ),
    "own tags in another form, in a monorepo": (
        Case("pkg-a-1.0:1.0$", "pkg-a-1.0 pkg-a/v1.1", "", ("pkg-a", "mono")),
        "pkg-a/v1.1",
    ),
    # a part that the package's name tells, and its tags in another form
    "a part of the name's ending": (
        Case("client/v1.1:1.1$", "client/v1.1 v2.0", "", ("srv-client", "srv")),
        "",
    ),
    "a part of the name's beginning": (
        Case("client-1.1:1.1$", "client-1.1 v2.0 srv-3.0", "", ("client-srv", "srv")),
        "",
    ),
    "a part behind the repository's name": (
        Case("samba-ldb-2.8:2.8$", "samba-ldb-2.8 samba-4.20 v5.0", "", ("ldb", "samba")),
        "",
    ),
    "a part in another form": (
        Case("samba-ldb-2.8:2.8$", "samba-ldb-2.8 samba-4.20 ldb-3.0", "", ("ldb", "samba")),
        "ldb-3.0",
    ),
    # a folder, beside which there were tags of the whole
    "a folder": (Case("client/v1.1:1.1$", "client/v1.1 v1.0 v2.0 srv-3.0", "", ("srv", "srv")), ""),
    "folders": (Case("sdk/client/v1.1:1.1$", "sdk/client/v1.1 v1.0 v2.0", "", ("srv", "srv")), ""),
    "a folder in another form": (
        Case("client/v1.1:1.1$", "client/v1.1 v1.0 v2.0 client-1.5", "", ("srv", "srv")),
        "client-1.5",
    ),
    "a folder that came before all others": (
        Case("client/v1.1:1.1$", "client/v1.1 v1.2 v2.0", "", ("srv", "srv")),
        "v2.0",
    ),
    "a folder of any release": (
        Case("release/1.1:1.1$", "release/1.1 v1.0 v2.0", "", ("srv", "srv")),
        "v2.0",
    ),
    "the repository's own folder": (
        Case("srv/1.1:1.1$", "srv/1.1 v1.0 v2.0", "", ("srv", "srv")),
        "v2.0",
    ),
    "a word that is no part's": (
        Case("zed-1.1:1.1$", "zed-1.1 v1.0 v2.0", "", ("srv", "srv")),
        "v2.0",
    ),
    "a part beside the whole, which is pinned": (
        Case("v2.0:2.0$", "v2.0 v1.0 client/v3.0 samba-ldb-3.0", "", ("samba", "samba")),
        "",
    ),
    "a pattern leaves something out": (
        Case("main:1.0", "v1.0 1.1", "", pattern="v(?P<version>.+)"),
        "1.1",
    ),
}


@pytest.mark.parametrize(("case", "tag"), OTHERS.values(), ids=OTHERS)
def test_a_newer_tag_in_another_form_is_mentioned(case: Case, tag: str) -> None:
    form, offer, names = form_of(case)
    tags = Versions(offer.candidates, form).releases
    newest = tags[0].version if tags else None
    versions = Versions(offer.candidates, form)
    newer = newer_in_other_forms(versions, newest, names)
    warnings = tuple(map(in_other_form, islice(newer, 1)))
    said = f"upstream has a newer tag, {tag}, in a different form than this pin"
    assert [one.message for one in warnings] == (
        [f"{said}; set `tag_pattern` to follow it"] if tag else []
    )
    assert codes(warnings) == (" (other-form)" if tag else "")


def test_thousands_of_tags_are_ordered_by_version() -> None:
    """Also where names, dates and versions have different orders."""
    text = " ".join(f"v{major}.{minor}" for minor in range(60) for major in range(60))
    found = Versions(candidates(text, tags=True), general_form(TagNames((), "a"))).releases
    assert [one.candidate.version for one in found] == [
        f"{major}.{minor}" for major in reversed(range(60)) for minor in reversed(range(60))
    ]


@pytest.mark.parametrize("pattern", ["v(?P<version>(a+)+b)", "v(?P<version>(.*a){20})"])
def test_a_pattern_that_takes_for_ever_is_its_packages_failure(pattern: str) -> None:
    """Of the user's pattern on upstream's tags; all tags together have the time."""
    policy = Policy(tag_pattern=re.compile(pattern))
    names = [f"v{'a' * 60}{number}" for number in range(50)]
    tags = tuple(Candidate(name, ref=name, commit=commit(name)) for name in names)
    offer = Offer(Project.parse("https://github.com/o/r"), tags)
    form = tag_form(Pin("1", "v1"), policy, offer, TagNames(("r",), "r"))
    started = time.process_time()
    with pytest.raises(StageError) as caught:
        Versions(offer.candidates, form)
    assert time.process_time() - started < 4
    assert caught.value.message == (
        f"`tag_pattern: {pattern}` needs more than 2 s for upstream's tags"
    )
