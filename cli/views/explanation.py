"""An explanation in the words that terminal and report share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from outlay.cli.views import words

if TYPE_CHECKING:
    import pandas as pd

    from outlay.optimizer.explain.explanation import Explanation

#: So many limits that no amount of would do are named one by one.
MOST_NAMED = 3


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table as records, None where a number is missing."""
    return [
        {str(key): None if isinstance(value, float) and value != value else value for key, value in row.items()}  # noqa: PLR0124
        for row in table.to_dict("records")
    ]


def amounts(value: float | None) -> str:
    """Return a number; nothing where there is none, and a rounding error as 0."""
    if value is None:
        return ""
    return words.number(0.0 if abs(value) < 1e-9 else value)


def interval(low: float | None, high: float | None) -> str:
    """Return what is proved of a figure.

    Examples
    --------
    >>> interval(0.5, 0.5), interval(0.5, 0.75), interval(0.5, float("inf"))
    ('exactly', '0.5 to 0.75', 'at least 0.5')
    """
    if low is None and high is None:
        return ""
    least = max(0.0, low) if low is not None else None
    if least is not None and (high is None or not math.isfinite(high)):
        return f"at least {words.number(least)}"
    if least is not None and high is not None and abs(high - least) <= 1e-4 * max(abs(high), 1e-9):
        return "exactly"
    return f"{words.number(least)} to {words.number(high)}"


def standing_words(row: dict[str, Any]) -> str:
    """Return where a project stands; a tie is called so."""
    return f"{row['standing']}, a tie" if row["tie"] else str(row["standing"])


def legend() -> str:
    """Return what the list of margins says."""
    return (
        "From certain to never: the margin is what the plan loses if a project that is funded is forced out, or one "
        "that is not is forced in; proved is the interval it lies in. A tie: another plan may be as good."
    )


def step_words(rows: list[dict[str, Any]]) -> str:
    """Return the step of limits in words."""
    first = rows[0]
    return f"{100 * first['step']:g} %" if first["unit"] == "share" else f"{first['step']:g} {first['unit']}"


def change_sentences(explanation: Explanation) -> dict[str, list[str]]:
    """Return the least changes of each project in sentences; limits that no amount of would do are told together."""
    found: dict[str, list[str]] = {}
    hopeless: dict[str, list[str]] = {}
    for row in records(explanation.changes):
        texts = found.setdefault(row["project"], [])
        if row["kind"] == "limit" and row["possible"] is False:
            hopeless.setdefault(row["project"], []).append(row["what"])
        else:
            texts.append(row["sentence"])
    for project, limits in hopeless.items():
        rest = len(limits) - MOST_NAMED
        named = ", ".join(limits[:MOST_NAMED]) + (f" or {words.count(rest, 'other limit')}" if rest > 0 else "")
        found[project].append(f"no amount of {named} would do it")
    return found


def conflict_groups(explanation: Explanation) -> dict[int, tuple[list[str], bool]]:
    """Return the words of each conflict's rules, and whether it is proved minimal, by number."""
    groups: dict[int, tuple[list[str], bool]] = {}
    for row in records(explanation.conflicts):
        titles, _ = groups.setdefault(int(row["conflict"]), ([], bool(row["minimal"])))
        titles.append(str(row["title"]))
    return groups
