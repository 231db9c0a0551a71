"""What can go wrong, as one family of exceptions.

::

    OutlayError                exit code 1   internal error
    ├── InputError             exit code 3   the tables, a constraint set or an argument are wrong
    │   ├── NoOptionError      exit code 3   projects must be funded and have no option
    │   ├── NoRoomError        exit code 3   something cannot be written because the disk is full
    │   └── NotKeptError       exit code 3   an answer was found but could not be kept whole; it is in here
    ├── NoPlanError            exit code 6   a plan was asked for where there is none
    ├── InfeasibleError        exit code 4   a plan was asked for where there can be none
    ├── SolverFailedError      exit code 6   the solver crashed, hung or answered nonsense, twice
    └── UnverifiedError        exit code 7   an answer failed its independent verification

The exit code belongs to the error, so the command line needs no table of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from outlay.instances.values.text import as_text, shown

#: Longest problem or remedy that is shown; both may quote names.
_LONGEST = 600


class OutlayError(Exception):
    """Anything that `outlay` raises on purpose; the message says what to do."""

    exit_code = 1


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with an input.

    Attributes
    ----------
    where
        The file or table, as a person would look for it (``requirements.csv``).
    row
        The row of a CSV file as a text editor numbers it (the header is 1), or the place in a JSON list, from 1;
        None where no row is to blame.
    column
        The column or dotted key, or None.
    value
        The value found, as text, or None.
    problem
        What is wrong with it, in a sentence without a full stop.
    remedy
        What would be right.
    cell
        The cell of a workbook, such as ``projects!D14``; None elsewhere.
    """

    where: str
    row: int | None
    column: str | None
    value: str | None
    problem: str
    remedy: str
    cell: str | None = None

    def __str__(self) -> str:
        place = [shown(self.cell or self.where)]
        if self.row is not None and self.cell is None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column {shown(self.column)}")
        value = "" if self.value is None else f" '{shown(self.value)}':"
        return f"{', '.join(place)}:{value} {shown(self.problem, _LONGEST)}; {shown(self.remedy, _LONGEST)}"


@dataclass(frozen=True)
class FaultGroup:
    """Faults that are alike: of one column of one file, with one problem.

    Attributes
    ----------
    count
        How many there are.
    first
        The first of them, with the remedy of all.
    """

    count: int
    first: Fault

    def __str__(self) -> str:
        if self.count == 1:
            return str(self.first)
        fault = self.first
        place = shown(fault.where) + ("" if fault.column is None else f", column {shown(fault.column)}")
        row = "" if fault.row is None else f" in row {fault.row}"
        value = "" if fault.value is None else f" '{shown(fault.value)}'"
        first = f", first{row}:{value}" if row or value else ""
        problem, remedy = shown(fault.problem, _LONGEST), shown(fault.remedy, _LONGEST)
        return f"{place}: {self.count:,} cells: {problem}{first}; {remedy}"


def group_faults(faults: Iterable[Fault], *, least: int = 3) -> list[FaultGroup]:
    """Return faults that are alike as one, where there are so many, in the order of their first.

    Examples
    --------
    >>> alike = [Fault("a.csv", row, "when", "FY19", "this is no month", "write 2018-07") for row in (3, 4, 5)]
    >>> print(*group_faults(alike))
    a.csv, column when: 3 cells: this is no month, first in row 3: 'FY19'; write 2018-07
    """
    found: dict[tuple[str, str | None, str], list[Fault]] = {}
    for fault in faults:
        found.setdefault((fault.where, fault.column, fault.problem), []).append(fault)
    groups: list[FaultGroup] = []
    for alike in found.values():
        if len(alike) >= least:
            groups.append(FaultGroup(len(alike), alike[0]))
        else:
            groups.extend(FaultGroup(1, fault) for fault in alike)
    return groups


class InputError(OutlayError):
    """The input is wrong. ``faults`` holds every fault that was found, not only the first.

    Examples
    --------
    >>> str(InputError([Fault("projects.csv", 2, "id", None, "the id is blank", "give one")]))
    'projects.csv, row 2, column id: the id is blank; give one'
    """

    exit_code = 3

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: Sequence[Fault] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.faults,)

    @classmethod
    def single(
        cls,
        where: str,
        problem: str,
        remedy: str,
        *,
        row: int | None = None,
        column: str | None = None,
        value: object = None,
    ) -> Self:
        """Return an error with one fault."""
        text = None if value is None else as_text(value)
        return cls([Fault(where, row, column, text, problem, remedy)])


class NoOptionError(InputError):
    """Projects must be funded but have no possible option; the value of each fault is the project."""


class NoRoomError(InputError):
    """Something cannot be written because there is no room for it."""


class NotKeptError(InputError):
    """An answer was found, but not all of it could be written; ``answer`` is what was found."""

    def __init__(self, faults: Iterable[Fault], answer: Any) -> None:
        super().__init__(faults)
        self.answer = answer

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.faults, self.answer)


class NoPlanError(OutlayError):
    """A plan or a table of it was asked for, but the solve ended without one."""

    exit_code = 6


class InfeasibleError(NoPlanError):
    """A plan was asked for, but the solver proved that there is none (or no best one)."""

    exit_code = 4


class SolverFailedError(OutlayError):
    """The solver process crashed, hung or answered nonsense, and did so again when retried."""

    exit_code = 6


class UnverifiedError(OutlayError):
    """An answer failed its independent verification and must not be used."""

    exit_code = 7
