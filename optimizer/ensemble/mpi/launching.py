"""The parent's side of mpi-sppy: is all there that it needs, start it, watch the clock, end it, read what it wrote."""

from __future__ import annotations

import contextlib
import importlib.util
import math
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outlay.instances.errors import InputError
from outlay.instances.plan import Selection
from outlay.instances.stages import Scenario
from outlay.optimizer.ensemble.mpi.job import BOUND, PLAN, Job, read_file
from outlay.optimizer.solver.deadline import Deadline
from outlay.optimizer.solver.outcome import Progress

#: How the processes are started where nothing else is said.
LAUNCHER = "mpiexec -n 3"
#: The hub, the bound and the plans each take as many processes.
CYLINDERS = 3
#: Seconds that it may take to say how many processes there are, and to end when asked.
PROBE_S, END_S = 120.0, 5.0
#: Seconds between two looks at what was written.
LOOK_S = 0.2

INSTALL = "pip install 'outlay[stochastic]'"
_WORKER = ("-P", "-m", "outlay.optimizer.ensemble.mpi.worker")


@dataclass(frozen=True)
class Launcher:
    """How the processes are started.

    Attributes
    ----------
    command
        What stands before the command of each.
    here
        Whether all of them run on this machine.
    ranks
        How many there are.
    """

    command: tuple[str, ...]
    here: bool
    ranks: int = CYLINDERS

    def enough_for(self, scenarios: int) -> Launcher:
        """Return this, if each process has a scenario to solve.

        Raises
        ------
        InputError
            If there are more in a third of them than scenarios.
        """
        each = self.ranks // CYLINDERS
        if each > scenarios:
            problem = f"it starts {each} processes each for hedging, bound and plans, and there are fewer scenarios"
            raise _wrong(problem, f"start at most {CYLINDERS * scenarios}", shlex.join(self.command))
        return self


@dataclass(frozen=True)
class Word:
    """What mpi-sppy said, which nobody here can check but by what follows from its plan.

    Attributes
    ----------
    selected
        What is selected now in its best plan; None: it found none.
    bound
        What it says that no decision is better than, by the measure of risk; None: it says nothing.
    iterations
        Of progressive hedging.
    limit
        What ended it: ``time``, ``interrupt``, ``crash``; None: it did.
    message
        Its last words, of a crash.
    """

    selected: tuple[Selection, ...] | None
    bound: float | None
    iterations: int
    limit: str | None
    message: str = ""


def checked_launcher(launcher: str | None) -> Launcher:
    """Return what starts the processes, once it has started some that see each other; None: three, on this machine.

    Raises
    ------
    InputError
        If mpi-sppy, mpi4py or the launcher is missing, or the number of processes is no multiple of three.
    """
    missing = [name for name, module in (("mpi-sppy", "mpisppy"), ("mpi4py", "mpi4py")) if not _installed(module)]
    if missing:
        raise _wrong(f"{' and '.join(missing)} is not installed", f"{INSTALL}, or leave out --engine mpi-sppy")
    command = _command(launcher or LAUNCHER)
    return Launcher(command, launcher is None, _probe(command))


def _installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _command(launcher: str) -> tuple[str, ...]:
    try:
        first, *rest = shlex.split(str(launcher))
    except ValueError:
        raise _wrong("this is no command", f"write it as {LAUNCHER!r} or 'srun -n 30'", launcher) from None
    beside = Path(sys.executable).parent  # where pip puts mpiexec, on the path or not
    found = shutil.which(first) or shutil.which(first, path=str(beside))
    if found is None:
        raise _wrong(f"there is no {first} here, which starts the processes of MPI", f"{INSTALL} brings one", launcher)
    return (os.path.abspath(found), *rest)  # noqa: PTH100 - a link stays what it is called


def _probe(command: Sequence[str]) -> int:
    """Start the processes and let them say how many they are."""
    try:
        with _aside() as folder:
            done = subprocess.run(
                [*command, sys.executable, *_WORKER], stdin=subprocess.DEVNULL, capture_output=True, timeout=PROBE_S,
                text=True, errors="replace", check=False, start_new_session=True, cwd=folder,
            )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _wrong(f"the processes of MPI cannot be started: {error}", INSTALL, shlex.join(command)) from error
    said = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("ranks ")]
    if done.returncode != 0 or not said:
        last = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()[-1]
        raise _wrong(f"the processes of MPI cannot be started: {last}", INSTALL, shlex.join(command))
    if len(said) > 1:
        problem = f"it starts {len(said)} processes that do not see each other: mpi4py belongs to another MPI"
        raise _wrong(problem, "use the launcher of the MPI that mpi4py was built for", shlex.join(command))
    if int(said[0]) % CYLINDERS:
        problem = f"it starts {said[0]} processes, which cannot be divided into bound, plans and hedging"
        raise _wrong(problem, "start a multiple of three, as mpiexec -n 3", shlex.join(command))
    return int(said[0])


def solve_by_mpi(
    job: Job,
    scenarios: Sequence[Scenario],
    launcher: Launcher,
    deadline: Deadline,
    on_progress: Callable[[Progress], None] | None = None,
) -> Word:
    """Solve a job in processes of their own, and return what they said; Ctrl-C ends them with what they have.

    Raises
    ------
    InputError
        If the folder through which they are asked cannot be written.
    """
    with _folder(launcher) as folder:
        job.save(folder, scenarios)
        begun, limit = time.monotonic(), None
        with (folder / "log.txt").open("wb") as log:
            child = subprocess.Popen(
                [*launcher.command, sys.executable, *_WORKER, str(folder)], stdin=subprocess.PIPE, stdout=log,
                stderr=subprocess.STDOUT, start_new_session=True,  # Ctrl-C is for us
                cwd=folder,  # mpi-sppy writes files of its own wherever it is
            )  # fmt: skip
            try:
                while child.poll() is None and limit is None:
                    limit = _wait(child, folder, deadline, time.monotonic() - begun, on_progress)
            finally:
                _end(child)
        return _word(folder, limit, child.returncode)


def _wait(
    child: subprocess.Popen[bytes],
    folder: Path,
    deadline: Deadline,
    seconds: float,
    on_progress: Callable[[Progress], None] | None,
) -> str | None:
    """Wait a moment, tell what is known, and return the limit that is reached, if one is."""
    try:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(LOOK_S)
        said = read_file(folder / BOUND)
        if said is not None and on_progress is not None:
            objective, bound = (math.nan if said[name] is None else said[name] for name in ("objective", "bound"))
            on_progress(Progress(objective, bound, 0, seconds))
        return "time" if deadline.passed() else None
    except KeyboardInterrupt:
        return "interrupt"


def _word(folder: Path, limit: str | None, code: int | None) -> Word:
    said: dict[str, Any] = read_file(folder / BOUND) or {}
    plan = read_file(folder / PLAN)
    if limit is None and not said.get("ended"):
        limit = "crash"
    message = "" if limit != "crash" else f"mpi-sppy ended with code {code}: {_last_line(folder / 'log.txt')}"
    selected = None if plan is None else tuple(Selection(*one) for one in plan)
    return Word(selected, said.get("bound"), int(said.get("iteration", 0)), limit, message)


def _last_line(path: Path) -> str:
    lines = [line.strip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    errors = [line for line in lines if "Error" in line]
    return (errors or [line for line in lines if line] or ["it said nothing"])[-1][:300]


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the processes: the launcher is asked to, and all that it started go with it."""
    with contextlib.suppress(OSError):
        if child.stdin is not None:
            child.stdin.close()  # the processes end when their standard input does
    if child.poll() is None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(END_S)
                break


@contextmanager
def _aside() -> Iterator[str]:
    """Make a folder for what mpi-sppy writes wherever it is: here, as other machines see it, or a temporary one."""
    try:
        made = tempfile.TemporaryDirectory(prefix="outlay-mpi-", dir=Path.cwd(), ignore_cleanup_errors=True)
    except OSError:
        made = tempfile.TemporaryDirectory(prefix="outlay-mpi-", ignore_cleanup_errors=True)
    with made as name:
        yield name


@contextmanager
def _folder(launcher: Launcher) -> Iterator[Path]:
    """Make a folder that every process can read: other machines see the current one, and not our temporary ones."""
    parent = None if launcher.here else Path.cwd()
    try:
        with tempfile.TemporaryDirectory(prefix="outlay-mpi-", dir=parent, ignore_cleanup_errors=True) as name:
            yield Path(name)
    except OSError as error:
        where = str(parent or tempfile.gettempdir())
        raise _wrong(f"what is to be solved cannot be written: {error.strerror}", "make room there", where) from error


def _wrong(problem: str, remedy: str, value: str | None = None) -> InputError:
    return InputError.single("solve", problem, remedy, column="engine", value=value)
