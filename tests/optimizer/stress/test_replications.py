"""How far a plan is from the best for all that can happen, on a case whose answer is known by hand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

import outlay
from outlay.instances.errors import InputError
from outlay.instances.formats.parsing import parse_document
from outlay.instances.formats.writing import write
from outlay.models.risk import Risk, parse_risk
from outlay.optimizer.stress.replications import ReplicatedGap, at_threshold, check_is_mean, replicate_gap
from tests.cli.small import run
from tests.optimizer.uncertainty.worlds import MONEY, uncertain

pytestmark = pytest.mark.usefixtures("always_warm")


def either(worth: float = 10) -> outlay.Instance:
    """Return a choice between A, worth 10 times something between a half and one and a half, and B, worth 8."""
    document: dict[str, Any] = {
        "instance": {
            "name": "either", "objective": {"value": 1, "cost": -20},  # nobody gives up a project at that price
            "calendar": {"start": "2026-01", "periods": 1, "months_per_period": 12},
        },
        "projects": [
            {"id": "A", "value": worth, "commitment": 1, "construction_months": 12, "cancel_share": 1},
            {"id": "B", "value": 8, "commitment": 1, "construction_months": 12, "cancel_share": 1},
        ],
        "resources": [{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        "availability": [{"resource": "commitments", "from": "2026-01", "amount": 1}],
        "uncertainty": {
            "factors": {
                "worth": {
                    "distribution": "uniform", "low": 0.5, "high": 1.5,
                    "change": [{"table": "projects", "where": {"id": "A"}, "scale": {"value": "@"}}],
                }
            }
        },
    }  # fmt: skip
    return parse_document(document, source="either")


def chosen(name: str, risk: str = "expected") -> outlay.EnsembleSolution:
    """Return a plan for the choice that decides for a project, whether that is right or not."""
    certain = either(20 if name == "A" else 1)
    found = outlay.solve_ensemble(either(), [("sure", 1.0, certain)], risk=risk, jobs=1)
    assert [one.project for one in found.selected] == [name]
    return found


@pytest.mark.slow
def test_the_wrong_choice_misses_what_it_misses_by_hand() -> None:
    found = replicate_gap(chosen("B"), replications=3, draws=4, jobs=1)
    table = found.tables["replications"]
    assert table["worth"].tolist() == pytest.approx([8.0] * 3)
    assert table["gap"].mean() == pytest.approx(2.0, abs=0.5)  # 10 E[u] - 8
    assert table["seed"].tolist() == [2, 3, 4]
    low, most = found.values["out-of-sample gap"]
    assert low == 0.0
    assert most >= table["gap"].mean()


@pytest.mark.slow
def test_the_right_choice_misses_nothing() -> None:
    found = replicate_gap(chosen("A"), replications=2, draws=4, jobs=1)
    assert found.tables["replications"]["gap"].tolist() == pytest.approx([0.0, 0.0], abs=1e-9)
    assert found.values["out-of-sample gap"] == pytest.approx((0.0, 0.0), abs=1e-9)


def test_the_interval_is_students() -> None:
    estimate = ReplicatedGap((0.0, 2.0), 0.95)
    assert estimate.mean == 1.0
    assert estimate.at_most == pytest.approx(1.0 + 6.313752 * math.sqrt(2) / math.sqrt(2))
    assert ReplicatedGap((0.0, math.nan), 0.95).at_most == math.inf


def test_a_tail_at_a_threshold_is_at_most_the_mean_of_the_worst_share() -> None:
    worths = {"a": (0.5, 4.0), "b": (0.5, 10.0)}
    due = Risk("cvar", 0.5, 1.0).value([4.0, 10.0], [0.5, 0.5])
    assert due == 4.0
    for threshold in (0.0, 4.0, 7.0, 10.0, 12.0):
        assert at_threshold(Risk("cvar", 0.5, 1.0), threshold, worths) <= due
    assert at_threshold(Risk("cvar", 0.5, 1.0), 4.0, worths) == due


@pytest.mark.parametrize("risk", ["worst", "regret"])
def test_measures_that_are_no_mean_have_no_estimate(risk: str) -> None:
    with pytest.raises(InputError, match="no mean over what can happen"):
        check_is_mean(parse_risk(risk))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"replications": 1}, "2 to 1000"),
        ({"draws": 0}, "1 or more"),
        ({"confidence": 1.0}, "no confidence"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(asked: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        replicate_gap(chosen("A"), jobs=1, **asked)


@pytest.mark.parametrize(
    ("scenarios", "more", "code", "told"),
    [
        ("base,more-money", (), 3, "scenarios by name are all there are"),
        ("4", ("--risk", "worst"), 3, "no mean over what can happen"),
        ("4", (), 3, "nothing is said to be uncertain"),
    ],
)
def test_what_cannot_be_estimated_is_told_before_anything_is_solved(
    scenarios: str, more: tuple[str, ...], code: int, told: str
) -> None:
    result = run("solve", "tutorial", "--scenarios", scenarios, "--gap-replications", "3", *more)
    assert result.exit_code == code
    assert told in result.stderr


@pytest.mark.slow
def test_the_estimate_is_shown_and_kept(tmp_path: Any) -> None:
    case = tmp_path / "either.json"
    write(either(), case)
    folder = str(tmp_path / "plans")
    result = run("solve", str(case), "--scenarios", "4", "--jobs", "1", "--gap-replications", "2", "-o", folder)
    assert result.exit_code == 0, result.output
    assert "Out-of-sample gap  0 estimated, at most 0 with 95 % confidence (2 times fresh draws)" in result.stdout
    again = outlay.load_ensemble(folder)
    assert again.verified
    assert len(again.tables["replications"]) == 2


def test_a_folder_is_no_instance_to_draw_from(tmp_path: Path) -> None:
    """The drawn values stand in what it keeps, so that fresh draws would be draws of a draw."""
    town = uncertain({"factors": {"money": MONEY}}).with_set("two-crews")
    found = outlay.solve_ensemble(town, outlay.draw(town, draws=2), jobs=1)
    again = outlay.load_ensemble(found.save(tmp_path / "plans"))
    assert again.instance.settings.applied.sets == ("two-crews",)
    with pytest.raises(InputError, match="does not keep the instance that the scenarios were drawn from"):
        outlay.replicate_gap(again, replications=2, jobs=1)
    named = outlay.solve_ensemble(town, ["more-money", "base"], jobs=1)
    kept = outlay.load_ensemble(named.save(tmp_path / "named"))
    assert kept.instance.digest == town.digest
