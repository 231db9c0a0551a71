"""`EnsembleSolution`: one plan for now, and what follows from it in each scenario."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from outlay.instances.instance import Instance
from outlay.instances.plan import Selection
from outlay.instances.stages import Scenario, selected_now
from outlay.optimizer.answer.documents import finite, table_document
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.together.plans import PlansTogether

FORMAT, MARKER = "outlay ensemble 1", "ensemble.json"

#: The value that replications on fresh draws estimate.
REPLICATED_GAP = "out-of-sample gap"
#: (least, greatest) that something can be; infinity where nothing is known.
Interval = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class EnsembleSolution(PlansTogether):
    """What is decided now for several scenarios, and what follows in each.

    Attributes
    ----------
    instance
        The instance whose scenarios they are.
    risk
        The measure of risk: ``expected``, ``cvar:a``, ``cvar:a:w``, ``regret`` or ``worst``.
    scenarios
        Name to probability.
    status, stopped_by, message
        What is proved of the whole; which limit ended the solve (``time``, ``interrupt``, ...), or None; why it failed.
    objective, bound, gap
        Of the measure of risk, maximised (``regret``: less the greatest regret). None: none.
    runs
        Name of scenario to the answer to it by itself, with what is proved of that scenario alone.
    best
        Name of scenario to what its own best plan can be worth, (least, at most).
    ideal
        What each scenario is held against for ``regret``; empty otherwise.
    values
        ``perfect information`` and ``stochastic solution``: what they are worth, (least, at most) each;
        ``out-of-sample gap``, where it was estimated (`outlay.replicate_gap`).
    violations
        What the plans, or what links them, break: (scenario, sentence), the scenario empty for what is between them.
    tables
        ``scenarios``, ``projects`` and ``candidates``; of scenarios that were drawn, ``factors``: what it would be
        worth to know each one first.
    options, times_s, sizes
        How it was asked, seconds, and sizes of the whole problem.
    exemplary
        Whether `instance` holds the figures of one of the scenarios: a folder keeps only what each of them is.
    """

    MARKER, CALLED, FAILED = MARKER, "plan", "the plans failed their"

    risk: str
    scenarios: Mapping[str, float]
    best: Mapping[str, Interval] = field(default_factory=dict)
    ideal: Mapping[str, float] = field(default_factory=dict)
    values: Mapping[str, Interval] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    exemplary: bool = False

    def __repr__(self) -> str:
        """Return what it is in two lines."""
        head = (
            f"<EnsembleSolution of {self.instance.name!r}, {len(self.scenarios)} scenarios, {self.risk}: {self.status}"
        )
        if not self.runs:
            return f"{head}\n no plan{f': {self.message}' if self.message else ''}>"
        checked = "verified" if self.verified else "NOT VERIFIED"
        return f"{head}\n objective {self.objective:.6g}, {len(self.selected)} projects selected now, {checked}>"

    @property
    def selected(self) -> tuple[Selection, ...]:
        """What is selected now, in every scenario alike."""
        for run in self.runs.values():
            if run.plan is not None:
                return selected_now(run.instance, run.plan)
        return ()

    @property
    def projects(self) -> pd.DataFrame:
        """One row a project that is selected anywhere: when, and the probability that it is built or given up."""
        return self.table("projects")

    @property
    def outcomes(self) -> pd.DataFrame:
        """One row a scenario: what its plan is worth, beside the best plan of the scenario by itself."""
        return self.table("scenarios")

    def to_document(self) -> dict[str, Any]:
        """Return everything but the runs as plain data, for JSON; no table of what failed its verification."""
        return finite(
            {
                "format": FORMAT,
                "name": self.instance.name,
                "risk": self.risk,
                "scenarios": dict(self.scenarios),
                **self.said_of_all(),
                "best": {name: list(each) for name, each in self.best.items()},
                "ideal": dict(self.ideal),
                "values": {name: list(each) for name, each in self.values.items()},
                "selected": [one._asdict() for one in self.selected] if self.verified else [],
                "tables": {name: table_document(table) for name, table in self.shown_tables.items()},
                "options": dict(self.options),
                "times_s": dict(self.times_s),
                "sizes": dict(self.sizes),
            }
        )


def scenario_table(
    scenarios: Mapping[str, float], runs: Mapping[str, Solution], best: Mapping[str, Interval]
) -> pd.DataFrame:
    """Return one row a scenario: probability, worth, the scenario's own best, regret, and how many projects do what."""
    rows = []
    for name, probability in scenarios.items():
        run = runs[name]
        assert run.plan is not None
        assert run.objective is not None
        least, most = best.get(name, (-math.inf, math.inf))
        least = max(least, run.objective)
        most = max(most, least)
        later = [one for one in run.plan.choices if one.selection > run.instance.decide_by_period]
        rows.append(
            [name, probability, run.objective, least, most, max(0.0, least - run.objective), most - run.objective,
             len(run.plan.choices), len(run.plan.cancelled), len(later),
             "; ".join(one.project for one in run.plan.cancelled)]
        )  # fmt: skip
    columns = ["scenario", "probability", "worth", "best", "best_at_most", "regret", "regret_at_most", "projects",
               "cancelled", "later", "given_up"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def project_table(instance: Instance, scenarios: Mapping[str, float], runs: Mapping[str, Solution]) -> pd.DataFrame:
    """Return one row a project and alternative that is selected in some scenario, what is decided now first."""
    table = instance["projects"]
    names = dict(zip(table.texts("id"), table.texts("name"), strict=True))
    built: dict[tuple[str, str], float] = {}
    given_up: dict[tuple[str, str], float] = {}
    starts: dict[tuple[str, str], set[int]] = {}
    periods: dict[tuple[str, str], set[int]] = {}
    for name, probability in scenarios.items():
        plan = runs[name].plan
        assert plan is not None
        for choice in plan.choices:
            key = (choice.project, choice.alternative)
            built[key] = built.get(key, 0.0) + probability
            starts.setdefault(key, set()).add(choice.start)
            periods.setdefault(key, set()).add(choice.selection)
        for one in plan.cancelled:
            key = (one.project, one.alternative)
            given_up[key] = given_up.get(key, 0.0) + probability
            periods.setdefault(key, set()).add(one.period)
    last, label = instance.decide_by_period, instance.period_label
    rows = []
    for key in sorted(periods, key=lambda key: (min(periods[key]) > last, key)):
        now = min(periods[key]) <= last
        begins = sorted(starts.get(key, ()))
        rows.append(
            [key[0], names.get(key[0]) or key[0], key[1], "now" if now else "later",
             label(min(periods[key])), label(max(periods[key])), built.get(key, 0.0), given_up.get(key, 0.0),
             label(begins[0]) if begins else "", label(begins[-1]) if begins else ""]
        )  # fmt: skip
    columns = ["project", "name", "alternative", "decided", "selected", "selected_latest", "built", "cancelled",
               "starts", "starts_latest"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def probabilities(scenarios: tuple[Scenario, ...]) -> dict[str, float]:
    """Return the probability of each scenario by name."""
    return {one.name: one.probability for one in scenarios}
