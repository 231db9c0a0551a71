"""The folder of an explanation: answers as they come, so that nothing is asked twice, and at the end its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import simplejson

from outlay.instances.errors import InputError
from outlay.instances.formats.output import make_folder, refusals_told, replace_file
from outlay.instances.plan import Plan
from outlay.optimizer.explain.explanation import TABLES
from outlay.optimizer.session import TIE
from outlay.optimizer.status import Status
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
        folder = cls(Path(path))
        with refusals_told(folder.path):
            if folder.path.exists() and not folder.path.is_dir():
                raise InputError.single(str(path), "this is not a folder", "choose another name")
            make_folder(folder.path)
            others = any(folder.path.iterdir()) and not (folder.path / MARKER).is_file()
            if others and not force:
                problem = "the folder holds something that is no explanation"
                raise InputError.single(str(path), problem, "choose another, or use force")
            folder.answers.make_ready()
            if not (folder.path / MARKER).exists():
                replace_file(folder.path / MARKER, '{"complete": false}\n')
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
            text = (self.path / "answers" / TODAY).read_text(encoding="utf-8")
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
        """Write the tables as CSV, the sets as TOML, and everything as JSON."""
        with refusals_told(self.path):
            for name in TABLES:
                table = explanation.tables[name]
                target = self.path / f"{name}.csv"
                if len(table):
                    replace_file(target, table.to_csv(index=False, lineterminator="\n"))
                else:
                    target.unlink(missing_ok=True)
            replace_file(self.path / "sets.toml", explanation.sets_toml)
            text = simplejson.dumps(explanation.to_document(), use_decimal=True, ignore_nan=True, indent=1)
            replace_file(self.path / MARKER, text + "\n")
