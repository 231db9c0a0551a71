r"""What a plan changes of the one that stands: the metrics changed_projects, changed_starts and change_cost.

Formula, with A the approved projects, x_{p,a} the sum of ``fund`` over the approved alternative of p (over all
where any is right), x_o an option of a project p and s_p the approved start::

    changed_projects = sum_{p in A} (1 - x_{p,a}) + sum_{p not in A} x_p
    changed_starts   = sum_{p in A} sum_{o in O_p} |s_o - s_p| x_o
    change_cost      = sum_{p in A} change_cost_p (1 - x_{p,a})

Why this form: a project that is dropped is a constant less what is funded, so nothing is rounded or linearised. The
constants stand on one column that is always 1 (``always``), so that objectives and limits stay sums over columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outlay.models.options.options import Options


@dataclass(frozen=True)
class Changes:
    """One metric of changes.

    Attributes
    ----------
    constant
        What it comes to where nothing is funded, by project; shape (projects,).
    option
        What funding an option adds, shape (options,).
    """

    constant: np.ndarray
    option: np.ndarray


def changes_of(options: Options, metric: str) -> Changes:
    """Return a metric of changes."""
    alternatives = options.alternatives
    constant, added = np.zeros(len(alternatives.projects)), np.zeros(len(options))
    approved = alternatives.approved.of
    if metric == "changed_projects":
        added[:] = 1.0
    for project, row in approved.items():
        own = options.by_project.of(project)
        if metric == "changed_starts":
            added[own] = 0.0 if row.start is None else np.abs(options.start[own] - row.start)
            continue
        cost = 1.0 if metric == "changed_projects" else row.change_cost
        kept = own if row.alternative is None else options.by_alternative.of(row.alternative)
        constant[project], added[own] = cost, 0.0
        added[kept] = -cost
    return Changes(constant, added)
