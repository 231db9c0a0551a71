"""How to search: what a search is told, and the limits and options of its sub-problems."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from outlay.optimizer.problem.structure import Structure

#: Nodes of a sub-problem of the repeatable search.
SUB_NODES = 100
#: Options of sub-problems: close to their optimum, and little strong branching, which pays only in long solves (on
#: PPSSP's PI_1 the plans after 10 s are better by 0.3 %).
SUB_OPTIONS: dict[str, Any] = {"mip_rel_gap": 1e-5, "mip_pscost_minreliable": 1}
#: Without a dive also no restarts: on 1,000 generated projects half as many sub-problems again in the same time; and of
#: HiGHS's own sub-problems not those of rounding (RENS), without which they gained an eighth more.
BRANCH_OPTIONS: dict[str, Any] = {"mip_allow_restart": False, "mip_heuristic_run_rens": False}
#: What a dive leaves is not proved to the end: other neighbourhoods gain more in the time.
DIVE_OPTIONS: dict[str, Any] = {"mip_rel_gap": 5e-4}


@dataclass(frozen=True)
class SearchParams:
    """From what size on search and proof do what pays on large problems only.

    Attributes
    ----------
    head_start_s
        Seconds that branch and bound has to itself; what it proves by then needs no search.
    small
        Above so many nonzeros branch and bound leaves heuristics to the search. Below, its own find what the search
        does not: on a multidimensional knapsack of 500 projects and 30 limits, 116,361 in 30 s instead of 116,233.
    large
        Above so many nonzeros branch and bound also branches strongly only once a column, and the problem is divided:
        with 1,000 generated projects, both together prove 0.13 % more in 60 s; with 100, strong branching pays.
    least_stall_s, least_window_s
        A bound has not stalled before so many seconds, and is judged by so many at least.
    """

    head_start_s: float = 1.0
    small: int = 50_000
    large: int = 300_000
    least_stall_s: float = 6.0
    least_window_s: float = 2.0


@dataclass(frozen=True)
class SearchPlan:
    """What a search needs besides the problem.

    Attributes
    ----------
    structure
        The projects behind the columns.
    accept
        Whether a point, as a plan, passes the verifier.
    seed
        Of the generator that draws neighbourhoods.
    sub_problems
        None: search by the clock, beside branch and bound. A number: so many sub-problems before it, repeatably.
    params
        From what size on what is done; tests force everything on small problems.
    """

    structure: Structure
    accept: Callable[[np.ndarray], bool]
    seed: int
    sub_problems: int | None = None
    params: SearchParams = SearchParams()
