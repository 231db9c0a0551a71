r"""What each family of constraints costs, fairly: Shapley values over all on/off combinations.

Formula. With v(S) the best objective when the families S are on and the other players are off, the loss to family f
is ::

    loss_f = sum over S without f of |S|! (k - |S| - 1)! / k! (v(S) - v(S + f))

The losses add up to v(none) - v(all) exactly. Each v is only known to lie between the answer and its bound, so each
loss lies between the sums of the least and the greatest differences.

Source: Shapley, A value for n-person games, 1953, doi:10.1515/9781400881970-018.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from math import factorial, inf
from typing import Any

import pandas as pd

from outlay.instances.dictionary.names import FAMILIES, FAMILY_GROUPS
from outlay.instances.errors import Fault, InputError
from outlay.instances.instance import Instance
from outlay.instances.values.text import did_you_mean

MOST_FAMILIES = 6
#: Players that stand for several families. As players, `supply` and `finance` mean more than one switch.
PLAYERS: Mapping[str, tuple[str, ...]] = {**FAMILY_GROUPS, "finance": ("draws", "funds", "lender")}

Coalition = frozenset[str]


def check_players(players: Sequence[str]) -> None:
    """Raise for players that are unknown, twice, overlapping or too many.

    Raises
    ------
    InputError
        With every fault.
    """
    known = dict.fromkeys([*FAMILIES, *PLAYERS])
    faults = [
        Fault("attribute", None, None, name, "no such constraint family", did_you_mean(name, known))
        for name in players
        if name not in known
    ]
    if len(players) > MOST_FAMILIES:
        cases = f"{2 ** len(players)} cases would have to be solved"
        faults.append(
            Fault("attribute", None, None, None, f"more than {MOST_FAMILIES} families: {cases}", "name fewer")
        )
    switches = [family for name in dict.fromkeys(players) for family in PLAYERS.get(name, (name,))]
    if len(set(players)) < len(players) or len(set(switches)) < len(switches):
        faults.append(Fault("attribute", None, None, ", ".join(players), "families overlap", "name each once"))
    if not players:
        faults.append(Fault("attribute", None, None, None, "no family is named", "name at least one"))
    if faults:
        raise InputError(faults)


def coalitions(players: Sequence[str]) -> list[Coalition]:
    """Return every set of players, small ones first, in a fixed order."""
    return [frozenset(some) for size in range(len(players) + 1) for some in combinations(players, size)]


def with_only(instance: Instance, players: Sequence[str], on: Coalition) -> Instance:
    """Return the instance with the players outside a coalition switched off; what the instance had off stays off."""
    off = [family for name in players if name not in on for family in PLAYERS.get(name, (name,))]
    settings = instance.settings
    applied = settings.applied.model_copy(update={"disable": tuple(dict.fromkeys([*settings.applied.disable, *off]))})
    return replace(instance, settings=settings.model_copy(update={"applied": applied}))


def shapley(players: Sequence[str], values: Mapping[Coalition, tuple[float, float]]) -> pd.DataFrame:
    """Return the loss to each player.

    Parameters
    ----------
    values
        Coalition to (answer, bound) of the maximisation.

    Returns
    -------
    DataFrame
        Columns family, loss, low, high (bounds on the loss from the gaps), share (of the total loss; NaN if it is 0).

    Examples
    --------
    >>> none, a, b, ab = (frozenset(some) for some in ("", "a", "b", "ab"))
    >>> table = shapley("ab", {none: (10, 10), a: (8, 8), b: (9, 9), ab: (4, 4)})
    >>> table.loss.tolist()
    [3.5, 2.5]
    """
    count = len(players)
    records = []
    for player in players:
        loss = low = high = 0.0
        for some in coalitions([name for name in players if name != player]):
            weight = factorial(len(some)) * factorial(count - len(some) - 1) / factorial(count)
            without, with_it = values[some], values[some | {player}]
            loss += weight * (without[0] - with_it[0])
            low += weight * (without[0] - with_it[1])
            high += weight * (without[1] - with_it[0])
        records.append([player, loss, low, high])
    table = pd.DataFrame(records, columns=["family", "loss", "low", "high"])
    total = values[frozenset()][0] - values[frozenset(players)][0]
    table["share"] = table["loss"] / total if total else float("nan")
    return table


def combination_name(some: Coalition) -> str:
    """Return the name of the case in which only some of the players are on."""
    # A comma, which no set's name can hold, keeps combinations and sets apart.
    return "attribution, " + ("only " + ", ".join(sorted(some)) if some else "none of them")


def attribute_cases(players: Sequence[str], runs: Mapping[str, Mapping[str, Any]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the losses by player, and the combinations that they come from, of runs by `combination_name`.

    Raises
    ------
    InputError
        If a combination has no plan.
    """
    values: dict[Coalition, tuple[float, float]] = {}
    records = []
    for some in coalitions(players):
        run = runs[combination_name(some)]
        objective, bound = run["objective"], run["bound"]
        if objective is None:
            raise InputError.single(
                "attribute",
                f"the case with {combination_name(some)} is {run['status']}, so nothing can be attributed",
                "attribute to other families, or change the set",
            )
        values[some] = (objective, inf if bound is None else max(bound, objective))
        records.append([", ".join(sorted(some)), run["status"], objective, bound])
    table = pd.DataFrame(records, columns=["on", "status", "objective", "bound"])
    return shapley(players, values), table
