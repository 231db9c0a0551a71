"""What limits leave to those that need something: every whole point keeps the rows, and the relaxation is stronger."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from outlay.models.plain import model_of
from outlay.optimizer.presolve.linking import linked, linking_rows
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.session import Session
from tests.benchmarks.families import read

FREE = np.inf
#: Two customers of 3 and 4 (columns 1 and 2) need the site (column 0), which has 5.
SITE = [[0.0, 3.0, 4.0], [-1.0, 1.0, 0.0], [-1.0, 0.0, 1.0]]


def problem(matrix: list[list[float]], upper: list[float], lower: list[float] | None = None) -> Problem:
    dense = np.array(matrix, dtype=float)
    rows, size = dense.shape
    least = np.full(rows, -FREE) if lower is None else np.array(lower)
    whole = np.ones(size, dtype=bool)
    return Problem(
        np.zeros(size), 0.0, np.zeros(size), np.ones(size), whole, sparse.csc_array(dense), least, np.array(upper)
    )


def told(found: Problem) -> list[list[float]]:
    rows = linking_rows(found)
    return [] if rows is None else rows.matrix.toarray().round(5).tolist()


def test_nothing_of_a_limit_is_used_without_what_its_users_need() -> None:
    site = problem(SITE, [5.0, 0.0, 0.0])
    assert told(site) == [[-1.0, 0.6, 0.8]]
    assert linked(site).row_upper[3:].tolist() == [0.0]


def test_limits_and_needs_from_below_are_the_same() -> None:
    site = problem([[-each for each in row] for row in SITE], [FREE] * 3, [-5.0, 0.0, 0.0])
    assert told(site) == [[-1.0, 0.6, 0.8]]


def test_where_all_of_it_fits_nothing_is_said() -> None:
    assert told(problem(SITE, [7.0, 0.0, 0.0])) == []
    assert linked(problem(SITE, [7.0, 0.0, 0.0])).matrix.shape == (3, 3)


def test_what_is_needed_may_use_some_of_it_itself() -> None:
    """The site takes 1 of the 5, so 4 are left to the customers."""
    assert told(problem([[1.0, 3.0, 4.0], *SITE[1:]], [5.0, 0.0, 0.0])) == [[-0.8, 0.6, 0.8]]


def test_what_gives_more_of_it_counts() -> None:
    """Column 3 gives 1 more: up to 6 may be used."""
    more = problem([[0.0, 3.0, 4.0, -1.0], [-1.0, 1.0, 0.0, 0.0], [-1.0, 0.0, 1.0, 0.0]], [5.0, 0.0, 0.0])
    assert told(more) == [[-1.0, 0.5, 0.66667, 0.0]]


def test_others_of_the_limit_need_not_be_there() -> None:
    """Column 3 uses the limit, too, and needs nothing."""
    more = problem([[0.0, 3.0, 4.0, 2.0], [-1.0, 1.0, 0.0, 0.0], [-1.0, 0.0, 1.0, 0.0]], [5.0, 0.0, 0.0])
    assert told(more) == [[-1.0, 0.6, 0.8, 0.0]]


def test_any_of_those_that_are_needed_will_do() -> None:
    either = problem([[0.0, 0.0, 3.0, 4.0], [-1.0, -1.0, 1.0, 0.0], [-1.0, -1.0, 0.0, 1.0]], [5.0, 0.0, 0.0])
    assert told(either) == [[-1.0, -1.0, 0.6, 0.8]]


def test_of_options_that_exclude_each_other_the_largest_counts() -> None:
    """Columns 1 and 2 are options of one customer, who uses 3 or 4: less than 5, so nothing is said."""
    assert told(problem([SITE[0], [-1.0, 1.0, 1.0]], [5.0, 0.0])) == []


def test_what_can_be_there_in_part_is_not_counted_on() -> None:
    """Of a column that is not whole a tenth may be enough for a tenth of each; that says nothing of the limit."""
    site = problem(SITE, [5.0, 0.0, 0.0])
    assert told(replace(site, integer=np.array([False, True, True]))) == []


def test_a_limit_that_is_over_already_is_left_alone() -> None:
    assert told(problem(SITE, [-1.0, 0.0, 0.0])) == []


def test_what_is_sure_to_be_there_is_no_need() -> None:
    must = problem([*SITE, [1.0, 0.0, 0.0]], [5.0, 0.0, 0.0, 1.0], [-FREE, -FREE, -FREE, 1.0])
    assert told(must) == []


def started(*, divisible: bool = False, circle: bool = False) -> Problem:
    """A site and two customers of 3 and 4 with two dates each, on started-by columns.

    Columns 0 and 1 are the site's options, 2 and 3 whether it has started by then; 4 to 7 and 8 to 11 are the
    customers'. They use its 5 at the second date.
    """
    rows, equal = [], []
    for first in (0, 4, 8):
        for date in range(2):
            row = np.zeros(12)
            row[first + date], row[first + 2 + date] = -1.0, 1.0
            row[first + 1 + date] = -1.0 if date else 0.0
            equal.append(row)
        if first:
            rows += [np.eye(12)[first + 2 + date] - np.eye(12)[2 + date] for date in range(2)]
    if circle:
        equal[0][3] = -1.0
    use = np.zeros(12)
    use[[4, 5]], use[[8, 9]] = 3.0, 4.0
    matrix = np.vstack([*equal, *rows, use])
    upper, lower = np.zeros(len(matrix)), np.append(np.zeros(len(equal)), np.full(len(rows) + 1, -FREE))
    upper[-1] = 5.0
    made = problem(matrix.tolist(), upper.tolist(), lower.tolist())
    whole = np.isin(np.arange(12) % 4, [0, 1])
    whole[0] = not divisible
    return replace(made, integer=whole)


def test_what_is_needed_may_be_started_by_a_date() -> None:
    """All of the site's use at the second date is nothing unless it has started by then."""
    expected = np.zeros(12)
    expected[[4, 5]], expected[[8, 9]], expected[3] = 0.6, 0.8, -1.0
    assert told(started()) == [expected.tolist()]


@pytest.mark.parametrize("odd", [{"divisible": True}, {"circle": True}])
def test_sums_that_may_be_of_parts_are_not_counted_on(odd: dict[str, bool]) -> None:
    assert told(started(**odd)) == []


def test_sums_that_go_on_from_one_in_two_ways_are_not_taken_for_one_chain() -> None:
    """Columns 3 to 5 add options 0 to 2 up: 4 and 5 both go on from 3, and each user (6, 7) needs one of these."""
    sums = [[-1, 0, 0, 1, 0, 0, 0, 0, 0], [0, -1, 0, -1, 1, 0, 0, 0, 0], [0, 0, -1, -1, 0, 1, 0, 0, 0]]
    longer, needs = [[0, 0, 0, 0, 0, -1, 0, 0, 1]], [[0, 0, 0, 0, -1, 0, 1, 0, 0], [0, 0, 0, 0, 0, 0, 0, 1, -1]]
    use = [[0, 0, 0, 0, 0, 0, 3, 4, 0]]
    rows = [[float(each) for each in row] for row in (*sums, *longer, *needs, *use)]
    made = problem(rows, [0.0] * 6 + [5.0], [0.0] * 4 + [-FREE] * 3)
    some = replace(made, integer=~np.isin(np.arange(9), [3, 4, 5, 8]))
    points = np.array(list(product((0.0, 1.0), repeat=9)))
    activity = points @ some.matrix.toarray().T
    held = points[((activity <= some.row_upper) & (activity >= some.row_lower)).all(axis=1)]
    assert ((held[:, 6] == 1) & (held[:, 8] == 0)).any()
    told_rows = linking_rows(some)
    if told_rows is not None:
        assert (held @ told_rows.matrix.toarray().T <= told_rows.upper + 1e-9).all()


def test_every_whole_point_keeps_the_rows() -> None:
    """Of random limits and needs: with what gives, uses of their own, sets, circles, and needs of weights."""
    random = np.random.default_rng(5)
    size, limits, needs, said, points = 8, 3, 8, 0, np.array(list(product((0.0, 1.0), repeat=8)))
    for _ in range(300):
        matrix = random.integers(-2, 7, (limits, size)) * (random.random((limits, size)) < 0.8)
        for _ in range(needs):
            who, *what = random.choice(size, int(random.integers(2, 4)), replace=False)
            row = np.zeros(size, dtype=int)
            row[who], row[min(what[0], 2)] = random.integers(1, 3), -random.integers(1, 3)
            row[what[1:]] = -1
            matrix = np.vstack([matrix, row])
        upper = np.append(random.integers(1, 9, limits), np.zeros(needs))
        some = problem(matrix.astype(float).tolist(), upper.tolist())
        rows = linking_rows(some)
        if rows is not None:
            held = points[(points @ some.matrix.toarray().T <= some.row_upper).all(axis=1)]
            assert ((held @ rows.matrix.toarray().T) <= rows.upper + 1e-9).all()
            said += len(rows.upper) * (len(held) > 3)
    assert said > 200


def test_the_relaxation_of_sites_and_customers_is_stronger() -> None:
    session = Session(model_of(read("facilities-20-80-1")))
    level = session.levels()[0]
    whole = session.problem
    for some, value in ((whole, 2015.7), (linked(whole), 1959.0)):
        rows = sparse.csr_array(some.matrix)
        assert np.isinf(some.row_lower).all()
        found = linprog(level.cost, A_ub=rows, b_ub=some.row_upper, bounds=np.c_[some.lower, some.upper])
        assert -found.fun * level.unit == pytest.approx(value, rel=1e-4)
