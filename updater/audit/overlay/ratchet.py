"""Which findings are new against an earlier state, so that a project full of them can begin.

A finding is the same one where the rule, the package and the line agree, whatever stands between
quotes there: a bump writes another version and another hash, and breaks no rule by that.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from updater.model.finding import Finding

Key: TypeAlias = tuple[str, str, bytes]

_QUOTED = re.compile(rb'"[^"\n]*"')
_BLANK = re.compile(rb"\s+")


def key_of(finding: Finding, data: bytes) -> Key:
    """Return what makes a finding the same one in another state of the files."""
    start = data.rfind(b"\n", 0, finding.span.start) + 1
    end = data.find(b"\n", finding.span.start)
    line = data[start : len(data) if end < 0 else end].partition(b"#")[0].strip()
    about = finding.package.partition("#")[2] or finding.file
    return finding.rule, about, _BLANK.sub(b" ", _QUOTED.sub(b'""', line))


def new_findings(
    now: Iterable[Finding],
    before: Iterable[Finding],
    text_now: Callable[[str], bytes],
    text_before: Callable[[str], bytes],
) -> tuple[Finding, ...]:
    """Return the findings that an earlier state does not have; of several alike, the last ones.

    Args:
        now: the findings of the present state.
        before: those of the earlier one.
        text_now: returns a file's bytes in the present state.
        text_before: the same of the earlier one.
    """
    old = Counter(key_of(finding, text_before(finding.file)) for finding in before)
    new = []
    for finding in now:
        key = key_of(finding, text_now(finding.file))
        if old[key]:
            old[key] -= 1
        else:
            new.append(finding)
    return tuple(new)
