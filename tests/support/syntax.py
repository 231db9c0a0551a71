"""The syntax of source files, read once for all tests of a worker."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.sources import parse

#: Where a statement keeps others.
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


@cache
def tree_of(file: Path) -> ast.Module:
    """Return the syntax of a file; not to be changed."""
    return parse(file)


def statements(node: ast.AST, *, late: bool = True, typing: bool = True) -> Iterator[ast.AST]:
    """Yield the statements below a node; without `late` none inside functions, without `typing` only what runs."""
    for block in _BLOCKS:
        for child in getattr(node, block, ()):
            if not typing and isinstance(child, ast.If) and _for_types(child.test):
                continue
            yield child
            if late or not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from statements(child, late=late, typing=typing)


def _for_types(test: ast.expr) -> bool:
    """Whether a condition is `TYPE_CHECKING`, or that of a module."""
    return "TYPE_CHECKING" in {getattr(test, "id", None), getattr(test, "attr", None)}
