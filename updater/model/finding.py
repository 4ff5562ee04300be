"""What a rule says of an overlay's text, and the edits that would mend it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from updater.model.change import Edit  # noqa: TC001 - msgspec reads it
from updater.model.fields import Span  # noqa: TC001 - msgspec reads it

Severity = Literal["error", "warning", "note"]
"""How bad a finding is: it breaks builds, it will cause trouble, or it is advice."""

FixSafety = Literal["safe", "built", "unsafe"]
"""Whether a fix may be made unasked: always, only after a build has passed, or never."""


class FileEdit(Struct, frozen=True, array_like=True):
    """An edit and the file that it is made in."""

    file: str
    edit: Edit


class Fix(Struct, frozen=True, array_like=True):
    """How a finding is mended.

    Attributes:
        summary: what is written, for people, such as ``write torch-bin``.
        edits: all of them are made, or none.
        touches: what of its package the fix may change: ``text`` changes nothing that is read,
            ``inputs`` its lists of inputs, ``source`` how its source is written, ``label`` its
            version and what names its source, whose hash stays.
        environment: the attribute path of the environment in flake.nix or default.nix that it
            changes; empty for a fix of a package, and for an environment that no attribute is.
    """

    safety: FixSafety
    summary: str
    edits: tuple[FileEdit, ...]
    touches: Literal["text", "inputs", "source", "label"] = "text"
    environment: str = ""


class Finding(Struct, frozen=True, array_like=True):
    """A place where a rule is broken.

    Attributes:
        rule: its name.
        file: relative to the root, with ``/``.
        span: the text that breaks the rule.
        message: one or two sentences, without a full stop at the end.
        package: the identity of the package that it is about, or an empty string.
        advice: what to do by hand, where there is no fix; or an empty string.
    """

    rule: str
    file: str
    span: Span
    message: str
    package: str = ""
    severity: Severity = "warning"
    advice: str = ""
    fix: Fix | None = None
