"""A stress test in the words that terminal and report share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outlay.cli.views import words

if TYPE_CHECKING:
    import pandas as pd

    from outlay.optimizer.stress.result import Stress

#: From here on a project is as good as certain; in the report's and the terminal's words "nine draws of ten".
FIRM = 0.9


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table as records, None where a number is missing."""
    return [
        {str(key): None if isinstance(value, float) and value != value else value for key, value in row.items()}  # noqa: PLR0124
        for row in table.to_dict("records")
    ]


def with_error(value: float | None, error: float | None, digits: int = 4) -> str:
    """Return a mean with its standard error.

    Examples
    --------
    >>> with_error(102.78, 1.234), with_error(3.0, 0.0), with_error(None, None)
    ('102.8 ± 1.2', '3', '–')
    """
    text = words.number(value, digits)
    return f"{text} ± {words.number(error, 2)}" if words.exists(error) and error else text


def later_words(row: dict[str, Any]) -> str:
    """Return how likely a project is later, and by how much."""
    if not row["later"]:
        return ""
    return f"{words.share(row['later'])}, by {words.number(row['later_months'], 2)} months"


def firm_words(rows: list[dict[str, Any]]) -> str:
    """Return which projects of a plan are carried out in nine worlds of ten, and which are not."""
    firm = [row["project"] for row in rows if row["built"] is not None and row["built"] >= FIRM - 1e-9]
    rest = [row["project"] for row in rows if row["built"] is not None and row["built"] < FIRM - 1e-9]
    told = f"built in at least nine draws of ten: {words.listed(firm, 40) if firm else 'none'}"
    return told + (f"; in fewer: {words.listed(rest, 40)}" if rest else "")


def telling(rows: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """Return the factors that matter most: by what they explain, then by their swing."""
    ordered = sorted(rows, key=lambda row: (-(row["index"] or 0.0), -abs(row["swing"] or 0.0), row["factor"]))
    return ordered[:most]


def chance_words(rows: list[dict[str, Any]]) -> str:
    """Return how much a share means among so many factors, in a sentence; nothing where there are no shares."""
    if not rows or not rows[0]["index_chance"]:
        return ""
    share = round(100 * rows[0]["index_chance"])
    told = "a factor that tells nothing" if len(rows) == 1 else f"the luckiest of {len(rows)} factors that tell nothing"
    return f"With so many draws {told} would show about {share} %."


def headline(stress: Stress) -> str:
    """Return what was tried, in a sentence."""
    plans, draws = len(stress.decided), len(stress.worlds)
    seed = f", seed {stress.worlds.seed}" if stress.worlds.dimensions else ""
    return f"{words.count(plans, 'plan')} in the same {words.count(draws, 'world')}{seed}"
