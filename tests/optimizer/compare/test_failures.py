"""What goes wrong with one case loses neither the others nor the run: it is tried twice, then reported."""

from __future__ import annotations

import gc
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import outlay
from outlay.instances.errors import InputError
from outlay.optimizer.compare.comparison import Comparison
from outlay.optimizer.solver.process import SolverProcess
from tests.optimizer.compare.support import Unreliable, assert_same, cap, dropped, lost, nonsense, refused, row, town
from tests.support.fake_solvers import PRELUDE, alive

#: Solvers that hang and pools that break: half a minute in all.
pytestmark = pytest.mark.slow

SETS = ("base", "less", "least")


def case() -> Any:
    """Return a town with two sets."""
    return town(less=cap(5), least=cap(3))


def compared(executor: Any = None, **options: Any) -> Comparison:
    """Compare the three sets."""
    return outlay.compare(case(), SETS, executor=executor, **options)


@pytest.fixture(scope="module", autouse=True)
def kept_solvers() -> None:
    """Solver processes are what these tests are about: each starts its own."""


@pytest.fixture(scope="module")
def due() -> Comparison:
    """Return the comparison without any failure."""
    return compared(jobs=1)


WAYS = pytest.mark.parametrize("instead", [lost, dropped, nonsense, refused], ids=lambda way: way.__name__)


@WAYS
@pytest.mark.parametrize(
    "name", ["less", *(pytest.param(name, marks=pytest.mark.nightly) for name in ("base", "least"))]
)
def test_a_case_that_is_lost_once_is_tried_again(name: str, instead: Any, due: Comparison) -> None:
    with Unreliable(name, 1, instead) as pool:
        comparison = compared(pool)
    assert_same(comparison, due)
    assert pool.submitted.count(name) == 2
    assert len(pool.submitted) == 4


@WAYS
def test_a_case_that_is_lost_twice_is_failed_and_the_others_are_not(instead: Any, due: Comparison) -> None:
    with Unreliable("less", 9, instead) as pool:
        comparison = compared(pool)
    assert pool.submitted.count("less") == 2
    assert comparison.cases["status"].tolist() == ["optimal", "failed", "optimal"]
    line = row(comparison.cases, set="less")
    assert "tried twice" in line["message"]
    assert not line["verified"]
    for name in ("base", "least"):
        mine, theirs = (row(some.cases, set=name) for some in (comparison, due))
        assert (mine["objective"], mine["change"]) == (theirs["objective"], theirs["change"])
    assert set(comparison.frequency["sets"]) == {2}


@WAYS
def test_a_reference_that_is_lost_leaves_the_others_without_differences(instead: Any) -> None:
    with Unreliable("base", 2, instead) as pool:
        comparison = compared(pool)
    assert comparison.cases["status"].tolist() == ["failed", "optimal", "optimal"]
    assert comparison.cases["change"].isna().all()
    assert comparison.flips.empty


def test_a_failed_case_stands_in_the_folder_too(tmp_path: Path) -> None:
    with Unreliable("less", 2, lost) as pool:
        comparison = compared(pool, folder=tmp_path / "out")
    assert set(comparison.files) == {"base", "least"}
    assert (tmp_path / "out" / "comparison.csv").is_file()


def test_a_lost_combination_makes_the_attribution_an_error_that_names_it() -> None:
    with Unreliable("none of them", 2, lost) as pool, pytest.raises(InputError, match="none of them is failed"):
        outlay.compare(case(), ["base"], attribute=["cap"], executor=pool)


def fake(monkeypatch: pytest.MonkeyPatch, folder: Path, body: str) -> Path:
    """Put a script in the place of the solver; return the file of the processes that it started."""
    log, script = folder / "pids", folder / "fake_solver.py"
    script.write_text(PRELUDE.format(log=str(log)) + dedent(body), encoding="utf-8")
    monkeypatch.setattr(
        "outlay.optimizer.sharing.solvers.SolverProcess", lambda: SolverProcess(command=[sys.executable, str(script)])
    )
    return log


def pids(log: Path) -> list[int]:
    """Return the solver processes that were started."""
    return [int(pid) for pid in log.read_text().split()]


#: The first process serves the reference; the second dies of the first problem it is given.
CRASH_ONCE = """
if before == {turn}:
    ready()
    read_frame(source)
    {death}
become_the_real_one()
"""


@pytest.mark.parametrize(
    "death", ["os.kill(os.getpid(), signal.SIGSEGV)", "os.kill(os.getpid(), signal.SIGKILL)", "sys.exit(3)"]
)
@pytest.mark.parametrize("turn", [0, 1])
def test_a_solver_that_dies_once_is_started_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, due: Comparison, death: str, turn: int
) -> None:
    log = fake(monkeypatch, tmp_path, CRASH_ONCE.format(turn=turn, death=death))
    comparison = compared(jobs=2)
    assert comparison.cases["status"].tolist() == ["optimal"] * 3
    assert comparison.cases["objective"].tolist() == due.cases["objective"].tolist()
    assert len(pids(log)) >= 2
    assert not any(alive(pid) for pid in pids(log))


def test_a_solver_that_always_dies_of_one_case_fails_that_case_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # A relay in front of the real solver, which dies when the cap of 3 comes by.
    body = """
    import threading
    from subprocess import PIPE, Popen
    child = Popen([sys.executable, "-P", "-m", "outlay.optimizer.solver.worker"], stdin=PIPE, stdout=PIPE)
    def back():
        while (message := read_frame(child.stdout)) is not None:
            write_frame(out, message)
    threading.Thread(target=back, daemon=True).start()
    while (message := read_frame(source)) is not None:
        if message["kind"] == "solve" and 3.0 in message["row_upper"].tolist():
            child.kill()
            os.abort()
        write_frame(child.stdin, message)
    child.kill()
    """
    log = fake(monkeypatch, tmp_path, body)
    comparison = compared(jobs=2)
    assert comparison.cases["status"].tolist() == ["optimal", "optimal", "failed"]
    assert "tried twice" in row(comparison.cases, set="least")["message"]
    assert not any(alive(pid) for pid in pids(log))


@pytest.mark.nightly
def test_a_solver_that_hangs_past_the_limit_fails_its_case_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    body = """
    import threading
    from subprocess import PIPE, Popen
    child = Popen([sys.executable, "-P", "-m", "outlay.optimizer.solver.worker"], stdin=PIPE, stdout=PIPE)
    def back():
        while (message := read_frame(child.stdout)) is not None:
            write_frame(out, message)
    threading.Thread(target=back, daemon=True).start()
    while (message := read_frame(source)) is not None:
        if message["kind"] == "solve" and 3.0 in message["row_upper"].tolist():
            child.kill()
            time.sleep(600)
        write_frame(child.stdin, message)
    child.kill()
    """
    log = fake(monkeypatch, tmp_path, body)
    comparison = compared(jobs=2, time_limit=3)
    assert comparison.cases["status"].tolist()[:2] == ["optimal", "optimal"]
    assert row(comparison.cases, set="least")["status"] in {"failed", "stopped at limit"}
    assert pd_blank(row(comparison.cases, set="least")["objective"])
    assert not any(alive(pid) for pid in pids(log))


def pd_blank(value: object) -> bool:
    """Return whether a cell is empty."""
    return value is None or value != value  # noqa: PLR0124 - NaN


def test_a_pool_whose_worker_dies_loses_no_finished_case(tmp_path: Path) -> None:
    # A process pool is broken for good when one worker is killed: every case is then refused, and reported so.
    pool = ProcessPoolExecutor(max_workers=1)
    try:
        done = outlay.compare(case(), ["base"], executor=pool, folder=tmp_path / "out")
        assert done.cases["status"].tolist() == ["optimal"]
        pool.submit(exit_at_once)
        comparison = outlay.compare(case(), SETS, executor=pool, folder=tmp_path / "out")
    finally:
        pool.shutdown()
    assert comparison.cases["status"].tolist() == ["optimal", "failed", "failed"]
    assert "tried twice" in row(comparison.cases, set="less")["message"]


def exit_at_once() -> None:
    """End the process it runs in, as the kernel does when memory runs out."""
    import os
    import signal

    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.nightly
def test_two_comparisons_at_once_do_not_end_each_others_solvers(due: Comparison) -> None:
    # The short ones end while the long ones are in work.
    found: dict[int, Any] = {}

    def work(number: int) -> None:
        sets = SETS if number % 2 else SETS[:1]
        try:
            found[number] = [outlay.compare(case(), sets, jobs=1) for _ in range(2)]
        except Exception as error:
            found[number] = error

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(4):
        assert isinstance(found[number], list), found[number]
        for comparison in found[number]:
            assert set(comparison.cases["status"]) == {"optimal"}, comparison.cases["message"].tolist()
            if number % 2:
                assert_same(comparison, due)


def test_solvers_of_a_pool_of_the_users_own_end_with_its_threads(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, due: Comparison
) -> None:
    log = fake(monkeypatch, tmp_path, "become_the_real_one()")
    with ThreadPoolExecutor(max_workers=2) as pool:
        assert_same(compared(pool), due)
        assert_same(compared(pool), due)
        assert len(pids(log)) <= 2  # one a thread, warm from comparison to comparison
    gc.collect()
    assert not any(alive(pid) for pid in pids(log))


def test_solvers_of_the_local_pool_end_with_the_comparison(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    log = fake(monkeypatch, tmp_path, "become_the_real_one()")
    compared(jobs=2)
    assert 1 <= len(pids(log)) <= 2
    assert not any(alive(pid) for pid in pids(log))
