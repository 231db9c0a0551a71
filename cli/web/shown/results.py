"""Frontiers and stress tests that other commands have computed, shown as further tabs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from outlay.cli.report.frontier.page import frontier_context
from outlay.cli.report.stress.page import stress_context
from outlay.instances.instance import Instance
from outlay.optimizer.frontier.folder import MARKER as FRONTIER
from outlay.optimizer.frontier.folder import load_frontier
from outlay.optimizer.stress.folder import MARKER as STRESS
from outlay.optimizer.stress.folder import load_stress

#: Kind of a result: its name on the tab, and the file by which its folder is known.
KINDS = {"frontier": ("Frontier", FRONTIER), "stress": ("Stress", STRESS)}


@dataclass(frozen=True)
class Result:
    """The folder of a frontier or a stress test.

    Attributes
    ----------
    key, title
        Of its tab.
    kind
        A key of `KINDS`.
    path
        The folder.
    """

    key: str
    title: str
    kind: str
    path: Path

    @property
    def state(self) -> str:
        """By what its drawing is known: the folder, and when it was written last."""
        return f"{self.path} {(self.path / KINDS[self.kind][1]).stat().st_mtime_ns}"

    def body(self, instance: Instance) -> tuple[str, dict[str, object]]:
        """Return the template of its report, and what that shows.

        Raises
        ------
        InputError
            If it is not finished, of other tables, or damaged.
        UnverifiedError
            If a plan of it fails its verification.
        """
        if self.kind == "frontier":
            return "frontier-body.html", frontier_context(load_frontier(self.path, instance))
        return "stress-body.html", stress_context(load_stress(self.path, instance))


def results_of(session: Path, given: Sequence[Path] = ()) -> list[Result]:
    """Return the results that were given, and those that lie in the folder of a session."""
    inside = sorted(path for path in session.iterdir() if path.is_dir()) if session.is_dir() else []
    folders = list({path.resolve(): path for path in (*given, *inside)}.values())
    found = []
    for kind, (title, marker) in KINDS.items():
        mine = [path for path in folders if (path / marker).is_file()]
        for number, path in enumerate(mine, start=1):
            name = f"{title}: {path.name}" if len(mine) > 1 else title
            found.append(Result(f"{kind}-{number}", name, kind, path))
    return found
