"""Forks at random moments, from threads that are solving: both sides get right answers, from solvers of their own."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from random import Random

import outlay
from outlay.instances.instance import Instance
from outlay.optimizer.compare.task import make_request, solve_case
from outlay.optimizer.solver.process import SolverProcess
from tests.campaigns import kill
from tests.campaigns.tally import Ending, Tally
from tests.support.clocks import LONGEST_S
from tests.support.documents import hard_knapsack, parsed
from tests.support.forks import Forked

NAME = "fork"
#: Cases of a short run: each takes some seconds.
SHORT_RUN = 16

#: Seconds within which the forks of a case come.
WITHIN_S = 2.5
SAME = 1e-6


class Side:
    """One case: an instance, its value, and the ways to come to it, on either side of a fork."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.warm = SolverProcess()
        with SolverProcess() as process:
            found = outlay.solve(instance, gap=0, process=process).objective
        assert found is not None
        self.right = found
        self.ways: dict[str, Callable[[], float | None]] = {
            "warm": lambda: outlay.solve(instance, gap=0, process=self.warm).objective,
            "own": lambda: outlay.solve(instance, gap=0).objective,
            "case": self._case,
            "search": lambda: outlay.solve(instance, gap=0, time_limit=100.0).objective,
            "compare": self._compared,
        }

    def _case(self) -> float | None:
        options = {"gap": 0.0, "seed": 1, "time_limit_s": None}
        request = make_request("base", self.instance, reference=None, nearest=False, options=options)
        found: float | None = json.loads(solve_case(request))["objective"]
        return found

    def _compared(self) -> float | None:
        return float(outlay.compare(self.instance, ["base"], jobs=1, gap=0).cases["objective"].iloc[0])

    def problem(self, name: str) -> str | None:
        """Go one way; return what is wrong with the answer, None if nothing is."""
        try:
            found = self.ways[name]()
        except Exception as error:
            return f"{name} raised {error!r}"
        same = found is not None and abs(found - self.right) <= SAME * abs(self.right)
        return None if same else f"{name} came to {found} instead of {self.right}"


def run(ending: Ending, random: Random) -> Tally:
    """Try one case after another."""
    tally = Tally()
    while not ending.reached(tally):
        seed = random.randrange(2**32)
        problem = broken(seed)
        tally.enter("fork", None if problem is None else f"broken({seed}): {problem}")
    return tally


def broken(seed: int) -> str | None:
    """Return what went wrong in the case of a seed, None if nothing did."""
    random = Random(seed)
    side = Side(parsed(hard_knapsack(size=random.randint(10, 25), rows=random.randint(1, 4), seed=random.randrange(5))))
    # Not two threads with one warm solver: that is no way to use it.
    works = ["warm", *random.choices(["own", "case", "search", "compare"], k=random.randint(1, 2))]
    forks = [
        (random.uniform(0.0, WITHIN_S), random.choice([*side.ways]), random.random() < 0.5)
        for _ in range(random.randint(1, 3))
    ]
    told = f"{works} {[(round(at, 2), name, early) for at, name, early in forks]}"
    problems: list[str] = []
    over = threading.Event()
    threads = [threading.Thread(target=_work_on, args=(side, name, over, problems), daemon=True) for name in works]
    for thread in threads:
        thread.start()
    children = []
    for after_s, name, _ in forks:
        time.sleep(after_s / len(forks))
        children.append(Forked(lambda name=name: side.problem(name)))  # type: ignore[misc]
    for child in children:
        try:
            problem = child.result()
        except AssertionError as error:
            problem = str(error)
        problems += [f"in a child, {problem}"] if problem else []
    over.set()
    for thread in threads:
        thread.join(LONGEST_S)
        problems += ["a thread of the parent never ends"] if thread.is_alive() else []
    side.warm.end()
    left = kill.left_behind()
    problems += [left] if left else []
    return f"{told}: {problems[0]}" if problems else None


def _work_on(side: Side, name: str, over: threading.Event, problems: list[str]) -> None:
    """Go one way again and again, at least once."""
    while True:
        problem = side.problem(name)
        if problem:
            problems.append(f"in the parent {os.getpid()}, {problem}")
        if over.is_set():
            return
