"""How the place that versions come from is spelled in config.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from updater.config.base import ConfigValue
from updater.config.values import OpenAddress, expression
from updater.kinds import PROJECT_FORMS, SHORT_HOSTS, read_project

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.config.base import Schema


class UpstreamAddress(str, ConfigValue):
    """A project's identity, or the short form that `updater prefetch` takes too.

    A mapping names a page, and the expression that finds versions on it.
    """

    schema: ClassVar[Schema] = {
        "anyOf": [
            {"type": "string", "pattern": rf"^\s*({'|'.join(SHORT_HOSTS)}|pypi|https):"},
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["page", "pattern"],
                "properties": {
                    "page": OpenAddress.schema,
                    "pattern": {"type": "string", "format": "regex"},
                },
            },
        ]
    }

    __slots__ = ()

    def __new__(cls, value: object) -> Self:
        """Read it, or say what was expected."""
        if isinstance(value, dict):
            return super().__new__(cls, _page(value))
        text = value.strip() if isinstance(value, str) else ""
        try:
            return super().__new__(cls, str(read_project(text)))
        except ValueError:
            forms = ", ".join((*PROJECT_FORMS, "pypi:NAME", "https://HOST/OWNER/REPO"))
            raise ValueError(f"expected {forms} or {{page: ADDRESS, pattern: REGEX}}") from None


def _page(value: Mapping[str, object]) -> str:
    """Return the text of a page, as `Project.parse` reads it."""
    if set(value) != {"page", "pattern"}:
        raise ValueError("expected {page: ADDRESS, pattern: REGEX} with both of them")
    address = value["page"]
    OpenAddress(address)
    pattern = expression(value["pattern"])
    if "version" not in pattern.groupindex and pattern.groups != 1:
        raise ValueError(
            "expected a pattern with one group, or one named version, such as "
            r"tool-([0-9.]+)\.tar"
        )
    return f"page:{address} {pattern.pattern}"
