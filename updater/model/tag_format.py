"""How a version is written into a tag, by the user's word: ``release-{dashed}``.

What is read of a tag is what would be written into it again: a tag of another form has no version.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

SIGNS: Final = {"version": ".", "dashed": "-", "underscored": "_"}
"""The placeholders of a whole version, and what each writes for its dots."""

NUMBERS: Final = ("major", "minor", "patch")
"""The placeholders of its numbers, in their order."""

PLACEHOLDERS: Final = (*SIGNS, *NUMBERS)
"""All of them, as they stand in braces."""

EXPECTED_FORMAT: Final = (
    "a tag with {version}, such as release-{version}; {dashed} and {underscored} write 1-2-3 and "
    "1_2_3 for 1.2.3, and {major}, {minor} and {patch} its numbers"
)
"""What is to be written where a form cannot be read."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class TagFormat(Struct, frozen=True):
    """The form of a project's version tags.

    Attributes:
        text: a tag with placeholders.
        pattern: matches the tags that may have the form.
        names: the placeholders, in the order in which they stand.
    """

    text: str
    pattern: re.Pattern[str]
    names: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> TagFormat:
        """Read a form.

        Raises:
            ValueError: no version can be read of it, or several; it says what to write.
        """
        between, names = _PLACEHOLDER.split(text)[::2], _PLACEHOLDER.findall(text)
        if any(re.search(r"[\s{}~^:?*\[\\]", part) for part in between):
            raise ValueError(f"expected {EXPECTED_FORMAT}")
        used = set(names)
        numbers = [name for name in NUMBERS if name in used]
        is_whole = len(names) == 1 and names[0] in SIGNS
        is_counted = used == set(NUMBERS[: len(numbers)]) and bool(numbers)
        if not is_whole and not is_counted:
            raise ValueError(f"expected {EXPECTED_FORMAT}")
        if not all(between[1:-1]):
            raise ValueError("expected a sign between two placeholders, such as {major}_{minor}")
        expression = re.escape(between[0])
        for place, (name, after) in enumerate(zip(names, between[1:], strict=True)):
            group = rf"(?P<{name}>\d+)" if name in NUMBERS else rf"(?P<{name}>\d.*)"
            again = name in names[:place]
            expression += (f"(?P={name})" if again else group) + re.escape(after)
        return cls(text, re.compile(expression), tuple(dict.fromkeys(names)))

    def version(self, tag: str) -> str | None:
        """Return a tag's version, with dots; None where the tag has another form."""
        match = self.pattern.fullmatch(tag)
        if match is None:
            return None
        if self.names[0] in NUMBERS:
            return ".".join(match[name] for name in NUMBERS[: len(self.names)])
        sign = re.escape(SIGNS[self.names[0]])
        version = re.sub(rf"(?<=\d){sign}(?=\d)", ".", match[self.names[0]])
        return version if self.tag(version) == tag else None

    def tag(self, version: str) -> str | None:
        """Return the tag of a version; None where it has more or fewer numbers than the form."""
        numbers = version.split(".")
        if self.names[0] in NUMBERS and len(numbers) != len(self.names):
            return None
        values = {name: version.replace(".", sign) for name, sign in SIGNS.items()}
        values |= dict(zip(NUMBERS, numbers, strict=False))
        return _PLACEHOLDER.sub(lambda match: values[match[1]], self.text)
