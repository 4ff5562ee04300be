"""For mkdocs: the README is the site's first page, and other links lead to the repository.

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
AT_THE_TOP = {
    "README.md": "index.md",
    "SECURITY.md": "security.md",
    "CONTRIBUTING.md": "contributing.md",
}
"""Pages of the repository's top -> those of the site."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the top, the README as the first one, with links as they are from docs/."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - only mkdocs has it

    for name, page in AT_THE_TOP.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        text = re.sub(r"\]\((?!https?:|#|docs/)", "](../", text).replace("](docs/", "](")
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links to what is not part of the site lead to the repository."""
    del page, files
    base = f"{config.repo_url}/blob/main/"
    for name, own in AT_THE_TOP.items():
        markdown = re.sub(rf"\]\(\.\./{re.escape(name)}(?=[)#])", f"]({own}", markdown)
    markdown = markdown.replace("](../", f"]({base}")
    return re.sub(r"\]\(((?:schemas|example-kind)/)", rf"]({base}docs/\1", markdown)
