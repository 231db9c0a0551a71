"""`Instance`: a validated, immutable set of tables, and the few derived readings that everyone shares."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from outlay.instances.alternatives import filled_alternatives
from outlay.instances.dictionary.approved import CHANGE_METRICS, CHANGE_UNITS
from outlay.instances.dictionary.fiscal import fiscal_label, fiscal_year
from outlay.instances.dictionary.names import (
    BUILT_IN_METRICS,
    ENGINE_RESOURCES,
    IN_USE_PREFIX,
    USE_PREFIX,
    expand_families,
)
from outlay.instances.dictionary.settings import Level, Settings
from outlay.instances.dictionary.tables import TABLES
from outlay.instances.errors import InputError
from outlay.instances.table import Table, records_of
from outlay.instances.values.frozen import frozen, thawed
from outlay.instances.values.numbers import month_number, month_text
from outlay.instances.values.text import did_you_mean

if TYPE_CHECKING:
    from pandas import DataFrame

#: What a period of so many months is called.
PERIOD_WORDS = {1: "months", 3: "quarters", 6: "half-years", 12: "years"}


@dataclass(frozen=True)
class Instance:
    """Everything that is known about a decision.

    Attributes
    ----------
    settings
        ``instance.toml``.
    tables
        Every table of the data dictionary by name; an absent one is empty.
    sets
        The constraint sets of ``sets.toml``, by name, as written (see `outlay.instances.sets.applying`).
    uncertainty
        ``uncertainty.toml`` as written (see `outlay.instances.uncertainty.schema`); empty where nothing is said.

    Instances are compared and hashed by content; the order of rows in the files does not matter. Change one with
    `with_set` or `replace`, which return a new, validated instance.
    """

    settings: Settings
    tables: Mapping[str, Table]
    sets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    uncertainty: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        metrics = {name: metric.unit for name, metric in self.settings.metrics.items()}
        full = {
            name: self.tables.get(name, Table(spec, {}, metrics if spec.metric_columns else {}))
            for name, spec in TABLES.items()
        }
        object.__setattr__(self, "tables", MappingProxyType(full))
        object.__setattr__(self, "sets", MappingProxyType({name: frozen(body) for name, body in self.sets.items()}))
        object.__setattr__(self, "uncertainty", frozen(self.uncertainty))

    def __reduce__(self) -> tuple[type[Instance], tuple[object, ...]]:
        return Instance, (self.settings, dict(self.tables), thawed(self.sets), thawed(self.uncertainty))

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        """Return what it is in two lines."""
        sizes = [f"{len(self['projects'])} projects", f"{self.periods} periods of {self.months_per_period} months"]
        sizes += [f"{len(self['resources'])} resources", f"{len(self.sets)} constraint sets"]
        applied = "+".join(self.settings.applied.sets)
        name = f"{self.name!r}{f' with {applied}' if applied else ''}"
        first, last = self.period_label(0), self.period_label(self.periods - 1)
        return f"<Instance {name}: {self.settings.title or 'no title'}\n {', '.join(sizes)}, {first} to {last}>"

    def _repr_html_(self) -> str:
        """Return the instance as a notebook shows it: its heading and its projects."""
        heading = escape(repr(self)[1:-1]).replace("\n", "<br>")
        return f"<p>{heading}</p>{self.frame('projects').to_html(index=False, max_rows=20, na_rep='', escape=True)}"

    def frame(self, table: str) -> DataFrame:
        """Return a table as a pandas DataFrame: numbers as floats, blank cells as missing (NaN or None).

        Its columns are those that the instance has; `attrs["unit"]` holds the unit of each that has one. A changed
        copy goes back by `replace`.

        Examples
        --------
        ``frame = instance.frame("projects"); frame["value"] *= 1.1; instance.replace(projects=frame)``

        Raises
        ------
        InputError
            If there is no such table.
        """
        if table not in self.tables:
            remedy = did_you_mean(table, self.tables)
            raise InputError.single("frame", "there is no such table", remedy, value=table)
        return self[table].frame()

    # -- calendar ------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The instance's short name."""
        return self.settings.name

    @property
    def periods(self) -> int:
        """T, the number of periods."""
        return self.settings.calendar.periods

    @property
    def months_per_period(self) -> int:
        """m, the months in a period."""
        return self.settings.calendar.months_per_period

    @property
    def periods_per_year(self) -> int | None:
        """Periods in a year, or None where m does not divide 12."""
        return None if 12 % self.months_per_period else 12 // self.months_per_period

    def period_from(self, month: str) -> int:
        """Return the first period that begins at or after a month; 0 before the calendar, >= T after its end.

        For "earliest" dates: earliest_start, availability and imports.
        """
        months = month_number(month) - month_number(self.settings.calendar.start)
        return max(0, -(-months // self.months_per_period))

    def period_holding(self, month: str) -> int:
        """Return the period that holds a month; negative before the calendar, >= T after its end.

        For "latest" dates: latest_start, last_selection and forced starts.
        """
        months = month_number(month) - month_number(self.settings.calendar.start)
        return months // self.months_per_period

    @cached_property
    def last_selection_period(self) -> int:
        """The last period in which a project can be selected."""
        last = self.settings.calendar.last_selection
        return self.periods - 1 if last is None else self.period_holding(last)

    @cached_property
    def decide_by_period(self) -> int:
        """The last period whose selections are made now, before it is known which scenario comes true."""
        by = self.settings.stages.decide_by
        return self.last_selection_period if by is None else min(self.period_holding(by), self.last_selection_period)

    def months_of_prices(self, period: int) -> int:
        """Return the months from the date of prices to the beginning of a period; negative before that date."""
        calendar = self.settings.calendar
        return month_number(self.month_of(period)) - month_number(calendar.price_date or calendar.start)

    def months_of_value(self, months: int) -> int:
        """Return the months from the date at which present values stand to so many after the calendar's start."""
        calendar = self.settings.calendar
        return months + month_number(calendar.start) - month_number(calendar.base_date or calendar.start)

    @property
    def frozen_periods(self) -> int:
        """How many periods from the calendar's start are decided by ``approved``; 0 where none are."""
        until = self.settings.calendar.frozen_until
        return 0 if until is None else min(self.periods, self.period_from(until))

    def month_of(self, period: int) -> str:
        """Return the first month of a period, as YYYY-MM."""
        return month_text(month_number(self.settings.calendar.start) + period * self.months_per_period)

    def period_label(self, period: int) -> str:
        """Return a period as people write it: 2028H1, 2028Q3, 2028, or its first month.

        Examples
        --------
        With half-years from 2026-01, period 5 is ``2028H2``.
        """
        first = self.month_of(period)
        year, month = divmod(month_number(first), 12)
        size = self.months_per_period
        if self.settings.calendar.label is not None:
            return fiscal_label(self.settings.calendar, period)
        if size == 12 and month == 0:
            return f"{year}"
        if size in (3, 6) and month % size == 0:
            return f"{year}{'Q' if size == 3 else 'H'}{month // size + 1}"
        return first

    def year_label(self, period: int) -> str:
        """Return the year of a plan that begins with a period, as people write it: 2028, FY2028.

        A year that begins with another month than January and has no label is told by its first month.
        """
        if self.settings.calendar.label is not None:
            return fiscal_year(self.settings.calendar, period * self.months_per_period)
        first = self.month_of(period)
        return first[:4] if first.endswith("-01") else f"the year from {first}"

    def limit_label(self, period: int, basis: str) -> str:
        """Return when a limit with this basis holds: its period, or its year where that has a name."""
        named = self.settings.calendar.label is not None or self.month_of(period).endswith("-01")
        return self.year_label(period) if basis == "per_year" and named else self.period_label(period)

    # -- tables --------------------------------------------------------------------------------------------------

    def __getitem__(self, table: str) -> Table:
        """Return a table by name; an absent one is empty."""
        return self.tables[table]

    @cached_property
    def alternatives(self) -> Table:
        """Every alternative of every project, blank cells filled from the project's row, sorted.

        A project without rows in ``alternatives`` has one, ``base``. Columns: project, alternative, those of the
        dictionary's alternatives and every declared metric. Cells left blank in both tables hold the default.
        """
        units = {name: metric.unit for name, metric in self.settings.metrics.items()}
        return filled_alternatives(self["projects"], self["alternatives"], units)

    @cached_property
    def known_metrics(self) -> tuple[str, ...]:
        """Every metric that may be weighed or limited, in a fixed order."""
        own = sorted({str(name) for name in self["cashflows"].raw("metric") if name})
        changes = CHANGE_METRICS if len(self["approved"]) else ()
        names = [*BUILT_IN_METRICS, *changes, *self.settings.metrics, *own]
        names += [USE_PREFIX + str(resource) for resource in self["resources"].raw("resource")]
        return tuple(dict.fromkeys(names))

    def metric_unit(self, metric: str) -> str:
        """Return the unit of a metric: of money, its own, or that of the use of a resource summed over the periods."""
        settings = self.settings
        if metric in settings.metrics:
            return settings.metrics[metric].unit
        if metric.startswith((USE_PREFIX, IN_USE_PREFIX)):
            return self._unit_of_use(metric.partition(":")[2])
        if metric == "value":
            return settings.money_unit if settings.value_unit is None else settings.value_unit
        if metric in CHANGE_UNITS:
            unit = CHANGE_UNITS[metric]
            return settings.money_unit if unit is None else unit
        own = {"count": "projects", "strategic": f"score x {settings.money_unit}".removesuffix(" x ")}
        return own.get(metric, settings.money_unit)

    def _unit_of_use(self, resource: str) -> str:
        """Return the unit of a sum over the periods: worker-half-years; that of a total is its own."""
        rows = self["resources"]
        row = rows.index.get((resource,))
        unit = "" if row is None else rows.texts("unit")[row]
        if row is None or not unit or rows.texts("basis")[row] != "per_period" or resource in ENGINE_RESOURCES:
            return unit
        periods = PERIOD_WORDS.get(self.months_per_period, f"{self.months_per_period} months")
        return f"{unit[:-1]}-{periods}" if unit.isalpha() and unit.endswith("s") else f"{unit} x {periods}"

    # -- switches ------------------------------------------------------------------------------------------------

    @cached_property
    def disabled(self) -> frozenset[str]:
        """The constraint families that are off."""
        return frozenset(expand_families(self.settings.applied.disable))

    def is_on(self, family: str) -> bool:
        """Return whether a constraint family is on."""
        return family not in self.disabled

    def family_of(self, resource: str) -> str:
        """Return the constraint family of a resource's rows."""
        if resource in ENGINE_RESOURCES:
            return ENGINE_RESOURCES[resource]
        kind = str(self["resources"].raw("kind")[self["resources"].index[(resource,)]])
        return "permits" if kind == "permit" else kind

    def resource_title(self, resource: str) -> str:
        """Return what people call a resource: its title, or its id; of anything else, itself."""
        rows = self["resources"]
        row = rows.index.get((resource,))
        return resource if row is None else rows.texts("title")[row] or resource

    # -- objective -----------------------------------------------------------------------------------------------

    @cached_property
    def objective_levels(self) -> tuple[Level, ...]:
        """The objective as a strict order of levels, each with its weights; `cost` is -1 where a level omits it."""
        given = self.settings.objective
        if isinstance(given, str):
            levels: Sequence[Level] = (Level.model_construct(weights=self.weights_of(given.removeprefix("@"))),)
        elif isinstance(given, dict):
            levels = (Level(weights=given),)
        else:
            levels = given
        return tuple(level.model_copy(update={"weights": {"cost": Decimal(-1), **level.weights}}) for level in levels)

    def weights_of(self, stakeholder: str) -> dict[str, Decimal]:
        """Return the weight of each metric for a stakeholder; empty for a name that is none."""
        rows = self["stakeholders"]
        columns = (rows.raw("stakeholder"), rows.raw("metric"), rows.raw("weight"))
        return {
            str(metric): weight
            for who, metric, weight in zip(*columns, strict=True)
            if who == stakeholder and metric is not None and isinstance(weight, Decimal)
        }

    def discount_rate(self, metric: str) -> Decimal:
        """Return the yearly discount rate of a metric; 0 where none is given."""
        return self.settings.discount_rates.get(metric, Decimal(0))

    # -- identity ------------------------------------------------------------------------------------------------

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content (64 hexadecimal digits); the same for any row order."""
        from outlay.instances.formats.writing import document_text, to_document  # noqa: PLC0415 - it knows instances

        return hashlib.sha256(document_text(to_document(self), compact=True).encode()).hexdigest()

    def with_set(self, names: str) -> Instance:
        """Return the instance with one constraint set, or several joined by ``+``, applied from left to right.

        Raises
        ------
        InputError
            If a set is unknown, a change matches no row, or the changed instance is wrong.
        """
        from outlay.instances.sets.applying import apply_sets  # noqa: PLC0415 - it knows instances

        return apply_sets(self, names)

    def replace(self, **tables: Any) -> Instance:
        """Return a validated copy with tables (records or a DataFrame) or ``instance`` (a nested dict) replaced.

        In a DataFrame what is missing (NaN, None, NaT) is a blank cell, and a date is its month.

        Examples
        --------
        ``instance.replace(availability=[{"resource": "commitments", "from": "2026-01", "amount": 400}])``

        Raises
        ------
        InputError
            If the changed instance is wrong.
        """
        from outlay.instances.formats.parsing import parse_document  # noqa: PLC0415 - it knows instances
        from outlay.instances.formats.writing import to_document  # noqa: PLC0415 - it knows instances

        plain = {name: records_of(rows) if hasattr(rows, "to_dict") else rows for name, rows in tables.items()}
        return parse_document({**to_document(self), **plain}, source="replaced instance")
