"""show and verify: sections, JSON, and runs that have been tampered with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from outlay.cli.commands import SECTIONS
from outlay.optimizer.run_file import FORMAT
from tests.cli.small import HOSTILE, SMALL, changed, lender_document, run, solved


@pytest.fixture(scope="module")
def run_file(tmp_path_factory):
    return solved(tmp_path_factory.mktemp("show"), lender_document())[1]


def tampered(tmp_path, run_file, change):
    document = json.loads(Path(run_file).read_text(encoding="utf-8"))
    change(document)
    target = tmp_path / "tampered.json"
    target.write_text(json.dumps(document))
    return str(target)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_is_shown_and_told_to_machines(run_file, section):
    result = run("show", run_file, section)
    assert result.exit_code == 0, result.output
    assert result.stdout.strip()
    assert run("show", run_file, section, "--all").exit_code == 0
    document = json.loads(run("show", run_file, section, "--json").stdout)
    assert document["section"] == section
    assert (section in document) or document["status"] == "optimal"


def test_sections_say_what_they_are_for(run_file):
    projects = run("show", run_file, "projects").stdout
    assert "YES: base, full, $5M; selected" in projects
    # 6 lent, one year at 5 %: 6.3 owed, 0.5055 a year for 20 years; 3 % of 6 is 0.18.
    assert "debt service cover 0.356 is below 1.2" in projects
    assert "#" in run("show", run_file, "timeline").stdout
    assert "Mayor" in run("show", run_file, "stakeholders").stdout
    assert "use:crew" in run("show", run_file, "metrics").stdout
    assert len(run("show", run_file, "resources", "--all").stdout.splitlines()) > len(
        run("show", run_file, "resources").stdout.splitlines()
    )


def test_verify_counts_what_it_checked(run_file):
    result = run("verify", run_file)
    assert result.exit_code == 0
    assert "all hold" in result.stdout
    document = json.loads(run("verify", run_file, "--json").stdout)
    assert document["ok"] is True
    assert document["violations"] == []
    assert document["checks"]["labour"] > 0


def overspend(document):
    choice = dict(document["plan"]["choices"][0], project="C")
    document["plan"]["choices"].append(choice)


def boast(document):
    document["levels"][0]["final"] = 10 * document["levels"][0]["final"]


@pytest.mark.parametrize("change", [overspend, boast])
def test_a_tampered_run_exits_with_7_and_is_not_shown(tmp_path, run_file, change):
    path = tampered(tmp_path, run_file, change)
    for command in (["verify", path], ["show", path], ["show", path, "projects"]):
        result = run(*command)
        assert result.exit_code == 7
        assert "FAILED" in result.stdout
        assert "Arch bridge" not in result.stdout
        document = json.loads(run(*command, "--json").stdout)
        assert document["violations"]


def test_tampered_tables_are_computed_anew(tmp_path, run_file):
    def change(document):
        for row in document["tables"]["projects"]["rows"]:
            row[1] = "Palace"

    result = run("show", tampered(tmp_path, run_file, change))
    assert result.exit_code == 0
    assert "Palace" not in result.stdout
    assert "Arch bridge" in result.stdout


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", json.dumps({"format": FORMAT}), "\x00"])
def test_what_is_no_run_file_exits_with_3(tmp_path, text):
    path = tmp_path / "bad.json"
    path.write_text(text)
    for command in ("show", "verify"):
        result = run(command, str(path))
        assert result.exit_code == 3
        assert "Traceback" not in result.output
        assert json.loads(run(command, str(path), "--json").stdout)["faults"]
    assert run("show", str(tmp_path / "absent.json")).exit_code == 3


def test_a_changed_instance_is_refused(tmp_path, run_file):
    def change(document):
        document["instance"]["projects"][0]["value"] = 99

    result = run("verify", tampered(tmp_path, run_file, change))
    assert result.exit_code == 3
    assert "hash" in result.stderr


def test_hostile_names_are_shown_harmlessly_in_every_section(tmp_path):
    projects = [{**project, "name": HOSTILE, "sector": HOSTILE} for project in SMALL["projects"]]
    path = solved(tmp_path, changed(projects=projects))[1]
    for section in SECTIONS:
        for extra in ((), ("--all",), ("--json",)):
            shown = run("show", path, section, *extra).stdout
            assert not {"\x1b", "\x07", "\x9b", "\u202e", "\u2066"} & set(shown)
