"""Search, reduction and division at work on problems of any size, as they are on large ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from outlay.instances.instance import Instance
from outlay.models.build import build
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.search.params import SearchParams
from outlay.optimizer.session import Session
from outlay.optimizer.solve import make_solution
from outlay.optimizer.solver.deadline import Deadline
from outlay.optimizer.solver.process import SolverProcess

#: Nothing is too small for anything.
FORCED = SearchParams(head_start_s=0.0, small=0, large=0, least_stall_s=0.0)


def force(monkeypatch: pytest.MonkeyPatch, **params: Any) -> None:
    """Let all searches of a test have these parameters, the others as usual."""
    chosen = replace(SearchParams(), **params)
    for module in ("session", "settings"):
        monkeypatch.setattr(f"outlay.optimizer.{module}.SearchParams", lambda: chosen)


def solve_forced(instance: Instance, process: SolverProcess, *, work: int | None, limit_s: float = 60.0) -> Solution:
    """Return the solution of an instance, with everything forced; `work` sub-problems first, or the search beside."""
    session = Session(build(instance))
    plan = session.search_plan(seed=1, sub_problems=work, params=FORCED)
    deadline, settings = Deadline.after(limit_s), Settings(gap=0.0)
    checked = session.solve(process, settings, deadline=deadline, start=None, on_progress=None, search=plan)
    return make_solution(session, checked, times_s={}, began=0.0, options={"gap": 0.0})
