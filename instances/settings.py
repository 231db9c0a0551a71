"""``instance.toml``: calendar, money, metrics and objective, as frozen pydantic models.

Every field carries its unit and meaning, from which the reference page and the JSON Schema are rendered.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from outlay.instances.numbers import NotANumber, is_month, month_number, parse_number

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

#: Metrics that the engine computes itself.
BUILT_IN_METRICS = ("value", "commitment", "us_npv", "japan_npv", "strategic", "japan_content", "credit", "count", "cost")
USE_PREFIX = "use:"

#: Resources that the engine fills from the options, and the family of each.
ENGINE_RESOURCES: Mapping[str, str] = {"commitments": "cap", "draws": "draws", "selections": "pace"}


def _number(value: object) -> Decimal:
    if isinstance(value, str):
        raise ValueError("this is text; write a number without quotation marks")
    try:
        return parse_number(value)
    except NotANumber as problem:
        raise ValueError(str(problem)) from None


def _whole(value: object) -> int:
    number = _number(value)
    if number != int(number):
        raise ValueError("this must be a whole number")
    return int(number)


def _month(value: object) -> str:
    if not isinstance(value, str) or not is_month(value):
        raise ValueError('a month is written "YYYY-MM", with quotation marks')
    return value


Number = Annotated[Decimal, BeforeValidator(_number)]
Share = Annotated[Decimal, BeforeValidator(_number), Field(ge=0, le=1)]
NonNegative = Annotated[Decimal, BeforeValidator(_number), Field(ge=0)]
Whole = Annotated[int, BeforeValidator(_whole)]
Month = Annotated[str, BeforeValidator(_month)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _field(default: Any, unit: str, meaning: str, **more: Any) -> Any:
    return Field(default, description=meaning, json_schema_extra={"unit": unit}, **more)


class Calendar(_Frozen):
    """The periods of the plan."""

    start: Month = _field(..., "YYYY-MM", "First month of period 0.")
    periods: Whole = _field(..., "periods", "T, the number of periods.", ge=1, le=5000)
    months_per_period: Whole = _field(..., "months", "m, the length of a period.", ge=1, le=1200)
    last_selection: Month | None = _field(None, "YYYY-MM", "Selections end with the period that holds it (last period).")
    selection_to_funding_months: NonNegative = _field(
        Decimal(0), "months", "Least time from selection to the start of building.", le=12000
    )
    max_wait_months: NonNegative = _field(Decimal(0), "months", "Longest further wait before building.", le=12000)
    finish_inside: bool = _field(False, "", "Whether building must end inside the calendar.")

    @model_validator(mode="after")
    def _ends_before_the_year_ten_thousand(self) -> Calendar:
        if month_number(self.start) + self.periods * self.months_per_period > 12 * 9999:
            raise ValueError("the calendar must end before the year 9999; use fewer or shorter periods")
        return self


class Finance(_Frozen):
    """How money flows back; left out, no loan is modelled."""

    waterfall: Literal["debt_service_first", "literal"] = _field(
        "debt_service_first", "", "Whether scheduled debt service comes before the split of cash."
    )
    japan_share_before: Share = _field(
        Decimal("0.5"), "share", "a, Japan's share until the balance is back.", gt=0
    )
    japan_share_after: Share = _field(Decimal("0.1"), "share", "z, Japan's share afterwards.")
    terms: str | None = _field(None, "", "Row of terms.csv for alternatives that name none.")


class Metric(_Frozen):
    """A metric that the instance declares; a column of that name may stand in projects and alternatives."""

    unit: str = _field("", "", "Unit, for reports.")
    scaled: bool = _field(True, "", "Whether it follows the scale of a partly funded project.")


class Level(_Frozen):
    """One level of a strict order of objectives."""

    weights: dict[str, Number] = _field(..., "per unit of metric", "Weight of each metric.", min_length=1)
    tolerance: Share = _field(Decimal(0), "share", "How much of the best value later levels may give up.")


class Applied(_Frozen):
    """What a constraint set switched in a resolved instance; it may also be written by hand."""

    sets: tuple[str, ...] = _field((), "", "Names of the sets that were applied, from left to right.")
    disable: tuple[str, ...] = _field((), "", "Constraint families that are off.")
    force_in: tuple[str, ...] = _field((), "", "id, id@alternative or id@alternative@YYYY-MM that must be funded.")
    force_out: tuple[str, ...] = _field((), "", "The same, that must not be funded.")


class Settings(_Frozen):
    """All of ``instance.toml``."""

    name: str = _field(..., "", "Short name of the instance.", min_length=1)
    title: str = _field("", "", "What it is about, in a line.")
    money_unit: str = _field("", "", 'The unit of all money, such as "$B".')
    calendar: Calendar
    finance: Finance | None = None
    discount_rates: dict[str, NonNegative] = Field(
        default_factory=dict, description="Yearly rate of each metric (0).", json_schema_extra={"unit": "share a year"}
    )
    objective: str | tuple[Level, ...] | dict[str, Number] = Field(
        default_factory=lambda: {"value": Decimal(1)},
        description='Weights by metric, "@STAKEHOLDER", or a list of levels with weights and tolerance.',
        json_schema_extra={"unit": "per unit of metric"},
    )
    metrics: dict[str, Metric] = Field(default_factory=dict, description="Declared metrics.")
    sources: tuple[str, ...] = Field(default=(), description="Where the facts come from.")
    applied: Applied = Applied()
