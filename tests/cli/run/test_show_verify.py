"""show and verify: sections, JSON, and runs that have been tampered with."""

from __future__ import annotations

import json
from pathlib import Path

import pyomo.environ as pyo
import pytest

import outlay
from outlay.cli.commands.answers import SECTIONS
from outlay.instances.formats.parsing import parse_document
from outlay.optimizer.record.run_file import FORMAT
from tests.cli.small import HOSTILE, SMALL, changed, lender_document, run, solved
from tests.support.choosing import some


@pytest.fixture(scope="module")
def run_file(tmp_path_factory):
    return solved(tmp_path_factory.mktemp("show"), lender_document())[1]


def tampered(tmp_path, run_file, change):
    document = json.loads(Path(run_file).read_text(encoding="utf-8"))
    change(document)
    target = tmp_path / "tampered.json"
    target.write_text(json.dumps(document))
    return str(target)


@pytest.mark.parametrize("section", some(SECTIONS, {"summary", "projects"}))
def test_every_section_is_shown_and_told_to_machines(run_file, section):
    result = run("show", run_file, section)
    assert result.exit_code == 0, result.output
    assert result.stdout.strip()
    assert run("show", run_file, section, "--all").exit_code == 0
    document = json.loads(run("show", run_file, section, "--json").stdout)
    assert document["section"] == section
    assert (section in document) or document["status"] == "optimal"


@pytest.mark.slow
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


def own_objective(document):
    million = {"objective": 1e6, "bound": 1e6, "gap": 0.0}
    document["levels"][0].update(weights={}, final=1e6, **million)
    document.update(million)


def palace(document):
    document["tables"]["projects"]["rows"][0][1] = "Palace"


def other_set(document):
    document["constraint_set"] = "must"


def no_proof(document):
    document["status"] = "infeasible"


def failed_level(document):
    document["levels"][0]["status"] = "failed"


def one_more_level(document):
    document["levels"].append({**document["levels"][0], "weights": {}})


def stakeholder(document):
    document["stakeholders"]["Nobody"] = 5.0


def more_checks(document):
    document["verification"]["checks"]["labour"] += 1


def more_options(document):
    document["sizes"]["options"] += 1


def no_plan(document):
    document["plan"] = None


def no_limit(document):
    document["limit"] = "time"


FALSE = [
    overspend, boast, own_objective, palace, other_set, no_proof, failed_level, one_more_level, stakeholder,
    more_checks, more_options, no_plan, no_limit,
]  # fmt: skip


def commands_that_read(path, tmp_path):
    """Return every command that reads a run file."""
    return [["verify", path], ["show", path], ["show", path, "projects"], ["report", path, "-o", f"{tmp_path}/r.html"]]


@pytest.mark.slow
@pytest.mark.parametrize("change", some(FALSE, {palace}))
def test_a_run_that_claims_what_is_false_exits_with_7_in_every_command_and_is_not_shown(tmp_path, run_file, change):
    path = tampered(tmp_path, run_file, change)
    for command in commands_that_read(path, tmp_path):
        result = run(*command)
        assert result.exit_code == 7, result.output
        assert "FAILED" in result.stdout
        assert "Bus depot" not in result.stdout
        document = json.loads(run(*command, "--json").stdout)
        assert document["violations"]
    assert not (tmp_path / "r.html").exists()


WRONG_TYPES = {
    "options.gap": lambda document: document["options"].update(gap=None),
    "limit": lambda document: document.update(limit=[1]),
    "levels[0].gap": lambda document: document["levels"][0].update(gap="small"),
    "trace[0][0]": lambda document: document["trace"].insert(0, [True, 1.0, None]),
    "colour": lambda document: document.update(colour="red"),
    "levels[0].colour": lambda document: document["levels"][0].update(colour="red"),
    "metrics.value": lambda document: document["metrics"].update(value=10**400),
    "tables.projects.rows[0][0]": lambda document: document["tables"]["projects"]["rows"][0].__setitem__(0, ["A"]),
}


@pytest.mark.parametrize("place", some(WRONG_TYPES, {"limit"}))
def test_a_wrong_type_anywhere_exits_with_3_and_the_place_of_the_value(tmp_path, run_file, place):
    path = tampered(tmp_path, run_file, WRONG_TYPES[place])
    for command in commands_that_read(path, tmp_path):
        result = run(*command)
        assert result.exit_code == 3, result.output
        assert f"column {place}:" in result.stderr
        (fault,) = json.loads(run(*command, "--json").stdout)["faults"]
        assert fault["column"] == place


@pytest.mark.slow
def test_what_cannot_be_checked_is_named_wherever_it_is_shown(tmp_path, run_file):
    for command in (["verify", run_file], ["show", run_file]):
        assert "As recorded" in run(*command).stdout
        assert any("bound" in words for words in json.loads(run(*command, "--json").stdout)["as_recorded"])
    assert run("report", run_file, "-o", f"{tmp_path}/r.html").exit_code == 0
    assert "As recorded, not checked: the bound" in Path(tmp_path / "r.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_an_objective_of_the_user_s_own_is_never_shown_without_saying_that_it_is_not_checked(tmp_path):
    model = outlay.build(parse_document(SMALL, source="test"))
    model.objective.deactivate()
    model.mine = pyo.Objective(expr=sum(model.fund.values()), sense=pyo.maximize)
    path = str(outlay.solve(model).save(tmp_path / "own.json"))
    report = tmp_path / "r.html"
    for command in commands_that_read(path, tmp_path):
        assert run(*command).exit_code == 0
    for text in (run("verify", path).stdout, run("show", path).stdout, report.read_text(encoding="utf-8")):
        assert "own objective: not checked" in text.lower()
    path = tampered(tmp_path, path, lambda document: document.update(own_objective=False))
    for command in commands_that_read(path, tmp_path):
        assert run(*command, "--force" if command[0] == "report" else "--json").exit_code == 7


@pytest.mark.parametrize("text", some(["", "{", "[]", "{}", json.dumps({"format": FORMAT}), "\x00"], 2))
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


@pytest.mark.slow
def test_hostile_names_are_shown_harmlessly_in_every_section(tmp_path):
    projects = [{**project, "name": HOSTILE, "sector": HOSTILE} for project in SMALL["projects"]]
    path = solved(tmp_path, changed(projects=projects))[1]
    for section in SECTIONS:
        for extra in ((), ("--all",), ("--json",)):
            shown = run("show", path, section, *extra).stdout
            assert not {"\x1b", "\x07", "\x9b", "\u202e", "\u2066"} & set(shown)
