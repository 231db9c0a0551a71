"""Several scenarios decided together, by trying everything: what is decided now, with the best that can follow in each.

Tiny instances whose every decision is whole, drawn by a seed: each project is not funded, funded by one of all
(alternative, selection, start), or cancelled after one of all selections. The verifier says which combinations hold and
what they are worth; it shares nothing with the models. ``python -m tests.brute_force.ensembles FIRST COUNT`` tries
many seeds.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from itertools import product
from typing import Any, NamedTuple
from unittest.mock import patch

import outlay
from outlay.instances.instance import Instance
from outlay.instances.plan import Choice, Plan, Selection
from outlay.instances.stages import Scenario
from outlay.models.ensemble import build_ensemble
from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.ensemble.here import deciding, groups, kernel
from outlay.optimizer.ensemble.session import EnsembleSession, Together
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.verify.plan import verify_plan
from tests.support.documents import parsed

#: Values agree within this share.
CLOSE = 1e-6
RISKS = ("expected", "cvar:0.6", "cvar:0.5:0.3", "worst", "regret")


class Outcome(NamedTuple):
    """The best plan for one here-and-now decision, and what it is worth."""

    worth: float
    plan: Plan


def tiny(seed: int) -> dict[str, Any]:
    """Return a document of two or three projects and periods, with sets that are its scenarios."""
    draw = random.Random(seed)
    periods, count = draw.choice([2, 2, 3]), draw.choice([2, 3, 3])
    names = "ABC"[:count]
    projects = [
        {
            "id": name, "value": draw.randint(3, 9), "commitment": draw.randint(2, 6),
            "construction_months": draw.choice([12, 12, 24]), "cancel_share": draw.choice([0.1, 0.25]),
            "status": draw.choice(["candidate"] * 5 + ["mandatory"]),
        }
        for name in names
    ]  # fmt: skip
    projects[0]["permit"] = "river"
    alternatives = [{"project": "B", "alternative": "large"}, {"project": "B", "alternative": "small"}]
    alternatives[1] |= {"value": 2, "commitment": 1}
    dependencies = [
        {"project": "A", "needs": "B", "kind": draw.choice(["requires", "excludes", "synergy"]), "bonus": 2}
    ]
    if dependencies[0]["kind"] != "synergy":
        del dependencies[0]["bonus"]
    needs = [
        {"project": name, "resource": "crew", "phase": "construction", "amount": draw.randint(1, 2)} for name in names
    ]
    money, money_of = draw.randint(4, 9), {"table": "availability", "where": {"resource": "commitments"}}
    worse = {"table": "projects", "where": {"id": draw.choice(names)}, "add": {"commitment": draw.randint(1, 4)}}
    return {
        "instance": {
            "name": f"tiny-{seed}",
            "calendar": {
                "start": "2026-01", "periods": periods, "months_per_period": 12,
                "max_wait_months": draw.choice([0, 12]), "last_selection": f"{2026 + periods - 1}-01",
            },
            "stages": {"decide_by": f"{2026 + draw.choice([0, 0, periods - 1])}-01"},
            "discount_rates": {"cost": draw.choice([0, 0.1])},
        },
        "projects": projects,
        "alternatives": alternatives,
        "permits": [{"permit": "river", "review_months": draw.choice([0, 0, 12])}],
        "dependencies": draw.choice([[], dependencies]),
        "resources": [
            {"resource": "commitments", "kind": "finance", "basis": "cumulative"},
            {"resource": "crew", "kind": "labour"},
            {"resource": "selections", "kind": "committee"},
        ],
        "requirements": needs,
        "availability": [
            {"resource": "commitments", "from": "2026-01", "amount": money},
            {"resource": "crew", "from": "2026-01", "amount": draw.randint(2, 4)},
            {"resource": "selections", "from": "2026-01", "amount": draw.choice([1, 2, 3])},
        ],
        "sets": {
            "poor": {"change": [{**money_of, "scale": {"amount": draw.choice([0.5, 0.75])}}]},
            "slow": {"change": [{"table": "permits", "where": {"permit": "river"}, "set": {"review_months": 24}}]},
            "dear": {"change": [worse]},
            "rich": {"change": [{**money_of, "scale": {"amount": 1.5}}]},
        },
    }  # fmt: skip


def ways(instance: Instance, project: str, *, cancelling: bool) -> list[Choice | Selection | None]:
    """Return every way to treat a project, possible or not."""
    table = instance.alternatives
    pairs = zip(table.texts("project"), table.texts("alternative"), strict=True)
    names = [name for who, name in pairs if who == project]
    periods = range(instance.periods)
    found: list[Choice | Selection | None] = [None]
    found += [Choice(project, name, False, q, s, 1.0) for name in names for q in periods for s in periods if q <= s]
    if cancelling:
        found += [Selection(project, name, q) for name in names for q in range(instance.decide_by_period + 1)]
    return found


def plans(instance: Instance, *, cancelling: bool) -> Iterator[Outcome]:
    """Yield every plan that holds, with what it is worth."""
    projects = instance["projects"].texts("id")
    alone = [
        [way for way in ways(instance, project, cancelling=cancelling) if way is None or isinstance(way, Selection)
         or _dates_fit(instance, way)]
        for project in projects
    ]  # fmt: skip
    for combination in product(*alone):
        plan = Plan(
            choices=tuple(way for way in combination if isinstance(way, Choice)),
            cancelled=tuple(way for way in combination if isinstance(way, Selection)),
        )
        found = verify_plan(instance, plan)
        if found.ok:
            yield Outcome(float(found.objective[0]), plan)


def _dates_fit(instance: Instance, way: Choice) -> bool:
    """Leave out what can never hold, so that there is less to try: the verifier's word on dates of one choice alone."""
    dates = ("start", "selection window", "permit is ready", "calendar")
    found = verify_plan(instance, Plan(choices=(way,)))
    return not any(word in one.rule for one in found.violations for word in dates)


def by_decision(instance: Instance) -> dict[frozenset[Selection], Outcome]:
    """Return the best plan for each here-and-now decision that some plan keeps."""
    best: dict[frozenset[Selection], Outcome] = {}
    for outcome in plans(instance, cancelling=True):
        now = frozenset(one for one in outcome.plan.selections if one.period <= instance.decide_by_period)
        if now not in best or outcome.worth > best[now].worth:
            best[now] = outcome
    return best


def measure(risk: str, worths: Sequence[float], shares: Sequence[float], ideal: Sequence[float]) -> float:
    """Return what outcomes are worth together, written anew from the definitions."""
    kind, *numbers = risk.split(":")
    mean = sum(share * worth for share, worth in zip(shares, worths, strict=True))
    if kind == "expected":
        return mean
    if kind == "worst":
        return min(worths)
    if kind == "regret":
        return -max(best - worth for best, worth in zip(ideal, worths, strict=True))
    level, weight = float(numbers[0]), float(numbers[1]) if len(numbers) > 1 else 1.0
    tail = max(
        t - sum(share * max(0.0, t - worth) for share, worth in zip(shares, worths, strict=True)) / (1 - level)
        for t in worths
    )
    return (1 - weight) * mean + weight * tail


class Drawn(NamedTuple):
    """Scenarios, the best outcome of each here-and-now decision in each, and the best of each scenario."""

    base: Instance
    scenarios: Sequence[Scenario]
    outcomes: dict[str, dict[frozenset[Selection], Outcome]]
    ideal: dict[str, float]


def drawn(seed: int) -> Drawn:
    """Return the scenarios of a seed, every decision tried.

    Raises
    ------
    InputError
        If a mandatory project has no option in one of them, which the enumeration need not know.
    """
    base = parsed(tiny(seed))
    draw = random.Random(seed + 1_000_000)
    names = draw.sample(["base", "poor", "slow", "dear", "rich"], draw.choice([2, 2, 3, 4]))
    weights = {name: draw.choice([1, 2, 3]) for name in names}
    scenarios = outlay.scenarios_of_sets(base, names, weights)
    outcomes = {one.name: by_decision(one.instance) for one in scenarios}
    ideal = {name: max((o.worth for o in each.values()), default=float("-inf")) for name, each in outcomes.items()}
    return Drawn(base, scenarios, outcomes, ideal)


def disagreements(
    seed: int,
    risks: Sequence[str] = RISKS,
    *,
    sub_problems: int | None = None,
    solver: SolverProcess | None = None,
) -> list[str]:
    """Return where the engine, with a search of so many sub-problems, and the enumeration differ for a seed."""
    try:
        case = drawn(seed)
        models = {risk: build_ensemble(case.base, case.scenarios, risk=risk, best=case.ideal) for risk in risks}
    except outlay.InputError as error:
        return [] if "must be funded" in str(error) else [str(error)]
    return [
        problem
        for risk, model in models.items()
        for problem in _compared(risk, case, _solved(model, case.ideal, sub_problems, solver))
    ]


def decided_disagreements(seed: int, risk: str) -> list[str]:
    """Return where `solve_ensemble` and the enumeration differ: with relaxed recourse, or a kernel and groups.

    The kernel is used however much it holds, and where there are three scenarios or more they are in two groups.
    """

    def two(scenarios: Sequence[Scenario], _: int, worth: Mapping[str, float]) -> list[groups.Group]:
        return groups.groups_of(scenarios, 2 * groups.GROUP, worth)

    try:
        case = drawn(seed)
        with (
            patch.object(kernel, "MOST_SHARE", 1.0), patch.object(groups, "LARGE", 0),
            patch.object(deciding, "groups_of", two),
            patch.object(deciding, "MOST_NONZEROS", 0 if seed % 2 else deciding.MOST_NONZEROS),
        ):  # fmt: skip
            found = outlay.solve_ensemble(
                case.base, case.scenarios, risk=risk, gap=0.0, jobs=1, time_limit=1e4, effort="prove"
            )
    except outlay.InputError as error:
        return [] if "must be funded" in str(error) else [str(error)]
    return list(_compared(risk, case, found))


def _solved(model: Any, ideal: dict[str, float], sub_problems: int | None, solver: SolverProcess | None) -> Together:
    session = EnsembleSession(model)
    search = None if sub_problems is None else session.search_plan(seed=1, sub_problems=sub_problems)
    with SolverProcess() if solver is None else nullcontext(solver) as engine:
        return session.solve(engine, Settings(gap=0.0), best=ideal, search=search)


def _compared(risk: str, case: Drawn, found: Together | outlay.EnsembleSolution) -> Iterator[str]:
    outcomes, ideal = case.outcomes, case.ideal
    names, shares = [one.name for one in case.scenarios], [one.probability for one in case.scenarios]
    common = set.intersection(*(set(outcomes[name]) for name in names))
    values = {
        now: measure(risk, [outcomes[name][now].worth for name in names], shares, [ideal[name] for name in names])
        for now in common
    }
    if not values:
        if str(found.status) != "infeasible":
            yield f"{risk}: {found.status} instead of infeasible"
        return
    best = max(values.values())
    if found.objective is None or not found.verified:
        yield f"{risk}: {found.status}, no verified plans, but {best:.9g} is possible: {found.violations}"
    elif abs(found.objective - best) > CLOSE * max(1.0, abs(best)):
        yield f"{risk}: {found.objective:.9g} instead of {best:.9g}"
    elif found.bound is not None and found.bound < best - CLOSE * max(1.0, abs(best)):
        yield f"{risk}: at most {found.bound:.9g}, but {best:.9g} is possible"


def nested_disagreements(seed: int, levels: Sequence[int], weights: Sequence[float]) -> list[str]:
    """Return where `outlay.rank` and the enumeration of all nested lists differ."""
    base = parsed(tiny(seed))
    lists: list[dict[frozenset[tuple[str, str]], float]] = []
    for level in levels:
        rows = [
            {**row, "amount": level} if row["resource"] == "commitments" else row for row in tiny(seed)["availability"]
        ]
        best: dict[frozenset[tuple[str, str]], float] = {}
        for outcome in plans(base.replace(availability=rows), cancelling=False):
            funded = frozenset((one.project, one.alternative) for one in outcome.plan.choices)
            best[funded] = max(outcome.worth, best.get(funded, outcome.worth))
        lists.append(best)
    try:
        found = outlay.rank(base, limit="commitments", levels=levels, weights=weights, gap=0.0, jobs=1)
    except outlay.InputError as error:
        return [] if "must be funded" in str(error) else [str(error)]
    so_far = {frozenset[tuple[str, str]](): 0.0}
    for place, (best, weight) in enumerate(zip(lists, weights, strict=True)):
        so_far = {
            funded: max(worths) + weight / sum(weights) * worth
            for funded, worth in best.items()
            if (worths := [value for before, value in so_far.items() if before <= funded])
        }
        alone = max(best.values(), default=None)
        told = found.tables["levels"]["best"].iloc[place] if found.runs else None
        if found.runs and (alone is None or abs(told - alone) > CLOSE * max(1.0, abs(alone))):
            return [f"level {levels[place]}: {told} instead of {alone} alone"]
    if not so_far:
        return [] if not found.runs and str(found.status) == "infeasible" else [f"{found!r} instead of infeasible"]
    due = max(so_far.values())
    if not found.verified or found.objective is None or abs(found.objective - due) > CLOSE * max(1.0, abs(due)):
        return [f"{found.objective} instead of {due}: {found.violations}"]
    return []


def main() -> None:
    """Try many seeds and print those that disagree."""
    first, count = int(sys.argv[1]), int(sys.argv[2])
    with SolverProcess() as solver:
        for seed in range(first, first + count):
            alone, searched = disagreements(seed, solver=solver), disagreements(seed, sub_problems=2, solver=solver)
            nested = nested_disagreements(seed, [3, 6, 9], [1, 2, 1])
            decided = decided_disagreements(seed, RISKS[seed % len(RISKS)])
            told = [*(f"searched, {one}" for one in searched), *(f"decided, {one}" for one in decided)]
            for problem in [*alone, *told, *nested]:
                sys.stdout.write(f"seed {seed}: {problem}\n")
    sys.stdout.write(f"seeds {first} to {seed}: all tried\n")


if __name__ == "__main__":
    main()
