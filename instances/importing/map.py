"""The map of an import: how a sheet is read, and what its columns are."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator

from outlay.instances.dictionary.model_faults import model_faults, plain_data
from outlay.instances.dictionary.projects import PROJECTS
from outlay.instances.dictionary.settings import Frozen, Number, Whole
from outlay.instances.dictionary.tables import TABLES
from outlay.instances.dictionary.vocabulary import OWN_PREFIX
from outlay.instances.errors import Fault, InputError
from outlay.instances.formats.files import text_of_file
from outlay.instances.formats.reading import parse_text
from outlay.instances.values.numbers import is_month
from outlay.instances.values.text import did_you_mean


class Years(Frozen):
    """Columns that hold an amount of money each, one a year."""

    columns: dict[str, str] = Field(min_length=1, description="Their column = the first month of its year.")
    resource: str = Field("spending", description="The resource that the amounts use.")
    limit: Number | None = Field(None, description="What may be spent a year; left out: no limit.")


class ImportMap(Frozen):
    """How a sheet is read; every key is explained in the map that `outlay import FILE` writes."""

    sheet: str = Field("", description="The sheet of a workbook; blank: the first.")
    header_row: Whole = Field(1, ge=1, description="The row that names the columns; what stands above is left out.")
    skip_rows: tuple[Whole, ...] = Field((), description="Rows to leave out, as the sheet counts them.")
    skip_where: dict[str, tuple[str, ...]] = Field({}, description='Their column = texts or globs ("*Total*").')
    decimal_sign: Literal[".", ","] = Field(".", description="The other sign separates thousands.")
    date_order: Literal["mdy", "dmy"] = Field("mdy", description="What 7/1/2019 means.")
    fiscal_year_start: Whole = Field(1, ge=1, le=12, description="Month; FY2019 is the year that ends in 2019.")
    money_factor: Number = Field(Decimal(1), gt=0, description="All money is multiplied by it: 0.001 for thousands.")
    blanks: tuple[str, ...] = Field(("-", "n/a", "tbd", "none"), description="Texts that say nothing, in any case.")
    fill_down: tuple[str, ...] = Field((), description="Their columns in which a blank cell means the one above.")
    columns: dict[str, str] = Field(min_length=1, description='Their column = ours; "" leaves it out.')
    values: dict[str, dict[str, str]] = Field({}, description="Our column = (their text = ours).")
    years: Years | None = Field(None, description="Wide years, made rows of `requirements`.")
    instance: dict[str, Any] = Field(description="instance.toml, as it will be written.")
    tables: dict[str, tuple[dict[str, Any], ...]] = Field({}, description="Rows of other tables, as they are written.")

    @field_validator("columns")
    @classmethod
    def _our_columns(cls, value: dict[str, str]) -> dict[str, str]:
        seen: dict[str, str] = {}
        for theirs, ours in value.items():
            if ours and ours in seen:
                raise ValueError(f"{seen[ours]!r} and {theirs!r} are both {ours}; give one of them another name")
            if ours:
                seen[ours] = theirs
        if "id" not in seen and "name" not in seen:
            raise ValueError("no column is the project's id or name; write their column = id")
        return value

    @field_validator("tables")
    @classmethod
    def _known_tables(cls, value: dict[str, Any]) -> dict[str, Any]:
        for name in value:
            if name not in TABLES or name == "projects":
                raise ValueError(f"{name!r} is no table to add; {did_you_mean(name, set(TABLES) - {'projects'})}")
        return value

    @field_validator("years")
    @classmethod
    def _months(cls, value: Years | None) -> Years | None:
        for theirs, month in {} if value is None else value.columns.items():
            if not is_month(month):
                raise ValueError(f"{theirs!r} begins in {month!r}, which is no month; write YYYY-MM")
        return value


def read_map(path: str | Path, max_file_mb: float) -> ImportMap:
    """Return a map.

    Raises
    ------
    InputError
        With every fault of it.
    """
    place = Path(path)
    text = text_of_file(place, place.name, max_file_mb)
    given = parse_text(place.name, text, lambda text: tomllib.loads(text, parse_float=Decimal), "TOML")
    found: list[Fault] = []
    plain = plain_data(given, place.name, found)
    if not found:
        try:
            made = ImportMap.model_validate(plain)
        except ValidationError as error:
            found = model_faults(error, ImportMap, place.name)
        else:
            found = _unknown(made, place.name)
    if found:
        raise InputError(found)
    return made


def _unknown(made: ImportMap, name: str) -> list[Fault]:
    """Return the columns of ours that do not exist."""
    metrics = made.instance.get("metrics", {})
    known = [column.name for column in PROJECTS.columns] + [str(metric) for metric in metrics]
    ignored = made.instance.get("ignore", ())
    return [
        Fault(name, None, f"columns.{theirs}", ours, "projects has no such column", did_you_mean(ours, known))
        for theirs, ours in made.columns.items()
        if ours and ours not in known and ours not in ignored and not ours.startswith(OWN_PREFIX)
    ]
