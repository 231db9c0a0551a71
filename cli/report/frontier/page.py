"""Everything that the template of a frontier shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outlay.cli.report.frontier.charts import pictures, strip
from outlay.cli.report.layout.grid import Cell, Grid, Heading, grid
from outlay.cli.views import words
from outlay.cli.views.explanation import records
from outlay.cli.views.frontier import change_words, headings, point_rows, verdict, volume_words

if TYPE_CHECKING:
    from outlay.optimizer.frontier.result import Frontier


def frontier_context(frontier: Frontier) -> dict[str, Any]:
    """Return what the template shows."""
    names = headings(frontier)
    return {
        "title": frontier.instance.settings.title or frontier.instance.name,
        "name": frontier.instance.name,
        "constraint_set": frontier.constraint_set,
        "against": " against ".join(names),
        "verdict": f"{verdict(frontier)}.",
        "volume": volume_words(frontier),
        "complete": frontier.complete,
        "notes": [f"{note[:1].upper()}{note[1:]}." for note in frontier.notes],
        "pictures": [{"id": name, "figure": figure, "alt": names[0]} for name, figure in pictures(frontier)],
        "shaded": len(frontier.open) > 0,
        "lines": len(frontier.segments) > 0,
        "faces": len(frontier.faces) > 0,
        "strip": strip(frontier),
        "points_grid": _points_grid(frontier),
        "open_grid": _open_grid(frontier),
        "core_grid": _core_grid(frontier),
        "sets_lines": frontier.sets_toml.splitlines(),
    }


def _points_grid(frontier: Frontier) -> Grid:
    priced = len(frontier.objectives) == 2
    titles = [
        Heading("Point", right=True),
        *(Heading(name, each.unit if not each.limit or each.units else "share", right=True)
          for name, each in zip(_titles(frontier), frontier.objectives, strict=True)),
        *([Heading("Rate", right=True)] if priced else []),
        Heading("Plan, then changes", wide=True), Heading("Proved"),
    ]  # fmt: skip
    rows = []
    for place, row in enumerate(point_rows(frontier)):
        cells: list[Cell | str | None] = [str(row["point"])]
        cells += [words.number(row[each.name], 6) for each in frontier.objectives]
        cells += [words.number(row["marginal"]) if row["marginal"] is not None else ""] if priced else []
        rows.append([*cells, change_words(row, place), "yes" if row["proved"] else "no"])
    return grid(titles, rows)


def _titles(frontier: Frontier) -> list[str]:
    return [each.title if each.limit or each.name == "objective" else each.name for each in frontier.objectives]


def _open_grid(frontier: Frontier) -> Grid:
    titles = [
        Heading(f"{name}: {end}", right=True) for name in _titles(frontier) for end in ("above", "below")
    ]  # fmt: skip
    rows = [
        [
            *(words.number(row[f"{each.name} {end}"]) for each in frontier.objectives for end in ("low", "high")),
            row["reason"],
        ]
        for row in records(frontier.open)
    ]
    return grid([*titles, Heading("Why", wide=True)], rows, most_characters=20_000)


def _core_grid(frontier: Frontier) -> Grid:
    rows = [
        [row["project"], row["name"], Cell(words.share(row["core"]), bar=row["core"]), row["standing"]]
        for row in records(frontier.projects)
    ]
    return grid([Heading("Id"), Heading("Project"), Heading("Core index", right=True), Heading("Standing")], rows)
