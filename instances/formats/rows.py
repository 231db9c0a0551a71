"""From the rows of a sheet or of a CSV file to a raw table; what is wrong with a header hides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from outlay.instances.errors import Fault
from outlay.instances.formats.raw_tables import RawTable
from outlay.instances.formats.spellings import Spelling

#: A row: its number as a person counts, and its cells.
Row = tuple[int, Sequence[Any]]


def is_blank(cell: Any) -> bool:
    """Return whether nothing stands in a cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def table_of_rows(
    source: str, rows: Iterable[Row], spelling: Spelling, *, ragged: bool
) -> tuple[RawTable, list[Fault]]:
    """Return the raw table of rows, and what is wrong with its header and with the lengths of its rows.

    Blank rows are skipped, and so are columns in which nothing stands at all, header included.

    Parameters
    ----------
    ragged
        Whether a row with less cells than the header is right, as in a sheet.
    """
    filled = [(number, cells) for number, cells in rows if not all(map(is_blank, cells))]
    if not filled:
        return RawTable(source, (), lambda _: (), (), spelling), []
    top, body = filled[0], filled[1:]
    header = [str(cell).strip() if cell is not None else "" for cell in top[1]]
    width = max((place for place, name in enumerate(header, start=1) if name), default=0)
    places, faults = _columns(source, top[0], header[:width], body)
    for number, cells in body:
        beyond = len(cells) > width and not all(map(is_blank, cells[width:]))
        if beyond or (len(cells) < width and not ragged):
            problem = f"the row has {len(cells)} cells, the header {width}"
            faults.append(Fault(source, number, None, None, problem, "give each its cell"))
    columns = {
        name: tuple(cells[place] if place < len(cells) else None for _, cells in body) for name, place in places.items()
    }
    return RawTable(source, columns, columns.__getitem__, [number for number, _ in body], spelling), faults


def _columns(source: str, row: int, header: list[str], body: Sequence[Row]) -> tuple[dict[str, int], list[Fault]]:
    places: dict[str, int] = {}
    faults = []
    twice = set()
    for place, name in enumerate(header):
        if not name:
            if any(place < len(cells) and not is_blank(cells[place]) for _, cells in body):
                problem = f"column {place + 1} of the header is blank"
                faults.append(Fault(source, row, None, None, problem, "name it or delete it"))
        elif name not in places:
            places[name] = place
        elif name not in twice:
            twice.add(name)
            faults.append(Fault(source, row, name, None, "this column stands twice", "delete one"))
    return places, faults
