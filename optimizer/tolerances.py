"""What counts as nothing, as used up, as real: the tolerances by which answers are told, each with what it is for.

NOTHING = 1e-9
    Amounts in any unit, and shares of the largest amount of a row: at most this is a rounding error.
REAL_SHARE = 1e-6
    Of the largest amount of its kind: what is bought, imported, exceeded or counted beside is told from this share on.
BINDING_SHARE = 1e-3
    Of a limit: with less than this left, it binds.
FULL_SHARE = 0.999
    Of all there could be: from this on, a resource counts as used up in a period.
TIE = 1e-6
    Of an objective, or of its unit where it is worth less than one: plans that are closer count as equally good.

Others belong to one place each: the gap that is called optimal (`status.OPTIMAL_GAP`), what the solver may break
(`engine.settings.Settings.feasibility`), the rounding of numbers in a run file (`record.claims.ROUNDING`), what a sum
in floats leaves of 0 (`models.arrays.residue.RESIDUE`), what HiGHS may cut off (`solver.cutoff`), and the verifier's
own, which shares nothing with any (`verify.plan.TOLERANCE`).
"""

from __future__ import annotations

NOTHING = 1e-9
REAL_SHARE = 1e-6
BINDING_SHARE = 1e-3
FULL_SHARE = 1 - BINDING_SHARE
TIE = 1e-6
