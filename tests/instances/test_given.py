"""What is given from Python in the place of something of another type is refused in words."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import outlay

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
