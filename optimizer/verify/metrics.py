"""Every metric of a plan, its objective and its stakeholders' sums, recomputed from the instance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from outlay.instances.dictionary.names import USE_PREFIX
from outlay.optimizer.verify import words
from outlay.optimizer.verify.amounts import Amounts, costs_by_period, costs_of, worth_by_period
from outlay.optimizer.verify.approved import changes_by_project
from outlay.optimizer.verify.dependencies import bonuses_earned, synergy_bonuses
from outlay.optimizer.verify.exact import ONE, ZERO, exact, exact_sum, finite
from outlay.optimizer.verify.money import Loan, credit_metric
from outlay.optimizer.verify.reading import Reading
from outlay.optimizer.verify.report import Ledger
from outlay.optimizer.verify.schedule import Funded, window
from outlay.optimizer.verify.use import total_use


@dataclass(frozen=True)
class Scores:
    """The metrics of a plan.

    Attributes
    ----------
    options
        Metrics of each funded option at the scale funded; absent is 0.
    bonuses
        What synergies add to each metric.
    dated
        What belongs to no project, by metric and period, discounted: `cost`, and what programs add to `value`.
    changes
        What changes of the plan that stands, by metric and project.
    totals
        Every metric of the instance over the whole plan.
    sizes
        The largest amount in each of these sums.
    """

    options: Mapping[Funded, Mapping[str, Fraction]]
    bonuses: Mapping[str, Fraction]
    dated: Mapping[str, Sequence[Fraction]]
    changes: Mapping[str, Mapping[str, Fraction]]
    totals: Mapping[str, Fraction]
    sizes: Mapping[str, Fraction]


def compute_scores(
    reading: Reading, funded: Sequence[Funded], loans: Mapping[Funded, Loan], amounts: Amounts
) -> Scores:
    """Return every metric, by option and in all."""
    options = {option: _option_metrics(reading, option, loans.get(option)) for option in funded}
    bonuses = synergy_bonuses(reading, funded)
    dated = {"cost": costs_by_period(reading, amounts), "value": worth_by_period(reading, amounts)}
    changes = changes_by_project(reading, funded)
    totals, sizes = {}, {}
    for metric in reading.instance.known_metrics:
        parts = [metrics[metric] for metrics in options.values() if metric in metrics]
        parts += [bonuses.get(metric, ZERO), *dated.get(metric, ()), *changes.get(metric, {}).values()]
        totals[metric], sizes[metric] = exact_sum(parts), max(map(abs, parts))
    return Scores(options, bonuses, dated, changes, totals, sizes)


class Contribution(NamedTuple):
    """What something adds to the first level of the objective; all of them add up to it.

    Attributes
    ----------
    kind
        ``project``, ``saving`` (of building together), ``synergy``, ``program``, ``link``, ``import``, ``shortfall``,
        ``cancellation`` or ``change`` (of the plan that stands).
    name
        The id of the project, program, link or resource; of a synergy both its sides.
    amount
        What it adds, exact.
    """

    kind: str
    name: str
    amount: Fraction


def contributions_of(
    reading: Reading, funded: Sequence[Funded], scores: Scores, amounts: Amounts
) -> list[Contribution]:
    """Return what adds to the first level of the objective, part by part."""
    weights = {name: Fraction(weight) for name, weight in reading.instance.objective_levels[0].weights.items()}
    found: dict[tuple[str, str], Fraction] = {}

    def add(kind: str, name: str, metric: str, amount: Fraction) -> None:
        found[kind, name] = found.get((kind, name), ZERO) + weights.get(metric, ZERO) * amount

    for option in funded:
        for metric, amount in scores.options[option].items():
            add("project", option.project, metric, amount)
        if option.saved and "commitment" in weights:
            add("project", option.project, "commitment", option.saved)
            add("saving", option.project, "commitment", -option.saved)
    for metric, bonus, who in bonuses_earned(reading, funded):
        add("synergy", who, metric, bonus)
    for kind, name, period, cost in costs_of(reading, amounts):
        add(kind, name, "cost", cost * reading.worth("cost", reading.months * period))
    for (program, period), bought in amounts.purchases.items():
        each = exact(reading.programs[program]["value_per_unit"])
        add("program", program, "value", bought * each * reading.worth("value", reading.months * period))
    for metric, projects in scores.changes.items():
        for project, amount in projects.items():
            add("change", project, metric, amount)
    return [Contribution(kind, name, amount) for (kind, name), amount in found.items() if amount or kind == "project"]


def _option_metrics(reading: Reading, funded: Funded, loan: Loan | None) -> dict[str, Fraction]:
    row, money = funded.row, funded.full_commitment * funded.scale
    metrics = {
        "value": funded.per_scale("value") * funded.scale * _worth_of_time(reading, funded),
        "commitment": funded.commitment,
        "strategic": exact(funded.project_row["strategic_score"]) * money,
        "japan_content": exact(row["japan_content_share"]) * money,
        "credit": credit_metric(reading, funded) * funded.scale,
        "count": ONE,
    }
    if loan is not None:
        metrics["us_npv"] = loan.us_npv * funded.scale
        metrics["japan_npv"] = loan.japan_npv * funded.scale
    for name in reading.settings.metrics:
        follows = reading.settings.metrics[name].scaled
        metrics[name] = funded.per_scale(name) * funded.scale if follows else exact(row[name])
    for flow in reading.cashflows(funded.project, funded.alternative):
        if flow["metric"] is not None:
            name = str(flow["metric"])
            periods = window(reading, funded, flow)
            if funded.first is not None:
                periods = range(max(funded.first, periods.start), periods.stop)
            factors = exact_sum(reading.worth(name, reading.months * period) for period in periods)
            added = exact(flow["amount"]) * factors * _scale(reading, funded, name)
            metrics[name] = metrics.get(name, ZERO) + added
    for resource, used in total_use(reading, funded).items():
        metrics[USE_PREFIX + resource] = used
    return metrics


def _worth_of_time(reading: Reading, funded: Funded) -> Fraction:
    """Return what value is multiplied with because of its date, 1 unless the instance discounts it."""
    if not reading.settings.value_discount:
        return ONE
    return reading.worth("value", funded.operation * reading.months)


def _scale(reading: Reading, funded: Funded, metric: str) -> Fraction:
    declared = reading.settings.metrics.get(metric)
    return ONE if declared is not None and not declared.scaled else funded.scale


def objective_values(reading: Reading, totals: Mapping[str, Fraction]) -> tuple[Fraction, ...]:
    """Return the objective of each level: the weighted sum of metrics."""
    return tuple(
        exact_sum(Fraction(weight) * totals.get(metric, ZERO) for metric, weight in level.weights.items())
        for level in reading.instance.objective_levels
    )


def stakeholder_values(reading: Reading, totals: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Return the weighted sum of each stakeholder, of the metrics listed for it and no others."""
    sums: dict[str, Fraction] = {}
    for row in reading.records("stakeholders"):
        name = str(row["stakeholder"])
        sums[name] = sums.get(name, ZERO) + exact(row["weight"]) * totals.get(str(row["metric"]), ZERO)
    return sums


def objective_sizes(reading: Reading, sizes: Mapping[str, Fraction]) -> tuple[Fraction, ...]:
    """Return the largest amount in the objective of each level."""
    return tuple(
        max((abs(Fraction(weight)) * sizes.get(metric, ZERO) for metric, weight in level.weights.items()), default=ZERO)
        for level in reading.instance.objective_levels
    )


def check_claims(
    scores: Scores,
    objective: Sequence[Fraction],
    claimed_metrics: Mapping[str, float],
    claimed_objective: Sequence[float] | None,
    ledger: Ledger,
    *,
    sizes: Sequence[Fraction],
) -> None:
    """Check the numbers that the engine claims against those recomputed."""
    for metric, claim in claimed_metrics.items():
        name = words.name(metric)
        text = f"the engine reports a metric {name}, which the instance does not have"
        if ledger.check("claims", "the metric exists", name).holds(metric in scores.totals, text):
            _check_claim(f"metric {name}", claim, scores.totals[metric], ledger, size=scores.sizes[metric])
    if claimed_objective is None:
        return
    text = f"the engine reports {len(claimed_objective)} objective levels, the instance has {len(objective)}"
    ledger.check("claims", "every level has a number", "objective").holds(
        len(claimed_objective) == len(objective), text
    )
    for level, (claim, value, size) in enumerate(zip(claimed_objective, objective, sizes, strict=False), start=1):
        where = f"objective level {level}" if len(objective) > 1 else "objective"
        _check_claim(where, claim, value, ledger, size=size)


def _check_claim(where: str, claim: object, value: Fraction, ledger: Ledger, *, size: Fraction) -> None:
    number = finite(claim)
    text = f"{where}: the engine reports {words.name(claim)}, which is no finite number"
    if (
        ledger.check("claims", "claims are finite numbers", where).holds(number is not None, text)
        and number is not None
    ):
        text = f"{where}: the engine reports {words.number(number)}, it is {words.number(value)}"
        ledger.check("claims", "claims are true", where).equal(number, value, text, size=size)
