"""The time limit of a case holds for the making of its model, too."""

from __future__ import annotations

import json
from typing import Any

import pytest

import outlay
from outlay.instances.instance import Instance
from outlay.models.arrays.ending import EndedError
from outlay.models.plain import model_of
from outlay.optimizer.compare.task import make_request, solve_case
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import Status
from tests.optimizer.compare.support import cap, town
from tests.support.clocks import SetClock

TASK = "outlay.optimizer.compare.task.model_of"


def test_a_case_ends_while_its_model_is_made_unless_there_is_a_plan_to_start_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, case = SetClock(), town()

    def slowly(instance: Instance) -> Any:
        clock.pass_(9)
        return model_of(instance)

    best = outlay.solve(case).plan
    monkeypatch.setattr(TASK, slowly)
    options: dict[str, Any] = {"gap": 1e-4, "seed": 1, "time_limit_s": 5.0}
    with SolverProcess(clock=clock) as process:
        alone = json.loads(
            solve_case(make_request("base", case, reference=None, nearest=False, options=options), process)
        )
        beside = json.loads(
            solve_case(make_request("base", case, reference=best, nearest=True, options=options), process)
        )
    assert (alone["status"], alone["limit"], alone["plan"]) == ("stopped at limit", "time", None)
    assert alone["message"].startswith("the time limit was over before the model was made, after ")
    assert alone["comparison"] == {"own_plan": None, "nearest_proved": False, "reasons": {}}
    assert (beside["limit"], beside["objective"]) == ("time", 6.0)


def test_a_comparison_tells_of_cases_whose_models_were_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(_: Instance) -> Any:
        raise EndedError

    monkeypatch.setattr(TASK, ended)
    found = outlay.compare(town(less=cap(4)), ["base", "less"], jobs=1, time_limit=60)
    assert found.cases["status"].tolist() == [Status.STOPPED, Status.STOPPED]
    assert found.cases["objective"].isna().all()
