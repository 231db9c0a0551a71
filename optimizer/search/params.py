"""The numbers that steer the search, each with its unit, its range and why it is what it is.

Where a measurement led to a number it stands beside it; the others are judgement, and `tests.benchmarks.ablation`
measures what halving and doubling them does. All are frozen: what is learned while searching stands elsewhere. Those of
what draws plans without HiGHS are in `drawing_params`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from outlay.optimizer.relaxation.params import Convexing, Relaxing
from outlay.optimizer.search.drawing_params import Breeding, Exchanging, Scheduling
from outlay.optimizer.solver.tasks.dive import Dive
from outlay.optimizer.solver.tasks.probe import Probe
from outlay.optimizer.solver.tasks.split import Split
from outlay.optimizer.tuning import a_count, a_factor, a_share, names, read_numbers, some_seconds

#: The kinds of neighbourhoods (`neighbourhoods.registry`), which may be left out.
KINDS = ("disagree", "priced", "near", "rivals", "kin", "linked", "window", "any", "cross")


@dataclass(frozen=True)
class SubProblems:
    """How large sub-problems are, and what they may cost.

    Attributes
    ----------
    least_s, most_s
        Seconds, > 0: at first, and doubled up to the most whenever a plan no longer gets better. Filling up a plan and
        a greedy one get the least, a greedy one where projects must be funded the most: half of it is none.
    nodes
        Of branch and bound, >= 1, instead of the least seconds, in the repeatable search.
    first_share, most_share
        Shares of the projects that branch and bound decides: at first, and the most that is learned; nearly all of them
        is no sub-problem any more.
    breadth
        Reduced cost up to which options may be chosen, beside those of plan and relaxation, in what the plan loses a
        project on the average, >= 0.
    reach
        Shares of the calendar by which such options of a project that the plan funds start earlier or later, one of
        these for each sub-problem; one period at least. With the small one alone, plans stay where moves are too short.
    quick
        Share of the limit, 0 to 1, below which a sub-problem was quick, and may be larger the next time.
    """

    least_s: float = some_seconds(1.5)
    most_s: float = some_seconds(24.0)
    nodes: int = a_count(100)
    first_share: float = a_share(0.1)
    most_share: float = a_share(0.8)
    breadth: float = a_factor(10.0)
    reach: tuple[float, ...] = a_share((0.1, 1.0))
    quick: float = a_share(0.5)


@dataclass(frozen=True)
class Diving:
    """How dives go, and what is left to branch and bound after them.

    Attributes
    ----------
    first_dives
        For a first plan, >= 1; if none of them finds one, branch and bound looks for it.
    shares
        Shares of the projects into which is dived, 0 to 1, beside branch and bound on few.
    first_open
        Fractional columns at which branch and bound takes over at first; how many is learned.
    times, least_s
        Seconds of a dive itself: so many times what the relaxation took, but at least so many. What is left of a first
        one gets as many, up to the most of a sub-problem; what is left of another one into all projects the least,
        less into a part, and more where sub-problems do. Branch and bound for a first plan gets the least too, doubled
        each time.
    most_options
        Options that may be chosen, the cheapest by the relaxation's prices, beside those of plan and relaxation.
    step_shares, sure
        Shares of the columns in question that a step fixes, one of these for each dive; what the relaxation uses more
        than `sure` goes first.
    loss, core_loss
        What a step may cost, in what one funded project is worth; less in the core, where what costs much is decided.
        With the same in both, plans of 300 generated projects after 10 s are worse by 0.5 %, or better by 1.3 %.
    worse
        A dive is given up once it promises less than there is by this share of the gap; what it finds above that is
        crossed with better plans.
    most_relaxations
        That a dive may solve.
    taken_back_twice
        A step may cost twice as much after so many steps taken back.
    most_left
        Columns that the last relaxation does not use and that are left to branch and bound. With 1,000 of them, and
        more fractional ones where steps are dear, the plan of the rest came after 3 to 9 s on 1,000 generated
        projects, instead of 1 or 2.
    """

    first_dives: int = a_count(4)
    shares: tuple[float, ...] = a_share((0.3, 0.6, 1.0))
    first_open: float = a_factor(40.0)
    times: float = a_factor(10.0)
    least_s: float = some_seconds(10.0)
    most_options: int = a_count(20_000)
    step_shares: tuple[float, ...] = a_share((0.05, 0.1, 0.15))
    sure: float = a_share(0.6)
    loss: float = a_factor(2.0)
    core_loss: float = a_factor(0.3)
    worse: float = a_share(0.2)
    most_relaxations: int = a_count(Dive.most_relaxations)
    taken_back_twice: int = a_count(Dive.taken_back_twice)
    most_left: int = a_count(Dive.most_left)


@dataclass(frozen=True)
class Probing:
    """How the dominant projects are decided, which leaves the core.

    Attributes
    ----------
    times, share, least_s
        Seconds: so many times what the relaxation took, up to this share of the time left, but at least so many.
    dominant
        Projects are dominant if worth so many times what one funded project is worth, > 0; by turns.
    cheap
        What costs the relaxation so many times that is decided without a second thought.
    most_relaxations
        That are solved before projects are decided anew, which may take as many again.
    least_gain
        Share of the relaxation's value that deciding a project anew must gain.
    most_tried, most_at_once
        Options of a project that are tried, the most used ones; projects decided in one step.
    noise
        By which the order among projects, and what an option seems to cost, vary.
    """

    times: float = a_factor(20.0)
    share: float = a_share(0.1)
    least_s: float = some_seconds(3.0)
    dominant: tuple[float, ...] = a_factor((2.0, 1.0, 3.0))
    cheap: float = a_factor(0.02)
    most_relaxations: int = a_count(Probe.most_relaxations)
    least_gain: float = a_share(Probe.least_gain)
    most_tried: int = a_count(Probe.most_tried)
    most_at_once: int = a_count(Probe.most_at_once)
    noise: float = a_share(Probe.noise)


@dataclass(frozen=True)
class Patience:
    """When a plan is left for another one.

    Attributes
    ----------
    sub_problems, stalled
        It no longer gets better if so many sub-problems, >= 1, have closed at most this share of its gap. Breeding is
        left after as many populations in a row that come to nothing better than those before, exchanging after as many
        draws.
    anew_share, remembered
        Another plan is begun with them at once if the first beginning took at most this share of the time left; so many
        plans are remembered, to be crossed.
    """

    sub_problems: int = a_count(8)
    stalled: float = a_share(0.02)
    anew_share: float = a_share(0.3)
    remembered: int = a_count(6)


@dataclass(frozen=True)
class Selecting:
    """How kinds of neighbourhoods, and ways to solve them, compete.

    Attributes
    ----------
    even
        Chances, 0 to 1, that are spread evenly. Kinds live from their mixture: on 1,000 generated projects the best of
        them alone gains less than half of what all do together.
    without
        Names of kinds that are left out, for measurements.
    """

    even: float = a_share(0.6)
    without: tuple[str, ...] = names(*KINDS)


@dataclass(frozen=True)
class Dividing:
    """When a proof divides the problem, and how.

    Attributes
    ----------
    window, stalled
        A bound does not get ahead if, in this share of the time, it closed at most so much of the gap.
    most_gap
        A plan within this share of the bound is sure to come.
    pays
        Dividing pays if the relaxation of the best part closes at least this share of the relaxation's gap.
    most_apart
        Parts that stand for themselves; the others are one.
    split_s
        Seconds of looking for where to divide.
    most_tried, most_options
        Projects that are tried, and options of one that may be chosen from.
    """

    window: float = a_share(0.25)
    stalled: float = a_share(0.03)
    most_gap: float = a_share(0.01)
    pays: float = a_share(0.01)
    most_apart: int = a_count(3)
    split_s: float = some_seconds(6.0)
    most_tried: int = a_count(Split.most_tried)
    most_options: int = a_count(Split.most_options)


@dataclass(frozen=True)
class Resting:
    """When a proof ends that hardly gets ahead, and its core goes to a second search.

    Attributes
    ----------
    window, least_s
        Its pace is that of this share of its work so far, the last, but of so many seconds of work at least. As many
        seconds must be left; a second search needs some to begin.
    closes
        It ends if at this pace it closes at most so much of the gap in the time that is left. Its cutting planes are
        taken over by the search if they close as much.
    least_gap
        It goes on where a plan is within this share of the bound: its tree may be near its end, and there is little to
        find.
    """

    window: float = a_share(0.4)
    least_s: float = some_seconds(8.0)
    closes: float = a_share(0.1)
    least_gap: float = a_share(0.001)


@dataclass(frozen=True)
class SearchParams:
    """All numbers of the search, and from what size on search and proof do what pays on large problems only.

    Attributes
    ----------
    head_start_s
        Seconds that branch and bound has to itself on small problems; what it proves by then needs no search.
    small
        Above so many nonzeros branch and bound leaves heuristics to the search, and no plans are bred, as a generation
        would take too long. Below, its own heuristics find what the search does not: on a multidimensional knapsack of
        500 projects and 30 limits, 116,361 in 30 s instead of 116,233; and there a proof never ends for a second search
        (`Resting`).
    large
        Above so many nonzeros branch and bound also branches strongly only once a column, and the problem is divided:
        with 1,000 generated projects, both together prove 0.13 % more in 60 s; with 100, strong branching pays.
    least_stall_s
        A bound has not stalled before so many seconds.
    aside_share
        A plan is verified at once if that has cost less than this share of the time since the last time, and filled up
        if that has taken less than this share of the time of the search, or than a part of it where it came to nothing.
    """

    head_start_s: float = some_seconds(1.0)
    small: int = a_count(50_000)
    large: int = a_count(300_000)
    least_stall_s: float = some_seconds(6.0)
    aside_share: float = a_share(0.2)
    sub_problems: SubProblems = field(default_factory=SubProblems)
    diving: Diving = field(default_factory=Diving)
    probing: Probing = field(default_factory=Probing)
    patience: Patience = field(default_factory=Patience)
    selecting: Selecting = field(default_factory=Selecting)
    breeding: Breeding = field(default_factory=Breeding)
    scheduling: Scheduling = field(default_factory=Scheduling)
    exchanging: Exchanging = field(default_factory=Exchanging)
    relaxing: Relaxing = field(default_factory=Relaxing)
    convexing: Convexing = field(default_factory=Convexing)
    dividing: Dividing = field(default_factory=Dividing)
    resting: Resting = field(default_factory=Resting)

    @classmethod
    def from_toml(cls, path: str | Path) -> Self:
        """Return the numbers with those changed that a file holds, such as ``[diving]`` and ``most_left = 300`` in it.

        Raises
        ------
        InputError
            With every name that is not known and every value out of its range; or if the file cannot be read.
        """
        return read_numbers(cls, path)
