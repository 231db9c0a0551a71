"""The plan in time: a line a project, a letter a period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outlay.cli.terminal.screen import Column, Page

if TYPE_CHECKING:
    from outlay.optimizer.answer.solution import Solution

_LEGEND = "s selected   r permit review   # building   - operating   (one sign: {})"
#: Room that the other columns take.
_BESIDE = 34


def show_timeline(page: Page, solution: Solution) -> None:
    """Add the timeline; several periods share a sign where the page is too narrow for all."""
    table, instance = solution.tables["timeline"], solution.instance
    if not len(table):
        page.note("No project is funded.")
        return
    room = min(page.width, 240) - _BESIDE
    step = max(1, -(-instance.periods // max(20, room)))
    columns = [
        Column("Id", least=24),
        Column("Alternative", least=8),
        Column(_ruler(solution, step)),
        Column("Operates"),
    ]
    rows = [
        [row["project"], row["alternative"], _bar(row, instance.periods, step), row["operation_label"]]
        for row in table.to_dict("records")
    ]
    page.table(columns, rows)
    months = step * instance.months_per_period
    page.note(
        _LEGEND.format(f"{months} months" if months % 12 else f"{months // 12} years" if months > 12 else "a year")
    )


def _bar(row: dict[object, object], periods: int, step: int) -> str:
    selection, review, start, operation, end = (
        int(str(row[name])) for name in ("selection", "review", "start", "operation", "end")
    )
    signs = []
    for first in range(0, periods, step):
        last = first + step - 1
        if start <= last and first < operation:
            sign = "#"
        elif first <= selection <= last:
            sign = "s"
        elif review <= last and first < start:
            sign = "r"
        else:
            sign = "-" if operation <= last and first < end else " "
        signs.append(sign)
    return "".join(signs)


def _ruler(solution: Solution, step: int) -> str:
    """Return the years, each above its first period, as far as they do not touch."""
    instance = solution.instance
    signs = -(-instance.periods // step)
    line = [" "] * signs
    free = 0
    for place in range(signs):
        month = instance.month_of(place * step)
        new_year = place == 0 or month[:4] != instance.month_of((place - 1) * step)[:4]
        if new_year and place >= free and place + 4 <= signs:
            line[place : place + 4] = month[:4]
            free = place + 5
    return "".join(line)
