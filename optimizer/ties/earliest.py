"""Among the plans of the same alternatives that are worth as much: the one with the earliest dates (`dates`)."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from scipy import sparse

from outlay.instances.plan import Plan
from outlay.optimizer.answer.distance import distance_weights
from outlay.optimizer.answer.plans import spread
from outlay.optimizer.checked import Checked, dated
from outlay.optimizer.engine.levels import with_finals
from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.presolve.restriction import restrict
from outlay.optimizer.presolve.steps import Step, restriction
from outlay.optimizer.problem.problem import Problem, Rows
from outlay.optimizer.problem.spaces import FullPoint, PartPoint, SolverPoint
from outlay.optimizer.session import Session
from outlay.optimizer.solver.deadline import Deadline
from outlay.optimizer.solver.outcome import Outcome
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import DatesFound, raised
from outlay.optimizer.ties.dates import dates_open, lateness_weights, open_options, scale_rows

#: Of a time limit this share is kept for those dates, at most so many seconds.
DATES_SHARE, DATES_S = 0.1, 6.0
#: So many nodes of branch and bound go into the dates that the objective leaves open, to this gap.
DATES_NODES, DATES_GAP = 500, 1e-6


def before_dates(session: Session, deadline: Deadline) -> Deadline:
    """Return the deadline of the objective, which leaves a little of the time for the dates."""
    asked = session.case.instance.settings.tie_break != "none" and session.case.instance.periods > 1
    return replace(deadline, at=deadline.at - min(DATES_SHARE * deadline.limit_s, DATES_S)) if asked else deadline


def earliest(
    session: Session, engine: SolverProcess, settings: Settings, own: Checked, *, reference: Plan | None = None
) -> Checked:
    """Return, among the plans of the same alternatives that are worth as much, the one with the earliest dates.

    Worth as much: every level of the objective at least its value less its tolerance, as for a further level. With a
    reference the plan stays as near to it as it is. The answer itself is returned where its dates are decided, where
    the instance has no tie-break, or where no verified plan is found; `Checked.dates` says which.
    """
    point, plan, case = own.answer.point, own.plan, session.case
    if point is None or plan is None or own.verification is None or not own.verification.ok:
        return own
    open_ = open_options(case, plan)
    if case.instance.settings.tie_break == "none":
        return dated(own, DatesFound.OPEN, "tie_break is none")
    if not dates_open(case, plan, open_):
        could = dates_open(case, plan, np.ones(len(open_), dtype=bool))
        return dated(own, DatesFound.DECIDED if could else DatesFound.EARLIEST)
    if own.answer.levels[0].limit == "interrupt" or settings.deadline.passed():
        return dated(own, DatesFound.OPEN, "no time was left")
    begun = time.monotonic()
    problem = _problem(session, own, plan, point, open_=open_, reference=reference)
    outcome, found = _solved(session, engine, settings, problem, open_=open_, point=point)
    early = Checked(own.answer, times_s=own.times_s, proved_nearest=own.proved_nearest)
    own.times_s["dates"] = time.monotonic() - begun
    if found is not None:
        objectives = session.levels()
        first = objectives[0]
        levels = with_finals(raised(own.answer.levels, first.value(found), first.size), objectives, found)
        session.check(early, own.answer.at(found, levels))
    if early.verification is None or not early.verification.ok:
        return dated(own, DatesFound.OPEN, "the solver found none that holds in its time")
    return dated(early, DatesFound.EARLIEST if outcome.status == "kOptimal" else DatesFound.EARLY)


def _problem(
    session: Session, own: Checked, plan: Plan, point: FullPoint, *, open_: np.ndarray, reference: Plan | None
) -> Problem:
    """Return the problem of the least lateness: worth as much, of the same scales, and no farther from a reference."""
    begin = session.to_solver(point)
    problem = _as_good(session, own, begin)
    if reference is not None:
        far = session.extended(distance_weights(session.case, reference))
        problem = problem.with_row(far, float(far @ begin) + 0.5)
    problem = _same_scales(session, problem, plan, open_)
    return replace(problem, cost=session.cost_of(lateness_weights(session.case, plan)), offset=0.0)


def _solved(
    session: Session,
    engine: SolverProcess,
    settings: Settings,
    problem: Problem,
    *,
    open_: np.ndarray,
    point: FullPoint,
) -> tuple[Outcome, SolverPoint | None]:
    """Return the solver's word, and the point with the earliest dates."""
    fixed = _not_open(session, open_, len(problem.cost))
    step: Step[SolverPoint, PartPoint] = restriction(restrict(problem, fixed, np.zeros(len(fixed))))
    options = settings.options(retry=False) | {"mip_max_nodes": DATES_NODES, "mip_rel_gap": DATES_GAP}
    with engine.until(settings.deadline):
        left_s, near = settings.deadline.left(), step.to_reduced(session.to_solver(point))
        outcome = engine.solve(step.problem, options=options, time_limit_s=left_s, start=near)
    if outcome.point is None:
        return outcome, None
    found = outcome.point if outcome.polished else step.problem.rounded(outcome.point)
    early = step.to_original(PartPoint(found))
    return outcome, early if problem.holds(early) else None


def _not_open(session: Session, open_: np.ndarray, columns: int) -> np.ndarray:
    """Return which of the solver's columns fund an option that is not open; group columns follow from these."""
    case = session.case
    closed = np.zeros(case.book.size, dtype=bool)
    closed[case.block("fund").columns[~open_]] = True
    closed[case.scale_column[~open_]] = True
    own = spread(session.compiled, session.model.columns, closed, absent=False)
    return np.append(own, np.zeros(columns - len(own), dtype=bool))


def _same_scales(session: Session, problem: Problem, plan: Plan, open_: np.ndarray) -> Problem:
    """Return the problem with a row that keeps each scale what it is in the plan, whenever it begins."""
    place = session.place
    found = [
        (place[part], place[fund], size)
        for part, fund, size in scale_rows(session.case, plan, open_)
        if min(place[part], place[fund]) >= 0
    ]
    if not found:
        return problem
    part, fund, size = (np.array(column) for column in zip(*found, strict=True))
    unit, row = session.column_units, np.arange(len(found))
    entries = np.concatenate([unit[part], -size * unit[fund]])
    places = np.concatenate([row, row]), np.concatenate([part, fund])
    matrix = sparse.csr_array((entries, places), shape=(len(found), len(problem.cost)))
    nothing = np.zeros(len(found))
    return problem.with_rows(Rows(matrix, nothing, nothing))


def _as_good(session: Session, own: Checked, begin: SolverPoint) -> Problem:
    """Return the problem with a row that keeps each level within its tolerance, as a further level would have."""
    problem = session.problem
    for level, result in zip(session.levels(), own.answer.levels, strict=False):
        here = float(level.cost @ begin)
        best = here if result.objective is None else -result.objective / level.unit - level.offset
        given_up = level.tolerance * abs(best + level.offset)
        ceiling = max(here, best + given_up + 1e-9 * max(1.0, abs(best)))
        problem = problem.with_row(level.cost, ceiling)
    return problem
