"""Read the folder of a priority list back, believing nothing in it.

Every run file is checked as any other is (`outlay.optimizer.record`). That the levels are those of one instance, that
the plans are nested, what they are worth together, and the tables must follow from them. As recorded, for nobody can
repeat it: bounds, the best plan of each level without nesting, times and messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from outlay.instances.errors import InputError
from outlay.instances.formats.output import as_path
from outlay.instances.formats.reading import MAX_FILE_MB
from outlay.instances.stages import Linking
from outlay.optimizer.answer.documents import finite, plain_table, table_document
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.ranking.levels import check_levels, check_weights, level_scenarios, limit_named
from outlay.optimizer.ranking.ranking import LEVELS, MARKER, PROJECTS, Ranking
from outlay.optimizer.record.recheck import table_differences
from outlay.optimizer.record.run_schema import TablePart
from outlay.optimizer.status import Status
from outlay.optimizer.together.folder import Kind, broken_rules, false_figures
from outlay.optimizer.together.plans import TogetherPart
from outlay.optimizer.verify.linking import verify_linking
from outlay.optimizer.verify.plan import TOLERANCE

REMEDY = "rank again: outlay rank INSTANCE --limit ... --levels ... -o FOLDER"


class RankingPart(TogetherPart):
    """What ``ranking.json`` holds."""

    format: Literal["outlay ranking 1"]
    limit: str
    unit: str
    levels: TablePart
    projects: TablePart
    plans: dict[str, Any]
    options: dict[str, Any]


RANKING = Kind(MARKER, RankingPart, member="level", command="rank", remedy=REMEDY)


def load_ranking(path: str | Path, *, max_file_mb: float = MAX_FILE_MB) -> Ranking:
    """Return what `Ranking.save` wrote, verified again.

    `violations` is what is found now: of each plan, of their being nested, and every claim of the folder that is false.

    Raises
    ------
    InputError
        If the folder or a file in it is missing, no such folder, or damaged.
    """
    path = as_path(path, "load_ranking")
    document = RANKING.said(path, max_file_mb)
    names = [str(name) for name in document["options"].get("levels") or ()]
    if not names or list(document["runs"]) != names:
        raise InputError.single(MARKER, "the runs are not those of the levels", REMEDY, column="runs")
    runs = RANKING.runs_of(path, document["runs"], max_file_mb=max_file_mb)
    false = broken_rules(runs) or [("", sentence) for sentence in _false(document, runs)]
    return _ranking(document, runs, tuple(false))


def _ranking(said: Mapping[str, Any], runs: Mapping[str, Solution], false: tuple[tuple[str, str], ...]) -> Ranking:
    kept = ("limit", "unit", "stopped_by", "message", "objective", "bound", "gap", "options", "times_s")
    return Ranking(
        instance=next(iter(runs.values())).instance,
        status=Status(said["status"]),
        runs=runs,
        violations=false,
        tables={} if false else {name: plain_table(said[name]) for name in ("levels", "projects")},
        **{name: said[name] for name in kept},
    )


def _false(said: Mapping[str, Any], runs: Mapping[str, Solution]) -> Iterator[str]:
    """Yield each thing that is said of the plans together and does not follow from them."""
    members = [(name, run.instance, run.plan) for name, run in runs.items() if run.plan is not None]
    if len(members) < len(runs):
        yield "a level has no plan"
        return
    yield from (one.sentence for one in verify_linking(members, Linking.NESTED))
    try:
        marks = check_levels(list(runs))
        shares = check_weights(said["options"].get("weights"), marks)
        yield from _levels_false(said["limit"], runs)
    except InputError as error:
        yield str(error)
        return
    worth = sum(share * float(run.objective or 0.0) for share, run in zip(shares, runs.values(), strict=True))
    yield from false_figures(said, worth)
    yield from _tables_false(said, runs, shares)


def _levels_false(limit_name: str, runs: Mapping[str, Solution]) -> Iterator[str]:
    """Yield what tells that the runs are not one instance with a limit at each level.

    Where the limit's levels differ by date, that the rest is the same cannot be told exactly, and is not.
    """
    first, same = min(runs, key=float), set()
    for name, run in runs.items():
        limit = limit_named(run.instance, limit_name)
        most = max(place.level for place in limit.places)
        if abs(most - float(name)) > 1e-9 * max(1.0, most):
            yield f"{limit_name} is {most:g} in the run of level {name}"
        elif len({place.level for place in limit.places}) == 1:
            (moved,) = level_scenarios(run.instance, limit, check_levels([first]), [1.0])
            same.add(moved.instance.digest)
    if len(same) > 1:
        yield f"the runs differ in more than the level of {limit_name}"


def _tables_false(said: Mapping[str, Any], runs: Mapping[str, Solution], shares: tuple[float, ...]) -> Iterator[str]:
    """Yield what in the tables does not follow from the plans."""
    for name, columns, due in (
        ("levels", ("level", "weight", "nested", "projects", "new"), _level_rows(runs, shares)),
        ("projects", ("project", "alternative", "level"), _project_rows(runs)),
    ):
        table = plain_table(said[name])
        if list(table.columns) != list(LEVELS if name == "levels" else PROJECTS):
            yield f"the table {name} has not the columns that it should have"
            continue
        found = table[list(columns)]
        if name == "projects":
            found = found.sort_values("project", ignore_index=True)
        recorded = finite(table_document(found))
        expected = finite(table_document(pd.DataFrame(due, columns=list(columns))))
        yield from (one.sentence for one in table_differences(recorded, expected, f"tables.{name}"))
        if name == "levels":
            yield from _prices_false(table)


def _prices_false(table: pd.DataFrame) -> Iterator[str]:
    """Yield what a level's price says that does not follow from its best plan, as that is recorded."""
    for row in table.to_dict("records"):
        for price, best in (("price", "best"), ("price_at_most", "best_at_most")):
            size = float(TOLERANCE) * max(1.0, abs(row["nested"]))
            if pd.notna(row[best]) and not abs(row[best] - row["nested"] - row[price]) <= size:
                yield f"the price of one list at level {row['level']:g} is not what its best plan is worth more"


def _level_rows(runs: Mapping[str, Solution], shares: tuple[float, ...]) -> list[list[Any]]:
    rows, before = [], set[str]()
    for share, (name, run) in zip(shares, runs.items(), strict=True):
        funded = _funded(run)
        rows.append([float(name), share, run.objective, len(funded), "; ".join(sorted(set(funded) - before))])
        before = set(funded)
    return rows


def _project_rows(runs: Mapping[str, Solution]) -> list[list[Any]]:
    mark: dict[str, list[Any]] = {}
    for name, run in runs.items():
        for project, alternative in _funded(run).items():
            mark.setdefault(project, [project, alternative, float(name)])
    return [mark[project] for project in sorted(mark)]


def _funded(run: Solution) -> dict[str, str]:
    return {} if run.plan is None else {choice.project: choice.alternative for choice in run.plan.choices}
