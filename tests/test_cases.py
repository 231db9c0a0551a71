"""Small instances whose right answers are known from elsewhere: by brute force in fractions, by hand, independently.

``cases/NAME/`` is an instance; ``cases/expected.csv`` holds the right objective by constraint set, or ``infeasible``,
or ``refused`` where the tables cannot say what is meant. What a planner means by such a case stands in its note.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import outlay
from outlay.instances.errors import InputError
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import Status
from tests.support.choosing import some
from tests.support.clocks import LONGEST_S
from tests.support.solving import warm  # noqa: F401

CASES = Path(__file__).parent / "cases"


def expected() -> list[tuple[str, str, str]]:
    """Return (case, constraint set, what is right) of every row."""
    with (CASES / "expected.csv").open(encoding="utf-8", newline="") as file:
        return [(row["case"], row["set"], row["expected"]) for row in csv.DictReader(file)]


def test_every_case_has_an_expected_answer_and_the_other_way_round() -> None:
    assert {case for case, _, _ in expected()} == {folder.name for folder in CASES.iterdir() if folder.is_dir()}


@pytest.mark.slow
@pytest.mark.parametrize(("case", "name", "right"), expected())
@pytest.mark.parametrize("effort", some(["prove", "search", "repeat"], 1))
def test_the_answer_is_the_one_that_is_known_from_elsewhere(
    case: str,
    name: str,
    right: str,
    effort: str,
    warm: SolverProcess,  # noqa: F811
) -> None:
    if right == "refused":
        with pytest.raises(InputError) as refused:
            outlay.read(CASES / case).with_set(name)
        for fault in refused.value.faults:
            assert fault.where
            assert fault.column
            assert fault.problem
            assert fault.remedy
        return
    instance = outlay.read(CASES / case).with_set(name)
    solution = outlay.solve(instance, gap=0.0, effort=effort, work=5, time_limit=LONGEST_S, process=warm)
    if right == "infeasible":
        assert solution.status == Status.INFEASIBLE
        return
    assert solution.status.proved
    assert solution.objective == pytest.approx(float(right), rel=1e-6)
    assert outlay.verify(solution).ok
