"""What a run document is made of: the types and ranges of all that stands in one, whoever wrote it.

A change of what is written, or of what can be computed again from instance and plan, is a new format: `OLDER` says how
documents of the formats before become ones of the present.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from outlay.instances.errors import Fault, InputError
from outlay.instances.given import type_of
from outlay.instances.values.text import as_text
from outlay.optimizer.answer.documents import floats
from outlay.optimizer.answer.user_rows import COLUMNS as USER_ROW_COLUMNS
from outlay.optimizer.status import DatesFound, Status

FORMAT = "outlay run 3"
REMEDY = "solve again"
#: So many faults of a document are told.
MOST_FAULTS = 20


class Part(BaseModel):
    """A part of a document: nothing in it that is not described, no number that is text, none that is not finite."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


def _is_cell(value: object) -> object:
    if value is not None and not isinstance(value, bool | int | float | str):
        raise ValueError("a cell is a text, a number, true, false or null")
    if isinstance(value, int | float) and not abs(value) <= MOST:
        raise ValueError("a number is finite")
    return value


#: The largest number that a document holds.
MOST = 1.7976931348623157e308

Positive: TypeAlias = Annotated[float, Field(gt=0)]
Least0: TypeAlias = Annotated[float, Field(ge=0)]
Count: TypeAlias = Annotated[int, Field(ge=0, lt=2**63)]
#: A period, negative before the calendar.
Period: TypeAlias = Annotated[int, Field(gt=-(2**63), lt=2**63)]
Amounts: TypeAlias = dict[str, float]
Cell: TypeAlias = Annotated[Any, AfterValidator(_is_cell)]
StatusName: TypeAlias = Annotated[Status, Field(strict=False)]
Limit: TypeAlias = Literal["time", "work", "interrupt", "crash", "solver tolerance", "together", "converged"]


def _tuple(*, of: Any) -> Any:
    """Return the type of a list of a fixed length, in a document that knows no tuples."""
    return Annotated[of, Field(strict=False)]


AmountAt: TypeAlias = _tuple(of=tuple[str, Count, float])  # type: ignore[valid-type]
PaymentOf: TypeAlias = _tuple(of=tuple[str, str, float])  # type: ignore[valid-type]
Step: TypeAlias = _tuple(of=tuple[Least0, float, float | None])  # type: ignore[valid-type]


class ChoicePart(Part):
    """One funded project."""

    project: str
    alternative: str
    fast_track: bool
    selection: Period
    start: Period
    scale: float


class SelectionPart(Part):
    """A project that was selected and is given up."""

    project: str
    alternative: str
    period: int


class PlanPart(Part):
    """What is decided."""

    choices: list[ChoicePart]
    purchases: list[AmountAt]
    flows: list[AmountAt]
    imports: list[AmountAt]
    payments: list[PaymentOf]
    shortfalls: list[AmountAt]
    cancelled: list[SelectionPart] = []


class LevelPart(Part):
    """A level of the objective."""

    weights: Amounts
    limit: Limit | None
    objective: float | None
    bound: float | None
    gap: Least0 | None
    nodes: Annotated[int, Field(ge=-1, lt=2**63)]
    seconds: Least0
    final: float | None
    size: Least0
    status: StatusName


class ViolationPart(Part):
    """A condition that the plan was found to break."""

    family: str
    rule: str
    where: str
    found: float | None
    limit: float | None
    excess: float | None
    sentence: str


class VerificationPart(Part):
    """What the independent check found when the run was written."""

    ok: bool
    violations: list[ViolationPart]
    metrics: Amounts
    objective: list[float]
    stakeholders: Amounts
    checks: dict[str, Count]
    lateness: float


class DatesPart(Part):
    """How the dates were chosen that the objective leaves open."""

    found: Annotated[DatesFound, Field(strict=False)]
    lateness: float
    why: str


class TablePart(Part):
    """A table: names of columns, and rows."""

    columns: list[str]
    rows: list[list[Cell]]


def _is_even(table: TablePart) -> TablePart:
    if len(set(table.columns)) < len(table.columns):
        raise ValueError("two columns have the same name")
    for number, row in enumerate(table.rows):
        if len(row) != len(table.columns):
            raise ValueError(f"row {number} has {len(row)} cells, the table has {len(table.columns)} columns")
    return table


def _are_user_rows(table: TablePart) -> TablePart:
    if tuple(table.columns) != USER_ROW_COLUMNS:
        raise ValueError(f"the columns are {', '.join(USER_ROW_COLUMNS)}")
    kinds = (str, float | int | None, float | int, float | int | None, bool)
    for number, row in enumerate(table.rows):
        for cell, kind, name in zip(row, kinds, USER_ROW_COLUMNS, strict=True):
            if not isinstance(cell, kind) or (isinstance(cell, bool) and kind is not bool):
                raise ValueError(f"row {number} has {as_text(cell)} as {name}")
    return table


Table: TypeAlias = Annotated[TablePart, AfterValidator(_is_even)]
UserRows: TypeAlias = Annotated[TablePart, AfterValidator(_is_even), AfterValidator(_are_user_rows)]


class OptionsPart(Part):
    """How it was solved; what a comparison leaves to its default is not there."""

    gap: Annotated[float, Field(ge=0, lt=1)]
    seed: Annotated[int, Field(ge=0, lt=2**31 - 2000)]
    threads: Annotated[int, Field(ge=1, le=256)] = 1
    time_limit_s: Positive | None
    effort: Literal["prove", "search", "repeat"] = "prove"
    work: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    cancelling: bool = False
    numbers: dict[str, int | float | list[int | float] | list[str]] = Field(default_factory=dict)


class ComparisonPart(Part):
    """What a comparison adds to a run: the solver's first answer, and whether none as good is nearer."""

    own_plan: PlanPart | None
    nearest_proved: bool


class RunPart(Part):
    """A run document without its instance."""

    format: Literal["outlay run 3"]
    name: str
    constraint_set: str
    hash: str
    status: StatusName
    limit: Limit | None
    message: str
    objective: float | None
    bound: float | None
    gap: Least0 | None
    own_objective: bool
    levels: list[LevelPart]
    dates: DatesPart | None
    metrics: Amounts
    stakeholders: Amounts
    plan: PlanPart | None
    verification: VerificationPart | None
    tables: dict[str, Table]
    user_rows: UserRows | None
    trace: list[Step]
    times_s: dict[Literal["read", "build", "compile", "solve", "verify", "nearest", "dates", "tables", "total"], Least0]
    sizes: dict[Literal["options", "columns", "rows", "nonzeros"], Count]
    options: OptionsPart
    versions: dict[Literal["outlay", "highspy", "pyomo", "numpy", "scipy", "python", "platform"], str]
    comparison: ComparisonPart | None = None
    request: str = ""


def checked_run(document: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Return a run document of any format as one of the present, without its instance, floats for its decimals.

    Raises
    ------
    InputError
        If it is no run document; each fault has the path of the value, what is there and what is expected.
    """
    without = {key: value for key, value in document.items() if key != "instance"}
    older = OLDER.get(str(without.get("format")))
    if older is None and without.get("format") != FORMAT:
        raise InputError.single(source, "this is not a run file", "give a file that `solve -o` wrote")
    try:
        plain = floats(without)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise InputError.single(source, f"the run file is damaged ({error})", REMEDY) from error
    run: dict[str, Any] = plain if older is None else older(plain)
    checked_part(RunPart, run, source, remedy=REMEDY)
    return run


AnyPart = TypeVar("AnyPart", bound=Part)


def checked_part(kind: type[AnyPart], document: Any, source: str, *, remedy: str) -> AnyPart:
    """Return a document as the part that it should be; the document itself has its numbers as they were written.

    Raises
    ------
    InputError
        With the path of each value that is wrong, what is there and what is expected.
    """
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)
        raise InputError([_fault(source, item, remedy) for item in found[:MOST_FAULTS]]) from error
    except (ArithmeticError, RecursionError) as error:  # a whole number beyond all floats, lists without end
        raise InputError.single(source, f"the document is damaged ({error})", remedy) from error


#: What is said where pydantic's words are of its own classes.
_WORDS = {
    "model_type": "it should be an object",
    "missing": "this is missing",
    "extra_forbidden": "this key is unknown",
}


def _fault(source: str, error: Mapping[str, Any], remedy: str) -> Fault:
    problem = (
        _WORDS.get(error["type"], str(error["msg"]))
        .removeprefix("Value error, ")
        .replace("Input should be", "it should be")
    )
    value = None if error["type"] == "missing" else _short(error["input"])
    return Fault(source, None, path_text(error["loc"]), value, problem, remedy)


def _short(value: object) -> str:
    return f"{type_of(value)}" if isinstance(value, dict | list | BaseModel) else as_text(value)


def path_text(path: tuple[str | int, ...]) -> str:
    """Return the place of a value in a document.

    Examples
    --------
    >>> path_text(("levels", 0, "gap"))
    'levels[0].gap'
    """
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path if part != "[key]")
    return "".join(parts).removeprefix(".")


def _from_1(plain: dict[str, Any]) -> dict[str, Any]:
    """Return a document of the first format: it knew no sizes of levels, and marked own objectives by no weights."""
    levels = plain.get("levels")
    if "own_objective" in plain:
        return plain  # refused: the first format had none
    if not isinstance(levels, list) or not all(isinstance(level, dict) for level in levels):
        return {**plain, "format": FORMAT}  # refused, with the place of what is wrong
    own = bool(levels) and levels[0].get("weights") == {}
    return _from_2({**plain, "own_objective": own, "levels": [{"size": 1.0, **level} for level in levels]})


def _from_2(plain: dict[str, Any]) -> dict[str, Any]:
    """Return a document of the second format: it had no rule for dates that the objective leaves open.

    Its tables and its verification are left out: they are of earlier code, so they are computed anew and not compared.
    """
    if "dates" in plain:
        return plain  # refused: the second format had none
    left_out: dict[str, Any] = {"verification": None, "tables": {}}
    return {
        **plain,
        **{name: nothing for name, nothing in left_out.items() if name in plain},
        "format": FORMAT,
        "dates": None,
    }


#: Each earlier format, and what makes a document of it one of the present.
OLDER: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {"outlay run 1": _from_1, "outlay run 2": _from_2}
