"""The search beside branch and bound: sub-problems are exact restrictions, and answers stay proved and verified."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import outlay
from outlay.instances.generating import generate
from outlay.instances.plan import Choice, Plan
from outlay.models.build import build
from outlay.optimizer.engine import Settings
from outlay.optimizer.neighbourhoods import Neighbourhoods
from outlay.optimizer.process import Outcome, SolverProcess
from outlay.optimizer.relaxation import Relaxation, substitute
from outlay.optimizer.schedule import schedule
from outlay.optimizer.search import Search, SearchPlan, restrict
from outlay.optimizer.session import Session
from tests.brute_force.comparison import disagreement
from tests.brute_force.generator import case_of


@pytest.fixture(scope="module")
def instance() -> outlay.Instance:
    return generate(120, 3)


@pytest.fixture(scope="module")
def session(instance: outlay.Instance) -> Session:
    return Session(build(instance))


@pytest.fixture(scope="module")
def relaxed(session: Session) -> Search:
    """A search that has solved its relaxation and nothing else."""
    with SolverProcess() as process:
        plan = session.search_plan(seed=1, sub_problems=0)
        search = Search(level_problem(session), plan, OPTIONS, on_better=lambda _: None, process=process)
        search._relaxation = search._relax()
    return search


OPTIONS: dict[str, Any] = Settings().options(retry=False)


def level_problem(session: Session) -> Any:
    level = session._levels()[0]
    return replace(session._small.problem, cost=level.cost, offset=level.offset)


def holds(problem: Any, point: np.ndarray) -> bool:
    activity = problem.matrix @ point
    room = 1e-6 * np.maximum(1.0, np.abs(activity))
    return bool((activity <= problem.row_upper + room).all() and (activity >= problem.row_lower - room).all())


def test_a_restricted_problem_has_the_values_of_the_whole(session: Session, relaxed: Search) -> None:
    problem, size = relaxed.problem, len(session.structure.option_column)
    point = schedule(problem, session.structure, np.ones(size), np.arange(size) / size)
    assert point is not None
    fixed = problem.integer & (np.arange(len(problem.cost)) % 3 > 0)
    small, kept = restrict(problem, fixed, point)
    assert len(kept) == len(problem.cost) - fixed.sum()
    assert small.value(point[kept]) == pytest.approx(problem.value(point))
    assert holds(small, point[kept])
    assert (np.diff(small.matrix.tocsr().indptr) > 0).all()


def test_a_rounded_relaxation_is_a_plan_that_the_verifier_passes(session: Session, relaxed: Search) -> None:
    relaxation, structure = relaxed._relaxation, session.structure
    assert relaxation is not None
    column = structure.option_column
    point = schedule(relaxed.problem, structure, relaxation.point[column], relaxation.reduced_cost[column])
    assert point is not None
    assert holds(relaxed.problem, point)
    assert session._accepts(point)
    assert 0.3 * relaxation.value > relaxed.problem.value(point) > relaxation.value


def test_a_schedule_keeps_what_others_need(session: Session, relaxed: Search) -> None:
    """With every option equally liked, rows alone decide; whatever comes out is a plan."""
    size = len(session.structure.option_column)
    price = np.random.default_rng(5).random(size)
    point = schedule(relaxed.problem, session.structure, np.full(size, 0.5), price)
    assert point is not None
    assert session._accepts(point)


def test_no_schedule_where_rows_ask_for_more(instance: outlay.Instance) -> None:
    least = {"metric": "count", "min": 110}
    session = Session(build(instance.replace(limits=[least])))
    size = len(session.structure.option_column)
    assert schedule(session._small.problem, session.structure, np.ones(size), np.zeros(size)) is None


def test_substituting_started_by_columns_changes_no_relaxation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Solved exactly, the smaller problem has the same value, and gives reduced costs that prove it."""
    from outlay.models import started

    monkeypatch.setattr(started, "LARGE", -1)
    session = Session(build(generate(80, 2)))
    problem = level_problem(session)
    plain = replace(problem, integer=np.zeros_like(problem.integer), tidy=None)
    small = substitute(plain, session.structure.derived)
    assert len(small.gone) > 10
    with SolverProcess() as process:
        whole, less = (process.solve(each, options=OPTIONS, time_limit_s=None) for each in (plain, small.problem))
    assert less.objective == pytest.approx(whole.objective, rel=1e-9)
    assert less.point is not None
    assert less.row_dual is not None
    back = small.back(plain, less.point, less.row_dual)
    assert holds(plain, back.point)
    assert plain.value(back.point) == pytest.approx(whole.objective, rel=1e-9)
    # Complementary slackness on the columns that were substituted: what is used costs nothing.
    used = small.gone[back.point[small.gone] > 1e-7]
    assert np.abs(back.reduced_cost[used]).max(initial=0.0) < 1e-6
    assert back.reduced_cost[small.gone].min() > -1e-6


@pytest.fixture
def drawn(session: Session, relaxed: Search) -> Neighbourhoods:
    assert isinstance(relaxed._relaxation, Relaxation)
    return Neighbourhoods(relaxed.problem, session.structure, relaxed._relaxation, seed=3)


def test_every_kind_frees_as_many_projects_as_asked(drawn: Neighbourhoods) -> None:
    plan = np.round(drawn.relaxation.point)
    assert {kind.name for kind in drawn.kinds} == {
        "disagree", "priced", "near", "rivals", "any", "window", "kin", "linked",
    }  # fmt: skip
    for kind in drawn.kinds:
        for wanted in (1, 7, drawn.structure.projects):
            chosen = getattr(drawn, f"_{kind.name}")(plan, wanted)
            assert chosen.sum() == wanted, kind.name


def test_what_is_not_free_belongs_to_other_projects_or_is_hopeless(drawn: Neighbourhoods) -> None:
    plan = np.round(drawn.relaxation.point)
    for _ in range(20):
        _, free = drawn.draw(plan)
        touched = np.unique(drawn.structure.project[free & drawn.inside])
        assert 2 <= len(touched) <= drawn.structure.projects
        assert free[~drawn.inside].all()
        # What the plan does with a free project can always be undone, unless the price of that exceeds the gap.
        own = drawn.inside & np.isin(drawn.structure.project, touched) & (plan > 0.5)
        dear = np.abs(drawn.relaxation.reduced_cost) > drawn.problem.value(plan) - drawn.relaxation.value
        assert (free | dear)[own].all()


def test_success_makes_a_kind_more_likely_and_size_follows_difficulty(drawn: Neighbourhoods) -> None:
    before = drawn.kinds[0].share
    drawn.learn(0, gain=0.0, seconds=1.0, cut_short=True, quick=False)
    assert drawn.kinds[0].share < before
    drawn.learn(1, gain=0.0, seconds=1.0, cut_short=False, quick=True)
    assert drawn.kinds[1].share > before
    for number in range(len(drawn.kinds)):
        for _ in range(20):
            drawn.learn(number, gain=100.0 if number == 2 else 0.0, seconds=1.0, cut_short=False, quick=False)
    drawings = [drawn._choose() for _ in range(300)]
    assert drawings.count(2) > 200
    assert len(set(drawings)) > 3


def test_a_plan_that_the_verifier_refuses_never_counts(session: Session) -> None:
    offered: list[np.ndarray] = []
    plan = SearchPlan(session.structure, lambda _: False, 1, sub_problems=2)
    with SolverProcess() as process:
        search = Search(level_problem(session), plan, OPTIONS, on_better=offered.append, process=process)
        search.run()
    assert search.best is None
    assert not offered


def test_an_answer_found_with_the_search_is_as_good_and_verified() -> None:
    made = generate(60, 3)
    alone = outlay.solve(made, gap=1e-3)
    together = outlay.solve(made, gap=1e-3, effort="search")
    assert together.status.proved
    assert together.verified
    assert together.objective == pytest.approx(alone.objective, rel=3e-3)
    assert together.bound is not None
    assert together.objective is not None
    assert together.bound >= together.objective - 1e-9


def test_a_repeated_search_gives_the_same_answer() -> None:
    made = generate(50, 3)
    first, second = (outlay.solve(made, effort="repeat", work=3, gap=0, seed=5) for _ in range(2))
    assert first.plan == second.plan
    assert (first.objective, first.bound, first.status, first.limit) == (
        second.objective, second.bound, second.status, second.limit,
    )  # fmt: skip
    assert first.verified
    assert first.options["effort"] == "repeat"
    assert first.options["work"] == 3


@pytest.mark.slow
def test_a_repeated_search_gives_the_same_answer_where_work_is_the_limit(instance: outlay.Instance) -> None:
    first, second = (outlay.solve(instance, effort="repeat", work=2, gap=0, seed=5) for _ in range(2))
    assert first.limit == "work"
    assert first.plan == second.plan
    assert (first.objective, first.bound) == (second.objective, second.bound)


@pytest.mark.slow
def test_work_that_is_done_is_said_to_be_the_limit() -> None:
    solution = outlay.solve(generate(200, 2), effort="repeat", work=1, gap=0)
    assert (str(solution.status), solution.limit) == ("stopped at limit", "work")
    assert solution.verified
    assert solution.bound is not None


@pytest.mark.parametrize("seed", [*range(6), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(6, 60))])
def test_the_search_before_the_proof_never_costs_the_optimum(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    solved = outlay.solve
    monkeypatch.setattr(outlay, "solve", lambda *given, **named: solved(*given, **named, effort="repeat", work=4))
    assert disagreement(case_of(seed)) is None


EVERY_EFFORT = pytest.mark.parametrize(
    "how", [{"effort": "repeat", "work": 3}, {"effort": "search"}], ids=["repeat", "search"]
)


@pytest.fixture
def no_head_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outlay.optimizer.search.HEAD_START_S", 0.0)


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


def test_a_time_limit_ends_a_repeatable_search_too() -> None:
    began = time.monotonic()
    solution = outlay.solve(generate(400, 1), effort="repeat", work=100_000, time_limit=6, gap=0)
    assert time.monotonic() - began < 40
    assert solution.verified
    assert solution.limit == "time"


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
        solution = outlay.solve(generate(400, 1), effort="repeat", work=200, gap=0)
    finally:
        signal.signal(signal.SIGINT, before)
    assert solution.limit == "interrupt"
    assert solution.verified
    assert 2 <= len(drawn) < 200


def test_trouble_in_the_search_does_not_cost_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("no rounding today")

    monkeypatch.setattr("outlay.optimizer.search.schedule", breaks)
    solution = outlay.solve(outlay.read("tutorial"), effort="repeat", work=2)
    assert solution.objective == pytest.approx(19.1)
    assert "no rounding today" in solution.message


def test_a_plan_better_than_the_bound_proves_nothing(session: Session) -> None:
    from outlay.optimizer.engine import _judge

    problem = level_problem(session)
    point = np.zeros(len(problem.cost))
    outcome = Outcome("kOptimal", point=point, objective=0.0, bound=problem.value(point) + 1.0, polished=True)
    with SolverProcess() as process:
        result = _judge(process, problem, {}, outcome, Settings())
    assert not result.status.proved
    assert result.bound is None


@pytest.mark.slow
def test_the_search_alone_yields_a_verified_plan_when_time_runs_out() -> None:
    solution = outlay.solve(generate(400, 2), effort="search", time_limit=12)
    assert solution.has_plan
    assert solution.verified
    assert solution.gap is None or solution.gap >= 0


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
