"""The best combination for one level of the objective after the other.

What is discrete is enumerated; what is continuous (scales, payments, purchases, flows, imports, shortfalls) is a small
linear program for each combination. Combinations are tried in the order of what they could bring at best, so that most
are never looked at.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from scipy.optimize import linprog

from outlay.instances.plan import Plan
from tests.brute_force.enumeration import Enumeration
from tests.brute_force.rules import synergies_had
from tests.brute_force.system import Arrays, Expression, fill

#: Where the continuous amounts of each kind stand in a plan.
AMOUNTS = {"buy": "purchases", "flow": "flows", "import": "imports", "pay": "payments", "shortfall": "shortfalls"}
#: A row holds if it is broken by no more than this times max(1, |limit|).
FEASIBILITY = 1e-7


class Unbounded(Exception):  # noqa: N818 - not a fault but an answer
    """Some combination can be made better without end."""


class Search:
    """Finds the best combination for one level of the objective after the other."""

    def __init__(self, enumeration: Enumeration) -> None:
        self.enumeration, self.tried = enumeration, 0
        self.combinations = enumeration.combinations()
        self.had = synergies_had(enumeration.choices, self.combinations, enumeration.synergies)
        self._prepare()

    def require(self, form: Expression, floor: float) -> None:
        """Keep only plans that bring at least ``floor`` of a form."""
        self.enumeration.system.at_least(("level",), form, Fraction(floor))
        self._prepare()

    def _prepare(self) -> None:
        arrays = Arrays(self.enumeration.system, len(self.enumeration.synergies))
        self.arrays, self.common = arrays, arrays.row_owner < 0
        self.slack = FEASIBILITY * np.maximum(1.0, np.abs(arrays.limits))
        self.constants = self._sum_over_options(arrays.constants) + self.had @ arrays.bonuses.T
        free = arrays.column_owner < 0
        least = extremes(arrays.coefficients, arrays.lower, arrays.upper, least=True)
        owned = self._sum_over_options(gathered(least, arrays.column_owner, arrays.constants.shape[1]))
        lowest = self.constants + owned + least[:, free].sum(axis=1)
        possible = np.all((lowest <= arrays.limits + self.slack)[:, self.common], axis=1)
        if not possible.all():
            self.combinations, self.had = self.combinations[possible], self.had[possible]
            self.constants = self.constants[possible]

    def _sum_over_options(self, table: np.ndarray) -> np.ndarray:
        """Return for each combination the sum of a (rows, options) table over its options."""
        total = np.zeros((len(self.combinations), len(table)))
        padded = np.hstack([table, np.zeros((len(table), 1))]).T  # number -1 = no option = zeros
        for p, numbers in enumerate(self.enumeration.numbers):
            total += padded[numbers[self.combinations[:, p]]]
        return total

    def reaches(self, form: Expression, value: float) -> bool:
        """Whether some plan brings at least so much of a form; combinations that cannot are not looked at."""
        if not len(self.combinations):
            return False
        weights, bounds, easy = self._bounds(form)
        if (bounds[easy] >= value).any():
            return True
        for i in np.argsort(-bounds, kind="stable"):
            if bounds[i] < value - 1e-12 * max(1.0, abs(value)):
                return False
            found = None if easy[i] else self._solve(int(i), weights)
            if found is not None and found[0] >= value:
                return True
        return False

    def maximise(self, form: Expression) -> tuple[float, Plan] | None:
        """Return the greatest value of a form and a plan that brings it; None if nothing is feasible."""
        if not len(self.combinations):
            return None
        weights, bounds, easy = self._bounds(form)
        winner, value = None, -math.inf
        if easy.any():
            winner = int(np.argmax(np.where(easy, bounds, -np.inf)))
            value = float(bounds[winner])
            columns = self._easy_columns(weights)
        for i in np.argsort(-bounds, kind="stable"):
            if bounds[i] <= value + 1e-12 * max(1.0, abs(value)):
                break
            found = None if easy[i] else self._solve(int(i), weights)
            if found is not None and found[0] > value:
                winner, (value, columns) = int(i), found
        return None if winner is None else (value, self._plan(winner, columns))

    def _bounds(self, form: Expression) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return column weights, what each combination could bring at best, and whether it easily does.

        Easily: with every scale at its best and everything else at its least, no row is broken and nothing is lost.
        """
        arrays = self.arrays
        constants, weights, bonuses = (np.zeros(size) for size in (
            arrays.constants.shape[1], len(arrays.lower), self.had.shape[1]
        ))  # fmt: skip
        for vector, amounts in ((constants, form.options), (weights, form.columns), (bonuses, form.synergies)):
            fill(vector, amounts)
        self.base = self._sum_over_options(constants[None, :])[:, 0] + self.had @ bonuses
        free = arrays.column_owner < 0
        most = extremes(weights[None, :], arrays.lower, arrays.upper, least=False)
        owned = self._sum_over_options(gathered(most, arrays.column_owner, len(constants)))[:, 0]
        bounds = self.base + owned + most[0, free].sum()
        columns = self._easy_columns(weights)
        owned = gathered(arrays.coefficients * columns, arrays.column_owner, len(constants))
        activity = self.constants + self._sum_over_options(owned) + arrays.coefficients[:, free] @ columns[free]
        held = (activity <= arrays.limits + self.slack)[:, self.common].all(axis=1)
        nothing_lost = not np.any(weights[free] > 0)
        easy = held & nothing_lost & (not np.any(~self.common))
        return weights, bounds, easy

    def _easy_columns(self, weights: np.ndarray) -> np.ndarray:
        """Return each option's scale at its best and every other column at its least: zero, but for one that is 1."""
        arrays = self.arrays
        return np.where(arrays.column_owner < 0, arrays.lower, np.where(weights > 0, arrays.upper, arrays.lower))

    def _solve(self, i: int, weights: np.ndarray) -> tuple[float, np.ndarray] | None:
        """Return the best value and columns of one combination by linear programming, or None if it has none."""
        arrays = self.arrays
        funded = [n[c] for n, c in zip(self.enumeration.numbers, self.combinations[i], strict=True) if c]
        here = [-1, *funded]
        columns = np.flatnonzero(np.isin(arrays.column_owner, here))
        rows = np.flatnonzero(np.isin(arrays.row_owner, here))
        limits = (arrays.limits - self.constants[i])[rows]
        matrix = arrays.coefficients[np.ix_(rows, columns)]
        lower, upper = arrays.lower[columns], arrays.upper[columns]
        binding = extremes(matrix, lower, upper, least=False).sum(axis=1) > limits
        matrix, limits = matrix[binding], limits[binding]
        self.tried += 1
        status, x = solve_lp(weights[columns], matrix, limits, np.column_stack([lower, upper]))
        if status == "unbounded":
            raise Unbounded
        if status == "infeasible":
            return None
        full = np.zeros(len(weights))
        full[columns] = x
        return float(self.base[i] + weights @ full), full

    def _plan(self, i: int, columns: np.ndarray) -> Plan:
        """Return a combination and its amounts in domain words."""
        system, choices = self.enumeration.system, []
        amounts: dict[str, dict[tuple[object, int], float]] = {name: {} for name in AMOUNTS.values()}
        funded = [int(n[c]) for n, c in zip(self.enumeration.numbers, self.combinations[i], strict=True) if c]
        for o in funded:
            option = system.options[o]
            scale = float(columns[system.scale_of[o]]) if o in system.scale_of else 1.0
            choices.append((option.project, option.alternative, option.fast, option.selection, option.start, scale))
        for c, column in enumerate(system.columns):
            word, *key = column.key
            if word in AMOUNTS and columns[c] and column.owner in {None, *funded}:
                who = key[0], system.options[key[1]].project if word == "pay" else key[1]
                amounts[AMOUNTS[word]][who] = float(columns[c])
        return Plan(choices=tuple(choices), **amounts)


def extremes(matrix: np.ndarray, lower: np.ndarray, upper: np.ndarray, *, least: bool) -> np.ndarray:
    """Return the least or greatest each entry can add, its column running within its bounds."""
    with np.errstate(invalid="ignore"):
        ends = (
            np.nan_to_num(matrix * lower, nan=0.0),
            np.nan_to_num(matrix * upper, nan=0.0, posinf=np.inf, neginf=-np.inf),
        )
    return np.minimum(*ends) if least else np.maximum(*ends)


def gathered(table: np.ndarray, owner: np.ndarray, size: int) -> np.ndarray:
    """Return a (rows, columns) table summed by the option that owns the column: shape (rows, options)."""
    result = np.zeros((len(table), size))
    for column in np.flatnonzero(owner >= 0):
        result[:, owner[column]] += table[:, column]
    return result


def solve_lp(
    weights: np.ndarray, matrix: np.ndarray, limits: np.ndarray, bounds: np.ndarray
) -> tuple[str, np.ndarray | None]:
    """Maximise a linear form under ``matrix @ x <= limits`` and return (status, x)."""
    if not len(weights):
        return ("optimal", np.zeros(0)) if np.all(limits >= -FEASIBILITY) else ("infeasible", None)
    result = linprog(-weights, A_ub=matrix, b_ub=limits, bounds=bounds, method="highs")
    if result.status == 0:
        return "optimal", result.x
    if result.status == 2:
        return "infeasible", None
    if np.any(weights):  # unbounded, if it is feasible at all
        return "infeasible" if solve_lp(0 * weights, matrix, limits, bounds)[0] == "infeasible" else "unbounded", None
    raise RuntimeError(f"linprog failed: {result.message}")
