"""The search beside branch and bound: it never costs an answer, and what it adds is proved and verified."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

import numpy as np
import pytest

import outlay
from outlay.instances.plan import Choice, Plan
from outlay.instances.samples.generating import generate
from outlay.models.build import build
from outlay.optimizer.engine.judging import judge
from outlay.optimizer.engine.level import Level
from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.presolve.propagation import tightened
from outlay.optimizer.proof import parts
from outlay.optimizer.relaxation.relaxation import relax
from outlay.optimizer.search.drawing import Neighbourhoods
from outlay.optimizer.search.params import Dividing
from outlay.optimizer.session import Session
from outlay.optimizer.solver.outcome import Outcome
from outlay.optimizer.solver.process import SolverProcess
from tests.brute_force.comparison import disagreement
from tests.brute_force.generator import case_of
from tests.optimizer.support import OPTIONS, level_problem
from tests.support.forced import force


@pytest.fixture(scope="module")
def small() -> Session:
    return Session(build(generate(40, 3)))


@pytest.fixture
def no_head_start(monkeypatch: pytest.MonkeyPatch) -> None:
    force(monkeypatch, head_start_s=0.0)


@pytest.mark.usefixtures("no_head_start")
def test_an_answer_found_with_the_search_is_as_good_and_verified() -> None:
    made = generate(15, 3)
    alone = outlay.solve(made, gap=1e-3)
    together = outlay.solve(made, gap=1e-3, effort="search")
    assert together.status.proved
    assert together.verified
    assert together.objective == pytest.approx(alone.objective, rel=3e-3)
    assert together.bound is not None
    assert together.objective is not None
    assert together.bound >= together.objective - 1e-9


@pytest.mark.slow
def test_a_repeated_search_gives_the_same_answer() -> None:
    made = generate(20, 3)
    first, second = (outlay.solve(made, effort="repeat", work=3, gap=0, seed=5) for _ in range(2))
    assert first.plan == second.plan
    assert (first.objective, first.bound, first.status, first.limit) == (
        second.objective, second.bound, second.status, second.limit,
    )  # fmt: skip
    assert first.verified
    assert first.options["effort"] == "repeat"
    assert first.options["work"] == 3


@pytest.mark.nightly
def test_a_repeated_search_gives_the_same_answer_where_work_is_the_limit() -> None:
    made = generate(100, 3)
    first, second = (outlay.solve(made, effort="repeat", work=1, gap=0, seed=5) for _ in range(2))
    assert (str(first.status), first.limit) == ("stopped at limit", "work")
    assert first.verified
    assert first.bound is not None
    assert first.plan == second.plan
    assert (first.objective, first.bound) == (second.objective, second.bound)


@pytest.fixture
def divided(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether dividing paid, each time: begun at the root's cutting planes, as if the problem were large.

    A problem this small may be proved, and the relaxation's basis come too late, before branch and bound tells of them.
    What the search has found by then, which leaves nothing to divide if it is the best plan, the prover is not told.
    """
    tried: list[bool] = []
    divide, solve = parts.PartsProver._divide, parts.PartsProver.solve

    def noted(self: parts.PartsProver, *how: Any) -> bool:
        tried.append(divide(self, *how))
        return tried[-1]

    def from_the_root(self: parts.PartsProver, **how: Any) -> Outcome:
        problem = tightened(self.problem)
        with SolverProcess() as process:
            derived = np.zeros(len(problem.cost), dtype=bool)
            relaxed = relax(process, problem, derived, options=OPTIONS, time_limit_s=None, by_clock=False)
            options = OPTIONS | parts.OVER_OUR_COLUMNS | {"mip_max_nodes": 1}
            root = process.solve(self.problem, options=options, time_limit_s=None, cuts=True)
        assert relaxed is not None
        assert root.cuts is not None
        self.basis, self.known = lambda: relaxed.basis, lambda: (np.nan, np.nan)
        self.parts[0].cut(root.cuts)
        return solve(self, **how)

    monkeypatch.setattr(parts.PartsProver, "_divide", noted)
    monkeypatch.setattr(parts.PartsProver, "solve", from_the_root)
    force(monkeypatch, large=0, head_start_s=0.0, dividing=Dividing(pays=0.0))
    return tried


@pytest.mark.parametrize(
    ("projects", "seed"),
    [
        *(pytest.param(*case, marks=pytest.mark.slow) for case in ((24, 11), (30, 2))),
        *(pytest.param(*case, marks=pytest.mark.nightly) for case in ((45, 11), (45, 12), (45, 14))),
    ],
)
def test_a_proof_by_parts_proves_the_optimum(projects: int, seed: int, divided: list[bool]) -> None:
    made = generate(projects, seed)
    alone = outlay.solve(made, gap=0)
    assert not divided
    together = outlay.solve(made, gap=0, effort="search")
    assert together.status.proved
    assert together.verified
    assert together.objective == pytest.approx(alone.objective, rel=1e-6)
    assert together.bound == pytest.approx(alone.objective, rel=1e-6)
    assert any(divided)


@pytest.mark.slow
@pytest.mark.usefixtures("always_warm")
@pytest.mark.parametrize(
    "seed",
    [
        *range(2),
        *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 6)),
        *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(6, 60)),
    ],
)
def test_the_search_before_the_proof_never_costs_the_optimum(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    solved = outlay.solve
    monkeypatch.setattr(outlay, "solve", lambda *given, **named: solved(*given, **named, effort="repeat", work=4))
    assert disagreement(case_of(seed)) is None


EVERY_EFFORT = pytest.mark.parametrize(
    "how", [{"effort": "repeat", "work": 3}, {"effort": "search"}], ids=["repeat", "search"]
)


@pytest.mark.slow
@EVERY_EFFORT
@pytest.mark.usefixtures("no_head_start")
def test_a_start_that_breaks_rules_is_no_answer(how: dict[str, Any]) -> None:
    """All of the tutorial's projects at once cost too much; the best plan is worth 19.1."""
    instance = outlay.read("tutorial")
    choices = {}
    for line in build(instance).options.frame().itertuples():
        choices.setdefault(line.project, Choice(line.project, line.alternative, False, line.selection, line.start, 1.0))
    solution = outlay.solve(instance, start=Plan(choices=tuple(choices.values())), **how)
    assert solution.objective == pytest.approx(19.1)
    assert solution.bound == pytest.approx(19.1)
    assert solution.verified


@EVERY_EFFORT
@pytest.mark.usefixtures("no_head_start")
def test_bounds_of_the_users_own_hold_in_the_search_too(how: dict[str, Any]) -> None:
    model = build(outlay.read("tutorial"))
    for option in model.OPTIONS:
        model.fund[option].setub(0)
    solution = outlay.solve(model, **how)
    assert solution.objective == pytest.approx(0.0)
    assert solution.bound == pytest.approx(0.0)


def test_nothing_to_choose_but_a_variable_of_the_users_own() -> None:
    import pyomo.environ as pyo

    model = build(outlay.read("tutorial"))
    for option in model.OPTIONS:
        model.fund[option].fix(0)
    model.extra = pyo.Var(domain=pyo.Integers, bounds=(0, 3))
    model.objective.deactivate()
    model.own = pyo.Objective(expr=model.extra, sense=pyo.maximize)
    assert outlay.solve(model, effort="repeat", work=20).objective == pytest.approx(3.0)


@pytest.mark.slow
def test_a_time_limit_ends_a_repeatable_search_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the second sub-problem the clock is past the limit; all the work would take hours."""
    clock, draw, drawn = time.monotonic, Neighbourhoods.draw, []
    monkeypatch.setattr(time, "monotonic", lambda: clock() + (60.0 if len(drawn) > 2 else 0.0))

    def noted(self: Neighbourhoods, plan: np.ndarray) -> Any:
        drawn.append(plan)
        return draw(self, plan)

    monkeypatch.setattr(Neighbourhoods, "draw", noted)
    solution = outlay.solve(generate(30, 1), effort="repeat", work=100_000, time_limit=60, gap=0)
    assert solution.verified
    assert solution.limit == "time"
    assert len(drawn) == 3


@pytest.mark.slow
def test_an_interrupt_ends_a_repeatable_search_with_its_best_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    draw, drawn = Neighbourhoods.draw, []

    def interrupting(self: Neighbourhoods, plan: np.ndarray) -> tuple[int, np.ndarray]:
        drawn.append(plan)
        if len(drawn) == 2:
            threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        return draw(self, plan)

    monkeypatch.setattr(Neighbourhoods, "draw", interrupting)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a background shell ignores it
    try:
        solution = outlay.solve(generate(30, 1), effort="repeat", work=2000, gap=0)
    finally:
        signal.signal(signal.SIGINT, before)
    assert solution.limit == "interrupt"
    assert solution.verified
    assert 2 <= len(drawn) < 2000


def test_trouble_in_the_search_does_not_cost_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("no rounding today")

    monkeypatch.setattr("outlay.optimizer.search.phases.first.rounded", breaks)
    solution = outlay.solve(outlay.read("tutorial"), effort="repeat", work=2)
    assert solution.objective == pytest.approx(19.1)
    assert "no rounding today" in solution.message


def test_a_plan_better_than_the_bound_proves_nothing(session: Session) -> None:
    problem = level_problem(session)
    point = np.zeros(len(problem.cost))
    outcome = Outcome("kOptimal", point=point, objective=0.0, bound=problem.value(point) + 1.0, polished=True)
    with SolverProcess() as process:
        result = judge(process, problem, Level({}, problem.cost), outcome, Settings())
    assert not result.status.proved
    assert result.bound is None


@pytest.mark.parametrize("small", [False, True])
def test_branch_and_bound_leaves_heuristics_to_the_search_only_while_there_is_one(
    monkeypatch: pytest.MonkeyPatch, *, small: bool
) -> None:
    """A second try, after the search has ended, has its own heuristics again; and so has a small problem."""
    asked: list[dict[str, Any]] = []
    solve = SolverProcess.solve

    def watched(self: SolverProcess, problem: Any, **settings: Any) -> Outcome:
        if "tick_s" in settings:  # branch and bound beside a search
            asked.append(settings["options"])
            return Outcome("crashed")
        return solve(self, problem, **settings)

    monkeypatch.setattr(SolverProcess, "solve", watched)
    force(monkeypatch, small=1_000_000 if small else 0)
    outlay.solve(generate(12, 3), effort="search")
    first, second = asked
    assert first.get("mip_heuristic_effort") == (None if small else 0.0)
    assert first["mip_min_logging_interval"] == 1.0
    assert "mip_heuristic_effort" not in second
    assert "mip_pscost_minreliable" not in first


@pytest.mark.slow
@pytest.mark.usefixtures("no_head_start")
def test_the_search_alone_yields_a_verified_plan_when_time_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Branch and bound finds nothing, and its time is over once the search has told it of a plan."""
    solve, offered = SolverProcess.solve, threading.Event()

    def watched(self: SolverProcess, problem: Any, **settings: Any) -> Outcome:
        if "tick_s" in settings:  # branch and bound beside a search
            assert offered.wait(600)
            return Outcome("kTimeLimit")
        return solve(self, problem, **settings)

    monkeypatch.setattr(SolverProcess, "solve", watched)
    monkeypatch.setattr(SolverProcess, "offer", lambda _self, _point: offered.set())
    solution = outlay.solve(generate(30, 2), effort="search", time_limit=600)
    assert solution.verified
    assert solution.limit == "time"
    assert solution.objective is not None
    assert solution.bound is not None
    assert solution.bound > solution.objective > 0


def test_an_unknown_effort_and_no_work_are_refused() -> None:
    made = generate(5, 1)
    with pytest.raises(outlay.InputError, match="no such effort"):
        outlay.solve(made, effort="hard")
    with pytest.raises(outlay.InputError, match="work is out of range"):
        outlay.solve(made, effort="repeat", work=0)


def test_generated_instances_are_the_same_for_the_same_seed() -> None:
    assert generate(30, 7) == generate(30, 7)
    assert generate(30, 7).digest != generate(30, 8).digest
    with pytest.raises(outlay.InputError, match="projects is out of range"):
        generate(0, 1)
