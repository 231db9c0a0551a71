r"""`build_ensemble`: one Pyomo model of several scenarios, linked on what is decided before one of them comes true.

Rule: what is selected up to ``[stages] decide_by`` is the same in every scenario; or, nested, what is funded in one is
funded with the same alternative in each later one.

Formula, with S the scenarios, O_s the options of scenario s and c its cancellations::

    here-and-now:  sum_{o in O_s, (p, a, q)} x_so + c_s(p, a, q) = now(p, a, q)       for s in S and every (p, a, q)
    nested:        sum_{o in O_s, a} x_so <= sum_{o in O_t, a} x_to                   for t next after s, every a

``now`` is binary, and 0 where no scenario has an option. The worth of a scenario is its own objective; what the worths
come to together is said by the measure of risk (`outlay.models.risk`), whose greatest value is linear in all cases::

    cvar:    t - 1/(1 - a) sum_s p_s z_s,   z_s >= t - V_s, z_s >= 0
    worst:   t <= V_s                       regret:  - r, r >= V*_s - V_s

Why this form: links on sums, not on options, so that starts, tracks and scales adapt; each scenario keeps the rows that
it has by itself, and with `now` fixed the scenarios fall apart.

Size: the scenarios' own, and a row a scenario and (p, a, q).

Source: Birge and Louveaux, Introduction to Stochastic Programming, 2nd ed., 2011, section 2 (extensive form); Koc and
Morton, Management Science 61(3), 2015, doi:10.1287/mnsc.2013.1865 (nested lists).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from typing import Any

from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.instances.plan import Selection
from outlay.instances.stages import Linking, Scenario, as_scenarios
from outlay.models.arrays.ending import look
from outlay.models.arrays.pausing import collection_paused
from outlay.models.build import build, build_case
from outlay.models.case import Case
from outlay.models.modelling import LinearExpression, pyo
from outlay.models.plain import PlainModel, plain_of
from outlay.models.risk import Risk, as_risk
from outlay.models.stages import Decided, Shared, decided_now, shared_decisions


def build_ensemble(
    instance: Instance,
    scenarios: Iterable[Scenario | tuple[str, float, Instance] | str],
    *,
    risk: Risk | str = "expected",
    linking: Linking | str = Linking.NOW,
    best: Mapping[str, float] | None = None,
    most: Mapping[str, float] | None = None,
    built: Mapping[str, Any] | None = None,
) -> pyo.ConcreteModel:
    """Return one model of several scenarios.

    Parameters
    ----------
    instance
        The instance whose projects, alternatives and calendar the scenarios have.
    scenarios
        (name, probability, instance) each, or names of constraint sets, which are equally likely then
        (`outlay.scenarios_of_sets`).
    risk
        ``expected``, ``cvar:a``, ``cvar:a:w``, ``regret`` or ``worst``.
    linking
        ``here-and-now`` or ``nested`` (in the order of the scenarios).
    best
        What each scenario could be worth by itself, by name; for ``regret``.
    most
        What is proved that no plan of a scenario exceeds, by name: bounds of ``worth[name]``, by which the relaxation
        knows what branch and bound has found of each scenario by itself. None, or infinity: nothing is known.
    built
        Models that `build_scenario` or `plain_scenario` has returned for some of the scenarios, by name: their options
        and rows are taken and not made anew; the models themselves stay as they are.

    Returns
    -------
    ConcreteModel
        ``scenario[name]``: a block each, which is what `build` returns (here-and-now: with ``cancelling=True``), its
        own objective deactivated; ``worth[name]``; ``now[project, alternative, q]`` with ``decided_alike[name, project,
        alternative, q]``, or ``nested[name, project, alternative]``; ``objective``, maximised. ``risk``, ``linking``
        and ``scenarios`` say what was asked for.

    Raises
    ------
    InputError
        If the scenarios do not fit together, the risk is none, or regret is asked for without `best`.

    Examples
    --------
    >>> import outlay
    >>> town = outlay.read("tutorial")
    >>> model = outlay.build_ensemble(town, [("poor", 0.5, town), ("rich", 0.5, town.with_set("more-money"))])
    >>> len(model.scenario), model.scenario["poor"].case.instance is town
    (2, True)
    """
    members = as_scenarios(instance, scenarios)
    measure = as_risk(risk)
    if measure.kind == "regret" and (best is None or any(one.name not in best for one in members)):
        raise InputError.single("build_ensemble", "regret needs to know what is best in each scenario", "give `best`")
    with collection_paused():
        own = {one.name: _built(one, (built or {}).get(one.name), Linking(linking)) for one in members}
        return _build(members, own, measure, best or {}, most or {}, linking=Linking(linking))


def _build(
    scenarios: tuple[Scenario, ...],
    built: dict[str, Any],
    risk: Risk,
    best: Mapping[str, float],
    most: Mapping[str, float],
    *,
    linking: Linking,
) -> pyo.ConcreteModel:
    model = pyo.ConcreteModel(name="ensemble")
    model.risk, model.linking, model.scenarios = risk, linking, scenarios
    names = list(built)
    for own in built.values():
        own.objective.deactivate()
    model.scenario = pyo.Block(pyo.Set(initialize=names, ordered=True), rule=lambda _, name: built[name])
    model.worth = pyo.Var(names)
    for name, ceiling in most.items():
        if math.isfinite(ceiling):
            model.worth[name].setub(ceiling)
    model.worth_of_scenario = pyo.Constraint(
        names, rule=lambda model, name: model.worth[name] == model.scenario[name].objective.expr
    )
    if linking == Linking.NOW:
        _link_now(model, names)
    else:
        _link_nested(model, names)
    _add_objective(model, scenarios, risk, best)
    return model


def _built(scenario: Scenario, known: Any, linking: Linking) -> pyo.ConcreteModel:
    """Return the model of a scenario, from the options and rows of one that is known, if it is of the same kind."""
    cancelling = linking == Linking.NOW
    if known is None or known.case.instance is not scenario.instance or known.case.cancelling != cancelling:
        return build_scenario(scenario, cancelling=cancelling)
    return build_case(known.case, known.row_blocks)


def build_scenario(scenario: Scenario, *, cancelling: bool = True) -> pyo.ConcreteModel:
    """Return the model of one scenario by itself.

    Raises
    ------
    NoOptionError, InputError
        If a project that must be funded has no possible option, or the model would be too large; names the scenario.
    """
    with _told_of(scenario):
        return build(scenario.instance, cancelling=cancelling)


def plain_scenario(scenario: Scenario, *, cancelling: bool = True) -> PlainModel:
    """Return the model of one scenario by itself as arrays, which take half the time; raises as `build_scenario`."""
    with _told_of(scenario):
        return plain_of(Case(scenario.instance, cancelling))


@contextmanager
def _told_of(scenario: Scenario) -> Iterator[None]:
    """Name the scenario in what is wrong with it."""
    try:
        yield
    except InputError as error:
        faults = [replace(fault, where=f"scenario {scenario.name}: {fault.where}") for fault in error.faults]
        raise type(error)(faults) from error


def _link_now(model: Any, names: list[str]) -> None:
    decided = {name: decided_now(model.scenario[name].case) for name in names}
    shared = shared_decisions(list(decided.values()))
    keys = sorted([*shared.open, *shared.shut])
    model.now = pyo.Var(pyo.Set(initialize=[tuple(key) for key in keys], ordered=True), domain=pyo.Binary)
    for key in shared.shut:
        model.now[tuple(key)].fix(0)
    model.decided_alike = pyo.Constraint(pyo.Any)
    for name in names:
        for key, row in alike(model.scenario[name], decided[name], shared, model.now):
            model.decided_alike[(name, *key)] = row


def alike(own: Any, decided: Decided, shared: Shared, now: Any) -> Iterator[tuple[Selection, Any]]:
    """Yield the rows by which the model of a scenario decides as `now` says, and fix what cannot be selected.

    Parameters
    ----------
    own, decided
        A model of `build` and its sums.
    now
        A binary variable by (project, alternative, period of selection), at least where it is open.
    """
    matrix, columns = decided.matrix, own.columns
    shut = set(shared.shut)
    for row, key in enumerate(decided.keys):
        look()
        at = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]].tolist()
        if key in shut:
            for column in at:
                columns[column].fix(0)
            continue
        terms = [columns[column] for column in at]
        sum_ = LinearExpression(linear_coefs=[1.0] * len(terms) + [-1.0], linear_vars=[*terms, now[tuple(key)]])
        yield key, sum_ == 0


def _link_nested(model: Any, names: list[str]) -> None:
    model.nested = pyo.Constraint(pyo.Any)
    for name, after in pairwise(names):
        low, high = model.scenario[name], model.scenario[after]
        alternatives = low.case.alternatives
        for number, (project, alternative) in enumerate(
            zip(alternatives.project.tolist(), alternatives.names, strict=True)
        ):
            look()
            below = [low.fund[o] for o in low.case.options.by_alternative.of(number).tolist()]
            above = [high.fund[o] for o in high.case.options.by_alternative.of(number).tolist()]
            if below:
                signs = [1.0] * len(below) + [-1.0] * len(above)
                sum_ = LinearExpression(linear_coefs=signs, linear_vars=[*below, *above])
                model.nested[name, alternatives.projects[project], alternative] = sum_ <= 0


def _add_objective(model: Any, scenarios: tuple[Scenario, ...], risk: Risk, best: Mapping[str, float]) -> None:
    share = {one.name: one.probability for one in scenarios}
    model.ideal = {name: float(best[name]) for name in share} if risk.kind == "regret" else {}
    mean = sum(probability * model.worth[name] for name, probability in share.items())
    if risk.kind == "expected":
        expression = mean
    elif risk.kind == "cvar":
        model.threshold = pyo.Var()
        model.below = pyo.Var(list(share), domain=pyo.NonNegativeReals)
        model.below_threshold = pyo.Constraint(
            list(share), rule=lambda model, name: model.below[name] >= model.threshold - model.worth[name]
        )
        short = sum(probability * model.below[name] for name, probability in share.items())
        tail = model.threshold - short / (1 - risk.level)
        expression = (1 - risk.weight) * mean + risk.weight * tail
    else:
        model.least = pyo.Var()
        model.at_least = pyo.Constraint(
            list(share), rule=lambda model, name: model.least <= model.worth[name] - model.ideal.get(name, 0.0)
        )
        expression = model.least
    model.objective = pyo.Objective(expr=expression, sense=pyo.maximize)
