"""What is public says what it raises."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

import outlay
from tests.support.syntax import tree_of

ROOT = Path(__file__).parents[1]
FOLDERS = ("instances", "models", "optimizer", "cli", "src")


def public_functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield public functions, and the public methods of public classes, by name."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name, node
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            methods = (child for child in node.body if isinstance(child, ast.FunctionDef))
            yield from ((f"{node.name}.{child.name}", child) for child in methods if not child.name.startswith("_"))


def raises(function: ast.FunctionDef) -> bool:
    """Return whether a function raises something itself; a bare `raise` only passes on what came."""
    return any(isinstance(node, ast.Raise) and node.exc is not None for node in ast.walk(function))


def is_command(function: ast.FunctionDef) -> bool:
    """Return whether a docstring is what `--help` prints."""
    return any("main.command" in ast.unparse(decorator) for decorator in function.decorator_list)


@pytest.mark.slow
def test_public_functions_that_raise_say_what() -> None:
    count, silent = 0, []
    for file in sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        for name, function in public_functions(tree_of(file)):
            if raises(function) and not is_command(function):
                count += 1
                if "Raises\n------" not in (ast.get_docstring(function) or ""):
                    silent.append(f"{file.relative_to(ROOT)}: {name}")
    assert count > 30
    assert silent == []


def test_every_public_name_is_documented() -> None:
    undocumented = [name for name in outlay.__all__ if not (inspect.getdoc(getattr(outlay, name)) or "").strip()]
    assert undocumented == []
