"""An answer's tables with one type a column: dates as pandas periods where their length has one, units in ``attrs``."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from outlay.instances.instance import Instance
from outlay.instances.values.numbers import month_number

#: Columns that hold numbers of periods, and the columns of labels beside them that are left out then.
_NUMBERS = {
    "timeline": ("selection", "review", "start", "operation", "end"),
    "resources": ("period",),
    "trade": ("period",),
    "binding": ("period",),
    "todo": ("period",),
}
_LABELS_BESIDE = ("label", "when", "selection_label", "start_label", "operation_label")
#: Columns that hold periods as people write them.
_LABELS = {"projects": ("selected", "start", "operation"), "procurement": ("first", "last")}
_FLAGS = {"projects": ("fast_track",)}
_KEYS = {
    "projects": ["project"],
    "timeline": ["project"],
    "finance": ["project"],
    "resources": ["resource", "period"],
    "sectors": ["sector"],
    "regions": ["region"],
    "years": ["year"],
}
_MONEY = {
    "projects": ("commitment",),
    "finance": ("commitment", "opening_balance", "us_npv", "japan_npv", "us_cash", "japan_cash", "carry_left"),
    "payments": ("amount",),
    "funds": ("amount",),
    "sectors": ("commitment",),
    "regions": ("commitment",),
    "years": ("commitment", "draws"),
    "procurement": ("cost",),
}
_SHARES = ("scale", "share")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
#: The month from which pandas counts months; it reads no text of a year before 1.
_EPOCH = month_number("1970-01")
#: Longest time before and after the calendar that a date of a plan can lie in, years.
_MARGIN_YEARS = 120


def typed(name: str, table: pd.DataFrame, instance: Instance) -> pd.DataFrame:
    """Return a copy of a table of an answer: dates of one type, its key as index, ``attrs["unit"]`` by column.

    Dates are of dtype ``period`` where periods are months, quarters or years, else texts (``2027H1``).
    """
    made = table.copy()
    for column in _NUMBERS.get(name, ()):
        made[column] = _periods(instance, made[column].tolist())
    if name in _NUMBERS:
        made = made.drop(columns=[column for column in _LABELS_BESIDE if column in made])
    labels = _labels(instance) if name in _LABELS else {}
    for column in _LABELS.get(name, ()):
        numbers = [labels.get(text) if isinstance(text, str) and text else None for text in made[column]]
        made[column] = _periods(instance, numbers)
    for column in _FLAGS.get(name, ()):
        made[column] = made[column].astype("boolean")
    if name in _KEYS:
        made = made.set_index(_KEYS[name])
    made.attrs["unit"] = _units(name, table, instance)
    return made


def period_frequency(instance: Instance) -> str | None:
    """Return the frequency of an instance's periods as pandas names it; None where it has no such periods.

    Examples
    --------
    ``Y-DEC`` for calendar years, ``Y-JUN`` for years that begin in July, ``Q-DEC``, ``M``; None for half-years.
    """
    months = instance.months_per_period
    first = month_number(instance.settings.calendar.start) % 12
    if months == 1:
        return "M"
    if months == 12:
        return f"Y-{_MONTHS[first - 1]}"
    if months == 3:
        return f"Q-{_MONTHS[-1 if first % 3 == 0 else first - 1]}"
    return None


def _periods(instance: Instance, numbers: Iterable[float | None]) -> pd.Series:
    """Return periods by number, of one type; missing where there is none."""
    found = [None if number is None or pd.isna(number) else int(number) for number in numbers]
    frequency = period_frequency(instance)
    if frequency is None:
        labels = [None if at is None else instance.period_label(at) for at in found]
        return pd.Series(labels, dtype=None if any(labels) else "object")
    months = [None if at is None else month_number(instance.month_of(at)) - _EPOCH for at in found]
    periods = [pd.NaT if month is None else pd.Period(ordinal=month, freq="M").asfreq(frequency) for month in months]
    return pd.Series(pd.PeriodIndex(periods, freq=frequency))


def _labels(instance: Instance) -> dict[str, int]:
    """Return the number of each period that a plan can name, by its label."""
    margin = 12 * _MARGIN_YEARS // instance.months_per_period
    return {instance.period_label(number): number for number in range(-margin, instance.periods + margin)}


def _units(name: str, table: pd.DataFrame, instance: Instance) -> dict[str, str]:
    money = instance.settings.money_unit
    units = dict.fromkeys(_MONEY.get(name, ()), money) | {column: "share" for column in _SHARES if column in table}
    if name == "finance":
        units |= {"level_service": f"{money} a year", "recovery_year": "years of operation", "irr": "share a year"}
    if name in {"sectors", "regions"}:
        units["value"] = instance.metric_unit("value")
    if "unit" in table:  # each row has a unit of its own
        amounts = table.select_dtypes("float").columns
        units |= {str(column): "that of the column unit" for column in amounts if column not in units}
    return {column: unit for column, unit in units.items() if unit and column in table}
