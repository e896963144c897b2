"""Finds in the code every text that a person reads, and what was left out of `tr`.

Used by scripts/make_messages.py, which keeps the catalogues, and by the tests.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "gridapp"
CHINESE = re.compile(r"[\u3001-\u303f\u4e00-\u9fff\uff00-\uffef]")

# Calls whose first argument is a text: said now, said later, a field's name.
SAYING = frozenset({"tr", "mark", "field"})

# Words that are read, not said: what people write into ledgers, search boxes, files.
READING_CALLS = frozenset(
    {
        "compile",
        "endswith",
        "field",
        "findall",
        "fullmatch",
        "lstrip",
        "maketrans",
        "match",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "rpartition",
        "rstrip",
        "split",
        "startswith",
        "strip",
        "sub",
    }
)


@dataclass(frozen=True)
class Left:
    """A Chinese text outside `tr`."""

    module: str  # gridapp.ui.login
    line: int
    text: str


def modules() -> list[Path]:
    """Every module of the program but the migrations, which say nothing."""
    found = sorted(PACKAGE.rglob("*.py"))
    return [path for path in found if path.parent.name != "versions"]


def said() -> set[str]:
    """Every text that the program says: the keys of the catalogue."""
    texts = {text for path in modules() for text in _said_in(path)}
    return {text for text in texts | set(_codes()) if CHINESE.search(text)}


def _said_in(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in SAYING and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value
    if path.parent.name == "cli":
        yield from _helps(tree)


def _helps(tree: ast.Module) -> Iterator[str]:
    """What click shows of a command: the docstring of a decorated function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            words = ast.get_docstring(node, clean=False)
            if words:
                yield inspect.cleandoc(words)


def _codes() -> Iterator[str]:
    """Titles and words of the code tables."""
    path = ROOT / "resources" / "codes.json"
    for table in json.loads(path.read_text("utf-8")).values():
        yield table["title"]
        for item in table["items"]:
            yield item["name"]


def left_out(path: Path) -> Iterator[Left]:
    """Chinese texts of a module, neither said through `tr` nor words it reads."""
    tree = ast.parse(path.read_text("utf-8"))
    above = {
        child: one for one in ast.walk(tree) for child in ast.iter_child_nodes(one)
    }
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if not CHINESE.search(node.value) or isinstance(above[node], ast.Expr):
            continue  # a docstring
        if not _accounted(node, above):
            yield Left(module, node.lineno, node.value)


def _accounted(node: ast.AST, above: dict[ast.AST, ast.AST]) -> bool:
    while not isinstance(node, ast.stmt):
        parent = above[node]
        if isinstance(parent, ast.Compare):
            return True
        if isinstance(parent, ast.Call) and node is not parent.func:
            name = _name(parent.func)
            if name in SAYING and node is parent.args[0]:
                return True
            if name in READING_CALLS and (name != "replace" or len(parent.args) == 2):
                return True
        node = parent
    return False


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
