"""Mangles the golden overlays as long as it is told: ``python -m tests.overlay.fuzz 600 [SEED]``.

Prints the first input that breaks the reader or the patch, as Python bytes, and exits with 1.
"""

from __future__ import annotations

import random
import sys
import time
import traceback

from tests.overlay.test_properties import GOLDEN, bump_all

TOKENS = (
    *(b"{", b"}", b"(", b")", b"[", b"]", b";", b"=", b",", b":", b"@", b"?", b".", b"...", b"//"),
    *(b'"', b"''", b"''${", b"${", b"$", b"\\", b"/*", b"*/", b"#", b"\n", b"\r\n", b"\t", b" "),
    *(b"|>", b"<|", b"++", b"or", b"rec", b"let", b"in", b"with", b"inherit", b"if", b"then"),
    *(b"version", b"src", b"rev", b"hash", b"fetchPypi", b"mkDerivation", b"overrideAttrs"),
    *(b"# updater: hold", b"\xef\xbb\xbf", b"\0", b"\xff", b"http://a", b"./.", b"<a>", b"1.2.0"),
)


def mangle(pick: random.Random) -> bytes:
    """Return a golden overlay with a few random changes."""
    data = pick.choice(GOLDEN)
    for _ in range(pick.randint(1, 6)):
        start = pick.randint(0, len(data))
        end = min(len(data), start + pick.choice((0, 0, 1, 3, 20, 200)))
        other = pick.choice(GOLDEN)
        first = pick.randint(0, len(other))
        put = pick.choice(
            (
                b"",
                pick.choice(TOKENS),
                data[start:end] * 2,
                other[first : first + pick.randint(0, 200)],
                pick.randbytes(pick.randint(0, 4)),
            )
        )
        data = data[:start] + put + data[end:]
    return data


def main(arguments: list[str]) -> int:
    """Run for so many seconds."""
    seconds = float(arguments[0]) if arguments else 60.0
    seed = int(arguments[1]) if len(arguments) > 1 else random.SystemRandom().getrandbits(32)
    pick = random.Random(seed)  # noqa: S311 - not for secrets
    end = time.monotonic() + seconds
    done = 0
    while time.monotonic() < end:
        data = mangle(pick)
        started = time.monotonic()
        try:
            bump_all(data)
        except Exception:  # noqa: BLE001 - whatever it is, it is a finding
            traceback.print_exc()
            print(f"seed {seed}, input {done}: {data!r}")  # noqa: T201 - a script's result
            return 1
        slow = time.monotonic() - started
        if slow > 1:
            print(f"seed {seed}, input {done} took {slow:.1f} s: {data!r}")  # noqa: T201 - as above
        done += 1
    print(f"seed {seed}: {done} inputs")  # noqa: T201 - as above
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
