"""Draws: what they are distributed like, that they are sets, and what is told where they cannot be."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

import outlay
from outlay.instances.errors import InputError
from outlay.instances.uncertainty.schema import Factor
from outlay.optimizer.uncertainty.copula import nearest_correlation, scores_of_ranks, sobol_points
from outlay.optimizer.uncertainty.draws import draw, draws
from outlay.optimizer.uncertainty.marginals import quantiles
from tests.optimizer.uncertainty.worlds import MONEY, OVERRUN, WORTH, uncertain

#: Standard errors within which moments of draws must lie.
MOST_ERRORS = 3.0
CHANGE = [{"table": "projects", "scale": {"value": "@"}}]


def factor(**parameters: Any) -> Factor:
    return Factor.model_validate({"change": CHANGE, **parameters})


@pytest.mark.parametrize(
    ("parameters", "law"),
    [
        ({"distribution": "uniform", "low": 2, "high": 5}, stats.uniform(2, 3)),
        ({"distribution": "triangular", "low": 1, "mode": 2, "high": 6}, stats.triang(0.2, 1, 5)),
        ({"distribution": "pert", "low": 1, "mode": 2, "high": 6}, stats.beta(1.8, 4.2, 1, 5)),
        ({"distribution": "normal", "mean": 3, "sd": 2}, stats.norm(3, 2)),
        ({"distribution": "normal", "mean": 3, "sd": 2, "low": 2, "high": 4}, stats.truncnorm(-0.5, 0.5, 3, 2)),
    ],
)
def test_each_distribution_is_scipys(parameters: dict[str, Any], law: Any) -> None:
    chances = np.array([0.001, 0.1, 0.5, 0.77, 0.999])
    assert np.allclose(quantiles(factor(**parameters), chances), law.ppf(chances), rtol=1e-9)


def test_a_lognormal_has_the_mean_and_deviation_that_are_written() -> None:
    chances = (np.arange(200_000) + 0.5) / 200_000
    found = quantiles(factor(distribution="lognormal", mean=2.2, sd=1.1), chances)
    assert found.mean() == pytest.approx(2.2, rel=1e-3)
    assert found.std() == pytest.approx(1.1, rel=1e-2)
    cut = quantiles(factor(distribution="lognormal", mean=2.2, sd=1.1, low=1, high=3), chances)
    assert (cut.min(), cut.max()) == (pytest.approx(1, abs=1e-4), pytest.approx(3, abs=1e-4))
    inside = found[(found > 1) & (found < 3)]
    assert np.median(cut) == pytest.approx(np.median(inside), rel=1e-3)


def test_values_are_drawn_by_their_probabilities_the_smallest_first() -> None:
    chances = np.array([0.1, 0.29, 0.31, 0.99])
    given = factor(distribution="discrete", values=[3, 1, 2], probabilities=[0.5, 0.3, 0.2])
    assert quantiles(given, chances).tolist() == [1, 1, 2, 3]
    assert quantiles(factor(distribution="empirical", values=[5, 5, 1, 9]), chances).tolist() == [1, 5, 5, 9]


@pytest.mark.parametrize(
    ("parameters", "value"),
    [
        ({"distribution": "uniform", "low": 2, "high": 2}, 2),
        ({"distribution": "triangular", "low": 2, "mode": 2, "high": 2}, 2),
        ({"distribution": "lognormal", "mean": 2, "sd": 0}, 2),
    ],
)
def test_what_is_certain_is_itself(parameters: dict[str, Any], value: float) -> None:
    assert quantiles(factor(**parameters), np.array([0.01, 0.99])).tolist() == [value, value]


PARK = [{"table": "projects", "where": {"id": "park"}, "add": {"value": "@"}}]
#: The other distributions, each with its law; `each` draws for five projects, of which one is looked at.
OTHERS = {
    "flat": ({"distribution": "uniform", "low": 2, "high": 5}, stats.uniform(2, 3)),
    "smooth": ({"distribution": "pert", "low": 1, "mode": 2, "high": 6}, stats.beta(1.8, 4.2, 1, 5)),
    "normal": ({"distribution": "normal", "mean": 3, "sd": 2}, stats.norm(3, 2)),
    "few": (
        {"distribution": "discrete", "values": [4, 1, 2], "probabilities": [0.25, 0.5, 0.25]},
        stats.rv_discrete(values=([1, 2, 4], [0.5, 0.25, 0.25])),
    ),
    "seen": (
        {"distribution": "empirical", "values": [5, 5, 1, 9]},
        stats.rv_discrete(values=([1, 5, 9], [0.25, 0.5, 0.25])),
    ),
    "spread": (
        {"distribution": "triangular", "low": 0, "mode": 0, "high": 4, "each": "project"},
        stats.triang(0, 0, 4),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def many() -> Any:
    rules = [
        {"between": ["money", "overrun"], "rank": -0.3},
        {"between": ["overrun"], "rank": 0.5},
        {"between": ["overrun", "worth"], "rank": 0.6},
    ]
    others = {name: {**body, "change": CHANGE if "each" in body else PARK} for name, (body, _) in OTHERS.items()}
    given = {"factors": {"money": MONEY, "overrun": OVERRUN, "worth": WORTH, **others}, "correlations": rules}
    return draw(uncertain(given), draws=4096)


@pytest.mark.slow
def test_moments_of_many_draws_are_those_of_the_distributions(many: Any) -> None:
    spread = math.log1p((0.2 / 1.1) ** 2)
    laws = {
        "money": stats.triang(0.75, 8, 4),
        "overrun/bridge": stats.lognorm(math.sqrt(spread), scale=1.1 / math.exp(spread / 2)),
        "worth/solar": stats.truncnorm((0.2 - 1) / 0.3, np.inf, 1, 0.3),
        **{f"{name}/school" if "each" in body else name: law for name, (body, law) in OTHERS.items()},
    }  # fmt: skip
    for name, law in laws.items():
        found = many.values[name]
        assert abs(found.mean() - law.mean()) < MOST_ERRORS * law.std() / math.sqrt(len(found)), name
        kurtosis = float(law.stats(moments="k")) + 3
        error = law.std() ** 2 * math.sqrt((kurtosis - 1) / len(found))
        assert abs(found.var() - law.std() ** 2) < MOST_ERRORS * error, name


@pytest.mark.slow
def test_rank_correlations_of_many_draws_are_those_that_are_written(many: Any) -> None:
    ranks = many.values.drop(columns=["draw", "probability"]).corr("spearman")
    error = 1 / math.sqrt(len(many))
    for one, other, rank in (
        ("money", "overrun/library", -0.3), ("overrun/library", "overrun/park", 0.5),
        ("overrun/park", "worth/park", 0.6), ("money", "worth/school", 0.0),
    ):  # fmt: skip
        assert abs(ranks.loc[one, other] - rank) < MOST_ERRORS * error, (one, other)
    assert not many.notes


def test_impossible_correlations_are_replaced_by_the_nearest_with_a_note() -> None:
    other = {name: {**MONEY, "change": CHANGE} for name in "abc"}
    rules = [{"between": [*pair], "rank": rank} for pair, rank in (("ab", 0.9), ("bc", 0.9), ("ac", -0.9))]
    drawn = draw(uncertain({"factors": other, "correlations": rules}), draws=512)
    assert "nearest one is used: it moves them by up to" in drawn.notes[0]
    ranks = drawn.values.corr("spearman", numeric_only=True)
    assert 0.3 < ranks.loc["a", "b"] < 0.9
    assert -0.9 < ranks.loc["a", "c"] < 0


def test_correlations_within_a_sector_leave_the_others_alone() -> None:
    rule = {"between": ["worth"], "rank": 0.7, "same": "sector"}
    ranks = draw(uncertain({"factors": {"worth": WORTH}, "correlations": [rule]}), draws=1024).values.corr(
        "spearman", numeric_only=True
    )
    assert ranks.loc["worth/library", "worth/park"] == pytest.approx(0.7, abs=0.05)
    assert ranks.loc["worth/library", "worth/school"] == pytest.approx(0.0, abs=0.05)


def test_the_nearest_correlation_matrix_is_one_and_a_possible_one_is_left_alone() -> None:
    fine = np.array([[1, 0.5], [0.5, 1.0]])
    assert nearest_correlation(fine) is fine
    wrong = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1.0]])
    near = nearest_correlation(wrong)
    assert np.allclose(np.diag(near), 1)
    assert np.linalg.eigvalsh(near)[0] > -1e-9
    assert np.linalg.norm(near - wrong) < np.linalg.norm(np.eye(3) - wrong)
    assert scores_of_ranks(np.array([0.5]))[0] == pytest.approx(2 * math.sin(math.pi / 12))


@pytest.mark.parametrize("count", [1, 3, 8, 21])
def test_the_first_draws_of_twice_as_many_are_the_draws(count: int) -> None:
    instance = uncertain({"factors": {"money": MONEY, "overrun": OVERRUN}, "scenarios": {"a": {"probability": 1}}})
    few, twice = draw(instance, draws=count, seed=7), draw(instance, draws=2 * count, seed=7)
    assert few.sets == dict(list(twice.sets.items())[:count])
    assert few.sets_toml == draw(instance, draws=count, seed=7).sets_toml
    assert few.sets != draw(instance, draws=count, seed=8).sets
    points = sobol_points(2 * count, 3, 7)
    assert np.array_equal(sobol_points(count, 3, 7), points[:count])
    assert 0 < points.min() <= points.max() < 1


def test_a_draw_is_a_set_that_gives_the_same_instance_by_itself(tmp_path: Any) -> None:
    given = {
        "factors": {"money": MONEY, "overrun": OVERRUN},
        "scenarios": {"two": {"probability": 0.5, "sets": "two-crews"}, "one": {"probability": 0.5}},
    }
    drawn = draws(uncertain(given), 6, 3)
    assert {one.scenario for one in drawn} == {"one", "two"}
    written = outlay.read(outlay.write(drawn.with_sets(), tmp_path / "worlds"))
    for one in drawn:
        alone = written.with_set(one.name)
        assert dict(alone.tables) == dict(one.instance.tables)
        crews = dict(zip(alone["availability"].texts("resource"), alone["availability"].floats("amount"), strict=True))
        assert crews["crew"] == (2 if one.scenario == "two" else 1)
        assert crews["commitments"] == float(one.values["money"])
        bridge = alone["projects"].index[("bridge",)]
        assert alone["projects"].floats("commitment")[bridge] == pytest.approx(5 * float(one.values["overrun/bridge"]))
        assert sum(other.probability for other in drawn) == pytest.approx(1)


def test_scenarios_alone_are_the_draws_with_their_probabilities() -> None:
    given = {"scenarios": {"two-crews": {"probability": 0.3, "sets": "two-crews"}, "as it is": {"probability": 0.7}}}
    drawn = draw(uncertain(given), draws=200)
    assert [(one.name, one.probability, one.scenario) for one in drawn] == [
        ("scenario-two-crews", 0.3, "two-crews"), ("as it is", 0.7, "as it is"),
    ]  # fmt: skip
    assert drawn[1].instance.tables == uncertain(given).tables
    assert "each of them is one draw" in drawn.notes[0]


def test_names_with_signs_of_globs_mean_themselves_alone() -> None:
    projects = [{"id": name, "commitment": 1, "value": 1} for name in ("a*", "ab", "a[b]", "a?")]
    drawn = draw(
        uncertain({"factors": {"worth": WORTH}}, projects=projects, requirements=[], dependencies=[], sets={}), draws=2
    )
    for one in drawn:
        rows = one.instance["projects"]
        found = dict(zip(rows.texts("id"), rows.floats("value").tolist(), strict=True))
        assert found == {name: float(one.values[f"worth/{name}"]) for name in found}  # fmt: skip


def test_what_matches_nothing_is_told_by_factor() -> None:
    wrong = {
        "a": {**MONEY, "change": [{"table": "projects", "where": {"id": "brige"}, "scale": {"value": "@"}}]},
        "c": {**MONEY, "change": [{"table": "projects", "scale": {"valeu": "@"}}]},
    }
    with pytest.raises(InputError) as refused:
        draw(uncertain({"factors": wrong}), draws=2)
    text = str(refused.value)
    assert "factors.a.change[1]: 'id = brige': no row of projects matches" in text
    assert "did you mean 'value'?" in text


def test_a_change_that_only_some_scenarios_have_rows_for_is_made_there() -> None:
    gone = {"gone": {"change": [{"table": "projects", "where": {"id": "park"}, "delete": True},
                                {"table": "requirements", "where": {"project": "park"}, "delete": True}]}}  # fmt: skip
    given = {
        "factors": {"worth": {**WORTH, "change": [{**CHANGE[0], "where": {"id": "park"}}]}},
        "scenarios": {"no park": {"probability": 0.5, "sets": "gone"}, "park": {"probability": 0.5}},
    }  # fmt: skip
    drawn = draw(uncertain(given, sets=gone), draws=4)
    drawn.check()
    assert {one.scenario: "change" in one.body for one in drawn} == {"no park": False, "park": True}


def test_an_invalid_draw_is_told_with_factor_value_row_and_remedy() -> None:
    low = {**MONEY, "low": -30}
    building = {"table": "projects", "where": {"id": "park"}, "scale": {"construction_months": "@"}}
    slow = {**WORTH, "each": "", "change": [building], "mean": 1, "sd": 0, "decimals": 0}
    never = {"distribution": "uniform", "low": 0, "high": 0, "decimals": 0, "change": [building]}
    drawn = draw(uncertain({"factors": {"money": low, "never": never, "slow": slow}}), draws=8)
    with pytest.raises(InputError) as refused:
        drawn.check()
    told = [str(fault) for fault in refused.value.faults]
    negative = next(text for text in told if "money" in text)
    assert "uncertainty.toml, column factors.money: 'money = -" in negative
    assert "availability" in negative
    assert "column amount becomes -" in negative
    assert "bound the factor with low and high" in negative
    assert any("factors.never: 'never = 0" in text and "construction_months" in text for text in told)


def test_what_makes_many_draws_invalid_is_told_once_with_what_to_do() -> None:
    def faults(change: dict[str, Any], **parameters: Any) -> list[str]:
        factor = {"distribution": "uniform", **parameters, "change": [change]}
        with pytest.raises(InputError) as refused:
            draw(uncertain({"factors": {"f": factor}}), draws=8).check()
        return [str(fault) for fault in refused.value.faults]

    crews = {"table": "availability", "where": {"resource": "crew"}, "scale": {"amount": "@"}}
    (crew,) = faults(crews, low=-2, high=-1)
    assert "draw-0001 and 7 more draws: availability, row 2, column amount becomes -" in crew
    assert crew.endswith("this is negative; bound the factor with low and high")
    assert len(faults({"table": "projects", "scale": {"commitment": "@"}}, low=-2, high=-1)) == 1  # of five rows
    for change in (
        {"table": "instance", "set": {"calendar.periods": "@"}},
        {"table": "projects", "set": {"life_years": "@"}},
    ):
        (broken,) = faults(change, low=1.1, high=1.9)
        assert broken.endswith("this is not a whole number; add decimals = 0 to the factor"), broken
    (small,) = faults({"table": "instance", "set": {"calendar.periods": "@"}}, low=-3, high=-3)
    assert "becomes -3: " in small
    assert small.endswith("bound the factor with low and high")
    (long,) = faults({"table": "projects", "where": {"id": "library"}, "scale": {"value": "@"}}, low=9e14, high=9e14)
    assert "column value of 13.5: scale needs numbers" in long


def test_an_unknown_column_is_told_where_it_stands() -> None:
    wrong = {**MONEY, "change": [{"table": "projects", "set": {"valeu": "@"}}]}
    with pytest.raises(InputError, match=r"factors\.a\.change\[1\]\.set: 'valeu': projects has no such column"):
        draw(uncertain({"factors": {"a": wrong}}), draws=2)


def test_the_name_of_an_instance_is_none() -> None:
    with pytest.raises(InputError, match=r"this is no instance; give what outlay.read returned"):
        draw("tutorial")  # type: ignore[arg-type]


@pytest.mark.parametrize(("count", "seed"), [(0, 1), (70_000, 1), (True, 1), (4, -1), (4, 2**31)])
def test_counts_and_seeds_out_of_range_are_refused(count: Any, seed: Any) -> None:
    with pytest.raises(InputError, match="out of range"):
        draw(uncertain({"factors": {"money": MONEY}}), draws=count, seed=seed)


def test_an_instance_without_uncertainty_says_what_to_write() -> None:
    with pytest.raises(InputError, match="nothing is said to be uncertain"):
        draw(outlay.read("tutorial"))


def test_one_divided_by_nothing_and_taken_names_are_told() -> None:
    inverse = {
        "distribution": "uniform",
        "low": 0,
        "high": 0,
        "change": [{"table": "projects", "scale": {"value": "1/@"}}],
    }
    with pytest.raises(InputError, match=r"draw-0001 draws 1/@ of 0; bound it"):
        draw(uncertain({"factors": {"inverse": inverse}}), draws=1)
    other = {"draw-0001": {"title": "mine"}}
    with pytest.raises(InputError, match="another constraint set of this name"):
        draw(uncertain({"factors": {"money": MONEY}}, sets=other), draws=1).with_sets()
