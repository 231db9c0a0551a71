"""An answer that leaves out a project that fits and adds is not called optimal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import outlay
from outlay.models.build import build
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.proof.certificate import MOST_DECIDED, completed
from outlay.optimizer.session import Session
from outlay.optimizer.solver.outcome import Outcome
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import Status
from tests.brute_force.comparison import disagreement
from tests.brute_force.generator import case_of
from tests.support.choosing import some
from tests.support.documents import Document, knapsack, parsed, small_plan

pytestmark = pytest.mark.usefixtures("always_warm")


class Lazy(SolverProcess):
    """A solver that calls the empty plan optimal, the first so many times."""

    def __init__(self, lies: int) -> None:
        super().__init__()
        self.lies = lies

    def solve(self, problem: Problem, **options: Any) -> Outcome:
        if self.lies and problem.integer.any():
            self.lies -= 1
            nothing = np.zeros(len(problem.cost))
            return Outcome("kOptimal", nothing, 0.0, bound=problem.value(nothing), polished=True)
        return super().solve(problem, **options)


def packing() -> Document:
    return knapsack([6, 5, 4, 1], [[4, 3, 3, 1]], [7.5])


def paid_by_a_fund() -> Document:
    """Return a document in which a project is only funded with money from somewhere."""
    document = packing()
    document["funds"] = [{"fund": "bank", "total": 7}]
    for row in document["projects"]:
        row["commitment"] = 2
    return document


def beside_nothing(document: Document) -> tuple[Problem, np.ndarray | None, list[Problem]]:
    """Return a problem, the empty plan completed where no payment can be decided, and what was asked for them."""
    session, asked = Session(build(parsed(document))), list[Problem]()
    level = session.levels()[0]
    problem = replace(session.problem, cost=level.cost, offset=level.offset)

    def refuse(rest: Problem) -> Outcome:
        asked.append(rest)
        return Outcome("kInfeasible")

    return problem, completed(problem, session.structure, np.zeros(len(problem.cost)), refuse), asked


def test_of_a_project_one_option_is_taken_and_the_others_fit_no_more() -> None:
    document = packing()
    document["alternatives"] = [{"project": "P00", "alternative": name} for name in ("brick", "timber")]
    problem, found, asked = beside_nothing(document)
    assert found is not None
    assert (problem.value(found), asked) == (pytest.approx(-11.0), [])


def test_what_costs_more_than_it_adds_is_not_taken_though_it_fits() -> None:
    problem, found, _ = beside_nothing(knapsack([6, -6, -1], [], []))
    assert found is not None
    assert problem.value(found) == pytest.approx(-6.0)


def test_payments_are_decided_for_a_few_that_add_most() -> None:
    document = knapsack([1.0] * (MOST_DECIDED + 3), [], [])
    document["funds"] = [{"fund": "bank", "total": 7}]
    for row in document["projects"]:
        row["commitment"] = 2
    _, found, asked = beside_nothing(document)
    assert (found, len(asked)) == (None, MOST_DECIDED)


@pytest.mark.slow
@pytest.mark.parametrize("document", [packing(), paid_by_a_fund()], ids=["packing", "paid by a fund"])
def test_a_false_optimum_is_found_out_and_solved_again(document: Document) -> None:
    with Lazy(lies=1) as process:
        solution = outlay.solve(parsed(document), gap=0, process=process)
    assert (solution.status, solution.objective) == (Status.OPTIMAL, pytest.approx(11.0))


def test_one_that_stays_is_not_called_optimal_and_the_better_plan_is_given() -> None:
    with Lazy(lies=100) as process:
        solution = outlay.solve(parsed(packing()), gap=0, process=process)
    assert (solution.status, solution.limit, solution.bound) == (Status.STOPPED, "solver tolerance", None)
    assert solution.verified
    assert solution.objective is not None
    assert solution.objective > 0


@pytest.mark.slow
def test_an_answer_with_later_levels_keeps_what_they_decided() -> None:
    right = outlay.solve(parsed(small_plan()), gap=0)
    document = small_plan()
    document["instance"]["objective"] = [{"weights": {"value": 1}, "tolerance": 0.5}, {"weights": {"count": -1}}]
    frugal = outlay.solve(parsed(document), gap=0)
    assert frugal.status == Status.OPTIMAL
    assert frugal.metrics["count"] < right.metrics["count"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", some(range(1000, 1010), 1))
def test_nothing_is_added_to_what_enumeration_calls_best(seed: int) -> None:
    assert disagreement(case_of(seed)) is None
