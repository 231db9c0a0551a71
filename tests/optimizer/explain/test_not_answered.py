"""What the time left open is not claimed: neither that a conflict is minimal, nor that a repair is the least one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from outlay import Variation
from outlay.optimizer.explain.conflicts import Possible, _conflict
from outlay.optimizer.explain.repair import _shares_least

RULES = [SimpleNamespace(name=name, title=f"{name} holds") for name in ("cap", "crew")]


@pytest.mark.parametrize("apart", [True, None])
def test_a_conflict_is_minimal_only_if_its_parts_are_proved_to_hold(apart: bool | None) -> None:
    context: Any = SimpleNamespace(over=SimpleNamespace(rules=SimpleNamespace(parts=lambda rule: [rule])))
    rules: Any = RULES
    both = frozenset({"cap", "crew"})
    known = {both: False, frozenset({"cap"}): True, frozenset({"crew"}): apart, frozenset[str](): True}
    found = _conflict(context, Possible(context, rules, known), both, rules)
    assert found.rules == (("cap", "cap holds"), ("crew", "crew holds"))
    assert found.minimal is (apart is True)


def answer(*, moves: dict[str, float], proved: bool = True, holds: bool = True) -> Any:
    return SimpleNamespace(moves=moves, released=(), holds=holds, status=SimpleNamespace(proved=proved))


@pytest.mark.parametrize(
    ("later", "share", "least"),
    [
        (answer(moves={"share": 0.1}), 0.1, True),
        (answer(moves={"share": 0.1}, proved=False), 0.1, False),
        (answer(moves={}, holds=False), 0.5, False),
        (None, 0.5, False),
    ],
    ids=["proved", "not proved", "no plan", "no answer"],
)
def test_a_repair_is_the_least_one_only_if_each_share_is_proved(later: Any, share: float, least: bool) -> None:
    context: Any = SimpleNamespace(ask=lambda asked: {} if later is None else dict.fromkeys(asked, later))
    first = answer(moves={"cap": 0.2, "share": 0.5})
    _, amounts, proved = _shares_least(context, first, Variation(stretch=("cap",), give_way=("share",)))
    assert (amounts, proved) == ({"cap": 0.2, "share": share}, least)
