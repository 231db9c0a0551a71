"""`Solver`: the same answers from one process, and clear words for its misuse."""

from __future__ import annotations

import pytest

import outlay


@pytest.fixture(scope="module")
def instance() -> outlay.Instance:
    return outlay.read("tutorial")


def test_one_process_gives_the_answers_of_many(instance: outlay.Instance) -> None:
    names = ("base", "library-first", "base")
    with outlay.Solver() as solver:
        assert "open" in repr(solver)
        answers = [solver.solve(instance, constraint_set=name) for name in names]
        child = solver._process._child
        assert child is not None
        number = child.pid
        child.kill()  # it is replaced
        child.wait()
        answers.append(solver.solve(instance))
        assert solver._process._child is not None
        assert solver._process._child.pid != number
    assert [answer.objective for answer in answers] == pytest.approx([19.1, 18.0, 19.1, 19.1])
    assert answers[0].plan == answers[2].plan == answers[3].plan
    assert "closed" in repr(solver)
    with pytest.raises(outlay.InputError, match="it was closed"):
        solver.solve(instance)


def test_questions_about_one_model(instance: outlay.Instance) -> None:
    varied = outlay.vary(instance)
    question = outlay.Variation(level={"commitments": 0.5})
    with outlay.Solver() as solver:
        answer = solver.ask(varied, question)
        assert answer.holds
        assert answer.plan == varied.solve(question).plan
        with pytest.raises(outlay.InputError, match="a Instance stands where a Variations is wanted"):
            solver.ask(instance, question)  # type: ignore[arg-type]
        with pytest.raises(outlay.InputError, match="it has a process of its own"):
            solver.solve(instance, process=None)
        with pytest.raises(outlay.InputError, match="time_limit is a text"):
            solver.ask(varied, question, time_limit="60")  # type: ignore[arg-type]
