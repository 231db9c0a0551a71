"""The numbers of the search as a file: what differs is read, and what is wrong is told, all of it at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import outlay
from outlay.instances.errors import InputError
from outlay.optimizer.search.neighbourhoods.registry import CROSSING, NEIGHBOURHOODS
from outlay.optimizer.search.params import KINDS, Diving, Patience, Relaxing, SearchParams
from outlay.optimizer.tuning import unlimited


def written(folder: Path, text: str) -> Path:
    path = folder / "search.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_says_only_what_differs(tmp_path: Path) -> None:
    text = """
        head_start_s = 2
        [diving]
        most_left = 300
        sure = 1
        [relaxing]
        large = 1000
        [selecting]
        without = ["kin"]
    """
    found, usual = SearchParams.from_toml(written(tmp_path, text)), SearchParams()
    assert found.diving == Diving(most_left=300, sure=1.0)
    assert found.relaxing == Relaxing(large=1000)
    assert found.selecting == replace(usual.selecting, without=("kin",))
    assert found == replace(
        usual, head_start_s=2.0, diving=found.diving, relaxing=found.relaxing, selecting=found.selecting
    )
    assert isinstance(found.head_start_s, float)
    assert isinstance(found.diving.sure, float)


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert SearchParams.from_toml(written(tmp_path, "")) == SearchParams()


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = """
        small = 2.5
        patience = 3
        large = true
        [diving]
        most_lft = 300
        worse = 1.5
        step_shares = [0.5]
        [sub_problems]
        least_s = -1.0
        most_s = inf
        [selecting]
        without = ["kim"]
        even = "much"
    """
    with pytest.raises(InputError) as caught:
        SearchParams.from_toml(written(tmp_path, text))
    told = {fault.column: (fault.problem, fault.remedy) for fault in caught.value.faults}
    assert told == {
        "small": ("this is no whole number", "such as 50000"),
        "patience": ("this is a group of numbers", "write [patience]"),
        "large": ("this is no whole number", "such as 300000"),
        "diving.most_lft": ("there is no such number", "did you mean 'most_left'?"),
        "diving.worse": ("this is out of range", "0 to 1"),
        "diving.step_shares": ("this is no list of the right length", "give 3, in square brackets"),
        "sub_problems.least_s": ("this is out of range", "0 or more"),
        "sub_problems.most_s": ("this is out of range", "0 or more"),
        "selecting.without": ("there is no such name", "did you mean 'kin'?"),
        "selecting.even": ("this is no number", "such as 0.6"),
    }
    assert all(fault.where.endswith("search.toml") for fault in caught.value.faults)


@pytest.mark.parametrize(("text", "problem"), [(None, "this file cannot be read"), ("a = ", "this is no TOML")])
def test_a_file_that_is_none_is_told(tmp_path: Path, text: str | None, problem: str) -> None:
    path = tmp_path / "no.toml" if text is None else written(tmp_path, text)
    with pytest.raises(InputError, match=problem):
        SearchParams.from_toml(path)


def test_every_number_has_a_range_and_every_kind_can_be_left_out() -> None:
    assert list(unlimited(SearchParams)) == []
    assert sorted(KINDS) == sorted(kind.name for kind in (*NEIGHBOURHOODS, CROSSING))


@pytest.mark.slow
def test_a_solve_takes_other_numbers_and_says_which_differ(always_warm: None, tmp_path: Path) -> None:
    del always_warm
    params = SearchParams(patience=Patience(sub_problems=3), diving=Diving(sure=0.5))
    solution = outlay.solve(outlay.read("tutorial"), effort="repeat", work=1, params=params)
    assert solution.options["numbers"] == {"patience.sub_problems": 3, "diving.sure": 0.5}
    again = outlay.load(solution.save(tmp_path / "run.json"))
    assert again.options == solution.options
    assert "numbers" not in outlay.solve(outlay.read("tutorial"), effort="prove", params=params).options
