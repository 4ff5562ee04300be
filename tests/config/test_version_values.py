"""A version that is let in or left out can be there, or config.yaml has a mistake."""

from __future__ import annotations

import pytest

from updater.config.file import parse, read
from updater.errors import ConfigError

VERSIONS = "expected versions, such as 1.2.3 or 1.2.*; "
RANGE = "fits none; a range of versions goes into `allow`, as what may be taken"
NONE = (
    "expected a specifier that some version satisfies; to take none, write `hold:` with the reason"
)

REFUSED = {
    "ignore: ['>=1.1']": f"""{VERSIONS}instead of '>=1.1' write `allow: "<1.1"`""",
    "ignore: '> 2'": f"""{VERSIONS}instead of '> 2' write `allow: "<=2"`""",
    "ignore: ['1.0', '<2.0']": f"""{VERSIONS}instead of '<2.0' write `allow: ">=2.0"`""",
    "ignore: '>=1,<2'": f"{VERSIONS}'>=1,<2' {RANGE}",
    "ignore: ['~=1.4']": f"{VERSIONS}'~=1.4' {RANGE}",
    "ignore: ['==1.4']": f"{VERSIONS}'==1.4' {RANGE}",
    "ignore: ['^1.4']": f"{VERSIONS}'^1.4' {RANGE}",
    "ignore: '*'": f"{VERSIONS}'*' {RANGE}",
    "ignore: '1.2 - 1.4'": f"{VERSIONS}'1.2 - 1.4' {RANGE}",
    "ignore: ['1.x']": f"{VERSIONS}instead of '1.x' write '1.*'",
    "ignore: ['']": f"{VERSIONS}'' {RANGE}",
    "allow: '>=2,<1'": NONE,
    "allow: '==1.*,!=1.*'": NONE,
    "allow: '>1.0,<1.0'": NONE,
    "allow: '<0'": NONE,
    "allow: '~=1.4,>=2'": NONE,
}
READ = (
    "ignore: ['1.2.*', '1.0', 'v1.0', '2024-02-01', '1!2.0', '2.0+cu121', Jammy, 'r2024a.*']",
    "allow: '>=0'",
    "allow: '<2.4'",
    "allow: '>=0.46,<0.51'",
    "allow: '>1.0.5,<1.0.6'",
    "allow: '>1.0.post1,<1.0.post3'",
    "allow: '>1.0a1,<1.0a3'",
    "allow: '==1.0+cu121'",
    "allow: '!=1.0,>=1.0,<1.0.1'",
    "allow: '~=1.4.2,!=1.4.2.*'",
    "allow: '>=1.0,!=1.*'",
    "allow: '<0.1'",
    "allow: '<=0'",
    "allow: '===1.0'",
)


@pytest.mark.parametrize(("option", "said"), REFUSED.items())
def test_what_fits_no_version_is_a_mistake(option: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read(parse(f"defaults: {{{option}}}\n".encode(), "config.yaml"))
    assert said in refused.value.message


@pytest.mark.parametrize("option", READ)
def test_what_fits_some_version_is_read(option: str) -> None:
    read(parse(f"defaults: {{{option}}}\n".encode(), "config.yaml"))
