"""What an answer says of its own worth: contradictions between its statuses, levels, numbers and plan."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from outlay.models.case import Case
from outlay.optimizer.status import OPTIMAL_GAP, Dates, DatesFound, LevelResult, Status, overall, relative_gap
from outlay.optimizer.verify.plan import TOLERANCE, Verification, Violation
from outlay.optimizer.verify.report import as_float

#: Share of a number by which it may differ from what is computed again: other versions add in another order.
ROUNDING = 1e-9


def claim(name: str, said: object, meant: object, sentence: str = "") -> Violation:
    """Return a false claim as what an answer breaks."""
    found, limit = _exact(said), _exact(meant)
    excess = None if found is None or limit is None else abs(found - limit)
    text = sentence or f"{name} is recorded as {_told(said)}, it is {_told(meant)}"
    return Violation("claims", f"{name} as computed", name, found, limit, excess, text)


def _exact(value: object) -> Fraction | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return Fraction(value)


def _told(value: object) -> str:
    return "nothing" if value is None else f"'{value}'" if isinstance(value, str) else str(value)


def _alike(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=float(TOLERANCE))


def levels_of(run: dict[str, Any]) -> tuple[LevelResult, ...]:
    """Return the levels of a run document."""
    return tuple(LevelResult(**{**level, "status": Status(level["status"])}) for level in run["levels"])


def dates_of(run: dict[str, Any]) -> Dates | None:
    """Return what a run document says of its dates."""
    said = run["dates"]
    return None if said is None else Dates(**{**said, "found": DatesFound(said["found"])})


def largest_decision(case: Case, level: int) -> float:
    """Return the largest amount that one decision adds to a level of the objective."""
    return float(np.abs(case.weights(level)).max(initial=0.0))


def claimed_finals(run: dict[str, Any]) -> list[float] | None:
    """Return what the plan is said to be worth, level by level; None for an objective of the user's own."""
    if run["own_objective"] or run["plan"] is None:
        return None
    finals = [level["final"] for level in run["levels"]]
    return None if None in finals else finals


@dataclass(frozen=True)
class Claims:
    """The claims of a run document, to be held against each other and against what was verified.

    Attributes
    ----------
    run
        The run document.
    case
        The instance's.
    verification
        Of the plan; None without one.
    """

    run: dict[str, Any]
    case: Case
    verification: Verification | None

    def false(self) -> Iterator[Violation]:
        """Yield each that cannot be true."""
        levels = levels_of(self.run)
        yield from self._summary(levels)
        yield from self._shape(levels)
        for place, level in enumerate(levels):
            for name, said, meant, sentence in self._level(place, level):
                where = f"levels[{place}].{name}"
                yield claim(where, said, meant, sentence and f"{where}: {sentence}")
        if levels and not self.run["own_objective"]:
            yield from self._worth(levels)
        yield from self._dates()

    def _summary(self, levels: Sequence[LevelResult]) -> Iterator[Violation]:
        """Compare what stands at the top with the levels below it."""
        status, limit = overall(levels)
        for name, due in (("status", str(status)), ("limit", limit)):
            if self.run[name] != due:
                yield claim(name, self.run[name], due)
        head = levels[0] if levels else LevelResult({}, Status.STOPPED, None, None, None, None, 0, 0.0)
        turned = -1.0 if self._is_minimised(head) else 1.0
        figures = (("objective", head.objective, turned), ("bound", head.bound, turned), ("gap", head.gap, 1.0))
        for name, value, sign in figures:
            meant = None if value is None else sign * value
            if self.run[name] != meant:
                yield claim(name, self.run[name], meant)

    def _is_minimised(self, head: LevelResult) -> bool:
        """Whether the numbers at the top are those of an objective of the user's own that is minimised."""
        pairs = ((self.run["objective"], head.objective), (self.run["bound"], head.bound))
        return self.run["own_objective"] and any(
            said is not None and value is not None and said == -value != 0 for said, value in pairs
        )

    def _shape(self, levels: Sequence[LevelResult]) -> Iterator[Violation]:
        """Check that there is a plan where the levels have one, and as many levels as the instance."""
        has_plan, status = self.run["plan"] is not None, Status(self.run["status"])
        if status.proved and not has_plan:
            yield claim("status", str(status), None, f"the status is {status}, but there is no plan")
        if status in {Status.INFEASIBLE, Status.UNBOUNDED} and has_plan:
            yield claim("status", str(status), None, f"the status is {status}, but there is a plan")
        if has_plan and not levels:
            yield claim("levels", None, None, "there is a plan, but no level of the objective")
        if self.run["own_objective"]:
            if any(level.weights for level in levels) or len(levels) > 1:
                yield claim(
                    "own_objective", None, None, "an objective of the user's own is said to have weights or levels"
                )
            return
        due = len(self.case.instance.objective_levels)
        if levels and len(levels) != due and (has_plan or len(levels) > due):
            text = f"the objective has {len(levels)} levels, the instance's has {due}"
            yield claim("levels", len(levels), due, text)

    def _level(self, place: int, level: LevelResult) -> Iterator[tuple[str, object, object, str]]:
        yield from self._weights(place, level)
        has_plan = self.run["plan"] is not None
        if (level.final is None) == has_plan:
            yield "final", level.final, None, "there is a plan without worth, or a worth without plan"
        if self.run["own_objective"] and not _alike(level.final, level.objective):
            yield "final", level.final, level.objective, ""
        if (level.bound is None) != (level.gap is None) or (level.objective is None and level.bound is not None):
            yield "bound", level.bound, None, "objective, bound and gap do not stand together"
        elif level.objective is not None and level.bound is not None:
            gap = relative_gap(level.objective, level.bound, level.size)
            if not math.isclose(gap, level.gap or 0.0, rel_tol=ROUNDING):
                yield "gap", level.gap, gap, ""
            if level.bound < level.objective - ROUNDING * abs(level.objective):
                yield "bound", level.bound, level.objective, f"the bound {level.bound} is below {level.objective}"
        yield from self._status(level)

    def _weights(self, place: int, level: LevelResult) -> Iterator[tuple[str, object, object, str]]:
        if self.run["own_objective"] or place >= len(self.case.instance.objective_levels):
            return
        due = {name: float(weight) for name, weight in self.case.instance.objective_levels[place].weights.items()}
        if level.weights != due:
            yield "weights", str(level.weights), str(due), ""
        largest = max(1.0, largest_decision(self.case, place))  # the first format knew no sizes: they count as 1
        if level.size > largest * (1 + ROUNDING):
            yield "size", level.size, largest, f"no decision adds {level.size}, the largest adds {largest}"

    def _status(self, level: LevelResult) -> Iterator[tuple[str, object, object, str]]:
        """Check what is proved against gap and limit."""
        status, said = level.status, f"the status is {level.status}"
        if status.proved != (level.limit is None) and status in {*_PROVED, Status.STOPPED}:
            yield "limit", level.limit, None, f"{said}, and the limit that ended it is {_told(level.limit)}"
        if status.proved and (level.gap is None or level.gap > self._most_gap(level)):
            yield "status", str(status), None, f"{said}, but the gap is {_told(level.gap)}"
        nothing = (level.limit, level.objective, level.bound, level.final)
        if status in {Status.INFEASIBLE, Status.UNBOUNDED} and nothing != (None, None, None, None):
            yield "status", str(status), None, f"{said}, but it has an objective, a bound or a limit"
        if status == Status.FAILED and level.bound is not None:
            yield "status", str(status), None, f"{said}, but it has a bound"

    def _most_gap(self, level: LevelResult) -> float:
        if level.status == Status.OPTIMAL:
            return OPTIMAL_GAP
        return max(OPTIMAL_GAP, float(self.run["options"]["gap"])) * (1 + 1e-6)

    def _dates(self) -> Iterator[Violation]:
        """Check what is said of the dates: how late they are, and whether anything was asked of them."""
        dates = dates_of(self.run)
        if dates is None or self.verification is None:
            if dates is not None:
                yield claim("dates", str(dates.found), None)
            return
        late = as_float(self.verification.lateness)
        if not math.isclose(dates.lateness, late, rel_tol=ROUNDING):
            yield claim("dates.lateness", dates.lateness, late)
        asked = self.case.instance.settings.tie_break != "none"
        if not asked and dates.found != DatesFound.OPEN:
            yield claim("dates.found", str(dates.found), str(DatesFound.OPEN))

    def _worth(self, levels: Sequence[LevelResult]) -> Iterator[Violation]:
        """Check objectives and bounds against what the plan is worth; the verifier has checked the finals."""
        if self.verification is None:
            return
        for place, (level, worth) in enumerate(zip(levels, self.verification.objective, strict=False)):
            slack = float(TOLERANCE) * max(
                abs(float(worth)), abs(level.objective or 0.0), largest_decision(self.case, place)
            )
            name, found = f"levels[{place}].objective", level.objective
            if found is None or (found < float(worth) - slack and place == 0):
                yield claim(name, found, float(worth))
            elif place == 0 and level.bound is not None and level.bound < float(worth) - slack:
                yield claim(f"levels[{place}].bound", level.bound, float(worth))
            elif levels[0].bound is not None and found > float(worth) + slack + self._given_up(place, levels, found):
                yield claim(name, found, float(worth))

    def _given_up(self, place: int, levels: Sequence[LevelResult], best: float) -> float:
        """Return what later levels, and the dates after the last, may give up of this one."""
        if place == len(levels) - 1 and self.case.instance.settings.tie_break == "none":
            return 0.0
        return float(self.case.instance.objective_levels[place].tolerance) * abs(best)


_PROVED = (Status.OPTIMAL, Status.WITHIN_GAP)
