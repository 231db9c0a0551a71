"""The changes of a draft in words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from outlay.cli.views.labels import metric_name
from outlay.instances.drafts.draft import DraftSet
from outlay.instances.drafts.levels import percent
from outlay.instances.drafts.line import Line
from outlay.instances.instance import Instance
from outlay.instances.sets.applying import set_title
from outlay.instances.values.numbers import number_text, parse_number

#: A draft is told in at most so many letters beside its name.
MOST_WORDS = 48
#: Columns of ``terms`` as a committee calls them: title, how it is shown.
TERM_WORDS = {
    "rate": "interest a year",
    "tenor_years": "tenor, years",
    "min_dscr": "least debt service cover",
    "recover_within_years": "recovered within years",
    "min_japan_content_share": "least content share",
    "min_japan_npv": "least present value of the lender",
}
FINANCE_WORDS = {
    "waterfall": "waterfall",
    "japan_share_before": "lender's share before it has its money back",
    "japan_share_after": "lender's share afterwards",
}
WATERFALLS = {"debt_service_first": "debt service first", "literal": "literal split"}
#: Columns that are shares, told in per cent.
SHARES = frozenset({"rate", "min_japan_content_share", "japan_share_before", "japan_share_after"})


def line_words(instance: Instance, line: Line) -> str:
    """Return a change as a person says it."""
    kind, _, rest = line.subject.partition("/")
    words = {
        "set": lambda: f"Set {rest}: {set_title(instance, rest)}",
        "project": lambda: _project(instance, line.body, rest),
        "level": lambda: _level(instance, line.body, rest),
        "objective": lambda: _objective(instance, line.body["objective"]),
        "terms": lambda: _terms(line.body, rest),
        "finance": lambda: _finance(line.body, rest),
        "try": lambda: f"Proposed: {rest}",
    }
    return words[kind]() if kind in words else rest or line.subject


def draft_words(instance: Instance, draft: DraftSet) -> str:
    """Return what a draft is about, beside its name: its title, or its changes as far as there is room."""
    first = draft.title or (line_words(instance, draft.lines[0]) if draft.lines else "")
    more = 0 if draft.title else len(draft.lines) - 1
    told = first if len(first) <= MOST_WORDS else f"{first[: MOST_WORDS - 1].rstrip()}…"
    return f"{told} and {more} more" if more > 0 else told


def project_title(instance: Instance, project: str) -> str:
    """Return a project's name with its id."""
    table = instance["projects"]
    row = table.index.get((project,))
    name = "" if row is None else table.texts("name")[row]
    return f"{name} ({project})" if name else project


def _project(instance: Instance, body: Mapping[str, Any], project: str) -> str:
    key, alternative, start = forced(body)
    with_ = f" as {alternative}" if alternative else ""
    from_ = f" from {start}" if start else ""
    return f"{project_title(instance, project)} is {'' if key == 'force_in' else 'not '}funded{with_}{from_}"


def forced(body: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return how a line forces its project: ``force_in`` or ``force_out``, alternative and start, empty for any."""
    key, chosen = next((str(key), str(value[0])) for key, value in body.items())
    _, alternative, start, *_ = [*chosen.split("@"), "", ""]
    return key, alternative, start


def _level(instance: Instance, body: Mapping[str, Any], rest: str) -> str:
    kind, _, name = rest.partition("/")
    factors = [factor for change in body["change"] for factor in change.get("scale", {}).values()]
    dates = [part for part in name.rsplit("/", 2)[1:] if kind != "limit"]
    ranged = len(dates) == 2 and all(not part or (len(part) == 7 and part[4] == "-") for part in dates)
    if ranged:
        begin, end = dates
        name = name.rsplit("/", 2)[0]
    title = {"group": f"All {name}", "fund": f"Fund {name}"}.get(kind, name)
    if kind == "limit":
        row = list(instance["limits"].records())[int(name)]
        title = f"Limit on {row['metric']}{' of ' + str(row['group']) if row['group'] else ''}"
    level = f"at {percent(parse_number(factors[0]))}" if factors else "moved"
    when = ""
    if ranged:
        when = (f" from {begin}" if begin else "") + (f" until {end}" if end else "")
    return f"{title} {level}{when}"


def _objective(instance: Instance, objective: Any) -> str:
    first = objective if isinstance(objective, Mapping) else objective[0]["weights"]
    shown = [f"{metric_name(instance, name)} {number_text(parse_number(weight))}" for name, weight in first.items()]
    return f"Weights: {', '.join(shown)}"


def _terms(body: Mapping[str, Any], rest: str) -> str:
    terms, _, column = rest.rpartition("/")
    value = body["change"][0]["set"][column]
    return f"Loans {'of every kind' if terms == '*' else 'for ' + terms}: {TERM_WORDS[column]} {shown(column, value)}"


def _finance(body: Mapping[str, Any], key: str) -> str:
    value = body["change"][0]["set"][f"finance.{key}"]
    return f"{FINANCE_WORDS[key].capitalize()}: {WATERFALLS.get(str(value)) or shown(key, value)}"


def shown(column: str, value: Any) -> str:
    """Return a value of a column; shares in per cent."""
    number = parse_number(value)
    return percent(number) if column in SHARES else number_text(number)


def scaled(column: str, value: Any) -> Decimal | None:
    """Return a value as its slider shows it: shares in per cent; None for a blank."""
    if value is None:
        return None
    number = parse_number(value)
    return number.scaleb(2) if column in SHARES else number
