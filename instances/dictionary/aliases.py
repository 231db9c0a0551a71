"""Neutral names for what the first case called by its countries: read everywhere, and kept under the older name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Neutral name of a metric, a column, or a key of ``[finance]``, to the name under which it is kept.
METRICS: Mapping[str, str] = {"owner_npv": "us_npv", "lender_npv": "japan_npv", "lender_content": "japan_content"}
COLUMNS: Mapping[str, str] = {
    "lender_content_share": "japan_content_share",
    "min_lender_content_share": "min_japan_content_share",
    "min_lender_npv": "min_japan_npv",
}
KEYS: Mapping[str, str] = {"lender_share_before": "japan_share_before", "lender_share_after": "japan_share_after"}


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
