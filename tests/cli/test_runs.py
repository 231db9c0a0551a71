"""Runs side by side on a terminal: they are called runs, a change of scale counts, and ties are told."""

from __future__ import annotations

from typing import Any

import pytest

import outlay
from outlay.cli.terminal.comparison import show_comparison
from outlay.cli.terminal.screen import Page
from outlay.instances.formats.parsing import parse_document
from outlay.optimizer.solver.process import SolverProcess

DOCUMENT: dict[str, Any] = {
    "instance": {"name": "twins", "calendar": {"start": "2026-01", "periods": 1, "months_per_period": 12}},
    "projects": [
        {"id": "A", "value": 5, "commitment": 4},
        {"id": "B", "value": 5, "commitment": 4},
        {"id": "C", "value": 4, "commitment": 4, "min_scale": 0.25},
    ],
    "resources": [{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
    "availability": [{"resource": "commitments", "from": "2026-01", "amount": 6}],
    "sets": {
        "more": {"change": [{"table": "availability", "scale": {"amount": 1.25}}]},
        "no-a": {"force_out": ["A"]},
        "no-b": {"force_out": ["B"]},
    },
}


def shown(solutions: dict[str, outlay.Solution]) -> str:
    page = Page()
    show_comparison(page, outlay.compare_runs(solutions))
    return page.text()


def solved(warm: SolverProcess, name: str) -> outlay.Solution:
    return outlay.solve(parse_document(DOCUMENT, source="twins"), constraint_set=name, process=warm)


@pytest.mark.slow
def test_another_scale_is_a_change_of_a_run(warm: SolverProcess) -> None:
    text = shown({"old": solved(warm, "no-a"), "new": solved(warm, "no-a+more")})
    assert "2 runs, compared with old" in text
    assert "1 otherwise or at another scale" in text
    assert "set no-a+more" in text
    assert "constraint set" not in text
    assert "this one differs least from old's" in text


def test_what_differs_by_a_tie_is_not_told_as_a_difference(warm: SolverProcess) -> None:
    first, free = solved(warm, "no-a"), solved(warm, "base")
    other = first if free.plan is not None and free.plan.choices[0].project == "A" else solved(warm, "no-b")
    assert "2 flips were only ties" in shown({"one": other, "two": free})
    assert "tie" not in shown({"one": first, "two": first})
