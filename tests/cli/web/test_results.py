"""Frontiers and stress tests that lie beside a session, as further tabs with what their reports show."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import outlay
from outlay.cli.run.open import _check_beside
from outlay.cli.web.shown.results import results_of
from outlay.optimizer.frontier.folder import load_frontier
from outlay.optimizer.stress.folder import load_stress
from tests.cli.web.serving import ADDRESS, page_of

pytestmark = pytest.mark.usefixtures("always_warm")


@pytest.fixture(scope="module")
def town() -> outlay.Instance:
    return outlay.read("tutorial")


@pytest.fixture(scope="module")
def frontier(tmp_path_factory: pytest.TempPathFactory, town: outlay.Instance) -> Path:
    folder = tmp_path_factory.mktemp("results") / "frontier"
    outlay.frontier(town, ["max:value", "min:commitment"], jobs=1, folder=folder)
    return folder


@pytest.mark.slow
def test_what_is_read_is_what_was_found(frontier: Path, town: outlay.Instance) -> None:
    found = load_frontier(frontier, town)
    assert (found.complete, len(found.points), found.points["max:value"].max()) == (True, 8, 19.1)
    assert [len(plan.choices) for plan in found.plan_of] == found.points["count"].tolist()


@pytest.mark.slow
def test_a_frontier_in_the_sessions_folder_is_a_tab(frontier: Path, town: outlay.Instance, tmp_path: Path) -> None:
    with page_of(tmp_path / "session", town) as page:
        client = TestClient(page.guard, base_url=ADDRESS, headers=page.headers)
        assert "tab-frontier-1" not in client.get("/").text
        (tmp_path / "session" / "frontier").symlink_to(frontier)
        assert 'id="tab-frontier-1"' in client.get("/").text
        shown = client.get("/tab/frontier-1?case=").text
        assert "8 efficient plans; complete: there is no other one" in shown
        assert 'id="strip-chart"' in shown
        assert client.get("/tab/stress-1").status_code == 404
        assert page.errors == []


@pytest.mark.slow
def test_one_of_other_tables_is_refused(frontier: Path, town: outlay.Instance) -> None:
    other = town.replace(projects=[{**row, "commitment": 1} for row in town["projects"].records()])
    with pytest.raises(outlay.InputError, match="other tables"):
        load_frontier(frontier, other)
    load_frontier(frontier, replace(town, sets={}))  # other sets change nothing


def test_a_plan_that_was_changed_by_hand_is_not_shown(frontier: Path, town: outlay.Instance, tmp_path: Path) -> None:
    document = json.loads((frontier / "frontier.json").read_text(encoding="utf-8"))
    plan = max(document["plan_of"], key=lambda each: len(each["choices"]))
    for row in plan["choices"]:
        row["scale" if isinstance(row, dict) else -1] = 1.5
    (tmp_path / "frontier.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(outlay.OutlayError):
        load_frontier(tmp_path, town)
    (tmp_path / "frontier.json").write_text('{"finished": false}', encoding="utf-8")
    with pytest.raises(outlay.InputError, match="not finished"):
        load_frontier(tmp_path, town)


def test_a_stress_test_is_a_tab_with_the_worlds_it_tells_of(town: outlay.Instance, tmp_path: Path) -> None:
    uncertain = replace(town, uncertainty={
        "factors": {"cost": {
            "title": "Cost", "distribution": "uniform", "low": 0.9, "high": 1.0,
            "change": [{"table": "projects", "scale": {"commitment": "@"}}],
        }}
    })  # fmt: skip
    run = outlay.solve(uncertain)
    outlay.stress(run, draws=4, jobs=1, folder=tmp_path / "stress")
    found = load_stress(tmp_path / "stress", uncertain)
    assert len(found.worlds) == 4
    with page_of(tmp_path / "session", uncertain) as page:
        page.page.beside = (tmp_path / "stress",)
        client = TestClient(page.guard, base_url=ADDRESS, headers=page.headers)
        assert "1 plan in the same 4 worlds" in html.unescape(client.get("/tab/stress-1").text)
        assert page.errors == []
    with pytest.raises(outlay.InputError, match="uncertain"):
        load_stress(tmp_path / "stress", town)


def test_several_of_a_kind_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "stress.json").write_text("{}", encoding="utf-8")
    assert [one.title for one in results_of(tmp_path)] == ["Stress: a", "Stress: b"]
    _check_beside((str(tmp_path / "a"),))
    with pytest.raises(outlay.InputError, match="no folder of a frontier"):
        _check_beside((str(tmp_path),))
