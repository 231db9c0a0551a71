"""A small comparison that is resumed again and again, in one thread whose solver stays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

import outlay
from outlay.optimizer.compare.comparison import Comparison
from outlay.optimizer.sharing.solvers import Pool
from tests.optimizer.compare.support import assert_same, cap, town

SETS = ("base", "less", "none")


class Resuming:
    """Compares the town into a folder, and says whether the answer is what it was at first."""

    def __init__(self) -> None:
        self._pool = Pool()
        self._executor = ThreadPoolExecutor(max_workers=1, initializer=self._pool.join)
        self._first: Comparison | None = None
        self.notes: list[str] = []

    def __enter__(self) -> Resuming:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._executor.shutdown()
        self._pool.end()

    def compare(self, folder: Path) -> Comparison:
        """Compare into a folder, resuming what is there."""
        self.notes = []
        found = outlay.compare(
            town(less=cap(5), none={"force_in": ["A", "B", "C", "D"]}),
            SETS,
            attribute=["cap"],
            folder=folder,
            executor=self._executor,
            on_progress=lambda state: self.notes.append(state.note) if state.note else None,
        )
        self._first = self._first or found
        return found

    def problem(self, folder: Path, *, recorded: bool) -> str | None:
        """Return what is wrong after a run file was tampered with; `recorded`: with what nobody can check.

        Otherwise the file is told of and solved again.
        """
        assert self._first is not None
        found = self.compare(folder)
        if recorded:
            return None
        try:
            assert_same(self._first, found)
        except AssertionError as error:
            return f"the comparison is another one: {str(error)[:200]}"
        return None if self.notes else "nobody was told"
