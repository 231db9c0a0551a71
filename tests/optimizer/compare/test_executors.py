"""The answer does not depend on where the cases run: threads, processes, or dask on two workers."""

from __future__ import annotations

import importlib.util
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import outlay
from outlay.instances.errors import InputError
from outlay.instances.plan import Choice, Plan
from outlay.optimizer.compare.comparison import Comparison
from outlay.optimizer.compare.reading import load_comparison
from outlay.optimizer.sharing.pool import CompareProgress
from tests.optimizer.compare.support import TUTORIAL_SETS, assert_same, row, tutorial
from tests.optimizer.uncertainty.worlds import MONEY, OVERRUN, uncertain
from tests.support.clocks import LONGEST_S
from tests.support.fake_solvers import wait_until

#: Processes, clocks and other machines: a minute in all.
pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
DASK = importlib.util.find_spec("distributed") is not None
needs_dask = pytest.mark.skipif(not DASK, reason="dask's distributed is not installed")

FAMILIES = ("cap", "labour")


@pytest.fixture(scope="module")
def due() -> Comparison:
    """Return the comparison of the tutorial, one case at a time."""
    return outlay.compare(tutorial(), TUTORIAL_SETS, attribute=FAMILIES, jobs=1)


@pytest.mark.parametrize("jobs", [2, 5])
def test_the_answer_does_not_depend_on_the_number_of_jobs(due: Comparison, jobs: int) -> None:
    assert_same(outlay.compare(tutorial(), TUTORIAL_SETS, attribute=FAMILIES, jobs=jobs), due)


def test_a_pool_of_threads_of_the_users_own_gives_the_same(due: Comparison) -> None:
    with ThreadPoolExecutor(max_workers=3) as pool:
        assert_same(outlay.compare(tutorial(), TUTORIAL_SETS, attribute=FAMILIES, executor=pool), due)
        assert pool.submit(int, "3").result() == 3  # it is still the user's


SCRIPT = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
import outlay

def main():
    context = multiprocessing.get_context(sys.argv[1])
    with ProcessPoolExecutor(max_workers=2, mp_context=context) as pool:
        outlay.compare(
            outlay.read("tutorial"), {sets!r}, attribute={families!r}, executor=pool, folder=sys.argv[2]
        )

if __name__ == "__main__":
    main()
"""


def environment() -> dict[str, str]:
    """Return an environment in which scripts find the project."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}


@pytest.mark.parametrize("method", ["spawn", pytest.param("forkserver", marks=pytest.mark.nightly)])
def test_a_pool_of_processes_gives_the_same(due: Comparison, tmp_path: Path, method: str) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(sets=TUTORIAL_SETS, families=FAMILIES), encoding="utf-8")
    command = [sys.executable, str(script), method, str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S, env=environment(), check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert_same(load_comparison(tmp_path / "out"), due)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(log: Path, words: str, process: subprocess.Popen[bytes]) -> str:
    """Return the line of a log that holds some words, once it is there."""
    until = time.monotonic() + LONGEST_S
    while time.monotonic() < until and process.poll() is None:
        found = re.search(f".*{words}.*", log.read_text(encoding="utf-8"))
        if found:
            return found.group(0)
        time.sleep(0.05)
    raise AssertionError(f"{words!r} never came: {log.read_text(encoding='utf-8')}")


def _address(log: Path, scheduler: subprocess.Popen[bytes]) -> str:
    """Return the address of a scheduler on a port that nobody else can have taken meanwhile."""
    return _wait_for(log, r"Scheduler at:\s+tcp://", scheduler).split()[-1]


def _start(log: Path, *arguments: str) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{arguments[0]}", *arguments[1:]],
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment(),
            cwd=log.parent,
        )


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a dask scheduler and two workers of two threads in all; return the scheduler's address."""
    if not DASK:
        pytest.skip("dask's distributed is not installed")
    folder = tmp_path_factory.mktemp("dask")
    logs = [folder / name for name in ("scheduler", "one", "two")]
    started = []
    try:
        started.append(_start(logs[0], "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"))
        address = _address(logs[0], started[0])
        started += [
            _start(log, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0")
            for log in logs[1:]
        ]
        for log, process in zip(logs[1:], started[1:], strict=True):
            _wait_for(log, "Registered to", process)
        yield address
    finally:
        # Workers first: one that loses its scheduler while it ends may wait for it.
        for process in reversed(started):
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@needs_dask
def test_dask_gives_the_same(due: Comparison, scheduler: str, tmp_path: Path) -> None:
    told: list[int] = []
    comparison = outlay.compare(
        tutorial(),
        TUTORIAL_SETS,
        attribute=FAMILIES,
        executor=f"dask:{scheduler}",
        folder=tmp_path / "out",
        on_progress=lambda state: told.append(state.done),
    )
    assert_same(comparison, due)
    assert_same(load_comparison(tmp_path / "out"), due)  # the folder is ours, not the workers'
    assert told[-1] == 7


@needs_dask
def test_dask_is_left_as_it_was_and_may_be_used_again(due: Comparison, scheduler: str) -> None:
    from distributed import Client

    before = threading.active_count()
    comparison = outlay.compare(tutorial(), ["base", "more-money"], executor=f"dask:{scheduler}")
    assert comparison.cases["objective"].tolist() == pytest.approx([19.1, 23.6])
    assert threading.active_count() <= before + 4  # dask keeps a loop of its own
    with Client(scheduler, set_as_default=False) as client:
        assert len(client.scheduler_info()["workers"]) == 2
        wait_until(lambda: client.run_on_scheduler(_tasks) == 0, "a scheduler without tasks")


@needs_dask
def test_a_stress_test_on_dask_gives_the_same(scheduler: str, tmp_path: Path) -> None:
    """Same draws, byte for byte, and same outcomes, whoever carries them out; the folder is ours."""
    instance = uncertain({"factors": {"money": MONEY, "overrun": OVERRUN}})
    plans = {"school first": Plan(choices=(Choice("school", "base", False, 0, 0, 1.0),)), "nothing": Plan()}
    due = outlay.stress(plans, instance=instance, draws=8, seed=3, jobs=1)
    found = outlay.stress(
        plans, instance=instance, draws=8, seed=3, executor=f"dask:{scheduler}", folder=tmp_path / "out"
    )
    assert found.worlds.sets_toml.encode() == due.worlds.sets_toml.encode()
    columns = ["draw", "plan", "status", "objective", "bound", "cancelled"]
    assert found.tables["outcomes"][columns].equals(due.tables["outcomes"][columns])
    assert (
        found.tables["plans"]
        .drop(columns=["seconds"], errors="ignore")
        .equals(due.tables["plans"].drop(columns=["seconds"], errors="ignore"))
    )
    assert (tmp_path / "out" / "sets.toml").read_text(encoding="utf-8") == due.worlds.sets_toml


def _tasks(dask_scheduler: object) -> int:
    return len(dask_scheduler.tasks)  # type: ignore[attr-defined]


@needs_dask
def test_an_infeasible_set_is_told_from_a_lost_one_on_dask(scheduler: str) -> None:
    case = tutorial()
    greedy = case.replace(sets={"greedy": {"force_in": ["library", "school"]}})
    comparison = outlay.compare(greedy, ["base", "greedy"], executor=f"dask:{scheduler}")
    assert row(comparison.cases, set="greedy")["status"] == "infeasible"


@pytest.fixture
def deserted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Start a dask scheduler without workers; return its address and what was started, scheduler first."""
    monkeypatch.setattr("outlay.optimizer.sharing.executors.WITHOUT_WORKERS_S", 0.0)
    log = tmp_path / "scheduler"
    started = [_start(log, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")]
    try:
        yield _address(log, started[0]), started
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


@needs_dask
def test_dask_without_workers_is_told_and_ends(deserted: Any) -> None:
    notes: list[str] = []
    comparison = outlay.compare(
        tutorial(), TUTORIAL_SETS, executor=f"dask:{deserted[0]}", on_progress=lambda state: notes.append(state.note)
    )
    assert set(comparison.cases["status"]) == {"failed"}
    assert set(comparison.cases["message"]) == {"not solved: dask has no workers"}
    assert any(note.startswith("dask has no workers") for note in notes)


@pytest.mark.nightly
@needs_dask
@pytest.mark.parametrize("killed", ["worker", "scheduler"])
def test_what_dask_has_solved_before_it_died_is_kept(deserted: Any, tmp_path: Path, killed: str) -> None:
    address, started = deserted
    log = tmp_path / "worker"
    started.append(
        _start(log, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0")
    )
    _wait_for(log, "Registered to", started[1])

    def told(state: CompareProgress) -> None:
        if state.done == 1:
            started[killed == "worker"].kill()

    case = tutorial()
    comparison = outlay.compare(case, TUTORIAL_SETS, executor=f"dask:{address}", on_progress=told, jobs=1)
    assert row(comparison.cases, set="base")["status"] == "optimal"
    lost = comparison.cases[comparison.cases["status"] == "failed"]
    assert len(lost) > 0
    for message in lost["message"]:
        assert "dask has no workers" in message or "the dask scheduler does not answer" in message


TARGETS = pytest.mark.parametrize(
    "target", ["tcp://127.0.0.1:{port}", "nonsense", "tcp://nowhere.invalid:8786", "nothing://x:1"]
)


@needs_dask
@TARGETS
def test_a_scheduler_that_cannot_be_reached_is_an_error(monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    monkeypatch.setattr("outlay.optimizer.sharing.executors.CONNECT_S", 1)
    with pytest.raises(InputError, match="cannot be reached"):
        outlay.compare(tutorial(), ["base"], executor="dask:" + target.format(port=_free_port()))


@needs_dask
def test_a_port_that_speaks_another_language_is_an_error() -> None:
    """Ask a web server for a scheduler."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)

        def serve() -> None:
            while not over.is_set():
                try:
                    guest, _ = server.accept()
                except TimeoutError:
                    continue
                with guest:
                    guest.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n" * 10)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with pytest.raises(InputError, match="cannot be reached"):
                outlay.compare(tutorial(), ["base"], executor=f"dask:tcp://127.0.0.1:{server.getsockname()[1]}")
        finally:
            over.set()
            thread.join()


def test_without_dask_installed_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'outlay\[dask\]'"):
        outlay.compare(tutorial(), ["base"], executor="dask:tcp://127.0.0.1:1")


def test_dask_is_not_imported_where_it_is_not_asked_for() -> None:
    code = dedent(
        """
        import sys, outlay
        outlay.compare(outlay.read("tutorial"), ["base"], jobs=1)
        sys.exit("distributed" in sys.modules)
        """
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=LONGEST_S, check=False).returncode == 0


@needs_dask
@pytest.mark.nightly
def test_dask_explains_and_varies_the_same(scheduler: str) -> None:
    """Workers compile the model themselves, each once; their answers are those of this machine."""
    instance = tutorial()
    here, there = (outlay.explain(instance, **where) for where in ({"jobs": 1}, {"executor": f"dask:{scheduler}"}))
    assert here.complete
    for name in ("margins", "changes", "limits"):
        assert len(here.tables[name])
        assert there.tables[name].equals(here.tables[name]), name
    assert there.sets_toml == here.sets_toml
    varied = outlay.vary(instance)
    questions = {
        "library in": outlay.Variation(force_in=("library",)),
        "more of everything": outlay.Variation(level={"c*": 0.5}),
        "library at no loss": outlay.Variation(force_in=("library",), at_least=19.1, stretch=("commitments",)),
    }
    here_, there_ = (varied.solve_all(questions, **where) for where in ({"jobs": 1}, {"executor": f"dask:{scheduler}"}))
    for name in questions:
        assert there_[name].verified
        assert (there_[name].value, there_[name].plan, there_[name].body) == (
            here_[name].value, here_[name].plan, here_[name].body,
        )  # fmt: skip
