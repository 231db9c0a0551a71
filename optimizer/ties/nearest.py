"""Among the plans as good as an answer: the one nearest to a reference plan."""

from __future__ import annotations

import time
from dataclasses import replace

from outlay.instances.plan import Plan
from outlay.optimizer.answer.distance import distance, distance_weights
from outlay.optimizer.checked import Checked
from outlay.optimizer.engine.level import Level, as_good
from outlay.optimizer.engine.levels import solve_levels, with_finals
from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.session import Session
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.tolerances import TIE

#: Of the share by which equally good plans may differ the solver gets all but a little, which is left for rounding.
NEARLY = 0.98


def nearest(session: Session, engine: SolverProcess, settings: Settings, own: Checked, reference: Plan) -> Checked:
    """Return, among the plans as good as an answer, the one nearest to a reference plan.

    As good: every objective level at least its value in the answer less 1e-6 of it. Nearest: fewest changed projects,
    then fewest changed starts (`outlay.optimizer.answer.distance`). The answer itself is returned if the second solve
    ends without a verified plan.
    """
    if own.answer.point is None or own.plan is None:
        return own
    if distance(own.plan, reference) == (0, 0):
        own.proved_nearest = True
        return own
    problem = as_good(session.problem, session.levels(), own.answer.levels, NEARLY * TIE)
    far = session.extended(distance_weights(session.case, reference))
    exact = replace(settings, gap=0.0, absolute_gap=0.5, confirming=True)
    start = session.to_solver(own.answer.point)
    begun = time.monotonic()
    answer = solve_levels(engine, problem, [Level({}, far)], exact, start=start)
    own.times_s["nearest"] = time.monotonic() - begun
    if answer.point is None:
        return own
    near = Checked(own.answer, times_s=own.times_s)
    levels = with_finals(own.answer.levels, session.levels(), answer.point)
    session.check(near, own.answer.at(answer.point, levels))
    near.proved_nearest = answer.levels[0].status.proved
    return near if near.verification is not None and near.verification.ok else own
