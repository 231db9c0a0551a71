"""Read the product's own source code."""

from __future__ import annotations

import ast
import gc
from pathlib import Path


def parse(file: Path) -> ast.Module:
    """Return the syntax tree of a file.

    Without collecting garbage meanwhile: a finalizer that fails is reported with a traceback, the traceback is laid out
    by parsing lines of code, and Python 3.11 counts the depth of both parsers in one place ("SystemError: AST
    constructor recursion depth mismatch").
    """
    text = file.read_text(encoding="utf-8")
    collects = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(text)
    finally:
        if collects:
            gc.enable()
