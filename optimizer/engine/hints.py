"""What HiGHS is told of solves that are small or many: options by which it wastes no time on what helps large ones."""

from __future__ import annotations

from typing import Any

from outlay.optimizer.engine.combined import NO_HEURISTICS

#: What HiGHS is told of small proofs, one after another: of knapsacks with two objectives it saves a fifth of the time.
SMALL_PROOFS: dict[str, Any] = {"mip_allow_restart": False, "mip_pscost_minreliable": 1}
#: What it is told of any other of many questions: of its sub-problems only those of rounding (RENS) find plans that are
#: worth their time. Three margins of the flagship took 27 s of its CPU time instead of 43.
QUESTIONS: dict[str, Any] = {
    **NO_HEURISTICS,
    "mip_heuristic_run_feasibility_jump": True,
    "mip_heuristic_run_rens": True,
}
#: And where the plan to start from is nearly always the best one already. On the flagship HiGHS's heuristics, which
#: find nothing then, took seven eighths of the time of such a proof.
CONFIRMING: dict[str, Any] = {**NO_HEURISTICS, "mip_allow_restart": False}
