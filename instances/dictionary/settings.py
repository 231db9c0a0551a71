"""``instance.toml``: calendar, money, metrics and objective, as frozen pydantic models.

Every field carries its unit and meaning, from which the reference page and the JSON Schema are rendered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    Tag,
    field_validator,
    model_validator,
)

from outlay.instances.dictionary.approved import CHANGE_METRICS
from outlay.instances.dictionary.names import (
    BUILT_IN_METRICS,
    IN_USE_PREFIX,
    METRICS,
    SPENDING,
    USE_PREFIX,
    kept_settings,
)
from outlay.instances.dictionary.tables import TABLES
from outlay.instances.values.numbers import NotANumber, is_month, month_number, parse_number


def _number(value: object) -> Decimal:
    if isinstance(value, str):
        raise ValueError("this is text; write a number without quotation marks")  # noqa: TRY004 - pydantic's way
    try:
        return parse_number(value)
    except NotANumber as problem:
        raise ValueError(f"{problem}; write a number") from None


def _whole(value: object) -> int:
    number = _number(value)
    if number != int(number):
        raise ValueError("this is not a whole number; write one")
    return int(number)


def _month(value: object) -> str:
    if not isinstance(value, str) or not is_month(value):
        raise ValueError('this is not a month; write "YYYY-MM", with quotation marks')
    return value


Number = Annotated[Decimal, BeforeValidator(_number)]
Share = Annotated[Decimal, Field(ge=0, le=1), BeforeValidator(_number)]
NonNegative = Annotated[Decimal, Field(ge=0), BeforeValidator(_number)]
Whole = Annotated[int, BeforeValidator(_whole)]
MonthOfYear = Annotated[int, Field(ge=1, le=12), BeforeValidator(_whole)]
DecimalPlaces = Annotated[int, Field(ge=0, le=15), BeforeValidator(_whole)]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$"), BeforeValidator(_month)]


class Frozen(BaseModel):
    """A part of ``instance.toml`` or ``sets.toml``: its keys are known, and it never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def described(default: Any, unit: str, meaning: str, **more: Any) -> Any:
    """Return a field with its unit and meaning."""
    return Field(default, description=meaning, json_schema_extra={"unit": unit} if unit else None, **more)


#: What a label of a year may be made of.
YEAR_PARTS = frozenset({"start", "end", "start2", "end2"})


class Calendar(Frozen):
    """The periods of the plan."""

    start: Month = described(..., "YYYY-MM", "First month of period 0.")
    periods: Whole = described(..., "periods", "T, the number of periods.", ge=1, le=5000)
    months_per_period: Whole = described(..., "months", "m, the length of a period.", ge=1, le=1200)
    last_selection: Month | None = described(
        None, "YYYY-MM", "Selections end with the period that holds it, which must lie in the calendar (last period)."
    )
    selection_to_funding_months: NonNegative = described(
        Decimal(0),
        "months",
        "Least time from selection to start of building, rounded up to whole periods.",
        le=12000,
    )
    max_wait_months: NonNegative = described(
        Decimal(0), "months", "Longest further wait before building, rounded up to whole periods.", le=12000
    )
    finish_inside: StrictBool = described(False, "", "Whether building must end inside the calendar.")
    price_date: Month | None = described(
        None, "YYYY-MM", "Month in whose prices commitments stand, from which escalation_per_year counts (start)."
    )
    base_date: Month | None = described(
        None,
        "YYYY-MM",
        "Month at which present values stand: what falls n months after it is worth D(rate, n) (start). A plan that "
        "was moved on keeps the older one where its figures shall be compared with those of the year before.",
    )
    frozen_until: Month | None = described(
        None,
        "YYYY-MM",
        "Decisions before the first period that begins at or after it are those of `approved`: what was approved to be "
        "selected or to start before is funded so, with its alternative, scale and dates before; nothing else is "
        "selected before (none).",
    )
    label: str | None = described(
        None,
        "",
        "How a year is written, with {start}, {end} (the calendar years in which it begins and ends), {start2} or "
        '{end2} (their last two digits): "FY{end}", "{start}/{end2}". Half-years and quarters add H1 or Q1, other '
        "periods their month. Without it years are calendar years (2028, 2028H1).",
    )
    fiscal_year_start: MonthOfYear | None = described(
        None,
        "month, 1 to 12",
        "Month in which the fiscal year begins; it must be that of start, since all years of the plan are blocks of "
        "12/m periods from there (month of start).",
    )

    @field_validator("label")
    @classmethod
    def _names_a_year(cls, value: str | None) -> str | None:
        parts = set() if value is None else set(re.findall(r"\{([^{}]*)\}", value))
        bare = "" if value is None else re.sub(r"\{[^{}]*\}", "", value)
        if value is not None and (not parts or parts - YEAR_PARTS or "{" in bare or "}" in bare):
            raise ValueError(
                f"{value!r} names no year; write {{start}}, {{end}}, {{start2}} or {{end2}}, as in 'FY{{end}}'"
            )
        return value

    @model_validator(mode="after")
    def _begins_with_the_fiscal_year(self) -> Calendar:
        if self.fiscal_year_start is not None and self.fiscal_year_start != int(self.start[5:]):
            raise ValueError(
                f"the fiscal year begins in month {self.fiscal_year_start}, the calendar in {self.start}; years of the "
                f"plan are counted from there, so begin with a fiscal year"
            )
        return self

    @model_validator(mode="after")
    def _ends_before_the_year_ten_thousand(self) -> Calendar:
        if month_number(self.start) + self.periods * self.months_per_period > 12 * 9999:
            raise ValueError("the calendar must end before the year 9999; use fewer or shorter periods")
        return self


class Finance(Frozen):
    """How money flows back; left out, no loan is modelled."""

    waterfall: Literal["debt_service_first", "literal"] = described(
        "debt_service_first",
        "",
        "debt_service_first: scheduled service comes before the split; literal: all cash is split, and debt service "
        "cover is not tested.",
    )
    japan_share_before: Share = described(
        Decimal("0.5"),
        "share",
        "Also `lender_share_before`: a, the lender's share until the balance is back; greater than 0.",
        gt=0,
    )
    japan_share_after: Share = described(
        Decimal("0.1"), "share", "Also `lender_share_after`: z, the lender's share afterwards."
    )
    owner: str = described(
        "owner", "", "What the side of the metric us_npv is called: who owns the projects.", min_length=1
    )
    lender: str = described(
        "lender", "", "What the side of the metric japan_npv is called: who lends the money.", min_length=1
    )
    content: str = described(
        "lender's content",
        "",
        "What the metric japan_content is called: what is bought from the lender's firms.",
        min_length=1,
    )
    terms: str | None = described(
        None, "", "Row of terms.csv for alternatives that name none. An alternative without either is an error."
    )


class Stages(Frozen):
    """When what is known, for plans over several scenarios; it changes nothing of an instance solved by itself."""

    decide_by: Month | None = described(
        None,
        "YYYY-MM",
        "Selections up to the period that holds it, which lies in the calendar, are made now, in ignorance: project, "
        "alternative and period of selection are the same in every scenario. Later selections and everything else "
        "adapt (last_selection).",
    )


class Metric(Frozen):
    """A metric that the instance declares; a column of that name may stand in projects and alternatives."""

    unit: str = described("", "", "Unit, for reports.")
    scaled: StrictBool = described(True, "", "Whether it follows the scale of a partly funded project.")


class Level(Frozen):
    """One level of a strict order of objectives."""

    weights: dict[str, Number] = described(
        ..., "per unit of metric", "Weight of each metric; `cost` has -1 where it is not named.", min_length=1
    )
    tolerance: Share = described(
        Decimal(0), "share", "The next levels keep this one within this share of its best value's size."
    )


class Applied(Frozen):
    """What a constraint set switched in a resolved instance; it may also be written by hand."""

    sets: tuple[str, ...] = described((), "", "Names of the sets that were applied, from left to right.")
    disable: tuple[str, ...] = described((), "", "Constraint families that are off.")
    force_in: tuple[str, ...] = described(
        (), "", "id, id@alternative or id@alternative@YYYY-MM (building starts in the period that holds it) to fund."
    )
    force_out: tuple[str, ...] = described((), "", "The same, not to be funded.")


def _objective_form(value: object) -> str | None:
    if isinstance(value, str):
        return "tag:stakeholder"
    if isinstance(value, list | tuple):
        return "tag:levels"
    return "tag:weights" if isinstance(value, Mapping) else None


#: Weights by metric, a stakeholder, or a strict order of levels.
Objective: TypeAlias = Annotated[
    Annotated[str, Tag("tag:stakeholder")]
    | Annotated[tuple[Level, ...], Field(min_length=1), Tag("tag:levels")]
    | Annotated[dict[str, Number], Field(min_length=1), Tag("tag:weights")],
    Discriminator(
        _objective_form,
        custom_error_type="objective",
        custom_error_message='this is no objective; write weights by metric, "@STAKEHOLDER" or a list of levels',
    ),
]


class Settings(Frozen):
    """All of ``instance.toml``."""

    name: str = described(..., "", "Short name of the instance.", min_length=1)
    title: str = described("", "", "What it is about, in a line.")
    money_unit: str = described("", "", 'The unit of all money, such as "$B".')
    value_unit: str | None = described(None, "", "The unit of the metric `value`, such as votes; blank = money_unit.")
    calendar: Calendar = Field(description="The periods of the plan.")
    finance: Finance | None = Field(None, description="How money flows back; left out, no loan is modelled.")
    stages: Stages = Field(default=Stages(), description="When what is known, for plans over several scenarios.")
    discount_rates: dict[str, NonNegative] = described(
        {},
        "share a year",
        "metric = yearly rate (0). Used for us_npv, japan_npv, cost and cash-flow rows; credit has the rate of us_npv.",
    )
    value_discount: StrictBool = described(
        False,
        "",
        "Whether the column value is discounted from the date on which operation begins, by the rate of value in "
        "discount_rates, so that what opens later is worth less.",
    )
    objective: Objective = described(
        {"value": Decimal(1)},
        "per unit of metric",
        'metric = weight, or objective = "@STAKEHOLDER", or a [[objective]] list of levels in order (value = 1).',
    )
    tie_break: Literal["earliest", "none"] = described(
        "earliest",
        "",
        "What decides the dates that the objective leaves open. earliest: of the plans that fund the same alternatives "
        "and are worth as much, the one with the least sum of commitment x (selection + start + operation), in "
        "periods; it may give up the tolerance of the last level. none: any of them.",
    )
    metrics: dict[str, Metric] = Field({}, description="Metrics that are columns of projects and alternatives.")
    sources: tuple[str, ...] = Field(default=(), description="Where the facts come from.")
    ignore: tuple[str, ...] = described(
        (),
        "",
        "Columns of your own, in any table: kept, carried to every output, never read; like those that begin with x_.",
    )
    applied: Applied = Field(default=Applied(), description="What constraint sets switched in a resolved instance.")

    @model_validator(mode="before")
    @classmethod
    def _neutral_names(cls, value: Any) -> Any:
        return kept_settings(value)

    @field_validator("ignore")
    @classmethod
    def _own_columns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        taken = {column.name for table in TABLES.values() for column in table.columns}
        for name in value:
            if name in taken or not name or name != name.strip():
                raise ValueError(f"{name!r} is a column of the engine's or no name; rename the column, as x_{name}")
        return value

    @field_validator("metrics")
    @classmethod
    def _free_names(cls, value: dict[str, Metric]) -> dict[str, Metric]:
        taken = {column.name for name in ("projects", "alternatives") for column in TABLES[name].columns}
        for name in value:
            if (
                name in taken
                or name in {*BUILT_IN_METRICS, *METRICS, *CHANGE_METRICS, SPENDING}
                or name.startswith((USE_PREFIX, IN_USE_PREFIX))
            ):
                raise ValueError(f"the metric name {name!r} is taken; choose another")
            if not name or name != name.strip():
                raise ValueError(f"the metric name {name!r} is blank or has white space at its ends; choose another")
        return value
