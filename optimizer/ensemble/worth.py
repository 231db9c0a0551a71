"""What plans for several scenarios are worth, and what knowing and planning for all of them is, as intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from outlay.instances.stages import Scenario
from outlay.models.risk import Risk
from outlay.optimizer.ensemble.answer import Interval
from outlay.optimizer.ensemble.session import Together

#: Names of the values.
PERFECT_INFORMATION, STOCHASTIC_SOLUTION = "perfect information", "stochastic solution"


@dataclass(frozen=True)
class Worth:
    """A measure of risk over scenarios; `ideal` is what each is held against for regret."""

    scenarios: tuple[Scenario, ...]
    risk: Risk
    ideal: Mapping[str, float]

    def of(self, intervals: Mapping[str, Interval]) -> Interval:
        """Return the (least, greatest) of the measure, which never falls where an outcome rises."""
        low, high = (self._value({name: each[side] for name, each in intervals.items()}) for side in (0, 1))
        return low, high

    def _value(self, worths: Mapping[str, float]) -> float:
        found = [worths[one.name] for one in self.scenarios]
        if any(math.isinf(each) for each in found):
            return -math.inf if -math.inf in found else math.inf
        shares, ideal = [one.probability for one in self.scenarios], [self.ideal[one.name] for one in self.scenarios]
        return self.risk.value(found, shares, ideal)

    def values(
        self, found: Together, best: Mapping[str, Interval], mean: Mapping[str, Interval] | None
    ) -> dict[str, Interval]:
        """Return what perfect information and the stochastic solution are worth.

        Parameters
        ----------
        best
            What each scenario can be worth if it is known to come true (wait and see).
        mean
            What each is worth where the plan for the instance as it is was kept; None: there is no such plan.
        """
        assert found.objective is not None
        low = found.objective
        see_low, see_high = self.of(best)
        see_low = max(see_low, low)  # a plan for all scenarios is one for each
        high = min(math.inf if found.bound is None else max(found.bound, low), max(see_high, low))
        values = {PERFECT_INFORMATION: (max(0.0, see_low - high), max(0.0, see_high - low))}
        if mean is not None:
            mean_low, mean_high = self.of(mean)
            values[STOCHASTIC_SOLUTION] = (max(0.0, low - mean_high), max(0.0, high - mean_low))
        return values
