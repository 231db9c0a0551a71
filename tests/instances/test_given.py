"""What is given from Python in the place of something of another type is refused in words."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import outlay
from outlay.instances.given import number_of
from outlay.optimizer.ranking.levels import check_weights
from outlay.optimizer.solve import as_asked

TUTORIAL = "tutorial"
FUNCTIONS: dict[str, Callable[[Any], object]] = {
    "build": outlay.build,
    "graph": outlay.graph,
    "exposure": outlay.exposure,
    "write": lambda given: outlay.write(given, Path("never-written")),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_name_of_an_instance_is_told_from_an_instance(name: str) -> None:
    with pytest.raises(outlay.InputError, match=rf"write outlay\.{name}\(outlay\.read\('tutorial'\)\)"):
        FUNCTIONS[name](TUTORIAL)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("given", [None, 5, {"projects": []}])
def test_what_is_no_instance_is_refused_in_words(name: str, given: object) -> None:
    with pytest.raises(outlay.InputError, match=rf"{name}: an? {type(given).__name__} is no instance; give an"):
        FUNCTIONS[name](given)


def test_what_is_no_solution_no_path_and_no_plan_is_refused_in_words() -> None:
    given: Any = TUTORIAL
    with pytest.raises(outlay.InputError, match=r"verify: a str is no solution; give what outlay\.solve returned"):
        outlay.verify(given)
    given = None
    with pytest.raises(outlay.InputError, match="load: a NoneType is no path; give that of a run file"):
        outlay.load(given)
    given = {"school": 1}
    with pytest.raises(outlay.InputError, match=r"start: a dict is no plan; give a Plan, such as"):
        outlay.solve(outlay.read(TUTORIAL), start=given)


#: Argument of a function that is called with something that it cannot be, and what is said.
CALLS: dict[str, tuple[Callable[[Any], object], str]] = {
    "compare: instance": (lambda it: outlay.compare(TUTORIAL, ["base"]), "this is the name of an instance"),
    "compare: sets": (lambda it: outlay.compare(it, 5), "sets: '5': an int is no list; give a list of names"),
    "compare: attribute": (lambda it: outlay.compare(it, ["base"], attribute=5), "attribute: '5': an int is no list"),
    "compare: family": (lambda it: outlay.compare(it, ["base"], attribute=[5]), "no such constraint family"),
    "compare: progress": (lambda it: outlay.compare(it, ["base"], on_progress=5), "an int cannot be called"),
    "rank: levels": (lambda it: outlay.rank(it, limit="commitments", levels=5), "levels: '5': an int is no list"),
    "rank: weights": (lambda it: outlay.rank(it, limit="commitments", levels=[5], weights=5), "weights: '5': an int"),
    "rank: limit": (lambda it: outlay.rank(it, limit=5, levels=[5]), "an int is no limit; give its name"),
    "rank: jobs": (lambda it: outlay.rank(it, limit="commitments", levels=[5], jobs=0), "jobs is out of range"),
    "explain: projects": (lambda it: outlay.explain(it, "library"), "a str is no list; give a list"),
    "explain: limits": (lambda it: outlay.explain(it, limits=5), "limits: '5': an int is no list"),
    "frontier: gap": (lambda it: outlay.frontier(it, ["max:value"], gap=[]), "gap is no number; write one"),
    "frontier: nan": (lambda it: outlay.frontier(it, ["max:value"], tolerance=Decimal("nan")), "this is no share"),
    "frontier: snan": (lambda it: outlay.frontier(it, ["max:value"], tolerance=Decimal("snan")), "this is no share"),
    "frontier: large": (lambda it: outlay.frontier(it, ["max:value"], tolerance=10**400), "this is no share"),
    "solve: gap": (lambda it: outlay.solve(it, gap=None), "gap is no number; write one"),
    "solve: seed": (lambda it: outlay.solve(it, seed=[1]), "seed is no number; write one"),
    "solve: whole": (lambda it: outlay.solve(it, seed=1.5), "seed is no whole number; write one"),
    "rank: whole": (
        lambda it: outlay.rank(it, limit="crew", levels=[1], seed=0.5),
        "seed is no whole number; write one",
    ),
    "solve: time": (lambda it: outlay.solve(it, time_limit={}), "time_limit is no number; write one"),
    "solve: effort": (lambda it: outlay.solve(it, effort=["prove"]), "there is no such effort"),
    "solve: work": (lambda it: outlay.solve(it, effort="repeat", work="5"), "work is out of range"),
    "solve: objective": (lambda it: outlay.solve(it, objective=5), "an int is no objective; give weights by metric"),
    "solve: progress": (lambda it: outlay.solve(it, on_progress="print"), "a str cannot be called; give a function"),
    "solve: process": (lambda it: outlay.solve(it, process=5), "an int is no solver process; leave it out"),
    "advance": (lambda _: outlay.advance(5, "2027-01"), "advance: an int is no Solution; give what"),
    "write_tables": (lambda _: outlay.write_tables(None, "never-written"), "a NoneType is no Solution; give what"),
    "write_results": (lambda _: outlay.write_results("run.json", "never.xlsx"), "a str is no Solution; give what"),
    "compare_runs": (lambda _: outlay.compare_runs(5), "an int is no Mapping; give a dictionary of solutions"),
    "compare_runs: run": (lambda _: outlay.compare_runs({"a": 5}), "an int is no Solution; give what"),
    "replicate_gap": (lambda _: outlay.replicate_gap(5), "an int is no EnsembleSolution; give what"),
    "scenarios_of_sets": (lambda it: outlay.scenarios_of_sets(it, 5), "names: '5': an int is no list; give a list"),
    "generate": (lambda _: outlay.generate(None, 1), "generate, column projects: a NoneType is no whole number"),
    "generate: bool": (lambda _: outlay.generate(True, 1), "projects: a bool is no whole number"),
    "scenarios_of_sets: text": (lambda it: outlay.scenarios_of_sets(it, ["base"], {"base": "1"}), "its weight is 1"),
    "rank: text": (lambda it: outlay.rank(it, limit="commitments", levels=[5], weights=["1"]), "is not positive"),
    "explain: conflicts": (lambda it: outlay.explain(it, conflicts="1"), "'1': this is no number of conflicts; 1 to"),
    "explain: whole": (lambda it: outlay.explain(it, conflicts=1.5), "'1.5': this is no number of conflicts; 1 to"),
    "solve: too long": (lambda it: outlay.solve(it, time_limit=10**400), "time_limit is out of range"),
    "solve: too large": (lambda it: outlay.solve(it, gap=Fraction(10**400)), "gap is out of range"),
    "solve: nan": (lambda it: outlay.solve(it, gap=Decimal("sNaN")), "gap is out of range"),
    "solve: bool": (lambda it: outlay.solve(it, seed=True), "seed is no number"),
    "Variation: text": (lambda _: outlay.Variation(at_least="1"), "at_least: '1': this is no finite number"),
    "Variation: nan": (lambda _: outlay.Variation(at_least=Decimal("sNaN")), "this is no finite number"),
    "Variation: large": (lambda _: outlay.Variation(level={"draws": 10**400}), "a number that is not finite"),
    "load_comparison": (lambda it: outlay.load_comparison(5), "load_comparison: '5': this is not a path"),
    "load_ensemble": (lambda it: outlay.load_ensemble(5), "load_ensemble: '5': this is not a path"),
    "load_ranking": (lambda it: outlay.load_ranking(5), "load_ranking: '5': this is not a path"),
}


@pytest.mark.parametrize("call", CALLS)
def test_an_argument_of_another_type_is_refused_in_words(call: str) -> None:
    function, said = CALLS[call]
    with pytest.raises(outlay.InputError, match=said):
        function(outlay.read(TUTORIAL))


def test_numbers_of_numpy_are_numbers() -> None:
    instance, given = outlay.read(TUTORIAL), {"gap": np.float32(0.01), "seed": np.int64(3)}
    assert outlay.solve(instance, **given).objective == outlay.solve(instance, gap=0.01, seed=3).objective
    ranked = outlay.rank(instance, limit="commitments", levels=[5, 10], **given)
    assert ranked.status == outlay.rank(instance, limit="commitments", levels=[5, 10], gap=0.01, seed=3).status
    drawn = outlay.draw(outlay.read("us-japan-550"), draws=np.int64(2), seed=np.int64(2))
    assert (len(drawn), drawn.seed) == (2, 2)


@pytest.mark.parametrize("given", [Decimal("0.5"), Fraction(1, 2), np.float32(0.5), np.int64(1), 1e300], ids=repr)
def test_a_weight_may_be_any_number(given: Any) -> None:
    share = float(given) / (float(given) + 1)
    assert check_weights([given, 1], [Decimal(5), Decimal(10)]) == pytest.approx((share, 1 - share), rel=1e-12)
    weights = {"base": given, "two-crews": 1}
    scenarios = outlay.scenarios_of_sets(outlay.read(TUTORIAL), list(weights), weights)
    assert [one.probability for one in scenarios] == pytest.approx([share, 1 - share], rel=1e-12)


@pytest.mark.parametrize("given", [10**400, Fraction(10**400), Decimal("sNaN"), Decimal("inf"), True, 0])
def test_a_weight_that_is_no_finite_number_above_0_is_refused(given: Any) -> None:
    with pytest.raises(outlay.InputError, match="give more than 0"):
        check_weights([given], [Decimal(5)])
    with pytest.raises(outlay.InputError, match="give more than 0"):
        outlay.scenarios_of_sets(outlay.read(TUTORIAL), ["base"], {"base": given})


def test_what_is_too_large_for_a_float_is_infinite() -> None:
    assert [number_of(given) for given in (10**400, -(10**400), Fraction(-(10**400)))] == [np.inf, -np.inf, -np.inf]


def test_what_is_generated_may_be_counted_by_numpy() -> None:
    counts: dict[str, Any] = {"projects": np.int64(5), "seed": np.int64(1), "periods": np.int32(9)}
    assert outlay.generate(**counts) == outlay.generate(5, 1, periods=9)


@pytest.mark.parametrize("given", [Decimal("1.5"), Fraction(3, 2), np.float32(1.5)], ids=repr)
def test_what_a_variation_is_worth_at_least_may_be_any_number(given: Any) -> None:
    asked = outlay.Variation(at_least=given, objective={"value": given})
    assert asked == outlay.Variation(at_least=1.5, objective={"value": 1.5})
    assert asked.to_document()["at_least"] == 1.5


@pytest.mark.parametrize("given", [Decimal("1.5"), np.float32(1.5), np.float64(1.5)], ids=repr)
def test_a_weight_of_the_objective_may_be_a_number_of_numpys(given: Any) -> None:
    instance = outlay.read(TUTORIAL)
    assert outlay.solve(instance, objective={"value": given}).objective == pytest.approx(28.65)


#: What takes a gap and a time limit.
GAPS: dict[str, Callable[[Any, dict[str, Any]], object]] = {
    "solve": lambda it, given: outlay.solve(it, **given).status,
    "ensemble": lambda it, given: outlay.solve_ensemble(it, ["base", "two-crews"], jobs=1, **given).status,
    "rank": lambda it, given: outlay.rank(it, limit="commitments", levels=[5, 10], jobs=1, **given).status,
    "compare": lambda it, given: outlay.compare(it, ["base"], jobs=1, **given).cases.loc[0, "objective"],
    "explain": lambda it, given: outlay.explain(it, ["library"], jobs=1, **given).objective,
    "frontier": lambda it, given: len(outlay.frontier(it, ["max:value", "min:commitment"], jobs=1, **given).points),
    "evaluate": lambda it, given: outlay.evaluate(it, [{"project": "library"}], **given).ok,
}


@pytest.mark.parametrize("function", GAPS)
def test_gaps_and_limits_may_be_decimals(function: str) -> None:
    instance, asked = outlay.read(TUTORIAL), GAPS[function]
    decimals = {"gap": Decimal("0.0001"), "time_limit": Decimal(60)}
    assert asked(instance, decimals) == asked(instance, {"gap": 0.0001, "time_limit": 60.0})


@pytest.mark.parametrize(
    ("weight", "stated"),
    [
        (Fraction(1, 2), Decimal("0.5")),
        (Fraction(12345678901234567, 10**15), Decimal("12.345678901234567")),  # more digits than a float holds
        (Fraction(1, 3), Decimal("0.3333333333333333")),
        (Decimal("0.5"), Decimal("0.5")),
    ],
)
def test_the_weight_of_an_objective_may_be_a_fraction(weight: object, stated: Decimal) -> None:
    asked = as_asked(outlay.read(TUTORIAL), "base", {"value": weight})  # type: ignore[dict-item]
    assert asked.settings.objective == {"value": stated}


def test_a_fraction_that_no_float_holds_is_refused_in_words() -> None:
    with pytest.raises(outlay.InputError, match="finite"):
        as_asked(outlay.read(TUTORIAL), "base", {"value": Fraction(10**400, 3)})  # type: ignore[dict-item]


def test_a_plan_is_found_by_weights_that_are_fractions() -> None:
    instance = outlay.read(TUTORIAL)
    halves = outlay.solve(instance, objective={"value": Fraction(1, 2)})  # type: ignore[dict-item]
    assert halves.objective == outlay.solve(instance, objective={"value": 0.5}).objective
