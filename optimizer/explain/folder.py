"""The folder of an explanation: answers as they come, so that nothing is asked twice, and at the end its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import simplejson

from outlay.instances.errors import InputError
from outlay.instances.formats.files import MAX_FILE_MB, text_of_file
from outlay.instances.formats.output import refusals_told, replace_file
from outlay.instances.plan import Plan
from outlay.optimizer.explain.explanation import TABLES
from outlay.optimizer.export.folders import kept_folder, write_kept
from outlay.optimizer.status import Status
from outlay.optimizer.tolerances import TIE
from outlay.optimizer.variation.answers import AnswerFiles
from outlay.optimizer.variation.vary import Variations
from outlay.optimizer.verify.plan import verify_plan

if TYPE_CHECKING:
    from outlay.optimizer.explain.explanation import Explanation

MARKER = "explanation.json"
#: The file of the best plan.
TODAY = "today.json"


@dataclass(frozen=True)
class ExplanationFolder:
    """A folder that holds an explanation, finished or not."""

    path: Path

    @classmethod
    def open(cls, path: str | Path, *, force: bool = False) -> ExplanationFolder:
        """Return the folder: new, empty, or of an earlier explanation that is to be resumed.

        Raises
        ------
        InputError
            If it holds anything else (unless `force`), or cannot be written.
        """
        folder = cls(kept_folder(path, MARKER, "explanation", force=force))
        with refusals_told(folder.path):
            if not (folder.path / MARKER).exists():  # first, so that whatever ends us here, it is known again
                replace_file(folder.path / MARKER, '{"complete": false}\n')
            folder.answers.make_ready()
        return folder

    @property
    def answers(self) -> AnswerFiles:
        """The answers to its questions."""
        return AnswerFiles(self.path / "answers")

    def keep_today(self, key: str, document: Mapping[str, Any]) -> None:
        """Write the best plan that questions start from, under what it depends on."""
        with refusals_told(self.path):
            replace_file(self.path / "answers" / TODAY, simplejson.dumps({"key": key, **document}, use_decimal=True))

    def find_today(self, key: str, varied: Variations) -> dict[str, Any] | None:
        """Return what `keep_today` wrote, if it was proved and its plan is verified again and worth what it says."""
        try:
            text = text_of_file(self.path / "answers" / TODAY, TODAY, MAX_FILE_MB)
            document: dict[str, Any] = simplejson.loads(text)
            worth = float(document["objective"])
            if document["key"] != key or not Status(document["status"]).proved:
                return None
            found = verify_plan(varied.instance, Plan.from_document(document["plan"]))
            kept = found.ok and float(found.objective[0]) <= worth + TIE * max(1.0, abs(worth))
        except (OSError, ValueError, LookupError, TypeError, ArithmeticError, InputError):
            return None  # not there, or damaged: solved anew
        return document if kept else None

    def write(self, explanation: Explanation) -> None:
        """Write the tables as CSV, the sets as TOML, and everything as JSON; see `write_kept`."""
        text = simplejson.dumps(explanation.to_document(), use_decimal=True, ignore_nan=True, indent=1)
        tables = {name: explanation.tables[name] for name in TABLES}
        write_kept(self.path, MARKER, tables, explanation.sets_toml, text)
