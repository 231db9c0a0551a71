"""`Solver`: the same answers from one process, and clear words for its misuse."""

from __future__ import annotations

from typing import Any

import pytest

import outlay
from outlay.optimizer import solve as solving
from outlay.optimizer.session import Session


@pytest.fixture(scope="module")
def instance() -> outlay.Instance:
    return outlay.read("tutorial")


@pytest.mark.slow
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


@pytest.mark.slow
def test_an_unchanged_instance_is_compiled_once(instance: outlay.Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []

    def counted(model: Any) -> Session:
        compiled.append(model.case.instance.name)
        return Session(model)

    monkeypatch.setattr(solving, "Session", counted)
    other = instance.replace(projects=[{**row, "value": 1} for row in instance["projects"].records()])
    with outlay.Solver() as solver:
        first = solver.solve(instance)
        assert solver.solve(instance, gap=0.5).plan == first.plan
        assert solver.solve(instance).metrics == first.metrics
        assert len(compiled) == 1
        assert solver.solve(other).objective != first.objective
        assert solver.solve(instance, constraint_set="library-first").objective == pytest.approx(18.0)
        assert solver.solve(instance, objective={"commitment": -1.0}).objective == pytest.approx(0.0)
        assert len(compiled) == 4
        model = outlay.build(instance)  # its rules may change between two solves
        assert [solver.solve(model).objective for _ in range(2)] == pytest.approx([19.1, 19.1])
        assert len(compiled) == 6
        for wrong in ({"gap": -1.0}, {"effort": "none"}):
            with pytest.raises(outlay.InputError):
                solver.solve(instance, **wrong)
        with pytest.raises(outlay.InputError, match="the name of an instance"):
            solver.solve("tutorial")


def test_questions_about_one_model(instance: outlay.Instance) -> None:
    varied = outlay.vary(instance)
    question = outlay.Variation(level={"commitments": 0.5})
    with outlay.Solver() as solver:
        answer = solver.ask(varied, question)
        assert answer.holds
        assert answer.plan == varied.solve(question).plan
        with pytest.raises(outlay.InputError, match="an Instance stands where a Variations is wanted"):
            solver.ask(instance, question)  # type: ignore[arg-type]
        with pytest.raises(outlay.InputError, match="it has a process of its own"):
            solver.solve(instance, process=None)
        with pytest.raises(outlay.InputError, match="time_limit is a text"):
            solver.ask(varied, question, time_limit="60")  # type: ignore[arg-type]
