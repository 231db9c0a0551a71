"""Sessions: drafts are solved one after the other, stopped, and found again, in the folder of a comparison."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import outlay
from outlay.cli.report.write import write_comparison_report
from outlay.instances.drafts.choices import project_line, text_line
from outlay.instances.drafts.levels import level_line
from outlay.optimizer.whatif.job import Kind, State
from outlay.optimizer.whatif.opening import open_session
from outlay.optimizer.whatif.session import WhatIf
from outlay.optimizer.whatif.worker import Worker
from tests.optimizer.whatif.support import PATIENCE_S, opened, settled
from tests.support.documents import hard_knapsack, parsed

Opened = tuple[WhatIf, Worker]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a session on a copy of the tutorial: the library forced in, solved and explained."""
    folder = tmp_path_factory.mktemp("session")
    plan = outlay.write(outlay.read("tutorial"), folder / "plan")
    with opened(folder / "kept", outlay.read(plan), source=str(plan)) as (session, _):
        session.add_line(lambda instance: project_line(instance, "library", "in"))
        session.solve("draft-1")
        session.solve("draft-1")  # it waits already
        settled(session)
        session.explain("base", "library")
        settled(session)
        session.edit(lambda draft: draft.undo())
    return folder


@pytest.fixture(scope="module")
def again(home: Path) -> Iterator[Opened]:
    """Return the session opened again by its folder alone; the tests here do not change it."""
    with opened(home / "kept") as (session, worker):
        settled(session)
        yield session, worker


@pytest.mark.slow
def test_what_was_solved_is_a_comparison_that_the_report_understands(home: Path, tmp_path: Path) -> None:
    comparison = outlay.load_comparison(home / "kept")  # every run is verified
    assert comparison.sets == ("base", "draft-1")
    assert comparison.cases["objective"].tolist() == [19.1, 18.0]
    assert write_comparison_report(comparison, tmp_path / "page.html").stat().st_size > 100_000


@pytest.mark.slow
def test_opening_again_shows_the_same_state(again: Opened) -> None:
    session, _ = again
    assert list(session.answers.found) == ["base", "draft-1"]
    assert session.draft.name == "draft-2"
    assert [line.text for line in session.draft.redo().lines] == ['force_in = ["library"]']
    assert session.margins[0]["margins"][0]["margin"] == pytest.approx(1.1)
    assert session.jobs == []
    assert session.trouble == ""


def test_undoing_a_solved_draft_begins_a_copy(again: Opened) -> None:
    session, _ = again
    assert (session.drafts["draft-1"].lines != (), session.draft.lines) == (True, ())
    assert session.is_frozen("draft-1")


def test_a_draft_solved_on_the_command_line_has_the_same_answer(again: Opened, home: Path) -> None:
    session, _ = again
    copied = outlay.read(home / "plan")
    text = (home / "plan" / "sets.toml").read_text(encoding="utf-8")
    session.save("draft-1")
    try:
        solution = outlay.solve(outlay.read(home / "plan"), constraint_set="draft-1")
    finally:
        (home / "plan" / "sets.toml").write_text(text, encoding="utf-8")
    assert copied == outlay.read(home / "plan")
    assert solution.objective == session.answers.found["draft-1"].run["objective"]
    assert solution.plan == session.answers.found["draft-1"].plan


@pytest.mark.parametrize(
    ("do", "problem"),
    [
        (lambda s: s.solve("nobody"), "there is no such draft"),
        (lambda s: s.solve("draft-2", -1.0), "no time limit"),
        (lambda s: s.rename("draft-1", ""), "a set of this name"),
        (lambda s: s.rename("two-crews", ""), "a set of this name"),
        (lambda s: s.delete("draft-1"), "a solved draft is kept"),
        (lambda s: s.choose("draft-9"), "there is no such draft"),
        (lambda s: s.explain("draft-9", "library"), "this case is not solved"),
        (lambda s: s.explain("base", "libary"), "did you mean"),
        (lambda s: s.add_line(lambda _: text_line("projects.value[id=nobody] * 2")), "no row of projects matches"),
        (lambda s: s.add_line(lambda _: text_line("availability.amount * -1")), "0"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(again: Opened, do, problem: str) -> None:  # type: ignore[no-untyped-def]
    session, _ = again
    before = (dict(session.drafts), session.draft, session.jobs)
    with pytest.raises(outlay.InputError, match=problem):
        do(session)
    assert (dict(session.drafts), session.draft, session.jobs) == before


def test_a_session_in_use_is_not_opened_twice(again: Opened, home: Path) -> None:
    with pytest.raises(outlay.InputError, match="in use"), opened(home / "kept"):
        pass


def test_a_session_of_other_tables_is_refused(home: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "session.json").write_text((home / "kept" / "session.json").read_text("utf-8"), "utf-8")
    (kept / "comparison.json").write_text((home / "kept" / "comparison.json").read_text("utf-8"), "utf-8")
    with pytest.raises(outlay.InputError, match="other tables"), opened(kept, outlay.read("us-japan-550")):
        pass


@pytest.mark.parametrize("text", ["{", "[]", '{"format": "outlay session 1"}', '{"format": "other"}', "1e9999"])
def test_a_damaged_session_file_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "comparison.json").write_text('{"format": "outlay comparison 3", "finished": false}', "utf-8")
    (tmp_path / "session.json").write_text(text, "utf-8")
    with pytest.raises(outlay.InputError, match="damaged"), opened(tmp_path, outlay.read("tutorial")):
        pass


@pytest.mark.slow
def test_a_damaged_run_is_told_and_nothing_is_lost(home: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    (kept / "runs").mkdir(parents=True)
    for file in ("session.json", "comparison.json", *(f"runs/{run.name}" for run in (home / "kept/runs").iterdir())):
        (kept / file).write_text(
            (home / "kept" / file).read_text("utf-8").replace('"objective": 18', '"objective": 17'), "utf-8"
        )
    with opened(kept) as (session, _):
        settled(session)
        assert "verification" in session.trouble or "not what follows" in session.trouble
        assert session.drafts["draft-1"].lines != ()


@pytest.mark.slow
def test_a_run_file_is_the_reference_as_it_is(tmp_path: Path) -> None:
    run = outlay.solve(outlay.read("tutorial"), constraint_set="two-crews")
    with opened(tmp_path / "kept", run.instance, run=run) as (session, _):
        settled(session)
        assert session.jobs == []
        assert session.answers.found["base"].plan == run.plan
        session.add_line(lambda instance: project_line(instance, "park", "in"))
        session.solve("draft-1")
        settled(session)
        assert session.jobs[-1].state == State.DONE
    assert outlay.load_comparison(tmp_path / "kept").sets == ("base", "draft-1")


@pytest.mark.slow
def test_a_set_that_allows_no_plan_is_an_answer_too(tmp_path: Path) -> None:
    with opened(tmp_path, outlay.read("tutorial")) as (session, _):
        for project in ("library", "bridge"):
            session.add_line(lambda instance, project=project: project_line(instance, project, "in"))
        session.solve("draft-1")
        settled(session)
        assert session.jobs[-1].state == State.DONE
        assert session.answers.found["draft-1"].run["status"] == "infeasible"
        assert session.answers.comparison("draft-1").cases["objective"].isna().tolist() == [False, True]


@pytest.mark.slow
def test_what_cannot_be_kept_is_told_and_shown_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path, outlay.read("tutorial")) as (session, _):
        settled(session)

        def refuse(*_: object) -> None:
            raise outlay.InputError.single("kept", "it cannot be written (read-only)", "choose another place")

        monkeypatch.setattr(session.home, "save", refuse)
        session.add_line(lambda instance: level_line(instance, "resource/crew", Decimal(2)))
        assert "cannot be written" in session.trouble
        assert len(session.draft.lines) == 1


def wait_for(session: WhatIf, what) -> None:  # type: ignore[no-untyped-def]
    """Wait for something that figures of a job tell, which no version counts."""
    with session.lock:
        for _ in range(int(PATIENCE_S / 0.05)):
            if what():
                return
            session.changed.wait(0.05)
    raise AssertionError(session.jobs)


@pytest.mark.slow
def test_a_long_solve_is_stopped_with_its_best_verified_plan_and_the_queue_goes_on(tmp_path: Path) -> None:
    with opened(tmp_path, parsed(hard_knapsack()), time_limit_s=3600.0) as (session, worker):
        wait_for(session, lambda: session.running() is not None and session.running().objective is not None)
        session.solve("draft-1")
        session.begin()
        session.solve("draft-2")
        worker.stop(3)  # it has not begun
        worker.stop(session.running().number)  # type: ignore[union-attr]
        wait_for(session, lambda: session.answers.first is not None or not any(job.open for job in session.jobs))
        first = session.answers.first
        assert first is not None
        solution, verification = session.answers.solution("base")
        assert (first.run["status"], solution.limit) == ("stopped at limit", "interrupt")
        assert verification is not None
        assert verification.ok
        assert session.jobs[2].state == State.TAKEN_BACK
        assert session.jobs[1].open


@pytest.mark.slow
def test_a_solver_that_is_killed_costs_nothing_but_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[int] = []
    with ExitStack() as stack:
        session, worker = open_session(outlay.generate(30, seed=1), tmp_path, stack)
        update = session.update

        def killing(number: int, change: Any, **how: Any) -> Any:
            updated = update(number, change, **how)
            if how.get("quiet") and not killed:  # the first sign of a solver that is at work
                assert worker.engine._child is not None
                killed.append(worker.engine._child.pid)
                os.kill(killed[0], signal.SIGKILL)
            return updated

        monkeypatch.setattr(session, "update", killing)
        worker.start()
        settled(session)
        assert killed
        assert worker.engine._child is not None
        assert worker.engine._child.pid not in killed
        assert session.jobs[0].kind == Kind.SOLVE
        assert session.answers.first is not None


@pytest.mark.slow
@pytest.mark.usefixtures("own_solvers")
def test_closing_ends_the_solver_and_the_thread(tmp_path: Path) -> None:
    with opened(tmp_path, outlay.read("tutorial")) as (session, worker):
        settled(session)
        child = worker.engine._child
        assert child is not None
        assert child.poll() is None
    assert child.poll() is not None
    assert not worker._thread.is_alive()
