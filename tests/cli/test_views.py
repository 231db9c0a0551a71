"""What is shown is made of data: other sentences in the tables change nothing of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import outlay
from outlay.cli.report.solution.tables import binding_grid, losers_grid
from outlay.cli.terminal.screen import Page
from outlay.cli.terminal.solution.proof import proof
from outlay.cli.terminal.solution.sections import show_section
from outlay.cli.views.binding import groups, runs
from outlay.cli.views.reasons import short
from outlay.instances.formats.writing import to_document
from outlay.instances.instance import Instance
from outlay.models.families import resources
from outlay.optimizer.answer.reason import Broken, Kind, Limit, Reason
from tests.cli.small import changed, run, write_small
from tests.optimizer.compare.support import cap, town
from tests.support.documents import parsed


def not_funded(text: str) -> str:
    """Return the section of an answer that says why projects are not in it."""
    return text[text.index("Not funded, and why") : text.index("What it brings")]


@pytest.mark.slow
def test_the_terminal_reads_no_sentence_of_the_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = changed(projects=[*changed()["projects"], {"id": "D", "value": 1, "status": "excluded"}], sets={})
    path = write_small(tmp_path, document)
    due = not_funded(run("solve", path).stdout)
    assert "worth 7; from 20" in due
    assert "never available: the project is excluded" in due
    monkeypatch.setattr("outlay.optimizer.answer.tables.recorded", lambda _: "in other words")
    assert not_funded(run("solve", path).stdout) == due


@pytest.mark.slow
def test_the_page_reads_no_sentence_of_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    made = parsed(changed(projects=[*changed()["projects"], {"id": "D", "value": 1, "status": "excluded"}], sets={}))
    due = losers_grid(outlay.solve(made))
    monkeypatch.setattr("outlay.optimizer.answer.tables.recorded", lambda _: "in other words")
    again = losers_grid(outlay.solve(made))
    assert [row[:4] for row in again.rows] == [row[:4] for row in due.rows]
    assert [row[3].text for row in due.rows] == ["crowded out", "never available"]


def test_what_binds_is_found_by_its_key_and_not_by_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> list[tuple[str, str]]:
        solution = outlay.solve(outlay.read("tutorial"))
        assert binding_grid(solution).rows
        return [(group.what, runs(group, solution)) for group in groups(solution)]

    due, describe = told(), resources.describe
    assert due

    def otherwise(instance: Instance, resource: str, period: int) -> str:
        return describe(instance, resource, period).upper() + ", in other words"

    monkeypatch.setattr(resources, "describe", otherwise)
    assert told() == due


@pytest.mark.slow
def test_a_comparison_finds_what_is_never_available_without_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    case = town(none=cap(0.5), out={"force_out": ["A"]})
    monkeypatch.setattr("outlay.optimizer.answer.tables.recorded", lambda _: "in other words")
    comparison = outlay.compare(case, ["base", "out"], jobs=1)
    assert comparison.unavailable.to_dict("records") == [
        {"set": "out", "project": "A", "rule": "forced", "reason": "the constraint set forces A out"}
    ]
    assert comparison.reasons["out"]["A"].kind == Kind.NEVER


def test_what_is_limited_to_the_end_is_limited_in_all() -> None:
    made = parsed(changed(sets={}))
    last = made.periods - 1
    crowded = Reason(
        Kind.CROWDED, 7.0, 0, "2026", (Broken(Limit("cap", "commitments", last, "commitments up to 2029"), 6.0),)
    )
    assert short(crowded, made) == "worth 7; from 2026 it would exceed commitments by 6"
    assert short(crowded) == "worth 7; from 2026 it would exceed commitments up to 2029 by 6"
    rule = Reason(Kind.CROWDED, 7.0, 0, "2026", (Broken(Limit("dependencies", "", None, "A needs B"), None),))
    assert short(rule, made) == "worth 7; from 2026 it would break A needs B"


def test_people_read_the_title_of_a_resource_and_files_its_id() -> None:
    document = to_document(outlay.read("tutorial"))
    for row in document["resources"]:
        row["title"] = f"The town's {row['resource']}"
    solution = outlay.solve(parsed(document))
    assert {group.what for group in groups(solution)} == {"The town's commitments", "The town's crew"}
    text = short(solution.reasons["library"], solution.instance)
    assert "it would exceed The town's crew in 2026 by 1, The town's commitments by 7" in text
    assert set(solution.resources["resource"]) == {"commitments", "crew"}


def test_an_id_is_whole_at_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    document = to_document(outlay.read("tutorial"))
    document["projects"] = [{"id": "CPW24000-2", "name": "A name " * 6, "sector": "Transportation", "value": 1}]
    document = {"instance": {**document["instance"], "objective": {"value": 1}}, "projects": document["projects"]}
    page = Page()
    show_section(page, outlay.solve(parsed(document)), "projects", every_row=False)
    assert "CPW24000-2 " in page.text()
    assert "Transportation" in page.text()


def test_a_proof_that_took_long_says_when_its_plan_was_there() -> None:
    solution = replace(outlay.solve(outlay.read("tutorial")), trace=((1.0, 10.0, 30.0), (3.0, 19.1, 20.0)))
    assert proof(replace(solution, times_s={"total": 20.0})) == (
        "Optimal: no plan is better. Found after 3.0 s, proved after 20 s."
    )
    for total in (4.0, 3.2):
        assert ", proved" not in proof(replace(solution, times_s={"total": total}))
