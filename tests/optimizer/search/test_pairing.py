"""Packing in pairs: what it takes for such a problem, that its plans hold, and that they come to the optimum."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import numpy as np
import pytest

from outlay.models.build import build
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.search.drawing_params import Exchanging
from outlay.optimizer.search.pairing import AT_ONCE, Pairing, pairing, pairs_of
from outlay.optimizer.search.phases.state import Step
from outlay.optimizer.search.search import Search
from outlay.optimizer.session import Session
from outlay.optimizer.solver.process import SolverProcess
from tests.optimizer.support import OPTIONS, level_problem
from tests.support.documents import knapsack, parsed

SIZE = 9


def drawn(seed: int, *, alternatives: bool = False) -> Session:
    """Return a small portfolio with a synergy for a third of all pairs, some of them of either sign."""
    random = Random(seed)
    values = [float(random.randint(1, 9)) for _ in range(SIZE)]
    uses = [[float(random.randint(1, 9)) for _ in range(SIZE)] for _ in range(2)]
    case: dict[str, Any] = knapsack(values, uses, [18.0, 20.0])
    names = [project["id"] for project in case["projects"]]
    pairs = [(one, other) for at, one in enumerate(names) for other in names[:at]]
    case["dependencies"] = [
        {"project": one, "needs": other, "kind": "synergy", "bonus": random.choice([-3, 2, 4, 7])}
        for one, other in random.sample(pairs, 12)
    ]
    if alternatives:
        case["alternatives"] = [
            {"project": name, "alternative": kind, "value": value + more}
            for name, value in zip(names, values, strict=True)
            for kind, more in (("plain", 0.0), ("better", 1.0))
        ]
    return Session(build(parsed(case)))


def made(session: Session) -> tuple[Problem, Pairing]:
    problem = level_problem(session)
    found = pairing(problem, session.structure, seed=1)
    assert found is not None
    return problem, found


@pytest.mark.parametrize("alternatives", [False, True])
def test_a_plan_is_worth_what_pairs_and_projects_add(*, alternatives: bool) -> None:
    problem, found = made(drawn(1, alternatives=alternatives))
    seen = 0
    for chosen in product([False, True], repeat=SIZE):
        choice = np.zeros(len(found.pairs.columns), dtype=bool)
        for project, funded in enumerate(chosen):
            own = np.nonzero(found.pairs.owner == project)[0]
            choice[own[project % len(own)]] = funded
        point = found.pairs.point(choice)
        fits = bool((found.pairs.use @ choice <= found.pairs.room).all())
        assert problem.holds(point) is fits
        found._set(choice)
        assert found._worth == pytest.approx(problem.value(point) - problem.offset)
        seen += fits
    assert 20 < seen < 2**SIZE


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_it_comes_to_the_best_plan(seed: int) -> None:
    session = drawn(seed, alternatives=bool(seed % 2))
    problem, found = made(session)
    kept: list[np.ndarray] = []
    found.search(lambda: False, kept.append, 20)
    assert all(problem.holds(point) for point in kept)
    values = [problem.value(point) for point in kept]
    assert values == sorted(values, reverse=True)
    with SolverProcess() as process:
        best = process.solve(problem, options=OPTIONS | {"mip_rel_gap": 0.0}, time_limit_s=None)
    assert values[-1] == pytest.approx(best.objective)


@pytest.mark.slow
def test_it_goes_on_from_a_better_plan_alone() -> None:
    problem, found = made(drawn(2))
    kept: list[np.ndarray] = []
    found.search(lambda: False, kept.append, 20)
    again = made(drawn(2))[1]
    again.begin_from(kept[-1])
    assert again.value == pytest.approx(problem.value(kept[-1]) - problem.offset)
    again.begin_from(np.zeros(len(problem.cost)))
    assert again.value == pytest.approx(problem.value(kept[-1]) - problem.offset)
    again.search(lambda: False, lambda point: pytest.fail("nothing better was there"), 3)


@pytest.mark.slow
def test_the_same_seed_finds_the_same_plans() -> None:
    found: list[list[float]] = [[], []]
    for values in found:
        problem, search = made(drawn(3))
        search.search(lambda: False, lambda point, of=problem, to=values: to.append(of.value(point)), 5)
    assert found[0] == found[1] != []


@pytest.mark.parametrize("alternatives", [False, True])
def test_what_is_kept_up_to_date_is_what_the_plan_says(*, alternatives: bool) -> None:
    problem, found = made(drawn(4, alternatives=alternatives))
    size = len(found.pairs.columns)
    found._set(np.arange(size) == 0)
    found._anneal(300)
    kept = found._adds, found._room, found._owned, found._worth
    choice = np.array(found._chosen)
    assert problem.holds(found.pairs.point(choice))
    assert choice.sum() > 1
    found._set(choice)
    for told, reckoned in zip(kept, (found._adds, found._room, found._owned, found._worth), strict=True):
        assert told == pytest.approx(reckoned)


def test_a_cold_plan_is_left_for_the_best_one_and_a_longer_cycle() -> None:
    _, found = made(drawn(2))
    cycle, best = found._cycle, found.best
    assert cycle == found.params.sweeps * len(best)
    found._anneal(cycle - 1)
    found._set(np.zeros(len(best), dtype=bool))
    found._anneal(1)
    assert found._chosen == found.best.tolist() != best.tolist()
    assert found._cycle == round(found.params.longer * cycle)
    found.restart()
    assert (found.value, found._cycle, any(found._chosen)) == (0.0, cycle, False)


@pytest.mark.parametrize("number", ["warm", "cold", "longer"])
def test_no_number_is_too_small(number: str) -> None:
    session = drawn(1)
    least: dict[str, Any] = {number: 0.0}
    how = replace(Exchanging(), **least)
    found = pairing(level_problem(session), session.structure, seed=1, params=how)
    assert found is not None
    kept: list[np.ndarray] = []
    found.search(lambda: False, kept.append, 3)
    assert kept


def test_limits_cost_what_the_last_project_with_room_is_worth_and_what_uses_nothing_costs_nothing() -> None:
    session = Session(build(parsed(_with_synergies(knapsack([9.0, 8.0, 6.0, 3.0], [[0.0, 2.0, 4.0, 3.0]], [8.0])))))
    _, found = made(session)
    how = found.params.priced
    found._set(np.array([True, False, False, False]))
    assert found._costs == [0.0, 0.0, 0.0, 0.0, 0.0]
    found._set(np.array([True, True, True, False]))  # with synergies 10 for 2 of 8, 7 for 4, 5 for 3
    assert found._costs == pytest.approx([0.0, how * 3.5, how * 7.0, how * 5.25, 0.0])


def _with_synergies(case: dict[str, Any]) -> dict[str, Any]:
    names = [project["id"] for project in case["projects"]]
    case["dependencies"] = [
        {"project": one, "needs": other, "kind": "synergy", "bonus": 1.0}
        for one, other in zip(names, [*names[1:], names[0]], strict=True)
    ]
    return case


def test_a_draw_ends_as_soon_as_it_is_told() -> None:
    _, found = made(drawn(1))
    found.params = replace(found.params, sweeps=10**9)
    looks = iter([False, False, False, True, True])
    made_moves = [0]
    anneal = found._anneal

    def counted(moves: int) -> None:
        made_moves[0] += moves
        anneal(moves)

    found._anneal = counted  # type: ignore[method-assign]
    found.search(lambda: next(looks), lambda _: None)
    assert made_moves[0] == 2 * AT_ONCE


def test_what_does_not_only_pack_in_pairs_is_left_to_others() -> None:
    session = drawn(1)
    problem = level_problem(session)
    assert pairs_of(problem, session.structure) is not None
    forced = np.where(np.arange(len(problem.cost)) == 0, 1.0, problem.lower)
    asked = np.where(np.arange(len(problem.row_lower)) == 0, 1.0, problem.row_lower)
    for change in ({"lower": forced}, {"row_lower": asked}, {"integer": np.zeros_like(problem.integer)}):
        assert pairs_of(replace(problem, **change), session.structure) is None
    plain = Session(build(parsed(knapsack([3.0, 2.0], [[1.0, 1.0]], [1.0]))))
    assert pairs_of(level_problem(plain), plain.structure) is None


@pytest.mark.slow
def test_the_search_draws_them_beside_the_relaxation(warm: SolverProcess) -> None:
    session = drawn(1)
    plan = session.search_plan(seed=1, sub_problems=2)
    search = Search(level_problem(session), plan, OPTIONS, on_better=lambda _: None, process=warm)
    search.run()
    assert not search.trouble
    assert search.state.trace.steps[0] == Step.PREPARE
    assert search.state.schedules is not None
    assert search.plans.best is not None
