"""An archive with odd fields has the hash of what its fetcher's own program unpacks, or is refused.

unzip and GNU tar unpack for fetchzip, libarchive for fetchTarball. They disagree about much that no
program writes; a hash that is accepted here is the same for the one that is asked, which does not
fail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hashing.odd import odd_tars, odd_zips
from tests.hashing.oracles import fetched
from tests.hashing.trees import examples
from updater.errors import HashError
from updater.hashing.archive import hash_archive

if TYPE_CHECKING:
    from pathlib import Path

    from updater.model import Unpacking

pytestmark = pytest.mark.nix

FORMS: Final = {"tar": odd_tars(), "zip": odd_zips()}
FETCHERS: Final[dict[Unpacking, Literal["fetchzip", "libarchive"]]] = {
    "fetchzip": "fetchzip",
    "flat": "fetchzip",
    "fetchTarball": "libarchive",
}


def compared(data: bytes, form: str, folder: Path) -> int:
    """Compare an archive's hash with that of each fetcher, and return how many there were."""
    archive = folder / f"x.{form}"
    archive.write_bytes(data)
    accepted = 0
    for unpacking, program in FETCHERS.items():
        try:
            own = hash_archive([data], filename=archive.name, unpacking=unpacking).sri
        except HashError:
            continue
        strip_root = unpacking != "flat"
        assert own == fetched(program, archive, folder / "scratch", strip_root=strip_root)
        accepted += 1
    return accepted


@pytest.mark.parametrize("form", FORMS)
@settings(examples, max_examples=60)
@given(data=st.data())
def test_odd_archives_are_read_as_their_fetcher_reads_them_or_refused(
    tmp_path: Path, form: str, data: st.DataObject
) -> None:
    compared(data.draw(FORMS[form]), form, tmp_path)


@pytest.mark.thorough
@pytest.mark.parametrize("form", FORMS)
def test_thousands_of_odd_archives_are_read_as_their_fetcher_reads_them_or_refused(
    tmp_path: Path, form: str
) -> None:
    """And many are not refused, so that there is something to compare."""
    hashes: dict[bytes, int] = {}

    @settings(examples, max_examples=2500)
    @given(archive=FORMS[form])
    def run(archive: bytes) -> None:
        hashes[archive] = compared(archive, form, tmp_path)

    run()
    assert len(hashes) > 2000
    assert sum(number > 0 for number in hashes.values()) > len(hashes) / 4
