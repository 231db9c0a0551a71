"""Cases made infeasible, or nearly so, by one mandatory project too many."""

from __future__ import annotations

import copy
from dataclasses import replace
from random import Random

from tests.brute_force.generator import Case


def one_too_many(case: Case, seed: int) -> Case:
    """Return a case in which half of the candidates, drawn at random, must be funded."""
    document, draw = copy.deepcopy(case.document), Random(f"too many {seed}")
    candidates = [row for row in document["projects"] if row.get("status", "candidate") == "candidate"]
    draw.shuffle(candidates)
    for row in candidates[: 1 + len(candidates) // 2]:
        row["status"] = "mandatory"
    return replace(case, document=document)
