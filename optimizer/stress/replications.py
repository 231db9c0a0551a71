r"""How far a plan for several draws may be from the best one for all that can happen: multiple replications.

Each replication m has n fresh draws. With z_m what no decision can exceed on them, and f_m what the plan is worth on
the same ones, z_m - f_m is on the average at least the plan's gap. From M replications, with mean G and standard
deviation s::

    gap <= G + t_{M-1, confidence} s / sqrt(M)      at the confidence asked for

The mean of the worst share is taken at the threshold that the plan was chosen with, which makes it a mean; a regret or
a worst scenario is none, and has no such estimate.

Source: Mak, Morton and Wood, Operations Research Letters 24(1-2), 1999, doi:10.1016/S0167-6377(98)00054-6.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Integral

import numpy as np
import pandas as pd
from scipy import stats

from outlay.instances.errors import InputError
from outlay.instances.given import check_type
from outlay.instances.plan import Selection
from outlay.instances.stages import Scenario, check_scenarios
from outlay.models.risk import Risk, parse_risk
from outlay.models.stages import keep_selections
from outlay.optimizer.ensemble.answer import REPLICATED_GAP, EnsembleSolution
from outlay.optimizer.ensemble.members import Asked, Members
from outlay.optimizer.ensemble.solve import solve_ensemble
from outlay.optimizer.ensemble.starting import threshold_of
from outlay.optimizer.uncertainty.draws import draw
from outlay.optimizer.variation.variation import Variation

#: Replications from which a standard deviation can be told, and more than anybody waits for.
LEAST, MOST = 2, 1000


@dataclass(frozen=True)
class ReplicatedGap:
    """An estimate of what a plan misses.

    Attributes
    ----------
    gaps
        Of each replication; not a number where the plan cannot be carried out in one of its draws.
    confidence
        Of `at_most`.
    mean, at_most
        The estimate, and the end of the one-sided interval that begins at 0; infinite where a plan cannot be kept.
    """

    gaps: tuple[float, ...]
    confidence: float

    @property
    def mean(self) -> float:
        """The estimate."""
        return math.inf if any(map(math.isnan, self.gaps)) else float(np.mean(self.gaps))

    @property
    def at_most(self) -> float:
        """The end of the interval.

        Examples
        --------
        >>> round(ReplicatedGap((1.0, 2.0, 3.0), 0.95).at_most, 3)  # 2 + 2.92 x 1 / sqrt(3)
        3.686
        """
        if math.isinf(self.mean):
            return math.inf
        quantile = float(stats.t.ppf(self.confidence, len(self.gaps) - 1))
        return self.mean + quantile * float(np.std(self.gaps, ddof=1)) / math.sqrt(len(self.gaps))


def replicate_gap(
    solution: EnsembleSolution,
    *,
    replications: int = 10,
    draws: int | None = None,
    confidence: float = 0.95,
    seed: int = 1,
    time_limit: float | None = None,
    gap: float = 1e-4,
    jobs: int | None = None,
    on_replication: Callable[[int, int], None] | None = None,
) -> EnsembleSolution:
    """Return a plan for draws with an estimate of how far it is from the best one for all that can happen.

    Parameters
    ----------
    solution
        What `solve_ensemble` returned for draws of its instance; its risk is ``expected`` or ``cvar``.
    replications, draws
        How many times, with how many fresh draws each; None: as many as the solution has scenarios.
    confidence
        That the gap is at most what is told.
    seed
        Of the solution's draws; those of replication m have the seed after it by m.
    time_limit, gap, jobs
        As of `solve_ensemble`, for each replication.
    on_replication
        Called with (done, total).

    Returns
    -------
    EnsembleSolution
        With a table ``replications`` (a row each: seed, bound, worth, gap) and, in `values`, ``out-of-sample gap``:
        from 0 to what it is at most, with that confidence.

    Raises
    ------
    InputError
        If the solution has no plan, nothing is uncertain, the risk is no mean, or a number makes no sense.

    Examples
    --------
    ``outlay.replicate_gap(outlay.solve_ensemble(plan, outlay.draw(plan, draws=20)), replications=10).values``
    """
    check_type("replicate_gap", solution, EnsembleSolution, "give what outlay.solve_ensemble returned")
    risk = parse_risk(solution.risk)
    size = len(solution.scenarios) if draws is None else draws
    _check(solution, risk, replications, size, confidence)
    threshold = threshold_of(risk, solution.scenarios, _worths(solution))
    rows, base = [], solution.instance
    for number in range(1, replications + 1):
        if on_replication is not None:
            on_replication(number - 1, replications)
        worlds = draw(base, draws=size, seed=seed + number)
        scenarios = check_scenarios(base, [(one.name, one.probability, one.instance) for one in worlds])
        found = solve_ensemble(base, scenarios, risk=risk, time_limit=time_limit, gap=gap, jobs=jobs)
        worths = kept_worths(scenarios, solution.selected, Asked(gap, 1, time_limit), jobs)
        worth = math.nan if worths is None else at_threshold(risk, threshold, worths)
        bound = math.nan if found.bound is None else found.bound
        rows.append((seed + number, bound, worth, max(0.0, bound - worth)))
    table = pd.DataFrame(rows, columns=["seed", "bound", "worth", "gap"])
    estimate = ReplicatedGap(tuple(table["gap"].tolist()), confidence)
    return replace(
        solution,
        tables={**solution.tables, "replications": table},
        values={**solution.values, REPLICATED_GAP: (0.0, estimate.at_most)},
        options={**solution.options, "gap_confidence": confidence},
    )


def _worths(solution: EnsembleSolution) -> dict[str, float]:
    return {name: float(run.objective or 0.0) for name, run in solution.runs.items()}


def at_threshold(risk: Risk, threshold: float, worths: Mapping[str, tuple[float, float]]) -> float:
    """Return what (probability, worth) come to, the tail at a threshold that is given.

    Examples
    --------
    >>> at_threshold(Risk("cvar", 0.5, 0.5), 8.0, {"a": (0.5, 4.0), "b": (0.5, 10.0)})  # 3.5 + (8 - 0.5 x 4 / 0.5) / 2
    5.5
    """
    mean = sum(share * worth for share, worth in worths.values())
    if risk.kind == "expected":
        return mean
    short = sum(share * max(0.0, threshold - worth) for share, worth in worths.values())
    return (1 - risk.weight) * mean + risk.weight * (threshold - short / (1 - risk.level))


def kept_worths(
    scenarios: Sequence[Scenario], selected: Sequence[Selection], asked: Asked, jobs: int | None
) -> dict[str, tuple[float, float]] | None:
    """Return (probability, worth) by scenario where this is selected now; None where it cannot be somewhere.

    Raises
    ------
    KeyboardInterrupt
        If the user stopped it.
    """
    members, workers = Members(scenarios, cancelling=True), jobs or os.cpu_count() or 1
    if any(keep_selections(members.over[one.name].case, selected).impossible for one in scenarios):
        return None
    options = asked.part(min(1.0, workers / len(scenarios)))
    with members.pool(workers) as pool:
        answers = pool.ask(
            [members.question(one.name, Variation(selected=tuple(selected)), options) for one in scenarios]
        )
        if pool.interrupted:
            raise KeyboardInterrupt
    found = {}
    for one in scenarios:
        answer = answers[one.name]
        if not answer.holds or answer.worth is None:
            return None
        found[one.name] = (one.probability, float(answer.worth))
    return found


def check_is_mean(risk: Risk) -> None:
    """Make sure that a measure is a mean over what can happen, which draws estimate.

    Raises
    ------
    InputError
        If it is none.
    """
    if risk.kind not in {"expected", "cvar"}:
        problem = "this measure is no mean over what can happen, so fresh draws do not estimate it"
        raise InputError.single("replicate_gap", problem, "take expected or cvar", column="risk", value=str(risk))


def _check(solution: EnsembleSolution, risk: Risk, replications: int, draws: int, confidence: float) -> None:
    def wrong(problem: str, remedy: str, column: str, value: object) -> InputError:
        return InputError.single("replicate_gap", problem, remedy, column=column, value=value)

    solution.table("projects")
    check_is_mean(risk)
    if not solution.instance.uncertainty.get("factors"):
        remedy = "take draws of an instance with factors in uncertainty.toml: --scenarios 20"
        raise wrong("these scenarios are all there are: nothing else can be drawn", remedy, "scenarios", None)
    if solution.exemplary:
        problem = "the folder does not keep the instance that the scenarios were drawn from"
        remedy = "take what outlay.solve_ensemble returned, or solve with --gap-replications"
        raise wrong(problem, remedy, "scenarios", None)
    if not isinstance(replications, Integral) or not LEAST <= replications <= MOST:
        raise wrong("this is out of range", f"{LEAST} to {MOST}", "replications", replications)
    if not isinstance(draws, Integral) or draws < 1:
        raise wrong("this is out of range", "1 or more", "draws", draws)
    if not 0 < confidence < 1:
        raise wrong("this is no confidence", "more than 0 and less than 1, as 0.95", "confidence", confidence)
