"""From somebody's export to a proved plan, a page and a workbook: a few commands, an editor, and no script."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from openpyxl import load_workbook

import outlay
from tests.cli.small import run as invoke
from tests.support.portfolio_exports import capital_plan, neighbourhood_budget

pytestmark = pytest.mark.usefixtures("always_warm")


def edited(path: Path, **texts: str) -> None:
    """Change a map as a person does in an editor: each text stands there, once or more."""
    text = path.read_text(encoding="utf-8")
    for old, new in texts.items():
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def answer(folder: Path, name: str, *more: str) -> outlay.Solution:
    """Run the five commands that follow the first map, and return the answer."""
    plan, run = folder / name, folder / f"{name}.json"
    for command in (
        ["import", folder / f"{name}.csv", "--map", folder / f"{name}.map.toml", "-o", plan],
        ["check", plan],
        ["solve", plan, "-o", run, *more],
        ["report", run, "-o", folder / f"{name}.html"],
        ["report", run, "-o", folder / f"{name}.xlsx"],
    ):
        done = invoke(*map(str, command))
        assert done.exit_code == 0, (command, done.output)
    assert (folder / f"{name}.html").stat().st_size < 1_500_000
    found = outlay.load(run)
    with closing(load_workbook(folder / f"{name}.xlsx", read_only=True)) as book:
        assert sum(1 for _ in book["projects"].rows) == 1 + len(found.instance["projects"])
    return found


@pytest.mark.slow
def test_a_neighbourhoods_budget(tmp_path: Path) -> None:
    neighbourhood_budget(tmp_path / "wijk.csv")
    assert invoke("import", str(tmp_path / "wijk.csv")).exit_code == 0
    template = {"# [[tables.limits]]": "[[tables.limits]]", "# metric =": "metric =", "# by =": "by ="}
    edited(
        tmp_path / "wijk.map.toml",
        **template,
        **{"# max = 1000000": "max = 60000", "amount = 771750": "amount = 300000"},
    )
    found = answer(tmp_path, "wijk")
    assert found.status.proved
    assert found.verified
    settings = found.instance.settings
    assert (settings.money_unit, settings.value_unit) == ("€", "stemmen")
    assert settings.title == "Wijkbudget Oost 2026 - ingediende voorstellen"
    assert len(found.instance["projects"]) == 52
    limits = found.table("limits").set_index("limit")
    assert len(limits) == 7
    assert limits.loc["commitments", "used"] <= 300_000
    assert found.metrics["value"] > greedy(found.instance)


def greedy(instance: outlay.Instance) -> float:
    """Return the votes of the usual rule: the most votes first, whatever still fits the budget and its category."""
    frame = instance.frame("projects").sort_values(["value", "id"], ascending=[False, True])
    left, categories, votes = 300_000.0, dict.fromkeys(frame["sector"], 60_000.0), 0.0
    for value, cost, sector in zip(frame["value"], frame["commitment"], frame["sector"], strict=True):
        if cost <= min(left, categories[sector]):
            left, votes = left - cost, votes + value
            categories[sector] -= cost
    return votes


def a_citys_plan(folder: Path, projects: int, *more: str) -> outlay.Solution:
    capital_plan(folder / "cip.csv", projects=projects)
    assert invoke("import", str(folder / "cip.csv")).exit_code == 0
    edited(folder / "cip.map.toml", **{"# limit = 1000000": f"limit = {projects * 250_000}"})
    return answer(folder, "cip", *more)


@pytest.mark.slow
def test_a_citys_plan_of_some_projects(tmp_path: Path) -> None:
    found = a_citys_plan(tmp_path, 40)
    assert found.status.proved
    assert found.verified
    assert found.instance.settings.title == "City of Example"
    years = {f"FY{year}" for year in range(2019, 2024)}
    assert set(found.table("years")["year"]) <= {*years, "after the calendar"}
    assert set(found.projects["start"].dropna()) <= years


@pytest.mark.nightly
def test_a_citys_whole_plan(tmp_path: Path) -> None:
    found = a_citys_plan(tmp_path, 265, "--gap", "0.002")
    assert found.verified
    assert found.status.proved
    assert len(found.instance["projects"]) == 265
