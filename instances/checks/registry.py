"""Checks across tables. Each is a sentence that must hold and a function that yields what breaks it.

All of them run, so that an analyst sees every fault at once. They take a typed instance: cells have been parsed and
single-column rules (sign, range, choice) are already checked. A check that looks something up in a table or key that
could not be read, or compares a cell that is wrong, is left out: its faults would only repeat that one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from outlay.instances.checks import logic as checks_logic
from outlay.instances.checks import money as checks_money
from outlay.instances.checks import names as checks_names
from outlay.instances.checks import rules as checks_rules
from outlay.instances.checks import steps as checks_steps
from outlay.instances.checks import under_way as checks_under_way
from outlay.instances.checks.scope import Scope
from outlay.instances.errors import Fault


def check_instance(scope: Scope) -> list[Fault]:
    """Return every fault of an instance, in the order of `CHECKS`."""
    return [
        fault
        for check in CHECKS
        if scope.broken.isdisjoint(check.needs)
        for fault in check.find(scope)
        if not (check.compares_cells and scope.is_doubtful(fault))
    ]


class Check(NamedTuple):
    """A rule across tables.

    Attributes
    ----------
    sentence
        What must hold.
    find
        Yields a fault for each place where it does not.
    needs
        The tables and keys of the settings without which nothing can be said.
    compares_cells
        Whether it holds cells of one row against each other; not said of rows in which a cell is wrong.
    """

    sentence: str
    find: Callable[[Scope], Iterable[Fault]]
    needs: tuple[str, ...] = ()
    compares_cells: bool = False


_CHOICES = ("projects", "alternatives")
_METRICS = ("metrics", "cashflows", "resources")

#: Every rule across tables. Adding one is a line here and a function.
CHECKS: tuple[Check, ...] = (
    Check("every name refers to a row that exists", checks_names.references),
    Check(
        "availability names a resource or a fund, and the two share no name",
        checks_names.availability,
        ("resources", "funds"),
    ),
    Check("an alternative that is named belongs to the project", checks_names.alternatives, _CHOICES),
    Check("both sides of a dependency exist and differ", checks_names.dependencies, _CHOICES),
    Check("metrics that are named are known and may stand there", checks_names.metrics, _METRICS),
    Check(
        "the objective names a stakeholder or metrics", checks_names.objective, (*_METRICS, "objective", "stakeholders")
    ),
    Check("switches name families and projects and do not contradict each other", checks_names.applied, _CHOICES),
    Check("provenance names a table", checks_names.provenance),
    Check("requires has no cycle", checks_rules.cycles),
    Check("counts of dependencies fit their kind and group", checks_logic.counts, compares_cells=True),
    Check("rows of a group agree", checks_logic.groups, compares_cells=True),
    Check("joint savings leave a commitment", checks_logic.savings, ("finance", *_CHOICES), compares_cells=True),
    Check("lags fit their kind and leave room", checks_logic.lags, ("calendar",), compares_cells=True),
    Check("dates lie in the calendar", checks_rules.dates, ("calendar",)),
    Check("what is decided now is decided in the calendar", checks_rules.stages, ("calendar", "stages")),
    Check("dates leave a period to start in", checks_rules.starts, ("calendar",), compares_cells=True),
    Check(
        "what was decided before the calendar fits the status",
        checks_under_way.decided,
        ("calendar", *_CHOICES),
        compares_cells=True,
    ),
    Check(
        "the plan that stands can be kept to",
        checks_under_way.approved,
        ("calendar", "approved", *_CHOICES),
        compares_cells=True,
    ),
    Check("steps of scale join", checks_steps.steps, ("finance", "cashflows", *_CHOICES), compares_cells=True),
    Check("changes are limited by number and in all", checks_under_way.changes, compares_cells=True),
    Check("years need periods that divide a year", checks_rules.years, ("calendar",)),
    Check("resources nest in their own unit", checks_rules.parents),
    Check("a tolerance goes with a penalty", checks_rules.tolerances, compares_cells=True),
    Check("only the engine uses the resources that it fills", checks_rules.engine_filled),
    Check("requirements have one window", checks_rules.requirements, compares_cells=True),
    Check("windows in months have a length", checks_rules.windows, compares_cells=True),
    Check(
        "permits have a time, an agency of kind permit and one number a pool", checks_rules.permits, compares_cells=True
    ),
    Check("what is left is carried over where it can be", checks_rules.carry_over, compares_cells=True),
    Check("programs leave room", checks_rules.programs, ("calendar",), compares_cells=True),
    Check("limits are well formed", checks_rules.limits, compares_cells=True),
    Check("limits name a group that a project has", checks_rules.groups, ("projects",), compares_cells=True),
    Check("loans have terms and a life", checks_money.loans, ("finance", "terms", *_CHOICES), compares_cells=True),
    Check(
        "metrics of the loan are named only where one is modelled", checks_money.loan_metrics, ("finance", "objective")
    ),
    Check("profiles are shares of each period or year of building", checks_money.profiles, ("calendar", *_CHOICES)),
    Check("prices rise within bounds", checks_money.escalation, ("calendar", *_CHOICES)),
    Check("a discount of value has a rate", checks_money.value_discount, ("discount_rates", "value_discount")),
    Check("weights lie within their bounds", checks_money.weight_bounds, compares_cells=True),
    Check("shares of funds leave room", checks_money.fund_shares, compares_cells=True),
    Check(
        "amounts of funds leave room and are for projects that the fund may pay for",
        checks_money.fund_amounts,
        ("projects", "funds"),
        compares_cells=True,
    ),
)
