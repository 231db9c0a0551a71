"""A proof by parts: parts cover every plan, their bounds hold, and together they prove what the whole would."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import highspy
import numpy as np
import pytest
from scipy import sparse

from outlay.optimizer.problem.problem import Problem, Rows
from outlay.optimizer.proof.parts import Part, PartsProver
from outlay.optimizer.search.params import Dividing, SearchParams
from outlay.optimizer.solver.deadline import CLOCK
from outlay.optimizer.solver.highs import highs_model
from outlay.optimizer.solver.outcome import Outcome, Progress
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.solver.tasks.split import Split, Splitter
from tests.optimizer.support import OPTIONS
from tests.support.choosing import some
from tests.support.clocks import LONGEST_S

NO_CUTS = Rows(sparse.csr_array((0, 9)), np.zeros(0), np.zeros(0))
OWNER = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2])


def portfolio(seed: int) -> Problem:
    """Three projects with three options each, at most one of them, and three budgets."""
    random = np.random.default_rng(seed)
    choice = (OWNER[None, :] == np.arange(3)[:, None]).astype(float)
    use = random.integers(1, 10, (3, 9)).astype(float)
    worth = -(use.sum(axis=0) + random.integers(0, 8, 9)).astype(float)
    limits = np.concatenate([np.ones(3), np.floor(use.sum(axis=1) * 0.25)])
    matrix = sparse.csc_array(np.vstack([choice, use]))
    zero, one = np.zeros(9), np.ones(9)
    return Problem(worth, 1.0, zero, one, np.ones(9, dtype=bool), matrix, np.full(6, -np.inf), limits)


def points(problem: Problem) -> list[np.ndarray]:
    """Return every plan."""
    every = (np.array(point) for point in itertools.product([0.0, 1.0], repeat=9))
    return [point for point in every if problem.holds(point)]


def dividing(pays: float, **more: Any) -> SearchParams:
    """Return the usual numbers, but dividing pays if it closes so much of the gap."""
    return SearchParams(dividing=Dividing(pays=pays, **more))


ALWAYS, NEVER_PAYS = dividing(-1.0), dividing(100.0)


def prover(
    problem: Problem, process: Any, *, known: float = np.nan, bound: float = np.nan, **change: Any
) -> PartsProver:
    rows, columns = problem.matrix.shape
    basis = np.repeat(np.array([0, 1], dtype=np.int8), [columns, rows])  # columns at their lower bounds, rows basic
    how: dict[str, Any] = {
        "options": OPTIONS, "params": ALWAYS, "large": False, "known": lambda: (known, bound),
        "basis": lambda: basis, "slow": lambda: False, "relaxed": lambda: True,
        "on_incumbent": lambda _: None, "on_cuts": lambda _: None,
    }  # fmt: skip
    return PartsProver(process, problem, OWNER, **(how | change))


@pytest.mark.parametrize("seed", some(range(4), 2))
@pytest.mark.parametrize("share", [0.5, 0.8])
def test_parts_cover_every_plan_and_their_bounds_hold(seed: int, share: float) -> None:
    problem = portfolio(seed)
    plans = points(problem)
    best = min(problem.value(plan) for plan in plans)
    with SolverProcess() as process:
        divided = prover(problem, process, known=share * best, params=dividing(-1.0, most_apart=1))
        whole = divided.parts[0]
        whole.cut(NO_CUTS)
        assert divided._divide(whole, lambda _: None)
        for part in list(divided.parts):  # and once more
            if not divided.is_enough(part.bound):
                divided._divide(part, lambda _: None)
    assert len(divided.parts) > (2 if share == 0.5 else 1)
    assert divided.bound() <= best + 1e-9
    open_ = [part for part in divided.parts if not divided.is_enough(part.bound)]
    better = [plan for plan in plans if problem.value(plan) < share * best - 1e-4]
    assert better
    for plan in better:
        inside = [part for part in open_ if (part.lower <= plan).all() and (plan <= part.upper).all()]
        assert any(part.bound <= problem.value(plan) + 1e-9 for part in inside), plan


@pytest.mark.parametrize("seed", some(range(4), 2))
def test_parts_prove_what_the_whole_is_worth(seed: int) -> None:
    problem = portfolio(seed)
    best = min(problem.value(plan) for plan in points(problem))
    told: list[Progress] = []
    with SolverProcess() as process:
        divided = prover(problem, process)
        divided.parts[0].cut(NO_CUTS)  # as if branch and bound had done its root
        outcome = divided.solve(time_limit_s=LONGEST_S, start=None, on_progress=told.append)
    assert len(divided.parts) > 1
    assert outcome.status == "kOptimal"
    assert outcome.objective == pytest.approx(best)
    assert outcome.bound == pytest.approx(best, rel=1e-4)
    assert outcome.point is not None
    assert problem.value(outcome.point) == pytest.approx(best)


def test_parts_without_a_plan_are_infeasible() -> None:
    problem = portfolio(1).with_row(-np.ones(9), -3.5)  # at least four of them, but there are three projects
    assert not points(problem)
    with SolverProcess() as process:
        divided = prover(problem, process)
        divided.parts = [Part(problem.lower, np.where(one == OWNER, 0.0, problem.upper)) for one in (0, 1)]
        outcome = divided.solve(time_limit_s=LONGEST_S, start=None, on_progress=lambda _: None)
    assert outcome.status == "kInfeasible"
    assert outcome.point is None


def test_dividing_must_pay() -> None:
    problem = portfolio(2)
    with SolverProcess() as process:
        divided = prover(problem, process, known=-1.0, params=NEVER_PAYS)
        whole = divided.parts[0]
        whole.cut(NO_CUTS)
        assert not divided._divide(whole, lambda _: None)
        assert divided.parts == [whole]
        assert not whole.divisible


def test_without_a_relaxation_nothing_is_divided() -> None:
    with SolverProcess() as process:
        divided = prover(portfolio(2), process, basis=lambda: None)
        divided.parts[0].cut(NO_CUTS)
        assert not divided._divide(divided.parts[0], lambda _: None)


# -- following branch and bound, without one ------------------------------------------------------------------------


class Scripted:
    """A solver process that tells what it is told to; a cancelled solve ends as interrupted. It can divide."""

    command = SolverProcess().command
    clock = CLOCK

    def __init__(self, *scripts: tuple[list[Progress], Outcome]) -> None:
        self.scripts = list(scripts)
        self.solved: list[Problem] = []
        self.asked: list[bool] = []
        self.starts: list[np.ndarray | None] = []
        self.options: list[dict[str, Any]] = []
        self.cancelled, self.worked_s = False, 0.0

    def cancel(self) -> None:
        self.cancelled = True

    def end_soon(self) -> None:
        self.cancelled = True

    def solve(self, problem: Problem, *, on_progress: Callable[[Progress], None], **how: Any) -> Outcome:
        if "how" in how:
            with SolverProcess() as process:
                return process.solve(problem, on_progress=on_progress, **how)
        self.solved.append(problem)
        self.asked.append(how["cuts"])
        self.starts.append(how["start"])
        self.options.append(how["options"])
        self.cancelled = False
        states, outcome = self.scripts.pop(0)
        for state in states:
            self.worked_s += 1.0
            on_progress(state)
            if self.cancelled:
                return Outcome("kInterrupt", bound=state.bound, seconds=state.seconds, nodes=state.nodes)
        return outcome


def bounds(*values: float, nodes: int = 0, every_s: float = 1.0) -> list[Progress]:
    return [Progress(np.nan, value, nodes, every_s * (at + 1)) for at, value in enumerate(values)]


STUCK = bounds(np.nan, np.nan, -50.0, -45.0, *[-44.9] * 20)
AHEAD = bounds(np.nan, np.nan, -50.0, *np.linspace(-48, -30, 20).tolist())


def followed(scripted: Scripted, **change: Any) -> tuple[PartsProver, Outcome, list[Progress]]:
    told: list[Progress] = []
    watched = prover(portfolio(7), scripted, **({"known": -20.0} | change))
    return watched, watched.solve(time_limit_s=1000.0, start=None, on_progress=told.append), told


#: The root of the whole, done after some seconds.
ROOT = ([*AHEAD[:3], Progress(np.nan, -49.0, 0, 4.0, NO_CUTS)], Outcome("kTimeLimit"))


@pytest.mark.parametrize("states", [AHEAD, STUCK, ROOT[0]])
def test_a_small_problem_is_left_to_its_tree(states: list[Progress]) -> None:
    scripted = Scripted((states, Outcome("kTimeLimit", bound=-29.0)))
    watched, outcome, _ = followed(scripted)
    assert scripted.asked == [False]
    assert len(watched.parts) == 1
    assert (outcome.status, outcome.bound) == ("kTimeLimit", -29.0)


@pytest.mark.parametrize("large", [False, True])
def test_branch_and_bound_ends_where_the_bound_known_from_elsewhere_is_enough(large: bool) -> None:
    scripted = Scripted((STUCK, Outcome("kTimeLimit", bound=-44.9)))
    _, outcome, _ = followed(scripted, bound=-20.0, large=large)
    assert (outcome.status, outcome.bound) == ("kOptimal", -20.0)
    scripted = Scripted((STUCK, Outcome("kTimeLimit", bound=-44.9)))
    _, outcome, _ = followed(scripted, bound=-20.1, large=False)
    assert (outcome.status, outcome.bound) == ("kTimeLimit", -20.1)


def test_a_large_problem_is_taken_apart_once_its_root_is_done() -> None:
    cut = Rows(sparse.csr_array(np.ones((1, 9))), np.array([-np.inf]), np.array([3.0]))
    root = [*AHEAD[:3], Progress(np.nan, -49.0, 0, 4.0, cut), Progress(np.nan, -48.0, 0, 5.0, cut)]
    end = (bounds(-44.5), Outcome("kTimeLimit", bound=-44.5))
    scripted = Scripted((root, Outcome("kTimeLimit")), end)
    watched, outcome, told = followed(scripted, large=True)
    assert scripted.asked == [True, True]
    assert len(watched.parts) > 1
    assert outcome.status == "kTimeLimit"
    assert outcome.bound == watched.bound()
    assert [problem.matrix.shape[0] for problem in scripted.solved] == [6, 7]  # the part has the whole's planes
    assert (scripted.solved[1].lower != scripted.solved[0].lower).any() or (scripted.solved[1].upper == 0).any()
    assert told[3].bound == pytest.approx(-49.0)


def test_without_a_relaxation_the_root_is_not_left() -> None:
    scripted = Scripted(([*ROOT[0], *bounds(-48.0)], Outcome("kTimeLimit", bound=-48.0)))
    watched, outcome, _ = followed(scripted, large=True, basis=lambda: None)
    assert len(watched.parts) == 1
    assert outcome.bound == pytest.approx(-48.0)


def test_where_dividing_does_not_pay_the_tree_goes_on_from_the_cutting_planes() -> None:
    scripted = Scripted(ROOT, (STUCK, Outcome("kTimeLimit", bound=-44.9)))
    watched, outcome, _ = followed(scripted, large=True, params=NEVER_PAYS)
    assert scripted.asked == [True, False]
    assert len(watched.parts) == 1
    assert outcome.bound == watched.bound() >= -44.9 - 1e-9


def test_a_relaxation_too_slow_for_the_simplex_method_is_begun_anew_once() -> None:
    """Unless branch and bound has a bound by then."""
    unsolved = [Progress(np.nan, -np.inf, 0, second) for second in (1.0, 2.0)]
    end = Outcome("kTimeLimit", bound=-48.0)
    scripted, news = (
        Scripted((unsolved, Outcome("kTimeLimit")), ([*unsolved, *bounds(-48.0)], end)),
        [False, True, True],
    )
    _, outcome, _ = followed(scripted, slow=lambda: news.pop(0) if news else True)
    assert [options.get("mip_lp_solver") for options in scripted.options] == [None, "ipm"]
    assert outcome.bound == pytest.approx(-48.0)
    scripted, news = Scripted((bounds(-48.0), end)), [False]
    _, outcome, _ = followed(scripted, slow=lambda: news.pop(0) if news else True)
    assert [options.get("mip_lp_solver") for options in scripted.options] == [None]


def undivided(scripted: Scripted) -> tuple[PartsProver, Outcome, list[Progress]]:
    """Two halves that dividing does not pay for: with the first project's first option, and without."""
    problem, told = portfolio(7), []
    watched = prover(problem, scripted, known=-20.0, large=True, params=NEVER_PAYS)
    lower, upper = problem.lower.copy(), problem.upper.copy()
    lower[0], upper[0] = 1.0, 0.0
    halves = [Part(lower, problem.upper, -46.0, cuts=NO_CUTS), Part(problem.lower, upper, -44.0, cuts=NO_CUTS)]
    watched.parts = halves
    return watched, watched.solve(time_limit_s=1000.0, start=None, on_progress=told.append), told


def test_a_part_whose_bound_gets_stuck_is_left_for_a_worse_one() -> None:
    better = bounds(np.nan, np.nan, -45.0, -42.0, *[-41.9] * 20)
    end = (bounds(-43.9), Outcome("kTimeLimit", bound=-43.9))
    watched, outcome, told = undivided(Scripted((better, Outcome("kTimeLimit")), end))
    assert [part.left for part in watched.parts] == [True, False]
    assert outcome.bound == pytest.approx(-41.9 if watched.parts[1].bound > -41.9 else watched.parts[1].bound)
    assert told[-2].bound == pytest.approx(-44.0)  # of the part that nobody has been at


def test_a_part_that_gets_ahead_goes_on() -> None:
    scripted = Scripted((AHEAD, Outcome("kTimeLimit", bound=-30.0)))
    watched, outcome, told = undivided(scripted)
    assert len(told) == len(AHEAD)
    assert not any(part.left for part in watched.parts)
    assert outcome.bound == pytest.approx(-44.0)


def test_a_part_in_which_no_better_plan_can_be_is_left() -> None:
    over = (bounds(-30.0, -19.0, -18.0), Outcome("kTimeLimit"))
    impossible = ([], Outcome("kInfeasible"))
    watched, outcome, told = undivided(Scripted(over, impossible))
    assert len(told) == 2
    assert outcome.status == "kOptimal"
    assert outcome.bound == watched.bound() == -20.0  # of the plan known: the parts say only that none is better


def test_what_the_whole_still_comes_to_holds_for_its_parts() -> None:
    problem = portfolio(4)
    with SolverProcess() as process:
        divided = prover(problem, process, known=-1.0)
        whole = divided.parts[0]
        whole.cut(NO_CUTS)
        assert divided._divide(whole, lambda _: None)
        divided._take(whole, Outcome("kInterrupt", bound=-20.0))
        assert min(part.bound for part in divided.parts) >= -20.0
        divided._take(whole, Outcome("kOptimal", bound=-19.0, point=np.zeros(9), objective=1.0))
        assert divided._worst() is None


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (Outcome("crashed", bound=-44.0, message="gone"), "crashed"),
        (Outcome("kInterrupt", bound=-44.0, interrupted=True), "kInterrupt"),
        (Outcome("kUnbounded"), "kUnbounded"),
    ],
)
def test_a_solve_that_fails_or_is_interrupted_ends_it(end: Outcome, status: str) -> None:
    scripted = Scripted((bounds(-45.0), end))
    _, outcome, _ = followed(scripted)
    assert outcome.status == status
    assert outcome.interrupted == end.interrupted
    assert outcome.message == end.message
    assert len(scripted.solved) == 1


# -- where to divide --------------------------------------------------------------------------------------------------


def splitter(problem: Problem, *, over: bool = False, known: float = np.inf) -> Splitter:
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.passModel(highs_model(replace(problem, integer=np.zeros(9, dtype=bool)).arrays()))
    return Splitter(problem, Split(OWNER, 60.0, known), highs, over=lambda: over)


@pytest.mark.parametrize("seed", some(range(4), 2))
def test_parts_are_worth_no_more_than_their_best_plans(seed: int) -> None:
    problem = portfolio(seed)
    found = splitter(problem).run()
    assert found is not None
    relaxed, columns, worth = found.value, found.columns, found.worth
    owner = OWNER[columns[0]]
    assert columns[-1] == -1
    assert (OWNER[columns[:-1]] == owner).all()
    assert worth.min() >= relaxed - 1e-9
    for column, bound in zip(columns.tolist(), worth.tolist(), strict=True):
        chosen = np.array([column]) if column >= 0 else np.nonzero(owner == OWNER)[0]
        inside = [point for point in points(problem) if point[chosen].sum() == (column >= 0)]
        assert bound <= min((problem.value(point) for point in inside), default=np.inf) + 1e-6


@pytest.mark.parametrize("seed", some(range(8), 2))
def test_what_is_fixed_leaves_room_for_every_better_plan(seed: int) -> None:
    problem = portfolio(seed)
    values = sorted(problem.value(point) for point in points(problem))
    known = values[3]
    found = splitter(problem, known=known).run()
    if found is None:  # the relaxation is whole, or nothing is left
        return
    for point in points(problem):
        if problem.value(point) < known - 1e-6:
            assert (found.lower <= point).all()
            assert (point <= found.upper).all()
    narrow = splitter(problem, known=found.value + 0.25 * (values[0] - found.value)).run()
    assert narrow is None or (narrow.lower < narrow.upper).sum() <= (found.lower < found.upper).sum()


def test_a_plan_that_the_relaxation_cannot_beat_ends_it() -> None:
    problem = portfolio(2)
    relaxed = splitter(problem).run()
    assert relaxed is not None
    found = splitter(problem, known=relaxed.value - 1.0).run()
    assert found is not None
    assert found.value == pytest.approx(relaxed.value)


def test_a_relaxation_that_comes_to_nothing_says_nothing_of_its_part() -> None:
    """Only what is proved impossible counts as such: with no iterations allowed, no project can be divided."""
    divided = splitter(portfolio(2))
    assert divided.begin()
    bounds_ = divided.lower, divided.upper
    options = divided._dominant()[0]
    assert divided._worth(options, bounds_, -np.inf) is not None
    divided.highs.setOptionValue("simplex_iteration_limit", 0)
    divided.highs.clearSolver()
    assert divided._worth(options, bounds_, -np.inf) is None


def test_looking_for_where_to_divide_ends_in_time() -> None:
    assert splitter(portfolio(2), over=True).run() is None
