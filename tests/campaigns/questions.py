"""Folders of many questions (`explain -o`, `frontier -o`) on full disks, and their writers killed at any file.

Whatever happened: the next run takes the folder up again without being forced, asks nothing twice, and says what an
undisturbed run says; nothing half-written is left.
"""

from __future__ import annotations

import json
import math
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner, Result

from outlay.cli import main
from tests.campaigns.tally import Ending, Tally
from tests.support.children import in_child_killed
from tests.support.folders import not_whole
from tests.support.full_disk import FullDisk

NAME = "questions"
#: A run of the tests tries so many at most: each asks all questions again.
SHORT_RUN = 30

#: What asks many questions, the file that says how far it is, and its tables.
COMMANDS = {
    "explain tutorial --jobs 1": ("explanation.json", "complete", ("margins", "changes", "limits")),
    "frontier tutorial --of max:value --against min:commitment --jobs 1": (
        "frontier.json",
        "finished",
        ("points", "projects"),
    ),
}
#: Files that either writes, about.
MOST_FILES = 24
#: Bytes of all of them, about.
MOST_ROOM = 60_000


def run(ending: Ending, random: Random) -> Tally:
    """Try one misfortune after another."""
    tally, due = Tally(), {}
    with tempfile.TemporaryDirectory(prefix="questions-") as root:
        for number, line in enumerate(COMMANDS):
            folder = Path(root) / f"due-{number}"
            asked(line, folder)
            due[line] = told(line, folder)
        while not ending.reached(tally):
            seed = random.randrange(10**9)
            attack = ATTACKS[tally.tried.total() % len(ATTACKS)]
            folder = Path(root) / f"case-{tally.tried.total()}"
            try:
                problem = disturbed(attack, folder, Random(seed), due)
            except Exception as error:  # a campaign goes on
                problem = f"{type(error).__name__}: {error}"
            kind = attack.__name__.strip("_").replace("_", " ")
            tally.enter(kind, None if problem is None else f"{attack.__name__} with Random({seed}): {problem}")
    return tally


def asked(line: str, folder: Path) -> Result:
    """Run a command into a folder."""
    return CliRunner().invoke(main, [*line.split(), "-o", str(folder)])


def told(line: str, folder: Path) -> dict[str, object]:
    """Return what a folder says of its tables, and that it is finished."""
    marker, finished, tables = COMMANDS[line]
    document = json.loads((folder / marker).read_text(encoding="utf-8"))
    return {name: document[name] for name in (finished, *tables)}


def disturbed(
    attack: Callable[[str, Path, Random], str | None], folder: Path, random: Random, due: dict[str, dict[str, object]]
) -> str | None:
    """Return what is wrong after an attack, and after the run that takes the folder up again."""
    line = random.choice([*COMMANDS])
    problem = attack(line, folder, random)
    if problem is None and folder.exists():
        problem = not_whole(folder, killed=attack is _killed)
    kept = {path.name for path in folder.glob("answers/*.json")}
    again = asked(line, folder)
    if problem is None and again.exit_code != 0:
        problem = f"it is not taken up again: {again.exit_code}, {again.output[-300:]}"
    if problem is None and told(line, folder) != due[line]:
        problem = "what is said then is not what is due"
    if problem is None and not kept <= {path.name for path in folder.glob("answers/*.json")}:
        problem = "an answer that was kept is gone"
    problem = problem or not_whole(folder)
    return problem and f"{line.split()[0]}: {problem}"


def _refused(result: Result) -> str | None:
    """Return what is wrong with how a command ended on a disk that was full."""
    if result.exit_code not in {0, 3}:
        return f"exit code {result.exit_code}: {result.output[-300:]}"
    if result.exit_code == 3 and "No space left" not in result.stderr:
        return f"no reason is given: {result.stderr[-300:]}"
    return None


def _full_at_any_byte(line: str, folder: Path, random: Random) -> str | None:
    room = int(MOST_ROOM ** random.random())
    with pytest.MonkeyPatch.context() as patch:
        FullDisk(room, patch)
        problem = _refused(asked(line, folder))
    return problem and f"room for {room} bytes: {problem}"


def _full_at_one_file(line: str, folder: Path, random: Random) -> str | None:
    number = random.randint(1, MOST_FILES)
    with pytest.MonkeyPatch.context() as patch:
        FullDisk(math.inf, patch, only=number)
        problem = _refused(asked(line, folder))
    return problem and f"no room for file {number}: {problem}"


def _killed(line: str, folder: Path, random: Random) -> str | None:
    step, before = random.randint(1, MOST_FILES), random.random() < 0.5
    ended = in_child_killed(lambda: asked(line, folder), step, before=before)
    return None if ended in {0, -signal.SIGKILL} else f"it ended with {ended}"


ATTACKS: tuple[Callable[[str, Path, Random], str | None], ...] = (_full_at_any_byte, _full_at_one_file, _killed)
