"""Metrics: what is counted, weighed and limited, all linear in the decisions.

Each metric is a coefficient an option, for its scale or for being funded at all, plus terms that belong to no project:
the bonus of synergies, and the cost of programs, imports and shortfalls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from outlay.instances.dictionary.approved import CHANGE_METRICS
from outlay.instances.dictionary.names import USE_PREFIX
from outlay.models.arrays.discount import discount_factors
from outlay.models.arrays.ragged import join
from outlay.models.arrays.residue import without_residue
from outlay.models.projects.alternatives import FOREVER, periods_down, periods_up
from outlay.models.projects.windows import rows_by_alternative

if TYPE_CHECKING:
    from outlay.models.case import Case


@dataclass(frozen=True)
class Terms:
    """Coefficients of a metric, shape (options,): per unit of scale, and for being funded at whatever scale."""

    scaled: np.ndarray
    fixed: np.ndarray


def metric_terms(case: Case, name: str) -> Terms:
    """Return the coefficients of a metric by option. `cost` has none: it belongs to no project."""
    options = case.options
    zeros = np.zeros(len(options))
    if name == "cost":
        return Terms(zeros, zeros)
    if name == "count":
        return Terms(zeros, np.ones(len(options)))
    if name in CHANGE_METRICS:
        return Terms(zeros, case.changes(name).option)
    if name.startswith(USE_PREFIX):
        return _use(case, name.removeprefix(USE_PREFIX))
    return _formula_terms(case, name)


def _formula_terms(case: Case, name: str) -> Terms:
    """Return the coefficients of a metric that is made of columns and cash flows."""
    zeros, formula = np.zeros(len(case.options)), _FORMULAS.get(name)
    cash, size = _cash_rows(case, name)

    def amount(of: _Amounts) -> np.ndarray:
        return _declared(case, name, of) if formula is None else formula(case, of)

    own = amount(_in_full(case))
    whole = without_residue(cash + own, size + np.abs(own))
    declared = case.instance.settings.metrics.get(name)
    if declared is not None and not declared.scaled:
        return Terms(zeros, whole)
    if not case.alternatives.is_step.any():
        return Terms(whole, zeros)
    share, own = case.alternatives.share_at_least[case.options.alternative], amount(_at_first(case))
    first = without_residue(cash * share + own, size * share + np.abs(own))
    return Terms(without_residue(whole - first, np.abs(whole) + np.abs(first)), first)


class _Amounts(NamedTuple):
    """What metrics are made of, by option: K, the share of its loan in full, and a column of the alternatives."""

    commitment: np.ndarray
    loan: np.ndarray
    cells: Callable[[str], np.ndarray]


def _in_full(case: Case) -> _Amounts:
    options = case.options
    whole = np.ones(len(options))
    return _Amounts(options.commitment, whole, lambda name: case.alternatives.floats(name)[options.alternative])


def _at_first(case: Case) -> _Amounts:
    """Return what there is at the beginning of steps; 0 elsewhere. A loan, and all it gives, is in proportion to K."""
    options, first, whole = case.options, case.options.least_commitment, case.options.commitment
    share = np.divide(first, whole, out=np.zeros(len(options)), where=whole != 0)
    return _Amounts(first, share, lambda name: case.alternatives.at_least(name)[options.alternative])


def saved_of_metric(case: Case, name: str) -> np.ndarray:
    """Return what each joint saving adds to a metric, shape (savings,); negative where it lowers K or its use."""
    savings, total = case.savings, np.zeros(len(case.savings))
    if name == "commitment":
        return savings.amount
    if name.startswith(USE_PREFIX) and len(savings):
        names = case.instance["resources"].texts("resource")
        tree = case.resource_tree[names.index(name.removeprefix(USE_PREFIX))]
        for resource in {"commitments", "draws"} & {names[row] for row in tree}:
            entry, _, amount = savings.of_resource(resource)
            np.add.at(total, entry, amount)
    return total


def lent_of_metric(case: Case, name: str) -> np.ndarray:
    """Return what each loan less joint savings adds to a metric, shape (entries of `Case.lending`,)."""
    sides = dict(zip(("us_npv", "japan_npv"), case.lending.values, strict=True))
    found = sides.get(name, np.zeros(len(case.lending.option)))
    return without_residue(found, case.options.commitment[case.lending.option])


def program_value(case: Case) -> np.ndarray:
    """Return what each column of `buy` adds to the metric `value`, discounted from its period."""
    instance, keys = case.instance, case.block("buy").keys
    programs = instance["programs"]
    worth = dict(zip(programs.texts("program"), programs.floats("value_per_unit").tolist(), strict=True))
    months = np.arange(instance.periods) * instance.months_per_period + instance.months_of_value(0)
    factor = discount_factors(instance.discount_rate("value"), months)
    return np.array([worth[name] * factor[period] for name, period in keys], dtype=float)


def _declared(case: Case, name: str, amounts: _Amounts) -> np.ndarray:
    if name not in case.instance.settings.metrics:
        return np.zeros(len(case.options))
    if case.instance.settings.metrics[name].scaled:
        return amounts.cells(name)
    return case.alternatives.table.floats(name)[case.options.alternative]


def _value(case: Case, amounts: _Amounts) -> np.ndarray:
    value = amounts.cells("value")
    if not case.instance.settings.value_discount:
        return value
    months = case.instance.months_of_value(0) + case.options.operation * case.instance.months_per_period
    return value * discount_factors(case.instance.discount_rate("value"), months)


def _commitment(_: Case, amounts: _Amounts) -> np.ndarray:
    return amounts.commitment


def _strategic(case: Case, amounts: _Amounts) -> np.ndarray:
    return case.instance["projects"].floats("strategic_score")[case.options.project] * amounts.commitment


def _japan_content(case: Case, amounts: _Amounts) -> np.ndarray:
    return case.alternatives.table.floats("japan_content_share")[case.options.alternative] * amounts.commitment


def _credit(case: Case, amounts: _Amounts) -> np.ndarray:
    share = case.alternatives.table.floats("credit_share")[case.options.alternative]
    months = case.instance.months_of_value(0) + case.options.operation * case.instance.months_per_period
    credit = share * amounts.commitment * discount_factors(case.instance.discount_rate("us_npv"), months)
    return np.where(case.options.begun & (case.options.operation < 0), 0.0, credit)


def _us_npv(case: Case, amounts: _Amounts) -> np.ndarray:
    return _present_value(case, 0) * amounts.loan


def _japan_npv(case: Case, amounts: _Amounts) -> np.ndarray:
    return _present_value(case, 1) * amounts.loan


def _present_value(case: Case, side: int) -> np.ndarray:
    if case.present_values is None:
        return np.zeros(len(case.options))
    options, found = case.options, np.zeros(len(case.options))
    ahead = ~options.begun
    found[ahead] = case.present_values[side][options.alternative[ahead], options.start[ahead]]
    assert case.cash is not None
    for option in np.nonzero(options.begun)[0].tolist():
        start = int(options.start[option])
        found[option] = case.cash.at(start).still_to_come(int(options.alternative[option]), start)[side]
    return without_residue(found, options.commitment)  # paid back at the rate that discounts it: worth 0


_FORMULAS: dict[str, Callable[[Case, _Amounts], np.ndarray]] = {
    "value": _value,
    "commitment": _commitment,
    "strategic": _strategic,
    "japan_content": _japan_content,
    "credit": _credit,
    "us_npv": _us_npv,
    "japan_npv": _japan_npv,
}


def _cash_rows(case: Case, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the sum of amount x D(rate, m t) over the windows of the metric's cash-flow rows, by option.

    Beside it the sum of the same without signs.
    """
    options, instance = case.options, case.instance
    rows = instance["cashflows"]
    total, without_signs = np.zeros(len(options)), np.zeros(len(options))
    wanted = np.array([metric == name for metric in rows.raw("metric")], dtype=bool)
    if not wanted.any():
        return total, without_signs
    grouped = rows_by_alternative(case.alternatives, rows, wanted)
    option, row = join(options.alternative, grouped)
    size = instance.months_per_period
    opens = np.array([periods_down(cell, size) for cell in rows.column("from_month")], dtype=int)
    closes = np.array([FOREVER if cell is None else periods_up(cell, size) for cell in rows.raw("to_month")], dtype=int)
    start, operation = options.start[option], options.operation[option]
    life = case.alternatives.operating[options.alternative[option]]
    end_of_life = np.where(life >= FOREVER, instance.periods, operation + life)
    first = start + opens[row]
    end = np.where(closes[row] >= FOREVER, end_of_life, start + closes[row])
    first = np.where(options.begun[option], np.maximum(first, 0), first)  # what is past is past
    end = np.maximum(first, end)
    if not len(first):
        return total, without_signs
    low, high = int(first.min()), int(end.max())
    factors = discount_factors(instance.discount_rate(name), instance.months_of_value(0) + np.arange(low, high) * size)
    sums = np.concatenate([[0.0], np.cumsum(factors)])
    amounts = rows.floats("amount")[row] * (sums[end - low] - sums[first - low])
    np.add.at(total, option, amounts)
    np.add.at(without_signs, option, np.abs(amounts))
    declared = instance.settings.metrics.get(name)
    if declared is not None and not declared.scaled:
        return total, without_signs
    scale = case.alternatives.full_scale[options.alternative]
    return total * scale, without_signs * scale


def weighted_sum(case: Case, weights: Mapping[str, float]) -> np.ndarray:
    """Return a weighted sum of metrics as a coefficient a column, shape (columns of the model,)."""
    parts: list[tuple[np.ndarray | slice, np.ndarray]] = [(slice(None), weights.get("cost", 0.0) * case.cost)]
    for name, weight in weights.items():
        if weight and name != "cost":
            terms = case.metric(name)
            parts += [
                (case.scale_column, weight * terms.scaled),
                (case.block("fund").columns, weight * terms.fixed),
                (case.block("saved").columns, weight * saved_of_metric(case, name)),
                (case.block("lent").columns, weight * lent_of_metric(case, name)),
            ]
    for name in CHANGE_METRICS:
        if weights.get(name):
            always = case.block("always").columns
            parts.append((always, np.full(len(always), weights[name] * case.changes(name).constant.sum())))
    parts.append((case.block("buy").columns, weights.get("value", 0.0) * program_value(case)))
    bonuses = [weights.get(metric, 0.0) * bonus for metric, bonus in case.synergy_bonus]
    parts.append((case.block("both").columns, np.array(bonuses)))
    total, without_signs = np.zeros(case.book.size), np.zeros(case.book.size)
    for columns, amounts in parts:
        total[columns] += amounts
        without_signs[columns] += np.abs(amounts)
    return without_residue(total, without_signs)


def _use(case: Case, resource: str) -> Terms:
    usage, options = case.usage, case.options
    number = case.instance["resources"].index[(resource,)]
    tree = case.resource_tree[number]
    entries = np.concatenate([usage.by_resource.of(one) for one in tree])
    entries = entries[usage.amount[entries] > 0]
    sides = []
    for scaled in (True, False):
        chosen = entries[usage.scaled[entries] == scaled]
        sides.append(np.bincount(usage.option[chosen], weights=usage.amount[chosen], minlength=len(options)))
    return Terms(sides[0], sides[1])
