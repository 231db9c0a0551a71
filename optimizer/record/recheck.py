"""Check an answer again, from its instance and its plan: whatever else is said of it must follow from these.

What only the solver can know is not checked, and named wherever it is shown (`record.recorded`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

import pandas as pd

from outlay.instances.errors import InputError, NoPlanError
from outlay.instances.given import type_of
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.models.case import Case
from outlay.models.families.registry import rows_of
from outlay.optimizer.answer.documents import finite, table_document
from outlay.optimizer.answer.reason import Reason
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.answer.tables import Told, compute_tables
from outlay.optimizer.record.claims import ROUNDING, Claims, claim, claimed_finals, largest_decision
from outlay.optimizer.record.run_document import claims_of
from outlay.optimizer.verify.plan import TOLERANCE, Verification, Violation, verify_plan
from outlay.optimizer.verify.report import as_float

__all__ = ["Rechecked", "Verification", "recheck", "verify"]

#: So many false cells of a table are named.
MOST_CELLS = 5


class Rechecked(NamedTuple):
    """What was found just now.

    Attributes
    ----------
    verification
        With every false claim; None where there is no plan and nothing false.
    tables, reasons
        Computed from the plan; empty where it does not verify.
    case
        The instance's.
    """

    verification: Verification | None
    tables: dict[str, pd.DataFrame]
    case: Case
    reasons: dict[str, Reason]

    @property
    def violations(self) -> tuple[Violation, ...]:
        """All that is broken or false."""
        return () if self.verification is None else self.verification.violations


def verify(solution: Solution) -> Verification:
    """Check a solution's plan and all that is said of it again; plan and objective in exact rational arithmetic.

    Nothing that the engine stored about the check is trusted: everything is recomputed from the instance and the plan,
    and what the solution says of itself (status, levels, metrics, tables, ...) must agree with it. The bound itself is
    the solver's word: no plan can prove that none is better.

    Raises
    ------
    NoPlanError
        If there is no plan.
    InputError
        If it is no solution.
    """
    if not isinstance(solution, Solution):
        remedy = "give what outlay.solve returned, or outlay.load(RUN)"
        raise InputError.single("verify", f"{type_of(solution)} is no solution", remedy)
    found = recheck(finite(claims_of(solution)), solution.instance).verification
    if found is None:
        raise NoPlanError("there is no plan to verify")
    if found.ok or solution.verification is None:
        return found
    # What was false in the file that the solution was read from stays so.
    known = solution.verification.violations
    return replace(found, violations=tuple(_each_once([*known, *found.violations])))


def recheck(run: dict[str, Any], instance: Instance, *, older: bool = False) -> Rechecked:
    """Check a run document, its types checked already, against its instance.

    Parameters
    ----------
    run
        The document without its instance.
    instance
        The resolved instance.
    older
        Whether it was of an earlier format: what that computed in its own way is computed anew and not compared.
    """
    case = Case(instance, bool(run["options"].get("cancelling")))
    plan = None if run["plan"] is None else Plan.from_document(run["plan"])
    verification = None if plan is None else verify_plan(instance, plan, objective=claimed_finals(run))
    told = Told({}, {})
    if plan is not None and verification is not None and verification.ok:
        told = compute_tables(case, tuple(rows_of(case)), plan)
    false = [*Claims(run, case, verification).false()]
    false += _differences(run, case, plan, verification)
    if not older:
        false += _verification_differences(run["verification"], verification)
        if told.tables or plan is None:
            false += _table_differences(run["tables"], told.tables)
    if run.get("comparison") is not None:
        false += _comparison_differences(run, case)
    if false:
        found = verification or Verification()
        verification = replace(found, violations=(*found.violations, *_each_once(false)))
        told = Told({}, {})
    return Rechecked(verification, told.tables, case, told.reasons)


def _each_once(violations: list[Violation]) -> list[Violation]:
    return list({violation.sentence: violation for violation in violations}.values())


def _differences(
    run: Mapping[str, Any], case: Case, plan: Plan | None, verification: Verification | None
) -> Iterator[Violation]:
    """Yield what follows from instance and plan and is recorded otherwise."""
    found = Verification() if verification is None else verification
    instance = case.instance
    due: dict[str, Any] = {
        "name": instance.name,
        "constraint_set": "+".join(instance.settings.applied.sets) or "base",
        "hash": instance.digest,
        "plan": None if plan is None else plan.to_document(),
        "metrics": {name: as_float(amount) for name, amount in found.metrics.items()},
        "stakeholders": {name: as_float(amount) for name, amount in found.stakeholders.items()},
    }
    for name, value in due.items():
        yield from differences(run[name], value, name)
    if plan is not None or run["sizes"]:  # a time limit may be over before the model is made
        yield from differences(run["sizes"].get("options"), len(case.options), "sizes.options")
    if plan is None and run["user_rows"] is not None:
        yield claim(
            "user_rows", None, None, "rules added in Pyomo are said to be evaluated at a plan, but there is none"
        )


def _verification_differences(recorded: Mapping[str, Any] | None, found: Verification | None) -> Iterator[Violation]:
    """Compare the verification that is recorded with the one made now; what was broken stays so."""
    due = None if found is None else found.to_document()
    if recorded is None or due is None:
        if recorded is not due:
            yield claim("verification", None, None, "a verification without plan, or a plan without verification")
        return
    yield from differences(recorded, due, "verification")


def _table_differences(recorded: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> Iterator[Violation]:
    for name in sorted({*recorded, *tables}):
        if name not in recorded or name not in tables:
            said, meant = ("there" if name in each else "not there" for each in (recorded, tables))
            yield claim(f"tables.{name}", said, meant)
        else:
            yield from table_differences(recorded[name], finite(table_document(tables[name])), f"tables.{name}")


def table_differences(recorded: Mapping[str, Any], due: Mapping[str, Any], path: str) -> Iterator[Violation]:
    """Yield the first cells in which a table that is recorded is not the one that it should be."""
    if list(recorded["columns"]) != list(due["columns"]):
        yield claim(path, ", ".join(map(str, recorded["columns"])), ", ".join(map(str, due["columns"])))
    elif len(recorded["rows"]) != len(due["rows"]):
        yield claim(path, f"{len(recorded['rows'])} rows", f"{len(due['rows'])} rows")
    else:
        yield from islice(_cell_differences(recorded, due, path), MOST_CELLS)


def _cell_differences(recorded: Mapping[str, Any], due: Mapping[str, Any], path: str) -> Iterator[Violation]:
    for place, column in enumerate(due["columns"]):
        cells = [row[place] for row in due["rows"]]
        largest = max((abs(cell) for cell in cells if isinstance(cell, float)), default=0.0)
        for number, (row, meant) in enumerate(zip(recorded["rows"], cells, strict=True)):
            if not _agree(row[place], meant, ROUNDING * largest):
                yield claim(f"{path}[{number}].{column}", row[place], meant)


def _agree(said: object, meant: object, slack: float = 0.0) -> bool:
    numbers = (int, float)
    if isinstance(said, numbers) and isinstance(meant, numbers):
        alike = isinstance(said, bool) == isinstance(meant, bool)
        return alike and math.isclose(said, meant, rel_tol=ROUNDING, abs_tol=slack)
    return type(said) is type(meant) and said == meant


def differences(recorded: Any, due: Any, path: str) -> Iterator[Violation]:
    """Yield each value of plain data that is recorded otherwise than it should be."""
    if isinstance(recorded, Mapping) and isinstance(due, Mapping):
        for key in sorted({*recorded, *due}):
            if key not in recorded or key not in due:
                said, meant = ("there" if key in each else "not there" for each in (recorded, due))
                yield claim(f"{path}.{key}", said, meant)
            else:
                yield from differences(recorded[key], due[key], f"{path}.{key}")
    elif isinstance(recorded, list | tuple) and isinstance(due, list | tuple):
        if len(recorded) != len(due):
            yield claim(path, f"{len(recorded)} entries", f"{len(due)} entries")
        else:
            for place, (said, meant) in enumerate(zip(recorded, due, strict=True)):
                yield from differences(said, meant, f"{path}[{place}]")
    elif not _agree(recorded, due):
        yield claim(path, _plain(recorded), _plain(due))


def _plain(value: Any) -> Any:
    return type(value).__name__ if isinstance(value, Mapping | list | tuple) else value


def _comparison_differences(run: Mapping[str, Any], case: Case) -> Iterator[Violation]:
    """Check the solver's own plan, which a comparison counts ties with: it holds, and is worth the objective."""
    own = run["comparison"]["own_plan"]
    if (own is None) != (run["plan"] is None):
        yield claim("comparison.own_plan", None, None, "the solver's own plan is missing, or is one too many")
    if own is None:
        return
    plan, instance = Plan.from_document(own), case.instance
    yield from differences(own, plan.to_document(), "comparison.own_plan")
    found = verify_plan(instance, plan)
    for violation in found.violations:
        yield claim("comparison.own_plan", None, None, f"the solver's own plan: {violation.sentence}")
    if not found.objective or not run["levels"] or run["own_objective"]:
        return
    worth, said = as_float(found.objective[0]), run["levels"][0]["objective"]
    given_up = float(instance.objective_levels[0].tolerance) if len(instance.objective_levels) > 1 else 0.0
    slack = float(TOLERANCE) * max(abs(worth), largest_decision(case, 0))
    if said is None or not said - slack - given_up * abs(said) <= worth <= said + slack:
        yield claim("comparison.own_plan", worth, said, f"the solver's own plan is worth {worth}, not {said}")
