"""``outlay schema``."""

from __future__ import annotations

import importlib
from typing import Any

from outlay.cli import streams


def run(*, as_json: bool, **_: Any) -> int:
    """Print the data dictionary."""
    reference = importlib.import_module("outlay.instances.reference.page")
    if as_json:
        streams.write_json(reference.json_schema())
    else:
        text = str(reference.markdown())
        streams.write(text if text.endswith("\n") else text + "\n")
    return 0
