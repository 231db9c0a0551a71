"""``outlay schema``."""

from __future__ import annotations

import importlib
from typing import Any

from outlay.cli import streams


def run(*, as_json: bool, table: str | None = None, **_: Any) -> int:
    """Print the data dictionary, or what it says of one table.

    Raises
    ------
    InputError
        If there is no such table.
    """
    reference = importlib.import_module("outlay.instances.reference.page")
    if as_json:
        streams.write_json(reference.json_schema())
    else:
        text = str(reference.markdown() if table is None else reference.markdown_of(table.removesuffix(".csv")))
        streams.write(text if text.endswith("\n") else text + "\n")
    return 0
