"""Several scenarios as one model: what is linked, what is refused, and what measures of risk say."""

from __future__ import annotations

import pytest

import outlay
from outlay.instances.errors import InputError
from outlay.instances.stages import scenarios_of_sets
from outlay.models.ensemble import build_ensemble, build_scenario
from outlay.models.risk import parse_risk
from tests.brute_force.ensembles import measure
from tests.support.documents import instance as made


@pytest.fixture(scope="module")
def town() -> outlay.Instance:
    return outlay.read("tutorial")


def test_a_block_a_scenario_and_a_row_for_what_is_decided_alike(town: outlay.Instance) -> None:
    model = build_ensemble(town, ["base", "two-crews"])
    assert list(model.scenario) == ["base", "two-crews"]
    assert [one.probability for one in model.scenarios] == [0.5, 0.5]
    assert model.scenario["two-crews"].case.instance.settings.applied.sets == ("two-crews",)
    # five projects, two periods of selection, two scenarios; the roof cannot be selected before the school stands
    assert len(model.decided_alike) == 2 * (2 * 5 - 1)
    assert model.now["solar", "base", 0].fixed
    assert not model.now["solar", "base", 1].fixed


def test_what_is_proved_of_a_scenario_bounds_its_worth(town: outlay.Instance) -> None:
    model = build_ensemble(town, ["base", "more-money"], most={"base": 19.1, "more-money": float("inf")})
    assert model.worth["base"].ub == 19.1
    assert model.worth["more-money"].ub is None


def test_nested_levels_have_no_cancelling(town: outlay.Instance) -> None:
    model = build_ensemble(town, ["base", "more-money"], linking="nested")
    assert len(model.nested) == 5
    assert len(model.scenario["base"].cancelled) == 0


@pytest.mark.parametrize("risk", ["expected", "cvar:0", "cvar:0.9", "cvar:0.5:0.25", "cvar:0.65:1", "worst", "regret"])
def test_a_measure_of_risk_is_what_its_definition_says(risk: str) -> None:
    worths, shares, ideal = [7.0, -2.0, 4.5, 4.5], [0.4, 0.1, 0.3, 0.2], [8.0, 1.0, 4.5, 9.0]
    found = parse_risk(risk)
    assert found.value(worths, shares, ideal) == pytest.approx(measure(risk, worths, shares, ideal), abs=1e-12)
    assert parse_risk(str(found)) == found


@pytest.mark.parametrize(
    ("risk", "words"),
    [
        ("expectd", "did you mean 'expected'"),
        ("cvar", "not complete"),
        ("cvar:0.9:0.5:1", "says too much"),
        ("worst:1", "says too much"),
        ("cvar:high", "a number was expected"),
        ("cvar:1", "out of range"),
        ("cvar:0.5:2", "out of range"),
        ("cvar:nan", "out of range"),
    ],
)
def test_a_measure_that_is_none_is_refused(risk: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        parse_risk(risk)


def test_models_that_are_built_already_give_their_options_and_rows(town: outlay.Instance) -> None:
    scenarios = scenarios_of_sets(town, ["base", "two-crews"])
    built = {one.name: build_scenario(one) for one in scenarios}
    model = build_ensemble(town, scenarios, built=built)
    for name, known in built.items():
        assert model.scenario[name].case is known.case
        assert model.scenario[name].row_blocks is known.row_blocks
        assert known.objective.active
    alone = {one.name: build_scenario(one, cancelling=False) for one in scenarios}
    other = build_ensemble(town, scenarios, built=alone)
    assert all(other.scenario[name].case is not known.case for name, known in alone.items())


def test_what_does_not_fit_together_is_told_at_once(town: outlay.Instance) -> None:
    other = made(projects=[{"id": "A"}])
    with pytest.raises(InputError) as caught:
        build_ensemble(town, [("a", 0.5, town), ("a", 0.7, other), ("b", -0.2, town)])
    told = str(caught.value)
    for words in ("a name of its own", "its probability is -0.2", "other projects or alternatives", "another calendar"):
        assert words in told
    with pytest.raises(InputError, match=r"add up to 0\.9, not to 1"):
        build_ensemble(town, [("a", 0.9, town)])
    with pytest.raises(InputError, match="there is no scenario"):
        build_ensemble(town, [])
    with pytest.raises(InputError, match="these are no scenarios"):
        build_ensemble(town, [("a", 1.0)])  # type: ignore[list-item]
    with pytest.raises(InputError, match="regret needs to know"):
        build_ensemble(town, ["base"], risk="regret")


def test_sets_that_are_no_scenarios_are_told_at_once(town: outlay.Instance) -> None:
    with pytest.raises(InputError) as caught:
        outlay.scenarios_of_sets(town, ["base", "two-crew", "more-mony"])
    assert "two-crews" in str(caught.value)
    assert "more-money" in str(caught.value)
    with pytest.raises(InputError, match="it has no weight"):
        outlay.scenarios_of_sets(town, ["base", "two-crews"], {"base": 1.0})
    with pytest.raises(InputError, match="is no scenario"):
        outlay.scenarios_of_sets(town, ["base"], {"base": 1.0, "two-crews": 2.0})
    with pytest.raises(InputError, match="a name of its own"):
        outlay.scenarios_of_sets(town, ["base", "base"])


def test_a_committed_project_that_is_impossible_in_a_scenario_names_it() -> None:
    sets = {"slow": {"change": [{"table": "permits", "where": {"permit": "p"}, "set": {"review_months": 99}}]}}
    instance = made(
        projects=[{"id": "A", "status": "committed", "permit": "p"}],
        permits=[{"permit": "p", "review_months": 0}],
        sets=sets,
    )
    with pytest.raises(InputError, match="scenario slow: projects"):
        build_ensemble(instance, ["base", "slow"])


def test_an_objective_of_several_levels_is_refused(town: outlay.Instance) -> None:
    levels = town.replace(instance={**town.settings.model_dump(exclude_defaults=True), "objective": [
        {"weights": {"value": 1}}, {"weights": {"commitment": -1}}
    ]})  # fmt: skip
    with pytest.raises(InputError, match="several levels"):
        build_ensemble(levels, ["base", "two-crews"])
