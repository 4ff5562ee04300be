"""Makes what docs/ has of the program: pages, manual page, schemas, completions, addresses.

python -m docs.make, or ./task docs
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from click.testing import CliRunner

from docs import make_commands, make_configuration, make_man, make_rules
from updater import __version__
from updater.cli.app import app
from updater.report.json_schemas import MODELS, json_schema

DOCS = Path(__file__).parent
ROOT = DOCS.parent
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md")))

# As distributions name the files in the folders that each shell looks into.
COMPLETIONS = {"bash": "updater", "zsh": "_updater", "fish": "updater.fish"}

# The action with its version, and the flake, as pages name them: OWNER/REPO, and what follows.
_NAMED = re.compile(r"(?P<before>uses: |github:)(?P<name>[\w.-]+/[\w.-]+)(?P<after>@v[\d.]+| -- )")


def repository() -> str:
    """Return OWNER/REPO of the address in pyproject.toml, where a fork changes it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return str(project["urls"]["Repository"]).removeprefix("https://github.com/")


def named(text: str) -> str:
    """Return a page with this repository and this version wherever it names the updater's own."""
    name = repository()

    def write(found: re.Match[str]) -> str:
        after = f"@v{__version__}" if found["after"].startswith("@") else found["after"]
        return f"{found['before']}{name}{after}"

    return _NAMED.sub(write, text)


def completion(shell: str) -> str:
    """Return a shell's completion script."""
    return CliRunner().invoke(app, ["completion", shell]).output


def made() -> dict[Path, str]:
    """Return every file that is made: its path and text."""
    return {
        **{page: named(page.read_text()) for page in PAGES},
        DOCS / "audit-rules.md": make_rules.page(),
        DOCS / "commands.md": make_commands.page(),
        DOCS / "configuration.md": make_configuration.page(),
        DOCS / "updater.1": make_man.page(),
        **{DOCS / "schemas" / f"{name}.json": json_schema(name) for name in MODELS},
        **{DOCS / "completions" / name: completion(shell) for shell, name in COMPLETIONS.items()},
    }


if __name__ == "__main__":
    for path, text in made().items():
        path.write_text(text, encoding="utf-8")
