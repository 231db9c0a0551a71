"""Apply a variation to a compiled model: milliseconds of array work, never a build."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse

from outlay.instances.errors import InputError
from outlay.instances.plan import Plan
from outlay.models.stages import keep_selections
from outlay.optimizer.answer.plans import plan_point
from outlay.optimizer.engine.level import Level
from outlay.optimizer.problem.problem import Problem, Rows
from outlay.optimizer.problem.spaces import FullPoint
from outlay.optimizer.variation.limit import Limit, Moves, most_of, moved_share, share_row
from outlay.optimizer.variation.sums import Sums
from outlay.optimizer.variation.variable import Variable
from outlay.optimizer.variation.variation import Variation, check_together

#: A plan is as good as another one if it is worth this share of it less, at most.
AS_GOOD = 1e-6


@dataclass(frozen=True)
class Varied:
    """A variation of a problem, ready for the solver.

    Attributes
    ----------
    problem
        The session's problem, changed, with the columns of the moves behind its own.
    levels
        What is minimised.
    moves
        The columns of the moves.
    """

    problem: Problem
    levels: list[Level]
    moves: Moves

    def with_gaps(self, enough: Sequence[float]) -> Varied:
        """Return it with absolute gaps that are proof enough of its first levels."""
        first = [replace(level, enough=gap) for level, gap in zip(self.levels, enough, strict=False)]
        return replace(self, levels=[*first, *self.levels[len(first) :]])


def apply(over: Variable, variation: Variation) -> Varied:
    """Return the problem of a variation; a share that is stretched stands at its most (see `shares`).

    Raises
    ------
    InputError
        If it names a project, limit or rule that there is not, or moves what cannot be moved.
    """
    work = _Work(over, _at_most(over, variation))
    check_together(work.variation)
    work.force()
    work.keep_selected()
    work.keep_decided()
    work.leave_out()
    work.move()
    moves = work.stretch()
    work.reach()
    sums = Sums(over, work.variation, work.move_upper, work.whole, work.stretched, work.goal)
    return Varied(sums.constrained(work.finish()), sums.levels(moves), moves)


def _at_most(over: Variable, variation: Variation) -> Variation:
    """Return a variation with the share that it stretches moved as far as it can be."""
    limit = over.stretched_share(variation)
    if limit is None:
        return variation
    most = limit.most(units=limit.name in variation.units)
    return replace(variation, stretch=(), level={**variation.level, limit.name: most})


@dataclass
class _Work:
    """A problem while a variation is applied to it."""

    over: Variable
    variation: Variation
    matrix: list[Rows] = field(default_factory=list)

    def __post_init__(self) -> None:
        problem = self.over.session.problem
        self.base = problem
        self.lower, self.upper = problem.lower.copy(), problem.upper.copy()
        self.row_lower, self.row_upper = problem.row_lower.copy(), problem.row_upper.copy()
        self.factor = self.over.session.row_factors
        self.entries: list[tuple[int, int, float]] = []  # (row, move, coefficient)
        self.move_upper: list[float] = []
        self.whole: list[bool] = []
        self.extra: list[tuple[np.ndarray, dict[int, float], float]] = []  # coefficients, moves, upper
        self.soft: list[tuple[int, int, float]] = []
        self.stretched: dict[str, tuple[int, float]] = {}  # limit: its column of moves, and what 1 of it is
        self.goal: int | None = None

    # -- projects ------------------------------------------------------------------------------------------------

    def force(self) -> None:
        session, case = self.over.session, self.over.case
        fund = case.block("fund").columns
        for item in self.variation.force_out:
            place = session.place[fund[self.over.options_of(item)]]
            self.upper[place[place >= 0]] = 0.0
        wanted: dict[str, list[np.ndarray]] = {}
        for item in self.variation.force_in:
            wanted.setdefault(item.partition("@")[0], []).append(self.over.options_of(item))
        for project, parts in wanted.items():
            allowed, every = np.concatenate(parts), self.over.options_of(project)
            place = session.place[fund[np.setdiff1d(every, allowed)]]
            self.upper[place[place >= 0]] = 0.0
            rows = self._choice_rows(project)
            if not rows:
                problem = "it has no possible option, so it cannot be forced in"
                raise InputError.single("vary", problem, "see `outlay check` for the reasons", value=project)
            self.row_lower[rows] = self.factor[rows]

    def keep_selected(self) -> None:
        """Fix what is selected now; raise for what can be neither funded nor cancelled."""
        if self.variation.selected is None:
            return
        session, case = self.over.session, self.over.case
        kept = keep_selections(case, self.variation.selected)
        if kept.impossible:
            named = ", ".join(f"{one.project}@{one.alternative}" for one in kept.impossible)
            problem = "what was selected now can be neither built nor cancelled here"
            raise InputError.single("vary", problem, "see `outlay check` for the reasons", value=named)
        place = session.place[kept.absent]
        self.upper[place[place >= 0]] = 0.0
        for one in self.variation.selected:
            rows = self._choice_rows(one.project, "funded_or_cancelled") or self._choice_rows(one.project)
            self.row_lower[rows] = self.factor[rows]

    def keep_decided(self) -> None:
        """Fix whatever is discrete as a plan decides it."""
        if self.variation.decided is None:
            return
        plan, session = Plan.from_document(self.variation.decided), self.over.session
        point = session.to_solver(FullPoint(plan_point(self.over.model, session.compiled, plan)))
        whole = self.base.integer
        self.lower[whole] = self.upper[whole] = np.round(point[whole])

    def _choice_rows(self, project: str, block: str = "one_option_a_project") -> list[int]:
        return self.over.session.rows_of(block, project)

    def leave_out(self) -> None:
        for name in self.variation.without:
            rule = self.over.rules[name]
            rows = list(rule.rows)
            self.row_lower[rows] = -np.inf
            if not rule.must:
                self.row_upper[rows] = np.inf

    # -- limits --------------------------------------------------------------------------------------------------

    def move(self) -> None:
        for name, by in self.variation.level.items():
            units = name in self.variation.units
            limit = self.over.limits.movable(name, units=units)
            self._move_shares(limit, by, units=units)
            for row, level, moves in self.over.rows_of(limit):
                amount = (by * float(moves) if units else by * level) * self.factor[row]
                if limit.least:
                    self.row_lower[row] -= amount
                else:
                    self.row_upper[row] += amount
            for part in limit.each:
                self._implied(part, units=units, by=by)
            for column, share, level, most in self.over.followers(limit):
                moved = level + (by if units else by * level)
                self.upper[column] = min(share * moved, most) / self.over.session.column_units[column]

    def _move_shares(self, limit: Limit, by: float, *, units: bool) -> None:
        """Put rows with other shares in the place of those of a limit."""
        for part in limit.each:
            if not part.is_share:
                continue
            for place in part.places:
                for row in self.over.rows_at(place.block, place.key, least=part.least):
                    self.row_lower[row], self.row_upper[row] = -np.inf, np.inf
            for counted, whole, level in self.over.share_rows(part):
                row_of_share = share_row(counted, whole, moved_share(part, level, by, units=units), least=part.least)
                self.extra.append((row_of_share, {}, 0.0))

    def stretch(self) -> Moves:
        found, by_units, units_of = [], [], []
        for name in self.variation.stretch:
            units = name in self.variation.units
            limit = self.over.limits.movable(name, units=units)
            unit = self._unit(limit) if units else 1.0
            number = self._column(limit.most(units=units) / unit)
            for row, level, moves in self.over.rows_of(limit):
                amount = (unit * float(moves) if units else level) * self.factor[row]
                self.entries.append((row, number, amount if limit.least else -amount))
            for part in limit.each:
                self._implied(part, units=units, move=number, unit=unit)
            for column, share, level, most in self.over.followers(limit):
                self.upper[column] = most / self.over.session.column_units[column]
                coefficients = np.zeros(self.over.size)
                coefficients[column] = self.over.session.column_units[column]
                self.extra.append((coefficients, {number: -share * (unit if units else level)}, share * level))
            self.stretched[name] = (number, unit)
            found.append(limit)
            by_units.append(units)
            units_of.append(unit)
        released = []
        for project in self.variation.release:
            rows, number = self._choice_rows(project), self._column(1.0, whole=True)
            for row in rows:
                self.entries.append((row, number, float(self.factor[row])))
                self.row_lower[row] = self.factor[row]
            released.append(project)
        given = [self._give_way(name) for name in self.variation.give_way]
        return Moves(tuple(found), tuple(by_units), tuple(units_of), tuple(released), tuple(given))

    def _give_way(self, name: str) -> Limit:
        """Let a limit on a share stand where it is, or else as far as it can be stretched; return it."""
        units = name in self.variation.units
        limit, number = self.over.limits.movable(name, units=units), self._column(1.0, whole=True)
        self._move_shares(limit, limit.most(units=units), units=units)
        for counted, whole, level in self.over.share_rows(limit):
            row = share_row(counted, whole, level, least=limit.least)
            self.extra.append((row, {number: -most_of(row, self.lower, self.upper)}, 0.0))
        return limit

    def reach(self) -> None:
        """Add the column that says how far the goals are reached."""
        if self.variation.goals:
            self.goal = self._column(np.inf)

    def _column(self, upper: float, *, whole: bool = False) -> int:
        self.move_upper.append(upper)
        self.whole.append(whole)
        return len(self.move_upper) - 1

    def _unit(self, limit: Limit) -> float:
        """Return what a move by units is counted in: about the largest use that one decision makes of the limit."""
        rows = [row for row, *_ in self.over.rows_of(limit)]
        matrix = self.over.session.compiled.problem.matrix
        largest = float(abs(sparse.csr_array(matrix)[rows]).max()) if rows else 0.0
        return float(np.exp2(np.round(np.log2(largest)))) if largest > 0 else 1.0

    def _implied(
        self, limit: Limit, *, units: bool, by: float = 0.0, move: int | None = None, unit: float = 1.0
    ) -> None:
        """Add rows to date that a later row implies as long as the limit's rows keep their order."""
        for row, level, add in self.over.implied_rows(limit, units=units, unit=unit):
            shifts = {} if move is None else {move: -add}
            self.extra.append((row, shifts, level + (by * add if move is None else 0.0)))

    # -- the whole -----------------------------------------------------------------------------------------------

    def finish(self) -> Problem:
        """Return the problem, with the columns of the moves."""
        base, count = self.base, len(self.move_upper)
        problem = replace(
            base, lower=self.lower, upper=self.upper, row_lower=self.row_lower, row_upper=self.row_upper
        )  # fmt: skip
        if count:
            problem = problem.with_columns(np.array(self.move_upper), np.array(self.whole), self.entries)
        for coefficients, shifts, upper in self.extra:
            row = np.append(coefficients, np.zeros(count))
            for move, amount in shifts.items():
                row[len(coefficients) + move] = amount
            problem = problem.with_row(row, upper)
        return problem
