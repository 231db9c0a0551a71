"""The tables of a report, from a case and its plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy import sparse

from outlay.instances.plan import Plan
from outlay.models.arrays.frames import data_frame
from outlay.models.arrays.rows import RowBlock
from outlay.models.case import Case
from outlay.models.families.resources import resource_rows
from outlay.optimizer.answer.groups import group_tables, with_own_columns
from outlay.optimizer.answer.headroom import extra_room
from outlay.optimizer.answer.limits import keeps_out_table, limits_table, procurement_table
from outlay.optimizer.answer.plans import cash_of, money_of, option_of, plan_columns, share_of, values_of
from outlay.optimizer.answer.reason import Reason, recorded
from outlay.optimizer.answer.reasons import find_losers
from outlay.optimizer.problem.scaling import largest_of_rows
from outlay.optimizer.tolerances import BINDING_SHARE, NOTHING

if TYPE_CHECKING:
    import pandas as pd


class Told(NamedTuple):
    """What is told of a plan: its tables by name, and why each project that is not in it is not, by id."""

    tables: dict[str, pd.DataFrame]
    reasons: dict[str, Reason]


def compute_tables(case: Case, blocks: Sequence[RowBlock], plan: Plan) -> Told:
    """Return every table of a plan; periods as people write them, money in the instance's unit."""
    point = plan_columns(case, plan)
    losers = find_losers(case, blocks, point, {choice.project for choice in plan.choices})
    projects, resources = projects_table(case, plan, losers, point), resources_table(case, point)
    tables = {
        "projects": with_own_columns(projects, case.instance),
        "timeline": timeline_table(case, plan),
        "resources": resources,
        "finance": finance_table(case, plan, point),
        "payments": payments_table(plan),
        "trade": trade_table(case, plan),
        "binding": binding_table(case, blocks, point),
        "dropped": dropped_table(case),
        "limits": limits_table(case, blocks, resources, point),
        "keeps_out": keeps_out_table(losers),
        "procurement": procurement_table(case, plan),
        **group_tables(case, plan, projects),
    }
    return Told(tables, losers)


def dropped_table(case: Case) -> pd.DataFrame:
    """Return what was dropped before solving: project, alternative, track, rule, reason, number of starts."""
    columns = ["project", "alternative", "fast_track", "rule", "reason", "starts"]
    dropped = (*case.options.dropped, *case.unfitting[1])
    return data_frame([[getattr(item, name) for name in columns] for item in dropped], columns=columns)


def projects_table(case: Case, plan: Plan, losers: Mapping[str, Reason], point: np.ndarray) -> pd.DataFrame:
    """Return one row a project, funded or not."""
    instance, projects = case.instance, case.instance["projects"]
    chosen = {choice.project: choice for choice in plan.choices}
    weights = case.weights(0)
    label = instance.period_label
    records = []
    for project, name, sector, region in zip(
        *(projects.texts(column) for column in ("id", "name", "sector", "region")), strict=True
    ):
        record: dict[str, Any] = {"project": project, "name": name or project, "sector": sector, "region": region}
        choice = chosen.get(project)
        record["funded"] = choice is not None
        option = None if choice is None else option_of(case, choice)
        if choice is not None and option is not None:
            scaled = share_of(case, choice)
            record |= {
                "alternative": choice.alternative,
                "scale": choice.scale,
                "commitment": money_of(case, option, choice) + _saved(case, option, point),
                "fast_track": choice.fast_track,
                "selected": label(choice.selection),
                "start": label(choice.start),
                "operation": label(int(case.options.operation[option])),
                "contribution": _contribution(case, weights, option, scaled),
            }
        record["reason"] = recorded(losers[project]) if project in losers else ""
        records.append(record)
    order = [
        "project", "name", "sector", "region", "funded", "alternative", "scale", "commitment", "fast_track", "selected",
        "start", "operation", "contribution", "reason",
    ]  # fmt: skip
    return data_frame(records).reindex(columns=order)


def commitments_of(case: Case, plan: Plan) -> dict[str, float]:
    """Return what each funded project asks for, by id, as the table of projects states it."""
    point = plan_columns(case, plan)
    pairs = [(choice, option_of(case, choice)) for choice in plan.choices]
    return {
        choice.project: money_of(case, option, choice) + _saved(case, option, point)
        for choice, option in pairs
        if option is not None
    }


def _saved(case: Case, option: int, point: np.ndarray) -> float:
    """Return what joint savings add to the commitment of an option; not above 0."""
    entries = case.savings.by_option.of(option)
    return float(point[case.block("saved").columns[entries]] @ case.savings.amount[entries])


def _contribution(case: Case, weights: np.ndarray, option: int, scale: float) -> float:
    """Return what an option adds to the objective's first level, synergies and cost aside."""
    fund = weights[case.block("fund").first + option]
    column = int(case.scale_column[option])
    return float(fund * scale if not case.options.divisible[option] else fund + weights[column] * scale)


def timeline_table(case: Case, plan: Plan) -> pd.DataFrame:
    """Return one row a funded project with its periods: numbers (may lie past the horizon) and labels."""
    columns = ["project", "alternative", "selection", "review", "start", "operation", "end"]
    records = []
    for choice in plan.choices:
        option = option_of(case, choice)
        if option is None:
            continue
        operation = int(case.options.operation[option])
        life = int(case.alternatives.operating[case.options.alternative[option]])
        review = choice.start - int(case.options.review[option])
        end = min(operation + life, max(case.instance.periods, operation))
        records.append([choice.project, choice.alternative, choice.selection, review, choice.start, operation, end])
    table = data_frame(records, columns=columns)
    for name in ("selection", "start", "operation"):
        table[f"{name}_label"] = [case.instance.period_label(int(period)) for period in table[name]]
    return table


def resources_table(case: Case, point: np.ndarray) -> pd.DataFrame:
    """Return one row a resource and limited period, by the resource's own basis; soft or disabled ones included."""
    instance, rows = case.instance, case.instance["resources"]
    columns = [
        "resource", "kind", "unit", "basis", "period", "label", "used", "supplied", "imported", "linked", "bought",
        "shortfall", "limit", "slack", "on",
    ]  # fmt: skip
    records: list[list[Any]] = []
    for name, kind, unit in zip(rows.texts("resource"), rows.texts("kind"), rows.texts("unit"), strict=True):
        rule = resource_rows(case, name, every_row=True)
        amounts = rule.amounts(point)
        limits = rule.limits - amounts.pop("carried")  # what is carried over is there like the level itself
        net = np.sum(list(amounts.values()), axis=0)
        on = instance.is_on(instance.family_of(name))
        for place, period in enumerate(rule.periods.tolist()):
            own = [
                amounts["used"][place],
                *(0.0 - amounts[term][place] for term in ("supplied", "imported", "linked", "bought", "shortfall")),
            ]
            limit = float(limits[place])
            label = instance.period_label(period)
            slack = limit - float(net[place])
            slack = 0.0 if abs(slack) < NOTHING * max(1.0, abs(limit)) else slack
            records.append([name, kind, unit, rule.basis, period, label, *map(float, own), limit, slack, on])
    return data_frame(records, columns=columns)


def finance_table(case: Case, plan: Plan, point: np.ndarray) -> pd.DataFrame:
    """Return the waterfall's results of each funded project; empty where no loan is modelled."""
    columns = [
        "project", "alternative", "terms", "commitment", "opening_balance", "level_service", "dscr", "recovery_year",
        "us_npv", "japan_npv", "us_cash", "japan_cash", "irr", "carry_left",
    ]  # fmt: skip
    if case.cash is None or case.present_values is None:
        return data_frame(columns=columns)
    terms = case.instance["terms"].texts("terms")
    records = []
    for choice in plan.choices:
        number, option = case.alternatives.number[choice.project, choice.alternative], option_of(case, choice)
        cash = None if option is None else cash_of(case, option, point)
        if option is None or cash is None:
            continue
        money, scale = cash.money, case.alternatives.share_of_loan(number, choice.scale)
        records.append(
            [
                choice.project,
                choice.alternative,
                terms[money.loans.row[number]],
                scale * cash.spent[number],
                scale * money.loans.balance[number],
                scale * money.loans.service[number],
                money.dscr[number],
                money.recovery_year[number],
                *values_of(case, option, share_of(case, choice), point),
                scale * money.us[number].sum(),
                scale * money.japan[number].sum(),
                cash.internal_rate_of_return(number),
                scale * money.carry[number],
            ]
        )
    return data_frame(records, columns=columns)


def payments_table(plan: Plan) -> pd.DataFrame:
    """Return who pays for what: fund, project, amount."""
    records = [[fund, project, amount] for (fund, project), amount in plan.payments.items()]
    return data_frame(records, columns=["fund", "project", "amount"])


def trade_table(case: Case, plan: Plan) -> pd.DataFrame:
    """Return purchases, imports, flows and shortfalls by period."""
    records = [
        [kind, name, period, case.instance.period_label(period), amount]
        for kind, amounts in (
            ("purchase", plan.purchases),
            ("import", plan.imports),
            ("flow", plan.flows),
            ("shortfall", plan.shortfalls),
        )
        for (name, period), amount in amounts.items()
    ]
    return data_frame(records, columns=["kind", "name", "period", "label", "amount"])


#: Families whose rows say what a project is or needs, not what is scarce.
_STRUCTURE = frozenset({"choice", "cancelling", "synergies", "dependencies"})
#: Rules of the funds that hold with equality or by share for every project, and so say nothing of scarcity.
_BY_PROJECT = frozenset({"fully_paid", "share_at_least", "share_at_most"})


def binding_table(case: Case, blocks: Sequence[RowBlock], point: np.ndarray) -> pd.DataFrame:
    """Return the limits that are (nearly) exhausted (`binding_rows`), with what is used and allowed."""
    columns = ["family", "rule", "resource", "period", "what", "side", "used", "limit"]
    records: list[list[Any]] = []
    for block, row, side, used in binding_rows(case, blocks, point):
        resource, period = _place(case, block, row)
        limit = float((block.upper if side == "at most" else block.lower)[row])
        records.append([block.family, block.name, resource, period, block.sentence(row), side, used, limit])
    table = data_frame(records, columns=columns)
    return table.assign(period=np.array([record[3] for record in records], dtype=object))


def binding_rows(
    case: Case, blocks: Sequence[RowBlock], point: np.ndarray
) -> Iterator[tuple[RowBlock, int, str, float]]:
    """Yield (block, row, ``at most`` or ``at least``, what is used) of the limits that are (nearly) exhausted.

    A limit that imports, purchases, links or a shortfall could still stretch costs money but stops nobody, so it is
    left out.
    """
    for block in blocks:
        if block.family in _STRUCTURE or block.name in _BY_PROJECT or block.defines:
            continue
        activity, room = block.matrix @ point, extra_room(case, block.matrix, point)
        nothing = NOTHING * largest_of_rows(sparse.csc_array(block.matrix))
        touched = abs(block.matrix) @ np.abs(point) > nothing  # a row that nobody uses binds nobody
        for side, bound, give in (("at most", block.upper, room), ("at least", block.lower, np.zeros_like(room))):
            share = BINDING_SHARE * np.maximum(nothing, np.abs(bound))
            with np.errstate(invalid="ignore"):
                tight = np.isfinite(bound) & (np.abs(bound - activity) + give <= share) & touched
            for row in np.nonzero(tight)[0].tolist():
                yield block, row, side, 0.0 if abs(activity[row]) < nothing[row] else float(activity[row])


def _place(case: Case, block: RowBlock, row: int) -> tuple[str, int | None]:
    """Return the resource and period of a resource row; the words of any other, and no period."""
    key = block.keys[row]
    if isinstance(key, tuple) and key[0] in case.levels and block.family not in {"funds", "limits"}:
        return str(key[0]), int(key[1])
    return block.sentence(row), None
