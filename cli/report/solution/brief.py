"""The plan in five lines, from its tables: what is funded, what decides, who waits, what lacks, what is assumed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from outlay.cli.views import words
from outlay.cli.views.binding import groups, runs
from outlay.cli.views.facts import beyond_lines, bought_line, short_line

if TYPE_CHECKING:
    from outlay.optimizer.answer.solution import Solution

_NEVER = "never available: "
_NOT_WORTH = "available, but not worth it"
#: Rules that leave a project without any option, in words.
_RULES = {
    "lender": "the lender's test",
    "permit": "permits that come too late",
    "selection": "dates of selection",
    "funds": "no fund that may pay",
    "needs": "a needed project that is never ready",
    "horizon": "the end of the calendar",
    "fit": "needs that exceed what there ever is",
}
_MOST_NAMES = 3


@dataclass(frozen=True)
class Line:
    """A line of the summary; `warning`: what a committee must not miss."""

    text: str
    warning: bool = False


def brief(solution: Solution) -> list[Line]:
    """Return the plan in five lines at most."""
    return [
        line
        for line in (_funded(solution), _decides(solution), _waits(solution), _lacks(solution), _data(solution))
        if line
    ]


def _funded(solution: Solution) -> Line:
    projects, unit = solution.projects, solution.instance.settings.money_unit
    funded = int(projects["funded"].sum())
    text = f"{funded:,} of {words.count(len(projects), 'project')} {'is' if funded == 1 else 'are'} funded"
    committed = solution.metrics.get("commitment")
    if committed:
        text += f": {words.money(committed, unit)}"
        rows = solution.resources
        cap = rows.loc[(rows["resource"] == "commitments") & rows["on"].astype(bool), "limit"]
        if len(cap) and float(cap.iloc[-1]) > 0:
            most = float(cap.iloc[-1])
            text += f" of the {words.money(most, unit)} that may be committed ({words.share(committed / most)})"
    return Line(f"{text}.")


def _decides(solution: Solution) -> Line:
    found = sorted(groups(solution), key=lambda group: any(group.eased))
    names = [f"{one.what} ({when})" if (when := runs(one, solution)) else one.what for one in found]
    told = f"Used up to the last: {words.listed(names, 4)}" if names else "No limit is used up to the last"
    out = solution.table("keeps_out")
    if len(out):
        title = solution.instance.resource_title
        pairs = zip(out["limit"].tolist(), out["projects"].tolist(), strict=True)
        kept = words.listed([f"{title(limit)} ({words.count(many, 'project')})" for limit, many in pairs], 3)
        told += f"; what keeps projects out: {kept}"
    return Line(f"{told}.")


def _waits(solution: Solution) -> Line | None:
    rows = [row for row in solution.projects.to_dict("records") if not row["funded"]]
    if not rows:
        return None
    never = [row for row in rows if str(row["reason"]).startswith(_NEVER)]
    useless = [row for row in rows if str(row["reason"]).startswith(_NOT_WORTH)]
    worthy = _by_worth(solution)
    waiting = [row for row in rows if row not in never and row not in useless]
    waiting.sort(key=lambda row: worthy.get(row["project"], len(worthy)))
    parts = []
    if waiting:
        names = words.listed([_named(row) for row in waiting], _MOST_NAMES)
        parts.append(f"{words.count(len(waiting), 'worthy project')} {_verb(waiting, 'waits', 'wait')}: {names}")
    if never:
        parts.append(f"{len(never):,} {_verb(never, 'was', 'were')} never available{_why(solution, never)}")
    if useless:
        parts.append(f"{len(useless):,} {_verb(useless, 'adds', 'add')} nothing")
    text = "; ".join(parts)
    return Line(f"{text[:1].upper()}{text[1:]}.")


def _by_worth(solution: Solution) -> dict[str, int]:
    """Return the place of each project that some limit keeps out: the one of most worth to the widest limit first."""
    found: dict[str, int] = {}
    for which in solution.table("keeps_out")["which"]:
        for project in str(which).split(";"):
            found.setdefault(project, len(found))
    return found


def _named(row: dict[Any, Any]) -> str:
    return f"{row['name']} ({row['project']})" if row["name"] != row["project"] else str(row["project"])


def _verb(rows: list[Any], one: str, many: str) -> str:
    return one if len(rows) == 1 else many


def _why(solution: Solution, never: list[dict[Any, Any]]) -> str:
    """Return by which rules projects never were available, the commonest first."""
    table = solution.table("dropped")
    ids = {row["project"] for row in never}
    pairs = {(project, rule) for project, rule in zip(table["project"], table["rule"], strict=True) if project in ids}
    rules = Counter(rule for _, rule in sorted(pairs)).most_common(2)
    return f", by {' and '.join(_RULES.get(rule, str(rule)) for rule, _ in rules)}" if rules else ""


def _lacks(solution: Solution) -> Line | None:
    short, bought = short_line(solution), bought_line(solution)
    if short:
        return Line(f"Short of {short}.", warning=True)
    late = next(iter(beyond_lines(solution.instance, solution.tables["beyond"])), "")
    if late:
        return Line(f"{late[:1].upper()}{late[1:]}.", warning=True)
    return Line(f"Beside the projects there is {bought}.") if bought else None


def _data(solution: Solution) -> Line | None:
    kinds = Counter(solution.instance["provenance"].raw("kind"))
    total = sum(kinds.values())
    if not total:
        return None
    return Line(
        f"{words.share(kinds['assumed'] / total)} of the inputs whose source is told ({total:,}) are assumptions."
    )


def sector_words(solution: Solution) -> str:
    """Return the split of the money by sector in words, the largest first."""
    rows = sorted(solution.table("sectors").to_dict("records"), key=lambda row: -row["commitment"])
    return ", ".join(f"{row['sector'] or 'no sector'} {words.share(row['share'])}" for row in rows if row["commitment"])


def peak_words(solution: Solution, resource: str) -> str:
    """Return where a resource of money is tightest, in a sentence; empty where it has no limit."""
    for row in solution.table("limits").to_dict("records"):
        if row["limit"] == resource and words.exists(row["available"]):
            used, there = (words.money(row[key], row["unit"]) for key in ("used", "available"))
            return f"At its tightest, {row['when'] or 'never'}: {used} of {there}."
    return ""
