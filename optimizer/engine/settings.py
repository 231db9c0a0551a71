"""How the engine solves: what to prove, until when, and with which options of HiGHS."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from outlay.optimizer.engine.hints import CONFIRMING, QUESTIONS, SMALL_PROOFS
from outlay.optimizer.engine.racing import Helpers
from outlay.optimizer.solver.deadline import NEVER, Deadline


@dataclass(frozen=True)
class Settings:
    """How to solve.

    Attributes
    ----------
    gap
        Relative gap to prove.
    deadline
        Of all levels together, with whatever is tried again.
    seed, threads
        HiGHS's random seed and number of threads.
    feasibility
        Feasibility and integrality tolerance.
    absolute_gap
        Gap that is proof enough in absolute terms.
    proving
        Whether it is one of many small proofs, in which HiGHS starts nothing anew and tries few branches.
    question
        Whether it is one of many questions about a model, of which each is small and has a plan to start from.
    confirming
        Whether the plan to start from is likely to be the best one, so that HiGHS looks for others by branching alone.
    helpers
        Who may help solves that take long, beside which nothing searches.
    """

    gap: float = 1e-4
    deadline: Deadline = NEVER
    seed: int = 1
    threads: int = 1
    feasibility: float = 1e-7
    absolute_gap: float = 1e-9
    proving: bool = False
    question: bool = False
    confirming: bool = False
    helpers: Helpers | None = field(default=None, compare=False, repr=False)

    def options(self, *, retry: bool) -> dict[str, Any]:
        """Return HiGHS's options; a retry uses another seed and no presolve."""
        return {
            "random_seed": self.seed + (1000 if retry else 0),
            "threads": self.threads,
            "presolve": "off" if retry else "choose",
            "mip_rel_gap": max(self.gap, 0.0),
            "mip_abs_gap": self.absolute_gap,
            "mip_feasibility_tolerance": self.feasibility / 10,
            "primal_feasibility_tolerance": self.feasibility,
            "dual_feasibility_tolerance": 1e-7,
            **({} if retry else self._hints),
        }

    @property
    def _hints(self) -> dict[str, Any]:
        if self.confirming:
            return CONFIRMING
        if self.proving:
            return SMALL_PROOFS
        return QUESTIONS if self.question else {}
