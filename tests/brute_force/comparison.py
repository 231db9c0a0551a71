"""Put one question to the engine and to the oracle, and say in words where they differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

import outlay
from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.optimizer.answer.solution import Solution
from tests.brute_force.enumeration import Enumeration
from tests.brute_force.enumerator import Best, best
from tests.brute_force.generator import Case
from tests.brute_force.rules import dependencies_hold, synergies_had
from tests.brute_force.search import AMOUNTS, FEASIBILITY
from tests.support.clocks import LONGEST_S

OBJECTIVE = 1e-6
#: A gap of 0 is asked for, but where the objective is about 0 a relative gap says little.
FEASIBLE = {"optimal", "within gap"}
#: Later levels inherit the slack of the earlier ones.
LATER_OBJECTIVE = 1e-5


@dataclass(frozen=True)
class Answer:
    """What the engine says: ``status`` is that of the solution, or ``refused`` for bad input."""

    status: str
    objective: float | None = None
    levels: tuple[float | None, ...] = ()
    plan: Plan | None = None
    verified: bool | None = None
    words: str = ""


def as_users_do(instance: Instance) -> Solution:
    """Return the solution of an instance by the usual way."""
    return outlay.solve(instance, gap=0.0, time_limit=LONGEST_S)


def engine_answer(instance: Instance, solve: Callable[[Instance], Solution] = as_users_do) -> Answer:
    """Return what a way of solving and `outlay.verify` say."""
    try:
        solution = solve(instance)
    except InputError as error:
        return Answer("refused", words=str(error))
    status = str(getattr(solution.status, "value", solution.status))
    if status not in FEASIBLE:
        return Answer(status)
    verification = outlay.verify(solution)
    levels = tuple(level.objective for level in solution.levels)
    words = "; ".join(str(violation) for violation in verification.violations)
    return Answer(status, solution.objective, levels, solution.plan, bool(verification.ok), words)


def disagreement(case: Case, solve: Callable[[Instance], Solution] = as_users_do) -> str | None:
    """Return how engine and oracle differ on a case, or None if they agree."""
    instance = case.instance()
    return difference(instance, best(instance), engine_answer(instance, solve))


def difference(instance: Instance, expected: Best, answer: Answer) -> str | None:
    """Return how an answer differs from what is expected, or None."""
    status = "optimal" if answer.status in FEASIBLE else answer.status
    if status != expected.status:
        refusal = answer.status == "refused" and expected.status == "infeasible"
        return None if refusal else f"status {answer.status} instead of {expected.status} {answer.words}".strip()
    if expected.without_options:
        return f"{', '.join(expected.without_options)} must be funded but has no option: an error was expected"
    if status != "optimal":
        return None
    if not answer.verified:
        return f"the answer does not verify: {answer.words}"
    problems = [*_level_problems(instance, expected, answer)]
    if not problems:
        problems = [f"the oracle finds this broken: {row}" for row in broken_rows(instance, answer.plan)]
    return "; ".join(problems) or None


def _level_problems(instance: Instance, expected: Best, answer: Answer) -> list[str]:
    problems = []
    if len(answer.levels) != len(expected.levels):
        problems.append(f"{len(answer.levels)} levels instead of {len(expected.levels)}")
    for number, (want, have) in enumerate(zip(expected.levels, answer.levels, strict=False)):
        allowed = (LATER_OBJECTIVE if number else OBJECTIVE) * max(1.0, abs(want))
        if have is None or abs(want - have) > allowed:
            problems.append(f"level {number + 1}: {have} instead of {want}")
    want, slack = expected.levels[0], OBJECTIVE * max(1.0, abs(expected.levels[0]))
    floor = want if len(expected.levels) == 1 else want - float(instance.objective_levels[0].tolerance) * abs(want)
    if answer.objective is None or not floor - slack <= answer.objective <= want + slack:
        problems.append(f"objective {answer.objective} instead of {want}")
    return problems


def broken_rows(instance: Instance, plan: Plan | None) -> list[str]:
    """Return the rows of the oracle that a plan breaks, for the words of a disagreement."""
    if plan is None:
        return ["there is no plan"]
    enumeration = Enumeration(instance)
    system, choices = enumeration.system, enumeration.choices
    funded: dict[str, int] = {}
    for choice in plan.choices:
        found = [o for o, option in enumerate(system.options) if _is(choice, option)]
        if not found:
            return [f"{choice} is no option"]
        funded[choice.project] = found[0]
    amounts = _amounts(plan, enumeration, funded)
    combination = enumeration.combination_of(funded)
    had = _had(enumeration, combination, {id(system.options[o]) for o in funded.values()})
    problems = [] if dependencies_hold(instance, choices, combination)[0] else ["a dependency"]
    places = {column.key: c for c, column in enumerate(system.columns)}
    for row in system.rows:
        if row.owner is None or row.owner in funded.values():
            total = sum(amount for o, amount in row.form.options.items() if o in funded.values())
            total += sum(factor * amounts.get(column, Fraction(0)) for column, factor in row.form.columns.items())
            total += sum(bonus * int(had[y]) for y, bonus in row.form.synergies.items())
            if row.key[0] == "carry":  # a plan does not say what is carried over: as much as there is
                column = places[row.key]
                amounts[column] = max(Fraction(0), min(row.limit - total, _most(system.columns[column].upper)))
                continue
            if total > row.limit + Fraction(10 * FEASIBILITY) * max(1, abs(row.limit)):
                problems.append(f"{row.key}: {float(total)} > {float(row.limit)}")
    return problems


def _had(enumeration: Enumeration, combination: np.ndarray, funded: set[int]) -> list[bool]:
    """Return which synergies a plan has; a saving belongs to an option, which may be the twin of the enumerated one."""
    rows = [{key: cell for key, cell in row.items() if key != "option"} for row in enumeration.synergies]
    both = synergies_had(enumeration.choices, combination, rows)[0]
    return [
        bool(one) and ("option" not in row or id(row["option"]) in funded)
        for one, row in zip(both, enumeration.synergies, strict=True)
    ]


def _most(upper: float) -> Fraction:
    return Fraction(10**15) if upper == float("inf") else Fraction(upper)


def _is(choice: object, option: object) -> bool:
    return choice[:5] == (option.project, option.alternative, option.fast, option.selection, option.start)  # type: ignore[attr-defined,index]


def _amounts(plan: Plan, enumeration: Enumeration, funded: dict[str, int]) -> dict[int, Fraction]:
    """Return the value of each of the oracle's columns in a plan."""
    system, scales = enumeration.system, {choice.project: choice.scale for choice in plan.choices}
    amounts = {}
    for c, column in enumerate(system.columns):
        word, *key = column.key
        if word == "scale" and key[0] in funded.values():
            amounts[c] = Fraction(scales[system.options[key[0]].project])
        elif word == "pay" and key[1] in funded.values():
            amounts[c] = Fraction(plan.payments.get((key[0], system.options[key[1]].project), 0))
        elif word in AMOUNTS and word != "pay":
            amounts[c] = Fraction(getattr(plan, AMOUNTS[word]).get(tuple(key), 0))
    return amounts
