"""Tables and numbers as plain data for JSON, and back."""

from __future__ import annotations

from typing import Any

import pandas as pd

from outlay.instances.values.plain import plain


def table_document(table: pd.DataFrame) -> dict[str, Any]:
    """Return a table as ``{"columns": [...], "rows": [[...]]}``."""
    return {"columns": list(table.columns), "rows": table.astype(object).to_numpy().tolist()}


def plain_table(document: dict[str, Any]) -> pd.DataFrame:
    """Return the table that `table_document` wrote."""
    return pd.DataFrame(document["rows"], columns=document["columns"])


def finite(value: Any) -> Any:
    """Return plain data with NaN and infinity as None, numpy scalars as Python's, tuples as lists."""
    return plain(value)


def floats(value: Any) -> Any:
    """Return plain data with decimals as floats."""
    if isinstance(value, dict):
        return {key: floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [floats(item) for item in value]
    return float(value) if hasattr(value, "as_tuple") else value
