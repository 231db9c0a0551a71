"""solve: what it prints, and every exit code it can have."""

from __future__ import annotations

import dataclasses
import importlib
import json
import math
import os
import signal
import subprocess
import sys
import threading
from fractions import Fraction

import pytest

import outlay
from outlay.cli.terminal import progress
from outlay.optimizer.solver.deadline import CLOCK
from outlay.optimizer.verify.report import Violation
from tests.cli.small import HOSTILE, SMALL, changed, hard_document, lender_document, run, solved, write_small
from tests.support.clocks import LONGEST_S
from tests.support.documents import hard_knapsack

run_solve = importlib.import_module("outlay.cli.run.solve")
HOUR_S = 3600.0


@pytest.mark.slow
def test_an_answer_tells_plan_limits_losers_and_proof(tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "QUIET_S", 3600.0)  # however busy the machine is
    path = write_small(tmp_path)
    result = run("solve", path)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    for text in (
        "2 of 3 projects funded, $9M committed",
        "Arch bridge",
        "Totals against limits",
        "commitments",
        "100 %",
        "What binds",
        "Dates         as early as possible",
        "Not funded, and why",
        "worth 7; from 20",
        "Optimal: no plan is better.",
        "Objective $14M; no plan can have more than $14M (gap 0 %).",
        "Checked again independently in exact arithmetic:",
        "all hold.",
    ):
        assert text in result.stdout, result.stdout


@pytest.mark.slow
def test_json_is_the_run_document(tmp_path):
    path = write_small(tmp_path)
    result = run("solve", path, "--json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["status"] == "optimal"
    assert document["objective"] == 14
    assert document["verification"]["ok"] is True
    assert [choice["project"] for choice in document["plan"]["choices"]] == ["A", "B"]
    file = tmp_path / "piped.json"
    file.write_text(result.stdout)
    assert outlay.load(file).verified
    assert run("verify", str(file)).exit_code == 0


@pytest.mark.slow
def test_the_objective_can_be_replaced(tmp_path):
    path = write_small(tmp_path)
    dear = json.loads(run("solve", path, "--objective", "value=0,commitment=-1,count=100", "--json").stdout)
    assert dear["objective"] == 191
    mayor = run("solve", path, "--objective", "@Mayor")
    assert mayor.exit_code == 0
    assert "count (weights of Mayor)" in mayor.stdout
    unknown = run("solve", path, "--objective", "fame=1")
    assert unknown.exit_code == 3


def test_a_set_is_applied_and_told(tmp_path):
    result = run("solve", write_small(tmp_path), "--set", "poor")
    assert result.exit_code == 0
    assert "constraint set poor: Half the money" in result.stdout
    assert "1 of 3 projects funded, $4M committed" in result.stdout


@pytest.mark.slow
def test_each_project_that_fails_the_lender_test_is_shown_with_its_figures(tmp_path):
    result = run("solve", write_small(tmp_path, lender_document()))
    assert result.exit_code == 0, result.output
    assert "Failed the lender test: 1 project" in result.stdout
    line = next(line for line in result.stdout.splitlines() if line.startswith("  C  "))
    for figure in ("bank 5 %", "3.0 %", "0.36 < 1.2", "never > 20"):
        assert figure in line
    assert "2 loans; debt service cover at least" in result.stdout


@pytest.mark.slow
def test_infeasible_exits_with_4(tmp_path):
    path, run_file = write_small(tmp_path), str(tmp_path / "none.json")
    result = run("solve", path, "--set", "must", "-o", run_file)
    assert result.exit_code == 4
    assert "the rules contradict each other" in result.stdout
    document = json.loads(run("solve", path, "--set", "must", "--json").stdout)
    assert document["status"] == "infeasible"
    assert document["plan"] is None
    assert "contradict" in document["error"]
    for command in (["show", run_file], ["show", run_file, "projects"], ["verify", run_file]):
        assert run(*command).exit_code == 4
        assert "error" in json.loads(run(*command, "--json").stdout)


@pytest.mark.slow
def test_what_is_not_known_of_a_conflict_is_said_and_nothing_is_blamed(tmp_path):
    # The cap of 10 and a region's least count conflict with a mandatory project; the least 8 of commitment is innocent.
    document = changed(
        projects=[
            {"id": "A", "value": 10, "commitment": 6, "region": "north", "status": "mandatory"},
            {"id": "B", "value": 7, "commitment": 5, "region": "south"},
            {"id": "C", "value": 6, "commitment": 6, "region": "south"},
        ],
        availability=[{"resource": "commitments", "from": "2026-01", "amount": 10}],
        limits=[
            {"metric": "count", "by": "region", "group": "south", "min": 1},
            {"metric": "commitment", "min": 8},
        ],
        requirements=[],
        dependencies=[],
        sets={},
    )
    result = run("solve", write_small(tmp_path, document))
    assert result.exit_code == 4, result.output
    words = " ".join(result.stdout.split())
    assert "Which of them conflict, outlay explain finds out" in words
    error = json.loads(run("solve", write_small(tmp_path, document, "again"), "--json").stdout)["error"]
    assert "Which of them conflict, outlay explain finds out" in error
    for blamed in ("mandatory", "at least", "south", "commitment"):
        assert blamed not in words
        assert blamed not in error


def test_unbounded_exits_with_4(tmp_path):
    document = changed(
        instance={"objective": {"cost": 1}},
        programs=[{"program": "train", "resource": "crew", "cost_per_unit": 1}],
    )
    result = run("solve", write_small(tmp_path, document))
    assert result.exit_code == 4
    assert "without end" in result.stdout


def test_a_mandatory_project_without_options_exits_with_3(tmp_path):
    document = lender_document()
    document["projects"][2]["status"] = "mandatory"
    result = run("solve", write_small(tmp_path, document))
    assert result.exit_code == 3
    assert "fails the lender test" in result.stderr


@pytest.fixture
def over_once_told(monkeypatch):
    """Let a time limit of an hour be over as soon as a plan and a bound are known, and a line has told of the solve."""
    written, known = threading.Event(), threading.Event()
    text, update, now = progress.Progress._text, progress.Progress.update, CLOCK.now

    def noted(self):
        line = text(self)
        if "solving" in line:
            written.set()
        return line

    def told(self, state):
        update(self, state)
        if math.isfinite(state.objective) and math.isfinite(state.bound):
            assert written.wait(LONGEST_S)
            known.set()

    monkeypatch.setattr(progress, "QUIET_S", 0.0)
    monkeypatch.setattr(progress, "PLAIN_EVERY_S", 0.05)
    monkeypatch.setattr(progress.Progress, "_text", noted)
    monkeypatch.setattr(progress.Progress, "update", told)
    monkeypatch.setattr(CLOCK, "now", lambda: now() + (HOUR_S if known.is_set() else 0.0))


@pytest.mark.slow
@pytest.mark.usefixtures("over_once_told")
def test_a_time_limit_with_a_plan_exits_with_5_and_progress_stays_on_stderr(tmp_path):
    path = write_small(tmp_path, hard_knapsack())
    result = run("solve", path, "--time-limit", "1h", "--gap", "0", "--json")
    assert result.exit_code == 5, result.output
    document = json.loads(result.stdout)
    assert document["status"] == "stopped at limit"
    assert document["verification"]["ok"] is True
    lines = result.stderr.splitlines()
    assert any("solving" in line for line in lines)
    assert all(line.startswith("outlay: ") for line in lines)


def test_no_time_at_all_exits_with_6(tmp_path):
    path = write_small(tmp_path)
    result = run("solve", path, "--time-limit", "0.000001")
    assert result.exit_code == 6
    assert "raise --time-limit" in result.stdout
    document = json.loads(run("solve", path, "--time-limit", "0.000001", "--json").stdout)
    assert document["plan"] is None
    assert "time limit" in document["error"]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals are sent as on POSIX systems")
def test_ctrl_c_shows_the_best_plan_so_far(tmp_path):
    path = write_small(tmp_path, hard_document())
    # A shell may start background jobs deaf to Ctrl-C; this one listens.
    listening = (
        "import signal; signal.signal(2, signal.default_int_handler); from outlay.cli.terminal import progress; "
        "progress.QUIET_S, progress.PLAIN_EVERY_S = 0.0, 0.05; from outlay.cli import main; main()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", listening, "solve", path, "--time-limit", "3600", "--gap", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert child.stderr is not None
        told = child.stderr.readline()
        while told and "best" not in told:
            told = child.stderr.readline()
        child.send_signal(signal.SIGINT)
        shown, rest = child.communicate(timeout=LONGEST_S)
    finally:
        child.kill()
    assert child.returncode == 5, rest
    assert "stopped by Ctrl-C" in shown
    assert "all hold." in shown
    assert "Traceback" not in rest


def test_an_answer_that_fails_verification_is_not_shown(tmp_path, monkeypatch):
    solution = outlay.solve(outlay.read(write_small(tmp_path)))
    assert solution.verification is not None
    wrong = Violation(
        "cap", "limit", "commitments", Fraction(2), Fraction(1), Fraction(1), "2 are used, 1 is available"
    )
    failed = dataclasses.replace(solution, verification=dataclasses.replace(solution.verification, violations=(wrong,)))
    monkeypatch.setattr(run_solve, "solve", lambda *_, **__: failed)
    result = run("solve", str(tmp_path / "case"))
    assert result.exit_code == 7
    assert "2 are used, 1 is available" in result.stdout
    assert "Arch bridge" not in result.stdout
    document = json.loads(run("solve", str(tmp_path / "case"), "--json").stdout)
    assert document["violations"][0]["sentence"] == "2 are used, 1 is available"
    assert "plan" not in document


def test_output_is_refused_before_solving(tmp_path, monkeypatch):
    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was solved")

    path, run_file = write_small(tmp_path), tmp_path / "run.json"
    run_file.write_text("precious")
    (tmp_path / "link.json").symlink_to(tmp_path / "nowhere")
    monkeypatch.setattr(run_solve, "solve", never)
    for target in (run_file, tmp_path, tmp_path / "link.json", tmp_path / "case" / "projects.csv" / "x.json"):
        result = run("solve", path, "-o", str(target))
        assert result.exit_code == 3, target
    assert run("solve", path, "-o", "/dev/null", "--force").exit_code == 3
    assert run_file.read_text() == "precious"


def test_force_overwrites_and_the_run_is_saved(tmp_path):
    path, run_file = solved(tmp_path)
    assert run("solve", path, "-o", run_file).exit_code == 3
    assert run("solve", path, "-o", run_file, "--force", "--set", "poor").exit_code == 0
    assert outlay.load(run_file).constraint_set == "poor"


@pytest.mark.slow
def test_hostile_names_are_shown_harmlessly(tmp_path):
    projects = [{**project, "name": HOSTILE} for project in SMALL["projects"]]
    document = changed(projects=projects, instance={"title": HOSTILE, "money_unit": "\x1b[31m[red]$"})
    path = write_small(tmp_path, document)
    shown = run("solve", path).stdout
    for sign in ("\x1b", "\x07", "\x9b", "\u202e", "\u2066"):
        assert sign not in shown
    assert "[bold red]evil\\x1b[2J" in shown
    assert "<script>" in shown
    machine = run("solve", path, "--json").stdout
    assert machine.isascii()
    assert machine.isprintable() or "\x1b" not in machine
    assert json.loads(machine)["instance"]["projects"][0]["name"] == HOSTILE


def test_a_page_of_a_hundred_columns_is_not_wider(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    projects = [{**project, "name": "A very long name that goes on " * 5} for project in SMALL["projects"]]
    shown = run("solve", write_small(tmp_path, changed(projects=projects))).stdout
    assert max(len(line) for line in shown.splitlines()) <= 100
    assert "$M" in shown
