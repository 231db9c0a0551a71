"""Tables that nobody may ask for: computed when one of them is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd


class LaterTables(Mapping[str, pd.DataFrame]):
    """Name to table, all computed when the first is asked for; pickled as a plain mapping.

    Parameters
    ----------
    compute
        Returns the tables; called once at most.
    """

    def __init__(self, compute: Callable[[], Mapping[str, pd.DataFrame]]) -> None:
        self._compute: Callable[[], Mapping[str, pd.DataFrame]] | None = compute
        self._found: Mapping[str, pd.DataFrame] = {}
        self._lock = threading.Lock()

    def _tables(self) -> Mapping[str, pd.DataFrame]:
        with self._lock:
            if self._compute is not None:
                self._found, self._compute = dict(self._compute()), None
        return self._found

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self._tables()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables())

    def __len__(self) -> int:
        return len(self._tables())

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self._tables()),)
