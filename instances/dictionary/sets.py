"""What a constraint set may say, and the checks of `sets.toml` that need no tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StrictBool,
    ValidationError,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from outlay.instances.dictionary.model_faults import model_faults, plain_data
from outlay.instances.dictionary.names import FAMILIES, FAMILY_GROUPS
from outlay.instances.dictionary.settings import Frozen, Number, Objective, Whole
from outlay.instances.dictionary.tables import TABLES
from outlay.instances.errors import Fault
from outlay.instances.values.circles import find_circles
from outlay.instances.values.text import Hints, did_you_mean

OPERATIONS = ("set", "scale", "add", "append", "delete", "slip")
WHERE = "sets.toml"


def _scalar(value: object) -> object:
    if not isinstance(value, str | bool | int | Decimal):
        raise ValueError("this is not a single value; write text, a number, true or false")  # noqa: TRY004
    return value


def _scalars(value: object) -> object:
    return [_scalar(item) for item in value] if isinstance(value, list) else _scalar(value)


#: A cell, or several: names for a list column, or what `where` accepts.
Values = Annotated[
    Any,
    BeforeValidator(_scalars),
    WithJsonSchema(
        {
            "type": ["string", "number", "boolean", "array", "null"],
            "items": {"type": ["string", "number", "boolean", "null"]},
        }
    ),
]
Cells = Annotated[dict[str, Values], Field(min_length=1)]
Numbers = Annotated[dict[str, Number], Field(min_length=1)]


def _a_list(value: Any) -> Any:
    return [value] if isinstance(value, str | dict) else value


def _one_or_many(one: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [one, {"type": "array", "items": one}]})


Names = Annotated[tuple[str, ...], BeforeValidator(_a_list), _one_or_many({"type": "string"})]
NewRows = Annotated[
    tuple[Cells, ...],
    Field(min_length=1),
    BeforeValidator(_a_list),
    _one_or_many({"type": "object", "minProperties": 1}),
]


class Slip(Frozen):
    """By how much projects come later than their dates say."""

    months: Whole = Field(description="Months, whole; negative: earlier.", ge=-12000, le=12000)


class Change(Frozen):
    """One operation on the rows of one table (or on ``instance.toml``) that match `where`."""

    table: str = Field(description="The table, or `instance` for instance.toml, whose keys are written with dots.")
    where: dict[str, Values] = Field(
        default={}, description="Column to value, glob, or list of either; every one must match. Left out: all rows."
    )
    set: Cells | None = Field(None, description='Column to new value; "" makes the cell blank (a key: its default).')
    scale: Numbers | None = Field(None, description="Column to factor; acts on the default of a blank cell.")
    add: Numbers | None = Field(None, description="Column to summand; acts on the default of a blank cell.")
    append: NewRows | None = Field(None, description="New rows, or one; creates the table if it is absent.")
    delete: StrictBool | None = Field(None, description="true deletes the rows.")
    slip: Slip | None = Field(
        None,
        description="Of projects: moves earliest_start (blank: the calendar's start) and latest_start (blank stays "
        "blank; past the calendar's end becomes blank), or `started` of what has started, by { months = N }.",
    )
    note: str = Field("", description="Anything; never read by the engine.")

    @field_validator("table")
    @classmethod
    def _known_table(cls, value: str) -> str:
        if value not in ("instance", *TABLES):
            raise ValueError(f"this table is unknown; {did_you_mean(value, ('instance', *TABLES))}")
        return value

    @model_validator(mode="after")
    def _one_operation(self) -> Change:
        given = [name for name in OPERATIONS if getattr(self, name) not in (None, False)]
        if len(given) != 1:
            raise ValueError(f"this change has {len(given)} operations; give one of {', '.join(OPERATIONS)}")
        if self.slip is not None and self.table != "projects":
            raise ValueError("slip moves the dates of projects; write table = 'projects'")
        if self.table == "instance" and (self.where or given[0] in {"append", "delete"}):
            raise ValueError("the table instance has no rows; use set, scale or add with dotted keys, without where")
        if self.where and given == ["append"]:
            raise ValueError("append adds rows and takes no where; delete it")
        return self

    @property
    def operation(self) -> str:
        """The name of the one operation given."""
        return next(name for name in OPERATIONS if getattr(self, name) not in (None, False))


def _known_family(value: str) -> str:
    known = (*FAMILIES, *FAMILY_GROUPS)
    if value not in known:
        raise ValueError(f"this constraint family is unknown; {did_you_mean(value, known)}")
    return value


Family = Annotated[str, AfterValidator(_known_family), Field(json_schema_extra={"enum": [*FAMILIES, *FAMILY_GROUPS]})]


class ConstraintSet(Frozen):
    """A named change to an instance, itself data, so that it can be read in a meeting."""

    title: str = Field("", description="What it asks, in a line.")
    kind: Literal["policy", "stress", "ablation"] = Field(
        "policy",
        description="policy: a choice; stress: something that may happen; ablation: what could be if a rule were "
        "away, which a comparison leaves out when it counts how often a project is funded.",
    )
    note: str = Field("", description="Anything; never read by the engine.")
    extends: Names = Field((), description="A set, or a list of sets, to apply first.")
    change: tuple[Change, ...] = Field((), description="Changes, applied in the order of the file.")
    disable: tuple[Family, ...] = Field((), description="Constraint families to switch off.")
    enable: tuple[Family, ...] = Field((), description="Families to switch on again; wins over disable.")
    force_in: tuple[str, ...] = Field(
        (), description="Projects that must be funded: id, id@alternative or id@alternative@YYYY-MM (the start)."
    )
    force_out: tuple[str, ...] = Field((), description="Projects that must not be funded, written the same way.")
    objective: Objective | None = Field(None, description="Replaces the whole objective.")


def parse_sets(given: Any, found: list[Fault]) -> dict[str, Any]:
    """Return constraint sets as plain data with exact numbers, None where a key has none left out.

    What is wrong with their shapes, names and `extends` is added to `found`. None stands for absent sets.
    """
    if given is None:
        return {}
    before = len(found)
    plain = plain_data(given, WHERE, found)
    if len(found) > before:
        return {}
    if not isinstance(plain, dict):
        found.append(Fault(WHERE, None, None, None, "this is not a table of sets", "write [name] sections"))
        return {}
    sets = {name: _without_nulls(body) for name, body in plain.items()}
    found.extend(_name_faults(sets))
    for name, body in sets.items():
        try:
            ConstraintSet.model_validate(body)
        except ValidationError as error:
            found.extend(model_faults(error, ConstraintSet, WHERE, name))
    found.extend(_extends_faults(sets))
    return sets


def _without_nulls(body: Any) -> Any:
    """Return a set without keys that hold null, which TOML cannot write; a cell of a change is blank instead."""
    if not isinstance(body, dict):
        return body
    kept = {key: value for key, value in body.items() if value is not None}
    if isinstance(kept.get("change"), list):
        kept["change"] = [
            {key: _blanks(value) for key, value in change.items() if value is not None}
            if isinstance(change, dict)
            else change
            for change in kept["change"]
        ]
    return {key: _blanks(value) for key, value in kept.items()}


def _blanks(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _blanks(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_blanks(item) for item in value]
    return "" if value is None else value


def _name_faults(sets: Mapping[str, Any]) -> Iterator[Fault]:
    for name in sets:
        if name == "base":
            yield Fault(WHERE, None, name, None, "base is always the instance unchanged", "rename the set")
        elif "+" in name or "," in name or not name or name != name.strip():
            problem = "a set's name is not blank, holds no + or , and has no white space at its ends"
            yield Fault(WHERE, None, name, None, problem, "rename it")


def _extends_faults(sets: Mapping[str, Any]) -> Iterator[Fault]:
    parents = {}
    hint = Hints([*sets, "base"])
    for name, body in sets.items():
        given = _a_list(body.get("extends", [])) if isinstance(body, dict) else []
        parents[name] = [parent for parent in given if isinstance(parent, str)] if isinstance(given, list) else []
        for parent in parents[name]:
            if parent not in sets and parent != "base":
                yield Fault(WHERE, None, f"{name}.extends", parent, "there is no such constraint set", hint(parent))
    for circle in find_circles(parents):
        text = " -> ".join(circle)
        yield Fault(WHERE, None, f"{circle[0]}.extends", text, "these sets extend each other in a circle", "cut it")
