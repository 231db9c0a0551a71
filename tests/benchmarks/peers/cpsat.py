"""CP-SAT through OR-Tools' own scaling of linear models (continuous columns become fine integers).

Its bundled HiGHS clashes with highspy, so this module must not import highspy, nor anything that does.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import numpy as np
from ortools.linear_solver.python import model_builder
from scipy import sparse

from tests.benchmarks.peers import NAN, Task, Teller

#: ``#12  3.25s best:17.5 next:[17.6,19] ...`` and ``#Bound 3.25s best:17.5 next:[17.6,19] ...`` and ``#Done ...``.
LINE = re.compile(r"^#\S+\s+([\d.]+)s\s+best:(\S+)\s+next:\[([^,\]]*),?([^\]]*)\]")
#: CP-SAT wants finite bounds.
LARGEST = 1e9
#: Steps that a continuous column of range 1 gets; the default of 1 would forbid funding in part.
STEPS = 1000


def solve(task: Task, tell: Teller) -> np.ndarray | None:
    """Solve the arrays."""
    problem, model = task.problem, model_builder.Model()
    # CP-SAT's log shows the objective as it is given: maximised, with the offset.
    model.helper.fill_model_from_sparse_data(
        np.maximum(problem.lower, -LARGEST),
        np.minimum(problem.upper, LARGEST),
        -problem.cost,
        problem.row_lower,
        problem.row_upper,
        sparse.csr_matrix(problem.matrix),
    )
    model.helper.set_maximize(True)
    model.helper.set_objective_offset(-problem.offset)
    for column, integer in enumerate(problem.integer.tolist()):
        model.helper.set_var_integrality(column, integer)
    solver = model_builder.Solver("sat")
    solver.set_time_limit_in_seconds(task.seconds)
    solver.set_solver_specific_parameters(
        f"num_workers:{task.threads} random_seed:{task.seed} relative_gap_limit:{task.gap} log_search_progress:true "
        f"mip_var_scaling:{STEPS}"
    )
    solver.enable_output(True)
    tell.begin()
    with _standard_output_in_a_file() as log:
        status = solver.solve(model)
        log.seek(0)
        text = log.read().decode(errors="replace")
    _tell_log(text, tell)
    if status not in {model_builder.SolveStatus.OPTIMAL, model_builder.SolveStatus.FEASIBLE}:
        return None
    tell(solver.objective_value, solver.best_objective_bound)
    return np.array([solver.value(model.var_from_index(column)) for column in range(len(problem.cost))])


def _tell_log(text: str, tell: Teller) -> None:
    value = bound = NAN
    for line in text.splitlines():
        found = LINE.match(line)
        if found:
            seconds, best, *following = found.groups()
            value = NAN if "inf" in best else float(best)
            ends = [float(end) for end in following if end]
            bound = max(ends, default=bound)
            tell(value, bound, seconds=float(seconds))


@contextmanager
def _standard_output_in_a_file() -> Iterator[IO[bytes]]:
    """Send what C++ prints to a file meanwhile: the solver's own callback for its log cannot be set from Python."""
    kept = os.dup(1)
    with tempfile.TemporaryFile() as log:
        os.dup2(log.fileno(), 1)
        try:
            yield log
        finally:
            os.dup2(kept, 1)
            os.close(kept)
