"""One tiny instance a rule, whose rows stand as text in ``golden/``; each was checked by hand against DESIGN.

To add one: a function here, its line in `CASES`, then ``OUTLAY_UPDATE_GOLDEN=1 pytest`` on ``test_golden.py``, and read
what was written before you keep it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.models.families import golden_limits as bounds
from tests.models.families import golden_resources as scarce
from tests.models.families import golden_under_way as way
from tests.support.documents import Document, document, level

TWO_YEARS = {"periods": 2}
THREE_YEARS = {"periods": 3}
HALF_YEARS = {"periods": 4, "months_per_period": 6}


class GoldenCase(NamedTuple):
    """Which document, the rows of which families are written, and whether it is one of several scenarios."""

    document: Callable[[], Document]
    families: tuple[str, ...]
    cancelling: bool = False


def _plain(*ids: str, **cells: Any) -> list[dict[str, Any]]:
    return [{"id": name, "value": 1, **cells} for name in ids]


def choice() -> Document:
    return document(
        calendar=TWO_YEARS,
        settings={"applied": {"force_in": ["D"]}},
        projects=[
            {"id": "A", "value": 3},
            {"id": "B", "value": 2, "status": "mandatory", "latest_start": "2026-12"},
            {"id": "C", "value": 1, "status": "committed", "earliest_start": "2027-01"},
            {"id": "D", "value": 1, "latest_start": "2026-01"},
            {"id": "E", "value": 9, "status": "excluded"},
        ],
        alternatives=[
            {"project": "A", "alternative": "whole"},
            {"project": "A", "alternative": "part", "value": 4, "min_scale": 0.25, "construction_months": 13},
        ],
    )


def cap() -> Document:
    """A cap that grows, so that each period of selection is an option of its own, and a program that counts."""
    return document(
        calendar={**TWO_YEARS, "max_wait_months": 12},
        projects=[{"id": "A", "value": 5, "commitment": 4, "min_scale": 0.5}, {"id": "B", "value": 2, "commitment": 3}],
        resources=[
            {"resource": "commitments", "kind": "finance", "basis": "cumulative"},
            {"resource": "welders", "kind": "labour"},
        ],
        availability=[level("commitments", 5), level("commitments", 8, "2027-01"), level("welders", None)],
        programs=[
            {"program": "school", "resource": "welders", "cost_per_unit": 0.1, "counts_against_cap": True},
            {"program": "gift", "resource": "welders", "cost_per_unit": 0.2},
        ],
    )


def cap_constant() -> Document:
    """A cap that stays the same is one row, the last."""
    return document(
        calendar=THREE_YEARS,
        projects=[{"id": "A", "value": 5, "commitment": 4}, {"id": "B", "value": 2, "commitment": 3}],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[level("commitments", 5)],
    )


def pace() -> Document:
    """Two selections a year; a committed project takes no place, a share of a project takes a whole one."""
    return document(
        calendar={**THREE_YEARS, "selection_to_funding_months": 7, "max_wait_months": 12, "last_selection": "2027-03"},
        projects=[
            {"id": "A", "value": 3, "min_scale": 0.5},
            {"id": "B", "value": 2, "selection_load": 1.5, "earliest_start": "2028-01"},
            {"id": "C", "value": 1, "status": "committed", "latest_start": "2026-01"},
        ],
        resources=[{"resource": "selections", "kind": "committee"}],
        availability=[level("selections", 2)],
    )


def cancelling() -> Document:
    """Selections of 2026 are made now; B must be funded, and C is decided later or never."""
    return document(
        calendar={**TWO_YEARS, "max_wait_months": 12},
        settings={"stages": {"decide_by": "2026-12"}, "discount_rates": {"cost": 0.25}},
        projects=[
            {"id": "A", "value": 3, "commitment": 20, "selection_load": 2},
            {"id": "B", "value": 2, "commitment": 10, "status": "mandatory"},
            {"id": "C", "value": 1, "commitment": 5, "status": "excluded", "cancel_share": 0.4},
        ],
        alternatives=[
            {"project": "A", "alternative": "large"},
            {"project": "A", "alternative": "small", "commitment": 10, "value": 1},
        ],
        resources=[{"resource": "selections", "kind": "committee"}],
        availability=[level("selections", 2)],
    )


def permits() -> Document:
    """An agency with room for one, two permits that share two fast tracks, one project already half reviewed."""
    return document(
        calendar=THREE_YEARS,
        projects=[
            {"id": "A", "value": 3, "permit": "air", "min_scale": 0.5},
            {"id": "B", "value": 2, "permit": "water"},
            {"id": "C", "value": 2, "permit": "water", "review_remaining_months": 0},
        ],
        permits=[
            {
                "permit": "air", "agency": "agency", "review_months": 24, "mode": 60, "fast_track_factor": 0.5,
                "fast_track_pool": "p", "fast_track_slots": 1,
            },
            {"permit": "water", "review_months": 12, "fast_track_factor": 0, "fast_track_pool": "p"},
        ],
        resources=[{"resource": "agency", "kind": "permit"}],
        availability=[level("agency", 1)],
    )  # fmt: skip


def programs() -> Document:
    """A program with a total, one without; lead longer than the calendar buys nothing."""
    return document(
        calendar=TWO_YEARS,
        settings={"discount_rates": {"cost": 1, "value": 1}},
        limits=[{"metric": "value", "max": 6, "every": "year"}],
        projects=_plain("A", latest_start="2026-01"),
        resources=[{"resource": "welders", "kind": "labour"}],
        availability=[level("welders", 1)],
        requirements=[scarce.uses("A", "welders", 3, from_month=0, to_month=24)],
        programs=[
            {"program": "paving", "value_per_unit": 3, "min_per_period": 0.5, "max_per_period": 2, "cost_per_unit": 1},
            {"program": "camp", "resource": "welders", "cost_per_unit": 4, "max_per_period": 5},
            {"program": "school", "resource": "welders", "cost_per_unit": 2, "lead_months": 1, "max_total": 3},
            {"program": "university", "resource": "welders", "cost_per_unit": 1, "lead_months": 36},
        ],
    )


def dependencies() -> Document:
    """Every kind: at start and at operation, with lags both ways, sides that are alternatives, groups, a triangle."""
    return document(
        calendar=THREE_YEARS,
        projects=[
            {"id": "A", "value": 1},
            {"id": "B", "value": 1, "construction_months": 24, "latest_start": "2026-01"},
            *_plain("C", "D", "E", "F", latest_start="2026-01"),
            {"id": "G", "value": 1, "earliest_start": "2027-01"},
            {"id": "H", "value": 1, "construction_months": 24, "earliest_start": "2028-01"},
        ],
        alternatives=[{"project": "A", "alternative": "big"}, {"project": "A", "alternative": "small"}],
        dependencies=[
            {"project": "A@big", "needs": "C", "kind": "requires", "lag_months": 1},
            {"project": "H", "needs": "G", "kind": "requires", "at": "operation"},
            {"project": "G", "needs": "A", "kind": "requires", "lag_months": -24},
            {"project": "G", "needs": "C", "kind": "requires_any"},
            {"project": "G", "needs": "A@small", "kind": "requires_any", "lag_months": 12},
            {"project": "H", "needs": "A@big", "kind": "requires_any", "group": "mixed"},
            {
                "project": "H",
                "needs": "B",
                "kind": "requires_any",
                "group": "mixed",
                "at": "operation",
                "lag_months": 24,
            },
            {"project": "B", "needs": "C", "kind": "excludes"},
            {"project": "C", "needs": "D", "kind": "excludes"},
            {"project": "D", "needs": "B", "kind": "excludes"},
            {"project": "D", "needs": "E", "kind": "excludes"},
            {"project": "E", "needs": "D", "kind": "excludes"},
            {"project": "E", "needs": "A@small", "kind": "together"},
            {"project": "E", "needs": "F", "kind": "together"},
        ],
    )


def logic() -> Document:
    """Half-years: only if, greatest lags, so many of a group, the same year, and rows that hold on a condition."""
    return document(
        calendar=HALF_YEARS,
        projects=[
            *_plain("A", "B", latest_start="2026-07"),
            *_plain("C", "D", latest_start="2026-01"),
            {"id": "E", "value": 1, "earliest_start": "2027-01"},
        ],
        dependencies=[
            {"project": "A", "needs": "C", "kind": "requires", "at": "never"},
            {"project": "C", "needs": "A", "kind": "requires", "at": "never"},
            {"project": "B", "needs": "C", "kind": "requires", "max_lag_months": 11},
            {"project": "E", "needs": "D", "kind": "requires", "at": "operation", "when": "A;B"},
            {"project": "E", "needs": "A", "kind": "requires_any", "max_lag_months": 6},
            {"project": "E", "needs": "B", "kind": "requires_any", "max_lag_months": 0},
            {"project": "E", "needs": "A", "kind": "requires_count", "count": 2},
            {"project": "E", "needs": "B", "kind": "requires_count", "count": 2},
            {"project": "E", "needs": "D", "kind": "requires_count", "count": 2},
            {"project": "A", "kind": "at_most", "count": 2},
            {"project": "B", "needs": "D", "kind": "at_most", "count": 2},
            {"project": "C", "needs": "D", "kind": "at_most", "group": "g", "count": 1, "when": "A"},
            {"project": "C", "needs": "E", "kind": "at_most", "group": "g", "count": 1, "when": "A"},
            {"project": "A", "needs": "B", "kind": "excludes", "when": "D"},
            {"project": "A", "needs": "B", "kind": "together", "when": "E"},
            {"project": "A", "needs": "E", "kind": "same_year", "at": "operation"},
            {"project": "A", "needs": "D", "kind": "same_year", "when": "C"},
        ],
    )


def synergies() -> Document:
    return document(
        calendar=TWO_YEARS,
        projects=[
            {"id": "A", "value": 2},
            {"id": "B", "value": 3, "latest_start": "2026-01"},
            *_plain("C", "D", latest_start="2026-01"),
        ],
        alternatives=[{"project": "A", "alternative": "big"}, {"project": "A", "alternative": "small"}],
        dependencies=[
            {"project": "A", "needs": "B", "kind": "synergy", "bonus": 5},
            {"project": "B", "needs": "A@small", "kind": "synergy", "bonus": -1},
            {"project": "A", "needs": "B", "kind": "synergy", "bonus": 2, "when": "C;D"},
        ],
    )


def savings() -> Document:
    """A costs 2 less beside B, in prices that rise by a quarter a year, and 1 less when D is there too."""
    return document(
        calendar={**TWO_YEARS, "max_wait_months": 12},
        projects=[
            {"id": "A", "value": 2, "commitment": 8, "escalation_per_year": 0.25, "construction_months": 24},
            {"id": "B", "value": 3, "commitment": 4, "latest_start": "2026-01"},
            {"id": "D", "value": 1, "latest_start": "2026-01"},
        ],
        resources=[
            {"resource": "commitments", "kind": "finance", "basis": "cumulative"},
            {"resource": "draws", "kind": "finance"},
        ],
        availability=[level("commitments", 9), level("commitments", 12, "2027-01"), level("draws", 6)],
        funds=[{"fund": "bonds", "max_share": 0.75}, {"fund": "taxes", "portfolio_min_share": 0.5}],
        limits=[{"metric": "commitment", "by": "project", "group": "A", "max": 7, "every": "period"}],
        dependencies=[
            {"project": "A", "needs": "B", "kind": "synergy", "metric": "commitment", "bonus": -2},
            {"project": "A", "needs": "B", "kind": "synergy", "metric": "commitment", "bonus": -1, "when": "D"},
        ],
    )


def saved_loans() -> Document:
    """A costs 2 less beside B and 1 less beside D; the lender asks for a cover of 2.2, and A alone has 2.

    Of A alone the owner would get 9.25 (see `test_saved.py`), with both savings 12.025, so 2.775 more.
    """
    return document(
        calendar={"periods": 1},
        settings={"finance": {"terms": "bank"}, "objective": {"us_npv": 1, "value": 1}},
        terms=[
            {"terms": "bank", "rate": 0, "tenor_years": 4, "min_dscr": 2.2},
            {"terms": "gift", "rate": 0, "tenor_years": 4},
        ],
        projects=[
            {"id": "A", "commitment": 10, "cash_yield": 0.5, "life_years": 4},
            {"id": "B", "value": 1, "life_years": 4, "terms": "gift"},
            {"id": "D", "value": 1, "life_years": 4, "terms": "gift"},
        ],
        dependencies=[
            {"project": "A", "needs": other, "kind": "synergy", "metric": "commitment", "bonus": bonus}
            for other, bonus in (("B", -2), ("D", -1))
        ],
    )


def funds() -> Document:
    """Every column of funds; D is free and nobody pays it; C, in Ohio, has one payer only."""
    return document(
        calendar={"periods": 3},
        projects=[
            {"id": "A", "value": 3, "commitment": 4, "sector": "grid", "region": "Texas", "construction_months": 24,
             "latest_start": "2026-01", "min_scale": 0.5},
            {"id": "B", "value": 2, "commitment": 2, "sector": "port", "region": "Texas", "earliest_start": "2027-01"},
            {"id": "C", "value": 2, "commitment": 1, "sector": "grid", "region": "Ohio", "latest_start": "2026-01"},
            {"id": "D", "value": 2, "latest_start": "2026-01"},
        ],
        availability=[level("equity", 1), level("equity", 3, "2027-01"), level("equity", None, "2028-01")],
        funds=[
            {"fund": "bank", "total": 9, "per_year": 3, "max_share": 0.75, "portfolio_min_share": 0.25,
             "eligible_sectors": "grid;port", "eligible_regions": "Texas"},
            {"fund": "equity", "min_share": 0.2, "portfolio_max_share": 0.6},
        ],
    )  # fmt: skip


def grants() -> Document:
    """The state gives B 3 at most and A between 1 and 2, and to nobody else; the lottery matches half of the rest."""
    return document(
        projects=[
            {"id": "A", "value": 3, "commitment": 4, "latest_start": "2026-01", "min_scale": 0.5},
            {"id": "B", "value": 2, "commitment": 6, "latest_start": "2026-01"},
            {"id": "C", "value": 2, "commitment": 2, "latest_start": "2026-01"},
        ],
        funds=[{"fund": "state", "listed_only": True}, {"fund": "lottery", "match_share": 0.5}, {"fund": "city"}],
        fund_amounts=[
            {"project": "A", "fund": "state", "min": 1, "max": 2},
            {"project": "B", "fund": "state", "max": 3},
        ],
    )  # fmt: skip


def lender() -> Document:
    """A pays back; B does not cover its debt; C is not Japanese enough and too slow; D is worth 12 to Japan if it
    starts in 2026, 9.6 in 2027, 7.68 in 2028."""
    row = {"value": 1, "commitment": 100, "life_years": 2, "latest_start": "2027-01"}
    return document(
        calendar=THREE_YEARS,
        settings={
            "finance": {"terms": "easy"},
            "discount_rates": {"japan_npv": 0.25},
        },
        projects=[
            {"id": "A", **row, "cash_yield": 1},
            {"id": "B", **row, "cash_yield": 0.5},
            {"id": "C", **row, "cash_yield": 0.55, "terms": "strict"},
            {"id": "D", **row, "cash_yield": 5, "terms": "valued"},
            {"id": "E", **row, "cash_yield": 0, "status": "committed"},
        ],
        terms=[
            {"terms": "easy", "rate": 0, "tenor_years": 2, "min_dscr": 1.2},
            {"terms": "strict", "rate": 0, "tenor_years": 2, "min_japan_content_share": 0.1, "recover_within_years": 1},
            {"terms": "valued", "rate": 0, "tenor_years": 2, "min_japan_npv": 10},
        ],
    )


CASES: dict[str, GoldenCase] = {
    "steps": GoldenCase(way.steps, ("choice", "cap", "draws", "labour", "funds", "limits")),
    "under_way": GoldenCase(way.under_way, ("choice", "cap", "draws", "funds", "limits")),
    "choice": GoldenCase(choice, ("choice",)),
    "cap": GoldenCase(cap, ("cap",)),
    "cap_constant": GoldenCase(cap_constant, ("cap",)),
    "draws": GoldenCase(scarce.draws, ("draws",)),
    "profiles": GoldenCase(scarce.profiles, ("draws", "funds")),
    "prices": GoldenCase(scarce.prices, ("draws", "funds")),
    "carried": GoldenCase(scarce.carried, ("draws", "other", "carry_over")),
    "labour": GoldenCase(scarce.labour, ("labour",)),
    "energy": GoldenCase(scarce.energy, ("energy",)),
    "equipment": GoldenCase(scarce.equipment, ("equipment",)),
    "commodity": GoldenCase(scarce.commodity, ("commodity",)),
    "finance": GoldenCase(scarce.finance, ("finance",)),
    "committee": GoldenCase(scarce.committee, ("committee",)),
    "other": GoldenCase(scarce.other, ("other",)),
    "pace": GoldenCase(pace, ("pace",)),
    "cancelling": GoldenCase(cancelling, ("choice", "cancelling", "pace"), cancelling=True),
    "permits": GoldenCase(permits, ("permits",)),
    "programs": GoldenCase(programs, ("programs", "labour", "limits")),
    "dependencies": GoldenCase(dependencies, ("dependencies",)),
    "logic": GoldenCase(logic, ("dependencies",)),
    "synergies": GoldenCase(synergies, ("synergies",)),
    "savings": GoldenCase(savings, ("cap", "draws", "synergies", "funds", "limits")),
    "saved_loans": GoldenCase(saved_loans, ("synergies", "lender")),
    "funds": GoldenCase(funds, ("funds",)),
    "grants": GoldenCase(grants, ("funds",)),
    "limits": GoldenCase(bounds.limits, ("limits",)),
    "spending": GoldenCase(bounds.spending, ("limits",)),
    "growth": GoldenCase(bounds.growth, ("limits",)),
    "use_over_time": GoldenCase(bounds.use_over_time, ("limits",)),
    "impossible": GoldenCase(way.impossible, ("limits",)),
}
