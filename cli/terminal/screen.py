"""A page for the terminal, made of headings, lines and tables.

Text that comes from data is always passed through `shown` and never read as markup. On a terminal a page fits its
width; elsewhere each row stays on one line, whatever its length, so that nothing is cut from a file or a pipe.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from outlay.cli import streams
from outlay.instances.values.text import shown

#: Wider than any table, where nobody looks at a terminal.
_ENDLESS = 100_000
_NARROWEST = 60
#: Longest text from data in a cell.
LONGEST_CELL = 2000


def safe(text: object, style: str = "") -> Text:
    """Return text from data as it may be shown."""
    return Text(shown(str(text), LONGEST_CELL), style=style)


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    title
        The heading.
    right
        Whether it is set to the right, as numbers are.
    least
        The width to which it may shrink where the page is narrow; its text then goes on in the next line, as nothing is
        ever cut. None: never.
    wrap
        Whether it gives way before others do.
    """

    title: str
    right: bool = False
    least: int | None = None
    wrap: bool = False


#: Blank columns between two columns of a table, and before its first.
_GAP, _INDENT = 2, 2


def table(columns: Sequence[Column], rows: Iterable[Sequence[object]], width: int) -> RenderableType:
    """Return a table that fits a width; where its columns cannot shrink so far, its rows as lists. None is empty."""
    cells = [[cell if isinstance(cell, Text) else safe("" if cell is None else cell) for cell in row] for row in rows]
    natural = [
        max([safe(column.title).cell_len, *(row[place].cell_len for row in cells)])
        for place, column in enumerate(columns)
    ]
    room = width - _INDENT - _GAP * (len(columns) - 1)
    widths = _fitted(natural, columns, room)
    if sum(widths) > room:
        return _stacked(columns, cells)
    drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold dim")
    for column, size in zip(columns, widths, strict=True):
        drawn.add_column(
            safe(column.title),
            justify="right" if column.right else "left",
            no_wrap=size == natural[len(drawn.columns)],
            overflow="fold",
            width=size,
        )
    for row in cells:
        drawn.add_row(*row)
    return Padding(drawn, (0, 0, 0, _INDENT))


def _stacked(columns: Sequence[Column], cells: Sequence[Sequence[Text]]) -> RenderableType:
    """Return rows as lists: the first cell, then each other one that is not empty with its title."""
    lines: list[RenderableType] = []
    for row in cells:
        lines.append(Text.assemble(*_joined([cell for cell in row[:2] if cell.plain]), style="bold"))
        rest = [
            Text.assemble((f"{column.title} ", "dim"), cell)
            for column, cell in zip(columns[2:], row[2:], strict=True)
            if cell.plain
        ]
        lines.append(Padding(Text("; ").join(rest), (0, 0, 0, 2)))
    return Padding(Group(*lines), (0, 0, 0, _INDENT))


def _joined(cells: Sequence[Text]) -> list[Text | str]:
    parts: list[Text | str] = []
    for cell in cells:
        parts += ["  ", cell] if parts else [cell]
    return parts


def _fitted(natural: list[int], columns: Sequence[Column], room: int) -> list[int]:
    """Return the widths of columns, the widest of those that may shrink made narrower until all fit."""
    widths = list(natural)
    while sum(widths) > room:
        able = [
            place for place, column in enumerate(columns) if column.least is not None and widths[place] > column.least
        ]
        if not able:
            break
        # Columns that wrap lose nothing by being narrow, so they give way first, down to twice their least width.
        soft = [place for place in able if columns[place].wrap and widths[place] > 2 * (columns[place].least or 0)]
        widest = max(soft or able, key=lambda place: widths[place])
        widths[widest] -= 1
    return widths


class Page:
    """Collects what is to be shown, and shows it at once."""

    def __init__(self) -> None:
        self._parts: list[RenderableType] = []
        self._terminal = sys.stdout is not None and sys.stdout.isatty()
        self.width = page_width(terminal=self._terminal)

    def heading(self, text: str) -> None:
        """Add a heading, with a blank line before it unless it is the first."""
        if self._parts:
            self._parts.append(Text())
        self._parts.append(safe(text, "bold"))

    def line(self, text: str | Text = "", style: str = "") -> None:
        """Add a line of text."""
        self._parts.append(text if isinstance(text, Text) else safe(text, style))

    def note(self, text: str) -> None:
        """Add a line that is less important, indented."""
        self._parts.append(Padding(safe(text, "dim"), (0, 0, 0, 2)))

    def fact(self, label: str, text: str, style: str = "") -> None:
        """Add a labelled line; what does not fit goes on below the text."""
        grid = Table.grid(padding=(0, 2))
        grid.add_column(min_width=12, no_wrap=True, style="dim")
        grid.add_column(overflow="fold")
        grid.add_row(safe(label), safe(text, style))
        self._parts.append(grid)

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> None:
        """Add a table."""
        self._parts.append(table(columns, rows, self.width))

    def show(self) -> None:
        """Write the page to standard output."""
        streams.write(self.text())

    def text(self) -> str:
        """Return the page as it is written: with colours on a terminal, plain elsewhere."""
        terminal = self._terminal
        console = Console(
            file=io.StringIO(),
            force_terminal=terminal,
            no_color=None if terminal else True,
            width=self.width,
            markup=False,
            highlight=False,
            emoji=False,
            legacy_windows=False,
        )
        for part in self._parts:
            console.print(part)
        file = console.file
        assert isinstance(file, io.StringIO)
        lines = file.getvalue().splitlines()
        return "".join(f"{line.rstrip()}\n" for line in lines)


def page_width(*, terminal: bool) -> int:
    """Return the width of a page: the terminal's, or that of COLUMNS, or endless."""
    if terminal or os.environ.get("COLUMNS", "").isdigit():
        return max(_NARROWEST, shutil.get_terminal_size((100, 24)).columns)
    return _ENDLESS
