"""Solver processes that are killed, stopped and starved at random moments, while something is solved or compared.

The answer is right or honestly failed: a plan that is shown holds and is not better than can be, a bound is not better
than the plans there are, nothing is called infeasible, a failure says why. The caller never dies and never waits
without end, and no process is left behind. Children are found in `/proc`, so this runs on Linux.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import outlay
from outlay.instances.instance import Instance
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.engine.levels import Status
from outlay.optimizer.sharing import solvers
from outlay.optimizer.solver.deadline import Patience
from outlay.optimizer.solver.process import SolverProcess
from tests.campaigns.tally import Ending, Tally
from tests.support.clocks import LONGEST_S
from tests.support.documents import hard_knapsack, parsed

NAME = "kill"
#: Cases of a short run: each takes some seconds.
SHORT_RUN = 16

#: Less patience than the product has, so that hangs are noticed while one looks.
PATIENCE = Patience(start_up_s=30.0, silence_s=8.0)
#: Within this share, two values are the same.
SAME = 1e-6
WORKER = b"outlay.optimizer.solver.worker"

SIZES = ((25, 4), (40, 6), (80, 8))
#: Strikes of a case, at most, and the seconds within which they come.
MOST_STRIKES, WITHIN_S = 4, 4.0


def children() -> list[int]:
    """Return the solver processes of this process."""
    found: list[int] = []
    for path in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):  # the thread has just ended
            found += [int(pid) for pid in path.read_text(encoding="utf-8").split()]
    return [pid for pid in found if _is_solver(pid)]


def _is_solver(pid: int) -> bool:
    try:
        return WORKER in Path(f"/proc/{pid}/cmdline").read_bytes()  # empty for a zombie
    except OSError:
        return False


# -- strikes ---------------------------------------------------------------------------------------------------------


def _send(number: signal.Signals, pid: int, _: Random) -> None:
    os.kill(pid, number)


def _pause(pid: int, random: Random) -> None:
    """Stop a solver for a while."""
    os.kill(pid, signal.SIGSTOP)
    time.sleep(random.uniform(0.1, 3.0))
    os.kill(pid, signal.SIGCONT)


def _starve(pid: int, random: Random) -> None:
    """Let a solver run a tenth of the time."""
    for _ in range(random.randint(5, 20)):
        os.kill(pid, signal.SIGSTOP)
        time.sleep(0.09)
        os.kill(pid, signal.SIGCONT)
        time.sleep(0.01)


STRIKES: dict[str, Callable[[int, Random], None]] = {
    "kill": partial(_send, signal.SIGKILL),
    "crash": partial(_send, signal.SIGSEGV),
    "stop": partial(_send, signal.SIGSTOP),
    "pause": _pause,
    "starve": _starve,
}


@dataclass(frozen=True)
class Strike:
    """What is done to one of the solvers, and how many seconds after the one before."""

    name: str
    after_s: float
    seed: int

    def hit(self, stopped: threading.Event) -> None:
        """Wait, and strike a solver, if there is one."""
        random = Random(self.seed)
        if stopped.wait(self.after_s):
            return
        there = sorted(children())
        if there:
            with contextlib.suppress(ProcessLookupError):
                STRIKES[self.name](random.choice(there), random)


@contextmanager
def struck(strikes: list[Strike], late: list[str]) -> Iterator[None]:
    """Strike while something is done; if it never ends, say so, and kill all solvers until it does."""
    done = threading.Event()

    def strike() -> None:
        for each in strikes:
            each.hit(done)
        if not done.wait(LONGEST_S):
            late.append("it was waited for without end")
            while not done.wait(1.0):
                for pid in children():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)

    thread = threading.Thread(target=strike, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


# -- what is right -----------------------------------------------------------------------------------------------------


@cache
def instance_of(size: int, rows: int, seed: int) -> Instance:
    """Return a knapsack: small ones are proved in a moment, large ones not for long."""
    document = hard_knapsack(size=size, rows=rows, seed=seed)
    document["sets"] = {
        f"less-{row}": {
            "title": f"Less of the resource {row}",
            "change": [{"table": "availability", "where": {"resource": f"R{row}"}, "add": {"amount": -500}}],
        }
        for row in range(2)
    }
    return parsed(document)


@cache
def known(size: int, rows: int, seed: int, constraint_set: str = "base") -> tuple[float, float]:
    """Return a value that can be reached, and one that cannot be exceeded, from a solve that nobody disturbs."""
    solution = outlay.solve(instance_of(size, rows, seed), constraint_set=constraint_set, time_limit=5, gap=0)
    assert solution.objective is not None
    return solution.objective, math.inf if solution.bound is None else solution.bound


def problem_of(  # noqa: PLR0911 - a list of what may be wrong
    status: str, message: str, found: dict[str, Any], right: tuple[float, float]
) -> str | None:
    """Return what is wrong with an answer, None if nothing is."""
    reached, most = right
    objective, bound, room = found["objective"], found["bound"], SAME * abs(reached)
    if status in {Status.INFEASIBLE, Status.UNBOUNDED}:
        return f"{status}, but there is a plan"
    if status == Status.FAILED:
        return None if message and objective is None else f"a failure that says {message!r} and {objective}"
    if objective is not None and not found["verified"]:
        return "a plan that does not hold"
    if objective is not None and objective > most + room:
        return f"{objective}, which is more than can be ({most})"
    if bound is not None and bound < reached - room:
        return f"bound {bound}, but there is a plan of {reached}"
    if status == Status.OPTIMAL and (objective is None or objective < reached - room):
        return f"optimal, {objective}, but there is a plan of {reached}"
    return None


def _solved(instance: Instance, right: tuple[float, float], **how: Any) -> str | None:
    with SolverProcess(patience=PATIENCE) as process:
        solution: Solution = outlay.solve(instance, gap=0, process=process, **how)
    found = {"objective": solution.objective, "bound": solution.bound, "verified": solution.verified}
    return problem_of(solution.status, solution.message, found, right)


def _compared(instance: Instance, shape: tuple[int, int, int], time_limit: float | None) -> str | None:
    sets = ("base", "less-0", "less-1")
    with patch.object(solvers, "SolverProcess", partial(SolverProcess, patience=PATIENCE)):
        cases = outlay.compare(instance, sets, jobs=2, gap=0, time_limit=time_limit).cases
    if cases["set"].tolist() != [*sets]:
        return f"cases are missing: {cases['set'].tolist()}"
    for case in cases.astype(object).where(cases.notna(), None).to_dict("records"):
        right = known(*shape, constraint_set=str(case["set"]))
        problem = problem_of(str(case["status"]), str(case["message"] or ""), case, right)  # type: ignore[arg-type]
        if problem is not None:
            return f"{case['set']}: {problem}"
    return None


def _work(way: str, shape: tuple[int, int, int], random: Random) -> Callable[[], str | None]:
    """Return one of the things that users do with an instance."""
    instance, limit = instance_of(*shape), round(random.uniform(1.0, 6.0), 1)
    if way == "compare":
        for name in ("base", "less-0", "less-1"):
            known(*shape, constraint_set=name)
        return lambda: _compared(instance, shape, limit)
    right = known(*shape)
    if way == "repeat":
        return lambda: _solved(instance, right, effort="repeat", work=random.randint(2, 8), time_limit=20.0)
    if way == "prove" and shape[0] == SIZES[0][0]:
        return lambda: _solved(instance, right, effort="prove")
    return lambda: _solved(instance, right, effort=way, time_limit=limit)


WAYS = ("prove", "search", "repeat", "compare")


def run(ending: Ending, random: Random) -> Tally:
    """Try one case after another."""
    tally = Tally()
    while not ending.reached(tally):
        seed = random.randrange(2**32)
        way = Random(seed).choice(WAYS)
        problem = broken(seed)
        tally.enter(way, None if problem is None else f"broken({seed}): {problem}")
    return tally


def broken(seed: int) -> str | None:
    """Return what went wrong in the case of a seed, None if nothing did; the machine's speed is not the seed's."""
    random = Random(seed)
    way = random.choice(WAYS)
    shape = (*random.choice(SIZES), random.randrange(3))
    work = _work(way, shape, random)
    count = random.randint(1, MOST_STRIKES)
    strikes = [
        Strike(random.choice([*STRIKES]), random.uniform(0.0, WITHIN_S / count), random.randrange(2**32))
        for _ in range(count)
    ]
    late: list[str] = []
    try:
        with struck(strikes, late):
            problem = work()
    except Exception as error:
        return f"{way} {shape} {strikes}: it raised {error!r}"
    problem = problem or (late[0] if late else None) or left_behind()
    return None if problem is None else f"{way} {shape} {strikes}: {problem}"


def left_behind() -> str | None:
    """Return what is wrong where solvers outlive what they were started for."""
    ends = time.monotonic() + LONGEST_S
    while children():
        if time.monotonic() > ends:
            return f"solvers are left behind: {children()}"
        time.sleep(0.05)
    return None
