"""Answers to questions as files of a folder, so that nothing is asked twice; what is found there is verified again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import simplejson

from outlay.instances.errors import InputError
from outlay.instances.formats.files import MAX_FILE_MB, text_of_file
from outlay.instances.formats.output import refusals_told, remove_temporaries, replace_file
from outlay.optimizer.status import Status
from outlay.optimizer.variation.solving import Question, answer_text, floats
from outlay.optimizer.variation.varied_answer import VariedAnswer
from outlay.optimizer.variation.vary import Variations
from outlay.optimizer.verify.plan import verify_plan


@dataclass(frozen=True)
class AnswerFiles:
    """A folder with a file an answer, named by the key of its question."""

    path: Path

    def make_ready(self) -> None:
        """Make the folder, and clear away what a killed process left half-written."""
        self.path.mkdir(exist_ok=True)
        remove_temporaries(self.path)

    def keep(self, key: str, answer: VariedAnswer) -> None:
        """Write the answer to a question, whole or not at all; one that failed is not kept."""
        if answer.status == Status.FAILED:
            return
        with refusals_told(self.path):
            replace_file(self._path(key), answer_text(answer))

    def find(self, question: Question, varied: Variations) -> VariedAnswer | None:
        """Return the answer to a question that is there, if it was settled and its plan is verified again."""
        try:
            text = text_of_file(self._path(question.key), question.key, MAX_FILE_MB)
            answer = VariedAnswer.from_document(simplejson.loads(text))
            if answer.infeasible:
                return answer
            if not answer.status.proved or answer.plan is None:
                return None
            if question.model == varied.key:
                instance = varied.over.instance_with(dict(answer.body), answer.released)
            else:
                instance = question.own_instance()
            verification = verify_plan(instance, answer.plan)
            if not verification.ok:
                return None
            return replace(answer, metrics=floats(verification.metrics)) if answer.metrics else answer
        except (OSError, ValueError, LookupError, TypeError, InputError):
            return None  # not there, or damaged: asked anew

    def _path(self, key: str) -> Path:
        return self.path / f"{key}.json"
