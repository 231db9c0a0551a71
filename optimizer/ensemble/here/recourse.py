"""What is decided now in whole numbers, and what follows from it relaxed: soon a decision worth trying, and a bound.

Of all scenarios together only the decisions that they share must be whole, so branch and bound has few columns to
branch on, however many scenarios there are. What it proves holds of the whole, whatever the measure of risk, for only
rows and columns of it are relaxed; what it decides is tried in each scenario like any other candidate. With 50
scenarios of 10 servers and 50 clients (sslp_10_50_50, at most 364.64) it decides the best and proves 365.44 in 8 s of
CPU, where the relaxation of everything is 409.19; of ten networks with 30 nodes it proves the best decision in 5 s.

Source: relaxed recourse as in Laporte and Louveaux, Operations Research Letters 13(3), 1993 (the first bound of the
integer L-shaped method).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from outlay.instances.plan import Selection
from outlay.optimizer.engine.combined import ENDED
from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.ensemble.session import EnsembleSession
from outlay.optimizer.presolve.linking import linked
from outlay.optimizer.solver.process import SolverProcess

#: Above so many nonzeros of the scenarios one relaxation takes seconds, and branch and bound over hundreds of decisions
#: comes no further than cutting planes of the whole do in that time (20 scenarios of 50 generated projects: 761,000).
MOST_NONZEROS = 400_000


@dataclass(frozen=True)
class Relaxed:
    """What came of it.

    Attributes
    ----------
    selected
        What is selected now; None: no decision was found.
    bound
        What no decision is worth more than, by the measure of risk; infinity: nothing is known.
    interrupted
        Whether the user stopped it.
    """

    selected: tuple[Selection, ...] | None
    bound: float
    interrupted: bool


def relaxed(session: EnsembleSession, engine: SolverProcess, settings: Settings, seconds: float | None) -> Relaxed:
    """Return what is decided, and proved, where only decisions that all scenarios share are whole."""
    level = session.level()
    problem = replace(
        linked(session.problem),
        cost=level.cost,
        offset=level.offset,
        tidy=None,
        integer=session.decides & session.problem.integer,
    )
    with engine.until(settings.deadline):
        outcome = engine.solve(problem, options=settings.options(retry=False), time_limit_s=seconds)
    known = outcome.status in ENDED and math.isfinite(outcome.bound)
    bound = 0.0 - outcome.bound * level.unit if known else math.inf
    selected = None if outcome.point is None else session.selected_in(outcome.point)
    return Relaxed(selected, bound, outcome.interrupted)
