"""The folder of a stress test: outcomes as they come, so that none is lost, and at the end its tables."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import simplejson

from outlay.instances.errors import InputError
from outlay.instances.formats.output import make_folder, refusals_told, remove_temporaries, replace_file
from outlay.optimizer.export.tables import spreadsheet_csv
from outlay.optimizer.status import Status
from outlay.optimizer.stress.result import TABLES, Stress
from outlay.optimizer.stress.task import Outcome

MARKER = "stress.json"


@dataclass(frozen=True)
class StressFolder:
    """A folder that holds a stress test, finished or not."""

    path: Path

    @classmethod
    def open(cls, path: str | Path, *, force: bool = False) -> StressFolder:
        """Return the folder: new, empty, or of an earlier stress test that is to be resumed.

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
            if any(folder.path.iterdir()) and not (folder.path / MARKER).is_file() and not force:
                problem = "the folder holds something that is no stress test"
                raise InputError.single(str(path), problem, "choose another, or use force")
            (folder.path / "outcomes").mkdir(exist_ok=True)
            remove_temporaries(folder.path / "outcomes")
            if not (folder.path / MARKER).exists():
                replace_file(folder.path / MARKER, '{"complete": false}\n')
        return folder

    def keep(self, key: str, outcome: Outcome) -> None:
        """Write an outcome, whole or not at all; one that failed is not kept."""
        if outcome.again or outcome.status == Status.FAILED:
            return
        with refusals_told(self.path):
            replace_file(self._path(key), simplejson.dumps(outcome.to_document(), sort_keys=True, ignore_nan=True))

    def known(self, key: str) -> dict[str, Any] | None:
        """Return what stands under a key, which nobody has checked; None if that is nothing."""
        try:
            found = simplejson.loads(self._path(key).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def write(self, stress: Stress) -> None:
        """Write the tables as CSV, the draws as ``sets.toml``, and everything as JSON."""
        with refusals_told(self.path):
            for name in TABLES:
                target = self.path / f"{name}.csv"
                if len(stress.tables[name]):
                    replace_file(target, spreadsheet_csv(stress.tables[name]))
                else:
                    target.unlink(missing_ok=True)
            replace_file(self.path / "sets.toml", stress.worlds.sets_toml)
            text = simplejson.dumps(stress.to_document(), use_decimal=True, ignore_nan=True, indent=1)
            replace_file(self.path / MARKER, text + "\n")

    def _path(self, key: str) -> Path:
        return self.path / "outcomes" / f"{key}.json"
