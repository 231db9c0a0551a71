"""What must hold for any instance, tried on generated ones that use every feature of the schema."""

from __future__ import annotations

import copy
from decimal import Decimal
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any

import networkx as nx
import pytest

import outlay
from outlay.instances.dictionary.names import FAMILIES
from outlay.instances.errors import InputError
from outlay.instances.formats.writing import to_document
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import Status
from tests.brute_force.shrink import plain
from tests.support.documents import Document, parsed
from tests.support.generated import draft
from tests.support.properties import Solve, assume, for_all
from tests.support.shuffle import renamed, shuffled
from tests.support.solving import warm  # noqa: F401

#: Answers agree to this share of their size, or amount.
CLOSE = 2e-6


@pytest.fixture(scope="module")
def solved(warm: SolverProcess) -> Solve:  # noqa: F811
    known: dict[str, Solution] = {}

    def run(document: Document) -> Solution | None:
        """Return the proved answer; None where a project that must be funded cannot be."""
        try:
            instance = parsed(document)
            if instance.digest not in known:
                known[instance.digest] = outlay.solve(instance, gap=0, process=warm)
        except InputError:
            return None
        solution = known[instance.digest]
        assert solution.status in {Status.OPTIMAL, Status.INFEASIBLE, Status.UNBOUNDED}, solution.message
        assert solution.plan is None or solution.verified, solution.verification
        return solution

    return run


@cache
def document_of(seed: int) -> Document:
    """Return a generated document with its constraint set already applied; shared, so never to be changed."""
    document: Document = plain(to_document(draft(seed).instance()))
    document.pop("sets", None)
    return document


def changed(document: Document) -> Document:
    return copy.deepcopy(document)


def value_of(solution: Solution | None) -> float:
    """Return what an answer is worth; infinite where nothing is feasible or everything is."""
    if solution is None or solution.status == Status.INFEASIBLE:
        return float("-inf")
    if solution.status == Status.UNBOUNDED:
        return float("inf")
    assert solution.objective is not None
    return solution.objective


def assert_no_worse(new: Solution | None, old: Solution | None) -> None:
    first, second = value_of(new), value_of(old)
    slack = 0.0 if second in {float("inf"), float("-inf")} else CLOSE * max(1.0, abs(second))
    assert first >= second - slack


def assert_same_value(new: Solution | None, old: Solution | None, factor: float = 1.0) -> None:
    second = value_of(old)
    if second in {float("inf"), float("-inf")}:
        assert value_of(new) == second
    else:
        assert value_of(new) == pytest.approx(second * factor, rel=CLOSE, abs=CLOSE * factor)


def cost_is_unwelcome(document: Document) -> bool:
    """Return whether no level of the objective weighs cost positively, and no limit asks for cost."""
    asked = any("cost" in (row["metric"], row.get("of")) for row in document.get("limits", []))
    return not asked and all(level.weights["cost"] <= 0 for level in parsed(document).objective_levels)


# -- the verifier ------------------------------------------------------------------------------------------------


@for_all
def test_the_verifier_accepts_every_answer(seed: int, solved: Solve) -> None:
    solution = solved(document_of(seed))
    assume(holds=solution is not None and solution.plan is not None)
    assert solution is not None
    again = outlay.verify(solution)
    assert again.ok, again.violations
    assert {name: float(amount) for name, amount in again.metrics.items()} == dict(solution.metrics)


# -- the same thing told otherwise -------------------------------------------------------------------------------


@pytest.mark.slow
@for_all
def test_the_order_of_rows_and_columns_changes_nothing(seed: int, solved: Solve) -> None:
    document = document_of(seed)
    first = solved(document)
    assume(holds=first is not None)
    assert first is not None
    second = outlay.solve(parsed(shuffled(document, Random(seed))), gap=0)
    assert (second.plan, second.objective, second.bound) == (first.plan, first.objective, first.bound)


@pytest.mark.slow
@for_all
def test_renaming_projects_changes_nothing_but_names(seed: int, solved: Solve) -> None:
    document = document_of(seed)
    first = solved(document)
    ids = [row["id"] for row in document["projects"]]
    names = {old: f"{place:02d} of {old}" for place, old in enumerate(reversed(ids))}
    second = solved(renamed(document, names))
    assert_same_value(second, first)


@pytest.mark.slow
@for_all
def test_money_in_another_unit_scales_the_value(seed: int, solved: Solve) -> None:
    document = document_of(seed)
    assume(holds=_all_money(document))
    for factor in ("0.25", *_factors(seed)):
        assert_same_value(solved(_in_other_money(document, Decimal(factor))), solved(document), float(factor))


@pytest.mark.slow
@for_all
def test_a_resource_in_another_unit_changes_nothing(seed: int, solved: Solve) -> None:
    document = document_of(seed)
    resources = _with_own_units(document)
    assume(holds=resources)
    for factor in _factors(seed):
        assert_same_value(solved(_in_other_units(document, resources, Decimal(factor))), solved(document))


def _factors(seed: int) -> list[str]:
    """Return a large and a small power of ten, for each document another one."""
    exponent = 1 + seed % 9
    return [f"1e{exponent}", f"1e-{exponent}"]


#: Columns that hold money, or money per unit.
MONEY = {
    "projects": ("value", "commitment"),
    "alternatives": ("value", "commitment"),
    "resources": ("penalty",),
    "programs": ("cost_per_unit", "value_per_unit"),
    "links": ("cost_per_unit",),
    "imports": ("premium_per_unit",),
    "terms": ("min_japan_npv",),
    "funds": ("total", "per_year"),
    "fund_amounts": ("max", "min"),
    "cashflows": ("amount",),
    "dependencies": ("bonus",),
}
IN_MONEY = {
    "value",
    "commitment",
    "us_npv",
    "japan_npv",
    "strategic",
    "japan_content",
    "credit",
    "cost",
    "taxes",
    "draws",
}


def _all_money(document: Document) -> bool:
    """Return whether everything weighed is money (a count, say, does not scale with it)."""
    weighed = {name for level in parsed(document).objective_levels for name, weight in level.weights.items() if weight}
    return weighed <= IN_MONEY


def _in_other_money(document: Document, factor: Decimal) -> Document:
    """Return a document with every amount of money multiplied."""
    assume(holds=_money_stands_apart(document))
    other = changed(document)
    funds = {row["fund"] for row in other.get("funds", [])}
    for table, columns in MONEY.items():
        for row in other.get(table, []):
            # A bonus in jobs is no money; a penalty for money short is money per money.
            if row.get("metric") not in {"jobs", "carbon"} and row.get("resource") not in {"commitments", "draws"}:
                _scale(row, columns, factor)
    for row in other.get("availability", []):
        if row["resource"] in funds | {"commitments", "draws"}:
            _scale(row, ("amount",), factor)
    for row in other.get("limits", []):
        if row.get("basis", "absolute") == "absolute" and _is_money(row["metric"]):
            _scale(row, ("min", "max", "max_growth", "growth_from"), factor)
    return other


def _money_stands_apart(document: Document) -> bool:
    """Return whether nothing exchanges money for something else, as a link from `draws` to labour would."""
    money = {"commitments", "draws"}
    for table in ("programs", "imports", "links"):
        if any(money & {str(cell) for cell in row.values()} for row in document.get(table, [])):
            return False
    for row in document.get("resources", []):
        if row.get("parent") and money & {row["parent"], row["resource"]}:
            return False
    return all(
        row.get("of") is None or _is_money(row["of"]) == _is_money(row["metric"]) for row in document.get("limits", [])
    )


def _with_own_units(document: Document) -> set[str]:
    """Return the resources whose unit can be changed, with those that they share it with."""
    fixed = {"commitments", "draws", "selections"} | {row.get("agency") for row in document.get("permits", [])}
    together = nx.Graph()
    together.add_nodes_from(row["resource"] for row in document.get("resources", []))
    together.add_edges_from(
        (row["resource"], row["parent"]) for row in document.get("resources", []) if row.get("parent")
    )
    for row in document.get("links", []):
        ends = [row[name] for name in ("from_resource", "to_resource", "capacity_resource") if row.get(name)]
        together.add_edges_from(pairwise(ends))
    weighed = {name for level in parsed(document).objective_levels for name in level.weights}
    counted = {f"use:{name}" for name in together} & (weighed | {row.get("of") for row in document.get("limits", [])})
    fixed |= {name.removeprefix("use:") for name in counted}
    parts = (part for part in nx.connected_components(together) if not part & fixed)
    return set().union(*parts)


def _in_other_units(document: Document, resources: set[str], factor: Decimal) -> Document:
    """Return a document with every amount of some resources multiplied, and their prices divided."""
    other = changed(document)
    amounts = {
        "requirements": ("resource", ("amount",)),
        "availability": ("resource", ("amount",)),
        "imports": ("resource", ("max_per_period",)),
        "programs": ("resource", ("min_per_period", "max_per_period", "max_total")),
        "links": ("from_resource", ("capacity",)),
    }
    worth = ("cost_per_unit", "value_per_unit")
    prices = {"imports": ("premium_per_unit",), "programs": worth, "links": worth, "resources": ("penalty",)}
    for table, (owner, columns) in amounts.items():
        for row in other.get(table, []):
            if row.get(owner) in resources:
                _scale(row, columns, factor)
    for row, columns in ((row, columns) for table, columns in prices.items() for row in other.get(table, [])):
        if row.get("resource", row.get("from_resource")) in resources:
            _scale(row, columns, 1 / factor)
    for row in other.get("limits", []):
        if row.get("basis", "absolute") == "absolute" and row["metric"].removeprefix("use:") in resources:
            _scale(row, ("min", "max"), factor)
    return other


def _scale(row: dict[str, Any], columns: tuple[str, ...], factor: Decimal) -> None:
    for column in columns:
        if row.get(column) is not None:
            row[column] = Decimal(str(row[column])) * factor


def _is_money(metric: str) -> bool:
    return metric in IN_MONEY | {"use:commitments", "use:draws"}


# -- more and less -----------------------------------------------------------------------------------------------


@pytest.mark.slow
@for_all
def test_a_bigger_budget_never_lowers_the_value(seed: int, solved: Solve) -> None:
    document = document_of(seed)
    funds = {row["fund"] for row in document.get("funds", [])}
    bigger = changed(document)
    rows = [row for row in bigger.get("availability", []) if row["resource"] in funds | {"commitments", "draws"}]
    assume(holds=rows)
    for row in rows:
        if row.get("amount") is not None:
            row["amount"] = row["amount"] * 2 + 1
    assert_no_worse(solved(bigger), solved(document))


@pytest.mark.slow
@for_all
def test_more_of_every_resource_never_lowers_the_value(seed: int, solved: Solve) -> None:
    document = document_of(seed)
    bigger = changed(document)
    # Penalties of shortfalls are a cost: where that is welcome, more of a resource takes it away.
    assume(holds=bool(bigger.get("availability")) and cost_is_unwelcome(document))
    for row in bigger["availability"]:
        row["amount"] = None
    assert_no_worse(solved(bigger), solved(document))


@pytest.mark.slow
@for_all
def test_removing_a_constraint_family_never_lowers_the_value(seed: int, solved: Solve) -> None:
    document = document_of(seed)
    assume(holds=cost_is_unwelcome(document))
    base = solved(document)
    for family in Random(seed).sample(FAMILIES, 5):
        # Without reviews the agency is not used, which a limit or weight on its use may notice.
        if family == "permits" and "use:" in str(document):
            continue
        without = changed(document)
        applied = without["instance"].setdefault("applied", {})
        applied["disable"] = sorted({*applied.get("disable", []), family})
        assert_no_worse(solved(without), base)


@for_all
def test_a_project_nobody_chose_can_be_deleted_without_change(seed: int, solved: Solve) -> None:
    document = document_of(seed)
    first = solved(document)
    assume(holds=first is not None and first.plan is not None and len(document["projects"]) > 1)
    assert first is not None
    assert first.plan is not None
    funded = {choice.project for choice in first.plan.choices}
    for name in [row["id"] for row in document["projects"]]:
        if name not in funded and len(document["projects"]) > 1:
            smaller = _without_project(document, name)
            if smaller is not None:
                assert_same_value(solved(smaller), first)


def _without_project(document: Document, name: str) -> Document | None:
    """Return a document without a project; None where others speak of it (a need, a group that it alone fills)."""
    applied = document["instance"].get("applied", {})
    rows = document.get("dependencies", [])
    spoken_of = [str(row.get(side, "")) for row in rows for side in ("project", "needs")]
    spoken_of += [side for row in rows for side in row.get("when", [])]
    spoken_of += [*applied.get("force_in", []), *applied.get("force_out", [])]
    if any(item.partition("@")[0] == name for item in spoken_of):
        return None
    smaller = changed(document)
    owned = ("alternatives", "requirements", "cashflows", "fund_amounts")
    for table, column in {"projects": "id", **dict.fromkeys(owned, "project")}.items():
        smaller[table] = [row for row in smaller.get(table, []) if row[column] != name]
    try:
        parsed(smaller)
    except InputError:
        return None
    # A least amount of each group falls away with a group that only the project filled.
    if any(row.get("by", "all") != "all" and row.get("group") is None for row in smaller.get("limits", [])):
        return None
    return smaller


@for_all
def test_an_unused_resource_changes_nothing(seed: int, solved: Solve) -> None:
    document = document_of(seed)
    more = changed(document)
    start = more["instance"]["calendar"]["start"]
    more.setdefault("resources", []).extend(
        [
            {"resource": "zz idle", "kind": "labour", "basis": "cumulative"},
            {"resource": "zz soft", "kind": "energy", "penalty": 3, "tolerance": 0.5},
        ]
    )
    more.setdefault("availability", []).extend(
        {"resource": name, "from": start, "amount": 7} for name in ("zz idle", "zz soft")
    )
    assume(holds=cost_is_unwelcome(document))
    assert_same_value(solved(more), solved(document))


@pytest.mark.slow
@for_all
def test_a_forbidden_project_never_raises_the_value_and_a_forced_one_neither(seed: int, solved: Solve) -> None:
    document = document_of(seed)
    base = solved(document)
    for key in ("force_out", "force_in"):
        bound = changed(document)
        applied = bound["instance"].setdefault("applied", {})
        name = bound["projects"][0]["id"]
        applied[key] = [*applied.get(key, []), name]
        assert_no_worse(base, solved(bound))
