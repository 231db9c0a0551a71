"""What asking a compiled model many questions costs: ``python -m tests.benchmarks.what_ifs [--count 100]``.

What-ifs of the flagship through `outlay.vary`: each project forced in, and out, each limit a tenth wider and tighter.
Told is CPU time, which does not depend on how busy the machine is: what HiGHS worked, and what everything else took
beside it, in this process (variations applied, plans read and verified) and in the solver's (frames, its start
included). Goal: at most 15 % beyond HiGHS's own. Compiling is told apart: it is done once.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import outlay
from outlay.instances.errors import InputError
from outlay.optimizer.solver.outcome import Outcome
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.variation.applying import apply
from outlay.optimizer.variation.vary import Variations

NAME = "us-japan-550"
STEP = 0.1


def what_ifs(varied: Variations) -> dict[str, outlay.Variation]:
    """Return the questions by name, of every kind in turn; without those that make no sense."""
    projects = varied.over.case.alternatives.projects
    kinds = [
        {f"{project} in": outlay.Variation(force_in=(project,)) for project in projects},
        {f"{project} out": outlay.Variation(force_out=(project,)) for project in projects},
        {f"{name} wider": outlay.Variation(level={name: STEP}) for name in varied.limits},
        {f"{name} tighter": outlay.Variation(level={name: -STEP}) for name in varied.limits},
    ]
    found: dict[str, outlay.Variation] = {}
    for at in range(max(map(len, kinds))):
        for kind in kinds:
            for name, variation in list(kind.items())[at : at + 1]:
                if _makes_sense(varied, variation):
                    found[name] = variation
    return found


def _makes_sense(varied: Variations, variation: outlay.Variation) -> bool:
    try:
        apply(varied.over, variation)
    except InputError:  # a project without an option, a limit whose levels are all 0
        return False
    return True


class Worked:
    """Adds up what HiGHS worked, in seconds of CPU, and how often it was asked."""

    def __init__(self) -> None:
        self.seconds, self.solves = 0.0, 0

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count whatever a `SolverProcess` is asked meanwhile."""
        given = SolverProcess.solve

        def solve(process: SolverProcess, *arguments: Any, **more: Any) -> Outcome:
            outcome = given(process, *arguments, **more)
            self.seconds += outcome.worked_s or 0.0
            self.solves += 1
            return outcome

        with patch.object(SolverProcess, "solve", solve):
            yield


def main(arguments: Sequence[str] | None = None) -> None:
    """Ask the questions, one after another, and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instance", nargs="?", default=NAME)
    parser.add_argument("--count", type=int, default=100, help="how many questions")
    parser.add_argument("--gap", type=float, default=1e-4)
    options = parser.parse_args(arguments)
    before = time.process_time()
    varied = outlay.vary(outlay.read(options.instance))
    every = what_ifs(varied)
    every = {name: every[name] for name in list(every)[: options.count]}
    tell(f"{len(every)} what-ifs of {options.instance}; compiled in {time.process_time() - before:.2f} s of CPU")
    start = outlay.solve(varied.instance, gap=options.gap).plan
    worked, idle = Worked(), child_s()
    before = time.process_time()
    with worked.counting():
        answers = varied.solve_all(every, start=start, jobs=1, gap=options.gap)
    here = time.process_time() - before
    there = child_s() - idle - worked.seconds
    verified = sum(answer.verified for answer in answers.values())
    tell(f"{verified} plans verified, {sum(answer.infeasible for answer in answers.values())} without a plan")
    tell(f"HiGHS: {worked.seconds:.1f} s of CPU in {worked.solves} solves")
    tell(f"beside it: {here:.1f} s here, {there:.1f} s in the solver's process, its start included")
    tell(f"beyond HiGHS's own: {100 * (here + there) / max(worked.seconds, 1e-9):.1f} % (goal: 15 %)")


def child_s() -> float:
    """Return the CPU seconds of processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def tell(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
