"""Overlays that hypothesis makes up: many packages, shared strings, random trivia."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from tests.overlay.golden import COMMIT, NEW

OLD_HASHES = (
    "",
    "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=",
    "1m7vriii57inah592zbsa567fpirjjp1wmkvn1a7xxps6rbnp86b",
)
VERSIONS = ("1.2.0", "1.2", "0.1.2", "2024.1")
OLD_COMMIT = "c00dbbc9dadfbe1e232e93a729dd4752fade0abf"
THROUGH = {
    "chosen": "finalAttrs.version",
    "dated": "version",
    "double override": "final.version",
    "final": "finalAttrs.version",
    "final package": "self.version",
    "folder": "version",
    "itself": "finalAttrs.version",
    "inherited": "version",
    "let": "version",
    "other builder": "finalAttrs.version",
    "override": "version",
    "rec": "version",
}
"""The styles in which a call can name the package's version, and how."""

STYLES = (*THROUGH, "nested")


@dataclass(frozen=True, slots=True)
class Made:
    """What one package of a generated overlay says."""

    name: str
    version: str
    rev: str
    hash: str
    style: str
    how: str

    @property
    def wanted(self) -> dict[str, str]:
        """What a bump makes of it."""
        rev = COMMIT if self.rev == OLD_COMMIT else "v3.0"
        rev = "release-3_0" if self.rev.startswith("release-") else rev
        return {"version": "3.0", "rev": rev, "hash": NEW}

    def bumped(self) -> Made:
        """The package after the bump."""
        return replace(self, version="3.0", rev=self.wanted["rev"], hash=NEW)

    def text(self, trivia: list[str]) -> str:  # noqa: C901, PLR0912 - one case a style
        """Write the package; trivia go between its parts."""
        a, b, c, d = trivia
        rev, name = self._rev(), self.name
        source = (
            f'prev.fetchFromGitHub {{{a} owner = "owner";{b} repo = "{self.version}";{c} '
            f'{rev} {self.how} = "{self.hash}";{d} }}'
        )
        pname, version = f'pname = "{name}";', f'version = "{self.version}";'
        match self.style:
            case "rec":
                inside = f"{a}{pname}{b}{version}{c} src = {source};{d} "
                written = f'"{name}" = prev.mkDerivation rec {{{inside}}};'
            case "final":
                inside = f"{pname}{version}{b} src ={c} {source}; "
                written = f"{name} ={a} prev.mkDerivation (finalAttrs: {{{inside}}});"
            case "let":
                inside = f"{pname}{c} inherit version; src = {source};{d} "
                written = f"{name} = let{a} {version}{b} in prev.mkDerivation {{{inside}}};"
            case "other builder":
                inside = f"{pname}{version}{b} src ={c} {source}; "
                written = f"{name} ={a} prev.melpaBuild (finalAttrs: {{{inside}}});"
            case "final package":
                inside = f"{pname}{c}{version} src = {source};{d} "
                own = f"let{a} self = finalAttrs.finalPackage; in"
                written = f"{name} = prev.mkDerivation (finalAttrs: {own} {{{inside}}});"
            case "folder":
                inside = f'{pname}{c} inherit version; src = "${{root}}/lib";{d} '
                own = f"let{a} {version}{b} root = {source}; in"
                written = f"{name} = {own} prev.mkDerivation {{{inside}}};"
            case "itself":
                inside = f"{pname}{a}{version} main = {source}; srcs = [{b} finalAttrs.main ]; "
                written = f"{name} = prev.mkDerivation{c} (finalAttrs: {{{inside}}});"
            case "chosen":
                inside = f"{pname}{version}{b} src ={c} {source}; "
                builder = f"(if{a} true then prev.mkDerivation else prev.melpaBuild)"
                written = f"{name} = {builder} (finalAttrs: {d}{{{inside}}});"
            case "inherited":
                inside = f"{pname}{version}{b} src ={c} {source}; "
                own = f"let{a} inherit (finalAttrs.finalPackage) version; in"
                written = f"{name} = prev.mkDerivation (finalAttrs: {own} {{{inside}}});"
            case "dated":
                inside = f'{pname}{a} date = "2024-01-01"; {version}{b} src = {source};{d} '
                written = f"{name} = prev.mkDerivation rec {{{inside}}};"
            case "double override":
                inside = f"{a}{version}{b} src = {source};{c} "
                old = f"(prev.{name}.override{d} {{ }})"
                written = f"{name} = {old}.overrideAttrs (final: old: {{{inside}}});"
            case "override":
                inside = f"{a}{version}{b} src = {source};{c} "
                written = f"{name} = prev.{name}.overrideAttrs (old: rec {{{inside}}});"
            case _:
                inside = f"{pname}{b}{version}{c} src = ({source});{d} "
                written = f"nested.{name} = with prev; mkDerivation{a} {{{inside}}};"
        return written

    def _rev(self) -> str:
        if self.rev == f"v{self.version}" and self.style in THROUGH:
            return f'rev = "v${{{THROUGH[self.style]}}}";'
        if self.rev == f"release-{self.version.replace('.', '_')}":
            name = THROUGH.get(self.style)
            made = f'"release-" + builtins.replaceStrings [ "." ] [ "_" ] {name}'
            return f"rev = {made};" if name else f'rev = "{self.rev}";'
        return f'rev = "{self.rev}";'


@dataclass(frozen=True, slots=True)
class Overlay:
    """A generated overlay: its text and what its packages say."""

    data: bytes
    packages: tuple[Made, ...]


# What may stand between two tokens, with words in it that must be left alone.
TRIVIA = st.sampled_from(
    [
        " ",
        "\n\n  ",
        "\t",
        "\r\n",
        ' # version = "1.2.0";\n',
        '/* rev = "v1.2.0"; }; */',
        ' # caf\u00e9 \u2028 ${version} "\n  ',
        '\n    # hash = "";\r\n',
        " /**/ /* * / */ ",
    ]
)


@st.composite
def made(draw: st.DrawFn, name: str) -> Made:
    """One package."""
    version = draw(st.sampled_from(VERSIONS))
    computed = f"release-{version.replace('.', '_')}"
    rev = draw(st.sampled_from([f"v{version}", computed, "main", OLD_COMMIT]))
    return Made(
        name,
        version,
        rev,
        draw(st.sampled_from(OLD_HASHES)),
        draw(st.sampled_from(STYLES)),
        draw(st.sampled_from(["hash", "sha256"])),
    )


@st.composite
def overlays(draw: st.DrawFn) -> Overlay:
    """An overlay of one to six packages."""
    names = draw(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6, unique=True))
    packages = tuple(draw(made(f"tool-{name}")) for name in names)
    parts = []
    for package in packages:
        parts.append(draw(TRIVIA))
        parts.append(package.text(draw(st.lists(TRIVIA, min_size=4, max_size=4))))
    end = draw(st.sampled_from(["\n", "", "\r\n", " # 1.2.0"]))
    return Overlay(f"final: prev:{{{''.join(parts)}}}{end}".encode(), packages)
