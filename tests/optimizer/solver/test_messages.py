"""A request that is written to a solver process is read there as it was."""

from __future__ import annotations

import io

import numpy as np
import pytest
from scipy import sparse

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solver.frames import read_frame, write_frame
from outlay.optimizer.solver.messages import Cancel, Offer, SolveRequest
from outlay.optimizer.solver.tasks.dive import Dive
from outlay.optimizer.solver.tasks.probe import Probe
from outlay.optimizer.solver.tasks.registry import NAMES, TASKS
from outlay.optimizer.solver.tasks.split import Split
from outlay.optimizer.solver.tasks.task import Task

ONES = np.ones(3)
PROBLEM = Problem(
    -ONES, 2.0, 0 * ONES, ONES, ONES > 0, sparse.csc_array([[1.0, 0.0, 2.0]]), np.array([-np.inf]), np.array([2.0])
)
DIVE = Dive(np.array([2, 0, 1]), 5, 0.1, 0.5, np.inf, 1.0, 7, None)
TOLD: tuple[Task | None, ...] = (None, DIVE, Probe(np.array([0, 1, -1]), 1.0, 0.1, 3, 4.0), Split(np.arange(3), 2.0))


def through_the_pipe(request: SolveRequest) -> SolveRequest:
    """Return a request as the process reads it."""
    stream = io.BytesIO()
    write_frame(stream, request.frame())
    stream.seek(0)
    frame = read_frame(stream)
    assert frame is not None
    return SolveRequest.of_frame(frame, NAMES)


@pytest.mark.parametrize("how", TOLD, ids=lambda how: type(how).__name__)
@pytest.mark.parametrize("told", [True, False])
def test_a_request_comes_as_it_was_sent(how: Task | None, *, told: bool) -> None:
    more = {"start": ONES, "basis": np.array([1, 0, 0, 1], dtype=np.int8), "work_s": 2.5} if told else {}
    sent = SolveRequest(4, PROBLEM, {"random_seed": 2}, how=how, takes_offers=told, tells_cuts=told, **more)
    came = through_the_pipe(sent)
    np.testing.assert_equal(came.frame(), sent.frame())
    assert (came.number, came.options, came.takes_offers, came.tells_cuts) == (4, {"random_seed": 2}, told, told)
    assert (came.start is None) is not told
    assert came.work_s == sent.work_s
    assert type(came.how) is type(how)
    assert (came.problem.matrix != PROBLEM.matrix).nnz == 0


def test_a_task_that_there_is_not_is_refused() -> None:
    frame = SolveRequest(1, PROBLEM, {}, how=DIVE).frame() | {"how": "Leap"}
    with pytest.raises(KeyError, match="Leap"):
        SolveRequest.of_frame(frame, NAMES)


def test_every_kind_of_task_can_be_done() -> None:
    assert set(TASKS) == set(NAMES.values()) == set(Task.__subclasses__())


def test_offers_and_cancels_name_their_request() -> None:
    assert Cancel(3).frame() == {"kind": "cancel", "number": 3}
    assert Offer(2, ONES).frame()["number"] == 2
