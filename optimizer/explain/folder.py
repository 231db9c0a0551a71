"""The folder of an explanation: answers as they come, so that nothing is asked twice, and at the end its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import simplejson

from outlay.instances.errors import InputError
from outlay.instances.formats.output import make_folder, refusals_told, remove_temporaries, replace_file
from outlay.instances.plan import Plan
from outlay.optimizer.explain.explanation import TABLES
from outlay.optimizer.session import TIE
from outlay.optimizer.status import Status
from outlay.optimizer.variation.solving import Question, VariedAnswer, answer_text
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
            (folder.path / "answers").mkdir(exist_ok=True)
            remove_temporaries(folder.path / "answers")
            if not (folder.path / MARKER).exists():
                replace_file(folder.path / MARKER, '{"complete": false}\n')
        return folder

    def keep(self, key: str, answer: VariedAnswer) -> None:
        """Write the answer to a question, whole or not at all."""
        with refusals_told(self.path):
            replace_file(self._path(key), answer_text(answer))

    def find(self, question: Question, varied: Variations) -> VariedAnswer | None:
        """Return the answer to a question that is there, if it was settled and its plan is verified again."""
        try:
            text = self._path(question.key).read_text(encoding="utf-8")
            answer = VariedAnswer.from_document(simplejson.loads(text))
            if answer.infeasible:
                return answer
            if not answer.status.proved or answer.plan is None:
                return None
            if question.model == varied.key:
                instance = varied.over.instance_with(dict(answer.body), answer.released)
            else:
                instance = question.own_instance()
            return answer if verify_plan(instance, answer.plan).ok else None
        except (OSError, ValueError, LookupError, TypeError, InputError):
            return None  # not there, or damaged: asked anew

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

    def _path(self, key: str) -> Path:
        return self.path / "answers" / f"{key}.json"
