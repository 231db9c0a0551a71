"""The charts of an explanation show what is proved, and fit a phone."""

from __future__ import annotations

from typing import Any

import pytest

from outlay.cli.report.explanation.charts import margins_chart, tornado


def margin(project: str, value: float | None, low: float | None, high: float | None, standing: str) -> dict[str, Any]:
    facts = {"name": "A name that is much too long for a phone", "comes_in": "", "goes": "", "reason": "", "tie": False}
    return {"project": project, "margin": value, "low": low, "high": high, "standing": standing, **facts}


def test_a_bar_of_a_margin_has_its_interval_and_what_has_none_has_no_mark() -> None:
    figure = margins_chart([margin("A", 3.0, 2.5, 3.25, "funded"), margin("B", None, None, None, "never")])
    assert figure is not None
    (bars,) = figure["data"]
    assert (bars["error_x"]["arrayminus"], bars["error_x"]["array"]) == ([0.5, None], [0.25, None])
    assert bars["error_x"]["color"] not in bars["marker"]["color"]  # it is to be seen on the bar


def test_on_a_phone_a_bar_is_named_by_its_id() -> None:
    figure = margins_chart([margin("A", 3.0, 2.5, 3.25, "funded")])
    assert figure is not None
    assert figure["layout"]["meta"]["onPhone"]["yaxis.ticktext"] == ["A"]


def test_on_a_phone_the_name_of_a_limit_leaves_room_for_its_bar() -> None:
    sides = {f"{side}{end}": 1.0 for side in ("gain", "loss") for end in ("", "_low", "_high")}
    words = {f"{side}_{end}": "" for side in ("gain", "loss") for end in ("in", "out", "note")}
    figure = tornado([{"limit": "labour/electrical/PJM and everywhere else", **sides, **words}])
    assert figure is not None
    (name,) = figure["layout"]["meta"]["onPhone"]["yaxis.ticktext"]
    assert len(name) == pytest.approx(16, abs=1)
