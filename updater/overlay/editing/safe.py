"""What of upstream's text may enter Nix text: what needs no escape there."""

from __future__ import annotations

import re

# Versions, tags, commits and hashes that enter Nix text need no escape within these characters;
# whatever else upstream sends is refused, not repaired. Quotes, `$`, backslashes, white space,
# control characters and all that is not ASCII are outside.
_SAFE = re.compile(r"[A-Za-z0-9@][A-Za-z0-9._+!/@~=:-]{0,199}")
_SAFE_URL = re.compile(r"[a-z][a-z0-9+.-]*://[A-Za-z0-9._+!/@~=:%?&#,;()-]{1,1999}")

SAFE_SIGNS = "letters, digits and . _ + ! / @ ~ = : -"
"""What names of versions and tags may have, for messages."""


def is_safe(field: str, value: str) -> bool:
    """Tell whether upstream's text may be written as the value of a field."""
    pattern = _SAFE_URL if field.startswith("url") else _SAFE
    return pattern.fullmatch(value) is not None
