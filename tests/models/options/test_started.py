"""Started-by columns say the same as rows on options: the same optimum, and reasons that name the same rule."""

from __future__ import annotations

import numpy as np
import pytest

import outlay
from outlay.models.arrays.ending import EndedError, ended_by
from outlay.models.build import build
from outlay.models.case import Case
from outlay.models.options import started
from tests.brute_force.comparison import disagreement
from tests.brute_force.generator import case_of
from tests.support.choosing import some
from tests.support.documents import parsed

#: Generated cases; in most of them something requires something.
SEEDS = range(24)
CASES = some(SEEDS, 0, 8)


pytestmark = pytest.mark.usefixtures("always_warm")


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(started, "LARGE", -1)


@pytest.mark.slow
def test_there_are_enough_cases() -> None:
    rows = [row for seed in SEEDS for row in case_of(seed).document.get("dependencies", [])]
    assert sum(row.get("kind", "requires") == "requires" for row in rows) >= 3


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("seed", CASES)
def test_the_engine_finds_what_trying_everything_finds(seed: int) -> None:
    assert disagreement(case_of(seed)) is None


def chain() -> outlay.Instance:
    """Three projects in a row; the last is worth most, and the cap holds two."""
    return parsed(
        {
            "instance": {
                "name": "chain",
                "calendar": {"start": "2026-01", "periods": 6, "months_per_period": 12, "max_wait_months": 120},
            },
            "projects": [
                {"id": name, "commitment": 1.0, "value": worth} for name, worth in zip("ABC", (-1, 1, 5), strict=True)
            ],
            "resources": [{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
            "availability": [{"resource": "commitments", "from": "2026-01", "amount": 2}],
            "dependencies": [
                {"project": "B", "needs": "A", "kind": "requires"},
                {"project": "C", "needs": "B", "kind": "requires", "at": "operation", "lag_months": 12},
            ],
        }
    )


@pytest.mark.usefixtures("always")
def test_rows_have_two_entries_and_columns_a_date_each() -> None:
    model = build(chain())
    blocks = {block.name: block for block in model.row_blocks}
    assert np.diff(blocks["needed_project_first"].matrix.indptr).max() <= 2
    assert {key[:2] for key in Case(chain()).started.keys} == {("A", "start"), ("B", "start"), ("C", "start")}


@pytest.mark.usefixtures("always")
def test_a_loser_is_told_what_it_needs() -> None:
    reason = outlay.solve(chain()).projects.set_index("project")["reason"]["C"]
    assert "C needs B" in reason


@pytest.mark.usefixtures("always")
def test_a_plan_to_start_from_sets_the_columns_too() -> None:
    instance = chain().replace(availability=[{"resource": "commitments", "from": "2026-01", "amount": 3}])
    first = outlay.solve(instance)
    again = outlay.solve(instance, start=first.plan)
    assert first.objective == again.objective == pytest.approx(5.0)


def test_no_dates_are_read_once_nobody_waits() -> None:
    options = Case(outlay.read("tutorial")).options
    project = outlay.read("tutorial")["projects"].texts("id")[0]
    assert len(started.event_dates(options, project, "start"))
    with pytest.raises(EndedError), ended_by(lambda: True):
        started.event_dates(options, project, "start")


def test_few_rows_stay_on_options() -> None:
    assert not Case(chain()).started.keys
