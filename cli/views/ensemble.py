"""Plans for several scenarios in the words that terminal and page share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from outlay.cli.views import words
from outlay.optimizer.ensemble.answer import REPLICATED_GAP

if TYPE_CHECKING:
    from outlay.optimizer.ensemble.answer import EnsembleSolution

#: What each value is the value of.
MEANINGS = {
    "perfect information": "to know which scenario comes true before anything is decided",
    "stochastic solution": "to plan for all scenarios instead of the instance as it is",
}
#: Whose word the bound is, where mpi-sppy solved.
BOUND_BY = {
    "mpi-sppy": "Bound: the word of mpi-sppy, which nobody here has checked; the plans were.",
    "each scenario by itself": "Bound: each scenario by itself, proved by HiGHS; that of mpi-sppy is no lower.",
    None: "Nothing is proved of what other decisions can have.",
}


def kept_words(worth: float | None) -> str:
    """Return what a decision is worth in all scenarios, or that no plan was found, which may be for lack of time.

    Examples
    --------
    >>> kept_words(12.5), kept_words(None)
    ('12.5', 'no plan found in every scenario')
    """
    return words.number(worth, 6) if worth is not None and math.isfinite(worth) else "no plan found in every scenario"


def risk_words(risk: str) -> str:
    """Return a measure of risk in words.

    Examples
    --------
    >>> risk_words("cvar:0.9:0.5")
    'half the mean, half the mean of the worst 10 %'
    >>> risk_words("cvar:0.5"), risk_words("regret")
    ('the mean of the worst 50 %', 'the least greatest regret')
    """
    kind, *numbers = risk.split(":")
    if kind != "cvar":
        plain = {"expected": "the mean", "worst": "the worst scenario", "regret": "the least greatest regret"}
        return plain[kind]
    tail = f"the mean of the worst {words.share(1 - float(numbers[0]))}"
    weight = float(numbers[1]) if len(numbers) > 1 else 1.0
    if weight == 1.0:
        return tail
    if weight == 0.5:
        return f"half the mean, half {tail}"
    return f"{words.share(1 - weight)} of the mean and {words.share(weight)} of {tail}"


def value_words(low: float, high: float) -> str:
    """Return what a value is, and what is proved of it.

    Examples
    --------
    >>> value_words(0.5, 0.5), value_words(0.5, 0.75), value_words(26.0475, 26.0497)
    ('0.5 (exactly)', '0.5 to 0.75', '26.0475 to 26.0497')
    """
    if math.isinf(low):
        return "the plan for the instance as it is cannot be kept in every scenario"
    if not math.isfinite(high):
        return f"at least {words.number(low, 6)}"
    first, last = (words.number(end, 6) for end in (low, high))
    return f"{first} (exactly)" if first == last else f"{first} to {last}"


def gap_words(found: EnsembleSolution) -> str:
    """Return what fresh draws say of the plan, in a sentence; empty where none were made."""
    if REPLICATED_GAP not in found.values:
        return ""
    gaps, (_, most) = found.tables["replications"]["gap"], found.values[REPLICATED_GAP]
    times = words.count(len(gaps), "time")
    if not math.isfinite(most):
        return f"not known: in some of {times} fresh draws the plan cannot be carried out, or nothing was proved"
    confidence = words.share(float(found.options.get("gap_confidence") or 0.95))
    return (
        f"{words.number(float(gaps.mean()))} estimated, at most {words.number(most)} with {confidence} confidence "
        f"({times} fresh draws): what the plan misses over all that can happen, not these scenarios alone"
    )


def best_words(low: float, high: float | None, digits: int = 6) -> str:
    """Return what the best plan of a scenario is worth, or what it has more, as far as it is known.

    Examples
    --------
    >>> best_words(2.5, 2.5), best_words(2.5, 3.0), best_words(2.5, float("inf"))
    ('2.5', '2.5 to 3', 'at least 2.5')
    """
    text = words.number(low, digits)
    if high is None or not math.isfinite(high):
        return f"at least {text}"
    return text if high - low <= 1e-9 * max(1.0, abs(high)) else f"{text} to {words.number(high, digits)}"


def span(first: str, last: str) -> str:
    """Return one label, or the first and the last."""
    return first if first == last else f"{first} to {last}"
