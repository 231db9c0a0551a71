"""The folder of a stress test: outcomes as they come, so that none is lost, and at the end its tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import simplejson

from outlay.instances.errors import InputError
from outlay.instances.formats.output import refusals_told, remove_temporaries, replace_file
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.optimizer.answer.documents import damage_told, plain_table, tables_digest, written_document
from outlay.optimizer.export.folders import check_kept, kept_folder, write_kept
from outlay.optimizer.status import Status
from outlay.optimizer.stress.result import TABLES, Stress
from outlay.optimizer.stress.task import Outcome
from outlay.optimizer.uncertainty.draws import draw

MARKER = "stress.json"


@dataclass(frozen=True)
class StressFolder:
    """A folder that holds a stress test, finished or not."""

    path: Path

    @classmethod
    def looked_at(cls, path: str | Path, *, force: bool = False) -> StressFolder:
        """Return the folder: new, empty, or of an earlier stress test that is to be resumed; nothing is changed yet.

        Raises
        ------
        InputError
            If it holds anything else (unless `force`), or cannot be written.
        """
        return cls(check_kept(path, MARKER, "stress test", force=force))

    def make_ready(self, *, force: bool = False) -> None:
        """Make it, now that something is going to be kept.

        Raises
        ------
        InputError
            As `looked_at`.
        """
        kept_folder(self.path, MARKER, "stress test", force=force)
        with refusals_told(self.path):
            (self.path / "outcomes").mkdir(exist_ok=True)
            remove_temporaries(self.path / "outcomes")
            if not (self.path / MARKER).exists():
                replace_file(self.path / MARKER, '{"complete": false}\n')

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
        document = {**stress.to_document(), "digest": tables_digest(stress.instance)}
        text = simplejson.dumps(document, use_decimal=True, ignore_nan=True, indent=1)
        tables = {name: stress.tables[name] for name in TABLES}
        write_kept(self.path, MARKER, tables, stress.worlds.sets_toml, text)

    def _path(self, key: str) -> Path:
        return self.path / "outcomes" / f"{key}.json"


def load_stress(path: str | Path, instance: Instance) -> Stress:
    """Return the stress test that a folder holds; its worlds are drawn again, and must be those that it tells of.

    Parameters
    ----------
    path
        The folder, as ``outlay stress -o`` writes it.
    instance
        The instance that it is of, without a constraint set applied.

    Raises
    ------
    InputError
        If it holds no finished stress test, one of other tables or of another uncertainty, or it is damaged.
    """
    document, own = written_document(Path(path), MARKER, "stress", instance)
    with damage_told(path, "stress test", "stress"):
        tables = {name: plain_table(document["tables"][name]) for name in TABLES}
        count = len(tables["draws"])
        worlds = draw(own, draws=count, seed=int(document["seed"]))
        worlds = replace(worlds, items=worlds.items[:count])
        columns = [one.name for one in worlds.dimensions]
        if len(worlds) != count or not worlds.values[columns].equals(tables["draws"][columns].astype(float)):
            problem = "the stress test is of another uncertainty.toml, or of this one before it changed"
            raise InputError.single(str(path), problem, "run outlay stress once more")
        decided = {name: Plan.from_document(plan) for name, plan in document["plans"].items()}
        return Stress(
            own, decided, worlds, tables, tuple(document["notes"]), bool(document["complete"]), document["times_s"]
        )
