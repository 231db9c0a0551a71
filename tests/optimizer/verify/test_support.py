"""What the verifier's tests build their small cases with."""

from __future__ import annotations

from typing import Any

from outlay.instances.formats.parsing import parse_document
from outlay.instances.instance import Instance
from outlay.instances.plan import Choice, Plan
from outlay.optimizer.verify.plan import Verification, Violation


def build(*, calendar: dict[str, Any] | None = None, settings: dict[str, Any] | None = None, **tables: Any) -> Instance:
    """Return an instance of four years from 2026, a period each, unless told otherwise."""
    full = {"start": "2026-01", "periods": 4, "months_per_period": 12, **(calendar or {})}
    return parse_document({"instance": {"name": "case", "calendar": full, **(settings or {})}, **tables}, source="case")


def take(project: str, start: int = 0, **more: Any) -> Choice:
    """Return a choice that is selected when it starts, at full scale."""
    given = {"alternative": "base", "fast_track": False, "selection": start, "scale": 1.0, **more}
    return Choice(project=project, start=start, **given)


def plan(*choices: Choice, **amounts: Any) -> Plan:
    return Plan(choices=choices, **amounts)


def the_one(verification: Verification) -> Violation:
    assert len(verification.violations) == 1, [str(item) for item in verification.violations]
    return verification.violations[0]


def families(verification: Verification) -> set[str]:
    return {item.family for item in verification.violations}


def test_the_smallest_case_is_built_and_taken() -> None:
    instance = build(projects=[{"id": "A"}])
    assert plan(take("A", 1)).choices == (Choice("A", "base", False, 1, 1, 1.0),)
    assert instance.periods == 4
