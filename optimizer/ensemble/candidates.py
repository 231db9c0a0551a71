"""Here-and-now decisions worth trying: of each scenario's own best plan, of the instance as it is, and in common."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.instances.plan import Selection
from outlay.instances.stages import Scenario, selected_now
from outlay.models.ensemble import plain_scenario
from outlay.models.stages import keep_selections
from outlay.optimizer.ensemble.answer import Interval
from outlay.optimizer.ensemble.members import Members, interval_of
from outlay.optimizer.session import Session
from outlay.optimizer.status import Status
from outlay.optimizer.variation.solving import Question
from outlay.optimizer.variation.variable import Variable
from outlay.optimizer.variation.variation import Variation
from outlay.optimizer.variation.varied_answer import VariedAnswer

#: So many candidates are tried, at most, beside the one of the instance as it is.
MOST_CANDIDATES = 8
#: What is selected with more than such a share of the probability is a candidate too, by name.
COMMON = {"what most scenarios select": 0.5, "what any scenario selects": 0.0}
#: What the instance as it is is called beside scenarios.
AS_IT_IS = "the instance as it is"


@dataclass(frozen=True)
class Candidate:
    """A here-and-now decision: whose best plan it is of, what it selects, and what follows in each scenario."""

    name: str
    selected: tuple[Selection, ...]
    answers: Mapping[str, VariedAnswer] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether there is a verified plan in every scenario."""
        return all(each.holds for each in self.answers.values())

    @property
    def intervals(self) -> dict[str, Interval]:
        """What each scenario can be worth with it."""
        return {name: interval_of(each) for name, each in self.answers.items()}


@dataclass(frozen=True)
class MeanCase:
    """The case that is planned for where scenarios are not thought of: the instance as it is.

    Attributes
    ----------
    instance
        It.
    member
        The name of the scenario that it is, or `AS_IT_IS`.
    """

    instance: Instance
    member: str

    @classmethod
    def of(cls, base: Instance, scenarios: Sequence[Scenario]) -> MeanCase:
        """Return the case, and which scenario it is."""
        same = [one.name for one in scenarios if one.instance is base or one.instance == base]
        return cls(base, same[0] if same else AS_IT_IS)

    def add_to(self, members: Members) -> None:
        """Add it to the scenarios that are solved, unless it is one, or nothing can be planned for it."""
        if self.member in members.over:
            return
        try:
            model = plain_scenario(Scenario(self.member, 1.0, self.instance))
        except InputError:
            return  # what must be funded cannot be: there is no plan for the case, and no value of a better one
        members.over[self.member] = Variable(Session(model))

    def interval(self, candidates: Sequence[Candidate]) -> dict[str, Interval] | None:
        """Return what each scenario is worth with its plan; None where there is none."""
        return next((one.intervals for one in candidates if self.member in one.name.split(", ")), None)


def candidates_of(
    base: Instance, scenarios: Sequence[Scenario], mean: MeanCase, best: Mapping[str, VariedAnswer]
) -> list[Candidate]:
    """Return decisions of the best plans: what most have in common, the instance's as it is, then by probability.

    Each once, and the first of them only. What most have in common holds in more scenarios than any other.
    """
    decided = {
        name: tuple(sorted(selected_now(base, answer.plan)))
        for name, answer in best.items()
        if answer.plan is not None and answer.holds
    }
    order = sorted((one for one in scenarios if one.name in decided), key=lambda one: -one.probability)
    found: dict[tuple[Selection, ...], list[str]] = {}
    common = [(in_common(order, decided, share), name) for name, share in COMMON.items() if len(order) > 1]
    known = [(decided[mean.member], mean.member)] if mean.member in decided else []
    alone = [(decided[one.name], one.name) for one in order if one.name != mean.member]
    for selected, name in (*common[:1], *known, *common[1:], *alone):
        found.setdefault(selected, []).append(name)
    kept = list(found.items())[: MOST_CANDIDATES + 1]
    return [Candidate(", ".join(who), selected) for selected, who in kept]


def in_common(
    scenarios: Sequence[Scenario], decided: Mapping[str, Sequence[Selection]], share: float
) -> tuple[Selection, ...]:
    """Return each project that is selected with more than a share of the probability, as it mostly is.

    Where the decisions of single scenarios hold in no other one, what most of them have in common often does.
    """
    total = sum(one.probability for one in scenarios)
    weights: dict[str, dict[Selection, float]] = {}
    for scenario in scenarios:
        for selection in decided[scenario.name]:
            each = weights.setdefault(selection.project, {})
            each[selection] = each.get(selection, 0.0) + scenario.probability
    return tuple(
        min(each, key=lambda one: (-each[one], one))
        for _, each in sorted(weights.items())
        if sum(each.values()) > share * total
    )


def questions_of(
    members: Members, scenarios: Sequence[Scenario], candidates: Sequence[Candidate], best: Mapping[str, VariedAnswer]
) -> list[Question]:
    """Return what follows from each candidate in each scenario, as questions."""
    return [
        members.question(
            one.name, Variation(selected=candidate.selected), {}, start=best[one.name].plan, what=f"{place}/"
        )
        for place, candidate in enumerate(candidates)
        for one in scenarios
        if not keep_selections(members.over[one.name].case, candidate.selected).impossible
    ]


def taken(
    scenarios: Sequence[Scenario], candidate: Candidate, place: int, answers: Mapping[str, VariedAnswer]
) -> Candidate:
    """Return a candidate with its answers; what can be neither built nor cancelled in a scenario has no plan there."""
    nothing = VariedAnswer(Status.INFEASIBLE, message="what is selected can be neither built nor cancelled")
    found = {one.name: answers.get(f"{place}/{one.name}", nothing) for one in scenarios}
    return Candidate(candidate.name, candidate.selected, found)


def least_of(interval: Interval) -> float:
    """Return the least of an interval, NaN where nothing is known."""
    return interval[0] if math.isfinite(interval[0]) else math.nan
