"""A table of a report: headings with units, cells as texts, shortened where it would fill the page or the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

#: Longest text of a cell that is never broken, characters.
_ONE_LINE = 22


@dataclass(frozen=True)
class Heading:
    """A column: title, unit (shown small below it), whether its cells are numbers and so set to the right."""

    title: str
    unit: str = ""
    right: bool = False
    wide: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell with a style: `tone` is the name of a CSS class of ours, `bar` a share drawn behind the text (0 to 1)."""

    text: str
    tone: str = ""
    bar: float | None = None

    @property
    def short(self) -> bool:
        """Whether the text stays on one line."""
        return len(self.text) <= _ONE_LINE

    @property
    def width(self) -> str:
        """The bar's length as CSS."""
        return f"{100 * min(1.0, max(0.0, self.bar or 0.0)):.1f}%"


@dataclass(frozen=True)
class Grid:
    """A table that is ready to be shown.

    Attributes
    ----------
    headings, rows
        Columns and cells.
    left_out
        How many rows were left out because the table would be too long.
    """

    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    left_out: int = 0

    def __len__(self) -> int:
        return len(self.rows) + self.left_out


def grid(
    headings: Sequence[Heading], rows: Iterable[Sequence[Cell | str | None]], *, most_characters: int = 120_000
) -> Grid:
    """Return a table; rows beyond so many characters of text are counted, not kept."""
    kept: list[tuple[Cell, ...]] = []
    size = left_out = 0
    for row in rows:
        cells = tuple(_cell(cell, right=heading.right) for heading, cell in zip(headings, row, strict=True))
        size += sum(len(cell.text.encode()) + 40 for cell in cells) + 15
        if size <= most_characters:
            kept.append(cells)
        else:
            left_out += 1
    return Grid(tuple(headings), tuple(kept), left_out)


def _cell(cell: Cell | str | None, *, right: bool) -> Cell:
    made = cell if isinstance(cell, Cell) else Cell(cell or "")
    return replace(made, text=f"−{made.text[1:]}") if right and made.text.startswith("-") else made
