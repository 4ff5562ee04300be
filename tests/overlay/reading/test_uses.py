"""Which packages use which."""

from __future__ import annotations

import pytest

from tests.project import pypi_overlay
from updater.find.packages import read_file
from updater.overlay.reading import syntax
from updater.overlay.reading.uses import uses

PEAR = pypi_overlay("pear", "1.0").encode()
TART = (
    pypi_overlay("tart", "1.0")
    .replace("src =", "# not plum\n      inputs = [ self.python3Packages.pear ];\n      src =")
    .encode()
)
PLUM = pypi_overlay("plum", "1.0").encode()
TEXTS = {"pear.nix": PEAR, "tart.nix": TART, "plum.nix": PLUM}
PACKAGES = [package for file, text in TEXTS.items() for package in read_file(text, file)]


def used(texts: dict[str, bytes]) -> dict[str, list[str]]:
    return {
        identity.rpartition(".")[2]: [other.rpartition(".")[2] for other in others]
        for identity, others in uses(PACKAGES, texts).items()
    }


def test_what_a_package_names_it_uses_unless_it_is_in_a_comment() -> None:
    assert used(TEXTS) == {"pear": [], "tart": ["pear"], "plum": []}


def test_nobody_uses_an_element_of_a_list_of_another() -> None:
    listed = PEAR.replace(b"pear = ", b"inputs = [ (").replace(b"};\n    };", b"};\n    })];")
    (element,) = read_file(listed, "pear.nix")
    assert (element.name, element.problem) == ("pear", "")
    packages = [element, *read_file(TART, "tart.nix")]
    assert uses(packages, {"tart.nix": TART}) == {packages[1].identity: ()}


def test_a_file_that_nobody_can_parse_uses_whatever_it_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its own package has failed where it was read; the order of the others holds."""

    def broken(data: bytes) -> None:
        raise RecursionError(data)

    monkeypatch.setattr(syntax, "parse", broken)
    unread = {file: text + b"# never parsed before\n" for file, text in TEXTS.items()}
    assert used(unread) == {"pear": [], "tart": ["pear", "plum"], "plum": []}


@pytest.mark.parametrize(
    ("text", "users"),
    [
        ("inputs = [ self.pear ];", ["pear"]),
        ('inputs = [ self."pear" ];', ["pear"]),
        ("inputs = with self; [ pear ];", ["pear"]),
        ("inherit (self) pear;", ["pear"]),
        ("fruit = self ? pear;", ["pear"]),
        ('fruit = "${self.pear}/bin";', ["pear"]),
        ('owner = "pear";', []),
        ('meta.description = "a pear plum";', []),
        ("passthru.pear = true;", []),
        ("passthru = { pear = true; };", []),
        ("passthru.test = { pear }: true;", []),
        ("/* pear */", []),
        ('fruit = let pear = "text"; in pear;', []),
        ("fruit = let pear = self.pear; in pear;", ["pear"]),
        ('fruit = rec { pear = "text"; juice = pear; };', []),
        ('fruit = let pear = "text"; in { pear }: pear;', ["pear"]),
        ("parts = mk (finalAttrs: { src = 1; pear = 2; x = finalAttrs.pear; });", []),
        ("parts = mk (final: { inputs = [ final.pear ]; });", ["pear"]),
    ],
)
def test_a_package_uses_what_an_expression_names(text: str, users: list[str]) -> None:
    """A string, or an attribute of its own, that happens to spell a name is no use of it."""
    texts = {
        **TEXTS,
        "tart.nix": pypi_overlay("tart", "1.0").replace("src =", f"{text} src =").encode(),
    }
    packages = [package for file, data in texts.items() for package in read_file(data, file)]
    used_names = uses(packages, texts)["tart.nix#python3Packages.tart"]
    assert [identity.rpartition(".")[2] for identity in used_names] == users
