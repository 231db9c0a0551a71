"""Schedules by sampled priorities: what fits is what every row allows, and better plans come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest

import outlay
from outlay.instances.formats.parsing import parse_document
from outlay.instances.samples.generating import generate
from outlay.models.build import build
from outlay.models.options import started
from outlay.optimizer.relaxation.relaxation import Relaxation
from outlay.optimizer.search.drawing_params import Scheduling
from outlay.optimizer.search.rescheduling import DEFAULT, Rescheduling, rescheduling
from outlay.optimizer.session import Session
from tests.benchmarks.families import read, schedule
from tests.optimizer.support import level_problem
from tests.support.choosing import some
from tests.support.documents import document, knapsack, parsed

SIZE = 11


def activities(*, optional: bool) -> outlay.Instance:
    made, limits = schedule.activities(SIZE, 1)
    return parse_document(schedule.document(made, limits, optional=optional), source="schedule")


def drawing(instance: outlay.Instance, params: Scheduling = DEFAULT) -> Rescheduling:
    session = Session(build(instance))
    found = rescheduling(level_problem(session), session.structure, seed=1, params=params)
    assert found is not None
    return found


def digging(name: str, value: dict[str, int], *, months: int, calendar: dict[str, Any]) -> dict[str, Any]:
    """Return projects of so many months that are worth so much, with room for one at a time, in years."""
    return {
        "instance": {
            "name": name,
            "calendar": {"start": "2026-01", "months_per_period": 12, **calendar},
            "discount_rates": {"npv": 0.1},
            "objective": {"npv": 1},
        },
        "projects": [{"id": one, "construction_months": months} for one in value],
        "resources": [{"resource": "dig", "kind": "labour"}],
        "availability": [{"resource": "dig", "from": "2026-01", "amount": 1}],
        "requirements": [{"project": one, "resource": "dig", "phase": "construction", "amount": 1} for one in value],
        "cashflows": [
            {"project": one, "metric": "npv", "from_month": 0, "to_month": 12, "amount": amount}
            for one, amount in value.items()
        ],
    }


def never() -> bool:
    return False


@pytest.fixture(params=some(["options", "started-by columns"], {"started-by columns"}))
def form(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(started, "LARGE", 10**9 if request.param == "options" else -1)
    monkeypatch.setattr(started, "FEW", 10**9)


@pytest.mark.slow
@pytest.mark.usefixtures("form")
@pytest.mark.parametrize("made", [activities(optional=True), generate(25, 2)], ids=["schedule", "generated"])
def test_what_fits_beside_a_plan_is_what_every_row_allows(made: outlay.Instance) -> None:
    """Of the rows by which one project waits for another only the first is looked at, which says the same."""
    drawn, random = drawing(made), Random(3)
    problem, ledger = drawn.problem, drawn._ledger
    for _ in range(5):
        ledger.clear()
        chosen = np.full(drawn.structure.projects, -1)
        for project in random.sample(range(len(chosen)), len(chosen)):
            begin, end = int(drawn._first[project]), int(drawn._first[project + 1])
            allowed = ledger.in_order(begin, end) & ledger.fits(begin, end)
            for place in random.sample(range(begin, end), min(end - begin, 12)):
                assert allowed[place - begin] == keeps(drawn, chosen, project, place), (project, place)
            if allowed.any() and random.random() < 0.8:
                chosen[project] = begin + random.choice(np.nonzero(allowed)[0].tolist())
                ledger.take(int(chosen[project]))
        assert problem.holds(drawn.point(chosen))


def keeps(drawn: Rescheduling, chosen: np.ndarray, project: int, place: int) -> bool:
    """Whether no row that held without an option is broken with it."""
    after = chosen.copy()
    after[project] = place
    point = drawn.point(after)
    activity, problem = drawn.problem.matrix @ point, drawn.problem
    room = 1e-7 * np.maximum(1.0, np.abs(activity))
    return bool(((activity <= problem.row_upper + room) & (activity >= problem.row_lower - room)).all())


@pytest.mark.slow
@pytest.mark.usefixtures("form")
def test_schedules_are_plans_and_become_better_than_a_serial_one() -> None:
    instance = activities(optional=False)
    drawn, found = drawing(instance), list[np.ndarray]()
    drawn.search(never, found.append, 40)
    assert all(drawn.problem.holds(point) for point in found)
    values = [drawn.problem.value(point) for point in found]
    assert values == sorted(values, reverse=True)
    made, limits = schedule.activities(SIZE, 1)
    start = schedule.serial(made, limits, list(range(SIZE)))
    monthly = 1.12 ** (-1 / 12)
    serial = sum(each.earns * monthly ** (at + each.months) for at, each in zip(start, made, strict=True))
    session = Session(build(instance))
    best = session.levels()[0].value(found[-1])
    assert best > 1.02 * serial
    solution = outlay.solve(instance, gap=0.02)
    assert solution.objective is not None
    assert solution.bound is not None
    assert 0.96 * solution.objective <= best <= solution.bound + 1e-6


@pytest.mark.slow
def test_the_same_seed_draws_the_same_schedules() -> None:
    found: list[list[float]] = [[], []]
    for values in found:
        drawn = drawing(activities(optional=True))
        drawn.search(never, lambda point, drawn=drawn, values=values: values.append(drawn.problem.value(point)), 20)
    assert found[0] == found[1] != []


@pytest.mark.slow
def test_drawing_goes_on_around_a_better_plan_from_elsewhere() -> None:
    drawn = drawing(activities(optional=False))
    points: list[np.ndarray] = []
    drawn.search(never, points.append, 1)
    worse = drawn.value
    drawn.search(never, points.append, 40)
    assert drawn.value < worse
    other = drawing(activities(optional=False))
    other.begin_from(points[-1])
    assert other.value == pytest.approx(drawn.value)
    assert (other.chosen == drawn.chosen).all()
    other.begin_from(points[0])
    assert (other.chosen == drawn.chosen).all()


def test_where_nothing_can_start_at_another_time_no_schedules_are_drawn() -> None:
    session = Session(build(parsed(knapsack([1, 2], [[1, 1]], [1]))))
    assert rescheduling(level_problem(session), session.structure, seed=1) is None


def test_what_asks_for_more_than_options_can_give_leads_to_no_plan() -> None:
    session = Session(build(activities(optional=False)))
    problem = level_problem(session)
    shut = replace(problem, upper=np.where(session.structure.project == 3, 0.0, problem.upper))
    drawn: Any = rescheduling(shut, session.structure, seed=1)
    points: list[np.ndarray] = []
    drawn.search(never, points.append, 3)
    assert points == []


def test_what_must_be_funded_takes_the_alternative_that_leaves_enough_for_others() -> None:
    """The sooner one uses up what nothing renews: the first schedule lacks a project, and later ones do not."""
    document = schedule.document(*schedule.activities(6, 1), optional=False)
    ids = [row["id"] for row in document["projects"]]
    document["resources"].append({"resource": "ore", "kind": "commodity", "basis": "cumulative"})
    document["availability"].append({"resource": "ore", "from": "2026-01", "amount": 8})
    for row in (row for row in document["projects"] if "construction_months" in row):
        months = row.pop("construction_months")
        document.setdefault("alternatives", []).extend(
            {"project": row["id"], "alternative": name, "construction_months": months + more}
            for name, more in (("quick", 0), ("slow", 2))
        )
    document["requirements"] += [
        {"project": one, "alternative": name, "resource": "ore", "from_month": 0, "to_month": 1, "amount": amount}
        for one in ids
        for name, amount in (("quick", 3), ("slow", 1))
    ]
    drawn, found = drawing(parse_document(document, source="modes")), list[np.ndarray]()
    drawn.search(never, found.append, 1)
    assert not found
    drawn.search(never, found.append, 20)
    assert found
    assert drawn.problem.holds(found[-1])


def test_what_only_costs_something_is_scheduled_for_what_waits_for_it_and_for_nothing_else() -> None:
    """Ore of 9 lies below waste of -2, ore of 1 below waste of -3; all in years of which each has room for one."""
    value = {"waste": -2, "ore": 9, "more waste": -3, "poor ore": 1}
    document = digging("pit", value, months=12, calendar={"periods": 4})
    document["dependencies"] = [
        {"project": "ore", "needs": "waste", "kind": "requires"},
        {"project": "poor ore", "needs": "more waste", "kind": "requires"},
    ]
    drawn, found = drawing(parse_document(document, source="pit")), list[np.ndarray]()
    drawn.search(never, found.append, 10)
    assert drawn.problem.holds(found[-1])
    funded = dict(zip(sorted(value), (drawn.chosen >= 0).tolist(), strict=True))
    assert funded == {"waste": True, "ore": True, "more waste": False, "poor ore": False}


@pytest.mark.usefixtures("form")
def test_in_a_mine_nothing_that_pays_is_left_and_waste_is_dug_no_earlier_than_need_be() -> None:
    """Whatever order projects are tried in: who waits is tried again as soon as all it waits for is taken."""
    instance, random = read("mine-150-4-1"), Random(5)
    drawn = drawing(instance)
    later, earlier = drawn._ledger.waiting
    own = drawn.structure.option_project[drawn.options]
    milled = set(instance["requirements"].texts("project"))
    free = np.array([one not in milled for one in instance["projects"].texts("id")])
    for _ in range(3):
        chosen = drawn._schedule(np.array([random.random() for _ in range(drawn.structure.projects)]), never)
        assert chosen is not None
        start = np.where(chosen >= 0, drawn._start[chosen], np.inf)
        wanted = np.array(
            [bool((drawn._open[own == one] & ~drawn._paves[own[own == one]]).any()) for one in range(len(start))]
        )
        for project in np.nonzero((chosen < 0) & wanted)[0].tolist():
            if np.isfinite(start[earlier[later == project]]).all():
                assert drawn._best(project) < 0
        dug = np.nonzero(drawn._paves & free & (chosen >= 0))[0].tolist()
        assert dug
        for waste in dug:
            assert start[waste] == start[later[earlier == waste]].min()


def test_the_first_schedule_follows_what_projects_are_worth_as_it_is() -> None:
    """The pit of 13,000 blocks like it: prices find 2.72 where all that waits for a block finds 2.27 (in billions)."""
    instance, values = read("mine-1000-6-1"), []
    for seed in (1, 2):
        session = Session(build(instance))
        drawn = rescheduling(level_problem(session), session.structure, seed=seed)
        assert drawn is not None
        drawn.search(never, lambda point: None, 1)
        values.append(drawn.value)
        by_itself = drawn._schedule(-drawn._worths[-1], never)
        assert by_itself is not None
        assert drawn.value < 1.02 * drawn._worth_of(by_itself)
    assert values[0] == values[1]


def test_schedules_follow_the_dates_of_a_relaxation_once() -> None:
    drawn = drawing(activities(optional=True))
    drawn.search(never, lambda point: None, 5)
    chosen, own = drawn.chosen, drawn.structure.option_project[drawn.options]
    assert drawn.follow(0.5 * (drawn.point(chosen) + drawn._nothing)) == len(drawn._worths)
    half = np.where(chosen >= 0, 0.5 * drawn._start[chosen], 0.0) + np.where(chosen >= 0, 0.5, 1.0) * (
        1.0 + drawn._start.max()
    )
    followed = drawn._orders[0]
    assert (np.abs(followed - half)[np.unique(own)] <= 1e-3).all()
    assert np.array_equal(np.argsort(followed - half)[:1], np.argsort(-drawn._worths[0])[:1])


def test_a_relaxation_leads_to_what_it_funds_and_away_from_what_it_says_is_scarce() -> None:
    """There is room for one of two, for two of three years: the poor one is funded, and not in the dear first year."""
    value = {"poor": 1, "rich": 9}
    document = digging("one of two", value, months=24, calendar={"periods": 3, "last_selection": "2027-01"})
    instance = parse_document(document, source="one of two")

    def scheduled(lead: Callable[[Rescheduling], Relaxation] | None) -> list[tuple[int, int]]:
        drawn, found = drawing(instance, Scheduling(led=1.0, leeway=(1.0,), justified=0.0)), list[np.ndarray]()
        drawn._orders.clear()
        if lead is not None:
            drawn.lead_by(lead(drawn))
        drawn.search(never, found.append, 1)
        funded, column = drawn.structure, drawn.structure.option_column
        taken = np.nonzero((column >= 0) & (found[-1][column] > 0.5))[0]
        return [(int(funded.option_project[option]), int(funded.option_start[option])) for option in taken]

    def lead(drawn: Rescheduling) -> Relaxation:
        problem, structure = drawn.problem, drawn.structure
        early = structure.option_column[structure.option_start == 0]
        uses = np.asarray((problem.matrix[:, early] != 0).sum(axis=1)).ravel() == len(early)
        alone = np.diff(problem.matrix.tocsr().indptr) == len(early)
        assert (uses & alone).sum() == 1
        dual = np.where(uses & alone, -100.0, 0.0)
        point = np.zeros(len(problem.cost))
        point[structure.option_column[structure.option_project == 0]] = 0.5
        return Relaxation(point, 0.0, problem.cost - problem.matrix.T @ dual, dual, -np.inf, exact=False)

    assert scheduled(None) == [(1, 0)]
    assert scheduled(lead) == [(0, 1)]


def test_a_schedule_that_breaks_a_row_does_not_count() -> None:
    """P1 comes when P0 operates, in the same year; later years would cost less, and look as good to the rows."""
    made = document(
        calendar={"periods": 8},
        projects=[{"id": f"P{number}", "construction_months": 12, "value": 5} for number in range(2)],
        cashflows=[
            {"project": "P1", "metric": "npv", "from_month": 0, "to_month": 12, "amount": -4},
            {"project": "P0", "metric": "npv", "from_month": 0, "to_month": 12, "amount": 4},
        ],
        dependencies=[{"project": "P1", "needs": "P0", "kind": "requires", "max_lag_months": 0}],
        settings={"discount_rates": {"npv": 0.1}, "objective": {"npv": 1, "value": 1}},
    )
    drawn, kept = drawing(parsed(made)), list[np.ndarray]()
    drawn.search(never, kept.append, 20)
    assert kept
    assert all(drawn.problem.holds(point) for point in kept)
