"""``uncertainty.toml`` is read, checked with all faults at once, and written back as it was."""

from __future__ import annotations

import copy
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlay.instances.errors import InputError
from outlay.instances.formats.reading import read
from outlay.instances.formats.writing import to_document, write
from tests.instances.strategies import numbers, texts
from tests.instances.support import parsed, small
from tests.support.examples import examples
from tests.support.provenance import uncovered_numbers

GOOD: dict[str, Any] = {
    "factors": {
        "pool": {
            "distribution": "triangular", "low": 0.5, "mode": 1, "high": Decimal("1.10"),
            "change": [{"table": "availability", "where": {"resource": "crew*"}, "scale": {"amount": "@"}}],
        },
        "overrun": {
            "distribution": "lognormal", "mean": 1.2, "sd": 0.35, "each": "project",
            "change": [{"table": "alternatives", "scale": {"commitment": "@", "value": "1/@"}}],
        },
        "late": {
            "distribution": "discrete", "values": [0, 6], "probabilities": [0.25, 0.75], "decimals": 0,
            "change": [{"table": "projects", "where": {"id": "A"}, "slip": {"months": "@"}}],
        },
        "odd.name": {
            "distribution": "uniform", "low": 1, "high": 2,
            "change": [{"table": "instance", "set": {"discount_rates.value": "@", "calendar.max_wait_months": 6}}],
        },
    },
    "correlations": [{"between": ["pool", "overrun"], "rank": -0.3}, {"between": ["overrun"], "rank": 0.4}],
    "scenarios": {"as it is": {"probability": 0.7}, "tight": {"probability": 0.3, "sets": "tight+base"}},
}  # fmt: skip


def document(uncertainty: Any) -> dict[str, Any]:
    found = small()
    found["sets"] = {"tight": {"change": [{"table": "availability", "scale": {"amount": 0.9}}]}}
    found["uncertainty"] = uncertainty
    return found


def faults_of(uncertainty: Any) -> list[str]:
    with pytest.raises(InputError) as refused:
        parsed(document(uncertainty))
    return [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize("name", ["folder", "one.json", "one.xlsx"])
def test_it_is_written_and_read_back_to_the_last_digit(name: str, tmp_path: Path) -> None:
    instance = parsed(document(copy.deepcopy(GOOD)))
    again = read(write(instance, tmp_path / name))
    assert again == instance
    assert again.digest == instance.digest
    assert again.uncertainty["factors"]["pool"]["high"] == Decimal("1.1")
    assert to_document(again)["uncertainty"]["correlations"][1]["rank"] == Decimal("0.4")


@pytest.mark.slow
@examples(64)
@given(
    texts, numbers(), st.dictionaries(st.sampled_from(["note", "region", "name"]), texts | numbers(None), max_size=2)
)
def test_odd_texts_and_long_numbers_come_back(title: str, size: Decimal, where: dict[str, Any]) -> None:
    change = {"table": "projects", "where": where, "scale": {"value": "-@", "commitment": size}, "note": title}
    factor = {"title": title, "distribution": "uniform", "low": size, "high": size, "change": [change]}
    instance = parsed(document({"factors": {"f": factor}}))
    with tempfile.TemporaryDirectory() as folder:
        for name in ("folder", "one.json", "one.xlsx"):
            assert read(write(instance, Path(folder) / name)) == instance


def test_an_absent_file_says_nothing_and_changes_no_digest() -> None:
    assert not parsed(small()).uncertainty
    assert parsed({**small(), "uncertainty": None}).digest == parsed(small()).digest


def test_every_fault_is_told_at_once() -> None:
    change = {"table": "projects", "scale": {"value": "@"}}
    found = faults_of({
        "factors": {
            "a": {"distribution": "triangular", "low": 2, "mode": 5, "high": 1, "change": [change]},
            "b": {"distribution": "normal", "mean": 1, "low": 0, "values": [1], "change": [change]},
            "c": {"distribution": "discrete", "values": [1, 2], "probabilities": [0.5, 0.4], "change": [change]},
            "d*": {"distribution": "uniform", "low": 0, "high": 1,
                   "change": [{"table": "projects", "scale": {"value": 2}}]},
            "e": {"distribution": "uniform", "low": 0, "high": 1, "each": "projet",
                  "change": [change, {"table": "instance", "set": {"title": "@"}}]},
            "f": {"distribution": "triangular", "low": 0, "mode": 3, "high": 1,
                  "change": [{**change, "add": {"value": 1}}]},
            "g": {"distribution": "lognormal", "mean": -1, "sd": 0,
                  "change": [{"table": "permits", "slip": {"months": "@"}}]},
            "h": {"distribution": "uniform", "low": 0, "high": 1, "each": "tags", "change": [change]},
        },
        "correlations": [
            {"between": ["a", "bb"], "rank": 0.1}, {"between": ["a"], "rank": 0.2},
            {"between": ["a", "c"], "rank": 0.1},
            {"between": ["c", "a"], "rank": 0.2}, {"between": ["a", "e"], "same": "sectr", "rank": 0.3},
        ],
        "scenarios": {"x": {"probability": 0.5, "sets": "tigt"}, "y": {"probability": 0.4}},
    })  # fmt: skip
    text = "\n".join(found)
    for told in (
        "factors.a.low: '2': this is more than high (1)",
        "factors.b.sd: a normal distribution needs it",
        "factors.b.values: a normal distribution has no values",
        "factors.c.probabilities: '0.9': the probabilities do not add up to 1",
        "factors.d*: a name is not blank",
        "factors.d*.change: the drawn value stands nowhere",
        "projects has no column projet, for whose values each draws; did you mean",
        "factors.e.change[2].table: 'instance': each draws for rows",
        "factors.f.mode: '3': the mode lies outside 0 to 1",
        "factors.f.change[1]: this change has 2 operations",
        "factors.g.mean: '-1': the mean of a lognormal is positive",
        "factors.g.change[1].table: 'permits': slip moves the dates of projects",
        "factors.g.change[1].slip: months are whole numbers; add decimals = 0",
        "factors.h.change[1].each: 'tags': each takes a column of single values",
        "correlations[1].between: 'bb': there is no such factor; did you mean 'b'?",
        "correlations[2].between: 'a': a factor with one draw has nothing",
        "correlations[4].between: 'c, a': correlations[3] says it already",
        "correlations[5].same: 'sectr': projects have no such column; did you mean 'sector'?",
        "scenarios.x.sets: 'tigt': there is no such constraint set; did you mean 'tight'?",
        "scenarios: '0.9': the probabilities do not add up to 1",
    ):
        assert told in text, told


def test_what_is_refused_by_itself_hides_nothing_else() -> None:
    change = [{"table": "projects", "scale": {"value": "@"}}]
    found = faults_of({
        "factors": {
            "a": {"distribution": "triangular", "low": 3, "mode": 2, "high": 4, "change": change},
            "b": {"distribution": "normal", "mean": 1, "sd": -1, "change": change},
        },
        "correlations": [{"between": ["a", "nobody"], "rank": 0.3}, {"between": ["b", "a"], "rank": 0.1},
                         {"between": ["a", "b"], "rank": 1.3}],
        "scenarios": {"x": {"probability": 0.3}, "y": {"probability": 0.6}},
        "senarios": {},
    })  # fmt: skip
    text = "\n".join(found)
    assert len(found) == 6, text
    for told in (
        "factors.b.sd: '-1': this should be greater than or equal to 0",
        "correlations[3].rank: '1.3': a rank correlation lies between -1 and 1",
        "senarios: this key is unknown",
        "factors.a.mode: '2': the mode lies outside 3 to 4",
        "correlations[1].between: 'nobody': there is no such factor",
        "scenarios: '0.9': the probabilities do not add up to 1",
    ):
        assert told in text, told


@pytest.mark.parametrize(
    ("uncertainty", "told"),
    [
        ([], "this is not a table with factors"),
        ({"factor": {}}, "this key is unknown; did you mean 'factors'?"),
        ({"factors": {"a": {"distribution": "gauss", "change": []}}}, "this word is not allowed here"),
        ({"correlations": [{"between": ["a", "b"], "rank": 1.5}]}, "a rank correlation lies between -1 and 1"),
        (
            {"factors": {"a": {"distribution": "uniform", "low": 0, "high": 1,
                               "change": [{"table": "projects", "scale": {"value": "2@"}}]}}},
            "write a number, or one of @, -@, 1/@",
        ),
        ({"factors": {"a": {"distribution": "uniform", "low": float("nan"), "high": 1}}}, "a number must be finite"),
        (
            {"factors": {"draw": {"distribution": "uniform", "low": 0, "high": 1,
                                  "change": [{"table": "projects", "scale": {"value": "@"}}]}}},
            "factors.draw: the table of draws has a column of this name; rename the factor",
        ),
        ({"scenarios": {"a": {"probability": -0.5}, "b": {"probability": 1.5}}}, "greater than or equal to 0"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(uncertainty: Any, told: str) -> None:
    assert told in "\n".join(faults_of(uncertainty))


NO_NUMBER = "a drawn value is a number, and this"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"table": "projects", "set": {"name": "@"}}, f"change[1].set: 'name': {NO_NUMBER} column holds none"),
        ({"table": "projects", "set": {"id": "@"}}, f"change[1].set: 'id': {NO_NUMBER} column holds none"),
        ({"table": "projects", "scale": {"earliest_start": "@"}}, f"'earliest_start': {NO_NUMBER} column holds none"),
        ({"table": "instance", "set": {"calendar.start": "@"}}, f"'calendar.start': {NO_NUMBER} key holds none"),
        ({"table": "instance", "scale": {"name": "@"}}, f"change[1].scale: 'name': {NO_NUMBER} key holds none"),
        ({"table": "instance", "set": {"calendar": "@"}}, f"'calendar': {NO_NUMBER} key holds none"),
        ({"table": "instance", "set": {"calendar.finish_inside": "@"}}, f"{NO_NUMBER} key holds none"),
        ({"table": "instance", "set": {"calendar.period": "@"}}, "no such key; did you mean 'periods'?"),
        ({"table": "instance", "set": {"calender.periods": "@"}}, "no such key; did you mean 'calendar'?"),
        ({"table": "instance", "set": {"name.first": "@"}}, "'name.first': instance.toml has no such key"),
    ],
)
def test_what_takes_no_number_is_told_before_anything_is_drawn(change: Any, told: str) -> None:
    factor = {"distribution": "uniform", "low": 0, "high": 1, "change": [change]}
    assert told in "\n".join(faults_of({"factors": {"f": factor}}))


@pytest.mark.parametrize(
    "key",
    ["calendar.periods", "calendar.fiscal_year_start", "discount_rates.odd.name", "objective.value",
     "finance.japan_share_before", "finance.lender_share_before"],
)  # fmt: skip
def test_numbers_of_the_settings_may_be_drawn(key: str) -> None:
    factor = {"distribution": "uniform", "low": 0, "high": 1, "change": [{"table": "instance", "set": {key: "@"}}]}
    assert parsed(document({"factors": {"f": factor}})).uncertainty


def test_provenance_covers_its_numbers_too() -> None:
    instance = parsed(document(copy.deepcopy(GOOD)))
    found = [item for item in uncovered_numbers(instance) if item[0] == "uncertainty"]
    assert ("uncertainty", "pool", "low") in found
    assert ("uncertainty", "late", "probabilities") in found
    assert ("uncertainty", "correlations/2", "rank") in found
    assert ("uncertainty", "scenarios/tight", "probability") in found
    bare = document(copy.deepcopy(GOOD))
    bare["provenance"] = [{"table": "uncertainty", "key": "*", "kind": "assumed", "text": "x"}]
    assert not [item for item in uncovered_numbers(parsed(bare)) if item[0] == "uncertainty"]
