"""list, new, check, schema."""

from __future__ import annotations

import json
import sys
import types

import pytest

import outlay
from outlay.cli.views import check as check_facts
from tests.cli.small import HOSTILE, SMALL, changed, lender_document, run, write_small


@pytest.mark.slow
def test_list_names_every_bundled_instance_with_its_sets():
    result = run("list")
    assert result.exit_code == 0
    document = json.loads(run("list", "--json").stdout)
    for item in document["instances"]:
        assert item["name"] in result.stdout
        assert item["projects"] > 0
        for one in item["sets"]:
            assert one["name"] in result.stdout


def test_new_copies_an_instance_that_reads_back_the_same(tmp_path):
    source = write_small(tmp_path)
    result = run("new", str(tmp_path / "copy"), "--from", source)
    assert result.exit_code == 0, result.output
    assert outlay.read(tmp_path / "copy") == outlay.read(source)
    document = json.loads(run("new", str(tmp_path / "one.json"), "--from", source, "--json").stdout)
    assert document["files"] == ["one.json"]
    again = run("new", str(tmp_path / "copy"), "--from", source)
    assert again.exit_code == 3
    assert "something with this name exists" in again.stderr


def test_new_begins_with_the_tutorial(tmp_path):
    assert run("new", str(tmp_path / "mine")).exit_code == 0
    assert run("check", str(tmp_path / "mine")).exit_code == 0


@pytest.mark.slow
def test_check_tells_sizes_windows_totals_and_warnings(tmp_path):
    path = write_small(tmp_path)
    result = run("check", path, "--all")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    for text in (
        "Three works and nine million",
        "2 constraint sets apply",
        "Arch bridge",
        "$15M",
        "commitments",
        "167 %",
    ):
        assert text in result.stdout
    assert "resource forgotten has no row in availability, so 0 of it is available" in result.stdout
    assert "resource forgotten: nothing uses it" in result.stdout
    document = json.loads(run("check", path, "--json").stdout)
    assert document["ok"] is True
    assert document["sizes"]["projects"] == 3
    assert document["sizes"]["options"] == document["windows"][0]["options"] * 3
    assert document["largest_commitments"] == 15
    asked = {row["resource"]: row for row in document["asked"]}
    assert (asked["crew"]["net"], asked["crew"]["limit"], asked["crew"]["share"]) == (3, 2, 1.5)
    assert len(document["warnings"]) == 2
    assert {"node", "kind", "projects", "commitment"} <= set(document["exposure"][0])


@pytest.mark.slow
def test_check_says_of_how_many_it_had_no_time_to_look_what_hangs_on_them(tmp_path, monkeypatch):
    path = write_small(tmp_path)
    assert json.loads(run("check", path, "--json").stdout)["exposure_left_out"] == 0
    monkeypatch.setattr(check_facts, "EXPOSURE_S", -1.0)
    result = run("check", path)
    assert result.exit_code == 0, result.output
    document = json.loads(run("check", path, "--json").stdout)
    left_out = document["exposure_left_out"]
    assert left_out >= 3
    assert document["exposure"] == []
    assert f"{left_out} projects, resources and sectors" in " ".join(result.stdout.split())


@pytest.mark.slow
def test_check_tells_what_was_dropped_and_why(tmp_path):
    path = write_small(tmp_path, lender_document())
    result = run("check", path)
    assert "lender test" in result.stdout
    assert "debt service cover" in result.stdout
    dropped = json.loads(run("check", path, "--json").stdout)["dropped"]
    lender = [group for group in dropped if group["rule"] == "lender"]
    assert [group["projects"] for group in lender] == [["C"]]
    never = next(row for row in json.loads(run("check", path, "--json").stdout)["windows"] if row["project"] == "C")
    assert never["options"] == 0
    assert never["first_start"] is None


def test_check_applies_the_set_asked_for(tmp_path):
    path = write_small(tmp_path)
    document = json.loads(run("check", path, "--set", "poor", "--json").stdout)
    assert document["constraint_set"] == "poor"
    assert next(row for row in document["asked"] if row["resource"] == "commitments")["limit"] == 4.5
    unknown = run("check", path, "--set", "rich")
    assert unknown.exit_code == 3
    assert "there is no such constraint set" in unknown.stderr


def test_check_finds_a_set_that_does_not_apply(tmp_path):
    sets = {"bad": {"change": [{"table": "projects", "where": {"id": "Z"}, "set": {"value": 1}}]}, "worse": {}}
    sets["worse"] = {"change": [{"table": "projects", "where": {"id": "Y"}, "set": {"value": 1}}]}
    result = run("check", write_small(tmp_path, changed(sets=sets)))
    assert result.exit_code == 3
    assert "(set bad)" in result.stderr
    assert "(set worse)" in result.stderr


def test_every_fault_stands_on_its_own_line(tmp_path):
    path = write_small(tmp_path)
    file = tmp_path / "case" / "projects.csv"
    text = file.read_text()
    file.write_text(text.replace("8", "eight").replace("6", "six"))
    result = run("check", path)
    assert result.exit_code == 3
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 3
    assert all(line.startswith("outlay: projects.csv, row ") for line in result.stderr.splitlines())
    document = json.loads(run("solve", path, "--json").stdout)
    assert {fault["value"] for fault in document["faults"]} == {"eight", "six"}


def test_large_files_are_refused(tmp_path):
    result = run("check", write_small(tmp_path), "--max-file-mb", "0.00001")
    assert result.exit_code == 3
    assert "--max-file-mb" in result.stderr


@pytest.mark.slow
def test_hostile_names_are_shown_harmlessly(tmp_path):
    document = changed(projects=[{**SMALL["projects"][0], "name": HOSTILE}, *SMALL["projects"][1:]])
    result = run("check", write_small(tmp_path, document), "--all")
    assert result.exit_code == 0
    for sign in ("\x1b", "\x07", "\x9b", "\u202e", "\u2066"):
        assert sign not in result.stdout
    assert "[bold red]evil\\x1b[2J" in result.stdout


def test_schema_prints_what_the_reference_says(monkeypatch):
    reference = types.ModuleType("outlay.instances.reference.page")
    monkeypatch.setattr(reference, "markdown", lambda: "# Tables", raising=False)
    monkeypatch.setattr(reference, "json_schema", lambda: {"type": "object"}, raising=False)
    monkeypatch.setitem(sys.modules, "outlay.instances.reference.page", reference)
    assert run("schema").stdout == "# Tables\n"
    assert json.loads(run("schema", "--json").stdout) == {"type": "object"}
