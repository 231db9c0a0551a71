"""The folder of a comparison: what may be written where, what is kept, and what is solved again."""

from __future__ import annotations

import json
import shutil
import threading
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import outlay
from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.optimizer.compare.comparison import TABLES, Comparison
from outlay.optimizer.compare.reading import load_comparison
from outlay.optimizer.compare.task import make_request
from tests.optimizer.compare.support import Unreliable, assert_same, cap, compared_into, lost, row, town, tutorial

SETS = ("base", "less", "least")


def sized(less: float = 5, least: float = 3) -> Instance:
    """Return a town with two sets."""
    return town(less=cap(less), least=cap(least))


def compared(
    folder: Path, case: Instance | None = None, sets: tuple[str, ...] = SETS, **options: Any
) -> tuple[Comparison, list[str], list[str]]:
    """Compare the town into a folder; return the comparison, the cases that were solved, and the notes."""
    return compared_into(folder, case or sized(), sets, **options)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Comparison]:
    """Return a finished comparison and its folder, not to be touched."""
    folder = tmp_path_factory.mktemp("once") / "out"
    return folder, compared(folder)[0]


@pytest.fixture
def finished(once: tuple[Path, Comparison], tmp_path: Path) -> Path:
    """Return the folder of a finished comparison."""
    shutil.copytree(once[0], tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture
def due(once: tuple[Path, Comparison]) -> Comparison:
    """Return the comparison that the folder holds."""
    return once[1]


def run_files(folder: Path) -> dict[str, int]:
    """Return the run files of a folder and when they were written."""
    return {path.name: path.stat().st_mtime_ns for path in sorted((folder / "runs").iterdir())}


@pytest.mark.slow
def test_a_comparison_is_written_as_run_files_tables_and_one_json(tmp_path: Path) -> None:
    comparison, solved, notes = compared(tmp_path / "deep" / "out")
    folder = tmp_path / "deep" / "out"
    assert (solved, notes) == (sorted(SETS), [])
    assert set(comparison.files) == set(SETS)
    assert set(run_files(folder)) == set(comparison.files.values())
    tables = {
        "comparison.csv",
        *(f"{name}.csv" for name in TABLES if name not in {"cases", "attribution", "combinations"}),
    }
    assert {path.name for path in folder.iterdir()} == {"runs", "comparison.json", *tables}
    shown = pd.read_csv(folder / "comparison.csv")
    assert shown["objective"].tolist() == comparison.cases["objective"].tolist()


@pytest.mark.slow
def test_a_run_file_of_a_comparison_is_one_that_can_be_loaded_and_verified(finished: Path) -> None:
    comparison = load_comparison(finished)
    solution = outlay.load(finished / "runs" / comparison.files["less"])
    assert outlay.verify(solution).ok
    assert solution.constraint_set == "less"
    assert solution.objective == row(comparison.cases, set="less")["objective"]


@pytest.mark.slow
def test_a_comparison_that_is_read_back_is_the_one_that_was_written(tmp_path: Path) -> None:
    written, _, _ = compared(tmp_path / "out", tutorial(), ("base", "more-money"), attribute=["cap"])
    read = load_comparison(tmp_path / "out")
    assert_same(written, read)
    assert read.files == written.files


def test_cases_that_are_finished_are_not_solved_again(finished: Path, due: Comparison) -> None:
    before = run_files(finished)
    comparison, solved, notes = compared(finished)
    assert (solved, notes) == ([], [])
    assert run_files(finished) == before
    assert_same(comparison, due)


@pytest.mark.slow
def test_a_reference_whose_dates_were_made_earlier_is_not_solved_again(finished: Path, due: Comparison) -> None:
    file = finished / "runs" / due.files["base"]
    document = json.loads(file.read_text())
    later = document["comparison"]["own_plan"]["choices"][0]
    later |= {"selection": 1, "start": 1}  # as the solver may have left it before the dates were looked at
    file.write_text(json.dumps(document))
    comparison, solved, notes = compared(finished)
    assert (solved, notes) == ([], [])
    assert comparison.cases["objective"].tolist() == due.cases["objective"].tolist()


@pytest.mark.slow
def test_only_new_sets_are_solved_when_a_comparison_is_widened(finished: Path) -> None:
    comparison, solved, _ = compared(finished, sized(), ("base", "less", "least", "less+least"))
    assert solved == ["less+least"]
    assert comparison.sets[-1] == "less+least"


@pytest.mark.slow
def test_editing_a_set_solves_again_only_what_depends_on_it(finished: Path) -> None:
    before = run_files(finished)
    comparison, solved, _ = compared(finished, sized(least=2))
    assert solved == ["least"]
    assert row(comparison.cases, set="least")["objective"] == 2
    assert set(run_files(finished)) > set(before)  # the old one stays, and is found again
    _, solved, _ = compared(finished, sized())
    assert solved == []


@pytest.mark.slow
def test_a_set_that_extends_an_edited_one_is_solved_again(tmp_path: Path) -> None:
    def case(less: float) -> Instance:
        return town(less=cap(less), child={"extends": "less", "force_out": ["D"]}, other=cap(4))

    compared(tmp_path / "out", case(5), ("base", "less", "child", "other"))
    _, solved, _ = compared(tmp_path / "out", case(3), ("base", "less", "child", "other"))
    assert solved == ["child", "less"]


@pytest.mark.slow
def test_editing_the_base_solves_everything_again(finished: Path) -> None:
    case = sized()
    table = [
        {"id": name, "value": worth, "commitment": worth} for name, worth in zip("ABCD", (4, 3, 2, 0.5), strict=True)
    ]
    _, solved, _ = compared(finished, case.replace(projects=table))
    assert solved == sorted(SETS)


@pytest.mark.slow
def test_other_options_solve_again(finished: Path) -> None:
    _, solved, _ = compared(finished, seed=2)
    assert solved == sorted(SETS)
    _, solved, _ = compared(finished, gap=0.01)
    assert solved == sorted(SETS)


@pytest.mark.slow
def test_another_reference_solves_again_what_is_to_be_nearest_to_it(finished: Path) -> None:
    comparison, solved, _ = compared(finished, sets=("least", "base", "less"))
    assert comparison.reference == "least"
    assert solved == ["base", "least", "less"]  # the reference's own case is one without a plan to be near to


@pytest.mark.slow
def test_an_attribution_is_resumed_too(tmp_path: Path) -> None:
    first, solved, _ = compared(tmp_path / "out", tutorial(), ("base",), attribute=["cap", "labour"])
    assert len(solved) == 4
    again, solved, _ = compared(tmp_path / "out", tutorial(), ("base",), attribute=["cap", "labour"])
    assert solved == []
    assert_same(first, again)
    assert (tmp_path / "out" / "attribution.csv").is_file()


@pytest.mark.slow
def test_tables_of_an_earlier_comparison_do_not_stay_behind(tmp_path: Path) -> None:
    compared(tmp_path / "out", tutorial(), ("base",), attribute=["cap"])
    compared(tmp_path / "out", tutorial(), ("base",))
    assert not (tmp_path / "out" / "attribution.csv").exists()
    assert not (tmp_path / "out" / "combinations.csv").exists()


def _path_of(folder: Path, name: str) -> Path:
    comparison = load_comparison(folder)
    return folder / "runs" / comparison.files[name]


#: What may stand in the place of a run file.
CORRUPT = [
    "",
    "{",
    "null",
    "[]",
    "3",
    '{"format": "something else"}',
    "[" * 100_000,
    "\x00\x01",
    '{"format": "outlay run 3"}',
    '{"format": "outlay run 3", "request": "KEY"}',
    '{"format": "outlay run 1", "request": "KEY", "status": "optimal"}',
    '{"format": "outlay run 3", "request": "KEY", "status": "optimal", "objective": "much", "tables": {}}',
    '{"format": "outlay run 3", "request": "KEY", "status": "optimal", "tables": {"binding": {}}, "plan": 3}',
]


@pytest.mark.slow
@pytest.mark.parametrize("text", CORRUPT)
def test_a_corrupt_run_file_is_named_ignored_and_solved_again(finished: Path, due: Comparison, text: str) -> None:
    path = _path_of(finished, "less")
    path.write_text(text.replace("KEY", path.stem), encoding="utf-8")
    comparison, solved, notes = compared(finished)
    assert solved == ["less"]
    assert len(notes) == 1
    assert path.name in notes[0]
    assert "less" in notes[0]
    assert_same(comparison, due)
    assert outlay.load(path).constraint_set == "less"


def test_bytes_that_are_no_text_are_named_ignored_and_solved_again(finished: Path) -> None:
    path = _path_of(finished, "less")
    path.write_bytes(b"\xff\xfe\x00" * 100)
    _, solved, notes = compared(finished)
    assert (solved, len(notes)) == (["less"], 1)


@pytest.mark.slow
def test_a_run_file_cut_short_is_solved_again(finished: Path) -> None:
    path = _path_of(finished, "less")
    path.write_bytes(path.read_bytes()[:-200])
    _, solved, notes = compared(finished)
    assert (solved, len(notes)) == (["less"], 1)


@pytest.mark.slow
def test_the_run_file_of_another_case_is_not_mistaken_for_this_one(finished: Path) -> None:
    _path_of(finished, "less").write_bytes(_path_of(finished, "least").read_bytes())
    comparison, solved, notes = compared(finished)
    assert (solved, len(notes)) == (["less"], 1)
    assert row(comparison.cases, set="less")["objective"] == 5


@pytest.mark.slow
def test_a_run_file_that_cannot_be_written_is_an_error_that_says_so(finished: Path) -> None:
    path = _path_of(finished, "less")
    path.unlink()
    path.mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        compared(finished)


@pytest.mark.slow
def test_a_case_that_failed_or_ran_out_of_time_gets_another_try(finished: Path) -> None:
    path = _path_of(finished, "less")
    document = json.loads(path.read_text())
    ends = (
        {"status": "stopped at limit", "limit": "time"},
        {"status": "failed", "limit": "crash", "bound": None, "gap": None},
    )
    for end in ends:
        level = {**document["levels"][0], **end}
        path.write_text(json.dumps({**document, **end, "levels": [level]}))
        _, solved, notes = compared(finished)
        assert (solved, notes) == (["less"], [])


@pytest.mark.slow
def test_a_failed_case_is_not_kept_and_does_not_spoil_the_folder(tmp_path: Path) -> None:
    with Unreliable("less", 2, lost) as pool:
        comparison = outlay.compare(sized(), SETS, executor=pool, folder=tmp_path / "out")
    assert comparison.cases["status"].tolist() == ["optimal", "failed", "optimal"]
    assert set(comparison.files) == {"base", "least"}
    assert load_comparison(tmp_path / "out").cases["status"].tolist() == ["optimal", "failed", "optimal"]
    _, solved, _ = compared(tmp_path / "out")
    assert solved == ["less"]


def test_a_folder_that_holds_something_else_is_left_alone_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="holds something that is no comparison"):
        compared(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    compared(tmp_path, force=True)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
    assert (tmp_path / "comparison.csv").is_file()


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    compared(tmp_path, sets=("base",))
    assert (tmp_path / "comparison.json").is_file()


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    for force in (False, True):
        with pytest.raises(InputError, match="not a folder"):
            compared(tmp_path / "out", force=force)
    with pytest.raises(InputError):
        compared(tmp_path / "out" / "below")


@pytest.mark.parametrize("place", ["/proc/nothing/out", "/dev/null/out"])
def test_a_place_that_cannot_be_written_is_refused_before_anything_is_solved(place: str) -> None:
    def fail(_: object) -> None:
        raise AssertionError("something was solved")

    with pytest.raises(InputError):
        outlay.compare(sized(), SETS, folder=place, on_progress=fail)


def test_wrong_sets_leave_no_folder_behind(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        compared(tmp_path / "out", sets=("base", "lesss"))
    with pytest.raises(InputError):
        compared(tmp_path / "out", attribute=["labor"])
    assert not (tmp_path / "out").exists()


def test_a_comparison_that_was_not_finished_cannot_be_read(tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    def stop(state: Any) -> None:
        if state.done == 2:
            raise StopError

    with pytest.raises(StopError):
        outlay.compare(sized(), SETS, jobs=1, folder=tmp_path / "out", on_progress=stop)
    with pytest.raises(InputError, match="not finished"):
        load_comparison(tmp_path / "out")
    _, solved, notes = compared(tmp_path / "out")
    assert 1 <= len(solved) <= 2
    assert "base" not in solved
    assert notes == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "nonsense",
        '{"format": "outlay comparison 1", "finished": true}',
        '{"format": "outlay comparison 3", "finished": true}',
        "[" * 100_000,
    ],
)
def test_a_damaged_comparison_is_an_error_with_a_remedy(finished: Path, text: str) -> None:
    (finished / "comparison.json").write_text(text)
    with pytest.raises(InputError):
        load_comparison(finished)


def test_a_folder_without_a_comparison_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        load_comparison(tmp_path)
    with pytest.raises(InputError):
        load_comparison(tmp_path / "nothing")


def test_nothing_else_is_left_in_the_folder(finished: Path) -> None:
    assert list(finished.rglob(".*")) == []


@pytest.mark.slow
def test_a_reader_never_sees_half_a_table(finished: Path) -> None:
    seen: list[int] = []
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            seen.append(len(json.loads((finished / "comparison.json").read_text())))
            time.sleep(0.001)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        for _ in range(3):
            compared(finished)
    finally:
        over.set()
        thread.join()
    assert len(seen) > 5  # the thread did not die of half a file


def test_the_key_of_a_request_depends_on_all_that_the_answer_depends_on() -> None:
    options: dict[str, Any] = {"gap": 1e-4, "seed": 1, "time_limit_s": None}

    def key(case: Instance, **changes: Any) -> str:
        return make_request("any", case, reference=None, nearest=True, options={**options, **changes}).key

    assert key(sized()) == key(sized())
    assert key(sized()) == key(sized(least=1))  # what another set says does not matter
    assert len({key(sized()), key(sized(), seed=2), key(sized(), gap=0.1), key(sized(), time_limit_s=3)}) == 4
    assert key(sized().with_set("less")) != key(sized())
