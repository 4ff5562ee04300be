"""What is known of a release's vulnerabilities, in OSV's form.

Source: OSV's documentation, "POST /v1/query" and "POST /v1/querybatch"; the OSV schema.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from updater.model.research import Vulnerability
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_MOST = 20


def read(records: Iterable[Mapping[str, Any]]) -> tuple[Vulnerability, ...]:
    """Read the records of an answer; withdrawn ones are none, and one of several ids is one.

    Raises:
        ValueError, KeyError, TypeError: it is not of OSV's form.
    """
    vulnerabilities: list[Vulnerability] = []
    for record in sorted(records, key=lambda entry: str(entry["id"])):
        if record.get("withdrawn"):
            continue
        key = printable(str(record["id"]))
        aliases = tuple(sorted(printable(str(alias)) for alias in record.get("aliases") or ()))
        links = [link for link in record.get("references") or () if link.get("type") == "ADVISORY"]
        url = printable(str(links[0].get("url", ""))) if links else ""
        vulnerability = Vulnerability(
            key, aliases, printable(str(record.get("summary") or "")), url
        )
        if not any(vulnerability.names & earlier.names for earlier in vulnerabilities):
            vulnerabilities.append(vulnerability)
    return tuple(vulnerabilities[:_MOST])


def fixed(old: Sequence[Vulnerability], new: Sequence[Vulnerability]) -> tuple[Vulnerability, ...]:
    """Return what the old release has and the new one has not."""
    left = {name for vulnerability in new for name in vulnerability.names}
    return tuple(vulnerability for vulnerability in old if not vulnerability.names & left)
