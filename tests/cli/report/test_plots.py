"""Figures for notebooks: those of the report, by plotly; without it, what to install."""

from __future__ import annotations

import sys

import pytest

import outlay
from tests.cli.report.cases import hostile_solution, tutorial_solution


def test_plan_money_and_resources_are_figures_of_plotly() -> None:
    figures = pytest.importorskip("plotly.graph_objects")
    solution = tutorial_solution()
    made = [
        outlay.plot_plan(solution),
        outlay.plot_money(solution),
        outlay.plot_money(solution, "commitments"),
        outlay.plot_resources(solution),
        outlay.plot_resources(hostile_solution()),
    ]
    assert all(isinstance(figure, figures.Figure) and figure.data for figure in made)
    building = next(trace for trace in made[0].data if trace.name == "building")
    assert len(building.x) == int(solution.projects["funded"].sum())
    assert [trace.name for trace in outlay.plot_resources(solution, "crew").data].count("used") == 1


def test_what_cannot_be_drawn_is_told() -> None:
    pytest.importorskip("plotly")
    solution = tutorial_solution()
    for call, words in (
        (lambda: outlay.plot_resources(solution, "crews"), "there is no such resource"),
        (lambda: outlay.plot_money(solution, "draw"), "did you mean 'draws'"),
        (lambda: outlay.plot_plan("run.json"), "a str cannot be drawn"),  # type: ignore[arg-type]
    ):
        with pytest.raises(outlay.InputError, match=words):
            call()


def test_without_plotly_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "plotly", None)
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    with pytest.raises(outlay.InputError, match=r"plotly is not installed; pip install 'outlay\[plot\]'"):
        outlay.plot_plan(tutorial_solution())
