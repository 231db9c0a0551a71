"""Why a project is not in the plan travels as data; its sentence is made once, and nothing reads it."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

import outlay
from outlay.models.options.options import Dropped
from outlay.optimizer.answer.reason import (
    Broken,
    Kind,
    Limit,
    Reason,
    from_documents,
    recorded,
    to_documents,
    unavailable_figures,
)
from tests.cli.small import lender_document
from tests.support.documents import instance, level, parsed


@pytest.fixture(scope="module")
def lost() -> outlay.Solution:
    """Return a plan beside which projects are left out for every kind of reason."""
    made = instance(
        calendar={"periods": 2},
        projects=[
            {"id": "in", "value": 9, "commitment": 4, "latest_start": "2026-12"},
            {"id": "crowded", "value": 5, "commitment": 4, "latest_start": "2026-12"},
            {"id": "worthless", "value": -1, "commitment": 1},
            {"id": "never", "value": 5, "commitment": 1, "status": "excluded"},
            {"id": "too dear", "value": 5, "commitment": 99},
            {"id": "displaced", "value": 1, "commitment": 1},
            {"id": "waits", "value": 1, "commitment": 0},
        ],
        resources=[
            {"resource": "commitments", "kind": "finance", "basis": "cumulative"},
            {"resource": "steel", "kind": "commodity"},
        ],
        availability=[level("commitments", 5), level("steel", 0)],
        imports=[{"resource": "steel", "from": "2026-01", "max_per_period": 9, "premium_per_unit": 2}],
        requirements=[{"project": "displaced", "resource": "steel", "phase": "construction", "amount": 1}],
        dependencies=[{"project": "waits", "needs": "crowded", "kind": "requires"}],
    )
    return outlay.solve(made, gap=0)


@pytest.mark.slow
def test_every_kind_of_reason_is_data(lost: outlay.Solution) -> None:
    assert {project: reason.kind for project, reason in lost.reasons.items()} == {
        "crowded": Kind.CROWDED,
        "worthless": Kind.WORTHLESS,
        "never": Kind.NEVER,
        "too dear": Kind.NEVER,
        "displaced": Kind.DISPLACED,
        "waits": Kind.CROWDED,
    }
    crowded = lost.reasons["crowded"]
    assert (crowded.worth, crowded.start, crowded.when, crowded.limits) == (5, 0, "2026", ("commitments",))
    (broken,) = crowded.broken
    assert (broken.limit.family, broken.limit.period, broken.excess) == ("cap", 1, pytest.approx(3))
    (rule,) = lost.reasons["waits"].broken
    assert (rule.limit.family, rule.limit.name, rule.excess) == ("dependencies", "", None)
    assert [item.rule for item in lost.reasons["never"].dropped] == ["status"]


@pytest.mark.slow
def test_the_table_says_what_the_data_say(lost: outlay.Solution) -> None:
    table = lost.projects.set_index("project")["reason"]
    assert {project: recorded(reason) for project, reason in lost.reasons.items()} == dict(table[table != ""])
    assert table["crowded"] == (
        "worth 5, but crowded out: beside this plan (start 2026) it would break commitments up to 2027 (by 3)"
    )
    assert table["never"] == "never available: the project is excluded"
    assert table["worthless"] == "available, but not worth it: its best option would add -1 to the objective"
    assert table["displaced"].startswith("available and worth 1 by itself (start 2026), but not beside this plan: ")


def test_reasons_are_plain_data_and_come_back(lost: outlay.Solution) -> None:
    assert from_documents(json.loads(json.dumps(to_documents(lost.reasons)))) == dict(lost.reasons)


def test_a_run_that_is_read_has_them_again(lost: outlay.Solution, tmp_path: Any) -> None:
    assert dict(outlay.load(lost.save(tmp_path / "run.json")).reasons) == dict(lost.reasons)


def test_only_three_limits_stand_in_the_sentence() -> None:
    rows = tuple(Broken(Limit("labour", name, 0, f"{name} in 2026"), 1.5) for name in ("a", "b", "c", "d"))
    told = recorded(Reason(Kind.CROWDED, 2.0, 0, "2026", rows))
    assert told.endswith("it would break a in 2026 (by 1.5); b in 2026 (by 1.5); c in 2026 (by 1.5); ...")


def test_the_figures_of_a_rule_stand_without_its_name() -> None:
    dropped = tuple(Dropped("P", name, False, "lender", f"cover is {name}", 3) for name in ("low", "lower"))
    reason = Reason(Kind.NEVER, dropped=dropped)
    assert unavailable_figures(reason) == "low cover is low; lower cover is lower"
    assert recorded(reason) == (
        "never available: low fails the lender test: cover is low; lower fails the lender test: cover is lower"
    )


def test_which_terms_of_a_loan_fail_is_data() -> None:
    case = outlay.build(parsed(lender_document())).case
    assert case.lender is not None
    failed = Counter(name for terms in case.lender.failed for name in terms)
    assert failed == {"min_dscr": 1, "recover_within_years": 1}
