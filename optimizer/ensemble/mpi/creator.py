r"""The `scenario_creator` of mpi-sppy: the model of one scenario by itself, with what all scenarios decide alike.

Formula, with V_s the worth of scenario s, I_s its ideal, w the weight and a' the share of the tail::

    minimise  - (1 - w) (V_s - I_s) - w (t - z_s / a'),   z_s >= t - (V_s - I_s), z_s >= 0

whose mean over the scenarios is the negative of the measure of risk; ``now`` and, where w > 0, the threshold t are the
same in all of them. What the worst outcomes fall short of t is paid for, so every t has a solution.

Source: Rockafellar and Uryasev 2000, doi:10.21314/JOR.2000.038; Watson and Woodruff, Computational Management Science
8(4), 2011, doi:10.1007/s10287-010-0125-4 (penalties in proportion to costs).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyomo.environ as pyo  # mpi-sppy solves by Pyomo's own interfaces

from outlay.models.ensemble import alike, build_scenario
from outlay.models.stages import Decided, Shared, decided_now
from outlay.optimizer.ensemble.mpi.job import Job

#: Penalties as a share of what a decision changes in the objective. Small ones let the Lagrangian bound come further
#: before hedging agrees with itself; plans are tried here from the candidates too.
PENALTY_SHARE = 0.1


def scenario_creator(name: str, *, job: Job, folder: Path) -> Any:
    """Return the model of a scenario as mpi-sppy wants it.

    Parameters
    ----------
    name
        Its place in the job, after a letter: ``s0``, ``s1``, ...
    """
    from mpisppy.utils.sputils import attach_root_node  # noqa: PLC0415 - greets on standard output

    place = int(name[1:])
    model = build_scenario(job.scenario(folder, place))
    decided = decided_now(model.case)
    _add_decisions(model, decided, Shared(job.open, job.shut))
    _add_worth(model, job, place)
    model.penalties = _penalties(model, decided, job)
    attach_root_node(model, 0.0, [model.now, model.threshold] if job.weight > 0 else [model.now])
    model._mpisppy_probability = job.probabilities[place]
    return model


def _add_decisions(model: Any, decided: Decided, shared: Shared) -> None:
    model.now = pyo.Var(range(len(shared.open)), domain=pyo.Binary)
    now = {tuple(key): model.now[number] for number, key in enumerate(shared.open)}
    model.decided_alike = pyo.Constraint(pyo.Any)
    for key, row in alike(model, decided, shared, now):
        model.decided_alike[tuple(key)] = row


def _add_worth(model: Any, job: Job, place: int) -> None:
    worth = model.objective.expr - job.ideal[place]
    model.objective.deactivate()
    cost = -worth
    if job.weight > 0:
        model.threshold = pyo.Var(bounds=job.threshold)
        model.below = pyo.Var(domain=pyo.NonNegativeReals)
        model.worth = pyo.Var()
        model.worth_of_scenario = pyo.Constraint(expr=model.worth == worth)
        model.below_threshold = pyo.Constraint(expr=model.below >= model.threshold - model.worth)
        tail = model.threshold - model.below / job.tail
        cost = -(1 - job.weight) * model.worth - job.weight * tail
    model.cost = pyo.Objective(expr=cost, sense=pyo.minimize)


def _penalties(model: Any, decided: Decided, job: Job) -> list[float]:
    """Return the penalty of each decision: in proportion to what it changes in the objective."""
    amounts = np.abs(model.case.weights(0))
    usual = float(np.median(amounts[amounts > 0])) if (amounts > 0).any() else 1.0
    rows = {key: row for row, key in enumerate(decided.keys)}
    found = []
    for key in job.open:
        at = decided.matrix.indices[decided.matrix.indptr[rows[key]] : decided.matrix.indptr[rows[key] + 1]]
        found.append(float(amounts[at].max(initial=0.0)) or usual)
    if job.weight > 0:
        low, high = job.threshold
        width = usual if low is None or high is None or high <= low else high - low
        found.append(job.weight / max(width, 1e-9))
    return found


def penalty_setter(model: Any) -> list[tuple[int, float]]:
    """Return (id of variable, penalty) for each decision, as mpi-sppy asks."""
    variables = model._mpisppy_node_list[0].nonant_vardata_list
    return [(id(one), PENALTY_SHARE * amount) for one, amount in zip(variables, model.penalties, strict=True)]
