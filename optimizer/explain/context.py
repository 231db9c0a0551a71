"""What all parts of an explanation stand on: the compiled model, today's plan and what it is worth, and the pool."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from outlay.instances.plan import Plan
from outlay.models.case import Case
from outlay.optimizer.sharing.pool import QuestionPool
from outlay.optimizer.variation.applying import AS_GOOD
from outlay.optimizer.variation.variable import Variable
from outlay.optimizer.variation.variation import Variation
from outlay.optimizer.variation.varied_answer import VariedAnswer
from outlay.optimizer.variation.vary import Variations


class Interval(NamedTuple):
    """A figure with what is proved of it: it lies between `low` and `high`; None: nothing is proved on that side."""

    figure: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Today:
    """Today's plan, the objective that it reaches, and the proved bound of what any plan can; None: nothing proved."""

    plan: Plan
    objective: float
    bound: float | None

    @property
    def funded(self) -> frozenset[str]:
        """The projects that it funds."""
        return frozenset(choice.project for choice in self.plan.choices)

    @property
    def slack(self) -> float:
        """By how much another plan may be worth less and still be as good."""
        return AS_GOOD * max(1.0, abs(self.objective))

    def lost(self, found: VariedAnswer) -> Interval:
        """Return what is lost with another plan, from both gaps: (objective, bound) of today and of the other."""
        if found.value is None:
            return Interval(None, None, None)
        low = None if found.bound is None else self.objective - found.bound
        high = None if self.bound is None else self.bound - found.value
        return Interval(self.objective - found.value, low, high)


@dataclass
class Context:
    """What is asked about, of whom, and what has been proposed so far.

    Attributes
    ----------
    varied
        The compiled model.
    today
        Today's plan.
    pool
        Who answers.
    options
        gap, seed, time_limit_s of each question.
    remote
        Whether the pool is on other machines.
    sets
        Name to body of every constraint set that was proposed.
    """

    varied: Variations
    pool: QuestionPool
    options: Mapping[str, Any]
    today: Today
    remote: bool = False
    sets: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def over(self) -> Variable:
        """The compiled model with its limits and rules by name."""
        return self.varied.over

    @property
    def case(self) -> Case:
        """What the model was built from."""
        return self.varied.over.case

    def ask(self, variations: Mapping[str, Variation], *, nearest: bool = False) -> dict[str, VariedAnswer]:
        """Return the answers to variations by name, each from today's plan."""
        questions = [
            self.varied.question(
                name, variation, start=self.today.plan, nearest=nearest, options=self.options, remote=self.remote
            )
            for name, variation in variations.items()
        ]
        return self.pool.ask(questions)

    def propose(self, name: str, body: Mapping[str, Any], title: str) -> str:
        """Keep a proposal as a constraint set, and return its name, which has nothing that a name must not have."""
        clean = "".join("-" if letter in "+,@/ " else letter for letter in name)
        self.sets[clean] = {"title": title, **{key: value for key, value in body.items() if key != "title"}}
        return clean


def exchanged(plan: Plan | None, today: Plan, without: Iterable[str] = ()) -> tuple[str, str]:
    """Return (who comes in, who goes) between today's plan and another, ids joined by ``; ``; some are not told."""
    if plan is None:
        return "", ""
    ours, theirs = ({choice.project: choice for choice in each.choices} for each in (plan, today))
    hidden = set(without)
    joins = [project for project in sorted(ours) if project not in theirs and project not in hidden]
    goes = [project for project in sorted(theirs) if project not in ours and project not in hidden]
    both = [project for project in sorted(ours) if project in theirs and project not in hidden]
    changed = [
        f"{project}@{ours[project].alternative}"
        for project in both
        if ours[project].alternative != theirs[project].alternative
    ]
    return "; ".join([*joins, *changed]), "; ".join(goes)
