"""Lists every text of the program that a person may read, one a line, to be read aloud.

python -m docs.list_messages > messages.txt
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
FEWEST_WORDS = 3


def messages(source: str) -> list[tuple[int, str]]:
    """Return line and text of the strings of a module that are sentences, not its docstrings."""
    tree = ast.parse(source)
    docstrings = {
        id(statement.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        for statement in node.body
        if isinstance(statement, ast.Expr)
    }
    parts = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }
    texts: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if id(node) in docstrings or id(node) in parts:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            text = ast.unparse(node)[2:-1]
        else:
            continue
        if len(text.split()) >= FEWEST_WORDS:
            texts.append((node.lineno, " ".join(text.split())))
    return sorted(texts)


def main() -> None:
    """Print them by file and line."""
    for path in sorted((ROOT / "updater").rglob("*.py")):
        for line, text in messages(path.read_text()):
            sys.stdout.write(f"{path.relative_to(ROOT)}:{line}: {text}\n")


if __name__ == "__main__":
    main()
