"""Among the plans as good as a set's best one, the nearest to the reference: against enumeration, and by hand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, product
from random import Random
from typing import Any

import pytest

import outlay
from outlay.instances.instance import Instance
from outlay.instances.plan import Choice, Plan
from outlay.models.case import Case
from outlay.optimizer.answer.distance import Distance, distance, distance_weights
from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.session import Session
from outlay.optimizer.solver.deadline import NEVER
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.ties.nearest import nearest
from outlay.optimizer.verify.plan import verify_plan
from tests.optimizer.compare.support import cap, change, row, town
from tests.support.choosing import some
from tests.support.documents import Document, document, level, parsed

#: Pairs of cases: so many in every run, so many before every change, and so many in all.
CASES, BEFORE_A_CHANGE, ALL_CASES = 10, 40, 500
#: More plans than this are not worth the wait.
MOST_PLANS = 200


def generated_document(seed: int) -> Document:
    """Return two to five projects of few kinds, so that ties abound: equal values, costs and crews; 2 or 3 periods."""
    random = Random(seed)
    kinds = [(random.randint(1, 3), random.randint(1, 3), random.randint(0, 2)) for _ in range(random.randint(1, 3))]
    names = [f"P{number}" for number in range(random.randint(2, 5))]
    periods = random.randint(2, 3)
    chosen = {name: random.choice(kinds) for name in names}
    tables: dict[str, Any] = {
        "projects": [
            {"id": name, "value": value, "commitment": cost, "construction_months": 12}
            for name, (value, cost, _) in chosen.items()
        ],
        "resources": [{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        "availability": [level("commitments", random.randint(2, sum(cost for _, cost, _ in chosen.values())))],
        "requirements": [
            {"project": name, "resource": "crew", "phase": "construction", "amount": crew}
            for name, (_, _, crew) in chosen.items()
            if crew
        ],
    }
    if tables["requirements"]:
        tables["resources"].append({"resource": "crew", "kind": "labour"})
        tables["availability"].append(level("crew", random.randint(1, 4)))
    if random.random() < 0.3:  # two ways to build a project, worth the same
        value, cost, _ = chosen[names[0]]
        tables["alternatives"] = [
            {"project": names[0], "alternative": name, "value": value, "commitment": cost, "construction_months": 12}
            for name in ("brick", "wood")
        ]
    if len(names) > 2 and random.random() < 0.3:
        kind = random.choice(["requires", "excludes", "together"])
        tables["dependencies"] = [{"project": names[1], "needs": names[2], "kind": kind}]
    return document(calendar={"periods": periods}, **tables)


def generated_pair(seed: int) -> tuple[Instance, Instance]:
    """Return a reference case and another one that differs in a limit, a value or what is forced."""
    random = Random(seed + 10_000)
    made = generated_document(seed)
    first = made["projects"][0]["id"]
    other = random.choice(
        [
            {"change": [{"table": "availability", "where": {"resource": "*"}, "add": {"amount": 1}}]},
            {"change": [{"table": "availability", "where": {"resource": "*"}, "set": {"amount": 2}}]},
            {"change": [{"table": "projects", "where": {"id": first}, "add": {"value": 1}}]},
            {"force_out": [first]},
            {"disable": ["labour"]},
        ]
    )
    made["sets"] = {"other": other}
    base = parsed(made)
    return base, base.with_set("other")


def all_plans(case: Instance) -> Iterator[Plan]:
    """Yield every plan of an instance without amounts or scales, feasible or not."""
    options = Case(case).options.frame()
    ways = [
        [
            None,
            *(
                Choice(str(option.project), str(option.alternative), bool(option.fast_track), *numbers, 1.0)
                for option in rows.itertuples()
                for numbers in [(int(option.selection), int(option.start))]
            ),
        ]
        for _, rows in options.groupby("project")
    ]
    for ways_taken in product(*ways):
        yield Plan(choices=tuple(choice for choice in ways_taken if choice is not None))


def count_of_plans(case: Instance) -> int:
    """Return how many plans `all_plans` yields."""
    number = 1
    for size in Case(case).options.frame().groupby("project").size():
        number *= int(size) + 1
    return number


def best_plans(case: Instance) -> list[Plan]:
    """Return all optimal plans: every plan is worth the sum of its values, so try them from the dearest down."""
    table = case.alternatives
    keys = zip(table.texts("project"), table.texts("alternative"), strict=True)
    values = dict(zip(keys, table.raw("value"), strict=True))
    plans: dict[Any, list[Plan]] = {}
    for each in all_plans(case):
        plans.setdefault(sum(values[item.project, item.alternative] for item in each.choices), []).append(each)
    for worth in sorted(plans, reverse=True):
        checked = [(some, verify_plan(case, some)) for some in plans[worth]]
        best = [some for some, verification in checked if verification.ok]
        if best:
            assert {verification.objective[0] for _, verification in checked} == {worth}
            return best
    raise AssertionError("not even the empty plan is feasible")


def seeds(number: int, *, after: int = 0) -> Iterator[int]:
    """Yield the seeds of so many pairs that are small enough to enumerate, leaving out the first ones."""
    found = 0
    for seed in count():
        if max(count_of_plans(case) for case in generated_pair(seed)) <= MOST_PLANS:
            found += 1
            if found > after:
                yield seed
        if found == after + number:
            return


def nearest_of(engine: SolverProcess, case: Instance, reference: Plan) -> tuple[Plan, bool]:
    """Return the engine's nearest plan as good as its best one, and whether that is proved."""
    session = Session(outlay.build(case))
    settings = Settings(gap=0.0)
    own = session.solve(engine, settings, deadline=NEVER, start=reference, on_progress=None)
    near = nearest(session, engine, settings, own, reference)
    assert near.plan is not None
    assert near.verification is not None
    assert near.verification.ok
    return near.plan, near.proved_nearest


def check_seed(engine: SolverProcess, seed: int) -> int:
    """Compare engine and enumeration on a pair of cases; return how many plans were equally good."""
    base, other = generated_pair(seed)
    best = best_plans(other)
    # Any plan may be the reference; one of the base case's best ones is what a comparison takes.
    reference = Random(seed).choice(best_plans(base))
    due = min(distance(plan, reference) for plan in best)
    found, proved = nearest_of(engine, other, reference)
    assert proved, seed
    assert [choice._replace(scale=1.0) for choice in found.choices] in [list(plan.choices) for plan in best], seed
    assert distance(found, reference) == due, (seed, found, reference)
    return len(best)


@pytest.mark.slow
def test_the_nearest_plan_has_the_least_number_of_flips_of_all_optimal_plans(warm: SolverProcess) -> None:
    ties = [check_seed(warm, seed) for seed in seeds(CASES)]
    # The generator is of use only if it makes many cases with many equally good plans.
    assert sum(number > 1 for number in ties) > CASES // 2
    assert sum(number > 10 for number in ties) >= CASES // 10


@pytest.mark.parametrize(
    ("after", "until"),
    [
        pytest.param(CASES, BEFORE_A_CHANGE, marks=pytest.mark.slow),
        pytest.param(BEFORE_A_CHANGE, ALL_CASES, marks=pytest.mark.nightly),
    ],
)
def test_the_nearest_plan_has_the_least_number_of_flips_in_hundreds_of_cases(
    after: int,
    until: int,
    warm: SolverProcess,
) -> None:
    for seed in seeds(until - after, after=after):
        check_seed(warm, seed)


@pytest.mark.parametrize(("after", "count"), [(1, 1), pytest.param(0, 12, marks=pytest.mark.slow)])
def test_a_comparison_reports_the_least_number_of_flips_of_all_optimal_plans(after: int, count: int) -> None:
    checked = 0
    for seed in seeds(count, after=after):
        base, other = generated_pair(seed)
        comparison = outlay.compare(base, ["base", "other"], jobs=1, gap=0.0)
        plans = {
            name: Plan(
                choices=tuple(
                    Choice(line.project, line.alternative, False, 0, int(line.start), float(line.scale))
                    for line in rows[rows["funded"]].itertuples()
                )
            )
            for name, rows in comparison.plans.groupby("set")
        }
        flips = row(comparison.flips, set="other")
        due = min(distance(plan, plans["base"]) for plan in best_plans(other))
        assert (
            Distance(flips["changed_projects"], flips["changed_starts"])
            == due
            == distance(plans["other"], plans["base"])
        )
        assert flips["ties"] == flips["changed_projects_own"] - flips["changed_projects"] >= 0
        assert flips["proved"]
        checked += flips["changed_projects"] > 0
    assert checked  # not all of them were alike


def plan(**starts: int | tuple[str, int]) -> Plan:
    """Return a plan from project = start or (alternative, start)."""
    both = {name: value if isinstance(value, tuple) else ("base", value) for name, value in starts.items()}
    return Plan(
        choices=tuple(
            Choice(name, alternative, False, start, start, 1.0) for name, (alternative, start) in both.items()
        )
    )


@pytest.mark.parametrize(
    ("one", "other", "due"),
    [
        (plan(), plan(), (0, 0)),
        (plan(A=0), plan(), (1, 0)),
        (plan(), plan(A=0), (1, 0)),
        (plan(A=0), plan(A=2), (0, 1)),
        (plan(A=("wood", 0)), plan(A=("brick", 0)), (1, 0)),
        (plan(A=("wood", 0)), plan(A=("brick", 1)), (1, 0)),
        (plan(A=0, B=1, C=1), plan(A=1, B=1, D=0), (2, 1)),
    ],
)
def test_a_distance_counts_projects_and_then_starts(one: Plan, other: Plan, due: tuple[int, int]) -> None:
    assert distance(one, other) == due == distance(other, one)


def test_scale_track_and_date_of_selection_are_no_change() -> None:
    one = Plan(choices=(Choice("A", "base", False, 0, 1, 1.0),))
    other = Plan(choices=(Choice("A", "base", True, 1, 1, 0.5),))
    assert distance(one, other) == (0, 0)


@pytest.mark.parametrize("seed", some(range(20), 2))
def test_the_objective_of_the_nearest_plan_is_its_distance_up_to_a_constant(seed: int) -> None:
    case, _ = generated_pair(seed)
    book = Case(case)
    random = Random(seed)
    plans = list(all_plans(case))
    reference = random.choice(plans)
    weights = distance_weights(book, reference)
    projects = len(case["projects"])
    constants = set()
    for each in random.sample(plans, min(30, len(plans))):
        ours = {(choice.project, choice.alternative, choice.selection, choice.start) for choice in each.choices}
        frame = book.options.frame()
        worth = sum(
            weights[book.block("fund").columns[number]]
            for number, option in enumerate(frame.itertuples())
            if (option.project, option.alternative, option.selection, option.start) in ours
        )
        away = distance(each, reference)
        constants.add(worth - (projects + 1) * away.projects - away.starts)
    assert len(constants) == 1


def test_a_project_of_the_reference_that_the_other_case_lacks_is_no_obstacle(warm: SolverProcess) -> None:
    case = town(smaller=change("projects", {"id": "A"}, delete=True)).with_set("smaller")
    found, proved = nearest_of(warm, case, plan(A=0, C=0))
    assert proved
    assert {choice.project for choice in found.choices} == {"B", "C", "D"}  # 3 + 2 + 1: the only way to reach 6


def test_an_alternative_of_the_reference_that_the_other_case_lacks_is_a_changed_project(
    warm: SolverProcess,
) -> None:
    found, _ = nearest_of(warm, town(), plan(A=("wood", 0), C=0))
    # Without A only B, C and D reach 6, two flips and A's own; with A and C there is A's alone.
    assert {choice.project for choice in found.choices} == {"A", "C"}


@pytest.mark.slow
def test_a_flip_that_is_only_a_tie_is_undone() -> None:
    # Six units buy A and C, or B, C and D; force_out of nothing changes nothing.
    case = town(alone={"note": "nothing changes"}, without={"force_out": ["A"]})
    comparison = outlay.compare(case, ["base", "alone", "without"], jobs=1)
    flips = row(comparison.flips, set="alone")
    assert (flips["changed_projects"], flips["changed_starts"]) == (0, 0)
    base = set(comparison.plans.query("set == 'base' and funded")["project"])
    assert row(comparison.flips, set="without")["changed_projects"] == (3 if base == {"A", "C"} else 0)


def test_a_plan_may_be_worse_than_the_best_one_by_a_millionth_only(warm: SolverProcess) -> None:
    # With B instead of A the plan is worth less by a little: within 1e-6 that is a tie, above it is not.
    for less, due in ((5e-7, {"A"}), (1e-4, {"B"})):
        made = document(
            calendar={"periods": 1},
            projects=[
                {"id": "A", "value": 1 - less, "commitment": 1},
                {"id": "B", "value": 1, "commitment": 1},
            ],
            resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
            availability=[level("commitments", 1)],
        )
        found, proved = nearest_of(warm, parsed(made), plan(A=0))
        assert proved
        assert {choice.project for choice in found.choices} == due, less


def test_all_levels_of_a_strict_order_keep_their_worth(warm: SolverProcess) -> None:
    # First value, where A = B; then strategic, where B is better: the reference's A must not come back.
    made = document(
        calendar={"periods": 1},
        settings={"objective": [{"weights": {"value": 1}}, {"weights": {"strategic": 1}}]},
        projects=[
            {"id": "A", "value": 3, "commitment": 1, "strategic_score": 1},
            {"id": "B", "value": 3, "commitment": 1, "strategic_score": 2},
        ],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[level("commitments", 1)],
    )
    found, _ = nearest_of(warm, parsed(made), plan(A=0))
    assert {choice.project for choice in found.choices} == {"B"}


@pytest.mark.slow
def test_the_least_cap_that_changes_the_plan_is_seen() -> None:
    comparison = outlay.compare(town(less=cap(5)), ["base", "less"], jobs=1)
    # 6 from A + C or B + C + D; 5 from A + D or B + C: two flips from A + C, one from B + C + D.
    base = set(comparison.plans.query("set == 'base' and funded")["project"])
    assert row(comparison.flips, set="less")["changed_projects"] == (2 if base == {"A", "C"} else 1)
