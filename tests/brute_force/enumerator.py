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


def best(instance: Instance, *, levels: int | None = None) -> Best:
    """Return the best plan of an instance, by so many levels of its objective; None: by all."""
    return best_of(Enumeration(instance), levels=levels)


def reaches(instance: Instance, value: float) -> bool:
    """Whether some plan of an instance is worth at least so much in the first level of its objective."""
    enumeration = Enumeration(instance)
    if enumeration.forced_without_options():
        return False
    try:
        return Search(enumeration).reaches(enumeration.levels[0], value)
    except Unbounded:
        return True


def best_of(enumeration: Enumeration, *, levels: int | None = None) -> Best:
    """Return the best plan, by enumeration, level by level of the objective; only so many if that is said."""
    without = enumeration.forced_without_options()
    if without:
        return Best("infeasible", without_options=without)
    search = Search(enumeration)
    size, values, plan = len(search.combinations), [], None
    for form, tolerance in list(zip(enumeration.levels, enumeration.tolerances, strict=True))[:levels]:
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
