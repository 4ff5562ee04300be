"""Which packages can be followed, and as what."""

from __future__ import annotations

import re
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.errors import ReadError
from updater.kinds import FETCHERS
from updater.model.labels import parse_version
from updater.model.versions import LONGEST_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from updater.model import Package, Policy


_NUMBER = re.compile(r"\[\d+\]")  # of a call in a list
# What a file's or folder's name ends with: `openssl-1.0`, `1_14_0`; one number may be anything.
_SERIES_OF_FILE = re.compile(r"(?:.*[A-Za-z][-_])?v?(\d+(?:[._]\d+)+)")
_SERIES = re.compile(r"_?v?(?P<numbers>\d+(?:_\d+)*)(?:_?x)?(?:_[a-z]\w*)?")


def skip_reason(
    package: Package, policy: Policy, registries: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Return why a package cannot be followed although it is understood, or an empty string.

    Args:
        package: the package.
        policy: what config.yaml says of it.
        registries: kind -> address of the registries that config.yaml names.

    Raises:
        ReadError: the policy names an upstream, and the source has one of its own, or none can be
            read from it; or its text is not UTF-8.
    """
    source = package.source
    if source is None or package.skip:
        return package.skip
    if package.generator and policy.generated == "skip":
        why = "`generated: edit` in config.yaml follows it here"
        with suppress(ReadError):  # what cannot be read is told to who asks for it
            why = FETCHERS[source.fetcher].skip(package, source) or why
        return f"updated by {package.generator}; {why}"
    _refuse_other_bytes(package)
    fetcher = FETCHERS[source.fetcher]
    reasons = (FETCHERS[call.fetcher].computed(package, call) for call in package.sources)
    skip = fetcher.skip(package, source) or next(filter(None, reasons), "")
    if skip:
        return skip
    for call in package.sources:
        registry = FETCHERS[call.fetcher].registry(package, call)
        if registry and not registries.get(registry):
            return (
                f"{call.fetcher} does not show the address of its registry: name it in "
                f"config.yaml, `registries: {{{registry}: ADDRESS}}`"
            )
    own = fetcher.tells_upstream(package, source)
    if policy.upstream and not fetcher.takes_upstream(package, source):
        raise ReadError(
            f"{package.file}:{source.line}: the source of {package.name} is of "
            f"{fetcher.project(package, source)}, and config.yaml names the upstream "
            f"{policy.upstream}",
            hint="leave `upstream` out: it is for addresses that do not show their upstream",
        )
    if not own and not policy.upstream:
        hint = fetcher.upstream_hint(source)
        return (
            "its address does not show its upstream: name it in config.yaml, "
            f"`packages: {{{package.key}: {{upstream: {hint}}}}}`, or the page that "
            "lists its versions, `upstream: {page: ADDRESS, pattern: REGEX}`"
        )
    return ""


def _refuse_other_bytes(package: Package) -> None:
    """Refuse what no address can hold: Nix strings are bytes, those that are no UTF-8 surrogates.

    Raises:
        ReadError: a field of one line has such; more lines are a script, which nothing here reads.
    """
    fields = [field for source in package.sources for field in source.fields]
    for field in (*fields, *((package.version,) if package.version is not None else ())):
        text = field.value or ""
        if not text.isascii() and "\n" not in text and not _is_utf8(text):
            raise ReadError(
                f"{package.file}:{field.line}: the {field.name} of {package.name} is not UTF-8",
                hint="save the file as UTF-8",
            )


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def adopted(package: Package, method: str) -> Package:
    """Return a package whose source is the call of a function that no kind knows.

    Its arguments say what it is like: a repository's owner and name, a git address with a rev, or
    an address. That is enough to find versions; its hash is left to Nix.

    Args:
        package: one without a source, else nothing is done.
        method: how its hash is to be found; only ``build`` leaves it to Nix.
    """
    custom = package.custom
    if package.source is not None or custom is None or method != "build":
        return package
    if custom.get("owner") and custom.get("repo"):
        like = "fetchFromGitHub"
    elif custom.get("url"):
        like = "fetchgit" if custom.get("rev", "tag") else "fetchurl"
    else:
        return package
    return replace(package, source=replace(custom, fetcher=like), skip="")


def with_side_hashes(package: Package, names: Sequence[str]) -> Package:
    """Return a package with the other hashes of these names among its side hashes.

    A name without a number means all calls of a list (``patches.hash``).
    """
    named = [
        field
        for field in package.other_hashes
        if field.name in names or _NUMBER.sub("", field.name) in names
    ]
    if not named:
        return package
    beside = sorted((*package.side_hashes, *named), key=lambda field: field.span)
    left = tuple(field for field in package.other_hashes if field not in named)
    return replace(package, side_hashes=tuple(beside), other_hashes=left)


def series_of(package: Package) -> tuple[int, ...]:
    """Return the numbers that the name of a package's attribute has behind its project's.

    ``sqlalchemy_1_4`` and ``pydantic_1`` are for 1.4 and 1, ``einops07`` for 0.7, ``spec_2_x`` for
    2, ``zlib_1_static`` for 1, ``gtk3`` of ``gtk+`` for 3. Else those at the end of the name of the
    file that is the package, or of its folder: ``openssl-1.0.nix``, ``protobuf/3.2/default.nix``.
    Empty where there are none, or the present version begins otherwise.
    """
    version = parse_version(package.label)
    if version is None:
        return ()
    release = (*version.release, 0, 0)
    readings = [reading for match in _series_in(package) for reading in _readings(match["numbers"])]
    readings += _of_file(package)
    return next((numbers for numbers in readings if release[: len(numbers)] == numbers), ())


def _of_file(package: Package) -> list[tuple[int, ...]]:
    """Return the numbers at the end of the names of a package's file, and of the file's folder."""
    if package.attribute:
        return []
    names = package.file.removesuffix(".nix").split("/")[-2:]
    matches = (_SERIES_OF_FILE.fullmatch(name) for name in reversed(names))
    return [tuple(map(int, re.split("[._]", match[1]))) for match in matches if match is not None]


def _readings(numbers: str) -> list[tuple[int, ...]]:
    """Return which numbers of a version some digits may be: ``1_4``, or ``07`` and ``312``."""
    parts = numbers.split("_")
    digits = parts[0]
    readings = [tuple(map(int, parts))]
    if len(parts) == 1:
        readings += [tuple(map(int, digits)), (int(digits[0]), int(digits[1:] or 0))]
    return readings


def _series_in(package: Package) -> Iterator[re.Match[str]]:
    """Yield where an attribute has numbers behind its project's name, the plainest first."""
    own = _with_underscores(package.name)
    if len(own) > LONGEST_VERSION:
        return
    for start, known in _starts(package, own):
        match = _SERIES.fullmatch(own.removeprefix(start)) if own.startswith(start) else None
        if match is not None and match["numbers"] != known:
            yield match


def _starts(package: Package, own: str) -> Iterator[tuple[str, str]]:
    """Yield with what an attribute's name may start, and the number that is of its project's name.

    Args:
        package: the package.
        own: the attribute's name.
    """
    pname = _with_underscores(package.pname or "")
    names = [pname]
    if "+" in pname and pname != own:  # which Nix's names do not have
        names += [pname.replace("+", sign) for sign in ("", "x", "p")]
    for name in filter(None, names):
        yield name, ""
        # python311 of python3; in jinja2_patched the number is the project's own
        start = name.rstrip("0123456789")
        if start and start != name:
            yield start, name.removeprefix(start)
    source = package.source
    repository = source.value("repo", "pname") if source is not None else None
    if repository:  # it may be called otherwise: behind its name only a sign tells where it ends
        yield f"{_with_underscores(repository)}_", ""


def _with_underscores(name: str) -> str:
    return re.sub("[-_.]", "_", name).lower()
