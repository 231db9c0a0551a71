"""What somebody's sheet seems to hold: guesses by its names and cells, for a first map (`first_map`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from outlay.instances.dictionary.projects import PROJECTS
from outlay.instances.dictionary.vocabulary import Column
from outlay.instances.formats.cells import BadCell
from outlay.instances.formats.rows import Row, is_blank
from outlay.instances.importing.cells import fiscal_year, read_cell
from outlay.instances.importing.map import ImportMap
from outlay.instances.importing.sheet import Sheet, headers_of
from outlay.instances.values.text import as_text

#: What is an id if its cells are codes, and else a name.
_CODED = r"project|projekt|projet|proyecto"
#: Our column, and what people call it, also in Dutch, German, French and Spanish; the first that fits, each once.
_NAMES = (
    (
        "id",
        r"(?:project\s*)?(?:id|no\.?|number|nr\.?|#|code|nummer|num[eé]ro|n[°º])|(?:cip|project)\s*(?:id|no\.?|number|#|code)",
    ),
    ("id", _CODED),
    ("earliest_start", r".*\b(?:earliest|start|begin|d[ée]but|inicio)\w*\b.*"),
    ("latest_start", r".*\b(?:latest|deadline|no later)\b.*"),
    ("construction_months", r".*\b(?:duration|months|duur|dauer|dur[ée]e)\b.*"),
    (
        "commitment",
        r".*\b(?:total|estimated)?\s*"
        r"(?:cost|budget|amount|estimate|kosten|bedrag|betrag|co[uû]ts?|montant|coste|importe)\b.*",
    ),
    (
        "value",
        r".*\b(?:score|benefit|votes?|points|value|npv|rating|stemmen|punten|stimmen|punkte|nutzen|votos|puntos|voix)\b.*",
    ),
    (
        "sector",
        r".*\b(?:department|dept\.?|sector|category|division|categorie|afdeling|kategorie|abteilung|cat[ée]gorie"
        r"|categor[ií]a|secteur|bereich|ressort)\b.*",
    ),
    ("region", r".*\b(?:region|district|ward|neighbou?rhood|area|location|wijk|buurt|stadtteil|quartier|barrio)\b.*"),
    ("company", r".*\b(?:company|contractor|sponsor|applicant|indiener|aanvrager)\b.*"),
    (
        "name",
        r".*\b(?:title|name|project|description|voorstel|naam|titel|omschrijving|ma(?:ß|ss)nahme|vorhaben|projekt|titre|nom|projet"
        r"|proyecto|nombre)\b.*",
    ),
    ("status", r"mandatory|required|must|committed|pflicht|verplicht|obligatoire|obligatorio"),
    ("note", r"notes?|comments?|remarks?|opmerking(?:en)?|bemerkung(?:en)?|remarques?"),
)
_YEAR = re.compile(r"(?:FY|fiscal year)\s*['’-]?\s*(\d{4}|\d{2})\b.*|(\d{4})(?:\s+(?:budget|plan|cost|amount))?", re.I)
#: A day above 12 comes first, and so does every day before a point.
_DAY_FIRST = re.compile(r"(?:1[3-9]|2\d|3[01])[-/]\d{1,2}[-/]\d{2,4}|\d{1,2}\.\d{1,2}\.\d{2,4}", re.ASCII)
_THOUSANDS = re.compile(
    r"(?:tsd\.?|tausend|thousands?|milliers|miles|mio\.?|millions?|miljoen)\s*(?:[$€£¥]|of [$€£¥]|EUR|USD)", re.I
)
#: What a row is called that is a sum.
TOTAL = re.compile(r"\b(?:sub|zwischen)?(?:total|totaal|totale|gesamt|summe|somme|suma)\b", re.IGNORECASE)
_A_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
#: Rows among which the header is looked for.
_TOP = 40
_FISCAL_START, _FISCAL_START_EURO = 7, 1
_LONGEST_TITLE = 120


class Guess(NamedTuple):
    """The row of a sheet's header, its names, the rows below, the columns that are years, and ours for the others."""

    top: int
    names: Sequence[str]
    body: Sequence[Row]
    years: dict[str, tuple[int, bool]]
    columns: dict[str, tuple[str, str]]
    how: ImportMap
    above: tuple[str, ...] = ()  # what stands above the header

    @property
    def title(self) -> str:
        """What the sheet is called: the first text above the header."""
        return next((text for text in self.above if re.search(r"[^\W\d]{3}", text)), "")[:_LONGEST_TITLE]

    @property
    def fiscal(self) -> bool:
        """Whether its years are fiscal years."""
        return any(is_fiscal for _, is_fiscal in self.years.values())


def guess(sheet: Sheet) -> Guess:
    """Return what a sheet seems to hold; it has rows."""
    top, header = _header(sheet.rows)
    names = headers_of(header)
    body = [row for row in sheet.rows if row[0] > top]
    years = _years(names, fiscal_start(sheet))
    order: Any = "dmy" if any(_DAY_FIRST.match(as_text(cell)) for _, cells in body for cell in cells) else "mdy"
    sign: Any = sheet.decimal_sign
    how = ImportMap(columns={"id": "id"}, instance={}, decimal_sign=sign, date_order=order)
    above = tuple(as_text(cell).strip() for row in sheet.rows if row[0] < top for cell in row[1] if not is_blank(cell))
    return Guess(top, names, body, years, _columns(names, years, body, how), how, above)


def _header(rows: Sequence[Row]) -> Row:
    """Return the row that names most columns, the first of several."""

    def named(row: Row) -> int:
        texts = {as_text(cell).strip() for cell in row[1] if not is_blank(cell)}
        return sum(1 for text in texts if re.search(r"[^\W\d]", text) or _YEAR.fullmatch(text))

    return max(rows[:_TOP], key=named)


def _years(names: Sequence[str], first_month: int) -> dict[str, tuple[int, bool]]:
    """Return the columns that are years: their first month, counted from year 0, and whether they are fiscal."""
    found = {}
    for name in names:
        match = _YEAR.fullmatch(name)
        if match and match[1]:
            found[name] = (fiscal_year(match[1], first_month), True)
        elif match and 1990 <= int(match[2]) <= 2100:
            found[name] = (12 * int(match[2]), False)
    return found if len(found) > 1 else {}


def fiscal_start(sheet: Sheet) -> int:
    """Return the month in which fiscal years begin: July, but where people count in euros."""
    euros = any(isinstance(cell, str) and "€" in cell for _, cells in sheet.rows for cell in cells)
    return _FISCAL_START_EURO if euros else _FISCAL_START


def _columns(
    names: Sequence[str], years: dict[str, Any], body: Sequence[Row], how: ImportMap
) -> dict[str, tuple[str, str]]:
    """Return ours and a comment for each of their columns."""
    found: dict[str, tuple[str, str]] = {}
    taken: set[str] = set()
    # What is named most plainly is decided first: "Project ID" is an id before "Project" is a name.
    for ours, pattern in _NAMES:
        for name in names:
            if name and name not in found and name not in years and ours not in taken:
                cells, coded = [at(row, names.index(name)) for row in body], pattern is _CODED
                if re.fullmatch(pattern, name, re.IGNORECASE) and _fits(ours, cells, how, coded=coded):
                    found[name] = (ours, "a guess by its name")
                    taken.add(ours)
    for name in names:
        if name and name not in found and name not in years:
            slug = "x_" + (re.sub(r"\W+", "_", name.lower()).strip("_") or "column")
            while slug in taken:
                slug += "_"
            taken.add(slug)
            found[name] = (slug, 'kept, not used; "" leaves it out')
    return {name: found[name] for name in names if name in found}


def _fits(ours: str, cells: Sequence[Any], how: ImportMap, *, coded: bool) -> bool:
    """Return whether most cells can be what a column holds; where it must be `coded`, all are codes with a digit."""
    column = PROJECTS.column(ours)
    assert column is not None
    filled = [cell for cell in cells if not is_blank(cell)]
    if coded:
        return all(re.fullmatch(r"\S*\d\S*", as_text(cell).strip()) for cell in filled)
    if column.kind not in {"number", "whole", "month"}:
        return True
    return bool(filled) and 2 * sum(_is_read(column, cell, how) for cell in filled) >= len(filled)


def _is_read(column: Column, cell: Any, how: ImportMap) -> bool:
    try:
        read_cell(column, cell, how)
    except BadCell:
        return False
    return True


def at(row: Row, place: int) -> Any:
    """Return a cell of a row, which may be shorter."""
    return row[1][place] if place < len(row[1]) else None


def calendar(found: Guess) -> tuple[int, int]:
    """Return the first month and the years of a calendar that holds the dates of a sheet."""
    _, names, body, _, columns, how, above = found
    column = PROJECTS.column("earliest_start")
    assert column is not None
    years = []
    for name, (ours, _) in columns.items():
        if ours in {"earliest_start", "latest_start"}:
            for row in body:
                cell = at(row, names.index(name))
                if not is_blank(cell) and _is_read(column, cell, how):
                    month = read_cell(column, cell, how).value
                    years += [int(month[:4])] if month else []
    if not years:  # nothing is dated: one period, of the year that stands above the header
        told = _A_YEAR.findall(" ".join(above))
        return 12 * (int(told[-1]) if told else 2027), 1
    first, last = min(years), max(years)
    return 12 * first, min(last - first + 2, 60)


def money_unit(found: Guess) -> str:
    """Return the sign of the money, with the thousands that stand above the header or in it."""
    body = found.body
    for text in (*found.above, *found.names):
        scaled = _THOUSANDS.search(text)
        if scaled:
            return scaled[0]
    for sign in "$€£¥":
        if any(isinstance(cell, str) and sign in cell for _, cells in body for cell in cells):
            return sign
    return "money"


def total(found: Guess) -> str:
    """Return all the money that is asked for, at least 1; rows that are sums themselves left out."""
    _, names, body, years, columns, how, _ = found
    column = PROJECTS.column("commitment")
    assert column is not None
    wanted = [name for name, (ours, _) in columns.items() if ours == "commitment"] or list(years)
    asked = Decimal(0)
    for name in wanted:
        for row in body:
            if any(isinstance(cell, str) and TOTAL.search(cell) for cell in row[1]):
                continue
            cell = at(row, names.index(name))
            if not is_blank(cell) and _is_read(column, cell, how):
                asked += read_cell(column, cell, how).value or 0
    return format(asked or Decimal(1), "f")
