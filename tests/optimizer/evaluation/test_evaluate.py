"""A plan of one's own: what it breaks, what it is worth, and the nearest plan that breaks nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import outlay
from outlay.instances.errors import InputError
from outlay.instances.formats.parsing import parse_document
from outlay.optimizer.evaluation.wishes import Wish, wishes_of
from outlay.optimizer.verify.plan import verify_plan
from tests.support.generated import some_generated


@pytest.fixture(scope="module")
def tutorial() -> outlay.Instance:
    return outlay.read("tutorial")


@pytest.fixture(scope="module")
def broken(tutorial: outlay.Instance) -> outlay.Evaluation:
    return outlay.evaluate(tutorial, [{"project": "library"}, {"project": "bridge", "start": "2026"}], repair=True)


@pytest.mark.slow
def test_a_broken_rule_is_told_with_its_amount(broken: outlay.Evaluation) -> None:
    assert not broken.ok
    (row,) = broken.violations.to_dict("records")
    assert (row["family"], row["found"], row["limit"], row["excess"]) == ("cap", 12.0, 11.0, 1.0)  # 7 and 5 of 11
    assert repr(broken) == (
        "<Evaluation of a plan for 'tutorial', set base: breaks 1 rule\n objective 22.5, best plan 19.1>"
    )


@pytest.mark.slow
def test_what_is_left_open_is_decided_for_the_best(broken: outlay.Evaluation) -> None:
    assert [(choice.project, choice.start) for choice in broken.plan.choices] == [("bridge", 0), ("library", 1)]
    assert broken.objective == 22.5  # 9 and 13.5


def test_the_distance_to_the_best_plan_is_told(broken: outlay.Evaluation) -> None:
    assert broken.best.objective == pytest.approx(19.1)
    assert broken.distance is not None
    assert broken.distance.projects == 3  # the library goes, school and solar come
    changes = broken.changes().set_index("project")["change"].to_dict()
    assert changes["library"] == "leave out"
    assert changes["school"] == changes["solar"] == "add"
    assert set(broken.metrics.columns) == {"metric", "plan", "best", "repaired"}


def test_the_repaired_plan_is_near_and_breaks_nothing(broken: outlay.Evaluation, tutorial: outlay.Instance) -> None:
    assert broken.repaired is not None
    assert broken.repaired.plan is not None
    assert verify_plan(tutorial, broken.repaired.plan).ok
    changes = broken.changes(broken.repaired)
    assert changes["change"].tolist() == ["leave out"]
    assert changes["project"].tolist() == ["bridge"]  # the library alone is worth more


@pytest.mark.slow
def test_the_best_plan_breaks_nothing_and_is_the_best(tutorial: outlay.Instance) -> None:
    solution = outlay.solve(tutorial)
    found = outlay.evaluate(tutorial, solution.plan, repair=True)
    assert found.ok
    assert found.objective == pytest.approx(solution.objective)
    assert found.distance == (0, 0)
    assert found.repaired is None
    assert len(found.changes()) == 0
    table = solution.projects  # as it is taken out: the same plan
    assert outlay.evaluate(tutorial, table).objective == pytest.approx(solution.objective)


def test_a_choice_that_is_no_option_is_told_as_such(tutorial: outlay.Instance) -> None:
    found = outlay.evaluate(tutorial, [{"project": "bridge", "start": "2031-01"}])
    assert not found.ok
    assert set(found.violations["family"]) == {"choice"}


@pytest.mark.slow
def test_a_set_changes_what_is_broken(tutorial: outlay.Instance) -> None:
    rich = tutorial.replace(sets={"rich": {"change": [{"table": "availability", "where": {"resource": "commitments"},
                                                       "set": {"amount": 12}}]}})  # fmt: skip
    wanted = [{"project": "library"}, {"project": "bridge"}]
    assert not outlay.evaluate(rich, wanted).ok
    assert outlay.evaluate(rich, wanted, constraint_set="rich").ok


@pytest.mark.slow
def test_payments_and_purchases_are_decided_for_a_plan() -> None:
    instance = parse_document(
        {
            "instance": {"name": "paid", "calendar": {"start": "2026-01", "periods": 2, "months_per_period": 12}},
            "projects": [{"id": "A", "value": 9, "commitment": 4, "min_scale": 0.5}],
            "resources": [{"resource": "crew", "kind": "labour"}],
            "availability": [{"resource": "crew", "from": "2026-01", "amount": 1}],
            "requirements": [{"project": "A", "resource": "crew", "phase": "construction", "amount": 3}],
            "programs": [{"program": "train", "resource": "crew", "cost_per_unit": 1}],
            "funds": [{"fund": "city", "total": 3}],
        },
        source="case",
    )
    half = outlay.evaluate(instance, [{"project": "A", "scale": 0.5, "start": "2026"}])
    assert half.ok
    assert half.plan.payments == {("city", "A"): pytest.approx(2.0)}
    assert sum(half.plan.purchases.values()) == pytest.approx(0.5)
    whole = outlay.evaluate(instance, [{"project": "A", "start": "2026"}], repair=True)
    assert not whole.ok
    assert whole.violations["excess"].max() == pytest.approx(1.0)
    assert whole.repaired is not None
    assert whole.repaired.plan is not None
    assert whole.repaired.plan.choices[0].scale == pytest.approx(0.75)


@pytest.mark.slow
def test_every_generated_plan_is_evaluated_to_its_own_worth() -> None:
    for instance in some_generated(12, first=300):
        solution = outlay.solve(instance, gap=0.0)
        if solution.plan is None:
            continue
        found = outlay.evaluate(instance, solution.plan, gap=0.0)
        assert found.ok
        assert solution.verification is not None
        worth = float(solution.verification.objective[0])  # later levels may have given up some of the first's best
        assert found.objective == pytest.approx(worth, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("alternative\nbase\n", (None, "project"), "missing"),
        ("project\nnowhere\n", (2, "project"), "no such project"),
        ("project\nbridge\nbridge\n", (3, "project"), "already"),
        ("project,alternative\nbridge,steel\n", (2, "alternative"), "no such alternative"),
        ("project,scale\nbridge,half\n", (2, "scale"), "not a number"),
        ("project,scale\nbridge,0\n", (2, "scale"), "greater than 0"),
        ("project,start\nbridge,soon\n", (2, "start"), "no period"),
        ("project,start\nbridge,7/1/2026\n", (2, "start"), "may be"),
        ("project,strat\nbridge,2026\n", (None, "strat"), "unknown"),
        ("project,scale\n,1\n", (2, "project"), "blank"),
    ],
)
def test_a_wrong_plan_is_told(
    tutorial: outlay.Instance, tmp_path: Path, text: str, place: tuple[int | None, str], words: str
) -> None:
    (tmp_path / "plan.csv").write_text(text)
    with pytest.raises(InputError, match=words) as caught:
        outlay.evaluate(tutorial, tmp_path / "plan.csv")
    assert [(fault.where, fault.row, fault.column) for fault in caught.value.faults] == [("plan.csv", *place)]


@pytest.mark.parametrize("plan", [3, None, "no such file.csv", b"x", ["bridge"]])
def test_what_is_no_plan_is_refused(tutorial: outlay.Instance, plan: Any) -> None:
    with pytest.raises(InputError):
        outlay.evaluate(tutorial, plan)


def test_a_plan_is_read_from_wherever_people_keep_it(tutorial: outlay.Instance, tmp_path: Path) -> None:
    frame = pd.DataFrame({"project": ["bridge", "park"], "start": ["2026-01", None], "selected": ["yes", "no"]})
    wanted = (Wish("bridge", "base", 1.0, 0, None, None),)
    assert wishes_of(tutorial, frame) == wanted
    (tmp_path / "plan.csv").write_bytes(b"project;scale;start;;\r\nbridge;100%;Jan-26;;\r\n")
    assert wishes_of(tutorial, tmp_path / "plan.csv") == wanted
    frame.to_excel(tmp_path / "plan.xlsx", index=False)
    assert wishes_of(tutorial, tmp_path / "plan.xlsx") == wanted
