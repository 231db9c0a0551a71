from __future__ import annotations

from typing import Any

import pytest

from outlay.instances.instance import Instance
from outlay.optimizer.verify.plan import verify_plan
from tests.optimizer.verify.test_support import build, plan, take, the_one


def funded(*funds: dict[str, Any], **more: Any) -> Instance:
    projects = [
        {
            "id": "A",
            "commitment": 10,
            "sector": "energy",
            "region": "north",
            "construction_months": 24,
            "min_scale": 0.1,
        },
        {"id": "B", "commitment": 6, "sector": "mining", "region": "south"},
    ]
    return build(settings={"money_unit": "$B", **more.pop("settings", {})}, projects=projects, funds=funds, **more)


def pays(**amounts: float) -> dict[tuple[str, str], float]:
    """Return payments written fund_PROJECT=money."""
    return {(key.split("_")[0], key.split("_")[1]): value for key, value in amounts.items()}


def test_every_commitment_is_paid_in_full() -> None:
    instance = funded({"fund": "bank"}, {"fund": "state"})
    assert verify_plan(instance, plan(take("A"), payments=pays(bank_A=4, state_A=6))).ok
    assert verify_plan(instance, plan(take("A", scale=0.5), payments=pays(bank_A=5))).ok
    found = the_one(verify_plan(instance, plan(take("A"), payments=pays(bank_A=4))))
    assert (found.family, found.sentence) == ("funds", "A@base asks for 10 $B, its funds pay 4 $B")
    assert not verify_plan(instance, plan(take("A"), payments=pays(bank_A=11))).ok


def test_shares_lie_within_their_bounds() -> None:
    instance = funded({"fund": "bank", "min_share": 0.3, "max_share": 0.6}, {"fund": "state"})
    assert verify_plan(instance, plan(take("A"), payments=pays(bank_A=6, state_A=4))).ok
    found = the_one(verify_plan(instance, plan(take("A"), payments=pays(bank_A=7, state_A=3))))
    assert found.sentence == "bank pays 7 $B for A@base, its greatest share is 6"
    found = the_one(verify_plan(instance, plan(take("A"), payments=pays(state_A=10))))
    assert found.sentence == "bank pays 0 $B for A@base, its least share is 3"


def test_only_eligible_projects_are_paid() -> None:
    instance = funded({"fund": "bank", "eligible_sectors": "energy;water", "eligible_regions": "north"})
    assert verify_plan(instance, plan(take("A"), payments=pays(bank_A=10))).ok
    found = verify_plan(instance, plan(take("B"), payments=pays(bank_B=6))).violations
    assert [item.rule for item in found] == [
        "there are funds that may pay", "every commitment is paid", "only eligible projects are paid"
    ]  # fmt: skip
    assert found[0].sentence == "B@base asks for money, but no fund may pay for it"


def test_funds_that_can_bear_only_a_part_make_no_option() -> None:
    instance = funded({"fund": "bank", "max_share": 0.4})
    found = verify_plan(instance, plan(take("A"), payments=pays(bank_A=4))).violations
    assert found[0].sentence == "A@base asks for money, but the funds that may pay for it can bear only 0 to 0.4 of it"


def test_a_project_that_is_not_funded_is_not_paid() -> None:
    found = the_one(verify_plan(funded({"fund": "bank"}), plan(payments=pays(bank_A=1))))
    assert found.sentence == "bank pays 1 for A, which is not funded"


def test_a_fund_has_a_total() -> None:
    instance = funded({"fund": "bank", "total": 15}, {"fund": "state"})
    chosen = (take("A"), take("B"))
    assert verify_plan(instance, plan(*chosen, payments=pays(bank_A=10, bank_B=5, state_B=1))).ok
    found = the_one(verify_plan(instance, plan(*chosen, payments=pays(bank_A=10, bank_B=6))))
    assert found.sentence == "bank pays 16 $B in all, its total is 15"


def test_a_dated_ceiling_counts_what_was_selected_to_date() -> None:
    levels = [
        {"resource": "bank", "from": month, "amount": amount} for month, amount in (("2027-01", 10), ("2028-01", None))
    ]
    instance = funded({"fund": "bank"}, availability=levels)
    payments = pays(bank_A=10, bank_B=6)
    assert verify_plan(instance, plan(take("A", 1), take("B", 2), payments=payments)).ok
    found = the_one(verify_plan(instance, plan(take("A", 1), take("B", 1), payments=payments)))
    assert found.sentence == "bank pays 16 $B up to 2027, 10 are available"
    early = verify_plan(instance, plan(take("B", 0), payments=pays(bank_B=6)))
    assert the_one(early).limit == 0


def test_a_yearly_limit_counts_draws() -> None:
    instance = funded({"fund": "bank", "per_year": 6})
    payments = pays(bank_A=10, bank_B=6)
    assert verify_plan(instance, plan(take("A", 0), take("B", 2), payments=payments)).ok
    found = the_one(verify_plan(instance, plan(take("A", 0), take("B", 1), payments=payments)))
    assert found.sentence == "bank pays 11 $B in the year from 2027, its yearly limit is 6"


@pytest.mark.parametrize(
    ("months", "building", "profile", "most"),
    [(12, 36, "0.1;0.2;0.7", 7), (6, 36, "0.1;0.2;0.7", 7), (6, 18, "0.3;0.7", 7), (6, 18, "0.1;0.2;0.7", 7)],
)
def test_a_fund_pays_by_the_profile(months: int, building: int, profile: str, most: float) -> None:
    projects = [{"id": "A", "commitment": 10, "construction_months": building, "profile": profile}]
    calendar = {"periods": 8, "months_per_period": months}
    chosen = plan(take("A"), payments=pays(bank_A=10))
    for limit in (most, most - 0.01):
        funds = [{"fund": "bank", "per_year": limit}]
        found = verify_plan(build(calendar=calendar, projects=projects, funds=funds), chosen)
        assert found.ok == (limit == most)


def test_a_fund_has_shares_of_the_portfolio() -> None:
    instance = funded({"fund": "bank", "portfolio_min_share": 0.25, "portfolio_max_share": 0.5}, {"fund": "state"})
    chosen = (take("A"), take("B"))
    assert verify_plan(instance, plan(*chosen, payments=pays(bank_A=8, state_A=2, state_B=6))).ok
    found = the_one(verify_plan(instance, plan(*chosen, payments=pays(bank_A=9, state_A=1, state_B=6))))
    assert found.sentence == "bank pays 9 $B of 16 $B committed in all, its greatest share of the portfolio is 0.5"
    assert not verify_plan(instance, plan(*chosen, payments=pays(bank_A=3, state_A=7, state_B=6))).ok


def test_grants_have_amounts_and_matches() -> None:
    instance = funded(
        {"fund": "bank"},
        {"fund": "state", "listed_only": True},
        {"fund": "match", "match_share": 0.5},
        fund_amounts=[{"project": "A", "fund": "state", "min": 2, "max": 4}],
    )
    assert verify_plan(instance, plan(take("A"), payments=pays(bank_A=6, state_A=4))).ok
    assert verify_plan(instance, plan(take("A"), payments=pays(bank_A=4, state_A=3, match_A=3))).ok
    for payments, sentence in (
        (pays(bank_A=5, state_A=5), "state pays 5 $B for A@base, at most 4 is granted"),
        (pays(bank_A=9, state_A=1), "state pays 1 $B for A@base, at least 2 is due"),
        (
            pays(bank_A=3, state_A=3, match_A=4),
            "match pays 4 $B for A@base, the others pay 6 $B, of which it matches 3",
        ),
    ):
        assert the_one(verify_plan(instance, plan(take("A"), payments=payments))).sentence == sentence
    found = verify_plan(instance, plan(take("B"), payments=pays(bank_B=3, state_B=3)))
    assert "state pays 3 $B for B@base, which it may not pay for" in {one.sentence for one in found.violations}


def test_what_costs_nothing_is_due_no_least_amount() -> None:
    amounts = [{"project": "A", "fund": "state", "min": 2}]
    free = build(projects=[{"id": "A", "commitment": 0}], funds=[{"fund": "state"}], fund_amounts=amounts)
    assert verify_plan(free, plan(take("A"))).ok


@pytest.mark.parametrize("payments", [{}, pays(bank_A=99)])
def test_switched_off_funds_are_not_checked(payments: dict[tuple[str, str], float]) -> None:
    instance = funded({"fund": "bank", "total": 1}, settings={"applied": {"disable": ["funds"]}})
    assert verify_plan(instance, plan(take("A"), payments=payments)).ok


def test_committed_projects_are_paid_too() -> None:
    instance = build(projects=[{"id": "A", "status": "committed", "commitment": 2}], funds=[{"fund": "bank"}])
    assert not verify_plan(instance, plan(take("A"))).ok
    assert verify_plan(instance, plan(take("A"), payments=pays(bank_A=2))).ok
