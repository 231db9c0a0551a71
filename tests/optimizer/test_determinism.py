"""The same input gives the same answer, bit for bit, whatever the hash seed and the order of rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.clocks import LONGEST_S
from tests.support.documents import hard_knapsack, small_plan
from tests.support.generated import draft

#: Fresh interpreters by the dozen.
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

SCRIPT = """
import json, random, sys
import outlay
from outlay.optimizer.solver.process import SolverProcess
from tests.support.documents import parsed
from tests.support.shuffle import shuffled

order = random.Random(sys.argv[2]) if len(sys.argv) > 2 else None
with open(sys.argv[1]) as file, SolverProcess() as process:
    for document, constraint_set in json.load(file):
        instance = parsed(document if order is None else shuffled(document, order))
        try:
            solution = outlay.solve(instance, constraint_set=constraint_set, gap=0, process=process)
        except outlay.InputError as error:
            print(error)
            continue
        plan = solution.plan and solution.plan.to_document()
        print(instance.digest, solution.status, repr(solution.objective), json.dumps(plan))
        for name, table in solution.tables.items():
            print(name, table.to_json())
"""


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write documents, each with its constraint set, once for all runs."""
    cases = [draft(seed) for seed in range(11)]
    found = [(small_plan(), "base"), (hard_knapsack(size=30, rows=5), "base")]
    found += [(case.document, case.constraint_set) for case in cases]
    file = tmp_path_factory.mktemp("documents") / "documents.json"
    file.write_text(json.dumps(found), encoding="utf-8")
    return file


def answers(hash_seed: str, documents: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(documents), *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def told(documents: Path) -> str:
    found = answers("0", documents)
    assert found.count("optimal") >= 4
    return found


@pytest.mark.parametrize("hash_seed", ["1", pytest.param("2", marks=pytest.mark.nightly)])
def test_the_hash_seed_and_the_order_of_rows_change_nothing(hash_seed: str, documents: Path, told: str) -> None:
    assert answers(hash_seed, documents, f"order {hash_seed}") == told
