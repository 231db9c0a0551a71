"""Run one peer on one task in this process: ``python -m tests.benchmarks.run_peer PEER FOLDER``.

The folder holds ``task.json`` and ``problem.npz``; the point goes to ``point.npy``, what is found to standard output.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
from scipy import sparse

from outlay.optimizer.problem.problem import Problem
from tests.benchmarks.peers import Task, Teller, peer

ARRAYS = ("cost", "lower", "upper", "integer", "row_lower", "row_upper")


def write_task(folder: Path, task: Task) -> None:
    """Write a task for another process."""
    problem = task.problem
    words = {"instance": task.instance, "seconds": task.seconds, "gap": task.gap, "threads": task.threads}
    text = json.dumps({**words, "seed": task.seed, "params": task.params, "offset": problem.offset})
    (folder / "task.json").write_text(text, encoding="utf-8")
    arrays = {name: getattr(problem, name) for name in ARRAYS}
    np.savez(folder / "problem.npz", **arrays)
    sparse.save_npz(folder / "matrix.npz", sparse.csc_matrix(problem.matrix), compressed=False)


def read_task(folder: Path) -> Task:
    """Read what `write_task` wrote."""
    words = json.loads((folder / "task.json").read_text(encoding="utf-8"))
    with np.load(folder / "problem.npz") as arrays:
        matrix = sparse.csc_array(sparse.load_npz(folder / "matrix.npz"))
        problem = Problem(offset=words.pop("offset"), matrix=matrix, **{name: arrays[name] for name in ARRAYS})
    return Task(problem=problem, **words)


def main() -> None:
    """Run the peer that the command line names."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    tell = Teller(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)  # what a solver prints, from C too, must not mix with our lines
    point = peer(name).solve(read_task(folder), tell)
    tell.end()
    if point is not None:
        np.save(folder / "point.npy", point)


if __name__ == "__main__":
    main()
