"""What a comparison shows: every table on cases that a person can solve by hand."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd
import pytest

import outlay
from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.optimizer.compare.binding import merge_periods
from outlay.optimizer.compare.comparison import TABLES, Comparison
from tests.optimizer.compare.support import TUTORIAL_SETS, assert_same, cap, change, row, town, tutorial
from tests.support.documents import document, instance, level, parsed


@pytest.fixture(scope="module")
def shown() -> Comparison:
    return outlay.compare(tutorial(), TUTORIAL_SETS, jobs=1)


@pytest.mark.slow
def test_a_comparison_is_frozen_and_knows_its_instance(shown: Comparison) -> None:
    assert (shown.name, shown.money_unit, shown.reference, shown.sets) == ("tutorial", "$M", "base", TUTORIAL_SETS)
    with pytest.raises(dataclasses.FrozenInstanceError):
        shown.reference = "two-crews"  # type: ignore[misc]
    with pytest.raises(KeyError):
        shown.table("nonsense")
    assert all(isinstance(shown.table(name), pd.DataFrame) for name in TABLES[:-2])
    assert shown.attribution is shown.combinations is None
    assert shown.files == {}


@pytest.mark.slow
def test_every_case_has_status_objective_bound_gap_and_the_difference_to_the_first(shown: Comparison) -> None:
    assert shown.cases["set"].tolist() == list(TUTORIAL_SETS)
    assert shown.cases["status"].tolist() == ["optimal"] * 4
    assert shown.cases["verified"].tolist() == [True] * 4
    assert shown.cases["objective"].tolist() == pytest.approx([19.1, 19.1, 23.6, 18.0])
    assert shown.cases["bound"].tolist() == pytest.approx([19.1, 19.1, 23.6, 18.0])
    assert shown.cases["gap"].tolist() == pytest.approx([0, 0, 0, 0], abs=1e-9)
    assert shown.cases["change"].tolist() == pytest.approx([0, 0, 4.5, -1.1])
    assert shown.cases["change_percent"].tolist() == pytest.approx([0, 0, 450 / 19.1, -110 / 19.1])
    assert shown.cases["funded"].tolist() == [3, 3, 3, 2]
    assert shown.cases["commitment"].tolist() == pytest.approx([11, 11, 13, 10])
    assert shown.cases["title"].tolist() == [
        "Base case", "A second crew", "Two million dollars more", "The library is a promise",
    ]  # fmt: skip


def test_every_metric_of_every_set_is_shown_with_its_difference(shown: Comparison) -> None:
    metrics = {"value", "commitment", "count", "cost", "strategic", "use:commitments", "use:crew"}
    assert metrics <= set(shown.metrics["metric"])
    assert all(tuple(rows) == TUTORIAL_SETS for _, rows in shown.metrics.groupby("metric")["set"])
    assert row(shown.metrics, metric="commitment", set="more-money") == {
        "metric": "commitment",
        "set": "more-money",
        "value": 13,
        "change": 2,
        "change_percent": pytest.approx(200 / 11),
    }
    # There is no per cent of nothing.
    assert pd.isna(row(shown.metrics, metric="cost", set="more-money")["change_percent"])


def test_the_plans_of_all_sets_stand_in_one_matrix(shown: Comparison) -> None:
    assert shown.plan_matrix.columns.tolist() == ["project", "name", *TUTORIAL_SETS]
    assert shown.plan_matrix["project"].tolist() == ["bridge", "library", "park", "school", "solar"]
    line = row(shown.plan_matrix, project="library")
    assert line["name"] == "Central library"
    assert line["base"] == line["two-crews"] == ""
    assert line["more-money"].startswith("base 202")
    funded = shown.plans.query("funded").groupby("set")["project"].apply(set).to_dict()
    assert funded == {
        "base": {"bridge", "school", "solar"},
        "two-crews": {"bridge", "school", "solar"},
        "more-money": {"library", "school", "solar"},
        "library-first": {"library", "park"},
    }
    assert len(shown.plans) == 5 * 4
    assert row(shown.plans, set="more-money", project="library")["commitment"] == 7


@pytest.mark.slow
def test_scales_below_one_are_shown_in_the_matrix() -> None:
    case = instance(
        calendar={"periods": 1},
        projects=[{"id": "A", "value": 4, "commitment": 4, "min_scale": 0.1}],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[level("commitments", 1)],
        sets={"more": cap(4)},
    )
    comparison = outlay.compare(case, ["base", "more"], jobs=1)
    line = row(comparison.plan_matrix, project="A")
    assert (line["base"], line["more"]) == ("base x0.25 2026", "base 2026")
    assert row(comparison.plans, set="base", project="A")["commitment"] == pytest.approx(1)
    assert row(comparison.flips, set="more")["changed_projects"] == 0  # a scale is no flip


def test_projects_are_core_borderline_or_out() -> None:
    comparison = outlay.compare(
        town(five=cap(5), three=cap(3), two=cap(2), never={"force_out": ["D"]}),
        ["five", "three", "two", "never"],
        jobs=1,
    )
    table = comparison.frequency
    assert table["sets"].tolist() == [4] * 4
    counted = comparison.plans.groupby("project")["funded"].sum()
    for line in table.itertuples():
        assert line.funded_in == counted[line.project]
        assert line.role == {0: "out", 4: "core"}.get(line.funded_in, "borderline")
    shown = outlay.compare(town(none=cap(0.5), all=cap(10)), ["none"], jobs=1)
    assert set(shown.frequency["role"]) == {"out"}
    shown = outlay.compare(town(all=cap(10)), ["all"], jobs=1)
    assert set(shown.frequency["role"]) == {"core"}


def test_binding_limits_are_shown_with_their_slack(shown: Comparison) -> None:
    assert shown.binding.columns.tolist() == ["set", "family", "resource", "what", "used", "limit", "slack"]
    base = shown.binding.query("set == 'base'")
    assert set(base["family"]) == {"cap", "labour"}
    line = row(base, family="cap")
    assert (line["used"], line["limit"], line["slack"]) == (11, 11, 0)
    assert row(base, family="labour")["what"] == "crew 2026 to 2027"
    assert shown.binding.query("set == 'library-first'")["family"].tolist() == ["labour"]  # 10 of 11 are spent
    assert "labour" not in set(shown.binding.query("set == 'two-crews'")["family"])


def raw_binding(*rows: tuple[str, str, int | None, float, float]) -> pd.DataFrame:
    """Return a binding table as a run holds it: family, resource, period, used, limit."""
    return pd.DataFrame(
        [
            [family, resource, period, f"{resource} in words", used, limit]
            for family, resource, period, used, limit in rows
        ],
        columns=["family", "resource", "period", "what", "used", "limit"],
    ).astype({"period": object})


def test_neighbouring_periods_are_merged_and_show_the_fullest_one() -> None:
    made = document(
        calendar={"periods": 6},
        projects=[{"id": "A"}],
        resources=[{"resource": name, "kind": "labour"} for name in ("crew", "cooks")],
        availability=[level("crew", 9), level("cooks", 9)],
    )
    merged = merge_periods(
        parsed(made),
        raw_binding(
            ("labour", "crew", 0, 8.9, 9),
            ("labour", "crew", 1, 9, 9),
            ("labour", "crew", 2, 8.8, 9),
            ("labour", "crew", 4, 9, 9),
            ("labour", "cooks", 5, 9, 9),
            ("limits", "a rule", None, 1, 1),
            ("limits", "a rule", None, 2, 2),
        ),
    )
    assert [line[2] for line in merged] == [
        "crew 2026 to 2028", "crew 2030", "cooks 2031", "a rule in words", "a rule in words",
    ]  # fmt: skip
    assert merged[0][3:] == [9, 9, 0]


def test_rows_of_year_blocks_are_neighbours_a_year_apart() -> None:
    made = document(
        calendar={"periods": 8, "months_per_period": 6},
        projects=[{"id": "A"}],
        resources=[{"resource": "crew", "kind": "labour", "basis": "per_year"}],
        availability=[level("crew", 9)],
    )
    rows = raw_binding(*(("labour", "crew", period, 9, 9) for period in (0, 2, 6)))
    assert len(merge_periods(parsed(made), rows)) == 2


def test_flips_count_changed_projects_against_the_first_set(shown: Comparison) -> None:
    assert shown.flips["set"].tolist() == list(TUTORIAL_SETS)
    assert row(shown.flips, set="more-money")["changed_projects"] == 2  # the bridge goes, the library comes
    assert row(shown.flips, set="library-first")["changed_projects"] == 5
    assert shown.flips["proved"].all()
    ties = dict(zip(shown.cases["set"], shown.cases["ties"], strict=True))
    assert ties == dict(zip(shown.flips["set"], shown.flips["ties"], strict=True))


def infeasible_town() -> Instance:
    """Return a town with a set that no plan meets: projects worth more than the cap are forced in."""
    return town(greedy={"force_in": ["A", "B"]}, less=cap(5))


@pytest.mark.slow
def test_an_infeasible_set_is_shown_with_its_status_and_leaves_the_others_alone() -> None:
    comparison = outlay.compare(infeasible_town(), ["base", "greedy", "less"], jobs=1)
    assert comparison.cases["status"].tolist() == ["optimal", "infeasible", "optimal"]
    line = row(comparison.cases, set="greedy")
    assert not line["verified"]
    assert all(pd.isna(line[name]) for name in ("objective", "bound", "gap", "change", "change_percent", "commitment"))
    without = outlay.compare(infeasible_town(), ["base", "less"], jobs=1)
    for name in ("base", "less"):
        mine, other = (row(some.cases, set=name) for some in (comparison, without))
        assert (mine["objective"], mine["change"]) == (other["objective"], other["change"])
    assert set(comparison.plans["set"]) == set(comparison.flips["set"]) == {"base", "less"}
    assert set(comparison.frequency["sets"]) == {2}  # the sets that have a plan
    assert (comparison.plan_matrix["greedy"] == "").all()
    # What was asked for is still told.
    assert row(comparison.inputs, set="greedy")["after"] == "A;B"


@pytest.mark.slow
def test_an_infeasible_reference_leaves_the_differences_blank() -> None:
    comparison = outlay.compare(infeasible_town(), ["greedy", "base", "less"], jobs=1)
    assert comparison.cases["status"].tolist() == ["infeasible", "optimal", "optimal"]
    assert comparison.cases["objective"].tolist()[1:] == pytest.approx([6, 5])
    assert comparison.cases[["change", "change_percent", "ties"]].isna().all(axis=None)
    assert comparison.metrics["change"].isna().all()
    assert comparison.flips.empty
    assert set(comparison.plans["set"]) == {"base", "less"}


def test_a_set_whose_project_must_but_cannot_be_funded_says_why() -> None:
    late = change("projects", {"id": "A"}, set={"status": "mandatory", "review_remaining_months": 120})
    comparison = outlay.compare(
        parsed(
            {
                **document(
                    calendar={"periods": 2},
                    projects=[{"id": "A", "value": 1, "permit": "water"}],
                    permits=[{"permit": "water", "mode": 6}],
                    resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
                    availability=[level("commitments", 6)],
                ),
                "sets": {"late": late},
            }
        ),
        ["base", "late"],
        jobs=1,
    )
    assert row(comparison.cases, set="base")["status"] == "optimal"
    line = row(comparison.cases, set="late")
    assert line["status"] in {"failed", "infeasible"}
    assert "A" in line["message"]
    assert "permit" in line["message"]


@pytest.mark.parametrize(
    ("sets", "words"),
    [
        ([], "no constraint set is named"),
        (["base", "base"], "named twice"),
        (["base", "two-crew"], "did you mean 'two-crews'"),
        (["base+two-crew"], "did you mean 'two-crews'"),
    ],
)
def test_sets_that_cannot_be_compared_are_refused_before_anything_is_solved(sets: list[str], words: str) -> None:
    def fail(_: object) -> None:
        raise AssertionError("something was solved")

    with pytest.raises(InputError, match=words):
        outlay.compare(tutorial(), sets, on_progress=fail)


def test_the_faults_of_all_sets_are_reported_at_once() -> None:
    with pytest.raises(InputError) as caught:
        outlay.compare(tutorial(), ["base", "two-crew", "more-mony"])
    assert len(caught.value.faults) == 2


@pytest.mark.slow
def test_sets_may_be_combined() -> None:
    comparison = outlay.compare(tutorial(), ["two-crews+more-money", "two-crews"], jobs=1)
    assert comparison.reference == "two-crews+more-money"
    assert row(comparison.inputs, set="two-crews")["before"] == "13"
    assert row(comparison.cases, set="two-crews")["change"] < 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"gap": -1},
        {"gap": 1.5},
        {"seed": -4},
        {"time_limit": 0},
        {"time_limit": float("nan")},
        {"jobs": -1},
        {"jobs": 0},
        {"executor": 5},
        {"executor": "dusk:tcp://127.0.0.1:1"},
        {"executor": "dask:"},
    ],
)
def test_options_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        outlay.compare(tutorial(), ["base"], **wrong)


@pytest.mark.slow
def test_twice_the_same_comparison_gives_the_same_tables(shown: Comparison) -> None:
    assert_same(shown, outlay.compare(tutorial(), TUTORIAL_SETS, jobs=1))


@pytest.mark.slow
def test_progress_is_told_from_nothing_to_all() -> None:
    told: list[Any] = []
    outlay.compare(tutorial(), TUTORIAL_SETS, attribute=["cap"], jobs=2, on_progress=told.append)
    assert [state.done for state in told] == sorted(state.done for state in told)
    assert {state.total for state in told} == {5}  # four sets and none of them; cap alone is the first set
    assert (told[0].done, told[-1].done, told[-1].running, told[-1].note) == (0, 5, (), "")
    assert told[-1].seconds_left == 0
    assert told[0].seconds_left is None
    running = {name for state in told for name in state.running}
    assert all(name in TUTORIAL_SETS or name.endswith("none of them") for name in running)
