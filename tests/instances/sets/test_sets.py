"""Every operation and rule of constraint sets, on examples that can be checked in the head."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from outlay.instances.errors import InputError
from outlay.instances.formats.reading import read
from outlay.instances.instance import Instance
from outlay.instances.sets.applying import set_title
from tests.instances.set_support import fault_with_change, faults_with, with_change, with_sets
from tests.instances.support import changed, only_fault, parsed, small


def amounts(instance: Instance) -> dict[Any, Any]:
    rows = instance["availability"]
    return dict(zip(rows.raw("resource"), rows.raw("amount"), strict=True))


# -- operations --------------------------------------------------------------------------------------------------


def test_base_is_the_instance_unchanged() -> None:
    instance = parsed(small())
    assert instance.with_set("base") is instance
    assert instance.with_set("base+tight") == instance.with_set("tight")


def test_set_replaces_cells() -> None:
    assert amounts(with_change("availability", where={"resource": "crew"}, set={"amount": 7}))["crew"] == 7


def test_set_to_nothing_makes_a_cell_blank() -> None:
    for blank in ("", None, "  "):
        assert amounts(with_change("availability", where={"resource": "crew"}, set={"amount": blank}))["crew"] is None


def test_set_creates_a_column() -> None:
    assert with_change("funds", set={"portfolio_min_share": 0.2})["funds"].raw("portfolio_min_share") == (
        Decimal("0.2"),
    )
    assert with_change("projects", where={"id": "B"}, set={"tags": ["p", "q"]})["projects"].raw("tags")[1] == ("p", "q")


def test_set_on_a_declared_metric() -> None:
    assert with_change("projects", where={"id": "C"}, set={"jobs": 5})["projects"].raw("jobs") == (4, None, 5)


def test_scale_is_exact() -> None:
    instance = with_change("availability", scale={"amount": Decimal("0.123456789")})
    assert amounts(instance) == {
        "commitments": Decimal("1.23456789"),
        "crew": Decimal("12.3456789"),
        "bank": Decimal("1.111111101"),
    }


def test_add_sums() -> None:
    assert amounts(with_change("availability", where={"amount": 9}, add={"amount": -4}))["bank"] == 5


def test_append_adds_rows() -> None:
    row = {"resource": "crew/north", "from": "2027-01", "amount": 3}
    assert amounts(with_change("availability", append=[row]))["crew/north"] == 3
    assert amounts(with_change("availability", append=row))["crew/north"] == 3


def test_append_creates_a_table() -> None:
    document = changed(sets={"s": {"change": [{"table": "imports", "append": {}}]}})
    document["sets"]["s"]["change"][0]["append"] = {"resource": "crew", "from": "2026-01", "max_per_period": 1}
    del document["imports"]
    assert len(parsed(document)["imports"]) == 0
    assert len(parsed(document).with_set("s")["imports"]) == 1


def test_delete_removes_rows() -> None:
    assert list(amounts(with_change("availability", where={"resource": ["crew", "bank"]}, delete=True))) == [
        "commitments"
    ]
    assert len(with_change("programs", delete=True)["programs"]) == 0


def test_changes_are_made_in_order_and_see_each_other() -> None:
    change = [
        {"table": "availability", "where": {"resource": "crew"}, "add": {"amount": 10}},
        {"table": "availability", "where": {"resource": "crew"}, "scale": {"amount": 2}},
        {"table": "availability", "where": {"amount": 220}, "set": {"note": "found"}},
    ]
    instance = with_sets(s={"change": change})
    assert amounts(instance)["crew"] == 220
    assert "found" in instance["availability"].raw("note")


def test_the_base_is_left_as_it_was() -> None:
    instance = parsed(small())
    before = instance.digest
    instance.with_set("tight")
    assert instance.digest == before == parsed(small()).digest


# -- where -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "where", "rows"),
    [
        ("resources", {"resource": "crew*"}, ["crew", "crew/north"]),
        ("resources", {"resource": "*north"}, ["crew/north"]),
        ("resources", {"resource": "CREW"}, []),
        ("resources", {"resource": "?rew"}, ["crew"]),
        ("resources", {"resource": ["agency", "crew"]}, ["agency", "crew"]),
        ("resources", {"resource": "crew*", "kind": "labour", "parent": ""}, ["crew"]),
        ("resources", {"basis": "per_period"}, ["agency", "crew", "crew/north"]),
        ("resources", {"resource": []}, []),
        ("availability", {"amount": "100.0"}, ["crew"]),
        ("availability", {"amount": [9, 10]}, ["bank", "commitments"]),
        ("availability", {"from": "2026-*"}, ["bank", "commitments", "crew"]),
        ("availability", {"amount": "1*"}, ["commitments", "crew"]),
        ("projects", {"tags": "x"}, ["A"]),
        ("projects", {"tags": ""}, ["B", "C"]),
        ("projects", {"jobs": 0}, ["B", "C"]),
        ("projects", {"status": "candidate", "sector": "[ew]*"}, ["A", "B", "C"]),
        ("programs", {"counts_against_cap": False}, ["train"]),
        ("programs", {"counts_against_cap": "false"}, ["train"]),
        ("programs", {"counts_against_cap": True}, []),
    ],
)
def test_where_chooses_rows(table: str, where: dict[str, Any], rows: list[str]) -> None:
    if not rows:
        assert "no row" in fault_with_change(table, where=where, set={"note": "here"}).problem
        return
    found = with_change(table, where=where, set={"note": "here"})[table]
    names = found.raw(found.spec.key[0])
    assert [name for name, note in zip(names, found.raw("note"), strict=True) if note == "here"] == rows


def test_a_text_is_itself_before_it_is_a_pattern() -> None:
    document = changed(
        sets={"s": {"change": [{"table": "resources", "where": {"resource": "a[1]"}, "set": {"unit": "u"}}]}}
    )
    document["resources"] += [{"resource": "a[1]", "kind": "other"}, {"resource": "a1", "kind": "other"}]
    units = dict(
        zip(*(parsed(document).with_set("s")["resources"].raw(name) for name in ("resource", "unit")), strict=True)
    )
    assert (units["a[1]"], units["a1"]) == ("u", "u")


# -- defaults of blank cells -------------------------------------------------------------------------------------


def test_scale_and_add_act_on_the_default_of_a_blank_cell() -> None:
    assert (
        with_change("projects", where={"id": "C"}, add={"selection_load": 2})["projects"].raw("selection_load")[2] == 3
    )
    assert with_change("projects", where={"id": "C"}, scale={"min_scale": 0.5})["projects"].raw("min_scale")[
        2
    ] == Decimal("0.5")


def test_a_blank_alternative_takes_its_project() -> None:
    change = [
        {"table": "projects", "where": {"id": "B"}, "set": {"cash_yield": 0.1}},
        {"table": "alternatives", "where": {"cash_yield": 0.1, "alternative": "large"}, "scale": {"cash_yield": 3}},
        {"table": "alternatives", "where": {"alternative": "small"}, "add": {"jobs": 2, "value": 1}},
    ]
    rows = with_sets(s={"change": change})["alternatives"]
    assert rows.raw("cash_yield") == (Decimal("0.3"), None)
    assert rows.raw("jobs") == (None, 2)
    assert rows.raw("value") == (None, 1)


def test_scale_of_a_blank_cell_without_default_is_an_error() -> None:
    fault = fault_with_change("projects", scale={"review_remaining_months": 2})
    assert fault.column == "s.change[1].scale.review_remaining_months"
    assert "blank cell that has no default" in fault.problem


# -- instance.toml -----------------------------------------------------------------------------------------------


def test_keys_of_the_settings_are_set_by_dotted_names() -> None:
    change = [
        {"table": "instance", "set": {"finance.waterfall": "literal", "calendar.last_selection": ""}},
        {"table": "instance", "scale": {"finance.japan_share_before": 1.2}, "note": "acts on the default"},
        {"table": "instance", "add": {"calendar.periods": 2, "discount_rates.us_npv": 0.01}},
        {
            "table": "instance",
            "set": {"discount_rates.use:crew/a.b": 0.02, "objective.taxes": 3, "metrics.jobs.unit": "posts"},
        },
    ]
    document = changed(sets={"s": {"change": change}})
    document["resources"].append({"resource": "crew/a.b", "kind": "labour"})
    settings = parsed(document).with_set("s").settings
    assert settings.finance is not None
    assert (settings.finance.waterfall, settings.finance.japan_share_before) == ("literal", Decimal("0.6"))
    assert (settings.calendar.last_selection, settings.calendar.periods) == (None, 10)
    assert settings.discount_rates == {"us_npv": Decimal("0.06"), "use:crew/a.b": Decimal("0.02")}
    assert settings.objective == {"value": 1, "jobs": Decimal("0.1"), "taxes": 3}
    assert parsed(document).with_set("s")["projects"].metrics == {"jobs": "posts"}


def test_a_part_of_the_settings_is_created() -> None:
    document = small()
    del document["instance"]["finance"]
    document["sets"] = {"s": {"change": [{"table": "instance", "set": {"finance.terms": "usual"}}]}}
    finance = parsed(document).with_set("s").settings.finance
    assert finance is not None
    assert finance.terms == "usual"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"set": {"name.x": 1}}, "name is not a table"),
        ({"set": {"sources.x": 1}}, "sources is not a table"),
        ({"scale": {"name": 2}}, "not a number"),
        ({"add": {"calendar.start": 2}}, "not a number"),
        ({"scale": {"calendar.finish_inside": 2}}, "true and false"),
        ({"scale": {"calendar": 2}}, "not a number"),
        ({"add": {"calendar.colour": 2}}, "blank cell that has no default"),
        ({"set": {"calender.start": "2026-01"}}, "unknown"),
        ({"set": {"name": ""}}, "missing"),
        ({"set": {"calendar.periods": "x"}}, "is text"),
        ({"set": {"": 1}}, "unknown"),
        ({"set": {"metrics.jobs": ""}}, "unknown"),
        ({"set": {"objective": ["value"]}}, "not a table"),
    ],
)
def test_wrong_changes_of_the_settings_are_refused(change: dict[str, Any], problem: str) -> None:
    faults = faults_with(s={"change": [{"table": "instance", **change}]})
    assert any(problem in fault.problem for fault in faults), [str(fault) for fault in faults]
    assert all("s" in fault.where or "s." in str(fault.column) for fault in faults)


# -- order -------------------------------------------------------------------------------------------------------


def step(add: int, **more: Any) -> dict[str, Any]:
    """Return a set that doubles the crew and then adds to it, so that the order of sets shows."""
    where = {"resource": "crew"}
    change = [
        {"table": "availability", "where": where, "scale": {"amount": 2}},
        {"table": "availability", "where": where, "add": {"amount": add}},
    ]
    return {"change": change, **more}


def test_sets_are_applied_from_left_to_right() -> None:
    sets = {"a": step(1), "b": step(3)}
    assert amounts(with_sets("a+b", **sets))["crew"] == (100 * 2 + 1) * 2 + 3
    assert amounts(with_sets(" b + a ", **sets))["crew"] == (100 * 2 + 3) * 2 + 1
    assert with_sets("a+b", **sets).settings.applied.sets == ("a", "b")


def test_parents_come_first_and_each_set_once() -> None:
    sets = {
        "a": step(1),
        "b": step(3, extends="a"),
        "c": step(5, extends=["a", "base"]),
        "d": step(7, extends=["b", "c"]),
    }
    assert with_sets("b", **sets).settings.applied.sets == ("a", "b")
    assert with_sets("d", **sets).settings.applied.sets == ("a", "b", "c", "d")
    assert with_sets("c+b+a+c", **sets).settings.applied.sets == ("a", "c", "b")
    assert amounts(with_sets("d", **sets))["crew"] == (((100 * 2 + 1) * 2 + 3) * 2 + 5) * 2 + 7


@pytest.mark.slow
def test_a_long_chain_of_sets_is_no_problem() -> None:
    sets = {f"s{number}": {"extends": f"s{number + 1}"} for number in range(3000)} | {"s3000": {}}
    assert len(with_sets("s0", **sets).settings.applied.sets) == 3001


def test_extends_must_not_run_in_a_circle() -> None:
    document = changed(
        sets={"a": {"extends": "b"}, "b": {"extends": ["c"]}, "c": {"extends": ["a", "b"]}, "d": {"extends": "a"}}
    )
    fault = only_fault(document)
    assert (fault.where, fault.value) == ("sets.toml", "b -> c -> b") or fault.value == "a -> b -> c -> a"
    assert only_fault(changed(sets={"a": {"extends": "a"}})).value == "a -> a"


@pytest.mark.parametrize("names", ["tihgt", "", "tight+", "+", "tight,tight", "TIGHT", "\x1b", None, 3, ["tight"]])
def test_an_unknown_set_is_refused(names: Any) -> None:
    with pytest.raises(InputError, match=r"sets\.toml") as caught:
        parsed(small()).with_set(names)
    assert len(caught.value.faults) == 1
    assert str(caught.value).isprintable()


def test_an_unknown_set_draws_a_hint() -> None:
    with pytest.raises(InputError, match="did you mean 'tight'"):
        parsed(small()).with_set("tihgt")


# -- switches ----------------------------------------------------------------------------------------------------


def test_disable_and_enable() -> None:
    sets = {
        "off": {"disable": ["supply", "limits"]},
        "on": {"enable": ["equipment", "labour"]},
        "both": {"disable": ["pace"], "enable": ["pace"]},
    }
    assert with_sets("off", **sets).disabled == {"labour", "equipment", "commodity", "dependencies", "limits"}
    assert with_sets("off+on", **sets).disabled == {"commodity", "dependencies", "limits"}
    assert with_sets("on+off", **sets).disabled == {"equipment", "commodity", "dependencies", "limits"}
    assert with_sets("both", **sets).disabled == {"labour"}
    assert with_sets("off", **sets).is_on("cap")


def test_forced_choices_of_several_sets_add_up() -> None:
    sets = {"a": {"force_in": ["B@small", "A"]}, "b": {"force_out": ["C"], "force_in": ["B@small@2027-01"]}}
    applied = with_sets("a+b", **sets).settings.applied
    assert applied.force_in == ("A", "B@small", "B@small@2027-01")
    assert applied.force_out == ("B@large", "C")


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        ("in+out", "forced out too"),
        ("two", "forced in twice"),
        ("in+other", "forced in twice"),
        ("odd", "no such project"),
    ],
)
def test_contradictions_name_the_sets(names: str, problem: str) -> None:
    sets = {
        "in": {"force_in": ["B@small"]},
        "out": {"force_out": ["B"]},
        "two": {"force_in": ["C@base@2026-01", "C@base@2027-01"]},
        "other": {"force_in": ["B@small@2026-01", "B@small@2026-07"]},
        "odd": {"force_out": ["Z"]},
    }
    (fault,) = faults_with(names, **sets)
    assert fault.where == f"instance with set {names}"
    assert problem in fault.problem


@pytest.mark.parametrize(
    "objective", [{"jobs": 2}, "@city", [{"weights": {"value": 1}, "tolerance": 0.1}, {"weights": {"jobs": 1}}]]
)
def test_an_objective_replaces_the_whole(objective: Any) -> None:
    levels = with_sets(s={"objective": objective}).objective_levels
    expected = (
        [{"jobs": 2}]
        if isinstance(objective, dict)
        else [{"value": 1}]
        if objective == "@city"
        else [{"value": 1}, {"jobs": 1}]
    )
    assert [level.weights for level in levels] == [{"cost": -1, **weights} for weights in expected]


def test_titles_are_joined() -> None:
    instance = parsed(changed(sets={"a": {"title": "One"}, "b": {}}))
    assert set_title(instance, "a + b+base") == "One + b + base"


def test_sets_cannot_be_changed_from_outside() -> None:
    instance = parsed(small())
    with pytest.raises(TypeError):
        instance.sets["tight"]["title"] = "x"  # type: ignore[index]
    with pytest.raises(AttributeError):
        instance.sets["tight"]["change"].append({})


@pytest.mark.slow
def test_every_set_of_the_flagship_applies() -> None:
    instance = read("us-japan-550")
    for name in instance.sets:
        assert instance.with_set(name).settings.applied.sets[-1] == name
