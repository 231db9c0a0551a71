"""What limits are worth: the best plan with a limit a step wider and a step tighter.

Both are solved, so gain and loss are intervals like margins. Beside them the price of the limit in the linear
relaxation, times the step: an estimate, never instead of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import numpy as np

from outlay.instances.errors import InputError
from outlay.optimizer.answer.plans import plan_columns
from outlay.optimizer.answer.tables import binding_rows
from outlay.optimizer.explain.context import Context, exchanged
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.variation.applying import apply
from outlay.optimizer.variation.limit import Limit
from outlay.optimizer.variation.variation import Variation
from outlay.optimizer.variation.varied_answer import VariedAnswer


@dataclass(frozen=True)
class Step:
    """How far limits are moved: by a share of their level, or by units."""

    by: float
    units: bool

    @classmethod
    def of(cls, given: str | float) -> Step:
        """Return the step that ``10%`` (a share) or ``1`` (units) stands for.

        Raises
        ------
        InputError
            If it is no number above 0.
        """
        text = str(given).strip()
        try:
            number = Decimal(text.removesuffix("%").strip())
        except InvalidOperation:
            number = Decimal(0)
        if not number.is_finite() or number <= 0:
            raise InputError.single("explain", "this is no step", "write 10% of the level, or 1 (unit)", value=text)
        units = not text.endswith("%")
        return cls(float(number if units else number / 100), units)


@dataclass(frozen=True)
class Worth:
    """What a limit is worth.

    Attributes
    ----------
    limit
        Its name.
    step, unit
        By how much it is moved, in ``share`` of its level or its own unit.
    price
        What the linear relaxation says that the step is worth: an estimate.
    gain, gain_low, gain_high
        What a step wider brings, and its interval.
    gain_in, gain_out
        Who comes in and goes then.
    loss, loss_low, loss_high
        What a step tighter costs.
    loss_in, loss_out
        Who comes in and goes then.
    loss_note
        Why there is no loss to tell: ``no plan`` (proved) or why it is not known.
    wider, tighter
        The constraint sets.
    """

    limit: str
    step: float
    unit: str
    price: float
    gain: float | None = None
    gain_low: float | None = None
    gain_high: float | None = None
    gain_in: str = ""
    gain_out: str = ""
    loss: float | None = None
    loss_low: float | None = None
    loss_high: float | None = None
    loss_in: str = ""
    loss_out: str = ""
    loss_note: str = ""
    wider: str = ""
    tighter: str = ""


def binding_limits(context: Context) -> list[Limit]:
    """Return the whole limits that can be moved and bind in today's plan, as every answer tells it."""
    point = plan_columns(context.case, context.today.plan)
    binding = {
        (block.name, block.keys[row], side)
        for block, row, side, _ in binding_rows(context.case, context.over.model.row_blocks, point)
    }
    return [
        limit
        for limit in context.over.limits.whole
        if not limit.fixed
        and not limit.by_units
        and any((place.block, place.key, "at least" if limit.least else "at most") in binding for place in limit.places)
    ]


def prices(context: Context, engine: SolverProcess) -> dict[str, float]:
    """Return what the linear relaxation says that all of each limit's level is worth: its price times the level."""
    session, over = context.over.session, context.over
    level = session.levels()[0]
    varied = apply(over, Variation())
    problem = varied.problem
    relaxed = type(problem)(
        varied.levels[0].cost, level.offset, problem.lower, problem.upper, np.zeros_like(problem.integer),
        problem.matrix, problem.row_lower, problem.row_upper,
    )  # fmt: skip
    outcome = engine.solve(relaxed, options={"threads": 1}, time_limit_s=None)
    if outcome.row_dual is None:
        return {}
    worth = np.abs(outcome.row_dual) * session.row_factors * level.unit
    return {
        limit.name: float(sum(worth[row] * (abs(amount) or 1.0) for row, amount, _ in over.rows_of(limit)))
        for limit in over.limits.whole
    }


def limits_worth(context: Context, limits: Sequence[Limit], step: Step, price: Mapping[str, float]) -> list[Worth]:
    """Return what limits are worth, the one that a step wider brings most first."""
    asked: dict[str, Variation] = {}
    for limit in limits:
        units = (limit.name,) if step.units else ()
        asked[f"{limit.name} wider"] = Variation(level={limit.name: step.by}, units=units)
        if _can_tighten(limit, step):
            asked[f"{limit.name} tighter"] = Variation(level={limit.name: -step.by}, units=units)
    answers = context.ask(asked, nearest=True)
    found = []
    for limit in limits:
        both = [answers.get(f"{limit.name} {side}") for side in ("wider", "tighter")]
        if any(both):
            found.append(_worth(context, limit, step, _price(limit, step, price), both))
    return sorted(found, key=lambda worth: (-(worth.gain or 0.0), -(worth.loss or 0.0), worth.limit))


def _price(limit: Limit, step: Step, prices: Mapping[str, float]) -> float:
    """Return what the prices of a limit, or of all that it stands for, say that a step is worth."""
    each = [(prices.get(part.name, 0.0), abs(part.places[0].level)) for part in limit.each if part.places]
    return step.by * sum(price if not step.units else price / max(level, 1e-12) for price, level in each)


def _can_tighten(limit: Limit, step: Step) -> bool:
    """Whether no level falls below 0 that must not."""
    if limit.least or limit.signed:
        return True
    levels = [place.level for place in limit.places if place.moves]
    return step.by <= 1.0 if not step.units else step.by <= min(levels, default=0.0)


def _worth(context: Context, limit: Limit, step: Step, price: float, answers: Sequence[VariedAnswer | None]) -> Worth:
    wider, tighter = answers
    unit = (limit.unit or "units") if step.units else "share"
    found: dict[str, object] = {"limit": limit.name, "step": step.by, "unit": unit, "price": price}
    today = context.today
    if wider is not None and wider.holds:
        lost = today.lost(wider)
        comes_in, goes = exchanged(wider.plan, today.plan)
        title = f"{limit.name} a step wider"
        found |= {
            "gain": _minus(lost.figure), "gain_low": _minus(lost.high), "gain_high": _minus(lost.low),
            "gain_in": comes_in, "gain_out": goes,
            "wider": context.propose(f"wider-{limit.name}", wider.body, title),
        }  # fmt: skip
    if tighter is None:
        found["loss_note"] = "not answered" if _can_tighten(limit, step) else "a level would fall below 0"
    elif tighter.infeasible:
        found["loss_note"] = "no plan"
    elif not tighter.holds:
        found["loss_note"] = tighter.message or str(tighter.limit or tighter.status)
    else:
        lost = today.lost(tighter)
        comes_in, goes = exchanged(tighter.plan, today.plan)
        title = f"{limit.name} a step tighter"
        found |= {
            "loss": lost.figure, "loss_low": lost.low, "loss_high": lost.high, "loss_in": comes_in, "loss_out": goes,
            "tighter": context.propose(f"tighter-{limit.name}", tighter.body, title),
        }  # fmt: skip
    return Worth(**found)  # type: ignore[arg-type]


def _minus(value: float | None) -> float | None:
    return None if value is None else 0.0 - value
