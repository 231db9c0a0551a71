"""One compiled model answers many questions, each as if it had been built anew."""

from __future__ import annotations

import re

import pyomo.environ as pyo
import pytest

import outlay
from outlay import Variation
from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.optimizer.sharing.pool import question_pool
from outlay.optimizer.variation import solving
from outlay.optimizer.variation.solving import kept
from outlay.optimizer.variation.vary import Variations, instance_question
from tests.support.documents import document, instance, level, parsed


@pytest.fixture(scope="module")
def varied() -> Variations:
    return outlay.vary(outlay.read("tutorial"))


QUESTIONS = {
    "as it is": Variation(),
    "library in": Variation(force_in=("library",)),
    "bridge out": Variation(force_out=("bridge",)),
    "more money": Variation(level={"commitments": 0.1}),
    "two more": Variation(level={"commitments": 2}, units=("commitments",)),
    "a second crew in the first year": Variation(level={"crew@2026": 1.0}),
    "library at no loss": Variation(force_in=("library",), at_least=19.1, stretch=("commitments",)),
}


@pytest.mark.slow
def test_every_answer_is_that_of_the_changed_instance(varied: Variations) -> None:
    answers = varied.solve_all(QUESTIONS, jobs=2)
    instance = outlay.read("tutorial")
    for name, answer in answers.items():
        assert answer.verified, name
        changed = varied.over.instance_with(dict(answer.body))
        best = outlay.solve(changed).objective
        assert best == pytest.approx(answer.worth) or (answer.moves and best > 19.1), name
    assert answers["as it is"].value == outlay.solve(instance).objective


def test_a_stretch_is_the_least_that_does(varied: Variations) -> None:
    answer = varied.solve(QUESTIONS["library at no loss"])
    assert answer.value == pytest.approx(1 / 11)
    assert answer.moves == {"commitments": 0.0909091}


@pytest.mark.slow
def test_the_answers_depend_neither_on_the_order_nor_on_the_number_at_a_time(varied: Variations) -> None:
    one = varied.solve_all(QUESTIONS, jobs=1)
    other = varied.solve_all(dict(reversed(QUESTIONS.items())), jobs=2)
    assert {name: (answer.value, answer.plan, answer.body) for name, answer in one.items()} == {
        name: (answer.value, answer.plan, answer.body) for name, answer in sorted(other.items())
    }


def test_a_variation_is_data(varied: Variations) -> None:
    for variation in QUESTIONS.values():
        assert Variation.from_document(variation.to_document()) == variation


def test_rules_of_the_user_s_own_stay(varied: Variations) -> None:
    model = outlay.build(outlay.read("tutorial"))
    options = model.options
    first = [option for option in model.OPTIONS if options.start[option] == 0]
    model.none_in_the_first_year = pyo.Constraint(expr=sum(model.fund[option] for option in first) <= 0)
    assert outlay.vary(model).solve(Variation()).value == pytest.approx(13.5)


@pytest.mark.parametrize(
    ("variation", "words"),
    [
        (Variation(force_in=("libary",)), "did you mean 'library'"),
        (Variation(force_in=("library@large",)), "no such alternative"),
        (Variation(level={"comitments": 0.1}), "did you mean 'commitments'"),
        (Variation(stretch=("crew@2031",)), "no row under this date"),
        (Variation(stretch=("library",)), "this is a project"),
        (Variation(stretch=("tenor_years",)), "change the column `tenor_years` of terms in a constraint set"),
        (Variation(level={"latest_start": 1}), "change the column `latest_start` of projects in a constraint set"),
        (Variation(without=("crews",)), "no such rule"),
    ],
)
def test_what_there_is_not_is_told(varied: Variations, variation: Variation, words: str) -> None:
    with pytest.raises(InputError, match=words):
        varied.solve(variation)


def test_what_makes_no_sense_is_told() -> None:
    with pytest.raises(InputError, match="both moved and stretched"):
        Variation(level={"crew": 0.1}, stretch=("crew",))
    with pytest.raises(InputError, match="not finite"):
        Variation(level={"crew": float("nan")})
    with pytest.raises(InputError, match="cannot be varied"):
        outlay.vary("tutorial")


def test_the_model_in_use_is_kept_however_many_others_are_compiled(
    varied: Variations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solving, "MOST_KEPT", 0)
    other = outlay.read("tutorial").replace(dependencies=[])
    with kept(varied.key, varied.over), question_pool(None, 1) as pool:
        answers = pool.ask([instance_question("other", other), varied.question("own", Variation())])
    assert {name: answer.value for name, answer in answers.items()} == {"other": 19.5, "own": 19.1}


def shared_crews() -> outlay.Instance:
    """Return projects of which each needs both crews, and a share of what may be negative."""
    return instance(
        projects=[
            {"id": name, "value": worth, "commitment": worth, "sector": name, "balance": balance}
            for name, worth, balance in (("A", 2, 3), ("B", 2, 4), ("C", 2, 5), ("D", 0, -1))
        ],
        resources=[{"resource": name, "kind": "labour", "unit": "crews"} for name in ("crew/north", "crew/south")]
        + [{"resource": "crew", "kind": "other", "unit": "crews"}],
        availability=[level("crew/north", 2), level("crew/south", 4), level("crew", 9)],
        requirements=[
            {"project": name, "resource": f"crew/{side}", "phase": "construction", "amount": amount}
            for name in "ABC"
            for side, amount in (("north", 1), ("south", 2))
        ],
        calendar={"periods": 1},
        limits=[{"metric": "commitment", "of": "balance", "by": "sector", "max": 1, "basis": "share"}],
        settings={"metrics": {"balance": {"unit": "points"}}},
    )


def test_limits_are_moved_together_by_a_pattern() -> None:
    varied = outlay.vary(shared_crews())
    both = varied.over.limits["crew/*"]
    assert [part.name for part in both.parts] == ["crew/north", "crew/south"]
    answer = varied.solve(Variation(force_in=("A", "B", "C"), at_least=6.0, stretch=("crew/*",)))
    assert answer.moves == {"crew/*": 0.5}
    assert answer.verified
    assert len(answer.body["change"]) == 2
    assert outlay.solve(varied.over.instance_with(dict(answer.body))).objective == 6
    assert varied.solve(Variation(level={"crew/*": 2}, units=("crew/*",))).worth == 6
    assert varied.solve(Variation(level={"crew/*": -0.5})).worth == 2
    for one in ("crew/north", "crew/south"):
        assert varied.solve(Variation(level={one: 0.5})).worth == 4


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("crews/*", "no limit fits this pattern; did you mean 'crew"),
        ("limits/*", "no limit that can be moved fits this pattern; balance may be negative"),
        ("limits/commitment/balance/sector/max", "stricter: the column `max` of limits decides"),
    ],
)
def test_what_cannot_be_moved_together_says_why(name: str, words: str) -> None:
    varied = outlay.vary(shared_crews())
    with pytest.raises(InputError, match=re.escape(words)):
        varied.solve(Variation(level={name: 0.1}))


@pytest.mark.parametrize(("weight", "value"), [(-1.0, 0.0), (1.0, 2.0)])
def test_constants_of_another_objective_count(weight: float, value: float) -> None:
    """What differs from the plan that stands has a constant: the number of approved projects."""
    projects = [{"id": name, "value": 1, "commitment": 2} for name in "AB"]
    made = parsed(document(projects=projects, approved=[{"project": "A"}]))
    answer = outlay.vary(made).solve(Variation(objective={"changed_projects": weight, "cost": 0.0}))
    assert answer.stages == ((weight * value, weight * value),)
    levels = [{"weights": {"value": 0.0, "count": 0.0}}, {"weights": {"changed_projects": weight}}]
    settings = {**made.settings.model_dump(exclude_defaults=True), "objective": levels}
    solution = outlay.solve(made.replace(instance=settings), gap=0)
    assert (solution.levels[1].objective, solution.levels[1].bound) == (weight * value, weight * value)


def growing(**limit: float) -> Instance:
    """Of A in 2026 and B in 2027 B spends 6 after 2."""
    projects = [
        {"id": "A", "value": 1, "commitment": 2, "latest_start": "2026-01"},
        {"id": "B", "value": 5, "commitment": 6, "earliest_start": "2027-01"},
    ]
    row = {"metric": "draws", "every": "year", **limit}
    return parsed(document(projects=projects, calendar={"periods": 2}, limits=[row, {**row, "max_growth": 90}]))


def test_growth_is_moved_by_its_amount() -> None:
    varied = outlay.vary(growing(max_growth=2))
    name = "limits/draws/year/max_growth"
    assert varied.solve(Variation()).worth == 1
    moved = varied.solve(Variation(level={name: 1.0}))
    assert (moved.worth, moved.verified) == (6, True)
    assert varied.solve(Variation(level={name: 1.9}, units=(name,))).worth == 1
    least = varied.solve(Variation(force_in=("A", "B"), stretch=(name,)))
    assert least.moves == {name: 1.0}
    assert outlay.solve(varied.over.instance_with(dict(least.body))).objective == 6


def test_growth_by_a_share_is_not_moved_and_says_why() -> None:
    varied = outlay.vary(growing(max_growth_share=0.5))
    with pytest.raises(InputError, match="it is growth as a share: the column `max_growth_share` of limits decides"):
        varied.solve(Variation(level={"limits/draws/year/max_growth_share": 0.1}))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"resource": "crew", "from": "2026-01"}], "crew has no finite level"),
        ([{"resource": "crew", "from": "2027-01"}], "crew is 0 until its first row of availability"),
    ],
)
def test_a_resource_whose_rows_set_no_limit_is_not_moved_and_says_why(rows: list[dict[str, str]], words: str) -> None:
    town = outlay.read("tutorial").replace(availability=rows)
    varied = outlay.vary(town)
    assert "crew" not in varied.limits
    with pytest.raises(InputError, match=words):
        varied.over.limits.movable("crew")
    if "until" in words:  # one period of it is, by a row of its own
        assert varied.over.limits["crew@2026"].changes(1.0, units=True)[0]["append"][0]["from"] == "2026-01"


def test_of_plans_as_good_the_nearest_is_found_wherever_the_search_ends() -> None:
    """Any three of six are as good, and the solver may end at any; without A the nearest to A, B, C keeps B and C."""
    made = instance(
        projects=[{"id": name, "value": 1, "commitment": 1} for name in "ABCDEF"],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[level("commitments", 3)],
        sets={"today": {"force_in": ["A", "B", "C"]}},
    )
    today = outlay.solve(made, constraint_set="today").plan
    answer = outlay.vary(made).solve(Variation(force_out=("A",)), start=today, nearest=True)
    assert answer.plan is not None
    assert {choice.project for choice in answer.plan.choices} > {"B", "C"}


@pytest.mark.parametrize(
    ("side", "level", "flows"), [("min", -1.4, (-2, -1)), ("min", 0, (-2, -1)), ("max", -3, (1, -3))]
)
def test_a_limit_of_what_may_be_negative_gives_way_beyond_0(side: str, level: float, flows: tuple[int, int]) -> None:
    varied = outlay.vary(parsed(document(
        projects=[{"id": "A", "value": 5, "latest_start": "2026-01"}, {"id": "B", "value": 1}],
        cashflows=[
            {"project": who, "metric": "taxes", "from_month": 0, "to_month": 12, "amount": flow}
            for who, flow in zip("AB", flows, strict=True)
        ],
        limits=[{"metric": "taxes", side: level}],
    )))  # fmt: skip
    name, units = f"limits/taxes/{side}", not level
    answer = varied.solve(Variation(force_in=("A",), stretch=(name,), units=(name,) if units else ()))
    assert answer.moves[name] == pytest.approx(abs(-2 - level) / (1 if units else abs(level)), rel=1e-5)
    solution = outlay.solve(varied.over.instance_with(dict(answer.body)))
    assert solution.objective == (6 if side == "max" else 5)  # and B, which pays back the most


def test_a_metric_that_no_plan_makes_negative_gives_way_to_0_whatever_lowers_it() -> None:
    synergy = {"project": "A", "needs": "B", "kind": "synergy", "bonus": -1, "metric": "commitment"}
    limit = {"metric": "commitment", "min": 0}
    projects = [{"id": "A", "commitment": 4}, {"id": "B", "commitment": 4}]
    varied = outlay.vary(parsed(document(projects=projects, limits=[limit], dependencies=[synergy])))
    with pytest.raises(InputError, match="it is a least amount of 0, and cannot give way further"):
        varied.solve(Variation(stretch=("limits/commitment/min",), units=("limits/commitment/min",)))
    growth = outlay.vary(growing(max_growth=2)).over.limits["limits/draws/year/max_growth"]
    assert not growth.signed
