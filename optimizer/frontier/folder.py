"""The folder of a frontier: answers as they come, so that nothing is asked twice, and at the end its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import simplejson

from outlay.instances.errors import InputError
from outlay.instances.formats.output import make_folder, refusals_told, replace_file
from outlay.optimizer.export.tables import spreadsheet_csv
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
        folder = cls(Path(path))
        with refusals_told(folder.path):
            if folder.path.exists() and not folder.path.is_dir():
                raise InputError.single(str(path), "this is not a folder", "choose another name")
            make_folder(folder.path)
            marker = folder.path / MARKER
            if not marker.is_file() and any(folder.path.iterdir()) and not force:
                problem = "the folder holds something that is no frontier"
                raise InputError.single(str(path), problem, "choose another, or use force")
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
        """Write the tables as CSV, the sets as TOML, and everything as JSON."""
        of = self._of()
        with refusals_told(self.path):
            for name in TABLES:
                table = frontier.tables[name]
                target = self.path / f"{name}.csv"
                if len(table):
                    replace_file(target, spreadsheet_csv(table))
                else:
                    target.unlink(missing_ok=True)
            replace_file(self.path / "sets.toml", frontier.sets_toml)
            document = {"of": of, "finished": not frontier.interrupted, **frontier.to_document()}
            text = simplejson.dumps(document, use_decimal=True, ignore_nan=True, indent=1)
            replace_file(self.path / MARKER, text + "\n")
