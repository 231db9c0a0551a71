"""Drafts: every line is the language of sets.toml, steps can be undone, and what does not hold is refused."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

import outlay
from outlay.instances.drafts.choices import (
    finance_line,
    objective_line,
    project_line,
    set_line,
    terms_line,
    text_line,
)
from outlay.instances.drafts.draft import DraftSet, applied
from outlay.instances.drafts.levels import dials, level_line
from outlay.instances.drafts.line import Line, inline_toml, toml_key
from outlay.instances.drafts.saving import save_draft
from outlay.instances.formats.parsing import parse_document

D = Decimal


@pytest.fixture(scope="module")
def flagship() -> outlay.Instance:
    return outlay.read("us-japan-550")


@pytest.fixture(scope="module")
def tutorial() -> outlay.Instance:
    return outlay.read("tutorial")


def levels(instance: outlay.Instance, resource: str) -> dict[str, Decimal]:
    rows = instance["availability"].records()
    return {row["from"]: row["amount"] for row in rows if row["resource"] == resource}


def every_line(instance: outlay.Instance) -> list[Line]:
    return [
        set_line(instance, "looser-terms"),
        project_line(instance, "P18", "in"),
        level_line(instance, "group/labour", D("0.9")),
        level_line(instance, "resource/draws", D("0.8"), "2027-07", "2029-01"),
        level_line(instance, "limit/2", D("1.1")),
        terms_line(instance, "energy", "rate", D("0.045")),
        finance_line("waterfall", "literal"),
        objective_line(instance, {"us_npv": D(1), "jobs": D("0.001")}),
        text_line("availability.amount[resource=commitments] * 0.95"),
    ]


@pytest.mark.slow
def test_a_draft_of_every_kind_of_line_is_a_constraint_set_and_reads_back(flagship: outlay.Instance) -> None:
    draft = DraftSet("everything", 'With "quotes"')
    for line in every_line(flagship):
        draft = draft.with_line(line)
    written = tomllib.loads(draft.toml, parse_float=D)
    assert set(written) == {"everything"}
    assert DraftSet.from_document(draft.to_document()) == draft
    changed = applied(flagship, draft)
    # What the text says, read back, changes the same.
    again = DraftSet(
        "everything", lines=(Line("all", {k: v for k, v in written["everything"].items() if k != "title"}),)
    )
    assert replace(applied(flagship, again), sets={}).digest == replace(changed, sets={}).digest
    assert list(changed.settings.applied.force_in) == ["P18"]
    assert levels(changed, "labour/nuclear")["2026-01"] == D("0.9") * levels(flagship, "labour/nuclear")["2026-01"]


def test_a_range_of_dates_moves_nothing_outside_it(flagship: outlay.Instance) -> None:
    line = level_line(flagship, "resource/draws", D("0.8"), "2027-07", "2029-01")
    before, after = levels(flagship, "draws"), levels(applied(flagship, DraftSet("x", lines=(line,))), "draws")
    assert before == {"2026-01": 10, "2027-01": 25, "2028-01": 45}
    assert after == {"2026-01": 10, "2027-01": 25, "2027-07": 20, "2028-01": 36, "2029-01": 45}


def test_a_range_to_the_end_or_from_the_beginning_needs_no_row_there(flagship: outlay.Instance) -> None:
    later = level_line(flagship, "resource/draws", D(2), "2028-01", None)
    sooner = level_line(flagship, "resource/draws", D(2), None, "2027-07")
    assert levels(applied(flagship, DraftSet("x", lines=(later,))), "draws")["2028-01"] == 90
    after = levels(applied(flagship, DraftSet("x", lines=(sooner,))), "draws")
    assert after == {"2026-01": 20, "2027-01": 50, "2027-07": 25, "2028-01": 45}


def test_a_name_that_looks_like_a_pattern_moves_itself_alone() -> None:
    document = {
        "instance": {"name": "x", "calendar": {"start": "2026-01", "periods": 1, "months_per_period": 12}},
        "projects": [{"id": "A", "value": 1, "commitment": 1}],
        "resources": [{"resource": name, "kind": "labour"} for name in ("a*", "ab", "commitments")],
        "availability": [{"resource": name, "from": "2026-01", "amount": 4} for name in ("a*", "ab", "commitments")],
    }
    document["resources"][2]["kind"] = "finance"  # type: ignore[index]
    instance = parse_document(document, source="x")
    changed = applied(instance, DraftSet("x", lines=(level_line(instance, "resource/a*", D(2)),)))
    assert (levels(changed, "a*"), levels(changed, "ab")) == ({"2026-01": 8}, {"2026-01": 4})


@pytest.mark.slow
def test_every_dial_of_the_flagship_can_be_turned(flagship: outlay.Instance) -> None:
    names = [dial.name for dial in dials(flagship)]
    assert len(names) == len(set(names)) > 60
    for name in names[::7]:
        assert applied(flagship, DraftSet("x", lines=(level_line(flagship, name, D("0.5")),))) != flagship


def test_steps_are_undone_and_redone_and_a_new_step_forgets_what_was_undone(tutorial: outlay.Instance) -> None:
    library, park = (project_line(tutorial, name, "in") for name in ("library", "park"))
    first = DraftSet("x").with_line(library)
    both = first.with_line(park)
    assert both.undo().lines == (library,)
    assert both.undo().undo().lines == () == both.undo().undo().undo().lines
    assert both.undo().redo().lines == both.lines == both.redo().lines
    assert both.undo().without("project/library").future == ()
    assert both.without("project/nobody") is both


def test_a_later_line_about_the_same_takes_the_place_of_the_first(tutorial: outlay.Instance) -> None:
    draft = DraftSet("x").with_line(project_line(tutorial, "park", "in")).with_line(text_line("projects.value + 1"))
    draft = draft.with_line(project_line(tutorial, "park", "out"))
    assert draft.lines[0].text == 'force_out = ["park"]'
    assert len(draft.lines) == 2


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda i: project_line(i, "libary", "in"), "did you mean 'library'"),
        (lambda i: project_line(i, "park", "in", "large"), "no such alternative"),
        (lambda i: project_line(i, "park", "sideways"), "forced in or out"),
        (lambda i: set_line(i, "two-crew"), "did you mean 'two-crews'"),
        (lambda i: level_line(i, "resource/crews", D(1)), "there is no such limit"),
        (lambda i: level_line(i, "resource/crew", D(-1)), "a level is not negative"),
        (lambda i: level_line(i, "resource/crew", D(1), "2027-01", "2026-01"), "range of dates is empty"),
        (lambda i: objective_line(i, {"valu": D(1)}), "did you mean 'value'"),
        (lambda i: terms_line(i, "energy", "rate", D(1)), "there are no such terms"),
        (lambda i: finance_line("rate", D(1)), "this is no key of finance"),
        (lambda i: text_line("nonsense"), "this is no change"),
        (lambda i: applied(i, DraftSet("x", lines=(text_line("availability.amount * -1"),))), "negative|at least 0"),
        (lambda i: DraftSet("x").named("a+b", ""), r"holds no \+"),
        (lambda i: DraftSet("x").named("base", ""), "rename"),
        (lambda i: DraftSet.from_document({"name": "x"}), "no draft"),
        (lambda i: Line.from_document({"subject": "x", "body": {"table": 1}}), "no change of a draft"),
    ],
)
def test_what_does_not_hold_is_refused_in_words(tutorial: outlay.Instance, make, problem: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(outlay.InputError, match=problem):
        make(tutorial)


def test_keys_and_values_are_written_as_toml_reads_them() -> None:
    for value in ("plain", 'a "b" \\ c\n', D("0.10"), D(3), True, ["x", D("1.5")], {"a b": {"c=d": "e"}}):
        text = f"{toml_key('odd = [key]')} = {inline_toml(value)}"
        assert tomllib.loads(text, parse_float=D) == {"odd = [key]": value}


def test_a_draft_is_added_to_sets_toml_and_nothing_else_changes(tmp_path: Path, tutorial: outlay.Instance) -> None:
    folder = outlay.write(tutorial, tmp_path / "plan")
    file = folder / "sets.toml"
    file.write_text("# ours\n" + file.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    before = file.read_text(encoding="utf-8")
    draft = DraftSet("park first", "A promise").with_line(project_line(tutorial, "park", "in"))
    save_draft(folder, draft)
    assert file.read_text(encoding="utf-8").startswith(before)
    assert outlay.read(folder).with_set("park first").digest != tutorial.digest
    with pytest.raises(outlay.InputError, match="a set of this name"):
        save_draft(folder, draft)
    (folder / "projects.csv").write_text("id,value\nA,1\n", encoding="utf-8")
    with pytest.raises(outlay.InputError):
        save_draft(folder, DraftSet("other").with_line(project_line(tutorial, "park", "in")))
