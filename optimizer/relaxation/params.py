"""The numbers that say how a relaxation is solved, each with its unit, its range and why it is what it is."""

from __future__ import annotations

from dataclasses import dataclass

from outlay.optimizer.tuning import a_count, a_factor, a_share, some_seconds


@dataclass(frozen=True)
class Relaxing:
    """How the relaxation is solved, by size and time.

    Attributes
    ----------
    large
        Above so many rows and columns it is solved approximately.
    long, most_share
        So it is, where the clock counts, above so many started-by columns a project, the months of a calendar, in at
        most this share of the time left, as may a concave function above all plans (`Convexing`). 60 activities in
        222 months: the simplex method takes 24 s, the interior-point method 5 to 18, and the bound of a first-order
        method is within 0.03 % after 2 s; of 120 activities, where neither is done after a minute, it is within 0.5 %
        after half a minute.
    least_iterations, iterations
        Up to so many iterations of the simplex method, and so many more a row and column; then an interior-point
        method, with crossover, takes over. On a quadratic knapsack of 200 projects and 10,000 synergies it takes 0.6 s,
        where the simplex method is not done after 30 s (56,000 iterations); where that is quick, it needs fewer (PI_1:
        6,402).
    simplex_share
        Where the clock counts, the simplex method gets at most this share of the time left: scheduling 60 activities in
        288 months takes it minutes, the interior-point method some seconds. With a fifth, 3,000 projects of PPSSP were
        cut off just before the end and had a relaxation after 80 s instead of 42.
    proving_share
        Branch and bound gets this share of the time for a `large` relaxation; if it is not done with it then, it ends
        (`Resting`).
    few_rows, closing_gap
        With at most so many rows besides those of precedence it is solved by closures, up to this share of its value:
        zuck_small in half a minute of CPU, where a first-order method is within 0.4 % after as long.
    outlined, outline_iterations, outline_share
        Above so many rows and columns, so many iterations of the first-order method come before an exact relaxation, in
        at most this share of the time left, for a bound and for plans that do not wait for it. 3,000 projects of PPSSP
        (202,000 rows and columns) take 2.3 s of CPU for them, and more than 40 s for the exact one; 3,000 generated
        projects (33,000) take 1.4 s, and about 4.
    approximately_s
        Own limit of an approximate solve, in seconds, not ours: handing over so large a problem takes a while, and it
        looks at the clock rarely.
    """

    large: int = a_count(1_000_000)
    long: int = a_count(60)
    most_share: float = a_share(0.6)
    least_iterations: int = a_count(5_000)
    iterations: float = a_factor(0.1)
    simplex_share: float = a_share(0.4)
    proving_share: float = a_share(0.2)
    few_rows: int = a_count(500)
    closing_gap: float = a_share(2e-4)
    outlined: int = a_count(50_000)
    outline_iterations: int = a_count(200)
    outline_share: float = a_share(0.1)
    approximately_s: float = some_seconds(100.0)


@dataclass(frozen=True)
class Convexing:
    """When a concave function bounds problems that pack in pairs, and what it may cost.

    Attributes
    ----------
    least_pairs, most_options
        With fewer pairs branch and bound is quick: 35 to 50 projects with 60 to 230 of them are proved in 0.4 to 3 s,
        to which the bound would add one. With more options the eigenvalues of a matrix of them take too long.
    evaluations
        Of the dual function, each of which takes such eigenvalues.
    """

    least_pairs: int = a_count(250)
    most_options: int = a_count(600)
    evaluations: int = a_count(1_000)
