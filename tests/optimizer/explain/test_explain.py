"""What explanations promise: margins below nothing, stretches that never hurt, claims that come true."""

from __future__ import annotations

import copy
from typing import Any

import pytest

import outlay
from outlay import Variation
from outlay.instances.formats.parsing import parse_document
from outlay.optimizer.status import Status
from tests.brute_force.explaining import applied
from tests.cli.small import lender_document
from tests.support.documents import document, knapsack, parsed


@pytest.fixture(scope="module")
def tutorial() -> Any:
    return outlay.explain(outlay.read("tutorial"), jobs=1)


def test_the_tutorial_is_as_by_hand(tutorial: Any) -> None:
    margins = tutorial.margins.set_index("project")["margin"]
    assert margins.round(6).to_dict() == dict.fromkeys(["bridge", "school", "solar", "library", "park"], 1.1)
    changes = tutorial.changes.set_index(["project", "what"])
    assert changes.loc[("library", "commitments"), "by"] == pytest.approx(1 / 11, abs=1e-6)
    assert not changes.loc[("library", "crew"), "possible"]
    limits = tutorial.limits.set_index("limit")
    assert limits.loc["commitments", ["gain", "loss"]].tolist() == pytest.approx([3.4, 4.5])
    assert repr(tutorial) == "<Explanation of 'tutorial', set base: optimal\n 5 margins, 6 changes, 2 limits>"


def test_margins_go_from_the_dearest_to_lose_to_the_dearest_to_bring_in(warm: None) -> None:
    """Of four, the best two fit: without the 9 or the 7 the 5 comes in, with the 4 or the 5 the 7 goes."""
    margins = outlay.explain(parsed(knapsack([7, 9, 4, 5], [[1, 1, 1, 1]], [2])), jobs=1).margins
    assert list(zip(margins["project"], margins["margin"].round(6), strict=True)) == [
        ("P01", 4), ("P00", 2), ("P03", 2), ("P02", 3),
    ]  # fmt: skip


def test_every_change_applied_and_solved_anew_gives_what_is_claimed(tutorial: Any) -> None:
    for row in tutorial.changes[tutorial.changes["set"] != ""].itertuples():
        solution = outlay.solve(applied(tutorial.instance, tutorial.sets[row.set]))
        assert solution.objective >= tutorial.objective - 1e-6
        assert row.project in {choice.project for choice in solution.plan.choices}
    for row in tutorial.margins.itertuples():
        solution = outlay.solve(applied(tutorial.instance, tutorial.sets[row.set]))
        assert solution.objective == pytest.approx(tutorial.objective - row.margin)
    for row in tutorial.limits.itertuples():
        for name, value in ((row.wider, row.gain), (row.tighter, -row.loss)):
            solution = outlay.solve(applied(tutorial.instance, tutorial.sets[name]))
            assert solution.objective == pytest.approx(tutorial.objective + value)


@pytest.mark.slow
def test_the_curve_of_a_limit_is_its_breakpoints() -> None:
    explanation = outlay.explain(outlay.read("tutorial"), curves=["commitments"], jobs=1)
    rows = explanation.curves
    assert rows["objective"].tolist() == [19.1, 22.5, 23.6]
    assert rows["stretch"].tolist() == pytest.approx([0, 1 / 11, 2 / 11], abs=1e-6)
    assert not rows["open"].any()
    assert not len(explanation.margins)
    for row in rows[rows["set"] != ""].itertuples():
        assert outlay.solve(applied(explanation.instance, explanation.sets[row.set])).objective == row.objective
    with pytest.raises(outlay.InputError, match="there is no such limit"):
        outlay.explain(outlay.read("tutorial"), curves=["crews of all kinds"])


def test_a_stretch_never_hurts() -> None:
    varied = outlay.vary(outlay.read("tutorial"))
    names = varied.limits
    values = varied.solve_all([Variation(), *(Variation(level={name: 0.5}) for name in names)], jobs=1)
    assert all(answer.value >= values["0"].value - 1e-9 for answer in values.values())


def test_a_tie_is_called_so() -> None:
    document = {
        "instance": {"name": "twins", "calendar": {"start": "2026-01", "periods": 1, "months_per_period": 12}},
        "projects": [{"id": name, "value": 3, "commitment": 2} for name in "AB"],
        "resources": [{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        "availability": [{"resource": "commitments", "from": "2026-01", "amount": 3}],
    }
    explanation = outlay.explain(parse_document(document, source="test"), jobs=1)
    assert explanation.margins["tie"].all()
    assert not len(explanation.changes)


@pytest.mark.slow
def test_what_is_given_is_certain_and_what_cannot_be_is_never() -> None:
    document = copy.deepcopy(lender_document())
    document["projects"][0]["status"] = "mandatory"
    explanation = outlay.explain(parse_document(document, source="test"), jobs=1)
    standing = explanation.margins.set_index("project")["standing"]
    assert standing["A"] == "certain"
    assert standing["C"] == "never"
    assert "lender test" in explanation.margins.set_index("project")["reason"]["C"]


@pytest.mark.slow
def test_a_parameter_gives_a_project_an_option_and_a_little_less_does_not() -> None:
    instance = parse_document(lender_document(), source="test")
    explanation = outlay.explain(instance, ["C"], jobs=1)
    rows = explanation.changes[explanation.changes["kind"] == "parameter"].set_index("what")
    assert "cash_yield of C" in rows.index
    for what, row in rows.iterrows():
        changed = applied(instance, explanation.sets[row["set"]])
        assert len(outlay.build(changed).case.options.of("C")), what
    value = float(rows.loc["cash_yield of C", "value"])
    assert 0.03 < value < 0.2
    less = [
        {**record, "cash_yield": value - 2e-4} if record["id"] == "C" else record
        for record in lender_document()["projects"]
    ]
    assert not len(outlay.build(instance.replace(projects=less)).case.options.of("C"))


@pytest.mark.slow
def test_nothing_depends_on_how_many_are_asked_at_a_time(tutorial: Any) -> None:
    other = outlay.explain(outlay.read("tutorial"), jobs=2)
    for name in ("margins", "changes", "limits"):
        assert other.table(name).equals(tutorial.table(name))
    assert other.sets_toml == tutorial.sets_toml


def test_without_a_plan_in_time_it_is_told_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outlay.optimizer.explain.explain._Work._today", lambda *_: (None, Status.STOPPED))
    found = outlay.explain(outlay.read("tutorial"), jobs=1)
    assert found.status == Status.STOPPED
    assert any("explain RUN" in note for note in found.notes)


def test_a_project_that_no_plan_can_hold_is_told_which_limit_would_have_to_give() -> None:
    instance = parsed(document(
        projects=[{"id": "A", "value": 10, "latest_start": "2026-01"}, {"id": "B", "value": 3}],
        cashflows=[
            {"project": "A", "metric": "taxes", "from_month": 0, "to_month": 12, "amount": -2},
            {"project": "B", "metric": "taxes", "from_month": 0, "to_month": 12, "amount": -1},
        ],
        limits=[{"metric": "taxes", "min": -1.4}],
    ))  # fmt: skip
    found = outlay.explain(instance, jobs=1)
    assert found.margins.set_index("project")["standing"].to_dict() == {"B": "funded", "A": "never"}
    own, least = found.changes.itertuples()
    assert (own.project, own.kind, own.possible) == ("A", "worth", False)
    assert least.sentence == "with limits/taxes/min of -2 in the place of -1.4 A would be in"
    assert outlay.solve(applied(instance, found.sets[least.set])).objective == 10


def test_an_objective_without_a_best_value_is_told_also_of_a_later_level() -> None:
    instance = parsed(document(
        projects=[{"id": "A", "value": 1}],
        programs=[{"program": "paving", "value_per_unit": 1}],
        settings={"objective": [{"weights": {"count": 1}}, {"weights": {"value": 1}}]},
    ))  # fmt: skip
    found = outlay.explain(instance, jobs=1)
    assert (found.status, found.plan, found.notes) == ("unbounded", None, ("no plan was found: unbounded",))
