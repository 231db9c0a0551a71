"""A script of the user's own, in a folder with modules of the user's own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.clocks import LONGEST_S

ROOT = Path(__file__).parents[3]

SCRIPT = """
import outlay
from tests.support.documents import knapsack
from outlay.instances.formats.parsing import parse_document
solution = outlay.solve(parse_document(knapsack([3, 2, 4], [[1, 1, 1]], [2]), source="script"))
print(solution.status, solution.objective, solution.verified)
"""


def run_script(folder: Path, *command: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=True,
        env=environment,
    )
    return done.stdout.strip()


@pytest.mark.slow
def test_a_script_without_main_guard_beside_modules_of_the_user_s_own_works(tmp_path: Path) -> None:
    for name in ("models", "cli", "instances", "optimizer"):
        (tmp_path / f"{name}.py").write_text(f"raise RuntimeError('this is the {name} of the user')", encoding="utf-8")
    (tmp_path / "plan.py").write_text(SCRIPT, encoding="utf-8")
    assert run_script(tmp_path, "plan.py") == "optimal 7.0 True"


@pytest.mark.nightly
def test_the_solver_process_imports_nothing_from_the_user_s_folder(tmp_path: Path) -> None:
    # -P keeps the parent safe; the solver process must be so by itself, wherever it is started.
    for name in ("numpy", "highspy", "simplejson", "json", "queue"):
        (tmp_path / f"{name}.py").write_text(f"raise RuntimeError('this is the {name} of the user')", encoding="utf-8")
    assert run_script(tmp_path, "-P", "-c", SCRIPT) == "optimal 7.0 True"
