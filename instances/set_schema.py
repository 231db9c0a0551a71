"""What a constraint set may say, and the checks of `sets.toml` that need no tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from outlay.instances.dictionary import TABLES
from outlay.instances.errors import Fault
from outlay.instances.settings import FAMILIES, FAMILY_GROUPS
from outlay.instances.text import did_you_mean

OPERATIONS = ("set", "scale", "add", "append", "delete")
WHERE = "sets.toml"


class Change(BaseModel):
    """One operation on the rows of one table (or on ``instance.toml``) that match `where`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: str
    where: dict[str, Any] = Field(default_factory=dict, description="Column to value, glob, or list of either.")
    set: dict[str, Any] | None = Field(None, description="Column to new value.")
    scale: dict[str, Any] | None = Field(None, description="Column to factor; acts on the default of a blank cell.")
    add: dict[str, Any] | None = Field(None, description="Column to summand; acts on the default of a blank cell.")
    append: tuple[dict[str, Any], ...] | None = Field(None, description="New rows.")
    delete: bool | None = Field(None, description="true deletes the rows.")
    note: str = ""

    @field_validator("append", mode="before")
    @classmethod
    def _one_row_is_a_list_of_one(cls, value: Any) -> Any:
        return [value] if isinstance(value, dict) else value

    @field_validator("table")
    @classmethod
    def _known_table(cls, value: str) -> str:
        if value not in ("instance", *TABLES):
            raise ValueError(f"no such table; {did_you_mean(value, ('instance', *TABLES))}")
        return value

    @model_validator(mode="after")
    def _one_operation(self) -> Change:
        given = [name for name in OPERATIONS if getattr(self, name) not in (None, False)]
        if len(given) != 1:
            raise ValueError(f"a change has one operation of {', '.join(OPERATIONS)}; this one has {len(given)}")
        if self.table == "instance" and (self.where or given[0] in {"append", "delete"}):
            raise ValueError("the table instance has no rows: use set, scale or add with dotted keys, without where")
        if self.where and given == ["append"]:
            raise ValueError("append adds rows and takes no where")
        return self

    @property
    def operation(self) -> str:
        """The name of the one operation given."""
        return next(name for name in OPERATIONS if getattr(self, name) not in (None, False))


class ConstraintSet(BaseModel):
    """A named change to an instance, itself data, so that it can be read in a meeting."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = ""
    note: str = ""
    extends: tuple[str, ...] = Field((), description="Sets that are applied first.")
    change: tuple[Change, ...] = Field((), description="Applied in order.")
    disable: tuple[str, ...] = Field((), description="Families switched off.")
    enable: tuple[str, ...] = Field((), description="Families switched on again.")
    force_in: tuple[str, ...] = Field((), description="id, id@alternative or id@alternative@YYYY-MM.")
    force_out: tuple[str, ...] = Field((), description="The same.")
    objective: Any = Field(None, description="Replaces the whole objective.")

    @field_validator("extends", mode="before")
    @classmethod
    def _one_name_is_a_list_of_one(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("disable", "enable")
    @classmethod
    def _known_families(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        known = (*FAMILIES, *FAMILY_GROUPS)
        for name in value:
            if name not in known:
                raise ValueError(f"no such constraint family {name!r}; {did_you_mean(name, known)}")
        return value


def check_sets(sets: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with the sets as written: shapes, names, `extends`."""
    return [*_shape_faults(sets), *_extends_faults(sets)]


def _shape_faults(sets: Mapping[str, Any]) -> Iterator[Fault]:
    for name, body in sets.items():
        if name == "base" or "+" in name or "," in name or not name.strip():
            problem = "base is always the instance unchanged" if name == "base" else "a set's name holds no + or ,"
            yield Fault(WHERE, None, name, None, problem, "rename it")
        try:
            ConstraintSet.model_validate(body)
        except ValidationError as error:
            for item in error.errors(include_url=False):
                place = ".".join(str(part) for part in (name, *item["loc"]))
                problem = str(item["msg"]).removeprefix("Value error, ")
                if item["type"] == "extra_forbidden":
                    known = (Change if "change" in item["loc"] else ConstraintSet).model_fields
                    problem = f"this key is unknown, {did_you_mean(str(item['loc'][-1]), known)}"
                yield Fault(WHERE, None, place, None, problem, "correct it there")


def _extends_faults(sets: Mapping[str, Any]) -> Iterator[Fault]:
    parents = {}
    for name, body in sets.items():
        given = body.get("extends", ()) if isinstance(body, Mapping) else ()
        parents[name] = [given] if isinstance(given, str) else [str(parent) for parent in given or ()]
    for name, names in parents.items():
        for parent in names:
            if parent not in sets and parent != "base":
                hint = did_you_mean(parent, [*sets, "base"])
                yield Fault(WHERE, None, f"{name}.extends", parent, "no such set", hint)
    for name in sorted(parents):
        path = _circle(name, parents)
        if path and name == min(path):
            text = " -> ".join(path)
            yield Fault(WHERE, None, f"{name}.extends", text, "these sets extend each other in a circle", "cut it")


def _circle(start: str, parents: Mapping[str, list[str]]) -> list[str]:
    """Return the shortest path of `extends` from a set back to itself, or an empty list."""
    paths = [[start]]
    seen: set[str] = set()
    while paths:
        path = paths.pop(0)
        for parent in parents.get(path[-1], []):
            if parent == start:
                return [*path, start]
            if parent not in seen:
                seen.add(parent)
                paths.append([*path, parent])
    return []
