"""The flagship instance: every number has an origin, every set applies, and two solvers agree on the answer."""

from __future__ import annotations

import os

import pyomo.environ as pyo
import pytest

import outlay
from outlay.instances.formats.bundled import bundled_names
from outlay.models.case import Case
from outlay.models.projects.lender import lender_test
from tests.support.provenance import uncovered_numbers

SECTORS = {"semiconductors", "ai", "energy", "shipbuilding", "critical-minerals"}
REQUIRED_SETS = {
    "literal-waterfall",
    "mid-2026",
    "korea-mode",
    "tight-labour",
    "skills-gap-closed",
    "no-permit-limits",
    "fast-permits",
    "tight-power",
    "nexi-40tn",
    "no-supply-chain",
    "cap-400",
    "cap-150",
    "stricter-terms",
    "looser-terms",
    "later-deadline",
}
#: One of these, which take least, is solved before every change, another one with each commit: other money, and other
#: rules of the lender.
IN_TURN = ("cap-150", "stricter-terms")
FIRST = int(os.environ.get("OUTLAY_BRUTE_FORCE_FIRST", "0")) % len(IN_TURN)
BEFORE_A_CHANGE = {IN_TURN[FIRST]}
SELECTED = {"P01", "P02", "P03", "P04", "P19", "P23"}


@pytest.fixture(scope="module")
def flagship() -> outlay.Instance:
    return outlay.read("us-japan-550")


@pytest.mark.slow
def test_what_is_uncertain_can_be_drawn_and_every_world_is_valid(flagship: outlay.Instance) -> None:
    drawn = outlay.draw(flagship, draws=6)
    drawn.check()
    assert not drawn.notes
    values = drawn.values
    assert {"overrun-nuclear/P05", "delay/P01", "review-nrc", "cash-yield/O4", "loan-rate"} <= set(values.columns)
    for one in drawn:
        projects = one.instance.alternatives
        row = projects.index[("P05", "four_units")]
        overrun, cash = float(one.values["overrun-nuclear/P05"]), float(one.values["cash-yield/P05"])
        assert projects.floats("commitment")[row] == pytest.approx(40 * overrun)
        # Cash does not grow with cost: what comes in a year is as drawn, whatever the reactors cost.
        got = projects.floats("commitment")[row] * projects.floats("cash_yield")[row]
        assert got == pytest.approx(40 * 0.0725 * cash, rel=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("name", bundled_names())
def test_every_number_of_a_bundled_instance_has_an_origin(name: str) -> None:
    assert uncovered_numbers(outlay.read(name)) == []


def test_a_number_without_an_origin_is_found() -> None:
    instance = outlay.read("tutorial").replace(
        provenance=[{"table": "projects", "key": "l*", "column": "commitment", "kind": "assumed"}]
    )
    missing = uncovered_numbers(instance)
    assert ("projects", "library", "value") in missing
    assert ("projects", "library", "commitment") not in missing
    assert ("instance", "calendar.periods", "") in missing
    assert ("sets", "two-crews/1", "amount") in missing


def test_sourced_numbers_have_an_address(flagship: outlay.Instance) -> None:
    rows = list(flagship["provenance"].records())
    assert [row for row in rows if row["kind"] == "sourced" and not row["address"]] == []
    assert [row for row in rows if row["kind"] != "sourced" and not row["text"]] == []


def test_the_core_and_optional_projects_are_there(flagship: outlay.Instance) -> None:
    ids = set(flagship["projects"].texts("id"))
    assert ids == {f"P{number:02d}" for number in range(1, 25)} | {f"O{number}" for number in range(1, 5)}
    assert set(flagship["projects"].texts("sector")) == SECTORS


@pytest.mark.slow
def test_every_shipped_set_applies_and_has_a_title(flagship: outlay.Instance) -> None:
    assert set(flagship.sets) >= REQUIRED_SETS
    for name, body in flagship.sets.items():
        assert body["title"]
        assert flagship.with_set(name).settings.applied.sets[-1] == name


def test_each_sector_has_a_financeable_project_and_three_projects_fail(flagship: outlay.Instance) -> None:
    case = Case(flagship)
    assert case.cash is not None
    assert case.present_values is not None
    verdict = lender_test(case.cash, case.present_values[1])
    passing = {
        case.alternatives.projects[project]
        for project, failed, fails in zip(case.alternatives.project, verdict.failed, verdict.fails_at, strict=True)
        if not failed and not fails.all()
    }
    sectors = dict(zip(flagship["projects"].texts("id"), flagship["projects"].texts("sector"), strict=True))
    assert {sectors[project] for project in passing} == SECTORS
    assert len(set(case.alternatives.projects) - passing) >= 3


@pytest.mark.slow
def test_under_the_literal_waterfall_almost_nothing_passes_and_each_says_why(flagship: outlay.Instance) -> None:
    solution = outlay.solve(flagship, constraint_set="literal-waterfall")
    assert solution.verified
    projects = solution.projects
    assert projects.funded.sum() <= 3
    lost = projects[~projects.funded]
    assert lost.reason.str.contains("fails the lender test").sum() >= 20
    assert (lost.reason != "").all()


def test_mid_2026_funds_the_six_selected_projects(flagship: outlay.Instance) -> None:
    instance = flagship.with_set("mid-2026")
    case = Case(instance)
    committed = {
        project for project, status in zip(case.alternatives.projects, case.alternatives.status, strict=True)
        if status == "committed"
    }  # fmt: skip
    assert committed == SELECTED
    assert all(len(case.options.of(project)) for project in SELECTED)


@pytest.mark.nightly
def test_the_base_case_is_a_real_decision_and_two_solvers_agree(flagship: outlay.Instance) -> None:
    model = outlay.build(flagship)
    solution = outlay.solve(model)
    assert solution.status.proved
    assert solution.verified
    assert 10 <= solution.projects.funded.sum() <= 26
    assert len(solution.tables["binding"]) >= 3
    second = pyo.SolverFactory("highs")
    second.options["mip_rel_gap"] = 1e-4
    second.solve(model)
    assert solution.objective == pytest.approx(pyo.value(model.objective), rel=2e-4)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow if name in BEFORE_A_CHANGE else pytest.mark.nightly)
        for name in sorted(REQUIRED_SETS - {"literal-waterfall"})
    ],
)
def test_every_required_set_is_proved_and_verified(flagship: outlay.Instance, name: str) -> None:
    solution = outlay.solve(flagship, constraint_set=name, time_limit=3600)
    assert solution.status.proved
    assert solution.verified
