"""Whatever an explanation proposes, applied as a constraint set and solved anew, gives what was claimed: every kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import outlay
from outlay.optimizer.explain.explanation import Explanation
from tests.brute_force.explaining import applied
from tests.cli.small import lender_document
from tests.support.documents import instance, level, parsed


def railway() -> outlay.Instance:
    """Return roads and a railway, which may be half of what is committed, and a dock, for which there are no cranes.

    Road and port are worth 14. With the metro the road needs the farm, for the railway's share, which costs 1: 13.2. By
    hand the dock leaves no room for the port.
    """
    rows = (
        ("road", 8, 5, "roads"),
        ("port", 6, 6, "roads"),
        ("farm", -1, 1, "roads"),
        ("metro", 6.2, 6, "rail"),
        ("dock", 3, 1, "roads"),
    )
    return instance(
        projects=[
            {"id": name, "value": value, "commitment": money, "sector": sector} for name, value, money, sector in rows
        ],
        alternatives=[
            {"project": "dock", "alternative": "cranes"},
            {"project": "dock", "alternative": "hand", "value": 0.2, "commitment": 2},
        ],
        resources=[
            {"resource": "commitments", "kind": "finance", "basis": "cumulative"},
            {"resource": "cranes", "kind": "equipment", "unit": "cranes"},
        ],
        availability=[level("commitments", 12), level("cranes", 0)],
        requirements=[
            {"project": "dock", "alternative": "cranes", "resource": "cranes", "amount": 2, "phase": "construction"}
        ],
        calendar={"periods": 2},
        limits=[
            {"metric": "commitment", "by": "sector", "group": "rail", "max": 0.5, "basis": "share"},
            {"metric": "commitment", "by": "sector", "group": "roads", "min": 5},
        ],
    )


SOURCES = {
    "roads and railways": (railway, {"limits": ["limits/commitment/sector/roads/min"]}),
    "a loan": (lambda: parsed(lender_document()), {}),
    "a curve": (lambda: outlay.read("tutorial"), {"curves": ["commitments"]}),
}


def claims(found: Explanation) -> Iterator[tuple[str, str, float | None, str, bool]]:
    """Yield (kind, set, objective, project, whether that is funded) of whatever is claimed; None: nothing of it."""
    today = found.objective
    assert today is not None
    assert found.plan is not None
    funded = {choice.project for choice in found.plan.choices}
    for row in found.margins[found.margins["set"] != ""].itertuples():
        yield "force", row.set, today - row.margin, row.project, row.project not in funded
    for row in found.changes[found.changes["set"] != ""].itertuples():
        kind = f"{row.kind} by {'share' if row.unit == 'share' else 'units'}" if row.kind == "limit" else row.kind
        yield kind, row.set, today if row.kind == "limit" else None, row.project, bool(row.funded)
    for row in found.limits.itertuples():
        if row.wider:
            yield "wider", row.wider, today + row.gain, "", True
        if row.tighter:
            yield "tighter", row.tighter, today - row.loss, "", True
    for row in found.curves[found.curves["set"] != ""].itertuples():
        yield "curve", row.set, row.objective, "", True


@pytest.mark.slow
@pytest.mark.parametrize("source", SOURCES)
def test_every_set_of_every_kind_solved_anew_gives_what_was_claimed(always_warm: None, source: str) -> None:
    read, more = SOURCES[source]
    asked: dict[str, Any] = dict(more)
    found = outlay.explain(read(), jobs=1, gap=0.0, **asked)
    kinds = set()
    for kind, name, objective, project, funded in claims(found):
        kinds.add(kind)
        solution = outlay.solve(applied(found.instance, found.sets[name]), gap=0.0)
        assert solution.plan is not None, name
        if kind.startswith("limit"):  # least change: as good as today's plan, perhaps a little better
            assert solution.objective >= objective - 2e-6 * max(1.0, abs(objective)), name
        elif objective is not None:
            assert solution.objective == pytest.approx(objective, abs=1e-5), name
        if project:
            assert (project in {choice.project for choice in solution.plan.choices}) is funded, name
    due = {
        "roads and railways": {"force", "limit by units", "limit by share", "wider", "tighter"},
        "a loan": {"force", "parameter", "wider", "tighter"},
        "a curve": {"curve"},
    }
    assert kinds >= due[source], kinds
