r"""Choice: what it means to fund a project.

Rule: at most one option a project, exactly one if it is mandatory, committed or forced in; a divisible option is funded
at a scale in [min_scale, 1].

Formula, with x = fund and y = scale::

    sum_{o in O_p} x_o <= 1      (= 1 where the project must be funded)
    min_scale_o x_o <= y_o <= x_o

Of a step of scale [f, t] y is the share of the way from f to t (`outlay.models.projects.steps`): 0 <= y_o <= x_o, and
amounts are (that at f) x_o + (that at t less that at f) y_o.

Why this form: one set-packing row a project is the convex hull of "one of"; no pair of options needs a row of its own.

Size: one row a project, two a divisible option.

Source: Weingartner, Mathematical Programming and the Analysis of Capital Budgeting Problems, 1963.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from outlay.models.arrays.rows import Entries, RowBlock, block
from outlay.models.case import Case

NAME = "choice"


def rows(case: Case) -> Iterator[RowBlock]:
    """Yield one_option_a_project, scale_at_most_one and scale_at_least_the_least."""
    options, book = case.options, case.book
    projects = case.alternatives.projects
    fund = case.block("fund").columns
    entries = Entries()
    entries.add(options.project, fund, 1.0)
    must = np.array([case.alternatives.funding_required(number) for number in range(len(projects))], dtype=bool)
    yield block(
        "one_option_a_project",
        NAME,
        projects,
        entries,
        book.size,
        lower=np.where(must, 1.0, -np.inf),
        upper=1.0,
        sentence=lambda row: f"{projects[row]} is funded {'once' if must[row] else 'at most once'}",
    )
    scale = case.block("scale")
    chosen = np.array(scale.keys, dtype=int)
    number = np.arange(len(chosen))
    least = case.alternatives.min_scale[options.alternative[chosen]]
    for name, sign, factor, words in (
        ("scale_at_most_one", 1.0, np.ones(len(chosen)), "at most the whole"),
        (
            "scale_at_least_the_least",
            -1.0,
            least,
            "at least the least",
        ),
    ):
        entries, here = Entries(), factor > 0  # along a step there is no least
        entries.add(number[here], scale.columns[here], sign)
        entries.add(number[here], fund[chosen[here]], -sign * factor[here])
        yield block(
            name,
            NAME,
            scale.keys,
            entries,
            book.size,
            upper=0.0,
            sentence=partial(_words, projects, options.project[chosen], words),
        )


def _words(projects: Sequence[str], project: np.ndarray, words: str, row: int) -> str:
    return f"{projects[project[row]]} is funded {words}"
