"""What a reader must not miss, in sentences that terminal, page and comparison share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from outlay.cli.views import words
from outlay.optimizer.status import DatesFound

if TYPE_CHECKING:
    from outlay.instances.instance import Instance
    from outlay.optimizer.answer.solution import Solution

_DATES = {
    DatesFound.EARLIEST: "as early as possible: no earlier plan of these projects is worth as much",
    DatesFound.EARLY: "early, but not proved to be the earliest possible",
    DatesFound.DECIDED: "decided by the objective: no project could be earlier and bring as much",
    DatesFound.OPEN: "one choice of many: the earliest were not looked for",
}


def dates_line(solution: Solution) -> str:
    """Return how the dates were chosen."""
    dates = solution.dates
    if dates is None:
        return "not known to be the earliest: the run says nothing of them"
    return f"{_DATES[dates.found]} ({dates.why})" if dates.why else _DATES[dates.found]


def beyond_lines(instance: Instance, beyond: pd.DataFrame) -> list[str]:
    """Return what falls after the calendar, where nothing limits it: money first."""
    lines = []
    for what, unit, amount, late in zip(*(beyond[name] for name in ("what", "unit", "amount", "beyond")), strict=True):
        if what == "draws":
            money = instance.settings.money_unit
            told = f"{words.money(late, money)} of {words.money(amount, money)}"
        else:
            told = f"{words.number(late)} of {words.number(amount)} {unit} of {what}".replace("  ", " ")
        lines.append(f"{told} falls after the calendar, where nothing limits it; finish_inside = true forbids it")
    return lines


def short_line(solution: Solution) -> str:
    """Return what the plan is short of, in a line; empty where it has everything."""
    table = solution.tables["procurement"]
    short = table[table["kind"] == "short"]
    parts = []
    for name, unit, most, first, last in zip(
        *(short[key] for key in ("name", "unit", "most", "first", "last")), strict=True
    ):
        when = f"in {first}" if first == last else f"between {first} and {last}"
        parts.append(
            f"up to {words.number(most)} {unit} of {solution.instance.resource_title(name)} {when}".replace("  ", " ")
        )
    return "; ".join(parts)


def bought_line(solution: Solution) -> str:
    """Return what must be bought and imported, in a line; empty where nothing must."""
    table = solution.tables["procurement"]
    parts = []
    for kind, verb in (("bought", "to buy"), ("imported", "to import")):
        rows = table[table["kind"] == kind]
        names = [
            f"{words.number(amount)} {unit} of {solution.instance.resource_title(name)}".replace("  ", " ")
            for name, unit, amount in zip(*(rows[key] for key in ("of", "unit", "amount")), strict=True)
        ]
        if names:
            parts.append(f"{verb}: {words.listed(names, 4)}")
    return "; ".join(parts)


def in_short(solution: Solution) -> list[tuple[str, str]]:
    """Return the plan in a few sentences, each with a label: what decides, what waits, what is short, what is late."""
    facts = [("Dates", dates_line(solution))]
    facts += [("After the calendar", line) for line in beyond_lines(solution.instance, solution.tables["beyond"])]
    short, bought = short_line(solution), bought_line(solution)
    if short:
        facts.insert(0, ("Short of", short))
    if bought:
        facts.append(("Beside the projects", bought))
    out = solution.tables["keeps_out"]
    if len(out):
        names = [
            f"{limit} ({words.count(count, 'project')})"
            for limit, count in zip(out["limit"], out["projects"].tolist(), strict=True)
        ]
        facts.append(("What keeps projects out", words.listed(names, 4)))
    provenance = solution.instance["provenance"]
    assumed = sum(kind == "assumed" for kind in provenance.raw("kind"))
    if assumed:
        share = words.share(assumed / len(provenance))
        facts.append(("Data", f"{share} of the {len(provenance):,} entries of provenance are assumptions"))
    return facts
