"""Scenarios decided by mpi-sppy: what is missing is told, its word is taken for no more, its plan is verified here."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pyomo.environ as pyo
import pytest

import outlay
from outlay.instances.errors import InputError
from outlay.instances.plan import Selection
from outlay.instances.stages import scenarios_of_sets
from outlay.models.ensemble import build_scenario
from outlay.models.risk import parse_risk
from outlay.models.stages import decided_now, shared_decisions
from outlay.optimizer.ensemble.mpi import launching
from outlay.optimizer.ensemble.mpi.job import BOUND, PLAN, Job, load_job, replace_file, shape
from outlay.optimizer.ensemble.mpi.launching import Launcher, Word, checked_launcher, solve_by_mpi
from outlay.optimizer.solver.deadline import NEVER, Deadline
from tests.cli.small import run

SETS = ("base", "more-money", "two-crews")
SCHOOL = Selection("school", "base", 0)
JOB = Job(SETS, (0.5, 0.25, 0.25), (SCHOOL,), (), 0.5, 0.25, (0.0, 1.0, 2.0), (None, 3.0), 1e-4, 1, None)


@pytest.fixture(scope="module")
def town() -> outlay.Instance:
    return outlay.read("tutorial")


def program(folder: Path, text: str) -> Launcher:
    """Return a launcher that runs a program of ours in the place of mpiexec; it gets the folder as its last word."""
    file = folder / "launcher.py"
    file.write_text(f"import json, pathlib, sys, time\n{text}\n", encoding="utf-8")
    return Launcher((sys.executable, str(file)), here=True)


def test_a_job_is_read_back_as_it_was_written(town: outlay.Instance, tmp_path: Path) -> None:
    scenarios = scenarios_of_sets(town, SETS)
    JOB.save(tmp_path, scenarios)
    assert load_job(tmp_path) == JOB
    assert JOB.scenario(tmp_path, 1).instance.digest == scenarios[1].instance.digest


@pytest.mark.parametrize("missing", [("mpisppy",), ("mpisppy", "mpi4py")])
def test_what_is_not_installed_is_told_before_anything_is_solved(
    missing: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(name: str) -> Any:
        return None if name in missing else importlib.util.find_spec("json")

    monkeypatch.setattr(launching, "_installed", find)
    result = run("solve", "tutorial", "--scenarios", "base,more-money", "--engine", "mpi-sppy")
    assert result.exit_code == 3
    assert "mpi-sppy" in result.stderr
    assert "pip install 'outlay[stochastic]'" in result.stderr


@pytest.mark.parametrize(
    ("launcher", "said", "told"),
    [
        ("no-such-launcher -n 3", None, "there is no no-such-launcher here"),
        ("mpiexec '", None, "this is no command"),
        (None, "print('ranks 1\\nranks 1\\nranks 1')", "do not see each other"),
        (None, "print('ranks 4')", "4 processes, which cannot be divided"),
        (None, "sys.exit('cannot load MPI library')", "cannot load MPI library"),
        (None, "", "it said nothing"),
    ],
)
def test_a_launcher_that_starts_no_processes_that_work_together_is_refused(
    launcher: str | None, said: str | None, told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(launching, "_installed", lambda name: name != "")
    if said is not None:
        launcher = " ".join(program(tmp_path, said).command)
    with pytest.raises(InputError, match=told):
        checked_launcher(launcher)


def test_a_process_without_a_scenario_is_refused() -> None:
    launcher = Launcher(("mpiexec", "-n", "12"), here=False, ranks=12)
    assert launcher.enough_for(4) == launcher
    with pytest.raises(InputError, match="start at most 9"):
        launcher.enough_for(3)


def test_what_was_said_before_the_processes_crashed_is_kept(town: outlay.Instance, tmp_path: Path) -> None:
    text = f"""
folder = pathlib.Path(sys.argv[-1])
(folder / {BOUND!r}).write_text(json.dumps({{"bound": 20.0, "objective": None, "iteration": 3, "ended": False}}))
(folder / {PLAN!r}).write_text(json.dumps([["school", "base", 0]]))
sys.exit("RuntimeError: no room")
"""
    word = solve_by_mpi(JOB, scenarios_of_sets(town, SETS), program(tmp_path, text), NEVER)
    assert word == Word((SCHOOL,), 20.0, 3, "crash", "mpi-sppy ended with code 1: RuntimeError: no room")


def test_processes_that_go_on_for_too_long_are_ended(town: outlay.Instance, tmp_path: Path) -> None:
    launcher = program(tmp_path, "time.sleep(1000)")
    word = solve_by_mpi(JOB, scenarios_of_sets(town, SETS), launcher, Deadline.after(0.0))
    assert word == Word(None, None, 0, "time")


def test_a_file_that_others_read_is_replaced_whole(tmp_path: Path) -> None:
    replace_file(tmp_path / "a.json", [1])
    replace_file(tmp_path / "a.json", [2])
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize(
    ("more", "code", "told"),
    [
        (("--engine", "mpi"), 2, "is not one of"),
        (("--launcher", "srun -n 3"), 3, "nothing is launched here"),
    ],
)
def test_engines_that_do_not_fit_are_refused(more: tuple[str, ...], code: int, told: str) -> None:
    result = run("solve", "tutorial", "--scenarios", "base", *more)
    assert result.exit_code == code
    assert told in result.stderr
    assert run("solve", "tutorial", "--engine", "mpi-sppy").exit_code == 2


# -- with mpi-sppy -----------------------------------------------------------------------------------------------------

needs_mpi = pytest.mark.skipif(importlib.util.find_spec("mpisppy") is None, reason="mpi-sppy is not installed")


@needs_mpi
@pytest.mark.nightly
@pytest.mark.parametrize("risk", ["expected", "cvar:0.5:0.5"])
def test_three_processes_decide_as_one_problem_does(town: outlay.Instance, risk: str) -> None:
    here = outlay.solve_ensemble(town, SETS, risk=risk, jobs=1)
    found = outlay.solve_ensemble(town, SETS, risk=risk, jobs=1, engine="mpi-sppy", time_limit=120)
    assert found.verified
    assert found.options["engine"] == "mpi-sppy"
    assert here.objective is not None
    assert found.objective is not None
    assert found.bound is not None
    assert found.objective == pytest.approx(here.objective)
    assert found.bound >= here.objective - 1e-6
    assert found.options["bound_by"] in {"mpi-sppy", "each scenario by itself"}


@needs_mpi
@pytest.mark.slow
def test_its_word_is_told_as_its_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = str(tmp_path / "plans")
    asked = ("solve", "tutorial", "--jobs", "1", "--scenarios", ",".join(SETS), "--engine", "mpi-sppy")
    result = run(*asked, "--time-limit", "120", "-o", folder)
    assert result.exit_code in {0, 5}, result.output
    assert "Bound: " in result.stdout
    assert "mpi-sppy" in result.stdout
    assert outlay.load_ensemble(folder).options["engine"] == "mpi-sppy"
    assert [path.name for path in tmp_path.iterdir()] == ["plans"]  # mpi-sppy writes logs wherever it is


@needs_mpi
@pytest.mark.nightly
@pytest.mark.parametrize("risk", ["expected", "cvar:0.5:0.25", "worst"])
def test_the_mean_of_what_its_scenarios_minimise_is_the_measure_of_risk(
    town: outlay.Instance, risk: str, tmp_path: Path
) -> None:
    """Its models, put together as mpi-sppy understands them, have the optimum of `build_ensemble`."""
    from outlay.optimizer.ensemble.mpi.creator import scenario_creator

    job = job_of(town, risk)
    job.save(tmp_path, scenarios_of_sets(town, SETS))
    models = [scenario_creator(f"s{place}", job=job, folder=tmp_path) for place in range(len(SETS))]
    shared = [list(model._mpisppy_node_list[0].nonant_vardata_list) for model in models]
    costs = [model.cost for model in models]
    whole: Any = pyo.ConcreteModel()
    whole.alike = pyo.ConstraintList()
    for place, model in enumerate(models):
        whole.add_component(f"part{place}", model)
        costs[place].deactivate()
        for one, same in zip(shared[0], shared[place], strict=True):
            if place:
                whole.alike.add(one == same)
    whole.cost = pyo.Objective(expr=sum(share * one.expr for share, one in zip(job.probabilities, costs, strict=True)))
    pyo.SolverFactory("appsi_highs").solve(whole)
    here = outlay.solve_ensemble(town, SETS, risk=risk, jobs=1)
    assert -pyo.value(whole.cost) == pytest.approx(here.objective)


def job_of(town: outlay.Instance, risk: str) -> Job:
    """Return the job for sets that are equally likely."""
    scenarios = scenarios_of_sets(town, SETS)
    shared = shared_decisions([decided_now(build_scenario(one).case) for one in scenarios])
    shares = tuple(one.probability for one in scenarios)
    weight, tail = shape(parse_risk(risk), shares)
    return Job(SETS, shares, shared.open, shared.shut, weight, tail, (0.0,) * 3, (None, None), 1e-4, 1, None)
