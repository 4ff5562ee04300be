"""Random package files of many shapes together, several a file, of three repositories."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

OLD, NEW = "1.2.0", "2.0.0"
FAKE = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
OWN = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM="

TAGS = {"plain": "v{}", "under": "release_{}", "lead": "py-{}"}
"""Repository -> the form of its tags."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to write a package.

    Attributes:
        text: with the package's name, its repository's and its call.
        version: how the call names the version; empty where it cannot.
        followed: the packages that a bump changes, by the ends of their names.
        around: what a `let` around the overlay binds for it.
        sri: how the call names its hash.
        beside: files of pins that it reads, by their names beside the overlay.
    """

    text: str
    version: str
    followed: tuple[str, ...] = ("",)
    around: str = ""
    sri: str = f'"{FAKE}"'
    beside: Mapping[str, str] = field(default_factory=dict)


SHAPES = (
    Shape(
        '@ = prev.mkDerivation rec { pname = "@"; version = "VERSION"; src = CALL; };', "version"
    ),
    Shape(
        '@ = prev.mkDerivation (finalAttrs: { pname = "@"; version = "VERSION"; src = CALL; });',
        "finalAttrs.version",
    ),
    Shape(
        '@ = prev.melpaBuild (self: { version = "VERSION"; pname = "@"; src = CALL; });',
        "self.version",
    ),
    Shape(
        "@ = prev.mkDerivation (finalAttrs: let self = finalAttrs.finalPackage; in "
        '{ pname = "@"; version = "VERSION"; src = CALL; });',
        "self.version",
    ),
    Shape(
        '@ = let version = "VERSION"; root = CALL; in prev.buildPythonPackage '
        '{ pname = "@"; inherit version; src = root; };',
        "version",
    ),
    Shape(
        '@ = prev.mkDerivation (finalAttrs: { pname = "@"; version = "VERSION"; main = CALL; '
        "srcs = [ finalAttrs.main ]; });",
        "finalAttrs.version",
    ),
    Shape(
        '@ = prev.mkDerivation rec { pname = "@"; version = "VERSION"; srcs = [ (prev.fetchurl '
        '{ url = "https://d.example/a.zip"; hash = "OWN"; }) (CALL) ]; };',
        "version",
    ),
    Shape(
        "@ = prev.other.overrideAttrs (old: rec "
        '{ pname = "@"; version = "VERSION"; src = CALL; });',
        "version",
    ),
    Shape(
        '@-a = prev.mkDerivation { pname = "@-a"; version = v@; src = s@; }; '
        '@-b = prev.mkDerivation { pname = "@-b"; version = v@; src = s@; };',
        "v@",
        ("-a", "-b"),
        'v@ = "VERSION"; s@ = CALL;',
    ),
    Shape(
        '@ = prev.mkDerivation { pname = "@"; version = "VERSION"; src = CALL; };',
        "",
    ),
    Shape(
        '@-a = f@ { pname = "@-a"; version = "VERSION"; hash = "FAKE"; }; '
        '@-b = f@ { pname = "@-b"; version = "VERSION"; hash = "FAKE"; };',
        "version",
        ("-a", "-b"),
        "f@ = { pname, version, hash, extra ? null }: "
        "prev.buildPythonPackage { inherit pname version; src = CALL; };",
        "hash",
    ),
    Shape(
        '@ = g@ "@" "VERSION" "FAKE";',
        "version",
        ("",),
        "g@ = name: version: sri: let src = CALL; in "
        "prev.mkDerivation { pname = name; inherit version src; };",
        "sri",
    ),
    Shape(
        '@-a = h@ { pname = "@-a"; }; @-b = h@ { pname = "@-b"; };',
        "version",
        ("-a", "-b"),
        'h@ = args: prev.mkDerivation (rec { version = "VERSION"; src = CALL; } // args);',
    ),
    Shape(
        '@ = final.callPackage ../lib/make.nix { pname = "@"; version = "VERSION"; '
        'tag = TAG; repo = "REPO"; hash = "FAKE"; };',
        "",
    ),
    Shape(
        '@ = m@ rec { pname = "@"; version = "VERSION"; tag = TAG; '
        'repo = "REPO"; hash = "FAKE"; };',
        "version",
        ("",),
        "m@ = import ../lib/curried.nix { inherit (prev) mkDerivation fetchFromGitHub; };",
    ),
    Shape(
        '@ = prev.mkDerivation rec { pname = "@"; version = "VERSION"; src = CALL; }; '
        '@-next = final.@.overrideAttrs (old: rec { pname = "@-next"; version = "VERSION"; '
        'src = final.@.src.override { ARGUMENT = TAG; hash = "FAKE"; }; });',
        "version",
        ("", "-next"),
    ),
    Shape(
        '@ = prev.mkDerivation rec { pname = "@"; version = "VERSION"; src = CALL; }; '
        '@-own = (final.@.override { }).overrideAttrs (old: rec { pname = "@-own"; '
        'version = "VERSION"; src = prev.fetchFromGitHub { inherit (final.@.src) owner; '
        'repo = "REPO"; ARGUMENT = TAG; hash = "FAKE"; }; });',
        "version",
        ("", "-own"),
    ),
    Shape(
        "@ = ((prev.other.override { }).overrideAttrs (old: { doCheck = false; })).overrideAttrs "
        '(final: old: { pname = "@"; version = "VERSION"; src = CALL; });',
        "final.version",
    ),
    Shape(
        "@ = prev.mkDerivation (finalAttrs: let inherit (finalAttrs.finalPackage) version; in "
        '{ pname = "@"; version = "VERSION"; src = CALL; });',
        "version",
    ),
    Shape(
        '@ = (if true then prev.mkDerivation else prev.melpaBuild) (finalAttrs: { pname = "@"; '
        'version = "VERSION"; root = CALL; src = finalAttrs.root; });',
        "finalAttrs.version",
    ),
    Shape(
        '@ = prev.mkDerivation rec { pname = "@"; version = "VERSION"; src = CALL; }; '
        '@-ui = prev.mkDerivation { pname = "@-ui"; inherit (final.@) version src; }; '
        '@-docs = let tool = final.@; in prev.mkDerivation { pname = "@-docs"; '
        "version = tool.version; src = tool.src; };",
        "version",
        ("", "-ui", "-docs"),
    ),
    Shape(
        'inherit @; @-ui = prev.mkDerivation { pname = "@-ui"; inherit (@) version src; };',
        "version",
        ("", "-ui"),
        '@ = prev.mkDerivation rec { pname = "@"; version = "VERSION"; src = CALL; };',
    ),
    Shape(
        "@ = prev.mkDerivation (n@.it // { doCheck = false; });",
        "version",
        ("",),
        'n@ = { it = rec { pname = "@"; version = "VERSION"; src = CALL; }; };',
    ),
    Shape(
        "@ = prev.mkDerivation o@.it;",
        "version",
        ("",),
        'o@ = { it = rec { pname = "@"; version = "VERSION"; src = CALL; }; };',
    ),
    Shape(
        '@ = prev.mkDerivation rec { pname = "@"; version = "VERSION"; src = CALL; };',
        "version",
        ("",),
        'h@ = "FAKE";',
        "{ x86_64-linux = h@; aarch64-linux = h@; }.${prev.stdenv.system}",
    ),
    Shape(
        '@ = prev.mkDerivation rec { pname = "@"; version = "VERSION"; src = CALL; };',
        "version",
        ("",),
        'of@ = each: each.${prev.stdenv.system} or (throw "none"); h@ = "FAKE";',
        "of@ { x86_64-linux = h@; aarch64-linux = h@; }",
    ),
    Shape(
        '@-a = prev.mkDerivation { pname = "@-a"; version = "VERSION"; src = CALL; }; '
        '@-b = prev.mkDerivation { pname = "@-b"; version = "VERSION"; '
        "src = prev.fetchFromGitHub { inherit (final.@-a.src) owner repo ARGUMENT; "
        'hash = "FAKE"; }; };',
        "",
        ("-a", "-b"),
    ),
    Shape(
        '@ = prev.mkDerivation { pname = "@"; inherit (p@) version; src = CALL; };',
        "p@.version",
        ("",),
        "p@ = prev.lib.importJSON ./@.json;",
        "p@.hash",
        {"@.json": '{ "version":"VERSION",\n\t"other": [1, "VERSION"], "hash" : "FAKE"}\n'},
    ),
    Shape(
        '@ = prev.mkDerivation rec { pname = "@"; version = p@.version; src = CALL; }; '
        '@-b = prev.mkDerivation { pname = "@-b"; inherit (final.@) version src; };',
        "version",
        ("", "-b"),
        "p@ = (builtins.fromJSON (builtins.readFile ./@.json)).tool;",
        "p@.hash",
        {"@.json": '{\n  "tool": {\n    "hash": "FAKE",\n    "version": "VERSION"\n  }\n}\n'},
    ),
    Shape(
        '@ = prev.mkDerivation { pname = "@"; inherit (p@.a) version; src = CALL; };',
        "p@.a.version",
        ("",),
        "p@ = prev.lib.importTOML ./@.toml;",
        "p@.a.hash",
        {"@.toml": "# ours\n[a]\nhash = 'FAKE' # 1\nversion=\"VERSION\"\nb.c = [ 'VERSION' ]\n"},
    ),
    Shape(
        "@ = prev.mkDerivation (q@.it // { doCheck = false; });",
        "version",
        ("",),
        "q@ = prev.callPackage ./@/_sources/generated.nix { prev = prev; };",
        beside={
            "@/_sources/generated.nix": "# generated by nvfetcher\n{ prev }:\n{\n  it = rec {\n"
            '    pname = "@";\n    version = "VERSION";\n    src = CALL;\n  };\n}\n'
        },
    ),
    Shape(
        "inherit (s@) @ @-b;",
        "version",
        ("", "-b"),
        "s@ = prev.lib.mapAttrs (name: { version, hash }: prev.mkDerivation "
        '{ pname = name; inherit version; src = CALL; }) { @ = { version = "VERSION"; '
        'hash = "FAKE"; }; @-b = { hash = "FAKE"; version = "VERSION"; }; };',
        "hash",
    ),
    Shape(
        "inherit (s@) @ @-b;",
        "own.version",
        ("", "-b"),
        "s@ = builtins.listToAttrs (map (own: prev.lib.nameValuePair own.pname "
        "(prev.buildPythonPackage { inherit (own) pname version; src = CALL; })) r@); "
        'r@ = [ { pname = "@"; version = "VERSION"; hash = "FAKE"; } '
        '{ version = "VERSION"; pname = "@-b"; hash = "FAKE"; } ];',
        "own.hash",
    ),
    Shape(
        "inherit (s@) @ @-b;",
        "p@.${own}.version",
        ("", "-b"),
        "s@ = prev.lib.genAttrs (builtins.attrNames p@) (own: prev.mkDerivation "
        "{ pname = own; inherit (p@.${own}) version; src = CALL; }); "
        'p@ = { @ = { version = "VERSION"; hash = "FAKE"; }; '
        '@-b = { hash = "FAKE"; version = "VERSION"; }; };',
        'builtins.getAttr "hash" p@.${own}',
    ),
    Shape(
        "inherit (s@) @ @-b;",
        "(prev.lib.getAttr own p@)",
        ("", "-b"),
        's@ = prev.lib.genAttrs [ "@" "@-b" ] (own: prev.mkDerivation '
        "{ pname = own; version = builtins.getAttr own p@; src = CALL; }); "
        'p@ = { @ = "VERSION"; @-b = "VERSION"; @-c = "VERSION"; }; '
        'h@ = { @ = "FAKE"; @-b = "FAKE"; };',
        "h@.${own}",
    ),
    # what must stay
    Shape(
        '@ = prev.mkDerivation { pname = "@"; inherit (p@) version; src = CALL; };',
        "p@.version",
        (),
        "p@ = prev.lib.importJSON ./@.json;",
        "p@.hash",
        {"@.json": '{"version": "VERSION", "hash": "FAKE"}'},
    ),
    Shape(
        '@ = prev.other.overrideAttrs (old: rec { pname = "@"; version = "VERSION"; '
        'src = prev.fetchFromGitHub { inherit (prev.other.src) owner; repo = "REPO"; '
        'ARGUMENT = TAG; hash = "OWN"; }; });',
        "version",
        (),
    ),
    Shape(
        '@ = prev.callPackage ../lib/pinned.nix { pname = "@"; version = "VERSION"; '
        'tag = TAG; repo = "REPO"; };',
        "",
        (),
    ),
    Shape(
        '@ = prev.mkDerivation rec { pname = "@"; version = "VERSION"; src = prev.fetchurl '
        '{ url = "https://d.example/latest.zip"; hash = "OWN"; }; };',
        "version",
        (),
    ),
    Shape(
        '@ = prev.mkDerivation rec { pname = "@"; version = prev.lib.removeSuffix "x" "VERSION"; '
        "src = CALL; };",
        "version",
        (),
    ),
)
BUILT = """\
buildPythonPackage {
  inherit pname version;
  src = fetchFromGitHub { owner = "o"; inherit repo tag hash; };
}
"""
FUNCTIONS = {
    "make.nix": "{ buildPythonPackage, fetchFromGitHub, pname, version, repo, tag, hash }:\n"
    + BUILT,
    "curried.nix": "{ mkDerivation, fetchFromGitHub }:\n{ pname, version, repo, tag, hash }@args:\n"
    + BUILT.replace("buildPythonPackage", "mkDerivation"),
    "pinned.nix": "{ buildPythonPackage, fetchFromGitHub, pname, version, repo, tag }:\n"
    + BUILT.replace("tag hash;", f'tag; hash = "{OWN}";'),
}
"""The files in ../lib that packages are made by."""

TRIVIA = ("", '\n  # version = "1.2.0";\n  ', '/* rev = "v1.2.0"; */ ', "\n\n  ", "# caf\u00e9\n  ")


@dataclass(frozen=True, slots=True)
class Written:
    """A package that a file has: its name, its repository, and whether a bump changes it."""

    name: str
    repository: str
    followed: bool
    has_pins: bool = False


def file_of(pick: random.Random, number: int) -> tuple[str, list[Written], dict[str, str]]:
    """Return a file of one to four packages, and the files of pins that they read."""
    beside: dict[str, str] = {}
    parts: list[str] = []
    around: list[str] = []
    written: list[Written] = []
    for index in range(pick.randint(1, 4)):
        shape, repository = pick.choice(SHAPES), pick.choice(sorted(TAGS))
        name = f"p{number}-{index}"
        texts = _package(pick, shape, repository, name)
        beside |= texts[2]
        parts += [pick.choice(TRIVIA), texts[0], "\n  "]
        around.append(texts[1])
        ends = shape.followed or ("",)
        followed, has_pins = bool(shape.followed), bool(shape.beside)
        written += [Written(f"{name}{end}", repository, followed, has_pins) for end in ends]
    start = f"final: prev: let{' '.join(('', *around))} in {{\n  "
    text = "".join((start, *parts, pick.choice(("}\n", "}", "# end\n}\n"))))
    return text, written, beside


def _package(
    pick: random.Random, shape: Shape, repository: str, name: str
) -> tuple[str, str, dict[str, str]]:
    """Return a package's text, what stands around the overlay for it, and its files of pins."""
    label = f"py-{OLD}" if repository == "lead" else OLD
    argument = pick.choice(("rev", "tag"))
    call = (
        f'prev.fetchFromGitHub {{ owner = "o"; repo = "{repository}"; '
        f"{argument} = {_tag(pick, shape.version, repository)}; hash = {shape.sri}; }}"
    )

    values = {
        "CALL": call,
        "VERSION": label,
        "OWN": OWN,
        "FAKE": FAKE,
        "@": name,
        "TAG": _tag(pick, shape.version, repository),
        "REPO": repository,
        "ARGUMENT": argument,
    }

    def filled(text: str) -> str:
        for placeholder, value in values.items():
            text = text.replace(placeholder, value)
        return text

    beside = {filled(file): filled(text) for file, text in shape.beside.items()}
    return filled(shape.text), filled(shape.around), beside


def _tag(pick: random.Random, version: str, repository: str) -> str:
    """Return an expression of the old tag, through the version or as text."""
    match repository if version else "":
        case "plain":
            return pick.choice(
                (
                    f'"v${{{version}}}"',
                    f'"v" + {version}',
                    f'prev.lib.concatStrings [ "v" {version} ]',
                )
            )
        case "under":
            made = f'builtins.replaceStrings [ "." ] [ "_" ] {version}'
            parts = f"prev.lib.splitVersion {version}"
            joined = f'builtins.concatStringsSep "_" ({parts})'
            return pick.choice((f'"release_" + {made}', f'"release_${{{joined}}}"'))
        case "lead":
            return pick.choice((version, f"toString {version}", f'"${{{version}}}"'))
        case _:
            return f'"{tag_of(repository, OLD)}"'


def tag_of(repository: str, version: str) -> str:
    """Return a repository's tag of a version."""
    spelled = version.replace(".", "_") if repository == "under" else version
    return TAGS[repository].format(spelled)
