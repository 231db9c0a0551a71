r"""Scenarios in groups: what is proved of a few of them together bounds all of them, where all are too large for that.

With groups g of probability p_g, and R_g(x) what decision x is worth by the measure of risk in group g alone::

    expected, cvar:    max_x R(x) <= sum_g p_g max_x R_g(x)          regret, worst:    max_x R(x) <= min_g max_x R_g(x)

of CVaR since each group may then have a threshold of its own. A group knows of the conflicts between its scenarios,
which each of them by itself does not: of 50 scenarios of 100 generated projects, each worth 5.4 by itself, the
relaxation of five has 4.53 after 0.2 s of CPU, and cutting planes 4.41 after 1.3 s and 4.37 after 12 s.

Source: Sandikci, Kong and Schaefer, A hierarchy of bounds for stochastic mixed-integer programs, Mathematical
Programming 138, 2013; Bakir, Boland, Dandurand and Erera, INFORMS Journal on Computing 32(1), 2020 (partitions).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from outlay.instances.stages import Scenario
from outlay.models.arrays.ending import EndedError, ended_by
from outlay.models.risk import Risk
from outlay.optimizer.engine.combined import ENDED
from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.ensemble.members import above
from outlay.optimizer.ensemble.session import EnsembleSession
from outlay.optimizer.presolve.linking import linked
from outlay.optimizer.presolve.reduction import reduced
from outlay.optimizer.proof.parts import OVER_OUR_COLUMNS
from outlay.optimizer.sharing.solvers import building, solver_process
from outlay.optimizer.solver.deadline import Deadline

#: Above so many nonzeros scenarios are put into groups, of at most so many each.
LARGE, GROUP = 1_500_000, 400_000
#: A group is solved for so many times as long as it took to build, for beyond the first cutting planes little is
#: gained; but at least for so many seconds.
TIMES, LEAST_S = 4.0, 1.0


@dataclass(frozen=True)
class Group:
    """Some of the scenarios, as if there were no others.

    Attributes
    ----------
    scenarios
        Their probabilities add up to 1.
    share
        Their probability among all.
    """

    scenarios: tuple[Scenario, ...]
    share: float


def groups_of(scenarios: Sequence[Scenario], nonzeros: int, worth: Mapping[str, float]) -> list[Group]:
    """Return the scenarios in groups, good and bad ones in each; none where all of them are not large together.

    Parameters
    ----------
    nonzeros
        Of all of them.
    worth
        What each is worth by itself; in this order they are dealt out.
    """
    count = min(math.ceil(nonzeros / GROUP), len(scenarios))
    if nonzeros <= LARGE or count == len(scenarios):
        return []
    order = sorted(scenarios, key=lambda one: (-worth[one.name], one.name))
    found = []
    for first in range(count):
        own = order[first::count]
        share = math.fsum(one.probability for one in own)
        found.append(Group(tuple(one._replace(probability=one.probability / share) for one in own), share))
    return found


def bound_of(risk: Risk, groups: Sequence[Group], bounds: Sequence[float]) -> float:
    """Return what no decision is worth more than, from what is proved of each group; infinity: nothing is known."""
    if risk.kind in {"regret", "worst"}:
        return min(bounds, default=math.inf)
    known = [group.share * bound for group, bound in zip(groups, bounds, strict=True)]
    return math.fsum(known) if known and all(map(math.isfinite, known)) else math.inf


@dataclass(frozen=True)
class GroupQuestion:
    """What a group can be worth at most, as a task for a pool of this process.

    Attributes
    ----------
    name
        What to call it.
    make
        Returns the group as one problem.
    settings
        How it is solved; the deadline is that of the whole answer.
    seconds, due
        That it may take, to be built and solved; and until when it may be begun.
    """

    name: str
    make: Callable[[], EnsembleSession]
    settings: Settings
    seconds: float
    due: Deadline

    @property
    def work(self) -> Callable[[GroupQuestion], GroupBound]:
        """What answers it."""
        return bounded

    @staticmethod
    def read(answer: GroupBound) -> GroupBound:
        """Return the answer that `work` gave."""
        return answer

    @staticmethod
    def lost(message: str) -> GroupBound:
        """Return the answer where there is none."""
        del message
        return GroupBound()


@dataclass(frozen=True)
class GroupBound:
    """What a group can be worth at most (infinity: nothing is known); seconds of the solver, and of everything."""

    bound: float = math.inf
    solver_s: float = 0.0
    total_s: float = 0.0


def bounded(question: GroupQuestion) -> GroupBound:
    """Return what is proved of a group, without looking for plans."""
    settings = replace(question.settings, confirming=True)
    with building():
        if question.due.passed():
            return GroupBound()
        begun = time.monotonic()
        try:
            with ended_by(question.settings.deadline.passed):
                session = question.make()
        except EndedError:
            return GroupBound()
    level, engine = session.level(), solver_process()
    small = reduced(linked(replace(session.problem, cost=level.cost, offset=level.offset, tidy=None))).problem
    options: dict[str, Any] = settings.options(retry=False) | OVER_OUR_COLUMNS
    built_s = time.monotonic() - begun
    limit_s = max(LEAST_S, min(TIMES * built_s, question.seconds - built_s))
    with engine.until(settings.deadline):
        outcome = engine.solve(small, options=options, time_limit_s=limit_s)
    known = outcome.status in ENDED and math.isfinite(outcome.bound)
    bound = above(0.0 - outcome.bound * level.unit) if known else math.inf
    return GroupBound(bound, outcome.seconds, time.monotonic() - begun)
