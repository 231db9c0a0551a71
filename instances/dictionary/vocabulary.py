"""What a table and a column are: the vocabulary in which the data dictionary is written.

The dictionary itself is `outlay.instances.dictionary.tables`. Reading, checking, writing, the reference page and the
JSON Schema are all derived from it, so that a column is described once.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

#: What a cell may hold.
#:
#: ``id`` a name that other tables refer to; ``text`` anything; ``number`` an exact decimal; ``whole`` a whole number;
#: ``month`` YYYY-MM; ``flag`` true or false; ``choice`` one of `Column.choices`; ``list`` names separated by ``;``.
#: White space at both ends of a cell is never meant; a cell of nothing else is blank.
Kind = Literal["id", "text", "number", "whole", "month", "flag", "choice", "list"]

#: A cell as it is held after reading; None is a blank cell.
Cell: TypeAlias = str | Decimal | int | bool | tuple[str, ...] | None


class Column(BaseModel):
    """One column of a table, or one key of ``instance.toml``, as the data dictionary describes it.

    Attributes
    ----------
    name, kind, meaning
        The header, what a cell holds, and what it means to the user.
    unit
        The unit of a number ("months", "money", "share", ...); empty where there is none.
    default
        What a blank cell means; None: blank has no value (`meaning` says what that means).
    required
        Whether the column must be there and every cell filled.
    minimum, maximum
        The least and greatest number allowed; None: no bound. Numbers are non-negative unless said otherwise.
    positive
        Whether zero is refused.
    choices
        The words a ``choice`` may be.
    refers_to
        The table whose ids the cell must name, if any.
    blank_differs
        Whether a blank cell means something else than a column that is left out; elsewhere the two are the same.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    default: Cell = None
    required: bool = False
    minimum: Decimal | None = Decimal(0)
    maximum: Decimal | None = None
    positive: bool = False
    choices: tuple[str, ...] = ()
    refers_to: str | None = None
    blank_differs: bool = False


class TableSpec(BaseModel):
    """One table of an instance.

    Attributes
    ----------
    name
        The file's name without ``.csv``, and the key in the JSON form.
    meaning
        What its rows are.
    key
        The columns that no two rows may share; empty for a table of plain rows.
    columns
        Its columns, in the order in which they are written.
    metric_columns
        Whether columns named after declared metrics are allowed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    metric_columns: bool = False

    def column(self, name: str) -> Column | None:
        """Return the column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


def metric_column(name: str, unit: str) -> Column:
    """Return the description of a column that ``[metrics]`` declares."""
    return Column(name=name, kind="number", unit=unit, default=Decimal(0), minimum=None, meaning="declared metric")


#: Columns whose names begin so are the user's own.
OWN_PREFIX = "x_"


def own_column(name: str) -> Column:
    """Return the description of a column of the user's own, which is kept and never read."""
    return Column(name=name, kind="text", meaning="A column of your own: kept, carried to every output, never read.")
