r"""A concave bound of what options are worth alone and in pairs, and tangents of it, in the solver process.

``max v x + sum q_ij x_i x_j`` with ``A x <= b``, ``A >= 0`` and x binary. For every plan, and whatever u and
``s, r, t >= 0`` are,

    v x + sum q_ij x_i x_j <= f(x) = v x + sum q_ij x_i x_j + sum u_i (x_i - x_i^2)
        + sum s_ij x_i (1 - x_j) + sum s'_ij x_j (1 - x_i)      where a pair adds, q_ij > 0
        + sum r_ij x_i x_j + sum r'_ij (1 - x_i) (1 - x_j)      where it costs, q_ij < 0
        + sum t_k a_k x (b_k - a_k x)                           for each row k
        + the same for other pairs, and for three options       where these count (`facets`),

as none of the terms added is negative. Where f is concave, each tangent of it bounds the value of every plan, and its
greatest value over ``A x <= b`` bounds all. The best factors solve the dual of a semidefinite relaxation (Shor 1987,
with the inequalities of McCormick 1976 and the squared knapsack row of Helmberg, Rendl and Weismantel 2000,
doi:10.1023/A:1009898604624; for such convex forms Billionnet, Elloumi and Plateau 2009, doi:10.1016/j.dam.2007.12.007).
They are found by an augmented Lagrangian method whose inner problems L-BFGS-B solves (Malick, Povh, Rendl and Wiegele
2009, doi:10.1137/070704575). It may end at any time: whatever the factors are, f is made concave by more of u. That is
judged by the least eigenvalue, with a margin far above what floating point may lose. After each round but the first,
facets that its matrix breaks are added, and those that count nothing are left out: what is left out was multiplied by
0, so the function stays as it was.

On 200 projects with 2,000 synergies and three budgets (synergy-200-1) the bound is 3,733.2 after 2.4 s of CPU and
3,731.6 after 5 s, 0.9 % above the best plan known; without facets added it ends at 3,740.8. Rows of budgets times x_i
and 1 - x_i, in place of these, came to 3,740.5.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import linalg, optimize, sparse

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solver.tasks.concave import Concave
from outlay.optimizer.solver.tasks.faces import Form, face_bounds
from outlay.optimizer.solver.tasks.facets import broken
from outlay.optimizer.solver.tasks.lifted import lifted

#: Share of the norm of a matrix by which it is more than positive semidefinite, so that rounding does not matter.
MARGIN = 1e-10
#: Share of the sizes of a tangent's terms by which it is lifted, for the same reason.
ROUNDING = 1e-12
#: What the augmented Lagrangian begins with, over the number of options, of an objective of norm 1, and its factor from
#: one round to the next. With 500 projects the bound was 9,706 after 126 evaluations, and 10,067 with ten times it
#: (without facets added, and with twenty vectors).
FIRST_PENALTY, PENALTY_FACTOR = 0.1, 0.8
#: Evaluations of a round, and pairs of vectors that L-BFGS-B remembers. With twenty 500 projects are at 9,951 after 84
#: evaluations, with ten at 9,770; later on both come as far, and ten take less time.
A_ROUND, REMEMBERED = 40, 10
#: Tangents of a round; each lies between the best point and that where the ones before it are weakest.
TANGENTS = 4
#: It ends where a few rounds lower the bound by less than this share of it.
LEAST_GAIN, FEW = 5e-5, 3


class Bounding:
    """Looks for the factors round by round, and draws tangents; `run` returns their mean and the price of each row.

    Parameters
    ----------
    problem, highs
        The packing problem, and HiGHS with it; its last column stands for the value, and is to be as large as it can.
    over
        Whether to end now.
    """

    def __init__(self, problem: Problem, how: Concave, highs: Any, *, over: Callable[[], bool]) -> None:
        self.how, self.highs, self.over = how, highs, over
        rows = sparse.csr_array(sparse.csr_array(problem.matrix)[:, :-1])
        self.packing, self._rows, self._limit = rows.shape[0], rows, problem.row_upper
        self.lifted = lifted(how, rows, problem.row_upper)
        worth = np.zeros((self.lifted.size, self.lifted.size))
        np.add.at(worth, (how.one + 1, how.other + 1), how.bonus / 2.0)
        worth += worth.T
        worth[0, 1:] = worth[1:, 0] = how.value / 2.0
        self.unit = float(np.linalg.norm(worth)) or 1.0
        self.worth = self.lifted.vector(worth / self.unit)
        self.transposed = sparse.csr_array(self.lifted.rows.T)
        self.tangents: list[tuple[float, np.ndarray]] = []
        self.evaluations, self._positive = 0, np.zeros(0)

    def run(self) -> tuple[np.ndarray, float, np.ndarray]:
        """Return a linear function, gradient and constant, above the value of every plan, and all row duals."""
        penalty = FIRST_PENALTY / self.lifted.size
        factors, plan = np.zeros(len(self.lifted.limit)), np.zeros(len(self.worth))
        bounds = [np.inf] * FEW
        self.highs.setOptionValue("presolve", "off")
        while not self.tangents or not self._ends(bounds):
            if len(bounds) > FEW + 1:  # what the first round comes to breaks far too many
                factors = self._separate(factors, plan)
            least = np.append(np.full(self.lifted.equations, -np.inf), np.zeros(len(factors) - self.lifted.equations))
            options = {"maxfun": A_ROUND, "maxiter": A_ROUND, "maxcor": REMEMBERED, "gtol": 1e-7, "ftol": 1e-12}
            found = optimize.minimize(  # type: ignore[call-overload]
                self._dual,
                factors,
                (plan, penalty),
                method="L-BFGS-B",
                jac=True,
                bounds=optimize.Bounds(least, np.inf),
                options=options,
            )
            factors = found.x
            self._dual(factors, plan, penalty)
            plan = self._positive / penalty
            penalty *= PENALTY_FACTOR
            bounds.append(self._draw(factors, plan))
        return self._kept()

    def _ends(self, bounds: list[float]) -> bool:
        slow = bounds[-1 - FEW] - bounds[-1] <= LEAST_GAIN * abs(bounds[-1])
        done = self.evaluations >= self.how.evaluations or bounds[-1] <= self.how.enough
        return bool(slow or done or self.over())

    def _separate(self, factors: np.ndarray, plan: np.ndarray) -> np.ndarray:
        """Put facets that the plan breaks in the place of those that count nothing; return the factors of all rows."""
        lifted, first = self.lifted, len(factors) - len(self.lifted.facets.kind)
        counts = (factors > 0) | (lifted.rows @ plan > lifted.limit)
        self.lifted = lifted.changed(counts[first:], broken(lifted.matrix(plan), lifted.facets))
        self.transposed = sparse.csr_array(self.lifted.rows.T)
        counts[:first] = True
        return np.append(factors[counts], np.zeros(len(self.lifted.limit) - counts.sum()))

    def _dual(self, factors: np.ndarray, plan: np.ndarray, penalty: float) -> tuple[float, np.ndarray]:
        """Return the augmented dual function at the factors, and its gradient."""
        lifted = self.lifted
        if self.evaluations and self.over():  # nothing to descend: the inner method ends
            return np.inf, np.zeros_like(factors)
        self.evaluations += 1
        self._positive = found = lifted.positive(self.worth - self.transposed @ factors + penalty * plan)
        value = float(lifted.limit @ factors + (found @ found) / (2.0 * penalty))
        return value, lifted.limit - (lifted.rows @ found) / penalty

    def _draw(self, factors: np.ndarray, plan: np.ndarray) -> float:
        """Draw tangents of the concave function of these factors; return the bound of all tangents so far."""
        lifted = self.lifted
        left = lifted.matrix(self.transposed @ factors - self.worth) * self.unit
        inner = left[1:, 1:]
        least = float(linalg.eigvalsh(inner, check_finite=False)[0])
        more = max(0.0, -least) + MARGIN * float(np.linalg.norm(inner))
        inner = inner + more * np.eye(len(inner))
        slope = -2.0 * left[0, 1:] + more
        constant = float(lifted.limit @ factors) * self.unit - left[0, 0]
        point = np.clip(lifted.matrix(plan)[0, 1:], 0.0, 1.0)
        self._form, self._begin, bound = Form(inner, slope, constant), point, np.inf
        for _ in range(TANGENTS):
            curved = inner @ point
            gradient = slope - 2.0 * curved
            size = np.abs(constant) + np.abs(point) @ np.abs(inner) @ np.abs(point) + np.abs(slope).sum()
            self._add(gradient, constant + float(point @ curved) + ROUNDING * float(size))
            self.highs.run()
            bound = -float(self.highs.getInfo().objective_function_value)
            furthest = np.array(self.highs.getSolution().col_value[:-1], dtype=float)
            point = 0.5 * (point + np.clip(furthest, 0.0, 1.0))
        return bound

    def faces(self, over: Callable[[], bool]) -> np.ndarray:
        """Return what a choice is worth at most without each option and with it, once it has run; (2, options).

        That begins once its own time is over, so it is told how long it may take.
        """
        prices = np.maximum(-np.array(self.highs.getSolution().row_dual[: self.packing], dtype=float), 0.0)
        return face_bounds(self._form.priced(prices, self._rows, self._limit), self._begin, over)

    def _add(self, gradient: np.ndarray, constant: float) -> None:
        """Add a tangent: the value is at most ``constant + gradient x``."""
        self.tangents.append((constant, gradient))
        columns = np.arange(len(gradient) + 1, dtype=np.int32)
        self.highs.addRow(-np.inf, constant, len(columns), columns, np.append(-gradient, 1.0))

    def _kept(self) -> tuple[np.ndarray, float, np.ndarray]:
        """Return the tangents of the last solve as one, each counted as its price, and the prices of rows and of it."""
        price = np.array(self.highs.getSolution().row_dual, dtype=float)
        share = np.abs(price[self.packing :])
        share = share / share.sum() if share.sum() > 0 else np.full(len(share), 1.0 / len(share))
        gradient = share @ np.array([slope for _, slope in self.tangents])
        constant = float(share @ np.array([level for level, _ in self.tangents]))
        lifted = ROUNDING * (abs(constant) + float(np.abs(gradient).sum()))
        return gradient, constant + lifted, np.append(price[: self.packing], -1.0)
