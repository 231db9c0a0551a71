"""What is told of a solve is checked and resolved once."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import outlay
from outlay.optimizer.ensemble.members import Asked
from outlay.optimizer.settings import Effort, SolveSettings
from outlay.optimizer.solver.deadline import CLOCK, MOST_WAIT, Deadline


def made(**said: Any) -> SolveSettings:
    return SolveSettings.made(**{"time_limit": None, "gap": 1e-4, "seed": 1, **said})


def test_auto_searches_only_under_a_limit() -> None:
    assert made(effort="auto").effort == Effort.PROVE
    assert made(effort="auto", time_limit=5.0).effort == Effort.SEARCH
    assert made(effort="repeat", work=7).sub_problems == 7
    assert made(effort="search").sub_problems is None
    assert not made().searches


@pytest.mark.parametrize(
    ("said", "what"),
    [({"gap": 1.0}, "gap"), ({"seed": -1}, "seed"), ({"time_limit": 0.0}, "time_limit"), ({"threads": 0}, "threads"),
     ({"gap": "1"}, "gap"), ({"effort": "hard"}, "effort"), ({"work": 0}, "work"),
     ({"seed": 1.5}, "seed"), ({"threads": 1.0}, "threads"), ({"effort": "repeat", "work": 2.5}, "work"),
     ({"gap": Decimal("nan")}, "gap"), ({"time_limit": Decimal("inf")}, "time_limit")],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(said: dict[str, Any], what: str) -> None:
    with pytest.raises(outlay.InputError) as caught:
        made(**said)
    assert caught.value.faults[0].column == what


def test_a_question_says_what_its_answer_depends_on_and_is_read_back() -> None:
    asked = made(time_limit=3.0, gap=0.01, seed=4)
    assert asked.question_document() == {"gap": 0.01, "seed": 4, "time_limit_s": 3.0}
    assert SolveSettings.of_question(asked.question_document()) == asked
    assert SolveSettings.of_question({}) == SolveSettings()


def test_the_limit_of_a_question_is_of_work_unless_it_is_a_part_of_a_whole_by_the_clock() -> None:
    own = SolveSettings.of_question({"time_limit_s": 5.0}).question_deadline(CLOCK)
    part = SolveSettings.of_question(Asked(0.0, 1).each(5.0)).question_deadline(CLOCK)
    assert (own.work_left(), own.limit_s) == (5.0, 5.0 * MOST_WAIT)
    assert (part.work_left(), part.limit_s) == (None, 5.0)


def test_a_run_file_states_work_only_where_it_counts() -> None:
    assert "work" not in made(effort="search").to_document()
    assert made(effort="repeat", work=3).to_document()["work"] == 3


def test_the_engine_is_told_the_same() -> None:
    deadline = Deadline.after(9.0)
    told = made(gap=0.02, seed=8, threads=2).engine(deadline)
    assert (told.gap, told.seed, told.threads, told.deadline) == (0.02, 8, 2, deadline)


def test_numbers_of_numpy_are_told_as_plain_ones() -> None:
    found = made(gap=np.float32(0.25), seed=np.int64(3), threads=np.int32(1), effort="repeat", work=np.int64(2))
    assert found == made(gap=0.25, seed=3, threads=1, effort="repeat", work=2)
    assert json.loads(json.dumps(found.to_document())) == found.to_document()


def test_decimals_are_numbers_and_are_told_as_floats() -> None:
    found = made(gap=Decimal("0.01"), time_limit=Decimal("2.5"))
    assert (found.gap, found.time_limit_s) == (0.01, 2.5)
    assert isinstance(found.gap, float)
    assert json.loads(json.dumps(found.to_document())) == found.to_document()
