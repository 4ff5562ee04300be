"""Which numbers in the name of an attribute are those of the versions that it is for."""

from __future__ import annotations

import pytest

from updater.find.followable import series_of
from updater.kinds import FETCH_FUNCTIONS
from updater.overlay.reading.file import read_packages

SERIES = {
    "an underscore": ("sqlalchemy_1_4", "sqlalchemy", "1.4.0", (1, 4)),
    "digits": ("einops07", "einops", "0.7.0", (0, 7)),
    "a + is left out": ("gtk3", "gtk+", "3.24.0", (3,)),
    "of another major version": ("gtk2", "gtk+", "2.24.33", (2,)),
    "a + is an x": ("libsigcxx30", "libsigc++", "3.0.7", (3, 0)),
    "a + is an x, behind a sign": ("libxmlxx_5", "libxml++", "5.0.3", (5,)),
    "a + is a p": ("unicpp2", "uniC++", "2.1", (2,)),
    "a part of the digits is the project's": ("python311", "python3", "3.11.5", (3, 11)),
    "a part of the numbers is the project's": ("antlr4_13", "antlr4", "4.13.1", (4, 13)),
    "behind the project's number": ("antlr4_9", "antlr4", "9.1", (9,)),
    # what is no series, or cannot be told
    "another version": ("gtk3", "gtk+", "4.0.0", ()),
    "another project": ("gtk3", "webkit+", "3.24.0", ()),
    "the project's number": ("jinja2", "jinja2", "2.11", ()),
    "the project's number, with a +": ("gtk3", "gtk+3", "3.24.0", ()),
    "the project's number, and a word": ("jinja2_patched", "jinja2", "2.11", ()),
    "the project's number in both": ("h2", "h2", "2.0", ()),
    "no version": ("gtk3", "gtk+", "main", ()),
    "no number": ("gtk", "gtk+", "3.24.0", ()),
}


@pytest.mark.parametrize(("name", "pname", "version", "series"), SERIES.values(), ids=SERIES)
def test_an_attribute_is_for_the_versions_that_its_name_says(
    name: str, pname: str, version: str, series: tuple[int, ...]
) -> None:
    source = f'fetchurl {{ url = "https://d.example/{pname}-${{version}}.tar.xz"; hash = ""; }}'
    text = f'{{ {name} = f rec {{ pname = "{pname}"; version = "{version}"; src = {source}; }}; }}'
    (package,) = read_packages(text.encode(), "x.nix", FETCH_FUNCTIONS).packages
    assert series_of(package) == series


FILES = {
    "the file": ("pkgs/openssl-1.0.nix", "1.0.2", (1, 0)),
    "a file of numbers": ("pkgs/tensorflow/1_14_0.nix", "1.14.0", (1, 14, 0)),
    "its folder": ("pkgs/rsync-3.4.1/default.nix", "3.4.1", (3, 4, 1)),
    "a folder of numbers": ("protobuf/v3.2/tool.nix", "3.2.7", (3, 2)),
    # what is no series, or cannot be told
    "one number": ("pkgs/tool-2/default.nix", "2.1", ()),
    "another version": ("pkgs/tool-2.0.nix", "2.1", ()),
    "a folder further up": ("nixos-2.1/pkgs/tool/default.nix", "2.1", ()),
    "numbers in the middle": ("pkgs/tool-2.1-data.nix", "2.1", ()),
}


@pytest.mark.parametrize(("file", "version", "series"), FILES.values(), ids=FILES)
def test_a_file_that_is_a_package_is_for_the_versions_that_its_name_says(
    file: str, version: str, series: tuple[int, ...]
) -> None:
    source = f'fetchurl {{ url = "https://d.example/p-{version}.tar.xz"; hash = ""; }}'
    own = f'mkDerivation rec {{ pname = "p"; version = "{version}"; src = {source}; }}'
    text = f"{{ fetchurl, mkDerivation }}: {own}"
    (package,) = read_packages(text.encode(), file, FETCH_FUNCTIONS).packages
    assert series_of(package) == series
    (attribute,) = read_packages(f"{{ p = {own}; }}".encode(), file, FETCH_FUNCTIONS).packages
    assert series_of(attribute) == ()
