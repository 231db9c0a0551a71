"""What nobody may ask for: computed when somebody does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

Value = TypeVar("Value")


class Later(Mapping[str, Value]):
    """Name to value, all computed when the first is asked for; pickled as a plain mapping.

    Parameters
    ----------
    compute
        Returns the values; called once at most.
    """

    def __init__(self, compute: Callable[[], Mapping[str, Value]]) -> None:
        self._compute: Callable[[], Mapping[str, Value]] | None = compute
        self._found: Mapping[str, Value] = {}
        self._lock = threading.Lock()

    def _values(self) -> Mapping[str, Value]:
        with self._lock:
            if self._compute is not None:
                self._found, self._compute = dict(self._compute()), None
        return self._found

    def __getitem__(self, name: str) -> Value:
        return self._values()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values())

    def __len__(self) -> int:
        return len(self._values())

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self._values()),)
