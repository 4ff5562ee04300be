"""Which findings are new against an earlier state, so that a project full of them can begin.

A finding is the same one where the rule, the package and the line agree, whatever stands between
quotes there: a bump writes another version and another hash, and breaks no rule by that. So it is
where its line has changed and its message has not: something else on the line was edited.
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
    keyed_now = [(key_of(finding, text_now(finding.file)), finding) for finding in now]
    keyed_before = [(key_of(finding, text_before(finding.file)), finding) for finding in before]
    rest = _unmatched(keyed_now, keyed_before)
    gone = _unmatched(keyed_before, keyed_now)
    return _unmatched(
        [(_message_key(finding), finding) for finding in rest],
        [(_message_key(finding), finding) for finding in gone],
    )


def _unmatched(
    findings: Iterable[tuple[Key, Finding]], others: Iterable[tuple[Key, Finding]]
) -> tuple[Finding, ...]:
    """Return the findings whose key no other one has; of several alike, the last ones."""
    left = Counter(key for key, _ in others)
    unmatched = []
    for key, finding in findings:
        if left[key]:
            left[key] -= 1
        else:
            unmatched.append(finding)
    return tuple(unmatched)


def _message_key(finding: Finding) -> Key:
    return finding.rule, finding.package or finding.file, finding.message.encode()
