"""The phases by name.

prepare -> round -> begin | find any -> turn -> take cuts | improve | wait -> turn ...
where a plan no longer gets better: improve -> leave core | restart | cross -> turn
a second search: join -> turn ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from outlay.optimizer.search.phases.cutting import take_cuts
from outlay.optimizer.search.phases.first import begin, find_any, join, prepare, round_relaxation
from outlay.optimizer.search.phases.improving import improve
from outlay.optimizer.search.phases.moving import cross, leave_core, restart, turn, wait
from outlay.optimizer.search.phases.state import State, Step

#: A phase does its part and says which one is next; None: the search has come to its end.
Phase = Callable[[State], Step | None]

PHASES: Mapping[Step, Phase] = {
    Step.PREPARE: prepare,
    Step.JOIN: join,
    Step.ROUND: round_relaxation,
    Step.BEGIN: begin,
    Step.FIND_ANY: find_any,
    Step.TURN: turn,
    Step.TAKE_CUTS: take_cuts,
    Step.IMPROVE: improve,
    Step.LEAVE_CORE: leave_core,
    Step.RESTART: restart,
    Step.CROSS: cross,
    Step.WAIT: wait,
}
