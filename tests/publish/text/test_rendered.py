"""The golden bodies as GitHub shows them: rendered by its own Markdown, and read from the HTML."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

from tests.publish.text.test_body import BODIES, GOLDEN

# What a reviewer's screen shows without a click; GitHub draws some 90 characters a line.
WIDTH = 90
SCREEN = 40


@dataclass
class Page(HTMLParser):
    """What a rendered body holds.

    Attributes:
        seen: the text outside of folds, a line a block.
        folds: the titles of the folds of the first level.
        pictures: elements that load something, or run.
        hosts: where its links lead.
        rows: each row of a table, as the number of its cells, by table.
    """

    seen: list[str] = field(default_factory=list)
    folds: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    rows: list[list[int]] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("img", "script", "iframe", "style", "form"):
            self.pictures.append(tag)
        if tag == "a":
            self.hosts.add(str(urlsplit(dict(attrs)["href"] or "").hostname))
        if tag == "table":
            self.rows.append([])
        if tag == "tr":
            self.rows[-1].append(0)
        if tag in ("td", "th"):
            self.rows[-1][-1] += 1
        if tag == "summary" and self._open.count("details") == 1:
            self.folds.append("")
        if tag in ("p", "li") and "details" not in self._open:
            self.seen.append("")
        self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open.count("details") == 1 and self._open[-1] == "summary":
            self.folds[-1] += data
        elif "details" not in self._open and self._open:
            self.seen[-1:] = ["".join([*self.seen[-1:], data])]

    def close(self) -> None:
        super().close()
        assert self._open == []


def shown(name: str) -> Page:
    page = Page()
    text = (GOLDEN / f"{name}.md").read_text()
    page.feed(cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE))
    page.close()
    return page


@pytest.mark.parametrize("name", BODIES)
def test_a_rendered_body_is_what_its_text_means(name: str) -> None:
    """Folds and tables are whole, nothing is loaded, and the reader sees no Markdown."""
    page = shown(name)
    assert page.folds[0].startswith("Evidence")
    assert page.folds[-1] == "Try it, hold it, ignore it, or rebuild it"
    assert page.pictures == []
    assert all(len(set(rows)) == 1 for rows in page.rows)
    assert page.rows
    if name != "hostile":  # whose names are Markdown
        assert not any("**" in line or "](" in line for line in page.seen)
        assert "evil.example" not in page.hosts
    assert page.seen[-1].startswith("Made by updater ")


@pytest.mark.parametrize("name", [name for name, own in BODIES.items() if len(own) == 1])
def test_what_decides_is_on_the_first_screen(name: str) -> None:
    page = shown(name)
    lines = sum(1 + len(line) // WIDTH for line in page.seen)
    assert 2 * lines + len(page.folds) <= SCREEN
