"""Disks that get full at any byte, folders that are closed or missing, two writers at once, writers that are killed.

Whatever happens: the answer is shown, the exit code is a documented one and never 1, nothing half-written stands there,
and what was kept is whole and not solved again.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

import outlay
from outlay.cli import main
from outlay.instances.errors import InputError
from outlay.optimizer.compare.comparison import Comparison
from outlay.optimizer.compare.folder import ComparisonFolder
from outlay.optimizer.compare.task import Request, solve_case
from tests.campaigns.tally import Ending, Tally
from tests.support.children import answer_of_child, in_child_killed
from tests.support.closed import Answer, closed, obedient, obeys_permissions
from tests.support.folders import mixture, not_whole
from tests.support.full_disk import FullDisk

NAME = "disk"

#: What writes, each with the name of what it writes.
COMMANDS = {
    "solve tutorial -o {place}": "run.json",
    "compare tutorial --sets base,more-money -o {place}": "out",
    "new {place}": "copy",
    "new {place} --from us-japan-550": "copy.json",
    "generate --projects 20 -o {place}": "made",
    "report {run} -o {place}": "page.html",
}
#: Those that show an answer, which must not depend on the disk.
SHOWING = ("solve", "compare")
#: Bytes: the largest of these files has fewer.
MOST_ROOM = 4_000_000


def run(ending: Ending, random: Random) -> Tally:
    """Try one misfortune after another."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="disk-") as name, _answers_remembered():
        ground = _Ground(Path(name))
        attacks = [attack for attack in ATTACKS if attack is not _small_disk or ground.can_mount()]
        while not ending.reached(tally):
            seed = random.randrange(10**9)
            attack = attacks[tally.tried.total() % len(attacks)]
            kind = attack.__name__.strip("_").replace("_", " ")
            with ground.place() as place:
                try:
                    problem = attack(ground, place, Random(seed))
                except Exception as error:  # a campaign goes on
                    problem = f"{type(error).__name__}: {error}"
            tally.enter(kind, None if problem is None else f"{attack.__name__} with Random({seed}): {problem}")
    return tally


class _Ground:
    """Where the attacks take place, and what the commands say where nothing is wrong."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.run = str(root / "run.json")
        _command(["solve", "tutorial", "-o", self.run])
        self.due = {
            line: _shown(_command(self.filled(line.split(" -o ")[0], "")).stdout)
            for line in COMMANDS
            if line.startswith(SHOWING)
        }
        self.cases = outlay.read("tutorial")
        self.kept = root / "one", root / "two"  # folders that hold the run files of both
        sets = ("more-money", "two-crews")
        self.both = [self.compared(folder, "base", name) for folder, name in zip(self.kept, sets, strict=True)]

    def filled(self, line: str, place: str) -> list[str]:
        return [part.format(place=place, run=self.run) for part in line.split()]

    def compared(self, folder: Path | None, *sets: str) -> Comparison:
        return outlay.compare(self.cases, sets, jobs=1, folder=folder)

    @contextmanager
    def place(self) -> Iterator[Path]:
        """Make a new folder for one attack."""
        place = Path(tempfile.mkdtemp(dir=self.root))
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def can_mount(self) -> bool:
        with self.place() as place, _mounted(place, 4) as done:
            return done


@contextmanager
def _answers_remembered() -> Iterator[None]:
    """Solve the same case once only: what is attacked is what comes after."""
    known: dict[str, str] = {}

    def remembered(request: Request) -> str:
        if request.key not in known:
            known[request.key] = solve_case(request)
        return known[request.key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("outlay.optimizer.compare.task.solve_case", remembered)
        yield


def _command(line: list[str]) -> Answer:
    done = CliRunner().invoke(main, line)
    return Answer(done.exit_code, done.stdout, done.stderr)


def _shown(text: str) -> list[str]:
    """Return the lines of an answer without those that tell seconds or where it was saved."""
    return [line for line in text.splitlines() if " s" not in line and not line.startswith("Saved")]


def _judged(ground: _Ground, line: str, answer: Answer | str, place: Path, *, full: bool) -> str | None:
    """Return what is wrong with how a command ended."""
    if isinstance(answer, str):
        return answer
    if answer.code not in {0, 3}:
        return f"exit code {answer.code}: {answer.stderr[-300:]}"
    if answer.code == 3 and "cannot be written" not in answer.stderr:
        return f"no reason is given: {answer.stderr[-300:]}"
    if full and line in ground.due and _shown(answer.stdout) != ground.due[line]:
        return f"the answer is not shown: {answer.stdout[:300]!r}"
    if answer.code == 0 and not _is_written(place, COMMANDS[line]):
        return "nothing was written, and nothing said"
    return not_whole(place)


def _is_written(place: Path, name: str) -> bool:
    found = [*place.rglob(name)]
    markers = [path / "comparison.json" for path in found if (path / "runs").is_dir()]
    return bool(found) and all(json.loads(marker.read_text())["finished"] for marker in markers)


def _drawn(ground: _Ground, place: Path, random: Random, *, above: str = "") -> tuple[str, list[str]]:
    line = random.choice([*COMMANDS])
    return line, ground.filled(line, str(place / above / COMMANDS[line]))


def _full_at_any_byte(ground: _Ground, place: Path, random: Random) -> str | None:
    line, arguments = _drawn(ground, place, random)
    room = int(MOST_ROOM ** random.random())

    def attack() -> Answer:
        with pytest.MonkeyPatch.context() as patch:
            FullDisk(room, patch)
            return _command(arguments)

    problem = _judged(ground, line, attack(), place, full=True)
    return problem and f"{line}, room for {room} bytes: {problem}"


def _limited_size(ground: _Ground, place: Path, random: Random) -> str | None:
    line, arguments = _drawn(ground, place, random)
    most = int(MOST_ROOM ** random.random())

    def attack() -> Answer:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
        return _command(arguments)

    problem = _judged(ground, line, answer_of_child(attack), place, full=True)
    return problem and f"{line}, files of at most {most} bytes: {problem}"


@contextmanager
def _mounted(place: Path, kilobytes: int) -> Iterator[bool]:
    """Put a small file system at a place, if we may."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k,nr_inodes={8 + kilobytes // 4}", "tmpfs", str(place)]
    try:
        done = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        done = False
    try:
        yield done
    finally:
        if done:
            subprocess.run(["umount", "--lazy", str(place)], check=False)


def _small_disk(ground: _Ground, place: Path, random: Random) -> str | None:
    line, arguments = _drawn(ground, place, random)
    kilobytes = random.choice([4, 8, 16, 32, 40, 56, 64, 100, 200, 2000])
    with _mounted(place, kilobytes):
        problem = _judged(ground, line, _command(arguments), place, full=True)
    return problem and f"{line}, a disk of {kilobytes} kB: {problem}"


def _closed_folder(ground: _Ground, place: Path, random: Random) -> str | None:
    if not obeys_permissions():
        return None
    mode, above = random.choice([0, 0o100, 0o400, 0o500]), random.choice(["", "above"])
    cases = {line: ground.filled(line, str(place / "shut" / above / name)) for line, name in COMMANDS.items()}
    (place / "shut").mkdir()
    with closed(place / "shut", mode):
        answers = obedient([*cases.values()])
    for line, answer in zip(cases, answers, strict=True):
        if answer.code != 3 or answer.stdout or "Permission denied" not in answer.stderr:
            return f"{line}, mode {mode:o}: exit code {answer.code}, {answer.stdout[:100]!r}, {answer.stderr[-300:]}"
    return None if not any((place / "shut").iterdir()) else f"mode {mode:o}: something was written"


def _missing_folder(ground: _Ground, place: Path, random: Random) -> str | None:
    line, arguments = _drawn(ground, place, random, above="/".join(["deep"] * random.randint(1, 9)))
    answer = _command(arguments)
    problem = _judged(ground, line, answer, place, full=True) or (answer.stderr if answer.code else None)
    return problem and f"{line}: {problem}"


def _impossible_place(ground: _Ground, place: Path, random: Random) -> str | None:
    (place / "file").write_text("")
    (place / "circle").symlink_to(place / "circle")
    above = random.choice(["n" * 256, "é" * 128, "/".join(["n" * 200] * 30), "file", "circle", "file/deeper"])
    line, arguments = _drawn(ground, place, random, above=above)
    answer = _command(arguments)
    problem = _judged(ground, line, answer, place, full=False) or (None if answer.code == 3 else "it was not refused")
    return problem and f"{line} in {above[:20]}: {problem}"


def _two_writers(ground: _Ground, place: Path, _: Random) -> str | None:
    for kept in ground.kept:
        shutil.copytree(kept, place / "out", dirs_exist_ok=True)
    folder = ComparisonFolder.open(place / "out")
    children = []
    for comparison in ground.both:
        child = os.fork()
        if not child:
            with contextlib.suppress(InputError):
                folder.write(comparison)
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    return mixture(place / "out") or not_whole(place)


_replace = Path.replace


def _two_comparisons(ground: _Ground, place: Path, random: Random) -> str | None:
    sets = random.choice(["more-money", "two-crews"]), random.choice(["more-money", "library-first"])
    lines = [["compare", "tutorial", "--sets", f"base,{name}", "-o", str(place / "out")] for name in sets]
    other: list[Answer] = []

    def meanwhile(path: Path, target: Path) -> Path:
        if not other:
            other.append(Answer(-1, "", ""))
            other[0] = answer_of_child(lambda: _command(lines[1]))
        return _replace(path, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", meanwhile)
        first = _command(lines[0])
    if first.code or other[0].code != 3 or other[0].stdout or "in use by process" not in other[0].stderr:
        return f"{sets}: {first.code}, {other[0]}"
    return not_whole(place)


def _killed_writer(ground: _Ground, place: Path, random: Random) -> str | None:
    step, before = random.randint(1, 18), random.random() < 0.5
    if random.random() < 0.5:
        ground.compared(place / "out", "base", "two-crews")
    in_child_killed(lambda: ground.compared(place / "out", "base", "more-money"), step, before=before)
    problem = mixture(place / "out") if (place / "out" / "comparison.json").exists() else None
    if problem is None:
        ground.compared(place / "out", "base", "more-money")
        problem = not_whole(place)
    return problem and f"killed {'before' if before else 'after'} file {step}: {problem}"


ATTACKS: tuple[Callable[[_Ground, Path, Random], str | None], ...] = (
    _full_at_any_byte,
    _limited_size,
    _small_disk,
    _closed_folder,
    _missing_folder,
    _impossible_place,
    _two_writers,
    _two_comparisons,
    _killed_writer,
)
