"""Flows through links that must be built: a best plan keeps the rows, and the relaxation is stronger."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from outlay.instances.formats.parsing import parse_document
from outlay.models.plain import model_of
from outlay.optimizer.presolve.flows import channelled, flow_rows
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.session import Session
from tests.support.documents import Document, document, level

FREE = np.inf
#: Column 0 builds a link of 10, columns 1 and 2 are flows through it: from rows 0 and 1, which have 3 and 4, to rows 2
#: and 3, which lack 2 and 5. The last row is the link's.
LINK = [
    [0.0, 1.0, 0.0],
    [0.0, 0.0, 1.0],
    [0.0, -1.0, 0.0],
    [0.0, 0.0, -1.0],
    [-10.0, 1.0, 1.0],
]
LIMITS = [3.0, 4.0, -2.0, -5.0, 0.0]


def problem(matrix: list[list[float]], upper: list[float]) -> Problem:
    dense = np.array(matrix)
    rows, size = dense.shape
    whole = np.arange(size) == 0
    return Problem(
        np.ones(size), 0.0, np.zeros(size), np.where(whole, 1.0, FREE), whole, sparse.csc_array(dense),
        np.full(rows, -FREE), np.array(upper),
    )  # fmt: skip


def told(found: Problem) -> list[list[float]]:
    rows = flow_rows(found)
    return [] if rows is None else np.column_stack([rows.matrix.toarray(), rows.upper]).round(5).tolist()


def changed(row: int, column: int, value: float) -> list[list[float]]:
    return [[value if (row, column) == (i, j) else cell for j, cell in enumerate(line)] for i, line in enumerate(LINK)]


def test_no_more_flows_than_is_there_and_is_wanted() -> None:
    """Of the first good 3 are there and 2 wanted, of the second 4 and 5."""
    assert told(problem(LINK, LIMITS)) == [[-2.0, 1.0, 0.0, 0.0], [-4.0, 0.0, 1.0, 0.0]]


def test_rows_from_below_are_the_same() -> None:
    found = problem(LINK, LIMITS)
    turned = replace(found, matrix=-found.matrix, row_lower=-found.row_upper, row_upper=np.full(5, FREE))
    assert told(turned) == told(found)


def test_what_is_there_unbuilt_flows_in_any_case() -> None:
    assert told(problem(LINK, [*LIMITS[:-1], 1.0])) == [[-1.0, 1.0, 0.0, 1.0], [-3.0, 0.0, 1.0, 1.0]]


def test_where_the_link_has_no_more_than_flows_nothing_is_said() -> None:
    assert told(problem(changed(4, 0, -2.0), LIMITS)) == []


def test_a_flow_that_is_held_by_a_row_of_its_own_is_left_alone() -> None:
    assert told(problem([*LINK, [-2.0, 1.0, 0.0]], [*LIMITS, 0.0])) == [[-4.0, 0.0, 1.0, 0.0]]
    assert len(told(problem([*LINK, [-2.5, 1.0, 0.0]], [*LIMITS, 0.0]))) == 3


def test_what_a_flow_is_wanted_by_may_be_what_gives_it_room() -> None:
    """Column 0 is a project and column 1 its scale, which is 0.4 at least: which one it is, is left to the solver."""
    assert told(problem([[0.4, -1.0], [-1.0, 1.0]], [0.0, 0.0])) == []


def test_with_losses_more_may_leave_than_is_wanted() -> None:
    assert told(problem(changed(2, 1, -0.5), LIMITS)) == [[-3.0, 1.0, 0.0, 0.0], [-4.0, 0.0, 1.0, 0.0]]


def test_what_is_worth_something_by_itself_is_no_flow() -> None:
    """Nor is a whole column, or one that a row asks for."""
    found = problem(LINK, LIMITS)
    assert told(replace(found, cost=np.array([1.0, -1.0, -1.0]))) == []
    assert told(replace(found, integer=np.ones(3, dtype=bool))) == []
    assert told(problem([*LINK, [0.0, -1.0, -1.0]], [*LIMITS, -1.0])) == []


def test_what_gains_on_the_way_is_no_flow() -> None:
    """It could run in circles for ever; the other one has its row."""
    assert told(problem(changed(2, 1, -2.0), LIMITS)) == [[-4.0, 0.0, 1.0, 0.0]]


def test_a_link_that_may_be_built_in_part_says_nothing() -> None:
    found = problem(LINK, LIMITS)
    assert told(replace(found, integer=np.zeros(3, dtype=bool))) == []


def test_what_comes_from_without_end_has_no_bound() -> None:
    """Rows 0 and 1 are filled by a fourth column; what is wanted bounds the flows still, without losses."""
    filled = [[*line, -1.0 if number < 2 else 0.0] for number, line in enumerate(LINK)]
    assert told(problem(filled, LIMITS)) == [[-2.0, 1.0, 0.0, 0.0, 0.0], [-5.0, 0.0, 1.0, 0.0, 0.0]]
    filled[2][1] = -0.5
    assert told(problem(filled, LIMITS)) == []


def test_a_start_is_kept() -> None:
    found = problem(LINK, LIMITS)
    wasteful = np.array([1.0, 3.0, 4.0])  # 3 of the first good, of which 2 are wanted
    assert channelled(found).matrix.shape[0] == 7
    assert channelled(found, wasteful).matrix.shape[0] == 6


def network(seed: int, *, lossy: bool) -> Document:
    """Return five places, two goods and links both ways, some of which are there; customers may be served."""
    random, places = Random(seed), range(5)
    arcs = [(one, (one + step) % 5) for one in places for step in (1, 4)]
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in ("projects", "links", "resources", "requirements")}
    levels = {}
    for number, (one, other) in enumerate(arcs):
        arc = f"arc{number}"
        levels[arc] = random.choice([0, 0, 0, 5])
        tables["projects"].append({"id": arc, "value": -random.randint(10, 30)})
        tables["requirements"].append({"project": arc, "resource": arc, "role": "supplies", "phase": "construction"})
        tables["requirements"][-1]["amount"] = random.randint(20, 60)
        for good in "ab":
            tables["links"].append(
                {"link": f"{arc}{good}", "from_resource": f"{good}{one}", "to_resource": f"{good}{other}",
                 "cost_per_unit": random.choice([0, 1]), "capacity_resource": arc,
                 "loss": random.choice([0, 0.1]) if lossy else 0}
            )  # fmt: skip
    levels |= {f"{good}{place}": 0 if place else 40 for good in "ab" for place in places}
    tables["resources"] = [{"resource": name, "kind": "energy"} for name in levels]
    for number in range(6):
        tables["projects"].append({"id": f"c{number}", "value": random.randint(40, 90)})
        tables["requirements"].append(
            {"project": f"c{number}", "resource": random.choice("ab") + str(random.randint(1, 4)),
             "phase": "construction", "amount": random.randint(4, 16)}
        )  # fmt: skip
    levels_table = [level(name, amount) for name, amount in levels.items()]
    return document(calendar={"periods": 1}, availability=levels_table, **tables)


def worth(found: Problem, *, whole: bool) -> float:
    """Return the least value, of the relaxation unless it shall be whole, by another solver than ours."""
    rows = LinearConstraint(found.matrix, found.row_lower, found.row_upper)
    bounds = Bounds(found.lower, found.upper)
    integer = found.integer.astype(int) if whole else np.zeros(len(found.cost))
    solved = milp(found.cost, constraints=[rows], bounds=bounds, integrality=integer, options={"mip_rel_gap": 0})
    assert solved.status == 0
    return float(solved.fun)


@pytest.mark.parametrize(("seed", "lossy"), [(1, False), (2, False), (0, True)])
def test_a_best_plan_keeps_the_rows_and_the_relaxation_is_stronger(seed: int, *, lossy: bool) -> None:
    session = Session(model_of(parse_document(network(seed, lossy=lossy), source="case")))
    found = replace(session.problem, cost=session.levels()[0].cost)
    rows = flow_rows(found)
    assert rows is not None
    assert worth(found.with_rows(rows), whole=True) == pytest.approx(worth(found, whole=True))
    assert worth(found.with_rows(rows), whole=False) > worth(found, whole=False) + 1.0
