"""Whatever `explain` claims of a small instance, held against trying every combination.

Each proposed set is applied to the instance, and the changed instance is enumerated: margins are what the enumeration
says, a least change is enough and a thousandth less is not, rules of a conflict cannot hold together, each is needed, a
repair is enough and nothing smaller is. ``python -m tests.brute_force.explaining FIRST COUNT`` tries many seeds.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

import outlay
from outlay.instances.dictionary.names import never_negative
from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.instances.values.frozen import thawed
from outlay.optimizer.explain.explanation import Explanation
from outlay.optimizer.variation.limit import Limit
from tests.brute_force.enumerator import Best, best, reaches
from tests.brute_force.generator import Case, case_of
from tests.brute_force.hopeless import one_too_many

#: Values agree within this share.
CLOSE = 2e-6
#: A change that is smaller by this share is not enough.
LESS = 1e-3


def applied(instance: Instance, body: Mapping[str, Any]) -> Instance:
    """Return an instance with the body of a set applied, as if it stood in ``sets.toml``."""
    plain = {key: value for key, value in body.items() if key != "extends"}
    return replace(instance, sets={**thawed(instance.sets), "asked": plain}).with_set("asked")


def tried(instance: Instance, body: Mapping[str, Any]) -> Best:
    """Return the best plan with a set applied, by its first level; one that no instance can have is infeasible."""
    try:
        return best(applied(instance, body), levels=1)
    except InputError:
        return Best("infeasible")


def worth(instance: Instance, body: Mapping[str, Any], value: float) -> bool:
    """Whether some plan with a set applied is worth so much."""
    try:
        return reaches(applied(instance, body), value)
    except InputError:
        return False


def possible(instance: Instance, body: Mapping[str, Any]) -> bool:
    """Whether there is a plan with a set applied; the first one found says so."""
    return worth(instance, body, float("-inf"))


def problems(case: Case) -> list[str]:
    """Return what is wrong with the explanation of a case; nothing for one whose objective has no best value."""
    instance = case.instance()
    expected = best(instance, levels=1)
    if expected.status == "unbounded":
        return []
    explanation = outlay.explain(instance, gap=0.0, jobs=1, conflicts=3 if expected.status == "infeasible" else None)
    if expected.status == "infeasible":
        if explanation.status != "infeasible":
            return [f"status {explanation.status} instead of infeasible"]
        return [*wrong_conflicts(instance, explanation), *wrong_repair(instance, explanation)]
    if explanation.status == "unbounded":  # of a later level
        return [] if best(instance).status == "unbounded" else ["no best plan, but there is one"]
    value = expected.levels[0]
    found = [*wrong_margins(instance, explanation, value), *wrong_changes(instance, explanation)]
    return [*found, *wrong_limits(instance, explanation)]


def close(one: float, other: float, scale: float = 1.0) -> bool:
    """Whether two values agree, beside a size that both came from."""
    return abs(one - other) <= 10 * CLOSE * max(1.0, abs(scale), abs(one))


def wrong_margins(instance: Instance, explanation: Explanation, value: float) -> Iterator[str]:
    """Yield what is wrong with the margins."""
    assert explanation.plan is not None
    funded = {choice.project for choice in explanation.plan.choices}
    today = explanation.objective
    assert today is not None
    for row in explanation.margins.itertuples():
        key = "force_out" if row.project in funded else "force_in"
        other = tried(instance, {key: [row.project]})
        if row.standing in {"certain", "never"}:
            if other.status != "infeasible" and row.status != "given":
                yield f"{row.project} is {row.standing}, but there is a plan that says otherwise: {other}"
        elif row.standing == "not known":
            if other.status != "unbounded":
                yield f"{row.project} is not known: {row.reason}"
        elif other.status != "optimal":
            yield f"{row.project} has a margin, but the other plan is {other.status}"
        else:
            margin = today - other.levels[0]
            if not close(row.margin, margin, value):
                yield f"margin of {row.project}: {row.margin} instead of {margin}"
            if row.margin < -10 * CLOSE * max(1.0, abs(value)):
                yield f"margin of {row.project} is {row.margin}, below 0"


def wrong_changes(instance: Instance, explanation: Explanation) -> Iterator[str]:
    """Yield what is wrong with the least changes."""
    goal = explanation.objective
    assert goal is not None
    slack = CLOSE * max(1.0, abs(goal))
    for row in explanation.changes[explanation.changes["kind"] == "limit"].itertuples():
        what = f"{row.project} by {row.what}"
        if row.possible is None:
            yield f"{what} is not known: {row.sentence}"
        elif row.possible:
            body = explanation.sets[row.set]
            if not worth(instance, body, goal - 5 * slack):
                yield f"{what}: {row.by} is not enough: {tried(instance, body)} for {goal}"
            if row.by > 1e-4 and worth(instance, scaled_moves(instance, row, 1 - LESS), goal - slack / 4):
                yield f"{what}: less than {row.by} would be enough for {goal}"
        elif worth(instance, moved_to(instance, row, float("inf")), goal - slack / 4):
            yield f"{what}: no amount is said to do, but it would for {goal}"


def scaled_moves(instance: Instance, row: Any, share: float) -> dict[str, Any]:
    """Return the set of a change that moves its limit by a share of what is claimed."""
    return moved_to(instance, row, row.by * share)


def moved_to(instance: Instance, row: Any, by: float) -> dict[str, Any]:
    """Return the set of a change that moves its limit so far."""
    limit = outlay.vary(instance).over.limits[row.what]
    by = min(by, limit.most(units=row.unit != "share"), 1e4)
    return {"force_in": [row.project], "change": limit.changes(by, units=row.unit != "share")}


def wrong_limits(instance: Instance, explanation: Explanation) -> Iterator[str]:
    """Yield what is wrong with what limits are worth."""
    goal = explanation.objective
    assert goal is not None
    for row in explanation.limits.itertuples():
        for side, amount, name, sign in (("gain", row.gain, row.wider, 1), ("loss", row.loss, row.tighter, -1)):
            if name:
                other = tried(instance, explanation.sets[name])
                if other.status != "optimal" or not close(amount, sign * (other.levels[0] - goal), goal):
                    yield f"{side} of {row.limit}: {amount}, but {other.status} {other.levels} for {goal}"
        if row.loss_note == "no plan":
            tighter = outlay.vary(instance).over.limits[row.limit].changes(-row.step, units=False)
            if possible(instance, {"change": tighter}):
                yield f"{row.limit} tighter has no plan, but there is one"


# -- nothing is possible -----------------------------------------------------------------------------------------------


def wrong_conflicts(instance: Instance, explanation: Explanation) -> Iterator[str]:
    """Yield what is wrong with conflicts whose rules can each be taken out of the tables."""
    table = explanation.conflicts
    if not len(table):
        yield "no conflict was found"
    every = all_rules(instance)
    named: list[frozenset[str]] = []
    for number, rows in table.groupby("conflict"):
        rules = list(rows["rule"])
        if any(known <= set(rules) for known in named):
            yield f"conflict {number} contains an earlier one"
        named.append(frozenset(rules))
        if not all(rows["minimal"]):
            yield f"conflict {number} is not proved minimal"
        whole = {rule.partition(": ")[0] for rule in rules}
        if not whole <= set(every):
            continue  # a rule that no table holds alone
        if without_rules(instance, every, set(every) - whole, as_decided=True):
            yield f"conflict {number} is none: {rules}"
        if whole != set(rules):
            continue  # a row of a limit
        for rule in rules:
            if not without_rules(instance, every, (set(every) - whole) | {rule}):
                yield f"conflict {number} does not need {rule}: {rules}"


def all_rules(instance: Instance) -> dict[str, Any]:
    """Return the rules of an instance by name, if each can be taken out of the tables; else none."""
    try:
        varied = outlay.vary(instance)
    except InputError:
        return {}
    rules = varied.over.rules.all
    limits = varied.over.limits
    plain = all(rule.must or (rule.limit and can_be_lifted(limits[rule.limit])) for rule in rules.values())
    return dict(rules) if plain else {}


def can_be_lifted(limit: Limit) -> bool:
    """Whether a limit that moves as far as it can leaves nothing that limits: a level of 0 stays 0 by any share."""
    if limit.fixed:
        return False
    return limit.family == "limits" or limit.by_units or all(place.level and place.moves for place in limit.places)


def without_rules(
    instance: Instance,
    rules: Mapping[str, Any],
    gone: Iterable[str],
    *,
    as_decided: bool = False,
    moved: bool = False,
) -> bool:
    """Whether there is a plan without some rules.

    With `as_decided` it holds nothing that was decided and is let go: whether such a project is funded is a rule, how
    is none, so that it would stand in a plan as decided only. With `moved`, limits are moved as far as repairs may.
    """
    out, limits = set(gone), outlay.vary(instance).over.limits
    changes: list[dict[str, Any]] = []
    released = {rules[name].name.partition("/")[2] for name in out if rules[name].must}
    for name in out:
        if rules[name].limit:
            limit = limits[rules[name].limit]
            units = limit.by_units
            if limit.family == "limits" and not moved:
                changes += unlimited(limit)
                continue
            far = min(limit.most(units=units), 1e6) if limit.least or moved else 1e6
            changes += [] if limit.fixed else limit.changes(far, units=units)
    settings = instance.settings
    kept = tuple(item for item in settings.applied.force_in if item.partition("@")[0] not in released)
    loose = replace(
        instance,
        settings=settings.model_copy(update={"applied": settings.applied.model_copy(update={"force_in": kept})}),
    )
    loosened = {project: freed(instance, project) for project in sorted(released)}
    changes += [change for own in loosened.values() for change in own]
    body: dict[str, Any] = {"change": changes} if changes else {}
    decided = [project for project, own in loosened.items() if any(set(each["set"]) != {"status"} for each in own)]
    decided += [item.partition("@")[0] for item in settings.applied.force_in if "@" in item and item not in kept]
    return possible(loose, body | ({"force_out": decided} if decided and as_decided else {}))


def unlimited(limit: Limit) -> list[dict[str, Any]]:
    """Return the changes that make a row of ``limits`` hold for every plan: moved, a share of nothing stays nothing."""
    least = "0" if never_negative(limit.name.split("/")[1]) else "-1000000"
    moved = {"min": least, "max": "1000000", "max_growth": "1000000", "max_growth_share": ""}
    found = []
    for change in limit.changes(1.0, units=limit.by_units):
        side = next(iter(change.get("scale") or change["add"]))
        cells = {side: moved[side], **({"basis": "absolute", "of": ""} if limit.is_share else {})}
        found.append({"table": "limits", "where": change["where"], "set": cells})
    return found


def freed(instance: Instance, project: str) -> list[dict[str, Any]]:
    """Return the changes that make a project a candidate of which nothing was decided."""
    changes: list[dict[str, Any]] = []
    for record in instance["projects"].records():
        if record["id"] == project and record["status"] != "candidate":
            given = [name for name in ("started", "selected", "alternative", "scale") if record[name] is not None]
            cells = {"status": "candidate"} | dict.fromkeys(given, "")
            changes.append({"table": "projects", "where": {"id": project}, "set": cells})
    for record in instance["approved"].records():
        dates = [name for name in ("selected", "start") if record[name] is not None]
        if record["project"] == project and dates:
            changes.append({"table": "approved", "where": {"project": project}, "set": dict.fromkeys(dates, "")})
    return changes


def wrong_repair(instance: Instance, explanation: Explanation) -> Iterator[str]:
    """Yield what is wrong with the repair."""
    moves = explanation.repair
    every = all_rules(instance)
    if not every or any(rule.limit and outlay.vary(instance).over.limits[rule.limit].fixed for rule in every.values()):
        return
    movable = list(every)
    if not len(moves):
        if without_rules(instance, every, movable, moved=True):
            yield "no repair was found, but there is one"
        return
    forced = {item.partition("@")[0] for item in instance.settings.applied.force_in}
    told = "repair" in explanation.sets and not forced & set(moves["what"])
    if told and not possible(instance, explanation.sets["repair"]):
        yield f"the repair is not enough: {explanation.sets['repair']}"
    count = len(moves)
    for fewer in combinations(movable, count - 1):
        if count > 1 and len(movable) < 14 and without_rules(instance, every, fewer, moved=True):
            yield f"{count} moves, but {fewer} alone would do"
    if count == 1 and moves["kind"][0] == "limit":
        limit = outlay.vary(instance).over.limits[moves["what"][0]]
        by = moves["by"][0] * (1 - LESS)
        if moves["by"][0] > 1e-4 and possible(
            instance, {"change": limit.changes(by, units=moves["unit"][0] != "share")}
        ):
            yield f"a smaller move of {limit.name} than {moves['by'][0]} would do"


def main(first: int, count: int) -> int:
    """Try seeds, each as it is and with too many projects forced; print what is wrong and how many were."""
    wrong = 0
    for seed in range(first, first + count):
        for words, case in (("", case_of(seed)), (" with one too many", one_too_many(case_of(seed), seed))):
            try:
                found = problems(case)
            except Exception as error:
                found = [repr(error)]
            wrong += bool(found)
            for problem in found:
                sys.stdout.write(f"seed {seed}{words}: {problem}\n")
                sys.stdout.flush()
    sys.stdout.write(f"{2 * count} cases from seed {first}: {wrong} wrong\n")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
