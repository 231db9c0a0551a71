"""The numbers that steer the search, each with its unit, its range and why it is what it is.

Where a measurement led to a number it stands beside it; the others are judgement, and `tests.benchmarks.ablation`
measures what halving and doubling them does. All are frozen: what is learned while searching stands elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class SubProblems:
    """How large sub-problems are, and what they may cost.

    Attributes
    ----------
    least_s, most_s
        Seconds, > 0: at first, and doubled up to the most whenever a plan no longer gets better.
    nodes
        Of branch and bound, >= 1, instead of the least seconds, in the repeatable search.
    first_share, least_share, most_share
        Shares of the projects that branch and bound decides: at first, and the bounds of what is learned. Of a large
        portfolio two thousandths still are some projects; nearly all of them is no sub-problem any more.
    breadths, cross_breadths
        Reduced cost up to which options may be chosen, beside those of plan and relaxation, in what the plan loses a
        project on the average, >= 0; drawn anew each time. Where plans are crossed, less: both are good already.
    quick
        Share of the limit, 0 to 1, below which a sub-problem was quick, and may be larger the next time.
    """

    least_s: float = 1.5
    most_s: float = 24.0
    nodes: int = 100
    first_share: float = 0.1
    least_share: float = 0.002
    most_share: float = 0.8
    breadths: tuple[float, ...] = (3.0, 10.0, 30.0)
    cross_breadths: tuple[float, ...] = (0.0, 0.0, 3.0)
    quick: float = 0.5


@dataclass(frozen=True)
class Diving:
    """How dives go, and what is left to branch and bound after them.

    Attributes
    ----------
    first_dives
        For a first plan, >= 1; if none of them finds one, branch and bound looks for it.
    first_whole_s
        Seconds that it gets at first, doubled each time.
    first_rest_s, first_rest_times
        Seconds for what is left of a first dive: the larger of so many, and so many times what the relaxation took.
    rest_s, most_rest_s
        Seconds for what is left of another one into all projects where sub-problems get their least, less into a part
        and more for longer ones; the most for any.
    shares
        Shares of the projects into which is dived, 0 to 1, beside branch and bound on few.
    first_open, least_open, most_open
        Fractional columns at which branch and bound takes over: at first, and the bounds of what is learned.
    times, least_s
        Seconds of a dive itself: so many times what the relaxation took, but at least so many.
    most_options
        Options that may be chosen, the cheapest by the relaxation's prices, beside those of plan and relaxation.
    step_shares, sure
        Shares of the columns in question that a step fixes, and what the relaxation uses more than goes first; drawn
        for each dive.
    loss, core_loss
        What a step may cost, in what one funded project is worth; less in the core, where what costs much is decided.
    worse
        A dive is given up once it promises less than there is by this share of the gap; what it finds above that is
        crossed with better plans.
    """

    first_dives: int = 4
    first_whole_s: float = 10.0
    first_rest_s: float = 5.0
    first_rest_times: float = 10.0
    rest_s: float = 10.0
    most_rest_s: float = 24.0
    shares: tuple[float, ...] = (0.3, 0.6, 1.0)
    first_open: float = 40.0
    least_open: float = 5.0
    most_open: float = 200.0
    times: float = 10.0
    least_s: float = 10.0
    most_options: int = 20_000
    step_shares: tuple[float, ...] = (0.05, 0.1, 0.15)
    sure: tuple[float, ...] = (0.5, 0.6, 0.7)
    loss: float = 2.0
    core_loss: float = 0.3
    worse: float = 0.2


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
    """

    times: float = 20.0
    share: float = 0.1
    least_s: float = 3.0
    dominant: tuple[float, ...] = (2.0, 1.0, 3.0)
    cheap: float = 0.02


@dataclass(frozen=True)
class Patience:
    """When a plan is left for another one.

    Attributes
    ----------
    sub_problems, stalled
        It no longer gets better if so many sub-problems, >= 1, have closed at most this share of its gap.
    cuts_pay
        The prover's cutting planes are taken over if they close at least this share of the gap.
    anew_share
        Another plan is begun with them at once if the first beginning took at most this share of the time left.
    remembered
        Plans that are remembered, to be crossed.
    """

    sub_problems: int = 8
    stalled: float = 0.02
    cuts_pay: float = 0.1
    anew_share: float = 0.3
    remembered: int = 6


@dataclass(frozen=True)
class Selecting:
    """How kinds of neighbourhoods, and ways to solve them, compete.

    Attributes
    ----------
    kinds_even, repairs_even
        Chances, 0 to 1, that are spread evenly. Kinds live from their mixture: on 1,000 generated projects the best of
        them alone gains less than half of what all do together.
    kinds_doubt, repairs_doubt
        Tries that each is thought to have had with the average success; how little is concluded from few.
    without
        Names of kinds that are left out, for measurements.
    """

    kinds_even: float = 0.6
    repairs_even: float = 0.2
    kinds_doubt: float = 5.0
    repairs_doubt: float = 1.0
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Breeding:
    """The genetic algorithm for problems that only pack.

    Attributes
    ----------
    most_entries
        Entries of the rows: above, a generation takes too long.
    least_density
        Share of the columns that a row which several projects use has, on the average: where each project uses few of
        the rows, neighbourhoods fall apart into small problems and find more (assigning 200 jobs to 20 machines).
    members, children
        Plans in the population, >= 2, and children of a generation.
    idle_children, idle_populations
        Children without a better plan after which a population is given up; populations in a row that come to nothing
        better than those before, after which breeding is.
    flipped
        Columns of a child that are flipped.
    a_sub_problem
        Children of the repeatable search, for each sub-problem that it may have.
    """

    most_entries: int = 20_000
    least_density: float = 0.15
    members: int = 100
    children: int = 1_000
    idle_children: int = 100_000
    idle_populations: int = 8
    flipped: int = 2
    a_sub_problem: int = 2_000


@dataclass(frozen=True)
class Scheduling:
    """When schedules are drawn beside sub-problems.

    Attributes
    ----------
    first_share, least_share, most_share
        Of the time of sub-problems: at first; doubled when they gain, halved when not, within these bounds.
    a_sub_problem, most_before
        Schedules of the repeatable search: for each sub-problem, and at most before the relaxation.
    many_columns, at_first
        Above so many columns up to so many schedules are drawn, until one holds, before anything else: with 120
        activities in 590 months one takes 0.1 s of the processor, while the greedy plan comes to nothing in 5 s.
    """

    first_share: float = 0.25
    least_share: float = 0.01
    most_share: float = 1.0
    a_sub_problem: int = 2
    most_before: int = 20
    many_columns: int = 20_000
    at_first: int = 5


@dataclass(frozen=True)
class SearchParams:
    """All numbers of the search, and from what size on search and proof do what pays on large problems only.

    Attributes
    ----------
    head_start_s
        Seconds that branch and bound has to itself on small problems; what it proves by then needs no search.
    small
        Above so many nonzeros branch and bound leaves heuristics to the search. Below, its own find what the search
        does not: on a multidimensional knapsack of 500 projects and 30 limits, 116,361 in 30 s instead of 116,233.
    large
        Above so many nonzeros branch and bound also branches strongly only once a column, and the problem is divided:
        with 1,000 generated projects, both together prove 0.13 % more in 60 s; with 100, strong branching pays.
    least_stall_s, least_window_s
        A bound has not stalled before so many seconds, and is judged by so many at least.
    """

    head_start_s: float = 1.0
    small: int = 50_000
    large: int = 300_000
    least_stall_s: float = 6.0
    least_window_s: float = 2.0
    sub_problems: SubProblems = field(default_factory=SubProblems)
    diving: Diving = field(default_factory=Diving)
    probing: Probing = field(default_factory=Probing)
    patience: Patience = field(default_factory=Patience)
    selecting: Selecting = field(default_factory=Selecting)
    breeding: Breeding = field(default_factory=Breeding)
    scheduling: Scheduling = field(default_factory=Scheduling)
