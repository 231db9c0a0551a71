"""The best plan of a small instance, found by trying every combination of options."""

from __future__ import annotations

from dataclasses import dataclass

from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from tests.brute_force.enumeration import Enumeration
from tests.brute_force.search import Search, Unbounded


@dataclass(frozen=True)
class Best:
    """The answer: ``status`` is optimal, infeasible or unbounded.

    ``levels`` holds the best value of each level of the objective; ``plan`` is one best plan; ``without_options`` are
    the projects that must be funded but cannot be; ``combinations`` and ``tried`` say how many combinations kept the
    discrete rules and how many linear programs were solved.
    """

    status: str
    levels: tuple[float, ...] = ()
    plan: Plan | None = None
    without_options: tuple[str, ...] = ()
    combinations: int = 0
    tried: int = 0


def best(instance: Instance) -> Best:
    """Return the best plan of an instance."""
    return best_of(Enumeration(instance))


def best_of(enumeration: Enumeration) -> Best:
    """Return the best plan, by enumeration, level by level of the objective."""
    without = enumeration.forced_without_options()
    if without:
        return Best("infeasible", without_options=without)
    search = Search(enumeration)
    size, values, plan = len(search.combinations), [], None
    for form, tolerance in zip(enumeration.levels, enumeration.tolerances, strict=True):
        try:
            found = search.maximise(form)
        except Unbounded:
            return Best("unbounded", combinations=size, tried=search.tried)
        if found is None:
            if values:
                raise RuntimeError("a later level lost the plans of an earlier one")
            return Best("infeasible", combinations=size, tried=search.tried)
        value, plan = found
        values.append(value)
        search.require(form, value - float(tolerance) * abs(value) - 1e-9 * max(1.0, abs(value)))
    return Best("optimal", tuple(values), plan, combinations=size, tried=search.tried)
