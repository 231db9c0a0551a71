"""The folder of a frontier: answers as they come, so that nothing is asked twice, and at the end its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import simplejson

from outlay.instances.errors import InputError
from outlay.instances.formats.output import refusals_told, replace_file
from outlay.optimizer.export.folders import kept_folder, write_kept
from outlay.optimizer.frontier.result import TABLES
from outlay.optimizer.variation.answers import AnswerFiles

if TYPE_CHECKING:
    from outlay.optimizer.frontier.result import Frontier

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
            folder.answers.make_ready()
            replace_file(marker, simplejson.dumps({"of": dict(of), "finished": False}, indent=1) + "\n")
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
        document = {"of": self._of(), "finished": not frontier.interrupted, **frontier.to_document()}
        text = simplejson.dumps(document, use_decimal=True, ignore_nan=True, indent=1)
        tables = {name: frontier.tables[name] for name in TABLES}
        write_kept(self.path, MARKER, tables, frontier.sets_toml, text)
