"""How a version is written into a tag: both ways, or not at all."""

from __future__ import annotations

import pytest

from updater.model.tag_format import TagFormat

BOTH_WAYS = {
    "v{version}": ("1.2.3", "v1.2.3"),
    "{version}": ("2024.1", "2024.1"),
    "release-{dashed}": ("1.2.3", "release-1-2-3"),
    "{dashed}-stable": ("10.0rc1", "10-0rc1-stable"),
    "REL_{underscored}": ("17.0", "REL_17_0"),
    "SSL_{underscored}": ("1.1.1w", "SSL_1_1_1w"),
    "jdk{major}u{minor}": ("8.402", "jdk8u402"),
    "v{major}/v{major}_{minor}": ("3.10", "v3/v3_10"),
    "{major}-{minor}.{patch}+x": ("1.2.3", "1-2.3+x"),
    "a(b|c)$-{version}": ("1.0", "a(b|c)$-1.0"),
}


@pytest.mark.parametrize(("text", "version", "tag"), [(t, *p) for t, p in BOTH_WAYS.items()])
def test_a_version_and_its_tag(text: str, version: str, tag: str) -> None:
    form = TagFormat.parse(text)
    assert form.tag(version) == tag
    assert form.version(tag) == version


OTHERS = {
    "v{version}": ("1.0", "vnext", "version-1.0", "V1.0"),
    "release-{dashed}": ("release-1.2", "release-", "release-1-2.3"),
    "REL_{underscored}": ("REL_17.0", "REL_"),
    "v{major}_{minor}": ("v1", "v1_2_3", "v1_2rc1"),
    "v{major}/v{major}_{minor}": ("v1/v2_0",),
}


@pytest.mark.parametrize(("text", "tag"), [(t, tag) for t, tags in OTHERS.items() for tag in tags])
def test_a_tag_of_another_form_has_no_version(text: str, tag: str) -> None:
    assert TagFormat.parse(text).version(tag) is None


def test_a_version_with_other_numbers_has_no_tag() -> None:
    assert TagFormat.parse("v{major}_{minor}").tag("1.2.3") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "release",
        "{name}-{version}",
        "{version}-{version}",
        "{version}{dashed}",
        "{minor}",
        "{major}.{patch}",
        "{major}-{version}",
        "v {version}",
        "v{version",
        "v{{version}}",
        "v{version}^",
    ],
)
def test_a_form_without_one_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected a tag with \{version\}, such as release-"):
        TagFormat.parse(text)


def test_two_numbers_have_a_sign_between_them() -> None:
    with pytest.raises(ValueError, match="expected a sign between two placeholders"):
        TagFormat.parse("v{major}{minor}")
