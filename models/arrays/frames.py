"""Tables of pandas, which is loaded with the first one.

It takes a third of the time and more than half of the memory of all that a small solve loads, and who wants the plan
alone asks for no table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def data_frame(
    records: Sequence[Sequence[Any] | Mapping[str, Any]] | Mapping[str, Any] | None = None,
    columns: list[str] | None = None,
) -> pd.DataFrame:
    """Return a table of records, or of columns by name."""
    import pandas as pd  # noqa: PLC0415 - heavy

    return pd.DataFrame(records, columns=columns)
