"""What is decided now, before it is known which scenario comes true (``[stages] decide_by``)."""

from __future__ import annotations

from outlay.instances.instance import Instance
from outlay.instances.plan import Plan, Selection


def selected_now(instance: Instance, plan: Plan) -> tuple[Selection, ...]:
    """Return the here-and-now part of a plan: what it selects up to the period of decide_by, funded or cancelled.

    A committed project was selected before the calendar and counts as selected in period 0.

    Examples
    --------
    >>> from outlay.instances.formats.parsing import parse_document
    >>> from outlay.instances.plan import Choice
    >>> instance = parse_document({
    ...     "instance": {"name": "two", "stages": {"decide_by": "2026-06"},
    ...                  "calendar": {"start": "2026-01", "periods": 2, "months_per_period": 12}},
    ...     "projects": [{"id": "A"}, {"id": "B"}],
    ... }, source="example")
    >>> plan = Plan(choices=(Choice("A", "base", False, 0, 1, 1.0), Choice("B", "base", False, 1, 1, 1.0)))
    >>> selected_now(instance, plan)
    (Selection(project='A', alternative='base', period=0),)
    """
    return tuple(one for one in plan.selections if one.period <= instance.decide_by_period)
