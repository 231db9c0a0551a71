"""What the search knows of the columns of a problem: whose they are, when they start, and who hangs together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from outlay.models.arrays.ending import look
from outlay.models.case import Case


@dataclass(frozen=True)
class Structure:
    """The projects behind a problem's columns.

    Attributes
    ----------
    project
        Project of each column that belongs to one alone (integer and derived columns), -1 for others; shape (columns,).
    derived
        Continuous columns that only repeat what integer ones say (started-by columns); shape (columns,).
    funded
        Columns that funding an option in full sets to 1, shape (columns, options).
    option_column, option_project, option_start, option_operation
        Column of each option, its project, its start and its first period of operation; shape (options,).
    labels
        Arrays of shape (projects,), each a number by kind (sector, region).
    links
        Which projects depend on each other, symmetric, shape (projects, projects).
    together
        Of several scenarios, where each has projects of its own: which project each is, so that it is freed in all of
        them together; shape (projects,). None: each is its own.
    """

    project: np.ndarray
    derived: np.ndarray
    funded: sparse.csc_array
    option_column: np.ndarray
    option_project: np.ndarray
    option_start: np.ndarray
    option_operation: np.ndarray
    labels: tuple[np.ndarray, ...]
    links: sparse.csr_array
    together: np.ndarray | None = None

    @property
    def projects(self) -> int:
        """Number of projects."""
        return self.links.shape[0]

    def with_twins(self, chosen: np.ndarray) -> np.ndarray:
        """Return a choice of projects with what is freed together with them; shape (projects,)."""
        if self.together is None:
            return chosen
        known = np.zeros(int(self.together.max(initial=-1)) + 1, dtype=bool)
        known[self.together[chosen]] = True
        return known[self.together]

    @property
    def twins(self) -> int:
        """How many projects are freed together."""
        return 1 if self.together is None else max(1, self.projects // (int(self.together.max(initial=0)) + 1))

    @property
    def months(self) -> float:
        """Started-by columns a project, on the average."""
        return float(self.derived.sum()) / max(1, self.projects)

    @cached_property
    def first_start(self) -> np.ndarray:
        """The earliest start of the options behind each column, beyond the last one where there is none."""
        options = np.repeat(np.arange(self.funded.shape[1]), np.diff(self.funded.indptr))
        first = np.full(self.funded.shape[0], self.option_start.max(initial=0) + 1)
        np.minimum.at(first, self.funded.indices, self.option_start[options])
        return first


def structure_of(case: Case, column_of: sparse.csr_array, integer: np.ndarray) -> Structure:
    """Return the structure of a problem.

    Parameters
    ----------
    column_of
        Ones where a column of the problem has a column of the model (its own, or as part of its group); shape
        (columns, columns of the model).
    integer
        Integer columns of the problem.
    """
    options, fund = case.options, case.block("fund").columns
    owner = np.full(case.book.size, -1)
    owner[fund] = options.project
    number, started = case.alternatives.project_number, case.block("started")
    owner[started.columns] = [number[side.partition("@")[0]] for side, _, _ in started.keys]
    owner[case.block("cancelled").columns] = case.alternatives.project[case.cancelling_rules.alternative]
    look()
    # All members of a group belong to one project, so any of them will do.
    entries = sparse.coo_array(column_of)
    row, column = entries.coords
    project = np.full(column_of.shape[0], -1)
    np.maximum.at(project, row, owner[column])
    begun = np.zeros(case.book.size, dtype=bool)
    begun[started.columns] = True
    derived = np.zeros(column_of.shape[0], dtype=bool)
    derived[row] |= begun[column]
    look()
    return Structure(
        np.where(integer | derived, project, -1),
        derived,
        _funded(sparse.csc_array(column_of), case.funded_in_full),
        _first_column(row, column, fund),
        options.project,
        options.start,
        options.operation,
        _labels(case),
        _links(case),
    )


def row_owner(rows: sparse.csr_array, project: np.ndarray) -> np.ndarray:
    """Return the project that all columns of a row belong to, -1 where they have several or none; shape (rows,).

    Parameters
    ----------
    project
        The project of each column, -1 for none; shape (columns,).
    """
    filled = np.diff(rows.indptr) > 0
    begins, entries = rows.indptr[:-1][filled], project[rows.indices]
    least, greatest = np.minimum.reduceat(entries, begins), np.maximum.reduceat(entries, begins)
    owner = np.full(rows.shape[0], -1)
    owner[filled] = np.where(least == greatest, least, -1)
    return owner


def _funded(column_of: sparse.csc_array, options: sparse.csc_array) -> sparse.csc_array:
    """Return the problem's columns that funding an option in full sets to 1, from the model's."""
    rows, columns = column_of.shape
    one_each = rows == columns and np.array_equal(column_of.indptr, np.arange(columns + 1))
    if one_each and np.array_equal(column_of.indices, np.arange(rows)):
        return options  # the same columns in the same order: nothing is copied that may be hundreds of megabytes
    matrix = column_of.astype(np.int8) @ options
    matrix.sort_indices()
    return matrix


def _first_column(row: np.ndarray, column: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the first problem column of each wanted model column, -1 where there is none."""
    first = np.full(int(max(column.max(initial=-1), wanted.max(initial=-1))) + 1, -1)
    order = np.argsort(-row, kind="stable")
    first[column[order]] = row[order]
    return first[wanted]


def _labels(case: Case) -> tuple[np.ndarray, ...]:
    table, found = case.instance["projects"], []
    for name in ("sector", "region"):
        kinds, number = np.unique(np.array(table.texts(name), dtype=str), return_inverse=True)
        if len(kinds) > 1:
            found.append(number)
    return tuple(found)


def _links(case: Case) -> sparse.csr_array:
    number = case.alternatives.project_number
    pairs = [
        (number[need.project.partition("@")[0]], number[need.needs.partition("@")[0]])
        for need in case.needs
        if need.project and need.needs
    ]
    ends = np.array(pairs, dtype=int).reshape(-1, 2)
    size = len(case.alternatives.projects)
    one_way = sparse.coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(size, size))
    return sparse.csr_array(one_way + one_way.T)
