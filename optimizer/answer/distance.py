"""How far one plan is from another, counted and as an objective.

A project has *changed* if it is funded in one plan only, or in another alternative. A *start* has changed if the
project has not, but begins in another period. Scale, track and date of selection do not count.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from outlay.instances.plan import Plan
from outlay.models.case import Case


class Distance(NamedTuple):
    """Changed projects, and changed starts among the others."""

    projects: int
    starts: int


def distance(plan: Plan, reference: Plan) -> Distance:
    """Return the distance between two plans."""
    ours = {choice.project: choice for choice in plan.choices}
    theirs = {choice.project: choice for choice in reference.choices}
    projects = starts = 0
    for project in {**ours, **theirs}:
        one, other = ours.get(project), theirs.get(project)
        if one is None or other is None or one.alternative != other.alternative:
            projects += 1
        elif one.start != other.start:
            starts += 1
    return Distance(projects, starts)


def distance_weights(case: Case, reference: Plan) -> np.ndarray:
    """Return the distance to a plan, up to a constant, as an objective to minimise over the model's columns.

    With n projects a changed project costs n + 1 and a changed start 1, so that no number of starts outweighs a
    project. All coefficients are whole, so an absolute gap below 1 proves the minimum.
    """
    options, alternatives = case.options, case.alternatives
    project = float(len(alternatives.projects) + 1)
    weights = np.zeros(case.book.size)
    fund = case.block("fund").columns
    weights[fund] = project
    for choice in reference.choices:
        number = alternatives.project_number.get(choice.project)
        if number is None:
            continue
        weights[fund[options.by_project.of(number)]] = 0.0
        alternative = alternatives.number.get((choice.project, choice.alternative))
        if alternative is not None:
            same = options.by_alternative.of(alternative)
            weights[fund[same]] = (options.start[same] != choice.start) - project
    return weights
