"""Generated instances of every feature against trying everything; every third has a mandatory project too many.

Each is solved by the usual way, and with reduction, propagation, division and search forced: before the proof, and
beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random

from outlay.instances.instance import Instance
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.solver.process import SolverProcess
from tests.brute_force.comparison import as_users_do, difference, engine_answer
from tests.brute_force.enumerator import best
from tests.brute_force.generator import case_of
from tests.brute_force.hopeless import one_too_many
from tests.campaigns.tally import Ending, Tally
from tests.support.forced import solve_forced

NAME = "brute"


def run(ending: Ending, random: Random) -> Tally:
    """Compare one case after another, in each way."""
    tally = Tally()
    with SolverProcess() as process:
        ways: dict[str, Callable[[Instance], Solution]] = {
            "as users do": as_users_do,
            "forced, before the proof": partial(solve_forced, process=process, work=3),
            "forced, beside the proof": partial(solve_forced, process=process, work=None),
        }
        while not ending.reached(tally):
            seed = random.randrange(10**6, 10**9)
            case = case_of(seed)
            hopeless = seed % 3 == 0
            instance = (one_too_many(case, seed) if hopeless else case).instance()
            right = best(instance)
            for name, solve in ways.items():
                kind = f"{name}, {right.status}"
                problem = difference(instance, right, engine_answer(instance, solve))
                tally.enter(kind, None if problem is None else f"case_of({seed}), one too many {hopeless}: {problem}")
    return tally
