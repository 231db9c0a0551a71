"""Compare runs, whatever they came from, as the sets of one instance are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from outlay.instances.errors import InputError
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.compare.comparison import Comparison, compare_cases, lean_run
from outlay.optimizer.record.run_file import to_run_document


def compare_runs(solutions: Mapping[str, Solution]) -> Comparison:
    """Return runs side by side: inputs, plan, money, limits; differences are to the first one.

    Parameters
    ----------
    solutions
        What to call each run, and its solution; two or more. Periods of different calendars are told by their names.

    Raises
    ------
    InputError
        If there are fewer than two.

    Examples
    --------
    ``outlay.compare_runs({"last year": outlay.load("run.json"), "now": outlay.load("next.json")})``
    """
    if len(solutions) < 2:
        raise InputError.single("compare_runs", "there is nothing to compare", "give two runs or more")
    resolved = {name: solution.instance for name, solution in solutions.items()}
    runs = {name: lean_run(to_run_document(solution)) for name, solution in solutions.items()}
    first = next(iter(resolved.values()))
    found = compare_cases(first, resolved, runs, attribution=None, files={})
    titles = [f"set {solution.constraint_set}" for solution in solutions.values()]
    return replace(found, of="run", cases=found.cases.assign(title=titles))
