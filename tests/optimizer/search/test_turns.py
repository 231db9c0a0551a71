"""How much time draws get beside sub-problems is learned from what either gains."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from outlay.optimizer.search.drawing_params import Scheduling
from outlay.optimizer.search.phases.turns import Turns


class Drawn:
    """Draws what it is told to, whatever the time."""

    def __init__(self) -> None:
        self.next: np.ndarray | None = None

    def begin_from(self, point: np.ndarray | None) -> None:
        """Nothing depends on it."""

    def search(self, over: Callable[[], bool], keep: Callable[[np.ndarray], object], most: float = np.inf) -> None:
        """Hand over the next plan, if there is one."""
        if self.next is not None:
            keep(self.next)


@pytest.mark.parametrize(
    ("gains", "other_gained", "factor"),
    [(True, False, 2.0), (True, True, 2.0), (False, True, 0.5), (False, False, 1.0)],
)
def test_a_share_grows_with_its_own_gains_and_shrinks_with_those_of_others(
    gains: bool, other_gained: bool, factor: float
) -> None:
    plans: Any = SimpleNamespace(current=np.zeros(2), keep=lambda point: setattr(plans, "current", point))
    drawing = Drawn()
    turns = Turns(drawing, plans, lambda: False, None, Scheduling(first_share=0.2))
    drawing.next = np.ones(2) if gains else None
    turns.turn(0.0, other_gained=other_gained)
    assert turns.share == pytest.approx(0.2 * factor)


def test_a_share_stays_within_its_bounds() -> None:
    plans: Any = SimpleNamespace(current=np.zeros(2), keep=lambda point: None)
    turns = Turns(Drawn(), plans, lambda: False, None, Scheduling(first_share=0.2, least_share=0.15))
    for _ in range(3):
        turns.turn(0.0, other_gained=True)
    assert turns.share == 0.15
