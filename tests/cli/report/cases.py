"""What the tests of reports look at: a plan with hostile names, and a comparison made by hand."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pandas as pd

import outlay
from outlay.instances.formats.parsing import parse_document
from outlay.optimizer.compare.comparison import Comparison
from tests.support.documents import Document, small_plan

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(2)>'
MARKUP = "<b>bold</b> & R&D <a href='https://evil.example'>x</a><br>%{y} &lt;i&gt;"
TITLE = "</title></style><script>alert(3)</script><!--"
SET = "set<u>1</u>"


def hostile_document() -> Document:
    """Return a plan with loans, permits, programs and needs in which every text tries to be more than text."""
    made = small_plan()
    made["instance"] |= {
        "title": TITLE,
        "money_unit": "$<i>B",
        "sources": ["<img src=https://evil.example/x.png>", SCRIPT],
        "finance": {"terms": "bank"},
        "discount_rates": {"us_npv": 0.05, "japan_npv": 0.03},
    }
    made["terms"] = [{"terms": "bank", "rate": 0.03, "tenor_years": 10, "min_dscr": 1.0}]
    names = ["x" * 300, IMAGE, MARKUP, f"{TITLE}\u2028\u202e", SCRIPT]
    for project, name in zip(made["projects"], names, strict=True):
        project |= {"name": name, "sector": MARKUP if project["id"] != "rail" else IMAGE}
        project |= {"life_years": 12, "cash_yield": 0.15}
    made["projects"].append({"id": "zoo", "name": SCRIPT, "value": 1, "commitment": 50, "life_years": 5})
    made["provenance"] = [
        {"table": "projects", "key": "dam", "column": "value", "kind": "sourced", "text": SCRIPT,
         "address": "javascript:alert(4)"},
    ]  # fmt: skip
    for row in made["resources"][2:4]:
        row["unit"] = "<em>crews"
    return made


@lru_cache
def hostile_solution() -> outlay.Solution:
    return outlay.solve(parse_document(hostile_document(), source="hostile"))


@lru_cache
def hostile_stress() -> outlay.Stress:
    """Return two plans of the hostile case under stress, with names and titles that try to be more than text."""
    change = {"table": "projects", "scale": {"commitment": "@"}}
    factor = {"title": SCRIPT, "distribution": "uniform", "low": 0.9, "high": 1.4, "change": [change]}
    given = {**hostile_document(), "uncertainty": {"factors": {"<b>overrun": {**factor, "each": "project"}}}}
    solution = hostile_solution()
    assert solution.plan is not None
    fewer = outlay.Plan(choices=solution.plan.choices[:1])
    instance = parse_document(given, source="hostile")
    return outlay.stress({MARKUP: solution.plan, IMAGE: fewer}, instance=instance, draws=12, jobs=1)


@lru_cache
def hostile_ensemble() -> outlay.EnsembleSolution:
    """Return one plan for several worlds of the tutorial, with names that try to be more than text."""
    town = outlay.read("tutorial")
    projects = town.frame("projects")
    projects["name"] = [SCRIPT, *projects["name"][1:]]
    town = town.replace(projects=projects)
    worlds = [(MARKUP, 0.4, town), (SET, 0.3, town.with_set("more-money")), (IMAGE, 0.3, town.with_set("two-crews"))]
    return outlay.solve_ensemble(town, worlds, jobs=1)


@lru_cache
def tutorial_solution() -> outlay.Solution:
    return outlay.solve(outlay.read("tutorial"))


@lru_cache
def hostile_frontier() -> outlay.Frontier:
    """Return a frontier of the tutorial with a hostile name, searched so coarsely that boxes stay open."""
    projects = outlay.read("tutorial").frame("projects")
    projects["name"] = [SCRIPT, *projects["name"][1:]]
    instance = outlay.read("tutorial").replace(projects=projects)
    return outlay.frontier(instance, ["max:value", "min:commitment"], tolerance=0.4, jobs=1)


@lru_cache
def hostile_ranking() -> outlay.Ranking:
    """Return a priority list of the tutorial with hostile names."""
    projects = outlay.read("tutorial").frame("projects")
    projects["name"] = SCRIPT
    return outlay.rank(
        outlay.read("tutorial").replace(projects=projects), limit="commitments", levels=[3, 7, 11], jobs=1
    )


def plan_rows(name: str, starts: dict[str, int]) -> list[dict[str, Any]]:
    """Return the rows of `plans` of one set; projects without a start are not funded."""
    return [
        {
            "set": name, "project": project, "name": title, "sector": SCRIPT, "funded": project in starts,
            "alternative": "base" if project in starts else "", "scale": 1.0 if project in starts else None,
            "start": starts.get(project), "start_label": str(2026 + starts[project]) if project in starts else "",
            "commitment": 2.0 if project in starts else 0.0,
        }
        for project, title in (("A", SCRIPT), ("B", IMAGE), ("C", MARKUP))
    ]  # fmt: skip


def comparison(**changes: Any) -> Comparison:
    """Return a comparison of four sets, the last infeasible, with hostile names."""
    sets = ("base", SET, "none", "never")
    starts = {"base": {"A": 0, "B": 1}, SET: {"A": 1, "C": 0}, "none": {}}
    plans = pd.DataFrame([row for name, funded in starts.items() for row in plan_rows(name, funded)])
    matrix = pd.DataFrame(
        [
            ["A", SCRIPT, "base 2026", "base 2027", "", ""],
            ["B", IMAGE, "base 2027", "", "", ""],
            ["C", MARKUP, "", "base 2026", "", ""],
        ],
        columns=["project", "name", *sets],
    )  # fmt: skip
    objective = [10.0, 11.0, 4.0, None]
    cases = pd.DataFrame(
        {
            "set": sets, "title": ["Base case", SCRIPT, IMAGE, ""],
            "status": ["optimal", "within gap", "optimal", "infeasible"], "verified": [True, True, True, False],
            "objective": objective, "bound": [10.0, 11.5, 4.0, None], "gap": [0.0, 0.01, 0.0, None],
            "change": [0.0, 1.0, -6.0, None], "change_percent": [0.0, 10.0, -60.0, None],
            "kind": ["policy", "stress", "policy", "ablation"], "other_objective": [False, True, False, False],
            "by_reference": [10.0, 9.0, 4.0, None], "by_reference_percent": [0.0, -10.0, -60.0, None],
            "never": ["0", f"0 -> 1, by {SCRIPT}", "0", ""], "dates": ["earliest", "decided", "open", ""],
            "funded": [2.0, 2.0, 0.0, None], "commitment": [4.0, 4.0, 0.0, None], "ties": [0.0, 1.0, 0.0, None],
            "seconds": [0.1, 0.2, 0.3, 0.4], "message": ["", "", "", MARKUP],
        }
    )  # fmt: skip
    metrics = [["value", one, amount, 0.0, 0.0] for one, amount in zip(sets, objective, strict=True)]
    given: dict[str, Any] = {
        "name": "hand-made", "title": TITLE, "money_unit": "$B", "reference": "base", "sets": sets, "cases": cases,
        "metrics": pd.DataFrame(metrics, columns=["metric", "set", "value", "change", "change_percent"]),
        "plans": plans, "plan_matrix": matrix,
        "frequency": pd.DataFrame(
            [
                ["A", SCRIPT, SCRIPT, 2, 3, 2 / 3, 2.0, "borderline"], ["B", IMAGE, "", 1, 3, 1 / 3, 2.0, "borderline"],
                ["C", MARKUP, "", 1, 3, 1 / 3, 2.0, "borderline"],
            ],
            columns=["project", "name", "sector", "funded_in", "sets", "share", "commitment", "role"],
        ),
        "binding": pd.DataFrame(
            [
                ["base", "labour", SCRIPT, f"{SCRIPT} 2026 to 2028", 3.0, 3.0, 0.0],
                [SET, "cap", "", MARKUP, 4.0, 4.0, 0.0],
            ],
            columns=["set", "family", "resource", "what", "used", "limit", "slack"],
        ),
        "inputs": pd.DataFrame(
            [[SET, "projects", "A", "value", "1", SCRIPT, "changed"]],
            columns=["set", "table", "row", "column", "before", "after", "kind"],
        ),
        "flips": pd.DataFrame(
            [[SET, 3, 2, 1, 1, 1, True]],
            columns=[
                "set", "changed_projects_own", "changed_projects", "changed_starts_own", "changed_starts", "ties",
                "proved",
            ],
        ),
        "changes": pd.DataFrame(
            [[SET, "B", IMAGE, SCRIPT, "out", 2.0, 0.0, -2.0, MARKUP]],
            columns=["set", "project", "name", "sector", "change", "before", "after", "difference", "why"],
        ),
        "unavailable": pd.DataFrame([[SET, "B", "lender", MARKUP]], columns=["set", "project", "rule", "reason"]),
        "procurement": pd.DataFrame(
            [["base", "short", SCRIPT, SCRIPT, IMAGE, 3.0, 2.0, "2026", "2027", 0.5]],
            columns=["set", "kind", "name", "of", "unit", "amount", "most", "first", "last", "cost"],
        ),
        "sectors": pd.DataFrame(
            [["base", SCRIPT, 3, 2, 4.0, 1.0, 10.0, 10.0], [SET, MARKUP, 3, 2, 4.0, 1.0, 10.0, 10.0]],
            columns=["set", "sector", "candidates", "funded", "commitment", "share", "value", "contribution"],
        ),
        "attribution": pd.DataFrame(
            [["labour", 3.0, 2.9, 3.2, 0.75], ["cap", 1.0, 1.0, 1.0, 0.25]],
            columns=["family", "loss", "low", "high", "share"],
        ),
        "combinations": pd.DataFrame([["labour+cap", 6.0]], columns=["on", "objective"]),
        "files": {},
    }  # fmt: skip
    return Comparison(**{**given, **changes})
