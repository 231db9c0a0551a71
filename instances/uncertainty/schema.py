"""What ``uncertainty.toml`` may say: factors with distributions, rank correlations, named scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, field_validator

from outlay.instances.dictionary.sets import Values
from outlay.instances.dictionary.settings import DecimalPlaces, Frozen, NonNegative, Number, Share
from outlay.instances.dictionary.tables import TABLES
from outlay.instances.values.numbers import NotANumber, parse_number
from outlay.instances.values.text import did_you_mean

WHERE = "uncertainty.toml"
#: What stands for the drawn value: itself, its opposite, one divided by it.
DRAWN = ("@", "-@", "1/@")
OPERATIONS = ("set", "scale", "add", "slip")
#: Significant digits of a drawn value unless `decimals` says otherwise.
DIGITS = 6

#: Distribution to the parameters that it must have, and those that it may have.
PARAMETERS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "uniform": (("low", "high"), ()),
    "triangular": (("low", "mode", "high"), ()),
    "pert": (("low", "mode", "high"), ()),
    "normal": (("mean", "sd"), ("low", "high")),
    "lognormal": (("mean", "sd"), ("low", "high")),
    "discrete": (("values", "probabilities"), ()),
    "empirical": (("values",), ()),
}


def _drawn_or_number(value: object) -> object:
    if isinstance(value, str):
        if value.strip() in DRAWN:
            return value.strip()
        raise ValueError(f"this is text; write a number, or one of {', '.join(DRAWN)} for the drawn value")
    try:
        return parse_number(value)
    except NotANumber as problem:
        raise ValueError(f"{problem}; write a number, or @ for the drawn value") from None


Drawn: TypeAlias = Annotated[
    str | Decimal, BeforeValidator(_drawn_or_number), WithJsonSchema({"type": ["number", "string"]})
]
DrawnCells: TypeAlias = Annotated[dict[str, Drawn], Field(min_length=1)]


def _rank(value: Decimal) -> Decimal:
    if not -1 <= value <= 1:
        raise ValueError("a rank correlation lies between -1 and 1; correct it")
    return value


Rank: TypeAlias = Annotated[Number, AfterValidator(_rank)]


class DrawnSlip(Frozen):
    """By how much projects come later than their dates say."""

    months: Drawn = Field(description='Months: "@", a factor of whole numbers (decimals = 0); negative: earlier.')


class DrawnChange(Frozen):
    """One operation on the rows of one table (or on ``instance.toml``), with the drawn value in it."""

    table: str = Field(description="As in sets.toml: a table, or `instance`.")
    where: dict[str, Values] = Field(
        default={}, description="As in sets.toml: column to value, glob, or list of either. Left out: all rows."
    )
    set: DrawnCells | None = Field(None, description='Column to "@", the drawn value, or to a number.')
    scale: DrawnCells | None = Field(None, description='Column to "@", the drawn value as a factor, or "1/@".')
    add: DrawnCells | None = Field(None, description='Column to "@", the drawn value as a summand, or "-@".')
    slip: DrawnSlip | None = Field(None, description='Of projects: { months = "@" }, as in sets.toml.')
    note: str = Field("", description="Anything; never read by the engine.")

    @field_validator("table")
    @classmethod
    def _known_table(cls, value: str) -> str:
        if value not in ("instance", *TABLES):
            raise ValueError(f"this table is unknown; {did_you_mean(value, ('instance', *TABLES))}")
        return value

    @property
    def given(self) -> tuple[str, ...]:
        """The operations that are given; a change that is right has one."""
        return tuple(name for name in OPERATIONS if getattr(self, name) is not None)

    @property
    def operation(self) -> str:
        """The name of its one operation."""
        return self.given[0]

    @property
    def cells(self) -> Mapping[str, str | Decimal]:
        """What the operation says of each column."""
        if self.slip is not None:
            return {"months": self.slip.months}
        found: Mapping[str, str | Decimal] = getattr(self, self.operation)
        return found

    @property
    def draws(self) -> bool:
        """Whether the drawn value stands anywhere in it."""
        return any(isinstance(value, str) for value in self.cells.values())


class Factor(Frozen):
    """Something that is not known: a distribution, and what its value changes."""

    title: str = Field("", description="What it is, in a line.")
    note: str = Field("", description="Anything; never read by the engine.")
    distribution: Literal["uniform", "triangular", "pert", "normal", "lognormal", "discrete", "empirical"] = Field(
        description="uniform: low, high. triangular and pert (a smooth triangle: beta with weight 4 on the mode): low, "
        "mode, high. normal and lognormal: mean, sd; low and high truncate. discrete: values with probabilities. "
        "empirical: values that were observed, each as likely."
    )
    low: Number | None = Field(None, description="The least value.")
    mode: Number | None = Field(None, description="The likeliest value.")
    high: Number | None = Field(None, description="The largest value.")
    mean: Number | None = Field(None, description="The mean of the value itself (of a lognormal too), untruncated.")
    sd: NonNegative | None = Field(None, description="Its standard deviation, untruncated; 0: the mean for certain.")
    values: tuple[Number, ...] | None = Field(None, description="The possible values.", min_length=1)
    probabilities: tuple[NonNegative, ...] | None = Field(None, description="Their probabilities; they add up to 1.")
    decimals: DecimalPlaces | None = Field(
        None,
        description=f"Decimals to which a drawn value is rounded; 0: whole numbers. Blank: {DIGITS} significant "
        "digits.",
    )
    each: str = Field(
        "",
        description="A column: one independent draw for each of its values among the matched rows. `project` is the "
        "column id in the table projects. Blank: one draw for all.",
    )
    change: tuple[DrawnChange, ...] = Field(description="What the drawn value changes.", min_length=1)


class Correlation(Frozen):
    """A rank correlation (Spearman's) between factors, or within one that has `each`."""

    between: tuple[str, ...] = Field(
        description="Names of factors, or globs: two or more, each with each of the others. One name, or one glob: "
        "within what it names. Of two factors with the same `each`, draws of one value (the same project).",
        min_length=1,
    )
    rank: Rank = Field(description="Spearman's rank correlation, from -1 to 1.")
    same: str = Field(
        "",
        description="Within factors with each = project: a column of projects, such as sector; only draws of projects "
        "that have the same value there are correlated.",
    )
    note: str = Field("", description="Anything; never read by the engine.")


class Scenario(Frozen):
    """A world with a name and a probability: constraint sets instead of, or beside, factors."""

    title: str = Field("", description="What happens, in a line.")
    note: str = Field("", description="Anything; never read by the engine.")
    probability: Share = Field(description="Its probability; those of all scenarios add up to 1.")
    sets: str = Field("base", description="The constraint sets that are the world, as a+b; base: as it is.")


class Uncertainty(Frozen):
    """All of ``uncertainty.toml``."""

    factors: dict[str, Factor] = Field(default={}, description="What is not known.")
    correlations: tuple[Correlation, ...] = Field((), description="Rank correlations; of two about a pair the later.")
    scenarios: dict[str, Scenario] = Field(
        default={}, description="Worlds with probabilities. Beside factors, each draw is of one of them."
    )
