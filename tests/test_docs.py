"""Generated pages are what their generator makes."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import click
import jsonschema  # type: ignore[import-untyped]  # it has no stubs of its own
import pytest

from docs import make, make_commands, make_man
from docs.make_configuration import SECTIONS, meanings
from updater.cli.app import app
from updater.config.keys import Document
from updater.report.json_schemas import MODELS, json_schema
from updater.report.summary import Exit

ROOT = Path(__file__).parent.parent


def test_what_is_made_from_the_program_is_what_it_says_now() -> None:
    """Pages, manual page and schemas, and the repository's address on every page: `./task docs`."""
    assert [path.name for path, text in make.made().items() if path.read_text() != text] == []


def test_the_address_of_the_repository_stands_on_the_pages_that_install_it() -> None:
    """And a fork that changes the line in pyproject.toml gets its own on all of them."""
    texts = {page.name: page.read_text() for page in make.PAGES}
    naming = {
        name
        for name, text in texts.items()
        if make.named(text) == text != text.replace(make.repository(), "fork/of-it")
    }
    assert {"README.md", "github-actions.md"} <= naming


def test_every_exit_code_stands_in_the_table() -> None:
    rows = re.findall(r"^\| (\d+) \|", (ROOT / "docs" / "commands.md").read_text(), re.MULTILINE)
    assert sorted(map(int, rows)) == sorted(Exit)


def test_no_word_of_the_glossary_is_used_before_it_is_explained() -> None:
    """Not even in the explanation of an earlier one."""
    glossary = (ROOT / "docs" / "glossary.md").read_text().partition("\nMore of them")[0]
    rows = list(re.finditer(r"^\| \*([a-z ]+)\* \|", glossary, re.MULTILINE))
    assert len(rows) == 10
    before = {row[1]: glossary[: row.start()].lower() for row in rows}
    assert [word for word, text in before.items() if re.search(rf"\b{word}", text)] == []


def test_the_manual_page_has_every_command_option_and_exit_code() -> None:
    """And nothing of it is taken for a request of man's."""
    lines = make_man.page().splitlines()
    requests = {line.split()[0] for line in lines if line.startswith((".", "'"))}
    assert requests == {".TH", ".SH", ".SS", ".TP", ".B", ".BR"}
    for name in make_commands.names():
        command = app.get_command(click.Context(app), name)
        assert command is not None
        assert any(line == f".SS {name}" or line.startswith(f".SS {name} ") for line in lines)
        for option in (one for param in command.params for one in param.opts):
            assert not option.startswith("-") or option.replace("-", r"\-") in "".join(lines)
    for code in Exit:
        assert rf"\fB{code:d}\fR" in lines


def test_every_key_is_explained() -> None:
    for _, model in SECTIONS:
        for name, meaning in meanings(model).items():
            assert meaning, name


def test_no_schema_is_left_whose_model_is_gone() -> None:
    assert {path.stem for path in (ROOT / "docs" / "schemas").glob("*.json")} == set(MODELS)


def test_the_config_schema_says_what_the_command_accepts() -> None:
    """A key that the schema does not know is refused by the command too, and the other way."""
    made = json.loads(json_schema("config"))
    assert made["additionalProperties"] is False
    assert sorted(made["properties"]) == sorted(Document.__struct_fields__)


GUIDES = sorted((ROOT / "docs").glob("*.md"))
PAGES = [ROOT / "README.md", *GUIDES]
SOURCE = [
    node.value
    for path in sorted((ROOT / "updater").rglob("*.py"))
    for node in ast.walk(ast.parse(path.read_text()))
    if isinstance(node, ast.Constant) and isinstance(node.value, str)
]


def test_every_guide_is_linked_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    linked = set(re.findall(r"\(docs/([a-z-]+\.md)", readme))
    inner = {"http-cache.md"}  # of architecture, and linked from growing.md
    assert linked == {path.name for path in GUIDES} - inner


def test_the_floor_plan_can_be_read_at_one_sitting() -> None:
    """What concerns one module only stands in its docstring, not in the guide to all of them."""
    assert len((ROOT / "docs/architecture.md").read_text().splitlines()) <= 150


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Files are there, and so are the headings that a link names."""
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text()):
        file, _, heading = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        assert path.exists(), target
        if heading:
            headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
            named = {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}
            assert heading in named, target


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_commands_and_options_in_the_guides_exist(page: Path) -> None:
    """``updater COMMAND --option`` in code is what the command line knows."""
    known = {
        name: {option for param in command.params for option in param.opts}
        for name in make_commands.names()
        if (command := app.get_command(click.Context(app), name)) is not None
    }
    text = page.read_text()
    blocks = re.findall(r"^ *```(\w*)\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    fenced = [block for language, block in blocks if language in ("", "sh", "yaml")]
    inline = re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    code = fenced + inline
    for line in (line for block in code for line in block.splitlines()):
        for name, rest in re.findall(r"(?:^|\s)updater ([a-z]+)\b([^#&|\"]*)", line):
            assert name in known, line
            options = set(re.findall(r"(?<!\S)(--?[A-Za-z][a-z-]*)", rest))
            assert options <= known[name] | {"--help", "-h"}, line


def test_the_matrix_that_is_shown_is_one_that_plan_prints() -> None:
    (shown,) = re.findall(
        r"```json\n(.*?)```", (ROOT / "docs" / "growing.md").read_text(), re.DOTALL
    )
    jsonschema.Draft202012Validator(json.loads(json_schema("plan"))).validate(json.loads(shown))


def test_troubleshooting_goes_by_what_the_updater_says() -> None:
    """Each heading is made of texts of the program, in their order."""
    page = (ROOT / "docs" / "troubleshooting.md").read_text()
    headings = re.findall(r"^### `(.+)`$", page, re.MULTILINE)
    assert len(headings) > 30
    for heading in headings:
        for part in filter(None, (one.strip(" ,") for one in heading.split("..."))):
            assert any(part in text for text in SOURCE), (heading, part)
