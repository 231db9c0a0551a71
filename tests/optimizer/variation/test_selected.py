"""A here-and-now part that is kept while everything else adapts."""

from __future__ import annotations

import pytest

import outlay
from outlay import Variation
from outlay.instances.errors import InputError
from outlay.instances.plan import Selection
from outlay.optimizer.variation.vary import Variations, vary
from outlay.optimizer.verify.linking import verify_kept
from tests.support.documents import instance as made
from tests.support.documents import level

#: A and B are selected now. Money for both comes in 2026 only; A must be reviewed until 2027 where permits are slow.
NOW = (Selection("A", "base", 0), Selection("B", "base", 0))


def town(money: float, review_months: int) -> outlay.Instance:
    return made(
        calendar={"periods": 3, "max_wait_months": 12},
        settings={"stages": {"decide_by": "2026-12"}},
        projects=[
            {"id": "A", "value": 5, "commitment": 4, "permit": "river"},
            {"id": "B", "value": 3, "commitment": 3},
            {"id": "C", "value": 2, "commitment": 2},
        ],
        permits=[{"permit": "river", "review_months": review_months}],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[level("commitments", money)],
    )


def asked(money: float, review_months: int) -> Variations:
    return vary(outlay.build(town(money, review_months), cancelling=True))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("money", "review_months", "starts", "cancelled", "worth"),
    [
        (9, 0, {"A": 0, "B": 0, "C": 1}, [], 10.0),  # C is selected later, whatever was decided now
        (9, 12, {"A": 1, "B": 0, "C": 1}, [], 10.0),  # A starts later, from the same selection
        (9, 24, {"B": 0, "C": 1}, ["A"], 4.6),  # A can wait for a year, not for two: 0.4 is lost
        (5, 0, {"A": 0}, ["B"], 4.7),  # too little money for both
        (2, 0, {"C": 1}, ["A", "B"], 1.3),
    ],
)
def test_starts_adapt_and_what_cannot_be_built_is_cancelled(
    money: float, review_months: int, starts: dict[str, int], cancelled: list[str], worth: float
) -> None:
    answer = asked(money, review_months).solve(Variation(selected=NOW))
    assert answer.verified
    assert answer.plan is not None
    assert answer.worth == pytest.approx(worth)
    assert verify_kept(town(money, review_months), answer.plan, NOW) == ()
    assert [one.project for one in answer.plan.cancelled] == cancelled
    assert {one.project: one.start for one in answer.plan.choices}.keys() == starts.keys()
    assert all(one.start >= starts[one.project] for one in answer.plan.choices)


def test_nothing_selected_now_leaves_what_is_selected_later() -> None:
    answer = asked(20, 0).solve(Variation(selected=()))
    assert answer.plan is not None
    assert [one.selection for one in answer.plan.choices] != []
    assert min(one.selection for one in answer.plan.choices) >= 1


def test_a_kept_selection_is_data_and_makes_sense() -> None:
    variation = Variation(selected=NOW)
    assert Variation.from_document(variation.to_document()) == variation
    assert Variation.from_document(Variation().to_document()).selected is None
    with pytest.raises(InputError, match="selected twice"):
        Variation(selected=(*NOW, Selection("A", "base", 1)))
    with pytest.raises(InputError, match="these are no selections"):
        Variation(selected=("A",))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="neither built nor cancelled here"):
        asked(9, 0).solve(Variation(selected=(Selection("Z", "base", 0),)))


@pytest.mark.slow
def test_a_single_instance_is_solved_as_if_there_were_no_scenarios() -> None:
    instance = town(9, 0)
    plain = outlay.solve(instance)
    assert plain.plan is not None
    assert plain.plan.cancelled == ()
    assert len(outlay.build(instance).cancelled) == 0
    scenario = outlay.solve(outlay.build(instance, cancelling=True))
    assert scenario.objective == plain.objective
    assert outlay.verify(scenario).ok
