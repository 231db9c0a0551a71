"""What-ifs of a line: each becomes a constraint set, or is refused with what is wrong with it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from outlay.instances.errors import InputError
from outlay.instances.formats.reading import read
from outlay.instances.sets.what_if import change_of, with_what_if


@pytest.mark.parametrize(
    ("text", "change"),
    [
        (
            "availability.amount[resource=draws] * 0.9",
            {"table": "availability", "where": {"resource": "draws"}, "scale": {"amount": Decimal("0.9")}},
        ),
        ("availability.amount * 90%", {"table": "availability", "scale": {"amount": Decimal("0.9")}}),
        ("availability.amount[resource=draws]+1", {"table": "availability", "where": {"resource": "draws"},
                                                  "add": {"amount": Decimal(1)}}),
        ("projects.us-npv - 2", {"table": "projects", "add": {"us-npv": Decimal(-2)}}),
        ("projects.value / 4", {"table": "projects", "scale": {"value": Decimal("0.25")}}),
        (
            'projects.earliest_start[id="A, B", sector=r*] = 2027-07',
            {"table": "projects", "where": {"id": "A, B", "sector": "r*"}, "set": {"earliest_start": "2027-07"}},
        ),
        ("instance.calendar.finish_inside = true", {"table": "instance", "set": {"calendar.finish_inside": True}}),
        ("instance.finance.waterfall = literal", {"table": "instance", "set": {"finance.waterfall": "literal"}}),
        ("instance.calendar.periods = 5", {"table": "instance", "set": {"calendar.periods": Decimal(5)}}),
        ('projects.permit = ""', {"table": "projects", "set": {"permit": ""}}),
    ],
)  # fmt: skip
def test_a_line_is_a_change(text: str, change: dict[str, Any]) -> None:
    assert change_of(text) == change


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no change"),
        ("availability", "no change"),
        ("availability.amount", "no change"),
        ("availability.amount[resource=draws", "no change"),
        ("availability.amount[] * 2", "nothing stands in the brackets"),
        ("availability.amount[resource] * 2", "names no rows"),
        ("availability.amount[resource=a,resource=b] * 2", "stands twice"),
        ("availability.amount * lots", "after . stands lots"),
        ("availability.amount / 3", "no decimal number"),
        ("availability.amount / 0", "no decimal number"),
        ("availabilty.amount * 2", "there is no table availabilty"),
        ("instance.name[id=A] = x", "has no rows"),
    ],
)
def test_a_malformed_line_is_refused_with_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        change_of(text)
    assert caught.value.faults[0].where == "--change"
    assert caught.value.faults[0].remedy


def test_what_is_asked_is_a_set_that_is_seen() -> None:
    tutorial = read("tutorial")
    changed, name = with_what_if(
        tutorial, force_in=["library"], force_out=["park"], changes=["availability.amount[resource=crew] + 1"]
    )
    assert name == "what-if"
    resolved = changed.with_set(name)
    assert resolved.settings.applied.force_in == ("library",)
    assert resolved.settings.applied.sets == ("what-if",)
    assert "crew" in str(changed.sets[name]["title"])
    again, second = with_what_if(resolved, force_out=["school"])
    assert second == "what-if-2"
    assert again.with_set(second).settings.applied.sets == ("what-if", "what-if-2")


def test_nothing_asked_changes_nothing() -> None:
    tutorial = read("tutorial")
    assert with_what_if(tutorial) == (tutorial, None)


def test_a_change_of_what_does_not_exist_is_refused_where_it_is_applied() -> None:
    changed, name = with_what_if(read("tutorial"), changes=["availability.amont * 2"])
    assert name is not None
    with pytest.raises(InputError, match="no such column"):
        changed.with_set(name)
