"""What holds for any overlay, however it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.overlay.generated import Made, Overlay, overlays
from tests.overlay.golden import ALONE, PAIRS, changed, functions_in, read, text
from updater.errors import PatchError
from updater.kinds import FETCH_FUNCTIONS
from updater.model import HASH_FIELDS, Candidate
from updater.overlay.reading import syntax
from updater.overlay.reading.file import read_packages
from updater.overlay.reading.neighbours import completed

if TYPE_CHECKING:
    from updater.model import Change, Package


# How fast the machine is, is no property.
steady = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def says(package: Package) -> tuple[str | None, ...]:
    source = package.source
    assert source is not None
    version = package.version.value if package.version is not None else None
    return package.name, version, source.value("rev"), source.value(*HASH_FIELDS)


def facts(made: Made) -> tuple[str | None, ...]:
    return made.name, made.version, made.rev, made.hash


def bump(data: bytes, made: Made) -> Change:
    package = next(one for one in read(data) if one.name == made.name)
    return changed(package, made.wanted, data)


def comments(data: bytes) -> list[str]:
    leaves = syntax.leaves(syntax.parse(data).root)
    return [syntax.text(leaf, data) for leaf in leaves if leaf.type == "comment"]


@steady
@given(overlays())
def test_every_package_is_read_as_it_was_made(overlay: Overlay) -> None:
    found = read_packages(overlay.data, "x.nix", FETCH_FUNCTIONS)
    assert [says(one) for one in found.packages] == [facts(one) for one in overlay.packages]
    assert (found.problems, [one.problem for one in found.packages if one.problem]) == ((), [])


@steady
@given(overlays(), st.data())
def test_a_bump_changes_its_package_and_no_other_and_no_comment(
    overlay: Overlay, data: st.DataObject
) -> None:
    """Every edit lies in the package's own statement, and all others read what they read."""
    chosen = data.draw(st.sampled_from(overlay.packages))
    change = bump(overlay.data, chosen)
    expected = [facts(one.bumped() if one is chosen else one) for one in overlay.packages]
    assert [says(one) for one in read(change.after)] == expected
    assert comments(change.after) == comments(overlay.data)
    start = overlay.data.index(f"{chosen.name}".encode())
    later = [
        place
        for one in overlay.packages
        if (place := overlay.data.index(one.name.encode())) > start
    ]
    end = min(later, default=len(overlay.data))
    assert all(start < one.span.start <= one.span.end < end for one in change.edits)


@steady
@given(overlays(), st.data())
def test_the_same_bump_twice_changes_nothing(overlay: Overlay, data: st.DataObject) -> None:
    chosen = data.draw(st.sampled_from(overlay.packages))
    assert bump(bump(overlay.data, chosen).after, chosen).edits == ()


@steady
@given(overlays())
def test_bumps_of_different_packages_commute(overlay: Overlay) -> None:
    forward = backward = overlay.data
    for one in overlay.packages:
        forward = bump(forward, one).after
    for one in reversed(overlay.packages):
        backward = bump(backward, one).after
    assert forward == backward
    assert [says(one) for one in read(forward)] == [facts(one.bumped()) for one in overlay.packages]


# --- any bytes ----------------------------------------------------------------------------------

GOLDEN = tuple(text(name) for name in (*PAIRS, *ALONE))


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """A golden overlay with a part cut out, doubled, or replaced by a part of another."""
    data = draw(st.sampled_from(GOLDEN))
    start = draw(st.integers(0, len(data)))
    end = draw(st.integers(start, min(len(data), start + 200)))
    other = draw(st.sampled_from(GOLDEN))
    first = draw(st.integers(0, len(other)))
    put = draw(
        st.one_of(
            st.just(b""),
            st.just(data[start:end] * 2),
            st.just(other[first : first + end - start]),
            st.binary(max_size=8),
            st.sampled_from([b"${", b"''", b'"', b"|>", b"{", b"}", b";", b"/*", b"#", b"\0"]),
        )
    )
    return data[:start] + put + data[end:]


@steady
@given(st.one_of(st.binary(max_size=400), mangled()))
def test_no_bytes_break_the_reader_or_slip_past_the_proof(data: bytes) -> None:
    """Every package is read or refused; a change either passes its proof or is refused."""
    bump_all(data)


def bump_all(data: bytes) -> None:
    """Read a file and try to bump every package in it; anything but a refusal is raised."""
    functions = functions_in(data)
    found = read_packages(data, "x.nix", FETCH_FUNCTIONS, functions)
    assert len({one.identity for one in found.packages}) == len(found.packages)
    candidate = Candidate("3.0", "v3.0", "c" * 40)
    for package in completed([replace(own, functions=functions) for own in found.packages]):
        source = package.source
        if source is None or package.skip or package.problem:
            continue
        wanted = {"version": candidate.version}
        wanted |= {"rev": candidate.ref} if source.get("rev") is not None else {}
        try:
            change = changed(package, wanted, data)
        except PatchError:
            continue
        again = read_packages(change.after, "x.nix", FETCH_FUNCTIONS, functions)
        assert len(again.packages) == len(found.packages)
