"""The engine proves known optima: of two problems kept here, and of all 55 of OR-Library's mknap1 and mknap2.

Among the latter are Petersen's selection of research projects (1967) and Weingartner and Ness's capital budgets (1967);
they are read from the folder of public benchmark data, which is no part of the project.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from outlay.optimizer.solve import solve
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import Status
from tests.benchmarks.data import benchmarks_folder
from tests.benchmarks.families.knapsack import Knapsack, published_optima, read_mknap1, read_mknap2
from tests.support.choosing import some
from tests.support.documents import parsed

#: Problems whose optimum is known by trying everything, or by a theorem; each file names its source.
KEPT = sorted((Path(__file__).parent / "known_optima").glob("*.json"))
READERS = {"mknap1.txt": (read_mknap1, 7), "mknap2.txt": (read_mknap2, 48)}


@cache
def problems(file: str) -> list[Knapsack]:
    path = benchmarks_folder() / "knapsack" / file
    if not path.exists():
        pytest.skip(f"{path} is missing; set OUTLAY_BENCHMARKS to the folder of public benchmark data")
    reader, count = READERS[file]
    found = list(reader(path.read_text(encoding="utf-8")))
    assert len(found) == count
    return found


@pytest.mark.parametrize("file", READERS)
def test_the_files_and_the_list_of_published_values_agree(file: str) -> None:
    published = published_optima(benchmarks_folder()) if problems(file) else {}
    for index, problem in enumerate(problems(file), start=1):
        assert problem.optimum == published[file, index][1]


@pytest.mark.parametrize(
    ("file", "index"),
    [
        pytest.param(file, index, marks=pytest.mark.slow if file == "mknap2.txt" else [])
        for file, (_, count) in READERS.items()
        for index in range(count)
    ],
)
def test_the_published_optimum_is_proved(file: str, index: int, warm: SolverProcess) -> None:
    check(problems(file)[index], warm)


def test_there_are_problems_for_everyone() -> None:
    assert len(KEPT) == 2


@pytest.mark.parametrize("file", some(KEPT, 1), ids=lambda file: file.stem)
def test_the_optimum_of_a_problem_kept_here_is_proved(file: Path, warm: SolverProcess) -> None:
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept.pop("source")
    check(Knapsack(**kept), warm)


def check(problem: Knapsack, process: SolverProcess) -> None:
    solution = solve(parsed(problem.document()), gap=0, process=process)
    assert solution.status == Status.OPTIMAL
    assert solution.verified
    assert solution.objective == pytest.approx(problem.optimum, rel=1e-9)
    assert solution.metrics["value"] == pytest.approx(problem.optimum, rel=1e-12)
