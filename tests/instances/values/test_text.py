from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlay.instances.errors import Fault, InputError
from outlay.instances.values.text import Hints, as_text, did_you_mean, shown


@given(st.text(alphabet=st.characters()))
def test_shown_text_stands_on_one_line_and_does_nothing(text: str) -> None:
    assert "\n" not in shown(text)
    assert shown(text).isprintable() or " " in shown(text) or any(c.isspace() for c in shown(text))
    shown(text).encode()


def test_long_text_is_cut() -> None:
    assert len(shown("x" * 10**6)) == 120


def test_a_hint_names_the_near_word_or_the_known_ones() -> None:
    assert did_you_mean("amout", ["amount", "from"]) == "did you mean 'amount'?"
    assert did_you_mean("ID", ["amount", "id"]) == "did you mean 'id'?"
    assert did_you_mean("ids", ["IDS", "id"]) == "did you mean 'id'?"
    assert did_you_mean("zzz", ["b", "a"]) == "known: a, b"
    assert did_you_mean("zzz", []) == "none is defined"
    assert did_you_mean("zzz", map(str, range(100))).endswith(", ...")
    assert did_you_mean("P" * 10**6, ["P"]) == "known: P"


@pytest.mark.slow
def test_there_are_hints_for_very_many_words() -> None:
    hint = Hints([f"P{number:05d}" for number in range(20_000)])
    for number in range(10_000):
        assert hint(f"Q{number:05d}")


@pytest.mark.slow
def test_any_value_has_a_text() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert as_text(deep) == "<list>"
    assert as_text(-(10**5000)) == "<int>"


def test_a_fault_shows_what_it_quotes_harmlessly() -> None:
    text = str(Fault("a\x1b.csv", 3, "c\n", "v\u202e", "p\x07", "r\x9b"))
    assert text == "a\\x1b.csv, row 3, column c\\n: 'v\\u202e': p\\x07; r\\x9b"


def test_an_input_error_survives_another_process() -> None:
    error = InputError.single("here", "wrong", "mend it", row=2, value=10**5000)
    copy = pickle.loads(pickle.dumps(error))
    assert copy.faults == error.faults
    assert str(copy) == str(error) == "here, row 2: '<int>': wrong; mend it"


@pytest.mark.parametrize("length", [0, 1, 3])
def test_an_input_error_tells_every_fault_on_its_own_line(length: int) -> None:
    error = InputError(Fault("x", row, None, None, "p", "r") for row in range(length))
    assert str(error).splitlines() == [f"x, row {row}: p; r" for row in range(length)]
