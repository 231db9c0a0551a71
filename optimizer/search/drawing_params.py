"""The numbers of what draws plans without HiGHS: breeding, schedules and exchanges; see `params`."""

from __future__ import annotations

from dataclasses import dataclass

from outlay.optimizer.tuning import a_count, a_factor, a_share


@dataclass(frozen=True)
class Breeding:
    """The genetic algorithm for problems that only pack.

    Attributes
    ----------
    least_density
        Share of the columns that a row which several projects use has, on the average: where each project uses few of
        the rows, neighbourhoods fall apart into small problems and find more (assigning 200 jobs to 20 machines).
    members, children
        Plans in the population, >= 2, and children of a generation. A population is given up after as many generations
        without a better plan as it has members.
    flipped
        Columns of a child that are flipped. With one, small populations miss optima that an exchange of two would find.
    """

    least_density: float = a_share(0.15)
    members: int = a_count(100)
    children: int = a_count(1_000)
    flipped: int = a_count(2)


@dataclass(frozen=True)
class Scheduling:
    """When schedules are drawn beside sub-problems, and how.

    Attributes
    ----------
    first_share, least_share
        Of the time of sub-problems: at first, and at least; doubled when they gain, halved when only these do. Beside
        exchanges it is never less than at first: sub-problems find little there.
    a_sub_problem, most_before
        Schedules of the repeatable search: for each sub-problem, and at most before the relaxation. It breeds as many
        generations for each.
    most_entries
        Entries of what options do to rows: above, a schedule takes seconds.
    noise
        How far priorities are drawn from the starts of the best plan, as shares of the calendar; one for a schedule.
    by_start, by_place
        Chances of schedules by the starts of the best plan, and of such in which only some projects come at an earlier
        place; of the rest priorities are by worth.
    led, leeway
        Chance of schedules led by a relaxation, once there is one: those first that it funds, by chance; what is scarce
        costs what it says, times one of these numbers.
    pulled
        How many come at an earlier place, one of these numbers.
    spread
        By worth, priorities are drawn from 1 / (1 + z) to 1 + z times it, z one of these.
    priced
        Where some projects only cost something: sets that are best at a price for what is used.
    justified, inherited, dear
        Chance that a schedule as good as the best one is improved backward and forward; how much of what waits for a
        project counts for it; how much of what there was too little of counts, one of these.
    hardest
        So many of the rows that are short by which projects wait are looked at.
    many_columns, dated_entries
        Above so many columns schedules come before the greedy plan; above so many entries dates keep precedence.
    """

    first_share: float = a_share(0.5)
    least_share: float = a_share(0.01)
    a_sub_problem: int = a_count(2)
    most_before: int = a_count(20)
    most_entries: int = a_count(20_000_000)
    noise: tuple[float, ...] = a_share((0.01, 0.03, 0.1, 0.3))
    by_start: float = a_share(0.3)
    by_place: float = a_share(0.4)
    led: float = a_share(0.7)
    leeway: tuple[float, ...] = a_factor((0.85, 1.0))
    pulled: tuple[int, ...] = a_count((1, 2, 4))
    spread: tuple[float, ...] = a_factor((0.2, 0.5, 1.0, 2.0))
    priced: int = a_count(24)
    justified: float = a_share(0.3)
    inherited: float = a_share(0.5)
    dear: tuple[float, ...] = a_factor((0.0, 0.5, 1.0))
    hardest: int = a_count(8)
    many_columns: int = a_count(20_000)
    dated_entries: int = a_count(2_000_000)


@dataclass(frozen=True)
class Exchanging:
    """The annealing of problems that pack in pairs.

    Attributes
    ----------
    most_entries
        Entries of the dense arrays of rows and pairs, and pairs of options in the rows that a concave bound squares:
        above, they take too much memory.
    sweeps
        Moves of the first cycle, for each option.
    longer
        Each cycle is so many times as long as the one before it, >= 1, until a better plan comes from outside.
    warm, cold
        Temperatures at the beginning and at the end of a cycle, in what an option is worth with half of its synergies,
        on the average.
    priced
        What limits cost, as a share of what the last option that has room is worth for what it uses. With 0, plans of
        200 projects after 1 s are worse by 0.8 and 1.2 %, with 1 by 0.1 and 1.8.
    """

    most_entries: int = a_count(10_000_000)
    sweeps: int = a_count(400)
    longer: float = a_factor(1.5)
    warm: float = a_share(0.1)
    cold: float = a_share(0.007)
    priced: float = a_share(0.8)
