"""What is proved of scenarios in groups bounds all of them, for every measure of risk."""

from __future__ import annotations

import math

import pytest

import outlay
from outlay.instances.stages import Scenario
from outlay.models.risk import parse_risk
from outlay.optimizer.ensemble.here import deciding, groups
from outlay.optimizer.ensemble.here.groups import Group, bound_of, groups_of

SETS = ["base", "more-money", "two-crews", "base"]


@pytest.fixture(scope="module")
def town() -> outlay.Instance:
    return outlay.read("tutorial")


def test_scenarios_are_dealt_out_by_what_they_are_worth(town: outlay.Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "LARGE", groups.GROUP)
    scenarios = [Scenario(name, share, town) for name, share in (("a", 0.1), ("b", 0.2), ("c", 0.3), ("d", 0.4))]
    worth = {"a": 5.0, "b": 9.0, "c": 1.0, "d": 2.0}
    found = groups_of(scenarios, 2 * groups.GROUP, worth)
    assert [[one.name for one in each.scenarios] for each in found] == [["b", "d"], ["a", "c"]]
    assert [each.share for each in found] == pytest.approx([0.6, 0.4])
    assert [one.probability for one in found[1].scenarios] == pytest.approx([0.25, 0.75])
    assert groups_of(scenarios, groups.LARGE, worth) == []  # together they are not large
    assert groups_of(scenarios, 4 * groups.GROUP, worth) == []  # each by itself is


@pytest.mark.parametrize(("risk", "bound"), [("expected", 3.5), ("cvar:0.9", 3.5), ("regret", 2.0), ("worst", 2.0)])
def test_means_are_bounded_by_means_and_the_worst_by_the_worst(risk: str, bound: float) -> None:
    both = [Group((), 0.25), Group((), 0.75)]
    assert bound_of(parse_risk(risk), both, [2.0, 4.0]) == bound
    unknown = bound_of(parse_risk(risk), both, [2.0, math.inf])
    assert unknown == (2.0 if bound == 2.0 else math.inf)


@pytest.mark.parametrize("risk", ["expected", "cvar:0.5:0.5", "regret", "worst"])
def test_no_decision_is_worth_more_than_its_groups_allow(
    town: outlay.Instance, risk: str, monkeypatch: pytest.MonkeyPatch, always_warm: None
) -> None:
    scenarios = [Scenario(f"{name} {place}", 0.25, town.with_set(name)) for place, name in enumerate(SETS)]
    best = outlay.solve_ensemble(town, scenarios, risk=risk, jobs=1)
    monkeypatch.setattr(groups, "LARGE", 0)
    monkeypatch.setattr(groups, "GROUP", 500)
    monkeypatch.setattr(deciding, "MOST_NONZEROS", 0)
    monkeypatch.setattr(deciding, "kernel_of", lambda *_: None)
    told: list[float] = []
    in_groups = deciding.Here._in_groups

    def bounding(here: deciding.Here, on_questions: None) -> None:
        in_groups(here, on_questions)
        told.append(here._most)

    monkeypatch.setattr(deciding.Here, "_in_groups", bounding)
    monkeypatch.setattr(deciding.Here, "_goes_on", lambda *_: True)  # also where single scenarios prove enough
    found = outlay.solve_ensemble(town, scenarios, risk=risk, jobs=1, time_limit=1e4, effort="prove")
    assert found.objective == pytest.approx(best.objective)
    assert best.objective is not None
    assert best.objective - 1e-6 <= told[0] < math.inf  # what was known before all of them were begun
