"""What charts of several questions share: lanes from the top down, and what becomes of projects as shares."""

from __future__ import annotations

from outlay.cli.report.layout.style import BLUE, PALE, fates_chart, lanes
from outlay.cli.report.stress.charts import projects_chart


def test_lanes_stand_from_the_top_down_each_with_its_label() -> None:
    axis = lanes(["first", "second"])
    assert axis["ticktext"] == ["first", "second"]
    assert axis["range"][0] > axis["tickvals"][1] > axis["tickvals"][0] > axis["range"][1]


def test_what_becomes_of_no_project_is_not_drawn_and_names_are_made_safe() -> None:
    rows = [{"project": "P1", "name": "<b>Dam"}, {"project": "P2", "name": "Road"}]
    fates = (("built", BLUE), ("given up", "#000000"), ("not funded", PALE))
    figure = fates_chart(rows, fates, [(1.0, 0.0, 0.0), (0.25, 0.0, 0.75)], ["of P1", "of P2"], "probability, %")
    assert figure is not None
    assert {trace["name"]: trace["x"] for trace in figure["data"]} == {"built": [100, 25], "not funded": [0, 75]}
    assert figure["data"][0]["hovertext"] == ["of P1", "of P2"]
    assert figure["layout"]["yaxis"]["ticktext"] == ["P1 &lt;b&gt;Dam", "P2 Road"]
    assert fates_chart([], fates, [], [], "probability, %") is None


def test_projects_that_no_draw_tells_of_are_left_out_of_a_stress_test() -> None:
    row = {"project": "P1", "name": "Dam", "planned": "full, 2027", "scale": None, "later_months": 3.0}
    known = row | {"built": 0.5, "later": 0.25, "cancelled": 0.5}
    figure = projects_chart([row | {"built": None, "later": None, "cancelled": None}, known])
    assert figure is not None
    fates = {trace["name"]: trace["x"] for trace in figure["data"]}
    assert fates == {"built as planned": [25], "built later": [25], "given up": [50]}
    assert projects_chart([row | {"built": None}]) is None
