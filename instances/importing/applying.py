"""Apply a map to a sheet: an instance, and a list of everything that was changed or dropped on the way."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from outlay.instances.dictionary.projects import PROJECTS
from outlay.instances.dictionary.vocabulary import Column, own_column
from outlay.instances.errors import Fault, InputError
from outlay.instances.formats.cells import BadCell
from outlay.instances.formats.files import MAX_FILE_MB
from outlay.instances.formats.parsing import parse_instance
from outlay.instances.formats.raw_tables import RawTable, raw_table
from outlay.instances.formats.rows import Row, is_blank
from outlay.instances.importing.cells import read_cell
from outlay.instances.importing.map import ImportMap, read_map
from outlay.instances.importing.sheet import headers_of, read_sheet
from outlay.instances.instance import Instance
from outlay.instances.values.numbers import month_number, month_text
from outlay.instances.values.text import as_text, did_you_mean

_AMOUNT = Column(name="amount", kind="number", unit="money", meaning="", minimum=None)


class Note(NamedTuple):
    """Something that an import changed or dropped.

    Attributes
    ----------
    row
        Of the sheet; None for a whole column, or for all of it.
    column
        Their column, or blank.
    was, now
        What stood there and what it became, as text.
    reason
        Why.
    """

    row: int | None
    column: str
    was: str
    now: str
    reason: str


@dataclass
class _Draft:
    """What grows while a sheet is read."""

    how: ImportMap
    where: str
    map_name: str
    notes: list[Note] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    projects: list[dict[str, Any]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    above: dict[str, Any] = field(default_factory=dict)
    spending: list[dict[str, Any]] = field(default_factory=list)
    spending_rows: list[int] = field(default_factory=list)

    def read(self, column: Column, name: str, row: int, cell: Any) -> Any:
        """Return a cell's value, noting what was changed, or what is wrong with it."""
        try:
            found = read_cell(column, cell, self.how)
        except BadCell as bad:
            self.faults.append(Fault(self.where, row, name, as_text(cell), bad.problem, bad.remedy))
            return None
        if found.reason:
            self.notes.append(Note(row, name, as_text(cell), _text(found.value), found.reason))
        return found.value


def import_sheet(
    source: str | Path, map_file: str | Path, *, max_file_mb: float = MAX_FILE_MB
) -> tuple[Instance, tuple[Note, ...]]:
    """Return the instance that a sheet is by a map, and everything that was changed or dropped.

    Parameters
    ----------
    source
        A ``.csv`` or ``.xlsx`` file.
    map_file
        The map, a TOML file (`outlay.instances.importing.map.ImportMap`); `write_first_map` writes one.
    max_file_mb
        Larger files are refused.

    Raises
    ------
    InputError
        With every fault of the map, the sheet and the instance; rows are those of the sheet.
    """
    how = read_map(map_file, max_file_mb)
    sheet = read_sheet(source, how.sheet, max_file_mb)
    name = Path(source).name
    draft = _Draft(how, f"{name}, sheet {sheet.name}" if sheet.name else name, Path(map_file).name)
    header = next((cells for number, cells in sheet.rows if number == how.header_row), None)
    if header is None:
        problem, remedy = "nothing stands in the header row", "correct header_row of the map"
        raise InputError.single(draft.where, problem, remedy, row=how.header_row)
    names = headers_of(header)
    _check_names(draft, names)
    body = [(number, cells) for number, cells in sheet.rows if number > how.header_row]
    for number, cells in sheet.rows:
        if number < how.header_row:
            draft.notes.append(Note(number, "", _row_text(cells), "", "a row above the header"))
    _note_columns(draft, names, body)
    for number, cells in body:
        _read_row(draft, names, number, cells)
    return _instance(draft), tuple(draft.notes)


def _check_names(draft: _Draft, names: Sequence[str]) -> None:
    how = draft.how
    wanted = {f"columns.{name}": name for name in how.columns}
    wanted |= {f"skip_where.{name}": name for name in how.skip_where}
    wanted |= {f"fill_down.{name}": name for name in how.fill_down}
    wanted |= {f"years.columns.{name}": name for name in (how.years.columns if how.years else {})}
    faults = [
        Fault(draft.map_name, None, key, None, f"row {how.header_row} of the sheet has no such column",
              did_you_mean(name, [known for known in names if known]))
        for key, name in wanted.items()
        if name not in names
    ]  # fmt: skip
    if faults:
        raise InputError(faults)


def _note_columns(draft: _Draft, names: Sequence[str], body: Sequence[Row]) -> None:
    used = {*draft.how.columns, *(draft.how.years.columns if draft.how.years else {})}
    for place in range(max([len(names), *(len(cells) for _, cells in body)])):
        name = names[place] if place < len(names) else ""
        filled = [cells[place] for _, cells in body if place < len(cells) and not is_blank(cells[place])]
        if filled and (name not in used or not name):
            first = as_text(filled[0])
            reason = f"the map does not name this column ({len(filled)} cells)" if name else "a column without a name"
            draft.notes.append(Note(None, name or f"column {place + 1}", first, "", reason))
        elif filled and draft.how.columns.get(name) == "":
            draft.notes.append(Note(None, name, as_text(filled[0]), "", f"left out by the map ({len(filled)} cells)"))


def _read_row(draft: _Draft, names: Sequence[str], number: int, cells: Sequence[Any]) -> None:
    how = draft.how
    given = {name: cells[place] if place < len(cells) else None for place, name in enumerate(names) if name}
    reason = _why_skipped(how, given, number)
    if reason:
        draft.notes.append(Note(number, "", _row_text(cells), "", reason))
        return
    for theirs in how.fill_down:
        above = draft.above.get(theirs)
        if is_blank(given[theirs]) and above is not None:
            given[theirs] = above
            draft.notes.append(Note(number, theirs, "", as_text(above), "blank, filled from the row above"))
        draft.above[theirs] = given[theirs]
    project: dict[str, Any] = {}
    for theirs, ours in how.columns.items():
        if ours:
            project[ours] = draft.read(_our_column(how, ours), theirs, number, given[theirs])
    if project.get("id") is None:
        if project.get("name") is None:
            draft.notes.append(Note(number, "", _row_text(cells), "", "a row without id and name"))
            return
        project["id"] = str(project["name"]).replace("@", "-")
    if how.years is not None:
        _read_years(draft, project, given, number)
    draft.projects.append(project)
    draft.rows.append(number)


def _why_skipped(how: ImportMap, given: dict[str, Any], number: int) -> str:
    if number in how.skip_rows:
        return "left out by skip_rows"
    for name, patterns in how.skip_where.items():
        text = "" if is_blank(given[name]) else as_text(given[name]).strip()
        if any(text == pattern or (pattern and fnmatch.fnmatchcase(text, pattern)) for pattern in patterns):
            return f"left out by skip_where: {name}"
    return ""


def _our_column(how: ImportMap, name: str) -> Column:
    column = PROJECTS.column(name)
    if column is not None:
        return column
    if name in how.instance.get("metrics", {}):
        return Column(name=name, kind="number", meaning="", minimum=None)
    return own_column(name)


def _read_years(draft: _Draft, project: dict[str, Any], given: dict[str, Any], number: int) -> None:
    """Add a row of `requirements` for each year with money, and the start and length that follow from them."""
    years = draft.how.years
    assert years is not None
    amounts: dict[int, Decimal] = {}
    for theirs, month in years.columns.items():
        amount = draft.read(_AMOUNT, theirs, number, given[theirs])
        if amount and amount < 0:
            problem = "the money of a year is negative"
            remedy = "correct it, skip the row (skip_rows), or leave the year's money out"
            draft.faults.append(Fault(draft.where, number, theirs, as_text(given[theirs]), problem, remedy))
        elif amount:
            amounts[month_number(month)] = amounts.get(month_number(month), Decimal(0)) + amount
    if not amounts:
        return
    first, last = min(amounts), max(amounts)
    derived = {
        "commitment": sum(amounts.values(), Decimal(0)),
        "earliest_start": month_text(first),
        "construction_months": Decimal(last - first + 12),
    }
    given_start = project.get("earliest_start")
    if given_start is not None and first < month_number(given_start) < first + 12:
        # Half a year later no period of a year begins before the next one, where there is no money.
        project["earliest_start"] = month_text(first)
        reason = "the beginning of the first year with money, in which it lies"
        draft.notes.append(Note(number, "earliest_start", given_start, month_text(first), reason))
    for name, value in derived.items():
        if project.get(name) is None:
            project[name] = value
            draft.notes.append(Note(number, "", "", f"{name} = {_text(value)}", "from the money by year"))
    for begin, amount in sorted(amounts.items()):
        draft.spending.append(
            {
                "project": project["id"],
                "resource": years.resource,
                "from_month": Decimal(begin - first),
                "to_month": Decimal(begin - first + 12),
                "amount": amount,
                "shape": "spread",
            }
        )
        draft.spending_rows.append(number)


def _instance(draft: _Draft) -> Instance:
    how = draft.how
    tables: dict[str, RawTable] = {"projects": raw_table(draft.where, draft.projects, draft.rows)}
    extra = {name: list(rows) for name, rows in how.tables.items()}
    if draft.spending:
        _add_spending(draft, extra)
    for name, rows in extra.items():
        own = draft.spending_rows if name == "requirements" else []
        numbers = [*own, *([0] * (len(rows) - len(own)))]
        tables[name] = raw_table(f"{draft.map_name}, table {name}", rows, numbers)
    if not draft.projects:
        draft.faults.append(Fault(draft.where, None, None, None, "no row is a project", "correct the map's skip_where"))
    where = f"{draft.map_name}, instance"
    instance = parse_instance(
        dict(how.instance), tables, None, source=draft.where, faults=draft.faults, toml_name=where
    )
    if draft.faults:
        raise InputError(draft.faults)
    return instance


def _add_spending(draft: _Draft, extra: dict[str, list[dict[str, Any]]]) -> None:
    """Add the requirements, and the resource with its limit unless the map has them already."""
    years = draft.how.years
    assert years is not None
    extra["requirements"] = [*draft.spending, *extra.get("requirements", [])]
    resources = extra.setdefault("resources", [])
    if not any(row.get("resource") == years.resource for row in resources):
        unit = draft.how.instance.get("money_unit", "")
        resources.append({"resource": years.resource, "kind": "finance", "unit": unit, "basis": "per_year"})
    levels = extra.setdefault("availability", [])
    if not any(row.get("resource") == years.resource for row in levels):
        start = draft.how.instance.get("calendar", {}).get("start")
        levels.append({"resource": years.resource, "from": start, "amount": years.limit})
        if years.limit is None:
            told = f"no limit of {years.resource} a year is given: write `limit` in [years], or availability"
            draft.notes.append(Note(None, "", "", "", told))


def _row_text(cells: Sequence[Any]) -> str:
    return ", ".join(as_text(cell).strip() for cell in cells if not is_blank(cell))


def _text(value: Any) -> str:
    return "" if value is None else format(value, "f") if isinstance(value, Decimal) else as_text(value)
