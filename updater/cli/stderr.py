"""What a person is told besides the result: on stderr, at a terminal in whole words."""

from __future__ import annotations

import sys

import click

from updater.effects.processes.streams import width
from updater.text import harmless


def tell(text: str) -> None:
    """Print a sentence, which a terminal would break in the middle of a word, and what follows it.

    Args:
        text: its first line is the sentence; the others stay as they are.
    """
    from updater.report.layout import wrapped

    sentence, *rest = text.splitlines() or [""]
    lines = [*wrapped(sentence, width(sys.stderr)), *rest]
    click.echo(harmless("\n".join(lines)), err=True)
