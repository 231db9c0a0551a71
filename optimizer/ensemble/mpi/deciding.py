"""What mpi-sppy decides for several scenarios, as plans that are solved and verified here.

Only what is selected now is taken from it. What follows in each scenario is solved here, as of every other candidate,
and the best of all of them is the answer. Its bound is what it says; where each scenario's own bound is lower, that
one, which HiGHS proved here, holds instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from outlay.instances.stages import Linking
from outlay.models.stages import decided_now, shared_decisions
from outlay.optimizer.ensemble.answer import Interval, probabilities
from outlay.optimizer.ensemble.candidates import Candidate
from outlay.optimizer.ensemble.members import Asked, Members
from outlay.optimizer.ensemble.mpi.job import Job, shape, threshold_bounds
from outlay.optimizer.ensemble.mpi.launching import Launcher, Word, solve_by_mpi
from outlay.optimizer.ensemble.session import Together
from outlay.optimizer.ensemble.worth import Worth
from outlay.optimizer.solver.deadline import Deadline
from outlay.optimizer.solver.outcome import Progress
from outlay.optimizer.status import OPTIMAL_GAP, Status, relative_gap
from outlay.optimizer.verify.linking import verify_linking
from outlay.optimizer.verify.plan import verify_plan

#: The engine's name, of options and answers.
ENGINE = "mpi-sppy"
#: Of the time that is left, what is kept for solving what follows from its plan.
LAST_SHARE = 0.15
#: The limit where progressive hedging has nothing more to say, and a gap is left.
CONVERGED = "converged"
#: Who says what no decision exceeds.
ITS_WORD, PROVED_HERE = "mpi-sppy", "each scenario by itself"


@dataclass(frozen=True)
class ByMpi:
    """A question for mpi-sppy.

    Attributes
    ----------
    members, worth, asked
        The scenarios compiled, the measure, and how questions are solved.
    best
        What each scenario can be worth by itself.
    known
        Candidates whose plans are known.
    """

    members: Members
    worth: Worth
    asked: Asked
    best: Mapping[str, Interval]
    known: Sequence[Candidate]

    def ask(self, launcher: Launcher, deadline: Deadline, on_progress: Callable[[Progress], None] | None) -> Word:
        """Return what mpi-sppy says; some of the time is left for what follows from it."""
        left = deadline.left()
        due = deadline if left is None else Deadline.after(max(1.0, (1 - LAST_SHARE) * left))
        return solve_by_mpi(self._job(due.left()), self.worth.scenarios, launcher, due, on_progress)

    def _job(self, time_limit_s: float | None) -> Job:
        scenarios, risk = self.worth.scenarios, self.worth.risk
        shared = shared_decisions([decided_now(self.members.over[one.name].case) for one in scenarios])
        shares = probabilities(scenarios)
        weight, tail = shape(risk, list(shares.values()))
        ideal = [self.worth.ideal[one.name] if risk.kind == "regret" else 0.0 for one in scenarios]
        most = {one.name: self.best[one.name][1] - amount for one, amount in zip(scenarios, ideal, strict=True)}
        known = max((self.worth.of(one.intervals)[0] for one in self.known if one.holds), default=-math.inf)
        return Job(
            tuple(shares), tuple(shares.values()), shared.open, shared.shut, weight, tail, tuple(ideal),
            threshold_bounds(weight, known, most, shares), self.asked.gap, self.asked.seed, time_limit_s,
        )  # fmt: skip

    def together(self, word: Word, candidates: Sequence[Candidate], seconds: float) -> Together:
        """Return the best candidate as the answer, with the lower of both bounds."""
        holding = [one for one in candidates if one.holds]
        bound = self._bound(word)
        message = word.message
        if not holding:
            return Together(Status.STOPPED, word.limit or "time", message, bound=bound, seconds=seconds)
        chosen = max(holding, key=lambda one: self.worth.of(one.intervals)[0])
        plans = {name: each.plan for name, each in chosen.answers.items() if each.plan is not None}
        scenarios = self.worth.scenarios
        verifications = {one.name: verify_plan(one.instance, plans[one.name]) for one in scenarios}
        linking = verify_linking([(one.name, one.instance, plans[one.name]) for one in scenarios], Linking.NOW)
        objective = self.worth.of(chosen.intervals)[0]
        bound = None if bound is None else max(bound, objective)
        gap = None if bound is None else relative_gap(objective, bound, self.members.size)
        status, limit = Status.STOPPED, word.limit or CONVERGED
        if gap is not None and gap <= max(OPTIMAL_GAP, self.asked.gap):
            status, limit = (Status.OPTIMAL if gap <= OPTIMAL_GAP else Status.WITHIN_GAP), ""
        return Together(status, limit or None, message, objective, bound, gap, plans, verifications, linking, seconds)

    def _bound(self, word: Word) -> float | None:
        here = self._proved_here()
        known = [one for one in (here, word.bound) if one is not None]
        return min(known, default=None)

    def _proved_here(self) -> float | None:
        most = self.worth.of(self.best)[1]
        return most if math.isfinite(most) else None

    def bound_by(self, word: Word) -> str | None:
        """Return who says what no decision exceeds; None: nobody."""
        here = self._proved_here()
        if word.bound is not None and (here is None or word.bound < here):
            return ITS_WORD
        return None if here is None else PROVED_HERE


def candidate_of(word: Word, known: Sequence[Candidate]) -> Candidate | None:
    """Return mpi-sppy's decision as a candidate; None where it has none, or one that was tried before."""
    if word.selected is None or any(set(one.selected) == set(word.selected) for one in known):
        return None
    return Candidate(ENGINE, tuple(sorted(word.selected)))
