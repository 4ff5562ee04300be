"""What one archive may cost, so that a small download cannot fill a disk or run for hours."""

from __future__ import annotations

from time import monotonic
from typing import Final

from msgspec import Struct

from updater.errors import HashError, HostileArchive

_MIB: Final = 1 << 20
_GIB: Final = 1 << 30


class Limits(Struct, frozen=True):
    """The most that one archive may ask for.

    Attributes:
        downloaded_bytes: the archive itself, in bytes.
        unpacked_bytes: all that decompression may yield, in bytes.
        ratio: unpacked bytes for each downloaded byte, on average from the start.
        ratio_from: unpacked bytes up to which the ratio does not count, since a small tree of
            generated files may shrink a thousandfold in good faith.
        entries: members of the archive.
        window_bytes: memory that an xz or zstd stream may ask its reader for.
        seconds: from the first byte of the download to the hash.
    """

    downloaded_bytes: int = 8 * _GIB
    unpacked_bytes: int = 16 * _GIB
    ratio: int = 250
    ratio_from: int = 64 * _MIB
    entries: int = 2_000_000
    window_bytes: int = 72 * _MIB
    seconds: float = 3600.0


class Meter:
    """Counts what came in and what was unpacked, and stops what exceeds the limits."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.downloaded = 0
        self.unpacked = 0
        self.entries = 0
        self._end: float | None = None

    def tick(self) -> None:
        """Look at the clock, which starts at the first look.

        Raises:
            HashError: over the time.
        """
        now = monotonic()
        if self._end is None:
            self._end = now + self.limits.seconds
        elif now > self._end:
            raise HashError(
                f"the download and what is in it took more than {self.limits.seconds:g} s",
                hint="try again later, or raise `archives: {time: ...}` in config.yaml",
            )

    def download(self, size: int) -> None:
        """Count ``size`` more downloaded bytes.

        Raises:
            HostileArchive: over the limit.
            HashError: over the time.
        """
        self.tick()
        self.downloaded += size
        if self.downloaded > self.limits.downloaded_bytes:
            raise HostileArchive(f"the archive is larger than {self.limits.downloaded_bytes} bytes")

    def unpack(self, size: int) -> None:
        """Count ``size`` more unpacked bytes.

        Raises:
            HostileArchive: over the total or the ratio.
            HashError: over the time.
        """
        self.tick()
        self.unpacked += size
        limits = self.limits
        if self.unpacked > limits.unpacked_bytes:
            raise HostileArchive(f"the archive unpacks to more than {limits.unpacked_bytes} bytes")
        if self.unpacked > limits.ratio_from and self.unpacked > self.downloaded * limits.ratio:
            raise HostileArchive(
                f"the archive unpacks to more than {limits.ratio} times its size "
                f"({self.unpacked} bytes from {self.downloaded})"
            )

    def enter(self) -> None:
        """Count one more member.

        Raises:
            HostileArchive: over the number of members.
            HashError: over the time.
        """
        self.tick()
        self.entries += 1
        if self.entries > self.limits.entries:
            raise HostileArchive(f"the archive has more than {self.limits.entries} members")

    def rewind(self) -> None:
        """Forget what was unpacked, since the same download is read once more."""
        self.unpacked = 0
        self.entries = 0
