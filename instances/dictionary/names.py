"""Names that the engine knows: constraint families, its own metrics and resources, and neutral names of some.

Neutral names stand for what the first case called by its countries: read everywhere, and kept under the older name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Constraint families that a set may disable; `choice` is never off.
RESOURCE_FAMILIES = ("labour", "energy", "equipment", "commodity", "finance", "committee", "other")
FAMILIES = (
    "cap",
    "draws",
    *RESOURCE_FAMILIES,
    "permits",
    "dependencies",
    "funds",
    "lender",
    "limits",
    "pace",
)
#: Names for several families at once.
FAMILY_GROUPS: Mapping[str, tuple[str, ...]] = {"supply": ("equipment", "commodity", "dependencies")}

#: Metrics that the engine computes itself, and what each counts.
METRIC_MEANINGS: Mapping[str, str] = {
    "value": "The column `value`, and value_per_unit of what programs buy, discounted from its period.",
    "commitment": "K, times the scale.",
    "us_npv": "Also `owner_npv`: the owner's share of the loan's cash, discounted at its own rate; needs [finance].",
    "japan_npv": "Also `lender_npv`: the lender's share of the cash and of the credit, less the draws, discounted; "
    "needs [finance].",
    "strategic": "strategic_score times K, times the scale.",
    "japan_content": "Also `lender_content`: japan_content_share times K, times the scale.",
    "credit": "Public credit at completion, discounted at the rate of us_npv.",
    "count": "1 a funded project, never scaled.",
    "cost": "Programs, flows, import premiums, penalties of shortfalls and cancellations, discounted from their period "
    "(a yearly row's from the first of its block). Has weight -1 in every level that does not name it. Belongs to no "
    "project.",
}
BUILT_IN_METRICS = tuple(METRIC_MEANINGS)
#: Spending when it falls due: a metric that only `limits` name, since its sum over a long calendar is `commitment`.
SPENDING = "draws"
SPENDING_MEANING = (
    "What funded projects draw while they are built (K x scale by draw weight) inside the calendar, each amount in the "
    "period in which it is drawn, whenever the project was selected. Stands in `limits` only; it needs no resource "
    "`draws`, and the costs of programs do not count."
)
USE_PREFIX = "use:"
#: Use of a resource when it is used: a metric that only `limits` name.
IN_USE_PREFIX = "in_use:"
IN_USE_MEANING = (
    "What `use:RESOURCE` sums, each amount in the period in which it is used, whenever the project was selected. "
    "Stands in `limits` only: its growth, its bounds by sector, region or tag."
)

#: Resources that the engine fills from the options, and the family of each.
ENGINE_RESOURCES: Mapping[str, str] = {"commitments": "cap", "draws": "draws", "selections": "pace"}


#: Metrics that no plan makes negative, beside those of use.
NEVER_NEGATIVE = frozenset({"commitment", "count", "cost", SPENDING})
#: Neutral name of a metric, a column, or a key of ``[finance]``, to the name under which it is kept.
METRICS: Mapping[str, str] = {"owner_npv": "us_npv", "lender_npv": "japan_npv", "lender_content": "japan_content"}
COLUMNS: Mapping[str, str] = {
    "lender_content_share": "japan_content_share",
    "min_lender_content_share": "min_japan_content_share",
    "min_lender_npv": "min_japan_npv",
}
KEYS: Mapping[str, str] = {"lender_share_before": "japan_share_before", "lender_share_after": "japan_share_after"}


def never_negative(metric: str) -> bool:
    """Return whether no plan makes a metric negative, so that a bound below 0 says nothing."""
    return metric in NEVER_NEGATIVE or metric.startswith((USE_PREFIX, IN_USE_PREFIX))


def counts_when_used(metric: object) -> bool:
    """Return whether a metric of limits counts when it is spent or used, not when a project is selected.

    Examples
    --------
    >>> [counts_when_used(metric) for metric in ("draws", "in_use:crew", "use:crew")]
    [True, True, False]
    """
    return metric == SPENDING or str(metric).startswith(IN_USE_PREFIX)


def expand_families(names: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Return constraint families with the names that stand for several of them replaced, each once.

    Examples
    --------
    >>> expand_families(["supply", "labour", "equipment"])
    ('equipment', 'commodity', 'dependencies', 'labour')
    """
    return tuple(dict.fromkeys(family for name in names for family in FAMILY_GROUPS.get(name, (name,))))


def kept(given: Any, aliases: Mapping[str, str]) -> Any:
    """Return a mapping with neutral names replaced; anything else as it is.

    Examples
    --------
    >>> kept({"lender_npv": 1, "value": 2}, METRICS)
    {'japan_npv': 1, 'value': 2}
    """
    if not isinstance(given, Mapping) or not any(name in given for name in aliases):
        return given
    return {aliases.get(name, name): value for name, value in given.items() if name in aliases} | {
        name: value for name, value in given.items() if name not in aliases and aliases_of(name, aliases) not in given
    }


def aliases_of(name: str, aliases: Mapping[str, str]) -> str | None:
    """Return the neutral name of what is kept under a name, or None."""
    return next((alias for alias, own in aliases.items() if own == name), None)


def kept_settings(given: Any) -> Any:
    """Return settings with the neutral names of metrics and of keys of ``[finance]`` replaced."""
    if not isinstance(given, Mapping):
        return given
    found = dict(given)
    if "finance" in found:
        found["finance"] = kept(found["finance"], KEYS)
    if "discount_rates" in found:
        found["discount_rates"] = kept(found["discount_rates"], METRICS)
    objective = kept(found.get("objective"), METRICS)
    if isinstance(objective, list | tuple):
        objective = [
            {**level, "weights": kept(level.get("weights"), METRICS)} if isinstance(level, Mapping) else level
            for level in objective
        ]
    return found if objective is None else {**found, "objective": objective}
