"""For mkdocs: the README is the site's first page, and links out of docs/ lead to the repository.

Source: MkDocs user guide, "Hooks".
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the README as the first page, with its links as they are from docs/."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - only mkdocs has it

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    text = re.sub(r"\]\((?!https?:|#|docs/)", "](../", text).replace("](docs/", "](")
    files.append(File.generated(config, "index.md", content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links to what is not part of the site lead to the repository."""
    del page, files
    base = f"{config.repo_url}/blob/main/"
    markdown = markdown.replace("](../", f"]({base}")
    return re.sub(r"\]\(((?:schemas|example-kind)/)", rf"]({base}docs/\1", markdown)
