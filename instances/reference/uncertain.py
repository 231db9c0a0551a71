"""The part of the reference page about ``uncertainty.toml`` that is no table of keys."""

from __future__ import annotations

UNCERTAINTY_PAGE = """\
## `uncertainty.toml`: what is not known

Factors in the language of constraint sets, their rank correlations, and named scenarios with probabilities. Read by
`outlay draw` and `outlay stress`; a plain solve never reads it.

    [factors.craft-pool]
    title = "Size of the pool of craft labour"
    distribution = "triangular"
    low = 0.75
    mode = 1.0
    high = 1.1
    [[factors.craft-pool.change]]
    table = "availability"
    where = { resource = "labour/*" }
    scale = { amount = "@" }

    [factors.overrun]
    distribution = "lognormal"
    mean = 1.2
    sd = 0.35
    each = "project"
    [[factors.overrun.change]]
    table = "alternatives"
    scale = { commitment = "@", cash_yield = "1/@" }

    [[correlations]]
    between = ["craft-pool", "overrun"]
    rank = -0.3

    [scenarios.boom]
    probability = 0.3
    sets = "skills-gap-closed+looser-terms"

* `"@"` is the drawn value, `"-@"` its opposite, `"1/@"` one divided by it (to 6 significant digits): a cost that runs
  over while the cash stays what it was is `scale = { commitment = "@", cash_yield = "1/@" }`. Beside it numbers may
  stand. `set`, `scale`, `add`, `slip` and `where` mean what they mean in `sets.toml`.
* A draw is one value of every factor. It is a constraint set: `outlay draw -o FOLDER` writes the instance with the
  draws as sets, and `outlay solve FOLDER --set draw-0007` solves one. Draws change an instance after the constraint
  sets that are applied to it.
* `each = "project"`: the projects among the rows that match any change of the factor have a draw each. Rows with a
  blank cell in that column share one.
* A drawn value is rounded to 6 significant digits, or to `decimals` places, so that a draw can be read and repeated.
* Draws are scrambled Sobol points (Owen 1998), put through the inverse distribution functions of scipy; the same seed
  gives the same draws, and the first n of 2n draws are the draws of n. Beside factors, the scenario of a draw is one
  more factor, independent of them. Without factors, the scenarios are the draws, with their probabilities.
* Rank correlations are those of a Gaussian copula: r = 2 sin(pi rank / 6) between normal scores (Pearson 1907). What
  is not a possible correlation matrix is replaced by the nearest one that is (Higham 2002), with a note of how far.
  Factors that are not named together are independent.
* `normal` and `lognormal` have the mean and the standard deviation that are written before `low` and `high` cut their
  tails off.
* A drawn instance that is not valid, such as a negative level, is an error that names the draw, the factor, its value
  and the row; `low` and `high` bound it.
"""
