"""The benchmark runs every peer on the same model, and writes what it measures."""

from __future__ import annotations

import csv
import io
import math
import subprocess
import sys
from pathlib import Path

import pytest

import outlay
from outlay.optimizer.problem.compiling import compile_model
from tests.benchmarks import families
from tests.benchmarks.data import benchmarks_folder
from tests.benchmarks.families import assignments, trade_offs
from tests.benchmarks.frontier import ours, vectors
from tests.benchmarks.peers import NAN, Task, Teller, peers, solves
from tests.benchmarks.what_ifs import what_ifs
from tests.support.choosing import some

SMALL = "scale-40-1"


@pytest.mark.parametrize("name", some(families.families(), families.families().keys() - {"ppssp"}))
def test_every_family_reads_what_it_names(name: str) -> None:
    if name in {"knapsack", "minelib", "ppssp", "trade_offs"} and not benchmarks_folder().is_dir():
        pytest.skip(f"no benchmark data in {benchmarks_folder()}")
    assert len(families.read(families.families()[name].names()[0])["projects"]) > 5


def test_a_name_that_no_family_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="no family of instances knows nonsense"):
        families.read("nonsense")


def test_there_are_our_engine_and_five_peers() -> None:
    assert peers() == ["ours", "cpsat", "cpsat-schedule", "highs", "pyomo", "scip"]
    assert [name for name in peers() if not solves(name, SMALL)] == ["cpsat-schedule"]
    assert solves("cpsat-schedule", "schedule-30-1")


def test_a_peer_runs_in_a_session_of_its_own_and_its_cpu_seconds_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.benchmarks import measure

    told: dict[str, object] = {}
    popen = subprocess.Popen

    def begun(command: list[str], **options: object) -> subprocess.Popen[str]:
        told.update(options)
        burn = "x = sum(i * i for i in range(3_000_000))"
        return popen([sys.executable, "-c", burn], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", begun)
    problem = compile_model(outlay.build(outlay.read("tutorial"))).problem
    found = measure.run("ours", Task("tutorial", problem, 1.0, 0.0, 1, 1), lambda line: None)
    assert told["start_new_session"] is True
    assert found.cpu_s > 0.01


def test_a_run_that_got_too_little_of_its_cores_is_told() -> None:
    from tests.benchmarks import measure

    assert measure.Run("x", load_s=1.0, total_s=10.0, cpu_s=12.0).starved(2)
    assert not measure.Run("x", load_s=1.0, total_s=10.0, cpu_s=20.0).starved(2)


def test_figures_are_read_off_a_trace_as_they_were_known() -> None:
    from tests.benchmarks import measure

    found = measure.Run("x", [(1.0, NAN, 20.0), (4.0, 8.0, 12.0), (9.0, 9.9, 10.0)])
    assert found.at(5.0) == (8.0, 12.0)
    assert math.isnan(found.at(0.5)[0])
    assert found.time_to(0.02, 10.0) == 9.0
    assert math.isnan(found.time_to(0.001, 10.0))
    assert measure.gap(8.0, 10.0) == 0.25


def test_what_comes_after_the_end_of_a_solve_does_not_count() -> None:
    out = io.StringIO()
    tell = Teller(out)
    for _ in range(2):
        tell.end()
    assert out.getvalue().count("solve_s") == 1


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["2kp50", "3kp40"])
def test_frontiers_have_the_published_efficient_vectors(name: str) -> None:
    if not benchmarks_folder().is_dir():
        pytest.skip(f"no benchmark data in {benchmarks_folder()}")
    frontier, _ = ours(name, jobs=2)
    assert frontier.complete
    assert vectors(frontier) == trade_offs.efficient(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["2ap6-1", "3ap4-1"])
def test_frontiers_of_assignments_are_those_of_all_permutations(name: str) -> None:
    frontier = outlay.frontier(assignments.read(name), assignments.objectives(name), tolerance=0, jobs=1)
    assert frontier.complete
    assert vectors(frontier) == assignments.efficient(name)


@pytest.mark.nightly
def test_a_run_writes_a_line_a_peer_and_a_picture(tmp_path: Path) -> None:
    for package in ("pyscipopt", "ortools", "psutil", "matplotlib"):
        pytest.importorskip(package, reason="needs the extra bench")
    command = [sys.executable, "-m", "tests.benchmarks", SMALL, "--seconds", "10", "-o", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    with (tmp_path / "runs.csv").open(encoding="utf-8", newline="") as file:
        lines = {line["peer"]: line for line in csv.DictReader(file)}
    assert list(lines) == [name for name in peers() if solves(name, SMALL)]
    best = float(lines["highs"]["value_end"])
    for peer, line in lines.items():
        assert not line["error"], line
        assert line["verified"] == "True", peer
        # CP-SAT funds in steps of a thousandth.
        assert float(line["value_end"]) == pytest.approx(best, rel=2e-3 if peer == "cpsat" else 1e-5), peer
    assert (tmp_path / "gap.png").stat().st_size > 5000
    assert len((tmp_path / "traces.csv").read_text(encoding="utf-8").splitlines()) > len(lines)


def test_what_ifs_are_of_every_kind_and_only_those_that_make_sense() -> None:
    asked = what_ifs(outlay.vary(outlay.read("tutorial")))
    assert list(asked)[:4] == ["bridge in", "bridge out", "commitments wider", "commitments tighter"]
    assert all(one.force_in or one.force_out or one.level for one in asked.values())
