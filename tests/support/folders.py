"""Whether what stands in a folder is whole."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import outlay
from outlay.instances.errors import OutlayError
from outlay.instances.formats.output import is_temporary
from outlay.optimizer.compare.folder import LOCK
from outlay.optimizer.compare.reading import load_comparison

#: Files of folders of questions that are read by whoever asks them again.
QUESTIONS = frozenset({"explanation.json", "frontier.json"})


def not_whole(folder: Path, *, killed: bool = False) -> str | None:
    """Return what is half-written, left behind or a mixture anywhere in a folder; None if nothing is.

    What was killed may leave temporary files behind: the next one clears them away.
    """
    for path in sorted(folder.rglob("*")):
        if is_temporary(path.name) and killed:
            continue
        if is_temporary(path.name) or path.name == LOCK:
            return f"{path.name} was left behind"
        if path.suffix == ".html" and not path.read_text().rstrip().endswith("</html>"):
            return f"{path.name} is half a page"
        try:
            if path.suffix == ".json":
                _read(path)
            elif path.name == "instance.toml":
                outlay.read(path.parent)
        except (OutlayError, ValueError) as error:
            return f"{path.name} cannot be read ({error})"
    return None


def _read(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    if path.name in QUESTIONS or path.parent.name == "answers":
        return
    if path.name == "comparison.json":
        problem = mixture(path.parent)
        if problem is not None:
            raise ValueError(problem)
        if document["finished"]:
            load_comparison(path.parent)
    elif "format" in document:
        outlay.load(path)
    else:
        outlay.read(path)


def mixture(folder: Path) -> str | None:
    """Return which tables of a comparison that calls itself finished are another's; None if none are."""
    document = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
    if not document["finished"]:
        return None
    for name in ("comparison", "plans"):
        with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            found = {row["set"] for row in csv.DictReader(file)}
        if found != set(document["sets"]):
            return f"{name}.csv is of {sorted(found)}, comparison.json of {document['sets']}"
    return None
