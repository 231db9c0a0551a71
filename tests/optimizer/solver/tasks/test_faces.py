"""What choices with and without an option are worth at most: never less than the best of them, and close to it."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from outlay.optimizer.solver.tasks.faces import Form, face_bounds

SIZE = 7
CUBE = np.array(list(product([0.0, 1.0], repeat=SIZE)))


def form(seed: int) -> Form:
    random = np.random.default_rng(seed)
    root = random.normal(size=(SIZE, SIZE - 2))
    return Form(root @ root.T, random.normal(size=SIZE) * 5.0, float(random.normal()))


def worth(of: Form, points: np.ndarray) -> np.ndarray:
    value: np.ndarray = of.constant + points @ of.slope - np.einsum("ij,jk,ik->i", points, of.curve, points)
    return value


@pytest.mark.parametrize("seed", range(20))
def test_no_choice_of_a_face_is_worth_more(seed: int) -> None:
    random = np.random.default_rng(seed)
    some = form(seed)
    bounds = face_bounds(some, random.random(SIZE))
    values = worth(some, CUBE)
    for option in range(SIZE):
        for chosen in (0, 1):
            assert bounds[chosen, option] >= values[CUBE[:, option] == chosen].max()


@pytest.mark.parametrize("seed", range(5))
def test_it_comes_to_the_greatest_value_of_the_face(seed: int) -> None:
    """Whole or not: as a grid of points of a face shows, which are worth nearly as much."""
    some = form(seed)
    bounds = face_bounds(some, np.full(SIZE, 0.5))
    inside = np.random.default_rng(seed).random((200_000, SIZE))
    inside[:, 0] = 1.0
    best = worth(some, inside).max()
    assert best <= bounds[1, 0] + 1e-9
    assert bounds[1, 0] - best < 0.1 * (worth(some, CUBE).max() - worth(some, CUBE).min())


def test_what_rows_leave_counts_at_its_price() -> None:
    """Of two options that are worth 3 and 2, one fits; at a price of 2 for the row no choice is worth more than 3."""
    plain = Form(np.zeros((2, 2)), np.array([3.0, 2.0]), 0.0)
    priced = plain.priced(np.array([2.0]), np.array([[1.0, 1.0]]), np.array([1.0]))
    assert face_bounds(plain, np.zeros(2)).max() == pytest.approx(5.0)
    assert face_bounds(priced, np.zeros(2)).tolist() == [pytest.approx([2.0, 3.0]), pytest.approx([3.0, 3.0])]


def test_it_may_end_at_any_step() -> None:
    """Time that is over before the first step, or after some of them: what it came to holds, and more is no worse."""
    some, values = form(3), worth(form(3), CUBE)
    bounds = []
    for steps in (0, 5, 150):
        left = iter(range(steps))
        bounds.append(face_bounds(some, np.full(SIZE, 0.5), lambda left=left: next(left, None) is None))
        for option in range(SIZE):
            for chosen in (0, 1):
                assert bounds[-1][chosen, option] >= values[CUBE[:, option] == chosen].max()
    assert bounds[0].sum() > bounds[1].sum() > bounds[2].sum()
    assert (bounds[2] == face_bounds(some, np.full(SIZE, 0.5))).all()
