"""The folder of a frontier: answers as they come, so that nothing is asked twice, and at the end its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import simplejson

from outlay.instances.errors import InputError
from outlay.instances.formats.output import refusals_told, replace_file
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.optimizer.answer.documents import damage_told, tables_digest, written_document
from outlay.optimizer.answer.solution import unverified
from outlay.optimizer.export.folders import kept_folder, write_kept
from outlay.optimizer.frontier.criteria.objectives import Objective
from outlay.optimizer.frontier.result import TABLES, Frontier
from outlay.optimizer.variation.answers import AnswerFiles
from outlay.optimizer.verify.plan import verify_plan

MARKER = "frontier.json"


@dataclass(frozen=True)
class FrontierFolder:
    """A folder that holds a frontier, finished or not."""

    path: Path

    @classmethod
    def open(cls, path: str | Path, of: Mapping[str, Any], *, force: bool = False) -> FrontierFolder:
        """Return the folder: new, empty, or of an earlier run for the same frontier.

        Parameters
        ----------
        of
            What the frontier is of, as plain data: instance and objectives. Its tolerance may be another one.

        Raises
        ------
        InputError
            If it holds anything else (unless `force`), another frontier, or cannot be written.
        """
        folder = cls(kept_folder(path, MARKER, "frontier", force=force))
        with refusals_told(folder.path):
            marker = folder.path / MARKER
            if marker.is_file() and folder._of() != dict(of) and not force:
                problem = "the folder holds another frontier: of another instance, or for other objectives"
                raise InputError.single(str(path), problem, "choose another, or use force to replace it")
            # First, so that whatever ends us here, it is known again.
            replace_file(marker, simplejson.dumps({"of": dict(of), "finished": False}, indent=1) + "\n")
            folder.answers.make_ready()
        return folder

    @property
    def answers(self) -> AnswerFiles:
        """The answers to its questions."""
        return AnswerFiles(self.path / "answers")

    def _of(self) -> Any:
        try:
            document = simplejson.loads((self.path / MARKER).read_text(encoding="utf-8"))
        except ValueError:
            return None
        return document.get("of") if isinstance(document, dict) else None

    def write(self, frontier: Frontier) -> None:
        """Write the tables as CSV, the sets as TOML, and everything as JSON; see `write_kept`."""
        document = {
            "of": self._of(),
            "digest": tables_digest(frontier.instance),
            "finished": not frontier.interrupted,
            **frontier.to_document(),
            "plan_of": [plan.to_document() for plan in frontier.plan_of],
        }
        text = simplejson.dumps(document, use_decimal=True, ignore_nan=True, indent=1)
        tables = {name: frontier.tables[name] for name in TABLES}
        write_kept(self.path, MARKER, tables, frontier.sets_toml, text)


def load_frontier(path: str | Path, instance: Instance) -> Frontier:
    """Return the frontier that a folder holds, each plan of it verified again where its limits are known.

    Parameters
    ----------
    path
        The folder, as ``outlay frontier -o`` writes it.
    instance
        The instance that it is of, without a constraint set applied.

    Raises
    ------
    InputError
        If it holds no finished frontier, one of other tables, or it is damaged.
    UnverifiedError
        If a plan fails its verification.
    """
    document, own = written_document(Path(path), MARKER, "frontier", instance)
    with damage_told(path, "frontier", "frontier"):
        found = _frontier(document, own)
        sets = {**own.sets, **found.sets}
        for number, plan in enumerate(found.plan_of, start=1):
            name = f"point-{number}"
            known = replace(own, sets=sets).with_set(name) if name in found.sets else own
            if name in found.sets or all(each.limit is None for each in found.objectives):
                checked = verify_plan(known, plan)
                if not checked.ok:
                    raise unverified(checked)
    return found


def _frontier(document: Mapping[str, Any], instance: Instance) -> Frontier:
    objectives = tuple(_objective(each) for each in document["objectives"])
    ends = [f"{each.name} {end}" for each in objectives for end in ("low", "high")]
    empty = {"open": [*ends, "reason"], "segments": ["from_point", "to_point"]}
    empty["faces"] = ["face", "point", *(each.name for each in objectives)]
    tables = {
        name: pd.DataFrame(document[name], columns=None if document[name] else empty.get(name)) for name in TABLES
    }
    for name in ends:  # what has no end was written as nothing
        tables["open"][name] = tables["open"][name].astype(float)
    return Frontier(
        instance,
        document["constraint_set"],
        objectives,
        tables,
        tuple(Plan.from_document(plan) for plan in document["plan_of"]),
        document["sets"],
        bool(document["complete"]),
        bool(document["within_tolerance"]),
        document["tolerance"],
        document["hypervolume"],
        document["hypervolume_most"],
        bool(document["interrupted"]),
        tuple(document["notes"]),
        document["options"],
        document["times_s"],
        document["missing_by"],
        tuple(document["ranges"]),
    )


def _objective(document: Mapping[str, Any]) -> Objective:
    sign = 1.0 if document["maximised"] else -1.0
    name, title, unit = (document[key] for key in ("name", "title", "unit"))
    return Objective(name, title, unit, {}, sign, document["limit"], bool(document["units"]))
