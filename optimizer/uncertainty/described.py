"""What an instance says is uncertain, as a table that a person can read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from outlay.instances.instance import Instance
from outlay.instances.uncertainty.schema import DrawnChange, Factor
from outlay.instances.values.numbers import number_text
from outlay.optimizer.uncertainty.worlds import uncertainty_of

COLUMNS = ("factor", "title", "distribution", "each", "changes")
_PARAMETERS = ("low", "mode", "high", "mean", "sd", "values", "probabilities")


def described(instance: Instance) -> pd.DataFrame:
    """Return a row a factor: title, distribution with its numbers, for what it is drawn anew, and what it changes.

    Examples
    --------
    >>> import outlay
    >>> described(outlay.read("tutorial")).empty
    True
    """
    factors = uncertainty_of(instance).factors
    rows = [
        (name, factor.title, _distribution(factor), factor.each, "; ".join(map(_change, factor.change)))
        for name, factor in factors.items()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def correlated(instance: Instance) -> list[tuple[str, str]]:
    """Return the rank correlations: between what, and how large."""
    rules = uncertainty_of(instance).correlations
    return [
        (" and ".join(rule.between) + (f", of the same {rule.same}" if rule.same else ""), number_text(rule.rank))
        for rule in rules
    ]


def _distribution(factor: Factor) -> str:
    known = {name: getattr(factor, name) for name in _PARAMETERS}
    parts = [f"{name} {_number(value)}" for name, value in known.items() if value is not None]
    return f"{factor.distribution}: {', '.join(parts)}"


def _number(value: Any) -> str:
    return " ".join(map(number_text, value)) if isinstance(value, tuple) else number_text(value)


def _change(change: DrawnChange) -> str:
    cells = ", ".join(f"{name} {_cell(value)}" for name, value in change.cells.items())
    return f"{change.operation} {cells} of {change.table}{_where(change.where)}"


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else number_text(value)


def _where(where: Mapping[str, Any]) -> str:
    parts = [f"{column} = {_any_of(value)}" for column, value in where.items()]
    return f" where {', '.join(parts)}" if parts else ""


def _any_of(value: Any) -> str:
    return " or ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
