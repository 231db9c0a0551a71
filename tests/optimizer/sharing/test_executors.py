"""The local pool ends with all its solvers, whatever the user does meanwhile."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from outlay.optimizer.sharing.executors import open_executor
from outlay.optimizer.sharing.helping import Bench
from outlay.optimizer.sharing.solvers import Pool, solver_process
from outlay.optimizer.solver.process import SolverProcess


def ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


def too_early() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(("asked", "raised"), [(ctrl_c, False), (too_early, True)])
def test_ctrl_c_while_solvers_are_ended_leaves_none(
    monkeypatch: pytest.MonkeyPatch, ctrl_c_is_heard: None, asked: Any, raised: bool
) -> None:
    ended: list[Pool] = []
    given = Pool.end

    def interrupted(self: Pool) -> None:
        ended.append(self)
        if len(ended) == 1:
            asked()
        given(self)

    monkeypatch.setattr(Pool, "end", interrupted)
    solvers: list[SolverProcess] = []
    try:
        with open_executor(None, 1, Bench()) as pool:
            solvers.append(pool.submit(solver_process).result())
    except KeyboardInterrupt:
        assert raised
    assert solvers[0].ended
    assert len(ended) == 1 + raised
