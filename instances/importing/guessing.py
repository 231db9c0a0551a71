"""The first map of a sheet: guesses, each with a comment, for a person to correct."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import tomli_w

from outlay.instances.dictionary.projects import PROJECTS
from outlay.instances.dictionary.vocabulary import Column
from outlay.instances.errors import InputError
from outlay.instances.formats.cells import BadCell
from outlay.instances.formats.files import MAX_FILE_MB
from outlay.instances.formats.output import write_file
from outlay.instances.formats.rows import Row, is_blank
from outlay.instances.importing.cells import fiscal_year, read_cell
from outlay.instances.importing.map import ImportMap
from outlay.instances.importing.sheet import Sheet, headers_of, read_sheet
from outlay.instances.values.numbers import month_text
from outlay.instances.values.text import as_text

#: Our column, and what people call it, also in Dutch, German, French and Spanish; the first that fits, each once.
_NAMES = (
    (
        "id",
        r"(?:project\s*)?(?:id|no\.?|number|nr\.?|#|code|nummer|num[eé]ro|n[°º])|(?:cip|project)\s*(?:id|no\.?|number|#|code)",
    ),
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
_YES = re.compile(r"ja|j|yes|y|true|wahr|vrai|oui|s[ií]|x|✓|1", re.IGNORECASE)
_TOTAL = re.compile(r"\b(?:sub|zwischen)?(?:total|totaal|totale|gesamt|summe|somme|suma)\b", re.IGNORECASE)
_A_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
#: Rows among which the header is looked for.
_TOP = 40
#: The month in which fiscal years begin: July, but where people count in euros.
_FISCAL_START, _FISCAL_START_EURO = 7, 1
_LONGEST_TITLE = 120


class _Guess(NamedTuple):
    """The names of a sheet's columns, the rows below them, the columns that are years, and ours for the others."""

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


def first_map(source: str | Path, *, max_file_mb: float = MAX_FILE_MB) -> str:
    """Return a first map of a sheet, as text with comments.

    Raises
    ------
    InputError
        If the file cannot be read, or holds no header.
    """
    sheet = read_sheet(source, "", max_file_mb)
    if not sheet.rows:
        raise InputError.single(Path(source).name, "nothing stands in it", "choose another file or sheet")
    top, header = _header(sheet.rows)
    names = headers_of(header)
    body = [row for row in sheet.rows if row[0] > top]
    years = _years(names, _fiscal_start(sheet))
    order: Any = "dmy" if any(_DAY_FIRST.match(as_text(cell)) for _, cells in body for cell in cells) else "mdy"
    sign: Any = sheet.decimal_sign
    how = ImportMap(columns={"id": "id"}, instance={}, decimal_sign=sign, date_order=order)
    above = tuple(as_text(cell).strip() for row in sheet.rows if row[0] < top for cell in row[1] if not is_blank(cell))
    return _text(Path(source), sheet, top, _Guess(names, body, years, _columns(names, years, body, how), how, above))


def write_first_map(source: str | Path, *, max_file_mb: float = MAX_FILE_MB) -> Path:
    """Write a first map beside a sheet, as ``NAME.map.toml``, and return its path; nothing that exists is touched.

    Raises
    ------
    InputError
        If the sheet cannot be read, or a map is there already.
    """
    place = Path(source)
    return write_file(place.with_name(f"{place.stem}.map.toml"), first_map(place, max_file_mb=max_file_mb))


def _header(rows: Sequence[Row]) -> Row:
    """Return the row that names most columns, the first of several."""

    def named(row: Row) -> int:
        texts = {as_text(cell).strip() for cell in row[1] if not is_blank(cell)}
        return sum(1 for text in texts if re.search(r"[^\W\d]", text) or _YEAR.fullmatch(text))

    return max(rows[:_TOP], key=named)


def _years(names: Sequence[str], fiscal_start: int) -> dict[str, tuple[int, bool]]:
    """Return the columns that are years: their first month, counted from year 0, and whether they are fiscal."""
    found = {}
    for name in names:
        match = _YEAR.fullmatch(name)
        if match and match[1]:
            found[name] = (fiscal_year(match[1], fiscal_start), True)
        elif match and 1990 <= int(match[2]) <= 2100:
            found[name] = (12 * int(match[2]), False)
    return found if len(found) > 1 else {}


def _fiscal_start(sheet: Sheet) -> int:
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
                place = names.index(name)
                if re.fullmatch(pattern, name, re.IGNORECASE) and _fits(ours, [_at(row, place) for row in body], how):
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


def _fits(ours: str, cells: Sequence[Any], how: ImportMap) -> bool:
    """Return whether most cells can be what a column holds."""
    column = PROJECTS.column(ours)
    assert column is not None
    filled = [cell for cell in cells if not is_blank(cell)]
    if column.kind not in {"number", "whole", "month"}:
        return True
    return bool(filled) and 2 * sum(_is_read(column, cell, how) for cell in filled) >= len(filled)


def _is_read(column: Column, cell: Any, how: ImportMap) -> bool:
    try:
        read_cell(column, cell, how)
    except BadCell:
        return False
    return True


def _at(row: Row, place: int) -> Any:
    return row[1][place] if place < len(row[1]) else None


def _toml(**pairs: Any) -> str:
    return tomli_w.dumps(pairs).strip()


def _pair(key: str, value: Any) -> str:
    return tomli_w.dumps({key: value}).strip()


def _text(source: Path, sheet: Sheet, top: int, found: _Guess) -> str:
    names, body, years, columns, _, _ = found
    how, begins = found.how, _fiscal_start(sheet) if found.fiscal else 1
    lines = [
        f"# How outlay reads {source.name!a}: guesses, to be corrected. Then:",
        f"#   outlay import {source.name!a} --map {source.stem + '.map.toml'!a} -o my-plan",
        "",
    ]
    if sheet.name:
        others = ", ".join(ascii(name) for name in sheet.sheets)
        lines.append(f"{_toml(sheet=sheet.name)}    # of {others}".replace("\n", " "))
    lines += [
        f"header_row = {top}    # what stands above is left out",
        "skip_rows = []    # rows to leave out, as the sheet counts them",
        f"{_toml(decimal_sign=sheet.decimal_sign)}    # the other sign separates thousands",
        f'date_order = "{how.date_order}"    # what 7/1/2019 means: mdy = 1 July, dmy = 7 January',
        f"fiscal_year_start = {begins}    # month; FY2019 is the year that ends in 2019",
        "money_factor = 1    # all money is multiplied by it: 0.001 makes thousands",
        'blanks = ["-", "n/a", "tbd", "none"]    # texts that say nothing, in capitals or not',
        *_fill_down(columns, body, names),
        "",
        "[skip_where]    # their column = texts or globs; rows with one of them are left out",
        *_skips(columns, body, names),
        "",
        "[columns]    # their column = ours (outlay schema projects); x_... is kept and not used",
        *(f"{_pair(name, ours)}    # {comment}" for name, (ours, comment) in columns.items()),
        "",
        '[values]    # our column = their texts and ours: values.sector = { "Dept of Parks" = "parks" }',
        *_values(columns, body, names),
        "",
    ]
    if years:
        lines += [
            "[years]    # money by year: rows of requirements, from the first year with money",
            'resource = "spending"',
            "# limit = 1000000    # what may be spent a year; left out: no limit",
            "[years.columns]    # their column = the first month of its year",
            *(_pair(name, month_text(first)) for name, (first, _) in years.items()),
            "",
        ]
    return "\n".join([*lines, *_instance_lines(source, found)]) + "\n"


def _fill_down(columns: dict[str, tuple[str, str]], body: Sequence[Row], names: Sequence[str]) -> list[str]:
    """Return the columns of groups in which a blank seems to mean what stands above, as where cells were merged."""
    found = []
    for name, (ours, _) in columns.items():
        cells = [_at(row, names.index(name)) for row in body]
        blank = [is_blank(cell) for cell in cells]
        if ours in {"sector", "region"} and any(blank[1:]) and not blank[0]:
            found.append(name)
    told = "# their columns in which a blank cell means the one above, as merged cells do; [] takes blanks as they are"
    return [f"{_toml(fill_down=found)}    {told}".replace("\n", " ").replace("     ", " ")]


def _skips(columns: dict[str, tuple[str, str]], body: Sequence[Row], names: Sequence[str]) -> list[str]:
    found = []
    for name, (ours, _) in columns.items():
        if ours in {"id", "name"}:
            cells = [as_text(_at(row, names.index(name))).strip() for row in body]
            sums = [cell for cell in cells if _TOTAL.search(cell)]
            if sums:
                words = {match[0] for cell in sums if (match := _TOTAL.search(cell))}
                globs = sorted(
                    {f"*{form}*" for word in words for form in (word, word.title(), word.upper(), word.lower())}
                )
                found.append(_pair(name, globs).replace("\n", " "))
    return found


def _values(columns: dict[str, tuple[str, str]], body: Sequence[Row], names: Sequence[str]) -> list[str]:
    """Return their sectors, each as itself, to be renamed, and what says that a project must be built."""
    lines = []
    for name, (ours, _) in columns.items():
        place = names.index(name)
        texts = sorted({as_text(_at(row, place)).strip() for row in body if not is_blank(_at(row, place))})
        if ours == "sector" and 0 < len(texts) <= 40:
            lines += ["[values.sector]", *(_pair(text, text) for text in texts)]
        if ours == "status":
            lines.append("[values.status]    # mandatory, committed, excluded or candidate")
            lines += [_pair(text, "mandatory" if _YES.fullmatch(text) else "candidate") for text in texts[:40]]
    return lines


def _instance_lines(source: Path, found: _Guess) -> list[str]:
    years = found.years
    name = re.sub(r"\W+", "-", source.stem.lower()).strip("-") or "imported"
    if years:
        begin = min(first for first, _ in years.values())
        periods = (max(first for first, _ in years.values()) - begin) // 12 + 1
    else:
        begin, periods = _calendar(found)
    return [
        "[instance]    # instance.toml, as it will be written (outlay schema)",
        _toml(name=name),
        *([f"{_toml(title=title)}    # what stands above the header"] if (title := found.title) else []),
        f"{_toml(money_unit=_money_unit(found))}    # a guess",
        *_value_unit(found),
        "[instance.calendar]",
        f"{_toml(start=month_text(begin))}    # the first month of the plan",
        f"periods = {periods}    # years, where months_per_period is 12",
        "months_per_period = 12",
        *(["finish_inside = true    # nothing is built past the last year"] if years else []),
        *(['label = "FY{end}"    # what a year is called'] if found.fiscal else []),
        "",
        "# What limits the plan; the amount here is all that is asked for: lower it to what there is.",
        "[[tables.resources]]",
        'resource = "commitments"',
        'kind = "finance"',
        _toml(unit=_money_unit(found)),
        'basis = "cumulative"',
        "[[tables.availability]]",
        'resource = "commitments"',
        f'from = "{month_text(begin)}"',
        f"amount = {_total(found)}",
        *_ceilings(found),
    ]


def _value_unit(found: _Guess) -> list[str]:
    """Return the unit of the value, which is what their column is called: votes, points."""
    name = next((name for name, (ours, _) in found.columns.items() if ours == "value"), None)
    return [] if name is None else [f"{_toml(value_unit=name.lower())}    # of value; a guess by the column's name"]


def _ceilings(found: _Guess) -> list[str]:
    """Return how a ceiling for each sector is written, for who wants one."""
    if not any(ours == "sector" for ours, _ in found.columns.values()):
        return []
    return [
        "",
        '# A ceiling for each sector, or for one of them (group = "..."):',
        "# [[tables.limits]]",
        '# metric = "commitment"',
        '# by = "sector"',
        "# max = 1000000",
    ]


def _calendar(found: _Guess) -> tuple[int, int]:
    """Return the first month and the years of a calendar that holds the dates of a sheet."""
    names, body, _, columns, how, above = found
    column = PROJECTS.column("earliest_start")
    assert column is not None
    years = []
    for name, (ours, _) in columns.items():
        if ours in {"earliest_start", "latest_start"}:
            for row in body:
                cell = _at(row, names.index(name))
                if not is_blank(cell) and _is_read(column, cell, how):
                    month = read_cell(column, cell, how).value
                    years += [int(month[:4])] if month else []
    if not years:  # nothing is dated: one period, of the year that stands above the header
        told = _A_YEAR.findall(" ".join(above))
        return 12 * (int(told[-1]) if told else 2027), 1
    first, last = min(years), max(years)
    return 12 * first, min(last - first + 2, 60)


def _money_unit(found: _Guess) -> str:
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


def _total(found: _Guess) -> str:
    names, body, years, columns, how, _ = found
    column = PROJECTS.column("commitment")
    assert column is not None
    wanted = [name for name, (ours, _) in columns.items() if ours == "commitment"] or list(years)
    total = Decimal(0)
    for name in wanted:
        for row in body:
            if any(isinstance(cell, str) and _TOTAL.search(cell) for cell in row[1]):
                continue
            cell = _at(row, names.index(name))
            if not is_blank(cell) and _is_read(column, cell, how):
                total += read_cell(column, cell, how).value or 0
    return format(total or Decimal(1), "f")
