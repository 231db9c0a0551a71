r"""What would bring a project in: the least single change with which a plan that holds it is as good as today's.

For each limit with a row that the project appears in::

    minimise x   subject to   all rows, the limit stretched by x, the project in,  objective >= V* - 1e-6 max(1, |V*|)

Exact, with its bound. No plan: no amount of the limit would do, up to eleven times its level. Beside it the project's
own merit: it would have to be worth its margin more. Limits are asked about in the order of their prices in the linear
relaxation; those without a row of the project cannot matter and are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outlay.optimizer.explain.context import Context, exchanged
from outlay.optimizer.explain.margins import Margin
from outlay.optimizer.variation.limit import Limit, moved_share
from outlay.optimizer.variation.variation import Variation
from outlay.optimizer.variation.varied_answer import VariedAnswer


@dataclass(frozen=True)
class Change:
    """The least single change that would bring a project in.

    Attributes
    ----------
    project
        Its id.
    kind
        ``limit``, ``worth`` (its own merit) or ``parameter`` (what decides whether it is available).
    what
        The limit or parameter.
    by, low, unit
        The least change and its proved bound, in `unit`: ``share`` of the limit, its own unit, or the parameter's.
    possible
        Whether it would do; False: no amount of it (proved). None: not known.
    value
        The new value of a parameter.
    funded
        Whether the project is then funded in a plan as good; for parameters, whether it would be.
    comes_in, goes
        Who else comes in and who goes.
    status
        What is proved.
    sentence
        The change in words.
    set
        The constraint set that makes it; empty where there is none.
    """

    project: str
    kind: str
    what: str
    by: float | None = None
    low: float | None = None
    unit: str = ""
    possible: bool | None = None
    value: str = ""
    funded: bool | None = None
    comes_in: str = ""
    goes: str = ""
    status: str = ""
    sentence: str = ""
    set: str = ""


def limit_changes(
    context: Context, found: Sequence[Margin], prices: Mapping[str, float], *, also: Sequence[Limit] = ()
) -> list[Change]:
    """Return the least changes of limits for projects that lost, and of their own worth; `also`: of several at once."""
    changes: list[Change] = []
    asked: dict[str, Variation] = {}
    names: dict[str, tuple[str, Limit]] = {}
    projects = [margin.project for margin in found]
    for margin in found:
        changes.append(_own_worth(context, margin))
        for limit in [*concerned(context, margin.project, prices), *_touching(context, margin.project, also)]:
            units = (limit.name,) if limit.by_units else ()
            names[f"{margin.project} by {limit.name}"] = margin.project, limit
            asked[f"{margin.project} by {limit.name}"] = Variation(
                force_in=(margin.project,),
                at_least=context.today.objective - context.today.slack,
                stretch=(limit.name,),
                units=units,
            )
    for name, answer in context.ask(asked).items():
        changes.append(_change(context, *names[name], answer))
    return sorted(changes, key=lambda change: projects.index(change.project))


def _touching(context: Context, project: str, limits: Sequence[Limit]) -> list[Limit]:
    """Return which limits have a row that a project appears in."""
    touched = context.over.touched_by(project)
    return [limit for limit in limits if any(touched[row] for row, *_ in context.over.rows_of(limit))]


def concerned(context: Context, project: str, prices: Mapping[str, float]) -> list[Limit]:
    """Return the limits that can be moved and have a row that the project appears in, the dearest first."""
    limits = _touching(context, project, [limit for limit in context.over.limits.whole if not limit.fixed])
    return sorted(limits, key=lambda limit: -prices.get(limit.name, 0.0))


def _own_worth(context: Context, margin: Margin) -> Change:
    if margin.margin is None:
        sentence = f"{margin.project} would not be in, whatever it were worth: {margin.reason}"
        return Change(margin.project, "worth", "objective", possible=False, status=margin.status, sentence=sentence)
    sentence = f"{margin.project} would have to be worth {margin.margin:.4g} more"
    return Change(
        margin.project, "worth", "objective", margin.margin, margin.low, "objective", True,
        funded=True, comes_in=margin.comes_in, goes=margin.goes, status=margin.status, sentence=sentence,
    )  # fmt: skip


def _change(context: Context, project: str, limit: Limit, answer: VariedAnswer) -> Change:
    unit = (limit.unit or "units") if limit.by_units else "share"
    common: dict[str, Any] = {
        "project": project,
        "kind": "limit",
        "what": limit.name,
        "unit": unit,
        "status": str(answer.status),
    }
    if answer.infeasible:
        return Change(**common, possible=False, sentence=f"no amount of {limit.name} would bring {project} in")
    if not answer.holds:
        why = answer.message or "; ".join(answer.violations) or str(answer.limit or answer.status)
        return Change(**common, sentence=f"it is not known how much of {limit.name} would bring {project} in ({why})")
    by = answer.moves[limit.name]
    comes_in, goes = exchanged(answer.plan, context.today.plan, [project])
    words = f"with {amount_words(limit, by)} {project} would be in"
    set_ = context.propose(f"{project}-by-{limit.name}", answer.body, words)
    return Change(
        **common, by=by, low=answer.bound, possible=True, funded=True, comes_in=comes_in, goes=goes,
        sentence=words, set=set_,
    )  # fmt: skip


def amount_words(limit: Limit, by: float) -> str:
    """Return a move in words: "2.6 % more draws", "3 workers more of labour/civil", "20 % less of limits/count/min".

    A share or negative level is told as it was and is then: "limits/cost/share/max of 66 % in the place of 60 %".
    """
    side = "less" if limit.least else "more"
    level = limit.places[0].level
    if not limit.parts and (limit.is_share or level < 0):
        new = moved_share(limit, level, by, units=limit.by_units)
        told = (f"{100 * new:.4g} %", f"{100 * level:.4g} %") if limit.is_share else (f"{new:.4g}", f"{level:.4g}")
        return f"{limit.name} of {told[0]} in the place of {told[1]}"
    if limit.by_units:
        return f"{by:.4g} {limit.unit or 'units'} {side} of {limit.name}"
    return f"{100 * by:.3g} % {side} {'of ' if limit.least or '/' in limit.name else ''}{limit.name}"
