"""The index that is asked where config.yaml names none."""

from __future__ import annotations

import subprocess
import sys
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING

import pytest
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from updater.config import index as default_index
from updater.upstreams import public_index

if TYPE_CHECKING:
    from pathlib import Path

PYPI = PYPI_SIMPLE_ENDPOINT.rstrip("/")


def spec(origin: str | None) -> ModuleSpec:
    return ModuleSpec("pypi_simple", None, origin=origin)


def test_pypis_address_is_read_without_the_package_that_has_it() -> None:
    """Whose import is the dearest of all."""
    code = (
        "import sys; from updater.config.index import default_index; "
        "print(default_index(), 'pypi_simple' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == f"{PYPI} False\n"


@pytest.mark.parametrize(
    "source",
    [None, "", "PYPI_SIMPLE_ENDPOINT = OTHER\n", "# PYPI_SIMPLE_ENDPOINT = 'x'\n"],
    ids=["in an archive", "empty", "a name", "a comment"],
)
def test_where_it_is_not_to_be_read_it_is_imported(
    source: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "__init__.py"
    if source is not None:
        file.write_text(source)
    monkeypatch.setattr(public_index, "find_spec", lambda _: spec(str(file)))
    assert default_index.default_index() == PYPI


def test_what_pips_environment_says_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example/simple/")
    assert default_index.default_index() == "https://index.example/simple"


def test_what_pips_file_says_comes_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "pip.conf"
    file.write_text("[global]\nindex-url = https://index.example/simple/\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    assert default_index.default_index() == "https://index.example/simple"


WRITTEN = {
    "nobody's": ("https://h/simple/", "https://h/simple", "", ""),
    "a user and a password": ("https://u:p@h/simple", "https://h/simple", "u", "p"),
    "a token alone": ("https://t@h/simple", "https://h/simple", "t", ""),
    "written in hexadecimal": ("https://u:%40%2F@h/simple", "https://h/simple", "u", "@/"),
}


@pytest.mark.parametrize(("text", "address", "user", "password"), WRITTEN.values(), ids=WRITTEN)
def test_user_and_password_are_no_part_of_the_address(
    text: str, address: str, user: str, password: str
) -> None:
    made = default_index.PackageIndex.written(text, "PIP_INDEX_URL")
    assert (made.address, made.user, made.password) == (address, user, password)
    assert made.is_guarded == bool(user)
    assert repr(made) == f"PackageIndex(address={address!r}, origin='PIP_INDEX_URL')"


def test_pips_file_may_have_a_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "pip.conf"
    file.write_text("[global]\nindex-url = https://u:p@index.example/simple/\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    made = default_index.index_of_pip()
    assert made == default_index.PackageIndex("https://index.example/simple", str(file), "u", "p")


MACHINES = """\
machine other.example login o password hush-o
machine index.example login u password hush-u
machine alone.example account a password hush-a
"""
DEFAULT = f"{MACHINES}default login d password hush-d\n"
NETRC = {
    "its machine's": (MACHINES, "https://index.example/simple", ("u", "hush-u")),
    "with a port": (MACHINES, "https://index.example:8443/simple", ("u", "hush-u")),
    "an account": (MACHINES, "https://alone.example/simple", ("a", "hush-a")),
    "another host": (MACHINES, "https://index.example.net/simple", ("", "")),
    "before the default": (DEFAULT, "https://index.example/simple", ("u", "hush-u")),
    "the default": (DEFAULT, "https://index.example.net/simple", ("d", "hush-d")),
    "with a user in the address": (MACHINES, "https://x@index.example/simple", ("u", "hush-u")),
    "a user that netrc does not know": (MACHINES, "https://x@h/simple", ("x", "")),
    "both in the address": (DEFAULT, "https://x:y@index.example/simple", ("x", "y")),
    "not a netrc": ("machine index.example login", "https://index.example/simple", ("", "")),
    "no address": (DEFAULT, "https://[h/simple", ("", "")),
}


@pytest.mark.parametrize("named", [True, False], ids=["NETRC", "home"])
@pytest.mark.parametrize(("text", "address", "sent"), NETRC.values(), ids=NETRC)
def test_netrc_is_read_as_pip_reads_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    address: str,
    sent: tuple[str, str],
    named: bool,  # noqa: FBT001 - of a table
) -> None:
    file = tmp_path / ("logins" if named else ".netrc")
    file.write_text(text)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(file) if named else "")
    made = default_index.PackageIndex.written(address, "config.yaml")
    assert (made.user, made.password) == sent
    assert made.kept_in == (str(file) if "hush" in made.password else "config.yaml")
    assert "hush" not in repr(made)


@pytest.mark.parametrize("name", [".netrc", "_netrc"])
def test_the_first_file_at_home_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "_netrc").write_text("default login _netrc password x\n")
    (tmp_path / name).write_text(f"default login {name} password x\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NETRC")
    assert default_index.PackageIndex.written("https://h/simple", "x").user == name


def test_a_netrc_that_is_not_there_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where there is one at home: only the named one is asked for."""
    (tmp_path / ".netrc").write_text("default login u password p\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / "none"))
    assert default_index.PackageIndex.written("https://h/simple", "x").is_guarded is False


def test_nobody_is_told_the_password_of_pypi(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its index is everybody's, and nobody named it."""
    file = tmp_path / "netrc"
    file.write_text("default login u password p\n")
    monkeypatch.setenv("NETRC", str(file))
    assert default_index.pypi().is_guarded is False
