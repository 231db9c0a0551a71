"""The first map of a sheet as text: each guess with a comment, for a person to correct."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tomli_w

from outlay.instances.errors import InputError
from outlay.instances.formats.files import MAX_FILE_MB
from outlay.instances.formats.output import write_file
from outlay.instances.formats.rows import Row, is_blank
from outlay.instances.importing.guessing import TOTAL, Guess, at, calendar, fiscal_start, guess, money_unit, total
from outlay.instances.importing.sheet import Sheet, read_sheet
from outlay.instances.values.numbers import month_text
from outlay.instances.values.text import as_text

_YES = re.compile(r"ja|j|yes|y|true|wahr|vrai|oui|s[ií]|x|✓|1", re.IGNORECASE)


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
    return _text(Path(source), sheet, guess(sheet))


def write_first_map(source: str | Path, *, max_file_mb: float = MAX_FILE_MB) -> Path:
    """Write a first map beside a sheet, as ``NAME.map.toml``, and return its path; nothing that exists is touched.

    Raises
    ------
    InputError
        If the sheet cannot be read, or a map is there already.
    """
    place = Path(source)
    return write_file(place.with_name(f"{place.stem}.map.toml"), first_map(place, max_file_mb=max_file_mb))


def _text(source: Path, sheet: Sheet, found: Guess) -> str:
    top, names, body, years, columns, how, _ = found
    begins = fiscal_start(sheet) if found.fiscal else 1
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
        cells = [at(row, names.index(name)) for row in body]
        blank = [is_blank(cell) for cell in cells]
        if ours in {"sector", "region"} and any(blank[1:]) and not blank[0]:
            found.append(name)
    told = "# their columns in which a blank cell means the one above, as merged cells do; [] takes blanks as they are"
    return [f"{_toml(fill_down=found)}    {told}".replace("\n", " ").replace("     ", " ")]


def _skips(columns: dict[str, tuple[str, str]], body: Sequence[Row], names: Sequence[str]) -> list[str]:
    found = []
    for name, (ours, _) in columns.items():
        if ours in {"id", "name"}:
            cells = [as_text(at(row, names.index(name))).strip() for row in body]
            sums = [cell for cell in cells if TOTAL.search(cell)]
            if sums:
                words = {match[0] for cell in sums if (match := TOTAL.search(cell))}
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
        texts = sorted({as_text(at(row, place)).strip() for row in body if not is_blank(at(row, place))})
        if ours == "sector" and 0 < len(texts) <= 40:
            lines += ["[values.sector]", *(_pair(text, text) for text in texts)]
        if ours == "status":
            lines.append("[values.status]    # mandatory, committed, excluded or candidate")
            lines += [_pair(text, "mandatory" if _YES.fullmatch(text) else "candidate") for text in texts[:40]]
    return lines


def _instance_lines(source: Path, found: Guess) -> list[str]:
    years = found.years
    name = re.sub(r"\W+", "-", source.stem.lower()).strip("-") or "imported"
    if years:
        begin = min(first for first, _ in years.values())
        periods = (max(first for first, _ in years.values()) - begin) // 12 + 1
    else:
        begin, periods = calendar(found)
    return [
        "[instance]    # instance.toml, as it will be written (outlay schema)",
        _toml(name=name),
        *([f"{_toml(title=title)}    # what stands above the header"] if (title := found.title) else []),
        f"{_toml(money_unit=money_unit(found))}    # a guess",
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
        _toml(unit=money_unit(found)),
        'basis = "cumulative"',
        "[[tables.availability]]",
        'resource = "commitments"',
        f'from = "{month_text(begin)}"',
        f"amount = {total(found)}",
        *_ceilings(found),
    ]


def _value_unit(found: Guess) -> list[str]:
    """Return the unit of the value, which is what their column is called: votes, points."""
    name = next((name for name, (ours, _) in found.columns.items() if ours == "value"), None)
    return [] if name is None else [f"{_toml(value_unit=name.lower())}    # of value; a guess by the column's name"]


def _ceilings(found: Guess) -> list[str]:
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


def _pair(key: str, value: Any) -> str:
    return tomli_w.dumps({key: value}).strip()


def _toml(**pairs: Any) -> str:
    return tomli_w.dumps(pairs).strip()
