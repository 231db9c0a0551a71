"""Read the folder of a comparison: each run verified from its instance and plan, and every table computed again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
import simplejson
from pydantic import Field

from outlay.instances.errors import InputError, UnverifiedError
from outlay.instances.formats.kinds import refuse_as_run
from outlay.instances.formats.output import as_path
from outlay.instances.formats.parsing import parse_document
from outlay.instances.formats.reading import MAX_FILE_MB, text_of_file
from outlay.instances.instance import Instance
from outlay.instances.values.text import did_you_mean, shown
from outlay.optimizer.answer.documents import finite, floats
from outlay.optimizer.answer.reason import to_documents
from outlay.optimizer.compare.attribution import attribute_cases, check_players, coalitions, combination_name, with_only
from outlay.optimizer.compare.comparison import TABLES, Comparison, compare_cases, failed_run, lean_run
from outlay.optimizer.compare.folder import FORMAT, MARKER, to_comparison_document
from outlay.optimizer.record.recheck import differences, recheck, table_differences
from outlay.optimizer.record.run_file import read_run_document, run_and_instance
from outlay.optimizer.record.run_schema import Part, Table, checked_part
from outlay.optimizer.verify.plan import Violation

_REMEDY = "run the same `compare -o FOLDER` again"

RunFileName = Annotated[str, Field(pattern=r"^[0-9a-f]{64}\.json$")]


class ComparisonFilePart(Part):
    """The document ``comparison.json`` without its instance."""

    format: Literal["outlay comparison 3"]
    finished: Literal[True]
    name: str
    title: str
    money_unit: str
    reference: str
    sets: Annotated[list[str], Field(min_length=1)]
    files: dict[str, RunFileName]
    tables: dict[str, Table | None]


def load_comparison(path: str | Path) -> Comparison:
    """Return the comparison of a folder, computed again from its runs, each verified from instance and plan.

    What the folder's ``comparison.json`` says is only compared. As recorded are what a run itself cannot know better
    (`outlay.optimizer.record.recorded.AS_RECORDED`) and the messages of cases that failed.

    Raises
    ------
    InputError
        If the folder holds none, or one that was not finished, or something that is damaged.
    UnverifiedError
        If a run fails its verification, is not the run of its set, or a table is not what follows from the runs.
    """
    path = as_path(path, "load_comparison")
    document, instance = read_comparison_document(path)
    resolved = {name: instance.with_set(name) for name in document["sets"]}
    folder = FolderRuns(path / "runs", document)
    runs = {name: folder.run(name, case) for name, case in resolved.items()}
    attribution = _attribution(folder, document, next(iter(resolved.values())), runs[document["sets"][0]])
    comparison = compare_cases(instance, resolved, runs, attribution=attribution, files=document["files"])
    for violation in _false(document, comparison):
        raise UnverifiedError(f"{MARKER} is not what follows from its runs: {shown(violation.sentence)}; compare again")
    return comparison


def run_of_set(path: str | Path, name: str | None) -> Path:
    """Return the run file of a set in the folder of a comparison.

    Raises
    ------
    InputError
        If the folder holds no comparison, or no run of the set.
    """
    folder = Path(path)
    document, _ = read_comparison_document(folder)
    files = {one: file for one, file in document["files"].items() if one in document["sets"]}
    if name is None:
        raise InputError.single(str(path), "this is a comparison", f"name one of its sets: {', '.join(files)}")
    if name not in files:
        raise InputError.single(
            str(path), "there is no run of this set in the comparison", did_you_mean(name, files), value=name
        )
    return folder / "runs" / str(files[name])


def read_comparison_document(folder: Path) -> tuple[dict[str, Any], Instance]:
    """Return what ``comparison.json`` says, its types checked, and the base instance.

    Raises
    ------
    InputError
        If the folder holds no comparison, or one that was not finished or is damaged.
    """
    marker = folder / MARKER
    if not marker.exists():
        refuse_as_run(folder, wanted="a comparison or a run")
        if folder.is_dir():
            raise InputError.single(
                shown(str(folder)), f"this folder holds no comparison: {MARKER} is missing", _REMEDY
            )
        if folder.is_file():
            raise InputError.single(shown(str(folder)), "this is a file, not the folder of a comparison", _REMEDY)
    text = text_of_file(marker, str(marker), MAX_FILE_MB)
    wrong = InputError.single(str(marker), "this is not a comparison", _REMEDY)
    try:
        document = simplejson.loads(text, use_decimal=True)
        known, finished = document["format"], document["finished"]
        rest = floats({key: value for key, value in document.items() if key != "instance"})
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        raise wrong from error
    if not isinstance(known, str) or not known.startswith("outlay comparison "):
        raise wrong
    if finished is False:
        raise InputError.single(str(folder), "the comparison was not finished", "run the same `compare` again")
    if known != FORMAT:
        raise InputError.single(str(marker), "another version has written this comparison", _REMEDY, value=known)
    checked_part(ComparisonFilePart, rest, str(marker), remedy=_REMEDY)
    if set(rest["tables"]) != set(TABLES) or len(set(rest["sets"])) < len(rest["sets"]):
        raise wrong
    if not isinstance(document.get("instance"), Mapping):
        raise InputError.single(str(marker), "the instance is missing", _REMEDY, column="instance")
    return rest, parse_document(document["instance"], source=str(marker))


class FolderRuns:
    """The runs of a folder, verified one by one."""

    def __init__(self, path: Path, document: Mapping[str, Any]) -> None:
        self._path, self._files = path, document["files"]
        cases = pd.DataFrame(document["tables"]["cases"]["rows"], columns=document["tables"]["cases"]["columns"])
        told = {} if not {"set", "message"} <= set(cases) else dict(zip(cases["set"], cases["message"], strict=True))
        self._messages = {str(name): str(message) for name, message in told.items()}

    def run(self, name: str, instance: Instance) -> dict[str, Any]:
        """Return the lean run of a case; one without a file is a case that failed.

        Raises
        ------
        InputError
            If its file is missing or damaged.
        UnverifiedError
            If it fails its verification, or is the run of another case.
        """
        if name not in self._files:
            return lean_run(failed_run(self._messages.get(name, "")))
        path = self._path / self._files[name]
        run, own = run_and_instance(read_run_document(path, MAX_FILE_MB), path.name)
        found = recheck(run, own)
        false = [violation.sentence for violation in found.violations]
        if own.digest != replace(instance, sets={}, uncertainty={}).digest or run.get("request") != path.stem:
            false.insert(0, "it is the run of another case")
        if run.get("comparison") is None:
            false.insert(0, "it is no run of a comparison")
        if false:
            raise UnverifiedError(
                f"{path.name}, the run of {shown(name)}, failed its verification ({shown(false[0])}); compare again"
            )
        run["comparison"]["reasons"] = to_documents(found.reasons)
        return lean_run(run)


def _attribution(
    folder: FolderRuns, document: Mapping[str, Any], reference: Instance, first: Mapping[str, Any]
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Return losses and combinations, computed from the runs of the combinations; None if none were asked for."""
    table = document["tables"]["attribution"]
    if table is None:
        return None
    families = [row[table["columns"].index("family")] for row in table["rows"]] if "family" in table["columns"] else []
    players = [str(family) for family in families]
    check_players(players)
    runs = {combination_name(frozenset(players)): first}
    for some in coalitions(players):
        if len(some) < len(players):
            runs[combination_name(some)] = folder.run(combination_name(some), with_only(reference, players, some))
    return attribute_cases(players, runs)


def _false(document: Mapping[str, Any], comparison: Comparison) -> Iterator[Violation]:
    """Yield what ``comparison.json`` says and does not follow from the runs."""
    due = finite(to_comparison_document(comparison))
    for name in ("name", "title", "money_unit", "reference", "sets", "files"):
        yield from differences(document[name], due[name], name)
    for name, table in due["tables"].items():
        said = document["tables"][name]
        if said is None or table is None:
            yield from differences(said, table, f"tables.{name}")
        else:
            yield from table_differences(said, table, f"tables.{name}")
