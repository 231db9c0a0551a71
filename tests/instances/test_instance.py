"""What everyone reads from an instance: calendar, merged alternatives, families, objective, identity."""

from __future__ import annotations

import pickle
from decimal import Decimal
from typing import Any

import pytest

from outlay.instances.errors import InputError
from outlay.instances.plan import Choice, Plan
from tests.instances.support import changed, parsed, small


def test_earliest_dates_are_the_period_that_begins_then_and_latest_the_one_that_holds_them() -> None:
    instance = parsed(small())
    assert [instance.period_from(month) for month in ("1999-01", "2026-01", "2026-02", "2026-07", "2026-08")] == [
        0,
        0,
        1,
        1,
        2,
    ]
    assert [instance.period_holding(month) for month in ("2025-12", "2026-06", "2026-07", "2029-12")] == [-1, 0, 1, 7]
    assert instance.last_selection_period == 4


def test_the_last_selection_is_the_last_period_unless_given() -> None:
    document = small()
    del document["instance"]["calendar"]["last_selection"]
    assert parsed(document).last_selection_period == 7


@pytest.mark.parametrize(
    ("start", "months", "labels"),
    [
        ("2026-01", 12, ["2026", "2027"]),
        ("2026-04", 12, ["2026-04", "2027-04"]),
        ("2026-01", 6, ["2026H1", "2026H2"]),
        ("2026-04", 6, ["2026-04", "2026-10"]),
        ("2026-04", 3, ["2026Q2", "2026Q3"]),
        ("2026-12", 1, ["2026-12", "2027-01"]),
        ("2026-01", 18, ["2026-01", "2027-07"]),
    ],
)
def test_periods_are_labelled_as_people_write_them(start: str, months: int, labels: list[str]) -> None:
    calendar = {"start": start, "periods": 2, "months_per_period": months}
    instance = parsed({"instance": {"name": "x", "calendar": calendar}, "projects": [{"id": "A"}]})
    assert [instance.period_label(period) for period in range(2)] == labels
    assert instance.periods_per_year == (12 // months if 12 % months == 0 else None)


@pytest.mark.parametrize(
    ("start", "months", "label", "labels"),
    [
        ("2018-07", 12, "FY{end}", ["FY2019", "FY2020"]),
        ("2018-07", 6, "FY{end}", ["FY2019H1", "FY2019H2"]),
        ("2018-07", 3, "{start}/{end2}", ["2018/19Q1", "2018/19Q2"]),
        ("2018-01", 12, "FY{end}", ["FY2018", "FY2019"]),
        ("2018-04", 1, "FY{end2}", ["FY19 2018-04", "FY19 2018-05"]),
        ("2018-07", 24, "FY{end}", ["FY2019-FY2020", "FY2021-FY2022"]),
        ("2018-07", 18, "FY{end}", ["FY2019-FY2020 from 2018-07", "FY2020-FY2021 from 2020-01"]),
        ("2098-07", 12, "{start2}-{end2}", ["98-99", "99-00"]),
    ],
)
def test_fiscal_years_have_labels(start: str, months: int, label: str, labels: list[str]) -> None:
    calendar = {
        "start": start, "periods": 2, "months_per_period": months, "label": label,
        "fiscal_year_start": int(start[5:]),
    }  # fmt: skip
    instance = parsed({"instance": {"name": "x", "calendar": calendar}, "projects": [{"id": "A"}]})
    assert [instance.period_label(period) for period in range(2)] == labels
    assert labels[0].startswith(instance.year_label(0))


def test_a_year_without_label_is_its_number_or_its_first_month() -> None:
    for start, words in (("2026-01", "2026"), ("2026-04", "the year from 2026-04")):
        calendar = {"start": start, "periods": 2, "months_per_period": 6}
        instance = parsed({"instance": {"name": "x", "calendar": calendar}, "projects": [{"id": "A"}]})
        assert instance.year_label(0) == words


def test_alternatives_inherit_blank_cells_from_their_project() -> None:
    document = small()
    document["projects"][1] |= {"cash_yield": 0.2, "jobs": 7, "permit": "soil", "commitment": 9}
    document["alternatives"][0] |= {"cash_yield": 0, "jobs": 1}
    rows = {(row["project"], row["alternative"]): row for row in parsed(document).alternatives.records()}
    assert list(rows) == [("A", "base"), ("B", "large"), ("B", "small"), ("C", "base")]
    large, little, other = rows["B", "large"], rows["B", "small"], rows["C", "base"]
    assert (large["cash_yield"], large["jobs"], large["permit"], large["commitment"]) == (0, 1, "soil", 4)
    assert (little["cash_yield"], little["jobs"], little["life_years"]) == (Decimal("0.2"), 7, 10)
    assert (other["cash_yield"], other["jobs"], other["min_scale"], other["terms"]) == (0, 0, 1, None)


def test_every_metric_is_known_once() -> None:
    known = parsed(small()).known_metrics
    assert len(set(known)) == len(known)
    assert known[:9] == (
        "value", "commitment", "us_npv", "japan_npv", "strategic", "japan_content", "credit", "count", "cost",
    )  # fmt: skip
    changes = {"changed_projects", "changed_starts", "change_cost"}
    assert set(known[9:]) == changes | {"jobs", "taxes", "use:agency", "use:commitments", "use:crew", "use:crew/north"}


def test_families_of_resources() -> None:
    instance = parsed(small())
    assert [instance.family_of(name) for name in ("commitments", "agency", "crew")] == ["cap", "permits", "labour"]
    assert not instance.is_on("labour")
    assert instance.is_on("choice")


@pytest.mark.parametrize(
    ("objective", "levels"),
    [
        ({"jobs": 2}, [{"cost": -1, "jobs": 2}]),
        ({"cost": -3}, [{"cost": -3}]),
        ("@city", [{"cost": -1, "value": 1}]),
        ([{"weights": {"jobs": 1}}, {"weights": {"cost": 0}}], [{"cost": -1, "jobs": 1}, {"cost": 0}]),
    ],
)
def test_the_objective_is_a_list_of_levels_with_the_cost(objective: Any, levels: list[Any]) -> None:
    document = small()
    document["instance"]["objective"] = objective
    assert [level.weights for level in parsed(document).objective_levels] == levels


def test_without_objective_value_counts() -> None:
    document = small()
    del document["instance"]["objective"]
    assert parsed(document).objective_levels[0].weights == {"cost": -1, "value": 1}
    assert parsed(document).discount_rate("us_npv") == Decimal("0.05")
    assert parsed(document).discount_rate("value") == 0


def test_instances_are_compared_and_copied_by_content() -> None:
    one, other = parsed(small()), parsed(small())
    assert one == other
    assert len({one, other}) == 1
    assert pickle.loads(pickle.dumps(one)) == one
    assert one != one.with_set("tight")
    assert one.digest != one.with_set("tight").digest


def test_instances_do_not_change() -> None:
    instance = parsed(small())
    with pytest.raises(TypeError):
        instance.tables["projects"] = instance["links"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        instance.settings = instance.settings  # type: ignore[misc]
    with pytest.raises(TypeError):
        instance["projects"].cells["id"] = ()  # type: ignore[index]


def test_replace_returns_another_validated_instance() -> None:
    instance = parsed(small())
    assert instance.replace(programs=[])["programs"].raw("program") == ()
    assert instance.replace() == instance
    with pytest.raises(InputError, match="no such row in resources"):
        instance.replace(programs=[{"program": "p", "resource": "x"}])


def test_a_table_fills_defaults_and_keeps_blanks_apart() -> None:
    table = parsed(small())["projects"]
    assert table.raw("status") == (None, None, None)
    assert table.column("status") == ("candidate",) * 3
    assert table.texts("company") == ("", "", "")
    assert table.floats("commitment").tolist() == [5, 0, 0]
    assert str(table.floats("construction_months").tolist()) == "[nan, nan, nan]"
    assert (table.key(1), table.index[("C",)], len(table)) == ("B", 2, 3)
    assert parsed(small())["availability"].key(0) == "bank/2026-01"
    with pytest.raises(KeyError):
        table.describe("no such")


def test_declared_metrics_are_columns_of_empty_tables_too() -> None:
    document = changed(alternatives=[])
    document["requirements"] = document["dependencies"] = []
    document["instance"]["applied"]["force_out"] = []
    assert parsed(document)["alternatives"].describe("jobs").unit == "jobs"


def test_a_plan_is_written_and_read() -> None:
    plan = Plan(
        choices=(Choice("B", "small", True, 1, 2, 0.5), Choice("A", "base", False, 0, 1, 1.0)),
        purchases={("train", 3): 2.5},
        payments={("bank", "A"): 5.0},
    )
    assert [choice.project for choice in plan.choices] == ["A", "B"]
    assert Plan.from_document(plan.to_document()) == plan
    assert pickle.loads(pickle.dumps(plan)) == plan
    with pytest.raises(TypeError):
        plan.purchases["train", 4] = 1.0  # type: ignore[index]
