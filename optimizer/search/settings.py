"""How to search: what a search is told, and the limits and options of its sub-problems."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from outlay.optimizer.problem.structure import Structure
from outlay.optimizer.search.params import SearchParams

#: Options of sub-problems: close to their optimum, and little strong branching, which pays only in long solves (on
#: PPSSP's PI_1 the plans after 10 s are better by 0.3 %).
SUB_OPTIONS: dict[str, Any] = {"mip_rel_gap": 1e-5, "mip_pscost_minreliable": 1}
#: Without a dive also no restarts: on 1,000 generated projects half as many sub-problems again in the same time; and of
#: HiGHS's own sub-problems not those of rounding (RENS), without which they gained an eighth more.
BRANCH_OPTIONS: dict[str, Any] = {"mip_allow_restart": False, "mip_heuristic_run_rens": False}
#: What a dive leaves is not proved to the end: other neighbourhoods gain more in the time.
DIVE_OPTIONS: dict[str, Any] = {"mip_rel_gap": 5e-4}


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
        The numbers that steer it; tests give others, so that small problems are treated like large ones.
    """

    structure: Structure
    accept: Callable[[np.ndarray], bool]
    seed: int
    sub_problems: int | None = None
    params: SearchParams = field(default_factory=SearchParams)
